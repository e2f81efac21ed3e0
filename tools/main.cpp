// The tls12 command.
#include <csignal>

#include "command.hpp"
#include "startup.hpp"

namespace {

// The name of the subcommand that was being parsed, for "tls12 serve: ...".
std::string invoked(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "tls12" : "tls12 " + chosen.front()->get_name();
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);  // --help
  std::string reason = error.what();
  reason = reason.substr(0, reason.find('\n'));
  std::fprintf(stderr, "%s: %s (try --help)\n", invoked(app).c_str(), reason.c_str());
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
  app.get_formatter()->column_width(34);
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
  } catch (const CLI::ParseError& error) { return report_usage(app, error); }
  try {
    return action();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& error) { return failed(error.what()); }
} catch (const std::bad_alloc&) { return tls12::tool::out_of_memory(); }
