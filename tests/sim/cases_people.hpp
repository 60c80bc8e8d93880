// Who writes notices, diffusions and hits: stories, whose steps come at random times, one after the
// other.
// Way of the message: [a story] -> submission.
// Pure.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test.
// Limits: versions below ten; a step that is refused for good ends its story.
#pragma once

#include "tests/sim/cases_clocks.hpp"
#include "tests/sim/people.hpp"

namespace dhow::sim {

/// What all parts of such a run share.
struct case_room {
    clockwork& clock;
    prng& random;
    case_checks& cases;
    clock_checks& clocks;
    people::noter note;
    std::vector<node*> nodes;         ///< The hub of the federation is last.
    unsigned requests_by_itself = 1;  ///< That a gateway sends about one hit.
    microseconds span(microseconds most) const {
        return microseconds{
            static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(most.count())))};
    }
    [[nodiscard]] node& at(const std::string& name) const;
};

/// One document that its writer asks to have sent until there is an answer.
struct draft_paper {
    node* from = nullptr;
    std::string agency = "desk";
    document what{"message.text"};
    std::vector<std::string> to;
    protocol::message_class cls = protocol::message_class::routine;
    bool never_expires = false;
    std::function<void(const protocol::message_id&)> then = {};
    // Kept while it is asked
    std::string text = {}, key = {};
    document_facts facts = {};
    unsigned refusals = 0;
};
using draft_ptr = std::shared_ptr<draft_paper>;

class case_writers {
public:
    explicit case_writers(case_room& room) : x_room(room) {}
    /// Stories of a run, all of which begin within this time.
    void plan(microseconds over);
    /// Asks until there is an answer.
    void send(draft_paper what);
    [[nodiscard]] bool is_done() const { return x_asking == 0 && x_planned == 0; }
    /// Every message that gives something to act on, for whoever sends again.
    [[nodiscard]] const std::vector<std::pair<node*, protocol::message_id>>& contents() const {
        return x_contents;
    }
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    [[nodiscard]] std::uint64_t papers() const { return x_papers; }
    [[nodiscard]] std::uint64_t ends() const { return x_ends; }
    [[nodiscard]] std::uint64_t requests() const { return x_requests; }

private:
    struct notice;
    struct diffusion;
    struct hit;
    void ask(const draft_ptr& what);
    void on_answer(const draft_ptr& what, const route::api_response& said);
    /// The next step, some time later.
    template <class Function>
    void later(microseconds most, Function what);
    void go_on(const std::shared_ptr<notice>& what);
    void go_on(const std::shared_ptr<diffusion>& what);
    void go_on(const std::shared_ptr<hit>& what);
    void judge(const std::shared_ptr<diffusion>& what);
    void close(const std::shared_ptr<hit>& what);
    draft_paper notice_paper(const std::shared_ptr<notice>& about, const std::string& kind);
    draft_paper diffusion_paper(const std::shared_ptr<diffusion>& about, const std::string& kind);
    [[nodiscard]] std::vector<std::string> some_bureaus(const node* but);

    case_room& x_room;
    std::vector<std::pair<node*, protocol::message_id>> x_contents;
    std::vector<std::string> x_problems;
    std::size_t x_asking = 0, x_planned = 0;
    std::uint64_t x_keys = 0, x_papers = 0, x_ends = 0, x_requests = 0;
};

}  // namespace dhow::sim
