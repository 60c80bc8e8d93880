// Notices sessions of which something is expected and nothing comes.
// Way of the message: see silences.hpp.
// Pure. Net thread. What is dialled then is in peers_stalled.cpp.
// Spec: docs/decisions/0015-dead-paths.md. Tests: unit/route/silences_test.cpp, sim.
// Limits: see silences.hpp.
#include "daemon/route/silences.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

// The queue counts at its whole length: what is acknowledged of it is heard of meanwhile.
milliseconds silence_allowed(const line_facts& line) {
    const milliseconds round_trip = std::max(line.round_trip, line.usual_round_trip);
    const auto rate = std::max(line.bytes_per_s, limits::stall_rate_min);
    const auto most = rate * static_cast<std::uint64_t>(limits::stall_drain_max.count()) / 1000;
    const auto queued = std::min(line.under_way_bytes, most);
    const milliseconds drain{static_cast<milliseconds::rep>(queued * 1000 / rate)};
    return std::max(limits::stall_time_min, limits::stall_round_trips * round_trip) + drain;
}

line_facts silences::facts_of(session_number number) const {
    return x_core.outside.line ? x_core.outside.line(number) : line_facts{};
}

bool silences::has_flash(bureau_id peer) const {
    return x_out.has_flash(peer) || (x_flash_waits && x_flash_waits(peer));
}

void silences::on_events(session_number number) {
    auto& record = x_core.sessions.at(number);
    auto& silence = record.silence;
    if (record.is_trial || record.is_beside || record.session->is_ended()) {
        return;
    }
    if (silence.stalled_since) {
        look_for_life(record);
    } else {
        silence.heard_at = std::max(silence.heard_at, record.session->heard_at());
    }
    if (!silence.look_at) {
        silence.quiet_at = silence.watched_since = x_core.now;
        silence.look_at = x_core.now + limits::stall_look;
    }
}

/// PONG it must be. Other bytes, or acknowledgements of ours, tell of one direction alone: in the
/// other TCP may wait for a minute to repeat what was lost, and a new connection is faster.
void silences::look_for_life(session_record& record) {
    auto& silence = record.silence;
    if (record.session->is_asking()) {
        return;
    }
    silence.heard_at = x_core.now;
    silence.stalled_since.reset();
    x_core.out.log(log_level::info, "session-heard",
                   "peer " + std::string(record.peer.text()) + " answers again");
    x_peers.on_heard(record.peer);
}

void silences::on_deadline() {
    for (auto& [number, record] : x_core.sessions) {
        if (record.silence.look_at && *record.silence.look_at <= x_core.now) {
            look(number, record);
        }
    }
}

std::optional<utc_time> silences::next_deadline() const {
    std::optional<utc_time> first;
    for (const auto& [number, record] : x_core.sessions) {
        const auto at = record.silence.look_at;
        first = at && (!first || *at < *first) ? at : first;
    }
    return first;
}

void silences::look(session_number number, session_record& record) {
    auto& silence = record.silence;
    // The driver tells of events before it tells the time: what was written then was written now,
    // or so late as nobody looked.
    const auto due = std::exchange(silence.look_at, std::nullopt);
    if (due && x_core.now > *due + limits::stall_look) {
        silence.quiet_at = silence.watched_since = x_core.now;
    }
    if (record.session->is_ended()) {
        return;
    }
    auto line = facts_of(number);
    if (std::exchange(silence.acknowledgements, line.acknowledgements) != line.acknowledgements) {
        silence.heard_at = x_core.now;
        silence.bytes_per_s = 0;
    }
    // While nothing is acknowledged the measured rate falls, and says nothing of the line.
    silence.bytes_per_s = std::max(silence.bytes_per_s, line.bytes_per_s);
    line.bytes_per_s = silence.bytes_per_s;
    if (silence.stalled_since) {
        look_for_life(record);
    }
    if (line.under_way_bytes > 0 || record.session->is_asking()) {
        silence.look_at = x_core.now + limits::stall_look;
        return judge(number, record, line);
    }
    silence.quiet_at = x_core.now;
    // All is with the peer's kernel, and its answer may be lost with the path.
    const bool is_answer_due =
        record.established && record.session->open_transfers() > 0 && x_out.has_flash(record.peer);
    if (is_answer_due) {
        silence.look_at = x_core.now + limits::stall_look;
        const auto silent_since = std::max(silence.heard_at, silence.watched_since);
        if (x_core.now - silent_since >= silence_allowed(line)) {
            x_core.session(number)->ask(x_core.now);
        }
    }
}

void silences::judge(session_number number, session_record& record, const line_facts& line) {
    auto& silence = record.silence;
    const auto silent_since = std::max(silence.heard_at, silence.quiet_at);
    if (!silence.stalled_since && x_core.now - silent_since < silence_allowed(line)) {
        return;
    }
    if (!record.established) {
        if (record.is_dialler) {
            x_dead.push_back(number);
        }
        return;
    }
    if (!silence.stalled_since) {
        silence.stalled_since = silent_since;
        x_core.session(number)->ask(x_core.now);
        x_core.count.stalls += 1;
        x_core.out.log(log_level::notice, "session-stalled",
                       "peer " + std::string(record.peer.text()) + ": nothing heard since " +
                           protocol::to_text(silent_since));
    }
    x_peers.on_stalled(record.peer, has_flash(record.peer));
}

}  // namespace dhow::route
