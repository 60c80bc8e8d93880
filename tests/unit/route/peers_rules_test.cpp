// Whom a HELLO is believed, which of two sessions stays, what the end of one leaves, and when each
// link is dialled again.
// Way of the message: tests of daemon/route/peers with two link sessions in memory.
// Pure: virtual time; the test answers for sealer and store.
// Spec: docs/overview.md#links.
// Limits: none.
#include "daemon/route/peers.hpp"
#include "protocol/link_session.hpp"
#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

using protocol::bureau_status;
using store::transaction_status;
namespace event = protocol::session_event;

namespace {

/// The links of ZW to IPSG, and ends of sessions with it.
struct some_links {
    some_links() : links(shared, [] { return 0.5; }) {
        settings.bureau = bureau("ZW");
        settings.links = {link("fibre")};
        shared.now = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();
        known = make_plain_directory({bureau("ZW"), bureau("IPSG")}, hash);
        for (auto& entry : known.entries) {
            entry.instances.clear();
        }
        use();
    }
    static config::link link(const std::string& name, bool metered = false) {
        return {name, bureau("IPSG"), config::link_mode::dial, {"tls://127.0.0.1:7443"}, metered};
    }
    void use() {
        shared.config = std::make_shared<config::gateway>(settings);
        shared.directory = std::make_shared<protocol::directory>(known);
        links.configure();
    }
    void set_status(bureau_status status) {
        std::ranges::find(known.entries, bureau("IPSG"), &protocol::directory_entry::bureau)
            ->status = status;
        use();
    }
    static protocol::session_options options(std::string_view name, bool is_dialler) {
        protocol::session_options out;
        out.is_dialler = is_dialler;
        out.exporter.assign(32, 1);
        out.local.bureau = bureau(name);
        return out;
    }
    /// A connection whose HELLO has not come; known to the core by its number.
    protocol::link_session& connect(session_number number, bool we_dial = true,
                                    const std::string& name = "fibre") {
        auto& one = ends[number];
        one = std::make_unique<protocol::link_session>(options("ZW", we_dial), shared.now);
        shared.sessions[number] = {.peer = bureau("IPSG"),
                                   .link = we_dial ? name : std::string(),
                                   .is_dialler = we_dial,
                                   .established = false,
                                   .session = one.get(),
                                   .since = shared.now};
        links.on_connected(number);
        return *one;
    }
    static protocol::hello hello(std::uint8_t instance = 1, std::uint64_t epoch = 1) {
        protocol::hello out;
        out.bureau = bureau("IPSG");
        out.instance.value[0] = instance;
        out.epoch = epoch;
        return out;
    }
    void end(session_number number, errc code, bool was_up, protocol::session_end how = {}) {
        how.code = code;
        shared.sessions.at(number).established = false;
        links.on_ended(number, how, was_up);
    }
    /// Answers what the core wants; dials and logs are noted.
    void run() {
        while (auto next = shared.out.next_command()) {
            if (const auto* job = std::get_if<command::run>(&*next)) {
                protocol::result<seal::job_outcome> made = errc::bad_signature;
                if (is_sealer_willing) {
                    made = std::holds_alternative<seal::job::sign_hello>(job->what)
                               ? seal::job_outcome(seal::done::signed_hello{})
                               : seal::job_outcome(seal::done::verified_hello{});
                }
                jobs += 1;
                shared.out.on_sealed(job->number, made);
            } else if (const auto* change = std::get_if<command::apply>(&*next)) {
                store::transaction_result result;
                result.token = change->what.token;
                result.status = store_says;
                shared.out.on_stored(result);
            } else if (const auto* log = std::get_if<command::log>(&*next)) {
                logs.push_back(*log);
            } else if (const auto* dial = std::get_if<command::dial>(&*next)) {
                dials.push_back(dial->link);
            }
        }
    }
    std::size_t logged(std::string_view id) {
        run();
        return static_cast<std::size_t>(std::ranges::count(logs, id, &command::log::id));
    }
    void suspend(std::optional<utc_time> until,
                 std::optional<std::chrono::seconds> lasts = std::nullopt) {
        store::peer_row row;
        row.peer = bureau("IPSG");
        row.suspended_until = until;
        row.suspended_for = lasts;
        links.suspend(row, {});
    }
    bool is_suspended() {
        links.on_deadline();
        run();
        return links.is_suspended(bureau("IPSG"));
    }
    const link_record& fibre() { return links.links().at("fibre"); }

    seal::openssl_hasher hash;
    config::gateway settings;
    protocol::directory known;
    route::core shared;
    peers links;
    std::map<session_number, std::unique_ptr<protocol::link_session>> ends;
    bool is_sealer_willing = true;
    std::size_t jobs = 0;
    transaction_status store_says = transaction_status::committed;
    std::vector<command::log> logs;
    std::vector<std::string> dials;
};

/// A HELLO of `name` comes on session 1, and the core is asked about it.
struct a_greeting : some_links {
    /// Whether it is established; else it has ended.
    bool greet(std::string_view name = "IPSG") {
        auto& ours = connect(1, false);
        protocol::link_session theirs(options(name, true), shared.now);
        while (auto happened = theirs.next_event()) {
            theirs.on_hello_signed({}, {}, shared.now);
        }
        for (auto some = theirs.to_send(shared.now); !some.empty();
             some = theirs.to_send(shared.now)) {
            const bytes copy(some.begin(), some.end());
            theirs.mark_sent(copy.size(), shared.now);
            ours.on_bytes(copy, shared.now);
        }
        while (auto happened = ours.next_event()) {
            if (const auto* verify = std::get_if<event::verify_hello>(&*happened)) {
                links.on_event(1, *verify);
                run();
            }
        }
        BOOST_TEST(ours.is_established() != ours.is_ended());
        return ours.is_established();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(peers_rules_test, some_links)

BOOST_FIXTURE_TEST_CASE(a_hello_of_the_pinned_bureau_is_believed, a_greeting) {
    BOOST_TEST(greet());
    BOOST_TEST(jobs == 1U);
    BOOST_TEST(shared.count.alarms == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_hello_of_another_bureau_is_refused_with_an_alarm, a_greeting) {
    BOOST_TEST(!greet("ZW"));
    BOOST_TEST(jobs == 0U);  // Its signature does not matter.
    BOOST_TEST(logged("hello-refused") == 1U);
    BOOST_TEST(shared.count.alarms == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_hello_whose_signature_is_wrong_is_refused_with_an_alarm, a_greeting) {
    is_sealer_willing = false;
    BOOST_TEST(!greet());
    BOOST_TEST(logged("hello-refused") == 1U);
    BOOST_TEST(shared.count.alarms == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_the_directory_bars_is_refused, a_greeting) {
    for (const auto status : {bureau_status::active, bureau_status::retiring}) {
        set_status(status);
        BOOST_TEST(greet());
    }
    for (const auto status : {bureau_status::suspended, bureau_status::revoked}) {
        set_status(status);
        BOOST_TEST(!greet());
    }
    known.entries.clear();
    use();
    BOOST_TEST(!greet());
    BOOST_TEST(shared.count.alarms == 3U);
}

BOOST_AUTO_TEST_CASE(a_session_whose_hello_can_not_be_signed_is_ended_with_an_alarm) {
    is_sealer_willing = false;
    const auto& ours = connect(1);
    links.on_event(1, event::sign_hello{});
    BOOST_TEST(logged("hello-sign") == 1U);
    BOOST_TEST(ours.is_ended());
    connect(2);
    links.on_event(2, event::sign_hello{});
    shared.sessions.erase(2);  // It is gone before the sealer answers.
    BOOST_TEST(logged("hello-sign") == 1U);
}

BOOST_AUTO_TEST_CASE(of_two_sessions_that_both_dialled_the_lower_bureaus_stays) {
    for (const auto* self : {"ZW", "AA"}) {
        const bool we_are_lower = bureau(self) < bureau("IPSG");
        settings.bureau = bureau(self);
        use();
        for (const bool older_is_ours : {true, false}) {
            const auto& older = connect(1, older_is_ours);
            const auto& newer = connect(2, !older_is_ours);
            BOOST_TEST(links.on_established(1, hello()));
            const bool older_stays = older_is_ours == we_are_lower;
            BOOST_TEST(links.on_established(2, hello()) == !older_stays);
            BOOST_TEST(older.is_ended() == !older_stays);
            BOOST_TEST(newer.is_ended() == older_stays);
            BOOST_TEST(shared.session_with(bureau("IPSG")).value() == (older_stays ? 1U : 2U));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_session_does_not_replace_itself) {
    const auto& ours = connect(1);
    BOOST_TEST(links.on_established(1, hello()));
    BOOST_TEST(links.on_established(1, hello()));
    BOOST_TEST(!ours.is_ended());
    BOOST_TEST((fibre().state == link_state::up));
}

BOOST_AUTO_TEST_CASE(a_restored_peer_is_known_only_when_all_it_lost_is_ready_again) {
    const auto instance = [this] { return links.find(bureau("IPSG"))->row.instance.value[0]; };
    connect(1);
    links.on_established(1, hello(1));
    run();
    end(1, errc::connection_lost, true);
    store_says = transaction_status::full;
    const auto& refused = connect(2);
    links.on_established(2, hello(2));
    BOOST_TEST(logged("peer-restored") == 1U);
    BOOST_TEST(refused.is_ended());
    BOOST_TEST(instance() == 1U);
    end(2, errc::store_full, true);
    connect(3);
    links.on_established(3, hello(2));
    shared.sessions.erase(3);  // It is gone before the store answers.
    BOOST_TEST(logged("peer-restored") == 2U);
    store_says = transaction_status::committed;
    const auto& welcome = connect(4);
    links.on_established(4, hello(2, 7));
    BOOST_TEST(logged("peer-restored") == 3U);
    BOOST_TEST(!welcome.is_ended());
    BOOST_TEST(instance() == 2U);
    BOOST_TEST(links.find(bureau("IPSG"))->row.epoch == 7U);
}

BOOST_AUTO_TEST_CASE(the_end_of_a_session_is_remembered_with_its_detail) {
    connect(1);
    end(1, errc::connection_lost, false, {.detail = "no route to host"});
    const auto& row = links.find(bureau("IPSG"))->row;
    const std::string reason(protocol::text_of(errc::connection_lost));
    BOOST_TEST(row.last_error == reason + ": no route to host");
    BOOST_TEST((row.last_error_at == shared.now));
    run();
    BOOST_TEST(logs.back().text == "peer IPSG: " + reason + ": no route to host");
    connect(2);
    end(2, errc::connection_lost, false);
    BOOST_TEST(row.last_error == reason);
}

BOOST_AUTO_TEST_CASE(a_session_that_another_replaced_elsewhere_means_a_second_gateway) {
    connect(1);
    end(1, errc::conflict, false);  // It never stood.
    BOOST_TEST(logged("second-gateway") == 0U);
    connect(2, false);
    end(1, errc::conflict, true);  // The other one is here.
    BOOST_TEST(logged("second-gateway") == 0U);
    shared.sessions.erase(2);
    end(1, errc::connection_lost, true);
    BOOST_TEST(logged("second-gateway") == 0U);
    end(1, errc::conflict, true);
    BOOST_TEST(logged("second-gateway") == 1U);
    BOOST_TEST(shared.count.alarms == 1U);
}

BOOST_AUTO_TEST_CASE(only_a_session_that_brought_nothing_and_was_not_replaced_has_failed) {
    connect(1);
    end(1, errc::connection_lost, false, {.durable_progress = true});
    BOOST_TEST(fibre().failures == 0U);
    BOOST_TEST((fibre().dial_at.value() <= shared.now + 1s));
    end(1, errc::conflict, false);
    BOOST_TEST(fibre().failures == 0U);
    BOOST_TEST((fibre().dial_at == shared.now + 5s));
    end(1, errc::connection_lost, false);
    BOOST_TEST(fibre().failures == 1U);
    BOOST_TEST(shared.count.session_failures == 1U);
    end(1, errc::busy, false, {.reconnect_after = 600s});
    BOOST_TEST((fibre().dial_at == shared.now + 600s));
}

BOOST_AUTO_TEST_CASE(while_flash_waits_for_the_peer_its_links_are_probed) {
    settings.links = {link("fibre"), link("vsat", true)};
    use();
    bool waits = false;
    links.set_flash_waits([&](bureau_id peer) { return waits && peer == bureau("IPSG"); });
    const auto wait_of = [this](const std::string& name) {
        return links.links().at(name).dial_at.value() - shared.now;
    };
    links.on_dial_failed("fibre", errc::connect_failed, "");
    BOOST_TEST((wait_of("fibre") == 3750ms));
    waits = true;
    connect(1);
    end(1, errc::connection_lost, false);
    BOOST_TEST((wait_of("fibre") == 1500ms));
    links.on_dial_failed("fibre", errc::connect_failed, "");
    BOOST_TEST((wait_of("fibre") == 1500ms));
    waits = false;
    for (int i = 0; i < 9; ++i) {
        links.on_dial_failed("fibre", errc::connect_failed, "");
        links.on_dial_failed("vsat", errc::connect_failed, "");
    }
    links.hurry(bureau("ZW"));
    BOOST_TEST((wait_of("fibre") > 2s && wait_of("vsat") > 30s));
    links.hurry(bureau("IPSG"));
    BOOST_TEST((wait_of("fibre") == 2s && wait_of("vsat") == 30s));
    shared.now += 1s;
    links.hurry(bureau("IPSG"));  // Not later than was planned.
    BOOST_TEST((wait_of("fibre") == 1s && wait_of("vsat") == 29s));
}

BOOST_AUTO_TEST_CASE(the_link_of_a_session_may_be_removed_meanwhile) {
    connect(1);
    links.on_established(1, hello());
    settings.links = {link("vsat")};
    use();
    end(1, errc::connection_lost, true);
    BOOST_TEST(!links.links().contains("fibre"));
    BOOST_TEST(shared.count.session_failures == 0U);
    links.on_dial_failed("fibre", errc::connect_failed, "");
    BOOST_TEST(shared.count.session_failures == 0U);
    BOOST_TEST(links.named("fibre").empty());
}

BOOST_AUTO_TEST_CASE(a_link_without_an_address_is_not_dialled_and_one_that_loses_them_no_more) {
    const auto dialled = [this] {
        dials.clear();
        links.on_deadline();
        run();
        return dials;
    };
    settings.links = {link("fibre"), link("vsat")};
    settings.links[1].addresses.clear();
    use();
    BOOST_TEST(dialled() == std::vector<std::string>{"fibre"});
    links.on_dial_failed("fibre", errc::connect_failed, "");
    settings.links[0].addresses.clear();
    known.entries.clear();  // Nor has the directory any.
    use();
    shared.now += 1h;
    BOOST_TEST(dialled().empty());
    BOOST_TEST(!fibre().dial_at.has_value());
    BOOST_TEST(!links.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_suspension_ends_at_its_time_and_not_before) {
    suspend(shared.now + 1h);
    BOOST_TEST(links.find(bureau("IPSG"))->row.suspended == "no reason given");
    BOOST_TEST((fibre().state == link_state::suspended));
    BOOST_TEST((links.call("fibre") == call_result::suspended));
    links.on_dial_failed("fibre", errc::connect_failed, "");  // Of a dial that was under way.
    BOOST_TEST((fibre().state == link_state::suspended));
    BOOST_TEST(!fibre().dial_at.has_value());
    BOOST_TEST((links.next_deadline() == shared.now + 1h));
    shared.now += 1h - 1ms;
    links.on_deadline();
    BOOST_TEST(!links.find(bureau("IPSG"))->row.suspended.empty());
    shared.now += 1ms;
    links.on_deadline();
    run();
    BOOST_TEST(links.find(bureau("IPSG"))->row.suspended.empty());
    BOOST_TEST(dials == std::vector<std::string>{"fibre"});
}

BOOST_AUTO_TEST_CASE(a_link_that_is_called_is_dialled_at_once_but_not_twice) {
    links.on_dial_failed("fibre", errc::connect_failed, "");
    BOOST_TEST((links.call("fibre") == call_result::dialling));
    BOOST_TEST((fibre().dial_at == shared.now));
    links.on_deadline();
    BOOST_TEST((fibre().state == link_state::connecting));
    BOOST_TEST((links.call("fibre") == call_result::under_way));
    BOOST_TEST((fibre().state == link_state::connecting));
    BOOST_TEST(!fibre().dial_at.has_value());
    shared.stopping = true;
    links.on_dial_failed("fibre", errc::connect_failed, "");
    BOOST_TEST(!fibre().dial_at.has_value());
}

BOOST_AUTO_TEST_CASE(when_one_of_two_sessions_ends_nothing_is_dialled_for_it) {
    connect(1, false);
    links.on_established(1, hello());
    links.on_deadline();  // The link falls idle: its peer is there.
    BOOST_TEST(!fibre().dial_at.has_value());
    connect(2, false);
    end(2, errc::connection_lost, true);
    BOOST_TEST(!fibre().dial_at.has_value());
    end(1, errc::connection_lost, true);
    BOOST_TEST((fibre().dial_at == shared.now + 3750ms));  // It brought nothing.
}

BOOST_AUTO_TEST_CASE(who_stops_dials_nobody) {
    BOOST_REQUIRE(fibre().dial_at.has_value());
    shared.stopping = true;
    links.on_deadline();
    run();
    BOOST_TEST(dials.empty());
    BOOST_TEST(!links.next_deadline().has_value());
}

BOOST_AUTO_TEST_CASE(a_clock_in_doubt_that_is_ahead_does_not_end_a_suspension) {
    for (const bool by_length : {false, true}) {
        shared.expiry_frozen = false;
        suspend(by_length ? std::nullopt : std::optional(shared.now + 2h),
                by_length ? std::optional(2h) : std::nullopt);
        shared.now += 24h * 200;  // The next life begins so.
        shared.frozen_since = shared.now;
        shared.expiry_frozen = true;
        BOOST_TEST(is_suspended());
        BOOST_TEST((links.next_deadline() == shared.now + 2h));
        shared.now += 2h - 1ms;
        BOOST_TEST(is_suspended());
        shared.now += 1ms;  // So long it has lasted for sure.
        BOOST_TEST(!is_suspended());
    }
}

BOOST_AUTO_TEST_CASE(a_doubt_that_ends_well_leaves_the_end_where_it_was) {
    suspend(shared.now + 2h);
    shared.now += 1h;
    shared.frozen_since = shared.now;
    shared.expiry_frozen = true;
    shared.now += 1h;
    BOOST_TEST(is_suspended());
    shared.expiry_frozen = false;
    BOOST_TEST(!is_suspended());
}

BOOST_AUTO_TEST_CASE(a_jump_of_the_clock_shortens_no_length_and_reaches_an_end) {
    shared.frozen_since = shared.now;
    shared.expiry_frozen = true;
    const auto jump = [this] {
        shared.jumps.add(shared.frozen_since, shared.now, shared.now + 24h * 365);
        shared.now += 24h * 365;
        shared.expiry_frozen = false;
    };
    suspend(std::nullopt, 2h);
    shared.now += 1h;
    jump();
    BOOST_TEST(is_suspended());
    BOOST_TEST((links.next_deadline() == shared.now + 1h));
    suspend(shared.now + 2h);  // Said under a clock that was a year behind.
    shared.frozen_since = shared.now;
    shared.expiry_frozen = true;
    shared.now += 1h;
    jump();
    BOOST_TEST(!is_suspended());
}

BOOST_AUTO_TEST_CASE(
    a_suspension_of_a_time_to_come_ends_when_the_doubt_has_lasted_for_long_enough) {
    suspend(std::nullopt, 2h);
    shared.now -= 24h * 30;  // The next life finds a dead clock.
    shared.frozen_since = shared.now;
    shared.expiry_frozen = true;
    BOOST_TEST((links.suspended_until(bureau("IPSG")) == shared.now + 2h));
    shared.now += 2h;
    BOOST_TEST(!is_suspended());
}

BOOST_AUTO_TEST_CASE(a_suspension_of_which_nobody_knows_when_it_began_outlasts_a_doubt) {
    store::peer_row row;
    row.peer = bureau("IPSG");
    row.suspended = "of an older version";
    row.suspended_until = shared.now + 1h;
    links.load({row});
    shared.now += 2h;
    shared.expiry_frozen = true;
    BOOST_TEST(is_suspended());
    BOOST_TEST(!links.suspended_until(bureau("IPSG")).has_value());
    shared.expiry_frozen = false;
    BOOST_TEST(!is_suspended());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
