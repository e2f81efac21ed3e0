// ServerKeyExchange with curves, and key shares of either end, each wrong in one way (RFC 8422
// §5.4, §5.10, §5.11). The other key exchanges: key_exchange_faults_test.cpp.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using enum HandshakeType;
// A server that has said hello and shown its certificate.
ScriptedPeer introduced(const ClientConfig& config = client_config(),
                        KeyKind kind = KeyKind::ed25519) {
  ScriptedPeer peer = ScriptedPeer::server_of(config, kind);
  peer.send_all({server_hello, certificate});
  REQUIRE(!peer.engine.error());
  return peer;
}

}  // namespace

TEST_CASE("a group that was not offered is answered with illegal_parameter") {
  ClientConfig config = client_config();
  config.common.groups = {NamedGroup::x25519};
  ScriptedPeer peer = introduced(config);
  peer.group = NamedGroup::secp256r1;
  peer.send(server_key_exchange);
  peer.check_fault(Errc::group_not_offered, Alert::illegal_parameter);

  ScriptedPeer unknown = introduced();
  unknown.send(unknown.server_key_exchange(ScriptedPeer::parameters(0x0100, Octets(32, 1))));
  unknown.check_fault(Errc::group_not_offered, Alert::illegal_parameter);
}

TEST_CASE("a curve that is not named is answered with illegal_parameter") {
  for (const std::uint8_t curve_type : Octets{0, 1, 2, 4}) {
    ScriptedPeer peer = introduced();
    Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    parameters[0] = curve_type;
    peer.send(peer.server_key_exchange(parameters));
    peer.check_fault(Errc::unknown_enum_value, Alert::illegal_parameter);
  }
}

// Shows RFC 8422 5.9-4, 5.9-6, 5.10-4; RFC 5246 7.4.3-2, 7.4.3-4
TEST_CASE(
    "a signature scheme that was not offered, or that the key cannot do, is answered with "
    "illegal_parameter") {
  const auto signed_with = [](const ClientConfig& config, int scheme) {
    ScriptedPeer peer = introduced(config);
    const Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    peer.send(ScriptedPeer::server_key_exchange(parameters, scheme, peer.sign(parameters)));
    return peer;
  };
  ClientConfig config = client_config();
  config.common.schemes = {SignatureScheme::ecdsa_secp256r1_sha256};
  signed_with(config, 0x0807)
      .check_fault(Errc::signature_scheme_not_offered, Alert::illegal_parameter);
  for (const int scheme : {0x0201, 0x0203, 0x0202, 0x0101, 0x0808, 0})
    signed_with(client_config(), scheme)
        .check_fault(Errc::signature_scheme_not_offered, Alert::illegal_parameter);
  for (const int scheme : {0x0401, 0x0403, 0x0804, 0x0809})
    signed_with(client_config(), scheme)
        .check_fault(Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter);
}

// Shows RFC 5246 7.4.3-4
TEST_CASE(
    "an RSA key signs by the schemes of its own kind alone: rsaEncryption keys by rsae, RSASSA-PSS "
    "keys by pss") {
  for (const auto& [kind, scheme] :
       {std::pair(KeyKind::rsa, 0x0809), std::pair(KeyKind::rsa_pss, 0x0804),
        std::pair(KeyKind::rsa_pss, 0x0401)}) {
    ScriptedPeer peer = ScriptedPeer::server_of(client_config(kind), kind);
    peer.suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
    peer.send_all({server_hello, certificate});
    REQUIRE(!peer.engine.error());
    peer.send(ScriptedPeer::server_key_exchange(ScriptedPeer::parameters(29, Octets(32, 9)), scheme,
                                                Octets(256, 1)));
    peer.check_fault(Errc::signature_scheme_wrong_for_key, Alert::illegal_parameter);
  }
}

// Shows RFC 8422 2.1-2
TEST_CASE("a wrong signature is answered with decrypt_error, whatever is wrong about it") {
  const auto signed_by = [](Octets (*make)(ScriptedPeer&, const Octets& parameters)) {
    ScriptedPeer peer = introduced();
    const Octets parameters = ScriptedPeer::parameters(29, octets(peer.key_share().public_value()));
    peer.send(ScriptedPeer::server_key_exchange(parameters, 0x0807, make(peer, parameters)));
    peer.check_fault(Errc::bad_signature, Alert::decrypt_error);
  };
  signed_by([](ScriptedPeer& peer, const Octets& parameters) {
    Octets signature = peer.sign(parameters);
    signature.back() = static_cast<std::uint8_t>(signature.back() ^ 0x10);
    return signature;
  });
  signed_by([](ScriptedPeer& peer, const Octets& parameters) {
    Octets signature = peer.sign(parameters);
    signature.pop_back();
    return signature;
  });
  signed_by([](ScriptedPeer&, const Octets&) { return Octets(64); });
  signed_by([](ScriptedPeer&, const Octets&) { return Octets(); });
  // Right, for another share: one of a handshake that somebody else had.
  signed_by([](ScriptedPeer& peer, const Octets&) {
    return peer.sign(ScriptedPeer::parameters(29, Octets(32, 9)));
  });
  // Right, without the randoms that make it this handshake's (RFC 5246 §7.4.3).
  signed_by([](ScriptedPeer&, const Octets& parameters) {
    Octets signature(kMaxSignatureSize);
    const auto& key = development_identity(KeyKind::ed25519).leaf.key();
    signature.resize(key.sign({.family = SignatureFamily::ed25519}, parameters,
                              default_provider()->rng(), signature)
                         .value());
    return signature;
  });
}

namespace {

// A signed share of the server's that is no valid one. Refused at the latest when the client has to
// use it.
void check_server_share(const std::string& what, NamedGroup group, const Octets& point) {
  CAPTURE(what);
  ScriptedPeer peer = introduced();
  peer.send(peer.server_key_exchange(ScriptedPeer::parameters(static_cast<int>(group), point)));
  if (!peer.engine.error()) peer.send(server_hello_done);
  peer.check_fault(Errc::bad_key_share, Alert::illegal_parameter);
}

void check_client_share(const std::string& what, NamedGroup group, const Octets& point) {
  CAPTURE(what);
  ServerConfig config = server_config();
  config.common.groups = {group};
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  peer.client_hello.extensions.set(10, vector_of(2, pairs16({static_cast<int>(group)})));
  peer.send(client_hello);
  REQUIRE(!peer.engine.error());
  peer.send(message_of(client_key_exchange, vector_of(1, point)));
  peer.check_fault(Errc::bad_key_share, Alert::illegal_parameter);
}

Octets share_of(NamedGroup group) {
  const auto share = (*default_provider())[wire::find(group)->algorithm]
                         .implementation->generate(default_provider()->rng())
                         .value();
  return octets(share->public_value());
}

}  // namespace

// Shows RFC 8422 5.1.2-2, 5.10-2, 5.11-1, 5.11-2, 5.11-3
TEST_CASE(
    "key shares that are no valid points are answered with illegal_parameter, at either end") {
  for (const auto check : {check_server_share, check_client_share}) {
    check("x25519: a result of zero (RFC 7748 §6.1)", NamedGroup::x25519, Octets(32));
    Octets one(32);
    one[0] = 1;
    check("x25519: a point of small order", NamedGroup::x25519, one);
    check("x25519: a byte too few", NamedGroup::x25519, Octets(31, 9));
    check("x25519: a byte too many", NamedGroup::x25519, Octets(33, 9));
    for (const NamedGroup group :
         {NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
      const Octets right = share_of(group);
      Octets off_curve = right, cut = right, longer = right, hybrid = right,
             compressed(right.begin(),
                        right.begin() + static_cast<std::ptrdiff_t>(right.size() / 2 + 1));
      off_curve.back() ^= 1;
      check("off the curve", group, off_curve);
      cut.pop_back();
      check("a byte too few", group, cut);
      longer.push_back(0);
      check("a byte too many", group, longer);
      hybrid[0] = static_cast<std::uint8_t>(6 + (right.back() & 1));
      check("in hybrid form", group, hybrid);
      compressed[0] = static_cast<std::uint8_t>(2 + (right.back() & 1));
      check("compressed", group, compressed);
      Octets zeros(right.size());
      zeros[0] = 4;
      check("(0, 0)", group, zeros);
      Octets ones(right.size(), 0xff);
      ones[0] = 4;
      check("beyond the field", group, ones);
      check("the point at infinity", group, {0});
    }
  }
}
