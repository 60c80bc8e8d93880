// Receipts: vectors, truncations, bit flips.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#receipt. Tests: it is one.
// Limits: none.
#include "protocol/receipt.hpp"

#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(receipt_test)

namespace {

result<receipt_content> content_of(const result<receipt>& whole) {
    if (!whole) {
        return whole.error();
    }
    return decode_receipt_content(whole->content);
}

}  // namespace

//= PF-9, PF-60, PF-61, PF-62, PF-63
BOOST_AUTO_TEST_CASE(vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("receipt", "receipt")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto whole = decode_receipt(each.data);
            const auto content = content_of(whole);
            BOOST_TEST(refusal(content) == each.error);
            if (content) {
                BOOST_TEST((encode_receipt(*whole) == each.data));
                BOOST_TEST((encode_receipt_content(*content) == whole->content));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
    const auto each = load_vectors("receipt", "receipt").at(1);
    for (std::size_t size = 0; size < each.data.size(); ++size) {
        BOOST_TEST(!decode_receipt(byte_view{each.data}.first(size)).has_value());
    }
}

//= PF-1
BOOST_AUTO_TEST_CASE(every_bit_flip_is_refused_or_read_as_another_receipt) {
    const auto each = load_vectors("receipt", "receipt").at(1);
    for (std::size_t bit = 0; bit < each.data.size() * 8; ++bit) {
        const auto flipped = with_bit_flipped(each.data, bit);
        const auto value = decode_receipt(flipped);
        BOOST_TEST((!value || encode_receipt(*value) == flipped));
    }
}

BOOST_AUTO_TEST_CASE(one_signature_covers_256_outcomes_of_one_object) {
    receipt_content value;
    value.issuer = bureau_id::parse("MU").value();
    value.origin = bureau_id::parse("ZW").value();
    outcome each;
    each.recipient = value.issuer;
    each.on_disk.emplace_back();
    value.outcomes.assign(limits::outcomes_per_receipt_max, each);
    const auto encoded = encode_receipt_content(value);
    BOOST_TEST(encoded.size() <= limits::receipt_bytes_max);
    BOOST_TEST((decode_receipt_content(encoded).value() == value));
}

BOOST_AUTO_TEST_CASE(outcomes_have_names) {
    BOOST_TEST(to_text(outcome_kind::delivered) == "delivered");
    BOOST_TEST(to_text(outcome_kind::undeliverable) == "undeliverable");
    BOOST_TEST(to_text(outcome_kind::removed) == "removed");
    BOOST_TEST(to_text(static_cast<outcome_kind>(99)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
