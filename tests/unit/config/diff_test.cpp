// The reload plan: what takes effect at once, what waits for a restart, what is refused.
#include "config/diff.hpp"

#include "tests/unit/config/sample.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

namespace data = boost::unit_test::data;
using namespace dhow::config;
using namespace dhow::tests;

std::vector<change> plan(const std::string& after) {
    const auto read = load(after);
    BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
    return diff(load(sample).settings, read.settings);
}

struct edit {
    const char* from;
    const char* to;
    effect when;
    const char* what;
    const char* text;
};
std::ostream& operator<<(std::ostream& out, const edit& one) { return out << one.what; }

const edit edits[] = {
    {"id: ZW", "id: MU", effect::refused, "bureau.id", "changed from `ZW` to `MU`"},
    {"duty_desk:", "storage: {directory: /srv}\nduty_desk:", effect::refused, "storage.directory",
     "changed from `/var/lib/dhow` to `/srv`"},
    {"NCB Harare", "NCB", effect::at_once, "bureau.name", "changed from `NCB Harare` to `NCB`"},
    {"duty_desk:", "storage: {max: 1GiB}\nduty_desk:", effect::at_once, "storage", "changed"},
    {"file:sign.key", "file:sign2.key", effect::restart, "keys", "changed"},
    {"[a.crt, b.crt]", "[a.crt, b.crt, c.crt]", effect::at_once, "trust", "changed"},
    {"duty_desk:", "listen: [\"h:1\"]\nduty_desk:", effect::restart, "listen", "changed"},
    {"peer: IPSG,", "peer: IPSG, metered: true,", effect::at_once, "links.ipsg", "changed"},
    {"peer: IPSG,", "peer: IPSG, congestion: bbr,", effect::at_once, "links.ipsg", "changed"},
    {"routes:", "  zm: {peer: ZM}\nroutes:", effect::at_once, "links.zm", "added"},
    {"duty_desk:", "bureaus: [MU]\nduty_desk:", effect::at_once, "bureaus", "changed"},
    {"duty_desk:", "groups: {a: [MU]}\nduty_desk:", effect::at_once, "groups.a", "added"},
    {"duty_desk:", "sub_bureaus: [{id: RE, parent: FR}]\nduty_desk:", effect::at_once,
     "sub_bureaus", "changed"},
    {"to: \"*\", via", "to: MU, via", effect::at_once, "routes", "changed"},
    {"users: [desk]", "users: [desk2]", effect::at_once, "agencies.desk", "changed"},
    {"users: [desk]", "users: [desk], confidentiality: restricted", effect::at_once,
     "agencies.desk", "changed"},
    {"peer: IPSG", "peer: IPSG, confidentiality: restricted", effect::at_once, "links.ipsg",
     "changed"},
    {"duty_desk:", "assignments: [{agencies: [desk]}]\nduty_desk:", effect::at_once, "assignments",
     "changed"},
    {"duty_desk: desk", "duty_desk: two", effect::at_once, "duty_desk",
     "changed from `desk` to `two`"},
    {"duty_desk:", "classes: {flash: {expires_after: 1d}}\nduty_desk:", effect::at_once,
     "classes.flash", "changed"},
    {"duty_desk:", "api: {unix_socket: /run/x}\nduty_desk:", effect::restart, "api", "changed"},
    {"duty_desk:", "operators: [ops]\nduty_desk:", effect::at_once, "operators", "changed"},
    {"duty_desk:", "log: {level: debug}\nduty_desk:", effect::at_once, "log.level",
     "changed from `info` to `debug`"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(diff_test)

BOOST_AUTO_TEST_CASE(the_same_configuration_has_no_change) { BOOST_TEST(plan(sample).empty()); }

BOOST_AUTO_TEST_CASE(comments_and_moved_lines_are_no_change) {
    BOOST_TEST(plan("# moved\n\n" + sample).empty());
}

BOOST_DATA_TEST_CASE(names_each_change_and_when_it_takes_effect, data::make(edits), one) {
    const auto changes = plan(changed(one.from, one.to));
    BOOST_REQUIRE(changes.size() == 1u);
    BOOST_TEST(changes[0].what == one.what);
    BOOST_TEST(changes[0].text == one.text);
    BOOST_TEST(to_text(changes[0].when) == to_text(one.when));
    BOOST_TEST(is_refused(changes) == (one.when == effect::refused));
}

BOOST_AUTO_TEST_CASE(each_condition_of_a_rule_of_assignment_counts) {
    const auto with = [](const std::string& condition) {
        const auto read = load(sample + "assignments: [{" + condition + "agencies: [desk]}]\n");
        BOOST_REQUIRE_MESSAGE(read.ok(), text_of(read.findings));
        return read.settings;
    };
    const auto before = with("");
    BOOST_TEST(diff(before, with("")).empty());
    for (const auto* condition :
         {"kinds: [hit.*], ", "from: [MU], ", "from_agencies: [police], ", "classes: [flash], ",
          "has_attachments: false, ", "has_references: false, "}) {
        const auto changes = diff(before, with(condition));
        BOOST_REQUIRE_MESSAGE(changes.size() == 1u, condition);
        BOOST_TEST(changes[0].what == "assignments");
    }
}

BOOST_AUTO_TEST_CASE(what_is_gone_is_removed) {
    const auto with = load(changed("routes:", "  zm: {peer: ZM}\nroutes:")).settings;
    const auto changes = diff(with, load(sample).settings);
    BOOST_REQUIRE(changes.size() == 1u);
    BOOST_TEST(changes[0].what == "links.zm");
    BOOST_TEST(changes[0].text == "removed");
}

BOOST_AUTO_TEST_SUITE_END()
