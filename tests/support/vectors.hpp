// The published test vectors, which are no part of the project (-Dvectors in meson_options.txt).
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace tls12::test {

/// The path of a folder of vectors, or nothing if this machine does not have it.
inline std::optional<std::string> vectors_folder(const std::string& name) {
  const char* vectors = std::getenv("TLS12_VECTORS");
  if (vectors == nullptr) return std::nullopt;
  std::string folder = std::string(vectors) + "/" + name;
  if (!std::filesystem::is_directory(folder)) return std::nullopt;
  return folder;
}

}  // namespace tls12::test
