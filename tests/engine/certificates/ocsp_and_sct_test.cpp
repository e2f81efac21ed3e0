// What a server shows beside its certificate: a stapled OCSP response (RFC 6066 §8), signed
// certificate timestamps (RFC 6962 §3.3.1).
#include <doctest/doctest.h>

#include <algorithm>

#include "support/after_server_hello.hpp"
#include "support/pair_with_session.hpp"
#include "x509/issue/revocation_draft.hpp"

using namespace tls12;
using namespace tls12::test;
using enum HandshakeType;

namespace {

constexpr int kStatusRequest = 5, kTimestamps = 18;

/// A response of the leaf's issuer.
Octets ocsp_response(x509::CertStatus status, std::chrono::hours age = std::chrono::hours(1)) {
  const auto& [ca, leaf] = development_identity(KeyKind::ed25519);
  const Certificate &subject = leaf.chain().front(), &issuer = ca.chain().front();
  auto single = x509::single_response_of(subject, issuer, HashAlgorithm::sha1, kNow - age,
                                         kNow - age + std::chrono::hours(2), *default_provider())
                    .value();
  single.status = status;
  single.revocation_time = kNow - age;
  const auto draft =
      x509::ocsp_draft_of(single, issuer, ca.key(), kNow - age, *default_provider()).value();
  return octets(x509::sign_ocsp_response(draft, ca.key(), default_provider()->rng())->der());
}

ClientConfig checking(RevocationMode mode) {
  ClientConfig config = client_config();
  config.verify.revocation.mode = mode;
  config.verify.revocation.end_entity_only = true;
  return config;
}

ServerConfig stapling(const Octets& response) {
  ServerConfig config = server_config();
  config.identities = {config.identities.front().with_ocsp_response(response)};
  return config;
}

}  // namespace

// ------------------------------------------------ stapling

TEST_CASE(
    "RFC 6066 §8: a server staples its response for whoever asks, and the client delivers it and "
    "goes by it") {
  const Octets good = ocsp_response(x509::CertStatus::good);
  for (const RevocationMode mode :
       {RevocationMode::off, RevocationMode::prefer, RevocationMode::require}) {
    CAPTURE(static_cast<int>(mode));
    const EnginePair pair = talked(checking(mode), stapling(good));
    if (pair.client.error()) MESSAGE(pair.client.error()->message());
    CHECK(pair.complete());
    CHECK(pair.client.state().ocsp_response == good);
  }
  ClientConfig silent = client_config();
  silent.request_ocsp = false;
  const EnginePair unasked = talked(silent, stapling(good));
  CHECK(unasked.complete());
  CHECK(unasked.client.state().ocsp_response.empty());
}

// Shows RFC 6066 8-5, 8-6
TEST_CASE(
    "RFC 6066 §8: a staple is announced, and sent right behind the certificate, to a client that "
    "asked for one") {
  const auto check_sent = [](bool asks, const ServerConfig& server, bool sent) {
    ScriptedPeer peer = ScriptedPeer::client_of(server);
    if (asks) peer.client_hello.extensions.add(kStatusRequest, hex("01 0000 0000"));
    peer.complete();
    CHECK(server_hello_of(peer).status_request == sent);
    CHECK(peer.saw(certificate_status) == sent);
    CHECK(peer.seen.at(2).bytes.at(0) == (sent ? 22 : 12));  // behind ServerHello and Certificate
  };
  check_sent(true, stapling({0x30, 0x00}), true);
  check_sent(true, server_config(), false);
  check_sent(false, stapling({0x30, 0x00}), false);
}

// Shows RFC 6066 8-7
TEST_CASE(
    "RFC 6066 §8: a staple that says revoked, or that cannot be used, ends the handshake where "
    "revocation counts; so does none, where one is required") {
  const auto check_refused = [](RevocationMode mode, const ServerConfig& server, Errc code,
                                Alert alert) {
    const EnginePair pair = talked(checking(mode), server);
    CHECK(!pair.complete());
    REQUIRE(pair.client.error().has_value());
    CHECK(rule(pair.client.error()->code).name == rule(code).name);
    CHECK(pair.client.error()->alert == alert);
    REQUIRE(pair.server.error().has_value());
    CHECK(pair.server.error()->alert == alert);
  };
  Octets forged = ocsp_response(x509::CertStatus::good);
  forged.back() ^= 1;
  for (const RevocationMode mode : {RevocationMode::prefer, RevocationMode::require}) {
    check_refused(mode, stapling(ocsp_response(x509::CertStatus::revoked)),
                  Errc::certificate_revoked, Alert::certificate_revoked);
    check_refused(mode, stapling(forged), Errc::bad_ocsp_response,
                  Alert::bad_certificate_status_response);
    check_refused(mode, stapling({0x30, 0x00}), Errc::bad_ocsp_response,
                  Alert::bad_certificate_status_response);
  }
  const ServerConfig stale = stapling(ocsp_response(x509::CertStatus::good, std::chrono::hours(9)));
  CHECK(talked(checking(RevocationMode::prefer), stale).complete());
  check_refused(RevocationMode::require, stale, Errc::certificate_status_unknown,
                Alert::certificate_unknown);
  const EnginePair none = talked(checking(RevocationMode::require), server_config());
  CHECK(!none.complete());
  CHECK(talked(checking(RevocationMode::prefer), server_config()).complete());
  CHECK(talked(checking(RevocationMode::off), stapling({0x30, 0x00})).complete());
}

TEST_CASE(
    "RFC 6066 §8: a CertificateStatus that is announced unasked, empty or of another type is "
    "refused") {
  ClientConfig silent = client_config();
  silent.request_ocsp = false;
  after_server_hello(silent, {{kStatusRequest, {}}})
      .check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
  for (const Octets& body : {Octets{}, Octets{1}, Octets{1, 0, 0, 0}, Octets{1, 0, 0, 2, 0x30},
                             Octets{1, 0, 0, 1, 0x30, 0x00}, Octets{2, 0, 0, 1, 0x30}}) {
    CAPTURE(to_hex(body));
    ScriptedPeer peer = after_server_hello(client_config(), {{kStatusRequest, {}}});
    peer.send(certificate);
    peer.send(message_of(certificate_status, body));
    REQUIRE(peer.engine.error().has_value());
    CHECK(peer.engine.error()->alert ==
          (body.size() == 5 && body[0] == 2 ? Alert::illegal_parameter : Alert::decode_error));
  }
}

// ------------------------------------------------ signed certificate timestamps

// Shows RFC 6962 3.3-5, 3.3.1-2
TEST_CASE("RFC 6962 §3.3.1: timestamps are delivered to a client that asked, and to no other") {
  const Octets list =
      vector_of(2, Octets(50, 0x5c));  // as the log signed it: nothing here looks inside
  ServerConfig server = server_config();
  server.identities = {server.identities.front().with_signed_certificate_timestamps(list)};
  for (const bool asks : {false, true}) {
    CAPTURE(asks);
    ClientConfig client = client_config();
    client.request_timestamps = asks;
    const EnginePair pair = talked(client, server);
    CHECK(pair.complete());
    CHECK(pair.client.state().signed_certificate_timestamps == (asks ? list : Octets{}));
  }
  after_server_hello(client_config(), {{kTimestamps, vector_of(2, list)}})
      .check_fault(Errc::extension_not_offered, Alert::unsupported_extension);
  ClientConfig client = client_config();
  client.request_timestamps = true;
  for (const Octets& malformed :
       {Octets{}, Octets{0, 0}, Octets{0, 2, 0, 0}, Octets{0, 3, 0, 2, 1}}) {
    const ScriptedPeer peer = after_server_hello(client, {{kTimestamps, malformed}});
    REQUIRE(peer.engine.error().has_value());
    CHECK(peer.engine.error()->alert == Alert::decode_error);
  }
}

// Shows RFC 6962 3.3.1-1, 3.3.1-3, 3.3.1-4
TEST_CASE("RFC 6962 §3.3.1: a client asks with an empty extension, offering a session or not") {
  const auto asked = [](const ScriptedPeer& peer) {
    std::optional<Octets> data;
    for (const Extension extension : client_hello_of(peer).extensions)
      if (static_cast<int>(extension.type) == kTimestamps) data = octets(extension.data);
    return data;
  };
  CHECK(!asked(ScriptedPeer::server_of()));
  const Octets list = vector_of(2, Octets(50, 0x5c));
  for (const bool tickets : {false, true}) {
    CAPTURE(tickets);
    PairWithSession ends(tickets);
    ends.client.request_timestamps = true;
    CHECK(asked(ScriptedPeer::server_of(ends.client)) == Octets{});
    ClientConfig fresh = ends.client;
    fresh.sessions = nullptr;
    CHECK(asked(ScriptedPeer::server_of(fresh)) == Octets{});
    // The server has timestamps, and answers in a full handshake alone.
    const Identity& leaf = ends.server.identities.front();
    ends.server.identities = {leaf.with_signed_certificate_timestamps(vector_of(2, list))};
    for (const bool resumes : {false, true}) {
      ScriptedPeer peer = resumes ? ends.scripted_client() : ScriptedPeer::client_of(ends.server);
      peer.client_hello.extensions.add(kTimestamps, {});
      peer.send(client_hello);
      CHECK(peer.saw(certificate) == !resumes);
      CHECK(server_hello_of(peer).signed_certificate_timestamps.has_value() == !resumes);
    }
  }
}
