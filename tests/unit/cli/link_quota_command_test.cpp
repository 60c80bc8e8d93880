// `dhow link quota`, and what `dhow link list` and `dhow queue` say of bearers.
// Way of the message: tests of daemon/cli/link_quota_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: what all verbs do is in every_verb_test.cpp.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_link;
using cli::run_queue;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
}  // namespace

BOOST_AUTO_TEST_SUITE(link_quota_command_test)

BOOST_AUTO_TEST_CASE(the_figure_is_sent_in_bytes) {
    fake_daemon daemon({{200, R"({"text":"noted"})"}});
    const auto got = daemon.run(run_link, {"quota", "vsat", "--used", "3MiB"});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(got.out == "noted\n");
    BOOST_TEST(
        daemon.requests() == texts{R"(POST /admin/v1/links/vsat/quota {"used_bytes":3145728})"},
        per_element());
}

BOOST_AUTO_TEST_CASE(a_figure_without_a_unit_is_a_mistake) {
    fake_daemon daemon({});
    const auto got = daemon.run(run_link, {"quota", "vsat", "--used", "312"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(contains(got.err, "--used needs a size"), got.err);
}

BOOST_AUTO_TEST_CASE(the_list_says_what_is_used_and_what_does_not_pass) {
    fake_daemon daemon({{200, R"({"links":[{"name":"fibre","peer":"IPSG","quota":null,)"
                              R"("confidentiality_max":"confidential",)"
                              R"("passes_bytes_max":{"flash":null,"bulk":null}},)"
                              R"({"name":"vsat","peer":"IPSG","confidentiality_max":"restricted",)"
                              R"("quota":{"month_bytes":1048576,"used_bytes":524288},)"
                              R"("passes_bytes_max":{"flash":null,"routine":65536,"bulk":0},)"
                              R"("changes_at":"2026-11-29T22:00:00.000Z"}]})"}});
    const auto got = daemon.run(run_link, {"list"});
    BOOST_TEST(contains(got.out,
                        "\n\nvsat: 512.0 KiB of 1.0 MiB of this month used; routine up to "
                        "64.0 KiB, no bulk until 2026-11-29 22:00:00Z; nothing above restricted\n"),
               got.out);
    BOOST_TEST(!contains(got.out, "fibre:"), got.out);
}

BOOST_AUTO_TEST_CASE(the_queue_says_by_which_link_and_what_keeps_it) {
    fake_daemon daemon({{200, R"({"queues":[)"
                              R"({"peer":"IPSG","class":"bulk","cause":"outside-window",)"
                              R"("link":"vsat","next_try":"2026-11-29T22:00:00.000Z"},)"
                              R"({"peer":"IPSG","class":"flash","cause":"","link":"vsat",)"
                              R"("expected_at":"2026-11-29T10:00:05.000Z"}]})"}});
    const auto got = daemon.run(run_queue, {});
    BOOST_TEST(contains(got.out, "IPSG bulk: outside-window, by vsat, next try 2026-11-29"),
               got.out);
    BOOST_TEST(contains(got.out, "IPSG flash: by vsat, done by 2026-11-29 10:00:05Z"), got.out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
