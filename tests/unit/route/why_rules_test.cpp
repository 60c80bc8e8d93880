// Which of several facts is the cause: every state, every code, and what goes before what.
// Way of the message: tests of daemon/route/why with rows as a store would answer them.
// Pure: no store; virtual time.
// Spec: docs/operations.md#causes.
// Limits: none.
#include "daemon/route/why.hpp"
#include "daemon/store/names.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::assignment_state;
using store::delivery_state;
using store::object_state;
using store::shipment_state;

namespace {

/// ZW with one message to MU, whose text waits for IPSG; a test changes what it is about.
struct a_view {
    a_view() : links(shared, [] { return 0.5; }), sending(shared) {
        settings.bureau = bureau("ZW");
        settings.links = {link("fibre")};
        settings.routes = {{"MU", {"fibre"}, 1}};
        directory = make_plain_directory({bureau("ZW"), bureau("IPSG"), bureau("MU")}, hash);
        shared.now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
        use();
        message.message.row = 1;
        message.message.origin = bureau("KE");
        message.objects = {{.row = 2, .state = object_state::complete}};
        message.shipments = {shipment(3, shipment_state::ready)};
        row.message = 1;
        row.recipient = bureau("MU");
        row.next_hop = bureau("IPSG");
        row.state = delivery_state::queued;
        row.changed_at = shared.now;
    }
    static config::link link(const std::string& name,
                             config::link_mode mode = config::link_mode::dial,
                             std::string_view peer = "IPSG") {
        return {name, bureau(peer), mode, {"tls://127.0.0.1:7443"}, false};
    }
    static store::shipment_row shipment(store::row_id number, shipment_state state,
                                        std::uint16_t position = 0) {
        store::shipment_row out;
        out.row = number;
        out.peer = bureau("IPSG");
        out.state = state;
        out.object = 2;
        out.message = 1;
        out.position = position;
        return out;
    }
    /// All of them may be on the way to MU.
    void use_links(std::vector<config::link> all) {
        settings.links = std::move(all);
        settings.routes = {{"MU", {settings.links.front().name}, 1}};
        use();
    }
    void use() {
        shared.config = std::make_shared<config::gateway>(settings);
        shared.directory = std::make_shared<protocol::directory>(directory);
        shared.routes = routing_table(*shared.config, *shared.directory);
        links.configure();
    }
    void fail(const std::string& name, int times, errc code = errc::connect_failed) {
        for (int i = 0; i < times; ++i) {
            links.on_dial_failed(name, code, "");
        }
    }
    std::vector<response::cause> all() {
        return causes_of({shared, links, sending, queue}, message, row);
    }
    response::cause first() { return all().front(); }
    std::string code() { return first().code; }

    seal::openssl_hasher hash;
    config::gateway settings;
    protocol::directory directory;
    route::core shared;
    peers links;
    outbound sending;
    answer::full_message message;
    store::delivery_row row;
    std::vector<answer::queue_line> queue;
};

protocol::directory_entry& hub_in(protocol::directory& where) {
    return *std::ranges::find(where.entries, bureau("IPSG"), &protocol::directory_entry::bureau);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(why_rules_test, a_view)

BOOST_AUTO_TEST_CASE(every_state_of_a_delivery_has_its_cause_here_and_for_ourselves) {
    struct expected {
        delivery_state state;
        std::string_view of_another;
        std::string_view of_ourselves;
    };
    const std::vector<expected> table{
        {delivery_state::accepted, "link-waiting", "no-route"},
        {delivery_state::queued, "link-waiting", "no-route"},
        {delivery_state::sending, "link-waiting", "no-route"},
        {delivery_state::in_doubt, "link-waiting", "no-route"},
        {delivery_state::deferred, "link-waiting", "no-route"},
        {delivery_state::relayed, "relayed-waiting-receipt", "relayed-waiting-receipt"},
        {delivery_state::delivered, "delivered-attachments-open", "taken"},
        {delivery_state::complete, "delivered-waiting-agency", "taken"},
        {delivery_state::taken, "taken", "taken"},
        {delivery_state::answered, "taken", "taken"},
        {delivery_state::held, "held-by-operator", "held-by-operator"},
        {delivery_state::quarantined, "quarantined", "quarantined"},
        {delivery_state::expired, "expired", "expired"},
        {delivery_state::cancelled, "cancelled", "cancelled"},
        {delivery_state::refused, "refused-by-addressee", "refused-by-addressee"},
        {delivery_state::undeliverable, "undeliverable", "undeliverable"},
        {delivery_state::received, "received-not-opened", "received-not-opened"},
        {delivery_state::handed_on, "handed-on", "handed-on"},
        {delivery_state::rejected, "rejected-by-agency", "rejected-by-agency"}};
    BOOST_TEST(table.size() == store::delivery_state_names.size());
    for (const auto& one : table) {
        row.state = one.state;
        row.recipient = bureau("MU");
        BOOST_TEST(code() == one.of_another, store::to_text(one.state));
        row.recipient = bureau("ZW");
        BOOST_TEST(code() == one.of_ourselves, store::to_text(one.state));
    }
}

BOOST_AUTO_TEST_CASE(every_state_of_the_texts_shipment_has_its_cause) {
    const std::vector<std::pair<shipment_state, std::string_view>> table{
        {shipment_state::ready, "link-waiting"},
        {shipment_state::waiting, "relayed-waiting-receipt"},
        {shipment_state::deferred, "peer-defers"},
        {shipment_state::held, "held-by-operator"},
        {shipment_state::done, "relayed-waiting-receipt"},
        {shipment_state::failed, "refused-by-peer"}};
    BOOST_TEST(table.size() == store::shipment_state_names.size());
    for (const auto& [state, cause] : table) {
        message.shipments.front().state = state;
        BOOST_TEST(code() == cause, store::to_text(state));
    }
    row.state = delivery_state::deferred;  // The peer took the text, and not for this recipient.
    row.code = static_cast<std::uint16_t>(errc::no_route);
    message.shipments.front().state = shipment_state::done;
    BOOST_TEST(code() == "refused-by-peer");
    BOOST_TEST(contains(first().text, protocol::text_of(errc::no_route)));
    message.shipments.front().state = shipment_state::deferred;
    BOOST_TEST(code() == "peer-defers");
}

BOOST_AUTO_TEST_CASE(a_code_of_zero_has_no_text) {
    row.state = delivery_state::undeliverable;
    const auto bare = first().text;
    row.code = static_cast<std::uint16_t>(errc::no_route);
    BOOST_TEST(first().text == bare + ": " + std::string(protocol::text_of(errc::no_route)));
}

BOOST_AUTO_TEST_CASE(whatever_is_wrong_with_a_hello_the_greeting_was_refused) {
    for (const auto code_of_end :
         {errc::hello_refused, errc::unsupported_version, errc::bad_signature, errc::unknown_key,
          errc::wrong_key_owner, errc::key_not_allowed}) {
        fail("fibre", 1, code_of_end);
        BOOST_TEST(code() == "link-hello-refused");
        BOOST_TEST(contains(first().text, protocol::text_of(code_of_end)));
    }
    fail("fibre", 1, errc::bad_digest);
    BOOST_TEST(code() == "link-lost");
}

BOOST_AUTO_TEST_CASE(a_peer_that_the_directory_bars_or_does_not_have_is_said_before_its_links) {
    using protocol::bureau_status;
    for (const auto status : {bureau_status::active, bureau_status::retiring}) {
        hub_in(directory).status = status;
        use();
        BOOST_TEST(code() == "link-waiting");
    }
    for (const auto status : {bureau_status::suspended, bureau_status::revoked}) {
        hub_in(directory).status = status;
        use();
        BOOST_TEST(code() == "peer-revoked");
    }
    std::erase_if(directory.entries,
                  [](const auto& entry) { return entry.bureau == bureau("IPSG"); });
    use();
    BOOST_TEST(code() == "peer-revoked");
}

BOOST_AUTO_TEST_CASE(what_is_known_of_a_peer_hides_its_link_only_when_it_is_suspended) {
    store::peer_row known;
    known.peer = bureau("IPSG");
    links.load({known});
    BOOST_TEST(code() == "link-waiting");
    known.suspended = "audit";
    links.load({known});
    BOOST_TEST(code() == "peer-suspended");
    BOOST_TEST(contains(first().text, "IPSG: audit"));
}

BOOST_AUTO_TEST_CASE(of_several_links_to_a_peer_the_one_that_is_tried_soonest_is_said) {
    use_links({link("a"), link("b"), link("c", config::link_mode::dial, "MU")});
    fail("a", 2);
    fail("b", 1);
    BOOST_TEST(contains(first().text, "b: "));
    BOOST_TEST((first().next_try == shared.now + 3750ms));
    fail("b", 2);
    BOOST_TEST(contains(first().text, "a: "));
    BOOST_TEST((first().next_try == shared.now + 8125ms));
}

BOOST_AUTO_TEST_CASE(a_link_that_we_dial_is_said_rather_than_one_that_we_do_not) {
    constexpr auto listen = config::link_mode::listen;
    use_links({link("a", listen), link("b"), link("c", listen)});
    BOOST_TEST(code() == "link-waiting");
    BOOST_TEST(contains(first().text, ": b"));
    use_links({link("d", listen), link("e", listen)});
    BOOST_TEST(code() == "peer-must-call");
    BOOST_TEST(contains(first().text, "IPSG by link d"));
}

BOOST_AUTO_TEST_CASE(a_link_that_is_being_dialled_is_said_rather_than_one_that_waits) {
    use_links({link("a"), link("b")});
    fail("a", 2);
    fail("b", 1);
    shared.now += 5s;
    links.on_deadline();
    BOOST_TEST(code() == "link-connecting");
    BOOST_TEST(contains(first().text, ": b"));
}

BOOST_AUTO_TEST_CASE(the_last_text_to_the_next_hop_counts_in_whichever_order_they_come) {
    auto elsewhere = shipment(9, shipment_state::held);
    elsewhere.peer = bureau("KE");
    const std::vector rows{shipment(4, shipment_state::failed), shipment(7, shipment_state::held),
                           shipment(8, shipment_state::done, 1), elsewhere};
    message.shipments = rows;
    BOOST_TEST(code() == "held-by-operator");
    message.shipments.assign(rows.rbegin(), rows.rend());
    BOOST_TEST(code() == "held-by-operator");
    message.shipments[2].row = 3;  // Now the failed one is the last.
    BOOST_TEST(code() == "refused-by-peer");
    message.shipments = {elsewhere};
    BOOST_TEST(code() == "no-route");
    BOOST_TEST(contains(first().text, "MU by IPSG"));
}

BOOST_AUTO_TEST_CASE(the_time_of_a_message_is_over_at_its_last_moment_and_never_without_one) {
    message.message.expires_at = shared.now + 1ms;
    BOOST_TEST(code() == "link-waiting");
    message.message.expires_at = shared.now;
    BOOST_TEST(code() == "expiring");
    message.shipments.front().in_doubt = true;
    BOOST_TEST(code() == "expired-unconfirmed");
    message.message.expires_at.reset();
    BOOST_TEST(code() == "in-doubt");
}

BOOST_AUTO_TEST_CASE(in_our_own_inbox_only_agencies_that_have_not_answered_are_waited_for) {
    row.recipient = bureau("ZW");
    row.state = delivery_state::complete;
    row.text = "border";
    message.assignments = {{1, "border", assignment_state::taken, {}, {}},
                           {1, "customs", assignment_state::rejected, {}, {}}};
    BOOST_TEST(code() == "taken");
    BOOST_TEST(contains(first().text, ": border"));
    message.assignments[1].state = assignment_state::offered;
    BOOST_TEST(code() == "offered-to-agency");
    BOOST_TEST(contains(first().text, ": customs"));
    message.inbox = store::inbox_row{};
    BOOST_TEST(code() == "waiting-for-attachment");
    BOOST_TEST(contains(first().text, "from KE"));
    message.inbox->complete = true;
    BOOST_TEST(code() == "offered-to-agency");
}

BOOST_AUTO_TEST_CASE(who_has_refused_is_told_from_the_text_that_stands_with_the_code) {
    row.state = delivery_state::refused;
    row.code = static_cast<std::uint16_t>(errc::not_allowed);
    const std::string reason(protocol::text_of(errc::not_allowed));
    BOOST_TEST(code() == "refused-by-addressee");
    row.text = reason;
    BOOST_TEST(code() == "refused-by-peer");
    BOOST_TEST(first().text.ends_with("IPSG, " + reason));
    row.next_hop = {};
    BOOST_TEST(code() == "refused-by-peer");
    BOOST_TEST(first().text.ends_with(": " + reason));
    row.text = "bureau KE";
    BOOST_TEST(first().text.ends_with("bureau KE, " + reason));
}

BOOST_AUTO_TEST_CASE(an_attachment_waits_for_its_text_when_it_is_here_and_else_for_its_bytes) {
    auto attachment = shipment(5, shipment_state::waiting, 1);
    attachment.object = 6;
    attachment.created_at = shared.now - 1h;
    message.shipments.push_back(attachment);
    message.objects.push_back({.row = 6, .state = object_state::complete, .position = 1});
    auto causes = all();
    BOOST_REQUIRE_EQUAL(causes.size(), 2U);
    BOOST_TEST(causes[1].code == "waiting-for-text");
    BOOST_TEST(contains(causes[1].text, "attachment 1"));
    BOOST_TEST((causes[1].since == shared.now - 1h));
    BOOST_TEST((causes[1].recipient == bureau("MU")));
    for (const auto state : {object_state::expected, object_state::partial}) {
        message.objects[1].state = state;
        BOOST_TEST(all().at(1).code == "waiting-for-attachment");
    }
    message.objects.pop_back();
    BOOST_TEST(all().at(1).code == "waiting-for-attachment");
}

BOOST_AUTO_TEST_CASE(an_attachment_is_not_waited_for_elsewhere_nor_when_it_goes_nor_at_the_end) {
    message.shipments.push_back(shipment(5, shipment_state::waiting, 1));
    BOOST_TEST(all().size() == 2U);
    message.shipments[1].peer = bureau("KE");
    BOOST_TEST(all().size() == 1U);
    message.shipments[1].peer = bureau("IPSG");
    for (const auto state :
         {shipment_state::ready, shipment_state::deferred, shipment_state::done}) {
        message.shipments[1].state = state;
        BOOST_TEST(all().size() == 1U, store::to_text(state));
    }
    message.shipments[1].state = shipment_state::waiting;
    row.state = delivery_state::complete;
    BOOST_TEST(all().size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_waits_far_behind_is_told_a_time_by_its_class_and_more_urgent_ones) {
    shared.sessions[1] = {.peer = bureau("IPSG"), .link = "fibre", .established = true};
    std::uint64_t rate = 1'000;
    shared.outside.line = [&](session_number) { return line_facts{.bytes_per_s = rate}; };
    message.objects[0].bytes = 400;
    const auto line = [](std::string_view peer, message_class cls, std::uint64_t bytes) {
        answer::queue_line out;
        out.peer = bureau(peer);
        out.cls = cls;
        out.bytes = bytes;
        return out;
    };
    queue = {line("IPSG", message_class::flash, 500), line("IPSG", message_class::routine, 3'000),
             line("IPSG", message_class::bulk, 90'000), line("KE", message_class::flash, 70'000)};
    BOOST_TEST(code() == "queued-behind");
    BOOST_TEST((first().expected_at == shared.now + 4s));
    queue.clear();
    BOOST_TEST((first().expected_at == shared.now + 1s));
    rate = 0;
    BOOST_TEST(!first().expected_at.has_value());
}

BOOST_AUTO_TEST_CASE(a_disk_that_is_short_says_what_it_still_takes) {
    BOOST_TEST(causes_of_gateway(shared).empty());
    const std::vector<std::pair<disk_state, std::string_view>> table{
        {{.bulk = false}, "no bulk is taken in"},
        {{.bulk = false, .routine = false, .urgent = false}, "only flash is taken in"},
        {{.bulk = false, .routine = false, .urgent = false, .flash = false},
         "nothing is taken in"}};
    for (const auto& [disk, text] : table) {
        shared.disk = disk;
        const auto causes = causes_of_gateway(shared);
        BOOST_REQUIRE_EQUAL(causes.size(), 1U);
        BOOST_TEST(causes[0].code == "disk-low");
        BOOST_TEST(contains(causes[0].text, text));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
