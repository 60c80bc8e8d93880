// What stands against a message of an agency: its rights, the form of the fields, recipients,
// routes, disk.
// Way of the message: intake -> submission -> [submission_checks].
// Pure function.
// Spec: docs/agency-api.md#submit. Tests: unit/route/submission_test.cpp.
// Limits: text_bytes_max, attachments_max, references_max, recipients_max, time_to_live_max.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/core.hpp"

namespace dhow::route {

struct checked_submission {
    std::vector<bureau_id> recipients;  ///< Expanded, sorted, none twice.
    errc code{};                        ///< Of the gravest problem; 0: none.
    std::string problems;               ///< All of them, for people.
    confidentiality level = confidentiality::unsaid;
};

/// Looks at everything, so that the submitter hears of all that is wrong at once. `rights` are
/// those of the agency; null for messages of the gateway itself. `attachment_bytes`: of all that
/// the message names, together.
checked_submission check_submission(const core& shared, const request::submit& what,
                                    std::uint64_t attachment_bytes, const config::agency* rights);

/// Dotted English words: lower-case letters and digits, each word beginning with a letter.
bool is_kind(std::string_view text);

}  // namespace dhow::route
