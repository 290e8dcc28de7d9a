/// Requests that are a usage by themselves: MESSAGE (RFC 3428), OPTIONS (RFC 3261 section 11) and
/// INFO outside of calls, and MESSAGE and OPTIONS inside one. One is over with its final response.
#pragma once

#include <cstdint>
#include <string>

#include "usage/call.hpp"
#include "usage/context.hpp"

namespace sipml::usage {

/// One of ours, until its final response.
class OutgoingRequest {
 public:
  /// `call`: 0 outside of calls.
  OutgoingRequest(std::uint32_t id, std::uint32_t call) : id_(id), call_(call) {}

  std::uint32_t call() const { return call_; }
  bool has_ended() const { return has_ended_; }

  /// False when there is no connection or no room.
  bool send(message::Request request, Context& context);
  /// `call` is the one that the request is in, null outside of calls or when that is over.
  void response(const transaction::Indication& indication, const message::Message& response,
                Call* call, Context& context);
  /// No response came, or nobody waits for it any more.
  void no_response(transaction::Outcome outcome, Context& context);

 private:
  void tell(RequestResult result, Context& context);

  std::uint32_t id_;
  std::uint32_t call_;
  bool has_ended_ = false;
};

/// One of the peer's, until the application or the time answers it.
class IncomingRequest {
 public:
  /// Tells the application.
  IncomingRequest(std::uint32_t id, std::uint32_t call, const message::Message& request,
                  transaction::Id transaction, Context& context);

  /// True when that is this request, come by another way (RFC 3261 section 8.2.2.2).
  bool is_merged(const message::Message& request) const;
  /// 200, when nobody answers it.
  void accept(Context& context) const;
  void respond(int status, std::string reason, const message::HeaderFields& headers,
               const std::string& content_type, std::string body, Context& context);
  /// When it is accepted by itself.
  Instant deadline() const { return deadline_; }

 private:
  transaction::Id transaction_;
  /// The beginning of every response to it.
  message::Response response_;
  std::string call_id_;
  std::string from_tag_;
  std::uint32_t cseq_ = 0;
  Instant deadline_;
};

/// Why a request cannot be taken whose content is the application's: 415 for an encoding that we
/// cannot undo or a disposition that has to be understood and is not (RFC 3261 section 8.2.3,
/// RFC 5621 section 8), 400 for a multipart that cannot be taken apart.
std::optional<Refusal> refused_content(const message::Message& request);

/// The caps of a request without Contact, as the caller's preference (RFC 3841 section 9.2); sipML5
/// writes one header for each.
void add_accept_contact(message::HeaderFields& fields, const message::HeaderFields& caps);

}  // namespace sipml::usage
