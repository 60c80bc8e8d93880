// Retention of cases over years: the question, silence, the end, the deletion and its proof.
// Way of the message: tests of daemon/route/retention.
// Not pure: a store in a temporary folder.
// Spec: docs/decisions/0021-retention.md.
// Limits: none.
#include "protocol/kinds/retention.hpp"

#include "tests/unit/route/cases_origin.hpp"

namespace dhow::tests {

using store::keep_state;

namespace {

constexpr std::chrono::days half_a_year{183};

struct a_source : an_origin {
    response::case_state own() {
        for (const auto& state : report().states) {
            if (state.owner == bureau("IPSG")) {
                return state;
            }
        }
        return {};
    }
    void pass_to(utc_time time) { advance(time - now); }
    std::vector<response::inbox_entry> notes(const std::string& name = "border") {
        auto all =
            expect<response::inbox>(agency(name), request::list_inbox{0, 100, false}).entries;
        std::erase_if(all, [](const auto& one) {
            return !contains(one.summary_json, "transport.retention");
        });
        return all;
    }
    /// All of a message is with the hub.
    void leave_here(const message_id& id) {
        for (const auto& one : stored(id).shipments) {
            apply({operation::advance_shipment{.shipment = one.row,
                                               .expected = ~store::shipment_set{0},
                                               .state = store::shipment_state::done,
                                               .at = now}});
        }
    }
    void open_end_is_heard(const message_id& end, std::vector<std::string> by) {
        leave_here(end);
        for (const auto& one : by) {
            tell(one, end, outcome_kind::complete);
        }
        advance(5h);  // The end is looked at, then what is left is deleted.
        advance(1min);
    }
    message_id prolong(const std::string& date) {
        advance(1min);
        const auto text =
            R"({"entity_id":"2024/123","retention_until":")" + date + R"(","body":{"version":1}})";
        return expect<response::accepted>(agency("border"),
                                          document("notice.addendum", text, {"MU"}))
            .id;
    }
    std::vector<store::deletion_row> deletions() {
        return query_store<answer::case_file>(
                   query::load_case{
                       query_store<answer::cases>(query::list_ended_cases{bureau("IPSG"), {}, 1})
                           .rows.at(0)
                           .key,
                       10})
            .deletions;
    }
    std::size_t alarms_of(const std::string& id) {
        return static_cast<std::size_t>(
            std::ranges::count_if(logs, [&](const auto& one) { return one.id == id; }));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(retention_test, a_source)

BOOST_AUTO_TEST_CASE(who_does_not_answer_in_half_a_year_wants_it_deleted) {
    const auto id = say("publication", 1, {"MU", "KE"});
    leave_here(id);
    const auto until = own().keep_until.value();
    BOOST_TEST((until == kinds::years_after(now, 5)));
    pass_to(until - half_a_year - 24h * 4);
    BOOST_TEST(notes().empty());
    pass_to(until - half_a_year + 24h * 2);
    BOOST_REQUIRE_EQUAL(notes().size(), 1U);
    BOOST_TEST((own().keeping == keep_state::asked));
    BOOST_TEST(has_event(id, "retention-asked"));
    const auto note =
        expect<response::opened>(agency("border"), request::open_inbox{notes().front().id});
    const std::string text(note.content.text.begin(), note.content.text.end());
    BOOST_TEST(contains(text, to_text(id)), text);
    restart();
    advance(24h);
    BOOST_TEST(notes().size() == 1U);
    pass_to(until - 1min);
    BOOST_TEST(!own().ended);
    pass_to(until + 1min);
    BOOST_TEST(own().ended);
    const auto end = newest();
    BOOST_TEST(recipients_of(end) == "KE MU ");
    BOOST_TEST(report().messages.front().role == "end");
    BOOST_TEST(report().deletions.empty());
    open_end_is_heard(end, {"MU", "KE"});
    BOOST_TEST(own().is_complete);
    BOOST_TEST((own().keeping == keep_state::deleted));
    BOOST_REQUIRE_EQUAL(report().deletions.size(), 1U);
    BOOST_TEST(report().deletions.front().cause == "silence");
    BOOST_TEST(report().deletions.front().messages == 2U);
    for (const auto& message : report().messages) {
        BOOST_TEST(message.is_deleted);
    }
    BOOST_TEST(has_event(id, "content-deleted"));
    BOOST_TEST((refused("publication", 1).code == errc::validation_failed));  // The tombstone.
}

BOOST_AUTO_TEST_CASE(the_proof_is_a_receipt_that_verifies_and_names_messages_alone) {
    const auto id = say("publication", 1, {"MU"});
    leave_here(id);
    const auto until = own().keep_until.value();
    pass_to(until - half_a_year + 24h * 2);
    pass_to(until + 1min);
    open_end_is_heard(newest(), {"MU"});
    const auto rows = deletions();
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    const seal::openssl_hasher hash;
    plain_sealer sealer(bureau("MU"), std::make_shared<protocol::directory>(directory()), hash, 7);
    BOOST_TEST(sealer.run(seal::job::verify_receipt{rows[0].proof}).has_value());
    const auto receipt = protocol::decode_receipt(rows[0].proof);
    BOOST_REQUIRE(receipt);
    const auto said = protocol::decode_receipt_content(receipt->content);
    BOOST_REQUIRE(said);
    BOOST_TEST((said->issuer == bureau("IPSG")));
    BOOST_REQUIRE_EQUAL(said->outcomes.size(), rows[0].messages);
    BOOST_TEST((said->outcomes.front().id == id));
    BOOST_TEST((said->outcomes.front().kind == outcome_kind::removed));
    BOOST_TEST(said->outcomes.front().agency == "gateway");
    BOOST_TEST((said->outcomes.front().at == rows[0].at));
    auto altered = *receipt;
    altered.content.back() ^= 1;
    BOOST_TEST(
        !sealer.run(seal::job::verify_receipt{protocol::encode_receipt(altered)}).has_value());
}

BOOST_AUTO_TEST_CASE(a_later_date_takes_the_question_back_and_an_earlier_one_does_not) {
    say("publication", 1, {"MU"});
    const auto until = own().keep_until.value();
    pass_to(until - half_a_year + 24h * 2);
    BOOST_TEST(notes().size() == 1U);
    prolong("2027-01-31");
    BOOST_TEST((own().keep_until == until));
    BOOST_TEST((own().keeping == keep_state::asked));
    prolong("2035-06-30");
    const auto later = own().keep_until.value();
    BOOST_TEST((later == protocol::parse_utc("2035-07-01T12:00:00.000Z").value()));
    BOOST_TEST((own().keeping == keep_state::kept));
    pass_to(until + 24h);
    BOOST_TEST(!own().ended);
    pass_to(later - half_a_year + 24h * 2);
    BOOST_TEST(notes().size() == 2U);
    pass_to(later + 1min);
    BOOST_TEST(own().ended);
}

BOOST_AUTO_TEST_CASE(a_clock_in_doubt_asks_and_ends_nothing) {
    say("publication", 1, {"MU"});
    const auto until = own().keep_until.value();
    core().freeze_expiry(true);
    pass_to(until + 24h);
    advance(2min);
    BOOST_TEST(notes().empty());
    BOOST_TEST(!own().ended);
    core().freeze_expiry(false);
    advance(1min);
    BOOST_TEST(notes().size() == 1U);
    BOOST_TEST(!own().ended);  // Who was not asked has not been silent.
    core().freeze_expiry(true);
    advance(24h * 40);
    BOOST_TEST(!own().ended);
    core().freeze_expiry(false);
    advance(1min);
    BOOST_TEST(own().ended);
}

BOOST_AUTO_TEST_CASE(who_is_asked_late_has_thirty_days_to_answer) {
    say("publication", 1, {"MU"});
    const auto until = own().keep_until.value();
    now = until + 24h * 100;  // The gateway was off.
    restart();
    advance(1min);
    BOOST_TEST(notes().size() == 1U);
    advance(24h * 29);
    BOOST_TEST(!own().ended);
    advance(24h * 2);
    BOOST_TEST(own().ended);
}

BOOST_AUTO_TEST_CASE(nothing_is_deleted_before_the_end_is_complete) {
    const auto id = say("publication", 1, {"MU"});
    tell("MU", id, outcome_kind::complete);
    tell("MU", id, outcome_kind::taken, "border");
    leave_here(id);
    const auto until = own().keep_until.value();
    pass_to(until - half_a_year + 24h * 2);
    pass_to(until + 1min);
    const auto end = newest();
    open_end_is_heard(end, {"MU"});
    advance(24h * 3);
    BOOST_TEST(!own().is_complete);  // Its agency has taken it.
    BOOST_TEST(report().deletions.empty());
    tell("MU", end, outcome_kind::removed, "border");
    advance(25h);
    advance(1min);
    BOOST_TEST(own().is_complete);
    BOOST_TEST(report().deletions.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_question_that_is_not_on_disk_is_asked_again_and_one_that_is_is_not) {
    say("publication", 1, {"MU"});
    const auto until = own().keep_until.value();
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& one) {
            const auto* put = std::get_if<operation::put_case>(&one);
            return put != nullptr && put->row.keeping == keep_state::asked;
        });
    };
    pass_to(until - half_a_year + 24h * 2);
    BOOST_TEST(notes().empty());
    is_disk_full_for = nullptr;
    advance(25h);
    BOOST_TEST(notes().size() == 1U);
    restart();
    advance(25h);
    BOOST_TEST(notes().size() == 1U);
}

BOOST_AUTO_TEST_CASE(without_its_agency_the_duty_desk_is_asked) {
    say("publication", 1, {"MU"});
    const auto until = own().keep_until.value();
    settings().agencies.erase("border");
    reload();
    pass_to(until - half_a_year + 24h * 2);
    BOOST_TEST(notes("duty").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_case_without_a_prepared_end_is_left_to_people) {
    const auto id = say("publication", 1, {"MU"});
    leave_here(id);
    const auto until = own().keep_until.value();
    auto row = query_store<answer::cases>(query::load_kept_cases{.now = until}).rows.at(0);
    row.sealed_end.clear();
    row.revision += 1;
    apply({operation::put_case{row}});
    pass_to(until - half_a_year + 24h * 2);
    pass_to(until + 1min);
    BOOST_TEST(!own().ended);
    BOOST_TEST(report().deletions.empty());
    BOOST_TEST(alarms_of("retention-open") == 1U);
    advance(25h);
    BOOST_TEST(alarms_of("retention-open") == 2U);
    say("cancellation", 1);
    BOOST_TEST((report().messages.back().id == id));
    open_end_is_heard(newest(), {"MU"});
    BOOST_TEST(report().deletions.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_ended_case_is_not_asked_about_and_goes_at_its_date) {
    const auto id = say("publication", 1, {"MU"});
    leave_here(id);
    const auto until = own().keep_until.value();
    open_end_is_heard(say("cancellation", 1), {"MU"});
    BOOST_TEST(own().is_complete);
    pass_to(until - 1min);
    BOOST_TEST(notes().empty());
    BOOST_TEST(report().deletions.empty());
    pass_to(until + 1min);
    BOOST_REQUIRE_EQUAL(report().deletions.size(), 1U);
    BOOST_TEST(report().deletions.front().cause == "ended");
}

BOOST_AUTO_TEST_CASE(what_comes_after_its_date_takes_no_others_place) {
    core_harness zw;
    const auto hear = [&](int number, const std::string& until) {
        zw.now += 1min;
        zw.inbound_document = R"({"entity_id":"2024/123","retention_until":")" + until +
                              R"(","body":{"version":)" + std::to_string(number) + "}}";
        const auto id = zw.put_inbound("IPSG", "notice.publication");
        zw.restart();
        return id;
    };
    const auto offered = [&] {
        return zw.expect<response::inbox>(agency("duty"), request::list_inbox{}).entries;
    };
    const auto first = hear(1, "2027-01-31");
    hear(2, "2001-01-01");
    BOOST_REQUIRE_EQUAL(offered().size(), 1U);
    BOOST_TEST((offered().front().id == first));
}

BOOST_AUTO_TEST_CASE(a_copy_goes_at_its_date_though_no_end_came_and_late_ones_are_not_offered) {
    core_harness zw;
    const auto hear = [&](int number) {
        zw.now += 1min;
        zw.inbound_document =
            R"({"entity_id":"2024/123","retention_until":"2027-01-31","body":{"version":)" +
            std::to_string(number) + "}}";
        const auto id = zw.put_inbound("IPSG", "notice.publication");
        zw.restart();
        return id;
    };
    const auto offered = [&] {
        return zw.expect<response::inbox>(agency("duty"), request::list_inbox{}).entries.size();
    };
    const auto deletions = [&] {
        return zw.expect<response::case_report>(an_operator(), request::case_of{"2024/123"})
            .deletions;
    };
    const auto id = hear(1);
    const auto date = protocol::parse_utc("2027-02-01T12:00:00.000Z").value();
    zw.advance(date - zw.now - 1min);
    BOOST_TEST(offered() == 1U);
    BOOST_TEST(deletions().empty());
    zw.advance(2min);
    BOOST_TEST(offered() == 0U);
    BOOST_REQUIRE_EQUAL(deletions().size(), 1U);
    BOOST_TEST(deletions().front().cause == "date");
    BOOST_TEST(
        zw.query_store<answer::messages>(query::find_message{bureau("IPSG"), id}).rows.empty());
    const auto inbox = zw.query_store<answer::inbox>(query::find_inbox{bureau("IPSG"), id}).rows;
    BOOST_TEST(inbox.at(0).row.sealed_summary.empty());
    BOOST_TEST((inbox.at(0).assignments.at(0).state == store::assignment_state::withdrawn));
    const auto late = hear(2);
    BOOST_TEST(offered() == 0U);
    zw.advance(2min);
    BOOST_TEST(deletions().size() == 2U);
    BOOST_TEST(
        zw.query_store<answer::messages>(query::find_message{bureau("IPSG"), late}).rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
