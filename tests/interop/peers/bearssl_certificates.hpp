// Certificates as BearSSL reads, shows and verifies them.
#pragma once
#include <bearssl.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "peer.hpp"

namespace peer {

inline void must(bool worked, const std::string& what) {
  if (!worked) throw Failure{what};
}

inline void append(void* to, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  static_cast<Bytes*>(to)->insert(static_cast<Bytes*>(to)->end(), bytes, bytes + size);
}

/// What a PEM file holds, each object decoded.
inline std::deque<Bytes> read_pem(const std::string& name) {
  const auto text = read_file(name);
  std::deque<Bytes> objects;
  br_pem_decoder_context decoder;
  br_pem_decoder_init(&decoder);
  for (std::size_t done = 0; done < text.size();) {
    done += br_pem_decoder_push(&decoder, text.data() + done, text.size() - done);
    switch (br_pem_decoder_event(&decoder)) {
      case BR_PEM_BEGIN_OBJ:
        br_pem_decoder_setdest(&decoder, append, &objects.emplace_back());
        break;
      case BR_PEM_ERROR: throw Failure{name + ": no PEM"};
      default: break;
    }
  }
  must(!objects.empty(), name + ": nothing in it");
  return objects;
}

/// A certificate's subject and key.
struct Decoded {
  explicit Decoded(const Bytes& certificate) {
    br_x509_decoder_init(&decoder, append, &subject);
    br_x509_decoder_push(&decoder, certificate.data(), certificate.size());
    must(br_x509_decoder_get_pkey(&decoder) != nullptr, "a certificate that cannot be read");
  }
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;

  Bytes subject;
  br_x509_decoder_context decoder;
};

struct Anchors {
  explicit Anchors(const std::string& file) {
    if (file.empty()) return;
    for (const auto& certificate : read_pem(file)) {
      auto& decoded = decoded_.emplace_back(certificate);
      list.push_back({.dn = {decoded.subject.data(), decoded.subject.size()},
                      .flags = BR_X509_TA_CA,
                      .pkey = *br_x509_decoder_get_pkey(&decoded.decoder)});
    }
  }
  std::vector<br_x509_trust_anchor> list;

 private:
  std::deque<Decoded> decoded_;
};

/// Our chain with its key.
struct Shown {
  explicit Shown(const Identity& identity) : certificates_(read_pem(identity.certificate)) {
    for (auto& certificate : certificates_)
      chain.push_back({certificate.data(), certificate.size()});
    br_skey_decoder_init(&key);
    const auto encoded = read_pem(identity.key).front();
    br_skey_decoder_push(&key, encoded.data(), encoded.size());
    must(br_skey_decoder_last_error(&key) == 0, identity.key + ": no key of its kinds");
    Decoded leaf(certificates_.front());
    issuer_key_type = static_cast<unsigned>(br_x509_decoder_get_signer_key_type(&leaf.decoder));
  }
  bool is_rsa() const { return br_skey_decoder_key_type(&key) == BR_KEYTYPE_RSA; }

  std::vector<br_x509_certificate> chain;
  br_skey_decoder_context key;
  unsigned issuer_key_type;

 private:
  std::deque<Bytes> certificates_;
};

/// Looks at the peer's chain as it comes: remembers the leaf, and lets the library judge, if there
/// is somebody to trust.
struct Judge {
  const br_x509_class* methods = &kMethods;
  br_x509_minimal_context minimal;
  bool verifies = false;
  int certificates = 0;
  Bytes leaf;
  std::unique_ptr<Decoded> decoded;

  static Judge& of(const br_x509_class** self) { return *reinterpret_cast<Judge*>(self); }
  static const Judge& of(const br_x509_class* const* self) {
    return *reinterpret_cast<const Judge*>(self);
  }

  static void start_chain(const br_x509_class** self, const char* name) {
    of(self).certificates = 0;
    of(self).leaf.clear();
    of(self).minimal.vtable->start_chain(&of(self).minimal.vtable, name);
  }
  static void start_certificate(const br_x509_class** self, std::uint32_t size) {
    of(self).minimal.vtable->start_cert(&of(self).minimal.vtable, size);
  }
  static void add(const br_x509_class** self, const unsigned char* data, std::size_t size) {
    if (of(self).certificates == 0) append(&of(self).leaf, data, size);
    of(self).minimal.vtable->append(&of(self).minimal.vtable, data, size);
  }
  static void end_certificate(const br_x509_class** self) {
    ++of(self).certificates;
    of(self).minimal.vtable->end_cert(&of(self).minimal.vtable);
  }
  static unsigned end_chain(const br_x509_class** self) {
    auto& judge = of(self);
    const unsigned error = judge.minimal.vtable->end_chain(&judge.minimal.vtable);
    if (judge.verifies || judge.certificates == 0) return error;
    try {
      judge.decoded = std::make_unique<Decoded>(judge.leaf);
      return 0;
    } catch (const Failure&) { return error; }
  }
  static const br_x509_pkey* key(const br_x509_class* const* self, unsigned* usages) {
    const auto& judge = of(self);
    if (judge.verifies) return judge.minimal.vtable->get_pkey(&judge.minimal.vtable, usages);
    if (usages) *usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
    return br_x509_decoder_get_pkey(&judge.decoded->decoder);
  }

  static constexpr br_x509_class kMethods{sizeof(br_x509_minimal_context),
                                          start_chain,
                                          start_certificate,
                                          add,
                                          end_certificate,
                                          end_chain,
                                          key};
};

}  // namespace peer
