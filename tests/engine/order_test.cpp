// Every message at every time, against the independent table: the engine takes what is due, and answers the rest as the RFCs say.
#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "support/order_table.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

ScriptedPeer peer_of_engine(Role engine) { return engine == Role::client ? ScriptedPeer::server_of() : ScriptedPeer::client_of(); }

// ------------------------------------------------ what the engine does

char verdict(const ScriptedPeer& peer, const std::string& due_before) {
  const Engine& engine = peer.engine;
  const auto told = [&](AlertLevel level, Alert alert) {
    return peer.alerts.size() == 1 && peer.alerts[0].level == level && peer.alerts[0].description == alert;
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

void check_line(Role engine, const Script& script, const Line& line) {
  CAPTURE(line.due);
  for (std::size_t column = 0; column < std::size(kColumns); ++column) {
    const std::string what = kColumns[column].what;
    CAPTURE(what);
    ScriptedPeer peer = peer_of_engine(engine);
    play(peer, script, 0, line.steps);
    const bool complete = line.steps == script.size();
    REQUIRE(peer.engine.due() == line.due);
    REQUIRE(peer.engine.state().handshake_complete == complete);

    kColumns[column].send(peer);
    const char expected = line.cells[2 * column];
    const std::string seen(1, verdict(peer, line.due)), wanted(1, expected);
    CHECK(seen == wanted);
    if (expected == 'X' && !complete && peer.engine.error()) {
      // The error names the row that was due, unless the record layer found the fault.
      const Errc code = peer.engine.error()->code;
      const char* due = peer.engine.error()->due;
      if (code != Errc::record_type_unknown) CHECK(std::string(due == nullptr ? "" : due) == line.due);
      CHECK(peer.engine.error()->phase == Phase::handshake);
    }
    if (expected != '.' && expected != 'W') continue;
    // What had no effect was not hashed either, and hinders nothing.
    if (!complete) play(peer, script, line.steps, script.size());
    if (peer.engine.error()) MESSAGE(peer.engine.error()->message());
    CHECK(peer.engine.state().handshake_complete);
    peer.deliver(ContentType::application_data, {'o', 'k'});
    CHECK(read_all(peer.engine) == "ok");
  }
}

}  // namespace

TEST_CASE("a client takes each message when it is due and at no other time") {
  for (const Line& line : kClientLines) check_line(Role::client, kServerScript, line);
}

TEST_CASE("a client that was asked for a certificate takes each message when it is due and at no other time") {
  for (const Line& line : kAskedClientLines) check_line(Role::client, kAskingServerScript, line);
}

TEST_CASE("a server takes each message when it is due and at no other time") {
  for (const Line& line : kServerLines) check_line(Role::server, kClientScript, line);
}

TEST_CASE("a client that has no certificate answers a CertificateRequest with an empty list, and only then") {
  for (const Script* script : {&kServerScript, &kAskingServerScript}) {
    ScriptedPeer peer = ScriptedPeer::server_of();
    play(peer, *script, 0, script->size());
    CHECK(peer.engine.state().handshake_complete);
    CHECK(peer.finished_is_right);
    CHECK(peer.saw(HandshakeType::certificate) == (script == &kAskingServerScript));
    for (const auto& seen : peer.seen) {
      if (seen.type == ContentType::handshake && seen.bytes[0] == number(HandshakeType::certificate)) CHECK(to_hex(seen.bytes) == "0b000003000000");
      CHECK(!(seen.type == ContentType::handshake && seen.bytes[0] == number(HandshakeType::certificate_verify)));
    }
  }
}

// ------------------------------------------------ edited flights

namespace {

void check_edited(Role engine, const Script& script, const std::string& how, std::size_t at) {
  CAPTURE(how);
  CAPTURE(at);
  ScriptedPeer peer = peer_of_engine(engine);
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

TEST_CASE("a handshake with a message dropped, doubled or moved is refused with unexpected_message, at either end") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& right = engine == Role::client ? kServerScript : kClientScript;
    CAPTURE(static_cast<int>(engine));
    for (std::size_t i = 0; i < right.size(); ++i) {
      Script dropped = right;
      dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
      if (i + 1 < right.size()) check_edited(engine, dropped, "dropped", i);

      Script doubled = right;
      doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), right[i]);
      // A second ClientHello behind the handshake would ask for renegotiation; this one comes within it.
      check_edited(engine, doubled, "doubled", i);

      for (std::size_t j = i + 1; j < right.size(); ++j) {
        Script swapped = right;
        std::swap(swapped[i], swapped[j]);
        check_edited(engine, swapped, "swapped", i * 10 + j);
      }
    }
  }
}

TEST_CASE("a peer that stops before its Finished is waited for, and nothing is complete") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& right = engine == Role::client ? kServerScript : kClientScript;
    for (std::size_t n = 0; n < right.size(); ++n) {
      ScriptedPeer peer = peer_of_engine(engine);
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
  }
}

TEST_CASE("a Finished under the new keys is worth nothing without the ChangeCipherSpec before it") {
  for (const Role engine : {Role::client, Role::server}) {
    const Script& right = engine == Role::client ? kServerScript : kClientScript;
    ScriptedPeer peer = peer_of_engine(engine);
    play(peer, right, 0, right.size() - 2);
    peer.switch_keys();
    peer.send(HandshakeType::finished);
    // Read as plaintext it may look like the start of some message; it is no Finished, and no key has changed.
    if (!peer.engine.error()) peer.deliver(ContentType::application_data, {1});
    CHECK(peer.engine.error());
    CHECK(peer.alerts.size() == 1);
    CHECK(!peer.engine.state().handshake_complete);
  }
}
