// Rules for every external answer. Signatures have a file of their own: external_key_test.cpp.
#include "engine/requests/external_answers.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("answers that nothing waits for change nothing, and one kind is none of another") {
  const auto check_all_but = [](Engine& engine, Wants waited) {
    const auto refused = [](const Result<void>& result) {
      return !result && result.error().code == Errc::not_waiting_for_that;
    };
    if (waited != Wants::signature)
      CHECK((refused(engine.provide_signature(Octets(64))) && refused(engine.refuse_signature())));
    if (waited != Wants::decryption)
      CHECK(
          (refused(engine.provide_decryption(Octets(256))) && refused(engine.refuse_decryption())));
    if (waited != Wants::session) CHECK(refused(engine.provide_session({})));
    if (waited != Wants::verdict)
      CHECK((refused(engine.accept_peer()) && refused(engine.refuse_peer("no"))));
    CHECK(engine.wants() == waited);
    CHECK_FALSE(engine.error());
  };
  FarAway ends;
  LookingUp looking(ends);
  check_all_but(looking.server, Wants::session);
  check_all_but(looking.client, Wants::nothing);
  Decrypting decrypting;
  check_all_but(decrypting.server, Wants::decryption);
  Judged judged;
  check_all_but(judged.client, Wants::verdict);
  CHECK(judged.client.accept_peer().has_value());
  judged.talk();
  CHECK(judged.server.accept_peer().has_value());
  judged.talk();
  REQUIRE(judged.complete());
  check_all_but(judged.server, Wants::nothing);
}

TEST_CASE(
    "a transport that ends while an answer is waited for is an error at the latest with the "
    "answer, whatever it is") {
  Judged judged;
  judged.client.transport_ended();
  if (!judged.client.error()) CHECK(judged.client.accept_peer().has_value());
  CHECK(judged.client.error()->code == Errc::truncated);
  Decrypting decrypting;
  decrypting.server.transport_ended();
  if (!decrypting.server.error()) CHECK(decrypting.server.refuse_decryption().has_value());
  CHECK(decrypting.server.error().has_value());
}
