// The import of one volume.
// Way of the message: see courier_import_job.hpp.
// Pure. Net thread.
// Spec: docs/courier.md#import. Tests: unit/route/courier_import_test.cpp, sim.
// Limits: see courier_import_job.hpp.
#include "daemon/route/courier_import_job.hpp"

#include "daemon/route/courier_choice.hpp"

#include <algorithm>
#include <utility>

namespace dhow::route {

namespace event = protocol::session_event;
using protocol::object_kind;

namespace {
/// More say nothing new.
constexpr std::size_t remarks_max = 20;
}  // namespace

void courier_import::job::remark(const std::string& text) {
    if (report.remarks.size() < remarks_max &&
        std::ranges::find(report.remarks, text) == report.remarks.end()) {
        report.remarks.push_back(text);
    }
}

void courier_import::job::take(std::uint64_t from, const bytes& cells,
                               std::function<void(errc)> then) {
    x_then = std::move(then);
    seal::job::open_cells open{letter.key, {}};
    const auto size = protocol::sealed_cell_bytes();
    for (std::size_t at = 0; at < cells.size(); at += size) {
        const auto first = cells.begin() + static_cast<std::ptrdiff_t>(at);
        open.sealed.emplace_back(first, first + static_cast<std::ptrdiff_t>(size));
    }
    x_core.out.run(std::move(open), false,
                   [self = shared_from_this(), from](protocol::result<seal::job_outcome>& made) {
                       if (!made) {
                           self->failed = protocol::errc_of(made.error());
                           self->go_on();
                           return;
                       }
                       self->on_cells(from, std::get<seal::done::opened_cells>(*made).plain);
                   });
}

void courier_import::job::on_cells(std::uint64_t from, std::vector<std::optional<bytes>>& plain) {
    if (from != x_next_place) {
        // Whoever reads the volume left some out, or begins once more.
        if (const auto lost = x_reader.on_gap()) {
            auto& gap = x_steps.emplace_back();
            gap.record = protocol::courier_cell::filler;
            gap.lost = lost;
        }
    }
    for (const auto& cell : plain) {
        on_cell(cell, from++);
    }
    x_next_place = from;
    go_on();
}

void courier_import::job::on_cell(const std::optional<bytes>& plain, std::uint64_t place) {
    const auto cell = plain ? protocol::decode_cell(*plain)
                            : protocol::result<protocol::courier_cell>(errc::cannot_open);
    if (cell && report.volumes == 0) {
        report.volumes = cell->volume;
    }
    // The key is that of the bundle: a cell can only come from another place of it.
    const bool is_here = cell && cell->place == place && cell->volume == report.volumes;
    const auto open = x_reader.open();
    auto step = is_here ? x_reader.on_cell(*cell)
                        : protocol::result<protocol::record_reader::step>(errc::bad_order);
    if (step) {
        x_steps.push_back(std::move(*step));
        return;
    }
    report.damaged_cells += 1;
    x_reader.on_gap();
    // The record that was open ends here, also when the cell was well sealed and makes no sense.
    protocol::record_reader::step gap;
    gap.lost = open;
    gap.record = protocol::courier_cell::filler;
    x_steps.push_back(std::move(gap));
}

void courier_import::job::finish() {
    if (const auto lost = x_reader.on_end()) {
        lose(*lost);
    }
    // Attachments that go on in the next volume are no longer open; what is, was begun and waits.
    std::vector<std::uint32_t> left;
    for (const auto& [number_of, one] : x_open) {
        left.push_back(number_of);
    }
    for (const auto number_of : left) {
        lose(number_of);
    }
    report.is_whole = report.damaged_cells == 0 && report.lost == 0;
}

// Steps are taken in order; an attachment begins when what came before it is answered, since its
// text may be among that.
bool courier_import::job::may_begin(const protocol::record_reader::step& step) const {
    return !step.begins || step.begins->offer.kind != object_kind::attachment ||
           (x_open.empty() && x_noting == 0);
}

void courier_import::job::go_on() {
    const auto self = shared_from_this();
    if (std::exchange(x_is_going_on, true)) {
        return;  // Inbound answered at once: the loop below goes on.
    }
    while (failed == errc{} && !x_steps.empty()) {
        if (const auto lost = std::exchange(x_steps.front().lost, std::nullopt)) {
            lose(*lost);
        }
        if (!may_begin(x_steps.front())) {
            break;
        }
        auto step = std::move(x_steps.front());
        x_steps.pop_front();
        on_step(step);
    }
    x_is_going_on = false;
    const bool is_at_rest =
        x_steps.empty() && x_noting == 0 &&
        std::ranges::all_of(x_open, [](const auto& one) { return waits_for_cells(one.second); });
    if (x_then && (failed != errc{} || is_at_rest)) {
        std::exchange(x_then, nullptr)(failed);
    }
}

// The rest of it is in cells to come, and what came of an attachment is on disk.
bool courier_import::job::waits_for_cells(const record& one) {
    return !one.is_whole && (one.head.offer.kind != object_kind::attachment ||
                             (one.accepted && one.held.empty() && *one.accepted >= one.given));
}

void courier_import::job::on_step(protocol::record_reader::step& step) {
    if (step.record == protocol::courier_cell::filler) {
        return;
    }
    if (step.end) {
        report.volumes_in_all = step.end->volumes;
    }
    if (step.begins) {
        begin_record(step.record, std::move(*step.begins));
    }
    // One that is whole takes no more: these cells are of a number that was used again.
    if (const auto found = x_open.find(step.record);
        found != x_open.end() && !found->second.is_whole) {
        add_data(step.record, step.data, step.is_complete);
    }
}

void courier_import::job::begin_record(std::uint32_t number_of, protocol::record_head head) {
    report.records += 1;
    if (x_open.contains(number_of) || x_in.knows(line(), number_of)) {
        // What came first under this number is not answered yet: a second offer would take what
        // was verified for it.
        report.not_taken += 1;
        remark("a number of a record that was used twice");
        return;
    }
    auto& offer = head.offer;
    // What it has aged on its way, as far as two clocks can tell; never less than nothing.
    const auto travel = x_core.expiry_frozen
                            ? protocol::milliseconds{0}
                            : std::max(x_core.now - exported_at, protocol::milliseconds{0});
    offer.age = std::min<protocol::milliseconds>(offer.age + travel, limits::age_max);
    offer.stream = number_of;
    record made;
    made.head = head;
    made.at = made.given = head.first_byte;
    if (offer.kind == object_kind::text) {
        const auto preamble = protocol::decode_preamble(offer.preamble);
        if (!preamble) {
            report.not_taken += 1;
            remark("a text without a seal that can be read");
            return;
        }
        for (const auto& entry : preamble->lockboxes.entries) {
            made.recipients.push_back(entry.box.recipient);
        }
    }
    x_open.emplace(number_of, std::move(made));
    if (!only_verify) {
        x_in.on_event(line(), event::offer_received{offer, offer.kind != object_kind::attachment});
    }
}

void courier_import::job::add_data(std::uint32_t number_of, const bytes& data, bool is_complete) {
    auto& open = x_open.at(number_of);
    open.at += data.size();
    open.is_whole = is_complete;
    if (only_verify) {
        if (is_complete) {
            report.known += 1;
            x_open.erase(number_of);
        }
        return;
    }
    if (open.head.offer.kind == object_kind::attachment) {
        open.held.insert(open.held.end(), data.begin(), data.end());
        // By the segment: each piece that inbound gets is a write of its own.
        if (is_complete || x_steps.empty() || open.held.size() >= limits::segment_bytes) {
            feed_attachment(number_of);
        }
        return;
    }
    const auto offset = open.given;
    open.given = open.at;
    x_in.on_event(line(), event::data_received{number_of, offset, data});
    if (is_complete) {
        x_in.on_event(line(), event::body_received{number_of});
    }
}

// `held` begins at `given`.
void courier_import::job::feed_attachment(std::uint32_t number_of) {
    auto found = x_open.find(number_of);
    if (found == x_open.end()) {
        return;
    }
    auto* open = &found->second;
    if (!open->accepted) {
        return;
    }
    const auto wanted = *open->accepted;
    if (wanted > open->given) {  // On disk already.
        const auto skip = std::min<std::uint64_t>(wanted - open->given, open->held.size());
        open->held.erase(open->held.begin(),
                         open->held.begin() + static_cast<std::ptrdiff_t>(skip));
        open->given += skip;
    }
    if (!open->held.empty()) {
        const auto offset = open->given;
        auto data = std::exchange(open->held, {});
        open->given += data.size();
        x_in.on_event(line(), event::data_received{number_of, offset, std::move(data)});
        found = x_open.find(number_of);
        if (found == x_open.end()) {
            return;
        }
        open = &found->second;
    }
    if (!open->is_whole || open->given < open->at) {
        return;
    }
    if (open->head.reaches_end()) {
        if (wanted < open->head.offer.body_bytes) {
            x_in.on_event(line(), event::body_received{number_of});
        }
    } else if (wanted >= open->at) {
        cancel(number_of);  // Nothing of this part was new.
        report.parts += 1;
        x_open.erase(number_of);
        go_on();
    }
}

void courier_import::job::accept(protocol::stream_id stream, std::uint64_t offset) {
    const auto self = shared_from_this();  // What follows may end the import.
    const auto found = x_open.find(stream);
    if (found == x_open.end()) {
        return;
    }
    if (offset < found->second.given) {
        cancel(stream);
        remark("a part of an attachment whose beginning is in an earlier volume, or was lost");
        ended(stream, store::record_state::not_taken, errc::busy, {}, false);
        return;
    }
    found->second.accepted = offset;
    feed_attachment(stream);
    go_on();
}

void courier_import::job::on_durable(protocol::stream_id stream, std::uint64_t durable_bytes) {
    const auto self = shared_from_this();
    const auto found = x_open.find(stream);
    if (found == x_open.end()) {
        return;
    }
    auto& open = found->second;
    open.accepted = durable_bytes;
    if (open.is_whole && !open.head.reaches_end() && durable_bytes >= open.at) {
        cancel(stream);
        report.parts += 1;
        x_open.erase(stream);
    }
    go_on();
}

void courier_import::job::commit(protocol::stream_id stream,
                                 std::vector<protocol::recipient_answer> exceptions) {
    const auto self = shared_from_this();
    const auto found = x_open.find(stream);
    if (found == x_open.end()) {
        return;
    }
    std::map<bureau_id, errc> refused;
    for (const auto& one : exceptions) {
        if (one.code != errc::have_it) {
            refused.emplace(one.recipient, one.code);
        }
    }
    const auto& to = found->second.recipients;
    const bool is_for_nobody =
        !to.empty() && std::ranges::all_of(to, [&](auto who) { return refused.contains(who); });
    if (is_for_nobody) {
        ended(stream, store::record_state::not_taken, refused.begin()->second, {}, false);
    } else {
        const bool was_known = !exceptions.empty() && refused.size() < exceptions.size();
        ended(stream, store::record_state::taken, errc{}, refused, was_known);
    }
}

void courier_import::job::refuse(protocol::stream_id stream, errc code,
                                 std::vector<protocol::recipient_answer> exceptions) {
    const auto self = shared_from_this();
    if (!x_open.contains(stream)) {
        return;
    }
    if (code != errc::have_it) {
        remark(std::string(protocol::text_of(code)));
        ended(stream, store::record_state::not_taken, code, {}, false);
        return;
    }
    if (exceptions.empty()) {
        exceptions.push_back({{}, errc::have_it, {}});
    }
    commit(stream, std::move(exceptions));
}

void courier_import::job::give_up(errc code) {
    const auto self = shared_from_this();  // What follows may end the import.
    failed = code;
    go_on();
}

void courier_import::job::cancel(std::uint32_t number_of) {
    x_in.on_event(line(), event::peer_cancelled{number_of, errc::cancelled});
}

void courier_import::job::lose(std::uint32_t number_of) {
    const auto found = x_open.find(number_of);
    if (found == x_open.end() || found->second.is_whole) {
        return;  // It was refused before its end, or it is whole and waits for its answer.
    }
    if (!only_verify) {
        cancel(number_of);
    }
    report.lost += 1;
    x_core.count.courier_lost += 1;
    x_open.erase(number_of);
}

// What was taken is noted when it is on disk: the note is what our next bundle to the exporter
// tells of.
void courier_import::job::ended(std::uint32_t number_of, store::record_state state, errc code,
                                const std::map<bureau_id, errc>& refused, bool was_known) {
    x_open.erase(number_of);
    if (state == store::record_state::not_taken) {
        report.not_taken += 1;
    } else {
        (was_known ? report.known : report.taken) += 1;
        (was_known ? x_core.count.courier_known : x_core.count.courier_imported) += 1;
    }
    store::transaction note;
    note.changes.emplace_back(
        operation::note_bundle_record{{.bundle = row.row,
                                       .record = number_of,
                                       .state = state,
                                       .recipients = refused_list(refused),
                                       .code = static_cast<std::uint16_t>(code)}});
    ++x_noting;
    x_core.out.commit(std::move(note),
                      [self = shared_from_this()](const store::transaction_result& result) {
                          --self->x_noting;
                          if (result.status != store::transaction_status::committed) {
                              self->failed = errc::store_full;
                          }
                          self->go_on();
                      });
}

}  // namespace dhow::route
