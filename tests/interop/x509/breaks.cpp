// One thing that is wrong, or that is unusual enough for verifiers to differ.
#include <algorithm>

#include "mutations.hpp"

namespace tls12::differential {
namespace {

namespace oid = x509::oid;
namespace der = x509::der;
using x509::KeyUsage;
using x509::SignatureKind;
using x509::SignatureMethod;

constexpr Oid kPolicyA = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 1), kPolicyB = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 2);
constexpr Oid kAnyPolicy = x509::make_oid(2, 5, 29, 32, 0);
constexpr Oid kUnknown = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 9);
constexpr Oid kOrganization = x509::make_oid(2, 5, 4, 10);

// Keys that others may support, in DER.
constexpr std::string_view kSecp256k1 =
    "3056301006072a8648ce3d020106052b8104000a03420004b4a44ca8e64ebc9dea9e77ae201cef523989c7d9f47b50d2b56326cb51967c57bbf5cf95b89d04d9072a46a008322e51f0488981"
    "7ae09a2355aee4cbeaea7860";
constexpr std::string_view kBrainpool =
    "305a301406072a8648ce3d020106092b24030302080101070342000419a6f6406e1eca3d89d88fb0dadec8c6833ac44ba1a970850bc965776a0ab95d004a65684f496eda4341f056e94dacb3"
    "beb5c471c22e43b8c73e1c6ecf5242cb";
constexpr std::string_view kSecp224r1 =
    "304e301006072a8648ce3d020106052b81040021033a0004b33283a28e5dcc1506891145168c9506c0d94ee611b083c308f6c669ac7010e3b4502fe0879cabbbdb7770af1b91926ede2aae10"
    "c1f30de3";
constexpr std::string_view kCompressed =
    "3039301306072a8648ce3d020106082a8648ce3d030107032200025a7d9398cdd00c2cdb34cf9cfc6b4994a1efd5ff034314353bab95c598bbfe55";
constexpr std::string_view kOffCurve =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200045a7d9398cdd00c2cdb34cf9cfc6b4994a1efd5ff034314353bab95c598bbfe55"
    "2d844265de262091f6367d9b580b9e717cb4c2537a61cc642ad7cedeab873c7b";
constexpr std::string_view kEd448 =
    "3043300506032b6571033a00bf2551b10e17a5fc9a46c6a06fe9b9eb84b2a58bac93df2b388e15704b047e5459ef0deb2cf1cf97949eed4397c27ab4d8b74ddf75e7ff4d80";
constexpr std::string_view kX25519 = "302a300506032b656e03210036a928cef0ed7709a53d0b354232e125c068488e6dd2772aa56e915de172c64f";

// ---------------------------------------------------------------------------------------------------- helpers

Der sequence_of(Bytes content) {
  return encode([&](Writer& writer) { writer.sequence([&] { writer.raw(content); }); });
}
Der time_text(std::uint8_t tag, std::string_view text) {
  return encode([&](Writer& writer) { writer.element(tag, bytes_of(text)); });
}
Der key_reference(Bytes identifier) {
  return encode([&](Writer& writer) { writer.sequence([&] { writer.element(der::context(0), identifier); }); });
}
Der octets(Bytes content) {
  return encode([&](Writer& writer) { writer.octet_string(content); });
}

bool set(Plan& plan, const Oid& id, bool is_critical, Der value) {
  put(plan, {id, is_critical, std::move(value)});
  return true;
}
bool drop(Plan& plan, const Oid& id) {
  if (find(plan, id) == nullptr) return false;
  remove(plan, id);
  return true;
}
bool criticality(Plan& plan, const Oid& id, bool is_critical) {
  Extension* e = find(plan, id);
  if (e == nullptr || e->is_critical == is_critical) return false;
  e->is_critical = is_critical;
  return true;
}

/// An RSA modulus that nobody knows the primes of: for keys that sign nothing here.
Der rsa_info(Rng& rng, std::size_t bits, Der exponent) {
  Der modulus = rng.octets(bits / 8);
  modulus.front() |= 0x80;
  modulus.back() |= 1;
  return encode([&](Writer& writer) { x509::write_subject_public_key_info({.kind = KeyKind::rsa, .modulus = modulus, .exponent = exponent}, {}, writer); });
}
/// Another key for the leaf, with a usage that fits it.
bool leaf_key(Scene& s, Der info) {
  s.leaf().public_info = std::move(info);
  return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::digital_signature}));
}

/// What the leaf says in place of its names.
bool named(Scene& s, std::vector<General> names, const char* kind, const char* asked) {
  s.leaf().subject = encode_name(common_name("Leaf"));
  s.names = std::move(names);
  s.write_names();
  s.peer_kind = kind;
  s.peer_name = asked;
  return true;
}
/// Constraints of an intermediate, and the names of the leaf below it.
bool constrained(Scene& s, std::vector<General> permitted, std::vector<General> excluded, std::vector<General> names) {
  if (!s.has_intermediates()) return false;
  names.push_back(dns("host.example.org"));
  named(s, std::move(names), "DNS", "host.example.org");
  s.leaf().subject = encode_name(Name());
  s.write_names(true);
  return set(s.intermediate(), oid::kNameConstraints, true, subtrees(permitted, excluded));
}
bool policy_of_all(Scene& s, const Der& value) {
  for (std::size_t i = 0; i + 1 < s.chain.size(); ++i) put(s.chain[i].plan, {oid::kCertificatePolicies, false, value});
  return s.has_intermediates();
}
/// The leaf signed by a key of that kind, in that way. Lists that the issuer's other key has signed would not do any more.
bool signed_with(Scene& s, KeyKind kind, SignatureMethod method) {
  if (!s.crls.empty()) return false;
  Plan& issuer = s.chain[1].plan;
  issuer.key = s.chain[0].signer = s.keys.of(kind);
  for (std::size_t i = 2; i < s.chain.size(); ++i)
    if (s.chain[i].plan.key == issuer.key) return false;
  if (s.leaf().key == issuer.key) return false;
  put(issuer, {oid::kSubjectKeyIdentifier, false, octets(issuer.key->identifier)});
  put(s.leaf(), {oid::kAuthorityKeyIdentifier, false, key_reference(issuer.key->identifier)});
  if (s.chain.size() == 2) s.chain[1].signer = issuer.key;
  s.leaf().method = method;
  return true;
}
bool revoked(Scene& s, const Der& extensions = {}) {
  s.add_crls();
  s.refer_to(s.leaf().serial, 0, extensions);
  return true;
}

constexpr Change kBreaks[] = {
    // signatures
    {"signature broken", [](Scene& s) { return s.chain[s.rng.below(s.trusted_from)].plan.wrong_signature = true; }},
    {"root's own signature broken", [](Scene& s) { return s.root().wrong_signature = true; }},
    {"signed by another", [](Scene& s) {
       Node& node = s.chain[s.rng.below(s.trusted_from)];
       node.signer = s.keys.any(s.rng, {node.signer});
       return true;
     }},
    {"algorithms differ", [](Scene& s) {
       s.leaf().outer_algorithm = encode([&](Writer& w) { x509::write_signature_algorithm({SignatureKind::rsa_pkcs1, HashAlgorithm::sha512}, w); });
       return true;
     }},
    {"RSA with SHA-1", [](Scene& s) { return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha1}); }},
    {"ECDSA with SHA-1", [](Scene& s) { return signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha1}); }},
    {"RSA with SHA-512", [](Scene& s) { return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha512}); }},
    {"RSA-PSS by an RSA key", [](Scene& s) { return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 32}); }},
    {"RSA-PSS with a short salt", [](Scene& s) { return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 20}); }},
    {"ECDSA P-256 with SHA-512", [](Scene& s) { return signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha512}); }},
    {"ECDSA P-521", [](Scene& s) { return signed_with(s, KeyKind::ec_secp521r1, {SignatureKind::ecdsa, HashAlgorithm::sha512}); }},
    {"RSA parameters absent", [](Scene& s) {
       const bool made = signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha256});
       s.leaf().algorithm = from_hex("300b06092a864886f70d01010b");
       return made;
     }},
    {"ECDSA parameters NULL", [](Scene& s) {
       const bool made = signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha256});
       s.leaf().algorithm = from_hex("300c06082a8648ce3d0403020500");
       return made;
     }},
    // keys
    {"RSA-1024 key", [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 1024, from_hex("010001"))); }},
    {"RSA key with exponent 3", [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("03"))); }},
    {"RSA key with exponent 1", [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("01"))); }},
    {"RSA key with an even exponent", [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("010000"))); }},
    {"secp256k1 key", [](Scene& s) { return leaf_key(s, from_hex(kSecp256k1)); }},
    {"brainpool key", [](Scene& s) { return leaf_key(s, from_hex(kBrainpool)); }},
    {"secp224r1 key", [](Scene& s) { return leaf_key(s, from_hex(kSecp224r1)); }},
    {"compressed point", [](Scene& s) { return leaf_key(s, from_hex(kCompressed)); }},
    {"point off the curve", [](Scene& s) { return leaf_key(s, from_hex(kOffCurve)); }},
    {"Ed448 key", [](Scene& s) { return leaf_key(s, from_hex(kEd448)); }},
    {"X25519 key", [](Scene& s) { return leaf_key(s, from_hex(kX25519)); }},
    // times
    {"leaf expired", [](Scene& s) { return s.leaf().not_after = days(-1), true; }},
    {"leaf not yet valid", [](Scene& s) { return s.leaf().not_before = days(1), true; }},
    {"intermediate expired", [](Scene& s) { return s.has_intermediates() && (s.intermediate().not_after = days(-1), true); }},
    {"intermediate not yet valid", [](Scene& s) { return s.has_intermediates() && (s.intermediate().not_before = days(1), true); }},
    {"root expired", [](Scene& s) { return s.root().not_after = days(-1), true; }},
    {"ends now", [](Scene& s) { return s.leaf().not_after = days(0), true; }},
    {"begins now", [](Scene& s) { return s.leaf().not_before = days(0), true; }},
    {"ends before it begins", [](Scene& s) { return s.leaf().not_before = days(3), s.leaf().not_after = days(-3), true; }},
    {"GeneralizedTime before 2050", [](Scene& s) { return s.any().not_after = time_text(der::kGeneralizedTime, "20280601000000Z"), true; }},
    {"UTCTime without seconds", [](Scene& s) { return s.any().not_after = time_text(der::kUtcTime, "2806010000Z"), true; }},
    {"UTCTime with an offset", [](Scene& s) { return s.any().not_after = time_text(der::kUtcTime, "280601000000+0000"), true; }},
    {"GeneralizedTime with a fraction", [](Scene& s) { return s.any().not_after = time_text(der::kGeneralizedTime, "20510601000000.5Z"), true; }},
    {"no such day", [](Scene& s) { return s.any().not_after = time_text(der::kUtcTime, "280231000000Z"), true; }},
    // version, serial number, unique identifiers
    {"version 1 with extensions", [](Scene& s) { return s.leaf().version.clear(), true; }},
    {"version 2 with extensions", [](Scene& s) { return s.leaf().version = from_hex("a003020101"), true; }},
    {"version 4", [](Scene& s) { return s.leaf().version = from_hex("a003020103"), true; }},
    {"version 1 written out", [](Scene& s) { return s.leaf().version = from_hex("a003020100"), true; }},
    
    {"version 1 intermediate", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       Plan& plan = s.intermediate();
       plan.version.clear();
       plan.extensions.clear();
       return true;
     }},
    {"version 1 root", [](Scene& s) { return s.root().version.clear(), s.root().extensions.clear(), true; }},
    {"extensions empty", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.leaf().extensions.clear();
       return s.leaf().empty_extensions = true;
     }},
    {"serial zero", [](Scene& s) { return s.any().serial = from_hex("020100"), true; }},
    {"serial negative", [](Scene& s) { return s.any().serial = from_hex("0202ff01"), true; }},
    {"serial of 21 octets", [](Scene& s) { return s.any().serial = from_hex("0215010101010101010101010101010101010101010101"), true; }},
    {"serial not minimal", [](Scene& s) { return s.any().serial = from_hex("02020001"), true; }},
    {"unique identifiers", [](Scene& s) { return s.leaf().unique_ids = from_hex("81020001"), true; }},
    // names of issuer and subject
    {"names do not chain", [](Scene& s) { return s.chain[s.rng.below(s.trusted_from)].plan.issuer = encode_name(common_name("Somebody else")), true; }},
    {"intermediate without a subject", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.chain[place].plan.subject = s.chain[place - 1].plan.issuer = encode_name(Name());
       return true;
     }},
    {"printable string with odd characters", [](Scene& s) { return s.leaf().subject = encode_name({{oid::kCommonName, der::kPrintableString, "a*b@c"}}), s.write_names(), true; }},
    {"UTF8String that is none", [](Scene& s) { return s.leaf().subject = encode_name({{oid::kCommonName, der::kUtf8String, "a\xff"}}), s.write_names(), true; }},
    {"teletex string", [](Scene& s) { return s.leaf().subject = encode_name({{kOrganization, der::kTeletexString, "caf\xe9"}}), s.write_names(), true; }},
    {"common name of 65 characters", [](Scene& s) { return s.leaf().subject = encode_name(common_name(std::string(65, 'x'))), s.write_names(), true; }},
    // encodings
    {"trailing octet", [](Scene& s) { return s.any().bend = [](Der& c) { c.push_back(0); }, true; }},
    {"field behind the extensions", [](Scene& s) { return s.leaf().trailing = from_hex("0500"), true; }},
    {"TRUE is 1", [](Scene& s) {
       Plan& plan = s.any();
       Extension* e = find(plan, oid::kKeyUsage);
       return e != nullptr && (e->critical_encoding = from_hex("010101"), true);
     }},
    {"FALSE written out", [](Scene& s) {
       Extension* e = find(s.leaf(), oid::kSubjectKeyIdentifier);
       return e != nullptr && (e->critical_encoding = from_hex("010100"), true);
     }},
    {"length not minimal", [](Scene& s) { return s.any().serial = from_hex("02810101"), true; }},
    {"extension twice", [](Scene& s) {
       Plan& plan = s.any();
       plan.extensions.push_back(plan.extensions.front());
       return true;
     }},
    {"unknown critical extension", [](Scene& s) { return set(s.any(), kUnknown, true, from_hex("0500")); }},
    // basicConstraints
    {"basicConstraints missing", [](Scene& s) { return s.has_intermediates() && drop(s.intermediate(), oid::kBasicConstraints); }},
    {"root's basicConstraints missing", [](Scene& s) { return drop(s.root(), oid::kBasicConstraints); }},
    {"cA false", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kBasicConstraints, true, basic_constraints(false)); }},
    {"cA false written out", [](Scene& s) { return set(s.leaf(), oid::kBasicConstraints, true, from_hex("3003010100")); }},
    {"basicConstraints not critical", [](Scene& s) { return s.has_intermediates() && criticality(s.intermediate(), oid::kBasicConstraints, false); }},
    {"path length exceeded", [](Scene& s) {
       if (s.intermediates() < 1) return false;
       return set(s.chain[2].plan, oid::kBasicConstraints, true, basic_constraints(true, 0));
     }},
    {"path length negative", [](Scene& s) { return set(s.ca(), oid::kBasicConstraints, true, from_hex("30060101ff0201ff")); }},
    {"path length without cA", [](Scene& s) { return set(s.leaf(), oid::kBasicConstraints, true, basic_constraints(false, 0)); }},
    {"leaf is a CA", [](Scene& s) { return set(s.leaf(), oid::kBasicConstraints, true, basic_constraints(true)); }},
    {"leaf without basicConstraints", [](Scene& s) { return drop(s.leaf(), oid::kBasicConstraints); }},
    // keyUsage
    {"CA without keyUsage", [](Scene& s) { return drop(s.ca(), oid::kKeyUsage); }},
    {"CA without keyCertSign", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kKeyUsage, true, key_usage({KeyUsage::digital_signature, KeyUsage::crl_sign})); }},
    {"root without keyCertSign", [](Scene& s) { return set(s.root(), oid::kKeyUsage, true, key_usage({KeyUsage::digital_signature, KeyUsage::crl_sign})); }},
    {"keyUsage not critical", [](Scene& s) { return criticality(s.any(), oid::kKeyUsage, false); }},
    {"leaf with keyAgreement alone", [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::key_agreement})); }},
    {"leaf with dataEncipherment alone", [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::data_encipherment})); }},
    {"leaf with keyCertSign", [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::digital_signature, KeyUsage::key_cert_sign})); }},
    {"leaf without keyUsage", [](Scene& s) { return drop(s.leaf(), oid::kKeyUsage); }},
    {"keyUsage of no bits", [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, from_hex("030100")); }},
    {"keyUsage with trailing zeros", [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, from_hex("03020080")); }},
    // extendedKeyUsage
    {"purpose wrong", [](Scene& s) { return set(s.leaf(), oid::kExtendedKeyUsage, false, object_identifiers({s.for_server ? oid::kClientAuth : oid::kServerAuth})); }},
    {"purpose any", [](Scene& s) { return set(s.leaf(), oid::kExtendedKeyUsage, false, object_identifiers({oid::kAnyExtendedKeyUsage})); }},
    {"purpose missing", [](Scene& s) { return drop(s.leaf(), oid::kExtendedKeyUsage); }},
    {"purpose critical", [](Scene& s) { return criticality(s.leaf(), oid::kExtendedKeyUsage, true); }},
    {"purposes of none", [](Scene& s) { return set(s.leaf(), oid::kExtendedKeyUsage, false, from_hex("3000")); }},
    {"intermediate for another purpose",
     [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kExtendedKeyUsage, false, object_identifiers({oid::kOcspSigning})); }},
    {"intermediate for any purpose",
     [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kExtendedKeyUsage, false, object_identifiers({oid::kAnyExtendedKeyUsage})); }},
    {"root for another purpose", [](Scene& s) { return set(s.root(), oid::kExtendedKeyUsage, false, object_identifiers({oid::kOcspSigning})); }},
    // subjectAltName and the name that is asked for
    {"another name", [](Scene& s) { return s.peer_kind = "DNS", s.peer_name = "other.example.org", true; }},
    {"another address", [](Scene& s) { return s.peer_kind = "IP", s.peer_name = "192.0.2.8", true; }},
    {"common name alone", [](Scene& s) {
       s.leaf().subject = encode_name(common_name("host.example.org"));
       s.peer_kind = "DNS";
       s.peer_name = "host.example.org";
       return drop(s.leaf(), oid::kSubjectAltName);
     }},
    {"common name beside other names", [](Scene& s) {
       return named(s, {dns("other.example.org")}, "DNS", "host.example.org") && (s.leaf().subject = encode_name(common_name("host.example.org")), true);
     }},
    {"common name beside an address", [](Scene& s) {
       return named(s, {address({192, 0, 2, 7})}, "DNS", "host.example.org") && (s.leaf().subject = encode_name(common_name("host.example.org")), true);
     }},
    {"no names, not critical", [](Scene& s) { return s.leaf().subject = encode_name(Name()), s.write_names(false), true; }},
    {"names critical beside a subject", [](Scene& s) { return s.leaf().subject = encode_name(common_name("x")), s.write_names(true), true; }},
    {"names of none", [](Scene& s) { return set(s.leaf(), oid::kSubjectAltName, false, from_hex("3000")); }},
    {"wildcard for two labels", [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "a.b.example.org"); }},
    {"wildcard for none", [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "example.org"); }},
    {"wildcard inside a label", [](Scene& s) { return named(s, {dns("h*t.example.org")}, "DNS", "host.example.org"); }},
    {"wildcard behind a label", [](Scene& s) { return named(s, {dns("host.*.org")}, "DNS", "host.example.org"); }},
    {"wildcard of a top-level domain", [](Scene& s) { return named(s, {dns("*.org")}, "DNS", "example.org"); }},
    {"wildcard alone", [](Scene& s) { return named(s, {dns("*")}, "DNS", "localhost"); }},
    {"wildcard for an A-label", [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "xn--bcher-kva.example.org"); }},
    {"two wildcards", [](Scene& s) { return named(s, {dns("*.*.org")}, "DNS", "host.example.org"); }},
    {"absolute name in the certificate", [](Scene& s) { return named(s, {dns("host.example.org.")}, "DNS", "host.example.org"); }},
    {"underscore in a name", [](Scene& s) { return named(s, {dns("my_host.example.org")}, "DNS", "my_host.example.org"); }},
    {"space in a name", [](Scene& s) { return named(s, {dns("host.example.org"), dns("a b.example.org")}, "DNS", "host.example.org"); }},
    {"NUL in a name", [](Scene& s) { return named(s, {dns(std::string_view("host.example.org\0.evil.org", 26))}, "DNS", "host.example.org"); }},
    {"name that is not ASCII", [](Scene& s) { return named(s, {dns("host.example.org"), dns("b\xc3\xbc" "cher.example.org")}, "DNS", "host.example.org"); }},
    {"empty DNS name", [](Scene& s) { return named(s, {dns("host.example.org"), dns("")}, "DNS", "host.example.org"); }},
    {"address as a DNS name", [](Scene& s) { return named(s, {dns("192.0.2.7")}, "IP", "192.0.2.7"); }},
    {"address of five octets", [](Scene& s) { return named(s, {dns("host.example.org"), address({1, 2, 3, 4, 5})}, "DNS", "host.example.org"); }},
    {"e-mail address", [](Scene& s) { return named(s, {mail("some.one@example.org"), dns("host.example.org")}, "RFC822", "some.one@example.org"); }},
    {"e-mail address, host in capitals", [](Scene& s) { return named(s, {mail("some.one@EXAMPLE.org"), dns("host.example.org")}, "RFC822", "some.one@example.org"); }},
    {"e-mail address, local part in capitals", [](Scene& s) { return named(s, {mail("Some.One@example.org"), dns("host.example.org")}, "RFC822", "some.one@example.org"); }},
    {"registered identifier as a name", [](Scene& s) { return named(s, {dns("host.example.org"), {8, from_hex("2a0304")}}, "DNS", "host.example.org"); }},
    // key identifiers
    {"authority key identifier missing", [](Scene& s) { return s.trusted_from + 1 == s.chain.size() && drop(s.chain[s.rng.below(s.trusted_from)].plan, oid::kAuthorityKeyIdentifier); }},
    {"authority key identifier wrong", [](Scene& s) { return set(s.chain[s.rng.below(s.trusted_from)].plan, oid::kAuthorityKeyIdentifier, false, key_reference(s.rng.octets(20))); }},
    {"authority key identifier critical", [](Scene& s) { return criticality(s.leaf(), oid::kAuthorityKeyIdentifier, true); }},
    {"authority named by issuer and serial", [](Scene& s) {
       const Plan& issuer = s.chain[1].plan;
       return set(s.leaf(), oid::kAuthorityKeyIdentifier, false, encode([&](Writer& w) {
                    w.sequence([&] {
                      w.nest(der::constructed(1), [&] { w.element(der::constructed(4), issuer.issuer); });
                      w.element(der::context(2), Bytes(issuer.serial).subspan(2));
                    });
                  }));
     }},
    {"authority named by a wrong serial", [](Scene& s) {
       const Plan& issuer = s.chain[1].plan;
       return set(s.leaf(), oid::kAuthorityKeyIdentifier, false, encode([&](Writer& w) {
                    w.sequence([&] {
                      w.nest(der::constructed(1), [&] { w.element(der::constructed(4), issuer.issuer); });
                      w.element(der::context(2), from_hex("42"));
                    });
                  }));
     }},
    {"subject key identifier missing", [](Scene& s) { return drop(s.ca(), oid::kSubjectKeyIdentifier); }},
    {"subject key identifier critical", [](Scene& s) { return criticality(s.ca(), oid::kSubjectKeyIdentifier, true); }},
    // nameConstraints
    {"DNS name not permitted", [](Scene& s) { return constrained(s, {dns("host.example.org")}, {}, {dns("other.org")}); }},
    {"DNS name excluded", [](Scene& s) { return constrained(s, {}, {dns("evil.org")}, {dns("a.evil.org")}); }},
    {"DNS name beside what is excluded", [](Scene& s) { return constrained(s, {}, {dns("evil.org")}, {dns("notevil.org")}); }},
    {"wildcard over what is excluded", [](Scene& s) { return constrained(s, {}, {dns("a.evil.org")}, {dns("*.evil.org")}); }},
    {"wildcard not within what is permitted", [](Scene& s) { return constrained(s, {dns("host.example.org"), dns("a.fine.org")}, {}, {dns("*.fine.org")}); }},
    {"constraint with a leading dot", [](Scene& s) { return constrained(s, {dns("example.org"), dns(".fine.org")}, {}, {dns("a.fine.org")}); }},
    {"constraint with a leading dot, the name itself", [](Scene& s) { return constrained(s, {dns("example.org"), dns(".fine.org")}, {}, {dns("fine.org")}); }},
    {"constraint in capitals", [](Scene& s) { return constrained(s, {}, {dns("EVIL.org")}, {dns("a.evil.org")}); }},
    {"everything excluded", [](Scene& s) { return constrained(s, {}, {dns("")}, {}); }},
    {"IPv4 not permitted", [](Scene& s) { return constrained(s, {address({192, 0, 2, 0, 255, 255, 255, 0})}, {}, {address({198, 51, 100, 1})}); }},
    {"IPv4 excluded", [](Scene& s) { return constrained(s, {}, {address({192, 0, 2, 0, 255, 255, 255, 0})}, {address({192, 0, 2, 200})}); }},
    {"IPv6 beside an IPv4 constraint", [](Scene& s) {
       return constrained(s, {address({192, 0, 2, 0, 255, 255, 255, 0})}, {}, {address({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})});
     }},
    {"mask with holes", [](Scene& s) { return constrained(s, {address({192, 0, 2, 0, 255, 0, 255, 0})}, {}, {address({192, 9, 2, 1})}); }},
    {"address constraint of four octets", [](Scene& s) { return constrained(s, {address({192, 0, 2, 0})}, {}, {address({192, 0, 2, 0})}); }},
    {"e-mail not permitted", [](Scene& s) { return constrained(s, {mail("example.org")}, {}, {mail("a@b.example.org")}); }},
    {"e-mail of a domain permitted", [](Scene& s) { return constrained(s, {mail(".example.org")}, {}, {mail("a@b.example.org")}); }},
    {"e-mail of the domain itself", [](Scene& s) { return constrained(s, {mail(".example.org")}, {}, {mail("a@example.org")}); }},
    {"e-mail of one mailbox", [](Scene& s) { return constrained(s, {mail("a@example.org")}, {}, {mail("a@example.org")}); }},
    {"e-mail of another mailbox", [](Scene& s) { return constrained(s, {mail("a@example.org")}, {}, {mail("b@example.org")}); }},
    {"URI permitted", [](Scene& s) { return constrained(s, {uri("example.org")}, {}, {uri("https://example.org/x")}); }},
    {"URI not permitted", [](Scene& s) { return constrained(s, {uri("example.org")}, {}, {uri("https://www.example.org/x")}); }},
    {"URI of a domain", [](Scene& s) { return constrained(s, {uri(".example.org")}, {}, {uri("https://www.example.org:8443/x")}); }},
    {"URI excluded", [](Scene& s) { return constrained(s, {}, {uri("example.org")}, {uri("https://user@example.org")}); }},
    {"URI of an address under constraints", [](Scene& s) { return constrained(s, {uri("example.org")}, {}, {uri("https://192.0.2.1/")}); }},
    {"URI without a host under constraints", [](Scene& s) { return constrained(s, {uri("example.org")}, {}, {uri("urn:isbn:1")}); }},
    {"directory name permitted", [](Scene& s) {
       const Name within = {{kOrganization, der::kUtf8String, "Example"}, {oid::kCommonName, der::kUtf8String, "x"}};
       if (!constrained(s, {directory({{kOrganization, der::kPrintableString, "example"}})}, {}, {})) return false;
       for (std::size_t i = 0; i + 1 < s.chain.size(); ++i) {
         Name name = within;
         name.back().value = "number " + std::to_string(i);
         s.chain[i].plan.subject = encode_name(name);
         if (i > 0) s.chain[i - 1].plan.issuer = s.chain[i].plan.subject;
       }
       s.write_names(false);
       return true;
     }},
    {"directory name not permitted", [](Scene& s) {
       if (!constrained(s, {directory({{kOrganization, der::kUtf8String, "Example"}})}, {}, {})) return false;
       s.leaf().subject = encode_name({{kOrganization, der::kUtf8String, "Other"}});
       s.write_names(false);
       return true;
     }},
    {"directory name excluded", [](Scene& s) {
       if (!constrained(s, {}, {directory({{kOrganization, der::kUtf8String, "Evil"}})}, {})) return false;
       s.leaf().subject = encode_name({{kOrganization, der::kUtf8String, "EVIL"}, {oid::kCommonName, der::kUtf8String, "x"}});
       s.write_names(false);
       return true;
     }},
    {"e-mail in the subject excluded", [](Scene& s) {
       if (!constrained(s, {}, {mail("evil.org")}, {})) return false;
       s.leaf().subject = encode_name({{x509::make_oid(1, 2, 840, 113549, 1, 9, 1), der::kIa5String, "a@evil.org"}});
       s.write_names(false);
       return true;
     }},
    {"common name excluded", [](Scene& s) {
       if (!constrained(s, {}, {dns("evil.org")}, {})) return false;
       s.leaf().subject = encode_name(common_name("www.evil.org"));
       s.write_names(false);
       return true;
     }},
    {"other name constrained", [](Scene& s) { return constrained(s, {{0, from_hex("06032a0304a0020500")}}, {}, {{0, from_hex("06032a0304a0020500")}}); }},
    {"registered identifier constrained", [](Scene& s) { return constrained(s, {{8, from_hex("2a0304")}}, {}, {{8, from_hex("2a0305")}}); }},
    {"constraints not critical", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kNameConstraints, false, subtrees({dns("example.org")}, {})); }},
    {"constraints of nothing", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kNameConstraints, true, from_hex("3000")); }},
    {"constraints with a minimum", [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kNameConstraints, true, from_hex("3010a00e300c82076578616d706c65800101"));
     }},
    {"constraints in the leaf", [](Scene& s) { return set(s.leaf(), oid::kNameConstraints, true, subtrees({dns("example.org")}, {})); }},
    {"root's constraints broken", [](Scene& s) { return set(s.root(), oid::kNameConstraints, true, subtrees({dns("elsewhere.org")}, {})); }},
    // policies
    {"no policy where one is required", [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kPolicyConstraints, true, policy_constraints(0, -1));
     }},
    {"another policy where one is required", [](Scene& s) {
       if (!policy_of_all(s, policies({kPolicyA}))) return false;
       put(s.intermediate(), {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB}));
     }},
    {"policy required further down", [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kPolicyConstraints, true, policy_constraints(7, -1));
     }},
    {"policies without a requirement", [](Scene& s) { return policy_of_all(s, policies({kPolicyA})) && set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB})); }},
    {"policy twice", [](Scene& s) { return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyA, kPolicyA})); }},
    {"policies of none", [](Scene& s) { return set(s.leaf(), oid::kCertificatePolicies, false, from_hex("3000")); }},
    {"policies critical", [](Scene& s) { return set(s.leaf(), oid::kCertificatePolicies, true, policies({kPolicyA})); }},
    {"any policy inhibited", [](Scene& s) {
       if (!policy_of_all(s, policies({kAnyPolicy}))) return false;
       put(s.chain[s.chain.size() - 2].plan, {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
       return set(s.chain[s.chain.size() - 2].plan, oid::kInhibitAnyPolicy, true, small(0));
     }},
    {"mapping inhibited", [](Scene& s) {
       if (s.intermediates() < 2 || !policy_of_all(s, policies({kPolicyA}))) return false;
       put(s.chain[s.chain.size() - 2].plan, {oid::kPolicyConstraints, true, policy_constraints(0, 0)});
       put(s.chain[1].plan, {oid::kPolicyMappings, true, mappings({{kPolicyA, kPolicyB}})});
       return set(s.leaf(), oid::kCertificatePolicies, false, policies({kPolicyB}));
     }},
    {"mapping from any policy", [](Scene& s) {
       return policy_of_all(s, policies({kPolicyA})) && set(s.intermediate(), oid::kPolicyMappings, true, mappings({{kAnyPolicy, kPolicyB}}));
     }},
    {"mapping not critical", [](Scene& s) {
       return policy_of_all(s, policies({kPolicyA})) && set(s.intermediate(), oid::kPolicyMappings, false, mappings({{kPolicyA, kPolicyA}}));
     }},
    {"policy constraints of nothing", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kPolicyConstraints, true, from_hex("3000")); }},
    {"policy constraints not critical", [](Scene& s) { return policy_of_all(s, policies({kPolicyA})) && set(s.intermediate(), oid::kPolicyConstraints, false, policy_constraints(0, -1)); }},
    {"any policy inhibited, not critical", [](Scene& s) { return s.has_intermediates() && set(s.intermediate(), oid::kInhibitAnyPolicy, false, small(3)); }},
    // revocation
    {"leaf revoked", [](Scene& s) { return revoked(s); }},
    {"intermediate revoked", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.add_crls();
       const std::size_t place = s.some_intermediate();
       s.refer_to(s.chain[place].plan.serial, place);
       return true;
     }},
    {"another one revoked", [](Scene& s) { return s.add_crls(), s.refer_to(from_hex("020142"), 0), true; }},
    {"revoked: removed from the list", [](Scene& s) { return revoked(s, sequence_of(sequence_of(from_hex("0603551d1504030a0108")))); }},
    {"revoked: on hold", [](Scene& s) { return revoked(s, sequence_of(sequence_of(from_hex("0603551d1504030a0106")))); }},
    {"revoked: unknown critical entry extension", [](Scene& s) { return revoked(s, sequence_of(sequence_of(from_hex("06032a03040101ff04020500")))); }},
    {"revoked by a list that is too old", [](Scene& s) { return revoked(s), s.crls[0].plan.next_update = days(-1), s.crls[0].plan.this_update = days(-9), true; }},
    {"list too old", [](Scene& s) { return s.add_crls(), s.crls[0].plan.next_update = days(-1), s.crls[0].plan.this_update = days(-9), true; }},
    {"list of the future", [](Scene& s) { return s.add_crls(), s.crls[0].plan.this_update = days(1), true; }},
    {"revoked by a list without nextUpdate", [](Scene& s) { return revoked(s), s.crls[0].plan.next_update.clear(), true; }},
    {"revoked by a list with a wrong signature", [](Scene& s) { return revoked(s), s.crls[0].plan.wrong_signature = true; }},
    {"revoked by an issuer that must not", [](Scene& s) {
       return revoked(s) && set(s.chain[1].plan, oid::kKeyUsage, true, key_usage({KeyUsage::key_cert_sign}));
     }},
    {"revoked by a list of unknown scope", [](Scene& s) { return revoked(s), s.crls[0].plan.extensions.push_back({kUnknown, true, from_hex("0500")}), true; }},
    {"revoked by a list for CAs", [](Scene& s) { return revoked(s), s.crls[0].plan.extensions.push_back({oid::kIssuingDistributionPoint, true, from_hex("30038201ff")}), true; }},
    {"revoked by a list for end entities",
     [](Scene& s) { return revoked(s), s.crls[0].plan.extensions.push_back({oid::kIssuingDistributionPoint, true, from_hex("30038101ff")}), true; }},
    {"no list for the leaf", [](Scene& s) { return s.add_crls(), s.crls.erase(s.crls.begin()), !s.crls.empty(); }},
    // the graph
    {"issuer missing", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.chain.erase(s.chain.begin() + static_cast<std::ptrdiff_t>(s.some_intermediate()));
       --s.trusted_from;
       return true;
     }},
    {"root not trusted", [](Scene& s) {
       s.shows_root = true;
       s.chain.push_back(s.make_ca(common_name("Root of others"), s.keys.any(s.rng, {s.chain.back().plan.key}), nullptr));
       s.trusted_from = s.chain.size() - 1;
       return true;
     }},
    {"leaf is trusted", [](Scene& s) { return s.trusted_from = 0, true; }},
    {"expired, and crossed", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       s.chain[place].plan.not_after = days(-1);
       return true;
     }},
    {"signature broken, and crossed", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       return s.chain[place].plan.wrong_signature = true;
     }},
    {"constrained, and crossed", [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.cross_sign(place, true);
       return set(s.chain[place].plan, oid::kNameConstraints, true, subtrees({dns("elsewhere.org")}, {}));
     }},
};

}  // namespace

std::span<const Change> breaks() { return kBreaks; }

}  // namespace tls12::differential
