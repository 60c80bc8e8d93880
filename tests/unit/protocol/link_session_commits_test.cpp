// COMMITs that wait for company: for how long, for what, and when they do not.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#transfers.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::digest_of;
using dhow::tests::session_pair;
using dhow::tests::start_time;
using dhow::tests::test_side;
using dhow::tests::test_store;

namespace {

session_options with_wait(milliseconds wait) {
    session_options out;
    out.local.inline_credit_bytes = limits::granted_credit_bytes;
    out.commit_wait = wait;
    return out;
}

/// A listener that lets COMMITs wait.
struct patient_pair {
    patient_pair() { pair.run(); }
    void offer(std::uint32_t number, std::size_t size) {
        pair.dialler().offer({.number = number, .body_bytes = size});
        pair.run();
    }
    /// Of what the dialler offered.
    std::size_t committed() { return offered - zw.to_send.size(); }
    void offer_some(std::size_t count, std::size_t size) {
        for (std::size_t i = 0; i < count; ++i) {
            offer(static_cast<std::uint32_t>(++offered), size);
        }
    }
    void wait() {
        pair.set_now(pair.listener().now + limits::commit_wait);
        pair.listener().session().on_deadline(pair.listener().now);
        pair.listener().handle_events();
        pair.run();
    }

    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, with_wait(milliseconds{0}), with_wait(limits::commit_wait)};
    std::size_t offered = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(link_session_commits_test, patient_pair)

//= LP-55
BOOST_AUTO_TEST_CASE(commits_go_together_when_their_time_is_over) {
    offer_some(3, 500);
    BOOST_TEST(mu.arrived.size() == 3U);
    BOOST_TEST(committed() == 0U);
    wait();
    BOOST_TEST(committed() == 3U);
    BOOST_TEST((pair.listener().session().next_deadline() > pair.listener().now));
}

BOOST_AUTO_TEST_CASE(a_large_transfer_is_answered_at_once_and_takes_the_others_along) {
    offer_some(1, 500);
    BOOST_TEST(committed() == 0U);
    offer_some(1, 20'000);
    BOOST_TEST(committed() == 2U);
}

// What it has sent counts as its credit until it reads the COMMIT.
BOOST_AUTO_TEST_CASE(a_peer_that_may_be_short_of_credit_is_answered_at_once) {
    const auto third = limits::implied_credit_bytes / 6 + 1'000;
    offer_some(2, third);
    BOOST_TEST(committed() == 0U);
    offer_some(1, third);
    BOOST_TEST(committed() == 3U);
    offer_some(2, third);
    BOOST_TEST(committed() == 3U);
}

BOOST_AUTO_TEST_CASE(no_more_than_so_many_wait) {
    offer_some(limits::commits_together_max, 10);
    BOOST_TEST(committed() == 0U);
    offer_some(1, 10);
    BOOST_TEST(committed() == offered);
}

BOOST_AUTO_TEST_CASE(they_go_before_a_goodbye) {
    offer_some(2, 500);
    pair.listener().session().goodbye(errc::shutting_down, std::chrono::seconds{0},
                                      pair.listener().now);
    pair.listener().handle_events();
    pair.run();
    BOOST_TEST(committed() == 2U);
    BOOST_REQUIRE(pair.dialler().end().has_value());
    BOOST_TEST(pair.dialler().end()->durable_progress);
}

BOOST_AUTO_TEST_CASE(a_cut_takes_them_and_they_are_had_in_the_next_session) {
    offer_some(2, 500);
    pair.cut();
    BOOST_TEST(committed() == 0U);
    BOOST_TEST(mu.arrived.size() == 2U);
    session_pair again{zw, mu, with_wait(milliseconds{0}), with_wait(limits::commit_wait)};
    again.dialler().offer_all();
    again.run();
    BOOST_TEST(zw.to_send.empty());
    BOOST_TEST(mu.order_of_arrival.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_an_allowance_holds_back_is_no_company) {
    write_allowance nothing;
    nothing.is_metered[index_of(message_class::bulk)] = true;
    pair.listener().session().set_allowance(nothing);
    pair.listener().offer({.number = 77, .cls = message_class::bulk, .body_bytes = 500});
    offer_some(1, 500);
    BOOST_TEST(committed() == 0U);
    wait();
    BOOST_TEST(committed() == 1U);
}

//= LP-54
BOOST_AUTO_TEST_CASE(a_peer_that_never_reads_is_ended_however_slowly_it_goes) {
    auto& side = pair.listener();
    const auto hear = [&](const frame& what) { dhow::tests::hear(side, what); };
    stream_id stream = 0;
    for (; !side.end() && stream < 2 * limits::control_frames_max; ++stream) {
        offer_frame what;
        what.stream = stream;
        what.object = digest_of(stream + 1'000);
        what.body_bytes = 1;
        what.mode = body_mode::with_offer;
        hear(what);
        if (!side.end()) {
            hear(data_frame{stream, 0, bytes(1)});
        }
        side.now += limits::commit_wait;
        side.session().on_deadline(side.now);
        side.handle_events();
    }
    BOOST_REQUIRE(side.end().has_value());
    BOOST_TEST((side.end()->code == make_error_code(errc::credit_exceeded)));
    BOOST_TEST(stream <= limits::control_frames_max + 1);
}

BOOST_AUTO_TEST_SUITE_END()
