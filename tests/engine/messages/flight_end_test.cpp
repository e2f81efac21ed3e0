// Where a flight ends, and what a resumed session says of the first.
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// Gives `to` the first record that `from` has to send, with one byte more at its end.
void carry_with_one_byte_more(Engine& from, Engine& to) {
  const Bytes output = from.output();
  const std::size_t size = kRecordHeaderSize + static_cast<std::size_t>(output[3] << 8 | output[4]);
  std::vector<std::uint8_t> record(output.begin(),
                                   output.begin() + static_cast<std::ptrdiff_t>(size));
  from.sent(size).value();
  record.push_back(static_cast<std::uint8_t>(HandshakeType::client_key_exchange));
  record[4] = static_cast<std::uint8_t>(record[4] + 1);
  if (record[4] == 0) ++record[3];
  std::ranges::copy(record, to.input_space().begin());
  to.received(record.size()).value();
}

}  // namespace

TEST_CASE(
    "RFC 5246 §7.3: a client that begins to go on before the server has answered is out of order") {
  EnginePair pair;
  carry_with_one_byte_more(pair.client, pair.server);
  REQUIRE(pair.server.error());
  CHECK(pair.server.error()->code == Errc::unexpected_message);
  CHECK(pair.server.error()->alert == Alert::unexpected_message);
}

TEST_CASE(
    "RFC 5246 §7.3: a server that begins to go on before the client has answered is out of order") {
  EnginePair pair;
  carry(pair.client, pair.server);
  carry_with_one_byte_more(pair.server, pair.client);
  REQUIRE(pair.client.error());
  CHECK(pair.client.error()->code == Errc::unexpected_message);
}

TEST_CASE(
    "the server of a resumed session knows with which scheme the client signed in its full "
    "handshake") {
  ClientConfig client = client_config();
  client.identities = {development_identity(KeyKind::ec_secp384r1).leaf};
  client.sessions = make_memory_session_store();
  ServerConfig server = server_config();
  server.client_authentication = ClientAuthentication::require_any;
  const ClientContext client_context = client.build().value();
  const ServerContext server_context = server.build().value();
  for (const bool resumed : {false, true}) {
    EnginePair pair(client, server);
    pair.client = Engine::client(client_context, "localhost", kNow);
    pair.server = Engine::server(server_context, kNow);
    pair.talk();
    REQUIRE(pair.complete());
    CHECK(pair.server.state().resumed == resumed);
    REQUIRE(pair.server.state().client_signature_scheme);
    CHECK(name(*pair.server.state().client_signature_scheme).starts_with("ecdsa"));
  }
}
