// What outbound makes of what no orderly store says: damage, what is gone, what comes too late.
// Way of the message: tests of daemon/route/outbound and outbound_answers.
// Pure but for digests; virtual time. The store is this file.
// Spec: docs/overview.md#sending.
// Limits: none.
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;
using store::transaction_status;

BOOST_FIXTURE_TEST_SUITE(outbound_by_hand_test, outbound_bench)

BOOST_AUTO_TEST_CASE(what_is_said_of_a_transfer_that_nobody_knows_changes_nothing) {
    load({});
    for (const session_number number : {1U, 2U}) {
        out.on_event(number, event::need_data{99, 0, 10});
        out.on_event(number, event::acknowledged{99, 10});
        out.on_event(number, event::all_sent{99});
        out.on_event(number, event::committed{99, {}});
        out.on_event(number, event::refused{99, errc::no_route});
    }
    BOOST_TEST(is_quiet());
    BOOST_TEST(diverted.empty());
    BOOST_TEST(core.count.refused_out == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_loaded_or_offered_while_the_daemon_stops) {
    load({});
    core.stopping = true;
    out.add_ready(text(10));
    out.rescan(bureau("IPSG"));
    BOOST_TEST(is_quiet());
    BOOST_TEST(!has_offered());
    core.stopping = false;
    out.feed(bureau("IPSG"));
    BOOST_TEST(is_asked<query::load_ready>());
}

BOOST_AUTO_TEST_CASE(nothing_is_offered_over_a_session_that_has_ended) {
    hub.ours().on_transport_closed(errc::connection_lost, core.now);
    load({text(10)});
    BOOST_TEST(out.loaded() == 1U);  // It stays for the next session's load.
    BOOST_TEST(!out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_offered_over_a_session_of_which_the_driver_says_nothing) {
    connect("IPSG", 1, nullptr);
    load({text(10)});
    BOOST_TEST(out.loaded() == 1U);
    BOOST_TEST(!out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(a_body_that_was_loaded_without_its_bytes_is_read_before_it_is_offered) {
    auto item = text(10);
    item.inline_body.clear();
    load({item});
    BOOST_TEST(!has_offered());
    give_segment(11);
    BOOST_TEST((offered().offer.object == item.object.sealed_digest));
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_when_its_session_is_gone_is_not_offered) {
    auto item = text(10);
    item.inline_body.clear();
    load({item});
    out.on_session_down(1);
    give_segment(11);
    BOOST_TEST(!has_offered());
    BOOST_TEST(is_quiet());
    BOOST_TEST(out.loaded() == 0U);
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_when_its_message_is_withheld_is_not_offered) {
    auto item = text(10);
    item.inline_body.clear();
    load({item});
    auto keep = out.withhold(12);
    give_segment(11);
    BOOST_TEST(!has_offered());
    keep.reset();
    load({text(10)});  // It is looked for again.
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(a_body_that_is_not_whole_is_set_aside_with_an_alarm) {
    const auto whole_body = text(10).inline_body;
    const std::vector<std::optional<bytes>> damaged{std::nullopt, bytes{},
                                                    bytes(whole_body.begin(), whole_body.end() - 1),
                                                    bytes(whole_body.size() + 1)};
    store::row_id row = 10;
    load({});
    for (const auto& data : damaged) {
        auto item = text(row += 10);
        item.inline_body.clear();
        out.add_ready(item);
        answer<query::load_segment>(answer::segment{data, !data.has_value()});
        answer<query::load_shipment>(answer::ready{{item}, false});
        const auto written = store_it();
        const auto moved = move_of(written, row);
        BOOST_REQUIRE(moved.has_value());
        BOOST_TEST((moved->state == shipment_state::failed));
        BOOST_TEST(moved->code == static_cast<int>(errc::store_corrupt));
        BOOST_TEST(!has_offered());
    }
    BOOST_TEST(core.count.alarms == damaged.size());
    BOOST_TEST(has_logged("object-damaged"));
}

BOOST_AUTO_TEST_CASE(a_body_that_went_with_its_message_meanwhile_is_no_damage) {
    auto item = text(10);
    item.inline_body.clear();
    load({item});
    answer<query::load_segment>(answer::segment{});
    answer<query::load_shipment>(answer::ready{});
    BOOST_TEST(is_quiet());
    BOOST_TEST(core.count.alarms == 0U);
}

BOOST_AUTO_TEST_CASE(a_text_whose_session_or_message_is_gone_is_not_closed_for_want_of_recipients) {
    auto item = text(10);
    item.deliveries.clear();
    load({item});
    const auto keep = out.withhold(12);
    answer<query::load_message>(answer::messages{{whole(item)}});
    BOOST_TEST(is_quiet());  // It may have a recipient again when it is released.
    auto other = text(20);
    other.deliveries.clear();
    out.add_ready(other);
    BOOST_TEST(is_asked<query::load_message>());
    out.on_session_down(1);
    answer<query::load_message>(answer::messages{{whole(other)}});
    BOOST_TEST(is_quiet());
    BOOST_TEST(!has_offered());
}

BOOST_AUTO_TEST_CASE(a_text_without_a_message_is_closed) {
    auto item = text(10);
    item.deliveries.clear();
    load({item});
    answer<query::load_message>(answer::messages{});
    const auto moved = move_of(store_it(), 10);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == shipment_state::failed));
    BOOST_TEST(moved->code == static_cast<int>(errc::cancelled));
    BOOST_TEST(out.loaded() == 0U);
}

BOOST_AUTO_TEST_CASE(a_settled_text_goes_only_when_the_peer_alone_knows_whether_it_has_it) {
    load({});
    store::row_id row = 10;
    for (const bool in_doubt : {true, false}) {
        auto item = text(row += 10);
        item.shipment.in_doubt = in_doubt;
        auto settled = whole(item);
        settled.deliveries.front().state = delivery_state::taken;
        item.deliveries.clear();
        out.add_ready(item);
        answer<query::load_message>(answer::messages{{settled}});
        BOOST_TEST(has_offered() == in_doubt);
        hub.at_theirs.clear();
        if (!in_doubt) {
            BOOST_TEST(move_of(store_it(), row).has_value());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_seal_or_lockbox_is_not_offered) {
    store::row_id row = 10;
    load({});
    const auto is_set_aside = [&](ready_shipment item) {
        out.add_ready(item);
        BOOST_TEST(!has_offered());
        const auto moved = move_of(store_it(), item.shipment.row);
        return moved && moved->code == static_cast<int>(errc::store_corrupt);
    };
    auto seal_cut = text(row += 10);
    seal_cut.message->seal.pop_back();
    BOOST_TEST(is_set_aside(seal_cut));
    auto boxes_cut = text(row += 10);
    boxes_cut.message->lockboxes.pop_back();
    BOOST_TEST(is_set_aside(boxes_cut));
    auto not_in_it = text(row += 10);
    not_in_it.deliveries.front().recipient = bureau("KE");
    BOOST_TEST(is_set_aside(not_in_it));
    BOOST_TEST(core.count.alarms == 3U);
}

BOOST_AUTO_TEST_CASE(a_segment_that_is_missing_on_the_way_ends_the_transfer) {
    load({text(10, bytes(100'000, 3))});
    const auto stream = offered().offer.stream;
    hub.theirs().accept(stream, 0, core.now);
    exchange();
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    const auto moved = move_of(store_it(), 10);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == shipment_state::failed));
    exchange();
    BOOST_TEST((hub.next_at_theirs<event::peer_cancelled>().code == errc::store_corrupt));
    BOOST_TEST(!out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(a_segment_that_ends_before_what_is_wanted_of_it_ends_the_transfer) {
    load({text(10, bytes(100'000, 3))});
    const auto stream = offered().offer.stream;
    hub.theirs().accept(stream, 100, core.now);
    exchange();
    answer<query::load_segment>(answer::segment{bytes(100), false});  // Byte 100 is the 101st.
    exchange();
    BOOST_TEST((hub.next_at_theirs<event::peer_cancelled>().code == errc::store_corrupt));
    BOOST_TEST(core.count.alarms == 1U);
}

BOOST_AUTO_TEST_CASE(what_the_peer_has_before_the_transfer_begins_counts_as_resumed_and_no_more) {
    load({text(10, bytes(100'000, 3))});
    const auto stream = offered().offer.stream;
    hub.theirs().accept(stream, 0, core.now);
    exchange();
    give_segment(11);
    exchange();
    hub.theirs().on_durable(stream, 600, core.now);
    exchange();
    BOOST_TEST(out.progress(10)->durable_bytes == 600U);
    BOOST_TEST(core.count.bytes_resumed == 0U);
    out.add_ready(text(20, bytes(100'000, 4)));
    hub.theirs().accept(offered().offer.stream, 100, core.now);
    exchange();
    while (is_asked<query::load_segment>()) {
        answer<query::load_segment>(answer::segment{bytes(65'536), false});
        exchange();
    }
    BOOST_TEST(core.count.bytes_resumed == 100U);
}

BOOST_AUTO_TEST_CASE(a_segment_for_a_session_that_is_gone_is_given_to_nobody) {
    load({text(10, bytes(100'000, 3))});
    hub.theirs().accept(offered().offer.stream, 0, core.now);
    exchange();
    out.on_session_down(1);
    while (is_asked<query::load_segment>()) {
        give_segment(11);
    }
    BOOST_TEST(is_quiet());
    BOOST_TEST(core.count.alarms == 0U);
}

BOOST_AUTO_TEST_CASE(a_receipt_waits_for_a_peer_that_is_behind_and_ends_with_any_other_no) {
    store::row_id row = 10;
    load({});
    for (const auto code : {errc::unknown_key, errc::wrong_key_owner, errc::key_not_allowed,
                            errc::no_route, errc::not_allowed}) {
        out.add_ready(receipt(row += 10));
        refuse(offered().offer.stream, code);
        const auto moved = move_of(store_it(), row);
        BOOST_REQUIRE(moved.has_value());
        BOOST_TEST((moved->state == shipment_state::deferred), protocol::name_of(code));
    }
    for (const auto code : {errc::refused_for_ever, errc::bad_signature, errc::expired}) {
        out.add_ready(receipt(row += 10));
        refuse(offered().offer.stream, code);
        const auto moved = move_of(store_it(), row);
        BOOST_REQUIRE(moved.has_value());
        BOOST_TEST((moved->state == shipment_state::failed), protocol::name_of(code));
    }
    BOOST_TEST(diverted.empty());
    BOOST_TEST(out.loaded() == 0U);
}

BOOST_AUTO_TEST_CASE(a_refused_attachment_fails_alone) {
    auto item = text(10);
    item.object.kind = protocol::object_kind::attachment;
    item.object.position = item.shipment.position = 1;
    load({item});
    refuse(offered().offer.stream, errc::refused_for_ever);
    BOOST_TEST(!is_asked<query::load_message>());  // Nothing else of the message is touched.
    BOOST_TEST((move_of(store_it(), 10)->state == shipment_state::failed));
    BOOST_TEST(diverted.empty());
}

BOOST_AUTO_TEST_CASE(each_later_of_a_peer_is_taken_as_later) {
    store::row_id row = 10;
    load({});
    for (const auto code :
         {errc::busy, errc::text_first, errc::store_full, errc::overloaded, errc::shutting_down}) {
        out.add_ready(text(row += 10));
        refuse(offered().offer.stream, code);
        const auto moved = move_of(store_it(), row);
        BOOST_REQUIRE(moved.has_value());
        BOOST_TEST((moved->state == shipment_state::deferred), protocol::name_of(code));
        BOOST_TEST(moved->tries.value() == 1U);
        BOOST_TEST((moved->due_at->value() > core.now));
    }
    BOOST_TEST(diverted.empty());
}

BOOST_AUTO_TEST_CASE(nothing_is_offered_until_all_that_a_full_disk_did_not_take_is_written) {
    load({text(10), text(20)});
    const auto first = offered().offer.stream;
    const auto second = offered().offer.stream;
    hub.theirs().commit(first, {}, core.now);
    hub.theirs().commit(second, {}, core.now);
    exchange();
    store_it(transaction_status::full);
    BOOST_TEST(out.waits_for_space());
    store_it();  // The second is written; the first is not.
    BOOST_TEST(out.waits_for_space());
    out.write_again();
    BOOST_TEST(!is_applying());  // Not so soon.
    core.now += 10s;
    out.write_again();
    BOOST_TEST((move_of(store_it(), 10)->state == shipment_state::done));
    BOOST_TEST(!out.waits_for_space());
}

BOOST_AUTO_TEST_CASE(what_a_peer_took_may_have_left_until_a_full_disk_has_it_in_writing) {
    load({text(10)});
    hub.theirs().commit(offered().offer.stream, {}, core.now);
    exchange();
    store_it(transaction_status::full);
    BOOST_TEST(out.may_have_left(text(10).shipment));
    core.now += 10s;
    out.write_again();
    store_it();
    BOOST_TEST(!out.may_have_left(text(10).shipment));  // The store says so.
}

BOOST_AUTO_TEST_CASE(one_written_of_two_is_not_enough_to_go_on) {
    load({text(10), text(20), text(30)});
    std::vector<protocol::stream_id> streams;
    for (int i = 0; i < 3; ++i) {
        streams.push_back(offered().offer.stream);
        hub.theirs().commit(streams.back(), {}, core.now);
    }
    exchange();
    store_it(transaction_status::full);
    store_it(transaction_status::full);
    store_it();
    core.now += 10s;
    out.write_again();
    store_it();
    BOOST_TEST(out.waits_for_space());
    store_it();
    BOOST_TEST(!out.waits_for_space());
}

BOOST_AUTO_TEST_CASE(a_mark_that_found_no_room_waits_for_what_is_being_written) {
    load({text(10)});
    hub.theirs().commit(offered().offer.stream, {}, core.now);
    exchange();
    has_room_to_mark = false;
    out.add_ready(text(5'000));
    answer_marks();
    BOOST_TEST(out.waits_for_space());
    has_room_to_mark = true;
    core.now += 10s;
    out.write_again();
    BOOST_TEST(out.waits_for_space());  // The answer to the first is not on disk.
    BOOST_TEST(!has_offered());
    store_it();
    BOOST_TEST(!out.waits_for_space());
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
