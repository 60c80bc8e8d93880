// The model of answer clocks: each fires once, in its time, and never for what was answered.
// Way of the message: beside it; told by writers, agencies and the ledger.
// Pure. Shares no code with daemon/route/clock*.
// Spec: docs/simulator.md#cases, docs/decisions/0018. Tests: lifecycle_test, mutations.py.
// Limits: one run's worth; true time, with what a gateway's own may be wrong by.
#pragma once

#include "tests/sim/cases_checks.hpp"

namespace dhow::sim {

/// As the configuration of the run has them.
struct clock_times {
    std::chrono::seconds urgent_undelivered{0}, routine_undelivered{0};
    std::chrono::seconds urgent_unanswered{0}, routine_unanswered{0};
};

class clock_checks final : public commit_watcher {
public:
    clock_checks(const clockwork& clock, const ledger& book, const case_checks& papers)
        : x_clock(clock), x_book(book), x_papers(papers) {}
    void set_nodes(std::vector<node*> nodes) { x_nodes = std::move(nodes); }
    void set_times(const clock_times& times) { x_times = times; }

    /// A request or a reply, whoever wrote it.
    void on_known(const std::string& origin, const protocol::message_id& id,
                  const document_facts& what);
    /// A gateway's own notice, as its agency read it.
    void on_notice_read(const std::string& bureau, const protocol::message_id& notice,
                        std::string_view text);

    void on_committed(node& at, const store::transaction& what) override;
    void on_backed_up(const node& at) override;
    void on_restored(const node& at) override;

    /// What still stands against the end of a run. `healed_at`: nothing has failed since.
    [[nodiscard]] std::vector<std::string> open_points(microseconds healed_at) const;
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    [[nodiscard]] std::uint64_t fired() const { return x_fired; }

private:
    struct asked {
        node* from = nullptr;
        microseconds accepted_at{0};
        std::uint64_t life = 0;  ///< Of the asking gateway, then.
        bool is_tainted = false;
        bool is_forgotten = false;  ///< Whoever asked was put back to before it.
        std::map<std::string, std::vector<microseconds>> fired;
        std::optional<microseconds> receipt_at;
        std::uint64_t receipt_life = 0;
        std::string to;
        std::optional<document_facts> facts;
    };
    struct reply {
        std::string origin;
        document_facts facts;
    };
    void on_event(node& at, const store::event_row& what);
    void on_receipt(node& at, const store::operation::settle_delivery& what);
    void check_firing(node& at, const asked& one, const protocol::message_id& id,
                      const std::string& what);
    [[nodiscard]] bool is_about(const document_facts& answer, const protocol::message_id& id,
                                const asked& one) const;
    /// Those in the inbox of whoever asked that came after the request, and when.
    [[nodiscard]] std::vector<std::pair<microseconds, const document_facts*>> replies_to(
        const protocol::message_id& id, const asked& one) const;
    /// When a final reply, or a promise, to it was in the inbox of whoever asked.
    [[nodiscard]] std::optional<microseconds> answered_at(const protocol::message_id& id,
                                                          const asked& one, bool finally) const;
    [[nodiscard]] std::optional<protocol::utc_time> promised_for(const protocol::message_id& id,
                                                                 const asked& one) const;
    [[nodiscard]] std::size_t promises_to(const protocol::message_id& id, const asked& one) const;
    [[nodiscard]] std::optional<microseconds> superseded_at(const protocol::message_id& id,
                                                            const asked& one) const;
    [[nodiscard]] microseconds within(const asked& one, bool is_delivered) const;
    [[nodiscard]] static std::size_t count(const asked& one, const std::string& what);
    [[nodiscard]] std::string label(const protocol::message_id& id, const asked& one) const;
    void check_one(std::vector<std::string>& to, const protocol::message_id& id, const asked& one,
                   microseconds healed_at) const;

    const clockwork& x_clock;
    const ledger& x_book;
    const case_checks& x_papers;
    clock_times x_times;
    std::vector<node*> x_nodes;
    std::map<protocol::message_id, asked> x_requests;
    std::map<protocol::message_id, reply> x_replies;
    std::map<std::string, microseconds> x_backup_at;
    std::set<std::string> x_unsure;  ///< Whose time has not always been the true one.
    std::map<protocol::message_id, std::set<protocol::message_id>> x_notices;  ///< By request.
    std::vector<std::string> x_problems;
    std::uint64_t x_fired = 0;
};

}  // namespace dhow::sim
