#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

std::string draw(Random& random, std::size_t size) {
  Octets bytes(size);
  REQUIRE(random.fill(bytes));
  return to_hex(bytes);
}

std::vector<ProviderPtr> tables() {
  std::vector<ProviderPtr> found;
  for (const auto& provider : {sodium_provider(), mbedtls_provider(), default_provider()}) {
    if (provider) found.push_back(provider);
  }
  return found;
}

}  // namespace

TEST_CASE("a process and its child never draw the same bytes, whatever was drawn before the fork") {
  for (const auto& table : tables()) {
    CAPTURE(table->name);
    Random& random = table->rng();
    (void)draw(random, 100);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      std::array<std::uint8_t, 32> bytes;
      const bool good = random.fill(bytes) && ::write(ends[1], bytes.data(), bytes.size()) ==
                                                  static_cast<ssize_t>(bytes.size());
      ::_exit(good ? 0 : 1);
    }
    const std::string ours = draw(random, 32);
    Octets theirs(32);
    ::close(ends[1]);
    CHECK(::read(ends[0], theirs.data(), theirs.size()) == 32);
    ::close(ends[0]);
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(to_hex(theirs) != ours);
  }
}

TEST_CASE("randomness fills all of what it is given, in any size, and does not repeat") {
  for (const auto& table : tables()) {
    CAPTURE(table->name);
    CHECK(table->rng().fill({}));
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(draw(table->rng(), 16));
    CHECK(seen.size() == 100);
    // Larger than what the kernel gives without being interruptible. A byte that is never written
    // stays zero each time.
    Octets touched(5000);
    for (int i = 0; i < 8; ++i) {
      Octets bytes(touched.size());
      REQUIRE(table->rng().fill(bytes));
      for (std::size_t k = 0; k < bytes.size(); ++k) touched[k] |= bytes[k];
    }
    CHECK(std::ranges::find(touched, 0) == touched.end());
  }
}

TEST_CASE("the same seed gives the same bytes, in the order of the draws and not of their sizes") {
  const auto one = deterministic_provider(7), two = deterministic_provider(7),
             other = deterministic_provider(8);
  const std::string whole = draw(one->rng(), 100);
  std::string pieces;
  for (const std::size_t size : std::initializer_list<std::size_t>{1, 40, 59})
    pieces += draw(two->rng(), size);
  CHECK(pieces == whole);
  CHECK(draw(one->rng(), 32) != whole.substr(0, 64));
  CHECK(draw(other->rng(), 100) != whole);
}

TEST_CASE("the same seed gives the same key shares, keys and signatures") {
  const auto account = [](std::uint64_t seed,
                          const std::vector<std::shared_ptr<const SigningKey>>& keys) {
    const auto table = deterministic_provider(seed);
    std::string text;
    for (const auto algorithm : kAllGroups) {
      for (const auto& group : groups(algorithm))
        text += to_hex((*group->generate(table->rng()))->public_value()) + " ";
    }
    for (const auto family : kAllFamilies) {
      for (const auto& signature : signatures(family)) {
        const auto key = signature->generate(table->rng(), 1024);
        REQUIRE(key);
        text += to_hex(key->scalar) + to_hex(key->modulus) + " ";
      }
    }
    for (const auto& key : keys) {
      Octets out(kMaxSignatureSize);
      const auto size =
          key->sign(HashAlgorithm::sha256, 32, bytes_of("message"), table->rng(), out);
      REQUIRE(size);
      text += to_hex(Bytes(out).first(*size)) + " ";
    }
    return text + draw(table->rng(), 32);
  };
  // Keys that live on keep state of their own between the accounts (RSA's blinding): it must not
  // show.
  std::vector<std::shared_ptr<const SigningKey>> keys;
  for (const auto family : kAllFamilies) {
    for (const auto& signature : signatures(family))
      keys.push_back(*signature->load(signature->generate(kernel(), 1024)->numbers()));
  }
  const std::string first = account(1, keys);
  CHECK(account(1, keys) == first);
  CHECK(account(2, keys) != first);
}

TEST_CASE("the deterministic table has the algorithms of its base") {
  const auto base = default_provider(), table = deterministic_provider(1, base);
  for (std::size_t i = 0; i < kAeadAlgorithms; ++i)
    CHECK(table->aeads[i].implementation == base->aeads[i].implementation);
  for (std::size_t i = 0; i < kSignatureFamilies; ++i)
    CHECK(table->signatures[i].implementation == base->signatures[i].implementation);
  CHECK(table->random.implementation != base->random.implementation);
  CHECK(deterministic_provider(1, nullptr) == nullptr);
}
