// Recipient to next hops, and groups to recipients, from the configuration and the directory.
// Way of the message: consulted at submission, at a hub for each branch, and when a copy is sent
// again.
// Pure value; rebuilt at reload.
// Spec: docs/configuration.md#routes. Tests: unit/route/routing_table_test.cpp.
// Limits: recipients_max after expansion.
#pragma once

#include "config/model.hpp"
#include "protocol/directory.hpp"
#include "protocol/errors.hpp"

#include <set>
#include <string>
#include <vector>

namespace dhow::route {

class routing_table {
public:
    routing_table() = default;
    routing_table(const config::gateway& config, const protocol::directory& directory);

    /// Peers to try for a recipient, best first, none twice; empty: no route.
    [[nodiscard]] std::vector<protocol::bureau_id> next_hops(protocol::bureau_id recipient) const;
    /// Bureaus named by `to` entries (bureaus, `group:NAME`, `group:everyone`), sorted, none twice,
    /// without ourselves. `unknown_recipient` with the entry in `culprit` otherwise.
    [[nodiscard]] protocol::result<std::vector<protocol::bureau_id>> expand(
        const std::vector<std::string>& to, std::string& culprit) const;
    /// Why a recipient goes where it goes, line by line.
    [[nodiscard]] std::vector<std::string> explain(protocol::bureau_id recipient) const;

private:
    [[nodiscard]] const config::route* match(protocol::bureau_id recipient) const;
    [[nodiscard]] bool covers(const config::route& rule, protocol::bureau_id recipient) const;

    protocol::bureau_id x_self;
    std::vector<config::route> x_rules;
    std::map<std::string, protocol::bureau_id> x_peer_of_link;
    std::map<std::string, std::set<protocol::bureau_id>> x_groups;
    std::set<protocol::bureau_id> x_known;  ///< Active bureaus of the directory.
};

}  // namespace dhow::route
