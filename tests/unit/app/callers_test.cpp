// Who may speak to the API: users and keys to agencies, operators, and who is nobody.
// Way of the message: tests of daemon/app/callers.
// Not pure: asks the system for the number of `root` and of names that nobody has.
// Spec: docs/configuration.md#agencies.
// Limits: none.
#include "daemon/app/callers.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

namespace dhow::tests {

using boost::test_tools::per_element;
using protocol::digest;

namespace {
// Numbers that no system gives to a person.
constexpr std::uint32_t ann = 4'000'000'001;
constexpr std::uint32_t ben = 4'000'000'002;
const std::string nobody = "no-such-user-of-dhow";
const std::string key_text = std::string(62, '0') + "2a";

digest key_of(std::uint8_t last) {
    digest out;
    out.value[31] = last;
    return out;
}

struct a_configuration {
    config::gateway settings;
    app::callers callers;
    std::vector<std::string> unknown;

    a_configuration() { settings.operator_users.clear(); }
    config::agency& agency(const std::string& name) { return settings.agencies[name]; }
    void configure() { callers.configure(settings, unknown); }
    /// `AGENCY`, `AGENCY operator`, or `nobody`.
    static std::string text_of(const std::optional<route::caller>& who) {
        return who ? who->agency + (who->is_operator ? " operator" : "") : "nobody";
    }
    [[nodiscard]] std::string user(std::uint32_t number) const {
        return text_of(callers.by_user(number));
    }
    [[nodiscard]] std::string key(const digest& one) const { return text_of(callers.by_key(one)); }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(callers_test, a_configuration)

BOOST_AUTO_TEST_CASE(a_user_is_its_agency_and_no_operator) {
    agency("desk").users = {std::to_string(ann)};
    agency("border").users = {std::to_string(ben)};
    configure();
    BOOST_TEST(user(ann) == "desk");
    BOOST_TEST(user(ben) == "border");
    BOOST_TEST(unknown == std::vector<std::string>{}, per_element());
}

BOOST_AUTO_TEST_CASE(a_user_that_nothing_names_is_nobody) {
    agency("desk").users = {std::to_string(ann)};
    configure();
    BOOST_TEST(user(ben) == "nobody");
}

BOOST_AUTO_TEST_CASE(a_name_is_looked_up_in_the_system) {
    agency("desk").users = {"root"};
    configure();
    BOOST_TEST(user(0) == "desk operator");
}

BOOST_AUTO_TEST_CASE(an_operator_has_no_agency) {
    settings.operator_users = {std::to_string(ann)};
    configure();
    BOOST_TEST(user(ann) == " operator");
}

BOOST_AUTO_TEST_CASE(an_agencys_user_who_is_an_operator_too_is_both) {
    agency("desk").users = {std::to_string(ann)};
    settings.operator_users = {std::to_string(ann)};
    configure();
    BOOST_TEST(user(ann) == "desk operator");
}

BOOST_AUTO_TEST_CASE(root_and_who_runs_the_daemon_are_operators_without_being_named) {
    configure();
    BOOST_TEST(user(0) == " operator");
    BOOST_TEST(user(static_cast<std::uint32_t>(::geteuid())) == " operator");
}

BOOST_AUTO_TEST_CASE(users_that_the_system_does_not_know_are_told_and_stop_no_others) {
    agency("desk").users = {nobody, std::to_string(ann)};
    settings.operator_users = {nobody + "-2", std::to_string(ben)};
    configure();
    const std::vector<std::string> wanted{nobody, nobody + "-2"};
    BOOST_TEST(unknown == wanted, per_element());
    BOOST_TEST(user(ann) == "desk");
    BOOST_TEST(user(ben) == " operator");
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_unknown_and_not_cut_short) {
    agency("desk").users = {"4294967296", std::to_string(ann) + "x"};  // 2^32 would become root.
    configure();
    BOOST_TEST(unknown.size() == 2U);
    BOOST_TEST(user(0) == " operator");
    BOOST_TEST(user(ann) == "nobody");
}

BOOST_AUTO_TEST_CASE(a_key_is_its_agency_and_never_an_operator) {
    agency("desk").keys = {key_text};
    configure();
    BOOST_TEST(key(key_of(0x2a)) == "desk");
}

BOOST_AUTO_TEST_CASE(a_key_that_nothing_names_is_nobody) {
    agency("desk").keys = {key_text};
    configure();
    BOOST_TEST(key(key_of(0x2b)) == "nobody");
    BOOST_TEST(key(digest{}) == "nobody");
}

BOOST_AUTO_TEST_CASE(what_is_no_key_matches_nobody_and_stops_no_others) {
    agency("desk").keys = {"", "00", key_text.substr(2), key_text};
    configure();
    BOOST_TEST(key(digest{}) == "nobody");
    BOOST_TEST(key(key_of(0x2a)) == "desk");
}

BOOST_AUTO_TEST_CASE(a_new_configuration_forgets_whom_the_old_one_knew) {
    agency("desk").users = {std::to_string(ann)};
    agency("desk").keys = {key_text};
    settings.operator_users = {std::to_string(ben)};
    configure();
    settings = {};
    settings.operator_users.clear();
    agency("border").users = {std::to_string(ben)};
    configure();
    BOOST_TEST(user(ann) == "nobody");
    BOOST_TEST(user(ben) == "border");
    BOOST_TEST(key(key_of(0x2a)) == "nobody");
}

BOOST_AUTO_TEST_CASE(operators_are_known_by_their_user) {
    settings.operator_users = {std::to_string(ann)};
    configure();
    BOOST_TEST(callers.by_user(ann)->user == std::to_string(ann));
    BOOST_TEST(callers.by_user(0)->user == "root");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
