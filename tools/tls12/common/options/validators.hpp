// Validators of option values, in addition to those of CLI11.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

namespace tls12::tool {

/// The reason why `word` is refused: it is not one of `words`. Names all of a short list, of a long
/// one the three that are most like it; `command` prints the whole list.
std::string unknown_word(const std::string& word, const std::vector<std::string>& words,
                         const std::string& command = {});

/// Accepts only these words.
CLI::Validator one_of(std::vector<std::string> words, std::string command = {});

/// Accepts a number of seconds from 0.001 to 1,000,000.
CLI::Validator is_seconds();

/// Puts the value of an enumeration in the place of its word, for an option that holds the
/// enumeration.
template <class Value>
CLI::Validator named_value(const std::map<std::string, Value>& choices) {
  std::vector<std::string> words;
  for (const auto& [word, value] : choices) words.push_back(word);
  return CLI::Validator(
      [choices, words](std::string& text) {
        const auto found = choices.find(text);
        if (found == choices.end()) return unknown_word(text, words);
        text = std::to_string(static_cast<int>(found->second));
        return std::string();
      },
      "");
}

}  // namespace tls12::tool
