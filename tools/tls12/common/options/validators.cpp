#include "common/options/validators.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <iterator>
#include <set>
#include <string_view>

namespace tls12::tool {
namespace {

constexpr std::size_t kShortList = 8, kNearest = 3;

/// Pairs of neighbouring letters and digits, without the parts that all suites share: names of
/// OpenSSL compare well, too.
std::multiset<std::string> pairs_of(const std::string& word) {
  std::string plain;
  for (const char c : word)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      plain += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string_view common : {"TLS", "WITH"})
    if (const std::size_t at = plain.find(common); at != plain.npos) plain.erase(at, common.size());
  std::multiset<std::string> pairs;
  for (std::size_t i = 0; i + 1 < plain.size(); ++i) pairs.insert(plain.substr(i, 2));
  return pairs;
}

/// Dice's coefficient of the pairs: 0 if none is common to both, 1 if all are.
double likeness(const std::multiset<std::string>& a, const std::multiset<std::string>& b) {
  if (a.empty() || b.empty()) return 0;
  std::vector<std::string> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return 2.0 * static_cast<double>(common.size()) / static_cast<double>(a.size() + b.size());
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string unknown_word(const std::string& word, const std::vector<std::string>& words,
                         const std::string& command) {
  if (words.size() <= kShortList) return "'" + word + "' is unknown; known are " + joined(words);
  std::vector<std::pair<double, std::string>> ranked;
  const auto pairs = pairs_of(word);
  for (const std::string& known : words)
    ranked.emplace_back(likeness(pairs, pairs_of(known)), known);
  std::ranges::stable_sort(ranked, std::greater<>{}, &std::pair<double, std::string>::first);
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < kNearest; ++i) nearest.push_back(ranked[i].second);
  return "'" + word + "' is unknown; the nearest are " + joined(nearest) +
         (command.empty() ? "" : " (`" + command + "` lists all)");
}

CLI::Validator one_of(std::vector<std::string> words, std::string command) {
  return CLI::Validator(
      [words = std::move(words), command = std::move(command)](std::string& text) {
        return std::ranges::find(words, text) != words.end() ? std::string()
                                                             : unknown_word(text, words, command);
      },
      "");
}

CLI::Validator is_seconds() {
  const auto refuse = [](std::string& text) -> std::string {
    double seconds = 0;
    if (CLI::detail::lexical_cast(text, seconds) && seconds >= 0.001 && seconds <= 1e6) return {};
    return "'" + text + "' is not a number of seconds from 0.001 to 1000000";
  };
  return CLI::Validator(refuse, "");
}

}  // namespace tls12::tool
