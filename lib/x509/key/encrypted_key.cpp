#include "x509/key/encrypted_key.hpp"

#include <algorithm>
#include <string>

#include "x509/asn1/oid.hpp"
#include "x509/key/algorithm.hpp"

namespace tls12::x509 {
namespace {

using der::Fault;
using der::Reader;

/// RFC 8018 appendix B.1.2: the pseudorandom function of PBKDF2.
constexpr struct {
  const Oid* oid;
  HashAlgorithm hash;
} kPseudorandomFunctions[] = {{&oid::kHmacWithSha1, HashAlgorithm::sha1},
                              {&oid::kHmacWithSha256, HashAlgorithm::sha256},
                              {&oid::kHmacWithSha384, HashAlgorithm::sha384},
                              {&oid::kHmacWithSha512, HashAlgorithm::sha512}};

/// RFC 8018 appendix B.2.5.
constexpr struct {
  const Oid* oid;
  CbcAlgorithm cipher;
} kCiphers[] = {{&oid::kAes128Cbc, CbcAlgorithm::aes_128_cbc},
                {&oid::kAes192Cbc, CbcAlgorithm::aes_192_cbc},
                {&oid::kAes256Cbc, CbcAlgorithm::aes_256_cbc}};

/// What is named, but not supported. An identifier ends with what the row leaves open.
constexpr struct {
  Oid start;
  std::string_view name;
} kUnsupported[] = {{make_oid(1, 2, 840, 113549, 1, 5), "PBES1"},
                    {make_oid(1, 2, 840, 113549, 1, 12, 1), "PKCS#12's PBE"},
                    {make_oid(1, 2, 840, 113549, 3, 7), "DES-EDE3-CBC"},
                    {make_oid(1, 3, 6, 1, 4, 1, 11591, 4, 11), "scrypt"}};

/// How a private key is encrypted, and the result.
struct Encryption {
  HashAlgorithm hash = HashAlgorithm::sha1;
  CbcAlgorithm cipher = CbcAlgorithm::aes_256_cbc;
  std::uint32_t iterations = 0;
  Bytes salt = {}, iv = {}, ciphertext = {};
};

std::unexpected<Error> unsupported(std::string what) {
  Error error(Errc::key_unsupported, "encrypted with " + std::move(what));
  error.advice = kConvertKey;
  return fail(error);
}

std::unexpected<Error> unsupported(Bytes oid) {
  const auto row = std::ranges::find_if(kUnsupported, [&](const auto& one) {
    return oid.size() >= one.start.size && is(oid.first(one.start.size), one.start);
  });
  const std::string number = dotted(oid);
  return unsupported(row == std::end(kUnsupported) ? number
                                                   : std::string(row->name) + " (" + number + ")");
}

/// RFC 8018 appendix A.2; the key length, if it is there, must be the cipher's.
Result<void> read_pbkdf2(Bytes parameters, Encryption& encryption) {
  Fault fault;
  Reader whole(parameters, fault);
  Reader fields = whole.enter_sequence();
  if (fields.next_is(der::kSequence)) return unsupported("PBKDF2, with a salt from another source");
  encryption.salt = fields.octet_string();
  const std::uint64_t iterations = fields.small_natural();
  if (iterations == 0) fields.refuse("PBKDF2 without iterations");
  if (fields.next_is(der::kInteger) && fields.small_natural() != key_size(encryption.cipher))
    fields.refuse("PBKDF2's key length is not the cipher's");
  const bool has_function = fields.next_is(der::kSequence);
  const auto function = has_function ? read_algorithm_identifier(fields)
                                     : AlgorithmIdentifier{.oid = oid::kHmacWithSha1.bytes()};
  fields.finish();
  whole.finish();
  if (fault) return fail(Errc::bad_private_key, fault.what);
  const auto row = std::ranges::find_if(
      kPseudorandomFunctions, [&](const auto& one) { return is(function.oid, *one.oid); });
  if (row == std::end(kPseudorandomFunctions))
    return unsupported("PBKDF2 and the function " + dotted(function.oid));
  if (iterations > kMaxKeyIterations)
    return unsupported("more PBKDF2 iterations than kMaxKeyIterations, " +
                       std::to_string(kMaxKeyIterations));
  encryption.hash = row->hash;
  encryption.iterations = static_cast<std::uint32_t>(iterations);
  return {};
}

/// RFC 8018 appendix A.4.
Result<void> read_pbes2(Bytes parameters, Encryption& encryption) {
  Fault fault;
  Reader whole(parameters, fault);
  Reader fields = whole.enter_sequence();
  const AlgorithmIdentifier derivation = read_algorithm_identifier(fields);
  const AlgorithmIdentifier cipher = read_algorithm_identifier(fields);
  fields.finish();
  whole.finish();
  if (fault) return fail(Errc::bad_private_key, fault.what);
  if (!is(derivation.oid, oid::kPbkdf2)) return unsupported(derivation.oid);
  const auto row =
      std::ranges::find_if(kCiphers, [&](const auto& one) { return is(cipher.oid, *one.oid); });
  if (row == std::end(kCiphers)) return unsupported(cipher.oid);
  encryption.cipher = row->cipher;
  Reader iv(cipher.parameters, fault);
  encryption.iv = iv.octet_string();
  iv.finish();
  if (fault || encryption.iv.size() != kAesBlockSize)
    return fail(Errc::bad_private_key, "an IV of the wrong size");
  return read_pbkdf2(derivation.parameters, encryption);
}

Result<Encryption> read_encryption(Bytes encoding) {
  Fault fault;
  Reader whole(encoding, fault);
  Reader fields = whole.enter_sequence();
  const AlgorithmIdentifier scheme = read_algorithm_identifier(fields);
  Encryption encryption{.ciphertext = fields.octet_string()};
  fields.finish();
  whole.finish();
  if (fault) return fail(Errc::bad_private_key, fault.what);
  if (!is(scheme.oid, oid::kPbes2)) return unsupported(scheme.oid);
  if (auto read = read_pbes2(scheme.parameters, encryption); !read) return fail(read.error());
  if (encryption.ciphertext.empty() || encryption.ciphertext.size() % kAesBlockSize != 0)
    return fail(Errc::bad_private_key, "encrypted data that is not whole blocks");
  return encryption;
}

Result<SecretVector> ask_passphrase(const AskPassphrase& ask) {
  if (!ask) return fail(Errc::key_encrypted);
  SecretVector passphrase(kMaxPassphraseSize);
  const auto size = ask(passphrase);
  if (!size) return fail(Errc::key_encrypted);
  if (*size > passphrase.size()) return fail(Errc::misuse, "a passphrase longer than its buffer");
  passphrase.resize(*size);
  return passphrase;
}

/// Removes the padding (RFC 8018 §6.1.1). False if that, or what it leaves, is not a
/// PrivateKeyInfo.
bool is_private_key_info(SecretVector& plaintext) {
  const std::size_t padding = plaintext.back();
  if (padding == 0 || padding > kAesBlockSize) return false;
  const auto end = plaintext.end() - static_cast<std::ptrdiff_t>(padding);
  if (!std::ranges::all_of(end, plaintext.end(),
                           [&](std::uint8_t octet) { return octet == padding; }))
    return false;
  plaintext.erase(end, plaintext.end());
  Fault fault;
  Reader whole(plaintext, fault);
  const Reader fields = whole.enter_sequence();
  whole.finish();
  return fields.next_is(der::kInteger);
}

}  // namespace

bool is_encrypted_private_key(Bytes encoding) {
  Fault fault;
  Reader whole(encoding, fault);
  return whole.enter_sequence().next_is(der::kSequence);
}

Result<SecretVector> decrypt_private_key(Bytes encoding, const Provider& provider,
                                         const AskPassphrase& ask) {
  const auto encryption = read_encryption(encoding);
  if (!encryption) return fail(encryption.error());
  const auto& derivation = provider.pbkdf2(encryption->hash);
  if (!derivation)
    return fail(Errc::algorithm_unavailable, "PBKDF2 with " + std::string(name(encryption->hash)));
  const auto& cipher = provider[encryption->cipher];
  if (!cipher) return fail(Errc::algorithm_unavailable, name(encryption->cipher));
  const auto passphrase = ask_passphrase(ask);
  if (!passphrase) return fail(passphrase.error());
  Secret<32> key(key_size(encryption->cipher));
  const auto derived = derivation.implementation->derive(*passphrase, encryption->salt,
                                                         encryption->iterations, key.bytes());
  if (!derived) return fail(derived.error());
  const auto decryptor = cipher.implementation->with_key(key.bytes());
  if (!decryptor) return fail(Errc::out_of_memory);
  SecretVector plaintext(encryption->ciphertext.size());
  decryptor->decrypt(encryption->iv, encryption->ciphertext, plaintext.data());
  if (!is_private_key_info(plaintext)) return fail(Errc::wrong_passphrase);
  return plaintext;
}

}  // namespace tls12::x509
