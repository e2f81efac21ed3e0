#include "script.hpp"

#include <array>

#include "tls12/limits.hpp"

namespace tls12::test {
namespace {

constexpr std::size_t kMessageHeader = 4;  // RFC 5246 §7.4
constexpr std::size_t kRecordHeader = kRecordHeaderSize;

constexpr std::string_view kSmall =
    "GET /small.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
constexpr std::string_view kBig =
    "GET /big.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

constexpr std::array kClientPoints = {
    Point{"before ClientHello", Mark::client_hello, Where::before, true},
    Point{"in its record header", Mark::client_hello, Where::in_header, true},
    Point{"in ClientHello", Mark::client_hello, Where::inside, true},
    Point{"behind ClientHello", Mark::client_hello, Where::behind, false},
    Point{"before ClientKeyExchange", Mark::client_key_exchange, Where::before, true},
    Point{"in ClientKeyExchange", Mark::client_key_exchange, Where::inside, true},
    Point{"before Finished", Mark::finished, Where::before, true},
    Point{"in Finished", Mark::finished, Where::inside, true},
    Point{"before a request", Mark::application_data, Where::before, true, kSmall},
    Point{"in the request's record", Mark::application_data, Where::inside, true, kSmall},
    Point{"in the request line", Mark::application_data, Where::behind, true, "GET /small"},
    Point{"in the headers", Mark::application_data, Where::behind, true,
          "GET /small.txt HTTP/1.1\r\nHost: local"},
    Point{"not reading the answer", Mark::application_data, Where::behind, false, kBig},
    Point{"not reading at the close", Mark::application_data, Where::behind, false, kSmall},
    Point{"not answering close_notify", Mark::alert, Where::before, true, kSmall},
};

constexpr std::array kServerPoints = {
    Point{"before ServerHello", Mark::server_hello, Where::before, true},
    Point{"in its record header", Mark::server_hello, Where::in_header, true},
    Point{"in ServerHello", Mark::server_hello, Where::inside, true},
    Point{"before Certificate", Mark::certificate, Where::before, true},
    Point{"in Certificate", Mark::certificate, Where::inside, true},
    Point{"before ServerHelloDone", Mark::server_hello_done, Where::before, true},
    Point{"before Finished", Mark::finished, Where::before, true},
    Point{"in Finished", Mark::finished, Where::inside, true},
    Point{"not reading", Mark::finished, Where::behind, false},
    Point{"before the answer", Mark::application_data, Where::before, true},
    Point{"in the answer", Mark::application_data, Where::inside, true},
    Point{"before close_notify", Mark::alert, Where::before, true},
};

}  // namespace

std::span<const Point> client_points() { return kClientPoints; }
std::span<const Point> server_points() { return kServerPoints; }

std::string_view name(Act act) {
  constexpr std::array<std::string_view, 4> names = {"stall", "trickle", "cut", "reset"};
  return names[static_cast<std::size_t>(act)];
}

void PointFinder::look_at(Bytes records) {
  while (records.size() >= kRecordHeader) {
    const std::size_t size = kRecordHeader + (std::size_t{records[3]} << 8 | records[4]);
    look_at_record(records.first(size));
    at_ += size;
    records = records.subspan(size);
  }
}

void PointFinder::look_at_record(Bytes record) {
  const std::uint64_t end = at_ + record.size();
  switch (static_cast<ContentType>(record[0])) {
    case ContentType::change_cipher_spec: protected_ = true; return;
    case ContentType::alert: return found(Mark::alert, at_, kRecordHeader, end);
    case ContentType::application_data:
      return found(Mark::application_data, at_, kRecordHeader, end);
    case ContentType::handshake: break;
  }
  if (protected_) return found(Mark::finished, at_, kRecordHeader, end);
  std::size_t message = kRecordHeader;
  while (message + kMessageHeader <= record.size()) {
    const std::size_t size =
        kMessageHeader + (std::size_t{record[message + 1]} << 16 |
                          std::size_t{record[message + 2]} << 8 | record[message + 3]);
    // The first message of a record begins with the record's header.
    const bool first = message == kRecordHeader;
    found(static_cast<Mark>(record[message]), first ? at_ : at_ + message,
          first ? kRecordHeader : kMessageHeader, at_ + message + size);
    message += size;
  }
}

void PointFinder::found(Mark mark, std::uint64_t start, std::uint64_t header, std::uint64_t end) {
  if (mark != point_.mark || limit_) return;
  switch (point_.where) {
    case Where::before: limit_ = start; break;
    case Where::in_header: limit_ = start + header / 2; break;
    // Near its beginning: what is left takes long, byte by byte.
    case Where::inside: limit_ = start + header + (end - start - header) / 4; break;
    case Where::behind: limit_ = end; break;
  }
}

}  // namespace tls12::test
