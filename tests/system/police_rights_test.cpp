// Who may say what, about whom, to whom: points 2, 3, 6, 7, 16, 17 and 18 of what people of the
// field notice at once.
// Way of the message: an agency's submission, and the addressee's inbox.
// Not pure: processes.
// Spec: docs/kinds.md. Tests: this is one.
// Limits: none.
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::tests {

namespace {

json::object dna_match(const std::string& type) {
    auto out = example("biometric.transaction");
    out.at("attachments").as_array().at(0).as_object()["type"] = type;
    return with(std::move(out), "/body/types", json::array{type});
}

/// A member that the rules of undefined members leave alone.
json::object with_laboratory(json::object document) {
    json::object laboratory{{"surname", "EXAMPLENAME"}, {"shelf", 7}};
    return with(std::move(document), "/body/x_laboratory", std::move(laboratory));
}

std::set<std::string> codes_in(const std::string& list) {
    std::set<std::string> out;
    std::istringstream lines(said_by(police::zw(), {"codes", list, "--json"}));
    for (std::string line; std::getline(lines, line);) {
        out.emplace(json::parse(line).at("code").as_string());
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(police_rights_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(point_02_a_bureau_neither_publishes_nor_edits_nor_cancels_a_notice) {
    for (const auto* kind :
         {"notice.publication", "notice.addendum", "notice.suspension", "notice.reinstatement",
          "notice.cancellation", "notice.review", "diffusion.noncompliance"}) {
        BOOST_TEST_CONTEXT(kind) {
            const auto answer = offer(police::zw(), example(kind), {"MU"});
            expect_refused(answer, {"R-SEN-01 "});
            BOOST_TEST(number_in(answer) == "003");
            // Nor by calling it plain text.
            letter plain;
            plain.kind = kind;
            BOOST_CHECK_EXCEPTION(submit(police::zw(), plain), refused,
                                  [](const auto& why) { return has(why.what(), "R-SEN-01"); });
        }
    }
    await_all(police::zw(), police::mu());
    for (const auto& entry : entries_of(police::mu())) {
        BOOST_TEST(entry.at("summary").at("kind").as_string() == "message.text");
    }
    // The General Secretariat does, and is the only one.
    const auto id = send(police::ipsg(), notice("yellow", "2026/201"), {"ZW", "MU"});
    for (auto* at : {&police::zw(), &police::mu()}) {
        BOOST_TEST(receive(*at, id).at("validation").at("ok").as_bool());
    }
}

BOOST_AUTO_TEST_CASE(point_03_a_diffusion_is_no_notice_with_a_flag_and_goes_to_those_it_names) {
    const auto document = diffusion("orange", {"MU"});
    expect_refused(offer(police::zw(), without(document, "/body/recipients"), {"MU", "IPSG"}),
                   {"R-DIF-01 /body/recipients", "R-DIF-05 /body/recipients"});
    expect_refused(offer(police::zw(), document, {"group:everyone"}, {{"deny", {"TW", "AFRIPOL"}}}),
                   {"R-DIF-05 /body/recipients"});
    expect_refused(offer(police::zw(), document, {"MU"}), {"R-SEN-03 "});
    expect_refused(
        offer(police::zw(), without(document, "/body/reason_not_notice"), {"MU", "IPSG"}),
        {"R-DIF-02 /body/reason_not_notice"});
    // A request for a notice has nothing of a diffusion.
    const auto request = with(example("notice.request"), "/body/recipients", json::array{"MU"});
    const auto answer = offer(police::zw(), request, {"IPSG"});
    expect_refused(answer, {"R-SCH-02 /body/recipients"});
    BOOST_TEST(number_in(answer) == "103");
    // To all by default: there is no default.
    json::object body{{"kind", "diffusion.circulation"},
                      {"media_type", "application/json"},
                      {"text", json::serialize(document)}};
    BOOST_TEST(ask(police::zw().socket(), "POST", "/v1/messages", json::serialize(body)).status ==
               400U);

    const auto id = send(police::zw(), diffusion("orange", {"KE"}), {"KE", "IPSG"});
    receive(police::ipsg(), id);
    await_all(police::zw(), police::mu());
    BOOST_TEST(inbox_state(police::mu(), id).empty());
    BOOST_TEST((recipients_of(police::zw(), id) == std::set<std::string>{"KE", "IPSG"}));
    const auto kind =
        json::parse(said_by(police::zw(), {"kinds", "diffusion.circulation", "--json"}));
    const auto other =
        json::parse(said_by(police::zw(), {"kinds", "notice.publication", "--json"}));
    BOOST_TEST(kind.at("lifecycle").as_string() == "diffusion");
    BOOST_TEST(other.at("lifecycle").as_string() == "notice");
    BOOST_TEST(kind.at("from") != other.at("from"));
}

BOOST_AUTO_TEST_CASE(point_06_neither_silver_nor_any_diffusion_is_made_public) {
    const auto silver = notice("silver", "2026/601");
    expect_refused(offer(police::ipsg(), with(silver, "/body/public_extract", true), {"MU"}),
                   {"R-SIL-03 /body/public_extract"});
    for (const auto* type : {"red", "orange", "yellow", "purple"}) {
        const auto document = with(diffusion(type, {"MU"}), "/body/public_extract", true);
        expect_refused(offer(police::zw(), document, {"MU", "IPSG"}),
                       {"R-DIF-06 /body/public_extract"});
    }
    const auto id = send(police::ipsg(), with(silver, "/body/public_extract", false), {"MU"});
    BOOST_TEST(receive(police::mu(), id).at("validation").at("ok").as_bool());
    // What a gateway shows without an inbox names no case.
    for (const auto* open : {"/healthz", "/readyz", "/metrics", "/v1/bureaus"}) {
        BOOST_TEST(!has(ask(police::mu().socket(), "GET", open).body, "2026/601"), open);
    }
    // A notice of the UN's list is the opposite: always public, and the rule knows it.
    BOOST_TEST(has(said_by(police::zw(), {"new", "notice.publication", "--type", "un_special"}),
                   "public_extract"));
}

BOOST_AUTO_TEST_CASE(point_07_a_lost_document_names_no_bearer_and_its_issuer_alone_changes_it) {
    const auto ours = with(example("document.record"), "/body/issuer", "ZWE");
    json::object bearer{{"name", "EXAMPLENAME"}};
    expect_refused(offer(police::zw(), with(ours, "/body/bearer", bearer), {"IPSG"}),
                   {"R-SCH-02 /body/bearer", "R-SLT-05 /body/bearer"});
    // Nor in a member that nobody defines and everybody may use.
    expect_refused(offer(police::zw(), with_laboratory(ours), {"IPSG"}),
                   {"R-SLT-05 /body/x_laboratory/surname"});
    for (const auto* action : {"add", "change", "remove"}) {
        const auto answer =
            offer(police::zw(), with(with(ours, "/body/issuer", "MUS"), "/body/action", action),
                  {"IPSG"});
        expect_refused(answer, {"R-SLT-06 /body/issuer"});
        BOOST_TEST(number_in(answer) == "003");
        const auto id = send(police::zw(), with(ours, "/body/action", action), {"IPSG"});
        BOOST_TEST(receive(police::ipsg(), id).at("validation").at("ok").as_bool());
    }
}

BOOST_AUTO_TEST_CASE(
    point_16_a_territory_without_membership_is_no_member_and_may_be_a_nationality) {
    const auto members = codes_in("members");
    const auto countries = codes_in("countries");
    BOOST_TEST(members.size() == 196U);
    for (const auto* none : {"TW", "XK", "UNK", "KP", "HK"}) {
        BOOST_TEST(!members.contains(none), none);
    }
    BOOST_TEST(countries.contains("TW"));
    BOOST_TEST(countries.contains("KP"));
    BOOST_TEST(codes_in("entities").contains("UNK"));
    const auto question = example("message.text");
    // Its directory entry makes no member of it.
    expect_refused(offer(police::zw(), question, {"TW"}), {"R-SEN-02 "});
    expect_refused(offer(police::zw(), diffusion("orange", {"TW"}), {"TW", "IPSG"}),
                   {"R-DIF-01 /body/recipients/0", "R-SEN-02 "});
    const auto list = said_by(police::zw(), {"codes", "members"});
    for (const auto* name : {"Kosovo", "Taiwan"}) {
        BOOST_TEST(!has(list, name), name);
    }
    auto seen = notice("yellow", "2026/1601");
    json::object nationality{{"country", "TW"}, {"confirmed", true}};
    seen = with(std::move(seen), "/body/person/nationalities", json::array{std::move(nationality)});
    const auto id = send(police::ipsg(), seen, {"MU"});
    BOOST_TEST(receive(police::mu(), id).at("validation").at("ok").as_bool());
}

BOOST_AUTO_TEST_CASE(point_17_an_organisation_is_a_group_of_members_and_owns_no_data) {
    for (const auto* list : {"members", "entities"}) {
        const auto codes = codes_in(list);
        for (const auto* name : {"AFRIPOL", "EAPCCO", "SARPCCO", "ASEAPOL", "NAIROBI", "HARARE"}) {
            BOOST_TEST(!codes.contains(name), name);
        }
    }
    const auto question = example("message.text");
    // Also with keys of its own in the directory.
    expect_refused(offer(police::zw(), question, {"AFRIPOL"}), {"R-SEN-02 "});
    const auto found = with(with(example("hit.notification"), "/body/found/country", "ZW"),
                            "/body/owner", "AFRIPOL");
    const auto answer = offer(police::zw(), found, {"MU", "IPSG"});
    expect_refused(answer, {"R-SCH-05 /body/owner"});
    expect_refused(offer(police::zw(), diffusion("orange", {"AFRIPOL"}), {"AFRIPOL", "IPSG"}),
                   {"R-DIF-01 /body/recipients/0", "R-SEN-02 "});
    // As a group it stands for its members, from the moment of sending on.
    const auto id = send(police::zw(), question, {"group:afripol"});
    BOOST_TEST((recipients_of(police::zw(), id) == std::set<std::string>{"MU"}));
    const auto opened = receive(police::mu(), id);
    BOOST_TEST(opened.at("recipients") == json::array{"MU"});
    BOOST_TEST(!has(json::serialize(opened), "afripol"));
}

BOOST_AUTO_TEST_CASE(point_18_a_dna_profile_has_no_name_beside_it) {
    expect_refused(offer(police::zw(), with_laboratory(dna_match("dna")), {"MU"}),
                   {"R-DNA-01 /body/x_laboratory/surname"});
    json::object person{{"name", "EXAMPLENAME"}};
    expect_refused(offer(police::zw(), with(dna_match("dna"), "/body/person", person), {"MU"}),
                   {"R-DNA-01 /body/person", "R-SCH-02 /body/person"});
    // Joined by a reference: the same transaction without a name, and fingerprints with one.
    for (const auto& document : {dna_match("dna"), with_laboratory(dna_match("fingerprints"))}) {
        const auto id = send(police::zw(), document, {"MU"});
        BOOST_TEST(receive(police::mu(), id).at("validation").at("ok").as_bool());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
