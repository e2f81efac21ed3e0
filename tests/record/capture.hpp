// What OpenSSL 3.0's s_client and s_server said to each other behind their ChangeCipherSpec, and the keys they had agreed upon (derived from their
// key log): both directions of three connections, one for each AEAD. The expectation here is a peer's.
#pragma once

#include <array>
#include <string_view>

#include "tls12/crypto.hpp"

namespace tls12::record::testing {

struct Captured {
  AeadAlgorithm algorithm;
  std::string_view sender;
  std::string_view key, iv;
  /// Finished, two records of application data, close_notify.
  std::array<std::string_view, 4> records;
  std::array<std::string_view, 2> lines;
};

// clang-format off
inline constexpr std::array<Captured, 6> kCaptured = {{
    {AeadAlgorithm::aes_128_gcm, "client",
     "f1ec8f6a8e43e62b9e06180da9554983", "85ae41cb",
     {"1603030028e90e6e9160a6d2a53133f0803e69e5405c9720b2f610a4a1bf28786dae0ad5f8f9fbe27480086498",
      "170303002de90e6e9160a6d2a6f0eb3236814b21ac4c1dbb3c90266c3120b3288f21316f834b34917cf8dfa0db4740f8ad43",
      "1703030024e90e6e9160a6d2a797e6c2176713eba82bb1f389daf5d119de616c2865d4ae960ddc292e",
      "150303001ae90e6e9160a6d2a835a4a6bfea363d0e126d15587a50129029f9"},
     {"a line of the client\n", "another one\n"}},
    {AeadAlgorithm::aes_128_gcm, "server",
     "8588e1404561209b683eff29e1187691", "ea11f2ea",
     {"16030300284e7d173741b4d770313acd2ab89e4badc3887c7fc9bb8f05834c9038580dd00b5d0b64c6c2f658a4",
      "170303002d4e7d173741b4d771364e4e223c580a68862dad6ae1448575c4bf0a6c88ad559e98d4078f44fba3632db2b4e582",
      "170303001a4e7d173741b4d7720fcf9d975b28535ffc023f9ec7013c798649",
      "150303001a4e7d173741b4d773940b16a03d774e8e192d9268e28c3be1d737"},
     {"a line of the server\n", "Q\n"}},
    {AeadAlgorithm::aes_256_gcm, "client",
     "13212c34f837a5dd5f9c6e2db4348d5d325c6cd69a099cc39c3f7e923f5f7ff0", "cd1cd34a",
     {"160303002866e1b13ae41a496e76fd6528cc571f964d1cfcf992f8a4a0b34646973e68b5a7d5982b4b9e7f725c",
      "170303002d66e1b13ae41a496f5a8adbbc96404cc43aa9ed07fbf48f7dd705707f373f5df59cfe332c371ecbfd2eedc402b7",
      "170303002466e1b13ae41a4970ab62d00a644ad457ded439e7668d3efe8b799d6e333a4ea32006911f",
      "150303001a66e1b13ae41a4971b46a028547339d82245d5efe73a8c964446c"},
     {"a line of the client\n", "another one\n"}},
    {AeadAlgorithm::aes_256_gcm, "server",
     "a142ffbe06271101f14b4cdc245bc8e1b189cb05422279ebe2c150ffc53cdc8e", "28e697e7",
     {"1603030028d7e4345dd861c72862cb332095e14265d00e9e7defb6b8e63e3356a82f17db981d0884999b0dd7f0",
      "170303002dd7e4345dd861c7297c836ba8695c8382c8739387f91e95e2b5d149e5ef301c171b98fd3c3fb0058959e3bda92f",
      "170303001ad7e4345dd861c72a7485ac369a17c66e3abe3ba6e77e036ddaa9",
      "150303001ad7e4345dd861c72bdab575f94a0e964fa8deaea34645216ee7fc"},
     {"a line of the server\n", "Q\n"}},
    {AeadAlgorithm::chacha20_poly1305, "client",
     "96be1aab91c33b98ad5abebe20bfcc615a0878c5b2cd563aa8169c7eb0828c5a", "34af41ab3e1159c3dddaa26b",
     {"1603030020cab642d97a2f999e629c141adc7d3bcbd6fe86c68b7b2c66b56f87bb009a7796",
      "17030300252ec51cd9022991439987d4b173559a4116eccd88439c6c8041c809402733e6809837a9fcb3",
      "170303001cc72f07feea2e680d2e096b85a42faf00dd9befb93d8b28c387851afe",
      "15030300129b6a8f5f39edacacea6d6438381c31528b24"},
     {"a line of the client\n", "another one\n"}},
    {AeadAlgorithm::chacha20_poly1305, "server",
     "829f74627eb87ef40629f8ca2544e5f9bfdfa47b5a36c147eb3e2a950582d5cd", "9ed00fa59d72388efba0ebbe",
     {"1603030020d9f60d57714d5fcaf9c5545e651d67a5edab2d83ad6212c81863ba7f669e4ae4",
      "170303002584e5518413a677c3e4a02b5f1398c6909065e74c181e91208805a1319fb8ea09d2c571248e",
      "170303001254a43332d936904c7f44d51ad1a1611e47a5",
      "1503030012078f10ab6a9b2050fa2913eb25bcfe5ff540"},
     {"a line of the server\n", "Q\n"}},
}};
// clang-format on

}  // namespace tls12::record::testing
