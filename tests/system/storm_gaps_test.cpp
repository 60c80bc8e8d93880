// A kill is counted for a gap only when it fell into it; histories of real daemons can be read.
// Way of the message: one, ZW -> IPSG -> MU.
// Not pure: processes.
// Spec: docs/overview.md. Tests: this is one.
// Limits: none.
#include "tests/system/storm_gaps.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::tests {

namespace {

constexpr std::int64_t clock_step = 2;  // Each daemon's clock is cut to milliseconds.

}  // namespace

BOOST_AUTO_TEST_SUITE(storm_gaps_test)

BOOST_AUTO_TEST_CASE(a_kill_of_the_receiver_counts_from_its_commit_until_its_next_life_says_so) {
    const kill_record kill{"IPSG", 1000, 1010, 1500};
    BOOST_TEST(is_in_gap(kill, {"ZW", "IPSG", 990, 1600}));
    BOOST_TEST(is_in_gap(kill, {"ZW", "IPSG", 1005, 1600}));
    BOOST_TEST(!is_in_gap(kill, {"ZW", "IPSG", 1550, 1600}));  // It committed afterwards.
    BOOST_TEST(!is_in_gap(kill, {"ZW", "IPSG", 990, 995}));    // The sender knew.
    BOOST_TEST(!is_in_gap(kill, {"ZW", "IPSG", 990, 1012}));   // From its last words.
    BOOST_TEST(!is_in_gap(kill, {"ZW", "MU", 990, 1600}));     // Others.
}

BOOST_AUTO_TEST_CASE(a_kill_of_the_sender_counts_while_it_does_not_know) {
    const kill_record kill{"ZW", 1000, 1010, 1500};
    BOOST_TEST(is_in_gap(kill, {"ZW", "IPSG", 990, 1600}));
    BOOST_TEST(!is_in_gap(kill, {"ZW", "IPSG", 1005, 1600}));  // The receiver committed later.
    BOOST_TEST(!is_in_gap(kill, {"ZW", "IPSG", 990, 1000}));
}

BOOST_AUTO_TEST_CASE(a_kill_counts_once_for_many_messages) {
    const std::vector<kill_record> kills{{"IPSG", 1000, 1010, 1500}, {"IPSG", 3000, 3010, 3500}};
    const std::vector<hand_over> hand_overs{{"ZW", "IPSG", 990, 1600}, {"MU", "IPSG", 991, 1601}};
    BOOST_TEST(kills_in_gap(kills, hand_overs, {"IPSG"})["IPSG"] == 1U);
    BOOST_TEST(kills_in_gap(kills, hand_overs, {"MU"})["IPSG"] == 0U);
}

BOOST_AUTO_TEST_CASE(histories_tell_of_each_hand_over_on_the_way) {
    federation bureaus;
    bureaus.start_all();
    const auto begun = wall_milliseconds();
    const auto id = submit(bureaus["ZW"], {});
    wait_until("the receipt", [&] { return is_complete(bureaus["ZW"], id, "MU"); });
    std::vector<hand_over> found;
    wait_until("both hand-overs in the histories", [&] {
        const temporary_folder scratch;
        found = read_hand_overs({&bureaus["ZW"], &bureaus["IPSG"], &bureaus["MU"]}, scratch.path());
        return found.size() == 2;
    });
    const auto ended = wall_milliseconds();
    for (const auto& [sender, receiver] : {std::pair{"ZW", "IPSG"}, std::pair{"IPSG", "MU"}}) {
        const auto one = std::ranges::find(found, receiver, &hand_over::receiver);
        BOOST_REQUIRE((one != found.end()));
        BOOST_TEST(one->sender == sender);
        BOOST_TEST(begun <= one->committed + clock_step);
        BOOST_TEST(one->committed <= one->known + clock_step);
        BOOST_TEST(one->known <= ended + clock_step);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
