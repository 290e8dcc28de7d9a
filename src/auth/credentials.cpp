#include "auth/credentials.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace sipml::auth {

namespace {

using message::HeaderName;

constexpr std::string_view header_of(bool proxy) {
  return proxy ? "Proxy-Authorization" : "Authorization";
}

bool is_registration(const message::Request& request) { return request.method == "REGISTER"; }

struct Sent {
  bool proxy = false;
  std::string realm;
  std::string nonce;
};

/// The credentials that a request carries.
std::vector<Sent> sent_in(const message::Request& request) {
  std::vector<Sent> result;
  for (const message::HeaderField& field : request.headers)
    for (bool proxy : {false, true}) {
      if (!ascii::equal_ignoring_case(field.name, header_of(proxy))) continue;
      if (const auto parsed = parse_digest(field.value))
        result.push_back(
            {proxy, std::string(parsed->get("realm")), std::string(parsed->raw("nonce"))});
    }
  return result;
}

std::string eight_hex_digits(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(8, '0');
  for (std::size_t i = 8; i-- > 0; number >>= 4U) text[i] = digits[number & 15U];
  return text;
}

}  // namespace

Credentials::Entry* Credentials::find(bool proxy, bool registration, std::string_view realm) {
  for (Entry& entry : entries_)
    if (entry.proxy == proxy && entry.registration == registration && entry.realm == realm)
      return &entry;
  return nullptr;
}

std::string Credentials::credentials(Entry& entry, const message::Request& request,
                                     const Account& account, crypto::Random& random) const {
  const bool needs_cnonce = entry.qop != Qop::none || is_session(entry.algorithm);
  const std::string cnonce = needs_cnonce ? random.hex(16) : std::string();
  const std::string nc = eight_hex_digits(++entry.nonce_count);
  DigestInput input;
  const std::string secret = ha1(entry.algorithm, account.user, entry.realm, account.password);
  input.algorithm = entry.algorithm;
  input.qop = entry.qop;
  input.ha1 = secret;
  input.nonce = entry.nonce;
  input.cnonce = cnonce;
  input.nc = nc;
  input.method = request.method;
  input.uri = request.request_uri;
  input.body = request.body;
  std::string value = "Digest username=" + grammar::quote(account.user);
  value += ", realm=" + grammar::quote(entry.realm);
  value += ", nonce=\"" + entry.nonce + '"';
  value += ", uri=" + grammar::quote(request.request_uri);
  value += ", response=\"" + digest_response(input) + '"';
  if (entry.names_algorithm) {
    value += ", algorithm=";
    value += to_string(entry.algorithm);
  }
  if (needs_cnonce) value += ", cnonce=\"" + cnonce + '"';
  if (entry.has_opaque) value += ", opaque=\"" + entry.opaque + '"';
  if (entry.qop != Qop::none) {
    value += ", qop=";
    value += to_string(entry.qop);
    value += ", nc=" + nc;
  }
  return value;
}

void Credentials::authorize(message::Request& request, const Account& account,
                            crypto::Random& random) {
  if (request.method == "ACK" || request.method == "CANCEL") return;
  for (Entry& entry : entries_)
    if (entry.confirmed && entry.registration == is_registration(request))
      request.headers.push_back(
          {std::string(header_of(entry.proxy)), credentials(entry, request, account, random)});
}

/// Takes the challenges of a response over; false when one of them refuses for good what the
/// request proved, or when none can be answered.
bool Credentials::learn(const message::Message& response, const message::Request& request,
                        std::string_view only_realm) {
  const auto sent = sent_in(request);
  bool learned = false;
  std::vector<const Entry*> renewed;
  for (bool proxy : {false, true}) {
    const auto name = proxy ? HeaderName::proxy_authenticate : HeaderName::www_authenticate;
    for (std::string_view value : response.headers(name)) {
      const auto challenge = parse_digest(value);
      // RFC 7616 3.3: both have to be there.
      if (!challenge || !challenge->contains("nonce") || !challenge->contains("realm")) continue;
      const auto algorithm = challenge->contains("algorithm")
                                 ? parse_algorithm(challenge->get("algorithm"))
                                 : std::optional(Algorithm::md5);
      const auto qop = choose_qop(*challenge);
      if (!algorithm || !qop) continue;
      const std::string_view realm = challenge->get("realm");
      if (!only_realm.empty() && realm != only_realm) continue;
      Entry* entry = find(proxy, is_registration(request), realm);
      bool seen = false;
      for (const Entry* done : renewed) seen = seen || done == entry;
      if (entry && seen) {
        // A second challenge of the same realm: the stronger one is answered (RFC 8760 2.4).
        if (strength(*algorithm) <= strength(entry->algorithm)) continue;
      } else if (entry) {
        const bool stale = ascii::equal_ignoring_case(challenge->get("stale"), "true");
        for (const Sent& credential : sent)
          if (credential.proxy == proxy && credential.realm == realm &&
              credential.nonce == entry->nonce && !entry->confirmed && !stale) {
            std::erase_if(entries_, [entry](const Entry& other) { return &other == entry; });
            return false;
          }
      } else {
        if (entries_.size() == limits::realm_count) continue;
        // Growing moves the entries: the marks are taken again by position.
        std::vector<std::size_t> marks;
        for (const Entry* done : renewed)
          marks.push_back(static_cast<std::size_t>(done - entries_.data()));
        entry = &entries_.emplace_back();
        for (std::size_t i = 0; i < marks.size(); ++i) renewed[i] = &entries_[marks[i]];
      }
      *entry = Entry{proxy,
                     is_registration(request),
                     std::string(realm),
                     std::string(challenge->raw("nonce")),
                     std::string(challenge->raw("opaque")),
                     challenge->contains("opaque"),
                     *algorithm,
                     challenge->contains("algorithm"),
                     *qop,
                     0,
                     false};
      if (!seen) renewed.push_back(entry);
      learned = true;
    }
  }
  return learned;
}

std::optional<message::Request> Credentials::answer(const message::Request& request,
                                                    const message::Message& response,
                                                    const Account& account,
                                                    crypto::Random& random) {
  const auto sent = sent_in(request);
  if (!learn(response, request, account.realm)) return std::nullopt;
  message::Request retried = request;
  message::remove_fields(retried.headers, "Authorization");
  message::remove_fields(retried.headers, "Proxy-Authorization");
  for (Entry& entry : entries_) {
    if (entry.registration != is_registration(request)) continue;
    bool wanted = entry.nonce_count == 0;
    for (const Sent& credential : sent)
      wanted = wanted || (credential.proxy == entry.proxy && credential.realm == entry.realm);
    if (wanted)
      retried.headers.push_back(
          {std::string(header_of(entry.proxy)), credentials(entry, retried, account, random)});
  }
  return retried;
}

void Credentials::accepted(const message::Request& request) {
  for (const Sent& credential : sent_in(request))
    if (Entry* entry = find(credential.proxy, is_registration(request), credential.realm))
      if (entry->nonce == credential.nonce) entry->confirmed = true;
}

}  // namespace sipml::auth
