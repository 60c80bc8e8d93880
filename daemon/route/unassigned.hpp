// Messages that no agency may have: kept until the configuration lets one have them.
// Way of the message: opening -> store -> [unassigned] -> inbox of an agency.
// Pure. Net thread.
// Spec: docs/decisions/0020-handling.md. Tests: unit/route/confidentiality_test.cpp.
// Limits: unassigned_page.
#pragma once

#include "daemon/route/core.hpp"

namespace dhow::route {

/// Instead of an agency's name, which has no brackets. The reason of the assignment is the level.
inline constexpr std::string_view nobody = "(nobody)";

class unassigned {
public:
    explicit unassigned(core& shared) : x_core(shared) {}
    void set_notify(std::function<void(const std::string&)> notify) {
        x_notify = std::move(notify);
    }
    /// At start, and when the configuration has changed: asks the rules again.
    void look() { look_after(0); }

private:
    void look_after(store::row_id after);
    void judge(const answer::inbox_item& item, std::string_view summary);
    void assign(const answer::inbox_item& item, const std::vector<std::string>& agencies,
                const std::string& level);

    core& x_core;
    std::function<void(const std::string&)> x_notify;
};

}  // namespace dhow::route
