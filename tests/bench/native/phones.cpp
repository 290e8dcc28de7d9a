#include "native/phones.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "message/write_message.hpp"

namespace sipml::bench {

namespace {

usage::Config config(std::string_view user) {
  usage::Config config;
  config.uri = std::move(uri::parse("sip:" + std::string(user) + "@example.org")).value();
  config.domain = "example.org";
  config.authorization_user = user;
  config.password = "secret";
  return config;
}

}  // namespace

Phones::Phone::Phone(std::string_view user, std::uint8_t seed) : agent(config(user), {seed}) {}

Phones::Phones(std::string offer, std::string answer) : caller_("alice", 1), callee_("bob", 2) {
  caller_.description = std::move(offer);
  callee_.description = std::move(answer);
  for (Phone* phone : {&caller_, &callee_}) {
    (void)bool(phone->agent.execute(agent::Command(agent::Start{}), now_));
    phone->agent.connected(now_);
  }
  drain_both();
}

bool Phones::register_both() {
  for (Phone* phone : {&caller_, &callee_})
    (void)bool(phone->agent.execute(agent::Command(agent::Register{}), now_));
  drain_both();
  return caller_.registered > 0 && callee_.registered > 0;
}

std::uint32_t Phones::establish() {
  const std::size_t before = caller_.established + callee_.established;
  agent::PlaceCall command;
  command.to = "bob";
  command.directions.audio = sdp::Direction::sendrecv;
  const auto id = caller_.agent.execute(agent::Command(std::move(command)), now_);
  if (!id) return 0;
  drain_both();
  agent::Accept accept;
  accept.call = callee_.call;
  if (!callee_.agent.execute(agent::Command(std::move(accept)), now_)) return 0;
  drain_both();
  return caller_.established + callee_.established == before + 2 ? *id : 0;
}

bool Phones::hang_up(std::uint32_t call) {
  const std::size_t before = caller_.ended + callee_.ended;
  (void)bool(caller_.agent.execute(agent::Command(agent::HangUp{call, {}}), now_));
  drain_both();
  return caller_.ended + callee_.ended == before + 2;
}

void Phones::settle() {
  const Instant end = now_ + seconds(64);
  for (Phone* phone : {&caller_, &callee_})
    for (auto at = phone->agent.deadline(); at && *at <= end; at = phone->agent.deadline()) {
      if (phone->agent.is_idle()) break;
      now_ = std::max(now_, *at);
      phone->agent.timer_fired(now_);
      drain_both();
    }
}

void Phones::drain_both() {
  do {
    busy_ = false;
    drain(caller_, callee_);
    drain(callee_, caller_);
  } while (busy_);
}

void Phones::drain(Phone& phone, Phone& peer) {
  while (auto output = phone.agent.poll()) {
    busy_ = true;
    if (const auto* transmit = std::get_if<usage::Transmit>(&*output)) {
      if (transmit->bytes.starts_with("REGISTER "))
        grant(phone, transmit->bytes);
      else
        peer.agent.receive(transmit->bytes, now_);
    } else if (const auto* event = std::get_if<usage::Event>(&*output)) {
      take(phone, *event);
    } else if (const auto* request = std::get_if<usage::MediaRequest>(&*output)) {
      answer_media(phone, *request);
    }
  }
}

void Phones::answer_media(Phone& phone, const usage::MediaRequest& request) {
  using Type = usage::MediaRequest::Type;
  agent::MediaReady ready{request.call, request.token, {}};
  switch (request.type) {
    case Type::create_offer:
    case Type::create_answer:
      ready.description = phone.description;
      break;
    case Type::apply_answer:
      break;
    case Type::prepare_answer:
    case Type::rollback:
    case Type::close:
    // Asked for by none of these calls.
    case Type::review_offer:
    case Type::review_answer:
    case Type::add_candidate:
    case Type::send_key_frame:
      return;
  }
  (void)bool(phone.agent.execute(agent::Command(std::move(ready)), now_));
}

void Phones::take(Phone& phone, const usage::Event& event) {
  if (const auto* incoming = std::get_if<usage::CallIncoming>(&event))
    phone.call = incoming->call;
  else if (std::holds_alternative<usage::CallEstablished>(event))
    ++phone.established;
  else if (std::holds_alternative<usage::CallEnded>(event))
    ++phone.ended;
  else if (const auto* registration = std::get_if<usage::RegistrationState>(&event))
    phone.registered += registration->state == usage::RegistrationState::Value::registered;
}

void Phones::grant(Phone& phone, std::string_view request) {
  const auto parsed = message::parse_message(std::string(request));
  if (!parsed) return;
  message::Response response = message::make_response(*parsed, 200, "registrar");
  for (std::string_view contact : parsed->headers(message::HeaderName::contact))
    response.headers.push_back({"Contact", std::string(contact) + ";expires=600"});
  phone.agent.receive(message::write(response), now_);
}

}  // namespace sipml::bench
