// `dhow kinds`, `dhow codes`, `dhow new`, `dhow validate`: usage, results, JSON, exit codes.
// Way of the message: tests of daemon/cli/kinds_command and validate_command; there is no daemon.
// Not pure: a temporary folder, the clock.
// Spec: docs/man/dhow.1, docs/kinds.md.
// Limits: what is wrong with which text is tested in unit/kinds.
#include "protocol/kinds/registry.hpp"
#include "tests/unit/cli/fake_daemon.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using cli::exit_code;
using cli::to_int;

namespace {
using texts = std::vector<std::string>;
namespace json = boost::json;

constexpr std::string_view good_text = R"({"kind": "message.text", "schema_version": 1,
    "language": "en", "purpose": "administrative",
    "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY",
    "body": {"role": "request", "text": "Synthetic."}})";

struct drafts_folder {
    [[nodiscard]] std::string write(std::string_view name, std::string_view text) const {
        folder.write(name, text);
        return (folder / name).string();
    }
    [[nodiscard]] static verb_outcome validate(texts args) {
        return run_verb(cli::run_validate, args);
    }
    temporary_folder folder;
};

std::vector<json::value> objects(const std::string& out) {
    std::vector<json::value> found;
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) {
        found.push_back(json::parse(line));
        BOOST_TEST(found.back().is_object());
    }
    return found;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string out{text};
    BOOST_REQUIRE(out.find(from) != std::string::npos);
    return out.replace(out.find(from), from.size(), to);
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(kinds_command_test, drafts_folder)

BOOST_AUTO_TEST_CASE(wrong_command_lines_are_told_as_such) {
    const auto file = write("good.json", good_text);
    const std::vector<std::pair<verb_function, texts>> cases{
        {cli::run_kinds, {"a", "b"}},
        {cli::run_kinds, {"--all"}},
        {cli::run_codes, {"a", "b"}},
        {cli::run_new, {}},
        {cli::run_new, {"hit.request", "hit.reply"}},
        {cli::run_new, {"hit.request", "--type", "red"}},
        {cli::run_new, {"notice.request", "--type", "pink"}},
        {cli::run_new, {"notice.request", "--type", ""}},
        {cli::run_validate, {}},
        {cli::run_validate, {file, file}},
        {cli::run_validate, {file, "--language", "pt"}},
        {cli::run_validate, {file, "--from", "mu"}},
        {cli::run_validate, {file, "--to", "Mauritius"}},
        {cli::run_validate, {file, "--json", "--strip"}},
        {cli::run_validate, {file, "--at", "yesterday"}},
    };
    for (const auto& [verb, args] : cases) {
        const auto got = run_verb(verb, args);
        BOOST_TEST(got.code == to_int(exit_code::usage), args.size() << ": " << got.err);
        BOOST_TEST(contains(got.err, "\nTry 'dhow "), got.err);
        BOOST_TEST(got.out == "");
    }
}

BOOST_AUTO_TEST_CASE(help_says_which_options_there_are) {
    for (const auto verb : {cli::run_kinds, cli::run_codes, cli::run_new, cli::run_validate}) {
        const auto got = run_verb(verb, {"--help"});
        BOOST_TEST(got.code == to_int(exit_code::done));
        BOOST_TEST(contains(got.out, "--json"), got.out);
    }
    BOOST_TEST(contains(run_verb(cli::run_validate, {"--help"}).out, "--received"));
}

BOOST_AUTO_TEST_CASE(all_kinds_are_listed) {
    const auto got = run_verb(cli::run_kinds, {});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(got.err == "");
    for (const auto& [name, row] : kinds::registry::in_force().rows()) {
        BOOST_TEST(contains(got.out, name + " "), name);
    }
    const auto as_json = objects(run_verb(cli::run_kinds, {"--json"}).out);
    BOOST_TEST(as_json.size() == kinds::registry::in_force().rows().size());
}

BOOST_AUTO_TEST_CASE(one_kind_is_shown_with_all_that_the_table_says) {
    const auto got = run_verb(cli::run_kinds, {"hit.request"});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(contains(got.out, "kind        hit.request (H-REQ)\n"), got.out);
    BOOST_TEST(contains(got.out, "class       urgent; flash if /body/priority U\n"), got.out);
    BOOST_TEST(contains(got.out, "refers to   hit.notification\n"), got.out);
    BOOST_TEST(contains(got.out, "not verified  class (proposed)"), got.out);
    const auto value = objects(run_verb(cli::run_kinds, {"hit.request", "--json"}).out).at(0);
    BOOST_TEST(value.at("from").at(0).as_string() == "bureau");
    BOOST_TEST(value.at("expires").as_string() == "3 d; 1 d if /body/priority U");
    BOOST_TEST(value.at("unverified").at("class").as_string() == "proposed");
}

BOOST_AUTO_TEST_CASE(code_lists_and_their_codes_are_listed_with_their_source) {
    const auto lists = run_verb(cli::run_codes, {});
    BOOST_TEST(contains(lists.out, "spoken_languages"), lists.out);
    BOOST_TEST(objects(run_verb(cli::run_codes, {"--json"}).out).size() ==
               kinds::registry::in_force().lists().size());
    const auto sex = run_verb(cli::run_codes, {"sex"});
    BOOST_TEST(sex.code == to_int(exit_code::done));
    BOOST_TEST(contains(sex.out, "\nINT-I 6.00, public notice interface, version 6.00, verified\n"),
               sex.out);
    BOOST_TEST(contains(run_verb(cli::run_codes, {"offences"}).out, "not complete"));
    const auto members = objects(run_verb(cli::run_codes, {"members", "--json"}).out);
    BOOST_TEST(members.size() == 196U);
}

BOOST_AUTO_TEST_CASE(what_is_not_there_is_not_found) {
    for (const auto verb : {cli::run_kinds, cli::run_codes, cli::run_new, cli::run_validate}) {
        const auto got = run_verb(verb, {(folder / "none").string()});
        BOOST_TEST(got.code == to_int(exit_code::not_found), got.err);
        BOOST_TEST(got.out == "");
        BOOST_TEST(got.err.starts_with("dhow: "), got.err);
    }
}

BOOST_AUTO_TEST_CASE(a_draft_is_refused_and_lists_what_is_missing_at_once) {
    const auto draft = run_verb(cli::run_new, {"notice.request", "--type", "red"});
    BOOST_TEST(draft.code == to_int(exit_code::done));
    BOOST_TEST(contains(draft.out, "\"notice_type\": \"red\""), draft.out);
    const auto got = validate({write("draft.json", draft.out)});
    BOOST_TEST(got.code == to_int(exit_code::refused));
    for (const auto* place : {"/language", "/body/person/name", "/body/arrest_warrants/0/charge",
                              "/body/assurance_extradition"}) {
        BOOST_TEST(contains(got.out, std::string("draft.json: refusal ") + place + ": "), place);
    }
    const auto as_json = objects(run_verb(cli::run_new, {"hit.reply", "--json"}).out).at(0);
    BOOST_TEST(as_json.at("draft").as_string().starts_with("// Reply"));
}

BOOST_AUTO_TEST_CASE(a_good_text_has_no_problem) {
    const auto file = write("good.json", good_text);
    const auto got = validate({file, "--kind", "message.text", "--from", "MU", "--to", "KE"});
    BOOST_TEST(got.code == to_int(exit_code::done), got.out);
    BOOST_TEST(got.out == "0 refusals, 0 warnings\n");
    const auto value = objects(validate({file, "--json"}).out).at(0);
    BOOST_TEST(value.at("ok").as_bool());
    BOOST_TEST(value.at("problems").as_array().empty());
}

BOOST_AUTO_TEST_CASE(problems_come_with_rule_number_and_language) {
    const auto file = write("wrong.json", replaced(good_text, "\"text\":", "\"txt\":"));
    const auto got = validate({file});
    BOOST_TEST(got.code == to_int(exit_code::refused));
    BOOST_TEST(contains(got.out, "/body/txt: Nobody defines the member txt. ["), got.out);
    BOOST_TEST(contains(got.out, "ERR 103]\n"), got.out);
    BOOST_TEST(contains(got.out, "\n2 refusals, 0 warnings\n"), got.out);
    const auto received = validate({file, "--received"});
    BOOST_TEST(contains(received.out, "warning /body/txt: "), received.out);
    BOOST_TEST(validate({file, "--language", "fr"}).out != got.out);
    const auto value = objects(validate({file, "--json"}).out).at(0);
    BOOST_TEST(value.at("problems").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_late_today_was_right_when_it_was_sent) {
    const auto file = write("reply.json", R"({"kind": "hit.reply", "schema_version": 1,
        "language": "en", "purpose": "document_control",
        "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY",
        "references": [{"relation": "reply_to", "id": "0195e0c1-7c3a-7000-8000-000000000001",
                        "kind": "hit.request"}],
        "body": {"status": "IN_PROCESS", "ready_by": "2026-11-29T13:00:00Z", "priority": "U",
                 "identity": "confirmed", "extradition_intent": "pending",
                 "confirming_official": {"name": "Official Example", "agency": "Bureau"}}})");
    BOOST_TEST(contains(validate({file}).out, "/body/ready_by"));
    const auto then = validate({file, "--at", "2026-11-29T12:00Z"});
    BOOST_TEST(then.code == to_int(exit_code::done), then.out);
}

BOOST_AUTO_TEST_CASE(senders_and_recipients_are_checked_when_they_are_named) {
    const auto file = write("good.json", good_text);
    for (const auto& wrong : {texts{"--from", "TW"}, texts{"--from", "MU", "--to", "HK"},
                              texts{"--kind", "hit.request"}}) {
        auto args = wrong;
        args.push_back(file);
        const auto got = validate(args);
        BOOST_TEST(got.code == to_int(exit_code::refused), wrong.back());
        BOOST_TEST(contains(got.out, "1 refusals"), got.out);
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_kind_passes_and_is_flagged) {
    const auto file = write("new.json", replaced(good_text, "message.text", "message.video"));
    const auto got = validate({file});
    BOOST_TEST(got.code == to_int(exit_code::done));
    BOOST_TEST(contains(got.out, "R-UNK-01"), got.out);
    BOOST_TEST(!objects(validate({file, "--json"}).out).at(0).at("known").as_bool());
}

BOOST_AUTO_TEST_CASE(strip_prints_what_can_be_sent_and_nothing_when_it_is_refused) {
    const auto draft = replaced(good_text, "\"role\"", "// \"x\": 1,\n \"role\"");
    const auto got = validate({write("draft.json", draft), "--strip"});
    BOOST_TEST(got.code == to_int(exit_code::done), got.err);
    BOOST_TEST(json::parse(got.out) == json::parse(good_text));
    BOOST_TEST(got.err == "0 refusals, 0 warnings\n");
    const auto refused = validate({write("wrong.json", "{}"), "--strip"});
    BOOST_TEST(refused.code == to_int(exit_code::refused));
    BOOST_TEST(refused.out == "");
}

BOOST_AUTO_TEST_CASE(the_text_may_come_from_standard_input) {
    std::istringstream in{std::string{good_text}};
    std::ostringstream out, err;
    cli::io streams{in, out, err, false};
    const texts args{"-"};
    BOOST_TEST(cli::run_validate(args, streams) == to_int(exit_code::done));
    BOOST_TEST(out.str() == "0 refusals, 0 warnings\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
