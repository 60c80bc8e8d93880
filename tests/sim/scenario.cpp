// A federation whose days are written down in a test.
// Way of the message: see scenario.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#scenarios. Tests: used by tests/sim.
// Limits: see scenario.hpp.
#include "tests/sim/scenario.hpp"

#include "daemon/store/names.hpp"
#include "protocol/ensure.hpp"
#include "tests/support/plain_sealer.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
constexpr utc_time begins{std::chrono::milliseconds{1'795'543'798'000}};  // November 2026
constexpr std::size_t notes_max = 20'000;

protocol::bureau_id id_of(const std::string& name) { return *protocol::bureau_id::parse(name); }

protocol::bytes drawn(prng& random, std::size_t count) {
    protocol::bytes out(count);
    for (auto& byte : out) {
        byte = static_cast<std::uint8_t>(random.next());
    }
    return out;
}
}  // namespace

people::noter scenario::noter() {
    return [this](const std::string& who, const std::string& what) {
        if (x_notes.size() < notes_max) {
            x_notes.push_back(std::to_string(clock.elapsed().count() / 1'000) + " ms " + who +
                              ": " + what);
        }
    };
}

scenario::scenario(scenario_options options)
    : x_random(options.seed),
      clock(begins),
      net(clock, x_random, prng(options.seed ^ 0x6c6f7373'21212121ULL)),
      book(clock),
      x_people(clock, x_random, book, noter()) {
    std::vector<protocol::bureau_id> all;
    for (const auto& name : options.bureaus) {
        all.push_back(id_of(name));
    }
    all.push_back(id_of(hub_name));
    all.push_back(id_of(stranger_name));
    x_directory = with_roles(tests::make_plain_directory(all, x_hash), begins - 24h);
    for (const auto& config : make_federation(options.bureaus, {hub_name}, stranger_name,
                                              options.second.has_value(), options.second)) {
        auto own = *config;
        if (options.adjust) {
            options.adjust(own);
        }
        start(options, std::make_shared<const config::gateway>(std::move(own)));
    }
    book.set_nodes(x_all);
    x_people.plan(x_all, 0, 1s, {});
    for (auto* one : x_all) {
        one->set_resolver([this](protocol::bureau_id who) { return &at(std::string(who.text())); });
        one->start();
    }
}

void scenario::start(const scenario_options& options,
                     const std::shared_ptr<const config::gateway>& one) {
    const std::string name(one->bureau.text());
    auto make_sealer = [this, who = one->bureau](std::uint64_t seed) {
        return std::make_unique<tests::plain_sealer>(who, x_directory, x_hash, seed);
    };
    x_nodes.push_back(std::make_unique<node>(
        node_setup{name, one, x_directory, &x_hash, make_sealer, &book, &x_bearers, noter(),
                   options.limits, &fresh_account(x_nodes.size())},
        clock, net, x_random, "scene-" + name));
    x_all.push_back(x_nodes.back().get());
}

node& scenario::at(const std::string& name) {
    const auto found = std::ranges::find(x_all, name, &node::name);
    DHOW_ENSURE(found != x_all.end());
    return **found;
}

wish& scenario::send(const std::string& from, const std::string& to, const letter& what) {
    wish out;
    out.from = &at(from);
    out.to = {to};
    out.cls = what.cls;
    out.text = drawn(x_random, what.text_bytes);
    if (what.attachment_bytes > 0) {
        out.attachments.push_back(drawn(x_random, what.attachment_bytes));
    }
    out.time_to_live = what.time_to_live;
    return x_people.send(std::move(out));
}

void scenario::run_until(microseconds end) {
    bool is_over = false;
    clock.after(end - clock.elapsed(), [&is_over] { is_over = true; });
    while (!is_over && clock.step()) {
    }
}

void scenario::settle(microseconds most) {
    const auto end = clock.elapsed() + most;
    while (clock.elapsed() < end && !is_settled()) {
        run_for(10s);
    }
}

bool scenario::is_settled() {
    return x_people.all_accepted() && check_outcomes(book, x_all).problems.empty();
}

std::optional<microseconds> scenario::arrival_of(const wish& one) const {
    return one.accepted.empty() ? std::nullopt : book.arrived(one.accepted.front(), one.to.front());
}

std::optional<microseconds> scenario::way_of(const wish& one) const {
    const auto there = arrival_of(one);
    if (!there) {
        return std::nullopt;
    }
    return *there - book.messages().at(one.accepted.front()).accepted_at;
}

std::optional<microseconds> scenario::expiry_of(const wish& one) {
    const auto origin = id_of(one.from->name());
    auto reply = one.from->ask(store::query::load_events{origin, one.accepted.at(0), "", ""});
    for (const auto& row : std::get<store::answer::events>(reply).rows) {
        if (row.what == to_text(store::delivery_state::expired)) {
            return row.at - begins;
        }
    }
    return std::nullopt;
}

std::vector<std::string> scenario::refusals() const {
    std::vector<std::string> out;
    for (const auto& one : x_people.wishes()) {
        out.insert(out.end(), one->refusals.begin(), one->refusals.end());
    }
    return out;
}

std::string scenario::carrying(const std::string& name) {
    for (const auto& [number, session] : at(name).gateway().state().sessions) {
        if (session.established && session.peer == id_of(hub_name)) {
            return session.bearer;
        }
    }
    return {};
}

std::vector<std::string> scenario::problems() {
    auto out = book.problems();
    const auto add = [&out](const std::vector<std::string>& more) {
        out.insert(out.end(), more.begin(), more.end());
    };
    add(book.known());
    add(x_bearers.problems());
    add(x_people.problems());
    add(check_outcomes(book, x_all).problems);
    add(check_contents(x_people, book, x_all, clock).problems);
    return out;
}

}  // namespace dhow::sim
