// What is said of things that are ready and do not pass, and of links with windows and quotas.
// Way of the message: tests of daemon/route/blockage and queries_bearers.
// Not pure: files of a temporary folder. One thread, virtual time.
// Spec: docs/operations.md#causes.
// Limits: none.
#include "daemon/route/blockage.hpp"

#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {

/// ZW with one link to IPSG, `vsat`, as a test makes it; it is 10:00.
struct one_link : core_harness {
    void use(const std::function<void(config::link&)>& change) {
        config::link vsat;
        vsat.name = "vsat";
        vsat.peer = bureau("IPSG");
        vsat.mode = config::link_mode::dial;
        vsat.addresses = {"tls://127.0.0.1:7443"};
        change(vsat);
        settings().links = {vsat};
        for (auto& route : settings().routes) {
            route.via = {"vsat"};
        }
        reload();
    }
    response::cause cause_of_new(message_class cls = message_class::routine) {
        auto what = a_message();
        what.cls = cls;
        const auto id = expect<response::accepted>(agency("border"), std::move(what)).id;
        return expect<response::why>(agency("border"), request::why{id}).causes.at(0);
    }
    response::link_status vsat() {
        return expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(blockage_test, one_link)

BOOST_AUTO_TEST_CASE(a_window_that_is_shut_is_the_cause_and_says_when_it_opens) {
    use([](config::link& link) { link.windows = {{0x7f, 22h, 6h, {message_class::routine}, 0}}; });
    const auto cause = cause_of_new();
    BOOST_TEST(cause.code == "outside-window");
    BOOST_TEST((cause.next_try == now + 12h));
    BOOST_TEST(cause.text.find("vsat") != std::string::npos, cause.text);
    BOOST_TEST(cause_of_new(message_class::urgent).code != "outside-window");
}

BOOST_AUTO_TEST_CASE(the_list_says_how_confidential_a_link_may_carry) {
    use([](config::link&) {});
    BOOST_TEST((vsat().level_max == protocol::confidentiality::confidential));
    use([](config::link& link) { link.level_max = protocol::confidentiality::restricted; });
    BOOST_TEST((vsat().level_max == protocol::confidentiality::restricted));
}

BOOST_AUTO_TEST_CASE(a_quota_that_is_used_up_is_the_cause_until_the_month_ends) {
    use([](config::link& link) { link.quota.month_bytes = limits::mib; });
    BOOST_TEST(cause_of_new().code != "quota-used-up");
    expect<response::done>(an_operator(), request::set_quota{"vsat", limits::mib});
    const auto cause = cause_of_new();
    BOOST_TEST(cause.code == "quota-used-up");
    BOOST_TEST((cause.next_try == protocol::parse_utc("2026-12-01T00:00:00.000Z").value()));
    BOOST_TEST(vsat().used_bytes == limits::mib);
    BOOST_TEST((vsat().passes[2] == std::uint64_t{0}));
    BOOST_TEST(!vsat().passes[0].has_value());
    restart();  // Killed: it counts a step ahead, so that no byte is given back.
    BOOST_TEST(vsat().used_bytes >= limits::mib);
    BOOST_TEST(vsat().used_bytes <= limits::mib + limits::quota_step_bytes_max);
}

BOOST_AUTO_TEST_CASE(a_class_that_no_link_carries_is_said_so) {
    use([](config::link& link) { link.classes = {message_class::flash}; });
    const auto cause = cause_of_new();
    BOOST_TEST(cause.code == "not-on-this-link");
    BOOST_TEST(!cause.next_try.has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_only_a_courier_reaches_is_said_so) {
    use([](config::link& link) {
        link.mode = config::link_mode::courier;
        link.addresses.clear();
    });
    BOOST_TEST(cause_of_new().code == "by-courier");
    BOOST_TEST(vsat().state == "courier");
    BOOST_TEST(dials.empty());
}

BOOST_AUTO_TEST_CASE(the_queue_says_what_keeps_each_class_and_when_it_is_tried) {
    use([](config::link& link) { link.windows = {{0x7f, 22h, 6h, {message_class::routine}, 0}}; });
    cause_of_new();
    const auto said = expect<response::queue_summary>(an_operator(), request::queue_summary{});
    BOOST_REQUIRE(said.outlooks.size() == said.lines.size());
    BOOST_TEST(said.outlooks.at(0).cause == "outside-window");
    BOOST_TEST((said.outlooks.at(0).next_try == now + 12h));
}

BOOST_AUTO_TEST_CASE(only_operators_give_figures_and_only_of_links_with_a_quota) {
    use([](config::link& link) { link.quota.month_bytes = limits::mib; });
    BOOST_TEST((expect_problem(agency("border"), request::set_quota{"vsat", 1}).code ==
                errc::unauthorised));
    BOOST_TEST(
        (expect_problem(an_operator(), request::set_quota{"fibre", 1}).code == errc::not_found));
    BOOST_TEST((expect_problem(an_operator(), request::set_quota{"vsat", UINT64_MAX}).code ==
                errc::bad_request));
}

BOOST_AUTO_TEST_CASE(metrics_have_bytes_by_direction_and_purpose_and_the_quota) {
    use([](config::link& link) { link.quota.month_bytes = limits::mib; });
    expect<response::done>(an_operator(), request::set_quota{"vsat", 4'711});
    const auto text = expect<response::metrics>(an_operator(), request::metrics{}).text;
    for (const auto* line :
         {"dhow_link_bytes_total{link=\"vsat\",direction=\"out\",purpose=\"payload\"} 0\n",
          "dhow_link_bytes_total{link=\"vsat\",direction=\"in\",purpose=\"handshake\"} 0\n",
          "dhow_link_quota_used_bytes{link=\"vsat\"} 4711\n",
          "dhow_link_quota_bytes{link=\"vsat\"} 1048576\n"}) {
        BOOST_TEST(text.find(line) != std::string::npos, line << " is missing in " << text);
    }
}

BOOST_AUTO_TEST_CASE(an_estimate_needs_a_rate) {
    route::core shared;
    shared.now = now;
    BOOST_TEST(!expected_at(shared, 1'000, 0).has_value());
    BOOST_TEST((expected_at(shared, 1'000, 100) == now + 11s));
    BOOST_TEST(!expected_at(shared, any_size, 1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
