// The tls12 command.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "backends/backends.hpp"
#include "cert/cert.hpp"
#include "common/startup.hpp"
#include "connect/connect.hpp"
#include "demo/demo.hpp"
#include "help.hpp"
#include "serve/serve.hpp"
#include "show/show.hpp"
#include "suites/suites.hpp"
#include "tls12/crypto.hpp"
#include "verify/verify.hpp"

namespace {

/// In the order of --help.
constexpr void (*kSubcommands[])(CLI::App&, tls12::tool::Action&) = {
    tls12::tool::add_demo,   tls12::tool::add_connect, tls12::tool::add_serve,
    tls12::tool::add_cert,   tls12::tool::add_verify,  tls12::tool::add_show,
    tls12::tool::add_suites, tls12::tool::add_backends};

// The name of the subcommand that was being parsed, for "tls12 serve: ...".
std::string invoked(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "tls12" : "tls12 " + chosen.front()->get_name();
}

// An option's empty value is mostly a variable that a script did not set. None of them means the
// option's default, or that something is not checked.
void refuse_empty_values(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    if (std::ranges::find(option->results(), "") != option->results().end())
      throw CLI::ValidationError(option->get_name(), "the value is empty");
}

// What is wrong when the command line names no subcommand of ours; empty if it names one, or
// nothing.
std::string unknown_subcommand(const CLI::App& app) {
  const auto words = app.remaining();
  if (!app.get_subcommands().empty() || words.empty()) return {};
  std::string known;
  for (const CLI::App* command : app.get_subcommands({}))
    known += (known.empty() ? "" : ", ") + command->get_name();
  return "'" + words.front() + "' is not one of the commands " + known;
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
  std::string reason = unknown_subcommand(app);
  if (reason.empty()) reason = error.what();
  reason = reason.substr(0, reason.find('\n'));
  tls12::tool::print(stderr, invoked(app) + tls12::tool::Text(": ") + reason + " (try --help)\n");
  return tls12::tool::kUsage;
}

std::string version() {
  const tls12::ProviderPtr backends = tls12::default_provider();
  return std::string("tls12 " TLS12_VERSION "\nbackends: ") + (backends ? backends->name : "none") +
         "\ncompiler: " TLS12_COMPILER;
}

// The exit code, once all output has left: a script must not take a cut file for the whole.
int finish(int code) {
  errno = 0;
  const bool is_whole = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  const int fault = errno;
  pollfd reader{STDOUT_FILENO, POLLOUT, 0};
  const bool has_gone = ::poll(&reader, 1, 0) > 0 && (reader.revents & POLLERR) != 0;
  // A reader that stops early, like head, knows.
  if (!is_whole && !has_gone)
    tls12::tool::complain(std::string("standard output: ") +
                          (fault != 0 ? std::strerror(fault) : "not all of it was written"));
  const bool failed = !is_whole || std::ferror(stderr) != 0;
  return failed && code == tls12::tool::kDone ? tls12::tool::kFailed : code;
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace tls12::tool;
  report_uncaught_exceptions();
  if (!open_standard_descriptors()) return failed("cannot open /dev/null");
  std::signal(SIGPIPE, SIG_IGN);

  CLI::App app("TLS 1.2 whose every call comes back in time.", "tls12");
  app.require_subcommand(1);
  app.set_version_flag("--version", version,
                       "print the version, the crypto backends and the compiler");
  app.formatter(help_formatter());
  Action action;
  for (const auto add : kSubcommands) add(app, action);
  try {
    app.parse(argc, argv);
    for (const CLI::App* command : app.get_subcommands()) refuse_empty_values(*command);
  } catch (const CLI::ParseError& error) { return finish(report_usage(app, error)); }
  try {
    return finish(action());
  } catch (const std::bad_alloc&) { return out_of_memory(); } catch (const std::exception& error) {
    return failed(error.what());
  }
} catch (const std::bad_alloc&) { return tls12::tool::out_of_memory(); }
