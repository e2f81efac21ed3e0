#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

template <class Work>
void in_threads(int count, Work work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

}  // namespace

TEST_CASE("many threads sign with one key, and each signature is right") {
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family)) {
      CAPTURE(signature.backend);
      CAPTURE(name(family));
      const auto generated = signature->generate(kernel(), 1024);
      REQUIRE(generated);
      const auto key = signature->load(generated->numbers());
      REQUIRE(key);
      const PublicHalf half(*signature.implementation, *generated);
      std::atomic<int> right = 0;
      in_threads(8, [&](int thread) {
        for (int i = 0; i < 10; ++i) {
          const Octets message(static_cast<std::size_t>(thread * 10 + i), 0x61);
          Octets out(kMaxSignatureSize);
          const auto size = (*key)->sign(HashAlgorithm::sha256, 32, message, kernel(), out);
          if (size && signature->verify(half.view, HashAlgorithm::sha256, 32, message,
                                        Bytes(out).first(*size)))
            ++right;
        }
      });
      CHECK(right == 80);
    }
  }
}

TEST_CASE("many threads exchange keys on one group") {
  for (const auto algorithm :
       {GroupAlgorithm::x25519, GroupAlgorithm::secp256r1, GroupAlgorithm::secp384r1,
        GroupAlgorithm::secp521r1, GroupAlgorithm::ffdhe2048}) {
    for (const auto& group : groups(algorithm)) {
      CAPTURE(group.backend);
      CAPTURE(name(algorithm));
      std::atomic<int> right = 0;
      in_threads(4, [&](int) {
        for (int i = 0; i < 5; ++i) {
          auto a = group->generate(kernel()), b = group->generate(kernel());
          Octets one(secret_size(algorithm)), two(secret_size(algorithm));
          if (a && b && (*a)->derive((*b)->public_value(), one) &&
              (*b)->derive((*a)->public_value(), two) && one == two)
            ++right;
        }
      });
      CHECK(right == 20);
    }
  }
}
