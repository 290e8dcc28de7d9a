/// The string unions of js-glue/protocol.ts.
#pragma once

#include <optional>
#include <string_view>

#include "usage/command_error.hpp"
#include "usage/event.hpp"

namespace sipml::bridge {

std::string_view name(usage::MediaError value);
std::string_view name(usage::EndCause value);
std::string_view name(usage::Side value);
std::string_view name(usage::Change value);
std::string_view name(usage::ConnectionState::Value value);
std::string_view name(usage::RegistrationState::Value value);
std::string_view name(usage::RegistrationState::Cause value);
std::string_view name(usage::RequestResult::NoResponse value);
std::string_view name(usage::PublicationState::Value value);
std::string_view name(usage::PublicationState::Ended value);
std::string_view name(usage::SubscriptionState::Value value);
std::string_view name(usage::SubscriptionState::Ended value);
std::string_view name(usage::TransferState::Value value);
std::string_view name(usage::TransferProgress::Value value);
std::string_view name(usage::MediaRequest::Type value);
std::string_view name(usage::CommandErrorCode value);

std::optional<usage::MediaError> media_error(std::string_view text);

}  // namespace sipml::bridge
