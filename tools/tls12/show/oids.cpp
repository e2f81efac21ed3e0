#include "show/oids.hpp"

#include <algorithm>

namespace tls12::tool::asn1 {
namespace {

constexpr KnownOid kKnown[] = {
    // attributes of names: RFC 5280 §4.1.2.4, RFC 4519, RFC 4514 §3
    {"2.5.4.3", "commonName", "CN"},
    {"2.5.4.4", "surname", "SN"},
    {"2.5.4.5", "serialNumber"},
    {"2.5.4.6", "countryName", "C"},
    {"2.5.4.7", "localityName", "L"},
    {"2.5.4.8", "stateOrProvinceName", "ST"},
    {"2.5.4.9", "streetAddress", "STREET"},
    {"2.5.4.10", "organizationName", "O"},
    {"2.5.4.11", "organizationalUnitName", "OU"},
    {"2.5.4.12", "title"},
    {"2.5.4.15", "businessCategory"},
    {"2.5.4.17", "postalCode"},
    {"2.5.4.41", "name"},
    {"2.5.4.42", "givenName"},
    {"2.5.4.43", "initials"},
    {"2.5.4.44", "generationQualifier"},
    {"2.5.4.46", "dnQualifier"},
    {"2.5.4.65", "pseudonym"},
    {"2.5.4.97", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "userId", "UID"},
    {"0.9.2342.19200300.100.1.25", "domainComponent", "DC"},
    {"1.2.840.113549.1.9.1", "emailAddress"},
    {"1.3.6.1.4.1.311.60.2.1.1", "jurisdictionLocalityName"},
    {"1.3.6.1.4.1.311.60.2.1.2", "jurisdictionStateOrProvinceName"},
    {"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionCountryName"},

    // keys and curves: RFC 8017, RFC 4055, RFC 5480, RFC 8410, RFC 3279
    {"1.2.840.113549.1.1.1", "rsaEncryption"},
    {"1.2.840.113549.1.1.10", "id-RSASSA-PSS"},
    {"1.2.840.10045.2.1", "id-ecPublicKey"},
    {"1.2.840.10045.3.1.7", "secp256r1", {}, "P-256"},
    {"1.3.132.0.34", "secp384r1", {}, "P-384"},
    {"1.3.132.0.35", "secp521r1", {}, "P-521"},
    {"1.3.132.0.10", "secp256k1"},
    {"1.3.101.110", "id-X25519"},
    {"1.3.101.112", "id-Ed25519"},
    {"1.3.101.113", "id-Ed448"},
    {"1.2.840.10040.4.1", "id-dsa"},

    // signatures and hashes: RFC 8017, RFC 5758, RFC 4055
    {"1.2.840.113549.1.1.4", "md5WithRSAEncryption", {}, "broken: MD5 collides"},
    {"1.2.840.113549.1.1.5", "sha1WithRSAEncryption", {}, "too weak: SHA-1 collides"},
    {"1.2.840.113549.1.1.8", "id-mgf1"},
    {"1.2.840.113549.1.1.11", "sha256WithRSAEncryption"},
    {"1.2.840.113549.1.1.12", "sha384WithRSAEncryption"},
    {"1.2.840.113549.1.1.13", "sha512WithRSAEncryption"},
    {"1.2.840.113549.1.1.14", "sha224WithRSAEncryption"},
    {"1.2.840.10045.4.1", "ecdsa-with-SHA1", {}, "too weak: SHA-1 collides"},
    {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224"},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256"},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512"},
    {"1.2.840.10040.4.3", "id-dsa-with-sha1"},
    {"2.16.840.1.101.3.4.3.2", "id-dsa-with-sha256"},
    {"1.3.14.3.2.26", "id-sha1"},
    {"2.16.840.1.101.3.4.2.1", "id-sha256"},
    {"2.16.840.1.101.3.4.2.2", "id-sha384"},
    {"2.16.840.1.101.3.4.2.3", "id-sha512"},
    {"2.16.840.1.101.3.4.2.4", "id-sha224"},

    // extensions of certificates: RFC 5280 §4.2
    {"2.5.29.9",
     "subjectDirectoryAttributes",
     {},
     "more about the subject than its name (RFC 5280 §4.2.1.8)"},
    {"2.5.29.14",
     "subjectKeyIdentifier",
     {},
     "a short name for this certificate's key (RFC 5280 §4.2.1.2)"},
    {"2.5.29.15", "keyUsage", {}, "what the key may be used for (RFC 5280 §4.2.1.3)"},
    {"2.5.29.16", "privateKeyUsagePeriod", {}, "until when the key signs (RFC 3280 §4.2.1.4)"},
    {"2.5.29.17", "subjectAltName", {}, "the names that it is good for (RFC 5280 §4.2.1.6)"},
    {"2.5.29.18", "issuerAltName", {}, "other names of the issuer (RFC 5280 §4.2.1.7)"},
    {"2.5.29.19",
     "basicConstraints",
     {},
     "whether it is a CA, and how many CAs may stand below (RFC 5280 §4.2.1.9)"},
    {"2.5.29.30",
     "nameConstraints",
     {},
     "the names that this CA may issue for (RFC 5280 §4.2.1.10)"},
    {"2.5.29.31",
     "cRLDistributionPoints",
     {},
     "where to ask whether it was revoked (RFC 5280 §4.2.1.13)"},
    {"2.5.29.32",
     "certificatePolicies",
     {},
     "the rules that it was issued under (RFC 5280 §4.2.1.4)"},
    {"2.5.29.33",
     "policyMappings",
     {},
     "policies of the issuer that equal policies of the subject (RFC 5280 §4.2.1.5)"},
    {"2.5.29.35",
     "authorityKeyIdentifier",
     {},
     "which key of the issuer signed it (RFC 5280 §4.2.1.1)"},
    {"2.5.29.36",
     "policyConstraints",
     {},
     "how policies bind what stands below (RFC 5280 §4.2.1.11)"},
    {"2.5.29.37", "extKeyUsage", {}, "the purposes that it is for (RFC 5280 §4.2.1.12)"},
    {"2.5.29.46", "freshestCRL", {}, "where changes since the last CRL are (RFC 5280 §4.2.1.15)"},
    {"2.5.29.54", "inhibitAnyPolicy", {}, "from where on anyPolicy is none (RFC 5280 §4.2.1.14)"},
    {"1.3.6.1.5.5.7.1.1",
     "authorityInfoAccess",
     {},
     "where the issuer's certificate and OCSP responder are (RFC 5280 §4.2.2.1)"},
    {"1.3.6.1.5.5.7.1.11",
     "subjectInfoAccess",
     {},
     "where the subject publishes (RFC 5280 §4.2.2.2)"},
    {"1.3.6.1.5.5.7.1.3", "qcStatements", {}, "what the law says of it (RFC 3739 §3.2.6)"},
    {"1.3.6.1.5.5.7.1.24",
     "tlsFeature",
     {},
     "TLS extensions that its server must answer: must-staple (RFC 7633)"},
    {"1.3.6.1.5.5.7.48.1.5",
     "id-pkix-ocsp-nocheck",
     {},
     "nobody need ask whether this responder was revoked (RFC 6960 §4.2.2.2.1)"},
    {"1.3.6.1.4.1.11129.2.4.2",
     "signedCertificateTimestampList",
     {},
     "public logs that promised to list it (RFC 6962 §3.3)"},
    {"1.3.6.1.4.1.11129.2.4.3", "ctPoison", {}, "a precertificate: for logs alone (RFC 6962 §3.1)"},
    {"1.3.6.1.4.1.11129.2.4.5",
     "signedCertificateTimestampList (OCSP)",
     {},
     "public logs that promised to list the certificate (RFC 6962 §3.3)"},
    {"2.16.840.1.113730.1.1",
     "netscapeCertType",
     {},
     "older than X.509 version 3's own key usages"},
    {"2.16.840.1.113730.1.13", "netscapeComment"},
    {"1.3.6.1.4.1.311.20.2", "certificateTemplateName"},
    {"1.3.6.1.4.1.311.21.1", "caVersion"},
    {"1.3.6.1.4.1.311.21.7", "certificateTemplate"},
    {"1.3.6.1.4.1.311.21.10", "applicationCertificatePolicies"},

    // extensions of CRLs and of their entries: RFC 5280 §5.2, §5.3
    {"2.5.29.20", "cRLNumber", {}, "each list of an issuer has a higher one (RFC 5280 §5.2.3)"},
    {"2.5.29.27",
     "deltaCRLIndicator",
     {},
     "this list says what changed since the one of that number (RFC 5280 §5.2.4)"},
    {"2.5.29.28",
     "issuingDistributionPoint",
     {},
     "which certificates this list is about (RFC 5280 §5.2.5)"},
    {"2.5.29.21", "cRLReason", {}, "why it was revoked (RFC 5280 §5.3.1)"},
    {"2.5.29.23", "holdInstructionCode", {}, "what to do while it is on hold (RFC 3280 §5.3.2)"},
    {"2.5.29.24",
     "invalidityDate",
     {},
     "since when the key is known or thought to be lost (RFC 5280 §5.3.2)"},
    {"2.5.29.29",
     "certificateIssuer",
     {},
     "whose certificate this entry and those behind it are (RFC 5280 §5.3.3)"},

    // policies and their qualifiers: RFC 5280 §4.2.1.4, CA/Browser Forum
    {"2.5.29.32.0", "anyPolicy"},
    {"2.23.140.1.1", "extended-validation"},
    {"2.23.140.1.2.1", "domain-validated"},
    {"2.23.140.1.2.2", "organization-validated"},
    {"2.23.140.1.2.3", "individual-validated"},
    {"1.3.6.1.5.5.7.2.1", "id-qt-cps", {}, "where the rules can be read"},
    {"1.3.6.1.5.5.7.2.2", "id-qt-unotice", {}, "a text for users"},

    // purposes: RFC 5280 §4.2.1.12
    {"2.5.29.37.0", "anyExtendedKeyUsage"},
    {"1.3.6.1.5.5.7.3.1", "id-kp-serverAuth", {}, "TLS servers"},
    {"1.3.6.1.5.5.7.3.2", "id-kp-clientAuth", {}, "TLS clients"},
    {"1.3.6.1.5.5.7.3.3", "id-kp-codeSigning"},
    {"1.3.6.1.5.5.7.3.4", "id-kp-emailProtection"},
    {"1.3.6.1.5.5.7.3.8", "id-kp-timeStamping"},
    {"1.3.6.1.5.5.7.3.9", "id-kp-OCSPSigning"},

    // access methods: RFC 5280 §4.2.2
    {"1.3.6.1.5.5.7.48.1", "id-ad-ocsp", {}, "an OCSP responder"},
    {"1.3.6.1.5.5.7.48.2", "id-ad-caIssuers", {}, "the issuer's certificate"},
    {"1.3.6.1.5.5.7.48.3", "id-ad-timeStamping"},
    {"1.3.6.1.5.5.7.48.5", "id-ad-caRepository"},

    // OCSP: RFC 6960 §4
    {"1.3.6.1.5.5.7.48.1.1", "id-pkix-ocsp-basic"},
    {"1.3.6.1.5.5.7.48.1.2",
     "id-pkix-ocsp-nonce",
     {},
     "the asker's own number: the answer is fresh (RFC 6960 §4.4.1)"},
    {"1.3.6.1.5.5.7.48.1.6", "id-pkix-ocsp-archive-cutoff", {}, "(RFC 6960 §4.4.4)"},
    {"1.3.6.1.5.5.7.48.1.9",
     "id-pkix-ocsp-extended-revoke",
     {},
     "certificates never issued count as revoked (RFC 6960 §4.4.8)"},

    // attributes of certificate requests: RFC 2985 §5.4
    {"1.2.840.113549.1.9.7", "challengePassword"},
    {"1.2.840.113549.1.9.14", "extensionRequest", {}, "the extensions that are wished for"},
};

}  // namespace

std::string dotted(Bytes content) {
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : content) {
    arc = arc << 7 | (octet & 0x7f);
    if ((octet & 0x80) != 0) continue;
    if (text.empty()) {
      // X.690 §8.19.4: the first two arcs share an octet.
      const std::uint64_t first = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = std::to_string(first) + "." + std::to_string(arc - first * 40);
    } else {
      text += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

const KnownOid* find_oid(Bytes content) {
  const std::string text = dotted(content);
  const auto* found = std::ranges::find(kKnown, text, &KnownOid::dotted);
  return found == std::end(kKnown) ? nullptr : found;
}

std::string format_oid(Bytes content) {
  const KnownOid* oid = find_oid(content);
  return oid == nullptr ? dotted(content)
                        : std::string(oid->name) + " (" + std::string(oid->dotted) + ")";
}

}  // namespace tls12::tool::asn1
