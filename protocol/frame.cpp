// Frames to bytes and back: one pair of functions per frame type, side by side.
// Way of the message: link_session writes and reads these.
// Pure.
// Spec: docs/link-protocol.md#frames. Tests: unit/protocol/frame_test.cpp, vectors, fuzz/frame*.
// Limits: frame_length_max, control_length_max, frame_payload_bytes_max, preamble_bytes_max.
#include "protocol/frame.hpp"

#include "protocol/bytes.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/try.hpp"

namespace dhow::protocol {

namespace {

enum class frame_type : std::uint8_t {
    hello = 1,
    offer = 2,
    accept = 3,
    data = 4,
    ack = 5,
    commit = 6,
    refuse = 7,
    cancel = 8,
    ping = 9,
    pong = 10,
    goodbye = 11,
};
constexpr auto last_known_type = static_cast<std::uint8_t>(frame_type::goodbye);

constexpr std::uint64_t no_bound = ~std::uint64_t{0};
constexpr std::uint64_t stream_max = 0xffff'ffff;
constexpr std::uint64_t window_max = 0xffff'ffff;
/// Ages and pauses: 400 days and then some; far below what overflows a time.
constexpr auto age_ms_max = static_cast<std::uint64_t>(limits::age_max.count());
constexpr std::uint64_t pause_s_max = 365ULL * 24 * 3600;

/// What a frame may claim as its length. Nothing is held for a longer one.
std::size_t length_max(std::uint8_t type) {
    const bool is_long = type == static_cast<std::uint8_t>(frame_type::offer) ||
                         type == static_cast<std::uint8_t>(frame_type::data);
    return is_long ? limits::frame_length_max : limits::control_length_max;
}

std::uint64_t body_bytes_max(object_kind kind) {
    switch (kind) {
        case object_kind::text:
            return limits::sealed_text_bytes_max;
        case object_kind::attachment:
            return limits::sealed_attachment_bytes_max;
        case object_kind::receipt:
            break;
    }
    return limits::receipt_bytes_max;
}

//= LP-6
/// Extension fields end every frame but HELLO and DATA: what may be ignored is, the rest refuses.
result<void> read_extensions(reader& in) {
    if (in.empty()) {
        return {};
    }
    DHOW_CHECK(read_fields(in.rest(), {}));
    return {};
}

result<stream_id> read_stream(reader& in) {
    DHOW_TRY(const auto value, in.varint(stream_max));
    return static_cast<stream_id>(value);
}

/// Any 16-bit number: a later version may know more codes.
result<void> read_code(reader& in, errc& out) {
    DHOW_TRY(const auto value, in.varint(0xffff));
    out = static_cast<errc>(value);
    return {};
}

result<std::chrono::seconds> read_pause(reader& in) {
    DHOW_TRY(const auto value, in.varint(pause_s_max));
    return std::chrono::seconds{static_cast<std::int64_t>(value)};
}

result<utc_time> read_time(reader& in) {
    DHOW_TRY(const auto value, in.varint(no_bound));
    return time_in(writer{}.varint(value).view());
}

result<bureau_id> read_bureau(reader& in) {
    DHOW_TRY(const auto value, in.sized(bureau_id::max_characters));
    return bureau_in(value);
}

// HELLO -----------------------------------------------------------------------------------------

void write(writer& out, const hello_frame& value) {
    out.raw(value.signer.view()).raw(value.value.view()).raw(value.encoded);
}

result<frame> read_hello(reader& in) {
    hello_frame out;
    DHOW_TRY(out.signer, in.fixed<key_id>());
    DHOW_TRY(out.value, in.fixed<signature>());
    out.encoded = to_bytes(in.rest());
    if (out.encoded.size() > limits::hello_bytes_max) {
        return errc::too_long;
    }
    return frame{std::move(out)};
}

// OFFER -----------------------------------------------------------------------------------------

/// Bits 0-1 class, 2-3 kind, 4-5 mode, 6 short form, 7 zero.
std::uint8_t shape_of(const offer_frame& value) {
    return static_cast<std::uint8_t>(
        static_cast<unsigned>(value.cls) | static_cast<unsigned>(value.kind) << 2U |
        static_cast<unsigned>(value.mode) << 4U | (value.is_short ? 1U : 0U) << 6U);
}

/// The digest follows from a body that comes whole: it need not travel.
bool has_digest(const offer_frame& value) {
    return !value.is_short || value.mode != body_mode::with_offer;
}

void write(writer& out, const offer_frame& value) {
    out.varint(value.stream).u8(shape_of(value)).u8(value.attempt).u8(value.hops);
    out.varint(static_cast<std::uint64_t>(value.age.count()));
    if (has_digest(value)) {
        out.raw(value.object.view());
    }
    out.varint(value.body_bytes);
    if (value.mode == body_mode::resumed) {
        out.varint(value.first_byte);
    }
    switch (value.kind) {
        case object_kind::text:
            out.sized(byte_view{value.preamble});
            break;
        case object_kind::attachment:
            out.sized(value.origin.text()).raw(value.id.view());
            break;
        case object_kind::receipt:
            out.sized(value.origin.text());
            break;
    }
}

result<void> read_shape(reader& in, offer_frame& out) {
    DHOW_TRY(const unsigned shape, in.u8());
    const unsigned kind = shape >> 2U & 3U;
    const unsigned mode = shape >> 4U & 3U;
    out.is_short = (shape >> 6U & 1U) != 0;
    if (kind == 0 || mode > static_cast<unsigned>(body_mode::resumed) || shape >> 7U != 0 ||
        (out.is_short && static_cast<object_kind>(kind) == object_kind::attachment)) {
        return errc::out_of_range;
    }
    out.cls = static_cast<message_class>(shape & 3U);
    out.kind = static_cast<object_kind>(kind);
    out.mode = static_cast<body_mode>(mode);
    return {};
}

//= LP-11
result<void> read_extent(reader& in, offer_frame& out) {
    DHOW_TRY(out.body_bytes, in.varint(body_bytes_max(out.kind)));
    if (out.body_bytes == 0) {
        return errc::out_of_range;
    }
    if (out.mode == body_mode::resumed) {
        DHOW_TRY(out.first_byte, in.varint(out.body_bytes));
        if (out.first_byte == 0) {
            return errc::out_of_range;
        }
    }
    const bool goes_whole = out.mode == body_mode::with_offer;
    if (goes_whole && out.body_bytes > limits::inline_body_bytes_max) {
        return errc::out_of_range;
    }
    return {};
}

result<frame> read_offer(reader& in) {
    offer_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_CHECK(read_shape(in, out));
    DHOW_TRY(out.attempt, in.u8());
    DHOW_TRY(out.hops, in.u8());
    DHOW_TRY(const auto age_ms, in.varint(age_ms_max));
    out.age = milliseconds{static_cast<std::int64_t>(age_ms)};
    if (has_digest(out)) {
        DHOW_TRY(out.object, in.fixed<digest>());
    }
    DHOW_CHECK(read_extent(in, out));
    if (out.kind == object_kind::text) {
        DHOW_TRY(const auto preamble, in.sized(limits::preamble_bytes_max));
        out.preamble = to_bytes(preamble);
    } else {
        DHOW_TRY(out.origin, read_bureau(in));
    }
    if (out.kind == object_kind::attachment) {
        DHOW_TRY(out.id, in.fixed<message_id>());
    }
    DHOW_CHECK(read_extensions(in));
    return frame{std::move(out)};
}

// ACCEPT, DATA, ACK -----------------------------------------------------------------------------

void write(writer& out, const accept_frame& value) {
    out.varint(value.stream).varint(value.offset).varint(value.window_bytes);
}

result<frame> read_accept(reader& in) {
    accept_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_TRY(out.offset, in.varint(no_bound));
    DHOW_TRY(const auto window, in.varint(window_max));
    out.window_bytes = static_cast<std::uint32_t>(window);
    DHOW_CHECK(read_extensions(in));
    return frame{out};
}

void write(writer& out, const data_frame& value) {
    out.varint(value.stream).varint(value.offset).raw(value.payload);
}

//= LP-12
result<frame> read_data(reader& in) {
    data_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_TRY(out.offset, in.varint(no_bound));
    out.payload = in.rest();
    if (out.payload.empty()) {
        return errc::truncated;
    }
    if (out.payload.size() > limits::frame_payload_bytes_max) {
        return errc::too_long;
    }
    return frame{out};
}

void write(writer& out, const ack_frame& value) {
    out.varint(value.stream).varint(value.durable_bytes).varint(value.window_bytes);
}

result<frame> read_ack(reader& in) {
    ack_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_TRY(out.durable_bytes, in.varint(no_bound));
    DHOW_TRY(const auto window, in.varint(window_max));
    out.window_bytes = static_cast<std::uint32_t>(window);
    DHOW_CHECK(read_extensions(in));
    return frame{out};
}

// COMMIT, REFUSE, CANCEL ------------------------------------------------------------------------

void write_answers(writer& out, const std::vector<recipient_answer>& answers) {
    DHOW_ENSURE(answers.size() <= limits::recipients_max);
    out.varint(answers.size());
    for (const auto& answer : answers) {
        out.sized(answer.recipient.text()).varint(static_cast<std::uint16_t>(answer.code));
        out.u8(answer.outcome ? static_cast<std::uint8_t>(*answer.outcome) : 0);
    }
}

result<recipient_answer> read_answer(reader& in) {
    recipient_answer out;
    DHOW_TRY(out.recipient, read_bureau(in));
    DHOW_CHECK(read_code(in, out.code));
    DHOW_TRY(const auto outcome, in.u8());
    if (outcome > static_cast<std::uint8_t>(outcome_kind::removed)) {
        return errc::out_of_range;
    }
    if (outcome != 0) {
        out.outcome = static_cast<outcome_kind>(outcome);
    }
    return out;
}

result<std::vector<recipient_answer>> read_answers(reader& in) {
    DHOW_TRY(const auto count, in.varint(limits::recipients_max));
    std::vector<recipient_answer> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        DHOW_TRY(auto answer, read_answer(in));
        out.push_back(answer);
    }
    return out;
}

void write(writer& out, const commit_frame& value) {
    out.varint(value.stream);
    write_answers(out, value.exceptions);
}

result<frame> read_commit(reader& in) {
    commit_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_TRY(out.exceptions, read_answers(in));
    DHOW_CHECK(read_extensions(in));
    return frame{std::move(out)};
}

void write(writer& out, const refuse_frame& value) {
    out.varint(value.stream).varint(static_cast<std::uint16_t>(value.code));
    out.varint(static_cast<std::uint64_t>(value.retry_after.count()));
    write_answers(out, value.exceptions);
}

result<frame> read_refuse(reader& in) {
    refuse_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_CHECK(read_code(in, out.code));
    DHOW_TRY(out.retry_after, read_pause(in));
    DHOW_TRY(out.exceptions, read_answers(in));
    DHOW_CHECK(read_extensions(in));
    return frame{std::move(out)};
}

void write(writer& out, const cancel_frame& value) {
    out.varint(value.stream).varint(static_cast<std::uint16_t>(value.code));
}

result<frame> read_cancel(reader& in) {
    cancel_frame out;
    DHOW_TRY(out.stream, read_stream(in));
    DHOW_CHECK(read_code(in, out.code));
    DHOW_CHECK(read_extensions(in));
    return frame{out};
}

// PING, PONG, GOODBYE ---------------------------------------------------------------------------

template <class Signal>
void write_signal(writer& out, const Signal& value) {
    out.varint(value.token).varint(time_value(value.time));
}

template <class Signal>
result<frame> read_signal(reader& in) {
    Signal out;
    DHOW_TRY(out.token, in.varint(no_bound));
    DHOW_TRY(out.time, read_time(in));
    DHOW_CHECK(read_extensions(in));
    return frame{out};
}

void write(writer& out, const ping_frame& value) { write_signal(out, value); }
void write(writer& out, const pong_frame& value) { write_signal(out, value); }

void write(writer& out, const goodbye_frame& value) {
    out.varint(static_cast<std::uint16_t>(value.code));
    out.varint(static_cast<std::uint64_t>(value.reconnect_after.count()));
}

result<frame> read_goodbye(reader& in) {
    goodbye_frame out;
    DHOW_CHECK(read_code(in, out.code));
    DHOW_TRY(out.reconnect_after, read_pause(in));
    DHOW_CHECK(read_extensions(in));
    return frame{out};
}

void write(writer&, const unknown_frame&) {
    constexpr bool unknown_frames_are_written = false;
    DHOW_ENSURE(unknown_frames_are_written);
}

// All -------------------------------------------------------------------------------------------

result<frame> read_payload(frame_type type, reader& in) {
    switch (type) {
        case frame_type::hello:
            return read_hello(in);
        case frame_type::offer:
            return read_offer(in);
        case frame_type::accept:
            return read_accept(in);
        case frame_type::data:
            return read_data(in);
        case frame_type::ack:
            return read_ack(in);
        case frame_type::commit:
            return read_commit(in);
        case frame_type::refuse:
            return read_refuse(in);
        case frame_type::cancel:
            return read_cancel(in);
        case frame_type::ping:
            return read_signal<ping_frame>(in);
        case frame_type::pong:
            return read_signal<pong_frame>(in);
        case frame_type::goodbye:
            break;
    }
    return read_goodbye(in);
}

bool is_known(std::uint8_t type) { return type >= 1 && type <= last_known_type; }

}  // namespace

//= LP-3
void append_frame(bytes& out, const frame& value) {
    writer payload;
    std::visit([&payload](const auto& it) { write(payload, it); }, value);
    writer head;
    head.u8(static_cast<std::uint8_t>(value.index() + 1)).varint(payload.size());
    out.reserve(out.size() + head.size() + payload.size());
    out.insert(out.end(), head.view().begin(), head.view().end());
    out.insert(out.end(), payload.view().begin(), payload.view().end());
}

//= LP-3, LP-4, LP-5
result<decoded_frame> decode_frame(byte_view data) {
    if (data.empty()) {
        return decoded_frame{};
    }
    reader in{data};
    DHOW_TRY(const auto type, in.u8());
    if (!is_known(type) && (type & critical_bit) != 0) {
        return errc::unknown_critical;
    }
    const auto length = in.varint();
    if (!length) {
        if (errc_of(length.error()) == errc::truncated) {
            return decoded_frame{};
        }
        return length.error();
    }
    if (*length > length_max(type)) {
        return errc::too_long;
    }
    if (*length > in.remaining()) {
        return decoded_frame{};
    }
    DHOW_TRY(const auto payload, in.take(static_cast<std::size_t>(*length)));
    const auto consumed = data.size() - in.remaining();
    if (!is_known(type)) {
        return decoded_frame{frame{unknown_frame{type}}, consumed};
    }
    reader inner{payload};
    DHOW_TRY(auto value, read_payload(static_cast<frame_type>(type), inner));
    return decoded_frame{std::move(value), consumed};
}

}  // namespace dhow::protocol
