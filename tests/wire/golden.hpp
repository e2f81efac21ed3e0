// One of every handshake message, its bytes laid out by hand from the RFCs' definitions.
#pragma once

#include <string_view>
#include <vector>

#include "hex.hpp"
#include "tls12/messages.hpp"

namespace tls12::test {

struct Golden {
  std::string_view name;
  HandshakeType type;
  KeyExchange key_exchange;
  Octets body;
  std::size_t may_end_at = ~std::size_t{0};  ///< a hello is complete without its extensions (RFC 5246 §7.4.1.2)
};

inline constexpr std::string_view kRandom = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

inline const std::vector<Golden>& goldens() {
  using enum HandshakeType;
  using enum KeyExchange;
  const std::string random(kRandom);
  static const std::vector<Golden> all = {
      {"HelloRequest", hello_request, ecdhe_ecdsa, {}},
      {"ClientHello without extensions", client_hello, ecdhe_ecdsa, hex("0303" + random + "00 0004 c02b 00ff 01 00")},
      {"ClientHello", client_hello, ecdhe_ecdsa,
       hex("0303" + random + "04 aabbccdd" + "0006 c02b c02f cca9" + "02 0100" + "0049" +
           "0000 000a 0008 00 0005 612e 6265 78"         // server_name: host_name "a.bex"
           "0017 0000"                                   // extended_master_secret
           "ff01 0001 00"                                // renegotiation_info: empty
           "000a 0008 0006 001d 0017 0018"               // supported_groups: x25519, secp256r1, secp384r1
           "000b 0002 01 00"                             // ec_point_formats: uncompressed
           "0010 000e 000c 02 6832 08 687474702f312e31"  // ALPN: h2, http/1.1
           "000d 000a 0008 0403 0807 0804 0401"),        // signature_algorithms
       2 + 32 + 5 + 8 + 3},
      {"ServerHello without extensions", server_hello, ecdhe_ecdsa, hex("0303" + random + "00 c02b 00")},
      {"ServerHello", server_hello, ecdhe_ecdsa,
       hex("0303" + random + "02 0102" + "cca8 00" + "001c" +
           "0000 0000"                 // server_name, acknowledged
           "0017 0000"                 // extended_master_secret
           "ff01 0001 00"              // renegotiation_info: empty
           "000b 0002 01 00"           // ec_point_formats
           "0010 0005 0003 02 6832"),  // ALPN: h2
       2 + 32 + 3 + 3},
      {"Certificate of two", certificate, ecdhe_ecdsa, hex("000009 000002 3000 000001 30")},
      {"Certificate of none", certificate, ecdhe_ecdsa, hex("000000")},
      {"ServerKeyExchange of ECDHE", server_key_exchange, ecdhe_rsa,
       hex("03 001d 04 01020304"
           "0804 0003 a1a2a3")},
      {"ServerKeyExchange of DHE", server_key_exchange, dhe_rsa,
       hex("0003 ff0017 0001 02 0002 1234"
           "0401 0002 b1b2")},
      {"CertificateRequest", certificate_request, ecdhe_ecdsa,
       hex("02 01 40"
           "0004 0403 0401"
           "0008 0002 3000 0002 3100")},
      {"CertificateRequest without authorities", certificate_request, ecdhe_ecdsa, hex("01 40 0002 0403 0000")},
      {"ServerHelloDone", server_hello_done, ecdhe_ecdsa, {}},
      {"ClientKeyExchange of RSA", client_key_exchange, rsa, hex("0004 deadbeef")},
      {"ClientKeyExchange of DHE", client_key_exchange, dhe_rsa, hex("0002 0405")},
      {"ClientKeyExchange of ECDHE", client_key_exchange, ecdhe_ecdsa, hex("05 0411121314")},
      {"CertificateVerify", certificate_verify, ecdhe_ecdsa, hex("0403 0003 300102")},
      {"Finished", finished, ecdhe_ecdsa, hex("000102030405060708090a0b")},
  };
  return all;
}

inline const Golden& golden(std::string_view name) {
  for (const Golden& g : goldens())
    if (g.name == name) return g;
  throw name;
}

}  // namespace tls12::test
