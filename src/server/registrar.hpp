/// The registrar of the development server (RFC 3261 section 10.3, RFC 5626 section 6).
#pragma once

#include <string_view>

#include "base/instant.hpp"
#include "message/message.hpp"
#include "message/write_message.hpp"
#include "server/expires.hpp"
#include "server/state.hpp"

namespace sipml::server {

class Registrar {
 public:
  explicit Registrar(State& state) : state_(state) {}

  /// Carries out a REGISTER that `user` was authorised for, and makes its response. Either every
  /// Contact of the request takes effect or none.
  message::Response process(const message::Message& request, std::string_view user,
                            Connection connection, Instant now);

 private:
  State& state_;
};

}  // namespace sipml::server
