// tls12 cert: its options, and showing certificates.
#include "cert/cert.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cert/make.hpp"
#include "common/files/file.hpp"
#include "common/options/time_option.hpp"
#include "common/options/validators.hpp"
#include "common/output/certificate_json.hpp"

namespace tls12::tool {
namespace {

constexpr char kExamples[] =
    "\nwithout --ca, --issuer and --request: a development CA, kept in the folder, and a "
    "certificate that it signed\n"
    "  tls12 cert localhost 127.0.0.1\n"
    "a root, an intermediate, and what they issue:\n"
    "  tls12 cert --ca \"Example Root\" --file root --out pki\n"
    "  tls12 cert --ca \"Example CA\" --issuer pki/root --file ca1 --out pki\n"
    "  tls12 cert www.example.org 192.0.2.1 --issuer pki/ca1 --out pki\n"
    "  tls12 cert alice@example.org --for client --issuer pki/ca1 --out pki\n"
    "a request, made where the key is, and its certificate:\n"
    "  tls12 cert --request mail.example.org\n"
    "  tls12 cert --sign mail.example.org-request.pem --issuer pki/ca1\n"
    "revoking:\n"
    "  tls12 cert --crl pki/ca1.crl --revoke pki/www.example.org.pem --reason superseded --issuer "
    "pki/ca1\n"
    "NAMEs are DNS names, IP addresses, e-mail addresses and URIs, as they look or after DNS:, "
    "IP:, email:, URI:, DN:.\n"
    "The file of a certificate has the intermediates above it as well.";

int show(const CertOptions& options) {
  auto certificates = Certificate::all_from_file(input_path(options.show));
  if (!certificates) return failed(local(certificates.error()));
  auto all = nlohmann::ordered_json::array();
  for (const Certificate& certificate : *certificates) all.push_back(certificate_json(certificate));
  if (options.json) return print_json(stdout, all, 2), kDone;
  for (const auto& one : all) {
    for (const auto& [field, value] : one.items()) {
      std::string words = value.is_string() ? value.get<std::string>() : std::string();
      if (value.is_array())
        for (const auto& item : value)
          words += (words.empty() ? "" : ", ") + item.get<std::string>();
      print(stdout, padded(field, 12) + words + "\n");
    }
    if (all.size() > 1) print(stdout, "\n");
  }
  return kDone;
}

// ------------------------------------------------ options

/// Words that stand for values, without CLI11's list of them in the help.
template <class Value>
CLI::Option* add_choice(CLI::App& command, const char* name, Value& value,
                        const std::map<std::string, Value>& choices, const char* words) {
  std::vector<std::string> known;
  for (const auto& [word, meaning] : choices) known.push_back(word);
  return command
      .add_option_function<std::string>(
          name, [&value, choices](const std::string& word) { value = choices.at(word); }, words)
      ->check(one_of(known));
}

void add_what(CLI::App& command, CertOptions& options) {
  command.add_option(
      "NAME", options.names,
      "what it is for (localhost, 127.0.0.1, ::1); the first names the subject and the files");
  command
      .add_option("--out", options.folder,
                  "the folder for ca.pem, ca-key.pem, NAME.pem, NAME-key.pem; a CA that is there "
                  "is used again")
      ->type_name("DIR");
  command.add_option("--file", options.file, "names the files instead of the first NAME")
      ->type_name("NAME");
  auto* ca = command.add_flag("--ca", options.ca, "make a CA; NAME is what people call it");
  auto* issuer = command
                     .add_option("--issuer", options.issuer,
                                 "who signs it: a certificate PATH.pem with its key PATH-key.pem")
                     ->type_name("PATH");
  command.add_option("--issuer-key", options.issuer_key, "the issuer's key, where it is elsewhere")
      ->type_name("FILE")
      ->needs(issuer);
  auto* request = command
                      .add_flag("--request", options.request,
                                "make a request for a certificate, to be signed elsewhere")
                      ->excludes(ca)
                      ->excludes(issuer);
  auto* sign = command
                   .add_option("--sign", options.sign,
                               "issue what this request asks for; options overrule it")
                   ->type_name("FILE")
                   ->needs(issuer)
                   ->excludes(request);
  command.add_option("--key", options.key, "the private key, instead of a new one")
      ->type_name("FILE")
      ->excludes(sign);
  auto* crl =
      command
          .add_option("--crl", options.crl,
                      "write the issuer's revocation list, going on from the one that is there")
          ->type_name("FILE")
          ->needs(issuer);
  command
      .add_option("--revoke", options.revoke, "revoke the first certificate of this file (repeat)")
      ->type_name("FILE")
      ->needs(crl);
  command
      .add_option("--reason", options.reason,
                  "why: keyCompromise, superseded, cessationOfOperation, ...")
      ->type_name("WORD")
      ->needs(crl);
  crl->excludes(ca)->excludes(sign);
}

void add_key(CLI::App& command, CertOptions& options) {
  add_choice<KeyKind>(command, "--key-type", options.kind,
                      {{"p256", KeyKind::ec_secp256r1},
                       {"p384", KeyKind::ec_secp384r1},
                       {"p521", KeyKind::ec_secp521r1},
                       {"rsa", KeyKind::rsa},
                       {"rsa-pss", KeyKind::rsa_pss},
                       {"ed25519", KeyKind::ed25519}},
                      "the key: p256, p384, p521, rsa, rsa-pss or ed25519")
      ->type_name("TYPE");
  command.add_option("--rsa-bits", options.rsa_bits, "size of an RSA key (2048)")
      ->check(CLI::Range(2048, 8192).description(""))
      ->type_name("BITS");
  add_choice<std::optional<HashAlgorithm>>(
      command, "--hash", options.recipe.hash,
      {{"sha256", HashAlgorithm::sha256},
       {"sha384", HashAlgorithm::sha384},
       {"sha512", HashAlgorithm::sha512}},
      "the hash of its signature: sha256, sha384 or sha512 (one as strong as the issuer's key)")
      ->type_name("HASH");
  command.add_flag("--pss", options.recipe.pss, "an RSA issuer signs by RSASSA-PSS");
}

void add_contents(CLI::App& command, CertOptions& options) {
  CertificateRecipe& recipe = options.recipe;
  command
      .add_option("--subject", recipe.subject,
                  "the whole subject: \"CN=www.example.org,O=Example,C=BE\"")
      ->type_name("NAME");
  command.add_option("--days", options.days, "how long it is valid (397; a CA 3650; a CRL 30)")
      ->check(CLI::Range(1, 36500).description(""))
      ->type_name("N");
  command.add_option("--not-before", options.not_before, "from when it is valid (an hour ago)")
      ->check(is_time())
      ->type_name("TIME");
  command.add_option("--not-after", options.not_after, "until when it is valid")
      ->check(is_time())
      ->type_name("TIME");
  command
      .add_option("--serial", options.serial, "its serial number, in hexadecimal (a random one)")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text.find_first_not_of("0123456789abcdefABCDEF:") == text.npos
                       ? ""
                       : text + " is not hexadecimal";
          },
          ""))
      ->type_name("HEX");
  command.add_flag("--client", recipe.for_clients, "for a client as well as for a server");
  command
      .add_option(
          "--for", options.purposes,
          "what it is for: server, client, ocsp, crl (server); several with commas between them")
      ->delimiter(',')
      ->check(one_of({"server", "client", "ocsp", "crl"}))
      ->type_name("PURPOSE");
  command
      .add_option("--path-length", recipe.path_length,
                  "of a CA: how many CAs may be below it (an intermediate: 0)")
      ->type_name("N");
  command
      .add_option("--permit", recipe.permitted,
                  "of a CA: the only names below it: example.org, 192.0.2.0/24, email:.example.org "
                  "(repeat)")
      ->type_name("NAMES");
  command.add_option("--exclude", recipe.excluded, "of a CA: no such names below it (repeat)")
      ->type_name("NAMES");
  command.add_option("--policy", recipe.policies, "a certificate policy (repeat)")
      ->type_name("OID");
  command
      .add_option("--crl-url", recipe.crl_urls, "where its issuer's CRL is to be found (repeat)")
      ->type_name("URL");
  command
      .add_option("--ocsp-url", recipe.ocsp_urls, "where its issuer's OCSP responder is (repeat)")
      ->type_name("URL");
  command
      .add_option("--issuer-url", recipe.issuer_urls, "where its issuer's certificate is (repeat)")
      ->type_name("URL");
  command.add_flag("--must-staple", recipe.must_staple, "a server must staple an OCSP response");
}

/// An option that repeats takes one value each time, so that a NAME may follow.
void take_one_value_each(CLI::App& command) {
  for (CLI::Option* option : command.get_options())
    if (!option->get_positional()) option->allow_extra_args(false);
}

}  // namespace

void add_cert(CLI::App& app, Action& action) {
  auto options = std::make_shared<CertOptions>();
  CLI::App& command =
      *app.add_subcommand("cert",
                          "Make a development CA and a certificate signed by it, as PEM files; any "
                          "other certificate, a request, a CRL; or show a certificate.");
  add_what(command, *options);
  add_key(command, *options);
  add_contents(command, *options);
  options->key_pass.add_to(command);
  command.add_option("--show", options->show, "show the certificates of this file instead")
      ->type_name("FILE");
  command.add_flag("--json", options->json, "print JSON");
  command.footer(kExamples);
  take_one_value_each(command);
  command.callback([options, &action] {
    action = [options] {
      return options->show.empty() ? make_certificates(*options) : show(*options);
    };
  });
}

}  // namespace tls12::tool
