// Trials of links: what each step says, and that they touch nothing that carries messages.
// Way of the message: tests of daemon/route/trials.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/link-protocol.md#trials, docs/decisions/0008-who-dials-when.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
struct a_link_on_trial : core_harness {
    a_link_on_trial() {
        advance(1ms);
        dials.clear();
    }
    void test(const std::string& link = "fibre") {
        said.reset();
        core().request(an_operator(), request::test_link{link},
                       [this](api_response answer) { said = std::move(answer); });
        pump();
    }
    void step(trial_step which, errc code = errc{}, std::size_t dial = 0) {
        now += 10ms;
        core().note_time(now);
        core().on_trial_step(dials.at(dial).trial, which, code, "found");
        pump();
    }
    void reach_the_peer() {
        for (const auto which :
             {trial_step::name, trial_step::tcp, trial_step::tls, trial_step::identity}) {
            step(which);
        }
    }
    std::unique_ptr<scripted_peer> answering() {
        auto out = std::make_unique<scripted_peer>(*this, "IPSG", "fibre");
        out->trial = dials.at(0).trial;
        return out;
    }
    [[nodiscard]] const response::trial_report& report() const {
        BOOST_REQUIRE(said.has_value());
        BOOST_REQUIRE(std::holds_alternative<response::trial_report>(*said));
        return std::get<response::trial_report>(*said);
    }
    [[nodiscard]] const response::link_trial& only() const {
        BOOST_REQUIRE_EQUAL(report().trials.size(), 1U);
        return report().trials[0];
    }
    [[nodiscard]] errc refused() const {
        BOOST_REQUIRE(said.has_value());
        return std::get<response::problem>(*said).code;
    }
    std::optional<api_response> said;
};

template <class Job>
bool is(const seal::job_request& what) {
    return std::holds_alternative<Job>(what);
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(trials_test, a_link_on_trial)

//= LP-27
BOOST_AUTO_TEST_CASE(a_good_link_is_good_with_each_step_and_its_time) {
    test();
    BOOST_REQUIRE_EQUAL(dials.size(), 1U);
    BOOST_TEST(dials[0].trial != 0U);
    BOOST_TEST(dials[0].address == "tls://127.0.0.1:7443");
    reach_the_peer();
    BOOST_TEST(!said.has_value());
    const auto hub = answering();
    hub->connect();
    BOOST_TEST(hub->sees_a_trial());
    BOOST_TEST(only().is_good);
    BOOST_REQUIRE_EQUAL(only().steps.size(), 5U);
    BOOST_TEST(only().steps[1].step == "tcp");
    BOOST_TEST((only().steps[1].took == 10ms));
    BOOST_TEST(only().steps[4].step == "hello");
    BOOST_TEST(only().remedy == "");
    BOOST_TEST(!report().session_since.has_value());
    BOOST_REQUIRE(hub->ended().has_value());
    BOOST_TEST((protocol::errc_of(hub->ended()->code) == errc::trial_over));
}

//= LP-74
BOOST_AUTO_TEST_CASE(a_peer_that_does_not_know_the_time_is_good_all_the_same) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hub->tells_time = false;
    hub->connect();
    BOOST_TEST(only().is_good);
    BOOST_TEST(only().steps.back().text.find("clock not known there") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_gateway_that_stops_tries_nothing) {
    core().stop();
    test();
    BOOST_TEST((refused() == errc::shutting_down));
    BOOST_TEST(dials.empty());
}

BOOST_AUTO_TEST_CASE(it_changes_nothing_of_link_and_peer) {
    const auto before = expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    test();
    reach_the_peer();
    answering()->connect();
    BOOST_TEST(only().is_good);
    const auto after = expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    BOOST_TEST(after.state == before.state);
    BOOST_TEST(after.sessions == before.sessions);
    BOOST_TEST(after.failures == before.failures);
    BOOST_TEST(after.last_error == before.last_error);
    BOOST_TEST(!core().state().session_with(bureau("IPSG")).has_value());
}

//= LP-27
BOOST_AUTO_TEST_CASE(a_session_that_is_up_stays_and_is_told_and_messages_go_there) {
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    test();
    reach_the_peer();
    const auto trying = answering();
    trying->boot = hub.boot - 1;
    trying->connect();
    BOOST_TEST(only().is_good);
    BOOST_TEST(report().session_since.has_value());
    hub.exchange();
    BOOST_TEST(hub.is_up());
    expect<response::accepted>(agency("border"), a_message());
    hub.exchange();
    BOOST_TEST(hub.offers.size() == 1U);
    BOOST_TEST(trying->offers.empty());
}

BOOST_AUTO_TEST_CASE(a_step_that_fails_is_the_last_and_says_what_to_do) {
    for (const auto which :
         {trial_step::name, trial_step::tcp, trial_step::tls, trial_step::identity}) {
        dials.clear();
        test();
        for (auto before = trial_step::name; before < which;
             before = static_cast<trial_step>(static_cast<int>(before) + 1)) {
            step(before);
        }
        const bool is_last = which == trial_step::identity;
        step(which, is_last ? errc::peer_not_pinned : errc::timed_out);
        BOOST_TEST(!only().is_good);
        BOOST_TEST(only().steps.size() == static_cast<std::size_t>(which) + 1);
        BOOST_TEST((only().steps.back().code != errc{}));
        BOOST_TEST(!only().remedy.empty());
        BOOST_TEST(only().is_trust == is_last);
    }
}

BOOST_AUTO_TEST_CASE(hello_counts_only_when_its_check_is_over) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hold_if = &is<seal::job::verify_hello>;
    hub->connect();
    BOOST_TEST(hub->sees_us());     // It has greeted,
    BOOST_TEST(!said.has_value());  // and nobody has looked at that yet.
    hub->exchange();
    BOOST_TEST(!said.has_value());
    hold_if = nullptr;
    hub->exchange();
    BOOST_TEST(only().is_good);
}

BOOST_AUTO_TEST_CASE(a_hello_that_is_not_the_bureaus_is_not_good) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hub->signs_badly = true;
    hub->connect();
    BOOST_TEST(!only().is_good);
    BOOST_TEST(only().is_trust);
    BOOST_TEST((only().steps.back().code == errc::bad_signature));
}

//= LP-28
BOOST_AUTO_TEST_CASE(a_listener_that_greets_before_our_hello_is_out_is_not_good) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hub->greets_early = true;
    hold_if = &is<seal::job::sign_hello>;
    hub->connect();
    BOOST_TEST(!only().is_good);
    BOOST_TEST((only().steps.back().code == errc::protocol_violation));
    hold_if = nullptr;
    pump();
}

BOOST_AUTO_TEST_CASE(a_peer_that_has_suspended_us_is_told_apart) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hub->refuses_hello = errc::busy;
    hub->connect();
    BOOST_TEST(!only().is_good);
    BOOST_TEST(!only().is_trust);
    BOOST_TEST(only().remedy.find("suspended us") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_peer_that_knows_no_trials_is_not_called_broken) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hub->refuses_hello = errc::unknown_critical;
    hub->connect();
    BOOST_TEST(only().is_good);
    BOOST_TEST(only().steps.back().text.find("not tried") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_connection_that_dies_before_hello_is_not_good) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hold_if = &is<seal::job::sign_hello>;
    hub->connect();
    hub->cut();
    BOOST_TEST(!only().is_good);
    BOOST_TEST(only().steps.back().step == "hello");
    hold_if = nullptr;
    pump();
}

BOOST_AUTO_TEST_CASE(a_suspended_peer_is_not_dialled_and_a_suspension_meanwhile_is_said) {
    test();
    reach_the_peer();
    const auto hub = answering();
    hold_if = &is<seal::job::verify_hello>;
    hub->connect();
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "x", {}, true});
    hub->exchange();
    BOOST_TEST(!only().is_good);
    BOOST_TEST(only().steps.back().text.find("suspended here") != std::string::npos);
    hold_if = nullptr;
    dials.clear();
    test();
    BOOST_TEST((refused() == errc::conflict));
    BOOST_TEST(dials.empty());
}

BOOST_AUTO_TEST_CASE(each_way_to_a_peer_is_tried_and_one_good_one_is_enough) {
    settings().links.push_back({"vsat",
                                bureau("IPSG"),
                                config::link_mode::dial,
                                {"tls://127.0.0.1:7444", "tls://127.0.0.1:7445"},
                                true});
    reload();
    advance(1ms);
    dials.clear();
    test("IPSG");
    BOOST_REQUIRE_EQUAL(dials.size(), 3U);
    step(trial_step::tcp, errc::connect_failed, 1);
    step(trial_step::tcp, errc::connect_failed, 2);
    BOOST_TEST(!said.has_value());
    reach_the_peer();
    answering()->connect();
    BOOST_REQUIRE_EQUAL(report().trials.size(), 3U);
    BOOST_TEST(report().trials[0].is_good);
    BOOST_TEST(report().trials[1].link == "vsat");
    BOOST_TEST(!report().trials[1].is_good);
}

BOOST_AUTO_TEST_CASE(a_link_that_only_the_peer_dials_is_known_by_its_session_alone) {
    settings().links[0].mode = config::link_mode::listen;
    core().on_dial_failed("fibre", errc::connect_failed, "");
    reload();
    test();
    BOOST_TEST((refused() == errc::conflict));
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    test();
    BOOST_TEST(report().trials.empty());
    BOOST_TEST(report().session_since.has_value());
    test("nowhere");
    BOOST_TEST((refused() == errc::not_found));
}

BOOST_AUTO_TEST_CASE(too_many_at_once_are_refused) {
    for (std::size_t i = 0; i < limits::trials_open_max; ++i) {
        test();
        BOOST_TEST(!said.has_value());
    }
    test();
    BOOST_TEST((refused() == errc::overloaded));
    step(trial_step::name, errc::connect_failed);
    test();
    BOOST_TEST(!said.has_value());
}

//= LP-27
BOOST_AUTO_TEST_CASE(a_peer_that_tries_its_link_displaces_nothing_and_is_greeted) {
    scripted_peer hub(*this, "IPSG");
    hub.connect();
    BOOST_REQUIRE(hub.is_up());
    scripted_peer trying(*this, "IPSG");
    trying.tries = true;
    trying.boot = hub.boot - 1;
    trying.connect();
    hub.exchange();
    BOOST_TEST(trying.sees_us());
    BOOST_TEST(hub.is_up());
    BOOST_TEST(!trying.ended().has_value());  // It ends it itself, when it has verified us.
    advance(limits::handshake_time_max);
    trying.exchange();
    BOOST_REQUIRE(trying.ended().has_value());
    BOOST_TEST((protocol::errc_of(trying.ended()->code) == errc::timed_out));
    BOOST_TEST(hub.is_up());
}

//= LP-27
BOOST_AUTO_TEST_CASE(what_is_offered_in_a_trial_is_not_taken) {
    scripted_peer trying(*this, "IPSG");
    trying.tries = true;
    trying.connect();
    BOOST_REQUIRE(trying.sees_us());
    const auto got = trying.send(trying.make("MU", {"ZW"}));
    BOOST_TEST(!got.committed);
    BOOST_REQUIRE(trying.ended().has_value());
    BOOST_TEST((protocol::errc_of(trying.ended()->code) == errc::protocol_violation));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
