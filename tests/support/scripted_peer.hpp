// The other end of an engine, message by message: it makes the message that is due, and a test
// sends that, or something else, or something at another time, under whatever keys are in use. It
// knows no order of its own.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/buffer.hpp"
#include "support/hello.hpp"
#include "support/scripted_keys.hpp"
#include "tls12/engine.hpp"
#include "tls12/transport.hpp"
#include "wire/codec.hpp"
#include "wire/hex.hpp"
#include "wire/registry.hpp"

namespace tls12::test {

/// Gives the bytes to the engine, in pieces of at most `piece`. How many it took.
inline std::size_t feed(Engine& engine, Bytes bytes, std::size_t piece = ~std::size_t{0}) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const MutableBytes space = engine.input_space();
    const std::size_t n = std::min({space.size(), bytes.size() - taken, piece});
    if (n == 0) break;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(taken), n, space.begin());
    engine.received(n).value();
    taken += n;
  }
  return taken;
}

inline Octets record_of(int type, const Octets& fragment, int version = 0x0303) {
  return joined({{static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(version >> 8),
                  static_cast<std::uint8_t>(version)},
                 vector_of(2, fragment)});
}
inline Octets message_of(HandshakeType type, const Octets& body) {
  return joined({{static_cast<std::uint8_t>(type)}, vector_of(3, body)});
}

class ScriptedPeer : public ScriptedKeys {
 public:
  struct Seen {
    ContentType type;
    Octets bytes;  // a handshake message, or the fragment of another record
  };

  /// `role` is this peer's; the engine is the other.
  ScriptedPeer(Role role, Engine other_end, KeyKind key_kind = KeyKind::ed25519)
      : ScriptedKeys(role), engine(std::move(other_end)), kind(key_kind) {
    collect();
  }

  /// The other is whatever is behind `wire`; `engine` has no part in it.
  ScriptedPeer(Role role, Transport& wire, KeyKind key_kind = KeyKind::ed25519)
      : ScriptedKeys(role),
        engine(Engine::server(server_config().build().value(), kNow)),
        kind(key_kind),
        wire_(&wire) {}

  static ScriptedPeer client_of(const ServerConfig& config = server_config(),
                                KeyKind kind = KeyKind::ed25519) {
    return ScriptedPeer(Role::client, Engine::server(config.build().value(), kNow), kind);
  }
  static ScriptedPeer server_of(const ClientConfig& config = client_config(),
                                KeyKind kind = KeyKind::ed25519) {
    return ScriptedPeer(Role::server, Engine::client(config.build().value(), "localhost", kNow),
                        kind);
  }

  Engine engine;
  SignatureScheme scheme = SignatureScheme::ed25519;
  KeyKind kind;  // of the key that this peer shows

  // ------------------------------------------------ what it has, and does with it
  Octets psk_identity = octets(bytes_of("device 7"));
  bool shows_certificate = true;  ///< as a client that is asked
  bool staples = false, gives_ticket = false;
  Octets session_id = {};  ///< as a server: the one to give, or to echo

  // ------------------------------------------------ what the engine sent
  std::vector<Seen> seen;
  std::vector<int> versions;  // of the records' headers
  std::vector<std::size_t> fragment_sizes;
  std::vector<AlertMessage> alerts;
  bool finished_is_right = false;
  bool engine_keys = false;  ///< the engine's ChangeCipherSpec has come
  bool wire_ended = false;   ///< the transport's end has come
  bool puzzled =
      false;  ///< a record came through the transport that cannot be opened; nothing more is taken

  bool saw(HandshakeType type) const { return times_seen(type) > 0; }
  std::ptrdiff_t times_seen(HandshakeType type) const {
    return std::ranges::count_if(seen, [&](const Seen& s) {
      return s.type == ContentType::handshake && s.bytes[0] == static_cast<std::uint8_t>(type);
    });
  }
  std::string data() const {
    std::string text;
    for (const Seen& s : seen)
      if (s.type == ContentType::application_data) text += text_of(s.bytes);
    return text;
  }

  // ------------------------------------------------ messages that are right here and now
  Octets make(HandshakeType type) {
    switch (type) {
      case HandshakeType::hello_request:
      case HandshakeType::server_hello_done: return message_of(type, {});
      case HandshakeType::client_hello: return client_hello.bytes();
      case HandshakeType::server_hello: return server_hello().bytes();
      case HandshakeType::certificate: return certificate();
      case HandshakeType::server_key_exchange: return server_key_exchange();
      case HandshakeType::certificate_request:
        return message_of(type, hex("01 40 0004 0807 0403 0000"));
      case HandshakeType::client_key_exchange: return client_key_exchange();
      case HandshakeType::certificate_verify: return certificate_verify();
      case HandshakeType::new_session_ticket:
        return message_of(type, joined({hex("00000e10"), vector_of(2, Octets(100, 0x71))}));
      case HandshakeType::certificate_status:
        return message_of(type, joined({{1}, vector_of(3, Octets(40, 0x0c))}));
      case HandshakeType::finished: return message_of(type, verify_data(role_));
      default: return message_of(type, {});
    }
  }
  RawClientHello client_hello = RawClientHello::usual();
  RawServerHello server_hello() const {
    RawServerHello hello{.random = Octets(32, 0x5e),
                         .session_id = resumes ? session_id_ : session_id,
                         .suite = static_cast<std::uint16_t>(suite)};
    hello.extensions = {{0xff01, vector_of(1, joined({finished_by_client_, finished_by_server_}))},
                        {23, {}}};
    if (staples) hello.extensions.add(5, {});
    if (gives_ticket) hello.extensions.add(35, {});
    if (encrypts_then_macs) hello.extensions.add(22, {});
    return hello;
  }
  Octets certificate() const {
    Octets list;
    if (shows_certificate)
      for (const auto& certificate : development_identity(kind).leaf.chain())
        list = joined({list, vector_of(3, octets(certificate.der()))});
    return message_of(HandshakeType::certificate, vector_of(3, list));
  }
  /// RFC 8422 §5.4, RFC 5246 §7.4.3, RFC 4279 §2. Other parameters, scheme or signed bytes by
  /// choice.
  Octets server_key_exchange() {
    const KeyExchange exchange = wire::find(suite)->key_exchange;
    Octets right;
    if (has_ecdhe(exchange))
      right = parameters(static_cast<int>(group), octets(key_share().public_value()));
    if (has_dhe(exchange)) {
      const DhParameters field = dh_parameters(wire::find(group)->algorithm);
      right = dh_parameters_of(octets(field.prime), octets(field.generator),
                               octets(key_share().public_value()));
    }
    if (has_psk(exchange))
      return message_of(HandshakeType::server_key_exchange,
                        joined({vector_of(2, octets(bytes_of("a hint"))), right}));
    return server_key_exchange(right);
  }
  static Octets dh_parameters_of(const Octets& p, const Octets& g, const Octets& ys) {
    return joined({vector_of(2, p), vector_of(2, g), vector_of(2, ys)});
  }
  Octets server_key_exchange(const Octets& parameters) {
    return server_key_exchange(parameters, static_cast<int>(scheme), sign(parameters));
  }
  static Octets server_key_exchange(const Octets& parameters, int signature_scheme,
                                    const Octets& signature) {
    return message_of(HandshakeType::server_key_exchange,
                      joined({parameters, two(signature_scheme), vector_of(2, signature)}));
  }
  static Octets parameters(int named_group, const Octets& point) {
    return joined({{3}, two(named_group), vector_of(1, point)});
  }
  Octets sign(const Octets& parameters) const {
    return signature_of(joined({client_random_, server_random_, parameters}));
  }
  Octets signature_of(const Octets& message) const {
    Octets signature(kMaxSignatureSize);
    const PrivateKey& key = development_identity(kind).leaf.key();
    const auto algorithm = wire::algorithm_for(scheme, key.kind()).value();
    signature.resize(key.sign(algorithm, message, default_provider()->rng(), signature).value());
    return signature;
  }
  /// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2.
  Octets client_key_exchange() {
    const KeyExchange exchange = wire::find(suite)->key_exchange;
    const Octets identity = has_psk(exchange) ? vector_of(2, psk_identity) : Octets();
    if (has_ecdhe(exchange))
      return client_key_exchange(identity, vector_of(1, octets(key_share().public_value())));
    if (has_dhe(exchange))
      return client_key_exchange(identity, vector_of(2, octets(key_share().public_value())));
    if (exchange == KeyExchange::rsa)
      return client_key_exchange(identity, vector_of(2, encrypted(pre_master_secret)));
    return client_key_exchange(identity, {});
  }
  static Octets client_key_exchange(const Octets& identity, const Octets& exchange_keys) {
    return message_of(HandshakeType::client_key_exchange, joined({identity, exchange_keys}));
  }
  /// For the RSA key of the server's identity.
  Octets encrypted(const Octets& secret) const {
    Octets out(kMaxSignatureSize);
    const auto& rsa = *default_provider()->rsa_encryption.implementation;
    out.resize(rsa.encrypt(development_identity(KeyKind::rsa).leaf.chain().front().public_key(),
                           secret, default_provider()->rng(), out)
                   .value());
    return out;
  }
  /// RFC 5246 §7.4.8.
  Octets certificate_verify() const {
    return certificate_verify(static_cast<int>(scheme), signature_of(transcript_));
  }
  static Octets certificate_verify(int signature_scheme, const Octets& signature) {
    return message_of(HandshakeType::certificate_verify,
                      joined({two(signature_scheme), vector_of(2, signature)}));
  }
  static Octets two(int number) {
    return {static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
  }

  // ------------------------------------------------ sending
  /// A handshake message, hashed and sent in a record of its own.
  void send(const Octets& message) {
    note(message, true);
    deliver(ContentType::handshake, message);
  }
  void send(HandshakeType type) { send(make(type)); }
  /// Hashed as sent; the caller delivers it in a way of its own.
  void note_sent(const Octets& message) { note(message, true); }
  /// Unprotected, in a record whose header says `version`.
  void send_in_version(HandshakeType type, int version) {
    const Octets message = make(type);
    note(message, true);
    raw(record_of(22, message, version));
  }
  void send_all(std::initializer_list<HandshakeType> types) {
    for (const HandshakeType type : types) send(type);
  }
  void change_cipher_spec() {
    deliver(ContentType::change_cipher_spec, {1});
    switch_keys();
  }
  /// What a ChangeCipherSpec does to its sender, without saying it.
  void switch_keys() {
    if (writing_.has_pending()) writing_.activate_pending();
  }
  void alert(AlertLevel level, int description) {
    deliver(ContentType::alert,
            {static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)});
  }
  /// One record, or several for more than one holds, under the keys in use.
  void deliver(ContentType type, const Octets& fragment) { raw(sealed(type, fragment)); }
  Octets sealed(ContentType type, const Octets& fragment) {
    Buffer out;
    if (fragment.empty()) {
      if (type == ContentType::application_data)
        REQUIRE(writing_.seal(type, fragment, out).has_value());
      else
        return record_of(static_cast<int>(type), {});
    } else {
      REQUIRE(writing_.seal_all(type, fragment, out).has_value());
    }
    return octets(std::as_const(out).view());
  }
  /// Bytes as they are.
  std::size_t raw(const Octets& bytes) {
    if (wire_ != nullptr) return put(bytes);
    const std::size_t taken = feed(engine, bytes);
    collect();
    return taken;
  }

  // ------------------------------------------------ the usual course
  void send_server_flight() {
    send(HandshakeType::server_hello);
    if (has_certificate(wire::find(suite)->key_exchange)) send(HandshakeType::certificate);
    send_all({HandshakeType::server_key_exchange, HandshakeType::server_hello_done});
  }
  void complete() {
    if (role_ == Role::server) {
      send_server_flight();
    } else {
      send(HandshakeType::client_hello);
      send(HandshakeType::client_key_exchange);
    }
    change_cipher_spec();
    send(HandshakeType::finished);
    REQUIRE(engine.state().handshake_complete);
    REQUIRE(finished_is_right);
  }

  /// Takes what the engine has to send, and understands it.
  void collect() {
    if (wire_ != nullptr) take();
    while (wire_ == nullptr && !engine.output().empty()) {
      pending_in_ = joined({pending_in_, octets(engine.output())});
      engine.sent(engine.output().size()).value();
    }
    if (const auto update = engine.take_session_update()) update->apply();
    std::size_t at = 0;
    while (!puzzled && pending_in_.size() - at >= kRecordHeaderSize) {
      const std::size_t size =
          kRecordHeaderSize +
          static_cast<std::size_t>(pending_in_[at + 3] << 8 | pending_in_[at + 4]);
      if (pending_in_.size() - at < size) break;
      take_record(MutableBytes(pending_in_).subspan(at, size));
      at += size;
    }
    pending_in_.erase(pending_in_.begin(), pending_in_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// The fault that the engine found, and the one alert that it told this peer, if any.
  void check_fault(Errc code, std::optional<Alert> alert) {
    REQUIRE(engine.error());
    CAPTURE(engine.error()->message());
    CHECK(rule(engine.error()->code).name == rule(code).name);
    std::string told, expected = alert ? "fatal " + name(*alert) : "nothing";
    for (const AlertMessage& message : alerts)
      told += (told.empty() ? "" : ", ") + name(message.level) + " " + name(message.description);
    CHECK((told.empty() ? "nothing" : told) == expected);
    CHECK(!engine.handshaking());
    CHECK(engine.input_space().empty());
  }

 private:
  std::size_t put(Bytes bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
      const auto n = wire_->write(bytes.subspan(taken));
      if (!n || !*n) break;
      taken += **n;
    }
    return taken;
  }
  void take() {
    std::array<std::uint8_t, 4096> piece;
    while (!wire_ended) {
      const auto n = wire_->read(piece);
      if (n && !*n) return;
      wire_ended = !n || **n == 0;
      if (!wire_ended) pending_in_ = joined({pending_in_, octets(Bytes(piece).first(**n))});
    }
  }

  void take_record(MutableBytes bytes) {
    const auto type = static_cast<ContentType>(bytes[0]);
    const auto version = static_cast<ProtocolVersion>(bytes[1] << 8 | bytes[2]);
    versions.push_back(static_cast<int>(version));
    fragment_sizes.push_back(bytes.size() - kRecordHeaderSize);
    const auto opened = reading_.open({.type = type,
                                       .version = version,
                                       .fragment = bytes.subspan(kRecordHeaderSize),
                                       .wire_size = bytes.size()});
    if (wire_ != nullptr && !opened) {
      puzzled = wire_ended = true;
      return;
    }
    REQUIRE(opened.has_value());
    switch (type) {
      case ContentType::handshake:
        messages_in_ = joined({messages_in_, octets(*opened)});
        return take_messages();
      case ContentType::change_cipher_spec:
        REQUIRE(reading_.has_pending());
        reading_.activate_pending();
        engine_keys = true;
        break;
      case ContentType::alert: alerts.push_back(wire::parse_alert(*opened).value()); break;
      case ContentType::application_data: break;
    }
    seen.push_back({type, octets(*opened)});
  }

  void take_messages() {
    while (messages_in_.size() >= 4) {
      const std::size_t size = 4 + static_cast<std::size_t>(messages_in_[1] << 16 |
                                                            messages_in_[2] << 8 | messages_in_[3]);
      if (messages_in_.size() < size) return;
      const Octets message(messages_in_.begin(),
                           messages_in_.begin() + static_cast<std::ptrdiff_t>(size));
      messages_in_.erase(messages_in_.begin(),
                         messages_in_.begin() + static_cast<std::ptrdiff_t>(size));
      seen.push_back({ContentType::handshake, message});
      if (message[0] == static_cast<std::uint8_t>(HandshakeType::finished))
        finished_is_right =
            keys_ && octets(Bytes(message).subspan(4)) == verify_data(peer_of(role_));
      note(message, false);
    }
  }

  Transport* wire_ = nullptr;
  Octets pending_in_, messages_in_;
};

/// What the engine said in its hello.
inline ServerHello server_hello_of(const ScriptedPeer& peer) {
  for (const auto& seen : peer.seen)
    if (seen.type == ContentType::handshake && seen.bytes[0] == 2)
      return wire::parse_server_hello(Bytes(seen.bytes).subspan(4)).value();
  FAIL("no ServerHello");
  return {};
}
inline ClientHello client_hello_of(const ScriptedPeer& peer) {
  return wire::parse_client_hello(Bytes(peer.seen.at(0).bytes).subspan(4)).value();
}

}  // namespace tls12::test
