// The links' schedules, quotas and counters, by name.
// Way of the message: beside it; peers, outbound, inbound and queries look things up here.
// Pure value; times and readings are passed in. Net thread.
// Spec: docs/decisions/0010-bearers.md. Tests: unit/route/bearer_book_test.cpp.
// Limits: config_entries_max links.
#pragma once

#include "daemon/route/bearer_schedule.hpp"
#include "daemon/route/line_traffic.hpp"
#include "daemon/route/month_quota.hpp"
#include "protocol/link_session.hpp"

#include <map>
#include <string>
#include <vector>

namespace dhow::route {

using protocol::confidentiality;

/// A wait that nothing lives to see the end of.
inline constexpr protocol::milliseconds for_ever = std::chrono::hours{24 * 36'500};

/// What of one class passes over a session.
struct passage {
    std::uint64_t bytes_max = any_size;    ///< Of an object; 0: nothing passes.
    protocol::milliseconds least_wait{0};  ///< So long something must have waited.
    confidentiality level_max = protocol::highest_confidentiality;  ///< Of a message.
    /// What is above this level has no cheaper link to wait for.
    confidentiality waits_upto = protocol::highest_confidentiality;
    [[nodiscard]] bool passes(std::uint64_t size_bytes, utc_time made_at, utc_time now,
                              confidentiality level = confidentiality::unsaid) const {
        const bool has_waited =
            least_wait.count() == 0 || level > waits_upto || made_at + least_wait <= now;
        return bytes_max > 0 && size_bytes <= bytes_max && level <= level_max && has_waited;
    }
    bool operator==(const passage&) const = default;
};
using passages = std::array<passage, protocol::message_class_count>;

struct bearer_record {
    bearer_schedule schedule;
    confidentiality level_max = protocol::highest_confidentiality;
    month_quota quota;
    traffic sent, received;  ///< Since start.
    std::uint64_t cuts = 0;  ///< Sessions that ended without a GOODBYE, since start.
};

class bearer_book {
public:
    /// Counts of links that keep their name stay.
    void configure(const std::vector<config::link>& links);
    /// From the store's meta: what an earlier run has put there.
    void restore(const std::map<std::string, std::string>& meta);

    /// Null: no such link.
    [[nodiscard]] const bearer_record* find(const std::string& link) const;
    [[nodiscard]] bearer_record* find(const std::string& link);
    [[nodiscard]] const std::map<std::string, bearer_record>& all() const { return x_records; }

    /// The highest level that it may carry; any, of a link that is not known.
    [[nodiscard]] confidentiality level_max(const std::string& link) const;
    /// Bytes of the largest object of the class that may pass now, by window and quota. Of a link
    /// that is not known everything passes.
    [[nodiscard]] std::uint64_t size_max(const std::string& link, message_class cls,
                                         utc_time now) const;
    /// When an object of this size passes, not before now; nothing: never.
    [[nodiscard]] std::optional<utc_time> opens(const std::string& link, message_class cls,
                                                std::uint64_t size_bytes, utc_time now) const;
    /// When what passes may change by itself; nothing: never.
    [[nodiscard]] std::optional<utc_time> next_change(const std::string& link, utc_time now) const;

    /// Begins the month of `now` where it is a later one.
    void roll(utc_time now, bool is_sure);
    [[nodiscard]] bool has_quota(const std::string& link) const;

    /// A connection of this link has carried that much since it began. `is_sure`: as in
    /// month_quota.
    void count(std::uint64_t session, const std::string& link, const line_traffic& reading,
               utc_time now, bool is_sure);
    /// A connection that came to nothing has cost that much.
    void count_failed(const std::string& link, const line_traffic& cost, utc_time now,
                      bool is_sure);
    /// A session of this link is over; counted if the line was lost or fell silent.
    void count_end(const std::string& link, const protocol::session_end& how);
    /// The connection is gone, and was counted for the last time.
    void forget(std::uint64_t session) { x_seen.erase(session); }

    /// Key and value for the store's meta: of links whose count has come near to what it has; with
    /// `exact`, at a stop, of all that count.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> take_notes(bool exact);
    /// The same of one link, exact.
    [[nodiscard]] std::pair<std::string, std::string> note_of(const std::string& link);

private:
    static void add(bearer_record& to, const traffic& sent, const traffic& received);

    std::map<std::string, bearer_record> x_records;
    std::map<std::uint64_t, line_traffic> x_seen;  ///< By session: the last reading.
};

}  // namespace dhow::route
