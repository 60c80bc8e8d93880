// What inbound answers, and does not, when sessions end midway and stores say what they seldom say.
// Way of the message: tests of daemon/route/inbound, inbound_judging and inbound_text.
// Pure but for digests; virtual time. Store and sealer are this file.
// Spec: docs/overview.md#receiving.
// Limits: attachments and receipts are in inbound_objects_test.cpp.
#include "tests/unit/route/inbound_bench.hpp"

namespace dhow::tests {

using store::transaction_status;

namespace {
constexpr protocol::stream_id first_stream = 0;  ///< On our side, of what a session is offered.
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_by_hand_test, inbound_bench)

BOOST_AUTO_TEST_CASE(a_preamble_or_header_that_is_cut_short_anywhere_is_refused) {
    const auto good = text();
    for (std::size_t size = 0; size < good.offer.preamble.size(); ++size) {
        auto cut = good;
        cut.offer.preamble.resize(size);
        in.on_event(1, event::offer_received{cut.offer, true});
        BOOST_TEST(core.count.refused_in == size + 1, "cut at " << size);
        core.sessions.at(1).session = nullptr;  // The session knows nothing of these offers.
    }
    BOOST_TEST(is_quiet());
    auto headless = text();
    headless.sealed.seal.header.pop_back();
    headless.offer.preamble =
        protocol::encode_preamble({headless.sealed.seal, headless.sealed.lockboxes});
    const auto before = core.count.refused_in;
    in.on_event(1, event::offer_received{headless.offer, true});
    BOOST_TEST(core.count.refused_in == before + 1);
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(an_offer_that_is_not_what_its_seal_says_is_refused) {
    auto other_class = text();
    other_class.offer.cls = message_class::urgent;
    offer(other_class);
    BOOST_TEST((refusal().code == errc::bad_digest));
    auto other_size = text();
    other_size.body.push_back(0);
    other_size.offer.body_bytes += 1;
    offer(other_size);
    BOOST_TEST((refusal().code == errc::bad_digest));
    auto other_digest = text();
    other_digest.offer.object.value[0] ^= 1;
    offer(other_digest);
    BOOST_TEST((refusal().code == errc::bad_digest));
    BOOST_TEST(is_quiet());
    BOOST_TEST(core.count.refused_in == 3U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_cancels_before_its_text_is_whole_leaves_nothing) {
    const auto stream = offer(large_text());
    in.on_event(1, event::peer_cancelled{77, errc::cancelled});  // Of nothing that we know.
    mu.theirs().cancel(stream, errc::cancelled, core.now);
    exchange();
    seal_holds();
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_cancellation_that_comes_after_the_whole_text_does_not_stop_its_custody) {
    const auto what = text();
    offer(what);
    in.on_event(1, event::peer_cancelled{first_stream, errc::cancelled});
    seal_holds();
    const auto taken = store_it();
    BOOST_TEST(std::ranges::any_of(taken.changes, [](const auto& change) {
        return std::holds_alternative<operation::put_custody>(change);
    }));
}

BOOST_AUTO_TEST_CASE(a_body_that_is_told_twice_is_verified_once) {
    offer(text());
    in.on_event(1, event::body_received{first_stream});
    seal_holds();
    const auto jobs = std::ranges::count_if(
        open_commands, [](const auto& one) { return std::holds_alternative<command::run>(one); });
    BOOST_TEST(jobs == 0);
    store_it();
    BOOST_TEST(is_committed());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_during_a_verification_takes_its_offer_with_it) {
    offer(text());
    offer(large_text());
    end_session();
    seal_holds();
    seal<seal::job::verify_parcel>({errc::bad_signature});
    BOOST_TEST(!is_applying());
    BOOST_TEST(!is_asked<query::find_object>());
    BOOST_TEST(core.count.forged == 0U);
}

BOOST_AUTO_TEST_CASE(a_large_text_whose_seal_does_not_hold_is_not_let_in) {
    offer(large_text());
    seal<seal::job::verify_parcel>({errc::bad_signature});
    BOOST_TEST((refusal().code == errc::bad_signature));
    BOOST_TEST(core.count.forged == 1U);
    BOOST_TEST(is_quiet());
}

struct late_bench : inbound_bench {
    late_bench() {
        late.offer.age = 24h;
        row.recipient = bureau("ZW");
        row.inner_digest = late.sealed.seal.inner_digest;
    }
    event::refused answer_with(std::vector<store::custody_row> rows) {
        offer(late);
        answer<query::find_custody>(answer::custody{std::move(rows)});
        return refusal();
    }
    parcel late = text();
    store::custody_row row;  ///< Of its content, by the recipient that it is offered for.
};

BOOST_FIXTURE_TEST_CASE(what_expired_is_had_only_when_its_own_content_was_taken, late_bench) {
    row.outcome = protocol::outcome_kind::delivered;
    BOOST_TEST((answer_with({}).code == errc::expired));
    auto other = row;
    other.recipient = bureau("KE");
    BOOST_TEST((answer_with({other}).code == errc::expired));
    auto forged = row;
    forged.inner_digest.value[0] ^= 1;
    BOOST_TEST((answer_with({forged}).code == errc::expired));
    forged.outcome.reset();
    BOOST_TEST((answer_with({forged}).code == errc::expired));
    const auto had = answer_with({row});
    BOOST_TEST((had.code == errc::have_it));
    BOOST_REQUIRE(had.exceptions.size() == 1U);
    BOOST_TEST((had.exceptions[0].outcome == protocol::outcome_kind::delivered));
}

BOOST_FIXTURE_TEST_CASE(what_expired_and_came_by_another_way_is_a_loop_once_it_was_handed_on,
                        late_bench) {
    row.handed_on = true;
    row.taken_from = bureau("KE");
    BOOST_TEST((answer_with({row}).code == errc::loop));
    row.taken_from = bureau("MU");
    BOOST_TEST((answer_with({row}).code == errc::have_it));
}

BOOST_FIXTURE_TEST_CASE(of_what_expired_each_recipient_has_an_answer_of_its_own, late_bench) {
    late = text({"ZW", "KE"});
    late.offer.age = 24h;
    row.inner_digest = late.sealed.seal.inner_digest;
    row.handed_on = true;
    row.taken_from = bureau("TZ");
    const auto said = answer_with({row});
    BOOST_TEST((said.code == errc::have_it));
    BOOST_REQUIRE(said.exceptions.size() == 2U);
    for (const auto& one : said.exceptions) {
        BOOST_TEST((one.code == (one.recipient == row.recipient ? errc::loop : errc::expired)));
    }
}

BOOST_FIXTURE_TEST_CASE(what_expired_and_may_be_our_own_copy_is_asked_for_again, late_bench) {
    row.taken_from = bureau("KE");
    answer::full_message ours;
    ours.deliveries = {{.recipient = bureau("ZW"), .next_hop = bureau("MU")}};
    offer(late);
    answer<query::find_custody>(answer::custody{{row}});
    answer<query::find_message>(answer::messages{{ours}});
    BOOST_TEST((refusal().code == errc::busy));
}

BOOST_AUTO_TEST_CASE(what_expired_over_a_session_that_ended_is_answered_to_nobody) {
    auto late = text();
    late.offer.age = 24h;
    offer(late);
    end_session();
    answer<query::find_custody>(answer::custody{});
    BOOST_TEST(is_unanswered());
    BOOST_TEST(core.count.refused_in == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_a_large_text_is_looked_up_begins_nothing) {
    offer(large_text());
    seal_holds();
    end_session();
    answer<query::find_object>(answer::object{});
    BOOST_TEST(!is_applying());
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_a_large_text_is_noted_accepts_nothing) {
    offer(large_text());
    seal_holds();
    answer<query::find_object>(answer::object{});
    end_session();
    store_it();
    exchange();
    BOOST_TEST(!mu.has_at_theirs<event::acknowledged>());
}

BOOST_AUTO_TEST_CASE(a_large_text_that_can_not_be_noted_is_asked_for_later) {
    offer(large_text());
    seal_holds();
    answer<query::find_object>(answer::object{});
    store_it(transaction_status::failed);
    const auto said = refusal();
    BOOST_TEST((said.code == errc::busy));
    BOOST_TEST(said.retry_after.count() == 30);
}

BOOST_AUTO_TEST_CASE(a_whole_text_on_disk_that_is_damaged_is_dropped_and_asked_for_again) {
    const auto what = large_text();
    offer(what);
    seal_holds();
    answer<query::find_object>(answer::object{row_of(what, 40, what.body.size())});
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    const auto dropped = store_it();
    BOOST_REQUIRE(dropped.changes.size() == 2U);
    BOOST_TEST(std::get<operation::drop_object>(dropped.changes[0]).object == 40);
    const auto& fresh = std::get<operation::put_object>(dropped.changes[1]).row;
    BOOST_TEST((fresh.state == store::object_state::expected));
    BOOST_TEST(fresh.durable_bytes == 0U);
    BOOST_TEST((refusal().code == errc::busy));
    BOOST_TEST(has_logged("object-dropped"));
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_a_whole_text_is_read_takes_no_custody) {
    const auto what = large_text();
    offer(what);
    seal_holds();
    answer<query::find_object>(answer::object{row_of(what, 40, what.body.size())});
    end_session();
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    BOOST_TEST(!is_applying());
    BOOST_TEST(!has_logged("object-dropped"));
}

/// A large text of which the first bytes came and were written with a conflict.
struct with_a_conflict : inbound_bench {
    with_a_conflict() {
        offer(what);
        seal_holds();
        answer<query::find_object>(answer::object{row_of(what, 40, 100)});
        exchange();
        store_it(transaction_status::conflict);
    }
    parcel what = large_text();
};

BOOST_FIXTURE_TEST_CASE(a_damaged_last_segment_begins_the_text_anew, with_a_conflict) {
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    BOOST_TEST(has_logged("object-dropped"));
    while (is_applying()) {
        store_it();
    }
    BOOST_TEST((refusal().code == errc::busy));
}

BOOST_FIXTURE_TEST_CASE(an_object_that_another_session_writes_is_left_to_it, with_a_conflict) {
    answer<query::load_segment>(answer::segment{bytes(200), false});
    BOOST_TEST(!has_logged("object-dropped"));
    BOOST_TEST((refusal().code == errc::busy));
}

BOOST_FIXTURE_TEST_CASE(a_conflict_over_a_session_that_ended_drops_nothing, with_a_conflict) {
    end_session();
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    BOOST_TEST(!has_logged("object-dropped"));
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(custody_that_failed_is_asked_for_later_and_none_is_told_to_a_dead_session) {
    offer(text());
    seal_holds();
    store_it(transaction_status::failed);
    const auto said = refusal();
    BOOST_TEST((said.code == errc::busy));
    BOOST_TEST(said.retry_after.count() == 60);
    offer(text());
    seal_holds();
    end_session();
    store_it(transaction_status::failed);
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(custody_that_was_taken_stays_when_its_session_has_ended) {
    offer(text());
    seal_holds();
    core.sessions.at(1).session = nullptr;
    store_it();
    BOOST_TEST(is_unanswered());
    BOOST_TEST(core.count.relayed_in[static_cast<std::size_t>(message_class::routine)] == 1U);
    seal<seal::job::open_message>({errc::overloaded});  // It is ours, and opened.
    connect("MU", 1, &mu.ours());
    offer(text());
    core.sessions.at(1).session = nullptr;
    seal<seal::job::verify_parcel>({errc::bad_signature});
    BOOST_TEST(is_unanswered());
    BOOST_TEST(core.count.forged == 1U);
}

BOOST_AUTO_TEST_CASE(a_conflict_of_custody_is_answered_by_what_is_known) {
    enum class change { none, back_to_sender, kept, with_outcome };
    for (const auto& [what, code] :
         {std::pair{change::none, errc::loop}, std::pair{change::back_to_sender, errc::have_it},
          std::pair{change::kept, errc::have_it}, std::pair{change::with_outcome, errc::have_it}}) {
        const auto sent = text();
        offer(sent);
        seal_holds();
        store_it(transaction_status::conflict);
        store::custody_row row;
        row.recipient = bureau("ZW");
        row.taken_from = bureau(what == change::back_to_sender ? "MU" : "TZ");
        row.handed_on = what != change::kept;
        row.inner_digest = sent.sealed.seal.inner_digest;
        if (what == change::with_outcome) {
            row.outcome = protocol::outcome_kind::delivered;
        }
        auto of_another = row;
        of_another.recipient = bureau("KE");
        answer<query::find_custody>(answer::custody{{of_another, row}});
        if (what == change::kept) {
            answer<query::find_message>(answer::messages{});
        }
        exchange();
        if (code == errc::loop) {
            BOOST_TEST((refusal().code == errc::loop));
            continue;
        }
        const auto said = mu.next_at_theirs<event::committed>();
        BOOST_REQUIRE(said.exceptions.size() == 1U);
        BOOST_TEST((said.exceptions[0].code == code));
        BOOST_TEST((said.exceptions[0].outcome == row.outcome));
    }
    BOOST_TEST(core.count.duplicates == 3U);
}

// Else the same would be tried for ever: the store's answer does not change.
BOOST_AUTO_TEST_CASE(a_conflict_that_custody_does_not_explain_is_told_as_later) {
    const auto sent = text({"ZW", "KE"});
    offer(sent);
    seal_holds();
    for (const bool is_news : {true, false}) {
        store_it(transaction_status::conflict);
        store::custody_row row;
        row.recipient = bureau("KE");
        row.taken_from = bureau("TZ");
        row.handed_on = true;
        row.inner_digest = sent.sealed.seal.inner_digest;
        answer<query::find_custody>(answer::custody{{row}});
        BOOST_TEST(is_applying() == is_news);
    }
    exchange();
    const auto said = refusal();
    BOOST_TEST((said.code == errc::busy));
    BOOST_TEST((said.retry_after == 5s));
}

struct conflict_bench : inbound_bench {
    /// A text of MU of which we have another copy, from TZ, that is not handed on yet.
    void offer_what_is_here() {
        const auto sent = text();
        offer(sent);
        seal_holds();
        store_it(transaction_status::conflict);
        store::custody_row row;
        row.recipient = bureau("ZW");
        row.taken_from = bureau("TZ");
        row.inner_digest = sent.sealed.seal.inner_digest;
        answer<query::find_custody>(answer::custody{{row}});
    }
};

// Both would be rid of it: the peer because we have it, we because the peer has it.
BOOST_FIXTURE_TEST_CASE(what_we_may_have_given_to_the_peer_itself_is_not_said_to_be_had,
                        conflict_bench) {
    for (const auto* next : {"MU", "TZ"}) {
        offer_what_is_here();
        answer::full_message ours;
        ours.deliveries = {{.recipient = bureau("KE"), .next_hop = bureau("MU")},
                           {.recipient = bureau("ZW"), .next_hop = bureau(next)}};
        auto another_attempt = ours;
        another_attempt.message.attempt = 1;
        another_attempt.deliveries[1].next_hop = bureau("MU");
        answer<query::find_message>(answer::messages{{another_attempt, ours}});
        exchange();
        if (ours.deliveries[1].next_hop == bureau("MU")) {
            BOOST_TEST((refusal().code == errc::busy));
        } else {
            const auto said = mu.next_at_theirs<event::committed>();
            BOOST_REQUIRE(said.exceptions.size() == 1U);
            BOOST_TEST((said.exceptions[0].code == errc::have_it));
        }
    }
}

// TZ may have it, and have given it to MU.
BOOST_FIXTURE_TEST_CASE(what_we_may_have_given_to_a_third_is_not_said_to_be_had, conflict_bench) {
    for (const bool is_in_doubt : {true, false}) {
        offer_what_is_here();
        answer::full_message ours;
        ours.deliveries = {{.recipient = bureau("ZW"), .next_hop = bureau("TZ")}};
        ours.shipments = {{.row = 7, .peer = bureau("TZ"), .in_doubt = is_in_doubt}};
        answer<query::find_message>(answer::messages{{ours}});
        exchange();
        if (is_in_doubt) {
            const auto said = refusal();
            BOOST_TEST((said.code == errc::busy));
            BOOST_TEST((said.retry_after == limits::ask_again_third));
        } else {
            const auto said = mu.next_at_theirs<event::committed>();
            BOOST_REQUIRE(said.exceptions.size() == 1U);
            BOOST_TEST((said.exceptions[0].code == errc::have_it));
        }
    }
}

BOOST_FIXTURE_TEST_CASE(the_peer_may_be_gone_when_it_is_known_whose_copy_it_is, conflict_bench) {
    offer_what_is_here();
    in.on_session_down(1);
    answer<query::find_message>(answer::messages{});
    exchange();
    BOOST_TEST(core.count.duplicates == 0U);
}

BOOST_AUTO_TEST_CASE(a_session_that_nobody_knows_ends_without_effect) {
    in.on_session_down(77);
    BOOST_TEST(is_quiet());
    in.on_session_down(1);
    const auto asked = answer<query::load_partials>(answer::partials{});
    BOOST_TEST((asked.from_peer == bureau("MU")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
