// tls12 suites: what the policies stand for on this machine.
#include "suites/suites.hpp"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/options/validators.hpp"
#include "common/output/format.hpp"
#include "tls12/policy.hpp"

namespace tls12::tool {
namespace {

struct Options {
  std::string policy;
  bool json = false;
};

template <class Values>
nlohmann::ordered_json names_of(const Values& values) {
  auto names = nlohmann::ordered_json::array();
  for (const auto value : values) names.push_back(name(value));
  return names;
}

nlohmann::ordered_json describe(SuitePolicy policy) {
  return {{"policy", name(policy)},
          {"suites", names_of(suites_of(policy))},
          {"groups", names_of(groups_of(policy))},
          {"schemes", names_of(schemes_of(policy))}};
}

void print(const nlohmann::ordered_json& policy) {
  tool::print(stdout, Text(policy["policy"].get<std::string>()) + "\n");
  for (const char* kind : {"suites", "groups", "schemes"}) {
    tool::print(stdout, Text("  ") + kind + ", best first\n");
    for (const auto& one : policy[kind])
      tool::print(stdout, Text("    ") + one.get<std::string>() + "\n");
  }
}

int run(const Options& options) {
  auto all = nlohmann::ordered_json::array();
  for (const SuitePolicy policy : policies())
    if (options.policy.empty() || options.policy == name(policy)) all.push_back(describe(policy));
  if (options.json) return print_json(stdout, all, 2), kDone;
  for (const auto& policy : all) print(policy);
  return kDone;
}

}  // namespace

void add_suites(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("suites",
                                          "List the policies: the cipher suites, groups and "
                                          "signature schemes of each, best first on this machine.");
  std::vector<std::string> names;
  for (const SuitePolicy policy : policies()) names.push_back(name(policy));
  command
      .add_option("--policy", options->policy,
                  "this one alone: modern, compatible, legacy, iot or psk")
      ->check(one_of(names))
      ->type_name("NAME");
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tls12::tool
