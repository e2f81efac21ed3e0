// `--key-pass`: the passphrase of an encrypted private key.
#pragma once

#include <CLI/CLI.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "tls12/certificate.hpp"

namespace tls12::tool {

class KeyPass {
 public:
  /// `--key-pass env:NAME|file:PATH|prompt`. What it gives is for every encrypted key that the
  /// command reads; a prompt asks for each file once.
  void add_to(CLI::App& app);

  /// The callback for the key of this file. If it has no passphrase, it writes the cause to
  /// `reason`, which must live as long as it does.
  AskPassphrase answer_for(const std::string& key_path, std::string& reason) const;

  /// An error that a key is encrypted, with the cause and the option; others as they are.
  static Error explained(Error error, const std::string& reason);

 private:
  /// A passphrase, wiped on destruction.
  struct Secret {
    std::string text;
    ~Secret() { ::explicit_bzero(text.data(), text.size()); }
  };

  std::string source_;
  std::shared_ptr<std::map<std::string, Secret>> typed_ =
      std::make_shared<std::map<std::string, Secret>>();
};

}  // namespace tls12::tool
