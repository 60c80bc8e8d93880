// How members of a message are called for people, their order, and what a reader must not forget.
// Way of the message: shown by `dhow show`.
// Pure. Read at the first call, then read-only: any thread.
// Spec: docs/kinds.md#reading. Tests: unit/kinds/view_test.cpp.
// Limits: none; labels.json is part of the program.
#pragma once

#include "protocol/kinds/registry.hpp"

namespace dhow::kinds {

class label_book {
public:
    static const label_book& builtin();

    /// Empty for a member that nobody has named.
    [[nodiscard]] std::string_view label(std::string_view parent, std::string_view member) const;
    /// `m` of a height; empty: none.
    [[nodiscard]] std::string_view unit(std::string_view member) const;
    /// Smaller comes first; members that nobody has put in order are equal.
    [[nodiscard]] int rank(std::string_view member) const;
    /// What holds for a message of this kind with this text.
    [[nodiscard]] std::vector<std::string> reminders(std::string_view kind,
                                                     const boost::json::value& text) const;

private:
    explicit label_book(std::string_view file);
    struct reminder {
        std::vector<std::string> kinds;
        std::optional<data_condition> when;
        std::string text;
    };
    using names = std::map<std::string, std::string, std::less<>>;
    names x_labels;
    names x_units;
    std::map<std::string, int, std::less<>> x_ranks;
    std::vector<reminder> x_reminders;
};

}  // namespace dhow::kinds
