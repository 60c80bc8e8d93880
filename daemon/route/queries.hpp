// What agencies and operators ask: status, why, events, evidence, queue, links, health, metrics;
// and the
// operator's verbs: hold, cancel, send again, suspend, call, back up, check.
// Way of the message: beside it. An agency sees only its own; an operator sees states, never
// content.
// Pure. Net thread.
// Spec: docs/agency-api.md, docs/operations.md (closed list of causes). Tests:
// unit/route/queries_test.cpp.
#pragma once

#include "daemon/route/diversion.hpp"
#include "daemon/route/peers.hpp"
#include "daemon/route/submission.hpp"
#include "daemon/route/trials.hpp"

#include <span>

namespace dhow::route {

/// What an evidence export is about, for those who add what a verifier needs beside it.
struct evidence_facts {
    protocol::seal seal;
    std::vector<protocol::receipt> receipts;
    std::optional<bytes> inner;  ///< The signed content; only for the agency that sent it.
};

/// As `dhow link list` and the health report say it.
std::string_view state_text(const link_record& link);

/// The CMS that anybody can verify.
bytes receipt_as_cms(const core& shared, const protocol::receipt& receipt);

class queries {
public:
    queries(core& shared, outbound& out, peers& peers_, trials& trials_, receipts& receipts_,
            diversion& divert, submission& submit)
        : x_core(shared),
          x_out(out),
          x_peers(peers_),
          x_trials(trials_),
          x_receipts(receipts_),
          x_divert(divert),
          x_submission(submit) {}

    /// What of our own message has not left is cancelled, and nothing goes after the rest: another
    /// message does.
    void call_back(const message_id& id, const std::string& actor,
                   const std::vector<bureau_id>& only = {});

    using evidence_files =
        std::function<std::vector<response::evidence_file>(const evidence_facts&)>;
    void set_evidence_files(evidence_files files) { x_evidence_files = std::move(files); }

    // Of one message
    void ask(const caller& who, const request::status& what, answer_to answer);
    void ask(const caller& who, const request::why& what, answer_to answer);
    void ask(const caller& who, const request::events& what, answer_to answer);
    void ask(const caller& who, const request::evidence& what, answer_to answer);
    void ask(const caller& who, const request::cancel& what, answer_to answer);
    void ask(const caller& who, const request::hold& what, answer_to answer);
    void ask(const caller& who, const request::send_again& what, answer_to answer);

    // Of the gateway
    void ask(const caller& who, const request::queue_summary& what, answer_to answer);
    void ask(const caller& who, const request::list_queue& what, answer_to answer);
    void ask(const caller& who, const request::list_links& what, const answer_to& answer);
    void ask(const caller& who, const request::call_link& what, const answer_to& answer);
    void ask(const caller& who, const request::test_link& what, const answer_to& answer);
    void ask(const caller& who, const request::set_quota& what, const answer_to& answer);
    void ask(const caller& who, const request::suspend_peer& what, const answer_to& answer);
    void ask(const caller& who, const request::explain_route& what, const answer_to& answer);
    void ask(const caller& who, const request::health& what, const answer_to& answer);
    void ask(const caller& who, const request::metrics& what, answer_to answer);
    void ask(const caller& who, const request::back_up& what, answer_to answer);
    void ask(const caller& who, const request::check_store& what, answer_to answer);
    void ask(const caller& who, const request::who_am_i& what, const answer_to& answer);
    void ask(const caller& who, const request::address& what, const answer_to& answer);
    void ask(const caller& who, const request::list_bureaus& what, const answer_to& answer);
    void ask(const caller& who, const request::list_clocks& what, answer_to answer);

    /// Whether flash waits for this peer, as last known; asks the store anew for the next time.
    [[nodiscard]] bool flash_waits(bureau_id peer) const;

private:
    using messages = std::vector<answer::full_message>;
    /// Rows of a message that the caller may see, the origin's first; `not_found` is answered when
    /// none.
    void find(const caller& who, const message_id& id, answer_to answer,
              std::function<void(messages&)> then);
    /// False: `unauthorised` was answered.
    static bool is_operator(const caller& who, const answer_to& answer);
    void add_bearer_facts(response::link_status& to) const;
    [[nodiscard]] std::vector<response::queue_outlook> outlooks_of(
        const std::vector<answer::queue_line>& lines) const;
    /// Puts what the message's clocks say behind it, and answers. In queries_clocks.cpp.
    void add_clocks(response::why said, const answer_to& answer);
    /// `queue`: for those that wait for their turn.
    [[nodiscard]] response::why why_of(const message_id& id, const messages& rows,
                                       std::span<const answer::queue_line> queue) const;
    [[nodiscard]] response::status make_status(const messages& rows) const;
    [[nodiscard]] response::recipient_status make_status(const answer::full_message& message,
                                                         const store::delivery_row& row) const;

    struct cancellation;
    void begin_cancellation(store::row_id row, const std::shared_ptr<cancellation>& cancels);
    void judge_cancellation(const std::shared_ptr<cancellation>& what);
    void cancel_here(const std::shared_ptr<cancellation>& what);
    void cancel_there(const std::shared_ptr<cancellation>& what);
    void hold_message(const message_id& id, bool hold, const caller& who, answer_to answer);
    void hold_peer(bureau_id peer, bool hold, answer_to answer);

    struct export_files;
    void add_parcel(const std::shared_ptr<export_files>& files);
    void add_content(const std::shared_ptr<export_files>& files);
    void add_receipts(const std::shared_ptr<export_files>& files);

    struct flash_answer {
        bool waits = false;
        utc_time asked_at{};
    };
    core& x_core;
    outbound& x_out;
    peers& x_peers;
    trials& x_trials;
    receipts& x_receipts;
    diversion& x_divert;
    submission& x_submission;
    evidence_files x_evidence_files;
    mutable std::map<bureau_id, flash_answer> x_flash;
};

}  // namespace dhow::route
