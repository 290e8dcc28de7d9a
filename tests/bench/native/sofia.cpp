/// sofia-sip: its message class of SIP, which types every header that it knows while it parses.
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>

#include "native/contender.hpp"

namespace sipml::bench {

namespace {

msg_t* parsed(std::string_view octets) {
  return msg_make(sip_default_mclass(), 0, octets.data(), static_cast<ssize_t>(octets.size()));
}

std::uint32_t parse(std::string_view octets) {
  msg_t* const message = parsed(octets);
  const sip_t* const sip = sip_object(message);
  const bool usable = sip && !sip->sip_error && sip->sip_cseq;
  const std::uint32_t number = usable ? sip->sip_cseq->cs_seq : 0;
  msg_destroy(message);
  return number;
}

std::string text(const char* given) { return given ? given : ""; }

Facts facts(std::string_view octets) {
  Facts found;
  msg_t* const message = parsed(octets);
  const sip_t* const sip = sip_object(message);
  if (sip && sip->sip_cseq && sip->sip_from && sip->sip_via) {
    found.cseq = sip->sip_cseq->cs_seq;
    found.from_tag = text(sip->sip_from->a_tag);
    found.branch = text(sip->sip_via->v_branch);
    if (const sip_contact_t* const contact = sip->sip_contact)
      found.contact = text(contact->m_url->url_user) + '@' + text(contact->m_url->url_host);
    for (const sip_record_route_t* route = sip->sip_record_route; route; route = route->r_next)
      ++found.record_routes;
  }
  msg_destroy(message);
  return found;
}

msg_t* kept = nullptr;

bool keep(std::string_view octets) {
  if (kept) msg_destroy(kept);
  kept = parsed(octets);
  // Without the text that each header was read from, it is written from its fields.
  for (msg_header_t* header = reinterpret_cast<msg_header_t*>(
           sip_object(kept)->sip_request ? static_cast<void*>(sip_object(kept)->sip_request)
                                         : static_cast<void*>(sip_object(kept)->sip_status));
       header; header = header->sh_succ)
    msg_fragment_clear(header->sh_common);
  return kept && sip_object(kept);
}

std::string written() {
  su_home_t home[1] = {SU_HOME_INIT(home)};
  su_home_init(home);
  size_t length = 0;
  const char* const octets = msg_as_string(home, kept, nullptr, 0, &length);
  std::string result(octets ? octets : "", octets ? length : 0);
  su_home_deinit(home);
  return result;
}

std::size_t write() {
  su_home_t home[1] = {SU_HOME_INIT(home)};
  su_home_init(home);
  size_t length = 0;
  msg_as_string(home, kept, nullptr, 0, &length);
  su_home_deinit(home);
  return length;
}

template <typename Take>
void copy(std::string_view given, Take take) {
  su_home_t home[1] = {SU_HOME_INIT(home)};
  su_home_init(home);
  sdp_parser_t* const parser =
      sdp_parse(home, given.data(), static_cast<issize_t>(given.size()), 0);
  if (const sdp_session_t* const session = sdp_session(parser)) {
    sdp_printer_t* const printer = sdp_print(home, session, nullptr, 0, 0);
    if (const char* const result = sdp_message(printer))
      take(std::string_view(result, static_cast<std::size_t>(sdp_message_size(printer))));
    sdp_printer_free(printer);
  }
  sdp_parser_free(parser);
  su_home_deinit(home);
}

std::size_t copy_description(std::string_view given) {
  std::size_t size = 0;
  copy(given, [&size](std::string_view result) { size = result.size(); });
  return size;
}

std::string copied_description(std::string_view given) {
  std::string text;
  copy(given, [&text](std::string_view result) { text = result; });
  return text;
}

}  // namespace

Contender sofia() {
  return {"sofia-sip", parse, facts, keep, write, written, copy_description, copied_description};
}

}  // namespace sipml::bench
