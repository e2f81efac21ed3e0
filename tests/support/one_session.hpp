// A session store for one session.
#pragma once

#include <functional>

#include "session/session.hpp"
#include "tls12/session.hpp"

namespace tls12::test {

/// Keeps one session, whatever the key; a test changes it, and sees how often it was asked for.
class OneSession final : public SessionStore {
 public:
  void put(Bytes, Bytes session, WallTime) override {
    session_.assign(session.begin(), session.end());
  }
  bool get(Bytes, WallTime, const std::function<void(Bytes)>& take) override {
    ++asked_for;
    if (session_.empty()) return false;
    take(session_);
    return true;
  }
  void erase(Bytes) override { session_.clear(); }

  bool empty() const { return session_.empty(); }
  session::Session session() const { return session::parse_session(session_).value(); }
  void set(const session::Session& session) { session_ = session::serialize(session).value(); }

  int asked_for = 0;

 private:
  SecretVector session_;
};

}  // namespace tls12::test
