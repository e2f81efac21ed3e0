// TrustStore: the anchors, sorted by the hash of their subjects so that path building finds an issuer at once.
#include <algorithm>
#include <cstdlib>

#include "tls12/certificate.hpp"
#include "x509/file.hpp"
#include "x509/parsed_certificate.hpp"
#include "x509/pem.hpp"

namespace tls12 {
namespace {

constexpr char kSystemBundle[] = "/etc/ssl/certs/ca-certificates.crt";

/// The certificates of a bundle that somebody else maintains: what cannot be read is nothing to trust, and no reason to trust nothing.
std::vector<Certificate> readable_certificates(std::string_view text) {
  std::vector<Certificate> found;
  std::vector<std::uint8_t> der;
  for (;;) {
    const auto block = x509::pem::next(text);
    if (!block || !*block) return found;
    der.resize((*block)->max_size());
    const auto size = x509::pem::decode(**block, der);
    if (!size) continue;
    if (auto certificate = Certificate::from_der(Bytes(der).first(*size))) found.push_back(std::move(*certificate));
  }
}

}  // namespace

struct TrustStore::Content {
  std::vector<Certificate> anchors = {};
  std::optional<Error> error = {};
};

TrustStore::TrustStore() : TrustStore(std::make_shared<const Content>()) {}

TrustStore TrustStore::of(std::vector<Certificate> anchors) {
  std::ranges::sort(anchors, {}, [](const Certificate& c) { return c.parsed().subject_hash; });
  return TrustStore(std::make_shared<const Content>(Content{.anchors = std::move(anchors)}));
}

TrustStore TrustStore::system() {
  const char* named = std::getenv("SSL_CERT_FILE");
  const std::string path = named != nullptr && *named != '\0' ? named : kSystemBundle;
  const auto content = x509::read_file(path);
  if (!content) return TrustStore(std::make_shared<const Content>(Content{.error = content.error()}));
  auto anchors = readable_certificates(text_of(*content));
  if (anchors.empty()) return TrustStore(std::make_shared<const Content>(Content{.error = Error(Errc::no_trust_anchors, path)}));
  return of(std::move(anchors));
}

TrustStore TrustStore::from_pem(std::string_view text) {
  auto anchors = Certificate::all_from_pem(text);
  if (!anchors) return TrustStore(std::make_shared<const Content>(Content{.error = anchors.error()}));
  return of(std::move(*anchors));
}

TrustStore TrustStore::from_file(const std::string& path) {
  const auto failed = [&](const Error& error) { return TrustStore(std::make_shared<const Content>(Content{.error = error})); };
  const auto content = x509::read_file(path);
  if (!content) return failed(content.error());
  if (content->empty()) return failed(Error(Errc::no_trust_anchors, path + ": the file is empty"));
  // A DER certificate is a SEQUENCE, whose first octet no line of PEM starts with in practice: '0' and then a length.
  if (content->size() > 1 && (*content)[0] == x509::der::kSequence && (*content)[1] >= 0x80) {
    auto certificate = Certificate::from_der(*content);
    if (!certificate) return failed(x509::in_file(certificate.error(), path));
    return of({std::move(*certificate)});
  }
  auto anchors = Certificate::all_from_pem(text_of(*content));
  if (!anchors) return failed(x509::in_file(anchors.error(), path));
  return of(std::move(*anchors));
}

std::span<const Certificate> TrustStore::anchors() const { return content_->anchors; }
const std::optional<Error>& TrustStore::error() const { return content_->error; }

}  // namespace tls12
