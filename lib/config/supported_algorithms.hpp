// The algorithms that a configuration allows and this machine implements, looked up in the
// registries once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/policy.hpp"
#include "tls12/config.hpp"
#include "tls12/messages.hpp"
#include "wire/registry.hpp"

namespace tls12::config {

/// Best first, each with an implementation on this machine. The encoded lists are those of a
/// ClientHello.
struct SupportedAlgorithms {
  std::vector<const wire::SuiteRow*> suites;
  std::vector<const wire::GroupRow*> groups;
  std::vector<const wire::SchemeRow*> schemes, signing_schemes;
  std::vector<std::uint8_t> suites_wire, groups_wire, schemes_wire, protocols_wire;

  ListOf16<NamedGroup> group_list() const { return ListOf16<NamedGroup>(groups_wire); }
  ListOf16<SignatureScheme> scheme_list() const { return ListOf16<SignatureScheme>(schemes_wire); }
  ListOfOpaque<1> protocol_list() const { return ListOfOpaque<1>(protocols_wire); }
  bool has_cbc() const;
  bool has_ecdhe() const;
};

/// Which kinds of keys a configuration has.
struct KeySources {
  bool certificates, psk;
};
/// Errors: Errc::bad_configuration, Errc::algorithm_unavailable; the detail names the field.
Result<SupportedAlgorithms> supported_algorithms(const CommonConfig& config, KeySources keys);

/// The rows of the named values, or of all of `otherwise` if none is named. A named value must be
/// known and implemented; the others are left out where they are not. Errors:
/// Errc::bad_configuration, Errc::algorithm_unavailable; the detail names `field`.
template <class Row, class List>
Result<std::vector<const Row*>> find_rows(const Provider& provider, const List& wanted,
                                          const List& otherwise, std::string_view field) {
  std::vector<const Row*> rows;
  for (const auto id : wanted.empty() ? otherwise : wanted) {
    const Row* row = wire::find(id);
    if (row != nullptr && available(provider, *row)) {
      if (std::ranges::find(rows, row) == rows.end()) rows.push_back(row);
    } else if (!wanted.empty()) {
      return fail(row == nullptr ? Errc::bad_configuration : Errc::algorithm_unavailable,
                  std::string(field) + ": " + name(id));
    }
  }
  if (rows.empty()) return fail(Errc::algorithm_unavailable, field);
  return rows;
}

/// RFC 9155 §2.
Result<void> check_sha1(const std::vector<const wire::SchemeRow*>& rows, SuitePolicy policy,
                        std::string_view field);

}  // namespace tls12::config
