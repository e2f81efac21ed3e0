// RFC 5280 appendix C: three certificates and a CRL, and what the text says of them. Encoded from
// the annotated dumps.
#include "support.hpp"
#include "tls12/revocation.hpp"
#include "tls12/verify.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

using test::hex;
using test::load;

WallTime at(int y, unsigned m, unsigned d, int hour, int minute, int second) {
  using namespace std::chrono;
  return WallTime(sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d))) + hours(hour) +
         minutes(minute) + seconds(second);
}
bool is_same(std::optional<Bytes> found, std::string_view expected) {
  return found && std::ranges::equal(*found, hex(expected));
}
constexpr char kExampleCa[] = "0868af8533c8394a7af882938e706a4a20842c32";
constexpr std::uint16_t bit(KeyUsage usage) {
  return static_cast<std::uint16_t>(1u << static_cast<unsigned>(usage));
}

TEST_CASE("RFC 5280 C.1: a self-signed certificate of a CA") {
  const Certificate certificate = load("rfc5280_c1.pem");
  const ParsedCertificate& c = internals(certificate);
  CHECK(c.der.size() == 578);
  CHECK(c.version == 3);
  CHECK(is_same(c.serial, "11"));
  CHECK(c.signature_method.kind == SignatureKind::rsa_pkcs1);
  CHECK(c.signature_method.hash == HashAlgorithm::sha1);
  CHECK(certificate.issuer() == "CN=Example CA,DC=example,DC=com");
  CHECK(certificate.subject() == "CN=Example CA,DC=example,DC=com");
  CHECK(is_self_issued(c));
  CHECK(certificate.not_before() == at(2004, 4, 30, 14, 25, 34));
  CHECK(certificate.not_after() == at(2005, 4, 30, 14, 25, 34));
  CHECK(certificate.public_key().modulus.size() == 128);
  CHECK(is_same(certificate.public_key().exponent, "010001"));
  CHECK(is_same(c.extensions.subject_key_identifier, kExampleCa));
  CHECK(c.extensions.key_usage == (bit(KeyUsage::key_cert_sign) | bit(KeyUsage::crl_sign)));
  CHECK(c.extensions.is_critical(ExtensionId::key_usage));
  CHECK(c.extensions.basic_constraints->is_ca);
  CHECK_FALSE(c.extensions.basic_constraints->path_length.has_value());
  CHECK(c.extensions.is_critical(ExtensionId::basic_constraints));
  CHECK_FALSE(c.extensions.is_critical(ExtensionId::subject_key_identifier));
}

TEST_CASE("RFC 5280 C.2: an end entity's certificate with RSA") {
  const Certificate certificate = load("rfc5280_c2.pem");
  const ParsedCertificate& c = internals(certificate);
  CHECK(c.der.size() == 629);
  CHECK(is_same(c.serial, "12"));
  CHECK(certificate.issuer() == "CN=Example CA,DC=example,DC=com");
  CHECK(certificate.subject() == "CN=End Entity,DC=example,DC=com");
  CHECK(certificate.not_before() == at(2004, 9, 15, 11, 48, 21));
  CHECK(certificate.not_after() == at(2005, 3, 15, 11, 48, 21));
  CHECK(certificate.public_key().modulus.size() == 128);
  CHECK_FALSE(c.extensions.has(ExtensionId::basic_constraints));
  CHECK(is_same(c.extensions.authority_key_identifier->key_identifier, kExampleCa));
  CHECK(is_same(c.extensions.subject_key_identifier, "177b9230ff44d666e19010226c164fc08e41dd6d"));
  CHECK(c.extensions.key_usage ==
        (bit(KeyUsage::digital_signature) | bit(KeyUsage::content_commitment)));
  der::Fault fault;
  der::Reader names(*c.extensions.subject_alt_name, fault);
  const GeneralName name = read_general_name(names);
  CHECK(name.type == GeneralName::rfc822_name);
  CHECK(tls12::text_of(name.value) == "end.entity@example.com");
  CHECK(names.at_end());
}

TEST_CASE("RFC 5280 C.1 and C.2 are a chain, for who still believes in 1024 bits and SHA-1") {
  const Certificate presented[] = {load("rfc5280_c2.pem")};
  const TrustStore trust = TrustStore::of({load("rfc5280_c1.pem")});
  const auto verdict = [&](const VerifyPolicy& policy, const char* name, WallTime now) {
    return verify({.presented = presented,
                   .trust = trust,
                   .peer_name = {name, PeerName::Kind::email},
                   .purpose = Purpose::client,
                   .now = now,
                   .policy = policy});
  };
  const WallTime then = at(2005, 1, 1, 0, 0, 0);
  CHECK(verdict(VerifyPolicy::legacy(), "end.entity@Example.com", then).has_value());
  CHECK(verdict(VerifyPolicy::legacy(), "End.Entity@example.com", then).error().error ==
        Errc::certificate_name_mismatch);
  CHECK(verdict(VerifyPolicy::legacy(), "end.entity@example.com", at(2005, 4, 1, 0, 0, 0))
            .error()
            .error == Errc::certificate_expired);
  CHECK_FALSE(verdict(VerifyPolicy::standard(), "end.entity@example.com", then).has_value());
}

TEST_CASE("RFC 5280 C.3: an end entity's certificate with DSA, whose key is of no use here") {
  const Certificate certificate = load("rfc5280_c3.pem");
  const ParsedCertificate& c = internals(certificate);
  CHECK(c.der.size() == 914);
  CHECK(is_same(c.serial, "0100"));
  CHECK(certificate.issuer() == "CN=Example DSA CA,DC=example,DC=com");
  CHECK(certificate.subject() == "CN=DSA End Entity,DC=example,DC=com");
  CHECK(certificate.not_before() == at(2004, 5, 2, 16, 47, 38));
  CHECK(certificate.not_after() == at(2005, 5, 2, 16, 47, 38));
  CHECK_FALSE(c.subject_key.supported);
  CHECK(dotted(c.subject_key.oid) == "1.2.840.10040.4.1");
  CHECK(dotted(c.signature_method.oid) == "1.2.840.10040.4.3");
  CHECK(c.signature_method.kind == SignatureKind::unsupported);
  const auto uri_in = [](std::optional<Bytes> general_names) {
    der::Fault fault;
    der::Reader names(general_names.value_or(Bytes{}), fault);
    const GeneralName name = read_general_name(names);
    CHECK(name.type == GeneralName::uri);
    return tls12::text_of(name.value);
  };
  CHECK(uri_in(c.extensions.subject_alt_name) == "http://www.example.com/users/DSAendentity.html");
  CHECK(uri_in(c.extensions.issuer_alt_name) == "http://www.example.com");
  CHECK(c.extensions.authority_key_identifier->key_identifier.has_value());
  der::Fault fault;
  der::Reader policies(*c.extensions.policies, fault);
  CHECK(dotted(policies.enter_sequence().object_identifier()) == "2.16.840.1.101.3.2.1.48.9");
  CHECK(policies.at_end());
  CHECK(c.extensions.key_usage == bit(KeyUsage::digital_signature));
  CHECK(c.extensions.is_critical(ExtensionId::key_usage));
}

TEST_CASE("RFC 5280 C.4: a CRL of the CA of C.1") {
  const auto crls = Crl::all_from_pem(test::read_data("rfc5280_c4.pem"));
  REQUIRE(crls.has_value());
  const Crl& crl = crls->front();
  CHECK(crl.der().size() == 356);
  CHECK(crl.issuer() == "CN=Example CA,DC=example,DC=com");
  CHECK(crl.this_update() == at(2005, 2, 5, 12, 0, 0));
  CHECK(crl.next_update() == at(2005, 2, 6, 12, 0, 0));
  CHECK(crl.size() == 1);
  CHECK_FALSE(crl.is_delta());
}

}  // namespace
}  // namespace tls12::x509
