// One parser per kind of value, and what it expects in words.
// Way of the message: see value_kinds.hpp.
// Pure.
// Spec: docs/configuration.md#values. Tests: unit/config/load_test.cpp.
// Limits: short_text_bytes_max.
#include "config/value_kinds.hpp"

#include "config/units.hpp"
#include "protocol/content.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>

namespace dhow::config {

namespace {

constexpr std::string_view group_prefix = "group:";
constexpr std::string_view peer_scheme = "tls://";

std::optional<std::string> when(bool is_right, std::string_view text) {
    return is_right ? std::optional(std::string(text)) : std::nullopt;
}

std::optional<std::string> parse_text(std::string_view text) {
    return when(!text.empty() && text.size() <= protocol::limits::short_text_bytes_max &&
                    text.find('\n') == std::string_view::npos,
                text);
}

std::optional<std::string> parse_name(std::string_view text) { return when(is_name(text), text); }

/// What a signed content may bear as its agency. Its bureau chooses the name, which need not follow
/// our rules for names. `*` would look like "any" and match nothing.
std::optional<std::string> parse_sender_agency(std::string_view text) {
    return when(!text.empty() && text != "*" &&
                    text.size() <= protocol::limits::short_text_bytes_max &&
                    protocol::is_clean_text(text, false),
                text);
}

std::optional<std::string> parse_target(std::string_view text) {
    if (text.starts_with(group_prefix)) {
        return when(is_name(text.substr(group_prefix.size())), text);
    }
    return when(text == "*" || bureau_id::parse(text).has_value(), text);
}

std::optional<std::string> parse_pattern(std::string_view text) {
    return when(is_kind_pattern(text), text);
}

std::optional<link_mode> parse_mode(std::string_view text) {
    if (text == "dial") {
        return link_mode::dial;
    }
    if (text == "listen") {
        return link_mode::listen;
    }
    if (text == "courier") {
        return link_mode::courier;
    }
    return text == "both" ? std::optional(link_mode::both) : std::nullopt;
}

std::optional<link_congestion> parse_congestion(std::string_view text) {
    const auto& names = link_congestion_names;
    const auto found = std::find(names.begin(), names.end(), text);
    return found == names.end()
               ? std::nullopt
               : std::optional(static_cast<link_congestion>(found - names.begin()));
}

std::optional<link_beside> parse_beside(std::string_view text) {
    const auto& names = link_beside_names;
    const auto found = std::find(names.begin(), names.end(), text);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<link_beside>(found - names.begin()));
}

std::optional<std::string> parse_address(std::string_view text) {
    return when(parse_host_port(text).has_value(), text);
}

std::optional<std::string> parse_peer_address(std::string_view text) {
    return when(text.starts_with(peer_scheme) &&
                    parse_host_port(text.substr(peer_scheme.size())).has_value(),
                text);
}

/// What useradd(8) accepts: [a-z_][a-z0-9_-]*, at most 32 characters.
std::optional<std::string> parse_user(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return when(!text.empty() && text.size() <= 32 && text.front() != '-' &&
                    (text.front() < '0' || text.front() > '9') &&
                    std::all_of(text.begin(), text.end(), allowed),
                text);
}

std::optional<std::string> parse_fingerprint(std::string_view text) {
    const auto digest = protocol::from_hex<protocol::digest>(text);
    return digest ? std::optional(protocol::to_hex(digest->view())) : std::nullopt;
}

std::optional<std::string> parse_log_level(std::string_view text) {
    constexpr std::array<std::string_view, 4> levels{"error", "warning", "info", "debug"};
    return when(std::find(levels.begin(), levels.end(), text) != levels.end(), text);
}

std::optional<std::string> parse_ip_address(std::string_view text) {
    const bool is_v6 = text.find(':') != std::string_view::npos;
    const auto allowed = [is_v6](char c) {
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        return is_digit || c == '.' || (is_v6 && (is_hex || c == ':'));
    };
    return when(text.size() >= 2 && text.size() <= 45 &&
                    (is_v6 || text.find('.') != std::string_view::npos) &&
                    std::all_of(text.begin(), text.end(), allowed),
                text);
}

std::optional<std::uint8_t> parse_weekday(std::string_view text) {
    constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    const auto found = std::find(days.begin(), days.end(), text);
    return found == days.end() ? std::nullopt
                               : std::optional(static_cast<std::uint8_t>(found - days.begin()));
}

std::optional<bool> parse_boolean(std::string_view text) {
    if (text == "true" || text == "false") {
        return text == "true";
    }
    return std::nullopt;
}

}  // namespace

const value_kind<std::string> text_kind{"a text of one line, at most 1024 bytes", parse_text};
const value_kind<std::string> name_kind{"a name of letters, digits, - and _, at most 64 characters",
                                        parse_name, true};
const value_kind<std::string> sender_agency_kind{
    "the name of an agency as its bureau writes it, one line of at most 1024 bytes",
    parse_sender_agency, true};
const value_kind<bureau_id> bureau_kind{
    "a bureau's id, 1 to 8 capital letters or digits, such as MU or IPSG", bureau_id::parse, true};
const value_kind<std::string> target_kind{"a bureau's id, group:NAME, or \"*\"", parse_target,
                                          true};
const value_kind<std::string> kind_pattern_kind{
    "a kind of message or a pattern, such as hit.request, hit.* or \"*\"", parse_pattern, true};
const value_kind<message_class> class_kind{"flash, urgent, routine or bulk", protocol::parse_class};
const value_kind<link_mode> link_mode_kind{"dial, listen, both or courier", parse_mode};
const value_kind<link_congestion> link_congestion_kind{"kernel, bbr, cubic or reno",
                                                       parse_congestion};
const value_kind<link_beside> link_beside_kind{"never, needed or always", parse_beside};
const value_kind<confidentiality> confidentiality_kind{"official-use, restricted or confidential",
                                                       protocol::parse_confidentiality};
const value_kind<std::string> address_kind{"host:port, such as 0.0.0.0:7443 or \"[::]:7443\"",
                                           parse_address};
const value_kind<std::string> peer_address_kind{"tls://host:port, such as tls://gw.example:7443",
                                                parse_peer_address};
const value_kind<std::string> user_kind{"the name of a Unix user", parse_user, true};
const value_kind<std::string> fingerprint_kind{"64 hexadecimal digits, the SHA-256 of a public key",
                                               parse_fingerprint};
const value_kind<std::string> log_level_kind{"error, warning, info or debug", parse_log_level};
const value_kind<std::uint64_t> size_kind{"a size with a unit, such as 512KiB or 20GiB",
                                          parse_size};
const value_kind<double> percent_kind{"a percentage, such as 20%", parse_percent};
const value_kind<bool> boolean_kind{"true or false", parse_boolean};
const value_kind<std::string> ip_address_kind{
    "an address of this machine without a port, such as 192.0.2.1", parse_ip_address};
const value_kind<std::uint64_t> rate_kind{"a rate with a unit, such as 64kbit/s or 2Mbit/s",
                                          parse_rate};
const value_kind<std::chrono::seconds> time_span_kind{"a duration with a unit, such as 90s or 10d",
                                                      parse_duration};
const value_kind<std::uint8_t> weekday_kind{"mon, tue, wed, thu, fri, sat or sun", parse_weekday};
const value_kind<std::chrono::seconds> time_of_day_kind{
    "a time of day in UTC, such as \"22:00\", to \"24:00\"", parse_time_of_day};

}  // namespace dhow::config
