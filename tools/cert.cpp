// tls12 cert: a development CA and certificates signed by it, as PEM files.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "files.hpp"
#include "tls12/issue.hpp"
#include "words.hpp"

namespace tls12::tool {
namespace {

struct Options {
  std::vector<std::string> names;
  std::string folder = ".", show;
  KeyKind kind = KeyKind::ec_secp256r1;
  unsigned days = 397, rsa_bits = 2048;
  bool for_clients = false, json = false;
};

/// The certificate's or key's file for `name`: "localhost.pem", "_.example.org-key.pem".
std::string file_for(const Options& options, std::string name, const char* ending) {
  std::ranges::replace(name, '*', '_');
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, ':', '_');
  return options.folder + "/" + name + ending;
}

int say(const Options& options, const std::string& line) {
  if (!options.json) std::printf("%s\n", line.c_str());
  return kDone;
}

/// Fails with the reason as text.
using Outcome = std::expected<Identity, std::string>;

Outcome store(const Options& options, Result<Certificate> certificate, PrivateKey key, const std::string& certificate_path, const std::string& key_path) {
  if (!certificate) return std::unexpected(local(certificate.error()).message());
  auto pem = key.to_pem();
  if (!pem) return std::unexpected(local(pem.error()).message());
  if (std::string reason = write_file(key_path, *pem, Secrecy::secret); !reason.empty()) return std::unexpected(reason);
  if (std::string reason = write_file(certificate_path, certificate->to_pem(), Secrecy::open); !reason.empty()) return std::unexpected(reason);
  say(options, "wrote " + certificate_path + " and " + key_path);
  auto identity = Identity::from({*certificate}, std::move(key));
  if (!identity) return std::unexpected(local(identity.error()).message());
  return *identity;
}

/// The CA whose files are in the folder, so that what trusts it goes on to do so; otherwise a new one.
Outcome find_or_make_ca(const Options& options) {
  const std::string certificate_path = options.folder + "/ca.pem", key_path = options.folder + "/ca-key.pem";
  if (exists(certificate_path) || exists(key_path)) {
    auto identity = identity_from_files(certificate_path, key_path);
    if (!identity) return std::unexpected(identity.error().message());
    say(options, "using the CA of " + certificate_path);
    return *identity;
  }
  auto key = PrivateKey::generate(options.kind, options.rsa_bits);
  if (!key) return std::unexpected(local(key.error()).message());
  CertificateRecipe recipe{.common_name = "tls12 development CA", .is_ca = true, .path_length = 0};
  recipe.not_after = wall_time() + std::chrono::days(3650);
  return store(options, issue_certificate(recipe, *key), *key, certificate_path, key_path);
}

Outcome make_leaf(const Options& options, const Identity& ca) {
  auto key = PrivateKey::generate(options.kind, options.rsa_bits);
  if (!key) return std::unexpected(local(key.error()).message());
  CertificateRecipe recipe{.common_name = options.names.front(), .names = options.names, .for_clients = options.for_clients};
  recipe.not_after = std::min(wall_time() + std::chrono::days(options.days), ca.chain()[0].not_after());
  return store(options, issue_certificate(recipe, *key, &ca), *key, file_for(options, options.names.front(), ".pem"),
               file_for(options, options.names.front(), "-key.pem"));
}

nlohmann::ordered_json describe(const Certificate& certificate) {
  return {{"subject", certificate.subject()},
          {"issuer", certificate.issuer()},
          {"names", certificate.names()},
          {"not_before", calendar(certificate.not_before())},
          {"not_after", calendar(certificate.not_after())},
          {"key", key_in_words(certificate.public_key())}};
}

int show(const Options& options) {
  auto text = read_file(options.show);
  if (!text) return failed(text.error());
  auto certificates = Certificate::all_from_pem(*text);
  if (!certificates) {
    Error error = local(certificates.error());
    error.set_detail(options.show);
    return failed(error);
  }
  auto all = nlohmann::ordered_json::array();
  for (const Certificate& certificate : *certificates) all.push_back(describe(certificate));
  if (options.json) return std::puts(all.dump(2).c_str()), kDone;
  for (const auto& one : all) {
    for (const auto& [field, value] : one.items()) {
      std::string words = value.is_string() ? value.get<std::string>() : std::string();
      if (value.is_array())
        for (const auto& item : value) words += (words.empty() ? "" : ", ") + item.get<std::string>();
      std::printf("%-12s%s\n", field.c_str(), words.c_str());
    }
    if (all.size() > 1) std::puts("");
  }
  return kDone;
}

int run(Options options) {
  if (!options.show.empty()) return show(options);
  if (options.names.empty()) options.names = {"localhost", "127.0.0.1", "::1"};
  if (::mkdir(options.folder.c_str(), 0777) != 0 && errno != EEXIST) return failed("cannot make the folder " + options.folder + ": " + std::strerror(errno));
  auto ca = find_or_make_ca(options);
  if (!ca) return failed(ca.error());
  auto leaf = make_leaf(options, *ca);
  if (!leaf) return failed(leaf.error());
  const std::string leaf_path = file_for(options, options.names.front(), ".pem"), key_path = file_for(options, options.names.front(), "-key.pem");
  if (options.json) {
    const nlohmann::ordered_json json = {
        {"ca", options.folder + "/ca.pem"}, {"certificate", leaf_path}, {"key", key_path}, {"leaf", describe(leaf->chain()[0])}};
    return std::puts(json.dump(2).c_str()), kDone;
  }
  std::printf("try:   tls12 serve --listen 127.0.0.1:8443 --cert %s --key %s\n", leaf_path.c_str(), key_path.c_str());
  return kDone;
}

}  // namespace

void add_cert(CLI::App& app, Action& action) {
  const std::map<std::string, KeyKind> kinds = {{"p256", KeyKind::ec_secp256r1}, {"p384", KeyKind::ec_secp384r1}, {"p521", KeyKind::ec_secp521r1},
                                                {"rsa", KeyKind::rsa},           {"rsa-pss", KeyKind::rsa_pss},   {"ed25519", KeyKind::ed25519}};
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("cert", "Make a development CA and a certificate signed by it, as PEM files; or show a certificate.");
  command.add_option("NAME", options->names, "DNS names and IP addresses it is for (localhost, 127.0.0.1, ::1); the first names the files");
  command.add_option("--out", options->folder, "the folder for ca.pem, ca-key.pem, NAME.pem, NAME-key.pem; a CA that is there is used again")->type_name("DIR");
  command.add_option("--key-type", options->kind, "the key: p256, p384, p521, rsa, rsa-pss or ed25519")
      ->transform(CLI::CheckedTransformer(kinds).description(""))
      ->type_name("TYPE");
  command.add_option("--rsa-bits", options->rsa_bits, "size of an RSA key (2048)")->check(CLI::Range(2048, 8192).description(""))->type_name("BITS");
  command.add_option("--days", options->days, "how long it is valid (397)")->check(CLI::Range(1, 36500).description(""))->type_name("N");
  command.add_flag("--client", options->for_clients, "for a client as well as for a server");
  command.add_option("--show", options->show, "show the certificates of this file instead")->type_name("FILE");
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tls12::tool
