// libsodium was not built in.
#include "tls12/crypto.hpp"

tls12::ProviderPtr tls12::sodium_provider() { return nullptr; }
