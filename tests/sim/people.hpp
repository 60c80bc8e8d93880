// People of the simulator: agencies that submit, retry with the same key until accepted, and take.
// Way of the message: the two ends of it.
// Pure.
// Spec: docs/simulator.md. Tests: sim.
// Limits: texts up to 100 KB, attachments up to 200 KB, so that runs stay short.
#pragma once

#include "tests/sim/node.hpp"

namespace dhow::sim {

/// One message that an agency wants sent, and what it knows of it.
struct wish {
    std::size_t number = 0;
    node* from = nullptr;
    std::vector<std::string> to;
    protocol::message_class cls = protocol::message_class::routine;
    protocol::bytes text;
    std::vector<protocol::bytes> attachments;
    std::optional<protocol::message_id> accepted;
    bool is_due = false;  ///< Its time has come; asked until accepted.
    bool asking = false;
    std::uint64_t life = 0;  ///< Of the node, when it was asked.
};

class people {
public:
    people(clockwork& clock, prng& random) : x_clock(clock), x_random(random) {}
    void plan(std::vector<node*> nodes, std::size_t messages, microseconds over);
    /// Asks again for every wish that has no answer; call often.
    void nag();
    [[nodiscard]] bool all_accepted() const;
    [[nodiscard]] const std::vector<std::unique_ptr<wish>>& wishes() const { return x_wishes; }

private:
    void ask(wish& one);
    void upload(wish& one, std::size_t index, std::vector<route::upload_id> done);
    void submit(wish& one, std::vector<route::upload_id> attachments);

    clockwork& x_clock;
    prng& x_random;
    std::vector<std::unique_ptr<wish>> x_wishes;
};

}  // namespace dhow::sim
