// The tls12 command.
#include <algorithm>
#include <csignal>

#include "command.hpp"
#include "help.hpp"
#include "startup.hpp"

namespace {

// The name of the subcommand that was being parsed, for "tls12 serve: ...".
std::string invoked(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "tls12" : "tls12 " + chosen.front()->get_name();
}

// An option's empty value is mostly a variable that a script did not set. None of them means the
// option's default, or that something is not checked.
void refuse_empty_values(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    if (std::ranges::find(option->results(), "") != option->results().end()) throw CLI::ValidationError(option->get_name(), "the value is empty");
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help
  std::string reason = error.what();
  reason = reason.substr(0, reason.find('\n'));
  tls12::tool::print(stderr, invoked(app) + tls12::tool::Text(": ") + reason + " (try --help)\n");
  return tls12::tool::kUsage;
}

}  // namespace

int main(int argc, char** argv) try {
  using namespace tls12::tool;
  report_uncaught_exceptions();
  if (!open_standard_descriptors()) return failed("cannot open /dev/null");
  std::signal(SIGPIPE, SIG_IGN);

  CLI::App app("TLS 1.2 whose every call comes back in time.", "tls12");
  app.require_subcommand(1);
  app.formatter(help_formatter());
  Action action;
  add_demo(app, action);
  add_connect(app, action);
  add_serve(app, action);
  add_cert(app, action);
  add_verify(app, action);
  add_show(app, action);
  add_suites(app, action);
  add_backends(app, action);
  try {
    app.parse(argc, argv);
    for (const CLI::App* command : app.get_subcommands()) refuse_empty_values(*command);
  } catch (const CLI::ParseError& error) { return report_usage(app, error); }
  try {
    return action();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& error) { return failed(error.what()); }
} catch (const std::bad_alloc&) { return tls12::tool::out_of_memory(); }
