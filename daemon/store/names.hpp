// The words for states, as events, listings and metrics show them.
// Way of the message: between rows and people.
// Pure: constant texts, any thread.
// Spec: docs/store.md. Tests: store_contract.
// Limits: none.
#pragma once

#include "daemon/store/bundle_rows.hpp"
#include "daemon/store/case_rows.hpp"
#include "daemon/store/clock_rows.hpp"
#include "daemon/store/rows.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace dhow::store {

inline constexpr std::array<std::string_view, 19> delivery_state_names{
    "accepted", "queued",        "sending",  "in_doubt",  "relayed",     "delivered", "complete",
    "taken",    "answered",      "deferred", "held",      "quarantined", "expired",   "cancelled",
    "refused",  "undeliverable", "received", "handed_on", "rejected"};
inline constexpr std::array<std::string_view, 6> shipment_state_names{
    "ready", "waiting", "deferred", "held", "done", "failed"};
inline constexpr std::array<std::string_view, 8> assignment_state_names{
    "offered", "taken", "rejected", "superseded", "late", "withheld", "withdrawn", "removed"};
inline constexpr std::array<std::string_view, 5> object_state_names{
    "expected", "partial", "complete", "spooling", "purged"};

inline constexpr std::array<std::string_view, 6> bundle_state_names{
    "writing", "written", "settled", "closed", "broken", "imported"};

inline constexpr std::array<std::string_view, 7> clock_state_names{
    "undelivered", "unanswered", "promised", "papers", "answered", "superseded", "ended"};

inline constexpr std::array<std::string_view, 3> keep_state_names{"kept", "asked", "deleted"};

/// `unknown` for a number that names no state.
constexpr std::string_view to_text(keep_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < keep_state_names.size() ? keep_state_names[at] : "unknown";
}
constexpr std::string_view to_text(clock_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < clock_state_names.size() ? clock_state_names[at] : "unknown";
}
constexpr std::string_view to_text(bundle_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < bundle_state_names.size() ? bundle_state_names[at] : "unknown";
}
constexpr std::string_view to_text(delivery_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < delivery_state_names.size() ? delivery_state_names[at] : "unknown";
}
constexpr std::string_view to_text(shipment_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < shipment_state_names.size() ? shipment_state_names[at] : "unknown";
}
constexpr std::string_view to_text(assignment_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < assignment_state_names.size() ? assignment_state_names[at] : "unknown";
}
constexpr std::string_view to_text(object_state state) {
    const auto at = static_cast<std::size_t>(state);
    return at < object_state_names.size() ? object_state_names[at] : "unknown";
}

/// Events that the gateway reads again: of a sending attempt, which their text names.
inline constexpr std::string_view relayed_event = "relayed";  ///< A peer took the copy.
/// The copy went along with a courier. It counts as the one before, until a peer has the copy.
inline constexpr std::string_view courier_event = "courier";
/// Its actor: to whom it went along.
inline std::string courier_actor(bureau_id peer) { return "courier " + std::string(peer.text()); }
/// A gateway on the way says that the attempt came to nothing.
inline constexpr std::string_view attempt_failed_event = "attempt-failed";

/// Of an attempt, as events name it to people, who count from 1.
inline std::string attempt_text(std::uint8_t attempt) {
    return "attempt " + std::to_string(attempt + 1);
}
/// Nothing when the text names no attempt.
inline std::optional<std::uint8_t> attempt_of(std::string_view text) {
    constexpr std::string_view head = "attempt ";
    unsigned number = 0;
    if (!text.starts_with(head) ||
        std::from_chars(text.data() + head.size(), text.data() + text.size(), number).ptr !=
            text.data() + text.size() ||
        number == 0 || number > 256) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(number - 1);
}

}  // namespace dhow::store
