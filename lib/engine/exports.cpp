// Keying material for protocols above (RFC 5705), and channel bindings (RFC 5929, RFC 9266).
#include <algorithm>

#include "base/big_endian.hpp"
#include "engine/impl.hpp"
#include "handshake/key_schedule.hpp"
#include "x509/asn1/oid.hpp"
#include "x509/certificate/parsed_certificate.hpp"

namespace tls12 {
namespace {

/// RFC 5705 §4: the labels of TLS itself, which the same function makes keys with.
constexpr std::string_view kOwnLabels[] = {"client finished", "server finished", "master secret",
                                           "extended master secret", "key expansion"};
constexpr std::string_view kBindingLabel = "EXPORTER-Channel-Binding";  // RFC 9266 §2
constexpr std::size_t kBindingSize = 32;

}  // namespace

Result<void> Engine::Impl::export_keying_material(std::string_view label,
                                                  std::optional<Bytes> context,
                                                  MutableBytes out) const {
  if (error_) return std::unexpected(*error_);
  if (!state_.handshake_complete) return std::unexpected(Error(Errc::handshake_not_complete));
  if (std::ranges::find(kOwnLabels, label) != std::end(kOwnLabels))
    return std::unexpected(Error(Errc::misuse, "a label that TLS uses itself"));
  if (context && context->size() > 0xffff)
    return std::unexpected(Error(Errc::misuse, "an exporter's context of more than 65,535 bytes"));
  // RFC 7627 §5.4: without it, a man in the middle can make two connections with the same secret.
  if (!state_.extended_master_secret)
    return std::unexpected(
        Error(Errc::misuse, "an export without extended_master_secret proves nothing"));
  if (secrets_.master_secret.empty())
    return std::unexpected(
        Error(Errc::misuse, "the master secret was not kept (CommonConfig::keep_master_secret)"));
  auto prf = handshake::Prf::with_secret(*config_.provider, secrets_.prf_hash,
                                         secrets_.master_secret.bytes());
  if (!prf) return std::unexpected(prf.error());
  Buffer seed;
  seed.append(secrets_.server_random);
  if (context) {
    put_big_endian(context->size(), 2, seed.prepare(2).data());
    seed.commit(2);
    seed.append(*context);
  }
  return prf->expand(label, secrets_.client_random, seed.view(), out);
}

Result<std::vector<std::uint8_t>> Engine::Impl::channel_binding(ChannelBinding kind) const {
  if (error_) return std::unexpected(*error_);
  if (!state_.handshake_complete) return std::unexpected(Error(Errc::handshake_not_complete));
  if (kind == ChannelBinding::tls_server_end_point) return end_point();
  // RFC 7627 §5.4, §6.1, RFC 9266 §4.2: without extended_master_secret two sessions may have the
  // same master secret. An exporter is the same in both; verify_data is only after an abbreviated
  // handshake.
  const bool may_be_shared = state_.resumed || kind == ChannelBinding::tls_exporter;
  if (!state_.extended_master_secret && may_be_shared)
    return std::unexpected(
        Error(Errc::misuse, "a binding without extended_master_secret binds nothing"));
  if (kind == ChannelBinding::tls_unique) {
    const auto& first = state_.resumed ? secrets_.server_verify_data : secrets_.client_verify_data;
    return std::vector<std::uint8_t>(first.begin(), first.end());
  }
  // RFC 9266 §4.2: not where a renegotiation could change it. Our servers never renegotiate.
  const auto* client = std::get_if<ClientContext>(&context_);
  if (client != nullptr && client->config().renegotiation != Renegotiation::never)
    return std::unexpected(Error(Errc::misuse, "tls-exporter needs Renegotiation::never"));
  std::vector<std::uint8_t> binding(kBindingSize);
  if (const auto made = export_keying_material(kBindingLabel, Bytes{}, binding); !made)
    return std::unexpected(made.error());
  return binding;
}

// RFC 5929 §4.1: by the hash of the certificate's own signature, or SHA-256 for MD5 and SHA-1.
Result<std::vector<std::uint8_t>> Engine::Impl::end_point() const {
  if (!secrets_.server_certificate)
    return std::unexpected(Error(Errc::misuse, "the server has no certificate"));
  const x509::SignatureMethod& method = internals(*secrets_.server_certificate).signature_method;
  const bool md5 = x509::is(method.oid, x509::oid::kMd5WithRsa);
  if (!md5 && (method.kind == x509::SignatureKind::unsupported ||
               method.kind == x509::SignatureKind::ed25519))
    return std::unexpected(
        Error(Errc::misuse, "the certificate's signature has no hash of its own"));
  const bool weak = md5 || method.hash == HashAlgorithm::sha1;
  Hash hash(*(*config_.provider)[weak ? HashAlgorithm::sha256 : method.hash].implementation);
  hash.update(secrets_.server_certificate->der());
  std::vector<std::uint8_t> binding(kMaxDigestSize);
  binding.resize(hash.digest(binding).size());
  return binding;
}

}  // namespace tls12
