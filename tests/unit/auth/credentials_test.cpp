#include "auth/credentials.hpp"

#include <doctest/doctest.h>

using namespace sipml;
using namespace sipml::auth;

namespace {

const Account alice{"alice", "secret"};

struct Client {
  crypto::Random random{{1}};
  Credentials credentials;

  static message::Request request(std::string method = "INVITE") {
    message::Request request;
    request.method = std::move(method);
    request.request_uri = "sip:bob@example.org";
    request.headers = {{"Via", "SIP/2.0/WS x.invalid;branch=z9hG4bK1"}, {"CSeq", "1 INVITE"}};
    return request;
  }

  static message::Message response(int status, const std::string& headers) {
    return std::move(message::parse_message(
                         "SIP/2.0 " + std::to_string(status) +
                         " x\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\n"
                         "From: <sip:a@b>;tag=1\r\nTo: <sip:b@b>;tag=2\r\nCall-ID: c\r\n"
                         "CSeq: 1 INVITE\r\n" +
                         headers + "\r\n"))
        .value();
  }

  std::optional<message::Request> answer(const message::Request& request, int status,
                                         const std::string& headers) {
    return credentials.answer(request, response(status, headers), alice, random);
  }
};

DigestParameters sent(const message::Request& request, std::string_view header) {
  const std::string* value = message::find_field(request.headers, header);
  REQUIRE(value);
  auto parsed = parse_digest(*value);
  REQUIRE(parsed);
  return std::move(parsed).value();
}

}  // namespace

TEST_CASE("RFC 8760 2.4: the strongest algorithm is answered, in whatever order they come") {
  const std::string md5 = "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", algorithm=MD5\r\n";
  const std::string sha =
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\", algorithm=SHA-256\r\n";
  const std::string aka =
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"a\", algorithm=AKAv1-MD5\r\n";
  for (const std::string& headers : {md5 + sha, sha + md5, aka + md5 + sha, sha + aka + md5}) {
    Client client;
    const auto retried = client.answer(Client::request(), 401, headers);
    REQUIRE(retried);
    CHECK(sent(*retried, "Authorization").get("algorithm") == "SHA-256");
    CHECK(sent(*retried, "Authorization").get("nonce") == "s");
  }
}

TEST_CASE("RFC 3261 22.3: several realms of one response each get their credentials") {
  Client client;
  const auto retried = client.answer(Client::request(), 407,
                                     "Proxy-Authenticate: Digest realm=\"p1\", nonce=\"n1\"\r\n"
                                     "Proxy-Authenticate: Digest realm=\"p2\", nonce=\"n2\"\r\n"
                                     "WWW-Authenticate: Digest realm=\"u\", nonce=\"n3\"\r\n");
  REQUIRE(retried);
  int proxy = 0;
  int user = 0;
  for (const auto& field : retried->headers) {
    proxy += field.name == "Proxy-Authorization" ? 1 : 0;
    user += field.name == "Authorization" ? 1 : 0;
  }
  CHECK(proxy == 2);
  CHECK(user == 1);
}

TEST_CASE("RFC 3261 22.3: a second proxy's challenge keeps the first one's credentials") {
  Client client;
  const auto first = client.answer(Client::request(), 407,
                                   "Proxy-Authenticate: Digest realm=\"p1\", nonce=\"n1\"\r\n");
  REQUIRE(first);
  const auto second =
      client.answer(*first, 401, "WWW-Authenticate: Digest realm=\"u\", nonce=\"n2\"\r\n");
  REQUIRE(second);
  CHECK(sent(*second, "Proxy-Authorization").get("realm") == "p1");
  CHECK(sent(*second, "Authorization").get("realm") == "u");
}

TEST_CASE("RFC 3261 22.1: refused credentials are not sent again") {
  Client client;
  const std::string challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\"\r\n";
  const auto retried = client.answer(Client::request(), 401, challenge);
  REQUIRE(retried);
  CHECK(!client.answer(*retried, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\"\r\n"));
  SUBCASE("but a new request starts afresh") {
    CHECK(client.answer(Client::request(), 401, challenge));
  }
}

TEST_CASE("RFC 7616 3.3: stale means the nonce, not the password") {
  Client client;
  const auto retried = client.answer(Client::request(), 401,
                                     "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\"\r\n");
  const auto again = client.answer(
      *retried, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n2\", stale=true\r\n");
  REQUIRE(again);
  CHECK(sent(*again, "Authorization").get("nonce") == "n2");
}

TEST_CASE("RFC 3261 22.3: accepted credentials are sent at once, with the nonce counted") {
  Client client;
  const auto retried =
      client.answer(Client::request(), 407,
                    "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n1\", qop=\"auth\"\r\n");
  REQUIRE(retried);
  CHECK(sent(*retried, "Proxy-Authorization").get("nc") == "00000001");
  message::Request next = Client::request("BYE");
  client.credentials.authorize(next, alice, client.random);
  CHECK(!message::find_field(next.headers, "Proxy-Authorization"));
  client.credentials.accepted(*retried);
  client.credentials.authorize(next, alice, client.random);
  CHECK(sent(next, "Proxy-Authorization").get("nc") == "00000002");

  SUBCASE("a nonce that worked and is refused was only too old") {
    CHECK(client.answer(next, 407,
                        "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n2\", qop=\"auth\"\r\n"));
  }
  SUBCASE("registrations have their own") {
    message::Request registration = Client::request("REGISTER");
    client.credentials.authorize(registration, alice, client.random);
    CHECK(!message::find_field(registration.headers, "Proxy-Authorization"));
  }
  SUBCASE("ACK and CANCEL carry none of their own") {
    message::Request ack = Client::request("ACK");
    client.credentials.authorize(ack, alice, client.random);
    CHECK(!message::find_field(ack.headers, "Proxy-Authorization"));
  }
}

TEST_CASE("RFC 7616 3.4: opaque and algorithm are echoed only when they were sent") {
  Client client;
  const auto with = client.answer(
      Client::request(), 401,
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", opaque=\"\", algorithm=md5\r\n");
  CHECK(sent(*with, "Authorization").contains("opaque"));
  CHECK(sent(*with, "Authorization").get("algorithm") == "MD5");
  Client other;
  const auto without =
      other.answer(Client::request(), 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n");
  CHECK(!sent(*without, "Authorization").contains("opaque"));
  CHECK(!sent(*without, "Authorization").contains("algorithm"));
}

TEST_CASE("RFC 3261 22.4: Basic and broken challenges are never answered") {
  Client client;
  CHECK(!client.answer(Client::request(), 401, "WWW-Authenticate: Basic realm=\"r\"\r\n"));
  CHECK(!client.answer(Client::request(), 401, "WWW-Authenticate: Digest realm=\"r\"\r\n"));
  CHECK(!client.answer(Client::request(), 401, ""));
}

TEST_CASE("RFC 7616 3.3: a challenge without realm or nonce is never answered") {
  Client client;
  CHECK_FALSE(client.answer(Client::request(), 401, "WWW-Authenticate: Digest nonce=\"n\"\r\n"));
  CHECK_FALSE(client.answer(Client::request(), 401, "WWW-Authenticate: Digest realm=\"r\"\r\n"));
}

TEST_CASE("RFC 3261 22.1: an account that names its realm answers no other") {
  Client client;
  const Account ours{"alice", "secret", "r"};
  const std::string other = "WWW-Authenticate: Digest realm=\"s\", nonce=\"n\"\r\n";
  const std::string same = "WWW-Authenticate: Digest realm=\"r\", nonce=\"m\"\r\n";
  const auto request = Client::request();
  CHECK_FALSE(
      client.credentials.answer(request, Client::response(401, other), ours, client.random));
  const auto retried =
      client.credentials.answer(request, Client::response(401, other + same), ours, client.random);
  REQUIRE(retried);
  CHECK(sent(*retried, "Authorization").get("realm") == "r");
}

TEST_CASE("RFC 7616 3.4: nonce and opaque are echoed and hashed as they stand in their quotes") {
  Client client;
  const auto retried = client.answer(
      Client::request(), 401,
      "WWW-Authenticate: Digest realm=\"r\", nonce=\"a\\\"b\\c\", opaque=\"\\o\"\r\n");
  REQUIRE(retried);
  const auto parsed = sent(*retried, "Authorization");
  CHECK(parsed.raw("nonce") == "a\\\"b\\c");
  CHECK(parsed.raw("opaque") == "\\o");
  DigestInput input;
  const std::string secret = ha1(Algorithm::md5, "alice", "r", "secret");
  input.ha1 = secret;
  input.nonce = "a\\\"b\\c";
  input.method = "INVITE";
  input.uri = "sip:bob@example.org";
  CHECK(parsed.get("response") == digest_response(input));
}

TEST_CASE("A server cannot make us remember realms without end") {
  Client client;
  std::string headers;
  for (int i = 0; i < 100; ++i)
    headers += "WWW-Authenticate: Digest realm=\"r" + std::to_string(i) + "\", nonce=\"n\"\r\n";
  const auto retried = client.answer(Client::request(), 401, headers);
  REQUIRE(retried);
  int count = 0;
  for (const auto& field : retried->headers) count += field.name == "Authorization" ? 1 : 0;
  CHECK(count == 16);
}
