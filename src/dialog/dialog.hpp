/// A dialog: what two user agents remember of each other (RFC 3261 section 12).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"
#include "message/write_message.hpp"

namespace sipml::dialog {

/// Whether a request inside a dialog comes in order (12.2.2).
enum class Order : std::uint8_t { in_order, out_of_order };

class Dialog {
 public:
  enum class State : std::uint8_t { early, confirmed };

  /// For the side that sent `request`, from a 101-299 response (12.1.2).
  static Dialog from_response(const message::Request& request, const message::Message& response);
  /// For the side that sent `subscribe`, from a NOTIFY to it (RFC 6665 section 4.4.1).
  static Dialog from_notify(const message::Request& subscribe, const message::Message& notify);
  /// For the side that received `request` and chose `local_tag` (12.1.1).
  static Dialog from_request(const message::Message& request, std::string local_tag);

  State state() const { return state_; }
  const std::string& call_id() const { return call_id_; }
  const std::string& local_tag() const { return local_tag_; }
  const std::string& remote_tag() const { return remote_tag_; }
  const std::string& remote_target() const { return remote_target_; }
  const std::vector<std::string>& route_set() const { return route_set_; }
  std::uint32_t local_cseq() const { return local_cseq_; }

  /// True for a request of the peer inside this dialog.
  bool owns_request(const message::Message& request) const;

  /// A 2xx confirms the dialog; its Record-Route and Contact replace those of provisional responses
  /// (13.2.2.4).
  void confirm(const message::Message& response);
  /// Our own 2xx, or the ACK to it.
  void confirm() { state_ = State::confirmed; }

  /// Checks the CSeq of a request of the peer and takes it over (12.2.2).
  Order accept(const message::Message& request);
  /// Contact of a target refresh request or of a 2xx to one (12.2.1.2, 12.2.2).
  void refresh_target(const message::Message& message);

  /// A request inside the dialog, with the next CSeq: start line, Route, From, To, Call-ID, CSeq,
  /// Max-Forwards (12.2.1.1).
  message::Request make_request(std::string_view method);
  /// The ACK to the 2xx of an INVITE with that CSeq (13.2.2.4).
  message::Request make_ack(std::uint32_t cseq) const;
  /// The number for a request sent anew with credentials (22.2).
  std::uint32_t next_cseq() { return ++local_cseq_; }

 private:
  message::Request make(std::string_view method, std::uint32_t cseq) const;
  void take_route_set(const message::Message& message, bool reversed);

  State state_ = State::early;
  std::string call_id_;
  std::string local_tag_;
  std::string remote_tag_;
  /// From and To values of our requests, tags included; To without one for RFC 2543 peers.
  std::string local_;
  std::string remote_;
  std::string remote_target_;
  std::vector<std::string> route_set_;
  std::uint32_t local_cseq_ = 0;
  std::optional<std::uint32_t> remote_cseq_;
};

}  // namespace sipml::dialog
