// Opens what is addressed to us, puts it into the inbox, assigns it to agencies, and owes the end
// receipt. Way of the message: inbound (custody) -> [opening] -> seal (open) -> store -> inbox,
// receipts. Pure. Net thread. Spec: docs/overview.md#opening (states, failure table). Tests:
// unit/route/inbox_test.cpp, sim. Limits: open_at_once; a message under which two starts died is
// quarantined.
#pragma once

#include "daemon/route/assignment.hpp"
#include "daemon/route/receipts.hpp"

#include <optional>
#include <set>

namespace dhow::route {

class opening {
public:
    opening(core& shared, receipts& receipts_) : x_core(shared), x_receipts(receipts_) {}
    void set_notify(std::function<void(const std::string&)> notify) {
        x_notify = std::move(notify);
    }

    /// A message that was just committed with a delivery to ourselves in state `received`.
    void open(store::message_row message, protocol::preamble preamble, bytes body);
    /// An attachment arrived: when all are here, the inbox says so and the origin is told.
    void complete_if_all_here(const answer::full_message& message);
    /// At start: those that an earlier run did not get to; each is marked first, two marks
    /// quarantine.
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
    };
    void next();
    void on_opened(const waiting& what, seal::done::opened_message& opened);
    void on_duplicate(const waiting& what, const digest& content_digest);
    void on_refused(const waiting& what, errc code);
    void settle(const waiting& what, store::delivery_state state, errc code,
                protocol::outcome_kind kind);
    [[nodiscard]] protocol::outcome make_outcome(const waiting& what,
                                                 protocol::outcome_kind kind) const;
    void mark_and_open(const store::delivery_row& row);
    void load_and_open(store::row_id message, std::function<void()> then);
    void load_unopened_after(store::row_id message);
    void retry_next(std::size_t left);

    core& x_core;
    receipts& x_receipts;
    std::function<void(const std::string&)> x_notify;
    std::deque<waiting> x_waiting;
    std::size_t x_open = 0;
    std::optional<store::row_id> x_start_from;  ///< load_unopened() stopped before this one.
    std::set<store::row_id> x_not_opened;       ///< Still `received`: the commit failed.
    std::set<store::row_id> x_not_completed;    ///< All is here: the commit failed.
};

}  // namespace dhow::route
