// The gateway as a whole: its start, its end, sessions that come and go, and what its metrics say.
// Way of the message: tests of daemon/route/gateway, gateway_api, core and metrics.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md.
// Limits: none.
#include "daemon/route/metrics.hpp"
#include "tests/unit/route/bench.hpp"
#include "tests/unit/route/scripted_peer.hpp"

namespace dhow::tests {

namespace {
/// A gateway that has begun and whose store has not answered yet.
struct starting : bench {
    starting() {
        gateway_start from;
        from.outside = core.outside;
        from.config = settings;
        from.directory = book;
        from.random = [] { return 0.5; };
        from.now = core.now;
        from.remember = {{"serial", "7"}};
        made.emplace(std::move(from));
    }
    template <class Command>
    std::optional<Command> next() {
        while (auto one = made->next_command()) {
            if (auto* found = std::get_if<Command>(&*one)) {
                return std::move(*found);
            }
        }
        return std::nullopt;
    }
    api_response ask(api_request what) {
        std::optional<api_response> said;
        made->request({"", true}, std::move(what), [&](api_response one) { said = one; });
        BOOST_REQUIRE(said.has_value());
        return *said;
    }
    std::optional<gateway> made;
};

struct running : core_harness {
    running() : hub(*this, "IPSG", "fibre") {}
    std::string metrics() {
        return expect<response::metrics>(an_operator(), request::metrics{}).text;
    }
    [[nodiscard]] static bool has_line(const std::string& text, const std::string& line) {
        return text.find("\n" + line + "\n") != std::string::npos;
    }
    scripted_peer hub;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(gateway_test, running)

BOOST_FIXTURE_TEST_CASE(nothing_but_its_health_is_told_while_it_starts, starting) {
    made->start();
    const auto said = ask(request::list_links{});
    BOOST_REQUIRE(std::holds_alternative<response::problem>(said));
    BOOST_TEST((std::get<response::problem>(said).code == errc::overloaded));
    BOOST_TEST(std::get<response::problem>(said).retry_after.has_value());
    const auto health = ask(request::health{});
    BOOST_REQUIRE(std::holds_alternative<response::health>(health));
    BOOST_TEST(!std::get<response::health>(health).ready);
}

BOOST_FIXTURE_TEST_CASE(a_start_writes_down_what_it_is_told_to_remember, starting) {
    made->start();
    const auto asked = next<command::ask>();
    BOOST_REQUIRE(asked.has_value());
    store::reply found = answer::start{};
    made->on_answered(asked->number, found);
    const auto written = next<command::apply>();
    BOOST_REQUIRE(written.has_value());
    BOOST_TEST(std::ranges::any_of(written->what.changes, [](const auto& change) {
        const auto* meta = std::get_if<operation::put_meta>(&change);
        return meta != nullptr && meta->key == "serial" && meta->value == "7";
    }));
    BOOST_TEST(!made->is_ready());
    store::transaction_result result;
    result.token = written->what.token;
    made->on_stored({result});
    BOOST_TEST(made->is_ready());
}

BOOST_FIXTURE_TEST_CASE(who_hands_on_what_others_wrote_is_told_by_the_directory, starting) {
    BOOST_TEST(core.is_relay(bureau("IPSG")));
    BOOST_TEST(!core.is_relay(bureau("MU")));
    BOOST_TEST(!core.is_relay(bureau("AA")));  // Nobody knows it.
    std::ranges::find(book->entries, bureau("IPSG"), &protocol::directory_entry::bureau)->role =
        protocol::bureau_role::court;
    BOOST_TEST(!core.is_relay(bureau("IPSG")));
}

BOOST_AUTO_TEST_CASE(a_reload_writes_down_what_it_is_told_to_remember) {
    core().reload(std::make_shared<config::gateway>(settings()),
                  std::make_shared<protocol::directory>(directory()), {{"serial", "8"}});
    pump();
    const auto found = query_store<answer::start>(query::load_start{});
    BOOST_REQUIRE(found.meta.contains("serial"));
    BOOST_TEST(found.meta.at("serial") == "8");
}

BOOST_AUTO_TEST_CASE(a_peer_that_may_stay_stays_over_a_reload_and_any_other_is_sent_away) {
    hub.connect();
    reload();
    hub.exchange();
    BOOST_TEST(hub.is_up());
    const auto good = directory();
    const auto entry = [&] {
        return std::ranges::find(directory().entries, bureau("IPSG"),
                                 &protocol::directory_entry::bureau);
    };
    const auto is_sent_away = [&] {
        reload();
        hub.exchange();
        const bool is_down = !hub.is_up();
        hub.vanish();
        directory() = good;
        restart();
        hub.connect();
        return is_down && hub.is_up();
    };
    entry()->status = protocol::bureau_status::suspended;
    BOOST_TEST(is_sent_away());
    entry()->status = protocol::bureau_status::revoked;
    BOOST_TEST(is_sent_away());
    directory().entries.erase(entry());
    BOOST_TEST(is_sent_away());
}

BOOST_AUTO_TEST_CASE(a_daemon_that_stops_says_goodbye_to_all) {
    hub.connect();
    core().stop();
    hub.exchange();
    BOOST_TEST(!hub.is_up());
}

BOOST_AUTO_TEST_CASE(a_session_that_nobody_knows_changes_nothing) {
    const auto before = core().state().sessions.size();
    core().on_session_events(999'999);
    core().on_disconnected(999'999);
    BOOST_TEST(core().state().sessions.size() == before);
    BOOST_TEST(core().take_touched().empty());
    BOOST_TEST(!core().next_command().has_value());
}

// The one that the lower name dialled: IPSG's own.
BOOST_AUTO_TEST_CASE(of_two_sessions_with_a_peer_that_of_the_lower_dialler_stays) {
    for (const bool is_ours_first : {true, false}) {
        scripted_peer by_us(*this, "IPSG", "fibre");
        scripted_peer by_them(*this, "IPSG");
        (is_ours_first ? by_us : by_them).connect();
        (is_ours_first ? by_them : by_us).connect();
        by_us.exchange();
        BOOST_TEST(!by_us.is_up());
        BOOST_TEST(by_them.is_up());
        const auto id = expect<response::accepted>(agency("border"), a_message()).id;
        by_us.exchange();
        by_them.exchange();
        BOOST_TEST(by_us.offers.empty());
        BOOST_REQUIRE(!by_them.offers.empty());
        BOOST_TEST((by_them.offers.back().offer.id == id));
        by_them.cut();
        restart();
        by_us.vanish();
    }
}

BOOST_AUTO_TEST_CASE(metrics_say_which_links_are_up_and_whether_the_clock_is_in_doubt) {
    BOOST_TEST(has_line(metrics(), R"(dhow_link_up{link="fibre",peer="IPSG"} 0)"));
    hub.connect();
    BOOST_TEST(has_line(metrics(), R"(dhow_link_up{link="fibre",peer="IPSG"} 1)"));
    BOOST_TEST(has_line(metrics(), "dhow_clock_doubtful 0"));
    core().freeze_expiry(true);
    BOOST_TEST(has_line(metrics(), "dhow_clock_doubtful 1"));
}

BOOST_AUTO_TEST_CASE(metrics_tell_rate_and_round_trip_as_the_list_of_links_has_them) {
    BOOST_TEST(has_line(metrics(), R"(dhow_link_bytes_per_second{link="fibre"} 0)"));
    BOOST_TEST(has_line(metrics(), R"(dhow_link_round_trip_milliseconds{link="fibre"} 0)"));
    hub.connect();
    const auto row = expect<response::links>(an_operator(), request::list_links{}).rows.at(0);
    BOOST_TEST(row.bytes_per_s == 8'000U);
    BOOST_TEST((row.round_trip == 600ms));
    BOOST_TEST(has_line(metrics(), R"(dhow_link_bytes_per_second{link="fibre"} 8000)"));
    BOOST_TEST(has_line(metrics(), R"(dhow_link_round_trip_milliseconds{link="fibre"} 600)"));
    hub.cut();
    BOOST_TEST(has_line(metrics(), R"(dhow_link_bytes_per_second{link="fibre"} 0)"));
}

BOOST_AUTO_TEST_CASE(the_line_of_a_session_that_came_in_is_told_of_the_link_that_it_counts_for) {
    settings().links.push_back(settings().links[0]);
    settings().links[1].name = "vsat";
    settings().links[1].mode = config::link_mode::listen;
    settings().links[1].local = "198.51.100.10";
    reload();
    scripted_peer caller(*this, "IPSG");
    caller.came_to = "198.51.100.10";
    caller.connect();
    BOOST_TEST(has_line(metrics(), R"(dhow_link_bytes_per_second{link="fibre"} 0)"));
    BOOST_TEST(has_line(metrics(), R"(dhow_link_bytes_per_second{link="vsat"} 8000)"));
}

BOOST_AUTO_TEST_CASE(a_cut_is_counted_and_a_goodbye_is_not) {
    BOOST_TEST(has_line(metrics(), R"(dhow_link_cuts_total{link="fibre"} 0)"));
    hub.connect();
    hub.cut(errc::connection_lost);
    BOOST_TEST(has_line(metrics(), R"(dhow_link_cuts_total{link="fibre"} 1)"));
    hub.connect();
    hub.leave(errc::timed_out);  // Whatever it says.
    hub.cut(errc::connection_lost);
    BOOST_TEST(has_line(metrics(), R"(dhow_link_cuts_total{link="fibre"} 1)"));
    hub.refuses_hello = errc::busy;
    hub.is_silent = true;
    hub.connect();
    hub.cut(errc::connection_lost);  // It was not up.
    BOOST_TEST(has_line(metrics(), R"(dhow_link_cuts_total{link="fibre"} 1)"));
}

BOOST_FIXTURE_TEST_CASE(a_queue_without_an_oldest_has_no_age, starting) {
    peers links(core, [] { return 0.5; });
    answer::queue_line line;
    line.peer = bureau("IPSG");
    const auto age_of = [&] {
        const auto text = metrics_text(core, links, 0, 0, {}, {{line}});
        const auto at = text.find("dhow_queue_oldest_seconds{");
        BOOST_REQUIRE(at != std::string::npos);
        const auto end = text.find('\n', at);
        return text.substr(text.rfind(' ', end) + 1, end - text.rfind(' ', end) - 1);
    };
    BOOST_TEST(age_of() == "0");
    line.oldest = core.now - 90s;
    BOOST_TEST(age_of() == "90");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
