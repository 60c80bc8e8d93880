// The table of kinds, code lists, policy, lifecycles; and a kind that the core does not know.
#include "protocol/kinds/registry.hpp"

#include "protocol/kinds/lifecycle.hpp"
#include "protocol/kinds/validate.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace dhow::kinds;
using namespace dhow;
namespace json = boost::json;

namespace {

const registry& data() { return registry::in_force(); }

const kind_row& row(const char* kind) {
    const auto* found = data().find(kind);
    BOOST_REQUIRE(found != nullptr);
    return *found;
}

constexpr std::string_view new_kind = R"({"$id": "hit.consultation.json", "title": "New",
    "dhow": {"code": "H-NEW", "version": 1, "senders": ["bureau"], "recipients": ["bureau"],
        "class": "flash", "expires": {"hours": 1}, "references": [], "rules": ["R-HIT-08"],
        "status": {"class": "proposed"}},
    "allOf": [{"$ref": "common.schema.json#/$defs/document"}],
    "properties": {"body": {"required": ["question"],
        "properties": {"question": {"type": "string", "dhow-rule": "R-NEW-01"}}}}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(registry_test)

BOOST_AUTO_TEST_CASE(the_table_is_what_the_reference_says) {
    struct expected {
        const char* kind;
        const char* code;
        protocol::message_class cls;
        int days;  // 0: never
    };
    using enum protocol::message_class;
    for (const auto& each : {
             expected{"notice.request", "N-REQ", routine, 90},
             expected{"notice.review", "N-REV", routine, 90},
             expected{"notice.publication", "N-PUB", routine, 180},
             expected{"notice.addendum", "N-ADD", urgent, 0},
             expected{"notice.suspension", "N-SUS", flash, 0},
             expected{"notice.reinstatement", "N-REI", flash, 0},
             expected{"notice.withdrawal", "N-WDR", flash, 0},
             expected{"notice.cancellation", "N-CAN", flash, 0},
             expected{"diffusion.circulation", "D-CIR", routine, 90},
             expected{"diffusion.update", "D-UPD", urgent, 0},
             expected{"diffusion.withdrawal", "D-WDR", flash, 0},
             expected{"diffusion.noncompliance", "D-NC", flash, 0},
             expected{"hit.notification", "H-NOT", flash, 7},
             expected{"hit.request", "H-REQ", urgent, 3},
             expected{"hit.reply", "H-RPL", urgent, 7},
             expected{"hit.outcome", "H-OUT", urgent, 90},
             expected{"message.text", "MSG", routine, 30},
             expected{"biometric.transaction", "BIO", routine, 7},
             expected{"transport.receipt", "RCPT", flash, 30},
         }) {
        BOOST_TEST_CONTEXT(each.kind) {
            BOOST_TEST(row(each.kind).code == each.code);
            BOOST_TEST((row(each.kind).cls == each.cls));
            const protocol::utc_time created{};
            const auto until = default_expiry(row(each.kind), json::parse("{}"), created);
            BOOST_TEST(until.has_value() == (each.days != 0));
            if (until) {
                BOOST_TEST((*until - created == std::chrono::days{each.days}));
            }
        }
    }
    BOOST_TEST(data().rows().size() == 24U);
}

BOOST_AUTO_TEST_CASE(class_and_expiry_follow_the_text) {
    const auto cls = [](const char* kind, const char* text) {
        return default_class(row(kind), json::parse(text));
    };
    using enum protocol::message_class;
    BOOST_TEST((cls("notice.publication", R"({"body": {"notice_type": "red"}})") == urgent));
    BOOST_TEST((cls("notice.publication", R"({"body": {"notice_type": "blue"}})") == routine));
    BOOST_TEST((cls("notice.publication", R"({"body": {"category": "missing_minor"}})") == urgent));
    BOOST_TEST((cls("hit.request", R"({"body": {"priority": "U"}})") == flash));
    BOOST_TEST((cls("biometric.transaction", R"({"body": {"detained": true}})") == flash));
    const protocol::utc_time created{};
    const auto life = [&](const char* kind, const char* text) {
        return *default_expiry(row(kind), json::parse(text), created) - created;
    };
    BOOST_TEST((life("hit.request", R"({"body": {"priority": "U"}})") == std::chrono::hours{24}));
    BOOST_TEST((life("hit.request", R"({"body": {"priority": "R"}})") == std::chrono::hours{72}));
    BOOST_TEST((life("arrest.request", R"({"body": {"legal_limit": "1970-01-18"}})") ==
                std::chrono::days{18} + std::chrono::hours{12}));  // over everywhere
}

BOOST_AUTO_TEST_CASE(parties_are_told_apart) {
    BOOST_TEST((data().party_of("MU") == party::bureau));
    BOOST_TEST((data().party_of("IPSG") == party::secretariat));
    BOOST_TEST((data().party_of("914") == party::entity));
    BOOST_TEST((data().party_of("UNK") == party::entity));
    for (const auto* nobody : {"TW", "HK", "KP", "AFRIPOL", "", "XX"}) {
        BOOST_TEST((data().party_of(nobody) == party::none), nobody);
    }
    BOOST_TEST(data().list("members").codes.size() == 196U);
    BOOST_TEST(data().list("countries").has("KP"));  // a nationality, not a member
}

BOOST_AUTO_TEST_CASE(code_lists_say_where_they_are_from) {
    for (const auto& [name, list] : data().lists()) {
        BOOST_TEST(list.name == name);
        BOOST_TEST(!list.source.empty());
        BOOST_TEST(!list.version.empty());
    }
    BOOST_TEST(data().list("issuers").of("MUS") == "MU");
    BOOST_TEST(data().list("issuers").of("XXA").empty());
    BOOST_TEST(data().list("sex").allowed() == "F, M, U");
    BOOST_TEST(data().list("members").allowed() == "dhow codes members");
    for (const auto& [code, parent] : data().list("sub_bureaus").codes) {
        BOOST_TEST(data().list("members").has(parent), code);
        BOOST_TEST(!data().list("members").has(code), code);
    }
    for (const auto& [code, words] : data().list("members").codes) {
        BOOST_TEST(data().list("countries").has(code), code);
    }
}

BOOST_AUTO_TEST_CASE(a_new_kind_is_one_file) {
    std::vector<data_file> files{data_files().begin(), data_files().end()};
    files.push_back({"kinds/hit.consultation.json", new_kind});
    const registry more{files};
    const context facts{.sender = "MU", .recipients = {"FJ"}};
    const std::string begin = R"({"kind": "hit.consultation", "schema_version": 1,
        "language": "en", "purpose": "administrative",
        "confidentiality": "INTERPOL FOR OFFICIAL USE ONLY", "body": )";
    BOOST_TEST(!validate(more, facts, begin + R"({"question": "x"}})").refused);
    const auto verdict = validate(more, facts, begin + R"({"question": ""}})");
    BOOST_REQUIRE(verdict.problems.size() == 1);
    BOOST_TEST(verdict.problems[0].rule == "R-HIT-08");
    BOOST_TEST(validate(more, facts, begin + "{}}").problems.at(0).rule == "R-NEW-01");
    BOOST_TEST((verdict.cls == protocol::message_class::flash));
}

BOOST_AUTO_TEST_CASE(wrong_data_end_the_start) {
    const auto with = [](std::string text) {
        std::vector<data_file> files{data_files().begin(), data_files().end()};
        files.push_back({"kinds/hit.consultation.json", text});
        BOOST_CHECK_THROW(registry{files}, std::exception);
    };
    const auto changed = [](std::string_view from, std::string_view to) {
        std::string out{new_kind};
        return out.replace(out.find(from), from.size(), to);
    };
    with(changed("R-HIT-08", "R-HIT-99"));
    with(changed("\"flash\"", "\"soon\""));
    with(changed("[\"bureau\"]", "[\"anybody\"]"));
    with(changed("\"hours\": 1", "\"hours\": 1, \"never\": true"));
    with(changed("#/$defs/document", "#/$defs/none"));
    with(changed("\"type\": \"string\"", "\"type\": \"text\""));
    with("{");
}

BOOST_AUTO_TEST_CASE(notices_move_as_the_secretariat_says) {
    const auto next = [](std::string_view state, std::string_view kind, const char* text = "{}") {
        return next_state(data(), "notice", state, kind, json::parse(text)).value_or("-");
    };
    BOOST_TEST(first_state(data(), "notice") == "draft");
    BOOST_TEST(next("draft", "notice.request") == "submitted");
    BOOST_TEST(next("submitted", "notice.review", R"({"body": {"decision": "refused"}})") ==
               "refused");
    BOOST_TEST(next("draft", "notice.publication") == "published");
    BOOST_TEST(next("published", "notice.addendum") == "published");
    BOOST_TEST(next("published", "notice.suspension") == "suspended");
    BOOST_TEST(next("suspended", "notice.publication") == "suspended");  // the new version waits
    BOOST_TEST(next("suspended", "notice.reinstatement") == "published");
    BOOST_TEST(next("draft", "notice.cancellation") == "cancelled");  // it overtook
    BOOST_TEST(next("cancelled", "notice.publication") == "-");
    BOOST_TEST(next("cancelled", "notice.reinstatement") == "-");
    BOOST_TEST(is_terminal(data(), "notice", "cancelled"));
    BOOST_TEST(!is_terminal(data(), "notice", "suspended"));
    BOOST_TEST(next_state(data(), "none", "x", "y", json::parse("{}")).value_or("-") == "-");
}

BOOST_AUTO_TEST_CASE(a_withdrawal_counts_in_whatever_order_it_comes) {
    const auto next = [](std::string_view state, std::string_view kind) {
        return next_state(data(), "diffusion", state, kind, json::parse("{}")).value_or("-");
    };
    BOOST_TEST(next("circulated", "diffusion.withdrawal") == "withdrawn");
    BOOST_TEST(next("draft", "diffusion.withdrawal") == "withdrawn");  // it overtook
    BOOST_TEST(next("withdrawn", "diffusion.circulation") == "-");
    BOOST_TEST(next("converted", "diffusion.noncompliance") == "non_compliant");
}

BOOST_AUTO_TEST_CASE(hits_move_in_order) {
    const auto next = [](std::string_view state, std::string_view kind, const char* text) {
        return next_state(data(), "hit", state, kind, json::parse(text)).value_or("-");
    };
    BOOST_TEST(next("notified", "hit.request", R"({"body": {"request_no": 1}})") == "requested_1");
    BOOST_TEST(next("notified", "hit.request", R"({"body": {"request_no": 2}})") == "-");
    BOOST_TEST(next("requested_3", "", "{}") == "unanswered");
    BOOST_TEST(next("requested_1", "hit.reply", R"({"body": {"status": "IN_PROCESS"}})") ==
               "in_process");
    BOOST_TEST(next("in_process", "hit.reply",
                    R"({"body": {"status": "VALID", "identity": "confirmed"}})") == "confirmed");
    BOOST_TEST(next("requested_1", "hit.reply",
                    R"({"body": {"status": "VALID", "identity": "not_identical"}})") == "rejected");
    BOOST_TEST(next("confirmed", "hit.outcome", "{}") == "closed");
    BOOST_TEST(next("requested_1", "hit.outcome", "{}") == "closed");  // released unanswered
    // The owner takes a confirmation back: nobody may be held on it any longer.
    BOOST_TEST(next("confirmed", "hit.reply", R"({"body": {"status": "NOT_VALID"}})") ==
               "not_valid");
}

BOOST_AUTO_TEST_CASE(lifecycles_are_whole) {
    for (const auto& [name, value] : data().lifecycles()) {
        const auto& cycle = value.as_object();
        std::set<std::string> states;
        for (const auto& each : cycle.at("states").as_array()) {
            states.emplace(each.as_string());
        }
        std::set<std::string> reached{"same", std::string{cycle.at("begins").as_string()}};
        for (const auto& each : cycle.at("moves").as_array()) {
            const std::string to{each.at("to").as_string()};
            BOOST_TEST((to == "same" || states.contains(to)), name << " " << to);
            reached.insert(to);
            const std::string kind{each.at("kind").as_string()};
            BOOST_TEST((kind.empty() || data().find(kind) != nullptr), kind);
            for (const auto& from : each.at("from").as_array()) {
                BOOST_TEST(states.contains(std::string{from.as_string()}));
                const bool over = is_terminal(data(), name, std::string_view{from.as_string()});
                BOOST_TEST((!over || is_terminal(data(), name, to)), to);
            }
        }
        states.insert("same");
        BOOST_TEST((reached == states), name << ": a state that no move leads to");
    }
    for (const auto& [name, each] : data().rows()) {
        BOOST_TEST((each.lifecycle.empty() || data().lifecycles().contains(each.lifecycle)));
    }
}

BOOST_AUTO_TEST_SUITE_END()
