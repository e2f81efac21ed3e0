// tls12 connect: standard input to a TLS server, and what it answers to standard output.
#include "connect/connect.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/files/credentials.hpp"
#include "common/files/file.hpp"
#include "common/options/connection_options.hpp"
#include "common/options/host_port.hpp"
#include "common/options/validators.hpp"
#include "common/output/connection_summary.hpp"
#include "tls12/conn.hpp"

namespace tls12::tool {
namespace {

struct Options {
  std::string target, ca, server_name, certificate, key;
  HostPort peer;
  bool insecure = false, json = false, quiet = false;
  bool fallback = false, grease = false, half_close = false;
  Renegotiation renegotiation = Renegotiation::never;
  unsigned resume = 0;  ///< more connections, each taking up the session of the one before
  std::size_t max_fragment = 0;
  double timeout = 0;  ///< seconds; 0: none
  ConnectionOptions connection;
  mutable std::optional<Error> key_log_error;  ///< set by the thread that drives the handshake
};

constexpr auto kDialTimeout = std::chrono::seconds(30);
constexpr std::size_t kChunk = 64 * 1024;

std::chrono::milliseconds timeout_of(const Options& options) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
}

/// Copies standard input to the connection, on a thread of its own. At its end this direction stays
/// open (unless --half-close):
/// many servers drop their answer when the client has closed its direction.
class Upload {
 public:
  Upload(Conn& conn, const Options& options)
      : conn_(conn),
        options_(options),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        thread_([this] { run(); }) {}
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  ~Upload() {
    finish();
    ::close(wake_);
  }

  /// The peer is done: sends what standard input has at this moment, and waits for no more of it.
  void finish() {
    if (!thread_.joinable()) return;
    ::eventfd_write(wake_, 1);
    thread_.join();
  }

  /// After finish(): why not everything was sent, or this direction not closed.
  const std::optional<Error>& error() const { return error_; }
  std::uint64_t sent() const { return sent_; }

 private:
  void run() {
    try {
      copy();
    } catch (const std::bad_alloc&) {
      Error error(Errc::out_of_memory);
      error.alert.reset();
      error_ = error;
      conn_.close();
    }
  }

  void copy() {
    std::vector<std::uint8_t> buffer(kChunk);
    while (wait_for_input()) {
      const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) break;  // a standard input that cannot be read has nothing in it
      if (!send(Bytes(buffer).first(static_cast<std::size_t>(n)))) return;
    }
    extend_deadline();
    if (!options_.half_close) return;
    if (auto closed = conn_.close_write(); !closed) stop(closed.error());
  }

  /// False when there is nothing to be had and the peer is done.
  bool wait_for_input() const {
    pollfd watched[] = {{STDIN_FILENO, POLLIN, 0}, {wake_, POLLIN, 0}};
    while (::poll(watched, 2, -1) < 0) {
      if (errno != EINTR) return false;
    }
    return watched[0].revents != 0 && (watched[0].revents & POLLNVAL) == 0;
  }

  bool send(Bytes data) {
    while (!data.empty()) {
      extend_deadline();
      auto n = conn_.write(data);
      if (!n) return stop(n.error()), false;
      data = data.subspan(*n);
      sent_ += *n;
    }
    return true;
  }

  // The reader waits for an answer to what has just been sent, too.
  void extend_deadline() const {
    if (options_.timeout > 0) conn_.set_deadline(within(timeout_of(options_)));
  }

  // What ended writing for good shows in reading, too; a peer that takes nothing would not.
  void stop(const Error& error) {
    error_ = error;
    if (error.category() == Category::timeout) conn_.close();
  }

  Conn& conn_;
  const Options& options_;
  int wake_;
  std::optional<Error> error_;
  std::uint64_t sent_ = 0;
  std::thread thread_;
};

/// Writes all of it to standard output; the reason when that is not possible.
std::string deliver(Bytes data) {
  while (!data.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd watched{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&watched, 1, -1);
      continue;
    }
    if (n < 0) return std::string("standard output: ") + std::strerror(errno);
    data = data.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

/// How it ended: with an error, with trouble at this end, or well.
struct Ending {
  std::string reason;  ///< empty: both ends closed properly
  std::optional<Error> error;
  std::uint64_t sent = 0, received = 0;
};

constexpr char kNothingCame[] = "the connection ended before any byte came";

/// Not by a deadline, nor at this end.
bool peer_ended(const Error& error) {
  return error.category() == Category::peer_alert ||
         (error.category() == Category::transport && error.code != Errc::closed);
}

Ending ended_by(const Error& error) { return {error.message(), error}; }

Ending converse(Conn& conn, const Options& options) {
  std::vector<std::uint8_t> buffer(kChunk);
  Ending ending;
  Upload upload(conn, options);
  for (;;) {
    if (options.timeout > 0) conn.set_read_deadline(within(timeout_of(options)));
    auto n = conn.read(buffer);
    if (!n) {
      ending = {n.error().message(), n.error(), 0, ending.received};
      if (ending.received == 0 && peer_ended(n.error()))
        ending.reason = std::string(kNothingCame) + ": " + ending.reason;
      conn.close();
      break;
    }
    if (*n == 0) break;
    ending.received += *n;
    ending.reason = deliver(Bytes(buffer).first(*n));
    if (!ending.reason.empty()) {
      conn.close();
      break;
    }
  }
  upload.finish();
  ending.sent = upload.sent();
  // An end that this program made itself was for the upload's reason.
  if (upload.error() &&
      (ending.reason.empty() || (ending.error && ending.error->code == Errc::closed))) {
    ending.error = upload.error();
    ending.reason = upload.error()->message();
  }
  const CloseReport report = conn.close();
  if (ending.reason.empty() && !report) {
    ending.error = report.error;
    ending.reason = report.error->message();
  }
  return ending;
}

Result<ClientContext> context_for(const Options& options) {
  auto common = options.connection.config(
      {}, [&options](const Error& error) { options.key_log_error = error; });
  if (!common) return fail(common.error());
  ClientConfig config{.common = std::move(*common)};
  // --timeout is the bound, and the one to be named.
  if (options.timeout > 0)
    config.common.handshake_timeout =
        std::max(config.common.handshake_timeout, timeout_of(options) + std::chrono::seconds(1));
  auto policy = options.connection.verify(!options.ca.empty());
  if (!policy) return fail(policy.error());
  config.verify = std::move(*policy);
  config.dangerous.accept_any_certificate = options.insecure;
  if (!options.key.empty()) {
    auto identity =
        identity_from_files(options.certificate, options.key, options.connection.key_pass);
    if (!identity) return fail(identity.error());
    config.identities.push_back(std::move(*identity));
  }
  if (options.resume != 0) config.sessions = make_memory_session_store();
  if (!options.connection.keys.empty())
    config.find_psk = [key = options.connection.keys.front()](std::string_view) {
      return std::optional(key);
    };
  config.max_fragment_length = options.max_fragment;
  config.fallback = options.fallback;
  config.grease = options.grease;
  config.renegotiation = options.renegotiation;
  auto raw_key_check = options.connection.raw_key_check();
  if (!raw_key_check) return fail(raw_key_check.error());
  config.accept_raw_public_key = std::move(*raw_key_check);
  config.server_certificate_types =
      options.connection.peer_types(!options.ca.empty(), config.verify);
  config.client_certificate_types = options.connection.own_types(config.identities);
  if (!options.insecure && !config.verify.pins_suffice)
    config.trust =
        options.ca.empty() ? TrustStore::system() : TrustStore::from_file(input_path(options.ca));
  auto context = config.build();
  if (!context) return fail(local(context.error()));
  return context;
}

int report(const Options& options, const Ending& ending,
           nlohmann::ordered_json json = nlohmann::ordered_json::object()) {
  if (options.json) {
    json["sent"] = ending.sent;
    json["received"] = ending.received;
    json["ok"] = ending.reason.empty();
    if (!ending.reason.empty()) json["error"] = error_json(ending.reason, ending.error);
    print_json(stderr, json);
    return ending.reason.empty() ? kDone : kFailed;
  }
  return ending.reason.empty() ? kDone : failed(ending.reason);
}

Result<Conn> dial_with(const Options& options, const ClientContext& context) {
  const Deadline deadline =
      options.timeout > 0 ? within(timeout_of(options)) : within(kDialTimeout);
  return dial(options.peer.host, options.peer.port, context, deadline, options.server_name);
}

int run(const Options& options) {
  auto context = context_for(options);
  if (!context) return report(options, ended_by(context.error()));
  if (!options.ca.empty())
    for (const Error& error : context->config().trust.skipped()) complain(skipped(error));
  if (options.insecure) {
    complain(
        "WARNING: --insecure: the certificate is NOT verified. Whoever is in between can read and "
        "change everything.");
  }
  auto conn = dial_with(options, *context);
  for (unsigned more = 0; conn && more < options.resume; ++more) {
    conn->close();
    conn = dial_with(options, *context);
    if (conn && !conn->state().resumed)
      return report(options, {.reason = "the server did not resume the session", .error = {}});
  }
  if (!conn) return report(options, ended_by(conn.error()));
  const std::string address = conn->peer();
  if (!options.quiet && !options.json) {
    print(stderr, connection_summary(conn->state(), address,
                                     TerminalStyle(options.connection.colour, stderr)));
  }
  Ending ending = converse(*conn, options);
  if (ending.reason.empty() && options.key_log_error)
    ending = {options.key_log_error->message(), options.key_log_error, ending.sent,
              ending.received};
  if (ending.reason.empty() && ending.received == 0 && !options.quiet && !options.json)
    complain(kNothingCame);
  nlohmann::ordered_json json = connection_json(conn->state(), address);
  if (!options.connection.exported.label.empty())
    json["exported"] = exported_json(*conn, options.connection.exported);
  return report(options, ending, std::move(json));
}

void add_peer_and_identity(CLI::App& command, const std::shared_ptr<Options>& options) {
  command
      .add_option("TARGET", options->target,
                  "where to, as HOST:PORT, with a number or a service's name; an IPv6 address as "
                  "[ADDRESS]:PORT, or [ADDRESS%ZONE]:PORT")
      ->required()
      ->check([options](const std::string& text) { return parse_target(text, options->peer); });
  auto* ca = command
                 .add_option("--ca", options->ca,
                             "trust the certificates of this PEM file instead of the system's")
                 ->type_name("FILE");
  command
      .add_option("--servername", options->server_name,
                  "whom to ask for, and whom the certificate must name, instead of HOST")
      ->type_name("NAME");
  command
      .add_flag("--insecure", options->insecure,
                "accept any certificate: no protection against an attacker in between")
      ->excludes(ca);
  auto* certificate = command
                          .add_option("--cert", options->certificate,
                                      "our own certificate chain, for a server that asks for one")
                          ->type_name("CHAIN.pem");
  command.add_option("--key", options->key, "its private key; with --raw-key, it needs no --cert")
      ->type_name("KEY.pem");
  certificate->needs("--key");
}

void add_handshake_choices(CLI::App& command, Options& options) {
  command
      .add_option("--resume", options.resume,
                  "connect N times more, each time resuming the session; the last connection is "
                  "the one that talks")
      ->check(CLI::Range(1, 1000).description(""))
      ->type_name("N");
  command
      .add_option("--max-fragment", options.max_fragment,
                  "ask for records of at most so many bytes (RFC 6066): 512, 1024, 2048 or 4096")
      ->check(CLI::IsMember({512, 1024, 2048, 4096}).description(""))
      ->type_name("BYTES");
  command.add_flag("--fallback-scsv", options.fallback,
                   "say that a higher version was tried before (RFC 7507)");
  command.add_flag("--grease", options.grease, "offer values that mean nothing, too (RFC 8701)");
  const std::map<std::string, Renegotiation> often = {{"never", Renegotiation::never},
                                                      {"once", Renegotiation::once},
                                                      {"freely", Renegotiation::freely}};
  command
      .add_option(
          "--renegotiate", options.renegotiation,
          "how often the server may ask for another handshake (RFC 5746): never, once or freely")
      ->transform(named_value(often))
      ->type_name("HOW");
}

}  // namespace

void add_connect(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "connect",
      "Connect to a TLS server: standard input goes to it, what it says to standard output.");
  add_peer_and_identity(command, options);
  add_handshake_choices(command, *options);
  command
      .add_option("--timeout", options->timeout,
                  "bounds the connection with its handshake, and then each wait for the peer "
                  "(without it: 30 s, and none)")
      ->check(is_seconds())
      ->type_name("SECONDS");
  command.add_flag("--half-close", options->half_close,
                   "send close_notify at the end of the input, and go on reading (some servers "
                   "then send no answer)");
  command.add_flag("--quiet", options->quiet, "do not say what was negotiated");
  command.add_flag(
      "--json", options->json,
      "say what was negotiated and how it ended as one line of JSON on standard error");
  options->connection.add_to(command);
  for (const char* identifies : {"--pin", "--peer-key"})
    command.get_option("--insecure")->excludes(command.get_option(identifies));
  command.footer(
      "At the end of its input it goes on reading until the peer's close_notify, and answers that; "
      "--timeout bounds the wait. To try a handshake alone: "
      "--half-close </dev/null. Exit code: 0 when both ends closed properly, 1 otherwise, with one "
      "line of reason, 2 for wrong usage.");
  command.callback([options, &action] {
    if (options->certificate.empty() && !options->key.empty() && !options->connection.raw_key)
      throw CLI::ValidationError("--key needs --cert, or --raw-key");
    action = [options] { return run(*options); };
  });
}

}  // namespace tls12::tool
