#include "common/options/time_option.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <regex>

namespace tls12::tool {

std::optional<WallTime> parse_time(const std::string& text) {
  constexpr WallTime kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1),
                     kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);
  const auto in_calendar = [&](WallTime time) {
    return time >= kFirst && time < kEnd ? std::optional(time) : std::nullopt;
  };
  std::int64_t seconds = 0;
  if (const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
      error == std::errc() && end == text.data() + text.size())
    return seconds > kFirst.time_since_epoch().count() && seconds < kEnd.time_since_epoch().count()
               ? in_calendar(WallTime(std::chrono::seconds(seconds)))
               : std::nullopt;

  static const std::regex kForm(
      R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|([+-])(\d\d):(\d\d)))");
  std::smatch match;
  if (!std::regex_match(text, match, kForm)) return std::nullopt;
  const auto number = [&](std::size_t group) {
    return match[group].matched ? std::stoi(match[group]) : 0;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(1)),
                                        std::chrono::month(static_cast<unsigned>(number(2))),
                                        std::chrono::day(static_cast<unsigned>(number(3))));
  // A leap second, 60, is the first of the next minute.
  if (!day.ok() || number(4) > 23 || number(5) > 59 || number(6) > 60 || number(10) > 23 ||
      number(11) > 59)
    return std::nullopt;
  const auto offset = std::chrono::hours(number(10)) + std::chrono::minutes(number(11));
  const WallTime local = std::chrono::sys_days(day) + std::chrono::hours(number(4)) +
                         std::chrono::minutes(number(5)) + std::chrono::seconds(number(6));
  return in_calendar(match[9] == "-" ? local + offset : local - offset);
}

CLI::Validator is_time() {
  const auto refuse = [](const std::string& text) {
    return parse_time(text) ? std::string()
                            : text + " is no time: 2030-01-31T12:00:00Z, or seconds since 1970";
  };
  return CLI::Validator(refuse, "");
}

}  // namespace tls12::tool
