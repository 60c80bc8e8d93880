// The records of an export: which come next, their numbers, their cells, the parts.
// Way of the message: see courier_export.hpp.
// Pure. Net thread.
// Spec: docs/courier.md#export. Tests: unit/route/courier_export_test.cpp, sim.
// Limits: courier_candidates_max messages are judged at a time; one segment and one part in memory.
#include "daemon/route/courier_job.hpp"
#include "daemon/store/names.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dhow::route {

namespace {

using store::delivery_state;

store::bundle_record_row row_of(const store::bundle_row& bundle, std::uint32_t record,
                                const courier_item& item) {
    store::bundle_record_row out;
    out.bundle = bundle.row;
    out.record = record;
    out.object = item.what.object.row;
    out.attempt = item.what.shipment.attempt;
    if (item.what.message) {
        out.message = item.what.message->row;
        out.position = item.what.object.position;
        out.recipients = recipient_list(item.what.deliveries);
    } else {
        out.shipment = item.what.shipment.row;
    }
    return out;
}

/// What has changed since it was judged makes the note a conflict: then it does not go along.
void add_guards(store::transaction& to, const courier_item& item) {
    const auto& object = item.what.object;
    to.changes.emplace_back(operation::advance_object{.object = object.row,
                                                      .expected = store::object_state::complete,
                                                      .state = store::object_state::complete,
                                                      .at = object.changed_at,
                                                      .message = {},
                                                      .position = {},
                                                      .bytes = {},
                                                      .sealed_digest = {}});
    const auto& message = item.what.message;
    if (!item.is_text() || !message) {
        return;
    }
    for (const auto& row : item.what.deliveries) {
        if (!store::is_origin(*message)) {
            to.changes.emplace_back(
                operation::expect_not_called_back{message->origin, message->id, row.recipient});
        }
        to.changes.emplace_back(
            operation::advance_delivery{.message = row.message,
                                        .recipient = row.recipient,
                                        .expected = in_state(row.state),
                                        .state = row.state,
                                        .at = row.changed_at,
                                        .code = row.code,
                                        .text = row.text,
                                        .unless_changed_since = row.changed_at});
    }
}

}  // namespace

// Choosing --------------------------------------------------------------------------------------

void courier_export::next_pass(job& what) {
    what.after = 0;
    if (what.kind != job::pass::attachments) {
        what.kind = static_cast<job::pass>(static_cast<int>(what.kind) + 1);
    } else if (what.cls == what.least) {
        what.kind = job::pass::over;
    } else {
        what.cls = static_cast<message_class>(static_cast<int>(what.cls) + 1);
        what.kind = job::pass::receipts;
    }
}

void courier_export::choose(const job_ptr& what) {
    if (what->kind == job::pass::receipts) {
        choose_receipts(what);
    } else {
        choose_messages(what);
    }
}

void courier_export::choose_receipts(const job_ptr& what) {
    x_core.out.ask(query::load_waiting_receipts{what->after, limits::courier_candidates_max},
                   [this, what](store::reply& reply) {
                       auto& found = expect<answer::ready>(reply);
                       std::vector<courier_item> items;
                       for (auto& row : found.rows) {
                           what->after = row.shipment.row;
                           if (receipt_goes(row, what->to, what->cls)) {
                               items.push_back({std::move(row)});
                           }
                       }
                       if (!found.more) {
                           next_pass(*what);
                       }
                       note_candidates(what, std::move(items));
                   });
}

void courier_export::choose_messages(const job_ptr& what) {
    const bool attachments = what->kind == job::pass::attachments;
    x_core.out.ask(query::find_courier{what->to, what->cls, attachments, what->after,
                                       limits::courier_candidates_max},
                   [this, what, attachments, cls = what->cls](store::reply& reply) {
                       const auto& found = expect<answer::courier_page>(reply);
                       if (found.next) {
                           what->after = *found.next;
                       } else {
                           next_pass(*what);
                       }
                       load_candidates(
                           what, found.messages,
                           [this, what, attachments, cls](const auto& message) {
                               return attachments ? attachments_for(x_core, message, what->to, cls)
                                                  : texts_for(x_core, message, what->to);
                           });
                   });
}

void courier_export::load_candidates(const job_ptr& what,
                                     const std::vector<store::row_id>& messages,
                                     const chooser& choose_of) {
    struct gathering {
        std::vector<std::vector<courier_item>> items;
        std::size_t left = 0;
    };
    if (messages.empty()) {
        step(what);
        return;
    }
    auto all = std::make_shared<gathering>();
    all->items.resize(messages.size());
    all->left = messages.size();
    for (std::size_t i = 0; i < messages.size(); ++i) {
        x_core.out.ask(query::load_message{messages[i]},
                       [this, what, all, i, choose_of](store::reply& reply) {
                           for (const auto& message : expect<answer::messages>(reply).rows) {
                               all->items[i] = choose_of(message);
                           }
                           if (--all->left > 0) {
                               return;
                           }
                           std::vector<courier_item> items;
                           for (auto& some : all->items) {
                               std::ranges::move(some, std::back_inserter(items));
                           }
                           note_candidates(what, std::move(items));
                       });
    }
}

// Each in a transaction of its own: what cannot go along stops no other. They share a batch.
void courier_export::note_candidates(const job_ptr& what, std::vector<courier_item> items) {
    std::erase_if(items, [&](const auto& item) {
        return item.what.message && x_out.is_withheld(item.what.message->row);
    });
    // Parts of attachments and the end of the bundle have numbers of their own.
    constexpr auto for_records = limits::courier_records_max - limits::courier_volumes_max - 1;
    const auto room = for_records - std::min(for_records, what->next_record);
    if (items.size() > room) {
        items.resize(room);
        what->has_more = true;
        what->kind = job::pass::over;
    }
    if (items.empty()) {
        step(what);
        return;
    }
    struct noting {
        std::vector<std::optional<job::numbered>> items;
        std::size_t left = 0;
    };
    auto all = std::make_shared<noting>();
    all->left = items.size();
    all->items.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto record = what->next_record++;
        store::transaction note;
        note.changes.emplace_back(
            operation::put_bundle_record{row_of(what->row, record, items[i])});
        add_guards(note, items[i]);
        if (const auto& message = items[i].what.message; items[i].is_text() && message) {
            for (const auto& row : items[i].what.deliveries) {
                note.changes.emplace_back(operation::put_event{
                    x_core.event(message->origin, message->id, row.recipient, store::courier_event,
                                 store::courier_actor(what->to),
                                 store::attempt_text(items[i].what.shipment.attempt))});
            }
        }
        auto numbered =
            std::make_shared<job::numbered>(job::numbered{std::move(items[i]), record, 0});
        x_core.out.commit(std::move(note),
                          [this, what, all, i, numbered](const store::transaction_result& result) {
                              if (result.status == store::transaction_status::committed) {
                                  all->items[i] = std::move(*numbered);
                              } else if (result.status != store::transaction_status::conflict) {
                                  what->has_more = true;
                              }
                              if (--all->left > 0) {
                                  return;
                              }
                              for (auto& one : all->items) {
                                  if (one) {
                                      what->unwritten.insert(one->record);
                                      what->chosen.push_back(std::move(*one));
                                  }
                              }
                              step(what);
                          });
    }
}

// Writing ---------------------------------------------------------------------------------------

void courier_export::step(const job_ptr& what) {
    auto& made = *what;
    if (made.plain.size() >= limits::courier_cells_a_part || made.ends_volume) {
        seal_part(what);
    } else if (made.fill_to != 0) {
        fill_up(made);
        step(what);
    } else if (made.open) {
        read_on(what);
    } else if (made.stops_here || (made.chosen.empty() && made.kind == job::pass::over)) {
        begin_end_record(made);
        step(what);
    } else if (!made.chosen.empty()) {
        begin_record(made);
        step(what);
    } else {
        choose(what);
    }
}

// One cell of each volume is kept for the end of the bundle.
void courier_export::begin_record(job& what) {
    auto& next = what.chosen.front();
    const auto left = what.cells_per_volume - what.place - 1;
    auto offer = offer_of(x_core, next.item.what);
    if (!offer) {
        x_core.out.log(
            log_level::alarm, "object-damaged",
            "the stored seal or lockboxes of a message are damaged; run `dhow db check`");
        x_core.count.alarms += 1;
        what.chosen.pop_front();  // Its row says that it went: it is looked at as one that is lost.
        return;
    }
    const auto total = offer->body_bytes;
    auto slice = total - next.first_byte;
    auto head = protocol::encode_record_head({*offer, next.first_byte, slice});
    constexpr std::uint64_t payload = limits::courier_cell_payload_bytes;
    const auto needed = (head.size() + slice + payload - 1) / payload;
    std::uint32_t record = next.record;
    if (needed > left) {
        const bool can_be_cut = offer->kind == protocol::object_kind::attachment &&
                                left >= limits::courier_slice_cells_min &&
                                left * payload > head.size();
        if (!can_be_cut) {
            what.stops_here = what.volume == what.volumes_max;
            what.has_more = what.has_more || what.stops_here;
            if (!what.stops_here) {
                what.fill_to = what.cells_per_volume;
            }
            return;
        }
        slice = left * payload - head.size();  // A shorter number makes the head no longer.
        head = protocol::encode_record_head({*offer, next.first_byte, slice});
        record = what.next_record++;
    }
    what.open = job::open_record{record,          next.item.what.object.row,
                                 next.first_byte, next.first_byte + slice,
                                 false,           std::move(head)};
    ++what.written;
    x_core.count.courier_exported += 1;
    if (next.first_byte + slice == total) {
        what.unwritten.erase(next.record);
        what.chosen.pop_front();
    } else {
        next.first_byte += slice;
    }
    cut_cells(what, false);  // A head of many recipients is as long as a segment.
}

void courier_export::begin_end_record(job& what) const {
    const auto last = std::min(what.next_record++, limits::courier_records_max - 1);
    what.open = job::open_record{
        last, 0, 0, 0, false, protocol::encode_bundle_end({what.volume, what.written})};
    what.is_end_written = true;
}

void courier_export::cut_cells(job& what, bool is_end) {
    auto& open = what.record_at_hand();
    constexpr auto payload = limits::courier_cell_payload_bytes;
    std::size_t at = 0;
    const auto& all = open.gathered;
    while (all.size() - at > payload || (is_end && at < all.size())) {
        const auto size = std::min(payload, all.size() - at);
        protocol::courier_cell cell;
        cell.volume = what.volume;
        cell.place = static_cast<std::uint32_t>(what.place++);
        cell.record = open.record;
        cell.is_first = !std::exchange(open.is_begun, true);
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(at);
        cell.payload.assign(from, from + static_cast<std::ptrdiff_t>(size));
        at += size;
        cell.is_last = is_end && at == all.size();
        what.plain.push_back(protocol::encode_cell(cell));
    }
    open.gathered.erase(open.gathered.begin(),
                        open.gathered.begin() + static_cast<std::ptrdiff_t>(at));
    if (!is_end) {
        return;
    }
    what.open.reset();
    if (what.is_end_written) {
        what.fill_to = std::min(protocol::padded_count(what.place), what.cells_per_volume);
        what.ends_volume = what.place == what.fill_to;
        what.fill_to = what.ends_volume ? 0 : what.fill_to;
    }
}

void courier_export::fill_up(job& what) {
    while (what.place < what.fill_to && what.plain.size() < limits::courier_cells_a_part) {
        protocol::courier_cell cell;
        cell.volume = what.volume;
        cell.place = static_cast<std::uint32_t>(what.place++);
        cell.record = protocol::courier_cell::filler;
        what.plain.push_back(protocol::encode_cell(cell));
    }
    if (what.place == what.fill_to) {
        what.fill_to = 0;
        what.ends_volume = true;
    }
}

void courier_export::read_on(const job_ptr& what) {
    const auto& open = what->record_at_hand();
    if (open.at == open.end) {
        cut_cells(*what, true);
        step(what);
        return;
    }
    const auto index = static_cast<std::uint32_t>(open.at / limits::segment_bytes);
    x_core.out.ask(query::load_segment{open.object, index}, [this, what](store::reply& reply) {
        auto& segment = expect<answer::segment>(reply);
        auto& at_hand = what->record_at_hand();
        const auto skip = static_cast<std::size_t>(at_hand.at % limits::segment_bytes);
        if (!segment.data || segment.data->size() <= skip) {
            leave_out(*what, segment.damaged);
            step(what);
            return;
        }
        const auto count =
            std::min<std::uint64_t>(segment.data->size() - skip, at_hand.end - at_hand.at);
        const auto from = segment.data->begin() + static_cast<std::ptrdiff_t>(skip);
        at_hand.gathered.insert(at_hand.gathered.end(), from,
                                from + static_cast<std::ptrdiff_t>(count));
        at_hand.at += count;
        cut_cells(*what, at_hand.at == at_hand.end);
        step(what);
    });
}

// What was cut of it is a record without an end, which the importer counts as lost. The others go.
void courier_export::leave_out(job& what, bool is_damaged) {
    const auto object = what.record_at_hand().object;
    if (is_damaged) {
        x_core.out.log(log_level::alarm, "object-damaged",
                       "object " + std::to_string(object) +
                           " is damaged on disk and does not go along; run `dhow db check`");
        x_core.count.alarms += 1;
    }
    if (!what.chosen.empty() && what.chosen.front().item.what.object.row == object) {
        what.chosen.pop_front();  // The rest of an attachment.
    }
    what.open.reset();
    what.has_more = true;
}

void courier_export::seal_part(const job_ptr& what) {
    seal::job::seal_cells cells{what->key, std::exchange(what->plain, {})};
    x_core.out.run(
        std::move(cells), false, [this, what](protocol::result<seal::job_outcome>& outcome) {
            if (!outcome) {
                fail(what, protocol::errc_of(outcome.error()), "cells could not be sealed");
                return;
            }
            give(what, std::get<seal::done::sealed_cells>(*outcome));
        });
}

void courier_export::give(const job_ptr& what, const seal::done::sealed_cells& cells) {
    auto& made = *what;
    const bool ends_bundle = made.ends_volume && made.is_end_written;
    bytes out = protocol::encode_part_head({made.volume, made.ends_volume, ends_bundle});
    const auto add = [&out](const bytes& more) { out.insert(out.end(), more.begin(), more.end()); };
    if (std::exchange(made.begins_volume, false)) {
        add(made.head);
        add(made.letter_bytes);
    }
    for (const auto& cell : cells.sealed) {
        add(cell);
    }
    if (std::exchange(made.ends_volume, false)) {
        add(made.letter_bytes);
        add(made.head);
        made.begins_volume = true;
        made.place = 0;
        made.volume += ends_bundle ? 0 : 1;
    }
    made.is_over = ends_bundle;
    made.bytes_out += out.size() - protocol::part_head::size_bytes;
    ++made.part;
    made.part_bytes = out;
    made.is_busy = false;
    made.touched_at = x_core.now;
    if (made.is_over) {
        drop_unwritten(made);
    }
    std::exchange(made.answer, nullptr)(response::courier_part{std::move(out)});
}

void courier_export::fail(const job_ptr& what, errc code, std::string text) {
    drop_unwritten(*what);
    x_jobs.erase(what->number);
    std::exchange(what->answer, nullptr)(refusal(code, std::move(text)));
}

// What was numbered and is in no volume has not gone along. Its event stays: a copy that may be
// with others is the careful reading.
void courier_export::drop_unwritten(const job& what) {
    if (what.unwritten.empty()) {
        return;
    }
    store::transaction transaction;
    for (const auto record : what.unwritten) {
        transaction.changes.emplace_back(
            operation::advance_bundle_record{.bundle = what.row.row,
                                             .record = record,
                                             .expected = in_state(store::record_state::gone_along),
                                             .state = store::record_state::ended,
                                             .code = static_cast<std::uint16_t>(errc::not_found)});
    }
    x_core.out.commit(std::move(transaction), [](const store::transaction_result&) {});
}

}  // namespace dhow::route
