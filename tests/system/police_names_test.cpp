// Persons as they are written, and messages without any: points 11, 12, 19 and 20 of what people
// of the field notice at once.
// Way of the message: an agency's submission, and the addressee's inbox.
// Not pure: processes.
// Spec: docs/kinds.md#names. Tests: this is one.
// Limits: none.
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <regex>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

constexpr const char* arabic_name = "مثال الاسم";
constexpr const char* amharic_name = "ምሳሌ ስም";
constexpr const char* chinese_name = "範例";

json::object person_in(const json::object& document) {
    return document.at("body").at("person").as_object();
}

json::object with_person(const json::object& document, json::object person) {
    return with(document, "/body/person", std::move(person));
}

json::object nationality(const char* country) {
    json::object out{{"country", country}, {"confirmed", false}};
    return out;
}

/// Sent by the General Secretariat, as MU's desk opens it.
json::object through(const json::object& document) {
    auto opened = receive(police::mu(), send(police::ipsg(), document, {"MU"}));
    BOOST_TEST(opened.at("validation").at("ok").as_bool(), json::serialize(opened));
    return opened;
}

void expect_person_refused(const json::object& document, std::string_view pointer,
                           json::value value, const findings& wanted) {
    expect_refused(offer(police::ipsg(), with(document, pointer, std::move(value)), {"MU"}),
                   wanted);
}

/// All strings that are members of this name, however deep.
void names_in(const json::value& value, std::string_view member, std::vector<std::string>& out) {
    if (const auto* object = value.if_object()) {
        for (const auto& each : *object) {
            if (each.key() == member && each.value().is_string()) {
                out.emplace_back(each.value().get_string());
            }
            names_in(each.value(), member, out);
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) {
            names_in(each, member, out);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(police_names_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(point_11_a_year_and_a_family_name_are_enough_and_nothing_is_made_up) {
    auto document = notice("yellow", "2026/1101");
    auto person = person_in(document);
    for (const auto* forename : {"absent", "null", "-"}) {
        person["forename"] = "-";
        if (forename == std::string_view{"null"}) {
            person["forename"] = nullptr;
        } else if (forename == std::string_view{"absent"}) {
            person.erase("forename");
        }
        for (const auto* birth : {"1980", "1980/05", "1980/05/17"}) {
            person["date_of_birth"] = birth;
            person["height"] = nullptr;
            person.erase("weight");
            person["nationalities"] =
                json::array{nationality("MU"), nationality("ZW"), nationality("FJ")};
            static int number = 0;
            document["entity_id"] = "2026/1110" + std::to_string(number++);
            document = with_person(document, person);
            const auto opened = through(document);
            BOOST_TEST(text_of(opened) == document);
        }
    }
    const auto page = said_by(
        police::mu(),
        {"show", std::string(through(with(notice("yellow", "2026/1102"), "/body/person", person))
                                 .at("id")
                                 .as_string())});
    BOOST_TEST(!has(page, "0 m"), page);
    BOOST_TEST(!has(page, "Height"), page);
}

BOOST_AUTO_TEST_CASE(point_11_a_height_of_nothing_and_mixed_country_codes_are_refused) {
    const auto document = notice("yellow", "2026/1103");
    expect_person_refused(document, "/body/person/height", 0, {"R-PER-09 /body/person/height"});
    expect_person_refused(document, "/body/person/height", 170, {"R-PER-09 /body/person/height"});
    expect_person_refused(document, "/body/person/weight", 0, {"R-PER-10 /body/person/weight"});
    expect_person_refused(document, "/body/person/date_of_birth", "0000/00/00",
                          {"R-PER-06 /body/person/date_of_birth"});
    expect_person_refused(document, "/body/person/nationalities", json::array{nationality("MUS")},
                          {"R-PER-08 /body/person/nationalities/0/country"});
    expect_person_refused(document, "/body/person/country_of_birth_id", "MUS",
                          {"R-PER-21 /body/person/country_of_birth_id"});
    // Travel documents are the other way round: their issuers have three letters.
    json::object passport{{"number", "ZZ0000000"}, {"type", "passport"}, {"issuer", "MU"}};
    expect_person_refused(document, "/body/person/identity_documents", json::array{passport},
                          {"R-PER-12 /body/person/identity_documents/0/issuer"});
    passport["issuer"] = "MUS";
    through(with(document, "/body/person/identity_documents", json::array{passport}));
}

BOOST_AUTO_TEST_CASE(point_12_names_keep_their_script_and_their_order_of_letters) {
    int number = 1201;
    for (const auto* original : {arabic_name, amharic_name, chinese_name, "Иванов-Пример"}) {
        auto document = notice("yellow", "2026/" + std::to_string(number++));
        document = with(document, "/body/person/name_in_original_script", original);
        document = with(document, "/body/person/name", "EXAMPLENÄME");
        const auto opened = through(document);
        BOOST_TEST(text_of(opened) == document);
        const auto raw = ask(police::mu().socket(), "GET",
                             "/v1/inbox/" + std::string(opened.at("id").as_string()) + "/text");
        BOOST_TEST(raw.body == json::serialize(document));  // Byte by byte as it was sent.
        for (const auto& words :
             {std::vector<std::string>{"show", std::string(opened.at("id").as_string())},
              {"show", std::string(opened.at("id").as_string()), "--html"}}) {
            const auto page = said_by(police::mu(), words);
            BOOST_TEST(has(page, original), page);
            BOOST_TEST(has(page, "EXAMPLENÄME"), page);
        }
    }
    // Right to left within isolates of ours, so that it turns nothing else around.
    const auto opened = through(
        with(notice("yellow", "2026/1210"), "/body/person/name_in_original_script", arabic_name));
    const auto page = said_by(police::mu(), {"show", std::string(opened.at("id").as_string())});
    BOOST_TEST(has(page, std::string{"\u2067"} + arabic_name + "\u2069"), page);
}

BOOST_AUTO_TEST_CASE(point_12_what_would_turn_or_hide_letters_is_refused) {
    const auto document = notice("yellow", "2026/1220");
    expect_person_refused(document, "/body/person/name", "EXAMPLE\u202eEMAN",
                          {"R-NAM-01 /body/person/name"});
    expect_person_refused(document, "/body/person/name", "EXAMPLE\u0007",
                          {"R-NAM-01 /body/person/name"});
    // One name, two spellings of its bytes: one of them is right.
    expect_person_refused(document, "/body/person/name", "EXAMPLENA\u0308ME",
                          {"R-NAM-02 /body/person/name"});
}

BOOST_AUTO_TEST_CASE(point_19_a_purple_or_orange_message_needs_no_person) {
    int number = 1901;
    for (const auto* type : {"purple", "orange"}) {
        const auto document = notice(type, "2026/" + std::to_string(number++));
        BOOST_TEST(!document.at("body").as_object().contains("person"));
        BOOST_TEST(text_of(through(document)) == document);
        const auto id = send(police::zw(), diffusion(type, {"MU"}), {"MU", "IPSG"});
        BOOST_TEST(receive(police::mu(), id).at("validation").at("ok").as_bool());
    }
    // Nor does a black one, whose person nobody knows.
    auto black = example("notice.publication");
    black["entity_id"] = "2026/1903";
    black["purpose"] = "unidentified_body";
    json::object found{{"date", "2026/10"}, {"place", "Examplebay"}, {"country", "MU"}};
    black["body"] =
        json::object{{"notice_type", "black"}, {"version", 1}, {"found", std::move(found)}};
    through(black);
}

BOOST_AUTO_TEST_CASE(point_20_the_documents_of_the_demo_are_synthetic_and_keep_the_rules) {
    const auto folder = police::folder() / "demo-letters";
    const auto made =
        run({"python3", "-B", std::string{DHOW_SOURCE_DIR} + "/scripts/lib/demo_documents.py",
             "--all", folder.string()});
    BOOST_REQUIRE_MESSAGE(made.code == 0, made.out);
    std::size_t documents = 0;
    const std::set<fs::path> in_order{fs::directory_iterator(folder), {}};
    for (const auto& path : in_order) {
        const auto text = read_file(path);
        BOOST_TEST(has(text, "SYNTHETIC"), path.string());
        const auto document = json::parse(text).as_object();
        const std::string kind(document.at("kind").as_string());
        std::vector<std::string> names;
        for (const auto* member : {"name", "forename", "name_in_original_script"}) {
            names_in(document, member, names);
        }
        for (const auto& name : names) {
            BOOST_TEST((has(name, "EXAMPLE") || has(name, "Example") || has(name, "مثال")), name);
        }
        // They pass through the daemons as the demo sends them.
        const bool by_secretariat = kind == "notice.publication" || kind == "notice.cancellation";
        const auto& from = by_secretariat        ? police::ipsg()
                           : kind == "hit.reply" ? police::mu()
                                                 : police::zw();
        const auto& to = kind == "hit.reply" ? police::zw() : police::mu();
        recipients whom{to.bureau()};
        if (kind == "hit.notification" || kind == "hit.outcome") {
            whom.emplace_back("IPSG");
        }
        const auto id = send(from, document, whom);
        const auto opened = receive(to, id);
        BOOST_TEST(opened.at("validation").at("ok").as_bool(), json::serialize(opened));
        BOOST_TEST(has(said_by(to, {"show", id}), "SYNTHETIC"));
        ++documents;
    }
    BOOST_TEST(documents == 6U);
    // The letters in plain words say so first.
    const auto steps = read_file(std::string{DHOW_SOURCE_DIR} + "/scripts/lib/demo_steps.sh");
    static const std::regex letter_text(R"(cat >"\$dir/letters/[a-z]+\.txt" <<'END'\n(\w+))");
    std::size_t letters = 0;
    for (std::sregex_iterator at(steps.begin(), steps.end(), letter_text), end; at != end; ++at) {
        BOOST_TEST((*at)[1].str() == "SYNTHETIC");
        ++letters;
    }
    BOOST_TEST(letters == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
