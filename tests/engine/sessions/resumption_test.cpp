// Abbreviated handshakes (RFC 5246 §7.3 figure 2), by session ID and by ticket (RFC 5077), and all
// that makes one a full handshake again.
#include <doctest/doctest.h>

#include "session/session.hpp"
#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// A client and a server that keep sessions, one connection after another.
struct SessionPair : PairConfig {
  explicit SessionPair(bool tickets) : PairConfig(with_sessions(tickets)) {
    server.ticket_keys = TicketKeys::rotating({.seal_for = 1h, .accept_for = 48h}).value();
  }

  /// Whether a connection made now is a resumed one. It must work, and carry data.
  bool resumes(WallTime now = kNow, std::string_view name = "localhost") {
    ConnectedEnginePair pair(*this, name, now);
    Engine &a = pair.client, &b = pair.server;
    CHECK(a.state().resumed == b.state().resumed);
    CHECK(a.write(bytes_of("ping")).has_value());
    carry(a, b);
    CHECK(read_all(b) == "ping");
    // RFC 5246 §7.4.1.3: what was proved then holds now.
    CHECK(a.state().verified_chain.size() ==
          (client.find_psk || client.accept_raw_public_key ? 0 : 2));
    CHECK(a.state().peer_certificates.size() ==
          (client.find_psk || client.accept_raw_public_key ? 0 : 1));
    CHECK(a.state().peer_raw_public_key.empty() == !client.accept_raw_public_key);
    return a.state().resumed;
  }
};

}  // namespace

// Shows RFC 5246 7.3-4
TEST_CASE("a session is resumed, again and again, by ID and by ticket") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    SessionPair ends(tickets);
    CHECK_FALSE(ends.resumes());
    CHECK(ends.resumes());
    CHECK(ends.resumes());
  }
}

TEST_CASE(
    "without a store, or where the server neither keeps sessions nor gives tickets, every "
    "handshake is a full one") {
  SessionPair no_store(true);
  no_store.client.sessions = nullptr;
  CHECK_FALSE(no_store.resumes());
  CHECK_FALSE(no_store.resumes());
  SessionPair refusing(true);
  refusing.server.tickets = false;
  refusing.server.sessions = nullptr;
  CHECK_FALSE(refusing.resumes());
  CHECK_FALSE(refusing.resumes());
}

// Shows RFC 5246 F.1.4-2
TEST_CASE(
    "RFC 5246 appendix F.1.4: a session has a lifetime, which renewing its ticket does not "
    "extend") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    SessionPair ends(tickets);
    ends.server.session_lifetime = 5h;
    CHECK_FALSE(ends.resumes(kNow));
    CHECK(ends.resumes(kNow + 2h));  // by then another key seals: the ticket is renewed
    CHECK(ends.resumes(kNow + 4h));
    CHECK_FALSE(ends.resumes(kNow + 5h));
  }
  CHECK(ServerConfig{}.session_lifetime <= 24h);
}

// Shows RFC 5246 7.4.1.3-2, 7.4.1.3-3, F.1.4-1
TEST_CASE(
    "what a session is bound to: change it, and the handshake is a full one, and none fails") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    const auto first = [&] {
      SessionPair ends(tickets);
      ends.server.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                                   CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
      CHECK_FALSE(ends.resumes());
      return ends;
    };
    SessionPair suite = first();
    suite.server.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
    CHECK_FALSE(suite.resumes());
    SessionPair offered = first();
    offered.client.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
    CHECK_FALSE(offered.resumes());
    SessionPair trust = first();
    trust.client.trust = TrustStore::of({development_identity(KeyKind::ed25519).ca.chain().front(),
                                         development_identity(KeyKind::rsa).ca.chain().front()});
    CHECK_FALSE(trust.resumes());
    SessionPair policy = first();
    policy.client.verify.min_rsa_bits = 3072;
    CHECK_FALSE(policy.resumes());
    CHECK(policy.resumes());
    policy.client.verify.user_initial_policy_set = {"2.5.29.32.0"};
    CHECK_FALSE(policy.resumes());
    SessionPair authentication = first();
    authentication.server.client_authentication = ClientAuthentication::request;
    CHECK_FALSE(authentication.resumes());
    SessionPair keys = first();
    keys.server.ticket_keys = TicketKeys::rotating().value();
    keys.server.sessions = make_memory_session_store();
    CHECK_FALSE(keys.resumes());
    SessionPair name = first();
    CHECK_FALSE(name.resumes(kNow, "127.0.0.1"));
  }
}

// Shows RFC 6066 1.1-3, 3-11
TEST_CASE(
    "RFC 6066 §1.1: a session keeps its max_fragment_length, and a ServerHello that resumes it has "
    "none of these extensions") {
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    SessionPair ends(tickets);
    ends.client.max_fragment_length = 1024;
    for (const bool resumed : {false, true}) {
      Engine a = Engine::client(ends.client.build().value(), "localhost", kNow),
             b = Engine::server(ends.server.build().value(), kNow);
      carry(a, b);
      const auto size =
          static_cast<std::size_t>(b.output()[6] << 16 | b.output()[7] << 8 | b.output()[8]);
      const ServerHello hello = wire::parse_server_hello(b.output().subspan(9, size)).value();
      CHECK(hello.server_name == !resumed);
      CHECK(hello.max_fragment_length.has_value() == !resumed);
      CHECK(!hello.status_request);
      while (carry(a, b) + carry(b, a) != 0) {}
      CHECK(a.state().resumed == resumed);
      for (const Engine* end : {&a, &b}) {
        CHECK(end->state().send_fragment_limit == 1024);
        CHECK(end->state().receive_fragment_limit == 1024);
      }
    }
    // Without the extension, or with another length, the session is not this client's.
    ends.client.max_fragment_length = 2048;
    CHECK_FALSE(ends.resumes());
    ends.client.max_fragment_length = 0;
    CHECK_FALSE(ends.resumes());
  }
}

TEST_CASE(
    "what a configuration decides by a function is asked again before a session is resumed, and a "
    "no is a full handshake") {
  // The first full handshake, the session, and the full handshake that comes of the no.
  const auto second_is_no = [](int& asked) { return ++asked != 2; };
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    int asked = 0;
    SessionPair chain(tickets);
    chain.client.verify.check = [&](const VerifiedChain& c) -> std::optional<std::string> {
      CHECK(c.certificates.size() == 2);
      return second_is_no(asked) ? std::nullopt : std::optional<std::string>("not now");
    };
    CHECK_FALSE(chain.resumes());
    CHECK_FALSE(chain.resumes());
    CHECK(asked == 3);
    CHECK(chain.resumes());

    asked = 0;
    SessionPair raw_key(tickets);
    raw_key.client.server_certificate_types =
        raw_key.server.certificate_types = {CertificateType::raw_public_key};
    raw_key.client.accept_raw_public_key = [&](Bytes key) {
      CHECK(std::ranges::equal(
          key, development_identity(KeyKind::ed25519).leaf.key().public_key_info()));
      return second_is_no(asked);
    };
    CHECK_FALSE(raw_key.resumes());
    CHECK_FALSE(raw_key.resumes());
    CHECK(asked == 3);
    CHECK(raw_key.resumes());

    asked = 0;
    SessionPair psk(tickets);
    psk.client.common.suites =
        psk.server.common.suites = {CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256};
    psk.client.find_psk = [](std::string_view) { return PreSharedKey{"device 7", {1, 2, 3}}; };
    psk.server.find_psk = [&](std::string_view) {
      return second_is_no(asked) ? std::optional(std::vector<std::uint8_t>{1, 2, 3}) : std::nullopt;
    };
    CHECK_FALSE(psk.resumes());
    CHECK_FALSE(psk.resumes());
    CHECK(asked == 3);
    CHECK(psk.resumes());
  }
}

TEST_CASE(
    "RFC 5077 §3.2, §5.1: a ticket that is damaged, cut, foreign or not a ticket costs a full "
    "handshake, and no error") {
  const auto session_with = [](SessionStore& store, auto edit) {
    std::optional<session::Session> session;
    store.get(bytes_of("localhost"), kNow,
              [&](Bytes bytes) { session = session::parse_session(bytes); });
    REQUIRE(session.has_value());
    std::vector<std::uint8_t> ticket(session->ticket.view().begin(), session->ticket.view().end());
    edit(ticket);
    session->ticket = ticket;
    store.put(bytes_of("localhost"), session::serialize(*session).value(), kNow + 1h);
  };
  SessionPair ends(true);
  CHECK_FALSE(ends.resumes());
  std::size_t size = 0;
  session_with(*ends.client.sessions, [&](auto& ticket) { size = ticket.size(); });
  CHECK(size > 100);
  for (std::size_t i = 0; i < size; i += i < 32 || i + 20 > size ? 1 : 37) {
    CAPTURE(i);
    session_with(*ends.client.sessions, [&](auto& ticket) { ticket[i] ^= 0x80; });
    CHECK_FALSE(ends.resumes());
    CHECK(ends.resumes());
  }
  for (const std::size_t left : {std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{28},
                                 std::size_t{44}, size - 1}) {
    CAPTURE(left);
    session_with(*ends.client.sessions, [&](auto& ticket) { ticket.resize(left); });
    CHECK_FALSE(ends.resumes());
  }
  session_with(*ends.client.sessions, [](auto& ticket) { ticket.push_back(0); });
  CHECK_FALSE(ends.resumes());
  session_with(*ends.client.sessions, [](auto& ticket) { ticket.assign(60'000, 0x55); });
  CHECK_FALSE(ends.resumes());
  CHECK(ends.resumes());
}

TEST_CASE("a session whose certificates have expired since is not resumed, at either end") {
  SessionPair ends(true);
  ends.server.session_lifetime = 100h;
  CHECK_FALSE(ends.resumes());
  Engine a = Engine::client(ends.client.build().value(), "localhost", kNow + 25h),
         b = Engine::server(ends.server.build().value(), kNow + 25h);
  while (carry(a, b) + carry(b, a) != 0) {}
  REQUIRE(a.error().has_value());
  CHECK(a.error()->code == Errc::certificate_expired);  // as a full handshake finds
}

TEST_CASE("a damaged session is a miss, at either end") {
  SessionPair ends(true);
  CHECK_FALSE(ends.resumes());
  ends.client.sessions->put(bytes_of("localhost"), bytes_of("nonsense"), kNow + 1h);
  CHECK_FALSE(ends.resumes());
  CHECK(ends.resumes());
}

namespace {

/// The last byte that `from` has to send arrives changed.
void carry_damaged(Engine& from, Engine& to) {
  std::vector<std::uint8_t> wire(from.output().begin(), from.output().end());
  from.sent(wire.size()).value();
  wire.back() ^= 1;
  std::ranges::copy(wire, to.input_space().begin());
  to.received(wire.size()).value();
  REQUIRE(to.error().has_value());
  carry(to, from);
  REQUIRE(from.error().has_value());
}

std::vector<std::uint8_t> kept(SessionStore& store) {
  std::vector<std::uint8_t> session;
  store.get(bytes_of("localhost"), kNow,
            [&](Bytes bytes) { session.assign(bytes.begin(), bytes.end()); });
  return session;
}

}  // namespace

// Shows RFC 5246 7.2-1, 7.2.2-1, 7.2.2-2
TEST_CASE(
    "RFC 5246 §7.2: a fatal alert makes both ends forget the session, be it during the abbreviated "
    "handshake or behind it") {
  for (const bool complete : {false, true}) {
    CAPTURE(complete);
    SessionPair ends(false);
    CHECK_FALSE(ends.resumes());
    CHECK(ends.resumes());
    const auto session = kept(*ends.client.sessions);
    REQUIRE(!session.empty());
    Engine a = Engine::client(ends.client.build().value(), "localhost", kNow),
           b = Engine::server(ends.server.build().value(), kNow);
    carry(a, b);
    if (complete) {
      while (carry(b, a) + carry(a, b) != 0) {}
      REQUIRE(a.state().resumed);
      CHECK(a.write(bytes_of("ping")).has_value());
      carry_damaged(a, b);
    } else {
      carry_damaged(b, a);
    }
    CHECK(kept(*ends.client.sessions).empty());
    ends.client.sessions->put(bytes_of("localhost"), session,
                              kNow + 1h);  // the server has forgotten as well
    CHECK_FALSE(ends.resumes());
  }
}

// Shows RFC 5246 7.4.1.2-2
TEST_CASE(
    "identifiers and tickets that a client made up are no sessions: the handshake is a full one, "
    "with another identifier") {
  SessionPair ends(true);
  CHECK_FALSE(ends.resumes());
  for (const std::size_t size : {1u, 31u, 32u}) {
    ScriptedPeer peer = ScriptedPeer::client_of(ends.server);
    peer.client_hello.session_id = Octets(size, 0x1d);
    peer.complete();
    const auto hello = wire::parse_server_hello(Bytes(peer.seen.at(0).bytes).subspan(4)).value();
    CHECK(hello.session_id.size() == 32);
    CHECK(octets(hello.session_id) != peer.client_hello.session_id);
    CHECK_FALSE(peer.engine.state().resumed);
  }
}

// Shows RFC 5246 7.4.1.3-3
TEST_CASE("a server that resumes a session with another suite is answered with illegal_parameter") {
  SessionPair ends(false);
  ends.server.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                               CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256};
  CHECK_FALSE(ends.resumes());
  for (const bool same : {true, false}) {
    ScriptedPeer peer(Role::server, Engine::client(ends.client.build().value(), "localhost", kNow));
    const auto hello = wire::parse_client_hello(Bytes(peer.seen.at(0).bytes).subspan(4)).value();
    REQUIRE(hello.session_id.size() == 32);
    RawServerHello answer = peer.server_hello();
    answer.session_id = octets(hello.session_id);
    answer.suite = static_cast<int>(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
    if (!same)
      answer.suite = static_cast<int>(CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
    peer.send(answer.bytes());
    if (same)
      CHECK_FALSE(peer.engine.error().has_value());
    else
      peer.check_fault(Errc::session_suite_changed, Alert::illegal_parameter);
  }
}

// Shows RFC 5246 F.1.4-1
TEST_CASE("a session whose certificate has expired since is not offered") {
  for (const bool tickets : {false, true}) {
    SessionPair ends(tickets);
    ends.server.session_lifetime = 48h;
    CHECK_FALSE(ends.resumes());
    const auto offers = [&](WallTime now) {
      const ScriptedPeer peer(Role::server,
                              Engine::client(ends.client.build().value(), "localhost", now));
      return !wire::parse_client_hello(Bytes(peer.seen.at(0).bytes).subspan(4))
                  .value()
                  .session_id.empty();
    };
    CHECK(offers(kNow + 23h));
    CHECK_FALSE(offers(kNow + 25h));
  }
}
