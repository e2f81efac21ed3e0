// Graphs that leave the chain as good as it was: a verifier that finds it says valid.
#include <algorithm>

#include "mutations.hpp"

namespace tls12::differential {
namespace {

namespace oid = x509::oid;
namespace der = x509::der;
using x509::KeyUsage;

constexpr Oid kPolicyA = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 1),
              kPolicyB = x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 2);
constexpr Oid kAnyPolicy = x509::make_oid(2, 5, 29, 32, 0);
constexpr Oid kOrganization = x509::make_oid(2, 5, 4, 10), kCountry = x509::make_oid(2, 5, 4, 6);

bool shows_root(Scene& s) { return s.shows_root = true; }

bool shuffled(Scene& s) { return s.shuffled = s.has_intermediates(); }

/// Certificates that have nothing to do with it.
bool strangers(Scene& s) {
  for (std::size_t n = 1 + s.rng.below(4); n > 0; --n)
    s.others.push_back(
        s.make_ca(common_name("Stranger " + std::to_string(n)), s.keys.any(s.rng, {}), nullptr));
  return s.shuffled = true;
}

bool repeated(Scene& s) { return s.repeated = s.has_intermediates(); }

/// Of the same name as an issuer in the chain, with another key.
bool namesake(Scene& s) {
  if (!s.has_intermediates()) return false;
  const std::size_t place = s.some_intermediate();
  Node twin = s.make_ca(common_name(""), s.keys.any(s.rng, {s.chain[place].plan.key}), nullptr);
  twin.plan.subject = twin.plan.issuer = s.chain[place].plan.subject;
  s.others.push_back(std::move(twin));
  return s.shuffled = true;
}

/// The same CA's certificate as it was before it was renewed.
bool renewed(Scene& s) {
  if (!s.has_intermediates()) return false;
  Node old = s.chain[s.some_intermediate()];
  old.plan.serial = encode([&](Writer& writer) { writer.natural(s.rng.octets(15)); });
  old.plan.not_after = days(-1);
  s.others.push_back(std::move(old));
  return s.shuffled = true;
}

bool crossed_and_trusted(Scene& s) {
  if (!s.has_intermediates()) return false;
  s.cross_sign(s.some_intermediate(), true);
  return true;
}

/// The other root is shown, and means nothing.
bool crossed_to_nowhere(Scene& s) {
  if (!s.has_intermediates()) return false;
  s.cross_sign(s.some_intermediate(), false);
  return s.shuffled = true;
}

/// Two CAs that certify each other.
bool cycle(Scene& s) {
  if (s.intermediates() < 2) return false;
  Node back = s.chain[2];
  back.plan.serial = encode([&](Writer& writer) { writer.natural(s.rng.octets(15)); });
  back.plan.issuer = s.chain[1].plan.subject;
  back.signer = s.chain[1].plan.key;
  remove(back.plan, oid::kAuthorityKeyIdentifier);
  put(back.plan,
      {oid::kAuthorityKeyIdentifier, false, key_reference(s.chain[1].plan.key->identifier)});
  s.others.push_back(std::move(back));
  return s.shuffled = true;
}

/// An intermediate is trusted itself, and the root is not.
bool trusts_intermediate(Scene& s) {
  if (!s.has_intermediates()) return false;
  s.trusted_from = s.some_intermediate();
  return true;
}

bool path_lengths(Scene& s) {
  for (std::size_t i = 1; i < s.chain.size(); ++i)
    put(s.chain[i].plan, {oid::kBasicConstraints, true,
                          basic_constraints(true, static_cast<unsigned>(i - 1 + s.rng.below(2)))});
  return true;
}

/// RFC 5280 §4.2.1.12's purposes, in CAs as well: each allows what is below it.
bool nested_purposes(Scene& s) {
  for (std::size_t i = 1; i + 1 < s.chain.size(); ++i)
    put(s.chain[i].plan,
        {oid::kExtendedKeyUsage, false, object_identifiers({oid::kServerAuth, oid::kClientAuth})});
  return s.has_intermediates();
}

/// §7.1: names compare without regard to case and to repeated spaces, and whatever string type they
/// have.
bool folded_names(Scene& s) {
  const std::size_t place = s.rng.below(s.chain.size() - 1);
  Der& name = s.chain[place].plan.issuer;
  bool changed = false;
  for (std::uint8_t& octet : name)
    if (octet >= 'a' && octet <= 'z') octet = static_cast<std::uint8_t>(octet - 32), changed = true;
  return changed;
}

bool printable_names(Scene& s) {
  const std::size_t place = s.rng.below(s.chain.size() - 1);
  Der& name = s.chain[place].plan.issuer;
  const auto tag = std::ranges::find(name, std::uint8_t{der::kUtf8String}, {});
  for (auto at = name.begin() + 2; at != name.end(); ++at)
    if (*at == der::kUtf8String && at > name.begin() + 8) {
      *at = der::kPrintableString;
      return tag != name.end();
    }
  return false;
}

bool long_names(Scene& s) {
  if (!s.has_intermediates()) return false;
  const Name name = {{kCountry, der::kPrintableString, "CH"},
                     {kOrganization, der::kUtf8String, "Z\xc3\xbcrich & Co"},
                     {oid::kCommonName, der::kUtf8String, "CA " + std::to_string(s.rng.next())}};
  const std::size_t place = s.some_intermediate();
  s.chain[place].plan.subject = s.chain[place - 1].plan.issuer = encode_name(name);
  return true;
}

/// Every name is within what the CA may issue for.
bool name_constraints(Scene& s) {
  if (!s.has_intermediates()) return false;
  put(s.intermediate(),
      {oid::kNameConstraints, true,
       subtrees(
           {dns("example.org"), dns("other.example"), address({192, 0, 2, 0, 255, 255, 255, 0}),
            address({0x20, 1,   0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                     255,  255, 255, 255,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
            mail("example.org")},
           {dns("not.example.org"), mail("other.org")})});
  return true;
}

bool same_policy(Scene& s) {
  for (std::size_t i = 0; i + 1 < s.chain.size(); ++i)
    put(s.chain[i].plan,
        {oid::kCertificatePolicies, false,
         i > 0 && s.rng.one_in(3) ? policies({kAnyPolicy}) : policies({kPolicyA})});
  if (s.has_intermediates())
    put(s.intermediate(), {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
  return true;
}

bool mapped_policy(Scene& s) {
  if (!s.has_intermediates()) return false;
  const std::size_t at = s.some_intermediate();
  for (std::size_t i = 0; i + 1 < s.chain.size(); ++i)
    put(s.chain[i].plan,
        {oid::kCertificatePolicies, false, policies({i < at ? kPolicyB : kPolicyA})});
  put(s.chain[at].plan, {oid::kPolicyMappings, true, mappings({{kPolicyA, kPolicyB}})});
  put(s.chain[at].plan, {oid::kPolicyConstraints, true, policy_constraints(0, -1)});
  return true;
}

bool crls(Scene& s) {
  s.add_crls();
  return true;
}

bool crl_of_a_stranger(Scene& s) {
  s.add_crls();
  Node stranger = s.make_ca(common_name("Stranger"), s.keys.any(s.rng, {}), nullptr);
  CrlNode list = s.crls.front();
  list.plan.issuer = stranger.plan.subject;
  list.signer = stranger.plan.key;
  list.plan.revoked.push_back({s.leaf().serial});
  s.crls.push_back(std::move(list));
  return true;
}

/// RFC 9525 §6.3: without regard to case, and with the root's dot.
bool loud_peer_name(Scene& s) {
  if (s.peer_kind != "DNS") return false;
  for (char& c : s.peer_name)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return true;
}

bool absolute_peer_name(Scene& s) {
  if (s.peer_kind != "DNS") return false;
  s.peer_name.push_back('.');
  return true;
}

bool unknown_extension(Scene& s) {
  put(s.any(), {x509::make_oid(1, 3, 6, 1, 4, 1, 55555, 9), false, from_hex("0500")});
  return true;
}

bool any_purpose_besides(Scene& s) {
  put(s.leaf(),
      {oid::kExtendedKeyUsage, false, object_identifiers({oid::kServerAuth, oid::kClientAuth})});
  return true;
}

bool far_future(Scene& s) {
  if (!s.has_intermediates()) return false;
  s.intermediate().not_after = time_of(std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) +
                                       std::chrono::seconds(86399));
  return true;
}

bool self_issued(Scene& s) {
  if (!s.has_intermediates()) return false;
  // A CA's new key under its old one (RFC 5280 §3.2).
  const std::size_t place = s.some_intermediate();
  Node next =
      s.make_ca(common_name(""), s.keys.any(s.rng, {s.chain[place].plan.key}), &s.chain[place]);
  next.plan.subject = s.chain[place].plan.subject;
  Node& below = s.chain[place - 1];
  below.signer = next.plan.key;
  put(below.plan, {oid::kAuthorityKeyIdentifier, false, key_reference(next.plan.key->identifier)});
  put(s.chain[place].plan,
      {oid::kBasicConstraints, true, basic_constraints(true, static_cast<unsigned>(place - 1))});
  s.chain.insert(s.chain.begin() + static_cast<std::ptrdiff_t>(place), std::move(next));
  ++s.trusted_from;
  return true;
}

constexpr Change kShapes[] = {
    {"straight", [](Scene&) { return true; }},
    {"root shown", shows_root},
    {"shuffled", shuffled},
    {"strangers", strangers},
    {"repeated", repeated},
    {"namesake", namesake},
    {"renewed", renewed},
    {"crossed", crossed_and_trusted},
    {"crossed to nowhere", crossed_to_nowhere},
    {"cycle", cycle},
    {"intermediate trusted", trusts_intermediate},
    {"path lengths", path_lengths},
    {"nested purposes", nested_purposes},
    {"folded names", folded_names},
    {"printable names", printable_names},
    {"long names", long_names},
    {"name constraints", name_constraints},
    {"same policy", same_policy},
    {"mapped policy", mapped_policy},
    {"CRLs", crls},
    {"CRL of a stranger", crl_of_a_stranger},
    {"loud peer name", loud_peer_name},
    {"absolute peer name", absolute_peer_name},
    {"unknown extension", unknown_extension},
    {"two purposes", any_purpose_besides},
    {"far future", far_future},
    {"self-issued", self_issued},
};

}  // namespace

std::span<const Change> shapes() { return kShapes; }

}  // namespace tls12::differential
