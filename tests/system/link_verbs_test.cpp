// What operators do with links, by the command: call, suspend, resume, test.
// Way of the message: ZW -> IPSG -> MU, which waits while somebody has suspended a peer.
// Not pure: processes, sockets.
// Spec: docs/man/dhow.1, docs/poor-links.md, docs/decisions/0008-who-dials-when.md. Tests: this is
// one.
// Limits: none.
#include "tests/system/harness.hpp"
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

namespace {
constexpr int exit_refused = 7;
constexpr int exit_link_down = 13;
constexpr int exit_trust = 14;

struct three_bureaus {
    three_bureaus() {
        begin_scene();
        bureaus.start_all();
        wait_until("the origin's link", [this] { return is_up(); });
    }

    [[nodiscard]] bool is_up() const {
        return origin.metric("dhow_link_up{link=\"ipsg\",peer=\"IPSG\"}") == 1;
    }
    /// The output; the exit code must be this.
    static std::string said(const gateway& at, const std::vector<std::string>& words,
                            int code = 0) {
        const auto done = at.dhow(words);
        BOOST_TEST(done.code == code, words.back() << ": " << done.out);
        return done.out;
    }
    static void expect(const std::string& text, const std::string& part) {
        BOOST_TEST(text.find(part) != std::string::npos, part << " is missing: " << text);
    }
    static std::size_t count(const std::string& text, const std::string& part) {
        std::size_t out = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++out;
        }
        return out;
    }
    void expect_waiting(const std::string& id) {
        const std::string line = "works on the line";
        expect(said(origin, {"why", id}), line);
        expect(said(origin, {"queue"}), "IPSG is suspended until ");
        expect(said(origin, {"queue"}), line);
        expect(said(origin, {"link", "list"}), line);
        BOOST_TEST(state_of(origin, id, "MU") == "queued");
        BOOST_TEST(!is_up());
    }
    void await_complete(const std::string& id) {
        wait_until("the receipt for " + id, [&] { return is_complete(origin, id, "MU"); });
    }

    federation bureaus;
    gateway& origin = bureaus["ZW"];
    gateway& hub = bureaus["IPSG"];
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(link_verbs_test, three_bureaus)

BOOST_AUTO_TEST_CASE(a_suspension_ends_the_session_and_outlives_restart_and_reload) {
    expect(
        said(origin, {"link", "suspend", "IPSG", "--reason", "works on the line", "--for", "1h"}),
        "suspended until ");
    wait_until("the end of the session", [this] { return !is_up(); });
    const auto id = submit(origin, {});
    expect_waiting(id);
    expect(said(origin, {"link", "call", "IPSG"}, exit_refused), "suspended");
    reload(origin);
    expect_waiting(id);
    BOOST_TEST(origin.terminate() == 0);
    origin.start();
    expect_waiting(id);
    expect(said(origin, {"link", "resume", "IPSG"}), "resumed");
    await_complete(id);
    BOOST_TEST(origin.terminate() == 0);
    origin.start();
    wait_until("the origin's link", [this] { return is_up(); });
}

BOOST_AUTO_TEST_CASE(a_suspension_ends_by_itself) {
    said(origin, {"link", "suspend", "IPSG", "--reason", "a moment", "--for", "3s"});
    await_complete(submit(origin, {}));
    BOOST_TEST(said(origin, {"link", "list"}).find("is suspended") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_suspended_by_the_hub_is_sent_away_and_comes_back) {
    said(hub, {"link", "suspend", "ZW", "--reason", "works on the line", "--for", "20s"});
    wait_until("the end of the session", [this] { return !is_up(); });
    const auto id = submit(bureaus["MU"], {.to = {"ZW"}});
    wait_until("the hub to have it",
               [&] { return state_of(bureaus["MU"], id, "ZW") == "relayed"; });
    expect(said(hub, {"queue", "ZW"}), "works on the line");
    wait_until("the receipt", [&] { return is_complete(bureaus["MU"], id, "ZW"); });
}

BOOST_AUTO_TEST_CASE(a_trial_of_a_good_link_is_good_and_leaves_its_session_alone) {
    const auto before = count(hub.log_text(), "session-up: peer ZW");
    for (const auto* name : {"ipsg", "IPSG"}) {
        const auto text = said(origin, {"link", "test", name});
        for (const auto* part : {"  good\n", "  name ", "  tcp ", "  tls ", "  identity ",
                                 "  hello ", "a session with IPSG is up since "}) {
            expect(text, part);
        }
    }
    BOOST_TEST(is_up());
    BOOST_TEST(count(hub.log_text(), "session-up: peer ZW") == before);
    BOOST_TEST(count(hub.log_text(), "link-tried: by peer ZW") == 2U);
    await_complete(submit(origin, {}));
    BOOST_TEST(count(hub.log_text(), "session-up: peer ZW") == before);
    expect(said(hub, {"link", "test", "ZW"}), "only the peer can dial");
}

BOOST_AUTO_TEST_CASE(a_trial_without_a_session_is_good_too) {
    hub.terminate();
    wait_until("the end of the session", [this] { return !is_up(); });
    hub.start();
    expect(said(origin, {"link", "test", "IPSG"}), "  good\n");
}

BOOST_AUTO_TEST_CASE(a_trial_says_where_it_fails_and_what_to_do) {
    const auto port = "127.0.0.1:" + std::to_string(bureaus.hub_port());
    edit(origin, port, "no-such-host.invalid:7443");
    reload(origin);
    expect(said(origin, {"link", "test", "IPSG"}, exit_link_down), "  name  connect-failed");
    const auto nobody = "127.0.0.1:" + free_port();
    edit(origin, "no-such-host.invalid:7443", nobody);
    reload(origin);
    auto text = said(origin, {"link", "test", "IPSG"}, exit_link_down);
    expect(text, "  tcp   connect-failed");
    expect(text, "to do: Check the address and the bearer");

    // Somebody else answers there, with a key of the directory.
    auto& other = bureaus["MU"];
    other.terminate();
    edit(other, "links:", "listen: [\"" + nobody + "\"]\nlinks:");
    other.start();
    text = said(origin, {"link", "test", "IPSG"}, exit_trust);
    expect(text, "  identity  peer-not-pinned");
    BOOST_TEST(text.find("  hello ") == std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_trial_says_that_the_peer_has_suspended_us) {
    said(hub, {"link", "suspend", "ZW", "--reason", "works on the line"});
    wait_until("the end of the session", [this] { return !is_up(); });
    const auto text = said(origin, {"link", "test", "IPSG"}, exit_link_down);
    expect(text, "busy");
    expect(text, "its operator has suspended us");
    said(hub, {"link", "resume", "ZW"});
    expect(said(origin, {"link", "test", "IPSG"}), "  good\n");
    expect(said(origin, {"link", "call", "IPSG", "--wait", "30s"}), "the link is up");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
