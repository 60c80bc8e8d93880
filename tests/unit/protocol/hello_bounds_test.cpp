// Each field of a HELLO left out, cut, lengthened, at its bound and one above it.
// Way of the message: none; a test.
// Pure.
// Spec: docs/link-protocol.md#hello. Tests: it is one; frame_test.cpp has the vectors.
// Limits: none.
#include "protocol/bytes.hpp"
#include "protocol/frame.hpp"
#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace dhow::protocol;
using dhow::tests::refusal;

BOOST_AUTO_TEST_SUITE(hello_bounds_test)

namespace {

constexpr std::uint8_t version_tag = 1;
constexpr std::uint8_t bureau_tag = 2;
constexpr std::uint8_t instance_tag = 3;
constexpr std::uint8_t epoch_tag = 4;
constexpr std::uint8_t boot_tag = 5;
constexpr std::uint8_t serial_tag = 6;
constexpr std::uint8_t head_tag = 7;
constexpr std::uint8_t time_tag = 8;
constexpr std::uint8_t credit_tag = 9;
constexpr std::uint8_t frame_bytes_tag = 10;
constexpr std::uint8_t sent_tag = 11;
constexpr std::uint8_t received_tag = 12;
constexpr std::uint8_t partial_tag = 13;
constexpr std::uint8_t checkpoint_tag = 14;
constexpr std::uint8_t trial_tag = 143;
constexpr std::uint8_t known_tag = 144;
constexpr std::uint8_t beside_tag = 145;
constexpr std::uint8_t ignorable_tag = 0x70;

constexpr std::uint64_t no_bound = ~std::uint64_t{0};
constexpr std::uint64_t year_9999_end_ms = 253'402'300'799'999;

using fields = std::multimap<std::uint8_t, bytes>;

bytes number(std::uint64_t value) { return writer{}.varint(value).take(); }

bytes digest_and(std::uint64_t value) { return writer{}.raw(digest{}.view()).varint(value).take(); }

bytes known_store_of(std::uint64_t epoch, std::uint64_t boot) {
    return writer{}.raw(bytes(instance_id::size_bytes, 0x33)).varint(epoch).varint(boot).take();
}

/// A HELLO with every field that there is.
fields whole() {
    return {{version_tag, {format_version}},
            {bureau_tag, {'M', 'U'}},
            {instance_tag, bytes(instance_id::size_bytes, 0x11)},
            {epoch_tag, number(3)},
            {boot_tag, number(40)},
            {serial_tag, number(500)},
            {head_tag, bytes(digest::size_bytes, 0x22)},
            {time_tag, number(1'795'543'798'123)},
            {credit_tag, number(limits::granted_credit_bytes)},
            {frame_bytes_tag, number(limits::frame_payload_bytes_max)},
            {sent_tag, number(6000)},
            {received_tag, number(70'000)},
            {partial_tag, digest_and(1000)},
            {checkpoint_tag, digest_and(2000)},
            {trial_tag, {1}},
            {known_tag, known_store_of(5, 300)},
            {beside_tag, {1}}};
}

bytes encoded(const fields& from) {
    writer out;
    for (const auto& [tag, value] : from) {
        out.u8(tag).sized(byte_view{value});
    }
    return out.take();
}

/// How a HELLO is refused in which one field has another value; empty when it is taken.
std::string refused(std::uint8_t tag, const bytes& value) {
    auto all = whole();
    all.erase(tag);
    all.emplace(tag, value);
    return refusal(decode_hello(encoded(all)));
}

}  // namespace

//= LP-10
BOOST_AUTO_TEST_CASE(every_field_but_partials_checkpoint_and_marks_is_required) {
    BOOST_TEST(refusal(decode_hello(encoded(whole()))) == "");
    for (const auto& [tag, value] : whole()) {
        auto without = whole();
        without.erase(tag);
        const bool optional = tag == partial_tag || tag == checkpoint_tag || tag >= trial_tag;
        BOOST_TEST_CONTEXT("tag " << int{tag}) {
            BOOST_TEST(refusal(decode_hello(encoded(without))) ==
                       (optional ? "" : "missing-field"));
        }
    }
    BOOST_TEST(refusal(decode_hello({})) == "missing-field");
}

BOOST_AUTO_TEST_CASE(no_field_but_partials_may_stand_twice) {
    for (const auto& [tag, value] : whole()) {
        auto twice = whole();
        twice.emplace(tag, value);
        BOOST_TEST_CONTEXT("tag " << int{tag}) {
            BOOST_TEST(refusal(decode_hello(encoded(twice))) ==
                       (tag == partial_tag ? "" : "duplicate-field"));
        }
    }
}

BOOST_AUTO_TEST_CASE(values_of_fixed_size_have_exactly_that_size) {
    for (const auto tag : {instance_tag, head_tag}) {
        const auto good = whole().find(tag)->second;
        for (const auto size : {std::size_t{0}, good.size() - 1, good.size() + 1}) {
            BOOST_TEST_CONTEXT("tag " << int{tag} << ", " << size << " bytes") {
                BOOST_TEST(refused(tag, bytes(size)) == "bad-encoding");
            }
        }
        BOOST_TEST(refused(tag, good) == "");
    }
    BOOST_TEST(refused(version_tag, {}) == "bad-encoding");
    BOOST_TEST(refused(version_tag, {0, 0}) == "bad-encoding");
    BOOST_TEST(refused(version_tag, {format_version + 1}) == "unsupported-version");
}

BOOST_AUTO_TEST_CASE(bureaus_are_written_as_everywhere) {
    BOOST_TEST(refused(bureau_tag, bytes(8, 'A')) == "");
    BOOST_TEST(refused(bureau_tag, bytes(9, 'A')) == "bad-text");
    BOOST_TEST(refused(bureau_tag, {}) == "bad-text");
    BOOST_TEST(refused(bureau_tag, {'m', 'u'}) == "bad-text");
}

BOOST_AUTO_TEST_CASE(numbers_have_one_form_and_end_with_their_field) {
    for (const auto tag : {epoch_tag, boot_tag, serial_tag, time_tag, credit_tag, frame_bytes_tag,
                           sent_tag, received_tag}) {
        BOOST_TEST_CONTEXT("tag " << int{tag}) {
            BOOST_TEST(refused(tag, {}) == "truncated");
            BOOST_TEST(refused(tag, {0x80}) == "truncated");
            BOOST_TEST(refused(tag, {0x80, 0x00}) == "bad-encoding");
            BOOST_TEST(refused(tag, {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}) ==
                       "bad-encoding");
            // The least that all of them allow, then a byte too many.
            auto longer = number(limits::frame_bytes_min);
            BOOST_TEST(refused(tag, longer) == "");
            longer.push_back(0);
            BOOST_TEST(refused(tag, longer) == "trailing-bytes");
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_have_their_bounds) {
    for (const auto tag : {epoch_tag, boot_tag, serial_tag, sent_tag, received_tag}) {
        BOOST_TEST(refused(tag, number(no_bound)) == "");
        BOOST_TEST(refused(tag, number(0)) == "");
    }
    BOOST_TEST(refused(time_tag, number(year_9999_end_ms)) == "");
    BOOST_TEST(refused(time_tag, number(year_9999_end_ms + 1)) == "out-of-range");
    BOOST_TEST(refused(credit_tag, number(0xffff'ffff)) == "");
    BOOST_TEST(refused(credit_tag, number(0x1'0000'0000)) == "out-of-range");
    BOOST_TEST(refused(frame_bytes_tag, number(limits::frame_bytes_min - 1)) == "out-of-range");
    BOOST_TEST(refused(frame_bytes_tag, number(limits::frame_payload_bytes_max + 1)) ==
               "out-of-range");
}

BOOST_AUTO_TEST_CASE(partials_and_checkpoint_are_a_digest_and_a_number) {
    for (const auto tag : {partial_tag, checkpoint_tag}) {
        const auto good = digest_and(0x80);
        for (std::size_t size = 0; size < good.size(); ++size) {
            BOOST_TEST_CONTEXT("tag " << int{tag} << ", " << size << " bytes") {
                const auto cut = byte_view{good}.first(size);
                BOOST_TEST(refused(tag, to_bytes(cut)) == "truncated");
            }
        }
        auto longer = good;
        longer.push_back(0);
        BOOST_TEST(refused(tag, good) == "");
        BOOST_TEST(refused(tag, longer) == "trailing-bytes");
        BOOST_TEST(refused(tag, digest_and(no_bound)) == "");
    }
}

//= LP-10
BOOST_AUTO_TEST_CASE(a_trial_says_so_with_a_one_and_nothing_else) {
    BOOST_TEST(decode_hello(encoded(whole()))->is_trial);
    auto ordinary = whole();
    ordinary.erase(trial_tag);
    BOOST_TEST(!decode_hello(encoded(ordinary))->is_trial);
    BOOST_TEST(refused(trial_tag, {}) == "bad-encoding");
    BOOST_TEST(refused(trial_tag, {0}) == "out-of-range");
    BOOST_TEST(refused(trial_tag, {2}) == "out-of-range");
    BOOST_TEST(refused(trial_tag, {1, 0}) == "bad-encoding");
}

//= LP-10, LP-29
BOOST_AUTO_TEST_CASE(a_known_store_is_an_instance_and_two_numbers) {
    const auto known = decode_hello(encoded(whole()))->known.value();
    BOOST_TEST((known.instance.value.front() == 0x33));
    BOOST_TEST(known.epoch == 5U);
    BOOST_TEST(known.boot == 300U);
    BOOST_TEST(refused(known_tag, known_store_of(no_bound, no_bound)) == "");
    auto longer = known_store_of(5, 300);
    longer.push_back(0);
    BOOST_TEST(refused(known_tag, longer) == "trailing-bytes");
    BOOST_TEST(refused(known_tag, bytes(instance_id::size_bytes, 1)) == "truncated");
    BOOST_TEST(refused(known_tag, {}) == "truncated");
    auto ordinary = whole();
    ordinary.erase(known_tag);
    BOOST_TEST(!decode_hello(encoded(ordinary))->known.has_value());
}

//= LP-10, LP-58
BOOST_AUTO_TEST_CASE(a_session_beside_says_so_with_a_one_and_nothing_else) {
    BOOST_TEST(decode_hello(encoded(whole()))->is_beside);
    auto ordinary = whole();
    ordinary.erase(beside_tag);
    BOOST_TEST(!decode_hello(encoded(ordinary))->is_beside);
    BOOST_TEST(refused(beside_tag, {}) == "bad-encoding");
    BOOST_TEST(refused(beside_tag, {0}) == "out-of-range");
    BOOST_TEST(refused(beside_tag, {2}) == "out-of-range");
    BOOST_TEST(refused(beside_tag, {1, 0}) == "bad-encoding");
}

BOOST_AUTO_TEST_CASE(a_hello_names_32_partials_and_not_one_more) {
    auto all = whole();
    all.erase(partial_tag);
    for (std::size_t i = 0; i < limits::partials_in_hello_max; ++i) {
        all.emplace(partial_tag, digest_and(i));
    }
    const auto most = decode_hello(encoded(all));
    BOOST_REQUIRE(most);
    BOOST_TEST(most->partials.size() == limits::partials_in_hello_max);
    BOOST_TEST(most->partials.back().durable_bytes == limits::partials_in_hello_max - 1);
    BOOST_TEST((encode_hello(*most) == encoded(all)));
    all.emplace(partial_tag, digest_and(0));
    BOOST_TEST(refusal(decode_hello(encoded(all))) == "too-long");
}

BOOST_AUTO_TEST_CASE(a_hello_has_four_kib_and_not_a_byte_more) {
    auto all = whole();
    const auto used = encoded(all).size() + 3;  // the tag and a length of two bytes
    all.emplace(ignorable_tag, bytes(limits::hello_bytes_max - used));
    const auto fits = encoded(all);
    BOOST_TEST(fits.size() == limits::hello_bytes_max);
    const auto decoded = decode_hello(fits);
    BOOST_REQUIRE(decoded);
    BOOST_TEST(decoded->ignored.size() == 1U);
    BOOST_TEST((encode_hello(*decoded) == fits));
    all.find(ignorable_tag)->second.push_back(0);
    BOOST_TEST(refusal(decode_hello(encoded(all))) == "too-long");
}

//= LP-10
BOOST_AUTO_TEST_CASE(an_unknown_field_is_kept_and_an_unknown_critical_one_refused) {
    auto all = whole();
    all.emplace(ignorable_tag, bytes{1, 2, 3});
    const auto decoded = decode_hello(encoded(all));
    BOOST_REQUIRE(decoded);
    BOOST_TEST((decoded->ignored == std::vector<unknown_field>{{ignorable_tag, {1, 2, 3}}}));
    BOOST_TEST(refused(ignorable_tag | critical_bit, {}) == "unknown-critical");
}

BOOST_AUTO_TEST_SUITE_END()
