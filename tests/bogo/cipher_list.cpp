#include "cipher_list.hpp"

#include <algorithm>
#include <ranges>
#include <string>

namespace tls12::bogo {
namespace {

// BoringSSL's own, in its order.
constexpr CipherSuite kAll[] = {
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_RSA_WITH_AES_128_CBC_SHA,
    CipherSuite::TLS_RSA_WITH_AES_256_CBC_SHA,
};

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A suite by its name, or by what its name has in it; "AES128" is written as one word.
bool is_meant(std::string_view word, CipherSuite suite) {
  const std::string suite_name = name(suite);
  if (word == "ALL" || word == "DEFAULT" || word == suite_name) return true;
  if (word == "AES128") return contains(suite_name, "AES_128");
  return word == "AES" && contains(suite_name, "AES_");
}

}  // namespace

std::vector<CipherSuite> suites_of(std::string_view list) {
  std::vector<CipherSuite> suites;
  for (const auto part : std::views::split(list, ':')) {
    std::string_view word(part.begin(), part.end());
    const bool remove = word.starts_with('!');
    if (remove) word.remove_prefix(1);
    if (remove) std::erase_if(suites, [&](CipherSuite suite) { return is_meant(word, suite); });
    for (const CipherSuite suite : kAll)
      if (!remove && is_meant(word, suite) && std::ranges::count(suites, suite) == 0)
        suites.push_back(suite);
  }
  return suites;
}

std::vector<CipherSuite> suites_for(std::string_view list, const ListOf16<CipherSuite>& clients) {
  std::vector<CipherSuite> suites;
  for (const auto part : std::views::split(list, ':')) {
    std::string alike(part.begin(), part.end());
    std::erase_if(alike, [](char c) { return c == '[' || c == ']'; });
    std::ranges::replace(alike, '|', ':');
    std::vector<CipherSuite> group = suites_of(alike);
    std::ranges::sort(group, {}, [&](CipherSuite suite) {
      return std::ranges::distance(clients.begin(), std::ranges::find(clients, suite));
    });
    suites.insert(suites.end(), group.begin(), group.end());
  }
  return suites;
}

}  // namespace tls12::bogo
