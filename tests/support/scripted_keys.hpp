// The keys of a scripted peer, and the messages of both ends that they depend on (RFC 5246 §6.3,
// §8.1).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "handshake/key_agreement.hpp"
#include "record/half.hpp"
#include "record/protection.hpp"
#include "support/engine_pair.hpp"
#include "wire/codec.hpp"
#include "wire/hex.hpp"
#include "wire/registry.hpp"

namespace tls12::test {

/// Agrees on keys as the messages pass by, and leaves them pending until a ChangeCipherSpec.
class ScriptedKeys {
 public:
  CipherSuite suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  NamedGroup group = NamedGroup::x25519;
  Limits limits = {};  // this peer's own
  Octets psk = {};
  bool encrypts_then_macs = false;
  ProviderPtr provider = default_provider();  ///< whose randomness makes its key shares
  Octets pre_master_secret = joined({{3, 3}, Octets(46, 0x46)});  ///< as a client, for RSA
  struct Session {
    Octets master_secret, id, ticket;
  };
  std::optional<Session> resumes = {};  ///< what an echo of the client's session_id stands for
  Session session() const { return {octets(keys_->master_secret()), session_id_, ticket_}; }
  Octets shared_value;  ///< of Diffie-Hellman, leading zeros included

  KeyShare& key_share() {
    if (!key_share_)
      key_share_ = (*default_provider())[wire::find(group)->algorithm]
                       .implementation->generate(provider->rng())
                       .value();
    return *key_share_;
  }
  Octets verify_data(Role sender) {
    if (!keys_) return Octets(12);
    const auto data = keys_->verify_data(sender, transcript_hash()).value();
    return {data.begin(), data.end()};
  }
  const Octets& transcript() const { return transcript_; }

 protected:
  explicit ScriptedKeys(Role role) : role_(role) {}

  // What either end says that the keys depend on.
  void note(const Octets& message, bool ours) {
    const Bytes body = message.size() < 4 ? Bytes{} : Bytes(message).subspan(4);
    if (message.empty() || message[0] == 0)
      return;  // RFC 5246 §7.4.1.1: a HelloRequest is never hashed
    if (message[0] == static_cast<std::uint8_t>(HandshakeType::client_hello))
      transcript_.clear();  // a renegotiation's as well as the first
    transcript_ = joined({transcript_, message});
    switch (static_cast<HandshakeType>(message[0])) {
      case HandshakeType::client_hello:
        if (const auto hello = wire::parse_client_hello(body)) {
          client_random_ = octets(hello->random);
          session_id_ = octets(hello->session_id);
        }
        break;
      case HandshakeType::server_hello:
        if (body.size() >= 34) server_random_ = octets(body.subspan(2, 32));
        if (const auto hello = wire::parse_server_hello(body)) note(*hello, ours);
        break;
      case HandshakeType::server_key_exchange:
        if (!ours)
          note(wire::parse_server_key_exchange(body, wire::find(suite)->key_exchange).value());
        break;
      case HandshakeType::client_key_exchange:
        if (!ours)
          peer_share_ =
              octets(wire::parse_client_key_exchange(body, wire::find(suite)->key_exchange)
                         ->exchange_keys);
        if (const auto secret = shared_secret(); wire::find(suite) != nullptr && secret)
          agree_on_keys(*secret);
        break;
      case HandshakeType::new_session_ticket:
        if (const auto ticket = wire::parse_new_session_ticket(body))
          ticket_ = octets(ticket->ticket);
        break;
      case HandshakeType::finished:
        (ours == (role_ == Role::client) ? finished_by_client_ : finished_by_server_) =
            octets(body);
        break;
      default: break;
    }
  }

  // RFC 5246 §7.3: the echo of the client's session_id resumes.
  void note(const ServerHello& hello, bool ours) {
    if (!ours) suite = hello.cipher_suite;
    extended_master_secret_ = hello.extended_master_secret;
    encrypts_then_macs = hello.encrypt_then_mac;
    const bool echo = !hello.session_id.empty() && octets(hello.session_id) == session_id_;
    session_id_ = octets(hello.session_id);
    if (echo && resumes)
      use(handshake::KeySchedule::resume(*default_provider(), *wire::find(suite),
                                         resumes->master_secret)
              .value());
  }

  void note(const ServerKeyExchange& exchange) {
    const NamedGroup before = group;
    if (has_ecdhe(exchange.key_exchange)) group = exchange.group;
    if (has_dhe(exchange.key_exchange)) {
      const auto field = group_of({.prime = exchange.dh_p, .generator = exchange.dh_g}).value();
      group = std::ranges::find(wire::groups(), field, &wire::GroupRow::algorithm)->group;
    }
    if (group != before) key_share_.reset();
    peer_share_ = octets(has_dhe(exchange.key_exchange) ? exchange.dh_Ys : exchange.point);
  }

  // RFC 5246 §8.1, RFC 4279 §2: the premaster secret, if there is what it takes.
  std::optional<handshake::PreMasterSecret> shared_secret() {
    const wire::SuiteRow* row = wire::find(suite);
    if (row == nullptr) return std::nullopt;
    handshake::PreMasterSecret secret;
    if (has_dhe(row->key_exchange) || has_ecdhe(row->key_exchange)) {
      secret.resize(secret_size(wire::find(group)->algorithm));
      if (peer_share_.empty() || !key_share().derive(peer_share_, secret.bytes()))
        return std::nullopt;
      shared_value = octets(std::as_const(secret).bytes());
      const auto stripped =
          std::ranges::find_if(shared_value, [](std::uint8_t byte) { return byte != 0; });
      if (has_dhe(row->key_exchange))
        secret = handshake::PreMasterSecret::copy_of(
            Bytes(stripped, shared_value.end()));  // RFC 5246 §8.1.2, RFC 4279 §3
    }
    if (row->key_exchange == KeyExchange::rsa) {
      Octets block(kMaxSignatureSize);
      if (role_ == Role::server) {
        const auto size = development_identity(KeyKind::rsa)
                              .leaf.key()
                              .decrypt(peer_share_, default_provider()->rng(), block);
        if (!size) return std::nullopt;
        block.resize(*size);
      }
      secret = handshake::PreMasterSecret::copy_of(role_ == Role::server
                                                       ? Bytes(block).last(wire::kMasterSecretSize)
                                                       : Bytes(pre_master_secret));
    }
    if (has_psk(row->key_exchange)) handshake::add_psk(secret, psk);
    return secret;
  }

  void agree_on_keys(const handshake::PreMasterSecret& secret) {
    use(handshake::KeySchedule::from({.provider = *default_provider(),
                                      .suite = *wire::find(suite),
                                      .pre_master_secret = secret.bytes(),
                                      .client_random = client_random_,
                                      .server_random = server_random_,
                                      .session_hash = extended_master_secret_
                                                          ? std::optional(transcript_hash())
                                                          : std::nullopt})
            .value());
  }

  void use(handshake::KeySchedule keys) {
    keys_ = std::move(keys);
    const auto block = keys_->key_block(client_random_, server_random_, encrypts_then_macs).value();
    for (record::Half* half : {&writing_, &reading_}) {
      const Role writer = half == &writing_ ? role_ : peer_of(role_);
      half->set_pending(record::make_protection(*default_provider(), wire::find(suite)->cipher,
                                                block.encrypt_then_mac, block.of(writer), limits)
                            .value());
    }
  }

  handshake::Digest transcript_hash() const {
    Hash hash(*(*default_provider())[wire::find(suite)->prf_hash].implementation);
    hash.update(transcript_);
    handshake::Digest digest;
    digest.size = hash.digest(digest.storage).size();
    return digest;
  }

  Role role_;
  record::Half reading_{limits}, writing_{limits};
  Octets transcript_;
  Octets client_random_ = Octets(32), server_random_ = Octets(32), peer_share_;
  Octets session_id_, ticket_;  // the ServerHello's, or else the ClientHello's; the last that came
  Octets finished_by_client_, finished_by_server_;  // of the handshake before, once there is one
  bool extended_master_secret_ = false;
  std::unique_ptr<KeyShare> key_share_;
  std::optional<handshake::KeySchedule> keys_;
};

}  // namespace tls12::test
