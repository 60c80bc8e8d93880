// The inbox: assigned agencies only, opened on demand, acknowledged once, with a receipt for the
// origin.
// Way of the message: tests of daemon/route/inbox.
// Not pure: a store in a temporary folder.
// Spec: docs/overview.md#handing-over.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::assignment_state;

namespace {
bytes some_bytes(std::size_t size) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<std::uint8_t>(i * 17 + i / 253);
    }
    return out;
}

/// With one hit of MU for border and customs.
struct with_a_hit : core_harness {
    with_a_hit() : id(put_inbound("MU", "hit.reply")) { restart(); }
    message_id id;

    /// Outcomes for the origin that are on their way or wait to be signed.
    std::vector<protocol::outcome> outcomes() {
        std::vector<protocol::outcome> out;
        for (const auto& transaction : applied) {
            for (const auto& change : transaction.changes) {
                if (const auto* put = std::get_if<operation::put_outcome>(&change)) {
                    out.push_back(put->row.value);
                }
            }
        }
        return out;
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbox_test, with_a_hit)

BOOST_AUTO_TEST_CASE(an_agency_lists_what_is_assigned_to_it_with_the_summary_opened) {
    const auto found = expect<response::inbox>(agency("border"), request::list_inbox{});
    BOOST_REQUIRE_EQUAL(found.entries.size(), 1U);
    BOOST_TEST((found.entries[0].id == id));
    BOOST_TEST((found.entries[0].origin == bureau("MU")));
    BOOST_TEST(found.entries[0].complete);
    BOOST_TEST(found.entries[0].summary_json.find("their subject") != std::string::npos);
    BOOST_TEST(expect<response::inbox>(agency("duty"), request::list_inbox{}).entries.empty());
}

BOOST_AUTO_TEST_CASE(what_no_rule_names_is_on_the_duty_desk) {
    put_inbound("KE", "diffusion.wanted");
    restart();
    BOOST_TEST(expect<response::inbox>(agency("duty"), request::list_inbox{}).entries.size() == 1U);
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(rules_see_the_writing_agency_attachments_and_references_of_what_is_opened) {
    config::assignment_rule by_agency, by_files, by_references;
    by_agency.from_agencies = {"their agency"};
    by_agency.agencies = {"border"};
    by_files.has_attachments = true;
    by_files.agencies = {"customs"};
    by_references.has_references = true;
    by_references.agencies = {"duty"};
    settings().assignments = {by_agency, by_files, by_references};
    const auto plain = put_inbound("KE", "notice.publication");
    const auto with_file = put_inbound("KE", "notice.publication", {some_bytes(10)});
    inbound_supersedes = {plain};
    const auto later = put_inbound("KE", "notice.publication");
    restart();
    const auto has = [&](const char* name, const message_id& one) {
        const auto found = expect<response::inbox>(agency(name), request::list_inbox{});
        return std::ranges::any_of(found.entries,
                                   [&](const auto& entry) { return entry.id == one; });
    };
    BOOST_TEST((has("border", plain) && !has("customs", plain) && !has("duty", plain)));
    BOOST_TEST((has("border", with_file) && has("customs", with_file) && !has("duty", with_file)));
    BOOST_TEST((has("border", later) && !has("customs", later) && has("duty", later)));
}

BOOST_AUTO_TEST_CASE(the_content_is_opened_for_the_assigned_agency_without_attachment_keys) {
    const auto opened = expect<response::opened>(agency("border"), request::open_inbox{id});
    BOOST_TEST(protocol::as_text(opened.content.text) == "their text");
    BOOST_TEST(opened.content.kind == "hit.reply");
}

template <class Change>
bool has(const store::transaction& what) {
    return std::ranges::any_of(
        what.changes, [](const auto& change) { return std::holds_alternative<Change>(change); });
}

BOOST_AUTO_TEST_CASE(what_a_full_disk_kept_from_being_opened_is_opened_when_there_is_room) {
    const auto late = put_inbound("MU", "hit.reply");
    is_disk_full_for = has<operation::put_inbox>;
    restart();
    BOOST_TEST((stored(late).deliveries.front().state == store::delivery_state::received));
    advance(10min);
    BOOST_TEST((stored(late).deliveries.front().state == store::delivery_state::received));
    is_disk_full_for = {};
    advance(2min);
    BOOST_TEST((stored(late).deliveries.front().state == store::delivery_state::complete));
    BOOST_TEST(stored(late).deliveries.front().crash_count == 0);
}

BOOST_AUTO_TEST_CASE(a_start_on_a_full_disk_opens_all_when_there_is_room) {
    const auto late = put_inbound("MU", "hit.reply");
    is_disk_full_for = has<operation::advance_delivery>;
    restart();
    BOOST_TEST((stored(late).deliveries.front().state == store::delivery_state::received));
    is_disk_full_for = {};
    advance(2min);
    BOOST_TEST((stored(late).deliveries.front().state == store::delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(a_disk_that_stays_full_quarantines_nothing) {
    const auto first = put_inbound("MU", "hit.reply");
    const auto second = put_inbound("MU", "hit.reply");
    const auto row = stored(second).message.row;
    is_disk_full_for = [row](const store::transaction& what) {
        return has<operation::put_inbox>(what) ||
               std::ranges::any_of(what.changes, [row](const auto& change) {
                   const auto* moved = std::get_if<operation::advance_delivery>(&change);
                   return moved != nullptr && moved->message == row;
               });
    };
    restart();
    for (int minute = 0; minute < 5; ++minute) {
        advance(1min);
    }
    BOOST_TEST((stored(first).deliveries.front().state == store::delivery_state::received));
    BOOST_TEST(stored(first).deliveries.front().crash_count <= 1);
    is_disk_full_for = {};
    advance(2min);
    BOOST_TEST((stored(first).deliveries.front().state == store::delivery_state::complete));
    BOOST_TEST((stored(second).deliveries.front().state == store::delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(an_attachment_of_another_attempt_counts) {
    const bytes file = some_bytes(3'000);
    const auto first = put_inbound("MU", "hit.reply", {file}, false);
    const auto before = stored(first);
    // A second attempt brings the text again; the attachment belongs to the first.
    auto row = before.message;
    row.row += 50;
    row.attempt = 1;
    row.text_object = row.row + 1;
    auto text = before.objects.front();
    text.row = row.text_object;
    text.message = row.row;
    text.position = 0;
    apply({operation::put_message{row}, operation::put_object{text}});
    const auto rows = query_store<answer::messages>(query::load_message{row.row}).rows;
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_REQUIRE_EQUAL(rows.front().objects.size(), 2U);
    BOOST_TEST(rows.front().objects[1].row == before.objects[1].row);
}

BOOST_AUTO_TEST_CASE(others_and_operators_do_not_open_it) {
    BOOST_TEST((expect_problem(agency("duty"), request::open_inbox{id}).code == errc::not_found));
    BOOST_TEST((expect_problem(an_operator(), request::open_inbox{id}).code == errc::unauthorised));
    BOOST_TEST((expect_problem(an_operator(), request::list_inbox{}).code == errc::unauthorised));
    BOOST_TEST((expect_problem(agency("duty"), request::acknowledge{id, true, {}}).code ==
                errc::not_found));
    BOOST_TEST((expect_problem(agency("duty"), request::read_attachment{id, 1, 0}).code ==
                errc::not_found));
}

BOOST_AUTO_TEST_CASE(taking_is_recorded_and_owed_to_the_origin_in_one_transaction) {
    expect<response::done>(agency("border"), request::acknowledge{id, true, {}});
    const auto made = outcomes();
    BOOST_REQUIRE_EQUAL(made.size(), 1U);
    BOOST_TEST((made[0].kind == protocol::outcome_kind::taken));
    BOOST_TEST(made[0].agency == "border");
    BOOST_TEST(made[0].on_disk.size() == 1U);
    const auto found = stored(id);
    BOOST_TEST((found.deliveries.front().state == store::delivery_state::taken));
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.empty());
    BOOST_TEST(expect<response::inbox>(agency("customs"), request::list_inbox{}).entries.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(the_same_acknowledgement_again_changes_nothing) {
    expect<response::done>(agency("border"), request::acknowledge{id, true, {}});
    expect<response::done>(agency("border"), request::acknowledge{id, true, {}});
    restart();
    expect<response::done>(agency("border"), request::acknowledge{id, true, {}});
    BOOST_TEST(outcomes().empty());
}

BOOST_AUTO_TEST_CASE(the_opposite_acknowledgement_is_a_conflict) {
    expect<response::done>(agency("border"), request::acknowledge{id, false, "not ours"});
    BOOST_TEST((expect_problem(agency("border"), request::acknowledge{id, true, {}}).code ==
                errc::conflict));
    const auto found = stored(id);
    const auto own = std::ranges::find(found.assignments, "border", &store::assignment_row::agency);
    BOOST_TEST((own->state == assignment_state::rejected));
    BOOST_TEST(own->reason == "not ours");
}

BOOST_AUTO_TEST_CASE(one_agency_may_take_what_another_has_rejected) {
    expect<response::done>(agency("border"), request::acknowledge{id, false, {}});
    BOOST_TEST((stored(id).deliveries.front().state == store::delivery_state::rejected));
    expect<response::done>(agency("customs"), request::acknowledge{id, true, {}});
    BOOST_TEST((stored(id).deliveries.front().state == store::delivery_state::taken));
    BOOST_TEST(outcomes().size() == 2U);
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_that_is_not_on_disk_is_not_confirmed) {
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST((expect_problem(agency("border"), request::acknowledge{id, true, {}}).code ==
                errc::store_full));
    BOOST_TEST(expect<response::inbox>(agency("border"), request::list_inbox{}).entries.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(attachments_are_read_piece_by_piece) {
    const std::vector<bytes> files{some_bytes(2 * limits::piece_bytes + 777), some_bytes(3),
                                   some_bytes(limits::piece_bytes)};
    const auto with_files = put_inbound("MU", "hit.reply", files);
    restart();
    const auto opened = expect<response::opened>(agency("border"), request::open_inbox{with_files});
    BOOST_REQUIRE_EQUAL(opened.content.attachments.size(), 3U);
    BOOST_TEST((opened.content.attachments[0].key == std::array<std::uint8_t, 32>{}));
    restart();  // Nothing is remembered: the keys are opened anew.
    for (std::uint16_t position = 1; position <= 3; ++position) {
        bytes whole;
        std::uint32_t pieces = 1;
        for (std::uint32_t piece = 0; piece < pieces; ++piece) {
            const auto got = expect<response::attachment_piece>(
                agency("border"), request::read_attachment{with_files, position, piece});
            pieces = got.pieces;
            whole.insert(whole.end(), got.plain.begin(), got.plain.end());
        }
        BOOST_TEST((whole == files[position - 1U]));
    }
    BOOST_TEST((expect_problem(agency("border"), request::read_attachment{with_files, 1, 3}).code ==
                errc::not_found));
    BOOST_TEST((expect_problem(agency("border"), request::read_attachment{with_files, 4, 0}).code ==
                errc::not_found));
    BOOST_TEST((expect_problem(agency("border"), request::read_attachment{with_files, 0, 0}).code ==
                errc::not_found));
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_not_here_yet_can_be_tried_later) {
    const auto with_file = put_inbound("MU", "hit.reply", {some_bytes(10)}, false);
    restart();
    const auto problem =
        expect_problem(agency("border"), request::read_attachment{with_file, 1, 0});
    BOOST_TEST((problem.code == errc::busy));
    BOOST_TEST(problem.retry_after.has_value());
}

BOOST_AUTO_TEST_CASE(keys_of_only_the_latest_messages_are_kept_and_old_ones_open_again) {
    std::vector<message_id> ids;
    for (std::size_t i = 0; i < limits::opened_messages_max + 2; ++i) {
        ids.push_back(put_inbound("MU", "hit.reply", {some_bytes(10 + i)}));
    }
    restart();
    for (const auto round : {0, 1}) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto got = expect<response::attachment_piece>(
                agency("border"), request::read_attachment{ids[i], 1, 0});
            BOOST_TEST(got.plain.size() == 10 + i, "round " << round);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_watch_wakes_at_once_when_something_is_there_already) {
    unsigned woken = 0;
    core().watch_inbox("border", 0, [&] { ++woken; });
    pump();
    BOOST_TEST(woken == 1U);
}

BOOST_AUTO_TEST_CASE(a_watch_sleeps_beyond_the_last_and_wakes_at_shutdown) {
    const auto last =
        expect<response::inbox>(agency("border"), request::list_inbox{}).entries[0].position;
    unsigned woken = 0;
    core().watch_inbox("border", last, [&] { ++woken; });
    const auto forgotten = core().watch_inbox("border", last, [&] { woken += 100; });
    core().forget_watch(forgotten);
    pump();
    BOOST_TEST(woken == 0U);
    core().stop();
    pump();
    BOOST_TEST(woken == 1U);
}

BOOST_AUTO_TEST_CASE(pages_follow_each_other_without_gap) {
    for (int i = 0; i < 4; ++i) {
        put_inbound("MU", "hit.reply");
    }
    restart();
    const auto first = expect<response::inbox>(agency("border"), request::list_inbox{0, 2, true});
    BOOST_TEST(first.more);
    BOOST_REQUIRE_EQUAL(first.entries.size(), 2U);
    const auto rest = expect<response::inbox>(
        agency("border"), request::list_inbox{first.entries[1].position, 100, true});
    BOOST_TEST(rest.entries.size() == 3U);
    BOOST_TEST(!rest.more);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
