// Every message at every time, against the independent table: the engine takes what is due, and
// answers the rest as the RFCs say.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/order_table.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

// ------------------------------------------------ the kinds of handshake

constexpr CipherSuite kEcdhe = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

/// What both ends are made of, and what the engine's peer says in which order.
struct Course {
  const char* what;
  Role engine;
  const Steps& steps;
  CipherSuite suite = kEcdhe;
  bool asks = false, shows_certificate = false;  // a server for a certificate; a client one
  bool staples = false, gives_ticket = false;    // as the engine's peer
  enum class Resumes { no, by_id, by_ticket } resumes = Resumes::no;

  KeyKind key() const {
    return suite == kEcdhe || wire::find(suite)->key_exchange == KeyExchange::ecdhe_ecdsa
               ? KeyKind::ed25519
               : KeyKind::rsa;
  }
};

const Course kCourses[] = {
    {.what = "full", .engine = Role::client, .steps = kServerSteps},
    {.what = "a client without a certificate is asked for one",
     .engine = Role::client,
     .steps = kAskingServerSteps},
    {.what = "a client with a certificate is asked for one",
     .engine = Role::client,
     .steps = kAskingServerSteps,
     .shows_certificate = true},
    {.what = "a stapled response was announced",
     .engine = Role::client,
     .steps = kStaplingServerSteps,
     .staples = true},
    {.what = "a ticket was announced",
     .engine = Role::client,
     .steps = kTicketServerSteps,
     .gives_ticket = true,
     .resumes = Course::Resumes::by_ticket},
    {.what = "resumed by ID",
     .engine = Role::client,
     .steps = kResumingServerSteps,
     .resumes = Course::Resumes::by_id},
    {.what = "resumed by ticket",
     .engine = Role::client,
     .steps = kResumingServerSteps,
     .resumes = Course::Resumes::by_ticket},
    {.what = "resumed, and the ticket is renewed",
     .engine = Role::client,
     .steps = kRenewingServerSteps,
     .gives_ticket = true,
     .resumes = Course::Resumes::by_ticket},
    {.what = "RSA",
     .engine = Role::client,
     .steps = kRsaServerSteps,
     .suite = CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256},
    {.what = "DHE",
     .engine = Role::client,
     .steps = kServerSteps,
     .suite = CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256},
    {.what = "CBC",
     .engine = Role::client,
     .steps = kServerSteps,
     .suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256},
    {.what = "PSK",
     .engine = Role::client,
     .steps = kPskServerSteps,
     .suite = CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256},
    {.what = "PSK with a hint",
     .engine = Role::client,
     .steps = kHintingServerSteps,
     .suite = CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256},
    {.what = "DHE_PSK",
     .engine = Role::client,
     .steps = kSharingPskServerSteps,
     .suite = CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256},
    {.what = "ECDHE_PSK",
     .engine = Role::client,
     .steps = kSharingPskServerSteps,
     .suite = CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256},

    {.what = "full", .engine = Role::server, .steps = kClientSteps},
    {.what = "a client shows its certificate",
     .engine = Role::server,
     .steps = kProvingClientSteps,
     .asks = true,
     .shows_certificate = true},
    {.what = "a client that was asked shows none",
     .engine = Role::server,
     .steps = kDecliningClientSteps,
     .asks = true},
    {.what = "resumed by ID",
     .engine = Role::server,
     .steps = kResumingClientSteps,
     .resumes = Course::Resumes::by_id},
    {.what = "resumed by ticket",
     .engine = Role::server,
     .steps = kResumingClientSteps,
     .resumes = Course::Resumes::by_ticket},
    {.what = "RSA",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256},
    {.what = "DHE",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_DHE_RSA_WITH_AES_128_GCM_SHA256},
    {.what = "CBC",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256},
    {.what = "PSK",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_PSK_WITH_AES_128_GCM_SHA256},
    {.what = "DHE_PSK",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_DHE_PSK_WITH_AES_128_GCM_SHA256},
    {.what = "ECDHE_PSK",
     .engine = Role::server,
     .steps = kClientSteps,
     .suite = CipherSuite::TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256},
};

class Stage {
 public:
  explicit Stage(const Course& course) : course_(course) {
    for (CommonConfig* common : {&client_.common, &server_.common}) {
      common->policy = SuitePolicy::legacy;
      common->suites = {course.suite};
      common->groups = {is_dhe() ? NamedGroup::ffdhe2048 : NamedGroup::x25519};
    }
    if (has_psk(wire::find(course.suite)->key_exchange)) {
      client_.find_psk = [](std::string_view) { return PreSharedKey{"device 7", kPsk}; };
      server_.find_psk = [](std::string_view) { return kPsk; };
    }
    if (course.staples)
      client_.verify.revocation.mode = RevocationMode::off;  // what this peer staples is nothing
    if (course.shows_certificate) client_.identities = {development_identity(course.key()).leaf};
    if (course.asks) server_.client_authentication = ClientAuthentication::request;
    server_.tickets = course.resumes == Course::Resumes::by_ticket;
    if (course.resumes == Course::Resumes::no) return;
    client_.sessions = server_.sessions = store_;
    server_.ticket_keys = TicketKeys::rotating().value();
    if (&course.steps == &kTicketServerSteps) return;
    ScriptedPeer first = make();
    Steps steps = kClientSteps;
    if (course.engine == Role::client) steps = server_.tickets ? kTicketServerSteps : kServerSteps;
    first.gives_ticket = server_.tickets;
    if (!server_.tickets) first.session_id = Octets(32, 0x1d);
    play(first, script_of(steps), 0, steps.size());
    REQUIRE(first.engine.state().handshake_complete);
    session_ = first.session();
    key_ = course.engine == Role::client ? octets(bytes_of("localhost")) : session_->id;
    store_->get(key_, kNow, [&](Bytes session) { kept_ = octets(session); });
  }

  /// A peer that has not said anything yet.
  ScriptedPeer peer() const {
    if (!kept_.empty())
      store_->put(key_, kept_,
                  kNow + std::chrono::hours(1));  // a connection that failed has made it forgotten
    ScriptedPeer peer = make();
    peer.resumes = session_;
    if (session_) {
      if (!session_->ticket.empty()) peer.client_hello.extensions.set(35, session_->ticket);
      peer.client_hello.session_id = session_->ticket.empty() ? session_->id : Octets(32, 0x1d);
    }
    return peer;
  }

 private:
  bool is_dhe() const { return has_dhe(wire::find(course_.suite)->key_exchange); }
  ScriptedPeer make() const {
    ScriptedPeer peer = course_.engine == Role::client
                            ? ScriptedPeer::server_of(client_, course_.key())
                            : ScriptedPeer::client_of(server_, course_.key());
    peer.suite = course_.suite;
    peer.group = is_dhe() ? NamedGroup::ffdhe2048 : NamedGroup::x25519;
    peer.scheme = course_.key() == KeyKind::rsa ? SignatureScheme::rsa_pss_rsae_sha256
                                                : SignatureScheme::ed25519;
    peer.psk = kPsk;
    peer.shows_certificate = course_.engine == Role::client || course_.shows_certificate;
    peer.staples = course_.staples;
    peer.gives_ticket = course_.gives_ticket;
    peer.encrypts_then_macs = wire::find(course_.suite)->cbc() != nullptr;
    peer.client_hello.suites = pairs16({static_cast<int>(course_.suite)});
    peer.client_hello.extensions.set(10, vector_of(2, pairs16({static_cast<int>(peer.group)})));
    if (peer.encrypts_then_macs) peer.client_hello.extensions.add(22, {});
    if (server_.tickets) peer.client_hello.extensions.add(35, {});
    return peer;
  }

  static inline const Octets kPsk = Octets(16, 0x77);
  const Course& course_;
  ClientConfig client_ = client_config(course_.key());
  ServerConfig server_ = server_config(course_.key());
  std::shared_ptr<SessionStore> store_ = make_memory_session_store();
  std::optional<ScriptedPeer::Session> session_;
  Octets key_, kept_;  // in the store
};

// ------------------------------------------------ what the engine does

char verdict(const ScriptedPeer& peer, const std::string& due_before) {
  const Engine& engine = peer.engine;
  const auto told = [&](AlertLevel level, Alert alert) {
    return peer.alerts.size() == 1 && peer.alerts[0].level == level &&
           peer.alerts[0].description == alert;
  };
  if (engine.error()) {
    if (told(AlertLevel::fatal, Alert::unexpected_message)) return 'X';
    if (told(AlertLevel::fatal, Alert::protocol_version)) return 'V';
    return peer.alerts.empty() && engine.error()->category() == Category::peer_alert ? 'E' : '?';
  }
  if (told(AlertLevel::warning, Alert::no_renegotiation)) return 'W';
  if (!peer.alerts.empty()) return '?';
  if (engine.peer_closed()) return 'C';
  return engine.due() != due_before || !engine.readable().empty() ? 'A' : '.';
}

void check_place(const Course& course, const Stage& stage, std::size_t played) {
  const Script script = script_of(course.steps);
  const bool complete = played == script.size();
  const std::string due = complete ? "complete" : course.steps[played].due;
  CAPTURE(due);
  for (const Column& column : kColumns) {
    const std::string what = column.what;
    CAPTURE(what);
    ScriptedPeer peer = stage.peer();
    play(peer, script, 0, played);
    if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
    REQUIRE(peer.engine.due() == due);
    REQUIRE(peer.engine.state().handshake_complete == complete);

    column.send(peer);
    const char expected = cell(course.engine, course.steps, played, column);
    const std::string seen(1, verdict(peer, due)), wanted(1, expected);
    CHECK(seen == wanted);
    if (expected == 'X' && !complete && peer.engine.error()) {
      // The error names the row that was due, unless the record layer found the fault.
      const Errc code = peer.engine.error()->code;
      const char* named = peer.engine.error()->due;
      if (code != Errc::record_type_unknown)
        CHECK(std::string(named == nullptr ? "" : named) == due);
      CHECK(peer.engine.error()->phase == Phase::handshake);
    }
    if (expected != '.' && expected != 'W') continue;
    // What had no effect was not hashed either, and hinders nothing.
    if (!complete) play(peer, script, played, script.size());
    if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
    CHECK(peer.engine.state().handshake_complete);
    peer.deliver(ContentType::application_data, {'o', 'k'});
    CHECK(read_all(peer.engine) == "ok");
  }
}

template <class Check>
void for_each_course(Check check) {
  for (const Course& course : kCourses) {
    INFO(std::string(course.what),
         course.engine == Role::client ? ", at a client" : ", at a server");
    check(course, Stage(course));
  }
}

}  // namespace

// Shows RFC 5077 3.3-1, 3.3-2; RFC 6066 1.1-1; RFC 8422 3-2; RFC 5246 7.4-1, 7.4-2, 7.4.1.1-3
TEST_CASE(
    "in every kind of handshake each message is taken when it is due and at no other time, at "
    "either end") {
  for_each_course([](const Course& course, const Stage& stage) {
    for (std::size_t played = 0; played <= course.steps.size(); ++played)
      check_place(course, stage, played);
    ScriptedPeer peer = stage.peer();
    play(peer, script_of(course.steps), 0, course.steps.size());
    CHECK(peer.finished_is_right);
    CHECK(peer.engine.state().cipher_suite == course.suite);
    CHECK(peer.engine.state().resumed ==
          (course.resumes != Course::Resumes::no && course.steps[1].comes != kCertificate));
    CHECK(peer.engine.state().peer_certificates.size() ==
          (peer.engine.state().verified_chain.empty() && !course.shows_certificate ? 0 : 1));
  });
}

// Shows RFC 8422 3-1, 3-2, 3-3; RFC 5246 7.3-2, 7.4.6-1
TEST_CASE(
    "RFC 5246 §7.4.6: a client that was asked answers with its certificate and a proof, or with an "
    "empty list and none") {
  for (const Course& course : kCourses) {
    if (course.engine != Role::client || course.suite != kEcdhe ||
        course.resumes != Course::Resumes::no)
      continue;
    CAPTURE(course.what);
    ScriptedPeer peer = Stage(course).peer();
    play(peer, script_of(course.steps), 0, course.steps.size());
    CHECK(peer.finished_is_right);
    CHECK(peer.saw(HandshakeType::certificate) == (&course.steps == &kAskingServerSteps));
    CHECK(peer.saw(HandshakeType::certificate_verify) == course.shows_certificate);
    for (const auto& seen : peer.seen)
      if (seen.type == ContentType::handshake && seen.bytes[0] == kCertificate)
        CHECK((to_hex(seen.bytes) == "0b000003000000") == !course.shows_certificate);
  }
}

// ------------------------------------------------ edited flights

namespace {

void check_refused(const Stage& stage, const Script& script, const std::string& how,
                   std::size_t at) {
  CAPTURE(how);
  CAPTURE(at);
  ScriptedPeer peer = stage.peer();
  play(peer, script, 0, script.size());
  REQUIRE(peer.engine.error().has_value());
  CAPTURE(peer.engine.error()->message());
  CHECK(peer.engine.error()->category() == Category::protocol);
  REQUIRE(peer.alerts.size() == 1);
  CHECK(peer.alerts[0].level == AlertLevel::fatal);
  CHECK(peer.alerts[0].description == Alert::unexpected_message);
  CHECK(peer.engine.input_space().empty());
}

}  // namespace

// Shows RFC 5246 7.4-1, 7.2.2-4
TEST_CASE(
    "a handshake with a message dropped, doubled or moved is refused with unexpected_message, at "
    "either end") {
  for_each_course([](const Course& course, const Stage& stage) {
    const Script right = script_of(course.steps);
    for (std::size_t i = 0; i < right.size(); ++i) {
      const bool may_be_left_out = i + 1 < right.size() && course.steps[i].or_else == right[i + 1];
      Script dropped = right;
      dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
      if (i + 1 < right.size() && !may_be_left_out) check_refused(stage, dropped, "dropped", i);

      Script doubled = right;
      doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), right[i]);
      // A second ClientHello behind the handshake would ask for renegotiation; this one comes
      // within it.
      check_refused(stage, doubled, "doubled", i);

      for (std::size_t j = i + 1; j < right.size(); ++j) {
        Script swapped = right;
        std::swap(swapped[i], swapped[j]);
        check_refused(stage, swapped, "swapped", i * 10 + j);
      }
    }
  });
}

TEST_CASE("a message that its sender may leave out is not missed") {
  for_each_course([](const Course& course, const Stage& stage) {
    for (std::size_t i = 0; i + 1 < course.steps.size(); ++i) {
      if (course.steps[i].or_else != course.steps[i + 1].comes) continue;
      Script script = script_of(course.steps);
      script.erase(script.begin() + static_cast<std::ptrdiff_t>(i));
      ScriptedPeer peer = stage.peer();
      play(peer, script, 0, script.size());
      CHECK(peer.engine.state().handshake_complete);
      CHECK(peer.finished_is_right);
    }
  });
}

// Shows RFC 5246 7.3-3
TEST_CASE("a peer that stops before its Finished is waited for, and nothing is complete") {
  for_each_course([](const Course& course, const Stage& stage) {
    const Script right = script_of(course.steps);
    for (std::size_t n = 0; n < right.size(); ++n) {
      ScriptedPeer peer = stage.peer();
      play(peer, right, 0, n);
      CHECK(!peer.engine.error());
      CHECK(peer.engine.handshaking());
      CHECK(!peer.engine.state().handshake_complete);
      CHECK(peer.engine.write(bytes_of("too early")).error().code == Errc::handshake_not_complete);
      CHECK(peer.engine.close_write().error().code == Errc::handshake_not_complete);
      CHECK(!peer.engine.error());
      peer.engine.transport_ended();
      peer.collect();
      peer.check_fault(Errc::truncated, std::nullopt);
    }
  });
}

// Shows RFC 5246 7.4.9-5
TEST_CASE("a Finished under the new keys is worth nothing without the ChangeCipherSpec before it") {
  for_each_course([](const Course& course, const Stage& stage) {
    const Script right = script_of(course.steps);
    ScriptedPeer peer = stage.peer();
    play(peer, right, 0, right.size() - 2);
    peer.switch_keys();
    peer.send(HandshakeType::finished);
    // Read as plaintext it may look like the start of some message; it is no Finished, and no key
    // has changed.
    if (!peer.engine.error()) peer.deliver(ContentType::application_data, {1});
    CHECK(peer.engine.error());
    CHECK(peer.alerts.size() == 1);
    CHECK(!peer.engine.state().handshake_complete);
  });
}
