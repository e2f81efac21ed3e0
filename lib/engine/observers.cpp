// An observer of several observers.
#include "tls12/observer.hpp"

namespace tls12 {
namespace {

class Several final : public Observer {
 public:
  explicit Several(std::vector<std::unique_ptr<Observer>> all) : all_(std::move(all)) {}
  void on_record(const Record& record) override {
    for (auto& one : all_) one->on_record(record);
  }
  void on_message(const Message& message) override {
    for (auto& one : all_) one->on_message(message);
  }
  void on_change_cipher_spec(Direction direction) override {
    for (auto& one : all_) one->on_change_cipher_spec(direction);
  }
  void on_alert(Direction direction, const AlertMessage& alert) override {
    for (auto& one : all_) one->on_alert(direction, alert);
  }
  void on_due(std::string_view due) override {
    for (auto& one : all_) one->on_due(due);
  }
  void on_complete(const ConnectionState& state) override {
    for (auto& one : all_) one->on_complete(state);
  }
  void on_error(const Error& error) override {
    for (auto& one : all_) one->on_error(error);
  }
  void on_secret(const SecretLine& secret) override {
    for (auto& one : all_) one->on_secret(secret);
  }

 private:
  std::vector<std::unique_ptr<Observer>> all_;
};

}  // namespace

ObserverFactory observe_with(std::vector<ObserverFactory> factories) {
  return [factories = std::move(factories)](Role role) -> std::unique_ptr<Observer> {
    std::vector<std::unique_ptr<Observer>> all;
    for (const auto& factory : factories)
      if (auto one = factory ? factory(role) : nullptr) all.push_back(std::move(one));
    if (all.empty()) return nullptr;
    return std::make_unique<Several>(std::move(all));
  };
}

}  // namespace tls12
