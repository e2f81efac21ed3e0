// The names of the algorithms, as their standards write them.
#include "tls12/crypto.hpp"

namespace tls12 {

std::string_view name(AeadAlgorithm algorithm) {
  constexpr std::array<std::string_view, kAeadAlgorithms> kNames = {
      "AES-128-GCM", "AES-256-GCM",   "ChaCha20-Poly1305", "AES-128-CCM",
      "AES-256-CCM", "AES-128-CCM-8", "AES-256-CCM-8"};
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::string_view name(CbcAlgorithm algorithm) {
  constexpr std::array<std::string_view, kCbcAlgorithms> kNames = {"AES-128-CBC", "AES-256-CBC",
                                                                   "AES-192-CBC"};
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::string_view name(HashAlgorithm algorithm) {
  constexpr std::array<std::string_view, kHashAlgorithms> kNames = {"SHA-1", "SHA-256", "SHA-384",
                                                                    "SHA-512"};
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::string_view name(GroupAlgorithm algorithm) {
  constexpr std::array<std::string_view, kGroupAlgorithms> kNames = {
      "x25519",    "secp256r1", "secp384r1", "secp521r1", "ffdhe2048",
      "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"};
  return kNames[static_cast<std::size_t>(algorithm)];
}

std::string_view name(SignatureFamily family) {
  constexpr std::array<std::string_view, kSignatureFamilies> kNames = {
      "rsa_pkcs1", "rsa_pss", "ecdsa_secp256r1", "ecdsa_secp384r1", "ecdsa_secp521r1", "ed25519"};
  return kNames[static_cast<std::size_t>(family)];
}

}  // namespace tls12
