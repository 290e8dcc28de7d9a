#include "bridge/data_sdp.hpp"

#include <vector>

#include "negotiation/hold.hpp"
#include "sdp/attributes.hpp"
#include "sdp/candidate.hpp"
#include "sdp/codec.hpp"
#include "sdp/source.hpp"
#include "sdp/transport.hpp"

namespace sipml::bridge {

namespace {

std::optional<std::string_view> unless_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

void write_texts(JsonWriter& json, std::string_view name,
                 const std::vector<std::string_view>& texts) {
  json.open_array(name);
  for (std::string_view text : texts) json.text(text);
  json.close_array();
}

/// The member "lines"; a section's m= line has fields of its own and is left out.
void write_lines(JsonWriter& json, const sdp::Lines& lines) {
  json.open_array("lines");
  for (const sdp::Line& line : lines) {
    if (line.type == 'm') continue;
    json.open_object();
    json.text("type", std::string_view(&line.type, 1));
    json.text("value", line.value);
    json.close_object();
  }
  json.close_array();
}

void write_connection(JsonWriter& json, const std::optional<sdp::Connection>& connection) {
  json.key("connection");
  if (!connection) {
    json.null();
    return;
  }
  json.open_object();
  json.text("networkType", connection->network_type);
  json.text("addressType", connection->address_type);
  json.text("address", connection->address);
  json.close_object();
}

void write_candidates(JsonWriter& json, const sdp::Media& media) {
  json.open_array("candidates");
  for (const sdp::Candidate& candidate : sdp::candidates(media)) {
    json.open_object();
    json.text("foundation", candidate.foundation);
    json.number("component", candidate.component);
    json.text("transport", sdp::to_string(candidate.transport));
    json.number("priority", candidate.priority);
    json.text("address", candidate.address);
    json.number("port", candidate.port);
    json.text("type", sdp::to_string(candidate.type));
    json.text_or_null("relatedAddress", unless_empty(candidate.related_address));
    json.number_or_null("relatedPort", candidate.related_port);
    json.key("tcpType");
    if (candidate.tcp_type)
      json.text(sdp::to_string(*candidate.tcp_type));
    else
      json.null();
    json.open_array("extensions");
    for (const sdp::CandidateExtension& extension : candidate.extensions) {
      json.open_object();
      json.text("name", extension.name);
      json.text("value", extension.value);
      json.close_object();
    }
    json.close_array();
    json.close_object();
  }
  json.close_array();
}

void write_fingerprints(JsonWriter& json, const sdp::Description& description,
                        const sdp::Media& media) {
  json.open_array("fingerprints");
  for (const sdp::Fingerprint& fingerprint : sdp::fingerprints(description, media)) {
    json.open_object();
    json.text("hash", fingerprint.hash);
    json.text("value", fingerprint.value);
    json.close_object();
  }
  json.close_array();
}

void write_codecs(JsonWriter& json, const sdp::Media& media) {
  json.open_array("codecs");
  for (const sdp::Codec& codec : sdp::codecs(media)) {
    json.open_object();
    json.text("format", codec.format);
    json.text_or_null("name", unless_empty(codec.encoding));
    json.number_or_null("clockRate", codec.encoding.empty()
                                         ? std::nullopt
                                         : std::optional<std::uint64_t>(codec.clock_rate));
    json.number("channels", codec.channels);
    json.text_or_null("fmtp", unless_empty(codec.parameters));
    json.text_or_null("apt", unless_empty(codec.apt));
    json.close_object();
  }
  json.close_array();
}

void write_extensions(JsonWriter& json, const sdp::Media& media) {
  json.open_array("headerExtensions");
  for (const sdp::HeaderExtension& extension : sdp::header_extensions(media.lines)) {
    json.open_object();
    json.number("id", extension.id);
    json.text("uri", extension.uri);
    json.close_object();
  }
  json.close_array();
}

/// Streams with their alternatives: [["h"], ["l", "~m"]].
void write_streams(JsonWriter& json, std::string_view name,
                   const std::vector<std::vector<sdp::SimulcastFormat>>& streams) {
  json.open_array(name);
  for (const auto& alternatives : streams) {
    json.open_array();
    for (const sdp::SimulcastFormat& format : alternatives)
      json.text((format.paused ? "~" : "") + std::string(format.rid));
    json.close_array();
  }
  json.close_array();
}

void write_simulcast(JsonWriter& json, const sdp::Media& media) {
  json.key("simulcast");
  const auto simulcast = sdp::simulcast(media);
  if (!simulcast) {
    json.null();
    return;
  }
  json.open_object();
  write_streams(json, "send", simulcast->send);
  write_streams(json, "receive", simulcast->receive);
  json.close_object();
}

void write_media(JsonWriter& json, const sdp::Description& description, const sdp::Media& media) {
  const sdp::MediaLine line = media.line();
  json.open_object();
  json.text("type", line.media);
  json.number("port", line.port);
  json.number("portCount", line.port_count);
  json.text("proto", line.proto);
  write_texts(json, "formats", line.formats);
  json.boolean("rejected", media.is_rejected());
  write_connection(json, sdp::connection(description, media));
  json.text("direction", sdp::to_string(sdp::direction(description, media)));
  json.text_or_null("mid", sdp::mid(media));
  json.text_or_null("setup", sdp::setup(description, media));
  json.text_or_null("iceUfrag", sdp::ice_ufrag(description, media));
  json.text_or_null("icePwd", sdp::ice_pwd(description, media));
  write_texts(json, "iceOptions", sdp::ice_options(description, media));
  write_candidates(json, media);
  json.boolean("endOfCandidates", sdp::has_attribute(media.lines, "end-of-candidates"));
  write_fingerprints(json, description, media);
  json.boolean("rtcpMux", sdp::has_rtcp_mux(media));
  json.boolean("bundleOnly", sdp::has_attribute(media.lines, "bundle-only"));
  write_codecs(json, media);
  write_texts(json, "telephoneEvents", sdp::telephone_events(media));
  write_extensions(json, media);
  write_simulcast(json, media);
  json.text("line", media.lines.front().value);
  write_lines(json, media.lines);
  json.close_object();
}

}  // namespace

void write_description(JsonWriter& json, const sdp::Description& description) {
  const sdp::Origin origin = description.origin();
  json.open_object();
  json.open_object("origin");
  json.text("username", origin.username);
  json.text("sessionId", origin.session_id);
  json.text("version", origin.session_version);
  json.text("networkType", origin.network_type);
  json.text("addressType", origin.address_type);
  json.text("address", origin.address);
  json.close_object();
  json.text_or_null("name", description.session_name());
  const sdp::Line* const line = sdp::find_line(description.session, 'c');
  write_connection(json, line ? sdp::parse_connection(line->value) : std::nullopt);
  json.open_array("groups");
  for (const sdp::Group& group : sdp::groups(description)) {
    json.open_object();
    json.text("semantics", group.semantics);
    write_texts(json, "mids", group.mids);
    json.close_object();
  }
  json.close_array();
  json.boolean("iceLite", sdp::is_ice_lite(description));
  json.boolean("remoteHold", negotiation::is_remote_hold(description));
  write_lines(json, description.session);
  json.open_array("media");
  for (const sdp::Media& media : description.media) write_media(json, description, media);
  json.close_array();
  json.close_object();
}

}  // namespace sipml::bridge
