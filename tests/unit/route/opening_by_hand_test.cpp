// What is opened when, and what becomes of it when it is damaged, gone, twice here or not written.
// Way of the message: tests of daemon/route/opening and opening_start.
// Pure but for digests; virtual time. Store and sealer are this file.
// Spec: docs/overview.md#opening.
// Limits: none.
#include "daemon/route/opening.hpp"
#include "tests/unit/route/bench.hpp"

#include <numeric>

namespace dhow::tests {

using store::delivery_state;
using store::object_state;
using store::transaction_status;

namespace {
constexpr store::row_id closed_row = 50;

struct opening_bench : bench {
    opening_bench() {
        open.set_notify([this](const std::string& name) { notified.push_back(name); });
        sealed = seal_message("MU", {"ZW"});
        found.message = message_of(sealed, closed_row);
        found.objects = {{.row = closed_row + 1,
                          .state = object_state::complete,
                          .message = closed_row,
                          .sealed_digest = sealed.seal.body_digest,
                          .bytes = sealed.body.size()}};
    }
    void take(bytes body = bytes(10)) {
        open.open(found.message, {sealed.seal, sealed.lockboxes}, std::move(body));
    }
    seal::job::open_message opens() {
        seal::done::opened_message made;
        made.content.kind = "hit.request";
        made.content_digest.value[0] = 1;
        return seal<seal::job::open_message>({made});
    }
    bool is_opening() {
        static_cast<void>(is_quiet());
        return std::ranges::any_of(open_commands, [](const auto& one) {
            const auto* run = std::get_if<command::run>(&one);
            return run != nullptr && std::holds_alternative<seal::job::open_message>(run->what);
        });
    }
    /// The start finds these messages not opened; of each, how often a run has ended with it.
    void start(const std::vector<std::pair<store::row_id, std::uint8_t>>& rows) {
        open.load_unopened();
        std::vector<store::delivery_row> deliveries;
        for (const auto& [row, ends] : rows) {
            deliveries.push_back({.message = row, .recipient = bureau("ZW"), .crash_count = ends});
        }
        answer<query::load_unopened>(answer::unopened{std::move(deliveries)});
    }
    void load(const answer::full_message& what) {
        answer<query::load_message>(answer::messages{{what}});
    }
    void read_text() { answer<query::load_segment>(answer::segment{sealed.body, false}); }
    void a_minute_passes() {
        core.now += 1min;
        open.retry();
    }
    /// The state that a transaction gives to our delivery.
    static std::optional<delivery_state> state_in(const store::transaction& what) {
        for (const auto& change : what.changes) {
            if (const auto* moved = std::get_if<operation::advance_delivery>(&change)) {
                return moved->state;
            }
        }
        return std::nullopt;
    }
    /// An inbox row that waits for attachments, all of which are here.
    answer::full_message all_here() {
        auto made = found;
        made.inbox.emplace();
        made.inbox->message = closed_row;
        made.assignments = {{closed_row, "border", {}, {}, core.now}};
        return made;
    }

    outbound out{core};
    receipts owed{core, out};
    opening open{core, owed};
    seal::done::sealed_message sealed;
    answer::full_message found;
    std::vector<std::string> notified;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(opening_by_hand_test, opening_bench)

BOOST_AUTO_TEST_CASE(a_header_that_can_not_be_read_refers_to_nothing) {
    config::assignment_rule by_references;
    by_references.has_references = true;
    by_references.agencies = {"customs"};
    settings->assignments = {by_references};
    sealed.seal.header.pop_back();
    take();
    opens();
    BOOST_TEST((state_in(store_it()) == delivery_state::complete));
    BOOST_TEST((notified == std::vector<std::string>{"border"}));  // The duty desk.
}

BOOST_AUTO_TEST_CASE(bodies_beyond_the_bound_are_opened_one_after_the_other) {
    take(bytes(limits::open_bytes_max + 1));  // Alone it goes, however long it is.
    take(bytes(1));
    BOOST_TEST(opens().body.size() == limits::open_bytes_max + 1);
    take(bytes(limits::open_bytes_max - 1));
    BOOST_TEST(core.out.open_jobs() == 2U);  // Together they are at the bound.
    take(bytes(1));
    BOOST_TEST(core.out.open_jobs() == 2U);
    BOOST_TEST(opens().body.size() == 1U);
    BOOST_TEST(core.out.open_jobs() == 2U);
}

BOOST_AUTO_TEST_CASE(flash_is_opened_before_what_waits) {
    take(bytes(limits::open_bytes_max));
    take(bytes(1));
    found.message.cls = message_class::flash;
    take(bytes(2));
    opens();
    BOOST_TEST(opens().body.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_copy_whose_first_is_gone_was_settled_meanwhile) {
    take();
    opens();
    store_it(transaction_status::conflict);
    answer<query::find_inbox>(answer::inbox{});
    a_minute_passes();
    BOOST_TEST(is_quiet());
    BOOST_TEST(core.count.duplicates == 0U);
}

BOOST_AUTO_TEST_CASE(a_copy_is_told_to_be_as_complete_as_the_first) {
    for (const bool is_complete : {false, true}) {
        take();
        opens();
        store_it(transaction_status::conflict);
        answer::inbox_item first;
        first.row.content_digest.value[0] = 1;
        first.row.complete = is_complete;
        answer<query::find_inbox>(answer::inbox{{first}, false});
        const auto written = store_it(transaction_status::conflict);
        const auto& owed_row = std::get<operation::put_outcome>(written.changes.back()).row.value;
        BOOST_TEST((owed_row.kind == (is_complete ? protocol::outcome_kind::complete
                                                  : protocol::outcome_kind::delivered)));
    }
    BOOST_TEST(core.count.duplicates == 2U);
}

BOOST_AUTO_TEST_CASE(what_was_settled_by_others_is_not_tried_again_but_what_was_not_written_is) {
    for (const auto status : {transaction_status::committed, transaction_status::conflict,
                              transaction_status::full, transaction_status::failed}) {
        take();
        seal<seal::job::open_message>({errc::cannot_open});
        BOOST_TEST((state_in(store_it(status)) == delivery_state::quarantined));
        a_minute_passes();
        const bool is_settled =
            status == transaction_status::committed || status == transaction_status::conflict;
        BOOST_TEST(is_asked<query::load_message>() != is_settled);
        if (!is_settled) {
            answer<query::load_message>(answer::messages{});  // Gone by now: nothing is left to do.
            a_minute_passes();
            BOOST_TEST(!is_asked<query::load_message>());
        }
        open_commands.clear();  // The receipt that is signed.
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_open_and_all_here_is_completed) {
    open.complete_if_all_here(found);  // Not opened yet.
    auto completed = all_here();
    completed.inbox->complete = true;
    open.complete_if_all_here(completed);
    for (const auto state : {object_state::expected, object_state::partial, object_state::purged}) {
        auto waits = all_here();
        waits.objects.push_back(waits.objects.front());
        waits.objects.back().state = state;
        open.complete_if_all_here(waits);
    }
    auto damaged = all_here();
    damaged.message.seal.pop_back();
    open.complete_if_all_here(damaged);
    BOOST_TEST(is_quiet());
    open.complete_if_all_here(all_here());
    BOOST_TEST((state_in(store_it()) == delivery_state::complete));
    BOOST_TEST((notified == std::vector<std::string>{"border"}));
}

BOOST_AUTO_TEST_CASE(a_completion_that_was_not_written_is_tried_again_each_minute) {
    open.complete_if_all_here(all_here());
    store_it(transaction_status::conflict);  // Another has completed it.
    a_minute_passes();
    BOOST_TEST(is_quiet());
    open.complete_if_all_here(all_here());
    store_it(transaction_status::full);
    BOOST_TEST(notified.empty());
    a_minute_passes();
    load(all_here());
    store_it();
    BOOST_TEST(notified.size() == 1U);
    a_minute_passes();
    BOOST_TEST(!is_asked<query::load_message>());
}

BOOST_AUTO_TEST_CASE(a_message_that_is_gone_needs_no_completion) {
    open.check_complete(closed_row);
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(an_attachment_of_a_copy_completes_the_attempt_that_was_opened) {
    answer::inbox_item first;
    first.row.message = 70;
    for (const bool is_complete : {true, false}) {
        first.row.complete = is_complete;
        open.check_complete(closed_row);
        load(found);  // This attempt has no inbox row.
        answer<query::find_inbox>(answer::inbox{{first}, false});
        BOOST_TEST(is_asked<query::load_message>() == !is_complete);
    }
    BOOST_TEST(answer<query::load_message>(answer::messages{}).message == 70);
    open.check_complete(closed_row);
    load(found);
    answer<query::find_inbox>(answer::inbox{});
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_start_looks_at_all_that_waits_for_attachments_page_by_page) {
    open.load_incomplete(0);
    std::vector<store::row_id> page(64);
    std::iota(page.begin(), page.end(), 1);
    answer<query::load_incomplete>(answer::incomplete{page});
    BOOST_TEST(answer<query::load_incomplete>(answer::incomplete{{65}}).after == 64);
    BOOST_TEST(!is_asked<query::load_incomplete>());
    for (store::row_id row = 1; row <= 65; ++row) {
        BOOST_TEST(answer<query::load_message>(answer::messages{}).message == row);
    }
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_start_leaves_what_has_come_in_this_run_to_those_who_took_it) {
    start({{1'001, 0}});  // The core's last row was 1000.
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_message_that_is_gone_before_it_is_read_does_not_stop_the_start) {
    start({{closed_row, 0}});
    store_it();  // The mark.
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(answer<query::load_unopened>(answer::unopened{}).after == closed_row);
    a_minute_passes();
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(what_is_damaged_in_the_store_is_set_aside) {
    enum class change { object, body, seal, boxes };
    for (const auto what : {change::object, change::body, change::seal, change::boxes}) {
        start({{closed_row, 0}});
        store_it();
        auto damaged = found;
        if (what == change::object) {
            damaged.objects.clear();
        } else if (what == change::seal) {
            damaged.message.seal.pop_back();
        } else if (what == change::boxes) {
            damaged.message.lockboxes.pop_back();
        }
        load(damaged);
        if (what == change::body) {
            answer<query::load_segment>(answer::segment{std::nullopt, true});
        } else if (what != change::object) {
            read_text();
        }
        BOOST_TEST(!is_opening());
        BOOST_TEST((state_in(store_it()) == delivery_state::quarantined));
        answer<query::load_unopened>(answer::unopened{});
        open_commands.clear();  // The receipt that is signed.
    }
    BOOST_TEST(core.count.quarantined == 4U);
    BOOST_TEST(has_logged("cannot-open"));
}

BOOST_AUTO_TEST_CASE(bodies_beyond_the_bound_are_not_read_at_once) {
    take(bytes(limits::open_bytes_max));
    start({{closed_row, 0}});
    store_it();
    load(found);
    BOOST_TEST(!is_asked<query::load_segment>());
    opens();
    read_text();
    BOOST_TEST(is_opening());
}

BOOST_AUTO_TEST_CASE(no_suspect_is_opened_while_the_daemon_stops) {
    start({{closed_row, 1}});
    answer<query::load_unopened>(answer::unopened{});
    core.stopping = true;
    a_minute_passes();
    BOOST_TEST(is_quiet());
    core.stopping = false;
    a_minute_passes();
    const auto marked = store_it();
    BOOST_TEST(std::get<operation::advance_delivery>(marked.changes.at(0)).crash_count.value() ==
               2);
    load(found);
    read_text();
    BOOST_TEST(is_opening());
}

BOOST_AUTO_TEST_CASE(poison_that_is_gone_or_damaged_is_done_with) {
    start({{closed_row, limits::open_ends_max}, {closed_row + 10, limits::open_ends_max}});
    answer<query::load_unopened>(answer::unopened{});
    a_minute_passes();
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(core.count.quarantined == 0U);
    auto damaged = found;
    damaged.message.seal.pop_back();
    load(damaged);  // The second in its turn, without a mark.
    const auto written = store_it();
    BOOST_TEST((state_in(written) == delivery_state::quarantined));
    const auto& told = std::get<operation::put_outcome>(written.changes.back()).row.value;
    BOOST_TEST(told.reason == static_cast<int>(errc::cannot_open));
    BOOST_TEST(has_logged("poison"));
    a_minute_passes();
    BOOST_TEST(!is_asked<query::load_message>());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
