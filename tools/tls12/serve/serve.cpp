// tls12 serve: an HTTPS server for files, an echo, or a page about the connection.
#include "serve/serve.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <thread>

#include "common/files/credentials.hpp"
#include "common/files/file.hpp"
#include "common/options/connection_options.hpp"
#include "common/options/host_port.hpp"
#include "common/options/validators.hpp"
#include "common/server/server.hpp"
#include "common/startup.hpp"
#include "serve/queued_output.hpp"

namespace tls12::tool {
namespace {

struct Options {
  std::string listen = "127.0.0.1:8443", www, ca_out;
  HostPort address = {"127.0.0.1", 8443};
  std::vector<std::string> certificates, keys, key_schemes;
  std::vector<std::vector<SignatureScheme>> schemes;  ///< what `key_schemes` says
  std::vector<std::string> client_ca;
  std::string staple, ticket_keys, psk_hint;
  ClientAuthentication client_authentication = ClientAuthentication::none;
  bool echo = false, quiet = false, json = false, no_tickets = false;
  bool no_dynamic_records = false, no_client_ca_names = false;
  std::size_t session_cache = 20'000;
  /// Seconds; those that are not given follow from `timeout`.
  double timeout = 30, stop_time = 5;
  std::optional<double> handshake_time, header_time, idle_time, write_time;
  std::size_t connections = 4096, header_size = 16 * 1024;
  ConnectionOptions connection;
};

// A descriptor a connection: what most systems give at first (1,024) is soon used up.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool is_address(const std::string& host) {
  return host.find_first_not_of("0123456789.") == std::string::npos ||
         host.find(':') != std::string::npos;
}

/// The identities of --cert and --key, or one made on the spot, whose CA goes to --ca-out.
std::expected<std::vector<Identity>, std::string> identities(const Options& options) {
  std::vector<Identity> all;
  for (std::size_t i = 0; i < options.keys.size(); ++i) {
    auto identity =
        identity_from_files(i < options.certificates.size() ? options.certificates[i] : "",
                            options.keys[i], options.connection.key_pass);
    if (!identity) return std::unexpected(identity.error().message());
    if (i < options.schemes.size()) identity = identity->with_signing_schemes(options.schemes[i]);
    all.push_back(std::move(*identity));
  }
  if (!options.staple.empty() && !all.empty()) {
    auto response = OcspResponse::from_file(input_path(options.staple));
    if (!response) return std::unexpected(local(response.error()).message());
    all.front() = all.front().with_ocsp_response(response->der());
  }
  if (!all.empty()) return all;
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};
  const std::string& host = options.address.host;
  if (!is_address(host) && host != "localhost") names.push_back(host);
  auto made = make_development_identity(names);
  if (!made) return std::unexpected(local(made.error()).message());
  if (!options.ca_out.empty()) {
    if (std::string reason =
            write_file(options.ca_out, made->ca.chain()[0].to_pem(), Secrecy::open);
        !reason.empty())
      return std::unexpected(reason);
  }
  if (!options.quiet) {
    complain("no --cert: a certificate for localhost was made on the spot" +
             (options.ca_out.empty() ? std::string("; --ca-out FILE keeps the CA to trust")
                                     : "; its CA is in " + options.ca_out));
  }
  all.push_back(std::move(made->leaf));
  return all;
}

/// A peer that has begun a handshake or a request is not about to think it over.
constexpr double kAttentive = 10;

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// The key of an identity, among those of --psk.
auto finder_of(const std::vector<PreSharedKey>& keys) {
  return [keys](std::string_view identity) -> std::optional<std::vector<std::uint8_t>> {
    const auto found = std::ranges::find(keys, identity, &PreSharedKey::identity);
    return found == keys.end() ? std::nullopt : std::optional(found->key);
  };
}

/// What outlives a reload, so that sessions do.
struct Sessions {
  std::shared_ptr<SessionStore> store;
  std::shared_ptr<TicketKeys> random_keys;
};

/// Where a context tells of its connections.
struct Sinks {
  TraceSink trace;
  std::function<void(const Error&)> key_log_failed;
};

Result<ServerContext> context_for(const Options& options, const Sessions& sessions,
                                  const Sinks& sinks, std::vector<Identity> identities) {
  auto common = options.connection.config(sinks.trace, sinks.key_log_failed);
  if (!common) return fail(common.error());
  common->handshake_timeout =
      milliseconds(options.handshake_time.value_or(std::min(options.timeout, kAttentive)));
  ServerConfig config{.identities = std::move(identities), .common = std::move(*common)};
  config.client_authentication = options.client_authentication;
  std::vector<TrustStore> trusted;
  for (const std::string& path : options.client_ca)
    trusted.push_back(TrustStore::from_file(input_path(path)));
  if (!trusted.empty()) config.client_trust = TrustStore::any_of(trusted);
  auto policy = options.connection.verify(!options.client_ca.empty());
  if (!policy) return fail(policy.error());
  config.verify = std::move(*policy);
  auto raw_key_check = options.connection.raw_key_check();
  if (!raw_key_check) return fail(raw_key_check.error());
  config.accept_raw_public_key = std::move(*raw_key_check);
  config.client_certificate_types =
      options.connection.peer_types(!options.client_ca.empty(), config.verify);
  config.certificate_types = options.connection.own_types(config.identities);
  config.send_authorities = !options.no_client_ca_names;
  config.dynamic_records = !options.no_dynamic_records;
  config.tickets = !options.no_tickets;
  config.ticket_keys = sessions.random_keys;
  config.sessions = sessions.store;
  if (!options.ticket_keys.empty()) {
    auto keys = TicketKeys::from_file(input_path(options.ticket_keys));
    if (!keys) return fail(local(keys.error()));
    config.ticket_keys = std::move(*keys);
  }
  if (!options.connection.keys.empty()) config.find_psk = finder_of(options.connection.keys);
  config.psk_identity_hint = options.psk_hint;
  if (config.common.application_protocols.empty() && !options.echo)
    config.common.application_protocols = {"http/1.1", "http/1.0"};
  auto context = config.build();
  if (!context) return fail(local(context.error()));
  return context;
}

ServerOptions server_options(const Options& options) {
  ServerOptions server{.www = options.www,
                       .echo = options.echo,
                       .json = options.json,
                       .exported = options.connection.exported,
                       .connections = options.connections,
                       .stop_time = milliseconds(options.stop_time)};
  server.http.header = options.header_size;
  server.http.header_time =
      milliseconds(options.header_time.value_or(std::min(options.timeout, kAttentive)));
  server.http.idle_time = milliseconds(options.idle_time.value_or(options.timeout));
  server.http.write_time = milliseconds(options.write_time.value_or(options.timeout));
  return server;
}

/// Reloads the server at each SIGHUP, and stops it at the first SIGTERM or SIGINT. The signals must
/// be blocked, in all threads, by then.
class SignalThread {
 public:
  SignalThread(Server& server, std::function<void()> reload)
      : thread_([&server, reload = std::move(reload)] {
          int signal = 0;
          const sigset_t set = signals();
          while (::sigwait(&set, &signal) == 0 && signal == SIGHUP) {
            try {
              reload();
            } catch (const std::bad_alloc&) { out_of_memory(); }
          }
          server.stop();
        }) {}
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  ~SignalThread() {
    ::pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }
  static void block() {
    const sigset_t set = signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  }

 private:
  static sigset_t signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::sigaddset(&set, signal);
    return set;
  }
  std::thread thread_;
};

/// Reads every file again that the configuration is made of. A certificate that was made on the
/// spot stays.
std::expected<ServerContext, std::string> read_again(const Options& options,
                                                     const Sessions& sessions, const Sinks& sinks,
                                                     const ServerContext& now) {
  auto made = options.keys.empty() ? now.config().identities : identities(options);
  if (!made) return std::unexpected(made.error());
  auto context = context_for(options, sessions, sinks, std::move(*made));
  if (!context) return std::unexpected(context.error().message());
  return *context;
}

/// Standard error, as all of serve writes to it once it listens: a reader that stops neither delays
/// a connection nor the end.
class Log {
 public:
  explicit Log(const Options& options) : json_(options.json), quiet_(options.quiet) {}

  void complain(const Text& line) { output_.put(complaint(line).view()); }
  /// Of a request or a connection.
  void line(const std::string& text) {
    if (json_) output_.put((Text(text) + "\n").view());
    if (!quiet_ && !json_) complain(text);
  }
  /// Certificates of --client-ca that cannot be used.
  void skipped_in(const ServerContext& context) {
    for (const Error& error : context.config().client_trust.skipped())
      complain(tool::skipped(error));
  }
  int failed(const Error& error) { return complain(error.message()), kFailed; }
  Sinks sinks() {
    return {.trace = [this](const Text& text) { output_.put(text.view()); },
            .key_log_failed =
                [this](const Error& error) {
                  complain(error.message());
                  lost_keys_ = true;
                }};
  }
  /// Whether the key log lacks lines.
  bool lost_keys() const { return lost_keys_; }

 private:
  const bool json_, quiet_;
  std::atomic<bool> lost_keys_ = false;
  QueuedOutput output_{
      STDERR_FILENO, [json = json_](std::uint64_t lines) {
        if (json) return "{\"dropped_lines\":" + std::to_string(lines) + "}\n";
        return std::string(complaint(std::to_string(lines) +
                                     " lines of this log were dropped: its reader did not keep up")
                               .view());
      }};
};

int run(const Options& options) {
  struct stat about{};
  if (!options.www.empty() && (::stat(options.www.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)))
    return failed(options.www + " is not a folder");
  auto made = identities(options);
  if (!made) return failed(made.error());
  auto random_keys = TicketKeys::rotating();
  if (!random_keys) return failed(random_keys.error());
  Sessions sessions{.store = {}, .random_keys = std::move(*random_keys)};
  if (options.session_cache != 0)
    sessions.store = make_memory_session_store({.sessions = options.session_cache});
  SignalThread::block();
  raise_descriptor_limit();
  Log log(options);
  auto context = context_for(options, sessions, log.sinks(), std::move(*made));
  if (!context) return log.failed(context.error());
  log.skipped_in(*context);
  auto listener = Listener::on(options.address.host, options.address.port, *context);
  if (!listener) return log.failed(listener.error());
  QueuedOutput first_line(STDOUT_FILENO, [](std::uint64_t) { return std::string(); });
  first_line.put((Text("listening on ") + listener->address() + "\n").view());
  if (const int fault = first_line.finish(); fault != 0 && fault != EPIPE)
    return failed(std::string("standard output: ") + std::strerror(fault));
  Server server(std::move(*listener), *context, server_options(options),
                [&](const std::string& line) { log.line(line); });
  const SignalThread signal_thread(server, [&] {
    const auto reloaded = read_again(options, sessions, log.sinks(), *context);
    if (!reloaded) return log.complain("not reloaded: " + reloaded.error());
    log.skipped_in(*reloaded);
    server.reload(*reloaded);
    if (!options.quiet) log.complain("reloaded");
  });
  auto outcome = server.run();
  if (!outcome) return log.failed(outcome.error());
  return log.lost_keys() ? kFailed : kDone;
}

/// S4: what one peer can take of the server, in time, bytes and number.
void add_limits(CLI::App& command, Options& options) {
  const auto time = [&](const char* name, auto& into, const char* help) {
    command.add_option(name, into, help)->check(is_seconds())->type_name("SECONDS");
  };
  time("--timeout", options.timeout,
       "how long a peer may be silent, or take nothing: the default of the next four (30)");
  time("--handshake-time", options.handshake_time,
       "for the handshake, from accepting on (as --timeout, but 10 at most)");
  time("--header-time", options.header_time,
       "for a request, from its first byte to its empty line (as --timeout, but 10 at most)");
  time("--idle-time", options.idle_time, "before a request's first byte (as --timeout)");
  time("--write-time", options.write_time,
       "in which a peer must take each 32 KiB of an answer (as --timeout)");
  time("--stop-time", options.stop_time, "for what is under way when the server stops (5)");
  command
      .add_option("--header-size", options.header_size,
                  "bytes of a request without its body; larger ones are answered 431 (16384)")
      ->check(CLI::Range(64, 1 << 20).description(""))
      ->type_name("BYTES");
  command
      .add_option("--connections", options.connections,
                  "how many at once; more are turned away (4096)")
      ->check(CLI::Range(1, 1'000'000).description(""))
      ->type_name("N");
}

void add_sessions_and_clients(CLI::App& command, Options& options) {
  const std::map<std::string, ClientAuthentication> asked = {
      {"none", ClientAuthentication::none},
      {"request", ClientAuthentication::request},
      {"require-any", ClientAuthentication::require_any},
      {"verify-if-given", ClientAuthentication::verify_if_given},
      {"verify", ClientAuthentication::require_and_verify}};
  command
      .add_option("--client-auth", options.client_authentication,
                  "clients' certificates: none, request or require-any (neither is verified), "
                  "verify-if-given, verify (none)")
      ->transform(named_value(asked))
      ->type_name("HOW");
  command
      .add_option("--client-ca", options.client_ca,
                  "whose certificates clients must have; may be given again")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_flag("--no-client-ca-names", options.no_client_ca_names,
                   "do not tell clients the names of the --client-ca");
  command
      .add_option("--staple", options.staple,
                  "an OCSP response to show with the first --cert (RFC 6066)")
      ->type_name("FILE");
  command
      .add_option("--psk-hint", options.psk_hint,
                  "what clients are told to choose their shared key by")
      ->type_name("TEXT");
  command
      .add_option("--ticket-keys", options.ticket_keys,
                  "the keys of session tickets, one of 96 hexadecimal digits a line; the first "
                  "seals (random ones)")
      ->type_name("FILE");
  command.add_flag("--no-tickets", options.no_tickets, "give out no session tickets");
  command
      .add_option("--session-cache", options.session_cache,
                  "sessions kept to be resumed by ID; 0: none (20000)")
      ->type_name("N");
}

void add_address_and_identities(CLI::App& command, const std::shared_ptr<Options>& options) {
  command
      .add_option("--listen", options->listen,
                  "where: ADDRESS:PORT, or :PORT on all addresses; port 0 takes a free one "
                  "(127.0.0.1:8443)")
      ->check([options](const std::string& text) {
        return parse_listen_address(text, options->address);
      })
      ->type_name("ADDR:PORT");
  command
      .add_option("--cert", options->certificates,
                  "a certificate chain, leaf first; with --key, and again for each further one. "
                  "Without: one made on the spot")
      ->type_name("CHAIN.pem")
      ->allow_extra_args(false);
  command
      .add_option(
          "--key", options->keys,
          "the private key of the --cert at the same place; with --raw-key, further ones need none")
      ->type_name("KEY.pem")
      ->allow_extra_args(false);
  command
      .add_option(
          "--key-schemes", options->key_schemes,
          "signature schemes of the --key at the same place, best first (those of --schemes)")
      ->check([options](const std::string& text) {
        return parse_schemes(text, options->schemes.emplace_back());
      })
      ->type_name("NAME,...")
      ->allow_extra_args(false);
  command
      .add_option("--ca-out", options->ca_out,
                  "write the CA of the certificate made on the spot here")
      ->type_name("FILE");
}

/// Throws CLI::ValidationError if an option lacks the one that it belongs to.
void check_pairs(const Options& options) {
  const std::size_t certificates = options.certificates.size(), keys = options.keys.size();
  if (certificates > keys || (certificates < keys && !options.connection.raw_key))
    throw CLI::ValidationError("each --cert needs its --key, and each --key its --cert");
  if (options.schemes.size() > keys)
    throw CLI::ValidationError("each --key-schemes needs its --key");
  if (!options.connection.peer_keys.empty() &&
      options.client_authentication == ClientAuthentication::none)
    throw CLI::ValidationError("--peer-key is of clients that --client-auth asks");
  if (!options.connection.pins.empty() &&
      options.client_authentication == ClientAuthentication::none)
    throw CLI::ValidationError("--pin is of clients that --client-auth asks");
}

}  // namespace

void add_serve(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "serve", "Serve files, an echo, or a page about the connection, over HTTPS.");
  add_address_and_identities(command, options);
  auto* www =
      command.add_option("--www", options->www, "serve the files of this folder")->type_name("DIR");
  command.add_flag("--echo", options->echo, "no HTTP: give back every byte")->excludes(www);
  command.add_flag("--no-dynamic-records", options->no_dynamic_records,
                   "send full records from the start, instead of ones that fit a TCP segment");
  add_sessions_and_clients(command, *options);
  add_limits(command, *options);
  command.add_flag(
      "--json", options->json,
      "log on standard error one line of JSON for each connection, and none for requests");
  command.add_flag("--quiet", options->quiet,
                   "no log on standard error: a line for each request and each connection");
  options->connection.add_to(command);
  command.footer(
      "The first line on standard output is `listening on ADDR:PORT`. SIGHUP reads all files "
      "again, for connections from then on. SIGTERM or SIGINT stops "
      "accepting, finishes what is under way, and closes.");
  command.callback([options, &action] {
    check_pairs(*options);
    action = [options] { return run(*options); };
  });
}

}  // namespace tls12::tool
