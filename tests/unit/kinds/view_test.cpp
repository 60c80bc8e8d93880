// Messages as people read them: golden files for terminal and page, and what no output may hold.
// Way of the message: tests of protocol/kinds/view.
// Not pure: reads tests/unit/kinds/views; writes them anew with DHOW_WRITE_GOLDEN.
// Spec: docs/kinds.md#reading.
// Limits: what is wrong with a message is tested in unit/kinds/examples_test.cpp.
#include "protocol/kinds/view.hpp"

#include "protocol/kinds/labels.hpp"
#include "protocol/kinds/names.hpp"
#include "protocol/kinds/shape.hpp"
#include "protocol/kinds/shown_text.hpp"
#include "protocol/kinds/validate.hpp"
#include "tests/unit/kinds/example_files.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace dhow::tests {

namespace json = boost::json;
using namespace dhow::kinds;

namespace {

const std::string folder = std::string{DHOW_SOURCE_DIR} + "/tests/unit/kinds/views/";

std::string content_of(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string member_of(const json::value& from, std::string_view name) {
    const auto* value = from.as_object().if_contains(name);
    return value == nullptr ? std::string{} : std::string{value->as_string()};
}

view_head head_of(const json::value& from) {
    view_head out{.id = member_of(from, "id"),
                  .kind = member_of(from, "kind"),
                  .origin = member_of(from, "origin"),
                  .agency = member_of(from, "agency"),
                  .subject = member_of(from, "subject"),
                  .cls = member_of(from, "class"),
                  .media_type = member_of(from, "media_type"),
                  .received_at = member_of(from, "received_at")};
    if (const auto* to = from.as_object().if_contains("to")) {
        out.recipients = strings_of(*to);
    }
    if (const auto* names = from.as_object().if_contains("names")) {
        for (const auto& each : names->as_object()) {
            out.names.emplace(each.key(), each.value().as_string());
        }
    }
    if (const auto* files = from.as_object().if_contains("attachments")) {
        for (const auto& each : files->as_array()) {
            out.attachments.push_back({member_of(each, "name"), member_of(each, "media_type"),
                                       each.at("bytes").to_number<std::uint64_t>()});
        }
    }
    return out;
}

struct shown_message {
    std::string name;
    kinds::view view;
    std::string terminal, html;
};

/// As an addressee sees it.
shown_message shown_of(const std::filesystem::path& path) {
    const auto file = json::parse(content_of(path));
    const auto head = head_of(file.at("head"));
    const auto* document = file.as_object().if_contains("document");
    const auto text = document != nullptr ? json::serialize(*document) : member_of(file, "text");
    std::vector<view_problem> problems;
    if (document != nullptr) {
        context facts{.at = end::receiver, .kind = head.kind, .sender = head.origin};
        facts.now = protocol::parse_utc(head.received_at);
        for (const auto& each : validate(registry::in_force(), facts, text).problems) {
            problems.push_back({each.severity == severity::refusal ? "refusal" : "warning",
                                each.pointer, each.rule, each.found});
        }
    }
    shown_message out{
        path.stem().string(), make_view(registry::in_force(), head, text, problems), {}, {}};
    out.terminal = to_terminal(out.view);
    out.html = to_html(out.view);
    return out;
}

const std::vector<shown_message>& all_shown() {
    static const auto once = [] {
        std::vector<std::filesystem::path> paths;
        for (const auto& each : std::filesystem::directory_iterator{folder}) {
            if (each.path().extension() == ".json") {
                paths.push_back(each.path());
            }
        }
        std::ranges::sort(paths);
        std::vector<shown_message> out;
        std::ranges::transform(paths, std::back_inserter(out), shown_of);
        return out;
    }();
    return once;
}

void check_golden(const std::string& name, const std::string& got) {
    if (std::getenv("DHOW_WRITE_GOLDEN") != nullptr) {
        std::ofstream{folder + name, std::ios::binary} << got;
    }
    BOOST_TEST(got == content_of(folder + name), name << " is not what was rendered:\n" << got);
}

constexpr char32_t left_isolate = 0x2066, right_isolate = 0x2067, pop = 0x2069;

bool is_order_mark(char32_t c) { return c == 0x061C || c == 0x200E || c == 0x200F; }

/// Control characters, and isolates that are not closed in their line.
std::string faults_of(std::string_view text) {
    std::string out;
    int open = 0;
    while (!text.empty()) {
        const auto c = take_code_point(text);
        if (!c) {
            return out + "no UTF-8;";
        }
        open += *c == left_isolate || *c == right_isolate ? 1 : *c == pop ? -1 : 0;
        const bool ours = *c == left_isolate || *c == right_isolate || *c == pop;
        if ((is_control(*c) && *c != '\n') || (is_direction(*c) && !ours && !is_order_mark(*c))) {
            out += "character " + std::to_string(static_cast<unsigned>(*c)) + ";";
        }
        if (*c == '\n' || open < 0) {
            out += open == 0 ? "" : "isolate;";
            open = 0;
        }
    }
    return out + (open == 0 ? "" : "isolate;");
}

void collect_members(const json::value& from, const std::string& parent,
                     std::set<std::pair<std::string, std::string>>& out) {
    if (const auto* list = from.if_array()) {
        for (const auto& each : *list) {
            collect_members(each, parent, out);
        }
        return;
    }
    const auto* object = from.if_object();
    if (object == nullptr) {
        return;
    }
    for (const auto& [key, value] : *object) {
        if (key == "properties" || key == "$defs") {
            for (const auto& [name, inner] : value.as_object()) {
                if (key == "properties") {
                    out.emplace(parent, name);
                }
                collect_members(inner, std::string{name}, out);
            }
        } else if (key != "if" && key != "dhow") {
            collect_members(value, parent, out);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(view_test)

BOOST_AUTO_TEST_CASE(messages_are_rendered_as_the_golden_files_say) {
    BOOST_TEST(all_shown().size() >= 8U);
    for (const auto& each : all_shown()) {
        check_golden(each.name + ".txt", each.terminal);
        check_golden(each.name + ".html", each.html);
    }
}

BOOST_AUTO_TEST_CASE(nothing_of_a_sender_controls_a_terminal) {
    for (const auto& each : all_shown()) {
        BOOST_TEST(faults_of(each.terminal) == "", each.name);
    }
    for (const auto& each : all_examples()) {
        const auto shown = make_view(registry::in_force(), {}, each.text, {});
        BOOST_TEST(faults_of(to_terminal(shown)) == "", each.file << " " << each.name);
        BOOST_TEST(!shown.title.empty());
    }
}

BOOST_AUTO_TEST_CASE(no_line_is_wider_than_the_page) {
    for (const auto& each : all_shown()) {
        std::string_view rest = each.terminal;
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            BOOST_TEST(columns_of(rest.substr(0, end)) <= 80U,
                       each.name << ": " << rest.substr(0, end));
            rest.remove_prefix(end + 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_page_holds_no_tag_of_a_sender_and_loads_nothing) {
    const std::set<std::string, std::less<>> ours{
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "h1", "h2",  "p",
        "dl",       "dt",   "dd",   "bdi",  "span",  "pre",   "ul",   "li", "code"};
    for (const auto& each : all_shown()) {
        const auto& page = each.html;
        for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
            const auto begin = at + (page[at + 1] == '/' ? 2 : 1);
            const auto name = page.substr(begin, page.find_first_of(" >", begin) - begin);
            BOOST_TEST(ours.contains(name), each.name << ": <" << name);
        }
        for (const auto* wrong : {"src=", "href=", "onerror=\"", "url("}) {
            const auto found = page.find(wrong);
            BOOST_TEST((found == std::string::npos || page.find('<', found) > found), each.name);
        }
        BOOST_TEST(page.find("default-src 'none'") != std::string::npos);
        BOOST_TEST(page.find("<meta charset=\"utf-8\">") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(every_member_of_the_schemas_has_a_label) {
    std::set<std::pair<std::string, std::string>> members;
    for (const auto& each : data_files()) {
        if (each.name.starts_with("kinds/")) {
            collect_members(json::parse(each.text), "", members);
        }
    }
    BOOST_TEST(members.size() > 150U);
    for (const auto& [parent, name] : members) {
        BOOST_TEST(!label_book::builtin().label(parent, name).empty(), parent << "." << name);
    }
}

BOOST_AUTO_TEST_CASE(the_person_of_each_example_is_shown) {
    for (const auto& each : all_examples()) {
        if (!each.accepted) {
            continue;
        }
        const auto shown = to_terminal(make_view(registry::in_force(), {}, each.text, {}));
        const auto parsed = json::parse(each.text);
        if (const auto* name = at_pointer(parsed, "/body/person/name")) {
            BOOST_TEST(shown.find(std::string{name->as_string()}) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_red_notice_is_no_warrant_and_a_hit_no_arrest) {
    const auto reminders = [](std::string_view kind, std::string_view text) {
        return label_book::builtin().reminders(kind, json::parse(text));
    };
    const std::string_view red = R"({"body": {"notice_type": "red"}})";
    const std::string_view blue = R"({"body": {"notice_type": "blue"}})";
    for (const auto* kind : {"notice.publication", "notice.request", "diffusion.circulation"}) {
        BOOST_REQUIRE_EQUAL(reminders(kind, red).size(), 1U);
        BOOST_TEST(reminders(kind, red)[0].starts_with("This is no arrest warrant"));
        BOOST_TEST(reminders(kind, blue).empty());
    }
    for (const auto* kind : {"hit.notification", "hit.request"}) {
        BOOST_REQUIRE_EQUAL(reminders(kind, "{}").size(), 1U);
        BOOST_TEST(reminders(kind, "{}")[0].starts_with("A hit is no arrest"));
    }
    BOOST_TEST(reminders("message.text", "{}").empty());
    const std::string_view pending = R"({"body": {"notice_type": "red", "compliance": "pending"}})";
    BOOST_TEST(reminders("diffusion.circulation", pending).size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_no_document_is_shown_as_text) {
    const auto shown = make_view(registry::in_force(), {.kind = "message.text"}, "{\"a\":", {});
    BOOST_TEST(shown.plain == "{\"a\":");
    BOOST_TEST(shown.document.empty());
    const auto other = make_view(registry::in_force(), {.media_type = "text/plain"}, "{}", {});
    BOOST_TEST(other.plain == "{}");
    const auto empty = to_terminal(make_view(registry::in_force(), {}, "", {}));
    BOOST_TEST(empty.starts_with("Message\n"));
}

BOOST_AUTO_TEST_CASE(a_body_of_another_type_is_shown_all_the_same) {
    const auto shown = to_terminal(make_view(
        registry::in_force(), {}, R"({"kind": "hit.reply", "body": [[1, null], "x"]})", {}));
    BOOST_TEST(shown.find("Content") != std::string::npos, shown);
    BOOST_TEST(shown.find("1; -") != std::string::npos, shown);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
