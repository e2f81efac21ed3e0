// wolfSSL as a peer.
#include <wolfssl/options.h>
// The options come first.
#include <wolfssl/ssl.h>
#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/dh.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "peer.hpp"

namespace peer {
namespace {

const std::vector<std::pair<std::string, int>> kGroups{
    {"x25519", WOLFSSL_ECC_X25519},       {"secp256r1", WOLFSSL_ECC_SECP256R1},
    {"secp384r1", WOLFSSL_ECC_SECP384R1}, {"secp521r1", WOLFSSL_ECC_SECP521R1},
    {"ffdhe2048", WOLFSSL_FFDHE_2048},    {"ffdhe3072", WOLFSSL_FFDHE_3072},
};

const std::vector<std::pair<std::string, std::string>> kSchemes{
    {"ecdsa_secp256r1_sha256", "ECDSA+SHA256"}, {"ecdsa_secp384r1_sha384", "ECDSA+SHA384"},
    {"ecdsa_secp521r1_sha512", "ECDSA+SHA512"}, {"rsa_pss_rsae_sha256", "RSA-PSS+SHA256"},
    {"rsa_pss_rsae_sha384", "RSA-PSS+SHA384"},  {"rsa_pss_rsae_sha512", "RSA-PSS+SHA512"},
    {"rsa_pkcs1_sha256", "RSA+SHA256"},         {"rsa_pkcs1_sha384", "RSA+SHA384"},
    {"rsa_pkcs1_sha512", "RSA+SHA512"},         {"ed25519", "ED25519"}};

const std::vector<std::pair<int, unsigned char>> kFragments{{512, WOLFSSL_MFL_2_9},
                                                            {1024, WOLFSSL_MFL_2_10},
                                                            {2048, WOLFSSL_MFL_2_11},
                                                            {4096, WOLFSSL_MFL_2_12}};

std::string words(int error) {
  char text[WOLFSSL_MAX_ERROR_SZ];
  return wolfSSL_ERR_error_string(static_cast<unsigned long>(error), text);
}

void must(bool worked, const std::string& what) {
  if (!worked) throw Failure{what};
}

std::string joined(const Names& names, char separator) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : std::string(1, separator)) + name;
  return text;
}

Names suites() {
  std::string list(8192, '\0');
  wolfSSL_get_ciphers_iana(list.data(), static_cast<int>(list.size()));
  Names names(1);
  for (const char c : std::string_view(list.c_str())) {
    if (c == ':') {
      names.emplace_back();
    } else {
      names.back() += c;
    }
  }
  std::erase_if(names, [](const std::string& name) { return !name.contains("_WITH_"); });
  return names;
}

WOLFSSL_METHOD* method(const Options& options) {
  if (options.speaks("1.1"))
    return options.server ? wolfTLSv1_1_server_method() : wolfTLSv1_1_client_method();
  if (!options.speaks("1.3"))
    return options.server ? wolfTLSv1_2_server_method() : wolfTLSv1_2_client_method();
  return options.server ? wolfSSLv23_server_method() : wolfSSLv23_client_method();
}

class WolfLibrary;

class WolfConnection final : public Connection {
 public:
  WolfConnection(WolfLibrary& library, int socket);
  WolfConnection(const WolfConnection&) = delete;
  WolfConnection& operator=(const WolfConnection&) = delete;
  ~WolfConnection() override { wolfSSL_free(ssl_); }
  Step handshake() override;
  Moved read(std::span<std::uint8_t> into) override;
  Moved write(std::span<const std::uint8_t> data) override {
    return moved(wolfSSL_write(ssl_, data.data(), static_cast<int>(data.size())));
  }
  Step close() override;
  void facts(Json& report, Bytes& certificate) override;

 private:
  Moved moved(int result);

  WolfLibrary& library_;
  WOLFSSL* ssl_;
  bool closed_ = false;
};

class WolfLibrary final : public Library {
 public:
  explicit WolfLibrary(const Options& given)
      : options(given), context(wolfSSL_CTX_new(method(given))) {
    must(context != nullptr, "no context");
    choose_algorithms();
    show_certificate();
    trust();
    choose_extensions();
    resume();
  }
  WolfLibrary(const WolfLibrary&) = delete;
  WolfLibrary& operator=(const WolfLibrary&) = delete;
  ~WolfLibrary() override {
    wolfSSL_SESSION_free(session);
    wolfSSL_CTX_free(context);
  }

  std::unique_ptr<Connection> connection(int socket) override {
    return std::make_unique<WolfConnection>(*this, socket);
  }

  const Options options;
  WOLFSSL_CTX* const context;
  WOLFSSL_SESSION* session = nullptr;  // a client's
  Bytes staple;

 private:
  void choose_algorithms() {
    const auto known = suites();
    for (const auto& name : options.suites)
      if (std::ranges::find(known, name) == known.end()) throw Unsupported{name};
    if (!options.suites.empty())
      must(wolfSSL_CTX_set_cipher_list(context, joined(options.suites, ':').c_str()) ==
               WOLFSSL_SUCCESS,
           "the suites");
    Names schemes;
    for (const auto& name : options.schemes) schemes.push_back(look_up(kSchemes, name));
    if (!schemes.empty())
      must(wolfSSL_CTX_set1_sigalgs_list(context, joined(schemes, ':').c_str()) == WOLFSSL_SUCCESS,
           "the schemes");
    // Its ECDHE_PSK takes no x25519 key from a server.
    const Names without_x25519{"secp256r1", "secp384r1", "secp521r1", "ffdhe2048"};
    for (const auto& name : options.psk&& options.groups.empty() ? without_x25519 : options.groups)
      must(wolfSSL_CTX_UseSupportedCurve(
               context, static_cast<unsigned short>(look_up(kGroups, name))) == WOLFSSL_SUCCESS,
           name);
    if (options.server) choose_prime();
    if (!options.psk) return;
    wolfSSL_CTX_set_psk_client_callback(context, psk_of_client);
    wolfSSL_CTX_set_psk_server_callback(context, psk_of_server);
  }

  void choose_prime() {
    const bool longer = std::ranges::find(options.groups, "ffdhe3072") != options.groups.end();
    const DhParams* group = longer ? wc_Dh_ffdhe3072_Get() : wc_Dh_ffdhe2048_Get();
    must(wolfSSL_CTX_SetTmpDH(context, group->p, static_cast<int>(group->p_len), group->g,
                              static_cast<int>(group->g_len)) == WOLFSSL_SUCCESS,
         "the prime");
  }

  static const Options& options_of(WOLFSSL* ssl) {
    return static_cast<WolfLibrary*>(wolfSSL_CTX_get_ex_data(wolfSSL_get_SSL_CTX(ssl), 0))->options;
  }

  static unsigned copy_key(const Options& options, unsigned char* into, unsigned room) {
    const auto& key = options.psk->key;
    if (key.size() > room) return 0;
    std::ranges::copy(key, into);
    return static_cast<unsigned>(key.size());
  }

  static unsigned psk_of_client(WOLFSSL* ssl, const char*, char* identity, unsigned identity_room,
                                unsigned char* key, unsigned key_room) {
    const auto& options = options_of(ssl);
    if (options.psk->identity.size() >= identity_room) return 0;
    std::strcpy(identity, options.psk->identity.c_str());
    return copy_key(options, key, key_room);
  }

  static unsigned psk_of_server(WOLFSSL* ssl, const char* identity, unsigned char* key,
                                unsigned key_room) {
    const auto& options = options_of(ssl);
    return options.psk->identity == identity ? copy_key(options, key, key_room) : 0;
  }

  void show_certificate() {
    wolfSSL_CTX_set_ex_data(context, 0, this);
    for (const auto& [certificate, key] : options.identities) {
      must(wolfSSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == WOLFSSL_SUCCESS,
           certificate);
      must(wolfSSL_CTX_use_PrivateKey_file(context, key.c_str(), WOLFSSL_FILETYPE_PEM) ==
               WOLFSSL_SUCCESS,
           key);
    }
  }

  void trust() {
    const bool has_authority = !options.authority.empty();
    if (has_authority)
      must(wolfSSL_CTX_load_verify_locations(context, options.authority.c_str(), nullptr) ==
               WOLFSSL_SUCCESS,
           options.authority);
    int mode = options.server ? WOLFSSL_VERIFY_NONE : WOLFSSL_VERIFY_PEER;
    if (options.client_auth != ClientAuth::none) mode = WOLFSSL_VERIFY_PEER;
    if (options.client_auth == ClientAuth::require) mode |= WOLFSSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    wolfSSL_CTX_set_verify(
        context, mode,
        has_authority ? VerifyCallback{} : [](int, WOLFSSL_X509_STORE_CTX*) { return 1; });
  }

  void choose_extensions() {
    if (!options.extended_master_secret) wolfSSL_CTX_DisableExtendedMasterSecret(context);
    if (!options.encrypt_then_mac) wolfSSL_CTX_AllowEncryptThenMac(context, 0);
    if (options.max_fragment != 0) {
      const auto code = std::ranges::find(kFragments, options.max_fragment,
                                          &std::pair<int, unsigned char>::first);
      if (code == kFragments.end())
        throw Unsupported{"--max-fragment " + std::to_string(options.max_fragment)};
      must(wolfSSL_CTX_UseMaxFragment(context, code->second) == WOLFSSL_SUCCESS,
           "max_fragment_length");
    }
    if (options.want_staple) {
      // Without a response the handshake fails: it does not tell whether one came.
      must(wolfSSL_CTX_UseOCSPStapling(context, WOLFSSL_CSR_OCSP, 0) == WOLFSSL_SUCCESS,
           "status_request");
      must(wolfSSL_CTX_EnableOCSPStapling(context) == WOLFSSL_SUCCESS, "stapling");
      wolfSSL_CTX_EnableOCSPMustStaple(context);
    }
    if (options.staple.empty()) return;
    staple = read_file(options.staple);
    must(wolfSSL_CTX_EnableOCSPStapling(context) == WOLFSSL_SUCCESS, "stapling");
    wolfSSL_CTX_set_tlsext_status_cb(context, show_staple);
  }

  static int show_staple(WOLFSSL* ssl, void*) {
    const auto& staple =
        static_cast<WolfLibrary*>(wolfSSL_CTX_get_ex_data(wolfSSL_get_SSL_CTX(ssl), 0))->staple;
    auto* copy = static_cast<unsigned char*>(wolfSSL_Malloc(staple.size()));
    std::ranges::copy(staple, copy);
    wolfSSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<int>(staple.size()));
    return 0;  // SSL_TLSEXT_ERR_OK
  }

  void resume() {
    const auto how = options.resumption;
    if (how == Resumption::tickets || how == Resumption::none)
      wolfSSL_CTX_set_session_cache_mode(context, WOLFSSL_SESS_CACHE_OFF);
    const bool by_ticket = how == Resumption::tickets || how == Resumption::as_the_library_likes;
    if (options.server && !by_ticket) wolfSSL_CTX_NoTicketTLSv12(context);
    if (!options.server && by_ticket) wolfSSL_CTX_UseSessionTicket(context);
  }
};

// ------------------------------------------------ a connection

WolfConnection::WolfConnection(WolfLibrary& library, int socket)
    : library_(library), ssl_(wolfSSL_new(library.context)) {
  const auto& options = library.options;
  must(ssl_ != nullptr, "no connection");
  wolfSSL_set_fd(ssl_, socket);
  if (options.exported) wolfSSL_KeepArrays(ssl_);
  if (!options.protocols.empty()) {
    auto list = joined(options.protocols, ',');
    must(wolfSSL_UseALPN(ssl_, list.data(), static_cast<unsigned>(list.size()),
                         WOLFSSL_ALPN_FAILED_ON_MISMATCH) == WOLFSSL_SUCCESS,
         "ALPN");
  }
  if (options.server) return;
  if (options.host_is_address()) {
    if (!options.authority.empty())
      must(wolfSSL_X509_VERIFY_PARAM_set1_ip_asc(wolfSSL_get0_param(ssl_), options.host.c_str()) ==
               WOLFSSL_SUCCESS,
           options.host);
  } else if (!options.host.empty()) {
    must(wolfSSL_UseSNI(ssl_, WOLFSSL_SNI_HOST_NAME, options.host.data(),
                        static_cast<unsigned short>(options.host.size())) == WOLFSSL_SUCCESS,
         "server_name");
    if (!options.authority.empty())
      must(wolfSSL_check_domain_name(ssl_, options.host.c_str()) == WOLFSSL_SUCCESS, options.host);
  }
  if (library.session) wolfSSL_set_session(ssl_, library.session);
}

Moved WolfConnection::moved(int result) {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  const int error = wolfSSL_get_error(ssl_, result);
  switch (error) {
    case WOLFSSL_ERROR_WANT_READ: return {.step = Step::wants_read};
    case WOLFSSL_ERROR_WANT_WRITE: return {.step = Step::wants_write};
    case WOLFSSL_ERROR_ZERO_RETURN: return {.step = Step::closed};
    default: break;
  }
  WOLFSSL_ALERT_HISTORY alerts;
  wolfSSL_get_alert_history(ssl_, &alerts);
  if (alerts.last_rx.level == 2) throw Failure{"the peer's alert", alerts.last_rx.code};
  if (error == SOCKET_PEER_CLOSED_E || error == SOCKET_ERROR_E) return {.step = Step::truncated};
  throw Failure{words(error)};
}

Step WolfConnection::handshake() {
  const Step step =
      moved(library_.options.server ? wolfSSL_accept(ssl_) : wolfSSL_connect(ssl_)).step;
  if (step == Step::truncated || step == Step::closed)
    throw Failure{"the transport ended during the handshake"};
  return step;
}

/// Behind its own close_notify it reads only the peer's, by another shutdown.
Moved WolfConnection::read(std::span<std::uint8_t> into) {
  if (!closed_) return moved(wolfSSL_read(ssl_, into.data(), static_cast<int>(into.size())));
  const int result = wolfSSL_shutdown(ssl_);
  if (result == WOLFSSL_SUCCESS) return {.step = Step::closed};
  // It calls an interrupted wait no error at all.
  return wolfSSL_get_error(ssl_, result) == WOLFSSL_ERROR_NONE ? Moved{.step = Step::wants_read}
                                                               : moved(result);
}

Step WolfConnection::close() {
  const int result = wolfSSL_shutdown(ssl_);
  if (result < 0) return moved(result).step;
  closed_ = true;
  return Step::done;
}

void WolfConnection::facts(Json& report, Bytes& certificate) {
  const auto& options = library_.options;
  const int suite = wolfSSL_get_current_cipher_suite(ssl_);
  report["version"] = version_name(wolfSSL_version(ssl_));
  report["suite"] = wolfSSL_get_cipher_name_iana_from_suite(static_cast<unsigned char>(suite >> 8),
                                                            static_cast<unsigned char>(suite));
  report["resumed"] = wolfSSL_session_reused(ssl_) == 1;
  char* protocol = nullptr;
  unsigned short size = 0;
  const bool agreed = wolfSSL_ALPN_GetProtocol(ssl_, &protocol, &size) == WOLFSSL_SUCCESS;
  report["alpn"] = agreed ? Json(std::string(protocol, size)) : Json(nullptr);
  if (!options.server) report["stapled"] = options.want_staple;
  if (auto* chain = wolfSSL_get_peer_chain(ssl_); chain && wolfSSL_get_chain_count(chain) > 0) {
    const auto* leaf = wolfSSL_get_chain_cert(chain, 0);
    certificate.assign(leaf, leaf + wolfSSL_get_chain_length(chain, 0));
  }
  if (options.exported) {
    const auto& [label, length] = *options.exported;
    Bytes material(length);
    must(wolfSSL_export_keying_material(ssl_, material.data(), length, label.data(), label.size(),
                                        nullptr, 0, 0) == WOLFSSL_SUCCESS,
         "the exporter");
    report["exported"] = hex(material);
  }
  if (options.server || options.resumption == Resumption::none) return;
  wolfSSL_SESSION_free(library_.session);
  library_.session = wolfSSL_get1_session(ssl_);
}

}  // namespace

Json abilities() {
  wolfSSL_Init();
  const Names keys{"rsa", "p256", "p384", "p521", "ed25519"};
  const Names both{"cert",  "old",         "tls13",       "alpn",          "psk",
                   "bytes", "export",      "connections", "no-etm",        "ems",
                   "etm",   "session-ids", "tickets",     "no-resumption", "truncate"};
  const auto role = [&](Names features) {
    features.insert(features.end(), both.begin(), both.end());
    return Json{{"suites", suites()},
                {"groups", names_of(kGroups)},
                {"schemes", names_of(kSchemes)},
                {"keys", keys},
                {"verifies", keys},
                {"features", features}};
  };
  return {
      {"library", "wolfSSL"},
      {"version", LIBWOLFSSL_VERSION_STRING},
      {"client", role({"address", "groups", "schemes", "no-ems", "max-fragment", "want-staple"})},
      {"server", role({"client-auth", "accepts-max-fragment", "staple"})}};
}

std::unique_ptr<Library> make_library(const Options& options) {
  return std::make_unique<WolfLibrary>(options);
}

}  // namespace peer
