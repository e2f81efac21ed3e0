// Certificate, CertificateStatus and CertificateVerify (RFC 5246 §7.4.2, §7.4.6, §7.4.8; RFC 6066
// §8; RFC 7250 §3).
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {
namespace {

constexpr std::uint8_t kOcsp = 1;  // CertificateStatusType (RFC 6066 §8)

}  // namespace

Result<Certificates> parse_certificates(Bytes body, CertificateType type) {
  Reader reader(body, "Certificate");
  Certificates message;
  if (type == CertificateType::raw_public_key) {
    const Bytes key = reader.vector24("subjectPublicKeyInfo");
    if (!key.empty())
      message.raw_public_key =
          key;  // a client without one says so as with certificates (RFC 5246 §7.4.6)
    return reader.finish(message);
  }
  message.certificate_list = ListOfOpaque<3>(
      reader.with_items<3>(reader.vector24("certificate_list"), "certificate_list"));
  return reader.finish(message);
}

Result<CertificateStatus> parse_certificate_status(Bytes body) {
  Reader reader(body, "CertificateStatus");
  CertificateStatus message;
  if (reader.u8("status_type") != kOcsp && !reader.failed())
    reader.fail(Errc::unknown_enum_value, "status_type");
  message.ocsp_response = reader.vector24("response", 1);
  return reader.finish(message);
}

Result<CertificateVerify> parse_certificate_verify(Bytes body) {
  Reader reader(body, "CertificateVerify");
  CertificateVerify message;
  message.scheme = static_cast<SignatureScheme>(reader.u16("algorithm"));
  message.signature = reader.vector16("signature");
  return reader.finish(message);
}

Result<void> serialize(const Certificates& message, Buffer& out) {
  Writer writer(out, HandshakeType::certificate);
  if (message.raw_public_key) {
    writer.vector24(*message.raw_public_key, "subjectPublicKeyInfo");
  } else {
    writer.vector24(message.certificate_list.wire(), "certificate_list");
  }
  return writer.finish();
}

Result<void> serialize(const CertificateStatus& message, Buffer& out) {
  Writer writer(out, HandshakeType::certificate_status);
  writer.u8(kOcsp);
  writer.vector24(message.ocsp_response, "response");
  return writer.finish();
}

Result<void> serialize(const CertificateVerify& message, Buffer& out) {
  Writer writer(out, HandshakeType::certificate_verify);
  writer.value(message.scheme);
  writer.vector16(message.signature, "signature");
  return writer.finish();
}

}  // namespace tls12::wire
