// What of a message goes along, by its deliveries alone.
// Way of the message: tests of daemon/route/courier_choice.
// Pure.
// Spec: docs/courier.md#export.
// Limits: none.
#include "daemon/route/courier_choice.hpp"

#include "tests/unit/route/core_harness.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::tests {

using namespace route;
using store::delivery_state;

namespace {

struct a_message {
    core shared;
    answer::full_message of;

    a_message() {
        shared.now = utc_time{std::chrono::hours{1'000}};
        of.message.row = 3;
        of.message.origin = bureau("ZW");
        of.message.text_object = 4;
        put_object(4, 0);
        put_object(5, 1);
        put("KE", "IPSG", delivery_state::queued);
        put("MU", "MU", delivery_state::queued);
    }
    void put_object(store::row_id row, std::uint16_t position) {
        store::object_row object;
        object.row = row;
        object.position = position;
        object.kind =
            position == 0 ? protocol::object_kind::text : protocol::object_kind::attachment;
        object.state = store::object_state::complete;
        object.cls = position == 0 ? message_class::routine : message_class::bulk;
        of.objects.push_back(object);
    }
    store::delivery_row& put(std::string_view to, std::string_view by, delivery_state state) {
        store::delivery_row row;
        row.message = 3;
        row.recipient = bureau(to);
        row.next_hop = bureau(by);
        row.state = state;
        of.deliveries.push_back(row);
        return of.deliveries.back();
    }
    [[nodiscard]] std::string texts(std::string_view to) const {
        std::string out;
        for (const auto& one : texts_for(shared, of, bureau(to))) {
            out += std::to_string(one.what.shipment.attempt) + ":" +
                   recipient_list(one.what.deliveries);
        }
        return out;
    }
    [[nodiscard]] std::size_t attachments(std::string_view to) const {
        return attachments_for(shared, of, bureau(to), message_class::bulk).size();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(courier_choice_test, a_message)

BOOST_AUTO_TEST_CASE(by_recipient_and_by_next_hop) {
    BOOST_TEST(texts("KE") == "0: KE ");
    BOOST_TEST(texts("IPSG") == "0: KE ");
    BOOST_TEST(texts("MU") == "0: MU ");
    BOOST_TEST(texts("TZ").empty());
    put("TZ", "IPSG", delivery_state::in_doubt);
    BOOST_TEST(texts("IPSG") == "0: KE TZ ");
}

BOOST_AUTO_TEST_CASE(each_attempt_is_an_item) {
    put("TZ", "IPSG", delivery_state::queued).attempt = 2;
    BOOST_TEST(texts("IPSG") == "0: KE 2: TZ ");
}

BOOST_AUTO_TEST_CASE(only_what_is_under_way_from_here) {
    for (const auto state :
         {delivery_state::relayed, delivery_state::delivered, delivery_state::complete,
          delivery_state::taken, delivery_state::held, delivery_state::quarantined,
          delivery_state::expired, delivery_state::cancelled, delivery_state::refused,
          delivery_state::received, delivery_state::handed_on}) {
        of.deliveries.front().state = state;
        BOOST_TEST(texts("KE").empty());
    }
    for (const auto state :
         {delivery_state::accepted, delivery_state::queued, delivery_state::sending,
          delivery_state::in_doubt, delivery_state::deferred}) {
        of.deliveries.front().state = state;
        BOOST_TEST(texts("KE") == "0: KE ");
    }
}

BOOST_AUTO_TEST_CASE(what_was_taken_by_a_store_that_is_gone) {
    of.deliveries.front().state = delivery_state::relayed;
    store::shipment_row waits;
    waits.peer = bureau("IPSG");
    waits.state = store::shipment_state::ready;
    of.shipments.push_back(waits);
    BOOST_TEST(texts("IPSG") == "0: KE ");
    BOOST_TEST(texts("KE").empty());
    of.shipments.back().state = store::shipment_state::done;
    BOOST_TEST(texts("IPSG").empty());
}

BOOST_AUTO_TEST_CASE(nothing_that_is_over_but_while_the_clock_is_in_doubt) {
    of.message.expires_at = shared.now;
    BOOST_TEST(texts("KE").empty());
    BOOST_TEST(attachments("KE") == 0U);
    shared.expiry_frozen = true;
    BOOST_TEST(texts("KE") == "0: KE ");
    shared.expiry_frozen = false;
    of.message.expires_at = shared.now + std::chrono::milliseconds{1};
    BOOST_TEST(texts("KE") == "0: KE ");
}

BOOST_AUTO_TEST_CASE(attachments_go_with_their_text_or_while_they_wait_for_a_link) {
    BOOST_TEST(attachments("KE") == 1U);
    of.deliveries.front().state = delivery_state::delivered;
    BOOST_TEST(attachments("KE") == 0U);  // Nothing of it waits here.
    store::shipment_row waits;
    waits.peer = bureau("IPSG");
    waits.position = 1;
    waits.state = store::shipment_state::waiting;
    of.shipments.push_back(waits);
    BOOST_TEST(attachments("KE") == 1U);
    of.shipments.back().state = store::shipment_state::done;
    BOOST_TEST(attachments("KE") == 0U);
    of.deliveries.front().state = delivery_state::queued;
    of.objects.back().state = store::object_state::partial;
    BOOST_TEST(attachments("KE") == 0U);
}

BOOST_AUTO_TEST_CASE(receipts_go_to_their_origin_and_by_their_peer_and_not_back) {
    ready_shipment receipt;
    receipt.shipment.peer = bureau("IPSG");
    receipt.shipment.origin = bureau("ZW");
    receipt.shipment.cls = message_class::flash;
    receipt.object.state = store::object_state::complete;
    BOOST_TEST(receipt_goes(receipt, bureau("IPSG"), message_class::flash));
    BOOST_TEST(receipt_goes(receipt, bureau("ZW"), message_class::flash));
    BOOST_TEST(!receipt_goes(receipt, bureau("KE"), message_class::flash));
    BOOST_TEST(!receipt_goes(receipt, bureau("ZW"), message_class::bulk));
    receipt.object.from_peer = bureau("IPSG");
    BOOST_TEST(!receipt_goes(receipt, bureau("IPSG"), message_class::flash));
}

BOOST_AUTO_TEST_CASE(lists_of_recipients_come_back) {
    BOOST_TEST(is_listed(" KE MU ", bureau("KE")));
    BOOST_TEST(is_listed(" KE MU ", bureau("MU")));
    BOOST_TEST(!is_listed(" KE MU ", bureau("M")));
    BOOST_TEST(!is_listed(" ", bureau("KE")));
    const std::map<bureau_id, errc> refused{{bureau("KE"), errc::no_route},
                                            {bureau("MU"), errc::loop}};
    BOOST_TEST(refused_list(refused) == "KE=303 MU=301");
    BOOST_TEST((refused_recipients("KE=303 MU=301") == refused));
    BOOST_TEST(refused_recipients("").empty());
    BOOST_TEST(refused_recipients("KE= =3 x=1 KE=0").empty());
}

BOOST_AUTO_TEST_CASE(what_couriers_to_a_bureau_may_not_carry_stays) {
    config::gateway settings;
    settings.links.resize(1);
    settings.links[0].peer = bureau("MU");
    settings.links[0].mode = config::link_mode::courier;
    settings.links[0].level_max = confidentiality::restricted;
    shared.config = std::make_shared<config::gateway>(settings);
    of.message.level = confidentiality::confidential;
    BOOST_TEST(texts("MU").empty());
    BOOST_TEST(attachments("MU") == 0U);
    BOOST_TEST(texts("KE") == "0: KE ");  // No link bars couriers to it.
    of.message.level = confidentiality::restricted;
    BOOST_TEST(texts("MU") == "0: MU ");
    BOOST_TEST(attachments("MU") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
