/// The transfer of a call, as the side that sends REFER and as the one that receives it (RFC 3515,
/// with RFC 4488, 5589 and 6665; transfer_state.hpp has the tables).
///
/// The subscription that a REFER makes lives in the dialog of its call and ends with the call: a
/// NOTIFY after the BYE is answered 481, which RFC 5057 section 5.4 allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "dialog/dialog.hpp"
#include "message/headers/typed.hpp"
#include "usage/command_error.hpp"
#include "usage/context.hpp"
#include "usage/transfer_state.hpp"

namespace sipml::usage {

/// How long the user may think before a REFER is answered for him: well within the 64*T1 after
/// which nobody waits for the response (RFC 4320 section 4.2).
inline constexpr Duration refer_answer_time = seconds(20);
/// How long he may think altogether.
inline constexpr Duration refer_consent_time = seconds(180);
/// How long our subscription for a transfer lives: longer than any phone rings.
inline constexpr Duration refer_subscription_time = seconds(600);
/// How long we wait for the next NOTIFY of a peer that did not say.
inline constexpr Duration refer_notify_time = seconds(180);

/// The call that a transfer is part of.
struct InCall {
  std::uint32_t id = 0;
  dialog::Dialog& dialog;
  /// Of each request of the call: Contact first, then those of the application.
  message::HeaderFields headers;
  Context& context;
};

class Transferor {
 public:
  bool is_running() const {
    return state_ == transferor::State::trying || state_ == transferor::State::accepted;
  }
  /// Sends REFER; `refer_to` is the value of its Refer-To.
  std::optional<CommandError> start(std::string refer_to, const message::HeaderFields& more,
                                    const InCall& call);
  /// The REFER went out again, with credentials.
  void sent_again(std::uint32_t cseq) { id_ = cseq; }
  void response(const message::Message& response, const InCall& call);
  void no_response(bool timed_out, const InCall& call);
  /// Answers a NOTIFY of the event "refer", and takes it.
  void notify(const message::Message& request, transaction::Id transaction, const InCall& call);
  void call_over(std::uint32_t call, Context& context);
  void timer_fired(std::uint32_t call, Context& context);
  std::optional<Instant> deadline() const { return deadline_; }

 private:
  void step(transferor::On on, std::uint32_t call, int status, std::string_view reason,
            Context& context);

  transferor::State state_ = transferor::State::idle;
  /// The CSeq of the REFER, which names the subscription (RFC 3515 section 2.4.6).
  std::uint32_t id_ = 0;
  std::optional<Instant> deadline_;
};

/// What a REFER that was accepted asks for.
struct Referral {
  uri::NameAddr target;
  /// For the INVITE: Replaces, Referred-By, and what else of the URI is harmless.
  message::HeaderFields headers;
};

class Transferee {
 public:
  /// True while the user may accept or reject.
  bool is_asked() const {
    return state_ == transferee::State::asked || state_ == transferee::State::pending;
  }
  bool is_idle() const { return state_ == transferee::State::idle; }
  void refer(const message::Message& request, transaction::Id transaction, const InCall& call);
  /// Needs is_asked(), as reject() does.
  Referral accept(const InCall& call);
  void reject(int status, const std::string& reason, const message::HeaderFields& headers,
              const InCall& call);
  /// The call that accept() led to has come as far as this.
  void called(TransferProgress::Value state, std::uint32_t new_call, int status,
              const std::string& reason, const InCall& call);
  /// SUBSCRIBE to the event "refer" in the dialog: refreshes or ends the subscription.
  void subscribe(const message::Message& request, transaction::Id transaction, const InCall& call);
  /// The peer does not want any more NOTIFYs.
  void unsubscribed() { watched_ = false; }
  void call_over(const InCall& call);
  void timer_fired(const InCall& call);
  std::optional<Instant> deadline() const { return deadline_; }

 private:
  void step(transferee::On on, const InCall& call);
  void respond(int status, const std::string& reason, const message::HeaderFields& headers,
               std::string_view local_tag, Context& context);
  void notify(std::string_view state, const InCall& call);

  transferee::State state_ = transferee::State::idle;
  std::optional<message::Message> request_;
  transaction::Id transaction_ = 0;
  std::optional<message::ReferTo> refer_to_;
  bool watched_ = false;
  /// What the next NOTIFY tells.
  int status_ = 100;
  std::string reason_;
  std::string_view end_reason_;
  message::HeaderFields rejection_headers_;
  TransferProgress progress_;
  std::optional<Instant> deadline_;
};

/// True for a NOTIFY or SUBSCRIBE of the event "refer". sipML5 sends NOTIFY without Event: the
/// fragment tells there.
bool is_of_refer(const message::Message& request);

/// Why a REFER cannot be taken, wherever it came; 0 when it can.
int refusal_of_refer(const message::Message& request);

/// The URI of Refer-To with a Replaces in it, for a peer that is to take the place of ours in the
/// call of this dialog (RFC 5589 section 7). Its tags are as the target has them: what is remote
/// here is its own, whoever made the call (RFC 3891 section 6.1).
uri::Uri with_replaces(uri::Uri target, const dialog::Dialog& dialog);

}  // namespace sipml::usage
