// BearSSL as a peer.
#include <bearssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bearssl_certificates.hpp"
#include "peer.hpp"

namespace peer {
namespace {

#define SUITE(name) {#name, BR_##name}
const std::vector<std::pair<std::string, std::uint16_t>> kSuites{
    SUITE(TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256),
    SUITE(TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256),
    SUITE(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
    SUITE(TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_128_CCM),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_256_CCM),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256),
    SUITE(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384),
    SUITE(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
    SUITE(TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA),
    SUITE(TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
    SUITE(TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA),
    SUITE(TLS_RSA_WITH_AES_128_GCM_SHA256),
    SUITE(TLS_RSA_WITH_AES_256_GCM_SHA384),
    SUITE(TLS_RSA_WITH_AES_128_CCM),
    SUITE(TLS_RSA_WITH_AES_256_CCM),
    SUITE(TLS_RSA_WITH_AES_128_CCM_8),
    SUITE(TLS_RSA_WITH_AES_256_CCM_8),
    SUITE(TLS_RSA_WITH_AES_128_CBC_SHA256),
    SUITE(TLS_RSA_WITH_AES_256_CBC_SHA256),
    SUITE(TLS_RSA_WITH_AES_128_CBC_SHA),
    SUITE(TLS_RSA_WITH_AES_256_CBC_SHA)};
#undef SUITE

const std::vector<std::pair<std::string, int>> kGroups{{"x25519", BR_EC_curve25519},
                                                       {"secp256r1", BR_EC_secp256r1},
                                                       {"secp384r1", BR_EC_secp384r1},
                                                       {"secp521r1", BR_EC_secp521r1}};

const Names kSchemes{
    "ecdsa_secp256r1_sha256", "ecdsa_secp384r1_sha384", "ecdsa_secp521r1_sha512", "ecdsa_sha1",
    "rsa_pkcs1_sha256",       "rsa_pkcs1_sha384",       "rsa_pkcs1_sha512",       "rsa_pkcs1_sha1"};

/// A server's sessions. A handshake that makes one saves it; one that resumes does not.
struct Cache {
  const br_ssl_session_cache_class* methods = &kMethods;
  br_ssl_session_cache_lru kept;
  Bytes store = Bytes(100'000);
  bool keeps = true, saved = false;

  Cache() { br_ssl_session_cache_lru_init(&kept, store.data(), store.size()); }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  static Cache& of(const br_ssl_session_cache_class** self) {
    return *reinterpret_cast<Cache*>(self);
  }
  static void save(const br_ssl_session_cache_class** self, br_ssl_server_context* server,
                   const br_ssl_session_parameters* session) {
    of(self).saved = true;
    if (of(self).keeps) of(self).kept.vtable->save(&of(self).kept.vtable, server, session);
  }
  static int load(const br_ssl_session_cache_class** self, br_ssl_server_context* server,
                  br_ssl_session_parameters* session) {
    return of(self).keeps ? of(self).kept.vtable->load(&of(self).kept.vtable, server, session) : 0;
  }
  static constexpr br_ssl_session_cache_class kMethods{sizeof(br_ssl_session_cache_lru), save,
                                                       load};
};

/// It verifies with the curves that the engine offers, which may be fewer than those of
/// certificates.
std::uint32_t verify_ecdsa(const br_ec_impl*, const void* hash, std::size_t hash_size,
                           const br_ec_public_key* key, const void* signature, std::size_t size) {
  return br_ecdsa_vrfy_asn1_get_default()(br_ec_get_default(), hash, hash_size, key, signature,
                                          size);
}

class BearLibrary final : public Library {
 public:
  explicit BearLibrary(const Options& given)
      : options(given), anchors(given.authority), curves(*br_ec_get_default()) {
    for (const auto& name : options.suites) suites.push_back(look_up(kSuites, name));
    std::uint32_t chosen = 0;
    for (const auto& name : options.groups) chosen |= std::uint32_t{1} << look_up(kGroups, name);
    if (chosen != 0) curves.supported_curves = chosen;
    if (!options.identities.empty()) shown = std::make_unique<Shown>(options.identities.front());
    if (options.client_auth != ClientAuth::none && anchors.list.empty())
      throw Unsupported{"certificates of clients that nobody verifies"};
    if (options.server && !shown) throw Unsupported{"a server without a certificate"};
    for (const auto& protocol : options.protocols) protocols.push_back(protocol.c_str());
    cache.keeps = options.resumption != Resumption::none;
  }

  std::unique_ptr<Connection> connection(int socket) override;

  const Options options;
  const Anchors anchors;
  br_ec_impl curves;
  std::unique_ptr<Shown> shown;
  std::vector<std::uint16_t> suites;
  std::vector<const char*> protocols;
  Cache cache;
  std::optional<br_ssl_session_parameters> session;  // a client's
};

// ------------------------------------------------ a connection

class BearConnection final : public Connection {
 public:
  BearConnection(BearLibrary& library, int socket) : library_(library), socket_(socket) {
    library.options.server ? become_server() : become_client();
  }
  Step handshake() override {
    const Step step = move_until(BR_SSL_SENDAPP);
    if (step == Step::closed || step == Step::truncated)
      throw Failure{"the transport ended during the handshake"};
    return step;
  }
  Step renegotiate() override;
  Moved read(std::span<std::uint8_t> into) override;
  Moved write(std::span<const std::uint8_t> data) override;
  Step close() override;
  void facts(Json& report, Bytes& certificate) override;

 private:
  br_ssl_engine_context& engine() { return library_.options.server ? server_.eng : client_.eng; }
  void become_client();
  void become_server();
  void prepare();
  Step move_until(unsigned wanted);
  Step closed_by();
  bool resumed();

  BearLibrary& library_;
  const int socket_;
  union {
    br_ssl_client_context client_;
    br_ssl_server_context server_;
  };
  Judge judge_;
  Bytes incoming_, outgoing_;
  Bytes first_random_;  // of the client, in the first of two handshakes
  bool asked_again_ = false, renegotiated_ = false, truncated_ = false;
};

/// Buffers for whole records, which is what it offers as max_fragment_length.
void BearConnection::prepare() {
  const auto& options = library_.options;
  if (options.speaks("1.3")) throw Unsupported{"TLS 1.3"};
  const unsigned version = options.speaks("1.1") ? BR_TLS11 : BR_TLS12;
  br_ssl_engine_set_versions(&engine(), version, version);
  if (!library_.suites.empty())
    br_ssl_engine_set_suites(&engine(), library_.suites.data(), library_.suites.size());
  br_ssl_engine_set_ec(&engine(), &library_.curves);
  br_ssl_engine_set_ecdsa(&engine(), verify_ecdsa);
  br_ssl_engine_set_default_rsavrfy(&engine());
  if (!library_.protocols.empty())
    br_ssl_engine_set_protocol_names(&engine(), library_.protocols.data(),
                                     library_.protocols.size());
  br_ssl_engine_add_flags(&engine(), BR_OPT_FAIL_ON_ALPN_MISMATCH);
  if (options.client_auth == ClientAuth::request)
    br_ssl_engine_add_flags(&engine(), BR_OPT_TOLERATE_NO_CLIENT_AUTH);
  if (!options.renegotiate && !options.allow_renegotiation)
    br_ssl_engine_add_flags(&engine(), BR_OPT_NO_RENEGOTIATION);
  judge_.verifies = !options.authority.empty();
  br_ssl_engine_set_x509(&engine(), &judge_.methods);
  const std::size_t fragment =
      options.max_fragment == 0 ? 16384 : static_cast<std::size_t>(options.max_fragment);
  incoming_.resize(fragment + BR_SSL_BUFSIZE_INPUT - 16384);
  outgoing_.resize(BR_SSL_BUFSIZE_OUTPUT);
  br_ssl_engine_set_buffers_bidi(&engine(), incoming_.data(), incoming_.size(), outgoing_.data(),
                                 outgoing_.size());
}

void BearConnection::become_client() {
  const auto& options = library_.options;
  br_ssl_client_init_full(&client_, &judge_.minimal, library_.anchors.list.data(),
                          library_.anchors.list.size());
  prepare();
  if (library_.shown) {
    const auto& shown = *library_.shown;
    if (shown.is_rsa()) {
      br_ssl_client_set_single_rsa(&client_, shown.chain.data(), shown.chain.size(),
                                   br_skey_decoder_get_rsa(&shown.key),
                                   br_rsa_pkcs1_sign_get_default());
    } else {
      br_ssl_client_set_single_ec(&client_, shown.chain.data(), shown.chain.size(),
                                  br_skey_decoder_get_ec(&shown.key), BR_KEYTYPE_SIGN,
                                  shown.issuer_key_type, br_ec_get_default(),
                                  br_ecdsa_sign_asn1_get_default());
    }
  }
  if (library_.session) br_ssl_engine_set_session_parameters(&engine(), &*library_.session);
  must(br_ssl_client_reset(&client_, options.host.empty() ? nullptr : options.host.c_str(),
                           library_.session ? 1 : 0) == 1,
       "no connection");
}

void BearConnection::become_server() {
  const auto& shown = *library_.shown;
  const unsigned usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
  // Both start with everything; what is shown decides.
  if (shown.is_rsa()) {
    br_ssl_server_init_full_rsa(&server_, shown.chain.data(), shown.chain.size(),
                                br_skey_decoder_get_rsa(&shown.key));
  } else {
    br_ssl_server_init_full_ec(&server_, shown.chain.data(), shown.chain.size(),
                               shown.issuer_key_type, br_skey_decoder_get_ec(&shown.key));
    br_ssl_server_set_single_ec(&server_, shown.chain.data(), shown.chain.size(),
                                br_skey_decoder_get_ec(&shown.key), usages, shown.issuer_key_type,
                                br_ec_get_default(), br_ecdsa_sign_asn1_get_default());
  }
  br_x509_minimal_init_full(&judge_.minimal, library_.anchors.list.data(),
                            library_.anchors.list.size());
  prepare();
  br_ssl_engine_add_flags(&engine(), BR_OPT_ENFORCE_SERVER_PREFERENCES);
  if (library_.options.client_auth != ClientAuth::none)
    br_ssl_server_set_trust_anchor_names_alt(&server_, library_.anchors.list.data(),
                                             library_.anchors.list.size());
  br_ssl_server_set_cache(&server_, &library_.cache.methods);
  library_.cache.saved = false;
  must(br_ssl_server_reset(&server_) == 1, "no connection");
}

Step BearConnection::closed_by() {
  const int error = br_ssl_engine_last_error(&engine());
  if (error == BR_ERR_OK) return Step::closed;
  if (error >= BR_ERR_SEND_FATAL_ALERT)
    throw Failure{"it sends alert " + std::to_string(error - BR_ERR_SEND_FATAL_ALERT)};
  if (error >= BR_ERR_RECV_FATAL_ALERT)
    throw Failure{"the peer's alert", error - BR_ERR_RECV_FATAL_ALERT};
  throw Failure{"error " + std::to_string(error)};
}

/// Moves records until the engine can do one of these.
Step BearConnection::move_until(unsigned wanted) {
  for (;;) {
    const unsigned state = br_ssl_engine_current_state(&engine());
    if (state & BR_SSL_CLOSED) return closed_by();
    if (truncated_) return Step::truncated;
    std::size_t size = 0;
    if (state & BR_SSL_SENDREC) {
      const auto* records = br_ssl_engine_sendrec_buf(&engine(), &size);
      const auto sent = ::send(socket_, records, size, 0);
      if (sent < 0 && errno == EAGAIN) return Step::wants_write;
      must(sent > 0, "the transport is broken");
      br_ssl_engine_sendrec_ack(&engine(), static_cast<std::size_t>(sent));
    } else if (state & wanted) {
      return Step::done;
    } else {
      auto* room = br_ssl_engine_recvrec_buf(&engine(), &size);
      must(room != nullptr, "there is more data than expected");
      const auto got = ::recv(socket_, room, size, 0);
      if (got < 0 && errno == EAGAIN) return Step::wants_read;
      must(got >= 0, "the transport is broken");
      truncated_ = got == 0;
      if (got > 0) br_ssl_engine_recvrec_ack(&engine(), static_cast<std::size_t>(got));
    }
  }
}

Moved BearConnection::read(std::span<std::uint8_t> into) {
  const Step step = move_until(BR_SSL_RECVAPP);
  if (step != Step::done) return {.step = step};
  std::size_t size = 0;
  const auto* data = br_ssl_engine_recvapp_buf(&engine(), &size);
  size = std::min(size, into.size());
  std::copy_n(data, size, into.begin());
  br_ssl_engine_recvapp_ack(&engine(), size);
  return {.bytes = size};
}

Moved BearConnection::write(std::span<const std::uint8_t> data) {
  const unsigned state = br_ssl_engine_current_state(&engine());
  if (!(state & BR_SSL_SENDAPP)) {
    // While the peer's data wait for their reader, only what is going out can be moved.
    const Step step = move_until(BR_SSL_SENDAPP | BR_SSL_RECVAPP);
    if (step != Step::done) return {.step = step};
    if (!(br_ssl_engine_current_state(&engine()) & BR_SSL_SENDAPP))
      return {.step = Step::wants_write};
  }
  std::size_t size = 0;
  auto* room = br_ssl_engine_sendapp_buf(&engine(), &size);
  size = std::min(size, data.size());
  std::copy_n(data.begin(), size, room);
  br_ssl_engine_sendapp_ack(&engine(), size);
  br_ssl_engine_flush(&engine(), 0);
  move_until(BR_SSL_SENDAPP | BR_SSL_RECVAPP);
  return {.bytes = size};
}

/// Its close waits for the peer's, which is the reader's business.
Step BearConnection::close() {
  br_ssl_engine_close(&engine());
  const Step step = move_until(0);
  return step == Step::wants_write ? step : Step::done;
}

Step BearConnection::renegotiate() {
  const auto& random = engine().client_random;
  if (!asked_again_) {
    first_random_.assign(std::begin(random), std::end(random));
    must(br_ssl_engine_renegotiate(&engine()) == 1, "it does not renegotiate");
    asked_again_ = true;
  }
  const Step step = move_until(BR_SSL_SENDAPP);
  if (step == Step::closed || step == Step::truncated)
    throw Failure{"the transport ended during the second handshake"};
  renegotiated_ = !std::ranges::equal(first_random_, random);
  return step;
}

bool BearConnection::resumed() {
  if (library_.options.server) return !library_.cache.saved;
  const auto& now = engine().session;
  const auto& before = library_.session;
  return before && now.session_id_len != 0 && now.session_id_len == before->session_id_len &&
         std::equal(now.session_id, now.session_id + now.session_id_len, before->session_id);
}

void BearConnection::facts(Json& report, Bytes& certificate) {
  const auto& options = library_.options;
  const int suite = engine().session.cipher_suite;
  report["version"] = version_name(engine().session.version);
  for (const auto& [name, id] : kSuites)
    if (id == suite) report["suite"] = name;
  report["resumed"] = !asked_again_ && resumed();
  const char* protocol = br_ssl_engine_get_selected_protocol(&engine());
  report["alpn"] = protocol ? Json(protocol) : Json(nullptr);
  report["ems"] = report["etm"] = false;
  for (const auto& [name, id] : kGroups)
    if (id == br_ssl_engine_get_ecdhe_curve(&engine())) report["group"] = name;
  if (options.renegotiate) report["renegotiated"] = renegotiated_;
  certificate = judge_.leaf;
  if (options.exported) {
    Bytes material(options.exported->length);
    must(br_ssl_key_export(&engine(), material.data(), material.size(),
                           options.exported->label.c_str(), nullptr, 0) == 1,
         "the exporter");
    report["exported"] = hex(material);
  }
  if (!options.server && options.resumption != Resumption::none)
    library_.session = engine().session;
}

std::unique_ptr<Connection> BearLibrary::connection(int socket) {
  return std::make_unique<BearConnection>(*this, socket);
}

}  // namespace

Json abilities() {
  const Names keys{"rsa", "p256", "p384", "p521"};
  const Names both{"cert",          "old",         "groups",  "alpn",   "bytes",
                   "export",        "connections", "no-ems",  "no-etm", "session-ids",
                   "no-resumption", "renegotiate", "truncate"};
  const auto role = [&](Names features) {
    features.insert(features.end(), both.begin(), both.end());
    return Json{{"suites", names_of(kSuites)},
                {"groups", names_of(kGroups)},
                {"schemes", kSchemes},
                {"keys", keys},
                {"verifies", keys},
                {"features", features}};
  };
  return {{"library", "BearSSL"},
          {"version", "0.6"},
          {"client", role({"max-fragment", "allow-renegotiation"})},
          {"server", role({"client-auth", "accepts-max-fragment"})}};
}

std::unique_ptr<Library> make_library(const Options& options) {
  if (options.host_is_address()) throw Unsupported{"addresses in certificates"};
  return std::make_unique<BearLibrary>(options);
}

}  // namespace peer
