// Causes at an origin whose links have windows, quotas, classes and costs, are a courier's, or are
// not for what is confidential; and at an addressee none of whose agencies is.
// Way of the message: see why_scene.hpp.
// Not pure: processes, files, sockets.
// Spec: docs/operations.md#causes. Tests: used by why_test.
// Limits: see harness.hpp.
#include "tests/system/why_scene.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>

namespace dhow::tests {

namespace {
/// The time of day in UTC so many hours from now.
std::string hour_from_now(int hours) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto of_day = now - std::chrono::floor<std::chrono::days>(now);
    const auto then = (of_day / std::chrono::hours{1} + hours) % 24;
    return (then < 10 ? "0" : "") + std::to_string(then) + ":00";
}

/// A document of the highest level; the id.
std::string submit_confidential(const gateway& from) {
    const json::object document{
        {"kind", "message.text"},
        {"schema_version", 1},
        {"language", "en"},
        {"purpose", "administrative"},
        {"confidentiality", "INTERPOL CONFIDENTIAL"},
        {"body", json::object{{"role", "request"}, {"text", "Synthetic question."}}}};
    const auto answer = from.post("/v1/messages", {{"kind", "message.text"},
                                                   {"to", json::array{"MU"}},
                                                   {"media_type", "application/json"},
                                                   {"text", json::serialize(document)}});
    return std::string(answer.at("id").as_string());
}
}  // namespace

void scene_of_confidentiality() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    const std::string link = "ipsg: {peer: IPSG, mode: dial, ";
    const std::string level = "confidentiality: official-use, ";
    edit(origin, link, link + level);
    edit(origin, "routes:",
         "  sat: {peer: IPSG, mode: dial, cost: 9, addresses: [\"tls://127.0.0.1:" + free_port() +
             "\"]}\nroutes:");
    bureaus["IPSG"].start();
    origin.start();
    const auto id = submit_confidential(origin);
    expect_cause(origin, id, "link-below-confidentiality", next_try::any);

    edit(origin, "cost: 9, ", "cost: 9, " + level);
    reload(origin);
    expect_cause(origin, id, "no-link-for-confidentiality");

    auto& addressee = bureaus["MU"];
    edit(addressee, "  desk:\n", "  desk:\n    confidentiality: official-use\n");
    addressee.start();
    edit(origin, link + level, link);
    reload(origin);
    expect_cause(addressee, id, "no-agency-for-confidentiality");
}

void scene_of_bearers() {
    begin_scene();
    federation bureaus;
    auto& origin = bureaus["ZW"];
    const std::string link = "ipsg: {peer: IPSG, mode: dial, ";
    const std::string window = "windows: [{classes: [routine], from: \"" + hour_from_now(6) +
                               "\", until: \"" + hour_from_now(8) + "\"}], ";
    edit(origin, link, link + window);
    origin.start();
    const auto id = submit(origin, {.cls = "routine"});
    expect_cause(origin, id, "outside-window", next_try::to_come);

    edit(origin, window, "quota: {month: 1MiB}, ");
    reload(origin);
    origin.post("/admin/v1/links/ipsg/quota", {{"used_bytes", 1 << 20}});
    expect_cause(origin, id, "quota-used-up", next_try::to_come);

    edit(origin, "quota: {month: 1MiB}, ", "classes: [flash], ");
    reload(origin);
    expect_cause(origin, id, "not-on-this-link");

    edit(origin, "mode: dial, classes: [flash], ", "mode: courier, ");
    reload(origin);
    expect_cause(origin, id, "by-courier");

    const auto live = "127.0.0.1:" + std::to_string(bureaus.hub_port());
    edit(origin, "mode: courier, ", "mode: dial, ");
    edit(origin, live, "127.0.0.1:" + free_port());
    edit(origin, "routes:",
         "  sat: {peer: IPSG, mode: dial, cost: 9, addresses: [\"tls://" + live + "\"]}\nroutes:");
    bureaus["IPSG"].start();
    reload(origin);
    expect_cause(origin, id, "cheaper-link-first", next_try::to_come);
}

}  // namespace dhow::tests
