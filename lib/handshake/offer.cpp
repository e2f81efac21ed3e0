#include "handshake/offer.hpp"

#include <bit>

namespace tls12::handshake {
namespace {

constexpr std::uint8_t kNullCompression[] = {0};

}  // namespace

// RFC 5246 §7.4.1.2.
ClientHello hello_of(const ClientContext::Content& context) {
  const ClientConfig& config = context.config;
  const config::SupportedAlgorithms& ours = context.algorithms;
  ClientHello hello{.cipher_suites = ListOf16<CipherSuite>(ours.suites_wire),
                    .compression_methods = kNullCompression};
  if (!ours.groups.empty()) hello.supported_groups = ours.group_list();
  if (ours.has_ecdhe()) hello.ec_point_formats = kPointFormats;
  hello.signature_algorithms = ours.scheme_list();
  if (const auto& wire = context.certificate_schemes_wire; !wire.empty())
    hello.signature_algorithms_cert = ListOf16<SignatureScheme>(wire);
  if (!ours.protocols_wire.empty())
    hello.application_layer_protocol_negotiation = ours.protocol_list();
  hello.extended_master_secret = true;
  hello.encrypt_then_mac = ours.has_cbc();
  hello.status_request = config.request_ocsp;
  hello.signed_certificate_timestamp = config.request_timestamps;
  if (config.max_fragment_length != 0)
    hello.max_fragment_length = fragment_length_code(config.max_fragment_length);
  if (config.common.record_size_limit != 0)
    hello.record_size_limit = config.common.record_size_limit;
  if (!context.server_types_wire.empty())
    hello.server_certificate_types = context.server_types_wire;
  if (!context.client_types_wire.empty())
    hello.client_certificate_types = context.client_types_wire;
  return hello;
}

std::uint8_t fragment_length_code(std::size_t size) {
  return size == 0 ? 0 : static_cast<std::uint8_t>(std::bit_width(size) - 9);
}

}  // namespace tls12::handshake
