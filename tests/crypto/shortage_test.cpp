// E8 for the backends: an allocation that fails inside a library says nothing about a signature or
// a key.
#include <doctest/doctest.h>

#include <new>

#include "crypto/backends.hpp"
#include "support/scarcity.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

constexpr std::string_view kMessage = "message";

/// Calls `call` with one allocation failing: the first ones each in turn, then a sample of the
/// later ones.
/// Gives each outcome to `check`.
template <class Call, class Check>
void with_an_allocation_failing(Call call, Check check) {
  for (std::size_t at = 1;; at += 1 + at / 32) {
    scarcity.from = at;
    scarcity.until = at + 1;
    scarcity.calls = 0;
    scarcity.what = Scarce::memory;
    const auto outcome = call();
    scarcity.what = Scarce::nothing;
    CAPTURE(at);
    if (scarcity.calls < at) return;
    check(outcome);
  }
}

enum class Verdict : std::uint8_t { right, wrong, no_memory };

/// Some functions of mbedTLS 2.28 lose the reason on the way: crypto_failed is an internal error,
/// too.
template <class Value>
bool blames_no_input(const Result<Value>& result) {
  return result || result.error().code == Errc::out_of_memory ||
         result.error().code == Errc::crypto_failed;
}

}  // namespace

TEST_CASE(
    "E8: a failed allocation never makes a signature wrong, nor a private key of a curve bad") {
  for (const SignatureFamily family : kAllFamilies) {
    for (const auto& [name, signature] : signatures(family)) {
      CAPTURE(name);
      CAPTURE(static_cast<int>(family));
      const auto key = signature->generate(kernel(), 2048);
      REQUIRE(key);
      const PublicHalf half(*signature, *key);
      const auto loaded = signature->load(key->numbers());
      REQUIRE(loaded);
      std::array<std::uint8_t, kMaxSignatureSize> made = {}, again = {};
      const auto size =
          (*loaded)->sign(HashAlgorithm::sha256, 32, bytes_of(kMessage), kernel(), made);
      REQUIRE(size);
      const auto verify = [&] {
        try {
          const Bytes bytes = Bytes(made).first(*size);
          const bool right =
              signature->verify(half.view, HashAlgorithm::sha256, 32, bytes_of(kMessage), bytes);
          return right ? Verdict::right : Verdict::wrong;
        } catch (const std::bad_alloc&) { return Verdict::no_memory; }
      };
      with_an_allocation_failing(verify, [](Verdict verdict) { CHECK(verdict != Verdict::wrong); });
      // mbedtls_rsa_check_privkey gives each failure as a wrong key: a file of our own is blamed
      // there.
      if (key->modulus.empty())
        with_an_allocation_failing([&] { return signature->load(key->numbers()); },
                                   [](const auto& result) { CHECK(blames_no_input(result)); });
      with_an_allocation_failing(
          [&] {
            return (*loaded)->sign(HashAlgorithm::sha256, 32, bytes_of(kMessage), kernel(), again);
          },
          [](const auto& result) { CHECK(blames_no_input(result)); });
    }
  }
}

TEST_CASE("E8: a failed allocation never makes a key share of a prime curve bad") {
  // Not x25519 and ffdhe: mbedTLS gives a failure in its check of a Montgomery point, and one in an
  // exponentiation, as a value that is not valid.
  for (const GroupAlgorithm algorithm :
       {GroupAlgorithm::secp256r1, GroupAlgorithm::secp384r1, GroupAlgorithm::secp521r1}) {
    for (const auto& [name, group] : groups(algorithm)) {
      CAPTURE(name);
      const auto peer = group->generate(kernel());
      REQUIRE(peer);
      with_an_allocation_failing([&] { return group->generate(kernel()); },
                                 [](const auto& result) { CHECK(blames_no_input(result)); });
      std::array<std::uint8_t, kMaxGroupPublicSize> secret = {};
      const auto share = group->generate(kernel());
      REQUIRE(share);
      with_an_allocation_failing([&] { return (*share)->derive((*peer)->public_value(), secret); },
                                 [](const auto& result) { CHECK(blames_no_input(result)); });
    }
  }
}
