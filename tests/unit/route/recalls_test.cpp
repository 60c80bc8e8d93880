// What a later message of the same origin calls back at a gateway on the way.
// Way of the message: tests of daemon/route/recalls, inbound_called_back; ZW -> [IPSG] -> MU, KE.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0019-hubs-cancel.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using protocol::object_kind;
using protocol::outcome_kind;
using store::delivery_state;
using store::shipment_state;

namespace {
struct at_a_hub : core_harness {
    at_a_hub() : core_harness("IPSG"), zw(*this, "ZW"), mu(*this, "MU"), ke(*this, "KE") {
        for (auto& entry : directory().entries) {
            if (entry.bureau == bureau("TZ")) {
                entry.role = protocol::bureau_role::hub;
            }
        }
        settings().links.push_back(
            {"to-TZ", bureau("TZ"), config::link_mode::dial, {"tls://127.0.0.1:7444"}, false});
        reload();
        zw.connect();
    }
    scripted_peer::parcel take(std::vector<std::string> to = {"MU"},
                               const std::vector<bytes>& files = {},
                               message_class cls = message_class::routine) {
        auto what = zw.make("ZW", std::move(to), files, cls);
        BOOST_REQUIRE(zw.send(what).committed);
        return what;
    }
    /// ZW's message, flash, that cancels `what`.
    scripted_peer::parcel canceller(const scripted_peer::parcel& what,
                                    std::vector<std::string> to = {"MU"}) {
        zw.cancels = {what.header.id};
        auto made = zw.make("ZW", std::move(to), {}, message_class::flash);
        zw.cancels.clear();
        return made;
    }
    scripted_peer::parcel cancel(const scripted_peer::parcel& what,
                                 std::vector<std::string> to = {"MU"}) {
        auto made = canceller(what, std::move(to));
        BOOST_REQUIRE(zw.send(made).committed);
        return made;
    }
    void look() { advance(1s); }
    store::delivery_row delivery(const scripted_peer::parcel& what, std::string_view to = "MU") {
        const auto all = stored(what.header.id);
        const auto found =
            std::ranges::find(all.deliveries, bureau(to), &store::delivery_row::recipient);
        BOOST_REQUIRE(found != all.deliveries.end());
        return *found;
    }
    delivery_state state(const scripted_peer::parcel& what, std::string_view to = "MU") {
        return delivery(what, to).state;
    }
    /// Texts that the peer was offered, in order.
    static std::vector<message_id> texts(const scripted_peer& peer) {
        std::vector<message_id> out;
        for (const auto& one : peer.offers) {
            if (one.offer.kind == object_kind::text) {
                out.push_back(one.offer.id);
            }
        }
        return out;
    }
    std::vector<protocol::outcome> outcomes() const {
        std::vector<protocol::outcome> out;
        for (const auto& transaction : applied) {
            for (const auto& change : transaction.changes) {
                if (const auto* put = std::get_if<operation::put_outcome>(&change)) {
                    out.push_back(put->row.value);
                }
            }
        }
        return out;
    }
    bool is_stored(const message_id& id) {
        return !query_store<answer::messages>(query::find_message{{}, id}).rows.empty();
    }
    store::custody_row custody(const scripted_peer::parcel& what, std::uint8_t attempt = 0) {
        const auto rows = query_store<answer::custody>(
            query::find_custody{bureau("ZW"), what.header.id, attempt});
        BOOST_REQUIRE(rows.rows.size() == 1U);
        return rows.rows.front();
    }
    scripted_peer zw, mu, ke;
};

using ids = std::vector<message_id>;
}  // namespace

BOOST_FIXTURE_TEST_SUITE(recalls_test, at_a_hub)

BOOST_AUTO_TEST_CASE(a_queued_copy_is_dropped_and_its_origin_told) {
    const auto publication = take();
    applied.clear();
    const auto cancellation = cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::cancelled));
    BOOST_TEST(delivery(publication).code == static_cast<int>(errc::cancelled));
    BOOST_TEST((custody(publication).outcome == outcome_kind::cancelled));
    const auto told = outcomes();
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST((told[0].id == publication.header.id));
    BOOST_TEST((told[0].kind == outcome_kind::cancelled));
    BOOST_TEST((told[0].recipient == bureau("MU")));
    BOOST_TEST(told[0].reason == static_cast<int>(errc::cancelled));
    BOOST_TEST((told[0].seal_digest == publication.seal_digest));
    zw.exchange();
    BOOST_TEST(std::ranges::count(zw.offers, object_kind::receipt,
                                  [](const auto& one) { return one.offer.kind; }) == 1);
    mu.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
    BOOST_TEST(core().state().count.called_back == 1U);
}

BOOST_AUTO_TEST_CASE(a_superseded_copy_is_dropped_with_its_own_reason) {
    const auto first = take();
    zw.supersedes = {first.header.id};
    const auto second = take();
    look();
    BOOST_TEST(delivery(first).code == static_cast<int>(errc::superseded));
    mu.connect();
    BOOST_TEST((texts(mu) == ids{second.header.id}));
}

BOOST_AUTO_TEST_CASE(for_others_than_the_later_one_is_for_nothing_is_dropped) {
    const auto publication = take({"MU", "KE"});
    const auto cancellation = cancel(publication, {"MU"});
    look();
    BOOST_TEST((state(publication, "MU") == delivery_state::cancelled));
    BOOST_TEST((state(publication, "KE") == delivery_state::queued));
    mu.connect();
    ke.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
    BOOST_TEST((texts(ke) == ids{publication.header.id}));
}

BOOST_AUTO_TEST_CASE(one_body_for_two_behind_one_peer_goes_on_for_the_other) {
    settings().routes = {{"MU", {"to-KE"}, 1}, {"KE", {"to-KE"}, 2}};
    reload();
    const auto publication = take({"MU", "KE"});
    const auto cancellation = cancel(publication, {"MU"});
    look();
    ke.connect();
    BOOST_TEST((texts(ke) == ids{cancellation.header.id, publication.header.id}));
    const auto preamble = protocol::decode_preamble(ke.offers.at(1).offer.preamble).value();
    BOOST_REQUIRE(preamble.lockboxes.entries.size() == 1U);
    BOOST_TEST((preamble.lockboxes.entries[0].box.recipient == bureau("KE")));
    ke.commit(1);
    BOOST_TEST((state(publication, "KE") == delivery_state::handed_on));
}

BOOST_AUTO_TEST_CASE(another_origin_calls_nothing_back) {
    const auto publication = take();
    ke.connect();
    ke.id_to_use = canceller(publication).header.id;  // Its own, which no other here has.
    ke.cancels = {publication.header.id};
    const auto foreign = ke.make("KE", {"MU"}, {}, message_class::flash);
    BOOST_TEST(ke.send(foreign).committed);
    look();
    BOOST_TEST((state(publication) == delivery_state::queued));
    mu.connect();
    BOOST_TEST((texts(mu) == ids{foreign.header.id, publication.header.id}));
}

BOOST_AUTO_TEST_CASE(a_copy_that_comes_after_what_calls_it_back_ends_at_once) {
    const auto publication = zw.make("ZW", {"MU"}, {bytes(70'000, 1)});
    const auto cancellation = cancel(publication);
    applied.clear();
    for (int again = 0; again < 2; ++again) {
        const auto answer = zw.send(publication);
        BOOST_TEST((answer.refused == errc::have_it));  // A COMMIT would speak of a body on disk.
        BOOST_REQUIRE(answer.exceptions.size() == 1U);
        BOOST_TEST((answer.exceptions[0].code == errc::have_it));
        BOOST_TEST((answer.exceptions[0].outcome == outcome_kind::cancelled));
    }
    BOOST_REQUIRE(outcomes().size() == 1U);
    BOOST_TEST((outcomes()[0].kind == outcome_kind::cancelled));
    BOOST_TEST(!is_stored(publication.header.id));
    const auto& [offer, body] = publication.attachments.at(0);
    BOOST_TEST((zw.send(offer, body).refused == errc::have_it));  // Nobody waits for it.
    mu.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
}

BOOST_AUTO_TEST_CASE(a_late_copy_by_another_way_and_in_another_attempt_ends_too) {
    scripted_peer tz(*this, "TZ");
    tz.connect();
    auto publication = zw.make("ZW", {"MU", "KE"});
    cancel(publication, {"MU"});
    publication.offer.hops = 1;
    publication.offer.attempt = 3;
    const auto answer = tz.send(publication);
    BOOST_TEST(answer.committed);
    BOOST_REQUIRE(answer.exceptions.size() == 1U);
    BOOST_TEST((answer.exceptions[0].recipient == bureau("MU")));
    BOOST_TEST((answer.exceptions[0].outcome == outcome_kind::cancelled));
    BOOST_TEST((state(publication, "KE") == delivery_state::queued));
    BOOST_TEST(stored(publication.header.id).deliveries.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_handed_on_before_stays_so_and_the_origin_hears_too_late) {
    mu.connect();
    const auto publication = take();
    mu.exchange();
    mu.commit(0);
    applied.clear();
    const auto cancellation = cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::handed_on));
    BOOST_REQUIRE(outcomes().size() == 1U);
    BOOST_TEST((outcomes()[0].id == publication.header.id));
    BOOST_TEST((outcomes()[0].kind == outcome_kind::too_late));
    mu.exchange();
    BOOST_TEST((texts(mu) == ids{publication.header.id, cancellation.header.id}));
}

BOOST_AUTO_TEST_CASE(a_later_version_says_nothing_of_what_was_handed_on) {
    mu.connect();
    const auto first = take();
    mu.exchange();
    mu.commit(0);
    applied.clear();
    zw.supersedes = {first.header.id};
    take();
    look();
    BOOST_TEST(outcomes().empty());
}

BOOST_AUTO_TEST_CASE(a_transfer_that_is_under_way_is_cancelled_and_its_copy_dropped) {
    mu.accepts = false;
    mu.connect();
    zw.text_bytes_to_use = 100'000;
    const auto publication = take();
    BOOST_REQUIRE(publication.body.size() > limits::inline_body_bytes_max);
    zw.text_bytes_to_use = 0;
    mu.exchange();
    const auto offered = std::ranges::find(mu.offers, publication.header.id,
                                           [](const auto& one) { return one.offer.id; });
    BOOST_REQUIRE(offered != mu.offers.end());
    const auto place = offered - mu.offers.begin();
    const auto cancellation = cancel(publication);
    mu.exchange();
    BOOST_TEST(mu.offers[static_cast<std::size_t>(place)].cancelled);
    look();
    BOOST_TEST((state(publication) == delivery_state::cancelled));
    BOOST_TEST((texts(mu).back() == cancellation.header.id));
}

BOOST_AUTO_TEST_CASE(what_the_peer_may_have_is_finished) {
    mu.connect();
    const auto publication = take();
    mu.exchange();
    BOOST_REQUIRE(mu.offers.at(0).whole);  // It has all of it, and says nothing.
    cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::queued));
    mu.commit(0);
    BOOST_TEST((state(publication) == delivery_state::handed_on));
}

BOOST_AUTO_TEST_CASE(what_is_in_doubt_is_asked_for_after_what_calls_it_back) {
    mu.connect();
    const auto publication = take();
    mu.exchange();
    BOOST_REQUIRE(mu.offers.at(0).whole);
    mu.cut();
    mu.offers.clear();
    const auto cancellation = cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::queued));
    mu.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id, publication.header.id}));
    mu.refuse(1, errc::no_route);  // It never had it, and has no way for it now.
    look();
    advance(20s);
    BOOST_TEST((state(publication) == delivery_state::cancelled ||
                state(publication) == delivery_state::undeliverable));
    BOOST_TEST(texts(mu).size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_its_peer_will_not_have_goes_no_other_way) {
    for (auto& route : settings().routes) {
        if (route.to == "MU") {
            route.via = {"to-KE", "to-TZ"};
        }
    }
    reload();
    scripted_peer tz(*this, "TZ");
    ke.connect();
    const auto publication = take();
    ke.exchange();
    BOOST_REQUIRE(texts(ke).size() == 1U);
    cancel(publication);
    look();
    tz.connect();
    ke.refuse(0, errc::no_route);
    for (int i = 0; i < 30; ++i) {
        look();
        tz.exchange();
        ke.exchange();
    }
    BOOST_TEST(std::ranges::count(texts(tz), publication.header.id) == 0);
    BOOST_TEST((state(publication) == delivery_state::cancelled));
}

BOOST_AUTO_TEST_CASE(killed_between_the_two_commits_it_is_dropped_after_the_start) {
    const auto publication = take();
    const auto cancellation = cancel(publication);
    BOOST_REQUIRE((state(publication) == delivery_state::queued));
    restart();
    mu.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
    look();
    BOOST_TEST((state(publication) == delivery_state::cancelled));
    BOOST_TEST((custody(publication).outcome == outcome_kind::cancelled));
}

BOOST_AUTO_TEST_CASE(a_full_disk_puts_the_end_off_and_lets_nothing_leave) {
    const auto publication = take();
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& change) {
            return std::holds_alternative<operation::release_objects>(change);
        });
    };
    const auto cancellation = cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::queued));
    mu.connect();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
    is_disk_full_for = {};
    advance(20s);
    BOOST_TEST((state(publication) == delivery_state::cancelled));
}

BOOST_AUTO_TEST_CASE(a_canceller_that_is_not_stored_calls_nothing_back) {
    const auto publication = take();
    const auto later = canceller(publication);
    fail_next_commit = store::transaction_status::full;
    BOOST_TEST(!zw.send(later).committed);
    look();
    BOOST_TEST((state(publication) == delivery_state::queued));
    mu.connect();
    BOOST_TEST((texts(mu) == ids{publication.header.id}));
}

BOOST_AUTO_TEST_CASE(all_that_is_here_of_attachments_is_released) {
    const auto publication = take({"MU"}, {bytes(70'000, 1), bytes(90'000, 2)});
    BOOST_REQUIRE(
        zw.send(publication.attachments[0].first, publication.attachments[0].second).committed);
    cancel(publication);
    look();
    const auto left = stored(publication.header.id);
    for (const auto& object : left.objects) {
        BOOST_TEST((object.state == store::object_state::purged));
        BOOST_TEST(object.durable_bytes == 0U);
    }
    for (const auto& shipment : left.shipments) {
        BOOST_TEST((shipment.state == shipment_state::failed));
    }
    const auto& [offer, body] = publication.attachments[1];
    BOOST_TEST((zw.send(offer, body).refused == errc::have_it));
}

BOOST_AUTO_TEST_CASE(attachments_stay_while_another_recipient_waits_for_them) {
    const auto publication = take({"MU", "KE"}, {bytes(70'000, 1)});
    cancel(publication, {"MU"});
    look();
    BOOST_TEST(
        zw.send(publication.attachments[0].first, publication.attachments[0].second).committed);
    ke.connect();
    ke.commit(0);
    ke.exchange();
    BOOST_REQUIRE(ke.offers.size() == 2U);
    BOOST_TEST((ke.offers[1].offer.kind == object_kind::attachment));
}

BOOST_AUTO_TEST_CASE(every_attempt_that_waits_is_dropped) {
    auto publication = take();
    auto again = publication;
    again.offer.attempt = 1;
    BOOST_REQUIRE(zw.send(again).committed);
    cancel(publication);
    look();
    const auto rows =
        query_store<answer::messages>(query::find_message{{}, publication.header.id}).rows;
    BOOST_REQUIRE(rows.size() == 2U);
    for (const auto& one : rows) {
        BOOST_TEST((one.deliveries.at(0).state == delivery_state::cancelled));
    }
    BOOST_TEST((custody(publication, 0).outcome == outcome_kind::cancelled));
    BOOST_TEST((custody(publication, 1).outcome == outcome_kind::cancelled));
}

BOOST_AUTO_TEST_CASE(what_an_operator_holds_is_dropped_too) {
    const auto publication = take();
    expect<response::done>(an_operator(), request::hold{publication.header.id, {}, true});
    BOOST_REQUIRE((state(publication) == delivery_state::held));
    cancel(publication);
    look();
    BOOST_TEST((state(publication) == delivery_state::cancelled));
}

BOOST_AUTO_TEST_CASE(a_bureau_that_lost_its_disk_is_given_the_cancellation_alone) {
    mu.connect();
    const auto publication = take();
    mu.exchange();
    mu.commit(0);
    const auto cancellation = cancel(publication);
    mu.exchange();
    mu.commit(1);
    mu.cut();
    mu.offers.clear();
    mu.epoch = 2;
    mu.connect();
    look();
    mu.exchange();
    BOOST_TEST((texts(mu) == ids{cancellation.header.id}));
}

BOOST_AUTO_TEST_CASE(what_is_taken_while_the_later_one_is_being_stored_does_not_leave) {
    mu.connect();
    const auto publication = zw.make("ZW", {"MU"});
    const auto later = canceller(publication);
    // The publication comes by a second peer, between the look for it and the commit.
    scripted_peer tz(*this, "TZ");
    tz.connect();
    auto copy = publication;
    copy.offer.hops = 1;
    before_apply = [&](const auto&) {
        store::tombstone_row row{bureau("ZW"), publication.header.id, later.header.id, true,
                                 now + 24h};
        apply(
            {operation::put_tombstone{row, now}, operation::put_custody{{.origin = bureau("ZW"),
                                                                         .id = later.header.id,
                                                                         .attempt = 9,
                                                                         .recipient = bureau("MU"),
                                                                         .forget_at = now + 24h}}});
    };
    const auto answer = tz.send(copy);
    BOOST_TEST((answer.refused == errc::have_it));
    BOOST_REQUIRE(answer.exceptions.size() == 1U);
    BOOST_TEST((answer.exceptions[0].outcome == outcome_kind::cancelled));
    mu.exchange();
    BOOST_TEST(texts(mu).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
