// The CMS profile: vectors of what is accepted and of what other programs get wrong.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#cms. Tests: it is one.
// Limits: none.
#include "protocol/parcel.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(cms_test)

namespace {

bytes rebuilt(const signed_data_view& view) {
    return build_signed_data(view.type, view.content, view.attributes, view.signer, view.value);
}

bytes rebuilt(const enveloped_parts& parts) { return build_enveloped(parts.body, parts.boxes); }

bytes rebuilt(const piece_view& piece) { return build_piece(piece); }

template <class Parse>
void check_vectors(std::string_view kind, Parse parse) {
    for (const auto& each : load_vectors("cms", kind)) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = parse(each.data);
            BOOST_TEST(refusal(value) == each.error);
            BOOST_TEST((!value || rebuilt(*value) == each.data));
        }
    }
}

// Every truncation is refused; a bit flip is refused or read as other values of the same one form.
template <class Parse>
void check_damage(std::string_view kind, Parse parse) {
    for (const auto& each : load_vectors("cms", kind)) {
        if (!each.error.empty()) {
            continue;
        }
        for (std::size_t size = 0; size < each.data.size(); ++size) {
            BOOST_TEST(!parse(byte_view{each.data}.first(size)).has_value());
        }
        for (std::size_t bit = 0; bit < each.data.size() * 8; ++bit) {
            const auto flipped = with_bit_flipped(each.data, bit);
            const auto value = parse(flipped);
            BOOST_TEST((!value || rebuilt(*value) == flipped));
        }
    }
}

}  // namespace

//= PF-40, PF-41, PF-42, PF-43, PF-44
BOOST_AUTO_TEST_CASE(signed_data_vectors_are_accepted_unchanged_or_refused_as_named) {
    check_vectors("signed", parse_signed_data);
}

//= PF-45, PF-46
BOOST_AUTO_TEST_CASE(enveloped_vectors_are_accepted_unchanged_or_refused_as_named) {
    check_vectors("enveloped", parse_enveloped);
}

//= PF-47
BOOST_AUTO_TEST_CASE(piece_vectors_are_accepted_unchanged_or_refused_as_named) {
    check_vectors("piece", parse_piece);
}

BOOST_AUTO_TEST_CASE(damaged_structures_are_refused_or_read_as_what_they_now_say) {
    check_damage("signed", parse_signed_data);
    check_damage("enveloped", parse_enveloped);
    check_damage("piece", parse_piece);
}

BOOST_AUTO_TEST_CASE(signed_data_shows_what_was_signed) {
    const auto each = load_vectors("cms", "signed").at(1);
    const auto view = parse_signed_data(each.data).value();
    BOOST_TEST((view.type == signed_content::message));
    BOOST_TEST(view.binding.has_value());
    BOOST_TEST((signed_attributes(view.type, view.content_digest, view.signed_at,
                                  view.signer_certificate, view.binding) == view.own));
}

BOOST_AUTO_TEST_SUITE_END()
