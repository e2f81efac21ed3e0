// Inputs that are made to cost as much as their size allows, each for a size of the caller's
// choice.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/issue.hpp"
#include "tls12/verify.hpp"
#include "x509/issue/certificate_draft.hpp"

namespace tls12::x509::test {

/// What a peer sends, and how it is judged.
struct Hostile {
  std::vector<Certificate> presented = {};
  TrustStore trust = {};
  VerifyPolicy policy = {};
  std::string peer_name = {};
  std::vector<std::uint8_t> stapled_ocsp = {};
  std::vector<std::uint8_t> timestamps = {};
};

enum class Growth : std::uint8_t { linear, quadratic };  ///< of the cost with the size

struct WorstCase {
  std::string_view name;
  std::size_t size;  ///< the largest that the limits of a connection allow, or a bit less
  Hostile (*make)(std::size_t size);
  Growth growth = Growth::linear;
};

/// Within the validity of all certificates made here.
WallTime worst_time();
std::span<const WorstCase> worst_cases();

inline VerifyRequest request_of(const Hostile& hostile) {
  return {.presented = hostile.presented,
          .trust = hostile.trust,
          .peer_name = {hostile.peer_name},
          .now = worst_time(),
          .policy = hostile.policy,
          .stapled_ocsp = hostile.stapled_ocsp,
          .staple_was_requested = true,
          .timestamps = hostile.timestamps};
}

}  // namespace tls12::x509::test
