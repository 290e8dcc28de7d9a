/// GNU oSIP: osip_message_parse(), which types each header that a message has a member for.
#include <osipparser2/osip_parser.h>

#include <cstdlib>

#include "native/contender.hpp"

namespace sipml::bench {

namespace {

osip_message_t* parsed(std::string_view octets) {
  osip_message_t* message = nullptr;
  if (osip_message_init(&message) != 0) return nullptr;
  if (osip_message_parse(message, octets.data(), octets.size()) == 0) return message;
  osip_message_free(message);
  return nullptr;
}

std::uint32_t number_of(const osip_message_t* message) {
  return static_cast<std::uint32_t>(std::strtoul(message->cseq->number, nullptr, 10));
}

std::uint32_t parse(std::string_view octets) {
  osip_message_t* const message = parsed(octets);
  if (!message) return 0;
  const std::uint32_t number = number_of(message);
  osip_message_free(message);
  return number;
}

std::string text(const char* given) { return given ? given : ""; }

Facts facts(std::string_view octets) {
  Facts found;
  osip_message_t* const message = parsed(octets);
  if (!message) return found;
  found.cseq = number_of(message);
  osip_generic_param_t* tag = nullptr;
  if (osip_from_get_tag(message->from, &tag) == 0) found.from_tag = text(tag->gvalue);
  const auto* via = static_cast<osip_via_t*>(osip_list_get(&message->vias, 0));
  osip_generic_param_t* branch = nullptr;
  if (via && osip_via_param_get_byname(const_cast<osip_via_t*>(via), const_cast<char*>("branch"),
                                       &branch) == 0)
    found.branch = text(branch->gvalue);
  if (const auto* contact = static_cast<osip_contact_t*>(osip_list_get(&message->contacts, 0)))
    found.contact = text(contact->url->username) + '@' + text(contact->url->host);
  found.record_routes = static_cast<std::size_t>(osip_list_size(&message->record_routes));
  osip_message_free(message);
  return found;
}

osip_message_t* kept = nullptr;

bool keep(std::string_view octets) {
  if (kept) osip_message_free(kept);
  kept = parsed(octets);
  return kept != nullptr;
}

char* to_string(size_t* length) {
  char* result = nullptr;
  osip_message_force_update(kept);
  return osip_message_to_str(kept, &result, length) == 0 ? result : nullptr;
}

std::size_t write() {
  size_t length = 0;
  osip_free(to_string(&length));
  return length;
}

std::string written() {
  size_t length = 0;
  char* const octets = to_string(&length);
  std::string result(octets ? octets : "", octets ? length : 0);
  osip_free(octets);
  return result;
}

}  // namespace

Contender osip() {
  parser_init();
  return {"GNU oSIP", parse, facts, keep, write, written, nullptr, nullptr};
}

}  // namespace sipml::bench
