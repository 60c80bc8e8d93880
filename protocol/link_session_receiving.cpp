// The peer's offers: what is let in, given to the route core, and answered.
// Way of the message: peer -> TLS -> [link_session] -> route -> store.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#transfers. Tests: unit/protocol/link_session*, fuzz/session_pair*.
// Limits: our credit and windows, transfers_max, large_transfers_max, gather_time_max.
#include "protocol/ensure.hpp"
#include "protocol/link_session_impl.hpp"

#include <algorithm>

namespace dhow::protocol {

//= LP-53
bool link_session::impl::is_busy_for(const incoming_transfer& transfer) const {
    return x_incoming.size() >= limits::transfers_max ||
           (transfer.is_large() && x_incoming_large >= limits::large_transfers_max);
}

//= LP-41
//= LP-43
void link_session::impl::handle_offer(const offer_frame& what) {
    if (what.stream != x_next_incoming) {
        return fail(errc::protocol_violation, "a stream number out of turn");
    }
    ++x_next_incoming;
    incoming_transfer transfer{what};
    if (is_busy_for(transfer)) {
        return push_control(refuse_frame{what.stream, errc::busy, std::chrono::seconds{1}, {}});
    }
    const auto credit =
        std::max(x_options.implied_credit_bytes, x_options.local.inline_credit_bytes);
    if (transfer.cost() > credit - std::min<std::uint64_t>(credit, x_credit_given)) {
        return fail(errc::credit_exceeded, "an OFFER beyond the credit");
    }
    x_credit_given += transfer.cost();
    x_incoming_large += transfer.is_large() ? 1 : 0;
    x_incoming.emplace(what.stream, incoming_entry{std::move(transfer)});
    tell(session_event::offer_received{what, what.mode == body_mode::with_offer});
}

//= LP-52
link_session::impl::incoming_map::iterator link_session::impl::find_named(stream_id stream) {
    if (stream >= x_next_incoming) {
        fail(errc::protocol_violation, "a frame for a stream that was never offered");
        return x_incoming.end();
    }
    return x_incoming.find(stream);
}

//= LP-45
void link_session::impl::handle_data(const data_frame& what, utc_time now) {
    const auto found = find_named(what.stream);
    if (found == x_incoming.end()) {
        return;
    }
    auto& transfer = found->second.transfer;
    x_payload_read += what.payload.size();
    if (const auto error = transfer.on_data(what)) {
        return fail(errc_of(error), "DATA that does not fit its transfer");
    }
    give_out(what.stream, transfer, false);
    if (transfer.is_large() && transfer.has_gathered() && !x_gathering_since) {
        x_gathering_since = now;
    }
}

void link_session::impl::give_out(stream_id stream, incoming_transfer& transfer, bool flush) {
    while (auto piece = transfer.take_piece(flush)) {
        tell(session_event::data_received{stream, piece->offset, std::move(piece->payload)});
        if (transfer.all_received() && !transfer.has_gathered()) {
            tell(session_event::body_received{stream});
        }
    }
}

//= LP-62, LP-63, LP-73
void link_session::impl::flush_gathered() {
    x_gathering_since.reset();
    for (auto& [stream, entry] : x_incoming) {
        if (entry.transfer.is_large()) {
            give_out(stream, entry.transfer, true);
        }
    }
}

void link_session::impl::handle_cancel(const cancel_frame& what) {
    const auto found = find_named(what.stream);
    if (found == x_incoming.end()) {
        return;
    }
    if (found->second.transfer.is_large()) {
        give_out(what.stream, found->second.transfer, true);
    }
    tell(session_event::peer_cancelled{what.stream, what.code});
    close_incoming(found);
}

void link_session::impl::close_incoming(incoming_map::iterator found) {
    x_credit_given -= found->second.transfer.cost();
    x_incoming_large -= found->second.transfer.is_large() ? 1 : 0;
    x_incoming.erase(found);
}

//= LP-44
void link_session::impl::accept(stream_id stream, std::uint64_t offset, utc_time now) {
    const auto found = x_incoming.find(stream);
    if (is_ended() || found == x_incoming.end() || found->second.transfer.is_accepted()) {
        return;
    }
    auto& transfer = found->second.transfer;
    const auto cost = transfer.cost();
    if (!transfer.accept(offset, x_options.window_bytes)) {
        refuse(stream, errc::busy, std::chrono::seconds{0}, {});
        return is_ended() ? void() : tell(session_event::peer_cancelled{stream, errc::busy});
    }
    x_credit_given -= cost;
    push_control(accept_frame{stream, offset, x_options.window_bytes});
    if (is_ended()) {
        return;  // Too many answers wait to be read.
    }
    if (transfer.all_received() && !transfer.has_gathered()) {
        tell(session_event::body_received{stream});
    }
    give_out(stream, transfer, false);
    if (transfer.has_gathered() && !x_gathering_since) {
        x_gathering_since = now;
    }
}

//= LP-47
void link_session::impl::on_durable(stream_id stream, std::uint64_t durable_bytes) {
    const auto found = x_incoming.find(stream);
    if (is_ended() || found == x_incoming.end()) {
        return;
    }
    auto& entry = found->second;
    if (!entry.transfer.on_durable(durable_bytes)) {
        return;
    }
    x_durable_progress = true;
    if (!entry.ack_is_due) {
        entry.ack_is_due = true;
        x_acks.push_back(stream);
    }
}

/// A peer that may be short of credit or streams hears at once what it has back.
bool link_session::impl::may_wait(const incoming_transfer& done) const {
    const auto credit = x_credit_given + x_commits_credit;  // As the peer counts, with this one.
    return x_options.commit_wait > milliseconds{0} && !done.is_large() &&
           credit < x_options.implied_credit_bytes / 2 &&
           x_incoming.size() + x_commits.size() < limits::transfers_max / 2 &&
           x_commits.size() < limits::commits_together_max;
}

//= LP-49, LP-55
void link_session::impl::commit(stream_id stream, std::vector<recipient_answer> exceptions,
                                utc_time now) {
    const auto found = x_incoming.find(stream);
    if (is_ended() || found == x_incoming.end()) {
        return;
    }
    DHOW_ENSURE(found->second.transfer.is_accepted() && found->second.transfer.all_received());
    const bool waits = may_wait(found->second.transfer);
    const auto credit = found->second.transfer.cost();
    close_incoming(found);
    x_durable_progress = true;
    if (!waits) {
        release_commits();
        push_control(commit_frame{stream, std::move(exceptions)});
    } else if (is_read()) {
        append_frame(x_commits.emplace_back(), commit_frame{stream, std::move(exceptions)});
        x_commits_credit += credit;
        x_commits_since = x_commits_since.value_or(now);
    }
}

void link_session::impl::refuse(stream_id stream, errc code, std::chrono::seconds retry_after,
                                std::vector<recipient_answer> exceptions) {
    const auto found = x_incoming.find(stream);
    if (is_ended() || found == x_incoming.end()) {
        return;
    }
    close_incoming(found);
    push_control(refuse_frame{stream, code, retry_after, std::move(exceptions)});
}

}  // namespace dhow::protocol
