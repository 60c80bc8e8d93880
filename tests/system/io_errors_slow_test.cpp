// The n-th operation on the store's files fails, for n = 1, 2, 3 … until a run meets no error: at
// whatever moment the disk fails, the daemon says so, and nothing that was accepted is lost.
// Way of the message: out of and into ZW, whose disk it is, over the hub, from and to MU.
// Not pure: processes; tests/preload/failing_files.cpp in front of the daemon's C library.
// Spec: docs/store.md#commit, docs/man/dhowd.8 (exit codes). Tests: this is one.
// Limits: every n with DHOW_FULL_SIZE set; else the first ones, and then one in `stride`.
#include "tests/system/harness.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

namespace dhow::tests {

namespace fs = std::filesystem;
namespace tt = boost::test_tools;

namespace {

constexpr int exit_store_trouble = 4;
constexpr std::size_t one_by_one = 5;
constexpr std::size_t stride = 8;

std::size_t next_of(std::size_t n) {
    const bool is_full_size = std::getenv("DHOW_FULL_SIZE") != nullptr;
    return n + (is_full_size || n < one_by_one ? 1 : stride);
}

/// What the daemon said of its store when it ended.
std::string last_word(const std::string& text) {
    const auto named = text.rfind("/dhow.db");
    if (named == std::string::npos) {
        return {};
    }
    const auto begin = text.rfind('\n', named) + 1;
    return text.substr(begin, text.find('\n', named) - begin);
}

std::map<std::string, std::string> with_failing_files(const gateway& at, const std::string& error,
                                                      std::size_t n) {
    return {{"LD_PRELOAD", DHOW_FAILING_FILES},
            {"DHOW_FAIL_PATH", (at.folder() / "state/dhow.db").string()},
            {"DHOW_FAIL_AT", std::to_string(n)},
            {"DHOW_FAIL_WITH", error},
            {"DHOW_FAIL_NOTE", (at.folder() / "failed").string()}};
}

/// The origin whose disk fails, again and again, and who it speaks with.
class unlucky_site {
public:
    unlucky_site() { x_bureaus.start_all(); }

    /// False: it met no error.
    bool run(const std::string& error, std::size_t n) {
        const auto name = error + "-at-operation-" + std::to_string(n);
        BOOST_TEST_CONTEXT(name) {
            x_site.terminate();
            x_log_before = x_site.log_text().size();
            fs::remove(x_site.folder() / "failed");
            x_in = submit(x_other, {.to = {"ZW"}, .text = "to ZW, " + name});
            x_accepted.reset();
            x_site.start_only({}, with_failing_files(x_site, error, n));
            wait_until("an end, or all that goes on", [&] { return has_ended() || is_done(name); });
            const auto failed = judge_end();
            recover(name);
            x_met += failed.empty() ? 0 : 1;
            return !failed.empty();
        }
        return false;
    }

    void expect_all_once() {
        expect_inbox(x_other, x_sent_out);
        expect_inbox(x_site, x_sent_in);
        std::cout << "io_errors: " << x_met << " errors met, " << x_ended
                  << " times the daemon ended for it; " << x_sent_out.size() << " out and "
                  << x_sent_in.size() << " in, each once" << std::endl;
    }
    [[nodiscard]] std::size_t met() const { return x_met; }
    [[nodiscard]] std::size_t ended() const { return x_ended; }

private:
    bool has_ended() { return !x_site.is_running(); }

    /// The key makes it one message, however often it is asked for.
    std::string submit_once(const std::string& key) {
        const json::object body{{"kind", "hit.request"},
                                {"class", "urgent"},
                                {"subject", "synthetic"},
                                {"text", key},
                                {"to", json::array{"MU"}}};
        const auto answer = x_site.post("/v1/messages", body, {{"Idempotency-Key", key}});
        return std::string(answer.at("id").as_string());
    }

    bool is_done(const std::string& key) {
        try {
            if (!x_accepted) {
                x_accepted = submit_once(key);
            }
            return is_complete(x_site, *x_accepted, "MU") && is_complete(x_other, x_in, "ZW");
        } catch (const refused& answer) {
            // Told that it was not taken; an agency tries again.
            BOOST_TEST((answer.status() == 503U || answer.status() == 507U), answer.what());
            return false;
        }
    }

    /// By itself for the error, with its code and a word about it; or when it was asked to. What
    /// has failed, also while it stopped.
    std::string judge_end() {
        const bool by_itself = has_ended();
        const auto code = x_site.terminate();
        auto failed = read_file(x_site.folder() / "failed");
        const auto said = x_site.log_text().substr(x_log_before);
        if (code == 0) {
            BOOST_TEST(!by_itself, said);
            return failed;
        }
        ++x_ended;
        const auto word = last_word(said);
        std::cout << "io_errors: " << failed.substr(0, failed.find('\n')) << ": " << word
                  << std::endl;
        // The signal may have come when it had said its word and no longer listened.
        const bool was_late = code == 128 + SIGTERM && said.find("store-failed") != said.npos;
        BOOST_TEST((code == exit_store_trouble || was_late), "exit code " << code << said);
        BOOST_TEST(!failed.empty());
        BOOST_TEST(!word.empty(), said);
        BOOST_TEST(word.find("malformed") == word.npos, "it blames the file: " << word);
        BOOST_TEST(said.find("everything given to the store is on disk") == said.npos,
                   "it says that all is well, after " << word);
        return failed;
    }

    void recover(const std::string& key) {
        x_site.start();
        const auto id = submit_once(key);
        BOOST_TEST(id == x_accepted.value_or(id), "what was accepted is not known any more");
        wait_until("the receipt for what went out", [&] { return is_complete(x_site, id, "MU"); });
        wait_until("the receipt for what came in",
                   [&] { return is_complete(x_other, x_in, "ZW"); });
        x_sent_out.push_back(id);
        x_sent_in.push_back(x_in);
        const auto checked = x_site.dhow({"db", "check", "--thorough"});
        BOOST_TEST(checked.code == 0, checked.out);
    }

    static void expect_inbox(const gateway& at, std::vector<std::string> expected) {
        auto found = inbox_ids(at);
        std::ranges::sort(expected);
        std::ranges::sort(found);
        BOOST_TEST(found == expected, tt::per_element());
    }

    federation x_bureaus;
    gateway& x_site = x_bureaus["ZW"];
    gateway& x_other = x_bureaus["MU"];
    std::string x_in;
    std::optional<std::string> x_accepted;
    std::vector<std::string> x_sent_out, x_sent_in;
    std::size_t x_log_before = 0, x_met = 0, x_ended = 0;
};

tt::assertion_result can_preload(boost::unit_test::test_unit_id) {
    const auto tried = run({DHOWD_PATH, "--version"}, {{"LD_PRELOAD", DHOW_FAILING_FILES}});
    tt::assertion_result out(tried.code == 0 && tried.out.find("ERROR") == std::string::npos);
    out.message() << "not tested: no library can be loaded in front of this dhowd: " << tried.out;
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(io_errors_slow_test, *boost::unit_test::precondition(can_preload))

BOOST_AUTO_TEST_CASE(whichever_operation_fails_the_daemon_ends_and_has_lost_nothing) {
    unlucky_site site;
    std::size_t n = 1;
    while (site.run("EIO", n)) {
        n = next_of(n);
    }
    site.expect_all_once();
    BOOST_TEST(site.met() > one_by_one);
    BOOST_TEST(site.ended() > 0U);
}

BOOST_AUTO_TEST_CASE(whichever_operation_finds_no_space_nothing_is_lost) {
    unlucky_site site;
    std::size_t n = 1;
    while (site.run("ENOSPC", n)) {
        n = next_of(n);
    }
    site.expect_all_once();
    BOOST_TEST(site.met() > one_by_one);
}

/// The store's very first moments: the file is made, and its tables.
BOOST_AUTO_TEST_CASE(a_store_whose_making_failed_is_made_at_the_next_start) {
    federation bureaus;
    auto& site = bureaus["ZW"];
    std::size_t n = 1;
    for (bool has_failed = true; has_failed; n = next_of(n)) {
        BOOST_TEST_CONTEXT("EIO at operation " << n) {
            fs::remove_all(site.folder() / "state");
            fs::remove(site.folder() / "failed");
            site.start_only({}, with_failing_files(site, "EIO", n));
            wait_until("an end or a start", [&] {
                return !site.is_running() || ask(site.socket(), "GET", "/readyz").status == 200;
            });
            const auto code = site.terminate();
            has_failed = fs::exists(site.folder() / "failed");
            BOOST_TEST((code == 0 || (code == exit_store_trouble && has_failed)), site.log_text());
            site.start();
            submit(site, {});
            site.terminate();
        }
    }
    BOOST_TEST(n > one_by_one);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
