// One simulated gateway: its sessions, its clock, its disk's space.
// Way of the message: see node.hpp.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see node.hpp.
#include "protocol/ensure.hpp"
#include "tests/sim/node.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
/// What a disk without troubles has left.
constexpr std::uint64_t free_bytes_max = 1ULL << 40U;
}  // namespace

protocol::milliseconds node::monotonic() const {
    return std::chrono::duration_cast<protocol::milliseconds>(x_clock.elapsed());
}

utc_time node::wall() const { return x_clock.now() + x_wall_error; }

void node::note_lag() {
    constexpr microseconds most = app::gateway_clock::agreement + app::gateway_clock::tolerance;
    const microseconds lag = x_clock.now() - now();
    const bool is_doubtful = x_own_clock->is_doubtful();
    if (is_doubtful && !x_lagged_in_doubt) {
        x_doubt_began = x_clock.elapsed();
    }
    if (x_lag && lag < *x_lag) {
        // What came in a doubt does not age by its end; what came before, under a time that was
        // believed and lagged by as much as witnesses may differ, does.
        const auto at = x_lagged_in_doubt ? x_doubt_began : x_clock.elapsed();
        x_corrections.push_back({at, std::min(*x_lag - lag, most)});
    }
    x_lag = lag;
    x_lagged_in_doubt = is_doubtful;
}

microseconds node::put_right_since(microseconds elapsed) const {
    microseconds sum{0};
    for (const auto& one : x_corrections) {
        sum += one.at >= elapsed ? one.by : microseconds{0};
    }
    return sum;
}

utc_time node::now() const { return x_own_clock->now(monotonic()); }

bool node::is_ahead() const { return now() > x_clock.now() + app::gateway_clock::agreement; }

void node::watch() {
    const heap_scope mine(x_setup.heap);
    x_clock.after(x_setup.limits.watch_interval, [this, life = x_life] {
        if (!is_alive() || life != x_life) {
            return;
        }
        look_at_disk();
        const auto before = now();
        x_own_clock->on_wall(wall(), monotonic());
        for (const auto& said : x_gateway->take_peer_clocks()) {
            x_own_clock->on_peer(said.peer, said.time, monotonic());
        }
        if (const auto jump = x_own_clock->take_jump()) {
            x_gateway->on_clock_jump(jump->from, jump->to);
        }
        const bool is_doubtful = x_own_clock->is_doubtful();
        if (is_doubtful != x_gateway->state().expiry_frozen) {
            note(is_doubtful ? "is in doubt of its clock" : "is sure of its clock");
        }
        x_gateway->freeze_expiry(is_doubtful);
        if (std::chrono::abs(now() - x_clock.now()) > std::chrono::hours{1}) {
            x_setup.watch->forget_counts(name());  // Its month may be another one.
        }
        x_gateway->tell_time(!x_own_clock->is_hearsay());
        if (now() != before) {
            x_wake_planned.reset();
        }
        note_lag();
        pump();
        watch();
    });
}

void node::look_at_disk() {
    const auto free = std::min(x_disk.free_bytes(), free_bytes_max);
    x_guard.on_measured(
        {.free_bytes = free,
         .total_bytes = free == free_bytes_max ? free_bytes_max : x_disk.used_bytes() + free,
         .free_inodes = 1,
         .total_inodes = 0});
    route::disk_state state;
    state.flash = x_guard.accepts(protocol::message_class::flash);
    state.urgent = x_guard.accepts(protocol::message_class::urgent);
    state.routine = x_guard.accepts(protocol::message_class::routine);
    state.bulk = x_guard.accepts(protocol::message_class::bulk);
    x_gateway->set_disk(state);
}

void node::set_free_space(std::optional<std::uint64_t> bytes) {
    x_disk.set_size(bytes ? x_disk.used_bytes() + *bytes
                          : std::numeric_limits<std::uint64_t>::max());
}

std::uint64_t node::connect(bureau_id peer, const std::string& link, bool is_dialler,
                            protocol::bytes exporter, const dial_purpose& what_for) {
    const heap_scope mine(x_setup.heap);
    x_gateway->note_time(now());
    const auto number = ++x_last_session;
    const auto& limits = x_setup.limits;
    protocol::session_options options;
    options.is_dialler = is_dialler;
    options.local = x_gateway->local_hello(peer);
    const auto trial = what_for.trial;
    options.local.is_trial = trial != 0;
    if (what_for.is_beside) {
        options.local.is_beside = true;
        options.local.partials.clear();
    }
    if (limits.granted_credit_bytes != 0) {
        options.local.inline_credit_bytes = limits.granted_credit_bytes;
    }
    options.exporter = std::move(exporter);
    options.implied_credit_bytes = limits.implied_credit_bytes;
    options.window_bytes = limits.window_bytes;
    options.frame_payload_bytes = limits.frame_payload_bytes;
    options.commit_wait = limits.commit_wait;
    const bool is_metered = std::ranges::any_of(
        x_setup.config->links, [&](const auto& one) { return one.peer == peer && one.metered; });
    options.ping_interval = protocol::milliseconds{is_metered ? -1 : 0};
    auto& made = x_sessions[number];
    made.peer = peer.text();
    made.session = std::make_unique<protocol::link_session>(std::move(options), now());
    using route::trial_step;
    for (const auto step :
         {trial_step::name, trial_step::tcp, trial_step::tls, trial_step::identity}) {
        if (trial != 0) {
            x_gateway->on_trial_step(trial, step, protocol::errc{}, "simulated");
        }
    }
    x_gateway->on_connected(number, peer, is_dialler ? link : "", is_dialler, *made.session, trial,
                            is_dialler ? "" : link);
    made.traffic.handshake_in = made.traffic.handshake_out = handshake_ip_bytes;
    count_traffic(number, handshake_ip_bytes, handshake_ip_bytes);
    return number;
}

void node::dial_failed(const std::string& link, const dial_purpose& what_for) {
    const heap_scope mine(x_setup.heap);
    x_gateway->note_time(now());
    if (what_for.trial != 0) {
        x_gateway->on_trial_step(what_for.trial, route::trial_step::tcp,
                                 protocol::errc::connect_failed, "refused");
    } else if (what_for.is_beside) {
        x_gateway->on_beside_failed(link, protocol::errc::connect_failed, "refused");
    } else {
        x_gateway->on_dial_failed(
            link,
            what_for.is_timed_out ? protocol::errc::timed_out : protocol::errc::connect_failed,
            what_for.is_timed_out ? "no answer" : "refused");
    }
    pump();
}

void node::network_changed() {
    const heap_scope mine(x_setup.heap);
    x_gateway->note_time(now());
    x_gateway->on_network_changed();
    pump();
}

void node::receive(std::uint64_t number, protocol::byte_view data) {
    const heap_scope mine(x_setup.heap);
    const auto found = x_sessions.find(number);
    if (!is_alive() || found == x_sessions.end()) {
        return;
    }
    x_gateway->note_time(now());
    count_traffic(number, ip_bytes(data.size()), 0);
    found->second.session->on_bytes(data, now());
    x_gateway->on_session_events(number);
    pump();
}

void node::written(std::uint64_t number) {
    if (is_alive() && x_sessions.contains(number)) {
        note_arrived(number);
        flush(number);
        pump();
    }
}

void node::disconnected(std::uint64_t number) {
    const heap_scope mine(x_setup.heap);
    const auto found = x_sessions.find(number);
    if (!is_alive() || found == x_sessions.end()) {
        return;
    }
    x_gateway->note_time(now());
    found->second.session->on_transport_closed(protocol::errc::connection_lost, now());
    x_gateway->on_disconnected(number);
    x_sessions.erase(found);
    pump();
}

void node::flush(std::uint64_t number) {
    const auto found = x_sessions.find(number);
    if (found == x_sessions.end()) {
        return;
    }
    auto& session = *found->second.session;
    // As daemon/link/send_pace has it once it knows the rate: an eighth of a second.
    const auto line = x_net.line_of(*this, number);
    const auto usual = x_setup.limits.frame_payload_bytes == 0
                           ? protocol::limits::frame_payload_bytes_max
                           : x_setup.limits.frame_payload_bytes;
    if (line && line->bytes_per_second / 8 < usual) {
        session.set_frame_payload(static_cast<std::size_t>(line->bytes_per_second / 8));
    }
    for (auto data = session.to_send(now()); !data.empty(); data = session.to_send(now())) {
        const auto count = x_net.send(*this, number, data);
        if (count == 0) {
            break;  // written() comes back when the pipe has room.
        }
        x_setup.book->on_written(name(), found->second.peer, number,
                                 x_net.other_end(*this, number).value_or(0), data.first(count));
        if (const auto* bearer = bearer_of(number)) {
            x_setup.watch->on_written(name(), *bearer, number, data.first(count), now());
        }
        count_traffic(number, 0, ip_bytes(count));
        found->second.written += count;
        session.mark_sent(count, now());
        x_gateway->on_session_events(number);
    }
}

const config::link* node::bearer_of(std::uint64_t number) const {
    const auto& sessions = x_gateway->state().sessions;
    const auto record = sessions.find(number);
    if (record == sessions.end()) {
        return nullptr;
    }
    const auto& links = x_gateway->state().config->links;
    const auto found = std::ranges::find(links, record->second.bearer, &config::link::name);
    return found == links.end() ? nullptr : &*found;
}

void node::count_traffic(std::uint64_t number, std::uint64_t in, std::uint64_t out) {
    auto& traffic = x_sessions.at(number).traffic;
    traffic.in += in;
    traffic.out += out;
    if (const auto* bearer = bearer_of(number)) {
        x_setup.watch->count(name(), bearer->name, in + out);
    }
}

void node::note_arrived(std::uint64_t number) {
    auto& open = x_sessions.at(number);
    if (const auto waits = x_net.in_pipe(*this, number)) {
        open.arrived = open.written - std::min(open.written, *waits);
    }
}

route::line_facts node::facts_of(std::uint64_t number) {
    route::line_facts out;
    if (const auto found = x_sessions.find(number); found != x_sessions.end()) {
        note_arrived(number);
        const auto line = x_net.line_of(*this, number).value_or(line_quality{});
        out.round_trip = out.usual_round_trip =
            std::chrono::duration_cast<protocol::milliseconds>(2 * line.latency);
        out.bytes_per_s = line.bytes_per_second;
        out.under_way_bytes = found->second.written - found->second.arrived;
        out.acknowledgements = found->second.arrived;
        out.traffic = found->second.traffic;
        out.traffic.payload_in = found->second.session->payload_read();
        out.traffic.payload_out = found->second.session->payload_written();
    }
    return out;
}

void node::plan_wake() {
    auto next = x_gateway->next_deadline();
    for (const auto& [number, open] : x_sessions) {
        const auto at = open.session->next_deadline();
        if (at && (!next || *at < *next)) {
            next = at;
        }
    }
    if (!next || (x_wake_planned && *x_wake_planned <= *next && *x_wake_planned > now())) {
        return;
    }
    x_wake_planned = next;
    const auto delay = std::max<microseconds>(*next - now(), microseconds{0});
    x_clock.after(delay, [this, life = x_life, planned = *next] {
        if (!is_alive() || life != x_life || x_wake_planned != planned) {
            return;  // Another one was planned instead.
        }
        x_wake_planned.reset();
        for (auto& [number, open] : x_sessions) {
            const auto at = open.session->next_deadline();
            if (at && *at <= now()) {
                open.session->on_deadline(now());
                x_gateway->on_session_events(number);
            }
        }
        pump();
    });
}

}  // namespace dhow::sim
