// Certificates with random damage: nothing crashes, and nothing damaged is believed.
#include <random>

#include "support.hpp"

namespace tls12::x509 {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets damaged(Bytes original, std::mt19937& random) {
  Octets bytes(original.begin(), original.end());
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::size_t changes = 1 + below(3);
  for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(below(bytes.size()));
    switch (below(5)) {
      case 0:
        bytes[static_cast<std::size_t>(at)] ^= static_cast<std::uint8_t>(1u << below(8));
        break;
      case 1: bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(below(256)); break;
      case 2: bytes.erase(bytes.begin() + at); break;
      case 3: bytes.insert(bytes.begin() + at, static_cast<std::uint8_t>(below(256))); break;
      default: bytes.resize(static_cast<std::size_t>(at));
    }
  }
  return bytes;
}

TEST_CASE("a damaged certificate never crashes the parser, and is never believed") {
  std::mt19937 random(20261123);
  const TrustStore trust = TrustStore::of(
      {test::load("root.pem"), test::load("root_ed25519.pem"), test::load("gnutls_ca.pem")});
  const Certificate intermediate = test::load("intermediate.pem");
  std::size_t parsed = 0;
  for (const char* file :
       {"leaf.pem", "leaf_ed25519.pem", "gnutls_leaf.pem", "leaf_pss_signed.pem", "names.pem"}) {
    const Certificate good = test::load(file);
    for (int i = 0; i < 2000; ++i) {
      const Octets bytes = damaged(good.der(), random);
      const auto certificate = Certificate::from_der(bytes);
      if (!certificate || std::ranges::equal(bytes, good.der())) continue;
      ++parsed;
      (void)certificate->subject().size();
      (void)certificate->names().size();
      const Certificate presented[] = {*certificate, intermediate};
      const auto verdict = tls12::verify({.presented = presented,
                                          .trust = trust,
                                          .peer_name = PeerName::any(),
                                          .now = test::data_time()});
      CHECK_FALSE_MESSAGE(verdict.has_value(), std::string(file), " ", i);
    }
  }
  CHECK(parsed >
        100);  // damage that leaves the syntax whole is common, or this test would show nothing
}

TEST_CASE("every single bit of a certificate counts") {
  const TrustStore trust = TrustStore::of({test::load("root_ed25519.pem")});
  const Certificate good = test::load("leaf_ed25519.pem");
  Octets bytes(good.der().begin(), good.der().end());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    if (const auto certificate = Certificate::from_der(bytes)) {
      const Certificate presented[] = {*certificate};
      const auto verdict = tls12::verify({.presented = presented,
                                          .trust = trust,
                                          .peer_name = PeerName::any(),
                                          .now = test::data_time()});
      CHECK_FALSE_MESSAGE(verdict.has_value(), bit);
    }
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
}

TEST_CASE("a damaged private key never crashes the parser") {
  std::mt19937 random(7);
  for (const char* file : {"p256.key.pem", "ed25519.key.pem", "p521.sec1.pem"}) {
    const std::string text = test::read_data(file);
    for (int i = 0; i < 500; ++i) {
      const Octets bytes = damaged(bytes_of(text), random);
      (void)PrivateKey::from_pem(tls12::text_of(bytes)).has_value();
    }
  }
}

}  // namespace
}  // namespace tls12::x509
