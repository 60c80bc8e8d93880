// Configurations of a small federation.
// Way of the message: see federation.hpp.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see federation.hpp.
#include "tests/sim/federation.hpp"

#include <algorithm>

namespace dhow::sim {

namespace {
/// Begins the name of a second link to the same peer.
const std::string second_bearer = "sat-";

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

config::gateway make_bureau(const std::string& name, std::vector<std::string> hubs,
                            std::size_t preferred, bool two_bearers) {
    auto out = base(name);
    std::rotate(hubs.begin(), hubs.begin() + static_cast<std::ptrdiff_t>(preferred % hubs.size()),
                hubs.end());
    config::route all{.to = "*", .via = {}, .line = 1};
    for (const auto& hub : hubs) {
        add_link(out, hub, config::link_mode::dial);
        all.via.push_back("to-" + hub);
        if (two_bearers) {
            add_link(out, hub, config::link_mode::dial, second_bearer);
        }
    }
    out.routes.push_back(std::move(all));
    return out;
}

config::gateway make_hub(const std::vector<std::string>& bureaus,
                         const std::vector<std::string>& hubs, std::size_t which) {
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
        config::route way{.to = name, .via = {"from-" + name}, .line = 1};
        way.via.insert(way.via.end(), others.begin(), others.end());
        out.routes.push_back(std::move(way));
    }
    return out;
}
}  // namespace

std::vector<std::shared_ptr<const config::gateway>> make_federation(
    const std::vector<std::string>& bureaus, const std::vector<std::string>& hubs,
    const std::string& stranger, bool two_bearers) {
    std::vector<std::shared_ptr<const config::gateway>> out;
    for (std::size_t i = 0; i < bureaus.size(); ++i) {
        out.push_back(
            std::make_shared<const config::gateway>(make_bureau(bureaus[i], hubs, i, two_bearers)));
    }
    for (std::size_t i = hubs.size(); i-- > 0;) {
        auto hub = make_hub(bureaus, hubs, i);
        if (i == 0) {
            add_link(hub, stranger, config::link_mode::listen);
        }
        out.push_back(std::make_shared<const config::gateway>(std::move(hub)));
    }
    return out;
}

}  // namespace dhow::sim
