// The same bytes, however they are cut, give the same bytes; and the same randomness the same
// connection.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

ClientConfig seeded_client(std::uint64_t seed, KeyKind kind = KeyKind::ed25519) {
  ClientConfig config = client_config(kind);
  config.common.provider = deterministic_provider(seed);
  return config;
}
ServerConfig seeded_server(std::uint64_t seed, KeyKind kind = KeyKind::ed25519) {
  ServerConfig config = server_config(kind);
  config.common.provider = deterministic_provider(seed);
  return config;
}

// Everything that one end said, flight by flight, and what it read.
struct Account {
  std::vector<Octets> flights;
  std::string read;
  bool closed = false;
  std::optional<Errc> error;
  bool operator==(const Account&) const = default;
};

void flush(Engine& engine, Octets& to) {
  to = joined({to, octets(engine.output())});
  engine.sent(engine.output().size()).value();
}

// Both ends, whole flights at a time: a handshake, data each way, close_notify.
struct Recording {
  Account client, server;
  explicit Recording(std::uint64_t client_seed = 1, std::uint64_t server_seed = 2,
                     KeyKind kind = KeyKind::ed25519) {
    EnginePair pair(seeded_client(client_seed, kind), seeded_server(server_seed, kind));
    for (int i = 0; i < 2; ++i) {
      Octets flight, answer;
      flush(pair.client, flight);
      feed(pair.server, flight);
      flush(pair.server, answer);
      feed(pair.client, answer);
      client.flights.push_back(flight);
      server.flights.push_back(answer);
    }
    REQUIRE(pair.complete());
    Octets flight;
    REQUIRE(pair.client.write(bytes_of("a request")).has_value());
    REQUIRE(pair.client.write(bytes_of(" in two records")).has_value());
    REQUIRE(pair.client.close_write().has_value());
    flush(pair.client, flight);
    client.flights.push_back(flight);
    Octets answer;
    REQUIRE(pair.server.write(bytes_of("an answer")).has_value());
    REQUIRE(pair.server.close_write().has_value());
    flush(pair.server, answer);
    server.flights.push_back(answer);
  }
};

// One end again, with the other end's flights cut into pieces by `cut`, which gives the size of the
// next piece.
template <class Cut>
Account replay(Role role, const Recording& recording, Cut cut) {
  Engine engine = role == Role::client
                      ? Engine::client(seeded_client(1).build().value(), "localhost", kNow)
                      : Engine::server(seeded_server(2).build().value(), kNow);
  const auto& flights = role == Role::client ? recording.server.flights : recording.client.flights;
  Account account;
  std::size_t at = 0;
  Octets said;
  const auto take_in = [&](const Octets& flight) {
    for (std::size_t i = 0; i < flight.size();) {
      const std::size_t n = std::min(cut(at), flight.size() - i);
      std::size_t taken = 0;
      while (taken < n) {
        const std::size_t some = feed(engine, Bytes(flight).subspan(i + taken, n - taken));
        taken += some;
        const std::string data = read_all(engine);
        account.read += data;
        flush(engine, said);
        if (engine.error() || engine.peer_closed() || (some == 0 && data.empty())) return;
      }
      i += n;
      at += n;
    }
  };
  const auto flight_is_over = [&] { account.flights.push_back(std::exchange(said, {})); };
  flush(engine, said);
  if (role == Role::client) {
    flight_is_over();
    take_in(flights[0]);
    flight_is_over();
    take_in(flights[1]);
    REQUIRE(engine.write(bytes_of("a request")).has_value());
    REQUIRE(engine.write(bytes_of(" in two records")).has_value());
    REQUIRE(engine.close_write().has_value());
    flush(engine, said);
    flight_is_over();
    take_in(flights[2]);
  } else {
    take_in(flights[0]);
    flight_is_over();
    take_in(flights[1]);
    flight_is_over();
    take_in(flights[2]);
    REQUIRE(engine.write(bytes_of("an answer")).has_value());
    REQUIRE(engine.close_write().has_value());
    flush(engine, said);
    flight_is_over();
  }
  account.closed = engine.peer_closed();
  if (engine.error()) account.error = engine.error()->code;
  return account;
}

}  // namespace

TEST_CASE("the same seeds give the same bytes, other seeds others") {
  for (const KeyKind kind : {KeyKind::ed25519, KeyKind::ec_secp256r1, KeyKind::rsa_pss}) {
    CAPTURE(static_cast<int>(kind));
    const Recording first(1, 2, kind), again(1, 2, kind), other(1, 3, kind);
    CHECK(first.client.flights == again.client.flights);
    CHECK(first.server.flights == again.server.flights);
    CHECK(first.client.flights[0] == other.client.flights[0]);
    CHECK(first.client.flights[1] != other.client.flights[1]);
    CHECK(first.server.flights[0] != other.server.flights[0]);
  }
}

TEST_CASE("a connection whose bytes come one by one goes as one whose bytes come by flights") {
  const Recording recording;
  for (const Role role : {Role::client, Role::server}) {
    Account expected = role == Role::client ? recording.client : recording.server;
    expected.read = role == Role::client ? "an answer" : "a request in two records";
    expected.closed = true;
    CHECK(replay(role, recording, [](std::size_t) { return ~std::size_t{0}; }) == expected);
    for (const std::size_t piece : {1u, 2u, 3u, 5u, 7u, 64u})
      CHECK(replay(role, recording, [&](std::size_t) { return piece; }) == expected);
  }
}

TEST_CASE("a connection whose bytes are cut in two at any place goes as one whose bytes are not") {
  const Recording recording;
  for (const Role role : {Role::client, Role::server}) {
    Account expected = role == Role::client ? recording.client : recording.server;
    expected.read = role == Role::client ? "an answer" : "a request in two records";
    expected.closed = true;
    std::size_t total = 0;
    for (const Octets& flight :
         (role == Role::client ? recording.server : recording.client).flights)
      total += flight.size();
    for (std::size_t place = 1; place < total; ++place) {
      CAPTURE(place);
      const Account account = replay(role, recording, [&](std::size_t at) {
        return at < place ? place - at : ~std::size_t{0};
      });
      const bool same = account == expected;
      CHECK(same);
    }
  }
}

TEST_CASE(
    "a byte changed anywhere in the handshake keeps it from completing, and both ends from "
    "crashing") {
  const Recording recording;
  for (const Role role : {Role::client, Role::server}) {
    const auto& flights =
        role == Role::client ? recording.server.flights : recording.client.flights;
    std::size_t completed = 0;
    for (std::size_t flight = 0; flight < 2; ++flight) {
      for (std::size_t at = 0; at < flights[flight].size(); ++at) {
        Engine engine = role == Role::client
                            ? Engine::client(seeded_client(1).build().value(), "localhost", kNow)
                            : Engine::server(seeded_server(2).build().value(), kNow);
        Octets changed = flights[flight];
        changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1 << at % 8));
        if (flight == 1) feed(engine, flights[0]);
        feed(engine, changed);
        if (flight == 0) feed(engine, flights[1]);
        // The version in the header of the first record may be another one (RFC 5246 appendix E.1).
        if (!engine.state().handshake_complete) continue;
        ++completed;
        CHECK(flight == 0);
        CHECK(at == 2);
      }
    }
    CHECK(completed <= 1);
  }
}
