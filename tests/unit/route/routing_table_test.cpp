// Which peers a recipient goes by, and whom a group names.
// Way of the message: tests of daemon/route/routing_table.
// Pure.
// Spec: docs/configuration.md#routes.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {
struct a_table {
    a_table() {
        settings.bureau = bureau("ZW");
        settings.links = {{"fibre", bureau("IPSG"), config::link_mode::dial, {}, false},
                          {"vsat", bureau("IPSG"), config::link_mode::dial, {}, true},
                          {"lake", bureau("TZ"), config::link_mode::dial, {}, false}};
        settings.groups = {{"lakes", {bureau("KE"), bureau("MU")}}};
        directory = make_plain_directory(
            {bureau("ZW"), bureau("IPSG"), bureau("MU"), bureau("KE"), bureau("TZ")}, hash);
    }
    [[nodiscard]] routing_table table() const { return {settings, directory}; }
    seal::openssl_hasher hash;
    config::gateway settings;
    protocol::directory directory;
};
using bureaus = std::vector<bureau_id>;
}  // namespace

BOOST_FIXTURE_TEST_SUITE(routing_table_test, a_table)

BOOST_AUTO_TEST_CASE(the_first_rule_that_matches_wins_and_its_links_keep_their_order) {
    settings.routes = {{"group:lakes", {"lake", "fibre"}, 1}, {"MU", {"fibre"}, 2}};
    BOOST_TEST((table().next_hops(bureau("MU")) == bureaus{bureau("TZ"), bureau("IPSG")}));
}

BOOST_AUTO_TEST_CASE(two_links_to_one_peer_are_one_way) {
    settings.routes = {{"*", {"fibre", "vsat", "lake"}, 1}};
    BOOST_TEST((table().next_hops(bureau("KE")) == bureaus{bureau("IPSG"), bureau("TZ")}));
}

BOOST_AUTO_TEST_CASE(without_a_rule_only_a_link_to_the_bureau_itself_does) {
    BOOST_TEST((table().next_hops(bureau("TZ")) == bureaus{bureau("TZ")}));
    BOOST_TEST(table().next_hops(bureau("KE")).empty());
}

BOOST_AUTO_TEST_CASE(everyone_is_each_active_bureau_but_ourselves_once) {
    std::string culprit;
    const auto all = table().expand({"MU", "group:everyone", "group:lakes"}, culprit);
    BOOST_TEST((all.value() == bureaus{bureau("IPSG"), bureau("KE"), bureau("MU"), bureau("TZ")}));
}

BOOST_AUTO_TEST_CASE(who_is_denied_is_left_out_of_groups_without_a_trace) {
    std::string culprit;
    const auto some = table().address({"group:lakes", "TZ"}, {bureau("KE")}, culprit);
    BOOST_REQUIRE(some);
    BOOST_TEST((some->recipients == bureaus{bureau("MU"), bureau("TZ")}));
    BOOST_TEST(some->through.empty());
    const auto named = table().address({"KE", "MU"}, {bureau("KE")}, culprit);
    BOOST_REQUIRE(!named);
    BOOST_TEST((protocol::errc_of(named.error()) == errc::not_allowed));
    BOOST_TEST(culprit == "KE");
    BOOST_TEST(!table().address({"group:lakes"}, {bureau("KE"), bureau("MU")}, culprit));
}

BOOST_AUTO_TEST_CASE(a_sub_bureau_goes_to_its_parent_once_and_it_is_said) {
    settings.sub_bureaus = {{bureau("RE"), bureau("MU")},
                            {bureau("YT"), bureau("FR")},
                            {bureau("TZ"), bureau("KE")},
                            {bureau("SX"), bureau("ZW")}};
    settings.groups["islands"] = {bureau("RE"), bureau("MU"), bureau("KE")};
    std::string culprit;
    const auto found = table().address({"RE", "MU", "group:islands"}, {}, culprit);
    BOOST_REQUIRE(found);
    BOOST_TEST((found->recipients == bureaus{bureau("KE"), bureau("MU")}));
    BOOST_REQUIRE_EQUAL(found->through.size(), 1U);
    BOOST_TEST((found->through[0] == std::pair{bureau("RE"), bureau("MU")}));
    BOOST_TEST((table().expand({"TZ"}, culprit).value() == bureaus{bureau("TZ")}));  // Has its own.
    BOOST_TEST(!table().expand({"YT"}, culprit));  // Its parent is not in the directory.
    BOOST_TEST(culprit == "YT");
    BOOST_TEST(!table().expand({"SX"}, culprit));  // That would be ourselves.
    const auto denied = table().address({"group:islands"}, {bureau("RE")}, culprit);
    BOOST_TEST((denied->recipients == bureaus{bureau("KE")}));  // What MU gets, RE may see.
    BOOST_TEST(denied->through.empty());
    const auto lines = table().explain(bureau("RE"));
    BOOST_TEST(lines.front() == "RE answers through MU: messages to it go there");
}

BOOST_AUTO_TEST_CASE(entities_that_are_no_state_are_addressed_by_their_keys) {
    directory = make_plain_directory({bureau("ZW"), bureau("914"), bureau("UNK")}, hash);
    std::string culprit;
    BOOST_TEST(
        (table().expand({"914", "UNK"}, culprit).value() == bureaus{bureau("914"), bureau("UNK")}));
}

BOOST_AUTO_TEST_CASE(a_suspended_bureau_is_no_recipient_and_is_named) {
    for (auto& entry : directory.entries) {
        if (entry.bureau == bureau("KE")) {
            entry.status = protocol::bureau_status::suspended;
        }
    }
    std::string culprit;
    const auto refused = table().expand({"MU", "KE"}, culprit);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((protocol::errc_of(refused.error()) == errc::unknown_recipient));
    BOOST_TEST(culprit == "KE");
    const auto everyone = table().expand({"group:everyone"}, culprit).value();
    BOOST_TEST((everyone == bureaus{bureau("IPSG"), bureau("MU"), bureau("TZ")}));
}

BOOST_AUTO_TEST_CASE(a_message_to_ourselves_alone_has_no_recipient) {
    std::string culprit;
    BOOST_TEST(!table().expand({"ZW"}, culprit));
    BOOST_TEST(!table().expand({"group:nowhere"}, culprit));
}

BOOST_AUTO_TEST_CASE(the_explanation_names_the_line_of_the_rule_and_the_ways_in_order) {
    settings.routes = {{"MU", {"lake", "fibre"}, 17}};
    const auto lines = table().explain(bureau("MU"));
    BOOST_REQUIRE(lines.size() == 4U);
    BOOST_TEST(lines[1].find("line 17") != std::string::npos);
    BOOST_TEST(lines[2] == "goes by TZ");
    BOOST_TEST(lines[3] == "else by IPSG");
}

BOOST_AUTO_TEST_CASE(a_rule_for_a_group_is_for_its_members_and_none_for_a_group_that_is_not_there) {
    settings.routes = {{"group:nowhere", {"lake"}, 1}, {"group:lakes", {"fibre"}, 2}};
    BOOST_TEST((table().next_hops(bureau("MU")) == bureaus{bureau("IPSG")}));
    BOOST_TEST((table().next_hops(bureau("TZ")) == bureaus{bureau("TZ")}));  // Its own link.
    settings.routes.push_back({"group:everyone", {"fibre"}, 3});
    BOOST_TEST((table().next_hops(bureau("TZ")) == bureaus{bureau("IPSG")}));
}

BOOST_AUTO_TEST_CASE(a_link_of_a_rule_that_is_not_configured_is_no_way) {
    settings.routes = {{"*", {"gone", "lake"}, 1}, {"KE", {"fibre"}, 2}};
    BOOST_TEST((table().next_hops(bureau("KE")) == bureaus{bureau("TZ")}));
    settings.routes = {{"*", {"gone"}, 1}};
    BOOST_TEST(table().next_hops(bureau("KE")).empty());
    BOOST_TEST(table().next_hops(bureau("TZ")).empty());  // The rule stands before its link.
}

BOOST_AUTO_TEST_CASE(a_retiring_bureau_is_a_recipient_and_what_is_no_bureau_is_not) {
    using protocol::bureau_status;
    for (const auto& [status, is_known] :
         {std::pair{bureau_status::active, true}, std::pair{bureau_status::retiring, true},
          std::pair{bureau_status::suspended, false}, std::pair{bureau_status::revoked, false}}) {
        for (auto& entry : directory.entries) {
            entry.status = entry.bureau == bureau("KE") ? status : entry.status;
        }
        std::string culprit;
        BOOST_TEST(table().expand({"KE"}, culprit).has_value() == is_known);
        BOOST_TEST(culprit == (is_known ? "" : "KE"));
    }
    for (const auto* wrong : {"", "ke", "KENYA-001", "*", "XX"}) {
        std::string culprit;
        BOOST_TEST(!table().expand({"MU", wrong}, culprit));
        BOOST_TEST(culprit == wrong);
    }
}

BOOST_AUTO_TEST_CASE(the_explanation_says_what_is_missing) {
    auto lines = table().explain(bureau("XX"));
    BOOST_REQUIRE_EQUAL(lines.size(), 3U);
    BOOST_TEST(lines[0] == "XX is not an active bureau of the directory");
    BOOST_TEST(lines[1].starts_with("no rule under routes: matches"));
    BOOST_TEST(lines[2].starts_with("there is no way to it"));
    lines = table().explain(bureau("TZ"));
    BOOST_REQUIRE_EQUAL(lines.size(), 3U);
    BOOST_TEST(lines[0] == "TZ is an active bureau of the directory");
    BOOST_TEST(lines[2] == "goes by TZ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
