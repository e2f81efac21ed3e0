// Alert (RFC 5246 §7.2).
#include "wire/codec.hpp"

namespace tls12::wire {

Result<AlertMessage> parse_alert(Bytes fragment) {
  if (fragment.size() != 2) return fail(Errc::bad_alert, "size");
  const auto level = static_cast<AlertLevel>(fragment[0]);
  if (level != AlertLevel::warning && level != AlertLevel::fatal)
    return fail(Errc::unknown_enum_value, "Alert.level");
  return AlertMessage{level, static_cast<Alert>(fragment[1])};
}

std::array<std::uint8_t, 2> serialize(const AlertMessage& alert) {
  return {static_cast<std::uint8_t>(alert.level), static_cast<std::uint8_t>(alert.description)};
}

}  // namespace tls12::wire
