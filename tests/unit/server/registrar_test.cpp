/// Registrations with the development server, message by message.
#include <doctest/doctest.h>

#include "auth/digest.hpp"
#include "phones.hpp"

using namespace sipml;
using namespace sipml::server;
using namespace sipml::server::test;

namespace {

Config with_account(std::string user, std::string password,
                    std::vector<auth::Algorithm> algorithms = {}) {
  Config config;
  config.accounts[std::move(user)] = std::move(password);
  config.algorithms = std::move(algorithms);
  return config;
}

auth::DigestParameters challenge_of(const Message& response) {
  const auto parsed =
      auth::parse_digest(response.header(HeaderName::www_authenticate).value_or(""));
  REQUIRE(bool(parsed));
  return parsed.value();
}

/// An Authorization value for the challenge of `response`, every directive as given.
std::string authorization(const Message& response, const message::Request& request,
                          std::string_view user, std::string_view password, std::string_view nc) {
  const auto challenge = challenge_of(response);
  auth::DigestInput input;
  input.algorithm = auth::parse_algorithm(challenge.get("algorithm")).value();
  input.qop = nc.empty() ? auth::Qop::none : auth::Qop::auth;
  const std::string secret = auth::ha1(input.algorithm, user, challenge.get("realm"), password);
  input.ha1 = secret;
  input.nonce = challenge.get("nonce");
  input.cnonce = "0a4f113b";
  input.nc = nc;
  input.method = request.method;
  input.uri = request.request_uri;
  std::string value = "Digest username=\"" + std::string(user) + "\"";
  value += ", realm=\"" + std::string(challenge.get("realm")) + "\"";
  value += ", nonce=\"" + std::string(challenge.get("nonce")) + "\"";
  value += ", uri=\"" + request.request_uri + "\"";
  value += ", response=\"" + auth::digest_response(input) + "\"";
  value += ", algorithm=" + std::string(challenge.get("algorithm"));
  if (!nc.empty()) value += ", qop=auth, cnonce=\"0a4f113b\", nc=" + std::string(nc);
  return value;
}

}  // namespace

TEST_CASE("RFC 3261 10.3: a first registration is challenged, then listed with its expiry") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.send(alice.register_request(alice.contact, "600"));
  const Message challenge = alice.take();
  CHECK(challenge.status() == 401);
  CHECK(challenge.headers(HeaderName::www_authenticate).size() == 2);
  CHECK(challenge_of(challenge).get("algorithm") == "SHA-256");
  CHECK(challenge_of(challenge).get("realm") == "localhost");
  CHECK_FALSE(challenge_of(challenge).contains("stale"));
  CHECK_FALSE(challenge.to().tag().empty());

  const Message done = alice.register_now();
  CHECK(done.status() == 200);
  CHECK(value_of(done, HeaderName::contact) == "<sip:alice@c1.invalid;transport=ws>;expires=600");
  CHECK_FALSE(alice.has_message());
}

TEST_CASE("RFC 3261 10.3: a user without an account is held to the first password") {
  Network network;
  Phone alice(network, 1, "alice", "right");
  CHECK(alice.register_now().status() == 200);

  Phone thief(network, 2, "alice", "wrong");
  const Message refused = thief.register_now();
  CHECK(refused.status() == 401);
  CHECK_FALSE(challenge_of(refused).contains("stale"));

  SUBCASE("the right password is accepted, also from elsewhere and after the user left") {
    network.disconnect(1);
    Phone again(network, 3, "alice", "right");
    CHECK(again.register_now().status() == 200);
  }
  SUBCASE("only the algorithm of the first time is offered then") {
    thief.send(thief.register_request(thief.contact, "600"));
    CHECK(thief.take().headers(HeaderName::www_authenticate).size() == 1);
  }
  SUBCASE("at another URI the response cannot be recognised") {
    auto elsewhere = thief.register_request(thief.contact, "600");
    elsewhere.request_uri = "sip:127.0.0.1";
    thief.password = "right";
    CHECK(thief.exchange(elsewhere).status() == 403);
  }
}

TEST_CASE("RFC 7616 3.3: a nonce of another server is stale for a user without an account") {
  Network network;
  Phone alice(network, 1, "alice");
  const auto request = alice.register_request(alice.contact, "600");
  auto first = request;
  first.headers.push_back({"Authorization",
                           "Digest username=\"alice\", realm=\"localhost\", nonce=\"other\", "
                           "uri=\"sip:localhost\", algorithm=SHA-256, response=\"" +
                               std::string(64, 'a') + "\""});
  alice.send(first);
  const Message response = alice.take();
  CHECK(response.status() == 401);
  CHECK(challenge_of(response).get("stale") == "true");
}

TEST_CASE("RFC 3261 22.4: empty credentials of a first REGISTER count as none") {
  Network network;
  Phone alice(network, 1, "alice");
  auto request = alice.register_request(alice.contact, "600");
  request.headers.push_back({"Authorization",
                             "Digest username=\"alice\", realm=\"localhost\", nonce=\"\", "
                             "uri=\"sip:localhost\", response=\"\""});
  alice.send(request);
  const Message response = alice.take();
  CHECK(response.status() == 401);
  CHECK_FALSE(challenge_of(response).contains("stale"));
}

TEST_CASE("RFC 3261 22.4: credentials that cannot be held are refused") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.send(alice.register_request(alice.contact, "600"));
  const Message challenge = alice.take();
  auto request = alice.register_request(alice.contact, "600");
  const auto attempt = [&](std::string value) {
    auto with = alice.register_request(alice.contact, "600");
    with.headers.push_back({"Authorization", std::move(value)});
    alice.send(with);
    return alice.take().status();
  };
  const std::string good = authorization(challenge, request, "alice", "secret", "");
  CHECK(attempt(authorization(challenge, request, "bob", "secret", "")) == 403);
  CHECK(attempt(authorization(challenge, request, "alice", "secret", "00000001")) == 400);
  CHECK(attempt("Digest username=\"alice\"") == 401);
  CHECK(attempt("Basic YWxpY2U6c2VjcmV0") == 401);
  std::string truncated = good;
  truncated.replace(truncated.find("response=\"") + 10, 60, "");
  CHECK(attempt(truncated) == 400);
  std::string elsewhere = good;
  elsewhere.replace(elsewhere.find("uri=\"sip:localhost"), 18, "uri=\"sip:example.org");
  CHECK(attempt(elsewhere) == 400);
  CHECK(attempt(good) == 200);
}

TEST_CASE("RFC 7616 3.4: an account proves its password, with each algorithm") {
  using auth::Algorithm;
  for (Algorithm algorithm :
       {Algorithm::md5, Algorithm::md5_sess, Algorithm::sha256, Algorithm::sha256_sess,
        Algorithm::sha512_256, Algorithm::sha512_256_sess}) {
    CAPTURE(auth::to_string(algorithm));
    Network network(with_account("alice", "right", {algorithm}));
    Phone alice(network, 1, "alice", "right");
    CHECK(alice.register_now().status() == 200);
    // The same nonce serves again with the next count.
    CHECK(alice.register_now().status() == 200);
    Phone thief(network, 2, "alice", "wrong");
    CHECK(thief.register_now().status() == 401);
  }
}

TEST_CASE("RFC 8760 2.4: an account is offered SHA-256, then MD5") {
  Network network(with_account("alice", "right"));
  Phone alice(network, 1, "alice", "right");
  alice.send(alice.register_request(alice.contact, "600"));
  const Message challenge = alice.take();
  const auto values = challenge.headers(HeaderName::www_authenticate);
  REQUIRE(values.size() == 2);
  CHECK(auth::parse_digest(values[0])->get("algorithm") == "SHA-256");
  CHECK(auth::parse_digest(values[1])->get("algorithm") == "MD5");
  CHECK(auth::parse_digest(values[1])->get("qop") == "auth");
}

TEST_CASE("RFC 7616 3.4: a nonce count must grow, or the nonce is stale") {
  Network network(with_account("alice", "right"));
  Phone alice(network, 1, "alice", "right");
  alice.send(alice.register_request(alice.contact, "600"));
  const Message challenge = alice.take();
  const auto attempt = [&](std::string_view nc, std::string_view password) {
    auto request = alice.register_request(alice.contact, "600");
    request.headers.push_back(
        {"Authorization", authorization(challenge, request, "alice", password, nc)});
    alice.send(request);
    return alice.take();
  };
  CHECK(attempt("00000001", "right").status() == 200);
  const Message replayed = attempt("00000001", "right");
  CHECK(replayed.status() == 401);
  CHECK(challenge_of(replayed).get("stale") == "true");
  CHECK(attempt("00000002", "right").status() == 200);
  CHECK_FALSE(challenge_of(attempt("00000003", "wrong")).contains("stale"));
  CHECK(attempt("xyz", "right").status() == 400);
  // Without a count a used nonce is stale as well.
  CHECK(challenge_of(attempt("", "right")).get("stale") == "true");
  network.advance(nonce_lifetime - seconds(1));
  CHECK(attempt("00000004", "right").status() == 200);
  network.advance(seconds(1));
  CHECK(challenge_of(attempt("00000005", "right")).get("stale") == "true");
}

TEST_CASE("RFC 3261 22.4: an account's credentials must be the user's own") {
  Network network(with_account("alice", "right"));
  Phone alice(network, 1, "alice", "right");
  alice.send(alice.register_request(alice.contact, "600"));
  const Message challenge = alice.take();
  auto request = alice.register_request(alice.contact, "600");
  request.headers.push_back(
      {"Authorization", authorization(challenge, request, "bob", "right", "00000001")});
  alice.send(request);
  CHECK(alice.take().status() == 403);
  auto qualified = alice.register_request(alice.contact, "600");
  qualified.headers.push_back(
      {"Authorization",
       authorization(challenge, qualified, "alice@localhost", "right", "00000001")});
  alice.send(qualified);
  CHECK(alice.take().status() == 200);
}

TEST_CASE("RFC 3261 10.3 step 3: nobody registers somebody else") {
  Network network;
  Phone alice(network, 1, "alice");
  auto request = alice.register_request(alice.contact, "600");
  message::set_field(request.headers, "To", "<sip:bob@localhost>");
  alice.send(request);
  CHECK(alice.take().status() == 403);
}

TEST_CASE("RFC 3261 10.3 step 7: expires of the Contact, of the header, by default") {
  Network network;
  Phone alice(network, 1, "alice");
  const auto listed = [&](std::string contact, std::string_view expires) {
    const Message response = alice.exchange(alice.register_request(contact, expires));
    if (response.status() != 200) return std::to_string(response.status());
    const auto parsed = uri::parse_name_addr(value_of(response, HeaderName::contact));
    if (!parsed) return std::string("none");
    return std::string(grammar::parameter_value(parsed.value().parameters, "expires").value_or(""));
  };
  CHECK(listed(alice.contact, "") == "600");
  CHECK(listed(alice.contact, "300") == "300");
  CHECK(listed(alice.contact + ";expires=120", "300") == "120");
  CHECK(listed(alice.contact, "100000") == "7200");
  CHECK(listed(alice.contact, "soon") == "600");
  CHECK(listed(alice.contact, "10") == "10");
  CHECK(listed(alice.contact, "9") == "423");
  CHECK(listed(alice.contact + ";expires=1", "600") == "423");
  CHECK(listed(alice.contact, "0") == "none");
  const Message brief = alice.exchange(alice.register_request(alice.contact, "5"));
  CHECK(value_of(brief, HeaderName::min_expires) == "10");
}

TEST_CASE("RFC 3261 10.2.3: a REGISTER without Contact fetches the bindings") {
  Network network;
  Phone alice(network, 1, "alice");
  CHECK_FALSE(alice.exchange(alice.register_request("", "")).header(HeaderName::contact));
  alice.register_now("600");
  network.advance(seconds(100));
  const Message fetched = alice.exchange(alice.register_request("", ""));
  CHECK(value_of(fetched, HeaderName::contact) ==
        "<sip:alice@c1.invalid;transport=ws>;expires=500");
}

TEST_CASE("RFC 3261 10.2.2: bindings are removed one by one or all at once") {
  Network network;
  Phone alice(network, 1, "alice");
  const std::string other = "<sip:alice@other.invalid>;q=0.5";
  CHECK(alice.exchange(alice.register_request(alice.contact + ", " + other, "600"))
            .headers(HeaderName::contact)
            .size() == 2);
  SUBCASE("one") {
    const Message left = alice.exchange(alice.register_request(other + ";expires=0", ""));
    CHECK(left.headers(HeaderName::contact).size() == 1);
    CHECK(value_of(left, HeaderName::contact).starts_with("<sip:alice@c1.invalid"));
  }
  SUBCASE("all") {
    const Message left = alice.exchange(alice.register_request("*", "0"));
    CHECK(left.status() == 200);
    CHECK_FALSE(left.header(HeaderName::contact));
  }
  SUBCASE("* needs Expires 0 and stands alone") {
    CHECK(alice.exchange(alice.register_request("*", "600")).status() == 400);
    CHECK(alice.exchange(alice.register_request("*", "")).status() == 400);
    CHECK(alice.exchange(alice.register_request("*, " + other, "0")).status() == 400);
    CHECK(alice.exchange(alice.register_request("", "")).headers(HeaderName::contact).size() == 2);
  }
}

TEST_CASE("RFC 3261 10.3 step 7: an older request of the same Call-ID changes nothing") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.register_now("600");
  auto late = alice.register_request(alice.contact, "0");
  message::set_field(late.headers, "CSeq", "1 REGISTER");
  alice.credentials().authorize(late, {"alice", "secret"}, alice.random());
  alice.send(late);
  CHECK(alice.take().status() == 400);
  auto star = alice.register_request("*", "0");
  message::set_field(star.headers, "CSeq", "1 REGISTER");
  alice.credentials().authorize(star, {"alice", "secret"}, alice.random());
  alice.send(star);
  CHECK(alice.take().status() == 400);
  CHECK(alice.exchange(alice.register_request("", "")).headers(HeaderName::contact).size() == 1);
}

TEST_CASE("RFC 5626 6: a device registers again from a new connection without a second binding") {
  Network network;
  Phone alice(network, 1, "alice");
  const std::string device = ";+sip.instance=\"<urn:uuid:1>\";reg-id=1";
  alice.exchange(alice.register_request(alice.contact + device, "600"));
  Phone again(network, 2, "alice");
  const Message response = again.exchange(again.register_request(again.contact + device, "600"));
  REQUIRE(response.headers(HeaderName::contact).size() == 1);
  CHECK(value_of(response, HeaderName::contact) ==
        "<sip:alice@c2.invalid;transport=ws>;+sip.instance=\"<urn:uuid:1>\";reg-id=1;expires=600");
  Phone other(network, 3, "alice");
  CHECK(other
            .exchange(other.register_request(
                other.contact + ";+sip.instance=\"<urn:uuid:1>\";reg-id=2", "600"))
            .headers(HeaderName::contact)
            .size() == 2);
}

TEST_CASE("RFC 7118 5: equal .invalid contacts of two open connections are two devices") {
  Network network;
  Phone first(network, 1, "alice");
  Phone second(network, 2, "alice");
  first.contact = second.contact = "<sip:alice@df7jal23ls0d.invalid;transport=ws>";
  CHECK(first.register_now().headers(HeaderName::contact).size() == 1);
  CHECK(second.register_now().headers(HeaderName::contact).size() == 2);
  CHECK(second.register_now().headers(HeaderName::contact).size() == 2);
  network.disconnect(1);
  CHECK(second.register_now().headers(HeaderName::contact).size() == 1);
}

TEST_CASE("RFC 3261 10.3: bindings end with their time and with their connection") {
  Network network;
  Phone alice(network, 1, "alice");
  Phone watcher(network, 2, "alice");
  alice.register_now("60");
  const auto count = [&] {
    return watcher.exchange(watcher.register_request("", "")).headers(HeaderName::contact).size();
  };
  SUBCASE("time") {
    network.advance(milliseconds(59999));
    CHECK(count() == 1);
    network.advance(milliseconds(1));
    CHECK(count() == 0);
    CHECK_FALSE(network.server.deadline());
  }
  SUBCASE("connection") {
    network.disconnect(1);
    CHECK(count() == 0);
  }
}

TEST_CASE("RFC 3261 10.3 step 2: a required extension is refused by name") {
  Network network;
  Phone alice(network, 1, "alice");
  auto request = alice.register_request(alice.contact, "600");
  request.headers.push_back({"Require", "gin, path"});
  const Message response = alice.exchange(request);
  CHECK(response.status() == 420);
  CHECK(response.headers(HeaderName::unsupported).size() == 2);
}

TEST_CASE("RFC 3261 10.3: unusable contacts change nothing") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.register_now();
  const auto status = [&](std::string contact) {
    return alice.exchange(alice.register_request(contact, "600")).status();
  };
  CHECK(status("<sip:alice@c1.invalid") == 400);
  CHECK(status("<mailto:alice@example.org>") == 400);
  CHECK(status("<sip:alice@good.invalid>, <sip:>") == 400);
  const std::string prefix = "<sip:alice@c1.invalid;x=";
  const auto padded = [&](std::size_t size) {
    return prefix + std::string(size - prefix.size() - 1, 'x') + ">";
  };
  CHECK(status(padded(limits::contact_size + 1)) == 400);
  CHECK(alice.exchange(alice.register_request("", "")).headers(HeaderName::contact).size() == 1);
  CHECK(status(padded(limits::contact_size)) == 200);
}

TEST_CASE("RFC 3261 10.3: a user holds a limited number of bindings") {
  Network network;
  Phone alice(network, 1, "alice");
  const auto contacts = [](std::size_t first, std::size_t count) {
    std::string list;
    for (std::size_t i = first; i < first + count; ++i)
      list += (i == first ? "<sip:a@" : ", <sip:a@") + std::to_string(i) + ".invalid>";
    return list;
  };
  CHECK(alice.exchange(alice.register_request(contacts(0, limits::bindings_per_user + 1), "600"))
            .status() == 400);
  CHECK(alice.exchange(alice.register_request(contacts(0, limits::bindings_per_user - 1), "600"))
            .status() == 200);
  CHECK(alice.exchange(alice.register_request(contacts(100, 2), "600")).status() == 503);
  CHECK(alice.exchange(alice.register_request(contacts(100, 1), "600"))
            .headers(HeaderName::contact)
            .size() == limits::bindings_per_user);
}

TEST_CASE("RFC 3261 10.3: users whose name cannot be kept are refused") {
  Network network;
  Phone fits(network, 1, std::string(limits::user_size, 'u'));
  CHECK(fits.register_now().status() == 200);
  Phone longer(network, 2, std::string(limits::user_size + 1, 'u'));
  CHECK(longer.register_now().status() == 403);
  network.send(
      1, lines({"REGISTER sip:localhost SIP/2.0", "Via: SIP/2.0/WS c1.invalid;branch=z9hG4bKnobody",
                "Max-Forwards: 70", "From: <sip:localhost>;tag=1", "To: <sip:localhost>",
                "Call-ID: nobody", "CSeq: 1 REGISTER", "Content-Length: 0", ""}));
  CHECK(network.take(1).status() == 403);
}

TEST_CASE("RFC 3261 10.3: the server remembers a limited number of users") {
  Network network;
  for (std::size_t i = 0; i < limits::user_count; ++i) {
    Phone phone(network, 1, "user" + std::to_string(i));
    REQUIRE(phone.register_now().status() == 200);
    network.disconnect(1);
  }
  Phone last(network, 1, "one-too-many");
  CHECK(last.register_now().status() == 503);
  network.disconnect(1);
  Phone known(network, 1, "user7");
  CHECK(known.register_now().status() == 200);
}
