// Issuing: certificates of our own making, requests for certificates (PKCS#10, RFC 2986), and
// revocation lists.
//
//   auto root = tls12::issue_certificate({.common_name = "My CA", .is_ca = true}, ca_key);
//   auto ca = tls12::Identity::from({*root}, ca_key);
//   auto leaf = tls12::issue_certificate({.common_name = "example.org", .names = {"example.org"}},
//                                        key, &*ca);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/certificate.hpp"
#include "tls12/revocation.hpp"

namespace tls12 {

/// What a certificate of our own making says. Key usage, extended key usage, key identifiers and
/// what must be critical follow from it.
struct CertificateRecipe {
  std::string common_name = "tls12 development";
  /// The whole subject, instead of a common name alone, as RFC 4514 writes it:
  /// "CN=example.org,OU=Web,O=Example,L=Ghent,ST=East Flanders,C=BE".
  std::string subject = {};
  /// subjectAltName: DNS names, IP addresses, e-mail addresses and URIs, as they look, or with
  /// "DNS:", "IP:", "email:", "URI:" or "DN:" before them.
  std::vector<std::string> names = {};

  bool is_ca = false;
  std::optional<unsigned> path_length = {};  ///< of a CA: how many CAs may follow in a chain
  /// nameConstraints of a CA: "example.org" and all below it, "192.0.2.0/24", "a@example.org", and
  /// with their prefixes "email:example.org" (a host), "email:.example.org" (all hosts of a
  /// domain), "URI:.example.org", "DN:O=Example".
  std::vector<std::string> permitted = {}, excluded = {};
  bool for_servers = true, for_clients = false;            ///< not of a CA, nor the next
  bool for_ocsp_signing = false, for_crl_signing = false;  ///< in the name of who issues it

  std::vector<std::string> policies = {};  ///< certificate policies, dotted
  std::vector<std::string> crl_urls =
      {};  ///< where its issuer's CRL is to be found: cRLDistributionPoints
  std::vector<std::string> ocsp_urls = {},
                           issuer_urls = {};  ///< where its issuer's OCSP responder and certificate
                                              ///< are: authorityInfoAccess
  bool must_staple = false;  ///< a server must show an OCSP response with it (RFC 7633)

  std::vector<std::uint8_t> serial =
      {};  ///< a positive number, big-endian, of at most 20 octets; empty: a random one
  WallTime not_before = wall_time() - std::chrono::hours(1);
  WallTime not_after = wall_time() + std::chrono::hours(24 * 365);

  std::optional<HashAlgorithm> hash =
      {};            ///< that the issuer signs with; nothing: one as strong as its key
  bool pss = false;  ///< an issuer with an RSA key signs by RSASSA-PSS
};

/// Issues a certificate for `key`'s public half, signed by `issuer`, or by itself when that is
/// null.
/// Errors: Errc::misuse (a recipe that contradicts itself, a name that is no name, an issuer that
/// may not issue this, a key elsewhere), Errc::signature_scheme_wrong_for_key, Errc::crypto_failed,
/// Errc::randomness_failed.
TLS12_API Result<Certificate> issue_certificate(const CertificateRecipe& recipe,
                                                const PrivateKey& key,
                                                const Identity* issuer = nullptr,
                                                ProviderPtr provider = default_provider());

/// A request for a certificate. Its signature has been verified: who made it has the private key.
class TLS12_API CertificationRequest {
 public:
  /// Copies `der`. Errors: Errc::bad_certification_request, Errc::bad_der,
  /// Errc::algorithm_unavailable.
  static Result<CertificationRequest> from_der(Bytes der,
                                               ProviderPtr provider = default_provider());
  /// The first CERTIFICATE REQUEST of a PEM text (RFC 7468 §7). Errors: Errc::bad_pem and those of
  /// from_der.
  static Result<CertificationRequest> from_pem(std::string_view text,
                                               ProviderPtr provider = default_provider());

  Bytes der() const;
  std::string to_pem() const;
  /// As RFC 4514 writes it.
  std::string subject() const;
  Bytes public_key_info() const;
  PublicKey public_key() const;
  /// What it asks for: subject, names, purposes, a stapled OCSP response. Whoever issues looks it
  /// over and adds the rest; nobody becomes a CA by asking.
  CertificateRecipe recipe() const;

 private:
  struct TLS12_HIDDEN Content;
  explicit CertificationRequest(std::shared_ptr<const Content> content)
      : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

/// Asks for what `recipe` says of the subject, its names and purposes. Errors: as
/// issue_certificate.
TLS12_API Result<CertificationRequest> request_certificate(
    const CertificateRecipe& recipe, const PrivateKey& key,
    ProviderPtr provider = default_provider());

/// Issues what was asked for, as far as `recipe` says so. Errors: as above.
TLS12_API Result<Certificate> issue_certificate(const CertificateRecipe& recipe,
                                                const CertificationRequest& request,
                                                const Identity& issuer,
                                                ProviderPtr provider = default_provider());

/// What a CRL of our own making says: a complete list of what its issuer took back.
struct CrlRecipe {
  std::vector<Certificate> revoked = {};
  std::string reason = {};  ///< of all of `revoked`, as RFC 5280 §5.3.1 spells it: "keyCompromise";
                            ///< empty: none is told
  std::optional<Crl> previous =
      {};  ///< the issuer's list so far: its entries stay, its number is counted on
  WallTime this_update = wall_time();  ///< when they are revoked, too
  WallTime next_update = this_update + std::chrono::hours(24 * 30);
};

/// Errors: Errc::misuse (a certificate or a list of another issuer, an issuer that may not sign
/// CRLs, a reason that is none), Errc::crypto_failed, Errc::randomness_failed.
TLS12_API Result<Crl> issue_crl(const CrlRecipe& recipe, const Identity& issuer,
                                ProviderPtr provider = default_provider());

}  // namespace tls12
