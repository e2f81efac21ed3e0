// The forms in which certificates and keys come as files: those that are read, and those that are
// named.
#include <sys/stat.h>

#include <thread>

#include "tls12/issue.hpp"
#include "tls12/revocation.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/key/key_encoding.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

/// The first block of a PEM text, decoded.
std::string der_of(const std::string& text) {
  std::string_view rest = text;
  auto block = pem::next(rest);
  while (block && *block && (*block)->label == "EC PARAMETERS") block = pem::next(rest);
  REQUIRE((block && *block));
  std::string der((*block)->max_size(), '\0');
  der.resize(*pem::decode(**block, {reinterpret_cast<std::uint8_t*>(der.data()), der.size()}));
  return der;
}

std::string with_crlf(std::string text) {
  for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2)
    text.insert(at, 1, '\r');
  return text;
}

/// `text` (ASCII) as UTF-16.
std::string in_utf16(std::string_view text, bool big_endian, bool mark) {
  std::string wide;
  if (mark) wide = big_endian ? "\xfe\xff" : "\xff\xfe";
  for (const char c : text) wide += big_endian ? std::string{'\0', c} : std::string{c, '\0'};
  return wide;
}

/// A kind of file: what reads it, and how often it then finds what was written.
struct Kind {
  const char* name;
  std::string pem;
  std::function<Result<std::size_t>(const std::string& path)> read;
};

template <class Things>
Result<std::size_t> count_of(const Result<Things>& things) {
  if (!things) return fail(things.error());
  return things->size();
}
template <class Thing>
Result<std::size_t> one_of(const Result<Thing>& thing) {
  if (!thing) return fail(thing.error());
  return 1;
}

std::vector<Kind> kinds() {
  const std::string response = read_data("ocsp_good.der");
  std::string response_pem;
  pem::encode("OCSP RESPONSE", bytes_of(response), response_pem);
  const auto anchors = [](const std::string& path) -> Result<std::size_t> {
    const auto store = TrustStore::from_file(path);
    if (store.error()) return fail(*store.error());
    return store.anchors().size();
  };
  return {
      {"certificate", read_data("leaf.pem"),
       [](auto& path) { return count_of(Certificate::all_from_file(path)); }},
      {"anchor", read_data("root.pem"), anchors},
      {"PKCS#8 key", read_data("p256.key.pem"),
       [](auto& path) { return one_of(PrivateKey::from_file(path)); }},
      {"SEC 1 key after EC PARAMETERS", read_data("p256.sec1.pem"),
       [](auto& path) { return one_of(PrivateKey::from_file(path)); }},
      {"PKCS#1 key", read_data("rsa.pkcs1.pem"),
       [](auto& path) { return one_of(PrivateKey::from_file(path)); }},
      {"CRL", read_data("crl_complete.pem"),
       [](auto& path) { return count_of(Crl::from_file(path)); }},
      {"OCSP response", response_pem,
       [](auto& path) { return one_of(OcspResponse::from_file(path)); }},
  };
}

TEST_CASE("a byte-order mark, CR LF and other text around the blocks change nothing") {
  const Folder folder;
  const std::string mark(pem::kByteOrderMark);
  for (const Kind& kind : kinds()) {
    for (const std::string& text :
         {kind.pem, mark + kind.pem, with_crlf(kind.pem), mark + with_crlf(kind.pem),
          "Bag Attributes\n  a: b\n" + kind.pem,
          mark + "subject=/CN=a\r\n\r\n" + with_crlf(kind.pem) + "the end"}) {
      INFO(std::string(kind.name) << ": " << text.substr(0, 40));
      const auto read = kind.read(folder.write("file", text));
      CHECK_MESSAGE(read == 1, (read ? "" : read.error().message()));
    }
  }
  const std::string joined =
      folder.write("joined", mark + read_data("leaf.pem") + mark + read_data("root.pem"));
  CHECK(count_of(Certificate::all_from_file(joined)) == 2);
}

TEST_CASE("DER is read, also with a line end after it, and with nothing else after it") {
  const Folder folder;
  for (const Kind& kind : kinds()) {
    const std::string der = der_of(kind.pem);
    for (const char* end : {"", "\n", "\r\n", "\n\n"}) {
      const auto read = kind.read(folder.write("file", der + end));
      CHECK_MESSAGE(read == 1, kind.name, (read ? "" : read.error().message()));
    }
    CHECK_MESSAGE(!kind.read(folder.write("file", der + "x")), kind.name);
    CHECK_MESSAGE(!kind.read(folder.write("file", der + "\nx")), kind.name);
    CHECK_MESSAGE(!kind.read(folder.write("file", der + std::string(1, '\0'))), kind.name);
  }
}

TEST_CASE("an identity comes from DER files, and from one PEM file of both") {
  const Folder folder;
  const std::string leaf = folder.write("leaf.der", der_of(read_data("leaf.pem")));
  const auto from_der =
      Identity::from_pem_files(leaf, folder.write("key.der", der_of(read_data("p256.key.pem"))));
  REQUIRE_MESSAGE(from_der.has_value(), from_der.error().message());
  CHECK(from_der->chain().size() == 1);
  const std::string both =
      folder.write("both.pem", read_data("p256.key.pem") + read_data("leaf.pem"));
  CHECK(Identity::from_pem_files(both, both).has_value());
}

TEST_CASE("the label of a certificate is CERTIFICATE, X509 CERTIFICATE or TRUSTED CERTIFICATE") {
  const std::string expected = read_data("leaf.pem");
  std::string text = expected;
  for (std::size_t at = 0; (at = text.find("CERTIFICATE", at)) != text.npos; at += 16)
    text.insert(at, "X509 ");
  CHECK(Certificate::from_pem(text)->to_pem() == expected);
  if (!have("openssl")) return;
  std::string trusted;
  REQUIRE(
      run("openssl x509 -trustout -setalias name -addtrust serverAuth -in " + data_path("leaf.pem"),
          &trusted) == 0);
  REQUIRE(trusted.find("BEGIN TRUSTED CERTIFICATE") != trusted.npos);
  CHECK(Certificate::from_pem(trusted)->to_pem() == expected);
  CHECK(Certificate::all_from_pem(trusted)->front().to_pem() == expected);
}

TEST_CASE("OpenSSL's trust settings decide whether a TRUSTED CERTIFICATE is an anchor") {
  if (!have("openssl")) return;
  const std::pair<const char*, bool> kSettings[] = {
      {"", true},
      {"-setalias name", true},
      {"-addtrust serverAuth", true},
      {"-addtrust clientAuth -addreject serverAuth", true},
      {"-addtrust anyExtendedKeyUsage", true},
      {"-addreject emailProtection", true},
      {"-addtrust emailProtection", false},
      {"-addreject serverAuth -addreject clientAuth", false},
      {"-addtrust serverAuth -addreject anyExtendedKeyUsage", false},
      {"-addtrust serverAuth -addreject serverAuth", false}};
  const Folder folder;
  for (const auto& [settings, trusted] : kSettings) {
    INFO(std::string(settings));
    std::string text;
    REQUIRE(run("openssl x509 -trustout " + std::string(settings) + " -in " + data_path("root.pem"),
                &text) == 0);
    const std::string path = folder.write("root.pem", text);
    CHECK(TrustStore::from_file(path).anchors().size() == (trusted ? 1 : 0));
    CHECK(TrustStore::from_pem(text).anchors().size() == (trusted ? 1 : 0));
    CHECK(TrustStore::from_directory(folder.path("")).anchors().size() == (trusted ? 1 : 0));
    if (!trusted) {
      CHECK(*TrustStore::from_file(path).error() == Errc::no_trust_anchors);
      // The others of the bundle stay, and the same certificate does not come in by another block.
      const auto bundle =
          TrustStore::from_pem(text + read_data("root.pem") + read_data("gnutls_ca.pem"));
      REQUIRE(bundle.anchors().size() == 1);
      CHECK(bundle.anchors()[0].to_pem() == read_data("gnutls_ca.pem"));
    }
  }
}

TEST_CASE("malformed trust settings are distrust") {
  const Folder folder;
  const std::string der = der_of(read_data("root.pem"));
  std::string text;
  pem::encode("TRUSTED CERTIFICATE", bytes_of(der + "\x30\x03\x30\x05\x06"), text);
  CHECK(*TrustStore::from_pem(text).error() == Errc::no_trust_anchors);
}

/// The command of an advice, for these files.
std::string command_of(const Error& error, const std::string& from, const std::string& to) {
  REQUIRE(error.advice != nullptr);
  std::string command = error.advice;
  REQUIRE(command.starts_with("convert it: "));
  command = command.substr(12, command.find(" (") - 12);
  const auto replace = [&](const std::string& what, const std::string& by) {
    const std::size_t at = command.find(what);
    if (at != command.npos) command.replace(at, what.size(), by);
  };
  replace("FILE", from);
  replace("NEW.pem", to);
  return command;
}

TEST_CASE("UTF-16 text is named, with the command that converts it") {
  const Folder folder;
  for (const bool big_endian : {false, true}) {
    for (const bool mark : {false, true}) {
      for (const Kind& kind : kinds()) {
        const std::string path = folder.write("wide", in_utf16(kind.pem, big_endian, mark));
        const auto read = kind.read(path);
        if (kind.pem.starts_with("----") || mark) {
          REQUIRE(!read);
          CHECK(read.error() == Errc::file_format_unsupported);
          CHECK(read.error().message().find(path + ": UTF-16 text; convert it: iconv ") !=
                std::string::npos);
        }
        if (!mark) continue;
        REQUIRE(run(command_of(read.error(), path, folder.path("new"))) == 0);
        CHECK(kind.read(folder.path("new")) == 1);
      }
    }
  }
}

TEST_CASE(
    "PKCS#12 is named wherever a certificate or a key belongs, with the command that converts it") {
  if (!have("openssl")) return;
  const Folder folder;
  const std::string path = folder.path("a.p12");
  REQUIRE(run("openssl pkcs12 -export -passout pass:x -inkey " + data_path("p256.key.pem") +
              " -in " + data_path("leaf.pem") + " -out " + path) == 0);
  for (const Kind& kind : kinds()) {
    const auto read = kind.read(path);
    REQUIRE_MESSAGE(!read, kind.name);
    CHECK(read.error() == Errc::file_format_unsupported);
    CHECK(read.error().about() == path + ": PKCS#12");
  }
  const std::string pem = folder.path("new.pem");
  const std::string convert = command_of(Certificate::all_from_file(path).error(), path, pem);
  REQUIRE(run(convert + " -passin pass:x -passout pass:y") == 0);
  const auto identity =
      Identity::from_pem_files(pem, pem, default_provider(), [](MutableBytes into) {
        into[0] = 'y';
        return std::optional<std::size_t>(1);
      });
  REQUIRE_MESSAGE(identity.has_value(), identity.error().message());
  CHECK(identity->chain()[0].to_pem() == read_data("leaf.pem"));
  // BER with indefinite lengths, as other programs write it.
  const std::string ber("\x30\x80\x02\x01\x03\x30\x80\x06\x09", 9);
  CHECK(Certificate::all_from_file(folder.write("ber.p12", ber)).error() ==
        Errc::file_format_unsupported);
}

TEST_CASE("PKCS#7 is named, as DER and as PEM, with the command that converts it") {
  if (!have("openssl")) return;
  const Folder folder;
  for (const char* form : {"DER", "PEM"}) {
    const std::string path = folder.path("a.p7b"), pem = folder.path("new.pem");
    REQUIRE(run("openssl crl2pkcs7 -nocrl -certfile " + data_path("leaf.pem") + " -outform " +
                form + " -out " + path) == 0);
    const auto read = Certificate::all_from_file(path);
    REQUIRE(!read);
    CHECK(read.error() == Errc::file_format_unsupported);
    CHECK(read.error().about() == path + ": PKCS#7");
    REQUIRE(run(command_of(read.error(), path, pem)) == 0);
    CHECK(Certificate::all_from_file(pem)->front().to_pem() == read_data("leaf.pem"));
  }
  // A PEM file that has what was requested beside it is not refused.
  const std::string both = folder.write(
      "both.pem", "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n" + read_data("leaf.pem"));
  CHECK(Certificate::all_from_file(both).has_value());
}

TEST_CASE("a Java key store and an OpenSSH key are named") {
  const Folder folder;
  const std::string jks = folder.write("a.jks", std::string("\xfe\xed\xfe\xed\0\0\0\x02", 8));
  CHECK(Certificate::all_from_file(jks).error() == Errc::file_format_unsupported);
  CHECK(PrivateKey::from_file(jks).error().message().find(
            "a Java key store; convert it: keytool ") != std::string::npos);
  const std::string text =
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----\n";
  CHECK(PrivateKey::from_pem(text).error() == Errc::file_format_unsupported);
  if (!have("ssh-keygen")) return;
  const std::string path = folder.path("ssh");
  REQUIRE(run("ssh-keygen -q -t ecdsa -b 256 -N '' -f " + path) == 0);
  const auto key = PrivateKey::from_file(path);
  REQUIRE(!key);
  CHECK(key.error().about() == path + ": an OpenSSH key");
  REQUIRE(run(command_of(key.error(), path, "") + " -P '' -N ''") == 0);
  CHECK(PrivateKey::from_file(path).has_value());
}

// ------------------------------------------------
// EC keys

TEST_CASE(
    "SEC 1 2.3.3: the public half of an EC key may be compressed or hybrid, and must be the "
    "key's") {
  if (!have("openssl")) return;
  for (const char* name : {"p256", "p384", "p521"}) {
    const std::string file = data_path(std::string(name) + ".key.pem");
    const auto expected = PrivateKey::from_file(file);
    for (const char* form : {"compressed", "hybrid", "uncompressed"}) {
      for (const std::string command : {"openssl ec -conv_form ", "openssl pkey -ec_conv_form "}) {
        INFO(command << form << " " << file);
        std::string text;
        REQUIRE(run(command + form + " -in " + file + " -out /dev/stdout 2>/dev/null", &text) == 0);
        const auto key = PrivateKey::from_pem(text);
        REQUIRE_MESSAGE(key.has_value(), key.error().message());
        CHECK(std::ranges::equal(key->public_key_info(), expected->public_key_info()));
        // The form's octet is the first of the public half: the point with the other y, or no form
        // at all.
        std::string der = der_of(text);
        const std::size_t size = std::string(form) == "compressed"
                                     ? 1 + facts(key->kind()).scalar_size
                                     : facts(key->kind()).point_size;
        const std::size_t at = der.size() - size;
        for (const int other : {der[at] ^ 1, 0, 5, 8}) {
          der[at] = static_cast<char>(other);
          CHECK(PrivateKey::from_der(bytes_of(der)).error() == Errc::bad_private_key);
        }
      }
    }
  }
}

/// SEC 1 (RFC 5915 §3) and PKCS#8, of P-256.
std::vector<std::vector<std::uint8_t>> encodings_of(Bytes scalar) {
  der::Writer sec1, pkcs8;
  const auto write = [&](der::Writer& writer, bool named) {
    writer.sequence([&] {
      writer.small_natural(1);
      writer.octet_string(scalar);
      if (named)
        writer.nest(der::constructed(0), [&] { write_curve(KeyKind::ec_secp256r1, writer); });
    });
  };
  write(sec1, true);
  der::Writer inner;
  write(inner, false);
  pkcs8.sequence([&] {
    pkcs8.small_natural(0);
    write_key_algorithm(KeyKind::ec_secp256r1, std::nullopt, pkcs8);
    pkcs8.octet_string(inner.bytes());
  });
  const auto copy = [](Bytes bytes) {
    return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
  };
  return {copy(sec1.bytes()), copy(pkcs8.bytes())};
}

TEST_CASE("the scalar of an EC key may have more or fewer leading zeros than RFC 5915 asks for") {
  // A scalar of 31 octets: one leading zero is right.
  std::vector<std::uint8_t> digits(31, 0x11);
  std::optional<std::vector<std::uint8_t>> expected;
  for (const std::size_t zeros : {1u, 0u, 2u, 3u, 33u}) {
    std::vector<std::uint8_t> scalar(zeros, 0);
    scalar.insert(scalar.end(), digits.begin(), digits.end());
    for (const auto& encoding : encodings_of(scalar)) {
      const auto key = PrivateKey::from_der(encoding);
      REQUIRE_MESSAGE(key.has_value(), zeros, key.error().message());
      const Bytes info = key->public_key_info();
      if (!expected) expected.emplace(info.begin(), info.end());
      CHECK(std::ranges::equal(info, *expected));
    }
  }
  const std::vector<std::uint8_t> too_long(33, 0x11);
  for (const auto& encoding : encodings_of(too_long))
    CHECK(PrivateKey::from_der(encoding).error() == Errc::bad_private_key);
  for (const auto& encoding : encodings_of({}))
    CHECK(PrivateKey::from_der(encoding).error() == Errc::bad_private_key);
}

TEST_CASE(
    "RFC 5480 2.1.1: a curve that is written out is named, with the command that converts it") {
  if (!have("openssl")) return;
  const Folder folder;
  for (const std::string command :
       {"openssl ec -param_enc explicit ", "openssl pkey -ec_param_enc explicit "}) {
    const std::string path = folder.path("explicit.pem"), pem = folder.path("new.pem");
    REQUIRE(run(command + "-in " + data_path("p256.key.pem") + " -out " + path) == 0);
    const auto key = PrivateKey::from_file(path);
    REQUIRE(!key);
    CHECK(key.error() == Errc::key_unsupported);
    REQUIRE(run(command_of(key.error(), path, pem)) == 0);
    CHECK(PrivateKey::from_file(pem).has_value());
  }
}

// ------------------------------------------------
// paths that are not regular files

TEST_CASE("a folder, an endless file and one above the limit are errors that name the file") {
  const Folder folder;
  const auto directory = read_file(folder.path(""));
  CHECK(directory.error() == Errc::file_unreadable);
  CHECK(directory.error().system_error == EISDIR);
  const auto endless = read_file("/dev/zero");
  CHECK(endless.error() == Errc::file_unreadable);
  CHECK(endless.error().about() == "/dev/zero: larger than 16777216 bytes");
  const std::string path = folder.write("file", "12345678");
  CHECK(read_file(path, 8)->size() == 8);
  CHECK(read_file(path, 7).error().system_error == EFBIG);
}

TEST_CASE("a FIFO is read to its end") {
  const Folder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  std::string content = read_data("root.pem");
  for (int i = 0; i < 6; ++i) content += content;  // more than a pipe holds
  const std::jthread writer([&] { std::ofstream(path, std::ios::binary) << content; });
  const auto read = read_file(path);
  REQUIRE_MESSAGE(read.has_value(), read.error().message());
  CHECK(tls12::text_of(*read) == content);
}

TEST_CASE("a FIFO to which no program writes is an error after kFifoWait") {
  const Folder folder;
  REQUIRE(mkfifo(folder.path("fifo").c_str(), 0600) == 0);
  const auto start = std::chrono::steady_clock::now();
  const auto read = read_file(folder.path("fifo"));
  CHECK(read.error() == Errc::file_unreadable);
  CHECK(read.error().message().find("a FIFO to which no program writes") != std::string::npos);
  CHECK(std::chrono::steady_clock::now() - start >= kFifoWait);
}

}  // namespace
}  // namespace tls12::x509
