#include "x509/certificate/distribution_point.hpp"

#include <algorithm>

#include "x509/asn1/der_writer.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/general_name.hpp"

namespace tls12::x509 {
namespace {

using der::Reader;

/// RFC 5280 §5.2.5: a CRL encodes a name as the certificate does.
bool same_general_name(const GeneralName& a, const GeneralName& b, Budget& budget) {
  if (a.type != b.type) return false;
  return a.type == GeneralName::directory_name ? same_name(a.value, b.value, budget)
                                               : std::ranges::equal(a.value, b.value);
}

template <class Matches>
bool any_name(Bytes list, Budget& budget, Matches matches) {
  der::Fault fault;
  for (Reader names(list, fault); !names.at_end();) {
    const Bytes before = names.rest();
    const GeneralName name = read_general_name(names);
    if (!budget.take(1 + (before.size() - names.rest().size()) / kOctetsRead)) return false;
    if (matches(name)) return true;
  }
  return false;
}

}  // namespace

std::optional<DistributionPointName> read_distribution_point_name(Reader& reader) {
  if (!reader.next_is(der::constructed(0))) return std::nullopt;
  Reader choice = reader.enter(der::constructed(0));
  DistributionPointName name;
  if (choice.next_is(der::constructed(1))) {
    const Bytes encoding = choice.rest();
    read_relative_distinguished_name(choice, der::constructed(1));
    name.relative_name = Reader(encoding, reader.fault()).content(der::constructed(1));
  } else {
    name.full_name = read_general_names(choice, der::constructed(0));
  }
  choice.finish();
  return name;
}

ReasonMask read_reasons(Reader& reader, std::uint8_t tag) {
  return static_cast<ReasonMask>(reader.named_bits(tag) & kAllReasons);
}

DistributionPoint read_distribution_point(Reader& reader) {
  Reader fields = reader.enter_sequence();
  DistributionPoint point{.name = read_distribution_point_name(fields)};
  if (fields.next_is(der::context(1))) point.reasons = read_reasons(fields, der::context(1));
  if (fields.next_is(der::constructed(2)))
    point.crl_issuer = read_general_names(fields, der::constructed(2));
  fields.finish();
  return point;
}

PointNames::PointNames(const DistributionPointName& name, Bytes crl_issuer)
    : full_name_(name.full_name) {
  if (name.relative_name.empty()) return;
  der::Fault fault;
  const Bytes issuer = Reader(crl_issuer, fault).content(der::kSequence);
  der::Writer writer;
  writer.nest(der::constructed(GeneralName::directory_name), [&] {
    writer.sequence([&] {
      writer.raw(issuer);
      writer.element(der::kSet, name.relative_name);
    });
  });
  completed_ = writer.take();
}

bool have_common_name(Bytes a, Bytes b, Budget& budget) {
  return any_name(a, budget, [&](const GeneralName& one) {
    return any_name(
        b, budget, [&](const GeneralName& other) { return same_general_name(one, other, budget); });
  });
}

bool has_directory_name(Bytes list, Bytes name, Budget& budget) {
  return any_name(list, budget, [&](const GeneralName& one) {
    return one.type == GeneralName::directory_name && same_name(one.value, name, budget);
  });
}

}  // namespace tls12::x509
