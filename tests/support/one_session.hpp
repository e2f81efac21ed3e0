// A session store for one session.
#pragma once

#include <functional>

#include "session/session.hpp"
#include "tls12/session.hpp"

namespace tls12::test {

/// Keeps one session, whatever the key. A test may change it, and counts the look-ups.
struct OneSession final : SessionStore {
  void put(Bytes, Bytes session, WallTime) override { kept.assign(session.begin(), session.end()); }
  bool get(Bytes, WallTime, const std::function<void(Bytes)>& take) override {
    ++asked_for;
    if (kept.empty()) return false;
    take(kept);
    return true;
  }
  void erase(Bytes) override { kept.clear(); }

  bool empty() const { return kept.empty(); }
  session::Session session() const { return session::parse_session(kept).value(); }
  void set(const session::Session& session) { kept = session::serialize(session).value(); }

  int asked_for = 0;
  SecretVector kept;
};

}  // namespace tls12::test
