// Which of the links that are due is dialled next.
// Way of the message: see dial_pacer.hpp.
// Pure.
// Spec: docs/decisions/0008-who-dials-when.md. Tests: unit/route/dial_pacer_test.cpp.
// Limits: see dial_pacer.hpp.
#include "daemon/route/dial_pacer.hpp"

#include <algorithm>

namespace dhow::route {

utc_time dial_pacer::room_at() const {
    const auto ahead = x_pace.gap * static_cast<int>(x_pace.at_once - 1);
    return x_paid_until - ahead;
}

std::size_t dial_pacer::next_of(std::span<const waiting> due) const {
    const auto comes_after = [this](const waiting& left, const waiting& right) {
        const bool left_has_turn = left.flash != x_last_was_flash;
        const bool right_has_turn = right.flash != x_last_was_flash;
        return left_has_turn == right_has_turn ? right.due < left.due : right_has_turn;
    };
    const auto found = std::ranges::max_element(due, comes_after);
    return static_cast<std::size_t>(found - due.begin());
}

void dial_pacer::on_dial(bool flash, utc_time now) {
    x_paid_until = std::max(x_paid_until, now) + x_pace.gap;
    x_last_was_flash = flash;
}

}  // namespace dhow::route
