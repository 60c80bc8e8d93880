// Operators of the simulator.
// Way of the message: see operators.hpp.
// Pure.
// Spec: docs/simulator.md#people. Tests: sim.
// Limits: see operators.hpp.
#include "tests/sim/operators.hpp"

#include <algorithm>

namespace dhow::sim {

namespace request = route::request;

namespace {
const route::caller the_operator{"", true};

bool is_up(const node& at) { return at.is_alive(); }

/// A peer that is suspended may have an established session for so long: what it takes to end one.
constexpr microseconds end_time_max = protocol::limits::close_time_max;
constexpr microseconds between_looks = std::chrono::seconds{3};
/// Clocks that are some seconds off let a suspension end earlier than true time has it.
constexpr microseconds clock_error_max = std::chrono::minutes{1};
/// As docs/agency-api.md says.
constexpr microseconds trial_time_max = std::chrono::minutes{2};
}  // namespace

void operators::plan(std::vector<node*> nodes, microseconds mean) {
    x_nodes = std::move(nodes);
    x_mean = mean;
    const auto wait = microseconds{static_cast<std::int64_t>(
        x_random.between(1, 2 * static_cast<std::uint64_t>(mean.count())))};
    x_clock.after(wait, [this] {
        if (!x_is_over) {
            act();
            plan(x_nodes, x_mean);
        }
    });
}

void operators::act() {
    auto& at = *x_nodes[x_random.below(x_nodes.size())];
    if (is_up(at) && at.gateway().is_ready()) {
        ++x_acts;
        act_on(at);
    }
    if (x_works_on_links) {
        auto& other = *x_nodes[x_links.below(x_nodes.size())];
        if (is_up(other) && other.gateway().is_ready()) {
            ++x_acts;
            act_on_links(other);
        }
    }
}

void operators::act_on_links(node& at) {
    const auto& links = at.config().links;
    const auto& link = links[x_links.below(links.size())];
    const std::string name(link.peer.text());
    const auto resume = request::suspend_peer{link.peer, "", std::nullopt, false};
    switch (x_links.below(6)) {
        case 0: {
            const std::chrono::seconds time{static_cast<std::int64_t>(x_links.between(1, 1'200))};
            send(at, request::suspend_peer{link.peer, "a drill", std::nullopt, true, time},
                 "suspends " + name + " for " + std::to_string(time.count()) + " s");
            x_stops.push_back(std::make_unique<stop>(stop{&at, resume, false}));
            break;
        }
        case 1:
            send(at, request::suspend_peer{link.peer, "by mistake", std::nullopt, true},
                 "suspends " + name + " by mistake");
            x_stops.push_back(std::make_unique<stop>(stop{&at, resume, false}));
            if (is_up(at) && at.gateway().is_ready()) {
                send(at, resume, "resumes " + name);
            }
            break;
        case 2:
            send(at, request::call_link{link.name}, "calls " + link.name);
            break;
        case 3:
            send(at, request::call_link{name}, "calls " + name);
            break;
        case 4:
            send(at, request::test_link{name}, "tries the links to " + name);
            break;
        default:
            x_note(at.name(), "the network changes");
            at.network_changed();
    }
}

void operators::act_on(node& at) {
    const auto peer = some_peer(at);
    const std::string name(peer.text());
    switch (x_random.below(7)) {
        case 0:
            hold_message(at);
            break;
        case 1:
            send(at, request::hold{std::nullopt, peer, true}, "holds all for " + name);
            x_stops.push_back(
                std::make_unique<stop>(stop{&at, request::hold{std::nullopt, peer, false}, false}));
            break;
        case 2:
            send(at, request::hold{std::nullopt, peer, false}, "releases all for " + name);
            break;
        case 3:
            send(at, request::suspend_peer{peer, "a drill", std::nullopt, true},
                 "suspends " + name);
            x_stops.push_back(std::make_unique<stop>(
                stop{&at, request::suspend_peer{peer, "", std::nullopt, false}, false}));
            break;
        case 4:
            send(at, request::suspend_peer{peer, "", std::nullopt, false}, "resumes " + name);
            break;
        case 5:
            if (const auto id = some_message()) {
                const auto to =
                    protocol::bureau_id::parse(x_nodes[x_random.below(x_nodes.size())]->name());
                send(at, request::send_again{*id, *to}, "sends again");
            }
            break;
        default:
            reload(at);
    }
}

void operators::hold_message(node& at) {
    if (const auto id = some_message()) {
        send(at, request::hold{*id, {}, true}, "holds " + protocol::to_text(*id));
        x_stops.push_back(std::make_unique<stop>(stop{&at, request::hold{*id, {}, false}, false}));
    }
}

void operators::send(node& at, route::api_request what, const std::string& told) {
    x_note(at.name(), "operator " + told);
    auto then = expect(at, what);
    at.request(the_operator, std::move(what), std::move(then));
}

operators::answered operators::expect(node& at, const route::api_request& what) {
    if (const auto* one = std::get_if<request::suspend_peer>(&what)) {
        return expect_no_session(at, *one);
    }
    if (std::holds_alternative<request::test_link>(what)) {
        return expect_an_end(at);
    }
    return [](const route::api_response&) {};
}

// From its yes on, over crashes, until somebody says something else or its time is over. A gateway
// that is restored to a backup may have forgotten it. One that said yes under a time that was
// behind, and starts again with the right one, takes what is between for time that has passed.
operators::answered operators::expect_no_session(node& at, const request::suspend_peer& what) {
    auto one = std::make_shared<suspension>();
    one->at = &at;
    one->peer = what.peer;
    one->word = ++x_words[{at.name(), what.peer}];
    if (!what.suspend) {
        return [](const route::api_response&) {};
    }
    return [this, one, lasts = what.lasts](const route::api_response& said) {
        const heap_scope nobodys(nullptr);
        if (std::holds_alternative<route::response::done>(said)) {
            const auto whole = lasts ? microseconds(*lasts) : microseconds(std::chrono::years{1});
            one->until = x_clock.elapsed() + whole - clock_error_max;
            one->only_life = lasts ? std::optional(one->at->life()) : std::nullopt;
            look(one);
        }
    };
}

void operators::look(const std::shared_ptr<suspension>& one) {
    const auto now = x_clock.elapsed();
    auto& at = *one->at;
    const bool is_over = x_words.at({at.name(), one->peer}) != one->word || now > one->until;
    if (is_over || at.was_restored() || at.life() != one->only_life.value_or(at.life())) {
        return;
    }
    if (at.is_alive() && at.gateway().is_ready()) {
        const auto session = at.gateway().state().session_with(one->peer).value_or(0);
        if (session == 0 || session != one->session || at.life() != one->life) {
            one->session = session;
            one->life = at.life();
            one->seen_at = now;
        } else if (now - one->seen_at > end_time_max) {
            x_problems.push_back(at.name() + " has a session with " +
                                 std::string(one->peer.text()) + ", which is suspended");
            return;
        }
    }
    x_clock.after(between_looks, [this, one] { look(one); });
}

operators::answered operators::expect_an_end(node& at) {
    auto is_over = std::make_shared<bool>(false);
    x_clock.after(trial_time_max, [this, &at, life = at.life(), is_over] {
        if (!*is_over && at.is_alive() && at.life() == life) {
            x_problems.push_back(at.name() + " has not ended its trial of a link");
        }
    });
    return [is_over](const route::api_response&) { *is_over = true; };
}

void operators::reload(node& at) {
    auto config = std::make_shared<config::gateway>(at.config());
    for (auto& times : config->times) {
        times.send_again_after =
            std::chrono::seconds{static_cast<std::int64_t>(x_random.between(60, 1'800))};
    }
    for (auto& route : config->routes) {
        if (route.via.size() > 1 && x_reroutes.chance(0.5)) {
            std::rotate(route.via.begin(), route.via.begin() + 1, route.via.end());
            x_note(at.name(), "operator prefers " + route.via.front() + " for " + route.to);
        }
    }
    x_note(at.name(), "operator reloads the configuration");
    at.reload(std::move(config));
}

std::optional<protocol::message_id> operators::some_message() {
    const auto& wishes = x_agencies.wishes();
    if (wishes.empty()) {
        return std::nullopt;
    }
    const auto& one = *wishes[x_random.below(wishes.size())];
    return one.accepted.empty() ? std::nullopt : std::optional(one.accepted.front());
}

protocol::bureau_id operators::some_peer(const node& at) {
    const auto& links = at.config().links;
    return links[x_random.below(links.size())].peer;
}

bool operators::put_right() {
    x_is_over = true;
    bool all = true;
    for (auto& one : x_stops) {
        if (one->is_undone) {
            continue;
        }
        all = false;
        if (!is_up(*one->at) || !one->at->gateway().is_ready()) {
            continue;
        }
        static_cast<void>(expect(*one->at, one->undo));
        one->at->request(
            the_operator, one->undo, [raw = one.get()](const route::api_response& said) {
                // A refusal says that nothing of it is stopped any more.
                const auto* problem = std::get_if<route::response::problem>(&said);
                raw->is_undone = problem == nullptr || problem->code == protocol::errc::conflict ||
                                 problem->code == protocol::errc::not_found;
            });
    }
    return all;
}

}  // namespace dhow::sim
