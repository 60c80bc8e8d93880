// A flash text by two sessions at once: who gets it, whose answer counts, what is in doubt.
// Way of the message: tests of daemon/route/outbound_beside.
// Pure but for digests. One thread, virtual time.
// Spec: docs/decisions/0013-flash-beside.md.
// Limits: those of bench.hpp.
#include "tests/unit/route/outbound_bench.hpp"

namespace dhow::tests {

namespace {
struct two_sessions : outbound_bench {
    two_sessions() {
        load({});
        connect("IPSG", 2, &sat.ours());
        core.sessions.at(2).established = false;
        core.sessions.at(2).is_beside = true;
        out.on_beside_up(2);
        answer<query::load_ready>(answer::ready{});
    }
    ready_shipment flash(store::row_id row, bytes content = text_bytes("some text")) {
        auto out_item = text(row, std::move(content));
        out_item.shipment.cls = out_item.object.cls = message_class::flash;
        return out_item;
    }
    /// For MU and KE.
    ready_shipment flash_for_two(store::row_id row) {
        auto item = flash(row);
        const auto sealed = seal_message("ZW", {"MU", "KE"});
        item.message = message_of(sealed, row + 2);
        item.message->roles = static_cast<std::uint8_t>(store::message_role::origin);
        item.object.sealed_digest = sealed.seal.body_digest;
        item.object.bytes = sealed.body.size();
        item.inline_body = sealed.body;
        item.deliveries.push_back(item.deliveries.front());
        item.deliveries.back().recipient = bureau("KE");
        return item;
    }
    void exchange_all() {
        do {
            exchange();
            sat.exchange();
            for (auto& one : std::exchange(sat.at_ours, {})) {
                std::visit([this](auto& what) { tell_beside(what); }, one);
            }
            sat.exchange();
        } while (!sat.at_ours.empty() || !marks.empty());
    }
    protocol::stream_id at_hub() {
        exchange_all();
        return hub.next_at_theirs<event::offer_received>().offer.stream;
    }
    protocol::stream_id beside() {
        exchange_all();
        return sat.next_at_theirs<event::offer_received>().offer.stream;
    }
    bool is_offered_at_hub() {
        exchange_all();
        return hub.has_at_theirs<event::offer_received>();
    }
    bool is_offered_beside() {
        exchange_all();
        return sat.has_at_theirs<event::offer_received>();
    }
    void refuse_at_hub(protocol::stream_id stream, errc code) {
        hub.theirs().refuse(stream, code, 0s, {}, core.now);
        exchange_all();
    }
    void refuse_beside(protocol::stream_id stream, errc code) {
        sat.theirs().refuse(stream, code, 0s, {}, core.now);
        exchange_all();
    }
    void commit_at_hub(protocol::stream_id stream,
                       std::vector<protocol::recipient_answer> exceptions = {}) {
        hub.theirs().commit(stream, std::move(exceptions), core.now);
        exchange_all();
    }
    void commit_beside(protocol::stream_id stream,
                       std::vector<protocol::recipient_answer> exceptions = {}) {
        sat.theirs().commit(stream, std::move(exceptions), core.now);
        exchange_all();
    }
    void lose(session_number number) {
        out.on_session_down(number);
        core.sessions.erase(number);
    }
    /// Answers loads of flash by `rows`, others by nothing.
    void answer_loads(const std::vector<ready_shipment>& rows) {
        while (is_asked<query::load_ready>()) {
            token number = 0;
            const auto what = take<query::load_ready>(number);
            const bool is_flash = what.cls == message_class::flash;
            reply_to(number, answer::ready{is_flash ? rows : std::vector<ready_shipment>{}, false});
        }
    }
    /// The transaction that is to be written ends the shipment.
    bool is_done(store::row_id shipment) {
        const auto moved = move_of(store_it(), shipment);
        answer_loads({});  // Attachments of it could be ready.
        return moved && moved->state == store::shipment_state::done;
    }
    bool is_doubted(store::row_id shipment) {
        const auto moved = move_of(store_it(), shipment);
        return moved && moved->in_doubt == true;
    }
    wire sat{*this, "IPSG"};

private:
    template <class What>
    void tell_beside(What& what) {
        if constexpr (requires { out.on_event(2, std::move(what)); }) {
            out.on_event(2, std::move(what));
        } else if constexpr (std::is_same_v<What, event::can_offer_again>) {
            out.feed(bureau("IPSG"));
        }
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(outbound_beside_test, two_sessions)

BOOST_AUTO_TEST_CASE(flash_texts_go_by_both_and_everything_else_by_one) {
    out.add_ready(flash(10));
    at_hub();
    beside();
    out.add_ready(text(20));
    out.add_ready(receipt(30));
    auto attachment = flash(40);
    attachment.object.kind = protocol::object_kind::attachment;
    out.add_ready(attachment);
    at_hub();
    BOOST_TEST(!is_offered_beside());
}

BOOST_AUTO_TEST_CASE(the_store_is_asked_for_flash_alone_and_texts_of_it_are_taken) {
    out.rescan(bureau("IPSG"));
    auto of_a_receipt = receipt(30);
    of_a_receipt.shipment.cls = message_class::flash;
    answer_loads({flash(10), of_a_receipt});
    beside();
    BOOST_TEST(!is_offered_beside());
}

BOOST_AUTO_TEST_CASE(what_only_the_store_has_goes_by_both_too) {
    auto item = flash(10);
    item.inline_body.clear();
    out.add_ready(item);
    answer_marks();
    give_segment(11);
    give_segment(11);
    at_hub();
    beside();
}

BOOST_AUTO_TEST_CASE(it_goes_beside_while_the_session_is_gone) {
    lose(1);
    out.add_ready(flash(10));
    commit_beside(beside());
    BOOST_TEST(is_done(10));
}

//= LP-57
BOOST_AUTO_TEST_CASE(a_commit_beside_ends_it_and_the_other_is_taken_back) {
    out.add_ready(flash(10));
    at_hub();
    commit_beside(beside());
    BOOST_TEST(hub.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(!out.progress(10).has_value());
    BOOST_TEST(is_done(10));
    BOOST_TEST(is_quiet());
    BOOST_TEST(!is_offered_at_hub());
}

//= LP-57
BOOST_AUTO_TEST_CASE(a_commit_by_the_session_ends_it_and_the_copy_is_taken_back) {
    out.add_ready(flash(10));
    beside();
    commit_at_hub(at_hub());
    BOOST_TEST(sat.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(is_done(10));
    BOOST_TEST(is_quiet());
    BOOST_TEST(!is_offered_beside());
}

BOOST_AUTO_TEST_CASE(answers_that_cross_the_end_change_nothing) {
    out.add_ready(flash(10));
    const auto copy = beside();
    hub.theirs().commit(at_hub(), {}, core.now);
    sat.theirs().refuse(copy, errc::have_it, 0s, {}, core.now);
    exchange_all();
    BOOST_TEST(is_done(10));
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(what_is_settled_is_not_loaded_again_before_that_is_written) {
    out.add_ready(flash(10));
    commit_at_hub(at_hub());
    out.rescan(bureau("IPSG"));
    answer_loads({flash(10)});  // As it was before.
    beside();                   // The copy of before.
    BOOST_TEST(!is_offered_beside());
    BOOST_TEST(!is_offered_at_hub());
}

//= LP-57
BOOST_AUTO_TEST_CASE(a_no_to_the_copy_is_no_answer) {
    out.add_ready(flash(10));
    const auto stream = at_hub();
    refuse_beside(beside(), errc::no_route);
    BOOST_TEST(is_quiet());
    BOOST_TEST(diverted.empty());
    BOOST_TEST(!is_offered_beside());
    commit_at_hub(stream);
    BOOST_TEST(is_done(10));
}

BOOST_AUTO_TEST_CASE(a_copy_that_cannot_be_taken_now_comes_again_when_the_other_stands_still) {
    out.add_ready(flash(10));
    at_hub();
    refuse_beside(beside(), errc::busy);
    BOOST_REQUIRE(out.next_copies_at().has_value());
    BOOST_TEST((*out.next_copies_at() == core.now + limits::beside_again));
    core.now += limits::beside_again - 1ms;
    out.offer_copies_again();
    BOOST_TEST(is_quiet());
    core.now += 1ms;
    out.offer_copies_again();
    answer_loads({flash(10)});
    commit_beside(beside());
    BOOST_TEST(is_done(10));
    BOOST_TEST(!out.next_copies_at().has_value());
}

BOOST_AUTO_TEST_CASE(a_no_waits_for_a_copy_that_may_be_taken) {
    out.add_ready(flash(10));
    const auto copy = beside();
    refuse_at_hub(at_hub(), errc::no_route);
    BOOST_TEST(is_quiet());
    BOOST_TEST(diverted.empty());
    commit_beside(copy);
    BOOST_TEST(is_done(10));
    BOOST_TEST(diverted.empty());
}

BOOST_AUTO_TEST_CASE(a_no_is_asked_for_again_when_the_copy_came_to_nothing) {
    out.add_ready(flash(10));
    const auto copy = beside();
    refuse_at_hub(at_hub(), errc::no_route);
    refuse_beside(copy, errc::no_route);
    answer_loads({flash(10)});
    refuse_at_hub(at_hub(), errc::no_route);
    BOOST_TEST(diverted.size() == 1U);
    const auto moved = move_of(store_it(), 10);
    BOOST_REQUIRE(moved.has_value());
    BOOST_TEST((moved->state == store::shipment_state::failed));
    BOOST_TEST(!is_offered_beside());
}

BOOST_AUTO_TEST_CASE(a_no_is_asked_for_again_when_the_session_beside_ends_and_that_is_a_doubt) {
    out.add_ready(flash(10));
    beside();
    refuse_at_hub(at_hub(), errc::busy);
    BOOST_TEST(!is_applying());
    lose(2);
    BOOST_TEST(is_doubted(10));
    answer_loads({flash(10)});
    BOOST_TEST(is_offered_at_hub());
}

BOOST_AUTO_TEST_CASE(a_no_to_what_was_offered_before_a_copy_was_lost_is_asked_for_once_more) {
    out.add_ready(flash(10));
    const auto stream = at_hub();
    beside();
    lose(2);
    BOOST_TEST(is_doubted(10));
    refuse_at_hub(stream, errc::no_route);
    BOOST_TEST(diverted.empty());
    answer_loads({flash(10)});
    refuse_at_hub(at_hub(), errc::no_route);
    BOOST_TEST(diverted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_no_counts_at_once_while_the_copy_is_not_complete) {
    out.add_ready(flash(10, bytes(200'000, 7)));
    const auto copy = beside();
    sat.theirs().accept(copy, 0, core.now);
    exchange_all();
    refuse_at_hub(at_hub(), errc::no_route);
    BOOST_TEST(sat.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(diverted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(later_waits_for_a_large_copy_that_goes_on) {
    out.add_ready(flash(10, bytes(200'000, 7)));
    const auto copy = beside();
    sat.theirs().accept(copy, 0, core.now);
    refuse_at_hub(at_hub(), errc::busy);
    BOOST_TEST(!sat.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(!is_applying());
    BOOST_TEST(out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(a_yes_for_some_is_written_and_the_copy_decides_for_the_rest) {
    const auto item = flash_for_two(10);
    out.add_ready(item);
    const auto copy = beside();
    commit_at_hub(at_hub(), {{bureau("KE"), errc::no_route, {}}});
    const auto part = store_it();
    BOOST_TEST(!move_of(part, 10).has_value());
    std::vector<std::string> moved;
    for (const auto& change : part.changes) {
        if (const auto* one = std::get_if<operation::advance_delivery>(&change)) {
            moved.emplace_back(one->recipient.text());
        }
    }
    BOOST_TEST((moved == std::vector<std::string>{"MU"}));
    BOOST_TEST(diverted.empty());
    commit_beside(copy, {{bureau("MU"), errc::have_it, {}}});
    BOOST_TEST(is_done(10));
    BOOST_TEST(diverted.empty());
}

BOOST_AUTO_TEST_CASE(a_yes_for_some_beside_leaves_the_rest_to_the_session) {
    out.add_ready(flash_for_two(10));
    const auto stream = at_hub();
    commit_beside(beside(), {{bureau("KE"), errc::no_route, {}}});
    BOOST_TEST(!move_of(store_it(), 10).has_value());
    commit_at_hub(stream, {{bureau("MU"), errc::have_it, {}}, {bureau("KE"), errc::no_route, {}}});
    BOOST_REQUIRE(diverted.size() == 1U);
    BOOST_TEST((diverted.front().recipient == bureau("KE")));
}

BOOST_AUTO_TEST_CASE(when_the_session_ends_the_copy_ends_the_doubt) {
    out.add_ready(flash(10));
    at_hub();
    const auto copy = beside();
    lose(1);
    BOOST_TEST(is_doubted(10));
    commit_beside(copy);
    BOOST_TEST(is_done(10));
}

BOOST_AUTO_TEST_CASE(what_is_held_is_taken_back_from_both_and_may_be_there) {
    out.add_ready(flash(10));
    at_hub();
    beside();
    out.stop_message(12);
    exchange_all();
    BOOST_TEST(hub.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(sat.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(is_doubted(10));
    BOOST_TEST(!out.progress(10).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_held_while_a_no_waits_comes_again_when_it_is_released) {
    out.add_ready(flash(10));
    beside();
    refuse_at_hub(at_hub(), errc::no_route);
    out.stop_message(12);
    exchange_all();
    BOOST_TEST(is_doubted(10));
    answer_loads({});
    out.rescan(bureau("IPSG"));
    answer_loads({flash(10)});
    BOOST_TEST(is_offered_at_hub());
}

BOOST_AUTO_TEST_CASE(what_is_withheld_goes_by_neither) {
    auto keep = out.withhold(12);
    out.add_ready(flash(10));
    BOOST_TEST(!is_offered_at_hub());
    BOOST_TEST(!is_offered_beside());
    keep.reset();
    answer_loads({flash(10)});
    BOOST_TEST(is_offered_at_hub());
    BOOST_TEST(is_offered_beside());
}

BOOST_AUTO_TEST_CASE(a_window_that_shuts_beside_leaves_it_to_the_session) {
    out.add_ready(flash(10, bytes(200'000, 7)));
    beside();
    const auto stream = at_hub();
    core.sessions.at(2).passes[0] = {0, 0ms};
    out.on_passage_changed(2);
    exchange_all();
    BOOST_TEST(sat.has_at_theirs<event::peer_cancelled>());
    BOOST_TEST(out.progress(10).has_value());
    refuse_at_hub(stream, errc::no_route);
    BOOST_TEST(diverted.size() == 1U);
}

BOOST_AUTO_TEST_CASE(flash_is_told_of_while_it_waits_or_is_on_its_way) {
    std::size_t told = 0;
    out.set_flash_ready([&](bureau_id) { ++told; });
    out.add_ready(text(20));
    BOOST_TEST(told == 0U);
    BOOST_TEST(!out.has_flash(bureau("IPSG")));
    out.add_ready(flash(10));
    BOOST_TEST(told > 0U);
    BOOST_TEST(out.has_flash(bureau("IPSG")));
    commit_beside(beside());
    BOOST_TEST(!out.has_flash(bureau("IPSG")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
