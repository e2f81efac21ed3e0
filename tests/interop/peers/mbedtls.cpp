// mbedTLS as a peer.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_internal.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>

#include <algorithm>
#include <list>
#include <utility>

#include "peer.hpp"

namespace peer {
namespace {

/// A C structure with its init and free.
template <typename T, void (*initialize)(T*), void (*release)(T*)>
struct Owned : T {
  Owned() { initialize(this); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { release(this); }
};

int must(int result) {
  if (result >= 0) return result;
  char words[200];
  mbedtls_strerror(result, words, sizeof words);
  throw Failure{words};
}

const std::vector<std::pair<std::string, mbedtls_ecp_group_id>> kCurves{
    {"x25519", MBEDTLS_ECP_DP_CURVE25519},
    {"secp256r1", MBEDTLS_ECP_DP_SECP256R1},
    {"secp384r1", MBEDTLS_ECP_DP_SECP384R1},
    {"secp521r1", MBEDTLS_ECP_DP_SECP521R1}};

// Of a server's DHE; a client takes whatever comes.
const std::vector<std::pair<std::string, Bytes>> kPrimes{
    {"ffdhe2048", MBEDTLS_DHM_RFC7919_FFDHE2048_P_BIN},
    {"ffdhe3072", MBEDTLS_DHM_RFC7919_FFDHE3072_P_BIN},
    {"ffdhe4096", MBEDTLS_DHM_RFC7919_FFDHE4096_P_BIN},
    {"ffdhe6144", MBEDTLS_DHM_RFC7919_FFDHE6144_P_BIN},
    {"ffdhe8192", MBEDTLS_DHM_RFC7919_FFDHE8192_P_BIN}};
constexpr std::uint8_t kGenerator[] = {2};

// It chooses hashes alone: in TLS 1.2 the signature algorithm is the key's.
const std::vector<std::pair<std::string, int>> kSchemes{
    {"ecdsa_secp256r1_sha256", MBEDTLS_MD_SHA256}, {"ecdsa_secp384r1_sha384", MBEDTLS_MD_SHA384},
    {"ecdsa_secp521r1_sha512", MBEDTLS_MD_SHA512}, {"rsa_pkcs1_sha256", MBEDTLS_MD_SHA256},
    {"rsa_pkcs1_sha384", MBEDTLS_MD_SHA384},       {"rsa_pkcs1_sha512", MBEDTLS_MD_SHA512},
    {"rsa_pkcs1_sha1", MBEDTLS_MD_SHA1},           {"ecdsa_sha1", MBEDTLS_MD_SHA1}};

const std::vector<std::pair<int, unsigned char>> kFragments{{512, MBEDTLS_SSL_MAX_FRAG_LEN_512},
                                                            {1024, MBEDTLS_SSL_MAX_FRAG_LEN_1024},
                                                            {2048, MBEDTLS_SSL_MAX_FRAG_LEN_2048},
                                                            {4096, MBEDTLS_SSL_MAX_FRAG_LEN_4096}};

/// The registry's name (RFC 6655 §3 turns two of them round).
std::string registered(std::string name) {
  std::ranges::replace(name, '-', '_');
  if (name.starts_with("TLS_DHE_PSK") && name.ends_with("CCM_8"))
    name.replace(0, 11, "TLS_PSK_DHE");
  if (name.starts_with("TLS_ECDHE_PSK") && name.contains("_CCM")) name += "_SHA256";
  return name;
}

std::vector<std::pair<std::string, int>> suites() {
  std::vector<std::pair<std::string, int>> table;
  for (const int* id = mbedtls_ssl_list_ciphersuites(); *id != 0; ++id)
    table.emplace_back(registered(mbedtls_ssl_get_ciphersuite_name(*id)), *id);
  return table;
}

/// What an exporter starts from (RFC 5705 §4).
struct Secrets {
  Bytes master, randoms;
  mbedtls_tls_prf_types prf{};
};

class MbedtlsLibrary;

class MbedtlsConnection final : public Connection {
 public:
  MbedtlsConnection(MbedtlsLibrary& library, int socket);
  Step handshake() override;
  Step renegotiate() override;
  /// Nothing at all is its word for the transport's end.
  Moved read(std::span<std::uint8_t> into) override {
    const int result = mbedtls_ssl_read(&ssl_, into.data(), into.size());
    return result == 0 ? Moved{.step = Step::truncated} : moved(result);
  }
  Moved write(std::span<const std::uint8_t> data) override {
    return moved(mbedtls_ssl_write(&ssl_, data.data(), data.size()));
  }
  Step close() override { return moved(mbedtls_ssl_close_notify(&ssl_)).step; }
  void facts(Json& report, Bytes& certificate) override;

 private:
  Moved moved(int result) const;

  MbedtlsLibrary& library_;
  mbedtls_net_context socket_;
  Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free> ssl_;
  bool resumed_ = false, extended_master_secret_ = false, asked_again_ = false;
  std::string group_;
};

class MbedtlsLibrary final : public Library {
 public:
  explicit MbedtlsLibrary(const Options& given) : options(given) {
    must(mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0));
    must(mbedtls_ssl_config_defaults(&config,
                                     options.server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                                     MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT));
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random_);
    if (options.speaks("1.3")) throw Unsupported{"TLS 1.3"};
    const int minor =
        options.speaks("1.1") ? MBEDTLS_SSL_MINOR_VERSION_2 : MBEDTLS_SSL_MINOR_VERSION_3;
    mbedtls_ssl_conf_min_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, minor);
    mbedtls_ssl_conf_max_version(&config, MBEDTLS_SSL_MAJOR_VERSION_3, minor);
    choose_algorithms();
    show_certificates();
    trust();
    choose_extensions();
    resume();
  }

  std::unique_ptr<Connection> connection(int socket) override {
    return std::make_unique<MbedtlsConnection>(*this, socket);
  }

  const Options options;
  Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free> config;
  Secrets secrets;
  std::unique_ptr<Owned<mbedtls_ssl_session, mbedtls_ssl_session_init, mbedtls_ssl_session_free>>
      session;  // a client's

 private:
  using Certificate = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
  using Key = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;

  void choose_algorithms() {
    const auto known = suites();
    for (const auto& name : options.suites) suites_.push_back(look_up(known, name));
    suites_.push_back(0);
    if (suites_.size() > 1) mbedtls_ssl_conf_ciphersuites(&config, suites_.data());
    choose_groups();
    for (const auto& name : options.schemes) hashes_.push_back(look_up(kSchemes, name));
    hashes_.push_back(MBEDTLS_MD_NONE);
    if (hashes_.size() > 1) mbedtls_ssl_conf_sig_hashes(&config, hashes_.data());
    if (!options.psk) return;
    const auto& [identity, key] = *options.psk;
    must(mbedtls_ssl_conf_psk(&config, key.data(), key.size(),
                              reinterpret_cast<const unsigned char*>(identity.data()),
                              identity.size()));
  }

  void choose_groups() {
    Bytes prime = kPrimes[0].second;
    for (const auto& name : options.groups) {
      if (name.starts_with("ffdhe") && options.server) {
        prime = look_up(kPrimes, name);
      } else {
        curves_.push_back(look_up(kCurves, name));
      }
    }
    curves_.push_back(MBEDTLS_ECP_DP_NONE);
    if (curves_.size() > 1) mbedtls_ssl_conf_curves(&config, curves_.data());
    if (options.server)
      must(mbedtls_ssl_conf_dh_param_bin(&config, prime.data(), prime.size(), kGenerator,
                                         sizeof kGenerator));
  }

  void show_certificates() {
    for (const auto& identity : options.identities) {
      auto& chain = certificates_.emplace_back();
      auto& key = keys_.emplace_back();
      must(mbedtls_x509_crt_parse_file(&chain, identity.certificate.c_str()));
      must(mbedtls_pk_parse_keyfile(&key, identity.key.c_str(), nullptr));
      must(mbedtls_ssl_conf_own_cert(&config, &chain, &key));
    }
  }

  void trust() {
    auto& authority = certificates_.emplace_back();
    if (!options.authority.empty())
      must(mbedtls_x509_crt_parse_file(&authority, options.authority.c_str()));
    // It insists on an authority where it asks for a certificate; `judge` then overrules it.
    mbedtls_ssl_conf_ca_chain(&config,
                              options.authority.empty() && !options.identities.empty()
                                  ? &certificates_.front()
                                  : &authority,
                              nullptr);
    mbedtls_ssl_conf_cert_req_ca_list(&config, options.authority.empty()
                                                   ? MBEDTLS_SSL_CERT_REQ_CA_LIST_DISABLED
                                                   : MBEDTLS_SSL_CERT_REQ_CA_LIST_ENABLED);
    mbedtls_ssl_conf_verify(&config, judge, this);
    const bool verifies =
        options.server ? options.client_auth == ClientAuth::require : !options.authority.empty();
    const bool asks = !options.server || options.client_auth != ClientAuth::none;
    mbedtls_ssl_conf_authmode(&config, verifies ? MBEDTLS_SSL_VERIFY_REQUIRED
                                       : asks   ? MBEDTLS_SSL_VERIFY_OPTIONAL
                                                : MBEDTLS_SSL_VERIFY_NONE);
  }

  /// Without an authority everything passes; with one, nothing passes that is wrong, not even where
  /// a certificate is optional.
  static int judge(void* self, mbedtls_x509_crt*, int, std::uint32_t* flags) {
    if (static_cast<MbedtlsLibrary*>(self)->options.authority.empty()) *flags = 0;
    return *flags != 0 ? MBEDTLS_ERR_X509_FATAL_ERROR : 0;
  }

  void choose_extensions() {
    if (!options.extended_master_secret)
      mbedtls_ssl_conf_extended_master_secret(&config, MBEDTLS_SSL_EXTENDED_MS_DISABLED);
    if (!options.encrypt_then_mac)
      mbedtls_ssl_conf_encrypt_then_mac(&config, MBEDTLS_SSL_ETM_DISABLED);
    for (const auto& protocol : options.protocols) protocols_.push_back(protocol.c_str());
    protocols_.push_back(nullptr);
    if (protocols_.size() > 1) must(mbedtls_ssl_conf_alpn_protocols(&config, protocols_.data()));
    if (options.max_fragment != 0) {
      const auto code = std::ranges::find(kFragments, options.max_fragment,
                                          &std::pair<int, unsigned char>::first);
      if (code == kFragments.end())
        throw Unsupported{"--max-fragment " + std::to_string(options.max_fragment)};
      must(mbedtls_ssl_conf_max_frag_len(&config, code->second));
    }
    if (options.renegotiate || options.allow_renegotiation)
      mbedtls_ssl_conf_renegotiation(&config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
    mbedtls_ssl_conf_export_keys_ext_cb(&config, keep_secrets, this);
  }

  static int keep_secrets(void* self, const unsigned char* master, const unsigned char*,
                          std::size_t, std::size_t, std::size_t,
                          const unsigned char client_random[32],
                          const unsigned char server_random[32], mbedtls_tls_prf_types prf) {
    auto& secrets = static_cast<MbedtlsLibrary*>(self)->secrets;
    secrets = {.master = Bytes(master, master + 48),
               .randoms = Bytes(client_random, client_random + 32),
               .prf = prf};
    secrets.randoms.insert(secrets.randoms.end(), server_random, server_random + 32);
    return 0;
  }

  void resume() {
    const bool by_id = options.resumption == Resumption::as_the_library_likes ||
                       options.resumption == Resumption::session_ids;
    const bool by_ticket = options.resumption == Resumption::as_the_library_likes ||
                           options.resumption == Resumption::tickets;
    if (!options.server)
      return mbedtls_ssl_conf_session_tickets(&config, by_ticket
                                                           ? MBEDTLS_SSL_SESSION_TICKETS_ENABLED
                                                           : MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    if (by_id)
      mbedtls_ssl_conf_session_cache(&config, &cache_, mbedtls_ssl_cache_get,
                                     mbedtls_ssl_cache_set);
    if (!by_ticket) return;
    must(mbedtls_ssl_ticket_setup(&tickets_, mbedtls_ctr_drbg_random, &random_,
                                  MBEDTLS_CIPHER_AES_256_GCM, 3600));
    mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse,
                                        &tickets_);
  }

  Owned<mbedtls_entropy_context, mbedtls_entropy_init, mbedtls_entropy_free> entropy_;
  Owned<mbedtls_ctr_drbg_context, mbedtls_ctr_drbg_init, mbedtls_ctr_drbg_free> random_;
  Owned<mbedtls_ssl_cache_context, mbedtls_ssl_cache_init, mbedtls_ssl_cache_free> cache_;
  Owned<mbedtls_ssl_ticket_context, mbedtls_ssl_ticket_init, mbedtls_ssl_ticket_free> tickets_;
  // The configuration only points to these.
  std::list<Certificate> certificates_;
  std::list<Key> keys_;
  std::vector<int> suites_, hashes_;
  std::vector<mbedtls_ecp_group_id> curves_;
  std::vector<const char*> protocols_;
};

// ------------------------------------------------ a connection

MbedtlsConnection::MbedtlsConnection(MbedtlsLibrary& library, int socket)
    : library_(library), socket_{socket} {
  must(mbedtls_ssl_setup(&ssl_, &library.config));
  if (!library.options.host.empty())
    must(mbedtls_ssl_set_hostname(&ssl_, library.options.host.c_str()));
  if (library.session) must(mbedtls_ssl_set_session(&ssl_, library.session.get()));
  mbedtls_ssl_set_bio(&ssl_, &socket_, mbedtls_net_send, mbedtls_net_recv, nullptr);
}

Moved MbedtlsConnection::moved(int result) const {
  if (result > 0) return {.bytes = static_cast<std::size_t>(result)};
  switch (result) {
    case 0: return {};
    case MBEDTLS_ERR_SSL_WANT_READ: return {.step = Step::wants_read};
    case MBEDTLS_ERR_SSL_WANT_WRITE: return {.step = Step::wants_write};
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return {.step = Step::closed};
    case MBEDTLS_ERR_SSL_CONN_EOF: return {.step = Step::truncated};
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: throw Failure{"the peer's alert", ssl_.in_msg[1]};
    default: must(result); return {};
  }
}

/// Step by step, for what it forgets when it is done.
Step MbedtlsConnection::handshake() {
  while (ssl_.state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    const auto& forgotten = *ssl_.handshake;
    resumed_ = forgotten.resume != 0;
    extended_master_secret_ = forgotten.extended_ms != 0;
    for (const auto& [name, id] : kCurves)
      if (forgotten.ecdh_ctx.grp.id == id) group_ = name;
    const Step step = moved(mbedtls_ssl_handshake_step(&ssl_)).step;
    if (step == Step::truncated) throw Failure{"the transport ended during the handshake"};
    if (step == Step::closed) throw Failure{"close_notify during the handshake", 0};
    if (step != Step::done) return step;
  }
  return Step::done;
}

/// A server's question is a HelloRequest; the answer is found by reading.
Step MbedtlsConnection::renegotiate() {
  if (!asked_again_) {
    const Step step = moved(mbedtls_ssl_renegotiate(&ssl_)).step;
    if (step != Step::done && !library_.options.server) return step;
    asked_again_ = true;
  }
  if (!library_.options.server || ssl_.renego_status == MBEDTLS_SSL_RENEGOTIATION_DONE)
    return Step::done;
  std::uint8_t nothing = 0;
  const Moved got = read({&nothing, 1});
  if (ssl_.in_msgtype == MBEDTLS_SSL_MSG_ALERT &&
      ssl_.in_msg[1] == MBEDTLS_SSL_ALERT_MSG_NO_RENEGOTIATION)
    return Step::done;
  if (ssl_.renego_status == MBEDTLS_SSL_RENEGOTIATION_DONE) return Step::done;
  if (got.step == Step::done || got.step == Step::closed || got.step == Step::truncated)
    throw Failure{"no ClientHello after the HelloRequest"};
  return got.step;
}

void MbedtlsConnection::facts(Json& report, Bytes& certificate) {
  const auto& options = library_.options;
  report["version"] = version_name(ssl_.minor_ver);
  report["suite"] = registered(mbedtls_ssl_get_ciphersuite(&ssl_));
  report["resumed"] = resumed_;
  const char* protocol = mbedtls_ssl_get_alpn_protocol(&ssl_);
  report["alpn"] = protocol ? Json(protocol) : Json(nullptr);
  report["ems"] = extended_master_secret_;
  report["etm"] = ssl_.session->encrypt_then_mac != 0;
  if (!group_.empty()) report["group"] = group_;
  report["renegotiated"] = ssl_.renego_status == MBEDTLS_SSL_RENEGOTIATION_DONE;
  if (const auto* leaf = mbedtls_ssl_get_peer_cert(&ssl_))
    certificate.assign(leaf->raw.p, leaf->raw.p + leaf->raw.len);
  if (options.exported) {
    const auto& secrets = library_.secrets;
    Bytes material(options.exported->length);
    must(mbedtls_ssl_tls_prf(secrets.prf, secrets.master.data(), secrets.master.size(),
                             options.exported->label.c_str(), secrets.randoms.data(),
                             secrets.randoms.size(), material.data(), material.size()));
    report["exported"] = hex(material);
  }
  if (options.server || options.resumption == Resumption::none) return;
  library_.session = std::make_unique<decltype(library_.session)::element_type>();
  must(mbedtls_ssl_get_session(&ssl_, library_.session.get()));
}

}  // namespace

Json abilities() {
  const Names keys{"rsa", "p256", "p384", "p521"};
  const Names both{"cert",        "old",     "groups",        "half-close",  "truncate",
                   "schemes",     "alpn",    "psk",           "bytes",       "export",
                   "connections", "no-ems",  "no-etm",        "ems",         "etm",
                   "session-ids", "tickets", "no-resumption", "renegotiate", "identities"};
  const auto role = [&](Names groups, Names features) {
    features.insert(features.end(), both.begin(), both.end());
    return Json{{"suites", names_of(suites())},
                {"groups", groups},
                {"schemes", names_of(kSchemes)},
                {"keys", keys},
                {"verifies", keys},
                {"features", features}};
  };
  auto server_groups = names_of(kCurves);
  for (const auto& [name, prime] : kPrimes) server_groups.push_back(name);
  return {{"library", "mbedTLS"},
          {"version", MBEDTLS_VERSION_STRING},
          {"client", role(names_of(kCurves), {"max-fragment", "allow-renegotiation"})},
          {"server", role(server_groups, {"client-auth", "accepts-max-fragment"})}};
}

std::unique_ptr<Library> make_library(const Options& options) {
  if (options.host_is_address()) throw Unsupported{"addresses in certificates"};
  return std::make_unique<MbedtlsLibrary>(options);
}

}  // namespace peer
