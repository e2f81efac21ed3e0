// A session store in memory: a list in the order of use, and a table into it.
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/secret.hpp"
#include "tls12/session.hpp"

namespace tls12 {
namespace {

class MemorySessionStore final : public SessionStore {
 public:
  explicit MemorySessionStore(const MemoryStoreLimits& limits) : limits_(limits) {}

  void put(Bytes key, Bytes session, WallTime expires) override try {
    const std::scoped_lock lock(mutex_);
    forget(key);
    const std::size_t cost = cost_of(key.size(), session.size());
    if (limits_.sessions == 0 || cost > limits_.bytes) return;
    while (order_.size() >= limits_.sessions || bytes_ + cost > limits_.bytes)
      forget(bytes_of(order_.back().key));
    order_.push_front(
        {std::string(text_of(key)), SecretVector(session.begin(), session.end()), expires});
    table_.emplace(order_.front().key, order_.begin());
    bytes_ += cost;
  } catch (const std::bad_alloc&) {  // a session less is a full handshake more
    const std::scoped_lock lock(mutex_);
    if (!order_.empty() && !table_.contains(order_.front().key)) order_.pop_front();
  }

  bool get(Bytes key, WallTime now, const std::function<void(Bytes)>& take) override {
    const std::scoped_lock lock(mutex_);
    const auto found = table_.find(text_of(key));
    if (found == table_.end()) return false;
    if (now >= found->second->expires) return forget(key), false;
    order_.splice(order_.begin(), order_, found->second);
    take(found->second->session);
    return true;
  }

  void erase(Bytes key) override {
    const std::scoped_lock lock(mutex_);
    forget(key);
  }

 private:
  struct Entry {
    std::string key;
    SecretVector session;
    WallTime expires;
  };
  using Order = std::list<Entry>;

  /// Two nodes, a bucket and the headers that an allocator adds; measured, and rounded up.
  static constexpr std::size_t kOverhead = 256;
  static std::size_t cost_of(std::size_t key, std::size_t session) {
    return key + session + kOverhead;
  }

  void forget(Bytes key) {
    const auto found = table_.find(text_of(key));
    if (found == table_.end()) return;
    const auto entry = found->second;
    bytes_ -= cost_of(entry->key.size(), entry->session.size());
    table_.erase(found);
    order_.erase(entry);
  }

  const MemoryStoreLimits limits_;
  std::mutex mutex_;
  Order order_;  // the most recently used first
  std::unordered_map<std::string_view, Order::iterator> table_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::shared_ptr<SessionStore> make_memory_session_store(const MemoryStoreLimits& limits) {
  return std::make_shared<MemorySessionStore>(limits);
}

}  // namespace tls12
