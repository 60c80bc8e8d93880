// Real daemons without links, and a stick: 500 messages each way, a volume damaged, one read twice,
// one lost; kills in the middle; and the links come up beside it.
// Way of the message: store, command, files, command, store.
// Not pure: processes.
// Spec: docs/courier.md. Tests: this is one.
// Limits: none.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <set>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

std::set<std::string> send_many(const gateway& from, const std::string& to, std::size_t count) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        letter one;
        one.to = {to};
        one.cls = "routine";
        one.text = to_hex(random_bytes(12'000, i));  // So that they fill several volumes.
        ids.insert(submit(from, one));
    }
    return ids;
}

std::vector<fs::path> volumes_in(const fs::path& folder) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(folder)) {
        out.push_back(entry.path());
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<fs::path> export_to(const gateway& from, const std::string& to, const fs::path& stick) {
    fs::create_directories(stick);
    const auto done =
        from.dhow({"courier", "export", "--to", to, "--max-size", "2MiB", stick.string()});
    BOOST_REQUIRE_MESSAGE(done.code == 0, done.out);
    return volumes_in(stick);
}

finished import_at(const gateway& at, const fs::path& what) {
    return at.dhow({"courier", "import", what.string()});
}

void damage(const fs::path& file) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(fs::file_size(file) / 2));
    out << "a bad block";
}

/// Each was sent, and none is there twice.
void expect_some_once(const gateway& at, const std::set<std::string>& sent, std::size_t& there) {
    auto found = inbox_ids(at);
    there = found.size();
    const std::set<std::string> different(found.begin(), found.end());
    BOOST_TEST(different.size() == found.size());
    BOOST_TEST(std::includes(sent.begin(), sent.end(), different.begin(), different.end()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(courier_test)

BOOST_AUTO_TEST_CASE(
    five_hundred_each_way_arrive_once_with_one_volume_damaged_one_twice_and_one_lost) {
    constexpr std::size_t count = 500;
    federation bureaus;
    auto& zw = bureaus["ZW"];
    auto& mu = bureaus["MU"];
    zw.start();  // The hub is down: there are no links.
    mu.start();
    const auto there = send_many(zw, "MU", count);
    const auto back = send_many(mu, "ZW", count);
    const auto carry = [&](gateway& from, gateway& to, const std::string& name,
                           const std::set<std::string>& sent) {
        const auto stick = bureaus.folder() / ("stick-" + name);
        auto volumes = export_to(from, name, stick);
        BOOST_REQUIRE(volumes.size() >= 3U);
        damage(volumes[0]);
        fs::remove(volumes[1]);
        const auto first = import_at(to, stick);
        BOOST_TEST(first.code == 1, first.out);
        BOOST_TEST(first.out.find("bad: " + volumes[0].string()) != std::string::npos, first.out);
        const auto twice = import_at(to, volumes[2]);
        BOOST_TEST(twice.code == 0, twice.out);
        BOOST_TEST(twice.out.find(" 0 new") != std::string::npos, twice.out);
        std::size_t arrived = 0;
        wait_until("what arrived to be opened", [&] {
            return to.metric("dhow_courier_imported_total") > 0 && !inbox_ids(to).empty();
        });
        expect_some_once(to, sent, arrived);
        BOOST_TEST(arrived < count);
    };
    carry(zw, mu, "MU", there);
    carry(mu, zw, "ZW", back);
    // The rest is still queued; the links bring it, and nothing twice.
    bureaus["IPSG"].start();
    for (const auto& id : there) {
        wait_until("the receipt for " + id, [&] { return is_complete(zw, id, "MU"); });
    }
    for (const auto& id : back) {
        wait_until("the receipt for " + id, [&] { return is_complete(mu, id, "ZW"); });
    }
    std::size_t arrived = 0;
    expect_some_once(mu, there, arrived);
    BOOST_TEST(arrived == count);
    expect_some_once(zw, back, arrived);
    BOOST_TEST(arrived == count);
}

BOOST_AUTO_TEST_CASE(receipts_come_back_by_stick_and_kills_in_between_change_nothing) {
    federation bureaus;
    auto& zw = bureaus["ZW"];
    auto& mu = bureaus["MU"];
    zw.start();
    mu.start();
    const auto ids = send_many(zw, "MU", 30);
    export_to(zw, "MU", bureaus.folder() / "out");
    zw.kill();
    zw.start();
    BOOST_TEST(import_at(mu, bureaus.folder() / "out").code == 0);
    mu.kill();
    mu.start();
    BOOST_TEST(import_at(mu, bureaus.folder() / "out").code == 0);
    wait_until("all to be opened", [&] { return inbox_ids(mu).size() == ids.size(); });
    export_to(mu, "ZW", bureaus.folder() / "back");
    BOOST_TEST(import_at(zw, bureaus.folder() / "back").code == 0);
    for (const auto& id : ids) {
        wait_until("the receipt for " + id, [&] { return is_complete(zw, id, "MU"); });
    }
    const auto status = zw.dhow({"courier", "status", "--json"});
    BOOST_TEST(status.code == 0, status.out);
    BOOST_TEST(status.out.find(R"("direction":"in")") != std::string::npos, status.out);
}

BOOST_AUTO_TEST_CASE(a_verified_stick_takes_nothing_in_and_a_strangers_is_refused) {
    federation bureaus;
    auto& zw = bureaus["ZW"];
    auto& mu = bureaus["MU"];
    zw.start();
    mu.start();
    bureaus["IPSG"].start();
    send_many(zw, "MU", 3);
    const auto volumes = export_to(zw, "MU", bureaus.folder() / "out");
    const auto verified = mu.dhow({"courier", "verify", volumes.front().string()});
    BOOST_TEST(verified.code == 0, verified.out);
    const auto stranger = import_at(bureaus["IPSG"], volumes.front());
    BOOST_TEST(stranger.code == 1, stranger.out);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
