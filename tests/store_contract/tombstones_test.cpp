// What is called back: for whom, what falls due, what is still offered, what is refused.
#include "tests/store_contract/queue_rows.hpp"

BOOST_AUTO_TEST_SUITE(tombstones_test)

using namespace dhow::tests;
using namespace dhow::tests::queue_rows;

namespace {

const auto ke = *bureau_id::parse("KE");

message_id id_of(std::uint8_t number) {
    message_id out;
    out.value[0] = number;
    return out;
}

/// queue_rows' messages have the id 1 of ZW; this one is called back by 2.
tombstone_row tombstone(std::uint8_t by = 2, bureau_id origin = zw) {
    tombstone_row out;
    out.origin = origin;
    out.id = id_of(1);
    out.called_by = id_of(by);
    out.is_cancelled = true;
    out.forget_at = at(500);
    return out;
}

/// Of a message that calls back.
custody_row taken_for(bureau_id recipient, std::uint8_t by = 2, bureau_id origin = zw,
                      std::uint8_t attempt = 0) {
    custody_row out;
    out.origin = origin;
    out.id = id_of(by);
    out.attempt = attempt;
    out.recipient = recipient;
    out.forget_at = at(500);
    return out;
}

operation::expect_not_called_back expectation(bureau_id recipient, bureau_id origin = zw) {
    return {origin, id_of(1), recipient};
}

delivery_row to_ke(row_id of, delivery_state state = delivery_state::queued) {
    auto out = delivery(of, state);
    out.recipient = ke;
    return out;
}

answer::called_back called_back(dhow::store::store& from) {
    return ask<answer::called_back>(from, query::find_called_back{zw, id_of(1)});
}

std::vector<bureau_id> due_at(dhow::store::store& from, int ms) {
    std::vector<bureau_id> out;
    for (const auto& row : ask<answer::due>(from, query::load_due{at(ms), 100}).deliveries) {
        out.push_back(row.recipient);
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_message_is_called_back_for_whom_custody_of_the_later_one_was_taken,
                              Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_custody{taken_for(mu)}, operation::put_custody{taken_for(ke, 3)},
                operation::put_tombstone{tombstone(), at(10)}});
    refuse(to, {expectation(mu)});
    commit(to, {expectation(ke)});                           // Of another message.
    commit(to, {expectation(mu, *bureau_id::parse("MU"))});  // Of another origin.
    fixture.reopen();
    const auto found = called_back(fixture.get());
    BOOST_REQUIRE_EQUAL(found.rows.size(), 1U);
    BOOST_TEST((found.rows[0].recipient == mu));
    BOOST_TEST((found.rows[0].called_by == id_of(2)));
    BOOST_TEST(found.rows[0].is_cancelled);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(another_origin_calls_nothing_back, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{delivery(1)},
                operation::put_custody{taken_for(mu, 2, ke)},
                operation::put_tombstone{tombstone(2, ke), at(10)}});
    commit(to, {expectation(mu)});
    BOOST_TEST(called_back(to).rows.empty());
    BOOST_TEST(due_at(to, 10).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_second_branch_or_attempt_adds_recipients_and_names_each_once, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to,
           {operation::put_custody{taken_for(mu)}, operation::put_tombstone{tombstone(), at(10)}});
    auto later = tombstone();
    later.forget_at = at(900);
    commit(to, {operation::put_custody{taken_for(mu, 2, zw, 1)},
                operation::put_custody{taken_for(ke, 2, zw, 1)},
                operation::put_tombstone{later, at(20)}});
    commit(to, {operation::put_tombstone{tombstone(), at(30)}});  // Its time does not fall.
    const auto found = called_back(to);
    BOOST_REQUIRE_EQUAL(found.rows.size(), 2U);
    BOOST_TEST((found.rows[0].recipient == ke));
    BOOST_TEST((found.rows[1].recipient == mu));
    commit(to, {operation::forget_old{at(600), 100}});  // The custody of the first attempt goes.
    commit(to, {operation::put_custody{taken_for(mu, 2, zw, 2)}});
    refuse(to, {expectation(mu)});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_under_way_for_them_falls_due_and_nothing_else, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto other = message(2);
    other.id.value[0] = 9;
    commit(to, {operation::put_message{message(1)}, operation::put_message{other},
                operation::put_delivery{delivery(1)}, operation::put_delivery{to_ke(1)},
                operation::put_delivery{delivery(2)}});
    commit(to,
           {operation::put_custody{taken_for(mu)}, operation::put_tombstone{tombstone(), at(10)}});
    BOOST_TEST(due_at(to, 9).empty());
    BOOST_TEST((due_at(to, 10) == std::vector{mu}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(only_what_has_not_left_falls_due, Store, all_stores) {
    using enum delivery_state;
    for (const auto state : {accepted, queued, sending, in_doubt, relayed, delivered, complete,
                             taken, deferred, held, expired, cancelled, received, handed_on}) {
        Store fixture;
        auto& to = fixture.get();
        commit(to, {operation::put_message{message(1)}, operation::put_delivery{delivery(1, state)},
                    operation::put_custody{taken_for(mu)},
                    operation::put_tombstone{tombstone(), at(10)}});
        const bool is_here = state == accepted || state == queued || state == sending ||
                             state == in_doubt || state == deferred || state == held;
        BOOST_TEST(due_at(to, 10).size() == (is_here ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(it_is_offered_to_others_alone_and_in_doubt_to_all, Store,
                              all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to, {operation::put_message{message(1)}, operation::put_delivery{delivery(1)},
                operation::put_delivery{to_ke(1)},
                operation::put_object{object(5, object_state::complete)},
                operation::put_shipment{shipment(6, 5, 1)}});
    BOOST_TEST(ready_for_mu(to).rows.at(0).deliveries.size() == 2U);
    commit(to,
           {operation::put_custody{taken_for(mu)}, operation::put_tombstone{tombstone(), at(10)}});
    const auto left = ready_for_mu(to).rows.at(0).deliveries;
    BOOST_REQUIRE_EQUAL(left.size(), 1U);
    BOOST_TEST((left[0].recipient == ke));
    auto doubt = advance(6, in_state(shipment_state::ready), shipment_state::ready);
    doubt.in_doubt = true;
    commit(to, {doubt});
    BOOST_TEST(ready_for_mu(to).rows.at(0).deliveries.size() == 2U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(objects_are_released_when_no_attempt_needs_them, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    auto first = message(1);
    first.roles = static_cast<std::uint8_t>(message_role::relay);
    auto second = message(2, 1);
    second.roles = first.roles;
    auto text = object(5, object_state::expected);
    text.message = 1;
    auto file = object(6, object_state::expected);
    file.message = 1;
    file.position = 1;
    const operation::release_objects release{zw, id_of(1), at(70)};
    commit(to, {operation::put_message{first}, operation::put_message{second},
                operation::put_object{text}, operation::put_object{file},
                operation::put_segment{5, 0, dhow::protocol::bytes(10, 1)},
                operation::put_shipment{shipment(7, 5, 1, shipment_state::failed)},
                // The second attempt has adopted the attachment.
                operation::put_shipment{shipment(8, 6, 2, shipment_state::waiting)}});
    commit(to, {release});
    const auto objects = [&] {
        return ask<answer::messages>(to, query::load_message{1}).rows.at(0).objects;
    };
    BOOST_REQUIRE_EQUAL(objects().size(), 2U);
    BOOST_TEST((objects()[0].state == object_state::purged));
    BOOST_TEST(objects()[0].durable_bytes == 0U);
    BOOST_TEST((objects()[1].state == object_state::expected));
    BOOST_TEST(!ask<answer::segment>(to, query::load_segment{5, 0}).data.has_value());
    expect_unchanged(to, release);
    commit(to, {advance(8, in_state(shipment_state::waiting), shipment_state::failed)});
    commit(to, {release});
    BOOST_TEST((objects()[1].state == object_state::purged));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(who_sent_it_or_reads_it_keeps_its_objects, Store, all_stores) {
    for (const auto role : {message_role::origin, message_role::addressee}) {
        Store fixture;
        auto& to = fixture.get();
        auto ours = message(1);
        ours.roles = static_cast<std::uint8_t>(role);
        auto text = object(5, object_state::expected);
        text.message = 1;
        commit(to, {operation::put_message{ours}, operation::put_object{text}});
        expect_unchanged(to, operation::release_objects{zw, id_of(1), at(70)});
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(tombstones_are_forgotten_after_custody_and_keys, Store, all_stores) {
    Store fixture;
    auto& to = fixture.get();
    commit(to,
           {operation::put_custody{taken_for(mu)}, operation::put_tombstone{tombstone(), at(10)}});
    expect_unchanged(to, operation::forget_old{at(500), 100});
    commit(to, {operation::forget_old{at(501), 1}});  // The custody.
    BOOST_TEST(called_back(to).rows.empty());
    commit(to, {operation::put_custody{taken_for(mu, 2, zw, 3)}});
    BOOST_TEST(called_back(to).rows.size() == 1U);  // The tombstone is still there.
    commit(to, {operation::forget_old{at(501), 2}});
    commit(to, {operation::put_custody{taken_for(mu, 2, zw, 4)}});
    BOOST_TEST(called_back(to).rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()
