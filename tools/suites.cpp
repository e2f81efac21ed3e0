// tls12 suites: what the policies stand for on this machine.
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "tls12/policy.hpp"
#include "words.hpp"

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
  return {
      {"policy", name(policy)}, {"suites", names_of(suites_of(policy))}, {"groups", names_of(groups_of(policy))}, {"schemes", names_of(schemes_of(policy))}};
}

void print(const nlohmann::ordered_json& policy) {
  std::printf("%s\n", policy["policy"].get<std::string>().c_str());
  for (const char* kind : {"suites", "groups", "schemes"}) {
    std::printf("  %s, best first\n", kind);
    for (const auto& one : policy[kind]) std::printf("    %s\n", one.get<std::string>().c_str());
  }
}

int run(const Options& options) {
  auto all = nlohmann::ordered_json::array();
  for (const SuitePolicy policy : policies())
    if (options.policy.empty() || options.policy == name(policy)) all.push_back(describe(policy));
  if (options.json) return std::puts(all.dump(2).c_str()), kDone;
  for (const auto& policy : all) print(policy);
  return kDone;
}

}  // namespace

void add_suites(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("suites", "List the policies: the cipher suites, groups and signature schemes of each, best first on this machine.");
  std::vector<std::string> names;
  for (const SuitePolicy policy : policies()) names.push_back(name(policy));
  command.add_option("--policy", options->policy, "this one alone: modern, compatible, legacy, iot or psk")
      ->check(CLI::IsMember(names).description(""))
      ->type_name("NAME");
  command.add_flag("--json", options->json, "print JSON");
  command.callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace tls12::tool
