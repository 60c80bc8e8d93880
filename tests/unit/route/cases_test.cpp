// The order of a case at an addressee: tombstones, versions, suspensions, and who has to remove.
// Way of the message: tests of daemon/route/opening_case.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0017.
// Limits: none.
#include "daemon/store/names.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using protocol::outcome_kind;
using store::assignment_state;
using store::delivery_state;

namespace {

struct an_addressee : core_harness {
    message_id put(std::string_view origin, const std::string& kind, const std::string& text) {
        now += 1min;
        inbound_document = text;
        return put_inbound(origin, kind);
    }
    message_id hear(std::string_view origin, const std::string& kind, const std::string& text) {
        const auto id = put(origin, kind, text);
        restart();
        return id;
    }
    static std::string version(int number) {
        return R"({"entity_id":"2024/123","body":{"version":)" + std::to_string(number) + "}}";
    }
    message_id notice(const std::string& kind, int number) {
        return hear("IPSG", "notice." + kind, version(number));
    }
    static std::string about(const message_id& id) {
        return R"({"references":[{"relation":"updates","id":")" + to_text(id) + R"("}]})";
    }
    std::string state_of(const message_id& id, const std::string& name = "duty") {
        const auto all =
            expect<response::inbox>(agency(name), request::list_inbox{0, 100, false}).entries;
        const auto found = std::ranges::find(all, id, &response::inbox_entry::id);
        return found == all.end() ? "none" : std::string(store::to_text(found->state));
    }
    std::size_t offered(const std::string& name = "duty") {
        return expect<response::inbox>(agency(name), request::list_inbox{}).entries.size();
    }
    void acknowledge(const message_id& id, const std::string& name, bool removed = false) {
        expect<response::done>(agency(name), request::acknowledge{id, !removed, {}, removed});
    }
    delivery_state delivery_of(const message_id& id) { return stored(id).deliveries.front().state; }
    /// What was last put on its way about this message.
    std::optional<protocol::outcome> last_outcome(const message_id& id) {
        std::optional<protocol::outcome> out;
        for (const auto& transaction : applied) {
            for (const auto& change : transaction.changes) {
                const auto* put = std::get_if<operation::put_outcome>(&change);
                if (put != nullptr && put->row.value.id == id) {
                    out = put->row.value;
                }
            }
        }
        return out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cases_test, an_addressee)

BOOST_AUTO_TEST_CASE(a_publication_after_its_cancellation_is_never_offered) {
    const auto end = notice("cancellation", 2);
    const auto late = put("IPSG", "notice.publication", version(2));
    hold_if = [](const seal::job_request&) { return false; };
    restart();
    BOOST_TEST(state_of(end) == "offered");
    BOOST_TEST(state_of(late) == "late");
    BOOST_TEST(offered() == 1U);
    BOOST_TEST((delivery_of(late) == delivery_state::cancelled));
    BOOST_TEST((expect_problem(agency("duty"), request::acknowledge{late, true, {}}).code ==
                errc::conflict));
    const auto again = notice("publication", 3);
    BOOST_TEST(state_of(again) == "offered");
}

BOOST_AUTO_TEST_CASE(the_origin_is_told_why_a_late_copy_is_offered_to_nobody) {
    notice("cancellation", 2);
    const auto late = put("IPSG", "notice.publication", version(1));
    now += 1min;
    restart();
    const auto events = query_store<answer::events>(query::load_events{bureau("IPSG"), late});
    BOOST_REQUIRE(!events.rows.empty());
    BOOST_TEST(events.rows.back().what == "cancelled");
    BOOST_TEST(events.rows.back().code == static_cast<std::uint16_t>(errc::cancelled));
}

BOOST_AUTO_TEST_CASE(what_was_offered_is_withdrawn_by_the_cancellation) {
    const auto first = notice("publication", 1);
    BOOST_TEST(state_of(first) == "offered");
    const auto end = notice("cancellation", 1);
    BOOST_TEST(state_of(first) == "withdrawn");
    BOOST_TEST(state_of(end) == "offered");
    BOOST_TEST((delivery_of(first) == delivery_state::cancelled));
    const auto events = query_store<answer::events>(query::load_events{bureau("IPSG"), first});
    BOOST_TEST(events.rows.back().what == "cancelled");
    BOOST_TEST(events.rows.back().text == "by " + to_text(end));
}

BOOST_AUTO_TEST_CASE(whoever_took_a_version_gets_the_cancellation_and_says_that_it_is_removed) {
    settings().assignments = {{{"notice.publication"}, {}, {}, {"border", "customs"}}};
    reload();
    const auto first = notice("publication", 1);
    acknowledge(first, "border");
    const auto end = notice("cancellation", 1);
    BOOST_TEST(state_of(first, "customs") == "withdrawn");
    BOOST_TEST(state_of(first, "border") == "taken");
    BOOST_TEST(state_of(end, "border") == "offered");
    BOOST_TEST(state_of(end, "customs") == "none");
    acknowledge(end, "border");
    applied.clear();
    acknowledge(end, "border", true);
    BOOST_TEST(state_of(end, "border") == "removed");
    const auto outcome = last_outcome(end);
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST((outcome->kind == outcome_kind::removed));
    BOOST_TEST(outcome->agency == "border");
    acknowledge(end, "border", true);  // The same again is welcome.
    BOOST_TEST((expect_problem(agency("border"), request::acknowledge{end, true, {}}).code ==
                errc::conflict));
}

BOOST_AUTO_TEST_CASE(the_highest_version_is_offered_in_whichever_order_they_come) {
    const auto second = notice("publication", 2);
    const auto first = notice("publication", 1);
    BOOST_TEST(state_of(first) == "superseded");
    BOOST_TEST(state_of(second) == "offered");
    const auto third = notice("publication", 3);
    BOOST_TEST(state_of(second) == "superseded");
    BOOST_TEST(state_of(third) == "offered");
    BOOST_TEST(offered() == 1U);
}

BOOST_AUTO_TEST_CASE(a_suspension_holds_back_what_is_not_taken_until_it_is_over) {
    const auto first = notice("publication", 1);
    notice("suspension", 1);
    BOOST_TEST(state_of(first) == "withheld");
    BOOST_TEST((expect_problem(agency("duty"), request::acknowledge{first, true, {}}).code ==
                errc::conflict));
    const auto note = notice("addendum", 1);
    BOOST_TEST(state_of(note) == "withheld");
    BOOST_TEST((delivery_of(note) == delivery_state::complete));
    notice("reinstatement", 1);
    BOOST_TEST(state_of(first) == "offered");
    BOOST_TEST(state_of(note) == "offered");
}

BOOST_AUTO_TEST_CASE(what_is_added_to_a_version_may_be_faster_than_it) {
    notice("publication", 1);
    const auto old_note = notice("addendum", 1);
    const auto note = notice("addendum", 2);
    const auto second = notice("publication", 2);
    BOOST_TEST(state_of(old_note) == "superseded");
    BOOST_TEST(state_of(note) == "offered");
    BOOST_TEST(state_of(second) == "offered");
}

BOOST_AUTO_TEST_CASE(a_suspension_that_was_overtaken_by_the_next_version_holds_it_back) {
    const auto second = notice("publication", 2);
    notice("suspension", 1);
    BOOST_TEST(state_of(second) == "withheld");
    notice("reinstatement", 1);
    BOOST_TEST(state_of(second) == "offered");
}

BOOST_AUTO_TEST_CASE(what_is_published_again_is_offered_once_the_end_before_it_is_here) {
    notice("suspension", 2);
    const auto third = notice("publication", 3);
    BOOST_TEST(state_of(third) == "withheld");
    const auto end = notice("cancellation", 2);
    BOOST_TEST(state_of(end) == "superseded");
    BOOST_TEST(state_of(third) == "offered");
}

BOOST_AUTO_TEST_CASE(an_end_before_a_suspension_that_was_faster_withdraws_what_it_is_about_alone) {
    const auto first = notice("publication", 1);
    const auto halt = notice("suspension", 3);
    notice("cancellation", 1);
    BOOST_TEST(state_of(first) == "withdrawn");
    BOOST_TEST(state_of(halt) == "offered");
    const auto third = notice("publication", 3);
    BOOST_TEST(state_of(third) == "withheld");
    notice("reinstatement", 3);
    BOOST_TEST(state_of(third) == "offered");
    BOOST_TEST(state_of(first) == "withdrawn");
}

BOOST_AUTO_TEST_CASE(what_is_faster_than_a_publication_above_an_end_waits_for_it) {
    notice("publication", 1);
    const auto early = notice("addendum", 3);
    const auto old_note = notice("addendum", 1);
    BOOST_TEST(state_of(old_note) == "offered");
    notice("cancellation", 1);
    BOOST_TEST(state_of(early) == "withheld");
    BOOST_TEST(state_of(old_note) == "withdrawn");
    const auto note = notice("addendum", 3);
    BOOST_TEST(state_of(note) == "withheld");
    BOOST_TEST(state_of(notice("addendum", 1)) == "late");
    const auto halt = notice("suspension", 3);
    notice("cancellation", 1);  // Again.
    BOOST_TEST(state_of(halt) == "offered");
    notice("reinstatement", 3);
    BOOST_TEST(state_of(note) == "withheld");
    const auto third = notice("publication", 3);
    for (const auto& id : {early, note, third}) {
        BOOST_TEST(state_of(id) == "offered");
    }
}

BOOST_AUTO_TEST_CASE(and_what_is_added_waits_on_while_that_is_suspended) {
    notice("cancellation", 1);
    notice("suspension", 3);
    const auto note = notice("addendum", 3);
    const auto third = notice("publication", 3);
    BOOST_TEST(state_of(note) == "withheld");
    BOOST_TEST(state_of(third) == "withheld");
    notice("reinstatement", 3);
    BOOST_TEST(state_of(note) == "offered");
    BOOST_TEST(state_of(third) == "offered");
}

BOOST_AUTO_TEST_CASE(and_is_withdrawn_by_an_end_of_that) {
    notice("cancellation", 1);
    const auto note = notice("addendum", 3);
    const auto halt = notice("suspension", 3);
    notice("cancellation", 3);
    BOOST_TEST(state_of(note) == "withdrawn");
    BOOST_TEST(state_of(halt) == "withdrawn");
    BOOST_TEST(state_of(notice("publication", 3)) == "late");
    BOOST_TEST(state_of(notice("publication", 4)) == "offered");
}

BOOST_AUTO_TEST_CASE(nobody_ends_what_another_bureau_has_sent_but_for_the_secretariat) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    hear("KE", "diffusion.withdrawal", about(began));
    hear("KE", "notice.cancellation", version(1));
    BOOST_TEST(state_of(began) == "offered");
    hear("IPSG", "diffusion.noncompliance", about(began));
    BOOST_TEST(state_of(began) == "withdrawn");
    const auto update = hear("MU", "diffusion.update", about(began));
    BOOST_TEST(state_of(update) == "late");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_before_its_diffusion_leaves_a_tombstone) {
    const auto began = put("MU", "diffusion.circulation", R"({"body":{}})");
    const auto row = stored(began).message.row;
    apply({operation::advance_delivery{.message = row,
                                       .recipient = bureau("ZW"),
                                       .expected = in_state(delivery_state::received),
                                       .state = delivery_state::held,
                                       .at = now}});
    hear("MU", "diffusion.withdrawal", about(began));
    apply({operation::advance_delivery{.message = row,
                                       .recipient = bureau("ZW"),
                                       .expected = in_state(delivery_state::held),
                                       .state = delivery_state::received,
                                       .at = now}});
    restart();
    BOOST_TEST(state_of(began) == "late");
}

BOOST_AUTO_TEST_CASE(messages_of_a_case_that_are_opened_at_once_are_judged_one_after_the_other) {
    std::vector<message_id> all;
    for (const int number : {1, 3, 2}) {
        all.push_back(put("IPSG", "notice.publication", version(number)));
    }
    all.push_back(put("IPSG", "notice.cancellation", version(3)));
    restart();  // Opens all four in one batch.
    for (std::size_t i = 0; i < 3; ++i) {
        const auto state = state_of(all[i]);
        const bool is_over = state == "late" || state == "withdrawn" || state == "superseded";
        BOOST_TEST(is_over, state);
    }
    BOOST_TEST(state_of(all[3]) == "offered");
    BOOST_TEST(offered() == 1U);
}

BOOST_AUTO_TEST_CASE(nor_is_what_is_opened_together_with_the_end_by_the_secretariat_offered) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    const auto update = put("MU", "diffusion.update", about(began));
    const auto end = put("IPSG", "diffusion.noncompliance", about(began));
    const auto late = put("MU", "diffusion.update", about(began));
    restart();
    for (const auto& id : {update, late}) {
        const auto state = state_of(id);
        BOOST_TEST((state == "late" || state == "withdrawn"), state);
    }
    BOOST_TEST(state_of(end) == "offered");
}

BOOST_AUTO_TEST_CASE(an_agency_that_takes_it_meanwhile_gets_the_cancellation) {
    const auto first = notice("publication", 1);
    const auto end = put("IPSG", "notice.cancellation", version(1));
    hold_if = [](const seal::job_request& what) {
        return std::holds_alternative<seal::job::open_message>(what);
    };
    restart();
    hold_if = {};
    before_apply = [&](const store::transaction&) {
        apply({operation::advance_assignment{.message = stored(first).message.row,
                                             .agency = "duty",
                                             .expected = assignment_state::offered,
                                             .state = assignment_state::taken,
                                             .reason = {},
                                             .at = now}});
    };
    pump();
    BOOST_TEST(state_of(first) == "taken");
    BOOST_TEST(state_of(end) == "offered");
}

BOOST_AUTO_TEST_CASE(the_same_end_again_is_offered_to_nobody_and_said_to_be_here) {
    notice("cancellation", 1);
    const auto again = notice("cancellation", 1);
    BOOST_TEST(state_of(again) == "superseded");
    BOOST_TEST((delivery_of(again) == delivery_state::complete));
    BOOST_TEST(offered() == 1U);
}

BOOST_AUTO_TEST_CASE(the_tombstone_outlives_the_message_and_a_restart) {
    const auto end = notice("cancellation", 1);
    acknowledge(end, "duty", true);
    apply({operation::drop_message{stored(end).message.row, now + 24h * 4000}});
    restart();
    BOOST_TEST(state_of(notice("publication", 1)) == "late");
}

BOOST_AUTO_TEST_CASE(a_text_that_is_no_document_belongs_to_no_case) {
    notice("cancellation", 1);
    inbound_document.clear();
    now += 1min;
    const auto plain = put_inbound("IPSG", "notice.publication");
    restart();
    BOOST_TEST(state_of(plain) == "offered");
}

BOOST_AUTO_TEST_CASE(a_restriction_withdraws_what_was_not_taken_and_reaches_who_took_it) {
    settings().assignments = {{{"notice.publication"}, {}, {}, {"border", "customs"}}};
    reload();
    const auto first = notice("publication", 1);
    acknowledge(first, "border");
    const auto restriction = notice("restriction", 1);
    BOOST_TEST(state_of(first, "customs") == "withdrawn");
    BOOST_TEST(state_of(restriction, "border") == "offered");
    BOOST_TEST(state_of(restriction, "customs") == "none");
    acknowledge(restriction, "border");
    applied.clear();
    acknowledge(restriction, "border", true);
    const auto outcome = last_outcome(restriction);
    BOOST_REQUIRE(outcome.has_value());
    BOOST_TEST((outcome->kind == outcome_kind::removed));
}

BOOST_AUTO_TEST_CASE(a_copy_that_comes_after_its_restriction_is_never_offered) {
    notice("restriction", 2);
    const auto late = notice("publication", 2);
    BOOST_TEST(state_of(late) == "late");
    const auto began = put("MU", "diffusion.circulation", R"({"body":{}})");
    const auto restriction = hear("MU", "diffusion.restriction", about(began));
    const auto update = hear("MU", "diffusion.update", about(began));
    BOOST_TEST(state_of(restriction) == "offered");
    BOOST_TEST(state_of(update) == "late");
}

BOOST_AUTO_TEST_CASE(nobody_restricts_the_case_of_another) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    hear("KE", "diffusion.restriction", about(began));
    BOOST_TEST(state_of(began) == "offered");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
