// Clocks: what moves them, which of them an answer stops, and that none fires twice.
#include "daemon/store/names.hpp"
#include "tests/store_contract/stores.hpp"

BOOST_AUTO_TEST_SUITE(clocks_test)

using namespace dhow::tests;
using namespace std::chrono_literals;

namespace {

const auto ke = *bureau_id::parse("KE");
const auto mu = *bureau_id::parse("MU");
constexpr utc_time at{std::chrono::milliseconds{1'000'000}};

message_id id_of(std::uint8_t number) {
    message_id out;
    out.value[15] = number;
    return out;
}

/// A request `row` about hit 100.
clock_row a_clock(row_id row, bureau_id other = ke) {
    clock_row out;
    out.row = row;
    out.id = id_of(static_cast<std::uint8_t>(row));
    out.origin = mu;
    out.other = other;
    out.subject = id_of(100);
    out.answer = "hit.reply";
    out.since = at;
    out.within = 10min;
    out.answer_within = 20min;
    out.due_at = at + 10min;
    out.agency = "border";
    return out;
}

change put(clock_row row) { return operation::put_clock{std::move(row)}; }

clock_row only(dhow::store::store& from, row_id row) {
    const auto rows =
        ask<answer::clocks>(from, query::find_clocks{id_of(static_cast<std::uint8_t>(row))}).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    return rows.front();
}

operation::settle_clocks reply_to(std::uint8_t message) {
    return {.about = id_of(message), .other = ke, .answer = "hit.reply", .at = at + 5min};
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_clock_is_put_once, Store, all_stores) {
    Store store;
    commit(store.get(), {put(a_clock(1))});
    auto same = a_clock(1);
    same.row = 2;
    refuse(store.get(), {put(same)});
    same.other = mu;
    commit(store.get(), {put(same)});
    store.reopen();
    BOOST_TEST(ask<answer::measures>(store.get(), query::measure{}).clocks_open == 2U);
    BOOST_TEST(ask<answer::start>(store.get(), query::load_start{}).last_row == 2);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_was_asked_is_found_by_a_request_or_its_subject, Store,
                              all_stores) {
    Store store;
    auto of_another = a_clock(3);
    of_another.subject = id_of(200);
    auto ended = a_clock(2, mu);
    ended.state = clock_state::ended;
    // Another bureau chose this id and this subject.
    auto papers = a_clock(4, mu);
    papers.id = id_of(3);
    papers.answer = "arrest.documents";
    commit(store.get(), {put(a_clock(1)), put(ended), put(of_another), put(papers)});
    const auto found = [&](std::uint8_t about, std::size_t limit = 8) {
        return ask<answer::clocks>(store.get(),
                                   query::find_asked{id_of(about), "hit.reply", limit});
    };
    for (const auto about : std::initializer_list<std::uint8_t>{1, 2, 100}) {
        const auto rows = found(about).rows;
        BOOST_REQUIRE_EQUAL(rows.size(), 2U);
        BOOST_TEST(rows[0].row == 1);
        BOOST_TEST((rows[1].state == clock_state::ended));
    }
    BOOST_REQUIRE_EQUAL(found(3).rows.size(), 1U);
    BOOST_TEST((found(3).rows.front().subject == id_of(200)));
    BOOST_TEST(found(9).rows.empty());
    BOOST_TEST(!found(100).more);
    BOOST_TEST(found(100, 1).more);
    BOOST_TEST(found(100, 1).rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(arrival_starts_the_second_time, Store, all_stores) {
    Store store;
    commit(store.get(), {put(a_clock(1)), put(a_clock(2))});
    commit(store.get(), {operation::deliver_clocks{id_of(1), ke, at + 3min}});
    const auto one = only(store.get(), 1);
    BOOST_TEST((one.state == clock_state::unanswered));
    BOOST_TEST((one.since == at + 3min));
    BOOST_TEST((one.due_at == at + 23min));
    BOOST_TEST((only(store.get(), 2).state == clock_state::undelivered));
    // A second receipt starts nothing anew.
    expect_unchanged(store.get(), operation::deliver_clocks{id_of(1), ke, at + 9min});
    expect_unchanged(store.get(), operation::deliver_clocks{id_of(2), mu, at + 9min});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_to_be_done_stays_due_when_it_arrives, Store, all_stores) {
    Store store;
    auto fired = a_clock(1);
    fired.tasks = 1;
    fired.due_at = at;
    commit(store.get(), {put(fired)});
    commit(store.get(), {operation::deliver_clocks{id_of(1), ke, at + 3min}});
    BOOST_TEST((only(store.get(), 1).due_at == at));
    commit(store.get(), {operation::end_clock_task{1, clock_task::notice, at + 4min}});
    BOOST_TEST(only(store.get(), 1).tasks == 0);
    BOOST_TEST((only(store.get(), 1).due_at == at + 4min));
    refuse(store.get(), {operation::end_clock_task{1, clock_task::notice, at + 4min}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(it_fires_once, Store, all_stores) {
    Store store;
    commit(store.get(), {put(a_clock(1))});
    const operation::advance_clock fire{.clock = 1, .fired = 1, .tasks = 3, .due_at = at};
    commit(store.get(), {fire});
    refuse(store.get(), {fire});
    auto lenient = fire;
    lenient.lenient = true;
    expect_unchanged(store.get(), lenient);
    BOOST_TEST(only(store.get(), 1).tasks == 3);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_answer_stops_all_that_is_about_the_same, Store, all_stores) {
    for (const auto refers_to : std::to_array<std::uint8_t>({1, 2, 100})) {
        Store store;
        auto another = a_clock(3);
        another.subject = id_of(101);
        commit(store.get(), {put(a_clock(1)), put(a_clock(2)), put(another), put(a_clock(4, mu))});
        commit(store.get(), {reply_to(refers_to)});
        BOOST_TEST((only(store.get(), 1).state == clock_state::answered));
        BOOST_TEST((only(store.get(), 2).state == clock_state::answered));
        BOOST_TEST((only(store.get(), 3).state == clock_state::undelivered));
        BOOST_TEST((only(store.get(), 4).state == clock_state::undelivered));
        expect_unchanged(store.get(), reply_to(refers_to));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_who_was_asked_answers_and_by_the_right_kind, Store, all_stores) {
    Store store;
    commit(store.get(), {put(a_clock(1))});
    auto other = reply_to(1);
    other.other = mu;
    expect_unchanged(store.get(), other);
    auto kind = reply_to(1);
    kind.answer = "message.text";
    expect_unchanged(store.get(), kind);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_promise_may_fire_each_time, Store, all_stores) {
    Store store;
    auto fired = a_clock(1);
    fired.state = clock_state::unanswered;
    fired.fired = 0b111;
    fired.tasks = 4;
    commit(store.get(), {put(fired)});
    auto promise = reply_to(1);
    promise.state = clock_state::promised;
    promise.expected = waiting_clocks;
    promise.until = promise.due_at = at + 60min;
    commit(store.get(), {promise});
    const auto one = only(store.get(), 1);
    BOOST_TEST(one.fired == 0b011);
    BOOST_TEST(one.tasks == 0);
    BOOST_TEST((one.until == at + 60min));
    commit(store.get(), {reply_to(1)});
    // A promise that comes late does not open it again.
    expect_unchanged(store.get(), promise);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cancelled_clocks_end_and_are_dropped, Store, all_stores) {
    Store store;
    commit(store.get(), {put(a_clock(1))});
    expect_unchanged(store.get(), operation::drop_clock{1});
    commit(store.get(), {operation::end_clocks{id_of(1), {}, at + 24h}});
    BOOST_TEST((only(store.get(), 1).state == clock_state::ended));
    expect_unchanged(store.get(), operation::end_clocks{id_of(1), ke, at});
    commit(store.get(), {operation::drop_clock{1}});
    BOOST_TEST(ask<answer::clocks>(store.get(), query::find_clocks{id_of(1)}).rows.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(due_ones_come_in_order_with_what_is_next, Store, all_stores) {
    Store store;
    std::vector<change> all;
    for (const row_id row : {1, 2, 3}) {
        auto one = a_clock(row);
        one.due_at = at - row * 1min;
        all.push_back(put(one));
    }
    auto later = a_clock(4);
    later.due_at = at + 1min;
    all.push_back(put(later));
    commit(store.get(), all);
    const auto some = ask<answer::due_clocks>(store.get(), query::load_due_clocks{at, 2});
    BOOST_REQUIRE_EQUAL(some.rows.size(), 2U);
    BOOST_TEST(some.rows[0].row == 3);
    BOOST_TEST((some.next == at - 1min));
    const auto rest = ask<answer::due_clocks>(store.get(), query::load_due_clocks{at, 3});
    BOOST_TEST((rest.next == at + 1min));
    BOOST_TEST(rest.any_open);
    const auto page = ask<answer::clocks>(store.get(), query::list_clocks{"border", 1, 2});
    BOOST_TEST(page.rows.size() == 2U);
    BOOST_TEST(page.more);
    BOOST_TEST(ask<answer::clocks>(store.get(), query::list_clocks{"customs"}).rows.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(times_of_a_clock_that_was_ahead_are_brought_back, Store, all_stores) {
    Store store;
    auto ahead = a_clock(1);
    ahead.since = at + 24h;
    ahead.due_at = at + 25h;
    auto done = ahead;
    done.row = 2;
    done.id = id_of(2);
    done.state = clock_state::answered;
    commit(store.get(), {put(ahead), put(done), put(a_clock(3))});
    commit(store.get(), {operation::bring_back{at + 12h, at}});
    BOOST_TEST((only(store.get(), 1).since == at));
    BOOST_TEST((only(store.get(), 1).due_at == at));
    BOOST_TEST((only(store.get(), 2).since == at + 24h));
    BOOST_TEST((only(store.get(), 3).due_at == at + 10min));
}

BOOST_AUTO_TEST_SUITE_END()
