// A dependant's program: knows the installed headers and the installed library alone. Takes a
// handshake's first step, looks at a certificate, and derives from a class of the library. With a
// folder, writes a certificate for localhost, its key and its CA there instead.
#include <tls12/tls12.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace {

bool write_files(const tls12::DevelopmentIdentity& identity, const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  const auto key = identity.leaf.key().to_pem();
  return key && std::ofstream(folder / "localhost-key.pem") << *key &&
         std::ofstream(folder / "localhost.pem") << identity.leaf.chain()[0].to_pem() &&
         std::ofstream(folder / "ca.pem") << identity.ca.chain()[0].to_pem();
}

/// Counts the records that are sent.
class Counter final : public tls12::Observer {
 public:
  explicit Counter(unsigned& records) : records_(records) {}
  void on_record(const Record&) override { ++records_; }

 private:
  unsigned& records_;
};

}  // namespace

int main(int count, char** arguments) {
  auto identity = tls12::make_development_identity({"localhost"});
  if (!identity) return std::puts(identity.error().message().c_str()), 1;
  if (count > 1) return write_files(*identity, arguments[1]) ? 0 : 1;
  unsigned records = 0;
  tls12::ClientConfig config{.trust = tls12::TrustStore::of({identity->ca.chain()[0]})};
  config.common.observe = [&records](tls12::Role) { return std::make_unique<Counter>(records); };
  auto context = config.build();
  if (!context) return std::puts(context.error().message().c_str()), 1;
  auto pair = tls12::memory_pair().value();
  auto conn = tls12::Conn::client(std::move(pair.first), *context, "localhost");
  if (!conn) return std::puts(conn.error().message().c_str()), 1;
  conn->set_deadline(tls12::within(std::chrono::milliseconds(1)));
  auto silent = conn->handshake();
  if (silent || silent.error().code != tls12::Errc::timed_out)
    return std::puts("a silent peer did not time out"), 1;
  if (std::error_code(silent.error()) != std::errc::timed_out)
    return std::puts("the error code is not std::errc::timed_out"), 1;
  std::uint8_t record[5] = {};
  auto sent = pair.second->read(record);
  if (!sent || !*sent || record[0] != static_cast<std::uint8_t>(tls12::ContentType::handshake))
    return std::puts("no ClientHello was sent"), 1;
  if (records != 1) return std::puts("the observer saw no record"), 1;
  const tls12::Transport& end = *pair.second;
  tls12::FakeClock clock;
  if (dynamic_cast<const tls12::Observer*>(&end) != nullptr ||
      dynamic_cast<tls12::FakeClock*>(static_cast<tls12::Clock*>(&clock)) == nullptr)
    return std::puts("a dynamic_cast is wrong"), 1;
  return 0;
}
