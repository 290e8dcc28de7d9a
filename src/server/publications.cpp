#include "server/publications.hpp"

#include <algorithm>

#include "message/headers/content.hpp"
#include "message/headers/typed.hpp"
#include "server/expires.hpp"

namespace sipml::server {

namespace {

using message::HeaderName;

/// RFC 3903 4.1 leaves it to the package, RFC 3856 6.4 says an hour for subscriptions.
constexpr std::uint32_t default_publication_expires = 3600;

}  // namespace

bool operator<(const Presentity& a, const Presentity& b) {
  return a.package != b.package ? a.package < b.package : a.user < b.user;
}

message::Response Publications::process(const message::Message& request, std::string_view user,
                                        Connection connection, Instant now) {
  const auto refuse = [&](int status, std::string_view reason = {}, std::string_view name = {},
                          std::string value = {}) {
    auto response = state_.response(request, status, reason);
    if (!name.empty()) response.headers.push_back({std::string(name), std::move(value)});
    return response;
  };
  // Step 2.
  const auto event = request.header(HeaderName::event);
  const auto type = message::parse_event(event.value_or(std::string_view()));
  const PackageRow* package = type ? find_package(type->type) : nullptr;
  if (!package) return refuse(489, {}, "Allow-Events", all_package_names());
  if (const auto require = request.header(HeaderName::require))
    return refuse(420, {}, "Unsupported", std::string(*require));

  // Step 4.
  const auto matches = request.values(HeaderName::sip_if_match);
  if (matches.size() > 1) return refuse(400, "More Than One Entity Tag");
  const Presentity presentity{std::string(user), package->id};
  const auto found = publications_.find(presentity);
  Publication* known = nullptr;
  if (!matches.empty() && found != publications_.end())
    for (Publication& publication : found->second)
      if (publication.etag == matches.front()) known = &publication;
  if (!matches.empty() && !known) return refuse(412);

  // Step 5.
  const std::uint32_t expires = wanted_expires(request, default_publication_expires);
  if (is_too_brief(expires)) return refuse(423, {}, "Min-Expires", std::to_string(minimum_expires));

  // Step 6.
  const std::string_view body = request.body();
  if (!known && body.empty()) return refuse(400, "Nothing Is Published");
  if (expires != 0 && !body.empty()) {
    if (request.content_type() != package->content_type)
      return refuse(415, {}, "Accept", std::string(package->content_type));
    if (request.header(HeaderName::content_encoding))
      return refuse(415, {}, "Accept-Encoding", "identity");
    if (body.size() > limits::publication_size) return refuse(413);
    if (const auto fault = find_fault(package->id, body)) return refuse(400, *fault);
    const std::size_t before = known ? known->body.size() : 0;
    if (octets_ - before + body.size() > limits::publication_octets ||
        (!known && (size() >= limits::publication_count ||
                    (found != publications_.end() &&
                     found->second.size() >= limits::publications_per_presentity))))
      return refuse(503, "Too Much Is Published", "Retry-After", std::to_string(minimum_expires));
  }

  // Step 7: a response that is never heard leaves a state that nobody can refresh (4.2).
  std::string etag = state_.random.token(16);
  auto response = refuse(200, {}, "SIP-ETag", etag);
  response.headers.push_back({"Expires", std::to_string(expires)});
  if (expires == 0) {
    if (!known) return response;
    if (known->counts) changed_.insert(presentity);
    octets_ -= known->body.size();
    found->second.erase(found->second.begin() + (known - found->second.data()));
    if (found->second.empty()) publications_.erase(found);
    return response;
  }
  if (!known) {
    known = &publications_[presentity].emplace_back();
    known->number = ++last_number_;
  }
  if (!body.empty() && known->body != body) {
    octets_ += body.size();
    octets_ -= known->body.size();
    known->body = body;
    known->changed = ++last_change_;
    if (known->counts) changed_.insert(presentity);
  }
  known->etag = std::move(etag);
  known->expires = now + seconds(expires);
  known->connection = connection;
  return response;
}

std::vector<Presentity> Publications::settle(Instant now) {
  for (auto next = publications_.begin(); next != publications_.end();) {
    const auto current = next++;
    const Presentity& presentity = current->first;
    Of& all = current->second;
    const bool is_registered = !state_.locations.of(presentity.user).empty();
    for (std::size_t i = 0; i < all.size();) {
      Publication& publication = all[i];
      const bool is_over = publication.expires <= now;
      publication.was_registered |= is_registered;
      const bool counts = !is_over && state_.connections.count(publication.connection) != 0 &&
                          (is_registered || !publication.was_registered);
      if (counts != publication.counts) changed_.insert(presentity);
      publication.counts = counts;
      if (!is_over) {
        ++i;
        continue;
      }
      octets_ -= publication.body.size();
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (all.empty()) publications_.erase(current);
  }
  std::vector<Presentity> changed(changed_.begin(), changed_.end());
  changed_.clear();
  return changed;
}

std::string Publications::document(const Presentity& presentity, std::string_view entity,
                                   std::uint32_t version) const {
  std::vector<const Publication*> counting;
  if (const auto found = publications_.find(presentity); found != publications_.end())
    for (const Publication& publication : found->second)
      if (publication.counts) counting.push_back(&publication);
  std::sort(counting.begin(), counting.end(),
            [](const Publication* a, const Publication* b) { return a->changed > b->changed; });
  std::vector<Part> parts;
  for (const Publication* publication : counting)
    parts.push_back({publication->number, publication->body});
  return make_document(presentity.package, parts, entity, version);
}

std::optional<Instant> Publications::deadline() const {
  std::optional<Instant> earliest;
  for (const auto& [presentity, all] : publications_)
    for (const Publication& publication : all)
      if (!earliest || publication.expires < *earliest) earliest = publication.expires;
  return earliest;
}

std::size_t Publications::size() const {
  std::size_t count = 0;
  for (const auto& [presentity, all] : publications_) count += all.size();
  return count;
}

}  // namespace sipml::server
