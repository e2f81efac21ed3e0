// Diffie-Hellman in finite fields by mbedTLS: RFC 7919's groups, and those that a server names.
#include <mbedtls/dhm.h>

#include <new>

#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/handles.hpp"

namespace tls12::mbedtls {
namespace {

struct DhmContext : mbedtls_dhm_context {
  DhmContext() { mbedtls_dhm_init(this); }
  ~DhmContext() { mbedtls_dhm_free(this); }
  DhmContext(const DhmContext&) = delete;
  DhmContext& operator=(const DhmContext&) = delete;
};

/// RFC 7919 appendix A says for each group how short a private exponent may be. Elsewhere nobody has shown that less than all is enough.
std::size_t exponent_bits(const DhParameters& parameters, std::size_t prime_bits) {
  if (!group_of(parameters)) return prime_bits - 1;
  switch (prime_bits) {
    case 2048: return 225;
    case 3072: return 275;
    case 4096: return 325;
    case 6144: return 375;
    default: return 400;
  }
}

class DhShare final : public KeyShare {
 public:
  /// Errors: Errc::bad_dh_parameters, Errc::dh_prime_too_short.
  Result<void> set(const DhParameters& parameters) {
    Mpi prime, generator;
    size_ = parameters.prime.size();
    if (size_ > kMaxDhPrimeBits / 8 || parameters.generator.size() > size_) return fail(Errc::bad_dh_parameters);
    if (!prime.read(parameters.prime) || !generator.read(parameters.generator) || mbedtls_dhm_set_group(&dhm_, &prime, &generator) != 0) {
      return fail(Errc::out_of_memory);
    }
    if (mbedtls_mpi_bitlen(&dhm_.P) < kMinDhPrimeBits) return fail(Errc::dh_prime_too_short);
    if (mbedtls_mpi_get_bit(&dhm_.P, 0) == 0 || !in_range(dhm_.G)) return fail(Errc::bad_dh_parameters);
    return {};
  }

  Result<void> draw(const DhParameters& parameters, Random& random) {
    if (!draw_exponent(exponent_bits(parameters, mbedtls_mpi_bitlen(&dhm_.P)), random) || !blinding_.seed(random)) return fail(Errc::randomness_failed);
    if (mbedtls_mpi_exp_mod(&dhm_.GX, &dhm_.G, &dhm_.X, &dhm_.P, &dhm_.RP) != 0 || mbedtls_mpi_write_binary(&dhm_.GX, public_.data(), size_) != 0) {
      return fail(Errc::crypto_failed);
    }
    return {};
  }

  Bytes public_value() const override { return Bytes(public_).first(size_); }

  Result<void> derive(Bytes peer, MutableBytes secret) override {
    if (secret.size() < size_) return fail(Errc::misuse);
    if (peer.empty() || peer.size() > size_) return fail(Errc::bad_key_share);
    if (mbedtls_mpi_read_binary(&dhm_.GY, peer.data(), peer.size()) != 0) return fail(Errc::out_of_memory);
    if (!in_range(dhm_.GY)) return fail(Errc::bad_key_share);
    std::size_t size = 0;
    if (mbedtls_dhm_calc_secret(&dhm_, secret.data(), size_, &size, RandomStream::draw, &blinding_) != 0) return fail(Errc::crypto_failed);
    // Where p is no safe prime, a value of small order can be in range.
    if (!in_range(dhm_.K)) return fail(Errc::bad_key_share);
    // The library strips the leading zeros.
    return mbedtls_mpi_write_binary(&dhm_.K, secret.data(), size_) == 0 ? Result<void>() : fail(Errc::crypto_failed);
  }

 private:
  /// 1 < value < p-1, which is all that has to be checked where p is a safe prime (RFC 7919 §5.1).
  bool in_range(const mbedtls_mpi& value) const {
    Mpi last;
    return mbedtls_mpi_cmp_int(&value, 1) > 0 && mbedtls_mpi_sub_int(&last, &dhm_.P, 1) == 0 && mbedtls_mpi_cmp_mpi(&value, &last) < 0;
  }

  /// RFC 7919 §5.2: from the range of exactly `bits` bits. They are fewer than the prime's, so that any will do.
  bool draw_exponent(std::size_t bits, Random& random) {
    Secret<kMaxDhPrimeBits / 8> drawn((bits + 7) / 8);
    const auto bytes = drawn.bytes();
    const std::size_t spare = bytes.size() * 8 - bits;
    if (!random.fill(bytes)) return false;
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0xff >> spare) | 0x80 >> spare);
    return mbedtls_mpi_read_binary(&dhm_.X, bytes.data(), bytes.size()) == 0;
  }

  std::size_t size_ = 0;  ///< of the prime, as it came
  DhmContext dhm_;
  RandomStream blinding_;
  std::array<std::uint8_t, kMaxGroupPublicSize> public_ = {};
};

class FiniteField final : public Dh {
 public:
  Result<std::unique_ptr<KeyShare>> generate(const DhParameters& parameters, Random& random) const override {
    std::unique_ptr<DhShare> share(new (std::nothrow) DhShare);
    if (!share) return fail(Errc::out_of_memory);
    if (auto set = share->set(parameters); !set) return fail(set.error());
    if (auto drawn = share->draw(parameters, random); !drawn) return fail(drawn.error());
    return share;
  }
};

class NamedField final : public Group {
 public:
  explicit NamedField(GroupAlgorithm algorithm) : parameters_(dh_parameters(algorithm)) {}
  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override { return dh().generate(parameters_, random); }

 private:
  const DhParameters parameters_;
};

}  // namespace

const Dh& dh() {
  static const FiniteField field;
  return field;
}

const Group& finite_field(GroupAlgorithm algorithm) {
  static const std::array<NamedField, 5> all = {NamedField(GroupAlgorithm::ffdhe2048), NamedField(GroupAlgorithm::ffdhe3072),
                                                NamedField(GroupAlgorithm::ffdhe4096), NamedField(GroupAlgorithm::ffdhe6144),
                                                NamedField(GroupAlgorithm::ffdhe8192)};
  return all[static_cast<std::size_t>(algorithm) - static_cast<std::size_t>(GroupAlgorithm::ffdhe2048)];
}

}  // namespace tls12::mbedtls
