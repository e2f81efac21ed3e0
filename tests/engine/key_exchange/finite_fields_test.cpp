// How finite fields are negotiated (RFC 7919 §3, §4, §6.1). Their values are in
// key_exchange_faults_test.cpp.
#include <doctest/doctest.h>

#include <algorithm>

#include "support/scripted_peer.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;
using enum CipherSuite;

namespace {

constexpr int kDhe = 0x009e, kEcdhe = 0xc02f;  // DHE_RSA and ECDHE_RSA with AES_128_GCM_SHA256
constexpr int kX25519 = 29, kFfdhe2048 = 256, kFfdhe3072 = 257, kFfdhe4096 = 258;

template <class Config>
Config both_kinds(Config config) {
  config.common.suites = {TLS_DHE_RSA_WITH_AES_128_GCM_SHA256,
                          TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
  config.common.groups = {NamedGroup::ffdhe2048, NamedGroup::ffdhe3072, NamedGroup::x25519};
  return config;
}

/// The group that a server which prefers DHE chooses for this ClientHello.
NamedGroup chosen(std::initializer_list<int> suites, std::initializer_list<int> groups) {
  const ServerConfig config = both_kinds(server_config(KeyKind::rsa));
  ScriptedPeer peer = ScriptedPeer::client_of(config, KeyKind::rsa);
  peer.client_hello.suites = pairs16(suites);
  peer.client_hello.extensions.set(10, vector_of(2, pairs16(groups)));
  peer.complete();
  CHECK(peer.group == peer.engine.state().group);  // the one that the ServerKeyExchange has
  return peer.group;
}

bool is_field(NamedGroup group) { return static_cast<int>(group) >> 8 == 1; }

}  // namespace

// Shows RFC 7919 4-1, 4-2
TEST_CASE("RFC 7919 §4: a client whose fields the server lacks, known or unknown, gets a curve") {
  for (const int lacking : {kFfdhe4096, 0x0100 + 77, 0x01ff})
    CHECK(chosen({kDhe, kEcdhe}, {lacking, kX25519}) == NamedGroup::x25519);
  // 0x0200 is not a field's number: the client leaves the field to the server.
  CHECK(chosen({kDhe, kEcdhe}, {0x0200, kX25519}) == NamedGroup::ffdhe2048);
}

// Shows RFC 7919 4-4, 4-5
TEST_CASE("RFC 7919 §4: a client that lists fields gets one of them") {
  CHECK(chosen({kDhe}, {kFfdhe2048}) == NamedGroup::ffdhe2048);
  CHECK(chosen({kDhe}, {kFfdhe3072}) == NamedGroup::ffdhe3072);
  CHECK(chosen({kDhe}, {0x01ff, kFfdhe4096, kFfdhe3072}) == NamedGroup::ffdhe3072);
}

// Shows RFC 7919 4-6
TEST_CASE("RFC 7919 §4: a client that lists fields, and no suite with one, gets a curve") {
  CHECK(chosen({kEcdhe}, {kFfdhe2048, kX25519}) == NamedGroup::x25519);
}

// Shows RFC 7919 3-1, 3-2, 6.1-1
TEST_CASE("RFC 7919 §3: a client lists curves and fields in one extension, in its own order") {
  using enum NamedGroup;
  ClientConfig config = client_config(KeyKind::rsa);
  config.common.policy = SuitePolicy::legacy;
  for (const std::vector<NamedGroup>& order :
       {std::vector{x25519, ffdhe3072, secp256r1}, std::vector{ffdhe8192, secp384r1, ffdhe2048}}) {
    config.common.groups = order;
    const ScriptedPeer peer = ScriptedPeer::server_of(config);
    const ClientHello hello = client_hello_of(peer);
    CHECK(std::ranges::count(hello.extensions, ExtensionType::supported_groups, &Extension::type) ==
          1);
    CHECK(std::equal(hello.supported_groups->begin(), hello.supported_groups->end(), order.begin(),
                     order.end()));
  }
}

// Shows RFC 7919 3-3
TEST_CASE("RFC 7919 §3: a client lists a field exactly if it offers a suite with one") {
  for (const SuitePolicy policy : policies()) {
    CAPTURE(name(policy));
    ClientConfig config = client_config(KeyKind::rsa);
    config.common.policy = policy;
    config.find_psk = [](std::string_view) { return std::nullopt; };
    const ScriptedPeer peer = ScriptedPeer::server_of(config);
    const ClientHello hello = client_hello_of(peer);
    const auto uses_field = [](CipherSuite suite) {
      const wire::SuiteRow* row = wire::find(suite);
      return row != nullptr && has_dhe(row->key_exchange);
    };
    const auto& suites = hello.cipher_suites;
    const auto& groups = *hello.supported_groups;
    CHECK(std::any_of(suites.begin(), suites.end(), uses_field) ==
          std::any_of(groups.begin(), groups.end(), is_field));
  }
}

// Shows RFC 7919 6.1-2
TEST_CASE("RFC 7919 §6.1: a client that prefers curves does so among groups and among suites") {
  ClientConfig config = client_config(KeyKind::rsa);
  config.common.policy = SuitePolicy::legacy;
  const ScriptedPeer peer = ScriptedPeer::server_of(config);
  const ClientHello hello = client_hello_of(peer);
  CHECK(std::is_partitioned(hello.supported_groups->begin(), hello.supported_groups->end(),
                            [](NamedGroup group) { return !is_field(group); }));
  // Of suites that differ in the key exchange alone, the one with a curve comes first.
  std::vector<wire::RecordCipher> with_field;
  for (const CipherSuite suite : hello.cipher_suites) {
    const wire::SuiteRow* row = wire::find(suite);
    if (row == nullptr) continue;
    CAPTURE(name(suite));
    if (has_dhe(row->key_exchange)) with_field.push_back(row->cipher);
    if (has_ecdhe(row->key_exchange)) CHECK(std::ranges::count(with_field, row->cipher) == 0);
  }
  CHECK(!with_field.empty());
}

// Shows RFC 7919 3-4, 3-8
TEST_CASE("RFC 7919 §3: every named field makes a connection") {
  for (const wire::GroupRow& row : wire::groups()) {
    if (!is_field(row.group)) continue;
    CAPTURE(name(row.group));
    ClientConfig client = both_kinds(client_config(KeyKind::rsa));
    ServerConfig server = both_kinds(server_config(KeyKind::rsa));
    client.common.groups = server.common.groups = {row.group};
    client.common.suites = server.common.suites = {TLS_DHE_RSA_WITH_AES_128_GCM_SHA256};
    ConnectedEnginePair pair(client, server);
    CHECK(pair.client.state().group == row.group);
    CHECK(pair.server.state().group == row.group);
  }
}

// Shows RFC 7919 3-5
TEST_CASE("RFC 7919 §3: the signature over a field is verified before its public value") {
  const ClientConfig config = both_kinds(client_config(KeyKind::rsa));
  ScriptedPeer peer = ScriptedPeer::server_of(config, KeyKind::rsa);
  peer.suite = TLS_DHE_RSA_WITH_AES_128_GCM_SHA256;
  peer.scheme = SignatureScheme::rsa_pss_rsae_sha256;
  peer.send_all({server_hello, certificate});
  const Octets prime = octets(dh_parameters(GroupAlgorithm::ffdhe2048).prime);
  const Octets parameters = ScriptedPeer::dh_parameters_of(prime, {2}, {1});
  Octets signature = peer.sign(parameters);
  signature.back() ^= 1;
  const int scheme = static_cast<int>(peer.scheme);
  peer.send(ScriptedPeer::server_key_exchange(parameters, scheme, signature));
  peer.check_fault(Errc::bad_signature, Alert::decrypt_error);
}

// Shows RFC 7919 4-3
TEST_CASE("RFC 7919 §4: without a field or a suite in common the alert is insufficient_security") {
  for (const int lacking : {kFfdhe4096, 0x01ff}) {
    const ServerConfig config = both_kinds(server_config(KeyKind::rsa));
    ScriptedPeer peer = ScriptedPeer::client_of(config, KeyKind::rsa);
    peer.client_hello.suites = pairs16({kDhe});
    peer.client_hello.extensions.set(10, vector_of(2, pairs16({lacking, kX25519})));
    peer.send(client_hello);
    peer.check_fault(Errc::no_common_finite_field, Alert::insufficient_security);
  }
}
