// `dhow queue`: the summary, the shipments of a peer page by page, JSON, and how it ends.
// Way of the message: tests of daemon/cli/queue_command.
// Not pure: a fake daemon on a Unix socket.
// Spec: docs/man/dhow.1.
// Limits: none.
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using boost::test_tools::per_element;
using cli::exit_code;
using cli::run_queue;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;

const std::string two_queues = R"({"queues":[
    {"peer":"IPSG","class":"routine","ready":3,"deferred":0,"held":1,"waiting":6,"in_doubt":2,
     "bytes":4096,"oldest":"2026-11-24T10:00:00.000Z"},
    {"peer":"MU","class":"flash","ready":0,"deferred":5,"held":0,"waiting":0,"in_doubt":0,
     "bytes":7,"oldest":null}]})";

/// A text of 1,500 bytes that is ready, unless other members are given.
std::string shipment(int position, const std::string& message = R"("ID-1")",
                     const std::string& note = "") {
    return R"({"position":)" + std::to_string(position) + R"(,"message":)" + message +
           R"(,"part":0,"class":"bulk","state":"ready","bytes":1500,"text":")" + note + "\"}";
}

canned_reply page(const std::string& shipments, bool more) {
    return {200, R"({"shipments":[)" + shipments + R"(],"more":)" + (more ? "true}" : "false}")};
}

texts lines_of(const std::string& text) {
    std::istringstream in(text);
    texts out;
    for (std::string line; std::getline(in, line);) {
        out.push_back(line);
    }
    return out;
}

std::string asked_after(const std::string& position) {
    return "GET /admin/v1/queues/MU?limit=500&after=" + position + " ";
}
}  // namespace

BOOST_AUTO_TEST_SUITE(queue_command_test)

BOOST_AUTO_TEST_CASE(without_a_peer_each_peer_and_class_is_a_row) {
    fake_daemon daemon({{200, two_queues}});
    const auto got = daemon.run(run_queue, {});
    BOOST_TEST(got.code == to_int(exit_code::done));
    const texts wanted{
        "PEER  CLASS    READY  DEFERRED  HELD  WAIT  DOUBT  SIZE     OLDEST",
        "IPSG  routine  3      0         1     6     2      4.0 KiB  2026-11-24 10:00:00Z",
        "MU    flash    0      5         0     0     0      7 B      -",
    };
    BOOST_TEST(lines_of(got.out) == wanted, per_element());
    BOOST_TEST(daemon.requests() == texts{"GET /admin/v1/queues "}, per_element());
}

BOOST_AUTO_TEST_CASE(when_nothing_waits_it_says_so) {
    fake_daemon daemon({{200, R"({"queues":[]})"}});
    const auto got = daemon.run(run_queue, {});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "nothing waits\n");
}

BOOST_AUTO_TEST_CASE(json_has_a_line_for_each_queue_and_no_words_for_none) {
    fake_daemon daemon({{200, two_queues}});
    const auto lines = lines_of(daemon.run(run_queue, {"--json"}).out);
    BOOST_REQUIRE_EQUAL(lines.size(), 2U);
    BOOST_TEST(boost::json::parse(lines[0]).at("peer").as_string() == "IPSG");
    BOOST_TEST(boost::json::parse(lines[1]).at("deferred").to_number<int>() == 5);
    fake_daemon empty({{200, R"({"queues":[]})"}});
    BOOST_TEST(empty.run(run_queue, {"--json"}).out == "");
}

BOOST_AUTO_TEST_CASE(with_a_peer_each_shipment_is_a_row_and_a_receipt_is_called_so) {
    fake_daemon daemon({page(shipment(7) + ',' + shipment(9, "null", "busy"), false)});
    const auto got = daemon.run(run_queue, {"MU"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    const texts wanted{
        "MESSAGE  PART  CLASS  STATE  SIZE     NOTE",
        "ID-1     0     bulk   ready  1.5 KiB  ",
        "receipt  0     bulk   ready  1.5 KiB  busy",
    };
    BOOST_TEST(lines_of(got.out) == wanted, per_element());
    BOOST_TEST(daemon.requests() == texts{asked_after("0")}, per_element());
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_until_the_end) {
    fake_daemon daemon({page(shipment(7) + ',' + shipment(9), true), page(shipment(12), true),
                        page(shipment(13), false)});
    const auto got = daemon.run(run_queue, {"MU", "--json"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(daemon.requests() == (texts{asked_after("0"), asked_after("9"), asked_after("12")}),
               per_element());
    std::vector<int> positions;
    for (const auto& line : lines_of(got.out)) {
        positions.push_back(boost::json::parse(line).at("position").to_number<int>());
    }
    BOOST_TEST(positions == (std::vector<int>{7, 9, 12, 13}), per_element());
}

BOOST_AUTO_TEST_CASE(an_empty_page_is_the_last_whatever_it_says) {
    fake_daemon daemon({page("", true)});
    const auto got = daemon.run(run_queue, {"MU"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.out == "nothing waits for MU\n");
    BOOST_TEST(daemon.requests() == texts{asked_after("0")}, per_element());
}

BOOST_AUTO_TEST_CASE(a_page_that_is_refused_ends_with_its_code_after_what_came_before) {
    fake_daemon daemon({page(shipment(7), true), {503, R"({"title":"T","code":"busy"})"}});
    const auto got = daemon.run(run_queue, {"MU"});
    BOOST_TEST(got.code == to_int(exit_code::try_again));
    BOOST_TEST(contains(got.out, "ID-1"), got.out);
    BOOST_TEST(got.err == "dhow: T\n");
}

BOOST_AUTO_TEST_CASE(a_summary_that_is_refused_ends_with_its_code) {
    fake_daemon daemon({{403, R"({"title":"only for operators","code":"unauthorised"})"}});
    const auto got = daemon.run(run_queue, {});
    BOOST_TEST(got.code == to_int(exit_code::not_authorised));
    BOOST_TEST(got.out == "");
}

BOOST_AUTO_TEST_CASE(notes_of_peers_reach_the_terminal_without_control_characters) {
    fake_daemon daemon({page(shipment(7, R"("I\u001bD")", R"(no\u001bway\nback)"), false)});
    const auto got = daemon.run(run_queue, {"MU"});
    BOOST_TEST(contains(got.out, "I D "), got.out);
    BOOST_TEST(contains(got.out, "no way back\n"), got.out);
}

BOOST_AUTO_TEST_CASE(the_peer_cannot_become_another_path) {
    fake_daemon daemon({page("", false)});
    BOOST_TEST(daemon.run(run_queue, {"MU?limit=1"}).code == to_int(exit_code::done));
    const texts wanted{"GET /admin/v1/queues/MU%3Flimit%3D1?limit=500&after=0 "};
    BOOST_TEST(daemon.requests() == wanted, per_element());
}

BOOST_AUTO_TEST_CASE(two_peers_are_a_usage_error) {
    const auto got = run_verb(run_queue, {"MU", "KE"});
    BOOST_TEST(got.code == to_int(exit_code::usage));
    BOOST_TEST(contains(got.err, "dhow queue: expected [PEER], found 2 operands"), got.err);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
