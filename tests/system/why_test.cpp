// Why: each cause of the closed list, made for real and asked with `dhow why`.
// Way of the message: all of it, and what can stand in it.
// Not pure: processes.
// Spec: docs/operations.md#causes. Tests: this is one.
// Limits: what passes too quickly is made by unit/route/why_live_test.cpp.
#include "daemon/route/why.hpp"

#include "tests/support/why_covered.hpp"
#include "tests/system/why_scene.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

BOOST_AUTO_TEST_SUITE(why_test)

BOOST_AUTO_TEST_CASE(an_origin_alone) { scene_of_an_origin_alone(); }
BOOST_AUTO_TEST_CASE(wrong_peers) { scene_of_wrong_peers(); }
BOOST_AUTO_TEST_CASE(a_relayed_message) { scene_of_a_relayed_message(); }
BOOST_AUTO_TEST_CASE(a_stuck_hub) { scene_of_a_stuck_hub(); }
BOOST_AUTO_TEST_CASE(a_restored_hub) { scene_of_a_restored_hub(); }
BOOST_AUTO_TEST_CASE(a_wrong_greeting) { scene_of_a_wrong_greeting(); }
BOOST_AUTO_TEST_CASE(a_full_disk) { scene_of_a_full_disk(); }
BOOST_AUTO_TEST_CASE(refusals) { scene_of_refusals(); }
BOOST_AUTO_TEST_CASE(damage) { scene_of_damage(); }
BOOST_AUTO_TEST_CASE(a_doubtful_clock) { scene_of_a_doubtful_clock(); }
BOOST_AUTO_TEST_CASE(a_stale_directory) { scene_of_a_stale_directory(); }
BOOST_AUTO_TEST_CASE(bearers) { scene_of_bearers(); }
BOOST_AUTO_TEST_CASE(confidentiality_of_links_and_agencies) { scene_of_confidentiality(); }

/// Holds for a run of the whole suite.
BOOST_AUTO_TEST_CASE(every_cause_of_the_list_was_made) {
    auto made = seen_causes();
    made.insert(causes_made_on_virtual_time.begin(), causes_made_on_virtual_time.end());
    made.insert(causes_made_of_clocks.begin(), causes_made_of_clocks.end());
    for (const auto& one : route::all_causes()) {
        BOOST_TEST(made.contains(std::string(one.code)), one.code << " was not made");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
