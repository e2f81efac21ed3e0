#include "common/server/folder_page.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "common/files/open_file.hpp"
#include "common/output/format.hpp"
#include "common/output/print.hpp"
#include "common/server/html_page.hpp"
#include "common/server/http_date.hpp"
#include "common/server/media_type.hpp"
#include "common/server/representation.hpp"
#include "common/server/status_page.hpp"
#include "tls12/text.hpp"

namespace tls12::tool {
namespace {

namespace fs = std::filesystem;

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
    if (i + 2 >= text.size() || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0)
      return std::nullopt;
    plain += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    i += 2;
  }
  return plain;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
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

/// The path of a request's target, decoded and relative: "a/b", "" for the root. Nothing when it
/// makes no sense or leaves the root.
std::optional<std::string> relative_path(std::string_view target) {
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && !target.starts_with('/')) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find_first_of("?#"));
  const auto plain = percent_decoded(target);
  if (!plain || !plain->starts_with('/') || plain->find('\0') != std::string::npos)
    return std::nullopt;
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

std::string format_size(std::uint64_t size) {
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
    entries.push_back({name, is_folder ? "" : format_size(it->file_size(ignored)), is_folder});
  }
  if (fault) return error_page(403);
  std::ranges::sort(entries, {}, [](const Entry& e) { return std::pair(!e.is_folder, e.name); });
  std::string rows = path.empty() ? "" : "<tr><td><a href='../'>../</a><td class=n>";
  for (const Entry& e : entries) {
    const std::string shown = e.name + (e.is_folder ? "/" : "");
    rows += "<tr><td><a href='./" + percent_encoded(shown) + "'>" + html(escaped(shown)) +
            "</a><td class=n>" + e.size;
  }
  return html_page("/" + escaped(path),
                   "<h1>/" + html(escaped(path)) + "</h1><p>" +
                       count(entries.size(), "entry", "entries") + "</p><div class=card><table>" +
                       rows + "</table></div><nav><a href='" + std::string(kStatusPath) +
                       "'>about this connection</a></nav>");
}

bool is_below(const fs::path& path, const fs::path& root) {
  return std::ranges::mismatch(root, path).in1 == root.end();
}

/// RFC 9110 §8.8.1: a file that was changed this very moment may change again without its times
/// telling; its validators are weak until then.
Representation represent(const struct stat& about) {
  const auto nanoseconds = static_cast<std::uint64_t>(about.st_mtim.tv_sec) * 1'000'000'000 +
                           static_cast<std::uint64_t>(about.st_mtim.tv_nsec);
  const std::time_t now = std::time(nullptr);
  const bool settled = about.st_mtime + 1 < now;
  Representation file{.size = static_cast<std::uint64_t>(about.st_size),
                      .modified = std::min(about.st_mtime, now),
                      .modified_is_strong = settled};
  char tag[64];
  std::snprintf(tag, sizeof tag, "%s\"%llx-%llx\"", settled ? "" : "W/",
                static_cast<unsigned long long>(nanoseconds),
                static_cast<unsigned long long>(file.size));
  file.etag = tag;
  return file;
}

Response part_of_file(std::shared_ptr<const OpenFile> file, std::string_view type,
                      const Request& request) {
  const Representation now = represent(file->about());
  const Selection chosen = select(request, now);
  const std::string total = std::to_string(now.size);
  Response response;
  switch (chosen.status) {
    case 412: return error_page(412, "It is not what you take it for.");
    case 416:
      response = error_page(416, "It has " + total + " bytes.");
      response.headers.emplace_back("Content-Range", "bytes */" + total);
      return response;
    case 206:
      response.headers.emplace_back(
          "Content-Range", "bytes " + std::to_string(chosen.offset) + "-" +
                               std::to_string(chosen.offset + chosen.size - 1) + "/" + total);
      [[fallthrough]];
    case 200: response.part = {std::move(file), chosen.offset, chosen.size}; break;
    default: break;  // 304 has no content
  }
  response.status = chosen.status;
  response.type = type;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  response.headers.emplace_back("ETag", now.etag);
  response.headers.emplace_back("Last-Modified", http_date(now.modified));
  return response;
}

Response file_response(const fs::path& path, const Request& request) {
  auto file = OpenFile::open(path.string());
  if (!file) return error_page(errno == EACCES ? 403 : errno == ENOENT ? 404 : 503);
  return part_of_file(std::move(file), media_type(path.filename().string()), request);
}

}  // namespace

Response folder_page(const std::string& root, const Request& request) {
  const auto relative = relative_path(request.target);
  if (!relative) return error_page(404);
  std::error_code fault;
  const fs::path top = fs::canonical(root, fault);
  if (fault) return error_page(404);
  const fs::path path = fs::canonical(top / *relative, fault);
  if (fault || !is_below(path, top)) return error_page(404);
  const bool as_folder = request.path().ends_with('/');
  if (fs::is_regular_file(path, fault))
    return as_folder ? error_page(404) : file_response(path, request);
  if (!fs::is_directory(path, fault)) return error_page(404);
  if (!as_folder) {
    Response moved = error_page(301);
    moved.headers.emplace_back("Location",
                               "/" + percent_encoded(*relative) + (relative->empty() ? "" : "/"));
    return moved;
  }
  if (fs::is_regular_file(path / "index.html", fault)) {
    const fs::path index = fs::canonical(path / "index.html", fault);
    return !fault && is_below(index, top) ? file_response(index, request) : error_page(404);
  }
  return listing(path, *relative);
}

}  // namespace tls12::tool
