#include "auth/digest.hpp"
#include "auth/credentials.hpp"
#include "unit/conformance/cases.hpp"

using namespace sipml;
using namespace sipml::conformance;

namespace {

std::string field(const Json& input, const char* name) {
  return input.contains(name) && input[name].is_string() ? text_of(input[name]) : std::string();
}

void compute(Findings& findings, const Json& input, const Json& expected) {
  const std::string name = field(input, "algorithm");
  const auto algorithm = auth::parse_algorithm(name.empty() ? "MD5" : name);
  if (!algorithm) return findings.add("algorithm", "is unknown");
  std::string ha1 = field(input, "ha1");
  if (ha1.empty())
    ha1 = auth::ha1(*algorithm, field(input, "username"), field(input, "realm"),
                    field(input, "password"));
  const std::string nonce = field(input, "nonce"), cnonce = field(input, "cnonce"),
                    nc = field(input, "nc"), method = field(input, "method"),
                    uri = field(input, "uri"), body = field(input, "body"),
                    qop = field(input, "qop");
  auth::DigestInput digest;
  digest.algorithm = *algorithm;
  digest.qop = qop == "auth"       ? auth::Qop::auth
               : qop == "auth-int" ? auth::Qop::auth_int
                                   : auth::Qop::none;
  digest.ha1 = ha1;
  digest.nonce = nonce;
  digest.cnonce = cnonce;
  digest.nc = nc;
  digest.method = method;
  digest.uri = uri;
  digest.body = body;
  findings.compare("response", auth::digest_response(digest), expected["response"]);
  if (auth::is_session(*algorithm)) ha1 = auth::hash(*algorithm, ha1 + ':' + nonce + ':' + cnonce);
  findings.compare("ha1", ha1, expected["ha1"]);
}

std::string challenged(const Json& challenges) {
  std::string text =
      "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\n"
      "From: <sip:bob@example.org>;tag=1\r\nTo: <sip:bob@example.org>;tag=2\r\nCall-ID: 1\r\n"
      "CSeq: 1 REGISTER\r\n";
  for (const Json& challenge : challenges)
    text += "WWW-Authenticate: " + text_of(challenge) + "\r\n";
  return text + "\r\n";
}

void select(Findings& findings, const Json& input, const Json& expected) {
  const auth::Account account{field(input["credentials"], "username"),
                              field(input["credentials"], "password")};
  auth::Credentials credentials;
  crypto::Random random({1, 2, 3});
  message::Request request{"REGISTER", "sip:example.org", {}, ""};
  if (input.contains("previousNonce")) {
    const std::string previous = "Digest realm=\"example.org\", nonce=\"" +
                                 field(input, "previousNonce") + "\", qop=\"auth\"";
    const auto first = message::parse_message(challenged(Json::array({previous})));
    REQUIRE(first);
    auto second = credentials.answer(request, *first, account, random);
    REQUIRE(second);
    request = *second;
  }
  const auto response = message::parse_message(challenged(input["challenges"]));
  REQUIRE(response);
  const auto answer = credentials.answer(request, *response, account, random);
  std::vector<auth::DigestParameters> sent;
  if (answer)
    for (const message::HeaderField& header : answer->headers)
      if (header.name == "Authorization") {
        auto parsed = auth::parse_digest(header.value);
        REQUIRE(parsed);
        sent.push_back(std::move(parsed).value());
      }
  for (const auto& [name, value] : expected.items()) {
    if (name == "selected" && value.is_null()) {
      findings.compare(name, sent.size(), 0U);
    } else if (name == "selected") {
      if (sent.size() != 1) {
        findings.add(name, std::to_string(sent.size()) + " credentials were sent");
        continue;
      }
      for (const auto& [parameter, wanted] : value.items())
        findings.compare(name, sent.front().get(parameter), wanted);
    } else if (name == "answered") {
      Json realms = Json::array();
      for (const auth::DigestParameters& one : sent) realms.push_back(one.get("realm"));
      findings.compare(name, realms, value);
    } else if (name == "qopOneOf") {
      bool found = false;
      for (const Json& qop : value)
        for (const auth::DigestParameters& one : sent) found = found || one.get("qop") == qop;
      if (!found) findings.add(name, "was not chosen from");
    } else if (name == "outcome") {
      findings.compare(name, answer ? "retry-once-with-new-nonce" : "fail-without-retry", value);
    } else {
      findings.add(name, "has no check");
    }
  }
}

}  // namespace

TEST_CASE("RFC 3261 22, RFC 7616, RFC 8760: the digest calculations and choices of the vectors") {
  run_vectors("digest", [](Findings& findings, const Json& input, const Json& expected) {
    if (input.contains("challenges"))
      select(findings, input, expected);
    else
      compute(findings, input, expected);
  });
}
