#include "common/server/http.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <limits>

#include "common/server/http_date.hpp"

namespace tls12::tool {
namespace {

namespace beast_http = boost::beast::http;

/// Where the head ends (behind its empty line), or npos while it has not come.
std::size_t end_of_head(std::string_view text) {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
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

std::unexpected<RequestFailure> refused(unsigned status, std::string reason) {
  return std::unexpected(RequestFailure{RequestFailure::Kind::refused, status, std::move(reason)});
}

/// RFC 9110 §5.3: the lines of one field are one list.
std::string joined(const beast_http::fields& fields, beast_http::field field) {
  std::string text;
  const auto [first, last] = fields.equal_range(field);
  for (auto line = first; line != last; ++line)
    text.append(line == first ? "" : ", ").append(line->value().data(), line->value().size());
  return text;
}

}  // namespace

std::string reason_phrase(unsigned status) {
  return std::string(beast_http::obsolete_reason(static_cast<beast_http::status>(status)));
}

std::string head_of(const Response& response, const Request& request, bool keep_alive) {
  beast_http::response_header<> head;
  head.version(request.version);
  head.result(response.status);
  head.set(beast_http::field::date, http_date(std::time(nullptr)));
  head.set(beast_http::field::server, "tls12");
  // RFC 9110 §15.4.5: a 304 describes what the client has already.
  if (response.status != 304) {
    head.set(beast_http::field::content_type, response.type);
    head.set(beast_http::field::content_length, std::to_string(response.content_length()));
    head.set("X-Content-Type-Options", "nosniff");
  }
  for (const auto& [field, value] : response.headers) head.set(field, value);
  head.set(beast_http::field::connection, keep_alive ? "keep-alive" : "close");
  // Not by a stream: one that runs out of memory loses what is written to it, and does not throw.
  std::string text =
      "HTTP/" + std::to_string(request.version / 10) + "." + std::to_string(request.version % 10);
  text.append(" ")
      .append(std::to_string(response.status))
      .append(" ")
      .append(reason_phrase(response.status))
      .append("\r\n");
  for (const auto& line : head) {
    const auto name = line.name_string(), value = line.value();
    text.append(name.data(), name.size())
        .append(": ")
        .append(value.data(), value.size())
        .append("\r\n");
  }
  return text.append("\r\n");
}

std::expected<Request, RequestFailure> parse_head(std::string_view head) {
  const std::string text = with_crlf(head);
  beast_http::request_parser<beast_http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // it is never read
  boost::beast::error_code fault;
  parser.put(boost::asio::buffer(text), fault);
  if (fault && fault != beast_http::error::need_more) return refused(400, fault.message());
  if (!parser.is_header_done()) return refused(400, "the head is incomplete");
  const auto& message = parser.get();
  const unsigned version = message.version();
  if (version != 10 && version != 11) return refused(505, "only HTTP/1.0 and 1.1 are spoken here");
  // RFC 9112 §3.2.
  if (message.count(beast_http::field::host) != 1 &&
      (version == 11 || message.count(beast_http::field::host) != 0)) {
    return refused(400, "a request of HTTP/1.1 names its Host, once");
  }
  return Request{.method = std::string(message.method_string()),
                 .target = std::string(message.target()),
                 .version = version,
                 .keep_alive = message.keep_alive(),
                 .has_body = message.chunked() || parser.content_length().value_or(0) > 0,
                 .if_match = joined(message, beast_http::field::if_match),
                 .if_none_match = joined(message, beast_http::field::if_none_match),
                 .if_modified_since = joined(message, beast_http::field::if_modified_since),
                 .if_unmodified_since = joined(message, beast_http::field::if_unmodified_since),
                 .if_range = joined(message, beast_http::field::if_range),
                 .range = joined(message, beast_http::field::range),
                 .head = std::string(head)};
}

std::expected<void, RequestFailure> RequestReader::receive() {
  std::array<std::uint8_t, 4096> part;
  auto n = conn_.read(part);
  if (n && *n > 0) {
    pending_.append(text_of(Bytes(part).first(*n)));
    return {};
  }
  if (n) return std::unexpected(RequestFailure{RequestFailure::Kind::ended, 0, {}});
  if (n.error().code == Errc::timed_out)
    return std::unexpected(RequestFailure{RequestFailure::Kind::idle, 0, n.error().message()});
  const bool is_cut = n.error().code == Errc::truncated;
  return std::unexpected(RequestFailure{
      is_cut ? RequestFailure::Kind::cut : RequestFailure::Kind::failed, 0, n.error().message()});
}

std::expected<void, RequestFailure> RequestReader::wait() {
  for (;;) {
    // RFC 9112 §2.2: empty lines before a request are skipped.
    pending_.erase(0, std::min(pending_.find_first_not_of("\r\n"), pending_.size()));
    if (!pending_.empty()) return {};
    if (auto received = receive(); !received) return received;
  }
}

std::expected<std::string, RequestFailure> RequestReader::next_head() {
  conn_.set_read_deadline(within(limits_.header_time));
  for (;;) {
    const std::size_t end = end_of_head(pending_);
    if (end != std::string::npos && end <= limits_.header) {
      std::string head = pending_.substr(0, end);
      pending_.erase(0, end);
      return head;
    }
    if (pending_.size() > limits_.header)
      return refused(431, "the head is larger than " + std::to_string(limits_.header) + " bytes");
    auto received = receive();
    if (received) continue;
    if (received.error().kind == RequestFailure::Kind::idle)
      return refused(408, "the head did not come in time");
    if (received.error().kind == RequestFailure::Kind::ended)
      return refused(400, "the head is incomplete");
    return std::unexpected(received.error());
  }
}

std::expected<Request, RequestFailure> RequestReader::next() {
  auto head = next_head();
  if (!head) return std::unexpected(head.error());
  return parse_head(*head);
}

}  // namespace tls12::tool
