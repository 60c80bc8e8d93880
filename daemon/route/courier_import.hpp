// Takes volumes of a bundle apart and gives what is in them to inbound, as a link would.
// Way of the message: stick -> command `dhow` -> [courier_import] -> inbound -> store.
// Pure. Net thread. A record counts as taken when its custody is on disk, never before.
// Spec: docs/courier.md#import (failure table), docs/courier-format.md.
// Tests: unit/route/courier_import_test.cpp, sim.
// Limits: courier_jobs_max jobs, each with one part of cells in memory.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/courier_receipts.hpp"
#include "daemon/route/inbound.hpp"
#include "daemon/route/peers.hpp"
#include "protocol/courier.hpp"

#include <deque>

namespace dhow::route {

class courier_import {
public:
    courier_import(core& shared, inbound& in, courier_receipts& receipts_, peers& peers_)
        : x_core(shared), x_in(in), x_receipts(receipts_), x_peers(peers_) {}
    ~courier_import();
    courier_import(const courier_import&) = delete;
    courier_import& operator=(const courier_import&) = delete;

    void begin(request::courier_import what, answer_to answer);
    void take(request::courier_cells what, answer_to answer);
    void end(const request::courier_import_end& what, const answer_to& answer);

private:
    struct job;  ///< courier_import_job.hpp
    using job_ptr = std::shared_ptr<job>;

    void on_verified(const job_ptr& what, const protocol::header& header, protocol::preamble seal,
                     bytes body, const answer_to& answer);
    void on_opened(const job_ptr& what, const protocol::content& content, const answer_to& answer);
    void note_bundle(const job_ptr& what, const answer_to& answer);
    void begin_job(const job_ptr& what, const answer_to& answer);
    /// Errc{}: the bureau may send us bundles.
    [[nodiscard]] errc judge_sender(bureau_id peer) const;
    job_ptr find(std::uint64_t number, const answer_to& answer);
    void make_room();
    void drop(const job_ptr& what);

    core& x_core;
    inbound& x_in;
    courier_receipts& x_receipts;
    peers& x_peers;
    std::map<std::uint64_t, job_ptr> x_jobs;
    std::uint64_t x_last_job = 0;
};

}  // namespace dhow::route
