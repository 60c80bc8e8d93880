// The loader: what it reads, and that each mistake is reported with file, line and expectation.
#include "config/load.hpp"

#include "config/schema.hpp"
#include "protocol/limits.hpp"
#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace {

namespace data = boost::unit_test::data;
using namespace dhow;
using namespace dhow::tests;
using namespace std::chrono_literals;
using config::loaded;

std::string errors_of(const std::string& text, const files& others = {}) {
    return text_of(load(text, others).findings);
}

/// Whether the findings hold this text.
void expect(const std::string& findings, const std::string& wanted) {
    BOOST_TEST(findings.find(wanted) != std::string::npos, "expected \"" << wanted << "\" in:\n"
                                                                         << findings);
}

struct mistake {
    const char* from;
    const char* to;
    const char* message;
};
std::ostream& operator<<(std::ostream& out, const mistake& one) { return out << one.to; }

const mistake mistakes[] = {
    {"version: 1", "version: 2", ":1: error: version: found `2`, expected a number from 1 to 1"},
    {"version: 1\n", "", "error: the key `version` is missing"},
    {"id: ZW", "id: zw", ":2: error: bureau.id: found `zw`, expected a bureau's id"},
    {"id: ZW", "id: NO", ":2: error: bureau.id: `NO` without quotes is a boolean"},
    {"id: ZW", "id: Y", "`Y` without quotes is a boolean"},
    {"id: ZW", "id: ON", "`ON` without quotes is a boolean"},
    {"id: ZW", "id: 914", ":2: warning: bureau.id: `914` without quotes is a number"},
    {"name: NCB Harare", "nmae: NCB Harare", "unknown key `bureau.nmae`\n    Did you mean `name`?"},
    {"name: NCB Harare", "colour: red", "unknown key `bureau.colour`\n    Known here: id name"},
    {"file:link.key", "link.key",
     ":4: error: keys.link: found something else, expected a reference"},
    {"credential:at-rest", "hunter2", "never the secret itself"},
    {"credential:at-rest", "credential:../key", ":7: error: keys.at_rest: found something else"},
    {"credential:at-rest", "pkcs11:object=x", ":7: error: keys.at_rest: found something else"},
    {"  sign: file:sign.key\n", "", ":3: error: the key `keys.sign` is missing"},
    {"anchors: [a.crt, b.crt]", "anchors: a.crt",
     ":11: error: trust.anchors: found `a.crt`, expected a list"},
    {"anchors: [a.crt, b.crt]", "anchors: []", "found an empty list, expected at least one entry"},
    {"federation: example", "federation: example\n  threshold: 0",
     "expected a number from 1 to 16"},
    {"tls://gw.example:7443", "gw.example:7443", "expected tls://host:port"},
    {"tls://gw.example:7443", "tls://gw.example:70000", "expected tls://host:port"},
    {"peer: IPSG", "mode: dail, peer: IPSG",
     ":14: error: links.ipsg.mode: found `dail`, expected dial, listen, both or courier"},
    {"peer: IPSG", "metered: yes, peer: IPSG", "found `yes`, expected true or false"},
    {"peer: IPSG, ", "", ":14: error: the key `links.ipsg.peer` is missing"},
    {"to: \"*\", via", "to: \"group:\", via", "routes.0.to: found `group:`, expected"},
    {"to: \"*\", via", "to: *, via", "as in \"*\""},
    {"via: [ipsg]", "via: []", ":16: error: routes.0.via: found an empty list"},
    {"classes: [routine]", "classes: [slow]",
     "found `slow`, expected flash, urgent, routine or bulk"},
    {"users: [desk]", "users: [Desk]", "found `Desk`, expected the name of a Unix user"},
    {"users: [desk]", "keys: [abc]", "expected 64 hexadecimal digits"},
    {"duty_desk: desk", "duty_desk: [desk]",
     ":19: error: duty_desk: found a list, expected a name"},
    {"duty_desk: desk", "duty_desk: no", "`no` without quotes is a boolean"},
    {"duty_desk: desk", "duty_desk:", "duty_desk: found nothing, expected a name"},
    {"duty_desk: desk", "listen: [\"0.0.0.0\"]", "listen.0: found `0.0.0.0`, expected host:port"},
    {"duty_desk: desk", "storage: {max: 20}", "found `20`, expected a size with a unit"},
    {"duty_desk: desk", "storage: {max: 20GB}", "found `20GB`, expected a size with a unit"},
    {"duty_desk: desk", "storage: {max: 1MiB}", "expected 64MiB to 1024TiB"},
    {"duty_desk: desk", "storage: {retention: 30}", "found `30`, expected a duration with a unit"},
    {"duty_desk: desk", "storage: {retention: 1s}", "found `1s`, expected 1h to 3650d"},
    {"duty_desk: desk", "storage: {free: {soft: 0.2}}", "found `0.2`, expected a percentage"},
    {"duty_desk: desk", "classes: {flash: {expires_after: 500d}}", "expected 1m to 400d"},
    {"duty_desk: desk", "classes: {fast: {}}", "unknown key `classes.fast`"},
    {"duty_desk: desk", "api: {tls: {address: \"h:1\"}}",
     "the key `api.tls.certificate` is missing"},
    {"duty_desk: desk", "log: {level: loud}",
     "found `loud`, expected error, warning, info or debug"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], has_attachments: maybe}]",
     ":19: error: assignments.0.has_attachments: found `maybe`, expected true or false"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], has_references: []}]",
     ":19: error: assignments.0.has_references: found a list, expected true or false"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], from_agencies: desk}]",
     ":19: error: assignments.0.from_agencies: found `desk`, expected a list"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], from_agencies: [\"*\"]}]",
     ":19: error: assignments.0.from_agencies.0: found `*`, expected the name of an agency"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], from_agencies: [\"\"]}]",
     ":19: error: assignments.0.from_agencies.0: found"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], from_agencies: [no]}]",
     "`no` without quotes is a boolean"},
    {"duty_desk: desk", "assignments: [{agencies: [desk], has_attachment: true}]",
     "`assignments.0.has_attachment`\n    Did you mean `has_attachments`?"},
    {"duty_desk: desk", "groups: {everyone: [MU]}", "`groups.everyone` is built in"},
    {"duty_desk: desk", "groups: {no: [MU]}", "groups: `no` without quotes is a boolean"},
    {"duty_desk: desk", "groups: {a b: [MU]}", "found `a b`, expected a name"},
    {"duty_desk: desk", "groups: {coast: MU}", "groups.coast: found `MU`, expected a list"},
    {"duty_desk: desk", "duty_desk: desk\nduty_desk: desk",
     ":20: error: the key `duty_desk` stands twice; first in line 19"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(load_test)

BOOST_AUTO_TEST_CASE(reads_the_sample) {
    const auto read = load(sample);
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_REQUIRE(read.ok());
    const auto& gateway = read.settings;
    BOOST_TEST(gateway.bureau.text() == "ZW");
    BOOST_TEST(gateway.bureau_name == "NCB Harare");
    BOOST_TEST(gateway.keys.link == "file:/etc/dhow/link.key");
    BOOST_TEST(gateway.keys.at_rest == "credential:at-rest");
    BOOST_TEST(gateway.keys.link_certificate == "/etc/dhow/link.crt");
    BOOST_TEST(gateway.trust_settings.anchors.at(1) == "/etc/dhow/b.crt");
    BOOST_TEST(gateway.links.at(0).name == "ipsg");
    BOOST_TEST(gateway.links.at(0).peer.text() == "IPSG");
    BOOST_TEST(gateway.routes.at(0).line == 16u);
    BOOST_TEST(gateway.agencies.at("desk").send_classes.size() == 1u);
    BOOST_TEST(gateway.duty_desk == "desk");
}

BOOST_AUTO_TEST_CASE(has_the_documented_defaults) {
    const auto gateway = load(sample).settings;
    BOOST_TEST(gateway.state_directory == "/var/lib/dhow");
    BOOST_TEST(gateway.api.unix_socket == "/run/dhow/api.sock");
    BOOST_TEST(gateway.api.tls_address == "");
    BOOST_TEST(gateway.operator_users.at(0) == "root");
    BOOST_TEST(gateway.trust_settings.threshold == 2u);
    BOOST_TEST((gateway.times[0].expires_after == 7 * 24h));
    BOOST_TEST((gateway.times[0].send_again_after == 10min));
    BOOST_TEST((gateway.times[1].expires_after == 30 * 24h));
    BOOST_TEST((gateway.times[1].send_again_after == 4h));
    BOOST_TEST((gateway.times[2].expires_after == 60 * 24h));
    BOOST_TEST((gateway.times[2].send_again_after == 24h));
    BOOST_TEST((gateway.times[3].expires_after == 30 * 24h));
    BOOST_TEST((gateway.times[3].send_again_after == 72h));
    BOOST_TEST((gateway.disk_settings.backup_window == 7 * 24h));
    BOOST_TEST(gateway.log_level == "info");
}

BOOST_DATA_TEST_CASE(reports_each_mistake_with_its_place, data::make(mistakes), one) {
    const auto findings = errors_of(changed(one.from, one.to));
    expect(findings, one.message);
    expect(findings, "/etc/dhow/dhow.yaml:");
}

BOOST_AUTO_TEST_CASE(lists_all_mistakes_at_once) {
    auto text = changed("id: ZW", "id: zw");
    text = changed("via: [ipsg]", "vai: [ipsg]", text);
    text = changed("duty_desk: desk", "duty_dsek: desk", text);
    const auto findings = errors_of(text);
    expect(findings, ":2: error: bureau.id");
    expect(findings, ":16: error: unknown key `routes.0.vai`\n    Did you mean `via`?");
    expect(findings, ":16: error: the key `routes.0.via` is missing");
    expect(findings, ":19: error: unknown key `duty_dsek`\n    Did you mean `duty_desk`?");
}

BOOST_AUTO_TEST_CASE(a_secret_in_the_file_is_not_repeated_in_the_message) {
    const auto findings = errors_of(changed("credential:at-rest", "hunter2"));
    expect(findings, "keys.at_rest");
    BOOST_TEST(findings.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_quoted_country_code_is_accepted) {
    const auto read = load(changed("id: ZW", "id: \"NO\""));
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST(read.settings.bureau.text() == "NO");
}

BOOST_AUTO_TEST_CASE(the_token_of_a_key_may_be_a_uri) {
    const auto read = load(changed("file:sign.key", "\"pkcs11:token=dhow;object=sign\""));
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST(read.settings.keys.sign == "pkcs11:token=dhow;object=sign");
}

BOOST_AUTO_TEST_CASE(the_socket_can_be_left_out_and_repeats_switched_off) {
    const auto read = load(sample +
                           "api: {unix_socket: none}\n"
                           "classes: {bulk: {send_again_after: never}}\n");
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST(read.settings.api.unix_socket == "");
    BOOST_TEST((read.settings.times[3].send_again_after == 0s));
}

BOOST_AUTO_TEST_CASE(a_rule_of_assignment_keeps_apart_what_it_asks_and_what_it_leaves_out) {
    const auto read = load(sample +
                           "assignments:\n"
                           "  - {agencies: [desk]}\n"
                           "  - {from_agencies: [police, \"Polícia Federal\"], "
                           "has_attachments: false, has_references: true, agencies: [desk]}\n");
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_REQUIRE(read.settings.assignments.size() == 2u);
    const auto& open = read.settings.assignments[0];
    BOOST_TEST(open.from_agencies.empty());
    BOOST_TEST(!open.has_attachments.has_value());
    BOOST_TEST(!open.has_references.has_value());
    const auto& narrow = read.settings.assignments[1];
    BOOST_REQUIRE(narrow.from_agencies.size() == 2u);
    BOOST_TEST(narrow.from_agencies[0] == "police");
    BOOST_TEST(narrow.from_agencies[1] == "Polícia Federal");
    BOOST_TEST((narrow.has_attachments == std::optional(false)));
    BOOST_TEST((narrow.has_references == std::optional(true)));
}

BOOST_AUTO_TEST_CASE(sub_bureaus_are_those_of_the_program_changed_by_what_stands_here) {
    const auto id = [](std::string_view text) { return config::bureau_id::parse(text).value(); };
    const auto usual = load(sample).settings.sub_bureaus;
    BOOST_TEST((usual.at(id("GI")) == id("GB")));
    const auto read = load(sample +
                           "sub_bureaus:\n"
                           "  - {id: RE, parent: FR}\n"
                           "  - {id: HK, parent: GB}\n"
                           "  - {id: GI, parent: GI}\n");
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST((read.settings.sub_bureaus.at(id("RE")) == id("FR")));
    BOOST_TEST((read.settings.sub_bureaus.at(id("HK")) == id("GB")));
    BOOST_TEST(!read.settings.sub_bureaus.contains(id("GI")));
    BOOST_TEST(read.settings.sub_bureaus.size() == usual.size());
    expect(errors_of(sample + "sub_bureaus: [{id: RE}]\n"),
           "the key `sub_bureaus.0.parent` is missing");
}

BOOST_AUTO_TEST_CASE(includes_files_in_the_order_of_their_names) {
    const auto read = load(
        sample + "include: [agencies.d/*.yaml]\n",
        {{"/etc/dhow/agencies.d/b.yaml", "routes: [{to: KE, via: [ipsg]}]\n"},
         {"/etc/dhow/agencies.d/a.yaml", "# customs\nagencies:\n  customs: {users: [customs]}\n"},
         {"/etc/dhow/agencies.d/c.yaml", "# nothing yet\n"}});
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST(read.files.size() == 4u);
    BOOST_TEST(read.settings.agencies.contains("customs"));
    BOOST_TEST(read.settings.routes.size() == 2u);
    const auto where = read.where.find("agencies.customs");
    BOOST_TEST(where.file == "/etc/dhow/agencies.d/a.yaml");
    BOOST_TEST(where.line == 3u);
    BOOST_TEST(read.where.find("routes.1").file == "/etc/dhow/agencies.d/b.yaml");
}

BOOST_AUTO_TEST_CASE(an_included_file_may_not_say_who_we_are) {
    const auto findings = errors_of(sample + "include: [agencies.d/*.yaml]\n",
                                    {{"/etc/dhow/agencies.d/a.yaml", "bureau: {id: MU}\n"}});
    expect(findings, "/etc/dhow/agencies.d/a.yaml:1: error: unknown key `bureau`");
}

BOOST_AUTO_TEST_CASE(a_name_used_in_two_files_is_an_error) {
    const auto findings =
        errors_of(sample + "include: [agencies.d/*.yaml]\n",
                  {{"/etc/dhow/agencies.d/a.yaml", "agencies: {desk: {users: [a]}}\n"}});
    expect(findings,
           "/etc/dhow/agencies.d/a.yaml:1: error: `agencies.desk` stands already in "
           "/etc/dhow/dhow.yaml line 18");
}

BOOST_AUTO_TEST_CASE(an_included_file_that_is_not_there_is_an_error_but_an_empty_pattern_is_not) {
    expect(errors_of(sample + "include: [more.yaml]\n"), "there is no file /etc/dhow/more.yaml");
    BOOST_TEST(errors_of(sample + "include: [none.d/*.yaml]\n") == "");
}

BOOST_AUTO_TEST_CASE(a_list_of_findings_has_an_end) {
    std::string text = sample;
    for (int i = 0; i < 500; ++i) {
        text += "unknown" + std::to_string(i) + ": 1\n";
    }
    const auto read = load(text);
    BOOST_TEST(read.findings.size() == protocol::limits::config_findings_max + 1);
    BOOST_TEST(read.findings.back().text == "and 400 more");
    BOOST_TEST(!read.ok());
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_a_folder_are_errors) {
    expect(text_of(config::load_file("/nonexistent/dhow.yaml").findings),
           "/nonexistent/dhow.yaml: error: cannot read /nonexistent/dhow.yaml: No such file");
    expect(text_of(config::load_file("/").findings), "cannot read /: not a regular file");
}

BOOST_AUTO_TEST_CASE(an_empty_file_is_an_error) {
    expect(errors_of(""), "error: found nothing, expected a map of keys and values");
    expect(errors_of("- a\n"), ":1: error: found a list, expected a map of keys and values");
}

BOOST_DATA_TEST_CASE(the_samples_load_without_a_finding, data::make({"dhow.yaml", "hub.yaml"}),
                     name) {
    const auto folder = std::filesystem::path(DHOW_SOURCE_DIR) / "config";
    const auto read = config::load_file((folder / name).string());
    BOOST_TEST(text_of(read.findings) == "");
    BOOST_TEST(read.ok());
}

BOOST_AUTO_TEST_CASE(the_bureau_sample_includes_its_agencies_and_uses_every_key) {
    const auto folder = std::filesystem::path(DHOW_SOURCE_DIR) / "config";
    const auto read = config::load_file((folder / "dhow.yaml").string());
    BOOST_TEST(read.settings.agencies.contains("border-police"));
    BOOST_TEST(read.settings.agencies.contains("ncb-desk"));
    BOOST_TEST(read.settings.assignments.size() == 5u);
    BOOST_TEST(read.settings.bureaus.back().text() == "NO");
    for (const auto key : config::keys_of("")) {
        BOOST_TEST(read.where.find(std::string(key)).line > 0u, "the sample lacks " << key);
    }
}

BOOST_AUTO_TEST_SUITE_END()
