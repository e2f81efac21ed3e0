// Messages damaged at random. Run with sanitizers, this is where a read behind the end would show.
#include <doctest/doctest.h>

#include <random>

#include "captured.hpp"
#include "golden.hpp"
#include "round_trip.hpp"
#include "wire/codec.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

class Mutator {
 public:
  Octets mutated(Octets body) {
    for (std::size_t n = 1 + below(4); n > 0; --n) mutate_once(body);
    return body;
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_()) % n; }

 private:
  std::uint8_t byte() {
    static constexpr std::uint8_t kTelling[] = {0,    1,    2,    3,    0x0a, 0x10,
                                                0x17, 0x20, 0x21, 0x7f, 0xff};
    return below(2) == 0 ? kTelling[below(std::size(kTelling))]
                         : static_cast<std::uint8_t>(random_());
  }
  void mutate_once(Octets& body) {
    const auto at = body.begin() + static_cast<std::ptrdiff_t>(below(body.size() + 1));
    switch (below(5)) {
      case 0: body.insert(at, byte()); break;
      case 1: body.erase(at, body.end()); break;
      case 2: {  // a piece twice
        const Octets piece(at, at + static_cast<std::ptrdiff_t>(
                                        below(static_cast<std::size_t>(body.end() - at) + 1)));
        body.insert(body.begin() + static_cast<std::ptrdiff_t>(below(body.size() + 1)),
                    piece.begin(), piece.end());
        break;
      }
      default:
        if (at == body.end()) break;
        if (below(4) == 0)
          body.erase(at);
        else
          *at = byte();
    }
  }
  std::mt19937 random_{12};
};

}  // namespace

TEST_CASE("A damaged message is refused with an alert, or means what its bytes say") {
  std::vector<Golden> seeds = goldens();
  for (const std::string_view message :
       {captured::kOpensslClientHello, captured::kGnutlsClientHello, captured::kOpensslServerHello,
        captured::kOpensslCertificate, captured::kOpensslServerKeyExchange,
        captured::kOpensslCertificateRequest}) {
    const Octets bytes = hex(message);
    seeds.push_back({"captured", static_cast<HandshakeType>(bytes[0]), KeyExchange::ecdhe_ecdsa,
                     Octets(bytes.begin() + 4, bytes.end())});
  }
  Mutator mutator;
  std::size_t accepted = 0, refused = 0;
  for (const Golden& seed : seeds)
    for (int i = 0; i < 4'000; ++i) {
      Octets body = mutator.mutated(seed.body);
      body.shrink_to_fit();  // so that a sanitizer sees a read behind the end
      const bool sound = round_trips(seed.type, body, seed.key_exchange);
      if (!sound) CAPTURE(to_hex(body));
      REQUIRE(sound);
      (wire::parse(seed.type, body, {.key_exchange = seed.key_exchange}) ? accepted : refused)++;
    }
  CHECK(accepted > 1'000);  // else the property says little
  CHECK(refused > 1'000);
}
