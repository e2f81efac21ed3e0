// A dependant's program: knows the installed headers and the installed library alone. Takes a
// handshake's first step and looks at a certificate. With a folder, writes a certificate for
// localhost, its key and its CA there instead.
#include <tls12/tls12.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

bool write_files(const tls12::DevelopmentIdentity& identity, const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  const auto key = identity.leaf.key().to_pem();
  return key && std::ofstream(folder / "localhost-key.pem") << *key &&
         std::ofstream(folder / "localhost.pem") << identity.leaf.chain()[0].to_pem() &&
         std::ofstream(folder / "ca.pem") << identity.ca.chain()[0].to_pem();
}

}  // namespace

int main(int count, char** arguments) {
  auto identity = tls12::make_development_identity({"localhost"});
  if (!identity) return std::puts(identity.error().message().c_str()), 1;
  if (count > 1) return write_files(*identity, arguments[1]) ? 0 : 1;
  auto context =
      tls12::ClientConfig{.trust = tls12::TrustStore::of({identity->ca.chain()[0]})}.build();
  if (!context) return std::puts(context.error().message().c_str()), 1;
  auto pair = tls12::memory_pair();
  auto conn = tls12::Conn::client(std::move(pair.first), *context, "localhost");
  if (!conn) return std::puts(conn.error().message().c_str()), 1;
  conn->set_deadline(tls12::within(std::chrono::milliseconds(1)));
  auto silent = conn->handshake();
  if (silent || silent.error().code != tls12::Errc::timed_out)
    return std::puts("a silent peer did not time out"), 1;
  std::uint8_t record[5] = {};
  auto sent = pair.second->read(record);
  if (!sent || !*sent || record[0] != static_cast<std::uint8_t>(tls12::ContentType::handshake))
    return std::puts("no ClientHello was sent"), 1;
  return 0;
}
