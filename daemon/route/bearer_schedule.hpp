// Which classes and sizes may pass on a link at which time.
// Way of the message: ready_queue -> [bearer_schedule] -> outbound; and before a link is dialled.
// Pure value; times are passed in and are UTC.
// Spec: docs/decisions/0010-bearers.md, docs/configuration.md#bearers.
// Tests: unit/route/bearer_schedule_test.cpp, sim.
// Limits: link_windows_max.
#pragma once

#include "config/model.hpp"

#include <array>
#include <limits>
#include <optional>

namespace dhow::route {

using protocol::message_class;
using protocol::utc_time;

/// A size that no object exceeds; also what a store holds as a signed number.
inline constexpr std::uint64_t any_size =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

class bearer_schedule {
public:
    /// Everything passes at any time.
    bearer_schedule() = default;
    explicit bearer_schedule(const config::link& settings);

    /// Bytes of the largest object of the class that may pass at that time; 0: none may, any_size:
    /// all may. A class that no window names passes at any time.
    [[nodiscard]] std::uint64_t size_max(message_class cls, utc_time at) const;
    /// Whether the class passes at some time.
    [[nodiscard]] bool carries(message_class cls) const;
    /// The first time, not before `from`, at which an object of this size passes; nothing: never.
    [[nodiscard]] std::optional<utc_time> opens(message_class cls, std::uint64_t size_bytes,
                                                utc_time from) const;
    /// The first time after `from` at which a window opens or closes; nothing: there is none.
    [[nodiscard]] std::optional<utc_time> next_change(utc_time from) const;
    /// Whether everything passes at any time.
    [[nodiscard]] bool is_plain() const { return x_windows.empty() && x_carried == all_classes; }

private:
    using class_set = std::array<bool, protocol::message_class_count>;
    static constexpr class_set all_classes{true, true, true, true};
    struct window {
        std::uint8_t days = 0;  ///< As in config::link_window.
        protocol::milliseconds opens{0}, lasts{0};
        class_set classes = all_classes;
        std::uint64_t size_max_bytes = any_size;
    };
    [[nodiscard]] static bool is_open(const window& which, utc_time at);
    [[nodiscard]] static bool begins_on(const window& which, std::chrono::sys_days day);

    class_set x_carried = all_classes;
    class_set x_bound{};  ///< Named by a window.
    std::vector<window> x_windows;
};

}  // namespace dhow::route
