// What a server makes of a ClientHello that is wrong, unusual or merely new: the alert as the
// client sees it, or a handshake that completes.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Edit = void (*)(RawClientHello&);

struct Fault {
  std::string what;
  Edit edit;
  Errc code;
  Alert alert;
};

void check(const Fault& fault, const ServerConfig& config = server_config()) {
  CAPTURE(fault.what);
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  fault.edit(peer.client_hello);
  peer.send(HandshakeType::client_hello);
  peer.check_fault(fault.code, fault.alert);
  CHECK(!peer.saw(HandshakeType::server_hello));
}

// The handshake completes all the same. The peer, for what more there is to check.
ScriptedPeer accepted(const std::string& what, Edit edit,
                      const ServerConfig& config = server_config()) {
  CAPTURE(what);
  ScriptedPeer peer = ScriptedPeer::client_of(config);
  edit(peer.client_hello);
  peer.complete();
  return peer;
}

Octets prepended(const Octets& front, const Octets& list) { return joined({front, list}); }

}  // namespace

// Shows RFC 7627 6.4-1; RFC 5246 E.1-3; RFC 5288 4-1, 4-3; RFC 5289 4-1; RFC 6655 5-1, 5-3;
// RFC 7251 3-1, 3-3; RFC 7507 3-1
TEST_CASE("a ClientHello that offers less than TLS 1.2 is answered with protocol_version") {
  check({"TLS 1.1", [](auto& hello) { hello.version = 0x0302; }, Errc::version_not_supported,
         Alert::protocol_version});
  check({"TLS 1.0", [](auto& hello) { hello.version = 0x0301; }, Errc::version_not_supported,
         Alert::protocol_version});
  check({"SSL 3.0", [](auto& hello) { hello.version = 0x0300; }, Errc::version_not_supported,
         Alert::protocol_version});
  check({"0", [](auto& hello) { hello.version = 0; }, Errc::version_not_supported,
         Alert::protocol_version});
}

// Shows RFC 5746 3.6-6; RFC 5246 E.1-2
TEST_CASE("a ClientHello that offers more than TLS 1.2 gets TLS 1.2") {
  for (const Edit edit : {Edit([](auto& hello) { hello.version = 0x0304; }),
                          Edit([](auto& hello) { hello.version = 0x03ff; }),
                          Edit([](auto& hello) { hello.version = 0x7f1c; })}) {
    const ScriptedPeer peer = accepted("a higher version", edit);
    CHECK(server_hello_of(peer).server_version == ProtocolVersion::tls12);
  }
}

// Shows RFC 5246 E.1-5
TEST_CASE(
    "the version in the record header of a first ClientHello does not matter, as long as it starts "
    "with 3") {
  for (const int version : {0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff}) {
    CAPTURE(version);
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.send_in_version(HandshakeType::client_hello, version);
    CHECK(!peer.engine.error());
    CHECK(peer.saw(HandshakeType::server_hello));
    for (const int seen : peer.versions) CHECK(seen == 0x0303);
  }
  for (const int version : {0x0200, 0x0003, 0x0403}) {
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.send_in_version(HandshakeType::client_hello, version);
    peer.check_fault(Errc::record_version_wrong, Alert::protocol_version);
  }
}

TEST_CASE("once the version is chosen, every record says it") {
  for (const int version : {0x0300, 0x0301, 0x0302, 0x0304}) {
    ScriptedPeer peer = ScriptedPeer::client_of();
    peer.send_in_version(HandshakeType::client_hello, 0x0301);
    REQUIRE(!peer.engine.error());
    peer.send_in_version(HandshakeType::client_key_exchange, version);
    peer.check_fault(Errc::record_version_wrong, Alert::protocol_version);
  }
}

// Shows RFC 8422 4-3, 5.1-4, 5.1-6; RFC 5246 7.4.1.4.1-3, 7.4.1.4.1-5, 7.4.3-3
TEST_CASE("a ClientHello with nothing in common with this server ends in handshake_failure") {
  const Fault faults[] = {
      {"only suites that this server lacks",
       [](auto& h) { h.suites = pairs16({0x002f, 0x0a0a, 0x1301}); }, Errc::no_common_suite,
       Alert::handshake_failure},
      {"only suites for a certificate that this server lacks",
       [](auto& h) { h.suites = pairs16({0xc02f, 0xcca8}); }, Errc::no_common_suite,
       Alert::handshake_failure},
      {"only the signalling value", [](auto& h) { h.suites = pairs16({0x00ff}); },
       Errc::no_common_suite, Alert::handshake_failure},
      {"only groups that this server lacks",
       [](auto& h) { h.extensions.set(10, vector_of(2, pairs16({0x0100, 30, 0x2a2a}))); },
       Errc::no_common_group, Alert::handshake_failure},
      {"only schemes that the key cannot do",
       [](auto& h) { h.extensions.set(13, vector_of(2, pairs16({0x0401, 0x0403}))); },
       Errc::no_common_signature_scheme, Alert::handshake_failure},
      {"only SHA-1", [](auto& h) { h.extensions.set(13, vector_of(2, pairs16({0x0201, 0x0203}))); },
       Errc::no_common_signature_scheme, Alert::handshake_failure},
      {"no signature_algorithms", [](auto& h) { h.extensions.remove(13); },
       Errc::signature_algorithms_absent, Alert::handshake_failure},
      {"no extensions at all", [](auto& h) { h.extensions = {}; },
       Errc::signature_algorithms_absent, Alert::handshake_failure},
  };
  for (const Fault& fault : faults) check(fault);
}

// Shows RFC 8422 5.1.2-3; RFC 5246 7.4.1.2-8
TEST_CASE("a ClientHello whose values are not allowed is answered with illegal_parameter") {
  check({"no null compression", [](auto& h) { h.compressions = {1}; },
         Errc::null_compression_missing, Alert::illegal_parameter});
  check({"no uncompressed points", [](auto& h) { h.extensions.set(11, {2, 1, 2}); },
         Errc::point_format_missing, Alert::illegal_parameter});
}

// Shows RFC 6066 3-2
TEST_CASE(
    "a server_name that cannot be a DNS name, or a second one, is answered with "
    "illegal_parameter") {
  const auto named = [](const char* what, const char* extension) {
    CAPTURE(what);
    ScriptedPeer peer = ScriptedPeer::client_of(server_config());
    peer.client_hello.extensions.set(0, hex(extension));
    peer.send(HandshakeType::client_hello);
    peer.check_fault(Errc::server_name_malformed, Alert::illegal_parameter);
    CHECK(!peer.saw(HandshakeType::server_hello));
  };
  named("two host names", "0008 00 0001 61 00 0001 62");
  named("a NUL", "0006 00 0003 610062");
  named("ESC", "0006 00 0003 611b62");
  named("a newline", "0006 00 0003 610a62");
  named("DEL", "0006 00 0003 617f62");
  named("a space", "0006 00 0003 612062");
  named("a slash", "0006 00 0003 612f62");
  named("a backslash", "0006 00 0003 615c62");
  named("a quotation mark", "0006 00 0003 612262");
  named("U+00FC in UTF-8", "0007 00 0004 61c3bc62");
  named("U+202E in UTF-8", "0008 00 0005 61e280ae62");
  named("an octet that is not UTF-8", "0006 00 0003 61ff62");
  named("an IPv6 address", "0006 00 0003 3a3a31");
}

// Shows RFC 7301 3.1-2; RFC 5246 7.4.1.2-11, 7.4.1.4-3
TEST_CASE("a ClientHello that cannot be parsed is answered with decode_error") {
  const Fault faults[] = {
      {"no suite", [](auto& h) { h.suites = {}; }, Errc::vector_empty, Alert::decode_error},
      {"half a suite", [](auto& h) { h.suites = {0xc0, 0x2b, 0xc0}; }, Errc::vector_odd_size,
       Alert::decode_error},
      {"no compression method", [](auto& h) { h.compressions = {}; }, Errc::vector_empty,
       Alert::decode_error},
      {"a session_id of 33 bytes", [](auto& h) { h.session_id = Octets(33); },
       Errc::length_out_of_range, Alert::decode_error},
      {"a known extension twice", [](auto& h) { h.extensions.add(23, {}); },
       Errc::duplicate_extension, Alert::decode_error},
      {"an unknown extension twice",
       [](auto& h) { h.extensions.add(0x1234, {}), h.extensions.add(0x1234, {1}); },
       Errc::duplicate_extension, Alert::decode_error},
      {"an empty list of groups", [](auto& h) { h.extensions.set(10, {0, 0}); }, Errc::vector_empty,
       Alert::decode_error},
      {"half a group", [](auto& h) { h.extensions.set(10, {0, 3, 0, 29, 0}); },
       Errc::vector_odd_size, Alert::decode_error},
      {"a list of groups that goes on", [](auto& h) { h.extensions.set(10, {0, 2, 0, 29, 0}); },
       Errc::message_trailing_data, Alert::decode_error},
      {"a list of schemes that is cut", [](auto& h) { h.extensions.set(13, {0, 4, 8, 7}); },
       Errc::message_truncated, Alert::decode_error},
      {"no point format", [](auto& h) { h.extensions.set(11, {0}); }, Errc::vector_empty,
       Alert::decode_error},
      {"extended_master_secret with content", [](auto& h) { h.extensions.set(23, {0}); },
       Errc::message_trailing_data, Alert::decode_error},
      {"an empty protocol name", [](auto& h) { h.extensions.set(16, {0, 1, 0}); },
       Errc::length_out_of_range, Alert::decode_error},
      {"an empty host name", [](auto& h) { h.extensions.set(0, hex("0003 00 0000")); },
       Errc::vector_empty, Alert::decode_error},
      {"an empty list of names", [](auto& h) { h.extensions.set(0, hex("0000")); },
       Errc::vector_empty, Alert::decode_error},
      {"an empty renegotiation_info", [](auto& h) { h.extensions.set(0xff01, {}); },
       Errc::message_truncated, Alert::decode_error},
  };
  for (const Fault& fault : faults) check(fault);
}

// Shows RFC 5246 7.4.1.2-9, 7.4.1.4.1-3, 7.4.1.4.1-5
TEST_CASE(
    "a ClientHello without extensions is answered, and its client taken to verify SHA-1 where the "
    "server still signs with it") {
  const auto answered = [](KeyKind kind, CipherSuite suite) {
    ServerConfig config = server_config(kind);
    config.common.policy = SuitePolicy::legacy;
    ScriptedPeer peer = ScriptedPeer::client_of(config, kind);
    peer.client_hello.suites = pairs16({static_cast<int>(suite)});
    peer.client_hello.extensions = {};
    peer.send(HandshakeType::client_hello);
    if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
    CHECK(peer.saw(HandshakeType::server_hello_done));
    CHECK(server_hello_of(peer).extensions.empty());
    return peer.engine.state().signature_scheme;
  };
  CHECK(answered(KeyKind::rsa, CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA) == std::nullopt);
  CHECK(answered(KeyKind::rsa, CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA) ==
        SignatureScheme::rsa_pkcs1_sha1);
  CHECK(answered(KeyKind::ec_secp256r1, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA) ==
        SignatureScheme::ecdsa_sha1);
}

// Shows RFC 5746 3.6-5; RFC 5246 7.4.1.2-3
TEST_CASE(
    "unknown extensions, suites, groups, schemes and reserved values are ignored, wherever they "
    "stand") {
  accepted("unknown extensions, first and last", [](RawClientHello& h) {
    h.extensions.items.insert(h.extensions.items.begin(), {0x0a0a, {}});
    h.extensions.add(35, {});                   // session_ticket
    h.extensions.add(5, hex("01 0000 0000"));   // status_request
    h.extensions.add(18, {});                   // signed_certificate_timestamp
    h.extensions.add(21, Octets(200));          // padding
    h.extensions.add(43, hex("04 0304 0303"));  // supported_versions
    h.extensions.add(0xfafa, {0});
  });
  accepted("GREASE in every list", [](RawClientHello& h) {
    h.suites = prepended(pairs16({0x1a1a}), h.suites);
    h.extensions.set(10, vector_of(2, pairs16({0x2a2a, 29})));
    h.extensions.set(13, vector_of(2, pairs16({0x3a3a, 0x0807})));
    h.extensions.set(11, {3, 2, 1, 0});
    h.compressions = {64, 0};
  });
  accepted("a session_id that nobody knows",
           [](RawClientHello& h) { h.session_id = Octets(32, 7); });
}

TEST_CASE("a server_name that is absent, or of another type, is none") {
  CHECK(accepted("none", [](auto&) {}).engine.state().server_name.empty());
  CHECK(accepted("another type",
                 [](RawClientHello& h) { h.extensions.set(0, hex("0004 05 0001 61")); })
            .engine.state()
            .server_name.empty());
  CHECK(accepted("one", [](RawClientHello& h) { h.extensions.set(0, hex("0004 00 0001 61")); })
            .engine.state()
            .server_name == "a");
}

// Shows RFC 6066 3-3, 3-4, 3-7, 3-8, 9-1
TEST_CASE(
    "server_name is acknowledged where the certificate is for it; a name that no identity has, or "
    "none, is passed over, or refused where it must be known") {
  const ScriptedPeer known = accepted("one of ours", [](RawClientHello& h) {
    h.extensions.set(0, hex("000c 00 0009 6c6f63616c686f7374"));
  });
  CHECK(server_hello_of(known).server_name);
  const Edit stranger = [](RawClientHello& h) { h.extensions.set(0, hex("0004 00 0001 61")); };
  const ScriptedPeer unknown = accepted("none of ours", stranger);
  CHECK(!server_hello_of(unknown).server_name);
  CHECK(unknown.alerts.empty());
  CHECK(!server_hello_of(accepted("none", [](auto&) {})).server_name);
  ServerConfig strict = server_config();
  strict.require_known_name = true;
  check({"none of ours, where it must be known", stranger, Errc::unrecognized_name,
         Alert::unrecognized_name},
        strict);
  check({"none at all, where it must be known", [](auto&) {}, Errc::unrecognized_name,
         Alert::unrecognized_name},
        strict);
}

// Shows RFC 8422 4-2
TEST_CASE("a client that says nothing about groups gets one that everybody has") {
  const ScriptedPeer peer = accepted("no supported_groups", [](RawClientHello& h) {
    h.extensions.remove(10), h.extensions.remove(11);
  });
  CHECK(peer.engine.state().group == NamedGroup::secp256r1);
  CHECK(!server_hello_of(peer).ec_point_formats);
}

// Shows RFC 8422 4-2, 5.2-1
TEST_CASE("a client that lists point formats is told ours: uncompressed, and no other") {
  const ScriptedPeer peer =
      accepted("three formats", [](RawClientHello& h) { h.extensions.set(11, {3, 2, 1, 0}); });
  CHECK(octets(server_hello_of(peer).ec_point_formats.value()) == Octets{0});
}

// Shows RFC 5746 3.6-3
TEST_CASE("renegotiation_info of a first ClientHello must be empty") {
  check({"twelve bytes", [](auto& h) { h.extensions.set(0xff01, vector_of(1, Octets(12))); },
         Errc::renegotiation_info_not_empty, Alert::handshake_failure});
}

// Shows RFC 5746 3.6-1, 3.6-2, 3.6-4, 3.6-7, 4.3-1
TEST_CASE(
    "secure renegotiation is answered when it was signalled, by extension or suite value, and only "
    "then") {
  const ScriptedPeer extension = accepted("the extension", [](auto&) {});
  const ScriptedPeer value = accepted("the suite value", [](RawClientHello& h) {
    h.extensions.remove(0xff01);
    h.suites = prepended(pairs16({0x00ff}), h.suites);
  });
  const ScriptedPeer both = accepted(
      "both", [](RawClientHello& h) { h.suites = prepended(h.suites, pairs16({0x00ff})); });
  for (const ScriptedPeer* peer : {&extension, &value, &both}) {
    CHECK(peer->engine.state().secure_renegotiation);
    const auto answer = server_hello_of(*peer).renegotiation_info;
    REQUIRE(answer);
    CHECK(answer->empty());
  }
  const Edit neither = [](RawClientHello& h) { h.extensions.remove(0xff01); };
  const ScriptedPeer peer = accepted("neither", neither);
  CHECK(!peer.engine.state().secure_renegotiation);
  CHECK(!server_hello_of(peer).renegotiation_info);

  ServerConfig strict = server_config();
  strict.dangerous.allow_missing_secure_renegotiation = false;
  check({"neither, where it is required", neither, Errc::secure_renegotiation_missing,
         Alert::handshake_failure},
        strict);
}

// Shows RFC 7627 5.1-1, 5.2-2, 5.2-3, 5.2-4, 5.2-6
TEST_CASE("the extended master secret is used when the client offers it, and may be required") {
  CHECK(accepted("offered", [](auto&) {}).engine.state().extended_master_secret);
  const Edit without = [](RawClientHello& h) { h.extensions.remove(23); };
  const ScriptedPeer peer = accepted("not offered", without);
  CHECK(!peer.engine.state().extended_master_secret);
  CHECK(!server_hello_of(peer).extended_master_secret);
  ServerConfig strict = server_config();
  strict.common.require_extended_master_secret = true;
  check({"not offered, where it is required", without, Errc::extended_master_secret_missing,
         Alert::handshake_failure},
        strict);
}

// Shows RFC 7301 3.1-4, 3.2-1, 3.2-2, 3.2-3
TEST_CASE(
    "ALPN: the server's first choice that the client offers, no_application_protocol without one, "
    "silence where it was not offered or is not spoken") {
  ServerConfig config = server_config();
  config.common.application_protocols = {"h2", "http/1.1"};
  const ScriptedPeer chosen = accepted(
      "both",
      [](RawClientHello& h) { h.extensions.set(16, hex("000c 08687474702f312e31 026832")); },
      config);
  CHECK(chosen.engine.state().application_protocol == "h2");
  CHECK(text_of(server_hello_of(chosen).application_layer_protocol_negotiation.value()) == "h2");
  const Edit foreign = [](RawClientHello& h) { h.extensions.set(16, hex("0004 03666f6f")); };
  check({"none in common", foreign, Errc::no_common_application_protocol,
         Alert::no_application_protocol},
        config);
  CHECK(!server_hello_of(accepted(
                             "not offered", [](auto&) {}, config))
             .application_layer_protocol_negotiation);
  CHECK(!server_hello_of(accepted("not spoken here", foreign))
             .application_layer_protocol_negotiation);
}

// Shows RFC 5746 3.6-7; RFC 7627 5.2-4; RFC 5246 7.4.1.4-1
TEST_CASE(
    "a ServerHello answers nothing that was not offered, and says neither a session_id nor a "
    "compression method") {
  const ScriptedPeer peer = accepted("a lean hello", [](RawClientHello& h) {
    h.extensions = {{13, vector_of(2, pairs16({0x0807}))}};
  });
  const ServerHello lean = server_hello_of(peer);
  CHECK(lean.extensions.empty());
  CHECK(lean.session_id.empty());
  CHECK(lean.compression_method == 0);
}
