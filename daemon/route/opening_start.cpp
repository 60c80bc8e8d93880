// At start: opens what an earlier run took but did not open. A message that ends the daemon must
// not keep it down, and a daemon that others end must not take that for a message's fault.
// Way of the message: see opening.hpp.
// Pure. Net thread.
// Spec: docs/overview.md#opening. Tests: unit/route/opening_start_test.cpp, system.
// Limits: open_at_once in a batch; a suspect alone.
#include "daemon/route/object_reader.hpp"
#include "daemon/route/opening.hpp"

namespace dhow::route {

using store::delivery_state;

namespace {
/// Once in a batch, and twice alone: chance does not meet the same few milliseconds again.
constexpr std::uint8_t ends_max = 3;
/// A daemon that is ended sooner, by whatever, has not tried its suspects.
constexpr std::chrono::minutes suspects_after{1};

operation::advance_delivery mark(store::row_id message, bureau_id self, std::uint8_t count,
                                 utc_time now) {
    return {.message = message,
            .recipient = self,
            .expected = in_state(delivery_state::received),
            .state = delivery_state::received,
            .at = now,
            .crash_count = count,
            .lenient = true};
}
}  // namespace

void opening::load_unopened() {
    x_started_at = x_core.now;
    x_start_upto = x_core.last_row;
    next_batch();
}

void opening::next_batch() {
    x_core.out.ask(
        query::load_unopened{x_start_after, limits::open_at_once}, [this](store::reply& reply) {
            auto& rows = expect<answer::unopened>(reply).rows;
            std::erase_if(rows, [this](const auto& row) { return row.message > x_start_upto; });
            std::vector<store::row_id> batch;
            for (const auto& row : rows) {
                if (row.crash_count == 0) {
                    batch.push_back(row.message);
                } else {
                    x_suspects.emplace(row.message, row.crash_count);
                }
            }
            if (!batch.empty()) {
                mark_and_open(batch);
            } else if (!rows.empty()) {
                x_start_after = rows.back().message;
                next_batch();
            }
        });
}

void opening::mark_and_open(const std::vector<store::row_id>& batch) {
    store::transaction transaction;
    for (const auto message : batch) {
        transaction.changes.emplace_back(mark(message, x_core.self(), 1, x_core.now));
    }
    x_core.out.commit(std::move(transaction),
                      [this, batch](const store::transaction_result& result) {
                          x_start_is_stuck = result.status != store::transaction_status::committed;
                          if (x_start_is_stuck) {
                              return;
                          }
                          x_start_after = batch.back();
                          const auto left = std::make_shared<std::size_t>(batch.size());
                          for (const auto message : batch) {
                              load_and_open(message, [this, left] {
                                  if (--*left == 0) {
                                      next_batch();
                                  }
                              });
                          }
                      });
}

void opening::next_suspect() {
    x_suspect_is_open = !x_suspects.empty() && !x_core.stopping;
    if (!x_suspect_is_open) {
        return;
    }
    const auto [message, ends] = *x_suspects.begin();
    const auto go_on = [this, message = message] {
        x_suspects.erase(message);
        next_suspect();
    };
    if (ends >= ends_max) {
        quarantine(message, go_on);
        return;
    }
    store::transaction transaction;
    transaction.changes.emplace_back(
        mark(message, x_core.self(), static_cast<std::uint8_t>(ends + 1), x_core.now));
    x_core.out.commit(std::move(transaction),
                      [this, message = message, go_on](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              load_and_open(message, go_on);
                          } else {
                              x_suspect_is_open = false;  // Each minute again.
                          }
                      });
}

void opening::quarantine(store::row_id message, std::function<void()> then) {
    x_core.out.ask(query::load_message{message}, [this, then](store::reply& reply) {
        const auto& rows = expect<answer::messages>(reply).rows;
        auto seal = rows.empty() ? protocol::result<protocol::seal>(errc::not_found)
                                 : protocol::decode_seal(rows.front().message.seal);
        if (!seal) {
            then();
            return;
        }
        const auto& what = rows.front().message;
        x_core.count.quarantined += 1;
        x_core.count.alarms += 1;
        x_core.out.log(log_level::alarm, "poison",
                       "message " + to_text(what.id) + " of " + std::string(what.origin.text()) +
                           " is quarantined: the daemon ended each time that it was opened");
        settle({what, {std::move(*seal), {}}, {}, then}, delivery_state::quarantined,
               errc::cannot_open, protocol::outcome_kind::refused);
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
                            on_refused({found->message, {}, {}, then}, errc::store_corrupt);
                        } else {
                            open({found->message,
                                  {std::move(*seal), std::move(*boxes)},
                                  std::move(*body),
                                  then});
                        }
                    });
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
    if (std::exchange(x_start_is_stuck, false)) {
        next_batch();
    }
    if (!x_suspect_is_open && x_core.now >= x_started_at + suspects_after) {
        next_suspect();
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
