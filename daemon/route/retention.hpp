// Asks the source of a case before its retention date, ends it at the date, deletes what is left.
// Way of the message: store -> [retention] -> a note to the agency, submission (the end), store.
// Pure. Net thread.
// Spec: docs/decisions/0021-retention.md (states, failure table). Tests:
// unit/route/retention_test.cpp.
// Limits: case_looks_max rows a page, one after the other; outcomes_per_receipt_max messages a
// commit; retention_again.
#pragma once

#include "daemon/route/case_book.hpp"
#include "daemon/route/opening.hpp"
#include "daemon/route/own_note.hpp"
#include "daemon/route/submission.hpp"

#include <deque>

namespace dhow::route {

/// The least that a source has to answer that is asked now, or late, because we were off.
utc_time answer_by(utc_time asked);

class retention {
public:
    retention(core& shared, submission& submit, opening& opening_)
        : x_core(shared), x_submission(submit), x_opening(opening_) {}

    /// What an earlier run left.
    void start() { x_core.wake_retention(x_core.now); }
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const {
        return x_is_looking || x_core.stopping ? std::nullopt : x_core.retention_due;
    }

private:
    void load_page();
    /// The next row of the page; every way through judge() ends here.
    void step();
    void finish();
    /// It is not done, and looked at again after retention_again.
    void leave();
    void judge(const store::case_row& row);
    void put_off(const store::case_row& row);
    void ask(const store::case_row& row);
    void put_question(const store::case_row& row, const message_id& about, const note_ptr& note);
    void end(const store::case_row& row);
    void submit_end(const store::case_row& row, const bytes& plain);
    void cannot_end(const store::case_row& row, const std::string& why);
    void remove(const store::case_row& row);
    void prove(const store::case_row& row, std::vector<answer::case_item> items, bool is_all);
    void commit(const store::case_row& row, const std::vector<answer::case_item>& items,
                bool is_all, bytes proof);

    core& x_core;
    submission& x_submission;
    opening& x_opening;
    std::deque<store::case_row> x_rows;
    std::optional<store::case_row> x_last;  ///< Of the pages so far.
    std::optional<utc_time> x_next;         ///< As the store says.
    bool x_is_looking = false;
    bool x_is_left = false;  ///< Something was left.
};

}  // namespace dhow::route
