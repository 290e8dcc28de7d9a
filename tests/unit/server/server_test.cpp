/// Connections of the development server, and what no client may do to it.
#include <doctest/doctest.h>

#include <array>

#include "phones.hpp"

using namespace sipml;
using namespace sipml::server;
using namespace sipml::server::test;

TEST_CASE("RFC 5626 3.5.1: a keep-alive of two CRLF is answered by one") {
  Network network;
  network.connect(1);
  network.send(1, "\r\n\r\n");
  CHECK(network.take_bytes(1) == "\r\n");
  network.send(1, "\r\n");
  network.send(1, "");
  CHECK_FALSE(network.has(1));
}

TEST_CASE("RFC 7118 4: inputs of connections that do not exist are refused") {
  Network network;
  network.connect(1);
  CHECK_FALSE(network.server.connected(1, false, network.now));
  CHECK_FALSE(network.server.receive(2, "\r\n\r\n", network.now));
  CHECK_FALSE(network.server.disconnected(2, network.now));
  network.disconnect(1);
  CHECK_FALSE(network.server.receive(1, "\r\n\r\n", network.now));
  CHECK_FALSE(network.server.poll());
}

TEST_CASE("RFC 7118 4: a limited number of connections is open at a time") {
  Network network;
  for (Connection i = 1; i <= limits::connection_count; ++i) network.connect(i);
  CHECK_FALSE(network.server.connected(100000, false, network.now));
  network.disconnect(7);
  CHECK(network.server.connected(100000, false, network.now));
}

TEST_CASE("RFC 7118 4: what waits for a connection is dropped with it") {
  Network network;
  network.connect(1);
  CHECK(network.server.receive(1, "\r\n\r\n", network.now));
  CHECK(network.server.disconnected(1, network.now));
  CHECK_FALSE(network.server.poll());
}

TEST_CASE("RFC 3261 16.3 step 1: a malformed request is answered when it can be") {
  Network network;
  network.connect(1);
  const auto answer = [&](std::string text) -> std::string {
    network.send(1, std::move(text));
    if (!network.has(1)) return "";
    const std::string bytes = network.take_bytes(1);
    return bytes.substr(0, bytes.find("\r\n"));
  };
  const std::string rest =
      lines({"Via: SIP/2.0/WS c1.invalid;branch=z9hG4bK1", "Max-Forwards: 70",
             "From: <sip:alice@localhost>;tag=1", "To: <sip:bob@localhost>", "Call-ID: m"});
  CHECK(answer("MESSAGE sip:bob@localhost SIP/2.0\r\n" + rest + "CSeq: 1 INVITE\r\n\r\n") ==
        "SIP/2.0 400 CSeq Method Mismatch");
  CHECK(answer("MESSAGE sip:bob@localhost SIP/3.0\r\n" + rest + "CSeq: 1 MESSAGE\r\n\r\n") ==
        "SIP/2.0 505 Version Not Supported");
  CHECK(answer("MESSAGE sip:bob@localhost SIP/2.0\r\n" + rest +
               "CSeq: 1 MESSAGE\r\nContent-Length: 9\r\n\r\nx") ==
        "SIP/2.0 400 Body Shorter Than Content-Length");
  CHECK(answer("MESSAGE <sip:bob@localhost> SIP/2.0\r\n" + rest + "CSeq: 1 MESSAGE\r\n\r\n") ==
        "SIP/2.0 400 Malformed Request-URI");
  CHECK(answer("MESSAGE sip:bob@localhost SIP/2.0\r\n" + rest + "\r\n") == "");
  CHECK(answer("ACK sip:bob@localhost SIP/3.0\r\n" + rest + "CSeq: 1 ACK\r\n\r\n") == "");
}

TEST_CASE("RFC 3261 17.2: a malformed INVITE is answered in a transaction, its ACK goes nowhere") {
  Network network;
  Phone bob(network, 2, "bob");
  bob.register_now();
  network.connect(1);
  const std::string rest = lines({"Via: SIP/2.0/WS c1.invalid;branch=z9hG4bK1", "Max-Forwards: 70",
                                  "From: <sip:alice@localhost>;tag=1", "Call-ID: m"});
  network.send(1, "INVITE sip:bob@localhost SIP/2.0\r\n" + rest +
                      "To: <sip:bob@localhost>\r\nCSeq: 1 INVITE\r\nContent-Length: 9\r\n\r\n");
  CHECK(network.take(1).status() == 400);
  network.send(1, "ACK sip:bob@localhost SIP/2.0\r\n" + rest +
                      "To: <sip:bob@localhost>;tag=2\r\nCSeq: 1 ACK\r\n\r\n");
  CHECK_FALSE(network.has(1));
  CHECK_FALSE(bob.has_message());
}

TEST_CASE("RFC 3261 8.1.3: responses to nothing are dropped") {
  Network network;
  Phone alice(network, 1, "alice");
  Phone bob(network, 2, "bob");
  alice.register_now();
  bob.register_now();
  network.send(
      2, lines({"SIP/2.0 200 OK", "Via: SIP/2.0/WS sipml-server.invalid;branch=z9hG4bKguess",
                "Via: SIP/2.0/WS c1.invalid;branch=z9hG4bK1", "From: <sip:alice@localhost>;tag=1",
                "To: <sip:bob@localhost>;tag=2", "Call-ID: m", "CSeq: 1 MESSAGE",
                "Content-Length: 0", ""}));
  CHECK_FALSE(alice.has_message());
  CHECK_FALSE(bob.has_message());
}

TEST_CASE("RFC 3261 13.2.2.4: an ACK for nobody is dropped") {
  Network network;
  Phone alice(network, 1, "alice");
  Phone bob(network, 2, "bob");
  alice.register_now();
  bob.register_now();
  alice.send(alice.request("ACK", "sip:bob@localhost", "<sip:bob@localhost>;tag=2", "m"));
  alice.send(alice.request("ACK", "sip:x@y.invalid", "<sip:x@localhost>;tag=2", "m"));
  CHECK_FALSE(alice.has_message());
  CHECK_FALSE(bob.has_message());
}

TEST_CASE("RFC 3261 16.12: a forged route leads nowhere that does not exist") {
  Network network;
  Phone alice(network, 1, "alice");
  alice.register_now();
  for (std::string_view route :
       {"<sip:1-77@sipml-server.invalid;lr>", "<sip:99999999999-1@sipml-server.invalid;lr>",
        "<sip:-@sipml-server.invalid;lr>", "<sip:x@sipml-server.invalid;lr>", "<sip:broken",
        "<sip:1-2@sipml-server.invalid;lr>, <sip:1-2@sipml-server.invalid;lr>"}) {
    CAPTURE(route);
    auto request = alice.request("BYE", "sip:x@y.invalid", "<sip:x@localhost>;tag=2", "m");
    request.headers.push_back({"Route", std::string(route)});
    alice.send(request);
    CHECK(alice.take().status() == 480);
  }
  auto strict =
      alice.request("BYE", "sip:1-2@sipml-server.invalid", "<sip:x@localhost>;tag=2", "m");
  strict.headers.push_back({"Route", "<broken"});
  alice.send(strict);
  CHECK(alice.take().status() == 480);
}

TEST_CASE("RFC 4475: octets of any kind, cut or changed anywhere, never stop the server") {
  Network network;
  Phone alice(network, 1, "alice");
  Phone bob(network, 2, "bob");
  alice.register_now();
  bob.register_now();
  auto request = alice.request("INVITE", "sip:bob@localhost", "<sip:bob@localhost>", "c");
  request.headers.push_back({"Route", "<sip:1-2@sipml-server.invalid;lr>"});
  request.headers.push_back({"Proxy-Authorization", "Digest username=\"alice\", nc=zz, qop=auth"});
  request.body = "v=0\r\n";
  const std::string good = message::write(request);
  const std::string registration = message::write(alice.register_request(alice.contact, "60"));
  auto publish = alice.request("PUBLISH", "sip:alice@localhost", "<sip:alice@localhost>", "p");
  publish.headers.push_back({"Event", "presence"});
  publish.headers.push_back({"SIP-If-Match", "x"});
  publish.headers.push_back({"Content-Type", "application/pidf+xml"});
  publish.body = "<presence xmlns='urn:ietf:params:xml:ns:pidf'><tuple id='t'/></presence>";
  auto subscribe = alice.request("SUBSCRIBE", "sip:alice@localhost", "<sip:alice@localhost>", "s");
  subscribe.headers.push_back({"Event", "presence;id=1"});
  subscribe.headers.push_back({"Accept", "application/pidf+xml;q=1"});
  subscribe.headers.push_back({"Expires", "60"});
  const std::array<std::string, 4> all{good, registration, message::write(publish),
                                       message::write(subscribe)};
  crypto::Random random({5});
  for (int i = 0; i < 8000; ++i) {
    std::string bytes = all[static_cast<std::size_t>(i) % all.size()];
    const std::uint32_t changes = random.below(4) + 1;
    for (std::uint32_t j = 0; j < changes && !bytes.empty(); ++j) {
      const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
      switch (random.below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          bytes.erase(at, random.below(30));
          break;
        case 2:
          bytes.insert(at, bytes.substr(at, random.below(60)));
          break;
        default:
          bytes.resize(at + 1);
      }
    }
    network.send(1, bytes);
    if (i % 50 == 0) network.advance(seconds(40));
    network.inbox.clear();
  }
  network.advance(seconds(8000));
  network.inbox.clear();
  CHECK(alice.register_now().status() == 200);
}
