// Record protection alone, without a connection: CBC in both orders and CCM, OpenSSL's connections
// beside them.
#include <openssl/ssl.h>

#include <cstring>
#include <string>
#include <vector>

#include "bulk.hpp"
#include "record/protection.hpp"

namespace {

using namespace tls12;
using bench::Counted, bench::finish;

constexpr std::size_t kRecord = 1 << 14;

struct Case {
  const char* label;
  wire::RecordCipher cipher;
  bool encrypt_then_mac;
  const char* openssl_suite;
};
const Case kCases[] = {
    {"aes128cbc_sha1", wire::CbcHmac{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha1}, false,
     "ECDHE-ECDSA-AES128-SHA"},
    {"aes128cbc_sha1_etm", wire::CbcHmac{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha1}, true,
     "ECDHE-ECDSA-AES128-SHA"},
    {"aes128cbc_sha256", wire::CbcHmac{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha256}, false,
     "ECDHE-ECDSA-AES128-SHA256"},
    {"aes128cbc_sha256_etm", wire::CbcHmac{CbcAlgorithm::aes_128_cbc, HashAlgorithm::sha256}, true,
     "ECDHE-ECDSA-AES128-SHA256"},
    {"aes256cbc_sha384", wire::CbcHmac{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}, false,
     "ECDHE-ECDSA-AES256-SHA384"},
    {"aes256cbc_sha384_etm", wire::CbcHmac{CbcAlgorithm::aes_256_cbc, HashAlgorithm::sha384}, true,
     "ECDHE-ECDSA-AES256-SHA384"},
    {"aes128ccm", AeadAlgorithm::aes_128_ccm, false, "ECDHE-ECDSA-AES128-CCM"},
    {"aes128ccm_8", AeadAlgorithm::aes_128_ccm_8, false, "ECDHE-ECDSA-AES128-CCM8"},
};

std::unique_ptr<record::Protection> protection_for(const Case& c) {
  const record::KeySizes sizes = record::key_sizes(c.cipher);
  const std::vector<std::uint8_t> mac_key(sizes.mac_key, 5), key(sizes.key, 7), iv(sizes.iv, 9);
  return record::make_protection(*default_provider(), c.cipher, c.encrypt_then_mac,
                                 {.mac_key = mac_key, .key = key, .iv = iv}, Limits{})
      .value();
}

void seal_record(benchmark::State& state, const Case& c, std::size_t size) {
  const auto protection = protection_for(c);
  const std::vector<std::uint8_t> plaintext(size, 1);
  std::vector<std::uint8_t> out(protection->sealed_size(size));
  std::uint64_t allocated = 0, sequence = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    if (!protection->seal(sequence++, ContentType::application_data, ProtocolVersion::tls12,
                          plaintext, out.data()))
      return state.SkipWithError("seal failed");
    benchmark::DoNotOptimize(out.data());
  }
  finish(state, size, allocated);
}

void open_record(benchmark::State& state, const Case& c, std::size_t size) {
  const auto protection = protection_for(c);
  const std::vector<std::uint8_t> plaintext(size, 1);
  std::vector<std::uint8_t> sealed(protection->sealed_size(size)), work(sealed.size());
  if (!protection->seal(0, ContentType::application_data, ProtocolVersion::tls12, plaintext,
                        sealed.data()))
    return state.SkipWithError("seal failed");
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    const Counted counted(allocated);
    std::memcpy(work.data(), sealed.data(), sealed.size());
    if (!protection->open(0, ContentType::application_data, ProtocolVersion::tls12, work))
      return state.SkipWithError("open failed");
    benchmark::DoNotOptimize(work.data());
  }
  finish(state, size, allocated);
}

std::uint64_t options_of(const Case& c) {
  return c.encrypt_then_mac ? 0 : SSL_OP_NO_ENCRYPT_THEN_MAC;
}
void seal_openssl(benchmark::State& state, const Case& c, std::size_t size) {
  bench::seal_openssl(state, c.openssl_suite, options_of(c), size);
}
void open_openssl(benchmark::State& state, const Case& c, std::size_t size) {
  bench::open_openssl(state, c.openssl_suite, options_of(c), size);
}

using Run = void (*)(benchmark::State&, const Case&, std::size_t);
const bool registered = [] {
  const std::pair<const char*, Run> rows[] = {{"seal/record", seal_record},
                                              {"seal/openssl", seal_openssl},
                                              {"open/record", open_record},
                                              {"open/openssl", open_openssl}};
  for (const Case& c : kCases)
    for (const std::size_t size : {kRecord, std::size_t{64}})
      for (const auto& [label, run] : rows)
        benchmark::RegisterBenchmark(
            (std::string(label) + "/" + c.label + "/" + std::to_string(size)).c_str(),
            [run = run, &c, size](benchmark::State& state) { run(state, c, size); });
  return true;
}();

}  // namespace
