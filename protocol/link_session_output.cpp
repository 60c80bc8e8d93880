// What is written next: HELLO, control frames, acknowledgements, then what interleave chooses.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#order. Tests: unit/protocol/link_session*, fuzz/session_pair*.
// Limits: one frame at a time; control_frames_max wait.
#include "protocol/ensure.hpp"
#include "protocol/link_session_impl.hpp"

#include <algorithm>

namespace dhow::protocol {

byte_view link_session::impl::to_send(utc_time now) {
    if (x_out_sent == x_out.size()) {
        x_out.clear();
        x_out_sent = 0;
        write_next(now);
    }
    return byte_view{x_out}.subspan(x_out_sent);
}

void link_session::impl::mark_sent(std::size_t count, utc_time now) {
    DHOW_ENSURE(count <= x_out.size() - x_out_sent);
    x_out_sent += count;
    x_last_sent = now;
    if (x_out_sent < x_out.size() || !x_out_completes || is_ended()) {
        return;
    }
    const auto place = x_outgoing.find(*x_out_completes);
    x_out_completes.reset();
    if (place != x_outgoing.end()) {
        note_all_sent(place->first, place->second);
    }
}

void link_session::impl::set_frame_payload(std::size_t payload_bytes) {
    x_options.frame_payload_bytes =
        std::clamp(payload_bytes, limits::frame_bytes_min, limits::frame_payload_bytes_max);
}

void link_session::impl::goodbye(errc code, std::chrono::seconds reconnect_after) {
    if (!is_ended()) {
        finish({make_error_code(code), "we said goodbye", {}, false},
               goodbye_frame{code, reconnect_after});
    }
}

//= LP-54
void link_session::impl::push_control(const frame& what) {
    if (is_read()) {
        append_frame(x_control.emplace_back(), what);
    }
}

/// Whether the peer reads what we answer; else the session failed.
bool link_session::impl::is_read() {
    const bool out = x_control.size() + x_commits.size() < limits::control_frames_max;
    if (!out) {
        fail(errc::credit_exceeded, "the peer does not read what we answer");
    }
    return out;
}

//= LP-30
void link_session::impl::write_next(utc_time now) {
    if (!x_hello_queued && !is_ended()) {
        return;
    }
    if (!write_control() && !is_ended()) {
        write_transfer(now);
    }
}

/// COMMITs that waited for company wait no more.
void link_session::impl::release_commits() {
    for (auto& one : std::exchange(x_commits, {})) {
        x_control.push_back(std::move(one));
    }
    x_commits_since.reset();
    x_commits_credit = 0;
}

bool link_session::impl::write_control() {
    if (!x_commits.empty() && (!x_control.empty() || x_pong || !x_acks.empty() || next_allowed())) {
        release_commits();
    }
    if (!x_control.empty()) {
        x_out = std::move(x_control.front());
        x_control.pop_front();
        return true;
    }
    if (x_pong) {
        append_frame(x_out, *x_pong);
        x_pong.reset();
        return true;
    }
    //= LP-48
    while (!x_acks.empty()) {
        const auto stream = x_acks.front();
        x_acks.pop_front();
        const auto place = x_incoming.find(stream);
        if (place != x_incoming.end()) {
            place->second.ack_is_due = false;
            append_frame(x_out, ack_frame{stream, place->second.transfer.durable_bytes(),
                                          x_options.window_bytes});
            return true;
        }
    }
    return false;
}

/// What peer and allowance let into one DATA frame of the class.
std::uint64_t link_session::impl::payload_room(message_class cls) const {
    const std::uint64_t peer_max = is_established() ? std::uint64_t{x_peer.frame_bytes_max}
                                                    : limits::frame_payload_bytes_max;
    if (!x_allowance.is_metered[static_cast<std::size_t>(cls)]) {
        return peer_max;
    }
    const auto room = x_allowance.bytes -
                      std::min<std::uint64_t>(x_allowance.bytes, limits::offer_head_bytes_max);
    return std::min(peer_max, room);
}

/// Of a DATA frame of the class; 0: none fits. Near the end of an allowance frames become shorter,
/// or a fast line could make no use of what is left.
std::size_t link_session::impl::payload_max(message_class cls) const {
    const std::size_t usual =
        is_established()
            ? std::min<std::size_t>(x_options.frame_payload_bytes, x_peer.frame_bytes_max)
            : x_options.frame_payload_bytes;
    if (!x_allowance.is_metered[static_cast<std::size_t>(cls)]) {
        return usual;
    }
    const auto room = payload_room(cls);
    const auto least = std::min(usual, limits::frame_bytes_min);
    return room < least ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(usual, room));
}

/// A rest that is shorter than a quarter of a frame goes along with the last one: alone it would
/// cost a TLS record and perhaps a packet.
std::size_t link_session::impl::payload_for(const outgoing_transfer& transfer) const {
    const auto cls = transfer.offer().cls;
    const auto usual = payload_max(cls);
    const auto left = transfer.offer().body_bytes - transfer.written_bytes();
    const bool is_last = left <= usual + usual / 4 && left <= payload_room(cls);
    return is_last ? static_cast<std::size_t>(left) : usual;
}

/// Whose turn it is among those whose next frame fits the allowance.
std::optional<ready_transfer> link_session::impl::next_allowed() const {
    interleave::class_set shut{};
    auto next = x_interleave.next();
    while (next) {
        const auto which = static_cast<std::size_t>(next->cls);
        const auto& transfer = x_outgoing.at(next->stream).transfer;
        const bool is_offer = transfer.current() == outgoing_transfer::state::offering;
        const auto offer_bytes_most =
            limits::offer_head_bytes_max + transfer.offer().preamble.size();
        const bool fits =
            is_offer ? offer_bytes_most <= x_allowance.bytes : payload_max(next->cls) > 0;
        if (!x_allowance.is_metered[which] || fits) {
            break;
        }
        shut[which] = true;
        next = x_interleave.next(shut);
    }
    return next;
}

//= LP-31
void link_session::impl::write_transfer(utc_time now) {
    const auto next = next_allowed();
    if (!next) {
        return;
    }
    auto& entry = x_outgoing.at(next->stream);
    auto& transfer = entry.transfer;
    if (transfer.current() == outgoing_transfer::state::offering) {
        if (x_wire.empty()) {
            x_expecting_since = now;
        }
        entry.wire = x_next_wire++;
        x_wire.emplace(*entry.wire, next->stream);
        append_frame(x_out, transfer.take_offer(*entry.wire, now));
    } else {
        const auto data = transfer.next_data(payload_for(transfer));
        append_frame(x_out, data);
        x_payload_written += data.payload.size();
        transfer.mark_written(data.payload.size());
    }
    if (transfer.all_written()) {
        x_out_completes = next->stream;
    }
    if (x_allowance.is_metered[static_cast<std::size_t>(next->cls)]) {
        x_allowance.bytes -= std::min<std::uint64_t>(x_allowance.bytes, x_out.size());
    }
    x_interleave.charge(*next, x_out.size());
    ask(next->stream, entry);
    place(next->stream, entry);
}

}  // namespace dhow::protocol
