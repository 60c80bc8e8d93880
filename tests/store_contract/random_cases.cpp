// Random changes of cases.
#include "tests/store_contract/random_work.hpp"

namespace dhow::tests {

using namespace dhow::store;

change random_work::change_case() {
    if (chance(0.2)) {
        const auto owner = chance(0.7) ? std::optional(bureau()) : std::nullopt;
        return operation::expect_case{digest(), owner, x_random.below(3)};
    }
    if (chance(0.2)) {
        return operation::delete_content{digest(), bureau(), id()};
    }
    if (chance(0.05)) {
        return operation::put_deletion({some_row(), digest(), bureau(), time(), 3, word(), {1, 2}});
    }
    if (chance(0.4)) {
        return operation::put_case_message(
            {digest(), bureau(), id(), static_cast<std::uint8_t>(x_random.below(7)),
             static_cast<std::uint8_t>(x_random.below(4)), x_random.below(5), time(), word(),
             " MU ", chance(0.1)});
    }
    case_row row;
    row.key = digest();
    row.owner = bureau();
    row.revision = 1 + x_random.below(3);
    row.state = word();
    row.ended = chance(0.5);
    row.suspended = chance(0.5);
    row.content_version = x_random.below(5);
    row.content_at = time();
    row.decision_version = x_random.below(5);
    row.decision_at = time();
    row.changed_at = time();
    row.due_at = maybe_time();
    row.reminders = static_cast<std::uint32_t>(x_random.below(9));
    row.keep_until = maybe_time();
    row.keeping = pick<keep_state>(3);
    row.keep_at = maybe_time();
    row.sealed_end = {static_cast<std::uint8_t>(x_random.below(9))};
    return operation::put_case{row};
}

}  // namespace dhow::tests
