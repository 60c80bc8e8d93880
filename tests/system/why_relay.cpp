// Causes of a message on its way through the hub, of a full disk, and of refusals.
// Way of the message: see why_scene.hpp.
// Not pure: processes, files, sockets.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {
/// Long enough for this machine to reach the hub, however slow it is.
std::string relay_with_short_life(const gateway& origin) {
    for (seconds life{8};; life *= 2) {
        auto id = submit_for(origin, {}, life);
        std::string state;
        wait_until("its way or its end", [&] {
            state = state_of(origin, id, "MU");
            return state == "relayed" || state == "expired";
        });
        if (state == "relayed") {
            return id;
        }
    }
}
}  // namespace

void scene_of_a_relayed_message() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    auto& addressee = bureaus["MU"];
    hub.start();
    origin.start();
    const auto id = submit(origin, {});
    expect_cause(origin, id, "relayed-waiting-receipt", next_try::to_come);
    expect_cause(hub, id, "peer-must-call");
    const auto unwelcome = submit(origin, {});
    const auto late = relay_with_short_life(origin);
    hub.kill();
    expect_cause(origin, late, "expired-unconfirmed", next_try::any);

    hub.start();
    addressee.start();
    call_link(origin, "ipsg");
    expect_cause(addressee, id, "offered-to-agency");
    expect_cause(origin, id, "delivered-waiting-agency");
    expect_cause(hub, id, "handed-on");
    acknowledge(addressee, id);
    expect_cause(origin, id, "taken");
    expect_cause(addressee, unwelcome, "offered-to-agency");
    addressee.post("/v1/inbox/" + unwelcome + "/ack",
                   {{"state", "rejected"}, {"reason", "not for us"}});
    expect_cause(origin, unwelcome, "rejected-by-agency");
}

void scene_of_a_full_disk() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    auto& addressee = bureaus["MU"];
    edit(hub, "soft: 3%, hard: 2%", "soft: 100%, hard: 2%");  // No bulk: no attachments.
    bureaus.start_all();
    letter what;
    what.files = {{"photo.jpg", random_bytes(100'000, 1)}};
    const auto id = submit(origin, what);
    expect_cause(origin, id, "delivered-attachments-open");
    expect_cause(addressee, id, "waiting-for-attachment");
    expect_cause(hub, id, "disk-low");
    hub.terminate();
    edit(hub, "soft: 100%, hard: 2%", "soft: 100%, hard: 100%");  // Only flash.
    hub.start();
    call_link(origin, "ipsg");
    expect_cause(origin, submit(origin, {}), "peer-disk-full", next_try::to_come);
}

void scene_of_refusals() {
    begin_scene();
    federation bureaus({.also = {"KE"}});
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    auto& addressee = bureaus["MU"];
    edit(hub, "  to-ke:", "  to-fj:");
    edit(hub, "peer: \"KE\"", "peer: \"FJ\"");
    for (const auto& [bureau, classes] :
         {std::pair{"IPSG", "urgent,routine"}, std::pair{"MU", "urgent"}}) {
        give_own_directory(bureaus, bureau, [&](const std::string& folder) {
            run_dhow({"directory", "add", folder, "--bureau", "ZW", "--classes", classes, "--keys",
                      (origin.folder() / "keys").string()});
        });
    }
    // It has lost the key that the others seal to, and made itself another.
    const auto keys = bureaus.folder() / "new-keys";
    run_dhow({"keys", "create", "--bureau", "MU", "--name", "MU", "--out", keys.string()});
    fs::copy_file(keys / "encrypt.pem", addressee.folder() / "keys/encrypt.pem",
                  fs::copy_options::overwrite_existing);
    bureaus.start_all();
    const auto unopened = submit(origin, {});
    expect_cause(addressee, unopened, "quarantined");
    expect_cause(origin, unopened, "refused-by-addressee");
    letter what;
    what.to = {"KE"};
    expect_cause(origin, submit(origin, what), "undeliverable");
    for (const auto& [cls, by] :
         {std::pair{"flash", ": IPSG, not allowed by the directory"},  // The hub.
          std::pair{"routine",
                    ": bureau IPSG, not allowed by the directory"}}) {  // For the addressee.
        what.to = {"MU"};
        what.cls = cls;
        const auto refusal = expect_cause(origin, submit(origin, what), "refused-by-peer");
        BOOST_TEST(std::string(refusal.at("text").as_string()).ends_with(by), refusal.at("text"));
    }
}

}  // namespace dhow::tests
