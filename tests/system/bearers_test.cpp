// Two bearers between real daemons: loopback addresses of their own, the cheap one cut and mended.
// Way of the message: ZW -> IPSG -> MU, by 127.0.0.2 while it is there, else by 127.0.0.3.
// Not pure: processes, sockets.
// Spec: docs/decisions/0010-bearers.md, docs/configuration.md#bearers. Tests: this is one.
// Limits: none.
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/line_relay.hpp"
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

namespace {

/// The hub listens on three addresses; each of two belongs to a bearer.
struct two_bearers {
    two_bearers() {
        begin_scene();
        const auto port = std::to_string(bureaus.hub_port());
        dead = "127.0.0.2:" + free_port();
        live = "127.0.0.2:" + port;
        edit(hub, "listen: [", "listen: [\"127.0.0.2:" + port + "\", \"127.0.0.3:" + port + "\", ");
        edit(hub, "  to-zw: {peer: \"ZW\", mode: listen}",
             "  zw-fibre: {peer: \"ZW\", mode: listen, local: 127.0.0.2}\n"
             "  zw-sat: {peer: \"ZW\", mode: listen, local: 127.0.0.3}");
        edit(origin,
             "  ipsg: {peer: IPSG, mode: dial, addresses: [\"tls://127.0.0.1:" + port + "\"]}",
             "  ipsg: {peer: IPSG, mode: dial, local: 127.0.0.2, addresses: [\"tls://" + live +
                 "\"]}\n"
                 "  sat: {peer: IPSG, mode: dial, local: 127.0.0.3, cost: 9, hold_down: 2s,\n"
                 "        quota: {month: 1GiB}, addresses: [\"tls://127.0.0.3:" +
                 port + "\"]}\n");
        edit(origin, "duty_desk:",
             "classes:\n"
             "  flash: {dearer_after: 4s}\n"
             "  urgent: {dearer_after: 1s}\n"
             "duty_desk:");
    }
    [[nodiscard]] static boost::json::object link_of(const gateway& at, const std::string& link) {
        const auto answer = at.get("/admin/v1/links");
        for (const auto& one : answer.at("links").as_array()) {
            if (one.at("name").as_string() == link) {
                return one.as_object();
            }
        }
        return {{"carries", false}, {"congestion", ""}};
    }
    [[nodiscard]] bool carries(const std::string& link) const {
        return link_of(origin, link).at("carries").as_bool();
    }
    [[nodiscard]] double bytes(const gateway& at, const std::string& link,
                               const std::string& direction) const {
        double sum = 0;
        for (const auto* purpose : {"payload", "control", "handshake", "resent"}) {
            sum += at.metric("dhow_link_bytes_total{link=\"" + link + "\",direction=\"" +
                             direction + "\",purpose=\"" + purpose + "\"}");
        }
        return sum;
    }
    /// The cheap one is there when it is first dialled, and has time for its handshake.
    void start_hub_first() {
        hub.start();
        bureaus["MU"].start();
        origin.start();
    }
    void await_complete(const std::string& id) {
        wait_until("the receipt for " + id, [&] { return is_complete(origin, id, "MU"); });
    }
    void lose_fibre() {
        edit(origin, live, dead);
        restart_origin();
        wait_until("the dear bearer", [this] { return carries("sat"); });
    }
    void restart_origin() {
        BOOST_TEST(origin.terminate() == 0);
        origin.start();
    }

    federation bureaus;
    gateway& origin = bureaus["ZW"];
    gateway& hub = bureaus["IPSG"];
    std::string live, dead;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(bearers_test, two_bearers)

BOOST_AUTO_TEST_CASE(the_cheap_one_carries_while_it_is_there_and_takes_over_again) {
    start_hub_first();
    wait_until("the cheap bearer", [this] { return carries("ipsg"); });
    await_complete(submit(origin, {.cls = "flash"}));
    BOOST_TEST(bytes(origin, "sat", "out") == 0);
    BOOST_TEST(bytes(hub, "zw-fibre", "in") > 1'000);
    BOOST_TEST(bytes(hub, "zw-sat", "in") == 0);

    lose_fibre();
    const auto by_sat = submit(origin, {.cls = "flash"});
    await_complete(by_sat);
    BOOST_TEST(bytes(origin, "sat", "out") > 1'000);
    BOOST_TEST(bytes(hub, "zw-sat", "in") > 1'000);
    BOOST_TEST(inbox_ids(bureaus["MU"]).size() == 2U);

    edit(origin, dead, live);
    reload(origin);
    BOOST_TEST(origin.dhow({"link", "call", "ipsg"}).code == 0);  // Its back-off has grown.
    wait_until("the cheap bearer again", [this] { return carries("ipsg"); });
    BOOST_TEST(!carries("sat"));
    await_complete(submit(origin, {.cls = "routine"}));
    BOOST_TEST(inbox_ids(bureaus["MU"]).size() == 3U);
}

// The line itself is cut, with a file in the middle of it; both daemons live on.
BOOST_AUTO_TEST_CASE(a_file_under_way_goes_on_by_the_dear_one_when_the_line_is_cut) {
    constexpr std::size_t file_bytes = 3'000'000;
    constexpr std::uint64_t bytes_per_s = 1'500'000;
    line_relay line("127.0.0.2", bureaus.hub_port(), bytes_per_s);
    edit(origin, live, "127.0.0.2:" + std::to_string(line.port()));
    start_hub_first();
    wait_until("the cheap bearer", [this] { return carries("ipsg"); });
    // Files of flash messages travel as urgent, all others as bulk, which waits for the fibre.
    const letter with_file{.cls = "flash",
                           .files = {{"scan.bin", random_bytes(file_bytes, seed())}}};
    const auto id = submit(origin, with_file);
    wait_until("a part of the file", [&] { return line.bytes() > file_bytes / 3; });
    line.cut();
    const auto flash = submit(origin, {.cls = "flash"});
    await_complete(flash);
    await_complete(id);
    const auto resumed = origin.metric("dhow_resumed_bytes_total");
    const auto by_dish =
        origin.metric("dhow_link_bytes_total{link=\"sat\",direction=\"out\",purpose=\"payload\"}");
    BOOST_TEST_MESSAGE("resumed at " << resumed << " of " << file_bytes << " bytes, " << by_dish
                                     << " by the dear one");
    BOOST_TEST(resumed > file_bytes / 10);
    BOOST_TEST(by_dish < 1.01 * file_bytes - resumed);
    BOOST_TEST(inbox_ids(bureaus["MU"]).size() == 2U);
    BOOST_TEST((open_inbox(bureaus["MU"], id).files.at(0).data == with_file.files.at(0).data));

    line.mend();
    BOOST_TEST(origin.dhow({"link", "call", "ipsg"}).code == 0);
    wait_until("the cheap bearer again", [this] { return carries("ipsg"); });
    await_complete(submit(origin, {.cls = "routine"}));
}

BOOST_AUTO_TEST_CASE(what_may_not_use_the_dear_one_waits_and_says_why) {
    bureaus.start_all();
    lose_fibre();
    const auto id = submit(origin, {.cls = "routine"});
    const auto said = origin.dhow({"why", id}).out;
    BOOST_TEST(said.find("cheaper-link-first") != std::string::npos, said);
    BOOST_TEST(origin.dhow({"queue"}).out.find("cheaper-link-first, by sat") != std::string::npos);
    edit(origin, dead, live);
    reload(origin);
    BOOST_TEST(origin.dhow({"link", "call", "ipsg"}).code == 0);
    await_complete(id);
}

BOOST_AUTO_TEST_CASE(each_end_has_the_congestion_control_that_its_link_asks_for) {
    // Reno is the one that every kernel has, and keeps from nobody.
    edit(hub, "local: 127.0.0.2}", "local: 127.0.0.2, congestion: reno}");
    bureaus.start_all();
    wait_until("the cheap bearer", [this] { return carries("ipsg"); });
    BOOST_TEST(link_of(hub, "zw-fibre").at("congestion").as_string() == "reno");
    edit(origin, "local: 127.0.0.2,", "local: 127.0.0.2, congestion: reno,");
    reload(origin);
    BOOST_TEST(link_of(origin, "ipsg").at("congestion").as_string() == "reno");
    const auto listed = origin.dhow({"link", "list", "--json"}).out;
    BOOST_TEST(listed.find("\"congestion\":\"reno\"") != std::string::npos, listed);
    await_complete(submit(origin, {.cls = "flash"}));
}

BOOST_AUTO_TEST_CASE(the_count_of_a_quota_outlives_restarts_and_takes_the_providers_figure) {
    bureaus.start_all();
    lose_fibre();
    await_complete(submit(origin, {.cls = "urgent"}));
    const auto used = [this] { return origin.metric("dhow_link_quota_used_bytes{link=\"sat\"}"); };
    const auto before = used();
    BOOST_TEST(before > 1'000);
    restart_origin();
    BOOST_TEST(used() >= before);
    const auto done = origin.dhow({"link", "quota", "sat", "--used", "1GiB"});
    BOOST_TEST(done.code == 0, done.out);
    origin.kill();
    origin.start();
    BOOST_TEST(used() >= 1024.0 * 1024 * 1024);
    const auto listed = origin.dhow({"link", "list"}).out;
    BOOST_TEST(listed.find("no routine, no bulk until ") != std::string::npos, listed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
