#include "message/message.hpp"

#include "grammar/tokens.hpp"

namespace sipml::message {

std::optional<std::string_view> Message::header(HeaderName name) const {
  for (const Entry& entry : entries_)
    if (entry.id == name) return entry.value.in(bytes_);
  return std::nullopt;
}

std::vector<std::string_view> Message::values(HeaderName name) const {
  std::vector<std::string_view> result;
  for (const Entry& entry : entries_) {
    if (entry.id != name) continue;
    for (std::string_view value : grammar::split_list(entry.value.in(bytes_)))
      result.push_back(value);
  }
  return result;
}

std::vector<std::string_view> Message::headers(HeaderName name) const {
  std::vector<std::string_view> result;
  for (const Entry& entry : entries_)
    if (entry.id == name) result.push_back(entry.value.in(bytes_));
  return result;
}

std::vector<uri::NameAddr> Message::addresses(HeaderName name) const {
  std::vector<uri::NameAddr> result;
  for (const Address& address : addresses_)
    if (address.header == name) result.push_back(uri::make_name_addr(bytes_, address.parts));
  return result;
}

std::vector<std::pair<std::string_view, std::string_view>> Message::all_headers() const {
  std::vector<std::pair<std::string_view, std::string_view>> result;
  for (const Entry& entry : entries_)
    result.emplace_back(entry.name.in(bytes_), entry.value.in(bytes_));
  return result;
}

}  // namespace sipml::message
