// Tables that fit 80 columns: as wide as their cells, the last column wrapped.
// Way of the message: a verb of `dhow` -> [table] -> a terminal.
// Pure: values, any thread.
// Spec: docs/man/dhow.1. Tests: scripts/demo.
// Limits: table_columns.
#include "daemon/cli/table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>
#include <string_view>

namespace dhow::cli {

namespace {

constexpr std::size_t gap = 2;
/// The last column gets at least this, even if the line becomes longer for it.
constexpr std::size_t last_width_min = 16;

/// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string padded(const std::string& text, std::size_t width) {
    const std::size_t have = width_of(text);
    return have < width ? text + std::string(width - have, ' ') : text;
}

/// Takes a line of words off the front of the text.
std::string take_line(std::string_view& text, std::size_t width) {
    std::size_t end = 0;
    for (std::size_t next = 0; next < text.size();) {
        next = std::min(text.find(' ', next + 1), text.size());
        if (width_of(text.substr(0, next)) > width && end > 0) {
            break;
        }
        end = next;
    }
    const std::string line{text.substr(0, end)};
    text.remove_prefix(std::min(text.size(), end + 1));
    return line;
}

}  // namespace

void table::print(std::ostream& out) const {
    std::vector<std::size_t> widths;
    for (const std::string& head : heads_) {
        widths.push_back(width_of(head));
    }
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::size_t before = 0;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
        before += widths[i] + gap;
    }
    const std::size_t last =
        std::max(last_width_min, table_columns > before ? table_columns - before : 0);
    const auto print_row = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            out << padded(row[i], widths[i] + gap);
        }
        std::string_view rest = row.back();
        out << take_line(rest, last) << '\n';
        while (!rest.empty()) {
            out << std::string(before, ' ') << take_line(rest, last) << '\n';
        }
    };
    print_row(heads_);
    for (const auto& row : rows_) {
        print_row(row);
    }
}

std::string size_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

std::string time_text(const std::string& time) {
    constexpr std::size_t seconds_end = 19;
    if (time.size() < seconds_end) {
        return time.empty() ? "-" : time;
    }
    std::string out = time.substr(0, seconds_end);
    out[10] = ' ';
    return out + "Z";  // Nobody has to guess whose time it is.
}

}  // namespace dhow::cli
