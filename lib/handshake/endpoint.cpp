#include "handshake/endpoint.hpp"

#include "record/protection.hpp"

namespace tls12::handshake {

Result<void> Endpoint::receive(Act message, Bytes bytes) {
  if (message == Act::change_cipher_spec) return {};  // nothing to understand, and not a handshake message: it is not hashed (RFC 5246 §7.4.9)
  const Bytes body = bytes.subspan(wire::kHandshakeHeaderSize);
  if (observer_ != nullptr) {
    const auto type = static_cast<HandshakeType>(message);
    if (const auto parsed = wire::parse(type, body, {.key_exchange = key_exchange()})) observer_->on_message({Direction::received, type, bytes, *parsed});
  }
  if (const auto understood = understand(message, body); !understood) return understood;
  return transcript_.add(bytes);
}

void Endpoint::suite_chosen(const wire::SuiteRow& suite) {
  suite_ = &suite;
  state_.cipher_suite = suite.suite;
  channel_.version_negotiated();
}

// RFC 8422 §5.11: fresh for every handshake, never kept for another.
Result<void> Endpoint::generate_key_share() {
  auto share = provider()[group_->algorithm].implementation->generate(provider().rng());
  if (!share) return fail(share.error());
  key_share_ = std::move(*share);
  return {};
}

Result<void> Endpoint::agree(Bytes peer_public_value) {
  pre_master_secret_.resize(secret_size(group_->algorithm));
  const auto derived = key_share_->derive(peer_public_value, pre_master_secret_.bytes());
  key_share_.reset();
  return derived;
}

Result<Outcome> Endpoint::derive_keys() {
  auto schedule = KeySchedule::from({.provider = provider(),
                                     .suite = *suite_,
                                     .pre_master_secret = pre_master_secret_.bytes(),
                                     .client_random = client_random_,
                                     .server_random = server_random_,
                                     .session_hash = state_.extended_master_secret ? std::optional(transcript_.hash()) : std::nullopt});
  pre_master_secret_.clear();  // RFC 5246 §8.1: once the master secret is computed
  if (!schedule) return fail(schedule.error());
  keys_ = std::move(*schedule);
  if (observer_ != nullptr) observer_->on_secret({"CLIENT_RANDOM", client_random_, keys_->master_secret()});
  const auto block = keys_->key_block(client_random_, server_random_, record::fixed_iv_size(*suite_->aead()));
  if (!block) return fail(block.error());
  if (const auto set = channel_.set_pending(*block); !set) return fail(set.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_change_cipher_spec() {
  if (const auto sent = channel_.send_change_cipher_spec(); !sent) return fail(sent.error());
  return Outcome::done;
}

Result<Outcome> Endpoint::send_finished() {
  const auto data = keys_->verify_data(role_, transcript_.hash());
  if (!data) return fail(data.error());
  if (const auto sent = emit(Finished{.verify_data = *data}); !sent) return fail(sent.error());
  return Outcome::done;
}

Result<void> Endpoint::receive_finished(Bytes body) {
  const auto finished = wire::parse_finished(body);
  if (!finished) return fail(finished.error());
  auto verified = keys_->verify_finished(peer_of(role_), transcript_.hash(), finished->verify_data);
  if (!verified) return fail(verified.error());
  finished_verified_ = *verified;
  return {};
}

}  // namespace tls12::handshake
