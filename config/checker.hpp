// What the groups of cross-checks share: the configuration, and a list to report to.
// Way of the message: none; inside config.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: none.
#pragma once

#include "config/check.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::config {

inline constexpr std::string_view group_prefix = "group:";

class checker {
public:
    checker(const gateway& checked, const source_map& where, const check_facts& known)
        : settings(checked), facts(known), x_where(where) {}

    const gateway& settings;
    const check_facts& facts;
    std::vector<finding> findings;

    void error(const std::string& path, std::string code, std::string text, std::string hint);
    void warning(const std::string& path, std::string code, std::string text, std::string hint);

    [[nodiscard]] const link* find_link(std::string_view name) const;
    /// Members of a group; with a directory, `everyone` too. Empty when there is no such group.
    [[nodiscard]] std::set<bureau_id> members(std::string_view group) const;
    [[nodiscard]] bool is_group(std::string_view name) const;
    /// Reports `group:NAME` where there is no such group, and bureaus that the directory lacks.
    void check_target(const std::string& path, const std::string& target);
    /// Bureaus of the directory that take part: active or retiring, but for ourselves.
    [[nodiscard]] std::set<bureau_id> known_bureaus() const;

private:
    const source_map& x_where;
};

void check_links(checker& all);    ///< check_routes.cpp
void check_bearers(checker& all);  ///< check_bearers.cpp
void check_routes(checker& all);
void check_reachable(checker& all);
void check_agencies(checker& all);  ///< check_agencies.cpp
void check_assignments(checker& all);
void check_api(checker& all);
void check_answers(checker& all);  ///< check_answers.cpp
void check_trust(checker& all);    ///< check_trust.cpp
void check_certificates(checker& all);
void check_storage(checker& all);

}  // namespace dhow::config
