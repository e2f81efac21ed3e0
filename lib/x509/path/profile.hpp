// How a certificate should have been made: what RFC 5280 §4 and the baseline requirements of the
// CA/Browser Forum ("BR", those for TLS servers) ask of who issues it, beyond what path validation
// needs. VerifyPolicy::strict_profile asks it of every certificate of a chain, the anchor too: a
// few of the roots that everybody trusts have something that today's rules would not let pass.
#pragma once

#include <span>
#include <string_view>

#include "tls12/verify.hpp"
#include "x509/path/verification.hpp"

namespace tls12::x509 {

/// Where in its chain a certificate stands. One that is trusted itself and shown by the peer is an
/// end entity.
enum class ChainPosition : std::uint8_t { end_entity, intermediate, anchor };

struct ProfileSubject {
  const ParsedCertificate& certificate;
  ChainPosition position;
  Purpose purpose;
  Verification& verification;
};

struct ProfileRule {
  bool (*is_kept)(const ProfileSubject& subject);
  std::string_view section;
  std::string_view text;  ///< what is wrong where it is not kept, in words for a user
};

/// All there are, in the order of the certificate's fields.
std::span<const ProfileRule> profile_rules();
/// The first rule that the certificate breaks, which is Errc::certificate_profile; null when it
/// keeps them all. Costs at most one signature check, of an anchor that names another issuer.
const ProfileRule* check_profile(const ProfileSubject& subject);

}  // namespace tls12::x509
