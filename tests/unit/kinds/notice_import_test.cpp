// Notices of the public interface become drafts; sentinels become absent; what is left out is said.
#include "protocol/kinds/notice_import.hpp"

#include "protocol/kinds/draft.hpp"
#include "protocol/kinds/validate.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace dhow::kinds;
namespace json = boost::json;

namespace {

// Synthetic. Field names as of the public interface.
constexpr std::string_view red_notice = R"({
    "arrest_warrants": [
        {"issuing_country_id": "MU", "charge": "Synthetic\r\ncharge", "charge_translation": null},
        {"issuing_country_id": "FRA", "charge": "-", "charge_translation": "Second", "court": "x"}
    ],
    "weight": 0, "forename": "-", "date_of_birth": "1980/05/17", "entity_id": "2026-12345",
    "languages_spoken_ids": ["ENG", "XYZ"], "nationalities": ["MU", "MDG"], "height": 1.75,
    "sex_id": "M", "country_of_birth_id": "ZZ", "name": "EXAMPLENAME",
    "distinguishing_marks": null, "eyes_colors_id": ["BRO"], "hairs_id": null,
    "place_of_birth": "Example\ttown", "rank": "novel",
    "_embedded": {"links": []},
    "_links": {"self": {"href": "https://notices.example/notices/v1/red/2026-12345"},
               "thumbnail": {"href": "https://notices.example/1"}}
})";

imported_notice imported(std::string_view text, const import_wish& wish = {}) {
    std::string why;
    auto out = import_notice(registry::in_force(), json::parse(text).as_object(), wish, why);
    BOOST_REQUIRE_MESSAGE(out.has_value(), why);
    return std::move(*out);
}

std::string refused(std::string_view text, const import_wish& wish = {}) {
    std::string why;
    BOOST_TEST(
        !import_notice(registry::in_force(), json::parse(text).as_object(), wish, why).has_value());
    return why;
}

json::value at(const imported_notice& from, std::string_view pointer) {
    const json::value all(from.document);
    const auto* found = at_pointer(all, pointer);
    return found == nullptr ? json::value("(absent)") : *found;
}

std::set<std::string> places(const std::vector<import_note>& notes) {
    std::set<std::string> out;
    for (const auto& each : notes) {
        out.insert(each.pointer);
        BOOST_TEST(!each.why.empty());
    }
    return out;
}

verdict checked(const json::value& document) {
    context facts;
    facts.now = dhow::protocol::parse_utc("2026-11-29T12:00:00.000Z");
    return validate(registry::in_force(), facts, json::serialize(document));
}

json::value with(json::value document,
                 const std::vector<std::pair<std::string, json::value>>& all) {
    for (const auto& [pointer, value] : all) {
        json::error_code error;
        auto* place = document.find_pointer(pointer, error);
        BOOST_REQUIRE_MESSAGE(place != nullptr, pointer);
        BOOST_TEST(place->is_null(), pointer);
        *place = value;
    }
    return document;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(notice_import_test)

BOOST_AUTO_TEST_CASE(what_is_known_is_mapped) {
    const auto made = imported(red_notice);
    BOOST_TEST(made.type == "red");
    BOOST_TEST(at(made, "/kind") == json::value("notice.publication"));
    BOOST_TEST(at(made, "/purpose") == json::value("arrest"));
    BOOST_TEST(at(made, "/entity_id") == json::value("2026/12345"));
    BOOST_TEST(at(made, "/body/public_extract") == json::value(true));
    const std::string person = "/body/person";
    BOOST_TEST(at(made, person + "/name") == json::value("EXAMPLENAME"));
    BOOST_TEST(at(made, person + "/date_of_birth") == json::value("1980/05/17"));
    BOOST_TEST(at(made, person + "/height") == json::value(1.75));
    BOOST_TEST(at(made, person + "/place_of_birth") == json::value("Example town"));
    BOOST_TEST(at(made, person + "/person_status") == json::value("wanted"));
    BOOST_TEST(at(made, person + "/"
                                 "nationalities/1/country") == json::value("MG"));
    BOOST_TEST(at(made, person + "/"
                                 "nationalities/1/confirmed") == json::value(false));
    BOOST_TEST(at(made, person + "/languages_spoken_ids") == (json::value{"ENG"}));
    BOOST_TEST(at(made, "/body/arrest_warrants/0/charge") == json::value("Synthetic\ncharge"));
    BOOST_TEST(at(made, "/body/arrest_warrants/1/issuing_country_id") == json::value("FR"));
}

BOOST_AUTO_TEST_CASE(sentinels_become_absent) {
    const auto made = imported(red_notice);
    for (const auto* name : {"forename", "weight", "distinguishing_marks", "hairs_id"}) {
        BOOST_TEST(at(made, std::string("/body/person/") + name) == json::value("(absent)"), name);
    }
    BOOST_TEST(at(made, "/body/arrest_warrants/0/charge_translation") == json::value("(absent)"));
    for (const auto* height : {"0", "null", "\"-\"", "\"0\"", "0.0"}) {
        const auto tall = imported(
            R"({"name": "EXAMPLENAME", "height": )" + std::string{height} + "}", {.type = "red"});
        BOOST_TEST(at(tall, "/body/person/height") == json::value("(absent)"), height);
        BOOST_TEST(tall.unmapped.empty(), height);
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_out_or_assumed_is_said) {
    const auto made = imported(red_notice);
    BOOST_TEST((places(made.unmapped) == std::set<std::string>{"/"
                                                               "languages_spoken_ids/1",
                                                               "/country_of_birth_id", "/rank",
                                                               "/"
                                                               "arrest_warrants/1/court",
                                                               "/_links/thumbnail"}));
    BOOST_TEST((places(made.assumed) == std::set<std::string>{"/nationalities"}));
}

BOOST_AUTO_TEST_CASE(what_must_be_there_holds_null_and_is_refused_until_it_is_written) {
    const auto made = imported(red_notice);
    BOOST_TEST(checked(made.document).refused);
    const std::string warrants = "/body/arrest_warrants/";
    std::vector<std::pair<std::string, json::value>> written{
        {"/language", "en"},
        {"/body/version", 1},
        {"/body/facts", {{"text", "Synthetic."}, {"date", "2025"}, {"place", "Exampletown"}}},
        {"/body/offence_codes", json::array{"PFF"}},
        {"/body/wanted_for", "prosecution"},
        {"/body/action_on_location", "provisional_arrest"},
        {"/body/extradition_sought_from", {{"scope", "all"}}},
        {"/body/assurance_extradition", true},
        {warrants + "1/charge", "Synthetic."}};
    for (const auto* number : {"0", "1"}) {
        written.emplace_back(warrants + number + "/law_provision", "Synthetic Act");
        written.emplace_back(warrants + number + "/warrant_ref", "W-1");
        written.emplace_back(warrants + number + "/warrant_date", "2026-01-02");
        written.emplace_back(warrants + number + "/issuing_authority", "Synthetic Court");
    }
    auto document = with(made.document, written);
    for (auto& each : document.at("body").at("arrest_warrants").as_array()) {
        each.as_object()["max_penalty_months"] = 60;
    }
    document.at("body").at("person").as_object()["forename"] = "Sample";
    for (const auto& each : checked(document).problems) {
        BOOST_TEST((each.severity == severity::warning), each.pointer << " " << each.rule);
    }
}

BOOST_AUTO_TEST_CASE(the_draft_is_what_validate_reads) {
    const auto made = imported(red_notice);
    const auto draft = draft_text(made);
    BOOST_TEST(draft.starts_with("// Draft of notice.publication from a public notice (red).\n"));
    BOOST_TEST(json::parse(without_comments(draft)) == json::value(made.document));
    BOOST_TEST(
        indented(json::parse(R"({"a": [], "b": [1, {}], "c": null})")) ==
        "{\n    \"a\": [],\n    \"b\": [\n        1,\n        {}\n    ],\n    \"c\": null\n}");
}

BOOST_AUTO_TEST_CASE(a_missing_person_is_yellow) {
    const auto made =
        imported(R"({"entity_id": "2026/2", "name": "EXAMPLENAME", "forename": "Sample",
        "date_of_birth": "2010/00/00", "date_of_event": "2026/10/02", "place": "Exampletown",
        "country": "KE", "father_name": "EXAMPLENAME", "father_forename": "Father",
        "mother_forename": "Mother", "sex_id": "F", "height": 140, "birth_name": "EARLIER"})");
    BOOST_TEST(made.type == "yellow");
    BOOST_TEST(at(made, "/body/person/date_of_birth") == json::value("2010"));
    BOOST_TEST(at(made, "/body/person/height") == json::value(1.4));
    BOOST_TEST(at(made, "/body/person/father_name") == json::value("Father EXAMPLENAME"));
    BOOST_TEST(at(made, "/body/person/mother_name") == json::value("Mother"));
    BOOST_TEST(at(made, "/body/last_known/date") == json::value("2026/10/02"));
    BOOST_TEST(at(made, "/body/last_known/country") == json::value("KE"));
    BOOST_TEST(at(made, "/body/category").is_null());
    BOOST_TEST(at(made, "/body/consent_publication").is_null());
    BOOST_TEST((places(made.assumed) == std::set<std::string>{"/height"}));
    BOOST_TEST((places(made.unmapped) == std::set<std::string>{"/birth_name"}));
}

BOOST_AUTO_TEST_CASE(a_special_notice_is_of_a_person_or_an_entity) {
    const auto person =
        imported(R"({"entity_id": "2026/3", "name": "MITHAL", "un_reference": "QDi.000",
        "name_in_original_script": "\u0645\u062b\u0627\u0644", "un_resolution": 1267,
        "un_reference_date": "2026/01/02", "summary": "Synthetic.", "sex_id": "U",
        "aliases": [{"name": "OTHER", "forename": "Sample",
                     "name_in_original_script": "\u0645\u062b\u0627\u0644 2"}, "Plain"],
        "associates": [{"name": "OTHERNAME", "forename": "Sample"}],
        "adresses": ["Example road 1"], "purposes": ["x"]})");
    BOOST_TEST(person.type == "un_special");
    BOOST_TEST(at(person, "/body/un_resolution") == json::value("1267"));
    BOOST_TEST(at(person, "/body/un_reference_date") == json::value("2026-01-02"));
    BOOST_TEST(at(person, "/body/associates/0") == json::value("Sample OTHERNAME"));
    BOOST_TEST(at(person, "/body/person/aliases").as_array().size() == 2U);
    BOOST_TEST(at(person, "/body/measures").is_null());
    BOOST_TEST((places(person.unmapped) == std::set<std::string>{"/purposes"}));
    const auto entity = imported(R"({"entity_id": "2026/4", "name": "Example Trading",
        "un_reference": "QEe.000", "aliases": ["Example"],
        "_links": {"self": {"href": "https://notices.example/notices/v1/un/entities/2026-4"}}})");
    BOOST_TEST(at(entity, "/body/entity/name") == json::value("Example Trading"));
    BOOST_TEST(at(entity, "/body/person") == json::value("(absent)"));
}

BOOST_AUTO_TEST_CASE(a_draft_may_be_a_request_or_a_diffusion) {
    const auto request = imported(red_notice, {.kind = "notice.request"});
    BOOST_TEST(at(request, "/kind") == json::value("notice.request"));
    BOOST_TEST(at(request, "/body/version") == json::value("(absent)"));
    BOOST_TEST(places(request.unmapped).contains("/entity_id"));  // It has no number yet.
    const auto diffusion = imported(red_notice, {.kind = "diffusion.circulation"});
    BOOST_TEST(at(diffusion, "/body/recipients").is_null());
    BOOST_TEST(at(diffusion, "/body/public_extract") != json::value(true));
}

BOOST_AUTO_TEST_CASE(what_is_no_single_notice_is_refused) {
    BOOST_TEST(
        refused(R"({"total": 1, "_embedded": {"notices": []}})").starts_with("it is a list"));
    BOOST_TEST(refused(R"({"name": "x"})").find("--type") != std::string::npos);
    BOOST_TEST(refused("{}", {.type = "red"}).find("no notice") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(values_of_other_types_are_left_out_and_said) {
    const auto made = imported(R"({"name": ["x"], "entity_id": "2026/1", "sex_id": {"a": 1},
        "nationalities": "MU", "eyes_colors_id": 7, "height": true, "weight": "heavy",
        "date_of_birth": "May 1980", "distinguishing_marks": [1], "aliases": 3,
        "arrest_warrants": "none", "place_of_birth": "a\u202eb\u0000c"})");
    BOOST_TEST(at(made, "/body/person/place_of_birth") == json::value("abc"));
    BOOST_TEST(at(made, "/body/person/name").is_null());
    BOOST_TEST((places(made.unmapped) ==
                std::set<std::string>{"/name", "/sex_id", "/nationalities", "/eyes_colors_id",
                                      "/height", "/weight", "/date_of_birth",
                                      "/distinguishing_marks", "/aliases", "/arrest_warrants"}));
}

BOOST_AUTO_TEST_SUITE_END()
