// What a federation may change of the kinds, and what it is told when that is wrong.
// Way of the message: tests of protocol/kinds/changes.
// Pure.
// Spec: docs/kinds.md#changes, RFC 7396.
// Limits: none.
#include "protocol/kinds/changes.hpp"

#include "protocol/kinds/retention.hpp"
#include "protocol/kinds/validate.hpp"
#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace dhow;
using namespace dhow::kinds;
using changes = std::vector<data_change>;

changed_data one(std::string name, std::string text) {
    return changed(changes{{std::move(name), std::move(text)}});
}

/// Nothing is made, and what is said begins with the file and holds `words`.
void refused(const std::string& name, const std::string& text, std::string_view words) {
    const auto out = one(name, text);
    BOOST_TEST_CONTEXT(name << " " << text) {
        BOOST_TEST(out.made == nullptr);
        BOOST_REQUIRE(out.troubles.size() == 1);
        BOOST_TEST(out.troubles.front().find(words) != std::string::npos, out.troubles.front());
    }
}

std::unique_ptr<const registry> made(changed_data out) {
    BOOST_TEST(out.troubles.empty(), (out.troubles.empty() ? "" : out.troubles.front()));
    BOOST_REQUIRE(out.made != nullptr);
    return std::move(out.made);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(changes_test)

BOOST_AUTO_TEST_CASE(without_changes_all_is_as_inside) {
    const auto data = made(changed({}));
    const auto& inside = registry::in_force();
    BOOST_TEST(data->rows().size() == inside.rows().size());
    BOOST_TEST(data->lists().size() == inside.lists().size());
    for (const auto& [name, number] : inside.numbers()) {
        BOOST_TEST(data->number(name) == number.value, name);
    }
}

BOOST_AUTO_TEST_CASE(numbers_of_the_policy) {
    const auto data = made(one("policy.json", R"({
        // Our law keeps them for seven years.
        "numbers": {"retention_years_nominal": {"value": 7, "status": "verified"}},
    })"));
    BOOST_TEST(data->number("retention_years_nominal") == 7);
    BOOST_TEST(data->number("hit_requests_max") == 3);
    BOOST_TEST((data->numbers().at("retention_years_nominal").standing == standing::verified));
    BOOST_TEST(!data->numbers().at("retention_years_nominal").why.empty());
}

BOOST_AUTO_TEST_CASE(a_number_outside_its_range_and_other_members) {
    refused("policy.json", R"({"numbers": {"retention_years_nominal": {"value": 51}}})",
            "policy.json: retention_years_nominal is 51, expected 1 to 50");
    refused("policy.json", R"({"numbers": {"retention_years_nominal": {"value": 0}}})", "is 0");
    refused("policy.json", R"({"numbers": {"retention_years_nominal": {"value": 5.5}}})",
            "whole number");
    refused("policy.json", R"({"numbers": {"retention_years_nominal": null}})", "an object");
    refused("policy.json", R"({"numbers": {"retention_years_nominal": {"most": 900}}})",
            "`most` cannot be changed");
    refused("policy.json", R"({"numbers": {"retention_years": {"value": 1}}})",
            "there is no number `retention_years`");
    refused("policy.json", R"({"numbers": null})", "an object");
    refused("policy.json", R"({"rules_for_all": []})", "`rules_for_all` cannot be changed");
    refused("policy.json", R"({"numbers": {"hit_requests_max": {"status": "sure"}}})",
            "no such standing: sure");
}

BOOST_AUTO_TEST_CASE(all_requests_about_a_hit_are_looked_at_whatever_a_federation_says) {
    const auto& numbers = registry::in_force().numbers();
    const auto most =
        numbers.at("hit_requests_max").most * numbers.at("hit_request_recipients_max").most;
    BOOST_TEST(static_cast<std::size_t>(most) <= protocol::limits::clocks_of_a_hit_max);
}

BOOST_AUTO_TEST_CASE(rights_class_and_expiry_of_a_kind) {
    const auto data = made(one("kinds/message.text.json", R"({"dhow": {
        "class": "urgent", "expires": {"hours": 48}, "recipients": ["bureau"]}})"));
    const auto* row = data->find("message.text");
    BOOST_TEST((row->cls == protocol::message_class::urgent));
    BOOST_TEST((row->expires.after == std::chrono::hours{48}));
    BOOST_TEST(row->recipients.size() == 1U);
    BOOST_TEST(row->rules.size() == registry::in_force().find("message.text")->rules.size());
    const std::string text = R"({"kind": "message.text", "schema_version": 1, "language": "en",
        "purpose": "administrative", "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY",
        "body": {"role": "request", "text": "Synthetic."}})";
    const context facts{.sender = "MU", .recipients = {"IPSG"}};
    BOOST_TEST(!validate(registry::in_force(), facts, text).refused);
    BOOST_TEST(validate(*data, facts, text).refused);
}

BOOST_AUTO_TEST_CASE(null_takes_away_as_a_merge_patch_says) {
    const auto data = made(one("kinds/arrest.request.json",
                               R"({"dhow": {"expires": {"until": null, "hours": 9600}}})"));
    BOOST_TEST((data->find("arrest.request")->expires.after == std::chrono::days{400}));
    refused("kinds/arrest.request.json", R"({"dhow": {"expires": {"hours": 24}}})",
            "`expires` has to say one thing");
}

BOOST_AUTO_TEST_CASE(what_of_a_kind_cannot_be_changed) {
    for (const auto* kind : {"notice.cancellation", "notice.suspension", "diffusion.restriction"}) {
        refused("kinds/" + std::string{kind} + ".json",
                R"({"dhow": {"expires": {"never": null, "hours": 9600}}})", "it never expires");
    }
    const auto file = "kinds/notice.publication.json";
    refused(file, R"({"dhow": {"rules": []}})", "`rules` cannot be changed in `dhow`");
    refused(file, R"({"dhow": {"case": "none"}})", "`case` cannot be changed");
    refused(file, R"({"properties": {}})", "`properties` cannot be changed");
    refused(file, R"({"dhow": {"retention": "none"}})", "how long it is kept");
    refused(file, R"({"dhow": {"senders": ["anybody"]}})", "no such party: anybody");
    refused(file, R"({"dhow": {"senders": "bureau"}})", "kinds/notice.publication.json: ");
    refused(file, R"({"dhow": {"class": "soon"}})", "no such class: soon");
    refused(file, R"({"dhow": {"expires": {"hours": 9601}}})", "expected 1 to 9600");
    refused(file, R"({"dhow": {"expires": {"hours": 0}}})", "expected 1 to 9600");
    refused(file, R"({"dhow": 5})", "`dhow` has to be an object");
    refused("kinds/common.schema.json", R"({"dhow": {}})", "what a message has to hold");
    refused("kinds/hit.request.json", R"({"dhow": {"answer": {"within": {"U": 99999999}}}})",
            "expected 1 to 34560000");
    refused("kinds/hit.request.json", R"({"dhow": {"answer": {"kind": "hit.none"}}})",
            "waits for hit.none");
}

BOOST_AUTO_TEST_CASE(codes_come_and_go) {
    const auto data = made(one("codes/sex.json", R"({"version": "2026", "source": "our register",
        "codes": {"X": "not said", "U": null}})"));
    BOOST_TEST(data->list("sex").allowed() == "F, M, X");
    BOOST_TEST(data->list("sex").source == "our register");
    refused("codes/sex.json", R"({"codes": {"X": 1}})", "code `X` has to be a text, or null");
    refused("codes/sex.json", "{\"codes\": {\"X\\u202e\": \"\"}}", "cannot be a code");
    refused("codes/sex.json", R"({"codes": {"": ""}})", "cannot be a code");
    refused("codes/sex.json", R"({"codes": []})", "an object of codes");
    refused("codes/sex.json", R"({"codes": {"F": null, "M": null, "U": null}})", "codes/sex.json");
    refused("codes/sex.json", R"({"list": "gender"})", "`list` cannot be changed");
}

BOOST_AUTO_TEST_CASE(wrong_files) {
    refused("codes/none.json", "{}", "there is no such file among the data");
    refused("labels.json", "{}", "this file cannot be changed");
    refused("policy.json", "{", "policy.json: ");
    refused("policy.json", "[]", "policy.json: ");
    refused("policy.json", R"({"note": "a", "note": "b"})", "policy.json: ");
    refused("policy.json", std::string(100'000, '['), "policy.json: ");
    const auto both = changed(changes{{"policy.json", "{"}, {"codes/none.json", "{}"}});
    BOOST_TEST(both.troubles.size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_in_force_is_asked_everywhere) {
    const auto& inside = registry::in_force();
    registry::put_in_force(
        made(one("policy.json", R"({"numbers": {"retention_years_nominal": {"value": 9}}})")));
    BOOST_TEST(registry::in_force().number("retention_years_nominal") == 9);
    BOOST_TEST(inside.number("retention_years_nominal") == 5);
    registry::put_in_force(nullptr);
    BOOST_TEST(&registry::in_force() == &inside);
}

BOOST_AUTO_TEST_SUITE_END()
