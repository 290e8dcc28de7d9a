/// One call, as caller or callee: an INVITE usage of a dialog (RFC 3261 sections 9, 13, 14, 15;
/// offers and answers by RFC 3264; INFO by RFC 6086's legacy usage).
///
/// Two machines run side by side: progress (call_progress.hpp) and the offer/answer exchange
/// (negotiation/offer_answer.hpp). An exchange is carried by the first INVITE, or by a re-INVITE or
/// UPDATE of either side, which `carrier_` tells. Reliable provisional responses
/// (reliable_provisional.hpp, RFC 3262) and the session timer (session_timer.hpp, RFC 4028) are
/// machines of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/timer_set.hpp"
#include "dialog/dialog.hpp"
#include "message/headers/typed.hpp"
#include "negotiation/offer_answer.hpp"
#include "negotiation/rewrite.hpp"
#include "usage/call_progress.hpp"
#include "usage/command_error.hpp"
#include "usage/context.hpp"
#include "usage/reliable_provisional.hpp"
#include "usage/session_timer.hpp"
#include "usage/transfer.hpp"
#include "usage/trickle.hpp"

namespace sipml::usage {

/// What the peer is told of a lost connection of the media; "" for another error.
std::string_view lost_media(std::optional<MediaError> error);

struct CallOptions {
  message::HeaderFields headers;
  /// Of the first INVITE, or of the answer to it, alone.
  message::HeaderFields first_headers;
  /// Contact parameters, RFC 3840.
  message::HeaderFields caps;
  negotiation::LocalOptions media;
};

class Call {
 public:
  /// Asks the browser for an offer; the INVITE leaves when it is there.
  static Call outgoing(std::uint32_t id, uri::NameAddr from, uri::NameAddr to,
                       MediaDirections directions, CallOptions options, Context& context);
  /// Answers 180 and tells the user; nullopt when the INVITE had to be refused at once. One that
  /// `replaces` another call does not ring: take_place_of() follows.
  static std::optional<Call> incoming(std::uint32_t id, const message::Message& invite,
                                      transaction::Id transaction, Context& context,
                                      std::uint32_t replaces = 0);

  std::uint32_t id() const { return id_; }
  bool has_ended() const { return progress_ == call_progress::State::ended; }
  /// What a Replaces says of this call, by the cases of RFC 3891 section 3.
  enum class Named : std::uint8_t { no, confirmed, early_of_ours, early_of_peer, over };
  Named named_by(const message::Replaces& replaces) const;
  /// The tag that names this side of the dialog; "" before there is one.
  std::string_view local_tag() const SIPML_LIFETIMEBOUND {
    return dialog_ ? std::string_view(dialog_->local_tag()) : std::string_view();
  }

  // Commands of the user.
  std::optional<CommandError> accept(const MediaChoice& choice, const CallOptions& options,
                                     Context& context);
  /// A provisional response 101..199 of the callee.
  std::optional<CommandError> ring(int status, const std::string& reason,
                                   const message::HeaderFields& headers, Context& context);
  std::optional<CommandError> reject(int status, std::string reason,
                                     const message::HeaderFields& headers, Context& context);
  std::optional<CommandError> hang_up(const message::HeaderFields& headers, Context& context);
  std::optional<CommandError> change(Change change, std::optional<MediaDirections> directions,
                                     message::HeaderFields headers, Context& context);
  /// Answers what CallOffer told; what is not chosen is what the offer allows of a medium that it
  /// adds, and of others what it was.
  std::optional<CommandError> accept_offer(const MediaChoice& choice, Context& context);
  std::optional<CommandError> reject_offer(int status, const std::string& reason,
                                           const message::HeaderFields& headers, Context& context);
  std::optional<CommandError> info(const std::string& content_type, std::string body,
                                   const message::HeaderFields& headers, Context& context);

  /// The browser found a candidate after it gave its description; "": it has no more.
  std::optional<CommandError> local_candidate(std::string mid, std::string candidate,
                                              std::string ufrag, Context& context);

  // Requests inside the dialog that are usages by themselves.
  bool has_dialog() const { return dialog_.has_value(); }
  /// nullopt when the call is not established.
  std::optional<message::Request> make_inside(std::string_view method);
  /// The number for one sent anew with credentials.
  std::uint32_t next_cseq() { return dialog_->next_cseq(); }

  // Transfers, call_transfer.cpp.
  /// Sends REFER to `refer_to`.
  std::optional<CommandError> transfer(std::string refer_to, const message::HeaderFields& headers,
                                       Context& context);
  /// Refer-To for a transfer to the peer of this call, of which the new call takes the place;
  /// `target` is where it goes instead of to that peer's own address. nullopt: not established.
  std::optional<std::string> replacement(const uri::Uri* target) const;
  /// What the peer's REFER asked for; the call to it is the agent's to make.
  std::optional<Referral> accept_transfer(Context& context);
  std::optional<CommandError> reject_transfer(int status, const std::string& reason,
                                              const message::HeaderFields& headers,
                                              Context& context);
  /// The call that accept_transfer() led to has come as far as this; when it is established, this
  /// one ends.
  void transfer_called(TransferProgress::Value state, std::uint32_t new_call, int status,
                       const std::string& reason, Context& context);
  /// Answers a call that replaces `other`, which does what that did (RFC 3891 section 3).
  void take_place_of(const Call& other, Context& context);
  /// Another call has taken the place of this one.
  void replaced(Context& context);

  // The browser's answers to media requests.
  void media_ready(std::uint32_t token, std::string_view description, Context& context);
  void media_failed(std::uint32_t token, MediaError error, const std::string& text,
                    Context& context);

  /// The connection of the media is gone for good: the call ends, in whatever state it is.
  void media_lost(MediaError error, const std::string& text, Context& context);

  // The network.
  void response(const transaction::Indication& indication, const message::Message& response,
                Context& context);
  void no_response(const transaction::Indication& indication, Context& context);
  /// A 2xx to our INVITE whose transaction is over: acknowledges it again.
  void late_2xx(const message::Message& response, Context& context);
  bool owns_response(const message::Message& response) const;
  bool owns_request(const message::Message& request) const;
  /// True when this request is the INVITE that made this call, come by another way (8.2.2.2).
  bool is_merged(const message::Message& request) const;
  /// True when a request of the peer is inside the dialog and in order; otherwise it was refused.
  bool takes(const message::Message& request, transaction::Id transaction, Context& context);
  /// A request inside the dialog, not ACK.
  void request(const message::Message& request, transaction::Id transaction, Context& context);
  void ack(const message::Message& ack, Context& context);
  bool is_cancelled_by(transaction::Id invite) const;
  void cancelled(const message::Message& cancel, Context& context);

  /// Nobody waits for the peer any longer: the call ends here, in whatever state it is.
  void give_up(Context& context);
  void connected(Context& context);
  void disconnected(Context& context);
  /// No connection can be had: a caller who waits for our answer cannot get it.
  void connection_failed(Context& context);
  void timer_fired(Context& context);
  std::optional<Instant> deadline() const;

 private:
  enum class Timer : std::uint8_t {
    resend_2xx,
    ack,
    cancel,
    bye,
    glare,
    resend_1xx,
    prack,
    session_refresh,
    session_expiry,
    offer_answer,
    count
  };
  /// `peer_update` is an UPDATE, or a PRACK with an offer.
  enum class Carrier : std::uint8_t {
    invite,
    own_reinvite,
    peer_reinvite,
    own_update,
    peer_update
  };

  /// An early dialog of ours (RFC 3261 12.1.2).
  struct Branch {
    dialog::Dialog dialog;
    /// RSeq of the last reliable response (RFC 3262 4); 0: none.
    std::uint32_t rseq = 0;
    bool allows_update = false;
    TricklePeer trickle;
  };

  using Progress = call_progress::State;
  using OnProgress = call_progress::On;
  using Exchange = negotiation::offer_answer::State;
  using OnExchange = negotiation::offer_answer::On;
  using OnReliable = reliable_provisional::On;
  using OnSession = session_timer::On;

  Call() = default;

  // call.cpp
  void progress(OnProgress on, Context& context);
  void exchange(OnExchange on, Context& context);
  void end_because(EndCause cause, Side by, int status = 0, std::string_view reason = {});
  void end_because_of(const message::Message& request, EndCause cause);
  message::HeaderFields ending_headers() const;
  void tell_end(Context& context);
  void close_media(Context& context);
  bool peer_restarts_ice() const;
  void ask_media(MediaRequest::Type type, std::string description, bool provisional,
                 Context& context);
  void exchange_failed(Context& context);
  void exchange_agreed(Context& context);
  void send_bye(Context& context);
  void answer_request(transaction::Id transaction, const message::Message& request, int status,
                      Context& context, message::HeaderFields more = {});
  message::Response make_2xx(const message::Message& request, Context& context) const;
  void send_2xx(Context& context);
  void bye_received(const message::Message& request, transaction::Id transaction, Context& context);
  void info_received(const message::Message& request, transaction::Id transaction,
                     Context& context);
  dialog::Dialog* dialog_with(std::string_view remote_tag);
  bool is_own_change() const {
    return carrier_ == Carrier::own_reinvite || carrier_ == Carrier::own_update;
  }
  void answer_open_requests(Context& context);
  void learn_allowed(const message::Message& message);
  const message::Message& peer_offer() const;
  void refuse_offer(const negotiation::RewriteError* error, Context& context);
  void send_answer(Context& context);
  void tell_flow(Context& context);
  MediaDirections flow() const;

  // call_outgoing.cpp
  void send_invite(Context& context);
  void invite_response(const transaction::Indication& indication, const message::Message& response,
                       Context& context);
  Branch* branch_of(std::string_view remote_tag);
  Branch* early_dialog(const message::Message& response);
  void provisional(const message::Message& response, Context& context);
  void success(const message::Message& response, Context& context);
  void failure(const transaction::Indication& indication, const message::Message& response,
               Context& context);
  void send_ack(const dialog::Dialog& dialog, std::uint32_t cseq, const message::Request& invite,
                Context& context);
  void end_fork(const message::Message& response, Context& context);
  void receive_answer(std::string_view description, Context& context);
  void forget_branches();
  void send_invite_again(message::Request request, std::uint32_t attempt, Context& context);

  // call_reliable.cpp
  void reliable(OnReliable on, Context& context);
  bool wants_reliable(const Config& config) const;
  void send_provisional(int status, const std::string& reason, const message::HeaderFields& headers,
                        Context& context);
  void send_prack(Branch& branch, const message::Message& response, Context& context);
  void prack_received(const message::Message& request, transaction::Id transaction,
                      Context& context);

  // call_update.cpp
  bool can_update_early();
  void settle_early(Context& context);
  void send_update(Context& context);
  void update_received(const message::Message& request, transaction::Id transaction,
                       dialog::Dialog& dialog, Context& context);
  void update_offer(const message::Message& request, transaction::Id transaction,
                    std::string_view description, const dialog::Dialog& dialog, Context& context);
  void take_update(Context& context);
  void answer_update(const std::string& description, Context& context);
  void describe_us(message::HeaderFields& headers, std::string_view method, Context& context) const;

  // call_timer.cpp
  void session(OnSession on, Context& context);
  void ask_session(message::Request& request) const;
  bool refuse_session(const message::Message& request, transaction::Id transaction,
                      Context& context);
  void answer_session(const message::Message& request, message::Response& response,
                      Context& context);
  void session_answered(const message::Message& response, Context& context);
  std::optional<message::Request> with_longer_session(const transaction::Indication& indication,
                                                      const message::Message& response);
  void refresh_session(Context& context);
  void refresh_response(const transaction::Indication& indication, const message::Message* response,
                        Context& context);

  // call_redirect.cpp
  bool redirect(const message::Message& response, Context& context);

  // call_incoming.cpp
  void send_rejection(int status, const std::string& reason, Context& context);

  // call_transfer.cpp
  InCall in_call(Context& context);
  void refer_received(const message::Message& request, transaction::Id transaction,
                      Context& context);
  void notify_received(const message::Message& request, transaction::Id transaction,
                       Context& context);
  void subscribe_received(const message::Message& request, transaction::Id transaction,
                          Context& context);
  void transfers_over(Context& context);

  // call_trickle.cpp
  static void learn_trickle(TricklePeer& peer, const message::Message& message);
  static bool is_of_trickling(const message::Message& request, const Config& config);
  TricklePeer* heard_peer();
  TricklePeer* peer_told_by(transaction::Id id);
  bool may_trickle(const Config& config);
  std::string with_trickling(std::string description, const Config& config) const;
  void local_described();
  void keep_local();
  void restore_local();
  bool add_local(const Trickle::Found& found);
  void tell_candidates(Context& context);
  void tell_candidates(TricklePeer& peer, dialog::Dialog& dialog, Context& context);
  void candidates_answered(const transaction::Indication& indication,
                           const message::Message* response, Context& context);
  void remote_described(std::string_view description);
  bool take_candidates(const sdp::Fragment& fragment);
  void give_candidates(Context& context);
  void pass_candidates(Context& context);
  void candidates_received(const message::Message& request, transaction::Id transaction,
                           Context& context);

  // call_hold.cpp
  void start_change(Context& context);
  void send_reinvite(Context& context);
  void reinvite_response(const transaction::Indication& indication,
                         const message::Message& response, Context& context);
  void change_response(const transaction::Indication& indication, const message::Message& response,
                       Context& context);
  void change_refused(int status, std::string_view reason, Context& context);
  void dialog_refused(int status, std::string_view reason, Context& context);
  void reinvite_received(const message::Message& request, transaction::Id transaction,
                         Context& context);
  void finish_change(bool ok, int status, std::string_view reason, Context& context);
  void take_remote_offer(std::string_view description, Context& context);
  void leave_remote_offer();
  /// True while the user is asked about a re-INVITE that adds a medium.
  bool is_asking() const {
    return exchange_ == Exchange::have_remote_offer && carrier_ == Carrier::peer_reinvite &&
           progress_ == Progress::established;
  }
  MediaDirections added_media() const;
  void answer_without_addition(Context& context);
  void end_question(Context& context);
  void void_question(Context& context);
  void forget_refused_media();
  MediaDirections wanted_directions() const;
  negotiation::LocalOptions media_options() const;
  std::string as_ours(std::string description, const Context& context) const;
  /// Gives the description to the host to look at; media_ready() comes again.
  bool asks_review(bool is_reviewed, const std::string& description, Context& context);

  std::uint32_t id_ = 0;
  bool is_outgoing_ = true;
  uri::NameAddr local_;
  uri::NameAddr remote_;
  CallOptions options_;
  std::string call_id_;

  Progress progress_ = Progress::preparing;
  Exchange exchange_ = Exchange::stable;
  Carrier carrier_ = Carrier::invite;
  TimerSet<Timer> timers_;
  CallEnded end_;
  bool has_end_cause_ = false;
  bool media_closed_ = false;

  // Caller, until the dialog is confirmed.
  message::Request invite_;
  transaction::Id invite_transaction_ = 0;
  std::uint32_t cseq_ = 0;
  std::vector<Branch> early_;
  /// The answer of the branch `early_tag_` came in a reliable response: the exchange is over for it
  /// (RFC 3262 5), and `early_settled_` tells that the browser knows so.
  bool early_reliable_ = false;
  bool early_settled_ = false;
  /// Where the INVITE goes if not to `remote_`, and where it went or may go yet (8.1.3.4).
  std::string redirected_to_;
  std::vector<uri::Uri> tried_targets_;
  std::vector<uri::NameAddr> next_targets_;

  // Callee, and a re-INVITE of the peer: what a 2xx answers.
  std::optional<message::Message> peer_invite_;
  transaction::Id peer_transaction_ = 0;
  /// The 2xx as sent, until its ACK comes (13.3.1.4).
  std::optional<message::Response> unacknowledged_;
  std::uint32_t unacknowledged_cseq_ = 0;
  Duration resend_interval_ = transaction::t1;
  bool answer_in_ack_ = false;

  // Callee: reliable provisional responses, the first of which is open.
  std::uint32_t invite_cseq_ = 0;
  reliable_provisional::State reliable_ = reliable_provisional::State::idle;
  std::vector<message::Response> waiting_1xx_;
  std::uint32_t rseq_ = 0;
  Duration resend_1xx_interval_ = transaction::t1;

  /// The peer's UPDATE, or PRACK, with an offer.
  std::optional<message::Message> peer_update_;
  transaction::Id peer_update_transaction_ = 0;
  bool peer_allows_update_ = false;

  session_timer::State session_ = session_timer::State::off;
  /// Seconds: what we ask for, or what was agreed on.
  std::uint32_t session_interval_ = 0;
  std::uint32_t session_minimum_ = session_timer::smallest_interval;
  int too_brief_count_ = 0;
  transaction::Id refresh_transaction_ = 0;

  std::optional<dialog::Dialog> dialog_;
  Transferor transferor_;
  Transferee transferee_;
  /// A call that takes the place of another is answered without being asked.
  bool takes_place_ = false;
  /// ACKs as sent, by the To tag of the 2xx that they acknowledge.
  std::vector<std::pair<std::string, std::string>> acks_;
  int rejection_status_ = 0;
  std::string rejection_reason_;
  message::HeaderFields rejection_headers_;
  message::HeaderFields hang_up_headers_;
  message::Request last_bye_;
  bool bye_unsent_ = false;

  // Our re-INVITE, or UPDATE with an offer.
  message::Request reinvite_;
  transaction::Id reinvite_transaction_ = 0;

  // The exchange.
  std::uint32_t token_ = 0;
  /// The token under which the host looks at a description of ours; 0: none.
  std::uint32_t review_token_ = 0;
  MediaDirections directions_;
  std::string offer_of_browser_;
  /// As the peer wrote and as we wrote last, on the wire.
  std::string remote_description_;
  std::string local_description_;
  std::string offer_for_browser_;
  std::string answer_for_browser_;
  std::string early_answer_;
  /// The offer of the peer that `last_answer_` answered, while both hold.
  std::string answered_offer_;
  std::string last_answer_;
  /// The To tag of the branch whose early media is heard.
  std::string early_tag_;

  Trickle trickle_;
  bool local_hold_ = false;
  bool remote_hold_ = false;
  /// What held before the offer of a re-INVITE of the peer that is not answered yet.
  struct Before {
    std::string remote_description;
    bool remote_hold = false;
    MediaDirections directions;
  };
  std::optional<Before> before_offer_;
  /// What holds if our offer is refused.
  struct BeforeOwn {
    std::string local_description;
    std::string remote_description;
    sdp::Fragment candidates;
    bool all_told = false;
  };
  std::optional<BeforeOwn> before_own_offer_;
  std::optional<Change> pending_change_;
  CausedBy change_accepted_by_;
  /// What the user asked for during a refresh.
  struct NextChange {
    Change change = Change::hold;
    std::optional<MediaDirections> directions;
    message::HeaderFields headers;
  };
  std::optional<NextChange> next_change_;
  /// Of the change under way.
  message::HeaderFields change_headers_;
  bool pending_hold_ = false;
  /// What the user asked for, and what is offered: without the one, what there is by then.
  std::optional<MediaDirections> changed_directions_;
  MediaDirections pending_directions_;
  /// What the peer's last description allowed us to do while nobody held.
  MediaDirections allowed_;
  /// The media that the user is asked about, with what the offer allows.
  MediaDirections asked_;
  /// What flowed when it was told last.
  MediaDirections told_flow_;
};

}  // namespace sipml::usage
