// A case for people: versions, recipients, who has taken which with its proof, what is missing.
// Way of the message: agency or operator -> [report] -> store -> agency or operator.
// Pure. Net thread.
// Spec: docs/agency-api.md#cases. Tests: unit/route/cases_origin_test.cpp.
// Limits: case_messages_max.
#include "daemon/route/cases_look.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

namespace {

/// In addresses and file names people write `2024-123`.
std::string with_slash(std::string name) {
    constexpr std::size_t year = 4;
    const bool is_number = name.find_first_not_of("0123456789-") == std::string::npos;
    if (is_number && name.size() > year && name.find('-') == year) {
        name[year] = '/';
    }
    return name;
}

std::set<std::string> lifecycles_of_cases() {
    std::set<std::string> out;
    for (const auto& [kind, row] : kinds::registry::in_force().rows()) {
        if (row.role != kinds::case_role::none) {
            out.insert(row.lifecycle);
        }
    }
    return out;
}

bool may_see(const caller& who, const answer::case_file& file) {
    return who.is_operator || std::ranges::any_of(file.items, [&](const auto& item) {
               return (!who.agency.empty() && item.row.agency == who.agency) ||
                      std::ranges::any_of(item.assignments, [&](const auto& row) {
                          return row.agency == who.agency;
                      });
           });
}

}  // namespace

void cases::report(const caller& who, const request::case_of& what, answer_to answer) {
    if (what.name.empty() || what.name.size() > limits::short_text_bytes_max) {
        answer(refusal(errc::bad_request, "name a case: an entity id, or a message id"));
        return;
    }
    std::vector<std::pair<std::string, digest>> keys;
    for (const auto& lifecycle : lifecycles_of_cases()) {
        keys.emplace_back(lifecycle, case_key(x_core, lifecycle, with_slash(what.name)));
    }
    try_report(who, std::move(keys), std::move(answer));
}

void cases::try_report(const caller& who, std::vector<std::pair<std::string, digest>> keys,
                       answer_to answer) {
    if (keys.empty()) {
        answer(refusal(errc::not_found, "no such case, or not of this caller"));
        return;
    }
    const auto last = keys.back();
    keys.pop_back();
    look_at(last.second, [this, who, keys, answer, lifecycle = last.first](look& what) {
        if (what.file.rows.empty() || !may_see(who, what.file)) {
            try_report(who, keys, answer);
            return;
        }
        auto out = make_report(what);
        out.lifecycle = lifecycle;
        answer(std::move(out));
    });
}

response::case_report cases::make_report(const look& what) const {
    response::case_report out;
    for (const auto& row : what.file.rows) {
        auto& one = out.states.emplace_back();
        one.owner = row.owner;
        one.state = row.state;
        one.ended = row.ended;
        one.version = row.ended ? row.content_version - 1 : row.content_version;
        one.changed_at = row.changed_at;
        one.due_at = row.due_at;
        one.keep_until = row.keep_until;
        one.keeping = row.keeping;
        if (row.owner != x_core.self()) {
            continue;
        }
        one.denied = denied_in(what.file, row.owner);
        if (row.ended || !one.denied.empty()) {
            auto open = missing_of(what);
            one.is_complete = row.ended && open.is_empty();
            one.without_receipt = std::move(open.without_receipt);
            one.not_removed = std::move(open.not_removed);
        }
    }
    for (const auto& item : what.file.items) {
        auto& one = out.messages.emplace_back();
        one.id = item.row.id;
        one.origin = item.row.owner;
        one.role = to_text(role_of(item.row));
        one.standing = to_text(static_cast<kinds::case_standing>(item.row.standing));
        one.version = item.row.version;
        one.at = item.row.at;
        one.recipients = recipients_in(item.row.recipients);
        one.assignments = item.assignments;
        one.is_deleted = item.row.is_deleted;
        if (const auto found = what.answers.find(item.row.id); found != what.answers.end()) {
            one.answers = found->second;
        }
    }
    for (const auto& row : what.file.deletions) {
        auto& one = out.deletions.emplace_back();
        one.owner = row.owner;
        one.at = row.at;
        one.messages = row.messages;
        one.cause = row.cause;
        if (const auto receipt = protocol::decode_receipt(row.proof)) {
            one.proof = receipt_as_cms(x_core, *receipt);
        }
    }
    return out;
}

}  // namespace dhow::route
