// The pair in memory.
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "conn/transport/transferred.hpp"
#include "tls12/transport.hpp"

using namespace tls12;
using namespace tls12::test;
using namespace std::chrono_literals;

namespace {

std::string read_text(Transport& from, std::size_t at_most = 64) {
  std::array<std::uint8_t, 64> buffer;
  const auto n = from.read(MutableBytes(buffer).first(at_most));
  REQUIRE(n.has_value());
  REQUIRE(n->has_value());
  return std::string(text_of(Bytes(buffer).first(**n)));
}

}  // namespace

TEST_CASE("Bytes cross a pair in order, in both directions, around the end of the ring") {
  FakeClock clock;
  const MemoryPair pair = memory_pair(clock, 5).value();
  for (int round = 0; round < 7; ++round) {
    CHECK(transferred(pair.first->write(bytes_of("abc"))) == 3);
    CHECK(transferred(pair.second->write(bytes_of("xyz"))) == 3);
    CHECK(read_text(*pair.second) == "abc");
    CHECK(read_text(*pair.first, 2) == "xy");
    CHECK(read_text(*pair.first) == "z");
  }
}

TEST_CASE("A full pair takes what fits, then nothing, and goes on when the other end has read") {
  FakeClock clock;
  const MemoryPair pair = memory_pair(clock, 4).value();
  CHECK(transferred(pair.first->write(bytes_of("abcdef"))) == 4);
  CHECK(transferred(pair.first->write(bytes_of("ef"))) == kNothing);
  CHECK(read_text(*pair.second, 1) == "a");
  CHECK(transferred(pair.first->write(bytes_of("ef"))) == 1);
  CHECK(read_text(*pair.second) == "bcde");
}

TEST_CASE("An end that shut down writing is seen as an end behind its last byte, and still reads") {
  FakeClock clock;
  const MemoryPair pair = memory_pair(clock).value();
  CHECK(transferred(pair.first->write(bytes_of("last"))) == 4);
  CHECK(pair.first->shut_down_writing().has_value());
  CHECK(read_text(*pair.second) == "last");
  std::array<std::uint8_t, 1> byte;
  CHECK(transferred(pair.second->read(byte)) == 0);
  CHECK(transferred(pair.second->write(bytes_of("y"))) == 1);
  CHECK(read_text(*pair.first) == "y");
}

TEST_CASE("Writing to an end that is gone is a reset; what it wrote before can be read") {
  FakeClock clock;
  MemoryPair pair = memory_pair(clock).value();
  CHECK(transferred(pair.first->write(bytes_of("x"))) == 1);
  pair.first.reset();
  CHECK(pair.second->write(bytes_of("y")).error().code == Errc::connection_reset);
  CHECK(read_text(*pair.second) == "x");
}

TEST_CASE("A wait ends at its deadline, and at once for what is ready") {
  FakeClock clock;
  clock.jump_when_idle(true);
  const MemoryPair pair = memory_pair(clock).value();
  const TimePoint start = clock.now();
  pair.first->wait(Interest::write, within(1s, clock), pair.first->wakes());
  CHECK(clock.now() == start);
  pair.first->wait(Interest::read, within(1s, clock), pair.first->wakes());
  CHECK(clock.now() == start + 1s);
  CHECK(transferred(pair.second->write(bytes_of("x"))) == 1);
  pair.first->wait(Interest::read, within(1s, clock), pair.first->wakes());
  CHECK(clock.now() == start + 1s);
}

TEST_CASE("A wake ends waits that do not know of it, even when it comes first") {
  FakeClock clock;
  const MemoryPair pair = memory_pair(clock).value();
  const std::uint64_t seen = pair.first->wakes();
  std::thread waker([&] { pair.first->wake(); });
  pair.first->wait(Interest::none, Deadline::never(), seen);
  waker.join();
  pair.first->wait(Interest::none, Deadline::never(), seen);
  CHECK(pair.first->wakes() == seen + 1);
}

TEST_CASE("Bytes and ends wake a waiting thread") {
  const MemoryPair pair = memory_pair().value();
  std::thread writer([&] {
    (void)pair.first->write(bytes_of("x"));
    (void)pair.first->shut_down_writing();
  });
  pair.second->wait(Interest::read, Deadline::never(), pair.second->wakes());
  CHECK(read_text(*pair.second) == "x");
  pair.second->wait(Interest::read, Deadline::never(), pair.second->wakes());
  std::array<std::uint8_t, 1> byte;
  CHECK(transferred(pair.second->read(byte)) == 0);
  writer.join();
}
