// Hits: points 1, 8, 14 and 15 of what people of the field notice at once.
// Way of the message: finder -> owner -> finder, with copies to the General Secretariat.
// Not pure: processes.
// Spec: docs/kinds.md, docs/decisions/0018-answer-clocks.md. Tests: this is one.
// Limits: times are those of the daemons, within a minute.
#include "protocol/ids.hpp"
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

namespace dhow::tests {

namespace fs = std::filesystem;
using protocol::utc_time;

namespace {

/// Words that call a notice what it is not, in the languages of the catalogues.
const std::vector<std::string> wrong_words{"international arrest warrant",
                                           "International arrest warrant",
                                           "mandat d'arrêt international",
                                           "orden internacional de",
                                           "مذكرة توقيف دولية",
                                           "مذكرة اعتقال دولية"};

void expect_right_words(const std::string& text, const std::string& where) {
    for (const auto& one : wrong_words) {
        BOOST_TEST(!has(text, one), where << " says " << one);
    }
}

/// Refused by what the gateway knows of other messages; nothing was taken.
void expect_refused_by(const reply& answer, const std::string& what) {
    BOOST_TEST(answer.status == 422U, answer.body);
    BOOST_TEST(has(answer.body, what), answer.body);
    BOOST_TEST(!answer.as_json().as_object().contains("id"));
}

/// Whether the opened message is flagged by a rule that refuses.
bool is_flagged(const json::object& opened, const std::string& rule) {
    const auto& said = opened.at("validation").as_object();
    const auto& problems = said.at("problems").as_array();
    return !said.at("ok").as_bool() && std::ranges::any_of(problems, [&](const auto& one) {
        return one.at("rule").as_string() == rule && one.at("severity").as_string() == "refusal";
    });
}

json::object found_at_zw() {
    return with(example("hit.notification"), "/body/found/country", "ZW");
}

/// ZW finds somebody, and asks MU.
struct hit {
    std::string notification = send(police::zw(), found_at_zw(), {"MU", "IPSG"});
    std::string request = {};
    void ask(const std::string& priority, int number = 1, const std::string& to = "MU") {
        request = send(police::zw(),
                       with(numbered(number), "/body/priority", json::string(priority)), {to});
    }
    [[nodiscard]] json::object numbered(int number) const {
        return with(example_about("hit.request", notification), "/body/request_no", number);
    }
    /// A first request about a person of that notice.
    [[nodiscard]] json::object about_notice(const std::string& entity_id) const {
        auto out = without(numbered(1), "/body/document");
        out = with(std::move(out), "/body/request_type", "wanted_person");
        out = with(std::move(out), "/body/person",
                   json::object{{"name", "EXAMPLENAME"},
                                {"forename", "Sample"},
                                {"sex_id", "F"},
                                {"date_of_birth", "1980/05/17"},
                                {"person_status", "wanted"}});
        return with(std::move(out), "/body/record_id", json::string(entity_id));
    }
    [[nodiscard]] json::object reply(const std::string& priority = "U") const {
        return with(example_about("hit.reply", request), "/body/priority", json::string(priority));
    }
};

/// The clock of a message; null when none runs.
json::value clock_of(const gateway& at, const std::string& id) {
    const auto found = at.get("/v1/clocks?limit=500");
    for (const auto& one : found.at("clocks").as_array()) {
        if (one.at("message").as_string() == id) {
            return one;
        }
    }
    return nullptr;
}

std::string clock_state_of(const gateway& at, const std::string& id) {
    const auto clock = clock_of(at, id);
    return clock.is_null() ? "" : std::string(clock.at("state").as_string());
}

void await_clock(const gateway& at, const std::string& id, const std::string& state) {
    wait_until("the clock of " + id + " to be " + state,
               [&] { return clock_state_of(at, id) == state; });
}

utc_time time_at(const json::value& object, std::string_view member) {
    const auto read = protocol::parse_utc(std::string(object.at(member).as_string()));
    BOOST_REQUIRE(read.has_value());
    return *read;
}

seconds time_of_clock(const json::value& clock) {
    return std::chrono::round<seconds>(time_at(clock, "due_at") - time_at(clock, "since"));
}

/// Each time in it is UTC, and says so; how many there are.
std::size_t expect_utc(const json::value& value, const std::string& where) {
    static const std::regex like_a_time(R"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*)");
    std::size_t out = 0;
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            out += expect_utc(member.value(), where + "/" + std::string{member.key()});
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& each : *array) {
            out += expect_utc(each, where);
        }
    } else if (const auto* text = value.if_string()) {
        const std::string said(*text);
        if (std::regex_match(said, like_a_time)) {
            BOOST_TEST(said.ends_with("Z"), where << " has " << said);
            ++out;
        }
    }
    return out;
}

/// The same of what is printed for people.
std::size_t expect_utc_words(const std::string& text) {
    static const std::regex any_time(R"(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[^ \n,;]*( UTC)?)");
    std::size_t out = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), any_time), end; at != end; ++at) {
        const auto said = at->str();
        BOOST_TEST((said.ends_with("Z") || said.ends_with(" UTC")), said);
        ++out;
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(police_hits_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(point_01_a_red_notice_is_no_arrest_warrant_and_a_hit_is_no_arrest) {
    const auto red = send(police::ipsg(), notice("red", "2026/101"), {"ZW", "MU"});
    receive(police::mu(), red);
    for (const auto& words : {std::vector<std::string>{"show", red}, {"show", red, "--html"}}) {
        const auto page = said_by(police::mu(), words);
        BOOST_TEST(has(page, "This is no arrest warrant"));
        expect_right_words(page, "dhow show");
    }
    // Nobody is arrested by a message: the desk gets it, and the gateway says nothing by itself.
    const hit found;
    receive(police::mu(), found.notification);
    BOOST_TEST(has(said_by(police::mu(), {"show", found.notification}), "A hit is no arrest"));
    await_all(police::mu(), police::zw());
    for (const auto& entry : entries_of(police::zw())) {
        const bool is_barrier = entry.at("summary").at("kind").as_string() == "message.text";
        BOOST_TEST((is_barrier || entry.at("origin").as_string() != "MU"));
    }
    // Who is presented is held, free or gone; a hit has no word for an arrest.
    expect_refused(
        offer(police::zw(), with(found_at_zw(), "/body/custody", "arrested"), {"MU", "IPSG"}),
        {"R-HNT-05 /body/custody"});
}

BOOST_AUTO_TEST_CASE(point_01_no_command_page_or_catalogue_calls_it_an_arrest_warrant) {
    std::istringstream kinds(said_by(police::zw(), {"kinds", "--json"}));
    for (std::string line; std::getline(kinds, line);) {
        const std::string kind(json::parse(line).at("kind").as_string());
        for (const auto* verb : {"kinds", "new"}) {
            expect_right_words(said_by(police::zw(), {std::string{verb}, kind}),
                               verb + (" " + kind));
        }
    }
    expect_right_words(said_by(police::zw(), {"codes", "notice_types"}), "dhow codes");
    const auto wrong = json::serialize(without(notice("red", "2026/102"), "/body/arrest_warrants"));
    for (const auto* language : {"en", "fr", "es", "ar"}) {
        const auto answer = ask(police::ipsg().socket(), "POST", "/v1/messages",
                                json::serialize(json::object{{"kind", "notice.publication"},
                                                             {"to", json::array{"MU"}},
                                                             {"media_type", "application/json"},
                                                             {"text", wrong}}),
                                {{"Accept-Language", language}});
        BOOST_TEST(answer.status == 422U, answer.body);
        expect_right_words(answer.body, language);
    }
    const fs::path root(DHOW_SOURCE_DIR);
    std::size_t files = 0;
    for (const auto* folder : {"docs", "protocol", "daemon", "config", "scripts"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
            if (entry.is_regular_file()) {
                expect_right_words(read_file(entry.path()), entry.path().string());
                ++files;
            }
        }
    }
    expect_right_words(read_file(root / "README.md"), "README.md");
    BOOST_TEST(files > 300U);
}

BOOST_AUTO_TEST_CASE(point_08_the_requester_alone_says_how_urgent_it_is_and_times_are_no_rule) {
    hit urgent;
    urgent.ask("U");
    receive(police::mu(), urgent.request);
    await_clock(police::zw(), urgent.request, "unanswered");
    BOOST_TEST((time_of_clock(clock_of(police::zw(), urgent.request)) == seconds{600}));
    hit routine;
    routine.ask("R");
    await_clock(police::zw(), routine.request, "unanswered");
    BOOST_TEST((time_of_clock(clock_of(police::zw(), routine.request)) == seconds{3600}));
    // Who answers does not make it less urgent.
    expect_refused(offer(police::mu(), urgent.reply("R"), {"ZW"}), {"R-RPL-09 /body/priority"});
    const auto kind = said_by(police::zw(), {"kinds", "hit.request"});
    const auto page = read_file(std::string{DHOW_SOURCE_DIR} + "/docs/kinds.md");
    BOOST_TEST(has(page, "no INTERPOL rule"));
    for (const auto* claim : {"INTERPOL requires", "INTERPOL's ten minutes"}) {
        BOOST_TEST(!has(page, claim));
        BOOST_TEST(!has(kind, claim));
    }
    const auto id = send(police::mu(), urgent.reply(), {"ZW"});
    receive(police::zw(), id);
    BOOST_TEST(clock_of(police::zw(), urgent.request).is_null());
    BOOST_TEST(clock_state_of(police::zw(), routine.request) == "unanswered");
}

BOOST_AUTO_TEST_CASE(point_08_neither_a_receipt_nor_silence_nor_in_process_confirms_anything) {
    hit asked;
    asked.ask("U");
    receive(police::mu(), asked.request);
    BOOST_TEST(try_to_take(police::mu(), asked.request) == 200U);
    wait_until("the receipt of MU's desk",
               [&] { return state_of(police::zw(), asked.request, "MU") == "taken"; });
    BOOST_TEST(clock_state_of(police::zw(), asked.request) == "unanswered");
    const auto why = said_by(police::zw(), {"why", asked.request});
    BOOST_TEST(has(why, "answer-awaited"), why);
    // When it will be ready has to be said.
    const auto later = with(asked.reply(), "/body/status", "IN_PROCESS");
    expect_refused(offer(police::mu(), later, {"ZW"}), {"R-RPL-02 /body/ready_by"});
    expect_refused(
        offer(police::mu(), with(later, "/body/ready_by", json::string(time_ahead(-seconds{60}))),
              {"ZW"}),
        {"R-RPL-08 /body/ready_by"});
    const auto id =
        send(police::mu(), with(later, "/body/ready_by", json::string(time_ahead(seconds{1800}))),
             {"ZW"});
    receive(police::zw(), id);
    BOOST_TEST(clock_state_of(police::zw(), asked.request) == "promised");
    BOOST_TEST(has(said_by(police::zw(), {"show", id}), "in process, confirms nothing"));
    send(police::mu(), asked.reply(), {"ZW"});
    wait_until("the answer", [&] { return clock_of(police::zw(), asked.request).is_null(); });
}

BOOST_AUTO_TEST_CASE(a_request_about_a_cancelled_notice_is_refused_where_it_is_written) {
    const std::string name = "2026/103";
    const auto red = send(police::ipsg(), notice("red", name), {"ZW", "MU"});
    await_inbox_state(police::zw(), red, "offered");
    const hit in_force;
    send(police::zw(), in_force.about_notice(name), {"MU"});
    auto end = example_about("notice.cancellation", red);
    end["entity_id"] = name;
    send(police::ipsg(), with(std::move(end), "/body/version", 1), {"ZW"});
    await_inbox_state(police::zw(), red, "withdrawn");
    const hit late;
    expect_refused_by(offer(police::zw(), late.about_notice(name), {"MU"}),
                      "R-HIT-09 /body/record_id: The record " + name + " is");
    // A record that is not here can be asked about.
    send(police::zw(), late.about_notice("2026/104"), {"MU"});
}

BOOST_AUTO_TEST_CASE(requests_about_a_hit_are_numbered_one_after_another) {
    hit asked;
    expect_refused_by(
        offer(police::zw(), asked.numbered(2), {"MU"}),
        "R-HIT-10 /body/request_no: Request number 2 is not the next one; allowed: 1");
    asked.ask("U");
    expect_refused_by(
        offer(police::zw(), asked.numbered(1), {"MU"}),
        "R-HIT-10 /body/request_no: Request number 1 is not the next one; allowed: 2");
    asked.ask("U", 2);
}

BOOST_AUTO_TEST_CASE(a_reply_by_somebody_who_was_not_asked_is_refused_or_flagged) {
    hit asked;
    asked.ask("U", 1, "KE");
    // Who asks does not answer itself.
    expect_refused_by(offer(police::zw(), asked.reply(), {"MU"}),
                      "R-RPL-07: ZW may not answer for the owner KE.");
    // MU's gateway cannot know whom ZW asked; ZW's knows.
    const auto forged = receive(police::zw(), send(police::mu(), asked.reply(), {"ZW"}));
    BOOST_TEST(is_flagged(forged, "R-RPL-07"), json::serialize(forged));
    BOOST_TEST(!clock_of(police::zw(), asked.request).is_null());
    hit other;
    other.ask("U");
    receive(police::mu(), other.request);
    const auto right = receive(police::zw(), send(police::mu(), other.reply(), {"ZW"}));
    BOOST_TEST(right.at("validation").at("ok").as_bool(), json::serialize(right));
    BOOST_TEST(clock_of(police::zw(), other.request).is_null());
}

BOOST_AUTO_TEST_CASE(point_14_a_hit_has_a_contact_day_and_night_and_its_outcome_is_waited_for) {
    expect_refused(
        offer(police::zw(), without(found_at_zw(), "/body/officer_contact"), {"MU", "IPSG"}),
        {"R-HNT-06 /body/officer_contact"});
    expect_refused(offer(police::zw(), without(found_at_zw(), "/body/officer_contact/telephone"),
                         {"MU", "IPSG"}),
                   {"R-HNT-06 /body/officer_contact/telephone"});
    const hit found;
    const auto opened = receive(police::mu(), found.notification);
    BOOST_TEST(text_of(opened).at("body").at("officer_contact").at("telephone").as_string() ==
               "+000 000");
    // Both sides wait: who found somebody owes what became of it.
    constexpr seconds a_day{86'400};
    for (const auto* at : {&police::zw(), &police::mu()}) {
        const auto clock = clock_of(*at, found.notification);
        BOOST_TEST_REQUIRE(!clock.is_null());
        BOOST_TEST(clock.at("answer").as_string() == "hit.outcome");
        BOOST_TEST((time_of_clock(clock) == a_day));
    }
    BOOST_TEST(has(said_by(police::zw(), {"clocks"}), "hit.outcome"));
    BOOST_TEST(clock_of(police::ipsg(), found.notification).is_null());  // It has a copy.
    const auto outcome = example_about("hit.outcome", found.notification);
    expect_refused(offer(police::zw(), outcome, {"MU"}), {"R-SEN-03 "});
    const auto id = send(police::zw(), outcome, {"MU", "IPSG"});
    receive(police::mu(), id);
    receive(police::ipsg(), id);
    for (const auto* at : {&police::zw(), &police::mu()}) {
        BOOST_TEST(clock_of(*at, found.notification).is_null());
    }
}

BOOST_AUTO_TEST_CASE(point_15_all_times_are_utc_and_say_so) {
    for (const auto* local : {"2026-11-29T11:58:00+02:00", "2026-11-29T11:58:00",
                              "2026-11-29 11:58:00Z", "29/11/2026 11:58"}) {
        expect_refused(
            offer(police::zw(), with(found_at_zw(), "/body/found/time", local), {"MU", "IPSG"}),
            {"R-HNT-03 /body/found/time"});
    }
    hit asked;
    asked.ask("U");
    await_clock(police::zw(), asked.request, "unanswered");
    const auto& id = asked.request;
    BOOST_TEST(expect_utc(police::zw().get("/v1/messages/" + id), "status") > 2U);
    for (const auto* part : {"events", "why", "recipients"}) {
        BOOST_TEST(expect_utc(police::zw().get("/v1/messages/" + id + "/" + part), part) > 0U);
    }
    BOOST_TEST(expect_utc(police::zw().get("/v1/clocks"), "clocks") > 1U);
    BOOST_TEST(expect_utc(police::mu().get("/v1/inbox?all=true"), "inbox") > 0U);
    BOOST_TEST(expect_utc(police::mu().get("/v1/inbox/" + id), "opened") > 0U);
    BOOST_TEST(expect_utc(police::zw().get("/admin/v1/links"), "links") > 0U);
    for (const auto& words :
         {std::vector<std::string>{"status", id}, {"why", id}, {"clocks"}, {"link", "list"}}) {
        BOOST_TEST(expect_utc_words(said_by(police::zw(), words)) > 0U, words.front());
    }
    BOOST_TEST(expect_utc_words(said_by(police::mu(), {"show", id})) > 0U);
    // Not only by name: it is now, although the processes run in another zone.
    const auto accepted = time_at(police::zw().get("/v1/messages/" + id), "accepted_at");
    BOOST_TEST((std::chrono::abs(std::chrono::system_clock::now() - accepted) < seconds{60}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
