// Rules for every external answer. Signatures have a file of their own: external_key_test.cpp.
#include "engine/requests/external_answers.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

TEST_CASE("answers that nothing waits for change nothing, and one kind is none of another") {
  const auto check_all_but = [](Engine& engine, Wants waited) {
    for (const Answer& answer : one_of_each_answer()) {
      if (static_cast<Wants>(answer.index() + 1) == waited) continue;
      const auto refused = engine.answer(answer);
      CHECK((!refused && refused.error().code == Errc::not_waiting_for_that));
    }
    CHECK(engine.wants() == waited);
    CHECK_FALSE(engine.error());
  };
  ExternalSessionConfig ends;
  WaitingForSession looking(ends);
  check_all_but(looking.server, Wants::session);
  check_all_but(looking.client, Wants::nothing);
  WaitingForDecryption decrypting;
  check_all_but(decrypting.server, Wants::decryption);
  WaitingForVerdict judged;
  check_all_but(judged.client, Wants::verdict);
  CHECK(judged.client.answer(VerdictAnswer{.accept = true}).has_value());
  judged.talk();
  CHECK(judged.server.answer(VerdictAnswer{.accept = true}).has_value());
  judged.talk();
  REQUIRE(judged.complete());
  check_all_but(judged.server, Wants::nothing);
}

TEST_CASE(
    "a transport that ends while an answer is waited for is an error at the latest with the "
    "answer, whatever it is") {
  WaitingForVerdict judged;
  judged.client.transport_ended();
  if (!judged.client.error())
    CHECK(judged.client.answer(VerdictAnswer{.accept = true}).has_value());
  CHECK(judged.client.error()->code == Errc::truncated);
  WaitingForDecryption decrypting;
  decrypting.server.transport_ended();
  if (!decrypting.server.error()) CHECK(decrypting.server.answer(DecryptionAnswer{}).has_value());
  CHECK(decrypting.server.error().has_value());
}
