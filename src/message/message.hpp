/// One received SIP message: its octets, an index of its headers, and what routing needs, decoded
/// (RFC 3261 section 7).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/slice.hpp"
#include "grammar/parse_error.hpp"
#include "message/header_name.hpp"
#include "message/headers/cseq.hpp"
#include "message/headers/via.hpp"
#include "uri/name_addr.hpp"

namespace sipml::message {

/// Something wrong with a message that cost only what is named here.
struct Diagnostic {
  /// Static text.
  std::string_view reason;
  /// Octets from the start of the message.
  std::size_t offset = 0;
  /// The header concerned; "" for the start line or the body.
  std::string header;
};

/// Why a message may not be acted upon, as the response that RFC 3261 prescribes for a request.
struct Fault {
  int status = 400;
  /// For the reason phrase; static text.
  std::string_view reason;
};

class Message {
 public:
  struct Address {
    HeaderName header = HeaderName::other;
    uri::NameAddrParts parts;
  };

  bool is_request() const { return status_ == 0; }

  /// Requests only.
  std::string_view method() const SIPML_LIFETIMEBOUND { return method_.in(bytes_); }
  std::string_view request_uri() const SIPML_LIFETIMEBOUND { return request_uri_.in(bytes_); }

  /// Responses only: 100 to 699.
  int status() const { return status_; }
  std::string_view reason() const SIPML_LIFETIMEBOUND { return reason_.in(bytes_); }

  /// The value of the first header of that name, unfolded and trimmed.
  std::optional<std::string_view> header(HeaderName name) const SIPML_LIFETIMEBOUND;
  /// Each value of each header of that name, in order, comma lists split.
  std::vector<std::string_view> values(HeaderName name) const SIPML_LIFETIMEBOUND;
  /// Each header of that name as one value, in order, not split.
  std::vector<std::string_view> headers(HeaderName name) const SIPML_LIFETIMEBOUND;
  /// Every header as received, in order: name, value.
  std::vector<std::pair<std::string_view, std::string_view>> all_headers() const
      SIPML_LIFETIMEBOUND;

  std::string_view body() const SIPML_LIFETIMEBOUND { return body_.in(bytes_); }
  /// Lower case, without parameters; "" if absent.
  const std::string& content_type() const { return content_type_; }
  const std::string& bytes() const { return bytes_; }

  /// Meaningful when there is no fault(), as all up to via_count().
  Via top_via() const { return vias_.empty() ? Via() : make_via(bytes_, vias_.front()); }
  std::string_view top_branch() const SIPML_LIFETIMEBOUND {
    return vias_.empty() ? std::string_view() : vias_.front().branch.in(bytes_);
  }
  uri::NameAddr from() const { return uri::make_name_addr(bytes_, from_); }
  uri::NameAddr to() const { return uri::make_name_addr(bytes_, to_); }
  /// "" if absent.
  std::string_view from_tag() const SIPML_LIFETIMEBOUND { return from_.tag.in(bytes_); }
  std::string_view to_tag() const SIPML_LIFETIMEBOUND { return to_.tag.in(bytes_); }
  std::string_view call_id() const SIPML_LIFETIMEBOUND { return call_id_.in(bytes_); }
  const CSeq& cseq() const { return cseq_; }
  /// Number of Via values.
  std::size_t via_count() const { return via_count_; }
  /// The Request-URI, if it is a URI, and what the headers that route a message are made of; slices
  /// of bytes(). A Via that is none is not among them.
  const std::optional<uri::UriParts>& request_uri_parts() const { return request_uri_parts_; }
  const uri::NameAddrParts& from_parts() const { return from_; }
  const uri::NameAddrParts& to_parts() const { return to_; }
  const std::vector<ViaParts>& via_parts() const { return vias_; }
  /// Of Contact, Route and Record-Route, in the order of the message.
  const std::vector<Address>& address_parts() const { return addresses_; }
  /// The values of Contact, Route or Record-Route that are addresses, in order; each other one is
  /// among the diagnostics(), but for the "*" of a Contact.
  std::vector<uri::NameAddr> addresses(HeaderName name) const;

  /// Set when the message must not be acted upon.
  const std::optional<Fault>& fault() const { return fault_; }
  /// True when a response to this request can be routed back: it has all that one copies.
  bool is_answerable() const { return answerable_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  friend class MessageParser;

  struct Entry {
    HeaderName id = HeaderName::other;
    Slice name;
    Slice value;
  };

  std::string bytes_;
  std::vector<Entry> entries_;
  std::vector<Address> addresses_;
  Slice method_;
  Slice request_uri_;
  Slice reason_;
  Slice body_;
  Slice call_id_;
  int status_ = 0;
  std::size_t via_count_ = 0;
  bool answerable_ = false;
  std::optional<uri::UriParts> request_uri_parts_;
  std::vector<ViaParts> vias_;
  uri::NameAddrParts from_;
  uri::NameAddrParts to_;
  CSeq cseq_;
  std::string content_type_;
  std::optional<Fault> fault_;
  std::vector<Diagnostic> diagnostics_;
};

/// Parses one WebSocket message. An error means that it is no SIP message at all; a SIP message
/// that must not be acted upon comes with its fault(). Leading CRLFs are passed over (7.5).
Result<Message, grammar::ParseError> parse_message(std::string bytes);

}  // namespace sipml::message
