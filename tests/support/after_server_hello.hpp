// A client that has received its ServerHello.
#pragma once

#include "support/scripted_peer.hpp"

namespace tls12::test {

/// The ServerHello is the usual one with `extensions` added.
inline ScriptedPeer after_server_hello(const ClientConfig& config,
                                       const RawExtensions& extensions) {
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  RawServerHello hello = peer.server_hello();
  for (const auto& [type, data] : extensions.items) hello.extensions.add(type, data);
  peer.send(hello.bytes());
  return peer;
}

}  // namespace tls12::test
