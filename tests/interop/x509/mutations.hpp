// What is done to a scene that was right: shapes of the graph, which leave the chain as good as it
// was, and breaks of one rule each.
#pragma once

#include <span>
#include <string_view>

#include "scene.hpp"

namespace tls12::differential {

struct Change {
  std::string_view name;
  bool (*make)(Scene&);  ///< false: not with this scene
};

std::span<const Change> shapes();
std::span<const Change> field_breaks();
std::span<const Change> name_breaks();
std::span<const Change> path_breaks();

}  // namespace tls12::differential
