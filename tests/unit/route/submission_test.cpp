// Submitting: rights, form, idempotency, quota, the one transaction, and the answer only after it.
// Way of the message: tests of daemon/route/submission.
// Not pure: a store in a temporary folder.
// Spec: docs/overview.md#submitting.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::transaction_status;

namespace {
template <class Change>
std::size_t count_of(const store::transaction& what) {
    return static_cast<std::size_t>(std::ranges::count_if(
        what.changes, [](const auto& one) { return std::holds_alternative<Change>(one); }));
}

errc code_of(core_harness& in, request::submit what, const std::string& agency = "border") {
    return in.expect_problem(core_harness::agency(agency), std::move(what)).code;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(submission_test, core_harness)

BOOST_AUTO_TEST_CASE(a_message_is_on_disk_with_recipients_shipments_and_event_when_accepted) {
    const auto said = expect<response::accepted>(agency("border"), a_message({"MU", "KE"}));
    BOOST_TEST(!said.repeated);
    const auto found = stored(said.id);
    BOOST_TEST(found.message.agency == "border");
    BOOST_TEST(found.message.kind == "hit.request");
    BOOST_REQUIRE_EQUAL(found.deliveries.size(), 2U);
    for (const auto& row : found.deliveries) {
        BOOST_TEST((row.state == store::delivery_state::queued));
        BOOST_TEST((row.next_hop == bureau("IPSG")));
        BOOST_TEST((row.due_at == now + 1h));
    }
    BOOST_REQUIRE_EQUAL(found.shipments.size(), 1U);  // One copy for both behind the hub.
    BOOST_TEST((found.shipments.front().state == store::shipment_state::ready));
    BOOST_TEST((found.message.expires_at == now + 24h));
    const auto events = query_store<answer::events>(query::load_events{bureau("ZW"), said.id});
    BOOST_REQUIRE_EQUAL(events.rows.size(), 1U);
    BOOST_TEST(events.rows.front().what == "accepted");
}

BOOST_AUTO_TEST_CASE(everything_of_a_message_is_in_one_transaction) {
    expect<response::accepted>(agency("border"), a_message({"MU", "KE"}));
    BOOST_REQUIRE_EQUAL(applied.size(), 1U);
    BOOST_TEST(count_of<operation::put_message>(applied[0]) == 1U);
    BOOST_TEST(count_of<operation::put_delivery>(applied[0]) == 2U);
    BOOST_TEST(count_of<operation::put_event>(applied[0]) == 1U);
    BOOST_TEST(!applied[0].at_once);
}

BOOST_AUTO_TEST_CASE(flash_does_not_wait_for_a_batch) {
    auto what = a_message();
    what.cls = message_class::flash;
    expect<response::accepted>(agency("border"), what);
    BOOST_TEST(applied.at(0).at_once);
}

BOOST_AUTO_TEST_CASE(nothing_is_answered_before_the_commit) {
    bool answered = false;
    before_apply = [&](const store::transaction&) { BOOST_TEST(!answered); };
    core().request(agency("border"), a_message(), [&](api_response said) {
        answered = true;
        BOOST_TEST(std::holds_alternative<response::accepted>(said));
    });
    BOOST_TEST(!answered);
    pump();
    BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(a_full_or_failing_store_is_said_and_leaves_nothing) {
    fail_next_commit = transaction_status::full;
    auto problem = expect_problem(agency("border"), a_message());
    BOOST_TEST((problem.code == errc::store_full));
    BOOST_TEST(problem.retry_after.has_value());
    fail_next_commit = transaction_status::failed;
    BOOST_TEST((code_of(*this, a_message()) == errc::store_failed));
    BOOST_TEST(query_store<answer::queue>(query::list_queue{bureau("IPSG"), 0, 10}).rows.empty());
}

BOOST_AUTO_TEST_CASE(the_text_is_not_readable_in_the_store) {
    auto what = a_message();
    what.text = text_bytes("canary-5b2f90c1d6");
    const auto id = expect<response::accepted>(agency("border"), what).id;
    const auto found = stored(id);
    const auto segment =
        query_store<answer::segment>(query::load_segment{found.message.text_object, 0});
    const std::string raw(protocol::as_text(segment.data.value()));
    BOOST_TEST(!contains(raw, "canary"));
}

BOOST_AUTO_TEST_CASE(a_text_of_one_mebibyte_is_stored_in_segments_of_64_kib) {
    auto what = a_message();
    what.text.assign(limits::text_bytes_max, 'x');
    const auto id = expect<response::accepted>(agency("border"), what).id;
    BOOST_TEST(count_of<operation::put_segment>(applied.at(0)) >= 17U);
    BOOST_TEST(stored(id).objects.front().durable_bytes > limits::text_bytes_max);
    what.text.push_back('x');
    BOOST_TEST((code_of(*this, what) == errc::too_large));
}

BOOST_AUTO_TEST_CASE(every_problem_is_listed_at_once) {
    auto what = a_message({"MU", "TZ"});
    what.kind = "Hit Request";
    what.subject = "two\nlines";
    what.time_to_live = 0s;
    const auto problem = expect_problem(agency("border"), what);
    for (const auto* part : {"kind must be", "subject must be", "time to live", "no route to TZ"}) {
        BOOST_TEST(contains(problem.detail, part), part << " is missing in: " << problem.detail);
    }
}

BOOST_AUTO_TEST_CASE(rights_are_asked_for_kind_class_and_recipient) {
    auto what = a_message();
    what.kind = "diffusion.wanted";
    BOOST_TEST((code_of(*this, what) == errc::unauthorised));
    BOOST_TEST((code_of(*this, a_message({"KE"}), "customs") == errc::unauthorised));
    what = a_message();
    what.cls = message_class::flash;
    BOOST_TEST((code_of(*this, what, "customs") == errc::unauthorised));
    BOOST_TEST((code_of(*this, a_message(), "duty") == errc::unauthorised));
    BOOST_TEST((code_of(*this, a_message(), "nobody") == errc::unauthorised));
    BOOST_TEST((expect_problem(an_operator(), a_message()).code == errc::unauthorised));
    expect<response::accepted>(agency("customs"), a_message());
}

BOOST_AUTO_TEST_CASE(kinds_of_the_gateways_themselves_can_not_be_submitted) {
    settings().agencies["border"].send_kinds = {"*"};
    auto what = a_message();
    what.kind = std::string(cancellation_kind);
    BOOST_TEST((code_of(*this, what) == errc::unauthorised));
}

BOOST_AUTO_TEST_CASE(recipients_must_be_known_active_have_a_key_and_a_route) {
    BOOST_TEST((code_of(*this, a_message({"XX"})) == errc::unknown_recipient));
    BOOST_TEST((code_of(*this, a_message({"group:none"})) == errc::unknown_recipient));
    BOOST_TEST((code_of(*this, a_message({})) == errc::unknown_recipient));
    BOOST_TEST((code_of(*this, a_message({"TZ"})) == errc::no_route));
    for (auto& entry : directory().entries) {
        if (entry.bureau == bureau("MU")) {
            std::erase_if(entry.keys, [](const auto& key) {
                return key.purpose == protocol::key_purpose::encrypt;
            });
        }
        if (entry.bureau == bureau("KE")) {
            entry.status = protocol::bureau_status::suspended;
        }
    }
    reload();
    BOOST_TEST((code_of(*this, a_message({"MU"})) == errc::unknown_recipient));
    BOOST_TEST((code_of(*this, a_message({"KE"})) == errc::unknown_recipient));
}

BOOST_AUTO_TEST_CASE(the_directory_must_let_the_bureau_send_the_class) {
    for (auto& entry : directory().entries) {
        entry.classes = {message_class::bulk};
    }
    reload();
    BOOST_TEST((code_of(*this, a_message()) == errc::not_allowed));
}

protocol::directory_entry& entry_of(core_harness& in, std::string_view name) {
    return *std::ranges::find(in.directory().entries, bureau(name),
                              &protocol::directory_entry::bureau);
}

//= DF-9
BOOST_AUTO_TEST_CASE(a_text_larger_than_a_recipient_takes_is_refused_by_its_name) {
    entry_of(*this, "KE").text_bytes = 5'000;
    reload();
    auto what = a_message({"MU", "KE"});
    what.text.assign(5'000, 'x');
    expect<response::accepted>(agency("border"), what);
    what.text.push_back('x');
    const auto problem = expect_problem(agency("border"), what);
    BOOST_TEST((problem.code == errc::too_large));
    BOOST_TEST(contains(problem.detail, "KE takes texts of at most 5000 bytes"), problem.detail);
    BOOST_TEST(!contains(problem.detail, "MU"), problem.detail);
    what.to = {"MU"};
    expect<response::accepted>(agency("border"), what);
}

//= DF-9
BOOST_AUTO_TEST_CASE(attachments_larger_together_than_a_recipient_takes_are_refused) {
    entry_of(*this, "MU").attachment_bytes = 150;
    entry_of(*this, "KE").attachment_bytes = 0;
    reload();
    const bytes file(100, 'x');
    const auto two = std::vector{upload("border", file), upload("border", file)};
    auto what = a_message({"MU"});
    what.attachments = two;
    auto problem = expect_problem(agency("border"), what);
    BOOST_TEST((problem.code == errc::too_large));
    BOOST_TEST(contains(problem.detail,
                        "MU takes attachments of at most 150 bytes together, and "
                        "these have 200"),
               problem.detail);
    what.attachments.pop_back();
    expect<response::accepted>(agency("border"), what);  // Refusals take none.
    what.to = {"KE"};
    what.attachments = {two.back()};
    problem = expect_problem(agency("border"), what);
    BOOST_TEST((problem.code == errc::too_large));
    BOOST_TEST(contains(problem.detail, "KE takes no attachments"), problem.detail);
    expect<response::accepted>(agency("border"), a_message({"KE"}));
}

BOOST_AUTO_TEST_CASE(the_size_of_another_agencys_upload_is_not_told) {
    entry_of(*this, "MU").attachment_bytes = 0;
    reload();
    auto what = a_message({"MU"});
    what.attachments = {upload("border", bytes(100, 'x'))};
    const auto problem = expect_problem(agency("customs"), what);
    BOOST_TEST((problem.code == errc::validation_failed));
    BOOST_TEST(!contains(problem.detail, "takes"), problem.detail);
}

//= DF-10
BOOST_AUTO_TEST_CASE(a_recipient_that_does_not_read_our_parcels_is_named) {
    entry_of(*this, "KE").parcel_versions = {1, 2};
    entry_of(*this, "MU").parcel_versions = {protocol::format_version, 1};
    reload();
    expect<response::accepted>(agency("border"), a_message({"MU"}));
    const auto problem = expect_problem(agency("border"), a_message({"MU", "KE"}));
    BOOST_TEST((problem.code == errc::not_allowed));
    BOOST_TEST(problem.detail == "KE does not read parcels of version 0");
}

BOOST_AUTO_TEST_CASE(groups_are_expanded_without_ourselves) {
    const auto id =
        expect<response::accepted>(agency("border"), a_message({"group:lakes", "MU"})).id;
    BOOST_TEST(stored(id).deliveries.size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_is_denied_stands_nowhere_in_what_is_stored) {
    auto what = a_message({"group:lakes"});
    what.deny = {bureau("KE")};
    const auto id = expect<response::accepted>(agency("border"), what).id;
    const auto kept = stored(id);
    BOOST_REQUIRE_EQUAL(kept.deliveries.size(), 1U);
    BOOST_TEST((kept.deliveries.front().recipient == bureau("MU")));
    const auto said = expect<response::status>(agency("border"), request::status{id});
    BOOST_TEST(said.recipients.size() == 1U);
    for (const auto& row : expect<response::events>(agency("border"), request::events{id}).rows) {
        BOOST_TEST(!contains(row.text + row.actor + row.what, "KE"));
    }
    what.to = {"KE", "MU"};
    const auto problem = expect_problem(agency("border"), what);
    BOOST_TEST((problem.code == errc::validation_failed));
    BOOST_TEST(contains(problem.detail, "a bureau is named in to and in deny"), problem.detail);
    BOOST_TEST(!contains(problem.detail, "KE"), problem.detail);
}

BOOST_AUTO_TEST_CASE(the_same_key_with_another_deny_list_is_a_conflict) {
    auto what = a_message({"group:lakes"});
    what.idempotency_key = "k1";
    what.deny = {bureau("KE")};
    BOOST_TEST(!expect<response::accepted>(agency("border"), what).repeated);
    BOOST_TEST(expect<response::accepted>(agency("border"), what).repeated);
    what.deny.clear();
    BOOST_TEST((code_of(*this, what) == errc::conflict));
}

BOOST_AUTO_TEST_CASE(a_sub_bureau_is_sent_to_as_its_parent_by_the_right_to_send_to_it) {
    settings().sub_bureaus = {{bureau("RE"), bureau("MU")}};
    settings().agencies["border"].send_to = {"RE"};
    reload();
    const auto id = expect<response::accepted>(agency("border"), a_message({"RE"})).id;
    BOOST_REQUIRE_EQUAL(stored(id).deliveries.size(), 1U);
    BOOST_TEST((stored(id).deliveries.front().recipient == bureau("MU")));
    BOOST_TEST((code_of(*this, a_message({"KE"})) == errc::unauthorised));
}

BOOST_AUTO_TEST_CASE(the_same_key_and_request_give_the_same_message) {
    auto what = a_message();
    what.idempotency_key = "k1";
    const auto first = expect<response::accepted>(agency("border"), what);
    const auto second = expect<response::accepted>(agency("border"), what);
    BOOST_TEST(second.repeated);
    BOOST_TEST((first.id == second.id));
    restart();
    const auto third = expect<response::accepted>(agency("border"), what);
    BOOST_TEST(third.repeated);
    BOOST_TEST((first.id == third.id));
}

BOOST_AUTO_TEST_CASE(the_same_key_with_another_request_is_a_conflict) {
    auto what = a_message();
    what.idempotency_key = "k1";
    expect<response::accepted>(agency("border"), what);
    what.text.push_back('!');
    BOOST_TEST((code_of(*this, what) == errc::conflict));
}

BOOST_AUTO_TEST_CASE(another_agency_may_use_the_same_key) {
    auto what = a_message();
    what.idempotency_key = "k1";
    const auto first = expect<response::accepted>(agency("border"), what);
    const auto second = expect<response::accepted>(agency("customs"), what);
    BOOST_TEST((first.id != second.id));
}

BOOST_AUTO_TEST_CASE(two_with_one_key_at_the_same_moment_are_one_message) {
    auto what = a_message();
    what.idempotency_key = "k1";
    std::vector<response::accepted> said;
    const auto note = [&](api_response one) { said.push_back(std::get<response::accepted>(one)); };
    core().request(agency("border"), what, note);
    core().request(agency("border"), what, note);
    core().request(agency("border"), what, note);
    pump();
    BOOST_REQUIRE_EQUAL(said.size(), 3U);
    BOOST_TEST((said[0].id == said[1].id && said[1].id == said[2].id));
    BOOST_TEST(said[1].repeated);
    BOOST_TEST(query_store<answer::queue>(query::list_queue{bureau("IPSG"), 0, 10}).rows.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(a_key_that_another_writer_has_just_put_is_answered_from_its_row) {
    auto what = a_message();
    what.idempotency_key = "k1";
    std::optional<message_id> other;
    before_apply = [&](const store::transaction& ours) {
        for (const auto& change : ours.changes) {
            if (const auto* put = std::get_if<operation::put_idempotency>(&change)) {
                auto row = put->row;
                row.id.value[15] ^= 1;
                other = row.id;
                apply({operation::put_idempotency{row}});
            }
        }
    };
    const auto said = expect<response::accepted>(agency("border"), what);
    BOOST_TEST(said.repeated);
    BOOST_TEST((said.id == other.value()));
}

BOOST_AUTO_TEST_CASE(a_refused_request_leaves_its_key_free) {
    auto what = a_message({"TZ"});
    what.idempotency_key = "k1";
    code_of(*this, what);
    what.to = {"MU"};
    BOOST_TEST(!expect<response::accepted>(agency("border"), what).repeated);
}

BOOST_AUTO_TEST_CASE(the_quota_counts_messages_of_a_day_and_not_refused_ones) {
    code_of(*this, a_message({"KE"}), "customs");
    fail_next_commit = transaction_status::full;
    code_of(*this, a_message(), "customs");
    expect<response::accepted>(agency("customs"), a_message());
    expect<response::accepted>(agency("customs"), a_message());
    const auto problem = expect_problem(agency("customs"), a_message());
    BOOST_TEST((problem.code == errc::quota_exceeded));
    BOOST_TEST((problem.retry_after == 14h));  // It is 10:00.
    advance(14h);
    expect<response::accepted>(agency("customs"), a_message());
}

BOOST_AUTO_TEST_CASE(a_class_that_the_disk_has_no_room_for_is_refused_and_others_are_not) {
    core().set_disk({.bulk = false, .routine = false, .urgent = false, .flash = true});
    const auto problem = expect_problem(agency("border"), a_message());
    BOOST_TEST((problem.code == errc::store_full));
    BOOST_TEST(problem.retry_after.has_value());
    auto what = a_message();
    what.cls = message_class::flash;
    expect<response::accepted>(agency("border"), what);
}

BOOST_AUTO_TEST_CASE(times_to_live_are_bounded_and_none_is_allowed) {
    auto what = a_message();
    what.never_expires = true;
    BOOST_TEST(!stored(expect<response::accepted>(agency("border"), what).id).message.expires_at);
    what.time_to_live = 60s;
    BOOST_TEST((code_of(*this, what) == errc::validation_failed));
    what.never_expires = false;
    const auto found = stored(expect<response::accepted>(agency("border"), what).id);
    BOOST_TEST((found.message.expires_at == now + 60s));
    BOOST_TEST((found.deliveries.front().due_at == now + 60s));
    what.time_to_live = std::chrono::seconds(limits::time_to_live_max) + 1s;
    BOOST_TEST((code_of(*this, what) == errc::validation_failed));
}

BOOST_AUTO_TEST_CASE(attachments_wait_for_their_text_and_travel_as_bulk_or_urgent) {
    auto what = a_message();
    what.attachments = {upload("border", bytes(100, 1))};
    const auto plain = stored(expect<response::accepted>(agency("border"), what).id);
    what.cls = message_class::flash;
    what.attachments = {upload("border", bytes(100, 2))};
    const auto flash = stored(expect<response::accepted>(agency("border"), what).id);
    for (const auto& [found, cls] :
         {std::pair{plain, message_class::bulk}, {flash, message_class::urgent}}) {
        BOOST_REQUIRE_EQUAL(found.shipments.size(), 2U);
        BOOST_TEST((found.shipments[1].state == store::shipment_state::waiting));
        BOOST_TEST((found.shipments[1].cls == cls));
        BOOST_TEST(found.shipments[1].position == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_stopping_gateway_takes_nothing) {
    core().stop();
    BOOST_TEST((code_of(*this, a_message()) == errc::shutting_down));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
