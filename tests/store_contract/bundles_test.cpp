// Courier bundles: counts, receipts told and closed, what has ended, what is forgotten and when.
#include "daemon/store/names.hpp"
#include "tests/store_contract/stores.hpp"

#include <algorithm>

BOOST_AUTO_TEST_SUITE(bundles_test)

using namespace dhow::tests;

namespace {

const auto ke = *bureau_id::parse("KE");
const auto mu = *bureau_id::parse("MU");
constexpr utc_time at{std::chrono::milliseconds{1'000'000}};

bundle_row a_bundle(row_id row, bundle_state state = bundle_state::writing) {
    bundle_row out;
    out.row = row;
    out.id.value[15] = static_cast<std::uint8_t>(row);
    out.peer = ke;
    out.is_import = state == bundle_state::imported;
    out.state = state;
    out.changed_at = at + std::chrono::milliseconds{row};
    return out;
}

bundle_record_row a_record(row_id bundle, std::uint32_t record,
                           record_state state = record_state::gone_along) {
    bundle_record_row out;
    out.bundle = bundle;
    out.record = record;
    out.state = state;
    out.recipients = " KE ";
    return out;
}

change bundle(bundle_row row) { return operation::put_bundle{row}; }
change record(bundle_record_row row) { return operation::put_bundle_record{std::move(row)}; }

message_row a_message(row_id row) {
    message_row out;
    out.row = row;
    out.origin = mu;
    out.id.value[0] = static_cast<std::uint8_t>(row);
    return out;
}

delivery_row a_delivery(row_id message, bureau_id to, bureau_id by,
                        delivery_state state = delivery_state::queued) {
    delivery_row out;
    out.message = message;
    out.recipient = to;
    out.next_hop = by;
    out.state = state;
    return out;
}

bundle_row only(dhow::store::store& from, const bundle_row& like) {
    const auto found =
        ask<answer::bundles>(from, query::find_bundle{like.id, like.peer, like.is_import});
    BOOST_REQUIRE(found.rows.size() == 1);
    return found.rows.front();
}

std::vector<std::uint32_t> numbers(const answer::bundle_records& found) {
    std::vector<std::uint32_t> out;
    for (const auto& row : found.rows) {
        out.push_back(row.record);
    }
    return out;
}

using list = std::vector<std::uint32_t>;

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_counts_its_records, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    commit(store, {bundle(a_bundle(1)), record(a_record(1, 0)), record(a_record(1, 1)),
                   record(a_record(1, 2, record_state::acknowledged))});
    BOOST_TEST(only(store, a_bundle(1)).records == 3U);
    BOOST_TEST(only(store, a_bundle(1)).open == 2U);
    commit(store, {operation::advance_bundle_record{1, 0, in_state(record_state::gone_along),
                                                    record_state::acknowledged, 0}});
    fixture.reopen();
    BOOST_TEST(only(fixture.get(), a_bundle(1)).open == 1U);
    commit(fixture.get(), {operation::drop_bundle_records{1, 1}});
    BOOST_TEST(only(fixture.get(), a_bundle(1)).records == 1U);
    BOOST_TEST(only(fixture.get(), a_bundle(1)).open == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_is_there_once_for_each_way, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    commit(store, {bundle(a_bundle(1))});
    auto same = a_bundle(1);
    same.row = 2;
    refuse(store, {bundle(same)});
    same.is_import = true;
    commit(store, {bundle(same)});
    refuse(store, {record(a_record(9, 0))});
    commit(store, {record(a_record(1, 0))});
    refuse(store, {record(a_record(1, 0))});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_taken_stays_taken, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    commit(store, {bundle(a_bundle(1, bundle_state::imported))});
    const auto note = [](record_state state) -> change {
        return operation::note_bundle_record{a_record(1, 4, state)};
    };
    commit(store, {note(record_state::not_taken), note(record_state::taken)});
    expect_unchanged(store, note(record_state::not_taken));
    expect_unchanged(store, note(record_state::taken));
    const auto found = ask<answer::bundle_records>(store, query::load_bundle_records{1, 0, 9});
    BOOST_REQUIRE(found.rows.size() == 1);
    BOOST_TEST((found.rows.front().state == record_state::taken));
}

// Finding of an earlier review: only receipts that went along are closed.
BOOST_AUTO_TEST_CASE_TEMPLATE(only_receipts_that_went_along_are_closed, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    commit(store,
           {bundle(a_bundle(1, bundle_state::imported)), bundle(a_bundle(2)),
            record(a_record(1, 0, record_state::taken)),
            record(a_record(1, 1, record_state::taken)), operation::tell_bundle_records{1, 0, 1, 2},
            // It came while the receipts of the others were on their way.
            record(a_record(1, 2, record_state::taken))});
    commit(store, {operation::close_told_records{2, 1}});
    BOOST_TEST(numbers(ask<answer::bundle_records>(store, query::load_bundle_records{1, 0, 9})) ==
                   (list{1, 2}),
               boost::test_tools::per_element());
    commit(store, {operation::close_told_records{2, 9}});
    BOOST_TEST(numbers(ask<answer::bundle_records>(store, query::load_bundle_records{1, 0, 9})) ==
                   (list{2}),
               boost::test_tools::per_element());
    expect_unchanged(store, operation::close_told_records{2, 9});
    expect_unchanged(store, operation::close_told_records{0, 9});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_is_found_by_recipient_and_by_hop, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    const auto hub = *bureau_id::parse("IPSG");
    auto urgent = a_message(3);
    urgent.cls = message_class::urgent;
    commit(store, {operation::put_message{a_message(1)}, operation::put_message{a_message(2)},
                   operation::put_message{urgent}, operation::put_message{a_message(4)},
                   operation::put_delivery{a_delivery(1, ke, hub)},
                   operation::put_delivery{a_delivery(2, mu, ke)},
                   operation::put_delivery{a_delivery(3, ke, ke)},
                   operation::put_delivery{a_delivery(4, ke, ke, delivery_state::held)}});
    const auto found = [&](bureau_id to, row_id after = 0, std::size_t limit = 10) {
        return ask<answer::courier_page>(
            store, query::find_courier{to, message_class::routine, false, after, limit});
    };
    BOOST_TEST(found(ke).messages == (std::vector<row_id>{1, 2}), boost::test_tools::per_element());
    BOOST_TEST(!found(ke).next.has_value());
    BOOST_TEST(found(hub).messages == (std::vector<row_id>{1}), boost::test_tools::per_element());
    const auto first = found(ke, 0, 1);
    BOOST_TEST(first.messages == (std::vector<row_id>{1}), boost::test_tools::per_element());
    BOOST_TEST(first.next.value() == 1);
    const auto parties = ask<answer::courier_parties>(store, query::list_courier_parties{});
    BOOST_TEST((parties.bureaus == std::vector<bureau_id>{hub, ke, mu}));
    // Many recipients by one hop are one message, and do not end the look at the others.
    commit(store,
           {operation::put_message{a_message(5)}, operation::put_delivery{a_delivery(1, mu, hub)},
            operation::put_delivery{a_delivery(1, *bureau_id::parse("TZ"), hub)},
            operation::put_delivery{a_delivery(5, ke, hub)}});
    BOOST_TEST(found(hub, 0, 2).messages == (std::vector<row_id>{1, 5}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(records_end_by_what_became_of_their_messages, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    auto expired = a_message(13);
    expired.expires_at = at;
    std::vector<change> put{bundle(a_bundle(1))};
    for (const row_id row : {10, 11, 12}) {
        put.emplace_back(operation::put_message{a_message(row)});
    }
    put.emplace_back(operation::put_message{expired});
    put.emplace_back(operation::put_delivery{a_delivery(10, ke, ke)});
    put.emplace_back(operation::put_delivery{a_delivery(11, ke, ke, delivery_state::relayed)});
    put.emplace_back(operation::put_delivery{a_delivery(12, ke, ke, delivery_state::complete)});
    put.emplace_back(operation::put_delivery{a_delivery(13, ke, ke)});
    // Of another recipient something is still under way: that is none of this record's business.
    put.emplace_back(operation::put_delivery{a_delivery(12, mu, mu)});
    for (std::uint32_t i = 0; i < 5; ++i) {
        auto row = a_record(1, i);
        row.message = 10 + i;  // The last is gone.
        put.push_back(record(row));
    }
    commit(store, put);
    const auto ended = [&](utc_time before) {
        return numbers(
            ask<answer::bundle_records>(store, query::find_ended_records{1, 0, before, 10}));
    };
    BOOST_TEST(ended(at) == (list{1, 2, 4}), boost::test_tools::per_element());
    // Finding of an earlier review: it ends for what has expired, also when no word ever comes.
    BOOST_TEST(ended(at + std::chrono::milliseconds{1}) == (list{1, 2, 3, 4}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(attachments_wait_for_all_of_it, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    auto row = a_record(1, 0);
    row.message = 10;
    row.position = 1;
    commit(store, {bundle(a_bundle(1)), operation::put_message{a_message(10)},
                   operation::put_delivery{a_delivery(10, ke, ke, delivery_state::delivered)},
                   record(row)});
    const auto ended = [&] {
        return ask<answer::bundle_records>(store, query::find_ended_records{1, 0, at, 10})
            .rows.size();
    };
    BOOST_TEST(ended() == 0U);
    operation::advance_delivery all_there;
    all_there.message = 10;
    all_there.recipient = ke;
    all_there.expected = in_state(delivery_state::delivered);
    all_there.state = delivery_state::complete;
    commit(store, {all_there});
    BOOST_TEST(ended() == 1U);
}

// It speaks for the copies that it took, and for no other.
BOOST_AUTO_TEST_CASE_TEMPLATE(a_gateway_on_the_way_does_not_speak_for_a_courier, Store,
                              all_stores) {
    Store fixture;
    auto& store = fixture.get();
    auto row = a_message(10);
    row.roles = 1;
    const auto event = [&](bureau_id to, bureau_id by) -> change {
        return operation::put_event{
            {mu, row.id, to, at, "courier", dhow::store::courier_actor(by), 0, "attempt 1"}};
    };
    const auto hub = *bureau_id::parse("IPSG");
    commit(store, {operation::put_message{row},
                   operation::put_delivery{a_delivery(10, ke, hub, delivery_state::relayed)},
                   operation::put_delivery{a_delivery(10, mu, hub, delivery_state::relayed)},
                   event(ke, ke), event(mu, hub)});
    operation::settle_delivery notice;
    notice.origin = mu;
    notice.id = row.id;
    notice.expected = in_state(delivery_state::relayed);
    notice.state = delivery_state::undeliverable;
    notice.at = at;
    notice.only_if_sent = true;
    notice.of_attempt = 0;
    notice.recipient = ke;
    commit(store, {notice});
    notice.recipient = mu;
    commit(store, {notice});
    const auto found = ask<answer::messages>(store, query::load_message{10}).rows.at(0).deliveries;
    BOOST_REQUIRE(found.size() == 2U);
    for (const auto& one : found) {
        const auto wanted =
            one.recipient == ke ? delivery_state::deferred : delivery_state::undeliverable;
        BOOST_TEST((one.state == wanted));
    }
}

// Findings of an earlier review: unreceipted bundles are never forgotten, the least recently
// touched goes first.
BOOST_AUTO_TEST_CASE_TEMPLATE(unreceipted_bundles_are_never_forgotten, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    commit(store,
           {bundle(a_bundle(1, bundle_state::written)), bundle(a_bundle(2, bundle_state::broken)),
            bundle(a_bundle(3, bundle_state::settled)), bundle(a_bundle(4, bundle_state::imported)),
            bundle(a_bundle(5, bundle_state::closed)),
            operation::advance_bundle{.bundle = 3,
                                      .expected = in_state(bundle_state::settled),
                                      .state = bundle_state::settled,
                                      .at = at + std::chrono::hours{1}}});
    const auto old = [&](utc_time before, std::size_t keep, std::size_t limit = 10) {
        std::vector<row_id> out;
        for (const auto& row :
             ask<answer::bundles>(store, query::find_old_bundles{before, keep, limit}).rows) {
            out.push_back(row.row);
        }
        return out;
    };
    BOOST_TEST(old(at, 0) == (std::vector<row_id>{4, 5, 3}), boost::test_tools::per_element());
    BOOST_TEST(old(at, 4) == (std::vector<row_id>{4}), boost::test_tools::per_element());
    BOOST_TEST(old(at, 10).empty());
    BOOST_TEST(old(at + std::chrono::minutes{1}, 10) == (std::vector<row_id>{4, 5}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_bundle_is_dropped_in_steps, Store, all_stores) {
    Store fixture;
    auto& store = fixture.get();
    std::vector<change> put{bundle(a_bundle(1, bundle_state::settled))};
    for (std::uint32_t i = 0; i < 5; ++i) {
        put.push_back(record(a_record(1, i)));
    }
    commit(store, put);
    commit(store, {operation::drop_bundle{1, 3}});
    BOOST_TEST(only(store, a_bundle(1)).open == 2U);
    commit(store, {operation::drop_bundle{1, 3}});
    expect_unchanged(store, operation::drop_bundle{1, 3});
}

BOOST_AUTO_TEST_SUITE_END()
