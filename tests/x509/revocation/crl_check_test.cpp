// RFC 5280 §6.3: what CRLs say about a certificate.
#include "x509/revocation/crl_check.hpp"

#include <functional>

#include "x509/revocation/revoked.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

constexpr Errc kRevoked = Errc::certificate_revoked, kUnknown = Errc::certificate_status_unknown;
constexpr Oid kUnheardOf = make_oid(1, 3, 6, 1, 4, 1, 99999, 1);
const auto kUnchanged = [](CrlDraft&) {};
constexpr std::chrono::seconds kSecond{1};

template <class Change>
Errc with_crl(const Certificate& certificate, Change change) {
  return status({certificate}, {.crls = {crl(change)}});
}

// Distribution points, as they are written in certificates and in CRLs.

using Write = std::function<void(der::Writer&)>;

Write uri(std::string_view text) {
  return [=](der::Writer& w) { w.element(der::context(6), bytes_of(text)); };
}
Write directory(std::string_view name) {
  return [=](der::Writer& w) {
    w.nest(der::constructed(4), [&] { w.raw(encode_common_name(name)); });
  };
}
Write full_name(Write name) {
  return [=](der::Writer& w) {
    w.nest(der::constructed(0), [&] { w.nest(der::constructed(0), [&] { name(w); }); });
  };
}
/// One attribute, a common name.
Write relative_name(std::string_view common_name) {
  return [=](der::Writer& w) {
    w.nest(der::constructed(0), [&] {
      w.nest(der::constructed(1), [&] {
        w.sequence([&] {
          w.object_identifier(oid::kCommonName.bytes());
          w.element(der::kUtf8String, bytes_of(common_name));
        });
      });
    });
  };
}
/// ReasonFlags: the first octet of the bits.
Write reasons(unsigned number, std::uint8_t bits) {
  return
      [=](der::Writer& w) { w.element(der::context(number), std::vector<std::uint8_t>{0, bits}); };
}
Write crl_issuer(std::string_view name) {
  return [=](der::Writer& w) { w.nest(der::constructed(2), [&] { directory(name)(w); }); };
}
Write flag(unsigned number) {
  return [=](der::Writer& w) { w.element(der::context(number), std::vector<std::uint8_t>{0xff}); };
}
SecretVector sequence_of(const std::vector<Write>& fields) {
  der::Writer w;
  w.sequence([&] {
    for (const Write& field : fields) field(w);
  });
  return w.take();
}
/// A child of the root's with these distribution points.
Certificate with_points(const std::vector<std::vector<Write>>& points) {
  der::Writer w;
  w.sequence([&] {
    for (const auto& point : points) w.raw(sequence_of(point));
  });
  Draft draft = leaf_draft(key(2));
  draft.extensions.push_back({oid::kCrlDistributionPoints, false, w.take()});
  return child(std::move(draft));
}
Certificate with_point(const std::vector<Write>& point) { return with_points({point}); }
/// A change that gives a CRL its issuing distribution point.
auto issued_at(std::vector<Write> fields) {
  return [=](CrlDraft& d) {
    d.extensions.push_back({oid::kIssuingDistributionPoint, true, sequence_of(fields)});
  };
}
template <class... Changes>
auto both(Changes... changes) {
  return [=](CrlDraft& d) { (changes(d), ...); };
}

// Shows RFC 5246 D.2-2
TEST_CASE(
    "a certificate that its issuer's CRL lists is revoked, whatever the reason; one that it does "
    "not list is not") {
  const Certificate one = child(), other = child();
  CHECK(with_crl(one, kUnchanged) == kRight);
  CHECK(with_crl(one, listing(other)) == kRight);
  CHECK(with_crl(one, both(listing(other), listing(one))) == kRevoked);
  CHECK(with_crl(one, listing(one, std::nullopt)) == kRevoked);
  CHECK(with_crl(one, listing(one, RevocationReason::certificate_hold)) == kRevoked);
}

TEST_CASE("without a CRL nothing is known: which only matters where the policy requires to know") {
  CHECK(status({child()}, {}) == kUnknown);
  CHECK(status({child()}, {.mode = RevocationMode::prefer}) == kRight);
  CHECK(status({child()}, {.mode = RevocationMode::off}) == kRight);
}

TEST_CASE("6.3.3 (b) (1): a CRL of another issuer says nothing, whatever serial numbers it lists") {
  const Certificate one = child(),
                    other = sign_as(ca_draft("other", key(3)), common_name("other"), key(3));
  const Crl others = crl_of(other, key(3), listing(one));
  CHECK(status({one, other}, {.crls = {others}}) == kUnknown);
  CHECK(status({one, other}, {.crls = {others, crl()}}) == kRight);
}

TEST_CASE(
    "a CRL is of use from thisUpdate to nextUpdate, both included, give or take the clocks' skew; "
    "without nextUpdate it never is") {
  const Certificate one = child();
  const auto at = [&](WallTime now, std::chrono::seconds skew = {}) {
    VerifyPolicy policy;
    policy.revocation.clock_skew = skew;
    return status({one}, {.crls = {crl([](CrlDraft& d) {
                            d.this_update = test_time() - kSecond * 10,
                            d.next_update = test_time() + kSecond * 10;
                          })},
                          .now = now,
                          .policy = policy});
  };
  CHECK(at(test_time() - kSecond * 10) == kRight);
  CHECK(at(test_time() - kSecond * 11) == kUnknown);
  CHECK(at(test_time() - kSecond * 11, kSecond) == kRight);
  CHECK(at(test_time() + kSecond * 10) == kRight);
  CHECK(at(test_time() + kSecond * 11) == kUnknown);
  CHECK(at(test_time() + kSecond * 11, kSecond) == kRight);
  CHECK(with_crl(one, [](CrlDraft& d) { d.next_update.reset(); }) == kUnknown);
}

TEST_CASE(
    "6.3.3 (f), (g): what the issuer did not sign, or may not (cRLSign), neither clears nor "
    "revokes") {
  const Certificate one = child();
  const Crl forged = crl_of(root(), key(3), listing(one)),
            empty = crl_of(root(), key(3), kUnchanged);
  CHECK(status({one}, {.crls = {empty}}) == kUnknown);
  CHECK(status({one}, {.mode = RevocationMode::prefer, .crls = {forged}}) == kRight);

  const auto with_usage = [&](auto change) {
    Draft draft = ca_draft("root", key(0));
    change(draft);
    return code_of(judge_status({one}, {.crls = {crl()}}, {root(std::move(draft))}));
  };
  CHECK(with_usage(with(oid::kKeyUsage, "03020204", true)) == kUnknown);  // keyCertSign
  CHECK(with_usage(with(oid::kKeyUsage, "03020106", true)) == kRight);    // and cRLSign
  CHECK(with_usage(without(oid::kKeyUsage)) == kRight);
}

TEST_CASE("a CRL that is signed with SHA-1 counts only where the policy allows it") {
  const Certificate one = child();
  const Crl weak = crl([](CrlDraft& d) { d.method.hash = HashAlgorithm::sha1; });
  CHECK(status({one}, {.crls = {weak}}) == kUnknown);
  CHECK(status({one}, {.crls = {weak}, .policy = VerifyPolicy::legacy()}) == kRight);
}

TEST_CASE("5.2, 5.3: a CRL with a critical extension that is not understood is not used") {
  const Certificate one = child();
  const DraftExtension unknown{kUnheardOf, true, {}};
  CHECK(with_crl(one, [&](CrlDraft& d) { d.extensions.push_back(unknown); }) == kUnknown);
  CHECK(with_crl(one, [&](CrlDraft& d) {
          d.entries = {{.serial = {1}, .revocation_date = test_time(), .extensions = {unknown}}};
        }) == kUnknown);
}

TEST_CASE(
    "6.3.3 (b) (2) (ii) to (iv): a CRL may be for end entities or for CAs alone, or for neither") {
  const Certificate one = child();
  CHECK(with_crl(one, issued_at({flag(1)})) == kRight);
  CHECK(with_crl(one, issued_at({flag(2)})) == kUnknown);
  CHECK(with_crl(one, issued_at({flag(5)})) == kUnknown);
  // The intermediate's status, with a CRL of its own for what it issued.
  const std::vector<Certificate> chain = {leaf(), intermediate()};
  const Crl below = crl_of(chain[1], key(1), kUnchanged);
  CHECK(status(chain, {.crls = {below, crl(issued_at({flag(2)}))}}) == kRight);
  CHECK(status(chain, {.crls = {below, crl(issued_at({flag(1)}))}}) == kUnknown);
  Draft old = leaf_draft(key(2));
  old.version = 1, old.extensions.clear();
  const Certificate version1 = child(std::move(old));
  CHECK(with_crl(version1, issued_at({flag(1)})) == kUnknown);
  CHECK(with_crl(version1, kUnchanged) == kRight);
}

TEST_CASE(
    "6.3.3 (b) (2) (i): a CRL of a distribution point is for the certificates that name it, by any "
    "of its names") {
  const Certificate one = with_point({full_name(uri("http://a/"))});
  CHECK(with_crl(one, issued_at({full_name(uri("http://a/"))})) == kRight);
  CHECK(with_crl(one, issued_at({full_name(uri("http://b/"))})) == kUnknown);
  CHECK(with_crl(one, kUnchanged) == kRight);
  CHECK(with_crl(one, issued_at({flag(1)})) == kRight);
  const auto two = [](der::Writer& w) { uri("http://b/")(w), uri("http://a/")(w); };
  CHECK(with_crl(one, issued_at({full_name(two)})) == kRight);
  CHECK(with_crl(with_points({{full_name(uri("http://c/"))}, {full_name(uri("http://b/"))}}),
                 issued_at({full_name(two)})) == kRight);
  // A certificate without distribution points is of the one that goes by its issuer's name.
  CHECK(with_crl(child(), issued_at({full_name(uri("http://a/"))})) == kUnknown);
  CHECK(with_crl(child(), issued_at({full_name(directory("ROOT"))})) == kRight);
}

TEST_CASE("4.2.1.13: a name relative to the CRL's issuer is the issuer's with an attribute more") {
  const Certificate relative = with_point({relative_name("part 1")});
  CHECK(with_crl(relative, issued_at({relative_name("part 1")})) == kRight);
  CHECK(with_crl(relative, issued_at({relative_name("part 2")})) == kUnknown);
  const auto whole = [](der::Writer& w) {
    w.nest(der::constructed(4), [&] {
      w.sequence([&] {
        for (const char* part : {"root", "part 1"}) {
          const SecretVector name = encode_common_name(part);
          w.raw(Bytes(name).subspan(2));
        }
      });
    });
  };
  CHECK(with_crl(relative, issued_at({full_name(whole)})) == kRight);
  CHECK(with_crl(with_point({full_name(whole)}), issued_at({relative_name("part 1")})) == kRight);
}

TEST_CASE(
    "6.3.3 (d), (e), (l): CRLs for some reasons count together, until every reason is covered") {
  constexpr std::uint8_t kSome = 0b0110'0000, kOthers = 0b0001'1111;
  const auto last = [](der::Writer& w) {
    w.element(der::context(3), std::vector<std::uint8_t>{7, 0b0001'1111, 0x80});
  };
  const Certificate one = child();
  const auto at = [](auto reasons_field) { return crl(issued_at({reasons_field})); };
  CHECK(status({one}, {.crls = {at(reasons(3, kSome))}}) == kUnknown);
  CHECK(status({one}, {.crls = {at(reasons(3, kSome)), at(reasons(3, kOthers))}}) == kUnknown);
  CHECK(status({one}, {.crls = {at(reasons(3, kSome)), at(last)}}) == kRight);
  const Crl revoking =
      crl(both(issued_at({last}), listing(one, RevocationReason::certificate_hold)));
  CHECK(status({one}, {.crls = {at(reasons(3, kSome)), revoking}}) == kRevoked);
  CHECK(status({one}, {.mode = RevocationMode::prefer, .crls = {revoking}}) == kRevoked);
  // The point may limit them, too.
  const auto names = full_name(uri("http://a/"));
  CHECK(status({with_point({names, reasons(1, kSome)})}, {.crls = {crl(issued_at({names}))}}) ==
        kUnknown);
}

/// Issued by the root for CRLs alone; what the root says of such certificates is in a CRL of their
/// own.
Draft signer_draft(const std::string& name, const PrivateKey& own) {
  Draft draft = leaf_draft(own);
  draft.subject = common_name(name);
  set_extension(draft, oid::kKeyUsage, true, "03020102");
  remove_extension(draft, oid::kExtendedKeyUsage);
  der::Writer w;
  w.sequence([&] { w.raw(sequence_of({full_name(uri("http://signers/"))})); });
  draft.extensions.push_back({oid::kCrlDistributionPoints, false, w.take()});
  return draft;
}
const auto kAboutSigners = issued_at({full_name(uri("http://signers/"))});

TEST_CASE(
    "an indirect CRL, by whom the distribution point names, is for the certificates of those that "
    "its entries name") {
  const Certificate one = with_point({full_name(uri("http://a/")), crl_issuer("lists")});
  const Certificate lists = child(signer_draft("lists", key(4)));
  const auto indirect = issued_at({full_name(uri("http://a/")), flag(4)});
  const auto listing_of = [&](std::string_view issuer) {
    DraftEntry entry = revoked_entry(one, test_time() - kDay);
    entry.extensions.push_back({oid::kCertificateIssuer, true, sequence_of({directory(issuer)})});
    return [=](CrlDraft& d) { d.entries.push_back(entry); };
  };
  const auto verdict = [&](const Certificate& certificate, auto change) {
    return status({certificate, lists},
                  {.crls = {crl_of(lists, key(4), change), crl(kAboutSigners)}});
  };
  CHECK(verdict(one, indirect) == kRight);
  CHECK(verdict(one, both(indirect, listing_of("root"))) == kRevoked);
  CHECK(verdict(one, both(indirect, listing_of("another"))) == kRight);
  CHECK(verdict(one, both(indirect, listing(one))) == kRight);  // of the CRL's own issuer
  CHECK(verdict(one, issued_at({full_name(uri("http://a/"))})) == kUnknown);
  CHECK(verdict(one, issued_at({full_name(uri("http://b/")), flag(4)})) == kUnknown);
  CHECK(verdict(with_point({full_name(uri("http://a/"))}), indirect) == kUnknown);
  CHECK(verdict(with_point({full_name(uri("http://a/")), crl_issuer("others")}), indirect) ==
        kUnknown);
  // Without a name of its own, the point goes by its issuer's.
  CHECK(verdict(with_point({crl_issuer("lists")}),
                issued_at({full_name(directory("lists")), flag(4)})) == kRight);
  CHECK(verdict(with_point({crl_issuer("lists")}), indirect) == kUnknown);
}

TEST_CASE(
    "6.3.3 (f): who signs CRLs with a key of its own has a valid certificate that leads to the "
    "same anchor, and was not revoked") {
  const Certificate one = child();
  const auto verdict = [&](const Certificate& signer, const Crl& about_signer,
                           RevocationMode mode = RevocationMode::require) {
    return status({one, signer},
                  {.mode = mode, .crls = {crl_of(signer, key(4), listing(one)), about_signer}});
  };
  const auto changed = [](auto change) {
    Draft draft = signer_draft("root", key(4));
    change(draft);
    return child(std::move(draft));
  };
  const Certificate signer = changed([](Draft&) {});
  CHECK(verdict(signer, crl(kAboutSigners)) == kRevoked);
  CHECK(verdict(signer, crl(both(kAboutSigners, listing(signer)))) == kUnknown);
  CHECK(verdict(changed([](Draft& d) { d.not_after = test_time() - kSecond; }),
                crl(kAboutSigners)) == kUnknown);
  CHECK(verdict(changed(with(oid::kKeyUsage, "03020780", true)), crl(kAboutSigners)) == kUnknown);
  CHECK(verdict(sign_as(signer_draft("root", key(4)), common_name("root"), key(5)),
                crl(kAboutSigners)) == kUnknown);
  CHECK(status({one}, {.crls = {crl_of(signer, key(4), listing(one)), crl(kAboutSigners)}}) ==
        kUnknown);
  // Where nothing tells about the signer, the policy decides.
  CHECK(verdict(signer, crl(issued_at({flag(2)})), RevocationMode::require) == kUnknown);
  CHECK(verdict(signer, crl(issued_at({flag(2)})), RevocationMode::prefer) == kRevoked);
}

TEST_CASE("an anchor vouches for who signs CRLs about certificates below itself alone") {
  const Certificate one = child(),
                    other = sign_as(ca_draft("other", key(5)), common_name("other"), key(5));
  const Certificate signer = sign_as(signer_draft("root", key(4)), common_name("other"), key(5));
  const Asked asked{.mode = RevocationMode::prefer, .crls = {crl_of(signer, key(4), listing(one))}};
  CHECK(code_of(judge_status({one, signer}, asked, {root(), other})) == kRight);
}

auto numbered(unsigned number) {
  return [=](CrlDraft& d) {
    for (DraftExtension& e : d.extensions)
      if (is(e.id.bytes(), oid::kCrlNumber))
        e = draft_extension(oid::kCrlNumber, false,
                            [&](der::Writer& w) { w.small_natural(number); });
  };
}
auto delta_to(unsigned base) {
  return [=](CrlDraft& d) { d.extensions.push_back(draft_delta_indicator(base)); };
}

TEST_CASE(
    "5.2.4: a delta CRL adds to and takes from the complete CRL that it updates, and from no "
    "other") {
  const Certificate one = child();
  const auto verdict = [&](const Crl& complete, const Crl& delta) {
    return status({one}, {.crls = {complete, delta}});
  };
  const auto adds = listing(one);
  const Crl held = crl(listing(one, RevocationReason::certificate_hold));
  CHECK(verdict(crl(), crl(both(numbered(8), delta_to(7), adds))) == kRevoked);
  CHECK(verdict(crl(), crl(both(numbered(300), delta_to(6), adds))) == kRevoked);
  CHECK(verdict(held, crl(both(numbered(8), delta_to(7),
                               listing(one, RevocationReason::remove_from_crl)))) == kRight);
  CHECK(verdict(held, crl(both(numbered(8), delta_to(7)))) == kRevoked);

  CHECK(verdict(crl(), crl(both(numbered(9), delta_to(8), adds))) ==
        kRight);  // of a later complete one
  CHECK(verdict(crl(), crl(both(numbered(7), delta_to(6), adds))) == kRight);  // not later itself
  CHECK(verdict(crl(), crl(both(numbered(8), delta_to(7), adds, issued_at({flag(1)})))) == kRight);
  CHECK(verdict(crl(issued_at({flag(1)})),
                crl(both(numbered(8), delta_to(7), adds, issued_at({flag(1)})))) == kRevoked);
  CHECK(verdict(crl(), crl_of(root(), key(3), both(numbered(8), delta_to(7), adds))) == kRight);
  CHECK(verdict(crl(), crl(both(numbered(8), delta_to(7), adds, [](CrlDraft& d) {
                  d.extensions.erase(d.extensions.begin());
                }))) == kRight);  // no key identifier
  CHECK(verdict(crl(), crl(both(numbered(8), delta_to(7), adds, [](CrlDraft& d) {
                  d.method.hash = HashAlgorithm::sha1;
                }))) == kRight);
  CHECK(verdict(crl(), crl(both(numbered(8), delta_to(7), adds, [](CrlDraft& d) {
                  d.extensions.push_back({kUnheardOf, true, {}});
                }))) == kRight);
  CHECK(status({one}, {.crls = {crl(both(numbered(8), delta_to(7)))}}) == kUnknown);
}

TEST_CASE(
    "6.3.3 (a) (1) (i): a current delta brings an old complete CRL up to date; an old delta is not "
    "used; of several, the newest is") {
  const Certificate one = child();
  const auto old = [](CrlDraft& d) {
    d.this_update = test_time() - 3 * kDay, d.next_update = test_time() - 2 * kDay;
  };
  const auto earlier = [](CrlDraft& d) { d.this_update = test_time() - kDay - kSecond; };
  const auto adds = listing(one), takes = listing(one, RevocationReason::remove_from_crl);
  const auto delta = [&](auto change) { return crl(both(numbered(8), delta_to(7), change)); };
  CHECK(status({one}, {.crls = {crl(old)}}) == kUnknown);
  CHECK(status({one}, {.crls = {crl(old), delta(kUnchanged)}}) == kRight);
  CHECK(status({one}, {.crls = {crl(old), crl_of(root(), key(3),
                                                 both(numbered(8), delta_to(7)))}}) == kUnknown);
  const auto of_another = [](CrlDraft& d) { d.issuer = common_name("other"); };
  CHECK(status({one}, {.crls = {crl(old), delta(of_another)}}) == kUnknown);
  CHECK(status({one}, {.crls = {crl(), delta(both(old, adds))}}) == kRight);
  CHECK(status({one}, {.crls = {crl(), delta(both(earlier, adds)), delta(takes)}}) == kRight);
  CHECK(status({one}, {.crls = {crl(), delta(both(earlier, takes)), delta(adds)}}) == kRevoked);
}

TEST_CASE("of several complete CRLs that are current, the newest says what is so") {
  const Certificate one = child();
  const auto earlier = [](CrlDraft& d) { d.this_update = test_time() - kDay - kSecond; };
  const auto held = listing(one, RevocationReason::certificate_hold);
  CHECK(status({one}, {.crls = {crl(both(earlier, held)), crl()}}) == kRight);
  CHECK(status({one}, {.crls = {crl(earlier), crl(held)}}) == kRevoked);
}

TEST_CASE(
    "of an issuer that has changed its key, the list by each key counts: what one of them revokes "
    "is revoked, however new the other is") {
  const Certificate one = child(), renewed = child(signer_draft("root", key(4)));
  const auto earlier = [](CrlDraft& d) { d.this_update = test_time() - kDay - kSecond; };
  CHECK(status({one, renewed}, {.crls = {crl_of(renewed, key(4), both(earlier, listing(one))),
                                         crl()}}) == kRevoked);
  CHECK(status({one, renewed}, {.crls = {crl_of(renewed, key(4), listing(one)), crl(earlier)}}) ==
        kRevoked);
  CHECK(status({one, renewed}, {.crls = {crl_of(renewed, key(4), earlier), crl()}}) == kRight);
  // A list that nobody may have signed still clears and revokes nothing.
  CHECK(status({one}, {.crls = {crl_of(renewed, key(4), listing(one)), crl(earlier)}}) == kRight);
}

TEST_CASE(
    "find_crls is asked about a certificate when the lists at hand do not tell, and only then") {
  const Certificate one = child();
  std::vector<std::string> asked_about;
  Asked asked;
  asked.policy.revocation.find_crls = [&](const Certificate& certificate) {
    asked_about.push_back(certificate.subject());
    return std::vector{crl(listing(one))};
  };
  CHECK(status({one}, asked) == kRevoked);
  CHECK(asked_about == std::vector<std::string>{"CN=leaf"});
  asked.crls = {crl()};
  CHECK(status({one}, asked) == kRight);
  CHECK(asked_about.size() == 1);
}

TEST_CASE("the signatures of CRLs are within the verdict's budget") {
  Asked asked{.crls = {crl()}};
  asked.policy.max_signature_checks = 2;
  CHECK(status({child()}, asked) == kRight);
  asked.policy.max_signature_checks = 1;
  CHECK(status({child()}, asked) == Errc::certificate_search_exhausted);
}

TEST_CASE("the signature of a CRL is verified once for each key, however many verdicts it serves") {
  const Counting counting;
  const Certificate one = child();
  const Asked asked{.crls = {crl()}, .provider = counting.provider};
  const auto checks_of = [&](std::vector<Certificate> anchors, const Certificate& certificate,
                             Errc expected) {
    const std::size_t before = counting.signature.count;
    CHECK(code_of(judge_status({certificate}, asked, std::move(anchors))) == expected);
    return counting.signature.count - before;
  };
  CHECK(checks_of({root()}, one, kRight) == 2);
  CHECK(checks_of({root()}, one, kRight) == 1);
  // A namesake of the issuer with another key did not make it.
  const Certificate namesake = sign_as(ca_draft("root", key(5)), common_name("root"), key(5));
  const Certificate other = sign_as(leaf_draft(key(2)), common_name("root"), key(5));
  CHECK(checks_of({namesake}, other, kUnknown) == 2);
  CHECK(checks_of({root()}, one, kRight) == 1);
}

TEST_CASE("what OpenSSL and GnuTLS write says of OpenSSL's certificates what it should") {
  const auto verdict = [](const char* certificate, std::vector<const char*> files) {
    Asked asked{
        .mode = RevocationMode::prefer, .now = data_time(), .policy = VerifyPolicy::legacy()};
    for (const char* file : files)
      asked.crls.push_back(Crl::from_file(data_path(file)).value().front());
    return code_of(judge_status({load(certificate)}, asked, {load("root.pem")}));
  };
  CHECK(verdict("leaf_rsa1024.pem", {"crl_complete.pem"}) == kRevoked);
  CHECK(verdict("leaf_sha1.pem", {"crl_complete.pem"}) == kRevoked);
  CHECK(verdict("leaf_sha1.pem", {"crl_gnutls.pem"}) == kRight);
  CHECK(verdict("leaf_pss_signed.pem", {"crl_complete.pem"}) == kRight);
  CHECK(verdict("leaf_p521.pem", {"crl_delta.pem"}) == kRight);
  CHECK(verdict("leaf_p521.pem", {"crl_gnutls_empty.pem"}) == kRight);
  CHECK(verdict("leaf_p521.pem", {"crl_complete.pem", "crl_delta.pem"}) == kRevoked);
}

}  // namespace
}  // namespace tls12::x509
