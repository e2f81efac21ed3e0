#include "x509/asn1/file_format.hpp"

#include <algorithm>
#include <string>

#include "x509/asn1/der.hpp"
#include "x509/asn1/oid.hpp"

namespace tls12::x509 {
namespace {

struct Format {
  const char* name;
  bool (*has)(std::string_view content);
  const char* advice;
};

bool is_utf16(std::string_view content) {
  constexpr std::string_view kStarts[] = {"\xff\xfe", "\xfe\xff", {"-\0-\0", 4}, {"\0-\0-", 4}};
  return std::ranges::any_of(kStarts, [&](auto start) { return content.starts_with(start); });
}

/// What follows the identifier and length of a SEQUENCE, which may be BER with an indefinite
/// length.
std::string_view in_sequence(std::string_view content) {
  if (content.size() < 2 || content[0] != 0x30) return {};
  const auto length = static_cast<unsigned char>(content[1]);
  return content.substr(
      std::min<std::size_t>(length > 0x80 ? 2 + (length & 0x7f) : 2, content.size()));
}

/// RFC 7292 §4: version 3, then a ContentInfo.
bool is_pkcs12(std::string_view content) {
  return in_sequence(content).starts_with("\x02\x01\x03\x30");
}

/// RFC 2315 §7: ContentInfo with signedData.
bool is_pkcs7(std::string_view content) {
  return in_sequence(content).starts_with("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
}

bool is_pkcs7_pem(std::string_view content) {
  constexpr std::string_view kLabels[] = {"PKCS7", "CMS",
                                          "PKCS #7 SIGNED DATA"};  // RFC 7468 §8, §9
  return std::ranges::any_of(kLabels, [&](std::string_view label) {
    return content.find("-----BEGIN " + std::string(label) + "-----") != content.npos;
  });
}

bool is_java_key_store(std::string_view content) {
  return content.starts_with("\xfe\xed\xfe\xed") || content.starts_with("\xce\xce\xce\xce");
}

bool is_openssh_key(std::string_view content) {
  return content.find("-----BEGIN OPENSSH PRIVATE KEY-----") != content.npos;
}

constexpr Format kFormats[] = {
    {"UTF-16 text", is_utf16, "convert it: iconv -f UTF-16 -t UTF-8 FILE >NEW.pem"},
    {"PKCS#12", is_pkcs12,
     "convert it: openssl pkcs12 -in FILE -aes256 -out NEW.pem (old files: with -legacy)"},
    {"PKCS#7", is_pkcs7,
     "convert it: openssl pkcs7 -inform DER -in FILE -print_certs -out NEW.pem"},
    {"PKCS#7", is_pkcs7_pem, "convert it: openssl pkcs7 -in FILE -print_certs -out NEW.pem"},
    {"a Java key store", is_java_key_store,
     "convert it: keytool -importkeystore -srckeystore FILE -deststoretype PKCS12"
     " -destkeystore NEW.p12, then openssl pkcs12 -in NEW.p12 -aes256 -out NEW.pem"},
    {"an OpenSSH key", is_openssh_key, "convert it: ssh-keygen -p -m PKCS8 -f FILE"},
};

/// TLS's purposes in a list of trust settings.
struct Purposes {
  bool server = false, client = false;
};
Purposes read_purposes(der::Reader list) {
  Purposes purposes;
  while (!list.at_end()) {
    const Bytes purpose = list.object_identifier();
    const bool any = is(purpose, oid::kAnyExtendedKeyUsage);
    purposes.server = purposes.server || any || is(purpose, oid::kServerAuth);
    purposes.client = purposes.client || any || is(purpose, oid::kClientAuth);
  }
  return purposes;
}

}  // namespace

std::optional<Bytes> der_in(Bytes content) {
  if (content.size() < 2 || content[0] != der::kSequence) return std::nullopt;
  der::Fault fault;
  der::Reader reader(content, fault);
  const Bytes whole = reader.element().whole;
  const std::string_view rest = text_of(reader.rest());
  if (!fault && rest.find_first_not_of("\r\n") == rest.npos) return whole;
  // No character of a text is so large or so small.
  return content[1] >= 0x80 || content[1] < 9 ? std::optional(content) : std::nullopt;
}

Error explained(const Error& error, Bytes content) {
  for (const Format& format : kFormats) {
    if (!format.has(text_of(content))) continue;
    Error foreign(Errc::file_format_unsupported, format.name);
    foreign.advice = format.advice;
    return foreign;
  }
  return error;
}

std::unexpected<Error> no_block(std::string_view text, std::string_view label) {
  const Error absent(Errc::bad_pem, "there is no " + std::string(label));
  return fail(explained(absent, bytes_of(text)));
}

bool is_certificate_label(std::string_view label) {
  return label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == kTrustedCertificate;
}

Bytes certificate_in(std::string_view label, Bytes der) {
  if (label != kTrustedCertificate) return der;
  der::Fault fault;
  const Bytes certificate = der::Reader(der, fault).element().whole;
  return fault ? der : certificate;
}

bool is_distrusted(Bytes der) {
  // SEQUENCE { trust SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, reject [0] likewise, ... }
  der::Fault fault;
  der::Reader whole(der, fault);
  whole.element();
  Purposes trust{.server = true, .client = true}, reject;
  if (!whole.at_end()) {
    der::Reader settings = whole.enter_sequence();
    if (settings.next_is(der::kSequence)) trust = read_purposes(settings.enter_sequence());
    const std::uint8_t rejected = der::constructed(0);
    if (settings.next_is(rejected)) reject = read_purposes(settings.enter(rejected));
  }
  const bool for_servers = trust.server && !reject.server;
  const bool for_clients = trust.client && !reject.client;
  return fault || (!for_servers && !for_clients);
}

}  // namespace tls12::x509
