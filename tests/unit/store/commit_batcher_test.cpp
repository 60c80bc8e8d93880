// When what has gathered becomes one commit: full, old, urgent, or nothing more at hand.
// Way of the message: tests of daemon/store/commit_batcher.
// Pure: virtual time.
// Spec: docs/store.md#commit.
// Limits: none.
#include "daemon/store/commit_batcher.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using store::commit_batcher;
using namespace std::chrono_literals;

namespace {
constexpr store::batch_bounds bounds{.operations_max = 10, .bytes_max = 1000, .time_max = 5ms};
constexpr commit_batcher::time_point begun{1h};

struct a_batcher : commit_batcher {
    a_batcher() : commit_batcher(bounds) {}
    void join(std::size_t operations, std::size_t bytes, time_point now = begun) {
        on_transaction(operations, bytes, false, now);
    }
    /// Of a batch that could still grow.
    [[nodiscard]] bool is_full(time_point now = begun) const { return must_cut(now, true); }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(commit_batcher_test, a_batcher)

BOOST_AUTO_TEST_CASE(the_first_transaction_fits_however_large) {
    BOOST_TEST(fits(11, 1'000'000));
    join(11, 1'000'000);
    BOOST_TEST(!fits(0, 0));
}

BOOST_AUTO_TEST_CASE(operations_fit_up_to_the_bound_and_not_beyond) {
    join(4, 1);
    BOOST_TEST(fits(6, 1));
    BOOST_TEST(!fits(7, 1));
}

BOOST_AUTO_TEST_CASE(bytes_fit_up_to_the_bound_and_not_beyond) {
    join(1, 400);
    BOOST_TEST(fits(1, 600));
    BOOST_TEST(!fits(1, 601));
}

BOOST_AUTO_TEST_CASE(what_joins_adds_up) {
    join(4, 400);
    join(4, 400);
    BOOST_TEST(fits(2, 200));
    BOOST_TEST(!fits(3, 1));
    BOOST_TEST(!fits(1, 201));
}

BOOST_AUTO_TEST_CASE(an_empty_batch_is_never_cut) {
    BOOST_TEST(empty());
    BOOST_TEST(!must_cut(begun + 1h, false));
    BOOST_TEST(!must_cut(begun + 1h, true));
    BOOST_TEST(!next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(nothing_waits_when_nothing_more_is_at_hand) {
    join(1, 1);
    BOOST_TEST(!must_cut(begun, true));
    BOOST_TEST(must_cut(begun, false));
}

BOOST_AUTO_TEST_CASE(a_batch_with_all_its_operations_is_cut) {
    join(9, 1);
    BOOST_TEST(!is_full());
    join(1, 1);
    BOOST_TEST(is_full());
}

BOOST_AUTO_TEST_CASE(a_batch_with_all_its_bytes_is_cut) {
    join(1, 999);
    BOOST_TEST(!is_full());
    join(1, 1);
    BOOST_TEST(is_full());
}

BOOST_AUTO_TEST_CASE(the_oldest_of_a_batch_waits_its_time_and_no_longer) {
    join(1, 1);
    join(1, 1, begun + 4ms);  // Does not begin the time anew.
    BOOST_TEST(!is_full(begun + 5ms - 1ns));
    BOOST_TEST(is_full(begun + 5ms));
}

BOOST_AUTO_TEST_CASE(the_deadline_is_that_of_the_oldest) {
    join(1, 1);
    join(1, 1, begun + 4ms);
    BOOST_REQUIRE(next_deadline().has_value());
    BOOST_TEST((*next_deadline() == begun + 5ms));
}

BOOST_AUTO_TEST_CASE(what_must_not_wait_cuts_the_batch) {
    join(1, 1);
    on_transaction(1, 1, true, begun);
    BOOST_TEST(is_full());
}

BOOST_AUTO_TEST_CASE(what_joins_later_does_not_make_an_urgent_batch_wait) {
    on_transaction(1, 1, true, begun);
    join(1, 1);
    BOOST_TEST(is_full());
}

BOOST_AUTO_TEST_CASE(after_a_cut_the_next_batch_begins_with_nothing) {
    on_transaction(10, 1000, true, begun);
    on_cut();
    BOOST_TEST(empty());
    BOOST_TEST(!next_deadline().has_value());
    join(1, 1, begun + 1h);
    BOOST_TEST(!is_full(begun + 1h));
}

BOOST_AUTO_TEST_CASE(after_a_cut_the_bounds_are_the_same) {
    join(1, 1);
    on_cut();
    join(4, 400);
    BOOST_TEST(fits(6, 600));
    BOOST_TEST(!fits(7, 1));
    BOOST_TEST(!fits(1, 601));
    BOOST_TEST((*next_deadline() == begun + 5ms));
}

BOOST_AUTO_TEST_CASE(without_bounds_of_its_own_it_has_those_of_the_limits) {
    namespace limits = protocol::limits;
    commit_batcher by_default;
    by_default.on_transaction(1, 1, false, begun);
    BOOST_TEST(by_default.fits(limits::batch_operations_max - 1, limits::batch_bytes_max - 1));
    BOOST_TEST(!by_default.fits(limits::batch_operations_max, 1));
    BOOST_TEST(!by_default.fits(1, limits::batch_bytes_max));
    BOOST_TEST((by_default.next_deadline() == begun + limits::batch_time_max));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
