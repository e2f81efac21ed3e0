// Counts and fails what operator new is asked for: a connection for which memory runs out anywhere
// fails with out_of_memory, and gives all back; an idle one holds little; data in a warm one asks
// for nothing.
#include <doctest/doctest.h>

#include <cstddef>

#include "support/counted_memory.hpp"
#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

void talk(Engine& client, Engine& server) {
  while (carry(client, server) + carry(server, client) != 0) {}
}

struct Ending {
  std::optional<Error> client, server;
  bool closed = false;
};

// A whole connection; asks for no memory of its own.
Ending connect_and_close(const ClientContext& client_context, const ServerContext& server_context) {
  Engine client = Engine::client(client_context, "localhost", kNow),
         server = Engine::server(server_context, kNow);
  talk(client, server);
  (void)client.write(bytes_of("pi"), Flush::later);
  (void)client.write(bytes_of("ng"));
  (void)client.close_write();
  talk(client, server);
  while (!server.readable().empty()) server.consume(server.readable().size()).value();
  (void)server.write(bytes_of("pong"));
  (void)server.close_write();
  talk(client, server);
  while (!client.readable().empty()) client.consume(client.readable().size()).value();
  return {client.error(), server.error(), client.peer_closed() && server.peer_closed()};
}

}  // namespace

TEST_CASE(
    "memory that runs out at any allocation is the error out_of_memory, and everything is given "
    "back") {
  for (const KeyKind kind : {KeyKind::ed25519, KeyKind::ec_secp256r1}) {
    const auto client_context = client_config(kind).build().value();
    const auto server_context = server_config(kind).build().value();
    (void)connect_and_close(client_context,
                            server_context);  // what is made once and kept is there now

    const std::size_t before = in_use, started = allocations;
    Ending ending = connect_and_close(client_context, server_context);
    REQUIRE(ending.closed);
    CHECK(in_use == before);
    const std::size_t needed = allocations - started;
    CHECK(needed > 10);

    for (std::size_t i = 1; i <= needed; ++i) {
      CAPTURE(i);  // doctest keeps memory for it
      const std::size_t in_use_before = in_use;
      allocations = 0;
      fails_at = i;
      ending = connect_and_close(client_context, server_context);
      fails_at = 0;
      CHECK(in_use == in_use_before);
      CHECK(!ending.closed);
      const auto ran_out = [](const std::optional<Error>& error) {
        return error && error->code == Errc::out_of_memory;
      };
      const bool said = ran_out(ending.client) || ran_out(ending.server);
      CHECK(said);
      if (!said) {
        if (ending.client) MESSAGE(ending.client->message());
        if (ending.server) MESSAGE(ending.server->message());
      }
    }
  }
}

TEST_CASE("memory that runs out tells of an alert only if there was memory for one") {
  const auto context = server_config().build().value();
  for (const bool for_good : {false, true}) {
    Engine server = Engine::server(context, kNow);
    allocations = 0;
    fails_at = 1;
    fails_until = for_good ? static_cast<std::size_t>(-1) : 2;
    const bool none = server.input_space().empty();
    fails_at = 0;
    fails_until = static_cast<std::size_t>(-1);
    CHECK(none);
    REQUIRE(server.error());
    CHECK(server.error()->code == Errc::out_of_memory);
    CHECK(server.error()->alert.has_value() == !for_good);
    CHECK(server.output().empty() == for_good);
  }
}

TEST_CASE(
    "an idle connection that gave its buffers back holds less than 16 KiB at each end, and works "
    "as before") {
  const auto client_context = client_config().build().value();
  const auto server_context = server_config().build().value();
  (void)connect_and_close(client_context, server_context);

  const std::size_t before = in_use;
  Engine client = Engine::client(client_context, "localhost", kNow),
         server = Engine::server(server_context, kNow);
  talk(client, server);
  const std::vector<std::uint8_t> bulk(200'000, 'b');
  const std::size_t of_bulk = in_use;
  std::size_t sent = 0, read = 0;
  while (sent < bulk.size()) {
    sent += client.write(Bytes(bulk).subspan(sent)).value();
    while (!client.output().empty()) {
      REQUIRE(carry(client, server) != 0);
      while (!server.readable().empty()) {
        read += server.readable().size();
        server.consume(server.readable().size()).value();
      }
    }
  }
  CHECK(read == bulk.size());
  const std::size_t warm = in_use;
  CHECK(warm > of_bulk + 64 * 1024);
  client.release_buffers();
  server.release_buffers();
  const std::size_t idle = in_use - before - (bulk.capacity() + 16);
  CHECK(idle < 2 * 16 * 1024);

  REQUIRE(server.write(bytes_of("awake")).has_value());
  server.release_buffers();  // what waits is not given away
  talk(client, server);
  CHECK(read_all(client) == "awake");
}

TEST_CASE(
    "release_buffers() keeps plaintext that is unread, and input that is no whole record yet") {
  EnginePair pair;
  pair.talk();
  REQUIRE(pair.client.write(bytes_of("unread")).has_value());
  REQUIRE(pair.client.write(bytes_of("and more")).has_value());
  const MutableBytes space = pair.server.input_space();
  const std::size_t all = pair.client.output().size(), some = all - 5;
  std::copy_n(pair.client.output().begin(), some, space.begin());
  pair.client.sent(some).value();
  pair.server.received(some).value();
  pair.server.release_buffers();
  REQUIRE(text_of(pair.server.readable()) == "unread");
  pair.server.consume(6).value();
  pair.server.release_buffers();
  pair.talk();
  CHECK(read_all(pair.server) == "and more");
}

TEST_CASE("records in a warm connection ask for no memory") {
  EnginePair pair;
  pair.talk();
  const std::vector<std::uint8_t> data(30'000, 'w');
  std::size_t asked = 1, rounds = 0;
  for (; asked != 0 && rounds < 10; ++rounds) {
    const std::size_t before = allocations;
    REQUIRE(pair.client.write(data).value() == data.size());
    std::size_t read = 0;
    while (read < data.size()) {
      carry(pair.client, pair.server);
      REQUIRE(!pair.server.readable().empty());
      read += pair.server.readable().size();
      pair.server.consume(pair.server.readable().size()).value();
    }
    asked = allocations - before;
  }
  CHECK(asked == 0);
  CHECK(rounds < 6);
}

TEST_CASE("records ask for no memory in a warm connection whose sends and receives complete late") {
  EnginePair pair;
  pair.talk();
  const std::vector<std::uint8_t> data(30'000, 'w');
  std::size_t asked = 1, rounds = 0;
  for (; asked != 0 && rounds < 10; ++rounds) {
    const std::size_t before = allocations;
    REQUIRE(pair.client.write(data).value() == data.size());
    std::size_t read = 0;
    for (int i = 0; read < 2 * data.size(); ++i) {
      const Bytes sending = pair.client.begin_send();
      const MutableBytes receiving = pair.server.begin_receive();
      if (i == 0)
        REQUIRE(pair.client.write(data).value() ==
                data.size());  // while the first send is under way
      const std::size_t n = std::min(sending.size(), receiving.size());
      REQUIRE(n != 0);
      std::copy_n(sending.begin(), n, receiving.begin());
      pair.client.sent(n).value();
      pair.server.received(n).value();
      while (!pair.server.readable().empty()) {
        read += pair.server.readable().size();
        pair.server.consume(pair.server.readable().size()).value();
      }
    }
    asked = allocations - before;
  }
  CHECK(asked == 0);
  CHECK(rounds < 6);
}

TEST_CASE(
    "a server that waits for its first ClientHello holds less than 16 KiB, and what the handshake "
    "needed alone is given back behind it") {
  const auto client_context = client_config().build().value();
  const auto server_context = server_config().build().value();
  (void)connect_and_close(client_context, server_context);
  const std::size_t before = in_use;
  Engine server = Engine::server(server_context, kNow);
  CHECK(in_use - before < 16 * 1024);

  Engine client = Engine::client(client_context, "localhost", kNow);
  const std::size_t started = in_use;
  carry(client, server);
  const std::size_t under_way = in_use;
  CHECK(under_way > started);
  talk(client, server);
  REQUIRE(server.state().handshake_complete);
  client.release_buffers();
  server.release_buffers();
  CHECK(in_use < under_way);
}

TEST_CASE(
    "what is held back takes memory until it is sealed and the buffers are given back, and is "
    "wiped before") {
  EnginePair pair;
  pair.talk();
  pair.client.release_buffers();
  const std::size_t before = in_use;
  REQUIRE(pair.client.write(bytes_of("what nobody is to find"), Flush::later).has_value());
  pair.client.release_buffers();
  CHECK(in_use > before);
  CHECK(in_use < before + 1024);

  sought = "nobody";
  REQUIRE(pair.client.write(std::vector<std::uint8_t>(10'000, 'x'), Flush::later)
              .has_value());  // moves what is held
  REQUIRE(pair.client.flush().has_value());
  pair.client.sent(pair.client.output().size()).value();
  pair.client.release_buffers();
  CHECK(in_use <= before);
  REQUIRE(pair.client.write(bytes_of("what nobody is to find"), Flush::later).has_value());
  pair.client = Engine::client(client_config().build().value(), "localhost", kNow);
  sought = {};
  CHECK(found == 0);

  EnginePair failed;
  failed.talk();
  REQUIRE(failed.client.write(std::vector<std::uint8_t>(10'000, 'x'), Flush::later).has_value());
  const std::size_t holding = in_use;
  failed.client.transport_ended();
  REQUIRE(failed.client.error());
  CHECK(in_use + 10'000 <= holding);
}
