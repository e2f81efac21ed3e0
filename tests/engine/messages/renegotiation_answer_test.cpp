// Renegotiation::ask: the application answers each HelloRequest (RFC 5246 §7.4.1.1).
#include <doctest/doctest.h>

#include "engine/messages/renegotiating.hpp"

using namespace tls12;
using namespace tls12::test;

// Shows RFC 5929 7-2
TEST_CASE(
    "Renegotiation::ask: each HelloRequest waits for the application's answer, and writing goes on "
    "meanwhile") {
  ScriptedPeer peer = connected(willing(Renegotiation::ask));
  for (unsigned i = 1; i <= 3; ++i) {
    peer.seen.clear();
    peer.send(HandshakeType::hello_request);
    REQUIRE(peer.engine.wants() == Wants::renegotiation);
    CHECK_FALSE(peer.engine.handshaking());
    CHECK_FALSE(peer.saw(HandshakeType::client_hello));
    CHECK(peer.engine.input_space().empty());
    REQUIRE(peer.engine.write(bytes_of("the request first")) == 17U);
    REQUIRE(peer.engine.answer(RenegotiationAnswer{true}).has_value());
    CHECK(peer.engine.wants() == Wants::nothing);
    CHECK(peer.engine.handshaking());
    peer.collect();
    CHECK(peer.data() == "the request first");
    CHECK(peer.saw(HandshakeType::client_hello));
    peer.complete();
    CHECK(peer.engine.state().renegotiations == i);
    talk(peer);
  }
}

TEST_CASE(
    "Renegotiation::ask: a refusal is as renegotiation_refusal has it, and the next request is "
    "asked about anew") {
  for (const auto refusal : {RenegotiationRefusal::decline, RenegotiationRefusal::ignore,
                             RenegotiationRefusal::refuse}) {
    CAPTURE(static_cast<int>(refusal));
    ClientConfig config = willing(Renegotiation::ask);
    config.common.renegotiation_refusal = refusal;
    ScriptedPeer peer = connected(config);
    // Two messages in one record, and data after them: one question at a time, and nothing is lost.
    peer.deliver(ContentType::handshake, Octets(8, 0));
    for (unsigned i = 1; i <= 2; ++i) {
      REQUIRE(peer.engine.wants() == Wants::renegotiation);
      REQUIRE(peer.engine.answer(RenegotiationAnswer{}).has_value());
      peer.collect();
      if (refusal == RenegotiationRefusal::refuse) break;
      CHECK(peer.alerts.size() == (refusal == RenegotiationRefusal::decline ? i : 0));
    }
    if (refusal == RenegotiationRefusal::refuse) {
      peer.check_fault(Errc::renegotiation_refused, Alert::no_renegotiation);
      continue;
    }
    CHECK(peer.engine.wants() == Wants::nothing);
    talk(peer);
    peer.send(HandshakeType::hello_request);
    CHECK(peer.engine.wants() == Wants::renegotiation);
  }
}

TEST_CASE("Renegotiation::ask: records after the HelloRequest are read after the answer") {
  for (const bool granted : {true, false}) {
    ScriptedPeer peer = connected(willing(Renegotiation::ask));
    const Octets request = peer.sealed(ContentType::handshake, Octets(4, 0));
    const Octets data = peer.sealed(ContentType::application_data, octets(bytes_of("after it")));
    peer.raw(joined({request, data}));
    REQUIRE(peer.engine.wants() == Wants::renegotiation);
    CHECK(peer.engine.readable().empty());
    REQUIRE(peer.engine.answer(RenegotiationAnswer{granted}).has_value());
    CHECK(read_all(peer.engine) == "after it");
  }
}

TEST_CASE("Renegotiation::ask: close_write() and an error end the question") {
  ScriptedPeer closing = connected(willing(Renegotiation::ask));
  closing.send(HandshakeType::hello_request);
  REQUIRE(closing.engine.close_write().has_value());
  CHECK(closing.engine.wants() == Wants::nothing);
  CHECK(closing.engine.answer(RenegotiationAnswer{true}).error().code ==
        Errc::not_waiting_for_that);
  closing.collect();
  REQUIRE(closing.alerts.size() == 1);
  CHECK(closing.alerts[0].description == Alert::close_notify);
  closing.deliver(ContentType::application_data, octets(bytes_of("the rest")));
  CHECK(read_all(closing.engine) == "the rest");

  ScriptedPeer aborted = connected(willing(Renegotiation::ask));
  aborted.send(HandshakeType::hello_request);
  aborted.engine.abort(Alert::access_denied);
  CHECK(aborted.engine.wants() == Wants::nothing);
  CHECK(aborted.engine.answer(RenegotiationAnswer{}).error().code == Errc::not_waiting_for_that);

  ScriptedPeer cut = connected(willing(Renegotiation::ask));
  cut.send(HandshakeType::hello_request);
  cut.engine.transport_ended();
  if (!cut.engine.error()) CHECK(cut.engine.answer(RenegotiationAnswer{}).has_value());
  CHECK(cut.engine.error()->code == Errc::truncated);
}
