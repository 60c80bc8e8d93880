// Our offers: when they may go, what is read for them, and what the peer answers.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#transfers. Tests: unit/protocol/link_session*, fuzz/session_pair*.
// Limits: the peer's credit, transfers_max, large_transfers_max, segments_ahead_max.
#include "protocol/ensure.hpp"
#include "protocol/link_session_impl.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

std::size_t rank_of(message_class cls) { return static_cast<std::size_t>(cls); }

/// Transfers that a class may have open together with all others: the last sixteenth is for flash.
std::size_t open_max(message_class cls) {
    return cls == message_class::flash ? limits::transfers_max
                                       : limits::transfers_max - limits::transfers_max / 16;
}

/// Each class leaves room for one large transfer of each class above it.
std::size_t open_large_max(message_class cls) { return limits::large_transfers_max - rank_of(cls); }

}  // namespace

//= LP-25
bool link_session::impl::may_offer() const {
    return !is_ended() && (x_options.is_dialler || is_established()) &&
           x_next_wire < x_options.streams_max;
}

std::uint64_t link_session::impl::peer_credit() const {
    return is_established() ? x_peer.inline_credit_bytes : x_options.implied_credit_bytes;
}

//= LP-42
std::uint64_t link_session::impl::usable_credit(message_class cls) const {
    const auto credit = peer_credit();
    const auto reserve = std::min<std::uint64_t>(limits::flash_credit_bytes, credit / 4);
    return cls == message_class::flash ? credit : credit - reserve;
}

bool link_session::impl::has_room(message_class cls, bool is_large, std::uint64_t cost) const {
    return x_open < open_max(cls) && (!is_large || x_open_large < open_large_max(cls)) &&
           x_credit_used + cost <= usable_credit(cls);
}

/// What is cancelled counts on: the listener holds it until it has verified our HELLO.
bool link_session::impl::has_early_room(message_class cls, std::uint64_t cost) const {
    return x_early_transfers < limits::early_transfers_max &&
           x_early_cost + cost <= usable_credit(cls) && has_room(cls, false, cost);
}

bool link_session::impl::can_offer(message_class cls, std::uint64_t body_bytes) const {
    const auto cost = body_bytes + limits::usual_preamble_bytes;
    const bool is_large = body_bytes > limits::inline_body_bytes_max || cost > usable_credit(cls);
    const bool may_go = is_established() ? has_room(cls, is_large, is_large ? 0 : cost)
                                         : !is_large && has_early_room(cls, cost);
    const bool out = may_offer() && x_waiting[rank_of(cls)][is_large].empty() && may_go;
    x_room_was_asked = x_room_was_asked || !out;
    return out;
}

stream_id link_session::impl::offer(offer_frame what, bytes body, std::uint64_t fairness_key,
                                    utc_time now) {
    const auto handle = x_next_handle++;
    if (is_ended()) {
        return handle;
    }
    const bool is_whole = what.body_bytes <= limits::inline_body_bytes_max;
    DHOW_ENSURE(what.body_bytes > 0 && body.size() == (is_whole ? what.body_bytes : 0));
    what.mode = body_mode::on_accept;
    what.first_byte = 0;
    x_waiting[rank_of(what.cls)][!is_whole].push_back(handle);
    x_outgoing.emplace(
        handle, outgoing_entry{{std::move(what), std::move(body), fairness_key, now}, {}, {}});
    admit_waiting();
    return handle;
}

bool link_session::impl::try_mode(outgoing_entry& entry, body_mode mode, std::uint64_t first_byte) {
    auto& transfer = entry.transfer;
    transfer.set_mode(mode, first_byte);
    if (!has_room(transfer.offer().cls, transfer.is_large(), transfer.cost())) {
        return false;
    }
    x_credit_used += transfer.cost();
    ++x_open;
    x_open_large += transfer.is_large() ? 1 : 0;
    transfer.admit();
    return true;
}

//= LP-25
bool link_session::impl::try_early(outgoing_entry& entry) {
    const auto& offer = entry.transfer.offer();
    if (offer.body_bytes > limits::inline_body_bytes_max || offer.is_short) {
        return false;
    }
    const auto cost = offer.preamble.size() + offer.body_bytes;
    if (!has_early_room(offer.cls, cost) || !try_mode(entry, body_mode::with_offer, 0)) {
        return false;
    }
    ++x_early_transfers;
    x_early_cost += cost;
    return true;
}

//= LP-40
//= LP-44
bool link_session::impl::try_admit(outgoing_entry& entry) {
    if (!is_established()) {
        return try_early(entry);
    }
    const auto& offer = entry.transfer.offer();
    if (offer.body_bytes <= limits::inline_body_bytes_max) {
        const bool fits = offer.preamble.size() + offer.body_bytes <= usable_credit(offer.cls);
        return try_mode(entry, fits ? body_mode::with_offer : body_mode::on_accept, 0);
    }
    const auto partial = std::find_if(x_peer.partials.begin(), x_peer.partials.end(),
                                      [&](const auto& it) { return it.object == offer.object; });
    if (partial != x_peer.partials.end() && partial->durable_bytes > 0 &&
        partial->durable_bytes <= offer.body_bytes &&
        try_mode(entry, body_mode::resumed, partial->durable_bytes)) {
        x_peer.partials.erase(partial);
        return true;
    }
    return try_mode(entry, body_mode::on_accept, 0);
}

void link_session::impl::admit_waiting() {
    for (auto& lanes : x_waiting) {
        for (auto& queue : lanes) {
            while (!queue.empty() && may_offer() && x_next_wire + x_open < x_options.streams_max) {
                const auto handle = queue.front();
                auto& entry = x_outgoing.at(handle);
                if (!try_admit(entry)) {
                    break;
                }
                queue.pop_front();
                place(handle, entry);
            }
        }
    }
    if (x_room_was_asked && may_offer()) {
        x_room_was_asked = false;
        tell(session_event::can_offer_again{});
    }
}

/// Keeps a transfer in x_interleave exactly while it has something to write.
void link_session::impl::place(stream_id handle, outgoing_entry& entry) {
    const auto& transfer = entry.transfer;
    std::optional<ready_transfer> wanted;
    if (transfer.has_frame()) {
        const bool is_small =
            transfer.current() == outgoing_transfer::state::offering || !transfer.is_large();
        wanted = {handle, transfer.offer().cls, transfer.fairness_key(),
                  is_small ? lane::small : lane::large};
    }
    if (wanted == entry.queued) {
        return;
    }
    if (entry.queued) {
        x_interleave.remove(*entry.queued);
    }
    if (wanted) {
        x_interleave.add(*wanted);
    }
    entry.queued = wanted;
}

void link_session::impl::ask(stream_id handle, outgoing_entry& entry) {
    while (const auto wanted = entry.transfer.take_wanted()) {
        tell(session_event::need_data{handle, wanted->offset, wanted->bytes});
    }
}

void link_session::impl::supply(stream_id stream, std::uint64_t offset, bytes data) {
    const auto found = x_outgoing.find(stream);
    if (is_ended() || found == x_outgoing.end()) {
        return;
    }
    found->second.transfer.supply(offset, std::move(data));
    place(stream, found->second);
}

//= LP-51
bool link_session::impl::cancel(stream_id stream, errc code) {
    const auto found = x_outgoing.find(stream);
    if (is_ended() || found == x_outgoing.end()) {
        return false;
    }
    const bool leaves_all_the_same = x_out_completes == stream;
    if (const auto& wire = found->second.wire) {
        push_control(cancel_frame{*wire, code});
    }
    release(found);
    return leaves_all_the_same;
}

void link_session::impl::note_all_sent(stream_id handle, outgoing_entry& entry) {
    entry.transfer.mark_in_doubt();
    tell(session_event::all_sent{handle});
}

//= LP-52
link_session::impl::outgoing_map::iterator link_session::impl::find_answered(stream_id wire) {
    if (wire >= x_next_wire) {
        fail(errc::protocol_violation, "an answer to a stream that was never offered");
        return x_outgoing.end();
    }
    const auto found = x_wire.find(wire);
    return found == x_wire.end() ? x_outgoing.end() : x_outgoing.find(found->second);
}

void link_session::impl::handle_accept(const accept_frame& what) {
    const auto found = find_answered(what.stream);
    if (found == x_outgoing.end()) {
        return;
    }
    auto& [handle, entry] = *found;
    const auto cost = entry.transfer.cost();
    if (const auto error = entry.transfer.on_accept(what)) {
        return fail(errc_of(error), "an ACCEPT that does not fit its OFFER");
    }
    x_credit_used -= cost;
    tell(session_event::acknowledged{handle, what.offset});
    const bool leaves_later = x_out_completes == handle;  // Its last frame is being written.
    if (entry.transfer.all_written() && !leaves_later) {
        note_all_sent(handle, entry);
    }
    ask(handle, entry);
    place(handle, entry);
    admit_waiting();
}

void link_session::impl::handle_ack(const ack_frame& what) {
    const auto found = find_answered(what.stream);
    if (found == x_outgoing.end()) {
        return;
    }
    auto& [handle, entry] = *found;
    if (const auto error = entry.transfer.on_ack(what)) {
        return fail(errc_of(error), "an ACK that does not fit what was sent");
    }
    x_durable_progress = true;
    tell(session_event::acknowledged{handle, what.durable_bytes});
    ask(handle, entry);
    place(handle, entry);
}

//= LP-50
void link_session::impl::handle_commit(const commit_frame& what) {
    const auto found = find_answered(what.stream);
    if (found == x_outgoing.end()) {
        return;
    }
    if (!found->second.transfer.all_written()) {
        return fail(errc::protocol_violation, "a COMMIT before the last byte was sent");
    }
    x_durable_progress = true;
    tell(session_event::committed{found->first, what.exceptions});
    release(found);
}

void link_session::impl::handle_refuse(const refuse_frame& what) {
    const auto found = find_answered(what.stream);
    if (found == x_outgoing.end()) {
        return;
    }
    tell(session_event::refused{found->first, what.code, what.retry_after, what.exceptions,
                                found->second.transfer.all_written()});
    release(found);
}

void link_session::impl::release(outgoing_map::iterator found) {
    auto& [handle, entry] = *found;
    const auto& transfer = entry.transfer;
    if (transfer.current() == outgoing_transfer::state::waiting) {
        for (auto& queue : x_waiting[rank_of(transfer.offer().cls)]) {
            std::erase(queue, handle);
        }
    } else {
        x_credit_used -= transfer.cost();
        --x_open;
        x_open_large -= transfer.is_large() ? 1 : 0;
    }
    if (entry.queued) {
        x_interleave.remove(*entry.queued);
    }
    if (entry.wire) {
        x_wire.erase(*entry.wire);
    }
    x_outgoing.erase(found);
    if (x_next_wire >= x_options.streams_max && x_wire.empty()) {
        return goodbye(errc::shutting_down, std::chrono::seconds{0});
    }
    admit_waiting();
}

}  // namespace dhow::protocol
