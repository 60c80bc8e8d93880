// Bytes from the peer to frames, and frames to whom they concern; how a session ends.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#session. Tests: unit/protocol/link_session*, fuzz/session_pair*.
// Limits: one frame and, before HELLO is verified, the implied credit and its frame heads are held.
#include "protocol/link_session_impl.hpp"

namespace dhow::protocol {

void link_session::impl::on_bytes(byte_view received, utc_time now) {
    if (is_ended()) {
        return;
    }
    x_last_received = now;
    if (x_in.empty()) {
        const auto rest = received.subspan(parse(received, now));
        x_in.assign(rest.begin(), rest.end());
    } else {
        x_in.insert(x_in.end(), received.begin(), received.end());
        const auto used = parse(x_in, now);
        x_in.erase(x_in.begin(), x_in.begin() + static_cast<std::ptrdiff_t>(used));
    }
    //= LP-24
    const auto held_max =
        x_options.implied_credit_bytes + limits::held_heads_bytes_max + limits::frame_length_max;
    if (is_holding() && x_in.size() > held_max) {
        fail(errc::credit_exceeded, "more than the implied credit before HELLO was verified");
    }
}

/// Until the peer's HELLO is verified; a listener also until its own stands in front of all that it
/// writes, so that a GOODBYE without HELLO says that nothing was acted on.
bool link_session::impl::is_holding() const {
    const bool is_unheard = is_established() && !x_options.is_dialler && !x_hello_queued;
    return x_phase == phase::verifying || is_unheard;
}

void link_session::impl::handle_held(utc_time now) {
    const bytes held = std::exchange(x_in, {});
    on_bytes(held, now);
}

std::size_t link_session::impl::parse(byte_view input, utc_time now) {
    std::size_t used = 0;
    while (!is_holding() && !is_ended()) {
        const auto decoded = decode_frame(input.subspan(used));
        if (!decoded) {
            fail(errc_of(decoded.error()), "a frame cannot be read");
            break;
        }
        if (!decoded->value) {
            break;
        }
        used += decoded->consumed_bytes;
        handle(*decoded->value, now);
    }
    return is_ended() ? input.size() : used;
}

void link_session::impl::handle(const frame& what, utc_time now) {
    if (const auto* last = std::get_if<goodbye_frame>(&what)) {
        return handle_goodbye(*last);
    }
    //= LP-23
    const auto* greeting = std::get_if<hello_frame>(&what);
    if ((greeting != nullptr) != (x_phase == phase::greeting)) {
        return fail(errc::protocol_violation,
                    greeting != nullptr ? "a second HELLO" : "a frame before HELLO");
    }
    if (greeting != nullptr) {
        return handle_hello(*greeting);
    }
    struct {
        impl& self;
        utc_time now;
        void operator()(const hello_frame&) const {}
        void operator()(const goodbye_frame&) const {}
        void operator()(const unknown_frame&) const {}
        void operator()(const offer_frame& it) const { self.handle_offer(it); }
        void operator()(const accept_frame& it) const { self.handle_accept(it); }
        void operator()(const data_frame& it) const { self.handle_data(it, now); }
        void operator()(const ack_frame& it) const { self.handle_ack(it); }
        void operator()(const commit_frame& it) const { self.handle_commit(it); }
        void operator()(const refuse_frame& it) const { self.handle_refuse(it); }
        void operator()(const cancel_frame& it) const { self.handle_cancel(it); }
        void operator()(const ping_frame& it) const { self.handle_ping(it, now); }
        void operator()(const pong_frame& it) const { self.handle_pong(it, now); }
    } const handler{*this, now};
    std::visit(handler, what);
}

//= LP-61
void link_session::impl::handle_goodbye(const goodbye_frame& what) {
    session_end how{make_error_code(what.code), "the peer said goodbye", what.reconnect_after};
    how.nothing_taken = x_phase == phase::greeting;
    how.by_goodbye = true;
    finish(std::move(how), std::nullopt);
}

void link_session::impl::on_transport_closed(boost::system::error_code why) {
    if (!is_ended()) {
        finish({why, "the connection closed", {}, false}, std::nullopt);
    }
    x_control.clear();
    x_out.clear();
    x_out_sent = 0;
}

//= LP-60
void link_session::impl::fail(errc code, std::string detail) {
    if (!is_ended()) {
        finish({make_error_code(code), std::move(detail), {}, false},
               goodbye_frame{code, std::chrono::seconds{0}});
    }
}

void link_session::impl::finish(session_end how, std::optional<goodbye_frame> last) {
    flush_gathered();
    release_commits();  // They were given before GOODBYE.
    if (last && x_out_completes) {
        // The frame under way goes whole, so the peer gets the whole body.
        if (const auto place = x_outgoing.find(*x_out_completes); place != x_outgoing.end()) {
            note_all_sent(place->first, place->second);
        }
    }
    x_phase = phase::ended;
    x_pong.reset();
    x_acks.clear();
    if (!x_hello_queued || !last) {
        x_control.clear();
    }
    if (last) {
        append_frame(x_control.emplace_back(), *last);
    } else {
        x_out.clear();
        x_out_sent = 0;
    }
    how.durable_progress = x_durable_progress;
    tell(session_event::ended{std::move(how)});
}

std::optional<session_events> link_session::impl::next_event() {
    if (x_events.empty()) {
        return std::nullopt;
    }
    std::optional<session_events> out{std::move(x_events.front())};
    x_events.pop_front();
    return out;
}

}  // namespace dhow::protocol
