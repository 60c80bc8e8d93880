// Whether a copy may be with others: by its state, its attempts, and the texts that have left.
// Way of the message: tests of daemon/route/with_others.
// Pure.
// Spec: docs/overview.md#cancelling, #expiry.
// Limits: none.
#include "daemon/route/with_others.hpp"

#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {
/// A copy for MU by IPSG in its second attempt, whose text is ready.
struct a_copy {
    a_copy() : sending(shared) {
        row.recipient = bureau("MU");
        row.next_hop = bureau("IPSG");
        row.attempt = 1;
        row.state = delivery_state::queued;
        message.shipments.emplace_back();
        text().peer = bureau("IPSG");
        text().attempt = 1;
    }
    store::shipment_row& text() { return message.shipments.front(); }
    bool may_be_there() { return may_be_with_others(message, row, tried, sending); }
    void note(std::string_view what, unsigned attempt) {
        store::event_row event;
        event.recipient = bureau("MU");
        event.what = what;
        event.text = store::attempt_text(static_cast<std::uint8_t>(attempt));
        events.push_back(std::move(event));
        tried = attempts_in(events);
    }

    route::core shared;
    outbound sending;
    answer::full_message message;
    store::delivery_row row;
    std::vector<store::event_row> events;
    attempts tried;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(with_others_test, a_copy)

BOOST_AUTO_TEST_CASE(a_state_in_which_it_has_left_is_enough) {
    const std::set<delivery_state> there{delivery_state::relayed, delivery_state::in_doubt,
                                         delivery_state::delivered};
    for (std::size_t i = 0; i < store::delivery_state_names.size(); ++i) {
        row.state = static_cast<delivery_state>(i);
        BOOST_TEST(may_be_there() == there.contains(row.state), store::to_text(row.state));
    }
}

BOOST_AUTO_TEST_CASE(what_has_left_is_not_there_when_its_attempt_came_to_nothing) {
    note(store::attempt_failed_event, 1);
    for (const auto state : {delivery_state::relayed, delivery_state::in_doubt}) {
        row.state = state;
        BOOST_TEST(!may_be_there());
    }
    row.state = delivery_state::delivered;
    BOOST_TEST(may_be_there());
    row.state = delivery_state::relayed;
    row.attempt = 2;  // Of which nobody has said so.
    BOOST_TEST(may_be_there());
}

BOOST_AUTO_TEST_CASE(an_attempt_that_a_peer_took_counts_until_it_is_said_to_have_failed) {
    note(store::relayed_event, 0);
    BOOST_TEST(may_be_there());
    note(store::attempt_failed_event, 1);
    BOOST_TEST(may_be_there());
    note(store::attempt_failed_event, 0);
    BOOST_TEST(!may_be_there());
    events.front().recipient = bureau("KE");
    tried = attempts_in(events);
    BOOST_TEST(!may_be_there());
}

BOOST_AUTO_TEST_CASE(a_text_in_doubt_counts_while_it_is_open_and_its_attempt_has_not_failed) {
    BOOST_TEST(!may_be_there());
    text().in_doubt = true;
    for (std::size_t i = 0; i < store::shipment_state_names.size(); ++i) {
        text().state = static_cast<shipment_state>(i);
        const bool is_open = text().state < shipment_state::done;
        BOOST_TEST(may_be_there() == is_open, store::to_text(text().state));
    }
    text().state = shipment_state::ready;
    text().position = 1;
    BOOST_TEST(!may_be_there());
    text().position = 0;
    note(store::attempt_failed_event, 1);
    BOOST_TEST(!may_be_there());
}

BOOST_AUTO_TEST_CASE(a_text_to_another_peer_counts_only_if_it_is_of_an_earlier_attempt) {
    text().in_doubt = true;
    text().peer = bureau("KE");
    BOOST_TEST(!may_be_there());
    text().attempt = 0;
    BOOST_TEST(may_be_there());
}

BOOST_AUTO_TEST_CASE(what_went_along_with_a_courier_counts_like_what_a_peer_took) {
    note(store::courier_event, 1);
    BOOST_TEST(may_be_there());
    BOOST_TEST(!may_be_with_others(message, row, tried.without_couriers(), sending));
    note(store::relayed_event, 1);
    BOOST_TEST(may_be_with_others(message, row, tried.without_couriers(), sending));
    note(store::attempt_failed_event, 1);
    BOOST_TEST(!may_be_there());
    // To the recipient itself: for that no gateway on the way speaks.
    events.front().actor = store::courier_actor(bureau("IPSG"));
    tried = attempts_in(events);
    BOOST_TEST(!may_be_there());
    events.front().actor = store::courier_actor(bureau("MU"));
    tried = attempts_in(events);
    BOOST_TEST(may_be_there());
    BOOST_TEST(!may_be_with_others(message, row, tried.without_couriers(), sending));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
