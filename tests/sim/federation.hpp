// Configurations of a small federation: bureaus that know a hub, and the hub that knows them.
// Way of the message: the simulator's stand for what administrators write.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: at most a handful of bureaus.
#pragma once

#include "config/model.hpp"

#include <memory>
#include <string>
#include <vector>

namespace dhow::sim {

/// `bureaus` dial `hub`; an agency named "desk" may send everything and gets everything. The hub
/// also listens to `stranger`, to whom no route leads.
std::vector<std::shared_ptr<const config::gateway>> make_federation(
    const std::vector<std::string>& bureaus, const std::string& hub, const std::string& stranger);

}  // namespace dhow::sim
