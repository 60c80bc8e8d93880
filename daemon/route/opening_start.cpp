// At start: opens what an earlier run took but did not open; a message under which two starts died
// is
// quarantined, so that no parser fault can keep the daemon down.
// Way of the message: see opening.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#opening. Tests: unit/route/inbox_test.cpp, sim.
// Limits: one at a time, since the mark must name the culprit.
#include "daemon/route/object_reader.hpp"
#include "daemon/route/opening.hpp"

namespace dhow::route {

using store::delivery_state;

namespace {
constexpr std::uint8_t crashes_max = 2;
}

void opening::load_unopened() {
    x_core.out.ask(query::load_unopened{0, 1}, [this](store::reply& reply) {
        const auto& rows = expect<answer::unopened>(reply).rows;
        if (!rows.empty()) {
            mark_and_open(rows.front());
        }
    });
}

void opening::mark_and_open(const store::delivery_row& row) {
    const bool poison = row.crash_count >= crashes_max;
    store::transaction transaction;
    transaction.changes.emplace_back(operation::advance_delivery{
        .message = row.message,
        .recipient = x_core.self(),
        .expected = in_state(delivery_state::received),
        .state = poison ? delivery_state::quarantined : delivery_state::received,
        .at = x_core.now,
        .crash_count = static_cast<std::uint8_t>(row.crash_count + 1),
        .lenient = true});
    if (poison) {
        x_core.count.quarantined += 1;
        x_core.count.alarms += 1;
        x_core.out.log(log_level::alarm, "poison",
                       "a message is quarantined: two starts ended while it was being opened");
    }
    x_core.out.commit(std::move(transaction), [this, poison, message = row.message](
                                                  const store::transaction_result& result) {
        if (result.status != store::transaction_status::committed) {
            x_start_from = message;
        } else if (poison) {
            load_unopened_after(message);
        } else {
            load_and_open(message, [this, message] { load_unopened_after(message); });
        }
    });
}

void opening::load_and_open(store::row_id message, std::function<void()> then) {
    x_core.out.ask(query::load_message{message}, [this, then](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty()) {
            then();
            return;
        }
        auto found = std::make_shared<answer::full_message>(std::move(rows.front()));
        const auto& objects = found->objects;
        const auto total = objects.empty() ? 0 : objects.front().bytes;
        read_object(x_core, found->message.text_object, total,
                    [this, found, then](std::optional<bytes> body) {
                        auto seal = protocol::decode_seal(found->message.seal);
                        auto boxes = protocol::decode_lockboxes(found->message.lockboxes);
                        if (!seal || !boxes || !body) {
                            on_refused({found->message, {}, {}}, errc::store_corrupt);
                        } else {
                            open(found->message, {std::move(*seal), std::move(*boxes)},
                                 std::move(*body));
                        }
                        then();
                    });
    });
}

void opening::load_unopened_after(store::row_id message) {
    x_core.out.ask(query::load_unopened{message, 1}, [this](store::reply& reply) {
        const auto& rows = expect<answer::unopened>(reply).rows;
        if (!rows.empty()) {
            mark_and_open(rows.front());
        }
    });
}

void opening::check_complete(store::row_id message) {
    x_core.out.ask(query::load_message{message}, [this](store::reply& reply) {
        const auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty()) {
            return;
        }
        if (rows.front().inbox) {
            complete_if_all_here(rows.front());
            return;
        }
        // The attachment came with one attempt, the text was opened from another.
        const auto& one = rows.front().message;
        x_core.out.ask(query::find_inbox{one.origin, one.id}, [this](store::reply& said) {
            const auto& items = expect<answer::inbox>(said).rows;
            if (!items.empty() && !items.front().row.complete) {
                check_complete(items.front().row.message);
            }
        });
    });
}

void opening::retry() {
    constexpr std::size_t a_minute = 64;
    if (const auto from = std::exchange(x_start_from, std::nullopt)) {
        load_unopened_after(*from - 1);  // Those before it are marked; a second mark would count.
    }
    for (const auto message : std::exchange(x_not_completed, {})) {
        check_complete(message);
    }
    retry_next(a_minute);
}

void opening::retry_next(std::size_t left) {
    if (left == 0 || x_not_opened.empty()) {
        return;
    }
    const auto message = *x_not_opened.begin();
    x_not_opened.erase(x_not_opened.begin());
    load_and_open(message, [this, left] { retry_next(left - 1); });
}

void opening::load_incomplete(store::row_id after) {
    constexpr std::size_t rows_a_look = 64;
    x_core.out.ask(query::load_incomplete{after, rows_a_look}, [this](store::reply& reply) {
        const auto& messages = expect<answer::incomplete>(reply).messages;
        for (const auto message : messages) {
            check_complete(message);
        }
        if (messages.size() == rows_a_look) {
            load_incomplete(messages.back());
        }
    });
}

}  // namespace dhow::route
