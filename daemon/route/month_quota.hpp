// How many of a month's bytes a link has used, and what may still pass.
// Way of the message: line counters -> bearer_book -> [month_quota] -> outbound.
// Pure value; times are passed in and are UTC.
// Spec: docs/decisions/0010-bearers.md#quota. Tests: unit/route/month_quota_test.cpp, sim.
// Limits: month_bytes_max, quota_step_bytes_min and _max, quota_rest_bytes.
#pragma once

#include "config/model.hpp"

#include <optional>
#include <string>

namespace dhow::route {

using protocol::message_class;
using protocol::utc_time;

class month_quota {
public:
    /// What counts so far stays.
    void configure(const config::link_quota& settings);
    /// What an earlier run noted; anything else than text() has made is ignored.
    void restore(const std::string& text);

    /// IP bytes of both directions. `is_sure`: the clock can be trusted; else no month begins.
    void add(std::uint64_t ip_bytes, utc_time now, bool is_sure);
    /// The provider's figure instead of ours.
    void correct(std::uint64_t used_bytes, utc_time now, bool is_sure);
    /// Begins the month of `now`, if it is a later one.
    void roll(utc_time now, bool is_sure);

    [[nodiscard]] bool is_limited() const { return x_settings.month_bytes != 0; }
    [[nodiscard]] std::uint64_t used() const { return x_used; }
    [[nodiscard]] std::uint64_t limit() const { return x_settings.month_bytes; }
    /// Bytes until the end of the quota, any number without one.
    [[nodiscard]] std::uint64_t left() const;
    /// Whether the class passes now: it may beyond the quota, or more than quota_rest_bytes are
    /// left.
    [[nodiscard]] bool allows(message_class cls) const;
    [[nodiscard]] bool is_free(message_class cls) const;  ///< Also beyond the quota.
    /// When the next month begins.
    [[nodiscard]] static utc_time next_month(utc_time now);

    /// The count has come so near to what the store has that it must have more.
    [[nodiscard]] bool wants_note() const;
    /// For the store: the count with a step ahead, so that a crash gives no byte back. `exact`: of
    /// a stop, or the operator's.
    [[nodiscard]] std::string note(bool exact);
    /// Said once a month for each: the share of warn_at is used, all is used.
    enum class level : std::uint8_t { fine, warned, used_up };
    [[nodiscard]] std::optional<level> take_news();

private:
    [[nodiscard]] std::uint64_t step() const;
    void note_burst(std::uint64_t ip_bytes);

    config::link_quota x_settings;
    std::int32_t x_month = 0;  ///< Months since the year 0; 0: none has begun.
    std::uint64_t x_used = 0;
    std::uint64_t x_noted = 0;  ///< What the store has, for x_noted_month.
    std::int32_t x_noted_month = 0;
    std::uint64_t x_burst = 0;  ///< The most that came between two looks, of late.
    level x_told = level::fine;
};

}  // namespace dhow::route
