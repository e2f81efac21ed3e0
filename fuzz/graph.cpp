#include "graph.hpp"

#include <functional>

#include "quick_signature.hpp"
#include "x509/asn1/der_writer.hpp"
#include "x509/asn1/time.hpp"
#include "x509/issue/certificate_draft.hpp"

namespace tls12::fuzz {
namespace {

using x509::DraftExtension;
using x509::Oid;
using x509::der::Writer;
namespace oid = x509::oid;
namespace der = x509::der;

constexpr std::size_t kMaxCertificates = 24, kKeys = 6, kMaxNames = 120;
constexpr std::chrono::hours kDay{24};

// What names, constraints and policies are drawn from: some contain each other, some are malformed.
constexpr std::string_view kDnsNames[] = {
    "a.example",  "b.a.example",          "example",   "*.a.example", ".a.example", "*", "",
    "a..example", "xn--nxasmq6b.example", "A.EXAMPLE."};
constexpr std::string_view kMails[] = {
    "x@a.example", "a.example", ".a.example", "\"x y\"@a.example", "@", "x@", "x@A.EXAMPLE"};
constexpr std::string_view kUris[] = {
    "https://a.example/", "https://u@b.a.example:1/", "a.example", ".a.example", "urn:x",
    "https://[::1]/"};
constexpr std::string_view kAddresses[] = {
    std::string_view("\xc0\x00\x02\x01", 4),
    std::string_view("\xc0\x00\x02\x00\xff\xff\xff\x00", 8),
    std::string_view("\xc0\x00\x02\x00\xff\x00\xff\x00", 8),
    std::string_view("\0\0\0\0\0\0\0\0", 8),
    std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16)};
constexpr std::string_view kPeerNames[] = {"a.example", "",           "b.a.example", "192.0.2.1",
                                           "::1",       "a.example.", "x@a.example", "*.a.example"};
constexpr Oid kPolicies[] = {x509::make_oid(1, 2, 3), x509::make_oid(1, 2, 4),
                             x509::make_oid(1, 2, 5), oid::kAnyPolicy};
constexpr std::string_view kUserPolicies[] = {"", "1.2.3", "1.2.4", "2.5.29.32.0"};
constexpr Oid kPurposes[] = {oid::kServerAuth, oid::kClientAuth, oid::kAnyExtendedKeyUsage,
                             oid::kOcspSigning};

template <std::size_t N>
Bytes pick(Choices& choices, const std::string_view (&from)[N]) {
  return bytes_of(from[choices.below(N)]);
}

/// The keys' seeds are what they are called.
const PrivateKey& key(std::size_t number) {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (std::uint8_t k = 0; k < kKeys; ++k) {
      Writer writer;
      // RFC 8410 §7.
      writer.sequence([&] {
        writer.small_natural(0);
        writer.sequence([&] { writer.object_identifier(oid::kEd25519.bytes()); });
        writer.nest(der::kOctetString,
                    [&] { writer.octet_string(std::vector<std::uint8_t>(kSeedSize, k)); });
      });
      made.push_back(PrivateKey::from_der(writer.bytes(), quick_provider()).value());
    }
    return made;
  }();
  return keys[number % kKeys];
}

SecretVector subject(std::size_t number) {
  return x509::encode_common_name("CA " + std::to_string(number % kMaxCertificates));
}

DraftExtension extension(const Oid& id, bool is_critical,
                         const std::function<void(Writer&)>& write) {
  Writer writer;
  write(writer);
  return {id, is_critical, writer.take()};
}

/// One GeneralName, or what a constraint has in its place.
void write_name(Choices& choices, Writer& writer) {
  switch (choices.below(6)) {
    case 0: return writer.element(der::context(2), pick(choices, kDnsNames));
    case 1: return writer.element(der::context(1), pick(choices, kMails));
    case 2: return writer.element(der::context(6), pick(choices, kUris));
    case 3: return writer.element(der::context(7), pick(choices, kAddresses));
    case 4: return writer.nest(der::constructed(4), [&] { writer.raw(subject(choices.byte())); });
    default:
      return writer.element(der::context(8),
                            kPolicies[choices.below(std::size(kPolicies))].bytes());
  }
}

DraftExtension names(Choices& choices) {
  return extension(oid::kSubjectAltName, false, [&](Writer& writer) {
    writer.sequence([&] {
      writer.element(der::context(2), bytes_of(kDnsNames[0]));
      for (std::size_t n = choices.below(kMaxNames); n > 0; --n) write_name(choices, writer);
    });
  });
}

DraftExtension name_constraints(Choices& choices) {
  return extension(oid::kNameConstraints, true, [&](Writer& writer) {
    writer.sequence([&] {
      for (const unsigned list : {0U, 1U})
        if (const std::size_t n = choices.below(kMaxNames); n > 0)
          writer.nest(der::constructed(list), [&] {
            for (std::size_t i = 0; i < n; ++i)
              writer.sequence([&] { write_name(choices, writer); });
          });
    });
  });
}

DraftExtension policies(Choices& choices) {
  return extension(oid::kCertificatePolicies, false, [&](Writer& writer) {
    writer.sequence([&] {
      const std::size_t mask = choices.byte();
      for (std::size_t p = 0; p < std::size(kPolicies); ++p)
        if ((mask >> p & 1) != 0 || (mask == 0 && p == 0))
          writer.sequence([&] { writer.object_identifier(kPolicies[p].bytes()); });
    });
  });
}

DraftExtension policy_mappings(Choices& choices) {
  return extension(oid::kPolicyMappings, true, [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t n = 1 + choices.below(8); n > 0; --n)
        writer.sequence([&] {
          writer.object_identifier(kPolicies[choices.below(std::size(kPolicies))].bytes());
          writer.object_identifier(kPolicies[choices.below(std::size(kPolicies))].bytes());
        });
    });
  });
}

void write_tagged(unsigned tag, std::size_t value, Writer& writer) {
  const auto octet = static_cast<std::uint8_t>(value & 0x7f);
  writer.element(der::context(tag), {&octet, 1});
}

DraftExtension policy_constraints(Choices& choices) {
  return extension(oid::kPolicyConstraints, true, [&](Writer& writer) {
    writer.sequence([&] {
      const std::size_t which = choices.below(3);
      if (which != 1) write_tagged(0, choices.below(4), writer);
      if (which != 0) write_tagged(1, choices.below(4), writer);
    });
  });
}

DraftExtension inhibit_any_policy(Choices& choices) {
  return extension(oid::kInhibitAnyPolicy, true,
                   [&](Writer& writer) { writer.small_natural(choices.below(4)); });
}

DraftExtension not_understood(Choices& choices) {
  return extension(x509::make_oid(1, 2, 6), choices.below(2) == 0,
                   [&](Writer& writer) { writer.null(); });
}

DraftExtension must_staple(Choices&) {
  return extension(oid::kTlsFeature, false,
                   [](Writer& writer) { writer.sequence([&] { writer.small_natural(5); }); });
}

/// One bit of a byte each.
constexpr DraftExtension (*kRareExtensions[])(Choices&) = {
    names,           name_constraints,   policies,
    policy_mappings, policy_constraints, inhibit_any_policy,
    not_understood,  must_staple};

/// The usual extensions; a bit of `wrong` bends each.
void add_usual_extensions(x509::Draft& draft, Choices& choices, bool is_ca, std::size_t wrong,
                          std::size_t own_key, std::size_t signer) {
  const auto bent = [&](unsigned bit) { return (wrong >> bit & 1) != 0; };
  if (!bent(0))
    draft.extensions.push_back(extension(oid::kBasicConstraints, true, [&](Writer& writer) {
      writer.sequence([&] {
        if (is_ca == bent(1)) return;
        writer.boolean(true);
        if (bent(2)) writer.small_natural(choices.below(4));
      });
    }));
  const std::uint8_t usage =
      is_ca != bent(3) ? 0x06 : 0x80;  // keyCertSign and cRLSign, or digitalSignature
  draft.extensions.push_back(extension(oid::kKeyUsage, true, [&](Writer& writer) {
    writer.bit_string({&usage, 1}, is_ca != bent(3) ? 1 : 7);
  }));
  if (!is_ca || bent(4))
    draft.extensions.push_back(extension(oid::kExtendedKeyUsage, false, [&](Writer& writer) {
      writer.sequence([&] {
        writer.object_identifier(
            kPurposes[bent(4) ? choices.below(std::size(kPurposes)) : 0].bytes());
      });
    }));
  if (!is_ca)
    draft.extensions.push_back(extension(oid::kSubjectAltName, false, [&](Writer& writer) {
      writer.sequence([&] { writer.element(der::context(2), bytes_of(kDnsNames[0])); });
    }));
  const auto identifier = [](std::size_t k) {
    return std::vector<std::uint8_t>(20, static_cast<std::uint8_t>(k % kKeys));
  };
  if (!bent(5))
    draft.extensions.push_back(extension(oid::kSubjectKeyIdentifier, false, [&](Writer& writer) {
      writer.octet_string(identifier(own_key));
    }));
  if (!bent(6))
    draft.extensions.push_back(extension(oid::kAuthorityKeyIdentifier, false, [&](Writer& writer) {
      writer.sequence(
          [&] { writer.element(der::context(0), identifier(bent(7) ? choices.byte() : signer)); });
    }));
}

/// The certificate with this place in the order: the one behind it issued it, unless the bytes say
/// otherwise. The last one is self-signed.
std::optional<Certificate> compose_certificate(Choices& choices, std::size_t place,
                                               std::size_t count) {
  const auto shift = [&] { return choices.byte(); };
  const std::size_t above = std::min(place + 1, count - 1);
  const std::size_t own_name = place + shift(), issuer_name = above + shift(),
                    own_key = place + shift(), signer = above + shift();
  const std::size_t validity = choices.below(8), wrong = choices.byte(), rare = choices.byte();
  x509::Draft draft{.version = rare == 0x55 ? 1U : 3U,
                    .serial = {static_cast<std::uint8_t>(place + 1)},
                    .issuer = subject(issuer_name),
                    .subject = subject(own_name),
                    .not_before = graph_time() - kDay + (validity == 1 ? 2 : 0) * kDay,
                    .not_after = graph_time() + kDay - (validity == 2 ? 2 : 0) * kDay,
                    .public_key_info = key(own_key).public_key_info(),
                    .method = {.kind = x509::SignatureKind::ed25519}};
  if (draft.version == 3) {
    add_usual_extensions(draft, choices, place > 0, wrong, own_key, signer);
    for (std::size_t bit = 0; bit < std::size(kRareExtensions); ++bit) {
      if ((rare >> bit & 1) == 0) continue;
      DraftExtension more = kRareExtensions[bit](choices);
      std::erase_if(draft.extensions, [&](const DraftExtension& e) {
        return std::ranges::equal(e.id.bytes(), more.id.bytes());
      });
      draft.extensions.push_back(std::move(more));
    }
  }
  auto made = x509::sign(draft, key(signer), quick_provider()->rng());
  return made ? std::optional(*made) : std::nullopt;
}

constexpr std::uint8_t kTrue[] = {0xff};

void extend(const DraftExtension& e, Writer& writer) {
  writer.sequence([&] {
    writer.object_identifier(e.id.bytes());
    if (e.is_critical) writer.boolean(true);
    writer.octet_string(e.value);
  });
}

/// A revoked certificate; in an indirect list its certificateIssuer (RFC 5280 §5.3.3) is chosen.
void write_entry(std::size_t number, bool is_indirect, Choices& choices, Writer& tbs) {
  tbs.sequence([&] {
    tbs.small_natural(number);
    x509::write_time(graph_time() - kDay, tbs);
    if (!is_indirect) return;
    tbs.sequence([&] {
      extend(extension(oid::kCertificateIssuer, true,
                       [&](Writer& w) {
                         w.sequence([&] {
                           w.nest(der::constructed(4), [&] { w.raw(subject(choices.byte())); });
                         });
                       }),
             tbs);
    });
  });
}

std::optional<Crl> compose_crl(Choices& choices) {
  const std::size_t issuer = choices.byte(), signer = choices.byte(), age = choices.below(4),
                    revoked = choices.byte(), scope = choices.below(4);
  const auto write_algorithm = [](Writer& writer) {
    x509::write_signature_algorithm({.kind = x509::SignatureKind::ed25519}, writer);
  };
  Writer tbs;
  tbs.sequence([&] {
    tbs.small_natural(1);
    write_algorithm(tbs);
    tbs.raw(subject(issuer));
    x509::write_time(graph_time() - (age == 1 ? -1 : 1) * kDay, tbs);
    if (age != 2) x509::write_time(graph_time() + (age == 3 ? -1 : 1) * kDay / 2, tbs);
    if (revoked != 0)
      tbs.sequence([&] {
        for (std::size_t bit = 0; bit < 8; ++bit)
          if ((revoked >> bit & 1) != 0) write_entry(bit + 1, scope == 3, choices, tbs);
      });
    tbs.nest(der::constructed(0), [&] {
      tbs.sequence([&] {
        extend(extension(oid::kCrlNumber, false, [](Writer& w) { w.small_natural(1); }), tbs);
        // issuingDistributionPoint: for end entities, for CAs, indirect (§5.2.5).
        if (scope != 0)
          extend(extension(oid::kIssuingDistributionPoint, true,
                           [&](Writer& w) {
                             w.sequence([&] {
                               w.element(
                                   der::context(scope == 3 ? 4 : static_cast<unsigned>(scope)),
                                   kTrue);
                             });
                           }),
                 tbs);
        // deltaCRLIndicator (§5.2.4).
        if (choices.below(8) == 1)
          extend(extension(oid::kDeltaCrlIndicator, true, [](Writer& w) { w.small_natural(1); }),
                 tbs);
      });
    });
  });
  std::array<std::uint8_t, kQuickSignatureSize> signature;
  if (!key(signer).sign({.family = SignatureFamily::ed25519}, tbs.bytes(), quick_provider()->rng(),
                        signature))
    return std::nullopt;
  Writer writer;
  writer.sequence([&] {
    writer.raw(tbs.bytes());
    write_algorithm(writer);
    writer.bit_string(signature);
  });
  auto crl = Crl::from_der(writer.bytes());
  return crl ? std::optional(*crl) : std::nullopt;
}

VerifyPolicy compose_policy(Choices& choices) {
  const std::size_t bits = choices.byte();
  VerifyPolicy policy{.strict_profile = (bits & 1) != 0,
                      .common_name_fallback = (bits & 2) != 0,
                      .initial_policy_mapping_inhibit = (bits & 4) != 0,
                      .initial_explicit_policy = (bits & 8) != 0,
                      .initial_any_policy_inhibit = (bits & 16) != 0,
                      .max_work = 20'000};
  if ((bits & 64) != 0) policy.max_signature_checks = 8;
  if (const std::string_view wanted = kUserPolicies[choices.below(std::size(kUserPolicies))];
      !wanted.empty())
    policy.user_initial_policy_set = {std::string(wanted)};
  policy.revocation.mode = static_cast<RevocationMode>(choices.below(3));
  policy.revocation.end_entity_only = (bits & 32) != 0;
  for (std::size_t n = choices.below(8); n > 0; --n)
    if (auto crl = compose_crl(choices)) policy.revocation.crls.push_back(std::move(*crl));
  return policy;
}

}  // namespace

WallTime graph_time() { return std::chrono::sys_days(std::chrono::year(2030) / 1 / 1); }

Graph compose_graph(Choices choices) {
  Graph graph;
  graph.peer_name = kPeerNames[choices.below(std::size(kPeerNames))];
  graph.purpose = static_cast<Purpose>(choices.below(3));
  const std::size_t count = 3 + choices.below(kMaxCertificates - 2), more_anchors = choices.byte();
  graph.policy = compose_policy(choices);
  std::vector<Certificate> made, anchors;
  for (std::size_t place = 0; place < count; ++place)
    if (auto certificate = compose_certificate(choices, place, count))
      made.push_back(std::move(*certificate));
  if (made.empty()) made.push_back(*compose_certificate(choices = Choices({}), 0, 1));
  anchors.push_back(made.back());
  for (std::size_t bit = 0; bit < 8 && bit < made.size(); ++bit)
    if ((more_anchors >> bit & 1) != 0) anchors.push_back(made[bit]);
  graph.trust = TrustStore::of(std::move(anchors));
  graph.presented = std::move(made);
  return graph;
}

}  // namespace tls12::fuzz
