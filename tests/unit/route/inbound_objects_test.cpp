// Attachments and receipts of peers: what is let in, what is had, what is dropped and begun anew.
// Way of the message: tests of daemon/route/inbound_objects, and of attachments in inbound_text.
// Pure but for digests; virtual time. Store and sealer are this file.
// Spec: docs/overview.md#receiving.
// Limits: none.
#include "tests/unit/route/inbound_bench.hpp"

namespace dhow::tests {

using store::object_state;
using store::transaction_status;

namespace {
template <class Change>
const Change* first_of(const store::transaction& what) {
    for (const auto& change : what.changes) {
        if (const auto* found = std::get_if<Change>(&change)) {
            return found;
        }
    }
    return nullptr;
}

struct objects_bench : inbound_bench {
    /// Offers it; the store has this row of it.
    void offer_known(const parcel& what, std::optional<store::object_row> row) {
        offer(what);
        answer<query::find_attachment>(answer::object{std::move(row)});
        exchange();
    }
    /// The three looks for an attachment whose text is not here.
    void look_for_its_text(bool was_taken, bool was_opened, bool has_come_meanwhile) {
        answer<query::find_attachment>(answer::object{});
        answer<query::find_custody>(
            answer::custody{std::vector<store::custody_row>(was_taken ? 1 : 0)});
        answer<query::find_inbox>(
            answer::inbox{std::vector<answer::inbox_item>(was_opened ? 1 : 0), false});
        const auto row = has_come_meanwhile ? std::optional(store::object_row{}) : std::nullopt;
        answer<query::find_attachment>(answer::object{row});
    }
    /// A receipt of MU for messages of `origin`, as its signature is found good.
    void verify_receipt(std::string_view origin) {
        seal::done::verified_receipt good;
        good.content.issuer = bureau("MU");
        good.content.origin = bureau(origin);
        seal<seal::job::verify_receipt>({good});
    }
    static parcel a_receipt(std::size_t size) {
        parcel made;
        made.body = bytes(size, 8);
        made.offer.kind = protocol::object_kind::receipt;
        made.offer.origin = bureau("ZW");
        made.offer.body_bytes = size;
        return made;
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(inbound_objects_test, objects_bench)

BOOST_AUTO_TEST_CASE(an_attachment_that_is_complete_or_was_purged_is_had) {
    for (const auto state : {object_state::complete, object_state::purged}) {
        const auto what = attachment(100);
        auto row = row_of(what, 40);
        row.state = state;
        offer_known(what, row);
        BOOST_TEST((refusal().code == errc::have_it));
    }
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(an_attachment_of_another_length_than_its_message_names_is_refused) {
    const auto what = attachment(100);
    for (const auto size : {99U, 101U}) {
        auto row = row_of(what, 40);
        row.bytes = size;
        offer_known(what, row);
        BOOST_TEST((refusal().code == errc::out_of_range));
    }
    BOOST_TEST(is_quiet());
}

BOOST_AUTO_TEST_CASE(a_body_that_begins_beyond_what_is_here_is_asked_for_from_its_begin) {
    auto what = attachment(100);
    what.offer.first_byte = 41;
    core.sessions.at(1).session = nullptr;
    in.on_event(1, event::offer_received{what.offer, true});
    answer<query::find_attachment>(answer::object{row_of(what, 40, 40)});
    in.on_event(1, event::data_received{0, 41, bytes(59, 6)});
    BOOST_TEST(!is_applying());  // There is a gap: nothing is written.
    what.offer.stream = 1;
    what.offer.first_byte = 40;
    in.on_event(1, event::offer_received{what.offer, true});
    answer<query::find_attachment>(answer::object{row_of(what, 40, 40)});
    in.on_event(1, event::data_received{1, 40, bytes(60, 6)});
    const auto written = store_it();
    const auto* segment = first_of<operation::put_segment>(written);
    BOOST_REQUIRE(segment != nullptr);
    BOOST_TEST(segment->offset == 40U);
    BOOST_TEST(segment->data.size() == 60U);
}

BOOST_AUTO_TEST_CASE(of_a_body_that_overlaps_what_is_here_only_the_rest_is_written) {
    auto what = attachment(100);
    offer_known(what, row_of(what, 40, 30));
    const auto written = store_it();
    const auto* segment = first_of<operation::put_segment>(written);
    BOOST_REQUIRE(segment != nullptr);
    BOOST_TEST(segment->offset == 30U);
    BOOST_TEST((segment->data == bytes(70, 6)));
}

BOOST_AUTO_TEST_CASE(a_small_attachment_is_written_verified_and_committed) {
    const auto what = attachment(100);
    offer_known(what, row_of(what, 40));
    store_it();
    answer<query::load_segment>(answer::segment{what.body, false});
    const auto completed = store_it();
    BOOST_REQUIRE(first_of<operation::advance_object>(completed) != nullptr);
    BOOST_TEST((first_of<operation::advance_object>(completed)->state == object_state::complete));
    BOOST_TEST(is_committed());
    BOOST_TEST(answer<query::load_message>(answer::messages{}).message == 500);
}

BOOST_AUTO_TEST_CASE(the_shipments_of_all_peers_with_a_session_are_looked_at_when_it_is_complete) {
    connect("TZ", 2, nullptr);  // One that the driver has taken away already.
    const auto what = attachment(100);
    offer_known(what, row_of(what, 40));
    store_it();
    answer<query::load_segment>(answer::segment{what.body, false});
    store_it();
    BOOST_TEST(is_committed());
    BOOST_TEST(is_asked<query::load_message>());
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_not_what_its_message_names_is_dropped_and_counted) {
    const auto what = attachment(100);
    offer_known(what, row_of(what, 40));
    store_it();
    answer<query::load_segment>(answer::segment{bytes(100, 7), false});
    const auto dropped = store_it();
    BOOST_REQUIRE(first_of<operation::drop_object>(dropped) != nullptr);
    BOOST_TEST(first_of<operation::put_object>(dropped)->row.durable_bytes == 0U);
    BOOST_TEST((refusal().code == errc::busy));
    BOOST_TEST(core.count.forged == 1U);
}

BOOST_AUTO_TEST_CASE(an_attachment_that_is_damaged_on_disk_is_dropped_and_is_nobodys_forgery) {
    const auto what = attachment(100);
    offer_known(what, row_of(what, 40));
    store_it();
    answer<query::load_segment>(answer::segment{std::nullopt, true});
    BOOST_REQUIRE(first_of<operation::drop_object>(store_it()) != nullptr);
    BOOST_TEST((refusal().code == errc::busy));
    BOOST_TEST(core.count.forged == 0U);
    BOOST_TEST(has_logged("object-dropped"));
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_an_attachment_is_hashed_completes_nothing) {
    const auto what = attachment(100);
    offer_known(what, row_of(what, 40));
    store_it();
    end_session();
    answer<query::load_segment>(answer::segment{what.body, false});
    BOOST_TEST(!is_applying());
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(a_completion_that_is_not_on_disk_is_not_committed) {
    for (const auto status :
         {transaction_status::full, transaction_status::failed, transaction_status::conflict}) {
        const auto what = attachment(100);
        offer_known(what, row_of(what, 40));
        store_it();
        answer<query::load_segment>(answer::segment{what.body, false});
        store_it(status);
        BOOST_TEST((refusal().code == errc::busy));
        BOOST_TEST(!mu.has_at_theirs<event::committed>());
    }
}

BOOST_AUTO_TEST_CASE(an_attachment_without_its_text_waits_for_it_unless_its_message_is_done_with) {
    for (const bool was_taken : {false, true}) {
        for (const bool was_opened : {false, true}) {
            for (const bool has_come : {false, true}) {
                offer(attachment(100));
                look_for_its_text(was_taken, was_opened, has_come);
                const auto said = refusal();
                const bool is_done_with = (was_taken || was_opened) && !has_come;
                BOOST_TEST((said.code == (is_done_with ? errc::have_it : errc::text_first)));
                BOOST_TEST(said.retry_after.count() == (is_done_with ? 0 : 5));
            }
        }
    }
    offer(attachment(100));
    end_session();
    answer<query::find_attachment>(answer::object{});
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_the_text_is_looked_for_hears_nothing) {
    offer(attachment(100));
    answer<query::find_attachment>(answer::object{});
    end_session();
    answer<query::find_custody>(answer::custody{});
    answer<query::find_inbox>(answer::inbox{});
    answer<query::find_attachment>(answer::object{});
    BOOST_TEST(is_unanswered());
}

BOOST_AUTO_TEST_CASE(two_attempts_do_not_bring_the_same_attachment_at_once) {
    const auto what = attachment(50'000);
    offer_known(what, row_of(what, 40));
    offer_known(what, row_of(what, 40));
    BOOST_TEST((refusal().code == errc::busy));
}

BOOST_AUTO_TEST_CASE(custody_adopts_what_an_earlier_attempt_has_here_but_not_what_was_purged) {
    for (const auto state : {object_state::complete, object_state::partial, object_state::expected,
                             object_state::purged}) {
        protocol::object_ref named;
        named.sealed_digest.value[0] = 3;
        named.bytes = 77;
        attachments = {named};
        offer(text());
        seal_holds();
        store::object_row row;
        row.row = 40;
        row.sealed_digest = named.sealed_digest;
        row.state = state;
        answer<query::find_attachment>(answer::object{row});
        const auto taken = store_it();
        const auto* adopted = first_of<operation::advance_object>(taken);
        const auto puts = std::ranges::count_if(taken.changes, [](const auto& change) {
            return std::holds_alternative<operation::put_object>(change);
        });
        const bool is_here = state != object_state::purged;
        BOOST_TEST((adopted != nullptr) == is_here);
        BOOST_TEST((adopted == nullptr || adopted->object == 40));
        BOOST_TEST(puts == (is_here ? 1 : 2));  // The text, and the attachment that is not here.
        BOOST_TEST(is_committed());
        mu.at_theirs.clear();
        seal<seal::job::open_message>({errc::overloaded});
    }
}

BOOST_AUTO_TEST_CASE(a_receipt_that_does_not_fit_its_offer_is_accepted_and_taken_whole) {
    const auto what = a_receipt(20'000);
    offer(what);
    BOOST_TEST((seal<seal::job::verify_receipt>({errc::bad_signature}).encoded == what.body));
    BOOST_TEST((refusal().code == errc::bad_signature));
    BOOST_TEST(core.count.forged == 1U);
}

BOOST_AUTO_TEST_CASE(a_receipt_longer_than_any_is_refused_at_once) {
    core.sessions.at(1).session = nullptr;
    auto what = a_receipt(limits::receipt_bytes_max + 1);
    in.on_event(1, event::offer_received{what.offer, false});
    BOOST_TEST(core.count.refused_in == 1U);
    BOOST_TEST(has_logged("offer-refused"));
    BOOST_TEST(logs.back().text.find(protocol::text_of(errc::too_long)) != std::string::npos);
    what.offer.stream = 1;
    what.offer.body_bytes = limits::receipt_bytes_max;
    in.on_event(1, event::offer_received{what.offer, true});
    BOOST_TEST(core.count.refused_in == 1U);
}

BOOST_AUTO_TEST_CASE(a_receipt_is_committed_only_when_it_is_on_disk) {
    offer(a_receipt(100));
    verify_receipt("ZW");
    store_it(transaction_status::full);
    BOOST_TEST((refusal().code == errc::busy));
    offer(a_receipt(100));
    verify_receipt("ZW");
    BOOST_TEST(is_unanswered());
    BOOST_REQUIRE(first_of<operation::put_receipt>(store_it()) != nullptr);
    BOOST_TEST(is_committed());
    mu.at_theirs.clear();
    offer(a_receipt(100));
    verify_receipt("KE");  // Not for us: onto its way.
    BOOST_REQUIRE(first_of<operation::put_shipment>(store_it()) != nullptr);
    BOOST_TEST(is_committed());
}

BOOST_AUTO_TEST_CASE(a_session_that_ends_while_a_receipt_is_verified_applies_nothing) {
    offer(a_receipt(100));
    end_session();
    verify_receipt("ZW");
    BOOST_TEST(!is_applying());
    BOOST_TEST(core.count.receipts_applied == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
