// Text forms of identifiers, times and classes.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#identifiers. Tests: it is one.
// Limits: none.
#include "protocol/ids.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;

BOOST_AUTO_TEST_SUITE(ids_test)

//= PF-7
BOOST_AUTO_TEST_CASE(bureau_ids_are_one_to_eight_capitals_and_digits) {
    for (const auto* good : {"MU", "IPSG", "914", "ABCDEFGH"}) {
        BOOST_TEST(bureau_id::parse(good).value().text() == good);
    }
    for (const auto* bad : {"", "mu", "M U", "ABCDEFGHI", "Ä", "M-U"}) {
        BOOST_TEST(!bureau_id::parse(bad).has_value());
    }
    BOOST_TEST((*bureau_id::parse("KE") < *bureau_id::parse("MU")));
}

BOOST_AUTO_TEST_CASE(hexadecimal_survives_the_way_there_and_back) {
    const bytes value{0x00, 0x7F, 0x80, 0xFF};
    BOOST_TEST(to_hex(value) == "007f80ff");
    BOOST_TEST((bytes_from_hex("007F80ff") == value));
    BOOST_TEST(!bytes_from_hex("0").has_value());
    BOOST_TEST(!bytes_from_hex("0g").has_value());
    BOOST_TEST(!from_hex<digest>("00").has_value());
}

BOOST_AUTO_TEST_CASE(hexadecimal_has_no_character_beside_its_digits_and_letters) {
    for (int c = 0; c < 0x100; ++c) {
        const auto is_digit = c >= '0' && c <= '9';
        const auto is_letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        const auto character = static_cast<char>(c);
        BOOST_TEST_CONTEXT("character " << c) {
            BOOST_TEST(bytes_from_hex(std::string{'0', character}).has_value() ==
                       (is_digit || is_letter));
            BOOST_TEST(bytes_from_hex(std::string{character, '0'}).has_value() ==
                       (is_digit || is_letter));
        }
    }
    std::string id(2 * key_id::size_bytes, 'a');
    BOOST_TEST(from_hex<key_id>(id).has_value());
    id.back() = 'g';
    BOOST_TEST(!from_hex<key_id>(id).has_value());
    BOOST_TEST(!from_hex<key_id>(id.substr(1)).has_value());
}

//= PF-8
BOOST_AUTO_TEST_CASE(message_ids_are_uuids_of_version_seven) {
    const std::array<std::uint8_t, 10> random{0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                              0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    const auto id = make_message_id(utc_time{milliseconds{0x0195E0C17C3A}}, random);
    BOOST_TEST(to_text(id) == "0195e0c1-7c3a-7fff-bfff-ffffffffffff");
    BOOST_TEST((parse_message_id(to_text(id)) == id));
    BOOST_TEST(!parse_message_id("0195e0c17c3a-7fff-bfff-ffffffffffff-").has_value());
    BOOST_TEST(!parse_message_id("0195e0c1-7c3a-7fff-bfff-fffffffffff").has_value());
}

BOOST_AUTO_TEST_CASE(times_have_one_text_form) {
    for (const auto* text : {"2026-11-24T18:09:58.123Z", "1970-01-01T00:00:00.000Z",
                             "2038-01-19T03:14:08.000Z", "2024-02-29T23:59:59.999Z"}) {
        BOOST_TEST(to_text(parse_utc(text).value()) == text);
    }
    for (const auto* text :
         {"2026-11-24T18:09:58Z", "2026-13-24T18:09:58.123Z", "2026-02-29T00:00:00.000Z",
          "2026-11-24T24:00:00.000Z", "2026-11-24 18:09:58.123Z", "2026-11-24T18:09:58.12xZ"}) {
        BOOST_TEST(!parse_utc(text).has_value());
    }
}

BOOST_AUTO_TEST_CASE(each_character_of_a_time_is_what_its_place_demands) {
    const std::string good = "2026-11-24T18:09:58.123Z";
    BOOST_TEST(parse_utc(good).has_value());
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char other : {'/', ':', 'x', ' ', '\0'}) {
            auto bad = good;
            bad[i] = other;
            BOOST_TEST_CONTEXT(bad) { BOOST_TEST(parse_utc(bad).has_value() == (bad == good)); }
        }
        BOOST_TEST(!parse_utc(good.substr(0, i)).has_value());
    }
}

BOOST_AUTO_TEST_CASE(each_number_of_a_time_has_its_range) {
    for (const auto* good : {"2026-11-24T23:59:59.999Z", "0000-01-01T00:00:00.000Z",
                             "9999-12-31T23:59:59.999Z", "2000-02-29T00:00:00.000Z"}) {
        BOOST_TEST(to_text(parse_utc(good).value()) == good);
    }
    for (const auto* bad :
         {"2026-11-24T24:00:00.000Z", "2026-11-24T00:60:00.000Z", "2026-11-24T00:00:60.000Z",
          "2026-00-24T00:00:00.000Z", "2026-13-24T00:00:00.000Z", "2026-11-00T00:00:00.000Z",
          "2026-11-31T00:00:00.000Z", "2100-02-29T00:00:00.000Z"}) {
        BOOST_TEST_CONTEXT(bad) { BOOST_TEST(!parse_utc(bad).has_value()); }
    }
}

BOOST_AUTO_TEST_CASE(classes_are_ordered_by_urgency_and_have_names) {
    for (std::uint8_t i = 0; i < message_class_count; ++i) {
        const auto cls = static_cast<message_class>(i);
        BOOST_TEST((parse_class(to_text(cls)) == cls));
    }
    BOOST_TEST((message_class::flash < message_class::bulk));
    BOOST_TEST(!parse_class("FLASH").has_value());
    BOOST_TEST(!parse_class(to_text(static_cast<message_class>(message_class_count))).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
