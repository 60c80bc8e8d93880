// Opens what is addressed to us, puts it into the inbox, assigns it to agencies, and owes the end
// receipt. Way of the message: inbound (custody) -> [opening] -> seal (open) -> store -> inbox,
// receipts. Pure. Net thread. Spec: docs/overview.md#opening (states, failure table). Tests:
// unit/route/inbox_test.cpp, unit/route/opening_start_test.cpp, sim.
// Limits: open_at_once; what a start opens alone and dies of twice is quarantined.
#pragma once

#include "daemon/route/assignment.hpp"
#include "daemon/route/case_book.hpp"
#include "daemon/route/receipts.hpp"
#include "daemon/route/unassigned.hpp"
#include "protocol/known.hpp"

#include <optional>
#include <set>

namespace dhow::route {

class opening {
public:
    opening(core& shared, receipts& receipts_)
        : x_core(shared), x_receipts(receipts_), x_unassigned(shared) {}
    void set_notify(const std::function<void(const std::string&)>& notify) {
        x_notify = notify;
        x_unassigned.set_notify(notify);
    }
    /// At start and when the configuration has changed: what no agency could have is looked at.
    void on_configured() { x_unassigned.look(); }

    /// A message that was just committed with a delivery to ourselves in state `received`.
    void open(store::message_row message, protocol::preamble preamble, bytes body);
    /// An attachment arrived: when all are here, the inbox says so and the origin is told.
    void complete_if_all_here(const answer::full_message& message);
    /// At start: those that an earlier run did not get to, marked and opened in batches. Those
    /// that are marked already wait: they are opened one by one when the daemon has been up for a
    /// minute, and those that end it twice even so are quarantined.
    void load_unopened();
    /// At start: those whose last attachment arrived just before the end.
    void load_incomplete(store::row_id after);
    /// Asks the store whether all of a message, in whichever attempts it came, is here.
    void check_complete(store::row_id message);
    /// What could not be written down, the disk being full, is tried again. Each minute.
    void retry();

private:
    struct waiting {
        store::message_row message;
        protocol::preamble preamble;
        bytes body;
        std::function<void(bool is_settled)> then;  ///< False: it is still `received`.
    };
    struct to_read {
        answer::full_message what;
        std::function<void(bool is_settled)> then;
    };
    /// An opened message on its way into the inbox.
    struct admission {
        waiting what;
        digest content_digest;
        bytes sealed_summary;
        bool complete = false;
        std::vector<std::string> agencies;  ///< By the rules.
        confidentiality level = confidentiality::unsaid;
        std::optional<case_text> said;  ///< Of its case.
        [[nodiscard]] const case_text& case_said() const {
            return protocol::known(said, "a message that is of no case");
        }
        digest key;  ///< Of its case.
        std::string recipients;
        std::vector<store::change> clocks;  ///< What it starts, answers or ends.
        std::optional<utc_time> clock_due;
        unsigned tries = 0;  ///< Its case went on while it was judged.
    };
    using admission_ptr = std::shared_ptr<admission>;
    struct place;  ///< What its case makes of it.
    void next();
    void find_place(const admission_ptr& made);
    [[nodiscard]] place place_in(const admission& made, const answer::case_file& file) const;
    [[nodiscard]] bool is_past_retention(const admission& made) const;
    void move_earlier(place& to, const admission& made, const answer::case_item& item,
                      kinds::case_role by) const;
    void admit(const admission_ptr& made, place where);
    void keep_for_nobody(std::vector<store::change>& to, const admission& made,
                         store::assignment_state state) const;
    void on_admitted(const admission_ptr& made, const place& where,
                     const store::transaction_result& result);
    void on_opened(const waiting& what, seal::done::opened_message& opened);
    void on_duplicate(const waiting& what, const digest& content_digest);
    void on_refused(const waiting& what, errc code);
    void settle(const waiting& what, store::delivery_state state, errc code,
                protocol::outcome_kind kind);
    [[nodiscard]] protocol::outcome make_outcome(const waiting& what,
                                                 protocol::outcome_kind kind) const;
    std::function<void(bool)> or_later(store::row_id message);
    void load_and_open(store::row_id message, std::function<void(bool)> then);
    void read_next();
    void read(const std::shared_ptr<to_read>& next, std::uint64_t bytes_total);
    void next_batch();
    void mark_and_open(const std::vector<store::row_id>& batch);
    void next_suspect();
    void take_back(store::row_id message, std::uint8_t ends);
    void quarantine(store::row_id message, std::function<void(bool)> then);

    core& x_core;
    receipts& x_receipts;
    unassigned x_unassigned;
    std::function<void(const std::string&)> x_notify;
    std::deque<to_read> x_to_read;
    std::deque<waiting> x_waiting;
    std::size_t x_open = 0;
    std::uint64_t x_open_bytes = 0;  ///< Of bodies with the crypto workers.
    std::uint64_t x_bytes = 0;       ///< Of all bodies here, and those being read.
    utc_time x_started_at{};
    store::row_id x_start_after = 0;  ///< Up to here the start has looked.
    store::row_id x_start_upto = 0;   ///< What is later has come in this run.
    bool x_start_is_stuck = false;    ///< The mark of the batch after it was not written.
    /// Being opened when an earlier run ended, and how often that was so.
    std::map<store::row_id, std::uint8_t> x_suspects;
    bool x_suspect_is_open = false;
    /// Still `received`: the commit failed, or the workers had too much to do.
    std::set<store::row_id> x_not_opened;
    store::row_id x_retried = 0;              ///< The last of them that was tried again.
    std::set<store::row_id> x_not_completed;  ///< All is here: the commit failed.
};

}  // namespace dhow::route
