// CertificateRequest (RFC 5246 §7.4.4).
#include "wire/codec.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace tls12::wire {

Result<CertificateRequest> parse_certificate_request(Bytes body) {
  Reader reader(body, "CertificateRequest");
  CertificateRequest request;
  request.certificate_types = reader.vector8("certificate_types", 1);
  request.supported_signature_algorithms =
      ListOf16<SignatureScheme>(reader.pairs16("supported_signature_algorithms", 2));
  request.certificate_authorities = ListOfOpaque<2>(
      reader.with_items<2>(reader.vector16("certificate_authorities"), "certificate_authorities"));
  return reader.finish(request);
}

Result<void> serialize(const CertificateRequest& request, Buffer& out) {
  Writer writer(out, HandshakeType::certificate_request);
  writer.vector8(request.certificate_types, "certificate_types");
  writer.vector16(request.supported_signature_algorithms.wire(), "supported_signature_algorithms");
  writer.vector16(request.certificate_authorities.wire(), "certificate_authorities");
  return writer.finish();
}

}  // namespace tls12::wire
