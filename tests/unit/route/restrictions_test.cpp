// A case that goes on but for one bureau, which is denied it: at its origin.
// Way of the message: tests of daemon/route/submission_case and cases.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0020.
// Limits: none.
#include "tests/unit/route/cases_origin.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(restrictions_test, an_origin)

BOOST_AUTO_TEST_CASE(a_restriction_goes_to_the_newly_denied_alone_and_the_case_goes_on) {
    const auto first = say("publication", 1, {"MU", "KE"});
    const auto restriction = say("restriction", 1, {"KE"});
    BOOST_TEST(recipients_of(restriction) == "KE ");
    BOOST_TEST(!stored(restriction).message.expires_at.has_value());
    BOOST_TEST(header_of(restriction).cancels.empty());
    BOOST_TEST(header_of(restriction).supersedes.empty());
    // What has not left for KE does not leave; the copy for MU stays as it is.
    BOOST_TEST((state_of(first, "KE") == delivery_state::cancelled));
    BOOST_TEST((state_of(first, "MU") == delivery_state::queued));
    const auto state = report().states.front();
    BOOST_TEST(!state.ended);
    BOOST_TEST(state.state == "published");
    BOOST_TEST((state.denied == std::vector<bureau_id>{bureau("KE")}));
    BOOST_TEST((state.without_receipt == std::vector<bureau_id>{bureau("KE")}));
    const auto addendum = say("addendum", 1, {"MU"});
    BOOST_TEST(recipients_of(addendum) == "MU ");  // Nobody who is denied is added.
    const auto suspension = say("suspension", 1, {"MU"});
    BOOST_TEST(recipients_of(suspension) == "MU ");
}

BOOST_AUTO_TEST_CASE(a_restriction_has_one_recipient_who_has_a_copy_and_the_version_in_force) {
    say("publication", 2, {"MU", "KE"});
    const auto refused_with = [&](int number, std::vector<std::string> to) {
        return expect_problem(agency("border"),
                              document("notice.restriction", version(number), std::move(to)))
            .detail;
    };
    BOOST_TEST(contains(refused_with(2, {"MU", "KE"}), "R-RST-01"));
    BOOST_TEST(contains(refused_with(1, {"KE"}), "the last publication, 2"));
    settings().routes = {{.to = "*", .via = {settings().links.front().name}}};
    reload();
    BOOST_TEST(contains(refused_with(2, {"TZ"}), "R-RST-02"));
    say("restriction", 2, {"KE"});
    say("cancellation", 2);
    BOOST_TEST(contains(refused_with(2, {"MU"}), "its case has ended"));
}

BOOST_AUTO_TEST_CASE(who_is_denied_gets_nothing_more_but_the_end_unless_named) {
    say("publication", 1, {"MU", "KE"});
    say("restriction", 1, {"KE"});
    const auto problem =
        expect_problem(agency("border"), document("notice.addendum", version(1), {"MU", "KE"}));
    BOOST_TEST((problem.code == errc::conflict));
    BOOST_TEST(contains(problem.detail, "restricted for KE"));
    settings().groups["both"] = {bureau("MU"), bureau("KE")};
    reload();
    auto to_group = document("notice.publication", version(2), {"group:both"});
    BOOST_TEST(contains(expect_problem(agency("border"), to_group).detail, "restricted for KE"));
    to_group.deny = {bureau("KE")};
    BOOST_TEST(recipients_of(expect<response::accepted>(agency("border"), to_group).id) == "MU ");
    advance(1min);
    const auto again = say("publication", 3, {"MU", "KE"});
    BOOST_TEST(recipients_of(again) == "KE MU ");
    BOOST_TEST(report().states.front().denied.empty());
    say("restriction", 3, {"KE"});
    BOOST_TEST(recipients_of(say("cancellation", 3)) == "KE MU ");
}

BOOST_AUTO_TEST_CASE(a_restriction_is_open_until_every_agency_of_the_denied_has_removed_it) {
    const auto first = say("publication", 1, {"MU", "KE"});
    tell("KE", first, outcome_kind::taken, "border");
    tell("MU", first, outcome_kind::taken, "border");
    const auto restriction = say("restriction", 1, {"KE"});
    advance(limits::case_first_reminder + 2min);
    BOOST_TEST(has_event(restriction, "removal-open"));
    tell("KE", restriction, outcome_kind::complete);
    BOOST_TEST((report().states.front().not_removed ==
                std::vector<std::pair<bureau_id, std::string>>{{bureau("KE"), "border"}}));
    tell("KE", restriction, outcome_kind::removed, "border");
    advance(limits::case_next_reminder + 2min);
    BOOST_TEST(has_event(restriction, "removed-everywhere"));
    BOOST_TEST(!report().states.front().due_at.has_value());
}

BOOST_AUTO_TEST_CASE(a_restriction_without_receipt_is_issued_again_to_the_same_bureau) {
    say("publication", 1, {"MU", "KE", "ZW"});
    const auto to_ke = say("restriction", 1, {"KE"});
    const auto to_mu = say("restriction", 1, {"MU"});
    relay(to_ke, "KE");
    tell("MU", to_mu, outcome_kind::complete);
    advance(limits::case_issue_again_after + 25h);
    const auto again = newest();
    BOOST_TEST((again != to_mu));
    BOOST_TEST((again != to_ke));
    BOOST_TEST(recipients_of(again) == "KE ");
    BOOST_TEST(header_of(again).supersedes.size() == 1U);
    BOOST_TEST((header_of(again).supersedes.front() == to_ke));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
