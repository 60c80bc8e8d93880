// Bearers as operators see them: quota, windows, what goes when; the verb that corrects a count.
// Way of the message: beside it.
// Pure. Net thread.
// Spec: docs/operations.md, docs/decisions/0010-bearers.md.
// Tests: unit/route/blockage_test.cpp.
// Limits: month_bytes_max.
#include "daemon/route/blockage.hpp"
#include "daemon/route/queries.hpp"

#include <algorithm>

namespace dhow::route {

namespace {

/// The next dial of a peer's links that is planned, whatever is then found; nothing: none is.
std::optional<utc_time> next_dial(const peers& links, bureau_id peer, utc_time now) {
    std::optional<utc_time> out;
    for (const auto& [name, link] : links.links()) {
        const bool is_planned = link.settings.peer == peer && link.dial_at;
        const auto wanted = is_planned ? links.wanted_from(name) : std::nullopt;
        if (wanted) {
            const auto at = std::max({*wanted, *link.dial_at, now});
            out = out ? std::min(*out, at) : at;
        }
    }
    return out;
}

/// Bytes of this line and of those of the same peer that go before it.
std::uint64_t bytes_before(const std::vector<answer::queue_line>& lines,
                           const answer::queue_line& own) {
    std::uint64_t out = 0;
    for (const auto& line : lines) {
        out += line.peer == own.peer && line.cls <= own.cls ? line.bytes : 0;
    }
    return out;
}

}  // namespace

std::vector<response::queue_outlook> queries::outlooks_of(
    const std::vector<answer::queue_line>& lines) const {
    std::vector<response::queue_outlook> out;
    for (const auto& line : lines) {
        auto& one = out.emplace_back();
        if (x_peers.is_suspended(line.peer)) {
            one.cause = "peer-suspended";
            one.next_try = x_peers.suspended_until(line.peer);
            continue;
        }
        const auto up = x_core.session_with(line.peer);
        one.link = up ? x_core.sessions.at(*up).bearer : std::string{};
        const auto blocked =
            blockage_of(x_core, x_peers, line.peer, line.cls, 1, line.oldest.value_or(x_core.now));
        if (blocked) {
            one.cause = blocked->code;
            one.next_try = blocked->until;
        } else if (up) {
            one.expected_at =
                expected_at(x_core, bytes_before(lines, line), rate_to(x_core, x_peers, line.peer));
        } else {
            one.next_try = next_dial(x_peers, line.peer, x_core.now);
        }
    }
    return out;
}

void queries::add_bearer_facts(response::link_status& to) const {
    const auto& link = x_peers.links().at(to.name);
    if (to.next_try && !link.is_called && !x_peers.is_plain(to.peer)) {
        const auto wanted = x_peers.wanted_from(to.name);
        to.next_try = wanted ? std::optional(std::max(*wanted, *to.next_try)) : std::nullopt;
    }
    to.cost = link.settings.cost;
    to.level_max = link.settings.level_max;
    to.carries = x_peers.is_carrying(to.name);
    const auto* record = x_core.bearers.find(to.name);
    if (record == nullptr) {
        return;
    }
    to.quota_bytes = record->quota.limit();
    to.used_bytes = record->quota.used();
    for (std::size_t i = 0; i < to.passes.size(); ++i) {
        const auto most =
            x_core.bearers.size_max(to.name, static_cast<message_class>(i), x_core.now);
        to.passes[i] = most == any_size ? std::nullopt : std::optional(most);
    }
    to.changes_at = x_core.bearers.next_change(to.name, x_core.now);
}

void queries::ask(const caller& who, const request::set_quota& what, const answer_to& answer) {
    if (!is_operator(who, answer)) {
        return;
    }
    if (!x_core.bearers.has_quota(what.link)) {
        answer(refusal(errc::not_found, "no such link, or one without a quota"));
        return;
    }
    if (what.used_bytes > limits::month_bytes_max) {
        answer(refusal(errc::bad_request, "used_bytes is missing, or more than any month has"));
        return;
    }
    x_core.out.log(log_level::notice, "quota-corrected",
                   "link " + what.link + ": " + std::to_string(what.used_bytes) +
                       " bytes of this month are used" +
                       (who.user.empty() ? "" : ", says " + who.user));
    x_peers.correct_quota(what.link, what.used_bytes, [answer](const auto& result) {
        if (result.status != store::transaction_status::committed) {
            answer(refusal(errc::store_failed,
                           "it counts, but could not be written: a restart would forget it"));
        } else {
            answer(response::done{"noted"});
        }
    });
}

}  // namespace dhow::route
