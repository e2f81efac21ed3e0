// Messages that lie anywhere across fragments.
#include "record/handshake_assembly.hpp"

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

Octets message(unsigned type, std::size_t body_size, unsigned seed = 1) {
  Octets out;
  put_number(out, type, 1);
  put_number(out, body_size, 3);
  const Octets body = pattern(body_size, seed);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Octets concatenation(const std::vector<Octets>& parts) {
  Octets out;
  for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// All that `stream` becomes when it comes in fragments that end at `cuts`. Each fragment is gone
/// after its turn.
std::vector<Octets> run(HandshakeAssembly& assembly, Bytes stream, std::vector<std::size_t> cuts,
                        bool keep = false) {
  std::vector<Octets> messages;
  cuts.push_back(stream.size());
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    Octets fragment = octets(stream.subspan(at, cut - at));
    at = cut;
    assembly.add(fragment);
    if (keep) {
      assembly.keep();
      std::fill(fragment.begin(), fragment.end(), std::uint8_t{0xee});
    }
    for (;;) {
      const auto next = assembly.next();
      REQUIRE(next.has_value());
      if (!*next) break;
      CHECK(static_cast<std::uint8_t>((*next)->type) == (*next)->bytes[0]);
      CHECK((*next)->body().size() + 4 == (*next)->bytes.size());
      messages.push_back(octets((*next)->bytes));
    }
    std::fill(fragment.begin(), fragment.end(), std::uint8_t{0xee});
  }
  return messages;
}

}  // namespace

TEST_CASE("a message that lies whole in its fragment is a view of it") {
  HandshakeAssembly assembly{Limits{}};
  CHECK_FALSE(assembly.partial());
  const Octets fragment = concatenation({message(2, 70), message(11, 500), message(14, 0)});
  assembly.add(fragment);
  CHECK(assembly.partial());
  std::size_t at = 0;
  for (const std::size_t size : {std::size_t{74}, std::size_t{504}, std::size_t{4}}) {
    const auto next = assembly.next();
    REQUIRE(next.has_value());
    REQUIRE(next->has_value());
    CHECK((*next)->bytes.data() == fragment.data() + at);
    CHECK((*next)->bytes.size() == size);
    at += size;
    CHECK(assembly.partial() == (at < fragment.size()));
  }
  CHECK_FALSE(assembly.next()->has_value());
  CHECK_FALSE(assembly.partial());
}

TEST_CASE("the same messages come of a flight however it is cut, kept or not") {
  const std::vector<Octets> flight = {message(2, 9), message(11, 17, 2), message(12, 5, 3),
                                      message(14, 0), message(20, 12, 4)};
  const Octets stream = concatenation(flight);
  std::vector<std::size_t> everywhere;
  for (const bool keep : {false, true}) {
    everywhere.clear();
    for (std::size_t i = 1; i < stream.size(); ++i) {
      everywhere.push_back(i);
      for (std::size_t j = i; j < stream.size(); ++j) {
        HandshakeAssembly assembly{Limits{}};
        CHECK(run(assembly, stream, {i, j}, keep) == flight);
        CHECK_FALSE(assembly.partial());
      }
    }
    HandshakeAssembly assembly{Limits{}};
    CHECK(run(assembly, stream, everywhere, keep) == flight);
    CHECK_FALSE(assembly.partial());
  }
}

TEST_CASE("a message may take many records") {
  const Octets large = message(11, 100'000);
  HandshakeAssembly assembly{Limits{}};
  std::vector<std::size_t> cuts;
  for (std::size_t at = kMaxPlaintext; at < large.size(); at += kMaxPlaintext) cuts.push_back(at);
  CHECK(run(assembly, concatenation({large, message(14, 0)}), cuts) ==
        std::vector<Octets>{large, message(14, 0)});
}

TEST_CASE("partial says whether a message was begun, so that no key changes inside one") {
  const Octets whole = message(20, 12);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    HandshakeAssembly assembly{Limits{}};
    assembly.add(Bytes(whole).first(size));
    CHECK_FALSE(assembly.next()->has_value());
    CHECK(assembly.partial());
    assembly.add(Bytes(whole).subspan(size));
    CHECK(assembly.next()->has_value());
    CHECK_FALSE(assembly.partial());  // while the message is in use, and after
    CHECK_FALSE(assembly.next()->has_value());
    CHECK_FALSE(assembly.partial());
  }
  HandshakeAssembly assembly{Limits{}};
  Octets more = whole;
  more.push_back(20);
  assembly.add(more);
  CHECK(assembly.next()->has_value());
  CHECK(assembly.partial());
  CHECK_FALSE(assembly.next()->has_value());
  CHECK(assembly.partial());
}

TEST_CASE("messages that were not asked for yet survive their fragment when they are kept") {
  Octets fragment = concatenation({message(1, 30), message(16, 33), message(20, 12)});
  fragment.resize(fragment.size() - 3);
  HandshakeAssembly assembly{Limits{}};
  assembly.add(fragment);
  REQUIRE(assembly.next()->has_value());
  assembly.keep();
  std::fill(fragment.begin(), fragment.end(), std::uint8_t{0xee});
  CHECK(assembly.partial());
  CHECK(octets((*assembly.next())->bytes) == message(16, 33));
  assembly.keep();  // once more, with nothing left to copy
  CHECK_FALSE(assembly.next()->has_value());
  Octets end = message(20, 12);
  end.erase(end.begin(), end.end() - 3);
  assembly.add(end);
  CHECK(octets((*assembly.next())->bytes) == message(20, 12));
  CHECK_FALSE(assembly.partial());
}

TEST_CASE("a message larger than its limit is refused at its header, before its body is awaited") {
  Limits limits;
  limits.client_hello = 2000;
  limits.certificate_message = 3000;
  limits.handshake_message = 1000;
  for (unsigned type = 0; type < 256; ++type) {
    const std::size_t limit = type == 1 ? 2000 : type == 11 ? 3000 : 1000;
    // HelloRequest, ServerHelloDone, Finished and ClientKeyExchange with ECDHE have no such length.
    const bool possible = type != 0 && type != 14 && type != 16 && type != 20;
    const Errc fault = possible ? Errc::handshake_message_too_large : Errc::message_trailing_data;
    CAPTURE(type);
    {
      HandshakeAssembly assembly{limits};
      CHECK(run(assembly, message(type, limit), {}).size() == 1);
    }
    Octets start = message(type, limit + 1);
    start.resize(4);
    HandshakeAssembly at_once{limits};
    at_once.add(start);
    CHECK(code_of(at_once.next()) == fault);

    HandshakeAssembly by_bytes{limits};
    for (std::size_t i = 0; i < 3; ++i) {
      by_bytes.add(Bytes(start).subspan(i, 1));
      REQUIRE(by_bytes.next().has_value());
    }
    by_bytes.add(Bytes(start).subspan(3, 1));
    CHECK(code_of(by_bytes.next()) == fault);

    // Whole in its fragment, or behind another message, it is no better.
    HandshakeAssembly behind{limits};
    const Octets both = concatenation({message(14, 0), message(type, limit + 1)});
    behind.add(both);
    REQUIRE(behind.next()->has_value());
    CHECK(code_of(behind.next()) == fault);
  }
}

TEST_CASE(
    "RFC 5246 §7.2.2: the structure of a message, as the key exchange has it, tells an impossible "
    "length from one over the limit") {
  const auto over = [](unsigned type, std::size_t size, KeyExchange key_exchange) {
    Octets start;
    put_number(start, type, 1);
    put_number(start, size, 3);
    HandshakeAssembly assembly{
        Limits{.client_hello = 0, .handshake_message = 0, .certificate_message = 0}};
    assembly.add(start);
    return code_of(assembly.next({.key_exchange = key_exchange}));
  };
  using enum KeyExchange;
  struct Row {
    unsigned type;
    KeyExchange key_exchange;
    std::size_t largest;
  };
  constexpr std::size_t kOpaque8 = 256, kOpaque16 = 65'537, kPairs16 = 65'536;
  const Row rows[] = {
      {1, rsa, 2 + 32 + 33 + kPairs16 + kOpaque8 + kOpaque16},  // RFC 5246 §7.4.1.2
      {2, rsa, 2 + 32 + 33 + 2 + 1 + kOpaque16},                // §7.4.1.3
      {4, rsa, 4 + kOpaque16},                                  // RFC 5077 §3.3
      {11, rsa, 0xffffff},
      {12, dhe_rsa, 3 * kOpaque16 + 2 + kOpaque16},       // RFC 5246 §7.4.3
      {12, ecdhe_rsa, 1 + 2 + kOpaque8 + 2 + kOpaque16},  // RFC 8422 §5.4
      {12, psk, kOpaque16},                               // RFC 4279 §2
      {12, dhe_psk, kOpaque16 + 3 * kOpaque16},           // RFC 4279 §3
      {12, ecdhe_psk, kOpaque16 + 1 + 2 + kOpaque8},      // RFC 5489 §2
      {13, rsa, kOpaque8 + kPairs16 + kOpaque16},         // RFC 5246 §7.4.4
      {15, rsa, 2 + kOpaque16},                           // §7.4.8
      {16, rsa, kOpaque16},                               // §7.4.7.1
      {16, dhe_rsa, kOpaque16},                           // §7.4.7.2
      {16, ecdhe_ecdsa, kOpaque8},                        // RFC 8422 §5.7
      {16, psk, kOpaque16},
      {16, dhe_psk, 2 * kOpaque16},
      {16, ecdhe_psk, kOpaque16 + kOpaque8},
      {20, rsa, 12},        // RFC 5246 §7.4.9
      {22, rsa, 0xffffff},  // RFC 6066 §8
  };
  for (const auto& [type, key_exchange, largest] : rows) {
    CAPTURE(type);
    CAPTURE(static_cast<int>(key_exchange));
    CHECK(over(type, largest, key_exchange) == Errc::handshake_message_too_large);
    if (largest < 0xffffff)
      CHECK(over(type, largest + 1, key_exchange) == Errc::message_trailing_data);
  }
  for (const unsigned type : {0u, 14u}) CHECK(over(type, 1, rsa) == Errc::message_trailing_data);
}

TEST_CASE("the default limits are those of Limits") {
  struct Row {
    unsigned type;
    std::size_t limit;
    Errc beyond;
  };
  for (const auto& [type, limit, beyond] :
       {Row{1, 131'396, Errc::message_trailing_data},
        Row{11, 256 * 1024, Errc::handshake_message_too_large},
        Row{22, 72 * 1024, Errc::handshake_message_too_large}}) {
    Octets start;
    put_number(start, type, 1);
    put_number(start, limit, 3);
    HandshakeAssembly fits{Limits{}};
    fits.add(start);
    CHECK(fits.next().has_value());
    start.clear();
    put_number(start, type, 1);
    put_number(start, limit + 1, 3);
    HandshakeAssembly does_not{Limits{}};
    does_not.add(start);
    CHECK(code_of(does_not.next()) == beyond);
  }
}

}  // namespace tls12::record::testing
