// `dhow show`, `dhow import notice-json`, `dhow bureaus`: usage, results, JSON, exit codes.
// Way of the message: tests of daemon/cli/show_command, import_command and bureaus_command.
// Not pure: a Unix socket and files in a temporary folder, the clock.
// Spec: docs/man/dhow.1.
// Limits: what is rendered is tested in unit/kinds/view_test.cpp, what is mapped in
// unit/kinds/notice_import_test.cpp.
#include "daemon/http/base64.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
namespace json = boost::json;

constexpr std::string_view id = "019ab2c4-5d6e-7f80-9a1b-2c3d4e5f6071";

constexpr std::string_view document = R"({"kind": "message.text", "schema_version": 1,
    "language": "en", "purpose": "administrative",
    "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY",
    "body": {"role": "request", "text": "Synthetic \u001b[31m."}})";

std::string opened_message() {
    json::object out{{"id", id},
                     {"origin", "MU"},
                     {"class", "flash"},
                     {"received_at", "2026-11-29T12:00:00.000Z"},
                     {"kind", "message.text"},
                     {"agency", "duty"},
                     {"subject", "A <b> subject"},
                     {"media_type", "application/json"},
                     {"recipients", json::array{"ZW"}}};
    out["text_base64"] =
        http::to_base64({reinterpret_cast<const std::uint8_t*>(document.data()), document.size()});
    json::array attachments;
    attachments.push_back(json::object{
        {"position", 1}, {"name", "a.jpg"}, {"media_type", "image/jpeg"}, {"bytes", 2048}});
    out["attachments"] = std::move(attachments);
    json::array problems;
    problems.push_back(json::object{{"severity", "warning"},
                                    {"pointer", "/body/text"},
                                    {"rule", "R-SCH-14"},
                                    {"text", "Has control characters."}});
    out["validation"] = json::object{{"ok", true}, {"problems", std::move(problems)}};
    return json::serialize(out);
}

constexpr auto bureaus = R"({"bureaus": [{"bureau": "MU", "name": "IP PORT LOUIS", "role": "bureau",
    "status": "active", "languages": ["en", "fr"]}], "groups": {"coast": ["KE", "TZ"]},
    "sub_bureaus": {"GI": "GB"}})";

constexpr auto not_found = R"({"title": "not found", "code": "not-found"})";
}  // namespace

BOOST_AUTO_TEST_SUITE(show_command_test)

BOOST_AUTO_TEST_CASE(wrong_command_lines_are_told_as_such_without_a_daemon) {
    const std::string message{id};
    for (const auto& args :
         {texts{}, texts{message, message}, texts{message, "--file", "x"},
          texts{message, "--html", "--json"}, texts{"--file", "x", "--html", "--json"}}) {
        const auto got = run_verb(cli::run_show, args);
        BOOST_TEST(got.code == to_int(exit_code::usage), args.size() << got.err);
        BOOST_TEST(got.out == "");
    }
    for (const auto& args : {texts{"notice-json"}, texts{"notice-json", "a", "b"},
                             texts{"notice-json", "a", "--kind", "hit.request"},
                             texts{"notice-json", "a", "--type", "green"}, texts{"mt940", "a"}}) {
        BOOST_TEST(run_verb(cli::run_import, args).code == to_int(exit_code::usage));
    }
}

BOOST_AUTO_TEST_CASE(a_message_of_the_inbox_is_shown_with_names_attachments_and_problems) {
    fake_daemon daemon({{200, opened_message()}, {200, bureaus}});
    const auto got = daemon.run(cli::run_show, {std::string{id}});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    for (const auto* wanted :
         {"Free text (message.text)\n", "MU · IP PORT LOUIS", "2026-11-29 12:00:00 UTC",
          "Synthetic <U+001B>[31m.", "a.jpg", "image/jpeg, 2.0 KiB", "[R-SCH-14]"}) {
        BOOST_TEST(contains(got.out, wanted), wanted << got.out);
    }
    BOOST_TEST(!contains(got.out, "\x1b"));
    const auto asked = daemon.requests();
    BOOST_REQUIRE_EQUAL(asked.size(), 2U);  // It acknowledges nothing.
    BOOST_TEST(asked[0] == "GET /v1/inbox/" + std::string{id} + " ");
}

BOOST_AUTO_TEST_CASE(it_is_shown_as_a_page_and_as_the_daemon_gave_it) {
    fake_daemon page({{200, opened_message()}, {404, not_found}});
    const auto html = page.run(cli::run_show, {std::string{id}, "--html"});
    BOOST_TEST(html.code == to_int(exit_code::done), html.err);
    BOOST_TEST(html.out.starts_with("<!DOCTYPE html>"));
    BOOST_TEST(contains(html.out, "A &lt;b&gt; subject"), html.out);
    fake_daemon raw({{200, opened_message()}});
    const auto got = raw.run(cli::run_show, {std::string{id}, "--json"});
    BOOST_TEST(json::parse(got.out) == json::parse(opened_message()));
}

BOOST_AUTO_TEST_CASE(of_a_message_of_ours_is_shown_what_is_known_of_it) {
    const auto status = R"({"id": "x", "origin": "ZW", "kind": "message.text", "class": "routine",
        "recipients": [{"recipient": "MU", "state": "relayed"}]})";
    fake_daemon daemon({{404, not_found}, {200, status}, {200, bureaus}});
    const auto got = daemon.run(cli::run_show, {std::string{id}});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(contains(got.out, "a message of ours"), got.out);
    BOOST_TEST(contains(got.out, "MU · IP PORT LOUIS"), got.out);
    fake_daemon none({{404, not_found}, {404, not_found}});
    const auto missing = none.run(cli::run_show, {std::string{id}});
    BOOST_TEST(missing.code == to_int(exit_code::not_found));
    BOOST_TEST(missing.out == "");
}

BOOST_AUTO_TEST_CASE(a_file_or_draft_is_shown_without_a_daemon) {
    const temporary_folder folder;
    folder.write("draft.json", "// a draft\n" + std::string{document});
    const auto file = (folder / "draft.json").string();
    const auto got = run_verb(cli::run_show, {"--file", file});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(contains(got.out, "Free text (message.text)\n"), got.out);
    BOOST_TEST(contains(got.out, "refusal /body/text"), got.out);  // Its control character.
    const auto raw = json::parse(run_verb(cli::run_show, {"--file", file, "--json"}).out);
    BOOST_TEST(raw.at("document") == json::parse(document));
    BOOST_TEST(!raw.at("validation").at("ok").as_bool());
    const auto none = run_verb(cli::run_show, {"--file", file + ".none"});
    BOOST_TEST(none.code == to_int(exit_code::not_found));
}

BOOST_AUTO_TEST_CASE(a_public_notice_becomes_a_draft_and_what_is_left_out_is_told) {
    const temporary_folder folder;
    folder.write("notice.json", R"({"entity_id": "2026/1", "name": "EXAMPLENAME", "height": 0,
        "arrest_warrants": [{"issuing_country_id": "MU", "charge": "Synthetic"}], "rank": "x"})");
    const auto file = (folder / "notice.json").string();
    const auto got = run_verb(cli::run_import, {"notice-json", file});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(contains(got.out, "\"name\": \"EXAMPLENAME\""), got.out);
    BOOST_TEST(!contains(got.out, "height"), got.out);
    BOOST_TEST(contains(got.err, "not taken /rank: "), got.err);
    folder.write("draft.json", got.out);
    const auto checked = run_verb(cli::run_validate, {(folder / "draft.json").string()});
    BOOST_TEST(checked.code == to_int(exit_code::refused));  // Until it is filled in.
    BOOST_TEST(contains(checked.out, "refusal /language"), checked.out);
    const auto value = json::parse(run_verb(cli::run_import, {"notice-json", file, "--json"}).out);
    BOOST_TEST(value.at("unmapped").at(0).at("pointer").as_string() == "/rank");
    BOOST_TEST(value.at("document").at("kind").as_string() == "notice.publication");
}

BOOST_AUTO_TEST_CASE(what_is_no_notice_is_refused_and_what_is_not_there_not_found) {
    const temporary_folder folder;
    for (const auto* text :
         {"", "[]", "{}", R"({"name": "x"})", R"({"_embedded": {"notices": []}})", "{\"name\":"}) {
        folder.write("notice.json", text);
        const auto got =
            run_verb(cli::run_import, {"notice-json", (folder / "notice.json").string()});
        BOOST_TEST(got.code == to_int(exit_code::refused), text << got.err);
        BOOST_TEST(got.out == "");
        BOOST_TEST(!got.err.empty());
    }
    const auto none = run_verb(cli::run_import, {"notice-json", (folder / "none").string()});
    BOOST_TEST(none.code == to_int(exit_code::not_found));
}

BOOST_AUTO_TEST_CASE(bureaus_groups_and_sub_bureaus_are_listed) {
    fake_daemon daemon({{200, bureaus}});
    const auto got = daemon.run(cli::run_bureaus, {});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    for (const auto* wanted :
         {"IP PORT LOUIS", "en, fr", "group:coast is KE, TZ\n", "GI answers through GB\n"}) {
        BOOST_TEST(contains(got.out, wanted), wanted << got.out);
    }
    fake_daemon raw({{200, bureaus}});
    BOOST_TEST(json::parse(raw.run(cli::run_bureaus, {"--json"}).out) == json::parse(bureaus));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
