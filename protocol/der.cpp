// Strict DER, as much as the one CMS profile needs: writing elements and taking them apart.
// Way of the message: under the rebuilding and checking of CMS, between parcel and openssl.
// Pure: values and views, any thread.
// Spec: ITU-T X.690, docs/parcel-format.md#cms. Tests: unit/protocol/der_test.cpp, fuzz/der*.
// Limits: lengths up to 2^32 - 1, never beyond what is there; no recursion.
#include "protocol/der.hpp"

#include "protocol/ensure.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

// The first length that needs the long form, and the first year that needs GeneralizedTime.
constexpr std::size_t long_form_from = 0x80;
constexpr int generalized_from_year = 2050;

void append_length(writer& out, std::size_t size) {
    if (size < long_form_from) {
        out.u8(static_cast<std::uint8_t>(size));
        return;
    }
    unsigned octets = 1;
    while (octets < sizeof(size) && (size >> (8 * octets)) != 0) {
        ++octets;
    }
    out.u8(static_cast<std::uint8_t>(0x80 | octets));
    for (; octets > 0; --octets) {
        out.u8(static_cast<std::uint8_t>(size >> (8 * (octets - 1))));
    }
}

void append_two_digits(std::string& out, unsigned value) {
    out.push_back(static_cast<char>('0' + value / 10 % 10));
    out.push_back(static_cast<char>('0' + value % 10));
}

unsigned two_digits(byte_view text, std::size_t place) {
    return static_cast<unsigned>((text[place] - '0') * 10 + (text[place + 1] - '0'));
}

// "MMDDHHMMSSZ" after the year; nothing but digits and the Z.
result<std::chrono::sys_seconds> time_of(unsigned year, byte_view rest) {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year{static_cast<int>(year)}, month{two_digits(rest, 0)},
                              day{two_digits(rest, 2)}};
    const auto hour = two_digits(rest, 4);
    const auto minute = two_digits(rest, 6);
    const auto second = two_digits(rest, 8);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) {
        return errc::bad_encoding;
    }
    const auto time = sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
    if (time < sys_seconds{}) {
        return errc::out_of_range;
    }
    return time;
}

bool is_time_text(byte_view text) {
    const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    return !text.empty() && text.back() == 'Z' &&
           std::ranges::all_of(text.first(text.size() - 1), is_digit);
}

}  // namespace

bytes der_element(std::uint8_t tag, std::initializer_list<byte_view> pieces) {
    std::size_t size = 0;
    for (const auto piece : pieces) {
        size += piece.size();
    }
    writer out;
    out.reserve(size + 6);
    out.u8(tag);
    append_length(out, size);
    for (const auto piece : pieces) {
        out.raw(piece);
    }
    return out.take();
}

bytes der_set_of(std::vector<bytes> elements) {
    std::ranges::sort(elements);
    writer joined;
    for (const auto& element : elements) {
        joined.raw(element);
    }
    return der_element(der_tag::set, {joined.view()});
}

bytes der_unsigned(byte_view big_endian) {
    while (big_endian.size() > 1 && big_endian[0] == 0) {
        big_endian = big_endian.subspan(1);
    }
    static constexpr std::array<std::uint8_t, 1> zero{0};
    const bool needs_zero = big_endian.empty() || (big_endian[0] & 0x80) != 0;
    return der_element(der_tag::integer, {needs_zero ? byte_view{zero} : byte_view{}, big_endian});
}

bytes der_small(std::uint8_t value) {
    DHOW_ENSURE(value < 0x80);
    return der_element(der_tag::integer, {byte_view{&value, 1}});
}

bytes der_time(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    const int year = static_cast<int>(date.year());
    DHOW_ENSURE(year >= 1970 && year <= 9999);
    const bool generalized = year >= generalized_from_year;
    std::string text;
    if (generalized) {
        append_two_digits(text, static_cast<unsigned>(year / 100));
    }
    append_two_digits(text, static_cast<unsigned>(year % 100));
    append_two_digits(text, static_cast<unsigned>(date.month()));
    append_two_digits(text, static_cast<unsigned>(date.day()));
    append_two_digits(text, static_cast<unsigned>(clock.hours().count()));
    append_two_digits(text, static_cast<unsigned>(clock.minutes().count()));
    append_two_digits(text, static_cast<unsigned>(clock.seconds().count()));
    text.push_back('Z');
    return der_element(generalized ? der_tag::generalized_time : der_tag::utc_time,
                       {as_bytes(text)});
}

//= PF-40
result<std::size_t> der_reader::length() {
    DHOW_TRY(const auto first, x_in.u8());
    if (first < long_form_from) {
        return first;
    }
    const std::size_t octets = first & 0x7F;
    if (octets == 0 || octets > 4) {
        return errc::bad_encoding;  // indefinite, or longer than any length that we accept
    }
    DHOW_TRY(const auto view, x_in.take(octets));
    std::size_t size = 0;
    for (const auto octet : view) {
        size = size << 8 | octet;
    }
    if (view[0] == 0 || size < long_form_from) {
        return errc::bad_encoding;  // a shorter form exists
    }
    return size;
}

result<byte_view> der_reader::value(std::uint8_t tag) {
    DHOW_TRY(const auto found, x_in.u8());
    if (found != tag) {
        return errc::bad_encoding;
    }
    DHOW_TRY(const auto size, length());
    return x_in.take(size);
}

result<der_reader> der_reader::enter(std::uint8_t tag) {
    DHOW_TRY(const auto view, value(tag));
    return der_reader{view};
}

result<void> der_reader::expect(byte_view element) {
    DHOW_TRY(const auto found, x_in.take(std::min(element.size(), x_in.remaining())));
    if (std::ranges::equal(found, element)) {
        return {};
    }
    const bool is_prefix = std::ranges::equal(found, element.first(found.size()));
    return is_prefix ? errc::truncated : errc::bad_encoding;
}

result<byte_view> der_reader::unsigned_integer(std::size_t max_bytes) {
    DHOW_TRY(auto view, value(der_tag::integer));
    if (view.empty() || (view[0] & 0x80) != 0) {
        return errc::bad_encoding;
    }
    if (view.size() > 1 && view[0] == 0) {
        view = view.subspan(1);
        if ((view[0] & 0x80) == 0) {
            return errc::bad_encoding;  // the zero was not needed
        }
    }
    if (view.size() > max_bytes) {
        return errc::too_long;
    }
    return view;
}

result<std::chrono::sys_seconds> der_reader::time() {
    constexpr std::size_t utc_characters = 13;
    constexpr std::size_t generalized_characters = 15;
    if (x_in.peek() == der_tag::generalized_time) {
        DHOW_TRY(const auto text, value(der_tag::generalized_time));
        if (text.size() != generalized_characters || !is_time_text(text)) {
            return errc::bad_encoding;
        }
        const unsigned year = two_digits(text, 0) * 100 + two_digits(text, 2);
        return year >= generalized_from_year ? time_of(year, text.subspan(4)) : errc::bad_encoding;
    }
    DHOW_TRY(const auto text, value(der_tag::utc_time));
    if (text.size() != utc_characters || !is_time_text(text)) {
        return errc::bad_encoding;
    }
    const unsigned year = two_digits(text, 0);
    return time_of(year < generalized_from_year - 2000 ? 2000 + year : 1900 + year,
                   text.subspan(2));
}

}  // namespace dhow::protocol
