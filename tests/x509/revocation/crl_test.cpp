// Reading and writing CRLs: RFC 5280 §5.
#include "x509/revocation/crl.hpp"

#include "x509/issue/revocation_draft.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using test::ca_draft;
using test::common_name;
using test::hex;
using test::kDay;
using test::key;
using test::leaf_draft;
using test::load;
using test::sign_as;
using test::test_time;

Crl load_crl(const std::string& name) {
  auto all = Crl::all_from_pem(test::read_data(name));
  REQUIRE_MESSAGE(all.has_value(), name << ": " << all.error().message());
  REQUIRE(all->size() == 1);
  return all->front();
}

const Certificate& issuer() {
  static const Certificate certificate =
      sign_as(ca_draft("root", key(0)), common_name("root"), key(0));
  return certificate;
}
Certificate leaf() { return sign_as(leaf_draft(key(1)), common_name("root"), key(0)); }

CrlDraft draft() {
  auto made = crl_draft_of(issuer(), key(0), 7, test_time() - kDay, test_time() + kDay);
  REQUIRE(made.has_value());
  return std::move(*made);
}
Result<Crl> signed_crl(const CrlDraft& draft) {
  return sign_crl(draft, key(0), default_provider()->rng());
}

/// Why the CRL of a changed draft is refused; empty when it is not.
template <class Change>
std::string refusal(Change change) {
  CrlDraft changed = draft();
  change(changed);
  const auto crl = signed_crl(changed);
  if (crl) return {};
  CHECK(crl.error().code == Errc::bad_crl);
  return std::string(crl.error().about());
}
/// The deviation that the CRL of a changed draft is read with; empty without one.
template <class Change>
std::string deviation(Change change) {
  CrlDraft changed = draft();
  change(changed);
  const auto crl = signed_crl(changed);
  REQUIRE_MESSAGE(crl.has_value(), crl.error().message());
  const char* what = internals(*crl).deviation.what;
  return what != nullptr ? what : "";
}
DraftExtension extension(const Oid& id, bool is_critical, std::string_view value) {
  const auto bytes = hex(value);
  return {id, is_critical, SecretVector(bytes.begin(), bytes.end())};
}
std::string hex_text(std::string_view digits) { return std::string(tls12::text_of(hex(digits))); }
DraftEntry entry(std::initializer_list<std::uint8_t> serial,
                 std::vector<DraftExtension> extensions = {}) {
  return {
      .serial = serial, .revocation_date = test_time() - kDay, .extensions = std::move(extensions)};
}

/// With as much work as it takes.
std::optional<CrlEntry> entry_of(const ParsedCrl& crl, Bytes issuer, Bytes serial) {
  Work work(VerifyPolicy::standard().max_work);
  Budget budget(VerifyPolicy::standard(), work);
  return find_entry(crl, issuer, serial, budget);
}

TEST_CASE(
    "what OpenSSL writes to a complete CRL is read: times, number, key identifier, where its "
    "deltas are, and its entries with their reasons") {
  const Crl crl = load_crl("crl_complete.pem");
  const ParsedCrl& parsed = internals(crl);
  CHECK(crl.issuer() == "CN=Example Root,O=Example\\, Inc.,C=DE");
  CHECK(crl.next_update() > crl.this_update());
  CHECK(crl.size() == 4);
  CHECK_FALSE(crl.is_delta());
  CHECK(parsed.version == 2);
  CHECK(std::ranges::equal(parsed.crl_number.value(), hex("1000")));
  CHECK(parsed.extensions.authority_key_identifier.has_value());
  CHECK(parsed.extensions.freshest_crl.has_value());
  CHECK(parsed.not_understood.empty());

  const auto find = [&](const char* certificate) {
    return entry_of(parsed, parsed.issuer, internals(load(certificate)).serial);
  };
  const WallTime revoked = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2) +
                           std::chrono::hours(3) + std::chrono::minutes(4) +
                           std::chrono::seconds(5);
  REQUIRE(find("leaf_md5.pem").has_value());
  CHECK(find("leaf_md5.pem")->revocation_date == revoked);
  CHECK(find("leaf_md5.pem")->reason == RevocationReason::key_compromise);
  CHECK_FALSE(find("leaf_rsa1024.pem")->reason.has_value());
  CHECK(find("leaf_p521.pem")->reason == RevocationReason::certificate_hold);
  CHECK(find("leaf_sha1.pem")->invalidity_date ==
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 1));
  CHECK_FALSE(find("leaf_k256.pem").has_value());
}

TEST_CASE("what OpenSSL writes to a delta CRL and to the CRL of a distribution point is read") {
  const Crl delta = load_crl("crl_delta.pem");
  CHECK(delta.is_delta());
  CHECK(std::ranges::equal(internals(delta).base_crl_number.value(), hex("1000")));
  const Crl of_point = load_crl("crl_point.pem");
  const auto& point = internals(of_point).issuing_distribution_point;
  REQUIRE(point.has_value());
  CHECK(point->only_contains_user_certs);
  CHECK_FALSE(point->only_contains_ca_certs);
  CHECK_FALSE(point->indirect_crl);
  CHECK(point->only_some_reasons == 0b110);
  der::Fault fault;
  der::Reader names(point->name.value().full_name, fault);
  CHECK(tls12::text_of(read_general_name(names).value) == "http://crl.example.org/1.crl");
}

TEST_CASE(
    "a CRL of version 1 is read, and so are those of GnuTLS, even one with a list of no entries") {
  CHECK(internals(load_crl("crl_version1.pem")).version == 1);
  CHECK(load_crl("crl_version1.pem").size() == 0);
  CHECK(load_crl("crl_gnutls.pem").size() == 1);
  CHECK(load_crl("crl_gnutls_empty.pem").size() == 0);
}

TEST_CASE("files may be PEM with several CRLs among other things, or DER; errors name the file") {
  const test::Folder folder;
  const std::string two = test::read_data("crl_complete.pem") + test::read_data("root.pem") +
                          test::read_data("crl_delta.pem");
  const auto from_pem = Crl::from_file(folder.write("two.pem", two));
  REQUIRE(from_pem.has_value());
  CHECK(from_pem->size() == 2);
  const auto from_der =
      Crl::from_file(folder.write("one.der", tls12::text_of(from_pem->front().der())));
  REQUIRE(from_der.has_value());
  CHECK(std::ranges::equal(from_der->front().der(), from_pem->front().der()));

  const auto none = Crl::from_file(folder.write("none.pem", test::read_data("root.pem")));
  CHECK(none.error().code == Errc::bad_pem);
  CHECK(none.error().about().contains("none.pem"));
  CHECK(Crl::from_file(folder.path("absent")).error().code == Errc::file_unreadable);
}

TEST_CASE("a CRL larger than the limit is refused, and the limit is the caller's") {
  const Crl crl = load_crl("crl_complete.pem");
  const std::size_t size = crl.der().size();
  CHECK(Crl::from_der(crl.der(), size).has_value());
  const auto refused = Crl::from_der(crl.der(), size - 1);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::bad_crl);
  CHECK(refused.error().about() == "larger than " + std::to_string(size - 1) + " bytes");
  CHECK(Crl::all_from_pem(crl.to_pem(), size).has_value());
  CHECK_FALSE(Crl::all_from_pem(crl.to_pem(), size - 1).has_value());
  const test::Folder folder;
  const std::string path = folder.write("one.der", tls12::text_of(crl.der()));
  CHECK(Crl::from_file(path, size).has_value());
  const auto file = Crl::from_file(path, size - 1);
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().code == Errc::file_unreadable);
  CHECK(file.error().system_error == EFBIG);
  CHECK(file.error().about() == path + ": larger than " + std::to_string(size - 1) + " bytes");
  CHECK(kMaxCrlSize >= std::size_t{64} << 20);
}

TEST_CASE("a CRL of 20 MiB is read, and its entries are found in a bounded number of steps") {
  // One entry: a serial number of 16 octets and a date.
  std::string entry =
      hex_text("3021 0210") + std::string(16, '\0') + hex_text("170d") + "270101000000Z";
  constexpr std::size_t kEntries = (std::size_t{20} << 20) / 35 + 1;
  std::string entries;
  entries.reserve(kEntries * entry.size());
  for (std::uint32_t i = 1; i <= kEntries; ++i) {
    for (unsigned octet = 0; octet < 4; ++octet)
      entry[5 + octet] = entry[16 + octet] = static_cast<char>(i >> (24 - 8 * octet));
    entry[4] = 1;
    entries += entry;
  }
  const Crl small = signed_crl(draft()).value();
  der::Writer tbs;
  tbs.sequence([&] {
    tbs.small_natural(1);
    tbs.raw(hex("300a 06082a8648ce3d040302"));
    tbs.raw(internals(small).issuer);
    tbs.raw(hex("170d3237303130313030303030305a"));
    tbs.element(der::kSequence, bytes_of(entries));
  });
  der::Writer whole;
  whole.sequence([&] {
    whole.raw(tbs.bytes());
    whole.raw(hex("300a 06082a8648ce3d040302"));
    whole.bit_string({});
  });
  const auto crl = Crl::from_der(whole.bytes());
  REQUIRE_MESSAGE(crl.has_value(), crl.error().message());
  CHECK(crl->der().size() > std::size_t{20} << 20);
  CHECK(crl->size() == kEntries);
  Work work(1'000);
  Budget budget({.max_work = 1'000}, work);
  const std::string last = entries.substr(entries.size() - 31, 16);
  CHECK(find_entry(internals(*crl), internals(*crl).issuer, bytes_of(last), budget).has_value());
  CHECK(budget.used() < 100);
  CHECK_FALSE(find_entry(internals(*crl), internals(*crl).issuer, hex("7f"), budget).has_value());
}

TEST_CASE("a CRL that is cut anywhere, or goes on behind its end, is refused") {
  const Crl crl = load_crl("crl_point.pem");
  std::vector<std::uint8_t> longer(crl.der().begin(), crl.der().end());
  for (std::size_t size = 0; size < longer.size(); ++size)
    CHECK(Crl::from_der(Bytes(longer).first(size)).error().code == Errc::bad_crl);
  longer.push_back(0);
  CHECK_FALSE(Crl::from_der(longer).has_value());
}

TEST_CASE(
    "§5.1.2: only version 2 has extensions; a CRL number is not critical and has at most 20 "
    "octets; its absence is noted") {
  CHECK(refusal([](CrlDraft&) {}).empty());
  CHECK(refusal([](CrlDraft& d) { d.version = 1; }) ==
        "extensions in a CRL that is not of version 2");
  CHECK(refusal([](CrlDraft& d) { d.version = 1, d.extensions.clear(); }).empty());
  CHECK(refusal([](CrlDraft& d) { d.version = 3; }) ==
        "a CRL version that is neither absent nor 2");
  CHECK(deviation([](CrlDraft&) {}).empty());
  CHECK(deviation([](CrlDraft& d) { d.extensions.pop_back(); }) ==
        "a CRL of version 2 without a CRL number");
  CHECK(refusal([](CrlDraft& d) { d.extensions.back().is_critical = true; }) ==
        "a CRL number that is critical");
  const std::string twenty(40, '1');
  CHECK(refusal([&](CrlDraft& d) {
          d.extensions.back() = extension(oid::kCrlNumber, false, "0214" + twenty);
        }).empty());
  CHECK(refusal([&](CrlDraft& d) {
          d.extensions.back() = extension(oid::kCrlNumber, false, "0215" + twenty + "11");
        }) == "a CRL number of more than 20 octets");
  CHECK(refusal([](CrlDraft& d) { d.issuer = encode_common_name(""); }) ==
        "an issuer without a name");
}

TEST_CASE(
    "§5.2.5: an issuing distribution point says something, is for one kind of certificates at "
    "most; FALSE that is encoded is noted") {
  const auto with = [](std::string_view value) {
    return refusal([&](CrlDraft& d) {
      d.extensions.push_back(extension(oid::kIssuingDistributionPoint, true, value));
    });
  };
  CHECK(with("3003 8101ff").empty());
  CHECK(with("3003 840101") == "a boolean that is neither 00 nor ff");
  CHECK(with("3003 840100").empty());
  CHECK(deviation([](CrlDraft& d) {
          d.extensions.push_back(extension(oid::kIssuingDistributionPoint, true, "3003 840100"));
        }) == "a default value that is encoded");
  CHECK(with("3000") == "an issuing distribution point that says nothing");
  CHECK(with("3006 8101ff 8201ff") ==
        "an issuing distribution point for more than one kind of certificates alone");
  CHECK(with("3006 8201ff 8101ff") == "something behind the last field");
}

TEST_CASE("§5.2.6: a delta CRL has no freshest CRL") {
  const auto freshest = extension(oid::kFreshestCrl, false, "300d300ba009a007 8605 683a2f2f78");
  CHECK(refusal([&](CrlDraft& d) { d.extensions.push_back(freshest); }).empty());
  CHECK(refusal([&](CrlDraft& d) {
          d.extensions.insert(d.extensions.end(), {draft_delta_indicator(5), freshest});
        }) == "a delta CRL with a freshest CRL");
}

TEST_CASE(
    "§5.2, §5.3: a critical extension that is not understood is remembered, wherever it is; others "
    "are ignored") {
  const Oid unknown = make_oid(1, 3, 6, 1, 4, 1, 99999, 1);
  for (const bool is_critical : {true, false}) {
    CrlDraft of_list = draft(), of_entry = draft();
    of_list.extensions.push_back({unknown, is_critical, {}});
    of_entry.entries = {entry({1}), entry({2}, {{unknown, is_critical, {}}}), entry({3})};
    for (const CrlDraft& d : {of_list, of_entry}) {
      const auto crl = signed_crl(d);
      REQUIRE(crl.has_value());
      CHECK(is(internals(*crl).not_understood, unknown) == is_critical);
    }
  }
}

TEST_CASE("no extension comes twice, in the list or in an entry; the reason is one that there is") {
  CHECK(refusal([](CrlDraft& d) { d.extensions.push_back(d.extensions.back()); }) ==
        "an extension that comes twice");
  const auto reason = [](std::string_view value) {
    return extension(oid::kReasonCode, false, value);
  };
  CHECK(refusal([&](CrlDraft& d) {
          d.entries = {entry({1}, {reason("0a0101"), reason("0a0101")})};
        }) == "an extension that comes twice");
  for (const char* right : {"0a0100", "0a0106", "0a0108", "0a010a"})
    CHECK(refusal([&](CrlDraft& d) { d.entries = {entry({1}, {reason(right)})}; }).empty());
  for (const char* wrong : {"0a0107", "0a010b", "0a01ff", "0a020101"})
    CHECK(refusal([&](CrlDraft& d) { d.entries = {entry({1}, {reason(wrong)})}; }) ==
          "an unknown reason for a revocation");
}

TEST_CASE(
    "§5.3.3: an entry without a certificate issuer is of the issuer of the entry before it, the "
    "first ones of the CRL's") {
  const auto of = [](std::string_view who) {
    return draft_extension(oid::kCertificateIssuer, true, [&](der::Writer& writer) {
      writer.sequence([&] { writer.element(der::constructed(4), encode_common_name(who)); });
    });
  };
  CrlDraft d = draft();
  d.entries = {entry({1}), entry({2}, {of("a")}), entry({3}), entry({1}, {of("b")}), entry({4})};
  CHECK(refusal([&](CrlDraft& direct) { direct.entries = d.entries; }) ==
        "an entry of another issuer in a CRL that is not indirect");
  d.extensions.push_back(extension(oid::kIssuingDistributionPoint, true, "3003 8401ff"));
  const auto crl = signed_crl(d);
  REQUIRE(crl.has_value());
  const auto has = [&](std::string_view who, std::uint8_t serial) {
    return entry_of(internals(*crl), encode_common_name(who), {&serial, 1}).has_value();
  };
  std::string found;
  for (const char* who : {"root", "a", "b"})
    for (std::uint8_t serial = 1; serial <= 5; ++serial)
      if (has(who, serial)) found.append(who).append(std::to_string(serial)).append(" ");
  CHECK(found == "root1 a2 a3 b1 b4 ");
}

TEST_CASE(
    "every entry is found by its serial number, also where numbers end alike, are long, short or "
    "negative; no other is") {
  CrlDraft d = draft();
  std::vector<std::vector<std::uint8_t>> serials = {
      {0},
      {0x7f},
      {0x80},
      {0xff},
      {0, 0x80},
      {0, 0xff},
      hex("0102030405"),
      hex("7702030405"),
      hex("660102030405"),
      hex("0102030406"),
      hex("7f0102030405060708090a0b0c0d0e0f10111213")};
  for (unsigned i = 256; i < 1256; ++i)
    serials.push_back({static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 1});
  for (const auto& serial : serials)
    d.entries.push_back({.serial = serial, .revocation_date = test_time()});
  const auto crl = signed_crl(d);
  REQUIRE(crl.has_value());
  CHECK(crl->size() == serials.size());
  for (const auto& serial : serials) {
    const auto found = entry_of(internals(*crl), internals(*crl).issuer, serial);
    REQUIRE(found.has_value());
    CHECK(std::ranges::equal(found->serial, serial));
  }
  for (const auto& absent : {hex("01"), hex("0202030405"), hex("02030405"), hex("000102030405"),
                             hex("0501"), std::vector<std::uint8_t>{}})
    CHECK_FALSE(entry_of(internals(*crl), internals(*crl).issuer, absent).has_value());
}

TEST_CASE(
    "what is written passes OpenSSL's check, and OpenSSL finds the certificate in it that was "
    "revoked") {
  if (!test::have("openssl")) return;
  const test::Folder folder;
  const Certificate revoked = leaf();
  CrlDraft d = draft();
  d.entries = {revoked_entry(revoked, test_time() - kDay, RevocationReason::superseded)};
  const auto crl = signed_crl(d);
  REQUIRE(crl.has_value());
  const std::string ca = folder.write("ca.pem", issuer().to_pem()),
                    list = folder.write("list.der", tls12::text_of(crl->der()));
  std::string said;
  CHECK(test::run("openssl crl -inform DER -in " + list + " -CAfile " + ca + " -verify -noout",
                  &said) == 0);
  CHECK_MESSAGE(said.contains("verify OK"), said);
  CHECK(test::run("openssl crl -inform DER -in " + list + " -out " + folder.path("list.pem")) == 0);
  const std::string at = std::to_string(test_time().time_since_epoch().count());
  CHECK(test::run("openssl verify -attime " + at + " -crl_check -CAfile " + ca + " -CRLfile " +
                      folder.path("list.pem") + " " + folder.write("leaf.pem", revoked.to_pem()),
                  &said) != 0);
  CHECK_MESSAGE(said.contains("certificate revoked"), said);
}

}  // namespace
}  // namespace tls12::x509
