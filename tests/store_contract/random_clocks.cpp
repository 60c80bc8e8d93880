// Random changes of clocks.
#include "tests/store_contract/random_work.hpp"

namespace dhow::tests {

using namespace dhow::store;

clock_row random_work::clock() {
    clock_row c;
    c.row = chance(0.95) ? new_row() : some_row();
    c.id = id();
    c.origin = bureau();
    c.other = bureau();
    c.subject = id();
    c.answer = chance(0.8) ? "hit.reply" : "arrest.documents";
    c.state = pick<clock_state>(chance(0.8) ? 4 : 7);
    c.number = static_cast<std::uint8_t>(1 + x_random.below(3));
    c.number_max = static_cast<std::uint8_t>(1 + x_random.below(3));
    c.since = time();
    c.within = protocol::milliseconds{x_random.below(500)};
    c.answer_within = protocol::milliseconds{x_random.below(500)};
    c.until = maybe_time();
    c.due_at = maybe_time();
    c.fired = static_cast<std::uint8_t>(x_random.below(8));
    c.tasks = static_cast<std::uint8_t>(chance(0.5) ? 0 : x_random.below(8));
    c.agency = word();
    x_clocks.push_back(c.row);
    return c;
}

row_id random_work::some_clock() {
    return x_clocks.empty() || chance(0.05) ? some_row()
                                            : x_clocks[x_random.below(x_clocks.size())];
}

change random_work::change_clock() {
    const auto bits = [&] { return static_cast<std::uint8_t>(x_random.below(8)); };
    const std::string answer = chance(0.8) ? "hit.reply" : "arrest.documents";
    switch (x_random.below(10)) {
        case 0:
            return operation::advance_clock{
                some_clock(), pick<clock_state>(4), bits(),     bits(), bits(),
                bits(),       maybe_time(),         chance(0.8)};
        case 1:
            return operation::end_clock_task{
                some_clock(), static_cast<clock_task>(1U << x_random.below(3)), time()};
        case 2:
        case 3:
            return operation::deliver_clocks{id(), bureau(), time()};
        case 4:
            return operation::settle_clocks{id(),
                                            bureau(),
                                            answer,
                                            static_cast<clock_set>(x_random.below(128)),
                                            pick<clock_state>(7),
                                            time(),
                                            maybe_time(),
                                            maybe_time()};
        case 5:
            return operation::end_clocks{id(), bureau(true), maybe_time()};
        case 6:
            return operation::drop_clock{some_clock()};
        default:
            return operation::put_clock{clock()};
    }
}

}  // namespace dhow::tests
