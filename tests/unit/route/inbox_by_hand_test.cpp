// The inbox over a store that is damaged, over what is gone, and over agencies that answer twice.
// Way of the message: tests of daemon/route/inbox, inbox_reading, object_reader and answering.
// Pure but for digests; virtual time. Store and sealer are this file.
// Spec: docs/overview.md#handing-over.
// Limits: none.
#include "daemon/route/inbox.hpp"
#include "daemon/route/object_reader.hpp"
#include "tests/unit/route/bench.hpp"

namespace dhow::tests {

using store::assignment_state;
using store::transaction_status;

namespace {
constexpr store::row_id message_row = 50, text_row = 51, file_row = 52;

struct inbox_bench : bench {
    inbox_bench() {
        sealed = seal_message("MU", {"ZW"});
        found.message = message_of(sealed, message_row);
        found.message.received_at = core.now - 1h;
        found.objects = {{.row = text_row,
                          .state = store::object_state::complete,
                          .message = message_row,
                          .bytes = sealed.body.size()}};
        item.row.message = message_row;
        item.row.origin = bureau("MU");
        item.row.id = sealed.header.id;
        item.row.opened_at = core.now;
        item.message = found.message;
        item.assignments = {{message_row, "customs", assignment_state::rejected, {}, core.now},
                            {message_row, "border", assignment_state::offered, {}, core.now}};
    }
    answer_to heard() {
        return [this](api_response said) { answers.push_back(std::move(said)); };
    }
    /// The one answer that came since the last call, as a T.
    template <class T>
    T said() {
        BOOST_REQUIRE_EQUAL(answers.size(), 1U);
        const auto all = std::exchange(answers, {});
        BOOST_REQUIRE(std::holds_alternative<T>(all.front()));
        return std::get<T>(all.front());
    }
    errc problem() { return said<response::problem>().code; }
    void find() { answer<query::find_inbox>(answer::inbox{{item}, false}); }
    void load() { answer<query::load_message>(answer::messages{{found}}); }
    void read_text() { answer<query::load_segment>(answer::segment{sealed.body, false}); }
    /// A file of so many pieces, `bytes_sealed` long on disk.
    void has_file(std::size_t pieces, std::uint64_t bytes_sealed) {
        protocol::attachment_entry entry;
        entry.key.fill(7);
        entry.pieces.resize(pieces);
        content.attachments = {entry};
        found.objects.resize(1);
        found.objects.push_back({.row = file_row,
                                 .kind = protocol::object_kind::attachment,
                                 .state = store::object_state::complete,
                                 .message = message_row,
                                 .position = 1,
                                 .bytes = bytes_sealed});
    }
    void opens() {
        seal::done::opened_message made;
        made.content = content;
        seal<seal::job::open_message>({made});
    }
    void acknowledge(bool taken, std::string reason = {}) {
        box.acknowledge(border, {sealed.header.id, taken, std::move(reason)}, heard());
    }
    /// Asks for a piece of the file, up to the look for where it stands.
    void ask_for(std::uint32_t piece) {
        box.read(border, {sealed.header.id, 1, piece}, heard());
        if (is_asked<query::find_inbox>()) {
            find();
            load();
            read_text();
            opens();
        }
        load();
    }
    [[nodiscard]] static std::uint64_t full_piece() {
        const bytes plain(limits::piece_bytes);
        protocol::piece_view piece;
        piece.ciphertext = plain;
        return protocol::build_piece(piece).size();
    }

    caller border{"border", false};
    outbound out{core};
    receipts owed{core, out};
    inbox box{core, owed};
    seal::done::sealed_message sealed;
    answer::full_message found;
    answer::inbox_item item;
    protocol::content content;
    std::vector<api_response> answers;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbox_by_hand_test, inbox_bench)

BOOST_AUTO_TEST_CASE(a_name_that_is_no_agency_has_no_inbox) {
    box.list({"nobody", false}, {}, heard());
    BOOST_TEST((problem() == errc::unauthorised));
    box.acknowledge({"", false}, {sealed.header.id, true, {}}, heard());
    BOOST_TEST((problem() == errc::unauthorised));
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(what_was_dropped_is_listed_with_the_time_of_its_opening) {
    auto dropped = item;
    dropped.message = {};
    box.list(border, {}, heard());
    answer<query::list_inbox>(answer::inbox{{item, dropped}, false});
    seal<seal::job::open_at_rest>({seal::done::at_rest{text_bytes("{\"kind\":\"hit\"}")}});
    seal<seal::job::open_at_rest>({errc::cannot_open});
    const auto page = said<response::inbox>();
    BOOST_REQUIRE(page.entries.size() == 2U);
    BOOST_TEST((page.entries[0].received_at == core.now - 1h));
    BOOST_TEST((page.entries[1].received_at == core.now));
    BOOST_TEST((page.entries[0].state == assignment_state::offered));  // Its own, not customs'.
    BOOST_TEST(page.entries[0].summary_json == "{\"kind\":\"hit\"}");
    BOOST_TEST(page.entries[1].summary_json == "{}");  // A summary that does not open is no end.
}

BOOST_AUTO_TEST_CASE(a_reason_is_one_clean_line_of_bounded_length) {
    acknowledge(false, std::string(limits::short_text_bytes_max + 1, 'a'));
    BOOST_TEST((problem() == errc::validation_failed));
    acknowledge(false, "two\nlines");
    BOOST_TEST((problem() == errc::validation_failed));
    BOOST_TEST(is_quiet());
    acknowledge(false, std::string(limits::short_text_bytes_max, 'a'));
    BOOST_TEST(is_asked<query::find_inbox>());
}

BOOST_AUTO_TEST_CASE(an_answer_is_told_again_and_its_opposite_is_a_conflict) {
    for (const bool taken : {true, false}) {
        item.assignments[1].state = taken ? assignment_state::taken : assignment_state::rejected;
        acknowledge(taken);
        find();
        BOOST_TEST(said<response::done>().text == (taken ? "taken before" : "rejected before"));
        acknowledge(!taken);
        find();
        BOOST_TEST((problem() == errc::conflict));
    }
    BOOST_TEST(is_quiet());  // Nothing was written, and nothing is owed to the origin.
}

BOOST_AUTO_TEST_CASE(an_answer_that_meets_another_at_the_same_moment_is_not_confirmed) {
    const std::array<std::pair<transaction_status, errc>, 3> cases{
        {{transaction_status::conflict, errc::conflict},
         {transaction_status::full, errc::store_full},
         {transaction_status::failed, errc::store_failed}}};
    for (const auto& [status, code] : cases) {
        acknowledge(true);
        find();
        store_it(status);
        BOOST_TEST((problem() == code));
        BOOST_TEST(owed.waiting() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(what_is_taken_over_a_damaged_seal_is_owed_without_digests) {
    for (const bool is_damaged : {false, true}) {
        if (is_damaged) {
            item.message.seal.pop_back();
        }
        acknowledge(true);
        find();
        const auto written = store_it();
        said<response::done>();
        const auto owed_row = std::ranges::find_if(written.changes, [](const auto& change) {
            return std::holds_alternative<operation::put_outcome>(change);
        });
        BOOST_REQUIRE((owed_row != written.changes.end()));
        const auto& outcome = std::get<operation::put_outcome>(*owed_row).row.value;
        BOOST_TEST((outcome.kind == protocol::outcome_kind::taken));
        BOOST_TEST(outcome.on_disk.size() == (is_damaged ? 0U : 1U));
        BOOST_TEST((outcome.seal_digest == digest{}) == is_damaged);
    }
}

BOOST_AUTO_TEST_CASE(who_waits_for_another_agency_is_not_woken) {
    unsigned border_woken = 0, customs_woken = 0;
    box.watch("border", 0, [&] { ++border_woken; });
    box.watch("customs", 0, [&] { ++customs_woken; });
    box.watch("border", 0, [&] { ++border_woken; });
    box.notify("border");
    BOOST_TEST(border_woken == 2U);
    BOOST_TEST(customs_woken == 0U);
    box.notify("border");
    BOOST_TEST(border_woken == 2U);  // Each is called once.
    for (int i = 0; i < 3; ++i) {
        answer<query::list_inbox>(answer::inbox{{item}, false});
    }
    BOOST_TEST(border_woken == 2U);
    BOOST_TEST(customs_woken == 1U);
}

BOOST_AUTO_TEST_CASE(nobody_begins_to_wait_while_the_daemon_stops) {
    core.stopping = true;
    unsigned woken = 0;
    box.watch("border", 0, [&] { ++woken; });
    BOOST_TEST(woken == 1U);
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_content_that_is_gone_or_damaged_is_not_opened) {
    const auto open = [&] {
        box.open(border, {sealed.header.id}, heard());
        find();
    };
    open();
    answer<query::load_message>(answer::messages{});
    BOOST_TEST((problem() == errc::not_found));  // Its retention has ended.
    open();
    auto without_text = found;
    without_text.objects.clear();
    answer<query::load_message>(answer::messages{{without_text}});
    BOOST_TEST((problem() == errc::store_corrupt));
    for (const auto& segment : {std::optional<bytes>{}, std::optional<bytes>(bytes(3))}) {
        open();
        load();
        answer<query::load_segment>(answer::segment{segment, !segment});
        BOOST_TEST((problem() == errc::store_corrupt));
    }
    const auto good = found;
    found.message.seal.pop_back();
    open();
    load();
    read_text();
    BOOST_TEST((problem() == errc::store_corrupt));
    found = good;
    found.message.lockboxes.pop_back();
    open();
    load();
    read_text();
    BOOST_TEST((problem() == errc::store_corrupt));
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_content_that_does_not_open_says_why) {
    box.open(border, {sealed.header.id}, heard());
    find();
    load();
    read_text();
    seal<seal::job::open_message>({errc::cannot_open});
    BOOST_TEST((problem() == errc::cannot_open));
}

BOOST_AUTO_TEST_CASE(a_whole_object_is_read_in_segments_and_never_beyond_its_bound) {
    std::vector<std::optional<bytes>> got;
    const auto take = [&](std::optional<bytes> body) { got.push_back(std::move(body)); };
    read_object(core, text_row, 0, take);
    read_object(core, text_row, limits::sealed_text_bytes_max + 1, take);
    BOOST_TEST(is_quiet());
    BOOST_REQUIRE(got.size() == 2U);
    BOOST_TEST((!got[0] && !got[1]));
    read_object(core, text_row, limits::segment_bytes + 7, take);
    answer<query::load_segment>(answer::segment{bytes(limits::segment_bytes, 1), false});
    BOOST_TEST(answer<query::load_segment>(answer::segment{bytes(7, 2), false}).index == 1U);
    BOOST_REQUIRE(got.size() == 3U);
    BOOST_TEST(got[2]->size() == limits::segment_bytes + 7);
    read_object(core, text_row, limits::segment_bytes + 7, take);
    answer<query::load_segment>(answer::segment{bytes(limits::segment_bytes, 1), false});
    answer<query::load_segment>(answer::segment{bytes(8, 2), false});
    BOOST_TEST(!got[3].has_value());
    read_object(core, text_row, limits::sealed_text_bytes_max, take);
    BOOST_TEST(is_asked<query::load_segment>());
}

BOOST_AUTO_TEST_CASE(keys_are_remembered_once_for_each_agency_and_given_to_no_other) {
    has_file(1, full_piece());
    for (int i = 0; i < 2; ++i) {  // Opened twice, kept once.
        box.open(border, {sealed.header.id}, heard());
        find();
        load();
        read_text();
        opens();
        BOOST_TEST(said<response::opened>().content.attachments[0].key[0] == 0);
    }
    box.read(border, {sealed.header.id, 1, 0}, heard());
    BOOST_TEST(is_asked<query::load_message>());  // Known: it is not opened again.
    load();
    answer<query::load_segment>(answer::segment{});
    BOOST_TEST((problem() == errc::store_corrupt));
    box.read({"customs", false}, {sealed.header.id, 1, 0}, heard());
    BOOST_TEST(is_asked<query::find_inbox>());
    find();
    load();
    read_text();
    opens();
    load();
    answer<query::load_segment>(answer::segment{});
    BOOST_TEST((problem() == errc::store_corrupt));
    box.read(border, {sealed.header.id, 1, 0}, heard());
    BOOST_TEST(!is_asked<query::find_inbox>());
}

BOOST_AUTO_TEST_CASE(sizes_and_pieces_that_do_not_fit_each_other_are_not_read) {
    const auto full = full_piece();
    for (const auto& [bytes_sealed, is_good] :
         {std::pair{2 * full, true}, std::pair{full + 1, true}, std::pair{full, false},
          std::pair{2 * full + 1, false}}) {
        has_file(2, bytes_sealed);
        ask_for(1);
        if (is_good) {
            answer<query::load_segment>(answer::segment{});
            BOOST_TEST((problem() == errc::store_corrupt));
        } else {
            BOOST_TEST((problem() == errc::bad_digest));
        }
    }
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_piece_over_segments_that_are_cut_is_not_given) {
    const auto full = full_piece();
    has_file(2, 2 * full);
    const auto skip = static_cast<std::size_t>(full % limits::segment_bytes);
    ask_for(1);
    answer<query::load_segment>(answer::segment{bytes(skip), false});  // Ends where it begins.
    BOOST_TEST((problem() == errc::store_corrupt));
    ask_for(1);
    answer<query::load_segment>(answer::segment{bytes(limits::segment_bytes - 1), false});
    BOOST_TEST((problem() == errc::store_corrupt));
    ask_for(1);
    answer<query::load_segment>(answer::segment{bytes(limits::segment_bytes), false});
    const auto next = answer<query::load_segment>(answer::segment{std::nullopt, true});
    BOOST_TEST(next.index == full / limits::segment_bytes + 1);
    BOOST_TEST((problem() == errc::store_corrupt));
}

BOOST_AUTO_TEST_CASE(a_piece_that_does_not_open_says_why) {
    has_file(1, 100);
    ask_for(0);
    answer<query::load_segment>(answer::segment{bytes(100, 4), false});
    BOOST_TEST((seal<seal::job::open_piece>({errc::cannot_open}).sealed == bytes(100, 4)));
    BOOST_TEST((problem() == errc::cannot_open));
    ask_for(0);
    answer<query::load_segment>(answer::segment{bytes(100, 4), false});
    seal<seal::job::open_piece>({seal::done::opened_piece{text_bytes("plain")}});
    const auto got = said<response::attachment_piece>();
    BOOST_TEST((got.plain == text_bytes("plain")));
    BOOST_TEST(got.pieces == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
