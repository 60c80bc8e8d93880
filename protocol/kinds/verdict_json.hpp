// A verdict as JSON, the same for the API and for `dhow validate --json`.
// Way of the message: validate() -> [verdict_json] -> agency.
// Pure. Any thread. What was found quotes the message: it must not go into logs.
// Spec: docs/kinds.md#problems, docs/openapi.yaml. Tests: unit/kinds/verdict_json_test.cpp.
// Limits: kinds_problems_max.
#pragma once

#include "protocol/kinds/validate.hpp"

#include <boost/json/object.hpp>

namespace dhow::kinds {

/// {"ok":…,"kind":…,"known":…,"newer_version":…,"problems":[…],"left_off":…}; each problem
/// {"severity":…,"pointer":…,"rule":…,"number":…,"found":…,"allowed":…,"text":…}, `number` only
/// where INT-I has one, `text` in the language.
boost::json::object to_json(const verdict& value, std::string_view language);

/// How many problems of one severity are listed.
std::size_t count_of(const verdict& value, severity how);

}  // namespace dhow::kinds
