// What a start does with messages that an earlier run took and did not open.
// Way of the message: tests of daemon/route/opening_start.
// Not pure: a store in a temporary folder; virtual time. A run that ends while a message is being
// opened is one whose sealing jobs never answer.
// Spec: docs/overview.md#opening.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::delivery_state;

namespace {
struct with_two_messages : core_harness {
    with_two_messages()
        : one(put_inbound("MU", "hit.reply")), two(put_inbound("MU", "hit.reply")) {}
    message_id one, two;

    delivery_state state_of(const message_id& id) { return stored(id).deliveries.front().state; }
    int ends_of(const message_id& id) { return stored(id).deliveries.front().crash_count; }
    /// A run that lasts so long and ends while all jobs that it began are open.
    void run_that_ends(std::chrono::milliseconds after) {
        hold_jobs = true;
        restart();
        advance(after);
    }
    void last_run(std::chrono::milliseconds after) {
        hold_jobs = false;
        restart();
        advance(after);
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(opening_start_test, with_two_messages)

BOOST_AUTO_TEST_CASE(what_was_not_opened_is_opened_at_once) {
    last_run(0s);
    BOOST_TEST((state_of(one) == delivery_state::complete));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(a_start_that_ended_makes_suspects_that_wait_a_minute) {
    run_that_ends(0s);
    BOOST_TEST(ends_of(one) == 1);
    BOOST_TEST(ends_of(two) == 1);
    last_run(59s);
    BOOST_TEST((state_of(one) == delivery_state::received));
    advance(2min);
    BOOST_TEST((state_of(one) == delivery_state::complete));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(a_daemon_that_is_killed_again_and_again_quarantines_nothing) {
    for (int kill = 0; kill < 20; ++kill) {
        run_that_ends(50s);
    }
    BOOST_TEST(ends_of(one) == 1);
    last_run(3min);
    BOOST_TEST((state_of(one) == delivery_state::complete));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(what_ends_the_daemon_alone_twice_is_quarantined_and_its_origin_told) {
    run_that_ends(0s);
    run_that_ends(3min);
    BOOST_TEST(ends_of(one) == 2);
    BOOST_TEST(ends_of(two) == 1);  // Its turn has not come.
    run_that_ends(3min);
    last_run(3min);
    BOOST_TEST((state_of(one) == delivery_state::quarantined));
    BOOST_TEST((state_of(two) == delivery_state::complete));
    const auto has_alarm = std::ranges::any_of(logs, [&](const auto& line) {
        return line.id == "poison" && line.text.find(to_text(one)) != std::string::npos;
    });
    BOOST_TEST(has_alarm);
    const auto is_refusal = [&](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [&](const auto& change) {
            const auto* put = std::get_if<operation::put_outcome>(&change);
            return put != nullptr && put->row.value.id == one &&
                   put->row.value.kind == protocol::outcome_kind::refused;
        });
    };
    BOOST_TEST(std::ranges::any_of(applied, is_refusal));
}

BOOST_AUTO_TEST_CASE(more_than_a_batch_is_opened_to_the_end) {
    std::vector<message_id> many;
    for (std::size_t i = 0; i < 2 * protocol::limits::open_at_once; ++i) {
        many.push_back(put_inbound("MU", "hit.reply"));
    }
    last_run(0s);
    for (const auto& id : many) {
        BOOST_TEST((state_of(id) == delivery_state::complete));
    }
}

BOOST_AUTO_TEST_CASE(what_the_workers_have_no_time_for_is_opened_later) {
    has_no_workers = true;
    last_run(0s);
    BOOST_TEST((state_of(one) == delivery_state::received));
    has_no_workers = false;
    advance(2min);
    BOOST_TEST((state_of(one) == delivery_state::complete));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

bool writes_inbox(const store::transaction& what) {
    return std::ranges::any_of(what.changes, [](const auto& change) {
        return std::holds_alternative<operation::put_inbox>(change);
    });
}

BOOST_AUTO_TEST_CASE(a_suspect_that_the_daemon_survives_is_no_worse_than_before) {
    run_that_ends(0s);
    is_disk_full_for = writes_inbox;
    for (int run = 0; run < 5; ++run) {
        last_run(3min);
        BOOST_TEST((state_of(one) == delivery_state::received));
        BOOST_TEST(ends_of(one) == 1);
    }
    is_disk_full_for = {};
    last_run(3min);
    BOOST_TEST((state_of(one) == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(poison_is_not_opened_while_a_full_disk_keeps_it_from_quarantine) {
    run_that_ends(0s);
    run_that_ends(3min);
    run_that_ends(3min);
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& change) {
            const auto* moved = std::get_if<operation::advance_delivery>(&change);
            return moved != nullptr && moved->state == delivery_state::quarantined;
        });
    };
    last_run(10min);
    BOOST_TEST((state_of(one) == delivery_state::received));
    is_disk_full_for = {};
    advance(2min);
    BOOST_TEST((state_of(one) == delivery_state::quarantined));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(suspects_wait_for_space_without_another_mark) {
    run_that_ends(0s);
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& change) {
            return std::holds_alternative<operation::advance_delivery>(change);
        });
    };
    last_run(5min);
    BOOST_TEST(ends_of(one) == 1);
    is_disk_full_for = {};
    advance(2min);
    BOOST_TEST((state_of(one) == delivery_state::complete));
    BOOST_TEST((state_of(two) == delivery_state::complete));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
