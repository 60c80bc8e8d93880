// known(): the value of an optional that is there by what its reader knows, as DHOW_ENSURE is.
// Way of the message: none. Never applied to what a peer, file or user supplies.
// Pure but for the end of the process; see ensure.hpp.
// Spec: docs/style.md. Tests: unit/protocol/ensure_test.cpp.
// Limits: none.
#pragma once

#include "protocol/ensure.hpp"

#include <optional>
#include <source_location>

namespace dhow::protocol {

/// `why` it is there: that line goes to standard error when it is not, and the process ends.
template <class Value>
constexpr Value& known(std::optional<Value>& from, const char* why,
                       const std::source_location& where = std::source_location::current()) {
    if (!from) {
        ensure_failed(why, where.file_name(), static_cast<int>(where.line()));
    }
    return *from;
}
template <class Value>
constexpr const Value& known(const std::optional<Value>& from, const char* why,
                             const std::source_location& where = std::source_location::current()) {
    if (!from) {
        ensure_failed(why, where.file_name(), static_cast<int>(where.line()));
    }
    return *from;
}

}  // namespace dhow::protocol
