// Who may speak to the API.
// Way of the message: see callers.hpp.
// Not pure: getpwnam_r.
// Spec: docs/configuration.md#agencies. Tests: system.
// Limits: none.
#include "daemon/app/callers.hpp"

#include <pwd.h>
#include <unistd.h>

#include <charconv>

namespace dhow::app {

namespace {
std::optional<std::uint32_t> user_number(const std::string& name) {
    std::uint32_t number = 0;
    const auto* end = name.data() + name.size();
    if (const auto parsed = std::from_chars(name.data(), end, number);
        parsed.ec == std::errc{} && parsed.ptr == end) {
        return number;
    }
    std::vector<char> buffer(16 * 1024);
    passwd entry{};
    passwd* found = nullptr;
    if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
        found == nullptr) {
        return std::nullopt;
    }
    return found->pw_uid;
}
}  // namespace

void callers::configure(const config::gateway& settings, std::vector<std::string>& unknown) {
    x_users.clear();
    x_keys.clear();
    const auto add = [&](const std::string& name, const route::caller& who) {
        const auto number = user_number(name);
        if (!number) {
            unknown.push_back(name);
            return;
        }
        auto& slot = x_users[*number];
        slot.agency = who.agency.empty() ? slot.agency : who.agency;
        slot.is_operator = slot.is_operator || who.is_operator;
        slot.user = name;
    };
    for (const auto& [name, agency] : settings.agencies) {
        for (const auto& user : agency.users) {
            add(user, {name, false});
        }
        for (const auto& key : agency.keys) {
            if (const auto digest = protocol::from_hex<protocol::digest>(key)) {
                x_keys[*digest] = {name, false};
            }
        }
    }
    for (const auto& user : settings.operator_users) {
        add(user, {"", true});
    }
    // Whoever runs the daemon, and root, could read its memory anyway.
    for (const auto owner : {std::uint32_t{0}, static_cast<std::uint32_t>(geteuid())}) {
        auto& slot = x_users[owner];
        slot.is_operator = true;
        if (slot.user.empty()) {
            slot.user = owner == 0 ? "root" : "user " + std::to_string(owner);
        }
    }
}

std::optional<route::caller> callers::by_user(std::uint32_t user) const {
    const auto found = x_users.find(user);
    return found == x_users.end() ? std::nullopt : std::optional(found->second);
}

std::optional<route::caller> callers::by_key(const protocol::digest& public_key) const {
    const auto found = x_keys.find(public_key);
    return found == x_keys.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dhow::app
