// A premaster secret that is decrypted outside the engine (RFC 5246 §7.4.7.1).
#include "engine/requests/external_answers.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE(
    "RFC 5246 §7.4.7.1: a premaster secret is decrypted elsewhere, as a block with its padding, "
    "and the handshake completes") {
  WaitingForDecryption pair;
  CHECK(requested<DecryptionRequest>(pair.server).ciphertext.size() == 256);
  REQUIRE(pair.server.answer(DecryptionAnswer{pair.block()}).has_value());
  CHECK(pair.server.wants() == Wants::nothing);
  pair.talk();
  CHECK(pair.complete());
}

TEST_CASE(
    "RFC 5246 §7.4.7.1: whatever is wrong with the block, and a refusal, shows at Finished alone, "
    "and alike") {
  const auto with = [](auto change) {
    WaitingForDecryption pair;
    Octets block = pair.block();
    change(block);
    REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
    pair.check_fails_at_finished();
  };
  with([](Octets& b) { b[0] = 1; });
  with([](Octets& b) { b[1] = 1; });
  with([](Octets& b) { b[2] = 0; });
  with([](Octets& b) { b[b.size() - 49] = 1; });
  with([](Octets& b) { b[b.size() - 50] = 0; });
  with([](Octets& b) { b.back() ^= 1; });
  with([](Octets& b) { b.clear(); });
  with([](Octets& b) { b.resize(20); });
  with([](Octets& b) { b.erase(b.begin(), b.end() - 48); });  // unpadded already
  with([](Octets& b) { b.resize(kMaxSignatureSize + 1); });
  WaitingForDecryption refused;
  REQUIRE(refused.server.answer(DecryptionAnswer{}).has_value());
  refused.check_fails_at_finished();
}

TEST_CASE(
    "RFC 5246 §7.4.7.1: the version that the client wrote is not looked at; another one than it "
    "offered ends in another secret") {
  WaitingForDecryption pair;
  Octets block = pair.block();
  block[block.size() - 48] ^= 1;
  block[block.size() - 47] ^= 1;
  REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
  pair.talk();
  CHECK(pair.complete());  // the version is ClientHello's, whatever stands there
}

TEST_CASE("a session that is resumed has nothing to decrypt") {
  ClientConfig client = WaitingForDecryption::client_side();
  client.sessions = make_memory_session_store();
  ServerConfig server = WaitingForDecryption::server_side();
  server.ticket_keys = TicketKeys::rotating().value();
  WaitingForDecryption first(client, server);
  REQUIRE(first.server.answer(DecryptionAnswer{first.block()}).has_value());
  first.talk();
  CHECK(first.complete());
  EnginePair again(client, server);
  again.talk();
  CHECK(again.complete());
  CHECK(again.server.state().resumed);
}

TEST_CASE("a key elsewhere that only signs, or is no rsa key, serves no RSA key exchange") {
  EnginePair pair(WaitingForDecryption::client_side(), WaitingForDecryption::server_side(false));
  pair.talk();
  CHECK(pair.server.error()->code == Errc::no_common_suite);
  CHECK_FALSE(PrivateKey::elsewhere(KeyKind::rsa_pss, true).decrypts());
  CHECK_FALSE(PrivateKey::elsewhere(KeyKind::rsa).decrypts());
  CHECK(PrivateKey::elsewhere(KeyKind::rsa, true).decrypts());
  CHECK(development_identity(KeyKind::rsa).leaf.key().decrypts());
  CHECK_FALSE(development_identity(KeyKind::ed25519).leaf.key().decrypts());
}

TEST_CASE("a key elsewhere decrypts, and the client behind it is judged, one after the other") {
  ServerConfig server = WaitingForVerdict::server_side();
  server.identities = WaitingForDecryption::server_side().identities;
  server.common = rsa_key_exchange();
  ClientConfig client = WaitingForDecryption::client_side();
  client.identities = {client_identity().leaf};
  client.common.schemes =
      server.common.schemes = {SignatureScheme::ed25519, SignatureScheme::rsa_pkcs1_sha256};
  WaitingForVerdict pair(client, server);
  REQUIRE(pair.server.wants() == Wants::decryption);
  Octets block(kMaxSignatureSize);
  block.resize(development_identity(KeyKind::rsa)
                   .leaf.key()
                   .decrypt(requested<DecryptionRequest>(pair.server).ciphertext,
                            default_provider()->rng(), block)
                   .value());
  REQUIRE(pair.server.answer(DecryptionAnswer{block}).has_value());
  pair.talk();
  REQUIRE(pair.server.wants() == Wants::verdict);
  REQUIRE(pair.server.answer(VerdictAnswer{.accept = true}).has_value());
  pair.talk();
  CHECK(pair.complete());
}
