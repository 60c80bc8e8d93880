// Whether the ends of our cases have reached and been heeded by everybody, and what to do if not.
// Way of the message: receipts -> store -> [cases]: complete, a reminder, or issued again ->
// submission.
// Pure. Net thread.
// Spec: docs/decisions/0017 (states, failure table). Tests: unit/route/cases_origin_test.cpp.
// Limits: case_looks_max, case_messages_max, case_first_reminder, case_issue_again_after.
#pragma once

#include "daemon/route/case_book.hpp"
#include "daemon/route/owed_ends.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/submission.hpp"

namespace dhow::route {

class cases {
public:
    cases(core& shared, submission& submit, queries& ask)
        : x_core(shared), x_submission(submit), x_queries(ask) {}

    /// Whom an earlier run still owed ends; before start().
    void restore(const std::map<std::string, std::string>& meta);
    /// What an earlier run left open.
    void start() { wake_at(x_core.now); }
    void wake_at(utc_time at) { x_next = std::min(x_next.value_or(at), at); }
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const {
        return x_is_looking ? std::nullopt : x_next;
    }
    /// A peer has an older store: it may have lost ends of ours.
    void on_restored(bureau_id peer);
    void report(const caller& who, const request::case_of& what, answer_to answer);

private:
    struct look;
    using look_ptr = std::shared_ptr<look>;
    struct missing {
        std::vector<bureau_id> without_receipt;
        std::vector<std::pair<bureau_id, std::string>> not_removed;
        [[nodiscard]] bool is_empty() const {
            return without_receipt.empty() && not_removed.empty();
        }
    };
    void look_at(const digest& key, std::function<void(look&)> then);
    void gather(const look_ptr& what);
    [[nodiscard]] std::vector<bureau_id> holders_of(const look& what) const;
    [[nodiscard]] missing missing_of(const look& what) const;
    void judge(look& what);
    void note(look& what, store::case_row row, const missing& open);
    [[nodiscard]] bool is_issued_after(const look& what, bureau_id to, store::row_id row) const;
    [[nodiscard]] utc_time last_issued(const look& what, bureau_id to) const;
    [[nodiscard]] bool is_refused(const look& what, bureau_id by) const;
    void issue_where_due(look& what, const missing& open);
    void issue_restriction_again(const look& what, bureau_id to);
    void issue_again(const answer::case_item& end, std::vector<bureau_id> to, bool to_all);
    void open_own(const std::shared_ptr<answer::full_message>& message, bytes body,
                  std::function<void(protocol::content&)> then);
    void go_through_ended(bureau_id peer, digest after);
    void on_gone_through(bureau_id peer);
    void go_through_owed();
    void try_report(const caller& who, std::vector<std::pair<std::string, digest>> keys,
                    answer_to answer);
    [[nodiscard]] response::case_report make_report(const look& what) const;

    core& x_core;
    submission& x_submission;
    queries& x_queries;
    /// A peer that was restored, until a pass through our ended cases finds nothing to issue.
    struct restored_peer {
        bool is_running = false;
        bool again = false;       ///< Something was issued, which may come to nothing.
        store::row_id since = 0;  ///< What has a higher row went to the new store.
        utc_time due{};
    };
    std::map<bureau_id, restored_peer> x_owed;
    std::optional<utc_time> x_next;
    bool x_is_looking = false;
};

}  // namespace dhow::route
