// Which agencies get an inbound message, and what patterns of kinds and bureaus mean.
// Way of the message: tests of daemon/route/assignment.
// Pure.
// Spec: docs/configuration.md#assignments.
// Limits: none.
#include "daemon/route/assignment.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using protocol::bureau_id;
using protocol::message_class;
using route::agencies_for;
using route::bureau_matches;
using route::kind_matches;

namespace {
bureau_id a_bureau(std::string_view text) { return bureau_id::parse(text).value(); }

config::gateway rules() {
    config::gateway out;
    out.duty_desk = "duty";
    out.groups = {{"lakes", {a_bureau("KE"), a_bureau("TZ")}}};
    out.assignments = {{{"hit.*"}, {}, {}, {"border"}},
                       {{}, {"group:lakes"}, {message_class::urgent}, {"police", "border"}},
                       {{"notice.publication"}, {"MU"}, {}, {"judiciary"}}};
    return out;
}
using names = std::vector<std::string>;
}  // namespace

BOOST_AUTO_TEST_SUITE(assignment_test)

BOOST_AUTO_TEST_CASE(a_star_after_a_dot_means_everything_below_and_not_the_word_itself) {
    BOOST_TEST(kind_matches("hit.*", "hit.request"));
    BOOST_TEST(kind_matches("hit.*", "hit.request.second"));
    BOOST_TEST(!kind_matches("hit.*", "hit"));
    BOOST_TEST(!kind_matches("hit.*", "hit."));
    BOOST_TEST(!kind_matches("hit.*", "hitman.request"));
}

BOOST_AUTO_TEST_CASE(a_lone_star_means_every_kind_and_a_plain_pattern_only_itself) {
    BOOST_TEST(kind_matches("*", "anything.at.all"));
    BOOST_TEST(kind_matches("notice.publication", "notice.publication"));
    BOOST_TEST(!kind_matches("notice.publication", "notice.publication.annex"));
}

BOOST_AUTO_TEST_CASE(a_bureau_is_meant_by_its_id_its_group_or_a_star) {
    const auto config = rules();
    BOOST_TEST(bureau_matches(config, "KE", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "*", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "group:lakes", a_bureau("KE")));
    BOOST_TEST(!bureau_matches(config, "group:lakes", a_bureau("MU")));
    BOOST_TEST(!bureau_matches(config, "group:none", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "group:everyone", a_bureau("MU")));
}

BOOST_AUTO_TEST_CASE(all_rules_that_match_count_and_nobody_is_named_twice) {
    BOOST_TEST(agencies_for(rules(), a_bureau("KE"), message_class::urgent, "hit.request") ==
               (names{"border", "police"}));
    BOOST_TEST(agencies_for(rules(), a_bureau("KE"), message_class::routine, "hit.request") ==
               names{"border"});
    BOOST_TEST(agencies_for(rules(), a_bureau("MU"), message_class::bulk, "notice.publication") ==
               names{"judiciary"});
}

BOOST_AUTO_TEST_CASE(what_matches_no_rule_goes_to_the_duty_desk) {
    BOOST_TEST(agencies_for(rules(), a_bureau("MU"), message_class::urgent, "diffusion.wanted") ==
               names{"duty"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
