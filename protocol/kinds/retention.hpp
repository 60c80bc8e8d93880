// Until when a case may be kept, when its source is asked, and the end that follows from silence.
// Way of the message: what gives content of a case -> [retention] -> the row of the case.
// Pure. Any thread.
// Spec: docs/decisions/0021-retention.md. Tests: unit/kinds/retention_test.cpp.
// Limits: R-RET-01 bounds the date.
#pragma once

#include "protocol/kinds/registry.hpp"

namespace dhow::kinds {

/// `time` some calendar years on; of 29 February the day before, where there is none.
protocol::utc_time years_after(protocol::utc_time time, std::int64_t years);

/// By what a message says, or by its kind; nothing for a kind that gives no content.
std::optional<protocol::utc_time> kept_until(const registry& data, const kind_row& row,
                                             protocol::utc_time created,
                                             const boost::json::value& text);

/// When the source is asked: months before, but not in the first half of the time.
protocol::utc_time question_at(const registry& data, protocol::utc_time created,
                               protocol::utc_time until);

struct prepared_end {
    std::string kind;
    std::string text;
};
/// What ends the case of this content, by the one who sent it. It names nobody. Nothing when the
/// lifecycle has no end that this sender may send.
std::optional<prepared_end> end_of(const registry& data, const kind_row& content,
                                   std::string_view sender, std::string_view id,
                                   const boost::json::value& text);

}  // namespace dhow::kinds
