#include <doctest/doctest.h>

#include "crypto/backends.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

using namespace std::string_literals;

struct Vector {
  HashAlgorithm hash;
  std::string passphrase, salt;
  std::uint32_t iterations;
  const char* key;
};

// RFC 6070 §2 (without the one of 16,777,216 iterations), RFC 7914 §11; SHA-384 and SHA-512 by
// Python's hashlib.
const Vector kVectors[] = {
    {HashAlgorithm::sha1, "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
    {HashAlgorithm::sha1, "password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
    {HashAlgorithm::sha1, "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"},
    {HashAlgorithm::sha1, "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
     "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"},
    {HashAlgorithm::sha1, "pass\0word"s, "sa\0lt"s, 4096, "56fa6aa75548099dcc37d7f03425e0c3"},
    {HashAlgorithm::sha256, "passwd", "salt", 1,
     "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
     "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"},
    {HashAlgorithm::sha256, "Password", "NaCl", 80000,
     "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
     "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"},
    {HashAlgorithm::sha384, "password", "salt", 4096,
     "559726be38db125bc85ed7895f6e3cf574c7a01c080c3447db1e8a76764deb3c307b94853fbe424f6488c5f4f1289"
     "626"
     "1d1eb430353c769ee2a77a26fd0a2347a9db0f90bd0d"},
    {HashAlgorithm::sha512, "password", "salt", 4096,
     "d197b1b33db0143e018b12f3d1d1479e6cdebdcc97c5c0f87f6902e072f457b5143f30602641b3d55cd335988cb36"
     "b84"
     "376060ecd532e039b742a239434af2d5d6883f0be4c2"},
};

auto pbkdf2s(HashAlgorithm hash) {
  return implementations([hash](const Provider& provider) { return provider.pbkdf2(hash); });
}

}  // namespace

TEST_CASE("PBKDF2 gives the keys of RFC 6070 and RFC 7914") {
  for (const Vector& vector : kVectors) {
    for (const auto& pbkdf2 : pbkdf2s(vector.hash)) {
      CAPTURE(pbkdf2.backend);
      CAPTURE(vector.key);
      const Octets expected = hex(vector.key);
      Octets key(expected.size());
      REQUIRE(pbkdf2->derive(bytes_of(vector.passphrase), bytes_of(vector.salt), vector.iterations,
                             key));
      CHECK(key == expected);
    }
  }
}

TEST_CASE("PBKDF2 takes an empty passphrase and an empty salt") {
  // Python's hashlib.
  for (const auto& pbkdf2 : pbkdf2s(HashAlgorithm::sha256)) {
    Octets key(32);
    REQUIRE(pbkdf2->derive({}, {}, 1, key));
    CHECK(to_hex(key) == "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad");
  }
}
