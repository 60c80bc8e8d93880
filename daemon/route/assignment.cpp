// Which agencies get an inbound message.
// Way of the message: see assignment.hpp.
// Pure.
// Spec: docs/configuration.md#assignments. Tests: unit/route/assignment_test.cpp.
// Limits: see assignment.hpp.
#include "daemon/route/assignment.hpp"

#include <algorithm>
#include <set>

namespace dhow::route {

bool kind_matches(std::string_view pattern, std::string_view kind) {
    if (pattern == "*") {
        return true;
    }
    if (!pattern.ends_with(".*")) {
        return pattern == kind;
    }
    const auto stem = pattern.substr(0, pattern.size() - 1);
    return kind.size() > stem.size() && kind.starts_with(stem);
}

bool bureau_matches(const config::gateway& config, std::string_view entry,
                    protocol::bureau_id bureau) {
    constexpr std::string_view group_prefix = "group:";
    if (entry == "*" || entry == bureau.text()) {
        return true;
    }
    if (!entry.starts_with(group_prefix)) {
        return false;
    }
    const auto name = entry.substr(group_prefix.size());
    const auto group = config.groups.find(std::string(name));
    if (group == config.groups.end()) {
        return name == "everyone";
    }
    return std::ranges::find(group->second, bureau) != group->second.end();
}

std::vector<std::string> agencies_for(const config::gateway& config, protocol::bureau_id origin,
                                      protocol::message_class cls, std::string_view kind) {
    std::set<std::string> out;
    for (const auto& rule : config.assignments) {
        const bool kind_fits =
            rule.kinds.empty() || std::ranges::any_of(rule.kinds, [&](const auto& one) {
                return kind_matches(one, kind);
            });
        const bool origin_fits =
            rule.from.empty() || std::ranges::any_of(rule.from, [&](const auto& one) {
                return bureau_matches(config, one, origin);
            });
        const bool class_fits =
            rule.classes.empty() || std::ranges::find(rule.classes, cls) != rule.classes.end();
        if (kind_fits && origin_fits && class_fits) {
            out.insert(rule.agencies.begin(), rule.agencies.end());
        }
    }
    if (out.empty()) {
        return {config.duty_desk};
    }
    return {out.begin(), out.end()};
}

}  // namespace dhow::route
