#include "server/locations.hpp"

#include "base/ascii.hpp"

namespace sipml::server {

bool is_made_up(std::string_view host) {
  constexpr std::string_view suffix = ".invalid";
  return host.size() >= suffix.size() &&
         ascii::equal_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
}

std::string_view Binding::instance() const {
  return grammar::parameter_value(parameters, "+sip.instance").value_or(std::string_view());
}

std::string_view Binding::reg_id() const {
  return grammar::parameter_value(parameters, "reg-id").value_or(std::string_view());
}

bool is_same_binding(const Binding& old, const Binding& update) {
  if (!old.instance().empty() && old.instance() == update.instance() &&
      old.reg_id() == update.reg_id())
    return true;
  return uri::equivalent(old.contact, update.contact) &&
         (old.connection == update.connection || !is_made_up(old.contact.host));
}

const Locations::Bindings& Locations::of(std::string_view user) const {
  const auto found = users_.find(user);
  return found == users_.end() ? none_ : found->second;
}

void Locations::set(std::string_view user, Bindings bindings) {
  const auto found = users_.find(user);
  if (bindings.empty()) {
    if (found != users_.end()) users_.erase(found);
  } else if (found != users_.end()) {
    found->second = std::move(bindings);
  } else {
    users_.emplace(std::string(user), std::move(bindings));
  }
}

bool Locations::holds(Connection connection, std::string_view user) const {
  for (const Binding& binding : of(user))
    if (binding.connection == connection) return true;
  return false;
}

std::optional<Connection> Locations::find_contact(const uri::Uri& target,
                                                  std::string_view user) const {
  std::optional<Connection> found;
  const auto search = [&](const Bindings& bindings) {
    for (const Binding& binding : bindings)
      if (uri::equivalent(binding.contact, target)) found = binding.connection;
  };
  for (const auto& [name, bindings] : users_) search(bindings);
  search(of(user));
  return found;
}

template <typename Predicate>
void Locations::remove_if(Predicate predicate) {
  for (auto user = users_.begin(); user != users_.end();) {
    std::erase_if(user->second, predicate);
    user = user->second.empty() ? users_.erase(user) : std::next(user);
  }
}

void Locations::remove_connection(Connection connection) {
  remove_if([connection](const Binding& binding) { return binding.connection == connection; });
}

void Locations::remove_expired(Instant now) {
  remove_if([now](const Binding& binding) { return binding.expires <= now; });
}

std::optional<Instant> Locations::deadline() const {
  std::optional<Instant> earliest;
  for (const auto& [user, bindings] : users_)
    for (const Binding& binding : bindings)
      if (!earliest || binding.expires < *earliest) earliest = binding.expires;
  return earliest;
}

std::size_t Locations::size() const {
  std::size_t count = 0;
  for (const auto& [user, bindings] : users_) count += bindings.size();
  return count;
}

}  // namespace sipml::server
