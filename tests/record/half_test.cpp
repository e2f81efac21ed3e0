// One direction: the key change, the sequence, the limits, many records a call.
#include "record/half.hpp"

#include <cstring>

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

/// What a CBC suite will be: the size goes up in steps, and sealing may lack randomness.
class Padded final : public Protection {
 public:
  explicit Padded(bool has_randomness = true)
      : Protection(kNoLimit, kNoLimit), has_randomness_(has_randomness) {}
  std::size_t sealed_size(std::size_t n) const override { return 16 + (n + 20) / 16 * 16 + 16; }
  bool seal(std::uint64_t, ContentType, ProtocolVersion, Bytes plaintext,
            std::uint8_t* out) override {
    std::memset(out, 0, sealed_size(plaintext.size()));
    return has_randomness_;
  }
  std::optional<MutableBytes> open(std::uint64_t, ContentType, ProtocolVersion,
                                   MutableBytes fragment) override {
    return fragment;
  }

 private:
  bool has_randomness_;
};

Half half_with(std::unique_ptr<Protection> protection, std::uint64_t first_sequence = 0) {
  Half half{Limits{}};
  half.set_pending(std::move(protection), first_sequence);
  half.activate_pending();
  return half;
}

/// The records of `wire`, each alone.
std::vector<Octets> split(Bytes wire) {
  std::vector<Octets> records;
  while (!wire.empty()) {
    const std::size_t size = 5 + static_cast<std::size_t>(wire[3] << 8 | wire[4]);
    records.push_back(octets(wire.first(size)));
    wire = wire.subspan(size);
  }
  return records;
}

Errc open_fails(Half& half, Octets wire) { return code_of(half.open(record_in(wire))); }

}  // namespace

// ------------------------------------------------ RFC 5246 §6.1: states

TEST_CASE("a direction starts without protection") {
  Half half{Limits{}};
  CHECK_FALSE(half.is_protected());
  CHECK_FALSE(half.has_pending());
  Buffer out;
  REQUIRE(half.seal(ContentType::handshake, octets("abc"), out).has_value());
  CHECK(octets(out.view()) == Octets{22, 3, 3, 0, 3, 'a', 'b', 'c'});
  Octets wire = octets(out.view());
  const auto opened = half.open(record_in(wire));
  REQUIRE(opened.has_value());
  CHECK(octets(*opened) == octets("abc"));
}

TEST_CASE("the header says the version that was set") {
  Half half{Limits{}};
  half.set_version(ProtocolVersion::tls10);
  Buffer out;
  REQUIRE(half.seal(ContentType::handshake, octets("a"), out).has_value());
  CHECK(octets(out.view()) == Octets{22, 3, 1, 0, 1, 'a'});
}

// Shows RFC 5246 6.1-2, 6.1-3, 7.1-1
TEST_CASE(
    "a pending protection changes nothing until it is activated, and its sequence starts at 0") {
  Half half{Limits{}};
  Buffer out;
  REQUIRE(half.seal(ContentType::handshake, octets("1"), out).has_value());
  REQUIRE(half.seal(ContentType::handshake, octets("2"), out).has_value());
  half.set_pending(protection_for(AeadAlgorithm::aes_128_gcm));
  CHECK(half.has_pending());
  CHECK_FALSE(half.is_protected());
  REQUIRE(half.seal(ContentType::change_cipher_spec, Octets{1}, out).has_value());
  CHECK(out.size() == 3 * 6);
  CHECK(half.sequence() == 3);

  half.activate_pending();
  CHECK(half.is_protected());
  CHECK_FALSE(half.has_pending());
  CHECK(half.sequence() == 0);
  out.clear();
  REQUIRE(half.seal(ContentType::handshake, octets("Finished"), out).has_value());
  CHECK(octets(out.view()) ==
        record_by_hand(AeadAlgorithm::aes_128_gcm, 0, 0, 22, octets("Finished")));
}

TEST_CASE("a key can follow a key") {
  Half half = half_for(AeadAlgorithm::aes_256_gcm);
  Buffer out;
  REQUIRE(half.seal(ContentType::application_data, octets("x"), out).has_value());
  half.set_pending(protection_for(AeadAlgorithm::chacha20_poly1305));
  half.activate_pending();
  out.clear();
  REQUIRE(half.seal(ContentType::application_data, octets("y"), out).has_value());
  CHECK(octets(out.view()) ==
        record_by_hand(AeadAlgorithm::chacha20_poly1305, 0, 0, 23, octets("y")));
  CHECK(half.records() == 1);
}

// ------------------------------------------------ RFC 5246 §6.1: sequence numbers

// Shows RFC 5246 6.1-1; RFC 5288 3-2; RFC 6655 3-3; RFC 7905 2-1, 4-1
TEST_CASE("every record takes one sequence number, in both directions") {
  for (const AeadAlgorithm algorithm : kAeads) {
    Half sealing = half_for(algorithm), opening = half_for(algorithm);
    for (std::uint64_t i = 0; i < 300; ++i) {
      Buffer out;
      REQUIRE(sealing.seal(ContentType::application_data, pattern(i), out).has_value());
      Octets wire = octets(out.view());
      CHECK(wire == record_by_hand(algorithm, i, i, 23, pattern(i)));
      const auto opened = opening.open(record_in(wire));
      REQUIRE(opened.has_value());
      CHECK(octets(*opened) == pattern(i));
      CHECK(sealing.sequence() == i + 1);
      CHECK(opening.records() == i + 1);
    }
  }
}

// Shows RFC 5246 6.1-4; RFC 5288 3-2; RFC 6655 3-3; RFC 7905 4-1
TEST_CASE("the last sequence number is used, and then no other") {
  const std::uint64_t last = ~std::uint64_t{0};
  Half sealing = half_for(AeadAlgorithm::chacha20_poly1305, {}, last - 1),
       opening = half_for(AeadAlgorithm::chacha20_poly1305, {}, last - 1);
  Buffer out;
  CHECK(code_of(sealing.seal_all(ContentType::application_data, pattern(3 * kMaxPlaintext), out)) ==
        Errc::sequence_exhausted);
  CHECK(out.empty());
  REQUIRE(
      sealing.seal_all(ContentType::application_data, pattern(2 * kMaxPlaintext), out).has_value());
  CHECK(code_of(sealing.seal(ContentType::application_data, octets("x"), out)) ==
        Errc::sequence_exhausted);
  CHECK(code_of(sealing.seal(ContentType::alert, Octets{1, 0}, out)) == Errc::sequence_exhausted);
  auto records = split(out.view());
  REQUIRE(records.size() == 2);
  CHECK(records[1] == record_by_hand(AeadAlgorithm::chacha20_poly1305, last, 0, 23,
                                     Bytes(pattern(2 * kMaxPlaintext)).subspan(kMaxPlaintext)));
  CHECK(opening.open(record_in(records[0])).has_value());
  CHECK(opening.open(record_in(records[1])).has_value());
  CHECK(open_fails(opening, record_by_hand(AeadAlgorithm::chacha20_poly1305, 0, 0, 23,
                                           octets("x"))) == Errc::sequence_exhausted);
}

// Shows RFC 5246 6.1-2
TEST_CASE("a new key has sequence numbers again") {
  Half half = half_for(AeadAlgorithm::chacha20_poly1305, {}, ~std::uint64_t{0});
  Buffer out;
  REQUIRE(half.seal(ContentType::application_data, octets("x"), out).has_value());
  half.set_pending(protection_for(AeadAlgorithm::chacha20_poly1305));
  half.activate_pending();
  CHECK(half.seal(ContentType::application_data, octets("x"), out).has_value());
}

// Shows RFC 5246 7.2.2-1
TEST_CASE(
    "a direction that has forgotten its keys neither seals nor opens, and never falls back to "
    "none") {
  Half writing = half_for(AeadAlgorithm::aes_128_gcm),
       reading = half_for(AeadAlgorithm::aes_128_gcm);
  Buffer out;
  REQUIRE(writing.seal(ContentType::application_data, octets("text"), out).has_value());
  const Octets record = octets(out.view());
  writing.forget_keys();
  reading.forget_keys();
  CHECK(code_of(writing.seal(ContentType::alert, Octets{1, 0}, out)) == Errc::sequence_exhausted);
  CHECK(out.size() == record.size());
  CHECK_FALSE(writing.is_protected());
  CHECK(open_fails(reading, record) == Errc::sequence_exhausted);
}

TEST_CASE("a record that was replayed, dropped or moved does not open") {
  for (const AeadAlgorithm algorithm : kAeads) {
    std::array<Octets, 3> records;
    for (std::size_t i = 0; i < 3; ++i)
      records[i] = record_by_hand(algorithm, i, i, 23, pattern(10));
    {
      Half half = half_for(algorithm);
      Octets first = records[0];
      CHECK(half.open(record_in(first)).has_value());
      CHECK(open_fails(half, records[0]) == Errc::bad_record_mac);
    }
    Half half = half_for(algorithm);
    CHECK(open_fails(half, records[1]) == Errc::bad_record_mac);
    CHECK(half.sequence() == 0);
  }
}

// ------------------------------------------------ limits of a key

TEST_CASE("a GCM key warns at one count of records and ends at another") {
  Limits limits;
  limits.aes_records_warn = 3;
  limits.aes_records_end = 5;
  for (const AeadAlgorithm algorithm : {AeadAlgorithm::aes_128_gcm, AeadAlgorithm::aes_256_gcm}) {
    Half sealing = half_for(algorithm, limits), opening = half_for(algorithm, limits);
    for (std::uint64_t i = 0; i < 5; ++i) {
      CHECK(sealing.limit_near() == (i >= 3));
      CHECK(opening.limit_near() == (i >= 3));
      Buffer out;
      REQUIRE(sealing.seal(ContentType::application_data, pattern(1), out).has_value());
      Octets wire = octets(out.view());
      REQUIRE(opening.open(record_in(wire)).has_value());
    }
    Buffer out;
    CHECK(code_of(sealing.seal(ContentType::application_data, pattern(1), out)) ==
          Errc::record_limit_reached);
    CHECK(code_of(sealing.seal_all(ContentType::application_data, pattern(1), out)) ==
          Errc::record_limit_reached);
    CHECK(out.empty());
    CHECK(open_fails(opening, record_by_hand(algorithm, 5, 5, 23, pattern(1))) ==
          Errc::record_limit_reached);
    CHECK(open_fails(opening, record_by_hand(algorithm, 5, 5, 21, Octets{1, 0})) ==
          Errc::record_limit_reached);
    // What ends the connection can still be told.
    CHECK(sealing.seal(ContentType::alert, Octets{2, 80}, out).has_value());
    CHECK(octets(out.view()) == record_by_hand(algorithm, 5, 5, 21, Octets{2, 80}));
    CHECK(code_of(sealing.seal(ContentType::application_data, pattern(1), out)) ==
          Errc::record_limit_reached);
  }
}

TEST_CASE("by default a GCM key warns at 2^24.5 records and ends at 2^32") {
  const std::uint64_t warn = 23726566, end = std::uint64_t{1} << 32;
  CHECK_FALSE(half_for(AeadAlgorithm::aes_128_gcm, {}, warn - 1).limit_near());
  CHECK(half_for(AeadAlgorithm::aes_128_gcm, {}, warn).limit_near());
  CHECK_FALSE(half_for(AeadAlgorithm::chacha20_poly1305, {}, end).limit_near());
  Buffer out;
  Half last = half_for(AeadAlgorithm::aes_128_gcm, {}, end - 1);
  CHECK(last.seal(ContentType::application_data, pattern(1), out).has_value());
  CHECK(code_of(last.seal(ContentType::application_data, pattern(1), out)) ==
        Errc::record_limit_reached);
  CHECK(half_for(AeadAlgorithm::chacha20_poly1305, {}, end)
            .seal(ContentType::application_data, pattern(1), out)
            .has_value());
}

TEST_CASE("a limit set for ChaCha20-Poly1305 holds") {
  Limits limits;
  limits.chacha20_records_end = 2;
  Half half = half_for(AeadAlgorithm::chacha20_poly1305, limits);
  Buffer out;
  CHECK(code_of(half.seal_all(ContentType::application_data, pattern(3 * kMaxPlaintext), out)) ==
        Errc::record_limit_reached);
  CHECK(out.empty());
  CHECK(half.sequence() == 0);
  CHECK(half.seal_all(ContentType::application_data, pattern(2 * kMaxPlaintext), out).has_value());
  CHECK(code_of(half.seal(ContentType::application_data, pattern(1), out)) ==
        Errc::record_limit_reached);
}

TEST_CASE("without protection there is no limit but the sequence") {
  Half half{Limits{.aes_records_warn = 0, .aes_records_end = 0, .chacha20_records_end = 0}};
  Buffer out;
  CHECK_FALSE(half.limit_near());
  CHECK(half.seal(ContentType::handshake, octets("x"), out).has_value());
}

// ------------------------------------------------ RFC 5246 §6.2.1: fragments

TEST_CASE("seal_all cuts data into records of the fragment size and takes the room it announced") {
  for (const AeadAlgorithm algorithm : kAeads) {
    for (const std::size_t fragment :
         {std::size_t{1}, std::size_t{2}, std::size_t{100}, kMaxPlaintext - 1, kMaxPlaintext}) {
      for (const std::size_t size :
           {std::size_t{0}, fragment - 1, fragment, fragment + 1, 2 * fragment, 3 * fragment + 7}) {
        CAPTURE(fragment);
        CAPTURE(size);
        Half half = half_for(algorithm);
        half.set_fragment_size(fragment);
        const Octets data = pattern(size);
        Octets expected;
        for (std::size_t at = 0, i = 0; at < size; at += fragment, ++i) {
          const Octets record = record_by_hand(
              algorithm, i, i, 23, Bytes(data).subspan(at, std::min(fragment, size - at)));
          expected.insert(expected.end(), record.begin(), record.end());
        }
        Buffer out;
        out.append(octets("before"));
        REQUIRE(half.seal_all(ContentType::application_data, data, out).has_value());
        CHECK(octets(out.view().subspan(6)) == expected);
        CHECK(half.wire_size(size) == expected.size());
        CHECK(half.sequence() == (size + fragment - 1) / fragment);
      }
    }
  }
}

TEST_CASE("a fragment size is at least 1 and at most 2^14") {
  Half half{Limits{}};
  CHECK(half.fragment_size() == kMaxPlaintext);
  half.set_fragment_size(0);
  CHECK(half.fragment_size() == 1);
  half.set_fragment_size(kMaxPlaintext + 1);
  CHECK(half.fragment_size() == kMaxPlaintext);
}

// Shows RFC 5246 6.2.1-1, 6.2.1-2
TEST_CASE(
    "one record holds up to 2^14 bytes, and nothing of an alert, a handshake message or a "
    "change_cipher_spec is sent empty") {
  Half half = half_for(AeadAlgorithm::aes_128_gcm);
  Buffer out;
  CHECK(half.seal(ContentType::application_data, pattern(kMaxPlaintext), out).has_value());
  CHECK(half.seal(ContentType::application_data, {}, out).has_value());
  CHECK(half.sequence() == 2);
  const std::size_t before = out.size();
  CHECK(code_of(half.seal(ContentType::application_data, pattern(kMaxPlaintext + 1), out)) ==
        Errc::internal_error);
  for (const ContentType type :
       {ContentType::change_cipher_spec, ContentType::alert, ContentType::handshake}) {
    CHECK(code_of(half.seal(type, {}, out)) == Errc::internal_error);
  }
  CHECK(out.size() == before);
  CHECK(half.sequence() == 2);
}

TEST_CASE("data_that_fits is the most that does, in whole records while one has room") {
  std::vector<Half> halves;
  halves.push_back(Half{Limits{}});
  halves.push_back(half_for(AeadAlgorithm::aes_128_gcm));
  halves.push_back(half_for(AeadAlgorithm::chacha20_poly1305));
  for (const CbcKind& kind : kCbcKinds) halves.push_back(half_for(kind));
  halves.push_back(half_with(std::make_unique<Padded>()));
  for (Half& half : halves) {
    half.set_fragment_size(300);
    const std::size_t whole = half.wire_size(300);
    for (std::size_t room = 0; room < 3 * whole; ++room) {
      CAPTURE(room);
      const std::size_t fits = half.data_that_fits(room);
      if (room >= whole) {
        CHECK(fits == room / whole * 300);
      } else {
        CHECK(half.wire_size(fits) <= room);
        CHECK(half.wire_size(fits + 1) > room);
      }
    }
  }
}

TEST_CASE("without randomness for its padding nothing is appended") {
  Half half = half_with(std::make_unique<Padded>(false));
  Buffer out;
  CHECK(code_of(half.seal(ContentType::application_data, pattern(5), out)) ==
        Errc::randomness_failed);
  CHECK(code_of(half.seal_all(ContentType::application_data, pattern(5), out)) ==
        Errc::randomness_failed);
  CHECK(out.empty());
  CHECK(half.sequence() == 0);
}

// ------------------------------------------------ opening

// Shows RFC 5246 6.2.3.3-4; RFC 5288 3-4; RFC 5487 2-3
TEST_CASE(
    "a record with any one bit changed is a bad_record_mac, whichever byte of it, header or body") {
  for (const AeadAlgorithm algorithm : kAeads) {
    const Octets good = record_by_hand(algorithm, 0, 0, 23, pattern(50));
    for (std::size_t i = 0; i < good.size(); ++i) {
      if (i == 3 || i == 4)
        continue;  // the length is tried below: it decides where the record ends
      for (int bit = 0; bit < 8; ++bit) {
        CAPTURE(i);
        Half half = half_for(algorithm);
        Octets bad = good;
        bad[i] = static_cast<std::uint8_t>(bad[i] ^ 1 << bit);
        CHECK(open_fails(half, bad) == Errc::bad_record_mac);
        CHECK(half.sequence() == 0);
      }
    }
    for (std::size_t length = 0; length < good.size() + 20; ++length) {
      if (length == good.size() - 5) continue;
      Half half = half_for(algorithm);
      Octets bad = good;
      bad.resize(5 + length);
      CHECK(open_fails(half, bad) == Errc::bad_record_mac);
    }
  }
}

TEST_CASE("an unprotected record is a bad_record_mac once there is a key") {
  for (const AeadAlgorithm algorithm : kAeads) {
    Half half = half_for(algorithm);
    CHECK(open_fails(half, {21, 3, 3, 0, 2, 1, 0}) == Errc::bad_record_mac);
    CHECK(open_fails(half, {23, 3, 3, 0, 0}) == Errc::bad_record_mac);
  }
}

// Shows RFC 5246 6.2.1-1, 6.2.2-2
TEST_CASE("more than 2^14 bytes of plaintext are a record_overflow, though well authenticated") {
  for (const AeadAlgorithm algorithm : kAeads) {
    for (const std::size_t size : {kMaxPlaintext - 1, kMaxPlaintext}) {
      Half half = half_for(algorithm);
      Octets wire = record_by_hand(algorithm, 0, 0, 23, pattern(size));
      const auto opened = half.open(record_in(wire));
      REQUIRE(opened.has_value());
      CHECK(octets(*opened) == pattern(size));
    }
    Half half = half_for(algorithm);
    CHECK(open_fails(half, record_by_hand(algorithm, 0, 0, 23, pattern(kMaxPlaintext + 1))) ==
          Errc::record_overflow);
  }
}

TEST_CASE(
    "a sealed handshake, alert or change_cipher_spec record that turns out empty is an error") {
  for (const AeadAlgorithm algorithm : kAeads) {
    for (const std::uint8_t type : {std::uint8_t{20}, std::uint8_t{21}, std::uint8_t{22}}) {
      Half half = half_for(algorithm);
      CHECK(open_fails(half, record_by_hand(algorithm, 0, 0, type, {})) == Errc::record_empty);
    }
  }
}

TEST_CASE("empty application data is taken, but not a flood of it") {
  Limits limits;
  limits.empty_records = 3;
  for (const AeadAlgorithm algorithm : kAeads) {
    Half half = half_for(algorithm, limits);
    std::uint64_t sequence = 0;
    const auto open_one = [&](std::size_t size) {
      Octets wire = record_by_hand(algorithm, sequence, sequence, 23, pattern(size));
      const auto opened = half.open(record_in(wire));
      if (opened) ++sequence;
      return opened.has_value() ? Errc::count_ : opened.error().code;
    };
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 3; ++i) CHECK(open_one(0) == Errc::count_);
      CHECK(open_one(1) == Errc::count_);  // what carries something ends the row
    }
    for (int i = 0; i < 3; ++i) CHECK(open_one(0) == Errc::count_);
    CHECK(open_one(0) == Errc::too_many_empty_records);
  }
}

TEST_CASE("two directions of one connection use two keys and disturb each other in nothing") {
  Half client = half_for(AeadAlgorithm::aes_128_gcm),
       server = half_for(AeadAlgorithm::chacha20_poly1305);
  Buffer out;
  REQUIRE(client.seal(ContentType::application_data, octets("question"), out).has_value());
  CHECK(server.sequence() == 0);
  const Octets wire = octets(out.view());
  CHECK(open_fails(server, wire) == Errc::bad_record_mac);
}

}  // namespace tls12::record::testing
