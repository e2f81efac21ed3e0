#include "handshake/negotiate.hpp"

#include <algorithm>

#include "x509/parsed_certificate.hpp"

namespace tls12::handshake {
namespace {

bool contains(Bytes list, std::uint8_t value) { return std::ranges::find(list, value) != list.end(); }

const wire::GroupRow* choose_group(const Abilities& ours, const ClientHello& hello) {
  if (!hello.supported_groups) {
    // RFC 8422 §5.1: a client that says nothing leaves the choice to us. What everybody has is secp256r1.
    const auto widespread = std::ranges::find(ours.groups, NamedGroup::secp256r1, &wire::GroupRow::group);
    return widespread != ours.groups.end() ? *widespread : ours.groups.front();
  }
  for (const auto* row : ours.groups)
    if (hello.supported_groups->contains(row->group)) return row;
  return nullptr;
}

// RFC 8422 §5.1: a client that lists its groups must have the curve of an EC certificate among them.
bool curve_is_welcome(const ClientHello& hello, KeyKind key) {
  const auto curve = wire::curve_of(key);
  return !curve || !hello.supported_groups || hello.supported_groups->contains(*curve);
}

// The first scheme of ours that the client accepts and the key can do.
std::optional<SignatureScheme> choose_scheme(const Abilities& ours, const ClientHello& hello, const Certificate& certificate) {
  for (const auto* row : ours.schemes)
    if (hello.signature_algorithms->contains(row->scheme) && algorithm_for(row->scheme, certificate)) return row->scheme;
  return std::nullopt;
}

struct Candidate {
  const ServerIdentity* identity;
  SignatureScheme scheme;
};

// The first identity that fits the suite and the hello. `missing` remembers the nearest miss.
std::optional<Candidate> choose_identity(const ServerContext::Content& context, const ClientHello& hello, KeyExchange key_exchange, Errc& missing) {
  for (const ServerIdentity& identity : context.identities) {
    const KeyKind key = identity.identity.key().kind();
    if (!fits(key_exchange, key) || !curve_is_welcome(hello, key)) continue;
    if (const auto scheme = choose_scheme(context.abilities, hello, identity.identity.chain().front())) return Candidate{&identity, *scheme};
    missing = Errc::no_common_signature_scheme;
  }
  return std::nullopt;
}

// Both lists, one by the order of the other.
template <class Visit>
void for_each_common_suite(const ServerContext::Content& context, const ClientHello& hello, Visit visit) {
  if (context.config.prefer_client_order) {
    for (const CipherSuite suite : hello.cipher_suites) {
      const auto row = std::ranges::find(context.abilities.suites, suite, &wire::SuiteRow::suite);
      if (row != context.abilities.suites.end() && visit(**row)) return;
    }
  } else {
    for (const auto* row : context.abilities.suites)
      if (hello.cipher_suites.contains(row->suite) && visit(*row)) return;
  }
}

// RFC 7301 §3.2: by the server's preference. A server that has no protocols does not take part.
Result<Bytes> choose_protocol(const ServerContext::Content& context, const ClientHello& hello) {
  if (!hello.application_layer_protocol_negotiation || context.abilities.protocols_wire.empty()) return Bytes{};
  for (const Bytes ours : context.abilities.protocol_list())
    for (const Bytes theirs : *hello.application_layer_protocol_negotiation)
      if (std::ranges::equal(ours, theirs)) return ours;
  return fail(Errc::no_common_application_protocol);
}

}  // namespace

Result<void> check_client_hello(const ClientHello& hello) {
  // RFC 5246 appendix E.1: a client may offer more than we speak, then it gets TLS 1.2; one that offers less is refused.
  if (hello.client_version < ProtocolVersion::tls12) return fail(Errc::version_not_supported, name(hello.client_version));
  if (!contains(hello.compression_methods, 0)) return fail(Errc::null_compression_missing);
  // RFC 5746 §3.6: in a first handshake there is nothing that could have been renegotiated.
  if (hello.renegotiation_info && !hello.renegotiation_info->empty()) return fail(Errc::renegotiation_info_not_empty);
  if (hello.ec_point_formats && !contains(*hello.ec_point_formats, static_cast<std::uint8_t>(EcPointFormat::uncompressed)))
    return fail(Errc::point_format_missing);
  return {};
}

bool signals_secure_renegotiation(const ClientHello& hello) {
  return hello.renegotiation_info || hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

Result<Choice> choose(const ServerContext::Content& context, const ClientHello& hello) {
  // RFC 5246 §7.4.1.4.1: absence means SHA-1 with everything, and SHA-1 signatures are not made here (RFC 9155 §2).
  if (!hello.signature_algorithms) return fail(Errc::signature_algorithms_absent);

  Choice choice;
  Errc missing = Errc::no_common_suite;
  for_each_common_suite(context, hello, [&](const wire::SuiteRow& suite) {
    const auto candidate = choose_identity(context, hello, suite.key_exchange, missing);
    if (!candidate) return false;
    choice.suite = &suite;
    choice.identity = candidate->identity;
    choice.scheme = candidate->scheme;
    choice.algorithm = *algorithm_for(candidate->scheme, candidate->identity->identity.chain().front());
    return true;
  });
  if (choice.suite == nullptr) return fail(missing);
  choice.group = choose_group(context.abilities, hello);
  if (choice.group == nullptr) return fail(Errc::no_common_group);
  const auto protocol = choose_protocol(context, hello);
  if (!protocol) return fail(protocol.error());
  choice.application_protocol = *protocol;
  return choice;
}

std::optional<SignatureAlgorithm> algorithm_for(SignatureScheme scheme, const Certificate& certificate) {
  const x509::SubjectKey& key = certificate.parsed().subject_key;
  const auto algorithm = wire::algorithm_for(scheme, key.key.kind);
  if (algorithm && key.pss && !key.pss->allows(algorithm->hash, algorithm->salt_size)) return std::nullopt;
  return algorithm;
}

bool fits(KeyExchange key_exchange, KeyKind key) {
  const bool rsa = key == KeyKind::rsa || key == KeyKind::rsa_pss;
  return key_exchange == KeyExchange::ecdhe_rsa ? rsa : key_exchange == KeyExchange::ecdhe_ecdsa && !rsa;
}

}  // namespace tls12::handshake
