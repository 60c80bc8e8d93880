// A message and its events at every node.
// Way of the message: beside it.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: none.
#include "tests/sim/where_is.hpp"

#include "tests/sim/node.hpp"

namespace dhow::sim {

namespace query = store::query;
namespace answer = store::answer;

std::string where_is(const known_message& one, const std::vector<node*>& nodes) {
    const auto origin = *protocol::bureau_id::parse(one.from->name());
    std::string out;
    for (auto* at : nodes) {
        if (!at->is_alive()) {
            out += "\n    " + at->name() + ": down";
            continue;
        }
        auto reply = at->ask(query::find_message{origin, one.id});
        for (const auto& found : std::get<answer::messages>(reply).rows) {
            out += "\n    " + at->name() + ": attempt " + std::to_string(found.message.attempt);
            for (const auto& delivery : found.deliveries) {
                out += ", delivery to " + std::string(delivery.recipient.text()) + " state " +
                       std::to_string(static_cast<int>(delivery.state)) + " code " +
                       std::to_string(delivery.code) + " due " +
                       (delivery.due_at ? protocol::to_text(*delivery.due_at) : "never");
            }
            for (const auto& object : found.objects) {
                out += ", object " + std::to_string(object.position) + " state " +
                       std::to_string(static_cast<int>(object.state)) + " " +
                       std::to_string(object.durable_bytes) + "/" + std::to_string(object.bytes);
            }
            for (const auto& shipment : found.shipments) {
                out += ", shipment of " + std::to_string(shipment.position) + " attempt " +
                       std::to_string(shipment.attempt) + " to " +
                       std::string(shipment.peer.text()) + " state " +
                       std::to_string(static_cast<int>(shipment.state)) + " code " +
                       std::to_string(shipment.code) + (shipment.in_doubt ? " in doubt" : "");
            }
        }
        auto noted = at->ask(query::load_receipts{origin, one.id});
        for (const auto& row : std::get<answer::receipts>(noted).rows) {
            out += "\n      " + protocol::to_text(row.received_at) + " receipt of " +
                   std::string(row.issuer.text());
        }
        auto waiting = at->ask(query::load_outcomes{0, 10'000});
        for (const auto& row : std::get<answer::outcomes>(waiting).rows) {
            out += row.value.id == one.id ? "\n      an outcome that is not signed" : "";
        }
        for (auto* peer : nodes) {
            auto left =
                at->ask(query::list_queue{*protocol::bureau_id::parse(peer->name()), 0, 100});
            for (const auto& row : std::get<answer::queue>(left).rows) {
                out += "\n      waits for " + peer->name() + ": shipment " +
                       std::to_string(row.shipment.row) + " of kind " +
                       std::to_string(static_cast<int>(row.object.kind)) + ", state " +
                       std::to_string(static_cast<int>(row.shipment.state)) + ", code " +
                       std::to_string(row.shipment.code);
            }
        }
        auto said = at->ask(query::load_events{origin, one.id});
        for (const auto& row : std::get<answer::events>(said).rows) {
            out += "\n      " + protocol::to_text(row.at) + " " +
                   std::string(row.recipient.text()) + " " + row.what + " by " + row.actor +
                   (row.code == 0 ? "" : " code " + std::to_string(row.code)) + " " + row.text;
        }
    }
    return out;
}

}  // namespace dhow::sim
