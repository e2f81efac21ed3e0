// RFC 9110's conditions and ranges, by its own examples and words.
#include "common/server/representation.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/server/http_date.hpp"
#include "common/server/media_type.hpp"

namespace tls12::tool {
namespace {

constexpr std::time_t kThen = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110 §5.6.7)

Representation file(std::uint64_t size = 10000, std::string etag = "\"xyzzy\"") {
  return {.size = size, .etag = std::move(etag), .modified = kThen, .modified_is_strong = true};
}

Request get() { return {.method = "GET", .target = "/"}; }

Selection of_range(std::string range, std::uint64_t size = 10000) {
  Request request = get();
  request.range = std::move(range);
  return select(request, file(size));
}

/// "206 0+500".
std::string text(const Selection& s) {
  return std::to_string(s.status) + " " + std::to_string(s.offset) + "+" + std::to_string(s.size);
}

unsigned status_for(std::string Request::* field, const char* value,
                    const Representation& now = file(), const char* method = "GET") {
  Request request = get();
  request.method = method;
  request.*field = value;
  return select(request, now).status;
}

}  // namespace

TEST_CASE("a range is what RFC 9110 §14.1.2 says of 10,000 bytes") {
  CHECK(text(of_range("bytes=0-499")) == "206 0+500");
  CHECK(text(of_range("bytes=500-999")) == "206 500+500");
  CHECK(text(of_range("bytes=-500")) == "206 9500+500");
  CHECK(text(of_range("bytes=9500-")) == "206 9500+500");
  CHECK(text(of_range("bytes=0-0")) == "206 0+1");
  CHECK(text(of_range("bytes=-1")) == "206 9999+1");
}

TEST_CASE("a range that reaches beyond the end stops there") {
  CHECK(text(of_range("bytes=9999-10000")) == "206 9999+1");
  CHECK(text(of_range("bytes=-20000")) == "206 0+10000");
  CHECK(text(of_range("bytes=1-18446744073709551615")) == "206 1+9999");
  CHECK(text(of_range("bytes=1-99999999999999999999999")) == "206 1+9999");
}

TEST_CASE("a range that begins beyond the end, or is of nothing, cannot be satisfied") {
  for (const char* range :
       {"bytes=10000-", "bytes=10000-20000", "bytes=-0", "bytes=99999999999999999999-"}) {
    CAPTURE(range);
    CHECK(of_range(range).status == 416);
  }
  CHECK(of_range("bytes=0-", 0).status == 416);
}

TEST_CASE("a range that makes no sense is ignored") {
  for (const char* range : {"bytes=5-4", "bytes=", "bytes=,", "bytes=a-b", "bytes=1", "bytes=--1",
                            "bytes=1-2x", "bytes=0-4 5-6", "lines=0-4", "bytes 0-4", "0-4"}) {
    CAPTURE(range);
    CHECK(text(of_range(range)) == "200 0+10000");
  }
}

TEST_CASE("a range's unit is the same in capitals, and its list may have empty places") {
  CHECK(text(of_range("Bytes=0-4")) == "206 0+5");
  CHECK(text(of_range("bytes= ,0-4 ,")) == "206 0+5");
}

TEST_CASE("several ranges are one part where they touch, and else the whole") {
  CHECK(text(of_range("bytes=500-600,601-999")) == "206 500+500");
  CHECK(text(of_range("bytes=500-700,601-999")) == "206 500+500");
  CHECK(text(of_range("bytes=601-999,500-700")) == "206 500+500");
  CHECK(text(of_range("bytes=0-0,-1")) == "200 0+10000");
  CHECK(text(of_range("bytes=0-4,20000-")) == "206 0+5");
}

TEST_CASE("a range has a meaning for GET alone") {
  Request request = get();
  request.method = "HEAD";
  request.range = "bytes=0-4";
  CHECK(text(select(request, file())) == "200 0+10000");
}

TEST_CASE("If-Range gives the part only of what is the same for certain") {
  const auto status = [](const char* if_range, const Representation& now) {
    Request request = get();
    request.range = "bytes=0-4";
    request.if_range = if_range;
    return select(request, now).status;
  };
  CHECK(status("\"xyzzy\"", file()) == 206);
  CHECK(status("\"other\"", file()) == 200);
  CHECK(status("W/\"xyzzy\"", file()) == 200);
  CHECK(status("W/\"xyzzy\"", file(10000, "W/\"xyzzy\"")) == 200);
  CHECK(status("Sun, 06 Nov 1994 08:49:37 GMT", file()) == 206);
  CHECK(status("Sun, 06 Nov 1994 08:49:38 GMT", file()) == 200);
  Representation fresh = file();
  fresh.modified_is_strong = false;
  CHECK(status("Sun, 06 Nov 1994 08:49:37 GMT", fresh) == 200);
  CHECK(status("nonsense", file()) == 200);
}

TEST_CASE("If-None-Match compares weakly, through a list") {
  for (const char* value : {"\"xyzzy\"", "W/\"xyzzy\"", "\"r2d2xxxx\", \"xyzzy\"", "*",
                            " \"a,b\" , W/\"xyzzy\"", "\"\", \"xyzzy\""}) {
    CAPTURE(value);
    CHECK(status_for(&Request::if_none_match, value) == 304);
    CHECK(status_for(&Request::if_none_match, value, file(), "HEAD") == 304);
    CHECK(status_for(&Request::if_none_match, value, file(10000, "W/\"xyzzy\"")) == 304);
  }
  for (const char* value : {"\"XYZZY\"", "xyzzy", "\"a\", \"b\"", "\"xyzzy"}) {
    CAPTURE(value);
    CHECK(status_for(&Request::if_none_match, value) == 200);
  }
}

TEST_CASE("If-Match compares strongly") {
  CHECK(status_for(&Request::if_match, "\"xyzzy\"") == 200);
  CHECK(status_for(&Request::if_match, "*") == 200);
  CHECK(status_for(&Request::if_match, "\"a\", \"xyzzy\"") == 200);
  CHECK(status_for(&Request::if_match, "W/\"xyzzy\"") == 412);
  CHECK(status_for(&Request::if_match, "\"other\"") == 412);
  CHECK(status_for(&Request::if_match, "\"xyzzy\"", file(10000, "W/\"xyzzy\"")) == 412);
}

TEST_CASE("dates are conditions, too, unless they are none") {
  CHECK(status_for(&Request::if_modified_since, "Sun, 06 Nov 1994 08:49:37 GMT") == 304);
  CHECK(status_for(&Request::if_modified_since, "Sun, 06 Nov 1994 08:49:38 GMT") == 304);
  CHECK(status_for(&Request::if_modified_since, "Sun, 06 Nov 1994 08:49:36 GMT") == 200);
  CHECK(status_for(&Request::if_modified_since, "some day") == 200);
  CHECK(status_for(&Request::if_unmodified_since, "Sun, 06 Nov 1994 08:49:37 GMT") == 200);
  CHECK(status_for(&Request::if_unmodified_since, "Sun, 06 Nov 1994 08:49:36 GMT") == 412);
  CHECK(status_for(&Request::if_unmodified_since, "some day") == 200);
}

TEST_CASE("a date is not looked at where an entity tag is, and a condition comes before a range") {
  Request request = get();
  request.if_modified_since = "Sun, 06 Nov 1994 08:49:37 GMT";
  request.if_none_match = "\"other\"";
  CHECK(select(request, file()).status == 200);
  request.range = "bytes=0-4";
  CHECK(select(request, file()).status == 206);
  request.if_none_match = "\"xyzzy\"";
  CHECK(select(request, file()).status == 304);
  request.if_match = "\"other\"";
  CHECK(select(request, file()).status == 412);
}

TEST_CASE("the three forms of a date are read, and one is written") {
  for (const char* form : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    CAPTURE(form);
    CHECK(parse_http_date(form) == kThen);
  }
  for (const char* form :
       {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT, and more", "1994-11-06"}) {
    CAPTURE(form);
    CHECK_FALSE(parse_http_date(form).has_value());
  }
  CHECK(http_date(kThen) == "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_CASE("a file's ending tells its type, in capitals, too") {
  CHECK(media_type("a.html") == "text/html; charset=utf-8");
  CHECK(media_type("photo.JPG") == "image/jpeg");
  CHECK(media_type("a.tar.gz") == "application/gzip");
  CHECK(media_type("app.js") == "text/javascript; charset=utf-8");
  CHECK(media_type("app.wasm") == "application/wasm");
  CHECK(media_type("README") == "application/octet-stream");
  CHECK(media_type("html") == "application/octet-stream");
}

}  // namespace tls12::tool
