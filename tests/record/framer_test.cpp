// The header's rules, and that no cut of the input changes what comes of it.
#include "record/framer.hpp"

#include <functional>
#include <string>

#include "record/support.hpp"

namespace tls12::record::testing {

namespace {

Octets header(unsigned type, unsigned version, std::size_t length) {
  Octets out;
  put_number(out, type, 1);
  put_number(out, version, 2);
  put_number(out, length, 2);
  return out;
}

Octets plain_record(unsigned type, unsigned version, Bytes fragment) {
  Octets out = header(type, version, fragment.size());
  out.insert(out.end(), fragment.begin(), fragment.end());
  return out;
}

Octets concatenation(const std::vector<Octets>& parts) {
  Octets out;
  for (const Octets& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

Framer fresh() { return Framer{}; }
/// One that has taken a first record.
Framer after_the_first() {
  Framer framer;
  Octets hello = plain_record(22, 0x0301, octets("x"));
  REQUIRE(framer.next(hello)->record.has_value());
  return framer;
}
Framer negotiated() {
  Framer framer = after_the_first();
  framer.expect_version(ProtocolVersion::tls12);
  return framer;
}
Framer guarded() {
  Framer framer = negotiated();
  framer.expect_protection();
  return framer;
}

/// What came of a stream: each record's type, version and fragment, and how it ended.
struct Outcome {
  std::vector<Octets> records;
  std::optional<Errc> error = {};
  std::size_t left = 0;
  bool operator==(const Outcome&) const = default;
};

/// Feeds `stream` in the pieces that end at `cuts`.
Outcome run(Framer framer, Bytes stream, const std::vector<std::size_t>& cuts) {
  Outcome outcome;
  Buffer input;
  std::size_t fed = 0;
  for (std::size_t piece = 0; piece <= cuts.size(); ++piece) {
    const std::size_t upto = piece < cuts.size() ? cuts[piece] : stream.size();
    input.append(stream.subspan(fed, upto - fed));
    fed = upto;
    for (;;) {
      const auto framed = framer.next(input.view());
      if (!framed) {
        outcome.error = framed.error().code;
        return outcome;
      }
      if (!framed->record) {
        CHECK(framed->missing >= 1);
        break;
      }
      const Record& record = *framed->record;
      CHECK(record.wire_size == 5 + record.fragment.size());
      CHECK(record.fragment.data() == input.view().data() + 5);
      outcome.records.push_back(plain_record(static_cast<unsigned>(record.type),
                                             static_cast<unsigned>(record.version),
                                             record.fragment));
      input.consume(record.wire_size);
    }
  }
  outcome.left = input.size();
  return outcome;
}

/// The fault of `bytes`, which has to show with the last of them and not before, in one piece or
/// byte by byte.
Errc fault(const std::function<Framer()>& start, const Octets& bytes) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Framer framer = start();
    Octets prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto framed = framer.next(prefix);
    CAPTURE(size);
    REQUIRE(framed.has_value());
    CHECK_FALSE(framed->record.has_value());
  }
  Framer framer = start();
  Octets whole = bytes;
  return code_of(framer.next(whole));
}

}  // namespace

// ------------------------------------------------ what is there

TEST_CASE("a record is given once all of it is there, and until then how much is missing") {
  Octets wire = plain_record(22, 0x0303, pattern(300));
  for (std::size_t size = 0; size < wire.size(); ++size) {
    Framer framer;
    const auto framed = framer.next(MutableBytes(wire).first(size));
    REQUIRE(framed.has_value());
    CHECK_FALSE(framed->record.has_value());
    CHECK(framed->missing == (size < 5 ? 5 - size : wire.size() - size));
  }
  Framer framer;
  const auto framed = framer.next(wire);
  REQUIRE(framed.has_value());
  REQUIRE(framed->record.has_value());
  CHECK(framed->record->type == ContentType::handshake);
  CHECK(framed->record->version == ProtocolVersion::tls12);
  CHECK(octets(framed->record->fragment) == pattern(300));
  CHECK(framed->record->wire_size == 305);
}

TEST_CASE("the same records come of a stream however it is cut") {
  const Octets stream = concatenation({plain_record(22, 0x0301, pattern(7)),
                                       plain_record(22, 0x0303, pattern(1)),
                                       plain_record(20, 0x0303, Octets{1}),
                                       plain_record(23, 0x0303, {}),
                                       plain_record(21, 0x0303, Octets{1, 0}),
                                       plain_record(23, 0x0303, pattern(9)),
                                       {22, 3}});
  const Outcome whole = run(Framer{}, stream, {});
  CHECK(whole.records.size() == 6);
  CHECK(whole.left == 2);
  CHECK_FALSE(whole.error.has_value());
  std::vector<std::size_t> everywhere;
  for (std::size_t i = 1; i < stream.size(); ++i) {
    everywhere.push_back(i);
    CHECK(run(Framer{}, stream, {i}) == whole);
    for (std::size_t j = i + 1; j < stream.size(); ++j)
      CHECK(run(Framer{}, stream, {i, j}) == whole);
  }
  CHECK(run(Framer{}, stream, everywhere) == whole);
}

TEST_CASE("the same fault comes of a stream however it is cut") {
  const Octets good = plain_record(22, 0x0301, pattern(3));
  for (const Octets& bad :
       {octets("GET / HTTP/1.1\r\n"), octets("GETAWAY!"), octets("SSH-2.0-x\r\n"),
        header(24, 0x0303, 1), header(22, 0x0403, 1), header(22, 0x0303, kMaxPlaintext + 1),
        header(22, 0x0303, 0), Octets{0x80, 0x2e, 1, 0, 2, 0, 3, 0}, Octets{0x80, 0x2e, 1, 7, 2, 0},
        Octets{0x80, 0x2e, 9, 0, 2, 0}}) {
    for (const Octets& stream : {bad, concatenation({good, bad})}) {
      const Outcome whole = run(Framer{}, stream, {});
      REQUIRE(whole.error.has_value());
      std::vector<std::size_t> everywhere;
      for (std::size_t i = 1; i < stream.size(); ++i) {
        everywhere.push_back(i);
        CHECK(run(Framer{}, stream, {i}) == whole);
      }
      CHECK(run(Framer{}, stream, everywhere) == whole);
    }
  }
}

// ------------------------------------------------ RFC 5246 §6.2.1: type

// Shows RFC 5246 6-2
TEST_CASE("the four content types are known, and an unknown one is a fault in its first byte") {
  for (unsigned type = 0; type < 256; ++type) {
    CAPTURE(type);
    if (type >= 20 && type <= 23) {
      Framer framer = negotiated();
      Octets wire = plain_record(type, 0x0303, pattern(1));
      CHECK(framer.next(wire)->record.has_value());
    } else {
      CHECK(fault(after_the_first, {static_cast<std::uint8_t>(type)}) == Errc::record_type_unknown);
      CHECK(fault(guarded, {static_cast<std::uint8_t>(type)}) == Errc::record_type_unknown);
    }
  }
}

// ------------------------------------------------ RFC 5246 appendix E.1: version

// Shows RFC 5246 E.1-5
TEST_CASE("before the version is agreed upon any 3.x is taken") {
  for (unsigned minor = 0; minor < 256; ++minor) {
    for (const auto& start : {&fresh, &after_the_first}) {
      Framer framer = start();
      Octets wire = plain_record(22, 0x0300 | minor, pattern(1));
      const auto framed = framer.next(wire);
      REQUIRE(framed.has_value());
      REQUIRE(framed->record.has_value());
      CHECK(static_cast<unsigned>(framed->record->version) == (0x0300 | minor));
    }
  }
}

TEST_CASE("another major version is a fault in its byte, at any time") {
  for (unsigned major = 0; major < 256; ++major) {
    if (major == 3) continue;
    for (const auto& start : {&fresh, &after_the_first, &negotiated, &guarded}) {
      CHECK(fault(start, {22, static_cast<std::uint8_t>(major)}) == Errc::record_version_wrong);
    }
  }
}

TEST_CASE("once the version is agreed upon no other is taken") {
  for (unsigned minor = 0; minor < 256; ++minor) {
    if (minor == 3) continue;
    CHECK(fault(negotiated, {22, 3, static_cast<std::uint8_t>(minor)}) ==
          Errc::record_version_wrong);
    CHECK(fault(guarded, {23, 3, static_cast<std::uint8_t>(minor)}) == Errc::record_version_wrong);
  }
}

// ------------------------------------------------ RFC 5246 §6.2.1, §6.2.3: length

// Shows RFC 5246 6.2.1-1, 6.2.3-1
TEST_CASE(
    "a fragment is at most 2^14 bytes long, or 2^14 + 2048 once it is sealed, and more shows in "
    "the header") {
  for (const auto& [start, most] : {std::pair{&negotiated, std::size_t{1} << 14},
                                    std::pair{&guarded, (std::size_t{1} << 14) + 2048}}) {
    for (const std::size_t length : {std::size_t{1}, most - 1, most}) {
      Framer framer = start();
      Octets wire = plain_record(23, 0x0303, pattern(length));
      const auto framed = framer.next(wire);
      REQUIRE(framed.has_value());
      REQUIRE(framed->record.has_value());
      CHECK(framed->record->fragment.size() == length);
    }
    CHECK(fault(start, header(23, 0x0303, most + 1)) == Errc::record_overflow);
    CHECK(fault(start, header(22, 0x0303, 0xffff)) == Errc::record_overflow);
  }
}

// Shows RFC 6066 4-6
TEST_CASE(
    "where fragments are limited, a sealed record that cannot be of so little plaintext is refused "
    "by its header, before it is opened") {
  const auto limited = [] {
    Framer framer = guarded();
    framer.limit_plaintext(512);
    return framer;
  };
  const std::size_t most = 16 + 512 + 48 + 256;  // IV, data, MAC by SHA-384 and padding
  Framer framer = limited();
  Octets wire = plain_record(23, 0x0303, pattern(most));
  CHECK(framer.next(wire)->record.has_value());
  CHECK(fault(limited, header(23, 0x0303, most + 1)) == Errc::record_overflow);
  CHECK(fault(limited, header(22, 0x0303, 1 << 14)) == Errc::record_overflow);
}

TEST_CASE("an empty record is a fault, but for application data and what is sealed") {
  for (const unsigned type : {20u, 21u, 22u}) {
    CHECK(fault(fresh, header(type, 0x0303, 0)) == Errc::record_empty);
    CHECK(fault(negotiated, header(type, 0x0303, 0)) == Errc::record_empty);
    Framer framer = guarded();
    Octets wire = header(type, 0x0303, 0);
    CHECK(framer.next(wire)
              ->record.has_value());  // too short to be authentic, which opening it finds
  }
  for (const auto& start : {&negotiated, &guarded}) {
    Framer framer = start();
    Octets wire = header(23, 0x0303, 0);
    const auto framed = framer.next(wire);
    REQUIRE(framed->record.has_value());
    CHECK(framed->record->fragment.empty());
    CHECK(framed->record->wire_size == 5);
  }
}

// ------------------------------------------------ not TLS at all

TEST_CASE("a peer that speaks plain HTTP is told apart, by a request or an answer") {
  for (const char* start : {"GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ",
                            "TRACE ", "PATCH ", "PROPFIND ", "PRI ", "HTTP/"}) {
    CAPTURE(start);
    CHECK(fault(fresh, octets(start)) == Errc::plain_http);
  }
  Octets request = octets("DELETE /a HTTP/1.1\r\nHost: b\r\n\r\n"),
         answer = octets("HTTP/1.1 400 Bad Request\r\n");
  CHECK(code_of(Framer{}.next(request)) == Errc::plain_http);
  CHECK(code_of(Framer{}.next(answer)) == Errc::plain_http);
}

TEST_CASE(
    "any other first byte that is no content type is not TLS, as soon as no known protocol starts "
    "so") {
  CHECK(fault(fresh, octets("X")) == Errc::not_tls);
  CHECK(fault(fresh, octets("SS1")) == Errc::not_tls);
  CHECK(fault(fresh, octets("GI")) == Errc::not_tls);
  CHECK(fault(fresh, octets("HEAP")) == Errc::not_tls);
  CHECK(fault(fresh, octets("PUT\r")) == Errc::not_tls);
  CHECK(fault(fresh, Octets{0}) == Errc::not_tls);
  CHECK(fault(fresh, Octets{24}) == Errc::not_tls);
}

// Shows RFC 5246 E.2-4
TEST_CASE("an SSL 2.0 CLIENT-HELLO is not TLS, and is named") {
  for (const Octets& hello : {Octets{0x80, 0x2e, 1, 0}, Octets{0x80, 0x4c, 1, 3}}) {
    CHECK(fault(fresh, hello) == Errc::not_tls);
    Octets copy = hello;
    CHECK(std::string(Framer{}.next(copy).error().about()) == "an SSL 2.0 CLIENT-HELLO");
  }
  CHECK(fault(fresh, Octets{0x80, 0x2e, 2}) == Errc::not_tls);
}

TEST_CASE("what looks like HTTP behind a first record is an unknown type") {
  CHECK(fault(after_the_first, octets("G")) == Errc::record_type_unknown);
  CHECK(fault(after_the_first, Octets{0x80}) == Errc::record_type_unknown);
}

}  // namespace tls12::record::testing
