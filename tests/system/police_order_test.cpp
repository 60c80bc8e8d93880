// What takes a notice or a diffusion back: points 4 and 5 of what people of the field notice at
// once.
// Way of the message: origin, its receipts, and the inboxes of all who have a copy.
// Not pure: processes.
// Spec: docs/decisions/0017-cases.md. Tests: this is one.
// Limits: none.
#include "tests/system/police.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

json::object end_of(const std::string& kind, const std::string& about,
                    const std::string& entity_id = {}, int version = 1) {
    auto out = example_about(kind, about);
    if (entity_id.empty()) {
        return out;
    }
    out["entity_id"] = entity_id;
    return with(std::move(out), "/body/version", version);
}

std::vector<std::string> positions(const gateway& at) {
    std::vector<std::string> out;
    for (const auto& entry : entries_of(at)) {
        out.emplace_back(entry.at("id").as_string());
    }
    return out;
}

bool is_removed_everywhere(const gateway& at, const std::string& name) {
    const auto state = case_of(at, name);
    return state.at("ended").as_bool() && state.at("complete").as_bool();
}

/// So large that what comes behind it waits.
std::string send_bulk(const gateway& from, const std::string& to, std::uint64_t number) {
    letter one;
    one.to = {to};
    one.kind = "message.text";
    one.cls = "bulk";
    one.text = to_hex(random_bytes(200'000, number));
    return submit(from, one);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(police_order_test, *boost::unit_test::fixture<police>())

BOOST_AUTO_TEST_CASE(point_04_a_cancelled_notice_is_not_delivered_after_its_cancellation) {
    const auto stick = police::folder() / "stick";
    fs::create_directories(stick);
    police::mu().kill();
    const auto published = send(police::ipsg(), notice("yellow", "2026/401"), {"MU"});
    // A copy travels by hand, and comes last.
    said_by(police::ipsg(), {"courier", "export", "--to", "MU", stick.string()});
    const auto end =
        send(police::ipsg(), end_of("notice.cancellation", published, "2026/401"), {"MU"});
    police::mu().start();
    receive(police::mu(), end);
    said_by(police::mu(), {"courier", "import", stick.string()});
    await_inbox_state(police::mu(), published, "late");
    BOOST_TEST(inbox_state(police::mu(), end) == "offered");
    for (const auto& entry : entries_of(police::mu(), false)) {
        BOOST_TEST(entry.at("id").as_string() != published);
    }
    BOOST_TEST(try_to_take(police::mu(), published) == 409U);
    BOOST_TEST(case_of(police::mu(), "2026/401").at("ended").as_bool());
}

BOOST_AUTO_TEST_CASE(point_04_what_is_offered_when_the_cancellation_comes_can_no_longer_be_taken) {
    const auto published = send(police::ipsg(), notice("yellow", "2026/402"), {"MU"});
    await_inbox_state(police::mu(), published, "offered");
    const auto end =
        send(police::ipsg(), end_of("notice.cancellation", published, "2026/402"), {"MU"});
    await_inbox_state(police::mu(), published, "withdrawn");
    BOOST_TEST(try_to_take(police::mu(), published) == 409U);
    BOOST_TEST(inbox_state(police::mu(), end) == "offered");
    // Nor does a version that was cancelled come back under another id.
    const auto again = offer(police::ipsg(), notice("yellow", "2026/402"), {"MU"});
    BOOST_TEST((again.status == 409U || again.status == 422U), again.body);
}

BOOST_AUTO_TEST_CASE(point_04_a_cancellation_never_expires_and_goes_before_what_is_bulk) {
    const auto published = send(police::ipsg(), notice("yellow", "2026/403"), {"MU"});
    await_inbox_state(police::mu(), published, "offered");
    const auto document = end_of("notice.cancellation", published, "2026/403");
    for (const auto* kind : {"notice.cancellation", "notice.suspension", "notice.reinstatement"}) {
        expect_refused(offer(police::ipsg(), end_of(kind, published, "2026/403"), {"MU"},
                             {{"expires_in_s", 86'400}}),
                       {"R-EXP-01 "});
    }
    police::mu().kill();
    std::vector<std::string> bulk;
    for (std::uint64_t i = 0; i < 3; ++i) {
        bulk.push_back(send_bulk(police::ipsg(), "MU", i));
    }
    const auto end = send(police::ipsg(), document, {"MU"}, {{"class", "bulk"}});
    const auto status = police::ipsg().get("/v1/messages/" + end);
    BOOST_TEST(status.at("class").as_string() == "flash");  // Whatever was asked for.
    BOOST_TEST(status.at("expires_at").is_null());
    police::mu().start();
    for (const auto& id : bulk) {
        receive(police::mu(), id);
    }
    const auto order = positions(police::mu());
    const auto at = [&order](const std::string& id) { return std::ranges::find(order, id); };
    for (const auto& id : bulk) {
        BOOST_TEST((at(end) < at(id)));
    }
}

BOOST_AUTO_TEST_CASE(point_05_a_cancellation_goes_to_all_who_ever_had_a_copy_until_all_removed_it) {
    const std::string name = "2026/501";
    const auto first = send(police::ipsg(), notice("yellow", name, 1), {"ZW", "MU"});
    await_inbox_state(police::mu(), first, "offered");
    BOOST_TEST(try_to_take(police::mu(), first) == 200U);
    const auto second = send(police::ipsg(), notice("yellow", name, 2), {"ZW"});
    await_inbox_state(police::zw(), second, "offered");
    BOOST_TEST(try_to_take(police::zw(), second) == 200U);

    // The sender names one bureau; who had the first version gets it too.
    const auto end = send(police::ipsg(), end_of("notice.cancellation", second, name, 2), {"ZW"});
    BOOST_TEST((recipients_of(police::ipsg(), end) == std::set<std::string>{"ZW", "MU"}));
    for (auto* at : {&police::zw(), &police::mu()}) {
        await_inbox_state(*at, end, "offered");
    }
    const auto open = case_of(police::ipsg(), name);
    BOOST_TEST(open.at("ended").as_bool());
    BOOST_TEST(!open.at("complete").as_bool());
    BOOST_TEST(try_to_take(police::zw(), end, "removed") == 200U);
    wait_until("MU alone to be missing", [&] {
        const auto missing = case_of(police::ipsg(), name).at("not_removed").as_array();
        return missing.size() == 1 && missing.at(0).at("recipient").as_string() == "MU";
    });
    BOOST_TEST(has(said_by(police::ipsg(), {"case", name}), "not removed by MU desk"));
    BOOST_TEST(try_to_take(police::mu(), end, "removed") == 200U);
    wait_until("all to have removed it",
               [&] { return is_removed_everywhere(police::ipsg(), name); });
}

BOOST_AUTO_TEST_CASE(point_05_a_withdrawn_diffusion_is_withdrawn_from_everybody_who_had_it) {
    const auto id = send(police::zw(), diffusion("orange", {"MU"}), {"MU", "IPSG"});
    await_inbox_state(police::mu(), id, "offered");
    await_inbox_state(police::ipsg(), id, "offered");
    const auto end = send(police::zw(), end_of("diffusion.withdrawal", id), {"IPSG"});
    BOOST_TEST((recipients_of(police::zw(), end) == std::set<std::string>{"IPSG", "MU"}));
    await_inbox_state(police::mu(), id, "withdrawn");
    await_inbox_state(police::ipsg(), id, "withdrawn");
    // Another bureau cannot.
    const auto other = send(police::zw(), diffusion("orange", {"MU"}), {"MU", "IPSG"});
    receive(police::mu(), other);
    const auto answer = offer(police::mu(), end_of("diffusion.withdrawal", other), {"IPSG", "ZW"});
    BOOST_TEST(answer.status == 422U, answer.body);
    BOOST_TEST(has(answer.body, "R-OWN-01"), answer.body);
    BOOST_TEST(inbox_state(police::mu(), other) == "offered");
}

BOOST_AUTO_TEST_CASE(
    point_05_what_the_general_secretariat_finds_not_compliant_is_removed_everywhere) {
    const auto id = send(police::zw(), diffusion("orange", {"MU"}), {"MU", "IPSG"});
    await_inbox_state(police::mu(), id, "offered");
    await_inbox_state(police::ipsg(), id, "offered");
    BOOST_TEST(try_to_take(police::mu(), id) == 200U);
    const auto end = send(police::ipsg(), end_of("diffusion.noncompliance", id), {"ZW"});
    BOOST_TEST((recipients_of(police::ipsg(), end) == std::set<std::string>{"ZW", "MU"}));
    await_inbox_state(police::mu(), end, "offered");
    await_inbox_state(police::zw(), end, "offered");
    BOOST_TEST(!is_removed_everywhere(police::ipsg(), id));
    BOOST_TEST(try_to_take(police::mu(), end, "removed") == 200U);
    // It was ZW's own: nothing is taken there, and nothing to be removed.
    wait_until("MU to have removed it", [&] { return is_removed_everywhere(police::ipsg(), id); });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
