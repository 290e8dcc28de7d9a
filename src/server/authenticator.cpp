#include "server/authenticator.hpp"

#include "base/ascii.hpp"
#include "grammar/char_class.hpp"
#include "server/limits.hpp"

namespace sipml::server {

namespace {

using auth::Algorithm;
using auth::DigestParameters;
using auth::Qop;
using message::HeaderName;

/// The credentials for `realm`, if there are any.
std::optional<DigestParameters> credentials_for(const message::Message& request, bool proxy,
                                                std::string_view realm) {
  const auto name = proxy ? HeaderName::proxy_authorization : HeaderName::authorization;
  for (std::string_view value : request.headers(name)) {
    auto parsed = auth::parse_digest(value);
    if (parsed && parsed->get("realm") == realm) return std::move(parsed).value();
  }
  return std::nullopt;
}

/// A private identity may be written as user or as user@domain.
bool names_user(std::string_view username, std::string_view user) {
  return username == user || username.substr(0, username.rfind('@')) == user;
}

std::optional<Algorithm> algorithm_of(const DigestParameters& credentials,
                                      const std::vector<Algorithm>& offered) {
  const auto algorithm = credentials.contains("algorithm")
                             ? auth::parse_algorithm(credentials.get("algorithm"))
                             : std::optional(Algorithm::md5);
  for (Algorithm candidate : offered)
    if (algorithm && candidate == *algorithm) return candidate;
  return std::nullopt;
}

/// RFC 7616 3.4.6: the uri directive must mean the Request-URI.
bool names_request_uri(const DigestParameters& credentials, const message::Message& request) {
  if (credentials.get("uri") == request.request_uri()) return true;
  const auto written = uri::parse(credentials.get("uri"));
  const auto actual = uri::parse(request.request_uri());
  return written && actual && uri::equivalent(written.value(), actual.value());
}

/// Compares without telling by its duration where the difference is.
bool equal_secrets(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(ascii::to_lower(a[i])) ^
                  static_cast<unsigned char>(ascii::to_lower(b[i]));
  return difference == 0;
}

std::optional<std::uint64_t> parse_nonce_count(std::string_view text) {
  if (text.size() != 8 || !grammar::all_are(text, grammar::hex_digit)) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    const char lower = ascii::to_lower(c);
    value = value * 16 +
            static_cast<std::uint64_t>(ascii::is_digit(lower) ? lower - '0' : lower - 'a' + 10);
  }
  return value;
}

std::string challenge_value(std::string_view realm, std::string_view nonce, std::string_view opaque,
                            Algorithm algorithm, bool with_qop, bool stale) {
  std::string value = "Digest realm=" + grammar::quote(realm);
  value += ", nonce=" + grammar::quote(nonce);
  value += ", opaque=" + grammar::quote(opaque);
  value += ", algorithm=";
  value += auth::to_string(algorithm);
  if (with_qop) value += ", qop=\"auth\"";
  if (stale) value += ", stale=true";
  return value;
}

constexpr std::string_view wrong_user = "Credentials of Another User";

}  // namespace

Authenticator::Authenticator(std::map<std::string, std::string, std::less<>> accounts,
                             std::vector<Algorithm> algorithms, crypto::Random& random)
    : accounts_(std::move(accounts)),
      algorithms_(std::move(algorithms)),
      secret_(random.hex(32)),
      opaque_(random.hex(8)) {
  if (algorithms_.empty()) algorithms_ = {Algorithm::sha256, Algorithm::md5};
}

bool Authenticator::is_known(std::string_view user) const {
  return has_account(user) || held_.count(user) != 0;
}

Refusal Authenticator::challenge(bool proxy, std::string_view realm, bool stale, Instant now,
                                 crypto::Random& random) {
  if (nonces_.size() == limits::nonce_count) nonces_.pop_front();
  nonces_.push_back({random.hex(16), now, 0});
  Refusal refusal{proxy ? 407 : 401, {}, {}};
  for (Algorithm algorithm : algorithms_)
    refusal.headers.push_back(
        {proxy ? "Proxy-Authenticate" : "WWW-Authenticate",
         challenge_value(realm, nonces_.back().value, opaque_, algorithm, true, stale)});
  return refusal;
}

/// True when the nonce is ours, fresh, and was not used with this count or a later one before.
bool Authenticator::take_nonce(std::string_view value, std::optional<std::uint64_t> count,
                               Instant now) {
  while (!nonces_.empty() && nonces_.front().created + nonce_lifetime <= now) nonces_.pop_front();
  for (Nonce& nonce : nonces_) {
    if (nonce.value != value) continue;
    // Without a count a nonce serves once.
    const std::uint64_t used = count.value_or(nonce.count + 1);
    if (used <= nonce.count || (!count && nonce.count != 0)) return false;
    nonce.count = used;
    return true;
  }
  return false;
}

std::optional<Refusal> Authenticator::check_account(const message::Message& request,
                                                    std::string_view user, std::string_view realm,
                                                    bool proxy, Instant now,
                                                    crypto::Random& random) {
  const auto credentials = credentials_for(request, proxy, realm);
  if (!credentials) return challenge(proxy, realm, false, now, random);
  const std::string_view username = credentials->get("username");
  if (!names_user(username, user)) return Refusal{403, wrong_user, {}};
  const auto algorithm = algorithm_of(*credentials, algorithms_);
  if (!algorithm) return challenge(proxy, realm, false, now, random);
  const bool counted = credentials->contains("qop");
  const auto count = parse_nonce_count(credentials->get("nc"));
  if (counted && !ascii::equal_ignoring_case(credentials->get("qop"), "auth"))
    return Refusal{400, "Credentials with a qop Not Offered", {}};
  if (counted && (!count || credentials->get("cnonce").empty()))
    return Refusal{400, "Credentials Lack nc or cnonce", {}};
  if (!names_request_uri(*credentials, request))
    return Refusal{400, "Credentials for Another URI", {}};
  const std::string secret = auth::ha1(*algorithm, username, realm, accounts_.find(user)->second);
  auth::DigestInput input;
  input.algorithm = *algorithm;
  input.qop = counted ? Qop::auth : Qop::none;
  input.ha1 = secret;
  input.nonce = credentials->get("nonce");
  input.cnonce = credentials->get("cnonce");
  input.nc = credentials->get("nc");
  input.method = request.method();
  input.uri = credentials->get("uri");
  if (!equal_secrets(auth::digest_response(input), credentials->get("response")))
    return challenge(proxy, realm, false, now, random);
  if (!take_nonce(input.nonce, counted ? count : std::nullopt, now))
    return challenge(proxy, realm, true, now, random);
  return std::nullopt;
}

std::string Authenticator::held_nonce(std::string_view user) const {
  return auth::hash(Algorithm::sha256, secret_ + ':' + std::string(user)).substr(0, 32);
}

std::optional<Refusal> Authenticator::check_held(const message::Message& request,
                                                 std::string_view user) {
  const auto found = held_.find(user);
  const Held* held = found == held_.end() ? nullptr : &found->second;
  const auto request_uri = uri::parse(request.request_uri());
  if (!request_uri || request_uri->host.size() > limits::user_size)
    return Refusal{400, "Unusable Request-URI", {}};
  const std::string realm = held ? held->realm : ascii::to_lower(request_uri->host);
  std::vector<Algorithm> offered;
  if (held) {
    offered = {held->algorithm};
  } else {
    // A -sess form has a cnonce in every response, so that none could be recognised.
    for (Algorithm algorithm : algorithms_)
      if (!auth::is_session(algorithm)) offered.push_back(algorithm);
    if (offered.empty()) offered = {Algorithm::sha256, Algorithm::md5};
  }
  const std::string nonce = held_nonce(user);
  const auto refuse = [&](bool stale) {
    Refusal refusal{401, {}, {}};
    for (Algorithm algorithm : offered)
      refusal.headers.push_back(
          {"WWW-Authenticate", challenge_value(realm, nonce, opaque_, algorithm, false, stale)});
    return refusal;
  };
  const auto credentials = credentials_for(request, false, realm);
  // TS 24.229 clients begin with credentials that are empty but for the name.
  if (!credentials || credentials->get("nonce").empty()) return refuse(false);
  if (!names_user(credentials->get("username"), user)) return Refusal{403, wrong_user, {}};
  if (credentials->get("nonce") != nonce) return refuse(true);
  const auto algorithm = algorithm_of(*credentials, offered);
  if (!algorithm) return refuse(false);
  if (credentials->contains("qop")) return Refusal{400, "Credentials with a qop Not Offered", {}};
  const std::string_view uri = credentials->get("uri");
  if (uri.size() > limits::contact_size || !names_request_uri(*credentials, request))
    return Refusal{400, "Credentials for Another URI", {}};
  const std::string_view response = credentials->get("response");
  if (!grammar::all_are(response, grammar::hex_digit) ||
      response.size() != auth::hash(*algorithm, {}).size())
    return Refusal{400, "Malformed Credentials", {}};
  if (!held) {
    if (held_.size() >= limits::user_count) return Refusal{503, "Too Many Users", {}};
    held_.emplace(std::string(user),
                  Held{*algorithm, realm, std::string(uri), std::string(response)});
    return std::nullopt;
  }
  if (uri != held->uri) return Refusal{403, "Register at the Same URI as at First", {}};
  if (!equal_secrets(response, held->response)) return refuse(false);
  return std::nullopt;
}

std::optional<Refusal> Authenticator::authorize_registration(const message::Message& request,
                                                             std::string_view user, Instant now,
                                                             crypto::Random& random) {
  if (user.empty() || user.size() > limits::user_size) return Refusal{403, "Unusable User", {}};
  if (!has_account(user)) return check_held(request, user);
  return check_account(request, user, ascii::to_lower(request.to().uri.host), false, now, random);
}

std::optional<Refusal> Authenticator::authorize_request(const message::Message& request,
                                                        std::string_view user, bool proxy,
                                                        Instant now, crypto::Random& random) {
  return check_account(request, user, ascii::to_lower(request.from().uri.host), proxy, now, random);
}

}  // namespace sipml::server
