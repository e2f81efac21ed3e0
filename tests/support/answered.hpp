// A client whose ClientHello was answered.
#pragma once

#include "support/scripted_peer.hpp"

namespace tls12::test {

/// The answer is the usual ServerHello with these extensions besides.
inline ScriptedPeer answered(const ClientConfig& config, const RawExtensions& answer) {
  ScriptedPeer peer = ScriptedPeer::server_of(config);
  RawServerHello hello = peer.server_hello();
  for (const auto& [type, data] : answer.items) hello.extensions.add(type, data);
  peer.send(hello.bytes());
  return peer;
}

}  // namespace tls12::test
