#include "x509/path/profile.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "x509/certificate/distribution_point.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/dns_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/name/mailbox.hpp"
#include "x509/name/uri.hpp"
#include "x509/path/certificate_checks.hpp"
#include "x509/path/policy_graph.hpp"

namespace tls12::x509 {
namespace {

using Subject = ProfileSubject;

const Extensions& extensions(const Subject& s) { return s.certificate.extensions; }
bool has(const Subject& s, ExtensionId id) { return extensions(s).has(id); }

bool is_end_entity(const Subject& s) { return s.position == ChainPosition::end_entity; }
bool is_ca(const Subject& s) { return !is_end_entity(s); }
bool says_ca(const Subject& s) {
  return extensions(s).basic_constraints && extensions(s).basic_constraints->is_ca;
}
bool is_self_issued(const Subject& s) { return x509::is_self_issued(s.certificate); }
/// Trusted, and nobody above it vouches for it.
bool is_root(const Subject& s) { return s.position == ChainPosition::anchor && is_self_issued(s); }
/// What the BR speak of.
bool is_server(const Subject& s) { return is_end_entity(s) && s.purpose == Purpose::server; }

bool signs_certificates(const Subject& s) {
  return extensions(s).key_usage && extensions(s).allows(KeyUsage::key_cert_sign);
}

/// Who trusts an anchor without keyUsage knows what for.
bool is_ca_that_may_issue(const Subject& s) {
  return is_end_entity(s) || signs_certificates(s) ||
         (s.position == ChainPosition::anchor && !extensions(s).key_usage);
}

template <ExtensionId id>
bool is_critical(const Subject& s) {
  return !has(s, id) || extensions(s).is_critical(id);
}
template <ExtensionId id>
bool is_not_critical(const Subject& s) {
  return !extensions(s).is_critical(id);
}
template <ExtensionId id>
bool is_of_ca(const Subject& s) {
  return is_ca(s) || !has(s, id);
}

/// Whether `is_right` for each element of a list that was read before.
template <class Read, class IsRight>
bool all_of(const std::optional<Bytes>& list, Read read, IsRight is_right) {
  der::Fault fault;
  // NOLINTNEXTLINE(misc-const-correctness): `read` changes it.
  for (der::Reader reader(list.value_or(Bytes{}), fault); !reader.at_end();)
    if (!is_right(read(reader))) return false;
  return true;
}
template <class IsRight>
bool all_names(const Subject& s, IsRight is_right) {
  return all_of(extensions(s).subject_alt_name, read_general_name, is_right);
}
template <class IsRight>
bool all_purposes(const Subject& s, IsRight is_right) {
  return all_of(
      extensions(s).extended_key_usage,
      [](der::Reader& reader) { return reader.object_identifier(); }, is_right);
}

// The certificate's fields.

/// RFC 5280 §6.1.1 (d): what is trusted of an anchor is a name and a key. Nobody looks its serial
/// number up, and that of several public roots is zero.
bool is_positive_serial(const Subject& s) {
  if (s.position == ChainPosition::anchor) return true;
  const Bytes serial = s.certificate.serial;
  return serial[0] < 0x80 && !(serial.size() == 1 && serial[0] == 0) &&
         serial.size() <= (serial[0] == 0 ? 21u : 20u);
}

/// A year has four digits in a GeneralizedTime alone.
bool has_times_as_dated(const Subject& s) {
  constexpr WallTime kEndOfUtcTime = std::chrono::sys_days(std::chrono::year(2050) / 1 / 1);
  der::Fault fault;
  der::Reader times(s.certificate.validity, fault);
  const auto is_right = [&](WallTime time) {
    return (times.element().tag == der::kUtcTime) == (time < kEndOfUtcTime);
  };
  const bool first = is_right(s.certificate.not_before), second = is_right(s.certificate.not_after);
  return first && second;
}

bool has_whole_octets_in_modulus(const Subject& s) {
  const Bytes modulus = s.certificate.subject_key.key.modulus;
  return modulus.empty() || modulus[0] >= 0x80;
}

// Key identifiers.

bool is_signed_by_itself(const Subject& s) {
  const ParsedCertificate& c = s.certificate;
  return s.verification.is_signed(c.tbs, c.signature_method, c.signature, c.subject_key);
}
/// A self-signed certificate may leave it out, whatever it calls its issuer.
bool knows_its_authority(const Subject& s) {
  if (const auto& authority = extensions(s).authority_key_identifier)
    return authority->key_identifier.has_value();
  if (is_self_issued(s)) return true;
  return s.position == ChainPosition::anchor && is_signed_by_itself(s);
}
bool has_only_a_key_identifier(const Subject& s) {
  const auto& authority = extensions(s).authority_key_identifier;
  return !authority || (!authority->issuer && !authority->serial);
}
bool is_its_own_authority(const Subject& s) {
  const auto& authority = extensions(s).authority_key_identifier;
  if (!is_root(s) || !authority || !authority->key_identifier) return true;
  const auto& own = extensions(s).subject_key_identifier;
  return own && std::ranges::equal(*own, *authority->key_identifier);
}

// Policies.

bool has_each_policy_once(const Subject& s) {
  const std::vector<Bytes> policies = read_policies(extensions(s).policies.value_or(Bytes{}));
  return std::ranges::adjacent_find(
             policies, [](Bytes a, Bytes b) { return std::ranges::equal(a, b); }) == policies.end();
}

// Revocation.

/// A distribution point that has reasons alone leads nowhere.
bool has_points_that_lead_somewhere(const Subject& s) {
  const auto leads_somewhere = [](const DistributionPoint& point) {
    return point.name || !point.crl_issuer.empty();
  };
  return all_of(extensions(s).crl_distribution_points, read_distribution_point, leads_somewhere) &&
         all_of(extensions(s).freshest_crl, read_distribution_point, leads_somewhere);
}

// Names.

/// RFC 5280 §4.2.1.6: the preferred syntax of RFC 1034 §3.5, which has no underscore.
bool is_preferred_dns_name(std::string_view text) {
  return is_presentable(text) && !text.contains('_') && has_true_a_labels(text);
}

bool has_names_of_right_syntax(const Subject& s) {
  return all_names(s, [](const GeneralName& name) {
    const std::string_view text = tls12::text_of(name.value);
    switch (name.type) {
      case GeneralName::dns_name: return is_preferred_dns_name(text);
      case GeneralName::rfc822_name: return is_mailbox(text);
      case GeneralName::uri: return is_uri(text);
      default: return true;
    }
  });
}

bool has_a_name(const Subject& s) {
  return !is_empty_name(s.certificate.subject) ||
         extensions(s).is_critical(ExtensionId::subject_alt_name);
}
bool has_one_critical_name(const Subject& s) {
  return !is_server(s) || is_empty_name(s.certificate.subject) ||
         is_not_critical<ExtensionId::subject_alt_name>(s);
}

/// In any of the ways in which C libraries read addresses: "0xc0000201" and "192.000.002.001", too.
Bytes address_in(const std::string& text, std::array<std::uint8_t, 16>& out) {
  if (text.contains('\0')) return {};
  in_addr v4 = {};
  if (inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  if (text.empty() || text.contains(' ') || inet_aton(text.c_str(), &v4) == 0) return {};
  std::ranges::copy(std::as_bytes(std::span(&v4, 1)),
                    std::as_writable_bytes(std::span(out)).begin());
  return Bytes(out).first(4);
}

/// BR 7.1.4.3: a common name is a copy of a name in subjectAltName. What could not be mistaken for
/// another host may say what it wants to a reader: words, the domain that a name is in, any domain
/// in a certificate for addresses alone.
bool is_harmless_common_name(const Subject& s, const std::string& common_name) {
  std::array<std::uint8_t, 16> buffer;
  const Bytes address = address_in(common_name, buffer);
  bool is_listed = false, is_address_listed = false, is_parent = false, has_dns_names = false;
  all_names(s, [&](const GeneralName& name) {
    const std::string_view text = tls12::text_of(name.value);
    if (name.type == GeneralName::dns_name) {
      has_dns_names = true;
      is_listed |= text == common_name;
      is_parent |= text.ends_with("." + common_name);
    } else if (name.type == GeneralName::ip_address) {
      is_listed |= text_of_address(name.value) == common_name;
      is_address_listed |= std::ranges::equal(name.value, address);
    }
    return true;
  });
  if (is_listed) return true;
  if (is_address_listed ||
      (!address.empty() && common_name.find_first_of(".:") != common_name.npos))
    return false;
  const bool is_words = common_name.contains(' ') || !common_name.contains('.');
  return is_words || is_parent || !has_dns_names;
}

/// A subject with an organisation is a description of that. One without is nothing but a host's (BR
/// 7.1.2.7.2), and somebody will read it as its name.
bool has_harmless_common_names(const Subject& s) {
  constexpr Oid kOrganizationName = make_oid(2, 5, 4, 10);
  if (!is_server(s) || !attribute_texts(s.certificate.subject, kOrganizationName).empty())
    return true;
  const std::size_t cost =
      1 + extensions(s).subject_alt_name.value_or(Bytes{}).size() / kOctetsRead;
  return std::ranges::all_of(attribute_texts(s.certificate.subject, oid::kCommonName),
                             [&](const std::string& common_name) {
                               return s.verification.budget.take(cost) &&
                                      is_harmless_common_name(s, common_name);
                             });
}

// Purposes.

bool says_purpose(const Subject& s) {
  return !is_server(s) || (extensions(s).extended_key_usage && !all_purposes(s, [](Bytes purpose) {
                             return !is(purpose, oid::kServerAuth);
                           }));
}
bool is_not_for_everything(const Subject& s) {
  return !is_server(s) ||
         all_purposes(s, [](Bytes purpose) { return !is(purpose, oid::kAnyExtendedKeyUsage); });
}

using enum ExtensionId;
constexpr ProfileRule kRules[] = {
    {[](const Subject& s) { return s.certificate.version == 3; }, "RFC 5280 §4.1.2.1",
     "it is not of version 3"},
    {is_positive_serial, "RFC 5280 §4.1.2.2",
     "its serial number is not a positive one of at most 20 octets"},
    {[](const Subject& s) { return !is_empty_name(s.certificate.issuer); }, "RFC 5280 §4.1.2.4",
     "its issuer has no name"},
    {[](const Subject& s) { return s.certificate.not_before <= s.certificate.not_after; },
     "RFC 5280 §4.1.2.5", "it ends before it begins"},
    {has_times_as_dated, "RFC 5280 §4.1.2.5",
     "its times are not UTCTime through 2049 and GeneralizedTime from 2050"},
    {[](const Subject& s) { return is_end_entity(s) || !is_empty_name(s.certificate.subject); },
     "RFC 5280 §4.1.2.6", "it is a CA's, and its subject has no name"},
    {has_whole_octets_in_modulus, "BR 6.1.5",
     "the size of its RSA key is not a multiple of 8 bits"},
    {[](const Subject& s) {
       return !s.certificate.issuer_unique_id && !s.certificate.subject_unique_id;
     },
     "RFC 5280 §4.1.2.8", "it has a unique identifier"},

    {is_not_critical<authority_key_identifier>, "RFC 5280 §4.2.1.1",
     "its authorityKeyIdentifier is critical"},
    {knows_its_authority, "RFC 5280 §4.2.1.1", "it lacks the key identifier of its issuer"},
    {has_only_a_key_identifier, "BR 7.1.2.11.1",
     "its authorityKeyIdentifier names its issuer's certificate"},
    {is_its_own_authority, "BR 7.1.2.1.3", "it is a root, and its two key identifiers differ"},
    {is_not_critical<subject_key_identifier>, "RFC 5280 §4.2.1.2",
     "its subjectKeyIdentifier is critical"},
    {[](const Subject& s) { return is_end_entity(s) || has(s, subject_key_identifier); },
     "RFC 5280 §4.2.1.2", "it is a CA's, and lacks subjectKeyIdentifier"},

    {[](const Subject& s) { return extensions(s).key_usage.value_or(1) != 0; }, "RFC 5280 §4.2.1.3",
     "its keyUsage allows nothing"},
    {is_ca_that_may_issue, "RFC 5280 §4.2.1.3", "it is a CA's, and its keyUsage lacks keyCertSign"},
    {[](const Subject& s) { return !signs_certificates(s) || says_ca(s); },
     "RFC 5280 §4.2.1.3, §4.2.1.9", "its keyUsage has keyCertSign, and it is no CA's"},
    {has_each_policy_once, "RFC 5280 §4.2.1.4", "it has a certificate policy twice"},
    {is_of_ca<policy_mappings>, "RFC 5280 §4.2.1.5", "it has policyMappings, and is no CA's"},

    {[](const Subject& s) { return !is_server(s) || has(s, subject_alt_name); }, "BR 7.1.2.7.12",
     "it is a server's, and lacks subjectAltName"},
    {has_a_name, "RFC 5280 §4.2.1.6",
     "its subject has no name, and it lacks a critical subjectAltName"},
    {has_one_critical_name, "BR 7.1.2.7.12",
     "it is a server's with a subject, and its subjectAltName is critical"},
    {has_names_of_right_syntax, "RFC 5280 §4.2.1.6",
     "a name in its subjectAltName is not written as one"},
    {has_harmless_common_names, "BR 7.1.4.3",
     "its common name looks like a host that is not in its subjectAltName"},

    {[](const Subject& s) { return is_end_entity(s) || is_critical<basic_constraints>(s); },
     "RFC 5280 §4.2.1.9", "it is a CA's, and its basicConstraints are not critical"},
    {[](const Subject& s) { return is_end_entity(s) || says_ca(s); }, "RFC 5280 §4.2.1.9",
     "it issues certificates, and does not say that it is a CA's"},
    {[](const Subject& s) { return is_ca(s) || !says_ca(s); }, "BR 7.1.2.7.8",
     "it is a CA's, where an end entity's should be"},
    {[](const Subject& s) {
       return !extensions(s).basic_constraints || !extensions(s).basic_constraints->path_length ||
              (says_ca(s) && signs_certificates(s));
     },
     "RFC 5280 §4.2.1.9", "it has a path length, and signs no certificates"},
    {is_critical<name_constraints>, "RFC 5280 §4.2.1.10", "its nameConstraints are not critical"},
    {is_of_ca<name_constraints>, "RFC 5280 §4.2.1.10", "it has nameConstraints, and is no CA's"},
    {is_critical<policy_constraints>, "RFC 5280 §4.2.1.11",
     "its policyConstraints are not critical"},
    {is_of_ca<policy_constraints>, "RFC 5280 §4.2.1.11",
     "it has policyConstraints, and is no CA's"},

    {[](const Subject& s) { return !is_root(s) || !has(s, extended_key_usage); }, "BR 7.1.2.1.2",
     "it is a root, and has extendedKeyUsage"},
    {says_purpose, "BR 7.1.2.7.10", "it is a server's, and its extendedKeyUsage does not say so"},
    {is_not_for_everything, "BR 7.1.2.7.10",
     "it is a server's, and its extendedKeyUsage has anyExtendedKeyUsage"},
    {[](const Subject& s) { return !is_server(s) || is_not_critical<extended_key_usage>(s); },
     "BR 7.1.2.7.6", "it is a server's, and its extendedKeyUsage is critical"},

    {has_points_that_lead_somewhere, "RFC 5280 §4.2.1.13",
     "a distribution point of its says neither where CRLs are nor who issues them"},
    {is_critical<inhibit_any_policy>, "RFC 5280 §4.2.1.14", "its inhibitAnyPolicy is not critical"},
    {is_of_ca<inhibit_any_policy>, "RFC 5280 §4.2.1.14", "it has inhibitAnyPolicy, and is no CA's"},
    {is_not_critical<freshest_crl>, "RFC 5280 §4.2.1.15", "its freshestCRL is critical"},
    {is_not_critical<authority_info_access>, "RFC 5280 §4.2.2.1",
     "its authorityInfoAccess is critical"},
    {is_not_critical<subject_info_access>, "RFC 5280 §4.2.2.2",
     "its subjectInfoAccess is critical"},
};

}  // namespace

std::span<const ProfileRule> profile_rules() { return kRules; }

const ProfileRule* check_profile(const ProfileSubject& subject) {
  const auto broken =
      std::ranges::find_if(kRules, [&](const ProfileRule& rule) { return !rule.is_kept(subject); });
  return broken == std::end(kRules) ? nullptr : broken;
}

}  // namespace tls12::x509
