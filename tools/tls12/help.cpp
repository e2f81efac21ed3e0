#include "help.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace tls12::tool {
namespace {

constexpr std::size_t kUsualWidth = 80, kLeastWidth = 40, kMostWidth = 120, kLeastIndent = 8,
                      kMostIndent = 34;

std::size_t terminal_width() {
  std::size_t width = 0;
  if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
    const std::string_view text = columns;
    std::from_chars(text.data(), text.data() + text.size(), width);
  }
  winsize size = {};
  if (width == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  return width == 0 ? kUsualWidth : std::clamp(width, kLeastWidth, kMostWidth);
}

/// The column of the continuation: that of the description, that of an indented text, or further in
/// for a command of an example.
std::size_t indent_of(const std::string& line, std::size_t indent) {
  const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
  if (first == 0 || first >= indent) return first;
  const bool has_description =
      line.size() > indent && line[indent - 1] == ' ' && line.compare(first, 5, "tls12") != 0;
  return has_description ? indent : first + 4;
}

std::string folded_line(std::string line, std::size_t width, std::size_t indent) {
  std::string out;
  const bool is_command = line.starts_with("  tls12 ");
  const std::size_t margin = is_command ? width - 2 : width, next = indent_of(line, indent);
  std::size_t from = std::min(line.find_first_not_of(' '), line.size());
  while (line.size() > (line.find(' ', from) == line.npos ? width : margin)) {
    std::size_t space = line.rfind(' ', margin);
    if (space == line.npos || space <= from) space = line.find(' ', from);
    if (space == line.npos) break;
    out += line.substr(0, line.find_last_not_of(' ', space) + 1) + (is_command ? " \\\n" : "\n");
    line = std::string(next, ' ') + line.substr(space + 1);
    from = next;
  }
  return out + line;
}

class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter() : width_(terminal_width()) {
    column_width(std::clamp(width_ / 3, kLeastIndent, kMostIndent));
  }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    return folded(CLI::Formatter::make_help(app, std::move(name), mode), width_,
                  get_column_width());
  }

 private:
  std::size_t width_;
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<HelpFormatter>(); }

std::string folded(const std::string& text, std::size_t width, std::size_t indent) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) out += folded_line(line, width, indent) + "\n";
  return out;
}

}  // namespace tls12::tool
