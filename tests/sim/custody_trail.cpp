// Who has each message since it was handed on.
// Way of the message: see custody_trail.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: see custody_trail.hpp.
#include "tests/sim/custody_trail.hpp"

#include "daemon/store/names.hpp"
#include "tests/sim/node.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace dhow::sim {

namespace {
/// Who took it by a link, and who has receipted it by a courier.
constexpr std::array<std::string_view, 2> actors{"peer ", "courier "};
}

std::string custody_trail::on_event(const node& from, const store::event_row& what) {
    const bool is_handed_on = what.what == store::relayed_event || what.what == "handed-on";
    const auto attempt = store::attempt_of(what.text);
    const auto actor = std::ranges::find_if(
        actors, [&](auto one) { return what.actor.starts_with(one); });
    if (!is_handed_on || !attempt || actor == actors.end()) {
        return {};
    }
    const auto to = what.actor.substr(actor->size());
    const copy one{from.name(), what.origin, what.id, *attempt, what.recipient};
    x_handed_to[one] = to;
    const auto wrong = follow(one);
    return wrong.empty() ? wrong
                         : "custody: " + from.name() + " has given " + protocol::to_text(what.id) +
                               ", " + what.text + ", for " + std::string(what.recipient.text()) +
                               " to " + to + ": " + wrong;
}

std::string custody_trail::follow(copy one) const {
    std::set<std::string> had_it;
    while (true) {
        const auto next = x_handed_to.find(one);
        if (next == x_handed_to.end()) {
            return {};
        }
        had_it.insert(one.at);
        one.at = next->second;
        if (had_it.contains(one.at)) {
            return "it went in a circle and came back to " + one.at;
        }
        auto* at = find(one.at);
        if (at == nullptr || !at->is_alive() || at->was_restored()) {
            return {};
        }
        auto reply = at->ask(store::query::find_custody{one.origin, one.id, one.attempt});
        const auto& rows = std::get<store::answer::custody>(reply).rows;
        const auto row = std::ranges::find(rows, one.recipient, &store::custody_row::recipient);
        if (row == rows.end()) {
            auto inbox = at->ask(store::query::find_inbox{one.origin, one.id});
            return std::get<store::answer::inbox>(inbox).rows.empty()
                       ? one.at + " knows nothing of it"
                       : std::string{};
        }
        if (row->outcome || !row->handed_on) {
            return {};
        }
    }
}

node* custody_trail::find(const std::string& name) const {
    const auto found =
        std::ranges::find(x_nodes, name, [](const node* one) { return one->name(); });
    return found == x_nodes.end() ? nullptr : *found;
}

}  // namespace dhow::sim
