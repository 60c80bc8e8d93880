// Several links to one peer: which is dialled, what passes, when the session goes over and back.
// Way of the message: tests of daemon/route/peers_bearers and peers_quota.
// Pure: virtual time; the test answers for store and sealer.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/route/peers.hpp"
#include "protocol/link_session.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {

constexpr std::size_t flash = 0, urgent = 1, routine = 2, bulk = 3;

/// ZW has `fibre` (cost 0) and `vsat` (cost 8) to IPSG, and dials both.
struct two_bearers {
    two_bearers() : links(shared, [] { return 0.5; }) {
        settings.bureau = bureau("ZW");
        settings.links = {link("fibre"), link("vsat")};
        vsat().cost = 8;
        settings.times[flash].dearer_after = 5s;
        settings.times[urgent].dearer_after = 15min;
        settings.times[routine].dearer_after = 6h;
        shared.now = start;
        shared.started = true;
        known = make_plain_directory({bureau("ZW"), bureau("IPSG")}, hash);
        shared.outside.line = [this](session_number number) {
            return line_facts{.traffic = carried[number]};
        };
        links.set_passage_changed([this](session_number number) { told.push_back(number); });
    }
    static config::link link(const std::string& name) {
        config::link out;
        out.name = name;
        out.peer = bureau("IPSG");
        out.mode = config::link_mode::dial;
        out.addresses = {"tls://127.0.0.1:7443"};
        return out;
    }
    config::link& fibre() { return settings.links[0]; }
    config::link& vsat() { return settings.links[1]; }
    void use() {
        shared.config = std::make_shared<config::gateway>(settings);
        shared.directory = std::make_shared<protocol::directory>(known);
        links.configure();
    }
    /// A session over the link is established.
    void up(session_number number, const std::string& over) {
        protocol::session_options options;
        options.exporter.assign(32, 1);
        options.local.bureau = bureau("ZW");
        ends[number] = std::make_unique<protocol::link_session>(std::move(options), shared.now);
        shared.sessions[number] = {.peer = bureau("IPSG"),
                                   .link = over,
                                   .is_dialler = true,
                                   .established = false,
                                   .session = ends[number].get(),
                                   .since = shared.now,
                                   .bearer = over};
        links.on_connected(number);
        protocol::hello said;
        said.bureau = bureau("IPSG");
        BOOST_TEST(links.on_established(number, said));
        run();
    }
    void down(session_number number, errc code = errc::connection_lost) {
        const bool was_up = std::exchange(shared.sessions.at(number).established, false);
        protocol::session_end how;
        how.code = code;
        links.on_ended(number, how, was_up);
        links.on_line_gone(number);
        shared.sessions.erase(number);
        run();
    }
    /// Answers what the core wants, until it wants nothing.
    void run() {
        for (auto next = shared.out.next_command(); next; next = shared.out.next_command()) {
            if (const auto* change = std::get_if<command::apply>(&*next)) {
                for (const auto& one : change->what.changes) {
                    if (const auto* meta = std::get_if<operation::put_meta>(&one)) {
                        stored[meta->key] = meta->value;
                    }
                }
                shared.out.on_stored({.token = change->what.token});
            } else if (const auto* ask = std::get_if<command::ask>(&*next)) {
                store::reply reply = waiting;
                shared.out.on_answered(ask->number, reply);
            } else if (const auto* dial = std::get_if<command::dial>(&*next)) {
                dials.push_back(dial->link);
            } else if (const auto* log = std::get_if<command::log>(&*next)) {
                logs.push_back(log->id);
            }
        }
    }
    /// Time passes in steps of deadlines, as a driver lets it.
    void pass(std::chrono::milliseconds time) {
        const auto end = shared.now + time;
        for (int i = 0; i < 10'000; ++i) {
            links.on_deadline();
            run();
            const auto next = links.next_deadline();
            if (!next || *next > end) {
                break;
            }
            shared.now = std::max(*next, shared.now + 1ms);
        }
        shared.now = end;
        links.on_deadline();
        run();
    }
    std::vector<std::string> dialled_in(std::chrono::milliseconds time) {
        dials.clear();
        pass(time);
        return std::exchange(dials, {});
    }
    void wait(std::size_t cls) {
        waiting.rows.push_back({.peer = bureau("IPSG"),
                                .cls = static_cast<message_class>(cls),
                                .ready = 1,
                                .oldest_ready = shared.now});
        links.on_waiting(bureau("IPSG"), static_cast<message_class>(cls));
    }
    const passage& passes(session_number number, std::size_t cls) {
        return shared.sessions.at(number).passes[cls];
    }
    void fail(const std::string& link) { links.on_dial_failed(link, errc::connect_failed, ""); }

    const utc_time start = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
    seal::openssl_hasher hash;
    config::gateway settings;
    protocol::directory known;
    route::core shared;
    peers links;
    std::map<session_number, std::unique_ptr<protocol::link_session>> ends;
    std::map<session_number, line_traffic> carried;
    answer::queue_summary waiting;
    std::map<std::string, std::string> stored;
    std::vector<std::string> dials, logs;
    std::vector<session_number> told;
};

using names = std::vector<std::string>;

}  // namespace

BOOST_FIXTURE_TEST_SUITE(peers_bearers_test, two_bearers)

BOOST_AUTO_TEST_CASE(links_of_one_cost_are_dialled_together_as_ever) {
    vsat().cost = 0;
    use();
    BOOST_TEST(links.is_plain(bureau("IPSG")));
    BOOST_TEST((dialled_in(0ms) == names{"fibre", "vsat"}));
}

BOOST_AUTO_TEST_CASE(the_cheaper_one_is_dialled_first_and_the_dearer_one_when_it_does_not_come) {
    use();
    BOOST_TEST(!links.is_plain(bureau("IPSG")));
    BOOST_TEST((dialled_in(0ms) == names{"fibre"}));
    BOOST_TEST(dialled_in(4'999ms).empty());
    BOOST_TEST((dialled_in(1ms) == names{"vsat"}));
}

BOOST_AUTO_TEST_CASE(a_session_is_metered_as_the_link_is_that_it_counts_for) {
    vsat().metered = true;
    vsat().mode = config::link_mode::both;
    vsat().local = "198.51.100.10";
    fibre().mode = config::link_mode::both;
    use();
    const auto ipsg = bureau("IPSG");
    BOOST_TEST(!links.is_metered(ipsg, "fibre"));
    BOOST_TEST(links.is_metered(ipsg, "vsat"));
    BOOST_TEST(links.is_metered(ipsg, links.bearer_of(ipsg, "198.51.100.10")));
    BOOST_TEST(!links.is_metered(ipsg, links.bearer_of(ipsg, "192.0.2.1")));
    // One that may have come by any of them costs what the dearest does.
    BOOST_TEST(links.is_metered(ipsg, ""));
    BOOST_TEST(!links.is_metered(bureau("ZW"), ""));
    vsat().metered = false;
    use();
    BOOST_TEST(!links.is_metered(ipsg, ""));
}

BOOST_AUTO_TEST_CASE(while_the_cheaper_one_is_up_the_dearer_one_is_left_alone) {
    use();
    pass(0ms);
    up(1, "fibre");
    wait(flash);
    BOOST_TEST(dialled_in(1h).empty());
    BOOST_TEST((shared.sessions.at(1).passes == passages{}));
}

BOOST_AUTO_TEST_CASE(over_the_dearer_one_each_class_goes_when_its_time_has_come) {
    use();
    pass(0ms);
    up(1, "fibre");
    down(1);
    pass(5s);
    fail("fibre");
    up(2, "vsat");
    BOOST_TEST((passes(2, flash) == passage{}));
    BOOST_TEST((passes(2, urgent).least_wait == 15min));
    BOOST_TEST((passes(2, routine).least_wait == 6h));
    BOOST_TEST(passes(2, bulk).bytes_max == 0U);
    told.clear();
    pass(15min);
    BOOST_TEST((passes(2, urgent) == passage{}));
    BOOST_TEST(!told.empty());
}

BOOST_AUTO_TEST_CASE(readings_each_second_do_not_put_off_the_next_look) {
    vsat().quota.month_bytes = 1'000 * limits::mib;
    use();
    pass(0ms);
    up(1, "fibre");
    down(1);
    pass(5s);
    fail("fibre");
    up(2, "vsat");
    told.clear();
    pass(2min);  // What has waited for 15 min is looked for each minute.
    BOOST_TEST(!told.empty());
}

BOOST_AUTO_TEST_CASE(what_waits_when_a_window_closes_goes_by_the_other_link_of_the_same_cost) {
    vsat().cost = 0;
    fibre().windows = {{0x7f, 10h, 10h + 20s, {message_class::bulk}, 0}};
    use();
    pass(0ms);
    up(1, "fibre");
    fail("vsat");
    pass(0ms);  // Nothing waits yet, and everything passes.
    waiting.rows.push_back({.peer = bureau("IPSG"),
                            .cls = message_class::bulk,
                            .ready = 1,
                            .oldest_ready = shared.now});
    BOOST_TEST(dialled_in(19s).empty());
    BOOST_TEST((dialled_in(1s) == names{"vsat"}));
}

BOOST_AUTO_TEST_CASE(what_begins_to_wait_while_the_store_is_asked_is_not_forgotten) {
    settings.links = {link("vsat")};
    settings.links[0].idle_close = 60s;
    use();
    links.on_deadline();  // The store is asked, and has not answered.
    links.on_waiting(bureau("IPSG"), message_class::urgent);
    run();
    dials.clear();
    links.on_deadline();
    run();
    BOOST_TEST((dials == names{"vsat"}));
}

BOOST_AUTO_TEST_CASE(what_is_held_or_deferred_opens_no_dearer_link) {
    vsat().idle_close = 60s;
    use();
    pass(0ms);
    up(1, "fibre");
    waiting.rows.push_back({.peer = bureau("IPSG"),
                            .cls = message_class::routine,
                            .ready = 1,
                            .held = 1,
                            .oldest = shared.now - 24h,
                            .oldest_ready = shared.now});
    down(1);
    const auto dialled = dialled_in(1min);
    BOOST_TEST(std::ranges::count(dialled, "vsat") == 0);
    waiting.rows.back().oldest_ready = shared.now - 24h;
    pass(1min);
    BOOST_TEST(std::ranges::count(dials, "vsat") == 1);
}

BOOST_AUTO_TEST_CASE(after_its_stay_the_session_goes_back_by_a_dial_beside_it) {
    vsat().hold_down = 10min;
    use();
    pass(0ms);
    fail("fibre");
    pass(5s);
    fail("fibre");
    up(1, "vsat");
    BOOST_TEST(dialled_in(10min - 1s).empty());
    BOOST_TEST((dialled_in(15min).front() == "fibre"));
    BOOST_TEST(links.is_up(bureau("IPSG")));
    up(2, "fibre");
    BOOST_TEST(ends.at(1)->is_ended());
    BOOST_TEST((shared.session_with(bureau("IPSG")) == 2U));
    BOOST_TEST((passes(2, bulk) == passage{}));
}

BOOST_AUTO_TEST_CASE(an_idle_link_closes_and_is_dialled_for_what_waits_or_in_time_for_a_call) {
    settings.links = {link("vsat")};
    settings.links[0].idle_close = 60s;
    settings.links[0].call_every = 1h;
    use();
    BOOST_TEST(dialled_in(30min).empty());
    wait(urgent);  // It is the cheapest: nothing else is waited for.
    BOOST_TEST((dialled_in(0ms) == names{"vsat"}));
    up(1, "vsat");
    waiting = {};
    pass(59s);
    BOOST_TEST(!ends.at(1)->is_ended());
    pass(1s);
    BOOST_TEST(ends.at(1)->is_ended());
    down(1, errc::link_idle);
    BOOST_TEST(links.links().at("vsat").failures == 0U);
    BOOST_TEST(dialled_in(1h - 1s).empty());
    BOOST_TEST((dialled_in(1s) == names{"vsat"}));
}

BOOST_AUTO_TEST_CASE(a_window_opens_and_closes_on_a_session_to_the_millisecond) {
    fibre().windows = {{0x7f, 10h + 10s, 10h + 20s, {message_class::bulk}, 0}};
    use();
    pass(0ms);
    up(1, "fibre");
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
    BOOST_TEST((passes(1, routine) == passage{}));
    pass(9'999ms);
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
    pass(1ms);
    BOOST_TEST((passes(1, bulk) == passage{}));
    pass(9'999ms);
    BOOST_TEST((passes(1, bulk) == passage{}));
    pass(1ms);
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
}

BOOST_AUTO_TEST_CASE(a_quota_that_is_used_up_shuts_what_may_not_go_beyond_until_the_month_ends) {
    fibre().quota.month_bytes = limits::mib;
    use();
    pass(0ms);
    up(1, "fibre");
    carried[1].out = 900'000;
    pass(1s);
    BOOST_TEST((passes(1, bulk) == passage{}));
    BOOST_TEST(std::ranges::count(logs, "quota") == 1);
    carried[1].in = limits::mib;
    pass(1s);
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
    BOOST_TEST(passes(1, routine).bytes_max == 0U);
    BOOST_TEST((passes(1, urgent) == passage{}));
    BOOST_TEST(std::ranges::count(logs, "quota-used-up") == 1);
    BOOST_TEST(stored.contains("quota.fibre"));
    shared.now = protocol::parse_utc("2026-12-01T00:00:00.000Z").value();
    pass(0ms);
    BOOST_TEST((passes(1, bulk) == passage{}));
}

BOOST_AUTO_TEST_CASE(the_operators_figure_counts_at_once_and_is_written) {
    fibre().quota.month_bytes = limits::mib;
    use();
    pass(0ms);
    up(1, "fibre");
    carried[1].out = 2 * limits::mib;
    pass(1s);
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
    bool is_written = false;
    links.correct_quota("fibre", 1'000, [&](const auto&) { is_written = true; });
    run();
    BOOST_TEST(is_written);
    BOOST_TEST((passes(1, bulk) == passage{}));
    BOOST_TEST(stored.at("quota.fibre").ends_with(" 1000"));
    carried[1].out += 500;
    pass(1s);
    BOOST_TEST(shared.bearers.find("fibre")->quota.used() == 1'500U);
}

BOOST_AUTO_TEST_CASE(what_a_connection_has_cost_is_counted_to_its_end) {
    use();
    pass(0ms);
    up(1, "fibre");
    carried[1] = {.in = 100, .out = 200};
    down(1);
    BOOST_TEST(shared.bearers.find("fibre")->quota.used() == 300U + limits::connection_end_bytes);
}

BOOST_AUTO_TEST_CASE(a_session_that_came_in_counts_for_the_link_of_its_address) {
    fibre().mode = config::link_mode::listen;
    vsat().mode = config::link_mode::both;
    vsat().local = "198.51.100.10";
    use();
    BOOST_TEST(links.bearer_of(bureau("IPSG"), "198.51.100.10") == "vsat");
    BOOST_TEST(links.bearer_of(bureau("IPSG"), "192.0.2.10") == "fibre");
    BOOST_TEST(links.bearer_of(bureau("KE"), "198.51.100.10") == "");
    fibre().mode = config::link_mode::dial;
    use();
    BOOST_TEST(links.bearer_of(bureau("IPSG"), "192.0.2.10") == "");
}

BOOST_AUTO_TEST_CASE(a_courier_is_never_dialled) {
    settings.links = {link("bag")};
    settings.links[0].mode = config::link_mode::courier;
    use();
    BOOST_TEST(dialled_in(24h).empty());
}

BOOST_AUTO_TEST_CASE(a_reload_that_makes_links_alike_lets_everything_pass) {
    fibre().classes = {message_class::flash};
    use();
    pass(0ms);
    up(1, "fibre");
    BOOST_TEST(passes(1, bulk).bytes_max == 0U);
    fibre().classes.clear();
    vsat().cost = 0;
    use();
    BOOST_TEST((shared.sessions.at(1).passes == passages{}));
    BOOST_TEST(told.back() == 1U);
}

BOOST_AUTO_TEST_CASE(it_comes_to_rest) {
    vsat().idle_close = 60s;
    use();
    pass(0ms);
    up(1, "fibre");
    std::size_t looks = 0;
    for (auto end = shared.now + 1h; shared.now < end; ++looks) {
        links.on_deadline();
        run();
        shared.now = std::max(links.next_deadline().value_or(end), shared.now + 1ms);
    }
    BOOST_TEST(looks < 10U);
}

BOOST_AUTO_TEST_CASE(what_the_cheap_link_may_not_carry_goes_by_the_dear_one_and_does_not_wait) {
    fibre().level_max = confidentiality::restricted;
    use();
    pass(0ms);
    up(1, "fibre");
    BOOST_TEST((passes(1, bulk).level_max == confidentiality::restricted));
    BOOST_TEST(dialled_in(1h).empty());
    waiting.rows.push_back({.peer = bureau("IPSG"),
                            .cls = message_class::bulk,
                            .ready = 1,
                            .oldest_ready = shared.now});
    waiting.rows.back().oldest_of_level[3] = shared.now;
    links.on_waiting(bureau("IPSG"), message_class::bulk, confidentiality::confidential);
    BOOST_TEST(dialled_in(1s) == std::vector<std::string>{"vsat"});
    down(1);
    up(2, "vsat");
    BOOST_TEST((passes(2, bulk).level_max == confidentiality::confidential));
    BOOST_TEST((passes(2, bulk).waits_upto == confidentiality::restricted));
    const auto made = shared.now;
    BOOST_TEST(passes(2, bulk).passes(1, made, made, confidentiality::confidential));
    BOOST_TEST(!passes(2, bulk).passes(1, made, made + 10h, confidentiality::restricted));
    BOOST_TEST(dialled_in(30min).empty());  // It is needed here.
    waiting.rows.clear();
    BOOST_TEST(dialled_in(1h) == std::vector<std::string>{"fibre"});
}

BOOST_AUTO_TEST_CASE(a_session_that_counts_for_no_link_carries_what_all_links_may) {
    vsat().level_max = confidentiality::official_use;
    use();
    pass(0ms);
    up(1, "");
    BOOST_TEST((passes(1, urgent).level_max == confidentiality::official_use));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
