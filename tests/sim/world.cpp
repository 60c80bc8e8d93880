// A run of the simulator.
// Way of the message: see world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see world.hpp.
#include "tests/sim/world.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/people.hpp"
#include "tests/support/plain_sealer.hpp"

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

constexpr utc_time simulated_start{std::chrono::milliseconds{1'795'543'798'000}};  // November 2026
constexpr microseconds bad_days = 20min;
constexpr microseconds nag_interval = 5s;
/// Healing is given this long; the slowest way to the truth is one send-again after ten minutes.
constexpr microseconds healing = 6h;

/// One federation under one seed.
class world {
public:
    explicit world(const world_options& options)
        : x_options(options),
          x_random(options.seed),
          x_clock(simulated_start),
          x_net(x_clock, x_random),
          x_people(x_clock, x_random) {}

    verdict run() {
        build();
        draw_faults();
        x_people.plan(senders(), x_options.messages, bad_days);
        nag();
        run_until(bad_days);
        heal();
        const auto end = x_clock.elapsed() + healing;
        do {
            run_until(x_clock.elapsed() + 60s);
        } while (x_clock.elapsed() < end && !is_settled());
        return judge();
    }

private:
    void build() {
        const std::vector<std::string> bureaus{"ZW", "MU", "KE"};
        std::vector<protocol::bureau_id> all;
        for (const auto& name : bureaus) {
            all.push_back(*protocol::bureau_id::parse(name));
        }
        all.push_back(*protocol::bureau_id::parse("IPSG"));
        auto directory = tests::make_plain_directory(all, x_hash);
        for (auto& entry : directory.entries) {
            if (entry.bureau.text() == "IPSG") {
                entry.role = protocol::bureau_role::general_secretariat;
            }
        }
        const auto shared = std::make_shared<const protocol::directory>(std::move(directory));
        for (const auto& config : make_federation(bureaus, "IPSG")) {
            const std::string name(config->bureau.text());
            x_nodes.push_back(std::make_unique<node>(
                node_setup{name, config, shared, &x_hash,
                           [this](const std::string& text) { note(text); }, x_options.synchronous},
                x_clock, x_net, x_random, "sim-" + name));
        }
        for (auto& one : x_nodes) {
            one->set_resolver([this](protocol::bureau_id who) { return find(who); });
            one->start();
        }
    }

    node* find(protocol::bureau_id who) {
        for (auto& one : x_nodes) {
            if (one->name() == who.text()) {
                return one.get();
            }
        }
        return nullptr;
    }

    std::vector<node*> senders() {
        std::vector<node*> out;
        for (auto& one : x_nodes) {
            out.push_back(one.get());
        }
        return out;
    }

    /// A random subset of faults, so that each is also seen without the others.
    void draw_faults() {
        x_net.faults.latency =
            microseconds{static_cast<std::int64_t>(x_random.between(1'000, 750'000))};
        x_net.faults.bytes_per_second = x_random.between(1'200, 2'000'000);
        if (!x_options.faults) {
            return;
        }
        if (x_random.chance(0.6)) {
            x_net.faults.cut_every =
                microseconds{static_cast<std::int64_t>(x_random.between(2, 120)) * 1'000'000};
        }
        x_net.faults.refuse_dial = x_random.chance(0.4) ? 0.3 : 0.0;
        x_net.faults.split = x_random.chance(0.2) ? 0.2 : 0.0;
        x_net.faults.half_open = x_random.chance(0.4) ? 0.5 : 0.0;
        if (x_random.chance(0.7)) {
            plan_crash(x_random.between(5, 300));
        }
        if (x_random.chance(0.4)) {
            plan_partition();
        }
    }

    void plan_crash(std::uint64_t mean_seconds) {
        const auto wait =
            microseconds{static_cast<std::int64_t>(x_random.between(1, mean_seconds * 2'000'000))};
        x_clock.after(wait, [this, mean_seconds] {
            if (x_healing) {
                return;
            }
            auto& victim = *x_nodes[x_random.below(x_nodes.size())];
            if (victim.is_alive()) {
                note("crash " + victim.name());
                victim.crash();
                const auto rest =
                    microseconds{static_cast<std::int64_t>(x_random.between(1'000, 60'000'000))};
                x_clock.after(rest, [this, &victim] { revive(victim); });
            }
            plan_crash(mean_seconds);
        });
    }

    void revive(node& one) {
        if (!one.is_alive()) {
            note("start " + one.name());
            one.start();
        }
    }

    void plan_partition() {
        const auto wait = microseconds{static_cast<std::int64_t>(x_random.between(1, 300'000'000))};
        x_clock.after(wait, [this] {
            if (x_healing) {
                return;
            }
            const auto& away = x_nodes[x_random.below(x_nodes.size() - 1)]->name();
            note("partition " + away);
            x_net.partitions.insert({away, "IPSG"});
            x_net.cut_all();
            x_clock.after(microseconds{static_cast<std::int64_t>(x_random.between(1, 300'000'000))},
                          [this, away] { x_net.partitions.erase({away, "IPSG"}); });
            plan_partition();
        });
    }

    void heal() {
        x_healing = true;
        note("healing");
        x_net.faults = network_faults{};
        x_net.partitions.clear();
        x_net.cut_all();
        for (auto& one : x_nodes) {
            revive(*one);
        }
    }

    void nag() {
        x_clock.after(nag_interval, [this] {
            x_people.nag();
            nag();
        });
    }

    void run_until(microseconds end) {
        while (x_clock.elapsed() < end && x_clock.step()) {
            x_hash_so_far =
                (x_hash_so_far ^ static_cast<std::uint64_t>(x_clock.elapsed().count())) *
                0x100000001b3ULL;
        }
    }

    bool is_settled() {
        return x_people.all_accepted() && check_deliveries(x_people, senders()).empty();
    }

    verdict judge() {
        verdict out;
        if (!x_people.all_accepted()) {
            out.problems.push_back("a submission was never accepted, though all was healed");
        }
        auto found = check_deliveries(x_people, senders());
        out.problems.insert(out.problems.end(), found.begin(), found.end());
        found = check_contents(x_people, senders(), x_clock);
        out.problems.insert(out.problems.end(), found.begin(), found.end());
        out.ok = out.problems.empty();
        out.messages = x_people.wishes().size();
        for (const auto& one : x_people.wishes()) {
            out.deliveries += one->to.size();
        }
        for (const auto& one : x_nodes) {
            out.crashes += one->crashes();
        }
        out.cuts = x_net.cuts();
        out.steps = x_clock.steps();
        out.simulated = std::chrono::duration_cast<protocol::milliseconds>(x_clock.elapsed());
        out.trace_hash = x_hash_so_far;
        return out;
    }

    void note(const std::string& text) {
        for (const char c : text) {
            x_hash_so_far = (x_hash_so_far ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
        }
        if (x_options.trace != nullptr) {
            *x_options.trace << protocol::to_text(x_clock.now()) << "  " << text << '\n';
        }
    }

    world_options x_options;
    seal::openssl_hasher x_hash;
    prng x_random;
    clockwork x_clock;
    network x_net;
    std::vector<std::unique_ptr<node>> x_nodes;
    people x_people;
    bool x_healing = false;
    std::uint64_t x_hash_so_far = 0xcbf29ce484222325ULL;
};
}  // namespace

verdict run_world(const world_options& options) { return world(options).run(); }

}  // namespace dhow::sim
