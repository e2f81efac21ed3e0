// Who the connection under test talks to: an engine, or a script. It takes the request, answers,
// and closes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exhaustive/kinds.hpp"
#include "support/engine_peer.hpp"
#include "support/order_table.hpp"
#include "support/requested.hpp"

namespace tls12::test {

inline const std::string kRequest = "what the client wants to be told",
                         kReplyBegins = "this is how it begins, ",
                         kReplyEnds = "and this is its end";
inline const std::string kReply = kReplyBegins + kReplyEnds;

class OtherEnd {
 public:
  virtual ~OtherEnd() = default;
  /// Whether anything moved.
  virtual bool step() = 0;

  virtual bool complete() const = 0;              ///< its handshake
  virtual std::string got() const = 0;            ///< plaintext
  virtual bool closed() const = 0;                ///< our close_notify has come
  virtual std::optional<Alert> told() const = 0;  ///< our fatal alert
  virtual std::optional<Error> fault() const { return {}; }
  virtual const ConnectionState* state() const { return nullptr; }
};

class EngineEnd final : public OtherEnd {
 public:
  EngineEnd(const Kind& kind, Engine engine, TransportPtr end)
      : peer(std::move(engine), std::move(end)), kind_(kind) {}

  bool step() override {
    if (gone_) return false;
    bool moved = peer.step();
    if (peer.engine.wants() == Wants::signature) {
      const SignatureRequest wanted = requested<SignatureRequest>(peer.engine);
      moved |= peer.engine
                   .answer(SignatureAnswer{sign_elsewhere(kind_, wanted.algorithm, wanted.message)})
                   .has_value();
    }
    if (!answered_ && peer.got.size() >= kRequest.size()) {
      answered_ = moved = true;
      (void)peer.engine.write(bytes_of(kReplyBegins));
      (void)peer.engine.write(bytes_of(kReplyEnds));
      (void)peer.engine.close_write();
    }
    if ((peer.engine.error() || peer.ended) && peer.engine.output().empty()) {
      gone_ = moved = true;
      (void)peer.end->close();
    }
    return moved;
  }

  bool complete() const override { return peer.engine.state().handshake_complete; }
  std::string got() const override { return peer.got; }
  bool closed() const override { return peer.engine.peer_closed(); }
  std::optional<Alert> told() const override {
    const auto& error = peer.engine.error();
    return error && error->category() == Category::peer_alert ? error->alert : std::nullopt;
  }
  std::optional<Error> fault() const override { return peer.engine.error(); }
  const ConnectionState* state() const override { return &peer.engine.state(); }

  Peer peer;

 private:
  const Kind& kind_;
  bool answered_ = false, gone_ = false;
};

class ScriptedEnd final : public OtherEnd {
 public:
  struct Line {
    std::function<bool(const ScriptedPeer&)> due;  ///< what it answers has come
    std::function<void(ScriptedPeer&)> say;
  };

  ScriptedEnd(Role role, const Kind& kind, TransportPtr end, std::vector<Line> script)
      : end_(std::move(end)), peer(role, *end_, kind.key), script_(std::move(script)) {
    peer.suite = kind.suite;
    peer.group = kind.group;
    if (kind.key == KeyKind::ec_secp256r1) peer.scheme = SignatureScheme::ecdsa_secp256r1_sha256;
    if (kind.key == KeyKind::rsa) peer.scheme = SignatureScheme::rsa_pss_rsae_sha256;
  }

  bool step() override {
    if (gone_) return false;
    const std::size_t before = peer.seen.size() + peer.alerts.size();
    peer.collect();
    if (peer.puzzled) peer.alert(AlertLevel::fatal, 20);  // bad_record_mac
    if (peer.wire_ended || told()) {
      gone_ = true;
      (void)end_->close();
      return true;
    }
    if (next_ < script_.size() && script_[next_].due(peer)) {
      script_[next_++].say(peer);
      return true;
    }
    return peer.seen.size() + peer.alerts.size() != before;
  }

  bool complete() const override { return peer.finished_is_right; }
  std::string got() const override { return peer.data(); }
  bool closed() const override {
    return std::ranges::any_of(
        peer.alerts, [](const AlertMessage& a) { return a.description == Alert::close_notify; });
  }
  std::optional<Alert> told() const override {
    for (const AlertMessage& a : peer.alerts)
      if (a.level == AlertLevel::fatal) return a.description;
    return std::nullopt;
  }
  std::optional<Error> fault() const override {
    return peer.puzzled ? std::optional(Error(Errc::bad_record_mac)) : std::nullopt;
  }

 private:
  TransportPtr end_;

 public:
  ScriptedPeer peer;

 private:
  std::vector<Line> script_;
  std::size_t next_ = 0;
  bool gone_ = false;
};

/// A kind's script for the other end, which is a client or a server.
inline std::vector<ScriptedEnd::Line> script_of(const Kind& kind, Role role) {
  using enum HandshakeType;
  std::vector<ScriptedEnd::Line> script;
  const auto saw = [](HandshakeType type, std::ptrdiff_t times = 1) {
    return [=](const ScriptedPeer& peer) { return peer.times_seen(type) >= times; };
  };
  const auto at_once = [](const ScriptedPeer&) { return true; };
  const auto say = [](HandshakeType type) {
    return [type](ScriptedPeer& peer) { peer.send(type); };
  };
  const auto change = [](ScriptedPeer& peer) { peer.change_cipher_spec(); };
  const bool asks = kind.other == Kind::Other::asks_for_certificate,
             again = kind.other == Kind::Other::asks_to_renegotiate;
  const bool twice = kind.other == Kind::Other::renegotiates;
  if (role == Role::server) {
    for (int time = 1; time <= (twice ? 2 : 1); ++time) {
      script.push_back({saw(client_hello, time), say(server_hello)});
      if (again) script.push_back({at_once, say(hello_request)});
      for (const HandshakeType type : {certificate, server_key_exchange})
        script.push_back({at_once, say(type)});
      if (asks) script.push_back({at_once, say(certificate_request)});
      script.push_back({at_once, say(server_hello_done)});
      script.push_back({saw(finished, time), change});
      script.push_back({at_once, say(finished)});
      if (again || (twice && time == 1)) script.push_back({at_once, say(hello_request)});
    }
  } else {
    script.push_back({at_once, say(client_hello)});
    script.push_back({saw(server_hello_done), say(client_key_exchange)});
    script.push_back({at_once, change});
    script.push_back({at_once, say(finished)});
    if (again)
      script.push_back({saw(finished), [](ScriptedPeer& peer) {
                          peer.deliver(ContentType::handshake, peer.make(client_hello));
                        }});
  }
  script.push_back({[](const ScriptedPeer& peer) { return peer.data().size() >= kRequest.size(); },
                    [](ScriptedPeer& peer) {
                      peer.deliver(ContentType::application_data, octets(bytes_of(kReplyBegins)));
                      peer.deliver(ContentType::application_data, octets(bytes_of(kReplyEnds)));
                      peer.alert(AlertLevel::warning, 0);
                    }});
  return script;
}

}  // namespace tls12::test
