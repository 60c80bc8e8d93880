// A federation's own data (`kinds.d` beside the configuration), through real daemons and commands.
// Way of the message: an agency's submission.
// Not pure: processes, files.
// Spec: docs/kinds.md#changes. Tests: this is one.
// Limits: none.
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <fstream>

namespace dhow::tests {

namespace {

void write_change(const gateway& at, const std::string& name, const std::string& text) {
    const auto path = at.config().parent_path() / "kinds.d" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

std::string class_of(const gateway& at, const std::string& id) {
    return std::string(at.get("/v1/messages/" + id).at("class").as_string());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kinds_folder_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(what_the_federation_says_is_in_force_from_the_next_start_on) {
    auto& zw = police::zw();
    const auto document = example("message.text");
    BOOST_TEST(class_of(zw, send(zw, document, {"MU"})) == "routine");
    write_change(zw, "kinds/message.text.json", R"({"dhow": {"class": "urgent"}})");
    BOOST_TEST(has(zw.dhow({"kinds", "message.text"}).out, "urgent"));
    BOOST_TEST(zw.dhow({"config", "check"}).code != 3);
    ::kill(zw.pid(), SIGHUP);
    wait_until("the reload tells of kinds.d", [&] { return has(zw.log_text(), "kinds.d says"); });
    BOOST_TEST(class_of(zw, send(zw, document, {"MU"})) == "routine");
    BOOST_TEST(zw.terminate() == 0);
    zw.start();
    BOOST_TEST(has(zw.log_text(), "changed by kinds.d/kinds/message.text.json"));
    const auto id = send(zw, document, {"MU"});
    BOOST_TEST(class_of(zw, id) == "urgent");
    BOOST_TEST(receive(police::mu(), id).at("validation").at("ok").as_bool());
}

BOOST_AUTO_TEST_CASE(one_wrong_file_and_nothing_starts) {
    auto& mu = police::mu();
    BOOST_TEST(mu.terminate() == 0);
    write_change(mu, "policy.json", R"({"numbers": {"hit_requests_max": {"value": 9}}})");
    const auto started = run({DHOWD_PATH, "--config", mu.config().string()});
    BOOST_TEST(started.code == 3);
    const std::string why = "policy.json: hit_requests_max is 9, expected 1 to 3";
    BOOST_TEST(has(started.out, why), started.out);
    const auto checked = mu.dhow({"config", "check"});
    BOOST_TEST(checked.code == 3);
    BOOST_TEST(has(checked.out, why), checked.out);
    BOOST_TEST(has(mu.dhow({"kinds"}).out, why));
    std::filesystem::remove_all(mu.config().parent_path() / "kinds.d");
    mu.start();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
