// What is not offered while it is being judged, held or cancelled, and what is offered afterwards.
// Way of the message: tests of daemon/route/outbound_withheld.
// Pure but for digests; virtual time. The store is this file.
// Spec: docs/overview.md#sending.
// Limits: none.
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

namespace {
struct withheld_bench : outbound_bench {
    withheld_bench() { load({}); }
    /// A text that waits for its body to be read.
    ready_shipment without_body(store::row_id row) {
        auto item = text(row);
        item.inline_body.clear();
        return item;
    }
    static bool doubts(const store::transaction& what, store::row_id shipment) {
        const auto moved = move_of(what, shipment);
        return moved && moved->in_doubt == true;
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbound_withheld_test, withheld_bench)

BOOST_AUTO_TEST_CASE(what_becomes_ready_while_it_is_withheld_is_loaded_when_it_is_released) {
    auto keep = out.withhold(12);
    out.add_ready(text(10));
    out.add_ready(text(20));
    BOOST_TEST((offered().offer.object == protocol::digest(hash.sha256({bodies.at(21)}))));
    BOOST_TEST(!has_offered());
    BOOST_TEST(is_quiet());
    keep.reset();
    load({text(10)});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(what_belongs_to_no_message_is_never_kept_back) {
    const auto keep = out.withhold(0);
    out.add_ready(receipt(10));
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(a_message_is_released_by_the_last_of_those_that_withhold_it) {
    auto first = out.withhold(12);
    auto second = out.withhold(12);
    out.add_ready(text(10));
    first.reset();
    BOOST_TEST(is_quiet());
    BOOST_TEST(!has_offered());
    second.reset();
    load({text(10)});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(a_value_that_outlives_the_daemon_does_nothing) {
    withheld keep;
    {
        outbound other(core);
        keep = other.withhold(12);
    }
    keep.reset();
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(what_was_under_way_when_it_was_withheld_may_have_left_until_it_is_released) {
    const auto item = text(10);
    const auto never_sent = text(20);
    out.add_ready(item);
    answer_marks();
    BOOST_TEST(out.may_have_left(item.shipment));
    auto keep = out.withhold(12);
    const auto other = out.withhold(22);
    hub.theirs().refuse(offered().offer.stream, errc::busy, 10s, {}, core.now);
    exchange();
    store_it();
    BOOST_TEST(out.may_have_left(item.shipment));
    BOOST_TEST(!out.may_have_left(never_sent.shipment));
    auto second_text = item.shipment;
    second_text.row = 15;  // Of the same message, to somebody else.
    BOOST_TEST(!out.may_have_left(second_text));
    keep.reset();
    BOOST_TEST(!out.may_have_left(item.shipment));
}

BOOST_AUTO_TEST_CASE(a_text_is_under_way_in_its_attempt_and_to_its_recipients_only) {
    auto item = text(10);
    out.add_ready(item);
    out.add_ready(receipt(20));
    answer_marks();
    const auto& id = item.message->id;
    BOOST_TEST(out.is_under_way(id, 0, bureau("MU")));
    BOOST_TEST(!out.is_under_way(id, 1, bureau("MU")));
    BOOST_TEST(!out.is_under_way(id, 0, bureau("KE")));
    auto other = id;
    other.value[0] ^= 1;
    BOOST_TEST(!out.is_under_way(other, 0, bureau("MU")));
    auto attachment = text(30);
    attachment.object.kind = protocol::object_kind::attachment;
    attachment.object.position = attachment.shipment.position = 1;
    out.add_ready(attachment);
    BOOST_TEST(!out.is_under_way(attachment.message->id, 0, bureau("MU")));
    for (int i = 0; i < 3; ++i) {
        hub.theirs().commit(offered().offer.stream, {}, core.now);
    }
    exchange();
    BOOST_TEST(out.is_under_way(id, 0, bureau("MU")));  // Until it is written.
    while (is_applying()) {
        store_it();
    }
    BOOST_TEST(!out.is_under_way(id, 0, bureau("MU")));
}

BOOST_AUTO_TEST_CASE(of_what_is_being_prepared_only_the_withheld_is_dropped) {
    out.add_ready(without_body(10));
    out.add_ready(without_body(20));
    answer_marks();
    auto keep = out.withhold(22);
    give_segment(11);
    give_segment(21);
    const auto there = offered();
    BOOST_TEST((there.offer.object == protocol::digest(hash.sha256({bodies.at(11)}))));
    BOOST_TEST(!has_offered());
    keep.reset();
    BOOST_TEST(is_asked<query::load_ready>());  // It was dropped, so it is looked for.
}

BOOST_AUTO_TEST_CASE(what_is_stopped_before_all_was_sent_is_in_no_doubt) {
    out.add_ready(text(10, bytes(100'000, 3)));
    hub.theirs().accept(offered().offer.stream, 0, core.now);
    exchange();
    give_segment(11);
    out.stop_message(12);
    BOOST_TEST(!out.progress(10).has_value());
    BOOST_TEST(!is_applying());
    exchange();
    BOOST_TEST((hub.next_at_theirs<event::peer_cancelled>().code == errc::cancelled));
}

BOOST_AUTO_TEST_CASE(what_is_stopped_after_all_was_sent_is_in_doubt_once) {
    out.add_ready(text(10));
    out.add_ready(text(20));
    exchange();
    out.stop_message(12);
    const auto written = store_it();
    BOOST_TEST(doubts(written, 10));
    BOOST_TEST(!move_of(written, 20).has_value());
    BOOST_TEST(out.progress(20).has_value());
    auto in_doubt = text(30);
    in_doubt.shipment.in_doubt = true;
    out.add_ready(in_doubt);
    exchange();
    out.stop_message(32);
    BOOST_TEST(!is_applying());  // That stands in its row already.
    BOOST_TEST(!out.progress(30).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_stopped_over_a_session_that_is_gone_stays_with_its_end) {
    out.add_ready(text(10));
    exchange();
    connect("IPSG", 1, nullptr);
    out.stop_message(12);
    BOOST_TEST(!is_applying());
    out.on_session_down(1);  // Which finds that all was sent.
    BOOST_TEST(doubts(store_it(), 10));
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_leaves_doubt_of_what_was_all_sent_only) {
    out.add_ready(text(10));
    auto in_doubt = text(20);
    in_doubt.shipment.in_doubt = true;
    out.add_ready(in_doubt);
    out.add_ready(text(30, bytes(100'000, 3)));
    exchange();
    out.on_session_down(1);
    const auto written = store_it();
    BOOST_TEST(doubts(written, 10));
    BOOST_TEST(!move_of(written, 20).has_value());
    BOOST_TEST(!move_of(written, 30).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_being_prepared_for_a_peer_that_is_stopped_is_loaded_again) {
    out.add_ready(without_body(10));
    answer_marks();
    out.stop_peer(bureau("IPSG"));
    give_segment(11);
    BOOST_TEST(!has_offered());
    BOOST_TEST(out.loaded() == 0U);
    load({text(10)});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(a_peer_without_a_session_has_nothing_to_stop) {
    out.stop_peer(bureau("TZ"));
    out.rescan(bureau("TZ"));
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
