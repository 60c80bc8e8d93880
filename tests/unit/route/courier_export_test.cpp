// What goes along, how volumes are cut, what is noted before bytes leave, and what stays as it is.
// Way of the message: tests of daemon/route/courier_export*.
// Not pure: files of a temporary folder.
// Spec: docs/courier.md#export.
// Limits: none.
#include "daemon/store/names.hpp"
#include "tests/unit/route/courier_bench.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(courier_export_test, courier_bench)

namespace {
std::size_t events_of(core_harness& at, const message_id& id, std::string_view what) {
    const auto all =
        at.query_store<answer::events>(query::load_events{{}, id, std::string(what), {}});
    return all.rows.size();
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_waits_goes_along_and_stays_queued_as_it_was) {
    const auto id = send(zw, "KE");
    const auto before = zw.stored(id);
    const auto stick = export_to(zw, "KE");
    const auto after = zw.stored(id);
    BOOST_TEST(stick.volumes.size() == 1U);
    BOOST_TEST((after.deliveries.front().state == before.deliveries.front().state));
    BOOST_TEST((after.deliveries.front().due_at == before.deliveries.front().due_at));
    BOOST_REQUIRE(after.shipments.size() == 1);
    BOOST_TEST((after.shipments.front().state == store::shipment_state::ready));
    BOOST_TEST(events_of(zw, id, store::courier_event) == 1U);
    const auto rows = bundles(zw);
    BOOST_REQUIRE(rows.size() == 1);
    BOOST_TEST((rows.front().state == store::bundle_state::written));
    BOOST_TEST(rows.front().open == 1U);
    BOOST_TEST((rows.front().id == stick.bundle));
}

BOOST_AUTO_TEST_CASE(a_hub_gets_what_goes_by_it_and_the_recipient_what_is_for_it) {
    send(zw, "KE");
    send(zw, "MU");
    export_to(zw, "IPSG");
    export_to(zw, "MU");
    export_to(zw, "TZ");
    const auto rows = bundles(zw);
    BOOST_REQUIRE(rows.size() == 3);
    BOOST_TEST(rows[0].records == 2U);
    BOOST_TEST(rows[1].records == 1U);
    BOOST_TEST(rows[2].records == 0U);
}

BOOST_AUTO_TEST_CASE(classes_go_in_order_and_not_below_the_least) {
    auto flash = core_harness::a_message({"KE"});
    flash.cls = message_class::flash;
    send(zw, "KE");
    zw.expect<response::accepted>(core_harness::agency("border"), flash);
    export_to(zw, "KE", limits::courier_volume_bytes_min, 1, true, message_class::flash);
    BOOST_TEST(bundles(zw).front().records == 1U);
}

BOOST_AUTO_TEST_CASE(held_cancelled_and_delivered_messages_do_not_go_along) {
    const auto held = send(zw, "KE");
    const auto cancelled = send(zw, "KE");
    zw.expect<response::done>(core_harness::an_operator(), request::hold{held, bureau_id{}, true});
    zw.expect<response::done>(core_harness::agency("border"), request::cancel{cancelled});
    export_to(zw, "KE");
    BOOST_TEST(bundles(zw).front().records == 0U);
}

// What is noted and what leaves: the note is on disk before a part is given out.
BOOST_AUTO_TEST_CASE(nothing_leaves_that_is_not_noted) {
    const auto id = send(zw, "KE");
    const auto who = core_harness::an_operator();
    const auto job = zw.expect<response::courier_job>(
        who, request::courier_export{bureau("KE"), limits::courier_volume_bytes_min, 1,
                                     message_class::bulk});
    zw.is_disk_full_for = [](const auto& one) {
        return !one.changes.empty() &&
               std::holds_alternative<operation::put_bundle_record>(one.changes.front());
    };
    const auto got = zw.expect<response::courier_part>(who, request::courier_part{job.job, 1});
    zw.is_disk_full_for = {};
    const auto report =
        zw.expect<response::courier_report>(who, request::courier_export_end{job.job, true});
    BOOST_TEST(report.records == 0U);
    BOOST_TEST(report.has_more);
    BOOST_TEST(events_of(zw, id, store::courier_event) == 0U);
}

BOOST_AUTO_TEST_CASE(a_message_that_is_cancelled_meanwhile_does_not_go_along) {
    const auto id = send(zw, "KE");
    const auto who = core_harness::an_operator();
    const auto job = zw.expect<response::courier_job>(
        who, request::courier_export{bureau("KE"), limits::courier_volume_bytes_min, 1,
                                     message_class::bulk});
    const auto row = delivery(zw, id);
    zw.before_apply = [&](const auto&) {
        zw.apply({operation::advance_delivery{.message = row.message,
                                              .recipient = row.recipient,
                                              .expected = in_state(row.state),
                                              .state = store::delivery_state::cancelled,
                                              .at = zw.now}});
    };
    zw.expect<response::courier_part>(who, request::courier_part{job.job, 1});
    const auto report =
        zw.expect<response::courier_report>(who, request::courier_export_end{job.job, true});
    BOOST_TEST(report.records == 0U);
    BOOST_TEST(!report.has_more);
}

// Counts like relayed (finding of an earlier review): it is neither cancelled nor expired here.
BOOST_AUTO_TEST_CASE(what_went_along_may_be_with_others) {
    const auto id = send(zw, "KE");
    export_to(zw, "KE");
    const auto said =
        zw.expect<response::done>(core_harness::agency("border"), request::cancel{id});
    BOOST_TEST(said.text.find("follows it") != std::string::npos, said.text);
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::queued));
    zw.advance(25h);
    BOOST_TEST((delivery(zw, id).state != store::delivery_state::expired));
}

// And ends, when no word ever comes.
BOOST_AUTO_TEST_CASE(what_expired_on_its_way_is_noticed_after_the_lifetime_of_receipts) {
    const auto id = send(zw, "KE");
    export_to(zw, "KE");
    zw.advance(24h + limits::courier_receipt_lifetime - 12h);
    zw.advance(7h);
    BOOST_TEST((delivery(zw, id).state != store::delivery_state::expired));
    for (int i = 0; i < 4; ++i) {
        zw.advance(7h);
    }
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::expired));
    zw.advance(7h);
    zw.advance(7h);
    BOOST_TEST((bundles(zw).front().state == store::bundle_state::settled));
}

BOOST_AUTO_TEST_CASE(volumes_are_cut_between_texts_and_inside_attachments) {
    const bytes file(5'000'000, 7);
    send(zw, "KE", "with a file", {zw.upload("border", file)});
    const auto stick = export_to(zw, "KE");
    BOOST_TEST(stick.volumes.size() == 3U);
    for (const auto& volume : stick.volumes) {
        BOOST_TEST(volume.size() <= limits::courier_volume_bytes_min);
        BOOST_TEST(letter_of(volume)->layout.is_whole);
        BOOST_TEST((letter_of(volume, true)->data == letter_of(volume, false)->data));
    }
    const auto sum = import_all(ke, stick);
    BOOST_TEST(sum.taken == 2U);
    BOOST_TEST(sum.parts == 2U);
    BOOST_TEST(sum.volumes_in_all.value() == 3U);
    const auto item =
        ke.query_store<answer::inbox>(query::list_inbox{"", 0, 10, false}).rows.front();
    BOOST_TEST(item.row.complete);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_told_and_goes_with_the_next) {
    const bytes file(3'000'000, 7);
    send(zw, "KE", "with a file", {zw.upload("border", file)});
    const auto first = export_to(zw, "KE", limits::courier_volume_bytes_min, 1);
    BOOST_TEST(first.has_more);
    BOOST_TEST(import_all(ke, first).taken == 1U);
    const auto second = export_to(zw, "KE");
    BOOST_TEST(!second.has_more);
    import_all(ke, second);
    const auto item =
        ke.query_store<answer::inbox>(query::list_inbox{"", 0, 10, false}).rows.front();
    BOOST_TEST(item.row.complete);
}

BOOST_AUTO_TEST_CASE(parts_come_in_order_and_the_last_once_more) {
    send(zw, "KE");
    const auto who = core_harness::an_operator();
    const auto job = zw.expect<response::courier_job>(
        who, request::courier_export{bureau("KE"), limits::courier_volume_bytes_min, 1,
                                     message_class::bulk});
    zw.expect_problem(who, request::courier_part{job.job, 2});
    const auto first = zw.expect<response::courier_part>(who, request::courier_part{job.job, 1});
    const auto again = zw.expect<response::courier_part>(who, request::courier_part{job.job, 1});
    BOOST_TEST((first.data == again.data));
    zw.expect_problem(who, request::courier_part{job.job + 1, 1});
}

BOOST_AUTO_TEST_CASE(an_export_that_nobody_ends_is_broken_after_a_restart) {
    send(zw, "KE");
    zw.expect<response::courier_job>(
        core_harness::an_operator(),
        request::courier_export{bureau("KE"), limits::courier_volume_bytes_min, 1,
                                message_class::bulk});
    zw.restart();
    zw.advance(1h);
    zw.advance(2min);
    BOOST_TEST((bundles(zw).front().state == store::bundle_state::settled ||
                bundles(zw).front().state == store::bundle_state::broken));
    // It goes along with the next all the same.
    const auto stick = export_to(zw, "KE");
    BOOST_TEST(import_all(ke, stick).taken == 1U);
}

// Killed at any commit: what was given out is noted, and the next export brings it.
BOOST_AUTO_TEST_CASE(an_export_that_fails_at_any_commit_is_done_again) {
    for (std::size_t failing = 0; failing < 8; ++failing) {
        core_harness from;
        core_harness to{"KE"};
        const auto id = send(from, "KE");
        std::size_t commits = 0;
        from.is_disk_full_for = [&](const auto&) { return commits++ == failing; };
        const auto who = core_harness::an_operator();
        auto begun =
            from.ask(who, request::courier_export{bureau("KE"), limits::courier_volume_bytes_min, 1,
                                                  message_class::bulk});
        if (const auto* job = std::get_if<response::courier_job>(&begun)) {
            const auto got = from.ask(who, request::courier_part{job->job, 1});
            const bool has_left = std::holds_alternative<response::courier_part>(got);
            const bool is_noted = events_of(from, id, store::courier_event) > 0;
            from.ask(who, request::courier_export_end{job->job, true});
            BOOST_TEST((!has_left || is_noted || bundles(from).front().records == 0U));
        }
        from.is_disk_full_for = {};
        from.restart();
        BOOST_TEST(import_all(to, export_to(from, "KE")).taken == 1U);
        BOOST_TEST(inbox_of(to) == 1U);
    }
}

BOOST_AUTO_TEST_CASE(wrong_wishes_are_refused) {
    const auto who = core_harness::an_operator();
    const auto wish = [](std::string_view to, std::uint64_t size, std::uint32_t volumes) {
        return request::courier_export{bureau(to), size, volumes, message_class::bulk};
    };
    const auto size = limits::courier_volume_bytes_min;
    BOOST_TEST((zw.expect_problem(who, wish("ZW", size, 1)).code == errc::unknown_recipient));
    BOOST_TEST((zw.expect_problem(who, wish("XX", size, 1)).code == errc::unknown_recipient));
    BOOST_TEST((zw.expect_problem(who, wish("KE", size - 1, 1)).code == errc::bad_request));
    BOOST_TEST((zw.expect_problem(who, wish("KE", size, 0)).code == errc::bad_request));
    BOOST_TEST((zw.expect_problem(core_harness::agency("border"), wish("KE", size, 1)).code ==
                errc::unauthorised));
    for (std::size_t i = 0; i < limits::courier_jobs_max; ++i) {
        zw.expect<response::courier_job>(who, wish("KE", size, 1));
    }
    BOOST_TEST((zw.expect_problem(who, wish("KE", size, 1)).code == errc::overloaded));
    zw.advance(16min);  // Nobody goes on with them.
    zw.expect<response::courier_job>(who, wish("KE", size, 1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
