// What the tests of this room share: files that others wrote, certificates that the tests write,
// and other people's commands.
#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tls12/certificate.hpp"
#include "x509/asn1/der_writer.hpp"
#include "x509/certificate/extensions.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/issue/certificate_draft.hpp"
#include "x509/path/verification.hpp"

namespace tls12::x509::test {

inline std::string data_path(const std::string& name) {
  return std::string(TEST_DATA) + "/" + name;
}

inline std::string read_data(const std::string& name) {
  std::ifstream file(data_path(name), std::ios::binary);
  REQUIRE_MESSAGE(file.good(), name);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Certificate load(const std::string& name) {
  auto certificate = Certificate::from_pem(read_data(name));
  REQUIRE_MESSAGE(certificate.has_value(), name);
  return *certificate;
}

/// Within the validity of everything in tests/x509/data.
inline WallTime data_time() { return std::chrono::sys_days(std::chrono::year(2030) / 1 / 1); }

inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  std::string digits;
  for (const char c : text)
    if (c != ' ' && c != '\n') digits.push_back(c);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// A key of its own for each role, made once: making keys is slow.
inline const PrivateKey& key(std::size_t number) {
  static const std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> made;
    for (int i = 0; i < 6; ++i) made.push_back(*PrivateKey::generate(KeyKind::ec_secp256r1));
    return made;
  }();
  return keys.at(number);
}

inline constexpr std::chrono::hours kDay{24};
inline WallTime test_time() { return std::chrono::sys_days(std::chrono::year(2027) / 6 / 1); }

/// A draft that is right in all points; tests change one.
inline Draft ca_draft(const std::string& name, const PrivateKey& own) {
  auto draft = draft_of({.common_name = name,
                         .is_ca = true,
                         .not_before = test_time() - kDay,
                         .not_after = test_time() + kDay},
                        own, *default_provider());
  REQUIRE(draft.has_value());
  return std::move(*draft);
}
inline Draft leaf_draft(const PrivateKey& own, std::vector<std::string> names = {"example.org"}) {
  auto draft = draft_of({.common_name = "leaf",
                         .names = std::move(names),
                         .not_before = test_time() - kDay,
                         .not_after = test_time() + kDay},
                        own, *default_provider());
  REQUIRE(draft.has_value());
  return std::move(*draft);
}

inline Certificate sign_as(Draft draft, const SecretVector& issuer, const PrivateKey& signer) {
  draft.issuer = issuer;
  draft.method = *method_for(signer);
  auto certificate = sign(draft, signer, default_provider()->rng());
  REQUIRE_MESSAGE(certificate.has_value(), certificate.error().message());
  return *certificate;
}
inline SecretVector common_name(const std::string& text) { return encode_common_name(text); }

/// Replaces the extension with this identifier, or adds it.
inline void set_extension(Draft& draft, const Oid& id, bool is_critical,
                          std::string_view value_hex) {
  const auto value = hex(value_hex);
  const SecretVector copy(value.begin(), value.end());
  for (DraftExtension& e : draft.extensions)
    if (is(e.id.bytes(), id)) {
      e = {id, is_critical, copy};
      return;
    }
  draft.extensions.push_back({id, is_critical, copy});
}
inline void remove_extension(Draft& draft, const Oid& id) {
  std::erase_if(draft.extensions, [&](const DraftExtension& e) { return is(e.id.bytes(), id); });
}

/// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tls12-x509-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return (path_ / name).string();
  }
  std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The exit status of a shell command; what it says goes to `output`.
inline int run(const std::string& command, std::string* output = nullptr) {
  FILE* pipe = popen((command + " 2>&1 </dev/null").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char chunk[4096];
  for (std::size_t n; (n = fread(chunk, 1, sizeof chunk, pipe)) > 0;) text.append(chunk, n);
  if (output != nullptr) *output = text;
  return pclose(pipe);
}
inline bool have(const char* command) {
  const bool found = run(std::string("command -v ") + command) == 0;
  if (!found) MESSAGE("skipped: there is no " << std::string(command));
  return found;
}

}  // namespace tls12::x509::test
