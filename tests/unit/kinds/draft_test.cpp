// Drafts: comments taken away, skeletons of all kinds, rows in words.
#include "protocol/kinds/draft.hpp"

#include "protocol/kinds/validate.hpp"
#include "protocol/kinds/words.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace dhow::kinds;
namespace json = boost::json;

namespace {

struct draft_case {
    std::string kind;
    std::string colour;
};

/// Each kind, and each colour of those that have colours.
std::vector<draft_case> all_drafts() {
    const auto& data = registry::in_force();
    std::vector<draft_case> out;
    for (const auto& [name, row] : data.rows()) {
        out.push_back({name, ""});
        for (const auto& [colour, words] : data.list("notice_types").codes) {
            if (has_colours(row)) {
                out.push_back({name, colour});
            }
        }
    }
    return out;
}

std::string skeleton(const draft_case& of) {
    const auto& data = registry::in_force();
    return skeleton_of(data, *data.find(of.kind), of.colour);
}

/// The draft with all that stands in comments but the words taken in.
std::string with_everything(const std::string& draft) {
    std::string out;
    std::size_t begin = 0;
    while (begin < draft.size()) {
        const auto end = draft.find('\n', begin);
        auto line = draft.substr(begin, end - begin);
        begin = end + 1;
        for (auto mark = line.find_first_not_of(' '); line.compare(mark, 3, "// ") == 0;) {
            line.erase(mark, 3);
            mark = line.find_first_not_of(' ');
        }
        const auto first = line.find_first_not_of(' ');
        constexpr std::string_view begins = "\"{}[]n";
        if (begins.find(line[first]) != std::string_view::npos && !line.starts_with("not")) {
            out += line + "\n";
        }
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(draft_test)

BOOST_AUTO_TEST_CASE(comments_and_commas_too_many_go_and_texts_stay) {
    BOOST_TEST(without_comments("{\"a\": 1, // one\n}") == "{\"a\": 1 \n}");
    BOOST_TEST(without_comments("[1, 2,\n // \"x\"\n]") == "[1, 2\n \n]");
    BOOST_TEST(without_comments(R"({"a": "b // c, }", "d": ["\",}"]})") ==
               R"({"a": "b // c, }", "d": ["\",}"]})");
    BOOST_TEST(without_comments("[1,,]") == "[1,]");  // one mistake is no other
    BOOST_TEST(without_comments("\"never closed // x") == "\"never closed // x");
    BOOST_TEST(without_comments("// all") == "");
    BOOST_TEST(without_comments("/ /") == "/ /");
    BOOST_TEST(without_comments("").empty());
}

BOOST_AUTO_TEST_CASE(each_skeleton_is_read_and_refused_until_it_is_filled_in) {
    for (const auto& each : all_drafts()) {
        BOOST_TEST_CONTEXT(each.kind << " " << each.colour) {
            const auto text = without_comments(skeleton(each));
            const auto verdict = validate(registry::in_force(), {.kind = each.kind}, text);
            BOOST_TEST(verdict.refused);
            BOOST_TEST(verdict.kind == each.kind);
            for (const auto& one : verdict.problems) {
                BOOST_TEST(!one.rule.starts_with("R-DOC"), one.rule);
                // Depends on what is filled in elsewhere, which the draft says in words.
                const bool depends = one.pointer.ends_with("sought_from/countries") ||
                                     one.pointer == "/body/explanation";
                BOOST_TEST((depends || one.text != "R-SCH-01"), one.pointer << " is missing");
                BOOST_TEST(one.text != "R-SCH-02", one.pointer << " is no member");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_stands_in_comments_is_json_too_and_has_members_that_exist) {
    for (const auto& each : all_drafts()) {
        BOOST_TEST_CONTEXT(each.kind << " " << each.colour) {
            const auto text = without_comments(with_everything(skeleton(each)));
            const auto verdict = validate(registry::in_force(), {.kind = each.kind}, text);
            BOOST_TEST(!verdict.problems.empty());
            for (const auto& one : verdict.problems) {
                BOOST_TEST(!one.rule.starts_with("R-DOC"), one.found << "\n" << text);
                BOOST_TEST(one.text != "R-SCH-02", one.pointer << " is no member");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_skeleton_says_what_may_stand_where) {
    const auto draft = skeleton({"notice.request", "red"});
    for (const auto* part : {
             "// Request for a notice (notice.request, red)\n",
             "// from bureau, entity to secretariat\n",
             "// class routine; urgent if /body/notice_type red; expires: 90 d\n",
             "    \"kind\": \"notice.request\",",
             "        \"notice_type\": \"red\",",
             "            \"sex_id\": null,  // F, M, U\n",
             "            // \"date_of_birth\": null,  // YYYY, YYYY/MM or YYYY/MM/DD\n",
             "        \"assurance_extradition\": null,  // true\n",
             "                \"charge\": null,",
         }) {
        BOOST_TEST((draft.find(part) != std::string::npos), part << "\n" << draft);
    }
    BOOST_TEST((skeleton({"hit.reply", ""}).find("// with status IN_PROCESS: ready_by\n") !=
                std::string::npos));
    BOOST_TEST(
        (skeleton({"notice.request", "silver"}).find("// exactly one of: person, entity\n") !=
         std::string::npos));
    BOOST_TEST(!has_colours(*registry::in_force().find("hit.reply")));
}

BOOST_AUTO_TEST_CASE(rows_are_told_in_words) {
    const auto& row = *registry::in_force().find("hit.request");
    BOOST_TEST(class_words(row) == "urgent; flash if /body/priority U");
    BOOST_TEST(expiry_words(row) == "3 d; 1 d if /body/priority U");
    BOOST_TEST(reference_words(row) == "hit.notification");
    BOOST_TEST(names_of(row.senders) == "bureau");
    const auto& papers = *registry::in_force().find("arrest.documents");
    BOOST_TEST(expiry_words(papers) == "when the day in /body/legal_limit is over");
    BOOST_TEST(expiry_words(*registry::in_force().find("notice.cancellation")) == "never");
}

BOOST_AUTO_TEST_SUITE_END()
