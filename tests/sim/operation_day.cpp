// A federation on an operation day.
// Way of the message: see operation_day.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#operation-day. Tests: operation_day_test.
// Limits: see operation_day.hpp.
#include "tests/sim/operation_day.hpp"

#include "protocol/ensure.hpp"
#include "protocol/kinds/registry.hpp"
#include "tests/sim/federation.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>

namespace dhow::sim {

namespace route_request = route::request;
using protocol::message_class;

namespace {
using namespace std::chrono_literals;

constexpr utc_time day_begins{std::chrono::milliseconds{1'795'500'000'000}};  // November 2026
/// Those that bureaus have; blackouts and the two slowest are left out.
constexpr std::size_t profiles_used = 11;
/// What daemon/link/send_pace lets stand in the kernel beyond what is on the line, and a frame.
constexpr double queue_ms = 375;
/// Hits are one in 2,000 to 15,000 checks; an operation is where they are looked for.
constexpr double hit_share = 1.0 / 2'000;
/// What is under way in the evening has so long.
constexpr microseconds evening = 12h;

microseconds of_seconds(double seconds) {
    return microseconds{static_cast<std::int64_t>(seconds * 1e6)};
}

protocol::bytes filled(prng& random, std::size_t count) {
    protocol::bytes out(count);
    for (std::size_t i = 0; i < count; i += 8) {
        auto word = random.next();
        for (std::size_t k = i; k < std::min(i + 8, count); ++k, word >>= 8U) {
            out[k] = static_cast<std::uint8_t>(word);
        }
    }
    return out;
}

std::uint64_t bytes_in(double kbit) { return static_cast<std::uint64_t>(kbit * 1000 / 8); }

double seconds_of(microseconds time) { return static_cast<double>(time.count()) / 1e6; }

microseconds bound_of(bool is_urgent) {
    const auto* row = kinds::registry::in_force().find("hit.request");
    return row->answer->within.at(is_urgent ? "U" : "R");
}
}  // namespace

operation_day::operation_day(const day_size& size, std::uint64_t seed)
    : x_size(size),
      x_random(seed),
      x_drawn(seed ^ 0x6f706572'6174696fULL),
      x_clock(day_begins),
      x_net(x_clock, x_random, prng(seed ^ 0x6c6f7373'21212121ULL)),
      x_book(x_clock),
      x_people(x_clock, x_random, x_book, {[](const std::string&, const std::string&) {}}) {
    build(seed);
}

microseconds operation_day::some(microseconds most) {
    return microseconds{
        static_cast<std::int64_t>(x_drawn.below(static_cast<std::uint64_t>(most.count())))};
}

const linkemu::profile& operation_day::profile_of(std::size_t bureau) const {
    return linkemu::profiles.at(bureau % profiles_used);
}

void operation_day::build(std::uint64_t) {
    for (const auto& [code, words] : kinds::registry::in_force().list("members").codes) {
        if (x_names.size() < x_size.bureaus && code != second_hub_name && code != stranger_name) {
            x_index[code] = x_names.size();
            x_names.push_back(code);
        }
    }
    DHOW_ENSURE(x_names.size() == x_size.bureaus);
    std::vector<protocol::bureau_id> all;
    for (const auto& name : x_names) {
        all.push_back(*protocol::bureau_id::parse(name));
    }
    for (const auto& name : {hub_name, second_hub_name, stranger_name}) {
        all.push_back(*protocol::bureau_id::parse(name));
    }
    x_directory = with_roles(tests::make_plain_directory(all, x_hash), day_begins - 24h);
    x_net.faults.latency = 15ms;
    for (const auto& config :
         make_federation(x_names, {hub_name, second_hub_name}, stranger_name, false)) {
        add_node(*config);
    }
    x_book.set_nodes(x_all);
    x_people.plan(x_all, 0, 1s, {});
    for (auto* one : x_all) {
        one->set_resolver([this](protocol::bureau_id who) { return &at(std::string(who.text())); });
        one->start();
    }
}

/// Links of a bureau bear its name, so that each has a line of its own.
void operation_day::add_node(config::gateway config) {
    const std::string name(config.bureau.text());
    if (const auto found = x_index.find(name); found != x_index.end()) {
        const auto& profile = profile_of(found->second);
        const auto pipe = [&profile](double kbit) {
            const auto most = static_cast<std::uint64_t>(profile.rtt_ms + queue_ms);
            return std::min(line_quality{}.pipe_bytes, bytes_in(kbit) * most / 1'000);
        };
        for (auto& link : config.links) {
            link.name = name + "-" + link.name;
            x_net.lines[link.name] = {.latency = of_seconds(profile.rtt_ms / 2'000),
                                      .bytes_per_second = bytes_in(profile.down_kbit),
                                      .pipe_bytes = pipe(profile.down_kbit),
                                      .up_bytes_per_second = bytes_in(profile.up_kbit),
                                      .up_pipe_bytes = pipe(profile.up_kbit),
                                      .loss = profile.loss};
        }
        for (auto& route : config.routes) {
            for (auto& via : route.via) {
                via = name + "-" + via;
            }
        }
    }
    auto make_sealer = [this, who = config.bureau](std::uint64_t seed) {
        return std::make_unique<tests::plain_sealer>(who, x_directory, x_hash, seed);
    };
    x_nodes.push_back(std::make_unique<node>(
        node_setup{name,
                   std::make_shared<const config::gateway>(std::move(config)),
                   x_directory,
                   &x_hash,
                   make_sealer,
                   &x_book,
                   &x_bearers,
                   {},
                   {.watch_interval = 1min},
                   &fresh_account(x_nodes.size())},
        x_clock, x_net, x_random, "day-" + name));
    x_all.push_back(x_nodes.back().get());
    x_by_name[name] = x_all.back();
}

node& operation_day::at(const std::string& name) const { return *x_by_name.at(name); }

// What is sent --------------------------------------------------------------------------------

/// Sizes of notes/domain's shapes: texts of 1 to 12 KB, one in twenty with a photograph, or with a
/// ten-print card.
wish operation_day::draw_letter(std::size_t from) {
    wish out;
    out.from = &at(x_names[from]);
    const auto drawn = x_drawn.below(100);
    out.cls = drawn < 10   ? message_class::urgent
              : drawn < 85 ? message_class::routine
                           : message_class::bulk;
    const auto count = x_drawn.chance(0.8) ? 1U : 3U;
    while (out.to.size() < count) {
        const auto& to = x_names[x_drawn.below(x_names.size())];
        if (to != out.from->name() && std::ranges::find(out.to, to) == out.to.end()) {
            out.to.push_back(to);
        }
    }
    out.text = filled(x_drawn, x_drawn.between(700, x_drawn.chance(0.5) ? 3'000 : 12'000));
    if (x_drawn.chance(0.05)) {
        const bool is_photograph = x_drawn.chance(0.8);
        out.attachments.push_back(filled(x_drawn, is_photograph
                                                      ? x_drawn.between(72'000, 110'000)
                                                      : x_drawn.between(270'000, 680'000)));
    }
    return out;
}

void operation_day::plan_letters() {
    for (std::size_t from = 0; from < x_names.size(); ++from) {
        for (std::size_t i = 0; i < x_size.messages_a_bureau; ++i) {
            x_clock.after(some(x_size.length), [this, from] { x_people.send(draw_letter(from)); });
        }
    }
}

void operation_day::plan_hits() {
    for (std::uint64_t i = 0; i < x_size.checks; ++i) {
        if (!x_drawn.chance(hit_share)) {
            continue;
        }
        ++x_hits;
        const auto finder = x_drawn.below(x_names.size());
        const auto owner = (finder + 1 + x_drawn.below(x_names.size() - 1)) % x_names.size();
        const bool is_urgent = x_drawn.chance(0.67);
        x_clock.after(some(x_size.length),
                      [this, finder, owner, is_urgent] { hit(finder, owner, is_urgent); });
    }
}

/// Notification, request, reply after some minutes, outcome.
void operation_day::hit(std::size_t finder, std::size_t owner, bool is_urgent) {
    const auto& other = x_names[owner];
    const auto cls = is_urgent ? message_class::flash : message_class::urgent;
    say(finder, document("hit.notification"), {other, hub_name}, message_class::flash,
        [this, finder, owner, is_urgent, cls, other](const protocol::message_id& about) {
            document asks("hit.request");
            asks.about(about).set("/body/priority", is_urgent ? "U" : "R");
            say(finder, asks, {other}, cls,
                [this, finder, owner, is_urgent, cls, other,
                 about](const protocol::message_id& id) {
                    x_requests.push_back({id, x_names[finder], other, is_urgent});
                    x_clock.after(1min + some(7min), [this, finder, owner, cls, id] {
                        document answers("hit.reply");
                        answers.about(id);
                        say(owner, answers, {x_names[finder]}, cls, {});
                    });
                    x_clock.after(10min + some(20min), [this, finder, other, about] {
                        document closes("hit.outcome");
                        closes.about(about);
                        say(finder, closes, {other, hub_name}, message_class::urgent, {});
                    });
                });
        });
}

void operation_day::say(std::size_t from, const document& what, std::vector<std::string> to,
                        message_class cls, std::function<void(const protocol::message_id&)> then) {
    auto& origin = at(x_names[from]);
    route_request::submit wanted;
    const auto text = what.text(origin.name(), to, x_clock.now());
    wanted.kind = what.kind();
    wanted.subject = "synthetic";
    wanted.media_type = "application/json";
    wanted.cls = cls;
    wanted.to = std::move(to);
    wanted.text.assign(text.begin(), text.end());
    wanted.idempotency_key = "said-" + std::to_string(++x_keys);
    ++x_said;
    origin.request({"desk", false}, std::move(wanted),
                   [this, then = std::move(then)](const route::api_response& said) {
                       const auto* accepted = std::get_if<route::response::accepted>(&said);
                       x_accepted += accepted != nullptr ? 1 : 0;
                       if (accepted != nullptr && then) {
                           x_clock.after(30s, [then, id = accepted->id] { then(id); });
                       }
                   });
}

void operation_day::nag() {
    x_clock.after(1min, [this] {
        if (!x_people.all_accepted()) {
            x_people.nag();
        }
        nag();
    });
}

/// Power, or the line: both links of a bureau at once.
void operation_day::plan_outage(std::size_t bureau) {
    const auto& profile = profile_of(bureau);
    if (profile.between_cuts_s <= 0) {
        return;
    }
    const auto wait = of_seconds(-std::log(1 - x_drawn.fraction()) * profile.between_cuts_s);
    const auto lasts = of_seconds(profile.cut_s_min +
                                  x_drawn.fraction() * (profile.cut_s_max - profile.cut_s_min));
    x_clock.after(wait, [this, bureau, lasts] {
        if (x_clock.elapsed() >= x_size.length) {
            return;
        }
        auto& one = at(x_names[bureau]);
        x_outages[one.name()].push_back({x_clock.elapsed(), x_clock.elapsed() + lasts});
        for (const auto& link : one.config().links) {
            x_net.dead_links.insert({one.name(), link.name});
            x_net.cut_link(one.name(), link.name);
        }
        x_clock.after(lasts, [this, bureau, &one] {
            for (const auto& link : one.config().links) {
                x_net.mend_link(one.name(), link.name);
            }
            plan_outage(bureau);
        });
    });
}

void operation_day::run() {
    plan_letters();
    plan_hits();
    for (std::size_t i = 0; i < x_names.size(); ++i) {
        plan_outage(i);
    }
    nag();
    bool is_over = false;
    x_clock.after(x_size.length + std::min(evening, x_size.length), [&] { is_over = true; });
    while (!is_over && x_book.problems().empty() && x_clock.step()) {
    }
}

// What came of it -----------------------------------------------------------------------------

const linkemu::profile* operation_day::slower_of(const std::string& from,
                                                 const std::string& to) const {
    const auto sender = x_index.find(from), recipient = x_index.find(to);
    if (sender == x_index.end() && recipient == x_index.end()) {
        return nullptr;
    }
    if (recipient == x_index.end()) {
        return &profile_of(sender->second);
    }
    const auto& down = profile_of(recipient->second);
    if (sender == x_index.end()) {
        return &down;
    }
    const auto& up = profile_of(sender->second);
    return up.up_kbit < down.down_kbit ? &up : &down;
}

std::optional<microseconds> operation_day::delay_of(const protocol::message_id& id,
                                                    const std::string& to) const {
    const auto there = x_book.arrived(id, to);
    return there ? std::optional(*there - x_book.messages().at(id).accepted_at) : std::nullopt;
}

void operation_day::print(std::ostream& to) const {
    std::map<std::pair<std::string, message_class>, std::vector<microseconds>> all;
    for (const auto& [id, one] : x_book.messages()) {
        for (const auto& recipient : one.to) {
            const auto* profile = slower_of(one.from->name(), recipient);
            const auto delay = delay_of(id, recipient);
            if (profile != nullptr && delay) {
                all[{std::string(profile->name), one.cls}].push_back(*delay);
            }
        }
    }
    to << "| profile of the slower end | class | messages | median s | 95 % s | worst s |\n"
       << "|---|---|--:|--:|--:|--:|\n"
       << std::fixed << std::setprecision(1);
    for (auto& [key, delays] : all) {
        std::ranges::sort(delays);
        const auto at_share = [&delays](double share) {
            const auto last = static_cast<double>(delays.size() - 1);
            return seconds_of(delays[static_cast<std::size_t>(std::lround(last * share))]);
        };
        to << "| " << key.first << " | " << protocol::to_text(key.second) << " | " << delays.size()
           << " | " << at_share(0.5) << " | " << at_share(0.95) << " | " << at_share(1) << " |\n";
    }
    to << x_book.messages().size() << " messages, " << x_hits << " hits, " << x_requests.size()
       << " requests, " << requests_checked() << " of them over working links\n";
}

bool operation_day::had_lines(const std::string& bureau, microseconds from,
                              microseconds until) const {
    const auto found = x_outages.find(bureau);
    return found == x_outages.end() || std::ranges::none_of(found->second, [&](const outage& one) {
               return one.begin <= until && one.end >= from;
           });
}

bool operation_day::counts(const request& one) const {
    const auto begin = x_book.messages().at(one.id).accepted_at;
    const auto end = begin + bound_of(one.is_urgent);
    return had_lines(one.from, begin, end) && had_lines(one.to, begin, end);
}

std::uint64_t operation_day::requests_checked() const {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(x_requests, [&](const auto& one) { return counts(one); }));
}

std::vector<std::string> operation_day::problems() const {
    auto out = x_book.problems();
    for (const auto& one : x_requests) {
        const auto delay = delay_of(one.id, one.to);
        if (counts(one) && (!delay || *delay > bound_of(one.is_urgent))) {
            out.push_back("request " + protocol::to_text(one.id) + " of " + one.from + " to " +
                          one.to +
                          (delay ? " took " + std::to_string(delay->count() / 1'000'000) + " s"
                                 : " has not arrived"));
        }
    }
    if (x_accepted != x_said || !x_people.all_accepted()) {
        out.emplace_back("not everything was accepted");
    }
    for (const auto& [id, one] : x_book.messages()) {
        for (const auto& recipient : one.to) {
            if (!x_book.arrived(id, recipient)) {
                out.push_back("message " + protocol::to_text(id) + " of " + one.from->name() +
                              " has not reached " + recipient);
            }
        }
    }
    return out;
}

}  // namespace dhow::sim
