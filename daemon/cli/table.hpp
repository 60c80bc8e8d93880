// Tables that fit 80 columns: as wide as their cells, the last column wrapped.
// Way of the message: a verb of `dhow` -> [table] -> a terminal.
// Pure: values, any thread.
// Spec: docs/man/dhow.1. Tests: scripts/demo.
// Limits: table_columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

namespace dhow::cli {

inline constexpr std::size_t table_columns = 80;

class table {
public:
    explicit table(std::vector<std::string> heads) : heads_{std::move(heads)} {}
    /// As many cells as heads.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    void print(std::ostream& out) const;

private:
    std::vector<std::string> heads_;
    std::vector<std::vector<std::string>> rows_;
};

/// `1.5 MiB`
std::string size_text(std::uint64_t bytes);
/// `2026-11-24 18:09:58Z` of an RFC 3339 time; `-` for nothing.
std::string time_text(const std::string& time);

}  // namespace dhow::cli
