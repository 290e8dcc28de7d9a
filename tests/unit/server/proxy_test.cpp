/// Calls and messages through the development server's proxy, message by message.
#include <doctest/doctest.h>

#include "phones.hpp"

using namespace sipml;
using namespace sipml::server;
using namespace sipml::server::test;

namespace {

/// alice and bob, registered.
struct Pair {
  Network network;
  Phone alice{network, 1, "alice"};
  Phone bob{network, 2, "bob"};

  explicit Pair(Config config = {}) : network(std::move(config)) {
    CHECK(alice.register_now().status() == 200);
    CHECK(bob.register_now().status() == 200);
  }

  message::Request invite() {
    auto request = alice.request("INVITE", "sip:bob@localhost", "<sip:bob@localhost>", "call-1");
    request.headers.push_back({"Content-Type", "application/sdp"});
    request.body = "v=0\r\n";
    return request;
  }
};

/// An in-dialog request of the caller, as the 2xx and the RFC's route construction make it.
message::Request caller_request(Phone& caller, std::string_view method, const Message& ok) {
  const auto contact = uri::parse_name_addr(value_of(ok, HeaderName::contact));
  REQUIRE(bool(contact));
  auto request = caller.request(method, uri::to_string(contact.value().uri),
                                value_of(ok, HeaderName::to), std::string(ok.call_id()));
  for (std::string_view route : ok.headers(HeaderName::record_route))
    request.headers.push_back({"Route", std::string(route)});
  return request;
}

/// An in-dialog request of the callee, from the INVITE that it received.
message::Request callee_request(Phone& callee, std::string_view method, const Message& invite) {
  const auto contact = uri::parse_name_addr(value_of(invite, HeaderName::contact));
  REQUIRE(bool(contact));
  auto request = callee.request(method, uri::to_string(contact.value().uri),
                                value_of(invite, HeaderName::from), std::string(invite.call_id()));
  for (std::string_view route : invite.headers(HeaderName::record_route))
    request.headers.push_back({"Route", std::string(route)});
  return request;
}

struct Call {
  Message invite;
  Message ok;
};

/// alice calls bob, who answers.
Call establish(Pair& pair) {
  pair.alice.send(pair.invite());
  CHECK(pair.alice.take().status() == 100);
  Message invite = pair.bob.take();
  pair.bob.reply(invite, 180);
  CHECK(pair.alice.take().status() == 180);
  pair.bob.reply(invite, 200, "v=0\r\n");
  Message ok = pair.alice.take();
  CHECK(ok.status() == 200);
  pair.alice.send(caller_request(pair.alice, "ACK", ok));
  CHECK(pair.bob.take().method() == "ACK");
  return {std::move(invite), std::move(ok)};
}

}  // namespace

TEST_CASE("RFC 3261 16.6: a forwarded INVITE is the same but for what a proxy changes") {
  Pair pair;
  auto request = pair.invite();
  request.headers.push_back({"X-Unknown", "kept, as it is"});
  request.headers.push_back({"Route", "<sip:localhost;transport=ws;lr>"});
  pair.alice.send(request);
  const Message trying = pair.alice.take();
  CHECK(trying.status() == 100);
  CHECK(trying.to().tag().empty());
  const Message invite = pair.bob.take();
  CHECK(invite.request_uri() == "sip:bob@c2.invalid;transport=ws");
  CHECK(invite.via_count() == 2);
  CHECK(invite.top_via().sent_by == "sipml-server.invalid");
  CHECK(invite.top_via().transport == "WS");
  CHECK(invite.top_via().branch().starts_with("z9hG4bK"));
  CHECK(value_of(invite, HeaderName::max_forwards) == "69");
  CHECK(value_of(invite, HeaderName::record_route) ==
        "<sip:1-2@sipml-server.invalid;transport=ws;lr>");
  CHECK_FALSE(invite.header(HeaderName::route));
  CHECK(invite.body() == "v=0\r\n");
  CHECK(message::write(request).find("X-Unknown: kept, as it is\r\n") != std::string::npos);
  CHECK(invite.bytes().find("X-Unknown: kept, as it is\r\n") != std::string::npos);
  CHECK(value_of(invite, HeaderName::contact) == pair.alice.contact);
}

TEST_CASE("RFC 3261 16.6 step 8: the Via names the transport of the next hop") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.register_now();
  network.disconnect(1);
  network.connect(1, true);
  alice.register_now();
  alice.send(alice.request("MESSAGE", "sip:alice@localhost", "<sip:alice@localhost>", "m"));
  CHECK(alice.take().top_via().transport == "WSS");
}

TEST_CASE("RFC 3261 16: a call with ACK, INFO and BYE from either side") {
  Pair pair;
  const Call call = establish(pair);
  CHECK(call.ok.via_count() == 1);
  CHECK(call.ok.top_via().sent_by == "c1.invalid");
  CHECK(value_of(call.ok, HeaderName::contact) == pair.bob.contact);

  pair.alice.send(caller_request(pair.alice, "INFO", call.ok));
  const Message info = pair.bob.take();
  CHECK(info.method() == "INFO");
  CHECK_FALSE(info.header(HeaderName::route));
  CHECK_FALSE(info.header(HeaderName::record_route));
  CHECK(info.request_uri() == "sip:bob@c2.invalid;transport=ws");
  pair.bob.reply(info, 200);
  CHECK(pair.alice.take().status() == 200);

  SUBCASE("the caller hangs up") {
    pair.alice.send(caller_request(pair.alice, "BYE", call.ok));
    const Message bye = pair.bob.take();
    CHECK(bye.method() == "BYE");
    pair.bob.reply(bye, 200);
    CHECK(pair.alice.take().status() == 200);
  }
  SUBCASE("the callee hangs up") {
    pair.bob.send(callee_request(pair.bob, "BYE", call.invite));
    const Message bye = pair.alice.take();
    CHECK(bye.method() == "BYE");
    CHECK(bye.request_uri() == "sip:alice@c1.invalid;transport=ws");
    pair.alice.reply(bye, 200);
    CHECK(pair.bob.take().status() == 200);
  }
  SUBCASE("the callee holds the call with a re-INVITE") {
    pair.bob.send(callee_request(pair.bob, "INVITE", call.invite));
    CHECK(pair.bob.take().status() == 100);
    const Message invite = pair.alice.take();
    CHECK(invite.method() == "INVITE");
    CHECK_FALSE(invite.header(HeaderName::record_route));
    pair.alice.reply(invite, 200);
    const Message ok = pair.bob.take();
    CHECK(ok.status() == 200);
    auto ack = callee_request(pair.bob, "ACK", call.invite);
    pair.bob.send(ack);
    CHECK(pair.alice.take().method() == "ACK");
  }
  CHECK_FALSE(pair.alice.has_message());
  CHECK_FALSE(pair.bob.has_message());
}

TEST_CASE("RFC 6026 8.9: every 2xx passes while its transaction lives, none afterwards") {
  Pair pair;
  const Call call = establish(pair);
  pair.bob.reply(call.invite, 200, "v=0\r\n");
  CHECK(pair.alice.take().status() == 200);
  pair.network.advance(seconds(33));
  pair.bob.reply(call.invite, 200, "v=0\r\n");
  CHECK_FALSE(pair.alice.has_message());
}

TEST_CASE("RFC 3261 16.12: requests find a peer that reconnected in mid call") {
  Pair pair;
  const Call call = establish(pair);
  pair.network.disconnect(2);
  Phone bob(pair.network, 3, "bob");

  SUBCASE("by the Contact of the dialog") {
    bob.contact = pair.bob.contact;
    bob.register_now();
    // Somebody else with the same made-up host does not get it.
    pair.alice.send(caller_request(pair.alice, "BYE", call.ok));
    CHECK(bob.take().method() == "BYE");
  }
  SUBCASE("by the user of To when the Contact is a new one") {
    bob.register_now();
    pair.alice.send(caller_request(pair.alice, "BYE", call.ok));
    CHECK(bob.take().method() == "BYE");
  }
  SUBCASE("and from its new connection it finds the other side") {
    bob.register_now();
    bob.send(callee_request(bob, "BYE", call.invite));
    const Message bye = pair.alice.take();
    CHECK(bye.method() == "BYE");
    pair.alice.reply(bye, 200);
    CHECK(bob.take().status() == 200);
  }
  SUBCASE("while it is away the answer is 480") {
    pair.alice.send(caller_request(pair.alice, "BYE", call.ok));
    CHECK(pair.alice.take().status() == 480);
  }
}

TEST_CASE("RFC 3261 16.12: equal contacts of two devices do not mix up their calls") {
  Network network;
  Phone alice(network, 1, "alice");
  Phone first(network, 2, "bob");
  Phone second(network, 3, "bob");
  first.contact = second.contact = "<sip:bob@df7jal23ls0d.invalid;transport=ws>";
  alice.register_now();
  first.register_now();
  second.register_now();
  alice.send(alice.request("INVITE", "sip:bob@localhost", "<sip:bob@localhost>", "c"));
  CHECK(alice.take().status() == 100);
  const Message at_first = first.take();
  const Message at_second = second.take();
  first.reply(at_first, 200);
  const Message ok = alice.take();
  CHECK(ok.status() == 200);
  second.reply(at_second, 486);
  CHECK(second.take().method() == "ACK");
  alice.send(caller_request(alice, "ACK", ok));
  CHECK(first.take().method() == "ACK");
  alice.send(caller_request(alice, "BYE", ok));
  CHECK(first.take().method() == "BYE");
  CHECK_FALSE(second.has_message());
}

TEST_CASE("RFC 3261 16.4: a strict router's Request-URI is put right") {
  Pair pair;
  const Call call = establish(pair);
  auto bye = caller_request(pair.alice, "BYE", call.ok);
  const std::string target = bye.request_uri;
  bye.request_uri = "sip:1-2@sipml-server.invalid;transport=ws;lr";
  message::set_field(bye.headers, "Route", "<" + target + ">");
  pair.alice.send(bye);
  const Message received = pair.bob.take();
  CHECK(received.request_uri() == target);
  CHECK_FALSE(received.header(HeaderName::route));
}

TEST_CASE("RFC 3261 16.7: a failure of the callee reaches the caller once") {
  Pair pair;
  const auto invite = pair.invite();
  pair.alice.send(invite);
  CHECK(pair.alice.take().status() == 100);
  const Message received = pair.bob.take();
  pair.bob.reply(received, 486);
  const Message ack = pair.bob.take();
  CHECK(ack.method() == "ACK");
  CHECK(ack.via_count() == 1);
  const Message busy = pair.alice.take();
  CHECK(busy.status() == 486);
  CHECK(busy.to().tag() == "bob-tag");
  pair.alice.acknowledge_failure(invite, busy);
  CHECK_FALSE(pair.alice.has_message());
  CHECK_FALSE(pair.bob.has_message());
}

TEST_CASE("RFC 3261 16.5: unknown users are 404, absent ones 480") {
  Pair pair;
  const auto status = [&](std::string user) {
    const std::string uri = "sip:" + user + "@localhost";
    const auto request = pair.alice.request("INVITE", uri, "<" + uri + ">", "to-" + user);
    pair.alice.send(request);
    const Message response = pair.alice.take();
    pair.alice.acknowledge_failure(request, response);
    return response.status();
  };
  CHECK(status("nobody") == 404);
  pair.network.disconnect(2);
  CHECK(status("bob") == 480);
}

TEST_CASE("RFC 3261 16.5: an account that never registered is 480") {
  Config config;
  config.accounts["carol"] = "x";
  Pair pair(std::move(config));
  pair.alice.send(
      pair.alice.request("MESSAGE", "sip:carol@localhost", "<sip:carol@localhost>", "m"));
  CHECK(pair.alice.take().status() == 480);
}

TEST_CASE("RFC 3261 16.10: the caller's CANCEL ends the ringing") {
  Pair pair;
  const auto invite = pair.invite();
  pair.alice.send(invite);
  CHECK(pair.alice.take().status() == 100);
  const Message received = pair.bob.take();

  const auto end = [&] {
    const Message cancel = pair.bob.take();
    CHECK(cancel.method() == "CANCEL");
    CHECK(cancel.top_via().branch() == received.top_via().branch());
    CHECK(cancel.via_count() == 1);
    CHECK(cancel.request_uri() == received.request_uri());
    pair.bob.reply(cancel, 200);
    pair.bob.reply(received, 487);
    CHECK(pair.bob.take().method() == "ACK");
    const Message terminated = pair.alice.take();
    CHECK(terminated.status() == 487);
    pair.alice.acknowledge_failure(invite, terminated);
  };
  SUBCASE("while it rings") {
    pair.bob.reply(received, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.alice.cancel(invite);
    const Message ok = pair.alice.take();
    CHECK(ok.status() == 200);
    CHECK(ok.cseq().method == "CANCEL");
    end();
  }
  SUBCASE("9.1: not before the first provisional response") {
    pair.alice.cancel(invite);
    CHECK(pair.alice.take().status() == 200);
    CHECK_FALSE(pair.bob.has_message());
    pair.bob.reply(received, 100);
    end();
  }
  SUBCASE("crossing a 200, the call stands") {
    pair.bob.reply(received, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.bob.reply(received, 200);
    CHECK(pair.alice.take().cseq().method == "INVITE");
    pair.alice.cancel(invite);
    CHECK(pair.alice.take().cseq().method == "CANCEL");
    CHECK_FALSE(pair.bob.has_message());
  }
  SUBCASE("a callee that does not react is left after 64*T1") {
    pair.bob.reply(received, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.alice.cancel(invite);
    CHECK(pair.alice.take().status() == 200);
    CHECK(pair.bob.take().method() == "CANCEL");
    pair.network.advance(seconds(32));
    CHECK(pair.alice.take().status() == 487);
  }
  CHECK_FALSE(pair.bob.has_message());
}

TEST_CASE("RFC 3326 2: the reason of a CANCEL travels with it") {
  Pair pair;
  auto invite = pair.invite();
  pair.alice.send(invite);
  CHECK(pair.alice.take().status() == 100);
  pair.bob.reply(pair.bob.take(), 180);
  CHECK(pair.alice.take().status() == 180);
  invite.headers.push_back({"Reason", "SIP;cause=487;text=\"gone\""});
  pair.alice.cancel(invite);
  CHECK(value_of(pair.bob.take(), HeaderName::reason) == "SIP;cause=487;text=\"gone\"");
}

TEST_CASE("RFC 3261 9.2: a CANCEL of nothing is 481") {
  Pair pair;
  pair.alice.cancel(pair.invite());
  CHECK(pair.alice.take().status() == 481);
}

TEST_CASE("RFC 3261 16.7: an INVITE forks to every device of the callee") {
  Pair pair;
  Phone second(pair.network, 3, "bob");
  second.register_now();
  const auto invite = pair.invite();
  pair.alice.send(invite);
  CHECK(pair.alice.take().status() == 100);
  const Message at_first = pair.bob.take();
  const Message at_second = second.take();
  CHECK(at_first.top_via().branch() != at_second.top_via().branch());
  CHECK(at_second.request_uri() == "sip:bob@c3.invalid;transport=ws");
  pair.bob.reply(at_first, 180);
  second.reply(at_second, 180);
  CHECK(pair.alice.take().status() == 180);
  CHECK(pair.alice.take().status() == 180);

  SUBCASE("the first to answer gets the call, the other is told why it stops ringing") {
    second.reply(at_second, 200);
    const Message ok = pair.alice.take();
    CHECK(ok.status() == 200);
    const Message cancel = pair.bob.take();
    CHECK(cancel.method() == "CANCEL");
    CHECK(value_of(cancel, HeaderName::reason).find("cause=200") != std::string::npos);
    pair.bob.reply(cancel, 200);
    pair.bob.reply(at_first, 487);
    CHECK(pair.bob.take().method() == "ACK");
    CHECK_FALSE(pair.alice.has_message());
    CHECK(value_of(ok, HeaderName::record_route).find("1-3@") != std::string::npos);
  }
  SUBCASE("both answer: both 200 reach the caller") {
    second.reply(at_second, 200);
    CHECK(pair.bob.take().method() == "CANCEL");
    pair.bob.reply(at_first, 200);
    CHECK(pair.alice.take().status() == 200);
    CHECK(pair.alice.take().status() == 200);
  }
  SUBCASE("one is busy: the other rings on") {
    pair.bob.reply(at_first, 486);
    CHECK(pair.bob.take().method() == "ACK");
    CHECK_FALSE(pair.alice.has_message());
    second.reply(at_second, 480);
    CHECK(second.take().method() == "ACK");
    CHECK(pair.alice.take().status() == 486);
  }
  SUBCASE("a decline for all devices ends it") {
    pair.bob.reply(at_first, 603);
    CHECK(pair.bob.take().method() == "ACK");
    const Message cancel = second.take();
    CHECK(cancel.method() == "CANCEL");
    CHECK_FALSE(pair.alice.has_message());
    second.reply(cancel, 200);
    second.reply(at_second, 487);
    CHECK(second.take().method() == "ACK");
    CHECK(pair.alice.take().status() == 603);
  }
  SUBCASE("a CANCEL reaches both") {
    pair.alice.cancel(invite);
    CHECK(pair.alice.take().status() == 200);
    CHECK(pair.bob.take().method() == "CANCEL");
    CHECK(second.take().method() == "CANCEL");
  }
  SUBCASE("a device that leaves counts as unavailable") {
    pair.network.disconnect(2);
    CHECK_FALSE(pair.alice.has_message());
    second.reply(at_second, 486);
    CHECK(second.take().method() == "ACK");
    CHECK(pair.alice.take().status() == 486);
  }
}

TEST_CASE("RFC 3261 9.1: a branch that begins to ring after the other's 200 is cancelled then") {
  Pair pair;
  Phone second(pair.network, 3, "bob");
  second.register_now();
  pair.alice.send(pair.invite());
  CHECK(pair.alice.take().status() == 100);
  const Message at_first = pair.bob.take();
  second.reply(second.take(), 200);
  CHECK(pair.alice.take().status() == 200);
  CHECK_FALSE(pair.bob.has_message());
  pair.bob.reply(at_first, 183);
  CHECK(pair.bob.take().method() == "CANCEL");
  CHECK_FALSE(pair.alice.has_message());
}

TEST_CASE("RFC 3261 16.7 step 6: the best of several failures is chosen") {
  const auto best = [](int one, int other) {
    Pair pair;
    Phone second(pair.network, 3, "bob");
    second.register_now();
    pair.alice.send(pair.invite());
    CHECK(pair.alice.take().status() == 100);
    const Message at_first = pair.bob.take();
    const Message at_second = second.take();
    pair.bob.reply(at_first, one);
    second.reply(at_second, other);
    return pair.alice.take().status();
  };
  CHECK(best(486, 500) == 486);
  CHECK(best(500, 486) == 486);
  CHECK(best(404, 302) == 302);
  CHECK(best(486, 415) == 415);
  CHECK(best(603, 404) == 603);
  CHECK(best(408, 480) == 480);
  CHECK(best(503, 503) == 500);
}

TEST_CASE("RFC 3261 16.7 step 7: the challenges of all branches are collected") {
  Pair pair;
  Phone second(pair.network, 3, "bob");
  second.register_now();
  pair.alice.send(pair.invite());
  CHECK(pair.alice.take().status() == 100);
  const Message at_first = pair.bob.take();
  const Message at_second = second.take();
  pair.bob.reply(at_first, 401, {}, {{"WWW-Authenticate", "Digest realm=\"a\", nonce=\"1\""}});
  second.reply(at_second, 407, {}, {{"Proxy-Authenticate", "Digest realm=\"b\", nonce=\"2\""}});
  const Message response = pair.alice.take();
  CHECK(response.status() == 401);
  CHECK(response.headers(HeaderName::www_authenticate).size() == 1);
  CHECK(response.headers(HeaderName::proxy_authenticate).size() == 1);
}

TEST_CASE("RFC 3261 16.8: a callee that never answers is 408") {
  Pair pair;
  SUBCASE("INVITE, by Timer B") {
    pair.alice.send(pair.invite());
    CHECK(pair.alice.take().status() == 100);
    pair.network.advance(milliseconds(31999));
    CHECK_FALSE(pair.alice.has_message());
    pair.network.advance(milliseconds(1));
    CHECK(pair.alice.take().status() == 408);
  }
  SUBCASE("MESSAGE, by Timer F") {
    pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
    pair.network.advance(seconds(32));
    CHECK(pair.alice.take().status() == 408);
  }
  SUBCASE("INVITE that rings for ever, by Timer C") {
    pair.alice.send(pair.invite());
    CHECK(pair.alice.take().status() == 100);
    const Message invite = pair.bob.take();
    pair.network.advance(seconds(1));
    pair.bob.reply(invite, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.network.advance(timer_c - milliseconds(1));
    CHECK_FALSE(pair.bob.has_message());
    pair.network.advance(milliseconds(1));
    CHECK(pair.bob.take().method() == "CANCEL");
    pair.network.advance(seconds(32));
    CHECK(pair.alice.take().status() == 487);
  }
}

TEST_CASE("RFC 3428 4: a MESSAGE is relayed with its body and answered by its receiver") {
  Pair pair;
  auto request = pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m");
  request.headers.push_back({"Content-Type", "text/plain;charset=utf-8"});
  request.body = "\xc3\xa9t\xc3\xa9\r\n\r\nx";
  pair.alice.send(request);
  CHECK_FALSE(pair.alice.has_message());
  const Message received = pair.bob.take();
  CHECK(received.body() == request.body);
  CHECK_FALSE(received.header(HeaderName::record_route));
  pair.bob.reply(received, 200, "got it");
  const Message ok = pair.alice.take();
  CHECK(ok.status() == 200);
  CHECK(ok.body() == "got it");
}

TEST_CASE("RFC 3261 16.7: the first success of a forked MESSAGE is the answer") {
  Pair pair;
  Phone second(pair.network, 3, "bob");
  second.register_now();
  pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
  const Message at_first = pair.bob.take();
  const Message at_second = second.take();
  pair.bob.reply(at_first, 415);
  CHECK_FALSE(pair.alice.has_message());
  second.reply(at_second, 200);
  CHECK(pair.alice.take().status() == 200);
  CHECK_FALSE(pair.alice.has_message());
}

TEST_CASE("RFC 3261 16.6 step 4: SUBSCRIBE and REFER come back through the server, too") {
  Pair pair;
  for (std::string_view method : {"SUBSCRIBE", "REFER"}) {
    auto request = pair.alice.request(method, "sip:bob@localhost", "<sip:bob@localhost>", method);
    request.headers.push_back({"Event", "refer"});
    pair.alice.send(request);
    const Message received = pair.bob.take();
    CHECK(received.header(HeaderName::record_route));
    pair.bob.reply(received, 202);
    CHECK(pair.alice.take().status() == 202);
    pair.bob.send(callee_request(pair.bob, "NOTIFY", received));
    CHECK(pair.alice.take().method() == "NOTIFY");
  }
}

TEST_CASE("RFC 3261 16.5: a Contact can be called directly") {
  Pair pair;
  pair.bob.contact = "<sip:device-7@c2.invalid;transport=ws>";
  pair.bob.register_now();
  pair.alice.send(pair.alice.request("MESSAGE", "sip:device-7@c2.invalid;transport=ws",
                                     "<sip:device-7@c2.invalid>", "m"));
  CHECK(pair.bob.take().request_uri() == "sip:device-7@c2.invalid;transport=ws");
  pair.alice.send(
      pair.alice.request("MESSAGE", "sip:x@nowhere.invalid", "<sip:x@nowhere.invalid>", "n"));
  CHECK(pair.alice.take().status() == 404);
}

TEST_CASE("RFC 3261 16.3: a request that may not pass is answered") {
  Pair pair;
  const auto status = [&](std::string_view header, std::string value, std::string_view uri) {
    auto request = pair.alice.request("MESSAGE", uri, "<sip:bob@localhost>", "m");
    if (!header.empty()) message::set_field(request.headers, header, std::move(value));
    pair.alice.send(request);
    const Message response = pair.alice.take();
    CHECK_FALSE(pair.bob.has_message());
    return response;
  };
  CHECK(status("Max-Forwards", "0", "sip:bob@localhost").status() == 483);
  CHECK(status("Max-Forwards", "many", "sip:bob@localhost").status() == 400);
  CHECK(status("", "", "tel:+15551234").status() == 416);
  CHECK(status("", "", "bob").status() == 400);
  CHECK(status("", "", "sip:localhost").status() == 404);
  const Message refused = status("Proxy-Require", "sec-agree, x", "sip:bob@localhost");
  CHECK(refused.status() == 420);
  CHECK(refused.headers(HeaderName::unsupported).size() == 2);
}

TEST_CASE("RFC 3261 11: OPTIONS to the server itself needs no proof") {
  Network network;
  Phone stranger(network, 1, "stranger");
  stranger.send(stranger.request("OPTIONS", "sip:localhost", "<sip:localhost>", "o"));
  const Message ok = stranger.take();
  CHECK(ok.status() == 200);
  CHECK(value_of(ok, HeaderName::allow).find("INVITE") != std::string::npos);
  CHECK(value_of(ok, HeaderName::allow_events) == "presence, dialog, message-summary");
  CHECK(value_of(ok, HeaderName::accept).find("application/pidf+xml") != std::string::npos);
}

TEST_CASE("RFC 3261 22.3: who has no account must call from a connection that is registered") {
  Pair pair;
  SUBCASE("another connection") {
    Phone stranger(pair.network, 3, "alice");
    stranger.send(stranger.request("INVITE", "sip:bob@localhost", "<sip:bob@localhost>", "c"));
    CHECK(stranger.take().status() == 403);
  }
  SUBCASE("another name") {
    Phone liar(pair.network, 3, "bob");
    liar.send(liar.request("MESSAGE", "sip:alice@localhost", "<sip:alice@localhost>", "m"));
    CHECK(liar.take().status() == 403);
  }
  SUBCASE("after un-registering") {
    pair.alice.register_now("0");
    pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
    CHECK(pair.alice.take().status() == 403);
  }
  CHECK_FALSE(pair.bob.has_message());
}

TEST_CASE("Who never registered owns no name, and may call without registering") {
  Pair pair;
  Phone guest(pair.network, 3, "guest");
  guest.send(guest.request("INVITE", "sip:bob@localhost", "<sip:bob@localhost>", "c"));
  CHECK(guest.take().status() == 100);
  const auto invite = pair.bob.take();
  CHECK(invite.method() == "INVITE");
  CHECK(invite.from().uri.user == "guest");
}

TEST_CASE("RFC 3261 22.3: an account is challenged by 407, and its credentials go no further") {
  Config config;
  config.accounts["alice"] = "secret";
  Pair pair(std::move(config));
  const auto invite = pair.invite();
  CHECK(pair.alice.exchange(invite).status() == 100);
  const Message received = pair.bob.take();
  CHECK_FALSE(received.header(HeaderName::proxy_authorization));
  pair.bob.reply(received, 200);
  const Message ok = pair.alice.take();
  CHECK(ok.status() == 200);
  pair.alice.send(caller_request(pair.alice, "BYE", ok));
  CHECK(pair.bob.take().method() == "BYE");

  Phone liar(pair.network, 3, "alice", "wrong");
  CHECK(liar.exchange(liar.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"))
            .status() == 407);
  CHECK_FALSE(pair.bob.has_message());
}

TEST_CASE("RFC 3261 16.9: connections that are lost while a call is set up") {
  Pair pair;
  pair.alice.send(pair.invite());
  CHECK(pair.alice.take().status() == 100);
  const Message invite = pair.bob.take();
  SUBCASE("the callee's, before it rings") {
    pair.network.disconnect(2);
    CHECK(pair.alice.take().status() == 480);
  }
  SUBCASE("the callee's, while it rings") {
    pair.bob.reply(invite, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.network.disconnect(2);
    CHECK(pair.alice.take().status() == 480);
  }
  SUBCASE("the caller's, while it rings") {
    pair.bob.reply(invite, 180);
    CHECK(pair.alice.take().status() == 180);
    pair.network.disconnect(1);
    const Message cancel = pair.bob.take();
    CHECK(cancel.method() == "CANCEL");
    pair.bob.reply(cancel, 200);
    pair.bob.reply(invite, 487);
    CHECK(pair.bob.take().method() == "ACK");
  }
  CHECK_FALSE(pair.alice.has_message());
  // Nothing is left behind but registrations.
  pair.network.advance(seconds(7300));
  CHECK_FALSE(pair.network.server.deadline());
}

TEST_CASE("RFC 3261 16: calls leave nothing behind") {
  Pair pair;
  for (int i = 0; i < 3; ++i) {
    const Call call = establish(pair);
    pair.alice.send(caller_request(pair.alice, "BYE", call.ok));
    pair.bob.reply(pair.bob.take(), 200);
    CHECK(pair.alice.take().status() == 200);
  }
  pair.alice.register_now("0");
  pair.bob.register_now("0");
  pair.network.advance(seconds(32));
  CHECK_FALSE(pair.network.server.deadline());
}

TEST_CASE("RFC 3261 16: a connection may have a limited number of requests waiting") {
  Pair pair;
  for (std::size_t i = 0; i < limits::pending_per_connection; ++i)
    pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
  CHECK_FALSE(pair.alice.has_message());
  pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
  const Message refused = pair.alice.take();
  CHECK(refused.status() == 503);
  CHECK(refused.header(HeaderName::retry_after));
  pair.bob.reply(pair.bob.take(), 200);
  CHECK(pair.alice.take().status() == 200);
  pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
  CHECK_FALSE(pair.alice.has_message());
}

TEST_CASE("RFC 3261 16: waiting requests may take a limited amount of memory") {
  Pair pair;
  auto request = pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m");
  request.body = std::string(250 * 1024, 'x');
  std::size_t sent = 0;
  while (!pair.alice.has_message() && sent < limits::pending_per_connection) {
    auto next = pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m");
    next.body = request.body;
    pair.alice.send(next);
    ++sent;
  }
  CHECK(pair.alice.take().status() == 503);
  CHECK(sent == 17);
}

TEST_CASE("RFC 3261 17: more transactions than there is room for are refused by 503") {
  Network network;
  std::deque<Phone> phones;
  phones.emplace_back(network, 1, "bob");
  phones.back().register_now();
  bool refused = false;
  for (Connection i = 2; i < 40 && !refused; ++i) {
    phones.emplace_back(network, i, "user" + std::to_string(i));
    Phone& phone = phones.back();
    const Message registered = phone.register_now();
    if (registered.status() == 503) {
      refused = true;
      break;
    }
    for (int j = 0; j < 60 && !refused; ++j) {
      phone.send(phone.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
      if (phone.has_message()) {
        const int status = phone.take().status();
        CHECK((status == 503 || status == 500));
        refused = true;
      }
    }
  }
  CHECK(refused);
  // The waiting requests time out, and the server works again.
  network.advance(seconds(33));
  network.inbox.clear();
  CHECK(phones.back().register_now().status() == 200);
}

TEST_CASE("RFC 3261 11: OPTIONS to a registered user is answered by that user") {
  Pair pair;
  pair.alice.send(pair.alice.request("OPTIONS", "sip:bob@localhost", "<sip:bob@localhost>", "o"));
  const Message received = pair.bob.take();
  CHECK(received.method() == "OPTIONS");
  CHECK_FALSE(received.header(HeaderName::record_route));
  pair.bob.reply(received, 200, "v=0\r\n", {{"Allow", "INVITE, MESSAGE"}});
  const Message ok = pair.alice.take();
  CHECK(ok.status() == 200);
  CHECK(value_of(ok, HeaderName::allow) == "INVITE, MESSAGE");
  CHECK(ok.body() == "v=0\r\n");
}

TEST_CASE("RFC 3428 7: a MESSAGE for somebody who has left is 480") {
  Pair pair;
  pair.network.disconnect(2);
  pair.alice.send(pair.alice.request("MESSAGE", "sip:bob@localhost", "<sip:bob@localhost>", "m"));
  CHECK(pair.alice.take().status() == 480);
}

TEST_CASE("RFC 3261 12.2: requests of every method pass inside a call, either way") {
  Pair pair;
  const Call call = establish(pair);
  for (std::string_view method :
       {"MESSAGE", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "SUBSCRIBE", "OPTIONS"}) {
    CAPTURE(method);
    auto request = caller_request(pair.alice, method, call.ok);
    request.headers.push_back({"Event", "presence"});
    request.headers.push_back({"Refer-To", "<sip:carol@localhost>"});
    request.body = "from the caller";
    pair.alice.send(request);
    const Message at_bob = pair.bob.take();
    CHECK(at_bob.method() == method);
    CHECK(at_bob.body() == "from the caller");
    CHECK_FALSE(at_bob.header(HeaderName::record_route));
    CHECK(value_of(at_bob, HeaderName::refer_to) == "<sip:carol@localhost>");
    pair.bob.reply(at_bob, 202, "told");
    const Message accepted = pair.alice.take();
    CHECK(accepted.status() == 202);
    CHECK(accepted.body() == "told");

    request = callee_request(pair.bob, method, call.invite);
    request.body = "from the callee";
    pair.bob.send(request);
    const Message at_alice = pair.alice.take();
    CHECK(at_alice.method() == method);
    CHECK(at_alice.body() == "from the callee");
    pair.alice.reply(at_alice, 481);
    CHECK(pair.bob.take().status() == 481);
  }
}

TEST_CASE("RFC 3262 4, RFC 3311 5: PRACK and UPDATE pass inside an early dialog") {
  Pair pair;
  pair.alice.send(pair.invite());
  CHECK(pair.alice.take().status() == 100);
  const Message invite = pair.bob.take();
  pair.bob.reply(invite, 183, "v=0\r\n", {{"Require", "100rel"}, {"RSeq", "7"}});
  const Message progress = pair.alice.take();
  CHECK(progress.status() == 183);
  CHECK(value_of(progress, HeaderName::rseq) == "7");
  auto prack = caller_request(pair.alice, "PRACK", progress);
  prack.headers.push_back({"RAck", "7 1 INVITE"});
  pair.alice.send(prack);
  const Message received = pair.bob.take();
  CHECK(received.method() == "PRACK");
  CHECK(value_of(received, HeaderName::rack) == "7 1 INVITE");
  pair.bob.reply(received, 200);
  CHECK(pair.alice.take().cseq().method == "PRACK");
  pair.bob.send(callee_request(pair.bob, "UPDATE", invite));
  const Message update = pair.alice.take();
  CHECK(update.method() == "UPDATE");
  pair.alice.reply(update, 200);
  CHECK(pair.bob.take().cseq().method == "UPDATE");
}

TEST_CASE("RFC 3261 22.3: a server that challenges inside dialogs lets their requests pass, too") {
  Config config;
  config.accounts["alice"] = "secret";
  config.challenges_in_dialogs = true;
  Pair pair(std::move(config));
  CHECK(pair.alice.exchange(pair.invite()).status() == 100);
  const Message invite = pair.bob.take();
  pair.bob.reply(invite, 200, "v=0\r\n");
  const Message ok = pair.alice.take();
  pair.alice.send(caller_request(pair.alice, "ACK", ok));
  CHECK(pair.bob.take().method() == "ACK");
  for (std::string_view method : {"INFO", "MESSAGE", "REFER", "UPDATE", "SUBSCRIBE", "NOTIFY"}) {
    CAPTURE(method);
    const auto unproved = caller_request(pair.alice, method, ok);
    pair.alice.send(unproved);
    const Message challenge = pair.alice.take();
    CHECK(challenge.status() == 407);
    CHECK_FALSE(pair.bob.has_message());
    auto retry = pair.alice.credentials().answer(unproved, challenge, {"alice", "secret"},
                                                 pair.alice.random());
    REQUIRE(retry);
    message::set_field(retry->headers, "Via",
                       "SIP/2.0/WS c1.invalid;branch=z9hG4bK" + std::string(method));
    pair.alice.send(*retry);
    const Message received = pair.bob.take();
    CHECK(received.method() == method);
    CHECK_FALSE(received.header(HeaderName::proxy_authorization));
    pair.bob.reply(received, 200);
    CHECK(pair.alice.take().status() == 200);
  }
  // Who has no account is known by the dialog's tags.
  pair.bob.send(callee_request(pair.bob, "BYE", invite));
  CHECK(pair.alice.take().method() == "BYE");
}

TEST_CASE("RFC 3261 22.2: a challenge of the other side, and its answer, pass through") {
  Pair pair;
  const Call call = establish(pair);
  pair.alice.send(caller_request(pair.alice, "REFER", call.ok));
  pair.bob.reply(pair.bob.take(), 401, {},
                 {{"WWW-Authenticate", "Digest realm=\"bob\", nonce=\"1\""}});
  CHECK(value_of(pair.alice.take(), HeaderName::www_authenticate) ==
        "Digest realm=\"bob\", nonce=\"1\"");
  auto retry = caller_request(pair.alice, "REFER", call.ok);
  retry.headers.push_back({"Authorization", "Digest realm=\"bob\", nonce=\"1\""});
  pair.alice.send(retry);
  CHECK(value_of(pair.bob.take(), HeaderName::authorization) ==
        "Digest realm=\"bob\", nonce=\"1\"");
}

TEST_CASE("RFC 5589 6: a blind transfer to any registered user") {
  Pair pair;
  Phone carol(pair.network, 3, "carol");
  carol.register_now();
  const Call call = establish(pair);
  auto refer = caller_request(pair.alice, "REFER", call.ok);
  refer.headers.push_back({"Refer-To", "<sip:carol@localhost>"});
  refer.headers.push_back({"Referred-By", "<sip:alice@localhost>"});
  pair.alice.send(refer);
  const Message received = pair.bob.take();
  CHECK(value_of(received, HeaderName::refer_to) == "<sip:carol@localhost>");
  pair.bob.reply(received, 202);
  CHECK(pair.alice.take().status() == 202);

  auto notify = callee_request(pair.bob, "NOTIFY", call.invite);
  notify.headers.push_back({"Event", "refer"});
  notify.headers.push_back({"Subscription-State", "active;expires=60"});
  notify.body = "SIP/2.0 100 Trying\r\n";
  pair.bob.send(notify);
  const Message told = pair.alice.take();
  CHECK(told.body() == "SIP/2.0 100 Trying\r\n");
  CHECK(value_of(told, HeaderName::subscription_state) == "active;expires=60");
  pair.alice.reply(told, 200);
  CHECK(pair.bob.take().status() == 200);

  auto invite =
      pair.bob.request("INVITE", "sip:carol@localhost", "<sip:carol@localhost>", "transfer");
  invite.headers.push_back({"Referred-By", "<sip:alice@localhost>"});
  pair.bob.send(invite);
  CHECK(pair.bob.take().status() == 100);
  const Message at_carol = carol.take();
  CHECK(at_carol.method() == "INVITE");
  CHECK(value_of(at_carol, HeaderName::referred_by) == "<sip:alice@localhost>");
  carol.reply(at_carol, 200);
  const Message ok = pair.bob.take();
  CHECK(ok.status() == 200);
  pair.bob.send(caller_request(pair.bob, "ACK", ok));
  CHECK(carol.take().method() == "ACK");
}

TEST_CASE("RFC 3891 4: an INVITE with Replaces reaches the one device that has the dialog") {
  Pair pair;
  Phone carol(pair.network, 3, "carol");
  Phone elsewhere(pair.network, 4, "carol");
  carol.register_now();
  elsewhere.register_now();
  const auto call = [&](std::string_view uri) {
    auto invite = pair.bob.request("INVITE", uri, "<sip:carol@localhost>", std::string(uri));
    invite.headers.push_back({"Replaces", "consult;to-tag=c;from-tag=a"});
    invite.headers.push_back({"Require", "replaces"});
    pair.bob.send(invite);
    CHECK(pair.bob.take().status() == 100);
    const Message received = carol.take();
    CHECK(value_of(received, HeaderName::replaces) == "consult;to-tag=c;from-tag=a");
    CHECK(value_of(received, HeaderName::require) == "replaces");
    carol.reply(received, 200);
    CHECK(pair.bob.take().status() == 200);
  };
  SUBCASE("by its Contact") {
    call("sip:carol@c3.invalid;transport=ws");
    CHECK_FALSE(elsewhere.has_message());
  }
  SUBCASE("by the address of record, where the other device refuses") {
    auto invite = pair.bob.request("INVITE", "sip:carol@localhost", "<sip:carol@localhost>", "aor");
    invite.headers.push_back({"Replaces", "consult;to-tag=c;from-tag=a"});
    pair.bob.send(invite);
    CHECK(pair.bob.take().status() == 100);
    elsewhere.reply(elsewhere.take(), 481);
    CHECK(elsewhere.take().method() == "ACK");
    carol.reply(carol.take(), 200);
    CHECK(pair.bob.take().status() == 200);
  }
  SUBCASE("a Contact that is gone reaches those that are there") {
    pair.network.disconnect(3);
    pair.bob.send(pair.bob.request("INVITE", "sip:carol@c3.invalid;transport=ws",
                                   "<sip:carol@localhost>", "gone"));
    CHECK(pair.bob.take().status() == 100);
    CHECK(elsewhere.take().method() == "INVITE");
  }
}

TEST_CASE("RFC 3261 16.7: a redirection reaches the caller and is not followed") {
  Pair pair;
  Phone carol(pair.network, 3, "carol");
  carol.register_now();
  for (int status : {300, 301, 302, 305, 380}) {
    CAPTURE(status);
    const auto invite = pair.invite();
    pair.alice.send(invite);
    CHECK(pair.alice.take().status() == 100);
    auto redirection = message::make_response(pair.bob.take(), status, "b");
    redirection.headers.push_back({"Contact", "<sip:carol@localhost>;q=0.7, <sip:dave@x>"});
    pair.network.send(2, message::write(redirection));
    CHECK(pair.bob.take().method() == "ACK");
    const Message received = pair.alice.take();
    CHECK(received.status() == status);
    CHECK(value_of(received, HeaderName::contact) == "<sip:carol@localhost>;q=0.7, <sip:dave@x>");
    pair.alice.acknowledge_failure(invite, received);
    CHECK_FALSE(carol.has_message());
  }
}
