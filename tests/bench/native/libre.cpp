/// libre: sip_msg_decode(), which types Via, To, From, CSeq and Content-Type; each Contact and
/// Record-Route is decoded as its dialogs and registrations do.
// What the library was built with; its structures depend on it.
#define HAVE_INET6 1
#define HAVE_INTTYPES_H 1
#define HAVE_STDBOOL_H 1
extern "C" {
#include <re.h>
}

#include "native/contender.hpp"

namespace sipml::bench {

namespace {

struct sip_msg* parsed(std::string_view octets) {
  struct mbuf* const buffer = mbuf_alloc(octets.size());
  if (!buffer) return nullptr;
  mbuf_write_mem(buffer, reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size());
  mbuf_set_pos(buffer, 0);
  struct sip_msg* message = nullptr;
  const int error = sip_msg_decode(&message, buffer);
  mem_deref(buffer);
  return error == 0 ? message : nullptr;
}

/// Types every header of this name; how many there were.
std::size_t decode_addresses(const struct sip_msg* message, enum sip_hdrid name,
                             struct sip_addr* first) {
  struct Found {
    struct sip_addr* first;
    std::size_t count;
  } found = {first, 0};
  const auto each = [](const struct sip_hdr* header, const struct sip_msg*, void* argument) {
    auto* const so_far = static_cast<Found*>(argument);
    struct sip_addr address;
    if (sip_addr_decode(&address, &header->val) == 0 && so_far->count++ == 0)
      *so_far->first = address;
    return false;
  };
  sip_msg_hdr_apply(message, true, name, each, &found);
  return found.count;
}

std::uint32_t parse(std::string_view octets) {
  struct sip_msg* const message = parsed(octets);
  if (!message) return 0;
  struct sip_addr address;
  decode_addresses(message, SIP_HDR_CONTACT, &address);
  decode_addresses(message, SIP_HDR_RECORD_ROUTE, &address);
  const std::uint32_t number = message->cseq.num;
  mem_deref(message);
  return number;
}

std::string text(const struct pl& given) { return std::string(given.p ? given.p : "", given.l); }

Facts facts(std::string_view octets) {
  Facts found;
  struct sip_msg* const message = parsed(octets);
  if (!message) return found;
  found.cseq = message->cseq.num;
  found.from_tag = text(message->from.tag);
  found.branch = text(message->via.branch);
  struct sip_addr address;
  if (decode_addresses(message, SIP_HDR_CONTACT, &address) > 0)
    found.contact = text(address.uri.user) + '@' + text(address.uri.host);
  found.record_routes = decode_addresses(message, SIP_HDR_RECORD_ROUTE, &address);
  mem_deref(message);
  return found;
}

}  // namespace

Contender libre() { return {"libre", parse, facts, nullptr, nullptr, nullptr, nullptr, nullptr}; }

}  // namespace sipml::bench
