// Frames whose payload ends early, and each number of a frame at its bound and one above it.
// Way of the message: none; a test.
// Pure.
// Spec: docs/link-protocol.md#frames. Tests: it is one; frame_test.cpp has the vectors.
// Limits: none.
#include "protocol/bytes.hpp"
#include "protocol/frame.hpp"
#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace dhow::protocol;
using dhow::tests::refusal;

BOOST_AUTO_TEST_SUITE(frame_bounds_test)

namespace {

// Numbers of the frame types (docs/link-protocol.md).
constexpr std::uint8_t hello_type = 1;
constexpr std::uint8_t offer_type = 2;
constexpr std::uint8_t accept_type = 3;
constexpr std::uint8_t data_type = 4;
constexpr std::uint8_t ack_type = 5;
constexpr std::uint8_t commit_type = 6;
constexpr std::uint8_t refuse_type = 7;
constexpr std::uint8_t cancel_type = 8;
constexpr std::uint8_t ping_type = 9;
constexpr std::uint8_t pong_type = 10;
constexpr std::uint8_t goodbye_type = 11;

// What HELLO and DATA need before the part that takes all the rest.
constexpr std::size_t hello_fixed_bytes = key_id::size_bytes + signature::size_bytes;
constexpr std::size_t shortest_data_bytes = 3;

bytes framed(std::uint8_t type, byte_view payload) {
    return writer{}.u8(type).sized(payload).take();
}

/// How a whole frame with this payload is refused; empty when it is taken.
std::string refused(std::uint8_t type, byte_view payload) {
    const auto whole = framed(type, payload);
    const auto decoded = decode_frame(whole);
    BOOST_TEST((!decoded || decoded->consumed_bytes == whole.size()));
    return refusal(decoded);
}

bytes encoded(const frame& what) {
    bytes out;
    append_frame(out, what);
    return out;
}

std::uint8_t type_of(const frame& what) { return static_cast<std::uint8_t>(what.index() + 1); }

bytes payload_of(const frame& what) {
    const auto whole = encoded(what);
    reader in{byte_view{whole}.subspan(1)};
    return to_bytes(in.sized(whole.size()).value());
}

offer_frame offer_of(object_kind kind, message_class cls, body_mode mode) {
    offer_frame out;
    out.stream = 300;
    out.kind = kind;
    out.cls = cls;
    out.mode = mode;
    out.attempt = 3;
    out.hops = 2;
    out.age = milliseconds{70'000};
    out.object.value.fill(0xD1);
    out.body_bytes = 9000;
    out.first_byte = mode == body_mode::resumed ? 600 : 0;
    if (kind == object_kind::text) {
        out.preamble.assign(200, 0xAB);
    } else {
        out.origin = bureau_id::parse("ZW").value();
    }
    if (kind == object_kind::attachment) {
        out.id.value.fill(0x1D);
    }
    return out;
}

/// Offers of every kind, class and mode.
std::vector<offer_frame> all_offers() {
    std::vector<offer_frame> out;
    for (const auto kind : {object_kind::text, object_kind::attachment, object_kind::receipt}) {
        for (std::uint8_t cls = 0; cls < message_class_count; ++cls) {
            for (const auto mode :
                 {body_mode::on_accept, body_mode::with_offer, body_mode::resumed}) {
                out.push_back(offer_of(kind, static_cast<message_class>(cls), mode));
            }
        }
    }
    return out;
}

std::vector<recipient_answer> some_answers() {
    return {{bureau_id::parse("MU").value(), errc::have_it, outcome_kind::complete},
            {bureau_id::parse("IPSG").value(), errc::no_route, std::nullopt}};
}

const bytes data_payload(10, 0x77);

/// At least one frame of each type that is written.
std::vector<frame> samples() {
    const utc_time time{milliseconds{1'795'543'798'123}};
    hello_frame hello{bytes(10, 0x0E), {}, {}};
    std::vector<frame> out{hello,
                           accept_frame{300, 70'000, 524'288},
                           data_frame{300, 70'000, data_payload},
                           ack_frame{300, 70'000, 524'288},
                           commit_frame{300, some_answers()},
                           refuse_frame{300, errc::have_it, std::chrono::seconds{900}, {}},
                           refuse_frame{0, errc::busy, std::chrono::seconds{1}, some_answers()},
                           cancel_frame{300, errc::cancelled},
                           ping_frame{1000, time},
                           pong_frame{1000, time},
                           goodbye_frame{errc::shutting_down, std::chrono::seconds{900}}};
    for (const auto& it : all_offers()) {
        out.emplace_back(it);
    }
    return out;
}

/// How much of a payload must be there before a cut leaves a frame that says something else.
std::size_t needed_bytes(const frame& what) {
    const auto size = payload_of(what).size();
    if (std::holds_alternative<hello_frame>(what)) {
        return hello_fixed_bytes;
    }
    return std::holds_alternative<data_frame>(what) ? size - data_payload.size() + 1 : size;
}

/// An OFFER by hand: `shape` has class, kind and mode; what follows the body's extent is `tail`.
bytes offer_payload(unsigned shape, std::uint64_t age_ms,
                    std::initializer_list<std::uint64_t> sizes, byte_view tail) {
    writer out;
    out.varint(0).u8(static_cast<std::uint8_t>(shape)).u8(0).u8(0).varint(age_ms);
    out.raw(digest{}.view());
    for (const auto size : sizes) {
        out.varint(size);
    }
    return out.raw(tail).take();
}

constexpr unsigned shape_of(object_kind kind, body_mode mode) {
    return static_cast<unsigned>(kind) << 2U | static_cast<unsigned>(mode) << 4U;
}

const unsigned text_shape = shape_of(object_kind::text, body_mode::on_accept);

/// The end of an OFFER: an empty preamble, a receipt's origin, an attachment's origin and id.
const bytes no_preamble{0};
const bytes an_origin = writer{}.sized("ZW").take();
const bytes origin_and_id = writer{}.sized("ZW").raw(message_id{}.view()).take();

bytes numbers(std::initializer_list<std::uint64_t> values) {
    writer out;
    for (const auto value : values) {
        out.varint(value);
    }
    return out.take();
}

/// A number of a frame: the payload that holds it, and the largest that is allowed.
struct bounded {
    std::string name;
    std::uint8_t type;
    std::uint64_t max;
    std::function<bytes(std::uint64_t)> payload;
};

void check_bounds(const std::vector<bounded>& all) {
    for (const auto& it : all) {
        BOOST_TEST_CONTEXT(it.name) {
            BOOST_TEST(refused(it.type, it.payload(it.max)) == "");
            BOOST_TEST(refused(it.type, it.payload(it.max + 1)) == "out-of-range");
            BOOST_TEST(refused(it.type, it.payload(~std::uint64_t{0})) == "out-of-range");
        }
    }
}

/// COMMIT with one exception.
bytes commit_of(std::string_view recipient, std::uint64_t code, std::uint8_t outcome) {
    return writer{}.varint(0).varint(1).sized(recipient).varint(code).u8(outcome).take();
}

}  // namespace

//= LP-3
BOOST_AUTO_TEST_CASE(a_payload_that_ends_early_is_refused_and_not_waited_for) {
    for (const auto& each : samples()) {
        const auto payload = payload_of(each);
        const auto needed = needed_bytes(each);
        BOOST_TEST_REQUIRE(payload.size() >= needed);
        for (std::size_t size = 0; size < payload.size(); ++size) {
            BOOST_TEST_CONTEXT("type " << int{type_of(each)} << ", " << size << " bytes") {
                const auto error = refused(type_of(each), byte_view{payload}.first(size));
                BOOST_TEST(error == (size < needed ? "truncated" : ""));
            }
        }
        BOOST_TEST(refused(type_of(each), payload) == "");
    }
}

//= LP-3, LP-11
BOOST_AUTO_TEST_CASE(every_kind_class_and_mode_of_an_offer_comes_back) {
    const auto offers = all_offers();
    BOOST_TEST(offers.size() == 36U);
    for (const auto& each : offers) {
        const auto data = encoded(each);
        const auto decoded = decode_frame(data).value();
        BOOST_REQUIRE(decoded.value.has_value());
        const auto& got = std::get<offer_frame>(*decoded.value);
        BOOST_TEST((got.kind == each.kind && got.cls == each.cls && got.mode == each.mode));
        BOOST_TEST((got.first_byte == each.first_byte && got.preamble == each.preamble));
        BOOST_TEST((got.origin == each.origin && got.id == each.id));
        BOOST_TEST((encoded(got) == data));
    }
}

//= LP-11, LP-13
BOOST_AUTO_TEST_CASE(shapes_that_name_no_kind_or_no_mode_are_refused) {
    for (unsigned shape = 0; shape < 0x100; ++shape) {
        const bool has_kind = (shape >> 2U & 3U) != 0;
        const bool is_short_attachment = (shape >> 6U & 1U) != 0 && (shape >> 2U & 3U) == 2;
        const bool has_mode = (shape >> 4U & 3U) <= 2 && shape < 0x80 && !is_short_attachment;
        BOOST_TEST_CONTEXT("shape " << shape) {
            if (!has_kind || !has_mode) {
                BOOST_TEST(refused(offer_type, offer_payload(shape, 0, {1, 1}, no_preamble)) ==
                           "out-of-range");
            }
        }
    }
}

//= LP-6
BOOST_AUTO_TEST_CASE(each_frame_but_hello_and_data_may_end_with_what_can_be_ignored) {
    for (const auto& each : samples()) {
        const auto type = type_of(each);
        if (type == hello_type || type == data_type) {
            continue;
        }
        const auto with = [&](const bytes& extension) {
            return writer{}.raw(payload_of(each)).raw(extension).take();
        };
        BOOST_TEST_CONTEXT("type " << int{type}) {
            const auto extended = framed(type, with({0x70, 1, 0xAA, 0x71, 0}));
            const auto decoded = decode_frame(extended);
            BOOST_REQUIRE((decoded && decoded->value));
            BOOST_TEST((encoded(*decoded->value) == encoded(each)));
            BOOST_TEST(refused(type, with({0xF0, 1, 0xAA})) == "unknown-critical");
            BOOST_TEST(refused(type, with({0x70, 2, 0xAA})) == "truncated");
            BOOST_TEST(refused(type, with({0x70})) == "truncated");
            BOOST_TEST(refused(type, with({0x70, 0, 0x6F, 0})) == "bad-order");
            BOOST_TEST(refused(type, with({0x70, 0, 0x70, 0})) == "duplicate-field");
        }
    }
}

BOOST_AUTO_TEST_CASE(streams_codes_windows_and_pauses_have_their_bounds) {
    constexpr std::uint64_t largest_32 = 0xffff'ffff;
    constexpr std::uint64_t largest_16 = 0xffff;
    constexpr std::uint64_t year_s = 365ULL * 24 * 3600;
    constexpr std::uint64_t year_9999_end_ms = 253'402'300'799'999;
    using number = std::uint64_t;
    check_bounds({
        {"OFFER stream", offer_type, largest_32,
         [](number it) {
             auto out = numbers({it});
             const auto rest = offer_payload(text_shape, 0, {1}, no_preamble);
             out.insert(out.end(), rest.begin() + 1, rest.end());
             return out;
         }},
        {"ACCEPT stream", accept_type, largest_32, [](number it) { return numbers({it, 0, 0}); }},
        {"ACCEPT window", accept_type, largest_32, [](number it) { return numbers({0, 0, it}); }},
        {"DATA stream", data_type, largest_32, [](number it) { return numbers({it, 0, 0}); }},
        {"ACK stream", ack_type, largest_32, [](number it) { return numbers({it, 0, 0}); }},
        {"ACK window", ack_type, largest_32, [](number it) { return numbers({0, 0, it}); }},
        {"COMMIT stream", commit_type, largest_32, [](number it) { return numbers({it, 0}); }},
        {"REFUSE stream", refuse_type, largest_32,
         [](number it) { return numbers({it, 1, 0, 0}); }},
        {"REFUSE code", refuse_type, largest_16, [](number it) { return numbers({0, it, 0, 0}); }},
        {"REFUSE pause", refuse_type, year_s, [](number it) { return numbers({0, 1, it, 0}); }},
        {"CANCEL stream", cancel_type, largest_32, [](number it) { return numbers({it, 1}); }},
        {"CANCEL code", cancel_type, largest_16, [](number it) { return numbers({0, it}); }},
        {"PING time", ping_type, year_9999_end_ms, [](number it) { return numbers({0, it}); }},
        {"PONG time", pong_type, year_9999_end_ms, [](number it) { return numbers({0, it}); }},
        {"GOODBYE code", goodbye_type, largest_16, [](number it) { return numbers({it, 0}); }},
        {"GOODBYE pause", goodbye_type, year_s, [](number it) { return numbers({1, it}); }},
        {"code of an exception", commit_type, largest_16,
         [](number it) { return commit_of("MU", it, 0); }},
    });
}

//= LP-11
BOOST_AUTO_TEST_CASE(ages_and_bodies_of_offers_have_the_bounds_of_their_kind) {
    using number = std::uint64_t;
    constexpr auto age_max = static_cast<number>(limits::age_max.count());
    const auto body_of = [](object_kind kind, body_mode mode, const bytes& tail) {
        return [=](number it) { return offer_payload(shape_of(kind, mode), 0, {it}, tail); };
    };
    check_bounds({
        {"age", offer_type, age_max,
         [](number it) { return offer_payload(text_shape, it, {1}, no_preamble); }},
        {"text", offer_type, limits::sealed_text_bytes_max,
         body_of(object_kind::text, body_mode::on_accept, no_preamble)},
        {"attachment", offer_type, limits::sealed_attachment_bytes_max,
         body_of(object_kind::attachment, body_mode::on_accept, origin_and_id)},
        {"receipt", offer_type, limits::receipt_bytes_max,
         body_of(object_kind::receipt, body_mode::on_accept, an_origin)},
        {"body that follows at once", offer_type, limits::inline_body_bytes_max,
         body_of(object_kind::text, body_mode::with_offer, no_preamble)},
        {"first byte", offer_type, 1000,
         [](number it) {
             return offer_payload(shape_of(object_kind::text, body_mode::resumed), 0, {1000, it},
                                  no_preamble);
         }},
    });
    BOOST_TEST(refused(offer_type, offer_payload(text_shape, 0, {0}, no_preamble)) ==
               "out-of-range");
    const auto from_the_start =
        offer_payload(shape_of(object_kind::text, body_mode::resumed), 0, {1000, 0}, no_preamble);
    BOOST_TEST(refused(offer_type, from_the_start) == "out-of-range");
}

BOOST_AUTO_TEST_CASE(lengths_within_a_frame_have_their_bounds) {
    const auto preamble_of = [](std::size_t size) {
        return offer_payload(text_shape, 0, {1}, writer{}.sized(bytes(size)).take());
    };
    BOOST_TEST(refused(offer_type, preamble_of(limits::preamble_bytes_max)) == "");
    BOOST_TEST(refused(offer_type, preamble_of(limits::preamble_bytes_max + 1)) == "too-long");
    BOOST_TEST(refused(hello_type, bytes(hello_fixed_bytes + limits::hello_bytes_max)) == "");
    BOOST_TEST(refused(hello_type, bytes(hello_fixed_bytes + limits::hello_bytes_max + 1)) ==
               "too-long");
    BOOST_TEST(refused(data_type, bytes(shortest_data_bytes)) == "");
    BOOST_TEST(refused(data_type, bytes(shortest_data_bytes - 1)) == "truncated");

    writer most;
    most.varint(0).varint(limits::recipients_max);
    for (std::size_t i = 0; i < limits::recipients_max; ++i) {
        most.sized("ABCDEFGH").varint(0xffff).u8(0);
    }
    BOOST_TEST(refused(commit_type, most.view()) == "");
    BOOST_TEST(refused(commit_type, numbers({0, limits::recipients_max + 1})) == "out-of-range");
    BOOST_TEST(refused(refuse_type, numbers({0, 1, 0, limits::recipients_max + 1})) ==
               "out-of-range");
}

BOOST_AUTO_TEST_CASE(exceptions_name_a_bureau_and_an_outcome_that_exists) {
    constexpr auto last_outcome = static_cast<std::uint8_t>(outcome_kind::removed);
    for (std::uint8_t outcome = 0; outcome <= last_outcome; ++outcome) {
        const auto whole = framed(commit_type, commit_of("ABCDEFGH", 300, outcome));
        const auto decoded = decode_frame(whole).value();
        const auto& answer = std::get<commit_frame>(decoded.value.value()).exceptions.at(0);
        BOOST_TEST(answer.outcome.has_value() == (outcome != 0));
        BOOST_TEST((!answer.outcome || *answer.outcome == static_cast<outcome_kind>(outcome)));
        BOOST_TEST((answer.code == errc::have_it));
    }
    BOOST_TEST(refused(commit_type, commit_of("MU", 300, last_outcome + 1)) == "out-of-range");
    BOOST_TEST(refused(commit_type, commit_of("", 300, 0)) == "bad-text");
    BOOST_TEST(refused(commit_type, commit_of("mu", 300, 0)) == "bad-text");
    BOOST_TEST(refused(commit_type, commit_of("ABCDEFGHI", 300, 0)) == "too-long");
    const auto receipt_from = [](std::string_view origin) {
        return offer_payload(shape_of(object_kind::receipt, body_mode::on_accept), 0, {1},
                             writer{}.sized(origin).take());
    };
    BOOST_TEST(refused(offer_type, receipt_from("914")) == "");
    BOOST_TEST(refused(offer_type, receipt_from("")) == "bad-text");
    BOOST_TEST(refused(offer_type, receipt_from("Z-W")) == "bad-text");
}

BOOST_AUTO_TEST_SUITE_END()
