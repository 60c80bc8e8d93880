// Configurations of a small federation.
// Way of the message: see federation.hpp.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see federation.hpp.
#include "tests/sim/federation.hpp"

#include "tests/sim/network.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
config::gateway base(const std::string& name) {
    using namespace std::chrono_literals;
    config::gateway out;
    out.bureau = *protocol::bureau_id::parse(name);
    out.bureau_name = "NCB " + name;
    config::agency desk;
    desk.name = "desk";
    desk.send_kinds = {"*"};
    desk.send_to = {"*"};
    desk.send_classes = {protocol::message_class::flash, protocol::message_class::urgent,
                         protocol::message_class::routine, protocol::message_class::bulk};
    out.agencies["desk"] = desk;
    out.duty_desk = "desk";
    for (auto& times : out.times) {
        times.send_again_after = 10min;
        times.expires_after = 24h * 30;
    }
    out.times[0].dearer_after = 5s;
    out.times[1].dearer_after = 30s;
    out.times[2].dearer_after = 2min;
    return out;
}

void add_link(config::gateway& to, const std::string& peer, config::link_mode mode,
              const std::string& bearer = "") {
    const bool dials = mode == config::link_mode::dial;
    to.links.push_back({.name = bearer + (dials ? "to-" : "from-") + peer,
                        .peer = *protocol::bureau_id::parse(peer),
                        .mode = mode});
    if (dials) {
        to.links.back().addresses = {"sim://" + peer};
    }
}

using maybe_dear = std::optional<config::link>;

/// The second link to the same peer.
void add_satellite(config::gateway& to, const std::string& peer, config::link_mode mode,
                   const maybe_dear& dear) {
    add_link(to, peer, mode, satellite);
    if (!dear) {
        return;
    }
    auto bound = *dear;
    auto& made = to.links.back();
    bound.name = made.name;
    bound.peer = made.peer;
    bound.mode = made.mode;
    bound.addresses = made.addresses;
    bound.local = satellite;
    made = std::move(bound);
}

config::gateway make_bureau(const std::string& name, std::vector<std::string> hubs,
                            std::size_t preferred, bool two_bearers, const maybe_dear& dear) {
    auto out = base(name);
    std::rotate(hubs.begin(), hubs.begin() + static_cast<std::ptrdiff_t>(preferred % hubs.size()),
                hubs.end());
    config::route all{.to = "*", .via = {}, .line = 1};
    for (const auto& hub : hubs) {
        add_link(out, hub, config::link_mode::dial);
        all.via.push_back("to-" + hub);
        if (two_bearers) {
            add_satellite(out, hub, config::link_mode::dial, dear);
        }
    }
    out.routes.push_back(std::move(all));
    return out;
}

config::gateway make_hub(const std::vector<std::string>& bureaus,
                         const std::vector<std::string>& hubs, std::size_t which,
                         const maybe_dear& dear) {
    auto out = base(hubs[which]);
    std::vector<std::string> others;
    for (std::size_t i = 0; i < hubs.size(); ++i) {
        if (i != which) {
            const auto mode = i < which ? config::link_mode::dial : config::link_mode::listen;
            add_link(out, hubs[i], mode);
            others.push_back(out.links.back().name);
            out.routes.push_back({.to = hubs[i], .via = {others.back()}, .line = 1});
        }
    }
    for (const auto& name : bureaus) {
        add_link(out, name, config::link_mode::listen);
        if (dear) {
            add_satellite(out, name, config::link_mode::listen, dear);
        }
        config::route way{.to = name, .via = {"from-" + name}, .line = 1};
        way.via.insert(way.via.end(), others.begin(), others.end());
        out.routes.push_back(std::move(way));
    }
    return out;
}
}  // namespace

std::shared_ptr<const protocol::directory> with_roles(protocol::directory out,
                                                      protocol::utc_time issued) {
    out.head.issued = issued;
    for (auto& entry : out.entries) {
        const auto name = entry.bureau.text();
        if (name == hub_name) {
            entry.role = protocol::bureau_role::general_secretariat;
        } else if (name == stranger_name || name == second_hub_name || name == third_hub_name) {
            entry.role = protocol::bureau_role::hub;
        }
    }
    return std::make_shared<const protocol::directory>(std::move(out));
}

std::vector<std::shared_ptr<const config::gateway>> make_federation(
    const std::vector<std::string>& bureaus, const std::vector<std::string>& hubs,
    const std::string& stranger, bool two_bearers, const maybe_dear& dear) {
    std::vector<std::shared_ptr<const config::gateway>> out;
    for (std::size_t i = 0; i < bureaus.size(); ++i) {
        out.push_back(std::make_shared<const config::gateway>(
            make_bureau(bureaus[i], hubs, i, two_bearers, dear)));
    }
    for (std::size_t i = hubs.size(); i-- > 0;) {
        auto hub = make_hub(bureaus, hubs, i, dear);
        if (i == 0) {
            add_link(hub, stranger, config::link_mode::listen);
        }
        out.push_back(std::make_shared<const config::gateway>(std::move(hub)));
    }
    return out;
}

void draw_flash_beside(prng random, std::vector<std::shared_ptr<const config::gateway>>& all) {
    if (!random.chance(0.7)) {
        return;
    }
    for (auto& one : all) {
        auto changed = *one;
        for (auto& link : changed.links) {
            const bool is_second = link.name.starts_with(satellite);
            if (random.chance(is_second ? 0.8 : 0.4)) {
                link.flash_beside =
                    random.chance(0.5) ? config::link_beside::always : config::link_beside::needed;
            }
        }
        one = std::make_shared<const config::gateway>(std::move(changed));
    }
}

config::link draw_satellite(prng& random, protocol::utc_time start) {
    using protocol::message_class;
    using std::chrono::seconds;
    const auto some_seconds = [&](std::uint64_t least, std::uint64_t most) {
        return seconds{static_cast<std::int64_t>(random.between(least, most))};
    };
    config::link out;
    out.cost = 10;
    const auto of_day =
        std::chrono::floor<seconds>(start - std::chrono::floor<std::chrono::days>(start));
    for (auto left = random.chance(0.7) ? random.between(1, 3) : 0; left > 0; --left) {
        config::link_window window;
        const auto opens = of_day + some_seconds(0, 1'200);
        constexpr seconds day{86'400};
        window.opens = opens % day;
        window.closes = (opens + some_seconds(10, 600)) % day;
        window.classes = {message_class::bulk};
        if (random.chance(0.5)) {
            window.classes.push_back(message_class::routine);
        }
        window.size_max_bytes = random.chance(0.3) ? random.between(1'000, 100'000) : 0;
        out.windows.push_back(std::move(window));
    }
    if (random.chance(0.6)) {
        out.quota.month_bytes = random.between(50'000, 1'000'000);
        if (random.chance(0.3)) {
            out.quota.beyond = {message_class::flash};
        }
    }
    out.idle_close = random.chance(0.4) ? some_seconds(5, 120) : seconds{0};
    out.call_every = std::chrono::minutes{5};
    out.hold_down = some_seconds(10, 300);
    return out;
}

}  // namespace dhow::sim
