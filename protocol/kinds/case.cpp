// The case that a message is about, and its place in the order of that case.
// Way of the message: see case.hpp.
// Pure. Any thread.
// Spec: docs/kinds.md#cases, docs/decisions/0017. Tests: unit/kinds/case_test.cpp.
// Limits: none.
#include "protocol/kinds/case.hpp"

#include "protocol/kinds/lifecycle.hpp"

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

std::optional<std::string> string_at(const json::value& text, std::string_view pointer) {
    const auto* found = at_pointer(text, pointer);
    if (found == nullptr || !found->is_string()) {
        return std::nullopt;
    }
    return std::string{found->get_string()};
}

/// Of the references the first to a kind that this one has to refer to. One that names no kind
/// counts, as it does for R-REF-01. Ids are compared in their one form, so their letters are small.
std::optional<std::string> began_with(const kind_row& row, const json::value& text) {
    const auto* references = at_pointer(text, "/references");
    if (row.references.empty() || references == nullptr || !references->is_array()) {
        return std::nullopt;
    }
    const auto& kinds = row.references.front().kinds;
    for (const auto& each : references->get_array()) {
        const auto kind = string_at(each, "/kind");
        const auto id = string_at(each, "/id");
        if (id && (!kind || std::ranges::find(kinds, *kind) != kinds.end())) {
            const auto parsed = protocol::parse_message_id(*id);
            return parsed ? std::optional(protocol::to_text(*parsed)) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::uint64_t version_in(const json::value& text) {
    const auto* found = at_pointer(text, "/body/version");
    if (found == nullptr || !found->is_int64()) {
        return 0;
    }
    return static_cast<std::uint64_t>(std::max<std::int64_t>(found->get_int64(), 0));
}

/// What is below never counts any more.
case_point above(std::uint64_t version) { return {version + 1, {}}; }

/// Times do not count against an end: its origin's clock may have gone back. What was decided
/// before it is void, but not what was decided about a later publication that is still on its way.
case_standing judge_end(case_view& view, const case_word& word) {
    const bool is_over = word.point.version >= view.content.version;
    const bool is_news = is_over && !view.ended;
    if (word.point.version >= view.decision.version) {
        view.decision = is_news ? word.point : std::max(view.decision, word.point);
        view.suspended = false;
    }
    if (is_over) {
        view.ended = true;
        view.content = above(word.point.version);
    }
    // Else said before, or published again since: nobody has to do anything twice.
    return is_news ? case_standing::current : case_standing::superseded;
}

case_standing judge_content(case_view& view, const case_word& word) {
    // What is added belongs to a version: its origin's clock may have gone back since.
    const bool is_old = word.role == case_role::content ? word.point < view.content
                                                        : word.point.version < view.content.version;
    if (is_old) {
        return case_standing::superseded;
    }
    if (word.role == case_role::content) {
        view.content = word.point;
    }
    return view.suspended ? case_standing::withheld : case_standing::current;
}

/// Whatever was published since: that does not put it back into force.
case_standing judge_decision(case_view& view, const case_word& word) {
    if (word.point < view.decision) {
        return case_standing::superseded;
    }
    view.decision = word.point;
    view.suspended = word.role == case_role::suspension;
    return case_standing::current;
}

case_standing judge_open(case_view& view, const case_word& word) {
    if (gives_content(word.role)) {
        return judge_content(view, word);
    }
    return judge_decision(view, word);
}

/// Published again: only with a version that says so. What decides about that publication, or adds
/// to it, may be faster than it.
case_standing judge_ended(case_view& view, const case_word& word) {
    if (word.point.version < view.content.version) {
        return case_standing::late;
    }
    if (word.role == case_role::addition) {
        return case_standing::withheld;
    }
    if (word.role != case_role::content) {
        return judge_decision(view, word);
    }
    view.ended = false;
    return judge_content(view, word);
}

}  // namespace

std::string_view to_text(case_standing value) {
    switch (value) {
        case case_standing::current:
            return "current";
        case case_standing::superseded:
            return "superseded";
        case case_standing::late:
            return "late";
        case case_standing::withheld:
            return "withheld";
    }
    return "unknown";
}

std::optional<case_word> case_of(const registry& data, std::string_view kind,
                                 std::string_view sender, std::string_view id,
                                 protocol::utc_time created, const json::value& text) {
    const auto* row = data.find(kind);
    if (row == nullptr || row->role == case_role::none ||
        std::ranges::find(row->senders, data.party_of(sender)) == row->senders.end()) {
        return std::nullopt;
    }
    const auto name = row->needs_entity                 ? string_at(text, "/entity_id")
                      : row->role == case_role::content ? std::optional(std::string{id})
                                                        : began_with(*row, text);
    if (!name) {
        return std::nullopt;
    }
    return case_word{row->lifecycle, *name, row->role, {version_in(text), created}};
}

case_standing judge(const registry& data, case_view& view, bool ended_by_authority,
                    const case_word& word, std::string_view kind, const json::value& text) {
    auto standing = case_standing::current;
    std::string from = view.state;
    if (ends(word.role)) {
        standing = judge_end(view, word);
    } else if (ended_by_authority) {
        return case_standing::late;
    } else if (view.ended) {
        standing = judge_ended(view, word);
        if (!view.ended) {
            from.clear();
        }
    } else {
        standing = judge_open(view, word);
    }
    if (standing == case_standing::current || standing == case_standing::withheld) {
        if (from.empty()) {
            from = first_state(data, word.lifecycle);
        }
        view.state = next_state(data, word.lifecycle, from, kind, text).value_or(from);
    }
    return standing;
}

}  // namespace dhow::kinds
