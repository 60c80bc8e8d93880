// Header: vectors, truncations, bit flips.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#header. Tests: it is one.
// Limits: none.
#include "protocol/header.hpp"

#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(header_test)

namespace {

void check_members(const vector_case& each, const header& value) {
    if (each.has("id")) {
        BOOST_TEST(to_hex(value.id.view()) == each.text("id"));
        BOOST_TEST(value.origin.text() == each.text("origin"));
        BOOST_TEST(value.created.time_since_epoch().count() == each.all.at("created").as_int64());
        BOOST_TEST(value.time_to_live.has_value() == each.has("time_to_live"));
    }
    const auto* ignored = each.all.if_contains("ignored");
    const auto expected = ignored == nullptr ? std::int64_t{0} : ignored->as_int64();
    BOOST_TEST(static_cast<std::int64_t>(value.ignored.size()) == expected);
}

}  // namespace

//= PF-10, PF-11, PF-12, PF-13, PF-14, PF-15
BOOST_AUTO_TEST_CASE(vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("header")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_header(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                check_members(each, *value);
                BOOST_TEST((encode_header(*value) == each.data));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    for (const auto& each : load_vectors("header")) {
        for (std::size_t size = 0; each.error.empty() && size < each.data.size(); ++size) {
            BOOST_TEST(!decode_header(byte_view{each.data}.first(size)).has_value());
        }
    }
}

//= PF-1
BOOST_AUTO_TEST_CASE(every_bit_flip_is_refused_or_read_as_another_header) {
    for (const auto& each : load_vectors("header")) {
        for (std::size_t bit = 0; each.error.empty() && bit < each.data.size() * 8; ++bit) {
            const auto flipped = with_bit_flipped(each.data, bit);
            const auto value = decode_header(flipped);
            BOOST_TEST((!value || encode_header(*value) == flipped));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
