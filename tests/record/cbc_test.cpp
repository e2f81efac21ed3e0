// CBC suites: RFC 5246 §6.2.3.2 and RFC 7366, record by record, against the bare cipher and the
// library's HMAC.
#include <algorithm>
#include <functional>
#include <iterator>

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

constexpr std::size_t kBlock = 16;
constexpr auto kType = ContentType::application_data;
constexpr auto kVersion = ProtocolVersion::tls12;
constexpr std::uint64_t kSequence = 7;

Octets header(std::uint64_t sequence, std::size_t size) {
  Octets out;
  put_number(out, sequence, 8);
  put_number(out, 23, 1);
  put_number(out, 0x0303, 2);
  put_number(out, size, 2);
  return out;
}

Octets mac_of(const CbcKind& kind, std::uint64_t sequence, Bytes data) {
  Octets mac(kind.mac_size());
  REQUIRE(default_provider()
              ->hmac(kind.cipher.mac)
              .implementation->with_key(test_mac_key(kind))
              ->compute({header(sequence, data.size()), data}, mac.data()));
  return mac;
}

std::unique_ptr<CbcKey> bare(const CbcKind& kind) {
  return (*default_provider())[kind.cipher.cipher].implementation->with_key(test_key(kind));
}

/// A fragment from the texts of RFC 5246 §6.2.3.2 and RFC 7366 §3, with as many bytes of padding as
/// are asked for; `spoil` gets at what is encrypted, before.
Octets fragment_by_hand(const CbcKind& kind, Bytes plaintext, std::size_t padding,
                        const std::function<void(Octets&)>& spoil = {}) {
  const auto append = [](Octets& out, const Octets& more) {
    out.insert(out.end(), more.begin(), more.end());
  };
  Octets blocks = octets(plaintext);
  if (!kind.encrypt_then_mac) append(blocks, mac_of(kind, kSequence, plaintext));
  blocks.insert(blocks.end(), padding + 1, static_cast<std::uint8_t>(padding));
  if (spoil) spoil(blocks);
  REQUIRE(blocks.size() % kBlock == 0);
  const Octets iv = pattern(kBlock, 3);
  bare(kind)->encrypt(iv, blocks, blocks.data());
  Octets fragment = iv;
  append(fragment, blocks);
  if (kind.encrypt_then_mac) append(fragment, mac_of(kind, kSequence, fragment));
  return fragment;
}

/// The least padding that makes whole blocks.
std::size_t least_padding(const CbcKind& kind, std::size_t size) {
  const std::size_t content = size + (kind.encrypt_then_mac ? 0 : kind.mac_size());
  return kBlock - 1 - content % kBlock;
}

std::optional<Octets> opened(Protection& protection, Octets fragment) {
  const auto plaintext = protection.open(kSequence, kType, kVersion, fragment);
  return plaintext ? std::optional(octets(*plaintext)) : std::nullopt;
}

Octets sealed(Protection& protection, Bytes plaintext) {
  Octets fragment(protection.sealed_size(plaintext.size()));
  REQUIRE(protection.seal(kSequence, kType, kVersion, plaintext, fragment.data()));
  return fragment;
}

/// Every case runs for each hash and both orders.
template <class Check>
void for_each_kind(Check check) {
  for (const CbcKind& kind : kCbcKinds) {
    CAPTURE(name(kind.cipher.cipher));
    CAPTURE(name(kind.cipher.mac));
    CAPTURE(kind.encrypt_then_mac);
    check(kind, *protection_for(kind));
  }
}

}  // namespace

// ------------------------------------------------ sealing

// Shows RFC 5246 6.2.3.2-3, 6.2.3.2-6; RFC 8449 4.1-1
TEST_CASE(
    "a fragment is an IV and, encrypted, what RFC 5246 and RFC 7366 spell out, with the least "
    "padding") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    for (const std::size_t size :
         {0u, 1u, 11u, 12u, 15u, 16u, 17u, 31u, 32u, 33u, 1000u, 16383u, 16384u}) {
      CAPTURE(size);
      const Octets plaintext = pattern(size), fragment = sealed(protection, plaintext);
      const std::size_t padding = least_padding(kind, size);
      Octets blocks(fragment.begin() + kBlock,
                    fragment.end() -
                        (kind.encrypt_then_mac ? static_cast<std::ptrdiff_t>(kind.mac_size()) : 0));
      if (kind.encrypt_then_mac) {
        const Bytes covered = Bytes(fragment).first(kBlock + blocks.size());
        CHECK(octets(Bytes(fragment).last(kind.mac_size())) == mac_of(kind, kSequence, covered));
      }
      bare(kind)->decrypt(Bytes(fragment).first(kBlock), blocks, blocks.data());
      Octets expected = plaintext;
      if (!kind.encrypt_then_mac) {
        const Octets mac = mac_of(kind, kSequence, plaintext);
        expected.insert(expected.end(), mac.begin(), mac.end());
      }
      expected.insert(expected.end(), padding + 1, static_cast<std::uint8_t>(padding));
      CHECK(blocks == expected);
      CHECK(opened(protection, fragment) == plaintext);
    }
  });
}

// Shows RFC 5246 6.2.3-1
TEST_CASE("the largest record stays within RFC 5246's 2,048 bytes of expansion") {
  for_each_kind([](const CbcKind&, Protection& protection) {
    CHECK(protection.overhead(kMaxPlaintext) <= kMaxCiphertext - kMaxPlaintext);
  });
}

// Shows RFC 5246 6.2.3.2-1, 6.2.3.2-2
TEST_CASE(
    "every record has an IV of its own, straight from the provider's randomness; without any "
    "nothing is sealed") {
  class Counting final : public Random {
   public:
    bool fill(MutableBytes out) override {
      std::ranges::fill(out, ++draws);
      return draws < 3;
    }
    std::uint8_t draws = 0;
  };
  for (const CbcKind& kind : kCbcKinds) {
    Counting random;
    Provider provider = *default_provider();
    provider.random = {.implementation = &random, .backend = "test", .rank = 1};
    const auto protection = protection_for(kind, {}, provider);
    CHECK(octets(Bytes(sealed(*protection, pattern(5))).first(kBlock)) == Octets(kBlock, 1));
    CHECK(octets(Bytes(sealed(*protection, pattern(5))).first(kBlock)) == Octets(kBlock, 2));
    Octets out(protection->sealed_size(5));
    CHECK_FALSE(protection->seal(kSequence, kType, kVersion, pattern(5), out.data()));
  }
}

// ------------------------------------------------ padding

TEST_CASE(
    "every length of padding from 0 to 255 is accepted on receipt, behind records of any size") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    std::array<bool, 256> seen = {};
    for (const std::size_t base : {0u, 48u, 272u, 4096u}) {
      for (std::size_t size = base; size < base + kBlock; ++size) {
        for (std::size_t padding = least_padding(kind, size); padding <= 255; padding += kBlock) {
          CAPTURE(size);
          CAPTURE(padding);
          seen[padding] = true;
          CHECK(opened(protection, fragment_by_hand(kind, pattern(size), padding)) ==
                pattern(size));
        }
      }
    }
    CHECK(std::ranges::count(seen, false) == 0);
  });
}

// Shows RFC 5246 6.2.3.2-4
TEST_CASE("a wrong byte anywhere in the padding is refused, whatever the padding's length") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    for (const std::size_t size : {0u, 5u, 300u}) {
      for (std::size_t padding = least_padding(kind, size); padding <= 255; padding += kBlock) {
        for (std::size_t i = 0; i < padding; ++i) {
          for (const unsigned bit : {0x01u, 0x80u}) {
            const auto spoil = [&](Octets& blocks) {
              blocks[blocks.size() - 2 - i] ^= static_cast<std::uint8_t>(bit);
            };
            CHECK_FALSE(opened(protection, fragment_by_hand(kind, pattern(size), padding, spoil)));
          }
        }
      }
    }
  });
}

TEST_CASE(
    "a padding length that another would do for, or that leaves no room for the MAC, is refused") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    for (const std::size_t size : {0u, 5u, 20u, 300u}) {
      const std::size_t right = least_padding(kind, size);
      for (unsigned length = 0; length <= 255; ++length) {
        if (length == right) continue;
        CAPTURE(length);
        const auto only_the_length = [&](Octets& blocks) {
          blocks.back() = static_cast<std::uint8_t>(length);
        };
        const auto refused =
            !opened(protection, fragment_by_hand(kind, pattern(size), right, only_the_length));
        // Encrypted before the MAC, a record of this making is authentic; a length of 0 is then
        // just another padding.
        CHECK(refused == !(kind.encrypt_then_mac && length == 0));
        if (kind.encrypt_then_mac || length + 1 > size + kind.mac_size() + right + 1) continue;
        // All of it says `length`: the padding is right, and the MAC is not where it ought to be.
        const auto all = [&](Octets& blocks) {
          std::fill(blocks.end() - static_cast<std::ptrdiff_t>(length) - 1, blocks.end(),
                    static_cast<std::uint8_t>(length));
        };
        CHECK_FALSE(opened(protection, fragment_by_hand(kind, pattern(size), right, all)));
      }
    }
  });
}

TEST_CASE("padding that fills the whole fragment is refused") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    if (kind.encrypt_then_mac) return;  // there it is authentic
    for (std::size_t size = 0; size <= 256 - kind.mac_size(); size += 1) {
      const std::size_t right = least_padding(kind, size),
                        total = size + kind.mac_size() + right + 1;
      for (const std::size_t length :
           {total - 1, total, total - kind.mac_size(), total - kind.mac_size() + 1}) {
        if (length > 255) continue;
        const auto fill = [&](Octets& blocks) {
          std::ranges::fill(blocks, static_cast<std::uint8_t>(length));
        };
        CHECK_FALSE(opened(protection, fragment_by_hand(kind, pattern(size), right, fill)));
      }
    }
  });
}

// ------------------------------------------------ what is authenticated

TEST_CASE(
    "a change of any byte of a fragment is refused, and so is any other sequence number, type or "
    "version") {
  for_each_kind([](const CbcKind&, Protection& protection) {
    for (const std::size_t size : {0u, 3u, 40u, 300u}) {
      const Octets plaintext = pattern(size), good = sealed(protection, plaintext);
      REQUIRE(opened(protection, good) == plaintext);
      for (std::size_t i = 0; i < good.size(); ++i) {
        for (const unsigned bit : {0x01u, 0x10u, 0x80u}) {
          Octets changed = good;
          changed[i] ^= static_cast<std::uint8_t>(bit);
          CHECK_FALSE(opened(protection, changed));
        }
      }
      const auto opens = [&](std::uint64_t sequence, ContentType type, ProtocolVersion version) {
        Octets copy = good;
        return protection.open(sequence, type, version, copy).has_value();
      };
      CHECK(opens(kSequence, kType, kVersion));
      CHECK_FALSE(opens(kSequence + 1, kType, kVersion));
      CHECK_FALSE(opens(kSequence | std::uint64_t{1} << 63, kType, kVersion));
      CHECK_FALSE(opens(kSequence, ContentType::handshake, kVersion));
      CHECK_FALSE(opens(kSequence, kType, ProtocolVersion::tls11));
    }
  });
}

// Shows RFC 7366 3-2, 3-3
TEST_CASE("RFC 7366 §3: under encrypt-then-MAC nothing is decrypted before its MAC was right") {
  struct Counter {
    int decrypted = 0;
  };
  class CountingKey final : public CbcKey {
   public:
    CountingKey(std::unique_ptr<CbcKey> key, Counter& counter)
        : key_(std::move(key)), counter_(counter) {}
    void encrypt(Bytes iv, Bytes plaintext, std::uint8_t* out) override {
      key_->encrypt(iv, plaintext, out);
    }
    void decrypt(Bytes iv, Bytes ciphertext, std::uint8_t* out) override {
      ++counter_.decrypted;
      key_->decrypt(iv, ciphertext, out);
    }

   private:
    std::unique_ptr<CbcKey> key_;
    Counter& counter_;
  };
  class Counting final : public Cbc {
   public:
    Counting(const Cbc& cbc, Counter& counter) : cbc_(cbc), counter_(counter) {}
    std::unique_ptr<CbcKey> with_key(Bytes key) const override {
      return std::make_unique<CountingKey>(cbc_.with_key(key), counter_);
    }

   private:
    const Cbc& cbc_;
    Counter& counter_;
  };
  for (const CbcKind& kind : kCbcKinds) {
    if (!kind.encrypt_then_mac) continue;
    Counter counter;
    Provider provider = *default_provider();
    auto& entry = provider.cbcs[static_cast<std::size_t>(kind.cipher.cipher)];
    const Counting counting(*entry.implementation, counter);
    entry.implementation = &counting;
    const auto protection = protection_for(kind, {}, provider);
    const Octets good = sealed(*protection, pattern(100));
    for (std::size_t i = 0; i < good.size(); ++i) {
      Octets changed = good;
      changed[i] ^= 1;
      CHECK_FALSE(opened(*protection, changed));
    }
    CHECK(counter.decrypted == 0);
    CHECK(opened(*protection, good) == pattern(100));
    CHECK(counter.decrypted > 0);
  }
}

TEST_CASE("a wrong MAC is refused behind right padding of every length") {
  for_each_kind([](const CbcKind& kind, Protection& protection) {
    if (kind.encrypt_then_mac) return;
    for (std::size_t padding = least_padding(kind, 300); padding <= 255; padding += kBlock) {
      for (std::size_t i = 0; i < kind.mac_size(); ++i) {
        const auto spoil = [&](Octets& blocks) { blocks[300 + i] ^= 4; };
        CHECK_FALSE(opened(protection, fragment_by_hand(kind, pattern(300), padding, spoil)));
      }
    }
  });
}

// Shows RFC 5246 7.2.2-6
TEST_CASE("a fragment that is too short, or not of whole blocks, is refused") {
  for_each_kind([](const CbcKind&, Protection& protection) {
    const Octets good = sealed(protection, pattern(100));
    for (std::size_t size = 0; size < good.size(); ++size) {
      CHECK_FALSE(opened(protection,
                         Octets(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
    }
    for (std::size_t size = 0; size <= 400; ++size)
      CHECK_FALSE(opened(protection, Octets(size, 0)));
  });
}

// Shows RFC 7366 3-4; RFC 5246 6.2.3.2-5, 7.2.2-6
TEST_CASE("all these faults are one: bad_record_mac") {
  for (const CbcKind& kind : kCbcKinds) {
    const auto code = [&](Octets fragment) {
      Half half = half_for(kind, {}, kSequence);
      Octets wire = {23, 3, 3};
      put_number(wire, fragment.size(), 2);
      std::ranges::copy(fragment, std::back_inserter(wire));
      return code_of(half.open(record_in(wire)));
    };
    const std::size_t padding = least_padding(kind, 20) + kBlock;
    const Octets good = fragment_by_hand(kind, pattern(20), padding);
    CHECK(code(fragment_by_hand(kind, pattern(20), padding, [](Octets& blocks) {
            blocks[blocks.size() - 2] ^= 1;
          })) == Errc::bad_record_mac);
    CHECK(code(fragment_by_hand(kind, pattern(20), padding, [](Octets& blocks) {
            blocks.back() = 255;
          })) == Errc::bad_record_mac);
    CHECK(code(Octets(good.begin(), good.begin() + 16)) == Errc::bad_record_mac);
    CHECK(code(Octets(good.begin(), good.end() - 1)) == Errc::bad_record_mac);
    Octets changed = good;
    changed[kBlock + 1] ^= 1;
    CHECK(code(changed) == Errc::bad_record_mac);
    changed = good;
    changed.back() ^= 1;
    CHECK(code(changed) == Errc::bad_record_mac);
  }
}

}  // namespace tls12::record::testing
