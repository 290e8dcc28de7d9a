/// What one input of the user agent may touch, handed down to the usages: no usage knows the agent.
#pragma once

#include <deque>
#include <optional>
#include <string_view>

#include "auth/credentials.hpp"
#include "base/instant.hpp"
#include "crypto/random.hpp"
#include "negotiation/rewrite_error.hpp"
#include "transaction/layer.hpp"
#include "usage/config.hpp"
#include "usage/event.hpp"

namespace sipml::usage {

/// What a response is for, in Owner::purpose.
enum class Purpose : std::uint32_t {
  registration,
  invite,
  reinvite,
  cancel,
  bye,
  info,
  fork_bye,
  prack,
  /// With an offer.
  update,
  /// Without one: a session refresh.
  refresh,
  standalone,
  refer,
  notify,
  publish,
  subscribe,
  /// INFO with candidates.
  trickle
};

/// What this user agent understands; every header that says so is made from here.
inline constexpr std::string_view allowed_methods =
    "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, PRACK, UPDATE, MESSAGE, REFER, NOTIFY";
inline constexpr std::string_view description_type = "application/sdp";
inline constexpr std::string_view accepted_types =
    "application/sdp, multipart/mixed, multipart/alternative, multipart/related";

struct Context {
  Instant now;
  bool connected;
  const Config& config;
  crypto::Random& random;
  transaction::Layer& transactions;
  auth::Credentials& credentials;
  std::deque<Output>& outputs;
  /// `config.service`, for registrations to fill in.
  Service& service;
  /// Set by who finds that the connection is open but dead (RFC 5626 section 4.4).
  bool& flow_failed;
  /// The message that is handled now: what is told of it carries it.
  const message::Message* cause = nullptr;

  void emit(Event event);
  /// The head that an event told later carries; nullopt when the configuration asks for none.
  CausedBy caused_by(const message::Message& message) const;
  /// Tells that a request of this usage left or came, when the configuration asks for it.
  void tell_passed(bool sent, std::uint32_t usage, const message::Message& request);
  void ask(MediaRequest request) { outputs.emplace_back(std::move(request)); }
  /// Turns what the transaction layer wrote into outputs, in order.
  void flush(transaction::Outbox& outbox);
  /// Of a request of this usage, which is told.
  void flush_request(std::uint32_t usage, transaction::Outbox& outbox);

  /// Sends a request in a new transaction, with the headers that all requests carry and the
  /// credentials that are known. Returns 0 when there is no connection or no room. `sent` receives
  /// the request with all its headers.
  transaction::Id send(message::Request request, transaction::Owner owner,
                       message::Request* sent = nullptr);
  /// After 401 or 407: the request with new credentials, without Via; the caller renews its CSeq.
  /// nullopt when there is nothing better to send.
  std::optional<message::Request> with_credentials(const transaction::Indication& indication,
                                                   const message::Message& response);
  /// Sends it, counting the attempt.
  transaction::Id resend(message::Request request, transaction::Owner owner);
  void respond(transaction::Id id, const message::Response& response);
  /// Sends an ACK to a 2xx; returns its octets.
  std::string send_ack(message::Request ack);
};

/// Whether candidates may travel behind descriptions (RFC 8840).
bool offers_trickle(const Config& config);
/// The option tag and the Info Package of RFC 8840 10.
inline constexpr std::string_view trickle_package = "trickle-ice";

/// The option tags that we understand, for Supported (RFC 3261 20.37).
std::string supported_options(const Config& config);
/// True for one of them.
bool is_supported(const Config& config, std::string_view option);
/// True when a header that lists tokens, such as Allow, Require or Supported, holds this one.
bool lists(const message::Message& message, message::HeaderName header, std::string_view token);

/// True for the responses that ask for credentials.
inline bool is_challenge(int status) { return status == 401 || status == 407; }

/// Replaces the number of the CSeq header.
void set_cseq(message::Request& request, std::uint32_t number);

/// Appends headers of the application.
void add_headers(message::HeaderFields& fields, const message::HeaderFields& more);

/// Our Contact (RFC 7118 section 5): `caps` are appended as parameters (RFC 3840). An INVITE
/// through webrtc2sip's breaker also proves who calls, as sipML5 did.
std::string contact_value(const Config& config, const message::HeaderFields& caps,
                          std::string_view method);

/// For a request whose body we cannot read: the header of its 415 that says what we can (8.2.3).
std::optional<message::HeaderField> unsupported_encoding(const message::Message& request);

/// Why a request cannot be taken, as the response that says so.
struct Refusal {
  int status = 0;
  message::HeaderFields headers;
};

/// Why a description is refused with 488, as its Warning (20.43): of us, never text of the peer.
message::HeaderField warning(const Config& config, const negotiation::RewriteError* error);

/// For a request whose body has to be, or to hold, a session description: 415, or 400 for a
/// multipart that cannot be taken apart (RFC 5621 section 8).
std::optional<Refusal> refused_body(const message::Message& request);

Party party(const uri::NameAddr& address);

/// The From of a request outside of dialogs: our address of record, or `from`, with a new tag.
uri::NameAddr local_address(const std::optional<uri::Uri>& from, Context& context);

/// A request outside of any dialog: Max-Forwards, From, To, Call-ID, CSeq (8.1.1).
message::Request make_request(std::string_view method, const std::string& request_uri,
                              const uri::NameAddr& from, const uri::NameAddr& to,
                              std::string_view call_id, std::uint32_t cseq);

}  // namespace sipml::usage
