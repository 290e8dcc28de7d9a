/// The names of the offer/answer machine's states and events.
#include "negotiation/offer_answer.hpp"

namespace sipml::negotiation::offer_answer {

std::string_view to_string(State state) {
  switch (state) {
    case State::stable:
      return "stable";
    case State::awaiting_local_offer:
      return "awaiting_local_offer";
    case State::have_local_offer:
      return "have_local_offer";
    case State::applying_remote_answer:
      return "applying_remote_answer";
    case State::have_remote_offer:
      return "have_remote_offer";
    case State::awaiting_local_answer:
      return "awaiting_local_answer";
  }
  return "";
}

std::string_view to_string(On on) {
  switch (on) {
    case On::offer_wanted:
      return "offer_wanted";
    case On::local_offer_ready:
      return "local_offer_ready";
    case On::local_offer_failed:
      return "local_offer_failed";
    case On::offer_withdrawn:
      return "offer_withdrawn";
    case On::provisional_answer:
      return "provisional_answer";
    case On::answer_received:
      return "answer_received";
    case On::offer_rejected:
      return "offer_rejected";
    case On::answer_applied:
      return "answer_applied";
    case On::answer_failed:
      return "answer_failed";
    case On::offer_received:
      return "offer_received";
    case On::answer_wanted:
      return "answer_wanted";
    case On::local_answer_ready:
      return "local_answer_ready";
    case On::local_answer_failed:
      return "local_answer_failed";
    case On::offer_voided:
      return "offer_voided";
  }
  return "";
}

}  // namespace sipml::negotiation::offer_answer
