// Cross-checks: each finding is produced by one change to a configuration that has none.
#include "config/check.hpp"

#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>

namespace {

namespace data = boost::unit_test::data;
namespace protocol = dhow::protocol;
using namespace dhow::config;
using namespace dhow::tests;
using protocol::bureau_role;
using protocol::bureau_status;

const protocol::utc_time now = *protocol::parse_utc("2026-11-24T12:00:00.000Z");

std::vector<finding> check_text(const std::string& text, check_facts facts = {}) {
    const auto read = load(text);
    BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
    return check(read.settings, read.where, facts);
}

bool has(const std::vector<finding>& findings, severity grade, const std::string& code,
         const std::string& text) {
    return std::any_of(findings.begin(), findings.end(), [&](const finding& one) {
        return one.grade == grade && one.code == code && one.text.find(text) != std::string::npos &&
               !one.hint.empty();
    });
}

protocol::bureau_id id(const char* text) { return *protocol::bureau_id::parse(text); }

protocol::directory_entry entry(const char* bureau, bureau_role role = bureau_role::bureau,
                                bureau_status status = bureau_status::active) {
    protocol::directory_entry out;
    out.bureau = id(bureau);
    out.role = role;
    out.status = status;
    return out;
}

protocol::directory directory() {
    protocol::directory out;
    out.head.federation = "example";
    out.head.stale_after = now + std::chrono::days{30};
    out.head.hard_after = now + std::chrono::days{90};
    out.entries = {entry("IPSG", bureau_role::hub), entry("KE"), entry("MU"), entry("ZW")};
    return out;
}

struct fault {
    const char* from;
    const char* to;
    severity grade;
    const char* code;
    const char* text;
    std::size_t line;
};
std::ostream& operator<<(std::ostream& out, const fault& one) { return out << one.code; }

constexpr auto error = severity::error;
constexpr auto warning = severity::warning;
const fault faults[] = {
    {"peer: IPSG", "peer: ZW", error, "link-to-self", "links.ipsg leads to ZW", 14},
    {", addresses: [\"tls://gw.example:7443\"]", ", mode: dial", error, "link-without-address",
     "should dial", 14},
    {", addresses: [\"tls://gw.example:7443\"]", "", error, "link-without-address",
     "listens nowhere", 14},
    {", addresses", ", mode: listen, addresses", error, "link-without-listener", "waits for calls",
     14},
    {", addresses", ", mode: listen, addresses", warning, "unused-address", "never dials", 14},
    {"via: [ipsg]", "via: [vsat]", error, "unknown-link", "there is no link `vsat`", 16},
    {"via: [ipsg]", "via: [ipsg, ipsg]", warning, "repeated-link", "twice", 16},
    {"to: \"*\", via", "to: group:coast, via", error, "unknown-group", "no group `coast`", 16},
    {"via: [ipsg]}", "via: [ipsg]}\n  - {to: MU, via: [ipsg]}", warning, "shadowed-route",
     "`to: MU`", 17},
    {"to: \"*\", via: [ipsg]",
     "to: KE, via: [ipsg]}\nbureaus: [MU, KE, IPSG]\ngroups: {a: [MU, TZ]", error,
     "unreachable-bureau", "leads to MU", 17},
    {"to: \"*\", via: [ipsg]",
     "to: KE, via: [ipsg]}\nbureaus: [MU, KE, IPSG]\ngroups: {a: [MU, TZ]", warning,
     "unreachable-bureau", "leads to TZ", 15},
    {"{users: [desk], ", "{", warning, "agency-without-identity", "agencies.desk", 18},
    {"users: [desk]",
     "keys: [\""
     "3f0c5d8a1b6e4927c0d3a9f81e5b7264083cd1f6a2e97b54d0c8e36f1a5b9274\"]",
     warning, "agency-without-door", "listens on no address", 18},
    {"duty_desk:", "api: {unix_socket: none}\nduty_desk:", warning, "agency-without-door",
     "no Unix socket", 18},
    {"duty_desk:", "api: {unix_socket: none}\nduty_desk:", warning, "no-socket",
     "cannot reach the daemon", 19},
    {"duty_desk:", "  two: {users: [desk]}\nduty_desk:", error, "duplicate-user",
     "desk belongs to agencies.desk", 19},
    {"duty_desk:", "  two: {users: [two]}\nduty_desk:", warning, "agency-without-task",
     "agencies.two", 19},
    {"duty_desk:", "operators: [desk]\nduty_desk:", warning, "agency-is-operator", "the user desk",
     18},
    {"duty_desk:", "operators: []\nduty_desk:", warning, "no-operator", "no user", 19},
    {"users: [desk]", "users: [desk], confidentiality: restricted", warning,
     "desk-below-confidentiality", "up to restricted", 19},
    {"duty_desk: desk", "", error, "no-duty-desk", "there is no duty desk", 0},
    {"duty_desk: desk", "duty_desk: dsek", error, "unknown-agency", "no agency `dsek`", 19},
    {"duty_desk:", "assignments:\n  - {kinds: [hit.*], agencies: [bp]}\nduty_desk:", error,
     "unknown-agency", "assignments.0: there is no agency `bp`", 20},
    {"duty_desk:", "assignments:\n  - {from: [group:x], agencies: [desk]}\nduty_desk:", error,
     "unknown-group", "assignments.0", 20},
    {"to: [\"*\"]", "to: [group:x]", error, "unknown-group", "agencies.desk.send", 18},
    {"duty_desk:", "api: {tls: {address: \"h:1\", certificate: c, key: \"file:k\"}}\nduty_desk:",
     warning, "door-for-nobody", "no agency has a key", 19},
    {"federation: example", "federation: example\n  threshold: 3", error, "threshold-too-high",
     "there are 2 anchors", 13},
    {"federation: example", "federation: example\n  threshold: 1", warning, "threshold-of-one",
     "one signer", 13},
    {"file:sign.key", "file:link.key", error, "shared-key", "the same key", 3},
    {"duty_desk:", "storage: {free: {soft: 5%}}\nduty_desk:", error, "levels-out-of-order",
     "soft must be above hard", 19},
    {"duty_desk:", "classes: {flash: {expires_after: 10m}}\nduty_desk:", warning,
     "never-sent-again", "classes.flash", 19},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(check_test)

BOOST_AUTO_TEST_CASE(the_sample_has_no_finding) { BOOST_TEST(text_of(check_text(sample)) == ""); }

BOOST_AUTO_TEST_CASE(the_shipped_samples_have_no_finding) {
    for (const auto* name : {"dhow.yaml", "hub.yaml"}) {
        const auto path = std::filesystem::path(DHOW_SOURCE_DIR) / "config" / name;
        const auto read = load_file(path.string());
        BOOST_TEST(text_of(check(read.settings, read.where, {})) == "");
    }
}

BOOST_DATA_TEST_CASE(finds_each_fault, data::make(faults), one) {
    const auto findings = check_text(changed(one.from, one.to));
    BOOST_REQUIRE_MESSAGE(has(findings, one.grade, one.code, one.text), "expected "
                                                                            << one.code << " in:\n"
                                                                            << text_of(findings));
    const auto at_line = [&](const finding& found) {
        return found.code == one.code && found.where.line == one.line;
    };
    BOOST_TEST(std::any_of(findings.begin(), findings.end(), at_line), "expected line "
                                                                           << one.line << " in:\n"
                                                                           << text_of(findings));
}

BOOST_AUTO_TEST_CASE(a_listener_without_listening_links_is_reported) {
    const auto text = changed(", addresses", ", mode: dial, addresses");
    const auto findings = check_text(text + "listen: [\"0.0.0.0:7443\"]\n");
    BOOST_TEST(has(findings, warning, "listens-for-nobody", "every link only dials"));
}

BOOST_AUTO_TEST_CASE(a_gateway_without_links_is_reported) {
    const auto text =
        changed("  ipsg: {peer", "  {}\n#", changed("routes:\n  - {", "routes: []\n#"));
    BOOST_TEST(has(check_text(text), warning, "no-links", "nothing leaves"));
}

BOOST_AUTO_TEST_CASE(a_route_is_shadowed_by_the_groups_before_it_together) {
    const std::string groups = "groups: {a: [MU, KE], b: [TZ], c: [TZ, MU], d: [MU, ZA]}\n";
    const auto routes = [&](const char* last) {
        return groups + changed("{to: \"*\", via: [ipsg]}",
                                std::string("{to: group:a, via: [ipsg]}\n") +
                                    "  - {to: group:b, via: [ipsg]}\n  - {to: " + last +
                                    ", via: [ipsg]}\n  - {to: \"*\", via: [ipsg]}");
    };
    BOOST_TEST(has(check_text(routes("group:c")), warning, "shadowed-route", "group:c"));
    BOOST_TEST(has(check_text(routes("KE")), warning, "shadowed-route", "`to: KE`"));
    BOOST_TEST(text_of(check_text(routes("group:d"))) == "");
}

BOOST_AUTO_TEST_CASE(a_direct_link_makes_a_bureau_reachable_without_a_route) {
    const auto text = changed("routes:\n  - {to: \"*\", via: [ipsg]}", "bureaus: [IPSG]");
    BOOST_TEST(text_of(check_text(text)) == "");
    BOOST_TEST(has(check_text(changed("bureaus: [IPSG]", "bureaus: [MU]", text)), error,
                   "unreachable-bureau", "MU"));
}

BOOST_AUTO_TEST_CASE(expired_and_expiring_certificates_are_reported_with_their_day) {
    const auto with = [](std::chrono::days from, std::chrono::days to) {
        check_facts facts;
        facts.now = now;
        facts.certificates = {
            {"keys.link_certificate", "/etc/dhow/link.crt", now + from, now + to}};
        return check_text(sample, facts);
    };
    using std::chrono::days;
    BOOST_TEST(has(with(days{-400}, days{-1}), error, "certificate-expired",
                   "/etc/dhow/link.crt expired on 2026-11-23"));
    BOOST_TEST(has(with(days{-400}, days{59}), warning, "certificate-expires", "2027-01-22"));
    BOOST_TEST(
        has(with(days{1}, days{400}), error, "certificate-not-yet-valid", "from 2026-11-25"));
    BOOST_TEST(text_of(with(days{-400}, days{61})) == "");
    BOOST_TEST(with(days{-400}, days{-1}).at(0).where.line == 8u);
}

BOOST_AUTO_TEST_CASE(the_directory_agrees_with_the_sample) {
    const auto known = directory();
    BOOST_TEST(text_of(check_text(sample, {.directory = &known, .now = now, .certificates = {}})) ==
               "");
}

BOOST_AUTO_TEST_CASE(what_the_directory_says_otherwise_is_reported) {
    const auto with = [](auto change, const std::string& text = sample) {
        auto known = directory();
        change(known);
        return check_text(text, {.directory = &known, .now = now, .certificates = {}});
    };
    BOOST_TEST(has(with([](auto& d) { d.entries.pop_back(); }), error, "not-in-directory", "ZW"));
    BOOST_TEST(has(with([](auto& d) { d.entries[3].status = bureau_status::revoked; }), error,
                   "suspended", "ZW"));
    BOOST_TEST(has(with([](auto& d) { d.entries.erase(d.entries.begin()); }), error, "unknown-peer",
                   "IPSG is not in the directory"));
    BOOST_TEST(has(with([](auto& d) { d.entries[0].status = bureau_status::suspended; }), warning,
                   "peer-suspended", "IPSG"));
    BOOST_TEST(has(with([](auto& d) { d.entries[0].role = bureau_role::bureau; }), warning,
                   "peer-is-no-hub", "routes.0 goes by IPSG"));
    BOOST_TEST(has(with([](auto& d) { d.head.federation = "other"; }), error, "other-federation",
                   "`other`, expected `example`"));
    BOOST_TEST(has(with([](auto& d) { d.entries[3].valid_until = now; }), warning, "entry-stale",
                   "of this bureau, ZW, was valid until 2026-11-24"));
    BOOST_TEST(has(with([](auto& d) { d.entries[0].valid_until = now; }), warning, "entry-stale",
                   "entry of IPSG was valid until 2026-11-24"));
    BOOST_TEST(text_of(with([](auto& d) {
                   d.entries[0].valid_until = d.entries[3].valid_until =
                       now + std::chrono::milliseconds{1};
               })) == "");
    BOOST_TEST(has(with([](auto& d) { d.head.stale_after = now; }), warning, "directory-stale",
                   "since 2026-11-24"));
    BOOST_TEST(has(with([](auto& d) { d.head.hard_after = now; }), error, "directory-expired",
                   "ended on 2026-11-24"));
    BOOST_TEST(has(with([](auto&) {}, changed("to: \"*\", via", "to: KE, via")), warning,
                   "unreachable-bureau", "leads to MU"));
    BOOST_TEST(has(with([](auto&) {}, "groups: {a: [ZZ]}\n" + sample), warning, "unknown-bureau",
                   "groups.a: ZZ is not in the directory"));
}

BOOST_AUTO_TEST_CASE(an_address_of_the_directory_lets_a_link_dial) {
    auto known = directory();
    const auto text = changed(", addresses: [\"tls://gw.example:7443\"]", ", mode: dial");
    BOOST_TEST(has(check_text(text, {.directory = &known}), error, "link-without-address", "ipsg"));
    known.entries[0].instances.push_back({{}, {"tls://gw.ipsg.example:7443"}, {}});
    BOOST_TEST(text_of(check_text(text, {.directory = &known})) == "");
}

BOOST_AUTO_TEST_SUITE_END()
