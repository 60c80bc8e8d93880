// Which peers came back with an older store and may have lost ends of our cases: until all are
// issued again, this stands in the store.
// Way of the message: peers (HELLO, letter) -> store -> [owed_ends] -> cases.
// Pure functions.
// Spec: docs/decisions/0017-cases.md. Tests: unit/route/cases_origin_test.cpp.
// Limits: one row for each peer that was ever restored.
#pragma once

#include "daemon/store/operations.hpp"

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace dhow::route {

inline constexpr std::string_view owed_ends_prefix = "ends_owed ";

/// Written with the peer's new store; taken back when nothing is left to issue. `since`: the last
/// row then. What has a higher one went to the new store; times would not tell, for clocks may be
/// wrong.
inline store::operation::put_meta owed_ends(protocol::bureau_id peer,
                                            std::optional<store::row_id> since) {
    return {std::string(owed_ends_prefix) + std::string(peer.text()),
            since ? std::to_string(*since) : std::string{}};
}

inline std::map<protocol::bureau_id, store::row_id> owed_ends_in(
    const std::map<std::string, std::string>& meta) {
    std::map<protocol::bureau_id, store::row_id> out;
    for (const auto& [key, value] : meta) {
        const auto peer = key.starts_with(owed_ends_prefix)
                              ? protocol::bureau_id::parse(key.substr(owed_ends_prefix.size()))
                              : std::nullopt;
        if (peer && !value.empty()) {
            out.emplace(*peer, std::strtoll(value.c_str(), nullptr, 10));
        }
    }
    return out;
}

}  // namespace dhow::route
