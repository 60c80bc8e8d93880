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
                              load_and_open(message, [this, left, message](bool is_settled) {
                                  or_later(message)(is_settled);
                                  if (!is_settled) {
                                      take_back(message, 0);
                                  }
                                  if (--*left == 0) {
                                      next_batch();
                                  }
                              });
                          }
                      });
}

// The daemon has survived the attempt.
void opening::take_back(store::row_id message, std::uint8_t ends) {
    store::transaction back;
    back.changes.emplace_back(mark(message, x_core.self(), ends, x_core.now));
    x_core.out.commit(std::move(back), [](const store::transaction_result&) {});
}

void opening::next_suspect() {
    x_suspect_is_open = !x_suspects.empty() && !x_core.stopping;
    if (!x_suspect_is_open) {
        return;
    }
    const auto message = x_suspects.begin()->first;
    const auto ends = x_suspects.begin()->second;
    const auto go_on = [this, message, ends](bool is_settled) {
        if (is_settled) {
            x_suspects.erase(message);
            next_suspect();
            return;
        }
        x_suspect_is_open = false;  // Each minute it is tried again.
        take_back(message, ends);
    };
    if (ends >= limits::open_ends_max) {
        quarantine(message, go_on);
        return;
    }
    store::transaction transaction;
    transaction.changes.emplace_back(
        mark(message, x_core.self(), static_cast<std::uint8_t>(ends + 1), x_core.now));
    x_core.out.commit(std::move(transaction),
                      [this, message, go_on](const store::transaction_result& result) {
                          if (result.status == store::transaction_status::committed) {
                              load_and_open(message, go_on);
                          } else {
                              x_suspect_is_open = false;
                          }
                      });
}

void opening::quarantine(store::row_id message, std::function<void(bool)> then) {
    x_core.out.ask(query::load_message{message}, [this, then](store::reply& reply) {
        const auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty()) {
            then(true);
            return;
        }
        const auto& what = rows.front().message;
        x_core.count.quarantined += 1;
        x_core.count.alarms += 1;
        x_core.out.log(log_level::alarm, "poison",
                       "message " + to_text(what.id) + " of " + std::string(what.origin.text()) +
                           " is quarantined: the daemon ended each time that it was opened");
        auto seal = protocol::decode_seal(what.seal);
        settle({what, {seal ? std::move(*seal) : protocol::seal{}, {}}, {}, then},
               delivery_state::quarantined, errc::cannot_open, protocol::outcome_kind::refused);
    });
}

void opening::load_and_open(store::row_id message, std::function<void(bool)> then) {
    x_core.out.ask(query::load_message{message}, [this, then](store::reply& reply) {
        auto& rows = expect<answer::messages>(reply).rows;
        if (rows.empty()) {
            then(true);
            return;
        }
        x_to_read.push_back({std::move(rows.front()), then});
        read_next();
    });
}

void opening::read_next() {
    while (!x_to_read.empty()) {
        const auto& objects = x_to_read.front().what.objects;
        const auto total = objects.empty() ? 0 : objects.front().bytes;
        if (x_bytes > 0 && x_bytes + total > limits::open_bytes_max) {
            return;
        }
        const auto next = std::make_shared<to_read>(std::move(x_to_read.front()));
        x_to_read.pop_front();
        x_bytes += total;
        read(next, total);
    }
}

void opening::read(const std::shared_ptr<to_read>& next, std::uint64_t bytes_total) {
    read_object(x_core, next->what.message.text_object, bytes_total,
                [this, next, bytes_total](std::optional<bytes> body) {
                    auto& message = next->what.message;
                    auto seal = protocol::decode_seal(message.seal);
                    auto boxes = protocol::decode_lockboxes(message.lockboxes);
                    if (seal && boxes && body) {
                        x_waiting.push_back({std::move(message),
                                             {std::move(*seal), std::move(*boxes)},
                                             std::move(*body),
                                             next->then});
                        this->next();
                    } else {
                        x_bytes -= bytes_total;
                        on_refused({message, {}, {}, next->then}, errc::store_corrupt);
                        read_next();
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
    if (std::exchange(x_start_is_stuck, false)) {
        next_batch();
    }
    if (!x_suspect_is_open && x_core.now >= x_started_at + limits::suspects_after) {
        next_suspect();
    }
    next();
    read_next();
    for (const auto message : std::exchange(x_not_completed, {})) {
        check_complete(message);
    }
    // In turn, so that some that fail always do not stop the others.
    for (auto left = std::min(x_not_opened.size(), limits::open_at_once); left > 0; --left) {
        auto at = x_not_opened.upper_bound(x_retried);
        at = at == x_not_opened.end() ? x_not_opened.begin() : at;
        x_retried = *at;
        x_not_opened.erase(at);
        load_and_open(x_retried, or_later(x_retried));
    }
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
