// Why something that is ready does not pass now.
// Way of the message: see blockage.hpp.
// Pure.
// Spec: docs/operations.md#causes. Tests: unit/route/blockage_test.cpp.
// Limits: none.
#include "daemon/route/blockage.hpp"

#include "daemon/route/levels.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// The longest time that is worth telling: beyond it the rate will have changed.
constexpr std::uint64_t days_told_max = 400;

/// What of the link itself keeps it; empty: nothing.
std::string_view kept_by(const core& shared, const std::string& link, message_class cls,
                         std::uint64_t size_bytes, confidentiality level) {
    const auto* record = shared.bearers.find(link);
    if (record == nullptr) {
        return {};
    }
    if (record->level_max < level) {
        return "link-below-confidentiality";
    }
    if (!record->schedule.carries(cls)) {
        return "not-on-this-link";
    }
    if (!record->quota.allows(cls)) {
        return "quota-used-up";
    }
    return record->schedule.size_max(cls, shared.now) < size_bytes ? "outside-window"
                                                                   : std::string_view{};
}

/// The cheapest link to the peer that something goes by at all.
const link_record* first_choice(const peers& links, bureau_id peer) {
    const link_record* out = nullptr;
    for (const auto& [name, link] : links.links()) {
        if (link.settings.peer == peer && link.settings.mode != config::link_mode::courier &&
            (out == nullptr || link.settings.cost < out->settings.cost)) {
            out = &link;
        }
    }
    return out;
}

bool goes_by_courier(const peers& links, bureau_id peer) {
    return std::ranges::any_of(links.links(),
                               [&](const auto& one) { return one.second.settings.peer == peer; });
}

}  // namespace

std::optional<blockage> blockage_of(const core& shared, const peers& links, bureau_id peer,
                                    message_class cls, std::uint64_t size_bytes, utc_time made_at,
                                    confidentiality level) {
    if (!may_go_to(*shared.config, peer, level)) {
        return blockage{"no-link-for-confidentiality", {}, {}};
    }
    const auto* first = first_choice(links, peer);
    if (first == nullptr) {
        return goes_by_courier(links, peer) ? std::optional(blockage{"by-courier", {}, {}})
                                            : std::nullopt;
    }
    if (links.is_plain(peer)) {
        return std::nullopt;
    }
    const auto until = links.passes_from(peer, cls, size_bytes, made_at, level);
    if (const auto up = shared.session_with(peer)) {
        const auto& record = shared.sessions.at(*up);
        if (record.passage_of(cls).passes(size_bytes, made_at, shared.now, level)) {
            return std::nullopt;
        }
        const auto code = kept_by(shared, record.bearer, cls, size_bytes, level);
        return blockage{code.empty() ? "cheaper-link-first" : code, record.bearer, until};
    }
    if (until && *until <= shared.now) {
        return std::nullopt;
    }
    const auto code = kept_by(shared, first->settings.name, cls, size_bytes, level);
    return code.empty() ? std::nullopt : std::optional(blockage{code, first->settings.name, until});
}

std::uint64_t rate_to(const core& shared, const peers& links, bureau_id peer) {
    const auto up = shared.session_with(peer);
    if (!up) {
        return 0;
    }
    const auto measured = shared.outside.line ? shared.outside.line(*up).bytes_per_s : 0;
    const auto link = links.links().find(shared.sessions.at(*up).bearer);
    const auto configured =
        link == links.links().end() ? std::uint64_t{0} : link->second.settings.bytes_per_s;
    return measured > 0 ? measured : configured;
}

std::optional<utc_time> expected_at(const core& shared, std::uint64_t size_bytes,
                                    std::uint64_t bytes_per_s) {
    if (bytes_per_s == 0 || size_bytes / bytes_per_s > days_told_max * 86'400) {
        return std::nullopt;
    }
    return shared.now +
           std::chrono::seconds{static_cast<std::int64_t>(size_bytes / bytes_per_s + 1)};
}

}  // namespace dhow::route
