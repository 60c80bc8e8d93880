// Until when a case may be kept, when its source is asked, and the end that follows from silence.
// Way of the message: see retention.hpp.
// Pure. Any thread.
// Spec: docs/decisions/0021-retention.md. Tests: unit/kinds/retention_test.cpp.
// Limits: see retention.hpp.
#include "protocol/kinds/retention.hpp"

#include "protocol/kinds/dates.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

std::optional<std::string_view> string_in(const json::value& text, std::string_view pointer) {
    const auto* found = at_pointer(text, pointer);
    return found != nullptr && found->is_string()
               ? std::optional<std::string_view>(std::string_view{found->get_string()})
               : std::nullopt;
}

const kind_row* end_for(const registry& data, const kind_row& content, std::string_view sender) {
    const auto who = data.party_of(sender);
    for (const auto& [name, row] : data.rows()) {
        if (row.role == case_role::end && row.lifecycle == content.lifecycle &&
            std::ranges::find(row.senders, who) != row.senders.end()) {
            return &row;
        }
    }
    return nullptr;
}

}  // namespace

protocol::utc_time years_after(protocol::utc_time time, std::int64_t years) {
    const auto today = std::chrono::floor<std::chrono::days>(time);
    auto date = std::chrono::year_month_day{today} + std::chrono::years{static_cast<int>(years)};
    if (!date.ok()) {
        date = date.year() / date.month() / std::chrono::last;
    }
    return std::chrono::sys_days{date} + (time - today);
}

std::optional<protocol::utc_time> kept_until(const registry& data, const kind_row& row,
                                             protocol::utc_time created, const json::value& text) {
    if (row.retention.empty()) {
        return std::nullopt;
    }
    if (const auto said = string_in(text, "/retention_until")) {
        if (const auto date = parse_date(*said)) {
            return end_everywhere(*date);
        }
    }
    return years_after(created, data.number(row.retention));
}

protocol::utc_time question_at(const registry& data, protocol::utc_time created,
                               protocol::utc_time until) {
    const std::chrono::months months{static_cast<int>(data.number("retention_question_months"))};
    const auto whole = std::max(until - created, protocol::utc_time::duration{0});
    return until - std::min<protocol::utc_time::duration>(
                       std::chrono::duration_cast<protocol::utc_time::duration>(months), whole / 2);
}

std::optional<prepared_end> end_of(const registry& data, const kind_row& content,
                                   std::string_view sender, std::string_view id,
                                   const json::value& text) {
    const auto* row = end_for(data, content, sender);
    if (row == nullptr) {
        return std::nullopt;
    }
    json::object out{
        {"kind", row->name},
        {"schema_version", row->version},
        {"language", "en"},
        {"references",
         json::array{json::object{{"relation", "about"}, {"id", id}, {"kind", content.name}}}}};
    for (const std::string_view member : {"purpose", "confidentiality", "entity_id"}) {
        if (const auto said = string_in(text, "/" + std::string{member})) {
            out[member] = *said;
        }
    }
    json::object body{{"reason", "Its retention date is over, and its source did not prolong it."},
                      {"remove", true}};
    if (const auto* version = at_pointer(text, "/body/version")) {
        body["version"] = *version;
    }
    out["body"] = std::move(body);
    return prepared_end{row->name, json::serialize(out)};
}

}  // namespace dhow::kinds
