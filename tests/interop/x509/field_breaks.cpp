// Breaks of one field: signatures, keys, times, numbers, encodings, and what a key may be used for.
#include "mutations.hpp"

namespace tls12::differential {
namespace {

namespace oid = x509::oid;
namespace der = x509::der;
using x509::KeyUsage;
using x509::SignatureKind;
using x509::SignatureMethod;

constexpr Oid kUnknown = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 9);
constexpr Oid kOrganization = x509::make_oid(2, 5, 4, 10);

// Keys that others may support, in DER.
constexpr std::string_view kSecp256k1 =
    "3056301006072a8648ce3d020106052b8104000a03420004b4a44ca8e64ebc9dea9e77ae201cef523989c7d9f47b50"
    "d2b56326cb51967c57bbf5cf95b89d04d9072a46a008322e51f0488981"
    "7ae09a2355aee4cbeaea7860";
constexpr std::string_view kBrainpool =
    "305a301406072a8648ce3d020106092b24030302080101070342000419a6f6406e1eca3d89d88fb0dadec8c6833ac4"
    "4ba1a970850bc965776a0ab95d004a65684f496eda4341f056e94dacb3"
    "beb5c471c22e43b8c73e1c6ecf5242cb";
constexpr std::string_view kSecp224r1 =
    "304e301006072a8648ce3d020106052b81040021033a0004b33283a28e5dcc1506891145168c9506c0d94ee611b083"
    "c308f6c669ac7010e3b4502fe0879cabbbdb7770af1b91926ede2aae10"
    "c1f30de3";
constexpr std::string_view kCompressed =
    "3039301306072a8648ce3d020106082a8648ce3d030107032200025a7d9398cdd00c2cdb34cf9cfc6b4994a1efd5ff"
    "034314353bab95c598bbfe55";
constexpr std::string_view kOffCurve =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200045a7d9398cdd00c2cdb34cf9cfc6b4994a1efd5ff"
    "034314353bab95c598bbfe55"
    "2d844265de262091f6367d9b580b9e717cb4c2537a61cc642ad7cedeab873c7b";
constexpr std::string_view kEd448 =
    "3043300506032b6571033a00bf2551b10e17a5fc9a46c6a06fe9b9eb84b2a58bac93df2b388e15704b047e5459ef0d"
    "eb2cf1cf97949eed4397c27ab4d8b74ddf75e7ff4d80";
constexpr std::string_view kX25519 =
    "302a300506032b656e03210036a928cef0ed7709a53d0b354232e125c068488e6dd2772aa56e915de172c64f";

Der time_text(std::uint8_t tag, std::string_view text) {
  return encode([&](Writer& writer) { writer.element(tag, bytes_of(text)); });
}

/// An RSA modulus that nobody knows the primes of: for keys that sign nothing here.
Der rsa_info(Rng& rng, std::size_t bits, Der exponent) {
  Der modulus = rng.octets(bits / 8);
  modulus.front() |= 0x80;
  modulus.back() |= 1;
  return encode([&](Writer& writer) {
    x509::write_subject_public_key_info(
        {.kind = KeyKind::rsa, .modulus = modulus, .exponent = exponent}, {}, writer);
  });
}

/// Another key for the leaf, with a usage that fits it.
bool leaf_key(Scene& s, Der info) {
  s.leaf().public_info = std::move(info);
  return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::digital_signature}));
}

/// The leaf signed by a key of that kind, in that way. Lists that the issuer's other key has signed
/// would not do any more.
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

constexpr Change kBreaks[] = {
    // signatures
    {"signature broken",
     [](Scene& s) { return s.chain[s.rng.below(s.trusted_from)].plan.wrong_signature = true; }},
    {"root's own signature broken", [](Scene& s) { return s.root().wrong_signature = true; }},
    {"signed by another",
     [](Scene& s) {
       Node& node = s.chain[s.rng.below(s.trusted_from)];
       node.signer = s.keys.any(s.rng, {node.signer});
       return true;
     }},
    {"algorithms differ",
     [](Scene& s) {
       s.leaf().outer_algorithm = encode([&](Writer& w) {
         x509::write_signature_algorithm({SignatureKind::rsa_pkcs1, HashAlgorithm::sha512}, w);
       });
       return true;
     }},
    {"RSA with SHA-1",
     [](Scene& s) {
       return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha1});
     }},
    {"ECDSA with SHA-1",
     [](Scene& s) {
       return signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha1});
     }},
    {"RSA with SHA-512",
     [](Scene& s) {
       return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha512});
     }},
    {"RSA-PSS by an RSA key",
     [](Scene& s) {
       return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 32});
     }},
    {"RSA-PSS with a short salt",
     [](Scene& s) {
       return signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pss, HashAlgorithm::sha256, 20});
     }},
    {"ECDSA P-256 with SHA-512",
     [](Scene& s) {
       return signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha512});
     }},
    {"ECDSA P-521",
     [](Scene& s) {
       return signed_with(s, KeyKind::ec_secp521r1, {SignatureKind::ecdsa, HashAlgorithm::sha512});
     }},
    {"RSA parameters absent",
     [](Scene& s) {
       const bool made =
           signed_with(s, KeyKind::rsa, {SignatureKind::rsa_pkcs1, HashAlgorithm::sha256});
       s.leaf().algorithm = from_hex("300b06092a864886f70d01010b");
       return made;
     }},
    {"ECDSA parameters NULL",
     [](Scene& s) {
       const bool made =
           signed_with(s, KeyKind::ec_secp256r1, {SignatureKind::ecdsa, HashAlgorithm::sha256});
       s.leaf().algorithm = from_hex("300c06082a8648ce3d0403020500");
       return made;
     }},
    // keys
    {"RSA-1024 key",
     [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 1024, from_hex("010001"))); }},
    {"RSA key with exponent 3",
     [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("03"))); }},
    {"RSA key with exponent 1",
     [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("01"))); }},
    {"RSA key with an even exponent",
     [](Scene& s) { return leaf_key(s, rsa_info(s.rng, 2048, from_hex("010000"))); }},
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
    {"intermediate expired",
     [](Scene& s) {
       return s.has_intermediates() && (s.intermediate().not_after = days(-1), true);
     }},
    {"intermediate not yet valid",
     [](Scene& s) {
       return s.has_intermediates() && (s.intermediate().not_before = days(1), true);
     }},
    {"root expired", [](Scene& s) { return s.root().not_after = days(-1), true; }},
    {"ends now", [](Scene& s) { return s.leaf().not_after = days(0), true; }},
    {"begins now", [](Scene& s) { return s.leaf().not_before = days(0), true; }},
    {"ends before it begins",
     [](Scene& s) { return s.leaf().not_before = days(3), s.leaf().not_after = days(-3), true; }},
    {"GeneralizedTime before 2050",
     [](Scene& s) {
       return s.any().not_after = time_text(der::kGeneralizedTime, "20280601000000Z"), true;
     }},
    {"UTCTime without seconds",
     [](Scene& s) { return s.any().not_after = time_text(der::kUtcTime, "2806010000Z"), true; }},
    {"UTCTime with an offset",
     [](Scene& s) {
       return s.any().not_after = time_text(der::kUtcTime, "280601000000+0000"), true;
     }},
    {"GeneralizedTime with a fraction",
     [](Scene& s) {
       return s.any().not_after = time_text(der::kGeneralizedTime, "20510601000000.5Z"), true;
     }},
    {"no such day",
     [](Scene& s) { return s.any().not_after = time_text(der::kUtcTime, "280231000000Z"), true; }},
    // version, serial number, unique identifiers
    {"version 1 with extensions", [](Scene& s) { return s.leaf().version.clear(), true; }},
    {"version 2 with extensions",
     [](Scene& s) { return s.leaf().version = from_hex("a003020101"), true; }},
    {"version 4", [](Scene& s) { return s.leaf().version = from_hex("a003020103"), true; }},
    {"version 1 written out",
     [](Scene& s) { return s.leaf().version = from_hex("a003020100"), true; }},

    {"version 1 intermediate",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       Plan& plan = s.intermediate();
       plan.version.clear();
       plan.extensions.clear();
       return true;
     }},
    {"version 1 root",
     [](Scene& s) { return s.root().version.clear(), s.root().extensions.clear(), true; }},
    {"extensions empty",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       s.leaf().extensions.clear();
       return s.leaf().empty_extensions = true;
     }},
    {"serial zero", [](Scene& s) { return s.any().serial = from_hex("020100"), true; }},
    {"serial negative", [](Scene& s) { return s.any().serial = from_hex("0202ff01"), true; }},
    {"serial of 21 octets",
     [](Scene& s) {
       return s.any().serial = from_hex("0215010101010101010101010101010101010101010101"), true;
     }},
    {"serial not minimal", [](Scene& s) { return s.any().serial = from_hex("02020001"), true; }},
    {"unique identifiers",
     [](Scene& s) { return s.leaf().unique_ids = from_hex("81020001"), true; }},
    // names of issuer and subject
    {"names do not chain",
     [](Scene& s) {
       return s.chain[s.rng.below(s.trusted_from)].plan.issuer =
                  encode_name(common_name("Somebody else")),
              true;
     }},
    {"intermediate without a subject",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       const std::size_t place = s.some_intermediate();
       s.chain[place].plan.subject = s.chain[place - 1].plan.issuer = encode_name(Name());
       return true;
     }},
    {"printable string with odd characters",
     [](Scene& s) {
       s.leaf().subject = encode_name({{oid::kCommonName, der::kPrintableString, "a*b@c"}});
       s.write_names();
       return true;
     }},
    {"UTF8String that is none",
     [](Scene& s) {
       s.leaf().subject = encode_name({{oid::kCommonName, der::kUtf8String, "a\xff"}});
       s.write_names();
       return true;
     }},
    {"teletex string",
     [](Scene& s) {
       return s.leaf().subject = encode_name({{kOrganization, der::kTeletexString, "caf\xe9"}}),
              s.write_names(), true;
     }},
    {"common name of 65 characters",
     [](Scene& s) {
       return s.leaf().subject = encode_name(common_name(std::string(65, 'x'))), s.write_names(),
              true;
     }},
    // encodings
    {"trailing octet",
     [](Scene& s) { return s.any().bend = [](Der& c) { c.push_back(0); }, true; }},
    {"field behind the extensions",
     [](Scene& s) { return s.leaf().trailing = from_hex("0500"), true; }},
    {"TRUE is 1",
     [](Scene& s) {
       Plan& plan = s.any();
       Extension* e = find(plan, oid::kKeyUsage);
       return e != nullptr && (e->critical_encoding = from_hex("010101"), true);
     }},
    {"FALSE written out",
     [](Scene& s) {
       Extension* e = find(s.leaf(), oid::kSubjectKeyIdentifier);
       return e != nullptr && (e->critical_encoding = from_hex("010100"), true);
     }},
    {"length not minimal", [](Scene& s) { return s.any().serial = from_hex("02810101"), true; }},
    {"extension twice",
     [](Scene& s) {
       Plan& plan = s.any();
       plan.extensions.push_back(plan.extensions.front());
       return true;
     }},
    {"unknown critical extension",
     [](Scene& s) { return set(s.any(), kUnknown, true, from_hex("0500")); }},
    // basicConstraints
    {"basicConstraints missing",
     [](Scene& s) {
       return s.has_intermediates() && drop(s.intermediate(), oid::kBasicConstraints);
     }},
    {"root's basicConstraints missing",
     [](Scene& s) { return drop(s.root(), oid::kBasicConstraints); }},
    {"cA false",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kBasicConstraints, true, basic_constraints(false));
     }},
    {"cA false written out",
     [](Scene& s) { return set(s.leaf(), oid::kBasicConstraints, true, from_hex("3003010100")); }},
    {"basicConstraints not critical",
     [](Scene& s) {
       return s.has_intermediates() && criticality(s.intermediate(), oid::kBasicConstraints, false);
     }},
    {"path length exceeded",
     [](Scene& s) {
       if (s.intermediates() < 1) return false;
       return set(s.chain[2].plan, oid::kBasicConstraints, true, basic_constraints(true, 0));
     }},
    {"path length negative",
     [](Scene& s) {
       return set(s.ca(), oid::kBasicConstraints, true, from_hex("30060101ff0201ff"));
     }},
    {"path length without cA",
     [](Scene& s) {
       return set(s.leaf(), oid::kBasicConstraints, true, basic_constraints(false, 0));
     }},
    {"leaf is a CA",
     [](Scene& s) { return set(s.leaf(), oid::kBasicConstraints, true, basic_constraints(true)); }},
    {"leaf without basicConstraints",
     [](Scene& s) { return drop(s.leaf(), oid::kBasicConstraints); }},
    // keyUsage
    {"CA without keyUsage", [](Scene& s) { return drop(s.ca(), oid::kKeyUsage); }},
    {"CA without keyCertSign",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       return set(s.intermediate(), oid::kKeyUsage, true,
                  key_usage({KeyUsage::digital_signature, KeyUsage::crl_sign}));
     }},
    {"root without keyCertSign",
     [](Scene& s) {
       return set(s.root(), oid::kKeyUsage, true,
                  key_usage({KeyUsage::digital_signature, KeyUsage::crl_sign}));
     }},
    {"keyUsage not critical", [](Scene& s) { return criticality(s.any(), oid::kKeyUsage, false); }},
    {"leaf with keyAgreement alone",
     [](Scene& s) {
       return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::key_agreement}));
     }},
    {"leaf with dataEncipherment alone",
     [](Scene& s) {
       return set(s.leaf(), oid::kKeyUsage, true, key_usage({KeyUsage::data_encipherment}));
     }},
    {"leaf with keyCertSign",
     [](Scene& s) {
       return set(s.leaf(), oid::kKeyUsage, true,
                  key_usage({KeyUsage::digital_signature, KeyUsage::key_cert_sign}));
     }},
    {"leaf without keyUsage", [](Scene& s) { return drop(s.leaf(), oid::kKeyUsage); }},
    {"keyUsage of no bits",
     [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, from_hex("030100")); }},
    {"keyUsage with trailing zeros",
     [](Scene& s) { return set(s.leaf(), oid::kKeyUsage, true, from_hex("03020080")); }},
    // extendedKeyUsage
    {"purpose wrong",
     [](Scene& s) {
       return set(s.leaf(), oid::kExtendedKeyUsage, false,
                  object_identifiers({s.for_server ? oid::kClientAuth : oid::kServerAuth}));
     }},
    {"purpose any",
     [](Scene& s) {
       return set(s.leaf(), oid::kExtendedKeyUsage, false,
                  object_identifiers({oid::kAnyExtendedKeyUsage}));
     }},
    {"purpose missing", [](Scene& s) { return drop(s.leaf(), oid::kExtendedKeyUsage); }},
    {"purpose critical",
     [](Scene& s) { return criticality(s.leaf(), oid::kExtendedKeyUsage, true); }},
    {"purposes of none",
     [](Scene& s) { return set(s.leaf(), oid::kExtendedKeyUsage, false, from_hex("3000")); }},
    {"intermediate for another purpose",
     [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kExtendedKeyUsage, false,
                                           object_identifiers({oid::kOcspSigning}));
     }},
    {"intermediate for any purpose",
     [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kExtendedKeyUsage, false,
                                           object_identifiers({oid::kAnyExtendedKeyUsage}));
     }},
    {"root for another purpose",
     [](Scene& s) {
       return set(s.root(), oid::kExtendedKeyUsage, false, object_identifiers({oid::kOcspSigning}));
     }},
};

}  // namespace

std::span<const Change> field_breaks() { return kBreaks; }

}  // namespace tls12::differential
