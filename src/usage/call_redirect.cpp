/// A caller that follows redirections: RFC 3261 sections 8.1.3.4 and 13.3.1.2 as seen by the UAC.
#include <algorithm>

#include "base/limits.hpp"
#include "message/headers/typed.hpp"
#include "usage/call.hpp"

namespace sipml::usage {

namespace {

/// q of a Contact in thousandths (20.10); 1 if it has none or a bad one.
int preference(const uri::NameAddr& contact) {
  return message::contact_q(contact.parameters).value_or(1000);
}

}  // namespace

/// Sends the INVITE to the next target, if this response names one or an earlier one did; at most
/// `redirects` times, and never twice to the same.
bool Call::redirect(const message::Message& response, Context& context) {
  const bool names_targets = response.status() < 400;
  // 8.1.3.4: a failure of one target leads to the next; 6xx is said for all of them.
  if (response.status() >= 600 || (!names_targets && next_targets_.empty())) return false;
  if (tried_targets_.empty()) tried_targets_.push_back(remote_.uri);
  if (names_targets) {
    std::vector<uri::NameAddr> named = response.addresses(message::HeaderName::contact);
    std::erase_if(named, [](const uri::NameAddr& contact) { return !contact.uri.is_sip(); });
    // Before those that were named earlier; the best first, those that are as good in their order.
    for (std::size_t place = 0; place < limits::redirect_count && !named.empty(); ++place) {
      const auto best = std::max_element(
          named.begin(), named.end(),
          [](const auto& a, const auto& b) { return preference(a) < preference(b); });
      next_targets_.insert(next_targets_.begin() + static_cast<std::ptrdiff_t>(place), *best);
      named.erase(best);
    }
  }
  const auto is_known = [this](const uri::NameAddr& contact) {
    return std::any_of(tried_targets_.begin(), tried_targets_.end(),
                       [&contact](const uri::Uri& uri) { return is_same_user(uri, contact.uri); });
  };
  std::erase_if(next_targets_, is_known);
  if (next_targets_.empty() || tried_targets_.size() > context.config.redirects) return false;
  uri::NameAddr target = std::move(next_targets_.front());
  next_targets_.erase(next_targets_.begin());
  tried_targets_.push_back(target.uri);
  // 19.1.5: what a URI may carry into a request of its own may not change ours.
  target.uri = uri::request_uri(std::move(target.uri));
  redirected_to_ = uri::to_string(target.uri);
  forget_branches();
  CallRedirected event{id_, party(target), response.status(), std::string(response.reason()), {}};
  context.emit(std::move(event));
  progress(OnProgress::challenged, context);
  send_invite(context);
  return true;
}

}  // namespace sipml::usage
