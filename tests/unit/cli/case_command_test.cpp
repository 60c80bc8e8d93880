// `dhow case`: what is in force, who has taken which version with what proof, what is missing.
// Way of the message: tests of daemon/cli/case_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_case;
using cli::to_int;

namespace {
const std::vector<canned_reply> a_case{
    {200, R"({"lifecycle":"notice","states":[{"owner":"IPSG","state":"cancelled","ended":true,
"complete":false,"keep_until":"T9","retention":"asked","denied":["FJ"],"without_receipt":["KE"],
"not_removed":[{"recipient":"MU","agency":"border"}]}],
"messages":[{"id":"ID-1","role":"end","version":2,"at":"T","standing":"current",
"recipients":["KE","MU"],"answers":[{"recipient":"MU","agency":"border","outcome":"taken",
"at":"T2","receipt_sha256":"abcd"}],"assignments":[{"agency":"duty","state":"offered"}]}],
"deletions":[{"owner":"IPSG","at":"T8","messages":3,"cause":"silence","receipt":"AA=="}]})"}};
}  // namespace

BOOST_AUTO_TEST_SUITE(case_command_test)

BOOST_AUTO_TEST_CASE(it_says_what_is_missing_and_who_has_taken_which_with_proof) {
    fake_daemon daemon(a_case);
    const auto got = daemon.run(run_case, {"2024/123"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(contains(got.out, "IPSG: cancelled, open\n"), got.out);
    BOOST_TEST(contains(got.out, "restricted for FJ\n"), got.out);
    BOOST_TEST(contains(got.out, "no receipt from KE\n"), got.out);
    BOOST_TEST(contains(got.out, "not removed by MU border\n"), got.out);
    BOOST_TEST(contains(got.out, "kept until T9, asked\n"), got.out);
    BOOST_TEST(contains(got.out, "deleted T8: content of 3 messages of IPSG, silence\n"), got.out);
    BOOST_TEST(contains(got.out, "end v2  ID-1"), got.out);
    BOOST_TEST(contains(got.out, "abcd"), got.out);
    BOOST_TEST(daemon.requests() == std::vector<std::string>{"GET /v1/cases?name=2024%2F123 "},
               per_element());
}

BOOST_AUTO_TEST_CASE(json_is_the_whole_object_and_a_case_has_to_be_named) {
    fake_daemon daemon(a_case);
    const auto got = daemon.run(run_case, {"2024-123", "--json"});
    BOOST_TEST(contains(got.out, "\"lifecycle\":\"notice\""), got.out);
    BOOST_TEST(run_verb(run_case, {}).code == to_int(exit_code::usage));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
