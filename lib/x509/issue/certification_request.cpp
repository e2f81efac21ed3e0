// Requests for certificates (RFC 2986): signed like a certificate that signs itself, so that who
// asks shows to have the private key.
#include <algorithm>
#include <utility>

#include "base/caught.hpp"
#include "tls12/issue.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/issue/recipe.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/path/certificate_checks.hpp"

namespace tls12 {
namespace {

using x509::GeneralName;
using x509::ParsedCertificate;
using x509::der::Fault;
using x509::der::Reader;
using x509::der::Writer;

constexpr char kLabel[] = "CERTIFICATE REQUEST", kOldLabel[] = "NEW CERTIFICATE REQUEST";

/// RFC 2985 §5.4.2: the one attribute that says something about certificates.
void read_attributes(Reader& info, ParsedCertificate& out) {
  if (info.at_end()) return;
  bool has_extensions = false;
  for (Reader attributes = info.enter(x509::der::constructed(0)); !attributes.at_end();) {
    Reader attribute = attributes.enter_sequence();
    const Bytes type = attribute.object_identifier();
    Reader values = attribute.enter(x509::der::kSet);
    attribute.finish();
    if (!x509::is(type, x509::oid::kExtensionRequest)) continue;
    Reader list = values.enter_sequence();
    values.finish();
    if (std::exchange(has_extensions, true)) list.refuse("extensions are asked for twice");
    if (!list.fault()) out.extensions = x509::read_extensions(list);
  }
}

/// RFC 2986 §4.1.
void read_info(Bytes encoding, Fault& fault, ParsedCertificate& out) {
  Reader whole(encoding, fault);
  Reader info = whole.enter_sequence();
  if (info.small_natural() != 0) info.refuse("an unknown version");
  out.subject = x509::read_name(info);
  const Bytes before_key = info.rest();
  out.subject_key = x509::read_subject_public_key_info(info);
  if (!fault) out.public_key_info = before_key.first(before_key.size() - info.rest().size());
  read_attributes(info, out);
  info.finish();
}

/// RFC 2986 §4.2. What of a certificate a request has, it has in the same places.
Result<void> parse_request(ParsedCertificate& request) {
  Fault fault;
  Reader whole(request.der, fault);
  Reader fields = whole.enter_sequence();
  request.tbs = fields.element(x509::der::kSequence).whole;
  read_info(request.tbs, fault, request);
  request.signature_method = x509::read_signature_algorithm(fields);
  request.signature = fields.bit_string();
  fields.finish();
  whole.finish();
  if (fault) return fail(Errc::bad_certification_request, fault.what);
  // A certificate takes its subject and extensions from here.
  if (fault.deviation) return fail(Errc::bad_certification_request, fault.deviation.what);
  return {};
}

/// A name as a recipe has it; empty for those of other kinds.
std::string text_for_recipe(const GeneralName& name) {
  switch (name.type) {
    case GeneralName::dns_name: return std::string("DNS:").append(tls12::text_of(name.value));
    case GeneralName::rfc822_name: return std::string("email:").append(tls12::text_of(name.value));
    case GeneralName::uri: return std::string("URI:").append(tls12::text_of(name.value));
    case GeneralName::ip_address: return "IP:" + x509::text_of_address(name.value);
    case GeneralName::directory_name: return "DN:" + x509::text_of_name(name.value);
    default: return {};
  }
}

/// The request's content (RFC 2986 §4.1).
void write_info(Bytes subject, Bytes public_key_info,
                const std::vector<x509::DraftExtension>& extensions, Writer& writer) {
  writer.sequence([&] {
    writer.small_natural(0);
    writer.raw(subject);
    writer.raw(public_key_info);
    writer.nest(x509::der::constructed(0), [&] {
      writer.sequence([&] {
        writer.object_identifier(x509::oid::kExtensionRequest.bytes());
        writer.nest(x509::der::kSet, [&] { x509::write_extensions(extensions, writer); });
      });
    });
  });
}

}  // namespace

struct CertificationRequest::Content : ParsedCertificate {};

Result<CertificationRequest> CertificationRequest::from_der(Bytes der, ProviderPtr provider) {
  return guarded([&]() -> Result<CertificationRequest> {
    if (provider == nullptr) return fail(Errc::algorithm_unavailable, "no crypto backend");
    auto content = std::make_shared<Content>();
    content->der.assign(der.begin(), der.end());
    if (auto parsed = parse_request(*content); !parsed) return fail(parsed.error());
    if (auto strong = x509::check_key(*content, VerifyPolicy::standard()); !strong)
      return fail(strong.error().code, strong.error().reason());
    if (auto right = x509::check_signature(*content, *content, *provider); !right)
      return fail(Errc::bad_certification_request, right.error().reason());
    return CertificationRequest(std::move(content));
  });
}

Result<CertificationRequest> CertificationRequest::from_pem(std::string_view text,
                                                            ProviderPtr provider) {
  return guarded([&, whole = text]() -> Result<CertificationRequest> {
    for (;;) {
      const auto block = x509::pem::next(text);
      if (!block) return fail(block.error());
      if (!*block) return x509::no_block(whole, "CERTIFICATE REQUEST");
      if ((*block)->label != kLabel && (*block)->label != kOldLabel) continue;
      std::vector<std::uint8_t> der((*block)->max_size());
      const auto size = x509::pem::decode(**block, der);
      if (!size) return fail(size.error());
      return from_der(Bytes(der).first(*size), provider);
    }
  });
}

Bytes CertificationRequest::der() const { return content_->der; }
std::string CertificationRequest::subject() const { return x509::text_of_name(content_->subject); }
Bytes CertificationRequest::public_key_info() const { return content_->public_key_info; }
PublicKey CertificationRequest::public_key() const { return content_->subject_key.key; }

std::string CertificationRequest::to_pem() const {
  std::string text;
  x509::pem::encode(kLabel, content_->der, text);
  return text;
}

CertificateRecipe CertificationRequest::recipe() const {
  const x509::Extensions& wanted = content_->extensions;
  CertificateRecipe recipe{.common_name = "", .subject = subject()};
  Fault fault;
  for (Reader names(wanted.subject_alt_name.value_or(Bytes{}), fault); !names.at_end();)
    if (std::string name = text_for_recipe(x509::read_general_name(names)); !name.empty())
      recipe.names.push_back(std::move(name));
  recipe.for_servers = wanted.allows(x509::oid::kServerAuth);
  recipe.for_clients = wanted.extended_key_usage && wanted.allows(x509::oid::kClientAuth);
  for (Reader features(wanted.tls_features.value_or(Bytes{}), fault); !features.at_end();)
    if (features.small_natural() == x509::kStatusRequest) recipe.must_staple = true;
  return recipe;
}

Result<CertificationRequest> request_certificate(const CertificateRecipe& recipe,
                                                 const PrivateKey& key, ProviderPtr provider) {
  return guarded([&]() -> Result<CertificationRequest> {
    if (provider == nullptr || !provider->random)
      return fail(Errc::algorithm_unavailable, "no crypto backend with randomness");
    if (key.is_elsewhere()) return fail(Errc::misuse, "the key lives elsewhere");
    if (auto sense = x509::check(recipe); !sense) return fail(sense.error());
    const auto subject = x509::subject_of(recipe);
    if (!subject) return fail(subject.error());
    const auto extensions = x509::extensions_of(recipe, key.kind());
    if (!extensions) return fail(extensions.error());
    const auto method = x509::method_for(key, recipe.hash, recipe.pss);
    if (!method) return fail(method.error());
    Writer info, writer;
    write_info(*subject, key.public_key_info(), *extensions, info);
    Result<void> written;
    writer.sequence(
        [&] { written = x509::write_signed(info.bytes(), *method, key, provider->rng(), writer); });
    if (!written) return fail(written.error());
    return CertificationRequest::from_der(writer.bytes(), provider);
  });
}

}  // namespace tls12
