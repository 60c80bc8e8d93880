// The model of answer clocks.
// Way of the message: see cases_clocks.hpp.
// Pure.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test, tests/sim/mutations.py.
// Limits: see cases_clocks.hpp.
#include "tests/sim/cases_clocks.hpp"

#include "daemon/store/names.hpp"
#include "tests/sim/heap.hpp"
#include "tests/sim/node.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

const std::string request_kind = "hit.request";
const std::string undelivered = "clock-undelivered";
const std::string unanswered = "clock-unanswered";
const std::string promised = "clock-promised";
/// A gateway may be wrong by this and count as right, as everywhere in the simulator.
constexpr microseconds unsure_slack = 150s;
/// A full disk, a slow commit, and the look of the next minute.
constexpr microseconds late_max = 8min;
constexpr microseconds sure_slack = 2s;

bool is_clock_event(const std::string& what) {
    return what == undelivered || what == unanswered || what == promised;
}

bool is_promise(const document_facts& what) { return what.status == "IN_PROCESS"; }

void keep_earlier(std::optional<microseconds>& out, std::optional<microseconds> at) {
    if (at && (!out || *at < *out)) {
        out = at;
    }
}
}  // namespace

void clock_checks::on_known(const std::string& origin, const protocol::message_id& id,
                            const document_facts& what) {
    const heap_scope nobodys(nullptr);
    if (what.kind == "hit.reply") {
        x_replies[id] = {origin, what};
    } else if (what.kind == request_kind && x_requests.contains(id)) {
        x_requests.at(id).facts = what;
    }
}

void clock_checks::on_notice_read(const std::string& bureau, const protocol::message_id& notice,
                                  std::string_view text) {
    const heap_scope nobodys(nullptr);
    constexpr std::string_view begin = "Message: ";
    constexpr std::size_t id_chars = 36;
    const auto id = text.starts_with(begin)
                        ? protocol::parse_message_id(text.substr(begin.size(), id_chars))
                        : std::nullopt;
    if (!id) {
        x_problems.push_back("a notice of " + bureau + " names no message");
        return;
    }
    x_notices[*id].insert(notice);
}

void clock_checks::on_committed(node& at, const store::transaction& what) {
    if (std::chrono::abs(at.now() - x_clock.now()) > 1s) {
        x_unsure.insert(at.name());
    }
    for (const auto& change : what.changes) {
        if (const auto* put = std::get_if<store::operation::put_message>(&change)) {
            if (put->row.kind == request_kind && put->row.origin.text() == at.name()) {
                auto& made = x_requests[put->row.id];
                made.from = &at;
                made.accepted_at = x_clock.elapsed();
                made.life = at.life();
            }
        } else if (const auto* event = std::get_if<store::operation::put_event>(&change)) {
            on_event(at, event->row);
        } else if (const auto* said = std::get_if<store::operation::settle_delivery>(&change)) {
            on_receipt(at, *said);
        }
    }
}

void clock_checks::on_backed_up(const node& at) { x_backup_at[at.name()] = x_clock.elapsed(); }

void clock_checks::on_restored(const node& at) {
    const auto since = x_backup_at[at.name()];
    for (auto& [id, one] : x_requests) {
        if (one.from != &at) {
            continue;
        }
        one.is_tainted = true;
        one.is_forgotten |= one.accepted_at > since;
        for (auto& [what, times] : one.fired) {
            std::erase_if(times, [&](auto when) { return when > since; });
        }
    }
}

std::string clock_checks::label(const protocol::message_id& id, const asked& one) const {
    return "request " + protocol::to_text(id) + " of " + one.from->name() + " to " + one.to;
}

std::size_t clock_checks::count(const asked& one, const std::string& what) {
    const auto found = one.fired.find(what);
    return found == one.fired.end() ? 0 : found->second.size();
}

microseconds clock_checks::within(const asked& one, bool is_delivered) const {
    const bool is_urgent = one.facts && one.facts->priority == "U";
    return is_delivered ? (is_urgent ? x_times.urgent_unanswered : x_times.routine_unanswered)
                        : (is_urgent ? x_times.urgent_undelivered : x_times.routine_undelivered);
}

/// An answer to any request about the same is one to all.
bool clock_checks::is_about(const document_facts& answer, const protocol::message_id& id,
                            const asked& one) const {
    if (!one.facts || one.facts->about.empty()) {
        return std::ranges::find(answer.about, id) != answer.about.end();
    }
    const auto& subject = one.facts->about.front();
    return std::ranges::any_of(answer.about, [&](const auto& named) {
        if (named == id || named == subject) {
            return true;
        }
        const auto other = x_requests.find(named);
        return other != x_requests.end() && other->second.from == one.from &&
               !other->second.is_forgotten && other->second.facts &&
               !other->second.facts->about.empty() && other->second.facts->about.front() == subject;
    });
}

std::vector<std::pair<microseconds, const document_facts*>> clock_checks::replies_to(
    const protocol::message_id& id, const asked& one) const {
    std::vector<std::pair<microseconds, const document_facts*>> out;
    for (const auto& [number, answer] : x_replies) {
        const auto there = x_papers.arrived(one.from->name(), number);
        // Whoever asks once more after an answer waits for another one.
        if (there && *there >= one.accepted_at && answer.origin == one.to &&
            is_about(answer.facts, id, one)) {
            out.emplace_back(*there, &answer.facts);
        }
    }
    return out;
}

std::optional<microseconds> clock_checks::answered_at(const protocol::message_id& id,
                                                      const asked& one, bool finally) const {
    std::optional<microseconds> out;
    for (const auto& [there, answer] : replies_to(id, one)) {
        if (is_promise(*answer) != finally) {
            keep_earlier(out, there);
        }
    }
    return out;
}

/// By the promise that came last.
std::optional<protocol::utc_time> clock_checks::promised_for(const protocol::message_id& id,
                                                             const asked& one) const {
    std::optional<protocol::utc_time> out;
    microseconds latest{0};
    for (const auto& [there, answer] : replies_to(id, one)) {
        if (is_promise(*answer) && answer->ready_by && there >= latest) {
            out = answer->ready_by;
            latest = there;
        }
    }
    return out;
}

std::size_t clock_checks::promises_to(const protocol::message_id& id, const asked& one) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        replies_to(id, one), [](const auto& answer) { return is_promise(*answer.second); }));
}

std::optional<microseconds> clock_checks::superseded_at(const protocol::message_id& id,
                                                        const asked& one) const {
    std::optional<microseconds> out;
    for (const auto& [number, other] : x_requests) {
        // A first request begins anew; a further one follows all that came before it.
        const bool counts = number != id && other.from == one.from && !other.is_forgotten &&
                            one.facts && other.facts && other.facts->about == one.facts->about &&
                            other.to == one.to && other.facts->request_no > 1 &&
                            other.accepted_at > one.accepted_at;
        if (counts) {
            keep_earlier(out, other.accepted_at);
        }
    }
    return out;
}

void clock_checks::on_event(node& at, const store::event_row& what) {
    const auto found = x_requests.find(what.id);
    if (!is_clock_event(what.what)) {
        return;
    }
    ++x_fired;
    if (found == x_requests.end() || found->second.from != &at) {
        x_problems.push_back(what.what + " at " + at.name() + " for message " +
                             protocol::to_text(what.id) + ", which is no request of it");
        return;
    }
    auto& one = found->second;
    one.to = what.recipient.text();
    check_firing(at, one, what.id, what.what);
    one.fired[what.what].push_back(x_clock.elapsed());
}

void clock_checks::check_firing(node& at, const asked& one, const protocol::message_id& id,
                                const std::string& what) {
    const auto tell = [&](const std::string& why) {
        x_problems.push_back(what + ": " + label(id, one) + " " + why);
    };
    const auto now = x_clock.elapsed();
    // Another promise is another time to wait for.
    const bool is_known = one.facts || what != promised;
    if (is_known && count(one, what) >= (what == promised ? promises_to(id, one) : 1)) {
        tell("fires once more");
    }
    if (answered_at(id, one, true)) {
        tell("is answered");
    }
    if (superseded_at(id, one)) {
        tell("was followed by the next request");
    }
    if (!one.facts) {
        return;
    }
    const bool is_sure = !x_unsure.contains(at.name());
    const auto slack = is_sure ? sure_slack : unsure_slack + at.put_right_since(one.accepted_at);
    if (what == undelivered && now - one.accepted_at + slack < within(one, false)) {
        tell("fires too early");
    }
    if (what == unanswered) {
        if (answered_at(id, one, false)) {
            tell("has a time by which it is ready");
        }
        const auto there = x_book.arrived(id, one.to);  // The first time, if it was restored since.
        if (there && now - *there + slack < within(one, true)) {
            tell("fires too early");
        }
    }
    const auto ready = promised_for(id, one);
    if (what == promised &&
        (!ready ||
         *ready > x_clock.now() + std::chrono::duration_cast<protocol::milliseconds>(slack))) {
        tell("fires before the time that was promised");
    }
}

void clock_checks::on_receipt(node& at, const store::operation::settle_delivery& what) {
    using store::delivery_state;
    const auto found = x_requests.find(what.id);
    const bool has_arrived =
        what.state == delivery_state::delivered || what.state == delivery_state::complete ||
        what.state == delivery_state::taken || what.state == delivery_state::rejected;
    if (found == x_requests.end() || found->second.from != &at || !has_arrived ||
        found->second.receipt_at) {
        return;
    }
    auto& one = found->second;
    one.to = what.recipient.text();
    one.receipt_at = x_clock.elapsed();
    one.receipt_life = at.life();
    const bool is_watched = one.life == at.life() && !x_unsure.contains(at.name()) && one.facts &&
                            !one.is_tainted && !answered_at(what.id, one, true) &&
                            !answered_at(what.id, one, false) && !superseded_at(what.id, one);
    if (is_watched && count(one, undelivered) == 0 &&
        *one.receipt_at - one.accepted_at > within(one, false) + late_max) {
        x_problems.push_back(undelivered + ": " + label(what.id, one) + " has not fired");
    }
}

// In the end ----------------------------------------------------------------------------------

void clock_checks::check_one(std::vector<std::string>& to, const protocol::message_id& id,
                             const asked& one, microseconds healed_at) const {
    const auto tell = [&](const std::string& why) { to.push_back(label(id, one) + " " + why); };
    std::size_t fired = 0;
    for (const auto& [what, times] : one.fired) {
        fired += times.size();
    }
    const auto notices = x_notices.find(id);
    const auto told = notices == x_notices.end() ? 0 : notices->second.size();
    const bool is_over = answered_at(id, one, true) || superseded_at(id, one);
    // Whatever is heard between a firing and its notice makes that needless.
    if (told > fired || (told < fired && !is_over && !promised_for(id, one))) {
        tell("has fired " + std::to_string(fired) + " times, and the desk was told " +
             std::to_string(told) + " times");
    }
    if (is_over || !one.facts || !one.receipt_at || x_unsure.contains(one.from->name())) {
        return;
    }
    const auto now = x_clock.elapsed();
    if (const auto ready = promised_for(id, one)) {
        const bool is_late = *ready + std::chrono::minutes{8} < x_clock.now();
        if (is_late && count(one, promised) == 0 && count(one, unanswered) == 0) {
            tell("was promised an answer, and its clock has not fired");
        }
    } else if (now - std::max(*one.receipt_at, healed_at) > within(one, true) + late_max &&
               count(one, unanswered) != 1) {
        tell("is not answered, and its clock has fired " + std::to_string(count(one, unanswered)) +
             " times");
    }
}

std::vector<std::string> clock_checks::open_points(microseconds healed_at) const {
    const heap_scope nobodys(nullptr);
    std::vector<std::string> out;
    for (const auto& [id, one] : x_requests) {
        const auto known = x_book.messages().find(id);
        const bool is_forgotten = known == x_book.messages().end() || known->second.is_forgotten;
        if (!one.is_tainted && !is_forgotten) {
            check_one(out, id, one, healed_at);
        }
    }
    return out;
}

}  // namespace dhow::sim
