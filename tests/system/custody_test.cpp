// Disks are lost: a hub's store is deleted, an addressee comes back from a backup; all arrives,
// once.
// Way of the message: origin and addressee make good what others lost.
// Not pure: processes.
// Spec: docs/overview.md. Tests: this is one.
// Limits: none.
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

std::set<std::string> send_many(const gateway& from, std::size_t count, const std::string& what) {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < count; ++i) {
        letter one;
        one.cls = "routine";
        one.text = what + " " + std::to_string(i);
        ids.insert(submit(from, one));
    }
    return ids;
}

void await_state(const gateway& origin, const std::set<std::string>& ids,
                 const std::string& state) {
    for (const auto& id : ids) {
        wait_until(id + " to be " + state, [&] { return state_of(origin, id, "MU") == state; });
    }
}

void await_complete(const gateway& origin, const std::set<std::string>& ids) {
    for (const auto& id : ids) {
        wait_until("the receipt for " + id, [&] { return is_complete(origin, id, "MU"); });
    }
}

void expect_once_each(const gateway& at, const std::set<std::string>& ids) {
    auto found = inbox_ids(at);
    BOOST_TEST(found.size() == ids.size());
    std::sort(found.begin(), found.end());
    BOOST_TEST(std::equal(found.begin(), found.end(), ids.begin(), ids.end()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(custody_test)

BOOST_AUTO_TEST_CASE(
    five_hundred_messages_in_a_hubs_custody_arrive_once_after_its_store_is_deleted) {
    federation bureaus;
    auto& hub = bureaus["IPSG"];
    auto& origin = bureaus["ZW"];
    hub.start();
    origin.start();
    const auto ids = send_many(origin, 500, "in custody");
    await_state(origin, ids, "relayed");
    hub.kill();
    fs::remove_all(hub.folder() / "state");
    hub.start();
    bureaus["MU"].start();
    await_complete(origin, ids);
    expect_once_each(bureaus["MU"], ids);
}

BOOST_AUTO_TEST_CASE(an_addressee_restored_to_a_backup_gets_all_again_once) {
    federation bureaus;
    bureaus.start_all();
    auto& origin = bureaus["ZW"];
    auto& addressee = bureaus["MU"];
    auto ids = send_many(origin, 20, "before the backup");
    await_complete(origin, ids);
    const auto backup = bureaus.folder() / "backup.db";
    const auto copied = addressee.dhow({"db", "backup", backup.string()});
    BOOST_REQUIRE_MESSAGE(copied.code == 0, copied.out);
    const auto later = send_many(origin, 30, "after the backup");
    await_complete(origin, later);
    ids.insert(later.begin(), later.end());

    addressee.kill();
    const auto database = addressee.database();
    fs::remove_all(addressee.folder() / "state");
    fs::create_directory(addressee.folder() / "state");
    fs::rename(backup, database);
    addressee.start();
    wait_until("all messages to be back",
               [&] { return inbox_ids(addressee).size() >= ids.size(); });
    expect_once_each(addressee, ids);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
