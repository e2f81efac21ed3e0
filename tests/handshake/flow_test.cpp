// The runner alone, over an end whose functions only write down that they were called.
#include "handshake/flow.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <ostream>  // doctest prints an Errc as a std::error_code
#include <string>
#include <utility>
#include <vector>

using namespace tls12;
using namespace tls12::handshake;

namespace {

using Log = std::vector<std::string>;

struct FakeEnd final : End {
  Negotiated facts;
  Log log;
  std::vector<Step> waiting,
      leaves_out;  // steps that give these outcomes, as long as they are listed
  std::optional<Step> fails_at;
  std::optional<Step> requests_at, resumes_at;  // after these, both ends know so

  const Negotiated& negotiated() const override { return facts; }
  std::span<const Handler> handlers() const override;
  Result<Outcome> receive(const Handler& handler, Bytes) override {
    return act("receive ", handler.step);
  }
  Log taken() { return std::exchange(log, {}); }

  Result<Outcome> act(const char* verb, Step what) {
    log.push_back(std::string(verb) + name(what));
    if (requests_at == what) facts.certificate_requested = true;
    if (resumes_at == what) facts.resumed = true;
    if (fails_at == what) return fail(Errc::crypto_failed, "as the test wants");
    if (std::ranges::find(waiting, what) != waiting.end()) return Outcome::waits;
    if (std::ranges::find(leaves_out, what) != leaves_out.end()) return Outcome::left_out;
    return Outcome::done;
  }
};

template <Step kStep>
Result<Outcome> take_or_send(End& end, Bytes) {
  return static_cast<FakeEnd&>(end).act(is_local(kStep) ? "take " : "send ", kStep);
}
template <Step... kSteps>
constexpr std::array<Handler, 2 * sizeof...(kSteps)> handlers_of() {
  return {Handler{kSteps, {take_or_send<kSteps>, false}}..., Handler{kSteps, {nullptr, true}}...};
}
std::span<const Handler> FakeEnd::handlers() const {
  using enum Step;
  static constexpr auto kHandlers =
      handlers_of<client_hello, choose_configuration, look_up_session, negotiate, server_hello,
                  certificate, certificate_status, sign, server_key_exchange, certificate_request,
                  server_hello_done, verify_peer, choose_identity, client_key_exchange, derive_keys,
                  certificate_verify, change_cipher_spec, finished, new_session_ticket, complete>();
  return kHandlers;
}

struct Run {
  explicit Run(Role role) : flow(role, end) {}
  explicit Run(Role role, std::span<const Row> rows) : flow(role, end, rows) {}
  // Both must succeed.
  Log start() {
    REQUIRE(flow.advance().has_value());
    return end.taken();
  }
  Log receive(Step message) {
    const auto outcome = flow.receive(message, {});
    if (!outcome) FAIL(outcome.error().message());
    return end.taken();
  }
  FakeEnd end;
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
  CHECK(client.receive(Step::server_hello) == Log{"receive ServerHello"});
  CHECK(client.receive(Step::certificate) == Log{"receive Certificate"});
  CHECK(due(client.flow) == "ServerKeyExchange");
  CHECK(client.receive(Step::server_key_exchange) == Log{"receive ServerKeyExchange"});
  CHECK(client.receive(Step::server_hello_done) ==
        Log{"receive ServerHelloDone", "take (verify peer)", "send ClientKeyExchange",
            "take (derive keys)", "send [ChangeCipherSpec]", "send Finished"});
  CHECK(due(client.flow) == "[ChangeCipherSpec]");
  CHECK(client.receive(Step::change_cipher_spec) == Log{"receive [ChangeCipherSpec]"});
  CHECK(due(client.flow) == "Finished");
  CHECK(!client.flow.complete());
  CHECK(client.receive(Step::finished) == Log{"receive Finished", "take (complete)"});
  CHECK(client.flow.complete());
  CHECK(due(client.flow) == "complete");
}

TEST_CASE("a server goes through figure 1, and leaves out the request that it may leave out") {
  Run server(Role::server);
  server.end.leaves_out = {Step::certificate_request};
  CHECK(server.start().empty());
  CHECK(due(server.flow) == "ClientHello");
  CHECK(server.receive(Step::client_hello) ==
        Log{"receive ClientHello", "take (choose configuration)", "take (look up session)",
            "take (negotiate)", "send ServerHello", "send Certificate", "take (sign)",
            "send ServerKeyExchange", "send CertificateRequest", "send ServerHelloDone"});
  CHECK(due(server.flow) == "ClientKeyExchange");
  CHECK(server.receive(Step::client_key_exchange) ==
        Log{"receive ClientKeyExchange", "take (derive keys)", "take (verify peer)"});
  CHECK(server.receive(Step::change_cipher_spec) == Log{"receive [ChangeCipherSpec]"});
  CHECK(server.receive(Step::finished) ==
        Log{"receive Finished", "send [ChangeCipherSpec]", "send Finished", "take (complete)"});
  CHECK(server.flow.complete());
}

TEST_CASE("the client's Certificate is part of a handshake in which the server asked for it") {
  Run client(Role::client);
  client.end.requests_at = Step::certificate_request;
  client.start();
  client.receive(Step::server_hello);
  client.receive(Step::certificate);
  client.receive(Step::server_key_exchange);
  CHECK(client.receive(Step::certificate_request) == Log{"receive CertificateRequest"});
  CHECK(client.receive(Step::server_hello_done) ==
        Log{"receive ServerHelloDone", "take (verify peer)", "take (choose identity)",
            "send Certificate", "send ClientKeyExchange", "take (derive keys)",
            "send [ChangeCipherSpec]", "send Finished"});

  Run server(Role::server);
  server.end.requests_at = Step::certificate_request;
  server.start();
  server.receive(Step::client_hello);
  CHECK(due(server.flow) == "Certificate");
  CHECK(server.receive(Step::certificate) == Log{"receive Certificate"});
  CHECK(due(server.flow) == "ClientKeyExchange");
}

TEST_CASE("a row that does not apply is not a place where its message may come") {
  Run server(Role::server);
  server.start();
  server.receive(
      Step::client_hello);  // the CertificateRequest is sent, but nothing was negotiated by it
  const auto outcome = server.flow.receive(Step::certificate, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_message);
}

TEST_CASE("only a row that is the sender's to leave out may be skipped") {
  constexpr Row kRows[] = {
      {Role::client, Step::client_hello, [](const Negotiated&) { return true; },
       Presence::sender_decides},
      {Role::client, Step::certificate, [](const Negotiated&) { return true; },
       Presence::sender_decides},
      {Role::client, Step::client_key_exchange},
      {Role::client, Step::finished},
  };
  SUBCASE("several in a row") {
    Run server(Role::server, kRows);
    server.start();
    CHECK(server.receive(Step::client_key_exchange) == Log{"receive ClientKeyExchange"});
    CHECK(due(server.flow) == "Finished");
  }
  SUBCASE("not a required one behind them") {
    Run server(Role::server, kRows);
    server.start();
    CHECK(server.flow.receive(Step::finished, {}).error().code == Errc::unexpected_message);
  }
  SUBCASE("and none comes back once it was skipped") {
    Run server(Role::server, kRows);
    server.start();
    server.receive(Step::certificate);
    CHECK(server.flow.receive(Step::client_hello, {}).error().code == Errc::unexpected_message);
  }
}

TEST_CASE("an end that leaves out a required message of its own is at fault itself") {
  Run client(Role::client);
  client.end.leaves_out = {Step::client_hello};
  const auto outcome = client.flow.advance();
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::internal_error);
  CHECK(outcome.error().about() == "ClientHello");
}

TEST_CASE(
    "a local step that waits stops everything behind it, and is taken again until it does not") {
  Run server(Role::server);
  server.end.leaves_out = {Step::certificate_request};
  server.end.waiting = {Step::sign};
  server.start();
  const auto waits = server.flow.receive(Step::client_hello, {});
  REQUIRE(waits.has_value());
  CHECK(*waits == Outcome::waits);
  CHECK(server.end.taken() == Log{"receive ClientHello", "take (choose configuration)",
                                  "take (look up session)", "take (negotiate)", "send ServerHello",
                                  "send Certificate", "take (sign)"});
  CHECK(due(server.flow) == "(sign)");
  CHECK(server.flow.advance().value() == Outcome::waits);
  CHECK(server.end.taken() == Log{"take (sign)"});
  server.end.waiting.clear();
  CHECK(server.flow.advance().value() == Outcome::done);
  CHECK(server.end.taken() == Log{"take (sign)", "send ServerKeyExchange",
                                  "send CertificateRequest", "send ServerHelloDone"});
  CHECK(due(server.flow) == "ClientKeyExchange");
}

TEST_CASE("a message out of order is refused, and the error names it and the row that was due") {
  Run client(Role::client);
  client.start();
  client.receive(Step::server_hello);
  const auto outcome = client.flow.receive(Step::finished, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_message);
  CHECK(outcome.error().alert == Alert::unexpected_message);
  CHECK(outcome.error().about() == "Finished");
  CHECK(std::string_view(outcome.error().due) == "Certificate");
  CHECK(outcome.error().phase == Phase::handshake);
  CHECK(client.end.taken().empty());
}

TEST_CASE("a ChangeCipherSpec out of order has a rule of its own") {
  Run client(Role::client);
  client.start();
  const auto outcome = client.flow.receive(Step::change_cipher_spec, {});
  REQUIRE(!outcome);
  CHECK(outcome.error().code == Errc::unexpected_change_cipher_spec);
  CHECK(std::string_view(outcome.error().due) == "ServerHello");
}

TEST_CASE("nothing is taken of the peer's while it is our turn, nor when all is over") {
  Run waiting(Role::client);
  CHECK(waiting.flow.receive(Step::server_hello, {}).error().code == Errc::unexpected_message);

  constexpr Row kOne[] = {{Role::client, Step::client_hello}};
  Run server(Role::server, kOne);
  server.start();
  server.receive(Step::client_hello);
  REQUIRE(server.flow.complete());
  const auto behind = server.flow.receive(Step::client_hello, {});
  REQUIRE(!behind);
  CHECK(std::string_view(behind.error().due) == "complete");
}

TEST_CASE("the first error stays, and nothing is done any more") {
  SUBCASE("of a step of ours") {
    Run server(Role::server);
    server.end.fails_at = Step::sign;
    server.start();
    const auto failed = server.flow.receive(Step::client_hello, {});
    REQUIRE(!failed);
    CHECK(failed.error().code == Errc::crypto_failed);
    CHECK(std::string_view(failed.error().due) == "(sign)");
    server.end.fails_at = std::nullopt;
    server.end.taken();
    CHECK(server.flow.advance().error().code == Errc::crypto_failed);
    CHECK(server.flow.receive(Step::client_key_exchange, {}).error().code == Errc::crypto_failed);
    CHECK(server.end.taken().empty());
  }
  SUBCASE("of a message of the peer's") {
    Run client(Role::client);
    client.end.fails_at = Step::server_hello;
    client.start();
    CHECK(client.flow.receive(Step::server_hello, {}).error().code == Errc::crypto_failed);
    CHECK(client.flow.receive(Step::certificate, {}).error().code == Errc::crypto_failed);
    CHECK(client.end.taken() == Log{"receive ServerHello"});
    CHECK(!client.flow.complete());
  }
  SUBCASE("of the order") {
    Run client(Role::client);
    client.start();
    CHECK(!client.flow.receive(Step::finished, {}));
    CHECK(client.flow.receive(Step::server_hello, {}).error().code == Errc::unexpected_message);
    CHECK(client.end.taken().empty());
  }
}

TEST_CASE("behind a ServerHello that resumes, figure 2 goes on: the server finishes first") {
  Run client(Role::client);
  client.end.resumes_at = Step::server_hello;
  client.start();
  CHECK(client.receive(Step::server_hello) ==
        Log{"receive ServerHello", "take (verify peer)", "take (derive keys)"});
  CHECK(due(client.flow) == "[ChangeCipherSpec]");
  client.receive(Step::change_cipher_spec);
  CHECK(client.receive(Step::finished) ==
        Log{"receive Finished", "send [ChangeCipherSpec]", "send Finished", "take (complete)"});
  CHECK(client.flow.complete());

  Run server(Role::server);
  server.end.resumes_at = Step::choose_configuration;
  server.start();
  CHECK(server.receive(Step::client_hello) ==
        Log{"receive ClientHello", "take (choose configuration)", "take (look up session)",
            "take (negotiate)", "send ServerHello", "take (verify peer)", "take (derive keys)",
            "send [ChangeCipherSpec]", "send Finished"});
  CHECK(due(server.flow) == "[ChangeCipherSpec]");
  server.receive(Step::change_cipher_spec);
  CHECK(server.receive(Step::finished) == Log{"receive Finished", "take (complete)"});
  CHECK(server.flow.complete());
}

TEST_CASE("in figure 2 there is no place for a certificate or a key exchange") {
  for (const Step step : {Step::certificate, Step::server_key_exchange, Step::server_hello_done,
                          Step::finished, Step::server_hello}) {
    Run client(Role::client);
    client.end.resumes_at = Step::server_hello;
    client.start();
    client.receive(Step::server_hello);
    CHECK(client.flow.receive(step, {}).error().code == Errc::unexpected_message);
  }
}

// What RFC 5246 §7.3 draws, messages alone; sender_decides stands for its asterisk where the choice
// is not negotiated before.
TEST_CASE("the tables hold the messages of RFC 5246's figures, in their order") {
  const auto messages = [](std::span<const Row> rows) {
    Log log;
    for (const Row& row : rows)
      if (!is_local(row.step))
        log.push_back((row.who == Role::client ? "client " : "server ") +
                      std::string(name(row.step)));
    return log;
  };
  // ServerKeyExchange has two rows: one for keys, one for the hint of a key shared beforehand (RFC
  // 4279 §2), which is often left out.
  CHECK(messages(kFullHandshake) ==
        Log{"client ClientHello", "server ServerHello", "server Certificate",
            "server CertificateStatus", "server ServerKeyExchange", "server ServerKeyExchange",
            "server CertificateRequest", "server ServerHelloDone", "client Certificate",
            "client ClientKeyExchange", "client CertificateVerify", "client [ChangeCipherSpec]",
            "client Finished", "server NewSessionTicket", "server [ChangeCipherSpec]",
            "server Finished"});
  CHECK(messages(kAbbreviatedHandshake) == Log{"server ServerHello", "server NewSessionTicket",
                                               "server [ChangeCipherSpec]", "server Finished",
                                               "client [ChangeCipherSpec]", "client Finished"});
}

TEST_CASE("every step has a name of its own, and a number that is in no figure is named so") {
  CHECK(std::string_view(name(Step::derive_keys)) == "(derive keys)");
  CHECK(std::string_view(name(static_cast<Step>(99))) == "a message that is in no figure");
}

TEST_CASE("a table without the function of a row does not cover the figures") {
  const FakeEnd end;
  const std::vector<Handler> all(end.handlers().begin(), end.handlers().end());
  CHECK(covers_figures(all, Role::client));
  CHECK(covers_figures(all, Role::server));
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(name(all[i].step));
    CAPTURE(all[i].call.receives);
    std::vector<Handler> rest = all;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    const bool is_covered =
        covers_figures(rest, Role::client) && covers_figures(rest, Role::server);
    // No end receives a local step.
    CHECK(is_covered == (is_local(all[i].step) && all[i].call.receives));
  }
}

TEST_CASE("a CertificateVerify may come until the client can have no certificate") {
  Run client(Role::client);
  client.start();
  CHECK(client.flow.may_come(Step::certificate_verify));
  client.receive(Step::server_hello);
  client.receive(Step::certificate);
  client.receive(Step::server_key_exchange);
  CHECK(client.flow.may_come(Step::certificate_verify));
  client.receive(Step::server_hello_done);  // no CertificateRequest came
  CHECK(!client.flow.may_come(Step::certificate_verify));

  for (const bool has_certificate : {false, true}) {
    Run server(Role::server);
    server.end.requests_at = Step::certificate_request;
    server.start();
    server.receive(Step::client_hello);
    CHECK(server.flow.may_come(Step::certificate_verify));
    server.end.facts.client_certificate = has_certificate;
    server.receive(Step::certificate);
    CHECK(server.flow.may_come(Step::certificate_verify) == has_certificate);
    server.receive(Step::client_key_exchange);
    if (has_certificate) server.receive(Step::certificate_verify);
    CHECK(!server.flow.may_come(Step::certificate_verify));
  }

  Run resuming(Role::client);
  resuming.end.resumes_at = Step::server_hello;
  resuming.start();
  resuming.receive(Step::server_hello);
  CHECK(!resuming.flow.may_come(Step::certificate_verify));
}
