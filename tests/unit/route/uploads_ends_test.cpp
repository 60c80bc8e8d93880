// Uploads at their bounds, and what becomes of one that fails, is abandoned or makes room at each
// step of its way.
// Way of the message: tests of daemon/route/uploads.
// Not pure: a store in a temporary folder, but for the largest ones, whose pieces go nowhere.
// Spec: docs/overview.md#uploads.
// Limits: none.
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::transaction_status;

namespace {

struct some_uploads : core_harness {
    some_uploads() {
        auto police = settings().agencies.at("border");
        police.name = "police";
        settings().agencies["police"] = police;
        reload();
    }
    caller who = agency("border");

    upload_id begin(const std::string& agency_name = "border") {
        return expect<response::upload>(agency(agency_name), request::begin_upload{"a", "b"}).id;
    }
    errc end_of(upload_id id) {
        return expect_problem(who, request::continue_upload{id, bytes(5, 1), true}).code;
    }
    std::size_t spooled() {
        return query_store<answer::start>(query::load_start{}).spooling.size();
    }
    bool is_open(const std::string& agency_name, upload_id id) {
        return std::holds_alternative<response::upload>(
            ask(agency(agency_name), request::continue_upload{id, bytes(5, 1), true}));
    }
    /// Asked while the transaction that is next is on its way to the disk.
    void abandon_during_the_next_commit(std::optional<upload_id> id = std::nullopt) {
        before_apply = [this, id](const store::transaction& what) {
            const auto* put = std::get_if<operation::put_object>(&what.changes.front());
            const auto number = id.value_or(put == nullptr ? 0 : put->row.row);
            core().request(who, request::abandon_upload{number}, [this](api_response said) {
                was_abandoned = std::holds_alternative<response::done>(said);
            });
        };
    }
    bool was_abandoned = false;
};

/// Uploads alone: every piece is sealed to one byte, and every transaction is written.
struct endless_uploads {
    endless_uploads() : all(shared) {
        auto settings = std::make_shared<config::gateway>();
        settings->bureau = bureau("ZW");
        settings->agencies["border"].send_kinds = {"*"};
        shared.config = settings;
        shared.outside.hash = &hash;
    }
    void run() {
        while (auto next = shared.out.next_command()) {
            if (const auto* job = std::get_if<command::run>(&*next)) {
                protocol::result<seal::job_outcome> made = seal::job_outcome(seal::done::key{});
                if (std::holds_alternative<seal::job::seal_piece>(job->what)) {
                    seal::done::sealed_piece piece;
                    piece.sealed = {1};
                    made = seal::job_outcome(std::move(piece));
                }
                shared.out.on_sealed(job->number, made);
            } else if (const auto* change = std::get_if<command::apply>(&*next)) {
                store::transaction_result written;
                written.token = change->what.token;
                shared.out.on_stored(written);
            }
        }
    }
    upload_id begin() {
        upload_id out = 0;
        all.begin(who, {"a", "b"},
                  [&](api_response said) { out = std::get<response::upload>(said).id; });
        run();
        return out;
    }
    api_response proceed(upload_id id, std::size_t size, bool last) {
        api_response out;
        all.proceed(who, {id, bytes(size), last},
                    [&](api_response said) { out = std::move(said); });
        run();
        return out;
    }
    /// So many whole pieces, and a last one of `rest` bytes.
    upload_id upload(std::uint64_t pieces, std::size_t rest) {
        const auto id = begin();
        for (std::uint64_t i = 0; i < pieces; ++i) {
            BOOST_REQUIRE(
                std::holds_alternative<response::upload>(proceed(id, limits::piece_bytes, false)));
        }
        BOOST_REQUIRE(std::holds_alternative<response::upload>(proceed(id, rest, true)));
        return id;
    }
    caller who{"border", false};
    seal::openssl_hasher hash;
    route::core shared;
    uploads all;
};

constexpr std::uint64_t pieces_max = limits::attachment_bytes_max / limits::piece_bytes;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(uploads_ends_test, some_uploads)

BOOST_AUTO_TEST_CASE(file_name_and_media_type_have_1_to_1024_clean_bytes) {
    const std::string most(limits::short_text_bytes_max, 'n');
    expect<response::upload>(who, request::begin_upload{most, most});
    for (const auto& wrong :
         {request::begin_upload{most + "n", "x"}, request::begin_upload{"a", most + "n"},
          request::begin_upload{"a", ""}, request::begin_upload{"a", "text\nplain"},
          request::begin_upload{"a", "\xff"}}) {
        const auto problem = expect_problem(who, wrong);
        BOOST_TEST((problem.code == errc::validation_failed));
        BOOST_TEST(contains(problem.detail, wrong.file_name == "a" ? "media type" : "file name"));
    }
    BOOST_TEST(spooled() == 1U);
}

BOOST_AUTO_TEST_CASE(an_upload_without_a_key_or_a_row_does_not_begin) {
    has_no_workers = true;
    BOOST_TEST((expect_problem(who, request::begin_upload{"a", "b"}).code == errc::overloaded));
    has_no_workers = false;
    fail_next_commit = transaction_status::full;
    BOOST_TEST((expect_problem(who, request::begin_upload{"a", "b"}).code == errc::store_full));
    BOOST_TEST(spooled() == 0U);
    for (std::size_t i = 0; i < limits::uploads_open_max / 2; ++i) {
        begin();  // Neither has kept a place.
    }
}

BOOST_AUTO_TEST_CASE(one_that_is_abandoned_while_it_begins_is_not_there) {
    abandon_during_the_next_commit();
    const auto id = begin();
    BOOST_TEST(was_abandoned);
    BOOST_TEST((end_of(id) == errc::not_found));
    BOOST_TEST(spooled() == 0U);
    was_abandoned = false;
    abandon_during_the_next_commit();
    is_disk_full_for = [](const store::transaction& what) {
        return std::holds_alternative<operation::put_object>(what.changes.front());
    };
    BOOST_TEST((expect_problem(who, request::begin_upload{"a", "b"}).code == errc::store_full));
    BOOST_TEST(was_abandoned);
    BOOST_TEST(spooled() == 0U);
}

BOOST_AUTO_TEST_CASE(a_piece_that_can_not_be_sealed_ends_the_upload) {
    const auto id = begin();
    has_no_workers = true;
    BOOST_TEST((end_of(id) == errc::overloaded));
    has_no_workers = false;
    BOOST_TEST((end_of(id) == errc::not_found));
    BOOST_TEST(spooled() == 0U);
}

BOOST_AUTO_TEST_CASE(an_upload_abandoned_while_a_piece_is_written_leaves_nothing) {
    const auto id = begin();
    abandon_during_the_next_commit(id);
    BOOST_TEST((end_of(id) == errc::not_found));
    BOOST_TEST(was_abandoned);
    BOOST_TEST(spooled() == 0U);
}

BOOST_AUTO_TEST_CASE(while_the_disk_is_short_pieces_wait_and_the_upload_goes_on_afterwards) {
    const auto id = begin();
    core().set_disk({.bulk = false, .routine = false, .urgent = false, .flash = true});
    const auto problem = expect_problem(who, request::continue_upload{id, bytes(5, 1), true});
    BOOST_TEST((problem.code == errc::store_full));
    BOOST_TEST((problem.retry_after == 60s));
    BOOST_TEST((expect_problem(who, request::begin_upload{"a", "b"}).code == errc::store_full));
    core().set_disk({});
    BOOST_TEST(is_open("border", id));
}

BOOST_AUTO_TEST_CASE(what_a_message_is_taking_can_be_neither_abandoned_nor_taken_nor_make_room) {
    auto what = a_message();
    what.attachments = {upload("border", bytes(10, 1))};
    const auto id = what.attachments.front();
    hold_jobs = true;
    std::optional<api_response> said;
    core().request(who, what, [&](api_response one) { said = std::move(one); });
    pump();
    BOOST_TEST((expect_problem(who, request::abandon_upload{id}).code == errc::conflict));
    BOOST_TEST((end_of(id) == errc::conflict));
    auto other = a_message();
    other.attachments = {id};
    const auto problem = expect_problem(who, other);
    BOOST_TEST((problem.code == errc::validation_failed));
    BOOST_TEST(contains(problem.detail, "taken by another message"), problem.detail);
    hold_jobs = false;
    pump();
    BOOST_REQUIRE(said.has_value());
    BOOST_TEST(std::holds_alternative<response::accepted>(*said));
}

BOOST_AUTO_TEST_CASE(neither_what_is_written_nor_what_is_taken_makes_room_however_old) {
    auto what = a_message();
    what.attachments = {upload("border", bytes(10, 1))};
    const auto written = begin();
    for (std::size_t i = 2; i < limits::uploads_open_max / 2; ++i) {
        begin();
    }
    // Both have been touched as long ago as all others, and are in use.
    hold_jobs = true;
    std::size_t answers = 0;
    std::size_t good = 0;
    const auto note = [&](api_response said) {
        answers += 1;
        good += std::holds_alternative<response::problem>(said) ? 0 : 1;
    };
    core().request(who, what, note);
    core().request(who, request::continue_upload{written, bytes(5, 1), true}, note);
    pump();
    advance(15min);
    const std::size_t idle = limits::uploads_open_max / 2 - 2;
    for (std::size_t i = 0; i < idle + 1; ++i) {
        core().request(who, request::begin_upload{"a", "b"}, note);
        pump();
    }
    BOOST_TEST(answers == 1U);  // The last finds nothing that may go.
    BOOST_TEST(good == 0U);
    hold_jobs = false;
    pump();
    BOOST_TEST(good == idle + 2);  // Those that began, the message and the piece.
}

BOOST_AUTO_TEST_CASE(when_all_places_are_taken_the_one_idle_for_longest_makes_room) {
    std::map<std::string, std::vector<upload_id>> open;
    for (const auto* name : {"customs", "border"}) {
        for (std::size_t i = 0; i < limits::uploads_open_max / 2; ++i) {
            open[name].push_back(begin(name));
            advance(1ms);
        }
    }
    const auto other = agency("police");
    const auto problem = expect_problem(other, request::begin_upload{"a", "b"});
    BOOST_TEST((problem.code == errc::overloaded));
    BOOST_TEST((problem.retry_after == 30s));
    // Touched, so that the second is now the oldest.
    expect<response::upload>(
        agency("customs"),
        request::continue_upload{open["customs"][0], bytes(limits::piece_bytes, 1), false});
    advance(15min);
    begin("police");
    BOOST_TEST(!is_open("customs", open["customs"][1]));
    BOOST_TEST(is_open("customs", open["customs"][0]));
    BOOST_TEST(is_open("customs", open["customs"][2]));
    BOOST_TEST(is_open("border", open["border"][0]));
}

BOOST_AUTO_TEST_CASE(an_agency_that_has_its_half_makes_room_among_its_own_only) {
    const auto others = begin("customs");
    advance(15min);
    for (std::size_t i = 0; i < limits::uploads_open_max / 2; ++i) {
        begin("border");
    }
    const auto problem = expect_problem(agency("border"), request::begin_upload{"a", "b"});
    BOOST_TEST((problem.code == errc::overloaded));
    BOOST_TEST(is_open("customs", others));
}

BOOST_FIXTURE_TEST_CASE(an_upload_has_at_most_500_mebibytes, endless_uploads) {
    const auto id = upload(pieces_max - 1, limits::piece_bytes);
    BOOST_TEST(all.bytes_of("border", {id}) == limits::attachment_bytes_max);
    BOOST_TEST(all.why_not("border", {id}).empty());
    const auto larger = begin();
    for (std::uint64_t i = 0; i < pieces_max; ++i) {
        BOOST_REQUIRE(
            std::holds_alternative<response::upload>(proceed(larger, limits::piece_bytes, false)));
    }
    BOOST_TEST((std::get<response::problem>(proceed(larger, 1, true)).code == errc::too_large));
    BOOST_TEST((std::get<response::problem>(proceed(larger, 0, true)).code == errc::not_found));
    BOOST_TEST(all.open() == 1U);
}

BOOST_FIXTURE_TEST_CASE(uploads_of_one_message_have_500_mebibytes_together, endless_uploads) {
    const auto half = upload(pieces_max / 2 - 1, limits::piece_bytes);
    const auto other = upload(pieces_max / 2 - 1, limits::piece_bytes);
    const auto one_byte = upload(0, 1);
    BOOST_TEST(all.why_not("border", {half, other}).empty());
    BOOST_TEST(all.why_not("border", {half, other, one_byte}) ==
               "attachments may have 500 MiB together");
    BOOST_TEST(all.take({half, other}).size() == 2U);
    BOOST_TEST(contains(all.why_not("border", {other}), "is taken by another message"));
    all.give_back({half});
    all.forget({other});
    BOOST_TEST(all.open() == 2U);
    BOOST_TEST(all.why_not("border", {half, one_byte}).empty());
    BOOST_TEST(contains(all.why_not("customs", {half}), "does not exist"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
