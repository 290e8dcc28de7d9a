/// Candidates that follow their description in INFO requests: RFC 8838 in the form of RFC 8840,
/// with the Info Package rules of RFC 6086.
#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "message/status.hpp"
#include "negotiation/rules/rules.hpp"
#include "sdp/transport.hpp"
#include "usage/call.hpp"

namespace sipml::usage {

using message::HeaderName;

namespace {

constexpr std::string_view fragment_type = "application/trickle-ice-sdpfrag";

bool knows_trickling(const sdp::Description& description) {
  return std::any_of(description.media.begin(), description.media.end(),
                     [&](const sdp::Media& media) {
                       if (media.is_rejected()) return false;
                       const auto options = sdp::ice_options(description, media);
                       return std::find(options.begin(), options.end(), "trickle") != options.end();
                     });
}

}  // namespace

bool offers_trickle(const Config& config) { return config.trickle != Config::Trickle::none; }

void Call::learn_trickle(TricklePeer& peer, const message::Message& message) {
  if (message.header(HeaderName::recv_info))
    peer.takes_info = lists(message, HeaderName::recv_info, trickle_package);
}

TricklePeer* Call::heard_peer() {
  if (dialog_) return &trickle_.peer;
  Branch* branch = branch_of(early_tag_);
  return branch ? &branch->trickle : nullptr;
}

/// Whether a description of ours may leave before all its candidates are known.
bool Call::may_trickle(const Config& config) {
  if (!offers_trickle(config)) return false;
  if (carrier_ == Carrier::invite && is_outgoing_) return config.trickle == Config::Trickle::full;
  // RFC 8840 5: who takes INFO may be a border element; the ICE agent is whose description it is.
  const TricklePeer* peer = heard_peer();
  return peer && peer->takes_info && !peer->is_off &&
         (trickle_.ice_trickles || remote_description_.empty());
}

/// Our description with what RFC 8838 3 and RFC 8840 8.2 want in it, where the browser left it out.
std::string Call::with_trickling(std::string description, const Config& config) const {
  if (!offers_trickle(config)) return description;
  auto parsed = sdp::parse(description);
  if (!parsed) return description;
  bool has_changed = false;
  bool has_options = sdp::has_attribute(parsed->session, "ice-options");
  bool has_ice = false;
  for (sdp::Media& media : parsed->media) {
    has_options = has_options || sdp::has_attribute(media.lines, "ice-options");
    if (media.is_rejected() || !sdp::ice_ufrag(*parsed, media)) continue;
    has_ice = true;
    if (!trickle_.gathered || sdp::has_attribute(media.lines, "end-of-candidates")) continue;
    media.lines.push_back({'a', "end-of-candidates"});
    has_changed = true;
  }
  if (has_ice && !has_options) {
    parsed->session.push_back({'a', "ice-options:trickle"});
    has_changed = true;
  }
  return has_changed ? sdp::write(*parsed) : description;
}

/// Our description is done: what it says need not be told again, what was found since has to be.
void Call::local_described() {
  const auto parsed = sdp::parse(local_description_);
  if (!parsed) return;
  sdp::Fragment told = sdp::fragment_of(*parsed);
  // RFC 8840 4.4: the order in which they were told stays.
  (void)sdp::keep_known(told, std::move(trickle_.local));
  trickle_.local = std::move(told);
  trickle_.described = ++trickle_.version;
  for (const Trickle::Found& found : std::exchange(trickle_.found, {})) add_local(found);
}

/// An offer of ours takes the place of what was agreed on, unless it is refused.
void Call::keep_local() {
  if (carrier_ == Carrier::invite) return;
  const TricklePeer* peer = heard_peer();
  const bool all_told = !peer || std::max(peer->told, trickle_.described) >= trickle_.version;
  before_own_offer_ = BeforeOwn{local_description_, remote_description_, trickle_.local, all_told};
}

/// RFC 3261 14.1, RFC 3264 8: a refused offer leaves the session as it was. Candidates of the
/// refused generation go with it, those of one that goes on stay.
void Call::restore_local() {
  if (!before_own_offer_) return;
  BeforeOwn before = std::move(*before_own_offer_);
  before_own_offer_.reset();
  local_description_ = std::move(before.local_description);
  if (remote_description_ != before.remote_description) {
    remote_description_ = std::move(before.remote_description);
    remote_described(remote_description_);
  }
  bool all_told = before.all_told;
  if (sdp::same_generation(before.candidates, trickle_.local)) {
    for (sdp::FragmentSection& section : before.candidates.sections) {
      const sdp::FragmentSection* now = sdp::find_section(trickle_.local, section.mid);
      if (!now) continue;
      all_told = all_told && now->candidates == section.candidates && now->ended == section.ended;
      section = *now;
    }
  }
  trickle_.local = std::move(before.candidates);
  ++trickle_.version;
  if (all_told) trickle_.described = trickle_.version;
}

bool Call::add_local(const Trickle::Found& found) {
  if (found.candidate.empty()) {
    bool is_new = false;
    for (sdp::FragmentSection& section : trickle_.local.sections)
      is_new = is_new || !std::exchange(section.ended, true);
    if (is_new) ++trickle_.version;
    return true;
  }
  sdp::FragmentSection* section = sdp::find_section(trickle_.local, found.mid);
  if (!section || (!found.ufrag.empty() && found.ufrag != section->ufrag)) return false;
  // Not before, for a call that rang has its filter since it was accepted.
  const auto shown =
      negotiation::rules::shown_candidate(found.candidate, options_.media.candidates);
  if (shown && sdp::add_candidate(trickle_.local, *section, *shown)) ++trickle_.version;
  return true;
}

std::optional<CommandError> Call::local_candidate(std::string mid, std::string candidate,
                                                  std::string ufrag, Context& context) {
  if (!candidate.empty() && (candidate.size() > limits::candidate_size ||
                             ascii::has_line_break(candidate) || !sdp::parse_candidate(candidate)))
    return CommandError{CommandErrorCode::invalid_argument, "candidate",
                        "this is no candidate-attribute of RFC 8839"};
  if (media_closed_ || !offers_trickle(context.config)) return std::nullopt;
  const bool is_making = exchange_ == Exchange::awaiting_local_offer ||
                         exchange_ == Exchange::awaiting_local_answer ||
                         exchange_ == Exchange::have_remote_offer;
  trickle_.gathered = candidate.empty();
  if (!candidate.empty()) {
    if (!candidate.starts_with("candidate:")) candidate.insert(0, "candidate:");
  } else if (is_making) {
    return std::nullopt;
  }
  Trickle::Found found{std::move(mid), std::move(candidate), std::move(ufrag)};
  if (!add_local(found)) {
    if (is_making && trickle_.found.size() < limits::candidate_count)
      trickle_.found.push_back(std::move(found));
    return std::nullopt;
  }
  tell_candidates(context);
  return std::nullopt;
}

/// Tells every peer that knows our description what it has not been told (RFC 8840 4.2 and 4.3).
void Call::tell_candidates(Context& context) {
  if (!offers_trickle(context.config) || !context.connected || media_closed_) return;
  if (!dialog_) {
    for (Branch& branch : early_) {
      // Of the branch that has answered it is known whether its ICE agent takes them.
      const bool has_answered = branch.dialog.remote_tag() == early_tag_;
      if (!has_answered || trickle_.ice_trickles)
        tell_candidates(branch.trickle, branch.dialog, context);
    }
    return;
  }
  const bool is_known =
      carrier_ == Carrier::invite && is_outgoing_
          ? progress_ == Progress::confirming || progress_ == Progress::established
          : progress_ == Progress::established && !unacknowledged_ &&
                exchange_ != Exchange::have_local_offer;
  if (is_known && trickle_.ice_trickles) tell_candidates(trickle_.peer, *dialog_, context);
}

void Call::tell_candidates(TricklePeer& peer, dialog::Dialog& dialog, Context& context) {
  peer.told = std::max(peer.told, trickle_.described);
  const bool has_news = peer.told < trickle_.version || peer.wants_sign;
  if (!peer.takes_info || peer.is_off || peer.open != 0 || !has_news) return;
  std::string body = sdp::write_fragment(trickle_.local);
  peer.wants_sign = false;
  if (body.empty()) return;
  message::Request request = dialog.make_request("INFO");
  add_headers(request.headers, options_.headers);
  request.headers.push_back({"Info-Package", std::string(trickle_package)});
  request.headers.push_back({"Content-Disposition", "Info-Package"});
  request.headers.push_back({"Content-Type", std::string(fragment_type)});
  request.body = std::move(body);
  peer.telling = trickle_.version;
  peer.open =
      context.send(std::move(request), {id_, static_cast<std::uint32_t>(Purpose::trickle), 0});
}

TricklePeer* Call::peer_told_by(transaction::Id id) {
  if (id == 0) return nullptr;
  if (trickle_.peer.open == id) return &trickle_.peer;
  for (Branch& branch : early_)
    if (branch.trickle.open == id) return &branch.trickle;
  return nullptr;
}

/// The answer to an INFO with candidates; null: none came.
void Call::candidates_answered(const transaction::Indication& indication,
                               const message::Message* response, Context& context) {
  TricklePeer* peer = peer_told_by(indication.id);
  if (!peer) return;
  dialog::Dialog* dialog = response ? dialog_with(response->to_tag()) : nullptr;
  if (dialog && response->status() >= 300) {
    if (auto retried = context.with_credentials(indication, *response)) {
      set_cseq(*retried, dialog->next_cseq());
      peer->open = context.resend(std::move(*retried),
                                  {id_, indication.owner.purpose, indication.owner.attempt + 1});
      return;
    }
  }
  peer->open = 0;
  // Lost with the connection: it is all told anew when there is another one (RFC 8840 4.4).
  if (indication.outcome == transaction::Outcome::transport_error) return;
  if (response && response->status() < 300) {
    peer->told = peer->telling;
    tell_candidates(context);
    return;
  }
  // The call goes on with the candidates that the peer has.
  peer->is_off = true;
  const int status = response ? response->status() : 408;
  context.emit(Diagnostic{"candidates_refused",
                          "INFO with ICE candidates: " + std::to_string(status) + ' ' +
                              std::string(message::reason_phrase(status)),
                          {}});
}

/// Another description of the peer holds; `description` is what the browser gets of it.
void Call::remote_described(std::string_view description) {
  const auto parsed = sdp::parse(description);
  trickle_.ice_trickles = parsed && knows_trickling(*parsed);
  sdp::Fragment told = parsed ? sdp::fragment_of(*parsed) : sdp::Fragment();
  if (!sdp::keep_known(told, std::move(trickle_.remote))) trickle_.waiting.clear();
  trickle_.remote = std::move(told);
  std::erase_if(trickle_.waiting, [this](const Trickle::Found& found) {
    return sdp::find_section(trickle_.remote, found.mid) == nullptr;
  });
}

/// Takes what is new of a fragment; false when it is of another generation, or of no section.
bool Call::take_candidates(const sdp::Fragment& fragment) {
  bool is_ours = false;
  for (const sdp::FragmentSection& section : fragment.sections) {
    sdp::FragmentSection* known = sdp::find_section(trickle_.remote, section.mid);
    if (!known || (!section.ufrag.empty() && section.ufrag != known->ufrag)) continue;
    is_ours = true;
    for (const std::string& candidate : section.candidates) {
      if (sdp::add_candidate(trickle_.remote, *known, candidate))
        trickle_.waiting.push_back({section.mid, candidate, known->ufrag});
    }
    if (section.ended && !std::exchange(known->ended, true))
      trickle_.waiting.push_back({section.mid, {}, known->ufrag});
  }
  return is_ours;
}

/// Both sides' candidates go where they can by now.
void Call::pass_candidates(Context& context) {
  if (media_closed_) return;
  TricklePeer* peer = heard_peer();
  if (peer && peer->early && take_candidates(*peer->early)) peer->early.reset();
  give_candidates(context);
  tell_candidates(context);
}

/// Gives the browser the candidates whose description it has, or is being given.
void Call::give_candidates(Context& context) {
  if (exchange_ == Exchange::have_remote_offer) return;
  for (Trickle::Found& found : std::exchange(trickle_.waiting, {})) {
    MediaRequest request;
    request.type = MediaRequest::Type::add_candidate;
    request.call = id_;
    request.mid = std::move(found.mid);
    request.candidate = std::move(found.candidate);
    request.ufrag = std::move(found.ufrag);
    context.ask(std::move(request));
  }
}

bool Call::is_of_trickling(const message::Message& request, const Config& config) {
  if (!offers_trickle(config)) return false;
  const auto package = request.header(HeaderName::info_package);
  // Some peers forget to name the package.
  return package ? ascii::equal_ignoring_case(*package, trickle_package)
                 : ascii::equal_ignoring_case(request.content_type(), fragment_type);
}

/// INFO of the peer with candidates. RFC 6086 4.2.2: what is wrong inside the body is not told.
void Call::candidates_received(const message::Message& request, transaction::Id transaction,
                               Context& context) {
  if (!ascii::equal_ignoring_case(request.content_type(), fragment_type)) {
    answer_request(transaction, request, 415, context, {{"Accept", std::string(fragment_type)}});
    return;
  }
  answer_request(transaction, request, 200, context);
  if (media_closed_) return;
  auto fragment = sdp::parse_fragment(request.body());
  const std::optional<std::size_t> fault = fragment ? fragment->fault : fragment.error().offset;
  if (fault)
    context.emit(Diagnostic{"bad_candidates",
                            fragment ? "trickled candidates: a line that cannot be used"
                                     : "trickled candidates: there is no section of media",
                            *fault});
  if (!fragment) return;
  TricklePeer* peer = &trickle_.peer;
  if (!dialog_) {
    Branch* branch = branch_of(request.from_tag());
    if (!branch) return;
    peer = &branch->trickle;
  }
  const bool is_heard = dialog_ || request.from_tag() == early_tag_;
  // Of a description that is yet to come, or of one that is over; the next one tells.
  if (!is_heard || !take_candidates(*fragment)) peer->early = std::move(*fragment);
  pass_candidates(context);
}

}  // namespace sipml::usage
