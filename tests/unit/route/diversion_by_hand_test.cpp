// Another way, another attempt, or a notice: by reason, by order of the routes, and within bounds.
// Way of the message: tests of daemon/route/diversion.
// Pure but for digests; virtual time. The store is this file.
// Spec: docs/overview.md#sending-again.
// Limits: none.
#include "daemon/route/diversion.hpp"
#include "daemon/store/names.hpp"
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

using protocol::outcome_kind;
using store::delivery_state;

namespace {
struct diversion_bench : outbound_bench {
    diversion_bench() {
        load({});
        found = whole(text(10));
        relay = found.message;
        relay.roles = static_cast<std::uint8_t>(store::message_role::relay);
    }
    /// MU by IPSG, refused; another way is TZ.
    [[nodiscard]] undelivered refused(errc code, std::string_view peer = "IPSG") const {
        return {relay, bureau("MU"), bureau(peer), 0, code, 0};
    }
    template <class Change>
    static const Change& in(const store::transaction& what) {
        for (const auto& change : what.changes) {
            if (const auto* one = std::get_if<Change>(&change)) {
                return *one;
            }
        }
        BOOST_FAIL("there is no such change");
        std::abort();
    }

    receipts owed{core, out};
    diversion divert{core, out, owed};
    answer::full_message found;
    store::message_row relay;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(diversion_by_hand_test, diversion_bench)

BOOST_AUTO_TEST_CASE(a_notice_says_in_its_kind_what_the_reason_means) {
    struct expected {
        errc code;
        outcome_kind kind;
        delivery_state state;
    };
    const std::array<expected, 7> cases{
        {{errc::expired, outcome_kind::expired, delivery_state::expired},
         {errc::no_route, outcome_kind::undeliverable, delivery_state::undeliverable},
         {errc::loop, outcome_kind::undeliverable, delivery_state::undeliverable},
         {errc::hop_limit, outcome_kind::undeliverable, delivery_state::undeliverable},
         {errc::unknown_recipient, outcome_kind::undeliverable, delivery_state::undeliverable},
         {errc::cancelled, outcome_kind::cancelled, delivery_state::cancelled},
         {errc::not_allowed, outcome_kind::refused, delivery_state::refused}}};
    for (const auto& one : cases) {
        divert.give_up(refused(one.code), {});
        const auto written = store_it(store::transaction_status::failed);
        const auto& outcome = in<operation::put_outcome>(written).row.value;
        BOOST_TEST((outcome.kind == one.kind), protocol::name_of(one.code));
        BOOST_TEST(outcome.reason == static_cast<int>(one.code));
        BOOST_TEST((in<operation::advance_delivery>(written).state == one.state));
        BOOST_TEST((in<operation::settle_custody>(written).outcome == one.kind));
    }
    BOOST_TEST(core.count.expired == 1U);
    BOOST_TEST(owed.waiting() == 0U);  // None of them was written.
}

BOOST_AUTO_TEST_CASE(what_no_other_way_can_help_gets_a_notice_and_the_rest_goes_another_way) {
    for (const auto code : {errc::expired, errc::cancelled, errc::equivocation, errc::bad_signature,
                            errc::bad_digest, errc::store_corrupt}) {
        BOOST_TEST(!divert.other_way(refused(code)).has_value(), protocol::name_of(code));
        divert.divert({refused(code)});
        answer<query::load_events>(answer::events{});
        BOOST_TEST(in<operation::put_outcome>(store_it(store::transaction_status::failed))
                       .row.value.reason == static_cast<int>(code));
    }
    for (const auto code : {errc::no_route, errc::loop, errc::hop_limit, errc::not_allowed,
                            errc::too_long, errc::unknown_key}) {
        BOOST_TEST((divert.other_way(refused(code)) == bureau("TZ")), protocol::name_of(code));
        BOOST_TEST(!divert.other_way(refused(code, "TZ")).has_value());  // That is the last.
    }
}

BOOST_AUTO_TEST_CASE(what_a_courier_took_along_waits_for_its_receipt) {
    const auto event = [](std::string_view recipient, int attempt) {
        store::event_row row;
        row.what = store::courier_event;
        row.recipient = bureau(recipient);
        row.text = store::attempt_text(static_cast<std::uint8_t>(attempt));
        return row;
    };
    for (const auto& other : {event("KE", 0), event("MU", 1)}) {
        divert.divert({refused(errc::not_allowed, "TZ")});
        answer<query::load_events>(answer::events{.rows = {other}});
        BOOST_TEST((in<operation::settle_custody>(store_it()).outcome == outcome_kind::refused));
    }
    divert.divert({refused(errc::not_allowed, "TZ")});
    answer<query::load_events>(answer::events{.rows = {event("MU", 0)}});
    BOOST_TEST((in<operation::advance_delivery>(store_it()).state == delivery_state::deferred));
}

// Three hubs, and the recipient was away from each: found by the simulator, seed 75.
BOOST_AUTO_TEST_CASE(what_went_in_a_circle_waits_for_the_recipient_itself) {
    settings->links.push_back({"quay", bureau("MU"), config::link_mode::listen, {}, false});
    settings->routes[0].via = {"quay", "fibre", "lake"};
    core.routes = routing_table(*settings, *book);
    BOOST_TEST((divert.other_way(refused(errc::loop)) == bureau("TZ")));
    BOOST_TEST((divert.other_way(refused(errc::loop, "TZ")) == bureau("MU")));
    BOOST_TEST(!divert.other_way(refused(errc::no_route, "TZ")).has_value());
    for (const auto code : {errc::loop, errc::no_route, errc::not_allowed}) {
        BOOST_TEST(!divert.other_way(refused(code, "MU")).has_value());  // Its own word is final.
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_is_gone_goes_no_other_way) {
    divert.divert({refused(errc::no_route)});
    answer<query::load_message>(answer::messages{});
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(only_who_still_waits_for_this_attempt_goes_another_way) {
    auto later = found;
    later.deliveries.front().attempt = 1;  // Another attempt is under way by now.
    auto taken = found;
    taken.deliveries.front().state = delivery_state::taken;
    auto other = found;
    other.deliveries.front().recipient = bureau("KE");
    for (const auto& now_here : {later, taken, other}) {
        divert.divert({refused(errc::no_route)});
        answer<query::load_message>(answer::messages{{now_here}});
        BOOST_TEST(is_quiet());
    }
    divert.divert({refused(errc::no_route)});
    answer<query::load_message>(answer::messages{{found}});
    const auto written = store_it();
    BOOST_TEST((in<operation::advance_delivery>(written).next_hop == bureau("TZ")));
    BOOST_TEST((in<operation::put_shipment>(written).row.peer == bureau("TZ")));
    BOOST_TEST(in<operation::put_event>(written).row.what == "diverted");
    BOOST_TEST(core.count.sent_again == 0U);
}

BOOST_AUTO_TEST_CASE(of_our_own_only_the_last_attempt_is_judged) {
    auto ours = refused(errc::no_route, "TZ");
    ours.message.roles = static_cast<std::uint8_t>(store::message_role::origin);
    ours.last_attempt = 1;
    divert.divert({ours});
    BOOST_TEST(is_quiet());  // The second moves it.
    ours.attempt = 1;
    divert.divert({ours});
    const auto written = store_it();
    const auto& moved = in<operation::advance_delivery>(written);
    BOOST_TEST((moved.state == delivery_state::deferred));
    BOOST_TEST((moved.due_at->value() == core.now));
    BOOST_TEST((core.next_due == core.now));
}

BOOST_AUTO_TEST_CASE(attempts_end_at_their_number_and_who_is_no_recipient_gets_none) {
    std::vector<bool> done;
    const auto again = [&](std::string_view recipient, std::uint8_t attempt) {
        found.deliveries.front().attempt = attempt;
        divert.send_again(found, {bureau(recipient)}, "test", [&](bool ok) { done.push_back(ok); });
    };
    again("KE", 0);
    again("MU", limits::sending_attempts_max);
    BOOST_TEST(is_quiet());
    BOOST_TEST((done == std::vector<bool>{false, false}));
    again("MU", limits::sending_attempts_max - 1);
    const auto written = store_it();
    BOOST_TEST(in<operation::advance_delivery>(written).attempt.value() ==
               limits::sending_attempts_max);
    BOOST_TEST((in<operation::advance_delivery>(written).next_hop == bureau("TZ")));
    BOOST_TEST((done == std::vector<bool>{false, false, true}));
    BOOST_TEST(core.count.sent_again == 1U);
}

BOOST_AUTO_TEST_CASE(who_has_no_way_is_not_sent_to_again) {
    settings->routes.clear();
    core.routes = routing_table(*settings, *book);
    std::optional<bool> done;
    divert.send_again(found, {bureau("MU")}, "test", [&](bool ok) { done = ok; });
    BOOST_TEST((done == false));
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(the_patience_doubles_up_to_its_bound_and_is_none_when_none_is_set) {
    using std::chrono::hours;
    for (const auto& [attempt, patience] :
         {std::pair{0, hours{1}}, std::pair{1, hours{2}}, std::pair{5, hours{32}},
          std::pair{6, hours{64}}, std::pair{7, hours{64}}, std::pair{255, hours{64}}}) {
        BOOST_TEST((divert.patience(message_class::routine, static_cast<std::uint8_t>(attempt)) ==
                    patience),
                   "attempt " << attempt);
    }
    settings->times[static_cast<std::size_t>(message_class::bulk)].send_again_after = 0s;
    BOOST_TEST(!divert.patience(message_class::bulk, 0).has_value());
    BOOST_TEST(divert.patience(message_class::routine, 0).has_value());
}

BOOST_AUTO_TEST_CASE(a_notice_over_a_damaged_seal_names_no_seal) {
    for (const bool is_damaged : {false, true}) {
        if (is_damaged) {
            relay.seal.pop_back();
        }
        divert.give_up(refused(errc::no_route), {});
        const auto written = store_it(store::transaction_status::failed);
        const auto& outcome = in<operation::put_outcome>(written).row.value;
        BOOST_TEST((outcome.seal_digest == digest{}) == is_damaged);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
