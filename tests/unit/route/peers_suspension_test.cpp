// Peers that an operator suspends: at once, over restarts and reloads, until the end that was said.
// Way of the message: tests of daemon/route/peers_suspension and queries_links.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0008-who-dials-when.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
const caller anna{"", true, "anna"};

struct a_link : core_harness {
    a_link() { advance(1ms); }
    response::done suspend(std::optional<std::chrono::seconds> lasts = std::nullopt,
                           std::string_view peer = "IPSG") {
        return expect<response::done>(
            anna, request::suspend_peer{bureau(peer), "works on the line", {}, true, lasts});
    }
    response::done resume(std::string_view peer = "IPSG") {
        return expect<response::done>(anna, request::suspend_peer{bureau(peer), "", {}, false});
    }
    response::link_status link() {
        return expect<response::links>(anna, request::list_links{}).rows.at(0);
    }
    /// What comes in an hour.
    std::size_t dials_in_an_hour() {
        const auto before = dials.size();
        for (int minute = 0; minute < 60; ++minute) {
            advance(1min);
        }
        return dials.size() - before;
    }
    void fail() { core().on_dial_failed("fibre", errc::connect_failed, "no answer"); }
};

bool is_verification(const seal::job_request& what) {
    return std::holds_alternative<seal::job::verify_hello>(what);
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(peers_suspension_test, a_link)

BOOST_AUTO_TEST_CASE(a_suspension_is_listed_with_reason_end_and_operator) {
    const auto said = suspend(2h);
    BOOST_TEST(said.text == "suspended until " + protocol::to_text(now + 2h));
    fail();
    const auto row = link();
    BOOST_TEST(row.state == "suspended");
    BOOST_REQUIRE(row.suspended.has_value());
    BOOST_TEST(row.suspended->reason == "works on the line");
    BOOST_TEST(row.suspended->by == "anna");
    BOOST_TEST((row.suspended->until == now + 2h));
    BOOST_TEST((row.suspended->since == now));
}

BOOST_AUTO_TEST_CASE(the_answer_comes_when_it_is_on_disk_and_says_so_when_it_is_not) {
    fail_next_commit = store::transaction_status::full;
    const auto problem =
        expect_problem(anna, request::suspend_peer{bureau("IPSG"), "works on the line", {}, true});
    BOOST_TEST((problem.code == errc::store_failed));
    fail();
    BOOST_TEST(link().state == "suspended");  // In force all the same.
    suspend();
    restart();
    BOOST_TEST(link().state == "suspended");
}

BOOST_AUTO_TEST_CASE(an_established_session_ends_and_the_peer_is_told_for_how_long) {
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    suspend(20s);
    hub.exchange();
    BOOST_TEST(!hub.is_up());
    BOOST_REQUIRE(hub.ended().has_value());
    BOOST_TEST((protocol::errc_of(hub.ended()->code) == errc::busy));
    BOOST_TEST((hub.ended()->reconnect_after == 20s));
    BOOST_TEST(link().state == "suspended");
}

BOOST_AUTO_TEST_CASE(a_session_that_is_only_coming_up_ends_too) {
    for (const auto* dialled_by : {"", "fibre"}) {
        scripted_peer hub(*this, "IPSG", dialled_by);
        hold_if = &is_verification;
        hub.connect();
        BOOST_TEST(!hub.is_up());
        suspend();
        hold_if = nullptr;
        hub.exchange();
        BOOST_TEST(!hub.is_up());
        BOOST_TEST(!core().state().session_with(bureau("IPSG")).has_value());
        resume();
        advance(1ms);
        fail();
    }
}

BOOST_AUTO_TEST_CASE(who_comes_while_suspended_is_sent_away_before_hello_without_an_alarm) {
    suspend();
    const auto alarms = core().state().count.alarms;
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_TEST(!hub.is_up());
    BOOST_TEST(!hub.sees_us());
    BOOST_REQUIRE(hub.ended().has_value());
    BOOST_TEST((hub.ended()->reconnect_after == limits::suspended_pause_max));
    BOOST_TEST(core().state().count.alarms == alarms);
}

BOOST_AUTO_TEST_CASE(a_dial_that_was_under_way_becomes_no_session) {
    suspend();  // The dial of the start is not over.
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    BOOST_TEST(!hub.is_up());
    BOOST_TEST(link().state == "suspended");
    BOOST_TEST(dials_in_an_hour() == 0U);
}

BOOST_AUTO_TEST_CASE(it_outlives_a_restart_and_ends_by_itself_when_its_time_has_come) {
    suspend(3h);
    restart();
    BOOST_TEST(link().state == "suspended");
    BOOST_TEST(link().suspended->by == "anna");
    BOOST_TEST(dials_in_an_hour() == 0U);
    BOOST_TEST(dials_in_an_hour() == 0U);
    const auto next = core().next_deadline();
    BOOST_REQUIRE(next.has_value());
    BOOST_TEST((*next <= now + 1h));
    BOOST_TEST(dials_in_an_hour() == 1U);
    BOOST_TEST(!link().suspended.has_value());
    restart();
    BOOST_TEST(!link().suspended.has_value());
}

BOOST_AUTO_TEST_CASE(what_ended_while_the_gateway_was_off_is_over_at_the_start) {
    suspend(1h);
    now += 2h;
    restart();
    advance(1ms);
    BOOST_TEST(!link().suspended.has_value());
    BOOST_TEST(link().state == "connecting");
}

BOOST_AUTO_TEST_CASE(one_that_was_made_under_a_time_to_come_lasts_from_the_start_that_finds_it) {
    is_clock_doubtful = true;
    now += 24h * 100;
    restart();
    suspend(2h);
    is_clock_doubtful = false;
    now -= 24h * 100;
    for (int start = 0; start < 2; ++start) {  // The second finds it written down.
        restart();
        BOOST_REQUIRE(link().suspended.has_value());
        BOOST_TEST((link().suspended->until == now + 2h));
    }
    advance(2h);
    BOOST_TEST(!link().suspended.has_value());
}

BOOST_AUTO_TEST_CASE(a_start_under_a_time_to_come_does_not_end_one) {
    suspend(2h);
    is_clock_doubtful = true;
    now += 24h * 100;
    restart();
    advance(1h);
    BOOST_TEST(link().state == "suspended");
    is_clock_doubtful = false;
    now -= 24h * 100;
    restart();
    advance(59min);
    BOOST_TEST(link().state == "suspended");
    advance(1min);
    BOOST_TEST(!link().suspended.has_value());
}

BOOST_AUTO_TEST_CASE(a_reload_neither_resumes_nor_leaves_suspended_what_was_resumed) {
    fail();
    suspend();
    reload();
    BOOST_TEST(link().state == "suspended");
    BOOST_TEST(dials_in_an_hour() == 0U);
    resume();
    reload();
    BOOST_TEST(link().state == "waiting");
    advance(1ms);
    BOOST_TEST(link().state == "connecting");
}

BOOST_AUTO_TEST_CASE(a_link_that_a_reload_gives_another_peer_goes_by_that_one) {
    fail();
    suspend();
    settings().links[0].peer = bureau("MU");
    reload();
    BOOST_TEST(link().state == "waiting");
    advance(1ms);
    fail();
    settings().links[0].peer = bureau("IPSG");
    reload();
    BOOST_TEST(link().state == "suspended");
    BOOST_TEST(dials_in_an_hour() == 0U);
}

BOOST_AUTO_TEST_CASE(a_link_that_a_reload_takes_away_and_brings_back_stays_suspended) {
    fail();
    suspend();
    const auto links = settings().links;
    settings().links.clear();
    reload();
    settings().links = links;
    reload();
    BOOST_TEST(link().state == "suspended");
    BOOST_TEST(dials_in_an_hour() == 0U);
}

BOOST_AUTO_TEST_CASE(a_resumed_link_is_dialled_at_once_and_its_back_off_begins_anew) {
    for (int i = 0; i < 8; ++i) {
        advance(16min);
        fail();
    }
    suspend();
    BOOST_TEST(resume().text == "resumed");
    const auto before = dials.size();
    advance(1ms);
    BOOST_TEST(dials.size() == before + 1);
    fail();
    advance(5s);
    BOOST_TEST(dials.size() == before + 2);
    BOOST_TEST(resume().text == "it was not suspended");
}

BOOST_AUTO_TEST_CASE(messages_wait_in_the_queue_which_says_why_and_until_when) {
    suspend(2h);
    const auto id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
    const auto summary = expect<response::queue_summary>(anna, request::queue_summary{});
    BOOST_REQUIRE_EQUAL(summary.lines.size(), 1U);
    BOOST_TEST(summary.lines[0].ready == 1U);
    BOOST_REQUIRE(summary.suspended.contains(bureau("IPSG")));
    BOOST_TEST(summary.suspended.at(bureau("IPSG")).reason == "works on the line");
    const auto rows = expect<response::queue>(anna, request::list_queue{bureau("IPSG"), 0, 10});
    BOOST_REQUIRE(rows.suspended.has_value());
    BOOST_TEST((rows.suspended->until == now + 2h));
    const auto cause = expect<response::why>(agency("border"), request::why{id}).causes.at(0);
    BOOST_TEST(cause.code == "peer-suspended");
    BOOST_TEST(cause.text.find("works on the line (by anna)") != std::string::npos);
    BOOST_TEST((cause.next_try == now + 2h));
    resume();
    BOOST_TEST(expect<response::queue_summary>(anna, request::queue_summary{}).suspended.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_suspended_before_its_first_session_is_no_other_store_afterwards) {
    suspend();
    resume();
    const auto alarms = core().state().count.alarms;
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_TEST(hub.is_up());
    BOOST_TEST(core().state().count.alarms == alarms);
}

BOOST_AUTO_TEST_CASE(an_end_that_has_passed_or_is_said_twice_is_refused) {
    const auto refused = [this](std::optional<utc_time> until,
                                std::optional<std::chrono::seconds> lasts) {
        return expect_problem(anna, request::suspend_peer{bureau("IPSG"), "x", until, true, lasts})
            .code;
    };
    BOOST_TEST((refused(now, std::nullopt) == errc::bad_request));
    BOOST_TEST((refused(now - 1h, std::nullopt) == errc::bad_request));
    BOOST_TEST((refused(now + 1h, 1h) == errc::bad_request));
    BOOST_TEST((refused(std::nullopt, 0s) == errc::bad_request));
    BOOST_TEST((refused(std::nullopt, 24h * 401) == errc::bad_request));
    BOOST_TEST(!link().suspended.has_value());
}

BOOST_AUTO_TEST_CASE(only_the_peer_that_was_meant_is_suspended) {
    settings().links.push_back(
        {"coast", bureau("MU"), config::link_mode::dial, {"tls://127.0.0.1:7445"}, false});
    reload();
    suspend();
    scripted_peer other(*this, "MU");
    other.connect();
    BOOST_TEST(other.is_up());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
