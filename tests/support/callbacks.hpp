// Every callback that a connection can call, with an act of the test's inside it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "support/configs.hpp"
#include "tls12/observer.hpp"

namespace tls12::test {

using Act = std::function<void()>;

struct Callback {
  std::string_view name;
  Role end;           ///< whose configuration has it
  bool at_beginning;  ///< it is called before there is a connection, and not again
  std::function<void(ClientConfig&, ServerConfig&, Act)> install;
};

/// A client's identity that is valid at kNow and at the system's time.
inline const DevelopmentIdentity& long_lived_client() {
  static const auto made =
      make_chain({.key = KeyKind::ed25519,
                  .names = {"client.example"},
                  .for_clients = true,
                  .around = std::chrono::sys_days(std::chrono::year(2035) / 1 / 1),
                  .validity = std::chrono::years(14)});
  return made;
}

/// Acts at events of one kind.
class ActingObserver final : public Observer {
 public:
  enum Event { record, message, change_cipher_spec, due, complete, secret };
  ActingObserver(Event event, Act act) : event_(event), act_(std::move(act)) {}
  void on_record(const Record&) override { at(record); }
  void on_message(const Message&) override { at(message); }
  void on_change_cipher_spec(Direction) override { at(change_cipher_spec); }
  void on_due(std::string_view) override { at(due); }
  void on_complete(const ConnectionState&) override { at(complete); }
  void on_secret(const SecretLine&) override { at(secret); }

 private:
  void at(Event event) const {
    if (event == event_) act_();
  }
  Event event_;
  Act act_;
};

/// A store in memory that acts before each call.
class ActingStore final : public SessionStore {
 public:
  void put(Bytes key, Bytes session, WallTime expires) override {
    if (on_put) on_put();
    inner_->put(key, session, expires);
  }
  bool get(Bytes key, WallTime now, const std::function<void(Bytes)>& take) override {
    if (on_get) on_get();
    return inner_->get(key, now, take);
  }
  void erase(Bytes key) override {
    if (on_erase) on_erase();
    inner_->erase(key);
  }
  Act on_put, on_get, on_erase;

 private:
  std::shared_ptr<SessionStore> inner_ = make_memory_session_store();
};

/// The default table with randomness that acts before each draw.
inline ProviderPtr acting_provider(Act act) {
  struct ActingRandom final : Random {
    explicit ActingRandom(Act a) : act(std::move(a)) {}
    bool fill(MutableBytes out) override { return act(), default_provider()->rng().fill(out); }
    Act act;
  };
  const auto random = std::make_shared<ActingRandom>(std::move(act));
  auto table = std::make_shared<Provider>(*default_provider());
  table->random.implementation = random.get();
  table->owned.push_back(random);
  return table;
}

namespace callback {

inline Callback observed(std::string_view name, Role end, ActingObserver::Event event) {
  return {name, end, false, [end, event](ClientConfig& c, ServerConfig& s, const Act& act) {
            (end == Role::client ? c.common : s.common).observe = [event, act](Role) {
              return std::make_unique<ActingObserver>(event, act);
            };
          }};
}

inline void show_client_certificate(ClientConfig& c, ServerConfig& s) {
  c.identities = {long_lived_client().leaf};
  s.client_authentication = ClientAuthentication::require_and_verify;
  s.client_trust = trust_in(long_lived_client());
}
inline constexpr std::uint8_t kKey[] = {1, 2, 3, 4, 5, 6, 7, 8};
inline void share_key(ClientConfig& c, ServerConfig& s) {
  s.identities.clear();
  c.find_psk = [](std::string_view) {
    return PreSharedKey{"device", {std::begin(kKey), std::end(kKey)}};
  };
  s.find_psk = [](std::string_view) {
    return std::vector<std::uint8_t>(std::begin(kKey), std::end(kKey));
  };
}

}  // namespace callback

/// Those that a full handshake of two configurations calls. SessionStore has tests of its own.
inline std::vector<Callback> callbacks() {
  using namespace callback;
  using enum ActingObserver::Event;
  constexpr auto kRaw = CertificateType::raw_public_key;
  std::vector<Callback> all = {
      {"VerifyPolicy::check of a client", Role::client, false,
       [](ClientConfig& c, ServerConfig&, const Act& act) {
         c.verify.check = [act](const VerifiedChain&) {
           return act(), std::optional<std::string>();
         };
       }},
      {"VerifyPolicy::check of a server", Role::server, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         show_client_certificate(c, s);
         s.verify.check = [act](const VerifiedChain&) {
           return act(), std::optional<std::string>();
         };
       }},
      {"accept_anyway", Role::client, false,
       [](ClientConfig& c, ServerConfig&, const Act& act) {
         c.trust = trust_in(long_lived_client());
         c.verify.dangerous.accept_anyway =
             [act](const VerifyFailure&, std::span<const Certificate>) { return act(), true; };
       }},
      {"find_crls", Role::client, false,
       [](ClientConfig& c, ServerConfig&, const Act& act) {
         c.verify.revocation.find_crls = [act](const Certificate&) {
           return act(), std::vector<Crl>();
         };
       }},
      {"accept_raw_public_key of a client", Role::client, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         c.server_certificate_types = s.certificate_types = {kRaw};
         c.accept_raw_public_key = [act](Bytes) { return act(), true; };
       }},
      {"accept_raw_public_key of a server", Role::server, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         show_client_certificate(c, s);
         c.client_certificate_types = s.client_certificate_types = {kRaw};
         s.accept_raw_public_key = [act](Bytes) { return act(), true; };
       }},
      {"choose_identity", Role::client, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         show_client_certificate(c, s);
         c.choose_identity = [act](const CertificateRequest&) {
           return act(), std::optional(long_lived_client().leaf);
         };
       }},
      {"configure", Role::server, false,
       [](ClientConfig&, ServerConfig& s, const Act& act) {
         const ServerContext plain = s.build().value();
         s.configure = [act, plain](const ClientHello&) -> Result<ServerContext> {
           return act(), plain;
         };
       }},
      {"find_psk of a client", Role::client, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         share_key(c, s);
         c.find_psk = [act, find = c.find_psk](std::string_view hint) { return act(), find(hint); };
       }},
      {"find_psk of a server", Role::server, false,
       [](ClientConfig& c, ServerConfig& s, const Act& act) {
         share_key(c, s);
         s.find_psk = [act, find = s.find_psk](std::string_view identity) {
           return act(), find(identity);
         };
       }},
      {"ObserverFactory", Role::client, true,
       [](ClientConfig& c, ServerConfig&, const Act& act) {
         c.common.observe = [act](Role) { return act(), std::unique_ptr<Observer>(); };
       }},
      {"SessionStore::get of a client", Role::client, true,
       [](ClientConfig& c, ServerConfig&, const Act& act) {
         const auto store = std::make_shared<ActingStore>();
         store->on_get = act;
         c.sessions = store;
       }},
      {"Provider::random", Role::server, false,
       [](ClientConfig&, ServerConfig& s, const Act& act) {
         s.common.provider = acting_provider(act);
       }},
  };
  for (const Role end : {Role::client, Role::server})
    for (const auto& [name, event] : {std::pair{"on_record", record},
                                      {"on_message", message},
                                      {"on_change_cipher_spec", change_cipher_spec},
                                      {"on_due", due},
                                      {"on_complete", complete},
                                      {"on_secret", secret}})
      all.push_back(observed(name, end, event));
  return all;
}

}  // namespace tls12::test
