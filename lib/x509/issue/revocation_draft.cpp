#include "x509/issue/revocation_draft.hpp"

#include "base/copy.hpp"
#include "x509/asn1/time.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/key/digest.hpp"

namespace tls12::x509 {
namespace {

using der::Writer;

SecretVector copy_name(Bytes name) { return {name.begin(), name.end()}; }

DraftExtension draft_number(const Oid& id, bool is_critical, std::uint64_t number) {
  return draft_extension(id, is_critical, [&](Writer& writer) { writer.small_natural(number); });
}

void write_reason(RevocationReason reason, Writer& writer) {
  const auto octet = static_cast<std::uint8_t>(reason);
  writer.element(der::kEnumerated, {&octet, 1});
}

void write_entry(const DraftEntry& entry, Writer& writer) {
  writer.sequence([&] {
    writer.element(der::kInteger, entry.serial);
    write_time(entry.revocation_date, writer);
    if (!entry.extensions.empty()) write_extensions(entry.extensions, writer);
  });
}

/// RFC 5280 §5.1.2.
void write_tbs(const CrlDraft& draft, Writer& writer) {
  writer.sequence([&] {
    if (draft.version > 1) writer.small_natural(draft.version - 1);
    write_signature_algorithm(draft.method, writer);
    writer.raw(draft.issuer);
    write_time(draft.this_update, writer);
    if (draft.next_update) write_time(*draft.next_update, writer);
    if (!draft.entries.empty())
      writer.sequence([&] {
        for (const DraftEntry& entry : draft.entries) write_entry(entry, writer);
      });
    if (!draft.extensions.empty())
      writer.nest(der::constructed(0), [&] { write_extensions(draft.extensions, writer); });
  });
}

void write_cert_id(const DraftSingleResponse& response, Writer& writer) {
  writer.sequence([&] {
    write_hash_algorithm(response.hash, writer);
    writer.octet_string(response.issuer_name_hash);
    writer.octet_string(response.issuer_key_hash);
    writer.element(der::kInteger, response.serial);
  });
}

void write_status(const DraftSingleResponse& response, Writer& writer) {
  switch (response.status) {
    case CertStatus::good: return writer.element(der::context(0), {});
    case CertStatus::unknown: return writer.element(der::context(2), {});
    case CertStatus::revoked:
      writer.nest(der::constructed(1), [&] {
        write_generalized_time(response.revocation_time, writer);
        if (response.reason)
          writer.nest(der::constructed(0), [&] { write_reason(*response.reason, writer); });
      });
  }
}

void write_single_response(const DraftSingleResponse& response, Writer& writer) {
  writer.sequence([&] {
    write_cert_id(response, writer);
    write_status(response, writer);
    write_generalized_time(response.this_update, writer);
    if (response.next_update)
      writer.nest(der::constructed(0),
                  [&] { write_generalized_time(*response.next_update, writer); });
    if (!response.extensions.empty())
      writer.nest(der::constructed(1), [&] { write_extensions(response.extensions, writer); });
  });
}

/// RFC 6960 §4.2.1's ResponseData.
void write_tbs(const OcspDraft& draft, Writer& writer) {
  writer.sequence([&] {
    if (!draft.responder_name.empty()) {
      writer.element(der::constructed(1), draft.responder_name);
    } else {
      writer.nest(der::constructed(2), [&] { writer.octet_string(draft.responder_key_hash); });
    }
    write_generalized_time(draft.produced_at, writer);
    writer.sequence([&] {
      for (const DraftSingleResponse& response : draft.responses)
        write_single_response(response, writer);
    });
    if (!draft.extensions.empty())
      writer.nest(der::constructed(1), [&] { write_extensions(draft.extensions, writer); });
  });
}

/// An OCSPResponse that is successful and basic.
void write_successful(Bytes basic, Writer& writer) {
  writer.sequence([&] {
    const std::uint8_t successful = 0;
    writer.element(der::kEnumerated, {&successful, 1});
    writer.nest(der::constructed(0), [&] {
      writer.sequence([&] {
        writer.object_identifier(oid::kOcspBasic.bytes());
        writer.octet_string(basic);
      });
    });
  });
}

}  // namespace

Result<CrlDraft> crl_draft_of(const Certificate& issuer, const PrivateKey& signer,
                              std::uint64_t number, WallTime this_update, WallTime next_update) {
  const auto method = method_for(signer);
  if (!method) return fail(method.error());
  CrlDraft draft{.issuer = copy_name(internals(issuer).subject),
                 .this_update = this_update,
                 .next_update = next_update,
                 .method = *method};
  if (const auto& own = internals(issuer).extensions.subject_key_identifier)
    draft.extensions.push_back(draft_authority_key_identifier(*own));
  draft.extensions.push_back(draft_number(oid::kCrlNumber, false, number));
  return draft;
}

DraftEntry revoked_entry(const Certificate& certificate, WallTime date,
                         std::optional<RevocationReason> reason) {
  DraftEntry entry{.serial = copy(internals(certificate).serial), .revocation_date = date};
  // §5.3.1: unspecified is better left out.
  if (reason && *reason != RevocationReason::unspecified)
    entry.extensions.push_back(draft_extension(
        oid::kReasonCode, false, [&](Writer& writer) { write_reason(*reason, writer); }));
  return entry;
}

DraftExtension draft_delta_indicator(std::uint64_t base_number) {
  return draft_number(oid::kDeltaCrlIndicator, true, base_number);
}

Result<Crl> sign_crl(const CrlDraft& draft, const PrivateKey& signer, Random& random) {
  Writer tbs, writer;
  write_tbs(draft, tbs);
  Result<void> written;
  writer.sequence(
      [&] { written = write_signed(tbs.bytes(), draft.method, signer, random, writer); });
  if (!written) return fail(written.error());
  return Crl::from_der(writer.bytes());
}

Result<OcspDraft> ocsp_draft_of(const DraftSingleResponse& response, const Certificate& responder,
                                const PrivateKey& signer, WallTime produced_at,
                                const Provider& provider) {
  const auto method = method_for(signer);
  if (!method) return fail(method.error());
  const auto key_hash =
      digest_of(HashAlgorithm::sha1, internals(responder).subject_key.bits, provider);
  if (!key_hash) return fail(key_hash.error());
  OcspDraft draft{.responder_key_hash = copy(key_hash->bytes()),
                  .produced_at = produced_at,
                  .responses = {response},
                  .method = *method};
  if (internals(responder).extensions.has(ExtensionId::extended_key_usage))
    draft.certificates.push_back(responder);
  return draft;
}

Result<DraftSingleResponse> single_response_of(const Certificate& certificate,
                                               const Certificate& issuer, HashAlgorithm hash,
                                               WallTime this_update,
                                               std::optional<WallTime> next_update,
                                               const Provider& provider) {
  const auto name_hash = digest_of(hash, internals(issuer).subject, provider);
  const auto key_hash = digest_of(hash, internals(issuer).subject_key.bits, provider);
  if (!name_hash || !key_hash) return fail(Errc::algorithm_unavailable, name(hash));
  return DraftSingleResponse{.hash = hash,
                             .issuer_name_hash = copy(name_hash->bytes()),
                             .issuer_key_hash = copy(key_hash->bytes()),
                             .serial = copy(internals(certificate).serial),
                             .this_update = this_update,
                             .next_update = next_update};
}

Result<OcspResponse> sign_ocsp_response(const OcspDraft& draft, const PrivateKey& signer,
                                        Random& random) {
  Writer tbs, basic, writer;
  write_tbs(draft, tbs);
  Result<void> written;
  basic.sequence([&] {
    written = write_signed(tbs.bytes(), draft.method, signer, random, basic);
    if (draft.certificates.empty()) return;
    basic.nest(der::constructed(0), [&] {
      basic.sequence([&] {
        for (const Certificate& certificate : draft.certificates) basic.raw(certificate.der());
      });
    });
  });
  if (!written) return fail(written.error());
  write_successful(basic.bytes(), writer);
  return OcspResponse::from_der(writer.bytes());
}

}  // namespace tls12::x509
