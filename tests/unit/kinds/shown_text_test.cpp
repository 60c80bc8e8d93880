// Text of others made visible, isolated, wrapped, escaped.
#include "protocol/kinds/shown_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::kinds;

namespace {
const std::string arabic = "\u0645\u062B\u0627\u0644";  // "example"
const std::string hebrew_word = "\u05D3\u05D5\u05D2\u05DE\u05D4";
}  // namespace

BOOST_AUTO_TEST_SUITE(shown_text_test)

BOOST_AUTO_TEST_CASE(what_controls_or_turns_is_written_in_numbers) {
    BOOST_TEST(visible_line("a\x1b[31mb") == "a<U+001B>[31mb");
    BOOST_TEST(visible_line("a\u202Eb\u2066c\u2069") == "a<U+202E>b<U+2066>c<U+2069>");
    BOOST_TEST(visible_line("a\u200Fb\uFEFF\u200B\u00AD") == "a<U+200F>b<U+FEFF><U+200B><U+00AD>");
    BOOST_TEST(visible_line("a\u009Bb\u007F") == "a<U+009B>b<U+007F>");
    BOOST_TEST(visible_line("\U000E0041\uE000\U0010FFFF") == "<U+E0041><U+E000><U+10FFFF>");
    BOOST_TEST(visible_line("a\tb\r\nc\u2028d") == "a b  c<U+2028>d");
    BOOST_TEST(visible_line("a\xff\xc0\x80z") == "a\uFFFD\uFFFD\uFFFDz");
}

BOOST_AUTO_TEST_CASE(letters_of_all_scripts_and_joiners_stay) {
    for (const auto* text : {"Ångström", "\u12A0\u1260\u1260", "\u4F8B", "Пример",
                             "\u0646\u0645\u0648\u0646\u0647\u200C\u0647\u0627", "e\u0301"}) {
        BOOST_TEST(visible_line(text) == text);
    }
}

BOOST_AUTO_TEST_CASE(texts_keep_their_lines_and_the_marks_that_order_numbers) {
    const auto lines = visible_lines("a\r\n\u200F" + arabic + " 12\n\nb\x07");
    BOOST_REQUIRE_EQUAL(lines.size(), 4U);
    BOOST_TEST(lines[0] == "a");
    BOOST_TEST(lines[1] == "\u200F" + arabic + " 12");
    BOOST_TEST(lines[2] == "");
    BOOST_TEST(lines[3] == "b<U+0007>");
    BOOST_TEST(visible_lines("\u202Ea")[0] == "<U+202E>a");
}

BOOST_AUTO_TEST_CASE(the_first_letter_decides_the_direction) {
    BOOST_TEST((direction_of("12 (") == direction::none));
    BOOST_TEST((direction_of("12 a " + arabic) == direction::left_to_right));
    BOOST_TEST((direction_of("12 " + arabic + " a") == direction::right_to_left));
    BOOST_TEST((direction_of(hebrew_word) == direction::right_to_left));
    BOOST_TEST(has_right_to_left("a " + arabic));
    BOOST_TEST(has_right_to_left("\u0661\u0662"));  // Arabic digits
    BOOST_TEST(!has_right_to_left("a 12 \u4F8B"));
}

BOOST_AUTO_TEST_CASE(only_what_could_turn_its_surroundings_is_isolated) {
    BOOST_TEST(isolated("abc") == "abc");
    BOOST_TEST(isolated(arabic) == "\u2067" + arabic + "\u2069");
    BOOST_TEST(isolated("abc " + arabic) == "\u2066abc " + arabic + "\u2069");
    BOOST_TEST(isolated("abc", direction::right_to_left) == "\u2067abc\u2069");
    BOOST_TEST(isolated(arabic, direction::left_to_right) == "\u2066" + arabic + "\u2069");
}

BOOST_AUTO_TEST_CASE(columns_are_those_of_a_terminal) {
    BOOST_TEST(columns_of("abc") == 3U);
    BOOST_TEST(columns_of("\u4F8B\u4F8B") == 4U);
    BOOST_TEST(columns_of("e\u0301") == 1U);
    BOOST_TEST(columns_of(isolated(arabic)) == 4U);
}

BOOST_AUTO_TEST_CASE(lines_are_cut_at_spaces_and_lose_nothing) {
    using texts = std::vector<std::string>;
    BOOST_TEST((wrapped("", 5) == texts{""}));
    BOOST_TEST((wrapped("aa bb cc", 5) == texts{"aa bb", "cc"}));
    BOOST_TEST((wrapped("aaaaaaa b", 3) == texts{"aaa", "aaa", "a b"}));
    BOOST_TEST((wrapped("aa bbb", 4) == texts{"aa", "bbb"}));
    BOOST_TEST((wrapped("\u4F8B\u4F8B\u4F8B", 4) == texts{"\u4F8B\u4F8B", "\u4F8B"}));
    for (std::size_t columns = 2; columns < 12; ++columns) {
        for (const auto& each : wrapped("a long  text with \u4F8B and words", columns)) {
            BOOST_TEST(columns_of(each) <= columns);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_means_something_in_html_is_escaped) {
    BOOST_TEST(html_escaped("<a href=\"x\" b='y'>&") ==
               "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
}

BOOST_AUTO_TEST_SUITE_END()
