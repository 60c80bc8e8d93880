// DHOW_ENSURE: a condition that holds unless we have a bug; checked in every build.
// Way of the message: none; used everywhere. Never applied to what a peer, file or user supplies.
// Pure but for the end of the process: writes one line to stderr and aborts; systemd starts anew.
// Spec: docs/style.md. Tests: unit/protocol/ensure_test.cpp.
// Limits: none.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace dhow::protocol {

// Writes "FILE:LINE: ensure failed: CONDITION" to stderr and aborts; DHOW_NEVER is its use where
// nothing can be said instead.
[[noreturn]] inline void ensure_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "%s:%d: ensure failed: %s\n", file, line, condition);
    std::abort();
}

// The one branch of all uses: a condition that always holds has no second side to count at each.
constexpr void ensure(bool holds, const char* condition, const char* file, int line) noexcept {
    if (!holds) ensure_failed(condition, file, line);
}

}  // namespace dhow::protocol

#define DHOW_ENSURE(condition) \
    ::dhow::protocol::ensure(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

#define DHOW_NEVER(what) ::dhow::protocol::ensure_failed(what, __FILE__, __LINE__)
