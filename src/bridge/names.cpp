#include "bridge/names.hpp"

#include <array>

#include "base/assert.hpp"

namespace sipml::bridge {

namespace {

/// The name at the value's place; the arrays stand in the order of the enumerators.
template <std::size_t size, typename Value>
std::string_view at(const std::array<std::string_view, size>& names, Value value) {
  const auto index = static_cast<std::size_t>(value);
  SIPML_ASSERT(index < size);
  return names[index];
}

constexpr std::array<std::string_view, 10> media_errors = {
    "permission_denied", "no_device",  "device_in_use", "insecure_context", "not_supported",
    "bad_description",   "ice_failed", "dtls_failed",   "aborted",          "failed"};

}  // namespace

std::string_view name(usage::MediaError value) { return at(media_errors, value); }

std::string_view name(usage::EndCause value) {
  static constexpr std::array<std::string_view, 8> names = {
      "bye",         "cancelled",      "rejected", "timeout", "transport_error",
      "media_error", "protocol_error", "replaced"};
  return at(names, value);
}

std::string_view name(usage::Side value) {
  static constexpr std::array<std::string_view, 3> names = {"local", "remote", "network"};
  return at(names, value);
}

std::string_view name(usage::Change value) {
  static constexpr std::array<std::string_view, 4> names = {"hold", "resume", "modify",
                                                            "restart_ice"};
  return at(names, value);
}

std::string_view name(usage::ConnectionState::Value value) {
  static constexpr std::array<std::string_view, 4> names = {"connecting", "connected",
                                                            "reconnecting", "failed"};
  return at(names, value);
}

std::string_view name(usage::RegistrationState::Value value) {
  static constexpr std::array<std::string_view, 4> names = {"registering", "registered",
                                                            "unregistering", "ended"};
  return at(names, value);
}

std::string_view name(usage::RegistrationState::Cause value) {
  static constexpr std::array<std::string_view, 4> names = {"unregistered", "rejected", "timeout",
                                                            "transport_error"};
  return at(names, value);
}

std::string_view name(usage::RequestResult::NoResponse value) {
  static constexpr std::array<std::string_view, 2> names = {"timeout", "transport_error"};
  return at(names, value);
}

std::string_view name(usage::PublicationState::Value value) {
  static constexpr std::array<std::string_view, 4> names = {"publishing", "published",
                                                            "unpublishing", "ended"};
  return at(names, value);
}

std::string_view name(usage::PublicationState::Ended value) {
  static constexpr std::array<std::string_view, 4> names = {"unpublished", "rejected", "timeout",
                                                            "transport_error"};
  return at(names, value);
}

std::string_view name(usage::SubscriptionState::Value value) {
  static constexpr std::array<std::string_view, 6> names = {
      "subscribing", "accepted", "pending", "active", "unsubscribing", "ended"};
  return at(names, value);
}

std::string_view name(usage::SubscriptionState::Ended value) {
  static constexpr std::array<std::string_view, 5> names = {"unsubscribed", "rejected", "timeout",
                                                            "transport_error", "terminated"};
  return at(names, value);
}

std::string_view name(usage::TransferState::Value value) {
  static constexpr std::array<std::string_view, 5> names = {"trying", "accepted", "progress",
                                                            "completed", "failed"};
  return at(names, value);
}

std::string_view name(usage::TransferProgress::Value value) {
  static constexpr std::array<std::string_view, 3> names = {"progress", "completed", "failed"};
  return at(names, value);
}

std::string_view name(usage::MediaRequest::Type value) {
  static constexpr std::array<std::string_view, 10> names = {
      "create_offer",  "prepare_answer", "create_answer",  "apply_answer", "review_offer",
      "review_answer", "add_candidate",  "send_key_frame", "rollback",     "close"};
  return at(names, value);
}

std::string_view name(usage::CommandErrorCode value) {
  static constexpr std::array<std::string_view, 6> names = {"invalid_json",   "invalid_argument",
                                                            "unknown_id",     "wrong_state",
                                                            "limit_exceeded", "not_connected"};
  return at(names, value);
}

std::optional<usage::MediaError> media_error(std::string_view text) {
  for (std::size_t i = 0; i < media_errors.size(); ++i)
    if (media_errors[i] == text) return static_cast<usage::MediaError>(i);
  return std::nullopt;
}

}  // namespace sipml::bridge
