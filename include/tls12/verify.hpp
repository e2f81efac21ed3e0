// Whether a certificate is to be believed: RFC 5280 §6 (paths), RFC 9525 (names), RFC 9618
// (policies), RFC 6960 and RFC 5280 §6.3 (revocation).
//
//   auto verdict = tls12::verify({.presented = chain, .trust = store, .peer_name = {"example.org"},
//                                 .now = tls12::wall_time()});
//   if (!verdict) std::puts(verdict.error().message().c_str());
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/certificate.hpp"
#include "tls12/pin.hpp"
#include "tls12/registry.hpp"
#include "tls12/revocation.hpp"
#include "tls12/transparency.hpp"

namespace tls12 {

/// What the certificate is used for (RFC 5280 §4.2.1.12).
enum class Purpose : std::uint8_t { server, client, any };

/// The name that the certificate must have. An empty name is an error (Errc::bad_host_name), so
/// that a name which got lost does not switch the check off: any() does, explicitly.
struct PeerName {
  enum class Kind : std::uint8_t { automatic, dns, ip, email, any };
  std::string_view text = {};
  Kind kind = Kind::automatic;  ///< automatic: an IP address in text, else a DNS name

  /// Accepts every name, also none: for clients' certificates, and for callers that check names.
  static constexpr PeerName any() { return {.kind = Kind::any}; }
};

/// The chain that was found: from the leaf to the trust anchor.
struct VerifiedChain {
  std::vector<Certificate> certificates = {};
  /// RFC 5280 §6.1.6: the policies, dotted, that the chain is valid for, within the user's initial
  /// set; {"2.5.29.32.0"} is any.
  std::vector<std::string> policies = {};
};

/// Why a certificate is not to be believed.
struct TLS12_API VerifyFailure {
  Error error = {};          ///< the rule; its alert is what the peer is told
  std::size_t depth = 0;     ///< of the certificate that broke it: 0 is the leaf
  std::string subject = {};  ///< what a person would call that certificate
  std::string reason = {};   ///< in words that a user can act on
  std::string_view section =
      {};  ///< the RFC and section, finer than the row of the rule where it can be
  /// One line of all that.
  std::string message() const;
};

/// What is asked of a chain. The default judges what bears on trust, as connections want it.
struct TLS12_API VerifyPolicy {
  std::string_view name = "standard";

  // Keys and signatures (RFC 9325 §4.5).
  std::size_t min_rsa_bits = 2048;
  bool allow_sha1 = false;
  /// What the certificates of a chain may be signed with, the anchor's own signature aside; empty:
  /// whatever this stack has. A client tells its server (RFC 8446 §4.2.3,
  /// signature_algorithms_cert), which may have several chains.
  std::vector<SignatureScheme> signature_schemes = {};

  /// Ask of every certificate what RFC 5280 §4 and the CA/Browser Forum's baseline requirements ask
  /// of who issues it, even where a path could be believed without: key identifiers present,
  /// extensions critical as they must be, serial numbers positive, subject names where CAs need
  /// them, end entities that say what they are for, no version 1 among intermediates, …
  ///
  /// It also refuses the deviations that are read otherwise, as OpenSSL, GnuTLS and Go read them:
  /// default values that are encoded (X.690 §11.5: cA FALSE, critical FALSE, version 1, minimum 0),
  /// sets of a name that are not in order (§11.6), NULL parameters of ECDSA signatures (RFC 5758
  /// §3.2), a leading dot of a dNSName constraint, which stands for subdomains alone, and unusable
  /// certificates beside a chain. CRLs may be of version 2 without a CRL number (RFC 5280 §5.2.3).
  /// Everything else that is not DER is refused under every policy, since other stacks refuse it or
  /// read something else: lengths and integers that are not minimal, indefinite lengths, a TRUE
  /// other than ff, unused bits that are set, times without seconds, with fractions or with a zone,
  /// empty lists, extensions before version 3.
  bool strict_profile = false;
  /// A common name counts as a DNS name where there is no subjectAltName (RFC 6125 §6.4.4, which
  /// RFC 9525 ends).
  bool common_name_fallback = false;

  /// RFC 5280 §6.1.2 (k), max_path_length: how many CAs that are not self-issued there may be
  /// between the leaf and the anchor; empty: any number.
  std::optional<std::size_t> max_path_length = {};

  // RFC 5280 §6.1.1 (c) to (i).
  std::vector<std::string> user_initial_policy_set = {};  ///< dotted; empty: any-policy
  bool initial_policy_mapping_inhibit = false;
  bool initial_explicit_policy = false;
  bool initial_any_policy_inhibit = false;

  // What one verdict may cost. Beyond any of them: Errc::certificate_search_exhausted.
  std::size_t max_depth = 10;  ///< certificates in a chain, leaf and anchor included
  std::size_t max_signature_checks =
      64;  ///< however many certificates are presented; CRLs and OCSP responses count as well
  /// Steps of work, each at most about a microsecond of one CPU (4,000 instructions): reading,
  /// comparing and searching, and signature checks by the cost of their kind. Within a connection
  /// Limits::work bounds it as well; chains of the public web take 1,000 to 5,000 steps.
  std::size_t max_work = 200'000;

  RevocationOptions revocation = {};
  TransparencyOptions transparency = {};

  /// The end-entity certificate must match one of these pins, and satisfy all other rules; empty:
  /// no pins. Issuers are not compared. A raw public key (RFC 7250) must match a pin of a public
  /// key.
  /// Error: Errc::certificate_not_pinned.
  std::vector<Pin> pins = {};
  /// A pinned certificate is believed without a chain to a trust anchor: names, dates, issuer,
  /// usages and revocation are not checked (as RFC 7671 §5.1 has it for DANE-EE), and trust anchors
  /// are not needed. `check` is asked about a chain of this certificate alone.
  bool pins_suffice = false;

  /// Asked about each chain that every rule allows: a reason makes the chain refused (pinning,
  /// extra checks), and the search goes on. Called within verify(), from its thread. An exception
  /// ends the verification: Errc::callback_threw. (Rules of callbacks: tls12/config.hpp.)
  /// A connection may ask twice about one chain, and find_crls twice, if a deadline interrupts it.
  std::function<std::optional<std::string>(const VerifiedChain&)> check = {};

  struct Dangerous {
    /// Asked when everything failed: true believes the leaf all the same; the verdict's chain is
    /// what was presented. An exception is a refusal:
    /// Errc::callback_threw. Not asked after an exception of another callback.
    std::function<bool(const VerifyFailure&, std::span<const Certificate> presented)>
        accept_anyway = {};
  } dangerous = {};

  /// The default.
  static const VerifyPolicy& standard();
  /// Every rule there is: strict_profile, and revocation.unusable_crl_fails.
  static const VerifyPolicy& strict();
  /// For what cannot be replaced: RSA from 1024 bits, SHA-1, names in the common name.
  static const VerifyPolicy& legacy();
};

/// A certificate that came with others, and cannot be used.
struct UnusableCertificate {
  std::size_t place = 0;  ///< among all that came; the leaf is 0
  Error error = {};       ///< Certificate::from_der's
};

struct VerifyRequest {
  std::span<const Certificate>
      presented;  ///< the leaf first, then untrusted certificates in any order
  const TrustStore& trust;
  PeerName peer_name = {};  ///< to be set, if only to PeerName::any()
  Purpose purpose = Purpose::server;
  WallTime now;
  const VerifyPolicy& policy = VerifyPolicy::standard();
  Bytes stapled_ocsp = {};  ///< an OCSPResponse in DER that came with the certificate; empty: none
  bool staple_was_requested = false;  ///< whether its absence means something (RFC 7633 §4.3.3)
  Bytes timestamps = {};  ///< a SignedCertificateTimestampList without its outer length that came
                          ///< beside the certificate (RFC 6962 §3.3.1)
  const Provider& provider = *default_provider();
  /// Of what came with `presented`. A chain that needs none of them is valid, except under
  /// VerifyPolicy::strict_profile; the reason of a failure names them.
  std::span<const UnusableCertificate> unusable = {};
};

/// The best chain, after every check of RFC 5280 §6.1, the name, the policy's own checks and
/// revocation. Thread-safe; bounded in time by the policy's max_work. Errors: the certificate_*
/// rules, Errc::bad_host_name, Errc::certificate_list_empty, Errc::out_of_memory.
TLS12_API std::expected<VerifiedChain, VerifyFailure> verify(const VerifyRequest& request);

}  // namespace tls12
