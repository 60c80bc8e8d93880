// Scripted exchanges between two sessions: greeting, inline and large transfers, order, ends.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md. Hostile input is in link_session_hostile_test.cpp.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::body_of;
using dhow::tests::digest_of;
using dhow::tests::granting;
using dhow::tests::session_pair;
using dhow::tests::test_object;
using dhow::tests::test_side;
using dhow::tests::test_store;
using dhow::tests::two_sides;
using dhow::tests::usual_options;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(link_session_test)

namespace {

bool has_line(test_side& side, const std::string& line) {
    return std::ranges::find(side.log(), line) != side.log().end();
}

bool has_arrived(test_store& store, const test_object& what) {
    const auto found = store.arrived.find(digest_of(what.number));
    return found != store.arrived.end() && found->second == body_of(what.number, what.body_bytes);
}

bytes a_ping() {
    bytes out;
    append_frame(out, ping_frame{1, dhow::tests::start_time});
    return out;
}

}  // namespace

//= LP-20, LP-21, LP-22
BOOST_FIXTURE_TEST_CASE(greets_dialler_first, two_sides) {
    BOOST_TEST(pair.send(1, 1000) == 0U);  // the listener has nothing to say yet
    pair.run();
    const std::vector<std::string> at_dialler{"sign_hello", "verify_hello MU", "established"};
    const std::vector<std::string> at_listener{"verify_hello ZW", "established", "sign_hello"};
    BOOST_TEST(pair.dialler().log() == at_dialler, boost::test_tools::per_element());
    BOOST_TEST(pair.listener().log() == at_listener, boost::test_tools::per_element());
    BOOST_TEST(pair.dialler().session().is_established());
    BOOST_TEST(pair.listener().session().peer().bureau.text() == "ZW");
}

//= LP-26
BOOST_FIXTURE_TEST_CASE(signs_and_verifies_the_same_bytes, two_sides) {
    pair.run();
    BOOST_TEST((pair.dialler().to_be_signed == pair.listener().to_be_verified));
    BOOST_TEST((pair.listener().to_be_signed == pair.dialler().to_be_verified));
    BOOST_TEST((pair.listener().to_be_signed != pair.dialler().to_be_signed));
}

//= LP-25, LP-40
BOOST_FIXTURE_TEST_CASE(dialler_sends_small_messages_before_it_hears_the_listener, two_sides) {
    const test_object what{.number = 1, .body_bytes = 500, .preamble_bytes = 900};
    pair.dialler().offer(what);
    while (pair.send(0, 1 << 20) > 0) {
    }
    BOOST_TEST(has_line(pair.dialler(), "all_sent 0"));
    pair.deliver(0, 1 << 20);
    BOOST_TEST(has_arrived(mu, what));
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));
    BOOST_TEST(pair.dialler().session().open_transfers() == 0U);
}

//= LP-24
BOOST_FIXTURE_TEST_CASE(holds_what_follows_hello_until_it_is_verified, two_sides) {
    pair.listener().verifies = false;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST(!has_line(pair.listener(), "offer_received 0 inline"));
    pair.listener().session().on_hello_verified({}, pair.listener().now);
    pair.listener().handle_events();
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));
}

BOOST_FIXTURE_TEST_CASE(ends_when_hello_is_refused_and_says_why, two_sides) {
    pair.listener().verdict = errc::clone_detected;
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST(!has_line(pair.listener(), "offer_received 0 inline"));
    BOOST_TEST((pair.listener().end()->code == make_error_code(errc::clone_detected)));
    BOOST_TEST((pair.dialler().end()->code == make_error_code(errc::clone_detected)));
    BOOST_TEST(mu.arrived.empty());
}

//= LP-43, LP-45, LP-46, LP-47
BOOST_FIXTURE_TEST_CASE(large_object_waits_for_accept_and_flows_by_durable_bytes, two_sides) {
    const test_object what{.number = 7, .body_bytes = 3'000'000};
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_arrived(mu, what));
    BOOST_TEST(has_line(pair.listener(), "offer_received 0"));
    BOOST_TEST(has_line(pair.listener(), "data_received 0 65536+65536"));
    BOOST_TEST(has_line(pair.dialler(), "acknowledged 0 131072"));
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));
    BOOST_TEST(pair.dialler().data_bytes_supplied() == what.body_bytes);
}

//= LP-46
BOOST_FIXTURE_TEST_CASE(sends_no_more_than_the_window_beyond_what_is_durable, two_sides) {
    pair.listener().syncs = false;
    pair.dialler().offer({.number = 7, .body_bytes = 3'000'000});
    pair.run();
    BOOST_TEST(pair.dialler().data_bytes_supplied() == limits::transfer_window_bytes);
    pair.listener().session().on_durable(0, 100'000, pair.listener().now);
    pair.run();
    BOOST_TEST(pair.dialler().data_bytes_supplied() == limits::transfer_window_bytes + 100'000);
}

BOOST_FIXTURE_TEST_CASE(reads_two_segments_ahead_and_not_more, two_sides) {
    pair.dialler().supplies = false;
    pair.dialler().offer({.number = 7, .body_bytes = 3'000'000});
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "need_data 0 0+65536"));
    BOOST_TEST(has_line(pair.dialler(), "need_data 0 65536+65536"));
    BOOST_TEST(!has_line(pair.dialler(), "need_data 0 131072+65536"));
}

//= LP-44
BOOST_AUTO_TEST_CASE(resumes_at_the_offset_of_hello_without_waiting_for_accept) {
    test_store zw;
    test_store mu;
    const test_object what{.number = 7, .body_bytes = 200'000};
    const auto body = body_of(7, what.body_bytes);
    mu.partial[digest_of(7)] = {body.begin(), body.begin() + 100'001};
    session_pair pair{zw, mu, usual_options(), usual_options()};
    pair.run();
    pair.listener().answers = false;
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(pair.dialler().data_bytes_supplied() == limits::inline_body_bytes_max);
    pair.listener().session().accept(0, 100'001, pair.listener().now);
    pair.listener().answers = true;
    pair.listener().handle_events();
    pair.run();
    BOOST_TEST(has_arrived(mu, what));
    BOOST_TEST(pair.dialler().data_bytes_supplied() == 99'999U);
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));
}

//= LP-44
BOOST_AUTO_TEST_CASE(a_partial_that_is_gone_makes_the_offer_start_anew) {
    test_store zw;
    test_store mu;
    const test_object what{.number = 7, .body_bytes = 200'000};
    mu.partial[digest_of(7)] = bytes(100'000);
    session_pair pair{zw, mu, usual_options(), usual_options()};
    pair.run();
    mu.partial.clear();
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_line(pair.listener(), "peer_cancelled 0"));
    BOOST_TEST(has_line(pair.dialler(), "refused 0 302"));
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_arrived(mu, what));
}

BOOST_AUTO_TEST_CASE(all_of_it_on_disk_is_committed_without_a_byte_of_data) {
    test_store zw;
    test_store mu;
    const test_object what{.number = 7, .body_bytes = 100'000};
    mu.partial[digest_of(7)] = body_of(7, what.body_bytes);
    session_pair pair{zw, mu, usual_options(), usual_options()};
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_arrived(mu, what));
    BOOST_TEST(pair.dialler().data_bytes_supplied() == 0U);
    BOOST_TEST(has_line(pair.dialler(), "all_sent 0"));
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));
}

//= LP-30
BOOST_FIXTURE_TEST_CASE(answers_go_before_waiting_data, two_sides) {
    pair.dialler().session().set_frame_payload(1000);
    pair.dialler().offer({.number = 7, .cls = message_class::bulk, .body_bytes = 300'000});
    pair.run(1 << 20, 50'000);
    pair.send(0, 1 << 20);
    pair.dialler().session().on_bytes(a_ping(), pair.dialler().now);
    const auto next = decode_frame(pair.dialler().session().to_send(pair.dialler().now));
    BOOST_TEST(std::holds_alternative<pong_frame>(*next->value));
}

//= LP-31
BOOST_FIXTURE_TEST_CASE(flash_overtakes_a_half_sent_bulk_object_within_one_frame, two_sides) {
    pair.dialler().session().set_frame_payload(1000);
    pair.dialler().offer({.number = 7, .cls = message_class::bulk, .body_bytes = 300'000});
    pair.run(1 << 20, 100'000);
    const auto half_frame = pair.dialler().session().to_send(pair.dialler().now).size() / 2;
    pair.send(0, half_frame);
    const test_object urgent{.number = 8, .cls = message_class::flash, .body_bytes = 900};
    pair.dialler().offer(urgent);
    const auto rest = pair.send(0, 1 << 20);
    BOOST_TEST(rest <= 1010U);
    pair.send(0, 1 << 20);
    pair.send(0, 1 << 20);
    BOOST_TEST(has_line(pair.dialler(), "all_sent 1"));
    pair.run();
    const std::vector<digest> order{digest_of(8), digest_of(7)};
    BOOST_TEST((mu.order_of_arrival == order));
}

//= LP-32
BOOST_FIXTURE_TEST_CASE(a_large_flash_message_finds_a_place_beside_open_files, two_sides) {
    pair.listener().syncs = false;
    for (std::uint32_t i = 0; i < 20; ++i) {
        pair.dialler().offer({.number = i, .cls = message_class::bulk, .body_bytes = 900'000});
    }
    pair.run();
    BOOST_TEST(!pair.dialler().session().can_offer(message_class::bulk, 900'000));
    BOOST_TEST(pair.dialler().session().can_offer(message_class::routine, 900'000));
    const test_object urgent{.number = 99, .cls = message_class::flash, .body_bytes = 100'000};
    pair.dialler().offer(urgent);
    pair.listener().syncs = true;
    pair.run();
    BOOST_TEST(has_arrived(mu, urgent));
}

//= LP-42
BOOST_FIXTURE_TEST_CASE(keeps_the_last_of_the_credit_for_flash, two_sides) {
    pair.listener().verifies = false;
    for (std::uint32_t i = 0; i < 20; ++i) {
        pair.dialler().offer({.number = i, .body_bytes = 4096});
    }
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "all_sent 11"));  // 48 KiB
    BOOST_TEST(!has_line(pair.dialler(), "all_sent 12"));
    BOOST_TEST(!pair.dialler().session().can_offer(message_class::urgent, 1000));
    BOOST_TEST(pair.dialler().session().can_offer(message_class::flash, 1000));
    pair.dialler().offer({.number = 30, .cls = message_class::flash, .body_bytes = 4096});
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "all_sent 20"));
    pair.listener().session().on_hello_verified({}, pair.listener().now);
    pair.listener().handle_events();
    pair.run();
    BOOST_TEST(mu.arrived.size() == 21U);
    BOOST_TEST(has_line(pair.dialler(), "can_offer_again"));
}

BOOST_AUTO_TEST_CASE(a_peer_without_inline_credit_gets_small_bodies_after_its_accept) {
    test_store zw;
    test_store mu;
    session_pair pair{zw, mu, usual_options(), granting(0)};
    pair.run();
    const test_object what{.number = 1, .body_bytes = 500, .preamble_bytes = 900};
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_line(pair.listener(), "offer_received 0"));
    BOOST_TEST(has_arrived(mu, what));
}

//= LP-33
BOOST_FIXTURE_TEST_CASE(the_age_of_an_offer_grows_while_it_waits, two_sides) {
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.set_now(dhow::tests::start_time + seconds{5});
    pair.run();
    BOOST_TEST(pair.listener().last_offer.age.count() == 5000);
}

//= LP-51
BOOST_FIXTURE_TEST_CASE(cancel_makes_received_bytes_durable_and_frees_the_place, two_sides) {
    pair.dialler().session().set_frame_payload(1000);
    const test_object what{.number = 7, .cls = message_class::bulk, .body_bytes = 300'000};
    pair.dialler().offer(what);
    pair.run(1 << 20, 100'000);
    pair.dialler().session().cancel(0, errc::cancelled, pair.dialler().now);
    pair.run();
    BOOST_TEST(has_line(pair.listener(), "peer_cancelled 0"));
    BOOST_TEST(pair.dialler().session().open_transfers() == 0U);
    const auto kept = mu.partial[digest_of(7)].size();
    BOOST_TEST(kept > 65536U);
    pair.dialler().offer(what);
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "acknowledged 1 " + std::to_string(kept)));
    BOOST_TEST(has_arrived(mu, what));
}

//= LP-52
BOOST_FIXTURE_TEST_CASE(commit_and_cancel_may_cross, two_sides) {
    pair.run();
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    while (pair.send(0, 1 << 20) > 0) {
    }
    pair.deliver(0, 1 << 20);  // the COMMIT is on its way
    pair.dialler().session().cancel(0, errc::cancelled, pair.dialler().now);
    pair.run();
    BOOST_TEST(!pair.dialler().end().has_value());
    BOOST_TEST(!pair.listener().end().has_value());
}

//= LP-49, LP-50
BOOST_FIXTURE_TEST_CASE(refusal_in_mid_transfer_stops_it_and_later_data_is_ignored, two_sides) {
    pair.listener().answers = false;
    pair.run();
    pair.dialler().offer({.number = 1, .body_bytes = 16'000});
    while (pair.send(0, 1 << 20) > 0) {
    }
    pair.deliver(0, 200);
    pair.listener().session().refuse(0, errc::not_allowed, seconds{0}, {}, pair.listener().now);
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "refused 0 304 all_sent"));
    BOOST_TEST(!pair.listener().end().has_value());
    BOOST_TEST(!has_line(pair.listener(), "body_received 0"));
}

//= LP-48
BOOST_FIXTURE_TEST_CASE(waiting_acks_of_a_stream_are_merged, two_sides) {
    pair.listener().syncs = false;
    pair.dialler().offer({.number = 7, .body_bytes = 3'000'000});
    pair.run();
    for (const std::uint64_t durable : {1000U, 2000U, 3000U}) {
        pair.listener().session().on_durable(0, durable, pair.listener().now);
    }
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "acknowledged 0 3000"));
    BOOST_TEST(!has_line(pair.dialler(), "acknowledged 0 1000"));
}

//= LP-61
BOOST_FIXTURE_TEST_CASE(goodbye_ends_both_sides_and_names_the_pause, two_sides) {
    pair.run();
    pair.listener().session().goodbye(errc::shutting_down, seconds{30}, pair.listener().now);
    pair.listener().handle_events();
    BOOST_TEST(pair.listener().session().is_ended());
    pair.run();
    BOOST_REQUIRE(pair.dialler().end().has_value());
    BOOST_TEST((pair.dialler().end()->code == make_error_code(errc::shutting_down)));
    BOOST_TEST(pair.dialler().end()->reconnect_after.count() == 30);
    BOOST_TEST(!pair.dialler().end()->durable_progress);
    BOOST_TEST(pair.send(0, 1000) == 0U);
}

//= LP-62
BOOST_FIXTURE_TEST_CASE(a_cut_gives_out_what_was_gathered, two_sides) {
    pair.dialler().session().set_frame_payload(1000);
    pair.dialler().offer({.number = 7, .body_bytes = 300'000});
    pair.run(1 << 20, 30'000);
    BOOST_TEST(mu.partial[digest_of(7)].empty());
    pair.cut();
    BOOST_TEST(mu.partial[digest_of(7)].size() > 25'000U);
    BOOST_TEST((pair.listener().end()->code == make_error_code(errc::connection_lost)));
    BOOST_TEST(pair.listener().end()->durable_progress == false);
}

BOOST_AUTO_TEST_CASE(a_session_whose_stream_numbers_are_used_up_says_goodbye) {
    test_store zw;
    test_store mu;
    auto few = usual_options();
    few.streams_max = 3;
    session_pair pair{zw, mu, few, usual_options()};
    for (std::uint32_t i = 0; i < 5; ++i) {
        pair.dialler().offer({.number = i, .body_bytes = 100});
    }
    pair.run();
    BOOST_TEST(mu.arrived.size() == 3U);
    BOOST_TEST((pair.dialler().end()->code == make_error_code(errc::shutting_down)));
    BOOST_TEST(pair.listener().end().has_value());
}

BOOST_FIXTURE_TEST_CASE(moves_as_a_value, two_sides) {
    link_session other = std::move(pair.dialler().session());
    BOOST_TEST(!other.is_ended());
    BOOST_TEST(other.to_send(dhow::tests::start_time).size() > 0U);
}

//= LP-55
BOOST_AUTO_TEST_CASE(a_commit_waits_for_what_goes_the_same_way_and_not_for_longer) {
    test_store zw;
    test_store mu;
    auto patient = usual_options();
    patient.commit_wait = milliseconds{25};
    session_pair pair{zw, mu, usual_options(), patient};
    pair.run();
    pair.dialler().offer({.number = 1, .body_bytes = 500});
    pair.run();
    BOOST_TEST(!has_line(pair.dialler(), "committed 0"));
    pair.listener().offer({.number = 2, .body_bytes = 200});
    const auto first = decode_frame(pair.listener().session().to_send(pair.listener().now)).value();
    BOOST_TEST(std::holds_alternative<commit_frame>(*first.value));
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "committed 0"));

    pair.dialler().offer({.number = 3, .body_bytes = 500});
    pair.run();
    BOOST_TEST(!has_line(pair.dialler(), "committed 1"));
    const auto due = pair.listener().session().next_deadline().value();
    BOOST_TEST((due == pair.listener().now + milliseconds{25}));
    pair.listener().now = due;
    pair.listener().session().on_deadline(due);
    pair.run();
    BOOST_TEST(has_line(pair.dialler(), "committed 1"));
}

BOOST_FIXTURE_TEST_CASE(a_short_rest_goes_with_the_last_frame, two_sides) {
    pair.run();
    pair.dialler().session().set_frame_payload(1000);
    pair.dialler().offer({.number = 1, .body_bytes = 1250});
    pair.send(0, 1 << 20);
    const auto next = decode_frame(pair.dialler().session().to_send(pair.dialler().now)).value();
    BOOST_TEST(std::get<data_frame>(*next.value).payload.size() == 1250U);
}

BOOST_AUTO_TEST_SUITE_END()
