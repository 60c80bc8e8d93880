// What becomes of a delivery that is due: each rule alone, of our own messages and of others'.
// Way of the message: tests of daemon/route/deadlines and deadlines_judging.
// Pure but for digests; virtual time. The store is this file.
// Spec: docs/overview.md#expiry, #sending-again.
// Limits: none.
#include "daemon/route/deadlines.hpp"
#include "daemon/store/names.hpp"
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {
struct deadlines_bench : outbound_bench {
    deadlines_bench() {
        load({});
        found = whole(text(10));
        found.message.expires_at = core.now + 24h;
        found.deliveries.front().changed_at = core.now;
    }
    store::delivery_row& row() { return found.deliveries.front(); }
    void is_of_others() {
        found.message.roles = static_cast<std::uint8_t>(store::message_role::relay);
    }
    void session_is_gone() {
        out.on_session_down(1);
        core.sessions.clear();
    }
    void attempt_failed(std::uint8_t attempt) {
        events.rows.push_back({.recipient = bureau("MU"),
                               .what = std::string(store::attempt_failed_event),
                               .text = store::attempt_text(attempt)});
    }
    void was_relayed(std::uint8_t attempt) {
        events.rows.push_back({.recipient = bureau("MU"),
                               .what = std::string(store::relayed_event),
                               .text = store::attempt_text(attempt)});
    }
    void becomes_due() {
        core.now += 1min;
        due.on_deadline();
        answer<query::load_due>(answer::due{found.deliveries, {}, {}});
    }
    /// It is due and looked at; what is done follows.
    void judge() {
        becomes_due();
        answer<query::load_message>(answer::messages{{found}});
        answer<query::load_events>(events);
        if (!is_origin(found.message)) {
            answer<query::find_called_back>(later);
        }
    }
    void is_called_back(bool is_cancelled = true) {
        later.rows.push_back({bureau("MU"), {}, is_cancelled});
    }
    /// The one thing that was written is another look then.
    std::optional<utc_time> looked_at_next() {
        const auto written = store_it();
        BOOST_REQUIRE(written.changes.size() == 1U);
        const auto& moved = std::get<operation::advance_delivery>(written.changes[0]);
        BOOST_TEST((moved.state == row().state));
        BOOST_TEST((moved.expected == in_state(row().state)));
        BOOST_TEST((moved.unless_changed_since == row().changed_at));
        BOOST_TEST(!is_applying());
        return moved.due_at.value();
    }
    /// The outcome that was written.
    protocol::outcome notice() {
        for (const auto& change : store_it().changes) {
            if (const auto* put = std::get_if<operation::put_outcome>(&change)) {
                return put->row.value;
            }
        }
        BOOST_FAIL("no notice was given");
        return {};
    }

    receipts owed{core, out};
    opening open{core, owed};
    diversion divert{core, out, owed};
    recalls back{core, out, owed};
    deadlines due{core, out, divert, owed, open, back};
    answer::full_message found;
    answer::events events;
    answer::called_back later;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(deadlines_by_hand_test, deadlines_bench)

BOOST_AUTO_TEST_CASE(a_message_that_is_gone_when_it_is_looked_at_can_be_looked_at_again) {
    becomes_due();
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(!is_applying());
    becomes_due();
    BOOST_TEST(is_asked<query::load_message>());
}

BOOST_AUTO_TEST_CASE(a_message_is_not_looked_at_twice_at_once) {
    becomes_due();
    becomes_due();
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(!is_asked<query::load_message>());
}

BOOST_AUTO_TEST_CASE(nothing_is_looked_at_while_the_daemon_stops) {
    core.stopping = true;
    due.on_deadline();
    BOOST_TEST(is_quiet());
    core.stopping = false;
    due.on_deadline();
    BOOST_TEST(is_asked<query::load_due>());
}

BOOST_AUTO_TEST_CASE(what_never_expires_is_sent_again_after_the_patience_only) {
    found.message.expires_at.reset();
    row().state = delivery_state::relayed;
    core.now += 365 * 24h;
    judge();
    const auto written = store_it();
    const auto& moved = std::get<operation::advance_delivery>(written.changes[0]);
    BOOST_TEST((moved.state == delivery_state::queued));
    BOOST_TEST(moved.attempt.value() == 1);
    BOOST_TEST((moved.due_at->value() == core.now + 2h));  // The second patience is twice as long.
    BOOST_TEST(core.count.expired == 0U);
}

BOOST_AUTO_TEST_CASE(what_others_sent_and_the_addressee_has_is_not_looked_at_again) {
    is_of_others();
    row().state = delivery_state::delivered;
    judge();
    BOOST_TEST(!looked_at_next().has_value());
}

BOOST_AUTO_TEST_CASE(
    our_own_that_was_delivered_without_its_attachments_is_not_looked_at_when_over) {
    row().state = delivery_state::delivered;
    core.now += 24h;
    judge();
    BOOST_TEST(!looked_at_next().has_value());
    BOOST_TEST(core.count.expired == 0U);
}

BOOST_AUTO_TEST_CASE(what_others_sent_is_looked_at_when_it_expires) {
    is_of_others();
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
}

BOOST_AUTO_TEST_CASE(what_is_not_on_its_way_yet_is_looked_at_when_it_expires) {
    row().state = delivery_state::accepted;
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
}

BOOST_AUTO_TEST_CASE(without_a_patience_it_is_looked_at_when_it_expires) {
    for (auto& times : settings->times) {
        times.send_again_after = 0s;
    }
    row().state = delivery_state::relayed;
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
    found.message.expires_at.reset();
    judge();
    BOOST_TEST(!looked_at_next().has_value());  // Nothing is ever due.
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_peer_that_is_there_goes_on_waiting) {
    judge();
    BOOST_TEST((looked_at_next() == core.now + 1h));
    BOOST_TEST(!has_offered());
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_peer_that_is_away_goes_by_another_that_is_there) {
    session_is_gone();
    judge();
    BOOST_TEST((looked_at_next() == core.now + 6h));  // Nobody is there.
    connect("TZ", 2);
    judge();
    const auto written = store_it();
    const auto& moved = std::get<operation::advance_delivery>(written.changes[0]);
    BOOST_TEST((moved.next_hop == bureau("TZ")));
    BOOST_TEST(moved.attempt.value() == 1);
}

BOOST_AUTO_TEST_CASE(what_has_no_route_any_more_is_looked_at_later) {
    session_is_gone();
    settings->routes.clear();
    core.routes = routing_table(*settings, *book);
    judge();
    BOOST_TEST((looked_at_next() == core.now + 6h));
}

BOOST_AUTO_TEST_CASE(what_was_refused_of_late_is_not_sent_again_before_its_patience) {
    session_is_gone();
    connect("TZ", 2);
    row().state = delivery_state::deferred;
    judge();
    BOOST_TEST((looked_at_next() == row().changed_at + 1h));
    core.now = row().changed_at + 1h;
    judge();
    const auto written = store_it();
    const auto& moved = std::get<operation::advance_delivery>(written.changes[0]);
    BOOST_TEST((moved.state == delivery_state::queued));
    BOOST_TEST((moved.next_hop == bureau("TZ")));
}

BOOST_AUTO_TEST_CASE(no_look_is_planned_beyond_the_expiry) {
    session_is_gone();
    found.message.expires_at = core.now + 30min;
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
    row().state = delivery_state::deferred;
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
}

BOOST_AUTO_TEST_CASE(what_nothing_carries_any_more_goes_another_way_where_there_is_one) {
    found.shipments.front().state = shipment_state::failed;
    found.shipments.front().code = static_cast<std::uint16_t>(errc::hop_limit);
    judge();
    answer<query::load_message>(answer::messages{{found}});
    const auto written = store_it();
    const auto& moved = std::get<operation::advance_delivery>(written.changes[0]);
    BOOST_TEST((moved.next_hop == bureau("TZ")));
    BOOST_TEST(moved.attempt.value() == 0);  // The same attempt: nobody has it.
}

/// No way after TZ, the last: a notice, with the reason that stands nearest.
struct at_the_last_way : deadlines_bench {
    at_the_last_way() {
        row().next_hop = bureau("TZ");
        found.shipments.front().peer = bureau("TZ");
        found.shipments.front().state = shipment_state::failed;
    }
    errc reason() {
        judge();
        return static_cast<errc>(notice().reason);
    }
};

BOOST_FIXTURE_TEST_CASE(a_notice_has_the_reason_of_the_text, at_the_last_way) {
    found.shipments.front().code = static_cast<std::uint16_t>(errc::hop_limit);
    BOOST_TEST((reason() == errc::hop_limit));
}

BOOST_FIXTURE_TEST_CASE(a_notice_has_the_reason_of_the_recipient_before_that, at_the_last_way) {
    found.shipments.front().code = static_cast<std::uint16_t>(errc::hop_limit);
    row().state = delivery_state::deferred;
    row().code = static_cast<std::uint16_t>(errc::not_allowed);
    BOOST_TEST((reason() == errc::not_allowed));
}

BOOST_FIXTURE_TEST_CASE(a_deferred_recipient_without_a_reason_has_that_of_the_text,
                        at_the_last_way) {
    found.shipments.front().code = static_cast<std::uint16_t>(errc::hop_limit);
    row().state = delivery_state::deferred;
    BOOST_TEST((reason() == errc::hop_limit));
}

BOOST_FIXTURE_TEST_CASE(a_notice_without_any_reason_says_that_there_is_no_route, at_the_last_way) {
    BOOST_TEST((reason() == errc::no_route));
}

BOOST_FIXTURE_TEST_CASE(a_failed_attempt_without_a_reason_had_no_route, at_the_last_way) {
    row().state = delivery_state::relayed;
    was_relayed(0);
    attempt_failed(0);
    BOOST_TEST((reason() == errc::no_route));
}

BOOST_FIXTURE_TEST_CASE(a_failed_attempt_is_not_diverted_to_what_its_gateway_knows,
                        deadlines_bench) {
    row().code = static_cast<std::uint16_t>(errc::hop_limit);
    attempt_failed(0);
    judge();
    BOOST_TEST((notice().kind == protocol::outcome_kind::undeliverable));  // Though TZ is left.
}

BOOST_FIXTURE_TEST_CASE(no_notice_is_given_while_an_earlier_attempt_may_arrive, at_the_last_way) {
    row().attempt = found.shipments.front().attempt = 1;
    was_relayed(0);
    judge();
    BOOST_TEST((looked_at_next() == row().changed_at + 2h));
    BOOST_TEST(owed.waiting() == 0U);
}

BOOST_FIXTURE_TEST_CASE(without_a_patience_what_may_arrive_is_looked_at_later, at_the_last_way) {
    for (auto& times : settings->times) {
        times.send_again_after = 0s;
    }
    row().attempt = found.shipments.front().attempt = 1;
    was_relayed(0);
    judge();
    BOOST_TEST((looked_at_next() == core.now + 6h));
}

BOOST_AUTO_TEST_CASE(what_others_have_called_back_ends_here_with_its_signed_outcome) {
    for (const auto state :
         {delivery_state::queued, delivery_state::deferred, delivery_state::held}) {
        for (const bool is_cancelled : {true, false}) {
            is_of_others();
            row().state = state;
            later.rows.clear();
            is_called_back(is_cancelled);
            judge();
            const auto outcome = notice();
            BOOST_TEST((outcome.kind == protocol::outcome_kind::cancelled));
            const auto code = is_cancelled ? errc::cancelled : errc::superseded;
            BOOST_TEST(outcome.reason == static_cast<std::uint16_t>(code));
        }
    }
    BOOST_TEST(core.count.called_back == 6U);
}

BOOST_AUTO_TEST_CASE(what_is_called_back_and_in_doubt_waits_for_the_word_of_its_peer) {
    is_of_others();
    is_called_back();
    found.shipments.front().in_doubt = true;
    judge();
    BOOST_TEST((looked_at_next() == core.now + 6h));
}

BOOST_AUTO_TEST_CASE(what_went_along_with_a_courier_is_not_called_back_until_he_must_be_lost) {
    is_of_others();
    is_called_back();
    events.rows.push_back({.recipient = bureau("MU"),
                           .what = std::string(store::courier_event),
                           .actor = store::courier_actor(bureau("MU")),
                           .text = store::attempt_text(0)});
    judge();
    const auto look = store_it();
    BOOST_TEST((std::get<operation::advance_delivery>(look.changes.at(0)).due_at->value() ==
                core.now + 6h));
    const auto doubt = store_it();  // The link's peer is asked as well.
    const auto& asked = std::get<operation::advance_shipment>(doubt.changes.at(0));
    BOOST_TEST(asked.shipment == found.shipments.front().row);
    BOOST_TEST(asked.in_doubt.value());
    core.now += core.outside.courier_receipt_lifetime;
    judge();
    BOOST_TEST((notice().kind == protocol::outcome_kind::cancelled));
}

BOOST_AUTO_TEST_CASE(what_is_called_back_for_another_stays) {
    is_of_others();
    later.rows.push_back({bureau("KE"), {}, true});
    judge();
    BOOST_TEST((looked_at_next() == found.message.expires_at));
}

/// The look for purges, without deliveries that are due.
struct purging : deadlines_bench {
    void look() {
        due.on_deadline();
        answer<query::load_due>(answer::due{});
    }
    void look_if_due() {
        due.on_deadline();
        if (is_asked<query::load_due>()) {
            answer<query::load_due>(answer::due{});
        }
    }
};

BOOST_FIXTURE_TEST_CASE(what_can_go_is_dropped_by_its_kind, purging) {
    look();
    answer<query::find_purges>(answer::purges{
        {{.message = 70, .object = 0}, {.message = 0, .object = 80}, {}}, std::nullopt});
    const auto written = store_it();
    BOOST_REQUIRE(written.changes.size() == 4U);
    const auto& message = std::get<operation::drop_message>(written.changes[0]);
    BOOST_TEST(message.message == 70);
    BOOST_TEST((message.at == core.now));
    const auto& object = std::get<operation::drop_object>(written.changes[1]);
    BOOST_TEST(object.object == 80);
    BOOST_TEST(object.only_if_loose);
    BOOST_TEST(std::holds_alternative<operation::forget_old>(written.changes[2]));
}

BOOST_FIXTURE_TEST_CASE(the_next_look_is_soon_while_there_is_more_else_in_a_minute, purging) {
    enum class change { none, more, forgot, failed };
    for (const auto what : {change::none, change::more, change::forgot, change::failed}) {
        look();
        const auto place = store::purge_place{.is_among_objects = true, .at = core.now, .row = 9};
        answer<query::find_purges>(
            answer::purges{{}, what == change::more ? std::optional(place) : std::nullopt});
        store_it(what == change::failed ? store::transaction_status::failed
                                        : store::transaction_status::committed,
                 what == change::forgot ? std::vector<std::size_t>{} : std::vector<std::size_t>{0});
        const bool is_soon = what == change::more || what == change::forgot;
        core.now += 1s;
        look_if_due();
        BOOST_TEST(is_asked<query::find_purges>() == is_soon, static_cast<int>(what));
        if (is_soon) {
            const auto next = answer<query::find_purges>(answer::purges{});
            BOOST_TEST(next.from.row == (what == change::more ? 9 : 0));
            store_it(store::transaction_status::committed, {0});
        }
        core.now += 1min;
    }
}

BOOST_FIXTURE_TEST_CASE(nothing_is_purged_when_the_clock_comes_into_doubt_meanwhile, purging) {
    look();
    core.expiry_frozen = true;
    answer<query::find_purges>(answer::purges{{{.message = 70, .object = 0}}, std::nullopt});
    BOOST_TEST(!is_applying());
    core.now += 1min;
    look();
    BOOST_TEST(!is_asked<query::find_purges>());
    core.expiry_frozen = false;
    core.now += 1min;
    look();
    BOOST_TEST(is_asked<query::find_purges>());
}

BOOST_FIXTURE_TEST_CASE(a_clock_that_went_back_does_not_keep_it_from_looking, purging) {
    core.now += 24h;
    look();
    answer<query::find_purges>(answer::purges{});
    store_it(store::transaction_status::committed, {0});
    core.now -= 24h;  // Only at another start can it; the time of the next look is a day ahead.
    core.next_due = core.now;
    look();
    BOOST_TEST(is_asked<query::find_purges>());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
