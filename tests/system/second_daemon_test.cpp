// Two daemons of one bureau: on one store the second is refused; of a copied store the one that is
// behind is.
// Way of the message: goes on by the first, as if nothing had been.
// Not pure: processes.
// Spec: docs/store.md#opening, docs/overview.md#links. Tests: this is one.
// Limits: a copy that is not behind cannot be told from the original; see the last case.
#include "tests/system/harness.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

constexpr int exit_store_in_use = 4;

struct refusal {
    int code = 0;
    std::string text;
};

/// Starts a second daemon and waits until it has given up.
refusal start_in_vain(const fs::path& config, const fs::path& log) {
    child second({DHOWD_PATH, "--config", config.string()}, log);
    const auto code = second.wait();
    return {code, read_file(log)};
}

void write_configuration(const gateway& like, const fs::path& to, const std::string& old,
                         const std::string& with) {
    auto text = read_file(like.config());
    const auto at = text.find(old);
    BOOST_REQUIRE(at != std::string::npos);
    text.replace(at, old.size(), with);
    std::ofstream(to) << text;
}

void expect_refused(const refusal& got) {
    BOOST_TEST(got.code == exit_store_in_use);
    BOOST_TEST(got.text.find("dhow.db is in use by another process") != std::string::npos,
               got.text);
    BOOST_TEST(got.text.find("stop that one") != std::string::npos, got.text);
}

letter flash(const std::string& text) {
    letter out;
    out.cls = "flash";
    out.text = text;
    return out;
}

void await_complete(const gateway& origin, const std::string& id) {
    wait_until("the receipt for " + id, [&] { return is_complete(origin, id, "MU"); });
}

std::ptrdiff_t times_in_inbox(const gateway& at, const std::string& id) {
    const auto ids = inbox_ids(at);
    return std::ranges::count(ids, id);
}

/// Stops it and copies its folder, as who clones a machine does.
gateway copy_of(gateway& original, const std::string& name) {
    original.terminate();
    fs::remove(original.socket());
    const auto folder = original.folder().parent_path() / name;
    fs::copy(original.folder(), folder, fs::copy_options::recursive);
    fs::remove(folder / "dhowd.log");
    return {original.bureau(), folder};
}

/// Copies its folder between two moments of its life, as a snapshot of a virtual machine does.
gateway snapshot_of(const gateway& running, const std::string& name) {
    const auto folder = running.folder().parent_path() / name;
    BOOST_REQUIRE(::kill(running.pid(), SIGSTOP) == 0);
    const auto copied = run({"cp", "-a", running.folder().string(), folder.string()});
    BOOST_REQUIRE(::kill(running.pid(), SIGCONT) == 0);
    BOOST_REQUIRE_MESSAGE(copied.code == 0, copied.out);
    fs::remove(folder / "api.sock");
    fs::remove(folder / "dhowd.log");
    return {running.bureau(), folder};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(second_daemon_test)

BOOST_AUTO_TEST_CASE(a_second_daemon_on_the_same_store_is_refused_and_the_first_goes_on) {
    federation bureaus;
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    const auto before = submit(origin, flash("before"));
    const auto pid = origin.pid();

    expect_refused(start_in_vain(origin.config(), bureaus.folder() / "second.log"));
    // Nor with a configuration of its own that names the same store.
    const auto other = origin.folder() / "other.yaml";
    write_configuration(origin, other, "api.sock", "other.sock");
    expect_refused(start_in_vain(other, bureaus.folder() / "other.log"));
    BOOST_TEST(!fs::exists(origin.folder() / "other.sock"));

    BOOST_TEST(origin.is_running());
    BOOST_TEST(origin.pid() == pid);
    const auto after = submit(origin, flash("after"));
    for (const auto& id : {before, after}) {
        await_complete(origin, id);
        BOOST_TEST(times_in_inbox(bureaus["MU"], id) == 1);
    }
    const auto checked = origin.dhow({"db", "check", "--thorough"});
    BOOST_TEST(checked.code == 0, checked.out);
}

BOOST_AUTO_TEST_CASE(a_copy_that_is_behind_is_refused_by_peers_and_the_original_goes_on) {
    federation bureaus;
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    await_complete(origin, submit(origin, flash("before the copy")));
    auto copy = copy_of(origin, "ZW-copy");
    for (int restart = 0; restart < 2; ++restart) {  // The original is further than the copy.
        origin.start();
        await_complete(origin, submit(origin, flash("after the copy")));
        origin.terminate();
    }

    copy.start();  // Alone, so that nothing but its store speaks against it.
    const auto stray = submit(copy, flash("from the copy"));
    wait_until("the hub's alarm", [&] {
        const auto log = bureaus["IPSG"].log_text();
        return log.find("hello-refused") != std::string::npos &&
               log.find("older epoch") != std::string::npos;
    });
    origin.start();
    const auto id = submit(origin, flash("from the original"));
    await_complete(origin, id);
    BOOST_TEST(times_in_inbox(bureaus["MU"], id) == 1);
    BOOST_TEST(times_in_inbox(bureaus["MU"], stray) == 0);
    BOOST_TEST(inbox_ids(bureaus["MU"]).size() == 4U);
    // The copy keeps what it accepted, and says why it does not go.
    BOOST_TEST(state_of(copy, stray, "MU") == "queued");
    const auto why = ask(copy.socket(), "GET", "/v1/messages/" + stray + "/why");
    BOOST_TEST(why.status == 200U);
    BOOST_TEST(why.body.find("peer-clone-refused") != std::string::npos, why.body);
}

BOOST_AUTO_TEST_CASE(what_a_copy_that_is_not_behind_accepts_is_delivered_once_too) {
    federation bureaus;
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    await_complete(origin, submit(origin, flash("before the copy")));
    auto copy = copy_of(origin, "ZW-copy");
    // Both have started equally often: no peer can know which of them is the bureau's.
    origin.start();
    copy.start();
    std::vector<std::string> of_origin;
    std::vector<std::string> of_copy;
    for (int round = 0; round < 5; ++round) {
        of_origin.push_back(submit(origin, flash("from the original")));
        of_copy.push_back(submit(copy, flash("from the copy")));
    }
    for (const auto* one : {&origin, &copy}) {
        wait_until("the alarm of a second gateway",
                   [&] { return one->log_text().find("second-gateway") != std::string::npos; });
    }
    const auto sent = 1 + of_origin.size() + of_copy.size();
    const auto& addressee = bureaus["MU"];
    wait_until("all that either accepted", [&] { return inbox_ids(addressee).size() >= sent; });
    BOOST_TEST(inbox_ids(addressee).size() == sent);
    for (const auto& ids : {of_origin, of_copy}) {
        for (const auto& id : ids) {
            BOOST_TEST(times_in_inbox(addressee, id) == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(what_waits_in_a_running_gateway_and_in_its_snapshot_arrives_once) {
    federation bureaus;
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    await_complete(origin, submit(origin, flash("before")));
    hub.kill();
    std::vector<std::string> sent = inbox_ids(bureaus["MU"]);
    for (int i = 0; i < 5; ++i) {
        sent.push_back(submit(origin, flash("in both")));
    }
    auto copy = snapshot_of(origin, "ZW-snapshot");
    hub.start();
    await_complete(origin, sent.back());

    copy.start();
    wait_until("the original's alarm",
               [&] { return origin.log_text().find("second-gateway") != std::string::npos; });
    sent.push_back(submit(copy, flash("of the copy")));
    await_complete(copy, sent.back());
    copy.terminate();
    // The copy has started once more than it: so its peer takes the original for the older one,
    // until it starts again.
    sent.push_back(submit(origin, flash("of the original")));
    wait_until("the reason", [&] {
        const auto why = ask(origin.socket(), "GET", "/v1/messages/" + sent.back() + "/why");
        return why.body.find("peer-clone-refused") != std::string::npos;
    });
    origin.terminate();
    origin.start();
    await_complete(origin, sent.back());
    auto found = inbox_ids(bureaus["MU"]);
    std::ranges::sort(found);
    std::ranges::sort(sent);
    BOOST_TEST(found == sent, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
