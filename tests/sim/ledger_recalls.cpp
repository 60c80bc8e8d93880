// What hubs offer of what its origin has called back.
// Way of the message: see ledger.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: what was given to a session before may still be written for a moment.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/short_form.hpp"
#include "tests/sim/ledger.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/where_is.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
/// From a commit to what the core does when it hears of it.
constexpr microseconds moment = std::chrono::seconds{1};

std::optional<protocol::preamble> preamble_of(const protocol::offer_frame& offer,
                                              const protocol::directory& bureaus) {
    const seal::openssl_hasher hash;
    const auto out = offer.is_short
                         ? protocol::decode_short_preamble(offer.preamble, {bureaus, hash})
                         : protocol::decode_preamble(offer.preamble);
    return out ? std::optional(*out) : std::nullopt;
}

/// It was sent as a whole before: only the peer knows whether it has it.
bool is_asked_for(node& at, const protocol::header& about, const std::string& to,
                  std::uint8_t attempt) {
    auto reply = at.ask(store::query::find_message{about.origin, about.id});
    return std::ranges::any_of(
        std::get<store::answer::messages>(reply).rows, [&](const auto& message) {
            return std::ranges::any_of(message.shipments, [&](const auto& one) {
                return one.position == 0 && one.peer.text() == to && one.attempt == attempt &&
                       one.in_doubt;
            });
        });
}
}  // namespace

void ledger::check_recall(const std::string& from, const std::string& to,
                          const protocol::offer_frame& what) {
    const auto sender = std::ranges::find(x_nodes, from, &node::name);
    if (what.kind != protocol::object_kind::text || sender == x_nodes.end() ||
        !(*sender)->is_alive()) {
        return;
    }
    const auto preamble = preamble_of(what, (*sender)->directory());
    const auto header = preamble ? protocol::decode_header(preamble->seal.header)
                                 : protocol::result<protocol::header>{protocol::errc::truncated};
    if (!header) {
        return;
    }
    const auto since = x_tombstones.find({header->id, from});
    if (since == x_tombstones.end() || x_clock.elapsed() < since->second + moment) {
        return;
    }
    auto reply = (*sender)->ask(store::query::find_called_back{header->origin, header->id});
    for (const auto& one : std::get<store::answer::called_back>(reply).rows) {
        const bool is_offered = std::ranges::any_of(
            preamble->lockboxes.entries,
            [&](const auto& entry) { return entry.box.recipient == one.recipient; });
        if (is_offered && !is_asked_for(**sender, *header, to, what.attempt)) {
            x_problems.push_back("offered after it was called back: " + from + " to " + to +
                                 ", message " + protocol::to_text(header->id) + " for " +
                                 std::string(one.recipient.text()) +
                                 where_is(x_messages.at(header->id), x_nodes));
            return;
        }
    }
}

}  // namespace dhow::sim
