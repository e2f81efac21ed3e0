#include "common/server/server.hpp"

#include <malloc.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/files/open_file.hpp"
#include "common/output/connection_summary.hpp"
#include "common/output/format.hpp"
#include "common/server/folder_page.hpp"
#include "common/server/html_page.hpp"
#include "common/server/status_page.hpp"
#include "common/small_thread.hpp"

namespace tls12::tool {
namespace {

/// What an answer is sent in: two full records. A peer that takes nothing makes the server hold so
/// much, twice.
constexpr std::size_t kChunk = 2 * kMaxPlaintext;
/// From how many connections on their memory is worth giving back to the system when most of them
/// have gone.
constexpr std::size_t kCrowd = 16;

// Over plain TCP: whoever reads this speaks no TLS.
std::string plain_answer() {
  const std::string text = "This port speaks HTTPS. Ask again, with https:// in front.\n";
  return "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(text.size()) + "\r\nConnection: close\r\n\r\n" + text;
}

/// A client that sends its request letter by letter gets its answer at the first one.
bool may_be_plain_http(Bytes first) {
  if (first[0] < 'A' || first[0] > 'Z')
    return false;  // a TLS record's type is not a letter (RFC 5246 §6.2.1)
  const auto fault = Engine::check_first_bytes(first);
  return !fault || fault->code == Errc::plain_http;
}

std::string negotiated(const ConnectionState& state) {
  std::string text = name(state.version) + " " + name(state.cipher_suite);
  if (state.group) text += " " + name(*state.group);
  if (state.signature_scheme) text += " " + name(*state.signature_scheme);
  if (!state.application_protocol.empty()) text += " " + escaped(state.application_protocol);
  if (!state.server_name.empty()) text += " for " + escaped(state.server_name);
  return text;
}

/// "GET /path HTTP/1.1", as much of it as a line has room for.
std::string request_line(const Request& request) {
  constexpr std::size_t kRoom = 200;
  std::string target = request.target.substr(0, kRoom);
  if (target.size() < request.target.size()) target += "...";
  return in_quotes(request.method.substr(0, kRoom) + " " + target +
                   (request.version == 10 ? " HTTP/1.0" : " HTTP/1.1"));
}

std::string outcome(unsigned status, std::uint64_t bytes, bool taken) {
  return std::to_string(status) + ", " + count(bytes, "byte", "bytes") +
         (taken ? "" : ", not taken in time or cut off");
}

}  // namespace

/// A connection as stop() sees it, for as long as this lives.
class Server::Registration {
 public:
  Registration(Server& server, std::function<void()> nudge, std::function<void()> end)
      : server_(server) {
    const std::lock_guard lock(server_.mutex_);
    id_ = server_.next_id_++;
    server_.entries_.emplace(id_, Entry{std::move(nudge), std::move(end)});
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() {
    const std::lock_guard lock(server_.mutex_);
    server_.entries_.erase(id_);
  }
  /// Who goes idle while the server stops is nudged at once.
  void set_idle(bool idle) {
    const std::lock_guard lock(server_.mutex_);
    Entry& entry = server_.entries_.at(id_);
    entry.idle = idle;
    if (idle && server_.stopping_) entry.nudge();
  }
  void end_by(std::function<void()> end) {
    const std::lock_guard lock(server_.mutex_);
    server_.entries_.at(id_).end = std::move(end);
  }

 private:
  Server& server_;
  std::uint64_t id_ = 0;
};

Server::Server(Listener listener, ServerContext context, ServerOptions options,
               std::function<void(const std::string&)> log)
    : listener_(std::move(listener)),
      context_(std::move(context)),
      options_(std::move(options)),
      log_(std::move(log)) {}

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
    if (transport.error().code == Errc::out_of_memory) continue;
    if (transport.error().code != Errc::closed) outcome = fail(transport.error());
    break;
  }
  stop();
  wait_for_connections();
  return outcome;
}

// Who finds the port closed can be sure that no answer after that promises another one.
void Server::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, entry] : entries_)
      if (entry.idle) entry.nudge();
  }
  listener_.close();
}

void Server::reload(const ServerContext& context) {
  ServerContext old = context;
  const std::lock_guard lock(mutex_);
  std::swap(context_, old);
}

ServerContext Server::context() {
  const std::lock_guard lock(mutex_);
  return context_;
}

void Server::wait_for_connections() {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, options_.stop_time, [&] { return threads_ == 0; })) return;
  for (auto& [id, entry] : entries_) entry.end();
  changed_.wait(lock, [&] { return threads_ == 0; });
}

// S1: what a connection needs, time included, is its own thread's.
void Server::start(TransportPtr transport) try {
  const std::string peer = transport->peer();
  std::size_t open = 0;
  {
    const std::lock_guard lock(mutex_);
    open = threads_;
    if (open < options_.connections) most_threads_ = std::max(most_threads_, ++threads_);
  }
  if (open >= options_.connections)
    return log_(peer + " turned away: " + count(open, "connection is", "connections are") +
                " open");
  bool started = false;
  try {
    started = start_small_thread([this, moved = std::move(transport)]() mutable {
      try {
        serve(std::move(moved));
      } catch (const std::exception& error) { log_dropped(error.what()); }
      finished();
    });
  } catch (const std::bad_alloc&) {}
  if (started) return;
  finished();
  log_(peer + " turned away: the system has no thread for it");
} catch (const std::bad_alloc&) { log_dropped("memory ran out"); }

/// In the place of a line that may be what there was no memory for.
void Server::log_dropped(const char* reason) const noexcept {
  try {
    log_(std::string("a connection was dropped: ") + reason);
  } catch (const std::bad_alloc&) {}
}

/// Each time that seven of eight have gone, memory is given back: the allocator keeps what is free,
/// in as many places as threads were there at once.
void Server::finished() {
  bool trim = false;
  {
    const std::lock_guard lock(mutex_);
    trim = most_threads_ >= kCrowd && threads_ - 1 <= most_threads_ / 8;
    if (trim) most_threads_ = threads_ - 1;
  }
  if (trim) ::malloc_trim(0);
  const std::lock_guard lock(mutex_);
  if (--threads_ == 0) changed_.notify_all();
}

void Server::serve(TransportPtr transport) {
  const std::string peer = transport->peer();
  const ServerContext context = this->context();
  const Deadline deadline = within(context.config().common.handshake_timeout);
  if (const std::string why = wait_for_first_byte(*transport, deadline); !why.empty())
    return log_no_handshake(peer, why + " [no alert]");
  std::array<std::uint8_t, 32> first;
  const ssize_t seen =
      ::recv(transport->descriptor(), first.data(), first.size(), MSG_PEEK | MSG_DONTWAIT);
  if (seen > 0 && may_be_plain_http(Bytes(first).first(static_cast<std::size_t>(seen)))) {
    answer_plain_http(*transport);
    Error error = Error(Errc::plain_http).in(Phase::handshake);
    error.alert.reset();
    return log_no_handshake(peer, error.message() + " [no alert: it was answered in plain HTTP]",
                            error);
  }
  auto conn = Conn::server(std::move(transport), context);
  if (!conn) return log_no_handshake(peer, conn.error().message(), conn.error());
  conn->set_deadline(deadline);
  // One attempt to say goodbye, by a deadline that this thread does not move meanwhile.
  Registration entry(
      *this, [&conn] { conn->set_read_deadline(within({})); },
      [&conn] { conn->close_gracefully(within({})); });
  serve_tls(*conn, entry);
}

/// Empty when it has come, else why it has not. A peer that has said nothing has nothing under way:
/// when the server stops, it goes at once.
std::string Server::wait_for_first_byte(Transport& transport, Deadline deadline) {
  const auto wake = [&transport] { transport.wake(); };
  Registration entry(*this, wake, wake);
  entry.set_idle(true);
  for (;;) {
    const std::uint64_t wakes = transport.wakes();
    char first = 0;
    const ssize_t n = ::recv(transport.descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0) return {};
    if (n == 0) return "the peer left before it said anything";
    if (errno != EAGAIN && errno != EINTR)
      return "the peer's connection broke before it said anything";
    if (stopping()) return "the server stops";
    if (deadline.passed(transport.clock().now()))
      return Error(Errc::handshake_timed_out, "ClientHello").in(Phase::handshake).message();
    transport.wait(Interest::read, deadline, wakes);
  }
}

void Server::answer_plain_http(Transport& transport) {
  const auto wake = [&transport] { transport.wake(); };
  Registration entry(*this, wake, wake);
  entry.set_idle(true);
  const std::string text = plain_answer();
  const auto written = transport.write(bytes_of(text));
  if (!written || !transport.shut_down_writing()) return;
  // What the peer still sends is read: a socket closed on unread data resets, and the answer would
  // be lost.
  std::array<std::uint8_t, 4096> rest;
  const Deadline linger = within(options_.linger_time);
  while (!stopping() && !linger.passed(transport.clock().now())) {
    const std::uint64_t wakes = transport.wakes();
    const auto n = transport.read(rest);
    if (!n || (*n && **n == 0)) break;
    if (!*n) transport.wait(Interest::read, linger, wakes);
  }
}

// S2: behind a handshake that failed there is nothing but the reason.
void Server::serve_tls(Conn& conn, Registration& entry) {
  // From here on nothing but the end moves the deadlines: close() hurries whatever close is under
  // way.
  const auto about_to_close = [&] {
    conn.set_write_deadline(within(options_.linger_time));
    entry.end_by([&conn] {
      conn.set_write_deadline(within({}));
      conn.close();
    });
  };
  if (auto done = conn.handshake(); !done) {
    about_to_close();
    conn.close();
    return log_no_handshake(conn.peer(),
                            done.error().message() + (done.error().alert ? "" : " [no alert]"),
                            done.error());
  }
  const std::string agreed = negotiated(conn.state());
  const Activity activity =
      options_.echo ? Activity{serve_echo(conn, entry)} : serve_http(conn, entry);
  about_to_close();
  const CloseReport report = conn.close_gracefully(within(options_.linger_time));
  log_connection(conn, agreed, activity, report);
}

void Server::log_no_handshake(const std::string& peer, const std::string& reason,
                              const std::optional<Error>& error) const {
  if (!options_.json) return log_(peer + " handshake failed: " + reason);
  log_(json_text({{"peer", peer}, {"ok", false}, {"error", error_json(reason, error)}}));
}

void Server::log_connection(const Conn& conn, const std::string& agreed, const Activity& activity,
                            const CloseReport& report) const {
  const ConnectionState end = conn.state();
  const std::string closed =
      activity.left_idle   ? "left by the peer while idle, without its close_notify"
      : report.peer_closed ? "closed by both"
      : report             ? "closed"
                           : "not closed properly: " + std::string(rule(report.error->code).name);
  if (!options_.json) {
    return log_(conn.peer() + " " + agreed + ", " + std::to_string(end.bytes_received) +
                " bytes in, " + std::to_string(end.bytes_sent) + " out, " + activity.text + ", " +
                closed);
  }
  nlohmann::ordered_json json = connection_json(end, conn.peer());
  if (!options_.exported.label.empty()) json["exported"] = exported_json(conn, options_.exported);
  json["sent"] = end.bytes_sent;
  json["received"] = end.bytes_received;
  json["ok"] = report || activity.left_idle;
  json["story"] = activity.text + ", " + closed;
  log_(json_text(json));
}

void Server::log_request(const std::string& line) const {
  if (!options_.json) log_(line);
}

std::string Server::serve_echo(Conn& conn, Registration& entry) {
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

Server::Activity Server::serve_http(Conn& conn, Registration& entry) {
  RequestReader requests(conn, options_.http);
  std::uint64_t served = 0;
  const std::string peer = conn.peer();
  for (;;) {
    requests.begin_idle_time();
    if (!requests.begun()) entry.set_idle(true);
    auto begun = requests.wait();
    entry.set_idle(false);
    auto request = begun ? requests.next() : std::unexpected(begun.error());
    const std::string so_far = count(served, "request", "requests");
    if (!request) {
      const RequestFailure& none = request.error();
      // RFC 9112 §9.8: servers should be prepared for an incomplete close. After a complete
      // response nothing is missing.
      if (none.kind == RequestFailure::Kind::cut && served > 0 && !requests.begun())
        return {so_far, true};
      if (none.kind != RequestFailure::Kind::refused)
        return {so_far + (none.reason.empty() ? "" : ", " + none.reason)};
      const Response refusal = error_page(none.status, none.reason);
      log_request(
          peer + " - " +
          outcome(none.status, refusal.content_length(), answer(conn, Request{}, refusal, false)));
      return {so_far + ", answered " + std::to_string(none.status) + ": " + none.reason};
    }
    const Response response = response_to(conn, *request, ++served);
    // A body is not read; what follows it could not be told from it.
    const bool keep_alive =
        request->keep_alive && !request->has_body && response.status != 405 && !stopping();
    const bool taken = answer(conn, *request, response, keep_alive);
    log_request(
        peer + " " + request_line(*request) + " " +
        outcome(response.status, request->is_head() ? 0 : response.content_length(), taken));
    if (!taken) return {so_far + ", and an answer that was not taken"};
    if (!keep_alive) return {count(served, "request", "requests")};
  }
}

Response Server::response_to(Conn& conn, const Request& request, std::uint64_t number) const {
  if (request.method != "GET" && request.method != "HEAD") {
    Response response = error_page(405, "GET and HEAD are answered here");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  for (const std::string_view place : {kStatusPath, std::string_view("/")}) {
    const bool is_there =
        request.path().starts_with(place) && (place == kStatusPath || options_.www.empty());
    if (is_there)
      return status_page({conn.state(), conn.peer(), number}, request,
                         request.path().substr(place.size()));
  }
  return options_.www.empty() ? error_page(404) : folder_page(options_.www, request);
}

/// The head goes out with the first bytes behind it: a small file is one record.
bool Server::answer(Conn& conn, const Request& request, const Response& response, bool keep_alive) {
  std::string text = head_of(response, request, keep_alive);
  if (request.is_head()) return send(conn, bytes_of(text));
  if (!response.part.file) return send(conn, bytes_of(text += response.body));
  std::uint64_t offset = response.part.offset, left = response.part.size;
  do {
    const std::size_t front = text.size(), size = static_cast<std::size_t>(std::min<std::uint64_t>(
                                               left, kChunk - std::min(front, kChunk)));
    text.resize(front + size);
    // A file that has become shorter: the length that was told cannot be kept, and the cut
    // connection tells so.
    if (response.part.file->read(
            offset, MutableBytes(reinterpret_cast<std::uint8_t*>(text.data()) + front, size)) !=
        size)
      return false;
    if (!send(conn, bytes_of(text))) return false;
    text.clear();
    offset += size;
    left -= size;
  } while (left > 0);
  return true;
}

/// Bytes that are queued are not taken: a peer that reads nothing has had its time when the first
/// chunk's is up.
bool Server::send(Conn& conn, Bytes data) {
  for (; !data.empty(); data = data.subspan(std::min(data.size(), kChunk))) {
    const Bytes chunk = data.first(std::min(data.size(), kChunk));
    const Deadline deadline = within(options_.http.write_time);
    conn.set_write_deadline(deadline);
    const auto n = conn.write(chunk);
    if (!n || *n < chunk.size() || deadline.passed(monotonic_clock().now())) return false;
  }
  return true;
}

bool Server::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace tls12::tool
