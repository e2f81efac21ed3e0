#include "peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

namespace peer {
namespace {

constexpr std::string_view kGreeting = "hello over there\n";
constexpr int kPatience = 30'000;  // milliseconds

void print(const Json& line) { std::cout << line.dump() << std::endl; }

// ------------------------------------------------ options

SharedKey shared_key(const std::string& text) {
  const auto colon = text.rfind(':');
  SharedKey psk{.identity = text.substr(0, colon), .key = Bytes(text.size())};
  std::size_t size = 0;
  const auto digits = text.substr(colon + 1);
  if (sodium_hex2bin(psk.key.data(), psk.key.size(), digits.data(), digits.size(), nullptr, &size,
                     nullptr) != 0)
    throw CLI::ValidationError("--psk", text);
  psk.key.resize(size);
  return psk;
}

Export to_export(const std::string& text) {
  const auto colon = text.rfind(':');
  return {.label = text.substr(0, colon), .length = std::stoul(text.substr(colon + 1))};
}

struct Parser {
  CLI::App app{"A library as a peer."};
  Options options;
  Names certificates, keys;
  std::string psk, exported;
  bool no_ems = false, no_etm = false, session_ids = false, tickets = false, no_resumption = false;

  Parser() {
    names("--versions", options.versions);
    names("--suites", options.suites);
    names("--groups", options.groups);
    names("--schemes", options.schemes);
    names("--alpn", options.protocols);
    app.add_option("--port", options.port);
    app.add_option("--host", options.host);
    app.add_option("--cert", certificates)->allow_extra_args(false);
    app.add_option("--key", keys)->allow_extra_args(false);
    app.add_option("--ca", options.authority);
    const std::map<std::string, ClientAuth> how{{"none", ClientAuth::none},
                                                {"request", ClientAuth::request},
                                                {"require", ClientAuth::require}};
    app.add_option("--client-auth", options.client_auth)->transform(CLI::Transformer(how));
    app.add_option("--max-fragment", options.max_fragment);
    app.add_option("--psk", psk);
    app.add_option("--connections", options.connections);
    app.add_option("--staple", options.staple);
    app.add_option("--export", exported);
    app.add_option("--bytes", options.bytes);
    app.add_flag("--no-ems", no_ems);
    app.add_flag("--no-etm", no_etm);
    app.add_flag("--session-ids", session_ids);
    app.add_flag("--tickets", tickets);
    app.add_flag("--no-resumption", no_resumption);
    app.add_flag("--want-staple", options.want_staple);
    app.add_flag("--renegotiate", options.renegotiate);
    app.add_flag("--allow-renegotiation", options.allow_renegotiation);
    app.add_flag("--half-close", options.half_close);
    app.add_flag("--truncate", options.truncate);
  }

  void names(const std::string& option, Names& into) {
    app.add_option(option, into)->delimiter(',');
  }

  void parse(int count, char** arguments) {
    app.parse(count, arguments);
    if (certificates.size() != keys.size())
      throw CLI::ValidationError("--cert", "each goes with a --key");
    for (std::size_t i = 0; i < keys.size(); ++i)
      options.identities.push_back({certificates[i], keys[i]});
    options.extended_master_secret = !no_ems;
    options.encrypt_then_mac = !no_etm;
    if (session_ids) options.resumption = Resumption::session_ids;
    if (tickets) options.resumption = Resumption::tickets;
    if (no_resumption) options.resumption = Resumption::none;
    if (!psk.empty()) options.psk = shared_key(psk);
    if (!exported.empty()) options.exported = to_export(exported);
  }

  /// Refuses every option given that is not among the role's features.
  void check_features(const Names& features) const {
    static const Names always{"--port",     "--host",   "--ca",  "--key",
                              "--versions", "--suites", "--help"};
    for (const auto* option : app.get_options()) {
      const auto name = option->get_name();
      const bool known = std::ranges::find(always, name) != always.end() ||
                         std::ranges::find(features, name.substr(2)) != features.end();
      if (option->count() != 0 && !known) throw Unsupported{name};
    }
    if (certificates.size() > 1 && std::ranges::find(features, "identities") == features.end())
      throw Unsupported{"several identities"};
  }
};

// ------------------------------------------------ sockets

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {
    if (descriptor < 0) throw Failure{std::string("socket: ") + std::strerror(errno)};
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }
  int get() const { return descriptor_; }

  /// Until it is ready for this.
  void wait(short events) const {
    pollfd entry{.fd = descriptor_, .events = events, .revents = 0};
    if (::poll(&entry, 1, kPatience) != 1) throw Failure{"the peer says nothing more"};
  }

 private:
  int descriptor_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void must(int result, const char* what) {
  if (result != 0) throw Failure{std::string(what) + ": " + std::strerror(errno)};
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(port);
  must(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), "connect");
  return socket;
}

/// Listens, and tells where.
int listen_on(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(port);
  socklen_t size = sizeof address;
  must(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size), "bind");
  must(::listen(socket, 16), "listen");
  must(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  print({{"port", ntohs(address.sin_port)}});
  return socket;
}

// ------------------------------------------------ the exchange

class Talk {
 public:
  Talk(const Options& options, Library& library, int socket)
      : options_(options), socket_(socket), connection_(prepared(library)) {}

  Json run() {
    finish([&] { return connection_->handshake(); });
    if (options_.server) {
      serve();
    } else {
      if (options_.renegotiate) finish([&] { return connection_->renegotiate(); });
      options_.bytes ? ask_at_length() : ask();
    }
    Json report;
    Bytes certificate;
    connection_->facts(report, certificate);
    report["peer_certificate_sha256"] =
        certificate.empty() ? Json(nullptr) : Json(digest(certificate));
    report["sent"] = sent_;
    report["received"] = received_.size() + checked_;
    report["eof"] = options_.truncate ? truncate()
                    : options_.server ? end_of_server()
                                      : end_of_client();
    return report;
  }

 private:
  std::unique_ptr<Connection> prepared(Library& library) const {
    const int on = 1;
    must(::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    must(::fcntl(socket_.get(), F_SETFL, O_NONBLOCK), "O_NONBLOCK");
    return library.connection(socket_.get());
  }

  static std::string digest(const Bytes& certificate) {
    Bytes result(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(result.data(), certificate.data(), certificate.size());
    return hex(result);
  }

  template <typename Call>
  Step finish(Call call) const {
    for (;;) {
      const Step step = call();
      if (step != Step::wants_read && step != Step::wants_write) return step;
      socket_.wait(step == Step::wants_read ? POLLIN : POLLOUT);
    }
  }

  void write_all(std::span<const std::uint8_t> data) {
    while (!data.empty()) {
      Moved moved;
      finish([&] { return (moved = connection_->write(data)).step; });
      data = data.subspan(moved.bytes);
      sent_ += moved.bytes;
    }
  }

  Moved read_some() {
    Moved moved;
    finish([&] { return (moved = connection_->read(buffer_)).step; });
    return moved;
  }

  // The short one.

  bool has_line() const { return received_.ends_with('\n'); }

  void read_line() {
    while (!has_line()) {
      const Moved moved = read_some();
      if (moved.step != Step::done) return void(end_ = moved.step);
      received_.append(reinterpret_cast<const char*>(buffer_.data()), moved.bytes);
    }
  }

  static std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  void ask() {
    write_all(as_bytes(kGreeting));
    if (options_.half_close) close();
    read_line();
    if (received_ != kGreeting) throw Failure{"wrong answer: " + received_};
  }

  void serve() {
    options_.bytes ? receive_at_length() : read_line();
    if (options_.half_close && word_for_end() == "truncated")
      throw Failure{"no close_notify before the answer"};
    if (options_.renegotiate) finish([&] { return connection_->renegotiate(); });
    if (options_.bytes) {
      while (sent_ < *options_.bytes) write_all(pattern(sent_, *options_.bytes - sent_));
    } else if (has_line()) {
      write_all(as_bytes(received_));
    }
  }

  // The long one.

  /// The next bytes to send, at most a buffer.
  std::span<const std::uint8_t> pattern(std::size_t from, std::size_t count) {
    outgoing_.resize(std::min(count, buffer_.size()));
    for (std::size_t i = 0; i < outgoing_.size(); ++i)
      outgoing_[i] = static_cast<std::uint8_t>((from + i) % 251);
    return outgoing_;
  }

  void check(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (buffer_[i] != (checked_ + i) % 251)
        throw Failure{"wrong byte at " + std::to_string(checked_ + i)};
    checked_ += count;
  }

  void receive_at_length() {
    while (checked_ < *options_.bytes) {
      const Moved moved = read_some();
      if (moved.step != Step::done)
        throw Failure{"the end after " + std::to_string(checked_) + " bytes"};
      check(moved.bytes);
    }
  }

  void ask_at_length() {
    std::span<const std::uint8_t> rest;
    while (checked_ < *options_.bytes) {
      Moved sent;
      if (rest.empty()) rest = pattern(sent_, *options_.bytes - sent_);
      if (!rest.empty()) sent = connection_->write(rest);
      rest = rest.subspan(sent.bytes);
      sent_ += sent.bytes;
      const Moved got = connection_->read(buffer_);
      if (got.step == Step::closed || got.step == Step::truncated)
        throw Failure{"the end after " + std::to_string(checked_) + " bytes"};
      check(got.bytes);
      if (sent.bytes + got.bytes == 0)
        socket_.wait(static_cast<short>(waits_for(sent.step) | waits_for(got.step)));
    }
  }

  static short waits_for(Step step) {
    return step == Step::wants_read ? POLLIN : step == Step::wants_write ? POLLOUT : 0;
  }

  // The end.

  std::string word_for_end() {
    if (end_ == Step::done) end_ = read_some().step;
    if (end_ == Step::done) throw Failure{"more data than expected"};
    return end_ == Step::closed ? "close_notify" : "truncated";
  }

  void close() {
    if (!closed_) finish([&] { return connection_->close(); });
    closed_ = true;
  }

  /// The transport's end alone; then whatever the peer still says is taken, lest it be answered
  /// with a reset.
  std::string truncate() {
    must(::shutdown(socket_.get(), SHUT_WR), "shutdown");
    do socket_.wait(POLLIN);
    while (::read(socket_.get(), buffer_.data(), buffer_.size()) > 0);
    return "unread";
  }

  std::string end_of_client() {
    close();
    return connection_->reads_after_close() ? word_for_end() : "unread";
  }

  std::string end_of_server() {
    auto word = word_for_end();
    if (end_ == Step::closed) close();
    return word;
  }

  const Options& options_;
  Socket socket_;
  std::unique_ptr<Connection> connection_;
  Bytes buffer_ = Bytes(1 << 15), outgoing_;
  std::string received_;                // of the short one
  std::size_t sent_ = 0, checked_ = 0;  // checked: of the long one
  Step end_ = Step::done;               // closed or truncated, once it was seen
  bool closed_ = false;
};

int tell(const Failure& failure) {
  print({{"error", failure.what}, {"alert", failure.alert ? Json(*failure.alert) : Json(nullptr)}});
  return 1;
}

/// A server goes on with the next.
int serve(const Options& options, Library& library) {
  const Socket listener(listen_on(options.port));
  int code = 0;
  for (int i = 0; i < options.connections; ++i) try {
      print(Talk(options, library, ::accept(listener.get(), nullptr, nullptr)).run());
    } catch (const Failure& failure) { code = tell(failure); }
  return code;
}

int play(const Options& options) {
  const auto library = make_library(options);
  if (options.server) return serve(options, *library);
  for (int i = 0; i < options.connections; ++i)
    print(Talk(options, *library, connect_to(options.port)).run());
  return 0;
}

int run(const std::string& role, int count, char** arguments) {
  Parser parser;
  parser.options.server = role == "server";
  try {
    parser.parse(count, arguments);
    parser.check_features(abilities().at(role).at("features").get<Names>());
    return play(parser.options);
  } catch (const CLI::ParseError& error) {
    std::cerr << error.what() << '\n';
    return 2;
  } catch (const Unsupported& refusal) {
    print({{"unsupported", refusal.why}});
    return 3;
  } catch (const Failure& failure) { return tell(failure); }
}

}  // namespace

bool Options::host_is_address() const {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

Bytes read_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  if (!file) throw Failure{name + " cannot be read"};
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::string version_name(int number) { return "TLS 1." + std::to_string((number & 0xff) - 1); }

std::string hex(std::span<const std::uint8_t> data) {
  std::string text(data.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), data.data(), data.size());
  text.pop_back();
  return text;
}

}  // namespace peer

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string role = count > 1 ? arguments[1] : "";
  if (role == "can") {
    peer::print(peer::abilities());
    return 0;
  }
  if (role != "client" && role != "server") {
    std::cerr << "usage: can | client [options] | server [options]\n";
    return 2;
  }
  return peer::run(role, count - 1, arguments + 1);
}
