// Texts within bounds, members that stand twice, and what is shown of values.
#include "protocol/kinds/document.hpp"

#include "protocol/limits.hpp"
#include "tests/support/processor_time.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

using namespace dhow::kinds;
namespace json = boost::json;
namespace limits = dhow::protocol::limits;

namespace {

// `RULE@POINTER` of the one problem; empty when the text is taken.
std::string refusal(std::string_view text) {
    problem_list problems;
    const auto value = parse_document(text, problems);
    BOOST_TEST(value.has_value() == problems.all().empty());
    return value ? "" : problems.all().at(0).rule + "@" + problems.all().at(0).pointer;
}

std::string repeated(std::string_view part, std::size_t bytes) {
    std::string out;
    while (out.size() + part.size() <= bytes) {
        out += part;
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(document_test)

BOOST_AUTO_TEST_CASE(one_object_in_utf8) {
    BOOST_TEST(refusal(R"({"a": {"b": ["\u00e9", 1.5, null, true, "{[:,"]}})") == "");
    for (const auto* bad :
         {"", "[]", "1", "{", "{}x", "{\"a\":\xff}", "{\"a\":\"\xff\"}", "{'a':1}", "{\"a\":1,}",
          "{\"a\":NaN}", "\xef\xbb\xbf{}", "{\"a\":\"\\ud800\"}"}) {
        BOOST_TEST(refusal(bad) == "R-DOC-03@", bad);
    }
}

BOOST_AUTO_TEST_CASE(members_stand_once) {
    BOOST_TEST(refusal(R"({"a": 1, "b": {"a": 1}})") == "");
    BOOST_TEST(refusal(R"({"a": 1, "a": 1})") == "R-DOC-04@/a");
    BOOST_TEST(refusal(R"({"a": [{}, {"b": 1, "c": [2], "b": 3}]})") == "R-DOC-04@/a/1/b");
    BOOST_TEST(refusal(R"({"a": 1, "\u0061": 1})") == "R-DOC-04@/a");
}

BOOST_AUTO_TEST_CASE(bounds_are_checked_first) {
    BOOST_TEST(refusal(std::string(limits::text_bytes_max + 1, ' ')) == "R-DOC-01@");
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    BOOST_TEST(refusal(nested(limits::kinds_depth_max - 1)) == "");
    BOOST_TEST(refusal(nested(limits::kinds_depth_max)) == "R-DOC-02@");
    const auto wide = [](std::size_t values) {
        return "{\"a\":[" + repeated("1,", 2 * (values - 1)) + "1]}";
    };
    BOOST_TEST(refusal(wide(limits::kinds_values_max - 3)) == "");
    BOOST_TEST(refusal(wide(limits::kinds_values_max + 1)) == "R-DOC-02@");
}

BOOST_AUTO_TEST_CASE(hostile_texts_of_a_mebibyte_are_refused_in_ten_milliseconds) {
    const auto size = limits::text_bytes_max;
    for (const auto& text : {repeated("[", size), repeated("{\"a\":", size), repeated("[],", size),
                             "{\"a\":[" + repeated("{},", size - 8) + "1]}"}) {
        auto best = std::chrono::nanoseconds::max();
        for (int i = 0; i < 5; ++i) {
            const auto begin = dhow::tests::processor_time();
            BOOST_TEST(refusal(text) == "R-DOC-02@");
            best = std::min<std::chrono::nanoseconds>(best, dhow::tests::processor_time() - begin);
        }
        BOOST_TEST_MESSAGE(best.count() / 1000 << " us");
#ifdef __OPTIMIZE__
        BOOST_TEST(best.count() < 10'000'000);
#endif
    }
}

BOOST_AUTO_TEST_CASE(values_are_shown_briefly_and_without_harm) {
    BOOST_TEST(shown(json::parse("{}")) == "{}");
    BOOST_TEST(shown(json::parse("[1]")) == "[\u2026]");
    BOOST_TEST(shown(json::parse("1.5")) == "1.5E0");
    BOOST_TEST(shown(std::string_view{"a\nb\u202ec"}) == "a?b?c");
    BOOST_TEST(shown(std::string_view{"a\xff"}) == "a?");
    const auto cut = shown(std::string_view{std::string(100, 'x')});
    BOOST_TEST(cut == std::string(limits::kinds_shown_bytes_max, 'x') + "\u2026");
}

BOOST_AUTO_TEST_CASE(pointers_are_escaped_and_bounded) {
    BOOST_TEST(pointer_to("/a", std::string_view{"b/c~d"}) == "/a/b~1c~0d");
    BOOST_TEST(pointer_to("", std::size_t{3}) == "/3");
    std::string pointer;
    for (int i = 0; i < 100; ++i) {
        pointer = pointer_to(pointer, std::string_view{"member"});
    }
    BOOST_TEST(pointer.size() < limits::kinds_pointer_bytes_max + 8);
}

BOOST_AUTO_TEST_CASE(more_problems_than_can_be_listed_are_counted) {
    problem_list problems;
    for (std::size_t i = 0; i < limits::kinds_problems_max; ++i) {
        problems.add({.pointer = std::to_string(i), .severity = severity::warning});
    }
    BOOST_TEST(!problems.refused());
    problems.add({.pointer = "last", .severity = severity::refusal});
    BOOST_TEST(problems.all().size() == limits::kinds_problems_max);
    BOOST_TEST(problems.left_off() == 1U);
    BOOST_TEST(problems.refused());
}

BOOST_AUTO_TEST_SUITE_END()
