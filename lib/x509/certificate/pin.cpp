#include "x509/certificate/pin.hpp"

#include <algorithm>
#include <string>

#include "x509/asn1/pem.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/key/algorithm.hpp"
#include "x509/key/digest.hpp"

namespace tls12 {
namespace {

Result<Pin> pin_of(Pin::Kind kind, Bytes content, const Provider& provider) {
  const auto digest = x509::digest_of(HashAlgorithm::sha256, content, provider);
  if (!digest) return fail(digest.error());
  Pin pin{.kind = kind};
  std::ranges::copy(digest->bytes(), pin.sha256.begin());
  return pin;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

bool read_hex(std::string_view text, std::array<std::uint8_t, 32>& out) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ':') continue;
    const auto value = hex_digit(c);
    if (!value || digits == 2 * out.size()) return false;
    std::uint8_t& octet = out[digits / 2];
    octet = static_cast<std::uint8_t>(octet << 4 | *value);
    ++digits;
  }
  return digits == 2 * out.size();
}

bool read_base64(std::string_view text, std::array<std::uint8_t, 32>& out) {
  constexpr std::size_t kDigits = 44;  // 32 octets with their padding
  std::array<std::uint8_t, kDigits> decoded;
  const x509::pem::Block block{.base64 = text};
  if (text.size() != kDigits || block.max_size() > decoded.size()) return false;
  const auto size = x509::pem::decode(block, decoded);
  if (!size || *size != out.size()) return false;
  std::copy_n(decoded.begin(), out.size(), out.begin());
  return true;
}

}  // namespace

Result<Pin> Pin::of(const Certificate& certificate, Kind kind, const Provider& provider) {
  return pin_of(
      kind, kind == Kind::certificate ? certificate.der() : internals(certificate).public_key_info,
      provider);
}

Result<Pin> Pin::of_public_key(Bytes public_key_info, const Provider& provider) {
  x509::der::Fault fault;
  x509::der::Reader reader(public_key_info, fault);
  x509::read_subject_public_key_info(reader);
  reader.finish();
  if (fault) return fail(Errc::bad_der, fault.what);
  return pin_of(Kind::public_key, public_key_info, provider);
}

Result<Pin> Pin::parse(std::string_view text) {
  constexpr std::string_view kBase64 = "sha256//", kKey = "key:", kCertificate = "certificate:";
  Pin pin;
  const auto rest = [&](std::string_view prefix) { return text.substr(prefix.size()); };
  if (text.starts_with(kBase64) && read_base64(rest(kBase64), pin.sha256)) return pin;
  if (text.starts_with(kKey) && read_hex(rest(kKey), pin.sha256)) return pin;
  if (text.starts_with(kCertificate) && read_hex(rest(kCertificate), pin.sha256)) {
    pin.kind = Kind::certificate;
    return pin;
  }
  return fail(Errc::bad_configuration, "not a pin: " + std::string(text));
}

namespace x509 {
namespace {

bool matches(const Result<Pin>& pin, std::span<const Pin> pins) {
  return pin && std::ranges::find(pins, *pin) != pins.end();
}

}  // namespace

bool is_pinned(const Certificate& certificate, std::span<const Pin> pins,
               const Provider& provider) {
  return matches(Pin::of(certificate, Pin::Kind::certificate, provider), pins) ||
         matches(Pin::of(certificate, Pin::Kind::public_key, provider), pins);
}

bool is_pinned(Bytes public_key_info, std::span<const Pin> pins, const Provider& provider) {
  return matches(Pin::of_public_key(public_key_info, provider), pins);
}

}  // namespace x509
}  // namespace tls12
