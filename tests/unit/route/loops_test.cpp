// A text that comes again: in a circle, which the hop limit and custody end, or with other content.
// Way of the message: tests of daemon/route/inbound; KE -> [ZW] -> IPSG or TZ -> MU.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0003-custody-and-loops.md, docs/overview.md#receiving.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace limits = protocol::limits;
using limits::hop_limit_default;
using store::delivery_state;

namespace {
/// IPSG and TZ are hubs, and MU can be reached by either.
struct between_two_hubs : core_harness {
    between_two_hubs() : ipsg(*this, "IPSG"), tz(*this, "TZ"), ke(*this, "KE") {
        for (auto& entry : directory().entries) {
            if (entry.bureau == bureau("IPSG") || entry.bureau == bureau("TZ")) {
                entry.role = protocol::bureau_role::hub;
            }
        }
        settings().links.push_back(
            {"radio", bureau("TZ"), config::link_mode::dial, {"tls://127.0.0.1:7444"}, false});
        settings().routes.front().via = {"fibre", "radio"};
        reload();
        ipsg.connect();
        tz.connect();
        ke.connect();
    }
    /// What is ready goes out to both hubs.
    void offer_onwards() {
        ipsg.exchange();
        tz.exchange();
    }
    /// A text of KE for MU that we took from KE and that IPSG has taken from us.
    scripted_peer::parcel hand_on() {
        auto what = ke.make("KE", {"MU"});
        BOOST_REQUIRE(ke.send(what).committed);
        offer_onwards();
        BOOST_REQUIRE(ipsg.offers.size() == 1U);
        BOOST_REQUIRE(tz.offers.empty());
        ipsg.commit(0);
        const auto custody =
            query_store<answer::custody>(query::find_custody{bureau("KE"), what.header.id, 0});
        BOOST_REQUIRE(custody.rows.size() == 1U);
        BOOST_REQUIRE(custody.rows[0].handed_on);
        BOOST_REQUIRE((custody.rows[0].taken_from == bureau("KE")));
        ++what.offer.hops;
        return what;
    }
    [[nodiscard]] bool is_stored(const message_id& id) {
        return !query_store<answer::messages>(query::find_message{{}, id}).rows.empty();
    }
    scripted_peer ipsg;
    scripted_peer tz;
    scripted_peer ke;
};

/// The answer for the only recipient.
errc only_code(const scripted_peer::answer_got& answer) {
    BOOST_REQUIRE(answer.exceptions.size() == 1U);
    BOOST_TEST((answer.exceptions[0].recipient == bureau("MU")));
    return answer.exceptions[0].code;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(loops_test, between_two_hubs)

BOOST_AUTO_TEST_CASE(the_last_hop_is_taken_and_the_one_beyond_it_refused) {
    auto last = tz.make("KE", {"ZW"});
    last.offer.hops = hop_limit_default - 1;
    BOOST_TEST(tz.send(last).committed);
    for (const std::uint8_t hops : {hop_limit_default, limits::hop_limit_max}) {
        auto beyond = tz.make("KE", {"ZW"});
        beyond.offer.hops = hops;
        const auto answer = tz.send(beyond);
        BOOST_TEST(!answer.committed);
        BOOST_TEST((answer.refused == errc::hop_limit));
        BOOST_TEST(!is_stored(beyond.header.id));
    }
}

BOOST_AUTO_TEST_CASE(each_gateway_counts_one_hop_more) {
    auto what = tz.make("KE", {"MU"});
    what.offer.hops = 3;
    BOOST_TEST(tz.send(what).committed);
    offer_onwards();
    BOOST_REQUIRE(ipsg.offers.size() == 1U);
    BOOST_TEST(ipsg.offers[0].offer.hops == 4);
}

BOOST_AUTO_TEST_CASE(what_we_wrote_ourselves_is_refused_when_it_comes_back) {
    const auto id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
    offer_onwards();
    BOOST_REQUIRE(ipsg.offers.size() == 1U);
    ipsg.commit(0);
    auto back = ipsg.offers[0].offer;
    BOOST_REQUIRE((back.id == id));
    ++back.hops;
    for (auto* peer : {&ipsg, &tz}) {
        const auto answer = peer->send(back, ipsg.offers[0].body);
        BOOST_TEST(!answer.committed);
        BOOST_TEST((answer.refused == errc::loop));
    }
    BOOST_TEST((stored(id).deliveries[0].state == delivery_state::relayed));
    BOOST_TEST(stored(id).deliveries.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_handed_on_is_a_loop_to_every_peer_but_the_one_that_gave_it) {
    const auto what = hand_on();
    for (auto* peer : {&ipsg, &tz}) {
        const auto answer = peer->send(what);
        BOOST_TEST((answer.refused == errc::loop));
        BOOST_TEST((only_code(answer) == errc::loop));
    }
    // Its link broke before our COMMIT: it repeats itself, and need not look for another way.
    const auto again = ke.send(what);
    BOOST_TEST(!again.refused.has_value());
    BOOST_TEST(again.committed);
    BOOST_TEST((only_code(again) == errc::have_it));
    offer_onwards();
    BOOST_TEST(ipsg.offers.size() == 1U, "it was handed on twice");
    BOOST_TEST(tz.offers.empty());
}

BOOST_AUTO_TEST_CASE(what_has_not_left_we_have_whoever_asks) {
    ipsg.cut();
    tz.cut();
    auto what = ke.make("KE", {"MU"});
    BOOST_TEST(ke.send(what).committed);
    tz.connect();
    ++what.offer.hops;
    const auto answer = tz.send(what);
    BOOST_TEST(answer.committed);
    BOOST_TEST((only_code(answer) == errc::have_it));
}

// IPSG may have taken it and given it to TZ: each would be rid of it by the word of the next.
BOOST_AUTO_TEST_CASE(what_another_may_have_is_not_said_to_be_had_until_it_answers) {
    auto what = ke.make("KE", {"MU"});
    BOOST_TEST(ke.send(what).committed);
    offer_onwards();
    BOOST_REQUIRE(ipsg.offers.size() == 1U);  // Offered, and IPSG says nothing.
    ++what.offer.hops;
    const auto early = tz.send(what);
    BOOST_TEST(!early.committed);
    BOOST_TEST((early.refused == errc::busy));
    ipsg.commit(0);
    BOOST_TEST((only_code(tz.send(what)) == errc::loop));
}

BOOST_AUTO_TEST_CASE(a_new_attempt_of_what_was_handed_on_travels_anew) {
    auto what = hand_on();
    what.offer.attempt = 1;
    BOOST_TEST(tz.send(what).committed);
    offer_onwards();
    BOOST_REQUIRE(ipsg.offers.size() == 2U);
    BOOST_TEST(ipsg.offers[1].offer.attempt == 1);
}

BOOST_AUTO_TEST_CASE(two_contents_under_one_id_are_told_apart_and_the_first_stays) {
    // Each peer numbers what it makes, so the first of both have the same id.
    const auto first = ke.make("KE", {"ZW"});
    const auto second = tz.make("KE", {"ZW"}, {bytes(1'000, 7)});
    BOOST_REQUIRE((first.header.id == second.header.id));
    BOOST_TEST(ke.send(first).committed);
    const auto answer = tz.send(second);
    BOOST_TEST(!answer.committed);
    BOOST_TEST((answer.refused == errc::equivocation));
    BOOST_TEST(std::ranges::count(logs, std::string("equivocation"), &command::log::id) == 1);
    BOOST_TEST((
        query_store<answer::messages>(query::find_message{{}, first.header.id}).rows.size() == 1U));
    BOOST_TEST((stored(first.header.id).deliveries[0].state == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(nothing_goes_back_to_the_peer_that_gave_it) {
    settings().routes.front().via = {"fibre"};
    reload();
    const auto what = ipsg.make("KE", {"MU"});
    const auto answer = ipsg.send(what);
    BOOST_TEST((answer.refused == errc::no_route));
    BOOST_TEST((only_code(answer) == errc::no_route));
    offer_onwards();
    BOOST_TEST(ipsg.offers.empty());
    BOOST_TEST(!is_stored(what.header.id));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
