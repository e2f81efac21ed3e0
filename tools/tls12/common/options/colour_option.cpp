#include "common/options/colour_option.hpp"

#include <map>
#include <string>

#include "common/options/validators.hpp"

namespace tls12::tool {

void add_colour_option(CLI::App& app, Colour& colour) {
  const std::map<std::string, Colour> words = {
      {"auto", Colour::automatic}, {"always", Colour::always}, {"never", Colour::never}};
  app.add_option("--color", colour,
                 "colours in what is printed: auto (on a terminal), always or never")
      ->transform(named_value(words))
      ->type_name("WHEN");
}

}  // namespace tls12::tool
