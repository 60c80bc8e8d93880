// Whether each gateway keeps to windows and quotas of its links: looks at every frame it writes.
// Way of the message: beside it; told of what is written and read.
// Pure. Its rules are written anew here, not taken from the core.
// Spec: docs/simulator.md#checks. Tests: sim, sim/bearer_watch_test.cpp.
// Limits: one run's worth.
#pragma once

#include "config/model.hpp"
#include "protocol/frame.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace dhow::sim {

class bearer_watch {
public:
    using utc_time = protocol::utc_time;
    /// IP bytes of a link, either way.
    void count(const std::string& node, const std::string& link, std::uint64_t ip_bytes) {
        x_used[{node, link}] += ip_bytes;
    }
    /// What the node counts from now on need not be what was counted here: it died, was restored,
    /// or its clock was wrong.
    void forget_counts(const std::string& node) { x_forgotten.insert(node); }
    /// A session over this link has written these bytes; `now` by the node's clock.
    void on_written(const std::string& node, const config::link& link, std::uint64_t session,
                    protocol::byte_view data, utc_time now);
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    /// Frames that a window or a quota might have kept back, and did not have to.
    [[nodiscard]] std::uint64_t watched() const { return x_watched; }

private:
    struct stream {
        protocol::message_class cls = protocol::message_class::routine;
        std::uint64_t body_bytes = 0;
    };
    struct line {
        protocol::bytes rest;
        utc_time began{};  ///< Of the frame in `rest`.
        std::uint64_t used_then = 0;
        std::map<protocol::stream_id, stream> streams;
    };
    void judge(const std::string& node, const config::link& link, const line& on,
               const stream& what, std::uint64_t frame_bytes);

    std::map<std::pair<std::string, std::string>, std::uint64_t> x_used;
    std::map<std::pair<std::string, std::uint64_t>, line> x_lines;
    std::set<std::string> x_forgotten;
    std::vector<std::string> x_problems;
    std::uint64_t x_watched = 0;
};

}  // namespace dhow::sim
