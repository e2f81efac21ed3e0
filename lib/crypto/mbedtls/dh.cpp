// Diffie-Hellman in finite fields by mbedTLS: RFC 7919's groups, and those that a server names.
#include <new>

#include "crypto/mbedtls/backend.hpp"
#include "crypto/mbedtls/handles.hpp"

namespace tls12::mbedtls {
namespace {

/// RFC 7919 appendix A says for each group how short a private exponent may be. Elsewhere nobody
/// has shown that less than all is enough.
std::size_t exponent_bits(const DhParameters& parameters, std::size_t prime_bits) {
  const auto group = group_of(parameters);
  return group ? facts(*group).exponent_bits : prime_bits - 1;
}

class DhShare final : public KeyShare {
 public:
  /// Errors: Errc::bad_dh_parameters, Errc::dh_prime_too_short.
  Result<void> set(const DhParameters& parameters) {
    size_ = parameters.prime.size();
    if (size_ > kMaxDhPrimeBits / 8 || parameters.generator.size() > size_)
      return fail(Errc::bad_dh_parameters);
    if (!prime_.read(parameters.prime) || !generator_.read(parameters.generator))
      return fail(Errc::out_of_memory);
    if (mbedtls_mpi_bitlen(&prime_) < kMinDhPrimeBits) return fail(Errc::dh_prime_too_short);
    if (mbedtls_mpi_get_bit(&prime_, 0) == 0 || !in_range(generator_))
      return fail(Errc::bad_dh_parameters);
    return {};
  }

  Result<void> draw(const DhParameters& parameters, Random& random) {
    if (!draw_exponent(exponent_bits(parameters, mbedtls_mpi_bitlen(&prime_)), random))
      return fail(Errc::randomness_failed);
    Mpi value;
    if (!raise(generator_, value) || mbedtls_mpi_write_binary(&value, public_.data(), size_) != 0)
      return fail(Errc::crypto_failed);
    return {};
  }

  Bytes public_value() const override { return Bytes(public_).first(size_); }

  Result<void> derive(Bytes peer, MutableBytes secret) override try {
    if (secret.size() < size_) return fail(Errc::misuse);
    if (peer.empty() || peer.size() > size_) return fail(Errc::bad_key_share);
    Mpi value, shared;
    if (!value.read(peer)) return fail(Errc::out_of_memory);
    if (!in_range(value)) return fail(Errc::bad_key_share);
    if (!raise(value, shared)) return fail(Errc::crypto_failed);
    // Where p is no safe prime, a value of small order can be in range.
    if (!in_range(shared)) return fail(Errc::bad_key_share);
    return mbedtls_mpi_write_binary(&shared, secret.data(), size_) == 0 ? Result<void>()
                                                                        : fail(Errc::crypto_failed);
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }

 private:
  /// 1 < value < p-1, which is all that has to be checked where p is a safe prime (RFC 7919 §5.1).
  bool in_range(const mbedtls_mpi& value) const {
    Mpi last;
    return mbedtls_mpi_cmp_int(&value, 1) > 0 &&
           succeeded(mbedtls_mpi_sub_int(&last, &prime_, 1)) &&
           mbedtls_mpi_cmp_mpi(&value, &last) < 0;
  }

  /// RFC 7919 §5.2: from the range of exactly `bits` bits. They are fewer than the prime's, so that
  /// any will do.
  bool draw_exponent(std::size_t bits, Random& random) {
    Secret<kMaxDhPrimeBits / 8> drawn((bits + 7) / 8);
    const auto bytes = drawn.bytes();
    const std::size_t spare = bytes.size() * 8 - bits;
    if (!random.fill(bytes)) return false;
    bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0xff >> spare) | 0x80 >> spare);
    return exponent_.read(bytes);
  }

  /// base^exponent mod p. An exponent is drawn for one handshake and raises one value of the
  /// peer's, so that timing one derivation teaches nothing about another: no blinding.
  bool raise(const Mpi& base, Mpi& result) {
    return succeeded(mbedtls_mpi_exp_mod(&result, &base, &exponent_, &prime_, &montgomery_));
  }

  std::size_t size_ = 0;  ///< of the prime, as it came
  Mpi prime_, generator_, exponent_;
  Mpi montgomery_;  ///< R² mod p, which the library computes at the first exponentiation
  std::array<std::uint8_t, kMaxGroupPublicSize> public_ = {};
};

class FiniteField final : public Dh {
 public:
  Result<std::unique_ptr<KeyShare>> generate(const DhParameters& parameters,
                                             Random& random) const override try {
    auto share = std::make_unique<DhShare>();
    if (auto set = share->set(parameters); !set) return fail(set.error());
    if (auto drawn = share->draw(parameters, random); !drawn) return fail(drawn.error());
    return share;
  } catch (const std::bad_alloc&) { return fail(Errc::out_of_memory); }
};

class NamedField final : public Group {
 public:
  explicit NamedField(GroupAlgorithm algorithm) : parameters_(dh_parameters(algorithm)) {}
  Result<std::unique_ptr<KeyShare>> generate(Random& random) const override {
    return dh().generate(parameters_, random);
  }

 private:
  const DhParameters parameters_;
};

}  // namespace

const Dh& dh() {
  static const FiniteField field;
  return field;
}

const Group& finite_field(GroupAlgorithm algorithm) {
  static const std::array<NamedField, 5> all = {
      NamedField(GroupAlgorithm::ffdhe2048), NamedField(GroupAlgorithm::ffdhe3072),
      NamedField(GroupAlgorithm::ffdhe4096), NamedField(GroupAlgorithm::ffdhe6144),
      NamedField(GroupAlgorithm::ffdhe8192)};
  return all[static_cast<std::size_t>(algorithm) -
             static_cast<std::size_t>(GroupAlgorithm::ffdhe2048)];
}

}  // namespace tls12::mbedtls
