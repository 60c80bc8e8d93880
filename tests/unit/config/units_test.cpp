// Durations, sizes, addresses, names and near misses.
#include "config/units.hpp"

#include "config/nearest.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

namespace {

using namespace dhow::config;
using namespace std::chrono_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(units_test)

BOOST_AUTO_TEST_CASE(durations_carry_a_unit) {
    BOOST_TEST((parse_duration("90s") == 90s));
    BOOST_TEST((parse_duration("10m") == 10min));
    BOOST_TEST((parse_duration("24h") == 24h));
    BOOST_TEST((parse_duration("30d") == 720h));
    BOOST_TEST((parse_duration("2w") == 336h));
    for (const auto* text : {"", "10", "m", "10 m", "-1m", "1.5h", "10min", "0x1m", "+1m",
                             "99999999999999999999d", "106751991167301d"}) {
        BOOST_TEST(!parse_duration(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(durations_are_written_as_they_are_read) {
    for (const auto* text : {"0s", "90s", "10m", "36h", "30d"}) {
        BOOST_TEST(duration_text(*parse_duration(text)) == text);
    }
}

BOOST_AUTO_TEST_CASE(sizes_carry_a_binary_unit) {
    BOOST_TEST(*parse_size("512KiB") == 524'288u);
    BOOST_TEST(*parse_size("20GiB") == 21'474'836'480u);
    BOOST_TEST(size_text(*parse_size("1536MiB")) == "1536MiB");
    for (const auto* text : {"20", "20GB", "20gib", "1 MiB", "-1B", "9999999999TiB"}) {
        BOOST_TEST(!parse_size(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(percentages_are_whole_and_at_most_hundred) {
    BOOST_TEST(*parse_percent("20%") == 0.2);
    BOOST_TEST(*parse_percent("100%") == 1.0);
    for (const auto* text : {"20", "101%", "-1%", "%", "2.5%"}) {
        BOOST_TEST(!parse_percent(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(addresses_are_host_and_port) {
    BOOST_TEST(parse_host_port("gw.example:7443")->host == "gw.example");
    BOOST_TEST(parse_host_port("[2001:db8::1]:7443")->host == "2001:db8::1");
    BOOST_TEST(parse_host_port("192.0.2.1:1")->port == 1);
    for (const auto* text : {"", ":1", "host", "host:", "host:0", "host:65536", "host:x",
                             "2001:db8::1:7443", "[gw]:1", "[]:1", "a b:1", "host:+1"}) {
        BOOST_TEST(!parse_host_port(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_CASE(knows_the_words_of_yaml_1_1) {
    for (const auto* text : {"NO", "no", "No", "ON", "Y", "N", "yes", "TRUE", "off", "null", "~"}) {
        BOOST_TEST(is_yaml11_word(text), text);
    }
    for (const auto* text : {"ZW", "NOR", "MU", "IPSG", "", "YE", "falsehood"}) {
        BOOST_TEST(!is_yaml11_word(text), text);
    }
}

BOOST_AUTO_TEST_CASE(names_and_kind_patterns) {
    BOOST_TEST(is_name("border-police"));
    BOOST_TEST(is_name("LTE_2"));
    BOOST_TEST(is_kind_pattern("*"));
    BOOST_TEST(is_kind_pattern("hit.*"));
    BOOST_TEST(is_kind_pattern("notice.publication"));
    for (const auto* text : {"", "-a", "a.b", "a/b", "..", "a b", "é"}) {
        BOOST_TEST(!is_name(text), text);
    }
    BOOST_TEST(!is_name(std::string(65, 'a')));
    for (const auto* text :
         {"", ".*", "hit*", "*.reply", "Hit.request", "hit..x", "hit.", ".hit"}) {
        BOOST_TEST(!is_kind_pattern(text), text);
    }
}

BOOST_AUTO_TEST_CASE(the_nearest_word_is_at_most_two_edits_away) {
    constexpr std::array<std::string_view, 4> known{"storage", "keys", "trust", "listen"};
    BOOST_TEST(nearest("storgae", known) == "storage");
    BOOST_TEST(nearest("key", known) == "keys");
    BOOST_TEST(nearest("lisen", known) == "listen");
    BOOST_TEST(nearest("colour", known) == "");
    BOOST_TEST(nearest("", known) == "");
    BOOST_TEST(nearest(std::string(200, 'k'), known) == "");
}

BOOST_AUTO_TEST_SUITE_END()
