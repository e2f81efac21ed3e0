// RFC 5280 §6.1: whether one chain, complete from its end entity to its anchor, is to be believed.
//
// What binds an anchor. The RFC takes it as an input (§6.1.1 (d)) and checks nothing of it. Here,
// as in most libraries, it says what its owner wants of it: it is held to its validity, key
// strength, cA and keyUsage, extended key usage and critical extensions like any CA, its name
// constraints and pathLenConstraint are the initial values of the state (RFC 5937 §3.2), while its
// policies, its own signature and how that was made say nothing (the user's initial-policy-set
// does). A certificate that is an anchor itself is a chain of one: nobody vouches for it, and no
// more is asked than that it is valid now, understood, of a strong key, and for the purpose.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "x509/path/verification.hpp"

namespace tls12::x509 {

/// The certificate of a path that breaks a rule, from the end entity upwards.
struct PathRefusal {
  std::size_t depth;
  Refusal refusal;
};

/// The policies that `path` is valid for (§6.1.6). Errors: the certificate_* rules, with the
/// certificate that breaks one. Whether a certificate was revoked, §6.1.3 (a) (3), is asked of the
/// chains that this allows (revocation.hpp).
std::expected<std::vector<std::string>, PathRefusal> validate(Path path, Purpose purpose,
                                                              Verification& verification);

}  // namespace tls12::x509
