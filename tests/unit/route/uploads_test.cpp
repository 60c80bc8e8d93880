// Uploads: pieces in order, durable before they are answered, of one agency only, bounded.
// Way of the message: tests of daemon/route/uploads.
// Not pure: a store in a temporary folder.
// Spec: docs/overview.md#uploads.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {
bytes bytes_of_an_upload(std::size_t size) {
    bytes out(size);
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
    }
    return out;
}
}  // namespace

BOOST_FIXTURE_TEST_SUITE(uploads_test, core_harness)

BOOST_AUTO_TEST_CASE(a_message_takes_its_uploads_with_digest_and_length_of_the_sealed_object) {
    const auto plain = bytes_of_an_upload(2 * limits::piece_bytes + 12'345);
    auto what = a_message();
    what.attachments = {upload("border", plain)};
    const auto found = stored(expect<response::accepted>(agency("border"), what).id);
    BOOST_REQUIRE_EQUAL(found.objects.size(), 2U);
    const auto& object = found.objects[1];
    BOOST_TEST((object.state == store::object_state::complete));
    BOOST_TEST(object.bytes == object.durable_bytes);
    BOOST_TEST(object.bytes > plain.size());
    auto hash = seal::openssl_hasher().start();
    for (std::uint32_t i = 0; i * limits::segment_bytes < object.bytes; ++i) {
        hash->update(query_store<answer::segment>(query::load_segment{object.row, i}).data.value());
    }
    BOOST_TEST((hash->finish() == object.sealed_digest));
}

BOOST_AUTO_TEST_CASE(an_empty_file_and_one_that_ends_with_a_piece_are_uploads_too) {
    auto what = a_message();
    what.attachments = {upload("border", {}),
                        upload("border", bytes_of_an_upload(limits::piece_bytes))};
    BOOST_TEST(stored(expect<response::accepted>(agency("border"), what).id).objects.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_end_may_be_said_without_bytes) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    expect<response::upload>(
        who, request::continue_upload{id, bytes_of_an_upload(limits::piece_bytes), false});
    const auto said = expect<response::upload>(who, request::continue_upload{id, {}, true});
    BOOST_TEST(said.plain_bytes == limits::piece_bytes);
}

BOOST_AUTO_TEST_CASE(a_piece_is_answered_only_when_it_is_on_disk) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    bool answered = false;
    before_apply = [&](const store::transaction&) { BOOST_TEST(!answered); };
    core().request(who,
                   request::continue_upload{id, bytes_of_an_upload(limits::piece_bytes), false},
                   [&](api_response) { answered = true; });
    pump();
    BOOST_TEST(answered);
}

BOOST_AUTO_TEST_CASE(pieces_of_another_length_are_refused_unless_last) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    BOOST_TEST(
        (expect_problem(who, request::continue_upload{id, bytes_of_an_upload(10), false}).code ==
         errc::bad_request));
    BOOST_TEST(
        (expect_problem(
             who, request::continue_upload{id, bytes_of_an_upload(limits::piece_bytes + 1), true})
             .code == errc::bad_request));
    expect<response::upload>(who, request::continue_upload{id, bytes_of_an_upload(10), true});
    BOOST_TEST(
        (expect_problem(who, request::continue_upload{id, bytes_of_an_upload(10), true}).code ==
         errc::conflict));
}

BOOST_AUTO_TEST_CASE(a_second_piece_before_the_first_is_written_is_refused) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    hold_jobs = true;
    bool first_done = false;
    core().request(
        who, request::continue_upload{id, bytes_of_an_upload(limits::piece_bytes), false},
        [&](api_response said) { first_done = std::holds_alternative<response::upload>(said); });
    pump();
    BOOST_TEST(
        (expect_problem(who, request::continue_upload{id, bytes_of_an_upload(5), true}).code ==
         errc::conflict));
    hold_jobs = false;
    pump();
    BOOST_TEST(first_done);
}

BOOST_AUTO_TEST_CASE(an_upload_abandoned_while_a_piece_is_sealed_leaves_nothing) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    hold_jobs = true;
    std::optional<errc> said;
    core().request(who, request::continue_upload{id, bytes_of_an_upload(5), true},
                   [&](api_response one) { said = std::get<response::problem>(one).code; });
    pump();
    expect<response::done>(who, request::abandon_upload{id});
    hold_jobs = false;
    pump();
    BOOST_TEST((said == errc::not_found));
    BOOST_TEST(query_store<answer::start>(query::load_start{}).spooling.empty());
}

BOOST_AUTO_TEST_CASE(nobody_touches_the_upload_of_another_agency) {
    const auto id = upload("border", bytes_of_an_upload(5));
    const auto other = agency("customs");
    BOOST_TEST((expect_problem(other, request::abandon_upload{id}).code == errc::not_found));
    BOOST_TEST(
        (expect_problem(other, request::continue_upload{id, {}, true}).code == errc::not_found));
    auto what = a_message();
    what.attachments = {id};
    BOOST_TEST((expect_problem(other, what).code == errc::validation_failed));
    expect<response::accepted>(agency("border"), what);
}

BOOST_AUTO_TEST_CASE(one_upload_goes_into_one_message_only) {
    auto what = a_message();
    const auto id = upload("border", bytes_of_an_upload(5));
    what.attachments = {id, id};
    BOOST_TEST((expect_problem(agency("border"), what).code == errc::validation_failed));
    what.attachments = {id};
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST((expect_problem(agency("border"), what).code == errc::store_full));
    expect<response::accepted>(agency("border"), what);  // The failed one gave it back.
    BOOST_TEST((expect_problem(agency("border"), what).code == errc::validation_failed));
}

BOOST_AUTO_TEST_CASE(an_unfinished_upload_is_not_taken) {
    auto what = a_message();
    what.attachments = {
        expect<response::upload>(agency("border"), request::begin_upload{"a", "b"}).id};
    BOOST_TEST((expect_problem(agency("border"), what).code == errc::validation_failed));
}

BOOST_AUTO_TEST_CASE(a_piece_that_the_store_does_not_take_ends_the_upload) {
    const auto who = agency("border");
    const auto id = expect<response::upload>(who, request::begin_upload{"a", "b"}).id;
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST(
        (expect_problem(who, request::continue_upload{id, bytes_of_an_upload(5), true}).code ==
         errc::store_full));
    BOOST_TEST(
        (expect_problem(who, request::continue_upload{id, bytes_of_an_upload(5), true}).code ==
         errc::not_found));
    BOOST_TEST(query_store<answer::start>(query::load_start{}).spooling.empty());
}

BOOST_AUTO_TEST_CASE(uploads_of_an_earlier_run_are_dropped) {
    const auto id = upload("border", bytes_of_an_upload(5));
    BOOST_TEST(query_store<answer::start>(query::load_start{}).spooling.size() == 1U);
    restart();
    BOOST_TEST(query_store<answer::start>(query::load_start{}).spooling.empty());
    BOOST_TEST(
        (expect_problem(agency("border"), request::abandon_upload{id}).code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(one_agency_gets_half_of_the_places_and_idle_ones_make_room) {
    const auto who = agency("border");
    for (std::size_t i = 0; i < limits::uploads_open_max / 2; ++i) {
        expect<response::upload>(who, request::begin_upload{"a", "b"});
    }
    BOOST_TEST((expect_problem(who, request::begin_upload{"a", "b"}).code == errc::overloaded));
    expect<response::upload>(agency("customs"), request::begin_upload{"a", "b"});
    advance(15min);
    expect<response::upload>(who, request::begin_upload{"a", "b"});
}

BOOST_AUTO_TEST_CASE(file_names_carry_no_paths_or_control_characters) {
    for (const auto* name : {"", "a/b", "..", "a\\b", "a\nb", "\xff"}) {
        BOOST_TEST((expect_problem(agency("border"), request::begin_upload{name, "x"}).code ==
                    errc::validation_failed));
    }
    BOOST_TEST((expect_problem(agency("duty"), request::begin_upload{"a", "x"}).code ==
                errc::unauthorised));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
