// An opened message in the order of its case, and the transaction that puts it into the inbox.
// Way of the message: opening -> [judged by its case] -> store -> inbox, receipts.
// Pure. Net thread.
// Spec: docs/decisions/0017, docs/overview.md#opening. Tests: unit/route/cases_test.cpp.
// Limits: case_messages_max, case_tries_max.
#include "daemon/route/levels.hpp"
#include "daemon/route/opening_place.hpp"
#include "protocol/kinds/retention.hpp"

#include <algorithm>

namespace dhow::route {

using kinds::case_role;
using kinds::case_standing;
using protocol::outcome_kind;
using store::assignment_state;
using store::delivery_state;

namespace {

/// What an assignment of an earlier message becomes when `by` has come; nothing: it stays.
std::optional<assignment_state> moved_by(case_role by, case_role role, assignment_state state) {
    const bool waits = state == assignment_state::offered || state == assignment_state::withheld;
    if (!waits || kinds::ends(role)) {
        return std::nullopt;
    }
    if (kinds::ends(by)) {
        return assignment_state::withdrawn;
    }
    if (!kinds::gives_content(role)) {
        return std::nullopt;
    }
    switch (by) {
        case case_role::content:
            return assignment_state::superseded;
        case case_role::suspension:
            return assignment_state::withheld;
        case case_role::resumption:
            return assignment_state::offered;
        default:
            return std::nullopt;
    }
}

/// What is added to a version may be faster than the version itself.
bool belongs_to(const store::case_message_row& row, const kinds::case_point& content) {
    return role_of(row) == case_role::addition && row.version >= content.version;
}

bool has_taken(const store::assignment_row& row) { return row.state == assignment_state::taken; }

/// As what a message moves the earlier ones of its case; nothing: not at all.
std::optional<case_role> moves(const answer::case_file& file, bureau_id origin,
                               const judged_word& judged, case_role role) {
    const auto& after = judged.row;
    const bool is_heeded =
        judged.standing == case_standing::current || judged.standing == case_standing::withheld;
    if (!is_heeded && !kinds::ends(role)) {
        return std::nullopt;
    }
    if (is_heeded) {
        // What waits in an ended case waits for a publication.
        const bool is_too_early = after.ended && role == case_role::resumption;
        return is_too_early ? std::nullopt : std::optional(role);
    }
    const auto* before = find_case(file, origin);
    if (after.ended) {
        // A higher version is over too, of which something may wait.
        const bool is_higher = before == nullptr || after.content_version > before->content_version;
        return is_higher ? std::optional(role) : std::nullopt;
    }
    // An end that was overtaken by the next publication lifts the suspension before it.
    const bool lifts = before != nullptr && before->suspended && !after.suspended;
    return lifts ? std::optional(case_role::resumption) : std::nullopt;
}

void add_once(std::vector<std::string>& to, const std::string& one) {
    if (std::ranges::find(to, one) == to.end()) {
        to.push_back(one);
    }
}

}  // namespace

void opening::find_place(const admission_ptr& made) {
    if (++made->tries > limits::case_tries_max) {
        made->what.then(false);  // Again in a minute.
        return;
    }
    x_core.out.ask(query::load_case{made->key, limits::case_messages_max},
                   [this, made](store::reply& reply) {
                       admit(made, place_in(*made, expect<answer::case_file>(reply)));
                   });
}

/// It came after the date until which it may be kept.
bool opening::is_past_retention(const admission& made) const {
    const auto& data = kinds::registry::in_force();
    const auto* kind = data.find(made.case_said().kind);
    const auto until =
        kind == nullptr
            ? std::nullopt
            : kinds::kept_until(data, *kind, made.case_said().word.point.at, made.case_said().text);
    return until && *until <= x_core.now && !x_core.expiry_frozen;
}

opening::place opening::place_in(const admission& made, const answer::case_file& file) const {
    const auto& message = made.what.message;
    const auto& word = made.case_said().word;
    const auto judged = judge_word(file, made.key, message.origin, made.case_said(), x_core.now);
    place out;
    const bool is_repeat = kinds::ends(word.role);
    switch (judged.standing) {
        case case_standing::current:
            break;
        case case_standing::withheld:
            out.state = assignment_state::withheld;
            break;
        case case_standing::superseded:
            out.state = assignment_state::superseded;
            out.is_over = !is_repeat;
            out.code = errc::superseded;
            break;
        case case_standing::late:
            out.state = assignment_state::late;
            out.is_over = true;
            out.code = errc::cancelled;
            break;
    }
    const bool is_past = is_past_retention(made);
    if (is_past) {
        out.state = assignment_state::late;
        out.is_over = true;
        out.code = errc::expired;
    }
    if (judged.row.keep_at) {
        x_core.wake_retention(*judged.row.keep_at);
    }
    put_word(out.changes, file, judged,
             {.id = message.id,
              .role = static_cast<std::uint8_t>(word.role),
              .version = word.point.version,
              .at = word.point.at,
              .recipients = made.recipients});
    const auto by = moves(file, message.origin, judged, word.role);
    if (!by || is_past) {
        return out;  // What nobody may keep takes no other's place.
    }
    const bool is_for_all = word.role == case_role::end && message.origin == secretariat();
    for (const auto& item : file.items) {
        if (item.inbox && (is_for_all || item.row.owner == message.origin)) {
            move_earlier(out, made, item, *by);
        }
    }
    return out;
}

void opening::move_earlier(place& to, const admission& made, const answer::case_item& item,
                           case_role by) const {
    const auto& point = made.case_said().word.point;
    const bool is_part = by == case_role::content && belongs_to(item.row, point);
    if (is_part && to.state != assignment_state::offered) {
        return;
    }
    // What is added may have waited for what it is added to; or, after an end, begins to wait.
    const bool is_above = kinds::ends(by) && item.row.version > point.version;
    const auto as = is_part ? case_role::resumption : is_above ? case_role::suspension : by;
    bool is_moved = false;
    for (const auto& row : item.assignments) {
        // Whoever acts on it hears what became of it; what is new in it only as far as it may.
        const bool may_hear =
            !kinds::gives_content(by) || may_have(*x_core.config, row.agency, made.level);
        if (has_taken(row) && may_hear) {
            add_once(to.agencies, row.agency);
        }
        const auto state = moved_by(as, role_of(item.row), row.state);
        if (!state || *state == row.state) {
            continue;
        }
        is_moved = true;
        to.changes.emplace_back(operation::advance_assignment{.message = row.message,
                                                              .agency = row.agency,
                                                              .expected = row.state,
                                                              .state = *state,
                                                              .reason = row.reason,
                                                              .at = x_core.now});
        if (*state == assignment_state::offered) {
            add_once(to.notified, row.agency);
        }
    }
    const bool is_over = kinds::ends(as) || as == case_role::content;
    if (!is_moved || !is_over || std::ranges::any_of(item.assignments, has_taken)) {
        return;
    }
    const auto code = kinds::ends(by) ? errc::cancelled : errc::superseded;
    to.changes.emplace_back(operation::advance_delivery{
        .message = item.inbox->message,
        .recipient = x_core.self(),
        .expected = in_state(delivery_state::delivered) | in_state(delivery_state::complete),
        .state = delivery_state::cancelled,
        .at = x_core.now,
        .code = static_cast<std::uint16_t>(code),
        .text = {},
        .lenient = true});
    to.changes.emplace_back(
        operation::put_event{x_core.event(item.row.owner, item.row.id, x_core.self(), "cancelled",
                                          "gateway", "by " + to_text(made.what.message.id), code)});
    protocol::outcome value;
    value.id = item.row.id;
    value.attempt = item.message.attempt;
    value.recipient = x_core.self();
    value.kind = outcome_kind::cancelled;
    value.at = x_core.now;
    value.reason = static_cast<std::uint16_t>(code);
    if (const auto seal = protocol::decode_seal(item.message.seal)) {
        value.seal_digest = x_core.hash().sha256({protocol::seal_content(*seal)});
    }
    to.outcomes.push_back({item.row.owner, made.what.message.cls, std::move(value)});
}

void opening::admit(const admission_ptr& made, place where) {
    const auto& message = made->what.message;
    const bool complete = made->complete || where.is_over;
    for (const auto& agency : made->agencies) {
        add_once(where.agencies, agency);
    }
    store::transaction transaction;
    transaction.at_once = message.cls == message_class::flash;
    auto& changes = transaction.changes;
    changes.emplace_back(operation::put_inbox{{.message = message.row,
                                               .origin = message.origin,
                                               .id = message.id,
                                               .content_digest = made->content_digest,
                                               .sealed_summary = made->sealed_summary,
                                               .complete = complete,
                                               .opened_at = x_core.now}});
    for (const auto& agency : where.agencies) {
        changes.emplace_back(
            operation::put_assignment{{message.row, agency, where.state, {}, x_core.now}});
    }
    const bool is_to_act =
        where.state == assignment_state::offered || where.state == assignment_state::withheld;
    where.is_kept = where.agencies.empty() && is_to_act;
    if (where.is_kept) {
        keep_for_nobody(changes, *made, where.state);
    }
    const auto state = where.is_over ? delivery_state::cancelled
                       : complete    ? delivery_state::complete
                                     : delivery_state::delivered;
    const auto kind = where.is_over ? outcome_kind::cancelled
                      : complete    ? outcome_kind::complete
                                    : outcome_kind::delivered;
    changes.emplace_back(operation::advance_delivery{.message = message.row,
                                                     .recipient = x_core.self(),
                                                     .expected = in_state(delivery_state::received),
                                                     .state = state,
                                                     .at = x_core.now,
                                                     .code = static_cast<std::uint16_t>(where.code),
                                                     .text = {}});
    changes.emplace_back(
        operation::put_event{x_core.event(message.origin, message.id, x_core.self(),
                                          protocol::to_text(kind), "gateway", {}, where.code)});
    auto outcome = make_outcome(made->what, kind);
    outcome.reason = static_cast<std::uint16_t>(where.code);
    where.rows.push_back(
        x_receipts.add(transaction, message.origin, message.cls, std::move(outcome)));
    for (auto& earlier : where.outcomes) {
        where.rows.push_back(
            x_receipts.add(transaction, earlier.origin, earlier.cls, std::move(earlier.value)));
    }
    std::ranges::copy(made->clocks, std::back_inserter(changes));
    where.changes_begin = changes.size();
    std::ranges::move(where.changes, std::back_inserter(changes));
    x_core.out.commit(std::move(transaction),
                      [this, made, where](const store::transaction_result& result) {
                          on_admitted(made, where, result);
                      });
}

/// No agency may have it: it waits until the configuration says otherwise (unassigned.hpp).
void opening::keep_for_nobody(std::vector<store::change>& to, const admission& made,
                              assignment_state state) const {
    const auto& message = made.what.message;
    to.emplace_back(
        operation::put_assignment{{message.row, std::string(nobody), state,
                                   std::string(protocol::to_text(made.level)), x_core.now}});
    to.emplace_back(
        operation::put_event{x_core.event(message.origin, message.id, x_core.self(), "no-agency",
                                          "gateway", "no agency may have " + code_of(made.level))});
}

void opening::on_admitted(const admission_ptr& made, const place& where,
                          const store::transaction_result& result) {
    if (result.status == store::transaction_status::conflict) {
        if (result.conflict_index >= where.changes_begin) {
            find_place(made);  // The case went on, or an agency did.
        } else {
            on_duplicate(made->what, made->content_digest);
        }
        return;
    }
    if (result.status != store::transaction_status::committed) {
        made->what.then(false);
        return;
    }
    const auto& message = made->what.message;
    x_core.count.delivered[static_cast<std::size_t>(message.cls)] += 1;
    if (where.is_kept) {
        x_core.count.alarms += 1;
        x_core.out.log(log_level::alarm, "no-agency",
                       "message " + to_text(message.id) + " of " +
                           std::string(message.origin.text()) +
                           " is kept: no agency of its rules may have " + code_of(made->level) +
                           ", and the duty desk may not either");
    }
    for (const auto& row : where.rows) {
        x_receipts.pend(row);
    }
    if (made->clock_due) {
        x_core.wake_clocks(*made->clock_due);
    }
    if (!made->complete && !where.is_over) {
        check_complete(message.row);  // Its attachments may have been faster.
    }
    if (where.state == store::assignment_state::offered) {
        for (const auto& agency : where.agencies) {
            x_notify(agency);
        }
    }
    for (const auto& agency : where.notified) {
        x_notify(agency);
    }
    made->what.then(true);
}

}  // namespace dhow::route
