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
    // Who is for a sub-bureau is for the parent too: that is where it goes and comes from.
    const auto is_meant = [&](protocol::bureau_id named) {
        const auto parent = config.sub_bureaus.find(named);
        return named == bureau || (parent != config.sub_bureaus.end() && parent->second == bureau);
    };
    if (entry == "*") {
        return true;
    }
    if (const auto named = protocol::bureau_id::parse(entry); named && is_meant(*named)) {
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
    return std::ranges::any_of(group->second, is_meant);
}

namespace {

/// What a rule leaves out matches everything.
template <class T, class Fits>
bool any_or_empty(const std::vector<T>& wanted, Fits fits) {
    return wanted.empty() || std::ranges::any_of(wanted, fits);
}

bool same_or_unset(const std::optional<bool>& wanted, bool found) {
    return !wanted || *wanted == found;
}

bool rule_matches(const config::gateway& config, const config::assignment_rule& rule,
                  const arrival& what) {
    return any_or_empty(rule.kinds,
                        [&](const auto& one) { return kind_matches(one, what.kind); }) &&
           any_or_empty(
               rule.from,
               [&](const auto& one) { return bureau_matches(config, one, what.origin); }) &&
           any_or_empty(rule.from_agencies, [&](const auto& one) { return one == what.agency; }) &&
           any_or_empty(rule.classes, [&](auto one) { return one == what.cls; }) &&
           same_or_unset(rule.has_attachments, what.has_attachments) &&
           same_or_unset(rule.has_references, what.has_references);
}

}  // namespace

bool may_have(const config::gateway& config, const std::string& agency,
              protocol::confidentiality level) {
    const auto found = config.agencies.find(agency);
    const auto most = found == config.agencies.end() ? protocol::confidentiality::official_use
                                                     : found->second.level_max;
    return level <= most;
}

std::vector<std::string> agencies_for(const config::gateway& config, const arrival& what) {
    if (what.origin == config.bureau && what.kind == own_notice_kind) {
        return {config.answers.desk.empty() ? config.duty_desk : config.answers.desk};
    }
    if (what.origin == config.bureau && what.kind == retention_kind) {
        const std::string agency(what.agency);
        return {config.agencies.contains(agency) ? agency : config.duty_desk};
    }
    std::set<std::string> out;
    for (const auto& rule : config.assignments) {
        if (rule_matches(config, rule, what)) {
            out.insert(rule.agencies.begin(), rule.agencies.end());
        }
    }
    std::erase_if(out, [&](const auto& agency) { return !may_have(config, agency, what.level); });
    if (out.empty() && may_have(config, config.duty_desk, what.level)) {
        return {config.duty_desk};
    }
    return {out.begin(), out.end()};
}

}  // namespace dhow::route
