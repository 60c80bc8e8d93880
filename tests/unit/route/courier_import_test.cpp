// What comes by stick: the same inbound path, damage, loss, repetition, and a hub between two.
// Way of the message: tests of daemon/route/courier_import*, inbound_ends.
// Not pure: files of a temporary folder.
// Spec: docs/courier.md#import.
// Limits: none.
#include "tests/unit/route/courier_bench.hpp"

namespace dhow::tests {

BOOST_FIXTURE_TEST_SUITE(courier_import_test, courier_bench)

BOOST_AUTO_TEST_CASE(a_message_arrives_and_is_opened) {
    const auto id = send(zw, "KE", "by hand");
    const auto report = import_at(ke, export_to(zw, "KE").volumes.front());
    BOOST_TEST(report.taken == 1U);
    BOOST_TEST(report.is_whole);
    BOOST_TEST(report.volumes == 1U);
    BOOST_TEST(report.volumes_in_all.value() == 1U);
    const auto found = ke.query_store<answer::inbox>(query::find_inbox{bureau("ZW"), id});
    BOOST_REQUIRE(found.rows.size() == 1);
    BOOST_TEST(found.rows.front().row.complete);
    const auto custody = ke.query_store<answer::custody>(query::find_custody{bureau("ZW"), id, 0});
    BOOST_REQUIRE(custody.rows.size() == 1);
    BOOST_TEST((custody.rows.front().taken_from == bureau("ZW")));
}

// The numbers that issue 4 names: 500 each way, one volume damaged, one twice, one lost.
BOOST_AUTO_TEST_CASE(five_hundred_both_ways_with_one_volume_damaged_one_twice_and_one_lost) {
    constexpr std::size_t count = 500;
    const std::string text(12'000, 'x');  // So that they fill several volumes.
    for (std::size_t i = 0; i < count; ++i) {
        send(zw, "KE", text);
        send(ke, "ZW", text);
    }
    const auto carry = [](core_harness& from, core_harness& to, std::string_view name) {
        auto stick = export_to(from, name);
        BOOST_REQUIRE(stick.volumes.size() >= 3U);
        damage_cell(stick.volumes[0], 9);
        stick.volumes.erase(stick.volumes.begin() + 1);
        stick.volumes.push_back(stick.volumes.back());
        return import_all(to, stick);
    };
    const auto there = carry(zw, ke, "KE");
    const auto back = carry(ke, zw, "ZW");
    for (const auto& sum : {there, back}) {
        BOOST_TEST(sum.damaged_cells == 1U);
        BOOST_TEST(sum.taken > 0U);
        BOOST_TEST(sum.taken < count);
        BOOST_TEST(sum.known > 0U);
        BOOST_TEST(sum.not_taken == 0U);
    }
    BOOST_TEST(inbox_of(ke) == there.taken);
    // What came to ZW are messages, and receipts and a custody receipt for its own.
    const auto lines = zw.query_store<answer::queue_summary>(query::summarise_queue{}).rows;
    std::size_t waits = 0;
    for (const auto& line : lines) {
        waits += line.ready + line.in_doubt + line.deferred;
    }
    BOOST_TEST(waits >= count - there.taken);  // The rest is still queued.
    // Another round brings the rest, once.
    import_all(ke, export_to(zw, "KE"));
    BOOST_TEST(inbox_of(ke) == count);
}

BOOST_AUTO_TEST_CASE(a_stick_that_is_read_twice_delivers_once) {
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    BOOST_TEST(import_all(ke, stick).taken == 1U);
    const auto again = import_all(ke, stick);
    BOOST_TEST(again.taken == 0U);
    BOOST_TEST(again.known == 1U);
    BOOST_TEST(inbox_of(ke) == 1U);
    BOOST_TEST(bundles(ke).size() == 1U);
    BOOST_TEST(bundles(ke).front().records == 1U);
}

BOOST_AUTO_TEST_CASE(two_sticks_with_the_same_message_deliver_once) {
    send(zw, "KE");
    const auto first = export_to(zw, "KE");
    const auto second = export_to(zw, "KE");
    BOOST_TEST(import_all(ke, second).taken == 1U);
    BOOST_TEST(import_all(ke, first).known == 1U);
    BOOST_TEST(inbox_of(ke) == 1U);
}

BOOST_AUTO_TEST_CASE(each_damaged_cell_loses_its_record_and_no_other) {
    for (int i = 0; i < 5; ++i) {
        send(zw, "KE");
    }
    const auto stick = export_to(zw, "KE");
    auto volume = stick.volumes.front();
    damage_cell(volume, 2);
    const auto report = import_at(ke, volume);
    BOOST_TEST(report.damaged_cells == 1U);
    BOOST_TEST(!report.is_whole);
    BOOST_TEST(report.taken == 4U);
    BOOST_TEST(inbox_of(ke) == 4U);
    BOOST_TEST(import_at(ke, stick.volumes.front()).taken == 1U);
}

BOOST_AUTO_TEST_CASE(a_damaged_letter_is_read_at_the_other_end_and_a_cut_volume_gives_what_it_has) {
    for (int i = 0; i < 5; ++i) {
        send(zw, "KE");
    }
    auto volume = export_to(zw, "KE").volumes.front();
    volume[100] ^= 1U;
    const auto letter = letter_of(volume);
    BOOST_REQUIRE(letter);
    ke.expect_problem(core_harness::an_operator(), request::courier_import{letter->data, false});
    BOOST_TEST(import_at(ke, volume, false, false).taken == 5U);
    // Cut off behind the third cell.
    auto cut = export_to(zw, "KE").volumes.front();
    cut.resize(letter_of(cut)->layout.cells_at + 3 * protocol::sealed_cell_bytes() + 100);
    BOOST_TEST(!letter_of(cut)->layout.is_whole);
    BOOST_TEST(import_at(ke, cut).known == 3U);
}

BOOST_AUTO_TEST_CASE(verifying_takes_nothing_in) {
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    const auto report = import_at(ke, stick.volumes.front(), true);
    BOOST_TEST(report.is_whole);
    BOOST_TEST(report.records == 1U);
    BOOST_TEST(inbox_of(ke) == 0U);
    BOOST_TEST(bundles(ke).empty());
}

//= CF-1, CF-3
BOOST_AUTO_TEST_CASE(letters_for_others_and_other_parcels_are_refused) {
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    core_harness mu{"MU"};
    const auto letter = letter_of(stick.volumes.front())->data;
    const auto who = core_harness::an_operator();
    BOOST_TEST((mu.expect_problem(who, request::courier_import{letter, false}).code ==
                errc::not_a_recipient));
    BOOST_TEST((zw.expect_problem(who, request::courier_import{letter, false}).code == errc::loop));
    // An agency's message is no letter, whatever it says.
    auto what = core_harness::a_message({"KE"});
    what.text = protocol::encode_letter({});
    const auto id = zw.expect<response::accepted>(core_harness::agency("border"), what).id;
    const auto row = zw.stored(id).message;
    const auto boxes = protocol::decode_lockboxes(row.lockboxes);
    const auto seal = protocol::decode_seal(row.seal);
    const std::array<bureau_id, 1> to{bureau("KE")};
    const seal::openssl_hasher hash{};
    const auto preamble =
        protocol::encode_preamble({*seal, protocol::branch_of(*boxes, to, hash).value()});
    const auto body = zw.query_store<answer::segment>(query::load_segment{row.text_object, 0});
    auto forged = protocol::encode_volume_head({static_cast<std::uint32_t>(preamble.size()),
                                                static_cast<std::uint32_t>(body.data->size())});
    forged.insert(forged.end(), preamble.begin(), preamble.end());
    forged.insert(forged.end(), body.data->begin(), body.data->end());
    BOOST_TEST((ke.expect_problem(who, request::courier_import{forged, false}).code ==
                errc::validation_failed));
}

BOOST_AUTO_TEST_CASE(bundles_of_a_suspended_bureau_are_refused) {
    send(zw, "KE");
    const auto stick = export_to(zw, "KE");
    for (auto& entry : ke.directory().entries) {
        if (entry.bureau == bureau("ZW")) {
            entry.status = protocol::bureau_status::suspended;
        }
    }
    ke.reload();
    const auto letter = letter_of(stick.volumes.front())->data;
    ke.expect_problem(core_harness::an_operator(), request::courier_import{letter, false});
    BOOST_TEST(inbox_of(ke) == 0U);
}

// Killed between two parts: the same volume once more goes on, an attachment at its byte.
BOOST_AUTO_TEST_CASE(an_import_that_is_killed_anywhere_is_done_again) {
    const bytes file(700'000, 7);
    const auto id = send(zw, "KE", "with a file", {zw.upload("border", file)});
    send(zw, "KE");
    const auto volume = export_to(zw, "KE").volumes.front();
    const auto cells = letter_of(volume)->layout.cells;
    for (std::uint64_t stop = 0; stop < cells; stop += limits::courier_cells_a_part) {
        const auto who = core_harness::an_operator();
        const auto letter = letter_of(volume);
        const auto job =
            ke.expect<response::courier_job>(who, request::courier_import{letter->data, false});
        const auto cell = protocol::sealed_cell_bytes();
        for (std::uint64_t place = 0; place < stop; place += limits::courier_cells_a_part) {
            const auto from = volume.begin() +
                              static_cast<std::ptrdiff_t>(letter->layout.cells_at + place * cell);
            ke.expect<response::done>(
                who, request::courier_cells{
                         job.job, place,
                         bytes(from, from + static_cast<std::ptrdiff_t>(
                                                limits::courier_cells_a_part * cell))});
        }
        ke.restart();
    }
    import_at(ke, volume);
    BOOST_TEST(inbox_of(ke) == 2U);
    const auto found = ke.query_store<answer::inbox>(query::find_inbox{bureau("ZW"), id});
    BOOST_TEST(found.rows.front().row.complete);
}

// Killed at any commit: what is not on disk is not told, and comes with the next reading.
BOOST_AUTO_TEST_CASE(an_import_that_fails_at_any_commit_is_done_again) {
    for (int i = 0; i < 3; ++i) {
        send(zw, "KE");
    }
    const auto volume = export_to(zw, "KE").volumes.front();
    for (std::size_t failing = 0; failing < 12; ++failing) {
        core_harness at{"KE"};
        std::size_t commits = 0;
        at.is_disk_full_for = [&](const auto&) { return commits++ == failing; };
        const auto letter = letter_of(volume);
        const auto who = core_harness::an_operator();
        auto said = at.ask(who, request::courier_import{letter->data, false});
        if (const auto* job = std::get_if<response::courier_job>(&said)) {
            const auto from = volume.begin() + static_cast<std::ptrdiff_t>(letter->layout.cells_at);
            const auto size = static_cast<std::ptrdiff_t>(
                std::min<std::uint64_t>(letter->layout.cells, limits::courier_cells_a_part) *
                protocol::sealed_cell_bytes());
            at.ask(who, request::courier_cells{job->job, 0, bytes(from, from + size)});
        }
        at.is_disk_full_for = {};
        at.restart();
        import_at(at, volume);
        BOOST_TEST(inbox_of(at) == 3U);
    }
}

BOOST_AUTO_TEST_CASE(a_hub_between_two_couriers) {
    core_harness hub{"IPSG"};
    for (auto* at : {&zw, &ke, &hub}) {
        for (auto& entry : at->directory().entries) {
            if (entry.bureau == bureau("IPSG")) {
                entry.role = protocol::bureau_role::hub;
            }
        }
        at->reload();
    }
    const auto id = send(zw, "KE");
    BOOST_TEST(import_all(hub, export_to(zw, "IPSG")).taken == 1U);
    BOOST_TEST(inbox_of(hub) == 0U);
    BOOST_TEST(import_all(ke, export_to(hub, "KE")).taken == 1U);
    BOOST_TEST(inbox_of(ke) == 1U);
    // The receipt goes back the same way, and with it what each holds of the other's bundles.
    import_all(hub, export_to(ke, "IPSG"));
    BOOST_TEST((delivery(hub, id).state == store::delivery_state::handed_on));
    import_all(zw, export_to(hub, "ZW"));
    BOOST_TEST((delivery(zw, id).state == store::delivery_state::complete));
}

BOOST_AUTO_TEST_CASE(time_on_the_way_counts) {
    auto what = core_harness::a_message({"KE"});
    what.time_to_live = std::chrono::hours{2};
    zw.expect<response::accepted>(core_harness::agency("border"), what);
    const auto stick = export_to(zw, "KE");
    ke.advance(3h);
    const auto report = import_all(ke, stick);
    BOOST_TEST(report.taken == 0U);
    BOOST_TEST(report.not_taken == 1U);
    BOOST_TEST(inbox_of(ke) == 0U);
}

BOOST_AUTO_TEST_CASE(wrong_requests_are_refused) {
    const auto who = core_harness::an_operator();
    BOOST_TEST(
        (ke.expect_problem(who, request::courier_import{{}, false}).code == errc::bad_request));
    BOOST_TEST((ke.expect_problem(who, request::courier_cells{9, 0, {}}).code == errc::not_found));
    BOOST_TEST(
        (ke.expect_problem(core_harness::agency("border"), request::courier_import{{}, false})
             .code == errc::unauthorised));
    send(zw, "KE");
    const auto letter = letter_of(export_to(zw, "KE").volumes.front())->data;
    const auto job = ke.expect<response::courier_job>(who, request::courier_import{letter, false});
    BOOST_TEST((ke.expect_problem(who, request::courier_cells{job.job, 0, bytes(7)}).code ==
                errc::bad_request));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
