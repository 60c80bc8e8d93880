// Names and dates as people write them.
#include "protocol/kinds/names.hpp"

#include "protocol/kinds/dates.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace dhow::kinds;

BOOST_AUTO_TEST_SUITE(names_test)

BOOST_AUTO_TEST_CASE(a_line_has_no_control_or_direction_characters) {
    for (const std::string good : {"", "Port Louis", "\u0645\u062b\u0627\u0644", "\u793a\u4f8b",
                                   "\u121d\u1233\u120c", "O\u2019Example", "a\u200cb"}) {
        BOOST_TEST(is_clean_line(good));
        BOOST_TEST(is_clean_lines(good));
    }
    for (const std::string bad : {"a\u202eb", "a\u2066b", "\ufeffa", "a\u2028b", "a\x01", "\x7f",
                                  "\x80", "\xc0\x80", "\xed\xa0\x80"}) {
        BOOST_TEST(!is_clean_line(bad));
        BOOST_TEST(!is_clean_lines(bad));
    }
    for (const std::string text : {"a\nb", "a\tb", "\u200fa", "\u200ea", "\u061ca"}) {
        BOOST_TEST(!is_clean_line(text));
        BOOST_TEST(is_clean_lines(text));
    }
}

BOOST_AUTO_TEST_CASE(form_c_is_known_and_made) {
    BOOST_TEST(is_nfc("plain"));
    BOOST_TEST(is_nfc("\u00c9"));
    BOOST_TEST(!is_nfc("E\u0301"));
    BOOST_TEST(to_nfc("E\u0301").value() == "\u00c9");
    BOOST_TEST(!is_nfc("\u0627\u0653"));  // alef and madda above: one letter in form C
    BOOST_TEST(to_nfc("\u0627\u0653").value() == "\u0622");
    BOOST_TEST(!to_nfc("\xff"));
    BOOST_TEST(!is_nfc("\xff"));
}

BOOST_AUTO_TEST_CASE(keys_bring_spellings_together_and_keep_names_apart) {
    const auto same = [](const std::string& one, const std::string& other) {
        BOOST_TEST(comparison_key(one) == comparison_key(other));
        BOOST_TEST(!comparison_key(one).empty());
    };
    same("\u00c9XEMPLE", "exemple");
    same("E\u0301xemple", "\u00c9XEMPLE");
    same("O'Example", "OExample");
    same("Example-Sample", "EXAMPLE\u2010SAMPLE");
    same("  Two   Names ", "two names");
    same("Stra\u00dfe", "STRASSE");
    same("\u0623\u0645\u062b\u0627\u0644", "\u0627\u0645\u062b\u0627\u0644");  // alef with hamza
    same("\u0645\u064e\u062b\u0640\u0627\u0644", "\u0645\u062b\u0627\u0644");  // vowel, tatweel
    same("\u041f\u0420\u0418\u041c\u0415\u0420", "\u043f\u0440\u0438\u043c\u0435\u0440");
    BOOST_TEST(comparison_key("EXAMPLE") != comparison_key("SAMPLE"));
    BOOST_TEST(comparison_key("two names") != comparison_key("twonames"));
    BOOST_TEST(comparison_key("\u793a\u4f8b") == "\u793a\u4f8b");
    BOOST_TEST(comparison_key("").empty());
    BOOST_TEST(comparison_key("\xff").empty());
}

BOOST_AUTO_TEST_CASE(a_dash_is_no_name) {
    for (const auto* absent : {"", "-", " ", "--"}) {
        BOOST_TEST(is_absent_name(absent));
    }
    BOOST_TEST(!is_absent_name("A-"));
}

BOOST_AUTO_TEST_CASE(code_points_are_counted_not_bytes) {
    BOOST_TEST(code_points("abc").value() == 3U);
    BOOST_TEST(code_points("\u793a\u4f8b").value() == 2U);
    BOOST_TEST(!code_points("\xff").has_value());
}

BOOST_AUTO_TEST_CASE(dates_exist_and_have_one_form) {
    BOOST_TEST(parse_date("2024-02-29").has_value());
    for (const auto* bad : {"2023-02-29", "2026-1-1", "26-01-01", "2026/01/01", "2026-01-01 ",
                            "2026-00-10", "2026-13-01", "1700-01-01", "", "2026-01-0a"}) {
        BOOST_TEST(!parse_date(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(births_may_be_known_in_part) {
    using namespace std::chrono;
    BOOST_TEST((parse_partial_date("1980") ==
                day_range{sys_days{1980y / January / 1}, sys_days{1980y / December / 31}}));
    BOOST_TEST((parse_partial_date("1980/02") ==
                day_range{sys_days{1980y / February / 1}, sys_days{1980y / February / 29}}));
    BOOST_TEST((parse_partial_date("1980/05/17")->first == sys_days{1980y / May / 17}));
    for (const auto* bad : {"", "80", "1980/", "1980/5", "1980/13", "1980/00", "1980/02/30",
                            "1980-05-17", "1980/05/1", "1980/05/171", "198", "19800517"}) {
        BOOST_TEST(!parse_partial_date(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(times_are_utc) {
    BOOST_TEST(parse_time("2026-11-29T18:09:58Z").has_value());
    BOOST_TEST((*parse_time("2026-11-29T18:09:58.5Z") == *parse_time("2026-11-29T18:09:58.500Z")));
    BOOST_TEST((*parse_time("2026-11-29T18:09:58.05Z") - *parse_time("2026-11-29T18:09:58Z") ==
                std::chrono::milliseconds{50}));
    for (const auto* bad :
         {"2026-11-29T18:09:58", "2026-11-29T18:09:58+00:00", "2026-11-29", "2026-11-29T24:00:00Z",
          "2026-11-29T18:60:00Z", "2026-11-29T18:00:60Z", "2026-11-29T18:09:58.Z",
          "2026-11-29T18:09:58.1234Z", "2026-11-29 18:09:58Z"}) {
        BOOST_TEST(!parse_time(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(days_begin_in_the_east_and_end_in_the_west) {
    const auto noon = *parse_time("2026-11-29T12:00:00Z");
    BOOST_TEST((latest_today(noon) == *parse_date("2026-11-30")));
    BOOST_TEST((latest_today(*parse_time("2026-11-29T09:59:59Z")) == *parse_date("2026-11-29")));
    BOOST_TEST((end_everywhere(*parse_date("2026-11-28")) == noon));
}

BOOST_AUTO_TEST_CASE(the_least_age_counts_from_the_last_possible_birthday) {
    using namespace std::chrono;
    const auto age = [](const char* birth, year_month_day at) {
        return least_age(*parse_partial_date(birth), sys_days{at});
    };
    BOOST_TEST(age("2008/05/17", 2026y / May / 17) == 18);
    BOOST_TEST(age("2008/05/17", 2026y / May / 16) == 17);
    BOOST_TEST(age("2008", 2026y / May / 17) == 17);
    BOOST_TEST(age("2008", 2026y / December / 31) == 18);
}

BOOST_AUTO_TEST_SUITE_END()
