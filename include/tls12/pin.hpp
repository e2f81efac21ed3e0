// Pins: the end-entity certificates or public keys that a peer may show.
//
//   config.verify.pins =
//   {*tls12::Pin::parse("sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")};
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "tls12/api.hpp"
#include "tls12/bytes.hpp"
#include "tls12/certificate.hpp"
#include "tls12/crypto.hpp"
#include "tls12/error.hpp"

namespace tls12 {

/// The SHA-256 of a certificate or of a public key. Pins are public. See VerifyPolicy::pins.
struct TLS12_API Pin {
  enum class Kind : std::uint8_t {
    certificate,  ///< Of the whole certificate in DER. A renewed certificate does not match.
    /// Of the SubjectPublicKeyInfo in DER (RFC 7469 §2.4). A renewed certificate for the same key
    /// matches, and so does the raw public key (RFC 7250).
    public_key,
  };
  Kind kind = Kind::public_key;
  std::array<std::uint8_t, 32> sha256 = {};

  /// Errors: Errc::algorithm_unavailable: the provider has no SHA-256.
  static Result<Pin> of(const Certificate& certificate, Kind kind = Kind::public_key,
                        const Provider& provider = *default_provider());
  /// `public_key_info` is a SubjectPublicKeyInfo in DER. Errors: Errc::bad_der;
  /// Errc::algorithm_unavailable.
  static Result<Pin> of_public_key(Bytes public_key_info,
                                   const Provider& provider = *default_provider());
  /// "sha256//BASE64" is a public key, as curl's --pinnedpubkey writes it. "key:HEX" is a public
  /// key and "certificate:HEX" a certificate: 64 hexadecimal digits; colons are ignored.
  /// Errors: Errc::bad_configuration, with the text.
  static Result<Pin> parse(std::string_view text);

  friend bool operator==(const Pin&, const Pin&) = default;
};

}  // namespace tls12
