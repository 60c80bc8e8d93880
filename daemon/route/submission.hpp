// How a message of an agency enters: authorise, validate, idempotency, seal, commit, then the 202.
// Way of the message: intake -> [submission] -> seal -> store -> outbound.
// Pure. Net thread.
// Spec: docs/overview.md#submitting (states, failure table). Tests: unit/route/submission_test.cpp,
// sim.
// Limits: text_bytes_max, attachments_max, attachment_bytes_max, recipients_max, references_max.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/route/uploads.hpp"

namespace dhow::route {

/// Kinds below this are made by gateways themselves; no agency may submit one.
inline constexpr std::string_view own_kind_prefix = "transport.";
inline constexpr std::string_view cancellation_kind = "transport.cancellation";

class submission {
public:
    submission(core& shared, outbound& out) : x_core(shared), x_out(out), x_uploads(shared) {}

    void submit(const caller& who, request::submit what, answer_to answer);
    /// A message of the gateway itself in the name of an agency: a cancellation. Not asked for the
    /// agency's
    /// rights and quota, else as any message.
    void submit_own(const std::string& agency, request::submit what, answer_to answer);
    /// The same of the end of a case, refused when our row of it has another revision.
    void submit_end(const std::string& agency, std::uint64_t revision, request::submit what,
                    answer_to answer);

    /// What to do with messages that no longer count: called back where they have not left; of
    /// those recipients alone, if there are any.
    using caller_back = std::function<void(const message_id&, const std::string& actor,
                                           const std::vector<bureau_id>& only)>;
    void set_call_back(caller_back call_back) { x_call_back = std::move(call_back); }
    /// Told when an end that was accepted has to be looked at.
    void set_case_due(std::function<void(utc_time)> tell) { x_case_due = std::move(tell); }

    void begin_upload(const caller& who, request::begin_upload what, answer_to answer) {
        x_uploads.begin(who, std::move(what), std::move(answer));
    }
    void continue_upload(const caller& who, request::continue_upload what, answer_to answer) {
        x_uploads.proceed(who, std::move(what), std::move(answer));
    }
    void abandon_upload(const caller& who, request::abandon_upload what, answer_to answer) {
        x_uploads.abandon(who, what, answer);
    }
    /// At start: uploads of an earlier run are dropped.
    void drop_spooled(const std::vector<store::object_row>& spooling) {
        x_uploads.drop_spooled(spooling);
    }
    [[nodiscard]] std::size_t open_uploads() const { return x_uploads.open(); }

private:
    struct draft;
    struct plan;
    using draft_ptr = std::shared_ptr<draft>;
    void begin(draft_ptr message);
    void look_for_repeat(draft_ptr message);
    void admit(draft_ptr message);
    [[nodiscard]] std::optional<response::problem> why_not(draft& message) const;
    [[nodiscard]] bool spend_quota(const std::string& agency);
    void give_back_quota(const std::string& agency, std::int64_t day);
    /// False: it is about no case.
    bool find_case_of(const draft_ptr& message);
    /// Adds whoever has a copy, and says what stands against it.
    [[nodiscard]] std::optional<response::problem> fit_case(draft& message) const;
    void add_holders(draft& message) const;
    /// False: its rules want to know of no record.
    bool find_record_of(const draft_ptr& message);
    [[nodiscard]] std::optional<response::problem> fit_record(const draft& message) const;
    /// Who was restricted is left out of what goes on.
    [[nodiscard]] std::optional<response::problem> why_denied(const draft& message) const;
    [[nodiscard]] std::optional<response::problem> why_no_restriction(const draft& message) const;
    /// What takes something back does not wait behind what it takes back.
    void hurry(draft& message) const;
    static void call_back_earlier(draft& message);
    /// The copies of those alone who are denied.
    static void call_back_for(draft& message);
    void withdraw_here(std::vector<store::change>& to, const draft& message) const;
    void add_case(plan& to, const draft& message) const;
    [[nodiscard]] protocol::header make_header(const draft& message);
    [[nodiscard]] static protocol::content make_content(const draft& message);
    void seal(draft_ptr message);
    /// What content of a case needs to be ended years later.
    void prepare_end(const draft_ptr& message, std::function<void()> then);
    void store_it(draft_ptr message, seal::done::sealed_message& sealed);
    plan make_plan(const draft& message, seal::done::sealed_message& sealed);
    void add_text(plan& to, bytes body) const;
    void add_attachments(plan& to, const draft& message);
    void add_recipients(plan& to, const draft& message);
    void add_shipments(plan& to, const draft& message);
    void on_stored(const draft_ptr& message, plan& what, const store::transaction_result& result);
    void finish(const draft_ptr& message, api_response answer);

    struct day_count {
        std::int64_t day = 0;
        std::uint64_t messages = 0;
    };
    core& x_core;
    outbound& x_out;
    uploads x_uploads;
    caller_back x_call_back;
    std::function<void(utc_time)> x_case_due;
    std::map<std::string, day_count> x_today;
    /// Idempotency keys under way, with those who came with the same one meanwhile.
    std::map<digest, std::vector<draft_ptr>> x_keys;
};

}  // namespace dhow::route
