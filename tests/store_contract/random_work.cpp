// Random transactions and questions over a small world.
#include "tests/store_contract/random_work.hpp"

#include "protocol/limits.hpp"

namespace dhow::tests {

using namespace dhow::store;

protocol::bureau_id random_work::bureau(bool may_be_empty) {
    static const std::array<const char*, 4> names{"MU", "ZW", "IPSG", "914"};
    if (may_be_empty && chance(0.3)) {
        return {};
    }
    return *bureau_id::parse(names[x_random.below(names.size())]);
}

protocol::message_id random_work::id() {
    message_id out;
    out.value[0] = static_cast<std::uint8_t>(x_random.below(8));
    out.value[15] = 0xff;
    return out;
}

protocol::digest random_work::digest() {
    protocol::digest out;
    out.value[31] = static_cast<std::uint8_t>(x_random.below(8));
    return out;
}

protocol::utc_time random_work::time() {
    return utc_time{protocol::milliseconds{1'000'000 + x_random.below(1'000)}};
}

std::optional<protocol::utc_time> random_work::maybe_time() {
    return chance(0.5) ? std::optional(time()) : std::nullopt;
}

row_id random_work::some_row() {
    const auto last = static_cast<std::uint64_t>(x_last_row);
    // Mostly of the newest, so that a transaction meets what the ones before it made.
    return static_cast<row_id>(1 + last -
                               std::min(last, x_random.below(chance(0.7) ? 40 : last + 2)));
}

protocol::bytes random_work::blob(std::size_t size_max) {
    protocol::bytes out(x_random.below(size_max + 1));
    for (auto& byte : out) {
        byte = static_cast<std::uint8_t>(x_random.below(256));
    }
    return out;
}

std::string random_work::word() {
    static const std::array<const char*, 4> words{"", "border", "customs", "it's \"judiciary\""};
    return words[x_random.below(words.size())];
}

protocol::confidentiality random_work::level() {
    return pick<protocol::confidentiality>(protocol::confidentiality_count);
}

message_row random_work::message() {
    message_row m;
    m.row = chance(0.95) ? new_row() : some_row();
    m.origin = bureau();
    m.id = id();
    m.attempt = static_cast<std::uint8_t>(x_random.below(3));
    m.roles = static_cast<std::uint8_t>(x_random.below(8));
    m.cls = pick<message_class>(4);
    m.received_at = time();
    m.age_at_receipt = protocol::milliseconds{x_random.below(100)};
    m.hops = static_cast<std::uint8_t>(x_random.below(9));
    m.expires_at = maybe_time();
    m.seal = blob(300);
    m.lockboxes = blob(300);
    m.text_object = some_row();
    m.agency = word();
    m.kind = word();
    m.kept_key = blob(80);
    m.purge_at = time();
    m.level = level();
    return m;
}

object_row random_work::object() {
    object_row o;
    o.row = chance(0.95) ? new_row() : some_row();
    o.kind = static_cast<protocol::object_kind>(1 + x_random.below(3));
    o.state = pick<object_state>(5);
    o.message = chance(0.6) ? some_row() : 0;
    o.position = static_cast<std::uint16_t>(x_random.below(4));
    o.cls = pick<message_class>(4);
    o.sealed_digest = digest();
    o.bytes = chance(0.7) ? x_random.below(20'000) : x_random.below(300'000);
    o.durable_bytes = x_random.below(99);  // Not looked at.
    o.from_peer = bureau(true);
    o.preamble = blob(100);
    o.changed_at = time();
    return o;
}

delivery_row random_work::delivery() {
    delivery_row d;
    d.message = some_row();
    d.recipient = bureau();
    d.state = pick<delivery_state>(18);
    d.next_hop = bureau(true);
    d.attempt = static_cast<std::uint8_t>(x_random.below(3));
    d.code = static_cast<std::uint16_t>(x_random.below(600));
    d.text = word();
    d.due_at = maybe_time();
    d.changed_at = time();
    d.crash_count = static_cast<std::uint8_t>(x_random.below(3));
    d.receipt = some_row();
    return d;
}

shipment_row random_work::shipment() {
    shipment_row one;
    one.row = chance(0.95) ? new_row() : some_row();
    one.peer = bureau();
    one.cls = pick<message_class>(4);
    one.state = pick<shipment_state>(6);
    one.object = some_row();
    one.message = chance(0.7) ? some_row() : 0;
    one.position = static_cast<std::uint16_t>(x_random.below(3));
    one.attempt = static_cast<std::uint8_t>(x_random.below(3));
    one.origin = bureau();
    one.in_doubt = chance(0.3);
    one.tries = static_cast<std::uint32_t>(x_random.below(9));
    one.code = static_cast<std::uint16_t>(x_random.below(600));
    one.text = word();
    one.due_at = maybe_time();
    one.created_at = time();
    one.changed_at = time();
    return one;
}

operation::put_segment random_work::segment() {
    constexpr std::uint64_t segment_bytes = protocol::limits::segment_bytes;
    operation::put_segment out{some_row(), 0, blob(4'000)};
    auto& end = x_ends[out.object];  // Where the object ends if all before this was taken.
    out.offset = chance(0.8) ? end : x_random.below(3) * segment_bytes + x_random.below(2);
    const auto room = static_cast<std::size_t>(segment_bytes - out.offset % segment_bytes);
    out.data.resize(chance(0.3) ? room : std::clamp<std::size_t>(out.data.size(), 1, room), 7);
    end = out.offset + out.data.size();
    return out;
}

change random_work::put_something() {
    switch (x_random.below(13)) {
        case 0:
            return operation::put_message{message()};
        case 1:
            return operation::put_object{object()};
        case 2:
            return operation::put_delivery{delivery()};
        case 3:
            return operation::put_shipment{shipment()};
        case 4:
            return operation::put_event{
                {bureau(), id(), bureau(true), time(), word(), word(), 7, word()}};
        case 5: {
            custody_row c{bureau(),    id(), 1,        bureau(), bureau(true),
                          chance(0.5), {},   digest(), time()};
            c.attempt = static_cast<std::uint8_t>(x_random.below(3));
            return operation::put_custody{c};
        }
        case 6:
            return operation::put_inbox{
                {some_row(), bureau(), id(), digest(), blob(90), chance(0.3), time()}};
        case 7:
            return operation::put_assignment{
                {some_row(), word(), pick<assignment_state>(8), word(), time()}};
        case 8: {
            outcome_row row;
            row.row = new_row();
            row.origin = bureau();
            row.cls = pick<message_class>(4);
            row.value.id = id();
            row.value.recipient = bureau();
            row.value.kind = static_cast<protocol::outcome_kind>(1 + x_random.below(9));
            row.value.at = time();
            row.value.seal_digest = digest();
            row.value.on_disk.resize(x_random.below(3), digest());
            row.value.reason = 3;
            row.value.agency = word();
            return operation::put_outcome{row};
        }
        case 9:
            return operation::put_receipt{{new_row(), digest(), bureau(), blob(200), time()}};
        case 10:
            return operation::put_idempotency{{digest(), digest(), id(), time()}};
        case 11: {
            peer_row row;
            row.peer = bureau();
            row.epoch = x_random.below(9);
            row.offered_upto = {some_row(), some_row(), 0, some_row()};
            row.suspended = word();
            row.suspended_until = maybe_time();
            if (x_random.below(2) == 0) {
                row.suspended_for =
                    std::chrono::seconds{static_cast<std::int64_t>(x_random.below(100'000))};
            }
            row.suspended_by = word();
            row.suspended_at = maybe_time();
            row.last_error_at = maybe_time();
            return operation::put_peer{row};
        }
        default:
            return operation::put_meta{word(), word()};
    }
}

change random_work::change_message() {
    switch (x_random.below(8)) {
        case 0:
            return operation::advance_object{
                some_row(),
                pick<object_state>(5),
                pick<object_state>(5),
                time(),
                chance(0.3) ? std::optional(some_row()) : std::nullopt,
                chance(0.2) ? std::optional<std::uint16_t>(2) : std::nullopt,
                chance(0.2) ? std::optional<std::uint64_t>(5'000) : std::nullopt,
                chance(0.2) ? std::optional(digest()) : std::nullopt};
        case 1:
            return operation::drop_object{some_row(), chance(0.7)};
        case 2:
            return operation::drop_message{some_row(), time()};
        default:
            return segment();
    }
}

change random_work::change_queue() {
    const auto any = static_cast<state_set>(x_random.below(1U << 18U) | x_random.below(1U << 18U));
    const auto due = chance(0.5) ? std::optional(maybe_time()) : std::nullopt;
    switch (x_random.below(10)) {
        case 0:
            return operation::advance_delivery{
                some_row(),
                bureau(),
                any,
                pick<delivery_state>(18),
                time(),
                5,
                word(),
                chance(0.3) ? std::optional(bureau(true)) : std::nullopt,
                {},
                due,
                chance(0.3) ? std::optional(some_row()) : std::nullopt,
                {},
                chance(0.3)};
        case 1:
            return operation::settle_delivery{
                bureau(),
                id(),
                bureau(),
                any,
                pick<delivery_state>(19),
                time(),
                6,
                word(),
                due,
                chance(0.7) ? some_row() : 0,
                word(),
                chance(0.3),
                chance(0.3) ? std::optional(static_cast<std::uint8_t>(x_random.below(3)))
                            : std::nullopt};
        case 2:
            return operation::revive_shipments{bureau(), time()};
        case 3:
            return operation::doubt_shipments{bureau(), pick<message_class>(4), some_row()};
        case 4:
            return operation::ready_shipments{some_row(), bureau(true), some_row(), time()};
        case 5:
            return operation::hold_shipments{bureau(true), chance(0.8) ? some_row() : 0,
                                             chance(0.5), time()};
        case 6: {
            const auto one = time(), other = time();
            return operation::bring_back{std::max(one, other), std::min(one, other), time()};
        }
        case 7:
            return operation::fail_attachments{
                some_row(), bureau(), static_cast<std::uint8_t>(x_random.below(3)),
                time(),     7,        word()};
        default:
            return operation::advance_shipment{
                some_row(),
                any & 0x3f,
                pick<shipment_state>(6),
                time(),
                due,
                chance(0.3) ? std::optional(chance(0.5)) : std::nullopt,
                chance(0.3) ? std::optional<std::uint32_t>(3) : std::nullopt,
                8,
                word(),
                chance(0.3)};
    }
}

change random_work::change_record() {
    switch (x_random.below(8)) {
        case 0:
            return operation::settle_custody{
                bureau(),
                id(),
                static_cast<std::uint8_t>(x_random.below(3)),
                bureau(),
                chance(0.5),
                chance(0.5) ? std::optional(protocol::outcome_kind::delivered) : std::nullopt};
        case 1:
            return operation::complete_inbox{some_row()};
        case 2:
            return operation::advance_assignment{
                some_row(), word(), pick<assignment_state>(8), pick<assignment_state>(8),
                word(),     time()};
        case 3:
            return operation::drop_outcome{some_row()};
        case 4:
            return operation::put_tombstone{{bureau(), id(), id(), chance(0.5), time()}, time()};
        case 5:
            return operation::expect_not_called_back{bureau(), id(), bureau()};
        case 6:
            return operation::release_objects{bureau(), id(), time()};
        default:
            return operation::forget_old{time(), static_cast<std::uint32_t>(x_random.below(4))};
    }
}

bundle_row random_work::bundle() {
    bundle_row b;
    b.row = chance(0.95) ? new_row() : some_row();
    b.id = id();
    b.peer = bureau();
    b.is_import = chance(0.4);
    b.state = pick<bundle_state>(6);
    b.created_at = time();
    b.changed_at = time();
    b.due_at = maybe_time();
    b.volumes = static_cast<std::uint32_t>(x_random.below(5));
    b.bytes = x_random.below(1'000'000);
    b.records = 7;  // Not looked at, as the next.
    b.open = 8;
    x_bundles.push_back(b.row);
    return b;
}

row_id random_work::some_bundle() {
    return x_bundles.empty() || chance(0.05) ? some_row()
                                             : x_bundles[x_random.below(x_bundles.size())];
}

bundle_record_row random_work::bundle_record() {
    bundle_record_row r;
    r.bundle = some_bundle();
    r.record = static_cast<std::uint32_t>(x_random.below(12));
    r.state = pick<record_state>(5);
    r.message = some_row();
    r.object = some_row();
    r.shipment = chance(0.3) ? some_row() : 0;
    r.position = static_cast<std::uint16_t>(x_random.below(3));
    r.attempt = static_cast<std::uint8_t>(x_random.below(3));
    r.recipients = chance(0.5) ? " MU " : " ZW 914 ";
    r.code = static_cast<std::uint16_t>(x_random.below(600));
    r.told_in = chance(0.5) ? 0 : some_bundle();
    return r;
}

change random_work::change_bundle() {
    const auto record = static_cast<std::uint32_t>(x_random.below(12));
    const auto limit = static_cast<std::uint32_t>(1 + x_random.below(4));
    switch (x_random.below(12)) {
        case 0:
        case 1:
            return operation::put_bundle{bundle()};
        case 2:
            return operation::advance_bundle{
                some_bundle(),
                static_cast<bundle_set>(x_random.below(64)),
                pick<bundle_state>(6),
                time(),
                chance(0.5) ? std::optional(maybe_time()) : std::nullopt,
                chance(0.5) ? std::optional<std::uint32_t>(3) : std::nullopt,
                chance(0.5) ? std::optional<std::uint64_t>(99) : std::nullopt,
                chance(0.7)};
        case 3:
        case 4:
            return operation::note_bundle_record{bundle_record()};
        case 5:
            return operation::advance_bundle_record{some_bundle(), record,
                                                    static_cast<record_set>(x_random.below(32)),
                                                    pick<record_state>(5), 7};
        case 6:
            return operation::drop_bundle_records{some_bundle(), record};
        case 7:
            return operation::tell_bundle_records{
                some_bundle(), record, record + static_cast<std::uint32_t>(x_random.below(4)),
                some_bundle()};
        case 8:
            return operation::close_told_records{some_bundle(), limit};
        case 9:
            return operation::drop_bundle{some_bundle(), limit};
        default:
            return operation::put_bundle_record{bundle_record()};
    }
}

change random_work::next_change() {
    if (chance(0.05)) {
        return change_case();
    }
    if (chance(0.1)) {
        return change_bundle();
    }
    if (chance(0.06)) {
        return change_clock();
    }
    const double draw = x_random.fraction();
    return draw < 0.6    ? put_something()
           : draw < 0.75 ? change_message()
           : draw < 0.9  ? change_queue()
                         : change_record();
}

transaction random_work::next_transaction() {
    transaction out;
    out.token = ++x_tokens;
    out.at_once = chance(0.2);
    const auto count = 1 + x_random.below(chance(0.8) ? 2 : 8);
    for (std::uint64_t at = 0; at < count; ++at) {
        out.changes.push_back(next_change());
    }
    return out;
}

std::vector<question> random_work::questions() {
    const std::size_t limit = 1 + x_random.below(chance(0.5) ? 5 : 500);
    const row_id after = chance(0.5) ? 0 : some_row();
    return {
        query::load_start{},
        query::load_ready{bureau(), pick<message_class>(4), after, limit},
        query::load_ready{.peer = bureau(),
                          .cls = pick<message_class>(4),
                          .after = after,
                          .limit = limit,
                          .made_by = time(),
                          .level_max = level(),
                          .waits_upto = level()},
        query::load_shipment{some_row()},
        query::load_waiting_receipts{after, limit},
        query::load_due{time(), limit},
        query::find_purges{time(), time(), time(),
                           chance(0.5) ? purge_place{.is_among_objects = chance(0.5)}
                                       : purge_place{chance(0.5), time(), after},
                           limit},
        query::find_message{bureau(true), id()},
        query::load_message{some_row()},
        query::find_object{digest(), bureau(true)},
        query::find_attachment{bureau(), id(), digest()},
        query::load_segment{some_row(), static_cast<std::uint32_t>(x_random.below(3))},
        query::find_custody{bureau(), id(), static_cast<std::uint8_t>(x_random.below(3))},
        query::find_called_back{bureau(), id()},
        query::find_inbox{bureau(true), id()},
        query::list_inbox{word(), after, limit, chance(0.5)},
        query::load_events{bureau(true), id(), chance(0.5) ? "" : word(), word()},
        query::load_receipts{bureau(), id()},
        query::load_outcomes{some_row(), limit},
        query::load_unopened{after, limit},
        query::load_incomplete{after, limit},
        query::load_partials{bureau(true), limit},
        query::find_idempotency{digest()},
        query::summarise_queue{},
        query::list_queue{bureau(true), after, limit},
        query::measure{},
        query::find_courier{bureau(), pick<message_class>(4), chance(0.5), after, limit},
        query::list_courier_parties{},
        query::find_bundle{id(), bureau(true), chance(0.5)},
        query::list_bundles{bureau(true), chance(0.5) ? std::optional(chance(0.5)) : std::nullopt,
                            after, limit},
        query::load_due_bundles{time(), limit},
        query::find_old_bundles{time(), x_random.below(20), limit},
        query::load_bundle_records{some_bundle(), static_cast<std::uint32_t>(x_random.below(4)),
                                   1 + x_random.below(5)},
        query::find_ended_records{some_bundle(), static_cast<std::uint32_t>(x_random.below(4)),
                                  time(), 1 + x_random.below(5)},
        query::load_case{digest(), limit},
        query::load_due_cases{time(), limit},
        query::list_ended_cases{bureau(), digest(), limit},
        query::load_kept_cases{time(), time(), digest(), bureau(), limit},
        query::load_kept_messages{digest(), bureau(), limit},
        query::load_due_clocks{time(), limit},
        query::list_clocks{chance(0.5) ? "" : word(), after, limit},
        query::find_clocks{id()},
        query::find_asked{id(), chance(0.8) ? "hit.reply" : "arrest.documents", limit}};
}

}  // namespace dhow::tests
