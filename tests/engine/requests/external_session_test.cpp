// A session that is looked up outside the engine.
#include "engine/requests/external_answers.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("a session ID is looked up elsewhere, and what is found is resumed") {
  ExternalSessionConfig ends;
  WaitingForSession pair(ends);
  const auto& [id, session] = *ends.store->kept.begin();
  CHECK(octets(requested<SessionRequest>(pair.server).id) == id);
  REQUIRE(pair.server.answer(SessionAnswer{session}).has_value());
  CHECK(pair.server.wants() == Wants::nothing);
  CHECK(pair.server.request().value().index() == 0);
  pair.talk();
  CHECK(pair.complete());
  CHECK(pair.server.state().resumed);
}

TEST_CASE("no session, a damaged one and an old one are a full handshake") {
  const auto resumes = [](auto change, WallTime now = kNow) {
    ExternalSessionConfig ends;
    Octets session = ends.store->kept.begin()->second;
    change(session, ends.server);
    WaitingForSession pair(ends, now);
    REQUIRE(pair.server.answer(SessionAnswer{session}).has_value());
    pair.talk();
    CHECK(pair.complete());
    return pair.server.state().resumed;
  };
  const auto nothing = [](Octets&, ServerConfig&) {};
  CHECK(resumes(nothing));
  CHECK_FALSE(resumes([](Octets& session, ServerConfig&) { session.clear(); }));
  CHECK_FALSE(resumes([](Octets& session, ServerConfig&) { session.pop_back(); }));
  // It expires as was said when it was made, or earlier where sessions live less long by now.
  const auto live_for = [](std::chrono::hours lifetime) {
    return [=](Octets&, ServerConfig& config) { config.session_lifetime = lifetime; };
  };
  CHECK(resumes(nothing, kNow + 24h - 1s));
  CHECK_FALSE(resumes(live_for(48h), kNow + 24h));
  CHECK(resumes(live_for(1h), kNow + 59min));
  CHECK_FALSE(resumes(live_for(1h), kNow + 60min));
}

TEST_CASE(
    "where there is a ticket nothing is looked up; nor is there anything to look up where nothing "
    "is kept") {
  ExternalSessionConfig ends;
  ends.client.tickets = ends.server.tickets = true;
  ends.server.ticket_keys = TicketKeys::rotating().value();
  for (const bool resumed : {false, true}) {
    ends.client.sessions = resumed ? ends.client.sessions : make_memory_session_store();
    EnginePair pair(ends.client, ends.server);
    pair.talk();
    CHECK(pair.complete());
    CHECK(pair.server.state().resumed == resumed);
  }
  ends.server.sessions = nullptr;
  CHECK(ends.server.build().error().code == Errc::bad_configuration);
}
