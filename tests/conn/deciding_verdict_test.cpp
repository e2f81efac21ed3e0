// Dangerous::verdict_decides over connections: the verdict comes from any thread, in time or late.
#include <doctest/doctest.h>

#include <thread>

#include "support/conn_pair.hpp"
#include "support/requested.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

/// The connection's end trusts neither CA.
struct DecidingConnPair : ConnPair {
  static TrustStore nobody_here() {
    return TrustStore::of({make_development_identity({"stranger"}).value().ca.chain()[0]});
  }
  static ClientConfig client_side(Role role) {
    ClientConfig config = live_client_config();
    if (role == Role::server) return config.identities = {live_identity().leaf}, config;
    config.trust = nobody_here();
    config.verdict_elsewhere = config.dangerous.verdict_decides = true;
    return config;
  }
  static ServerConfig server_side(Role role) {
    ServerConfig config = live_server_config();
    if (role == Role::client) return config;
    config.client_authentication = ClientAuthentication::require_and_verify;
    config.client_trust = nobody_here();
    config.send_authorities = false;
    config.verdict_elsewhere = config.dangerous.verdict_decides = true;
    return config;
  }
  explicit DecidingConnPair(Role role) : ConnPair(role, client_side(role), server_side(role)) {
    conn->set_deadline(within(3s, clock));
  }
};

std::string outcome(const Result<void>& result) {
  return result ? "success" : std::string(rule(result.error().code).name);
}

}  // namespace

TEST_CASE("verdict_decides: a verdict inside on_request accepts an invalid certificate") {
  for (const Role role : {Role::client, Role::server}) {
    CAPTURE(role);
    DecidingConnPair b(role);
    unsigned requests = 0;
    b.conn->on_request([&](Wants) {
      ++requests;
      CHECK(requested<VerdictRequest>(*b.conn).failure.has_value());
      CHECK(outcome(b.conn->answer(VerdictAnswer{.accept = true})) == "success");
    });
    CHECK(outcome(b.conn->handshake()) == "success");
    CHECK(requests == 1);
    CHECK(b.conn->state().verified_chain.size() == 1);
  }
}

TEST_CASE("verdict_decides: a verdict from another thread accepts or refuses after a deadline") {
  for (const Role role : {Role::client, Role::server})
    for (const bool accept : {true, false}) {
      CAPTURE(role);
      CAPTURE(accept);
      DecidingConnPair b(role);
      CHECK(outcome(b.conn->handshake()) == "timed_out");
      std::thread([&] {
        CHECK(outcome(b.conn->answer(SessionAnswer{})) == "not_waiting_for_that");
        CHECK(outcome(b.conn->answer(VerdictAnswer{.accept = accept})) == "success");
      }).join();
      b.conn->set_deadline(within(3s, b.clock));
      // The certificate at the server is one for servers.
      const char* failure =
          role == Role::client ? "certificate_unknown_issuer" : "certificate_extended_key_usage";
      CHECK(outcome(b.conn->handshake()) == (accept ? "success" : failure));
    }
}

TEST_CASE("verdict_decides: a verdict after handshake_timeout has no effect") {
  for (const Role role : {Role::client, Role::server}) {
    CAPTURE(role);
    DecidingConnPair b(role);
    b.conn->set_deadline(Deadline::never());
    CHECK(outcome(b.conn->handshake()) == "handshake_timed_out");
    CHECK(b.conn->wants() == Wants::nothing);
    CHECK(outcome(b.conn->answer(VerdictAnswer{.accept = true})) == "not_waiting_for_that");
    CHECK(outcome(b.conn->handshake()) == "handshake_timed_out");
  }
}
