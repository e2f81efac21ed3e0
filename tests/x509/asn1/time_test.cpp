#include "x509/asn1/time.hpp"

#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using namespace std::chrono;

std::optional<WallTime> read(std::uint8_t tag, std::string_view text) {
  der::Writer writer;
  writer.element(tag, bytes_of(text));
  der::Fault fault;
  der::Reader reader(writer.bytes(), fault);
  const WallTime time = read_time(reader);
  return fault ? std::nullopt : std::optional(time);
}
std::optional<WallTime> utc(std::string_view text) { return read(der::kUtcTime, text); }
std::optional<WallTime> generalized(std::string_view text) {
  return read(der::kGeneralizedTime, text);
}
WallTime at(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0) {
  return WallTime(sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d))) + hours(hour) +
         minutes(minute) + seconds(second);
}

TEST_CASE("RFC 5280 4.1.2.5.1: a UTCTime's year is between 1950 and 2049") {
  CHECK(utc("700101000000Z") == WallTime{});
  CHECK(utc("500101000000Z") == at(1950, 1, 1));
  CHECK(utc("491231235959Z") == at(2049, 12, 31, 23, 59, 59));
  CHECK(utc("261123123146Z") ==
        WallTime(seconds(1795437106)));  // date -d '2026-11-23 12:31:46 UTC' +%s
}

TEST_CASE("RFC 5280 4.1.2.5.2: a GeneralizedTime has four digits for the year and no fraction") {
  CHECK(generalized("20500101000000Z") == at(2050, 1, 1));
  CHECK(generalized("99991231235959Z") == at(9999, 12, 31, 23, 59, 59));
  CHECK(generalized("20200229120000Z") == at(2020, 2, 29, 12));
}

TEST_CASE("times in other forms, and times that no calendar has, are refused") {
  for (const char* wrong :
       {"", "7001010000Z", "700101000000", "700101000000+0000", "700101000000z", "7001010000000Z",
        "70010100000aZ", "701301000000Z", "700001000000Z", "700132000000Z", "700100000000Z",
        "700230000000Z", "700101240000Z", "700101006000Z", "700101000060Z"})
    CHECK_FALSE_MESSAGE(utc(wrong).has_value(), std::string(wrong));
  for (const char* wrong : {"20200101000000", "20200101000000.5Z", "202001010000Z",
                            "20210229000000Z", "19000229000000Z", "2020010100000-Z"})
    CHECK_FALSE_MESSAGE(generalized(wrong).has_value(), std::string(wrong));
  CHECK_FALSE(read(der::kPrintableString, "700101000000Z").has_value());
}

TEST_CASE(
    "RFC 5280 4.1.2.5: what is written is UTCTime through 2049 and GeneralizedTime from 2050") {
  const auto written = [](WallTime time) {
    der::Writer writer;
    write_time(time, writer);
    return std::string(tls12::text_of(writer.bytes()));
  };
  CHECK(written(at(2049, 12, 31, 23, 59, 59)) ==
        "\x17\x0d"
        "491231235959Z");
  CHECK(written(at(2050, 1, 1)) ==
        "\x18\x0f"
        "20500101000000Z");
  CHECK(written(at(1950, 1, 1, 1, 2, 3)) ==
        "\x17\x0d"
        "500101010203Z");
}

}  // namespace
}  // namespace tls12::x509
