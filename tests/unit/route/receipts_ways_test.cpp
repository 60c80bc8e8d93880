// Which way receipts go when one fails: other peers, hops, several looks; and outcomes that can not
// be signed yet.
// Way of the message: tests of daemon/route/receipts.
// Not pure: some cases have a store in a temporary folder; virtual time.
// Spec: docs/overview.md#receipts.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using protocol::outcome_kind;
using store::delivery_state;
using store::shipment_state;

namespace {

/// ZW with receipts for KE, which go by IPSG or else by TZ; the test answers for the store.
struct two_ways {
    two_ways() : sending(shared), all(shared, sending) {
        auto settings = std::make_shared<config::gateway>();
        settings->bureau = bureau("ZW");
        settings->links = {{"fibre", bureau("IPSG"), config::link_mode::dial, {}, false},
                           {"lake", bureau("TZ"), config::link_mode::dial, {}, false}};
        settings->routes = {{"KE", {"fibre", "lake"}, 1}};
        shared.config = settings;
        shared.directory = std::make_shared<protocol::directory>(
            make_plain_directory({bureau("ZW"), bureau("IPSG"), bureau("TZ")}, hash));
        shared.routes = routing_table(*shared.config, *shared.directory);
        shared.now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
        meet("TZ");
    }
    void meet(std::string_view peer) {
        shared.sessions[++last] = {.peer = bureau(peer), .established = true};
    }
    /// A receipt that waits for `peer`, which has refused it so often.
    static ready_shipment waiting(store::row_id row, std::string_view peer, errc code = errc{},
                                  std::uint32_t tries = 0) {
        ready_shipment out;
        out.shipment.row = row;
        out.shipment.peer = bureau(peer);
        out.shipment.origin = bureau("KE");
        out.shipment.code = static_cast<std::uint16_t>(code);
        out.shipment.tries = tries;
        out.shipment.state = code == errc{} ? shipment_state::ready : shipment_state::deferred;
        return out;
    }
    /// Looks, finds these, and writes; the peers to which they are moved, in order.
    std::vector<std::string> look(std::vector<ready_shipment> found, bool more = false) {
        all.find_other_ways();
        answer_look({std::move(found), more});
        return write();
    }
    void answer_look(answer::ready found) {
        auto next = shared.out.next_command();
        BOOST_REQUIRE(next && std::holds_alternative<command::ask>(*next));
        const auto& question = std::get<command::ask>(*next);
        looked_after.push_back(std::get<query::load_waiting_receipts>(question.what).after);
        store::reply reply = std::move(found);
        shared.out.on_answered(question.number, reply);
    }
    std::vector<std::string> write() {
        std::vector<std::string> out;
        auto next = shared.out.next_command();
        if (!next) {
            return out;
        }
        const auto& what = std::get<command::apply>(*next).what;
        for (const auto& change : what.changes) {
            if (const auto* put = std::get_if<operation::put_shipment>(&change)) {
                out.emplace_back(put->row.peer.text());
            }
        }
        store::transaction_result result;
        result.token = what.token;
        shared.out.on_stored(result);
        return out;
    }

    seal::openssl_hasher hash;
    route::core shared;
    outbound sending;
    receipts all;
    session_number last = 0;
    std::vector<store::row_id> looked_after;
};
using peer_names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(receipts_ways_test, two_ways)

BOOST_AUTO_TEST_CASE(a_receipt_for_a_peer_that_is_gone_goes_by_the_one_that_is_there) {
    BOOST_TEST(look({waiting(1, "IPSG"), waiting(2, "TZ")}) == peer_names{"TZ"});
    BOOST_TEST(look({waiting(3, "MU")}) == peer_names{"TZ"});  // No way any more.
    shared.sessions.clear();
    BOOST_TEST(look({waiting(4, "IPSG"), waiting(5, "MU")}).empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_there_keeps_what_it_may_take_later) {
    meet("IPSG");
    BOOST_TEST(look({waiting(1, "IPSG")}).empty());
    for (const auto code : {errc::busy, errc::store_full, errc::overloaded}) {
        BOOST_TEST(look({waiting(1, "IPSG", code)}).empty());
    }
    for (const auto code : {errc::unknown_key, errc::wrong_key_owner, errc::key_not_allowed,
                            errc::no_route, errc::not_allowed}) {
        BOOST_TEST(look({waiting(1, "IPSG", code)}) == peer_names{"TZ"});
        BOOST_TEST(look({waiting(1, "TZ", code)}) == peer_names{"IPSG"});
    }
}

BOOST_AUTO_TEST_CASE(after_a_refusal_by_each_way_the_next_is_asked_when_this_one_would_be) {
    meet("IPSG");
    auto item = waiting(1, "IPSG", errc::no_route, 1);
    BOOST_TEST(look({item}) == peer_names{"TZ"});
    item.shipment.tries = 2;
    BOOST_TEST(look({item}).empty());
    item.shipment.due_at = shared.now + look_interval + 1ms;
    BOOST_TEST(look({item}).empty());
    item.shipment.due_at = shared.now + look_interval;
    BOOST_TEST(look({item}) == peer_names{"TZ"});
}

BOOST_AUTO_TEST_CASE(a_receipt_does_not_go_back_nor_on_when_it_has_gone_round) {
    auto item = waiting(1, "IPSG");
    item.object.from_peer = bureau("TZ");
    BOOST_TEST(look({item}).empty());
    item.object.from_peer = {};
    item.shipment.attempt = limits::hop_limit_default - 1;
    BOOST_TEST(look({item}) == peer_names{"TZ"});
    item.shipment.attempt = limits::hop_limit_default;
    BOOST_TEST(look({item}).empty());
    item.shipment.origin = bureau("TZ");  // It has come.
    BOOST_TEST(look({item}) == peer_names{"TZ"});
}

BOOST_AUTO_TEST_CASE(one_look_is_made_at_a_time) {
    all.find_other_ways();
    all.find_other_ways();
    answer_look({{waiting(1, "IPSG")}, false});
    all.find_other_ways();  // Found, not written.
    BOOST_TEST(write() == peer_names{"TZ"});
    BOOST_TEST(!shared.out.next_command().has_value());
    BOOST_TEST(look({}).empty());
    BOOST_TEST(looked_after == (std::vector<store::row_id>{0, 0}));
}

BOOST_AUTO_TEST_CASE(more_receipts_than_one_look_finds_are_looked_at_from_there) {
    BOOST_TEST(look({waiting(1, "IPSG"), waiting(7, "IPSG")}, true) == (peer_names{"TZ", "TZ"}));
    answer_look({{waiting(9, "TZ")}, true});  // At once, since some could go.
    BOOST_TEST(!shared.out.next_command().has_value());
    BOOST_TEST(look({}).empty());
    BOOST_TEST(look({}).empty());
    BOOST_TEST(looked_after == (std::vector<store::row_id>{0, 7, 9, 0}));
}

BOOST_AUTO_TEST_CASE(a_receipt_of_others_is_taken_when_it_has_a_way_on_and_is_on_disk) {
    seal::done::verified_receipt receipt;
    std::vector<bool> taken;
    const auto forward = [&](std::string_view origin, std::uint8_t hops, std::string_view from) {
        receipt.content.origin = bureau(origin);
        all.forward(receipt, bytes(100, 1), message_class::routine, hops, bureau(from),
                    [&](bool ok) { taken.push_back(ok); });
        return write();
    };
    BOOST_TEST(forward("KE", 0, "IPSG") == peer_names{"TZ"});
    BOOST_TEST(forward("KE", 0, "MU") == peer_names{"TZ"});  // Which is there.
    BOOST_TEST((taken == std::vector{true, true}));
    BOOST_TEST(forward("MU", 0, "IPSG").empty());
    BOOST_TEST(forward("TZ", 0, "TZ").empty());
    BOOST_TEST((taken == std::vector{true, true, false, false}));
    BOOST_TEST(forward("KE", limits::hop_limit_default - 2, "IPSG") == peer_names{"TZ"});
    BOOST_TEST(forward("KE", limits::hop_limit_default - 1, "IPSG").empty());
    BOOST_TEST(forward("TZ", limits::hop_limit_default - 1, "IPSG") == peer_names{"TZ"});
    BOOST_TEST((taken == std::vector{true, true, false, false, true, false, true}));
}

BOOST_AUTO_TEST_SUITE_END()

namespace {
struct receipts_with_a_hub : core_harness {
    receipts_with_a_hub() : hub(*this, "IPSG") {
        for (auto& entry : directory().entries) {
            if (entry.bureau == bureau("IPSG")) {
                entry.role = protocol::bureau_role::hub;
            }
        }
        reload();
        id = expect<response::accepted>(agency("border"), a_message({"MU"})).id;
        hub.connect();
        hub.commit(0);
    }
    void send(std::string_view issuer, outcome_kind kind) {
        protocol::outcome what;
        what.id = id;
        what.reason = static_cast<std::uint16_t>(errc::not_allowed);
        what.recipient = bureau("MU");
        what.kind = kind;
        what.at = now;
        const auto made = hub.receipt(issuer, "ZW", {what});
        BOOST_TEST(hub.send(made.first, made.second).committed);
        advance(1s);
    }
    delivery_state state() { return stored(id).deliveries.front().state; }
    bool has_metric(const std::string& line) {
        const auto text = expect<response::metrics>(an_operator(), request::metrics{}).text;
        return text.find("dhow_" + line + "\n") != std::string::npos;
    }
    std::size_t unsigned_outcomes() {
        return query_store<answer::outcomes>(query::load_outcomes{}).rows.size();
    }
    message_id id;
    scripted_peer hub;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(receipts_words_test, receipts_with_a_hub)

BOOST_AUTO_TEST_CASE(each_word_of_the_recipient_has_its_state) {
    const std::vector<std::pair<outcome_kind, delivery_state>> table{
        {outcome_kind::delivered, delivery_state::delivered},
        {outcome_kind::complete, delivery_state::complete},
        {outcome_kind::taken, delivery_state::taken},
        {outcome_kind::rejected, delivery_state::rejected},
        {outcome_kind::refused, delivery_state::refused},
        {outcome_kind::expired, delivery_state::expired},
        {outcome_kind::cancelled, delivery_state::cancelled},
        {outcome_kind::undeliverable, delivery_state::undeliverable},
        {outcome_kind::too_late, delivery_state::taken}};
    for (const auto& [kind, wanted] : table) {
        apply({operation::advance_delivery{.message = stored(id).message.row,
                                           .recipient = bureau("MU"),
                                           .expected = 0xffff'ffff,
                                           .state = delivery_state::relayed,
                                           .at = now}});
        send("MU", kind);
        BOOST_TEST((state() == wanted), "outcome " << static_cast<unsigned>(kind));
    }
}

BOOST_AUTO_TEST_CASE(a_hub_may_say_that_it_was_refused_but_not_what_only_the_recipient_knows) {
    for (const auto kind :
         {outcome_kind::rejected, outcome_kind::too_late, outcome_kind::complete}) {
        send("IPSG", kind);
        BOOST_TEST((state() == delivery_state::relayed));
    }
    send("IPSG", outcome_kind::refused);
    BOOST_TEST((state() == delivery_state::refused));
    BOOST_TEST(stored(id).deliveries.front().text == "bureau IPSG");
}

BOOST_AUTO_TEST_CASE(outcomes_that_can_not_be_signed_are_counted_and_signed_later) {
    hub.cut();
    protocol::outcome what;
    what.id = id;
    what.recipient = bureau("ZW");
    what.at = now;
    apply({operation::put_outcome{{5'000'000, bureau("KE"), message_class::routine, what}},
           operation::put_outcome{{5'000'001, bureau("KE"), message_class::routine, what}}});
    has_no_workers = true;
    logs.clear();
    restart();
    BOOST_TEST(std::ranges::count(logs, std::string("receipt-sign"), &command::log::id) == 1);
    BOOST_TEST(unsigned_outcomes() == 2U);
    BOOST_TEST(has_metric("receipts_waiting 2"));
    has_no_workers = false;
    advance(61s);
    BOOST_TEST(unsigned_outcomes() == 0U);
    BOOST_TEST(has_metric("receipts_waiting 0"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
