// Flash texts by two sessions at once: the lane of the one beside, and whose answer counts.
// Way of the message: store -> ready_queue -> [outbound] -> link_session -> peer.
// Pure. Net thread.
// Spec: docs/decisions/0013-flash-beside.md. Tests: unit/route/outbound_beside_test.cpp, sim.
// Limits: see outbound.hpp; a copy for each flash text that is open.
#include "daemon/route/outbound.hpp"
#include "protocol/known.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace event = protocol::session_event;

void outbound::on_beside_up(session_number session) {
    const bureau_id peer = x_core.sessions.at(session).peer;
    if (auto* older = lane_to(peer, true)) {
        close_beside(*older);
    }
    auto& lane = x_beside[peer];
    lane = peer_lane{.queue = ready_queue(x_core.outside.loaded_per_class)};
    lane.session = session;
    lane.peer = peer;
    lane.is_beside = true;
    feed(lane);
}

void outbound::close_beside(peer_lane& lane) {
    record_doubts(lane);
    const auto peer = lane.peer;
    const auto copies = std::exchange(lane.open, {});
    x_beside.erase(peer);
    auto* other = lane_to(peer, false);
    for (const auto& [stream, copy] : copies) {
        const auto row = copy.item.shipment.row;
        if (auto* open = other == nullptr ? nullptr : open_in(*other, row)) {
            open->has_lost_copy = open->has_lost_copy || copy.all_sent;
        }
        on_copy_over(peer, row);
    }
}

void outbound::add_copy(const ready_shipment& item) {
    const auto peer = item.shipment.peer;
    auto* lane = goes_beside(item) ? lane_to(peer, true) : nullptr;
    if (lane != nullptr &&
        passes(protocol::known(lane->session, "a lane without a session"), item) &&
        !keep_back(*lane, item)) {
        lane->queue.add_fresh(item);
        feed(*lane);
    }
    if (x_flash_ready && goes_beside(item)) {
        x_flash_ready(peer);
    }
}

void outbound::keep_copies_alone(answer::ready& loaded) {
    std::erase_if(loaded.rows, [](const auto& item) { return !goes_beside(item); });
}

bool outbound::has_flash(bureau_id peer) const {
    const auto lane = x_lanes.find(peer);
    return lane != x_lanes.end() && (lane->second.queue.any_of(message_class::flash, goes_beside) ||
                                     !lane->second.waits_for_copy.empty() ||
                                     std::ranges::any_of(lane->second.open, [](const auto& one) {
                                         return goes_beside(one.second.item);
                                     }));
}

outbound::open_transfers::iterator outbound::find_open(peer_lane& lane, store::row_id shipment) {
    return std::ranges::find_if(
        lane.open, [&](const auto& one) { return one.second.item.shipment.row == shipment; });
}

outbound::transfer* outbound::open_in(peer_lane& lane, store::row_id shipment) {
    const auto found = find_open(lane, shipment);
    return found == lane.open.end() ? nullptr : &found->second;
}

void outbound::forget(bureau_id peer, store::row_id shipment) {
    for (auto* lane : {lane_to(peer, false), lane_to(peer, true)}) {
        if (lane != nullptr) {
            lane->queue.forget(shipment);
        }
    }
}

void outbound::take_from_both(const ready_shipment& item) {
    if (goes_beside(item)) {
        take_from(lane_to(item.shipment.peer, false), item.shipment.row);
        take_from(lane_to(item.shipment.peer, true), item.shipment.row);
    }
}

// It stays known until what has become of it is written, so that nothing loads it before.
void outbound::take_from(peer_lane* lane, store::row_id shipment) {
    if (lane == nullptr || !x_beside.contains(lane->peer)) {
        return;  // There is no other lane that could load it.
    }
    if (const auto found = find_open(*lane, shipment); found != lane->open.end()) {
        if (auto* session =
                x_core.session(protocol::known(lane->session, "a lane without a session"))) {
            session->cancel(found->first, errc::have_it, x_core.now);
        }
        lane->open.erase(found);
    }
    lane->preparing.erase(shipment);
    lane->waits_for_copy.erase(shipment);
    lane->resting.erase(shipment);
    lane->queue.take_out(shipment);
}

/// Whoever waited for its answer is offered again.
void outbound::on_copy_over(bureau_id peer, store::row_id shipment) {
    auto* lane = lane_to(peer, false);
    if (lane != nullptr && lane->waits_for_copy.erase(shipment) > 0) {
        lane->queue.forget(shipment);
        lane->queue.rescan(message_class::flash);
        feed(*lane);
    }
}

/// Whether a COMMIT or "have it" ends the shipment; else what it says of some is written down, and
/// the other transfer decides about the rest.
bool outbound::is_settled(const peer_lane& lane, const transfer& what,
                          const std::vector<protocol::recipient_answer>& exceptions) {
    const auto& item = what.item;
    const bool is_yes = std::ranges::all_of(exceptions, means_taken);
    if (is_yes || !goes_beside(item)) {
        return true;
    }
    const auto row = item.shipment.row;
    if (lane.is_beside) {
        settle_part(lane, item, exceptions);
        on_copy_over(lane.peer, row);
        return false;
    }
    if (!what.has_lost_copy && !waits_for_copy(*lane_to(lane.peer, false), item, false)) {
        return true;
    }
    settle_part(lane, item, exceptions);
    return false;
}

//= LP-57
bool outbound::is_last_word(peer_lane& lane, const transfer& what, const event::refused& said) {
    const bool is_answered_here =
        said.code == errc::have_it || (said.code == errc::full_form_wanted && what.is_short);
    if (is_answered_here || !goes_beside(what.item)) {
        return true;
    }
    const auto row = what.item.shipment.row;
    const bool is_later = means_later(said.code);
    if (!lane.is_beside && what.has_lost_copy && !is_later) {
        offer_rest_again(lane.peer, row);  // The copy may have come after this was said.
        return false;
    }
    if (!lane.is_beside) {
        return !waits_for_copy(lane, what.item, is_later);
    }
    if (is_later) {
        auto* other = lane_to(lane.peer, false);
        const auto* open = other == nullptr ? nullptr : open_in(*other, row);
        const protocol::milliseconds asked = said.retry_after;
        lane.resting[row] = {
            x_core.now + std::max<protocol::milliseconds>(asked, limits::beside_again),
            open == nullptr ? 0 : open->durable_bytes};
    }
    on_copy_over(lane.peer, row);
    return false;
}

/// A refusal is the last word only when the copy cannot be taken any more.
bool outbound::waits_for_copy(peer_lane& lane, const ready_shipment& item, bool is_later) {
    auto* other = lane_to(lane.peer, true);
    const auto row = item.shipment.row;
    const auto* copy = other == nullptr ? nullptr : open_in(*other, row);
    if (copy == nullptr) {
        return false;
    }
    if (!is_later && !copy->is_given) {
        take_from(other, row);
        return false;
    }
    lane.waits_for_copy.insert(row);
    return true;
}

void outbound::settle_part(const peer_lane& lane, const ready_shipment& item,
                           const std::vector<protocol::recipient_answer>& exceptions) {
    store::transaction transaction;
    std::vector<undelivered> left;
    add_custody_moves(transaction, item, lane.peer, exceptions, left);
    if (transaction.changes.empty()) {
        return;
    }
    const auto row = item.shipment.row;
    if (auto* other = lane_to(lane.peer, !lane.is_beside)) {
        if (auto* open = open_in(*other, row)) {
            std::erase_if(open->item.deliveries, [&](const auto& delivery) {
                return std::ranges::find(left, delivery.recipient, &undelivered::recipient) ==
                       left.end();
            });
        } else {
            other->preparing.erase(row);
            other->queue.take_out(row);  // As it is loaded it names those who are settled.
        }
    }
    const auto id = protocol::known(item.message, "a text without its message").id;
    x_handing_over.insert(id);
    commit_surely(std::move(transaction),
                  [this, peer = lane.peer, row, id](const store::transaction_result&) {
                      x_handing_over.erase(x_handing_over.find(id));
                      offer_rest_again(peer, row);
                  });
}

void outbound::offer_rest_again(bureau_id peer, store::row_id shipment) {
    auto* lane = lane_to(peer, false);
    const bool is_decided_elsewhere = lane == nullptr || lane->waits_for_copy.contains(shipment) ||
                                      open_in(*lane, shipment) != nullptr;
    if (!is_decided_elsewhere) {
        lane->queue.forget(shipment);
        lane->queue.rescan(message_class::flash);
        feed(*lane);
    }
}

void outbound::offer_copies_again() {
    for (auto& [peer, lane] : x_beside) {
        auto* main = lane_to(peer, false);
        std::vector<store::row_id> due;
        for (auto& [row, rest] : lane.resting) {
            if (rest.until > x_core.now) {
                continue;
            }
            const auto* open = main == nullptr ? nullptr : open_in(*main, row);
            if (open != nullptr && open->durable_bytes != rest.durable_bytes) {
                rest = {x_core.now + limits::beside_again, open->durable_bytes};
            } else {
                due.push_back(row);
            }
        }
        for (const auto row : due) {
            lane.resting.erase(row);
            lane.queue.forget(row);
            lane.queue.rescan(message_class::flash);
        }
        if (!due.empty()) {
            feed(lane);
        }
    }
}

std::optional<utc_time> outbound::next_copies_at() const {
    std::optional<utc_time> first;
    for (const auto& [peer, lane] : x_beside) {
        for (const auto& [row, rest] : lane.resting) {
            first = first ? std::min(*first, rest.until) : rest.until;
        }
    }
    return first;
}

}  // namespace dhow::route
