// Reads whatever it is given as one of the things that this room has a parser for. The first byte
// selects, the rest is the input.
// Besides what the sanitizers see: what parses gives back its own bytes, and names that are the
// same are so both ways and have one hash.
#include <algorithm>
#include <cstdlib>

#include "tls12/issue.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/key/encrypted_key.hpp"
#include "x509/key/key_encoding.hpp"
#include "x509/name/distinguished_name.hpp"
#include "x509/name/distinguished_name_writer.hpp"
#include "x509/name/general_name.hpp"
#include "x509/name/general_name_writer.hpp"

using namespace tls12;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

/// All that a certificate can be asked.
void ask(const Certificate& certificate) {
  (void)certificate.subject();
  (void)certificate.issuer();
  (void)certificate.names();
  (void)x509::describe(internals(certificate));
  expect(x509::is_self_issued(internals(certificate)) ||
         internals(certificate).subject_hash != internals(certificate).issuer_hash ||
         !std::ranges::equal(internals(certificate).subject, internals(certificate).issuer));
}

void read_certificate(Bytes input) {
  const auto certificate = Certificate::from_der(input);
  if (!certificate) return;
  expect(std::ranges::equal(certificate->der(), input));
  ask(*certificate);
  const auto again = Certificate::from_pem(certificate->to_pem());
  expect(again && std::ranges::equal(again->der(), input));
}

void read_pem(Bytes input) {
  const auto certificates = Certificate::all_from_pem(text_of(input));
  if (!certificates) return;
  for (const Certificate& certificate : *certificates) ask(certificate);
}

void read_key(Bytes input) { (void)x509::read_private_key(input).has_value(); }

/// A key from a passphrase that costs nothing: all zeros.
class QuickPbkdf2 final : public Pbkdf2 {
 public:
  Result<void> derive(Bytes, Bytes, std::uint32_t iterations, MutableBytes out) const override {
    expect(iterations > 0 && iterations <= kMaxKeyIterations);
    std::ranges::fill(out, std::uint8_t{0});
    return {};
  }
};

void read_encrypted_key(Bytes input) {
  static const QuickPbkdf2 quick;
  static const ProviderPtr provider = [] {
    auto table = std::make_shared<Provider>(*default_provider());
    table->pbkdf2s.fill({.implementation = &quick, .backend = "quick", .rank = 1});
    return table;
  }();
  const auto inner = x509::decrypt_private_key(
      input, *provider, [](MutableBytes) { return std::optional<std::size_t>(0); });
  if (inner) read_key(*inner);
}

/// A file of certificates to trust, in any form.
void read_anchors(Bytes input) {
  const auto der = x509::der_in(input);
  expect(!der || der->size() <= input.size());
  expect(!x509::explained(Errc::bad_pem, input).message().empty());
  for (const Certificate& anchor : TrustStore::from_pem(text_of(input)).anchors()) ask(anchor);
}

void read_crl(Bytes input) {
  const auto crl = Crl::from_der(input);
  if (!crl) return;
  expect(std::ranges::equal(crl->der(), input));
  (void)crl->issuer();
  (void)crl->this_update();
  (void)crl->next_update();
  (void)crl->is_delta();
  (void)crl->size();
}

void read_ocsp_response(Bytes input) {
  const auto response = OcspResponse::from_der(input);
  if (!response) return;
  expect(std::ranges::equal(response->der(), input));
  (void)response->produced_at();
}

/// Two Names, one after the other.
void read_names(Bytes input) {
  x509::der::Fault fault;
  x509::der::Reader reader(input, fault);
  const Bytes a = x509::read_name(reader), b = x509::read_name(reader);
  if (fault) return;
  (void)x509::text_of_name(a);
  expect(x509::same_name(a, a) && x509::same_name(b, b));
  expect(x509::same_name(a, b) == x509::same_name(b, a));
  if (x509::same_name(a, b)) expect(x509::name_hash(a) == x509::name_hash(b));
}

void read_general_names(Bytes input) {
  x509::der::Fault fault;
  for (x509::der::Reader reader(input, fault); !reader.at_end();) {
    const x509::GeneralName name = x509::read_general_name(reader);
    if (!fault && name.type == x509::GeneralName::ip_address)
      expect(!x509::text_of_address(name.value).empty());
  }
}

void read_crl_pem(Bytes input) { (void)Crl::all_from_pem(text_of(input)).has_value(); }

void read_request(Bytes input) {
  const auto request = CertificationRequest::from_der(input);
  if (!request) return;
  expect(std::ranges::equal(request->der(), input));
  (void)request->recipe();
}

/// What people write, for issuing.
void read_texts(Bytes input) {
  x509::der::Writer writer;
  (void)x509::encode_name(text_of(input)).has_value();
  (void)x509::write_general_name(text_of(input), writer).has_value();
  (void)x509::write_subtree_base(text_of(input), writer).has_value();
  const auto oid = x509::encode_dotted(text_of(input));
  expect(!oid || x509::dotted(*oid) == text_of(input));
}

// The corpus counts on this order: add at the end.
constexpr void (*kTargets[])(Bytes) = {
    read_certificate,   read_pem,     read_key,     read_crl,   read_ocsp_response, read_names,
    read_general_names, read_crl_pem, read_request, read_texts, read_encrypted_key, read_anchors};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  kTargets[data[0] % std::size(kTargets)](Bytes(data, size).subspan(1));
  return 0;
}
