// CAs with name constraints, certificates below them, and the verdicts.
#pragma once
#include "x509/name/distinguished_name.hpp"
#include "x509/path/name_constraints.hpp"
#include "x509/support.hpp"

namespace tls12::x509::constrained {

using test::hex;
using Type = GeneralName::Type;

inline constexpr Oid kEmailAddress = make_oid(1, 2, 840, 113549, 1, 9, 1),
                     kOrganization = make_oid(2, 5, 4, 10),
                     kSmtpUtf8Mailbox = make_oid(1, 3, 6, 1, 5, 5, 7, 8, 9);

inline SecretVector octets(std::string_view text) { return {text.begin(), text.end()}; }

/// What a GeneralName's encoding has: text, an address (and its mask), a Name; the content of the
/// others.
struct Named {
  Type type;
  SecretVector content;
  Named(Type t, SecretVector c) : type(t), content(std::move(c)) {}
  Named(Type t, std::string_view text) : type(t), content(octets(text)) {}
};
inline Named dns(std::string_view text) { return {Type::dns_name, text}; }
inline Named mail(std::string_view text) { return {Type::rfc822_name, text}; }
inline Named uri(std::string_view text) { return {Type::uri, text}; }
inline Named ip(std::string_view digits) {
  const auto bytes = hex(digits);
  return {Type::ip_address, SecretVector(bytes.begin(), bytes.end())};
}
inline Named directory(SecretVector name) { return {Type::directory_name, std::move(name)}; }

inline void write(der::Writer& writer, const Named& name) {
  const bool is_constructed = name.type == Type::other_name || name.type == Type::directory_name ||
                              name.type == Type::x400_address || name.type == Type::edi_party_name;
  writer.element(is_constructed ? der::constructed(name.type) : der::context(name.type),
                 name.content);
}
inline SecretVector names_of(const std::vector<Named>& names) {
  der::Writer writer;
  for (const Named& name : names) write(writer, name);
  return writer.take();
}
inline SecretVector subtrees_of(const std::vector<Named>& bases) {
  der::Writer writer;
  for (const Named& base : bases) writer.sequence([&] { write(writer, base); });
  return writer.take();
}

struct Attribute {
  Oid type;
  std::string value;
  std::uint8_t tag = der::kUtf8String;
};
inline SecretVector name_of(const std::vector<Attribute>& attributes) {
  der::Writer writer;
  writer.sequence([&] {
    for (const Attribute& attribute : attributes)
      writer.nest(der::kSet, [&] {
        writer.sequence([&] {
          writer.object_identifier(attribute.type.bytes());
          writer.element(attribute.tag, bytes_of(attribute.value));
        });
      });
  });
  return writer.take();
}
inline SecretVector otherwise(const Oid& type, std::uint8_t tag, std::string_view value) {
  der::Writer writer;
  writer.object_identifier(type.bytes());
  writer.nest(der::constructed(0), [&] { writer.element(tag, bytes_of(value)); });
  return writer.take();
}

/// What one CA says, and who is below it.
struct Case {
  std::vector<Named> permitted = {}, excluded = {};
  std::vector<Named> names = {};
  SecretVector subject = name_of({});
  bool common_name_counts = false;
};

/// The verdict on a certificate below CAs that say these things; `spent` is what it cost.
inline Result<void> verdict(const std::vector<Case>& cases, std::size_t* spent = nullptr) {
  Work work(VerifyPolicy::standard().max_work);
  Budget budget(VerifyPolicy::standard(), work);
  NameConstraintState state(budget);
  std::vector<SecretVector> kept;
  const auto keep = [&](SecretVector bytes) -> std::optional<Bytes> {
    kept.push_back(std::move(bytes));
    return kept.back().empty() ? std::nullopt : std::optional<Bytes>(kept.back());
  };
  for (const Case& c : cases)
    if (auto added = state.add({.permitted = keep(subtrees_of(c.permitted)),
                                .excluded = keep(subtrees_of(c.excluded))});
        !added)
      return added;
  const Case& last = cases.back();
  ParsedCertificate certificate;
  certificate.subject = last.subject;
  certificate.extensions.subject_alt_name = keep(names_of(last.names));
  auto checked = state.check(certificate, last.common_name_counts);
  if (spent != nullptr) *spent = budget.used();
  return checked;
}
inline Result<void> verdict(const Case& one) { return verdict(std::vector{one}); }

inline bool accepts(const Case& one) {
  const auto result = verdict(one);
  if (!result) CHECK(result.error() == Errc::certificate_name_constraint);
  return result.has_value();
}
inline bool permits(const Named& base, const Named& name) {
  return accepts({.permitted = {base}, .names = {name}});
}
inline bool excludes(const Named& base, const Named& name) {
  return !accepts({.excluded = {base}, .names = {name}});
}
/// Neither within it nor outside it: the constraint is refused as such, whoever is below.
inline bool refuses(const Named& base) {
  return !accepts({.permitted = {base}}) && !accepts({.excluded = {base}});
}

}  // namespace tls12::x509::constrained
