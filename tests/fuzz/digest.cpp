/// Digest challenges, one a line, as a 401 brings them: what was parsed can be written and is
/// parsed the same again; the answer is a well-formed Authorization that tells neither password nor
/// HA1, and it ends when the credentials are refused.
#include <array>
#include <string>
#include <vector>

#include "auth/credentials.hpp"
#include "auth/digest.hpp"
#include "base/limits.hpp"
#include "fuzz/oracle.hpp"

namespace {

using namespace sipml;
using message::HeaderName;

const auth::Account account{"alice", "correct horse battery staple"};

void check_parameters(std::string_view text) {
  const auto parsed = auth::parse_digest(text);
  if (!parsed) {
    fuzz::check(!parsed.error().reason.empty(), "an error has a reason");
    fuzz::check(parsed.error().offset <= text.size(), "an error is in the value", text);
    return;
  }
  fuzz::check(parsed->all.size() == parsed->raw_values.size(), "each value is there twice", text);
  std::string written = "Digest ";
  for (std::size_t i = 0; i < parsed->all.size(); ++i) {
    const grammar::Parameter& parameter = parsed->all[i];
    if (i > 0) written += ", ";
    written += parameter.name + '=' + grammar::quote(parameter.value.value_or(""));
    fuzz::check(parsed->raw_values[i] == parameter.value ||
                    grammar::unquote('"' + parsed->raw_values[i] + '"') == parameter.value,
                "a raw value is the value but for its escapes", text);
  }
  const auto again = auth::parse_digest(written);
  fuzz::check(bool(again), "what was written can be parsed", written);
  fuzz::check(again->all.size() == parsed->all.size(), "every parameter stays", written);
  for (const grammar::Parameter& parameter : parsed->all)
    fuzz::check(again->get(parameter.name) == parsed->get(parameter.name), "a value stays",
                written);
  (void)auth::choose_qop(*parsed);
}

message::Request a_register() {
  message::Request request;
  request.method = "REGISTER";
  request.request_uri = "sip:example.org";
  request.headers = {{"Via", "SIP/2.0/WSS a.invalid;branch=z9hG4bKf"},
                     {"Max-Forwards", "70"},
                     {"From", "<sip:alice@example.org>;tag=1"},
                     {"To", "<sip:alice@example.org>"},
                     {"Call-ID", "f"},
                     {"CSeq", "1 REGISTER"}};
  return request;
}

bool holds_ha1(std::string_view text, const std::vector<std::string>& realms) {
  for (const std::string& realm : realms)
    for (const auth::Algorithm algorithm :
         {auth::Algorithm::md5, auth::Algorithm::sha256, auth::Algorithm::sha512_256})
      if (text.find(auth::ha1(algorithm, account.user, realm, account.password)) !=
          std::string_view::npos)
        return true;
  return false;
}

void check_answer(const message::Request& answer, const std::vector<std::string>& realms) {
  const std::string written = message::write(answer);
  const auto parsed = message::parse_message(written);
  fuzz::check(parsed && !parsed->fault(), "the request with credentials is good", written);
  fuzz::check(written.find(account.password) == std::string::npos, "the password is not sent",
              written);
  fuzz::check(!holds_ha1(written, realms), "HA1 is not sent", written);
  std::size_t count = 0;
  for (const HeaderName name : {HeaderName::authorization, HeaderName::proxy_authorization}) {
    for (const std::string_view value : parsed->headers(name)) {
      ++count;
      const auto digest = auth::parse_digest(value);
      fuzz::check(bool(digest), "credentials can be parsed", value);
      const std::size_t length = digest->get("response").size();
      fuzz::check(length == 32 || length == 64, "a response is a hash", value);
      fuzz::check(digest->get("username") == account.user, "the user is named", value);
      if (digest->contains("qop")) {
        fuzz::check(digest->get("nc").size() == 8, "nc has eight digits", value);
        fuzz::check(!digest->get("cnonce").empty(), "there is a cnonce", value);
      }
    }
  }
  fuzz::check(count > 0, "an answer has credentials", written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  // What nobody but the user knows cannot be in what the network sends.
  if (text.find(account.password) != std::string_view::npos) return 0;
  std::string challenge =
      "SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/WSS a.invalid;branch=z9hG4bKf\r\n"
      "From: <sip:alice@example.org>;tag=1\r\nTo: <sip:alice@example.org>;tag=2\r\nCall-ID: f\r\n"
      "CSeq: 1 REGISTER\r\n";
  std::vector<std::string> realms;
  while (!text.empty()) {
    const std::string line = fuzz::one_line(fuzz::take_until(text, '\n'));
    check_parameters(line);
    if (const auto parsed = auth::parse_digest(line)) {
      realms.emplace_back(parsed->get("realm"));
      realms.emplace_back(parsed->raw("realm"));
    }
    // Every second line asks on behalf of a proxy.
    challenge += realms.size() % 4 == 2 ? "Proxy-Authenticate: " : "WWW-Authenticate: ";
    challenge += line + "\r\n";
  }
  challenge += "\r\n";
  const auto response = message::parse_message(challenge);
  if (!response || response->fault() || holds_ha1(challenge, realms)) return 0;
  auth::Credentials credentials;
  crypto::Random random(std::array<std::uint8_t, 32>{7});
  message::Request request = a_register();
  std::size_t rounds = 0;
  while (auto answer = credentials.answer(request, *response, account, random)) {
    check_answer(*answer, realms);
    request = std::move(*answer);
    // The same challenge again is a refusal, unless it says that the nonce was stale.
    if (++rounds == 4) break;
  }
  credentials.accepted(request);
  message::Request next = a_register();
  credentials.authorize(next, account, random);
  if (message::find_field(next.headers, "Authorization") ||
      message::find_field(next.headers, "Proxy-Authorization"))
    check_answer(next, realms);
  return 0;
}
