// Encrypted private keys: what OpenSSL and GnuTLS write, and every way in which one cannot be read.
#include "x509/key/encrypted_key.hpp"

#include "x509/asn1/oid.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/support.hpp"

namespace tls12::x509 {
namespace {

using namespace test;

AskPassphrase answer(const std::string& passphrase) {
  return [passphrase](MutableBytes into) {
    std::ranges::copy(passphrase, into.begin());
    return std::optional(passphrase.size());
  };
}

Result<PrivateKey> load(const std::string& text, const AskPassphrase& ask) {
  return PrivateKey::from_pem(text, default_provider(), ask);
}

/// The key in tests/x509/data of this name, encrypted by `openssl pkcs8 -topk8` with the passphrase
/// "x".
std::string encrypted(const std::string& options, const std::string& name = "p256") {
  std::string text;
  const std::string command =
      "openssl pkcs8 -topk8 -passout pass:x -in " + data_path(name + ".key.pem") + " " + options;
  REQUIRE_MESSAGE(run(command, &text) == 0, command, text);
  return text;
}

bool same_public_half(const PrivateKey& a, const PrivateKey& b) {
  return std::ranges::equal(a.public_key_info(), b.public_key_info());
}

TEST_CASE("keys that OpenSSL encrypted with every function and cipher load with their passphrase") {
  if (!have("openssl")) return;
  const auto expected = PrivateKey::from_pem(read_data("p256.key.pem"));
  for (const std::string function : {"SHA1", "SHA256", "SHA384", "SHA512"}) {
    for (const std::string bits : {"128", "192", "256"}) {
      const std::string options = "-v2 aes-" + bits + "-cbc -v2prf hmacWith" + function;
      INFO(options);
      const auto key = load(encrypted(options), answer("x"));
      REQUIRE_MESSAGE(key.has_value(), key.error().message());
      CHECK(same_public_half(*key, *expected));
    }
  }
}

TEST_CASE("encrypted keys of every kind load, from PEM, DER and files") {
  if (!have("openssl")) return;
  const Folder folder;
  for (const std::string name : {"rsa", "rsa_pss", "p384", "p521", "ed25519"}) {
    INFO(name);
    const auto expected = PrivateKey::from_pem(read_data(name + ".key.pem"));
    const std::string text = encrypted("", name), pem = folder.write("key.pem", text),
                      der = folder.path("key.der");
    REQUIRE(run("openssl pkcs8 -topk8 -passout pass:x -outform DER -in " +
                data_path(name + ".key.pem") + " -out " + der) == 0);
    for (const auto& key :
         {load(text, answer("x")), PrivateKey::from_file(pem, default_provider(), answer("x")),
          PrivateKey::from_file(der, default_provider(), answer("x"))}) {
      REQUIRE_MESSAGE(key.has_value(), key.error().message());
      CHECK(same_public_half(*key, *expected));
    }
  }
}

TEST_CASE("keys that GnuTLS encrypted load with their passphrase") {
  if (!have("certtool")) return;
  const auto expected = PrivateKey::from_pem(read_data("p256.key.pem"));
  for (const std::string cipher : {"aes-128", "aes-192", "aes-256"}) {
    INFO(cipher);
    std::string text;
    REQUIRE(run("certtool --to-p8 --password x --pkcs-cipher " + cipher + " --load-privkey " +
                    data_path("p256.key.pem") + " 2>/dev/null",
                &text) == 0);
    const auto key = load(text, answer("x"));
    REQUIRE_MESSAGE(key.has_value(), key.error().message());
    CHECK(same_public_half(*key, *expected));
  }
}

TEST_CASE("a wrong passphrase is an error of its own, also where the padding happens to be right") {
  if (!have("openssl")) return;
  const std::string text = encrypted("-iter 1");
  // One in 256 wrong keys gives a padding of one octet.
  for (int i = 0; i < 2000; ++i) {
    const auto key = load(text, answer("y" + std::to_string(i)));
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error() == Errc::wrong_passphrase);
  }
  CHECK(load(text, answer("")).error() == Errc::wrong_passphrase);
  CHECK(load(text, answer("x")).has_value());
  const Folder folder;
  const std::string path = folder.write("key.pem", text);
  CHECK(PrivateKey::from_file(path, default_provider(), answer("y")).error().about() == path);
}

TEST_CASE("a passphrase may have any octets, and as many as its buffer") {
  if (!have("openssl")) return;
  std::string longest(kMaxPassphraseSize, 'p'), text;
  longest[3] = '\xff';
  REQUIRE(run("openssl pkcs8 -topk8 -passout pass:" + longest + " -in " + data_path("p256.key.pem"),
              &text) == 0);
  std::size_t room = 0;
  const auto key = load(text, [&](MutableBytes into) {
    room = into.size();
    std::ranges::copy(longest, into.begin());
    return std::optional(longest.size());
  });
  CHECK(key.has_value());
  CHECK(room == kMaxPassphraseSize);
}

TEST_CASE("without a passphrase the error says that the key is encrypted") {
  const std::string text = read_data("p256.encrypted.pem");
  CHECK(PrivateKey::from_pem(text).error() == Errc::key_encrypted);
  CHECK(load(text, [](MutableBytes) { return std::nullopt; }).error() == Errc::key_encrypted);
  CHECK(load(text, [](MutableBytes into) { return std::optional(into.size() + 1); }).error() ==
        Errc::misuse);
  const auto thrown = load(text, [](MutableBytes) -> std::optional<std::size_t> {
    throw std::runtime_error("no terminal");
  });
  CHECK(thrown.error() == Errc::callback_threw);
  CHECK(thrown.error().about() == "no terminal");
  CHECK(load(text, answer("x")).has_value());
  const Folder folder;
  const std::string path = folder.write("key.pem", text), chain = data_path("leaf.pem");
  CHECK(Identity::from_pem_files(chain, path).error() == Errc::key_encrypted);
  CHECK(Identity::from_pem_files(chain, path).error().about() == path);
  CHECK(Identity::from_pem_files(chain, path, default_provider(), answer("x")).has_value());
}

TEST_CASE("no passphrase is requested for a key that is not encrypted") {
  bool asked = false;
  const AskPassphrase ask = [&](MutableBytes) {
    return asked = true, std::optional<std::size_t>(0);
  };
  for (const char* name : {"p256.key.pem", "p256.sec1.pem", "rsa.pkcs1.pem"})
    CHECK(load(read_data(name), ask).has_value());
  CHECK_FALSE(asked);
}

TEST_CASE("older and other encryptions are named, with the command that converts them") {
  if (!have("openssl")) return;
  const Folder folder;
  std::string legacy;
  REQUIRE(run("openssl rsa -traditional -aes128 -passout pass:x -in " + data_path("rsa.key.pem") +
                  " 2>/dev/null",
              &legacy) == 0);
  const std::string with_legacy = " -provider legacy -provider default";
  const struct {
    std::string text;
    const char* named;
    std::string more = {};
  } kRows[] = {
      {legacy, "Proc-Type: 4,ENCRYPTED"},
      {encrypted("-v1 PBE-SHA1-3DES"), "PKCS#12's PBE (1.2.840.113549.1.12.1.3)"},
      {encrypted("-v1 PBE-MD5-DES" + with_legacy), "PBES1 (1.2.840.113549.1.5.3)", with_legacy},
      {encrypted("-v2 des3"), "DES-EDE3-CBC (1.2.840.113549.3.7)"},
      {encrypted("-scrypt -scrypt_N 16 -scrypt_r 1 -scrypt_p 1"),
       "scrypt (1.3.6.1.4.1.11591.4.11)"},
      {encrypted("-v2 aes-256-cbc -v2prf hmacWithSHA224"), "the function 1.2.840.113549.2.8"}};
  for (const auto& row : kRows) {
    INFO(std::string(row.named));
    const std::string path = folder.write("key.pem", row.text), pem = folder.path("new.pem");
    bool asked = false;
    const auto key = PrivateKey::from_file(
        path, default_provider(), [&](MutableBytes) { return asked = true, std::nullopt; });
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error() == Errc::key_unsupported);
    CHECK_FALSE(asked);
    CHECK_MESSAGE(key.error().message().find(row.named) != std::string::npos,
                  key.error().message());
    CHECK(key.error().message().find(row.more.empty() ? "convert it: openssl pkey -in FILE"
                                                      : row.more.substr(1)) != std::string::npos);
    REQUIRE(run("openssl pkey -in " + path + " -aes256 -out " + pem + row.more +
                " -passin pass:x -passout pass:y") == 0);
    CHECK(PrivateKey::from_file(pem, default_provider(), answer("y")).has_value());
  }
}

TEST_CASE("the key inside is judged as others are") {
  if (!have("openssl")) return;
  CHECK(load(encrypted("", "k256"), answer("x")).error() == Errc::key_unsupported);
}

// ------------------------------------------------
// by hand

using der::Writer;

/// An EncryptedPrivateKeyInfo, right in all points but its ciphertext; tests change one.
struct Recipe {
  Oid scheme = oid::kPbes2, derivation = oid::kPbkdf2, function = oid::kHmacWithSha256,
      cipher = oid::kAes256Cbc;
  std::uint64_t iterations = 1;
  std::optional<std::uint64_t> key_size = {};
  std::size_t iv_size = 16, ciphertext_size = 32;
  bool other_salt = false;
};

SecretVector write(const Recipe& recipe) {
  Writer writer;
  const auto identifier = [&](const Oid& oid, auto parameters) {
    writer.sequence([&] {
      writer.object_identifier(oid.bytes());
      parameters();
    });
  };
  const auto none = [] {};
  const std::vector<std::uint8_t> octets(64, 1);
  const auto derivation = [&] {
    writer.sequence([&] {
      if (recipe.other_salt)
        identifier(oid::kHmacWithSha1, none);
      else
        writer.octet_string(Bytes(octets).first(8));
      writer.small_natural(recipe.iterations);
      if (recipe.key_size) writer.small_natural(*recipe.key_size);
      identifier(recipe.function, none);
    });
  };
  writer.sequence([&] {
    identifier(recipe.scheme, [&] {
      writer.sequence([&] {
        identifier(recipe.derivation, derivation);
        identifier(recipe.cipher,
                   [&] { writer.octet_string(Bytes(octets).first(recipe.iv_size)); });
      });
    });
    writer.octet_string(Bytes(octets).first(recipe.ciphertext_size));
  });
  return writer.take();
}

TEST_CASE(
    "each part of an encrypted key has its rules, and the passphrase is requested when all are "
    "kept") {
  const struct {
    Recipe recipe;
    Errc code;
    const char* about = "";
  } kRows[] = {{{}, Errc::wrong_passphrase},
               {{.key_size = 32}, Errc::wrong_passphrase},
               {{.cipher = oid::kAes192Cbc, .key_size = 24}, Errc::wrong_passphrase},
               {{.key_size = 16}, Errc::bad_private_key, "key length"},
               {{.iterations = 0}, Errc::bad_private_key, "without iterations"},
               {{.iterations = std::uint64_t{kMaxKeyIterations} + 1},
                Errc::key_unsupported,
                "kMaxKeyIterations, 10000000"},
               {{.iterations = ~std::uint64_t{0} >> 1},
                Errc::key_unsupported,
                "kMaxKeyIterations, 10000000"},
               {{.iv_size = 15}, Errc::bad_private_key, "IV"},
               {{.iv_size = 17}, Errc::bad_private_key, "IV"},
               {{.ciphertext_size = 0}, Errc::bad_private_key, "whole blocks"},
               {{.ciphertext_size = 33}, Errc::bad_private_key, "whole blocks"},
               {{.other_salt = true}, Errc::key_unsupported, "salt from another source"},
               {{.scheme = oid::kSha256}, Errc::key_unsupported, "2.16.840.1.101.3.4.2.1"},
               {{.derivation = oid::kSha256}, Errc::key_unsupported, "2.16.840.1.101.3.4.2.1"},
               {{.function = oid::kSha256}, Errc::key_unsupported, "2.16.840.1.101.3.4.2.1"},
               {{.cipher = oid::kSha256}, Errc::key_unsupported, "2.16.840.1.101.3.4.2.1"}};
  for (const auto& row : kRows) {
    CAPTURE(row.about);
    bool asked = false;
    const auto key = PrivateKey::from_der(write(row.recipe), default_provider(), [&](MutableBytes) {
      return asked = true, std::optional<std::size_t>(0);
    });
    REQUIRE_FALSE(key.has_value());
    CHECK(key.error() == row.code);
    CHECK_MESSAGE(key.error().about().find(row.about) != std::string::npos, key.error().message());
    CHECK(asked == (row.code == Errc::wrong_passphrase));
  }
}

TEST_CASE("an encrypted key that is cut or goes on is refused") {
  const auto der = write({});
  for (std::size_t size = 0; size < der.size(); ++size)
    CHECK_FALSE(
        PrivateKey::from_der(Bytes(der).first(size), default_provider(), answer("x")).has_value());
  auto longer = der;
  longer.push_back(0);
  CHECK(PrivateKey::from_der(longer, default_provider(), answer("x")).error() ==
        Errc::bad_private_key);
}

TEST_CASE("a table of algorithms without PBKDF2 or the cipher says which is missing") {
  const auto without = [](auto change) {
    auto table = std::make_shared<Provider>(*default_provider());
    change(*table);
    return PrivateKey::from_der(write({}), table, answer("x")).error();
  };
  const Error no_function = without([](Provider& table) { table.pbkdf2s = {}; });
  CHECK(no_function == Errc::algorithm_unavailable);
  CHECK(no_function.about() == "PBKDF2 with SHA-256");
  const Error no_cipher = without([](Provider& table) { table.cbcs = {}; });
  CHECK(no_cipher == Errc::algorithm_unavailable);
  CHECK(no_cipher.about() == "AES-256-CBC");
}

}  // namespace
}  // namespace tls12::x509
