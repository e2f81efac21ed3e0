#include "config/sizes.hpp"

#include <algorithm>
#include <array>

#include "base/grease.hpp"
#include "wire/codec.hpp"

namespace tls12::config {
namespace {

/// The longest that each can be (RFC 5246 §7.4.1.2, RFC 1035 §2.3.4, RFC 5746 §3.2).
constexpr std::array<std::uint8_t, 32> kRandom = {};
constexpr std::array<std::uint8_t, wire::kSessionIdSize> kSessionId = {};
constexpr auto kLongestName = [] {
  std::array<char, 255> name;
  name.fill('a');
  return name;
}();
constexpr std::array<std::uint8_t, 2 * wire::kVerifyDataSize> kBothVerifyData = {};
constexpr std::uint8_t kPointFormats[] = {static_cast<std::uint8_t>(EcPointFormat::uncompressed)};
constexpr std::uint8_t kNullCompression[] = {0};
constexpr auto kReserved = static_cast<ExtensionType>(grease(0));

/// The configuration's name of a field that is longer than its length can say.
std::string_view field_of(std::string_view message_field) {
  constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"ClientHello.application_layer_protocol_negotiation", "application_protocols"},
      {"ClientHello.signature_algorithms_cert", "verify.signature_schemes"},
      {"ClientHello.server_certificate_type", "server_certificate_types"},
      {"ClientHello.client_certificate_type", "client_certificate_types"},
      {"ClientHello.extensions", "application_protocols, verify.signature_schemes"},
      {"ServerHello.signed_certificate_timestamp", "identities: signed_certificate_timestamps"},
      {"ServerHello.extensions", "identities: signed_certificate_timestamps"},
      {"CertificateStatus.response", "identities: ocsp_response"},
      {"CertificateStatus", "identities: ocsp_response"},
      {"Certificate.certificate_list", "identities: chain"},
      {"Certificate", "identities: chain"},
  };
  const auto field = std::ranges::find(kFields, message_field,
                                       &std::pair<std::string_view, std::string_view>::first);
  return field == std::end(kFields) ? message_field : field->second;
}

/// What is sent must be readable: lists that users encode have lengths of their own.
template <class Message>
Result<void> check(const Message& message) {
  Buffer scratch;
  const HandshakeType type = wire::type_of(message);
  const auto refuse = [&](const Error& error, std::string_view why) {
    return fail(Errc::bad_configuration,
                std::string(field_of(error.about())).append(why) + name(type));
  };
  if (const auto written = wire::serialize(message, scratch); !written)
    return refuse(written.error(), ": too long for ");
  const auto read =
      wire::parse(type, Bytes(scratch.view()).subspan(wire::kHandshakeHeaderSize), {});
  return read ? Result<void>() : refuse(read.error(), ": malformed in ");
}

Result<void> check(const std::vector<EncodedIdentity>& identities) {
  for (const EncodedIdentity& shown : identities)
    if (const auto checked =
            check(Certificates{.certificate_list = ListOfOpaque<3>(shown.certificate_list)});
        !checked)
      return checked;
  return {};
}

}  // namespace

// A ticket is left out where it does not fit (Client::send_client_hello), and padding only fills a
// short ClientHello.
Result<void> check_sizes(const ClientContext::Content& context) {
  const SupportedAlgorithms& ours = context.algorithms;
  ClientHello longest{.random = kRandom,
                      .session_id = kSessionId,
                      .cipher_suites = ListOf16<CipherSuite>(ours.suites_wire),
                      .compression_methods = kNullCompression,
                      .server_name = std::string_view(kLongestName.data(), kLongestName.size()),
                      .supported_groups = ours.group_list(),
                      .ec_point_formats = kPointFormats,
                      .signature_algorithms = ours.scheme_list(),
                      .extended_master_secret = true,
                      .renegotiation_info = Bytes(kBothVerifyData).first(wire::kVerifyDataSize),
                      .session_ticket = Bytes{},
                      .encrypt_then_mac = true,
                      .status_request = true,
                      .signed_certificate_timestamp = true,
                      .max_fragment_length = 1,
                      .record_size_limit = 64,
                      .grease = kReserved};
  if (ours.groups.empty()) longest.supported_groups.reset();
  if (const auto& list = context.certificate_schemes_wire; !list.empty())
    longest.signature_algorithms_cert = ListOf16<SignatureScheme>(list);
  if (!ours.protocols_wire.empty())
    longest.application_layer_protocol_negotiation = ours.protocol_list();
  if (const auto& types = context.server_types_wire; !types.empty())
    longest.server_certificate_types = types;
  if (const auto& types = context.client_types_wire; !types.empty())
    longest.client_certificate_types = types;
  if (const auto checked = check(longest); !checked) return checked;
  return check(context.identities);
}

Result<void> check_sizes(const ServerContext::Content& context) {
  if (const auto checked = check(context.identities); !checked) return checked;
  const auto& protocols = context.config.common.application_protocols;
  const auto longest_protocol = std::ranges::max_element(protocols, {}, &std::string::size);
  for (const EncodedIdentity& shown : context.identities) {
    if (const Bytes staple = shown.identity.ocsp_response(); !staple.empty())
      if (const auto checked = check(CertificateStatus{.ocsp_response = staple}); !checked)
        return checked;
    ServerHello longest{.random = kRandom,
                        .session_id = kSessionId,
                        .server_name = true,
                        .ec_point_formats = kPointFormats,
                        .extended_master_secret = true,
                        .renegotiation_info = kBothVerifyData,
                        .session_ticket = true,
                        .encrypt_then_mac = true,
                        .status_request = true,
                        .max_fragment_length = 1,
                        .record_size_limit = 1,
                        .client_certificate_type = CertificateType::x509,
                        .server_certificate_type = CertificateType::x509};
    if (const Bytes list = shown.identity.signed_certificate_timestamps(); !list.empty())
      longest.signed_certificate_timestamps = ListOfOpaque<2>(list);
    if (longest_protocol != protocols.end())
      longest.application_layer_protocol_negotiation = bytes_of(*longest_protocol);
    if (const auto checked = check(longest); !checked) return checked;
  }
  return {};
}

}  // namespace tls12::config
