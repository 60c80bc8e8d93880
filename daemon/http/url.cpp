// Request targets: path, query, percent-encoding; and byte ranges.
// Way of the message: between request_reader and the router.
// Pure: values, any thread.
// Spec: RFC 3986 section 2, RFC 9110 section 14. Tests: unit/api/encoding_test.cpp, fuzz/api*.
// Limits: the header's limit bounds the input.
#include "daemon/http/url.hpp"

#include <algorithm>
#include <charconv>

namespace dhow::http {

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

int hex_value(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        out.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(hex_digits[byte >> 4]);
        out.push_back(hex_digits[byte & 15]);
    }
    return out;
}

std::optional<target> split_target(std::string_view text) {
    if (text.empty() || text.front() != '/') {
        return std::nullopt;
    }
    const std::size_t mark = text.find('?');
    if (mark == std::string_view::npos) {
        return target{text, {}};
    }
    return target{text.substr(0, mark), text.substr(mark + 1)};
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
        const std::size_t equals = pair.find('=');
        if (pair.substr(0, equals) == name) {
            return equals == std::string_view::npos ? std::string{}
                                                    : percent_decode(pair.substr(equals + 1));
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (text.empty() || error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    return value;
}

range_request parse_range(std::string_view field, std::uint64_t length) {
    constexpr std::string_view unit = "bytes=";
    const std::size_t dash = field.find('-');
    if (!field.starts_with(unit) || dash == std::string_view::npos ||
        field.find(',') != std::string_view::npos) {
        return {};
    }
    const std::string_view first_text = field.substr(unit.size(), dash - unit.size());
    const std::string_view last_text = field.substr(dash + 1);
    const auto first = parse_number(first_text);
    const auto last = parse_number(last_text);
    if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) {
        return {};
    }
    if (!first) {  // the last so many bytes
        if (*last == 0 || length == 0) {
            return {range_kind::unsatisfiable, {}};
        }
        return {range_kind::part, {length - std::min(length, *last), length - 1}};
    }
    if (last && *last < *first) {
        return {};
    }
    if (*first >= length) {
        return {range_kind::unsatisfiable, {}};
    }
    return {range_kind::part, {*first, last ? std::min(*last, length - 1) : length - 1}};
}

}  // namespace dhow::http
