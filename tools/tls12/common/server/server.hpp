// The HTTPS (or echo) server of `serve` and `demo`: a thread a connection, and no peer that delays
// another one.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "common/options/connection_options.hpp"
#include "common/server/http.hpp"
#include "tls12/conn.hpp"
#include "tls12/listener.hpp"

namespace tls12::tool {

struct ServerOptions {
  std::string www;       ///< serve this folder's files; empty: a page about the connection
  bool echo = false;     ///< no HTTP: give back what comes
  bool json = false;     ///< the log is one line of JSON a connection
  Export exported = {};  ///< keying material that the JSON is to tell
  HttpLimits http = {};
  std::size_t connections = 4096;  ///< at once; more are turned away
  std::chrono::milliseconds stop_time =
      std::chrono::seconds(5);  ///< for what is under way when the server stops
  std::chrono::milliseconds linger_time =
      std::chrono::seconds(2);  ///< for the peer's close_notify, and what still arrives before it
};

class Server {
 public:
  /// `log` gets one line a request and one a connection, from any thread.
  Server(Listener listener, ServerContext context, ServerOptions options,
         std::function<void(const std::string&)> log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Accepts until stop(), then finishes what is under way within its bound, and closes every
  /// connection. An error: the socket itself broke.
  Result<void> run();
  /// From any thread.
  void stop();
  /// What connections are served with that are accepted from now on. From any thread.
  void reload(const ServerContext& context);

 private:
  /// A connection whose thread runs. Stopping nudges it while it is `idle` (no handshake and no
  /// request under way), so that its thread closes it;
  /// and ends it when the time for stopping is up.
  struct Entry {
    std::function<void()> nudge, end;
    bool idle = false;
  };
  class Registration;
  /// What a connection carried, for the log.
  struct Activity {
    std::string text = {};
    bool left_idle = false;  ///< the peer ended the transport between two requests, as browsers do
  };

  void start(TransportPtr transport);
  void finished();
  void serve(TransportPtr transport);
  std::string wait_for_first_byte(Transport& transport, Deadline deadline);
  void answer_plain_http(Transport& transport);
  void serve_tls(Conn& conn, Registration& entry);
  void log_no_handshake(const std::string& peer, const std::string& reason,
                        const std::optional<Error>& error = {}) const;
  void log_connection(const Conn& conn, const std::string& agreed, const Activity& activity,
                      const CloseReport& report) const;
  void log_dropped(const char* reason) const noexcept;
  void log_request(const std::string& line) const;
  std::string serve_echo(Conn& conn, Registration& entry);
  Activity serve_http(Conn& conn, Registration& entry);
  Response response_to(Conn& conn, const Request& request, std::uint64_t number) const;
  bool answer(Conn& conn, const Request& request, const Response& response, bool keep_alive);
  bool send(Conn& conn, Bytes data);
  bool stopping();
  ServerContext context();
  void wait_for_connections();

  Listener listener_;
  ServerContext context_;
  ServerOptions options_;
  std::function<void(const std::string&)> log_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t next_id_ = 0;
  std::size_t threads_ = 0, most_threads_ = 0;
  bool stopping_ = false;
};

}  // namespace tls12::tool
