/// Contacts: RFC 7118 section 5, RFC 5626 section 4.3, RFC 5627 section 4.4, and webrtc2sip's form.
#include <doctest/doctest.h>

#include "usage/context.hpp"

using namespace sipml;

namespace {

usage::Config config() {
  usage::Config config;
  config.uri = std::move(uri::parse("sip:alice@example.org")).value();
  config.domain = "example.org";
  config.authorization_user = "al ice";
  config.password = "secret";
  config.invalid_host = "x.invalid";
  return config;
}

bool holds(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("webrtc2sip: the proof of the password is in the INVITE alone, and only over TLS") {
  usage::Config breaker = config();
  breaker.rtcweb_breaker = true;
  CHECK(usage::contact_value(breaker, {{"+audio", ""}}, "INVITE") ==
        "<sip:alice@x.invalid;rtcweb-breaker=yes;transport=ws>;impi=al%20ice;"
        "ha1=81d9b00e367fe98111e09c088fd847e2;+audio");
  for (const char* method : {"REGISTER", "ACK", "re-INVITE", "INFO", "200"})
    CHECK_FALSE(holds(usage::contact_value(breaker, {}, method), "ha1="));
  breaker.via_transport = "WS";
  CHECK_FALSE(holds(usage::contact_value(breaker, {}, "INVITE"), "ha1="));
  CHECK_FALSE(holds(usage::contact_value(breaker, {}, "INVITE"), "impi="));
  CHECK_FALSE(holds(usage::contact_value(config(), {}, "INVITE"), "ha1="));
}

TEST_CASE("RFC 5627 4.4: a GRUU is the Contact of all but REGISTER, and not towards webrtc2sip") {
  usage::Config known = config();
  known.display_name = "Alice \"A\"";
  known.instance_id = "urn:uuid:1";
  known.service.public_gruu = "sip:alice@example.org;gr=urn:uuid:1";
  CHECK(usage::contact_value(known, {{"+audio", ""}}, "INVITE") ==
        "\"Alice \\\"A\\\"\" <sip:alice@example.org;gr=urn:uuid:1>;+audio");
  CHECK(holds(usage::contact_value(known, {}, "REGISTER"), "x.invalid"));
  known.click2call = true;
  CHECK(holds(usage::contact_value(known, {}, "INVITE"), "x.invalid"));
}

TEST_CASE("RFC 5626 4.3: where the registrar keeps our flow, dialogs come over it, too") {
  usage::Config known = config();
  known.service.outbound = true;
  CHECK(holds(usage::contact_value(known, {}, "INVITE"), ";transport=ws;ob>"));
  CHECK_FALSE(holds(usage::contact_value(known, {}, "REGISTER"), ";ob"));
}
