// OpenSSL's two ends in memory, for the same measurements in the same run.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace bench {

struct Free {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

inline Owned<BIO> text_bio(const std::string& text) {
  return Owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A client and a server context for one suite (OpenSSL's name) and one group, without tickets, as
/// our own benchmark has it.
struct OpensslContexts {
  Owned<SSL_CTX> client{SSL_CTX_new(TLS_client_method())}, server{SSL_CTX_new(TLS_server_method())};

  OpensslContexts(const std::string& chain, const std::string& key, const std::string& ca,
                  const char* suite, const char* group) {
    for (SSL_CTX* context : {client.get(), server.get()}) {
      SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
      SSL_CTX_set_cipher_list(context, suite);
      SSL_CTX_set1_groups_list(context, group);
      SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
      SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
    const Owned<X509> leaf(PEM_read_bio_X509(text_bio(chain).get(), nullptr, nullptr, nullptr)),
        root(PEM_read_bio_X509(text_bio(ca).get(), nullptr, nullptr, nullptr));
    const Owned<EVP_PKEY> private_key(
        PEM_read_bio_PrivateKey(text_bio(key).get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(server.get(), leaf.get());
    SSL_CTX_use_PrivateKey(server.get(), private_key.get());
    X509_STORE_add_cert(SSL_CTX_get_cert_store(client.get()), root.get());
    SSL_CTX_set_verify(client.get(), SSL_VERIFY_PEER, nullptr);
  }
  void use_tickets() const {
    for (SSL_CTX* context : {client.get(), server.get()})
      SSL_CTX_clear_options(context, SSL_OP_NO_TICKET);
  }
};

struct OpensslPair {
  Owned<SSL> client, server;

  explicit OpensslPair(const OpensslContexts& contexts)
      : client(SSL_new(contexts.client.get())), server(SSL_new(contexts.server.get())) {
    BIO *a = nullptr, *b = nullptr;
    BIO_new_bio_pair(&a, 1 << 18, &b, 1 << 18);
    SSL_set_bio(client.get(), a, a);
    SSL_set_bio(server.get(), b, b);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    SSL_set_tlsext_host_name(client.get(), "localhost");
    SSL_set1_host(client.get(), "localhost");
  }
  /// The session of one that was cut off would not be resumed.
  ~OpensslPair() {
    if (client) SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN);
  }
};

}  // namespace bench
