// One of every handshake message, its bytes laid out by hand from the RFCs' definitions.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "hex.hpp"
#include "tls12/messages.hpp"

namespace tls12::test {

struct Golden {
  std::string_view name;
  HandshakeType type;
  KeyExchange key_exchange;
  Octets body;
  std::size_t may_end_at =
      ~std::size_t{0};  ///< a hello is complete without its extensions (RFC 5246 §7.4.1.2)
};

inline constexpr std::string_view kRandom =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

inline std::vector<Golden> golden_hellos() {
  using enum HandshakeType;
  using enum KeyExchange;
  const std::string random(kRandom);
  return {
      {"HelloRequest", hello_request, ecdhe_ecdsa, {}},
      {"ClientHello without extensions", client_hello, ecdhe_ecdsa,
       hex("0303" + random + "00 0004 c02b 00ff 01 00")},
      {"ClientHello", client_hello, ecdhe_ecdsa,
       hex("0303" + random + "04 aabbccdd" + "0006 c02b c02f cca9" + "02 0100" + "0049" +
           "0000 000a 0008 00 0005 612e 6265 78"  // server_name: host_name "a.bex"
           "0017 0000"                            // extended_master_secret
           "ff01 0001 00"                         // renegotiation_info: empty
           "000a 0008 0006 001d 0017 0018"        // supported_groups: x25519, secp256r1, secp384r1
           "000b 0002 01 00"                      // ec_point_formats: uncompressed
           "0010 000e 000c 02 6832 08 687474702f312e31"  // ALPN: h2, http/1.1
           "000d 000a 0008 0403 0807 0804 0401"),        // signature_algorithms
       2 + 32 + 5 + 8 + 3},
      {"ClientHello of every other extension", client_hello, ecdhe_ecdsa,
       hex("0303" + random + "00" + "0002 c02b" + "01 00" + "004a" +
           "0023 0003 010203"          // session_ticket
           "0016 0000"                 // encrypt_then_mac
           "0005 0005 01 0000 0000"    // status_request: ocsp
           "0012 0000"                 // signed_certificate_timestamp
           "0001 0001 04"              // max_fragment_length: 2^12
           "001c 0002 0400"            // record_size_limit: 1024
           "0013 0003 02 0200"         // client_certificate_type: RawPublicKey, X509
           "0014 0002 01 02"           // server_certificate_type: RawPublicKey
           "002b 0005 04 0304 0303"    // supported_versions
           "0032 0006 0004 0403 0804"  // signature_algorithms_cert
           "0015 0003 000000"),        // padding
       2 + 32 + 1 + 4 + 2},
      {"ServerHello without extensions", server_hello, ecdhe_ecdsa,
       hex("0303" + random + "00 c02b 00")},
      {"ServerHello", server_hello, ecdhe_ecdsa,
       hex("0303" + random + "02 0102" + "cca8 00" + "001c" +
           "0000 0000"                 // server_name, acknowledged
           "0017 0000"                 // extended_master_secret
           "ff01 0001 00"              // renegotiation_info: empty
           "000b 0002 01 00"           // ec_point_formats
           "0010 0005 0003 02 6832"),  // ALPN: h2
       2 + 32 + 3 + 3},
      {"ServerHello of every other extension", server_hello, ecdhe_ecdsa,
       hex("0303" + random + "00" + "c02b 00" + "002e" +
           "0023 0000"                         // session_ticket
           "0016 0000"                         // encrypt_then_mac
           "0005 0000"                         // status_request
           "0012 0009 0007 0002 a1a2 0001 b1"  // signed_certificate_timestamp: two
           "0001 0001 01"                      // max_fragment_length: 2^9
           "001c 0002 4001"                    // record_size_limit
           "0013 0001 02"                      // client_certificate_type
           "0014 0001 00"),                    // server_certificate_type
       2 + 32 + 1 + 3},
  };
}

inline std::vector<Golden> golden_messages_after_hellos() {
  using enum HandshakeType;
  using enum KeyExchange;
  return {
      {"NewSessionTicket", new_session_ticket, ecdhe_ecdsa, hex("00001c20 0003 c1c2c3")},
      {"NewSessionTicket without a ticket", new_session_ticket, ecdhe_ecdsa, hex("00000000 0000")},
      {"CertificateStatus", certificate_status, ecdhe_ecdsa, hex("01 000002 3000")},
      {"Certificate of two", certificate, ecdhe_ecdsa, hex("000009 000002 3000 000001 30")},
      {"Certificate of none", certificate, ecdhe_ecdsa, hex("000000")},
      {"ServerKeyExchange of ECDHE", server_key_exchange, ecdhe_rsa,
       hex("03 001d 04 01020304"
           "0804 0003 a1a2a3")},
      {"ServerKeyExchange of DHE", server_key_exchange, dhe_rsa,
       hex("0003 ff0017 0001 02 0002 1234"
           "0401 0002 b1b2")},
      {"ServerKeyExchange of PSK", server_key_exchange, psk, hex("0004 68696e74")},
      {"ServerKeyExchange of DHE_PSK", server_key_exchange, dhe_psk,
       hex("0001 68 0003 ff0017 0001 02 0002 1234")},
      {"ServerKeyExchange of ECDHE_PSK", server_key_exchange, ecdhe_psk,
       hex("0000 03 001d 04 01020304")},
      {"CertificateRequest", certificate_request, ecdhe_ecdsa,
       hex("02 01 40"
           "0004 0403 0401"
           "0008 0002 3000 0002 3100")},
      {"CertificateRequest without authorities", certificate_request, ecdhe_ecdsa,
       hex("01 40 0002 0403 0000")},
      {"ServerHelloDone", server_hello_done, ecdhe_ecdsa, {}},
      {"ClientKeyExchange of RSA", client_key_exchange, rsa, hex("0004 deadbeef")},
      {"ClientKeyExchange of DHE", client_key_exchange, dhe_rsa, hex("0002 0405")},
      {"ClientKeyExchange of ECDHE", client_key_exchange, ecdhe_ecdsa, hex("05 0411121314")},
      {"ClientKeyExchange of PSK", client_key_exchange, psk, hex("0003 626f62")},
      {"ClientKeyExchange of DHE_PSK", client_key_exchange, dhe_psk, hex("0003 626f62 0002 0405")},
      {"ClientKeyExchange of ECDHE_PSK", client_key_exchange, ecdhe_psk,
       hex("0003 626f62 05 0411121314")},
      {"CertificateVerify", certificate_verify, ecdhe_ecdsa, hex("0403 0003 300102")},
      {"Finished", finished, ecdhe_ecdsa, hex("000102030405060708090a0b")},
  };
}

inline const std::vector<Golden>& goldens() {
  static const auto all = [] {
    auto messages = golden_hellos();
    for (Golden& message : golden_messages_after_hellos()) messages.push_back(std::move(message));
    return messages;
  }();
  return all;
}

inline const Golden& golden(std::string_view name) {
  for (const Golden& g : goldens())
    if (g.name == name) return g;
  throw name;
}

}  // namespace tls12::test
