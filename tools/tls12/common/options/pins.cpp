#include "common/options/pins.hpp"

#include <algorithm>

#include "common/command.hpp"
#include "common/files/encoded.hpp"
#include "common/output/format.hpp"

namespace tls12::tool {
namespace {

constexpr std::string_view kPrefixes[] = {"sha256//", "key:", "certificate:"};

Result<Pin> pin_in(const Encoded& one) {
  if (one.label == "PUBLIC KEY") return Pin::of_public_key(one.der);
  if (const auto certificate = Certificate::from_der(one.der))
    return Pin::of(*certificate, Pin::Kind::certificate);
  return Pin::of_public_key(one.der);
}

Result<Pin> pin_of_file(const std::string& path) {
  const auto content = read_encoded(path);
  if (!content) return fail(content.error());
  for (const Encoded& one : encoded_in(*content)) {
    const bool could_be =
        one.label.empty() || one.label == "CERTIFICATE" || one.label == "PUBLIC KEY";
    if (could_be && !one.der.empty())
      if (auto pin = pin_in(one)) return pin;
  }
  return fail(Errc::bad_configuration, path + ": no certificate and no public key");
}

}  // namespace

Result<std::vector<Pin>> parse_pins(const std::vector<std::string>& texts) {
  std::vector<Pin> pins;
  for (const std::string& text : texts) {
    const bool is_file =
        std::ranges::none_of(kPrefixes, [&](auto prefix) { return text.starts_with(prefix); });
    const auto pin = is_file ? pin_of_file(text) : Pin::parse(text);
    if (!pin) return fail(local(pin.error()));
    pins.push_back(*pin);
  }
  return pins;
}

std::string format_pin(const Pin& pin) {
  return (pin.kind == Pin::Kind::certificate ? "certificate:" : "key:") + to_hex(pin.sha256);
}

}  // namespace tls12::tool
