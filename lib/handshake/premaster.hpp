// What a key exchange gives, as the key schedule takes it: the premaster secret of RSA (RFC 5246
// §7.4.7.1, §8.1.1) and of finite-field Diffie-Hellman (§8.1.2).
#pragma once

#include "base/secret.hpp"
#include "tls12/bytes.hpp"
#include "tls12/registry.hpp"

namespace tls12::handshake {

inline constexpr std::size_t kRsaPreMasterSize = 48;
using RsaPreMasterSecret = Secret<kRsaPreMasterSize>;

/// What stands in front of the 46 random bytes of a client's premaster secret, and is put there by
/// the server: the version that the ClientHello offered.
inline constexpr std::size_t kRsaPreMasterRandomSize = kRsaPreMasterSize - 2;

/// The premaster secret in `block`, which is what DecryptionKey::decrypt gave, or one of `random`
/// (kRsaPreMasterRandomSize fresh bytes) if the block's padding is wrong or its message is not 48
/// bytes long. Which of both it was does not show: no branch and no access to memory depends on the
/// block, and the handshake goes on until its Finished fails (RFC 5246 §7.4.7.1: else the server's
/// answers decrypt whatever an attacker likes). The size of the block is the modulus's, and public;
/// one that has no room for a premaster secret gives `random`. In both cases the version is
/// `offered`, ClientHello.client_version: a client that was rolled back, or wrote another version,
/// ends up with another secret.
RsaPreMasterSecret rsa_pre_master_secret(Bytes block, ProtocolVersion offered, Bytes random);

/// RFC 5246 §8.1.2: of a finite field's shared secret the leading zeros are stripped. (Of a curve's
/// they are not: RFC 8422 §5.10.) The time this takes says how many there were, which is of use
/// only against a share that is used twice, and none is.
Bytes dh_pre_master_secret(Bytes shared_secret);

}  // namespace tls12::handshake
