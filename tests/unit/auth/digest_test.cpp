#include "auth/digest.hpp"

#include <doctest/doctest.h>

using namespace sipml::auth;

namespace {

/// The request of RFC 7616 section 3.9.1.
DigestInput rfc7616(Algorithm algorithm, std::string_view ha1) {
  DigestInput input;
  input.algorithm = algorithm;
  input.qop = Qop::auth;
  input.ha1 = ha1;
  input.nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
  input.nc = "00000001";
  input.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
  input.method = "GET";
  input.uri = "/dir/index.html";
  return input;
}

}  // namespace

TEST_CASE("RFC 7616 3.9.1: MD5 and SHA-256 with qop auth") {
  const std::string md5 = ha1(Algorithm::md5, "Mufasa", "http-auth@example.org", "Circle of Life");
  CHECK(digest_response(rfc7616(Algorithm::md5, md5)) == "8ca523f5e9506fed4657c9700eebdbec");
  const std::string sha =
      ha1(Algorithm::sha256, "Mufasa", "http-auth@example.org", "Circle of Life");
  CHECK(digest_response(rfc7616(Algorithm::sha256, sha)) ==
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

TEST_CASE("RFC 2617 3.5: MD5 with qop auth, and RFC 2069's form without") {
  DigestInput input;
  const std::string secret = ha1(Algorithm::md5, "Mufasa", "testrealm@host.com", "Circle Of Life");
  input.ha1 = secret;
  input.nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093";
  input.nc = "00000001";
  input.cnonce = "0a4f113b";
  input.method = "GET";
  input.uri = "/dir/index.html";
  input.qop = Qop::auth;
  CHECK(digest_response(input) == "6629fae49393a05397450978507c4ef1");
  input.qop = Qop::none;
  CHECK(digest_response(input) == "670fd8c2df070c60b045671b8b24ff02");
}

TEST_CASE("RFC 7616 3.4.2: the -sess forms hash nonce and cnonce into the key") {
  const std::string secret = ha1(Algorithm::md5, "alice", "example.org", "secret");
  DigestInput input;
  input.ha1 = secret;
  input.nonce = "n1";
  input.cnonce = "c1";
  input.nc = "00000001";
  input.method = "REGISTER";
  input.uri = "sip:example.org";
  input.qop = Qop::auth;
  const std::string plain = digest_response(input);
  input.algorithm = Algorithm::md5_sess;
  const std::string session = hash(Algorithm::md5, secret + ":n1:c1");
  const std::string ha2 = hash(Algorithm::md5, "REGISTER:sip:example.org");
  CHECK(digest_response(input) == hash(Algorithm::md5, session + ":n1:00000001:c1:auth:" + ha2));
  CHECK(digest_response(input) != plain);
}

TEST_CASE("RFC 7616 3.4.3: auth-int hashes the body") {
  const std::string secret = ha1(Algorithm::sha256, "alice", "example.org", "secret");
  DigestInput input;
  input.algorithm = Algorithm::sha256;
  input.ha1 = secret;
  input.nonce = "n1";
  input.cnonce = "c1";
  input.nc = "00000001";
  input.method = "INVITE";
  input.uri = "sip:bob@example.org";
  input.body = "v=0\r\n";
  input.qop = Qop::auth_int;
  const std::string ha2 =
      hash(Algorithm::sha256, "INVITE:sip:bob@example.org:" + hash(Algorithm::sha256, "v=0\r\n"));
  CHECK(digest_response(input) ==
        hash(Algorithm::sha256, secret + ":n1:00000001:c1:auth-int:" + ha2));
}

TEST_CASE("RFC 7616: passwords are hashed as UTF-8, whatever characters they hold") {
  CHECK(ha1(Algorithm::md5, "alice", "r", "p\xC3\xA4ss$&{0}") ==
        hash(Algorithm::md5, "alice:r:p\xC3\xA4ss$&{0}"));
}

TEST_CASE("RFC 7616 3.3: a challenge is parsed with its odd forms") {
  const auto parsed = parse_digest(
      "digest realm=\"a \\\"b\\\", c\" ,nonce=\"n=,\", qop=\"auth, auth-int\",stale=TRUE , "
      "opaque=\"\"");
  REQUIRE(parsed);
  CHECK(parsed->get("realm") == "a \"b\", c");
  CHECK(parsed->get("nonce") == "n=,");
  CHECK(parsed->get("stale") == "TRUE");
  CHECK(parsed->contains("opaque"));
  CHECK(choose_qop(*parsed) == Qop::auth);
}

TEST_CASE("RFC 7616 3.3: what is no Digest challenge is refused with a reason") {
  CHECK(!parse_digest("Basic realm=\"x\""));
  CHECK(!parse_digest("Digest realm"));
  CHECK(!parse_digest("Digest realm=\"x"));
  CHECK(!parse_digest("Digest realm=\"x\" nonce=\"y\""));
  CHECK(!parse_digest(""));
  CHECK(parse_digest("Digest realm=\"x\" nonce=\"y\"").error().reason.find("comma") !=
        std::string_view::npos);
}

TEST_CASE("RFC 7616 3.3: qop is chosen from the list; unknown ones only leave nothing") {
  const auto qop = [](std::string_view text) { return choose_qop(*parse_digest(text)); };
  CHECK(qop("Digest nonce=\"n\"") == Qop::none);
  CHECK(qop("Digest nonce=\"n\", qop=\"auth-int\"") == Qop::auth_int);
  CHECK(qop("Digest nonce=\"n\", qop=auth") == Qop::auth);
  CHECK(qop("Digest nonce=\"n\", qop=\"token, auth-int,AUTH\"") == Qop::auth);
  CHECK(qop("Digest nonce=\"n\", qop=\"token\"") == std::nullopt);
}

TEST_CASE("RFC 8760 2.2: algorithm names, without regard to case") {
  for (auto algorithm : {Algorithm::md5, Algorithm::md5_sess, Algorithm::sha256,
                         Algorithm::sha256_sess, Algorithm::sha512_256, Algorithm::sha512_256_sess})
    CHECK(parse_algorithm(to_string(algorithm)) == algorithm);
  CHECK(parse_algorithm("sha-256-SESS") == Algorithm::sha256_sess);
  CHECK(!parse_algorithm("AKAv1-MD5"));
  CHECK(strength(Algorithm::sha512_256) > strength(Algorithm::sha256));
  CHECK(strength(Algorithm::sha256) > strength(Algorithm::md5_sess));
}
