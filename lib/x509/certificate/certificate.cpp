// Certificate: a handle to a ParsedCertificate.
#include "tls12/certificate.hpp"

#include <algorithm>
#include <iterator>

#include "base/caught.hpp"
#include "tls12/text.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/certificate/distribution_point.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"

namespace tls12 {
namespace {

using x509::GeneralName;
using x509::ParsedCertificate;
using x509::der::Fault;
using x509::der::Reader;

/// Errors that are kept of one text.
constexpr std::size_t kMaxSkipped = 64;

/// The next block that is a certificate (RFC 7468 §5.1, §5.3), decoded into a fresh object; null at
/// the end. `text` goes on after it, also after one that cannot be used.
Result<std::shared_ptr<ParsedCertificate>> next_certificate(std::string_view& text) {
  for (;;) {
    const auto block = x509::pem::next(text);
    if (!block) {
      text = {};  // the rest is not PEM
      return fail(block.error());
    }
    if (!*block) return std::shared_ptr<ParsedCertificate>();
    if (!x509::is_certificate_label((*block)->label)) continue;
    auto certificate = std::make_shared<ParsedCertificate>();
    certificate->der.resize((*block)->max_size());
    const auto size = x509::pem::decode(**block, certificate->der);
    if (!size) return fail(size.error());
    certificate->der.resize(*size);
    certificate->der.resize(x509::certificate_in((*block)->label, certificate->der).size());
    if (auto parsed = x509::parse(*certificate); !parsed) return fail(parsed.error());
    return certificate;
  }
}

/// A name from outside, escaped. So is a space, which no name has: one does not look like two.
std::string text_of_name(Bytes name) {
  std::string text = escaped(text_of(name));
  for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos;)
    text.replace(at, 1, "\\x20");
  return text;
}

/// The names of these types in the content of a GeneralNames.
std::vector<std::string> texts_of(std::optional<Bytes> names,
                                  std::initializer_list<GeneralName::Type> types) {
  std::vector<std::string> texts;
  Fault fault;
  for (Reader list(names.value_or(Bytes{}), fault); !list.at_end();) {
    const GeneralName name = x509::read_general_name(list);
    if (std::ranges::find(types, name.type) == types.end()) continue;
    texts.push_back(name.type == GeneralName::ip_address ? x509::text_of_address(name.value)
                                                         : text_of_name(name.value));
  }
  return texts;
}

/// The URIs that are reached by `method` (RFC 5280 §4.2.2.1).
std::vector<std::string> accesses(std::optional<Bytes> descriptions, const x509::Oid& method) {
  std::vector<std::string> urls;
  Fault fault;
  for (Reader list(descriptions.value_or(Bytes{}), fault); !list.at_end();) {
    Reader description = list.enter_sequence();
    const bool is_wanted = x509::is(description.object_identifier(), method);
    if (is_wanted && description.next_is(x509::der::context(GeneralName::uri)))
      urls.push_back(text_of_name(x509::read_general_name(description).value));
  }
  return urls;
}

}  // namespace

Result<Certificate> Certificate::from_der(Bytes der) {
  return guarded([&]() -> Result<Certificate> {
    if (der.size() > x509::der::kMaxSize)
      return fail(Errc::bad_der, x509::larger_than(x509::der::kMaxSize));
    auto certificate = std::make_shared<ParsedCertificate>();
    certificate->der.assign(der.begin(), der.end());
    if (auto parsed = x509::parse(*certificate); !parsed) return fail(parsed.error());
    return Certificate(std::move(certificate));
  });
}

Result<Certificate> Certificate::from_pem(std::string_view text) {
  return guarded([&, whole = text]() -> Result<Certificate> {
    auto certificate = next_certificate(text);
    if (!certificate) return fail(certificate.error());
    if (*certificate == nullptr) return x509::no_block(whole, "CERTIFICATE");
    return Certificate(std::move(*certificate));
  });
}

Result<std::vector<Certificate>> Certificate::all_from_pem(std::string_view text) {
  return guarded([&]() -> Result<std::vector<Certificate>> {
    std::vector<Error> skipped;
    auto all = usable_from_pem(text, skipped);
    if (all && !skipped.empty()) return fail(skipped.front());
    return all;
  });
}

Result<std::vector<Certificate>> Certificate::all_from_file(const std::string& path) {
  return guarded([&]() -> Result<std::vector<Certificate>> {
    const auto content = x509::read_file(path);
    if (!content) return fail(content.error());
    auto all = [&]() -> Result<std::vector<Certificate>> {
      const auto der = x509::der_in(*content);
      if (!der) return all_from_pem(text_of(*content));
      auto certificate = from_der(*der);
      if (!certificate) return fail(x509::explained(certificate.error(), *content));
      return std::vector{std::move(*certificate)};
    }();
    if (!all) return fail(x509::in_file(all.error(), path));
    return all;
  });
}

Result<std::vector<Certificate>> Certificate::usable_from_pem(std::string_view text,
                                                              std::vector<Error>& skipped) {
  return guarded([&, whole = text]() -> Result<std::vector<Certificate>> {
    std::vector<Certificate> all;
    std::optional<Error> first_error;
    for (std::size_t place = 1;; ++place) {
      auto certificate = next_certificate(text);
      if (certificate && *certificate == nullptr) break;
      if (certificate) {
        all.push_back(Certificate(std::move(*certificate)));
        continue;
      }
      Error error = certificate.error();
      if (error.code == Errc::out_of_memory) return fail(error);
      error.set_detail("certificate " + std::to_string(place) + ": " + std::string(error.about()));
      if (!first_error) first_error = error;
      if (skipped.size() < kMaxSkipped) skipped.push_back(error);
    }
    if (!all.empty()) return all;
    return first_error ? fail(*first_error) : x509::no_block(whole, "CERTIFICATE");
  });
}

Bytes Certificate::der() const { return content_->der; }
std::string Certificate::subject() const { return x509::text_of_name(content_->subject); }
std::string Certificate::issuer() const { return x509::text_of_name(content_->issuer); }
WallTime Certificate::not_before() const { return content_->not_before; }
WallTime Certificate::not_after() const { return content_->not_after; }
PublicKey Certificate::public_key() const { return content_->subject_key.key; }

Bytes Certificate::serial_number() const { return content_->serial; }
bool Certificate::is_ca() const {
  return content_->extensions.basic_constraints && content_->extensions.basic_constraints->is_ca;
}

std::vector<std::string> Certificate::names() const {
  return texts_of(content_->extensions.subject_alt_name,
                  {GeneralName::dns_name, GeneralName::ip_address});
}

std::vector<std::string> Certificate::emails() const {
  return texts_of(content_->extensions.subject_alt_name, {GeneralName::rfc822_name});
}

std::vector<std::string> Certificate::crl_urls() const {
  std::vector<std::string> urls;
  Fault fault;
  for (Reader points(content_->extensions.crl_distribution_points.value_or(Bytes{}), fault);
       !points.at_end();)
    if (const auto name = x509::read_distribution_point(points).name)
      std::ranges::move(texts_of(name->full_name, {GeneralName::uri}), std::back_inserter(urls));
  return urls;
}

std::vector<std::string> Certificate::ocsp_urls() const {
  return accesses(content_->extensions.authority_info_access, x509::oid::kOcsp);
}
std::vector<std::string> Certificate::issuer_urls() const {
  return accesses(content_->extensions.authority_info_access, x509::oid::kCaIssuers);
}

std::string Certificate::to_pem() const {
  std::string text;
  x509::pem::encode("CERTIFICATE", content_->der, text);
  return text;
}

}  // namespace tls12
