// What the answers say about rows that no test of whole gateways brings about: shipments in every
// state and order, links in every state, damaged evidence, a store that fails or is slow.
// Way of the message: tests of daemon/route/queries with a store that answers what the test says.
// Not pure: one message is made with a store in a temporary folder.
// Spec: docs/agency-api.md, docs/operations.md, docs/evidence.md#export.
// Limits: none.
#include "daemon/store/names.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::object_state;
using store::shipment_state;
using store::transaction_status;

namespace {

/// The queries of ZW; rows, bodies and receipts are those of the test, jobs fail.
struct a_desk {
    a_desk()
        : sending(shared),
          signing(shared, sending),
          links(shared, [] { return 0.5; }),
          divert(shared, sending, signing),
          intake(shared, sending),
          tries(shared, links),
          desk(shared, sending, links, tries, signing, divert, intake) {
        settings.bureau = bureau("ZW");
        settings.links = {link("fibre")};
        settings.routes = {{"MU", {"fibre"}, 1}};
        settings.agencies["border"].send_kinds = {"*"};
        shared.now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
        shared.outside.hash = &hash;
        shared.started = true;
        use();
    }
    static config::link link(const std::string& name,
                             config::link_mode mode = config::link_mode::dial,
                             std::vector<std::string> addresses = {"tls://127.0.0.1:7443"}) {
        return {name, bureau("IPSG"), mode, std::move(addresses), false};
    }
    void use() {
        auto known = make_plain_directory({bureau("ZW"), bureau("IPSG"), bureau("MU")}, hash);
        for (auto& entry : known.entries) {
            entry.instances.clear();
        }
        shared.config = std::make_shared<config::gateway>(settings);
        shared.directory = std::make_shared<protocol::directory>(std::move(known));
        shared.routes = routing_table(*shared.config, *shared.directory);
        links.configure();
    }
    /// A text of 1,000 bytes to MU by IPSG, submitted by border; its shipment is number 10.
    void put_message() {
        answer::full_message row;
        row.message.row = 1;
        row.message.origin = bureau("ZW");
        row.message.roles = static_cast<std::uint8_t>(store::message_role::origin);
        row.message.agency = "border";
        row.objects = {{.row = 2, .state = object_state::complete, .bytes = 1'000}};
        row.deliveries.emplace_back();
        row.deliveries[0].recipient = bureau("MU");
        row.deliveries[0].next_hop = bureau("IPSG");
        row.deliveries[0].state = delivery_state::queued;
        row.shipments = {shipment(10, shipment_state::ready)};
        rows = {row};
    }
    static store::shipment_row shipment(store::row_id number, shipment_state state,
                                        store::row_id object = 2) {
        store::shipment_row out;
        out.row = number;
        out.peer = bureau("IPSG");
        out.state = state;
        out.object = object;
        return out;
    }

    template <class Request>
    api_response ask(const Request& what, const caller& who = {"", true}) {
        std::optional<api_response> said;
        desk.ask(who, what, [&](api_response one) { said = std::move(one); });
        while (auto next = shared.out.next_command()) {
            if (const auto* question = std::get_if<command::ask>(&*next)) {
                auto reply = answer_to_one(question->what);
                shared.out.on_answered(question->number, reply);
            } else if (const auto* job = std::get_if<command::run>(&*next)) {
                protocol::result<seal::job_outcome> made = errc::keys_locked;
                shared.out.on_sealed(job->number, made);
            } else if (const auto* change = std::get_if<command::apply>(&*next)) {
                store::transaction_result result;
                result.token = change->what.token;
                result.status = status;
                written.push_back(change->what);
                shared.out.on_stored(result);
            }
        }
        BOOST_REQUIRE(said.has_value());
        return std::move(*said);
    }
    template <class Answer, class Request>
    Answer expect(const Request& what, const caller& who = {"", true}) {
        auto said = ask(what, who);
        BOOST_REQUIRE(std::holds_alternative<Answer>(said));
        return std::get<Answer>(std::move(said));
    }
    template <class Request>
    errc code_of(const Request& what, const caller& who = {"", true}) {
        return expect<response::problem>(what, who).code;
    }
    response::recipient_status status_of_first() {
        return expect<response::status>(request::status{}).recipients.at(0);
    }
    store::reply answer_to_one(const store::question& what) {
        if (std::holds_alternative<query::find_message>(what)) {
            return answer::messages{rows};
        }
        if (std::holds_alternative<query::load_message>(what)) {
            return answer::messages{is_removed ? std::vector<answer::full_message>{} : rows};
        }
        if (std::holds_alternative<query::load_segment>(what)) {
            return answer::segment{body, false};
        }
        if (std::holds_alternative<query::load_receipts>(what)) {
            return answer::receipts{receipt_rows};
        }
        if (std::holds_alternative<query::back_up>(what)) {
            const auto step = backup_steps.front();
            backup_steps.pop_front();
            shared.stopping = stops_at_step == backup_steps.size();
            return step;
        }
        BOOST_REQUIRE(std::holds_alternative<query::load_events>(what));
        return answer::events{};
    }

    seal::openssl_hasher hash;
    config::gateway settings;
    route::core shared;
    outbound sending;
    receipts signing;
    peers links;
    diversion divert;
    submission intake;
    trials tries;
    queries desk;
    std::vector<answer::full_message> rows;
    bool is_removed = false;  ///< Once it has been found.
    std::optional<bytes> body;
    std::vector<store::receipt_row> receipt_rows;
    std::deque<answer::backup> backup_steps;
    std::optional<std::size_t> stops_at_step;  ///< When so many are left.
    transaction_status status = transaction_status::committed;
    std::vector<store::transaction> written;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(queries_rules_test, a_desk)

BOOST_AUTO_TEST_CASE(the_row_of_the_origin_stands_for_a_message_with_several) {
    put_message();
    auto relayed = rows.front();
    relayed.message.row = 7;
    relayed.message.roles = static_cast<std::uint8_t>(store::message_role::relay);
    relayed.message.agency = "nobody";
    auto second = rows.front();
    second.message.agency = "customs";
    rows = {relayed, rows.front(), relayed, second};
    const auto said = expect<response::status>(request::status{});
    BOOST_TEST(said.agency == "border");
    BOOST_TEST(said.recipients.size() == 4U);
    BOOST_TEST(expect<response::status>(request::status{}, {"border", false}).recipients.size() ==
               1U);
}

BOOST_AUTO_TEST_CASE(only_taking_and_rejecting_name_the_agency_that_did_it) {
    put_message();
    auto& row = rows[0].deliveries[0];
    row.text = "police";
    for (std::size_t i = 0; i < store::delivery_state_names.size(); ++i) {
        row.state = static_cast<delivery_state>(i);
        const bool names_it =
            row.state == delivery_state::taken || row.state == delivery_state::rejected;
        BOOST_TEST(status_of_first().agency == (names_it ? "police" : ""), "state " << i);
    }
}

BOOST_AUTO_TEST_CASE(what_the_last_shipment_of_the_text_does_is_the_state_while_it_waits) {
    put_message();
    auto& shipments = rows[0].shipments;
    BOOST_TEST((status_of_first().state == delivery_state::queued));
    shipments[0].state = shipment_state::deferred;
    BOOST_TEST((status_of_first().state == delivery_state::deferred));
    shipments[0].in_doubt = true;
    BOOST_TEST((status_of_first().state == delivery_state::in_doubt));
    shipments.push_back(shipment(11, shipment_state::ready));
    BOOST_TEST((status_of_first().state == delivery_state::queued));
    std::ranges::reverse(shipments);
    BOOST_TEST((status_of_first().state == delivery_state::queued));
    rows[0].deliveries[0].state = delivery_state::deferred;
    BOOST_TEST((status_of_first().state == delivery_state::deferred));
    std::ranges::swap(shipments[0].in_doubt, shipments[1].in_doubt);
    BOOST_TEST((status_of_first().state == delivery_state::in_doubt));
    rows[0].deliveries[0].state = delivery_state::relayed;  // No longer under way by its row.
    BOOST_TEST((status_of_first().state == delivery_state::relayed));
}

BOOST_AUTO_TEST_CASE(bytes_are_done_when_the_last_shipment_to_the_next_hop_is) {
    put_message();
    auto& shipments = rows[0].shipments;
    rows[0].objects.push_back(
        {.row = 3, .state = object_state::complete, .position = 1, .bytes = 50'000});
    BOOST_TEST(status_of_first().bytes_total == 51'000U);
    BOOST_TEST(status_of_first().bytes_done == 0U);
    shipments[0].state = shipment_state::done;
    BOOST_TEST(status_of_first().bytes_done == 1'000U);
    shipments.push_back(shipment(11, shipment_state::done, 3));
    shipments.back().in_doubt = true;  // Of an attachment: not the message's state.
    BOOST_TEST(status_of_first().bytes_done == 51'000U);
    BOOST_TEST((status_of_first().state == delivery_state::queued));
    shipments.push_back(shipment(12, shipment_state::ready));
    BOOST_TEST(status_of_first().bytes_done == 50'000U);
    shipments.back().peer = bureau("MU");
    BOOST_TEST(status_of_first().bytes_done == 51'000U);
    rows[0].deliveries[0].next_hop = bureau("KE");
    BOOST_TEST(status_of_first().bytes_done == 0U);
    BOOST_TEST(expect<response::status>(request::status{}).bytes == 51'000U);
}

BOOST_AUTO_TEST_CASE(each_link_is_listed_with_the_word_for_its_state) {
    settings.links = {link("a"), link("b", config::link_mode::listen),
                      link("c", config::link_mode::dial, {})};
    use();
    auto found = expect<response::links>(request::list_links{}).rows;
    BOOST_REQUIRE_EQUAL(found.size(), 3U);
    BOOST_TEST(found[0].state == "waiting");
    BOOST_TEST(found[0].address == "tls://127.0.0.1:7443");
    BOOST_TEST(found[1].state == "listening");
    BOOST_TEST(found[2].state == "down");
    BOOST_TEST(found[2].address.empty());
    links.on_deadline();
    BOOST_TEST(expect<response::links>(request::list_links{}).rows[0].state == "connecting");
}

BOOST_AUTO_TEST_CASE(only_an_established_session_of_the_link_or_one_that_came_in_has_a_line) {
    shared.outside.line = [](session_number number) {
        return line_facts{.bytes_in = 100 + number, .congestion = "bbr"};
    };
    const auto bytes_in = [this] {
        return expect<response::links>(request::list_links{}).rows.at(0).bytes_in;
    };
    BOOST_TEST(bytes_in() == 0U);
    const auto session = [](std::string_view peer, const std::string& over, bool is_established) {
        return session_record{
            .peer = bureau(peer), .link = over, .established = is_established, .bearer = over};
    };
    shared.sessions[1] = session("IPSG", "fibre", false);
    shared.sessions[2] = session("MU", "fibre", true);
    shared.sessions[3] = session("IPSG", "vsat", true);
    BOOST_TEST(bytes_in() == 0U);
    shared.sessions[3].link.clear();  // It came in, and counts for the other link.
    BOOST_TEST(bytes_in() == 0U);
    shared.sessions[4] = {.peer = bureau("IPSG"), .established = true};
    BOOST_TEST(bytes_in() == 104U);
    shared.sessions[1].established = true;
    links.on_peer_time(1, shared.now, 250ms);
    const auto row = expect<response::links>(request::list_links{}).rows.at(0);
    BOOST_TEST(row.bytes_in == 101U);
    BOOST_TEST(row.congestion == "bbr");
    BOOST_TEST((row.round_trip == 250ms));  // The line does not know it.
    shared.outside.line = nullptr;
    BOOST_TEST(bytes_in() == 0U);
}

BOOST_AUTO_TEST_CASE(a_link_is_called_when_it_can_be) {
    settings.links = {link("a"), link("b", config::link_mode::listen),
                      link("c", config::link_mode::dial, {})};
    use();
    for (const auto* name : {"b", "c"}) {
        const auto problem = expect<response::problem>(request::call_link{name});
        BOOST_TEST((problem.code == errc::conflict));
        BOOST_TEST(problem.detail == "only the peer can set up this link");
    }
    BOOST_TEST(expect<response::done>(request::call_link{"a"}).text == "dialling");
    links.on_deadline();
    BOOST_TEST(expect<response::done>(request::call_link{"a"}).text == "a dial is under way");
    // What helps with one link of the peer is said with all that is said of the others.
    BOOST_TEST(expect<response::done>(request::call_link{"IPSG"}).text ==
               "a: a dial is under way; b: only the peer can set up this link; "
               "c: only the peer can set up this link");
}

BOOST_AUTO_TEST_CASE(a_peer_without_a_link_is_suspended_when_it_has_been_known) {
    const request::suspend_peer what{bureau("MU"), "", {}, true};
    BOOST_TEST((code_of(what) == errc::not_found));
    store::peer_row known;
    known.peer = bureau("MU");
    links.load({known});
    BOOST_TEST(expect<response::done>(what).text == "suspended");
    BOOST_TEST(links.find(bureau("MU"))->row.suspended == "no reason given");
    BOOST_REQUIRE(!written.empty());
    BOOST_TEST(std::holds_alternative<operation::put_peer>(written.back().changes.front()));
}

BOOST_AUTO_TEST_CASE(a_route_is_explained_to_agencies_and_operators_and_to_nobody_else) {
    const request::explain_route what{bureau("MU")};
    BOOST_TEST((code_of(what, {}) == errc::unauthorised));
    shared.sessions[1] = {.peer = bureau("IPSG"), .established = true};
    for (const auto& who : {caller{"", true}, caller{"border", false}}) {
        BOOST_TEST(expect<response::route_explanation>(what, who).lines.back() == "IPSG is up");
    }
}

BOOST_AUTO_TEST_CASE(a_gateway_is_ready_when_it_has_started_and_neither_stops_nor_is_full) {
    shared.sessions[1] = {.peer = bureau("IPSG"), .established = true};
    auto said = expect<response::health>(request::health{}, {});
    BOOST_TEST(said.ready);
    BOOST_TEST(said.problems.empty());  // The link is not up, but its peer is.
    shared.started = false;
    said = expect<response::health>(request::health{}, {});
    BOOST_TEST(!said.ready);
    BOOST_TEST(said.problems == std::vector<std::string>{"the gateway is starting"});
    shared.started = true;
    shared.stopping = true;
    BOOST_TEST(!expect<response::health>(request::health{}, {}).ready);
    shared.stopping = false;
    shared.disk.flash = false;
    BOOST_TEST(!expect<response::health>(request::health{}, {}).ready);
}

BOOST_AUTO_TEST_CASE(a_backup_goes_on_to_its_end_its_error_or_the_end_of_the_gateway) {
    const answer::backup half{.pages_left = 5, .pages_total = 10};
    const answer::backup whole{.done = true, .pages_total = 10};
    const answer::backup broken{.error = "no space"};
    const request::back_up what{"/srv/copy.db"};
    backup_steps = {half, half, whole};
    BOOST_TEST(contains(expect<response::done>(what).text, "10 pages"));
    BOOST_TEST(backup_steps.empty());
    backup_steps = {half, broken};
    BOOST_TEST((code_of(what) == errc::store_failed));
    backup_steps = {half, half, whole};
    stops_at_step = 1;
    BOOST_TEST((code_of(what) == errc::shutting_down));
    BOOST_TEST(backup_steps.size() == 1U);
    for (const auto* path : {"", "copy.db", "./copy.db"}) {
        BOOST_TEST((code_of(request::back_up{path}) == errc::bad_request));
    }
}

BOOST_AUTO_TEST_CASE(a_message_that_is_removed_while_it_is_cancelled_is_not_found) {
    put_message();
    is_removed = true;
    BOOST_TEST((code_of(request::cancel{}) == errc::not_found));
    BOOST_TEST(written.empty());
}

BOOST_AUTO_TEST_CASE(a_message_with_a_damaged_seal_is_cancelled_by_whom_it_was_all_the_same) {
    put_message();
    BOOST_TEST(contains(expect<response::done>(request::cancel{}).text, "for 1 of 1 recipients"));
    BOOST_REQUIRE(!written.empty());
    for (const auto& change : written.front().changes) {
        if (const auto* row = std::get_if<operation::put_outcome>(&change)) {
            BOOST_TEST((row->row.value.seal_digest == protocol::digest{}));
        } else if (const auto* event = std::get_if<operation::put_event>(&change)) {
            BOOST_TEST(event->row.actor == "operator");
        }
    }
    status = transaction_status::conflict;
    BOOST_TEST((code_of(request::cancel{}, {"border", false}) == errc::conflict));
}

BOOST_AUTO_TEST_CASE(holding_that_is_not_written_is_refused) {
    put_message();
    status = transaction_status::failed;
    BOOST_TEST((code_of(request::hold{message_id{}, {}, true}) == errc::store_failed));
    BOOST_TEST((code_of(request::hold{std::nullopt, bureau("IPSG"), true}) == errc::store_failed));
}

BOOST_AUTO_TEST_CASE(what_was_taken_while_it_was_held_can_still_be_released) {
    put_message();
    rows[0].deliveries[0].state = delivery_state::relayed;
    const request::hold release{message_id{}, {}, false};
    BOOST_TEST((code_of(release) == errc::conflict));
    rows[0].shipments[0].state = shipment_state::held;
    BOOST_TEST(expect<response::done>(release).text == "released for 0 recipients");
    BOOST_TEST((code_of(request::hold{message_id{}, {}, true}) == errc::conflict));
}

namespace {
/// With a message that a gateway has sealed, its text, and a receipt of MU for it.
struct with_evidence : a_desk {
    with_evidence() {
        core_harness world;
        const auto id = world
                            .expect<response::accepted>(core_harness::agency("border"),
                                                        core_harness::a_message())
                            .id;
        world.expect<response::done>(core_harness::agency("border"), request::cancel{id});
        rows = {world.stored(id)};
        body =
            world.query_store<answer::segment>(query::load_segment{rows[0].message.text_object, 0})
                .data;
        receipt_rows =
            world.query_store<answer::receipts>(query::load_receipts{bureau("ZW"), id}).rows;
        BOOST_REQUIRE(body.has_value());
        BOOST_REQUIRE_EQUAL(receipt_rows.size(), 1U);
    }
    std::vector<std::string> files() {
        std::vector<std::string> out;
        for (const auto& file :
             expect<response::evidence>(request::evidence{}, {"border", false}).files) {
            out.push_back(file.name);
        }
        return out;
    }
};
using names = std::vector<std::string>;
}  // namespace

BOOST_FIXTURE_TEST_CASE(evidence_without_a_key_to_open_it_has_all_but_the_content, with_evidence) {
    BOOST_TEST(files() == (names{"seal.cms", "parcel.cms", "receipt-1.cms"}));
}

BOOST_FIXTURE_TEST_CASE(evidence_of_a_damaged_seal_or_lockbox_is_refused, with_evidence) {
    const auto whole = rows[0].message;
    rows[0].message.seal.pop_back();
    BOOST_TEST((code_of(request::evidence{}) == errc::store_corrupt));
    rows[0].message = whole;
    rows[0].message.lockboxes.pop_back();
    BOOST_TEST((code_of(request::evidence{}) == errc::store_corrupt));
}

BOOST_FIXTURE_TEST_CASE(evidence_after_retention_is_seal_and_receipts, with_evidence) {
    body.reset();
    BOOST_TEST(files() == (names{"seal.cms", "receipt-1.cms"}));
    body.emplace(protocol::decode_seal(rows[0].message.seal)->body_bytes);  // Zeros: no parcel.
    BOOST_TEST(files() == (names{"seal.cms", "receipt-1.cms"}));
}

BOOST_FIXTURE_TEST_CASE(a_parcel_is_evidence_only_where_we_have_a_lockbox_of_it, with_evidence) {
    const auto all = protocol::decode_lockboxes(rows[0].message.lockboxes);
    const std::array recipient{bureau("MU")};
    const auto theirs = protocol::branch_of(all.value(), recipient, hash);
    rows[0].message.lockboxes = protocol::encode_lockboxes(theirs.value());
    BOOST_TEST(files() == (names{"seal.cms", "receipt-1.cms"}));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_receipt_is_left_out_and_the_others_are_numbered, with_evidence) {
    const auto whole = receipt_rows.front();
    auto damaged = whole;
    damaged.encoded.pop_back();
    receipt_rows = {damaged, whole, damaged, whole};
    BOOST_TEST(files() == (names{"seal.cms", "parcel.cms", "receipt-1.cms", "receipt-2.cms"}));
    receipt_rows.clear();
    BOOST_TEST(files() == (names{"seal.cms", "parcel.cms"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
