// What stays with whom: points 9, 10 and 13 of what people of the field notice at once.
// Way of the message: origin -> hub -> addressee, and on to a third.
// Not pure: processes, files.
// Spec: docs/kinds.md, docs/agency-api.md#addresses. Tests: this is one.
// Limits: canary_test searches compressed data and memory too.
#include "tests/support/seed.hpp"
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <regex>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

/// Whether the text has the bureau's key as a word.
bool names(const std::string& text, const std::string& bureau) {
    return std::regex_search(text, std::regex("\\b" + bureau + "\\b"));
}

/// What comes in base64 is opened, so that no key is found in it by chance.
std::string in_plain(json::object opened) {
    const auto text = from_base64(std::string(opened.at("text_base64").as_string()));
    opened.erase("text_base64");
    return json::serialize(opened) + text;
}

std::vector<std::string> files_holding(const fs::path& folder, const std::string& what) {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && has(read_file(entry.path()), what)) {
            out.push_back(entry.path().string());
        }
    }
    return out;
}

json::object words(const std::string& text) {
    return with(example("message.text"), "/body/text", json::string(text));
}

json::object reference(const char* relation, const std::string& id) {
    json::object out;
    out["relation"] = relation;
    out["id"] = id;
    return out;
}

/// A text that MU got from ZW, on its way to a third.
json::object handed_on(const std::string& id, const std::string& consent = {}) {
    auto out = words("Synthetic: what ZW told us.");
    json::array all{reference("forwards", id)};
    if (!consent.empty()) {
        all.push_back(reference("consent", consent));
    }
    out["references"] = std::move(all);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(police_secrets_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(point_09_nobody_learns_who_was_denied) {
    const json::object but_mu{{"deny", json::array{"MU", "TW", "AFRIPOL"}}};
    auto document = notice("yellow", "2026/901");
    const auto id = send(police::ipsg(), document, {"group:everyone"}, but_mu);
    const auto opened = receive(police::zw(), id);
    BOOST_TEST(opened.at("validation").at("ok").as_bool());
    std::map<std::string, std::string> outputs{
        {"opened", in_plain(opened)},
        {"show", said_by(police::zw(), {"show", id})},
        {"case", said_by(police::zw(), {"case", "2026/901", "--json"})},
        {"inbox", json::serialize(police::zw().get("/v1/inbox?all=true"))},
        {"status", json::serialize(police::ipsg().get("/v1/messages/" + id))},
        {"events", json::serialize(police::ipsg().get("/v1/messages/" + id + "/events"))},
        {"why", said_by(police::ipsg(), {"why", id})}};
    for (const auto& [where, text] : outputs) {
        BOOST_TEST(!names(text, "MU"), where << " names who was denied: " << text);
    }
    BOOST_TEST(names(outputs["opened"], "ZW"));
    BOOST_TEST((recipients_of(police::ipsg(), id) == std::set<std::string>{"ZW", "KE"}));
    await_all(police::ipsg(), police::mu());
    BOOST_TEST(inbox_state(police::mu(), id).empty());
    // Nor from its end, which goes to those who had a copy.
    auto end = example_about("notice.cancellation", id);
    end["entity_id"] = "2026/901";
    end = with(std::move(end), "/body/version", 1);
    const auto ended = send(police::ipsg(), end, {"ZW"});
    BOOST_TEST((recipients_of(police::ipsg(), ended) == std::set<std::string>{"ZW", "KE"}));
    BOOST_TEST(!names(in_plain(receive(police::zw(), ended)), "MU"));
}

BOOST_AUTO_TEST_CASE(point_09_a_document_has_no_place_for_a_deny_list) {
    const auto document = notice("yellow", "2026/902");
    for (const auto* name : {"deny", "denied", "restrict"}) {
        const std::string pointer = std::string{"/"} + name;
        const auto answer =
            offer(police::ipsg(), with(document, pointer, json::array{"MU"}), {"ZW"});
        expect_refused(answer, {"R-ENV-02 " + pointer, "R-SCH-02 " + pointer});
    }
    // A bureau that is named and denied at once is a mistake; the answer does not say which.
    const auto both = offer(police::ipsg(), document, {"ZW", "MU"}, {{"deny", json::array{"MU"}}});
    BOOST_TEST(both.status == 422U, both.body);
    BOOST_TEST(!names(both.body, "MU"), both.body);
}

BOOST_AUTO_TEST_CASE(
    point_09_what_is_denied_later_is_taken_back_there_and_nobody_else_hears_of_it) {
    const auto id = send(police::ipsg(), notice("yellow", "2026/903"), {"ZW", "MU"});
    for (const auto* bureau : {"ZW", "MU"}) {
        receive(police::at(bureau), id);
        BOOST_TEST(try_to_take(police::at(bureau), id) == 200U);
    }
    auto restriction = example_about("notice.restriction", id);
    restriction["entity_id"] = "2026/903";
    restriction = with(std::move(restriction), "/body/version", 1);
    expect_refused(offer(police::ipsg(), restriction, {"ZW", "MU"}), {"R-RST-01 "});
    const auto to_another = offer(police::ipsg(), restriction, {"KE"});
    BOOST_TEST(to_another.status == 422U);
    BOOST_TEST(has(to_another.body, "R-RST-02: KE received no copy"), to_another.body);
    const auto denial = send(police::ipsg(), restriction, {"MU"});
    BOOST_TEST((recipients_of(police::ipsg(), denial) == std::set<std::string>{"MU"}));
    const auto before = entries_of(police::zw()).size();
    // Who took it has to remove it, and new content does not come any more.
    await_inbox_state(police::mu(), denial, "offered");
    BOOST_TEST(!names(in_plain(receive(police::mu(), denial)), "ZW"));
    BOOST_TEST(case_of(police::mu(), "2026/903").at("ended").as_bool());
    BOOST_TEST(try_to_take(police::mu(), denial, "removed") == 200U);
    const auto addendum = example_about("notice.addendum", id);
    const auto more = send(
        police::ipsg(), with(with(addendum, "/entity_id", "2026/903"), "/body/version", 1), {"ZW"});
    BOOST_TEST((recipients_of(police::ipsg(), more) == std::set<std::string>{"ZW"}));
    receive(police::zw(), more);
    BOOST_TEST(entries_of(police::zw()).size() == before + 1);
    BOOST_TEST(!case_of(police::zw(), "2026/903").at("ended").as_bool());
    BOOST_TEST(case_of(police::zw(), "2026/903").at("denied").as_array().empty());
    BOOST_TEST(!has(said_by(police::zw(), {"case", "2026/903", "--json"}), denial));
    const auto denied = case_of(police::ipsg(), "2026/903").at("denied").as_array();
    BOOST_TEST((denied == json::array{"MU"}));
    wait_until("the removal", [] {
        return case_of(police::ipsg(), "2026/903").at("not_removed").as_array().empty();
    });
}

BOOST_AUTO_TEST_CASE(point_10_the_general_secretariat_as_hub_reads_nothing_between_two_bureaus) {
    const auto canary = "canary" + to_hex(random_bytes(16, seed()));
    const auto id = send(police::zw(), words("Synthetic " + canary), {"MU"},
                         {{"subject", canary}, {"class", "urgent"}});
    BOOST_TEST(has(in_plain(receive(police::mu(), id)), canary));
    wait_until("the receipt", [&] { return is_complete(police::zw(), id, "MU"); });
    // It went through there, and neither its desk nor its operator sees more than an envelope.
    auto& hub = police::ipsg();
    const auto envelope = json::serialize(hub.get("/v1/messages/" + id));
    BOOST_TEST(has(envelope, "\"origin\":\"ZW\""), envelope);
    BOOST_TEST(!has(envelope, canary));
    BOOST_TEST(!has(envelope, "message.text"), envelope);
    for (const auto* path : {"/v1/inbox/", "/v1/messages/"}) {
        const auto text = ask(hub.socket(), "GET", path + id + "/text");
        BOOST_TEST(text.status == 404U, path);
    }
    BOOST_TEST(inbox_state(hub, id).empty());
    const auto shown = hub.dhow({"show", id}).out;
    BOOST_TEST(!has(shown, canary), shown);
    BOOST_TEST(!has(shown, "message.text"), shown);
    for (const auto& path : files_holding(hub.folder(), canary)) {
        BOOST_ERROR("readable at the hub: " << path);
    }
}

BOOST_AUTO_TEST_CASE(point_13_purpose_confidentiality_and_source_stand_on_every_message) {
    const auto document = words("Synthetic.");
    expect_refused(offer(police::zw(), without(document, "/purpose"), {"MU"}),
                   {"R-ENV-05 /purpose"});
    expect_refused(offer(police::zw(), with(document, "/purpose", "curiosity"), {"MU"}),
                   {"R-ENV-05 /purpose"});
    expect_refused(offer(police::zw(), without(document, "/confidentiality"), {"MU"}),
                   {"R-ENV-06 /confidentiality"});
    json::object evaluation{{"source", "A"}, {"information", 5}};
    expect_refused(offer(police::zw(), with(document, "/evaluation", evaluation), {"MU"}),
                   {"R-ENV-08 /evaluation/information"});
    evaluation["information"] = 2;
    const auto id = send(police::zw(), with(document, "/evaluation", evaluation), {"MU"});
    const auto opened = receive(police::mu(), id);
    BOOST_TEST(text_of(opened).at("evaluation") == evaluation);
    BOOST_TEST(opened.at("origin").as_string() == "ZW");  // Signed: the source is no claim.
    const auto page = said_by(police::mu(), {"show", id});
    for (const auto* part : {"Purpose", "INTERPOL FOR OFFICIAL USE ONLY", "Evaluation", "ZW"}) {
        BOOST_TEST(has(page, part), page);
    }
}

BOOST_AUTO_TEST_CASE(point_13_nothing_is_handed_on_against_h2_without_the_sources_consent) {
    const auto bound = with(words("Synthetic, not for others."), "/handling", json::array{"H2"});
    const auto id = send(police::zw(), bound, {"MU"});
    receive(police::mu(), id);
    const auto answer = offer(police::mu(), handed_on(id), {"IPSG"});
    expect_refused(answer, {"R-HDL-03 "});
    BOOST_TEST(number_in(answer) == "003");
    // Nobody consents for another: the General Secretariat's word does not count.
    const auto others = send(police::ipsg(), words("Synthetic: go ahead."), {"MU"});
    receive(police::mu(), others);
    expect_refused(offer(police::mu(), handed_on(id, others), {"IPSG"}), {"R-HDL-03 "});
    const auto consent = send(police::zw(), words("Synthetic: you may tell IPSG."), {"MU"});
    receive(police::mu(), consent);
    const auto passed = send(police::mu(), handed_on(id, consent), {"IPSG"});
    BOOST_TEST(receive(police::ipsg(), passed).at("validation").at("ok").as_bool());
    // What has no such code may be handed on.
    const auto open = send(police::zw(), words("Synthetic, for all."), {"MU"});
    receive(police::mu(), open);
    send(police::mu(), handed_on(open), {"IPSG"});
}

BOOST_AUTO_TEST_CASE(point_13_an_answer_is_as_confidential_as_its_question) {
    const auto question =
        with(words("Synthetic question."), "/confidentiality", "INTERPOL RESTRICTED");
    const auto id = send(police::zw(), question, {"MU"});
    receive(police::mu(), id);
    auto answer = with(words("Synthetic answer."), "/body/role", "answer");
    answer["references"] = json::array{reference("reply_to", id)};
    expect_refused(offer(police::mu(), answer, {"ZW"}), {"R-HDL-02 /confidentiality"});
    const auto sent =
        send(police::mu(), with(answer, "/confidentiality", "INTERPOL RESTRICTED"), {"ZW"});
    BOOST_TEST(receive(police::zw(), sent).at("validation").at("ok").as_bool());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
