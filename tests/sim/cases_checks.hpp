// The model of cases: what no agency may be offered, and what everybody must have been told in the
// end. It knows what was submitted, what is in which inbox, and what agencies saw and said.
// Way of the message: beside it; told by writers, agencies and the ledger.
// Pure. Shares no code with protocol/kinds/case and daemon/route/case_*.
// Spec: docs/simulator.md#cases. Tests: lifecycle_test, tests/sim/mutations.py.
// Limits: one run's worth.
#pragma once

#include "tests/sim/documents.hpp"
#include "tests/sim/ledger.hpp"

namespace dhow::sim {

enum class paper_role : std::uint8_t { none, content, addition, suspension, resumption, end };

/// A message as the model knows it.
struct paper {
    protocol::message_id id;
    std::string kind, origin;
    std::string subject;  ///< Entity, or the id of the message that began the case; empty: none.
    paper_role role = paper_role::none;
    std::uint64_t version = 0;
    std::uint64_t order = 0;      ///< Of acceptance, within a case of one origin.
    std::set<std::string> to;     ///< As its origin has it on disk.
    std::set<std::string> named;  ///< As its writer addressed it.
};

/// Who and what an agency holds.
struct holding {
    std::string bureau, agency;
    protocol::message_id id;
    auto operator<=>(const holding&) const = default;
};

class case_checks final : public commit_watcher {
public:
    case_checks(const clockwork& clock, const ledger& book) : x_clock(clock), x_book(book) {}
    void set_nodes(std::vector<node*> nodes) { x_nodes = std::move(nodes); }

    // Told by people
    void on_accepted(const node& origin, const protocol::message_id& id, const document_facts& what,
                     const std::vector<std::string>& to);
    /// An agency has read one that nobody here has written: a gateway sent it by itself.
    void on_read(const std::string& origin, const protocol::message_id& id,
                 const document_facts& what);
    [[nodiscard]] bool knows(const protocol::message_id& id) const { return x_papers.contains(id); }
    [[nodiscard]] const paper* find(const protocol::message_id& id) const;
    /// What an agency was shown as open when it asked at that time.
    void on_offered(const node& at, const std::string& agency, const protocol::message_id& id,
                    microseconds asked_at);
    /// The gateway said yes to an acknowledgement that was asked for at that time.
    void on_taken(const node& at, const std::string& agency, const protocol::message_id& id,
                  microseconds asked_at);
    /// Whether it is in an inbox there.
    [[nodiscard]] bool is_at(const std::string& bureau, const protocol::message_id& id) const;
    [[nodiscard]] std::optional<microseconds> arrived(const std::string& bureau,
                                                      const protocol::message_id& id) const;

    // Told by the ledger
    void on_committed(node& at, const store::transaction& what) override;
    void on_backed_up(const node& at) override;
    void on_restored(const node& at) override;

    /// What still stands against the end of a run; empty: all is as it must be.
    [[nodiscard]] std::vector<std::string> open_points();
    /// Agencies that took something of a case that its origin has ended, and have not removed it.
    [[nodiscard]] std::set<std::pair<std::string, std::string>> holders_of(
        const std::string& subject) const;
    /// Cases that their origin has ended for good, with that origin and their last end.
    [[nodiscard]] std::vector<const paper*> last_ends() const;
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    [[nodiscard]] std::uint64_t offers() const { return x_offers; }
    [[nodiscard]] std::uint64_t late_copies() const { return x_late_copies; }
    [[nodiscard]] std::uint64_t ends_checked() const { return x_ends_checked; }

private:
    using shelf = std::map<protocol::message_id, microseconds>;
    paper& add(const std::string& origin, const protocol::message_id& id,
               const document_facts& what);
    [[nodiscard]] std::vector<const paper*> present(const std::string& bureau,
                                                    const std::string& subject,
                                                    microseconds before) const;
    /// Why no agency there may act on it; empty: it may.
    [[nodiscard]] std::string why_not(const std::string& bureau, const paper& what,
                                      microseconds before) const;
    [[nodiscard]] std::string why_never(const std::string& bureau, const paper& what,
                                        microseconds asked_at) const;
    [[nodiscard]] static bool is_ended(const std::vector<const paper*>& here, const paper& what);
    [[nodiscard]] static bool is_too_early(const std::vector<const paper*>& here,
                                           const paper& what);
    [[nodiscard]] static bool is_suspended(const std::vector<const paper*>& here,
                                           const std::string& origin);
    void check_arrivals(std::vector<std::string>& to) const;
    void check_end(std::vector<std::string>& to, const paper& end) const;
    void check_states(std::vector<std::string>& to, node& at) const;
    void note_repeat(const node& at, const store::message_row& row);
    void note_holding(const node& at, const store::operation::advance_assignment& what);
    [[nodiscard]] bool is_forgotten(const protocol::message_id& id) const;
    [[nodiscard]] const paper* later_than(const paper& what, bool ends_too) const;

    const clockwork& x_clock;
    const ledger& x_book;
    std::vector<node*> x_nodes;
    std::map<protocol::message_id, paper> x_papers;
    std::map<std::string, shelf> x_inboxes, x_backups;
    std::map<std::string, std::map<store::row_id, protocol::message_id>> x_rows;  ///< Of inboxes.
    std::set<holding> x_taken;            ///< And the agency was told so.
    std::set<holding> x_held, x_removed;  ///< On the disk.
    std::set<std::string> x_restored;
    std::vector<std::string> x_problems;
    std::uint64_t x_order = 0;
    std::uint64_t x_offers = 0, x_late_copies = 0;
    std::uint64_t x_ends_checked = 0;
};

}  // namespace dhow::sim
