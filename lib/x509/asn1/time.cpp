#include "x509/asn1/time.hpp"

#include <cstdio>

namespace tls12::x509 {
namespace {

using namespace std::chrono;

struct Calendar {
  int year;
  unsigned month, day;
  int hour, minute, second;
};

Calendar calendar_of(WallTime time) {
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return {static_cast<int>(date.year()),
          static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

void write(const Calendar& c, bool utc, der::Writer& writer) {
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, utc ? "%02d%02u%02u%02d%02d%02dZ" : "%04d%02u%02u%02d%02d%02dZ",
      utc ? c.year % 100 : c.year, c.month, c.day, c.hour, c.minute, c.second);
  writer.element(utc ? der::kUtcTime : der::kGeneralizedTime,
                 bytes_of({text, static_cast<std::size_t>(size)}));
}

}  // namespace

WallTime read_time(der::Reader& reader) {
  const der::Element element = reader.element();
  const bool utc = element.tag == der::kUtcTime;
  if (!utc && element.tag != der::kGeneralizedTime)
    return reader.refuse("a field of another type than a time"), WallTime{};
  const Bytes text = element.content;
  const std::size_t year_digits = utc ? 2 : 4;
  if (text.size() != year_digits + 11 || text.back() != 'Z')
    return reader.refuse("a time that is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ"), WallTime{};
  for (const std::uint8_t c : text.first(text.size() - 1))
    if (c < '0' || c > '9')
      return reader.refuse("a time with something else than digits"), WallTime{};
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) value = value * 10 + (text[at + i] - '0');
    return value;
  };
  int y = number(0, year_digits);
  if (utc) y += y >= 50 ? 1900 : 2000;  // RFC 5280 §4.1.2.5.1
  const auto two = [&](std::size_t index) { return number(year_digits + 2 * index, 2); };
  const year_month_day date(year(y), month(static_cast<unsigned>(two(0))),
                            day(static_cast<unsigned>(two(1))));
  if (!date.ok() || two(2) > 23 || two(3) > 59 || two(4) > 59)
    return reader.refuse("a time that no calendar has"), WallTime{};
  return WallTime(sys_days(date)) + hours(two(2)) + minutes(two(3)) + seconds(two(4));
}

WallTime read_generalized_time(der::Reader& reader) {
  if (!reader.next_is(der::kGeneralizedTime))
    reader.refuse("a field of another type than a GeneralizedTime");
  return read_time(reader);
}

void write_time(WallTime time, der::Writer& writer) {
  const Calendar c = calendar_of(time);
  write(c, c.year >= 1950 && c.year < 2050, writer);
}

void write_generalized_time(WallTime time, der::Writer& writer) {
  write(calendar_of(time), false, writer);
}

std::string text_of(WallTime time) {
  const Calendar c = calendar_of(time);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC", c.year, c.month, c.day,
                c.hour, c.minute, c.second);
  return text;
}

}  // namespace tls12::x509
