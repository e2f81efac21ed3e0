#include "common/files/encoded.hpp"

#include "common/command.hpp"
#include "common/files/file.hpp"
#include "tls12/certificate.hpp"

namespace tls12::tool {
namespace {

/// The six bits that a character stands for, or -1.
int bits_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr std::string_view kTrustedCertificate = "TRUSTED CERTIFICATE";

/// Bytes of the first element, or of everything where that is not DER.
std::size_t first_size(std::string_view der) {
  const auto octet = [&](std::size_t at) {
    return at < der.size() ? static_cast<unsigned char>(der[at]) : 0u;
  };
  std::size_t header = 2, size = octet(1);
  if (size > 0x84) return der.size();
  if (size >= 0x80) {
    const std::size_t octets = size & 0x7f;
    size = 0;
    for (std::size_t i = 0; i < octets; ++i) size = size << 8 | octet(2 + i);
    header += octets;
  }
  return der.size() > header && der.size() - header >= size ? header + size : der.size();
}

std::string_view without_line_end(std::string_view der) {
  const std::size_t size = first_size(der);
  return der.find_first_not_of("\r\n", size) == der.npos ? der.substr(0, size) : der;
}

bool is_label(std::string_view found, std::string_view wanted) {
  return found == wanted ||
         (wanted == "CERTIFICATE" && (found == "X509 CERTIFICATE" || found == kTrustedCertificate));
}

}  // namespace

std::optional<Der> decode_base64(std::string_view text) {
  Der der;
  der.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  unsigned characters = 0, padding = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const int bits = bits_of(c);
    if (c == '=' ? ++padding > 2 : bits < 0 || padding > 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(c == '=' ? 0 : bits);
    if (++characters % 4 != 0) continue;
    for (unsigned i = 0; i < 3 - padding; ++i)
      der.push_back(static_cast<std::uint8_t>(group >> (16 - 8 * i)));
    group = 0;
  }
  if (characters % 4 != 0) return std::nullopt;
  return der;
}

Result<std::string> read_encoded(const std::string& file) {
  auto content = read_file(file);
  if (!content) return fail(local(content.error()));
  const auto certificates = Certificate::all_from_pem(*content);
  if (certificates || certificates.error() != Errc::file_format_unsupported) return content;
  Error error = local(certificates.error());
  error.set_detail(file + ": " + std::string(error.about()));
  return fail(error);
}

std::vector<Encoded> encoded_in(std::string_view content) {
  static constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
  std::vector<Encoded> found;
  std::size_t at = content.find(kBegin);
  if (at == std::string_view::npos) {
    const std::string_view der = without_line_end(content);
    if (!der.empty()) found.push_back({.der = Der(der.begin(), der.end())});
    return found;
  }
  for (; at != std::string_view::npos; at = content.find(kBegin, at)) {
    at += kBegin.size();
    const std::size_t label_end = content.find(kDashes, at);
    if (label_end == std::string_view::npos) break;
    const std::string_view label = content.substr(at, label_end - at);
    at = label_end + kDashes.size();
    const std::size_t end = content.find(kEnd, at);
    auto der = decode_base64(content.substr(at, end == std::string_view::npos ? end : end - at));
    if (der && label == kTrustedCertificate)
      der->resize(first_size({reinterpret_cast<const char*>(der->data()), der->size()}));
    found.push_back({.label = std::string(label), .der = der ? std::move(*der) : Der()});
  }
  return found;
}

std::vector<Der> ders_of(std::string_view content, std::string_view label) {
  std::vector<Der> found;
  for (Encoded& one : encoded_in(content))
    if (one.label.empty() || is_label(one.label, label)) found.push_back(std::move(one.der));
  return found;
}

}  // namespace tls12::tool
