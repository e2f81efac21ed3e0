// Everything at once.
#pragma once

#include "tls12/certificate.hpp"
#include "tls12/config.hpp"
#include "tls12/conn.hpp"
#include "tls12/crypto.hpp"
#include "tls12/deadline.hpp"
#include "tls12/engine.hpp"
#include "tls12/error.hpp"
#include "tls12/limits.hpp"
#include "tls12/listener.hpp"
#include "tls12/messages.hpp"
#include "tls12/observer.hpp"
#include "tls12/registry.hpp"
#include "tls12/state.hpp"
#include "tls12/time.hpp"
#include "tls12/transport.hpp"
