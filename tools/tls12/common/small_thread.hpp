// Threads by the thousand.
#pragma once

#include <functional>

namespace tls12::tool {

/// Runs `body`, which must not throw, on a thread of its own with a small stack. False: the system
/// has no more; `body` is gone then.
bool start_small_thread(std::move_only_function<void()> body);

}  // namespace tls12::tool
