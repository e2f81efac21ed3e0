// The named policies, as lists: what `SuitePolicy` stands for.
#pragma once

#include <vector>

#include "tls12/config.hpp"
#include "wire/registry.hpp"

namespace tls12::handshake {

/// Best first as `provider` has them on this CPU: forward secrecy before none, AEADs before CBC before short tags, then by rank. Those without an
/// implementation are left out.
std::vector<CipherSuite> suites_of(SuitePolicy policy, const Provider& provider);
std::vector<NamedGroup> groups_of(SuitePolicy policy);
std::vector<SignatureScheme> schemes_of(SuitePolicy policy);

bool available(const Provider& provider, const wire::SuiteRow& row);
bool available(const Provider& provider, const wire::GroupRow& row);
bool available(const Provider& provider, const wire::SchemeRow& row);

}  // namespace tls12::handshake
