/// Phones on one development server in virtual time: SIP messages in, SIP messages out.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "auth/credentials.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "server/server.hpp"

namespace sipml::server::test {

using message::HeaderName;
using message::Message;

inline std::string lines(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    text += part;
    text += "\r\n";
  }
  return text;
}

inline std::string value_of(const Message& message, HeaderName name) {
  return std::string(message.header(name).value_or(std::string_view()));
}

class Network {
 public:
  explicit Network(Config config = {}) : server(std::move(config)) {}

  void connect(Connection connection, bool secure = false) {
    REQUIRE(server.connected(connection, secure, now));
    drain();
  }

  void disconnect(Connection connection) {
    REQUIRE(server.disconnected(connection, now));
    drain();
  }

  void send(Connection connection, std::string bytes) {
    REQUIRE(server.receive(connection, std::move(bytes), now));
    drain();
  }

  /// Lets time pass, firing every timer when it is due.
  void advance(Duration duration) {
    const Instant end = now + duration;
    for (auto at = server.deadline(); at && *at <= end; at = server.deadline()) {
      now = std::max(now, *at);
      server.timer_fired(now);
      drain();
    }
    now = end;
  }

  bool has(Connection connection) const {
    const auto found = inbox.find(connection);
    return found != inbox.end() && !found->second.empty();
  }

  std::string take_bytes(Connection connection) {
    REQUIRE(has(connection));
    std::string bytes = std::move(inbox[connection].front());
    inbox[connection].pop_front();
    return bytes;
  }

  Message take(Connection connection) {
    auto parsed = message::parse_message(take_bytes(connection));
    REQUIRE(bool(parsed));
    REQUIRE_FALSE(parsed->fault().has_value());
    return std::move(parsed).value();
  }

  Server server;
  Instant now{seconds(1000)};
  std::map<Connection, std::deque<std::string>> inbox;

 private:
  void drain() {
    while (auto output = server.poll()) inbox[output->flow].push_back(std::move(output->bytes));
  }
};

/// One user agent, reduced to what writes its messages.
class Phone {
 public:
  Phone(Network& network, Connection number, std::string_view name,
        std::string_view secret = "secret")
      : connection(number),
        user(name),
        password(secret),
        contact("<sip:" + user + "@c" + std::to_string(number) + ".invalid;transport=ws>"),
        network_(network),
        random_({static_cast<std::uint8_t>(number)}) {
    network.connect(number);
  }

  /// A request with a fresh branch. `to` is the whole To value.
  message::Request request(std::string_view method, std::string_view uri, std::string_view to,
                           std::string_view call_id) {
    message::Request result;
    result.method = method;
    result.request_uri = uri;
    result.headers = {{"Via", "SIP/2.0/WS c" + std::to_string(connection) +
                                  ".invalid;branch=z9hG4bK" + random_.token(12)},
                      {"Max-Forwards", "70"},
                      {"From", "<sip:" + user + "@localhost>;tag=" + user + "-tag"},
                      {"To", std::string(to)},
                      {"Call-ID", std::string(call_id)},
                      {"CSeq", std::to_string(++cseq_) + ' ' + std::string(method)},
                      {"Contact", contact}};
    return result;
  }

  message::Request register_request(std::string_view contact_value, std::string_view expires) {
    auto result = request("REGISTER", "sip:localhost", "<sip:" + user + "@localhost>",
                          user + "-at-" + std::to_string(connection));
    message::remove_fields(result.headers, "Contact");
    if (!contact_value.empty()) result.headers.push_back({"Contact", std::string(contact_value)});
    if (!expires.empty()) result.headers.push_back({"Expires", std::string(expires)});
    return result;
  }

  void send(const message::Request& request) { network_.send(connection, message::write(request)); }

  Message take() { return network_.take(connection); }
  bool has_message() const { return network_.has(connection); }

  /// Sends a request and answers one challenge; returns the last response.
  Message exchange(message::Request request) {
    credentials_.authorize(request, {user, password}, random_);
    send(request);
    Message response = take();
    if (response.status() == 401 || response.status() == 407) {
      auto retry = credentials_.answer(request, response, {user, password}, random_);
      if (!retry) return response;
      message::set_field(retry->headers, "CSeq", std::to_string(++cseq_) + ' ' + retry->method);
      message::set_field(retry->headers, "Via",
                         "SIP/2.0/WS c.invalid;branch=z9hG4bK" + random_.token(12));
      if (request.method == "INVITE") acknowledge_failure(request, response);
      request = *retry;
      send(request);
      response = take();
    }
    if (response.status() < 300) credentials_.accepted(request);
    return response;
  }

  Message register_now(std::string_view expires = "600") {
    return exchange(register_request(contact, expires));
  }

  /// The ACK to a response from 300 on (17.1.1.3).
  void acknowledge_failure(const message::Request& invite, const Message& response) {
    message::Request ack = invite;
    ack.method = "ACK";
    ack.body.clear();
    message::set_field(ack.headers, "To", value_of(response, HeaderName::to));
    const std::string cseq = *message::find_field(ack.headers, "CSeq");
    message::set_field(ack.headers, "CSeq", cseq.substr(0, cseq.find(' ')) + " ACK");
    send(ack);
  }

  /// The CANCEL of an INVITE that this phone sent (9.1).
  void cancel(const message::Request& invite) {
    message::Request result = invite;
    result.method = "CANCEL";
    result.body.clear();
    const std::string cseq = *message::find_field(result.headers, "CSeq");
    message::set_field(result.headers, "CSeq", cseq.substr(0, cseq.find(' ')) + " CANCEL");
    send(result);
  }

  /// Answers a received request.
  void reply(const Message& received, int status, std::string_view body = {},
             const message::HeaderFields& headers = {}) {
    auto response = message::make_response(received, status, user + "-tag");
    for (std::string_view route : received.headers(HeaderName::record_route))
      response.headers.push_back({"Record-Route", std::string(route)});
    response.headers.push_back({"Contact", contact});
    for (const auto& field : headers) response.headers.push_back(field);
    response.body = body;
    network_.send(connection, message::write(response));
  }

  auth::Credentials& credentials() { return credentials_; }
  crypto::Random& random() { return random_; }

  const Connection connection;
  const std::string user;
  std::string password;
  std::string contact;

 private:
  Network& network_;
  crypto::Random random_;
  auth::Credentials credentials_;
  int cseq_ = 0;
};

}  // namespace sipml::server::test
