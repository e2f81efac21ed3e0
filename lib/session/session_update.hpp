// What a handshake leaves for the session store to do, after the handshake.
#pragma once

#include <memory>
#include <string>

#include "base/internals.hpp"
#include "base/secret.hpp"
#include "tls12/session.hpp"

namespace tls12 {

struct SessionUpdate::Content {
  std::shared_ptr<SessionStore> store;
  std::string key;
  SecretVector session = {};  ///< empty: forget it
  WallTime expires = {};
};

namespace session {

inline SessionUpdate forget_session(std::shared_ptr<SessionStore> store, Bytes key) {
  return Internals::make<SessionUpdate>(
      std::make_shared<SessionUpdate::Content>(std::move(store), std::string(text_of(key))));
}
inline SessionUpdate keep_session(std::shared_ptr<SessionStore> store, Bytes key,
                                  SecretVector session, WallTime expires) {
  return Internals::make<SessionUpdate>(std::make_shared<SessionUpdate::Content>(
      std::move(store), std::string(text_of(key)), std::move(session), expires));
}

}  // namespace session
}  // namespace tls12
