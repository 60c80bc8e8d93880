// What the two Merkle trees share, that of a message's lockboxes and that of the audit log.
// Way of the message: see parcel.hpp and audit.hpp.
// Pure: digests through protocol::hasher. Any thread.
// Spec: RFC 9162 section 2.1.1. Tests: unit/protocol/parcel_test.cpp, unit/protocol/audit_test.cpp.
// Limits: none of its own.
#pragma once

#include "protocol/hasher.hpp"

#include <array>
#include <bit>
#include <concepts>

namespace dhow::protocol {

inline digest merkle_leaf(byte_view encoded, const hasher& hash) {
    constexpr std::array<std::uint8_t, 1> prefix{0x00};
    return hash.sha256({prefix, encoded});
}

inline digest merkle_node(const digest& left, const digest& right, const hasher& hash) {
    constexpr std::array<std::uint8_t, 1> prefix{0x01};
    return hash.sha256({prefix, left.view(), right.view()});
}

/// How many of `count` leaves, two or more, belong to the left subtree: the largest power of two
/// below it.
template <std::unsigned_integral Count>
Count left_leaves(Count count) {
    return std::bit_floor(count - 1);
}

}  // namespace dhow::protocol
