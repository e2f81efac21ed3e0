#include "x509/key/algorithm_name.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "x509/asn1/oid.hpp"

namespace tls12::x509 {
namespace {

struct NamedOid {
  Oid oid;
  std::string_view name;
};
constexpr NamedOid kNames[] = {
    // keys: RFC 3279 §2.3, RFC 8410 §3, RFC 9881 §2, GM/T 0006
    {oid::kRsaEncryption, "RSA"},
    {oid::kRsassaPss, "RSA-PSS"},
    {oid::kEcPublicKey, "EC"},
    {oid::kEd25519, "Ed25519"},
    {make_oid(1, 2, 840, 10040, 4, 1), "DSA"},
    {make_oid(1, 2, 840, 113549, 1, 3, 1), "Diffie-Hellman"},
    {make_oid(1, 2, 840, 10046, 2, 1), "Diffie-Hellman"},
    {make_oid(1, 3, 101, 110), "X25519"},
    {make_oid(1, 3, 101, 111), "X448"},
    {make_oid(1, 3, 101, 113), "Ed448"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 17), "ML-DSA-44"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 18), "ML-DSA-65"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 19), "ML-DSA-87"},

    // curves: RFC 5480 §2.1.1.1, SEC 2, RFC 5639 §4.1
    {oid::kSecp256r1, "secp256r1"},
    {oid::kSecp384r1, "secp384r1"},
    {oid::kSecp521r1, "secp521r1"},
    {make_oid(1, 2, 840, 10045, 3, 1, 1), "secp192r1"},
    {make_oid(1, 3, 132, 0, 33), "secp224r1"},
    {make_oid(1, 3, 132, 0, 10), "secp256k1"},
    {make_oid(1, 3, 132, 0, 31), "secp192k1"},
    {make_oid(1, 3, 132, 0, 32), "secp224k1"},
    {make_oid(1, 3, 132, 0, 1), "sect163k1"},
    {make_oid(1, 3, 132, 0, 15), "sect163r2"},
    {make_oid(1, 3, 132, 0, 26), "sect233k1"},
    {make_oid(1, 3, 132, 0, 27), "sect233r1"},
    {make_oid(1, 3, 132, 0, 16), "sect283k1"},
    {make_oid(1, 3, 132, 0, 17), "sect283r1"},
    {make_oid(1, 3, 132, 0, 36), "sect409k1"},
    {make_oid(1, 3, 132, 0, 37), "sect409r1"},
    {make_oid(1, 3, 132, 0, 38), "sect571k1"},
    {make_oid(1, 3, 132, 0, 39), "sect571r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 3), "brainpoolP192r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 5), "brainpoolP224r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 7), "brainpoolP256r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 9), "brainpoolP320r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 11), "brainpoolP384r1"},
    {make_oid(1, 3, 36, 3, 3, 2, 8, 1, 1, 13), "brainpoolP512r1"},
    {make_oid(1, 2, 156, 10197, 1, 301), "SM2"},

    // signatures that this stack does not check: RFC 3279 §2.2, RFC 5758 §3, RFC 8692 §2
    {make_oid(1, 2, 840, 113549, 1, 1, 2), "RSA with MD2"},
    {oid::kMd5WithRsa, "RSA with MD5"},
    {make_oid(1, 2, 840, 113549, 1, 1, 14), "RSA with SHA-224"},
    {make_oid(1, 2, 840, 113549, 1, 1, 15), "RSA with SHA-512/224"},
    {make_oid(1, 2, 840, 113549, 1, 1, 16), "RSA with SHA-512/256"},
    {make_oid(1, 2, 840, 10045, 4, 3, 1), "ECDSA with SHA-224"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 10), "ECDSA with SHA3-256"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 11), "ECDSA with SHA3-384"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 12), "ECDSA with SHA3-512"},
    {make_oid(1, 2, 840, 10040, 4, 3), "DSA with SHA-1"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 1), "DSA with SHA-224"},
    {make_oid(2, 16, 840, 1, 101, 3, 4, 3, 2), "DSA with SHA-256"},
    {make_oid(1, 2, 156, 10197, 1, 501), "SM2 with SM3"},
};

}  // namespace

std::string algorithm_name(Bytes oid) {
  const auto* found =
      std::ranges::find_if(kNames, [&](const NamedOid& row) { return is(oid, row.oid); });
  return found == std::end(kNames) ? dotted(oid) : std::string(found->name);
}

}  // namespace tls12::x509
