// HTTP/1.0 and 1.1 for `serve`: one request from a connection, one response to it. Boost.Beast
// parses, and writes heads.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tls12/conn.hpp"

namespace tls12::tool {

struct Request {
  std::string method, target;
  unsigned version = 11;
  bool keep_alive = true;
  bool has_body = false;
  /// Conditions and ranges, as they came (RFC 9110 §13.1, §14.2); empty when absent. Lines of the
  /// same field are one list.
  std::string if_match = {}, if_none_match = {}, if_modified_since = {}, if_unmodified_since = {},
              if_range = {}, range = {};
  std::string head = {};  ///< all of it, as it came

  bool is_head() const { return method == "HEAD"; }
  /// The target without its query.
  std::string_view path() const {
    return std::string_view(target).substr(0, target.find_first_of("?#"));
  }
};

class OpenFile;

/// Bytes of a file that are (behind `Response::body`, which is empty then) what a response carries.
struct FilePart {
  std::shared_ptr<const OpenFile> file = {};
  std::uint64_t offset = 0, size = 0;
};

struct Response {
  unsigned status = 200;
  std::string type = "text/html; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  FilePart part = {};

  std::uint64_t content_length() const { return part.file ? part.size : body.size(); }
};

/// The status line and the headers.
std::string head_of(const Response& response, const Request& request, bool keep_alive);

/// The reason phrase of a status.
std::string reason_phrase(unsigned status);

struct HttpLimits {
  std::size_t header = 16 * 1024;  ///< bytes of a request's head
  std::chrono::milliseconds header_time =
      std::chrono::seconds(10);  ///< from its first byte to its empty line
  std::chrono::milliseconds idle_time = std::chrono::seconds(30);  ///< before its first byte
  std::chrono::milliseconds write_time =
      std::chrono::seconds(30);  ///< for each 32 KiB of an answer
};

/// Why there is no request.
struct RequestFailure {
  enum class Kind : unsigned char { ended, cut, idle, refused, failed } kind = Kind::ended;
  unsigned status = 0;  ///< refused: what to answer
  std::string reason = {};
};

/// Reads requests one behind the other.
class RequestReader {
 public:
  RequestReader(Conn& conn, const HttpLimits& limits) : conn_(conn), limits_(limits) {}
  /// Whether the next request has begun: something came behind the last one.
  bool begun() const { return pending_.find_first_not_of("\r\n") != std::string::npos; }
  /// The time for the next request's first byte begins.
  void begin_idle_time() { conn_.set_read_deadline(within(limits_.idle_time)); }
  /// Behind begin_idle_time(): waits for that byte, by the connection's read deadline, which others
  /// may have moved.
  std::expected<void, RequestFailure> wait();
  /// Behind wait(): waits for the empty line that ends the head, be its lines ended by CRLF or by
  /// LF alone.
  std::expected<Request, RequestFailure> next();

 private:
  std::expected<std::string, RequestFailure> next_head();
  std::expected<void, RequestFailure> receive();
  Conn& conn_;
  const HttpLimits& limits_;
  std::string pending_;
};

/// The head of a request, parsed; a head that makes no sense is refused.
std::expected<Request, RequestFailure> parse_head(std::string_view head);

}  // namespace tls12::tool
