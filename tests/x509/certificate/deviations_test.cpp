// Encodings that a rule forbids but that mean one thing alone: which are read, and that the strict
// policy names each.
#include "x509/chains.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

using Octets = std::vector<std::uint8_t>;
using Elements = std::vector<Octets>;

Octets octets(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Elements elements_of(Bytes content) {
  Elements elements;
  der::Fault fault;
  for (der::Reader reader(content, fault); !reader.at_end();)
    elements.push_back(octets(reader.element().whole));
  REQUIRE_FALSE(fault);
  return elements;
}
Bytes content_of(Bytes element) {
  der::Fault fault;
  return der::Reader(element, fault).element().content;
}
Octets element_of(std::uint8_t tag, const Elements& content) {
  der::Writer writer;
  writer.nest(tag,
              [&] { std::ranges::for_each(content, [&](const Octets& one) { writer.raw(one); }); });
  return octets(writer.bytes());
}

/// Where each field is in tbsCertificate of version 3.
enum Field { kVersion, kSerial, kSignature, kIssuer, kValidity, kSubject, kKey, kExtensionList };

/// The certificate with its fields changed, signed again by `signer`.
template <class Change>
Certificate rewritten(const Certificate& certificate, const PrivateKey& signer, Change change) {
  Elements fields = elements_of(content_of(internals(certificate).tbs));
  change(fields);
  const Octets tbs = element_of(der::kSequence, fields);
  Octets signature(kMaxSignatureSize);
  const auto size =
      signer.sign({.family = SignatureFamily::ecdsa_secp256r1, .hash = HashAlgorithm::sha256}, tbs,
                  default_provider()->rng(), signature);
  REQUIRE(size.has_value());
  der::Writer bits;
  bits.bit_string(Bytes(signature).first(*size));
  auto made = Certificate::from_der(
      element_of(der::kSequence, {tbs, fields[kSignature], octets(bits.bytes())}));
  REQUIRE_MESSAGE(made.has_value(), made.error().message());
  return *made;
}

/// Drafts that keep the strict profile.
Draft strict_leaf() {
  Draft draft = leaf_draft(key(2));
  set_authority_key(draft, key(1));
  return draft;
}
Draft strict_intermediate() {
  Draft draft = ca_draft("intermediate", key(1));
  set_authority_key(draft, key(0));
  return draft;
}
struct Chain {
  Certificate leaf = test::leaf(strict_leaf()),
              intermediate = test::intermediate(strict_intermediate()), root = test::root();
};
Chain with_leaf_extension(const Oid& id, std::string_view value) {
  Draft draft = strict_leaf();
  set_extension(draft, id, true, value);
  return {.leaf = test::leaf(std::move(draft))};
}
Chain with_constraint(std::string_view permitted) {
  Draft draft = strict_intermediate();
  set_extension(draft, oid::kNameConstraints, true, permitted);
  return {.intermediate = test::intermediate(std::move(draft))};
}
template <class Change>
Chain with_leaf_fields(Change change) {
  Chain chain;
  chain.leaf = rewritten(chain.leaf, key(1), change);
  return chain;
}

/// `critical FALSE` in the first extension that is not critical.
void write_critical_false(Elements& fields) {
  Elements extensions = elements_of(content_of(content_of(fields[kExtensionList])));
  for (Octets& extension : extensions) {
    Elements parts = elements_of(content_of(extension));
    if (parts.size() != 2) continue;
    parts.insert(parts.begin() + 1, hex("010100"));
    extension = element_of(der::kSequence, parts);
    break;
  }
  fields[kExtensionList] =
      element_of(der::constructed(3), {element_of(der::kSequence, extensions)});
}
/// OU=bb and CN=a, in the wrong order: the shorter encoding comes first.
void write_unsorted_subject(Elements& fields) {
  const Octets ou = hex("3009 06035504 0b 0c026262"), cn = hex("3008 06035504 03 0c0161");
  fields[kSubject] = element_of(der::kSequence, {element_of(der::kSet, {ou, cn})});
}
void write_ecdsa_null(Elements& fields) {
  fields[kSignature] = hex("300c 06082a8648ce3d040302 0500");
}

struct Deviation {
  const char* name;
  Chain (*chain)();
  const char* reason;
  const char* section;
};
const Deviation kDeviations[] = {
    {"cA FALSE", [] { return with_leaf_extension(oid::kBasicConstraints, "3003 010100"); },
     "it has a default value that is encoded", "X.690 §11.5"},
    {"critical FALSE", [] { return with_leaf_fields(write_critical_false); },
     "it has a default value that is encoded", "X.690 §11.5"},
    {"a set that is not sorted", [] { return with_leaf_fields(write_unsorted_subject); },
     "it has a set that is not in order, in a name", "X.690 §11.6"},
    {"ECDSA with NULL", [] { return with_leaf_fields(write_ecdsa_null); },
     "it has an ECDSA signature with parameters", "RFC 5758 §3.2"},
    // permitted: .org
    {"a constraint with a leading dot",
     [] { return with_constraint("300a a008 3006 8204 2e6f7267"); },
     "it has a DNS name constraint with a leading dot", "RFC 5280 §4.2.1.10"},
    // permitted: org, minimum 0
    {"minimum 0", [] { return with_constraint("300c a00a 3008 8203 6f7267 800100"); },
     "it has a default value that is encoded", "X.690 §11.5"},
};

Verdict judge(const Chain& chain, const VerifyPolicy& policy) {
  return test::judge({chain.leaf, chain.intermediate}, {chain.root}, {.policy = policy});
}

TEST_CASE(
    "standard and legacy accept each harmless deviation, strict refuses it and cites the rule") {
  REQUIRE(reason_of(judge(Chain{}, VerifyPolicy::strict())) == "right");
  for (const Deviation& deviation : kDeviations) {
    INFO(std::string(deviation.name));
    const Chain chain = deviation.chain();
    CHECK(reason_of(judge(chain, VerifyPolicy::standard())) == "right");
    CHECK(reason_of(judge(chain, VerifyPolicy::legacy())) == "right");
    const Verdict strict = judge(chain, VerifyPolicy::strict());
    REQUIRE(code_of(strict) == Errc::certificate_profile);
    CHECK(strict.error().reason == deviation.reason);
    CHECK(strict.error().section == deviation.section);
  }
}

TEST_CASE("a deviation does not make a forged or misused certificate valid") {
  for (const Deviation& deviation : kDeviations) {
    INFO(std::string(deviation.name));
    Chain chain = deviation.chain();
    Octets forged = octets(chain.leaf.der());
    forged.back() ^= 1;
    chain.leaf = Certificate::from_der(forged).value();
    CHECK(code_of(judge(chain, VerifyPolicy::legacy())) == Errc::certificate_signature_wrong);
  }
  // cA FALSE of an intermediate
  Draft draft = ca_draft("intermediate", key(1));
  set_extension(draft, oid::kBasicConstraints, true, "3003 010100");
  CHECK(code_of(judge({.intermediate = intermediate(std::move(draft))}, VerifyPolicy::legacy())) ==
        Errc::certificate_not_a_ca);
  // .example.org permits no example.org; a minimum of 1 cannot be read
  CHECK(code_of(judge(with_constraint("3012 a010 300e 820c 2e6578616d706c652e6f7267"),
                      VerifyPolicy::legacy())) == Errc::certificate_name_constraint);
  draft = ca_draft("intermediate", key(1));
  set_extension(draft, oid::kNameConstraints, true, "300c a00a 3008 8203 6f7267 800101");
  draft.issuer = common_name("root");
  draft.method = *method_for(key(0));
  CHECK(sign(draft, key(0), default_provider()->rng()).error() == Errc::bad_certificate);
}

TEST_CASE("OpenSSL accepts each harmless deviation") {
  if (!have("openssl")) return;
  const Folder folder;
  const std::string at = std::to_string(test_time().time_since_epoch().count());
  for (const Deviation& deviation : kDeviations) {
    INFO(std::string(deviation.name));
    const Chain chain = deviation.chain();
    std::string said;
    const int status =
        run("openssl verify -attime " + at + " -verify_hostname example.org -CAfile " +
                folder.write("root.pem", chain.root.to_pem()) + " -untrusted " +
                folder.write("intermediate.pem", chain.intermediate.to_pem()) + " " +
                folder.write("leaf.pem", chain.leaf.to_pem()),
            &said);
    CHECK_MESSAGE(status == 0, said);
  }
}

TEST_CASE("a root of version 1 may write its version out") {
  Draft draft = ca_draft("root", key(0));
  draft.version = 1;
  draft.extensions.clear();
  const Certificate old = rewritten(root(std::move(draft)), key(0), [](Elements& fields) {
    fields.insert(fields.begin(), hex("a003 020100"));
  });
  const Chain chain{.root = old};
  CHECK(reason_of(judge(chain, VerifyPolicy::standard())) == "right");
  const Verdict strict = judge(chain, VerifyPolicy::strict());
  CHECK(reason_of(strict) == "it has a default value that is encoded");
}

TEST_CASE("names compare without regard to the order in their sets") {
  const Octets ou = hex("3009 06035504 0b 0c026262"), cn = hex("3008 06035504 03 0c0161");
  const Octets sorted = element_of(der::kSequence, {element_of(der::kSet, {cn, ou})});
  const Octets unsorted = element_of(der::kSequence, {element_of(der::kSet, {ou, cn})});
  CHECK(same_name(sorted, unsorted));
  CHECK(name_hash(sorted) == name_hash(unsorted));
}

TEST_CASE(
    "a chain that does not need an unusable certificate is valid, except under strict; a failure "
    "names it") {
  const Chain chain;
  const Certificate presented[] = {chain.leaf, chain.intermediate};
  const UnusableCertificate unusable[] = {{2, Error(Errc::bad_der, "a field is missing")},
                                          {3, Error(Errc::bad_der)}};
  const auto verdict = [&](std::size_t count, const VerifyPolicy& policy,
                           std::span<const UnusableCertificate> others) {
    return verify({.presented = std::span(presented).first(count),
                   .trust = TrustStore::of({chain.root}),
                   .peer_name = {"example.org"},
                   .now = test_time(),
                   .policy = policy,
                   .unusable = others});
  };
  CHECK(reason_of(verdict(2, VerifyPolicy::standard(), unusable)) == "right");
  CHECK(reason_of(verdict(2, VerifyPolicy::legacy(), unusable)) == "right");
  const Verdict strict = verdict(2, VerifyPolicy::strict(), unusable);
  CHECK(code_of(strict) == Errc::bad_der);
  CHECK(reason_of(strict) ==
        "certificate 3 of those that came cannot be used: a field is missing, and 1 more");
  const Verdict missing = verdict(1, VerifyPolicy::standard(), std::span(unusable).first(1));
  CHECK(code_of(missing) == Errc::certificate_unknown_issuer);
  CHECK(reason_of(missing) ==
        "no usable certificate of its issuer, CN=intermediate, came with it, and none is trusted; "
        "certificate 3 of those that came cannot be used: a field is missing");
  CHECK(missing.error().error.about().contains("certificate 3 of those that came"));
}

}  // namespace
}  // namespace tls12::x509
