// tls12 cert: certificates, requests and CRLs, as files.
#include "cert/make.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "common/command.hpp"
#include "common/files/credentials.hpp"
#include "common/files/encoded.hpp"
#include "common/files/file.hpp"
#include "common/options/time_option.hpp"
#include "common/output/certificate_json.hpp"
#include "tls12/revocation.hpp"

namespace tls12::tool {
namespace {

/// RFC 5280 sets no bound; these are what browsers accept of a server, and what people expect of a
/// CA.
constexpr unsigned kLeafDays = 397, kCaDays = 3650;

/// Fails with the reason as text.
template <class T>
using Outcome = std::expected<T, std::string>;

std::unexpected<std::string> because(const Error& error) {
  return std::unexpected(local(error).message());
}
template <class T>
Outcome<T> outcome(Result<T> result) {
  if (!result) return because(result.error());
  return std::move(*result);
}

void say(const CertOptions& options, const std::string& line) {
  if (!options.json) print(stdout, Text(line) + "\n");
}

// ------------------------------------------------ files

/// With the endings below, what a file system takes (255 bytes); a DNS name may have 253.
constexpr std::size_t kMostStem = 200;

std::string path_in(const CertOptions& options, std::string name, const char* ending) {
  std::ranges::replace(name, '*', '_');
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, ':', '_');
  name = name.substr(0, kMostStem);
  return options.folder + "/" + name + ending;
}

/// Where one certificate and its key are: "localhost.pem", "_.example.org-key.pem".
struct Files {
  std::string certificate, key, request;
};
Files files_for(const CertOptions& options) {
  const std::string name = !options.file.empty()   ? options.file
                           : options.names.empty() ? options.ca ? "ca" : "certificate"
                                                   : options.names.front();
  return {path_in(options, name, ".pem"), path_in(options, name, "-key.pem"),
          path_in(options, name, "-request.pem")};
}

/// Files that are made and not written yet, and the line that tells of them: a name that cannot be
/// used leaves nothing behind.
struct Drafts {
  struct File {
    std::string path, content;
    Secrecy secrecy;
  };
  std::vector<File> files;
  std::string told;
};

/// In this order: if a file cannot be written, none of the later ones is.
Outcome<void> write(const CertOptions& options, std::initializer_list<Drafts> all) {
  if (::mkdir(options.folder.c_str(), 0777) != 0 && errno != EEXIST)
    return std::unexpected("cannot make the folder " + options.folder + ": " +
                           std::strerror(errno));
  for (const Drafts& drafts : all) {
    for (const auto& [path, content, secrecy] : drafts.files)
      if (const std::string reason = write_file(path, content, secrecy); !reason.empty())
        return std::unexpected(reason);
    if (!drafts.files.empty()) say(options, "wrote " + drafts.told);
  }
  return {};
}

/// The certificate, then what stands between it and the root: what a server or a client shows.
std::vector<Certificate> chain_of(const Certificate& certificate, const Identity* issuer) {
  std::vector<Certificate> chain = {certificate};
  if (issuer != nullptr)
    for (const Certificate& above : issuer->chain())
      if (above.subject() != above.issuer()) chain.push_back(above);
  return chain;
}

/// `pem` for `path`, and the key that belongs to it unless --key named one.
Outcome<Drafts> drafts_of(const CertOptions& options, const std::string& path, std::string pem,
                          const PrivateKey& key, const Files& files) {
  Drafts drafts{.files = {{path, std::move(pem), Secrecy::open}}, .told = path};
  if (!options.key.empty()) return drafts;
  auto key_pem = outcome(key.to_pem());
  if (!key_pem) return std::unexpected(key_pem.error());
  drafts.files.insert(drafts.files.begin(), {files.key, *key_pem, Secrecy::secret});
  drafts.told += " and " + files.key;
  return drafts;
}

std::string pem_of(const std::vector<Certificate>& chain) {
  std::string text;
  for (const Certificate& one : chain) text += one.to_pem();
  return text;
}

Outcome<PrivateKey> find_or_make_key(const CertOptions& options) {
  if (options.key.empty()) return outcome(PrivateKey::generate(options.kind, options.rsa_bits));
  return outcome(key_from_file(options.key, options.key_pass));
}

/// `--issuer pki/root`, or `pki/root.pem`: the certificate, those above it, and the key beside it.
Outcome<Identity> find_issuer(const CertOptions& options) {
  const bool is_whole = options.issuer.ends_with(".pem");
  const std::string stem =
      is_whole ? options.issuer.substr(0, options.issuer.size() - 4) : options.issuer;
  return outcome(identity_from_files(
      stem + ".pem", options.issuer_key.empty() ? stem + "-key.pem" : options.issuer_key,
      options.key_pass));
}

// ------------------------------------------------ recipes

std::vector<std::uint8_t> octets_of(const std::string& hexadecimal) {
  std::string digits = hexadecimal;
  std::erase(digits, ':');
  if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
  std::vector<std::uint8_t> octets;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    octets.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  return octets;
}

/// How long it is valid, and no longer than its issuer unless that is what was asked for.
void set_validity(const CertOptions& options, const Identity* issuer, CertificateRecipe& recipe) {
  const WallTime now = wall_time();
  recipe.not_before = parse_time(options.not_before).value_or(now - std::chrono::hours(1));
  const WallTime from = options.not_before.empty() ? now : recipe.not_before;
  recipe.not_after =
      from + std::chrono::days(options.days.value_or(recipe.is_ca ? kCaDays : kLeafDays));
  if (issuer != nullptr)
    recipe.not_after = std::min(recipe.not_after, issuer->chain()[0].not_after());
  if (const auto end = parse_time(options.not_after)) recipe.not_after = *end;
}

void set_purposes(const CertOptions& options, CertificateRecipe& recipe) {
  if (options.purposes.empty()) return;
  const auto is_for = [&](const char* purpose) {
    return std::ranges::find(options.purposes, purpose) != options.purposes.end();
  };
  recipe.for_servers = is_for("server");
  recipe.for_clients = is_for("client");
  recipe.for_ocsp_signing = is_for("ocsp");
  recipe.for_crl_signing = is_for("crl");
}

/// All that the options say of one certificate, which `issuer` signs.
CertificateRecipe recipe_of(const CertOptions& options, const Identity* issuer) {
  CertificateRecipe recipe = options.recipe;
  recipe.is_ca = options.ca;
  recipe.common_name = options.names.empty() ? "" : options.names.front();
  // A CA has a name for people; everyone else has those that peers ask for.
  if (!options.ca) {
    recipe.names = options.names;
    if (recipe.common_name.size() > 64) recipe.common_name.clear();
  }
  // An intermediate issues to no other CA unless it was told so.
  if (options.ca && issuer != nullptr && !recipe.path_length) recipe.path_length = 0;
  recipe.serial = octets_of(options.serial);
  set_purposes(options, recipe);
  set_validity(options, issuer, recipe);
  return recipe;
}

// ------------------------------------------------ making

struct Made {
  Identity identity;
  Files files = {};
  Drafts drafts = {};  ///< empty for a CA that is there already
};

Outcome<Made> make_certificate(const CertOptions& options, const Identity* issuer) {
  const Files files = files_for(options);
  // What a CA issued is worth nothing without its key.
  if (options.ca && options.key.empty() && exists(files.key))
    return std::unexpected(files.key + " is there already: name another with --file");
  auto key = find_or_make_key(options);
  if (!key) return std::unexpected(key.error());
  auto certificate = outcome(issue_certificate(recipe_of(options, issuer), *key, issuer));
  if (!certificate) return std::unexpected(certificate.error());
  const std::vector<Certificate> chain = chain_of(*certificate, issuer);
  auto drafts = drafts_of(options, files.certificate, pem_of(chain), *key, files);
  if (!drafts) return std::unexpected(drafts.error());
  auto identity = outcome(Identity::from(chain, *key));
  if (!identity) return std::unexpected(identity.error());
  return Made{*identity, files, *drafts};
}

/// The CA whose files are in the folder, so that what trusts it goes on to do so; otherwise a new
/// one.
Outcome<Made> find_or_make_development_ca(const CertOptions& options) {
  const std::string certificate_path = options.folder + "/ca.pem",
                    key_path = options.folder + "/ca-key.pem";
  if (exists(certificate_path) || exists(key_path)) {
    auto identity = outcome(identity_from_files(certificate_path, key_path, options.key_pass));
    if (!identity) return std::unexpected(identity.error());
    say(options, "using the CA of " + certificate_path);
    return Made{*identity};
  }
  CertOptions ca{.names = {"tls12 development CA"},
                 .folder = options.folder,
                 .file = "ca",
                 .json = options.json,
                 .ca = true,
                 .kind = options.kind,
                 .rsa_bits = options.rsa_bits};
  ca.recipe.path_length = 0;
  return make_certificate(ca, nullptr);
}

int report(const CertOptions& options, const nlohmann::ordered_json& json,
           const std::string& hint = {}) {
  if (options.json)
    print_json(stdout, json, 2);
  else if (!hint.empty())
    say(options, hint);
  return kDone;
}

/// As a POSIX shell reads it.
std::string shell_word(const std::string& text) {
  constexpr char kPlain[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=,-";
  if (!text.empty() && text.find_first_not_of(kPlain) == text.npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// A command that uses what was made; nothing for a certificate that neither a server nor a client
/// shows.
std::string hint_for(const CertificateRecipe& recipe, const Certificate& leaf,
                     const std::string& certificate, const std::string& key) {
  const std::string shown = " --cert " + shell_word(certificate) + " --key " + shell_word(key);
  if (recipe.for_servers && !leaf.names().empty())
    return "try:   tls12 serve --listen 127.0.0.1:8443" + shown;
  if (recipe.for_clients) return "try:   tls12 connect HOST:PORT" + shown;
  return {};
}

/// `tls12 cert NAME…`: all that a server on this machine needs.
int make_development(CertOptions options) {
  if (options.names.empty()) options.names = {"localhost", "127.0.0.1", "::1"};
  auto ca = find_or_make_development_ca(options);
  if (!ca) return failed(ca.error());
  auto leaf = make_certificate(options, &ca->identity);
  if (!leaf) return failed(leaf.error());
  if (auto written = write(options, {ca->drafts, leaf->drafts}); !written)
    return failed(written.error());
  const std::string& certificate = leaf->files.certificate;
  const std::string& key = options.key.empty() ? leaf->files.key : options.key;
  const Certificate& made = leaf->identity.chain()[0];
  return report(options,
                {{"ca", options.folder + "/ca.pem"},
                 {"certificate", certificate},
                 {"key", key},
                 {"leaf", certificate_json(made)}},
                hint_for(recipe_of(options, &ca->identity), made, certificate, key));
}

/// `--ca`, `--issuer`: one certificate.
int make_one(const CertOptions& options, const Identity* issuer) {
  auto made = make_certificate(options, issuer);
  if (!made) return failed(made.error());
  if (auto written = write(options, {made->drafts}); !written) return failed(written.error());
  return report(options, {{"certificate", made->files.certificate},
                          {"key", options.key.empty() ? made->files.key : options.key},
                          {"contents", certificate_json(made->identity.chain()[0])}});
}

/// `--request`: a key, and what a CA is sent.
int make_request(const CertOptions& options) {
  const Files files = files_for(options);
  auto key = find_or_make_key(options);
  if (!key) return failed(key.error());
  auto request = outcome(request_certificate(recipe_of(options, nullptr), *key));
  if (!request) return failed(request.error());
  auto drafts = drafts_of(options, files.request, request->to_pem(), *key, files);
  if (!drafts) return failed(drafts.error());
  if (auto written = write(options, {*drafts}); !written) return failed(written.error());
  return report(options, {{"request", files.request},
                          {"key", options.key.empty() ? files.key : options.key},
                          {"subject", request->subject()},
                          {"names", request->recipe().names}});
}

/// `--sign FILE`: a certificate for a request. Its subject, names and purposes count where no
/// option says otherwise.
int sign_request(CertOptions options, const Identity& issuer) {
  const auto text = read_encoded(options.sign);
  if (!text) return failed(text.error());
  const bool is_der = text->starts_with('\x30') && text->find("-----BEGIN ") == text->npos;
  auto request = is_der ? CertificationRequest::from_der(encoded_in(*text).front().der)
                        : CertificationRequest::from_pem(*text);
  if (!request) return failed(options.sign + ": " + local(request.error()).message());
  const CertificateRecipe asked = request->recipe();
  CertificateRecipe recipe = recipe_of(options, &issuer);
  if (recipe.subject.empty() && options.names.empty()) recipe.subject = asked.subject;
  if (options.names.empty() && !options.ca) recipe.names = asked.names;
  if (options.purposes.empty()) {
    recipe.for_servers = asked.for_servers;
    recipe.for_clients = recipe.for_clients || asked.for_clients;
  }
  recipe.must_staple = recipe.must_staple || asked.must_staple;
  auto certificate = issue_certificate(recipe, *request, issuer);
  if (!certificate) return failed(options.sign + ": " + local(certificate.error()).message());
  if (options.file.empty() && options.names.empty()) {
    // request.pem and NAME-request.pem name what is made of them.
    std::string stem = options.sign.substr(options.sign.rfind('/') + 1);
    stem = stem.substr(0, stem.rfind('.'));
    options.file =
        stem.ends_with("-request") ? stem.substr(0, stem.size() - 8) : stem + "-certificate";
  }
  const Files files = files_for(options);
  const Drafts drafts{
      .files = {{files.certificate, pem_of(chain_of(*certificate, &issuer)), Secrecy::open}},
      .told = files.certificate};
  if (auto written = write(options, {drafts}); !written) return failed(written.error());
  return report(options,
                {{"certificate", files.certificate}, {"contents", certificate_json(*certificate)}});
}

/// `--crl FILE`: the issuer's list, with what it had before and what `--revoke` adds.
int make_crl(const CertOptions& options, const Identity& issuer) {
  CrlRecipe recipe{.reason = options.reason};
  for (const std::string& path : options.revoke) {
    auto certificate = certificate_from_file(path);
    if (!certificate) return failed(certificate.error());
    recipe.revoked.push_back(std::move(*certificate));
  }
  if (exists(options.crl)) {
    auto previous = Crl::from_file(options.crl);
    if (!previous) return failed(local(previous.error()));
    recipe.previous = previous->front();
  }
  if (options.days) recipe.next_update = recipe.this_update + std::chrono::days(*options.days);
  auto crl = outcome(issue_crl(recipe, issuer));
  if (!crl) return failed(crl.error());
  const Drafts drafts{.files = {{options.crl, crl->to_pem(), Secrecy::open}},
                      .told = options.crl + " (revoked: " + std::to_string(crl->size()) + ")"};
  if (auto written = write(options, {drafts}); !written) return failed(written.error());
  return report(options, {{"crl", options.crl}, {"revoked", crl->size()}});
}

}  // namespace

int make_certificates(const CertOptions& options) {
  if (options.request) return make_request(options);
  if (options.issuer.empty())
    return options.ca ? make_one(options, nullptr) : make_development(options);
  auto issuer = find_issuer(options);
  if (!issuer) return failed(issuer.error());
  if (!options.crl.empty()) return make_crl(options, *issuer);
  return options.sign.empty() ? make_one(options, &*issuer) : sign_request(options, *issuer);
}

}  // namespace tls12::tool
