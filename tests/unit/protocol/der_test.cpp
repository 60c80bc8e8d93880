// Strict DER: lengths, order, numbers, times.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#cms. Tests: it is one.
// Limits: none.
#include "protocol/der.hpp"

#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::refusal;

BOOST_AUTO_TEST_SUITE(der_test)

namespace {

bytes hex(std::string_view text) { return bytes_from_hex(text).value(); }

std::string refused_value(std::string_view text) {
    const auto data = hex(text);
    return refusal(der_reader{data}.value(der_tag::octet_string));
}

std::string refused_integer(std::string_view text) {
    const auto data = hex(text);
    return refusal(der_reader{data}.unsigned_integer(4));
}

std::string refused_time(std::string_view tag, std::string_view text) {
    auto data = hex(tag);
    data.push_back(static_cast<std::uint8_t>(text.size()));
    data.insert(data.end(), text.begin(), text.end());
    return refusal(der_reader{data}.time());
}

}  // namespace

//= PF-40
BOOST_AUTO_TEST_CASE(lengths_are_definite_and_shortest) {
    BOOST_TEST(refused_value("0401aa") == "");
    BOOST_TEST(refused_value("0402aa") == "truncated");
    BOOST_TEST(refused_value("04") == "truncated");
    BOOST_TEST(refused_value("") == "truncated");
    BOOST_TEST(refused_value("0480aa0000") == "bad-encoding");
    BOOST_TEST(refused_value("048101aa") == "bad-encoding");
    BOOST_TEST(refused_value("04820001aa") == "bad-encoding");
    BOOST_TEST(refused_value("0485000000000100") == "bad-encoding");
    BOOST_TEST(refused_value("0484ffffffff") == "truncated");
    BOOST_TEST(refused_value("0301aa") == "bad-encoding");
}

BOOST_AUTO_TEST_CASE(lengths_of_all_forms_come_back) {
    for (const std::size_t size : {0U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
        const bytes value(size, 0x55);
        const auto element = der_element(der_tag::octet_string, {value});
        der_reader in{element};
        BOOST_TEST(in.value(der_tag::octet_string)->size() == size);
        BOOST_TEST(in.empty());
    }
}

BOOST_AUTO_TEST_CASE(sets_are_sorted_by_encoding) {
    const auto set = der_set_of({hex("040102"), hex("020105"), hex("040101")});
    BOOST_TEST((set == hex("3109020105040101040102")));
}

BOOST_AUTO_TEST_CASE(integers_are_shortest_and_not_negative) {
    BOOST_TEST((der_unsigned(hex("0000")) == hex("020100")));
    BOOST_TEST((der_unsigned(hex("0080")) == hex("02020080")));
    BOOST_TEST((der_unsigned(hex("7f")) == hex("02017f")));
    BOOST_TEST((der_unsigned({}) == hex("020100")));
    BOOST_TEST(refused_integer("02017f") == "");
    BOOST_TEST(refused_integer("02020080") == "");
    BOOST_TEST(refused_integer("0202007f") == "bad-encoding");
    BOOST_TEST(refused_integer("020180") == "bad-encoding");
    BOOST_TEST(refused_integer("0200") == "bad-encoding");
    BOOST_TEST(refused_integer("02050100000000") == "too-long");
}

BOOST_AUTO_TEST_CASE(times_change_their_form_in_2050) {
    using namespace std::chrono;
    for (const auto& [year, text] : {std::pair{1970, "700101000000Z"},
                                     {1999, "990101000000Z"},
                                     {2049, "490101000000Z"},
                                     {2050, "20500101000000Z"},
                                     {9999, "99990101000000Z"}}) {
        const sys_seconds time = sys_days{std::chrono::year{year} / January / 1};
        const auto element = der_time(time);
        BOOST_TEST(as_text(byte_view{element}.subspan(2)) == text);
        BOOST_TEST((der_reader{element}.time().value() == time));
    }
    BOOST_TEST(refused_time("17", "261124180958Z") == "");
    BOOST_TEST(refused_time("17", "2611241809Z") == "bad-encoding");
    BOOST_TEST(refused_time("17", "261124180958+0100") == "bad-encoding");
    BOOST_TEST(refused_time("17", "261124180960Z") == "bad-encoding");
    BOOST_TEST(refused_time("17", "260230000000Z") == "bad-encoding");
    BOOST_TEST(refused_time("17", "691231235959Z") == "out-of-range");
    BOOST_TEST(refused_time("18", "20261124180958Z") == "bad-encoding");
    BOOST_TEST(refused_time("18", "") == "bad-encoding");
    BOOST_TEST(refused_time("18", "20501124180958Z") == "");
    BOOST_TEST(refused_time("18", "2050112418095xZ") == "bad-encoding");
    BOOST_TEST(refused_time("18", "205011241809580") == "bad-encoding");
    BOOST_TEST(refused_time("18", "20501124180958.Z") == "bad-encoding");
    BOOST_TEST(refused_time("17", "2611241809585") == "bad-encoding");
    for (const auto* cut : {"18", "180f", "180f3230", "17", "170d3236", "1880"}) {
        const auto data = hex(cut);
        BOOST_TEST(refusal(der_reader{data}.time()) ==
                   (data[1 % data.size()] == 0x80 ? "bad-encoding" : "truncated"));
    }
}

BOOST_AUTO_TEST_CASE(expected_elements_are_compared_whole) {
    const auto data = hex("020103");
    BOOST_TEST(refusal(der_reader{data}.expect(hex("020103"))) == "");
    BOOST_TEST(refusal(der_reader{data}.expect(hex("020104"))) == "bad-encoding");
    BOOST_TEST(refusal(der_reader{data}.expect(hex("02010300"))) == "truncated");
}

BOOST_AUTO_TEST_SUITE_END()
