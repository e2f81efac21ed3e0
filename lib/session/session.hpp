// What is kept of one handshake so that another can be abbreviated (RFC 5246 §7.3 figure 2), and
// how it is written down.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "base/small_bytes.hpp"
#include "session/binding.hpp"
#include "tls12/certificate.hpp"
#include "tls12/registry.hpp"
#include "tls12/time.hpp"
#include "wire/codec.hpp"

namespace tls12::session {

using wire::kMasterSecretSize;
using wire::kSessionIdSize;

struct Session {
  CipherSuite suite = {};
  Secret<kMasterSecretSize> master_secret = {};
  bool extended_master_secret = false;
  WallTime established = {};  ///< when the full handshake was; renewing a ticket does not change it
  WallTime expires = {};
  Binding binding = {};
  std::uint8_t max_fragment_length = 0;  ///< RFC 6066 §4: 1 to 4, or 0 for none
  std::optional<NamedGroup> group = {};  ///< of the full handshake
  std::optional<SignatureScheme> signature_scheme =
      {};  ///< of the peer's signature, or else ours, in it
  std::string psk_identity = {}, psk_identity_hint = {};  ///< the hint is a client's alone
  std::vector<Certificate> peer_certificates = {}, verified_chain = {};
  bool believed_anyway = false;  ///< by VerifyPolicy::Dangerous::accept_anyway, after a failure
  std::vector<std::uint8_t> peer_raw_public_key = {};
  // The client's alone: what it shows the server again.
  SmallBytes<kSessionIdSize> session_id = {};
  SmallBytes<256> ticket = {};
};

/// Format version 5, in the presentation language of RFC 5246 §4:
///
///   struct {
///     uint8 version = 5;
///     CipherSuite suite;
///     opaque master_secret[48];
///     uint8 extended_master_secret;
///     uint64 established, expires;
///     opaque binding[32];
///     uint8 max_fragment_length;
///     NamedGroup group;
///     SignatureScheme scheme;  // 0 if the session has none
///     opaque psk_identity<0..2^16-1>, psk_identity_hint<0..2^16-1>;
///     ASN.1Cert peer_certificates<0..2^24-1>, verified_chain<0..2^24-1>;
///     uint8 believed_anyway;
///     opaque peer_raw_public_key<0..2^16-1>;
///     opaque session_id<0..32>;
///     opaque ticket<0..2^16-1>;
///   } Session;
///
/// A format that changes gets another version; what is not of this version, or damaged, is no
/// session.
/// Empty if a field is longer than its length can say: such a session is not kept.
std::optional<SecretVector> serialize(const Session& session);
/// `known` are certificates that need not be parsed again.
std::optional<Session> parse_session(Bytes bytes, std::span<const Certificate> known = {});

}  // namespace tls12::session
