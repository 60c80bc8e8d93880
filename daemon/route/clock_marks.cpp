// Starts and stops clocks.
// Way of the message: see clock_marks.hpp.
// Pure. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clocks_test.cpp.
// Limits: see clock_marks.hpp.
#include "daemon/route/clock_marks.hpp"

#include "daemon/route/assignment.hpp"
#include "protocol/kinds/registry.hpp"

#include <algorithm>

namespace dhow::route {

using protocol::outcome_kind;
using store::clock_state;

namespace {

bool is_for(const core& shared, const std::vector<std::string>& with, bureau_id other) {
    return with.empty() || std::ranges::any_of(with, [&](const auto& entry) {
               return bureau_matches(*shared.config, entry, other);
           });
}

/// All links to the next hop are among these.
bool goes_by(const core& shared, const std::vector<std::string>& names, bureau_id other) {
    const auto hops = shared.routes.next_hops(other);
    return names.empty() ||
           (!hops.empty() && std::ranges::all_of(shared.config->links, [&](const auto& link) {
               return link.peer != hops.front() ||
                      std::ranges::find(names, link.name) != names.end();
           }));
}

config::answer_clock rule_for(const core& shared, bureau_id other) {
    const auto& all = shared.config->answers.clocks;
    const auto found = std::ranges::find_if(all, [&](const auto& rule) {
        return is_for(shared, rule.with, other) && goes_by(shared, rule.links, other);
    });
    return found == all.end() ? config::answer_clock{} : *found;
}

std::chrono::seconds time_in(const config::answer_times& times, const clock_facts::request& wants) {
    return (wants.is_urgent ? times.urgent : times.routine).value_or(wants.usual);
}

utc_time forget_at(const core& shared) { return shared.now + limits::clock_memory; }

message_id subject_of(const store::message_row& message, const clock_facts& facts) {
    return facts.refers_to.empty() ? message.id : facts.refers_to.front();
}

void keep_earliest(std::optional<utc_time>& out, std::optional<utc_time> due) {
    if (due && (!out || *due < *out)) {
        out = due;
    }
}

utc_time start_request(core& shared, store::transaction& to, const store::message_row& message,
                       bureau_id other, const message_id& subject,
                       const clock_facts::request& wants) {
    const auto rule = rule_for(shared, other);
    if (wants.number > 1) {
        to.changes.emplace_back(operation::settle_clocks{.about = subject,
                                                         .other = other,
                                                         .answer = wants.answer,
                                                         .expected = store::waiting_clocks,
                                                         .state = clock_state::superseded,
                                                         .at = shared.now,
                                                         .until = {},
                                                         .due_at = forget_at(shared)});
    }
    const utc_time due = shared.now + time_in(rule.undelivered, wants);
    to.changes.emplace_back(
        operation::put_clock{{.row = shared.next_row(),
                              .id = message.id,
                              .origin = message.origin,
                              .other = other,
                              .subject = subject,
                              .answer = wants.answer,
                              .state = clock_state::undelivered,
                              .number = wants.number,
                              .number_max = std::min(rule.requests, wants.number_max),
                              .since = shared.now,
                              .within = time_in(rule.undelivered, wants),
                              .answer_within = time_in(rule.unanswered, wants),
                              .until = {},
                              .due_at = due,
                              .agency = message.agency}});
    return due;
}

/// Until when; nothing when neither the text nor a treaty says it.
std::optional<utc_time> papers_until(const core& shared, bureau_id other,
                                     const clock_facts::obligation& owes) {
    auto out = owes.until;
    if (owes.within > owes.within.zero()) {
        return shared.now + owes.within;  // No treaty's.
    }
    const auto* rule = papers_rule_for(shared, other);
    if (rule != nullptr && rule->within) {
        const auto from = owes.from.value_or(std::chrono::floor<std::chrono::days>(shared.now));
        // The day of the arrest is not counted, and the last one is over when it is so everywhere.
        constexpr std::chrono::hours behind{36};
        keep_earliest(out, from + *rule->within + behind);
    }
    return out;
}

std::optional<utc_time> start_papers(core& shared, store::transaction& to,
                                     const store::message_row& message, bureau_id other,
                                     const message_id& subject,
                                     const clock_facts::obligation& owes) {
    const auto& data = kinds::registry::in_force();
    const auto until = papers_until(shared, other, owes);
    // The General Secretariat gets copies: it neither owes nor waits.
    const auto is_copy = [&data](bureau_id one) {
        return data.party_of(one.text()) == kinds::party::secretariat;
    };
    if (!until || is_copy(other) || is_copy(shared.self())) {
        return std::nullopt;
    }
    const auto due = papers_due(shared, other, *until, shared.now);
    to.changes.emplace_back(operation::put_clock{{.row = shared.next_row(),
                                                  .id = message.id,
                                                  .origin = message.origin,
                                                  .other = other,
                                                  .subject = subject,
                                                  .answer = owes.papers,
                                                  .state = clock_state::papers,
                                                  .since = shared.now,
                                                  .until = until,
                                                  .due_at = due,
                                                  .agency = message.agency}});
    return due;
}

/// Stops what waits for an answer, or for papers, of or to `other`.
void stop(const core& shared, store::transaction& to, const std::string& kind, bureau_id other,
          const clock_facts& facts) {
    const bool promises = facts.answers == clock_facts::answering::promises;
    for (const auto& id : facts.refers_to) {
        operation::settle_clocks change{.about = id,
                                        .other = other,
                                        .answer = kind,
                                        .expected = store::open_clocks,
                                        .state = clock_state::answered,
                                        .at = shared.now,
                                        .until = {},
                                        .due_at = forget_at(shared)};
        if (promises) {
            change.expected = store::waiting_clocks;
            change.state = clock_state::promised;
            change.until = change.due_at = facts.ready_by;
        }
        to.changes.emplace_back(std::move(change));
    }
}

}  // namespace

const config::papers_deadline* papers_rule_for(const core& shared, bureau_id other) {
    const auto& all = shared.config->answers.papers;
    const auto found = std::ranges::find_if(
        all, [&](const auto& rule) { return is_for(shared, rule.with, other); });
    return found == all.end() ? nullptr : &*found;
}

utc_time papers_due(const core& shared, bureau_id other, utc_time until, utc_time now) {
    const config::papers_deadline usual;
    const auto* rule = papers_rule_for(shared, other);
    for (const auto before : (rule == nullptr ? usual : *rule).warn) {
        if (until - before > now) {
            return until - before;
        }
    }
    return until;
}

std::optional<utc_time> start_clocks(core& shared, store::transaction& to,
                                     const store::message_row& message,
                                     const std::vector<bureau_id>& recipients,
                                     const clock_facts& facts) {
    const auto subject = subject_of(message, facts);
    std::optional<utc_time> out;
    for (const auto other : recipients) {
        if (facts.wants) {
            keep_earliest(out, start_request(shared, to, message, other, subject, *facts.wants));
        }
        if (facts.owes) {
            keep_earliest(out, start_papers(shared, to, message, other, subject, *facts.owes));
        }
        if (facts.brings_papers) {
            stop(shared, to, message.kind, other, facts);
        }
    }
    return out;
}

std::optional<utc_time> mark_opened(core& shared, store::transaction& to,
                                    const store::message_row& message,
                                    const protocol::content& content) {
    if (message.origin == shared.self()) {
        return std::nullopt;
    }
    const auto facts = clock_facts_of(content.kind, content.media_type, content.text);
    if (facts.answers != clock_facts::answering::no || facts.brings_papers) {
        stop(shared, to, content.kind, message.origin, facts);
    }
    auto due = facts.answers == clock_facts::answering::promises ? facts.ready_by : std::nullopt;
    if (facts.owes) {
        keep_earliest(due, start_papers(shared, to, message, message.origin,
                                        subject_of(message, facts), *facts.owes));
    }
    return due;
}

void mark_outcome(const core& shared, store::transaction& to, const protocol::outcome& outcome) {
    if (!shared.clocks_run) {
        return;
    }
    switch (outcome.kind) {
        case outcome_kind::delivered:
        case outcome_kind::complete:
        case outcome_kind::taken:
        case outcome_kind::removed:
        case outcome_kind::too_late:
        case outcome_kind::rejected:
            to.changes.emplace_back(
                operation::deliver_clocks{outcome.id, outcome.recipient, shared.now});
            return;
        case outcome_kind::cancelled:
            to.changes.emplace_back(
                operation::end_clocks{outcome.id, outcome.recipient, forget_at(shared)});
            return;
        // Nobody has it, and somebody waits for its answer all the same.
        case outcome_kind::refused:
        case outcome_kind::expired:
        case outcome_kind::undeliverable:
            return;
    }
}

}  // namespace dhow::route
