/// Contents of INFO: DTMF (RFC 6086 1, event codes of RFC 4733 3.2) and RFC 5168.
#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "usage/info_content.hpp"

using namespace sipml;
using usage::InfoKind;

namespace {

/// The tone and its duration, "flash", or "?".
std::string read(InfoKind kind, std::string_view content) {
  const auto tone = usage::parse_tone(kind, content);
  if (!tone) return "?";
  if (!*tone) return "flash";
  return std::string(1, (*tone)->tone) + " " + std::to_string((*tone)->duration);
}

std::string relay(std::string_view content) { return read(InfoKind::dtmf_relay, content); }
std::string plain(std::string_view content) { return read(InfoKind::dtmf, content); }

std::string control(std::string_view content) {
  const auto asks = usage::asks_key_frame(content);
  return !asks ? "?" : *asks ? "yes" : "no";
}

}  // namespace

TEST_CASE("RFC 6086 1: the media type says what an INFO holds, without case or parameters") {
  CHECK(usage::info_kind("application/dtmf-relay") == InfoKind::dtmf_relay);
  CHECK(usage::info_kind("Application/DTMF ; charset=utf-8") == InfoKind::dtmf);
  CHECK(usage::info_kind("application/media_control+xml;x=y") == InfoKind::media_control);
  CHECK(usage::info_kind("application/dtmf-relayed") == InfoKind::other);
  CHECK(usage::info_kind("") == InfoKind::other);
}

TEST_CASE("RFC 6086 1: DTMF relay, tolerant of case, blanks and line ends") {
  CHECK(relay("Signal=5\r\nDuration=160\r\n") == "5 160");
  CHECK(relay("signal = 5\nDURATION = 160") == "5 160");
  CHECK(relay("\r\n\tSignal=\t#  \r\n") == "# 100");
  CHECK(relay("Duration=90\rSignal=b") == "B 90");
  CHECK(relay("Signal=D\r\nX=1\r\nno equals") == "D 100");
  CHECK(relay("Signal=*\r\nDuration=0") == "* 100");
  CHECK(relay("Signal=1\r\nDuration=long") == "1 100");
}

TEST_CASE("RFC 4733 3.2: signals as event codes") {
  CHECK(relay("Signal=10\r\nDuration=160") == "* 160");
  CHECK(relay("Signal=11") == "# 100");
  CHECK(relay("Signal=12") == "A 100");
  CHECK(plain("15") == "D 100");
  CHECK(relay("Signal=16") == "flash");
  CHECK(relay("Signal=!") == "flash");
  CHECK(relay("Signal=17") == "?");
}

TEST_CASE("A tone without a relay is the content itself") {
  CHECK(plain("7") == "7 100");
  CHECK(plain(" #\r\n") == "# 100");
  CHECK(plain("77") == "?");
  CHECK(plain("") == "?");
}

TEST_CASE("What has no signal is no tone") {
  CHECK(relay("") == "?");
  CHECK(relay("Signal=") == "?");
  CHECK(relay("Signal=E") == "?");
  CHECK(relay("Signal=55555555555555555555") == "?");
  CHECK(relay(std::string("Signal=\0", 8)) == "?");
  CHECK(relay("Duration=160") == "?");
}

TEST_CASE("RFC 5168 5: the picture update is found wherever the document puts it") {
  CHECK(control(usage::key_frame_request) == "yes");
  CHECK(control("<?xml version='1.0'?>\n<!-- < -->\n<m:media_control xmlns:m='urn:>'>\n"
                "<m:vc_primitive><m:stream_id>1</m:stream_id><m:to_encoder>\n"
                "<m:picture_fast_update a=\"/\">\n</m:picture_fast_update>\n</m:to_encoder>"
                "</m:vc_primitive></m:media_control>") == "yes");
  CHECK(control("<media_control><general_error>no</general_error></media_control>") == "no");
  CHECK(control("<media_control><![CDATA[<picture_fast_update/>]]></media_control>") == "no");
  CHECK(control("<media_control/>") == "no");
}

TEST_CASE("RFC 5168 5: what is no document of its kind") {
  CHECK(control("") == "?");
  CHECK(control("picture_fast_update") == "?");
  CHECK(control("<picture_fast_update/>") == "?");
  CHECK(control("<media_control>") == "?");
  CHECK(control("<media_control></media_control></media_control>") == "?");
  CHECK(control("<media_control/><media_control/>") == "?");
  CHECK(control("<media_control") == "?");
  CHECK(control("<media_control a='>") == "?");
  CHECK(control("<media_control><!--") == "?");
  CHECK(control("<!DOCTYPE x [<!ENTITY a 'b'>]><media_control><picture_fast_update/>"
                "</media_control>") == "?");
  CHECK(control("<") == "?");
  CHECK(control("</") == "?");
}
