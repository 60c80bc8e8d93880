// Which agencies get an inbound message, and what patterns of kinds and bureaus mean.
// Way of the message: tests of daemon/route/assignment.
// Pure.
// Spec: docs/configuration.md#assignments.
// Limits: none.
#include "daemon/route/assignment.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using protocol::bureau_id;
using protocol::message_class;
using route::agencies_for;
using route::bureau_matches;
using route::kind_matches;

namespace {
bureau_id a_bureau(std::string_view text) { return bureau_id::parse(text).value(); }

config::gateway rules() {
    config::gateway out;
    out.duty_desk = "duty";
    out.groups = {{"lakes", {a_bureau("KE"), a_bureau("TZ")}}};
    out.assignments = {{{"hit.*"}, {}, {}, {"border"}},
                       {{}, {"group:lakes"}, {message_class::urgent}, {"police", "border"}},
                       {{"notice.publication"}, {"MU"}, {}, {"judiciary"}}};
    return out;
}
route::arrival arrived(std::string_view origin, message_class cls, std::string_view kind) {
    return {.origin = a_bureau(origin), .cls = cls, .kind = kind, .agency = "police"};
}

/// One rule for the agency `named`, and everything else to `duty`.
config::gateway one_rule(config::assignment_rule rule) {
    config::gateway out;
    out.duty_desk = "duty";
    rule.agencies = {"named"};
    out.assignments = {std::move(rule)};
    return out;
}
bool is_named(const config::assignment_rule& rule, const route::arrival& what) {
    return agencies_for(one_rule(rule), what) == std::vector<std::string>{"named"};
}

using names = std::vector<std::string>;
}  // namespace

BOOST_AUTO_TEST_SUITE(assignment_test)

BOOST_AUTO_TEST_CASE(a_star_after_a_dot_means_everything_below_and_not_the_word_itself) {
    BOOST_TEST(kind_matches("hit.*", "hit.request"));
    BOOST_TEST(kind_matches("hit.*", "hit.request.second"));
    BOOST_TEST(!kind_matches("hit.*", "hit"));
    BOOST_TEST(!kind_matches("hit.*", "hit."));
    BOOST_TEST(!kind_matches("hit.*", "hitman.request"));
}

BOOST_AUTO_TEST_CASE(a_lone_star_means_every_kind_and_a_plain_pattern_only_itself) {
    BOOST_TEST(kind_matches("*", "anything.at.all"));
    BOOST_TEST(kind_matches("notice.publication", "notice.publication"));
    BOOST_TEST(!kind_matches("notice.publication", "notice.publication.annex"));
}

BOOST_AUTO_TEST_CASE(a_bureau_is_meant_by_its_id_its_group_or_a_star) {
    const auto config = rules();
    BOOST_TEST(bureau_matches(config, "KE", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "*", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "group:lakes", a_bureau("KE")));
    BOOST_TEST(!bureau_matches(config, "group:lakes", a_bureau("MU")));
    BOOST_TEST(!bureau_matches(config, "group:none", a_bureau("KE")));
    BOOST_TEST(bureau_matches(config, "group:everyone", a_bureau("MU")));
}

BOOST_AUTO_TEST_CASE(all_rules_that_match_count_and_nobody_is_named_twice) {
    BOOST_TEST(agencies_for(rules(), arrived("KE", message_class::urgent, "hit.request")) ==
               (names{"border", "police"}));
    BOOST_TEST(agencies_for(rules(), arrived("KE", message_class::routine, "hit.request")) ==
               names{"border"});
    BOOST_TEST(agencies_for(rules(), arrived("MU", message_class::bulk, "notice.publication")) ==
               names{"judiciary"});
}

BOOST_AUTO_TEST_CASE(what_matches_no_rule_goes_to_the_duty_desk) {
    BOOST_TEST(agencies_for(rules(), arrived("MU", message_class::urgent, "diffusion.wanted")) ==
               names{"duty"});
}

BOOST_AUTO_TEST_CASE(a_rule_may_name_the_agency_that_wrote_letter_by_letter) {
    config::assignment_rule rule;
    rule.from_agencies = {"customs", "police"};
    auto what = arrived("MU", message_class::routine, "hit.request");
    BOOST_TEST(is_named(rule, what));
    for (const auto* other : {"Police", "police ", "polic", "interior"}) {
        what.agency = other;
        BOOST_TEST(!is_named(rule, what), other);
    }
}

BOOST_AUTO_TEST_CASE(the_same_name_of_an_agency_at_another_bureau_is_another_agency) {
    config::assignment_rule rule;
    rule.from = {"MU"};
    rule.from_agencies = {"police"};
    BOOST_TEST(is_named(rule, arrived("MU", message_class::routine, "hit.request")));
    BOOST_TEST(!is_named(rule, arrived("KE", message_class::routine, "hit.request")));
}

BOOST_AUTO_TEST_CASE(a_rule_may_ask_for_attachments_or_for_their_absence) {
    auto without = arrived("MU", message_class::routine, "hit.request");
    auto with = without;
    with.has_attachments = true;
    with.has_references = true;  // Must not be taken for the other condition.
    config::assignment_rule rule;
    BOOST_TEST((is_named(rule, with) && is_named(rule, without)));
    rule.has_attachments = true;
    BOOST_TEST((is_named(rule, with) && !is_named(rule, without)));
    rule.has_attachments = false;
    BOOST_TEST((!is_named(rule, with) && is_named(rule, without)));
    with.has_references = false;
    BOOST_TEST(!is_named(rule, with));
}

BOOST_AUTO_TEST_CASE(a_rule_may_ask_whether_a_message_supersedes_or_cancels_others) {
    auto first = arrived("MU", message_class::routine, "notice.publication");
    first.has_attachments = true;
    auto later = first;
    later.has_references = true;
    config::assignment_rule rule;
    rule.has_references = true;
    BOOST_TEST((is_named(rule, later) && !is_named(rule, first)));
    rule.has_references = false;
    BOOST_TEST((!is_named(rule, later) && is_named(rule, first)));
}

BOOST_AUTO_TEST_CASE(all_that_a_rule_names_must_fit) {
    config::assignment_rule rule;
    rule.kinds = {"hit.*"};
    rule.from = {"MU"};
    rule.classes = {message_class::urgent};
    rule.from_agencies = {"police"};
    rule.has_attachments = true;
    rule.has_references = false;
    auto right = arrived("MU", message_class::urgent, "hit.reply");
    right.has_attachments = true;
    BOOST_TEST(is_named(rule, right));
    const auto refused = [&](auto change) {
        auto what = right;
        change(what);
        return !is_named(rule, what);
    };
    BOOST_TEST(refused([](auto& one) { one.kind = "notice.publication"; }));
    BOOST_TEST(refused([](auto& one) { one.origin = a_bureau("KE"); }));
    BOOST_TEST(refused([](auto& one) { one.cls = message_class::bulk; }));
    BOOST_TEST(refused([](auto& one) { one.agency = "customs"; }));
    BOOST_TEST(refused([](auto& one) { one.has_attachments = false; }));
    BOOST_TEST(refused([](auto& one) { one.has_references = true; }));
}

BOOST_AUTO_TEST_CASE(who_may_not_have_it_is_left_out_and_the_duty_desk_stands_in) {
    using protocol::confidentiality;
    auto config = rules();
    for (const auto* name : {"border", "police", "duty"}) {
        config.agencies[name].level_max = confidentiality::confidential;
    }
    auto hit = arrived("KE", message_class::urgent, "hit.request");
    hit.level = confidentiality::confidential;
    BOOST_TEST(agencies_for(config, hit) == (names{"border", "police"}));
    config.agencies["border"].level_max = confidentiality::restricted;
    BOOST_TEST(agencies_for(config, hit) == names{"police"});
    config.agencies["police"].level_max = confidentiality::restricted;
    BOOST_TEST(agencies_for(config, hit) == names{"duty"});
    config.agencies["duty"].level_max = confidentiality::restricted;
    BOOST_TEST(agencies_for(config, hit).empty());
    hit.level = confidentiality::restricted;
    BOOST_TEST(agencies_for(config, hit) == (names{"border", "police"}));
    BOOST_TEST(!route::may_have(config, "gone", confidentiality::restricted));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
