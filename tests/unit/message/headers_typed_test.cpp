#include <doctest/doctest.h>

#include <string>

#include "message/headers/typed.hpp"

using namespace sipml;
using namespace sipml::message;

namespace {

template <typename T>
T must(Result<T, grammar::ParseError> result) {
  REQUIRE(result);
  return std::move(result).value();
}

grammar::Parameters parameters(std::string_view text) {
  return must(grammar::parse_parameters(text));
}

}  // namespace

TEST_CASE("RFC 6665 8.2.1: Event with its templates and id") {
  const EventType event = must(parse_event("Presence.winfo.x;id=A1;Param=QWe"));
  CHECK(event.type == "presence.winfo.x");
  CHECK(event.package() == "presence");
  CHECK(event.templates() == std::vector<std::string_view>{"winfo", "x"});
  CHECK(event.id == "A1");
  CHECK(event.parameters.size() == 2);
  const EventType refer = must(parse_event("refer"));
  CHECK(refer.package() == "refer");
  CHECK(refer.templates().empty());
  CHECK(refer.id.empty());
  CHECK_FALSE(parse_event(""));
  CHECK_FALSE(parse_event("a b"));
}

TEST_CASE("RFC 6665 4.1.3: Subscription-State in any case, odd parameters passed over") {
  const SubscriptionState active = must(
      parse_subscription_state("active;reason=deactivated;expires=507099;retry-after=145;test=jk"));
  CHECK(active.state == "active");
  CHECK(active.reason == "deactivated");
  CHECK(active.expires == 507099U);
  CHECK(active.retry_after == 145U);
  const SubscriptionState ended =
      must(parse_subscription_state("Terminated;reason=Whatever;retry-after=5;expires=x"));
  CHECK(ended.state == "terminated");
  CHECK(ended.reason == "whatever");
  CHECK(ended.retry_after == 5U);
  CHECK_FALSE(ended.expires);
  CHECK_FALSE(parse_subscription_state(";expires=1"));
}

TEST_CASE("RFC 4028 4: Session-Expires read and written") {
  const SessionExpires value =
      must(parse_session_expires("210  ;   refresher  =  UAS ; foo = bar"));
  CHECK(value.seconds == 210);
  CHECK(value.refresher == Refresher::uas);
  CHECK(to_string(value) == "210;refresher=uas");
  CHECK(must(parse_session_expires("180;refresher=uac")).refresher == Refresher::uac);
  const SessionExpires bare = must(parse_session_expires("90"));
  CHECK(bare.refresher == Refresher::none);
  CHECK(to_string(bare) == "90");
  const auto odd = parse_session_expires("90;refresher=me");
  REQUIRE_FALSE(odd);
  CHECK(odd.error().offset == 2);
  CHECK_FALSE(parse_session_expires("soon"));
}

TEST_CASE("RFC 3891 6.1: Replaces read and written") {
  const Replaces value = must(parse_replaces("98732@a;baz;from-tag=r33;to-tag=ff8;early-only"));
  CHECK(value.call_id == "98732@a");
  CHECK(value.from_tag == "r33");
  CHECK(value.to_tag == "ff8");
  CHECK(value.early_only);
  CHECK(to_string(value) == "98732@a;to-tag=ff8;from-tag=r33;early-only");
  const Replaces again = must(parse_replaces("a;to-tag=1;from-tag=0"));
  CHECK_FALSE(again.early_only);
  CHECK(to_string(again) == "a;to-tag=1;from-tag=0");
  CHECK_FALSE(parse_replaces("a;to-tag=1"));
}

TEST_CASE("RFC 3262 7.2: RAck read and written") {
  const RAck value = must(parse_rack("776656 1 INVITE"));
  CHECK(value.response_number == 776656);
  CHECK(value.cseq_number == 1);
  CHECK(value.method == "INVITE");
  CHECK(to_string(value) == "776656 1 INVITE");
  CHECK_FALSE(parse_rack("776656 INVITE"));
}

TEST_CASE("RFC 3326 2: Reason read and written") {
  const auto reasons =
      must(parse_reason("SIP  ; cause = 488 ; text = \"Wrong \\\"SDP\\\"\", Q.850;cause=16"));
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0].protocol == "sip");
  CHECK(reasons[0].cause == 488U);
  CHECK(reasons[0].text == "Wrong \"SDP\"");
  CHECK(to_string(reasons[0]) == "SIP;cause=488;text=\"Wrong \\\"SDP\\\"\"");
  CHECK(to_string(reasons[1]) == "Q.850;cause=16");
  const auto isup = must(parse_reason("ISUP; cause=500 ; LALA = foo"));
  CHECK(isup.front().protocol == "isup");
  CHECK(isup.front().text == std::nullopt);
  CHECK(must(parse_reason("SIP;cause=x")).front().cause == std::nullopt);
  CHECK_FALSE(parse_reason(""));
}

TEST_CASE("RFC 3261 20.43, 20.33: Warning and Retry-After") {
  const auto warnings = must(parse_warning("301 isi.edu \"a, b\", 399 x \"\""));
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].code == 301);
  CHECK(warnings[0].agent == "isi.edu");
  CHECK(warnings[0].text == "a, b");
  CHECK_FALSE(parse_warning("1812 overture \"In Progress\""));
  const RetryAfter later = must(parse_retry_after("120 (I am (in a) meeting);duration=3600"));
  CHECK(later.seconds == 120);
  CHECK(later.comment == "I am (in a) meeting");
  CHECK(later.duration == 3600U);
  CHECK(must(parse_retry_after("5")).duration == std::nullopt);
  CHECK_FALSE(parse_retry_after("later"));
}

TEST_CASE("RFC 3515 2.1, RFC 5589 7: Refer-To with Replaces") {
  const ReferTo value = must(parse_refer_to(
      "\"A\" <sips:a@example.com?Subject=x&repl%61ces=1%40b%3Bfrom-tag%3D3%3Bto-tag%3D2>;q"));
  CHECK(value.address.display_name == "A");
  CHECK(value.address.uri.scheme == "sips");
  CHECK(value.address.parameters.size() == 1);
  REQUIRE(value.replaces);
  CHECK(value.replaces->call_id == "1@b");
  CHECK(value.replaces->from_tag == "3");
  CHECK(value.replaces->to_tag == "2");
  CHECK_FALSE(must(parse_refer_to("sip:alice@example.com")).replaces);
  CHECK_FALSE(must(parse_refer_to("<sip:a@b?Accept-Contact=sip:c.example>")).replaces);
  const auto bad = parse_refer_to("<sip:a@b?Replaces=1%3Bfrom-tag%3D3>");
  REQUIRE_FALSE(bad);
  CHECK(bad.error().offset == 9);
  CHECK_FALSE(
      parse_refer_to("<sip:a@b?Replaces=1%3Bfrom-tag%3D3%3Bto-tag%3D2&Replaces=1%3Bfrom-"
                     "tag%3D3%3Bto-tag%3D2>"));
  CHECK_FALSE(parse_refer_to("<sip:a@b?Replaces>"));
  CHECK_FALSE(parse_refer_to("*"));
}

TEST_CASE("RFC 3261 20.11, 20.15: Content-Disposition and Content-Type") {
  const ContentDisposition early =
      must(parse_content_disposition("Early-Session;handling=OPTIONAL"));
  CHECK(early.type == "early-session");
  CHECK_FALSE(early.required);
  CHECK(must(parse_content_disposition("session")).required);
  CHECK(must(parse_content_disposition("render;handling=required")).required);
  CHECK_FALSE(parse_content_disposition(";handling=optional"));
  const MediaType type =
      must(parse_media_type("Multipart/Mixed;boundary=\"a b\"; Charset = UTF-8"));
  CHECK(type.type == "multipart");
  CHECK(type.subtype == "mixed");
  CHECK(type.boundary() == "a b");
  CHECK(type.charset() == "UTF-8");
  CHECK(must(parse_media_type("text/plain")).boundary().empty());
  CHECK_FALSE(parse_media_type("text"));
}

TEST_CASE("RFC 3323 4.2: Privacy as a list") {
  CHECK(must(parse_privacy("none;User;id")) == std::vector<std::string>{"none", "user", "id"});
  CHECK_FALSE(parse_privacy(""));
}

TEST_CASE("RFC 3261 20.10: q and expires of a Contact") {
  CHECK(contact_q(parameters("")) == 1000);
  CHECK(contact_q(parameters(";q=0.7")) == 700);
  CHECK(contact_q(parameters(";Q=0")) == 0);
  CHECK(contact_q(parameters(";q=0.")) == 0);
  CHECK(contact_q(parameters(";q=0.123")) == 123);
  CHECK(contact_q(parameters(";q=0.1239")) == 123);
  CHECK(contact_q(parameters(";q=1.000")) == 1000);
  for (std::string_view bad :
       {";q", ";q=", ";q=1.001", ";q=2", ";q=.5", ";q=-1", ";q=0.12x", ";q=0.1234x", ";q=a"}) {
    CAPTURE(bad);
    CHECK(contact_q(parameters(bad)) == std::nullopt);
  }
  CHECK(seconds_parameter(parameters(";expires=3600"), "Expires") == 3600U);
  CHECK(seconds_parameter(parameters(";expires=4294967295"), "expires") == 4294967295U);
  CHECK(seconds_parameter(parameters(";expires=4294967296"), "expires") == 4294967295U);
  CHECK(seconds_parameter(parameters(";expires=99999999999999999999999"), "expires") ==
        4294967295U);
  for (std::string_view bad : {"", ";expires", ";expires=", ";expires=-1", ";expires=1x"}) {
    CAPTURE(bad);
    CHECK(seconds_parameter(parameters(bad), "expires") == std::nullopt);
  }
}
