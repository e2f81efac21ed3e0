// Breaks of names: those that are asked for, those of keys, and what CAs may issue for.
#include "mutations.hpp"

namespace tls12::differential {
namespace {

namespace oid = x509::oid;
namespace der = x509::der;

constexpr Oid kOrganization = x509::make_oid(2, 5, 4, 10);

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
bool constrained(Scene& s, std::vector<General> permitted, std::vector<General> excluded,
                 std::vector<General> names) {
  if (!s.has_intermediates()) return false;
  names.push_back(dns("host.example.org"));
  named(s, std::move(names), "DNS", "host.example.org");
  s.leaf().subject = encode_name(Name());
  s.write_names(true);
  return set(s.intermediate(), oid::kNameConstraints, true, subtrees(permitted, excluded));
}

constexpr Change kBreaks[] = {
    // subjectAltName and the name that is asked for
    {"another name",
     [](Scene& s) { return s.peer_kind = "DNS", s.peer_name = "other.example.org", true; }},
    {"another address",
     [](Scene& s) { return s.peer_kind = "IP", s.peer_name = "192.0.2.8", true; }},
    {"common name alone",
     [](Scene& s) {
       s.leaf().subject = encode_name(common_name("host.example.org"));
       s.peer_kind = "DNS";
       s.peer_name = "host.example.org";
       return drop(s.leaf(), oid::kSubjectAltName);
     }},
    {"common name beside other names",
     [](Scene& s) {
       return named(s, {dns("other.example.org")}, "DNS", "host.example.org") &&
              (s.leaf().subject = encode_name(common_name("host.example.org")), true);
     }},
    {"common name beside an address",
     [](Scene& s) {
       return named(s, {address({192, 0, 2, 7})}, "DNS", "host.example.org") &&
              (s.leaf().subject = encode_name(common_name("host.example.org")), true);
     }},
    {"no names, not critical",
     [](Scene& s) { return s.leaf().subject = encode_name(Name()), s.write_names(false), true; }},
    {"names critical beside a subject",
     [](Scene& s) {
       return s.leaf().subject = encode_name(common_name("x")), s.write_names(true), true;
     }},
    {"names of none",
     [](Scene& s) { return set(s.leaf(), oid::kSubjectAltName, false, from_hex("3000")); }},
    {"wildcard for two labels",
     [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "a.b.example.org"); }},
    {"wildcard for none",
     [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "example.org"); }},
    {"wildcard inside a label",
     [](Scene& s) { return named(s, {dns("h*t.example.org")}, "DNS", "host.example.org"); }},
    {"wildcard behind a label",
     [](Scene& s) { return named(s, {dns("host.*.org")}, "DNS", "host.example.org"); }},
    {"wildcard of a top-level domain",
     [](Scene& s) { return named(s, {dns("*.org")}, "DNS", "example.org"); }},
    {"wildcard alone", [](Scene& s) { return named(s, {dns("*")}, "DNS", "localhost"); }},
    {"wildcard for an A-label",
     [](Scene& s) { return named(s, {dns("*.example.org")}, "DNS", "xn--bcher-kva.example.org"); }},
    {"two wildcards",
     [](Scene& s) { return named(s, {dns("*.*.org")}, "DNS", "host.example.org"); }},
    {"absolute name in the certificate",
     [](Scene& s) { return named(s, {dns("host.example.org.")}, "DNS", "host.example.org"); }},
    {"underscore in a name",
     [](Scene& s) { return named(s, {dns("my_host.example.org")}, "DNS", "my_host.example.org"); }},
    {"space in a name",
     [](Scene& s) {
       return named(s, {dns("host.example.org"), dns("a b.example.org")}, "DNS",
                    "host.example.org");
     }},
    {"NUL in a name",
     [](Scene& s) {
       return named(s, {dns(std::string_view("host.example.org\0.evil.org", 26))}, "DNS",
                    "host.example.org");
     }},
    {"name that is not ASCII",
     [](Scene& s) {
       return named(s,
                    {dns("host.example.org"), dns("b\xc3\xbc"
                                                  "cher.example.org")},
                    "DNS", "host.example.org");
     }},
    {"empty DNS name",
     [](Scene& s) {
       return named(s, {dns("host.example.org"), dns("")}, "DNS", "host.example.org");
     }},
    {"address as a DNS name",
     [](Scene& s) { return named(s, {dns("192.0.2.7")}, "IP", "192.0.2.7"); }},
    {"address of five octets",
     [](Scene& s) {
       return named(s, {dns("host.example.org"), address({1, 2, 3, 4, 5})}, "DNS",
                    "host.example.org");
     }},
    {"e-mail address",
     [](Scene& s) {
       return named(s, {mail("some.one@example.org"), dns("host.example.org")}, "RFC822",
                    "some.one@example.org");
     }},
    {"e-mail address, host in capitals",
     [](Scene& s) {
       return named(s, {mail("some.one@EXAMPLE.org"), dns("host.example.org")}, "RFC822",
                    "some.one@example.org");
     }},
    {"e-mail address, local part in capitals",
     [](Scene& s) {
       return named(s, {mail("Some.One@example.org"), dns("host.example.org")}, "RFC822",
                    "some.one@example.org");
     }},
    {"registered identifier as a name",
     [](Scene& s) {
       return named(s, {dns("host.example.org"), {8, from_hex("2a0304")}}, "DNS",
                    "host.example.org");
     }},
    // key identifiers
    {"authority key identifier missing",
     [](Scene& s) {
       if (!(s.trusted_from + 1 == s.chain.size())) return false;
       return drop(s.chain[s.rng.below(s.trusted_from)].plan, oid::kAuthorityKeyIdentifier);
     }},
    {"authority key identifier wrong",
     [](Scene& s) {
       return set(s.chain[s.rng.below(s.trusted_from)].plan, oid::kAuthorityKeyIdentifier, false,
                  key_reference(s.rng.octets(20)));
     }},
    {"authority key identifier critical",
     [](Scene& s) { return criticality(s.leaf(), oid::kAuthorityKeyIdentifier, true); }},
    {"authority named by issuer and serial",
     [](Scene& s) {
       const Plan& issuer = s.chain[1].plan;
       return set(s.leaf(), oid::kAuthorityKeyIdentifier, false, encode([&](Writer& w) {
                    w.sequence([&] {
                      w.nest(der::constructed(1),
                             [&] { w.element(der::constructed(4), issuer.issuer); });
                      w.element(der::context(2), Bytes(issuer.serial).subspan(2));
                    });
                  }));
     }},
    {"authority named by a wrong serial",
     [](Scene& s) {
       const Plan& issuer = s.chain[1].plan;
       return set(s.leaf(), oid::kAuthorityKeyIdentifier, false, encode([&](Writer& w) {
                    w.sequence([&] {
                      w.nest(der::constructed(1),
                             [&] { w.element(der::constructed(4), issuer.issuer); });
                      w.element(der::context(2), from_hex("42"));
                    });
                  }));
     }},
    {"subject key identifier missing",
     [](Scene& s) { return drop(s.ca(), oid::kSubjectKeyIdentifier); }},
    {"subject key identifier critical",
     [](Scene& s) { return criticality(s.ca(), oid::kSubjectKeyIdentifier, true); }},
    // nameConstraints
    {"DNS name not permitted",
     [](Scene& s) { return constrained(s, {dns("host.example.org")}, {}, {dns("other.org")}); }},
    {"DNS name excluded",
     [](Scene& s) { return constrained(s, {}, {dns("evil.org")}, {dns("a.evil.org")}); }},
    {"DNS name beside what is excluded",
     [](Scene& s) { return constrained(s, {}, {dns("evil.org")}, {dns("notevil.org")}); }},
    {"wildcard over what is excluded",
     [](Scene& s) { return constrained(s, {}, {dns("a.evil.org")}, {dns("*.evil.org")}); }},
    {"wildcard not within what is permitted",
     [](Scene& s) {
       return constrained(s, {dns("host.example.org"), dns("a.fine.org")}, {}, {dns("*.fine.org")});
     }},
    {"constraint with a leading dot",
     [](Scene& s) {
       return constrained(s, {dns("example.org"), dns(".fine.org")}, {}, {dns("a.fine.org")});
     }},
    {"constraint with a leading dot, the name itself",
     [](Scene& s) {
       return constrained(s, {dns("example.org"), dns(".fine.org")}, {}, {dns("fine.org")});
     }},
    {"constraint in capitals",
     [](Scene& s) { return constrained(s, {}, {dns("EVIL.org")}, {dns("a.evil.org")}); }},
    {"everything excluded", [](Scene& s) { return constrained(s, {}, {dns("")}, {}); }},
    {"IPv4 not permitted",
     [](Scene& s) {
       return constrained(s, {address({192, 0, 2, 0, 255, 255, 255, 0})}, {},
                          {address({198, 51, 100, 1})});
     }},
    {"IPv4 excluded",
     [](Scene& s) {
       return constrained(s, {}, {address({192, 0, 2, 0, 255, 255, 255, 0})},
                          {address({192, 0, 2, 200})});
     }},
    {"IPv6 beside an IPv4 constraint",
     [](Scene& s) {
       return constrained(s, {address({192, 0, 2, 0, 255, 255, 255, 0})}, {},
                          {address({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})});
     }},
    {"mask with holes",
     [](Scene& s) {
       return constrained(s, {address({192, 0, 2, 0, 255, 0, 255, 0})}, {},
                          {address({192, 9, 2, 1})});
     }},
    {"address constraint of four octets",
     [](Scene& s) {
       return constrained(s, {address({192, 0, 2, 0})}, {}, {address({192, 0, 2, 0})});
     }},
    {"e-mail not permitted",
     [](Scene& s) { return constrained(s, {mail("example.org")}, {}, {mail("a@b.example.org")}); }},
    {"e-mail of a domain permitted",
     [](Scene& s) {
       return constrained(s, {mail(".example.org")}, {}, {mail("a@b.example.org")});
     }},
    {"e-mail of the domain itself",
     [](Scene& s) { return constrained(s, {mail(".example.org")}, {}, {mail("a@example.org")}); }},
    {"e-mail of one mailbox",
     [](Scene& s) { return constrained(s, {mail("a@example.org")}, {}, {mail("a@example.org")}); }},
    {"e-mail of another mailbox",
     [](Scene& s) { return constrained(s, {mail("a@example.org")}, {}, {mail("b@example.org")}); }},
    {"URI permitted",
     [](Scene& s) {
       return constrained(s, {uri("example.org")}, {}, {uri("https://example.org/x")});
     }},
    {"URI not permitted",
     [](Scene& s) {
       return constrained(s, {uri("example.org")}, {}, {uri("https://www.example.org/x")});
     }},
    {"URI of a domain",
     [](Scene& s) {
       return constrained(s, {uri(".example.org")}, {}, {uri("https://www.example.org:8443/x")});
     }},
    {"URI excluded",
     [](Scene& s) {
       return constrained(s, {}, {uri("example.org")}, {uri("https://user@example.org")});
     }},
    {"URI of an address under constraints",
     [](Scene& s) {
       return constrained(s, {uri("example.org")}, {}, {uri("https://192.0.2.1/")});
     }},
    {"URI without a host under constraints",
     [](Scene& s) { return constrained(s, {uri("example.org")}, {}, {uri("urn:isbn:1")}); }},
    {"directory name permitted",
     [](Scene& s) {
       const Name within = {{kOrganization, der::kUtf8String, "Example"},
                            {oid::kCommonName, der::kUtf8String, "x"}};
       if (!constrained(s, {directory({{kOrganization, der::kPrintableString, "example"}})}, {},
                        {}))
         return false;
       for (std::size_t i = 0; i + 1 < s.chain.size(); ++i) {
         Name name = within;
         name.back().value = "number " + std::to_string(i);
         s.chain[i].plan.subject = encode_name(name);
         if (i > 0) s.chain[i - 1].plan.issuer = s.chain[i].plan.subject;
       }
       s.write_names(false);
       return true;
     }},
    {"directory name not permitted",
     [](Scene& s) {
       if (!constrained(s, {directory({{kOrganization, der::kUtf8String, "Example"}})}, {}, {}))
         return false;
       s.leaf().subject = encode_name({{kOrganization, der::kUtf8String, "Other"}});
       s.write_names(false);
       return true;
     }},
    {"directory name excluded",
     [](Scene& s) {
       if (!constrained(s, {}, {directory({{kOrganization, der::kUtf8String, "Evil"}})}, {}))
         return false;
       s.leaf().subject = encode_name(
           {{kOrganization, der::kUtf8String, "EVIL"}, {oid::kCommonName, der::kUtf8String, "x"}});
       s.write_names(false);
       return true;
     }},
    {"e-mail in the subject excluded",
     [](Scene& s) {
       if (!constrained(s, {}, {mail("evil.org")}, {})) return false;
       s.leaf().subject = encode_name(
           {{x509::make_oid(1, 2, 840, 113549, 1, 9, 1), der::kIa5String, "a@evil.org"}});
       s.write_names(false);
       return true;
     }},
    {"common name excluded",
     [](Scene& s) {
       if (!constrained(s, {}, {dns("evil.org")}, {})) return false;
       s.leaf().subject = encode_name(common_name("www.evil.org"));
       s.write_names(false);
       return true;
     }},
    {"other name constrained",
     [](Scene& s) {
       return constrained(s, {{0, from_hex("06032a0304a0020500")}}, {},
                          {{0, from_hex("06032a0304a0020500")}});
     }},
    {"registered identifier constrained",
     [](Scene& s) {
       return constrained(s, {{8, from_hex("2a0304")}}, {}, {{8, from_hex("2a0305")}});
     }},
    {"constraints not critical",
     [](Scene& s) {
       if (!s.has_intermediates()) return false;
       return set(s.intermediate(), oid::kNameConstraints, false,
                  subtrees({dns("example.org")}, {}));
     }},
    {"constraints of nothing",
     [](Scene& s) {
       return s.has_intermediates() &&
              set(s.intermediate(), oid::kNameConstraints, true, from_hex("3000"));
     }},
    {"constraints with a minimum",
     [](Scene& s) {
       return s.has_intermediates() && set(s.intermediate(), oid::kNameConstraints, true,
                                           from_hex("3010a00e300c82076578616d706c65800101"));
     }},
    {"constraints in the leaf",
     [](Scene& s) {
       return set(s.leaf(), oid::kNameConstraints, true, subtrees({dns("example.org")}, {}));
     }},
    {"root's constraints broken",
     [](Scene& s) {
       return set(s.root(), oid::kNameConstraints, true, subtrees({dns("elsewhere.org")}, {}));
     }},
};

}  // namespace

std::span<const Change> name_breaks() { return kBreaks; }

}  // namespace tls12::differential
