// Pins in a handshake: certificates and raw public keys, both roles, full and abbreviated
// handshakes.
#include <doctest/doctest.h>

#include "support/scripted_peer.hpp"
#include "x509/certificate/parsed_certificate.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr auto kRaw = CertificateType::raw_public_key;

const Identity& shown() { return development_identity(KeyKind::ed25519).leaf; }
Pin pin_of(const Identity& identity, Pin::Kind kind = Pin::Kind::public_key) {
  return Pin::of(identity.chain().front(), kind).value();
}
Pin strange() { return pin_of(development_identity(KeyKind::rsa).leaf); }

/// A client that pins the server, and trusts no CA.
PairConfig client_pinning(std::vector<Pin> pins, bool raw = false) {
  PairConfig config;
  config.client.trust = {};
  config.client.verify.pins = std::move(pins);
  config.client.verify.pins_suffice = !raw;
  if (raw) config.client.server_certificate_types = config.server.certificate_types = {kRaw};
  return config;
}
/// A server that pins its client, and trusts no CA.
PairConfig server_pinning(std::vector<Pin> pins, bool raw = false) {
  PairConfig config;
  config.client.identities = {shown()};
  config.server.client_authentication = ClientAuthentication::require_and_verify;
  config.server.verify.pins = std::move(pins);
  config.server.verify.pins_suffice = !raw;
  if (raw) config.client.client_certificate_types = config.server.client_certificate_types = {kRaw};
  return config;
}

void check_refused(const Engine& by, Errc code) {
  REQUIRE(by.error().has_value());
  CAPTURE(by.error()->message());
  CHECK(rule(by.error()->code).name == rule(code).name);
  CHECK(by.error()->alert == Alert::certificate_unknown);
}

}  // namespace

TEST_CASE(
    "without a CA, each end believes the peer whose key or certificate it has pinned, and no "
    "other") {
  for (const Pin& pin : {pin_of(shown()), pin_of(shown(), Pin::Kind::certificate)}) {
    const EnginePair by_client = talked(client_pinning({strange(), pin})),
                     by_server = talked(server_pinning({strange(), pin}));
    REQUIRE(by_client.complete());
    REQUIRE(by_server.complete());
    for (const Engine* end : {&by_client.client, &by_server.server}) {
      REQUIRE(end->state().verified_chain.size() == 1);
      CHECK(std::ranges::equal(end->state().verified_chain[0].der(), shown().chain()[0].der()));
    }
  }
  check_refused(talked(client_pinning({strange()})).client, Errc::certificate_not_pinned);
  check_refused(talked(server_pinning({strange()})).server, Errc::certificate_not_pinned);
}

TEST_CASE("a raw public key is believed when it is pinned, in both roles") {
  const EnginePair by_client = talked(client_pinning({pin_of(shown())}, true));
  CHECK(by_client.complete());
  CHECK(!by_client.client.state().peer_raw_public_key.empty());
  const EnginePair by_server = talked(server_pinning({pin_of(shown())}, true));
  CHECK(by_server.complete());
  CHECK(!by_server.server.state().peer_raw_public_key.empty());
  check_refused(talked(client_pinning({strange()}, true)).client, Errc::raw_public_key_refused);
  check_refused(talked(server_pinning({strange()}, true)).server, Errc::raw_public_key_refused);
}

TEST_CASE("a raw public key that is pinned must also be accepted, where both are asked for") {
  for (const bool accepted : {false, true}) {
    PairConfig ends = client_pinning({pin_of(shown())}, true);
    ends.client.accept_raw_public_key = [=](Bytes) { return accepted; };
    CHECK(talked(ends).complete() == accepted);
    ends.client.verify.pins = {strange()};
    CHECK(!talked(ends).complete());
  }
}

TEST_CASE("with a CA, a pinned certificate needs its chain, and a chain its pin") {
  PairConfig ends;
  ends.client.verify.pins = {pin_of(shown())};
  CHECK(talked(ends).complete());
  ends.client.trust = TrustStore::of({development_identity(KeyKind::rsa).ca.chain().front()});
  CHECK(!talked(ends).complete());
  ends.client.trust = client_config().trust;
  ends.client.verify.pins = {strange()};
  check_refused(talked(ends).client, Errc::certificate_not_pinned);
}

TEST_CASE("a session is resumed under the pins that it was made under, and under no others") {
  for (const bool tickets : {false, true})
    for (const bool raw : {false, true})
      for (const bool at_server : {false, true}) {
        CAPTURE(tickets);
        CAPTURE(raw);
        CAPTURE(at_server);
        const std::vector<Pin> pins = {pin_of(shown())};
        PairConfig ends = at_server ? server_pinning(pins, raw) : client_pinning(pins, raw);
        ends.client.sessions = make_memory_session_store();
        ends.client.tickets = tickets;
        ends.server.sessions = make_memory_session_store();
        ends.server.ticket_keys = TicketKeys::rotating().value();
        REQUIRE(talked(ends).complete());
        const EnginePair again = talked(ends);
        CHECK(again.complete());
        CHECK(again.client.state().resumed);
        // A pin beside the first may be another peer's: the full handshake tells.
        auto& changed = at_server ? ends.server.verify.pins : ends.client.verify.pins;
        changed = {strange(), pins[0]};
        const EnginePair full = talked(ends);
        CHECK(full.complete());
        CHECK(!full.client.state().resumed);
        changed = {strange()};
        CHECK(!talked(ends).complete());
      }
}

TEST_CASE("with pins_suffice neither a full nor an abbreviated handshake looks at the dates") {
  PairConfig ends = client_pinning({pin_of(shown())});
  ends.client.sessions = make_memory_session_store();
  ends.server.ticket_keys = TicketKeys::rotating().value();
  const WallTime late = kNow + std::chrono::days(1000);
  for (const bool resumed : {false, true}) {
    const EnginePair pair = talked(ends, late);
    CHECK(pair.complete());
    CHECK(pair.client.state().resumed == resumed);
  }
}

TEST_CASE("a session that was made without a verdict is not resumed where one is asked for") {
  PairConfig ends;
  ends.client.sessions = make_memory_session_store();
  ends.server.ticket_keys = TicketKeys::rotating().value();
  ends.client.identities = {shown()};
  ends.server.client_authentication = ClientAuthentication::require_any;
  REQUIRE(talked(ends).complete());
  REQUIRE(talked(ends).client.state().resumed);
  for (const bool at_server : {false, true}) {
    PairConfig asking = ends;
    (at_server ? asking.server.verdict_elsewhere : asking.client.verdict_elsewhere) = true;
    const EnginePair pair = talked(asking);
    CHECK(!pair.client.state().resumed);
    CHECK((at_server ? pair.server : pair.client).wants() == Wants::verdict);
  }
}
