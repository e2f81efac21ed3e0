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

struct Ends {
  ClientConfig client = client_config();
  ServerConfig server = server_config();

  Pair talk(WallTime now = kNow) const {
    Pair pair(client, server, "localhost", now);
    pair.talk();
    return pair;
  }
  /// The client pins the server, and trusts no CA.
  static Ends pinning(std::vector<Pin> pins, bool raw = false) {
    Ends ends;
    ends.client.trust = {};
    ends.client.verify.pins = std::move(pins);
    ends.client.verify.pins_suffice = !raw;
    if (raw) ends.client.server_certificate_types = ends.server.certificate_types = {kRaw};
    return ends;
  }
  /// The server pins its client, and trusts no CA.
  static Ends pinned(std::vector<Pin> pins, bool raw = false) {
    Ends ends;
    ends.client.identities = {shown()};
    ends.server.client_authentication = ClientAuthentication::require_and_verify;
    ends.server.verify.pins = std::move(pins);
    ends.server.verify.pins_suffice = !raw;
    if (raw) ends.client.client_certificate_types = ends.server.client_certificate_types = {kRaw};
    return ends;
  }
};

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
    const Pair by_client = Ends::pinning({strange(), pin}).talk(),
               by_server = Ends::pinned({strange(), pin}).talk();
    REQUIRE(by_client.complete());
    REQUIRE(by_server.complete());
    for (const Engine* end : {&by_client.client, &by_server.server}) {
      REQUIRE(end->state().verified_chain.size() == 1);
      CHECK(std::ranges::equal(end->state().verified_chain[0].der(), shown().chain()[0].der()));
    }
  }
  check_refused(Ends::pinning({strange()}).talk().client, Errc::certificate_not_pinned);
  check_refused(Ends::pinned({strange()}).talk().server, Errc::certificate_not_pinned);
}

TEST_CASE("a raw public key is believed when it is pinned, in both roles") {
  const Pair by_client = Ends::pinning({pin_of(shown())}, true).talk();
  CHECK(by_client.complete());
  CHECK(!by_client.client.state().peer_raw_public_key.empty());
  const Pair by_server = Ends::pinned({pin_of(shown())}, true).talk();
  CHECK(by_server.complete());
  CHECK(!by_server.server.state().peer_raw_public_key.empty());
  check_refused(Ends::pinning({strange()}, true).talk().client, Errc::raw_public_key_refused);
  check_refused(Ends::pinned({strange()}, true).talk().server, Errc::raw_public_key_refused);
}

TEST_CASE("a raw public key that is pinned must also be accepted, where both are asked for") {
  for (const bool accepted : {false, true}) {
    Ends ends = Ends::pinning({pin_of(shown())}, true);
    ends.client.accept_raw_public_key = [=](Bytes) { return accepted; };
    CHECK(ends.talk().complete() == accepted);
    ends.client.verify.pins = {strange()};
    CHECK(!ends.talk().complete());
  }
}

TEST_CASE("with a CA, a pinned certificate needs its chain, and a chain its pin") {
  Ends ends;
  ends.client.verify.pins = {pin_of(shown())};
  CHECK(ends.talk().complete());
  ends.client.trust = TrustStore::of({development_identity(KeyKind::rsa).ca.chain().front()});
  CHECK(!ends.talk().complete());
  ends.client.trust = client_config().trust;
  ends.client.verify.pins = {strange()};
  check_refused(ends.talk().client, Errc::certificate_not_pinned);
}

TEST_CASE("a session is resumed under the pins that it was made under, and under no others") {
  for (const bool tickets : {false, true})
    for (const bool raw : {false, true})
      for (const bool at_server : {false, true}) {
        CAPTURE(tickets);
        CAPTURE(raw);
        CAPTURE(at_server);
        const std::vector<Pin> pins = {pin_of(shown())};
        Ends ends = at_server ? Ends::pinned(pins, raw) : Ends::pinning(pins, raw);
        ends.client.sessions = make_memory_session_store();
        ends.client.tickets = tickets;
        ends.server.sessions = make_memory_session_store();
        ends.server.ticket_keys = TicketKeys::rotating().value();
        REQUIRE(ends.talk().complete());
        const Pair again = ends.talk();
        CHECK(again.complete());
        CHECK(again.client.state().resumed);
        // A pin beside the first may be another peer's: the full handshake tells.
        auto& changed = at_server ? ends.server.verify.pins : ends.client.verify.pins;
        changed = {strange(), pins[0]};
        const Pair full = ends.talk();
        CHECK(full.complete());
        CHECK(!full.client.state().resumed);
        changed = {strange()};
        CHECK(!ends.talk().complete());
      }
}

TEST_CASE("with pins_suffice neither a full nor an abbreviated handshake looks at the dates") {
  Ends ends = Ends::pinning({pin_of(shown())});
  ends.client.sessions = make_memory_session_store();
  ends.server.ticket_keys = TicketKeys::rotating().value();
  const WallTime late = kNow + std::chrono::days(1000);
  for (const bool resumed : {false, true}) {
    const Pair pair = ends.talk(late);
    CHECK(pair.complete());
    CHECK(pair.client.state().resumed == resumed);
  }
}

TEST_CASE("a session that was made without a verdict is not resumed where one is asked for") {
  Ends ends;
  ends.client.sessions = make_memory_session_store();
  ends.server.ticket_keys = TicketKeys::rotating().value();
  ends.client.identities = {shown()};
  ends.server.client_authentication = ClientAuthentication::require_any;
  REQUIRE(ends.talk().complete());
  REQUIRE(ends.talk().client.state().resumed);
  for (const bool at_server : {false, true}) {
    Ends asking = ends;
    (at_server ? asking.server.verdict_elsewhere : asking.client.verdict_elsewhere) = true;
    const Pair pair = asking.talk();
    CHECK(!pair.client.state().resumed);
    CHECK((at_server ? pair.server : pair.client).wants() == Wants::verdict);
  }
}
