// Certificate and CertificateVerify (RFC 5246 §7.4.2, §7.4.6, §7.4.8).
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {

Result<Certificates> parse_certificates(Bytes body) {
  Reader reader(body, "Certificate");
  Certificates message;
  message.certificate_list = ListOfOpaque<3>(reader.with_items<3>(reader.vector24("certificate_list"), "certificate_list"));
  return reader.finish(message);
}

Result<CertificateVerify> parse_certificate_verify(Bytes body) {
  Reader reader(body, "CertificateVerify");
  CertificateVerify message;
  message.scheme = static_cast<SignatureScheme>(reader.u16("algorithm"));
  message.signature = reader.vector16("signature");
  return reader.finish(message);
}

void serialize(const Certificates& message, Buffer& out) {
  Writer writer(out);
  const Writer::Length body = writer.message(HandshakeType::certificate);
  writer.vector24(message.certificate_list.wire());
}

void serialize(const CertificateVerify& message, Buffer& out) {
  Writer writer(out);
  const Writer::Length body = writer.message(HandshakeType::certificate_verify);
  writer.value(message.scheme);
  writer.vector16(message.signature);
}

}  // namespace tls12::wire
