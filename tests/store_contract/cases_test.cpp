// Cases: revisions that guard each other, what is here of their messages, what is due, what ended.
#include "tests/store_contract/stores.hpp"

#include <algorithm>
#include <map>

BOOST_AUTO_TEST_SUITE(cases_test)

using namespace dhow::tests;

namespace {

const auto ipsg = *bureau_id::parse("IPSG");
const auto mu = *bureau_id::parse("MU");
constexpr utc_time at{std::chrono::milliseconds{1'000'000}};

digest key_of(std::uint8_t number) {
    digest out;
    out.value[0] = number;
    return out;
}

case_row a_case(std::uint8_t key, std::uint64_t revision, bureau_id owner = ipsg) {
    case_row out;
    out.key = key_of(key);
    out.owner = owner;
    out.revision = revision;
    out.state = "published";
    out.content_version = revision;
    out.content_at = at;
    out.changed_at = at;
    return out;
}

message_id id_of(std::uint8_t number) {
    message_id out;
    out.value[0] = number;
    return out;
}

case_message_row a_word(std::uint8_t key, std::uint8_t id, int later = 0) {
    case_message_row out;
    out.key = key_of(key);
    out.owner = ipsg;
    out.id = id_of(id);
    out.role = 1;
    out.version = id;
    out.at = at + std::chrono::milliseconds{later};
    out.recipients = " MU ";
    return out;
}

answer::case_file file(dhow::store::store& from, std::uint8_t key, std::size_t limit = 100) {
    return ask<answer::case_file>(from, query::load_case{key_of(key), limit});
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_case_is_replaced_only_by_whoever_has_read_its_last_revision, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    refuse(to, {operation::put_case{a_case(1, 2)}});  // There is none to be replaced.
    commit(to, {operation::put_case{a_case(1, 1)}});
    refuse(to, {operation::put_case{a_case(1, 1)}});
    auto next = a_case(1, 2);
    next.ended = true;
    next.due_at = at;
    commit(to, {operation::put_case{next}});
    refuse(to, {operation::put_case{next}});
    refuse(to, {operation::put_case{a_case(1, 4)}});
    fixture.reopen();
    const auto found = file(fixture.get(), 1);
    BOOST_REQUIRE_EQUAL(found.rows.size(), 1U);
    BOOST_TEST(found.rows[0].revision == 2U);
    BOOST_TEST(found.rows[0].ended);
    BOOST_TEST((found.rows[0].due_at == at));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_change_may_depend_on_what_another_bureau_has_said, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::expect_case{key_of(1), ipsg, 0}, operation::put_case{a_case(1, 1, mu)}});
    commit(to, {operation::put_case{a_case(1, 1)}});
    refuse(to, {operation::expect_case{key_of(1), ipsg, 0}});
    commit(to, {operation::expect_case{key_of(1), ipsg, 1}});
    commit(to, {operation::expect_case{key_of(2), {}, 0}});
    refuse(to, {operation::expect_case{key_of(1), {}, 0}});
    refuse(to, {operation::expect_case{key_of(1), {}, 1}});  // Two owners.
    commit(to, {operation::expect_case{key_of(1), {}, 2}});
    BOOST_TEST(file(to, 1).rows.size() == 2U);
    BOOST_TEST(file(to, 2).rows.empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_of_a_case_comes_with_what_is_here_of_it, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    message_row message;
    message.row = 7;
    message.origin = ipsg;
    message.id = id_of(1);
    delivery_row delivery;
    delivery.message = 7;
    delivery.recipient = mu;
    inbox_row inbox;
    inbox.message = 7;
    inbox.origin = ipsg;
    inbox.id = id_of(1);
    commit(to, {operation::put_case_message{a_word(1, 1)}, operation::put_message{message},
                operation::put_delivery{delivery}});
    refuse(to, {operation::put_case_message{a_word(1, 1, 5)}});
    BOOST_TEST(!file(to, 1).items.at(0).inbox.has_value());
    BOOST_TEST(file(to, 1).items.at(0).message.row == 7);
    BOOST_TEST(file(to, 1).items.at(0).deliveries.size() == 1U);
    commit(to, {operation::put_inbox{inbox},
                operation::put_assignment{{7, "border", assignment_state::withheld, "", at}},
                operation::put_assignment{{7, "customs", assignment_state::removed, "", at}}});
    const auto item = file(to, 1).items.at(0);
    BOOST_TEST(item.inbox.has_value());
    BOOST_REQUIRE_EQUAL(item.assignments.size(), 2U);
    BOOST_TEST((item.assignments[0].state == assignment_state::withheld));
    commit(to, {operation::drop_message{7, at}});
    BOOST_TEST(file(to, 1).items.at(0).message.row == 0);
    BOOST_TEST(file(to, 1).items.at(0).assignments.size() == 2U);  // They are kept for ever.
    commit(to, {operation::put_case_message{a_word(1, 2, 9)},
                operation::put_case_message{a_word(1, 3, 4)}});
    const auto newest = file(to, 1, 2);
    BOOST_REQUIRE_EQUAL(newest.items.size(), 2U);
    BOOST_TEST((newest.items[0].row.id == id_of(2)));
    BOOST_TEST((newest.items[1].row.id == id_of(3)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(assignments_that_are_not_offered_are_listed_with_all, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    for (std::uint8_t number = 1; number <= 8; ++number) {
        inbox_row inbox;
        inbox.message = number;
        inbox.origin = ipsg;
        inbox.id = id_of(number);
        const auto state = static_cast<assignment_state>(number - 1);
        commit(to, {operation::put_inbox{inbox},
                    operation::put_assignment{{number, "border", state, "", at}}});
    }
    BOOST_TEST(ask<answer::inbox>(to, query::list_inbox{"border", 0, 100, true}).rows.size() == 1U);
    const auto all = ask<answer::inbox>(to, query::list_inbox{"border", 0, 100, false});
    BOOST_REQUIRE_EQUAL(all.rows.size(), 8U);
    BOOST_TEST(
        std::ranges::is_sorted(all.rows, {}, [](const auto& one) { return one.row.message; }));
    BOOST_TEST(ask<answer::measures>(to, query::measure{}).inbox_open == 1U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cases_that_are_due_come_earliest_first_and_say_when_the_next_is,
                              Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    for (std::uint8_t number = 1; number <= 4; ++number) {
        auto row = a_case(number, 1);
        if (number < 4) {
            row.due_at = at - std::chrono::seconds{number};
        }
        commit(to, {operation::put_case{row}});
    }
    const auto due = ask<answer::cases>(to, query::load_due_cases{at - std::chrono::seconds{2}, 9});
    BOOST_REQUIRE_EQUAL(due.rows.size(), 2U);
    BOOST_TEST((due.rows[0].key == key_of(3)));
    BOOST_TEST((due.next == at - std::chrono::seconds{1}));
    const auto one = ask<answer::cases>(to, query::load_due_cases{at, 1});
    BOOST_TEST(one.rows.size() == 1U);
    BOOST_TEST(!one.next.has_value());
    commit(to, {operation::bring_back{at - std::chrono::seconds{2}, at - std::chrono::hours{1}}});
    const auto back = ask<answer::cases>(to, query::load_due_cases{at - std::chrono::hours{1}, 9});
    BOOST_TEST(back.rows.size() == 2U);  // A clock that was ahead puts no reminder off.
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_was_asked_by_a_clock_that_was_ahead_answers_sooner, Store,
                              all_stores) {
    using std::chrono::days;
    Store fixture;
    auto& to = fixture.get();
    const auto put = [&](std::uint8_t number, keep_state state, days until, days look) {
        auto row = a_case(number, 1);
        row.keeping = state;
        row.keep_until = at + until;
        row.keep_at = at + look;
        commit(to, {operation::put_case{row}});
    };
    put(1, keep_state::asked, days{10}, days{900});
    put(2, keep_state::asked, days{60}, days{900});
    put(3, keep_state::asked, days{60}, days{60});    // Its date, whenever it was asked.
    put(4, keep_state::asked, days{10}, days{29});    // Asked yesterday.
    put(5, keep_state::kept, days{1800}, days{900});  // Not asked.
    put(6, keep_state::deleted, days{10}, days{900});
    commit(to, {operation::bring_back{at, at, at + days{30}}});
    const auto all = ask<answer::cases>(to, query::load_kept_cases{at + days{999}, {}, {}, {}, 9});
    std::map<decltype(key_of(1)), days> found;
    for (const auto& row : all.rows) {
        found[row.key] = std::chrono::duration_cast<days>(*row.keep_at - at);
    }
    const std::map<decltype(key_of(1)), days> wanted{
        {key_of(1), days{30}}, {key_of(2), days{60}},  {key_of(3), days{60}},
        {key_of(4), days{29}}, {key_of(5), days{900}}, {key_of(6), days{900}}};
    BOOST_TEST((found == wanted));
    expect_unchanged(to, operation::bring_back{at, at, at + days{30}});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cases_that_a_bureau_has_ended_are_gone_through_by_key, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    for (std::uint8_t number = 1; number <= 5; ++number) {
        auto row = a_case(number, 1, number == 3 ? mu : ipsg);
        row.ended = number != 2;
        commit(to, {operation::put_case{row}});
    }
    const auto first = ask<answer::cases>(to, query::list_ended_cases{ipsg, {}, 2});
    BOOST_REQUIRE_EQUAL(first.rows.size(), 2U);
    BOOST_TEST((first.rows[1].key == key_of(4)));
    const auto rest = ask<answer::cases>(to, query::list_ended_cases{ipsg, key_of(4), 2});
    BOOST_REQUIRE_EQUAL(rest.rows.size(), 1U);
    BOOST_TEST((rest.rows[0].key == key_of(5)));
    auto restriction = a_word(2, 1);
    restriction.role = 6;
    commit(to,
           {operation::put_case_message{restriction}, operation::put_case_message{a_word(3, 2)}});
    const auto both = ask<answer::cases>(to, query::list_ended_cases{ipsg, {}, 2});
    BOOST_REQUIRE_EQUAL(both.rows.size(), 2U);
    BOOST_TEST((both.rows[1].key == key_of(2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cases_whose_retention_is_looked_at_come_one_page_after_the_other,
                              Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    for (std::uint8_t number = 1; number <= 5; ++number) {
        auto row = a_case(number, 1);
        row.keep_until = at + std::chrono::hours{9};
        row.keeping = keep_state::asked;
        row.sealed_end = {1, 2, number};
        if (number < 5) {
            row.keep_at = number == 4 ? at + std::chrono::hours{1} : at;
        }
        commit(to, {operation::put_case{row}});
    }
    fixture.reopen();
    auto& again = fixture.get();
    const auto first = ask<answer::cases>(again, query::load_kept_cases{.now = at, .limit = 2});
    BOOST_REQUIRE_EQUAL(first.rows.size(), 2U);
    BOOST_TEST((first.next == at + std::chrono::hours{1}));
    BOOST_TEST((first.rows[0].keep_until == at + std::chrono::hours{9}));
    BOOST_TEST((first.rows[0].keeping == keep_state::asked));
    BOOST_TEST((first.rows[0].sealed_end == dhow::protocol::bytes{1, 2, 1}));
    const auto& last = first.rows[1];
    const auto rest = ask<answer::cases>(
        again, query::load_kept_cases{at, *last.keep_at, last.key, last.owner, 2});
    BOOST_REQUIRE_EQUAL(rest.rows.size(), 1U);
    BOOST_TEST((rest.rows[0].key == key_of(3)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(deleted_content_leaves_rows_that_name_nobody, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    for (row_id row = 7; row <= 8; ++row) {  // Two attempts.
        message_row message;
        message.row = row;
        message.origin = ipsg;
        message.id = id_of(1);
        message.purge_at = at + std::chrono::hours{9};
        object_row object;
        object.row = row + 10;
        object.message = row;
        object.state = object_state::complete;
        object.bytes = 3;
        commit(to, {operation::put_message{message}, operation::put_object{object},
                    operation::put_segment{object.row, 0, {1, 2, 3}}});
    }
    shipment_row shipment;
    shipment.row = 30;
    shipment.peer = mu;
    shipment.message = 7;
    shipment.object = 17;
    shipment.state = shipment_state::held;
    commit(
        to,
        {operation::put_case{a_case(1, 1)}, operation::put_case_message{a_word(1, 1)},
         operation::put_shipment{shipment},
         operation::put_inbox{{7, ipsg, id_of(1), {}, {9, 9}, true, at}},
         operation::put_assignment{{7, "border", assignment_state::rejected, "a name", at}},
         operation::put_event{{ipsg, id_of(1), mu, at, "rejected", "agency border", 0, "a name"}},
         operation::put_event{{ipsg, id_of(1), mu, at, "complete", "gateway", 0, "own"}}});
    const query::load_kept_messages kept{key_of(1), ipsg, 9};
    BOOST_TEST(ask<answer::case_file>(to, kept).items.at(0).is_under_way);
    refuse(to, {operation::delete_content{key_of(1), ipsg, id_of(1)}});
    commit(to, {operation::advance_shipment{.shipment = 30,
                                            .expected = in_state(shipment_state::held),
                                            .state = shipment_state::failed,
                                            .at = at}});
    BOOST_TEST(!ask<answer::case_file>(to, kept).items.at(0).is_under_way);
    commit(to, {operation::delete_content{key_of(1), ipsg, id_of(1)},
                operation::put_deletion{{40, key_of(1), ipsg, at, 1, "date", {5}}}});
    refuse(to, {operation::delete_content{key_of(1), ipsg, id_of(1)}});
    refuse(to, {operation::delete_content{key_of(1), ipsg, id_of(2)}});
    refuse(to, {operation::put_deletion{{40, key_of(1), ipsg, at, 1, "date", {5}}}});
    BOOST_TEST(ask<answer::case_file>(to, kept).items.empty());
    const auto found = file(to, 1);
    BOOST_REQUIRE_EQUAL(found.items.size(), 1U);
    BOOST_TEST(found.items[0].row.is_deleted);
    BOOST_TEST(found.items[0].message.row == 0);
    BOOST_TEST(found.items[0].inbox.value().sealed_summary.empty());
    BOOST_TEST(found.items[0].assignments.at(0).reason.empty());
    BOOST_REQUIRE_EQUAL(found.deletions.size(), 1U);
    BOOST_TEST(found.deletions[0].messages == 1U);
    BOOST_TEST(ask<answer::messages>(to, query::find_message{ipsg, id_of(1)}).rows.empty());
    BOOST_TEST(!ask<answer::segment>(to, query::load_segment{17, 0}).data.has_value());
    for (const auto& event : ask<answer::events>(to, query::load_events{ipsg, id_of(1)}).rows) {
        BOOST_TEST(event.text == (event.actor == "gateway" ? "own" : ""));
    }
    BOOST_TEST(ask<answer::start>(to, query::load_start{}).last_row >= 40);
}

BOOST_AUTO_TEST_SUITE_END()
