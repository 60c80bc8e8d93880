// Begins and ends exports: the letter with its receipts, the bundle in the store.
// Way of the message: see courier_export.hpp.
// Pure. Net thread. Choosing and cutting are in courier_export_records.cpp.
// Spec: docs/courier.md#export. Tests: unit/route/courier_export_test.cpp, sim.
// Limits: see courier_export.hpp.
#include "daemon/route/courier_export.hpp"

#include "daemon/route/courier_job.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dhow::route {

namespace {

/// What the letter is to the formats: a message of the gateway's own.
constexpr std::string_view letter_agency = "gateway";
constexpr std::string_view letter_media_type = "application/octet-stream";

/// A class that the directory lets this bureau send.
message_class letter_class(const core& shared) {
    const auto* entry = shared.directory->find(shared.self());
    if (entry == nullptr || entry->classes.empty() ||
        std::ranges::find(entry->classes, message_class::routine) != entry->classes.end()) {
        return message_class::routine;
    }
    return entry->classes.front();
}

std::vector<protocol::custody_receipt::exception> exceptions_of(
    const store::bundle_record_row& row) {
    std::vector<protocol::custody_receipt::exception> out;
    if (row.state == store::record_state::not_taken) {
        out.push_back({row.record, {}, static_cast<errc>(row.code)});
        return out;
    }
    for (const auto& [recipient, code] : refused_recipients(row.recipients)) {
        out.push_back({row.record, recipient, code});
    }
    return out;
}

void add_row(protocol::custody_receipt& to, const store::bundle_record_row& row) {
    if (row.state == store::record_state::taken) {
        auto& ranges = to.on_disk;
        if (!ranges.empty() && ranges.back().last + 1 == row.record) {
            ranges.back().last = row.record;
        } else {
            ranges.push_back({row.record, row.record});
        }
    }
    std::ranges::copy(exceptions_of(row), std::back_inserter(to.exceptions));
}

/// That the letter of a bundle was read closes what it told; of an old one nobody waits for that,
/// since what it told was told again by later ones.
bool says_something(const protocol::custody_receipt& receipt, const store::bundle_row& bundle,
                    utc_time now) {
    return !receipt.on_disk.empty() || !receipt.exceptions.empty() ||
           now < bundle.changed_at + limits::courier_alarm_after;
}

}  // namespace

struct courier_export::telling {
    std::vector<store::bundle_row> bundles;  ///< Of one page; the first is at hand.
    bool more = false;
    store::row_id last = 0;
    std::uint32_t from = 0;
    protocol::custody_receipt receipt;
};

std::optional<response::problem> courier_export::judge(const request::courier_export& what) const {
    const auto* entry = x_core.directory->find(what.to);
    if (what.to == x_core.self() || entry == nullptr) {
        return refusal(errc::unknown_recipient, "no such bureau in the directory");
    }
    if (entry->status == protocol::bureau_status::suspended ||
        entry->status == protocol::bureau_status::revoked) {
        return refusal(errc::key_not_allowed, "the directory does not let us send to this bureau");
    }
    if (what.volume_bytes < limits::courier_volume_bytes_min ||
        what.volume_bytes > limits::courier_volume_bytes_max) {
        return refusal(errc::bad_request,
                       "a volume has " + std::to_string(limits::courier_volume_bytes_min) + " to " +
                           std::to_string(limits::courier_volume_bytes_max) + " bytes");
    }
    if (what.volumes_max == 0 || what.volumes_max > limits::courier_volumes_max) {
        return refusal(
            errc::bad_request,
            "a bundle has 1 to " + std::to_string(limits::courier_volumes_max) + " volumes");
    }
    if (x_jobs.size() >= limits::courier_jobs_max) {
        return refusal(errc::overloaded, "other exports are under way", std::chrono::seconds{60});
    }
    return std::nullopt;
}

void courier_export::make_room() {
    std::erase_if(x_jobs, [&](const auto& one) {
        const bool is_idle =
            !one.second->is_busy && one.second->touched_at + limits::courier_idle_max <= x_core.now;
        if (is_idle && !one.second->is_over) {
            drop_unwritten(*one.second);
        }
        return is_idle;
    });
}

void courier_export::begin(const request::courier_export& what, answer_to answer) {
    make_room();
    if (auto problem = judge(what)) {
        answer(std::move(*problem));
        return;
    }
    auto made = std::make_shared<job>();
    made->number = ++x_last_job;
    made->to = what.to;
    made->volume_bytes = what.volume_bytes;
    made->volumes_max = what.volumes_max;
    made->least = what.least;
    made->is_busy = true;
    made->touched_at = x_core.now;
    made->row.row = x_core.next_row();
    made->row.id = x_core.new_message_id();
    made->row.peer = what.to;
    made->row.created_at = made->row.changed_at = x_core.now;
    made->row.due_at = x_core.now + limits::courier_idle_max;
    x_jobs.emplace(made->number, made);
    gather_receipts(made, 0, std::move(answer));
}

void courier_export::gather_receipts(const job_ptr& what, store::row_id after, answer_to answer) {
    if (what->letter.receipts.size() >= limits::courier_receipts_max) {
        seal_letter(what, std::move(answer));
        return;
    }
    x_core.out.ask(query::list_bundles{what->to, true, after, limits::courier_candidates_max},
                   [this, what, answer = std::move(answer)](store::reply& reply) mutable {
                       auto& found = expect<answer::bundles>(reply);
                       auto of = std::make_shared<telling>();
                       of->bundles = std::move(found.rows);
                       of->more = found.more;
                       of->last = of->bundles.empty() ? 0 : of->bundles.back().row;
                       gather_records(what, std::move(of), std::move(answer));
                   });
}

// Bundle after bundle; the records of each are read page by page and become ranges.
void courier_export::gather_records(const job_ptr& what, std::shared_ptr<telling> of,
                                    answer_to answer) {
    const bool is_full = what->letter.receipts.size() >= limits::courier_receipts_max ||
                         what->receipt_bytes >= limits::courier_receipts_bytes_max / 2;
    if (of->bundles.empty() || is_full) {
        if (of->more && !is_full) {
            gather_receipts(what, of->last, std::move(answer));
        } else {
            seal_letter(what, std::move(answer));
        }
        return;
    }
    const auto bundle = of->bundles.front();
    x_core.out.ask(
        query::load_bundle_records{bundle.row, of->from, limits::rows_a_look},
        [this, what, of, bundle, answer = std::move(answer)](store::reply& reply) mutable {
            const auto& found = expect<answer::bundle_records>(reply);
            auto& receipt = of->receipt;
            receipt.bundle = bundle.id;
            // A bundle that is so broken up that its receipt is long is told of in several letters.
            bool is_long = false;
            std::uint32_t last = 0;
            for (auto row = found.rows.begin(); row != found.rows.end() && !is_long; ++row) {
                add_row(receipt, *row);
                is_long = protocol::encoded_bytes(receipt) + what->receipt_bytes >
                          limits::courier_receipts_bytes_max / 2;
                last = row->record;
            }
            if (!found.rows.empty()) {
                what->telling.emplace_back(operation::tell_bundle_records{
                    bundle.row, found.rows.front().record, last, what->row.row});
            }
            if (found.next && !is_long) {
                of->from = *found.next;
            } else {
                if (says_something(receipt, bundle, x_core.now)) {
                    what->receipt_bytes += protocol::encoded_bytes(receipt);
                    what->letter.receipts.push_back(receipt);
                }
                receipt = {};
                of->bundles.erase(of->bundles.begin());
                of->from = 0;
            }
            gather_records(what, of, std::move(answer));
        });
}

//= CF-1, CF-3
void courier_export::seal_letter(const job_ptr& what, answer_to answer) {
    x_core.out.run(
        seal::job::make_key{}, false,
        [this, what, answer = std::move(answer)](protocol::result<seal::job_outcome>& made) {
            if (!made) {
                x_jobs.erase(what->number);
                answer(refusal(errc::overloaded, "no key could be made", std::chrono::seconds{10}));
                return;
            }
            what->key = std::get<seal::done::key>(*made).value;
            what->letter.key = what->key;
            what->letter.instance = x_core.instance;
            what->letter.epoch = x_core.epoch;
            seal::job::seal_message parcel;
            parcel.header.id = what->row.id;
            parcel.header.origin = x_core.self();
            parcel.header.cls = letter_class(x_core);
            parcel.header.created = x_core.now;
            parcel.header.clock = x_core.expiry_frozen ? protocol::clock_quality::doubtful
                                                       : protocol::clock_quality::synchronised;
            parcel.content.kind = protocol::courier_letter_kind;
            parcel.content.agency = letter_agency;
            parcel.content.media_type = letter_media_type;
            parcel.content.text = protocol::encode_letter(what->letter);
            parcel.content.recipients = {what->to};
            parcel.recipients = {what->to};
            x_core.out.run(std::move(parcel), false,
                           [this, what, answer](protocol::result<seal::job_outcome>& sealed) {
                               if (!sealed) {
                                   x_jobs.erase(what->number);
                                   answer(refusal(protocol::errc_of(sealed.error()),
                                                  "the letter could not be sealed"));
                                   return;
                               }
                               note_bundle(what, std::get<seal::done::sealed_message>(*sealed),
                                           answer);
                           });
        });
}

void courier_export::note_bundle(const job_ptr& what, seal::done::sealed_message& letter,
                                 answer_to answer) {
    const std::array<bureau_id, 1> to{what->to};  // The archive's lockbox never leaves home.
    auto branch = protocol::branch_of(letter.lockboxes, to, x_core.hash());
    if (!branch) {
        x_jobs.erase(what->number);
        answer(refusal(errc::internal, "the letter has no lockbox for its reader"));
        return;
    }
    auto preamble = protocol::encode_preamble({letter.seal, std::move(*branch)});
    what->head = protocol::encode_volume_head({static_cast<std::uint32_t>(preamble.size()),
                                               static_cast<std::uint32_t>(letter.body.size())});
    what->letter_bytes = std::move(preamble);
    what->letter_bytes.insert(what->letter_bytes.end(), letter.body.begin(), letter.body.end());
    what->cells_per_volume =
        protocol::cells_that_fit(what->volume_bytes, what->letter_bytes.size());
    store::transaction transaction;
    transaction.changes.emplace_back(operation::put_bundle{what->row});
    std::ranges::move(what->telling, std::back_inserter(transaction.changes));
    what->telling.clear();
    x_core.out.commit(std::move(transaction), [this, what, answer = std::move(answer)](
                                                  const store::transaction_result& result) {
        what->is_busy = false;
        if (result.status != store::transaction_status::committed) {
            x_jobs.erase(what->number);
            answer(refusal_of(result));
            return;
        }
        x_core.wake_at(what->row.due_at);
        answer(response::courier_job{what->number, what->row.id, what->to,
                                     static_cast<std::uint32_t>(what->letter_bytes.size()),
                                     static_cast<std::uint32_t>(protocol::sealed_cell_bytes())});
    });
}

courier_export::job_ptr courier_export::find(std::uint64_t number, const answer_to& answer) {
    const auto found = x_jobs.find(number);
    if (found == x_jobs.end()) {
        answer(refusal(errc::not_found, "no such export; begin it anew"));
        return nullptr;
    }
    found->second->touched_at = x_core.now;
    return found->second;
}

bool courier_export::is_under_way(store::row_id bundle) const {
    return std::ranges::any_of(x_jobs,
                               [&](const auto& one) { return one.second->row.row == bundle; });
}

void courier_export::next(const request::courier_part& what, answer_to answer) {
    const auto found = find(what.job, answer);
    if (!found) {
        return;
    }
    if (found->is_busy) {
        answer(refusal(errc::conflict, "another request is at work on this export"));
    } else if (what.part == found->part && found->part != 0) {
        answer(response::courier_part{found->part_bytes});  // Asked for again.
    } else if (what.part != found->part + 1 || found->is_over) {
        answer(refusal(errc::bad_request, "parts are asked for in order"));
    } else {
        found->is_busy = true;
        found->part_bytes.clear();
        found->answer = std::move(answer);
        step(found);
    }
}

void courier_export::end(const request::courier_export_end& what, const answer_to& answer) {
    const auto found = find(what.job, answer);
    if (!found) {
        return;
    }
    if (found->is_busy) {
        answer(refusal(errc::conflict, "another request is at work on this export"));
        return;
    }
    const bool is_good = what.written && found->is_over;
    x_jobs.erase(found->number);
    if (!found->is_over) {
        drop_unwritten(*found);
    }
    std::ranges::fill(found->key, std::uint8_t{0});
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_bundle{
        .bundle = found->row.row,
        .expected = in_state(store::bundle_state::writing),
        .state = is_good ? store::bundle_state::written : store::bundle_state::broken,
        .at = x_core.now,
        .due_at = std::optional<std::optional<utc_time>>(x_core.now + std::chrono::hours{1}),
        .volumes = found->volume,
        .bytes = found->bytes_out});
    x_core.wake_at(x_core.now + std::chrono::hours{1});
    response::courier_report report;
    report.bundle = found->row.id;
    report.peer = found->to;
    report.volumes = found->volume;
    report.records = found->written;
    report.bytes = found->bytes_out;
    report.is_whole = is_good;
    report.has_more = found->has_more;
    x_core.out.commit(std::move(transaction),
                      [answer, report](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              answer(report);
                          } else {
                              answer(refusal_of(result));
                          }
                      });
}

}  // namespace dhow::route
