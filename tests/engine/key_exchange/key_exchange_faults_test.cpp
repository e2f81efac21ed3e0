// What is wrong with a key exchange by a key shared beforehand (RFC 4279, RFC 5489), by RSA
// encryption or in a finite field (RFC 5246 §7.4.3, §7.4.7, RFC 7919), and what either end says to
// it.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;

namespace {

const Octets kKey = Octets(16, 0x4b);
constexpr CipherSuite kPskSuites[] = {CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256,
                                      CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
                                      CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256};
constexpr CipherSuite kRsa = CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
                      kDhe = CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256;

template <class Config>
Config with_suite(Config config, CipherSuite suite) {
  config.common.policy = SuitePolicy::legacy;
  config.common.suites = {suite};
  config.common.groups = {has_dhe(wire::find(suite)->key_exchange) ? NamedGroup::ffdhe2048
                                                                   : NamedGroup::x25519};
  if constexpr (requires { config.trust; })
    config.find_psk = [](std::string_view) { return PreSharedKey{"device 7", kKey}; };
  else
    config.find_psk = [](std::string_view identity) {
      return identity == "device 7" ? std::optional(kKey) : std::nullopt;
    };
  return config;
}
ScriptedPeer prepared(ScriptedPeer peer, CipherSuite suite) {
  const bool dhe = has_dhe(wire::find(suite)->key_exchange);
  peer.suite = suite;
  peer.group = dhe ? NamedGroup::ffdhe2048 : NamedGroup::x25519;
  peer.scheme = SignatureScheme::rsa_pss_rsae_sha256;
  peer.psk = kKey;
  peer.client_hello.suites = pairs16({static_cast<int>(suite)});
  peer.client_hello.extensions.set(10, vector_of(2, pairs16({static_cast<int>(peer.group)})));
  return peer;
}
ScriptedPeer client_of(CipherSuite suite, ServerConfig config = server_config(KeyKind::rsa)) {
  return prepared(ScriptedPeer::client_of(with_suite(std::move(config), suite), KeyKind::rsa),
                  suite);
}
ScriptedPeer server_of(CipherSuite suite, ClientConfig config = client_config(KeyKind::rsa)) {
  return prepared(ScriptedPeer::server_of(with_suite(std::move(config), suite), KeyKind::rsa),
                  suite);
}

/// The client's side of the handshake to its Finished. Nothing shows that a key is wrong before
/// that, which cannot be opened.
void check_fails_at_finished(ScriptedPeer peer, const Octets& client_key_exchange) {
  peer.send(client_hello);
  peer.send(client_key_exchange);
  REQUIRE(!peer.engine.error());
  peer.change_cipher_spec();
  REQUIRE(!peer.engine.error());
  CHECK(std::string(peer.engine.due()) == "Finished");
  peer.send(finished);
  peer.check_fault(Errc::bad_record_mac, Alert::bad_record_mac);
}
void check_fails_at_finished(ScriptedPeer peer) {
  const Octets message = peer.client_key_exchange();
  check_fails_at_finished(std::move(peer), message);
}

/// A number of so many bytes.
Octets number_of(std::size_t size, int value) {
  Octets bytes(size);
  if (!bytes.empty()) bytes.back() = static_cast<std::uint8_t>(value);
  return bytes;
}
Octets prime() { return octets(dh_parameters(GroupAlgorithm::ffdhe2048).prime); }
Octets changed_by(Octets number, int difference) {
  number.back() =
      static_cast<std::uint8_t>(number.back() + difference);  // ffdhe2048 ends in ff ff ff ff
  return number;
}

}  // namespace

// ------------------------------------------------ keys shared beforehand

// Shows RFC 4279 2-4
TEST_CASE(
    "RFC 4279 §2: a wrong key and an unknown identity fail alike, where the Finished cannot be "
    "opened; by policy an unknown identity is told") {
  for (const CipherSuite suite : kPskSuites) {
    CAPTURE(name(suite));
    ScriptedPeer right = client_of(suite);
    right.complete();
    CHECK(right.engine.state().psk_identity == "device 7");

    ScriptedPeer wrong = client_of(suite);
    wrong.psk.back() ^= 1;
    check_fails_at_finished(std::move(wrong));
    for (const std::string_view identity : {"device 8", "", "device 7 "}) {
      CAPTURE(identity);
      ScriptedPeer unknown = client_of(suite);
      unknown.psk_identity = octets(bytes_of(identity));
      check_fails_at_finished(std::move(unknown));

      ServerConfig config = server_config(KeyKind::rsa);
      config.reveal_unknown_psk = true;
      ScriptedPeer told = client_of(suite, config);
      told.psk_identity = octets(bytes_of(identity));
      told.send(client_hello);
      told.send(client_key_exchange);
      told.check_fault(Errc::unknown_psk_identity, Alert::unknown_psk_identity);
    }
  }
}

TEST_CASE("RFC 4279 §2: a key that the server's lookup gives empty or too long is none") {
  for (const std::size_t size : {0U, 257U}) {
    CAPTURE(size);
    ServerConfig config = with_suite(server_config(KeyKind::rsa), kPskSuites[0]);
    config.find_psk = [size](std::string_view) { return Octets(size, 0x4b); };
    config.reveal_unknown_psk = true;
    ScriptedPeer peer = prepared(ScriptedPeer::client_of(config, KeyKind::rsa), kPskSuites[0]);
    peer.send(client_hello);
    peer.send(client_key_exchange);
    peer.check_fault(Errc::unknown_psk_identity, Alert::unknown_psk_identity);
  }
}

TEST_CASE(
    "RFC 4279 §5.2: a client asks for its key by the server's hint, and without a key it ends the "
    "handshake") {
  for (const CipherSuite suite : kPskSuites) {
    CAPTURE(name(suite));
    std::string hinted = "never asked";
    ClientConfig config = with_suite(client_config(KeyKind::rsa), suite);
    config.find_psk = [&](std::string_view hint) -> std::optional<PreSharedKey> {
      hinted = hint;
      return std::nullopt;
    };
    ScriptedPeer peer = prepared(ScriptedPeer::server_of(config, KeyKind::rsa), suite);
    peer.send_all({server_hello, server_key_exchange, server_hello_done});
    CHECK(hinted == "a hint");
    peer.check_fault(Errc::psk_unavailable, Alert::handshake_failure);
  }
  // RFC 4279 §2: a server that gives no hint leaves the message out.
  std::string hinted = "never asked";
  ClientConfig config = with_suite(client_config(KeyKind::rsa), kPskSuites[0]);
  config.find_psk = [&](std::string_view hint) {
    hinted = hint;
    return PreSharedKey{"device 7", kKey};
  };
  ScriptedPeer peer = prepared(ScriptedPeer::server_of(config, KeyKind::rsa), kPskSuites[0]);
  peer.send_all({server_hello, server_hello_done});
  CHECK(hinted.empty());
  peer.change_cipher_spec();
  peer.send(finished);
  CHECK(peer.engine.state().handshake_complete);
}

TEST_CASE(
    "messages with a shared key that are cut or go on are answered with decode_error; bad shares "
    "in them get the alert of their kind") {
  const auto client_says = [](CipherSuite suite, const Octets& body, Errc code, Alert alert) {
    ScriptedPeer peer = client_of(suite);
    peer.send(client_hello);
    peer.send(message_of(client_key_exchange, body));
    peer.check_fault(code, alert);
  };
  const auto server_says = [](CipherSuite suite, const Octets& body, Errc code, Alert alert) {
    ScriptedPeer peer = server_of(suite);
    peer.send(server_hello);
    peer.send(message_of(server_key_exchange, body));
    if (!peer.engine.error()) peer.send(server_hello_done);
    peer.check_fault(code, alert);
  };
  const Octets identity = vector_of(2, octets(bytes_of("device 7"))),
               hint = vector_of(2, octets(bytes_of("a hint")));
  const auto [psk, dhe, ecdhe] = kPskSuites;
  client_says(psk, {}, Errc::message_truncated, Alert::decode_error);
  client_says(psk, {0, 9, 'd'}, Errc::message_truncated, Alert::decode_error);
  client_says(psk, joined({identity, {0}}), Errc::message_trailing_data, Alert::decode_error);
  client_says(ecdhe, identity, Errc::message_truncated, Alert::decode_error);
  client_says(ecdhe, joined({identity, vector_of(1, Octets(32))}), Errc::bad_key_share,
              Alert::illegal_parameter);
  client_says(ecdhe, joined({identity, vector_of(1, Octets(31, 9))}), Errc::bad_key_share,
              Alert::illegal_parameter);
  client_says(dhe, joined({identity, vector_of(2, number_of(256, 0))}), Errc::bad_dh_public_value,
              Alert::handshake_failure);
  client_says(dhe, joined({identity, vector_of(2, prime())}), Errc::bad_dh_public_value,
              Alert::handshake_failure);
  server_says(psk, {0, 9, 'd'}, Errc::message_truncated, Alert::decode_error);
  server_says(psk, joined({hint, {0}}), Errc::message_trailing_data, Alert::decode_error);
  server_says(ecdhe, hint, Errc::message_truncated, Alert::decode_error);
  server_says(ecdhe, joined({hint, ScriptedPeer::parameters(29, Octets(32))}), Errc::bad_key_share,
              Alert::illegal_parameter);
  server_says(ecdhe, joined({hint, ScriptedPeer::parameters(23, Octets(65, 4))}),
              Errc::group_not_offered, Alert::illegal_parameter);
  server_says(dhe, joined({hint, ScriptedPeer::dh_parameters_of(Octets(128, 0xff), {2}, {4})}),
              Errc::dh_prime_too_short, Alert::insufficient_security);
  server_says(dhe, joined({hint, ScriptedPeer::dh_parameters_of(prime(), {2}, {1})}),
              Errc::bad_dh_public_value, Alert::handshake_failure);
}

// ------------------------------------------------ RSA encryption

TEST_CASE(
    "RFC 5246 §7.4.7.1: whatever is wrong with an encrypted premaster secret, the handshake fails "
    "at the Finished, and alike") {
  ScriptedPeer right = client_of(kRsa);
  right.complete();

  const Octets secret = right.pre_master_secret;
  Octets older = secret, newer = secret;
  older[1] = 2;
  newer[1] = 4;
  const Octets longer = joined({secret, {0}}), shorter = Octets(secret.begin(), secret.end() - 1);
  for (const Octets& wrong : {older, newer, longer, shorter, Octets{}, Octets(48), Octets{3, 3}}) {
    CAPTURE(to_hex(wrong));
    ScriptedPeer peer = client_of(kRsa);
    if (wrong.size() == secret.size())
      peer.pre_master_secret = wrong;  // else it has the right one, which is not what it sent
    check_fails_at_finished(std::move(peer), ScriptedPeer::client_key_exchange(
                                                 {}, vector_of(2, right.encrypted(wrong))));
  }
  // No padding at all, numbers that are not below the modulus, and other sizes than its own.
  const Octets good = right.encrypted(secret);
  for (const Octets& wrong : {Octets(256, 1), Octets(256), Octets(256, 0xff), Octets{}, Octets{1},
                              Octets(good.begin(), good.end() - 1), joined({good, {0}}),
                              joined({{0}, good}), Octets(1000, 7)}) {
    CAPTURE(wrong.size());
    check_fails_at_finished(client_of(kRsa),
                            ScriptedPeer::client_key_exchange({}, vector_of(2, wrong)));
  }
}

TEST_CASE(
    "RFC 5246 §7.4.7.1: the version in a premaster secret is the one that the ClientHello "
    "offered") {
  for (const int offered : {0x0303, 0x0304}) {
    for (const int said : {0x0303, 0x0304}) {
      CAPTURE(offered);
      CAPTURE(said);
      ScriptedPeer peer = client_of(kRsa);
      peer.client_hello.version = offered;
      peer.pre_master_secret[1] = static_cast<std::uint8_t>(said);
      if (offered == said)
        peer.complete();
      else
        check_fails_at_finished(std::move(peer));
    }
  }
}

TEST_CASE("an encrypted premaster secret behind a wrong length is answered with decode_error") {
  ScriptedPeer peer = client_of(kRsa);
  peer.send(client_hello);
  SUBCASE("cut") {
    peer.send(message_of(client_key_exchange, {1, 0, 7}));
    peer.check_fault(Errc::message_truncated, Alert::decode_error);
  }
  SUBCASE("longer") {
    peer.send(message_of(client_key_exchange, joined({vector_of(2, Octets(256, 1)), {0}})));
    peer.check_fault(Errc::message_trailing_data, Alert::decode_error);
  }
}

// ------------------------------------------------ finite fields

// Shows RFC 7919 4-8, 4-9, 5.1-1
TEST_CASE(
    "RFC 7919 §4: a client's public value in a finite field lies strictly between 1 and p-1") {
  const Octets p = prime();
  for (const Octets& value : {number_of(256, 0), number_of(256, 1), Octets{1}, Octets{0},
                              changed_by(p, -1), p, changed_by(joined({{1}, p}), 0)}) {
    CAPTURE(to_hex(value));
    ScriptedPeer peer = client_of(kDhe);
    peer.send(client_hello);
    peer.send(ScriptedPeer::client_key_exchange({}, vector_of(2, value)));
    peer.check_fault(Errc::bad_dh_public_value, Alert::handshake_failure);
  }
  for (const Octets& value : {number_of(256, 2), Octets{2}, changed_by(p, -2)}) {
    CAPTURE(to_hex(value));
    ScriptedPeer peer = client_of(kDhe);
    peer.send(client_hello);
    peer.send(ScriptedPeer::client_key_exchange({}, vector_of(2, value)));
    CHECK(!peer.engine.error());
  }
}

// Shows RFC 7919 3-6, 3-7, 3.1-1, 3.1-2, 3.1-3, 5.1-1
TEST_CASE(
    "a server's field must be large enough to be safe, its generator and its public value of use") {
  const auto server_says = [](const Octets& p, const Octets& g, const Octets& ys, Errc code,
                              Alert alert) {
    CAPTURE(p.size());
    CAPTURE(to_hex(g));
    ScriptedPeer peer = server_of(kDhe);
    peer.send_all({server_hello, certificate});
    peer.send(peer.server_key_exchange(ScriptedPeer::dh_parameters_of(p, g, ys)));
    if (!peer.engine.error()) peer.send(server_hello_done);
    peer.check_fault(code, alert);
    CHECK(!peer.saw(client_key_exchange));
  };
  const Octets p = prime(), two = {2}, y = number_of(256, 4);
  Octets one_bit_less = p;
  one_bit_less[0] = 0x7f;
  for (const Octets& small :
       {Octets(64, 0xff), Octets(128, 0xff), one_bit_less, joined({{0}, one_bit_less}), Octets{23}})
    server_says(small, two, {4}, Errc::dh_prime_too_short, Alert::insufficient_security);
  server_says(changed_by(p, -1), two, y, Errc::bad_dh_parameters, Alert::illegal_parameter);
  for (const Octets& g : {Octets{0}, Octets{1}, changed_by(p, -1), p})
    server_says(p, g, y, Errc::bad_dh_parameters, Alert::illegal_parameter);
  for (const Octets& ys :
       {Octets{0}, Octets{1}, number_of(256, 1), changed_by(p, -1), p, joined({{1}, p})})
    server_says(p, two, ys, Errc::bad_dh_public_value, Alert::handshake_failure);
}

TEST_CASE(
    "a server's field that is cut, or whose numbers are empty, is answered with decode_error") {
  const auto server_says = [](const Octets& parameters) {
    ScriptedPeer peer = server_of(kDhe);
    peer.send_all({server_hello, certificate});
    peer.send(peer.server_key_exchange(parameters));
    REQUIRE(peer.engine.error().has_value());
    CHECK(peer.engine.error()->alert == Alert::decode_error);
  };
  const Octets p = prime();
  server_says(ScriptedPeer::dh_parameters_of({}, {2}, {4}));
  server_says(ScriptedPeer::dh_parameters_of(p, {}, {4}));
  server_says(ScriptedPeer::dh_parameters_of(p, {2}, {}));
  server_says({1, 0, 2});
}
