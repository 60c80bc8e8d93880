// Configurations of a small federation.
// Way of the message: see federation.hpp.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: see federation.hpp.
#include "tests/sim/federation.hpp"

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
    return out;
}
}  // namespace

std::vector<std::shared_ptr<const config::gateway>> make_federation(
    const std::vector<std::string>& bureaus, const std::string& hub, const std::string& stranger) {
    std::vector<std::shared_ptr<const config::gateway>> out;
    auto center = base(hub);
    for (const auto& name : bureaus) {
        auto one = base(name);
        one.links.push_back({.name = "to-" + hub,
                             .peer = center.bureau,
                             .mode = config::link_mode::dial,
                             .addresses = {"sim://" + hub}});
        one.routes.push_back({.to = "*", .via = {"to-" + hub}, .line = 1});
        center.links.push_back({.name = "from-" + name,
                                .peer = one.bureau,
                                .mode = config::link_mode::listen,
                                .addresses = {}});
        center.routes.push_back({.to = name, .via = {"from-" + name}, .line = 1});
        out.push_back(std::make_shared<const config::gateway>(std::move(one)));
    }
    center.links.push_back({.name = "from-" + stranger,
                            .peer = *protocol::bureau_id::parse(stranger),
                            .mode = config::link_mode::listen,
                            .addresses = {}});
    out.push_back(std::make_shared<const config::gateway>(std::move(center)));
    return out;
}

}  // namespace dhow::sim
