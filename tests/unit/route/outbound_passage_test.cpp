// What does not pass over the bearer that is up is not offered, is taken back, and comes again.
// Way of the message: tests of daemon/route/outbound_passage.
// Pure but for digests. One thread, virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: those of bench.hpp.
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

namespace {
struct a_bearer : outbound_bench {
    a_bearer() {
        out.set_waiting(
            [this](bureau_id, message_class cls, confidentiality) { told.push_back(cls); });
        load({});
    }
    /// Of routine, from now on.
    void let_pass(std::uint64_t bytes_max, std::chrono::milliseconds least_wait = 0ms) {
        core.sessions.at(1).passes[2] = {bytes_max, least_wait};
        out.on_passage_changed(1);
    }
    bool has_cancelled() {
        exchange();
        return hub.has_at_theirs<event::peer_cancelled>();
    }
    /// Whatever is loaded: the store has nothing.
    void answer_loads() {
        while (is_asked<query::load_ready>()) {
            answer<query::load_ready>(answer::ready{});
        }
    }
    query::load_ready asked_of_routine() {
        for (;;) {
            token number = 0;
            auto what = take<query::load_ready>(number);
            reply_to(number, answer::ready{});
            if (what.cls == message_class::routine) {
                return what;
            }
        }
    }
    std::vector<message_class> told;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbound_passage_test, a_bearer)

BOOST_AUTO_TEST_CASE(what_is_new_and_does_not_pass_is_left_to_the_store) {
    let_pass(0);
    answer_loads();
    out.add_ready(text(10));
    BOOST_TEST(!has_offered());
    BOOST_TEST(told.size() == 1U);
    let_pass(any_size);
    load({text(10)});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(the_store_is_asked_for_what_passes_alone) {
    let_pass(5'000, 10s);
    const auto asked = asked_of_routine();
    BOOST_TEST(asked.bytes_max == 5'000);
    BOOST_TEST((asked.made_by == core.now - 10s));
}

BOOST_AUTO_TEST_CASE(what_is_too_confidential_for_the_link_is_not_offered) {
    core.sessions.at(1).passes[2].level_max = confidentiality::restricted;
    out.on_passage_changed(1);
    BOOST_TEST((asked_of_routine().level_max == confidentiality::restricted));
    auto high = text(10);
    high.message->level = confidentiality::confidential;
    out.add_ready(high);
    BOOST_TEST(!has_offered());
    BOOST_TEST(told.size() == 1U);
    auto low = text(10);
    low.message->level = confidentiality::restricted;
    out.add_ready(low);
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(what_is_under_way_is_taken_back_when_the_link_may_not_carry_it_any_more) {
    auto high = text(10, bytes(200'000, 7));
    high.message->level = confidentiality::confidential;
    out.add_ready(high);
    hub.theirs().accept(offered().offer.stream, 0, core.now);
    exchange();
    BOOST_TEST(is_asked<query::load_segment>());
    core.sessions.at(1).passes[2].level_max = confidentiality::restricted;
    out.on_passage_changed(1);
    BOOST_TEST(has_cancelled());
}

BOOST_AUTO_TEST_CASE(of_a_class_that_is_shut_nothing_is_asked_for) {
    let_pass(0);
    std::size_t asked = 0;
    while (is_asked<query::load_ready>()) {
        token number = 0;
        const auto what = take<query::load_ready>(number);
        BOOST_TEST((what.cls != message_class::routine));
        reply_to(number, answer::ready{});
        ++asked;
    }
    BOOST_TEST(asked == 3U);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_time_passes_after_it) {
    let_pass(any_size, 10s);
    load({});
    auto item = text(10);
    out.add_ready(item);
    BOOST_TEST(!has_offered());
    core.now += 10s;
    out.on_passage_changed(1);
    load({item});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(a_transfer_under_way_is_taken_back_and_stays_ready) {
    out.add_ready(text(10, bytes(200'000, 7)));
    const auto stream = offered().offer.stream;
    hub.theirs().accept(stream, 0, core.now);
    exchange();
    BOOST_TEST(is_asked<query::load_segment>());
    let_pass(0);
    BOOST_TEST(has_cancelled());
    BOOST_TEST(!out.progress(10).has_value());
    BOOST_TEST(!is_applying());  // Not one row has changed.
}

BOOST_AUTO_TEST_CASE(what_has_all_left_waits_for_its_answer) {
    out.add_ready(text(10));
    exchange();
    BOOST_TEST(out.progress(10).has_value());
    let_pass(0);
    BOOST_TEST(!has_cancelled());
    BOOST_TEST(out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(a_body_that_comes_from_the_store_too_late_keeps_nothing_back) {
    auto large = text(10, bytes(5'000, 7));
    large.inline_body.clear();
    const auto small = text(20);
    out.add_ready(large);
    BOOST_TEST(is_asked<query::load_segment>());
    let_pass(small.object.bytes);
    give_segment(11);
    load({small});
    BOOST_TEST(has_offered());
}

BOOST_AUTO_TEST_CASE(rows_that_come_from_the_store_too_late_are_not_offered) {
    out.rescan(bureau("IPSG"));  // A load is under way.
    core.sessions.at(1).passes[2] = {0, 0ms};
    out.on_passage_changed(1);
    load({text(10)});
    BOOST_TEST(!has_offered());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
