#include "pages.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "summary.hpp"
#include "words.hpp"

namespace tls12::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStyle =
    "<style>:root{color-scheme:light dark;--line:#8884;--soft:#888;--mark:#0a7}"
    "body{font:16px/1.55 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1.2rem}"
    "h1{font-size:1.7rem;margin:0 0 .2rem}h1 b{color:var(--mark)}p{color:var(--soft);margin:.2rem 0 1.6rem}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.45rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}"
    "th{font-weight:500;color:var(--soft);white-space:nowrap;width:13rem}td{font-family:ui-monospace,monospace;font-size:.92rem;overflow-wrap:anywhere}"
    "small{display:block;color:var(--soft);font-family:system-ui,sans-serif}a{color:var(--mark);text-decoration:none}</style>";

struct MimeType {
  std::string_view ending, type;
};
constexpr MimeType kMimeTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".xml", "application/xml"},
    {".pdf", "application/pdf"},
    {".wasm", "application/wasm"},
    {".zip", "application/zip"},
    {".gz", "application/gzip"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".svg", "image/svg+xml"},
    {".webp", "image/webp"},
    {".ico", "image/vnd.microsoft.icon"},
    {".woff2", "font/woff2"},
    {".mp3", "audio/mpeg"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
};

std::string_view mime_type(const fs::path& path) {
  const std::string ending = path.extension().string();
  const auto* row = std::ranges::find(kMimeTypes, std::string_view(ending), &MimeType::ending);
  return row == std::end(kMimeTypes) ? "application/octet-stream" : row->type;
}

std::string html(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string page(const std::string& title, const std::string& body) {
  return "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'><title>" + html(title) + "</title>" +
         std::string(kStyle) + body + "</html>\n";
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
    plain += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string safe;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      safe += c;
    } else {
      safe += '%';
      safe += kDigits[static_cast<unsigned char>(c) >> 4];
      safe += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return safe;
}

/// The path of a request's target, decoded and relative: "a/b", "" for the root. Nothing when it makes no sense or leaves the root.
std::optional<std::string> relative_path(std::string_view target) {
  if (const std::size_t scheme = target.find("://"); scheme != std::string_view::npos && !target.starts_with('/')) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find_first_of("?#"));
  const auto plain = percent_decoded(target);
  if (!plain || !plain->starts_with('/') || plain->find('\0') != std::string::npos) return std::nullopt;
  std::string path;
  for (std::string_view rest = *plain; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.starts_with('.')) return std::nullopt;  // "..", and files that are hidden
    if (!segment.empty()) path.append(path.empty() ? "" : "/").append(segment);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  }
  return path;
}

std::string size_in_words(std::uint64_t size) {
  if (size < 10'000) return std::to_string(size) + " B";
  if (size < 10'000'000) return std::to_string(size / 1000) + " kB";
  return std::to_string(size / 1'000'000) + " MB";
}

Response listing(const fs::path& folder, const std::string& path) {
  struct Entry {
    std::string name, size;
    bool is_folder;
  };
  std::vector<Entry> entries;
  std::error_code fault;
  for (fs::directory_iterator it(folder, fault), end; !fault && it != end; it.increment(fault)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    const bool is_folder = it->is_directory(ignored), is_file = it->is_regular_file(ignored);
    if (name.starts_with('.') || (!is_folder && !is_file)) continue;
    entries.push_back({name, is_folder ? "" : size_in_words(it->file_size(ignored)), is_folder});
  }
  if (fault) return error_page(403);
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(!e.is_folder, e.name); });
  std::string rows = path.empty() ? "" : "<tr><td><a href='../'>../</a><td>";
  for (const Entry& e : entries) {
    const std::string shown = e.name + (e.is_folder ? "/" : "");
    rows += "<tr><td><a href='./" + percent_encoded(shown) + "'>" + html(shown) + "</a><td>" + e.size;
  }
  return {.body = page("/" + path, "<h1>/" + html(path) + "</h1><p>" + count(entries.size(), "entry", "entries") + "</p><table>" + rows + "</table>")};
}

bool is_below(const fs::path& path, const fs::path& root) { return std::ranges::mismatch(root, path).in1 == root.end(); }

Response file_response(const fs::path& path) {
  std::error_code fault;
  const std::uint64_t size = fs::file_size(path, fault);
  if (fault) return error_page(403);
  return {.type = std::string(mime_type(path)), .file = path.string(), .file_size = size};
}

}  // namespace

Response error_page(unsigned status, const std::string& reason) {
  const std::string title = std::to_string(status) + " " + reason_phrase(status);
  return {.status = status, .body = page(title, "<h1>" + title + "</h1><p>" + html(reason) + "</p>")};
}

Response file_page(const std::string& root, const Request& request) {
  const auto relative = relative_path(request.target);
  if (!relative) return error_page(404);
  std::error_code fault;
  const fs::path top = fs::canonical(root, fault);
  if (fault) return error_page(404);
  const fs::path path = fs::canonical(top / *relative, fault);
  if (fault || !is_below(path, top)) return error_page(404);
  if (fs::is_regular_file(path, fault)) return file_response(path);
  if (!fs::is_directory(path, fault)) return error_page(404);
  const std::string_view target = std::string_view(request.target).substr(0, request.target.find_first_of("?#"));
  if (!target.ends_with('/')) {
    Response moved = error_page(301);
    moved.headers.emplace_back("Location", "/" + percent_encoded(*relative) + (relative->empty() ? "" : "/"));
    return moved;
  }
  if (fs::is_regular_file(path / "index.html", fault)) {
    const fs::path index = fs::canonical(path / "index.html", fault);
    return !fault && is_below(index, top) ? file_response(index) : error_page(404);
  }
  return listing(path, *relative);
}

Response status_page(const ConnectionState& state, const std::string& peer, const Request& request) {
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find_first_of("?#"));
  if (path == "/state.json") return {.type = "application/json", .body = summary_json(state, peer).dump(2) + "\n", .headers = {{"Cache-Control", "no-store"}}};
  if (path != "/") return error_page(404, "this server has one page, and the same as /state.json");
  std::string rows;
  const auto row = [&](const char* field, const std::string& value, const char* note) {
    rows += std::string("<tr><th>") + field + "<td>" + html(value) + "<small>" + note + "</small>";
  };
  row("protocol", name(state.version), "RFC 5246, with the extensions that people still run");
  row("cipher suite", name(state.cipher_suite), "what agrees on keys, what signs, what encrypts, what hashes");
  if (state.group) row("key exchange", name(*state.group), "fresh keys for this connection alone: forward secrecy");
  if (state.signature_scheme) row("signed with", name(*state.signature_scheme), "how the server proved that it has its certificate's key");
  row("server name", state.server_name.empty() ? "not asked for" : state.server_name, "server_name, RFC 6066");
  row("application protocol", state.application_protocol.empty() ? "none agreed" : state.application_protocol, "ALPN, RFC 7301");
  row("extended master secret", state.extended_master_secret ? "yes" : "no", "the keys depend on the whole handshake, RFC 7627");
  row("secure renegotiation", state.secure_renegotiation ? "yes" : "no", "nobody can splice a handshake in front, RFC 5746");
  row("records so far", std::to_string(state.records_opened) + " received, " + std::to_string(state.records_sealed) + " sent", "encrypted, each with its tag");
  row("you", peer, "as this server sees you");
  return {.body = page("TLS 1.2",
                       "<h1>This connection speaks <b>TLS 1.2</b></h1><p>Reload, and the keys are others. For scripts: <a href='/state.json'>state.json</a></p>"
                       "<table>" +
                           rows + "</table>"),
          .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace tls12::tool
