// Whom a message would go to, and whom directory and configuration have, as intake asks for it.
// Way of the message: tests of daemon/route/queries_addresses.
// Not pure: files of a temporary folder.
// Spec: docs/agency-api.md#addresses.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

#include <algorithm>

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(queries_addresses_test, core_harness)

BOOST_AUTO_TEST_CASE(groups_sub_bureaus_and_languages_are_known_before_anything_is_submitted) {
    settings().sub_bureaus = {{bureau("RE"), bureau("MU")}};
    for (auto& entry : directory().entries) {
        if (entry.bureau == bureau("MU")) {
            entry.languages = {"en", "fr"};
        }
    }
    reload();
    const auto said = expect<response::addresses>(
        agency("border"), request::address{{"group:lakes", "RE", "TZ"}, {bureau("KE")}});
    BOOST_TEST((said.self == bureau("ZW")));
    BOOST_REQUIRE_EQUAL(said.recipients.size(), 2U);
    BOOST_TEST((said.recipients[0].id == bureau("MU")));
    BOOST_TEST((said.recipients[0].languages == std::vector<std::string>{"en", "fr"}));
    BOOST_TEST((said.recipients[1].id == bureau("TZ")));
    BOOST_REQUIRE_EQUAL(said.through.size(), 1U);
    BOOST_TEST((said.through[0] == std::pair{bureau("RE"), bureau("MU")}));
}

BOOST_AUTO_TEST_CASE(of_somebody_unknown_nobody_is_told_and_the_submission_refuses) {
    const auto said = expect<response::addresses>(agency("border"),
                                                  request::address{{"MU", "group:nowhere"}, {}});
    BOOST_TEST(said.recipients.empty());
    BOOST_TEST((said.self == bureau("ZW")));
}

BOOST_AUTO_TEST_CASE(bureaus_groups_and_sub_bureaus_are_listed) {
    settings().sub_bureaus = {{bureau("RE"), bureau("MU")}, {bureau("TZ"), bureau("KE")}};
    reload();
    const auto said = expect<response::bureaus>(agency("border"), request::list_bureaus{});
    BOOST_TEST(std::ranges::count(said.rows, bureau("MU"), &response::bureau::id) == 1);
    BOOST_TEST(said.groups.contains("everyone"));
    BOOST_TEST(said.groups.at("lakes").size() == 2U);
    BOOST_TEST(said.sub_bureaus.size() == 1U);  // TZ has an entry of its own.
    BOOST_TEST((said.sub_bureaus.at(bureau("RE")) == bureau("MU")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
