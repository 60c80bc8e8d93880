// Causes at an origin whose hub stops, comes back older, greets wrongly; and of a damaged disk.
// Way of the message: see why_scene.hpp.
// Not pure: processes, files, sockets, SQLite.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <csignal>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {
void await_link(const gateway& at) {
    wait_until(at.bureau() + "'s link to be up", [&at] {
        return at.get("/admin/v1/links").at("links").as_array().at(0).at("state").as_string() ==
               "up";
    });
}
}  // namespace

void scene_of_a_stuck_hub() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    hub.start();
    origin.start();
    await_link(origin);
    hub.post("/admin/v1/peers/ZW/suspend", {{"reason", "works on the line"}});
    const auto first = submit(origin, {});
    expect_cause(origin, first, "link-lost", next_try::to_come);
    hub.post("/admin/v1/peers/ZW/resume", {});
    call_link(origin, "ipsg");
    wait_until("the first to have left",
               [&] { return state_of(origin, first, "MU") == "relayed"; });

    signal(hub, SIGSTOP);
    const auto id = submit(origin, {});
    expect_cause(origin, id, "sending");
    letter large;
    large.text = random_bytes(500'000, 1);
    std::string last;
    for (int i = 0; i < 60; ++i) {
        last = submit(origin, i < 10 ? large : letter{});
    }
    expect_cause(origin, last, "queued-behind");
    expect_cause(origin, last, "link-silent", next_try::any);
    hub.kill();
    expect_cause(origin, id, "in-doubt", next_try::to_come);
}

void scene_of_a_restored_hub() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    hub.start();
    hub.terminate();
    const auto kept = bureaus.folder() / "kept";
    fs::copy(hub.folder() / "state", kept, fs::copy_options::recursive);
    hub.start();
    hub.terminate();
    hub.start();
    origin.start();
    await_link(origin);
    hub.kill();
    fs::remove_all(hub.folder() / "state");
    fs::rename(kept, hub.folder() / "state");
    hub.start();
    const auto id = submit(origin, {});
    call_link(origin, "ipsg");
    expect_cause(origin, id, "peer-clone-refused", next_try::to_come);
}

void scene_of_a_wrong_greeting() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    // The right certificate for TLS, another bureau's key for the signature.
    fs::copy_file(bureaus["MU"].folder() / "keys/sign.pem", hub.folder() / "keys/sign.pem",
                  fs::copy_options::overwrite_existing);
    hub.start();
    origin.start();
    expect_cause(origin, submit(origin, {}), "link-hello-refused", next_try::to_come);
}

void scene_of_damage() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    origin.start();
    const auto id = submit(origin, {});
    origin.terminate();
    sqlite3* disk = nullptr;
    BOOST_REQUIRE(sqlite3_open(origin.database().c_str(), &disk) == SQLITE_OK);
    BOOST_TEST(sqlite3_exec(disk, "UPDATE segment SET data = zeroblob(length(data))", nullptr,
                            nullptr, nullptr) == SQLITE_OK);
    BOOST_TEST(sqlite3_changes(disk) > 0);
    sqlite3_close(disk);
    bureaus["IPSG"].start();
    origin.start();
    expect_cause(origin, id, "object-damaged");
}

}  // namespace dhow::tests
