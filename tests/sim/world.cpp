// A run of the simulator.
// Way of the message: see world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see world.hpp.
#include "tests/sim/world.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/couriers.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/operators.hpp"
#include "tests/sim/rotations.hpp"
#include "tests/sim/stranger.hpp"
#include "tests/sim/weather.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>
#include <iomanip>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

constexpr utc_time simulated_start{std::chrono::milliseconds{1'795'543'798'000}};  // November 2026
constexpr microseconds bad_days = 20min;
constexpr microseconds nag_interval = 5s;
constexpr microseconds inbox_interval = 30s;
/// Long after the bad days, when little comes.
constexpr microseconds quiet_inbox_interval = 5min;
/// Healing is given this long; the slowest way to the truth is a look at what expired in doubt,
/// every 6 hours, and a second one that finds the answer.
constexpr microseconds healing = 14h;
/// Longer than any stick is on its way, with its receipts; short enough to end within `healing`.
constexpr std::chrono::hours courier_receipt_lifetime{4};
/// Of one minute, or ten, of healing. Whole runs that passed were seen to take up to 2 million
/// steps, runs that went round in circles 42 and 71 million.
constexpr std::uint64_t steps_max = 3'000'000;
/// Of all of it.
constexpr std::uint64_t healing_steps_max = 6'000'000;

/// One federation under one seed.
class world {
public:
    explicit world(const world_options& options)
        : x_options(options),
          x_random(options.seed),
          x_own_random(options.seed ^ 0x62656172'65727321ULL),
          x_size_random(options.seed ^ 0x6c617267'65212121ULL),
          x_hard_random(options.seed ^ 0x68617264'21212121ULL),
          x_clock(simulated_start),
          x_net(x_clock, x_random, prng(options.seed ^ 0x6c6f7373'21212121ULL)),
          x_book(x_clock),
          x_people(x_clock, x_random, x_book, noter()),
          x_operators(x_clock, x_random, prng(options.seed ^ 0x726f7574'65212121ULL),
                      prng(options.seed ^ 0x6c696e6b'73212121ULL), x_people, noter()),
          x_couriers(x_clock, prng(options.seed ^ 0x636f7572'69657221ULL), noter()),
          x_rotations(x_clock, prng(options.seed ^ 0x6b657973'6e657774ULL), x_hash, noter()),
          x_weather(x_clock, x_random, x_net, noter()) {}

    verdict run() {
        build();
        x_weather.draw_lines();
        habits drawn;
        if (x_options.faults) {
            drawn = {x_random.chance(0.5), x_random.chance(0.4), x_random.chance(0.3)};
            if (x_is_narrow) {
                drawn.text_bytes_max = 20'000;
                drawn.attaches = false;
            } else if (x_is_rush) {
                drawn.rush = prng(x_options.seed ^ 0x72757368'68757273ULL);
            }
            if (prng recalls(x_options.seed ^ 0x72656361'6c6c7321ULL); recalls.chance(0.5)) {
                drawn.recalls = recalls;
            }
            x_weather.draw_faults(x_all);
            if (x_two_bearers) {
                x_weather.draw_bearers(x_own_random);
            }
            x_weather.draw_hard_times(x_hard_random);
            x_weather.draw_news(prng(x_options.seed ^ 0x6e657773'21212121ULL));
            if (x_real_seals == 0) {  // Real certificates end before such clocks do.
                x_weather.draw_months_ahead(prng(x_options.seed ^ 0x6d6f6e74'68732121ULL));
            }
            if (x_is_put_back) {
                x_weather.draw_put_back(prng(x_options.seed ^ 0x6c617465'6c696e65ULL));
            }
            x_weather.draw_unheard_commits(prng(x_options.seed ^ 0x756e6865'61726421ULL));
            x_weather.draw_last_commits(prng(x_options.seed ^ 0x6c617374'636f6d21ULL));
            x_weather.draw_dead_battery(prng(x_options.seed ^ 0x62617474'65727921ULL));
            if (x_random.chance(0.3)) {
                x_operators.plan(x_all, 90s);
            }
            if (prng(x_options.seed ^ 0x62616773'21212121ULL).chance(0.3)) {
                x_couriers.plan(x_all);
                x_weather.draw_island(prng(x_options.seed ^ 0x69736c61'6e642121ULL));
            }
            x_rotations.plan(x_all);
        }
        x_people.plan(x_all, x_options.messages, bad_days, drawn);
        if (x_options.faults && x_size_random.chance(0.05) && !x_is_narrow) {
            x_people.add_large_attachment(x_size_random);
        }
        nag();
        look_into_inboxes();
        run_until(bad_days);
        heal();
        return judge();
    }

private:
    people::noter noter() {
        return [this](const std::string& who, const std::string& what) { note(who, what); };
    }

    void build() {
        const std::vector<std::string> bureaus{"ZW", "MU", "KE"};
        const auto limits = x_options.faults ? draw_limits() : node_limits{};
        const bool is_real =
            x_random.chance(x_options.faults ? 0.02 : 0.0) || x_options.real_sealer;
        const bool is_haunted = x_options.faults && x_random.chance(0.3) && !is_real;
        x_real_seals = is_real ? 1 : 0;
        std::vector<std::string> hubs{hub_name};
        if (x_options.faults && x_random.chance(0.4)) {
            hubs.push_back(second_hub_name);
            if (prng(x_options.seed ^ 0x74686972'64212121ULL).chance(0.25)) {
                hubs.push_back(third_hub_name);  // Now custody can go in a circle.
            }
        }
        const auto directory =
            is_real ? make_real_directory(bureaus) : make_directory(bureaus, hubs.size() > 2);
        x_two_bearers = x_options.faults && x_own_random.chance(0.3);
        prng dear(x_options.seed ^ 0x64656172'6c696e6bULL);
        std::optional<config::link> satellite_rules;
        if (x_two_bearers && dear.chance(0.6)) {
            satellite_rules = draw_satellite(dear, simulated_start);
        }
        auto configs =
            make_federation(bureaus, hubs, stranger_name, x_two_bearers, satellite_rules);
        if (x_two_bearers) {
            draw_flash_beside(prng(x_options.seed ^ 0x666c6173'68747769ULL), configs);
        }
        for (const auto& config : configs) {
            const std::string name(config->bureau.text());
            auto make_sealer = [this, directory, name,
                                bureau = config->bureau](std::uint64_t seed) {
                return x_real
                           ? std::unique_ptr<seal::sealer>(x_real->sealer(name))
                           : std::make_unique<tests::plain_sealer>(bureau, directory, x_hash, seed);
            };
            x_nodes.push_back(std::make_unique<node>(
                node_setup{name, config, directory, &x_hash, make_sealer, &x_book, &x_bearers,
                           noter(), limits, &fresh_account(x_nodes.size()), x_options.synchronous},
                x_clock, x_net, x_random, "sim-" + name));
            x_all.push_back(x_nodes.back().get());
        }
        x_book.set_nodes(x_all);
        for (auto* one : x_all) {
            one->set_resolver([this](protocol::bureau_id who) { return find(who); });
            one->start();
        }
        if (is_haunted) {
            x_stranger = std::make_unique<stranger>(stranger_setup{stranger_name,
                                                                   hub_name,
                                                                   directory,
                                                                   &x_hash,
                                                                   limits,
                                                                   x_options.lies,
                                                                   noter(),
                                                                   {}},
                                                    x_clock, x_net, x_random, x_book);
            x_stranger->haunt(*x_all.back());
        }
        if (x_options.faults && x_size_random.chance(0.1) && !is_real) {
            start_a_copy(directory, limits);
        }
    }

    node_limits draw_limits() {
        auto out = x_weather.draw_limits();
        if (x_hard_random.chance(0.2)) {
            out.loaded_per_class = x_hard_random.between(2, 6);
        }
        x_is_rush = prng(x_options.seed ^ 0x72757368'30303132ULL).chance(0.1);
        x_is_put_back = prng(x_options.seed ^ 0x70757420'6261636bULL).chance(0.06);
        if (x_is_rush || x_is_put_back) {
            out.mark_rows_ahead = 1;
        }
        prng pace(x_options.seed ^ 0x70616365'21212121ULL);
        if (pace.chance(0.2)) {
            out.dial_gap = std::chrono::milliseconds{static_cast<int>(pace.between(50, 10'000))};
        }
        out.courier_receipt_lifetime = courier_receipt_lifetime;
        if (prng(x_options.seed ^ 0x77616974'636f6d6dULL).chance(0.5)) {
            out.commit_wait = protocol::limits::commit_wait;
        }
        x_is_narrow = x_hard_random.chance(0.02);
        if (x_is_narrow) {
            out.window_bytes = static_cast<std::uint32_t>(x_hard_random.between(1, 200));
            x_options.messages = std::min<std::size_t>(x_options.messages, 5);
        }
        return out;
    }

    /// Somebody starts an old copy of the first bureau's machine, beside it.
    void start_a_copy(const std::shared_ptr<const protocol::directory>& directory,
                      const node_limits& limits) {
        auto& original = *x_all.front();
        auto& hub = *find(*protocol::bureau_id::parse(hub_name));
        stranger_setup setup{original.name(), hub_name, directory, &x_hash,
                             limits,          false,    noter(),   {}};
        setup.copied = [&original, &hub]() -> std::optional<protocol::hello> {
            if (!original.is_alive() || !hub.is_alive() || !original.gateway().is_ready()) {
                return std::nullopt;
            }
            auto out = original.gateway().local_hello(*protocol::bureau_id::parse(hub_name));
            const auto reply = hub.ask(store::query::load_start{});
            for (const auto& row : std::get<store::answer::start>(reply).peers) {
                const bool knows_better = row.peer == out.bureau && row.epoch == out.epoch &&
                                          row.boot == out.boot && out.boot > 1;
                if (knows_better) {
                    out.boot -= 1;
                    return out;
                }
            }
            return std::nullopt;
        };
        x_copy =
            std::make_unique<stranger>(std::move(setup), x_clock, x_net, x_size_random, x_book);
        x_copy->haunt(hub);
    }

    std::shared_ptr<const protocol::directory> make_directory(std::vector<std::string> bureaus,
                                                              bool has_third_hub) {
        bureaus.push_back(hub_name);
        bureaus.push_back(second_hub_name);
        if (has_third_hub) {
            bureaus.push_back(third_hub_name);
        }
        bureaus.push_back(stranger_name);
        std::vector<protocol::bureau_id> all;
        for (const auto& name : bureaus) {
            all.push_back(*protocol::bureau_id::parse(name));
        }
        auto made = with_roles(tests::make_plain_directory(all, x_hash), simulated_start - 24h);
        return x_options.faults ? x_rotations.begin_with(*made) : made;
    }

    /// Keys and certificates are drawn by OpenSSL: such a run cannot be repeated to the byte.
    std::shared_ptr<const protocol::directory> make_real_directory(
        std::vector<std::string> bureaus) {
        for (const auto& hub : {hub_name, second_hub_name, third_hub_name, stranger_name}) {
            bureaus.push_back(hub);
        }
        x_real.emplace(tests::federation_options{.bureaus = std::move(bureaus)});
        const auto out = with_roles(x_real->data, simulated_start - 24h);
        x_real->data = *out;
        x_real->now = simulated_start + 24h;
        x_real->rebuild();
        return out;
    }

    node* find(protocol::bureau_id who) {
        for (auto* one : x_all) {
            if (one->name() == who.text()) {
                return one;
            }
        }
        return nullptr;
    }

    void nag() {
        x_clock.after(nag_interval, [this] {
            x_people.nag();
            if (!x_people.all_accepted()) {
                nag();
            }
        });
    }

    void look_into_inboxes() {
        const bool is_quiet = x_clock.elapsed() > bad_days + 2h;
        x_clock.after(is_quiet ? quiet_inbox_interval : inbox_interval, [this] {
            x_people.look_into_inboxes();
            look_into_inboxes();
        });
    }

    /// Ends early when it goes round in circles, be it without time passing.
    void run_until(microseconds end) {
        const auto steps_end = x_clock.steps() + healing_steps_max;
        while (x_clock.elapsed() < end && x_clock.steps() < steps_end &&
               x_book.problems().empty() && x_clock.step()) {
            x_hash_so_far =
                (x_hash_so_far ^ static_cast<std::uint64_t>(x_clock.elapsed().count())) *
                0x100000001b3ULL;
        }
        if (x_clock.steps() >= steps_end) {
            x_livelock =
                "live-lock: " + std::to_string(healing_steps_max) + " steps between two looks";
        }
    }

    void heal() {
        x_weather.heal();
        x_couriers.stop();
        for (auto* one : {x_stranger.get(), x_copy.get()}) {
            if (one != nullptr) {
                one->leave();
            }
        }
        const auto begun = x_clock.elapsed();
        const auto begun_steps = x_clock.steps();
        const auto end = std::max(begun, x_weather.all_back_at()) + healing;
        do {
            x_operators.put_right();
            const bool is_late = x_clock.elapsed() > begun + 30min;
            const auto before = x_clock.steps();
            run_until(x_clock.elapsed() + (is_late ? 10min : 1min));
            check_progress(x_clock.steps() - before);
            if (x_clock.steps() - begun_steps > healing_steps_max) {
                x_livelock = "live-lock: all was healed, and it is not at rest after " +
                             std::to_string(healing_steps_max) + " steps";
            }
        } while (x_clock.elapsed() < end && x_book.problems().empty() && !is_settled() &&
                 x_livelock.empty());
    }

    /// A gateway that does the same again and again without time passing, or nearly so.
    void check_progress(std::uint64_t steps) {
        if (steps > steps_max) {
            x_livelock = "live-lock: " + std::to_string(steps) + " steps between two looks";
        }
    }

    bool is_settled() {
        return x_people.all_accepted() && x_operators.put_right() &&
               check_outcomes(x_book, x_all).problems.empty();
    }

    verdict judge() {
        verdict out;
        auto& problems = out.problems;
        const auto add = [&](const findings& found) {
            problems.insert(problems.end(), found.problems.begin(), found.problems.end());
            x_known += found.known.size();
            if (x_options.strict) {
                problems.insert(problems.end(), found.known.begin(), found.known.end());
            }
        };
        add({x_book.problems(), x_book.known()});
        add({x_bearers.problems(), {}});
        add({x_people.problems(), {}});
        add({x_operators.problems(), {}});
        if (!x_livelock.empty()) {
            problems.push_back(x_livelock);
        }
        if (x_copy && x_copy->was_let_in()) {
            problems.push_back("an old copy of " + x_copy->name() + " was let in");
        }
        const bool went_to_the_end = x_book.problems().empty() && x_people.problems().empty();
        if (went_to_the_end) {
            if (!x_people.all_accepted()) {
                problems.push_back("a submission was never accepted, though all was healed");
            }
            add(check_outcomes(x_book, x_all));
        }
        if (went_to_the_end &&
            x_all.end() == std::find_if(x_all.begin(), x_all.end(),
                                        [](auto* one) { return !one->is_alive(); })) {
            add(check_contents(x_people, x_book, x_all, x_clock));
        }
        out.ok = problems.empty();
        out.seen = count();
        out.trace_hash = x_hash_so_far;
        return out;
    }

    tally count() const {
        tally out;
        out.seeds = 1;
        out.messages = x_book.messages().size();
        for (const auto& [id, one] : x_book.messages()) {
            out.deliveries += one.to.size();
        }
        for (const auto& one : x_nodes) {
            out.crashes += one->crashes();
            out.store_failures += one->store_failures();
        }
        out.cuts = x_net.cuts();
        out.steps = x_clock.steps();
        out.notices = x_book.notices();
        out.taken = x_people.taken();
        out.rejected = x_people.rejected();
        out.cancelled = x_people.cancelled();
        out.dropped = x_book.dropped();
        out.operator_acts = x_operators.acts();
        out.full_disks = x_weather.done().full_disks;
        out.restored = x_weather.done().restored;
        out.real_seals = x_real_seals;
        out.dead_links = x_weather.done().dead_links;
        out.dead_disks = x_weather.done().dead_disks;
        out.days_off = x_weather.done().days_off;
        out.clock_changes = x_weather.done().clock_changes;
        out.hostile_acts = x_stranger ? x_stranger->acts() : 0;
        out.copies_refused = x_copy ? x_copy->acts() : 0;
        out.sticks = x_couriers.done().sticks;
        out.stick_records = x_couriers.done().records;
        out.payload_bytes = x_book.payload_bytes();
        out.resent_bytes = x_book.resent_bytes();
        out.known = x_known;
        out.memory_peak_bytes = x_book.memory_peak_bytes();
        out.node_time = std::chrono::duration_cast<protocol::milliseconds>(x_clock.elapsed()) *
                        static_cast<std::int64_t>(x_nodes.size());
        return out;
    }

    void note(const std::string& who, const std::string& what) {
        for (const char c : who + what) {
            x_hash_so_far = (x_hash_so_far ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
        }
        if (x_options.trace == nullptr) {
            return;
        }
        const auto ms = x_clock.elapsed().count() / 1'000;
        auto& to = *x_options.trace;
        const auto two = [&to](std::int64_t value) -> std::ostream& {
            return to << std::setw(2) << std::setfill('0') << value;
        };
        two(ms / 3'600'000) << ':';
        two(ms / 60'000 % 60) << ':';
        two(ms / 1'000 % 60) << '.' << std::setw(3) << ms % 1'000 << "  " << std::setfill(' ')
                             << std::left << std::setw(5) << who << std::right << what << '\n';
    }

    world_options x_options;
    seal::openssl_hasher x_hash;
    prng x_random;
    /// Of faults that came later: what the older ones draw stays as it was.
    prng x_own_random, x_size_random, x_hard_random;
    bool x_two_bearers = false;
    bool x_is_rush = false;
    bool x_is_put_back = false;
    bool x_is_narrow = false;  ///< Windows of some bytes: few messages, and small.
    clockwork x_clock;
    network x_net;
    ledger x_book;
    bearer_watch x_bearers;
    std::vector<std::unique_ptr<node>> x_nodes;
    std::vector<node*> x_all;  ///< The hub is the last.
    people x_people;
    operators x_operators;
    couriers x_couriers;
    rotations x_rotations;
    weather x_weather;
    std::unique_ptr<stranger> x_stranger, x_copy;
    std::optional<tests::federation> x_real;
    std::uint64_t x_known = 0, x_real_seals = 0;
    std::string x_livelock;
    std::uint64_t x_hash_so_far = 0xcbf29ce484222325ULL;
};
}  // namespace

void tally::add(const tally& other) {
    for (const auto member : {&tally::seeds,          &tally::messages,      &tally::deliveries,
                              &tally::crashes,        &tally::cuts,          &tally::steps,
                              &tally::notices,        &tally::taken,         &tally::rejected,
                              &tally::cancelled,      &tally::operator_acts, &tally::full_disks,
                              &tally::store_failures, &tally::clock_changes, &tally::hostile_acts,
                              &tally::restored,       &tally::real_seals,    &tally::dead_links,
                              &tally::dead_disks,     &tally::days_off,      &tally::copies_refused,
                              &tally::sticks,         &tally::stick_records, &tally::payload_bytes,
                              &tally::resent_bytes,   &tally::known,         &tally::dropped}) {
        this->*member += other.*member;
    }
    memory_peak_bytes = std::max(memory_peak_bytes, other.memory_peak_bytes);
    node_time += other.node_time;
}

verdict run_world(const world_options& options) { return world(options).run(); }

}  // namespace dhow::sim
