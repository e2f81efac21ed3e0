#include "x509/revocation/ocsp.hpp"

#include <array>

#include "x509/asn1/time.hpp"
#include "x509/name/distinguished_name.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;

/// Responders send their own certificate; those further on are not looked at.
constexpr std::size_t kMaxCertificates = 8;

/// OCSPResponseStatus (RFC 6960 §4.2.1), in words for the error. Number 4 is not used.
constexpr std::array<const char*, 7> kStatuses = {"",
                                                  "the responder calls the request malformed",
                                                  "the responder has an internal error",
                                                  "the responder says: try later",
                                                  "an unknown response status",
                                                  "the responder wants a signed request",
                                                  "the responder says: unauthorized"};

void read_status(Reader& response) {
  const Bytes status = response.integer(der::kEnumerated);
  if (response.fault()) return;
  const bool known = status.size() == 1 && status[0] < kStatuses.size();
  if (!known || status[0] != 0)
    response.refuse(known ? kStatuses[status[0]] : "an unknown response status");
}

/// The content of an explicitly tagged field, read by `read`.
template <class Read>
void read_explicit(Reader& fields, unsigned number, Read read) {
  if (!fields.next_is(der::constructed(number))) return;
  Reader field = fields.enter(der::constructed(number));
  read(field);
  field.finish();
}

CertId read_cert_id(Reader& reader) {
  Reader fields = reader.enter_sequence();
  CertId id{.hash = read_hash_algorithm(fields)};
  id.issuer_name_hash = fields.octet_string();
  id.issuer_key_hash = fields.octet_string();
  id.serial = fields.integer();
  fields.finish();
  return id;
}

void read_cert_status(Reader& reader, SingleResponse& out) {
  if (reader.next_is(der::constructed(1))) {
    Reader revoked = reader.enter(der::constructed(1));
    out.status = CertStatus::revoked;
    out.revocation_time = read_generalized_time(revoked);
    read_explicit(revoked, 0, [&](Reader& field) { out.reason = read_revocation_reason(field); });
    return revoked.finish();
  }
  out.status = reader.next_is(der::context(0)) ? CertStatus::good : CertStatus::unknown;
  if (!reader.content(out.status == CertStatus::good ? der::context(0) : der::context(2)).empty())
    reader.refuse("a NULL with content");
}

void read_single_extension(const Extension& extension, Fault& fault, SingleResponse& out) {
  if (is(extension.id, oid::kOcspArchiveCutoff)) {
    Reader value(extension.value, fault);
    out.archive_cutoff = read_generalized_time(value);
    value.finish();
  } else if (is(extension.id, oid::kOcspTimestamps)) {
    Reader value(extension.value, fault);
    out.timestamps = value.octet_string();
    value.finish();
  } else if (extension.is_critical && out.not_understood.empty()) {
    out.not_understood = extension.id;
  }
}

/// ResponseExtensions: nothing in them changes what a response says to somebody who asked no
/// question. A nonce (§4.4.1) answers one.
void read_response_extension(const Extension& extension, ParsedOcspResponse& out) {
  if (extension.is_critical && !is(extension.id, oid::kOcspNonce) && out.not_understood.empty())
    out.not_understood = extension.id;
}

void read_responder_id(Reader& tbs, ParsedOcspResponse& out) {
  if (tbs.next_is(der::constructed(1))) {
    read_explicit(tbs, 1, [&](Reader& field) { out.responder_name = read_name(field); });
  } else {
    Reader field = tbs.enter(der::constructed(2));
    out.responder_key_hash = field.octet_string();
    field.finish();
  }
}

void read_responses(Reader& tbs, ParsedOcspResponse& out) {
  out.responses = tbs.content(der::kSequence);
  Reader list(out.responses, tbs.fault());
  if (list.at_end()) list.refuse("a response about no certificate");
  while (!list.at_end()) read_single_response(list);
}

void read_response_data(Fault& fault, ParsedOcspResponse& out) {
  Reader whole(out.tbs, fault);
  Reader tbs = whole.enter_sequence();
  // Version 1 is the default, and there is no other.
  read_explicit(tbs, 0, [](Reader& field) {
    if (field.small_natural() != 0) field.refuse("an unknown response version");
    field.tolerate_default();
  });
  read_responder_id(tbs, out);
  out.produced_at = read_generalized_time(tbs);
  read_responses(tbs, out);
  read_explicit(tbs, 1, [&](Reader& field) {
    Reader list = field.enter_sequence();
    for_each_extension(
        list, [&](const Extension& extension) { read_response_extension(extension, out); });
  });
  tbs.finish();
}

/// What is no certificate to this stack is none that could have signed: the response may do without
/// it.
void read_certificates(Reader& field, ParsedOcspResponse& out) {
  for (Reader list = field.enter_sequence(); !list.at_end();) {
    const Bytes encoding = list.element(der::kSequence).whole;
    if (list.fault() || out.certificates.size() == kMaxCertificates) continue;
    if (auto certificate = Certificate::from_der(encoding))
      out.certificates.push_back(std::move(*certificate));
  }
}

void read_basic_response(Bytes encoding, Fault& fault, ParsedOcspResponse& out) {
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  out.tbs = fields.element(der::kSequence).whole;
  read_response_data(fault, out);
  out.signature_method = read_signature_algorithm(fields);
  out.signature = fields.bit_string();
  read_explicit(fields, 0, [&](Reader& field) { read_certificates(field, out); });
  fields.finish();
  whole.finish();
}

}  // namespace

SingleResponse read_single_response(Reader& responses) {
  Reader fields = responses.enter_sequence();
  SingleResponse response{.id = read_cert_id(fields)};
  read_cert_status(fields, response);
  response.this_update = read_generalized_time(fields);
  read_explicit(fields, 0,
                [&](Reader& field) { response.next_update = read_generalized_time(field); });
  read_explicit(fields, 1, [&](Reader& field) {
    Reader list = field.enter_sequence();
    for_each_extension(list, [&](const Extension& extension) {
      read_single_extension(extension, fields.fault(), response);
    });
  });
  fields.finish();
  return response;
}

Result<void> parse(ParsedOcspResponse& response) {
  Fault fault;
  Reader whole(response.der, fault);
  Reader fields = whole.enter_sequence();
  read_status(fields);
  Reader explicit_bytes = fields.enter(der::constructed(0));
  Reader bytes = explicit_bytes.enter_sequence();
  if (!is(bytes.object_identifier(), oid::kOcspBasic))
    bytes.refuse("a response of another type than basic");
  const Bytes basic = bytes.octet_string();
  for (Reader* reader : {&bytes, &explicit_bytes, &fields, &whole}) reader->finish();
  read_basic_response(basic, fault, response);
  if (fault) return fail(Errc::bad_ocsp_response, fault.what);
  response.deviation = fault.deviation;
  return {};
}

}  // namespace tls12::x509
