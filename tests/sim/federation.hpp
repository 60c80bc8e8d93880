// Configurations of a small federation: bureaus that know a hub, and the hub that knows them.
// Way of the message: the simulator's stand for what administrators write.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: at most a handful of bureaus.
#pragma once

#include "config/model.hpp"
#include "protocol/directory.hpp"
#include "tests/sim/prng.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dhow::sim {

inline const std::string hub_name = "IPSG";
inline const std::string second_hub_name = "RB";
inline const std::string third_hub_name = "RC";
inline const std::string stranger_name = "XH";

/// The same, issued then, with what each of these is. So much is believed of the stranger, too.
std::shared_ptr<const protocol::directory> with_roles(protocol::directory out,
                                                      protocol::utc_time issued);

/// `bureaus` dial each of `hubs`, every second bureau prefers the next one; the hubs hand on to
/// each other what they cannot hand to a bureau. An agency named "desk" may send everything and
/// gets everything. The first hub, whose configuration is the last, also listens to `stranger`, to
/// whom no route leads. With `two_bearers` each bureau has a second link to each hub; with `dear`
/// that one costs more and is bound by the rules of it, at both ends.
std::vector<std::shared_ptr<const config::gateway>> make_federation(
    const std::vector<std::string>& bureaus, const std::vector<std::string>& hubs,
    const std::string& stranger, bool two_bearers,
    const std::optional<config::link>& dear = std::nullopt);

/// Windows, quota and times of a satellite link, for the first 20 minutes after `start`.
config::link draw_satellite(prng& random, protocol::utc_time start);

/// In most federations some of the links carry flash beside the sessions of their peers.
void draw_flash_beside(prng random, std::vector<std::shared_ptr<const config::gateway>>& all);

}  // namespace dhow::sim
