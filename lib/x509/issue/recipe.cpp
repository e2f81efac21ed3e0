#include "x509/issue/recipe.hpp"

#include <algorithm>
#include <string>

#include "x509/certificate/extensions.hpp"
#include "x509/name/distinguished_name_writer.hpp"
#include "x509/name/general_name_writer.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;
using Texts = std::vector<std::string>;

bool has_subject(const CertificateRecipe& recipe) {
  return !recipe.subject.empty() || !recipe.common_name.empty();
}

/// Gathers extensions, and the first thing that is wrong with one.
class List {
 public:
  template <class Write>
  void add(const Oid& id, bool is_critical, Write write) {
    extensions_.push_back(draft_extension(id, is_critical, write));
  }
  void expect(Result<void> written) {
    if (result_) result_ = written;
  }
  Result<std::vector<DraftExtension>> take() {
    if (!result_) return fail(result_.error());
    return std::move(extensions_);
  }

 private:
  std::vector<DraftExtension> extensions_ = {};
  Result<void> result_ = {};
};

void add_basic_constraints(const CertificateRecipe& recipe, List& list) {
  list.add(oid::kBasicConstraints, true, [&](Writer& writer) {
    writer.sequence([&] {
      if (recipe.is_ca) writer.boolean(true);
      if (recipe.path_length) writer.small_natural(*recipe.path_length);
    });
  });
}

std::vector<KeyUsage> key_usages(const CertificateRecipe& recipe, KeyKind kind) {
  if (recipe.is_ca) return {KeyUsage::key_cert_sign, KeyUsage::crl_sign};
  std::vector<KeyUsage> usages;
  const bool for_peers = recipe.for_servers || recipe.for_clients ||
                         !(recipe.for_ocsp_signing || recipe.for_crl_signing);
  if (for_peers || recipe.for_ocsp_signing) usages.push_back(KeyUsage::digital_signature);
  // RSA keys also serve the key exchange that encrypts to them (RFC 5246 §7.4.2).
  if (for_peers && kind == KeyKind::rsa) usages.push_back(KeyUsage::key_encipherment);
  if (recipe.for_crl_signing) usages.push_back(KeyUsage::crl_sign);
  return usages;
}

/// RFC 5280 §4.2.1.3: a bit string that ends with its last set bit.
void add_key_usage(const CertificateRecipe& recipe, KeyKind kind, List& list) {
  std::uint8_t bits = 0;
  for (const KeyUsage usage : key_usages(recipe, kind))
    bits = static_cast<std::uint8_t>(bits | 0x80 >> static_cast<unsigned>(usage));
  unsigned unused = 0;
  while (unused < 7 && (bits >> unused & 1) == 0) ++unused;
  list.add(oid::kKeyUsage, true, [&](Writer& writer) { writer.bit_string({&bits, 1}, unused); });
}

void add_extended_key_usage(const CertificateRecipe& recipe, List& list) {
  if (recipe.is_ca) return;
  std::vector<const Oid*> purposes;
  if (recipe.for_servers) purposes.push_back(&oid::kServerAuth);
  if (recipe.for_clients) purposes.push_back(&oid::kClientAuth);
  if (recipe.for_ocsp_signing) purposes.push_back(&oid::kOcspSigning);
  if (purposes.empty()) return;
  list.add(oid::kExtendedKeyUsage, false, [&](Writer& writer) {
    writer.sequence([&] {
      for (const Oid* purpose : purposes) writer.object_identifier(purpose->bytes());
    });
  });
}

/// RFC 5280 §4.2.1.6: critical when the subject is empty.
void add_subject_alt_name(const CertificateRecipe& recipe, List& list) {
  if (recipe.names.empty()) return;
  list.add(oid::kSubjectAltName, !has_subject(recipe), [&](Writer& writer) {
    writer.sequence([&] {
      for (const std::string& name : recipe.names) list.expect(write_general_name(name, writer));
    });
  });
}

void add_policies(const CertificateRecipe& recipe, List& list) {
  if (recipe.policies.empty()) return;
  list.add(oid::kCertificatePolicies, false, [&](Writer& writer) {
    writer.sequence([&] {
      for (const std::string& policy : recipe.policies) {
        const auto encoded = encode_dotted(policy);
        if (!encoded)
          list.expect(fail(Errc::misuse, "no object identifier: " + policy));
        else
          writer.sequence([&] { writer.object_identifier(*encoded); });
      }
    });
  });
}

/// RFC 5280 §4.2.1.10: critical, and minimum and maximum are left out.
void add_name_constraints(const CertificateRecipe& recipe, List& list) {
  if (recipe.permitted.empty() && recipe.excluded.empty()) return;
  list.add(oid::kNameConstraints, true, [&](Writer& writer) {
    const auto write_subtrees = [&](unsigned number, const Texts& bases) {
      if (bases.empty()) return;
      writer.nest(der::constructed(number), [&] {
        for (const std::string& base : bases)
          writer.sequence([&] { list.expect(write_subtree_base(base, writer)); });
      });
    };
    writer.sequence([&] {
      write_subtrees(0, recipe.permitted);
      write_subtrees(1, recipe.excluded);
    });
  });
}

/// RFC 5280 §4.2.1.13: one DistributionPoint a URL, each of them a whole CRL.
void add_crl_distribution_points(const CertificateRecipe& recipe, List& list) {
  if (recipe.crl_urls.empty()) return;
  list.add(oid::kCrlDistributionPoints, false, [&](Writer& writer) {
    writer.sequence([&] {
      for (const std::string& url : recipe.crl_urls)
        writer.sequence([&] {
          writer.nest(der::constructed(0), [&] {
            writer.nest(der::constructed(0), [&] { list.expect(write_uri(url, writer)); });
          });
        });
    });
  });
}

/// RFC 5280 §4.2.2.1.
void add_authority_info_access(const CertificateRecipe& recipe, List& list) {
  if (recipe.ocsp_urls.empty() && recipe.issuer_urls.empty()) return;
  list.add(oid::kAuthorityInfoAccess, false, [&](Writer& writer) {
    const auto write_descriptions = [&](const Oid& method, const Texts& urls) {
      for (const std::string& url : urls)
        writer.sequence([&] {
          writer.object_identifier(method.bytes());
          list.expect(write_uri(url, writer));
        });
    };
    writer.sequence([&] {
      write_descriptions(oid::kAccessOcsp, recipe.ocsp_urls);
      write_descriptions(oid::kAccessCaIssuers, recipe.issuer_urls);
    });
  });
}

}  // namespace

Result<void> check(const CertificateRecipe& recipe) {
  if (recipe.common_name.size() > kMaxCommonName)
    return fail(Errc::misuse, "a common name of more than 64 bytes: " + recipe.common_name);
  if (!has_subject(recipe) && (recipe.names.empty() || recipe.is_ca))
    return fail(Errc::misuse, "a certificate without a name");
  if (recipe.path_length && !recipe.is_ca) return fail(Errc::misuse, "a path length is for a CA");
  if ((!recipe.permitted.empty() || !recipe.excluded.empty()) && !recipe.is_ca)
    return fail(Errc::misuse, "name constraints are for a CA");
  if (recipe.not_after < recipe.not_before)
    return fail(Errc::misuse, "a certificate that ends before it begins");
  return {};
}

Result<SecretVector> subject_of(const CertificateRecipe& recipe) {
  return recipe.subject.empty() ? encode_common_name(recipe.common_name)
                                : encode_name(recipe.subject);
}

Result<std::vector<DraftExtension>> extensions_of(const CertificateRecipe& recipe, KeyKind kind) {
  List list;
  add_basic_constraints(recipe, list);
  add_key_usage(recipe, kind, list);
  add_extended_key_usage(recipe, list);
  add_subject_alt_name(recipe, list);
  add_policies(recipe, list);
  add_name_constraints(recipe, list);
  add_crl_distribution_points(recipe, list);
  add_authority_info_access(recipe, list);
  if (recipe.must_staple)
    list.add(oid::kTlsFeature, false, [&](Writer& writer) {
      writer.sequence([&] { writer.small_natural(kStatusRequest); });
    });
  // RFC 6960 §4.2.2.2.1: who vouches for the responder's own status, if not itself?
  if (recipe.for_ocsp_signing && !recipe.is_ca)
    list.add(oid::kOcspNoCheck, false, [](Writer& writer) { writer.null(); });
  return list.take();
}

}  // namespace tls12::x509
