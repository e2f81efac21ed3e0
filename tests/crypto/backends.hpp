// What every test of an algorithm needs: each implementation that was built in, bytes from
// hexadecimal, and sources of randomness that do as they are told.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tls12/crypto.hpp"

namespace tls12::test {

using Octets = std::vector<std::uint8_t>;

inline Octets hex(std::string_view text) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  };
  Octets bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

inline std::string to_hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t b : bytes)
    text += {"0123456789abcdef"[b >> 4], "0123456789abcdef"[b & 15]};
  return text;
}

inline Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
inline Octets octets(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

/// A number as keys carry it: without the zeros in front.
inline Octets number(std::string_view text) {
  Octets bytes = hex(text);
  bytes.erase(bytes.begin(), std::ranges::find_if(bytes, [](std::uint8_t b) { return b != 0; }));
  return bytes;
}

template <class Interface>
struct Candidate {
  std::string backend;
  const Interface* implementation;
  const Interface* operator->() const { return implementation; }
};

/// Every implementation that the built-in tables have for this CPU in the row that `row_of` finds,
/// each once.
template <class RowOf>
auto implementations(RowOf row_of) {
  using Interface = std::remove_cvref_t<decltype(*row_of(*default_provider()).implementation)>;
  std::vector<Candidate<Interface>> found;
  for (const ProviderPtr& provider : {sodium_provider(), mbedtls_provider(), default_provider()}) {
    if (!provider) continue;
    const auto row = row_of(*provider);
    const bool known = std::ranges::any_of(found, [&](const auto& candidate) {
      return candidate.implementation == row.implementation;
    });
    if (row && !known) found.push_back({std::string(row.backend), row.implementation});
  }
  return found;
}

template <class Algorithm>
auto row_of(Algorithm algorithm) {
  return [algorithm](const Provider& provider) { return provider[algorithm]; };
}

inline auto aeads(AeadAlgorithm a) { return implementations(row_of(a)); }
inline auto cbcs(CbcAlgorithm a) { return implementations(row_of(a)); }
inline auto hashes(HashAlgorithm a) { return implementations(row_of(a)); }
inline auto hmacs(HashAlgorithm a) {
  return implementations([a](const Provider& provider) { return provider.hmac(a); });
}
inline auto groups(GroupAlgorithm a) { return implementations(row_of(a)); }
inline auto dhs() {
  return implementations([](const Provider& provider) { return provider.dh; });
}
inline auto signatures(SignatureFamily a) { return implementations(row_of(a)); }
inline auto rsa_encryptions() {
  return implementations([](const Provider& provider) { return provider.rsa_encryption; });
}

inline constexpr std::array kAllAeads = {
    AeadAlgorithm::aes_128_gcm,  AeadAlgorithm::aes_256_gcm, AeadAlgorithm::chacha20_poly1305,
    AeadAlgorithm::aes_128_ccm,  AeadAlgorithm::aes_256_ccm, AeadAlgorithm::aes_128_ccm_8,
    AeadAlgorithm::aes_256_ccm_8};
inline constexpr std::array kAllCbcs = {CbcAlgorithm::aes_128_cbc, CbcAlgorithm::aes_192_cbc,
                                        CbcAlgorithm::aes_256_cbc};
inline constexpr std::array kAllHashes = {HashAlgorithm::sha1, HashAlgorithm::sha256,
                                          HashAlgorithm::sha384, HashAlgorithm::sha512};
inline constexpr std::array kAllCurves = {GroupAlgorithm::x25519, GroupAlgorithm::secp256r1,
                                          GroupAlgorithm::secp384r1, GroupAlgorithm::secp521r1};
inline constexpr std::array kAllFields = {GroupAlgorithm::ffdhe2048, GroupAlgorithm::ffdhe3072,
                                          GroupAlgorithm::ffdhe4096, GroupAlgorithm::ffdhe6144,
                                          GroupAlgorithm::ffdhe8192};
inline constexpr auto kAllGroups = [] {
  std::array<GroupAlgorithm, kGroupAlgorithms> all = {};
  std::ranges::copy(kAllFields, std::ranges::copy(kAllCurves, all.begin()).out);
  return all;
}();
inline constexpr std::array kAllFamilies = {
    SignatureFamily::rsa_pkcs1,       SignatureFamily::rsa_pss,
    SignatureFamily::ecdsa_secp256r1, SignatureFamily::ecdsa_secp384r1,
    SignatureFamily::ecdsa_secp521r1, SignatureFamily::ed25519};

inline Random& kernel() { return default_provider()->rng(); }

/// Gives the bytes of a script first, then the kernel's: a known private value reaches a key share
/// this way.
class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(Octets script) : script_(std::move(script)) {}
  bool fill(MutableBytes out) override {
    const std::size_t n = std::min(out.size(), script_.size() - used_);
    std::copy_n(script_.begin() + static_cast<std::ptrdiff_t>(used_), n, out.begin());
    used_ += n;
    return kernel().fill(out.subspan(n));
  }

 private:
  Octets script_;
  std::size_t used_ = 0;
};

/// Works for a number of draws, then says no for ever.
class FailingRandom final : public Random {
 public:
  explicit FailingRandom(int draws) : left_(draws) {}
  bool fill(MutableBytes out) override {
    failed_ = left_-- <= 0;
    return !failed_ && kernel().fill(out);
  }
  bool failed() const { return failed_; }

 private:
  int left_;
  bool failed_ = false;
};

/// The public half of a generated key; it views `key` and its own point.
struct PublicHalf {
  PublicHalf(const Signature& signature, const Signature::Generated& key) {
    view.kind = key.kind;
    view.modulus = key.modulus;
    view.exponent = key.public_exponent;
    if (const auto size = signature.public_point(key.numbers(), point))
      view.point = Bytes(point).first(*size);
  }
  std::array<std::uint8_t, kMaxPointSize> point = {};
  PublicKey view;
};

}  // namespace tls12::test
