// One simulated gateway: start, store, commands of the core.
// Way of the message: see node.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md. Tests: sim. Sessions and time are in node_links.cpp.
// Limits: see node.hpp.
#include "tests/sim/node.hpp"

#include "daemon/store/store_thread.hpp"
#include "protocol/ensure.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>

namespace dhow::sim {

namespace command = route::command;

namespace {
constexpr microseconds read_time{30};
constexpr microseconds crypto_time{150};
/// How soon the service manager starts what has ended.
constexpr microseconds restart_after = std::chrono::seconds{5};
constexpr std::uint64_t plenty = 1ULL << 40U;
}  // namespace

node::node(node_setup setup, clockwork& clock, network& net, prng& random, std::string disk_name)
    : x_setup(std::move(setup)),
      x_clock(clock),
      x_net(net),
      x_random(random),
      x_disk(std::move(disk_name), random.next()) {}

node::~node() = default;

void node::note(const std::string& what) const {
    const heap_scope nobodys(nullptr);
    if (x_setup.note) {
        x_setup.note(x_setup.name, what);
    }
}

template <class Function>
void node::later(microseconds delay, Function what) {
    x_clock.after(delay, [this, life = x_life, what = std::move(what)]() mutable {
        if (is_alive() && life == x_life) {
            what();
            pump();
        }
    });
}

bool node::open_store() {
    store::sqlite_options options;
    options.path = x_setup.name + ".db";
    options.vfs = x_disk.vfs_name();
    for (auto& byte : options.instance.value) {
        byte = static_cast<std::uint8_t>(x_random.next());
    }
    options.epoch = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(x_clock.now().time_since_epoch()).count());
    options.space = [] { return store::disk_space{plenty, plenty}; };
    options.synchronous = x_setup.synchronous;
    try {
        x_store = store::sqlite_store::open(std::move(options));
        return true;
    } catch (const std::exception& error) {
        note(std::string("cannot start: ") + error.what());
        x_store.reset();
        return false;
    }
}

void node::start() {
    const heap_scope mine(x_setup.heap);
    DHOW_ENSURE(!is_alive());
    ++x_life;
    x_sessions.clear();
    x_queue.clear();
    x_questions.clear();
    x_submitted = x_applied = 0;
    x_committing = false;
    x_commits_left = 0;
    x_pumping = false;
    x_wake_planned.reset();
    x_guard = store::disk_guard{};
    if (open_store()) {
        auto reply = x_store->ask(store::query::load_start{});
        if (reply) {
            start_core(std::get<store::answer::start>(*reply).meta);
            return;
        }
        x_store.reset();
    }
    x_clock.after(restart_after, [this, life = x_life] {
        if (!is_alive() && life == x_life) {
            start();
        }
    });
}

void node::start_core(const std::map<std::string, std::string>& meta) {
    const auto stored = meta.find("last_time");
    x_own_clock.emplace(app::gateway_clock::readings{
        .wall = wall(),
        .monotonic = monotonic(),
        .stored = stored == meta.end() ? std::nullopt : protocol::parse_utc(stored->second),
        .newest_signed = x_setup.directory->head.issued});
    auto sealer = x_setup.make_sealer(x_random.next());
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
    from.outside.line = [this](std::uint64_t number) { return facts_of(number); };
    if (x_setup.limits.loaded_per_class != 0) {
        from.outside.loaded_per_class = x_setup.limits.loaded_per_class;
    }
    if (x_setup.limits.mark_rows_ahead != 0) {
        from.outside.mark_rows_ahead = x_setup.limits.mark_rows_ahead;
    }
    if (x_setup.limits.dial_gap.count() != 0) {
        from.outside.pace = {.at_once = 1, .gap = x_setup.limits.dial_gap};
    }
    if (x_setup.limits.courier_receipt_lifetime.count() != 0) {
        from.outside.courier_receipt_lifetime = x_setup.limits.courier_receipt_lifetime;
    }
    from.config = x_setup.config;
    from.directory = x_setup.directory;
    from.instance = *protocol::from_hex<protocol::instance_id>(meta.at("instance"));
    from.epoch = std::stoull(meta.at("epoch"));
    from.random = [this] { return x_random.fraction(); };
    from.now = now();
    note_lag();
    x_sealer = std::move(sealer);
    tell_sealer();
    x_gateway = std::make_unique<route::gateway>(std::move(from));
    x_gateway->freeze_expiry(x_own_clock->is_doubtful());
    x_gateway->tell_time(!x_own_clock->is_hearsay());
    x_gateway->start();
    look_at_disk();
    watch();
    pump();
}

void node::crash() {
    DHOW_ENSURE(is_alive());
    ++x_life;
    ++x_crashes;
    x_setup.watch->forget_counts(name());  // What it had not read when it died is not counted.
    x_gateway.reset();
    x_sessions.clear();
    x_queue.clear();
    x_questions.clear();
    x_net.drop(*this);
    x_disk.crash();  // What the dead process does from now on reaches no disk.
    x_store.reset();
    x_disk.restart();
}

void node::after_commits(std::uint64_t commits, std::function<void()> what) {
    x_commits_left = commits;
    x_after_commits = std::move(what);
}

void node::switch_off() {
    if (is_alive()) {
        crash();
    } else {
        ++x_life;  // Whoever wanted to start it again does not.
    }
}

bool node::back_up() {
    const std::string copy = x_setup.name + ".backup";
    x_disk.remove(copy);
    store::answer::backup made;
    while (!made.done && made.error.empty()) {
        made = std::get<store::answer::backup>(ask(store::query::back_up{copy}));
    }
    if (made.done) {
        x_backup = x_disk.content(copy);
        x_setup.book->on_backed_up(*this);
    }
    x_disk.remove(copy);
    if (!made.done) {
        note("no backup: " + made.error);
    }
    return made.done;
}

void node::restore() {
    switch_off();
    x_disk.put(x_setup.name + ".db", x_backup);
    x_setup.book->on_restored(*this);
    x_was_restored = true;
    start();
}

void node::on_store_failed() {
    note("the store failed (" + x_store->trouble() + "); the daemon ends");
    ++x_store_failures;
    --x_crashes;  // Counted apart.
    crash();
    x_clock.after(restart_after, [this, life = x_life] {
        if (!is_alive() && life == x_life) {
            note("starts again");
            start();
        }
    });
}

store::reply node::ask(const store::question& what) {
    x_disk.pause_faults(true);  // They are for the gateway, not for whoever looks over it.
    auto reply = x_store->ask(what);
    x_disk.pause_faults(false);
    DHOW_ENSURE(reply.has_value());
    return std::move(*reply);
}

void node::request(const route::caller& who, route::api_request what,
                   std::function<void(route::api_response)> answer) {
    const heap_scope mine(x_setup.heap);
    x_gateway->note_time(now());
    x_gateway->request(who, std::move(what), std::move(answer));
    pump();
}

void node::tell_sealer() const {
    if (auto* plain = dynamic_cast<tests::plain_sealer*>(x_sealer.get())) {
        plain->replace_directory(x_setup.directory);
    }
}

void node::take_directory(std::shared_ptr<const protocol::directory> newer) {
    const heap_scope mine(x_setup.heap);
    x_setup.directory = std::move(newer);
    if (is_alive()) {
        tell_sealer();
        x_gateway->reload(x_setup.config, x_setup.directory, {});
        pump();
    }
}

void node::reload(std::shared_ptr<const config::gateway> config) {
    const heap_scope mine(x_setup.heap);
    x_setup.config = config;
    x_gateway->reload(std::move(config), x_setup.directory, {});
    pump();
}

void node::pump() {
    const heap_scope mine(x_setup.heap);
    if (x_pumping || !is_alive()) {
        return;
    }
    x_pumping = true;
    x_gateway->advance(now());
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
    x_setup.book->on_memory(x_setup.name, x_setup.heap->peak_bytes);
}

void node::run(route::commands what) {
    const auto visit = [this](auto& one) {
        using kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<kind, command::apply>) {
            x_queue.push_back(std::move(one.what));
            ++x_submitted;
            commit_soon();
        } else if constexpr (std::is_same_v<kind, command::ask>) {
            run(one);
        } else if constexpr (std::is_same_v<kind, command::run>) {
            later(crypto_time, [this, one] {
                auto outcome = x_sealer->run(one.what);
                x_gateway->on_sealed(one.number, outcome);
            });
        } else if constexpr (std::is_same_v<kind, command::dial>) {
            auto* to = x_resolve(one.peer);
            DHOW_ENSURE(to != nullptr);
            x_net.dial(*this, *to, one.link, {one.trial, one.is_beside, one.again_after});
        } else if constexpr (std::is_same_v<kind, command::close_session>) {
            flush(one.session);
            later(microseconds{0}, [this, number = one.session] {
                x_net.close(*this, number);
                disconnected(number);
            });
        } else if (one.level != route::log_level::debug) {
            note(one.id + ": " + one.text);
            if (one.id == "session-ended") {
                x_setup.book->on_session_ended(name(), one.text);
            }
        }
    };
    std::visit(visit, what);
}

// As the store's thread: a question is answered after what was submitted before it.
void node::run(command::ask& what) {
    if (x_applied < x_submitted) {
        x_questions.push_back({x_submitted, what.number, std::move(what.what)});
        return;
    }
    later(read_time, [this, what = std::move(what)] {
        auto reply = x_store->ask(what.what);
        if (reply) {
            x_gateway->on_answered(what.number, *reply);
        } else {
            on_store_failed();
        }
    });
}

void node::commit_soon() {
    if (!x_committing) {
        x_committing = true;
        later(microseconds{x_random.between(100, x_setup.limits.commit_time_max_us)},
              [this] { commit_batch(); });
    }
}

std::vector<store::transaction> node::cut_batch() {
    std::vector<store::transaction> out;
    store::commit_batcher batcher(x_setup.limits.batch);
    const store::commit_batcher::time_point any{};
    while (!x_queue.empty()) {
        const auto& next = x_queue.front();
        if (!batcher.fits(next.changes.size(), store::bytes_of(next)) ||
            batcher.must_cut(any, true)) {
            break;
        }
        batcher.on_transaction(next.changes.size(), store::bytes_of(next), next.at_once, any);
        out.push_back(std::move(x_queue.front()));
        x_queue.pop_front();
    }
    return out;
}

// Nothing: the store failed.
std::optional<std::vector<node::answered_question>> node::answer_waiting() {
    std::vector<answered_question> out;
    while (!x_questions.empty() && x_questions.front().after <= x_applied) {
        auto reply = x_store->ask(x_questions.front().what);
        if (!reply) {
            return std::nullopt;
        }
        out.push_back({x_questions.front().number, std::move(*reply)});
        x_questions.pop_front();
    }
    return out;
}

void node::commit_batch() {
    const heap_scope mine(x_setup.heap);
    const auto batch = cut_batch();
    auto results = x_store->apply(batch);
    if (!results) {
        on_store_failed();
        return;
    }
    x_applied += batch.size();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto status = (*results)[i].status;
        if (status == store::transaction_status::committed) {
            x_setup.book->on_committed(*this, batch[i]);
        } else if (status != store::transaction_status::conflict) {
            note("not written: " + (*results)[i].detail);
        }
    }
    auto answers = answer_waiting();
    if (!answers || !x_store->maintain()) {
        on_store_failed();
        return;
    }
    if (x_commits_left != 0 && --x_commits_left == 0) {
        std::exchange(x_after_commits, nullptr)();
        if (!is_alive()) {
            return;
        }
    }
    // The answer may be lost with the power although the commit is on disk: that is decided by when
    // the next crash falls.
    later(microseconds{x_random.between(10, 500)},
          [this, found = std::move(*results), answers = std::move(*answers)]() mutable {
              x_committing = false;
              x_gateway->on_stored(found);
              for (auto& one : answers) {
                  x_gateway->on_answered(one.number, one.what);
              }
              if (!x_queue.empty()) {
                  commit_soon();
              }
          });
}

}  // namespace dhow::sim
