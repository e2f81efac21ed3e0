// Crl and OcspResponse: handles to what was parsed, from memory or from files.
#include <algorithm>

#include "base/caught.hpp"
#include "tls12/revocation.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/revocation/crl.hpp"
#include "x509/revocation/ocsp.hpp"

namespace tls12 {
namespace {

/// Parses a copy of `der`.
template <class Parsed>
Result<std::shared_ptr<const Parsed>> parsed_copy(Bytes der, Errc code, std::size_t max_size) {
  if (der.size() > max_size) return fail(code, x509::larger_than(max_size));
  auto parsed = std::make_shared<Parsed>();
  parsed->der.assign(der.begin(), der.end());
  if (auto ok = x509::parse(*parsed); !ok) return fail(ok.error());
  return parsed;
}

/// The next block with this label, decoded; empty at the end.
Result<std::vector<std::uint8_t>> next_der(std::string_view& text, std::string_view label) {
  std::vector<std::uint8_t> der;
  for (;;) {
    const auto block = x509::pem::next(text);
    if (!block) return fail(block.error());
    if (!*block) return der;
    if ((*block)->label != label) continue;
    der.resize((*block)->max_size());
    const auto size = x509::pem::decode(**block, der);
    if (!size) return fail(size.error());
    if (*size == 0) return fail(Errc::bad_pem, "an empty block");
    der.resize(*size);
    return der;
  }
}

}  // namespace

Result<Crl> Crl::from_der(Bytes der, std::size_t max_size) {
  return guarded([&]() -> Result<Crl> {
    auto parsed =
        parsed_copy<x509::ParsedCrl>(der, Errc::bad_crl, std::min(max_size, x509::kMostCrlOctets));
    if (!parsed) return fail(parsed.error());
    return Crl(std::move(*parsed));
  });
}

Result<std::vector<Crl>> Crl::all_from_pem(std::string_view text, std::size_t max_size) {
  return guarded([&, whole = text]() -> Result<std::vector<Crl>> {
    std::vector<Crl> all;
    for (;;) {
      const auto der = next_der(text, "X509 CRL");
      if (!der) return fail(der.error());
      if (der->empty()) break;
      auto crl = from_der(*der, max_size);
      if (!crl) return fail(crl.error());
      all.push_back(std::move(*crl));
    }
    if (all.empty()) return x509::no_block(whole, "X509 CRL");
    return all;
  });
}

Result<std::vector<Crl>> Crl::from_file(const std::string& path, std::size_t max_size) {
  return guarded([&]() -> Result<std::vector<Crl>> {
    const auto content = x509::read_file(path, max_size);
    if (!content) return fail(content.error());
    const auto der = x509::der_in(*content);
    if (!der) {
      auto all = all_from_pem(text_of(*content), max_size);
      if (!all) return fail(x509::in_file(all.error(), path));
      return all;
    }
    auto crl = from_der(*der, max_size);
    if (!crl) return fail(x509::in_file(x509::explained(crl.error(), *content), path));
    return std::vector<Crl>{std::move(*crl)};
  });
}

Bytes Crl::der() const { return content_->der; }
std::string Crl::to_pem() const {
  std::string text;
  x509::pem::encode("X509 CRL", content_->der, text);
  return text;
}
std::string Crl::issuer() const { return x509::text_of_name(content_->issuer); }
WallTime Crl::this_update() const { return content_->this_update; }
std::optional<WallTime> Crl::next_update() const { return content_->next_update; }
bool Crl::is_delta() const { return content_->is_delta(); }
std::size_t Crl::size() const { return content_->size; }

Result<OcspResponse> OcspResponse::from_der(Bytes der) {
  return guarded([&]() -> Result<OcspResponse> {
    auto parsed =
        parsed_copy<x509::ParsedOcspResponse>(der, Errc::bad_ocsp_response, x509::der::kMaxSize);
    if (!parsed) return fail(parsed.error());
    return OcspResponse(std::move(*parsed));
  });
}

Result<OcspResponse> OcspResponse::from_file(const std::string& path) {
  return guarded([&]() -> Result<OcspResponse> {
    const auto content = x509::read_file(path);
    if (!content) return fail(content.error());
    auto response = [&]() -> Result<OcspResponse> {
      if (const auto whole = x509::der_in(*content)) return from_der(*whole);
      std::string_view text = text_of(*content);
      const auto der = next_der(text, "OCSP RESPONSE");
      if (!der) return fail(der.error());
      if (der->empty()) return x509::no_block(text_of(*content), "OCSP RESPONSE");
      return from_der(*der);
    }();
    if (!response) return fail(x509::in_file(x509::explained(response.error(), *content), path));
    return response;
  });
}

Bytes OcspResponse::der() const { return content_->der; }
WallTime OcspResponse::produced_at() const { return content_->produced_at; }

}  // namespace tls12
