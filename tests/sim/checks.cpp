// What must hold after healing.
// Way of the message: see checks.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#include "tests/sim/checks.hpp"

#include <algorithm>
#include <map>

namespace dhow::sim {

namespace query = store::query;
namespace answer = store::answer;

namespace {
node* by_name(const std::vector<node*>& nodes, const std::string& name) {
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const node* one) { return one->name() == name; });
    return found == nodes.end() ? nullptr : *found;
}

std::string label(const wish& one, const std::string& to) {
    return "message " + (one.accepted ? protocol::to_text(*one.accepted) : "?") + " (wish " +
           std::to_string(one.number) + ") of " + one.from->name() + " to " + to;
}

/// Objects and shipments of a message at every node, for whoever reads the report.
std::string where_is(const wish& one, const std::vector<node*>& nodes) {
    std::string out;
    for (auto* at : nodes) {
        auto reply = at->ask(
            query::find_message{*protocol::bureau_id::parse(one.from->name()), *one.accepted});
        for (const auto& found : std::get<answer::messages>(reply).rows) {
            out += "\n    " + at->name() + ":";
            for (const auto& object : found.objects) {
                out += " object " + std::to_string(object.position) + " state " +
                       std::to_string(static_cast<int>(object.state)) + " " +
                       std::to_string(object.durable_bytes) + "/" + std::to_string(object.bytes);
            }
            for (const auto& shipment : found.shipments) {
                out += " shipment of " + std::to_string(shipment.position) + " to " +
                       std::string(shipment.peer.text()) + " state " +
                       std::to_string(static_cast<int>(shipment.state)) + " code " +
                       std::to_string(shipment.code);
            }
        }
    }
    return out;
}

void check_inboxes(const people& everyone, const std::vector<node*>& nodes,
                   std::vector<std::string>& problems) {
    std::map<std::string, std::size_t> expected;
    for (const auto& one : everyone.wishes()) {
        for (const auto& to : one->to) {
            ++expected[to];
            if (!one->accepted) {
                continue;
            }
            auto reply = by_name(nodes, to)->ask(
                query::find_inbox{*protocol::bureau_id::parse(one->from->name()), *one->accepted});
            const auto& rows = std::get<answer::inbox>(reply).rows;
            if (rows.empty()) {
                problems.push_back("lost: " + label(*one, to));
            } else if (rows.size() > 1) {
                problems.push_back("doubled: " + label(*one, to));
            } else if (!rows.front().row.complete) {
                problems.push_back("incomplete: " + label(*one, to) + where_is(*one, nodes));
            }
        }
    }
    for (auto* one : nodes) {
        auto reply = one->ask(query::list_inbox{"desk", 0, 100'000, false});
        const auto count = std::get<answer::inbox>(reply).rows.size();
        if (count > expected[one->name()]) {
            problems.push_back("doubled or invented: " + one->name() + " has " +
                               std::to_string(count) + " messages, expected " +
                               std::to_string(expected[one->name()]));
        }
    }
}

void check_origins(const people& everyone, std::vector<std::string>& problems) {
    for (const auto& one : everyone.wishes()) {
        if (!one->accepted) {
            continue;
        }
        auto reply = one->from->ask(
            query::find_message{*protocol::bureau_id::parse(one->from->name()), *one->accepted});
        const auto& rows = std::get<answer::messages>(reply).rows;
        if (rows.size() != 1) {
            problems.push_back("the origin holds " + std::to_string(rows.size()) + " rows of " +
                               label(*one, "*"));
            continue;
        }
        for (const auto& delivery : rows.front().deliveries) {
            if (delivery.state != store::delivery_state::complete &&
                delivery.state != store::delivery_state::taken) {
                problems.push_back("the origin does not know of the delivery of " +
                                   label(*one, std::string(delivery.recipient.text())) +
                                   ", state " + std::to_string(static_cast<int>(delivery.state)));
            }
        }
    }
}
}  // namespace

std::vector<std::string> check_deliveries(const people& everyone, const std::vector<node*>& nodes) {
    std::vector<std::string> problems;
    for (const auto* one : nodes) {
        if (!one->is_alive()) {
            return {one->name() + " is down"};
        }
    }
    check_inboxes(everyone, nodes, problems);
    check_origins(everyone, problems);
    return problems;
}

std::vector<std::string> check_contents(const people& everyone, const std::vector<node*>& nodes,
                                        clockwork& clock) {
    std::vector<std::string> problems;
    for (const auto& one : everyone.wishes()) {
        for (const auto& to : one->to) {
            if (!one->accepted) {
                continue;
            }
            std::optional<route::api_response> said;
            by_name(nodes, to)->request({"desk", false}, route::request::open_inbox{*one->accepted},
                                        [&](route::api_response what) { said = std::move(what); });
            while (!said && clock.step()) {
            }
            const auto* opened = said ? std::get_if<route::response::opened>(&*said) : nullptr;
            if (opened == nullptr) {
                problems.push_back("can not be opened: " + label(*one, to));
            } else if (opened->content.text != one->text ||
                       opened->content.attachments.size() != one->attachments.size()) {
                problems.push_back("altered: " + label(*one, to));
            }
        }
    }
    return problems;
}

}  // namespace dhow::sim
