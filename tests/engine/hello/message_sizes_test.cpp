// Messages whose parts come from several sources: what does not fit is refused by build(), left
// out, or a named error.
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"
#include "support/pair_with_session.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;

namespace {

constexpr std::size_t kTwo = 0xffff, kThree = 0xffffff;

/// What the first bytes of an engine's output offer.
ClientHello hello_of(const Engine& client, Octets& storage) {
  storage = octets(client.output());
  return wire::parse_client_hello(
             Bytes(storage).subspan(kRecordHeaderSize + wire::kHandshakeHeaderSize))
      .value();
}
/// The same of a ClientHello that takes several records.
ClientHello large_hello_of(const Engine& client, Octets& storage) {
  storage.clear();
  for (Bytes rest = client.output(); !rest.empty();) {
    const std::size_t size = static_cast<std::size_t>(rest[3] << 8 | rest[4]);
    const Bytes fragment = rest.subspan(kRecordHeaderSize, size);
    storage.insert(storage.end(), fragment.begin(), fragment.end());
    rest = rest.subspan(kRecordHeaderSize + size);
  }
  return wire::parse_client_hello(Bytes(storage).subspan(wire::kHandshakeHeaderSize)).value();
}

/// A client that was given a ticket of that size.
struct WithTicket : PairWithSession {
  explicit WithTicket(std::size_t size) : PairWithSession(true) { set_ticket(size); }
  void set_ticket(std::size_t size) {
    session::Session session = clients->session();
    session.ticket = Octets(size, 0x77);
    clients->set(session);
  }
  Engine connect() { return Engine::client(client.build().value(), "localhost", kNow); }
};

void check_refused(const auto& config, std::string_view field) {
  const auto built = config.build();
  REQUIRE_FALSE(built.has_value());
  CHECK(built.error().code == Errc::bad_configuration);
  CHECK(built.error().phase == Phase::configure);
  CHECK_MESSAGE(built.error().about().starts_with(field), built.error().about());
}

std::vector<std::string> protocols(std::size_t wire_size) {
  std::vector<std::string> names;
  for (; wire_size > 256; wire_size -= 200) names.emplace_back(199, 'p');
  names.emplace_back(wire_size - 1, 'q');
  return names;
}

Octets list_of_scts(std::size_t size) { return vector_of(2, Octets(size - 2, 0x5c)); }

}  // namespace

// ------------------------------------------------ tickets

TEST_CASE(
    "RFC 5246 §7.4.1.4: a client offers the largest ticket that fits beside its other extensions, "
    "and leaves out one that is larger") {
  WithTicket ends(1000);
  Octets storage;
  const Engine small = ends.connect();
  const std::size_t room = kTwo - (hello_of(small, storage).extensions.wire().size() - 1000);
  REQUIRE(room > 64'000);

  ends.set_ticket(room);
  const Engine largest = ends.connect();
  REQUIRE_FALSE(largest.error());
  const ClientHello full = large_hello_of(largest, storage);
  CHECK(full.extensions.wire().size() == kTwo);
  CHECK(full.session_ticket->size() == room);
  CHECK(full.session_id.size() == 32);

  for (const std::size_t size : {room + 1, room + 50, kTwo}) {
    ends.set_ticket(size);
    EnginePair pair(ends.client, ends.server);
    const ClientHello without = hello_of(pair.client, storage);
    CHECK(without.session_ticket->empty());
    CHECK(without.session_id.empty());
    pair.talk();
    CHECK(pair.complete());
    CHECK_FALSE(pair.client.state().resumed);
  }
}

TEST_CASE(
    "padding does not keep a ticket from being offered, and a ClientHello without its ticket is "
    "padded") {
  WithTicket ends(60'000);
  ends.client.pad_hello_to = 0x4000;
  Octets storage;
  CHECK(large_hello_of(ends.connect(), storage).session_ticket->size() == 60'000);
  ends.set_ticket(kTwo);
  const Engine without = ends.connect();
  CHECK(hello_of(without, storage).session_ticket->empty());
  CHECK(without.output().size() == kRecordHeaderSize + 0x4000);
}

TEST_CASE(
    "a client does not keep a ticket that it could never offer: it keeps the session ID, or "
    "nothing") {
  for (const auto& [size, kept] : {std::pair(std::size_t{10'000}, true),
                                   std::pair(std::size_t{65'500}, false), std::pair(kTwo, false)}) {
    CAPTURE(size);
    const auto store = std::make_shared<OneSession>();
    ClientConfig config = client_config();
    config.sessions = store;
    config.common.limits.handshake_message = 1 << 17;
    ScriptedPeer peer = ScriptedPeer::server_of(config);
    peer.gives_ticket = true;
    peer.send_server_flight();
    peer.send(message_of(new_session_ticket,
                         joined({hex("00000e10"), vector_of(2, Octets(size, 0x77))})));
    peer.change_cipher_spec();
    peer.send(finished);
    REQUIRE(peer.engine.state().handshake_complete);
    CHECK((!store->empty() && !store->session().ticket.empty()) == kept);
  }
}

TEST_CASE(
    "a server issues no ticket larger than kMaxTicket, and takes back each one that it issues, "
    "however large the client's chain is") {
  std::size_t issued = 0, not_issued = 0;
  for (const std::size_t limit : {std::size_t{64 * 1024}, std::size_t{8 * 1024}})
    for (std::size_t uri = 500; uri < 20'000; uri += 1'300) {
      CAPTURE(limit);
      CAPTURE(uri);
      const auto chain =
          make_chain({.key = KeyKind::ed25519,
                      .names = {"client.example", "URI:https://a.example/" + std::string(uri, 'x')},
                      .for_clients = true});
      ClientConfig client = client_config();
      client.identities = {chain.leaf};
      const auto store = std::make_shared<OneSession>();
      client.sessions = store;
      ServerConfig server = server_config();
      server.client_authentication = ClientAuthentication::require_and_verify;
      server.client_trust = TrustStore::of({chain.ca.chain().front()});
      server.ticket_keys = TicketKeys::rotating().value();
      server.common.limits.client_hello = limit;
      ConnectedEnginePair first(client, server);
      const bool has_ticket = !store->empty();
      if (has_ticket) CHECK(store->session().ticket.size() <= kMaxTicket);
      (has_ticket ? issued : not_issued) += 1;

      ConnectedEnginePair second(client, server);
      CHECK(second.server.state().resumed == has_ticket);
      // Resumed or not, the state names the client and the chain that was verified.
      REQUIRE(second.server.state().verified_chain.size() == 2);
      CHECK(octets(second.server.state().verified_chain.front().der()) ==
            octets(chain.leaf.chain().front().der()));
      CHECK(octets(second.server.state().peer_certificates.front().der()) ==
            octets(chain.leaf.chain().front().der()));
    }
  CHECK(issued >= 4);
  CHECK(not_issued >= 4);
}

TEST_CASE("a session that does not fit its serialized form is not kept") {
  session::Session session;
  session.peer_raw_public_key = Octets(kTwo, 1);
  CHECK(session::serialize(session).has_value());
  session.peer_raw_public_key = Octets(kTwo + 1, 1);
  CHECK_FALSE(session::serialize(session).has_value());
  session = {};
  session.psk_identity = std::string(kTwo + 1, 'i');
  CHECK_FALSE(session::serialize(session).has_value());
}

// ------------------------------------------------ configurations

TEST_CASE(
    "build() refuses protocol names that a ClientHello cannot hold with its other extensions") {
  ClientConfig config = client_config();
  std::size_t fits = 60'000, too_long = kTwo;
  while (too_long - fits > 1) {
    const std::size_t middle = (fits + too_long) / 2;
    config.common.application_protocols = protocols(middle);
    (config.build().has_value() ? fits : too_long) = middle;
  }
  CHECK(fits > 64'500);
  config.common.application_protocols = protocols(too_long);
  check_refused(config, "application_protocols");

  // The largest that is accepted can be sent by every connection: with the longest name, reserved
  // values and a session.
  config.common.application_protocols = protocols(fits);
  config.grease = true;
  config.sessions = std::make_shared<OneSession>();
  const std::string label(60, 'a'),
      name = label + '.' + label + '.' + label + '.' + label + ".example";
  const Engine client = Engine::client(config.build().value(), name, kNow);
  CHECK_FALSE(client.error());
  Octets storage;
  CHECK(large_hello_of(client, storage).server_name == name);
}

TEST_CASE("build() refuses lists of a client that are longer than their lengths can say, by name") {
  ClientConfig config = client_config();
  config.verify.signature_schemes.assign(40'000, SignatureScheme::ed25519);
  check_refused(config, "verify.signature_schemes");
  config = client_config();
  config.accept_raw_public_key = [](Bytes) { return true; };
  config.server_certificate_types.assign(255, CertificateType::raw_public_key);
  CHECK(config.build().has_value());
  config.server_certificate_types.push_back(CertificateType::x509);
  check_refused(config, "server_certificate_types");
  config = client_config();
  config.identities = {development_identity(KeyKind::ed25519).leaf};
  config.client_certificate_types.assign(256, CertificateType::raw_public_key);
  check_refused(config, "client_certificate_types");
}

TEST_CASE("suites, groups and schemes that a configuration repeats are sent once") {
  ClientConfig config = client_config();
  config.common.suites.assign(40'000, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
  config.common.groups.assign(40'000, NamedGroup::x25519);
  config.common.schemes.assign(40'000, SignatureScheme::ed25519);
  Octets storage;
  const Engine client = Engine::client(config.build().value(), "localhost", kNow);
  const ClientHello hello = hello_of(client, storage);
  CHECK(hello.cipher_suites.size() == 1);
  CHECK(hello.supported_groups->size() == 1);
  CHECK(hello.signature_algorithms->size() == 1);
}

TEST_CASE("RFC 6066 §8: build() refuses a staple that a CertificateStatus cannot hold") {
  ServerConfig config = server_config();
  const Identity identity = config.identities.front();
  config.identities = {identity.with_ocsp_response(Octets(kThree - 4, 1))};
  CHECK(config.build().has_value());
  config.identities = {identity, identity.with_ocsp_response(Octets(kThree - 3, 1))};
  check_refused(config, "identities: ocsp_response");
}

TEST_CASE(
    "RFC 6962 §3.3: build() refuses a list of SCTs that a ServerHello cannot hold with its other "
    "extensions") {
  ServerConfig config = server_config();
  config.common.application_protocols = {"h2", std::string(255, 'p')};
  const Identity identity = config.identities.front();
  const auto with = [&](std::size_t size) {
    return identity.with_signed_certificate_timestamps(list_of_scts(size));
  };
  for (const std::size_t size : {std::size_t{65'300}, kTwo - 2, kTwo, kTwo + 100}) {
    config.identities = {with(size)};
    check_refused(config, "identities: signed_certificate_timestamps");
  }
  for (const char* malformed : {"00", "0000", "0003 aabb", "0001 aa 0000"}) {
    config.identities = {identity.with_signed_certificate_timestamps(hex(malformed))};
    check_refused(config, "identities: signed_certificate_timestamps: malformed");
  }
  // One that is accepted is sent, beside the longest protocol.
  config.identities = {with(65'000)};
  ClientConfig client = client_config();
  client.request_timestamps = true;
  client.common.application_protocols = {std::string(255, 'p')};
  client.common.limits.handshake_message = 1 << 17;
  ConnectedEnginePair pair(client, config);
  CHECK(pair.client.state().signed_certificate_timestamps.size() == 65'000);
}

TEST_CASE(
    "RFC 5246 §7.4.4: certificate_authorities names all authorities that a client may have, or "
    "none") {
  const auto authorities_of = [](std::size_t count) {
    const auto key = PrivateKey::generate(KeyKind::ed25519).value();
    std::vector<Certificate> anchors;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string subject = "CN=" + std::to_string(10'000 + i) +
                                  ",OU=" + std::string(60, 'u') + ",O=" + std::string(60, 'o') +
                                  ",L=" + std::string(100, 'l');
      anchors.push_back(issue_certificate({.subject = subject,
                                           .is_ca = true,
                                           .not_before = kNow,
                                           .not_after = kNow + std::chrono::hours(1)},
                                          key)
                            .value());
    }
    ServerConfig server = server_config();
    server.client_authentication = ClientAuthentication::verify_if_given;
    server.client_trust = TrustStore::of(anchors);
    ClientConfig client = client_config();
    std::optional<std::size_t> named;
    client.choose_identity = [&](const CertificateRequest& request) -> std::optional<Identity> {
      named = request.certificate_authorities.size();
      return std::nullopt;
    };
    ConnectedEnginePair pair(client, server);
    return named.value();
  };
  CHECK(authorities_of(3) == 3);
  CHECK(authorities_of(200) == 200);  // 52 KB
  CHECK(authorities_of(300) == 0);
}

TEST_CASE(
    "RFC 5246 §7.4.4: certificate_authorities is sent up to 2^16-1 bytes, and left out from one "
    "byte "
    "more") {
  const auto key = PrivateKey::generate(KeyKind::ed25519).value();
  /// A name of `full` attributes of 100 letters and one of `last`.
  struct Size {
    std::size_t full, last;
  };
  // How many are named, and their bytes on the wire.
  const auto named_of = [&](std::initializer_list<Size> sizes) {
    std::vector<Certificate> anchors;
    for (const Size& size : sizes) {
      std::string subject = "CN=" + std::to_string(anchors.size());
      for (std::size_t i = 0; i < size.full; ++i) subject += ",L=" + std::string(100, 'l');
      subject += ",L=" + std::string(size.last, 'l');
      auto made = issue_certificate({.subject = subject,
                                     .is_ca = true,
                                     .not_before = kNow,
                                     .not_after = kNow + std::chrono::hours(1)},
                                    key);
      anchors.push_back(made.value());
    }
    ServerConfig server = server_config();
    server.client_authentication = ClientAuthentication::verify_if_given;
    server.client_trust = TrustStore::of(anchors);
    ClientConfig client = client_config();
    std::pair<std::size_t, std::size_t> named;
    client.choose_identity = [&](const CertificateRequest& request) -> std::optional<Identity> {
      for (const Bytes name : request.certificate_authorities) named.second += 2 + name.size();
      named.first = request.certificate_authorities.size();
      return std::nullopt;
    };
    ConnectedEnginePair pair(client, server);
    return named;
  };
  const auto [count, bytes] = named_of({{196, 1}, {196, 1}, {197, 50}});
  CHECK(count == 3);
  const std::size_t last = 50 + kTwo - bytes;
  REQUIRE(last < 100);
  CHECK(named_of({{196, 1}, {196, 1}, {197, last}}) == std::pair(std::size_t{3}, kTwo));
  const auto left_out = std::pair(std::size_t{0}, std::size_t{0});
  CHECK(named_of({{196, 1}, {196, 1}, {197, last + 1}}) == left_out);
  CHECK(named_of({{600, 1}}) == left_out);  // one name that its own length cannot say
}

// ------------------------------------------------ what only the connection knows

TEST_CASE("RFC 4279 §2: a client whose PSK identity does not fit its length fails by name") {
  ClientConfig client{.find_psk = [](std::string_view) {
    return PreSharedKey{.identity = std::string(kTwo + 1, 'i'), .key = Octets(16, 1)};
  }};
  client.common.policy = SuitePolicy::psk;
  ServerConfig server{.find_psk = [](std::string_view) { return Octets(16, 1); }};
  server.common.policy = SuitePolicy::psk;
  EnginePair pair(client, server);
  pair.talk();
  REQUIRE(pair.client.error());
  CHECK(pair.client.error()->code == Errc::field_too_long);
  CHECK(pair.client.error()->about() == "ClientKeyExchange.psk_identity");
  REQUIRE(pair.server.error());
  CHECK(pair.server.error()->alert == Alert::internal_error);
}
