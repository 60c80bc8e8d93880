// A case as JSON.
// Way of the message: see case_json.hpp.
// Pure: values, any thread.
// Spec: docs/agency-api.md#cases. Tests: unit/api/case_endpoints_test.cpp.
// Limits: none.
#include "daemon/intake/case_json.hpp"

#include "daemon/http/base64.hpp"
#include "daemon/http/json_output.hpp"
#include "daemon/store/names.hpp"

#include <boost/json.hpp>

namespace dhow::intake {

namespace json = boost::json;
namespace response = route::response;
using http::code_value;
using http::time_value;

namespace {

json::array names_of(const std::vector<protocol::bureau_id>& bureaus) {
    json::array out;
    for (const auto bureau : bureaus) {
        out.emplace_back(bureau.text());
    }
    return out;
}

json::object json_of(const response::case_state& value) {
    json::array not_removed;
    for (const auto& [bureau, agency] : value.not_removed) {
        json::object one;
        one["recipient"] = bureau.text();
        one["agency"] = agency;
        not_removed.push_back(std::move(one));
    }
    json::object out;
    out["owner"] = value.owner.text();
    out["state"] = value.state;
    out["version"] = value.version;
    out["ended"] = value.ended;
    out["complete"] = value.is_complete;
    out["changed_at"] = time_value(value.changed_at);
    out["due_at"] = time_value(value.due_at);
    out["without_receipt"] = names_of(value.without_receipt);
    out["not_removed"] = std::move(not_removed);
    out["denied"] = names_of(value.denied);
    out["keep_until"] = time_value(value.keep_until);
    out["retention"] = store::to_text(value.keeping);
    return out;
}

json::object json_of(const response::case_deletion& value) {
    json::object out;
    out["owner"] = value.owner.text();
    out["at"] = time_value(value.at);
    out["messages"] = value.messages;
    out["cause"] = value.cause;
    out["receipt"] = http::to_base64(value.proof);
    return out;
}

json::object json_of(const response::case_answer& value) {
    json::object out;
    out["recipient"] = value.recipient.text();
    out["outcome"] = protocol::to_text(value.kind);
    out["agency"] = value.agency;
    out["at"] = time_value(value.at);
    out["code"] = code_value(value.reason);
    out["receipt_sha256"] = protocol::to_hex(value.receipt.view());
    return out;
}

json::object json_of(const response::case_message& value) {
    json::array answers;
    for (const auto& one : value.answers) {
        answers.push_back(json_of(one));
    }
    json::array assignments;
    for (const auto& row : value.assignments) {
        json::object one;
        one["agency"] = row.agency;
        one["state"] = store::to_text(row.state);
        one["changed_at"] = time_value(row.changed_at);
        assignments.push_back(std::move(one));
    }
    json::object out;
    out["id"] = protocol::to_text(value.id);
    out["origin"] = value.origin.text();
    out["role"] = value.role;
    out["standing"] = value.standing;
    out["version"] = value.version;
    out["at"] = time_value(value.at);
    out["recipients"] = names_of(value.recipients);
    out["answers"] = std::move(answers);
    out["assignments"] = std::move(assignments);
    out["deleted"] = value.is_deleted;
    return out;
}

}  // namespace

json::object to_json(const response::case_report& value) {
    json::array states;
    for (const auto& one : value.states) {
        states.push_back(json_of(one));
    }
    json::array messages;
    for (const auto& one : value.messages) {
        messages.push_back(json_of(one));
    }
    json::object out;
    out["lifecycle"] = value.lifecycle;
    out["states"] = std::move(states);
    out["messages"] = std::move(messages);
    json::array deletions;
    for (const auto& one : value.deletions) {
        deletions.push_back(json_of(one));
    }
    out["deletions"] = std::move(deletions);
    return out;
}

}  // namespace dhow::intake
