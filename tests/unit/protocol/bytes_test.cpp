// Bounded reader and writer, varints, tagged fields.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#encoding. Tests: it is one.
// Limits: none.
#include "protocol/bytes.hpp"

#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace dhow::protocol;
using dhow::tests::refusal;

BOOST_AUTO_TEST_SUITE(bytes_test)

namespace {

bytes hex(std::string_view text) { return bytes_from_hex(text).value(); }

std::string refused_varint(std::string_view text) {
    const auto data = hex(text);
    return refusal(reader{data}.varint());
}

constexpr std::array<field_rule, 3> rules{{
    {.tag = 0x81},
    {.tag = 0x85, .required = false, .list = true},
    {.tag = 0x86, .required = false},
}};

std::string refused_fields(std::string_view text) {
    const auto data = hex(text);
    return refusal(read_fields(data, rules));
}

}  // namespace

//= PF-2
BOOST_AUTO_TEST_CASE(varints_have_exactly_one_form) {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16383},
          std::uint64_t{16384}, std::numeric_limits<std::uint64_t>::max()}) {
        writer out;
        out.varint(value);
        reader in{out.view()};
        BOOST_TEST(in.varint().value() == value);
        BOOST_TEST(in.empty());
    }
    BOOST_TEST(refused_varint("") == "truncated");
    BOOST_TEST(refused_varint("80") == "truncated");
    BOOST_TEST(refused_varint("8000") == "bad-encoding");
    BOOST_TEST(refused_varint("ff00") == "bad-encoding");
    BOOST_TEST(refused_varint("ffffffffffffffffff02") == "bad-encoding");
    BOOST_TEST(refused_varint("ffffffffffffffffff8101") == "bad-encoding");
}

BOOST_AUTO_TEST_CASE(failed_reads_consume_nothing) {
    const auto data = hex("05aabb");
    reader in{data};
    BOOST_TEST(refusal(in.sized(4)) == "too-long");
    BOOST_TEST(refusal(in.sized(100)) == "truncated");
    BOOST_TEST(refusal(in.varint(4)) == "out-of-range");
    BOOST_TEST(refusal(in.take(4)) == "truncated");
    BOOST_TEST(refusal(in.fixed<digest>()) == "truncated");
    BOOST_TEST(in.remaining() == 3U);
    BOOST_TEST(refusal(in.end()) == "trailing-bytes");
}

BOOST_AUTO_TEST_CASE(lengths_of_four_gigabytes_take_no_memory) {
    const auto data = hex("81ffffffff0f");
    BOOST_TEST(refusal(read_fields(data, rules)) == "truncated");
}

//= PF-3, PF-4
BOOST_AUTO_TEST_CASE(fields_ascend_and_repeat_only_in_lists) {
    BOOST_TEST(refused_fields("8100") == "");
    BOOST_TEST(refused_fields("810085018585") == "truncated");
    BOOST_TEST(refused_fields("8100850101850102") == "");
    BOOST_TEST(refused_fields("81008100") == "duplicate-field");
    BOOST_TEST(refused_fields("85008100") == "bad-order");
    BOOST_TEST(refused_fields("8500") == "missing-field");
    BOOST_TEST(refused_fields("8100a000") == "unknown-critical");
    BOOST_TEST(refused_fields("070007008100") == "duplicate-field");
}

//= PF-5
BOOST_AUTO_TEST_CASE(unknown_ignorable_fields_come_back_in_their_places) {
    const auto data = hex("0701aa2100810101850102");
    const auto fields = read_fields(data, rules).value();
    BOOST_TEST(fields.ignored.size() == 2U);
    field_writer out{fields.ignored};
    out.put(0x81, fields.one(0x81));
    for (const auto value : fields.all(0x85)) {
        out.put(0x85, value);
    }
    BOOST_TEST(!fields.find(0x86).has_value());
    BOOST_TEST((out.finish() == data));
}

BOOST_AUTO_TEST_CASE(values_of_fields_are_read_whole) {
    BOOST_TEST(refusal(u8_in(hex("0102"))) == "bad-encoding");
    BOOST_TEST(refusal(varint_in(hex("0102"), 9)) == "trailing-bytes");
    BOOST_TEST(refusal(time_in(hex("ffffffffffffffffff01"))) == "out-of-range");
    BOOST_TEST(refusal(bureau_in(hex("6d75"))) == "bad-text");
    BOOST_TEST(refusal(fixed_in<digest>(hex("00"))) == "bad-encoding");
}

BOOST_AUTO_TEST_SUITE_END()
