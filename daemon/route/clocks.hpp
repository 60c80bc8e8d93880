// Looks at clocks that are due: nobody has answered, or nothing has arrived, in the time for it.
// Way of the message: beside it; store -> [clocks] -> event, alarm, notice, another way, the next
// request.
// Pure. Net thread.
// Spec: docs/decisions/0018-answer-clocks.md (states, failure table). Tests:
// unit/route/clocks_test.cpp.
// Limits: clocks_a_look; what could not be written is tried again each minute.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/clock_marks.hpp"
#include "daemon/route/diversion.hpp"
#include "daemon/route/opening.hpp"
#include "daemon/route/own_note.hpp"

#include <set>

namespace dhow::route {

class clocks {
public:
    using submitter =
        std::function<void(const std::string& agency, request::submit what, answer_to answer)>;

    clocks(core& shared, diversion& divert, opening& opening_)
        : x_core(shared), x_divert(divert), x_opening(opening_) {}
    void set_submit(submitter submit) { x_submit = std::move(submit); }

    /// At start, when what an earlier run left is loaded.
    void start();
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

private:
    struct own_message;
    void look();
    void judge(const store::clock_row& row);
    void judge_papers(const store::clock_row& row);
    /// When it may fire by what is certain of our time; `now` or earlier: it does.
    [[nodiscard]] utc_time certain_due(const store::clock_row& row) const;
    void put_off(const store::clock_row& row, std::optional<utc_time> at);
    void fire(const store::clock_row& row, std::uint8_t fired, std::uint8_t tasks,
              const std::string& text);
    [[nodiscard]] std::uint8_t tasks_of(const store::clock_row& row) const;
    [[nodiscard]] std::string text_of(const store::clock_row& row) const;

    // One task at a time of each clock; the next look goes on with the next.
    void carry_out(const store::clock_row& row);
    void tell_desk(const store::clock_row& row);
    void store_notice(const store::clock_row& row, const note_ptr& note);
    void find_other_way(const store::clock_row& row);
    void ask_again(const store::clock_row& row);
    void read_copy(const store::clock_row& row, const answer::full_message& message);
    void submit_next(const store::clock_row& row, const store::message_row& message,
                     protocol::content& content);
    void give_up_asking(const store::clock_row& row, const std::string& why);
    void end_task(const store::clock_row& row, store::clock_task task,
                  store::transaction also = {});
    void try_later(const store::clock_row& row);

    core& x_core;
    diversion& x_divert;
    opening& x_opening;
    submitter x_submit;
    std::set<store::row_id> x_busy;  ///< With a task under way.
    bool x_looking = false;
    utc_time x_looked_at{};
};

}  // namespace dhow::route
