// Certificates, trust anchors, keys and identities. All are small handles to immutable, shared
// objects: copy them freely, use them from any thread.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"
#include "tls12/registry.hpp"
#include "tls12/time.hpp"

namespace tls12 {

namespace x509 {
struct ParsedCertificate;
}

// PEM texts and files may start with a byte-order mark of UTF-8, have lines that end in CR LF, and
// other text around their blocks. A certificate's label is CERTIFICATE, X509 CERTIFICATE or
// OpenSSL's TRUSTED CERTIFICATE. A DER file may end with a line end. UTF-16 text, PKCS#12, PKCS#7,
// Java key stores and OpenSSH keys are Errc::file_format_unsupported, with the command that
// converts them (Error::advice). A file holds at most 16 MiB.

/// One X.509 certificate (RFC 5280 §4.1), parsed and kept.
class TLS12_API Certificate {
 public:
  /// Copies `der`. Errors: Errc::bad_der, Errc::bad_certificate.
  static Result<Certificate> from_der(Bytes der);
  /// The first CERTIFICATE of a PEM text. Errors: Errc::bad_pem and those of from_der.
  static Result<Certificate> from_pem(std::string_view text);
  /// Every CERTIFICATE of a PEM text, in order. Errors: as from_pem; Errc::bad_pem when there is
  /// none.
  static Result<std::vector<Certificate>> all_from_pem(std::string_view text);
  /// Every certificate of a PEM file, or the one of a DER file. Errors: as all_from_pem;
  /// Errc::file_unreadable; Errc::file_format_unsupported, with the command that converts the file.
  static Result<std::vector<Certificate>> all_from_file(const std::string& path);
  /// The same without those that cannot be used: `skipped` gets an error for each of the first 64,
  /// which names its place. Errors: as all_from_pem, if none is left; Errc::out_of_memory.
  static Result<std::vector<Certificate>> usable_from_pem(std::string_view text,
                                                          std::vector<Error>& skipped);

  Bytes der() const;
  /// Names in RFC 4514's form ("CN=example.org,O=Example"). Characters that tls12/text.hpp hides
  /// are escaped as §2.4 allows ("\0a").
  std::string subject() const;
  std::string issuer() const;
  WallTime not_before() const;
  WallTime not_after() const;
  /// The serial number's octets, the most significant first, as they are encoded: positive ones may
  /// begin with a zero.
  Bytes serial_number() const;
  /// Whether it says that it may issue certificates (RFC 5280 §4.2.1.9).
  bool is_ca() const;
  /// subjectAltName's DNS names and IP addresses, as text; and its e-mail addresses. Escaped
  /// (tls12/text.hpp), spaces too.
  std::vector<std::string> names() const;
  std::vector<std::string> emails() const;
  /// Where its issuer says that revocation lists (RFC 5280 §4.2.1.13), OCSP responders and the
  /// issuer's own certificates (§4.2.2.1) are. Not fetched here.
  std::vector<std::string> crl_urls() const;
  std::vector<std::string> ocsp_urls() const;
  std::vector<std::string> issuer_urls() const;
  /// The subject's public key; its views live as long as this certificate.
  PublicKey public_key() const;
  std::string to_pem() const;

 private:
  friend struct Internals;
  explicit Certificate(std::shared_ptr<const x509::ParsedCertificate> content)
      : content_(std::move(content)) {}
  std::shared_ptr<const x509::ParsedCertificate> content_;
};

/// The trust anchors of a store at one moment: what a reload does to the store changes nothing
/// here.
class TrustAnchors {
 public:
  bool empty() const { return all_ == nullptr || all_->empty(); }
  std::size_t size() const { return all_ == nullptr ? 0 : all_->size(); }
  const Certificate* begin() const { return empty() ? nullptr : all_->data(); }
  const Certificate* end() const { return begin() + size(); }
  const Certificate& operator[](std::size_t i) const { return (*all_)[i]; }

 private:
  friend class TrustStore;
  explicit TrustAnchors(std::shared_ptr<const std::vector<Certificate>> all)
      : all_(std::move(all)) {}
  std::shared_ptr<const std::vector<Certificate>> all_;
};

/// The certificates that chains may end in, and where they come from. A handle: its copies, those
/// in configurations that were built too, share one store, and reload() renews it for all of them.
/// Thread-safe. Loading keeps its first error; build() of a configuration reports it.
class TLS12_API TrustStore {
 public:
  TrustStore() = default;  ///< trusts nobody
  /// Debian's bundle, /etc/ssl/certs/ca-certificates.crt, or else the directory that it is in. As
  /// OpenSSL has it, SSL_CERT_FILE names another file and SSL_CERT_DIR other directories (separated
  /// by colons). What cannot be read is skipped; an error when nothing is left, which names the
  /// variable and its file or directory.
  static TrustStore system();
  /// A file of one or many PEM certificates, or one DER certificate. Certificates that cannot be
  /// used are skipped. An unreadable file and one without a usable certificate are errors.
  /// Here and below, a TRUSTED CERTIFICATE is left out if its settings reject servers and clients,
  /// or trust it for other purposes only.
  static TrustStore from_file(const std::string& path);
  /// Every certificate file of a directory, PEM or DER; several names of one file (OpenSSL's
  /// hashes) count once. Files without a certificate and certificates that cannot be used are
  /// skipped; an error when nothing is left.
  static TrustStore from_directory(const std::string& path);
  /// A text like from_file()'s.
  static TrustStore from_pem(std::string_view text);
  static TrustStore of(std::vector<Certificate> anchors);
  /// The anchors of all of them, each once, from all their sources.
  static TrustStore any_of(std::span<const TrustStore> stores);
  static TrustStore any_of(std::initializer_list<TrustStore> stores) {
    return any_of(std::span(stores.begin(), stores.size()));
  }

  TrustAnchors anchors() const;
  /// Why loading failed; nothing when it went well.
  std::optional<Error> error() const;
  /// Why certificates of its PEM sources were skipped when they were last loaded: at most 64 errors
  /// a source. Each names the file and the certificate's place in it.
  std::vector<Error> skipped() const;
  /// Reads every source again. Then all copies of this store have the new anchors at once;
  /// verifications under way end with those that they began with.
  /// On failure all stays as it was. Errors: those of loading.
  Result<void> reload() const;

 private:
  struct TLS12_HIDDEN Shared;
  explicit TrustStore(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;  ///< null: empty
};

/// The largest passphrase, in bytes.
inline constexpr std::size_t kMaxPassphraseSize = 1024;
/// The most PBKDF2 iterations of an encrypted private key: no file costs more than about 12 seconds
/// of CPU. OpenSSL writes 2,048 and GnuTLS up to 600,000.
inline constexpr std::uint32_t kMaxKeyIterations = 10'000'000;

/// Requests the passphrase of an encrypted private key: writes it to `into` (kMaxPassphraseSize
/// bytes, wiped after use) and returns its size in bytes, or nothing if there is none. Runs on the
/// calling thread, at most once for each key, and may block. An exception is Errc::callback_threw.
using AskPassphrase = std::function<std::optional<std::size_t>(MutableBytes into)>;

/// A private key: one in memory, or one that signs elsewhere.
class TLS12_API PrivateKey {
 public:
  /// PKCS#8, SEC 1 or PKCS#1 (RFC 5958, RFC 5915, RFC 8017 appendix A.1.2, RFC 8410). PKCS#8 may be
  /// encrypted by PBES2 with PBKDF2 (HMAC-SHA-1, 256, 384, 512) and AES-CBC (RFC 8018). Errors:
  /// Errc::bad_pem, Errc::bad_private_key, Errc::key_unsupported (also another encryption, or more
  /// than kMaxKeyIterations), Errc::key_encrypted (without `ask`, or if it returns nothing),
  /// Errc::wrong_passphrase.
  static Result<PrivateKey> from_pem(std::string_view text,
                                     ProviderPtr provider = default_provider(),
                                     const AskPassphrase& ask = {});
  static Result<PrivateKey> from_der(Bytes der, ProviderPtr provider = default_provider(),
                                     const AskPassphrase& ask = {});
  /// The first private key of a PEM file, or the one of a DER file. Errors: as above;
  /// Errc::file_unreadable; Errc::file_format_unsupported.
  static Result<PrivateKey> from_file(const std::string& path,
                                      ProviderPtr provider = default_provider(),
                                      const AskPassphrase& ask = {});
  /// An external key: a handshake requests each signature (SignatureRequest in tls12/request.hpp).
  /// A key that `decrypts`, an rsa key, serves RSA key exchange too (DecryptionRequest).
  static PrivateKey elsewhere(KeyKind kind, bool decrypts = false);
  /// A fresh key. Errors: Errc::algorithm_unavailable, Errc::randomness_failed.
  static Result<PrivateKey> generate(KeyKind kind, std::size_t rsa_bits = 2048,
                                     ProviderPtr provider = default_provider());

  KeyKind kind() const;
  bool is_elsewhere() const;
  /// Whether it can serve RSA key exchange.
  bool decrypts() const;
  /// The public half: a SubjectPublicKeyInfo in DER. Empty for a key elsewhere.
  Bytes public_key_info() const;
  /// PKCS#8 PEM, secret! Errc::misuse for a key elsewhere or one that was not loaded with its
  /// numbers.
  Result<std::string> to_pem() const;
  /// Signs `message`; thread-safe. Errors: as SigningKey::sign;
  /// Errc::signature_scheme_wrong_for_key when the key cannot do `algorithm`; Errc::misuse for a
  /// key elsewhere.
  Result<std::size_t> sign(const SignatureAlgorithm& algorithm, Bytes message, Random& random,
                           MutableBytes out) const;
  /// Decrypts for RSA key exchange, and leaves the padding where it is; thread-safe. Errors: as
  /// DecryptionKey::decrypt; Errc::key_unsupported when this is no rsa key or its provider cannot;
  /// Errc::misuse for a key elsewhere.
  Result<std::size_t> decrypt(Bytes ciphertext, Random& random, MutableBytes out) const;

 private:
  struct TLS12_HIDDEN Content;
  explicit PrivateKey(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

/// A private key, and how it is shown to the peer: with the certificate chain of the key, or as a
/// raw public key (RFC 7250).
class TLS12_API Identity {
 public:
  /// The leaf first, then intermediates, in any order: chain() has each behind the one that it
  /// certifies, and leaves out what certifies none of them. The key must be the leaf's. Errors:
  /// Errc::key_does_not_match_certificate, Errc::misuse (no certificate).
  static Result<Identity> from(std::vector<Certificate> chain, PrivateKey key);
  /// Files as Certificate::all_from_file and PrivateKey::from_file read them, PEM or DER; one PEM
  /// file may hold both. Errors: theirs; each names the file.
  static Result<Identity> from_pem_files(const std::string& chain_path, const std::string& key_path,
                                         ProviderPtr provider = default_provider(),
                                         const AskPassphrase& ask = {});

  /// A key without a certificate. It is shown as a raw public key only, and has no names: a server
  /// treats it as an identity for other names. `public_key_info` is its public half, a
  /// SubjectPublicKeyInfo in DER. An external key (PrivateKey::elsewhere) needs it; for other keys
  /// leave it empty. Errors: Errc::misuse (not given for an external key), Errc::bad_der,
  /// Errc::key_unsupported, Errc::key_does_not_match_certificate (it is of another key).
  static Result<Identity> from_raw_public_key(PrivateKey key, Bytes public_key_info = {});

  /// The same identity, shown only as one of these types (RFC 7250). The types that an end offers
  /// or accepts are in its configuration; build() refuses an identity that it can never show. An
  /// empty list removes the restriction. A key without a certificate is never shown as X.509.
  Identity with_certificate_types(std::vector<CertificateType> types) const;
  /// The same identity, signing by these schemes only, best first, instead of
  /// CommonConfig::signing_schemes. Schemes that the key cannot do are skipped. build() refuses
  /// unknown schemes, SHA-1 outside the legacy policy, and a list that has none for the key. An
  /// empty list: as the configuration has it.
  Identity with_signing_schemes(std::vector<SignatureScheme> schemes) const;

  /// The same identity with what a server shows beside the certificate: an OCSP response in DER
  /// (RFC 6066 §8), and a SignedCertificateTimestampList without its outer length (RFC 6962 §3.3).
  /// Empty: none.
  Identity with_ocsp_response(Bytes der) const;
  Identity with_signed_certificate_timestamps(Bytes list) const;

  /// Empty for a key without a certificate.
  std::span<const Certificate> chain() const;
  const PrivateKey& key() const;
  /// The public half of the key: a SubjectPublicKeyInfo in DER.
  Bytes public_key_info() const;
  bool can_be_shown_as(CertificateType type) const;
  /// As with_signing_schemes() set them.
  std::span<const SignatureScheme> signing_schemes() const;
  Bytes ocsp_response() const;
  Bytes signed_certificate_timestamps() const;

 private:
  struct TLS12_HIDDEN Content;
  explicit Identity(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  std::shared_ptr<const Content> content_;
};

/// A development CA and a leaf for `names`, made on the spot with P-256 keys, and the leaf's
/// identity.
struct DevelopmentIdentity {
  Identity ca;
  Identity leaf;
};
TLS12_API Result<DevelopmentIdentity> make_development_identity(
    std::vector<std::string> names, KeyKind kind = KeyKind::ec_secp256r1,
    ProviderPtr provider = default_provider());

}  // namespace tls12
