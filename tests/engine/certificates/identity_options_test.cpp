// Identities that say how they may be shown and by which schemes they sign, and keys without a
// certificate (RFC 7250).
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"
#include "support/requested.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum KeyKind;
using SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ecdsa_secp384r1_sha384;
using SignatureScheme::rsa_pkcs1_sha1, SignatureScheme::rsa_pkcs1_sha256,
    SignatureScheme::rsa_pkcs1_sha512;
using SignatureScheme::rsa_pss_rsae_sha256, SignatureScheme::rsa_pss_rsae_sha384,
    SignatureScheme::rsa_pss_rsae_sha512;

namespace {

constexpr auto kX509 = CertificateType::x509, kRaw = CertificateType::raw_public_key;
constexpr KeyKind kKinds[] = {rsa, rsa_pss, ec_secp256r1, ec_secp384r1, ec_secp521r1, ed25519};
using Types = std::vector<CertificateType>;
using Schemes = std::vector<SignatureScheme>;

const Identity& certified(KeyKind kind) { return development_identity(kind).leaf; }
Identity raw_key(KeyKind kind) {
  return Identity::from_raw_public_key(certified(kind).key()).value();
}
Octets info_of(KeyKind kind) { return octets(certified(kind).key().public_key_info()); }

/// A client that accepts every development certificate and, with `types`, every raw public key.
ClientConfig client_taking(const Types& types = {}) {
  std::vector<Certificate> anchors;
  for (const KeyKind kind : kKinds)
    anchors.push_back(development_identity(kind).ca.chain().front());
  ClientConfig config{.trust = TrustStore::of(anchors)};
  config.server_certificate_types = types;
  if (std::ranges::count(types, kRaw) != 0)
    config.accept_raw_public_key = [](Bytes) { return true; };
  return config;
}
ServerConfig server_with(std::vector<Identity> identities, const Types& types = {}) {
  ServerConfig config{.identities = std::move(identities)};
  config.certificate_types = types;
  return config;
}

/// A server that asks for any certificate, and accepts every raw public key.
ServerConfig asking(const Types& types) {
  ServerConfig config = server_config();
  config.client_authentication = ClientAuthentication::require_any;
  config.client_certificate_types = types;
  if (std::ranges::count(types, kRaw) != 0)
    config.accept_raw_public_key = [](Bytes) { return true; };
  return config;
}
ClientConfig client_with(std::vector<Identity> identities, const Types& types = {}) {
  ClientConfig config = client_config();
  config.identities = std::move(identities);
  config.client_certificate_types = types;
  return config;
}

/// The scheme that the server signs by for a client that accepts these.
std::optional<SignatureScheme> signs(const ServerConfig& server, const Schemes& accepted) {
  ClientConfig client = client_taking();
  client.common.schemes = accepted;
  const EnginePair pair = talked(client, server);
  return pair.complete() ? pair.client.state().signature_scheme : std::nullopt;
}

/// The error of build(), which must be Errc::bad_configuration.
template <class Config>
std::string refusal(const Config& config) {
  const auto built = config.build();
  REQUIRE_FALSE(built);
  CHECK(built.error().code == Errc::bad_configuration);
  return std::string(built.error().about());
}

}  // namespace

TEST_CASE("a server's identity signs by its own schemes, in their order") {
  const Identity identity =
      certified(rsa).with_signing_schemes({rsa_pkcs1_sha512, rsa_pss_rsae_sha256});
  ServerConfig server = server_with({identity});
  server.common.signing_schemes = {rsa_pss_rsae_sha384};
  CHECK(signs(server, {rsa_pss_rsae_sha384, rsa_pss_rsae_sha256, rsa_pkcs1_sha512}) ==
        rsa_pkcs1_sha512);
  CHECK(signs(server, {rsa_pss_rsae_sha384, rsa_pss_rsae_sha256}) == rsa_pss_rsae_sha256);
  CHECK(signs(server, {rsa_pss_rsae_sha384}) == std::nullopt);
  server.identities = {identity.with_signing_schemes({})};
  CHECK(signs(server, {rsa_pss_rsae_sha384, rsa_pss_rsae_sha256}) == rsa_pss_rsae_sha384);
}

TEST_CASE("a server passes over an identity whose own schemes the client does not accept") {
  const ServerConfig server =
      server_with({certified(ec_secp256r1).with_signing_schemes({ecdsa_secp384r1_sha384}),
                   certified(rsa).with_signing_schemes({rsa_pss_rsae_sha256})});
  CHECK(signs(server, {ecdsa_secp256r1_sha256, ecdsa_secp384r1_sha384, rsa_pss_rsae_sha256}) ==
        ecdsa_secp384r1_sha384);
  CHECK(signs(server, {ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256}) == rsa_pss_rsae_sha256);
  const EnginePair pair = talked(
      [] {
        ClientConfig client = client_taking();
        client.common.schemes = {ecdsa_secp256r1_sha256, rsa_pkcs1_sha256};
        return client;
      }(),
      server);
  CHECK(pair.server.error()->code == Errc::no_common_signature_scheme);
}

TEST_CASE(
    "a client's identity signs by its own schemes, whether configured or chosen by a callback") {
  const Identity identity =
      certified(rsa).with_signing_schemes({rsa_pss_rsae_sha512, rsa_pkcs1_sha256});
  ClientConfig client = client_with({identity});
  ServerConfig server = asking({});
  server.common.signing_schemes = {SignatureScheme::ed25519};
  for (const bool callback : {false, true}) {
    if (callback)
      client.choose_identity = [&](const CertificateRequest&) { return std::optional(identity); };
    server.common.schemes = {rsa_pkcs1_sha256, rsa_pss_rsae_sha256, rsa_pss_rsae_sha512};
    CHECK(talked(client, server).server.state().client_signature_scheme == rsa_pss_rsae_sha512);
    server.common.schemes = {rsa_pss_rsae_sha256};
    CHECK(talked(client, server).server.error()->code == Errc::client_certificate_missing);
  }
}

TEST_CASE("signing schemes that an identity cannot use are refused") {
  const auto with = [](const Schemes& schemes) {
    return certified(rsa).with_signing_schemes(schemes);
  };
  for (const Identity& identity :
       {with({static_cast<SignatureScheme>(0x0402)}), with({rsa_pkcs1_sha1}),
        with({SignatureScheme::ed25519, ecdsa_secp256r1_sha256})}) {
    CHECK(refusal(server_with({identity})).starts_with("identities: signing_schemes"));
    CHECK(refusal(client_with({identity})).starts_with("identities: signing_schemes"));
    ClientConfig choosing = client_config();
    choosing.choose_identity = [&](const CertificateRequest&) { return std::optional(identity); };
    CHECK(talked(choosing, asking({})).client.error()->code == Errc::bad_configuration);
  }
  // Schemes of other keys beside one of its own are skipped; SHA-1 is for the legacy policy.
  CHECK(server_with({with({SignatureScheme::ed25519, rsa_pkcs1_sha256})}).build());
  ServerConfig legacy = server_with({with({rsa_pkcs1_sha1})});
  legacy.common.policy = SuitePolicy::legacy;
  CHECK(legacy.build());
}

TEST_CASE("RFC 7250: a server shows each identity only as the types that it is marked with") {
  const ServerConfig server =
      server_with({certified(rsa).with_certificate_types({kX509}),
                   certified(KeyKind::ed25519).with_certificate_types({kRaw})},
                  {kRaw, kX509});
  const EnginePair raw = talked(client_taking({kRaw, kX509}), server);
  REQUIRE(raw.complete());
  CHECK(raw.client.state().peer_raw_public_key == info_of(KeyKind::ed25519));
  const EnginePair x509 = talked(client_taking(), server);
  REQUIRE(x509.complete());
  CHECK(octets(x509.client.state().peer_certificates.front().der()) ==
        octets(certified(rsa).chain().front().der()));
  // The suite comes first: where only the certificate's key serves it, X.509 is the type.
  ClientConfig rsa_only = client_taking({kRaw, kX509});
  rsa_only.common.suites = {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  const EnginePair other = talked(rsa_only, server);
  REQUIRE(other.complete());
  CHECK(other.client.state().peer_raw_public_key.empty());
}

TEST_CASE("RFC 7250 §4.2: a type that no identity is marked with is no common type") {
  ServerConfig server =
      server_with({certified(KeyKind::ed25519).with_certificate_types({kRaw})}, {kRaw});
  const EnginePair pair = talked(client_taking(), server);
  REQUIRE(pair.server.error());
  CHECK(pair.server.error()->code == Errc::certificate_type_not_offered);
  CHECK(pair.client.error()->alert == Alert::unsupported_certificate);
}

TEST_CASE("RFC 7250: a client shows each identity only as the types that it is marked with") {
  const std::vector<Identity> identities = {
      certified(rsa).with_certificate_types({kX509}),
      certified(KeyKind::ed25519).with_certificate_types({kRaw})};
  const ClientConfig client = client_with(identities, {kRaw, kX509});
  const EnginePair raw = talked(client, asking({kRaw}));
  REQUIRE(raw.complete());
  CHECK(raw.server.state().peer_raw_public_key == info_of(KeyKind::ed25519));
  const EnginePair x509 = talked(client, asking({kX509}));
  REQUIRE(x509.complete());
  CHECK(octets(x509.server.state().peer_certificates.front().der()) ==
        octets(certified(rsa).chain().front().der()));
}

TEST_CASE(
    "RFC 7250: a key without a certificate authenticates a server and a client, for every kind of "
    "key") {
  for (const KeyKind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    const EnginePair server = talked(client_taking({kRaw}), server_with({raw_key(kind)}, {kRaw}));
    REQUIRE(server.complete());
    CHECK(server.client.state().peer_raw_public_key == info_of(kind));
    const EnginePair client = talked(client_with({raw_key(kind)}, {kRaw}), asking({kRaw}));
    REQUIRE(client.complete());
    CHECK(client.server.state().peer_raw_public_key == info_of(kind));
  }
}

TEST_CASE("RFC 7250: a key without a certificate decrypts in RSA key exchange") {
  ClientConfig client = client_taking({kRaw});
  ServerConfig server = server_with({raw_key(rsa)}, {kRaw});
  client.common.policy = server.common.policy = SuitePolicy::legacy;
  client.common.suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256};
  CHECK(talked(client, server).complete());
}

TEST_CASE(
    "an external key without a certificate is shown by its public half, and its RSA signature is "
    "checked by it") {
  for (const KeyKind kind : {rsa, KeyKind::ed25519}) {
    const Identity identity =
        Identity::from_raw_public_key(PrivateKey::elsewhere(kind), info_of(kind)).value();
    for (const bool right : {true, false}) {
      EnginePair pair = talked(client_taking({kRaw}), server_with({identity}, {kRaw}));
      REQUIRE(pair.server.wants() == Wants::signature);
      const SignatureRequest wanted = requested<SignatureRequest>(pair.server);
      Octets signature(kMaxSignatureSize);
      signature.resize(
          certified(kind)
              .key()
              .sign(wanted.algorithm, wanted.message, default_provider()->rng(), signature)
              .value());
      if (!right) signature.back() ^= 1;
      pair.server.answer(SignatureAnswer{signature}).value();
      pair.talk();
      CHECK(pair.complete() == right);
      if (!right && kind == rsa) CHECK(pair.server.error()->code == Errc::signature_refused);
    }
  }
}

TEST_CASE("a key without a certificate has the public half that belongs to it") {
  const auto error = [](PrivateKey key, const Octets& info) {
    return Identity::from_raw_public_key(std::move(key), info).error().code;
  };
  const PrivateKey key = certified(rsa).key();
  CHECK(error(PrivateKey::elsewhere(rsa), {}) == Errc::misuse);
  CHECK(error(PrivateKey::elsewhere(rsa), info_of(KeyKind::ed25519)) ==
        Errc::key_does_not_match_certificate);
  CHECK(error(key, info_of(rsa_pss)) == Errc::key_does_not_match_certificate);
  CHECK(error(key, {0x30, 0x00}) == Errc::bad_der);
  CHECK(error(key, joined({info_of(rsa), {0}})) == Errc::bad_der);
  CHECK(Identity::from_raw_public_key(key, info_of(rsa)));
  // RFC 8410 §3: X448's identifier, 1.3.101.111, is not of a key that signs.
  CHECK(error(key, hex("30 0a 30 05 06 03 2b 65 6f 03 01 00")) == Errc::key_unsupported);
  const Identity identity = raw_key(rsa);
  CHECK(identity.chain().empty());
  CHECK(octets(identity.public_key_info()) == info_of(rsa));
  CHECK(identity.can_be_shown_as(kRaw));
  CHECK_FALSE(identity.can_be_shown_as(kX509));
  CHECK_FALSE(identity.with_certificate_types({kX509, kRaw}).can_be_shown_as(kX509));
}

TEST_CASE(
    "build() refuses an identity that is never shown, and a type that no identity can be shown "
    "as") {
  const Identity only_x509 = certified(rsa).with_certificate_types({kX509}), key = raw_key(rsa);
  struct Row {
    std::vector<Identity> identities;
    Types types;
    std::string_view about;
  };
  for (const auto& [identities, types, about] :
       {Row{{key}, {}, "identities"}, Row{{certified(rsa), key}, {kX509}, "identities"},
        Row{{only_x509}, {kRaw}, "identities"}, Row{{key}, {kRaw, kX509}, "certificate_types"},
        Row{{only_x509}, {kX509, kRaw}, "certificate_types"}}) {
    CAPTURE(about);
    CHECK(refusal(server_with(identities, types)).find(about) != std::string::npos);
    CHECK(refusal(client_with(identities, types)).find(about) != std::string::npos);
  }
}

TEST_CASE("RFC 6066 §3: a key without a certificate is an identity for other names") {
  const Identity named = make_chain({.key = KeyKind::ed25519, .names = {"first.example"}}).leaf;
  ServerConfig server = server_with({raw_key(KeyKind::ed25519), named}, {kRaw});
  const auto shown = [&](std::string_view name) {
    return talked(client_taking({kRaw}), server, name).client.state().peer_raw_public_key;
  };
  CHECK(shown("first.example") == octets(named.public_key_info()));
  CHECK(shown("second.example") == info_of(KeyKind::ed25519));
  server.identities.pop_back();
  CHECK(shown("first.example") == info_of(KeyKind::ed25519));
  server.require_known_name = true;
  CHECK(talked(client_taking({kRaw}), server, "first.example").server.error()->code ==
        Errc::unrecognized_name);
}

TEST_CASE("RFC 5929 §4.1: tls-server-end-point needs a certificate that was shown, at both ends") {
  for (const Identity& identity : {certified(KeyKind::ed25519), raw_key(KeyKind::ed25519)}) {
    const EnginePair pair = talked(client_taking({kRaw}), server_with({identity}, {kRaw}));
    REQUIRE(pair.complete());
    for (const Engine* end : {&pair.client, &pair.server})
      CHECK(end->channel_binding(ChannelBinding::tls_server_end_point).error().code ==
            Errc::misuse);
  }
}
