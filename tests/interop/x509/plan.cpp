#include "plan.hpp"

#include <array>

#include "x509/asn1/time.hpp"
#include "x509/key/key_encoding.hpp"

namespace tls12::differential {

namespace der = x509::der;
namespace oid = x509::oid;

Der encode(const std::function<void(Writer&)>& write) {
  Writer writer;
  write(writer);
  return {writer.bytes().begin(), writer.bytes().end()};
}

Der from_hex(std::string_view hex) {
  Der bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  return bytes;
}

Name common_name(std::string_view text) {
  return {{oid::kCommonName, der::kUtf8String, std::string(text)}};
}

Der encode_name(const Name& name) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      for (const Attribute& a : name)
        writer.nest(der::kSet, [&] {
          writer.sequence([&] {
            writer.object_identifier(a.type.bytes());
            writer.element(a.tag, bytes_of(a.value));
          });
        });
    });
  });
}

Extension* find(Plan& plan, const Oid& id) {
  for (Extension& e : plan.extensions)
    if (is(e.id.bytes(), id)) return &e;
  return nullptr;
}

void put(Plan& plan, Extension extension) {
  if (Extension* same = find(plan, extension.id))
    *same = std::move(extension);
  else
    plan.extensions.push_back(std::move(extension));
}

void remove(Plan& plan, const Oid& id) {
  std::erase_if(plan.extensions, [&](const Extension& e) { return is(e.id.bytes(), id); });
}

bool set(Plan& plan, const Oid& id, bool is_critical, Der value) {
  put(plan, {id, is_critical, std::move(value)});
  return true;
}

bool drop(Plan& plan, const Oid& id) {
  if (find(plan, id) == nullptr) return false;
  remove(plan, id);
  return true;
}

bool criticality(Plan& plan, const Oid& id, bool is_critical) {
  Extension* e = find(plan, id);
  if (e == nullptr || e->is_critical == is_critical) return false;
  e->is_critical = is_critical;
  return true;
}

namespace {

SignatureFamily family_of(x509::SignatureKind kind, KeyKind key) {
  switch (kind) {
    case x509::SignatureKind::rsa_pkcs1: return SignatureFamily::rsa_pkcs1;
    case x509::SignatureKind::rsa_pss: return SignatureFamily::rsa_pss;
    case x509::SignatureKind::ed25519: return SignatureFamily::ed25519;
    default: break;
  }
  return key == KeyKind::ec_secp384r1   ? SignatureFamily::ecdsa_secp384r1
         : key == KeyKind::ec_secp521r1 ? SignatureFamily::ecdsa_secp521r1
                                        : SignatureFamily::ecdsa_secp256r1;
}

void write_extensions(const std::vector<Extension>& extensions, Writer& writer) {
  writer.sequence([&] {
    for (const Extension& e : extensions)
      writer.sequence([&] {
        writer.object_identifier(e.id.bytes());
        if (!e.critical_encoding.empty())
          writer.raw(e.critical_encoding);
        else if (e.is_critical)
          writer.boolean(true);
        writer.octet_string(e.value);
      });
  });
}

/// The SIGNED{} of RFC 5280 §4.1.1.
Der sign(Bytes tbs, Bytes algorithm, const x509::SignatureMethod& method, const Key& signer,
         bool wrong, Random& random) {
  std::array<std::uint8_t, kMaxSignatureSize> signature;
  std::size_t size =
      signer.key
          .sign({family_of(method.kind, signer.key.kind()), method.hash, method.salt_size}, tbs,
                random, signature)
          .value();
  // The last octet of an ECDSA signature is one of a number, which any value but this may have.
  if (wrong) signature[size - 1] ^= 1;
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      writer.raw(tbs);
      writer.raw(algorithm);
      writer.bit_string(Bytes(signature).first(size));
    });
  });
}

Der algorithm_of(const x509::SignatureMethod& method) {
  return encode([&](Writer& writer) { write_signature_algorithm(method, writer); });
}

}  // namespace

Der encode(const Plan& plan, const Key& signer, Random& random) {
  const x509::SignatureMethod method =
      plan.method ? *plan.method : x509::method_for(signer.key).value();
  const Der right = algorithm_of(method);
  const Der& inner = plan.algorithm.empty() ? right : plan.algorithm;
  const Der tbs = encode([&](Writer& writer) {
    writer.sequence([&] {
      writer.raw(plan.version);
      writer.raw(plan.serial);
      writer.raw(inner);
      writer.raw(plan.issuer);
      writer.sequence([&] {
        writer.raw(plan.not_before);
        writer.raw(plan.not_after);
      });
      writer.raw(plan.subject);
      writer.raw(plan.public_info.empty() ? plan.key->public_info : plan.public_info);
      writer.raw(plan.unique_ids);
      if (!plan.extensions.empty() || plan.empty_extensions)
        writer.nest(der::constructed(3), [&] { write_extensions(plan.extensions, writer); });
      writer.raw(plan.trailing);
    });
  });
  Der certificate = sign(tbs, plan.outer_algorithm.empty() ? inner : plan.outer_algorithm, method,
                         signer, plan.wrong_signature, random);
  if (plan.bend) plan.bend(certificate);
  return certificate;
}

Der encode(const CrlPlan& plan, const Key& signer, Random& random) {
  const x509::SignatureMethod method = x509::method_for(signer.key).value();
  const Der algorithm = algorithm_of(method);
  const Der tbs = encode([&](Writer& writer) {
    writer.sequence([&] {
      writer.small_natural(1);
      writer.raw(algorithm);
      writer.raw(plan.issuer);
      writer.raw(plan.this_update);
      writer.raw(plan.next_update);
      if (!plan.revoked.empty())
        writer.sequence([&] {
          for (const Revoked& entry : plan.revoked)
            writer.sequence([&] {
              writer.raw(entry.serial);
              writer.raw(plan.this_update);
              writer.raw(entry.extensions);
            });
        });
      if (!plan.extensions.empty())
        writer.nest(der::constructed(0), [&] { write_extensions(plan.extensions, writer); });
    });
  });
  return sign(tbs, algorithm, method, signer, plan.wrong_signature, random);
}

Der time_of(WallTime time) {
  return encode([&](Writer& writer) { x509::write_time(time, writer); });
}

Der octets(Bytes content) {
  return encode([&](Writer& writer) { writer.octet_string(content); });
}

Der key_reference(Bytes identifier) {
  return encode([&](Writer& writer) {
    writer.sequence([&] { writer.element(der::context(0), identifier); });
  });
}

Der key_usage(std::initializer_list<x509::KeyUsage> usages) {
  std::uint8_t bits = 0;
  for (const x509::KeyUsage usage : usages)
    bits = static_cast<std::uint8_t>(bits | 0x80 >> static_cast<unsigned>(usage));
  unsigned unused = 0;
  while (unused < 7 && (bits >> unused & 1) == 0) ++unused;
  return encode([&](Writer& writer) { writer.bit_string({&bits, 1}, unused); });
}

Der basic_constraints(bool is_ca, std::optional<unsigned> path_length) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      if (is_ca) writer.boolean(true);
      if (path_length) writer.small_natural(*path_length);
    });
  });
}

Der object_identifiers(std::initializer_list<Oid> list) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      for (const Oid& id : list) writer.object_identifier(id.bytes());
    });
  });
}

namespace {
General text(unsigned number, std::string_view text) {
  return {number, Der(text.begin(), text.end())};
}
}  // namespace

General dns(std::string_view name) { return text(2, name); }
General mail(std::string_view name) { return text(1, name); }
General uri(std::string_view name) { return text(6, name); }
General address(std::initializer_list<int> octets) {
  Der value;
  for (const int octet : octets) value.push_back(static_cast<std::uint8_t>(octet));
  return {7, std::move(value)};
}
General directory(const Name& name) { return {4, encode_name(name)}; }

void write_general(const General& name, Writer& writer) {
  writer.element(name.number == 4 || name.number == 0 ? der::constructed(name.number)
                                                      : der::context(name.number),
                 name.value);
}

Der general_names(const std::vector<General>& names) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      for (const General& name : names) write_general(name, writer);
    });
  });
}

Der subtrees(const std::vector<General>& permitted, const std::vector<General>& excluded) {
  return encode([&](Writer& writer) {
    const auto list = [&](unsigned tag, const std::vector<General>& names) {
      if (names.empty()) return;
      writer.nest(der::constructed(tag), [&] {
        for (const General& name : names) writer.sequence([&] { write_general(name, writer); });
      });
    };
    writer.sequence([&] {
      list(0, permitted);
      list(1, excluded);
    });
  });
}

Der policies(std::initializer_list<Oid> list) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      for (const Oid& id : list) writer.sequence([&] { writer.object_identifier(id.bytes()); });
    });
  });
}

Der mappings(std::initializer_list<std::pair<Oid, Oid>> list) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      for (const auto& [from, to] : list)
        writer.sequence([&] {
          writer.object_identifier(from.bytes());
          writer.object_identifier(to.bytes());
        });
    });
  });
}

Der policy_constraints(int require_explicit, int inhibit_mapping) {
  return encode([&](Writer& writer) {
    writer.sequence([&] {
      unsigned tag = 0;
      for (const int value : {require_explicit, inhibit_mapping}) {
        const auto octet = static_cast<std::uint8_t>(value);
        if (value >= 0) writer.element(der::context(tag), {&octet, 1});
        ++tag;
      }
    });
  });
}

Der small(unsigned value) {
  return encode([&](Writer& writer) { writer.small_natural(value); });
}

}  // namespace tls12::differential
