// Certificate: a handle to a ParsedCertificate.
#include "tls12/certificate.hpp"

#include "x509/general_name.hpp"
#include "x509/guard.hpp"
#include "x509/name.hpp"
#include "x509/parsed_certificate.hpp"
#include "x509/pem.hpp"

namespace tls12 {
namespace {

using x509::GeneralName;
using x509::ParsedCertificate;

/// The next block that is a certificate (RFC 7468 §5.1, §5.3), decoded into a fresh object; null at the end.
Result<std::shared_ptr<ParsedCertificate>> next_certificate(std::string_view& text) {
  for (;;) {
    const auto block = x509::pem::next(text);
    if (!block) return fail(block.error());
    if (!*block) return std::shared_ptr<ParsedCertificate>();
    if ((*block)->label != "CERTIFICATE" && (*block)->label != "X509 CERTIFICATE") continue;
    auto certificate = std::make_shared<ParsedCertificate>();
    certificate->der.resize((*block)->max_size());
    const auto size = x509::pem::decode(**block, certificate->der);
    if (!size) return fail(size.error());
    certificate->der.resize(*size);
    if (auto parsed = x509::parse(*certificate); !parsed) return fail(parsed.error());
    return certificate;
  }
}

/// A name from outside, made printable.
std::string printable(Bytes name) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t c : name) {
    if (c > 0x20 && c < 0x7f && c != '\\') {
      text.push_back(static_cast<char>(c));
    } else {
      text.append({'\\', 'x', kDigits[c >> 4], kDigits[c & 15]});
    }
  }
  return text;
}

}  // namespace

Result<Certificate> Certificate::from_der(Bytes der) {
  return x509::guarded([&]() -> Result<Certificate> {
    if (der.size() > x509::der::kMaxSize) return fail(Errc::bad_der, "larger than any certificate");
    auto certificate = std::make_shared<ParsedCertificate>();
    certificate->der.assign(der.begin(), der.end());
    if (auto parsed = x509::parse(*certificate); !parsed) return fail(parsed.error());
    return Certificate(std::move(certificate));
  });
}

Result<Certificate> Certificate::from_pem(std::string_view text) {
  return x509::guarded([&]() -> Result<Certificate> {
    auto certificate = next_certificate(text);
    if (!certificate) return fail(certificate.error());
    if (*certificate == nullptr) return fail(Errc::bad_pem, "there is no CERTIFICATE");
    return Certificate(std::move(*certificate));
  });
}

Result<std::vector<Certificate>> Certificate::all_from_pem(std::string_view text) {
  return x509::guarded([&]() -> Result<std::vector<Certificate>> {
    std::vector<Certificate> all;
    for (;;) {
      auto certificate = next_certificate(text);
      if (!certificate) {
        Error error = certificate.error();
        error.set_detail("certificate " + std::to_string(all.size() + 1) + ": " + std::string(error.about()));
        return fail(error);
      }
      if (*certificate == nullptr) break;
      all.push_back(Certificate(std::move(*certificate)));
    }
    if (all.empty()) return fail(Errc::bad_pem, "there is no CERTIFICATE");
    return all;
  });
}

Bytes Certificate::der() const { return parsed_->der; }
std::string Certificate::subject() const { return x509::text_of_name(parsed_->subject); }
std::string Certificate::issuer() const { return x509::text_of_name(parsed_->issuer); }
WallTime Certificate::not_before() const { return parsed_->not_before; }
WallTime Certificate::not_after() const { return parsed_->not_after; }
PublicKey Certificate::public_key() const { return parsed_->subject_key.key; }

std::vector<std::string> Certificate::names() const {
  std::vector<std::string> names;
  if (!parsed_->extensions.subject_alt_name) return names;
  x509::der::Fault fault;
  for (x509::der::Reader list(*parsed_->extensions.subject_alt_name, fault); !list.at_end();) {
    const GeneralName name = x509::read_general_name(list);
    if (name.type == GeneralName::dns_name) names.push_back(printable(name.value));
    if (name.type == GeneralName::ip_address) names.push_back(x509::text_of_address(name.value));
  }
  return names;
}

std::string Certificate::to_pem() const {
  std::string text;
  x509::pem::encode("CERTIFICATE", parsed_->der, text);
  return text;
}

}  // namespace tls12
