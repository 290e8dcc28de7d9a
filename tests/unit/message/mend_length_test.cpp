#include "message/mend_length.hpp"

#include <doctest/doctest.h>

#include <string>

using sipml::message::mend_length;

TEST_CASE(
    "RFC 3261 20.14: Content-Length becomes what the body has, wherever and however it stood") {
  CHECK(mend_length("A b SIP/2.0\r\nContent-Length: 9\r\nX: 1\r\n\r\nabc") ==
        "A b SIP/2.0\r\nX: 1\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(mend_length("A b SIP/2.0\r\nl : 9\r\nCONTENT-LENGTH:\r\n 7\r\n\t8\r\nX: 1\r\n 2\r\n\r\n") ==
        "A b SIP/2.0\r\nX: 1\r\n 2\r\nContent-Length: 0\r\n\r\n");
  CHECK(mend_length("A b SIP/2.0\r\nlx: 1\r\n\r\nx") ==
        "A b SIP/2.0\r\nlx: 1\r\nContent-Length: 1\r\n\r\nx");
}

TEST_CASE("RFC 3261 7: the lines of a head end in CRLF, those of a body stay as they are") {
  CHECK(mend_length("A b SIP/2.0\nX: 1\n\nv=0\ns=-\r\n") ==
        "A b SIP/2.0\r\nX: 1\r\nContent-Length: 9\r\n\r\nv=0\ns=-\r\n");
}

TEST_CASE("RFC 3261 7: a head that does not end is ended") {
  CHECK(mend_length("A b SIP/2.0\r\nX: 1") == "A b SIP/2.0\r\nX: 1\r\nContent-Length: 0\r\n\r\n");
  CHECK(mend_length("") == "Content-Length: 0\r\n\r\n");
  const std::string octets("A b SIP/2.0\r\n\r\n\0\xff", 17);
  CHECK(mend_length(octets) == std::string("A b SIP/2.0\r\nContent-Length: 2\r\n\r\n\0\xff", 36));
}
