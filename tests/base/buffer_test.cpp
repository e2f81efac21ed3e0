// Buffer: a queue of bytes in one piece of memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <vector>

#include "base/buffer.hpp"

using namespace tls12;

namespace {

std::vector<std::uint8_t> numbered(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

}  // namespace

TEST_CASE("A new queue is empty and has no memory") {
  const Buffer buffer;
  CHECK(buffer.empty());
  CHECK(buffer.size() == 0);
  CHECK(buffer.capacity() == 0);
  CHECK(buffer.view().empty());
}

TEST_CASE("Bytes come out in the order in which they went in") {
  Buffer buffer;
  const auto bytes = numbered(100);
  buffer.append(Bytes(bytes).first(60));
  buffer.append({});
  buffer.append(Bytes(bytes).subspan(60));
  CHECK(std::ranges::equal(buffer.view(), bytes));
  buffer.consume(30);
  CHECK(std::ranges::equal(buffer.view(), Bytes(bytes).subspan(30)));
}

TEST_CASE("What was prepared counts once it is committed, and only as much") {
  Buffer buffer;
  const MutableBytes room = buffer.prepare(8);
  REQUIRE(room.size() == 8);
  CHECK(buffer.empty());
  std::fill(room.begin(), room.end(), std::uint8_t{7});
  buffer.commit(3);
  CHECK(std::ranges::equal(buffer.view(), std::vector<std::uint8_t>{7, 7, 7}));
}

TEST_CASE("Growing and moving together keeps what is in the queue") {
  Buffer buffer;
  const auto bytes = numbered(64);
  buffer.append(bytes);
  buffer.consume(50);
  const std::size_t capacity = buffer.capacity();
  buffer.prepare(capacity - 14);  // fits, once the rest stands at the front
  CHECK(buffer.capacity() == capacity);
  CHECK(std::ranges::equal(buffer.view(), Bytes(bytes).subspan(50)));
  buffer.prepare(capacity);
  CHECK(buffer.capacity() > capacity);
  CHECK(std::ranges::equal(buffer.view(), Bytes(bytes).subspan(50)));
}

TEST_CASE("A warm queue keeps its memory; release gives it back, but never bytes that wait") {
  Buffer buffer;
  buffer.append(numbered(1000));
  buffer.release();
  CHECK(buffer.size() == 1000);
  buffer.consume(1000);
  CHECK(buffer.capacity() >= 1000);
  const std::uint8_t* memory = buffer.prepare(1000).data();
  CHECK(buffer.prepare(1000).data() == memory);
  buffer.release();
  CHECK(buffer.capacity() == 0);
  buffer.append(numbered(3));
  CHECK(buffer.size() == 3);
  buffer.clear();
  CHECK(buffer.empty());
}

TEST_CASE("Whatever the order of appending and consuming, a queue is a queue") {
  std::mt19937 random(5);
  Buffer buffer;
  std::deque<std::uint8_t> model;
  for (int step = 0; step < 20'000; ++step) {
    if (random() % 2 == 0) {
      std::vector<std::uint8_t> bytes(random() % 50);
      for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
      buffer.append(bytes);
      model.insert(model.end(), bytes.begin(), bytes.end());
    } else {
      const std::size_t n = random() % (model.size() + 1);
      buffer.consume(n);
      model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(n));
    }
    REQUIRE(std::ranges::equal(buffer.view(), model));
    REQUIRE(buffer.size() == model.size());
  }
}
