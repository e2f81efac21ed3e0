// TrustStore: the anchors, sorted by the hash of their subjects so that path building finds an
// issuer at once, and how to load them again.
#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <set>

#include "base/caught.hpp"
#include "tls12/certificate.hpp"
#include "x509/asn1/file.hpp"
#include "x509/asn1/file_format.hpp"
#include "x509/asn1/pem.hpp"
#include "x509/certificate/parsed_certificate.hpp"
#include "x509/certificate/trust_anchors.hpp"

namespace tls12 {
namespace {

constexpr char kSystemBundle[] = "/etc/ssl/certs/ca-certificates.crt",
               kSystemDirectory[] = "/etc/ssl/certs";

using Certificates = std::vector<Certificate>;
/// What a source has, and why the rest of it was skipped.
struct Loaded {
  Certificates anchors = {};
  std::vector<Error> skipped = {};
};
/// Reads anchors, whenever it is asked to.
using Source = std::function<Result<Loaded>()>;
using Sources = std::vector<Source>;

void append(Loaded found, Loaded& all) {
  std::ranges::move(found.anchors, std::back_inserter(all.anchors));
  std::ranges::move(found.skipped, std::back_inserter(all.skipped));
}

// ------------------------------------------------ files and directories

/// Removes the certificates that OpenSSL's trust settings in `text` forbid.
void remove_distrusted(std::string_view text, Certificates& anchors) {
  for (std::vector<std::uint8_t> der;;) {
    const auto block = x509::pem::next(text);
    if (!block || !*block) return;
    if ((*block)->label != x509::kTrustedCertificate) continue;
    der.resize((*block)->max_size());
    const auto size = x509::pem::decode(**block, der);
    if (!size || !x509::is_distrusted(Bytes(der).first(*size))) continue;
    const Bytes distrusted = x509::certificate_in((*block)->label, Bytes(der).first(*size));
    std::erase_if(
        anchors, [&](const Certificate& one) { return std::ranges::equal(one.der(), distrusted); });
  }
}

Result<Loaded> read_pem_anchors(std::string_view text) {
  Loaded found;
  auto anchors = Certificate::usable_from_pem(text, found.skipped);
  if (!anchors) return fail(anchors.error());
  found.anchors = std::move(*anchors);
  remove_distrusted(text, found.anchors);
  if (found.anchors.empty())
    return fail(Errc::no_trust_anchors, "OpenSSL's trust settings forbid all");
  return found;
}

Result<Loaded> read_anchors(const std::string& path) {
  const auto content = x509::read_file(path);
  if (!content) return fail(content.error());
  if (content->empty()) return fail(Errc::no_trust_anchors, path + ": the file is empty");
  if (const auto der = x509::der_in(*content)) {
    auto certificate = Certificate::from_der(*der);
    if (!certificate)
      return fail(x509::in_file(x509::explained(certificate.error(), *content), path));
    return Loaded{.anchors = {std::move(*certificate)}};
  }
  auto found = read_pem_anchors(text_of(*content));
  if (!found) return fail(x509::in_file(found.error(), path));
  for (Error& error : found->skipped) error = x509::in_file(error, path);
  return found;
}

Result<std::vector<std::string>> entries_of(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (directory == nullptr) return x509::unreadable(path, errno);
  while (const dirent* entry = ::readdir(directory.get())) names.push_back(entry->d_name);
  std::ranges::sort(names);  // the order of a directory depends on its past
  return names;
}

Result<Loaded> read_directory(const std::string& path) {
  const auto names = entries_of(path);
  if (!names) return fail(names.error());
  Loaded all;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (const std::string& name : *names) {
    const std::string file = path + "/" + name;
    struct stat status;
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) ||
        !seen.emplace(status.st_dev, status.st_ino).second)
      continue;
    if (auto found = read_anchors(file)) append(std::move(*found), all);
  }
  if (all.anchors.empty())
    return fail(Errc::no_trust_anchors, path + ": the directory has no certificate");
  return all;
}

/// Where SSL_CERT_FILE or SSL_CERT_DIR are set, they alone count.
Result<Loaded> read_system() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string file = variable("SSL_CERT_FILE");
  std::string directories = variable("SSL_CERT_DIR");
  if (file.empty() && directories.empty()) {
    auto bundle = read_anchors(kSystemBundle);
    return bundle ? bundle : read_directory(kSystemDirectory);
  }
  Loaded all;
  std::optional<Error> reason;
  const auto add = [&](const char* name, Result<Loaded> found) {
    if (found) return append(std::move(*found), all);
    if (reason) return;
    reason = found.error();
    reason->set_detail(std::string(name) + "=" + std::string(reason->about()));
  };
  if (!file.empty()) {
    auto found = read_anchors(file);
    if (!found && found.error() == Errc::bad_pem)
      found = fail(Errc::no_trust_anchors, file + ": the file has no certificate");
    add("SSL_CERT_FILE", std::move(found));
  }
  while (!directories.empty()) {
    const std::size_t colon = std::min(directories.find(':'), directories.size());
    if (colon != 0) add("SSL_CERT_DIR", read_directory(directories.substr(0, colon)));
    directories.erase(0, colon + 1);
  }
  if (!all.anchors.empty()) return all;
  return fail(reason ? *reason : Error(Errc::no_trust_anchors, "SSL_CERT_DIR: no directory"));
}

// ------------------------------------------------ a whole store

std::uint64_t subject_of(const Certificate& certificate) {
  return internals(certificate).subject_hash;
}

/// All that the sources have, each certificate once, by the hashes of their subjects.
Result<Loaded> load(const Sources& sources) {
  return guarded([&]() -> Result<Loaded> {
    Loaded loaded;
    for (const Source& source : sources) {
      auto found = source();
      if (!found) return found;
      append(std::move(*found), loaded);
    }
    Certificates& all = loaded.anchors;
    std::ranges::sort(all, [](const Certificate& a, const Certificate& b) {
      return subject_of(a) != subject_of(b)
                 ? subject_of(a) < subject_of(b)
                 : std::ranges::lexicographical_compare(a.der(), b.der());
    });
    const auto repeated = std::ranges::unique(all, [](const Certificate& a, const Certificate& b) {
      return std::ranges::equal(a.der(), b.der());
    });
    all.erase(repeated.begin(), repeated.end());
    return loaded;
  });
}

}  // namespace

struct TrustStore::Shared {
  Sources sources = {};
  std::mutex reloading = {};  ///< held while sources are read: of two reloads, the later one stays
  std::mutex swapping = {};   ///< held to copy or replace a pointer, never longer; guards the rest
  std::shared_ptr<const Certificates> anchors = {};
  std::optional<Error> error = {};
  std::vector<Error> skipped = {};

  Result<void> read() {
    auto fresh = load(sources);
    if (!fresh) return fail(fresh.error());
    auto anchors_of_now = std::make_shared<const Certificates>(std::move(fresh->anchors));
    const std::lock_guard lock(swapping);
    anchors.swap(anchors_of_now);
    skipped.swap(fresh->skipped);
    error.reset();
    return {};
  }

  /// What `make_sources` names, loaded; where there is no memory for a store, one that says so.
  template <class MakeSources>
  static TrustStore loaded(MakeSources make_sources) try {
    auto shared = std::make_shared<Shared>();
    shared->sources = make_sources();
    if (auto read = shared->read(); !read) shared->error = read.error();
    return TrustStore(std::move(shared));
  } catch (const std::bad_alloc&) {
    static Shared exhausted{.error = Errc::out_of_memory};
    return TrustStore(std::shared_ptr<Shared>(std::shared_ptr<void>(), &exhausted));
  }
};

TrustStore TrustStore::system() {
  return Shared::loaded([] { return Sources{read_system}; });
}

TrustStore TrustStore::from_file(const std::string& path) {
  return Shared::loaded([&] { return Sources{[path] { return read_anchors(path); }}; });
}

TrustStore TrustStore::from_directory(const std::string& path) {
  return Shared::loaded([&] { return Sources{[path] { return read_directory(path); }}; });
}

TrustStore TrustStore::from_pem(std::string_view text) {
  return Shared::loaded(
      [&] { return Sources{[found = read_pem_anchors(text)] { return found; }}; });
}

TrustStore TrustStore::of(std::vector<Certificate> anchors) {
  return Shared::loaded([&] {
    return Sources{[anchors = std::move(anchors)] { return Result<Loaded>({.anchors = anchors}); }};
  });
}

TrustStore TrustStore::any_of(std::span<const TrustStore> stores) {
  return Shared::loaded([&] {
    Sources sources;
    for (const TrustStore& store : stores)
      if (store.shared_ != nullptr)
        sources.insert(sources.end(), store.shared_->sources.begin(), store.shared_->sources.end());
    return sources;
  });
}

TrustAnchors TrustStore::anchors() const {
  if (shared_ == nullptr) return TrustAnchors(nullptr);
  const std::lock_guard lock(shared_->swapping);
  return TrustAnchors(shared_->anchors);
}

std::optional<Error> TrustStore::error() const {
  if (shared_ == nullptr) return std::nullopt;
  const std::lock_guard lock(shared_->swapping);
  return shared_->error;
}

std::vector<Error> TrustStore::skipped() const {
  if (shared_ == nullptr) return {};
  const std::lock_guard lock(shared_->swapping);
  return shared_->skipped;
}

Result<void> TrustStore::reload() const {
  if (shared_ == nullptr) return {};
  const std::lock_guard in_turn(shared_->reloading);
  return guarded([&] { return shared_->read(); });
}

std::span<const Certificate> x509::with_subject(const TrustAnchors& anchors, std::uint64_t hash) {
  const auto found = std::ranges::equal_range(anchors, hash, {}, subject_of);
  return {found.begin(), found.end()};
}

}  // namespace tls12
