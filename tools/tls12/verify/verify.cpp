// tls12 verify: whether a certificate is to be believed, and if not, why.
#include "verify/verify.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "common/files/credentials.hpp"
#include "common/files/encoded.hpp"
#include "common/options/pins.hpp"
#include "common/options/time_option.hpp"
#include "common/options/validators.hpp"
#include "verify/batch.hpp"

namespace tls12::tool {
namespace {

constexpr char kCertificate[] = "CERTIFICATE", kCrl[] = "X509 CRL",
               kOcspResponse[] = "OCSP RESPONSE";

constexpr char kAbout[] =
    "Say whether a certificate is to be believed: RFC 5280 §6, as a connection judges it. --policy "
    "strict also checks how the\n"
    "certificates of the chain were made.\n"
    "Exit code 0: valid; 1: invalid, with the reason in one line; 2: something else cannot be "
    "read, or makes no sense.";

constexpr char kBatchFormat[] =
    "A line of --batch is an object; only leaf is needed, and keys that are not known are "
    "ignored:\n"
    "  id                  anything; the answer has it, too\n"
    "  trusted, untrusted  lists of certificates, each DER in base64, or PEM\n"
    "  leaf                the certificate in question\n"
    "  crls                a list of CRLs; ocsp: one stapled OCSP response\n"
    "  peer_name           {\"kind\": \"DNS\", \"IP\" or \"RFC822\", \"value\": ...}, or "
    "{\"kind\": \"ANY\"}; null: as --name\n"
    "  time                seconds since 1970, or RFC 3339; null: now\n"
    "  kind, purpose       \"server\", \"client\" or \"any\" (purpose alone counts if both are "
    "there)\n"
    "  max_chain_depth     as --max-depth\n"
    "  extended_key_usage  a list of one: \"serverAuth\", \"clientAuth\", \"anyExtendedKeyUsage\"\n"
    "  user_initial_policy_set, initial_explicit_policy, initial_policy_mapping_inhibit, "
    "initial_any_policy_inhibit\n"
    "                      RFC 5280 §6.1.1 (c) to (f)\n"
    "Its answer is {\"id\", \"verdict\": \"valid\" or \"invalid\", \"reason\"}, with --json more; "
    "a line that is no such\n"
    "object is invalid, its answer says \"error\": true, and the exit code is 2. Options hold "
    "where a line says nothing.";

struct Options {
  std::vector<std::string> trust, untrusted, crls, names, pins;
  std::string leaf, ocsp, batch, time;
  Case defaults;
  bool json = false;
};

/// What cannot be used; its text is for people.
using Unusable = std::string;

/// The files of a folder, or the file itself.
std::expected<std::vector<std::string>, Unusable> files_at(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return std::vector{path};
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) return std::unexpected("cannot read the folder " + path);
  std::vector<std::string> files;
  while (const dirent* entry = ::readdir(folder.get())) {
    std::string file = path + "/" + entry->d_name;
    if (::stat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode))
      files.push_back(std::move(file));
  }
  std::ranges::sort(files);
  return files;
}

/// Without those that OpenSSL's trust settings forbid.
void remove_distrusted(const std::string& content, std::vector<Der>& certificates) {
  if (content.find("-----BEGIN TRUSTED CERTIFICATE-----") == content.npos) return;
  const auto anchors = TrustStore::from_pem(content).anchors();
  std::erase_if(certificates, [&](const Der& der) {
    const auto is_same = [&](const Certificate& anchor) {
      return std::ranges::equal(anchor.der(), der);
    };
    return Certificate::from_der(der).has_value() && std::ranges::none_of(anchors, is_same);
  });
}

/// A certificate of a bundle that cannot be used: one line. `place` counts from 1.
void complain_of_unusable(const std::string& file, std::size_t place, const Der& der) {
  auto certificate = Certificate::from_der(der);
  if (certificate) return;
  Error error = local(certificate.error());
  error.set_detail(file + ": certificate " + std::to_string(place) + ": " +
                   std::string(error.about()));
  complain(skipped(error));
}

/// Everything in these files that is `label`; a folder's other files are passed over. Of anchors,
/// complains of unusable certificates in PEM files.
std::expected<std::vector<Der>, Unusable> read_all(const std::vector<std::string>& paths,
                                                   const char* label, bool as_anchors = false) {
  std::vector<Der> all;
  for (const std::string& path : paths) {
    const auto files = files_at(path);
    if (!files) return std::unexpected(files.error());
    for (const std::string& file : *files) {
      const auto content = read_encoded(file);
      if (!content) return std::unexpected(content.error().message());
      auto found = ders_of(*content, label);
      const bool is_pem = content->find("-----BEGIN ") != std::string::npos;
      for (std::size_t i = 0; as_anchors && is_pem && i < found.size(); ++i)
        complain_of_unusable(file, i + 1, found[i]);
      if (as_anchors) remove_distrusted(*content, found);
      for (Der& der : found)
        if (std::ranges::find(all, der) == all.end()) all.push_back(std::move(der));
    }
  }
  return all;
}

bool could_be_der(const Der& der) { return !der.empty() && der[0] == 0x30; }

/// The case that the options describe, without a leaf.
std::expected<Case, Unusable> case_of(const Options& options) {
  Case input = options.defaults;
  auto trusted = read_all(options.trust, kCertificate, true);
  if (!trusted) return std::unexpected(trusted.error());
  if (!options.trust.empty() && std::ranges::none_of(*trusted, could_be_der))
    return std::unexpected("there is no certificate in --trust " + options.trust[0]);
  input.trusted = std::move(*trusted);

  auto untrusted = read_all(options.untrusted, kCertificate);
  if (!untrusted) return std::unexpected(untrusted.error());
  input.untrusted = std::move(*untrusted);

  auto crls = read_all(options.crls, kCrl);
  if (!crls) return std::unexpected(crls.error());
  if (!options.crls.empty() && std::ranges::none_of(*crls, could_be_der))
    return std::unexpected("there is no CRL in --crl " + options.crls[0]);
  input.crls = std::move(*crls);

  if (!options.ocsp.empty()) {
    auto responses = read_all({options.ocsp}, kOcspResponse);
    if (!responses) return std::unexpected(responses.error());
    if (responses->empty() || !could_be_der(responses->front()))
      return std::unexpected("there is no OCSP response in --ocsp " + options.ocsp);
    input.ocsp = std::move(responses->front());
  }
  auto pins = parse_pins(options.pins);
  if (!pins) return std::unexpected(pins.error().message());
  input.policy.pins_suffice = !pins->empty() && options.trust.empty() && options.batch.empty();
  input.policy.pins = std::move(*pins);
  for (const std::string& name : options.names) input.names.push_back(required_name(name));
  if (!options.time.empty()) input.time = parse_time(options.time);
  return input;
}

/// Whether a rule of the options would be skipped beside pins that suffice.
bool asks_for_a_chain(const Options& options, const Case& input) {
  const bool files = !options.crls.empty() || !options.ocsp.empty() || !options.names.empty();
  return files || input.revocation || input.max_intermediates ||
         input.policy.initial_explicit_policy;
}

int unusable(const Unusable& reason) {
  complain(reason);
  return kUsage;
}

int run(const Options& options) {
  auto input = case_of(options);
  if (!input) return unusable(input.error());
  if (!options.batch.empty()) return verify_batch(options.batch, *input, options.json);

  if (options.leaf.empty())
    return unusable("verify needs the file of a certificate, or --batch (try --help)");
  if (input->trusted.empty() && !input->policy.pins_suffice)
    return unusable("verify needs --trust: the certificates to believe (try --help)");
  if (input->policy.pins_suffice && asks_for_a_chain(options, *input))
    return unusable(
        "--pin without --trust looks at nothing else: the other rules need --trust (try --help)");
  const auto content = read_encoded(options.leaf);
  if (!content) return unusable(content.error().message());
  std::vector<Der> presented = ders_of(*content, kCertificate);
  if (!presented.empty()) {
    input->leaf = std::move(presented.front());
    input->untrusted.insert(input->untrusted.begin(),
                            std::make_move_iterator(presented.begin() + 1),
                            std::make_move_iterator(presented.end()));
  }
  const Verdict verdict = verify_case(*input);
  if (options.json)
    print_json(stdout, verdict_json(verdict), 2);
  else if (verdict)
    print(stdout, Text(format_verdict(verdict)) + "\n");
  else
    complain(format_verdict(verdict));
  return verdict ? kDone : kFailed;
}

void add_repeatable(CLI::App& command, const char* name, std::vector<std::string>& into,
                    const char* help, const char* type) {
  command.add_option(name, into, help)->type_name(type)->allow_extra_args(false);
}

/// The certificates and the revocation data.
void add_files(CLI::App& command, const std::shared_ptr<Options>& options) {
  const std::map<std::string, RevocationMode> modes = {{"off", RevocationMode::off},
                                                       {"prefer", RevocationMode::prefer},
                                                       {"require", RevocationMode::require}};
  command.add_option(
      "LEAF", options->leaf,
      "the certificate in question, PEM or DER; others in its file are untrusted ones");
  add_repeatable(command, "--trust", options->trust,
                 "certificates to believe: PEM or DER, or a folder of such files", "FILE");
  add_repeatable(
      command, "--untrusted", options->untrusted,
      "certificates that may lead there, in any order; unusable ones are skipped, except "
      "under --policy strict",
      "FILE");
  add_repeatable(command, "--crl", options->crls, "revocation lists", "FILE");
  command
      .add_option("--max-crl-size", options->defaults.max_crl_size,
                  "bytes of the largest list (134217728)")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("BYTES");
  command.add_option("--ocsp", options->ocsp, "the OCSP response that came with the certificate")
      ->type_name("FILE");
  command
      .add_option("--revocation", options->defaults.revocation, "off, prefer or require (prefer)")
      ->transform(named_value(modes))
      ->type_name("MODE");
}

/// What the certificate must fulfil.
void add_requirements(CLI::App& command, const std::shared_ptr<Options>& options) {
  const std::map<std::string, Purpose> purposes = {
      {"server", Purpose::server}, {"client", Purpose::client}, {"any", Purpose::any}};
  VerifyPolicy& policy = options->defaults.policy;

  add_repeatable(
      command, "--pin", options->pins,
      std::string("what it must match; without --trust, that suffices. ").append(kPinHelp).c_str(),
      "PIN");
  add_repeatable(command, "--name", options->names,
                 "a DNS name, IP address or e-mail address that it must have (any name will do)",
                 "NAME");
  command
      .add_option("--time", options->time,
                  "the time to judge at, as RFC 3339 has it or in seconds since 1970 (now)")
      ->check(is_time())
      ->type_name("TIME");
  command
      .add_option("--purpose", options->defaults.purpose,
                  "what it is used for: server, client or any (server)")
      ->transform(named_value(purposes))
      ->type_name("USE");
  command
      .add_option("--max-depth", options->defaults.max_intermediates,
                  "how many certificates there may be between it and the trusted one")
      ->check(CLI::Range(std::size_t{0}, kMostIntermediates).description(""))
      ->type_name("N");
  command
      .add_option_function<std::string>(
          "--policy",
          [&policy](const std::string& name) {
            policy = name == "strict"   ? VerifyPolicy::strict()
                     : name == "legacy" ? VerifyPolicy::legacy()
                                        : VerifyPolicy::standard();
          },
          "standard: as connections judge; strict: also how certificates must be made; legacy: "
          "also 1024 bits, SHA-1, common names "
          "(standard)")
      ->check(one_of({"strict", "standard", "legacy"}))
      ->type_name("POLICY");
}

/// RFC 5280 §6.1.1 (c) to (f).
void add_policy_inputs(CLI::App& command, const std::shared_ptr<Options>& options) {
  VerifyPolicy& policy = options->defaults.policy;
  command
      .add_option_function<std::vector<std::string>>(
          "--require-policy",
          [&policy](const std::vector<std::string>& oids) {
            policy.user_initial_policy_set = oids;
            policy.initial_explicit_policy = true;
          },
          "a certificate policy that the chain must be valid for; any of them will do")
      ->type_name("OID")
      ->allow_extra_args(false);
  command.add_flag("--explicit-policy", policy.initial_explicit_policy,
                   "the chain must be valid for some certificate policy");
  command.add_flag("--inhibit-mapping", policy.initial_policy_mapping_inhibit,
                   "no policy stands for another");
  command.add_flag("--inhibit-any-policy", policy.initial_any_policy_inhibit,
                   "anyPolicy stands for none");
}

}  // namespace

void add_verify(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("verify", kAbout);
  command.footer(kBatchFormat);
  add_files(command, options);
  add_requirements(command, options);
  add_policy_inputs(command, options);
  command
      .add_option("--batch", options->batch,
                  "judge one case a line of this file, as JSON ('-': standard input)")
      ->type_name("FILE");
  command.add_flag("--json", options->json,
                   "print JSON: the chain and its policies, or the failure");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tls12::tool
