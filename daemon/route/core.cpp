// What all stations of the core share: small helpers.
// Way of the message: see core.hpp.
// Pure.
// Spec: docs/overview.md. Tests: unit/route.
// Limits: see the stations.
#include "daemon/route/core.hpp"

namespace dhow::route {

message_id core::new_message_id() {
    std::array<std::uint8_t, 10> random{};
    outside.fill_random(random);
    return protocol::make_message_id(now, random);
}

bool core::is_relay(bureau_id bureau) const {
    const auto* entry = directory->find(bureau);
    return entry != nullptr && entry->role != protocol::bureau_role::bureau &&
           entry->role != protocol::bureau_role::court;
}

double core::random_fraction() const {
    std::array<std::uint8_t, 4> drawn{};
    outside.fill_random(drawn);
    double fraction = 0;
    for (const auto byte : drawn) {
        fraction = (fraction + byte) / 256.0;
    }
    return fraction;
}

protocol::link_session* core::session(session_number number) {
    const auto found = sessions.find(number);
    if (found == sessions.end()) {
        return nullptr;
    }
    touched.insert(number);
    return found->second.session;
}

std::optional<session_number> core::session_with(bureau_id peer) const {
    for (const auto& [number, record] : sessions) {
        if (record.established && record.peer == peer) {
            return number;
        }
    }
    return std::nullopt;
}

std::optional<session_number> core::stalled_session_with(bureau_id peer) const {
    const auto up = session_with(peer);
    return up && sessions.at(*up).silence.stalled_since ? up : std::nullopt;
}

store::event_row core::event(bureau_id origin, const message_id& id, bureau_id recipient,
                             std::string_view what, std::string actor, std::string text,
                             errc code) const {
    return {.origin = origin,
            .id = id,
            .recipient = recipient,
            .at = now,
            .what = std::string(what),
            .actor = std::move(actor),
            .code = static_cast<std::uint16_t>(code),
            .text = std::move(text)};
}

}  // namespace dhow::route
