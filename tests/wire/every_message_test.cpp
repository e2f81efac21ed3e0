// What holds for each handshake message alike.
#include <doctest/doctest.h>

#include <array>

#include "golden.hpp"
#include "round_trip.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

TEST_CASE("A message parses from its bytes and serialises to them, behind type and length") {
  for (const Golden& g : goldens()) {
    CAPTURE(g.name);
    const auto message = wire::parse(g.type, g.body, {.key_exchange = g.key_exchange});
    REQUIRE(message.has_value());
    CHECK(wire::type_of(*message) == g.type);
    Buffer out;
    wire::serialize(*message, out).value();
    const Octets header = {static_cast<std::uint8_t>(g.type), 0, 0,
                           static_cast<std::uint8_t>(g.body.size())};
    CHECK(to_hex(out.view()) == to_hex(joined({header, g.body})));
    CHECK(round_trips(g.type, g.body, g.key_exchange));
  }
}

TEST_CASE("Serialising appends to what is in the buffer") {
  Buffer out;
  for (const Golden& g : goldens()) {
    const auto message = wire::parse(g.type, g.body, {.key_exchange = g.key_exchange});
    REQUIRE(message.has_value());
    wire::serialize(*message, out).value();
  }
  std::size_t at = 0;
  for (const Golden& g : goldens()) {
    CHECK(to_hex(out.view().subspan(at + wire::kHandshakeHeaderSize, g.body.size())) ==
          to_hex(g.body));
    at += wire::kHandshakeHeaderSize + g.body.size();
  }
  CHECK(at == out.size());
}

// Shows RFC 5246 7.4.1.2-10, 7.4.1.2-11
TEST_CASE("A message cut anywhere is a decode_error") {
  for (const Golden& g : goldens()) {
    for (std::size_t n = 0; n < g.body.size(); ++n) {
      if (n == g.may_end_at) continue;
      CAPTURE(g.name);
      CAPTURE(n);
      const Octets cut(
          g.body.begin(),
          g.body.begin() +
              static_cast<std::ptrdiff_t>(n));  // a copy, so that a sanitizer sees a read behind it
      const auto message = wire::parse(g.type, cut, {.key_exchange = g.key_exchange});
      REQUIRE_FALSE(message.has_value());
      CHECK(message.error().alert == Alert::decode_error);
    }
  }
}

// Shows RFC 5246 7.4.1.2-10, 7.4.1.2-11
TEST_CASE("A byte behind a message is a decode_error") {
  for (const Golden& g : goldens()) {
    for (const unsigned byte : {0x00u, 0x01u, 0xffu}) {
      CAPTURE(g.name);
      Octets longer = g.body;
      longer.push_back(static_cast<std::uint8_t>(byte));
      const auto message = wire::parse(g.type, longer, {.key_exchange = g.key_exchange});
      REQUIRE_FALSE(message.has_value());
      CHECK(message.error().alert == Alert::decode_error);
    }
  }
}

TEST_CASE("What cannot be parsed names the message and the field") {
  const auto missing = wire::parse_client_hello(hex("0303"));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().code == Errc::message_truncated);
  CHECK(missing.error().about() == "ClientHello.random");
  const auto trailing = wire::parse_server_hello_done(hex("00"));
  REQUIRE_FALSE(trailing.has_value());
  CHECK(trailing.error().code == Errc::message_trailing_data);
  CHECK(trailing.error().about() == "ServerHelloDone");
}

TEST_CASE("A type that belongs to no handshake of ours is an unexpected_message") {
  for (const int type : {3, 5, 10, 17, 21, 23, 24, 255}) {
    const auto message =
        wire::parse(static_cast<HandshakeType>(type), {}, {.key_exchange = KeyExchange::ecdhe_rsa});
    REQUIRE_FALSE(message.has_value());
    CHECK(message.error().alert == Alert::unexpected_message);
  }
}
