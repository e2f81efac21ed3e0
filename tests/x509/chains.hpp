// A chain of three that is right in all points, and what becomes of its verdict when a test changes
// one.
#pragma once

#include "support.hpp"
#include "support/forwarding_signature.hpp"
#include "tls12/verify.hpp"

namespace tls12::x509::test {

using Verdict = std::expected<VerifiedChain, VerifyFailure>;

/// What is asked; the defaults are right for the chain below.
struct Ask {
  std::string_view name = "example.org";  ///< empty: any
  Purpose purpose = Purpose::server;
  WallTime now = test_time();
  const VerifyPolicy& policy = VerifyPolicy::standard();
  const Provider& provider = *default_provider();
};

inline Verdict judge(const std::vector<Certificate>& presented, std::vector<Certificate> anchors,
                     const Ask& ask = {}) {
  return verify({.presented = presented,
                 .trust = TrustStore::of(std::move(anchors)),
                 .peer_name = ask.name.empty() ? PeerName::any() : PeerName{ask.name},
                 .purpose = ask.purpose,
                 .now = ask.now,
                 .policy = ask.policy,
                 .provider = ask.provider});
}

constexpr Errc kRight = Errc::count_;
inline Errc code_of(const Verdict& verdict) {
  if (verdict) return kRight;
  CHECK_MESSAGE(!verdict.error().reason.empty(), "every failure has its reason");
  return verdict.error().error.code;
}
inline Errc code(const std::vector<Certificate>& presented, std::vector<Certificate> anchors,
                 const Ask& ask = {}) {
  return code_of(judge(presented, std::move(anchors), ask));
}
/// Why not, or "right".
inline std::string reason_of(const Verdict& verdict) {
  return verdict ? "right" : verdict.error().reason;
}
/// "CN=leaf,CN=root", or the failure.
inline std::string subjects(const Verdict& verdict) {
  if (!verdict) return verdict.error().message();
  std::string text;
  for (const Certificate& certificate : verdict->certificates)
    text.append(text.empty() ? "" : ",").append(certificate.subject());
  return text;
}

// Key 0 is the root's, key 1 the intermediate's, key 2 the leaf's.
inline Certificate root(Draft draft) {
  return sign_as(std::move(draft), common_name("root"), key(0));
}
inline Certificate root() { return root(ca_draft("root", key(0))); }
inline Certificate intermediate(Draft draft) {
  return sign_as(std::move(draft), common_name("root"), key(0));
}
inline Certificate intermediate() { return intermediate(ca_draft("intermediate", key(1))); }
inline Certificate leaf(Draft draft) {
  return sign_as(std::move(draft), common_name("intermediate"), key(1));
}
inline Certificate leaf() { return leaf(leaf_draft(key(2))); }

/// The verdict on leaf, intermediate and root, with one of them changed.
template <class Change>
Verdict with_leaf(Change change, const Ask& ask = {}) {
  Draft draft = leaf_draft(key(2));
  change(draft);
  return judge({leaf(std::move(draft)), intermediate()}, {root()}, ask);
}
template <class Change>
Verdict with_intermediate(Change change, const Ask& ask = {}) {
  Draft draft = ca_draft("intermediate", key(1));
  change(draft);
  return judge({leaf(), intermediate(std::move(draft))}, {root()}, ask);
}
template <class Change>
Verdict with_root(Change change, const Ask& ask = {}) {
  Draft draft = ca_draft("root", key(0));
  change(draft);
  return judge({leaf(), intermediate()}, {root(std::move(draft))}, ask);
}

/// A change that sets an extension.
inline auto with(const Oid& id, std::string_view value_hex, bool is_critical = false) {
  return [&id, value = std::string(value_hex), is_critical](Draft& draft) {
    set_extension(draft, id, is_critical, value);
  };
}
inline auto without(const Oid& id) {
  return [&id](Draft& draft) { remove_extension(draft, id); };
}

inline std::string hex_of(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : bytes) text.append({kDigits[octet >> 4], kDigits[octet & 15]});
  return text;
}
/// An authorityKeyIdentifier that names this key, and a subjectKeyIdentifier that does.
inline void set_authority_key(Draft& draft, const PrivateKey& authority) {
  der::Writer writer;
  writer.sequence([&] {
    writer.element(der::context(0),
                   *key_identifier(authority.public_key_info(), *default_provider()));
  });
  set_extension(draft, oid::kAuthorityKeyIdentifier, false, hex_of(writer.bytes()));
}
inline void set_subject_key(Draft& draft, const PrivateKey& subject) {
  der::Writer writer;
  writer.octet_string(*key_identifier(subject.public_key_info(), *default_provider()));
  set_extension(draft, oid::kSubjectKeyIdentifier, false, hex_of(writer.bytes()));
}
/// Permits (or excludes) DNS names in this domain.
inline void constrain_dns(Draft& draft, std::string_view domain, bool permits = true) {
  der::Writer writer;
  writer.sequence([&] {
    writer.nest(der::constructed(permits ? 0 : 1), [&] {
      writer.sequence([&] { writer.element(der::context(2), bytes_of(domain)); });
    });
  });
  set_extension(draft, oid::kNameConstraints, true, hex_of(writer.bytes()));
}

/// Counts what it verifies.
class CountingSignature final : public tls12::test::ForwardingSignature {
 public:
  using ForwardingSignature::ForwardingSignature;
  bool verify(const PublicKey& k, HashAlgorithm hash, std::size_t salt_size, Bytes message,
              Bytes signature) const override {
    ++count;
    return ForwardingSignature::verify(k, hash, salt_size, message, signature);
  }
  mutable std::size_t count = 0;
};
/// A provider that counts how many P-256 signatures it verifies.
struct Counting {
  CountingSignature signature{
      *(*default_provider())[SignatureFamily::ecdsa_secp256r1].implementation};
  Provider provider = *default_provider();
  Counting() {
    provider.signatures[static_cast<std::size_t>(SignatureFamily::ecdsa_secp256r1)].implementation =
        &signature;
  }
  Counting(const Counting&) = delete;
};

}  // namespace tls12::x509::test
