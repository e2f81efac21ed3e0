// What a client makes of a ServerHello that says what was not offered.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using Edit = void (*)(RawServerHello&);

ScriptedPeer answered(Edit edit, const ClientConfig& config = client_config(),
                      std::string_view server_name = "localhost") {
  ScriptedPeer peer(Role::server, Engine::client(config.build().value(), server_name, kNow));
  RawServerHello hello = peer.server_hello();
  edit(hello);
  peer.send(hello.bytes());
  return peer;
}

void check(const std::string& what, Edit edit, Errc code, Alert alert,
           const ClientConfig& config = client_config(),
           std::string_view server_name = "localhost") {
  CAPTURE(what);
  answered(edit, config, server_name).check_fault(code, alert);
}

ScriptedPeer accepted(const std::string& what, Edit edit,
                      const ClientConfig& config = client_config()) {
  CAPTURE(what);
  ScriptedPeer peer = answered(edit, config);
  peer.send_all({HandshakeType::certificate, HandshakeType::server_key_exchange,
                 HandshakeType::server_hello_done});
  peer.change_cipher_spec();
  peer.send(HandshakeType::finished);
  if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
  CHECK(peer.engine.state().handshake_complete);
  CHECK(peer.finished_is_right);
  return peer;
}

ClientConfig with_protocols() {
  ClientConfig config = client_config();
  config.common.application_protocols = {"h2", "http/1.1"};
  return config;
}

}  // namespace

// Shows RFC 5746 3.4-1; RFC 6066 3-1, 3-2, 3-6; RFC 7627 5.2-1; RFC 8422 4-1, 5.1-3, 5.1.2-4;
// RFC 5246 7.4.1.2-4, 7.4.1.2-7, 7.4.1.4.1-1, 7.4.1.4.1-2, 7.4.1.4.1-6, E.1-4, E.2-4;
// RFC 5288 4-2; RFC 6655 5-2; RFC 7251 2-5, 2-9, 3-2
TEST_CASE(
    "a client's first ClientHello offers what it can do, in a record that old servers put up "
    "with") {
  const ScriptedPeer peer = ScriptedPeer::server_of();
  REQUIRE(peer.seen.size() == 1);
  CHECK(peer.versions == std::vector<int>{0x0301});
  const ClientHello hello = client_hello_of(peer);
  CHECK(hello.client_version == ProtocolVersion::tls12);
  CHECK(hello.cipher_suites.size() == 6);
  CHECK(octets(hello.compression_methods) == Octets{0});
  CHECK(hello.session_id.empty());
  CHECK(hello.server_name == "localhost");
  CHECK(hello.supported_groups->size() == 4);
  CHECK(octets(*hello.ec_point_formats) == Octets{0});
  CHECK(hello.signature_algorithms->contains(SignatureScheme::ed25519));
  CHECK(!hello.signature_algorithms->contains(SignatureScheme::rsa_pkcs1_sha1));
  CHECK(!hello.signature_algorithms->contains(SignatureScheme::ecdsa_sha1));
  CHECK(hello.extended_master_secret);
  CHECK(hello.renegotiation_info->empty());
  CHECK(!hello.application_layer_protocol_negotiation);
}

// Shows RFC 6066 3-6
TEST_CASE(
    "an IP address is never sent as server_name, nor is the dot at the end of an absolute name") {
  const auto name_sent = [](std::string_view name) {
    const ScriptedPeer peer(Role::server,
                            Engine::client(client_config().build().value(), name, kNow));
    const ClientHello hello = client_hello_of(peer);
    return std::string(hello.server_name.value_or("nothing"));
  };
  CHECK(name_sent("192.0.2.1") == "nothing");
  CHECK(name_sent("2001:db8::1") == "nothing");
  CHECK(name_sent("example.org.") == "example.org");
}

// Shows RFC 8422 4-1, 4-4, 5.1-1, 5.1-2, 5.1-3, 5.1.2-4; RFC 7251 2-4, 2-5; RFC 7919 3-3
TEST_CASE("groups and point formats are offered by a client whose suites use them") {
  using enum CipherSuite;
  const auto offered = [](CipherSuite suite) {
    ClientConfig config = client_config();
    config.common.policy = SuitePolicy::legacy;
    config.common.suites = {suite};
    const ScriptedPeer peer = ScriptedPeer::server_of(config);
    const ClientHello hello = client_hello_of(peer);
    std::string said = hello.ec_point_formats
                           ? "formats" + std::string(octets(*hello.ec_point_formats) == Octets{0}
                                                         ? ""
                                                         : " of other points")
                           : "no formats";
    if (!hello.supported_groups) return said + ", no groups";
    const auto is_field = [](NamedGroup group) { return static_cast<int>(group) >> 8 == 1; };
    const bool fields =
        std::any_of(hello.supported_groups->begin(), hello.supported_groups->end(), is_field);
    const bool curves =
        !std::all_of(hello.supported_groups->begin(), hello.supported_groups->end(), is_field);
    return said + (curves ? ", curves" : "") + (fields ? ", fields" : "");
  };
  CHECK(offered(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256) == "formats, curves");
  CHECK(offered(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA) == "formats, curves");
  CHECK(offered(TLS_DHE_RSA_WITH_AES_128_GCM_SHA256) == "no formats, fields");
  CHECK(offered(TLS_RSA_WITH_AES_128_GCM_SHA256) == "no formats, no groups");
}

// Shows RFC 7627 6.4-1; RFC 5246 E.1-1; RFC 5288 4-1; RFC 5289 4-1; RFC 6655 5-1; RFC 7251 3-1
TEST_CASE("a version that was not offered is answered with protocol_version") {
  check(
      "TLS 1.1", [](auto& h) { h.version = 0x0302; }, Errc::version_not_offered,
      Alert::protocol_version);
  check(
      "TLS 1.3", [](auto& h) { h.version = 0x0304; }, Errc::version_not_offered,
      Alert::protocol_version);
  check(
      "SSL 3.0", [](auto& h) { h.version = 0x0300; }, Errc::version_not_offered,
      Alert::protocol_version);
}

TEST_CASE("a suite or compression method that was not offered is answered with illegal_parameter") {
  check(
      "one that is unknown", [](auto& h) { h.suite = 0x002f; }, Errc::suite_not_offered,
      Alert::illegal_parameter);
  check(
      "one of TLS 1.3", [](auto& h) { h.suite = 0x1301; }, Errc::suite_not_offered,
      Alert::illegal_parameter);
  check(
      "the signalling value", [](auto& h) { h.suite = 0x00ff; }, Errc::suite_not_offered,
      Alert::illegal_parameter);
  ClientConfig config = client_config();
  config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384};
  check(
      "one that this stack has, but this client does not want", [](auto&) {},
      Errc::suite_not_offered, Alert::illegal_parameter, config);
  check(
      "DEFLATE", [](auto& h) { h.compression = 1; }, Errc::compression_not_offered,
      Alert::illegal_parameter);
}

// Shows RFC 5746 3.6-7; RFC 5246 7.4.1.4-2, 7.4.1.4.1-7
TEST_CASE(
    "an extension that was not offered is answered with unsupported_extension, known or not") {
  check(
      "an unknown one", [](auto& h) { h.extensions.add(0x1234, {}); }, Errc::extension_not_offered,
      Alert::unsupported_extension);
  check(
      "a reserved one", [](auto& h) { h.extensions.add(0x0a0a, {}); }, Errc::extension_not_offered,
      Alert::unsupported_extension);
  check(
      "session_ticket", [](auto& h) { h.extensions.add(35, {}); }, Errc::extension_not_offered,
      Alert::unsupported_extension);
  check(
      "supported_versions", [](auto& h) { h.extensions.add(43, {3, 4}); },
      Errc::extension_not_offered, Alert::unsupported_extension);
  check(
      "ALPN, by a client that offered no protocol",
      [](auto& h) { h.extensions.add(16, hex("0003 026832")); }, Errc::extension_not_offered,
      Alert::unsupported_extension);
  check(
      "signature_algorithms, which a server never answers",
      [](auto& h) { h.extensions.add(13, hex("0002 0807")); }, Errc::extension_not_offered,
      Alert::unsupported_extension);
  check(
      "server_name, by a client that named an address", [](auto& h) { h.extensions.add(0, {}); },
      Errc::extension_not_offered, Alert::unsupported_extension, client_config(), "127.0.0.1");
}

TEST_CASE("extensions that were offered may be answered") {
  accepted("server_name, point formats and the groups that some servers send",
           [](RawServerHello& h) {
             h.extensions.add(0, {});
             h.extensions.add(11, {3, 0, 1, 2});
             h.extensions.add(10, hex("0002 001d"));
           });
  accepted("a session_id to remember", [](RawServerHello& h) { h.session_id = Octets(32, 9); });
}

// Shows RFC 7301 3.1-4; RFC 6066 3-8; RFC 5246 7.4.1.2-11, 7.4.1.4-3
TEST_CASE("a ServerHello that cannot be parsed is answered with decode_error") {
  check(
      "an extension twice", [](auto& h) { h.extensions.add(23, {}); }, Errc::duplicate_extension,
      Alert::decode_error);
  check(
      "a session_id of 33 bytes", [](auto& h) { h.session_id = Octets(33); },
      Errc::length_out_of_range, Alert::decode_error);
  check(
      "extended_master_secret with content", [](auto& h) { h.extensions.set(23, {0}); },
      Errc::message_trailing_data, Alert::decode_error);
  check(
      "server_name with content", [](auto& h) { h.extensions.add(0, {0}); },
      Errc::message_trailing_data, Alert::decode_error);
  check(
      "two protocols", [](auto& h) { h.extensions.add(16, hex("000c 026832 08687474702f312e31")); },
      Errc::length_out_of_range, Alert::decode_error, with_protocols());
}

// Shows RFC 7301 3.1-3, 3.1-4, 3.2-3
TEST_CASE("ALPN: what the server chose must be among what was offered, to the byte") {
  const ScriptedPeer peer = accepted(
      "h2", [](RawServerHello& h) { h.extensions.add(16, hex("0003 026832")); }, with_protocols());
  CHECK(peer.engine.state().application_protocol == "h2");
  CHECK(
      accepted("none", [](auto&) {}, with_protocols()).engine.state().application_protocol.empty());
  check(
      "another", [](auto& h) { h.extensions.add(16, hex("0003 026833")); },
      Errc::application_protocol_not_offered, Alert::illegal_parameter, with_protocols());
  check(
      "the start of one", [](auto& h) { h.extensions.add(16, hex("0002 0168")); },
      Errc::application_protocol_not_offered, Alert::illegal_parameter, with_protocols());
}

// Shows RFC 8422 5.2-2
TEST_CASE("uncompressed points must be among the server's formats, if it lists any") {
  check(
      "others only", [](auto& h) { h.extensions.add(11, {2, 1, 2}); }, Errc::point_format_missing,
      Alert::illegal_parameter);
}

// Shows RFC 5746 3.4-3, 3.4-4, 4.1-1
TEST_CASE(
    "a server without secure renegotiation is refused unless the configuration says otherwise") {
  check(
      "renegotiation_info that is not empty",
      [](auto& h) { h.extensions.set(0xff01, vector_of(1, Octets(24))); },
      Errc::renegotiation_info_not_empty, Alert::handshake_failure);
  const Edit without = [](RawServerHello& h) { h.extensions.remove(0xff01); };
  check("none", without, Errc::secure_renegotiation_missing, Alert::handshake_failure);
  check(
      "no extensions at all", [](auto& h) { h.extensions = {}; },
      Errc::secure_renegotiation_missing, Alert::handshake_failure);
  ClientConfig config = client_config();
  config.dangerous.allow_missing_secure_renegotiation = true;
  CHECK(!accepted("none, by permission", without, config).engine.state().secure_renegotiation);
}

// Shows RFC 7627 5.2-5, 5.2-6
TEST_CASE(
    "a server without the extended master secret is put up with unless the configuration requires "
    "it") {
  const Edit without = [](RawServerHello& h) { h.extensions.remove(23); };
  CHECK(!accepted("none", without).engine.state().extended_master_secret);
  ClientConfig config = client_config();
  config.common.require_extended_master_secret = true;
  check("none, where it is required", without, Errc::extended_master_secret_missing,
        Alert::handshake_failure, config);
}
