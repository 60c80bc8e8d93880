// Causes at an origin whose hub is away, wrong, or whose own clock and directory are.
// Way of the message: see why_scene.hpp.
// Not pure: processes, files, sockets.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#include "protocol/ids.hpp"
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <fstream>

namespace dhow::tests {

namespace {
using protocol::utc_time;

std::string time_from_now(std::chrono::milliseconds after) {
    return protocol::to_text(
        std::chrono::time_point_cast<protocol::milliseconds>(std::chrono::system_clock::now()) +
        after);
}

/// A directory of its own, one of whose times is so far from now.
void give_directory_with(federation& of, const std::string& bureau, const std::string& time,
                         std::chrono::milliseconds from_now) {
    give_own_directory(of, bureau, [&](const std::string& folder) {
        auto head = json::parse(read_file(folder + "/head.json")).as_object();
        head[time] = time_from_now(from_now);
        std::ofstream(folder + "/head.json") << json::serialize(head);
        run({"sh", "-c", "rm -f " + folder + "/head-*.cms"});
    });
}
}  // namespace

void scene_of_an_origin_alone() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    origin.start();
    letter what;
    what.files = {{"photo.jpg", random_bytes(1000, 1)}};
    const auto id = submit(origin, what);
    expect_cause(origin, id, "link-connect-failed", next_try::to_come);
    expect_cause(origin, id, "waiting-for-text");
    const auto text = origin.dhow({"why", id});
    BOOST_TEST(text.code == 0);
    for (const auto* part : {"(link-connect-failed)", "since ", "next try ", "to do "}) {
        BOOST_TEST(text.out.find(part) != std::string::npos, part << " is missing: " << text.out);
    }

    origin.post("/admin/v1/messages/" + id + "/hold", {});
    expect_cause(origin, id, "held-by-operator");
    origin.post("/admin/v1/messages/" + id + "/release", {});

    const auto until = time_from_now(std::chrono::hours{1});
    origin.post("/admin/v1/peers/IPSG/suspend", {{"reason", "a move"}, {"until", until}});
    const auto suspended = expect_cause(origin, id, "peer-suspended", next_try::to_come);
    BOOST_TEST(suspended.at("next_try").as_string() == until);
    origin.post("/admin/v1/peers/IPSG/resume", {});

    const auto dropped = submit(origin, {});
    origin.post("/v1/messages/" + dropped + "/cancel", {});
    expect_cause(origin, dropped, "cancelled");
    expect_cause(origin, submit_for(origin, {}, seconds{1}), "expired");

    edit(origin, "to: \"*\", via", "to: KE, via");
    reload(origin);
    expect_cause(origin, id, "no-route");
    edit(origin, "to: KE, via", "to: \"*\", via");
    edit(origin, "peer: IPSG", "peer: MU");
    reload(origin);
    expect_cause(origin, id, "no-link");
}

void scene_of_wrong_peers() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& other = bureaus["MU"];
    const auto hub = "127.0.0.1:" + std::to_string(bureaus.hub_port());
    const wrong_server garbage(true);
    const wrong_server silent(false);
    const auto others = "127.0.0.1:" + free_port();
    edit(other, "links:", "listen: [\"" + others + "\"]\nlinks:");
    other.start();
    edit(origin, hub, "127.0.0.1:" + garbage.port());
    origin.start();
    const auto id = submit(origin, {});
    expect_cause(origin, id, "link-tls-failed", next_try::to_come);

    edit(origin, "127.0.0.1:" + garbage.port(), others);
    reload(origin);
    call_link(origin, "ipsg");
    expect_cause(origin, id, "link-wrong-key", next_try::to_come);

    edit(origin, others, "127.0.0.1:" + silent.port());
    reload(origin);
    call_link(origin, "ipsg");
    expect_cause(origin, id, "link-connecting");

    const auto folder = (bureaus.folder() / "directory").string();
    run_dhow({"directory", "add", folder, "--bureau", "IPSG", "--role", "general_secretariat",
              "--status", "revoked", "--keys", (bureaus.folder() / "IPSG/keys").string()});
    run_dhow({"directory", "sign", folder, "--key", (bureaus.folder() / "root").string()});
    reload(origin);
    expect_cause(origin, id, "peer-revoked");
}

void scene_of_a_doubtful_clock() {
    // The directory's signer lived a day ahead of us: one of the clocks is wrong. What was signed
    // was signed before now, so the gateway's own time is a day ahead too.
    const std::chrono::hours day{24};
    begin_scene(day);
    federation bureaus;
    auto& origin = bureaus["ZW"];
    give_directory_with(bureaus, "ZW", "issued", day);
    origin.start();
    const auto id = submit_for(origin, {}, seconds{1});
    expect_cause(origin, id, "expiring");
    expect_cause(origin, id, "clock-doubtful");
}

void scene_of_a_stale_directory() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    give_directory_with(bureaus, "ZW", "stale_after", seconds{2});
    origin.start();
    expect_cause(origin, submit(origin, {}), "directory-stale");
}

}  // namespace dhow::tests
