// Why: each cause of the closed list, from the states that lead to it, with since, next try and
// remedy.
// Way of the message: tests of daemon/route/why.
// Not pure: a store in a temporary folder; reads docs/operations.md.
// Spec: docs/operations.md#causes.
// Limits: none.
#include "daemon/route/why.hpp"

#include "tests/unit/route/core_harness.hpp"

#include <fstream>
#include <set>

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {

/// With one message of border to MU over IPSG, not sent yet.
struct with_a_message : core_harness {
    with_a_message() : id(expect<response::accepted>(agency("border"), a_message()).id) {}
    message_id id;

    std::vector<response::cause> causes() {
        return expect<response::why>(agency("border"), request::why{id}).causes;
    }
    response::cause first() {
        auto all = causes();
        BOOST_REQUIRE(!all.empty());
        return all.front();
    }
    std::string code() { return first().code; }
    bool has(std::string_view wanted) {
        return std::ranges::any_of(causes(), [&](const auto& one) { return one.code == wanted; });
    }
    /// As a station would write it.
    void put_delivery_in(delivery_state state, errc trouble = errc{}, std::string text = {},
                         std::uint8_t attempt = 0) {
        apply({operation::advance_delivery{.message = stored(id).message.row,
                                           .recipient = bureau("MU"),
                                           .expected = 0xffff'ffff,
                                           .state = state,
                                           .at = now,
                                           .code = static_cast<std::uint16_t>(trouble),
                                           .text = std::move(text),
                                           .attempt = attempt}});
    }
    void put_shipment_in(shipment_state state, errc trouble = errc{},
                         std::optional<utc_time> due_at = std::nullopt, bool in_doubt = false) {
        apply({operation::advance_shipment{.shipment = stored(id).shipments.front().row,
                                           .expected = 0xffff'ffff,
                                           .state = state,
                                           .at = now,
                                           .due_at = due_at,
                                           .in_doubt = in_doubt,
                                           .code = static_cast<std::uint16_t>(trouble)}});
    }
};

struct link_trouble {
    errc code;
    std::string_view cause;
};
struct final_state {
    delivery_state state;
    errc trouble;
    std::string text;
    std::string_view cause;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(why_test, with_a_message)

BOOST_AUTO_TEST_CASE(the_list_has_at_least_twenty_codes_and_the_operators_guide_has_them_all) {
    std::ifstream file(std::string(DHOW_SOURCE_DIR) + "/docs/operations.md");
    const std::string guide{std::istreambuf_iterator<char>(file), {}};
    std::set<std::string_view> codes;
    for (const auto& one : all_causes()) {
        BOOST_TEST(codes.insert(one.code).second, one.code << " stands twice");
        BOOST_TEST(guide.find("`" + std::string(one.code) + "`") != std::string::npos,
                   one.code << " is missing in docs/operations.md");
        BOOST_TEST(!one.text.empty());
    }
    BOOST_TEST(codes.size() >= 20U);
}

BOOST_AUTO_TEST_CASE(a_link_that_was_never_dialled_waits_and_says_when) {
    const auto cause = first();
    BOOST_TEST(cause.code == "link-waiting");
    BOOST_TEST(cause.next_try.has_value());
    BOOST_TEST(cause.since.has_value());
    BOOST_TEST((cause.recipient == bureau("MU")));
    BOOST_TEST(!cause.remedy.empty());
}

BOOST_AUTO_TEST_CASE(a_link_that_is_being_dialled_says_so) {
    advance(1ms);
    BOOST_TEST(dials.size() == 1U);
    BOOST_TEST(code() == "link-connecting");
}

BOOST_AUTO_TEST_CASE(the_way_a_link_fails_is_the_cause_with_the_next_try) {
    for (const auto& [trouble, cause] :
         std::initializer_list<link_trouble>{{errc::connect_failed, "link-connect-failed"},
                                             {errc::tls_failed, "link-tls-failed"},
                                             {errc::peer_not_pinned, "link-wrong-key"},
                                             {errc::hello_refused, "link-hello-refused"},
                                             {errc::clone_detected, "peer-clone-refused"},
                                             {errc::timed_out, "link-lost"}}) {
        core().on_dial_failed("fibre", trouble, "details");
        const auto said = first();
        BOOST_TEST(said.code == cause);
        BOOST_TEST((said.next_try.value() > now));
        BOOST_TEST((said.since == now));
        BOOST_TEST(!said.remedy.empty());
        BOOST_TEST(said.text.find("fibre") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_link_that_only_the_peer_dials_is_said) {
    settings().links[0].mode = config::link_mode::listen;
    restart();
    BOOST_TEST(code() == "peer-must-call");
}

BOOST_AUTO_TEST_CASE(a_route_or_link_that_was_removed_is_said) {
    const auto routes = settings().routes;
    settings().routes.clear();
    reload();
    BOOST_TEST(code() == "no-route");
    settings().routes = {{"MU", {"other"}, 1}};
    settings().links = {
        {"other", bureau("KE"), config::link_mode::dial, {"tls://127.0.0.1:1"}, false}};
    reload();
    BOOST_TEST(code() == "no-link");
}

BOOST_AUTO_TEST_CASE(a_suspended_peer_is_said_with_its_reason_and_end) {
    expect<response::done>(an_operator(),
                           request::suspend_peer{bureau("IPSG"), "moving house", now + 1h, true});
    const auto cause = first();
    BOOST_TEST(cause.code == "peer-suspended");
    BOOST_TEST(cause.text.find("moving house") != std::string::npos);
    BOOST_TEST((cause.next_try == now + 1h));
}

BOOST_AUTO_TEST_CASE(a_revoked_peer_is_said) {
    for (auto& entry : directory().entries) {
        if (entry.bureau == bureau("IPSG")) {
            entry.status = protocol::bureau_status::revoked;
        }
    }
    reload();
    BOOST_TEST(code() == "peer-revoked");
}

BOOST_AUTO_TEST_CASE(what_an_operator_holds_is_said_and_gone_when_released) {
    expect<response::done>(an_operator(), request::hold{id, {}, true});
    BOOST_TEST(code() == "held-by-operator");
    expect<response::done>(an_operator(), request::hold{id, {}, false});
    BOOST_TEST(code() == "link-waiting");
    expect<response::done>(an_operator(), request::hold{std::nullopt, bureau("IPSG"), true});
    BOOST_TEST(code() == "held-by-operator");
}

BOOST_AUTO_TEST_CASE(what_a_peer_puts_off_is_said_with_the_time) {
    for (const auto& [trouble, cause] :
         std::initializer_list<link_trouble>{{errc::busy, "peer-busy"},
                                             {errc::store_full, "peer-disk-full"},
                                             {errc::overloaded, "peer-defers"}}) {
        put_shipment_in(shipment_state::deferred, trouble, now + 30s);
        BOOST_TEST(code() == cause);
        BOOST_TEST((first().next_try == now + 30s));
    }
}

BOOST_AUTO_TEST_CASE(a_shipment_in_doubt_or_failed_is_said) {
    put_shipment_in(shipment_state::ready, errc{}, std::nullopt, true);
    BOOST_TEST(code() == "in-doubt");
    put_shipment_in(shipment_state::failed, errc::store_corrupt);
    BOOST_TEST(code() == "object-damaged");
    put_shipment_in(shipment_state::failed, errc::not_allowed);
    BOOST_TEST(code() == "refused-by-peer");
}

BOOST_AUTO_TEST_CASE(attachments_wait_for_their_text_and_for_their_bytes) {
    auto what = a_message();
    what.attachments = {upload("border", bytes(10, 1))};
    id = expect<response::accepted>(agency("border"), what).id;
    BOOST_TEST(has("waiting-for-text"));
    const auto inbound = put_inbound("MU", "hit.reply", {bytes(10, 1)}, false);
    restart();
    id = inbound;
    BOOST_TEST(has("waiting-for-attachment"));
}

BOOST_AUTO_TEST_CASE(each_later_state_has_its_cause) {
    const std::vector<final_state> states{
        {delivery_state::relayed, errc{}, "", "relayed-waiting-receipt"},
        {delivery_state::delivered, errc{}, "", "delivered-attachments-open"},
        {delivery_state::complete, errc{}, "", "delivered-waiting-agency"},
        {delivery_state::taken, errc{}, "police", "taken"},
        {delivery_state::rejected, errc{}, "police", "rejected-by-agency"},
        {delivery_state::refused, errc::cannot_open, "", "refused-by-addressee"},
        {delivery_state::refused, errc::not_allowed, "not allowed", "refused-by-peer"},
        {delivery_state::expired, errc::expired, "", "expired"},
        {delivery_state::cancelled, errc::cancelled, "", "cancelled"},
        {delivery_state::undeliverable, errc::no_route, "", "undeliverable"},
        {delivery_state::quarantined, errc::cannot_open, "", "quarantined"},
        {delivery_state::received, errc{}, "", "received-not-opened"},
        {delivery_state::handed_on, errc{}, "", "handed-on"}};
    for (const auto& one : states) {
        put_delivery_in(one.state, one.trouble, one.text);
        BOOST_TEST(code() == one.cause);
        BOOST_TEST((first().since == now));
    }
    put_delivery_in(delivery_state::relayed, errc{}, "", 2);
    BOOST_TEST(code() == "sent-again");
}

BOOST_AUTO_TEST_CASE(a_message_whose_time_is_over_is_expiring_or_unconfirmed) {
    core().freeze_expiry(true);
    advance(25h);
    BOOST_TEST(code() == "expiring");
    put_shipment_in(shipment_state::ready, errc{}, std::nullopt, true);
    BOOST_TEST(code() == "expired-unconfirmed");
    put_delivery_in(delivery_state::relayed);
    BOOST_TEST(code() == "expired-unconfirmed");
    BOOST_TEST(has("clock-doubtful"));
}

BOOST_AUTO_TEST_CASE(an_inbound_message_waits_for_the_agencies_that_have_not_taken_it) {
    id = put_inbound("MU", "hit.reply");
    restart();
    auto cause = first();
    BOOST_TEST(cause.code == "offered-to-agency");
    BOOST_TEST(cause.text.find("border, customs") != std::string::npos);
    expect<response::done>(agency("customs"), request::acknowledge{id, true, {}});
    BOOST_TEST(code() == "taken");
}

BOOST_AUTO_TEST_CASE(troubles_of_the_gateway_itself_are_added) {
    core().set_disk({.bulk = false, .routine = true, .urgent = true, .flash = true});
    BOOST_TEST(has("disk-low"));
    directory().head.stale_after = now - 1h;
    BOOST_TEST(has("directory-stale"));
    directory().head.stale_after = now + 1h;
    BOOST_TEST(!has("directory-stale"));
    const auto self =
        std::ranges::find(directory().entries, bureau("ZW"), &protocol::directory_entry::bureau);
    self->valid_until = now;
    BOOST_TEST(has("directory-stale"));
    core().stop();
    BOOST_TEST(has("stopping"));
}

BOOST_AUTO_TEST_CASE(with_a_session_the_cause_is_who_goes_first) {
    route::core shared;
    shared.config = std::make_shared<config::gateway>(settings());
    shared.directory = std::make_shared<protocol::directory>(directory());
    shared.routes = routing_table(*shared.config, *shared.directory);
    shared.now = now;
    shared.sessions[1] = {
        .peer = bureau("IPSG"), .link = "fibre", .established = true, .since = now};
    peers links(shared, [] { return 0.5; });
    outbound sending(shared);
    const auto found = stored(id);
    const auto said = causes_of({shared, links, sending}, found, found.deliveries.front());
    BOOST_TEST(said.front().code == "queued-behind");
    BOOST_TEST((said.front().since == now));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
