#include "handshake/negotiate.hpp"

#include <algorithm>
#include <bitset>
#include <utility>
#include <vector>

#include "base/big_endian.hpp"
#include "x509/certificate/host_name.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

bool contains(Bytes list, std::uint8_t value) {
  return std::ranges::find(list, value) != list.end();
}

/// RFC 7919 §2: the codepoints for finite fields, those of its future ones among them.
bool is_field(NamedGroup group) { return static_cast<unsigned>(group) >> 8 == 1; }

bool lists_fields(const ClientHello& hello) {
  return hello.supported_groups && std::ranges::any_of(hello.supported_groups->begin(),
                                                       hello.supported_groups->end(), is_field);
}

/// RFC 8422 §5.1 and RFC 7919 §4: a client that names no group of a kind leaves the choice to us:
/// what everybody has. One that names some gets one of them.
const wire::GroupRow* choose_group(const config::SupportedAlgorithms& ours,
                                   const ClientHello& hello, bool field) {
  const auto is_kind = [&](NamedGroup group) { return is_field(group) == field; };
  const bool says =
      hello.supported_groups &&
      std::ranges::any_of(hello.supported_groups->begin(), hello.supported_groups->end(), is_kind);
  // A list without a curve is a client without curves; one without fields may be of a client that
  // does not know RFC 7919.
  if (!says && hello.supported_groups && !field) return nullptr;
  const wire::GroupRow* first = nullptr;
  for (const auto* row : ours.groups) {
    if (!is_kind(row->group)) continue;
    if (says && hello.supported_groups->contains(row->group)) return row;
    if (first == nullptr || row->group == NamedGroup::secp256r1) first = row;
  }
  return says ? nullptr : first;
}

// RFC 8422 §5.1: a client that lists its groups must have the curve of an EC certificate among
// them.
bool curve_is_welcome(const ClientHello& hello, KeyKind key) {
  const auto curve = wire::curve_of(key);
  return !curve || !hello.supported_groups || hello.supported_groups->contains(*curve);
}

/// The first scheme of ours that is accepted and that the key can do. RFC 5246 §7.4.1.4.1: to say
/// nothing is to accept SHA-1 alone.
bool choose_scheme(const std::optional<ListOf16<SignatureScheme>>& accepted,
                   Credential& credential) {
  const config::EncodedIdentity& shown = *credential.identity;
  for (const auto* row : shown.signing_schemes) {
    const bool welcome =
        accepted ? accepted->contains(row->scheme) : row->hash == HashAlgorithm::sha1;
    const auto algorithm = welcome ? config::algorithm_for(row->scheme, shown.key) : std::nullopt;
    if (!algorithm) continue;
    credential.scheme = row->scheme;
    credential.algorithm = *algorithm;
    return true;
  }
  return false;
}

/// RFC 6066 §3: whether the identity is for the name that the client asks for. A key without a
/// certificate has no names.
bool is_for(const config::EncodedIdentity& shown,
            const std::optional<x509::ReferenceName>& wanted) {
  const auto chain = shown.identity.chain();
  return wanted && !chain.empty() && x509::is_for(internals(chain.front()), *wanted);
}

std::optional<x509::ReferenceName> name_wanted(const ClientHello& hello) {
  if (!hello.server_name) return std::nullopt;
  const auto name = x509::ReferenceName::parse(*hello.server_name);
  return name ? std::optional(*name) : std::nullopt;
}

/// The identities that a server may show as one type: those for the name that the client asks for,
/// or else all.
struct Candidates {
  CertificateType type;
  std::vector<const config::EncodedIdentity*> identities = {};
  bool named = false;
};

Candidates candidates_for(CertificateType type, const std::optional<x509::ReferenceName>& wanted,
                          std::span<const config::EncodedIdentity> identities) {
  Candidates found{.type = type};
  for (const config::EncodedIdentity& shown : identities) {
    if (!shown.identity.can_be_shown_as(type)) continue;
    const bool named = is_for(shown, wanted);
    if (named && !found.named) found.identities.clear();  // those before are for other names
    found.named |= named;
    if (named == found.named) found.identities.push_back(&shown);
  }
  return found;
}

/// The values of a peer's list that `is_kept` keeps, each once and in its order, for choices that
/// look through it again and again. A list on the wire may have 32,767 values; few of them mean
/// anything.
template <class E, class IsKept>
std::vector<std::uint8_t> shortened(const ListOf16<E>& list, IsKept is_kept) {
  constexpr std::size_t kUsual = 256;  // bytes: more than the registry has suites for
  std::vector<std::uint8_t> wire;
  wire.reserve(std::min(list.wire().size(), kUsual));
  std::bitset<0x10000> seen;
  for (const E value : list) {
    const auto number = static_cast<unsigned>(value);
    if (seen.test(number)) continue;
    seen.set(number);
    if (is_kept(value)) append_big_endian(number, 2, wire);
  }
  return wire;
}
template <class E>
std::vector<std::uint8_t> shortened(const ListOf16<E>& list) {
  return shortened(list, [](E value) { return wire::find(value) != nullptr; });
}
/// Of groups that are not known one of each kind stays: it says that the client lists those that it
/// has.
std::vector<std::uint8_t> shortened(const ListOf16<NamedGroup>& list) {
  bool has_unknown[2] = {};
  return shortened(list, [&](NamedGroup group) {
    return wire::find(group) != nullptr || !std::exchange(has_unknown[is_field(group)], true);
  });
}

/// A ClientHello with its lists shortened.
class ShortHello {
 public:
  explicit ShortHello(const ClientHello& hello)
      : hello_(hello), suites_(shortened(hello.cipher_suites)) {
    hello_.cipher_suites = ListOf16<CipherSuite>(suites_);
    shorten(hello_.supported_groups, groups_);
    shorten(hello_.signature_algorithms, schemes_);
    shorten(hello_.signature_algorithms_cert, certificate_schemes_);
  }
  ShortHello(const ShortHello&) = delete;
  ShortHello& operator=(const ShortHello&) = delete;
  const ClientHello& view() const { return hello_; }

 private:
  template <class E>
  static void shorten(std::optional<ListOf16<E>>& list, std::vector<std::uint8_t>& wire) {
    if (!list) return;
    wire = shortened(*list);
    list.emplace(wire);
  }

  ClientHello hello_;
  std::vector<std::uint8_t> suites_, groups_, schemes_, certificate_schemes_;
};

/// RFC 5246 §7.4.2, §7.4.6: whether a chain is signed as the other end can verify. What issued
/// itself is not verified by its signature.
bool is_signed_by(std::span<const Certificate> chain, const ListOf16<SignatureScheme>& schemes) {
  return std::ranges::all_of(chain, [&](const Certificate& certificate) {
    const auto& parsed = internals(certificate);
    const auto is_its = [&](SignatureScheme scheme) { return parsed.signature_method.is(scheme); };
    return x509::is_self_issued(parsed) || std::any_of(schemes.begin(), schemes.end(), is_its);
  });
}

class Chooser {
 public:
  /// Among identities whose chains are signed by `chain_schemes`, or among all.
  Chooser(const ServerContext::Content& context, const ClientHello& hello,
          const std::optional<ListOf16<SignatureScheme>>& chain_schemes)
      : context_(context), hello_(hello), chain_schemes_(chain_schemes) {
    const auto wanted = name_wanted(hello);
    for (const CertificateType type :
         common_certificate_types(context.config.certificate_types, hello.server_certificate_types))
      if (auto found = candidates_for(type, wanted, context.identities); !found.identities.empty())
        candidates_.push_back(std::move(found));
  }

  bool visit(const wire::SuiteRow& suite) {
    if (suite.cbc() != nullptr && !hello_.encrypt_then_mac &&
        context_.config.common.require_encrypt_then_mac)
      return missing(Errc::encrypt_then_mac_missing);
    Choice choice{.suite = &suite};
    if (has_ecdhe(suite.key_exchange) || has_dhe(suite.key_exchange)) {
      choice.group = choose_group(context_.algorithms, hello_, has_dhe(suite.key_exchange));
      if (choice.group == nullptr)
        return missing(has_dhe(suite.key_exchange) && lists_fields(hello_)
                           ? Errc::no_common_finite_field
                           : Errc::no_common_group);
    }
    if (has_certificate(suite.key_exchange) && !choose_credential(suite.key_exchange, choice))
      return false;
    choice_ = choice;
    return true;
  }

  Result<Choice> result() const {
    return choice_.suite != nullptr ? Result<Choice>(choice_) : fail(missing_);
  }

 private:
  // The first identity that serves the suite, as the first type in which one does.
  bool choose_credential(KeyExchange key_exchange, Choice& choice) {
    if (candidates_.empty() && !context_.identities.empty())
      return missing(Errc::certificate_type_not_offered);
    for (const auto& [type, identities, named] : candidates_) {
      for (const config::EncodedIdentity* shown : identities) {
        Credential credential{.identity = shown, .type = type};
        if (!serves(key_exchange, credential)) continue;
        choice.credential = credential;
        choice.by_name = named;
        return true;
      }
    }
    return false;
  }

  bool serves(KeyExchange key_exchange, Credential& credential) {
    const Identity& identity = credential.identity->identity;
    const KeyKind key = identity.key().kind();
    const bool raw =
        credential.type == CertificateType::raw_public_key;  // has no key usage, and is not signed
    if (!fits(key_exchange, key) || (!raw && !usage_allows(key_exchange, identity.chain().front())))
      return false;
    if (key_exchange == KeyExchange::rsa && !identity.key().decrypts()) return false;
    if (has_ecdhe(key_exchange) && !curve_is_welcome(hello_, key))
      return missing({Errc::no_common_group, name(*wire::curve_of(key)) + " of a certificate"});
    if (has_signature(key_exchange) && !choose_scheme(hello_.signature_algorithms, credential))
      return missing(hello_.signature_algorithms ? Errc::no_common_signature_scheme
                                                 : Errc::signature_algorithms_absent);
    if (!raw && chain_schemes_ && !is_signed_by(identity.chain(), *chain_schemes_))
      return missing(Errc::no_common_signature_scheme);
    return true;
  }

  // The nearest miss is what the error says. RFC 7919 §4: fields that the client lists come first,
  // whatever else is missing.
  bool missing(const Error& what) {
    if (missing_.code == Errc::no_common_suite || what.code == Errc::no_common_finite_field)
      missing_ = what;
    return false;
  }

  const ServerContext::Content& context_;
  const ClientHello& hello_;
  const std::optional<ListOf16<SignatureScheme>>& chain_schemes_;
  std::vector<Candidates> candidates_;  // by type, best first
  Choice choice_;
  Error missing_ = Errc::no_common_suite;
};

// Both lists, one by the order of the other, until `visit` is content.
template <class Visit>
void for_each_common_suite(const ServerContext::Content& context, const ClientHello& hello,
                           Visit visit) {
  if (context.config.prefer_client_order) {
    for (const CipherSuite suite : hello.cipher_suites) {
      const auto row = std::ranges::find(context.algorithms.suites, suite, &wire::SuiteRow::suite);
      if (row != context.algorithms.suites.end() && visit(**row)) return;
    }
  } else {
    for (const auto* row : context.algorithms.suites)
      if (hello.cipher_suites.contains(row->suite) && visit(*row)) return;
  }
}

/// RFC 5246 §7.4.4: certificate_authorities, sorted: a list on the wire may have thousands.
class Authorities {
 public:
  explicit Authorities(const ListOfOpaque<2>& list) {
    for (const Bytes name : list) names_.push_back(name);
    std::ranges::sort(names_, kByOctets);
  }
  /// Whether a chain has a certificate that one of them issued; to name none is to welcome all.
  bool welcome(std::span<const Certificate> chain) const {
    const auto issued = [&](const Certificate& certificate) {
      return std::ranges::binary_search(names_, internals(certificate).issuer, kByOctets);
    };
    return names_.empty() || std::ranges::any_of(chain, issued);
  }

 private:
  static constexpr auto kByOctets = [](Bytes a, Bytes b) {
    return std::ranges::lexicographical_compare(a, b);
  };
  std::vector<Bytes> names_;
};

}  // namespace

Result<void> check_client_hello(const ClientHello& hello) {
  // RFC 5246 appendix E.1: a client may offer more than we speak, then it gets TLS 1.2; one that
  // offers less is refused.
  if (hello.client_version < ProtocolVersion::tls12) {
    const bool fallback = hello.cipher_suites.contains(CipherSuite::TLS_FALLBACK_SCSV);
    return fail(fallback ? Errc::inappropriate_fallback : Errc::version_not_supported,
                name(hello.client_version));
  }
  if (!contains(hello.compression_methods, 0)) return fail(Errc::null_compression_missing);
  return {};
}

Result<Choice> choose(const ServerContext::Content& context, const ClientHello& whole_hello) {
  const ShortHello shorter(whole_hello);
  const ClientHello& hello = shorter.view();
  // RFC 8446 §4.2.3: signature_algorithms_cert is about the chain alone. Where there is none,
  // signature_algorithms speaks of the chain too (RFC 5246 §7.4.2), but many mean only handshakes
  // by it: then a chain that it does not cover is better than no connection (RFC 8446 §4.4.2.2),
  // and the client judges it.
  const auto choose_by =
      [&](const std::optional<ListOf16<SignatureScheme>>& chain_schemes) -> Result<Choice> {
    Chooser chooser(context, hello, chain_schemes);
    for_each_common_suite(context, hello,
                          [&](const wire::SuiteRow& suite) { return chooser.visit(suite); });
    return chooser.result();
  };
  if (hello.signature_algorithms_cert) return choose_by(hello.signature_algorithms_cert);
  if (auto choice = choose_by(hello.signature_algorithms)) return choice;
  return choose_by(std::nullopt);
}

bool has_identity_for_name(const ServerContext::Content& context, const ClientHello& hello) {
  const auto wanted = name_wanted(hello);
  return std::ranges::any_of(context.identities, [&](const config::EncodedIdentity& identity) {
    return is_for(identity, wanted);
  });
}

std::optional<Credential> choose_for(const CertificateRequest& request,
                                     std::span<const config::EncodedIdentity> identities,
                                     CertificateType shown_as) {
  const bool raw = shown_as == CertificateType::raw_public_key;  // has no issuer
  const Authorities authorities(request.certificate_authorities);
  const std::vector<std::uint8_t> schemes_wire = shortened(request.supported_signature_algorithms);
  const ListOf16<SignatureScheme> schemes(schemes_wire);
  std::optional<Credential>
      second_best;  // its chain is signed by what the server does not name, as in choose()
  for (const config::EncodedIdentity& shown : identities) {
    if (!shown.identity.can_be_shown_as(shown_as)) continue;
    const auto type = wire::use_of(shown.identity.key().kind()).client_certificate_type;
    if (!contains(request.certificate_types, static_cast<std::uint8_t>(type))) continue;
    if (!raw && !authorities.welcome(shown.identity.chain())) continue;
    if (!raw && !internals(shown.identity.chain().front())
                     .extensions.allows(x509::KeyUsage::digital_signature))
      continue;  // RFC 5246 §7.4.6
    Credential credential{.identity = &shown, .type = shown_as};
    if (!choose_scheme(schemes, credential)) continue;
    if (raw || is_signed_by(shown.identity.chain(), schemes)) return credential;
    if (!second_best) second_best = credential;
  }
  return second_best;
}

std::vector<CertificateType> common_certificate_types(const std::vector<CertificateType>& ours,
                                                      std::optional<Bytes> theirs) {
  std::vector<CertificateType> common = ours.empty() ? std::vector{CertificateType::x509} : ours;
  constexpr std::uint8_t kDefaultWire[] = {static_cast<std::uint8_t>(CertificateType::x509)};
  std::erase_if(common, [&](CertificateType type) {
    return !contains(theirs.value_or(kDefaultWire), static_cast<std::uint8_t>(type));
  });
  return common;
}

bool requires_certificate(ClientAuthentication mode) {
  return mode == ClientAuthentication::require_any ||
         mode == ClientAuthentication::require_and_verify;
}

bool fits(KeyExchange key_exchange, KeyKind key) {
  const wire::KeyUse use = wire::use_of(key);
  switch (key_exchange) {
    case KeyExchange::rsa: return use.decrypts;
    case KeyExchange::dhe_rsa:
    case KeyExchange::ecdhe_rsa: return use.suites == wire::SuiteKey::rsa;
    case KeyExchange::ecdhe_ecdsa: return use.suites == wire::SuiteKey::ecdsa;
    case KeyExchange::psk:
    case KeyExchange::dhe_psk:
    case KeyExchange::ecdhe_psk: return false;
  }
  return false;
}

bool usage_allows(KeyExchange key_exchange, const Certificate& certificate) {
  const auto use = key_exchange == KeyExchange::rsa ? x509::KeyUsage::key_encipherment
                                                    : x509::KeyUsage::digital_signature;
  return internals(certificate).extensions.allows(use);
}

}  // namespace tls12::handshake
