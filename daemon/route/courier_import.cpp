// Begins and ends imports: whose letter it is, what it says, and which bundle it makes here.
// Way of the message: see courier_import.hpp.
// Pure. Net thread. Cells and records are in courier_import_job.cpp.
// Spec: docs/courier.md#import. Tests: unit/route/courier_import_test.cpp, sim.
// Limits: see courier_import.hpp.
#include "daemon/route/courier_import.hpp"

#include "daemon/route/courier_import_job.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

courier_import::~courier_import() = default;

errc courier_import::judge_sender(bureau_id peer) const {
    const auto* entry = x_core.directory->find(peer);
    if (peer == x_core.self()) {
        return errc::loop;
    }
    if (entry == nullptr) {
        return errc::unknown_key;
    }
    const bool is_out = entry->status == protocol::bureau_status::suspended ||
                        entry->status == protocol::bureau_status::revoked;
    return is_out ? errc::key_not_allowed : errc{};
}

void courier_import::drop(const job_ptr& what) {
    x_in.on_session_down(what->line());
    x_jobs.erase(what->number);
}

void courier_import::make_room() {
    std::vector<job_ptr> idle;
    for (const auto& [number, one] : x_jobs) {
        if (!one->is_busy && one->touched_at + limits::courier_idle_max <= x_core.now) {
            idle.push_back(one);
        }
    }
    for (const auto& one : idle) {
        drop(one);
    }
}

void courier_import::begin(request::courier_import what, answer_to answer) {
    make_room();
    if (x_jobs.size() >= limits::courier_jobs_max) {
        answer(refusal(errc::overloaded, "other imports are under way", std::chrono::seconds{60}));
        return;
    }
    constexpr auto head_bytes = protocol::volume_head::size_bytes;
    const byte_view all(what.letter);
    const auto head = all.size() < head_bytes
                          ? protocol::result<protocol::volume_head>(errc::truncated)
                          : protocol::decode_volume_head(all.first(head_bytes));
    if (!head || all.size() != head_bytes + head->letter_bytes()) {
        answer(refusal(errc::bad_request, "this is not the letter of a volume"));
        return;
    }
    const auto preamble_bytes = all.subspan(head_bytes, head->preamble_bytes);
    auto body = protocol::to_bytes(all.subspan(head_bytes + head->preamble_bytes));
    auto preamble = protocol::decode_preamble(preamble_bytes);
    if (!preamble) {
        answer(refusal(errc::validation_failed, "the letter is damaged"));
        return;
    }
    auto made = std::make_shared<job>(x_core, x_in);
    made->only_verify = what.only_verify;
    made->touched_at = x_core.now;
    seal::job::verify_parcel check{*preamble, body, std::nullopt};
    x_core.out.run(
        std::move(check), false,
        [this, made, preamble = std::move(*preamble), body = std::move(body),
         answer = std::move(answer)](protocol::result<seal::job_outcome>& outcome) mutable {
            if (!outcome) {
                x_core.count.forged += 1;
                answer(
                    refusal(errc::validation_failed, "the letter: " + outcome.error().message()));
                return;
            }
            on_verified(made, std::get<seal::done::verified_parcel>(*outcome).header,
                        std::move(preamble), std::move(body), answer);
        });
}

//= CF-1
void courier_import::on_verified(const job_ptr& what, const protocol::header& header,
                                 protocol::preamble preamble, bytes body, const answer_to& answer) {
    if (const auto wrong = judge_sender(header.origin); wrong != errc{}) {
        answer(refusal(wrong, "bundles of " + std::string(header.origin.text()) +
                                  " are not taken: " + std::string(protocol::text_of(wrong))));
        return;
    }
    // Its reader and the exporter's archive: nobody else has the key, so nobody else can have
    // made the cells.
    const auto& boxes = preamble.lockboxes;
    if (boxes.leaf_count > 2 || boxes.entries.size() != 1 ||
        boxes.entries.front().box.recipient != x_core.self()) {
        answer(refusal(errc::not_a_recipient, "the bundle is for another bureau"));
        return;
    }
    what->peer = header.origin;
    what->exported_at = header.created;
    what->row.id = header.id;
    what->row.created_at = header.created;
    x_core.out.run(
        seal::job::open_message{std::move(preamble), std::move(body)}, false,
        [this, what, answer](protocol::result<seal::job_outcome>& outcome) {
            if (!outcome) {
                answer(refusal(protocol::errc_of(outcome.error()), "the letter cannot be opened"));
                return;
            }
            on_opened(what, std::get<seal::done::opened_message>(*outcome).content, answer);
        });
}

//= CF-3
void courier_import::on_opened(const job_ptr& what, const protocol::content& content,
                               const answer_to& answer) {
    auto letter = protocol::decode_letter(content.text);
    if (content.kind != protocol::courier_letter_kind || !letter) {
        answer(refusal(errc::validation_failed, "this is a message, and no letter of a bundle"));
        return;
    }
    what->letter = std::move(*letter);
    what->row.peer = what->peer;
    what->row.is_import = true;
    what->row.state = store::bundle_state::imported;
    what->row.changed_at = x_core.now;
    if (what->only_verify) {
        begin_job(what, answer);
    } else {
        note_bundle(what, answer);
    }
}

void courier_import::note_bundle(const job_ptr& what, const answer_to& answer) {
    x_core.out.ask(query::find_bundle{what->row.id, what->peer, true}, [this, what, answer](
                                                                           store::reply& reply) {
        const auto& rows = expect<answer::bundles>(reply).rows;
        store::transaction note;
        if (rows.empty()) {
            what->row.row = x_core.next_row();
            note.changes.emplace_back(operation::put_bundle{what->row});
        } else {
            what->row = rows.front();
            note.changes.emplace_back(
                operation::advance_bundle{.bundle = what->row.row,
                                          .expected = in_state(store::bundle_state::imported),
                                          .state = store::bundle_state::imported,
                                          .at = x_core.now,
                                          .due_at = {},
                                          .volumes = what->row.volumes + 1,
                                          .bytes = {}});
        }
        x_core.out.commit(
            std::move(note), [this, what, answer](const store::transaction_result& result) {
                if (result.status != store::transaction_status::committed) {
                    answer(refusal_of(result));
                    return;
                }
                // What a store held that the peer has no more is nobody's custody.
                const bool is_current =
                    x_peers.on_letter(what->peer, what->letter.instance, what->letter.epoch);
                x_receipts.apply(
                    what->peer,
                    is_current ? what->letter.receipts : std::vector<protocol::custody_receipt>{},
                    [this, what, answer] { begin_job(what, answer); });
            });
    });
}

void courier_import::begin_job(const job_ptr& what, const answer_to& answer) {
    what->number = ++x_last_job;
    what->touched_at = x_core.now;
    what->report.bundle = what->row.id;
    what->report.peer = what->peer;
    x_jobs.emplace(what->number, what);
    x_in.begin_import(what->line(), what->peer, *what);
    answer(response::courier_job{what->number, what->row.id, what->peer, 0,
                                 static_cast<std::uint32_t>(protocol::sealed_cell_bytes())});
}

courier_import::job_ptr courier_import::find(std::uint64_t number, const answer_to& answer) {
    const auto found = x_jobs.find(number);
    if (found == x_jobs.end()) {
        answer(refusal(errc::not_found, "no such import; begin it anew"));
        return nullptr;
    }
    if (found->second->is_busy) {
        answer(refusal(errc::conflict, "another request is at work on this import"));
        return nullptr;
    }
    found->second->touched_at = x_core.now;
    return found->second;
}

void courier_import::take(request::courier_cells what, answer_to answer) {
    const auto found = find(what.job, answer);
    if (!found) {
        return;
    }
    const auto cell = protocol::sealed_cell_bytes();
    if (what.cells.empty() || what.cells.size() % cell != 0 ||
        what.cells.size() / cell > limits::courier_cells_a_part) {
        answer(refusal(errc::bad_request,
                       "whole cells, at most " + std::to_string(limits::courier_cells_a_part)));
        return;
    }
    found->is_busy = true;
    // By its number: the job must not keep itself alive.
    found->take(what.from, what.cells,
                [this, number = what.job, answer = std::move(answer)](errc failed) {
                    const auto still = x_jobs.at(number);
                    still->is_busy = false;
                    if (failed != errc{}) {
                        drop(still);
                        answer(refusal(failed, "the import stops here; do it again later",
                                       std::chrono::seconds{60}));
                        return;
                    }
                    answer(response::done{});
                });
}

void courier_import::end(const request::courier_import_end& what, const answer_to& answer) {
    const auto found = find(what.job, answer);
    if (!found) {
        return;
    }
    found->finish();
    drop(found);
    answer(found->report);
}

}  // namespace dhow::route
