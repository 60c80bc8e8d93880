// Fail-over, escalation by class, return, idle links: which link is wanted when.
// Way of the message: tests of daemon/route/bearer_choice.
// Pure; virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/route/bearer_choice.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;

constexpr auto flash = message_class::flash;
constexpr auto urgent = message_class::urgent;
constexpr auto bulk = message_class::bulk;
constexpr std::size_t fibre = 0;
constexpr std::size_t vsat = 1;
const utc_time now = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();
const dearer_times usual{milliseconds{5s}, milliseconds{15min}, milliseconds{6h}, std::nullopt};

/// A cheap link that was up until a minute ago, and a dear one.
struct two_links {
    two_links() {
        bearers[fibre].may_dial = bearers[vsat].may_dial = true;
        bearers[vsat].cost = 10;
        bearers[fibre].carried_until = now - 1min;
    }
    [[nodiscard]] bearer_choice choice() const { return {bearers, usual, now}; }
    [[nodiscard]] std::optional<utc_time> wanted(std::size_t which) const {
        return choice().wanted_from(which, waits);
    }
    void wait(message_class cls, milliseconds since) {
        waits[static_cast<std::size_t>(cls)] = now - since;
    }
    void shut(std::size_t which, message_class cls) {
        bearers[which].open[static_cast<std::size_t>(cls)] = false;
    }
    std::vector<bearer_facts> bearers{2};
    class_waits waits;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(bearer_choice_test, two_links)

BOOST_AUTO_TEST_CASE(the_cheapest_is_wanted_at_once) { BOOST_TEST((wanted(fibre) == now)); }

BOOST_AUTO_TEST_CASE(links_of_one_cost_are_wanted_together) {
    bearers[vsat].cost = 0;
    BOOST_TEST((wanted(fibre) == now));
    BOOST_TEST((wanted(vsat) == now));
}

BOOST_AUTO_TEST_CASE(what_the_cheap_one_may_not_carry_wants_the_dear_one_at_once) {
    using protocol::confidentiality;
    bearers[fibre].level_max = confidentiality::restricted;
    bearers[fibre].is_up = true;
    bearers[fibre].carried_until = now;
    wait(bulk, 1s);
    BOOST_TEST(!wanted(vsat).has_value());
    const auto facts = as_for(bearers, confidentiality::confidential);
    const bearer_choice high(facts, usual, now);
    BOOST_TEST((high.wanted_from(vsat, waits) == now));
    BOOST_TEST((high.least_wait(vsat, bulk) == milliseconds{0}));
    BOOST_TEST(!high.least_wait(fibre, bulk).has_value());
    BOOST_TEST((choice().cheaper_level(vsat, bulk) == confidentiality::restricted));
    BOOST_TEST(!choice().cheaper_level(fibre, bulk).has_value());
}

BOOST_AUTO_TEST_CASE(the_dear_one_is_needed_while_it_carries_what_the_cheap_one_may_not) {
    bearers[fibre].level_max = protocol::confidentiality::restricted;
    bearers[vsat].is_up = true;
    wait(urgent, 1s);
    const auto facts = as_for(bearers, protocol::confidentiality::confidential);
    const bearer_choice high(facts, usual, now);
    BOOST_TEST(high.is_needed_elsewhere(fibre, waits));
    BOOST_TEST(!high.is_needed_elsewhere(vsat, waits));
    BOOST_TEST(!high.is_needed_elsewhere(fibre, {}));
    BOOST_TEST(!choice().is_needed_elsewhere(fibre, waits));  // What both may carry.
}

BOOST_AUTO_TEST_CASE(what_we_may_not_dial_is_never_wanted) {
    bearers[fibre].may_dial = false;
    BOOST_TEST(!wanted(fibre).has_value());
}

BOOST_AUTO_TEST_CASE(while_a_cheaper_one_is_up_the_dear_one_is_not_wanted) {
    bearers[fibre].is_up = true;
    wait(flash, 1h);
    BOOST_TEST(!wanted(vsat).has_value());
}

BOOST_AUTO_TEST_CASE(each_class_opens_the_dear_one_after_its_own_time) {
    bearers[vsat].closes_when_idle = true;
    bearers[vsat].call_at = now + 24h;
    bearers[fibre].carried_until = now - 2s;
    wait(bulk, 48h);
    BOOST_TEST((wanted(vsat) == now + 24h));  // A call that is made anyway.
    wait(urgent, 5min);
    BOOST_TEST((wanted(vsat) == now + 10min));
    wait(flash, 1s);
    BOOST_TEST((wanted(vsat) == now + 3s));  // The outage lasts longer than the message waits.
    wait(flash, 4s);
    BOOST_TEST((wanted(vsat) == now + 1s));
}

BOOST_AUTO_TEST_CASE(in_an_outage_that_was_waited_out_nothing_new_waits_again) {
    bearers[fibre].carried_until = now - 1h;
    BOOST_TEST((choice().usable_from(vsat, urgent, now) == now));
    BOOST_TEST((choice().least_wait(vsat, urgent) == milliseconds{0}));
    BOOST_TEST((choice().least_wait(vsat, message_class::routine) == milliseconds{6h}));
    BOOST_TEST(!choice().least_wait(vsat, bulk).has_value());
    BOOST_TEST((choice().free_from(vsat, message_class::routine) == now + 5h));
    BOOST_TEST(!choice().free_from(vsat, urgent).has_value());
    BOOST_TEST(!choice().free_from(vsat, bulk).has_value());
}

BOOST_AUTO_TEST_CASE(a_dear_link_that_stays_up_is_dialled_though_nothing_waits_here) {
    bearers[fibre].carried_until = now - 2s;
    BOOST_TEST((wanted(vsat) == now + 3s));  // The peer may have flash for us.
    bearers[vsat].closes_when_idle = true;
    bearers[vsat].call_at = now + 1h;
    BOOST_TEST((wanted(vsat) == now + 1h));
}

BOOST_AUTO_TEST_CASE(the_way_back_is_taken_when_the_stay_is_over) {
    bearers[vsat].is_up = true;
    bearers[vsat].stay_until = now + 7min;
    BOOST_TEST((wanted(fibre) == now + 7min));
    bearers[vsat].stay_until = now - 7min;
    BOOST_TEST((wanted(fibre) == now));
}

BOOST_AUTO_TEST_CASE(the_way_back_to_a_link_that_closes_when_idle_is_taken_for_what_waits) {
    bearers[vsat].is_up = true;
    bearers[fibre].closes_when_idle = true;
    BOOST_TEST(!wanted(fibre).has_value());
    wait(bulk, 1s);
    BOOST_TEST((wanted(fibre) == now));
}

BOOST_AUTO_TEST_CASE(what_may_not_pass_on_the_cheap_one_goes_over_in_its_time) {
    bearers[fibre].is_up = true;
    shut(fibre, urgent);  // Its quota is used up.
    wait(urgent, 14min);
    BOOST_TEST((wanted(vsat) == now + 1min));
    BOOST_TEST((choice().least_wait(vsat, urgent) == milliseconds{15min}));
    wait(urgent, 16min);
    BOOST_TEST((wanted(vsat) == now));
    shut(vsat, urgent);
    BOOST_TEST(!wanted(vsat).has_value());
}

BOOST_AUTO_TEST_CASE(of_two_links_of_one_cost_the_one_that_lets_it_pass_takes_over_at_once) {
    bearers[vsat].cost = 0;
    bearers[fibre].is_up = true;
    wait(urgent, 1s);
    BOOST_TEST(!wanted(vsat).has_value());
    shut(fibre, urgent);
    BOOST_TEST((wanted(vsat) == now));
}

BOOST_AUTO_TEST_CASE(the_way_back_waits_for_what_may_not_pass_there) {
    bearers[vsat].is_up = true;
    shut(fibre, urgent);
    wait(urgent, 1h);
    BOOST_TEST(!wanted(fibre).has_value());
    waits = {};
    BOOST_TEST((wanted(fibre) == now));
}

BOOST_AUTO_TEST_CASE(the_way_back_does_not_wait_for_what_may_not_use_the_dear_one_either) {
    bearers[vsat].is_up = true;
    shut(fibre, bulk);
    wait(bulk, 1h);
    BOOST_TEST((wanted(fibre) == now));
    shut(fibre, urgent);
    wait(urgent, 30s);  // Not yet.
    BOOST_TEST((wanted(fibre) == now));
}

BOOST_AUTO_TEST_CASE(what_the_cheap_one_never_carries_needs_no_wait) {
    bearers[fibre].carries[static_cast<std::size_t>(bulk)] = false;
    BOOST_TEST((choice().usable_from(vsat, bulk, now) == now));
    bearers[vsat].carries[static_cast<std::size_t>(bulk)] = false;
    BOOST_TEST(!choice().usable_from(vsat, bulk, now).has_value());
    BOOST_TEST(!choice().least_wait(vsat, bulk).has_value());
}

BOOST_AUTO_TEST_CASE(a_link_on_which_nothing_passes_now_is_not_dialled) {
    bearers[fibre].open = {};
    BOOST_TEST(!wanted(fibre).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
