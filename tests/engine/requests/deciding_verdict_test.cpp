// Dangerous::verdict_decides: a verdict from outside accepts a certificate that is not valid.
#include <doctest/doctest.h>

#include <stdexcept>

#include "support/engine_pair.hpp"
#include "support/requested.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

const DevelopmentIdentity& stranger() {
  static const auto made = make_chain({.key = KeyKind::ed25519, .ca_name = "stranger"});
  return made;
}
const DevelopmentIdentity& a_client() {
  static const auto made =
      make_chain({.key = KeyKind::ed25519, .names = {"client.example"}, .for_clients = true});
  return made;
}

/// The end of `role` trusts neither end's CA, and requests a verdict that decides.
struct Ends {
  ClientConfig client = client_config();
  ServerConfig server = server_config();
  Role role;

  explicit Ends(Role of) : role(of) {
    client.sessions = make_memory_session_store();
    server.ticket_keys = TicketKeys::rotating().value();
    const TrustStore anchors = TrustStore::of({stranger().ca.chain().front()});
    if (role == Role::client) {
      client.trust = anchors;
      client.verdict_elsewhere = client.dangerous.verdict_decides = true;
    } else {
      client.identities = {a_client().leaf};
      server.client_authentication = ClientAuthentication::require_and_verify;
      server.client_trust = anchors;
      server.send_authorities = false;
      server.verdict_elsewhere = server.dangerous.verdict_decides = true;
    }
  }
  VerifyPolicy& policy() { return role == Role::client ? client.verify : server.verify; }
};

struct Deciding : EnginePair {
  Engine &end, &other;
  explicit Deciding(const Ends& ends)
      : EnginePair(ends.client, ends.server),
        end(ends.role == Role::client ? client : server),
        other(ends.role == Role::client ? server : client) {
    talk();
  }
};

constexpr Role kRoles[] = {Role::client, Role::server};

}  // namespace

TEST_CASE("verdict_decides: the request has the failure, and accepting completes the handshake") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Deciding pair{Ends(role)};
    REQUIRE(pair.end.wants() == Wants::verdict);
    CHECK(pair.end.due() == "(verify peer)");
    const auto request = requested<VerdictRequest>(pair.end);
    REQUIRE(request.failure.has_value());
    CHECK(request.failure->error.code == Errc::certificate_unknown_issuer);
    CHECK(request.presented.size() == 1);
    CHECK(pair.end.state().verified_chain.empty());
    CHECK(pair.end.output().empty());
    REQUIRE(pair.end.answer(VerdictAnswer{.accept = true}).has_value());
    pair.talk();
    CHECK(pair.complete());
    CHECK(pair.end.state().verified_chain.size() == 1);
  }
}

TEST_CASE("verdict_decides: a refusal without a reason fails with the certificate's own error") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Deciding pair{Ends(role)};
    REQUIRE(pair.end.answer(VerdictAnswer{}).has_value());
    pair.talk();
    REQUIRE(pair.end.error());
    CHECK(pair.end.error()->code == Errc::certificate_unknown_issuer);
    REQUIRE(pair.other.error());
    CHECK(pair.other.error()->alert == Alert::unknown_ca);
  }
}

TEST_CASE("verdict_decides: a refusal with a reason is certificate_refused with its alert") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Deciding pair{Ends(role)};
    REQUIRE(pair.end.answer(VerdictAnswer{.reason = "unknown here", .alert = Alert::access_denied})
                .has_value());
    pair.talk();
    REQUIRE(pair.end.error());
    CHECK(pair.end.error()->code == Errc::certificate_refused);
    CHECK(pair.end.error()->about() == "unknown here");
    REQUIRE(pair.other.error());
    CHECK(pair.other.error()->alert == Alert::access_denied);
  }
}

TEST_CASE("verdict_decides: answers of other kinds and late verdicts have no effect") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Deciding pair{Ends(role)};
    const auto refused = [&](const Answer& answer) {
      return pair.end.answer(answer).error().code == Errc::not_waiting_for_that;
    };
    for (const Answer& answer : one_of_each_answer())
      if (!std::holds_alternative<VerdictAnswer>(answer)) CHECK(refused(answer));
    CHECK(pair.end.wants() == Wants::verdict);
    REQUIRE(pair.end.answer(VerdictAnswer{.accept = true}).has_value());
    CHECK(refused(VerdictAnswer{.reason = "too late"}));
    pair.talk();
    CHECK(refused(VerdictAnswer{.reason = "too late"}));
    CHECK(pair.complete());
  }
}

TEST_CASE("verdict_decides: a valid certificate has no failure, and can be refused") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Ends ends(role);
    ends.client.trust = client_config().trust;
    ends.server.client_trust = TrustStore::of({a_client().ca.chain().front()});
    if (role == Role::client) ends.server.client_trust = {};
    Deciding pair(ends);
    REQUIRE(pair.end.wants() == Wants::verdict);
    CHECK_FALSE(requested<VerdictRequest>(pair.end).failure.has_value());
    CHECK(pair.end.state().verified_chain.size() == 2);
    REQUIRE(pair.end.answer(VerdictAnswer{}).has_value());
    REQUIRE(pair.end.error());
    CHECK(pair.end.error()->code == Errc::certificate_refused);
  }
}

TEST_CASE("verdict_decides: an accepted session is not resumed while its certificate is invalid") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    const Ends ends(role);
    for (int i = 0; i < 2; ++i) {
      Deciding pair(ends);
      REQUIRE(pair.end.wants() == Wants::verdict);
      CHECK(requested<VerdictRequest>(pair.end).failure.has_value());
      REQUIRE(pair.end.answer(VerdictAnswer{.accept = true}).has_value());
      pair.talk();
      REQUIRE(pair.complete());
      CHECK_FALSE(pair.end.state().resumed);
    }
  }
}

TEST_CASE("verdict_decides: failures of this end are not requests") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Ends ends(role);
    ends.client.trust = client_config().trust;
    if (role == Role::server)
      ends.server.client_trust = TrustStore::of({a_client().ca.chain().front()});
    ends.policy().check = [](const VerifiedChain&) -> std::optional<std::string> {
      throw std::runtime_error("thrown by the test");
    };
    Deciding pair(ends);
    CHECK(pair.end.wants() == Wants::nothing);
    REQUIRE(pair.end.error());
    CHECK(pair.end.error()->code == Errc::callback_threw);
  }
}

TEST_CASE("without verdict_decides an invalid certificate fails without a request") {
  for (const Role role : kRoles) {
    CAPTURE(role);
    Ends ends(role);
    ends.client.dangerous.verdict_decides = ends.server.dangerous.verdict_decides = false;
    Deciding pair(ends);
    CHECK(pair.end.wants() == Wants::nothing);
    REQUIRE(pair.end.error());
    CHECK(pair.end.error()->code == Errc::certificate_unknown_issuer);
  }
}

TEST_CASE("build() refuses verdict_decides without verdict_elsewhere") {
  ClientConfig client = client_config();
  client.dangerous.verdict_decides = true;
  const auto refused = client.build();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().about().find("dangerous.verdict_decides") != std::string_view::npos);
  ServerConfig server = server_config();
  server.dangerous.verdict_decides = true;
  CHECK_FALSE(server.build());
}
