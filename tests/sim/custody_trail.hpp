// Who has each message since it was handed on: custody never goes in a circle or to nobody.
// Way of the message: beside it, from store to store.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: gateways that are down when it is their turn, or were put back to a backup, are believed.
#pragma once

#include "daemon/store/operations.hpp"

#include <map>
#include <string>
#include <vector>

namespace dhow::sim {

class node;

/// The origin would send again after some time, and so hide that a copy was lost on its way.
class custody_trail {
public:
    void set_nodes(std::vector<node*> nodes) { x_nodes = std::move(nodes); }
    /// `from` has written down that `what` happened. Gives what is wrong with that, or nothing.
    std::string on_event(const node& from, const store::event_row& what);

private:
    struct copy {
        std::string at;
        protocol::bureau_id origin;
        protocol::message_id id;
        std::uint8_t attempt = 0;
        protocol::bureau_id recipient;
        auto operator<=>(const copy&) const = default;
    };
    /// What is wrong with the custody of this copy; nothing: somebody has it.
    std::string follow(copy one) const;
    node* find(const std::string& name) const;

    std::vector<node*> x_nodes;
    std::map<copy, std::string> x_handed_to;
};

}  // namespace dhow::sim
