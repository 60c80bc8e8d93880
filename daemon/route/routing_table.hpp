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

/// Whom a message goes to.
struct addressed {
    std::vector<protocol::bureau_id> recipients;  ///< Sorted, none twice, without ourselves.
    /// Sub-bureaus that were named, and the parent that each answers through.
    std::vector<std::pair<protocol::bureau_id, protocol::bureau_id>> through;
};

class routing_table {
public:
    routing_table() = default;
    routing_table(const config::gateway& config, const protocol::directory& directory);

    /// Peers to try for a recipient, best first, none twice; empty: no route.
    [[nodiscard]] std::vector<protocol::bureau_id> next_hops(protocol::bureau_id recipient) const;
    /// Bureaus named by `to` entries (bureaus, sub-bureaus, `group:NAME`, `group:everyone`), groups
    /// without those of `deny`. `unknown_recipient` with the entry in `culprit` otherwise;
    /// `not_allowed` for a bureau that is named and denied.
    [[nodiscard]] protocol::result<addressed> address(const std::vector<std::string>& to,
                                                      const std::vector<protocol::bureau_id>& deny,
                                                      std::string& culprit) const;
    /// The recipients of the same, with nobody denied.
    [[nodiscard]] protocol::result<std::vector<protocol::bureau_id>> expand(
        const std::vector<std::string>& to, std::string& culprit) const;
    /// A bureau that the directory does not have, but its parent, is the parent; else itself.
    [[nodiscard]] protocol::bureau_id addressee(protocol::bureau_id bureau) const;
    [[nodiscard]] const std::map<std::string, std::set<protocol::bureau_id>>& groups() const {
        return x_groups;
    }
    /// Why a recipient goes where it goes, line by line.
    [[nodiscard]] std::vector<std::string> explain(protocol::bureau_id recipient) const;

private:
    [[nodiscard]] const config::route* match(protocol::bureau_id recipient) const;
    [[nodiscard]] bool covers(const config::route& rule, protocol::bureau_id recipient) const;

    protocol::bureau_id x_self;
    std::vector<config::route> x_rules;
    std::map<std::string, protocol::bureau_id> x_peer_of_link;
    std::map<std::string, std::set<protocol::bureau_id>> x_groups;
    std::map<protocol::bureau_id, protocol::bureau_id> x_parents;  ///< Of sub-bureaus.
    std::set<protocol::bureau_id> x_known;  ///< Active bureaus of the directory.
};

}  // namespace dhow::route
