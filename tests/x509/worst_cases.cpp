#include "worst_cases.hpp"

#include <algorithm>
#include <array>

#include "tls12/transparency.hpp"
#include "x509/asn1/time.hpp"
#include "x509/certificate/extensions.hpp"

namespace tls12::x509::test {
namespace {

using der::Writer;

constexpr std::chrono::hours kDay{24};

/// The keys of a chain, made once: those with the same number are the same.
const PrivateKey& key(std::size_t number) {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (int i = 0; i < 8; ++i) made.push_back(PrivateKey::generate(KeyKind::ed25519).value());
    return made;
  }();
  return keys.at(number);
}

SecretVector named(const std::string& text) { return encode_common_name(text); }

Draft draft(const std::string& subject, std::size_t own, bool is_ca) {
  CertificateRecipe recipe{.common_name = subject,
                           .is_ca = is_ca,
                           .not_before = worst_time() - kDay,
                           .not_after = worst_time() + kDay};
  if (!is_ca) recipe.names = {"example.org"};
  return draft_of(recipe, key(own), *default_provider()).value();
}

Certificate signed_by(Draft draft, const SecretVector& issuer, std::size_t signer) {
  draft.issuer = issuer;
  draft.method = method_for(key(signer)).value();
  const auto has_hint = [](const DraftExtension& e) {
    return is(e.id.bytes(), oid::kAuthorityKeyIdentifier);
  };
  if (std::ranges::none_of(draft.extensions, has_hint))
    draft.extensions.push_back(draft_authority_key_identifier(
        key_identifier(key(signer).public_key_info(), *default_provider()).value()));
  return sign(draft, key(signer), default_provider()->rng()).value();
}

// A chain of three: key 0 is the root's, 1 the intermediate's, 2 the leaf's.
Certificate root() { return signed_by(draft("root", 0, true), named("root"), 0); }
Certificate intermediate(Draft changed) { return signed_by(std::move(changed), named("root"), 0); }
Certificate intermediate() { return intermediate(draft("intermediate", 1, true)); }
Certificate leaf(Draft changed) { return signed_by(std::move(changed), named("intermediate"), 1); }
Draft ca() { return draft("intermediate", 1, true); }
Draft end_entity() { return draft("leaf", 2, false); }

Hostile chain(Certificate leaf, Certificate intermediate) {
  return {.presented = {std::move(leaf), std::move(intermediate)},
          .trust = TrustStore::of({root()}),
          .peer_name = "example.org"};
}

template <class Write>
void extend(Draft& draft, const Oid& id, bool is_critical, Write write) {
  DraftExtension made = draft_extension(id, is_critical, write);
  std::erase_if(draft.extensions, [&](const DraftExtension& e) {
    return std::ranges::equal(e.id.bytes(), id.bytes());
  });
  draft.extensions.push_back(std::move(made));
}

/// Four letters, five bits of the number each, for names that all differ.
std::string label(std::size_t number) {
  const auto letter = [&](unsigned shift) {
    return "abcdefghijklmnopqrstuvwxyz012345"[number >> shift & 31];
  };
  return {letter(15), letter(10), letter(5), letter(0)};
}
std::array<std::uint8_t, 4> identifier(std::size_t number) {
  return {0x2a, static_cast<std::uint8_t>(0x81 + (number >> 14)),
          static_cast<std::uint8_t>(0x80 | (number >> 7 & 0x7f)),
          static_cast<std::uint8_t>(number & 0x7f)};
}

/// A Name of `count` relative names of the fewest octets: nine, and a text as long as that.
SecretVector many_sets(std::size_t count) {
  constexpr std::uint8_t kShortest = 0x2a;
  Writer writer;
  writer.sequence([&] {
    for (std::size_t i = 0; i < count; ++i)
      writer.nest(der::kSet, [&] {
        writer.sequence([&] {
          writer.object_identifier({&kShortest, 1});
          writer.null();
        });
      });
  });
  return writer.take();
}

/// A Name of one set of 16 attributes, which differ at their ends alone.
SecretVector full_sets(std::size_t octets, char first, char other) {
  constexpr std::size_t kInSet = 16;
  const std::size_t size = octets / kInSet;
  Writer writer;
  writer.sequence([&] {
    writer.nest(der::kSet, [&] {
      for (std::size_t i = 0; i < kInSet; ++i)
        writer.sequence([&] {
          writer.object_identifier(oid::kCommonName.bytes());
          writer.element(der::kPrintableString,
                         bytes_of(std::string(1, first) + std::string(size, other) + label(i)));
        });
    });
  });
  return writer.take();
}

// ------------------------------------------------ the cases

/// Layers of 3, 3, 3, 3, 2, 1 CAs, each signed by the key of the layer above and named like its
/// neighbours: 162 ways to the last, whose issuer is unknown.
Hostile cross_signs(std::size_t size) {
  constexpr std::size_t kLayers[] = {3, 3, 3, 3, 2, 1};
  const auto name = [](std::size_t layer) { return "layer " + std::to_string(layer); };
  Hostile made{.presented = {signed_by(end_entity(), named(name(0)), 0)},
               .trust = TrustStore::of({root()}),
               .peer_name = "example.org"};
  for (std::size_t layer = 0; layer < std::size(kLayers); ++layer)
    for (std::size_t i = 0; i < kLayers[layer]; ++i) {
      const bool is_last = layer + 1 == std::size(kLayers);
      Draft one = draft(name(layer), layer, true);
      one.serial = {static_cast<std::uint8_t>(layer + 1), static_cast<std::uint8_t>(i)};
      made.presented.push_back(
          signed_by(std::move(one), is_last ? many_sets(size) : named(name(layer + 1)), layer + 1));
    }
  return made;
}

Hostile expired_with_long_subject(std::size_t size) {
  Draft old = end_entity();
  old.subject = many_sets(size);
  old.not_after = worst_time() - std::chrono::seconds(1);
  return chain(leaf(std::move(old)), intermediate());
}

/// Likewise, but each of the ways ends in a chain that is complete, and refused at its end by a
/// policy that none is valid for.
Hostile chains_refused(std::size_t size) {
  Hostile made = cross_signs(1);
  made.presented.pop_back();
  Draft last = draft("layer 5", 5, true);
  const Certificate anchor = signed_by(draft("anchor", 6, true), named("anchor"), 6);
  made.trust = TrustStore::of({anchor});
  made.presented.push_back(signed_by(std::move(last), named("anchor"), 6));
  Draft longest = end_entity();
  extend(longest, oid::kSubjectAltName, false, [&](Writer& writer) {
    writer.sequence([&] {
      writer.element(der::context(2), bytes_of("example.org"));
      for (std::size_t i = 0; i < size; ++i)
        writer.element(der::context(2), bytes_of(label(i) + ".example.org"));
    });
  });
  made.presented.front() = signed_by(std::move(longest), named("layer 0"), 0);
  made.policy.initial_explicit_policy = true;
  return made;
}

Hostile policies_and_profile(std::size_t size) {
  const auto write = [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t i = 0; i < size; ++i)
        writer.sequence([&] { writer.object_identifier(identifier(i)); });
    });
  };
  Draft below = end_entity(), above = ca();
  extend(below, oid::kCertificatePolicies, false, write);
  extend(above, oid::kCertificatePolicies, false, write);
  Hostile made = chain(leaf(std::move(below)), intermediate(std::move(above)));
  made.policy.strict_profile = true;
  return made;
}
Hostile policy_mappings(std::size_t size) {
  Draft below = end_entity(), above = ca();
  const auto any = [](Writer& writer) {
    writer.sequence(
        [&] { writer.sequence([&] { writer.object_identifier(oid::kAnyPolicy.bytes()); }); });
  };
  extend(below, oid::kCertificatePolicies, false, any);
  extend(above, oid::kCertificatePolicies, false, any);
  extend(above, oid::kPolicyMappings, true, [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t i = 0; i < size; ++i)
        writer.sequence([&] {
          writer.object_identifier(identifier(i));
          writer.object_identifier(identifier(size - i));
        });
    });
  });
  return chain(leaf(std::move(below)), intermediate(std::move(above)));
}

/// `names` of one kind in the leaf, `bases` in its CA's constraints.
Hostile constrained(std::size_t names, std::size_t bases, unsigned tag, bool excludes,
                    const std::function<std::string(std::size_t)>& name,
                    const std::function<std::string(std::size_t)>& base) {
  Draft below = end_entity(), above = ca();
  const auto write = [&](Writer& writer, const std::string& text) {
    if (tag == 4) return writer.nest(der::constructed(4), [&] { writer.raw(named(text)); });
    writer.element(der::context(tag), bytes_of(text));
  };
  extend(below, oid::kSubjectAltName, false, [&](Writer& writer) {
    writer.sequence([&] {
      writer.element(der::context(2), bytes_of("example.org"));
      for (std::size_t i = 0; i < names; ++i) write(writer, name(i));
    });
  });
  extend(above, oid::kNameConstraints, true, [&](Writer& writer) {
    writer.sequence([&] {
      writer.nest(der::constructed(excludes ? 1 : 0), [&] {
        for (std::size_t i = 0; i < bases; ++i) writer.sequence([&] { write(writer, base(i)); });
        if (!excludes)
          writer.sequence([&] { write(writer, name(0).substr(name(0).find('.') + 1)); });
      });
    });
  });
  return chain(leaf(std::move(below)), intermediate(std::move(above)));
}
std::string dns(std::size_t i) { return label(i) + ".example.org"; }
Hostile dns_names_and_constraints(std::size_t size) {
  return constrained(size, size, 2, true, dns,
                     [](std::size_t i) { return label(i) + ".example.com"; });
}
Hostile names_and_one_constraint(std::size_t size) {
  return constrained(size, 1, 2, true, dns, [](std::size_t) { return "example.com"; });
}
Hostile mail_names_and_constraints(std::size_t size) {
  return constrained(
      size, size, 1, true, [](std::size_t i) { return label(i) + "@example.org"; },
      [](std::size_t i) { return label(i) + ".example.com"; });
}
Hostile directory_names_and_constraints(std::size_t size) {
  return constrained(size, size, 4, true, label, [](std::size_t i) { return "x" + label(i); });
}
Hostile addresses_and_constraints(std::size_t size) {
  const auto address = [](std::size_t i) {
    return std::string{10, static_cast<char>(i >> 16), static_cast<char>(i >> 8),
                       static_cast<char>(i)};
  };
  return constrained(size, size, 7, true, address, [&](std::size_t i) {
    return address(i + (std::size_t{1} << 20)) + "\xff\xff\xff\xff";
  });
}

/// Under `strict`, each common name is looked for among all names.
Hostile common_names(std::size_t size) {
  Draft below = end_entity();
  Writer subject;
  subject.sequence([&] {
    for (std::size_t i = 0; i < size; ++i)
      subject.nest(der::kSet, [&] {
        subject.sequence([&] {
          subject.object_identifier(oid::kCommonName.bytes());
          subject.element(der::kPrintableString, bytes_of(label(i) + ".org"));
        });
      });
  });
  below.subject = subject.take();
  extend(below, oid::kSubjectAltName, false, [&](Writer& writer) {
    writer.sequence([&] {
      writer.element(der::context(2), bytes_of("example.org"));
      for (std::size_t i = 0; i < size; ++i)
        writer.element(der::context(2), bytes_of("a." + label(i) + ".org"));
    });
  });
  Hostile made = chain(leaf(std::move(below)), intermediate());
  made.policy.strict_profile = true;
  return made;
}

/// A list of purposes, in the one certificate that every way leads over.
Hostile purposes(std::size_t size) {
  Hostile made = cross_signs(1);
  Draft last = draft("layer 5", 5, true);
  extend(last, oid::kExtendedKeyUsage, false, [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t i = 0; i < size; ++i) writer.object_identifier(identifier(i));
      writer.object_identifier(oid::kServerAuth.bytes());
    });
  });
  made.presented.back() = signed_by(std::move(last), named("nobody"), 6);
  return made;
}

/// Key identifiers that are long, and equal but for their last octet.
Hostile key_identifiers(std::size_t size) {
  Hostile made = cross_signs(1);
  for (const std::size_t depth : {3U, 4U}) {
    const bool is_above = depth == 4;
    Draft one = draft(is_above ? "layer 1" : "layer 0", is_above ? 1 : 0, true);
    std::vector<std::uint8_t> octets(size, 0x5a);
    if (is_above) octets.back() = 0;
    if (is_above)
      extend(one, oid::kSubjectKeyIdentifier, false,
             [&](Writer& writer) { writer.octet_string(octets); });
    else
      extend(one, oid::kAuthorityKeyIdentifier, false, [&](Writer& writer) {
        writer.sequence([&] { writer.element(der::context(0), octets); });
      });
    made.presented[depth] =
        signed_by(std::move(one), named(is_above ? "layer 2" : "layer 1"), is_above ? 2 : 1);
  }
  return made;
}

/// Names that are the same, and spelled otherwise: sets of 16 attributes that differ at their ends.
Hostile names_spelled_otherwise(std::size_t size) {
  Hostile made = cross_signs(1);
  for (std::size_t i = 0; i < 2; ++i) {
    Draft one = draft("layer 4", 4, true);
    one.serial = {99, static_cast<std::uint8_t>(i)};
    made.presented[13 + i] = signed_by(std::move(one), full_sets(size, 'a', 'x'), 5);
  }
  Draft last = draft("layer 5", 5, true);
  last.subject = full_sets(size, 'A', 'X');
  made.presented.back() = signed_by(std::move(last), named("nobody"), 6);
  return made;
}

/// CAs that all have the name of the issuer and another key.
Hostile wrong_keys(std::size_t size) {
  Hostile made = chain(leaf(end_entity()), intermediate());
  made.presented.pop_back();
  for (std::size_t i = 0; i < size; ++i) {
    Draft one = draft("intermediate", 3, true);
    one.serial = {static_cast<std::uint8_t>(i / 100 + 1), static_cast<std::uint8_t>(i % 100)};
    made.presented.push_back(intermediate(std::move(one)));
  }
  return made;
}

Hostile many_extensions(std::size_t size) {
  Draft below = end_entity();
  for (std::size_t i = 0; below.extensions.size() < kMaxExtensions - 2; ++i) {
    Oid id = make_oid(1, 2, 3, 4);
    id.octets[id.size - 1] = static_cast<std::uint8_t>(i);
    below.extensions.push_back({id, false, SecretVector(size / kMaxExtensions)});
  }
  return chain(leaf(std::move(below)), intermediate());
}

Hostile distribution_points(std::size_t size) {
  Draft below = end_entity();
  extend(below, oid::kCrlDistributionPoints, false, [&](Writer& writer) {
    writer.sequence([&] {
      for (std::size_t i = 0; i < size; ++i)
        writer.sequence([&] {
          writer.nest(der::constructed(0), [&] {
            writer.nest(der::constructed(0),
                        [&] { writer.element(der::context(6), bytes_of("http://" + label(i))); });
          });
        });
    });
  });
  return chain(leaf(std::move(below)), intermediate());
}

/// A response about `size` other certificates of a CA with a long name, and about this one nothing.
Hostile ocsp_responses(std::size_t size) {
  Draft above = ca();
  above.subject = many_sets(8 * size);
  Certificate below = signed_by(end_entity(), above.subject, 1);
  Hostile made = chain(std::move(below), intermediate(std::move(above)));
  const std::vector<std::uint8_t> hash(20, 1);
  const Bytes serial = made.presented.front().serial_number();
  Writer tbs;
  tbs.sequence([&] {
    tbs.nest(der::constructed(2), [&] { tbs.octet_string(hash); });
    write_generalized_time(worst_time(), tbs);
    tbs.sequence([&] {
      for (std::size_t i = 0; i < size; ++i)
        tbs.sequence([&] {
          tbs.sequence([&] {
            write_hash_algorithm(HashAlgorithm::sha1, tbs);
            tbs.octet_string(hash);
            tbs.octet_string(hash);
            tbs.element(der::kInteger, serial);
          });
          tbs.element(der::context(0), {});
          write_generalized_time(worst_time(), tbs);
        });
    });
  });
  Writer basic, response;
  basic.sequence([&] {
    (void)write_signed(tbs.bytes(), method_for(key(1)).value(), key(1), default_provider()->rng(),
                       basic);
  });
  response.sequence([&] {
    const std::uint8_t successful = 0;
    response.element(der::kEnumerated, {&successful, 1});
    response.nest(der::constructed(0), [&] {
      response.sequence([&] {
        response.object_identifier(oid::kOcspBasic.bytes());
        response.octet_string(basic.bytes());
      });
    });
  });
  made.stapled_ocsp.assign(response.bytes().begin(), response.bytes().end());
  return made;
}

/// Timestamps of one log, all with a wrong signature.
Hostile timestamps(std::size_t size) {
  Hostile made = chain(leaf(end_entity()), intermediate());
  const PrivateKey log_key = PrivateKey::generate(KeyKind::ec_secp256r1).value();
  const TransparencyLog log =
      TransparencyLog::from_key(log_key.public_key_info(), default_provider()).value();
  made.policy.transparency.logs = {log};
  made.policy.transparency.required = 1;
  for (std::size_t i = 0; i < size; ++i) {
    std::vector<std::uint8_t> sct = {0};
    sct.insert(sct.end(), log.id().begin(), log.id().end());
    sct.insert(sct.end(),
               {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(i), 0, 0, 4, 3, 0, 8, 0x30,
                6, 2, 1, 1, 2, 1, 1});
    made.timestamps.insert(made.timestamps.end(), {0, static_cast<std::uint8_t>(sct.size())});
    made.timestamps.insert(made.timestamps.end(), sct.begin(), sct.end());
  }
  return made;
}

/// A CRL of the root's with `size` entries whose serial numbers end alike.
Hostile crl_entries(std::size_t size) {
  Hostile made = chain(leaf(end_entity()), intermediate());
  const Bytes serial = made.presented[1].serial_number();
  Writer tbs;
  tbs.sequence([&] {
    tbs.small_natural(1);
    write_signature_algorithm(method_for(key(0)).value(), tbs);
    tbs.raw(named("root"));
    write_time(worst_time() - kDay, tbs);
    write_time(worst_time() + kDay, tbs);
    tbs.sequence([&] {
      for (std::size_t i = 0; i < size; ++i)
        tbs.sequence([&] {
          std::vector<std::uint8_t> other(serial.end() - 5, serial.end());
          for (std::size_t n = i + 1; n != 0; n >>= 7)
            other.insert(other.begin(), static_cast<std::uint8_t>(n & 0x7f) | 1);
          tbs.element(der::kInteger, other);
          write_time(worst_time() - kDay, tbs);
        });
    });
    tbs.nest(der::constructed(0), [&] {
      write_extensions({draft_extension(oid::kCrlNumber, false,
                                        [](Writer& writer) { writer.small_natural(1); })},
                       tbs);
    });
  });
  Writer crl;
  crl.sequence([&] {
    (void)write_signed(tbs.bytes(), method_for(key(0)).value(), key(0), default_provider()->rng(),
                       crl);
  });
  made.policy.revocation.crls = {Crl::from_der(crl.bytes()).value()};
  return made;
}

constexpr WorstCase kCases[] = {
    {"ways to an issuer with a long name", 20'000, cross_signs},
    {"an expired certificate with a long subject", 24'000, expired_with_long_subject},
    {"ways to a chain that is refused at its end", 9'000, chains_refused},
    {"policies, under the strict profile", 15'000, policies_and_profile},
    {"policy mappings", 15'000, policy_mappings},
    {"names and one constraint", 10'000, names_and_one_constraint},
    {"DNS names and as many constraints", 6'000, dns_names_and_constraints, Growth::quadratic},
    {"mailboxes and as many constraints", 6'000, mail_names_and_constraints, Growth::quadratic},
    {"directory names and as many constraints", 4'000, directory_names_and_constraints,
     Growth::quadratic},
    {"addresses and as many constraints", 10'000, addresses_and_constraints, Growth::quadratic},
    {"common names, under the strict profile", 5'000, common_names, Growth::quadratic},
    {"purposes, at the end of many ways", 30'000, purposes},
    {"long key identifiers", 100'000, key_identifiers},
    {"names that are spelled otherwise", 60'000, names_spelled_otherwise},
    {"issuers with wrong keys", 14, wrong_keys},
    {"extensions", 200'000, many_extensions},
    {"distribution points", 8'000, distribution_points},
    {"OCSP responses about other certificates", 500, ocsp_responses},
    {"timestamps with wrong signatures", 900, timestamps},
    {"entries of a CRL whose serial numbers end alike", 100'000, crl_entries},
};

}  // namespace

WallTime worst_time() { return std::chrono::sys_days(std::chrono::year(2027) / 6 / 1); }
std::span<const WorstCase> worst_cases() { return kCases; }

}  // namespace tls12::x509::test
