#include "transaction/layer.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"

using namespace sipml;
using namespace sipml::transaction;

namespace {

struct World {
  crypto::Random random{{7}};
  Layer layer;
  Outbox outbox;

  explicit World(bool reliable = true) : layer(Timers{reliable}, "me.invalid") {}

  static Instant at(std::int64_t ms) { return Instant{milliseconds(ms)}; }

  static message::Request request(const std::string& method) {
    message::Request request;
    request.method = method;
    request.request_uri = "sip:bob@example.org";
    request.headers = {{"From", "<sip:a@b>;tag=1"},
                       {"To", "<sip:bob@example.org>"},
                       {"Call-ID", "c"},
                       {"CSeq", "5 " + method}};
    return request;
  }

  Id send(const std::string& method, std::int64_t ms = 0) {
    return layer.send_request(request(method), {1, 2, 0}, 0, "WS", random, at(ms), outbox);
  }

  static message::Message parsed(const std::string& text) {
    auto message = message::parse_message(text);
    REQUIRE(message);
    return std::move(message).value();
  }

  message::Message last() const { return parsed(outbox.back().bytes); }

  /// A response to the last request sent.
  message::Message response(int status, const std::string& tag = "t") const {
    return parsed(message::write(message::make_response(last(), status, tag)));
  }

  static message::Message incoming(const std::string& method, const std::string& branch,
                                   const std::string& sent_by = "peer.invalid") {
    return parsed(method + " sip:me@x SIP/2.0\r\nVia: SIP/2.0/WS " + sent_by + ";branch=" + branch +
                  "\r\nFrom: <sip:p@x>;tag=9\r\nTo: <sip:me@x>\r\nCall-ID: z\r\nCSeq: 1 " + method +
                  "\r\n\r\n");
  }
};

}  // namespace

TEST_CASE(
    "RFC 3261 17.1.1.2: on a reliable transport an INVITE is sent once and ends after 64*T1") {
  World world;
  world.send("INVITE");
  CHECK(world.layer.deadline() == World::at(32000));
  CHECK(world.layer.timer_fired(World::at(31999), world.outbox).empty());
  CHECK(world.outbox.size() == 1);
  const auto indications = world.layer.timer_fired(World::at(32000), world.outbox);
  REQUIRE(indications.size() == 1);
  CHECK(indications[0].outcome == Outcome::timeout);
  CHECK(indications[0].owner.purpose == 2);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 3261 17.1.1.2: on an unreliable one timer A doubles") {
  World world(false);
  world.send("INVITE");
  std::vector<std::int64_t> times;
  for (std::int64_t ms = 0; ms <= 32000; ms += 100) {
    const std::size_t before = world.outbox.size();
    world.layer.timer_fired(World::at(ms), world.outbox);
    if (world.outbox.size() > before) times.push_back(ms);
  }
  CHECK(times == std::vector<std::int64_t>{500, 1500, 3500, 7500, 15500, 31500});
}

TEST_CASE("RFC 3261 17.1.2.2: on an unreliable one timer E doubles up to T2") {
  World world(false);
  world.send("OPTIONS");
  std::vector<std::int64_t> times;
  for (std::int64_t ms = 0; ms <= 16000; ms += 100) {
    const std::size_t before = world.outbox.size();
    world.layer.timer_fired(World::at(ms), world.outbox);
    if (world.outbox.size() > before) times.push_back(ms);
  }
  CHECK(times == std::vector<std::int64_t>{500, 1500, 3500, 7500, 11500, 15500});
}

TEST_CASE("RFC 3261 17.1.1.3: the ACK to 300-699 is the transaction's, with its branch") {
  World world;
  world.send("INVITE");
  const std::string branch(world.last().top_via().branch());
  const auto busy = world.response(486);
  const auto received = world.layer.receive_response(busy, World::at(10), world.outbox);
  CHECK(received.indication);
  const auto ack = world.last();
  CHECK(ack.method() == "ACK");
  CHECK(ack.top_via().branch() == branch);
  CHECK(ack.cseq().number == 5);
  CHECK(ack.to().tag() == "t");
  // Timer D is zero on a reliable transport.
  CHECK(world.layer.size() == 0);
}

TEST_CASE(
    "RFC 3261 17.1.1.2: on an unreliable transport a repeated 300-699 is acknowledged again") {
  World world(false);
  world.send("INVITE");
  const auto busy = world.response(486);
  world.layer.receive_response(busy, World::at(10), world.outbox);
  const std::size_t sent = world.outbox.size();
  const auto again = world.layer.receive_response(busy, World::at(20), world.outbox);
  CHECK(again.matched);
  CHECK(!again.indication);
  CHECK(world.outbox.size() == sent + 1);
  world.layer.timer_fired(World::at(32010), world.outbox);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 6026 7.2: 2xx are passed up for 64*T1, then match no more") {
  World world;
  world.send("INVITE");
  const auto ok = world.response(200);
  CHECK(world.layer.receive_response(ok, World::at(10), world.outbox).indication);
  CHECK(world.layer.receive_response(ok, World::at(32009), world.outbox).indication);
  world.layer.timer_fired(World::at(32010), world.outbox);
  CHECK(!world.layer.receive_response(ok, World::at(32011), world.outbox).matched);
}

TEST_CASE("RFC 3261 17.1.3: a response matches by branch, sent-by and CSeq method") {
  World world;
  world.send("OPTIONS");
  const auto request = world.last();
  auto text = message::write(message::make_response(request, 200, "t"));
  const auto other_method = [&] {
    std::string changed = text;
    changed.replace(changed.find("5 OPTIONS"), 9, "5 INVITE");
    return World::parsed(changed);
  }();
  CHECK(!world.layer.receive_response(other_method, World::at(1), world.outbox).matched);
  std::string foreign = text;
  foreign.replace(foreign.find("z9hG4bK"), 7, "z9hG4bX");
  CHECK(!world.layer.receive_response(World::parsed(foreign), World::at(1), world.outbox).matched);
  CHECK(world.layer.receive_response(World::parsed(text), World::at(1), world.outbox).matched);
}

TEST_CASE("RFC 3261 9.1: CANCEL has the INVITE's Via and CSeq number, and waits for a 1xx") {
  World world;
  const Id invite = world.send("INVITE");
  const auto request = world.last();
  CHECK(world.layer.send_cancel(invite, {}, {}, World::at(1), world.outbox) == 0);
  world.layer.receive_response(world.response(100), World::at(2), world.outbox);
  CHECK(world.layer.send_cancel(invite, {}, {}, World::at(3), world.outbox) != 0);
  const auto cancel = world.last();
  CHECK(cancel.method() == "CANCEL");
  CHECK(cancel.top_via().branch() == request.top_via().branch());
  CHECK(cancel.cseq().number == 5);
  CHECK(cancel.request_uri() == request.request_uri());
}

TEST_CASE("RFC 3261 17.2.1: 100 leaves after 200 ms unless the user answered before") {
  World world;
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const auto received = world.layer.receive_request(invite, 0, World::at(0), world.outbox);
  CHECK(received.arrival == Arrival::fresh);
  CHECK(world.layer.deadline() == World::at(200));
  SUBCASE("no answer") {
    world.layer.timer_fired(World::at(200), world.outbox);
    CHECK(world.last().status() == 100);
  }
  SUBCASE("180 in time") {
    world.layer.send_response(received.id, message::make_response(invite, 180, "t"), World::at(50),
                              world.outbox);
    world.layer.timer_fired(World::at(200), world.outbox);
    CHECK(world.outbox.size() == 1);
  }
}

TEST_CASE("RFC 3261 17.2.1: a repeated INVITE gets the last response again; ACK ends it") {
  World world;
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const Id id = world.layer.receive_request(invite, 0, World::at(0), world.outbox).id;
  world.layer.send_response(id, message::make_response(invite, 603, "t"), World::at(1),
                            world.outbox);
  CHECK(!world.layer.is_unanswered(id));
  CHECK(world.layer.receive_request(invite, 0, World::at(2), world.outbox).arrival ==
        Arrival::absorbed);
  CHECK(world.outbox.size() == 2);
  CHECK(
      world.layer.receive_request(World::incoming("ACK", "z9hG4bKi"), 0, World::at(3), world.outbox)
          .arrival == Arrival::absorbed);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 3261 17.2.1: without an ACK to 300-699 timer H ends it") {
  World world;
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const Id id = world.layer.receive_request(invite, 0, World::at(0), world.outbox).id;
  world.layer.send_response(id, message::make_response(invite, 486, "t"), World::at(0),
                            world.outbox);
  world.layer.timer_fired(World::at(31999), world.outbox);
  CHECK(world.layer.size() == 1);
  world.layer.timer_fired(World::at(32000), world.outbox);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 3261 17.2.3: requests match by branch and sent-by, without the cookie as RFC 2543") {
  World world;
  CHECK(world.layer
            .receive_request(World::incoming("OPTIONS", "z9hG4bKa"), 0, World::at(0), world.outbox)
            .arrival == Arrival::fresh);
  CHECK(world.layer
            .receive_request(World::incoming("OPTIONS", "z9hG4bKa", "other.invalid"), 0,
                             World::at(0), world.outbox)
            .arrival == Arrival::fresh);
  CHECK(world.layer
            .receive_request(World::incoming("OPTIONS", "z9hG4bKa"), 0, World::at(0), world.outbox)
            .arrival == Arrival::absorbed);
  CHECK(world.layer.receive_request(World::incoming("OPTIONS", "1"), 0, World::at(0), world.outbox)
            .arrival == Arrival::fresh);
  CHECK(world.layer.receive_request(World::incoming("OPTIONS", "1"), 0, World::at(0), world.outbox)
            .arrival == Arrival::absorbed);
}

TEST_CASE("RFC 3261 9.2: CANCEL names the INVITE's transaction") {
  World world;
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const Id id = world.layer.receive_request(invite, 0, World::at(0), world.outbox).id;
  CHECK(world.layer.cancel_target(World::incoming("CANCEL", "z9hG4bKi")) == id);
  CHECK(world.layer.cancel_target(World::incoming("CANCEL", "z9hG4bKx")) == 0);
}

TEST_CASE("A lost connection fails what waits, and leaves a proceeding INVITE to its user") {
  World world;
  world.send("OPTIONS");
  world.send("INVITE");
  const Id ringing = world.send("INVITE");
  world.layer.receive_response(world.response(180), World::at(1), world.outbox);
  const auto indications = world.layer.disconnected(0, World::at(2), world.outbox);
  REQUIRE(indications.size() == 2);
  for (const auto& indication : indications) {
    CHECK(indication.outcome == Outcome::transport_error);
    CHECK(indication.id != ringing);
  }
  CHECK(world.layer.size() == 1);
}

TEST_CASE("RFC 3261 9.1: an INVITE that was given up ends after 64*T1, others ring on") {
  World world;
  const Id given_up = world.send("INVITE");
  world.layer.receive_response(world.response(180), World::at(1), world.outbox);
  const Id ringing = world.send("INVITE");
  world.layer.receive_response(world.response(180), World::at(2), world.outbox);
  CHECK_FALSE(world.layer.deadline().has_value());
  world.layer.abandon(given_up, World::at(10));
  world.layer.abandon(12345, World::at(10));
  CHECK(world.layer.deadline() == World::at(32010));
  world.layer.timer_fired(World::at(32010), world.outbox);
  CHECK(world.layer.size() == 1);
  world.layer.forget(ringing);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("Limits: transactions") {
  World world;
  for (std::size_t i = 0; i < limits::transaction_count; ++i) CHECK(world.send("OPTIONS") != 0);
  CHECK(world.send("OPTIONS") == 0);
  CHECK(world.layer
            .receive_request(World::incoming("OPTIONS", "z9hG4bKa"), 0, World::at(0), world.outbox)
            .arrival == Arrival::refused);
  world.layer.timer_fired(World::at(32000), world.outbox);
  CHECK(world.layer.size() == 0);
  CHECK(world.send("OPTIONS", 32000) != 0);
}

TEST_CASE("Late wake-ups run timers in the order of their deadlines") {
  World world;
  world.send("OPTIONS", 0);
  world.send("INVITE", 100);
  world.send("OPTIONS", 50);
  const auto indications = world.layer.timer_fired(World::at(3600000), world.outbox);
  REQUIRE(indications.size() == 3);
  CHECK(indications[0].id == 1);
  CHECK(indications[1].id == 3);
  CHECK(indications[2].id == 2);
}

TEST_CASE("RFC 3261 17.2.1: on an unreliable transport timer G repeats 300-699 up to every T2") {
  World world(false);
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const Id id = world.layer.receive_request(invite, 0, World::at(0), world.outbox).id;
  world.layer.send_response(id, message::make_response(invite, 486, "t"), World::at(0),
                            world.outbox);
  std::vector<std::int64_t> times;
  for (std::int64_t ms = 0; ms <= 16000; ms += 100) {
    const std::size_t before = world.outbox.size();
    world.layer.timer_fired(World::at(ms), world.outbox);
    if (world.outbox.size() > before) times.push_back(ms);
  }
  CHECK(times == std::vector<std::int64_t>{500, 1500, 3500, 7500, 11500, 15500});
  // The ACK stops it; timer I takes up repeated ACKs for T4.
  const auto ack = World::incoming("ACK", "z9hG4bKi");
  const std::size_t sent = world.outbox.size();
  for (const std::int64_t ms : {16100, 16200})
    CHECK(world.layer.receive_request(ack, 0, World::at(ms), world.outbox).arrival ==
          Arrival::absorbed);
  CHECK(world.layer.deadline() == World::at(21100));
  world.layer.timer_fired(World::at(21100), world.outbox);
  CHECK(world.outbox.size() == sent);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 3261 17.2.2: on an unreliable transport the final response is kept for timer J") {
  World world(false);
  const auto options = World::incoming("OPTIONS", "z9hG4bKo");
  const Id id = world.layer.receive_request(options, 0, World::at(0), world.outbox).id;
  // Nothing was said yet, so nothing can be said again.
  CHECK(world.layer.receive_request(options, 0, World::at(1), world.outbox).arrival ==
        Arrival::absorbed);
  CHECK(world.outbox.empty());
  world.layer.send_response(id, message::make_response(options, 183, "t"), World::at(2),
                            world.outbox);
  CHECK(world.layer.is_unanswered(id));
  world.layer.receive_request(options, 0, World::at(3), world.outbox);
  REQUIRE(world.outbox.size() == 2);
  CHECK(world.outbox[0].bytes == world.outbox[1].bytes);
  world.layer.send_response(id, message::make_response(options, 200, "t"), World::at(4),
                            world.outbox);
  CHECK_FALSE(world.layer.is_unanswered(id));
  world.layer.receive_request(options, 0, World::at(5), world.outbox);
  CHECK(world.outbox.size() == 4);
  CHECK(world.last().status() == 200);
  // Another final response comes too late (Figure 8).
  world.layer.send_response(id, message::make_response(options, 500, "t"), World::at(6),
                            world.outbox);
  CHECK(world.outbox.size() == 4);
  CHECK(world.layer.deadline() == World::at(32004));
  world.layer.timer_fired(World::at(32004), world.outbox);
  CHECK(world.layer.size() == 0);
  world.layer.send_response(id, message::make_response(options, 200, "t"), World::at(32005),
                            world.outbox);
  CHECK(world.outbox.size() == 4);
}

TEST_CASE("RFC 3261 17.1.2.2: on an unreliable transport a client lingers for T4 after its end") {
  World world(false);
  world.send("OPTIONS");
  CHECK(world.layer.receive_response(world.response(100), World::at(10), world.outbox).indication);
  // In "proceeding" timer E runs at T2 (Figure 6).
  world.layer.timer_fired(World::at(500), world.outbox);
  CHECK(world.outbox.size() == 2);
  CHECK(world.layer.deadline() == World::at(4500));
  const auto ok = world.response(200);
  CHECK(world.layer.receive_response(ok, World::at(600), world.outbox).indication);
  const auto again = world.layer.receive_response(ok, World::at(700), world.outbox);
  CHECK(again.matched);
  CHECK_FALSE(again.indication);
  CHECK(world.layer.deadline() == World::at(5600));
  CHECK(world.layer.timer_fired(World::at(5600), world.outbox).empty());
  CHECK(world.layer.size() == 0);
}

TEST_CASE("RFC 6026 7.1: an ACK to a 2xx is the user's, and the accepted INVITE ends after 64*T1") {
  World world;
  const auto invite = World::incoming("INVITE", "z9hG4bKi");
  const Id id = world.layer.receive_request(invite, 3, World::at(0), world.outbox).id;
  CHECK(world.layer.flow_of(id) == 3);
  CHECK(world.layer.flow_of(id + 1) == 0);
  world.layer.send_response(id, message::make_response(invite, 200, "t"), World::at(1),
                            world.outbox);
  CHECK(world.outbox.back().flow == 3);
  // Figure 2: a repeated INVITE is taken up in silence, a 2xx of the user is sent again.
  const std::size_t sent = world.outbox.size();
  CHECK(world.layer.receive_request(invite, 3, World::at(2), world.outbox).arrival ==
        Arrival::absorbed);
  CHECK(world.outbox.size() == sent);
  world.layer.send_response(id, message::make_response(invite, 200, "t"), World::at(3),
                            world.outbox);
  CHECK(world.outbox.size() == sent + 1);
  const auto ack = world.layer.receive_request(World::incoming("ACK", "z9hG4bKi"), 3, World::at(4),
                                               world.outbox);
  CHECK(ack.arrival == Arrival::fresh);
  world.layer.timer_fired(World::at(32001), world.outbox);
  CHECK(world.layer.size() == 0);
}

TEST_CASE("A lost connection ends what the server side owes to it, and nothing else") {
  World world;
  const auto options = World::incoming("OPTIONS", "z9hG4bKo");
  const Id id = world.layer.receive_request(options, 1, World::at(0), world.outbox).id;
  const auto other = World::incoming("OPTIONS", "z9hG4bKp");
  const Id kept = world.layer.receive_request(other, 2, World::at(0), world.outbox).id;
  world.layer.send_response(id, message::make_response(options, 183, "t"), World::at(1),
                            world.outbox);
  world.outbox.clear();
  CHECK(world.layer.disconnected(1, World::at(1), world.outbox).empty());
  world.layer.send_response(id, message::make_response(options, 200, "t"), World::at(2),
                            world.outbox);
  CHECK(world.outbox.empty());
  world.layer.send_response(kept, message::make_response(other, 200, "t"), World::at(3),
                            world.outbox);
  REQUIRE(world.outbox.size() == 1);
  CHECK(world.outbox.back().flow == 2);
}

TEST_CASE("RFC 3261 9.1: what has ended, or never was, cannot be cancelled") {
  World world;
  const Id id = world.send("INVITE");
  CHECK(world.layer.send_cancel(id, {}, {}, World::at(0), world.outbox) == 0);
  world.layer.receive_response(world.response(180), World::at(1), world.outbox);
  world.layer.receive_response(world.response(200), World::at(2), world.outbox);
  CHECK(world.layer.send_cancel(id, {}, {}, World::at(3), world.outbox) == 0);
  CHECK(world.layer.send_cancel(id + 7, {}, {}, World::at(3), world.outbox) == 0);
}
