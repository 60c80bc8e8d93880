// How a case stands in the store: its key, its rows as the rules see them, its recipients.
// Way of the message: submission, opening and cases -> [case_book] -> store.
// Pure functions. Net thread.
// Spec: docs/decisions/0017. Tests: unit/route/cases_test.cpp.
// Limits: case_messages_max.
#pragma once

#include "daemon/route/core.hpp"
#include "protocol/kinds/case.hpp"

namespace dhow::route {

/// What a text says of a case, with all that is needed to judge it again.
struct case_text {
    kinds::case_word word;
    std::string kind;
    boost::json::value text;
};

/// Nothing for what is no document, or about no case.
std::optional<case_text> read_case_text(const protocol::content& content, bureau_id sender,
                                        const message_id& id, utc_time created);

/// Under which a case is kept. The name itself is nowhere.
digest case_key(const core& shared, std::string_view lifecycle, std::string_view name);

const store::case_row* find_case(const answer::case_file& file, bureau_id owner);
/// Whether the General Secretariat has ended it, whoever began it.
bool is_ended_by_authority(const answer::case_file& file);
bureau_id secretariat();

/// Until when it may be kept, after a message of it was judged.
void set_retention(store::case_row& row, const case_text& said, kinds::case_standing standing);

/// Of the text that ends a case, sealed at rest.
inline std::string end_context(const digest& key) {
    return "case-end:" + protocol::to_hex(key.view());
}

/// The row that follows the present one after `word` was judged: its revision is one higher.
struct judged_word {
    kinds::case_standing standing = kinds::case_standing::current;
    store::case_row row;
};
judged_word judge_word(const answer::case_file& file, const digest& key, bureau_id owner,
                       const case_text& said, utc_time now);

/// The same after a restriction of our own: for us and for the others the case goes on.
judged_word judge_restriction(const answer::case_file& file, const digest& key, bureau_id self,
                              utc_time now);

/// Who has had a restriction of the case by the word of `owner`, and no content since.
std::vector<bureau_id> denied_in(const answer::case_file& file, bureau_id owner);

/// The changes that hold only while the case is as it was read.
void put_word(std::vector<store::change>& to, const answer::case_file& file,
              const judged_word& judged, store::case_message_row row);

/// In the directory, not barred, with a key and a route that may carry what is of this level.
bool can_be_addressed(const core& shared, bureau_id bureau,
                      confidentiality level = confidentiality::unsaid);

std::string recipients_text(const std::vector<bureau_id>& recipients);
std::vector<bureau_id> recipients_in(std::string_view text);

inline kinds::case_role role_of(const store::case_message_row& row) {
    return static_cast<kinds::case_role>(row.role);
}
inline kinds::case_point point_of(const store::case_message_row& row) {
    return {row.version, row.at};
}

}  // namespace dhow::route
