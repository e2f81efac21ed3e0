#include "show/schema.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/output/format.hpp"
#include "show/basic_types.hpp"
#include "show/extensions.hpp"
#include "show/oids.hpp"
#include "show/value_format.hpp"

namespace tls12::tool::asn1 {
namespace {

using enum Field::Presence;
using enum Field::Tagging;

std::string format_version(Bytes content) {
  return content.size() == 1 && content[0] < 3 ? "v" + std::to_string(content[0] + 1)
                                               : format_integer(content);
}

// ------------------------------------------------ keys and signatures

constexpr Field kRsaPublicKeyFields[] = {
    {"modulus", &kIntegerType, "the product of two secret primes"},
    {"publicExponent", &kIntegerType}};
constexpr Type kRsaPublicKey = {.name = "RSAPublicKey",
                                .kind = Type::structure,
                                .tag = kSequence,
                                .fields = kRsaPublicKeyFields};

constexpr Field kEcdsaFields[] = {{"r", &kIntegerType}, {"s", &kIntegerType}};
constexpr Type kEcdsaSigValue = {
    .name = "Ecdsa-Sig-Value", .kind = Type::structure, .tag = kSequence, .fields = kEcdsaFields};

const Type* key_type(Bytes oid) {
  const KnownOid* algorithm = find_oid(oid);
  return algorithm != nullptr &&
                 (algorithm->name == "rsaEncryption" || algorithm->name == "id-RSASSA-PSS")
             ? &kRsaPublicKey
             : nullptr;
}

const Type* signature_type(Bytes oid) {
  const KnownOid* algorithm = find_oid(oid);
  return algorithm != nullptr && algorithm->name.starts_with("ecdsa-with-") ? &kEcdsaSigValue
                                                                            : nullptr;
}

constexpr Type kSubjectPublicKey = {.name = "BIT STRING",
                                    .kind = Type::primitive,
                                    .tag = kBitString,
                                    .format = format_bits,
                                    .holds = key_type};
constexpr Type kSignature = {.name = "BIT STRING",
                             .kind = Type::primitive,
                             .tag = kBitString,
                             .format = format_bits,
                             .holds = signature_type};

constexpr Field kSubjectPublicKeyInfoFields[] = {
    {"algorithm", &kAlgorithmIdentifier, "the kind of key, and its curve"},
    {"subjectPublicKey", &kSubjectPublicKey, "the key itself"}};
constexpr Type kSubjectPublicKeyInfo = {.name = "SubjectPublicKeyInfo",
                                        .kind = Type::structure,
                                        .tag = kSequence,
                                        .fields = kSubjectPublicKeyInfoFields,
                                        .summary = format_part<0>};

// ------------------------------------------------ certificates: RFC 5280 §4.1

constexpr Type kVersion = {
    .name = "INTEGER", .kind = Type::primitive, .tag = kInteger, .format = format_version};
constexpr Type kSerial = {
    .name = "INTEGER", .kind = Type::primitive, .tag = kInteger, .format = to_hex};

constexpr Field kValidityFields[] = {{"notBefore", &kTime}, {"notAfter", &kTime}};
constexpr Type kValidity = {
    .name = "Validity", .kind = Type::structure, .tag = kSequence, .fields = kValidityFields};

constexpr Field kTbsCertificateFields[] = {
    {"version", &kVersion, "only v3 has extensions", optional, explicitly, 0},
    {"serialNumber", &kSerial,
     "no two of one issuer are the same; lists of revoked certificates name it"},
    {"signature", &kAlgorithmIdentifier,
     "must be the signatureAlgorithm at the end: here it is signed, too"},
    {"issuer", &kName, "who vouches for it: the subject of the next certificate of the chain"},
    {"validity", &kValidity, "when it may be believed"},
    {"subject", &kName, "who it is about"},
    {"subjectPublicKeyInfo", &kSubjectPublicKeyInfo, "the key that it ties to the subject"},
    {"issuerUniqueID", &kBitStringType, "not used any more", optional, implicitly, 1},
    {"subjectUniqueID", &kBitStringType, "not used any more", optional, implicitly, 2},
    {"extensions", &kExtensions, "what version 1 could not say", optional, explicitly, 3},
};
constexpr Type kTbsCertificate = {.name = "TBSCertificate",
                                  .kind = Type::structure,
                                  .tag = kSequence,
                                  .fields = kTbsCertificateFields};

constexpr Field kCertificateFields[] = {
    {"tbsCertificate", &kTbsCertificate, "to be signed: all of this is what the signature is over"},
    {"signatureAlgorithm", &kAlgorithmIdentifier},
    {"signatureValue", &kSignature, "made with the issuer's private key"},
};
constexpr Type kCertificate = {
    .name = "Certificate", .kind = Type::structure, .tag = kSequence, .fields = kCertificateFields};

// ------------------------------------------------ lists: RFC 5280 §5.1

constexpr Field kRevokedFields[] = {{"userCertificate", &kSerial, "its serial number"},
                                    {"revocationDate", &kTime},
                                    {"crlEntryExtensions", &kExtensions, "", optional}};
constexpr Type kRevoked = {.name = "revoked certificate",
                           .kind = Type::structure,
                           .tag = kSequence,
                           .fields = kRevokedFields,
                           .summary = format_part<0>};
constexpr Type kRevokedList = {
    .name = "SEQUENCE", .kind = Type::list, .tag = kSequence, .element = &kRevoked};

constexpr Field kTbsCertListFields[] = {
    {"version", &kVersion, "v2 has extensions", optional},
    {"signature", &kAlgorithmIdentifier},
    {"issuer", &kName, "who took these certificates back"},
    {"thisUpdate", &kTime, "when it was made"},
    {"nextUpdate", &kTime, "by then there is a newer one", optional},
    {"revokedCertificates", &kRevokedList, "", optional},
    {"crlExtensions", &kExtensions, "", optional, explicitly, 0},
};
constexpr Type kTbsCertList = {
    .name = "TBSCertList", .kind = Type::structure, .tag = kSequence, .fields = kTbsCertListFields};

constexpr Field kCertificateListFields[] = {{"tbsCertList", &kTbsCertList, "to be signed"},
                                            {"signatureAlgorithm", &kAlgorithmIdentifier},
                                            {"signatureValue", &kSignature}};
constexpr Type kCertificateList = {.name = "CertificateList",
                                   .kind = Type::structure,
                                   .tag = kSequence,
                                   .fields = kCertificateListFields};

// ------------------------------------------------ answers: RFC 6960 §4.2.1

constexpr Field kCertIdFields[] = {
    {"hashAlgorithm", &kAlgorithmIdentifier},
    {"issuerNameHash", &kOctetStringType, "of the issuer's name in the certificate"},
    {"issuerKeyHash", &kOctetStringType, "of the issuer's key: another of that name has another"},
    {"serialNumber", &kSerial}};
constexpr Type kCertId = {.name = "CertID",
                          .kind = Type::structure,
                          .tag = kSequence,
                          .fields = kCertIdFields,
                          .summary = format_part<3>};

constexpr Field kRevokedInfoFields[] = {
    {"revocationTime", &kGeneralizedTimeType},
    {"revocationReason", &kReasonCode, "", optional, explicitly, 0}};
constexpr Type kRevokedInfo = {.name = "RevokedInfo",
                               .kind = Type::structure,
                               .tag = kSequence,
                               .fields = kRevokedInfoFields,
                               .summary = format_part<0>};

constexpr Field kCertStatusFields[] = {
    {"good", &kNullType, "it was not revoked", required, implicitly, 0},
    {"revoked", &kRevokedInfo, "", required, implicitly, 1},
    {"unknown", &kNullType, "the responder does not know it", required, implicitly, 2},
};
constexpr Type kCertStatus = {
    .name = "CertStatus", .kind = Type::choice, .fields = kCertStatusFields};

constexpr Field kSingleResponseFields[] = {
    {"certID", &kCertId, "the certificate that was asked about"},
    {"certStatus", &kCertStatus},
    {"thisUpdate", &kGeneralizedTimeType, "when this was known to be so"},
    {"nextUpdate", &kGeneralizedTimeType, "by then there is newer knowledge", optional, explicitly,
     0},
    {"singleExtensions", &kExtensions, "", optional, explicitly, 1},
};
constexpr Type kSingleResponse = {.name = "SingleResponse",
                                  .kind = Type::structure,
                                  .tag = kSequence,
                                  .fields = kSingleResponseFields};
constexpr Type kResponses = {
    .name = "SEQUENCE", .kind = Type::list, .tag = kSequence, .element = &kSingleResponse};

constexpr Field kResponderIdFields[] = {
    {"byName", &kName, "", required, explicitly, 1},
    {"byKey", &kOctetStringType, "a hash", required, explicitly, 2}};
constexpr Type kResponderId = {
    .name = "ResponderID", .kind = Type::choice, .fields = kResponderIdFields};

constexpr Field kResponseDataFields[] = {
    {"version", &kVersion, "", optional, explicitly, 0},
    {"responderID", &kResponderId, "who answers"},
    {"producedAt", &kGeneralizedTimeType, "when it was signed"},
    {"responses", &kResponses, "one a certificate"},
    {"responseExtensions", &kExtensions, "", optional, explicitly, 1},
};
constexpr Type kResponseData = {.name = "ResponseData",
                                .kind = Type::structure,
                                .tag = kSequence,
                                .fields = kResponseDataFields};

constexpr Type kCertificates = {
    .name = "SEQUENCE", .kind = Type::list, .tag = kSequence, .element = &kCertificate};
constexpr Field kBasicResponseFields[] = {
    {"tbsResponseData", &kResponseData, "to be signed"},
    {"signatureAlgorithm", &kAlgorithmIdentifier},
    {"signature", &kSignature},
    {"certs", &kCertificates, "a responder's own, when the issuer has one answer in its place",
     optional, explicitly, 0},
};
constexpr Type kBasicResponse = {.name = "BasicOCSPResponse",
                                 .kind = Type::structure,
                                 .tag = kSequence,
                                 .fields = kBasicResponseFields};

const Type* response_type(Bytes oid) {
  const KnownOid* type = find_oid(oid);
  return type != nullptr && type->name == "id-pkix-ocsp-basic" ? &kBasicResponse : nullptr;
}

constexpr Type kResponseOctets = {
    .name = "OCTET STRING", .kind = Type::primitive, .tag = kOctetString, .holds = response_type};
constexpr Field kResponseBytesFields[] = {{"responseType", &kOidType},
                                          {"response", &kResponseOctets}};
constexpr Type kResponseBytes = {.name = "ResponseBytes",
                                 .kind = Type::structure,
                                 .tag = kSequence,
                                 .fields = kResponseBytesFields};

std::string format_status(Bytes content) {
  static constexpr const char* kNames[] = {"successful",  "malformedRequest", "internalError",
                                           "tryLater",    "(not used)",       "sigRequired",
                                           "unauthorized"};
  return format_named_number(content, kNames);
}
constexpr Type kResponseStatus = {
    .name = "ENUMERATED", .kind = Type::primitive, .tag = kEnumerated, .format = format_status};
constexpr Field kOcspResponseFields[] = {
    {"responseStatus", &kResponseStatus, "whether there is an answer at all"},
    {"responseBytes", &kResponseBytes, "", optional, explicitly, 0}};
constexpr Type kOcspResponse = {.name = "OCSPResponse",
                                .kind = Type::structure,
                                .tag = kSequence,
                                .fields = kOcspResponseFields};

// ------------------------------------------------ requests: RFC 2986 §4

const Type* attribute_value_type(Bytes oid) {
  const KnownOid* type = find_oid(oid);
  return type != nullptr && type->name == "extensionRequest" ? &kExtensions : nullptr;
}
constexpr Type kRequestAttributeValue = {
    .name = "AttributeValue", .kind = Type::any, .holds = attribute_value_type};
constexpr Type kRequestAttributeValues = {
    .name = "SET", .kind = Type::list, .tag = kSet, .element = &kRequestAttributeValue};
constexpr Field kRequestAttributeFields[] = {{"type", &kOidType},
                                             {"values", &kRequestAttributeValues}};
constexpr Type kRequestAttribute = {.name = "Attribute",
                                    .kind = Type::structure,
                                    .tag = kSequence,
                                    .fields = kRequestAttributeFields,
                                    .summary = format_part<0>};
constexpr Type kRequestAttributes = {
    .name = "Attributes", .kind = Type::list, .tag = kSet, .element = &kRequestAttribute};

constexpr Field kRequestInfoFields[] = {
    {"version", &kVersion},
    {"subject", &kName, "who it is to be about"},
    {"subjectPKInfo", &kSubjectPublicKeyInfo, "the key that is to be certified"},
    {"attributes", &kRequestAttributes, "wishes", optional, implicitly, 0},
};
constexpr Type kRequestInfo = {.name = "CertificationRequestInfo",
                               .kind = Type::structure,
                               .tag = kSequence,
                               .fields = kRequestInfoFields};

constexpr Field kRequestFields[] = {
    {"certificationRequestInfo", &kRequestInfo, "to be signed"},
    {"signatureAlgorithm", &kAlgorithmIdentifier},
    {"signature", &kSignature,
     "made with the private key of the key above: proof that the asker has it"}};
constexpr Type kRequest = {.name = "CertificationRequest",
                           .kind = Type::structure,
                           .tag = kSequence,
                           .fields = kRequestFields};

constexpr Document kDocuments[] = {
    {"CERTIFICATE", "certificate", "RFC 5280 §4.1", &kCertificate},
    {"X509 CRL", "certificate revocation list", "RFC 5280 §5.1", &kCertificateList},
    {"OCSP RESPONSE", "OCSP response", "RFC 6960 §4.2.1", &kOcspResponse},
    {"CERTIFICATE REQUEST", "certificate request", "RFC 2986 §4", &kRequest},
};

}  // namespace

std::span<const Document> documents() { return kDocuments; }

}  // namespace tls12::tool::asn1
