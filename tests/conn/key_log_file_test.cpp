// The file of a key log.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "support/scripted_peer.hpp"
#include "tls12/observer.hpp"

using namespace tls12;
using namespace tls12::test;

namespace {

/// Writes the lines that the file must have.
class LineCollector final : public Observer {
 public:
  explicit LineCollector(std::string& lines) : lines_(lines) {}
  void on_secret(const SecretLine& line) override {
    lines_.append(line.label).append(" ").append(to_hex(line.client_random)).append(" ");
    lines_.append(to_hex(line.secret)).append("\n");
  }

 private:
  std::string& lines_;
};

ObserverFactory collect_lines(std::string& lines) {
  return [&lines](Role) { return std::make_unique<LineCollector>(lines); };
}

}  // namespace

TEST_CASE(
    "the key log has a line a connection in the NSS format, is appended to, and is for its owner "
    "alone") {
  char directory[] = "/tmp/tls12-key-log-XXXXXX";
  REQUIRE(mkdtemp(directory) != nullptr);
  const std::string path = std::string(directory) + "/keys";
  {
    std::string expected;
    ClientConfig config = client_config();
    config.common.suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
    config.common.observe = observe_with({key_log_file(path).value(), collect_lines(expected)});
    for (int i = 0; i < 2; ++i) { ConnectedEnginePair pair(config, server_config()); }
    std::stringstream content;
    content << std::ifstream(path).rdbuf();
    CHECK(content.str() == expected);
    CHECK(std::ranges::count(expected, '\n') == 2);
    struct stat status = {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
  unlink(path.c_str());
  rmdir(directory);
}

TEST_CASE(
    "a line that the disk has no room for is reported with the file and the system's reason") {
  std::vector<Error> failures;
  ClientConfig config = client_config();
  config.common.observe =
      key_log_file("/dev/full", [&](const Error& error) { failures.push_back(error); }).value();
  ConnectedEnginePair pair(config, server_config());
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].code == Errc::file_unreadable);
  CHECK(failures[0].about() == "/dev/full");
  CHECK(failures[0].system_error == ENOSPC);
}

TEST_CASE("a key log that cannot be written is an error that names the file") {
  const auto factory = key_log_file("/nonexistent/keys");
  REQUIRE(!factory);
  CHECK(factory.error().code == Errc::file_unreadable);
  CHECK(factory.error().about() == "/nonexistent/keys");
  CHECK(factory.error().system_error == ENOENT);
}
