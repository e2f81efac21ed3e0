// What a configuration requires of its peer, and what happens when the peer says nothing, says it
// empty, or says no. The alerts are the RFCs', read apart from lib/base/error_table.cpp.
#include "engine/hello/requirements.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace tls12::test::requirements;

namespace {

constexpr std::string_view kOtherIssue = "RFC 5246 §7.2.2: some other issue made it unacceptable";
constexpr std::string_view kNotOptional = "RFC 5246 §7.4.6: the message is not optional";
constexpr std::string_view kNoParameters = "RFC 7366 §2, RFC 5246 §7.2.2: no acceptable parameters";
constexpr std::string_view kFromTheList = "RFC 5246 §7.4.1.3, §7.2.2: from the client's list";
constexpr std::string_view kX509Unless =
    "RFC 5246 §7.4.2, §7.2.2: X.509 unless negotiated otherwise";
constexpr std::string_view kStapleMissing = "RFC 7633 §4.3.3, RFC 6066 §8";
constexpr std::string_view kEmptyChain = "RFC 5246 §7.4.2: a chain holds the sender's certificate";
// Why a cell is empty.
constexpr std::string_view kSilence = "the peer can only be silent";
constexpr std::string_view kAgrees = "an empty extension is the agreement";
constexpr std::string_view kAlwaysShown = "a server's certificate is not optional";
constexpr std::string_view kAlwaysOffered = "a hello always has a suite";

std::vector<Requirement> of_servers() {
  using enum Alert;
  const Octets sct = vector_of(2, vector_of(2, Octets(50, 0)));
  return {
      {"server_certificate_types: raw_public_key, judged by a function", nothing,
       [](PairConfig& e) {
         e.client.server_certificate_types = {kRaw};
         e.client.accept_raw_public_key = [](Bytes) { return true; };
       },
       Refusal{hello([](auto&) {}), unsupported_certificate, kX509Unless},
       Refusal{hello_with(kServerType, {}), decode_error, "RFC 7250 §3, RFC 5246 §7.2.2"},
       Refusal{hello_with(kServerType, {0}), unsupported_certificate,
               "RFC 7250 §4.2, RFC 5246 §7.2.2"},
       unsupported_certificate},
      {"server_certificate_types: raw_public_key, pinned",
       [](PairConfig& e) { e.client.verify.pins = {key_pin()}; },
       [](PairConfig& e) { e.client.server_certificate_types = {kRaw}; },
       Refusal{hello([](auto&) {}), unsupported_certificate, kX509Unless},
       Refusal{shows({}, {{kServerType, {2}}}), decode_error, "RFC 7250 §3: one byte at least"},
       Refusal{shows_another_raw_key(), certificate_unknown, kOtherIssue}, unsupported_certificate},
      {"verify.pins", nothing, [](PairConfig& e) { e.client.verify.pins = {strange_pin()}; },
       kAlwaysShown, Refusal{shows({}), decode_error, kEmptyChain},
       Refusal{hello([](auto&) {}), certificate_unknown, "RFC 7469 §2.6, RFC 5246 §7.2.2"},
       certificate_unknown},
      {"require_extended_master_secret", nothing,
       [](PairConfig& e) { e.client.common.require_extended_master_secret = true; },
       Refusal{hello_without(kExtendedMasterSecret), handshake_failure, "RFC 7627 §5.2"}, kAgrees,
       kSilence},
      {"secure renegotiation",
       [](PairConfig& e) { e.client.dangerous.allow_missing_secure_renegotiation = true; },
       [](PairConfig& e) { e.client.dangerous.allow_missing_secure_renegotiation = false; },
       Refusal{hello_without(kRenegotiationInfo), handshake_failure, "RFC 5746 §4.1"},
       Refusal{hello_with(kRenegotiationInfo, {}), decode_error, "RFC 5746 §3.2, RFC 5246 §7.2.2"},
       Refusal{hello_with(kRenegotiationInfo, {1, 0}), handshake_failure, "RFC 5746 §3.4"}},
      {"require_encrypt_then_mac", with_cbc,
       [](PairConfig& e) { e.client.common.require_encrypt_then_mac = true; },
       Refusal{cbc_hello(), handshake_failure, kNoParameters}, kAgrees, kSilence},
      {"require_application_protocol", with_protocol,
       [](PairConfig& e) { e.client.common.require_application_protocol = true; },
       Refusal{hello([](auto&) {}), no_application_protocol, "RFC 7301 §3.2"},
       Refusal{hello_with(kAlpn, {0, 0}), decode_error, "RFC 7301 §3.1: exactly one name"},
       Refusal{hello_with(kAlpn, protocol("b")), illegal_parameter,
               "RFC 7301 §3.2, RFC 5246 §7.2.2: inconsistent with the offer"}},
      {"a certificate that demands a staple, and request_ocsp",
       [](PairConfig& e) {
         e.client.request_ocsp = false;
         e.server.identities = {Identity::from({must_staple()}, known().leaf.key()).value()};
       },
       [](PairConfig& e) { e.client.request_ocsp = true; },
       Refusal{shows(list_of(must_staple())), bad_certificate_status_response, kStapleMissing},
       Refusal{shows(list_of(must_staple()), {{kStatusRequest, {}}}, Octets{1, 0, 0, 0}),
               decode_error, "RFC 6066 §8: OCSPResponse<1..2^24-1>"},
       Refusal{shows(list_of(must_staple()), {{kStatusRequest, {}}}),
               bad_certificate_status_response, kStapleMissing},
       bad_certificate_status_response},
      {"verify.transparency", [](PairConfig& e) { e.client.request_timestamps = true; },
       [](PairConfig& e) { e.client.verify.transparency = {.logs = {log()}, .required = 1}; },
       Refusal{hello([](auto&) {}), certificate_unknown, kOtherIssue},
       Refusal{hello_with(kTimestamps, {0, 0}), decode_error,
               "RFC 6962 §3.3: SerializedSCT sct_list<1..2^16-1>"},
       Refusal{hello_with(kTimestamps, sct), certificate_unknown, kOtherIssue},
       certificate_unknown},
      {"a pre-shared key alone", nothing,
       [](PairConfig& e) {
         with_psk(e);
         e.client.common.suites = {kPsk};
         e.server.common.suites = {kPsk, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
       },
       Refusal{hello([](auto&) {}), illegal_parameter, kFromTheList}, kAlwaysOffered,
       Refusal{hello([](auto& h) { h.suite = 0xc02f; }), illegal_parameter, kFromTheList},
       Then::full_handshake},
      {"verify.check", nothing,
       [](PairConfig& e) {
         e.client.verify.check = [](auto&) { return std::optional<std::string>("no"); };
       },
       kAlwaysShown, Refusal{shows({}), decode_error, kEmptyChain},
       Refusal{hello([](auto&) {}), certificate_unknown, kOtherIssue}, certificate_unknown},
  };
}

std::vector<Requirement> of_clients() {
  using enum Alert;
  return {
      {"client_certificate_types: raw_public_key", with_either_client_key,
       [](PairConfig& e) {
         e.server.client_authentication = ClientAuthentication::require_any;
         e.server.client_certificate_types = {kRaw};
       },
       Refusal{client_hello_without(kClientType), unsupported_certificate, "RFC 7250 §4.2"},
       Refusal{client_hello_with(kClientType, {0}), decode_error,
               "RFC 7250 §3: client_certificate_types<1..2^8-1>"},
       Refusal{client_hello_with(kClientType, {1, 0}), unsupported_certificate, "RFC 7250 §4.2"},
       unsupported_certificate},
      {"client_certificate_types: raw_public_key, pinned", with_either_client_key,
       [](PairConfig& e) {
         e.server.client_authentication = ClientAuthentication::require_any;
         e.server.client_certificate_types = {kRaw};
         e.server.accept_raw_public_key = nullptr;
         e.server.verify.pins = {strange_pin()};
       },
       Refusal{answers({}, {{kClientType, {1, 2}}}), unexpected_message, kNotOptional},
       Refusal{answers({client_list({})}, {{kClientType, {1, 2}}}), handshake_failure,
               "RFC 5246 §7.4.6"},
       Refusal{answers({client_list(octets(internals(leaf()).public_key_info))},
                       {{kClientType, {1, 2}}}),
               certificate_unknown, kOtherIssue},
       unsupported_certificate},
      {"client_authentication require_any", nothing,
       [](PairConfig& e) {
         with_client_certificate(e);
         e.server.client_authentication = ClientAuthentication::require_any;
       },
       Refusal{answers({}), unexpected_message, kNotOptional},
       Refusal{answers({client_list({})}), handshake_failure, "RFC 5246 §7.4.6"}, kSilence,
       Then::full_handshake},
      {"client_authentication require_and_verify", with_client_certificate,
       [](PairConfig& e) {
         e.server.client_authentication = ClientAuthentication::require_and_verify;
         e.server.client_trust =
             TrustStore::of({development_identity(KeyKind::rsa).ca.chain().front()});
       },
       Refusal{answers({}), unexpected_message, kNotOptional},
       Refusal{answers({client_list({})}), handshake_failure, "RFC 5246 §7.4.6"},
       Refusal{answers({client_list(list_of(client_leaf()))}), unknown_ca,
               "RFC 5246 §7.2.2: the CA could not be matched with a known one"},
       unknown_ca},
      {"verify.pins of clients", with_client_certificate,
       [](PairConfig& e) {
         e.server.client_authentication = ClientAuthentication::require_and_verify;
         e.server.verify.pins = {strange_pin()};
         e.server.verify.pins_suffice = true;
       },
       Refusal{answers({}), unexpected_message, kNotOptional},
       Refusal{answers({client_list({})}), handshake_failure, "RFC 5246 §7.4.6"},
       Refusal{answers({client_list(list_of(leaf()))}), certificate_unknown,
               "RFC 7469 §2.6, RFC 5246 §7.2.2"},
       certificate_unknown},
      {"require_extended_master_secret", nothing,
       [](PairConfig& e) { e.server.common.require_extended_master_secret = true; },
       Refusal{client_hello_without(kExtendedMasterSecret), handshake_failure, "RFC 7627 §5.2"},
       kAgrees, kSilence},
      {"secure renegotiation", nothing,
       [](PairConfig& e) { e.server.dangerous.allow_missing_secure_renegotiation = false; },
       Refusal{client_hello_without(kRenegotiationInfo), handshake_failure, "RFC 5746 §4.3"},
       Refusal{client_hello_with(kRenegotiationInfo, {}), decode_error,
               "RFC 5746 §3.2, RFC 5246 §7.2.2"},
       Refusal{client_hello_with(kRenegotiationInfo, {1, 0}), handshake_failure, "RFC 5746 §3.6"}},
      {"require_encrypt_then_mac", with_cbc,
       [](PairConfig& e) { e.server.common.require_encrypt_then_mac = true; },
       Refusal{offers(kCbc), handshake_failure, kNoParameters}, kAgrees, kSilence},
      {"require_application_protocol", with_protocol,
       [](PairConfig& e) { e.server.common.require_application_protocol = true; },
       Refusal{client_hello_without(kAlpn), no_application_protocol, "RFC 7301 §3.2"},
       Refusal{client_hello_with(kAlpn, {0, 0}), decode_error,
               "RFC 7301 §3.1: ProtocolName protocol_name_list<2..2^16-1>"},
       Refusal{client_hello_with(kAlpn, protocol("b")), no_application_protocol, "RFC 7301 §3.2"}},
      {"require_known_name", nothing,
       [](PairConfig& e) {
         e.server.identities = {Identity::from({leaf_for("b")}, known().leaf.key()).value()};
         e.server.require_known_name = true;
       },
       Refusal{client_hello_without(kServerName), unrecognized_name, "RFC 6066 §3"},
       Refusal{client_hello_with(kServerName, {}), decode_error,
               "RFC 6066 §3: ServerName server_name_list<1..2^16-1>"},
       Refusal{client_hello_with(kServerName, hex("0004 00 0001 61")), unrecognized_name,
               "RFC 6066 §3"},
       unrecognized_name},
      {"a pre-shared key alone", nothing,
       [](PairConfig& e) {
         with_psk(e);
         e.server.identities.clear();
       },
       Refusal{client_hello_without(kServerName), handshake_failure, "RFC 5246 §7.4.1.3"},
       kAlwaysOffered,
       Refusal{offers(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256), handshake_failure,
               "RFC 5246 §7.4.1.3"},
       Then::full_handshake},
  };
}

/// The engine ended the handshake, and told its peer so.
void check_alert(const ScriptedPeer& peer, Alert alert) {
  REQUIRE(peer.engine.error().has_value());
  CAPTURE(peer.engine.error()->message());
  CHECK(name(peer.engine.error()->alert.value()) == name(alert));
  CHECK(peer.alerts.size() == 1);
  CHECK(!peer.engine.state().handshake_complete);
}
/// The alert of the end that found the fault.
std::string alert_of(const EnginePair& pair) {
  const auto found = [](const Engine& end) {
    return end.error() && end.error()->code != Errc::peer_alert;
  };
  const Engine& end = found(pair.client) ? pair.client : pair.server;
  return end.error() ? name(end.error()->alert.value()) : "none";
}

void check_cell(std::string_view column, const Cell& cell, ScriptedPeer peer) {
  if (std::holds_alternative<std::string_view>(cell)) return;
  const auto& [play, alert, source] = std::get<Refusal>(cell);
  CAPTURE(column);
  CAPTURE(source);
  play(peer);
  check_alert(peer, alert);
}

PairConfig lax(const Requirement& row) {
  PairConfig ends;
  row.lax(ends);
  return ends;
}
PairConfig strict(const Requirement& row) {
  PairConfig ends = lax(row);
  row.require(ends);
  return ends;
}

}  // namespace

TEST_CASE(
    "a server that declines what a client requires is refused, whether it is silent or says no") {
  for (const Requirement& row : of_servers()) {
    CAPTURE(row.name);
    const auto peer = [&] { return ScriptedPeer::server_of(strict(row).client); };
    check_cell("absent", row.absent, peer());
    check_cell("empty", row.empty, peer());
    check_cell("declined", row.declined, peer());
  }
}

TEST_CASE(
    "a client that declines what a server requires is refused, whether it is silent or says no") {
  for (const Requirement& row : of_clients()) {
    CAPTURE(row.name);
    const auto peer = [&] { return ScriptedPeer::client_of(strict(row).server); };
    check_cell("absent", row.absent, peer());
    check_cell("empty", row.empty, peer());
    check_cell("declined", row.declined, peer());
  }
}

// By ID and by ticket; the requirement is one of the client's, or of the server's.
TEST_CASE("a session that was made without a requirement does not satisfy it") {
  for (const bool tickets : {false, true})
    for (const auto& rows : {of_servers(), of_clients()})
      for (const Requirement& row : rows) {
        CAPTURE(tickets);
        CAPTURE(row.name);
        const auto clients = make_memory_session_store(), servers = make_memory_session_store();
        const auto keys = TicketKeys::rotating().value();
        const auto connect = [&](PairConfig ends) {
          ends.client.sessions = clients;
          ends.server.sessions = servers;
          ends.client.tickets = tickets;
          ends.server.ticket_keys = keys;
          EnginePair pair(ends.client, ends.server);
          pair.talk();
          return pair;
        };
        REQUIRE(connect(lax(row)).complete());
        const EnginePair again = connect(lax(row));
        REQUIRE(again.complete());
        REQUIRE(again.client.state().resumed);
        const EnginePair pair = connect(strict(row));
        if (const auto* alert = std::get_if<Alert>(&row.resumed)) {
          CHECK(!pair.complete());
          CHECK(alert_of(pair) == name(*alert));
        } else {
          CHECK(pair.complete());
          CHECK(pair.client.state().resumed == (std::get<Then>(row.resumed) == Then::resumes));
        }
      }
}

namespace {

/// What an end says again when a session is resumed, and does not say here.
struct Silence {
  std::string_view name;
  Change lax, require;
  int extension;
  Alert alert;
  std::string_view source;
};
std::vector<Silence> silences() {
  using enum Alert;
  return {
      {"extended_master_secret", nothing,
       [](PairConfig& e) {
         e.client.common.require_extended_master_secret = true;
         e.server.common.require_extended_master_secret = true;
       },
       kExtendedMasterSecret, handshake_failure, "RFC 7627 §5.2, §5.3"},
      {"secure renegotiation", nothing,
       [](PairConfig& e) { e.server.dangerous.allow_missing_secure_renegotiation = false; },
       kRenegotiationInfo, handshake_failure, "RFC 5746 §4.1, §4.3"},
      {"encrypt_then_mac", with_cbc,
       [](PairConfig& e) {
         e.client.common.require_encrypt_then_mac = true;
         e.server.common.require_encrypt_then_mac = true;
       },
       kEncryptThenMac, handshake_failure, kNoParameters},
      {"ALPN", with_protocol,
       [](PairConfig& e) {
         e.client.common.require_application_protocol = true;
         e.server.common.require_application_protocol = true;
       },
       kAlpn, no_application_protocol, "RFC 7301 §3.2"},
  };
}

}  // namespace

TEST_CASE("a requirement is checked again when a session is resumed, at both ends") {
  for (const bool tickets : {false, true})
    for (const Silence& row : silences()) {
      CAPTURE(tickets);
      CAPTURE(row.name);
      CAPTURE(row.source);
      PairConfig ends;
      row.lax(ends);
      const auto kept = std::make_shared<OneSession>();
      ends.client.sessions = kept;
      ends.server.sessions = make_memory_session_store();
      ends.client.tickets = tickets;
      ends.server.ticket_keys = TicketKeys::rotating().value();
      ConnectedEnginePair pair(ends.client, ends.server);
      row.require(ends);
      const session::Session session = kept->session();

      ScriptedPeer server = ScriptedPeer::server_of(ends.client);
      server.resumes = {octets(session.master_secret.bytes()), {}, {}};
      server.suite = session.suite;
      RawServerHello answer = server.server_hello();
      REQUIRE(!answer.session_id.empty());
      answer.extensions.remove(row.extension);
      server.send(answer.bytes());
      check_alert(server, row.alert);

      ScriptedPeer client = ScriptedPeer::client_of(ends.server);
      client.resumes = server.resumes;
      client.client_hello.suites = pairs16({static_cast<int>(session.suite)});
      client.client_hello.session_id = tickets ? Octets(32, 0x1d) : octets(session.session_id);
      client.client_hello.extensions.add(kServerName, hex("000c 00 0009 6c6f63616c686f7374"));
      if (tickets) client.client_hello.extensions.add(35, octets(session.ticket));
      client.client_hello.extensions.remove(row.extension);
      client.send(client_hello);
      check_alert(client, row.alert);
    }
}

namespace {

/// Connects again and again, by ID or by ticket.
struct SessionPair : PairConfig {
  explicit SessionPair(bool tickets) : PairConfig(with_sessions(tickets)) {}
  /// 'r': resumed; 'f': a full handshake; or the alert of the end that refuses.
  std::string connect() const {
    const EnginePair pair = talked(*this);
    return pair.complete() ? pair.client.state().resumed ? "r" : "f" : alert_of(pair);
  }
};

}  // namespace

TEST_CASE(
    "a client is asked for its pre-shared key, with the same hint, before it offers a session") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    SessionPair ends(tickets);
    with_psk(ends);
    ends.client.common.suites = ends.server.common.suites = {kPsk};
    ends.server.psk_identity_hint = "a hint";
    std::vector<std::string> hints;
    std::string identity = "device 7";
    ends.client.find_psk = [&](std::string_view hint) -> std::optional<PreSharedKey> {
      hints.emplace_back(hint);
      if (identity.empty()) return std::nullopt;
      return PreSharedKey{identity, Octets(16, 7)};
    };
    CHECK(ends.connect() == "f");
    CHECK(ends.connect() == "r");
    CHECK(hints == std::vector<std::string>{"a hint", "a hint"});
    identity = "device 8";
    CHECK(ends.connect() == "f");
    CHECK(ends.connect() == "r");
    identity.clear();
    CHECK(ends.connect() == name(Alert::handshake_failure));
  }
}

TEST_CASE(
    "a server asks for a pre-shared key again whatever its identity is, an empty one as well") {
  SessionPair ends(true);
  with_psk(ends);
  ends.client.common.suites = ends.server.common.suites = {kPsk};
  ends.client.find_psk = [](std::string_view) { return PreSharedKey{"", Octets(16, 7)}; };
  CHECK(ends.connect() == "f");
  CHECK(ends.connect() == "r");
  ends.server.find_psk = [](std::string_view) { return std::nullopt; };
  CHECK(ends.connect() != "r");
}

TEST_CASE("accept_anyway is asked again before a session that it made is resumed, at both ends") {
  for (const bool tickets : {false, true})
    for (const bool at_server : {false, true}) {
      CAPTURE(tickets);
      CAPTURE(at_server);
      SessionPair ends(tickets);
      if (at_server) {
        with_client_certificate(ends);
        ends.server.client_authentication = ClientAuthentication::require_and_verify;
      } else {
        ends.client.trust = {};
      }
      int asked = 0;
      bool accepts = true;
      VerifyPolicy& policy = at_server ? ends.server.verify : ends.client.verify;
      policy.dangerous.accept_anyway = [&](const VerifyFailure& failure, auto presented) {
        CHECK(failure.error.code == Errc::certificate_unknown_issuer);
        CHECK(presented.size() == 1);
        ++asked;
        return accepts;
      };
      CHECK(ends.connect() == "f");
      CHECK(ends.connect() == "r");
      CHECK(ends.connect() == "r");
      CHECK(asked == 3);
      accepts = false;
      CHECK(ends.connect() == name(Alert::unknown_ca));
    }
}
