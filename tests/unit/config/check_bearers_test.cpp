// Bearers that cannot do what was meant are found, and those that can are not.
#include "config/check.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace {

namespace data = boost::unit_test::data;
using namespace dhow::config;
using namespace dhow::tests;

std::vector<finding> check_with(const std::string& keys, const std::string& more = "") {
    auto text = changed("peer: IPSG", "peer: IPSG, " + keys);
    text = changed("routes:", more + "routes:", text);
    const auto read = load(text);
    BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
    return check(read.settings, read.where, {});
}

bool has(const std::vector<finding>& findings, const std::string& code) {
    return std::ranges::any_of(findings, [&](const auto& one) { return one.code == code; });
}

const std::string dear =
    "  sat: {peer: IPSG, mode: dial, cost: 9, "
    "addresses: [\"tls://gw.example:7443\"]";

struct case_of {
    const char* keys;
    const char* code;
};
std::ostream& operator<<(std::ostream& out, const case_of& one) { return out << one.code; }
const case_of cases[] = {
    {"classes: [flash], windows: [{classes: [bulk]}]", "unused-window"},
    {"windows: [{classes: [flash, bulk], from: \"22:00\"}]", "flash-in-window"},
    {"quota: {month: 1MiB, beyond: []}", "quota-stops-all"},
    {"classes: [bulk], quota: {month: 1MiB}", "quota-stops-all"},
    {"flash_beside: needed", "nothing-beside"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(check_bearers_test)

BOOST_DATA_TEST_CASE(what_cannot_be_meant_is_found, data::make(cases), one) {
    BOOST_TEST(has(check_with(one.keys), one.code));
}

BOOST_AUTO_TEST_CASE(flash_beside_on_a_link_that_carries_no_flash_is_found) {
    BOOST_TEST(has(check_with("cost: 1", dear + ", flash_beside: needed, classes: [bulk]}\n"),
                   "nothing-beside"));
}

BOOST_AUTO_TEST_CASE(what_makes_sense_is_not_reported) {
    const auto found = check_with(
        "windows: [{classes: [routine], max_size: 64KiB}, {classes: [bulk], from: "
        "\"22:00\", until: \"06:00\"}], quota: {month: 10MiB}, cost: 1",
        dear + ", flash_beside: always}\n");
    for (const auto* code :
         {"unused-window", "flash-in-window", "quota-stops-all", "unused-link", "nothing-beside"}) {
        BOOST_TEST(!has(found, code), code);
    }
}

BOOST_AUTO_TEST_CASE(a_dearer_link_that_no_class_may_use_is_found) {
    BOOST_TEST(has(check_with("cost: 1", dear + ", classes: [bulk]}\n"), "unused-link"));
    BOOST_TEST(!has(check_with("cost: 9", dear + ", classes: [bulk]}\n"), "unused-link"));
    BOOST_TEST(!has(check_with("cost: 1, classes: [flash]", dear + ", classes: [bulk]}\n"),
                    "unused-link"));
}

BOOST_AUTO_TEST_CASE(a_congestion_control_that_the_kernel_has_not_is_a_warning) {
    check_facts facts;
    facts.congestion_troubles = {
        {link_congestion::bbr, "the kernel has no `bbr`; it has reno", "Load its module."}};
    const auto found_with = [&](const std::string& keys) {
        const auto read = load(changed("peer: IPSG", "peer: IPSG" + keys));
        BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
        return check(read.settings, read.where, facts);
    };
    for (const auto* keys : {"", ", congestion: kernel", ", congestion: reno"}) {
        BOOST_TEST(!has(found_with(keys), "no-such-congestion"), keys);
    }
    const auto found = found_with(", congestion: bbr");
    BOOST_REQUIRE(has(found, "no-such-congestion"));
    BOOST_TEST(!has_errors(found));
    BOOST_TEST(text_of(found).find("14: warning: links.ipsg.congestion: the kernel has no `bbr`; "
                                   "it has reno\n    Load its module.") != std::string::npos,
               text_of(found));
}

BOOST_AUTO_TEST_CASE(a_courier_needs_no_address_and_uses_none) {
    BOOST_TEST(has(check_with("mode: courier"), "unused-address"));
    const auto read = load(
        changed("peer: IPSG, addresses: [\"tls://gw.example:7443\"]", "peer: IPSG, mode: courier"));
    BOOST_TEST(!has(check(read.settings, read.where, {}), "link-without-address"));
}

BOOST_AUTO_TEST_SUITE_END()
