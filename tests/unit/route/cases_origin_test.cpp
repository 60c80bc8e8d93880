// The order of a case at its origin: who is told, what is called back, reminders, issuing again.
// Way of the message: tests of daemon/route/submission_case and cases.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0017.
// Limits: none.
#include "tests/unit/route/cases_origin.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(cases_origin_test, an_origin)

BOOST_AUTO_TEST_CASE(a_cancellation_goes_to_everybody_who_ever_got_a_version) {
    say("publication", 1, {"MU", "KE"});
    say("publication", 2, {"ZW"});
    const auto end = say("cancellation", 2, {"MU"});
    BOOST_TEST(recipients_of(end) == "KE MU ZW ");
    BOOST_TEST(!stored(end).message.expires_at.has_value());
    BOOST_TEST((stored(end).message.cls == message_class::flash));
}

BOOST_AUTO_TEST_CASE(it_names_what_is_queued_and_that_does_not_leave_any_more) {
    const auto first = say("publication", 1, {"MU", "KE"});
    relay(first, "KE");
    const auto end = say("cancellation", 1);
    BOOST_TEST((header_of(end).cancels == std::vector<message_id>{first}));
    BOOST_TEST((state_of(first, "MU") == delivery_state::cancelled));
    BOOST_TEST((state_of(first, "KE") == delivery_state::relayed));
    BOOST_TEST(recipients_of(end) == "KE MU ");  // MU may have one by another way.
}

BOOST_AUTO_TEST_CASE(a_cancellation_overtakes_whatever_class_was_asked_for) {
    say("publication", 1);
    auto what = document("notice.cancellation", version(1), {"MU"});
    what.cls = message_class::bulk;
    const auto id = expect<response::accepted>(agency("border"), what).id;
    BOOST_TEST((stored(id).message.cls == message_class::flash));
}

BOOST_AUTO_TEST_CASE(a_newer_version_supersedes_the_older_one_that_is_queued) {
    const auto first = say("publication", 1, {"MU"});
    const auto second = say("publication", 2, {"MU"});
    BOOST_TEST((header_of(second).supersedes == std::vector<message_id>{first}));
    BOOST_TEST((state_of(first, "MU") == delivery_state::cancelled));
    BOOST_TEST((state_of(second, "MU") == delivery_state::queued));
}

BOOST_AUTO_TEST_CASE(what_has_arrived_is_not_called_back) {
    const auto first = say("publication", 1, {"MU"});
    tell("MU", first, outcome_kind::complete);
    const auto end = say("cancellation", 1);
    BOOST_TEST(header_of(end).cancels.empty());
    BOOST_TEST((state_of(first, "MU") == delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(an_older_version_and_what_comes_after_the_end_are_refused) {
    say("publication", 3);
    const auto older = refused("publication", 3);
    BOOST_TEST((older.code == errc::validation_failed));
    BOOST_TEST(contains(older.detail, "R-VER-01"), older.detail);
    say("cancellation", 3);
    BOOST_TEST((refused("addendum", 3).code == errc::conflict));
    BOOST_TEST(contains(refused("publication", 3).detail, "R-VER-01"));
    say("publication", 4);
    BOOST_TEST(report().states.front().state == "published");
}

BOOST_AUTO_TEST_CASE(an_end_of_an_old_version_would_end_nothing_and_is_refused) {
    say("publication", 2);
    BOOST_TEST((refused("cancellation", 1).code == errc::conflict));
    say("suspension", 3);
    BOOST_TEST((refused("cancellation", 2).code == errc::conflict));
    say("cancellation", 3);
    BOOST_TEST(report().states.front().ended);
}

BOOST_AUTO_TEST_CASE(another_bureau_s_diffusion_cannot_be_withdrawn) {
    core_harness zw;
    zw.settings().agencies.at("border").send_kinds = {"*"};
    zw.reload();
    zw.inbound_document = R"({"body":{}})";
    const auto began = zw.put_inbound("MU", "diffusion.circulation");
    zw.restart();
    auto what = document(
        "diffusion.withdrawal",
        R"({"references":[{"relation":"updates","id":")" + to_text(began) + R"("}]})", {"MU"});
    const auto problem = zw.expect_problem(agency("border"), what);
    BOOST_TEST((problem.code == errc::validation_failed));
    BOOST_TEST(contains(problem.detail, "R-OWN-01"), problem.detail);
}

BOOST_AUTO_TEST_CASE(what_another_bureau_circulated_is_removed_when_each_recipient_says_so) {
    inbound_document = R"({"body":{}})";
    inbound_others = {bureau("MU"), bureau("KE")};
    const auto began = put_inbound("ZW", "diffusion.circulation");
    restart();
    const auto about = R"({"references":[{"relation":"about","id":")" + to_text(began) + R"("}]})";
    const auto open_here = [&] {
        return expect<response::inbox>(agency("duty"), request::list_inbox{}).entries.size();
    };
    BOOST_TEST(open_here() == 1U);
    const auto end = expect<response::accepted>(agency("border"),
                                                document("diffusion.noncompliance", about, {"ZW"}))
                         .id;
    BOOST_TEST(open_here() == 0U);
    const auto own = [&] {
        const auto said =
            expect<response::case_report>(an_operator(), request::case_of{to_text(began)});
        for (const auto& state : said.states) {
            if (state.owner == bureau("IPSG")) {
                return state;
            }
        }
        return response::case_state{};
    };
    for (const auto* each : {"ZW", "MU", "KE"}) {
        tell(each, end, outcome_kind::complete);
    }
    BOOST_TEST(own().without_receipt.empty());
    BOOST_TEST(!own().is_complete);  // Whether agencies have taken it, ZW knows alone.
    BOOST_TEST((own().not_removed == std::vector<std::pair<bureau_id, std::string>>{
                                         {bureau("KE"), ""}, {bureau("MU"), ""}}));
    tell("KE", end, outcome_kind::removed, "border");
    BOOST_TEST(!own().is_complete);
    tell("MU", end, outcome_kind::removed, "border");
    BOOST_TEST(own().is_complete);
}

BOOST_AUTO_TEST_CASE(whoever_cannot_be_addressed_is_left_out_and_stays_on_the_list) {
    say("publication", 1, {"MU", "KE"});
    for (auto& entry : directory().entries) {
        if (entry.bureau == bureau("KE")) {
            entry.status = protocol::bureau_status::suspended;
        }
    }
    reload();
    const auto end = say("cancellation", 1);
    BOOST_TEST(recipients_of(end) == "MU ");
    BOOST_TEST(has_event(end, "not-addressed"));
    BOOST_TEST(report().states.front().without_receipt.size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_end_is_complete_only_when_every_agency_has_removed_what_it_took) {
    const auto first = say("publication", 1, {"MU", "KE"});
    tell("MU", first, outcome_kind::taken, "border");
    tell("MU", first, outcome_kind::taken, "customs");
    tell("KE", first, outcome_kind::complete);
    const auto end = say("cancellation", 1);
    tell("KE", end, outcome_kind::complete);
    advance(limits::case_first_reminder + 2min);
    BOOST_TEST(has_event(end, "removal-open"));
    auto state = report().states.front();
    BOOST_TEST(state.state == "cancelled");
    BOOST_TEST(!state.is_complete);
    BOOST_TEST((state.without_receipt == std::vector<bureau_id>{bureau("MU")}));
    BOOST_TEST(state.not_removed.size() == 2U);
    tell("MU", end, outcome_kind::removed, "border");
    advance(limits::case_next_reminder + 2min);
    BOOST_TEST(!has_event(end, "removed-everywhere"));
    BOOST_TEST((report().states.front().not_removed ==
                std::vector<std::pair<bureau_id, std::string>>{{bureau("MU"), "customs"}}));
    tell("MU", end, outcome_kind::removed, "customs");
    BOOST_TEST(report().states.front().is_complete);
    advance(limits::case_next_reminder + 2min);
    BOOST_TEST(has_event(end, "removed-everywhere"));
    BOOST_TEST(!report().states.front().due_at.has_value());
    BOOST_TEST(core().state().count.case_reminders == 2U);
}

BOOST_AUTO_TEST_CASE(reminders_go_on_after_a_restart) {
    say("publication", 1, {"MU"});
    const auto end = say("cancellation", 1);
    now += limits::case_first_reminder + 2min;
    restart();
    advance(1s);
    BOOST_TEST(has_event(end, "removal-open"));
}

BOOST_AUTO_TEST_CASE(who_has_taken_which_version_is_shown_with_the_digest_of_the_receipt) {
    const auto first = say("publication", 1, {"MU"});
    tell("MU", first, outcome_kind::taken, "border");
    apply({operation::drop_message{stored(first).message.row, now + 24h * 4000}});
    const auto found = report();
    BOOST_REQUIRE_EQUAL(found.messages.size(), 1U);
    const auto& message = found.messages.front();
    BOOST_TEST(message.version == 1U);
    BOOST_TEST((message.recipients == std::vector<bureau_id>{bureau("MU")}));
    BOOST_REQUIRE_EQUAL(message.answers.size(), 1U);
    BOOST_TEST(message.answers.front().agency == "border");
    const auto receipts =
        query_store<answer::receipts>(query::load_receipts{bureau("IPSG"), first});
    BOOST_TEST((message.answers.front().receipt == receipts.rows.at(0).receipt_digest));
    BOOST_TEST((expect<response::case_report>(agency("border"), request::case_of{"2024-123"})
                    .messages.size() == 1U));
    BOOST_TEST(
        (expect_problem(agency("customs"), request::case_of{"2024/123"}).code == errc::not_found));
    BOOST_TEST(
        (expect_problem(an_operator(), request::case_of{"2024/124"}).code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(an_end_without_a_receipt_is_issued_again_before_keys_run_out) {
    const auto first = say("publication", 1, {"MU", "KE"});
    const auto end = say("cancellation", 1);
    tell("MU", end, outcome_kind::complete);
    for (int day = 0; day < 44; ++day) {
        advance(24h);
    }
    BOOST_TEST((newest() == end));
    for (int day = 0; day < 3; ++day) {
        advance(24h);
    }
    const auto again = newest();
    BOOST_REQUIRE((again != end));
    BOOST_TEST(recipients_of(again) == "KE ");
    const auto header = header_of(again);
    BOOST_TEST((header.supersedes == std::vector<message_id>{end}));
    BOOST_TEST((header.cancels == std::vector<message_id>{first}));
    BOOST_TEST(!header.time_to_live.has_value());
    BOOST_TEST((state_of(end, "KE") == delivery_state::cancelled));  // It had not left.
    BOOST_TEST((state_of(end, "MU") == delivery_state::complete));
    tell("KE", again, outcome_kind::complete);
    BOOST_TEST(report().states.front().is_complete);
    for (int day = 0; day < 50; ++day) {
        advance(24h);
    }
    BOOST_TEST((newest() == again));
}

BOOST_AUTO_TEST_CASE(one_that_could_not_be_opened_is_issued_again_soon) {
    say("publication", 1, {"KE"});
    const auto end = say("cancellation", 1, {"KE"});
    tell("KE", end, outcome_kind::refused);
    advance(limits::case_first_reminder + 2min);
    BOOST_TEST((newest() == end));
    advance(limits::case_next_reminder + 2min);
    BOOST_TEST((newest() != end));
    BOOST_TEST(recipients_of(newest()) == "KE ");
    BOOST_TEST(core().state().count.case_reminders == 2U);
}

// Nothing is offered again of which it is known that an agency has answered it.
BOOST_AUTO_TEST_CASE(a_peer_that_was_restored_gets_an_end_again_that_its_agencies_had_answered) {
    scripted_peer mu(*this, "MU");
    mu.epoch = 1;
    mu.connect();
    mu.vanish();
    restart();
    say("publication", 1, {"MU"});
    const auto end = say("cancellation", 1);
    tell("MU", end, outcome_kind::complete);
    tell("MU", end, outcome_kind::removed, "border");
    BOOST_TEST((newest() == end));
    advance(1min);  // Else the ids of both ends have one time, and chance says which is newer.
    scripted_peer restored(*this, "MU");
    restored.epoch = 2;
    restored.connect();
    const auto kept = query_store<answer::start>(query::load_start{}).meta;
    BOOST_TEST(route::owed_ends_in(kept).contains(bureau("MU")));
    BOOST_REQUIRE((newest() != end));
    BOOST_TEST(recipients_of(newest()) == "MU ");
    BOOST_TEST((header_of(newest()).supersedes == std::vector<message_id>{end}));
}

// Its new store is known by then: but for the mark nobody would ask again.
BOOST_AUTO_TEST_CASE(ends_that_a_restored_peer_is_owed_outlive_a_crash) {
    say("publication", 1, {"MU"});
    const auto end = say("cancellation", 1);
    tell("MU", end, outcome_kind::complete);
    tell("MU", end, outcome_kind::removed, "border");
    advance(1min);
    apply(
        {route::owed_ends(bureau("MU"), query_store<answer::start>(query::load_start{}).last_row)});
    restart();
    advance(1min);
    const auto again = newest();
    BOOST_REQUIRE((again != end));
    BOOST_TEST(recipients_of(again) == "MU ");
    tell("MU", again, outcome_kind::complete);
    tell("MU", again, outcome_kind::removed, "border");
    advance(24h);
    restart();  // The mark is gone: else it would be issued once more.
    advance(24h);
    BOOST_TEST((newest() == again));
}

BOOST_AUTO_TEST_CASE(two_messages_of_a_case_that_are_accepted_at_once_do_not_both_count) {
    say("publication", 1);
    hold_jobs = true;
    std::vector<api_response> said;
    for (int i = 0; i < 2; ++i) {
        core().request(agency("border"), document("notice.publication", version(2), {"MU"}),
                       [&](api_response answer) { said.push_back(std::move(answer)); });
    }
    pump();
    hold_jobs = false;
    pump();
    BOOST_REQUIRE_EQUAL(said.size(), 2U);
    BOOST_TEST(std::holds_alternative<response::accepted>(said[0]));
    BOOST_REQUIRE(std::holds_alternative<response::problem>(said[1]));
    BOOST_TEST((std::get<response::problem>(said[1]).code == errc::overloaded));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
