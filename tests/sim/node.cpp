// One simulated gateway.
// Way of the message: see node.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see node.hpp.
#include "tests/sim/node.hpp"

#include "protocol/ensure.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>

namespace dhow::sim {

namespace command = route::command;

namespace {
constexpr microseconds read_time{30};
constexpr microseconds crypto_time{150};
}  // namespace

node::node(node_setup setup, clockwork& clock, network& net, prng& random, std::string disk_name)
    : x_setup(std::move(setup)),
      x_clock(clock),
      x_net(net),
      x_random(random),
      x_disk(std::move(disk_name), random.next()) {}

node::~node() = default;

template <class Function>
void node::later(microseconds delay, Function what) {
    x_clock.after(delay, [this, life = x_life, what = std::move(what)]() mutable {
        if (is_alive() && life == x_life) {
            what();
            pump();
        }
    });
}

void node::open_store() {
    store::sqlite_options options;
    options.path = x_setup.name + ".db";
    options.vfs = x_disk.vfs_name();
    for (auto& byte : options.instance.value) {
        byte = static_cast<std::uint8_t>(x_random.next());
    }
    options.space = [] { return store::disk_space{1ULL << 40U, 1ULL << 40U}; };
    options.synchronous = x_setup.synchronous;
    x_store = store::sqlite_store::open(std::move(options));
}

void node::start() {
    DHOW_ENSURE(!is_alive());
    ++x_life;
    x_sessions.clear();
    x_batch.clear();
    x_committing = false;
    x_wake_planned.reset();
    open_store();
    auto reply = ask(store::query::load_start{});
    const auto& meta = std::get<store::answer::start>(reply).meta;
    auto sealer = std::make_unique<tests::plain_sealer>(x_setup.config->bureau, x_setup.directory,
                                                        *x_setup.hash, x_random.next());
    route::gateway_start from;
    from.outside.hash = x_setup.hash;
    from.outside.fill_random = [this](std::span<std::uint8_t> out) {
        for (auto& byte : out) {
            byte = static_cast<std::uint8_t>(x_random.next());
        }
    };
    from.outside.index_of = [one = sealer.get()](protocol::byte_view value) {
        return one->index_of(value);
    };
    from.config = x_setup.config;
    from.directory = x_setup.directory;
    from.instance = *protocol::from_hex<protocol::instance_id>(meta.at("instance"));
    from.epoch = std::stoull(meta.at("epoch"));
    from.random = [this] { return x_random.fraction(); };
    from.now = x_clock.now();
    x_sealer = std::move(sealer);
    x_gateway = std::make_unique<route::gateway>(std::move(from));
    x_gateway->start();
    pump();
}

void node::crash() {
    DHOW_ENSURE(is_alive());
    ++x_life;
    ++x_crashes;
    x_gateway.reset();
    x_sessions.clear();
    x_batch.clear();
    x_net.drop(*this);
    x_disk.crash();  // What the dead process does from now on reaches no disk.
    x_store.reset();
    x_disk.restart();
}

store::reply node::ask(const store::question& what) {
    auto reply = x_store->ask(what);
    DHOW_ENSURE(reply.has_value());
    return std::move(*reply);
}

void node::request(const route::caller& who, route::api_request what,
                   std::function<void(route::api_response)> answer) {
    x_gateway->request(who, std::move(what), std::move(answer));
    pump();
}

void node::pump() {
    if (x_pumping || !is_alive()) {
        return;
    }
    x_pumping = true;
    x_gateway->advance(x_clock.now());
    for (bool again = true; again;) {
        again = false;
        while (auto next = x_gateway->next_command()) {
            run(std::move(*next));
            again = true;
        }
        for (const auto number : x_gateway->take_touched()) {
            flush(number);
            again = true;
        }
    }
    x_pumping = false;
    plan_wake();
}

void node::run(route::commands what) {
    const auto visit = [this](auto& one) {
        using kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<kind, command::apply>) {
            x_batch.push_back(std::move(one.what));
            if (!x_committing) {
                x_committing = true;
                later(microseconds{x_random.between(100, 4000)}, [this] { commit_batch(); });
            }
        } else if constexpr (std::is_same_v<kind, command::ask>) {
            later(read_time, [this, one] {
                auto reply = ask(one.what);
                x_gateway->on_answered(one.number, reply);
            });
        } else if constexpr (std::is_same_v<kind, command::run>) {
            later(crypto_time, [this, one] {
                auto outcome = x_sealer->run(one.what);
                x_gateway->on_sealed(one.number, outcome);
            });
        } else if constexpr (std::is_same_v<kind, command::dial>) {
            auto* to = x_resolve(one.peer);
            DHOW_ENSURE(to != nullptr);
            x_net.dial(*this, *to, one.link);
        } else if constexpr (std::is_same_v<kind, command::close_session>) {
            flush(one.session);
            later(microseconds{0}, [this, number = one.session] {
                x_net.close(*this, number);
                disconnected(number);
            });
        } else if (x_setup.note) {
            x_setup.note(x_setup.name + ": " + one.id + ": " + one.text);
        }
    };
    std::visit(visit, what);
}

void node::commit_batch() {
    auto batch = std::exchange(x_batch, {});
    auto results = x_store->apply(batch);
    DHOW_ENSURE(results.has_value());
    // The answer may be lost with the power although the commit is on disk: that is decided by when
    // the next crash falls.
    later(microseconds{x_random.between(10, 500)}, [this, found = std::move(*results)] {
        x_committing = false;
        x_gateway->on_stored(found);
        if (!x_batch.empty() && !x_committing) {
            x_committing = true;
            later(microseconds{x_random.between(100, 4000)}, [this] { commit_batch(); });
        }
    });
}

std::uint64_t node::connect(bureau_id peer, const std::string& link, bool is_dialler,
                            protocol::bytes exporter) {
    const auto number = ++x_last_session;
    protocol::session_options options;
    options.is_dialler = is_dialler;
    options.local = x_gateway->local_hello(peer);
    options.exporter = std::move(exporter);
    auto& session = x_sessions[number];
    session = std::make_unique<protocol::link_session>(std::move(options), x_clock.now());
    x_gateway->on_connected(number, peer, link, is_dialler, *session);
    return number;
}

void node::dial_failed(const std::string& link) {
    x_gateway->on_dial_failed(link, protocol::errc::connect_failed, "refused");
    pump();
}

void node::receive(std::uint64_t number, protocol::byte_view data) {
    const auto found = x_sessions.find(number);
    if (!is_alive() || found == x_sessions.end()) {
        return;
    }
    found->second->on_bytes(data, x_clock.now());
    x_gateway->on_session_events(number);
    pump();
}

void node::written(std::uint64_t number) {
    if (is_alive() && x_sessions.contains(number)) {
        flush(number);
        pump();
    }
}

void node::disconnected(std::uint64_t number) {
    const auto found = x_sessions.find(number);
    if (!is_alive() || found == x_sessions.end()) {
        return;
    }
    found->second->on_transport_closed(protocol::errc::connection_lost, x_clock.now());
    x_gateway->on_disconnected(number);
    x_sessions.erase(found);
    pump();
}

void node::flush(std::uint64_t number) {
    const auto found = x_sessions.find(number);
    if (found == x_sessions.end()) {
        return;
    }
    for (auto data = found->second->to_send(x_clock.now()); !data.empty();
         data = found->second->to_send(x_clock.now())) {
        const auto count = x_net.send(*this, number, data);
        if (count == 0) {
            break;  // written() comes back when the pipe has room.
        }
        found->second->mark_sent(count, x_clock.now());
        x_gateway->on_session_events(number);
    }
}

void node::plan_wake() {
    auto next = x_gateway->next_deadline();
    for (const auto& [number, session] : x_sessions) {
        const auto at = session->next_deadline();
        if (at && (!next || *at < *next)) {
            next = at;
        }
    }
    if (!next || (x_wake_planned && *x_wake_planned <= *next && *x_wake_planned > x_clock.now())) {
        return;
    }
    x_wake_planned = next;
    x_clock.at(*next, [this, life = x_life] {
        if (!is_alive() || life != x_life) {
            return;
        }
        x_wake_planned.reset();
        for (auto& [number, session] : x_sessions) {
            const auto at = session->next_deadline();
            if (at && *at <= x_clock.now()) {
                session->on_deadline(x_clock.now());
                x_gateway->on_session_events(number);
            }
        }
        pump();
    });
}

}  // namespace dhow::sim
