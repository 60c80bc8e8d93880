// A verdict as JSON, the same for the API and for `dhow validate --json`.
// Way of the message: validate() -> [verdict_json] -> agency.
// Pure. Any thread. What was found quotes the message: it must not go into logs.
// Spec: docs/kinds.md#problems, docs/openapi.yaml. Tests: unit/kinds/verdict_json_test.cpp.
// Limits: kinds_problems_max.
#include "protocol/kinds/verdict_json.hpp"

#include "protocol/kinds/catalogue.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace dhow::kinds {

namespace json = boost::json;

namespace {

json::object problem_object(const problem& one, std::string_view language) {
    json::object out;
    out["severity"] = one.severity == severity::refusal ? "refusal" : "warning";
    out["pointer"] = one.pointer;
    out["rule"] = one.rule;
    if (!one.number.empty()) {
        out["number"] = one.number;
    }
    out["found"] = one.found;
    out["allowed"] = one.allowed;
    out["text"] = describe(one, language);
    return out;
}

}  // namespace

json::object to_json(const verdict& value, std::string_view language) {
    json::array problems;
    for (const auto& each : value.problems) {
        problems.push_back(problem_object(each, language));
    }
    json::object out;
    out["ok"] = !value.refused;
    out["kind"] = value.kind;
    out["known"] = !value.unknown_kind;
    out["newer_version"] = value.newer_version;
    out["problems"] = std::move(problems);
    out["left_off"] = value.left_off;
    return out;
}

std::size_t count_of(const verdict& value, severity how) {
    return static_cast<std::size_t>(std::ranges::count(value.problems, how, &problem::severity));
}

}  // namespace dhow::kinds
