// Clocks of requests: what starts, stops and fires them, once; what follows; wrong time, restarts
// and a full disk.
// Way of the message: tests of daemon/route/clocks and clock_marks.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/decisions/0018-answer-clocks.md.
// Limits: none.
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

using protocol::outcome_kind;
using store::clock_state;

namespace {

constexpr const char* hit_id = "01930000-0000-7000-8000-0000000000aa";
constexpr const char* other_hit_id = "01930000-0000-7000-8000-0000000000bb";

std::string document(const std::string& body, const std::string& about = hit_id) {
    return R"({"references": [{"relation": "about", "id": ")" + about + R"("}], "body": )" + body +
           "}";
}

struct with_requests : core_harness {
    with_requests() : hub(*this, "IPSG") {
        settings().agencies["border"].send_kinds.emplace_back("arrest.*");
        reload();
    }
    message_id submit(const std::string& kind, const std::string& text,
                      const std::string& to = "MU") {
        auto what = a_message({to});
        what.kind = kind;
        what.media_type = "application/json";
        what.text = text_bytes(text);
        return expect<response::accepted>(agency("border"), what).id;
    }
    message_id ask_for(const std::string& priority = "U", const std::string& about = hit_id) {
        return submit("hit.request",
                      document(R"({"request_no": 1, "priority": ")" + priority + "\"}", about));
    }
    void receive(const std::string& origin, const std::string& kind, const std::string& text) {
        inbound_document = text;
        put_inbound(origin, kind);
        hub.vanish();
        restart();
    }
    void reply(const std::string& body, const message_id& to, const std::string& origin = "MU") {
        receive(origin, "hit.reply", document(body, to_text(to)));
    }
    void arrives(const message_id& id) {
        protocol::outcome what;
        what.id = id;
        what.recipient = bureau("MU");
        what.kind = outcome_kind::delivered;
        what.at = now;
        const auto made = hub.receipt("MU", "ZW", {what});
        BOOST_REQUIRE(hub.send(made.first, made.second).committed);
        advance(1ms);
    }
    store::clock_row clock(const message_id& id) {
        const auto rows = query_store<answer::clocks>(query::find_clocks{id}).rows;
        BOOST_REQUIRE_EQUAL(rows.size(), 1U);
        return rows.front();
    }
    std::size_t count_logs(std::string_view id) {
        return static_cast<std::size_t>(std::ranges::count(logs, id, &command::log::id));
    }
    std::size_t count_events(const message_id& id, const std::string& what) {
        return query_store<answer::events>(query::load_events{bureau("ZW"), id, what, what})
            .rows.size();
    }
    std::size_t notices() {
        return expect<response::inbox>(agency("duty"), request::list_inbox{}).entries.size();
    }
    /// In steps, as a gateway does, so that nothing waits for the end of it.
    void pass(std::chrono::minutes time) {
        for (auto left = time; left > 0min; left -= 1min) {
            advance(1min);
        }
    }
    scripted_peer hub;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clocks_test, with_requests)

BOOST_AUTO_TEST_CASE(a_request_starts_its_clock_in_its_own_commit) {
    applied.clear();
    const auto id = ask_for();
    const auto both = std::ranges::any_of(applied, [](const auto& one) {
        const auto has = [&](auto wanted) {
            return std::ranges::any_of(one.changes, [&](const auto& change) {
                return std::holds_alternative<decltype(wanted)>(change);
            });
        };
        return has(operation::put_message{}) && has(operation::put_clock{});
    });
    BOOST_TEST(both);
    const auto row = clock(id);
    BOOST_TEST((row.state == clock_state::undelivered));
    BOOST_TEST((row.due_at == now + 10min));
    BOOST_TEST((row.answer_within == 10min));
    BOOST_TEST(to_text(row.subject) == hit_id);
    BOOST_TEST(row.agency == "border");
    BOOST_TEST((clock(ask_for("R", other_hit_id)).due_at == now + 1h));
}

BOOST_AUTO_TEST_CASE(other_messages_have_no_clocks_and_nobody_asks_for_them) {
    const auto id = expect<response::accepted>(agency("border"), a_message()).id;
    BOOST_TEST(query_store<answer::clocks>(query::find_clocks{id}).rows.empty());
    BOOST_TEST(!core().state().clocks_run);
}

BOOST_AUTO_TEST_CASE(what_does_not_arrive_in_time_is_told_once) {
    const auto id = ask_for();
    pass(9min);
    BOOST_TEST(notices() == 0U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    pass(2min);
    BOOST_TEST(notices() == 1U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
    BOOST_TEST(count_logs("clock-undelivered") == 1U);
    BOOST_TEST(core().state().count.clocks_fired[0] == 1U);
    pass(120min);
    BOOST_TEST(notices() == 1U);
    BOOST_TEST(count_logs("clock-undelivered") == 1U);
    BOOST_TEST(clock(id).tasks == 0);
}

BOOST_AUTO_TEST_CASE(the_notice_names_the_message_and_goes_to_the_configured_desk) {
    settings().answers.desk = "customs";
    reload();
    const auto id = ask_for();
    pass(11min);
    BOOST_TEST(notices() == 0U);
    const auto found = expect<response::inbox>(agency("customs"), request::list_inbox{}).entries;
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    const auto opened =
        expect<response::opened>(agency("customs"), request::open_inbox{found.front().id});
    BOOST_TEST(opened.content.kind == "transport.clock");
    const std::string text(opened.content.text.begin(), opened.content.text.end());
    BOOST_TEST(contains(text, to_text(id)));
    BOOST_TEST(contains(text, "no end receipt of MU within 10 min"));
}

BOOST_AUTO_TEST_CASE(from_its_receipt_on_the_answer_is_waited_for) {
    hub.connect();
    const auto id = ask_for();
    pass(5min);
    arrives(id);
    BOOST_TEST((clock(id).state == clock_state::unanswered));
    pass(9min);
    BOOST_TEST(notices() == 0U);
    pass(2min);
    BOOST_TEST(count_events(id, "clock-unanswered") == 1U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    BOOST_TEST(notices() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_was_late_to_arrive_may_also_be_late_to_be_answered) {
    hub.connect();
    const auto id = ask_for();
    pass(11min);
    arrives(id);
    pass(11min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
    BOOST_TEST(count_events(id, "clock-unanswered") == 1U);
    BOOST_TEST(notices() == 2U);
}

BOOST_AUTO_TEST_CASE(the_answer_stops_it_when_it_is_opened) {
    const auto id = ask_for();
    pass(5min);
    reply(R"({"status": "NOT_VALID"})", id);
    BOOST_TEST((clock(id).state == clock_state::answered));
    pass(120min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    advance(31 * 24h);
    advance(1min);
    BOOST_TEST(query_store<answer::clocks>(query::find_clocks{id}).rows.empty());
}

BOOST_AUTO_TEST_CASE(nobody_else_answers_for_the_bureau_that_was_asked) {
    const auto id = ask_for();
    reply(R"({"status": "VALID"})", id, "KE");
    BOOST_TEST((clock(id).state == clock_state::undelivered));
    receive("MU", "message.text", document("{}", to_text(id)));
    BOOST_TEST((clock(id).state == clock_state::undelivered));
}

BOOST_AUTO_TEST_CASE(ready_by_counts_as_an_answer_until_that_time) {
    const auto id = ask_for();
    const auto ready = now + 2h;
    reply(R"({"status": "IN_PROCESS", "ready_by": ")" + protocol::to_text(ready) + "\"}", id);
    BOOST_TEST((clock(id).state == clock_state::promised));
    BOOST_TEST((clock(id).due_at == ready));
    pass(115min);
    BOOST_TEST(notices() == 0U);
    pass(10min);
    BOOST_TEST(count_events(id, "clock-promised") == 1U);
    BOOST_TEST(notices() == 1U);
    // Another promise, another clock.
    reply(R"({"status": "IN_PROCESS", "ready_by": ")" + protocol::to_text(now + 1h) + "\"}", id);
    pass(70min);
    BOOST_TEST(count_events(id, "clock-promised") == 2U);
    reply(R"({"status": "VALID"})", id);
    BOOST_TEST((clock(id).state == clock_state::answered));
}

BOOST_AUTO_TEST_CASE(in_process_without_a_time_answers_nothing) {
    const auto id = ask_for();
    reply(R"({"status": "IN_PROCESS"})", id);
    BOOST_TEST((clock(id).state == clock_state::undelivered));
}

BOOST_AUTO_TEST_CASE(requests_follow_where_configured_and_three_in_all) {
    settings().answers.clocks = {{.requests = 3}};
    reload();
    hub.connect();
    auto id = ask_for();
    for (const unsigned number : {2U, 3U}) {
        arrives(id);
        pass(11min);
        BOOST_TEST((clock(id).state == clock_state::superseded));
        const auto open = query_store<answer::clocks>(query::list_clocks{}).rows;
        BOOST_REQUIRE_EQUAL(open.size(), 1U);
        BOOST_TEST(open.front().number == number);
        BOOST_TEST(to_text(open.front().subject) == hit_id);
        BOOST_TEST(open.front().agency == "border");
        BOOST_TEST((open.front().other == bureau("MU")));
        id = open.front().id;
    }
    arrives(id);
    pass(60min);
    const auto open = query_store<answer::clocks>(query::list_clocks{}).rows;
    BOOST_REQUIRE_EQUAL(open.size(), 1U);
    BOOST_TEST((open.front().id == id));
    BOOST_TEST(count_events(id, "clock-unanswered") == 1U);
    BOOST_TEST(notices() == 3U);
    BOOST_TEST(count_logs("clock-asked-again") == 2U);
}

BOOST_AUTO_TEST_CASE(an_answer_to_the_first_request_stops_the_second) {
    settings().answers.clocks = {{.requests = 3}};
    reload();
    hub.connect();
    const auto id = ask_for();
    arrives(id);
    pass(11min);
    BOOST_TEST(query_store<answer::clocks>(query::list_clocks{}).rows.size() == 1U);
    reply(R"({"status": "VALID"})", id);
    BOOST_TEST(query_store<answer::clocks>(query::list_clocks{}).rows.empty());
}

BOOST_AUTO_TEST_CASE(one_with_attachments_is_not_repeated) {
    settings().answers.clocks = {{.requests = 3}};
    reload();
    hub.connect();
    auto what = a_message({"MU"});
    what.media_type = "application/json";
    what.text = text_bytes(document(R"({"request_no": 1, "priority": "U"})"));
    what.attachments = {upload("border", bytes(100, 7))};
    const auto id = expect<response::accepted>(agency("border"), what).id;
    arrives(id);
    pass(20min);
    BOOST_TEST(count_events(id, "clock-not-asked") == 1U);
    BOOST_TEST(clock(id).tasks == 0);
    BOOST_TEST(notices() == 1U);
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_matches_says_how_long) {
    settings().answers.clocks = {{.with = {"KE"}, .undelivered = {.urgent = 2min}},
                                 {.links = {"vsat"}, .undelivered = {.urgent = 3min}},
                                 {.with = {"group:lakes"},
                                  .links = {"fibre"},
                                  .undelivered = {.urgent = 4min},
                                  .unanswered = {.urgent = 5min}},
                                 {.undelivered = {.urgent = 6min}}};
    reload();
    const auto row = clock(ask_for());
    BOOST_TEST((row.within == 4min));
    BOOST_TEST((row.answer_within == 5min));
    BOOST_TEST((clock(ask_for("R", other_hit_id)).within == 1h));
    const auto text = document(R"({"request_no": 1, "priority": "U"})");
    BOOST_TEST((clock(submit("hit.request", text, "KE")).within == 2min));
}

BOOST_AUTO_TEST_CASE(when_the_link_may_be_the_trouble_another_bureau_is_tried) {
    settings().links.push_back(
        {"lake", bureau("TZ"), config::link_mode::dial, {"tls://127.0.0.1:7444"}, false});
    settings().routes = {{"MU", {"fibre", "lake"}, 1}};
    reload();
    const auto id = ask_for();
    BOOST_TEST((stored(id).deliveries.front().next_hop == bureau("IPSG")));
    pass(11min);
    BOOST_TEST((stored(id).deliveries.front().next_hop == bureau("TZ")));
    BOOST_TEST(count_events(id, "sent-again") == 1U);
    BOOST_TEST(notices() == 1U);
}

BOOST_AUTO_TEST_CASE(with_one_way_alone_nothing_is_sent_again) {
    const auto id = ask_for();
    pass(11min);
    BOOST_TEST(count_events(id, "sent-again") == 0U);
}

BOOST_AUTO_TEST_CASE(a_start_goes_on_with_what_was_not_done) {
    const auto id = ask_for();
    hold_jobs = true;
    pass(11min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
    BOOST_TEST(clock(id).tasks == static_cast<std::uint8_t>(store::clock_task::notice));
    hold_jobs = false;
    hub.vanish();
    restart();
    pass(2min);
    BOOST_TEST(notices() == 1U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
    BOOST_TEST(count_logs("clock-undelivered") == 1U);
}

BOOST_AUTO_TEST_CASE(
    a_promise_before_the_notice_was_made_makes_it_void_and_has_a_clock_of_its_own) {
    const auto id = ask_for();
    hold_if = [](const seal::job_request& what) {
        return std::holds_alternative<seal::job::seal_message>(what);
    };
    pass(11min);
    BOOST_TEST(clock(id).tasks == static_cast<std::uint8_t>(store::clock_task::notice));
    reply(R"({"status": "IN_PROCESS", "ready_by": ")" + protocol::to_text(now + 1h) + "\"}", id);
    BOOST_TEST((clock(id).state == clock_state::promised));
    BOOST_TEST(clock(id).tasks == 0);
    hold_if = {};
    pass(50min);
    BOOST_TEST(notices() == 0U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
    pass(15min);
    BOOST_TEST(count_events(id, "clock-promised") == 1U);
    BOOST_TEST(notices() == 1U);
}

BOOST_AUTO_TEST_CASE(it_survives_a_restart_and_fires_when_it_is_due) {
    const auto id = ask_for();
    pass(5min);
    hub.vanish();
    restart();
    pass(4min);
    BOOST_TEST(notices() == 0U);
    pass(2min);
    BOOST_TEST(notices() == 1U);
    hub.vanish();
    restart();
    pass(30min);
    BOOST_TEST(notices() == 1U);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
}

BOOST_AUTO_TEST_CASE(a_full_disk_makes_it_late_and_not_twofold) {
    const auto id = ask_for();
    is_disk_full_for = [](const store::transaction& what) {
        return std::ranges::any_of(what.changes, [](const auto& change) {
            return std::holds_alternative<operation::advance_clock>(change) ||
                   std::holds_alternative<operation::end_clock_task>(change);
        });
    };
    pass(15min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    BOOST_TEST(count_logs("clock-undelivered") == 0U);
    is_disk_full_for = {};
    pass(2min);
    BOOST_TEST(notices() == 1U);
    BOOST_TEST(count_logs("clock-undelivered") == 1U);
}

BOOST_AUTO_TEST_CASE(a_jump_at_the_end_of_a_doubt_fires_nothing_early) {
    core().freeze_expiry(true);
    const auto id = ask_for();
    pass(5min);
    core().on_clock_jump(now, now + 24h * 30);
    now += 24h * 30;
    core().freeze_expiry(false);
    pass(3min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    pass(4min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
}

BOOST_AUTO_TEST_CASE(in_a_doubt_only_the_time_since_its_beginning_counts) {
    const auto id = ask_for();
    pass(5min);
    core().freeze_expiry(true);
    pass(8min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 0U);
    pass(4min);
    BOOST_TEST(count_events(id, "clock-undelivered") == 1U);
}

BOOST_AUTO_TEST_CASE(a_point_in_time_does_not_come_in_a_doubt) {
    const auto id = ask_for();
    reply(R"({"status": "IN_PROCESS", "ready_by": ")" + protocol::to_text(now + 1h) + "\"}", id);
    core().freeze_expiry(true);
    pass(120min);
    BOOST_TEST(count_events(id, "clock-promised") == 0U);
    core().freeze_expiry(false);
    pass(1min);
    BOOST_TEST(count_events(id, "clock-promised") == 1U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_request_waits_for_nothing) {
    const auto id = ask_for();
    expect<response::done>(agency("border"), request::cancel{id});
    advance(1s);
    BOOST_TEST((clock(id).state == clock_state::ended));
    pass(30min);
    BOOST_TEST(notices() == 0U);
}

BOOST_AUTO_TEST_CASE(papers_are_warned_of_and_told_when_they_are_late) {
    settings().answers.papers = {{.with = {"MU"},
                                  .treaty = "a treaty",
                                  .within = std::chrono::days{20},
                                  .warn = {240h, 24h}}};
    reload();
    const auto id = submit("hit.outcome", document(R"({"result": "provisionally_arrested",
        "date": "2026-11-24", "legal_limit": "2027-01-20"})"));
    const auto row = clock(id);
    BOOST_TEST((row.state == clock_state::papers));
    // Twenty days of the treaty end before the day of the text.
    BOOST_TEST((row.until == protocol::parse_utc("2026-12-15T12:00:00.000Z")));
    BOOST_TEST((row.due_at == *row.until - 240h));
    advance(*row.until - 239h - now);
    BOOST_TEST(notices() == 1U);
    advance(*row.until - 23h - now);
    BOOST_TEST(notices() == 2U);
    advance(*row.until + 1h - now);
    BOOST_TEST(notices() == 3U);
    advance(24h);
    BOOST_TEST(notices() == 3U);
    BOOST_TEST(count_events(id, "clock-papers") == 3U);
    receive("MU", "arrest.documents", document("{}"));
    BOOST_TEST((clock(id).state == clock_state::answered));
}

BOOST_AUTO_TEST_CASE(papers_that_we_owe_are_known_from_the_outcome_and_stop_when_we_send_them) {
    receive("MU", "hit.outcome", document(R"({"result": "arrested", "date": "2026-11-24",
        "legal_limit": "2026-12-10"})"));
    auto open = query_store<answer::clocks>(query::list_clocks{}).rows;
    BOOST_REQUIRE_EQUAL(open.size(), 1U);
    BOOST_TEST((open.front().origin == bureau("MU")));
    BOOST_TEST((open.front().other == bureau("MU")));
    submit("arrest.documents", document(R"({"legal_limit": "2026-12-10"})"));
    open = query_store<answer::clocks>(query::list_clocks{}).rows;
    BOOST_TEST(open.empty());
}

BOOST_AUTO_TEST_CASE(who_found_somebody_owes_the_outcome_within_a_day_and_is_told_once) {
    settings().answers.papers = {{.treaty = "a treaty", .within = std::chrono::days{20}}};
    reload();
    const auto began = now;
    const auto id = submit("hit.notification", document("{}"));
    const auto row = clock(id);
    BOOST_TEST((row.state == clock_state::papers));
    BOOST_TEST(row.answer == "hit.outcome");
    BOOST_TEST((*row.until - began < 24h + 1min));  // No treaty says otherwise.
    BOOST_TEST((*row.until - began >= 24h));
    advance(23h);
    BOOST_TEST(notices() == 0U);
    advance(2h);
    BOOST_TEST(notices() == 1U);
    advance(48h);
    BOOST_TEST(notices() == 1U);
    submit("hit.outcome", document(R"({"result": "released"})", to_text(id)));
    BOOST_TEST((clock(id).state == clock_state::answered));
}

BOOST_AUTO_TEST_CASE(the_owner_waits_for_the_outcome_and_who_gets_copies_for_nothing) {
    receive("MU", "hit.notification", document("{}"));
    const auto open = query_store<answer::clocks>(query::list_clocks{}).rows;
    BOOST_REQUIRE_EQUAL(open.size(), 1U);
    BOOST_TEST(open.front().answer == "hit.outcome");
    receive("MU", "hit.outcome", document(R"({"result": "released"})", to_text(open.front().id)));
    BOOST_TEST(query_store<answer::clocks>(query::list_clocks{}).rows.empty());
    submit("hit.notification", document("{}"), "IPSG");
    BOOST_TEST(query_store<answer::clocks>(query::list_clocks{}).rows.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
