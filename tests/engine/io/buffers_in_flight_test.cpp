// Asynchronous I/O: whatever is called during a send and a receive, their bytes stay in their
// place.
// AddressSanitizer reports a byte that was freed; without it, the content of the bytes is compared.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <regex>
#include <set>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr std::uint8_t kUntouched = 0xa5;

/// An engine with operations under way, and the other end of its connection.
struct InFlight {
  Engine engine, peer;
  Bytes sending = {};           ///< empty: no send is under way
  MutableBytes receiving = {};  ///< empty: no receive is under way
  Octets sent = {};             ///< a copy of `sending`

  void begin_send() {
    const Bytes bytes = engine.begin_send();
    CHECK((sending.empty() || bytes.empty()));
    if (!sending.empty()) return;
    sending = bytes;
    sent = octets(bytes);
  }
  void begin_receive() {
    const MutableBytes space = engine.begin_receive();
    CHECK((receiving.empty() || space.empty()));
    if (!receiving.empty()) return;
    receiving = space;
    std::ranges::fill(receiving, kUntouched);
  }
  void begin() {
    begin_send();
    begin_receive();
  }
  void complete_send(std::size_t n) {
    CHECK(engine.sent(n).has_value());
    sending = {};
  }
  void complete_receive(std::size_t n) {
    CHECK(engine.received(n).has_value());
    receiving = {};
  }
  void check_untouched() const {
    CHECK((sending.empty() || octets(sending) == sent));
    CHECK(std::ranges::count(receiving, kUntouched) == std::ssize(receiving));
  }
};
struct Scenario {
  const char* name;
  std::function<InFlight()> make;
};
struct Call {
  const char* member;  ///< of Engine
  std::function<void(InFlight&)> call;
};

const Octets& large() {
  static const Octets data(100'000, 'x');
  return data;
}

// ------------------------------------------------ what is under way

/// Hands what `from` sends to `to`, as a system does whose completion comes late: the send stays
/// under way.
void deliver_early(Bytes sending, Engine& to) {
  while (!sending.empty()) {
    const MutableBytes space = to.input_space();
    const std::size_t n = std::min(space.size(), sending.size());
    REQUIRE(n != 0);
    std::copy_n(sending.begin(), n, space.begin());
    to.received(n).value();
    sending = sending.subspan(n);
  }
}

InFlight connected(const char* unread = "", bool partial = false, Flush flush = Flush::now) {
  EnginePair pair;
  pair.talk();
  pair.client.release_buffers();
  pair.client.write(bytes_of("a request"), flush).value();
  if (*unread != '\0' || partial) {
    pair.server.write(bytes_of(partial ? "of which a part comes" : unread)).value();
    const Bytes output = pair.server.output();
    const std::size_t n = partial ? output.size() / 2 : output.size();
    std::copy_n(output.begin(), n, pair.client.input_space().begin());
    pair.client.received(n).value();
    pair.server.sent(n).value();
  }
  InFlight made{std::move(pair.client), std::move(pair.server)};
  made.begin();
  CHECK(made.receiving.empty() == (*unread != '\0'));
  return made;
}

/// The rest of a send that was interrupted, with bytes that were queued meanwhile.
InFlight interrupted() {
  InFlight made = connected();
  made.engine.write(bytes_of("another")).value();
  made.complete_send(7);
  made.begin_send();
  REQUIRE(made.sending.size() > 7);
  return made;
}

InFlight handshaking() {
  EnginePair pair;
  InFlight made{std::move(pair.client), std::move(pair.server)};
  made.begin();
  REQUIRE(!made.sending.empty());
  REQUIRE(!made.receiving.empty());
  return made;
}

Identity with_key_elsewhere(KeyKind kind) {
  const auto chain = development_identity(kind).leaf.chain();
  return Identity::from({chain.begin(), chain.end()},
                        PrivateKey::elsewhere(kind, kind == KeyKind::rsa))
      .value();
}

InFlight awaiting_signature() {
  EnginePair pair(client_config(), {.identities = {with_key_elsewhere(KeyKind::ed25519)}});
  carry(pair.client, pair.server);
  InFlight made{std::move(pair.server), std::move(pair.client)};
  REQUIRE(made.engine.wants() == Wants::signature);
  made.begin_send();
  REQUIRE(!made.sending.empty());
  return made;
}

InFlight awaiting_verdict() {
  ClientConfig config = client_config();
  config.verdict_elsewhere = true;
  EnginePair pair(config);
  InFlight made{std::move(pair.client), std::move(pair.server)};
  made.begin_send();
  deliver_early(made.sending, made.peer);
  carry(made.peer, made.engine);
  REQUIRE(made.engine.wants() == Wants::verdict);
  return made;
}

InFlight awaiting_decryption() {
  ClientConfig client = client_config(KeyKind::rsa);
  client.common = {.policy = SuitePolicy::legacy,
                   .suites = {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256}};
  EnginePair pair(client,
                  {.identities = {with_key_elsewhere(KeyKind::rsa)}, .common = client.common});
  carry(pair.client, pair.server);
  InFlight made{std::move(pair.server), std::move(pair.client)};
  made.begin_send();
  deliver_early(made.sending, made.peer);
  carry(made.peer, made.engine);
  REQUIRE(made.engine.wants() == Wants::decryption);
  return made;
}

InFlight awaiting_session() {
  ServerConfig server = server_config();
  server.sessions = make_memory_session_store();
  server.look_up_elsewhere = true;
  server.tickets = false;
  ClientConfig client = client_config();
  client.sessions = make_memory_session_store();
  EnginePair first(client, server);
  first.talk();
  EnginePair pair(client, server);
  carry(pair.client, pair.server);
  REQUIRE(pair.server.wants() == Wants::session);
  return {std::move(pair.server),
          std::move(pair.client)};  // nothing is sent or received before the answer
}

const Scenario kScenarios[] = {
    {"connected", [] { return connected(); }},
    {"connected, plaintext unread", [] { return connected("unread"); }},
    {"connected, a part of a record received", [] { return connected("", true); }},
    {"connected, data held back", [] { return connected("", false, Flush::later); }},
    {"the rest of an interrupted send", interrupted},
    {"the first flight", handshaking},
    {"awaiting a signature", awaiting_signature},
    {"awaiting a verdict", awaiting_verdict},
    {"awaiting a decryption", awaiting_decryption},
    {"awaiting a session", awaiting_session},
};

// ------------------------------------------------ what is called meanwhile

const Call kCalls[] = {
    {"input_space",
     [](InFlight& f) { CHECK((f.receiving.empty() || f.engine.input_space().empty())); }},
    {"begin_receive", [](InFlight& f) { f.begin_receive(); }},
    {"received",
     [](InFlight& f) {
       f.complete_receive(std::min<std::size_t>(f.receiving.size(), 100));
     }},  // not a record
    {"received", [](InFlight& f) { f.complete_receive(0); }},
    {"transport_ended", [](InFlight& f) { f.engine.transport_ended(); }},
    {"interrupt_if", [](InFlight& f) { f.engine.interrupt_if([] { return true; }); }},
    {"work", [](InFlight& f) { f.engine.work(); }},
    {"begin_send", [](InFlight& f) { f.begin_send(); }},
    {"sent", [](InFlight& f) { f.complete_send(f.sending.size() / 2); }},
    {"sent", [](InFlight& f) { f.complete_send(0); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(SignatureAnswer{bytes_of("wrong")}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(SignatureAnswer{}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(DecryptionAnswer{bytes_of("wrong")}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(DecryptionAnswer{}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(SessionAnswer{}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(VerdictAnswer{.accept = true}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(VerdictAnswer{.reason = "a test"}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(RenegotiationAnswer{true}); }},
    {"answer", [](InFlight& f) { (void)f.engine.answer(RenegotiationAnswer{}); }},
    {"consume", [](InFlight& f) { (void)f.engine.consume(f.engine.readable().size()); }},
    {"write", [](InFlight& f) { (void)f.engine.write(large()); }},
    {"write", [](InFlight& f) { (void)f.engine.write(large(), Flush::later); }},
    {"write",
     [](InFlight& f) { (void)f.engine.write(std::array{Bytes(large()), bytes_of("more")}); }},
    {"flush", [](InFlight& f) { (void)f.engine.flush(); }},
    {"take_session_update", [](InFlight& f) { (void)f.engine.take_session_update(); }},
    {"restart_record_sizes", [](InFlight& f) { f.engine.restart_record_sizes(); }},
    {"close_write", [](InFlight& f) { (void)f.engine.close_write(); }},
    {"abort", [](InFlight& f) { f.engine.abort(Alert::user_canceled); }},
    {"release_buffers", [](InFlight& f) { f.engine.release_buffers(); }},
    {"operator=",
     [](InFlight& f) {
       Engine moved = std::move(f.engine);
       f.engine = std::move(moved);
     }},
};

void check_in_flight(const Scenario& scenario, const Call& first, const Call& second) {
  CAPTURE(scenario.name);
  CAPTURE(first.member);
  CAPTURE(second.member);
  InFlight f = scenario.make();
  f.check_untouched();
  for (const Call* call : {&first, &second}) {
    call->call(f);
    f.check_untouched();
  }
  std::ranges::fill(f.receiving, 0x5a);  // the system completes both now
  f.complete_send(f.sending.size());
  f.complete_receive(f.receiving.size());
  // The rest of a send that was interrupted, then all that was queued meanwhile.
  for (int pieces = 0; !f.engine.output().empty(); ++pieces) {
    REQUIRE(pieces < 2);
    f.engine.sent(f.engine.output().size()).value();
  }
  f.engine.release_buffers();
}

}  // namespace

TEST_CASE("no call of Engine moves, changes or frees the bytes that a send or a receive uses") {
  for (const Scenario& scenario : kScenarios)
    for (const Call& first : kCalls)
      for (const Call& second : kCalls) check_in_flight(scenario, first, second);
}

TEST_CASE("the calls above are all members of Engine that are not const") {
  std::ifstream header(ENGINE_HEADER);
  REQUIRE(header.good());
  std::set<std::string> members, called;
  for (std::string line; std::getline(header, line) && line != " private:";) {
    std::smatch found;
    static const std::regex kMember(R"(^  (?:\[\[nodiscard\]\] )?[A-Za-z][\w:<>, ]*&? )"
                                    R"(([a-z_]+|operator=)\(.*\)( const| noexcept)?;)");
    if (std::regex_search(line, found, kMember) && found[2] != " const" &&
        !line.starts_with("  static"))
      members.insert(found[1]);
  }
  for (const Call& call : kCalls) called.insert(call.member);
  CHECK(members.size() > 15);
  for (const auto& member : members) CHECK_MESSAGE(called.contains(member), member);
}

TEST_CASE("a fault that is found during a send queues its alert after the bytes of the send") {
  InFlight f = connected();
  f.complete_receive(10);
  REQUIRE(f.engine.error());
  deliver_early(f.sending, f.peer);
  CHECK(read_all(f.peer) == "a request");
  f.complete_send(f.sending.size());
  carry(f.engine, f.peer);
  REQUIRE(f.peer.error());
  CHECK(f.peer.error()->code == Errc::peer_alert);
}

TEST_CASE("cancelled operations lose nothing") {
  InFlight f = connected();
  f.complete_receive(0);
  deliver_early(f.sending.first(7), f.peer);
  f.complete_send(7);
  CHECK(f.engine.mid_record());
  f.engine.write(bytes_of(" and more")).value();
  carry(f.engine, f.peer);
  CHECK(read_all(f.peer) == "a request and more");
  f.peer.write(bytes_of("an answer")).value();
  carry(f.peer, f.engine);
  CHECK(read_all(f.engine) == "an answer");
}
