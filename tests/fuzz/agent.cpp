/// A whole user agent: the input is a program of commands, received messages, answers of the
/// browser, timers, clock jumps and lost connections. world.hpp has what must hold.
#include <array>
#include <string>
#include <string_view>

#include "fuzz/world.hpp"

namespace {

using namespace sipml;
using fuzz::World;
using message::HeaderName;

/// One octet of the program each; tests/fuzz/seeds.mjs reads their names here.
enum class Op : std::uint8_t {
  start,
  stop,
  configure,
  register_,
  unregister,
  place_call,
  accept,
  reject,
  hang_up,
  change,
  info,
  media_ready,
  media_failed,
  connect,
  disconnect,
  fire_next,
  advance,
  sleep_long,
  respond,
  request_in_dialog,
  invite,
  cancel,
  acknowledge,
  repeat,
  raw,
  mutate,
  outside_dialog,
  stray_response,
  transfer,
  accept_transfer,
  reject_transfer,
  refer,
  notify,
  replace,
  send_request,
  respond_to_request,
  publish,
  unpublish,
  subscribe,
  unsubscribe,
  progress,
  forget_request,
  restart_ice,
  accept_offer,
  reject_offer,
  request_key_frame,
  media_lost,
  local_candidate,
  trickle,
  count
};

class Program {
 public:
  explicit Program(std::string_view octets) : octets_(octets) {}

  bool at_end() const { return octets_.empty(); }

  std::uint8_t next() {
    if (octets_.empty()) return 0;
    const auto octet = static_cast<std::uint8_t>(octets_.front());
    octets_.remove_prefix(1);
    return octet;
  }

  template <typename T, std::size_t n>
  const T& choose(const std::array<T, n>& from) {
    return from[next() % n];
  }

  std::string_view take(std::size_t length) {
    const std::string_view part = octets_.substr(0, length);
    octets_.remove_prefix(part.size());
    return part;
  }

 private:
  std::string_view octets_;
};

/// A description that browsers take: `origin` has the session's id and version.
std::string describe(std::string_view origin, std::string_view setup, std::string_view direction,
                     std::string_view video) {
  std::string text = "v=0\r\no=- ";
  text.append(origin).append(" IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 AB");
  for (int octet = 1; octet < 32; ++octet) text += ":AB";
  text += "\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\na=ice-options:trickle\r\n";
  text += "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\na=";
  text.append(direction).append("\r\na=setup:").append(setup);
  text += "\r\na=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\n";
  if (!video.empty())
    text.append("m=video ").append(video).append(" UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n") +=
        "a=mid:1\r\na=rtcp-mux\r\na=setup:" + std::string(setup) + "\r\n";
  return text;
}

const std::string offer = describe("1 1", "actpass", "sendrecv", "9");
const std::string answer = describe("2 1", "active", "sendrecv", "0");
const std::array<std::string, 7> descriptions = {offer,
                                                 answer,
                                                 describe("1 2", "actpass", "sendonly", ""),
                                                 describe("3 1", "actpass", "sendrecv", ""),
                                                 describe("1 3", "passive", "inactive", "9"),
                                                 "no description",
                                                 "v=0\r\no=- 1 1 IN IP4 0\r\ns=-\r\n"};

/// What may follow the headers that every message has.
constexpr std::array<std::string_view, 38> more_headers = {
    "",
    "Contact: <sip:bob@b.invalid;transport=ws>\r\n",
    "Contact: <sip:bob@b.invalid>\r\nRecord-Route: <sip:p1.example.org;lr>, "
    "<sip:p2.invalid;lr>\r\n",
    "Contact: <sip:carol@c.invalid>;q=0.7, <sip:dave@d.invalid>;q=0.2\r\n",
    "Contact: <tel:+12>\r\n",
    "Contact: garbage\r\n",
    "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n",
    "Proxy-Authenticate: Digest realm=\"proxy.example.org\", nonce=\"n2\", algorithm=SHA-256, "
    "qop=\"auth,auth-int\", opaque=\"o\"\r\n",
    "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n3\", stale=TRUE, qop=\"auth\"\r\n",
    "WWW-Authenticate: Digest realm=\"other.org\", nonce=\"n4\", algorithm=SHA-512-256-sess, "
    "qop=\"auth\"\r\n",
    "WWW-Authenticate: Basic realm=\"example.org\"\r\n",
    "Retry-After: 2\r\n",
    "Min-Expires: 7200\r\n",
    "Service-Route: <sip:edge.example.org;lr>\r\nPath: <sip:edge.example.org;lr>\r\n",
    "Contact: <sip:alice@a.invalid;transport=ws>;expires=60\r\nExpires: 60\r\n",
    "Contact: *\r\nExpires: 0\r\n",
    "Require: 100rel\r\nRSeq: 1\r\nContact: <sip:bob@b.invalid>\r\n",
    "Require: timer, unheard-of\r\n",
    "Session-Expires: 90;refresher=uac\r\nContact: <sip:bob@b.invalid>\r\n",
    "Content-Type: text/plain\r\n",
    "Content-Type: multipart/mixed;boundary=b\r\nContact: <sip:bob@b.invalid>\r\n",
    "Content-Encoding: gzip\r\nContact: <sip:bob@b.invalid>\r\n",
    "Accept: text/plain\r\nContact: <sip:bob@b.invalid>\r\n",
    "Info-Package: dtmf\r\nContent-Type: application/dtmf-relay\r\n",
    "Content-Type: application/dtmf\r\n",
    "Content-Type: application/media_control+xml\r\n",
    "Reason: SIP;cause=480;text=\"x\", Q.850;cause=16\r\n",
    "Max-Forwards: 0\r\n",
    "Content-Length: 5\r\n",
    "Event: presence\r\nSubscription-State: active;expires=60\r\n",
    "Event: presence\r\nSubscription-State: terminated;reason=deactivated\r\n",
    "SIP-ETag: t\r\nExpires: 30\r\n",
    "Require: 100rel\r\nRSeq: 2\r\nAllow: INVITE, UPDATE\r\nContact: <sip:bob@b.invalid>\r\n",
    "Supported: 100rel, timer\r\nAllow: INVITE, UPDATE, PRACK\r\nContact: <sip:bob@b.invalid>\r\n",
    "RAck: 1 1 INVITE\r\n",
    "Require: timer\r\nSession-Expires: 90;refresher=uas\r\nContact: <sip:bob@b.invalid>\r\n",
    "Min-SE: 120\r\n",
    "Recv-Info: trickle-ice\r\nContact: <sip:bob@b.invalid>\r\n",
};

/// As the browser finds them; "" is the end.
constexpr std::array<std::string_view, 5> candidates = {
    "candidate:1 1 udp 9 127.0.0.1 4000 typ host",
    "candidate:2 1 udp 8 192.0.2.1 5000 typ srflx raddr 127.0.0.1 rport 4000",
    "candidate:3 1 tcp 7 127.0.0.1 9 typ host tcptype active", "", "garbage"};
/// As the peer tells them.
constexpr std::array<std::string_view, 6> trickled = {
    "a=ice-ufrag:abcd\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\n",
    "a=ice-ufrag:abcd\r\na=end-of-candidates\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\n"
    "a=candidate:2 1 udp 1 127.0.0.1 5001 typ host\r\nm=video 9 RTP/AVP 0\r\na=mid:1\r\n",
    "a=ice-ufrag:efgh\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    "a=candidate:3 1 udp 1 127.0.0.1 5002 typ host\r\n",
    "m=audio 9 RTP/AVP 0\r\na=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\n",
    "m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:garbage\r\n",
    "garbage"};
constexpr std::array<std::string_view, 14> methods = {
    "BYE",   "INVITE", "INFO",   "ACK",       "CANCEL",  "OPTIONS",  "UPDATE",
    "PRACK", "REFER",  "NOTIFY", "SUBSCRIBE", "MESSAGE", "REGISTER", "UNHEARD-OF"};
constexpr std::array<int, 24> statuses = {100, 180, 183, 200, 202, 204, 302, 400,
                                          401, 403, 404, 407, 408, 422, 423, 480,
                                          481, 486, 487, 488, 491, 500, 503, 699};
constexpr std::array<std::string_view, 6> targets = {"bob",
                                                     "sip:carol@example.org",
                                                     "+1 (201) 555-0123",
                                                     "sips:x@y.invalid;transport=ws",
                                                     "tel:+4912",
                                                     "sip:@"};

/// The headers and the body behind the first lines of a message.
std::string tail(Program& program) {
  std::string headers(program.choose(more_headers));
  const std::uint8_t more = program.next();
  if ((more & 1U) != 0) headers += program.choose(more_headers);
  if ((more & 2U) == 0) return headers + "\r\n";
  const std::string& body = program.choose(descriptions);
  if ((more & 4U) != 0)
    return headers +
           "Content-Type: multipart/mixed;boundary=b\r\n\r\n--b\r\nContent-Type: "
           "application/sdp\r\n\r\n" +
           body + "\r\n--b--\r\n";
  return headers + "Content-Type: application/sdp\r\n\r\n" + body;
}

std::string tag_of_peer(Program& program) {
  return std::string("b").append(1, static_cast<char>('0' + program.next() % 4));
}

/// A response to the n-th last request sent, as a server would make it.
void respond(World& world, Program& program) {
  const std::string* sent = world.sent(program.next() % 8);
  const int status = program.choose(statuses);
  const std::string tag = tag_of_peer(program);
  const std::string rest = tail(program);
  if (!sent) return;
  const auto request = message::parse_message(*sent);
  if (!request || !request->is_request()) return;
  std::string text = message::write(message::make_response(*request, status, tag));
  text.resize(text.find("Content-Length"));
  world.receive(text + rest);
}

constexpr std::array<std::string_view, 8> refer_tos = {
    "Refer-To: <sip:carol@example.org>\r\n",
    "Refer-To: "
    "<sip:carol@example.org?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc&X-A=1%0D%0AFrom:x>\r\n",
    "Refer-To: <tel:+12>\r\nRefer-Sub: false\r\n",
    "Refer-To: <http://x>\r\n",
    "r: <sip:a@b;method=BYE>\r\n",
    "Refer-To: garbage <\r\n",
    "Refer-To: <sip:a@b>\r\nRefer-To: <sip:c@d>\r\n",
    "Refer-To: <sip:a@b?Subject=x>\r\nReferred-By: <sip:bob@b>;cid=\"1\"\r\n"};
constexpr std::array<std::string_view, 7> subscription_states = {
    "Event: refer\r\nSubscription-State: active;expires=60\r\n",
    "Event: refer\r\nSubscription-State: terminated;reason=noresource\r\n",
    "Event: refer;id=2\r\nSubscription-State: pending\r\n",
    "Event: refer;id=3\r\n",
    "Content-Type: message/sipfrag\r\n",
    "Event: presence\r\nSubscription-State: active\r\n",
    "Event: refer\r\nSubscription-State: ;;=\r\n"};
constexpr std::array<std::string_view, 6> fragments = {"SIP/2.0 100 Trying\r\n",
                                                       "SIP/2.0 200 OK",
                                                       "SIP/2.0 486 Busy Here\r\nTo: x\r\n",
                                                       "SIP/2.0 999 x",
                                                       "",
                                                       "INVITE sip:x SIP/2.0"};

/// A request of the peer in the dialog of what we sent, whichever side began it.
void send_in_dialog(World& world, Program& program, std::string_view method,
                    std::string_view rest) {
  const std::string* sent = world.sent(program.next() % 8);
  const std::string tag = tag_of_peer(program);
  const std::string number = std::to_string(program.next() % 32);
  if (!sent) return;
  const auto ours = message::parse_message(*sent);
  if (!ours || ours->fault()) return;
  std::string from(*ours->header(ours->is_request() ? HeaderName::to : HeaderName::from));
  const std::string to(*ours->header(ours->is_request() ? HeaderName::from : HeaderName::to));
  if (from.find(";tag=") == std::string::npos) from += ";tag=" + tag;
  world.receive(std::string(method) +
                " sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKx" + number +
                "\r\nFrom: " + from + "\r\nTo: " + to +
                "\r\nCall-ID: " + std::string(ours->call_id()) + "\r\nCSeq: " + number + ' ' +
                std::string(method) + "\r\n" + std::string(rest));
}

void request_in_dialog(World& world, Program& program) {
  const std::string_view method = program.choose(methods);
  send_in_dialog(world, program, method, tail(program));
}

void notify(World& world, Program& program) {
  std::string rest(program.choose(subscription_states));
  const std::uint8_t choice = program.next();
  const std::string_view fragment =
      choice < 128 ? fragments[choice % fragments.size()] : program.take(program.next() % 32);
  send_in_dialog(world, program, "NOTIFY", rest.append("\r\n").append(fragment));
}

std::string outside_dialog(std::string_view method, std::string_view number,
                           std::string_view rest) {
  std::string text(method);
  text.append(" sip:alice@a.invalid SIP/2.0\r\nVia: SIP/2.0/WS p;branch=z9hG4bKi").append(number);
  text.append("\r\nMax-Forwards: 70\r\nFrom: <sip:bob@example.org>;tag=b").append(number);
  text.append("\r\nTo: <sip:alice@example.org>\r\nCall-ID: call").append(number);
  text.append("\r\nCSeq: 1 ").append(method).append("\r\n").append(rest);
  return text;
}

/// An INVITE that wants the place of a dialog of ours.
void replace(World& world, Program& program) {
  const std::string* sent = world.sent(program.next() % 8);
  const std::uint8_t choice = program.next();
  const std::string rest = tail(program);
  if (!sent) return;
  const auto ours = message::parse_message(*sent);
  if (!ours || ours->fault()) return;
  const bool is_request = ours->is_request();
  const std::string_view local = is_request ? ours->from_tag() : ours->to_tag();
  const std::string_view remote = is_request ? ours->to_tag() : ours->from_tag();
  std::string replaces = "Replaces: " + std::string(ours->call_id());
  replaces.append(";to-tag=").append(local).append(";from-tag=");
  replaces.append(remote.empty() ? std::string("b").append(1, static_cast<char>('0' + choice % 4))
                                 : std::string(remote));
  if (choice >= 192) replaces += ";early-only";
  world.receive(
      outside_dialog("INVITE", std::to_string(100 + choice % 32), replaces + "\r\n" + rest));
}

/// CANCEL, or the ACK of a response of ours: what copies an INVITE that was received.
void follow_invite(World& world, Program& program, std::string_view method) {
  const std::string* invite = world.received(program.next() % 8);
  const std::string* response = world.sent(program.next() % 4);
  if (!invite) return;
  const auto parsed = message::parse_message(*invite);
  if (!parsed || parsed->fault() || parsed->method() != "INVITE") return;
  std::string to(*parsed->header(HeaderName::to));
  if (method == "ACK" && response) {
    const auto ours = message::parse_message(*response);
    if (ours && !ours->fault()) to = *ours->header(HeaderName::to);
  }
  std::string via(*parsed->header(HeaderName::via));
  // The ACK of a 2xx is a transaction of its own (RFC 3261 13.2.2.4).
  if (method == "ACK" && program.next() % 2 == 0) via += 'a';
  world.receive(std::string(method) + ' ' + std::string(parsed->request_uri()) +
                " SIP/2.0\r\nVia: " + via +
                "\r\nFrom: " + std::string(*parsed->header(HeaderName::from)) + "\r\nTo: " + to +
                "\r\nCall-ID: " + std::string(parsed->call_id()) +
                "\r\nCSeq: " + std::to_string(parsed->cseq().number) + ' ' + std::string(method) +
                "\r\n" + tail(program));
}

/// Octets of a message replaced, removed or inserted.
void mutate(World& world, Program& program) {
  const std::uint8_t choice = program.next();
  const std::string* original =
      choice % 2 == 0 ? world.received(choice / 2 % 8) : world.sent(choice / 2 % 8);
  std::string text = original ? *original : std::string();
  for (std::uint8_t edits = program.next() % 4; !text.empty(); --edits) {
    const std::size_t at = (program.next() * 256U + program.next()) % text.size();
    const std::size_t removed = program.next() % 8;
    const std::string_view inserted = program.take(program.next() % 16);
    text.replace(at, removed, inserted);
    if (edits == 0) break;
  }
  world.receive(std::move(text));
}

std::optional<sdp::Direction> direction(Program& program) {
  constexpr std::array<std::optional<sdp::Direction>, 5> directions = {
      sdp::Direction::sendrecv, std::nullopt, sdp::Direction::sendonly, sdp::Direction::recvonly,
      sdp::Direction::inactive};
  return program.choose(directions);
}

usage::MediaDirections media(Program& program) {
  usage::MediaDirections directions;
  directions.audio = direction(program);
  directions.video = direction(program);
  return directions;
}

/// What the browser was asked last, and what it says.
void media_ready(World& world, Program& program) {
  const usage::MediaRequest* request = world.request(program.next() % 4);
  const std::uint8_t choice = program.next();
  if (!request) return;
  const bool offers = request->type == usage::MediaRequest::Type::create_offer;
  const std::string_view description =
      choice < 128 ? (offers ? offer : answer) : descriptions[choice % descriptions.size()];
  world.execute(agent::MediaReady{request->call, request->token, std::string(description)});
}

void media_failed(World& world, Program& program) {
  const usage::MediaRequest* request = world.request(program.next() % 4);
  const auto error = static_cast<usage::MediaError>(program.next() % 10);
  if (request) world.execute(agent::MediaFailed{request->call, request->token, error, "text"});
}

agent::Configure configure(Program& program) {
  agent::Configure command{World::config()};
  const std::uint8_t bits = program.next();
  command.config.trace = (bits & 1U) == 0;
  command.config.rtcweb_breaker = (bits & 2U) != 0;
  command.config.click2call = (bits & 4U) != 0;
  command.config.early_ims = (bits & 8U) == 0;
  if ((bits & 16U) != 0) command.config.outbound_proxy = "udp://proxy.example.org:5060";
  if ((bits & 32U) != 0) command.config.session_name = "a call";
  if ((bits & 64U) != 0) command.config.headers = {{"Organization", "o"}};
  if ((bits & 128U) != 0) command.config.reconnect_time = seconds(2);
  const std::uint8_t more = program.next();
  command.config.review_descriptions = (more & 1U) != 0;
  command.config.session_expires = (more & 2U) != 0 ? 90 : 0;
  command.config.request_events = (more & 4U) != 0;
  command.config.event_messages = (more & 8U) != 0;
  command.config.unsolicited_notify = (more & 16U) != 0;
  command.config.redirects = (more & 32U) != 0 ? 0 : 5;
  using Trickle = usage::Config::Trickle;
  command.config.trickle = (more & 64U) != 0 ? Trickle::full : Trickle::half;
  command.config.ask_upgrades = (bits & 16U) == 0;
  using Reliable = usage::Config::ReliableProvisional;
  constexpr std::array<Reliable, 3> reliable = {Reliable::supported, Reliable::none,
                                                Reliable::required};
  command.config.reliable_provisional = reliable[more / 64U % 3U];
  return command;
}

message::HeaderFields fields(Program& program) {
  message::HeaderFields fields;
  if (program.next() % 4 == 1) fields.push_back({"X-Extra", "value"});
  return fields;
}

/// Calls and registrations are numbered from one counter.
std::uint32_t id(Program& program) { return program.next() % 16U; }

void command(World& world, Program& program, Op op) {
  switch (op) {
    case Op::start:
      world.execute(agent::Start{});
      break;
    case Op::stop:
      world.execute(agent::Stop{program.next() * 40});
      break;
    case Op::configure:
      world.execute(configure(program));
      break;
    case Op::register_: {
      agent::Register command;
      const std::uint32_t number = id(program);
      if (number != 0) command.registration = number;
      command.options.expires = program.next() * 20U;
      command.options.headers = fields(program);
      world.execute(std::move(command));
      break;
    }
    case Op::unregister:
      world.execute(agent::Unregister{id(program)});
      break;
    case Op::place_call: {
      agent::PlaceCall command;
      command.to = program.choose(targets);
      command.directions = media(program);
      command.options.headers = fields(program);
      world.execute(std::move(command));
      break;
    }
    case Op::accept: {
      agent::Accept command{id(program), {}, {}};
      if (program.next() % 2 == 1) command.choice = {direction(program), direction(program)};
      world.execute(std::move(command));
      break;
    }
    case Op::reject:
      world.execute(agent::Reject{id(program), program.choose(statuses), {}, fields(program)});
      break;
    case Op::send_request: {
      agent::SendRequest command;
      command.method = program.next() % 2 == 0 ? "MESSAGE" : "OPTIONS";
      command.to = program.choose(targets);
      const std::uint32_t number = id(program);
      if (number != 0) command.call = number;
      command.headers = fields(program);
      world.execute(std::move(command));
      break;
    }
    case Op::progress: {
      const std::uint32_t call = id(program);
      world.execute(agent::Progress{call, 100 + program.next() % 100, {}, fields(program)});
      break;
    }
    case Op::restart_ice:
      world.execute(agent::RestartIce{id(program), fields(program)});
      break;
    case Op::accept_offer: {
      agent::AcceptOffer command{id(program), {}};
      if (program.next() % 2 == 1) command.choice = {direction(program), direction(program)};
      world.execute(std::move(command));
      break;
    }
    case Op::reject_offer:
      world.execute(agent::RejectOffer{id(program), program.choose(statuses), {}, fields(program)});
      break;
    case Op::request_key_frame:
      world.execute(agent::RequestKeyFrame{id(program)});
      break;
    case Op::media_lost: {
      const std::uint32_t call = id(program);
      const auto error = static_cast<usage::MediaError>(program.next() % 10);
      world.execute(agent::MediaLost{call, error, "text"});
      break;
    }
    case Op::local_candidate: {
      const std::uint32_t call = id(program);
      const std::string_view candidate = program.choose(candidates);
      const std::uint8_t choice = program.next();
      world.execute(agent::LocalCandidate{call, std::to_string(choice % 3), std::string(candidate),
                                          (choice & 4U) != 0 ? "abcd" : ""});
      break;
    }
    case Op::forget_request:
      world.execute(agent::ForgetRequest{id(program)});
      break;
    case Op::respond_to_request:
      world.execute(agent::Respond{id(program), program.choose(statuses), {}, {}, {}, {}});
      break;
    case Op::publish: {
      agent::Publish command;
      const std::uint32_t number = id(program);
      if (number != 0) command.publication = number;
      command.event = "presence";
      command.content_type = "text/plain";
      command.body = "document";
      world.execute(std::move(command));
      break;
    }
    case Op::unpublish:
      world.execute(agent::Unpublish{id(program)});
      break;
    case Op::subscribe: {
      agent::Subscribe command;
      const std::uint32_t number = id(program);
      if (number != 0) command.subscription = number;
      command.to = program.choose(targets);
      command.event = "presence";
      command.expires = program.next() * 10U;
      world.execute(std::move(command));
      break;
    }
    case Op::unsubscribe:
      world.execute(agent::Unsubscribe{id(program)});
      break;
    case Op::hang_up:
      world.execute(agent::HangUp{id(program), fields(program)});
      break;
    case Op::change: {
      agent::ChangeCall command{id(program), static_cast<usage::Change>(program.next() % 3), {}};
      if (program.next() % 2 == 1) command.directions = media(program);
      world.execute(std::move(command));
      break;
    }
    case Op::transfer: {
      agent::Transfer command{id(program), {}, {}, fields(program)};
      const std::uint8_t choice = program.next();
      if (choice % 2 == 0) command.to = program.choose(targets);
      if (choice % 3 != 0) command.replaces = id(program);
      world.execute(std::move(command));
      break;
    }
    case Op::accept_transfer: {
      agent::AcceptTransfer command{id(program), media(program), {}};
      command.options.headers = fields(program);
      world.execute(std::move(command));
      break;
    }
    case Op::reject_transfer:
      world.execute(
          agent::RejectTransfer{id(program), program.choose(statuses), {}, fields(program)});
      break;
    default:
      world.execute(agent::SendInfo{id(program), "text/plain", "text"});
      break;
  }
}

void input(World& world, Program& program, Op op) {
  switch (op) {
    case Op::media_ready:
      return media_ready(world, program);
    case Op::media_failed:
      return media_failed(world, program);
    case Op::connect:
      return world.connect();
    case Op::disconnect:
      return world.disconnect();
    case Op::fire_next:
      return world.fire_next();
    case Op::advance:
      return world.advance(milliseconds(program.next() * 100), 200);
    case Op::sleep_long:
      world.sleep(seconds(program.next() * program.next()));
      return world.fire();
    case Op::respond:
      return respond(world, program);
    case Op::request_in_dialog:
      return request_in_dialog(world, program);
    case Op::refer: {
      const std::string_view refer_to = program.choose(refer_tos);
      return send_in_dialog(world, program, "REFER", std::string(refer_to) + tail(program));
    }
    case Op::notify:
      return notify(world, program);
    case Op::trickle: {
      const std::string_view body = program.choose(trickled);
      return send_in_dialog(world, program, "INFO",
                            "Info-Package: trickle-ice\r\nContent-Type: "
                            "application/trickle-ice-sdpfrag\r\n\r\n" +
                                std::string(body));
    }
    case Op::replace:
      return replace(world, program);
    case Op::invite: {
      const std::string number = std::to_string(program.next() % 80);
      return world.receive(outside_dialog("INVITE", number, tail(program)));
    }
    case Op::cancel:
      return follow_invite(world, program, "CANCEL");
    case Op::acknowledge:
      return follow_invite(world, program, "ACK");
    case Op::repeat:
      if (const std::string* again = world.received(program.next() % 8)) world.receive(*again);
      return;
    case Op::raw:
      return world.receive(std::string(program.take(program.next() * 4U)));
    case Op::mutate:
      return mutate(world, program);
    case Op::outside_dialog: {
      const std::string_view method = program.choose(methods);
      const std::string number = std::to_string(program.next());
      return world.receive(outside_dialog(method, number, tail(program)));
    }
    case Op::stray_response:
      return world.receive(
          "SIP/2.0 200 OK\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bKgone\r\nFrom: "
          "<sip:alice@example.org>;tag=1\r\nTo: <sip:bob@example.org>;tag=2\r\nCall-ID: "
          "gone\r\nCSeq: 1 INVITE\r\n" +
          tail(program));
    default:
      return command(world, program, op);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most_inputs = 150;
  Program program(fuzz::text_of(data, size));
  World world;
  const std::uint8_t beginning = program.next();
  if (beginning % 4 != 3) {
    world.execute(agent::Start{});
    world.connect();
  }
  for (std::size_t inputs = 0; !program.at_end() && inputs < most_inputs; ++inputs)
    input(world, program, static_cast<Op>(program.next() % static_cast<std::uint8_t>(Op::count)));
  if (beginning % 2 == 0) world.let_end();
  world.stop();
  return 0;
}
