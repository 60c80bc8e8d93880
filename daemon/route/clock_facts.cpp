// What the text of a message says about clocks.
// Way of the message: see clock_facts.hpp.
// Pure. Any thread.
// Spec: docs/decisions/0018-answer-clocks.md. Tests: unit/route/clock_facts_test.cpp.
// Limits: see clock_facts.hpp.
#include "daemon/route/clock_facts.hpp"

#include "protocol/kinds/dates.hpp"
#include "protocol/kinds/document.hpp"
#include "protocol/kinds/registry.hpp"
#include "protocol/limits.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace dhow::route {

namespace json = boost::json;

namespace {

std::string_view chars_of(protocol::byte_view text) {
    return {reinterpret_cast<const char*>(text.data()), text.size()};
}

std::optional<json::value> parse(protocol::byte_view text) {
    kinds::problem_list ignored;
    return kinds::parse_document(chars_of(text), ignored);
}

std::optional<std::string_view> string_at(const json::value& text, std::string_view pointer) {
    const auto* found = pointer.empty() ? nullptr : kinds::at_pointer(text, pointer);
    if (found == nullptr || !found->is_string()) {
        return std::nullopt;
    }
    return std::string_view{found->get_string()};
}

/// First those that may be to what a message of this kind has to refer to: two hits may have
/// something else in common. One that names no kind may.
std::vector<protocol::message_id> references_of(const kinds::kind_row& row,
                                                const json::value& text) {
    std::vector<protocol::message_id> out, others;
    const auto* all = kinds::at_pointer(text, "/references");
    if (all == nullptr || !all->is_array()) {
        return out;
    }
    for (const auto& one : all->get_array()) {
        const auto id = one.is_object() ? string_at(one, "/id") : std::nullopt;
        const auto read = id ? protocol::parse_message_id(*id) : std::nullopt;
        if (!read || out.size() + others.size() >= protocol::limits::references_max) {
            continue;
        }
        const auto kind = string_at(one, "/kind");
        const bool is_meant = !kind || std::ranges::any_of(row.references, [&](const auto& rule) {
            return std::ranges::find(rule.kinds, *kind) != rule.kinds.end();
        });
        (is_meant ? out : others).push_back(*read);
    }
    out.insert(out.end(), others.begin(), others.end());
    return out;
}

clock_facts::request request_in(const kinds::answer_rule& rule, const json::value& text) {
    clock_facts::request out{.answer = rule.kind};
    const auto urgency = string_at(text, rule.urgency);
    const auto usual = urgency ? rule.within.find(std::string{*urgency}) : rule.within.end();
    if (usual != rule.within.end()) {
        out.usual = usual->second;
        out.is_urgent = std::ranges::find(rule.urgent, usual->first) != rule.urgent.end();
    } else {
        for (const auto& [name, time] : rule.within) {
            out.usual = std::max(out.usual, time);
        }
    }
    const auto* number = rule.number.empty() ? nullptr : kinds::at_pointer(text, rule.number);
    if (number != nullptr && number->is_int64() && number->get_int64() >= 1) {
        out.number =
            static_cast<std::uint8_t>(std::min<std::int64_t>(number->get_int64(), UINT8_MAX));
        out.number_max = static_cast<std::uint8_t>(rule.number_max);
    }
    return out;
}

std::optional<clock_facts::obligation> obligation_in(const kinds::papers_rule& rule,
                                                     const json::value& text) {
    if (rule.when && !rule.when->holds(text)) {
        return std::nullopt;
    }
    const auto day_at = [&](const std::string& pointer) {
        const auto found = string_at(text, pointer);
        return found ? kinds::parse_date(*found) : std::nullopt;
    };
    clock_facts::obligation out{.papers = rule.kind, .is_senders = rule.owed_by_sender};
    out.within = rule.within;
    if (const auto from = day_at(rule.from)) {
        out.from = *from;
    }
    if (const auto until = day_at(rule.until)) {
        out.until = kinds::end_everywhere(*until);
    }
    return out;
}

void read_answer(const std::vector<const kinds::kind_row*>& asked, const json::value& text,
                 clock_facts& out) {
    for (const auto* row : asked) {
        const auto& rule = row->answer;
        if (!rule || !rule->promise.holds(text)) {
            continue;
        }
        const auto time = string_at(text, rule->ready_by);
        out.ready_by = time ? kinds::parse_time(*time) : std::nullopt;
        // Without a time it answers nothing.
        out.answers = out.ready_by ? clock_facts::answering::promises : clock_facts::answering::no;
        return;
    }
    out.answers = clock_facts::answering::yes;
}

}  // namespace

clock_facts clock_facts_of(const std::string& kind, std::string_view media_type,
                           protocol::byte_view text) {
    clock_facts out;
    const auto& data = kinds::registry::in_force();
    const auto* row = data.find(kind);
    if (row == nullptr || !kinds::is_document(media_type)) {
        return out;
    }
    const auto asked = data.answered_by(kind);
    const bool is_papers = data.is_papers(kind);
    if (!row->answer && !row->papers && asked.empty() && !is_papers) {
        return out;
    }
    const auto read = parse(text);
    if (!read) {
        return out;
    }
    out.refers_to = references_of(*row, *read);
    if (row->answer) {
        out.wants = request_in(*row->answer, *read);
    }
    if (row->papers) {
        out.owes = obligation_in(*row->papers, *read);
    }
    if (!asked.empty()) {
        read_answer(asked, *read, out);
    }
    out.brings_papers = is_papers;
    return out;
}

std::optional<protocol::bytes> renumbered(const std::string& kind, protocol::byte_view text,
                                          std::uint8_t number) {
    const auto* row = kinds::registry::in_force().find(kind);
    const auto rule = row == nullptr ? std::nullopt : row->answer;
    if (!rule || rule->number.empty()) {
        return std::nullopt;
    }
    auto read = parse(text);
    if (!read) {
        return std::nullopt;
    }
    json::error_code error;
    auto* place = read->find_pointer(rule->number, error);
    if (place == nullptr) {
        return std::nullopt;
    }
    *place = std::int64_t{number};
    const auto written = json::serialize(*read);
    return protocol::to_bytes(protocol::as_bytes(written));
}

}  // namespace dhow::route
