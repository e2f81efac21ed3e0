// One struct a message of RFC 5246 §7.4, §7.2 and §7.1, with the extensions this stack knows. Every
// member that is a view shows bytes that belong to whoever parsed or serialises the message.
// `parse` and `serialize` are in lib/wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>
#include <variant>

#include "tls12/bytes.hpp"
#include "tls12/registry.hpp"

namespace tls12 {

/// A vector of 16-bit values as it stands on the wire, read as `E`. Its size in bytes is even.
template <class E>
class ListOf16 {
 public:
  ListOf16() = default;
  explicit ListOf16(Bytes wire) : wire_(wire) {}
  Bytes wire() const { return wire_; }
  std::size_t size() const { return wire_.size() / 2; }
  bool empty() const { return wire_.empty(); }
  E operator[](std::size_t i) const { return static_cast<E>(wire_[2 * i] << 8 | wire_[2 * i + 1]); }
  bool contains(E value) const {
    for (std::size_t i = 0; i < size(); ++i)
      if ((*this)[i] == value) return true;
    return false;
  }
  class iterator {
   public:
    using value_type = E;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(const ListOf16* list, std::size_t i) : list_(list), i_(i) {}
    E operator*() const { return (*list_)[i_]; }
    iterator& operator++() {
      ++i_;
      return *this;
    }
    iterator operator++(int) {
      auto was = *this;
      ++i_;
      return was;
    }
    bool operator==(const iterator&) const = default;

   private:
    const ListOf16* list_ = nullptr;
    std::size_t i_ = 0;
  };
  iterator begin() const { return {this, 0}; }
  iterator end() const { return {this, size()}; }

 private:
  Bytes wire_ = {};
};

/// A vector of vectors as it stands on the wire: items behind length prefixes of `Prefix` bytes
/// each. The parser has checked the prefixes.
template <std::size_t Prefix>
class ListOfOpaque {
 public:
  ListOfOpaque() = default;
  explicit ListOfOpaque(Bytes wire) : wire_(wire) {}
  Bytes wire() const { return wire_; }
  bool empty() const { return wire_.empty(); }
  std::size_t size() const { return static_cast<std::size_t>(std::distance(begin(), end())); }
  class iterator {
   public:
    using value_type = Bytes;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(Bytes rest) : rest_(rest) {}
    Bytes operator*() const { return rest_.subspan(Prefix, item_size()); }
    iterator& operator++() {
      rest_ = rest_.subspan(Prefix + item_size());
      return *this;
    }
    iterator operator++(int) {
      auto was = *this;
      ++*this;
      return was;
    }
    bool operator==(const iterator& other) const { return rest_.size() == other.rest_.size(); }

   private:
    std::size_t item_size() const {
      std::size_t n = 0;
      for (std::size_t i = 0; i < Prefix; ++i) n = n << 8 | rest_[i];
      return n;
    }
    Bytes rest_ = {};
  };
  iterator begin() const { return iterator(wire_); }
  iterator end() const { return iterator(wire_.subspan(wire_.size())); }

 private:
  Bytes wire_ = {};
};

/// One extension, not interpreted (RFC 5246 §7.4.1.4).
struct Extension {
  ExtensionType type;
  Bytes data;
};

/// An extensions block without its outer length, read one by one. The parser has checked every
/// length, and that no type repeats.
class Extensions {
 public:
  Extensions() = default;
  explicit Extensions(Bytes wire) : wire_(wire) {}
  Bytes wire() const { return wire_; }
  bool empty() const { return wire_.empty(); }
  class iterator {
   public:
    using value_type = Extension;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    explicit iterator(Bytes rest) : rest_(rest) {}
    Extension operator*() const {
      return {static_cast<ExtensionType>(rest_[0] << 8 | rest_[1]), rest_.subspan(4, data_size())};
    }
    iterator& operator++() {
      rest_ = rest_.subspan(4 + data_size());
      return *this;
    }
    iterator operator++(int) {
      auto was = *this;
      ++*this;
      return was;
    }
    bool operator==(const iterator& other) const { return rest_.size() == other.rest_.size(); }

   private:
    std::size_t data_size() const { return static_cast<std::size_t>(rest_[2] << 8 | rest_[3]); }
    Bytes rest_ = {};
  };
  iterator begin() const { return iterator(wire_); }
  iterator end() const { return iterator(wire_.subspan(wire_.size())); }

 private:
  Bytes wire_ = {};
};

/// How the premaster secret comes about; it decides the syntax of the two key exchange messages
/// (RFC 5246 §7.4.3, §7.4.7; RFC 8422 §5.4, §5.7;
/// RFC 4279 §2, §3; RFC 5489 §2).
enum class KeyExchange : std::uint8_t {
  rsa,
  dhe_rsa,
  ecdhe_rsa,
  ecdhe_ecdsa,
  psk,
  dhe_psk,
  ecdhe_psk
};

/// The parts of a key exchange. With a pre-shared key the server sends no certificate (RFC 4279
/// §2).
struct KeyExchangeFacts {
  bool psk, dhe, ecdhe;
  bool certificate;  ///< the server sends one
  bool signature;    ///< the server signs its ServerKeyExchange
};
constexpr KeyExchangeFacts facts(KeyExchange key_exchange) {
  switch (key_exchange) {
    // psk, dhe, ecdhe, certificate, signature
    case KeyExchange::rsa: return {false, false, false, true, false};
    case KeyExchange::dhe_rsa: return {false, true, false, true, true};
    case KeyExchange::ecdhe_rsa: return {false, false, true, true, true};
    case KeyExchange::ecdhe_ecdsa: return {false, false, true, true, true};
    case KeyExchange::psk: return {true, false, false, false, false};
    case KeyExchange::dhe_psk: return {true, true, false, false, false};
    case KeyExchange::ecdhe_psk: return {true, false, true, false, false};
  }
  return {};
}
constexpr bool has_psk(KeyExchange k) { return facts(k).psk; }
constexpr bool has_dhe(KeyExchange k) { return facts(k).dhe; }
constexpr bool has_ecdhe(KeyExchange k) { return facts(k).ecdhe; }
constexpr bool has_certificate(KeyExchange k) { return facts(k).certificate; }
constexpr bool has_signature(KeyExchange k) { return facts(k).signature; }

/// RFC 5246 §7.4.1.1.
struct HelloRequest {};

/// RFC 5246 §7.4.1.2. The optional members are extensions: absent, or with their content.
/// `serialize` writes those members and ignores `extensions`.
struct ClientHello {
  ProtocolVersion client_version = ProtocolVersion::tls12;
  Bytes random = {};      ///< 32 bytes
  Bytes session_id = {};  ///< at most 32 bytes
  ListOf16<CipherSuite> cipher_suites = {};
  Bytes compression_methods = {};
  std::optional<std::string_view> server_name = {};           ///< RFC 6066 §3: the host_name
  std::optional<ListOf16<NamedGroup>> supported_groups = {};  ///< RFC 8422 §5.1.1
  std::optional<Bytes> ec_point_formats = {};                 ///< RFC 8422 §5.1.2
  std::optional<ListOf16<SignatureScheme>> signature_algorithms = {};  ///< RFC 5246 §7.4.1.4.1
  std::optional<ListOfOpaque<1>> application_layer_protocol_negotiation = {};  ///< RFC 7301 §3.1
  bool extended_master_secret = false;                                         ///< RFC 7627 §5.1
  std::optional<Bytes> renegotiation_info = {};  ///< RFC 5746 §3.2: renegotiated_connection
  std::optional<Bytes> session_ticket = {};   ///< RFC 5077 §3.2: the ticket, empty to ask for one
  bool encrypt_then_mac = false;              ///< RFC 7366 §2
  bool status_request = false;                ///< RFC 6066 §8: an OCSP response is welcome
  bool signed_certificate_timestamp = false;  ///< RFC 6962 §3.3.1
  std::optional<std::uint8_t> max_fragment_length = {};  ///< RFC 6066 §4: n for 2^(8+n) bytes
  std::optional<std::uint16_t> record_size_limit = {};   ///< RFC 8449 §4
  std::optional<ListOf16<SignatureScheme>> signature_algorithms_cert = {};  ///< RFC 8446 §4.2.3
  std::optional<Bytes> client_certificate_types =
      {};  ///< RFC 7250 §3: CertificateType, one byte each
  std::optional<Bytes> server_certificate_types = {};                ///< RFC 7250 §3
  std::optional<ListOf16<ProtocolVersion>> supported_versions = {};  ///< RFC 8446 §4.2.1
  std::optional<std::size_t> padding = {};  ///< RFC 7685 §3: bytes of zeros
  std::optional<ExtensionType> grease =
      {};  ///< RFC 8701 §3.1: an empty extension of a reserved type; parse leaves it out
  Extensions extensions = {};  ///< all of them, as received
};

/// RFC 5246 §7.4.1.3.
struct ServerHello {
  ProtocolVersion server_version = ProtocolVersion::tls12;
  Bytes random = {};
  Bytes session_id = {};
  CipherSuite cipher_suite = {};
  std::uint8_t compression_method = 0;
  bool server_name = false;  ///< RFC 6066 §3: the empty acknowledgement
  std::optional<Bytes> ec_point_formats = {};
  std::optional<Bytes> application_layer_protocol_negotiation = {};  ///< the one protocol chosen
  bool extended_master_secret = false;
  std::optional<Bytes> renegotiation_info = {};
  bool session_ticket = false;  ///< RFC 5077 §3.2: a NewSessionTicket will come
  bool encrypt_then_mac = false;
  bool status_request = false;  ///< RFC 6066 §8: a CertificateStatus may come
  std::optional<ListOfOpaque<2>> signed_certificate_timestamps = {};
  std::optional<std::uint8_t> max_fragment_length = {};
  std::optional<std::uint16_t> record_size_limit = {};
  std::optional<CertificateType> client_certificate_type = {}, server_certificate_type = {};
  Extensions extensions = {};
};

/// RFC 5077 §3.3.
struct NewSessionTicket {
  std::uint32_t lifetime_hint = 0;  ///< seconds; 0: it does not say
  Bytes ticket = {};                ///< empty: none after all
};

/// RFC 5246 §7.4.2, §7.4.6: the sender's own certificate first; empty only from a client. Where raw
/// public keys were agreed upon (RFC 7250 §3), a SubjectPublicKeyInfo instead.
struct Certificates {
  ListOfOpaque<3> certificate_list = {};
  std::optional<Bytes> raw_public_key = {};
};

/// RFC 6066 §8.
struct CertificateStatus {
  Bytes ocsp_response = {};  ///< DER
};

/// RFC 5246 §7.4.3 (DHE), RFC 8422 §5.4 (ECDHE, named curves alone), RFC 4279 §2, §3, RFC 5489 §2
/// (PSK). The suite's key exchange says which members count.
struct ServerKeyExchange {
  KeyExchange key_exchange = KeyExchange::ecdhe_ecdsa;
  Bytes psk_identity_hint = {};
  Bytes dh_p = {}, dh_g = {}, dh_Ys = {};
  NamedGroup group = NamedGroup::x25519;
  Bytes point = {};
  Bytes params = {};  ///< the ServerDHParams or ServerECDHParams as they stand: what is signed.
                      ///< Filled by parse; serialize ignores it
  SignatureScheme scheme = {};
  Bytes signature = {};
};

/// RFC 5246 §7.4.4.
struct CertificateRequest {
  Bytes certificate_types = {};  ///< ClientCertificateType, one byte each
  ListOf16<SignatureScheme> supported_signature_algorithms = {};
  ListOfOpaque<2> certificate_authorities = {};  ///< DER distinguished names
};

/// RFC 5246 §7.4.5.
struct ServerHelloDone {};

/// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2, §3, RFC 5489 §2.
struct ClientKeyExchange {
  KeyExchange key_exchange = KeyExchange::ecdhe_ecdsa;
  Bytes psk_identity = {};
  Bytes exchange_keys =
      {};  ///< the encrypted premaster secret, dh_Yc or the point, without its length prefix
};

/// RFC 5246 §7.4.8.
struct CertificateVerify {
  SignatureScheme scheme = {};
  Bytes signature = {};
};

/// RFC 5246 §7.4.9.
struct Finished {
  Bytes verify_data = {};  ///< 12 bytes
};

/// Any handshake message.
using HandshakeMessage =
    std::variant<HelloRequest, ClientHello, ServerHello, NewSessionTicket, Certificates,
                 CertificateStatus, ServerKeyExchange, CertificateRequest, ServerHelloDone,
                 ClientKeyExchange, CertificateVerify, Finished>;

/// RFC 5246 §7.2.
struct AlertMessage {
  AlertLevel level = AlertLevel::fatal;
  Alert description = Alert::internal_error;
};

}  // namespace tls12
