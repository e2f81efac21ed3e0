// Counts what operator new is asked for: a warm record path asks for nothing, and messages give
// back what they took.
#include "record/handshake_assembly.hpp"
#include "record/support.hpp"
#include "support/counted_memory.hpp"

namespace tls12::record::testing {

using test::allocations, test::in_use;

TEST_CASE(
    "once warm, no record allocates: sealed, framed or opened, one or many a call, of any size") {
  const auto check = [](Half sealing, Half opening) {
    Framer framer;
    framer.expect_version(ProtocolVersion::tls12);
    framer.expect_protection();
    const Octets data = pattern(4 * kMaxPlaintext + 100);
    Buffer wire;
    std::size_t opened_bytes = 0;
    bool good = true;
    const auto pass = [&](std::size_t size) {
      good = good && sealing.seal(ContentType::application_data,
                                  Bytes(data).first(size % kMaxPlaintext), wire);
      good = good && sealing.seal_all(ContentType::application_data, Bytes(data).first(size), wire);
      while (!wire.empty()) {
        const auto framed = framer.next(wire.view());
        const auto opened = opening.open(*framed->record);
        good = good && opened;
        if (opened) opened_bytes += opened->size();
        wire.consume(framed->record->wire_size);
      }
    };
    const auto round = [&] {
      for (std::size_t size = 1; size <= data.size(); size += 997) pass(size);
    };
    round();
    const std::size_t before = allocations;
    round();
    const std::size_t after = allocations;
    CHECK(after == before);
    CHECK(good);
    CHECK(opened_bytes > data.size());
  };
  for (const AeadAlgorithm algorithm : kAeads) check(half_for(algorithm), half_for(algorithm));
  for (const CbcKind& kind : kCbcKinds) check(half_for(kind), half_for(kind));
}

TEST_CASE(
    "messages that are not cut are given without an allocation, and a cut one gives its memory "
    "back") {
  HandshakeAssembly assembly{Limits{}};
  const Octets two = {14, 0, 0, 0, 20, 0, 0, 2, 7, 7};
  const std::size_t before = allocations;
  assembly.add(two);
  bool good = assembly.next()->has_value();
  good = good && assembly.next()->has_value();
  good = good && !assembly.next()->has_value();
  const std::size_t asked = allocations - before;
  CHECK(asked == 0);
  CHECK(good);

  Octets large = pattern(50'000);
  large[0] = 11, large[1] = 0, large[2] = 49'996 >> 8, large[3] = 49'996 & 255;
  const std::size_t used = in_use;
  assembly.add(Bytes(large).first(kMaxPlaintext));
  good = !assembly.next()->has_value();
  const std::size_t held = in_use - used;
  assembly.add(Bytes(large).subspan(kMaxPlaintext));
  good = good && assembly.next()->has_value();
  good = good && !assembly.next()->has_value();
  const std::size_t after = in_use;
  CHECK(good);
  CHECK(held >= kMaxPlaintext);
  CHECK(held < 2 * kMaxPlaintext);  // as much as has come, not as much as was announced
  CHECK(after == used);
}

}  // namespace tls12::record::testing
