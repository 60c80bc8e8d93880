// Stays with a dearer link, and how a cheap one that flaps makes them longer.
// Way of the message: tests of daemon/route/hold_down.
// Pure; virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/route/hold_down.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;
using protocol::utc_time;
const utc_time begin_of_time = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();
}  // namespace

BOOST_AUTO_TEST_SUITE(hold_down_test)

BOOST_AUTO_TEST_CASE(a_stay_lasts_as_long_as_the_link_asks) {
    hold_down stay;
    BOOST_TEST((stay.stay_until() == utc_time{}));
    stay.on_dearer(begin_of_time, 10min);
    BOOST_TEST((stay.stay_until() == begin_of_time + 10min));
}

BOOST_AUTO_TEST_CASE(returns_that_do_not_last_make_the_next_stay_longer_up_to_a_bound) {
    hold_down stay;
    auto now = begin_of_time;
    for (const auto length : {10min, 20min, 40min, 80min, 160min, 240min, 240min}) {
        stay.on_dearer(now, 10min);
        BOOST_TEST((stay.stay_until() == now + length));
        now = stay.stay_until();
        stay.on_cheapest(now);
        now += 30s;
        stay.on_cheapest_ended(now);
    }
}

BOOST_AUTO_TEST_CASE(a_return_that_lasts_makes_it_short_again) {
    hold_down stay;
    stay.on_dearer(begin_of_time, 10min);
    stay.on_cheapest(begin_of_time + 10min);
    stay.on_cheapest_ended(begin_of_time + 11min);
    stay.on_dearer(begin_of_time + 11min, 10min);
    stay.on_cheapest(begin_of_time + 31min);
    stay.on_cheapest_ended(begin_of_time + 51min);
    stay.on_dearer(begin_of_time + 51min, 10min);
    BOOST_TEST((stay.stay_until() == begin_of_time + 61min));
}

BOOST_AUTO_TEST_CASE(the_first_session_of_a_cheap_link_is_no_return) {
    hold_down stay;
    stay.on_cheapest(begin_of_time);
    stay.on_cheapest_ended(begin_of_time + 1s);
    stay.on_dearer(begin_of_time + 2s, 10min);
    BOOST_TEST((stay.stay_until() == begin_of_time + 2s + 10min));
}

BOOST_AUTO_TEST_CASE(a_dearer_link_that_is_cut_does_not_begin_its_stay_anew) {
    hold_down stay;
    stay.on_dearer(begin_of_time, 10min);
    stay.on_dearer(begin_of_time + 5min, 10min);
    BOOST_TEST((stay.stay_until() == begin_of_time + 10min));
}

BOOST_AUTO_TEST_CASE(an_operator_ends_it) {
    hold_down stay;
    stay.on_dearer(begin_of_time, 10min);
    stay.reset();
    BOOST_TEST((stay.stay_until() == utc_time{}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
