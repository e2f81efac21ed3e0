#include "handshake/negotiate.hpp"

#include "handshake/extensions/table.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/engine_pair.hpp"
#include "wire/hex.hpp"
#include "x509/certificate/parsed_certificate.hpp"

using namespace tls12;
using namespace tls12::handshake;
using enum CipherSuite;
using test::Octets;

namespace {

template <class E>
Octets wire_of(std::initializer_list<E> values) {
  Octets out;
  for (const E value : values) {
    out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(value) >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
  }
  return out;
}

// A ClientHello that owns what it says. It starts out as one that anybody accepts.
struct Hello {
  Octets suites = wire_of(
      {TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
       TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256});
  Octets compressions = {0};
  std::optional<Octets> groups = wire_of({NamedGroup::secp256r1, NamedGroup::x25519});
  std::optional<Octets> formats = Octets{0};
  std::optional<Octets> schemes =
      wire_of({SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pss_rsae_sha256,
               SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519});
  std::optional<Octets> protocols = {};
  std::optional<Octets> renegotiation_info = {};
  ProtocolVersion version = ProtocolVersion::tls12;

  ClientHello view() const {
    ClientHello hello{.client_version = version,
                      .cipher_suites = ListOf16<CipherSuite>(suites),
                      .compression_methods = compressions};
    if (groups) hello.supported_groups = ListOf16<NamedGroup>(*groups);
    if (formats) hello.ec_point_formats = *formats;
    if (schemes) hello.signature_algorithms = ListOf16<SignatureScheme>(*schemes);
    if (protocols) hello.application_layer_protocol_negotiation = ListOfOpaque<1>(*protocols);
    if (renegotiation_info) hello.renegotiation_info = *renegotiation_info;
    return hello;
  }
};

Result<void> checked(const Hello& hello) {
  ConnectionState state;
  const auto checked = check_client_hello(hello.view());
  return checked ? check_extensions(hello.view(), state) : checked;
}
Errc fault(const Hello& hello) {
  const auto result = checked(hello);
  REQUIRE(!result);
  return result.error().code;
}

struct Server {
  explicit Server(std::initializer_list<KeyKind> kinds, CommonConfig common = {},
                  bool client_order = false) {
    ServerConfig config;
    for (const KeyKind kind : kinds)
      config.identities.push_back(test::development_identity(kind).leaf);
    config.common = std::move(common);
    config.prefer_client_order = client_order;
    context = config.build().value();
  }
  Result<Choice> choose(const Hello& hello) const {
    return handshake::choose(internals(*context), hello.view());
  }
  Choice chosen(const Hello& hello) const {
    const auto choice = choose(hello);
    if (!choice) FAIL(choice.error().message());
    return *choice;
  }
  Result<Bytes> protocol(const Hello& hello) const {
    return choose_protocol(internals(*context), hello.view());
  }
  Errc fault(const Hello& hello) const {
    const auto choice = choose(hello);
    REQUIRE(!choice);
    return choice.error().code;
  }
  std::optional<ServerContext> context;
};

}  // namespace

TEST_CASE(
    "a ClientHello must offer TLS 1.2 or more: a client that speaks more gets 1.2, one that speaks "
    "less is refused") {
  for (const int version : {0x0303, 0x0304, 0x0305, 0x03ff, 0x0400, 0xffff})
    CHECK(checked({.version = static_cast<ProtocolVersion>(version)}).has_value());
  for (const int version : {0x0302, 0x0301, 0x0300, 0x0200, 0x0002, 0}) {
    CAPTURE(version);
    CHECK(fault({.version = static_cast<ProtocolVersion>(version)}) == Errc::version_not_supported);
  }
}

TEST_CASE("a ClientHello must offer the null compression method, whatever else") {
  CHECK(checked({.compressions = {0}}).has_value());
  CHECK(checked({.compressions = {1, 0}}).has_value());
  CHECK(fault({.compressions = {1}}) == Errc::null_compression_missing);
  CHECK(fault({.compressions = {}}) == Errc::null_compression_missing);
}

TEST_CASE("renegotiation_info of a first ClientHello is empty") {
  CHECK(checked({.renegotiation_info = Octets{}}).has_value());
  CHECK(fault({.renegotiation_info = Octets(12)}) == Errc::renegotiation_info_not_empty);
}

// Shows RFC 8422 5.1.2-3
TEST_CASE(
    "a client that lists point formats lists uncompressed among them; one that lists none is "
    "assumed to") {
  CHECK(checked({.formats = Octets{2, 1, 0}}).has_value());
  CHECK(checked({.formats = std::nullopt}).has_value());
  CHECK(fault({.formats = Octets{1, 2}}) == Errc::point_format_missing);
}

// Shows RFC 5746 3.6-1, 3.6-2
TEST_CASE("secure renegotiation is signalled by the extension or by the signalling suite value") {
  CHECK(signals_secure_renegotiation(Hello{.renegotiation_info = Octets{}}.view()));
  CHECK(signals_secure_renegotiation(Hello{
      .suites = wire_of({TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_EMPTY_RENEGOTIATION_INFO_SCSV})}
                                         .view()));
  CHECK(!signals_secure_renegotiation(Hello{}.view()));
}

TEST_CASE(
    "the suite is the first in the server's order that the client has, or in the client's order if "
    "so configured") {
  const CommonConfig common{.suites = {TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                       TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                                       TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}};
  CHECK(Server({KeyKind::ed25519}, common).chosen({}).suite->suite ==
        TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
  CHECK(Server({KeyKind::ed25519}, common, true).chosen({}).suite->suite ==
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
}

// Shows RFC 8422 2.1-1, 2.2-1, 5.3-2, 5.3-3, 5.3-5; RFC 5246 7.4.2-2, 7.4.2-6, 7.4.2-15
TEST_CASE("the certificate decides which suites are possible") {
  const Hello hello;
  CHECK(Server({KeyKind::rsa}).chosen(hello).suite->key_exchange == KeyExchange::ecdhe_rsa);
  CHECK(Server({KeyKind::ec_secp256r1}).chosen(hello).suite->key_exchange ==
        KeyExchange::ecdhe_ecdsa);
  CHECK(Server({KeyKind::ed25519}).chosen(hello).suite->key_exchange == KeyExchange::ecdhe_ecdsa);

  const Hello rsa_only{.suites = wire_of({TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256})};
  CHECK(Server({KeyKind::ed25519}).fault(rsa_only) == Errc::no_common_suite);
  const Server both({KeyKind::ed25519, KeyKind::rsa});
  CHECK(both.chosen(rsa_only).credential.identity->identity.key().kind() == KeyKind::rsa);
  CHECK(both.chosen({.suites = wire_of({TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256})})
            .credential.identity->identity.key()
            .kind() == KeyKind::ed25519);
}

// Shows RFC 5246 7.4.3-3
TEST_CASE(
    "a suite that both have, and that no key of ours can serve by the client's schemes, does not "
    "keep another suite from being used") {
  const Server both({KeyKind::ed25519, KeyKind::rsa});
  const Choice choice = both.chosen({.schemes = wire_of({SignatureScheme::rsa_pkcs1_sha256})});
  CHECK(choice.suite->key_exchange == KeyExchange::ecdhe_rsa);
  CHECK(choice.credential.scheme == SignatureScheme::rsa_pkcs1_sha256);
}

// Shows RFC 5246 7.4.1.2-3, A.5-1
TEST_CASE("no suite in common: values that mean nothing and the signalling value are none") {
  const Server server({KeyKind::ed25519, KeyKind::rsa});
  CHECK(server.fault({.suites = wire_of<int>({0x0a0a, 0x002f, 0x1301, 0x00ff})}) ==
        Errc::no_common_suite);
  CHECK(server.chosen({.suites = wire_of<int>({0x0a0a, 0x00ff, 0xc02b})}).suite->suite ==
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
}

// Shows RFC 5246 7.4.1.4.1-3, 7.4.1.4.1-5
TEST_CASE("without signature_algorithms there is nothing to sign with: SHA-1 is refused") {
  CHECK(Server({KeyKind::rsa}).fault({.schemes = std::nullopt}) ==
        Errc::signature_algorithms_absent);
}

// Shows RFC 5246 7.4.1.4.1-8, 7.4.3-2, 7.4.3-4
TEST_CASE("the scheme is the first of ours that the client accepts and the key can do") {
  const Server rsa({KeyKind::rsa});
  CHECK(rsa.chosen({}).credential.scheme == SignatureScheme::rsa_pss_rsae_sha256);
  CHECK(rsa.chosen({}).credential.algorithm.family == SignatureFamily::rsa_pss);
  CHECK(rsa.chosen({.schemes = wire_of(
                        {SignatureScheme::rsa_pkcs1_sha512, SignatureScheme::rsa_pkcs1_sha256})})
            .credential.scheme == SignatureScheme::rsa_pkcs1_sha256);
  CHECK(rsa.fault(
            {.schemes = wire_of({SignatureScheme::ed25519, SignatureScheme::ecdsa_secp256r1_sha256,
                                 SignatureScheme::rsa_pss_pss_sha256})}) ==
        Errc::no_common_signature_scheme);
  CHECK(rsa.fault({.schemes = wire_of({SignatureScheme::rsa_pkcs1_sha1})}) ==
        Errc::no_common_signature_scheme);
  CHECK(Server({KeyKind::rsa_pss})
            .chosen({.schemes = wire_of({SignatureScheme::rsa_pss_pss_sha384})})
            .credential.scheme == SignatureScheme::rsa_pss_pss_sha384);
  CHECK(Server({KeyKind::rsa_pss})
            .fault({.schemes = wire_of({SignatureScheme::rsa_pss_rsae_sha256})}) ==
        Errc::no_common_signature_scheme);
  CHECK(Server({KeyKind::ed25519})
            .fault({.schemes = wire_of({SignatureScheme::ecdsa_secp256r1_sha256})}) ==
        Errc::no_common_signature_scheme);
  // In TLS 1.2 an ECDSA scheme does not bind the curve (RFC 8446 §4.2.3).
  const Choice p384 = Server({KeyKind::ec_secp384r1})
                          .chosen({.groups = wire_of({NamedGroup::secp384r1}),
                                   .schemes = wire_of({SignatureScheme::ecdsa_secp256r1_sha256})});
  CHECK(p384.credential.algorithm.family == SignatureFamily::ecdsa_secp384r1);
  CHECK(p384.credential.algorithm.hash == HashAlgorithm::sha256);
}

// Shows RFC 8422 4-2, 4-3, 5.1-4, 5.1-6; RFC 7251 2-6
TEST_CASE(
    "the group is the first of ours that the client has; a client that lists none leaves the "
    "choice to us") {
  const Server server({KeyKind::ed25519});
  CHECK(server.chosen({}).group->group == NamedGroup::x25519);
  CHECK(server.chosen({.groups = wire_of({NamedGroup::secp521r1, NamedGroup::secp384r1})})
            .group->group == NamedGroup::secp384r1);
  CHECK(server.fault({.groups = wire_of<int>({0x0a0a, 0x0100, 30})}) == Errc::no_common_group);
  CHECK(server.chosen({.groups = std::nullopt}).group->group == NamedGroup::secp256r1);
  CHECK(Server({KeyKind::ed25519}, {.groups = {NamedGroup::secp384r1, NamedGroup::x25519}})
            .chosen({.groups = std::nullopt})
            .group->group == NamedGroup::secp384r1);
}

// Shows RFC 7919 4-1, 4-2, 4-3
TEST_CASE(
    "RFC 7919 §4: a client whose finite-field groups are all unknown gets another suite, or "
    "insufficient_security") {
  CommonConfig common{
      .suites = {TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}};
  const Server server({KeyKind::rsa}, common);
  const Octets dhe = wire_of({TLS_DHE_RSA_WITH_AES_128_GCM_SHA256}),
               both = test::joined({dhe, wire_of({TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256})});
  const Octets unknown = wire_of<int>({0x01fc, 0x0180}), curve = wire_of<int>({29}),
               ffdhe2048 = wire_of<int>({0x0100});
  CHECK(server.fault({.suites = dhe, .groups = unknown}) == Errc::no_common_finite_field);
  CHECK(server.fault({.suites = dhe, .groups = test::joined({unknown, curve})}) ==
        Errc::no_common_finite_field);
  CHECK(server.fault({.suites = both, .groups = unknown}) == Errc::no_common_finite_field);
  common.suites = {TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_DHE_RSA_WITH_AES_128_GCM_SHA256};
  const Server ecdhe_first({KeyKind::rsa}, common);
  CHECK(ecdhe_first.fault({.suites = both, .groups = unknown}) == Errc::no_common_finite_field);
  CHECK(rule(Errc::no_common_finite_field).alert == Alert::insufficient_security);
  CHECK(server.chosen({.suites = both, .groups = test::joined({unknown, curve})}).suite->suite ==
        TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  CHECK(server.chosen({.suites = dhe, .groups = test::joined({unknown, ffdhe2048})}).group->group ==
        NamedGroup::ffdhe2048);
  // A client that lists no such group does not know RFC 7919 (§4): it gets one of ours.
  CHECK(server.chosen({.suites = dhe, .groups = curve}).group->group == NamedGroup::ffdhe2048);
  // Without a suite that would use them, the groups do not matter.
  CHECK(server.fault({.suites = wire_of({TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}),
                      .groups = unknown}) == Errc::no_common_group);
}

// Shows RFC 8422 5.1-5, 5.1-6, 5.3-4, 5.3-5; RFC 5246 7.4.2-13
TEST_CASE("an EC certificate is for a client that lists its curve, or lists none") {
  const Server server({KeyKind::ec_secp384r1});
  CHECK(server.fault({}) == Errc::no_common_group);
  CHECK(server.chosen({.groups = wire_of({NamedGroup::x25519, NamedGroup::secp384r1})})
            .group->group == NamedGroup::x25519);
  CHECK(server.chosen({.groups = std::nullopt}).credential.identity->identity.key().kind() ==
        KeyKind::ec_secp384r1);
  CHECK(Server({KeyKind::ec_secp384r1, KeyKind::rsa})
            .chosen({})
            .credential.identity->identity.key()
            .kind() == KeyKind::rsa);
}

// Shows RFC 7301 3.2-1, 3.2-2
TEST_CASE(
    "the application protocol is the first of ours that the client offers; with none in common "
    "there is no connection") {
  const auto h2_and_http11 = test::hex("02 6832 08 687474702f312e31"),
             other = test::hex("03 666f6f");
  const Server server({KeyKind::ed25519}, {.application_protocols = {"http/1.1", "h2"}});
  CHECK(text_of(*server.protocol({.protocols = h2_and_http11})) == "http/1.1");
  CHECK(server.protocol({.protocols = other}).error().code == Errc::no_common_application_protocol);
  CHECK(server.protocol({.protocols = test::hex("01 68")}).error().code ==
        Errc::no_common_application_protocol);
  CHECK(server.protocol({})->empty());
  CHECK(Server({KeyKind::ed25519}).protocol({.protocols = other})->empty());
}

// Shows RFC 8422 2.1-1, 2.2-1, 5.3-2, 5.3-3; RFC 5246 7.4.2-6
TEST_CASE("which keys serve which key exchange") {
  for (const KeyKind rsa : {KeyKind::rsa, KeyKind::rsa_pss}) {
    CHECK(fits(KeyExchange::ecdhe_rsa, rsa));
    CHECK(!fits(KeyExchange::ecdhe_ecdsa, rsa));
  }
  for (const KeyKind other :
       {KeyKind::ec_secp256r1, KeyKind::ec_secp384r1, KeyKind::ec_secp521r1, KeyKind::ed25519}) {
    CHECK(!fits(KeyExchange::ecdhe_rsa, other));
    CHECK(fits(KeyExchange::ecdhe_ecdsa, other));
  }
}

namespace {

Identity issued(KeyKind kind, const DevelopmentIdentity& by, std::string_view name = "localhost") {
  const PrivateKey key = PrivateKey::generate(kind).value();
  const auto day = std::chrono::hours(24);
  const auto leaf = issue_certificate({.common_name = std::string(name),
                                       .names = {std::string(name)},
                                       .not_before = test::kNow - day,
                                       .not_after = test::kNow + day},
                                      key, &by.ca);
  return Identity::from({leaf.value()}, key).value();
}
/// A CA with a key of `kind`.
DevelopmentIdentity authority(KeyKind kind, std::string_view name) {
  const PrivateKey key = PrivateKey::generate(kind).value();
  const auto day = std::chrono::hours(24);
  const auto ca = issue_certificate({.common_name = std::string(name),
                                     .is_ca = true,
                                     .not_before = test::kNow - day,
                                     .not_after = test::kNow + day},
                                    key);
  const Identity identity = Identity::from({ca.value()}, key).value();
  return {identity, identity};
}

struct AuthenticationRequest {
  Octets types = {64, 1};  // ecdsa_sign, rsa_sign
  Octets schemes = wire_of({SignatureScheme::ecdsa_secp256r1_sha256, SignatureScheme::ed25519,
                            SignatureScheme::rsa_pkcs1_sha256});
  Octets authorities = {};
  /// What a client with these identities shows, and how it would sign: nothing, or the identity's
  /// place and the scheme.
  std::optional<std::pair<std::size_t, SignatureScheme>> answer(
      const std::vector<Identity>& identities) const {
    ClientConfig config = test::client_config();
    config.identities = identities;
    config.common.policy = SuitePolicy::legacy;
    const auto context = config.build().value();
    const auto& content = internals(context);
    const auto chosen =
        choose_for({.certificate_types = types,
                    .supported_signature_algorithms = ListOf16<SignatureScheme>(schemes),
                    .certificate_authorities = ListOfOpaque<2>(authorities)},
                   content.identities);
    if (!chosen) return std::nullopt;
    return std::pair(static_cast<std::size_t>(chosen->identity - content.identities.data()),
                     chosen->scheme);
  }
};

}  // namespace

// Shows RFC 5246 7.4.4-2, 7.4.4-3, 7.4.6-2, 7.4.6-10, 7.4.8-2, 7.4.8-3
TEST_CASE(
    "a client shows a certificate whose type, schemes and authority the request has, and no "
    "other") {
  const auto ours = authority(KeyKind::ed25519, "ours"),
             theirs = authority(KeyKind::ed25519, "theirs");
  const std::vector<Identity> both = {issued(KeyKind::rsa, ours), issued(KeyKind::ed25519, theirs)};
  const auto rsa = std::pair<std::size_t, SignatureScheme>(0, SignatureScheme::rsa_pkcs1_sha256);
  const auto ed25519 = std::pair<std::size_t, SignatureScheme>(1, SignatureScheme::ed25519);
  CHECK(AuthenticationRequest{}.answer(both) == rsa);
  CHECK(AuthenticationRequest{.types = {64}}.answer(both) == ed25519);
  CHECK(AuthenticationRequest{.types = {2}}.answer(both) == std::nullopt);  // dss_sign
  CHECK(AuthenticationRequest{.schemes = wire_of({SignatureScheme::ed25519})}.answer(both) ==
        ed25519);
  CHECK(AuthenticationRequest{.schemes = wire_of({SignatureScheme::ecdsa_secp256r1_sha256})}.answer(
            both) == std::nullopt);
  CHECK(AuthenticationRequest{.types = {1}, .schemes = wire_of({SignatureScheme::ed25519})}.answer(
            both) == std::nullopt);
  const auto named = [](const DevelopmentIdentity& ca) {
    return test::vector_of(2, test::octets(internals(ca.ca.chain().front()).subject));
  };
  CHECK(AuthenticationRequest{.authorities = named(theirs)}.answer(both) == ed25519);
  CHECK(AuthenticationRequest{.authorities = test::joined({named(theirs), named(ours)})}.answer(
            both) == rsa);
  CHECK(AuthenticationRequest{.authorities = named(authority(KeyKind::ed25519, "nobody's"))}.answer(
            both) == std::nullopt);
  CHECK(AuthenticationRequest{}.answer({}) == std::nullopt);
}

// Shows RFC 5246 7.4.2-14, 7.4.4-1, 7.4.6-11
TEST_CASE(
    "of the identities that will do, one goes first whose chain is signed as the peer lists; where "
    "there is none, another is shown") {
  const auto by_ecdsa = authority(KeyKind::ec_secp256r1, "ECDSA"),
             by_ed25519 = authority(KeyKind::ed25519, "Ed25519");
  const std::vector<Identity> both = {issued(KeyKind::ed25519, by_ecdsa),
                                      issued(KeyKind::ed25519, by_ed25519)};
  const Octets ed25519 = wire_of({SignatureScheme::ed25519}),
               all = wire_of({SignatureScheme::ed25519, SignatureScheme::ecdsa_secp256r1_sha256});
  const auto shown_by_server = [](const std::vector<Identity>& identities, const Octets& schemes) {
    const auto context = ServerConfig{.identities = identities}.build().value();
    const Hello hello{.schemes = schemes};
    return choose(internals(context), hello.view()).value().credential.identity -
           internals(context).identities.data();
  };
  CHECK(shown_by_server(both, all) == 0);
  CHECK(shown_by_server(both, ed25519) == 1);
  CHECK(shown_by_server({both[0]}, ed25519) == 0);
  CHECK(AuthenticationRequest{.schemes = all}.answer(both)->first == 0);
  CHECK(AuthenticationRequest{.schemes = ed25519}.answer(both)->first == 1);
  CHECK(AuthenticationRequest{.schemes = ed25519}.answer({both[0]})->first == 0);
}

TEST_CASE(
    "lists as long as the wire allows are looked through once: repeated and unknown values change "
    "no choice") {
  // What takes the product of two such lists takes minutes.
  const auto padded = [](const Octets& known, unsigned first) {
    Octets list;
    for (unsigned value = first; list.size() + known.size() + 2 <= 0xfffe; ++value) {
      if (value % 2 == 0) list.insert(list.end(), known.begin(), known.begin() + 2);
      list.push_back(static_cast<std::uint8_t>(0x40 | (value >> 8 & 0x3f)));
      list.push_back(static_cast<std::uint8_t>(value));
    }
    list.insert(list.end(), known.begin(), known.end());
    return list;
  };
  const Hello plain;
  const Hello padded_hello{.suites = padded(plain.suites, 0),
                           .groups = padded(*plain.groups, 0),
                           .schemes = padded(*plain.schemes, 0)};
  for (const bool client_order : {false, true}) {
    const Server server({KeyKind::rsa, KeyKind::ec_secp256r1}, {}, client_order);
    const Choice expected = server.chosen(plain), chosen = server.chosen(padded_hello);
    CHECK(chosen.suite == expected.suite);
    CHECK(chosen.group == expected.group);
    CHECK(chosen.credential.scheme == expected.credential.scheme);
  }
  // Nothing but unknown groups is still a list: the client has none of ours.
  const Server server({KeyKind::rsa});
  CHECK(server.fault({.groups = wire_of({static_cast<NamedGroup>(0x4a4a)})}) ==
        Errc::no_common_group);
}
