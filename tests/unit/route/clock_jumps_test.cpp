// Jumps of the clock: which times they move, how many are kept, and how they are written down.
// Way of the message: tests of daemon/route/clock_jumps.
// Pure.
// Spec: docs/overview.md#time.
// Limits: none.
#include "daemon/route/clock_jumps.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using namespace std::chrono_literals;
using route::clock_jumps;

namespace {
const protocol::utc_time noon = protocol::parse_utc("2026-11-24T12:00:00.000Z").value();
}  // namespace

BOOST_AUTO_TEST_SUITE(clock_jumps_test)

BOOST_AUTO_TEST_CASE(a_jump_moves_what_was_noted_in_its_doubt_and_nothing_else) {
    clock_jumps jumps;
    jumps.add(noon, noon + 1h, noon + 25h);
    BOOST_TEST((jumps.shift(noon - 1ms) == 0h));
    BOOST_TEST((jumps.shift(noon) == 24h));
    BOOST_TEST((jumps.shift(noon + 1h) == 24h));
    BOOST_TEST((jumps.shift(noon + 25h) == 0h));
    jumps.add(noon, noon + 30h, noon + 31h);
    BOOST_TEST((jumps.shift(noon) == 25h));  // Both doubts began then.
}

// Each start of one doubt may begin anew at the time that was written down before it.
BOOST_AUTO_TEST_CASE(what_an_earlier_life_noted_in_the_doubt_counts_as_noted_at_its_end) {
    clock_jumps jumps;
    jumps.add(noon, noon + 1h, noon + 25h);
    BOOST_TEST((jumps.shift(noon + 1h + 1ms) == 24h - 1ms));
    BOOST_TEST((jumps.shift(noon + 20h) == 5h));
    BOOST_TEST((jumps.shift(noon + 25h - 1ms) == 1ms));
}

// A start ends the doubt in which the time had jumped before: what came counts as received then.
BOOST_AUTO_TEST_CASE(a_later_jump_finds_what_was_noted_where_the_earlier_one_left_it) {
    clock_jumps jumps;
    jumps.add(noon, noon + 1h, noon + 25h);
    jumps.add(noon, noon, noon + 40h);
    BOOST_TEST((jumps.shift(noon + 30min) == 39h + 30min));
    BOOST_TEST((jumps.shift(noon + 26h) == 14h));
    BOOST_TEST((jumps.shift(noon + 40h) == 0h));
}

BOOST_AUTO_TEST_CASE(a_start_under_an_earlier_time_shortens_a_jump_or_takes_it_back) {
    clock_jumps jumps;
    jumps.add(noon, noon + 1h, noon + 25h);
    jumps.bring_back(noon + 30h);
    BOOST_TEST((jumps.shift(noon) == 24h));
    jumps.bring_back(noon + 3h);
    BOOST_TEST((jumps.shift(noon) == 2h));
    BOOST_TEST((jumps.shift(noon + 3h) == 0h));
    jumps.bring_back(noon + 1h);
    BOOST_TEST((jumps.shift(noon) == 0h));
    BOOST_TEST(jumps.text().empty());
}

BOOST_AUTO_TEST_CASE(of_more_jumps_than_are_kept_the_oldest_is_forgotten) {
    clock_jumps jumps;
    const auto at = [](std::size_t day) { return noon + std::chrono::days{day}; };
    for (std::size_t day = 0; day < protocol::limits::clock_jumps_max; ++day) {
        jumps.add(at(day), at(day) + 1h, at(day) + 2h);
    }
    BOOST_TEST((jumps.shift(at(0)) == 1h));
    const auto last = protocol::limits::clock_jumps_max;
    jumps.add(at(last), at(last) + 1h, at(last) + 2h);
    BOOST_TEST((jumps.shift(at(0)) == 0h));
    for (std::size_t day = 1; day <= last; ++day) {
        BOOST_TEST((jumps.shift(at(day)) == 1h), "day " << day);
    }
    BOOST_TEST(clock_jumps::parse(jumps.text()).text() == jumps.text());
}

BOOST_AUTO_TEST_CASE(what_can_not_be_read_is_left_out_and_the_rest_is_read) {
    clock_jumps jumps;
    jumps.add(noon, noon + 1h, noon + 25h);
    const auto good = jumps.text();
    const auto t = protocol::to_text(noon);
    for (const auto& bad : {std::string{}, std::string{";;"}, "x " + t + " " + t + ";",
                            t + " x " + t + ";", t + " " + t + " x;", t + " " + t + ";", t + ";"}) {
        BOOST_TEST(clock_jumps::parse(bad).text().empty(), bad);
        BOOST_TEST(clock_jumps::parse(bad + good).text() == good, bad);
        BOOST_TEST(clock_jumps::parse(good + bad).text() == good, bad);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
