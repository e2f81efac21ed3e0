// Reader and Writer: the presentation language of RFC 5246 §4.
#include <doctest/doctest.h>

#include "hex.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

using namespace tls12;
using namespace tls12::test;
using wire::Reader;
using wire::Writer;

namespace {

struct Nothing {};

Errc fault_of(Reader& reader) {
  const auto finished = reader.finish(Nothing{});
  REQUIRE_FALSE(finished.has_value());
  return finished.error().code;
}

}  // namespace

TEST_CASE("RFC 5246 §4.4: numbers are read with the most significant byte first") {
  const Octets bytes = hex("01 0203 04050607");
  Reader reader(bytes, "m");
  CHECK(reader.u8("a") == 0x01);
  CHECK(reader.u16("b") == 0x0203);
  CHECK(reader.u32("c") == 0x04050607);
  CHECK(reader.empty());
  CHECK(reader.finish(Nothing{}).has_value());
}

TEST_CASE("RFC 5246 §4.3: a vector stands behind its length, inside its bounds") {
  const Octets bytes = hex("01 aa 0002 bbbb 000003 cccccc");
  Reader reader(bytes, "m");
  CHECK(to_hex(reader.vector8("a")) == "aa");
  CHECK(to_hex(reader.vector16("b", 2, 2)) == "bbbb");
  CHECK(to_hex(reader.vector24("c", 3)) == "cccccc");
  CHECK(reader.finish(Nothing{}).has_value());

  const auto fault = [](const char* text, std::size_t min, std::size_t max) {
    const Octets body = hex(text);
    Reader r(body, "m");
    r.vector8("v", min, max);
    return fault_of(r);
  };
  CHECK(fault("00", 1, 9) == Errc::vector_empty);
  CHECK(fault("01 00", 2, 9) == Errc::length_out_of_range);
  CHECK(fault("03 000000", 1, 2) == Errc::length_out_of_range);
  CHECK(fault("03 0000", 1, 9) == Errc::message_truncated);
  CHECK(fault("", 0, 9) == Errc::message_truncated);
  CHECK(fault("01 00 00", 0, 9) == Errc::message_trailing_data);
}

TEST_CASE("The first fault is the one that counts, and nothing is read behind it") {
  const Octets bytes = hex("00 ff ff");
  Reader reader(bytes, "message");
  CHECK(reader.vector8("first", 1).empty());
  CHECK(reader.failed());
  CHECK(reader.empty());
  CHECK(reader.u16("second") == 0);
  CHECK(reader.vector16("third").empty());
  CHECK(reader.pairs16("fourth", 2).empty());
  const auto finished = reader.finish(Nothing{});
  REQUIRE_FALSE(finished.has_value());
  CHECK(finished.error().code == Errc::vector_empty);
  CHECK(finished.error().about() == "message.first");
}

TEST_CASE("A number that is cut gives zero, not the half that is there") {
  const Octets bytes = hex("ff");
  Reader reader(bytes, "m");
  CHECK(reader.u16("n") == 0);
  CHECK(fault_of(reader) == Errc::message_truncated);
}

TEST_CASE("A length is filled in when its scope ends, also around another") {
  Buffer out;
  Writer writer(out, "a test");
  writer.u8(0xee);
  {
    const Writer::Length outer(writer, 3);
    writer.u16(0x0102);
    {
      const Writer::Length inner(writer, 1);
      writer.bytes(hex("aabbcc"));
    }
    const Writer::Length empty(writer, 2);
  }
  writer.vector8(hex("01"));
  writer.vector16(hex("02"));
  writer.vector24(hex("03"));
  writer.value(CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
  writer.value(AlertLevel::fatal);
  CHECK(to_hex(out.view()) ==
        "ee"
        "000008"
        "0102"
        "03aabbcc"
        "0000"
        "0101"
        "000102"
        "00000103"
        "c02f"
        "02");
}

TEST_CASE("A length is found again after the buffer has moved") {
  Buffer out;
  out.append(hex("0000000000"));
  out.consume(3);
  Writer writer(out, "a test");
  {
    const Writer::Length length(writer, 2);
    writer.bytes(Octets(10'000, 0x55));
  }
  CHECK(to_hex(out.view().first(6)) == "000027105555");
}
