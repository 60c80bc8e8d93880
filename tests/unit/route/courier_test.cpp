// What operators ask of couriers: bundles, bureaus that wait, closing; and who may ask.
// Way of the message: tests of daemon/route/courier.
// Not pure: files of a temporary folder.
// Spec: docs/courier.md#commands.
// Limits: none.
#include "tests/unit/route/courier_bench.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(courier_test, courier_bench)

BOOST_AUTO_TEST_CASE(the_bureaus_that_something_waits_for) {
    const auto who = core_harness::an_operator();
    const auto waited_for = [&] {
        return zw.expect<response::courier_parties>(who, request::courier_parties{}).bureaus;
    };
    BOOST_TEST(waited_for().empty());
    send(zw, "KE");
    BOOST_TEST((waited_for() == std::vector<bureau_id>{bureau("IPSG"), bureau("KE")}));
    zw.expect_problem(core_harness::agency("border"), request::courier_parties{});
}

BOOST_AUTO_TEST_CASE(bundles_are_listed_in_pages) {
    for (int i = 0; i < 3; ++i) {
        export_to(zw, "KE");
    }
    const auto who = core_harness::an_operator();
    const auto first = zw.expect<response::courier_bundles>(who, request::courier_bundles{0, 2});
    BOOST_REQUIRE(first.rows.size() == 2);
    BOOST_TEST(first.more);
    const auto last = static_cast<std::uint64_t>(first.rows.back().row);
    const auto second =
        zw.expect<response::courier_bundles>(who, request::courier_bundles{last, 2});
    BOOST_TEST(second.rows.size() == 1U);
    BOOST_TEST(!second.more);
}

BOOST_AUTO_TEST_CASE(only_exported_bundles_that_wait_can_be_closed) {
    const auto who = core_harness::an_operator();
    const auto problem = zw.expect_problem(who, request::courier_close{message_id{}});
    BOOST_TEST((problem.code == errc::not_found));
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    import_all(ke, stick);
    BOOST_TEST(
        (ke.expect_problem(who, request::courier_close{stick.bundle}).code == errc::not_found));
    zw.expect<response::done>(who, request::courier_close{stick.bundle});
    BOOST_TEST((bundles(zw).front().state == store::bundle_state::closed));
    // What was in it goes along with the next all the same.
    BOOST_TEST(import_all(ke, export_to(zw, "KE")).known == 1U);
}

BOOST_AUTO_TEST_CASE(metrics_count_records) {
    send(zw, "KE");
    import_all(ke, export_to(zw, "KE"));
    const auto text =
        ke.expect<response::metrics>(core_harness::an_operator(), request::metrics{}).text;
    BOOST_TEST(text.find("dhow_courier_imported_total 1\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
