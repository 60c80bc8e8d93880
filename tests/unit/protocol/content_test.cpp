// Content: vectors, clean text, truncations.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#content. Tests: it is one.
// Limits: none.
#include "protocol/content.hpp"

#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(content_test)

//= PF-50, PF-51, PF-53
BOOST_AUTO_TEST_CASE(vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("content")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_content(each.data);
            BOOST_TEST(refusal(value) == each.error);
            BOOST_TEST((!value || encode_content(*value) == each.data));
        }
    }
}

// A list is a run of equal fields, so a content may be cut between two entries and still be one:
// it is the
// digest under the signature that shows the loss. Every other cut is refused.
BOOST_AUTO_TEST_CASE(truncations_are_refused_or_read_as_what_is_left) {
    for (const auto& each : load_vectors("content")) {
        for (std::size_t size = 0; each.error.empty() && size < each.data.size(); ++size) {
            const auto rest = byte_view{each.data}.first(size);
            const auto value = decode_content(rest);
            BOOST_TEST((!value || std::ranges::equal(encode_content(*value), rest)));
        }
    }
}

//= PF-52
BOOST_AUTO_TEST_CASE(clean_text_is_utf8_without_controls_and_overrides) {
    for (const auto* good :
         {"", "Port Louis", "Maputo \xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x9b\xb6"}) {
        BOOST_TEST(is_clean_text(good, false));
    }
    for (const auto* bad : {"\x01", "\x7f", "\xc2\x85", "\xe2\x80\xae", "\xe2\x81\xa6", "\xd8\x9c",
                            "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                            "\xf8\x88", "\xe2\x80", "\xef\xbb\xbf"}) {
        BOOST_TEST_CONTEXT(to_hex({reinterpret_cast<const std::uint8_t*>(bad), 1})) {
            BOOST_TEST(!is_clean_text(bad, true));
        }
    }
    for (const auto* mark : {"\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
        BOOST_TEST(!is_clean_text(mark, true));  // U+200E, U+200F, U+2028, U+2029
    }
    for (const auto* beside : {"\xe2\x80\x8d", "\xe2\x80\x90", "\xe2\x80\xa7", "\xe2\x80\xaf"}) {
        BOOST_TEST(is_clean_text(beside, false));
    }
    BOOST_TEST(is_clean_text("a\r\n\tb", true));
    BOOST_TEST(!is_clean_text("a\nb", false));
}

BOOST_AUTO_TEST_CASE(long_texts_and_many_recipients_are_refused) {
    content value;
    value.kind = "notice";
    value.agency = "A";
    value.media_type = "text/plain";
    value.text.resize(limits::text_bytes_max);
    BOOST_TEST(refusal(decode_content(encode_content(value))) == "");
    value.text.resize(limits::text_bytes_max + 1);
    BOOST_TEST(refusal(decode_content(encode_content(value))) == "too-long");
    value.text.clear();
    value.subject.assign(limits::short_text_bytes_max + 1, 'x');
    BOOST_TEST(refusal(decode_content(encode_content(value))) == "too-long");
    value.subject.clear();
    for (std::size_t i = 0; i <= limits::recipients_max; ++i) {
        value.recipients.push_back(bureau_id::parse("B" + std::to_string(i)).value());
    }
    BOOST_TEST(refusal(decode_content(encode_content(value))) == "too-long");
}

BOOST_AUTO_TEST_SUITE_END()
