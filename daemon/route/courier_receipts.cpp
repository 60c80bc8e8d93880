// Custody receipts of bundles, and the looks at bundles that wait.
// Way of the message: see courier_receipts.hpp.
// Pure. Net thread.
// Spec: docs/courier.md#receipts. Tests: unit/route/courier_receipts_test.cpp, sim.
// Limits: see courier_receipts.hpp.
#include "daemon/route/courier_receipts.hpp"

#include "daemon/route/courier_choice.hpp"
#include "daemon/route/open_states.hpp"
#include "daemon/route/receipts.hpp"
#include "daemon/store/names.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace dhow::route {

using store::bundle_state;
using store::delivery_state;
using store::record_state;
using store::shipment_state;

namespace {
constexpr store::bundle_set waits_for_receipts = in_state(bundle_state::written) |
                                                 in_state(bundle_state::broken) |
                                                 in_state(bundle_state::writing);
/// What has ended is looked for as often as deadlines look at what expired in doubt.
constexpr std::chrono::hours look_for_receipts_again{6};

bool holds(const protocol::custody_receipt& receipt, std::uint32_t record) {
    return std::ranges::any_of(receipt.on_disk, [&](const auto& range) {
        return range.first <= record && record <= range.last;
    });
}

bool excepts(const protocol::custody_receipt& receipt, std::uint32_t record, bureau_id recipient) {
    return std::ranges::any_of(receipt.exceptions, [&](const auto& one) {
        return one.record == record && one.recipient == recipient;
    });
}
}  // namespace

struct courier_receipts::work {
    bureau_id peer;
    std::deque<protocol::custody_receipt> receipts;  ///< The first is at hand.
    store::bundle_row bundle;
    std::deque<store::bundle_record_row> records;  ///< Of one page; the first is at hand.
    std::optional<std::uint32_t> next;
    std::function<void()> then;
};

void courier_receipts::apply(bureau_id peer, std::vector<protocol::custody_receipt> receipts,
                             std::function<void()> then) {
    auto made = std::make_shared<work>();
    made->peer = peer;
    std::ranges::move(receipts, std::back_inserter(made->receipts));
    made->then = std::move(then);
    apply_next(made);
}

void courier_receipts::apply_next(const work_ptr& what) {
    if (what->receipts.empty()) {
        std::exchange(what->then, nullptr)();
        return;
    }
    const auto& receipt = what->receipts.front();
    x_core.out.ask(query::find_bundle{receipt.bundle, what->peer, false},
                   [this, what](store::reply& reply) {
                       auto& rows = expect<answer::bundles>(reply).rows;
                       if (rows.empty()) {
                           // Forgotten, or of a life of our store that is gone: the links, or
                           // another stick, bring the same once more.
                           what->receipts.pop_front();
                           apply_next(what);
                           return;
                       }
                       what->bundle = rows.front();
                       what->next = 0;
                       read_records(what);
                   });
}

void courier_receipts::read_records(const work_ptr& what) {
    if (!what->next) {
        close_told(what);
        return;
    }
    x_core.out.ask(query::load_bundle_records{what->bundle.row, *what->next, limits::rows_a_look},
                   [this, what](store::reply& reply) {
                       auto& found = expect<answer::bundle_records>(reply);
                       std::ranges::copy_if(
                           found.rows, std::back_inserter(what->records),
                           [](const auto& row) { return row.state == record_state::gone_along; });
                       what->next = found.next;
                       apply_record(what);
                   });
}

void courier_receipts::apply_record(const work_ptr& what) {
    const auto& receipt = what->receipts.front();
    while (!what->records.empty() && !holds(receipt, what->records.front().record)) {
        const auto number = what->records.front().record;
        const auto refused = std::ranges::find_if(receipt.exceptions, [&](const auto& one) {
            return one.record == number && one.recipient.empty();
        });
        if (refused != receipt.exceptions.end()) {
            store::transaction note;  // It stays open: a link, or another stick, may do better.
            note.changes.emplace_back(operation::advance_bundle_record{
                .bundle = what->bundle.row,
                .record = number,
                .expected = in_state(record_state::gone_along),
                .state = record_state::gone_along,
                .code = static_cast<std::uint16_t>(refused->code)});
            x_core.out.commit(std::move(note), [](const store::transaction_result&) {});
        }
        what->records.pop_front();
    }
    if (what->records.empty()) {
        read_records(what);
        return;
    }
    const auto& row = what->records.front();
    x_core.out.ask(query::load_message{row.message}, [this, what](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        move_custody(what, rows.empty() ? answer::full_message{} : rows.front());
    });
}

void courier_receipts::add_shipments(store::transaction& to, const work& what,
                                     const answer::full_message& message) const {
    const auto& row = what.records.front();
    const auto& receipt = what.receipts.front();
    const auto close = [&](store::row_id shipment) {
        to.changes.emplace_back(operation::advance_shipment{.shipment = shipment,
                                                            .expected = open_shipment,
                                                            .state = shipment_state::done,
                                                            .at = x_core.now,
                                                            .in_doubt = false,
                                                            .text = {},
                                                            .lenient = true});
    };
    if (row.shipment != 0) {
        close(row.shipment);  // A receipt, and it went along.
        return;
    }
    // A text goes on by its link for recipients that the bundle was not for.
    const bool others_wait =
        row.position == 0 && std::ranges::any_of(message.deliveries, [&](const auto& one) {
            const bool was_taken = is_listed(row.recipients, one.recipient) &&
                                   !excepts(receipt, row.record, one.recipient);
            return one.next_hop == what.peer && one.attempt == row.attempt && !was_taken &&
                   (in_state(one.state) & in_progress) != 0;
        });
    for (const auto& one : message.shipments) {
        if (one.peer == what.peer && one.position == row.position && one.attempt == row.attempt &&
            !others_wait) {
            close(one.row);
        }
    }
    if (row.position == 0 && !others_wait) {
        to.changes.emplace_back(operation::ready_shipments{
            .message = message.message.row, .peer = what.peer, .object = 0, .at = x_core.now});
    }
}

void courier_receipts::move_custody(const work_ptr& what, const answer::full_message& message) {
    const auto& row = what->records.front();
    const auto& receipt = what->receipts.front();
    const auto& of = message.message;
    const bool is_origin = (of.roles & static_cast<std::uint8_t>(store::message_role::origin)) != 0;
    const auto state = is_origin ? delivery_state::relayed : delivery_state::handed_on;
    store::transaction transaction;
    for (const auto& one : message.deliveries) {
        // One that goes another way by now stays: the importer may have given its copy back to us,
        // and heard that we have it.
        const bool still_goes_there = one.next_hop == what->peer || one.recipient == what->peer;
        if (row.position != 0 || one.attempt != row.attempt || !still_goes_there ||
            !is_listed(row.recipients, one.recipient) ||
            excepts(receipt, row.record, one.recipient)) {
            continue;
        }
        transaction.changes.emplace_back(
            operation::advance_delivery{.message = of.row,
                                        .recipient = one.recipient,
                                        .expected = in_progress,
                                        .state = state,
                                        .at = x_core.now,
                                        .text = {},
                                        .due_at = due_when_taken(x_core, of, row.attempt),
                                        .lenient = true});
        transaction.changes.emplace_back(operation::put_event{x_core.event(
            of.origin, of.id, one.recipient, is_origin ? store::relayed_event : "handed-on",
            "courier " + std::string(what->peer.text()), store::attempt_text(row.attempt))});
        if (!is_origin) {
            transaction.changes.emplace_back(operation::settle_custody{.origin = of.origin,
                                                                       .id = of.id,
                                                                       .attempt = of.attempt,
                                                                       .recipient = one.recipient,
                                                                       .handed_on = true,
                                                                       .outcome = {}});
        }
    }
    add_shipments(transaction, *what, message);
    transaction.changes.emplace_back(
        operation::advance_bundle_record{.bundle = row.bundle,
                                         .record = row.record,
                                         .expected = in_state(record_state::gone_along),
                                         .state = record_state::acknowledged,
                                         .code = 0});
    x_core.out.commit(std::move(transaction),
                      [this, what](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              x_core.count.courier_acknowledged += 1;
                          }
                          what->records.pop_front();
                          apply_record(what);
                      });
}

// The letter with our own receipts was read: they need not go along any more.
void courier_receipts::close_told(const work_ptr& what) {
    store::transaction close;
    close.changes.emplace_back(
        operation::close_told_records{what->bundle.row, limits::rows_a_look});
    x_core.out.commit(std::move(close), [this, what](const store::transaction_result& result) {
        const bool has_closed =
            result.status == store::transaction_status::committed && result.unchanged.empty();
        if (has_closed) {
            close_told(what);
            return;
        }
        what->receipts.pop_front();
        store::transaction touch;
        touch.changes.emplace_back(operation::advance_bundle{
            .bundle = what->bundle.row,
            .expected = waits_for_receipts,
            // A receipt proves that it was written, whatever became of the command.
            .state = bundle_state::written,
            .at = x_core.now,
            .due_at = std::optional<std::optional<utc_time>>(x_core.now),
            .volumes = {},
            .bytes = {},
            .lenient = true});
        x_core.out.commit(std::move(touch), [this, what](const store::transaction_result&) {
            x_look_at = std::min(x_look_at, x_core.now);
            x_out.rescan(what->peer);  // Attachments of texts that it has are ready.
            apply_next(what);
        });
    });
}

// Looks -----------------------------------------------------------------------------------------

std::optional<utc_time> courier_receipts::next_deadline() const {
    return x_is_looking || x_core.stopping ? std::nullopt : std::optional(x_look_at);
}

void courier_receipts::on_deadline() {
    if (x_is_looking || x_core.now < x_look_at || x_core.stopping || !x_core.started) {
        return;
    }
    x_is_looking = true;
    constexpr std::size_t bundles_a_look = 16;
    x_core.out.ask(query::load_due_bundles{x_core.now, bundles_a_look},
                   [this](store::reply& reply) {
                       const auto& found = expect<answer::bundles>(reply);
                       x_is_looking = false;
                       x_look_at = x_core.now + (found.more ? std::chrono::seconds{1}
                                                            : std::chrono::seconds{look_interval});
                       for (const auto& row : found.rows) {
                           look_at(row);
                       }
                       if (found.rows.empty()) {
                           forget();
                       }
                   });
}

void courier_receipts::look_at(const store::bundle_row& row) {
    if (row.state == bundle_state::writing && !x_under_way(row.row)) {
        store::transaction note;  // Of a run that ended, or a command that went away.
        note.changes.emplace_back(
            operation::advance_bundle{.bundle = row.row,
                                      .expected = in_state(bundle_state::writing),
                                      .state = bundle_state::broken,
                                      .at = row.changed_at,
                                      .due_at = std::optional<std::optional<utc_time>>(x_core.now),
                                      .volumes = {},
                                      .bytes = {},
                                      .lenient = true});
        x_core.out.commit(std::move(note), [](const store::transaction_result&) {});
        return;
    }
    end_records(row, 0);
}

void courier_receipts::end_records(const store::bundle_row& row, std::uint32_t from) {
    // Finding no word is no reason to wait for ever: what has expired is not delivered any more,
    // and a receipt for it would have come by then.
    const auto expired_before =
        x_core.expiry_frozen ? utc_time{} : x_core.now - x_core.outside.courier_receipt_lifetime;
    x_core.out.ask(query::find_ended_records{row.row, from, expired_before, limits::rows_a_look},
                   [this, row](store::reply& reply) {
                       const auto& found = expect<answer::bundle_records>(reply);
                       store::transaction note;
                       for (const auto& one : found.rows) {
                           note.changes.emplace_back(operation::advance_bundle_record{
                               .bundle = one.bundle,
                               .record = one.record,
                               .expected = in_state(record_state::gone_along),
                               .state = record_state::ended,
                               .code = one.code});
                       }
                       const auto go_on = [this, row, next = found.next] {
                           if (next) {
                               end_records(row, *next);
                           } else {
                               judge(row);
                           }
                       };
                       if (note.changes.empty()) {
                           go_on();
                           return;
                       }
                       x_core.out.commit(std::move(note),
                                         [go_on](const store::transaction_result&) { go_on(); });
                   });
}

void courier_receipts::judge(const store::bundle_row& before) {
    x_core.out.ask(query::find_bundle{before.id, before.peer, false}, [this](store::reply& reply) {
        const auto& rows = expect<answer::bundles>(reply).rows;
        if (rows.empty() || (in_state(rows.front().state) & waits_for_receipts) == 0) {
            return;
        }
        const auto& row = rows.front();
        const bool is_settled = row.open == 0 && row.state != bundle_state::writing;
        const auto alarm_at = row.created_at + limits::courier_alarm_after;
        auto next = x_core.now + look_for_receipts_again;
        if (!is_settled && row.state == bundle_state::written && alarm_at <= x_core.now &&
            !x_core.expiry_frozen) {
            x_core.out.log(
                log_level::alarm, "courier-unreceipted",
                "bundle " + protocol::to_text(row.id) + " to " + std::string(row.peer.text()) +
                    ": " + std::to_string(row.open) + " of " + std::to_string(row.records) +
                    " records without an answer since " + protocol::to_text(row.created_at));
            x_core.count.alarms += 1;
            next = x_core.now + limits::courier_alarm_again;
        }
        store::transaction note;
        note.changes.emplace_back(operation::advance_bundle{
            .bundle = row.row,
            .expected = in_state(row.state),
            .state = is_settled ? bundle_state::settled : row.state,
            .at = is_settled ? x_core.now : row.changed_at,
            .due_at = is_settled ? std::optional<std::optional<utc_time>>(std::optional<utc_time>{})
                                 : std::optional<std::optional<utc_time>>(next),
            .volumes = {},
            .bytes = {},
            .lenient = true});
        x_core.out.commit(std::move(note), [](const store::transaction_result&) {});
    });
}

void courier_receipts::forget() {
    if (x_core.expiry_frozen) {
        return;
    }
    constexpr std::size_t bundles_a_look = 16;
    x_core.out.ask(query::find_old_bundles{x_core.now - limits::courier_memory,
                                           limits::courier_bundles_max, bundles_a_look},
                   [this](store::reply& reply) {
                       for (const auto& row : expect<answer::bundles>(reply).rows) {
                           drop(row.row);
                       }
                   });
}

void courier_receipts::drop(store::row_id bundle) {
    store::transaction step;
    step.changes.emplace_back(operation::drop_bundle{bundle, limits::rows_a_look});
    x_core.out.commit(std::move(step), [this, bundle](const store::transaction_result& result) {
        if (result.status == store::transaction_status::committed && result.unchanged.empty()) {
            drop(bundle);
        }
    });
}

}  // namespace dhow::route
