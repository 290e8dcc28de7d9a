/// RFC 3261 22, 26: the password and what proves it are in the transmitted octets and nowhere else:
/// no event, log, error or diagnostic repeats them, whatever the server does.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "auth/digest.hpp"
#include "bridge/json_command.hpp"
#include "bridge/json_event.hpp"
#include "message/redact.hpp"
#include "unit/agent/phone.hpp"
#include "unit/hostile/hostile.hpp"

using namespace sipml;
using agent::test::Phone;
using bridge::Json;

namespace {

constexpr std::string_view password = "correct-horse-battery";

/// An agent that logs all there is, and everything it ever said but for what it transmitted.
class World {
 public:
  World() {
    usage::Config config = agent::test::config();
    config.password = password;
    config.trace = true;
    config.rtcweb_breaker = true;
    agent_.emplace(std::move(config), std::array<std::uint8_t, 32>{4});
    command(R"({"type":"start"})");
    agent_->connected(now_);
    drain();
  }

  void command(const std::string& head, const std::string& body = {}) {
    auto command = bridge::parse_command(head, body, agent_->config());
    if (!command) {
      said_ += command.error().argument + command.error().message + '\n';
      return;
    }
    const auto answer = agent_->execute(std::move(*command), now_);
    if (!answer) said_ += answer.error().argument + answer.error().message + '\n';
    drain();
  }

  void receive(const std::string& text) {
    agent_->receive(text, now_);
    drain();
  }

  /// A response to the last request sent.
  void respond(int status, const std::string& more = "\r\n") {
    const auto request = message::parse_message(sent_.back());
    REQUIRE(request);
    receive(Phone::response(*request, status, "srv", more));
  }

  const std::string& last() const { return sent_.back(); }

  /// Adds to the secrets the values of the directives of what was transmitted that prove something.
  void check() const {
    std::vector<std::string> secrets = {std::string(password)};
    for (auto algorithm :
         {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256})
      for (const char* realm : {"example.org", "r1", "r2"})
        secrets.push_back(auth::ha1(algorithm, "alice", realm, password));
    std::size_t proofs = 0;
    for (const std::string& bytes : sent_) {
      const auto message = message::parse_message(bytes);
      if (!message) continue;
      for (auto name :
           {message::HeaderName::authorization, message::HeaderName::proxy_authorization})
        for (std::string_view value : message->headers(name)) {
          const auto digest = auth::parse_digest(value);
          REQUIRE(digest);
          for (const char* directive : {"response", "cnonce"})
            if (const auto text = digest->get(directive); !text.empty()) {
              secrets.emplace_back(text);
              ++proofs;
            }
        }
    }
    CHECK(proofs > 0);
    for (const std::string& secret : secrets)
      CHECK_MESSAGE(said_.find(secret) == std::string::npos, said_);
    CHECK(said_.find("REGISTER") != std::string::npos);
  }

 private:
  void drain() {
    while (auto output = agent_->poll()) {
      if (auto* transmit = std::get_if<usage::Transmit>(&*output)) {
        sent_.push_back(transmit->bytes);
        continue;
      }
      const bridge::Head head = bridge::to_head(std::move(*output));
      said_ += head.json + '\n' + head.body + '\n';
    }
  }

  std::optional<agent::Agent> agent_;
  Instant now_{seconds(1)};
  std::vector<std::string> sent_;
  std::string said_;
};

std::string challenge(const std::string& more, const std::string& realm = "example.org") {
  return "WWW-Authenticate: Digest realm=\"" + realm + "\", nonce=\"n-" + realm + "\"" + more +
         "\r\n";
}

const char* const algorithms[] = {"MD5",          "MD5-sess",    "SHA-256",
                                  "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"};

}  // namespace

TEST_CASE("RFC 3261 22.4: secrets of registrations stay on the wire") {
  for (const char* algorithm : algorithms)
    for (const char* qop : {"", ", qop=\"auth\"", ", qop=\"auth-int\""}) {
      World world;
      world.command(R"({"type":"register"})");
      const std::string params = std::string(", algorithm=") + algorithm + qop;
      world.respond(401, challenge(params) + challenge(params, "r1") +
                             "Proxy-Authenticate: Digest realm=\"r2\", nonce=\"n\"\r\n\r\n");
      world.respond(401, challenge(params + ", stale=true") + "\r\n");
      world.respond(200, "Contact: <sip:alice@x.invalid>;expires=60\r\n\r\n");
      world.command(R"({"type":"unregister","registration":1})");
      world.respond(401, challenge(params + ", stale=false") + "\r\n");
      world.respond(403);
      world.check();
    }
}

TEST_CASE("RFC 3261 22.4: secrets of calls stay on the wire") {
  World world;
  world.command(R"({"type":"register"})");
  world.respond(401, challenge("") + "\r\n");
  world.respond(200);
  world.command(R"({"type":"call","to":"bob","audio":"sendrecv","video":null})");
  world.command(R"({"type":"media_ready","call":2,"token":1})", std::string(agent::test::offer));
  REQUIRE(world.last().starts_with("INVITE "));
  REQUIRE(world.last().find(";ha1=") != std::string::npos);
  world.respond(407, "Proxy-Authenticate: Digest realm=\"r1\", nonce=\"x\", qop=\"auth\"\r\n\r\n");
  REQUIRE(world.last().find("Proxy-Authorization: ") != std::string::npos);
  // The server shows us our own octets, as a proxy that loops does: as they are, behind empty
  // lines, folded, in compact form.
  std::string mirror = world.last();
  world.receive(mirror);
  world.receive("\r\n\r\n" + mirror);
  for (const char* header : {"Authorization: ", "Proxy-Authorization: "})
    for (std::size_t at = mirror.find(header); at != std::string::npos;
         at = mirror.find(header, at + 1)) {
      std::string folded = mirror;
      folded.insert(at + std::string_view(header).size(), "\r\n ");
      world.receive(folded);
      folded = mirror;
      folded.insert(at + std::string_view(header).size() - 2, " \t");
      world.receive(folded);
    }
  const std::size_t ha1 = mirror.find(";ha1=");
  for (const char* written : {"; ha1 = ", ";\r\n HA1=", ";ha1\r\n\t=\r\n ", ";ha1=\t"}) {
    std::string other = mirror;
    other.replace(ha1, 5, written);
    world.receive(other);
  }
  world.respond(486);
  world.check();
}

TEST_CASE("RFC 3261 22.4: a server that asks for nonsense learns and tells nothing") {
  World world;
  world.command(R"({"type":"register"})");
  world.respond(401, challenge("") + "\r\n");
  world.respond(401, challenge("") + "\r\n");
  hostile::Dice dice(9);
  for (int i = 0; i < 200; ++i) {
    world.command(R"({"type":"register","registration":1})");
    const std::string junk = hostile::random_text(dice, 60);
    world.respond(401, "WWW-Authenticate: Digest " + junk + "\r\n" +
                           (i % 2 ? challenge(", x=" + junk) : std::string()) + "\r\n");
    world.respond(i % 3 ? 403 : 200);
  }
  world.check();
}

TEST_CASE("RFC 3261 22.4: a refused command repeats no secret") {
  World world;
  world.command(R"({"type":"register"})");
  world.respond(401, challenge("") + "\r\n");
  const std::string secret(password);
  for (const char* bad : {"\r\n", "\n", "\r"}) {
    const Json head = {{"type", "configure"}, {"config", {{"password", secret + bad}}}};
    world.command(bridge::dump(head));
  }
  world.command(R"({"type":"configure","config":{"password":["correct-horse-battery"]}})");
  world.command(R"({"type":"configure","config":{"password":"correct-horse-battery","trace":1}})");
  world.command(R"({"type":"configure","config":{"password":"correct-horse-battery)");
  world.command(R"({"type":"correct-horse-battery"})");
  world.command(R"({"type":"configure","config":{"password":")" + hostile::repeat(secret, 100) +
                "\"}}");
  world.check();
}

TEST_CASE("RFC 3261 22.4: redaction hides the values and leaves all else as it is") {
  using message::redact;
  CHECK(redact("A b SIP/2.0\r\nX: 1\r\nAuthorization: Digest a\r\n b\r\nY: 2\r\n\r\nbody") ==
        "A b SIP/2.0\r\nX: 1\r\nAuthorization: ***\r\nY: 2\r\n\r\nbody");
  CHECK(redact("\r\n\r\nA b SIP/2.0\r\nproxy-authorization : x\r\n\r\n") ==
        "\r\n\r\nA b SIP/2.0\r\nproxy-authorization: ***\r\n\r\n");
  CHECK(redact("m: <sip:a>;ha1=ab;x\r\n\r\n;ha1=body") == "m: <sip:a>;ha1=***;x\r\n\r\n;ha1=body");
  CHECK(redact("m: ;HA1 = \"a;b\";x\r\n") == "m: ;HA1 = ***;x\r\n");
  CHECK(redact("m: ;ha1=\"open") == "m: ;ha1=***");
  CHECK(redact("m: ;ha1=a;ha1=b, c;ha1=d\r\n") == "m: ;ha1=***;ha1=***, c;ha1=***\r\n");
  CHECK(redact("m: ;ha1x=a;ha1\r\n") == "m: ;ha1x=a;ha1\r\n");
  for (const char* text : {"", "\r\n", "\n", "x", "\r\n\r\n\r\n", "x\r\n\r\n", "\r"})
    CHECK(redact(text) == text);
}
