// tls12 backends: which library does what on this machine, how fast, and which one is chosen.
#include "backends/backends.hpp"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/options/colour_option.hpp"
#include "tls12/crypto.hpp"

namespace tls12::tool {
namespace {

constexpr std::size_t kBulk = 16 * 1024;  // a full record
constexpr auto kMeasure = std::chrono::milliseconds(50);
using Buffer = std::vector<std::uint8_t>;

/// How often a second `once` can be called, and whether it ever failed.
template <class Once>
double rate(Once once) {
  if (!once()) return 0;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::size_t calls = 0;
  std::chrono::duration<double> spent{};
  for (std::size_t batch = 1; spent < kMeasure; batch *= 2) {
    for (std::size_t i = 0; i < batch; ++i, ++calls)
      if (!once()) return 0;
    spent = Clock::now() - start;
  }
  return static_cast<double>(calls) / spent.count();
}

/// One measured speed of one algorithm in one backend.
struct Speed {
  double per_second = 0;
  bool bytes = false;  ///< of data, otherwise operations
};

struct Cell {
  std::string backend;
  int rank = 0;
  bool chosen = false;
  Speed speed;
};

struct Row {
  std::string kind, algorithm, operation;
  std::vector<Cell> cells;
};

Speed measure_aead(const Aead& aead, AeadAlgorithm algorithm) {
  const Buffer key(key_size(algorithm), 1), additional(13, 2);
  Buffer nonce(kAeadNonceSize, 3), data(kBulk + kMaxAeadTagSize);
  const auto keyed = aead.with_key(key);
  if (!keyed) return {};
  const double records = rate([&] {
    keyed->seal(nonce, additional, Bytes(data).first(kBulk), data.data());
    return true;
  });
  return {records * kBulk, true};
}

Speed measure_cbc(const Cbc& cbc, CbcAlgorithm algorithm) {
  const Buffer key(key_size(algorithm), 1), iv(kAesBlockSize, 2);
  Buffer data(kBulk);
  const auto keyed = cbc.with_key(key);
  if (!keyed) return {};
  const double records = rate([&] {
    keyed->encrypt(iv, data, data.data());
    return true;
  });
  return {records * kBulk, true};
}

Speed measure_hash(const HashFunction& function) {
  const Buffer data(kBulk, 1);
  Buffer digest(kMaxDigestSize);
  const double rounds = rate([&] {
    Hash hash(function);
    hash.update(data);
    hash.digest(digest);
    return true;
  });
  return {rounds * kBulk, true};
}

Speed measure_hmac(const Hmac& hmac) {
  const Buffer key(48, 1),
      data(77, 2);  // what the PRF feeds it: a master secret, a label and two randoms
  Buffer mac(kMaxDigestSize);
  const auto keyed = hmac.with_key(key);
  if (!keyed) return {};
  return {rate([&] { return keyed->compute({data}, mac.data()); }), false};
}

Speed measure_group(const Group& group, GroupAlgorithm algorithm, Random& random) {
  const auto peer = group.generate(random);
  if (!peer) return {};
  Buffer secret(secret_size(algorithm));
  return {rate([&] {
            auto share = group.generate(random);
            return share && (*share)->derive((*peer)->public_value(), secret);
          }),
          false};
}

/// In a field whose group nobody names: the private value is as long as the prime.
Speed measure_dh(const Dh& dh, Random& random) {
  const std::uint8_t generator[] = {5};
  const DhParameters parameters{.prime = dh_parameters(GroupAlgorithm::ffdhe2048).prime,
                                .generator = generator};
  const auto peer = dh.generate(parameters, random);
  if (!peer) return {};
  Buffer secret(parameters.prime.size());
  return {rate([&] {
            auto share = dh.generate(parameters, random);
            return share && (*share)->derive((*peer)->public_value(), secret);
          }),
          false};
}

/// Signing and verifying, with one key a family: RSA's takes so long to make that both paddings
/// share it.
class SignatureBench {
 public:
  SignatureBench(const Provider& table, Random& random) : random_(random) {
    for (const auto family : {SignatureFamily::rsa_pkcs1, SignatureFamily::ecdsa_secp256r1,
                              SignatureFamily::ecdsa_secp384r1, SignatureFamily::ecdsa_secp521r1,
                              SignatureFamily::ed25519}) {
      if (!table[family]) continue;
      if (auto key = table[family].implementation->generate(random, 2048))
        keys_[index(family)].emplace(std::move(*key));
    }
  }

  std::pair<Speed, Speed> measure(const Signature& signature, SignatureFamily family) {
    const bool rsa = is_rsa(family);
    auto& generated = keys_[index(rsa ? SignatureFamily::rsa_pkcs1 : family)];
    if (!generated) return {};
    const PrivateKeyNumbers numbers = generated->numbers();
    auto key = signature.load(numbers);
    if (!key) return {};
    const HashAlgorithm hash = family == SignatureFamily::ecdsa_secp384r1   ? HashAlgorithm::sha384
                               : family == SignatureFamily::ecdsa_secp521r1 ? HashAlgorithm::sha512
                                                                            : HashAlgorithm::sha256;
    const std::size_t salt = family == SignatureFamily::rsa_pss ? digest_size(hash) : 0;
    const Buffer message(64 + 69, 7);  // both randoms and an ECDHE key
    Buffer made(kMaxSignatureSize), point(kMaxGroupPublicSize);
    std::size_t size = 0;
    const double signing = rate([&] {
      auto done = (*key)->sign(hash, salt, message, random_, made);
      if (done) size = *done;
      return done.has_value();
    });
    PublicKey public_key{
        .kind = numbers.kind, .modulus = numbers.modulus, .exponent = numbers.public_exponent};
    if (!rsa) {
      auto written = signature.public_point(numbers, point);
      if (!written) return {};
      public_key.point = Bytes(point).first(*written);
    }
    const double verifying = rate(
        [&] { return signature.verify(public_key, hash, salt, message, Bytes(made).first(size)); });
    return {{signing, false}, {verifying, false}};
  }

 private:
  static std::size_t index(SignatureFamily family) { return static_cast<std::size_t>(family); }
  Random& random_;
  std::array<std::optional<Signature::Generated>, kSignatureFamilies> keys_;
};

std::string shown_name(SignatureFamily family) {
  const bool rsa = is_rsa(family);
  return std::string(name(family)) + (rsa ? ", 2048 bits" : "");
}

class Table {
 public:
  explicit Table(bool measured) : measured_(measured) {
    for (ProviderPtr backend : {sodium_provider(), mbedtls_provider()})
      if (backend) backends_.push_back(std::move(backend));
  }

  std::vector<Row> rows() {
    const auto chosen = default_provider();
    for (std::size_t i = 0; i < kAeadAlgorithms; ++i) {
      const auto a = static_cast<AeadAlgorithm>(i);
      add(
          "AEAD, sealing 16 KiB records", std::string(name(a)), "", (*chosen)[a],
          [&](const Provider& p) { return p[a]; },
          [&](const Aead& it) { return measure_aead(it, a); });
    }
    for (std::size_t i = 0; i < kCbcAlgorithms; ++i) {
      const auto c = static_cast<CbcAlgorithm>(i);
      add(
          "CBC, encrypting 16 KiB", std::string(name(c)), "", (*chosen)[c],
          [&](const Provider& p) { return p[c]; },
          [&](const Cbc& it) { return measure_cbc(it, c); });
    }
    for (std::size_t i = 0; i < kHashAlgorithms; ++i) {
      const auto h = static_cast<HashAlgorithm>(i);
      add(
          "hash, 16 KiB", std::string(name(h)), "", (*chosen)[h],
          [&](const Provider& p) { return p[h]; }, measure_hash);
    }
    for (std::size_t i = 0; i < kHashAlgorithms; ++i) {
      const auto h = static_cast<HashAlgorithm>(i);
      add(
          "HMAC, as the PRF uses it", "HMAC-" + std::string(name(h)), "", chosen->hmac(h),
          [&](const Provider& p) { return p.hmac(h); }, measure_hmac);
    }
    for (std::size_t i = 0; i < kGroupAlgorithms; ++i) {
      const auto g = static_cast<GroupAlgorithm>(i);
      add(
          "key exchange, a fresh share and the secret", std::string(name(g)), "", (*chosen)[g],
          [&](const Provider& p) { return p[g]; },
          [&](const Group& it) { return measure_group(it, g, chosen->rng()); });
    }
    add(
        "key exchange, a fresh share and the secret", "a server's 2048 bits", "", chosen->dh,
        [](const Provider& p) { return p.dh; },
        [&](const Dh& it) { return measure_dh(it, chosen->rng()); });
    add_signatures(*chosen);
    add_rsa_encryption(*chosen);
    add(
        "randomness", "random bytes", "", chosen->random,
        [](const Provider& p) { return p.random; },
        [](const Random& random) {
          Buffer data(kBulk);
          return Speed{rate([&] { return const_cast<Random&>(random).fill(data); }) * kBulk, true};
        });
    return std::move(rows_);
  }

  const std::vector<ProviderPtr>& backends() const { return backends_; }

 private:
  template <class Implementation, class Find, class Measure>
  void add(const char* kind, std::string algorithm, std::string operation,
           const Implemented<Implementation>& chosen, Find find, Measure measure) {
    Row row{kind, std::move(algorithm), std::move(operation), {}};
    for (const ProviderPtr& backend : backends_) {
      const auto& found = find(*backend);
      Cell cell{backend->name,
                found ? found.rank : 0,
                found && found.implementation == chosen.implementation,
                {}};
      if (found && measured_) cell.speed = measure(*found.implementation);
      row.cells.push_back(std::move(cell));
    }
    rows_.push_back(std::move(row));
  }

  // Verifying needs a signature, so both are measured together; the table shows all signing first.
  void add_signatures(const Provider& chosen) {
    std::optional<SignatureBench> bench;
    if (measured_) bench.emplace(chosen, chosen.rng());
    std::array<std::vector<Speed>, kSignatureFamilies> verifying;
    for (std::size_t i = 0; i < kSignatureFamilies; ++i) {
      const auto f = static_cast<SignatureFamily>(i);
      add(
          "signature, signing", shown_name(f), "sign", chosen[f],
          [&](const Provider& p) { return p[f]; },
          [&](const Signature& it) {
            const auto [sign, verify] = bench->measure(it, f);
            verifying[i].push_back(verify);
            return sign;
          });
    }
    for (std::size_t i = 0; i < kSignatureFamilies; ++i) {
      const auto f = static_cast<SignatureFamily>(i);
      std::size_t next = 0;
      add(
          "signature, verifying", shown_name(f), "verify", chosen[f],
          [&](const Provider& p) { return p[f]; },
          [&](const Signature&) { return verifying[i][next++]; });
    }
  }

  // As with signatures: there is nothing to decrypt before something was encrypted.
  void add_rsa_encryption(const Provider& chosen) {
    const auto& signing = chosen[SignatureFamily::rsa_pkcs1];
    std::optional<Signature::Generated> key;
    if (auto made = measured_ && signing ? signing.implementation->generate(chosen.rng(), 2048)
                                         : fail(Errc::misuse))
      key.emplace(std::move(*made));
    const auto row = [](const Provider& p) { return p.rsa_encryption; };
    Buffer message(48, 1), block(kMaxSignatureSize), ciphertext(kMaxSignatureSize);
    const auto encrypt = [&](const RsaEncryption& it) {
      const auto size = it.encrypt(
          {.kind = KeyKind::rsa, .modulus = key->modulus, .exponent = key->public_exponent},
          message, chosen.rng(), block);
      if (size)
        ciphertext.assign(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*size));
      return size.has_value();
    };
    add("RSA key transport", "rsa, 2048 bits, encrypt", "encrypt", chosen.rsa_encryption, row,
        [&](const RsaEncryption& it) {
          return key ? Speed{rate([&] { return encrypt(it); }), false} : Speed{};
        });
    add("RSA key transport", "rsa, 2048 bits, decrypt", "decrypt", chosen.rsa_encryption, row,
        [&](const RsaEncryption& it) {
          const auto loaded = key && encrypt(it) ? it.load(key->numbers()) : fail(Errc::misuse);
          return loaded ? Speed{rate([&] {
                                  return (*loaded)
                                      ->decrypt(ciphertext, chosen.rng(), block)
                                      .has_value();
                                }),
                                false}
                        : Speed{};
        });
  }

  bool measured_;
  std::vector<ProviderPtr> backends_;
  std::vector<Row> rows_;
};

std::string format_speed(const Speed& speed) {
  char text[48];
  const double value = speed.per_second;
  if (value == 0) return {};
  if (speed.bytes) {
    std::snprintf(text, sizeof text, "%8.2f GB/s", value / 1e9);
  } else if (value < 1e6) {
    std::snprintf(text, sizeof text, "%8.0f /s", value);
  } else {
    std::snprintf(text, sizeof text, "%8.2f M/s", value / 1e6);
  }
  return text;
}

void print(const std::vector<Row>& rows, const std::vector<ProviderPtr>& backends,
           const TerminalStyle& style) {
  constexpr std::size_t kNameWidth = 26, kCellWidth = 20;
  Text text = padded("", kNameWidth);
  for (const ProviderPtr& backend : backends)
    text += style.bold(padded("  " + backend->name, kCellWidth));
  text += "\n";
  std::string kind;
  for (const Row& row : rows) {
    if (row.kind != kind) text += style.cyan(kind = row.kind) + "\n";
    text += padded("  " + row.algorithm, kNameWidth);
    for (const Cell& cell : row.cells) {
      const std::string words = cell.rank == 0                     ? std::string("-")
                                : format_speed(cell.speed).empty() ? "yes"
                                                                   : format_speed(cell.speed);
      const Text shown =
          padded((cell.chosen ? "* " : "  ") + words, &cell == &row.cells.back() ? 0 : kCellWidth);
      text += cell.chosen ? style.green(shown) : shown;
    }
    text += "\n";
  }
  text +=
      "\n* is the one that connections use: the best rank, then the order of the columns. - is not "
      "offered on this CPU.\n";
  tool::print(stdout, text);
}

void print_json(const std::vector<Row>& rows) {
  auto json = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    auto cells = nlohmann::ordered_json::array();
    for (const Cell& cell : row.cells) {
      if (cell.rank == 0) continue;
      nlohmann::ordered_json one = {
          {"backend", cell.backend}, {"rank", cell.rank}, {"chosen", cell.chosen}};
      if (cell.speed.per_second > 0)
        one[cell.speed.bytes ? "bytes_per_second" : "operations_per_second"] =
            cell.speed.per_second;
      cells.push_back(std::move(one));
    }
    nlohmann::ordered_json line = {{"kind", row.kind}, {"algorithm", row.algorithm}};
    if (!row.operation.empty()) line["operation"] = row.operation;
    line["backends"] = std::move(cells);
    json.push_back(std::move(line));
  }
  tool::print_json(stdout, json, 2);
}

}  // namespace

void add_backends(CLI::App& app, Action& action) {
  struct Options {
    bool json = false, unmeasured = false;
    Colour colour = Colour::automatic;
  };
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "backends", "Show which library does which algorithm, how fast, and which one is chosen.");
  command.add_flag("--json", options->json, "print JSON");
  command.add_flag("--no-speed", options->unmeasured, "measure nothing");
  add_colour_option(command, options->colour);
  command.callback([options, &action] {
    action = [options] {
      Table table(!options->unmeasured);
      if (table.backends().empty()) return failed("no backend was built in");
      const auto rows = table.rows();
      if (options->json) {
        print_json(rows);
      } else {
        print(rows, table.backends(), TerminalStyle(options->colour, stdout));
      }
      return kDone;
    };
  });
}

}  // namespace tls12::tool
