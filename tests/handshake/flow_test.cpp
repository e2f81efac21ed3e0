// The runner alone, over steps that only write down what they were asked.
#include "handshake/flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>  // doctest prints an Errc as a std::error_code
#include <string>
#include <utility>
#include <vector>

using namespace tls12;
using namespace tls12::handshake;

namespace {

using Log = std::vector<std::string>;

struct FakeSteps final : Steps {
  Negotiated facts;
  Log log;
  std::vector<Act> waiting,
      leaves_out;  // acts that give these outcomes, as long as they are listed
  std::optional<Act> fails_at;
  std::optional<Act> requests_at, resumes_at;  // behind these, both ends know so

  const Negotiated& negotiated() const override { return facts; }
  Result<Outcome> take(Act step) override { return act("take ", step); }
  Result<Outcome> send(Act message) override { return act("send ", message); }
  Result<void> receive(Act message, Bytes) override {
    const auto outcome = act("receive ", message);
    return outcome ? Result<void>() : fail(outcome.error());
  }
  Log taken() { return std::exchange(log, {}); }

 private:
  Result<Outcome> act(const char* verb, Act what) {
    log.push_back(std::string(verb) + name(what));
    if (requests_at == what) facts.certificate_requested = true;
    if (resumes_at == what) facts.resumed = true;
    if (fails_at == what) return fail(Errc::crypto_failed, "as the test wants");
    if (std::ranges::find(waiting, what) != waiting.end()) return Outcome::waits;
    if (std::ranges::find(leaves_out, what) != leaves_out.end()) return Outcome::left_out;
    return Outcome::done;
  }
};

struct Run {
  explicit Run(Role role) : flow(role, steps) {}
  explicit Run(Role role, std::span<const Row> rows) : flow(role, steps, rows) {}
  // Both must succeed.
  Log start() {
    REQUIRE(flow.advance().has_value());
    return steps.taken();
  }
  Log receive(Act act) {
    const auto outcome = flow.receive(act, {});
    if (!outcome) FAIL(outcome.error().message());
    return steps.taken();
  }
  FakeSteps steps;
  Flow flow;
};

std::string_view due(const Flow& flow) { return flow.due(); }

}  // namespace

TEST_CASE(
    "a client goes through figure 1: each message of the server's is taken when it is due, and "
    "answered with what follows it") {
  Run client(Role::client);
  CHECK(due(client.flow) == "ClientHello");
  CHECK(client.start() == Log{"send ClientHello"});
  CHECK(due(client.flow) == "ServerHello");
  CHECK(client.receive(Act::server_hello) == Log{"receive ServerHello"});
  CHECK(client.receive(Act::certificate) == Log{"receive Certificate"});
  CHECK(due(client.flow) == "ServerKeyExchange");
  CHECK(client.receive(Act::server_key_exchange) == Log{"receive ServerKeyExchange"});
  CHECK(client.receive(Act::server_hello_done) ==
        Log{"receive ServerHelloDone", "take (verify peer)", "send ClientKeyExchange",
            "take (derive keys)", "send [ChangeCipherSpec]", "send Finished"});
  CHECK(due(client.flow) == "[ChangeCipherSpec]");
  CHECK(client.receive(Act::change_cipher_spec) == Log{"receive [ChangeCipherSpec]"});
  CHECK(due(client.flow) == "Finished");
  CHECK(!client.flow.complete());
  CHECK(client.receive(Act::finished) == Log{"receive Finished", "take (complete)"});
  CHECK(client.flow.complete());
  CHECK(due(client.flow) == "complete");
}

TEST_CASE("a server goes through figure 1, and leaves out the request that it may leave out") {
  Run server(Role::server);
  server.steps.leaves_out = {Act::certificate_request};
  CHECK(server.start().empty());
  CHECK(due(server.flow) == "ClientHello");
  CHECK(server.receive(Act::client_hello) ==
        Log{"receive ClientHello", "take (choose configuration)", "take (look up session)",
            "take (negotiate)", "send ServerHello", "send Certificate", "take (sign)",
            "send ServerKeyExchange", "send CertificateRequest", "send ServerHelloDone"});
  CHECK(due(server.flow) == "ClientKeyExchange");
  CHECK(server.receive(Act::client_key_exchange) ==
        Log{"receive ClientKeyExchange", "take (derive keys)", "take (verify peer)"});
  CHECK(server.receive(Act::change_cipher_spec) == Log{"receive [ChangeCipherSpec]"});
  CHECK(server.receive(Act::finished) ==
        Log{"receive Finished", "send [ChangeCipherSpec]", "send Finished", "take (complete)"});
  CHECK(server.flow.complete());
}

TEST_CASE("the client's Certificate is part of a handshake in which the server asked for it") {
  Run client(Role::client);
  client.steps.requests_at = Act::certificate_request;
  client.start();
  client.receive(Act::server_hello);
  client.receive(Act::certificate);
  client.receive(Act::server_key_exchange);
  CHECK(client.receive(Act::certificate_request) == Log{"receive CertificateRequest"});
  CHECK(client.receive(Act::server_hello_done) ==
        Log{"receive ServerHelloDone", "take (verify peer)", "take (choose identity)",
            "send Certificate", "send ClientKeyExchange", "take (derive keys)",
            "send [ChangeCipherSpec]", "send Finished"});

  Run server(Role::server);
  server.steps.requests_at = Act::certificate_request;
  server.start();
  server.receive(Act::client_hello);
  CHECK(due(server.flow) == "Certificate");
  CHECK(server.receive(Act::certificate) == Log{"receive Certificate"});
  CHECK(due(server.flow) == "ClientKeyExchange");
}

TEST_CASE("a row that does not apply is not a place where its message may come") {
  Run server(Role::server);
  server.start();
  server.receive(
      Act::client_hello);  // the CertificateRequest is sent, but nothing was negotiated by it
  const auto outcome = server.flow.receive(Act::certificate, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_message);
}

TEST_CASE("only a row that is the sender's to leave out may be skipped") {
  constexpr Row kRows[] = {
      {Role::client, Act::client_hello, [](const Negotiated&) { return true; },
       Presence::sender_decides},
      {Role::client, Act::certificate, [](const Negotiated&) { return true; },
       Presence::sender_decides},
      {Role::client, Act::client_key_exchange},
      {Role::client, Act::finished},
  };
  SUBCASE("several in a row") {
    Run server(Role::server, kRows);
    server.start();
    CHECK(server.receive(Act::client_key_exchange) == Log{"receive ClientKeyExchange"});
    CHECK(due(server.flow) == "Finished");
  }
  SUBCASE("not a required one behind them") {
    Run server(Role::server, kRows);
    server.start();
    CHECK(server.flow.receive(Act::finished, {}).error().code == Errc::unexpected_message);
  }
  SUBCASE("and none comes back once it was skipped") {
    Run server(Role::server, kRows);
    server.start();
    server.receive(Act::certificate);
    CHECK(server.flow.receive(Act::client_hello, {}).error().code == Errc::unexpected_message);
  }
}

TEST_CASE("an end that leaves out a required message of its own is at fault itself") {
  Run client(Role::client);
  client.steps.leaves_out = {Act::client_hello};
  const auto outcome = client.flow.advance();
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::internal_error);
  CHECK(outcome.error().about() == "ClientHello");
}

TEST_CASE(
    "a local step that waits stops everything behind it, and is taken again until it does not") {
  Run server(Role::server);
  server.steps.leaves_out = {Act::certificate_request};
  server.steps.waiting = {Act::sign};
  server.start();
  const auto waits = server.flow.receive(Act::client_hello, {});
  REQUIRE(waits.has_value());
  CHECK(*waits == Outcome::waits);
  CHECK(server.steps.taken() == Log{"receive ClientHello", "take (choose configuration)",
                                    "take (look up session)", "take (negotiate)",
                                    "send ServerHello", "send Certificate", "take (sign)"});
  CHECK(due(server.flow) == "(sign)");
  CHECK(server.flow.advance().value() == Outcome::waits);
  CHECK(server.steps.taken() == Log{"take (sign)"});
  server.steps.waiting.clear();
  CHECK(server.flow.advance().value() == Outcome::done);
  CHECK(server.steps.taken() == Log{"take (sign)", "send ServerKeyExchange",
                                    "send CertificateRequest", "send ServerHelloDone"});
  CHECK(due(server.flow) == "ClientKeyExchange");
}

TEST_CASE("a message out of order is refused, and the error names it and the row that was due") {
  Run client(Role::client);
  client.start();
  client.receive(Act::server_hello);
  const auto outcome = client.flow.receive(Act::finished, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_message);
  CHECK(outcome.error().alert == Alert::unexpected_message);
  CHECK(outcome.error().about() == "Finished");
  CHECK(std::string_view(outcome.error().due) == "Certificate");
  CHECK(outcome.error().phase == Phase::handshake);
  CHECK(client.steps.taken().empty());
}

TEST_CASE("a ChangeCipherSpec out of order has a rule of its own") {
  Run client(Role::client);
  client.start();
  const auto outcome = client.flow.receive(Act::change_cipher_spec, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_change_cipher_spec);
  CHECK(std::string_view(outcome.error().due) == "ServerHello");
}

TEST_CASE("nothing is taken of the peer's while it is our turn, nor when all is over") {
  Run waiting(Role::client);
  CHECK(waiting.flow.receive(Act::server_hello, {}).error().code == Errc::unexpected_message);

  constexpr Row kOne[] = {{Role::client, Act::client_hello}};
  Run server(Role::server, kOne);
  server.start();
  server.receive(Act::client_hello);
  REQUIRE(server.flow.complete());
  const auto behind = server.flow.receive(Act::client_hello, {});
  REQUIRE(!behind);
  CHECK(std::string_view(behind.error().due) == "complete");
}

TEST_CASE("the first error stays, and nothing is done any more") {
  SUBCASE("of a step of ours") {
    Run server(Role::server);
    server.steps.fails_at = Act::sign;
    server.start();
    const auto failed = server.flow.receive(Act::client_hello, {});
    REQUIRE(!failed);
    CHECK(failed.error().code == Errc::crypto_failed);
    CHECK(std::string_view(failed.error().due) == "(sign)");
    server.steps.fails_at = std::nullopt;
    server.steps.taken();
    CHECK(server.flow.advance().error().code == Errc::crypto_failed);
    CHECK(server.flow.receive(Act::client_key_exchange, {}).error().code == Errc::crypto_failed);
    CHECK(server.steps.taken().empty());
  }
  SUBCASE("of a message of the peer's") {
    Run client(Role::client);
    client.steps.fails_at = Act::server_hello;
    client.start();
    CHECK(client.flow.receive(Act::server_hello, {}).error().code == Errc::crypto_failed);
    CHECK(client.flow.receive(Act::certificate, {}).error().code == Errc::crypto_failed);
    CHECK(client.steps.taken() == Log{"receive ServerHello"});
    CHECK(!client.flow.complete());
  }
  SUBCASE("of the order") {
    Run client(Role::client);
    client.start();
    CHECK(!client.flow.receive(Act::finished, {}));
    CHECK(client.flow.receive(Act::server_hello, {}).error().code == Errc::unexpected_message);
    CHECK(client.steps.taken().empty());
  }
}

TEST_CASE("behind a ServerHello that resumes, figure 2 goes on: the server finishes first") {
  Run client(Role::client);
  client.steps.resumes_at = Act::server_hello;
  client.start();
  CHECK(client.receive(Act::server_hello) ==
        Log{"receive ServerHello", "take (verify peer)", "take (derive keys)"});
  CHECK(due(client.flow) == "[ChangeCipherSpec]");
  client.receive(Act::change_cipher_spec);
  CHECK(client.receive(Act::finished) ==
        Log{"receive Finished", "send [ChangeCipherSpec]", "send Finished", "take (complete)"});
  CHECK(client.flow.complete());

  Run server(Role::server);
  server.steps.resumes_at = Act::choose_configuration;
  server.start();
  CHECK(server.receive(Act::client_hello) ==
        Log{"receive ClientHello", "take (choose configuration)", "take (look up session)",
            "take (negotiate)", "send ServerHello", "take (verify peer)", "take (derive keys)",
            "send [ChangeCipherSpec]", "send Finished"});
  CHECK(due(server.flow) == "[ChangeCipherSpec]");
  server.receive(Act::change_cipher_spec);
  CHECK(server.receive(Act::finished) == Log{"receive Finished", "take (complete)"});
  CHECK(server.flow.complete());
}

TEST_CASE("in figure 2 there is no place for a certificate or a key exchange") {
  for (const Act act : {Act::certificate, Act::server_key_exchange, Act::server_hello_done,
                        Act::finished, Act::server_hello}) {
    Run client(Role::client);
    client.steps.resumes_at = Act::server_hello;
    client.start();
    client.receive(Act::server_hello);
    CHECK(client.flow.receive(act, {}).error().code == Errc::unexpected_message);
  }
}

// What RFC 5246 §7.3 draws, messages alone; sender_decides stands for its asterisk where the choice
// is not negotiated before.
TEST_CASE("the tables hold the messages of RFC 5246's figures, in their order") {
  const auto messages = [](std::span<const Row> rows) {
    Log log;
    for (const Row& row : rows)
      if (!is_local(row.act))
        log.push_back((row.who == Role::client ? "client " : "server ") +
                      std::string(name(row.act)));
    return log;
  };
  // ServerKeyExchange has two rows: one for keys, one for the hint of a key shared beforehand (RFC
  // 4279 §2), which is often left out.
  CHECK(messages(full_handshake()) ==
        Log{"client ClientHello", "server ServerHello", "server Certificate",
            "server CertificateStatus", "server ServerKeyExchange", "server ServerKeyExchange",
            "server CertificateRequest", "server ServerHelloDone", "client Certificate",
            "client ClientKeyExchange", "client CertificateVerify", "client [ChangeCipherSpec]",
            "client Finished", "server NewSessionTicket", "server [ChangeCipherSpec]",
            "server Finished"});
  CHECK(messages(abbreviated_handshake()) == Log{"server ServerHello", "server NewSessionTicket",
                                                 "server [ChangeCipherSpec]", "server Finished",
                                                 "client [ChangeCipherSpec]", "client Finished"});
}

TEST_CASE("every act has a name of its own, and what is in no figure is called so") {
  CHECK(std::string_view(name(Act::derive_keys)) == "(derive keys)");
  CHECK(std::string_view(name(static_cast<Act>(99))) == "a message that is in no figure");
}
