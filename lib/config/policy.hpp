// Whether this machine can do what a row of the registries asks for.
#pragma once

#include "tls12/policy.hpp"
#include "wire/registry.hpp"

namespace tls12::config {

bool available(const Provider& provider, const wire::SuiteRow& row);
bool available(const Provider& provider, const wire::GroupRow& row);
bool available(const Provider& provider, const wire::SchemeRow& row);

}  // namespace tls12::config
