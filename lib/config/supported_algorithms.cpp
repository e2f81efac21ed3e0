#include "config/supported_algorithms.hpp"

#include "config/encoding.hpp"

namespace tls12::config {
namespace {

Result<std::vector<std::uint8_t>> encode_protocols(const std::vector<std::string>& protocols) {
  std::vector<std::uint8_t> wire;
  for (const auto& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255)
      return fail(Errc::bad_configuration, "application_protocols: " + protocol);  // RFC 7301 §3.1
    wire.push_back(static_cast<std::uint8_t>(protocol.size()));
    wire.insert(wire.end(), protocol.begin(), protocol.end());
  }
  if (wire.size() > 0xffff - 2)
    return fail(Errc::bad_configuration, "application_protocols: too many");
  return wire;
}

Result<void> check_limits(const CommonConfig& config) {
  const Limits& limits = config.limits;
  if (limits.input < kRecordHeaderSize + kMaxCiphertext)
    return fail(Errc::bad_configuration, "limits.input holds no whole record");
  if (limits.output < kRecordHeaderSize + kMaxCiphertext)
    return fail(Errc::bad_configuration, "limits.output holds no whole record");
  if (config.handshake_timeout <= std::chrono::milliseconds::zero())
    return fail(Errc::bad_configuration, "handshake_timeout");
  if (config.close_timeout < std::chrono::milliseconds::zero())
    return fail(Errc::bad_configuration, "close_timeout");
  // RFC 8449 §4: at least 64; TLS 1.2 has no more than 2^14.
  if (config.record_size_limit != 0 &&
      (config.record_size_limit < 64 || config.record_size_limit > kMaxPlaintext))
    return fail(Errc::bad_configuration, "record_size_limit");
  if (config.max_send_fragment != 0 &&
      (config.max_send_fragment < 64 || config.max_send_fragment > kMaxPlaintext))
    return fail(Errc::bad_configuration, "max_send_fragment");
  return {};
}

}  // namespace

bool SupportedAlgorithms::has_cbc() const {
  return std::ranges::any_of(suites, [](auto* row) { return row->cbc() != nullptr; });
}
bool SupportedAlgorithms::has_ecdhe() const {
  return std::ranges::any_of(suites, [](auto* row) { return tls12::has_ecdhe(row->key_exchange); });
}

Result<void> check_sha1(const std::vector<const wire::SchemeRow*>& rows, SuitePolicy policy,
                        std::string_view field) {
  const bool has_sha1 =
      std::ranges::any_of(rows, [](auto* row) { return row->hash == HashAlgorithm::sha1; });
  if (!has_sha1 || policy == SuitePolicy::legacy) return {};
  return fail(Errc::bad_configuration,
              std::string(field) + ": SHA-1 is for the legacy policy alone");
}

Result<SupportedAlgorithms> supported_algorithms(const CommonConfig& config, KeySources keys) {
  if (!config.provider) return fail(Errc::bad_configuration, "provider");
  const Provider& provider = *config.provider;
  if (!provider.random) return fail(Errc::algorithm_unavailable, "provider: randomness");
  if (const auto checked = check_limits(config); !checked) return fail(checked.error());

  auto suites = find_rows<wire::SuiteRow>(provider, config.suites,
                                          suites_of(config.policy, provider), "suites");
  if (!suites) return fail(suites.error());
  std::erase_if(*suites, [&](const wire::SuiteRow* row) {
    return has_psk(row->key_exchange) ? !keys.psk : !keys.certificates;
  });
  if (suites->empty()) return fail(Errc::bad_configuration, "suites: none that there are keys for");
  // RFC 8422 §4, RFC 7919 §2: groups without a suite that uses them are not offered; suites that
  // were named one by one may need fields that the policy has not.
  const bool dhe =
      std::ranges::any_of(*suites, [](auto* row) { return has_dhe(row->key_exchange); });
  auto groups = find_rows<wire::GroupRow>(
      provider, config.groups, groups_of(dhe ? SuitePolicy::compatible : config.policy), "groups");
  if (!groups) return fail(groups.error());
  const bool ecdhe =
      std::ranges::any_of(*suites, [](auto* row) { return has_ecdhe(row->key_exchange); });
  std::erase_if(*groups, [&](const wire::GroupRow* row) {
    return is_finite_field(row->algorithm) ? !dhe : !ecdhe;
  });
  auto schemes =
      find_rows<wire::SchemeRow>(provider, config.schemes, schemes_of(config.policy), "schemes");
  if (!schemes) return fail(schemes.error());
  auto signing_schemes =
      config.signing_schemes.empty()
          ? schemes
          : find_rows<wire::SchemeRow>(provider, config.signing_schemes, {}, "signing_schemes");
  if (!signing_schemes) return fail(signing_schemes.error());
  for (const auto* rows : {&*schemes, &*signing_schemes})
    if (const auto checked = check_sha1(*rows, config.policy, "schemes"); !checked)
      return fail(checked.error());
  auto protocols = encode_protocols(config.application_protocols);
  if (!protocols) return fail(protocols.error());

  SupportedAlgorithms algorithms{.suites = std::move(*suites),
                                 .groups = std::move(*groups),
                                 .schemes = std::move(*schemes),
                                 .signing_schemes = std::move(*signing_schemes),
                                 .suites_wire = {},
                                 .groups_wire = {},
                                 .schemes_wire = {},
                                 .protocols_wire = std::move(*protocols)};
  for (const auto* row : algorithms.suites) append16(algorithms.suites_wire, row->suite);
  for (const auto* row : algorithms.groups) append16(algorithms.groups_wire, row->group);
  for (const auto* row : algorithms.schemes) append16(algorithms.schemes_wire, row->scheme);
  return algorithms;
}

}  // namespace tls12::config
