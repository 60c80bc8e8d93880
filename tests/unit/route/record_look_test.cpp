// What a gateway knows of the record that a hit is about and of who was asked, at both ends, and
// what it does not know.
// Way of the message: tests of daemon/route/record_look, submission_record and inbox.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0022-record-facts.md.
// Limits: none.
#include "protocol/kinds/validate.hpp"
#include "tests/unit/route/core_harness.hpp"

#include <set>

namespace dhow::tests {

namespace {

struct request_words {
    std::string record = "DOC-1";
    std::string type = "wanted_person";
    std::string to = "MU";
};

/// ZW finds people; MU and KE are asked, and circulate.
struct with_records : core_harness {
    with_records() {
        settings().agencies.at("border").send_kinds = {"*"};
        reload();
    }
    static std::string named(const message_id& id, const std::string& kind) {
        return R"("references":[{"relation":"about","kind":")" + kind + R"(","id":")" +
               to_text(id) + R"("}])";
    }
    static request::submit document(const std::string& kind, const std::string& text,
                                    const std::string& to) {
        auto out = a_message({to});
        out.kind = kind;
        out.media_type = "application/json";
        out.text = text_bytes(text);
        return out;
    }
    message_id say(const request::submit& what) {
        advance(1min);
        return expect<response::accepted>(agency("border"), what).id;
    }
    /// Why it is not taken; empty: it is.
    std::string refused(const request::submit& what) {
        advance(1min);
        const auto said = ask(agency("border"), what);
        const auto* problem = std::get_if<response::problem>(&said);
        if (problem == nullptr) {
            return {};
        }
        BOOST_TEST((problem->code == errc::validation_failed));
        return problem->detail;
    }
    message_id find_somebody() { return say(document("hit.notification", "{}", "MU")); }
    static request::submit asking(const message_id& hit, int number,
                                  const request_words& words = {}) {
        return document("hit.request",
                        "{" + named(hit, "hit.notification") + R"(,"body":{"request_no":)" +
                            std::to_string(number) + R"(,"record_id":")" + words.record +
                            R"(","request_type":")" + words.type + R"("}})",
                        words.to);
    }
    /// A first request about a hit of its own.
    request::submit about(const std::string& record, const std::string& type = "wanted_person") {
        return asking(find_somebody(), 1, {.record = record, .type = type});
    }
    static request::submit answering(const message_id& id, const std::string& to) {
        return document("hit.reply", "{" + named(id, "hit.request") + "}", to);
    }
    message_id hear(std::string_view origin, const std::string& kind, const std::string& text) {
        now += 1min;
        inbound_document = text;
        const auto id = put_inbound(origin, kind);
        restart();
        return id;
    }
    message_id hear_notice(const std::string& kind, int version) {
        return hear(
            "IPSG", "notice." + kind,
            R"({"entity_id":"2024/123","body":{"version":)" + std::to_string(version) + "}}");
    }
    message_id hear_withdrawal(std::string_view origin, const message_id& of) {
        return hear(origin, "diffusion.withdrawal", "{" + named(of, "diffusion.circulation") + "}");
    }
    message_id hear_request(std::string_view origin, const std::string& record) {
        return hear(origin, "hit.request",
                    R"({"body":{"request_no":2,"request_type":"wanted_person","record_id":")" +
                        record + R"("}})");
    }
    message_id hear_reply(std::string_view origin, const message_id& to) {
        return hear(origin, "hit.reply", "{" + named(to, "hit.request") + "}");
    }
    kinds::verdict verdict_on(const message_id& id) {
        const auto opened = expect<response::opened>(agency("border"), request::open_inbox{id});
        kinds::context facts;
        facts.at = kinds::end::receiver;
        facts.kind = opened.content.kind;
        facts.sender = opened.entry.origin.text();
        facts.record = opened.record;
        return kinds::validate(kinds::registry::in_force(), facts,
                               protocol::as_text(opened.content.text));
    }
    /// Of the rules that this is about: those that refuse, and those that warn with a `?`.
    std::set<std::string> found_in(const message_id& id) {
        const std::set<std::string> ours{"R-HIT-09", "R-HIT-10", "R-HIT-11", "R-RPL-07"};
        std::set<std::string> out;
        for (const auto& one : verdict_on(id).problems) {
            if (ours.contains(one.rule)) {
                out.insert(one.rule + (one.severity == kinds::severity::warning ? "?" : ""));
            }
        }
        return out;
    }
    /// As `dhow cancel`.
    void call_back(const message_id& id) {
        expect<response::done>(agency("border"), request::cancel{id});
        advance(1s);
    }
};

using found = std::set<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(record_look_test, with_records)

// The record, before sealing ----------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(nobody_asks_about_a_notice_that_was_cancelled) {
    hear_notice("publication", 2);
    BOOST_TEST(refused(about("2024/123")) == "");
    hear_notice("suspension", 2);
    BOOST_TEST(refused(about("2024/123")) == "");  // Not in force for a time: ask.
    hear_notice("cancellation", 2);
    BOOST_TEST(
        contains(refused(about("2024/123")), "R-HIT-09 /body/record_id: The record 2024/123 is"));
    BOOST_TEST(contains(refused(about("2024/123", "missing_person")), "R-HIT-09"));
    hear_notice("publication", 3);
    BOOST_TEST(refused(about("2024/123")) == "");
}

BOOST_AUTO_TEST_CASE(a_number_of_another_system_is_no_notice_though_it_looks_like_one) {
    hear_notice("cancellation", 2);
    BOOST_TEST(refused(about("2024/123", "vehicle")) == "");
    BOOST_TEST(refused(about("2024/123", "travel_document")) == "");
}

BOOST_AUTO_TEST_CASE(a_record_that_is_not_here_can_be_asked_about) {
    for (const auto* record : {"2024/999", "DOC-1", "01930000-0000-7000-8000-0000000000aa"}) {
        BOOST_TEST(refused(about(record)) == "");
    }
}

BOOST_AUTO_TEST_CASE(nobody_asks_about_a_diffusion_that_its_sender_withdrew) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    BOOST_TEST(refused(about(to_text(began))) == "");
    hear_withdrawal("KE", began);  // It is not KE's.
    BOOST_TEST(refused(about(to_text(began), "vehicle")) == "");
    hear_withdrawal("MU", began);
    BOOST_TEST(contains(refused(about(to_text(began), "vehicle")), "R-HIT-09"));
}

BOOST_AUTO_TEST_CASE(an_end_without_its_diffusion_counts_if_the_bureau_that_is_asked_has_said_it) {
    const auto record = hear("KE", "message.text", "{}");  // Any id that MU can have given.
    hear_withdrawal("MU", record);
    const auto to_ke =
        asking(find_somebody(), 1, {.record = to_text(record), .type = "article", .to = "KE"});
    BOOST_TEST(refused(to_ke) == "");
    BOOST_TEST(contains(refused(about(to_text(record))), "R-HIT-09"));
}

BOOST_AUTO_TEST_CASE(the_general_secretariat_s_end_counts_for_all) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    hear("IPSG", "diffusion.noncompliance", "{" + named(began, "diffusion.circulation") + "}");
    BOOST_TEST(contains(refused(about(to_text(began))), "R-HIT-09"));
}

BOOST_AUTO_TEST_CASE(who_was_denied_a_notice_has_removed_it_and_does_not_ask) {
    hear_notice("publication", 2);
    hear_notice("restriction", 2);
    BOOST_TEST(contains(refused(about("2024/123")), "R-HIT-09"));
}

BOOST_AUTO_TEST_CASE(nobody_asks_about_its_own_record) {
    const auto own = say(document("diffusion.circulation", R"({"body":{}})", "MU"));
    BOOST_TEST(contains(refused(about(to_text(own))), "R-HIT-11: ZW owns"));
    const auto theirs = hear("MU", "diffusion.circulation", R"({"body":{}})");
    BOOST_TEST(refused(about(to_text(theirs))) == "");
}

// Numbers of requests -----------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(requests_about_one_hit_follow_one_another) {
    const auto hit = find_somebody();
    BOOST_TEST(
        contains(refused(asking(hit, 2)),
                 "R-HIT-10 /body/request_no: Request number 2 is not the next one; allowed: 1"));
    BOOST_TEST(refused(asking(hit, 1)) == "");
    BOOST_TEST(
        contains(refused(asking(hit, 1)),
                 "R-HIT-10 /body/request_no: Request number 1 is not the next one; allowed: 2"));
    BOOST_TEST(contains(refused(asking(hit, 3)), "R-HIT-10"));
    BOOST_TEST(refused(asking(hit, 2)) == "");
    BOOST_TEST(refused(asking(hit, 3)) == "");
    BOOST_TEST(contains(refused(asking(hit, 3)), "R-HIT-10"));
    BOOST_TEST(refused(asking(find_somebody(), 1)) == "");  // Another hit.
}

BOOST_AUTO_TEST_CASE(each_unit_that_is_asked_has_its_own_numbers) {
    const auto hit = find_somebody();
    say(asking(hit, 1));
    BOOST_TEST(contains(refused(asking(hit, 2, {.to = "KE"})), "R-HIT-10"));
    BOOST_TEST(refused(asking(hit, 1, {.to = "KE"})) == "");
    auto both = asking(hit, 1);
    both.to = {"MU", "KE"};
    BOOST_TEST(contains(refused(both), "allowed: 2"));
}

BOOST_AUTO_TEST_CASE(requests_that_name_something_else_first_are_not_counted_as_of_one_hit) {
    const auto began = hear("MU", "diffusion.circulation", R"({"body":{}})");
    for (int hits = 0; hits < 2; ++hits) {
        auto what = asking(find_somebody(), 1);
        what.text = text_bytes("{" + named(began, "diffusion.circulation") +
                               R"(,"body":{"request_no":1,"record_id":"DOC-1"}})");
        BOOST_TEST(refused(what) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_request_that_was_called_back_leaves_its_number_free) {
    const auto hit = find_somebody();
    call_back(say(asking(hit, 1)));
    BOOST_TEST(refused(asking(hit, 1)) == "");
    call_back(say(asking(hit, 2)));
    BOOST_TEST(refused(asking(hit, 3)) == "");  // Or is not used again.
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_dropped_does_not_stop_the_next_request) {
    const auto hit = find_somebody();
    hear_reply("MU", say(asking(hit, 1)));
    advance(31 * 24h);
    advance(1min);
    BOOST_TEST(query_store<answer::clocks>(query::find_asked{hit, "hit.reply", 8}).rows.empty());
    BOOST_TEST(refused(asking(hit, 2)) == "");
}

BOOST_AUTO_TEST_CASE(a_restored_store_does_not_know_what_was_asked_since_its_backup) {
    const auto hit = find_somebody();
    say(asking(hit, 1));
    epoch = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>((now + 1min).time_since_epoch()).count());
    advance(2min);
    restart();
    BOOST_TEST(contains(refused(asking(hit, 1)), "R-HIT-10"));  // That one it knows.
    BOOST_TEST(refused(asking(hit, 3)) == "");                  // The second may have been lost.
    BOOST_TEST(contains(refused(asking(find_somebody(), 2)), "R-HIT-10"));
}

BOOST_AUTO_TEST_CASE(while_time_is_in_doubt_no_gap_is_seen) {
    const auto hit = find_somebody();
    core().freeze_expiry(true);
    BOOST_TEST(refused(asking(hit, 2)) == "");
    BOOST_TEST(contains(refused(asking(hit, 2)), "R-HIT-10"));
}

BOOST_AUTO_TEST_CASE(the_gateway_asks_again_by_itself_and_the_agency_goes_on_from_there) {
    settings().answers.clocks = {{.requests = 2}};
    reload();
    const auto hit = find_somebody();
    const auto id = say(asking(hit, 1));
    apply({operation::deliver_clocks{id, bureau("MU"), now}});
    for (int minutes = 0; minutes < 130; ++minutes) {  // An hour, as the text says nothing.
        advance(1min);
    }
    const auto open = query_store<answer::clocks>(query::find_asked{hit, "hit.reply", 8}).rows;
    BOOST_REQUIRE_EQUAL(open.size(), 2U);
    BOOST_TEST(open.back().number == 2U);
    BOOST_TEST(
        contains(refused(asking(hit, 2)),
                 "R-HIT-10 /body/request_no: Request number 2 is not the next one; allowed: 3"));
    BOOST_TEST(refused(asking(hit, 3)) == "");
}

BOOST_AUTO_TEST_CASE(the_same_request_submitted_once_more_is_the_one_that_was_taken) {
    auto what = asking(find_somebody(), 1);
    what.idempotency_key = "once";
    const auto id = say(what);
    const auto again = expect<response::accepted>(agency("border"), what);
    BOOST_TEST((again.id == id));
    BOOST_TEST(again.repeated);
}

// Replies, before sealing -------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_asked_does_not_answer_its_own_request) {
    const auto id = say(asking(find_somebody(), 1));
    BOOST_TEST(
        contains(refused(answering(id, "KE")), "R-RPL-07: ZW may not answer for the owner MU."));
}

BOOST_AUTO_TEST_CASE(a_reply_to_what_others_asked_goes) {
    BOOST_TEST(refused(answering(hear_request("MU", "DOC-1"), "MU")) == "");
    // Not here any more, or never: nobody here can say.
    BOOST_TEST(refused(answering(find_somebody(), "MU")) == "");
    // ZW asked KE about MU's hit: that does not make MU's request one of ZW's.
    const auto theirs = hear("MU", "hit.notification", "{}");
    say(asking(theirs, 1, {.to = "KE"}));
    auto both = answering(hear_request("MU", "DOC-1"), "MU");
    both.text =
        text_bytes(R"({"references":[{"relation":"reply_to","id":")" + to_text(theirs) + R"("}]})");
    BOOST_TEST(refused(both) == "");
}

// At the addressee --------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_owner_is_warned_that_it_has_withdrawn_what_it_is_asked_about) {
    const auto own = say(document("diffusion.circulation", R"({"body":{}})", "MU"));
    const auto before = hear_request("MU", to_text(own));
    BOOST_TEST(found_in(before) == found{}, boost::test_tools::per_element());
    say(document("diffusion.withdrawal", "{" + named(own, "diffusion.circulation") + "}", "MU"));
    const auto after = hear_request("MU", to_text(own));
    BOOST_TEST(found_in(after) == found{"R-HIT-09?"}, boost::test_tools::per_element());
    // What is known now counts: the first request gets the same answer.
    BOOST_TEST(found_in(before) == found{"R-HIT-09?"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_asks_others_about_its_own_record_is_flagged) {
    const auto theirs = hear("MU", "diffusion.circulation", R"({"body":{}})");
    const auto asked = hear_request("MU", to_text(theirs));
    BOOST_TEST(found_in(asked) == found{"R-HIT-11"}, boost::test_tools::per_element());
    const auto by_ke = hear_request("KE", to_text(theirs));
    BOOST_TEST(found_in(by_ke) == found{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_of_requests_are_not_judged_where_they_arrive) {
    const auto second = hear_request("MU", "DOC-1");  // The first may be on its way.
    BOOST_TEST(found_in(second) == found{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reply_of_somebody_who_was_not_asked_is_flagged) {
    const auto id = say(asking(find_somebody(), 1));
    const auto forged = hear_reply("KE", id);
    BOOST_TEST(found_in(forged) == found{"R-RPL-07"}, boost::test_tools::per_element());
    BOOST_TEST(found_in(hear_reply("MU", id)) == found{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(whoever_was_asked_about_the_hit_may_answer_any_request_about_it) {
    const auto hit = find_somebody();
    const auto first = say(asking(hit, 1));
    const auto other_unit = say(asking(hit, 1, {.to = "KE"}));
    const auto second = say(asking(hit, 2));
    for (const auto& to : {first, second, other_unit}) {
        for (const auto* from : {"MU", "KE"}) {
            BOOST_TEST(found_in(hear_reply(from, to)) == found{}, boost::test_tools::per_element());
        }
        BOOST_TEST(found_in(hear_reply("TZ", to)) == found{"R-RPL-07"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(one_reply_to_two_hits_is_from_who_was_asked_about_both) {
    const auto one = say(asking(find_somebody(), 1));
    const auto other = say(asking(find_somebody(), 1, {.to = "KE"}));
    const auto reply = hear("MU", "hit.reply",
                            R"({"references":[{"relation":"reply_to","id":")" + to_text(one) +
                                R"("},{"relation":"reply_to","id":")" + to_text(other) + R"("}]})");
    BOOST_TEST(found_in(reply) == found{"R-RPL-07"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_named_besides_the_request_is_not_looked_at) {
    const auto id = say(asking(find_somebody(), 1));
    const auto other_hit = find_somebody();
    say(asking(other_hit, 1, {.to = "KE"}));
    const auto reply =
        hear("MU", "hit.reply",
             R"({"references":[{"relation":"reply_to","kind":"hit.request","id":")" + to_text(id) +
                 R"("},{"relation":"about","kind":"hit.notification","id":")" + to_text(other_hit) +
                 R"("}]})");
    BOOST_TEST(found_in(reply) == found{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_reply_to_a_request_that_nobody_here_knows_is_not_judged) {
    const auto theirs = hear_request("KE", "DOC-1");
    BOOST_TEST(found_in(hear_reply("MU", theirs)) == found{}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_request_that_was_called_back_may_still_be_answered_by_who_had_it) {
    const auto id = say(asking(find_somebody(), 1));
    call_back(id);
    BOOST_TEST(found_in(hear_reply("MU", id)) == found{}, boost::test_tools::per_element());
    BOOST_TEST(found_in(hear_reply("KE", id)) == found{"R-RPL-07"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
