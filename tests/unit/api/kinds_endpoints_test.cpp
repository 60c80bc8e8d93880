// Texts that are documents, at intake and at handover: all problems at once, defaults, flags.
#include "protocol/kinds/catalogue.hpp"
#include "tests/support/http_script.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <set>

using namespace dhow;

BOOST_AUTO_TEST_SUITE(kinds_endpoints_test)

namespace {

namespace json = boost::json;
using tests::http_script;

constexpr std::string_view document_type = "application/json";

json::object message_text() {
    return {{"kind", "message.text"},
            {"schema_version", 1},
            {"language", "en"},
            {"purpose", "administrative"},
            {"confidentiality", "INTERPOL FOR OFFICIAL USE ONLY"},
            {"body", {{"role", "request"}, {"text", "Synthetic."}}}};
}

json::object withdrawal() {
    auto out = message_text();
    out["kind"] = "notice.withdrawal";
    out["entity_id"] = "2026/12345";
    json::object reference;
    reference["relation"] = "about";
    reference["id"] = "0195e0c1-7c3a-7000-8000-000000000001";
    json::array references;
    references.push_back(std::move(reference));
    out["references"] = std::move(references);
    json::object body;
    body["reason"] = "Synthetic.";
    out["body"] = std::move(body);
    return out;
}

/// A submission of a document to MU; `more` replaces or adds members.
std::string submission(const json::object& document, const json::object& more = {},
                       std::string_view media_type = document_type) {
    json::object out;
    out["kind"] = document.at("kind");
    out["to"] = json::array{"MU"};
    out["media_type"] = media_type;
    out["text"] = json::serialize(document);
    for (const auto& [name, value] : more) {
        out[name] = value;
    }
    return json::serialize(out);
}

tests::parsed_reply post(http_script& script, const std::string& body,
                         const std::string& fields = {}) {
    return script.ask_one("POST", "/v1/messages", body, fields);
}

/// `RULE POINTER` of each problem in a list.
std::multiset<std::string> places(const json::value& problems) {
    std::multiset<std::string> out;
    for (const auto& each : problems.as_array()) {
        out.insert(std::string{each.at("rule").as_string()} + " " +
                   std::string{each.at("pointer").as_string()});
    }
    return out;
}

/// A message in the inbox, as it is answered when it is opened.
json::object opened(http_script& script, const std::string& text,
                    const std::string& media_type = std::string{document_type}) {
    script.core.media_type = media_type;
    const auto id = script.core.arrive("border", text);
    script.core.inbox.rbegin()->second.second.submitted.kind = "message.text";
    const auto reply = script.ask_one("GET", "/v1/inbox/" + protocol::to_text(id));
    BOOST_REQUIRE(reply.status == 200U);
    return json::parse(reply.body).as_object();
}

/// A document that came in; its id.
std::string arrived(http_script& script, const json::object& document) {
    script.core.media_type = document_type;
    return protocol::to_text(script.core.arrive("border", json::serialize(document)));
}

json::object referring(const std::vector<std::pair<std::string, std::string>>& references) {
    auto out = message_text();
    json::array all;
    for (const auto& [relation, id] : references) {
        json::object one;
        one["relation"] = relation;
        one["id"] = id;
        all.push_back(std::move(one));
    }
    out["references"] = std::move(all);
    return out;
}

std::multiset<std::string> refused_for(http_script& script, const json::object& document,
                                       const json::object& more = {}) {
    const auto reply = post(script, submission(document, more));
    BOOST_TEST_REQUIRE(reply.status == 422U, reply.body);
    return places(json::parse(reply.body).at("problems"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_good_document_is_accepted_without_a_word_more) {
    http_script script;
    for (const auto* type : {"application/json", "Application/JSON; charset=utf-8"}) {
        const auto reply = post(script, submission(message_text(), {}, type));
        BOOST_TEST(reply.status == 202U, reply.body);
        BOOST_TEST(json::parse(reply.body).as_object().size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_refusal_lists_every_problem_with_its_pointer) {
    http_script script;
    auto wrong = message_text();
    wrong.erase("purpose");
    wrong["language"] = 7;
    wrong["body"].as_object()["txt"] = "x";
    const auto reply = post(script, submission(wrong));
    BOOST_TEST(reply.status == 422U);
    BOOST_TEST(reply.head.find("application/problem+json") != std::string::npos);
    const auto value = json::parse(reply.body);
    BOOST_TEST(value.at("code").as_string() == "validation-failed");
    BOOST_TEST(value.at("detail").as_string() == "3 rules of message.text are not kept");
    BOOST_TEST(!value.at("retryable").as_bool());
    std::set<std::string> pointers;
    for (const auto& each : value.at("problems").as_array()) {
        pointers.emplace(each.at("pointer").as_string());
        BOOST_TEST(!each.at("text").as_string().empty());
    }
    BOOST_TEST((pointers == std::set<std::string>{"/purpose", "/language", "/body/txt"}));
    BOOST_TEST(script.core.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_refusal_is_told_in_the_language_of_the_request) {
    auto wrong = message_text();
    wrong.erase("purpose");
    std::set<std::string> sentences;
    for (const auto& [language, words] : kinds::catalogues()) {
        http_script script;
        const auto reply =
            post(script, submission(wrong), "Accept-Language: " + language + ";q=0.9\r\n");
        sentences.emplace(json::parse(reply.body).at("problems").at(0).at("text").as_string());
    }
    BOOST_TEST(sentences.size() == 4U);
}

BOOST_AUTO_TEST_CASE(who_may_send_what_to_whom_is_checked) {
    http_script script;  // as ZW
    auto published = message_text();
    published["kind"] = "notice.cancellation";
    const auto reply = post(script, submission(published));
    BOOST_TEST(reply.status == 422U);
    BOOST_TEST(places(json::parse(reply.body).at("problems")).contains("R-SEN-01 "));
    const auto to_nobody = post(script, submission(message_text(), {{"to", json::array{"TW"}}}));
    BOOST_TEST((places(json::parse(to_nobody.body).at("problems")) ==
                std::multiset<std::string>{"R-SEN-02 "}));
    const auto other_kind = post(script, submission(message_text(), {{"kind", "hit.request"}}));
    BOOST_TEST(places(json::parse(other_kind.body).at("problems")).contains("R-ENV-01 /kind"));
}

BOOST_AUTO_TEST_CASE(warnings_do_not_stop_a_message_and_are_told) {
    http_script script;
    auto unusual = message_text();
    unusual["language"] = "pt";
    const auto reply = post(script, submission(unusual));
    BOOST_TEST(reply.status == 202U, reply.body);
    const auto value = json::parse(reply.body);
    BOOST_TEST(value.at("warnings").at(0).at("severity").as_string() == "warning");
    BOOST_TEST(value.at("warnings").at(0).at("pointer").as_string() == "/language");
}

BOOST_AUTO_TEST_CASE(a_kind_of_a_newer_version_passes_and_is_flagged) {
    http_script script;
    auto newer = message_text();
    newer["kind"] = "message.video";
    const auto reply = post(script, submission(newer));
    BOOST_TEST(reply.status == 202U, reply.body);
    BOOST_TEST((places(json::parse(reply.body).at("warnings")) ==
                std::multiset<std::string>{"R-UNK-01 /kind"}));
}

BOOST_AUTO_TEST_CASE(class_and_expiry_are_those_of_the_kind_when_nobody_says_others) {
    http_script script;
    const json::object to_secretariat{{"to", json::array{"IPSG"}}, {"supersedes", json::array{}}};
    BOOST_TEST_REQUIRE(post(script, submission(withdrawal(), to_secretariat)).status == 202U);
    const auto& got = script.core.sent.begin()->second.submitted;
    BOOST_TEST((got.cls == protocol::message_class::flash));
    BOOST_TEST(got.never_expires);
    http_script other;
    BOOST_TEST_REQUIRE(post(other, submission(message_text())).status == 202U);
    const auto& text = other.core.sent.begin()->second.submitted;
    BOOST_TEST((text.cls == protocol::message_class::routine));
    BOOST_TEST((text.time_to_live == std::chrono::days{30}));
    BOOST_TEST(!text.never_expires);
}

BOOST_AUTO_TEST_CASE(what_the_submission_says_stands_and_what_must_live_may_not_expire) {
    http_script script;
    const json::object said{{"class", "bulk"}, {"expires_in_s", 60}};
    BOOST_TEST_REQUIRE(post(script, submission(message_text(), said)).status == 202U);
    const auto& got = script.core.sent.begin()->second.submitted;
    BOOST_TEST((got.cls == protocol::message_class::bulk));
    BOOST_TEST((got.time_to_live == std::chrono::seconds{60}));
    const json::object short_lived{{"to", json::array{"IPSG"}}, {"expires_in_s", 60}};
    const auto reply = post(script, submission(withdrawal(), short_lived));
    BOOST_TEST(reply.status == 422U);
    BOOST_TEST((places(json::parse(reply.body).at("problems")) ==
                std::multiset<std::string>{"R-EXP-01 "}));
}

BOOST_AUTO_TEST_CASE(recipients_of_a_group_are_checked_as_if_they_were_named) {
    http_script script;
    const json::object to_group{{"to", json::array{"group:coast"}}};
    BOOST_TEST(post(script, submission(message_text(), to_group)).status == 202U);
    auto reply = message_text();
    reply["kind"] = "hit.notification";  // A copy has to go to the General Secretariat.
    const auto said = post(script, submission(reply, to_group));
    BOOST_TEST(places(json::parse(said.body).at("problems")).contains("R-SEN-03 "));
    BOOST_TEST_REQUIRE(
        post(script, submission(message_text(), {{"to", json::array{"group:nowhere"}}})).status ==
        202U);  // Whom it does not know, the core refuses itself.
}

BOOST_AUTO_TEST_CASE(a_sub_bureau_is_addressed_through_its_parent_and_that_is_said) {
    http_script script;
    const auto reply = post(script, submission(message_text(), {{"to", json::array{"GI"}}}));
    BOOST_TEST(reply.status == 202U, reply.body);
    const auto warnings = json::parse(reply.body).at("warnings");
    BOOST_TEST((places(warnings) == std::multiset<std::string>{"R-ADR-01 "}));
    BOOST_TEST(warnings.at(0).at("allowed").as_string() == "GB");
}

BOOST_AUTO_TEST_CASE(a_language_that_a_recipient_does_not_read_is_told) {
    http_script script;
    auto french = message_text();
    french["language"] = "fr";
    const auto reply = post(script, submission(french, {{"to", json::array{"KE", "MU"}}}));
    BOOST_TEST(reply.status == 202U, reply.body);
    const auto warnings = json::parse(reply.body).at("warnings");
    BOOST_TEST((places(warnings) == std::multiset<std::string>{"R-ADR-02 /language"}));
    BOOST_TEST(warnings.at(0).at("allowed").as_string() == "KE: en, sw");
}

BOOST_AUTO_TEST_CASE(a_deny_list_reaches_the_core_and_nobody_else) {
    http_script script;
    const json::object said{{"to", json::array{"group:coast"}}, {"deny", json::array{"KE"}}};
    const auto reply = post(script, submission(message_text(), said));
    BOOST_TEST(reply.status == 202U, reply.body);
    BOOST_TEST(reply.body.find("KE") == std::string::npos);
    const auto& got = script.core.sent.begin()->second.submitted;
    BOOST_REQUIRE_EQUAL(got.deny.size(), 1U);
    BOOST_TEST(got.deny.front().text() == "KE");
    const json::object both{{"to", json::array{"KE"}}, {"deny", json::array{"KE"}}};
    const auto refused = post(script, submission(message_text(), both));
    BOOST_TEST((places(json::parse(refused.body).at("problems")) ==
                std::multiset<std::string>{"R-HDL-01 "}));
    const json::object wrong{{"deny", json::array{"group:coast"}}};
    BOOST_TEST(post(script, submission(message_text(), wrong)).status == 400U);
}

BOOST_AUTO_TEST_CASE(bureaus_are_listed_by_key_with_their_display_names) {
    http_script script;
    const auto reply = script.ask_one("GET", "/v1/bureaus");
    const auto value = json::parse(reply.body);
    BOOST_TEST(value.at("bureaus").at(1).at("bureau").as_string() == "KE");
    BOOST_TEST(value.at("bureaus").at(1).at("name").as_string() == "IP NAIROBI");
    BOOST_TEST(value.at("bureaus").at(0).at("role").as_string() == "general_secretariat");
    BOOST_TEST(value.at("bureaus").at(1).at("languages").as_array().size() == 2U);
    BOOST_TEST(value.at("groups").at("coast").as_array().size() == 2U);
    BOOST_TEST(value.at("sub_bureaus").at("GI").as_string() == "GB");
}

BOOST_AUTO_TEST_CASE(an_answer_is_judged_by_the_message_of_the_inbox_that_it_answers) {
    http_script script;
    auto question = message_text();
    question["confidentiality"] = "INTERPOL RESTRICTED";
    auto answer = referring({{"reply_to", arrived(script, question)}});
    BOOST_TEST(
        (refused_for(script, answer) == std::multiset<std::string>{"R-HDL-02 /confidentiality"}));
    answer["confidentiality"] = "INTERPOL CONFIDENTIAL";
    BOOST_TEST(post(script, submission(answer)).status == 202U);
    // What is about it does not answer it, and what is not in the inbox says nothing.
    const auto about = referring({{"about", arrived(script, question)}});
    BOOST_TEST(post(script, submission(about)).status == 202U);
    const auto other = referring({{"reply_to", "0195e0c1-7c3a-7000-8000-000000000001"}});
    BOOST_TEST(post(script, submission(other)).status == 202U);
}

BOOST_AUTO_TEST_CASE(a_reply_to_a_hit_keeps_the_urgency_of_the_request) {
    http_script script;
    auto request = message_text();
    request["body"] = json::object{{"priority", "U"}};
    auto reply = referring({{"reply_to", arrived(script, request)}});
    reply["kind"] = "hit.reply";
    reply["body"] = json::object{{"priority", "R"}};
    BOOST_TEST(refused_for(script, reply).contains("R-RPL-09 /body/priority"));
    reply["body"] = json::object{{"priority", "U"}};
    BOOST_TEST(!refused_for(script, reply).contains("R-RPL-09 /body/priority"));
}

BOOST_AUTO_TEST_CASE(what_the_source_keeps_to_us_is_handed_on_with_its_consent_alone) {
    http_script script;
    auto bound = message_text();
    bound["handling"] = json::array{"H0", "H2"};
    const auto free = arrived(script, message_text());
    const auto id = arrived(script, bound);
    BOOST_TEST(post(script, submission(referring({{"forwards", free}}))).status == 202U);
    const auto both = referring({{"forwards", free}, {"forwards", id}});
    BOOST_TEST((refused_for(script, both) == std::multiset<std::string>{"R-HDL-03 "}));
    const auto unknown =
        referring({{"forwards", id}, {"consent", "0195e0c1-7c3a-7000-8000-000000000001"}});
    BOOST_TEST((refused_for(script, unknown) == std::multiset<std::string>{"R-HDL-03 "}));
    const auto consent = arrived(script, message_text());
    BOOST_TEST(
        post(script, submission(referring({{"forwards", id}, {"consent", consent}}))).status ==
        202U);
}

BOOST_AUTO_TEST_CASE(what_the_general_secretariat_alone_may_say_is_nobody_elses_in_any_form) {
    http_script script;  // as ZW
    const json::object plain{{"media_type", "text/plain; charset=utf-8"}};
    for (const auto* kind : {"notice.publication", "notice.cancellation", "notice.review"}) {
        auto document = message_text();
        document["kind"] = kind;
        BOOST_TEST(
            (refused_for(script, document, plain) == std::multiset<std::string>{"R-SEN-01 "}));
    }
    for (const auto* kind : {"hit.request", "diffusion.circulation", "notice.red"}) {
        auto document = message_text();
        document["kind"] = kind;
        BOOST_TEST(post(script, submission(document, plain)).status == 202U);
    }
    // One that came all the same is flagged.
    script.core.media_type = "text/plain; charset=utf-8";
    const auto id = script.core.arrive("border", "stop acting on it");
    script.core.inbox.rbegin()->second.second.submitted.kind = "notice.cancellation";
    const auto got = script.ask_one("GET", "/v1/inbox/" + protocol::to_text(id));
    const auto validation = json::parse(got.body).at("validation");
    BOOST_TEST(!validation.at("ok").as_bool());
    BOOST_TEST((places(validation.at("problems")) == std::multiset<std::string>{"R-SEN-01 "}));
}

BOOST_AUTO_TEST_CASE(other_texts_pass_as_they_are) {
    http_script script;
    for (const auto* type : {"text/plain; charset=utf-8", "application/jsonl", "text/json"}) {
        auto wrong = message_text();
        wrong.erase("purpose");
        BOOST_TEST(post(script, submission(wrong, {}, type)).status == 202U, type);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_document_at_all_is_refused) {
    http_script script;
    constexpr std::string_view no_utf8 = "/w==";
    for (const auto* text : {"", "[]", R"({"kind":"a","kind":"b"})", "// {}", "/w=="}) {
        json::object out;
        out["kind"] = "message.text";
        out["to"] = json::array{"MU"};
        out["media_type"] = document_type;
        out[text == no_utf8 ? "text_base64" : "text"] = text;
        const auto reply = post(script, json::serialize(out));
        BOOST_TEST(reply.status == 422U, text << reply.body);
    }
}

BOOST_AUTO_TEST_CASE(an_opened_document_says_whether_it_keeps_the_rules) {
    http_script script;
    const auto good = opened(script, json::serialize(message_text())).at("validation");
    BOOST_TEST(good.at("kind").as_string() == "message.text");
    auto wrong = message_text();
    wrong["body"].as_object()["txt"] = "x";
    wrong.erase("purpose");
    const auto validation = opened(script, json::serialize(wrong)).at("validation");
    BOOST_TEST(!validation.at("ok").as_bool());
    for (const auto& each : validation.at("problems").as_array()) {
        const bool unknown_member = each.at("pointer").as_string() == "/body/txt";
        BOOST_TEST((each.at("severity").as_string() == "warning") == unknown_member);
    }
    BOOST_TEST(validation.at("problems").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_opened_document_is_judged_by_what_the_core_knows_of_its_record) {
    http_script script;
    auto reply = message_text();
    reply["kind"] = "hit.reply";
    const auto found = [&] {
        const auto validation = opened(script, json::serialize(reply)).at("validation");
        return places(validation.at("problems")).contains("R-RPL-07 ");
    };
    BOOST_TEST(!found());
    script.core.record.emplace();
    BOOST_TEST(!found());  // Nothing is known of it.
    script.core.record->owner = "KE";
    BOOST_TEST(found());
}

BOOST_AUTO_TEST_CASE(an_opened_text_that_is_no_document_says_nothing) {
    http_script script;
    const auto plain = opened(script, "grey boat", "text/plain; charset=utf-8");
    BOOST_TEST(!plain.contains("validation"));
    const auto garbage = opened(script, "grey boat").at("validation");
    BOOST_TEST(!garbage.at("ok").as_bool());  // it came all the same, and is flagged
}

BOOST_AUTO_TEST_SUITE_END()
