// Questions and verbs: who sees what, hold, cancel, send again, links, evidence, metrics.
// Way of the message: tests of daemon/route/queries.
// Not pure: a store in a temporary folder.
// Spec: docs/agency-api.md, docs/operations.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using store::delivery_state;
using store::shipment_state;

namespace {
struct queries_with_a_message : core_harness {
    queries_with_a_message()
        : id(expect<response::accepted>(agency("border"), a_message({"MU", "KE"})).id) {}
    message_id id;

    response::status status() {
        return expect<response::status>(agency("border"), request::status{id});
    }
    delivery_state state_of(std::string_view recipient) {
        for (const auto& one : status().recipients) {
            if (one.recipient == bureau(recipient)) {
                return one.state;
            }
        }
        BOOST_FAIL("no such recipient");
        return delivery_state::accepted;
    }
    void relay(std::string_view recipient) {
        apply({operation::advance_delivery{.message = stored(id).message.row,
                                           .recipient = bureau(recipient),
                                           .expected = 0xffff'ffff,
                                           .state = delivery_state::relayed,
                                           .at = now}});
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(queries_test, queries_with_a_message)

BOOST_AUTO_TEST_CASE(status_has_each_recipient_and_is_for_the_submitter_and_operators) {
    const auto said = status();
    BOOST_TEST(said.agency == "border");
    BOOST_TEST(said.recipients.size() == 2U);
    BOOST_TEST(said.recipients[0].bytes_total > 0U);
    BOOST_TEST(said.recipients[0].bytes_done == 0U);
    BOOST_TEST(expect<response::status>(an_operator(), request::status{id}).recipients.size() ==
               2U);
    BOOST_TEST((expect_problem(agency("customs"), request::status{id}).code == errc::not_found));
    BOOST_TEST((expect_problem(caller{}, request::status{id}).code == errc::not_found));
}

BOOST_AUTO_TEST_CASE(events_why_and_evidence_are_not_for_other_agencies) {
    const auto other = agency("customs");
    BOOST_TEST((expect_problem(other, request::events{id}).code == errc::not_found));
    BOOST_TEST((expect_problem(other, request::why{id}).code == errc::not_found));
    BOOST_TEST((expect_problem(other, request::evidence{id}).code == errc::not_found));
    BOOST_TEST((expect_problem(other, request::cancel{id}).code == errc::not_found));
    BOOST_TEST(expect<response::events>(agency("border"), request::events{id}).rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(operators_verbs_are_not_for_agencies) {
    const auto who = agency("border");
    const std::vector<api_request> verbs{
        request::hold{id, {}, true},    request::send_again{id, bureau("MU")},
        request::queue_summary{},       request::list_queue{},
        request::list_links{},          request::call_link{"fibre"},
        request::test_link{"fibre"},    request::suspend_peer{bureau("IPSG"), "x", {}, true},
        request::set_quota{"fibre", 1}, request::metrics{},
        request::back_up{"/tmp/x"},     request::check_store{}};
    for (const auto& verb : verbs) {
        BOOST_TEST((expect_problem(who, verb).code == errc::unauthorised), "verb " << verb.index());
    }
}

BOOST_AUTO_TEST_CASE(holding_and_releasing_moves_deliveries_and_shipments) {
    expect<response::done>(an_operator(), request::hold{id, {}, true});
    BOOST_TEST((state_of("MU") == delivery_state::held));
    BOOST_TEST((stored(id).shipments.front().state == shipment_state::held));
    BOOST_TEST((expect_problem(an_operator(), request::hold{id, {}, true}).code == errc::conflict));
    expect<response::done>(an_operator(), request::hold{id, {}, false});
    BOOST_TEST((state_of("MU") == delivery_state::queued));
    BOOST_TEST((stored(id).shipments.front().state == shipment_state::ready));
    BOOST_TEST((expect_problem(an_operator(), request::hold{}).code == errc::bad_request));
}

BOOST_AUTO_TEST_CASE(a_message_that_has_not_left_is_cancelled_here) {
    expect<response::done>(agency("border"), request::cancel{id});
    BOOST_TEST((state_of("MU") == delivery_state::cancelled));
    BOOST_TEST((state_of("KE") == delivery_state::cancelled));
    BOOST_TEST((stored(id).shipments.front().state == shipment_state::failed));
    // The outcomes are signed, by ourselves, as evidence.
    BOOST_TEST(!query_store<answer::receipts>(query::load_receipts{bureau("ZW"), id}).rows.empty());
    BOOST_TEST(query_store<answer::outcomes>(query::load_outcomes{}).rows.empty());
    BOOST_TEST((expect_problem(agency("border"), request::cancel{id}).code == errc::conflict));
}

BOOST_AUTO_TEST_CASE(what_has_left_is_followed_by_a_cancellation_of_its_own) {
    relay("MU");
    const auto said = expect<response::done>(agency("border"), request::cancel{id});
    BOOST_TEST((state_of("MU") == delivery_state::relayed));
    BOOST_TEST((state_of("KE") == delivery_state::cancelled));
    const auto at = said.text.find("cancellation ");
    BOOST_REQUIRE(at != std::string::npos);
    const auto chase = protocol::parse_message_id(said.text.substr(at + 13, 36));
    BOOST_REQUIRE(chase);
    const auto found = stored(*chase);
    BOOST_TEST(found.message.kind == cancellation_kind);
    BOOST_REQUIRE_EQUAL(found.deliveries.size(), 1U);
    BOOST_TEST((found.deliveries[0].recipient == bureau("MU")));
    const auto seal = protocol::decode_seal(found.message.seal);
    const auto header = protocol::decode_header(seal->header);
    BOOST_REQUIRE_MESSAGE(header, header.error().message());
    BOOST_TEST((header->cancels == std::vector<message_id>{id}));
}

BOOST_AUTO_TEST_CASE(sending_again_makes_a_new_attempt) {
    relay("MU");
    expect<response::done>(an_operator(), request::send_again{id, bureau("MU")});
    const auto found = stored(id);
    const auto row =
        std::ranges::find(found.deliveries, bureau("MU"), &store::delivery_row::recipient);
    BOOST_TEST(row->attempt == 1U);
    BOOST_TEST(found.shipments.size() == 2U);
    BOOST_TEST((expect_problem(an_operator(), request::send_again{id, bureau("TZ")}).code ==
                errc::not_found));
}

BOOST_AUTO_TEST_CASE(the_queue_is_counted_and_listed) {
    const auto lines =
        expect<response::queue_summary>(an_operator(), request::queue_summary{}).lines;
    BOOST_REQUIRE_EQUAL(lines.size(), 1U);
    BOOST_TEST(lines[0].ready == 1U);
    BOOST_TEST((lines[0].peer == bureau("IPSG")));
    const auto rows =
        expect<response::queue>(an_operator(), request::list_queue{bureau("IPSG"), 0, 10});
    BOOST_TEST(rows.rows.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_link_that_is_up_tells_what_its_line_carries) {
    scripted_peer hub(*this, "IPSG", "fibre");
    hub.connect();
    const auto row = expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    BOOST_TEST(row.state == "up");
    BOOST_TEST(row.bytes_in == 11U);
    BOOST_TEST(row.bytes_out == 12U);
    BOOST_TEST(row.bytes_per_s == 8'000U);
    BOOST_TEST((row.round_trip == 600ms));
    hub.cut();
    BOOST_TEST(expect<response::links>(an_operator(), request::list_links{}).rows.at(0).bytes_in ==
               0U);
}

BOOST_AUTO_TEST_CASE(links_are_listed_called_suspended_and_resumed) {
    BOOST_TEST(expect<response::links>(an_operator(), request::list_links{}).rows.at(0).state ==
               "waiting");
    core().on_dial_failed("fibre", errc::connect_failed, "no answer");
    advance(1ms);
    dials.clear();
    expect<response::done>(an_operator(), request::call_link{"fibre"});
    advance(1ms);
    BOOST_TEST(dials.size() == 1U);
    const auto row = expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    BOOST_TEST(row.state == "connecting");
    BOOST_TEST(row.failures == 1U);
    BOOST_TEST((expect_problem(an_operator(), request::call_link{"none"}).code == errc::not_found));
    core().on_dial_failed("fibre", errc::connect_failed, "no answer");
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "x", {}, true});
    BOOST_TEST((expect_problem(an_operator(), request::call_link{"fibre"}).code == errc::conflict));
    BOOST_TEST(expect<response::links>(an_operator(), request::list_links{}).rows.at(0).state ==
               "suspended");
    expect<response::done>(an_operator(), request::suspend_peer{bureau("IPSG"), "", {}, false});
    BOOST_TEST(
        (expect_problem(an_operator(), request::suspend_peer{bureau("TZ"), "", {}, true}).code ==
         errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_route_is_explained_with_the_state_of_its_peers) {
    const auto said =
        expect<response::route_explanation>(agency("border"), request::explain_route{bureau("MU")});
    BOOST_TEST(said.via == std::vector<std::string>{"IPSG"});
    BOOST_TEST(said.lines.back() == "IPSG has no session now");
}

BOOST_AUTO_TEST_CASE(evidence_is_standard_cms_whose_parts_are_the_stored_ones) {
    core().set_evidence_files([](const evidence_facts&) {
        return std::vector<response::evidence_file>{{"directory.cms", bytes{1}}};
    });
    const auto files = expect<response::evidence>(agency("border"), request::evidence{id}).files;
    std::map<std::string, bytes> by_name;
    for (const auto& file : files) {
        by_name[file.name] = file.data;
    }
    BOOST_TEST(by_name.contains("directory.cms"));
    BOOST_TEST(by_name.contains("inner.cms"));
    const auto seal = protocol::decode_seal(stored(id).message.seal);
    const auto parsed = protocol::parse_signed_data(by_name.at("seal.cms"));
    BOOST_REQUIRE(parsed);
    BOOST_TEST((protocol::to_bytes(parsed->content) == protocol::seal_content(*seal)));
    BOOST_TEST((parsed->value == seal->value));
    const auto parcel = protocol::parse_enveloped(by_name.at("parcel.cms"));
    BOOST_REQUIRE(parcel);
    BOOST_TEST(parcel->boxes.size() == 1U);  // Our archive's.
}

BOOST_AUTO_TEST_CASE(operators_get_no_content_in_evidence) {
    const auto files = expect<response::evidence>(an_operator(), request::evidence{id}).files;
    BOOST_TEST(
        std::ranges::none_of(files, [](const auto& file) { return file.name == "inner.cms"; }));
}

BOOST_AUTO_TEST_CASE(metrics_count_and_are_prometheus_text) {
    const auto text = expect<response::metrics>(an_operator(), request::metrics{}).text;
    for (const auto* line :
         {"dhow_submitted_total{class=\"routine\"} 1\n",
          "dhow_queue_ready{peer=\"IPSG\",class=\"routine\"} 1\n",
          "dhow_link_up{link=\"fibre\",peer=\"IPSG\"} 0\n", "dhow_store_messages 1\n"}) {
        BOOST_TEST(text.find(line) != std::string::npos, line << " is missing in " << text);
    }
}

BOOST_AUTO_TEST_CASE(health_is_ready_and_names_what_is_wrong) {
    auto said = expect<response::health>(caller{}, request::health{});
    BOOST_TEST(said.ready);
    BOOST_TEST(said.problems.size() == 1U);  // The link is down.
    core().freeze_expiry(true);
    core().set_disk({.bulk = false, .routine = false, .urgent = false, .flash = false});
    said = expect<response::health>(caller{}, request::health{});
    BOOST_TEST(!said.ready);
    BOOST_TEST(said.problems.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_backup_is_written_to_its_end_and_the_store_checked) {
    const temporary_folder folder;
    const auto path = (folder / "copy.db").string();
    expect<response::done>(an_operator(), request::back_up{path});
    BOOST_TEST(std::filesystem::exists(path));
    BOOST_TEST(
        (expect_problem(an_operator(), request::back_up{"copy.db"}).code == errc::bad_request));
    BOOST_TEST(expect<response::verdict>(an_operator(), request::check_store{true}).ok);
}

BOOST_AUTO_TEST_CASE(who_am_i_names_caller_and_bureau) {
    const auto said = expect<response::identity>(agency("border"), request::who_am_i{});
    BOOST_TEST(said.agency == "border");
    BOOST_TEST(said.bureau == "ZW");
    BOOST_TEST(!said.is_operator);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
