// The functions that mbedTLS 2.28 and 3 declare differently, under one name and signature each.
#pragma once

#include <mbedtls/pkcs5.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>
#include <mbedtls/version.h>

#include <cstddef>
#include <cstdint>

namespace tls12::mbedtls {

using RandomFunction = int (*)(void*, unsigned char*, std::size_t);

#if MBEDTLS_VERSION_MAJOR < 3

inline constexpr auto sha1_starts = mbedtls_sha1_starts_ret;
inline constexpr auto sha1_update = mbedtls_sha1_update_ret;
inline constexpr auto sha1_finish = mbedtls_sha1_finish_ret;
inline constexpr auto sha256_starts = mbedtls_sha256_starts_ret;
inline constexpr auto sha256_update = mbedtls_sha256_update_ret;
inline constexpr auto sha256_finish = mbedtls_sha256_finish_ret;
inline constexpr auto sha512_starts = mbedtls_sha512_starts_ret;
inline constexpr auto sha512_update = mbedtls_sha512_update_ret;
inline constexpr auto sha512_finish = mbedtls_sha512_finish_ret;

inline void rsa_init(mbedtls_rsa_context* key, int padding) {
  mbedtls_rsa_init(key, padding, MBEDTLS_MD_NONE);
}
inline int rsa_set_padding(mbedtls_rsa_context* key, int padding, mbedtls_md_type_t hash) {
  mbedtls_rsa_set_padding(key, padding, hash);
  return 0;
}
inline int rsa_pkcs1_sign(mbedtls_rsa_context* key, RandomFunction random, void* state,
                          mbedtls_md_type_t hash, unsigned size, const unsigned char* digest,
                          unsigned char* signature) {
  return mbedtls_rsa_rsassa_pkcs1_v15_sign(key, random, state, MBEDTLS_RSA_PRIVATE, hash, size,
                                           digest, signature);
}
inline int rsa_pkcs1_verify(mbedtls_rsa_context* key, mbedtls_md_type_t hash, unsigned size,
                            const unsigned char* digest, const unsigned char* signature) {
  return mbedtls_rsa_rsassa_pkcs1_v15_verify(key, nullptr, nullptr, MBEDTLS_RSA_PUBLIC, hash, size,
                                             digest, signature);
}
inline int rsa_pss_verify(mbedtls_rsa_context* key, mbedtls_md_type_t hash, unsigned size,
                          const unsigned char* digest, mbedtls_md_type_t mgf1_hash, int salt_size,
                          const unsigned char* signature) {
  return mbedtls_rsa_rsassa_pss_verify_ext(key, nullptr, nullptr, MBEDTLS_RSA_PUBLIC, hash, size,
                                           digest, mgf1_hash, salt_size, signature);
}
inline int rsa_pkcs1_encrypt(mbedtls_rsa_context* key, RandomFunction random, void* state,
                             std::size_t size, const unsigned char* message, unsigned char* out) {
  return mbedtls_rsa_rsaes_pkcs1_v15_encrypt(key, random, state, MBEDTLS_RSA_PUBLIC, size, message,
                                             out);
}

#else

inline constexpr auto sha1_starts = mbedtls_sha1_starts;
inline constexpr auto sha1_update = mbedtls_sha1_update;
inline constexpr auto sha1_finish = mbedtls_sha1_finish;
inline constexpr auto sha256_starts = mbedtls_sha256_starts;
inline constexpr auto sha256_update = mbedtls_sha256_update;
inline constexpr auto sha256_finish = mbedtls_sha256_finish;
inline constexpr auto sha512_starts = mbedtls_sha512_starts;
inline constexpr auto sha512_update = mbedtls_sha512_update;
inline constexpr auto sha512_finish = mbedtls_sha512_finish;

inline void rsa_init(mbedtls_rsa_context* key, int padding) {
  mbedtls_rsa_init(key);
  mbedtls_rsa_set_padding(key, padding, MBEDTLS_MD_NONE);  // fails for an unknown padding only
}
inline constexpr auto rsa_set_padding = mbedtls_rsa_set_padding;
inline constexpr auto rsa_pkcs1_sign = mbedtls_rsa_rsassa_pkcs1_v15_sign;
inline constexpr auto rsa_pkcs1_verify = mbedtls_rsa_rsassa_pkcs1_v15_verify;
inline constexpr auto rsa_pss_verify = mbedtls_rsa_rsassa_pss_verify_ext;
inline constexpr auto rsa_pkcs1_encrypt = mbedtls_rsa_rsaes_pkcs1_v15_encrypt;

#endif

#if MBEDTLS_VERSION_NUMBER < 0x03030000

inline int pbkdf2_hmac(mbedtls_md_type_t hash, const unsigned char* passphrase,
                       std::size_t passphrase_size, const unsigned char* salt,
                       std::size_t salt_size, unsigned iterations, std::uint32_t size,
                       unsigned char* out) {
  mbedtls_md_context_t hmac;
  mbedtls_md_init(&hmac);
  int status = mbedtls_md_setup(&hmac, mbedtls_md_info_from_type(hash), 1);
  if (status == 0)
    status = mbedtls_pkcs5_pbkdf2_hmac(&hmac, passphrase, passphrase_size, salt, salt_size,
                                       iterations, size, out);
  mbedtls_md_free(&hmac);  // wipes
  return status;
}

#else

inline constexpr auto pbkdf2_hmac = mbedtls_pkcs5_pbkdf2_hmac_ext;

#endif

}  // namespace tls12::mbedtls
