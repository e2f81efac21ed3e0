// What others can make a connection hold: no more than its limits say.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "support/counted_memory.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// A certificate of so many bytes or a little less, and its key.
Certificate large_certificate(std::size_t size) {
  const auto key = PrivateKey::generate(KeyKind::ed25519).value();
  CertificateRecipe recipe{.not_before = kNow - std::chrono::hours(1),
                           .not_after = kNow + std::chrono::hours(1)};
  for (std::size_t i = 0; i * 64 + 600 < size; ++i)
    recipe.names.push_back(std::to_string(10'000 + i) + "." + std::string(52, 'n') + ".com");
  return issue_certificate(recipe, key).value();
}

/// As many certificates, and as large ones, as the limits let pass.
Octets largest_certificate_message(const Limits& limits) {
  const std::size_t each = limits.certificate_message / limits.certificates - 16;
  Octets list;
  for (std::size_t i = 0; i < limits.certificates; ++i)
    list = joined({list, vector_of(3, octets(large_certificate(each).der()))});
  REQUIRE(list.size() < limits.certificate_message - 7);
  REQUIRE(list.size() > limits.certificate_message * 9 / 10);
  return message_of(HandshakeType::certificate, vector_of(3, list));
}
/// A message of that size, as far as its last byte but one.
Octets unfinished(HandshakeType type, std::size_t size) {
  Octets message = message_of(type, Octets(size, 1));
  message.pop_back();
  return message;
}
Octets in_records(const Octets& message) {
  Octets records;
  for (std::size_t at = 0; at < message.size(); at += kMaxPlaintext) {
    const auto begin = message.begin() + static_cast<std::ptrdiff_t>(at);
    records = joined(
        {records, record_of(22, Octets(begin, begin + static_cast<std::ptrdiff_t>(std::min(
                                                          kMaxPlaintext, message.size() - at))))});
  }
  return records;
}

/// What a connection holds at the most while these bytes come, of which none of its own is taken.
std::size_t held_at_most(Engine& engine, const Octets& bytes, std::size_t before) {
  std::size_t most = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const MutableBytes space = engine.input_space();
    const std::size_t n = std::min({space.size(), bytes.size() - at, std::size_t{16'384}});
    if (n == 0) break;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, space.begin());
    most = std::max(most, in_use - before);
    engine.received(n).value();
    most = std::max(most, in_use - before);
    at += n;
  }
  if (engine.error()) MESSAGE(engine.error()->message());
  CHECK(!engine.error());
  return most;
}

/// What is received and not understood yet, the messages that a signature will be over, the peer's
/// certificates, what waits to be sent; each in memory that grows by doubling. A ClientHello is
/// given back before a Certificate comes, which is larger.
std::size_t bound_of(const Limits& limits) {
  return limits.input + limits.output + limits.transcript + 2 * limits.certificate_message +
         2 * limits.handshake_message;
}

}  // namespace

TEST_CASE("a hostile client cannot make a server hold more than the limits say") {
  ServerConfig config = server_config();
  config.client_authentication = ClientAuthentication::require_any;
  const Limits& limits = config.common.limits;
  const RawClientHello hello = RawClientHello::largest();
  const Octets bytes = joined(
      {in_records(hello.bytes()), in_records(largest_certificate_message(limits)),
       in_records(unfinished(HandshakeType::client_key_exchange, limits.handshake_message - 4))});
  const auto context = config.build().value();
  const std::size_t before = in_use;
  Engine server = Engine::server(context, kNow);
  const std::size_t most = held_at_most(server, bytes, before);
  CHECK(std::string(server.due()) == "ClientKeyExchange");
  MESSAGE("a server holds at most ", most, " bytes of ", bound_of(limits));
  CHECK(most <= bound_of(limits));
}

TEST_CASE("a hostile server cannot make a client hold more than the limits say") {
  ClientConfig config = client_config();
  config.identities = {
      development_identity(KeyKind::ed25519).leaf};  // so that the messages are kept
  const Limits& limits = config.common.limits;
  const ScriptedPeer peer = [&] {
    ScriptedPeer made = ScriptedPeer::server_of(config);
    made.staples = true;
    return made;
  }();
  const Octets status =
      message_of(HandshakeType::certificate_status,
                 joined({{1}, vector_of(3, Octets(limits.handshake_message - 8, 1))}));
  const Octets bytes = joined(
      {in_records(peer.server_hello().bytes()), in_records(largest_certificate_message(limits)),
       in_records(status),
       in_records(unfinished(HandshakeType::server_key_exchange, limits.handshake_message - 4))});
  const auto context = config.build().value();
  const std::size_t before = in_use;
  Engine client = Engine::client(context, "localhost", kNow);
  const std::size_t most = held_at_most(client, bytes, before);
  CHECK(std::string(client.due()) == "ServerKeyExchange");
  MESSAGE("a client holds at most ", most, " bytes of ", bound_of(limits));
  CHECK(most <= bound_of(limits));
}
