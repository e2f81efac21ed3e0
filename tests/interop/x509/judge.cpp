// OpenSSL's and GnuTLS's verdicts on the cases that `tls12 verify --batch` reads, one line of JSON
// each.
//
// Both are asked for what `tls12 verify` does by itself: OpenSSL's strict checks, keys and hashes
// of 112 bits, names in subjectAltName alone, any certificate as an anchor, and revocation lists
// that count where there are some: a certificate without any is not refused, one whose list is of
// no use is.
#include <arpa/inet.h>
#include <gnutls/x509.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;
using Der = std::vector<std::uint8_t>;

struct Case {
  std::vector<Der> trusted, untrusted, crls;
  Der leaf;
  std::string kind, name;
  std::time_t time;
  bool for_server;
};

Der decode(const std::string& base64) {
  Der der(base64.size() / 4 * 3);
  EVP_DecodeBlock(der.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                  static_cast<int>(base64.size()));
  const auto padding = base64.ends_with("==") ? 2U : base64.ends_with("=") ? 1U : 0U;
  der.resize(der.size() - padding);
  return der;
}

Case read(const Json& line) {
  const auto list = [&](const char* key) {
    std::vector<Der> ders;
    for (const Json& one : line[key]) ders.push_back(decode(one));
    return ders;
  };
  return {.trusted = list("trusted"),
          .untrusted = list("untrusted"),
          .crls = list("crls"),
          .leaf = decode(line["leaf"]),
          .kind = line["peer_name"]["kind"],
          .name = line["peer_name"]["value"],
          .time = line["time"],
          .for_server = line["kind"] == "server"};
}

/// Empty: valid.
using Reason = std::string;

// ------------------------------------------------ OpenSSL

namespace openssl {

struct Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(X509_CRL* p) const { X509_CRL_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};
template <class T>
using Held = std::unique_ptr<T, Free>;

/// Null where OpenSSL cannot read it, or would read something behind it.
Held<X509> certificate(const Der& der) {
  const std::uint8_t* at = der.data();
  Held<X509> read(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return at == der.data() + der.size() ? std::move(read) : nullptr;
}

/// There is no list for some certificate, which is not held against it.
bool is_no_list(int error) {
  return error == X509_V_ERR_UNABLE_TO_GET_CRL || error == X509_V_ERR_DIFFERENT_CRL_SCOPE ||
         error == X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER;
}

int ask(const Case& what, X509_STORE* store, X509* leaf, STACK_OF(X509) * others,
        bool about_revocation) {
  const Held<X509_STORE_CTX> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store, leaf, others);
  X509_STORE_CTX_set_default(context.get(), what.for_server ? "ssl_server" : "ssl_client");
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, what.time);
  X509_VERIFY_PARAM_set_auth_level(param, 2);
  X509_VERIFY_PARAM_set_hostflags(
      param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const unsigned long revocation =
      about_revocation
          ? X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT
          : 0;
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN |
                                         X509_V_FLAG_POLICY_CHECK | revocation);
  X509_VERIFY_PARAM_add0_policy(param, OBJ_nid2obj(NID_any_policy));
  if (what.kind == "IP")
    X509_VERIFY_PARAM_set1_ip_asc(param, what.name.c_str());
  else if (what.kind == "RFC822")
    X509_VERIFY_PARAM_set1_email(param, what.name.data(), what.name.size());
  else
    X509_VERIFY_PARAM_set1_host(param, what.name.data(), what.name.size());
  return X509_verify_cert(context.get()) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context.get());
}

Reason verdict(const Case& what) {
  ERR_clear_error();
  const Held<X509_STORE> store(X509_STORE_new());
  bool any_anchor = false;
  for (const Der& der : what.trusted)
    if (const auto anchor = certificate(der))
      any_anchor = X509_STORE_add_cert(store.get(), anchor.get()) == 1 || any_anchor;
  if (!any_anchor) return "unreadable anchor";
  for (const Der& der : what.crls) {
    const std::uint8_t* at = der.data();
    const Held<X509_CRL> crl(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    if (!crl) return "unreadable CRL";
    X509_STORE_add_crl(store.get(), crl.get());
  }
  const auto leaf = certificate(what.leaf);
  if (!leaf) return "unreadable";
  const Held<STACK_OF(X509)> others(sk_X509_new_null());
  for (const Der& der : what.untrusted)
    if (auto other = certificate(der)) sk_X509_push(others.get(), other.release());
  const int error = ask(what, store.get(), leaf.get(), others.get(), !what.crls.empty());
  const int final_error =
      is_no_list(error) ? ask(what, store.get(), leaf.get(), others.get(), false) : error;
  return final_error == X509_V_OK ? Reason() : X509_verify_cert_error_string(final_error);
}

}  // namespace openssl

// ------------------------------------------------ GnuTLS

namespace gnutls {

gnutls_datum_t datum(const Der& der) {
  return {const_cast<std::uint8_t*>(der.data()), static_cast<unsigned>(der.size())};
}

std::time_t asked_at = 0;
std::time_t clock(std::time_t* out) {
  if (out != nullptr) *out = asked_at;
  return asked_at;
}

struct Certificate {
  explicit Certificate(const Der& der) {
    gnutls_x509_crt_init(&handle);
    const gnutls_datum_t data = datum(der);
    readable = gnutls_x509_crt_import(handle, &data, GNUTLS_X509_FMT_DER) == 0;
  }
  ~Certificate() { gnutls_x509_crt_deinit(handle); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  gnutls_x509_crt_t handle = nullptr;
  bool readable = false;
};

struct Trust {
  Trust() { gnutls_x509_trust_list_init(&handle, 0); }
  ~Trust() { gnutls_x509_trust_list_deinit(handle, 1); }
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;
  gnutls_x509_trust_list_t handle = nullptr;
};

Reason in_words(unsigned status) {
  gnutls_datum_t text{};
  gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
  std::string words(reinterpret_cast<char*>(text.data), text.size);
  gnutls_free(text.data);
  return words;
}

Reason verdict(const Case& what) {
  asked_at = what.time;
  Trust trust;
  for (const Der& der : what.trusted) {
    gnutls_x509_crt_t anchor = nullptr;
    gnutls_x509_crt_init(&anchor);
    const gnutls_datum_t data = datum(der);
    if (gnutls_x509_crt_import(anchor, &data, GNUTLS_X509_FMT_DER) != 0 ||
        gnutls_x509_trust_list_add_cas(trust.handle, &anchor, 1, 0) != 1) {
      gnutls_x509_crt_deinit(anchor);
      return "unreadable anchor";
    }
  }
  for (const Der& der : what.crls) {
    gnutls_x509_crl_t crl = nullptr;
    gnutls_x509_crl_init(&crl);
    const gnutls_datum_t data = datum(der);
    if (gnutls_x509_crl_import(crl, &data, GNUTLS_X509_FMT_DER) != 0 ||
        gnutls_x509_trust_list_add_crls(trust.handle, &crl, 1, 0, 0) < 0) {
      gnutls_x509_crl_deinit(crl);
      return "unreadable CRL";
    }
  }
  std::vector<std::unique_ptr<Certificate>> owned;
  owned.push_back(std::make_unique<Certificate>(what.leaf));
  if (!owned.front()->readable) return "unreadable";
  for (const Der& der : what.untrusted) {
    owned.push_back(std::make_unique<Certificate>(der));
    if (!owned.back()->readable) owned.pop_back();
  }
  std::vector<gnutls_x509_crt_t> list;
  for (const auto& one : owned) list.push_back(one->handle);
  std::string name = what.name;
  gnutls_typed_vdata_st asked[2] = {};
  asked[0].type = what.kind == "IP"       ? GNUTLS_DT_IP_ADDRESS
                  : what.kind == "RFC822" ? GNUTLS_DT_RFC822NAME
                                          : GNUTLS_DT_DNS_HOSTNAME;
  std::uint8_t octets[16];
  if (what.kind == "IP") {
    const bool is_v6 = name.find(':') != std::string::npos;
    inet_pton(is_v6 ? AF_INET6 : AF_INET, name.c_str(), octets);
    asked[0].data = octets;
    asked[0].size = is_v6 ? 16 : 4;
  } else {
    asked[0].data = reinterpret_cast<unsigned char*>(name.data());
  }
  asked[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
  asked[1].data = reinterpret_cast<unsigned char*>(
      const_cast<char*>(what.for_server ? GNUTLS_KP_TLS_WWW_SERVER : GNUTLS_KP_TLS_WWW_CLIENT));
  unsigned status = 0;
  const int code = gnutls_x509_trust_list_verify_crt2(
      trust.handle, list.data(), static_cast<unsigned>(list.size()), asked, 2,
      GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM), &status, nullptr);
  if (code < 0) return gnutls_strerror(code);
  return status == 0 ? Reason() : in_words(status);
}

}  // namespace gnutls

}  // namespace

int main() {
  gnutls_global_set_time_function(gnutls::clock);
  for (std::string text; std::getline(std::cin, text);) {
    const Json line = Json::parse(text);
    const Case what = read(line);
    const nlohmann::ordered_json answer = {
        {"id", line["id"]}, {"openssl", openssl::verdict(what)}, {"gnutls", gnutls::verdict(what)}};
    std::cout << answer.dump(-1, ' ', true, Json::error_handler_t::replace) << '\n';
  }
  return 0;
}
