#include "x509/revocation/sct.hpp"

#include <algorithm>
#include <ranges>

#include "base/buffer.hpp"
#include "base/caught.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"
#include "x509/key/digest.hpp"
#include "x509/revocation/ocsp.hpp"

namespace tls12 {

struct TransparencyLog::Content {
  std::vector<std::uint8_t> public_key_info;
  x509::SubjectKey key = {};
  x509::Digest id = {};
};

Result<TransparencyLog> TransparencyLog::from_key(Bytes public_key_info,
                                                  const ProviderPtr& provider) {
  return guarded([&]() -> Result<TransparencyLog> {
    auto content = std::make_shared<Content>(
        std::vector<std::uint8_t>(public_key_info.begin(), public_key_info.end()));
    x509::der::Fault fault;
    x509::der::Reader reader(content->public_key_info, fault);
    content->key = x509::read_subject_public_key_info(reader);
    reader.finish();
    if (fault) return fail(fault.error());
    const PublicKey& key = content->key.key;
    if (!content->key.supported || (key.kind != KeyKind::ec_secp256r1 && key.kind != KeyKind::rsa))
      return fail(Errc::key_unsupported, "of a log");
    if (key.kind == KeyKind::rsa && key.modulus.size() < 2048 / 8)
      return fail(Errc::certificate_key_too_weak, "of a log");
    auto id = x509::digest_of(HashAlgorithm::sha256, content->public_key_info, *provider);
    if (!id) return fail(id.error());
    content->id = *id;
    return TransparencyLog(std::move(content));
  });
}

Bytes TransparencyLog::id() const { return content_->id.bytes(); }
PublicKey TransparencyLog::public_key() const { return content_->key.key; }

namespace x509 {
namespace {

// RFC 6962 §3.1, §3.2; RFC 5246 §7.4.1.4.1.
constexpr std::uint8_t kV1 = 0, kCertificateTimestamp = 0, kSha256 = 4, kRsa = 1, kEcdsa = 3;
constexpr std::uint16_t kX509Entry = 0, kPrecertEntry = 1;
constexpr std::size_t kLogIdSize = 32;

/// RFC 6962 §3.2, without its version.
struct Sct {
  Bytes log_id, timestamp, extensions;
  std::uint8_t hash = 0, algorithm = 0;
  Bytes signature;
};

/// Nothing for one of another version (§3.3: those are passed over), and for one that cannot be
/// read.
std::optional<Sct> read_sct(Bytes serialized) {
  wire::Reader reader(serialized, "SignedCertificateTimestamp");
  if (reader.u8("sct_version") != kV1) return std::nullopt;
  Sct sct;
  sct.log_id = reader.bytes(kLogIdSize, "id");
  sct.timestamp = reader.bytes(8, "timestamp");
  sct.extensions = reader.vector16("extensions");
  sct.hash = reader.u8("hash");
  sct.algorithm = reader.u8("signature");
  sct.signature = reader.vector16("signature");
  reader.end("end");
  return reader.failed() ? std::nullopt : std::optional(sct);
}

WallTime time_of(const Sct& sct) {
  std::uint64_t milliseconds = 0;
  for (const std::uint8_t byte : sct.timestamp) milliseconds = milliseconds << 8 | byte;
  return WallTime(std::chrono::seconds(milliseconds / 1000));
}

/// What a log signed of a certificate itself: entry_type and signed_entry of §3.2. Nothing for a
/// certificate that no log can take.
void write_certificate_entry(const ParsedCertificate& certificate, Buffer& out) {
  wire::Writer writer(out, "signed_entry");
  writer.u16(kX509Entry);
  writer.vector24(certificate.der, "ASN.1Cert");
  (void)writer.finish();
}

/// What it signed of the precertificate: its issuer's key, and the TBSCertificate before the SCTs
/// went in (§3.2). Nothing as above.
void write_precertificate_entry(const ParsedCertificate& certificate,
                                const ParsedCertificate& issuer, const Provider& provider,
                                Buffer& out) {
  const auto issuer_key_hash = digest_of(HashAlgorithm::sha256, issuer.public_key_info, provider);
  if (!issuer_key_hash) return;
  der::Fault fault;
  der::Writer tbs;
  tbs.sequence([&] {
    der::Reader whole(certificate.tbs, fault);
    for (der::Reader fields = whole.enter_sequence(); !fields.at_end();) {
      if (!fields.next_is(der::constructed(3))) {
        tbs.raw(fields.element().whole);
        continue;
      }
      der::Reader explicit_list = fields.enter(der::constructed(3));
      der::Writer kept;
      for (der::Reader list = explicit_list.enter_sequence(); !list.at_end();) {
        const Bytes before = list.rest();
        const Extension extension = read_extension(list);
        if (!is(extension.id, oid::kSignedCertificateTimestamps))
          kept.raw(before.first(before.size() - list.rest().size()));
      }
      if (!kept.bytes().empty())
        tbs.nest(der::constructed(3), [&] { tbs.element(der::kSequence, kept.bytes()); });
    }
  });
  wire::Writer writer(out, "signed_entry");
  writer.u16(kPrecertEntry);
  writer.bytes(issuer_key_hash->bytes());
  writer.vector24(tbs.bytes(), "TBSCertificate");
  (void)writer.finish();
}

class Count {
 public:
  explicit Count(Verification& verification)
      : verification_(verification),
        logs_(verification.policy.transparency.logs),
        seen_(logs_.size()) {}

  /// The SCTs of a list without its outer length, for `entry`.
  void take(Bytes list, const Buffer& entry) {
    for (wire::Reader reader(list, "SignedCertificateTimestampList"); !reader.empty();)
      if (const auto sct = read_sct(reader.vector16("SerializedSCT", 1))) take(*sct, entry);
  }
  std::size_t logs() const { return static_cast<std::size_t>(std::ranges::count(seen_, true)); }

 private:
  void take(const Sct& sct, const Buffer& entry) {
    const auto log = std::ranges::find_if(
        logs_, [&](const TransparencyLog& l) { return std::ranges::equal(l.id(), sct.log_id); });
    if (log == logs_.end()) return;
    const auto at = static_cast<std::size_t>(log - logs_.begin());
    // §5.2: what comes from the future is not believed.
    if (entry.empty() || seen_[at] || time_of(sct) > verification_.now) return;
    seen_[at] = is_signed_by(*log, sct, entry);
  }

  bool is_signed_by(const TransparencyLog& log, const Sct& sct, const Buffer& entry) const {
    const bool is_rsa = log.public_key().kind == KeyKind::rsa;
    if (sct.hash != kSha256 || sct.algorithm != (is_rsa ? kRsa : kEcdsa)) return false;
    Buffer message;
    wire::Writer writer(message, "digitally-signed");
    writer.u8(kV1);
    writer.u8(kCertificateTimestamp);
    writer.bytes(sct.timestamp);
    writer.bytes(entry.view());
    writer.vector16(sct.extensions, "extensions");
    if (!writer.finish()) return false;
    const SignatureMethod method{.kind = is_rsa ? SignatureKind::rsa_pkcs1 : SignatureKind::ecdsa,
                                 .hash = HashAlgorithm::sha256};
    return verification_.is_signed(message.view(), method, sct.signature,
                                   {.supported = true, .key = log.public_key()});
  }

  Verification& verification_;
  const std::vector<TransparencyLog>& logs_;
  std::vector<bool> seen_;
};

/// A list as extensions of ASN.1 have it; one whose length is wrong is as good as none.
Bytes without_length(Bytes list) {
  wire::Reader reader(list, "SignedCertificateTimestampList");
  const Bytes content = reader.vector16("sct_list", 1);
  return reader.empty() ? content : Bytes{};
}

/// §3.3: the list of an OCSP response is about the certificate that it is stapled to.
void take_staple(Bytes stapled_ocsp, const Buffer& entry, Count& count) {
  const auto response = OcspResponse::from_der(stapled_ocsp);
  if (!response) return;
  der::Fault fault;
  for (der::Reader responses(internals(*response).responses, fault); !responses.at_end();)
    if (const auto list = read_single_response(responses).timestamps)
      count.take(without_length(*list), entry);
}

}  // namespace

std::expected<void, VerifyFailure> check_timestamps(const VerifyRequest& request,
                                                    const VerifiedChain& chain,
                                                    Verification& verification) {
  const std::size_t required = request.policy.transparency.required;
  if (required == 0) return {};
  const ParsedCertificate& leaf = internals(chain.certificates.front());
  std::size_t octets = request.timestamps.size() + request.stapled_ocsp.size();
  for (const Certificate& certificate : chain.certificates) octets += certificate.der().size();
  if (!verification.budget.take(1 + octets / kOctetsRead)) return {};
  Count count(verification);
  Buffer entry;
  write_certificate_entry(leaf, entry);
  count.take(request.timestamps, entry);
  if (!request.stapled_ocsp.empty()) take_staple(request.stapled_ocsp, entry, count);
  if (const auto& embedded = leaf.extensions.signed_certificate_timestamps;
      embedded && chain.certificates.size() > 1) {
    Buffer precertificate;
    write_precertificate_entry(leaf, internals(chain.certificates[1]), request.provider,
                               precertificate);
    count.take(without_length(*embedded), precertificate);
  }
  if (count.logs() >= required) return {};
  return std::unexpected(failure_of(
      leaf, 0,
      refusal(
          Errc::certificate_not_logged, "RFC 6962 §5.2",
          "logs that are known and have promised to publish it: " + std::to_string(count.logs()) +
              ", and " + std::to_string(required) + " are asked for")));
}

}  // namespace x509
}  // namespace tls12
