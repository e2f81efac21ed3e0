// mbedTLS was not built in.
#include "tls12/crypto.hpp"

tls12::ProviderPtr tls12::mbedtls_provider() { return nullptr; }
