// A run of cases and clocks.
// Way of the message: see cases_world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test.
// Limits: see cases_world.hpp.
#include "tests/sim/cases_world.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "tests/sim/cases_agencies.hpp"
#include "tests/sim/couriers.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/rotations.hpp"
#include "tests/sim/weather.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>
#include <iomanip>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;

constexpr utc_time cases_begin{std::chrono::milliseconds{1'795'543'798'000}};  // November 2026
constexpr microseconds bad_time = 20min;
constexpr microseconds look_every = 20s;
/// Of those after the bad days: what is not at rest by then never is.
constexpr microseconds rest_max = 16h;
/// Clocks of routine requests, and of promises, are over by then.
constexpr microseconds rest_min = 100min;
constexpr std::uint64_t rest_steps_max = 6'000'000;

class case_world {
public:
    explicit case_world(const world_options& options)
        : x_options(options),
          x_random(options.seed ^ 0x63617365'73212121ULL),
          x_people_random(options.seed ^ 0x73746f72'69657321ULL),
          x_own(options.seed ^ 0x6b657065'72732121ULL),
          x_clock(cases_begin),
          x_net(x_clock, x_random, prng(options.seed ^ 0x6c6f7373'63617365ULL)),
          x_book(x_clock),
          x_cases(x_clock, x_book),
          x_clocks(x_clock, x_book, x_cases),
          x_room{x_clock, x_people_random, x_cases, x_clocks, noter(), {}},
          x_writers(x_room),
          x_agencies(x_room, x_writers),
          x_couriers(x_clock, prng(options.seed ^ 0x63617272'69657273ULL), noter()),
          x_rotations(x_clock, prng(options.seed ^ 0x6b657973'63617365ULL), x_hash, noter()),
          x_weather(x_clock, x_random, x_net, noter()) {}

    verdict run(case_tally& seen) {
        build();
        x_weather.draw_lines();
        if (x_options.faults) {
            x_weather.draw_faults(x_all);
            x_weather.draw_hard_times(prng(x_options.seed ^ 0x68617264'63617365ULL));
            x_weather.draw_unheard_commits(prng(x_options.seed ^ 0x756e6865'63617365ULL));
            x_weather.draw_last_commits(prng(x_options.seed ^ 0x6c617374'63617365ULL));
            if (x_own.chance(0.3)) {
                x_couriers.plan(x_all);
            }
            if (x_own.chance(0.4)) {
                plan_restore();
            }
            x_rotations.plan(x_all);
        }
        x_writers.plan(bad_time);
        x_agencies.set_seed(x_options.seed);
        x_agencies.plan(look_every);
        plan_late_copy();
        run_until(bad_time);
        rest();
        return judge(seen);
    }

private:
    people::noter noter() {
        return [this](const std::string& who, const std::string& what) { note(who, what); };
    }

    void build() {
        std::vector<std::string> hubs{hub_name};
        if (x_options.faults && x_own.chance(0.4)) {
            hubs.push_back(second_hub_name);
        }
        std::vector<protocol::bureau_id> all;
        for (const auto& name : {std::string("ZW"), std::string("MU"), std::string("KE"), hub_name,
                                 second_hub_name, stranger_name}) {
            all.push_back(*protocol::bureau_id::parse(name));
        }
        const auto plain = with_roles(tests::make_plain_directory(all, x_hash), cases_begin - 24h);
        x_directory = x_options.faults ? x_rotations.begin_with(*plain) : plain;
        const auto limits = x_options.faults ? x_weather.draw_limits() : node_limits{};
        draw_rules();
        for (const auto& config : make_federation({"ZW", "MU", "KE"}, hubs, stranger_name, false)) {
            add_node(*config, limits);
        }
        x_book.set_nodes(x_all);
        x_book.add_watcher(x_cases);  // What is where is known before what clocks make of it.
        x_book.add_watcher(x_clocks);
        x_cases.set_nodes(x_all);
        x_clocks.set_nodes(x_all);
        x_room.nodes = x_all;
        for (auto* one : x_all) {
            one->set_resolver(
                [this](protocol::bureau_id who) { return &x_room.at(std::string(who.text())); });
            one->start();
        }
    }

    /// Short times, so that clocks fire within the run, and are stopped in it.
    void draw_rules() {
        const auto minutes = [this](std::uint64_t least, std::uint64_t most) {
            return std::chrono::minutes{static_cast<std::int64_t>(x_own.between(least, most))};
        };
        x_times = {minutes(2, 10), minutes(5, 20), minutes(2, 10), minutes(5, 20)};
        x_clocks.set_times(x_times);
        x_requests = static_cast<std::uint8_t>(x_own.between(1, 3));
        x_room.requests_by_itself = x_requests;
    }

    void add_node(config::gateway config, const node_limits& limits) {
        auto border = config.agencies.at("desk");
        border.name = "border";
        config.agencies["border"] = border;
        config.assignments.push_back({.kinds = {"notice.*", "diffusion.*"},
                                      .from = {},
                                      .classes = {},
                                      .agencies = case_agencies::names(),
                                      .from_agencies = {},
                                      .has_attachments = {},
                                      .has_references = {}});
        config.answers.clocks.push_back(
            {.undelivered = {x_times.urgent_undelivered, x_times.routine_undelivered},
             .unanswered = {x_times.urgent_unanswered, x_times.routine_unanswered},
             .requests = x_requests});
        const std::string name(config.bureau.text());
        auto make_sealer = [this, who = config.bureau](std::uint64_t seed) {
            return std::make_unique<tests::plain_sealer>(who, x_directory, x_hash, seed);
        };
        x_nodes.push_back(std::make_unique<node>(
            node_setup{name, std::make_shared<const config::gateway>(std::move(config)),
                       x_directory, &x_hash, make_sealer, &x_book, &x_bearers, noter(), limits,
                       &fresh_account(x_nodes.size()), x_options.synchronous},
            x_clock, x_net, x_random, "case-" + name));
        x_all.push_back(x_nodes.back().get());
    }

    /// A bureau, or the hub, is lost and starts again with its backup.
    void plan_restore() {
        x_clock.after(x_room.span(bad_time), [this] {
            auto& one = *x_all[x_own.below(x_all.size())];
            if (x_is_over || !one.is_alive() || !one.back_up()) {
                return;
            }
            note(one.name(), "is backed up");
            x_clock.after(1s + x_room.span(10min), [this, &one] {
                if (!x_is_over) {
                    note(one.name(), "is restored to its backup");
                    ++x_restored;
                    one.restore();
                    plan_restore();
                }
            });
        });
    }

    /// An operator sends something of a case again, whatever became of the case.
    void plan_late_copy() {
        x_clock.after(10s + x_room.span(3min), [this] {
            if (!x_is_over && !x_writers.contents().empty()) {
                send_again();
            }
            if (!x_is_over) {
                plan_late_copy();
            }
        });
    }

    void send_again() {
        const auto& all = x_writers.contents();
        const auto& [from, id] = all[x_own.below(all.size())];
        const auto known = x_book.messages().find(id);
        if (known == x_book.messages().end() || known->second.to.empty() || !from->is_alive() ||
            !from->gateway().is_ready()) {
            return;
        }
        auto to = known->second.to.begin();
        std::advance(to, static_cast<std::ptrdiff_t>(x_own.below(known->second.to.size())));
        from->request({"", true}, route::request::send_again{id, *protocol::bureau_id::parse(*to)},
                      [this, from, id, to = *to](const route::api_response& said) {
                          const bool is_done = std::holds_alternative<route::response::done>(said);
                          x_sent_again += is_done ? 1 : 0;
                          note(from->name(), (is_done ? "sends again " : "does not send again ") +
                                                 protocol::to_text(id) + " to " + to);
                      });
    }

    [[nodiscard]] bool has_problems() const {
        return !x_book.problems().empty() || !x_cases.problems().empty() ||
               !x_clocks.problems().empty() || !x_writers.problems().empty() ||
               !x_agencies.problems().empty();
    }

    void run_until(microseconds end) {
        const auto steps_end = x_clock.steps() + rest_steps_max;
        while (x_clock.elapsed() < end && x_clock.steps() < steps_end && !has_problems() &&
               x_clock.step()) {
            x_hash_so_far =
                (x_hash_so_far ^ static_cast<std::uint64_t>(x_clock.elapsed().count())) *
                0x100000001b3ULL;
        }
        if (x_clock.steps() >= steps_end) {
            x_livelock = "live-lock: " + std::to_string(rest_steps_max) + " steps";
        }
    }

    /// All is well; everything must come to where it belongs.
    void rest() {
        x_is_over = true;
        x_weather.heal();
        x_couriers.stop();
        x_agencies.tidy_up();
        x_healed_at = std::max(x_clock.elapsed(), x_weather.all_back_at());
        const auto end = x_healed_at + rest_max;
        while (x_clock.elapsed() < end && !has_problems() && x_livelock.empty()) {
            run_until(x_clock.elapsed() + 10min);
            if (x_clock.elapsed() >= x_healed_at + rest_min && open_points().empty()) {
                return;
            }
        }
    }

    std::vector<std::string> open_points() {
        std::vector<std::string> out;
        if (!x_writers.is_done()) {
            out.emplace_back("a document was never accepted, though all was healed");
        }
        for (const auto& one : x_cases.open_points()) {
            out.push_back(one);
        }
        for (const auto& one : x_clocks.open_points(x_healed_at)) {
            out.push_back(one);
        }
        if (out.empty()) {
            check_reports(out);
        }
        return out;
    }

    /// What the origin says of a case that it has ended is what agencies have said of it.
    void check_reports(std::vector<std::string>& to) {
        for (const auto* end : x_cases.last_ends()) {
            auto& origin = x_room.at(end->origin);
            const auto known = x_book.messages().find(end->id);
            // Who has taken what it never sent itself, the General Secretariat is not told.
            const bool is_anothers = end->origin == hub_name && !end->kind.starts_with("notice.");
            if (is_anothers || known == x_book.messages().end() ||
                std::ranges::any_of(x_all, &node::was_restored)) {
                continue;
            }
            std::optional<route::api_response> said;
            origin.request({"", true}, route::request::case_of{end->subject},
                           [&](route::api_response answer) { said = std::move(answer); });
            while (!said && x_clock.step()) {
            }
            const auto* report = said ? std::get_if<route::response::case_report>(&*said) : nullptr;
            if (report == nullptr) {
                to.push_back("no report of case " + end->subject);
                continue;
            }
            compare(to, *end, *report);
        }
    }

    void compare(std::vector<std::string>& to, const paper& end,
                 const route::response::case_report& report) {
        const auto own = std::ranges::find_if(
            report.states, [&](const auto& one) { return one.owner.text() == end.origin; });
        if (own == report.states.end() || !own->ended) {
            to.push_back("case " + end.subject + " has not ended by the word of " + end.origin);
            return;
        }
        const auto holders = x_cases.holders_of(end.subject);
        std::set<std::pair<std::string, std::string>> told;
        for (const auto& [bureau, agency] : own->not_removed) {
            told.emplace(bureau.text(), agency);
        }
        if (own->is_complete && !holders.empty()) {
            to.push_back("case " + end.subject + " is called complete, and agency " +
                         holders.begin()->second + " of " + holders.begin()->first +
                         " has not removed it");
        } else if (!own->without_receipt.empty()) {
            to.push_back("case " + end.subject + ": no receipt of " +
                         std::string(own->without_receipt.front().text()));
        } else if (holders.empty() && !told.empty()) {
            to.push_back("case " + end.subject + ": all have removed it, and " +
                         told.begin()->first + " is asked for it");
        }
    }

    verdict judge(case_tally& seen) {
        verdict out;
        auto& problems = out.problems;
        const auto add = [&](const std::vector<std::string>& found) {
            problems.insert(problems.end(), found.begin(), found.end());
        };
        add(x_book.problems());
        add(x_cases.problems());
        add(x_clocks.problems());
        add(x_writers.problems());
        add(x_agencies.problems());
        if (!x_livelock.empty()) {
            problems.push_back(x_livelock);
        }
        if (problems.empty()) {
            add(open_points());
        }
        out.ok = problems.empty();
        out.trace_hash = x_hash_so_far;
        count(out.seen, seen);
        return out;
    }

    void count(tally& out, case_tally& seen) const {
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
        out.taken = x_agencies.taken();
        out.restored = x_restored + x_weather.done().restored;
        out.full_disks = x_weather.done().full_disks;
        out.clock_changes = x_weather.done().clock_changes;
        out.sticks = x_couriers.done().sticks;
        out.stick_records = x_couriers.done().records;
        out.payload_bytes = x_book.payload_bytes();
        out.memory_peak_bytes = x_book.memory_peak_bytes();
        out.node_time = std::chrono::duration_cast<protocol::milliseconds>(x_clock.elapsed()) *
                        static_cast<std::int64_t>(x_nodes.size());
        seen.add({x_writers.papers(), x_writers.ends(), x_cases.offers(), x_cases.late_copies(),
                  x_agencies.removed(), x_writers.requests(), x_agencies.replies(),
                  x_clocks.fired(), x_sent_again, x_cases.ends_checked()});
    }

    void note(const std::string& who, const std::string& what) {
        for (const char c : who + what) {
            x_hash_so_far = (x_hash_so_far ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
        }
        if (x_options.trace != nullptr) {
            const auto ms = x_clock.elapsed().count() / 1'000;
            *x_options.trace << std::setw(8) << ms / 1'000 << '.' << std::setw(3)
                             << std::setfill('0') << ms % 1'000 << std::setfill(' ') << " s  "
                             << who << "  " << what << '\n';
        }
    }

    world_options x_options;
    seal::openssl_hasher x_hash;
    prng x_random, x_people_random, x_own;
    clockwork x_clock;
    network x_net;
    ledger x_book;
    case_checks x_cases;
    clock_checks x_clocks;
    case_room x_room;
    case_writers x_writers;
    case_agencies x_agencies;
    couriers x_couriers;
    rotations x_rotations;
    weather x_weather;
    bearer_watch x_bearers;
    std::shared_ptr<const protocol::directory> x_directory;
    std::vector<std::unique_ptr<node>> x_nodes;
    std::vector<node*> x_all;  ///< The first hub is the last.
    clock_times x_times;
    std::uint8_t x_requests = 1;
    bool x_is_over = false;
    microseconds x_healed_at{0};
    std::uint64_t x_restored = 0, x_sent_again = 0;
    std::string x_livelock;
    std::uint64_t x_hash_so_far = 0xcbf29ce484222325ULL;
};
}  // namespace

void case_tally::add(const case_tally& other) {
    for (const auto member :
         {&case_tally::papers, &case_tally::ends, &case_tally::offers, &case_tally::late_copies,
          &case_tally::removed, &case_tally::requests, &case_tally::replies, &case_tally::fired,
          &case_tally::sent_again, &case_tally::ends_checked}) {
        this->*member += other.*member;
    }
}

verdict run_cases(const world_options& options, case_tally& seen) {
    return case_world(options).run(seen);
}

}  // namespace dhow::sim
