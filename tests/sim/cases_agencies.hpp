// Agencies that read what they are offered, act on it, answer requests, and remove what has ended.
// Way of the message: inbox -> [an agency] -> acknowledgement, reply.
// Pure.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test.
// Limits: two agencies a bureau, each of which gets all of a case.
#pragma once

#include "tests/sim/cases_people.hpp"

namespace dhow::sim {

class case_agencies {
public:
    case_agencies(case_room& room, case_writers& writers) : x_room(room), x_writers(writers) {}
    /// They look so often until stop_acting(), then less often.
    void plan(microseconds interval);
    /// From now on all that has ended is removed, but by agencies that never do.
    void tidy_up() { x_is_tidying = true; }
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    [[nodiscard]] std::uint64_t taken() const { return x_taken; }
    [[nodiscard]] std::uint64_t removed() const { return x_removed; }
    [[nodiscard]] std::uint64_t replies() const { return x_replies; }
    /// Never says that it has removed anything.
    [[nodiscard]] static bool is_stubborn(const std::string& bureau, const std::string& agency,
                                          std::uint64_t seed);
    void set_seed(std::uint64_t seed) { x_seed = seed; }
    [[nodiscard]] static const std::vector<std::string>& names();

private:
    enum class mind : std::uint8_t { take, leave, reject };
    using entry = route::response::inbox_entry;
    void look(node& at, const std::string& agency);
    void read(node& at, const std::string& agency, const entry& what);
    void on_opened(node& at, const std::string& agency, const entry& what,
                   const protocol::content& content);
    void act(node& at, const std::string& agency, const entry& what);
    void acknowledge(node& at, const std::string& agency, const protocol::message_id& id,
                     bool taken, bool removed);
    void remove_taken(node& at, const std::string& agency);
    void answer(node& at, const std::string& finder, const protocol::message_id& to,
                const document_facts& asked);
    void reply(node& at, const std::string& finder, const protocol::message_id& to,
               const document_facts& asked, bool promises);
    template <class Function>
    void soon(node& at, Function what);

    case_room& x_room;
    case_writers& x_writers;
    microseconds x_interval{0};
    std::uint64_t x_seed = 0;
    bool x_is_tidying = false;
    std::set<holding> x_read, x_to_remove;
    std::map<holding, mind> x_minds;
    std::set<protocol::message_id> x_answered;
    std::vector<std::string> x_problems;
    std::uint64_t x_taken = 0, x_removed = 0, x_replies = 0;
};

}  // namespace dhow::sim
