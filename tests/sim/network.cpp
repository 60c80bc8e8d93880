// A faulty network in virtual time.
// Way of the message: see network.hpp.
// Pure. Simulated.
// Spec: docs/simulator.md. Tests: sim.
// Limits: line_quality::pipe_bytes.
#include "tests/sim/network.hpp"

#include "protocol/limits.hpp"
#include "tests/sim/heap.hpp"

namespace dhow::sim {

namespace {
/// How long one side goes on without hearing that the other is gone; sessions notice by themselves
/// before.
constexpr microseconds deaf_time{600'000'000};
/// Neither end of a connection.
constexpr std::size_t no_side = 2;
constexpr std::size_t packet_bytes = 1'400;
/// TCP's least time before it sends again (RFC 6298 has 1 s, kernels 200 ms), twice as long after
/// each packet that is lost once more.
constexpr microseconds resend_min{200'000};
constexpr unsigned resends_max = 6;
constexpr microseconds resend_max{120'000'000};
/// The kernel's first repetition of a SYN, twice as long each time; and how far two may be apart
/// where further ones go out.
constexpr microseconds syn_again{1'000'000};
constexpr microseconds syn_gap_max{2'000'000};
}  // namespace

std::uint64_t ip_bytes(std::size_t payload_bytes) {
    constexpr std::size_t headers = 52;
    return payload_bytes + headers * (1 + payload_bytes / packet_bytes);
}

bool network::separated(const endpoint& a, const endpoint& b) const {
    return partitions.contains({a.name(), b.name()}) || partitions.contains({b.name(), a.name()});
}

line_quality network::quality_of(const std::string& link, bool is_up) const {
    if (const auto found = lines.find(link); found != lines.end()) {
        auto out = found->second;
        if (is_up && out.up_bytes_per_second > 0) {
            out.bytes_per_second = out.up_bytes_per_second;
        }
        if (is_up && out.up_pipe_bytes > 0) {
            out.pipe_bytes = out.up_pipe_bytes;
        }
        return out;
    }
    const bool is_other = is_up && faults.up_bytes_per_second > 0;
    return {faults.latency, is_other ? faults.up_bytes_per_second : faults.bytes_per_second};
}

void network::dial(endpoint& from, endpoint& to, const std::string& link,
                   const dial_purpose& what_for) {
    if (on_dial) {
        on_dial(from);
    }
    knock what{&from, &to, link, what_for, from.life(), x_random.chance(faults.refuse_dial),
               {},    {}};
    what.begun = x_clock.elapsed();
    what.again = what_for.again_after.count() > 0 ? syn_gap_max : syn_again;
    x_clock.after(2 * quality_of(link, true).latency, [this, what] { on_syn(what); });
}

/// One of them gets through, unless the line is silent.
void network::on_syn(knock what) {
    auto& from = *what.from;
    if (!from.is_alive() || from.life() != what.life) {
        return;
    }
    const bool is_lost = silent_links.contains({from.name(), what.link});
    const microseconds most = protocol::limits::connect_time_max;
    if (is_lost && x_clock.elapsed() + what.again < what.begun + most) {
        const auto wait = what.again;
        what.again *= what.what_for.again_after.count() > 0 ? 1 : 2;
        x_clock.after(wait, [this, what] { on_syn(what); });
    } else if (is_lost || what.fails || !what.to->is_listening() || separated(from, *what.to) ||
               dead_links.contains({from.name(), what.link})) {
        what.what_for.is_timed_out = is_lost;
        from.dial_failed(what.link, what.what_for);
    } else {
        begin(what);
    }
}

void network::begin(const knock& what) {
    auto& from = *what.from;
    auto& to = *what.to;
    const auto id = ++x_next;
    protocol::bytes exporter(32);
    for (auto& byte : exporter) {
        byte = static_cast<std::uint8_t>(x_random.next());
    }
    auto& made = x_connections[id];
    made.link = what.link;
    const auto peer_of = [](const endpoint& other) {
        return *protocol::bureau_id::parse(other.name());
    };
    made.ends[0].owner = &from;
    made.ends[0].number = from.connect(peer_of(to), what.link, true, exporter, what.what_for);
    const auto came_to = what.link.starts_with(satellite) ? satellite : std::string{};
    made.ends[1].owner = &to;
    made.ends[1].number = to.connect(peer_of(from), came_to, false, exporter, {});
    x_by_end[{&from, made.ends[0].number}] = id;
    x_by_end[{&to, made.ends[1].number}] = id;
    if (faults.cut_every.count() > 0) {
        const auto mean = static_cast<double>(faults.cut_every.count());
        const auto life_us = static_cast<std::int64_t>(mean * 2 * x_random.fraction()) + 1000;
        x_clock.after(microseconds{life_us}, [this, id] { cut(id, true); });
    }
    from.pump();
    to.pump();
}

std::optional<std::uint64_t> network::other_end(endpoint& from, std::uint64_t number) const {
    const auto found = x_by_end.find({&from, number});
    if (found == x_by_end.end()) {
        return std::nullopt;
    }
    const auto& ends = x_connections.at(found->second).ends;
    const bool is_first = ends[0].owner == &from && ends[0].number == number;
    return ends[is_first ? 1 : 0].number;
}

std::optional<std::uint64_t> network::in_pipe(endpoint& from, std::uint64_t number) const {
    const auto found = x_by_end.find({&from, number});
    if (found == x_by_end.end()) {
        return std::nullopt;
    }
    const auto& ends = x_connections.at(found->second).ends;
    const bool is_first = ends[0].owner == &from && ends[0].number == number;
    return ends[is_first ? 0 : 1].in_pipe;
}

std::optional<line_quality> network::line_of(endpoint& from, std::uint64_t number) const {
    const auto found = x_by_end.find({&from, number});
    if (found == x_by_end.end()) {
        return std::nullopt;
    }
    const auto& made = x_connections.at(found->second);
    const bool is_first = made.ends[0].owner == &from && made.ends[0].number == number;
    return quality_of(made.link, is_first);
}

std::size_t network::send(endpoint& from, std::uint64_t number, protocol::byte_view data) {
    const heap_scope nobodys(nullptr);
    const auto found = x_by_end.find({&from, number});
    if (found == x_by_end.end()) {
        return data.size();  // Into the void: this side has not heard of the end.
    }
    const auto id = found->second;
    auto& made = x_connections.at(id);
    const std::size_t side = made.ends[0].owner == &from && made.ends[0].number == number ? 0 : 1;
    auto& mine = made.ends[side];
    const auto line = quality_of(made.link, side == 0);
    const auto room = line.pipe_bytes - std::min(line.pipe_bytes, mine.in_pipe);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, data.size()));
    if (count == 0) {
        return 0;
    }
    mine.in_pipe += count;
    const auto line_time = microseconds{static_cast<std::int64_t>(
        static_cast<std::uint64_t>(count) * 1'000'000 / line.bytes_per_second)};
    mine.line_free_at =
        std::max(mine.line_free_at, x_clock.elapsed()) + line_time + stall(count, line);
    const auto delay = mine.line_free_at - x_clock.elapsed() + line.latency;
    protocol::bytes copy(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(count));
    x_clock.after(delay, [this, id, side, copy = std::move(copy)]() mutable {
        arrive(id, side, std::move(copy));
    });
    return count;
}

// What comes behind a lost packet waits for it: bytes arrive in order, late.
microseconds network::stall(std::size_t bytes, const line_quality& on) {
    microseconds out{0};
    const auto loss = on.loss.value_or(faults.loss);
    for (std::size_t at = 0; loss > 0 && at < bytes; at += packet_bytes) {
        auto wait = 2 * on.latency + resend_min;
        for (unsigned i = 0; i < resends_max && x_losses.chance(loss); ++i) {
            out += wait;
            wait *= 2;
        }
    }
    return out;
}

bool network::is_silent(const connection& one) const {
    return one.is_forgotten || silent_links.contains({one.ends[0].owner->name(), one.link});
}

void network::arrive(std::uint64_t id, std::size_t side, protocol::bytes data) {
    const auto found = x_connections.find(id);
    if (found == x_connections.end() || found->second.is_forgotten) {
        return;
    }
    auto& lost = found->second.ends[side].lost;
    if (lost.empty() && !is_silent(found->second)) {
        return deliver(id, side, data);
    }
    lost.push_back(std::move(data));
    if (lost.size() == 1) {
        const auto latency = quality_of(found->second.link, side == 0).latency;
        send_again(id, side, 2 * latency + resend_min);
    }
}

/// After a time that is twice as long with each loss, as TCP does it; then all that waits.
void network::send_again(std::uint64_t id, std::size_t side, microseconds wait) {
    x_clock.after(wait, [this, id, side, wait] {
        const auto found = x_connections.find(id);
        if (found == x_connections.end()) {
            return;
        }
        if (is_silent(found->second)) {
            return send_again(id, side, std::min(2 * wait, resend_max));
        }
        for (const auto& data : std::exchange(found->second.ends[side].lost, {})) {
            deliver(id, side, data);
        }
    });
}

void network::deliver(std::uint64_t id, std::size_t side, const protocol::bytes& data) {
    const auto found = x_connections.find(id);
    if (found == x_connections.end()) {
        return;
    }
    auto& sender = found->second.ends[side];
    const auto receiver = found->second.ends[1 - side];
    sender.in_pipe -= std::min<std::uint64_t>(sender.in_pipe, data.size());
    auto* writer = sender.owner;
    const auto writer_number = sender.number;
    protocol::byte_view rest(data);
    while (!rest.empty() && x_connections.contains(id)) {
        const bool split = x_random.chance(faults.split);
        const auto count =
            split ? std::min<std::size_t>(rest.size(), x_random.between(1, 7)) : rest.size();
        receiver.owner->receive(receiver.number, rest.first(count));
        rest = rest.subspan(count);
    }
    if (x_connections.contains(id)) {
        writer->written(writer_number);
    }
}

void network::close(endpoint& from, std::uint64_t number) {
    const auto found = x_by_end.find({&from, number});
    if (found == x_by_end.end()) {
        return;
    }
    const auto id = found->second;
    const auto& made = x_connections.at(id);
    const bool is_first = made.ends[0].owner == &from && made.ends[0].number == number;
    end(id, is_silent(made) ? (is_first ? 1 : 0) : no_side);
}

void network::cut(std::uint64_t id, bool may_be_half_open) {
    if (x_connections.contains(id)) {
        const bool half = may_be_half_open && x_random.chance(faults.half_open);
        end(id, half ? x_random.below(2) : no_side);
    }
}

void network::end(std::uint64_t id, std::size_t deaf_side) {
    ++x_cuts;
    const auto ends = x_connections.at(id).ends;
    x_connections.erase(id);
    for (std::size_t side = 0; side < 2; ++side) {
        const auto& one = ends[side];
        x_by_end.erase({one.owner, one.number});
        const auto life = one.owner->life();
        const auto when = side == deaf_side ? deaf_time : microseconds{0};
        x_clock.after(when, [owner = one.owner, number = one.number, life] {
            if (owner->is_alive() && owner->life() == life) {
                owner->disconnected(number);
            }
        });
    }
}

void network::cut_if(const std::function<bool(const connection&)>& is_out, bool may_be_half_open) {
    std::vector<std::uint64_t> ids;
    for (const auto& [id, made] : x_connections) {
        if (is_out(made)) {
            ids.push_back(id);
        }
    }
    for (const auto id : ids) {
        cut(id, may_be_half_open);
    }
}

void network::drop(endpoint& dead) {
    cut_if(
        [&](const connection& one) {
            return one.ends[0].owner == &dead || one.ends[1].owner == &dead;
        },
        true);
}

void network::cut_all() {
    cut_if([](const connection&) { return true; }, false);
}

void network::cut_link(const std::string& dialler, const std::string& link) {
    cut_if(
        [&](const connection& one) {
            return one.ends[0].owner->name() == dialler && one.link == link;
        },
        true);
}

void network::silence_link(const std::string& dialler, const std::string& link) {
    silent_links.insert({dialler, link});
    for (auto& [id, made] : x_connections) {
        const bool is_over_it = made.ends[0].owner->name() == dialler && made.link == link;
        made.is_forgotten = made.is_forgotten || is_over_it;
    }
}

void network::mend_link(const std::string& dialler, const std::string& link) {
    silent_links.erase({dialler, link});
    dead_links.erase({dialler, link});
}

}  // namespace dhow::sim
