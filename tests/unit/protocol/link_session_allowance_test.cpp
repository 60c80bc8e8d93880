// Classes that may write so many bytes and no more, and those that may at any time.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::digest_of;
using dhow::tests::session_pair;
using dhow::tests::test_object;
using dhow::tests::test_store;

namespace {

constexpr auto bulk_place = static_cast<std::size_t>(message_class::bulk);

session_options usual() {
    session_options out;
    out.local.inline_credit_bytes = limits::granted_credit_bytes;
    out.frame_payload_bytes = 1'000;
    return out;
}

struct a_metered_line {
    a_metered_line() { pair.run(); }
    void allow(std::uint64_t bytes) {
        write_allowance what;
        what.is_metered[bulk_place] = true;
        what.bytes = bytes;
        session().set_allowance(what);
        pair.run();
    }
    link_session& session() { return pair.dialler().session(); }
    bool has(std::uint32_t number) { return mu.arrived.contains(digest_of(number)); }

    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, usual(), usual()};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(link_session_allowance_test, a_metered_line)

BOOST_AUTO_TEST_CASE(no_frame_is_begun_that_does_not_fit) {
    allow(0);
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    pair.run();
    BOOST_TEST(session().payload_written() == 0U);
    allow(743);  // An offer at most, and not the shortest frame of 600 bytes behind it.
    BOOST_TEST(session().payload_written() == 0U);
    for (std::uint64_t sum = 0; sum < 20'000; sum += 5'000) {
        const auto before = session().payload_written();
        allow(5'000);
        BOOST_TEST(session().payload_written() - before <= 5'000U);
        BOOST_TEST(session().payload_written() > before);
    }
    BOOST_TEST(!has(1));
    allow(1'000'000);
    BOOST_TEST(has(1));
}

BOOST_AUTO_TEST_CASE(near_the_end_frames_become_shorter) {
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    allow(5'000);
    const auto before = session().payload_written();
    allow(900);  // Less than a frame of 1,000 bytes, more than the shortest.
    BOOST_TEST(session().payload_written() > before);
    BOOST_TEST(session().payload_written() - before <= 900U);
}

BOOST_AUTO_TEST_CASE(a_short_rest_goes_along_only_where_it_fits) {
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 1'250});
    allow(limits::offer_head_bytes_max);  // For the offer alone.
    BOOST_TEST(session().payload_written() == 0U);
    allow(1'300);  // A frame of 1,250 bytes might be more than that, with its head.
    BOOST_TEST(session().payload_written() == 1'000U);
    allow(1'000'000);
    BOOST_TEST(has(1));
}

BOOST_AUTO_TEST_CASE(other_classes_pass_meanwhile) {
    allow(0);
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    pair.dialler().offer({.number = 2, .cls = message_class::routine, .body_bytes = 50'000});
    pair.dialler().offer({.number = 3, .cls = message_class::flash, .body_bytes = 1'000});
    pair.run();
    BOOST_TEST(!has(1));
    BOOST_TEST(has(2));
    BOOST_TEST(has(3));
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_held_can_be_cancelled_and_offered_anew) {
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    allow(10'000);
    BOOST_TEST(!has(1));
    session().cancel(pair.dialler().offered().begin()->first, errc::cancelled, pair.dialler().now);
    pair.run();
    BOOST_TEST(session().open_transfers() == 0U);
    allow(1'000'000);
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    pair.run();
    BOOST_TEST(has(1));
}

BOOST_AUTO_TEST_CASE(both_sides_count_payload) {
    pair.dialler().offer({.number = 1, .cls = message_class::bulk, .body_bytes = 50'000});
    pair.run();
    BOOST_TEST(session().payload_written() == 50'000U);
    BOOST_TEST(pair.listener().session().payload_read() == 50'000U);
    BOOST_TEST(session().payload_read() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
