#include "server.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "pages.hpp"
#include "words.hpp"

namespace tls12::tool {
namespace {

constexpr std::size_t kChunk = 64 * 1024;
constexpr auto kLinger = std::chrono::seconds(2);

// Over plain TCP: whoever reads this speaks no TLS.
std::string plain_answer() {
  const std::string text = "This port speaks HTTPS. Ask again, with https:// in front.\n";
  return "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n" + text;
}

}  // namespace

/// A connection as stop() sees it, for as long as this lives.
class Server::Registered {
 public:
  Registered(Server& server, std::function<void()> end) : server_(server) {
    const std::lock_guard lock(server_.mutex_);
    id_ = server_.next_id_++;
    if (server_.stopping_) end();
    server_.entries_.emplace(id_, Entry{std::move(end)});
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;
  ~Registered() {
    const std::lock_guard lock(server_.mutex_);
    server_.entries_.erase(id_);
  }
  /// Going idle while the server stops is the end.
  void set_idle(bool idle) {
    const std::lock_guard lock(server_.mutex_);
    Entry& entry = server_.entries_.at(id_);
    entry.idle = idle;
    if (idle && server_.stopping_) entry.end();
  }

 private:
  Server& server_;
  std::uint64_t id_ = 0;
};

Server::Server(Listener listener, ServerContext context, ServerOptions options, std::function<void(const std::string&)> log)
    : listener_(std::move(listener)), context_(std::move(context)), options_(std::move(options)), log_(std::move(log)) {}

Server::~Server() {
  stop();
  wait_for_connections();
}

Result<void> Server::run() {
  Result<void> outcome;
  for (;;) {
    auto transport = listener_.accept_transport();
    if (transport) {
      start(std::move(*transport));
      continue;
    }
    if (transport.error().code != Errc::closed) outcome = fail(transport.error());
    break;
  }
  stop();
  wait_for_connections();
  return outcome;
}

void Server::stop() {
  listener_.close();
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (auto& [id, entry] : entries_)
    if (entry.idle) entry.end();
}

void Server::wait_for_connections() {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, options_.stop_time, [&] { return threads_ == 0; })) return;
  for (auto& [id, entry] : entries_) entry.end();
  changed_.wait(lock, [&] { return threads_ == 0; });
}

void Server::start(TransportPtr transport) {
  const std::string peer = transport->peer();
  {
    const std::lock_guard lock(mutex_);
    if (threads_ >= options_.connections) return log_(peer + " turned away: " + std::to_string(threads_) + " connections are open");
    ++threads_;
  }
  const auto done = [this] {
    const std::lock_guard lock(mutex_);
    if (--threads_ == 0) changed_.notify_all();
  };
  try {
    std::thread([this, done, moved = std::move(transport)]() mutable {
      try {
        serve(std::move(moved));
      } catch (const std::exception& error) { log_(std::string("a connection was dropped: ") + error.what()); }
      done();
    }).detach();
  } catch (const std::system_error& error) {
    log_(peer + " turned away: " + error.what());
    done();
  }
}

void Server::serve(TransportPtr transport) {
  const std::string peer = transport->peer();
  if (answered_plain_http(*transport)) return log_(peer + " spoke plain HTTP, and was told so");
  auto conn = Conn::server(std::move(transport), context_);
  if (!conn) return log_(peer + " " + conn.error().message());
  // With its write deadline past, close() makes one attempt and never waits.
  Registered entry(*this, [&conn] {
    conn->set_write_deadline(within({}));
    conn->close();
  });
  log_(peer + " " + serve_tls(*conn, entry));
}

// The first byte tells: a TLS record's type is none of HTTP's letters (RFC 5246 §6.2.1).
bool Server::answered_plain_http(Transport& transport) {
  const int descriptor = transport.descriptor();
  if (descriptor < 0) return false;
  const Registered entry(*this, [&transport] { transport.wake(); });
  const Deadline deadline = within(context_.config().common.handshake_timeout);
  char first = 0;
  ssize_t seen = -1;
  while (seen < 0 && !stopping() && !deadline.passed(transport.clock().now())) {
    const std::uint64_t wakes = transport.wakes();
    if (stopping()) return false;
    seen = ::recv(descriptor, &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (seen < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (seen < 0) transport.wait(Interest::read, deadline, wakes);
  }
  if (seen != 1 || first < 'A' || first > 'Z') return false;
  const std::string text = plain_answer();
  const auto written = transport.write(bytes_of(text));
  if (!written || !transport.shut_down_writing()) return true;
  // What the peer still sends is read: a socket closed on unread data resets, and the answer would be lost.
  std::array<std::uint8_t, 4096> rest;
  const Deadline linger = within(kLinger);
  while (!stopping() && !linger.passed(transport.clock().now())) {
    const std::uint64_t wakes = transport.wakes();
    const auto n = transport.read(rest);
    if (!n || (*n && **n == 0)) break;
    if (!*n) transport.wait(Interest::read, linger, wakes);
  }
  return true;
}

std::string Server::serve_tls(Conn& conn, Registered& entry) {
  if (auto done = conn.handshake(); !done) {
    conn.close();
    return done.error().message();
  }
  const ConnectionState state = conn.state();
  const std::string negotiated = name(state.cipher_suite) + (state.group ? " " + name(*state.group) : "");
  const std::string story = options_.echo ? serve_echo(conn, entry) : serve_http(conn, entry);
  const CloseReport report = conn.close_gracefully(within(kLinger));
  const ConnectionState end = conn.state();
  return negotiated + ", " + std::to_string(end.bytes_received) + " bytes in, " + std::to_string(end.bytes_sent) + " out, " + story +
         (report.peer_closed ? ", closed by both"
          : report           ? ", closed"
                             : ", not closed properly: " + report.error->message());
}

std::string Server::serve_echo(Conn& conn, Registered& entry) {
  std::vector<std::uint8_t> buffer(kChunk);
  for (;;) {
    conn.set_read_deadline(within(options_.http.idle_time));
    entry.set_idle(true);
    const auto n = conn.read(buffer);
    entry.set_idle(false);
    if (!n) return n.error().message();
    if (*n == 0) return "echoed";
    if (!send(conn, Bytes(buffer).first(*n))) return "the peer took nothing";
  }
}

std::string Server::serve_http(Conn& conn, Registered& entry) {
  RequestReader requests(conn, options_.http);
  std::uint64_t served = 0;
  for (;;) {
    entry.set_idle(true);
    auto request = requests.next();
    entry.set_idle(false);
    const std::string so_far = count(served, "request", "requests");
    if (!request) {
      const NoRequest& none = request.error();
      if (none.because != NoRequest::Because::refused) return so_far + (none.reason.empty() ? "" : ", " + none.reason);
      answer(conn, Request{}, error_page(none.status, none.reason), false);
      return so_far + ", answered " + std::to_string(none.status) + ": " + none.reason;
    }
    const Response response = page_for(conn, *request);
    // A body is not read; what follows it could not be told from it.
    const bool keep_alive = request->keep_alive && !request->has_body && response.status != 405 && !stopping();
    if (!answer(conn, *request, response, keep_alive)) return so_far + ", and an answer that was not taken";
    ++served;
    if (!keep_alive) return count(served, "request", "requests");
  }
}

Response Server::page_for(Conn& conn, const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = error_page(405, "GET and HEAD are answered here");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  return options_.www.empty() ? status_page(conn.state(), conn.peer(), request) : file_page(options_.www, request);
}

bool Server::answer(Conn& conn, const Request& request, const Response& response, bool keep_alive) {
  std::string text = head_of(response, request, keep_alive);
  if (!request.is_head()) text += response.body;
  return send(conn, bytes_of(text)) && (request.is_head() || response.file.empty() || send_file(conn, response));
}

bool Server::send_file(Conn& conn, const Response& response) {
  const int file = ::open(response.file.c_str(), O_RDONLY | O_CLOEXEC);
  std::vector<std::uint8_t> buffer(kChunk);
  std::uint64_t left = response.file_size;
  while (file >= 0 && left > 0) {
    const ssize_t n = ::read(file, buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size())));
    if (n <= 0 || !send(conn, Bytes(buffer).first(static_cast<std::size_t>(n)))) break;
    left -= static_cast<std::uint64_t>(n);
  }
  if (file >= 0) ::close(file);
  return left == 0;
}

bool Server::send(Conn& conn, Bytes data) {
  while (!data.empty()) {
    conn.set_write_deadline(within(options_.http.write_time));
    const auto n = conn.write(data);
    if (!n) return false;
    data = data.subspan(*n);
  }
  return true;
}

bool Server::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace tls12::tool
