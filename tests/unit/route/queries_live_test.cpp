// What status, why and links say while a session stands and a transfer is under way.
// Way of the message: tests of daemon/route/queries and why with a core and a scripted peer.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/agency-api.md, docs/operations.md#causes.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;

namespace {
/// A text that is too large to go with its offer is on its way to the hub, which has not answered.
struct under_way : core_harness {
    under_way() : hub(*this, "IPSG", "fibre") {
        hub.accepts = false;
        id = submit();
        hub.connect();
        BOOST_REQUIRE_EQUAL(hub.offers.size(), 1U);
    }
    message_id submit() {
        auto what = a_message();
        what.text.resize(100'000);
        for (std::size_t i = 0; i < what.text.size(); ++i) {
            what.text[i] = static_cast<std::uint8_t>('a' + (i * 7 + i / 26) % 26);
        }
        return expect<response::accepted>(agency("border"), what).id;
    }
    response::recipient_status status_of(const message_id& what) {
        return expect<response::status>(agency("border"), request::status{what}).recipients.at(0);
    }
    response::recipient_status status() { return status_of(id); }
    response::cause why_of(const message_id& what) {
        return expect<response::why>(agency("border"), request::why{what}).causes.at(0);
    }
    response::cause why() { return why_of(id); }
    message_id id;
    scripted_peer hub;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(queries_live_test, under_way)

BOOST_AUTO_TEST_CASE(a_transfer_under_way_is_sending_with_the_bytes_that_the_peer_has) {
    BOOST_TEST((status().state == delivery_state::sending));
    BOOST_TEST(status().bytes_done == 0U);
    const auto total = std::to_string(status().bytes_total);
    BOOST_TEST(why().code == "sending");
    BOOST_TEST(why().text.find("0 of " + total + " bytes are at IPSG") != std::string::npos);
    hub.refuse(0, errc::busy, 30s);
    BOOST_TEST((status().state == delivery_state::deferred));
    BOOST_TEST(why().code == "peer-busy");
    hub.accepts = true;
    advance(31s);
    hub.exchange();
    BOOST_REQUIRE_EQUAL(hub.offers.size(), 2U);
    BOOST_TEST((status().state == delivery_state::sending));
    BOOST_TEST(status().bytes_done == status().bytes_total);
    hub.commit(1);
    BOOST_TEST((status().state == delivery_state::relayed));
    BOOST_TEST(status().bytes_done == status().bytes_total);
}

/// The line carries 8,000 bytes a second.
BOOST_AUTO_TEST_CASE(when_it_will_have_left_is_told_of_what_is_sent_and_of_what_waits_its_turn) {
    const auto after = [this](std::uint64_t bytes) {
        return now + std::chrono::seconds{bytes / 8'000 + 1};
    };
    auto bytes = status().bytes_total;
    BOOST_TEST((why().expected_at == after(bytes)));
    std::optional<utc_time> last;
    for (int i = 0; i < 12; ++i) {
        const auto next = submit();
        hub.exchange();
        const auto said = why_of(next);
        bytes += status_of(next).bytes_total;
        if (said.code == "queued-behind") {
            last = said.expected_at;
            BOOST_TEST((last == after(bytes)), "number " << i);
        }
    }
    BOOST_REQUIRE(last.has_value());
    const auto queue = expect<response::queue_summary>(an_operator(), request::queue_summary{});
    BOOST_TEST((queue.outlooks.at(0).expected_at == last));
    hub.cut();
    BOOST_TEST(!why().expected_at.has_value());
}

BOOST_AUTO_TEST_CASE(whether_a_transfer_under_way_arrives_in_time_is_not_known_at_its_end) {
    core().freeze_expiry(true);
    advance(24h);
    BOOST_TEST(why().code == "expired-unconfirmed");
    hub.refuse(0, errc::busy, 30s);
    BOOST_TEST(why().code == "expiring");
}

BOOST_AUTO_TEST_CASE(a_link_that_is_up_is_said_to_be_when_it_is_called_and_is_no_problem) {
    BOOST_TEST(expect<response::done>(an_operator(), request::call_link{"fibre"}).text ==
               "the link is up");
    BOOST_TEST(expect<response::health>({}, request::health{}).problems.empty());
    hub.cut();
    BOOST_TEST(expect<response::done>(an_operator(), request::call_link{"fibre"}).text ==
               "dialling");
    BOOST_TEST(expect<response::health>({}, request::health{}).problems ==
               std::vector<std::string>{"link fibre is waiting"});
}

BOOST_AUTO_TEST_CASE(only_the_origin_cancels_whoever_has_got_it) {
    const auto inbound = put_inbound("MU", "hit.reply");
    restart();
    hub.vanish();
    const auto problem = expect_problem(agency("border"), request::cancel{inbound});
    BOOST_TEST((problem.code == errc::unauthorised));
    BOOST_TEST(
        (expect_problem(an_operator(), request::cancel{inbound}).code == errc::unauthorised));
    expect<response::done>(agency("border"), request::cancel{id});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
