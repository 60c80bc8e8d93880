// Who can be addressed, as JSON: bureaus, groups, sub-bureaus.
// Way of the message: core -> [bureaus_json] -> agency or operator.
// Pure: values, any thread.
// Spec: docs/agency-api.md#addresses. Tests: unit/api/kinds_endpoints_test.cpp.
// Limits: none.
#include "daemon/intake/message_json.hpp"

#include <boost/json.hpp>

#include <array>

namespace dhow::intake {

namespace json = boost::json;
namespace response = route::response;

json::object to_json(const response::bureaus& value) {
    constexpr std::array<std::string_view, 4> roles{"bureau", "hub", "general_secretariat",
                                                    "court"};
    constexpr std::array<std::string_view, 4> statuses{"active", "retiring", "suspended",
                                                       "revoked"};
    json::array bureaus;
    for (const auto& each : value.rows) {
        json::object one;
        one["bureau"] = each.id.text();
        one["name"] = each.name;
        one["role"] = roles.at(static_cast<std::size_t>(each.role));
        one["status"] = statuses.at(static_cast<std::size_t>(each.status));
        one["languages"] = json::array(each.languages.begin(), each.languages.end());
        bureaus.push_back(std::move(one));
    }
    json::object groups;
    for (const auto& [name, members] : value.groups) {
        json::array list;
        for (const auto member : members) {
            list.emplace_back(member.text());
        }
        groups[name] = std::move(list);
    }
    json::object parents;
    for (const auto& [sub_bureau, parent] : value.sub_bureaus) {
        parents[sub_bureau.text()] = parent.text();
    }
    json::object out;
    out["bureaus"] = std::move(bureaus);
    out["groups"] = std::move(groups);
    out["sub_bureaus"] = std::move(parents);
    return out;
}

}  // namespace dhow::intake
