// Makes the volumes of a bundle: chooses, numbers, notes, cuts into cells and has them sealed.
// Way of the message: store -> [courier_export] -> command `dhow` -> stick.
// Pure. Net thread. What was noted is on disk before its bytes are given out.
// Spec: docs/courier.md#export (states, failure table), docs/courier-format.md.
// Tests: unit/route/courier_export_test.cpp, sim.
// Limits: courier_jobs_max jobs; of each one part, one segment, courier_candidates_max rows.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/courier_choice.hpp"
#include "protocol/courier.hpp"

#include <deque>

namespace dhow::route {

class courier_export {
public:
    courier_export(core& shared, outbound& out) : x_core(shared), x_out(out) {}

    void begin(const request::courier_export& what, answer_to answer);
    void next(const request::courier_part& what, answer_to answer);
    void end(const request::courier_export_end& what, const answer_to& answer);
    /// A bundle whose volumes are being written in this run.
    [[nodiscard]] bool is_under_way(store::row_id bundle) const;

private:
    struct job;
    using job_ptr = std::shared_ptr<job>;
    struct telling;

    // Beginning
    [[nodiscard]] std::optional<response::problem> judge(const request::courier_export& what) const;
    /// Which receipts go in the letter: what was imported from the bureau and not told yet.
    void gather_receipts(const job_ptr& what, store::row_id after, answer_to answer);
    void gather_records(const job_ptr& what, std::shared_ptr<telling> of, answer_to answer);
    void seal_letter(const job_ptr& what, answer_to answer);
    void note_bundle(const job_ptr& what, seal::done::sealed_message& letter, answer_to answer);

    // Choosing: courier_export_records.cpp
    void step(const job_ptr& what);
    void choose(const job_ptr& what);
    void choose_receipts(const job_ptr& what);
    void choose_messages(const job_ptr& what);
    using chooser = std::function<std::vector<courier_item>(const answer::full_message&)>;
    void load_candidates(const job_ptr& what, const std::vector<store::row_id>& messages,
                         const chooser& choose_of);
    void note_candidates(const job_ptr& what, std::vector<courier_item> items);
    static void next_pass(job& what);

    // Writing: courier_export_records.cpp
    void begin_record(job& what);
    void begin_end_record(job& what) const;
    void read_on(const job_ptr& what);
    static void cut_cells(job& what, bool is_end);
    static void fill_up(job& what);
    /// The object at hand cannot be read: it does not go along.
    void leave_out(job& what, bool is_damaged);
    void seal_part(const job_ptr& what);
    void give(const job_ptr& what, const seal::done::sealed_cells& cells);
    void fail(const job_ptr& what, errc code, std::string text);
    void drop_unwritten(const job& what);

    job_ptr find(std::uint64_t number, const answer_to& answer);
    void make_room();

    core& x_core;
    outbound& x_out;
    std::map<std::uint64_t, job_ptr> x_jobs;
    std::uint64_t x_last_job = 0;
};

}  // namespace dhow::route
