// What is known of the lines of the connections, and what is set of them.
// Way of the message: see links.hpp.
// Not pure: owns connections.
// Spec: docs/poor-links.md. Tests: system.
// Limits: see links.hpp.
#include "daemon/app/links.hpp"
#include "daemon/link/congestion.hpp"

#include <algorithm>

namespace dhow::app {

void links::set_congestion(route::session_number session) {
    const auto& known = x_gateway.state();
    const auto record = known.sessions.find(session);
    const auto line = x_links.find(session);
    if (record == known.sessions.end() || line == x_links.end()) {
        return;
    }
    const auto& all = known.config->links;
    const auto found = std::ranges::find(all, record->second.bearer, &config::link::name);
    if (found == all.end() || found->congestion == config::link_congestion::kernel) {
        return;
    }
    const auto wanted = config::to_text(found->congestion);
    const auto error = line->second->set_congestion(wanted);
    if (error && x_refused.emplace(found->name, found->congestion).second) {
        const auto refusal = link::judge_congestion(wanted, error, {});
        x_log.write(route::log_level::warning, "congestion",
                    "link " + found->name + ": " + refusal->text + "; its connections keep `" +
                        line->second->congestion() + "`");
    }
}

route::line_facts links::facts(route::session_number session) const {
    const auto found = x_links.find(session);
    if (found == x_links.end()) {
        return {};
    }
    auto& line = *found->second;
    const auto under_way = line.under_way();
    return {.bytes_in = line.bytes_in(),
            .bytes_out = line.bytes_out(),
            .bytes_per_s = line.rate(),
            .round_trip = line.round_trip(),
            .traffic = line.traffic(),
            .congestion = line.congestion(),
            .under_way_bytes = under_way.bytes,
            .acknowledgements = under_way.acknowledgements,
            .usual_round_trip = under_way.usual_round_trip};
}

}  // namespace dhow::app
