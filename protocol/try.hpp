// DHOW_TRY and DHOW_CHECK: go on with the value of a result, or return its error to the caller.
// Way of the message: every decoder reads as a list of what it expects, in the order of the bytes.
// Pure: syntax only.
// Spec: docs/style.md. Tests: unit/protocol/bytes_test.cpp.
// Limits: none.
#pragma once

#include "protocol/errors.hpp"

#include <utility>

#define DHOW_TRY_JOIN_(left, right) left##right
#define DHOW_TRY_NAME_(left, right) DHOW_TRY_JOIN_(left, right)

/// `DHOW_TRY(const auto length, in.varint());` declares `length`, or returns the error.
#define DHOW_TRY(declaration, expression)                                    \
    auto DHOW_TRY_NAME_(dhow_try_, __LINE__) = (expression);                 \
    if (!DHOW_TRY_NAME_(dhow_try_, __LINE__)) {                              \
        return DHOW_TRY_NAME_(dhow_try_, __LINE__).error();                  \
    }                                                                        \
    declaration = std::move(*DHOW_TRY_NAME_(dhow_try_, __LINE__))

/// `DHOW_CHECK(in.end());` returns the error of a result without value, if it has one.
#define DHOW_CHECK(expression)                                 \
    if (const auto dhow_checked = (expression); !dhow_checked) { \
        return dhow_checked.error();                           \
    }                                                          \
    static_assert(true)
