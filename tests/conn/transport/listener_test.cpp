// What a listener does with its configuration, and with more than one thread (its socket:
// listening_socket_test.cpp).
#include "tls12/listener.hpp"

#include "conn/sockets.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

std::optional<Conn> dialled(const Listener& listener) {
  auto conn = dial("127.0.0.1", listener.port(), client_context(), within(10s));
  if (!conn) MESSAGE(conn.error().message());
  return conn ? std::optional(std::move(*conn)) : std::nullopt;
}
ServerContext with_protocol(const char* protocol) {
  ServerConfig config = live_server_config();
  config.common.application_protocols = {protocol};
  return server_context(config);
}

}  // namespace

TEST_CASE(
    "reload: what is accepted from then on is of the new configuration; what was accepted goes on "
    "with the old one") {
  const auto echo = [](Conn& conn) {
    std::array<std::uint8_t, 16> buffer;
    conn.set_deadline(within(10s));
    while (const auto n = conn.read(buffer).value_or(0))
      REQUIRE(conn.write(Bytes(buffer).first(n)).has_value());
    conn.close();
  };
  const auto asks = [](Conn& conn, std::string_view text) {
    std::array<std::uint8_t, 16> buffer;
    conn.set_deadline(within(10s));
    REQUIRE(conn.write(text).has_value());
    const auto n = conn.read(buffer);
    return n && text_of(Bytes(buffer).first(*n)) == text;
  };
  ServerConfig silent = live_server_config();
  silent.client_authentication = ClientAuthentication::request;
  auto listener = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listener.has_value());
  std::vector<std::thread> serving;
  std::thread accepting([&] {
    while (auto conn = listener->accept(within(10s)))
      serving.emplace_back([&echo, moved = std::move(*conn)]() mutable { echo(moved); });
  });

  auto first = dialled(*listener);
  REQUIRE(first.has_value());
  CHECK(asks(*first, "one"));
  CHECK_FALSE(first->state().client_certificate_requested);
  listener->reload(server_context(silent));
  auto second = dialled(*listener);
  REQUIRE(second.has_value());
  CHECK(second->state().client_certificate_requested);
  CHECK(asks(*second, "two"));
  CHECK(asks(*first, "three"));

  for (auto* conn : {&first, &second}) (*conn)->close();
  listener->close();
  accepting.join();
  for (auto& thread : serving) thread.join();
}

TEST_CASE(
    "a connection that was accepted before a reload, and shakes hands behind it, does so by the "
    "old configuration") {
  auto listener = Listener::on("127.0.0.1", 0, server_context());
  REQUIRE(listener.has_value());
  ServerConfig asking = live_server_config();
  asking.client_authentication = ClientAuthentication::request;
  auto transport = connect_tcp("127.0.0.1", listener->port(), within(10s));
  REQUIRE(transport.has_value());
  auto accepted = listener->accept(within(10s));
  REQUIRE(accepted.has_value());
  listener->reload(server_context(asking));
  auto client = Conn::client(std::move(*transport), client_context(), "localhost");
  REQUIRE(client.has_value());
  std::thread shaking([&] { CHECK(accepted->handshake().has_value()); });
  CHECK(client->handshake().has_value());
  shaking.join();
  CHECK_FALSE(client->state().client_certificate_requested);
}

TEST_CASE("any number of threads may reload while others accept") {
  auto listener = Listener::on("127.0.0.1", 0, with_protocol("a"));
  REQUIRE(listener.has_value());
  const ServerContext contexts[] = {with_protocol("a"), with_protocol("b")};
  std::atomic<bool> stop = false;
  std::vector<std::thread> reloading;
  for (const ServerContext& context : contexts)
    reloading.emplace_back([&] {
      while (!stop) listener->reload(context);
    });
  for (int i = 0; i < 20; ++i) {
    auto transport = connect_tcp("127.0.0.1", listener->port(), within(10s));
    REQUIRE(transport.has_value());
    CHECK(listener->accept(within(10s)).has_value());
  }
  stop = true;
  for (auto& thread : reloading) thread.join();
}
