// Who may speak to the API: Unix users and pinned TLS keys to agencies and operators, from the
// configuration.
// Way of the message: asked by the HTTP server at each new connection.
// Not pure: asks the system for user numbers, at load time only. Net thread.
// Spec: docs/configuration.md#agencies. Tests: system.
// Limits: none.
#pragma once

#include "config/model.hpp"
#include "daemon/http/service.hpp"

#include <map>

namespace dhow::app {

class callers final : public http::caller_lookup {
public:
    /// Users that the system does not know are listed in `unknown` for the log; they just match
    /// nobody.
    void configure(const config::gateway& settings, std::vector<std::string>& unknown);
    [[nodiscard]] std::optional<route::caller> by_user(std::uint32_t user) const override;
    [[nodiscard]] std::optional<route::caller> by_key(
        const protocol::digest& public_key) const override;

private:
    std::map<std::uint32_t, route::caller> x_users;
    std::map<protocol::digest, route::caller> x_keys;
};

}  // namespace dhow::app
