#include "http.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <ctime>

namespace tls12::tool {
namespace {

namespace beast_http = boost::beast::http;

/// Where the head ends (behind its empty line), or npos while it has not come.
std::size_t end_of_head(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const std::string_view rest = text.substr(at + 1);
    if (rest.starts_with('\n')) return at + 2;
    if (rest.starts_with("\r\n")) return at + 3;
  }
  return std::string_view::npos;
}

/// RFC 9112 §2.2 lets a recipient take a bare LF for a line's end; Beast does not.
std::string with_crlf(std::string_view head) {
  std::string text;
  while (!head.empty()) {
    const std::size_t end = head.find('\n');
    std::string_view line = head.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text.append(line).append("\r\n");
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  return text;
}

std::unexpected<NoRequest> refused(unsigned status, std::string reason) {
  return std::unexpected(NoRequest{NoRequest::Because::refused, status, std::move(reason)});
}

std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &fields)};
}

}  // namespace

std::string reason_phrase(unsigned status) { return std::string(beast_http::obsolete_reason(static_cast<beast_http::status>(status))); }

std::string head_of(const Response& response, const Request& request, bool keep_alive) {
  std::string text = request.version == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  text += std::to_string(response.status) + " " + reason_phrase(response.status) + "\r\n";
  const auto add = [&](std::string_view field, std::string_view value) { text.append(field).append(": ").append(value).append("\r\n"); };
  add("Date", http_date());
  add("Server", "tls12");
  add("Content-Type", response.type);
  add("Content-Length", std::to_string(response.file.empty() ? response.body.size() : response.file_size));
  add("X-Content-Type-Options", "nosniff");
  for (const auto& [field, value] : response.headers) add(field, value);
  add("Connection", keep_alive ? "keep-alive" : "close");
  return text + "\r\n";
}

std::expected<Request, NoRequest> parse_head(std::string_view head) {
  const std::string text = with_crlf(head);
  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
  boost::beast::error_code fault;
  parser.put(boost::asio::buffer(text), fault);
  if (fault && fault != beast_http::error::need_more) return refused(400, fault.message());
  if (!parser.is_header_done()) return refused(400, "the head is incomplete");
  const auto& message = parser.get();
  const unsigned version = message.version();
  if (version != 10 && version != 11) return refused(505, "only HTTP/1.0 and 1.1 are spoken here");
  if (version == 11 && message.count(beast_http::field::host) == 0) return refused(400, "a request of HTTP/1.1 names its Host");
  return Request{.method = std::string(message.method_string()),
                 .target = std::string(message.target()),
                 .version = version,
                 .keep_alive = message.keep_alive(),
                 .has_body = message.chunked() || parser.content_length().value_or(0) > 0};
}

std::expected<void, NoRequest> RequestReader::receive(Deadline deadline) {
  std::array<std::uint8_t, 4096> part;
  conn_.set_read_deadline(deadline);
  auto n = conn_.read(part);
  if (n && *n > 0) {
    pending_.append(text_of(Bytes(part).first(*n)));
    return {};
  }
  if (n) return std::unexpected(NoRequest{NoRequest::Because::ended, 0, {}});
  if (n.error().code == Errc::timed_out) return std::unexpected(NoRequest{NoRequest::Because::idle, 0, n.error().message()});
  return std::unexpected(NoRequest{NoRequest::Because::failed, 0, n.error().message()});
}

std::expected<std::string, NoRequest> RequestReader::next_head() {
  const Deadline idle = within(limits_.idle_time);
  std::optional<Deadline> header;
  for (;;) {
    // RFC 9112 §2.2: empty lines before a request are skipped.
    pending_.erase(0, std::min(pending_.find_first_not_of("\r\n"), pending_.size()));
    const std::size_t end = end_of_head(pending_);
    if (end != std::string::npos && end <= limits_.header) {
      std::string head = pending_.substr(0, end);
      pending_.erase(0, end);
      return head;
    }
    if (pending_.size() > limits_.header) return refused(431, "the head is larger than " + std::to_string(limits_.header) + " bytes");
    if (!pending_.empty() && !header) header = within(limits_.header_time);
    auto received = receive(header ? *header : idle);
    if (received) continue;
    if (received.error().because == NoRequest::Because::idle && header) return refused(408, "the head did not come in time");
    if (received.error().because == NoRequest::Because::ended && header) return refused(400, "the head is incomplete");
    return std::unexpected(received.error());
  }
}

std::expected<Request, NoRequest> RequestReader::next() {
  auto head = next_head();
  if (!head) return std::unexpected(head.error());
  return parse_head(*head);
}

}  // namespace tls12::tool
