// sent(), received() and consume() check the number that a caller gives: one that is too large is
// misuse and changes nothing.
#include <doctest/doctest.h>

#include "support/engine_pair.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr std::size_t kFailedCall =
    static_cast<std::size_t>(-1);  // what send() returns on failure, as a size

void check_misuse(const Result<void>& result) {
  REQUIRE(!result);
  CHECK(result.error().code == Errc::misuse);
}

std::vector<std::uint8_t> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// Every count that is too large, on an engine in any state.
void check_counts(Engine& engine, std::size_t offered) {
  const auto output = copy(engine.output()), readable = copy(engine.readable());
  const auto error = engine.error();
  const bool handshaking = engine.handshaking(), mid_record = engine.mid_record();
  for (const std::size_t extra : {std::size_t{1}, std::size_t{10}, std::size_t{1} << 20}) {
    check_misuse(engine.sent(output.size() + extra));
    check_misuse(engine.received(offered + extra));
    check_misuse(engine.consume(readable.size() + extra));
  }
  check_misuse(engine.sent(kFailedCall));
  check_misuse(engine.received(kFailedCall));
  check_misuse(engine.consume(kFailedCall));
  CHECK(copy(engine.output()) == output);
  CHECK(copy(engine.readable()) == readable);
  CHECK(engine.error().has_value() == error.has_value());
  CHECK(engine.handshaking() == handshaking);
  CHECK(engine.mid_record() == mid_record);
}

}  // namespace

TEST_CASE("a count that is too large is misuse and changes nothing: the connection goes on") {
  EnginePair pair;
  check_counts(pair.client, 0);
  check_counts(pair.server, pair.server.input_space().size());
  pair.client.sent(3).value();  // in the middle of a record
  std::array<std::uint8_t, 3> header = {22, 3, 1};
  const MutableBytes space = pair.server.input_space();
  std::ranges::copy(header, space.begin());
  check_counts(pair.server, space.size());
  check_counts(pair.client, 0);
  pair.server.received(3).value();
  check_counts(pair.server, 0);
  pair.talk();
  REQUIRE(pair.complete());

  REQUIRE(pair.client.write(bytes_of("unread")).has_value());
  carry(pair.client, pair.server);
  check_counts(pair.server, 0);
  pair.server.consume(2).value();
  check_counts(pair.server, 0);
  CHECK(read_all(pair.server) == "read");
  check_counts(pair.server, 0);
}

TEST_CASE(
    "a count that is too large completes no operation: the send and the receive stay under way") {
  EnginePair pair;
  pair.talk();
  REQUIRE(pair.client.write(bytes_of("data")).has_value());
  const Bytes sending = pair.client.begin_send();
  const MutableBytes receiving = pair.client.begin_receive();
  check_counts(pair.client, receiving.size());
  CHECK(pair.client.begin_send().empty());
  CHECK(pair.client.begin_receive().empty());
  CHECK(pair.client.received(0).has_value());
  CHECK(pair.client.sent(sending.size()).has_value());
  CHECK(!pair.client.input_space().empty());
}

TEST_CASE("received() takes nothing into space that release_buffers() gave back") {
  EnginePair pair;
  pair.talk();
  REQUIRE(!pair.server.input_space().empty());
  pair.server.release_buffers();
  check_misuse(pair.server.received(1));
  CHECK(pair.server.received(0).has_value());
}

TEST_CASE("counts on an engine that has failed or closed are checked as well") {
  EnginePair pair;
  pair.talk();
  REQUIRE(pair.client.close_write().has_value());
  check_counts(pair.client, 0);
  pair.talk();
  pair.server.abort(Alert::user_canceled);
  check_counts(pair.server, 0);
  pair.server.transport_ended();
  check_counts(pair.server, 0);
}
