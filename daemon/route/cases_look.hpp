// A case with all that its recipients have said of it.
// Way of the message: cases.cpp fills it; cases_again.cpp and cases_report.cpp read it.
// Pure values.
// Spec: docs/decisions/0017. Tests: unit/route/cases_origin_test.cpp.
// Limits: see cases.hpp.
#pragma once

#include "daemon/route/cases.hpp"

namespace dhow::route {

struct cases::look : std::enable_shared_from_this<cases::look> {
    digest key;
    answer::case_file file;
    std::size_t gathered = 0;  ///< Of the items.
    /// Signed by the recipient itself, by message.
    std::map<message_id, std::vector<response::case_answer>> answers;
    std::function<void(look&)> then;
};

/// The newest by the word of a bureau that ends the case: once it has ended, its end; before, a
/// restriction. Nothing when there is none.
inline const answer::case_item* newest_end(const answer::case_file& file, bureau_id owner) {
    const auto* row = find_case(file, owner);
    const auto wanted =
        row != nullptr && row->ended ? kinds::case_role::end : kinds::case_role::restriction;
    for (const auto& item : file.items) {
        if (item.row.owner == owner && role_of(item.row) == wanted) {
            return &item;
        }
    }
    return nullptr;
}

}  // namespace dhow::route
