// Confidentiality decides which agency gets a message, and which link may carry it.
// Way of the message: tests of daemon/route: submission_checks, levels, opening_case, unassigned.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0020-handling.md.
// Limits: none.
#include "daemon/route/levels.hpp"
#include "daemon/route/unassigned.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using protocol::confidentiality;

namespace {

struct levels_bench : core_harness {
    static std::string text_of(const std::string& code) {
        return R"({"confidentiality":"INTERPOL )" + code + R"("})";
    }
    static request::submit a_document(const std::string& code) {
        auto out = a_message();
        out.media_type = "application/json";
        out.text = text_bytes(text_of(code));
        return out;
    }
    /// ZW reaches all by IPSG, over `vsat` and `fibre`.
    void use_links(confidentiality vsat, confidentiality fibre) {
        settings().links.clear();
        for (const auto& [name, level] : {std::pair{"vsat", vsat}, std::pair{"fibre", fibre}}) {
            config::link link;
            link.name = name;
            link.peer = bureau("IPSG");
            link.mode = config::link_mode::dial;
            link.addresses = {"tls://127.0.0.1:7443"};
            link.level_max = level;
            settings().links.push_back(link);
        }
        for (auto& route : settings().routes) {
            route.via = {"vsat", "fibre"};
        }
        reload();
    }
    void lower(const std::string& name, confidentiality most) {
        settings().agencies.at(name).level_max = most;
        reload();
    }
    message_id hear(const std::string& code, const std::string& kind = "hit.request") {
        inbound_document = text_of(code);
        const auto id = put_inbound("MU", kind);
        restart();
        return id;
    }
    bool has(const std::string& name, const message_id& id) {
        const auto all =
            expect<response::inbox>(agency(name), request::list_inbox{0, 100, false}).entries;
        return std::ranges::find(all, id, &response::inbox_entry::id) != all.end();
    }
    std::string cause_of(const caller& who, const message_id& id) {
        return std::string(expect<response::why>(who, request::why{id}).causes.at(0).code);
    }
    bool is_alarmed(std::string_view id) const {
        return std::ranges::any_of(logs, [&](const auto& one) { return one.id == id; });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(confidentiality_test, levels_bench)

BOOST_AUTO_TEST_CASE(what_no_link_may_carry_is_refused_with_the_name_of_the_recipient) {
    use_links(confidentiality::official_use, confidentiality::restricted);
    const auto problem = expect_problem(agency("border"), a_document("CONFIDENTIAL"));
    BOOST_TEST((problem.code == errc::no_route));
    BOOST_TEST(problem.detail == "no link may carry INTERPOL CONFIDENTIAL to MU");
    expect<response::accepted>(agency("border"), a_document("RESTRICTED"));
    expect<response::accepted>(agency("border"), a_message());
}

BOOST_AUTO_TEST_CASE(an_agency_does_not_send_what_it_may_not_have) {
    lower("border", confidentiality::restricted);
    const auto problem = expect_problem(agency("border"), a_document("CONFIDENTIAL"));
    BOOST_TEST((problem.code == errc::unauthorised));
    BOOST_TEST(contains(problem.detail, "the agency may not have INTERPOL CONFIDENTIAL"));
    expect<response::accepted>(agency("border"), a_document("RESTRICTED"));
}

BOOST_AUTO_TEST_CASE(the_level_stands_with_the_message) {
    const auto id = expect<response::accepted>(agency("border"), a_document("RESTRICTED")).id;
    BOOST_TEST((stored(id).message.level == confidentiality::restricted));
    const auto plain = expect<response::accepted>(agency("border"), a_message()).id;
    BOOST_TEST((stored(plain).message.level == confidentiality::unsaid));
}

BOOST_AUTO_TEST_CASE(a_message_that_no_link_may_carry_any_more_waits_and_says_so) {
    use_links(confidentiality::official_use, confidentiality::confidential);
    const auto id = expect<response::accepted>(agency("border"), a_document("CONFIDENTIAL")).id;
    BOOST_TEST(cause_of(agency("border"), id) != "no-link-for-confidentiality");
    use_links(confidentiality::official_use, confidentiality::restricted);
    const auto causes = expect<response::why>(agency("border"), request::why{id}).causes;
    BOOST_TEST(causes.at(0).code == "no-link-for-confidentiality");
    BOOST_TEST(contains(causes.at(0).text, "INTERPOL CONFIDENTIAL"));
    const auto status = expect<response::status>(agency("border"), request::status{id});
    BOOST_TEST(status.recipients.at(0).text == "no link to IPSG may carry INTERPOL CONFIDENTIAL");
    use_links(confidentiality::official_use, confidentiality::confidential);
    BOOST_TEST(cause_of(agency("border"), id) != "no-link-for-confidentiality");
}

BOOST_AUTO_TEST_CASE(the_first_next_hop_that_may_carry_it_is_taken) {
    auto direct = settings().links.front();
    direct.name = "direct";
    direct.peer = bureau("KE");
    settings().links.front().level_max = confidentiality::restricted;
    const auto first = settings().links.front().name;
    settings().links.push_back(direct);
    settings().routes = {{.to = "*", .via = {first, "direct"}}};
    reload();
    const auto high = expect<response::accepted>(agency("border"), a_document("CONFIDENTIAL")).id;
    BOOST_TEST(stored(high).deliveries.front().next_hop.text() == "KE");
    const auto low = expect<response::accepted>(agency("border"), a_document("RESTRICTED")).id;
    BOOST_TEST(stored(low).deliveries.front().next_hop.text() == "IPSG");
    BOOST_TEST(next_hops(core().state(), bureau("MU"), confidentiality::confidential).size() == 1U);
    BOOST_TEST(next_hops(core().state(), bureau("MU"), confidentiality::restricted).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_courier_is_barred_by_the_links_for_couriers_alone) {
    config::gateway config;
    config.links.resize(2);
    config.links[0].peer = config.links[1].peer = bureau("MU");
    config.links[0].level_max = confidentiality::official_use;
    BOOST_TEST(may_go_by_courier(config, bureau("MU"), confidentiality::confidential));
    config.links[1].mode = config::link_mode::courier;
    config.links[1].level_max = confidentiality::restricted;
    BOOST_TEST(!may_go_by_courier(config, bureau("MU"), confidentiality::confidential));
    BOOST_TEST(may_go_by_courier(config, bureau("MU"), confidentiality::restricted));
    BOOST_TEST(may_go_by_courier(config, bureau("KE"), confidentiality::confidential));
    BOOST_TEST(!may_go_to(config, bureau("MU"), confidentiality::confidential));
}

BOOST_AUTO_TEST_CASE(what_a_rule_would_give_goes_to_those_who_may_have_it) {
    settings().assignments = {{{"hit.request"}, {}, {}, {"border", "customs"}}};
    lower("customs", confidentiality::restricted);
    const auto high = hear("CONFIDENTIAL");
    BOOST_TEST(has("border", high));
    BOOST_TEST(!has("customs", high));
    const auto low = hear("RESTRICTED");
    BOOST_TEST(has("customs", low));
}

BOOST_AUTO_TEST_CASE(where_no_agency_of_a_rule_may_have_it_the_duty_desk_gets_it) {
    settings().assignments = {{{"hit.request"}, {}, {}, {"customs"}}};
    lower("customs", confidentiality::official_use);
    const auto id = hear("RESTRICTED");
    BOOST_TEST(!has("customs", id));
    BOOST_TEST(has("duty", id));
    BOOST_TEST(!is_alarmed("no-agency"));
}

BOOST_AUTO_TEST_CASE(what_nobody_may_have_is_kept_and_given_when_the_configuration_lets) {
    settings().assignments = {{{"hit.request"}, {}, {}, {"customs"}}};
    lower("customs", confidentiality::restricted);
    lower("duty", confidentiality::restricted);
    const auto id = hear("CONFIDENTIAL");
    for (const auto* name : {"border", "customs", "duty"}) {
        BOOST_TEST(!has(name, id));
    }
    BOOST_TEST(is_alarmed("no-agency"));
    BOOST_TEST(cause_of(an_operator(), id) == "no-agency-for-confidentiality");
    BOOST_TEST(stored(id).assignments.at(0).agency == nobody);
    lower("duty", confidentiality::restricted);  // A change that helps nobody.
    restart();
    BOOST_TEST(cause_of(an_operator(), id) == "no-agency-for-confidentiality");
    lower("customs", confidentiality::confidential);
    BOOST_TEST(has("customs", id));
    BOOST_TEST(!has("duty", id));
    BOOST_TEST(cause_of(an_operator(), id) == "offered-to-agency");
    const auto count = stored(id).assignments.size();
    reload();  // It is assigned once.
    BOOST_TEST(stored(id).assignments.size() == count);
}

BOOST_AUTO_TEST_CASE(what_nobody_may_have_is_given_after_a_restart_too) {
    lower("duty", confidentiality::restricted);
    const auto id = hear("CONFIDENTIAL", "message.text");
    BOOST_TEST(!has("duty", id));
    settings().agencies.at("duty").level_max = confidentiality::confidential;
    restart();
    BOOST_TEST(has("duty", id));
}

BOOST_AUTO_TEST_CASE(
    the_end_of_a_case_reaches_who_acts_on_it_and_new_content_only_who_may_have_it) {
    const auto notice = [&](const std::string& kind, int version, const std::string& code) {
        now += 1min;
        inbound_document = R"({"entity_id":"2024/123","confidentiality":"INTERPOL )" + code +
                           R"(","body":{"version":)" + std::to_string(version) + "}}";
        const auto id = put_inbound("IPSG", "notice." + kind);
        restart();
        return id;
    };
    settings().assignments = {{{"notice.*"}, {}, {}, {"border"}}};
    lower("border", confidentiality::restricted);
    const auto first = notice("publication", 1, "RESTRICTED");
    expect<response::done>(agency("border"), request::acknowledge{first, true, {}});
    const auto second = notice("publication", 2, "CONFIDENTIAL");
    BOOST_TEST(!has("border", second));
    BOOST_TEST(has("duty", second));
    const auto end = notice("cancellation", 2, "CONFIDENTIAL");
    BOOST_TEST(has("border", end));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
