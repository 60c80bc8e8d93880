// Agencies that nobody can be or that do nothing, rules that name unknown ones, doors of the API.
// Way of the message: see check.hpp.
// Pure.
// Spec: docs/configuration.md#checks. Tests: unit/config/check_test.cpp.
// Limits: none.
#include "config/checker.hpp"

#include <algorithm>
#include <map>

namespace dhow::config {

namespace {

bool receives(const checker& all, const std::string& name) {
    const auto names_it = [&](const assignment_rule& rule) {
        return std::find(rule.agencies.begin(), rule.agencies.end(), name) != rule.agencies.end();
    };
    return all.settings.duty_desk == name || all.settings.answers.desk == name ||
           std::any_of(all.settings.assignments.begin(), all.settings.assignments.end(), names_it);
}

void check_connects(checker& all, const agency& one, const std::string& path) {
    if (one.users.empty() && one.keys.empty()) {
        all.warning(path, "agency-without-identity",
                    path + " has neither users nor keys, so nobody can connect as it",
                    "Add users: for this host, or keys: for TLS.");
    }
    if (!one.users.empty() && all.settings.api.unix_socket.empty()) {
        all.warning(path, "agency-without-door",
                    path + " names users of this host, but there is no Unix socket",
                    "Add api.unix_socket.");
    }
    if (!one.keys.empty() && all.settings.api.tls_address.empty()) {
        all.warning(path, "agency-without-door",
                    path + " names TLS keys, but the API listens on no address", "Add api.tls.");
    }
}

/// Reports what two agencies claim, or one twice.
class claims {
public:
    claims(checker& all, std::string what) : x_all(all), x_what(std::move(what)) {}
    void add(const std::string& value, const std::string& path) {
        const auto [first, is_new] = x_owner.emplace(value, path);
        if (!is_new) {
            x_all.error(path, "duplicate-" + x_what,
                        path + ": the " + x_what + " " + value + " belongs to " + first->second +
                            " already",
                        "One " + x_what + " is one agency, so that its messages have one sender.");
        }
    }

private:
    checker& x_all;
    std::string x_what;
    std::map<std::string, std::string> x_owner;
};

void check_identities(checker& all) {
    claims users(all, "user");
    claims keys(all, "key");
    for (const auto& [name, one] : all.settings.agencies) {
        for (const auto& user : one.users) {
            users.add(user, "agencies." + name);
        }
        for (const auto& key : one.keys) {
            keys.add(key, "agencies." + name);
        }
        for (const auto& user : one.users) {
            const auto& operators = all.settings.operator_users;
            if (std::find(operators.begin(), operators.end(), user) != operators.end()) {
                all.warning("agencies." + name, "agency-is-operator",
                            "agencies." + name + ": the user " + user + " is an operator too",
                            "Give the two roles to two users.");
            }
        }
    }
}

}  // namespace

void check_agencies(checker& all) {
    check_identities(all);
    for (const auto& [name, one] : all.settings.agencies) {
        const auto path = "agencies." + name;
        check_connects(all, one, path);
        for (const auto& target : one.send_to) {
            all.check_target(path + ".send", target);
        }
        if (one.send_kinds.empty() && !receives(all, name)) {
            all.warning(path, "agency-without-task", path + " can neither send nor receive",
                        "Add send: to it, or name it under assignments: or as duty_desk:.");
        }
    }
}

void check_assignments(checker& all) {
    for (std::size_t i = 0; i < all.settings.assignments.size(); ++i) {
        const auto& rule = all.settings.assignments[i];
        const auto path = "assignments." + std::to_string(i);
        for (const auto& name : rule.agencies) {
            if (!all.settings.agencies.contains(name)) {
                all.error(path, "unknown-agency", path + ": there is no agency `" + name + "`",
                          "Add it under agencies:, or correct the name.");
            }
        }
        for (const auto& target : rule.from) {
            all.check_target(path, target);
        }
    }
    const auto& desk = all.settings.duty_desk;
    if (desk.empty() && !all.settings.agencies.empty()) {
        all.error("duty_desk", "no-duty-desk", "there is no duty desk for what matches no rule",
                  "Name an agency: duty_desk: NAME.");
    } else if (!desk.empty() && !all.settings.agencies.contains(desk)) {
        all.error("duty_desk", "unknown-agency", "duty_desk: there is no agency `" + desk + "`",
                  "Add it under agencies:, or correct the name.");
    } else if (!desk.empty() &&
               all.settings.agencies.at(desk).level_max < protocol::highest_confidentiality) {
        const std::string most(protocol::to_text(all.settings.agencies.at(desk).level_max));
        all.warning("duty_desk", "desk-below-confidentiality",
                    "duty_desk: " + desk + " may have messages up to " + most +
                        "; what is above, and may go to no agency of its rules, is kept",
                    "Let the duty desk have all, or name agencies that may by assignments.");
    }
}

void check_api(checker& all) {
    const auto& api = all.settings.api;
    if (api.unix_socket.empty()) {
        all.warning("api", "no-socket",
                    "there is no Unix socket, so the dhow command cannot reach the daemon",
                    "Remove `unix_socket: none`.");
    }
    if (all.settings.operator_users.empty()) {
        all.warning("operators", "no-operator", "no user has the operator's rights",
                    "Add operators: [root].");
    }
    if (!api.tls_address.empty()) {
        const bool any_key = std::any_of(all.settings.agencies.begin(), all.settings.agencies.end(),
                                         [](const auto& one) { return !one.second.keys.empty(); });
        if (!any_key) {
            all.warning("api.tls", "door-for-nobody",
                        "the API listens for TLS, but no agency has a key",
                        "Add keys: to an agency, or remove api.tls.");
        }
    }
}

}  // namespace dhow::config
