// Runs all groups of checks, and looks things up for them.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: none.
#include "config/check.hpp"

#include "config/checker.hpp"

#include <algorithm>

namespace dhow::config {

void checker::error(const std::string& path, std::string code, std::string text, std::string hint) {
    findings.push_back(
        {severity::error, x_where.find(path), std::move(code), std::move(text), std::move(hint)});
}

void checker::warning(const std::string& path, std::string code, std::string text,
                      std::string hint) {
    findings.push_back(
        {severity::warning, x_where.find(path), std::move(code), std::move(text), std::move(hint)});
}

const link* checker::find_link(std::string_view name) const {
    const auto found = std::find_if(settings.links.begin(), settings.links.end(),
                                    [&](const link& one) { return one.name == name; });
    return found == settings.links.end() ? nullptr : &*found;
}

bool checker::is_group(std::string_view name) const {
    return name == "everyone" || settings.groups.contains(std::string(name));
}

std::set<bureau_id> checker::members(std::string_view group) const {
    if (const auto found = settings.groups.find(std::string(group));
        found != settings.groups.end()) {
        return {found->second.begin(), found->second.end()};
    }
    return group == "everyone" ? known_bureaus() : std::set<bureau_id>();
}

std::set<bureau_id> checker::known_bureaus() const {
    std::set<bureau_id> out;
    if (facts.directory == nullptr) {
        return out;
    }
    for (const auto& entry : facts.directory->entries) {
        const bool takes_part = entry.status == protocol::bureau_status::active ||
                                entry.status == protocol::bureau_status::retiring;
        if (takes_part && entry.bureau != settings.bureau) {
            out.insert(entry.bureau);
        }
    }
    return out;
}

void checker::check_target(const std::string& path, const std::string& target) {
    if (target == "*") {
        return;
    }
    if (target.starts_with(group_prefix)) {
        const auto name = target.substr(group_prefix.size());
        if (!is_group(name)) {
            error(path, "unknown-group", path + ": there is no group `" + name + "`",
                  "Add it under groups:, or correct the name.");
        }
        return;
    }
    const auto bureau = bureau_id::parse(target);
    if (const auto parent =
            bureau ? settings.sub_bureaus.find(*bureau) : settings.sub_bureaus.end();
        parent != settings.sub_bureaus.end()) {
        return;  // Addressed through its parent.
    }
    if (facts.directory != nullptr && bureau && facts.directory->find(*bureau) == nullptr) {
        warning(path, "unknown-bureau", path + ": " + target + " is not in the directory",
                "Correct the id, or take in a newer directory.");
    }
}

std::vector<finding> check(const gateway& settings, const source_map& where,
                           const check_facts& facts) {
    checker all(settings, where, facts);
    check_storage(all);
    check_trust(all);
    check_certificates(all);
    check_links(all);
    check_routes(all);
    check_reachable(all);
    check_agencies(all);
    check_assignments(all);
    check_api(all);
    check_answers(all);
    return std::move(all.findings);
}

}  // namespace dhow::config
