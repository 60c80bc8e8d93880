// Deadlines of a session: handshake, silence, sign of life, gathered bytes.
// Way of the message: route -> [link_session] -> TLS -> peer's [link_session] -> route.
// Pure: no I/O, no clock. Runs on the net thread.
// Spec: docs/link-protocol.md#times. Tests: unit/protocol/link_session_test.cpp, sim.
// Limits: handshake_time_max, ping_interval, silence_time_max, gather_time_max.
#include "protocol/link_session_impl.hpp"

#include <algorithm>

namespace dhow::protocol {

//= LP-71
utc_time link_session::impl::silence_deadline() const {
    const auto since = x_ping ? std::min(x_expecting_since, x_ping->at) : x_expecting_since;
    return std::max({since, x_last_received, x_last_sent}) + limits::silence_time_max;
}

//= LP-72
std::optional<utc_time> link_session::impl::ping_deadline() const {
    if (x_ping) {
        return std::nullopt;
    }
    std::optional<utc_time> out;
    if (x_options.ping_interval >= milliseconds{0}) {
        out = std::max(x_last_received, x_last_sent) + x_options.ping_interval;
    }
    if (is_expecting()) {
        const auto half = silence_deadline() - limits::silence_time_max / 2;
        out = out ? std::min(*out, half) : half;
    }
    return out;
}

std::optional<utc_time> link_session::impl::next_deadline() const {
    if (is_ended()) {
        return std::nullopt;
    }
    if (!is_established()) {
        return x_started + limits::handshake_time_max;
    }
    std::optional<utc_time> out = ping_deadline();
    const auto take = [&out](utc_time other) { out = out ? std::min(*out, other) : other; };
    if (is_expecting()) {
        take(silence_deadline());
    }
    if (x_gathering_since) {
        take(*x_gathering_since + limits::gather_time_max);
    }
    if (x_commits_since) {
        take(*x_commits_since + x_options.commit_wait);
    }
    return out;
}

//= LP-70
void link_session::impl::on_deadline(utc_time now) {
    if (is_ended()) {
        return;
    }
    if (!is_established()) {
        if (now >= x_started + limits::handshake_time_max) {
            fail(errc::timed_out, "no verified HELLO in time");
        }
        return;
    }
    if (x_gathering_since && now >= *x_gathering_since + limits::gather_time_max) {
        flush_gathered();
    }
    if (x_commits_since && now >= *x_commits_since + x_options.commit_wait) {
        release_commits();
    }
    if (is_expecting() && now >= silence_deadline()) {
        return fail(errc::timed_out, "no sign of life from the peer");
    }
    if (const auto due = ping_deadline(); due && now >= *due) {
        ask(now);
    }
}

void link_session::impl::ask(utc_time now) {
    if (!is_established() || x_ping) {
        return;
    }
    if (!is_expecting()) {
        x_expecting_since = now;
    }
    x_ping = open_ping{x_next_token++, now};
    push_control(ping_frame{x_ping->token, x_tells_time ? now : utc_time{}});
}

//= LP-74
void link_session::impl::handle_ping(const ping_frame& what, utc_time now) {
    tell(session_event::peer_time{what.time, milliseconds{0}});
    x_pong = pong_frame{what.token, x_tells_time ? now : utc_time{}};
}

void link_session::impl::handle_pong(const pong_frame& what, utc_time now) {
    if (!x_ping || x_ping->token != what.token) {
        return;
    }
    tell(session_event::peer_time{what.time, now - x_ping->at});
    x_ping.reset();
}

}  // namespace dhow::protocol
