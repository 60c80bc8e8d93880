// A peer that has a session and never reads: the hub stays as large as it was, serves the others,
// and ends the session for its silence; when the peer is well again, all arrives once.
// Way of the message: ZW -> IPSG -> MU, whose place is taken by one who does not read; KE is well.
// Not pure: processes, sockets; tests/preload/shifted_clock.cpp lets the time pass.
// Spec: docs/link-protocol.md#times, docs/threats.md. Tests: this is one.
// Limits: resident_growth_max.
#include "protocol/limits.hpp"
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"
#include "tests/system/hostile_peer.hpp"
#include "tests/system/shared_clock.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <iostream>

namespace dhow::tests {

namespace limits = protocol::limits;
namespace tt = boost::test_tools;

namespace {

constexpr std::size_t messages = 60;
constexpr std::size_t text_bytes = 200'000;  // Together more than credit, window and sockets hold.
/// What one transfer window, its segments read ahead, and the store's own cache may take.
constexpr std::uint64_t resident_growth_max = 16'000'000;
/// Their answers are more than sockets hold and the daemon queues.
constexpr std::size_t questions_max = 40 * limits::control_frames_max;
constexpr seconds longer_than_silence = limits::silence_time_max + seconds{5};
/// Twice what a daemon takes to look at its clocks.
constexpr seconds step_time{4};

struct deaf_peer {
    deaf_peer() {
        for (const auto* bureau : {"IPSG", "ZW", "KE"}) {
            bureaus[bureau].start_only({}, time.environment());
        }
        for (const auto* bureau : {"IPSG", "ZW", "KE"}) {
            bureaus[bureau].await_ready();
        }
    }

    std::unique_ptr<hostile_peer> established() {
        auto out = std::make_unique<hostile_peer>(bureaus.hub_port());
        out->show(credentials::of_bureau(bureaus["MU"].folder()));
        out->set_alpn("dhow/1");
        BOOST_REQUIRE(out->shake_hands());
        out->greet("MU", read_key(bureaus["MU"].folder() / "keys/sign.pem").get());
        BOOST_REQUIRE(out->is_greeted());
        return out;
    }

    std::vector<std::string> send_much() {
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < messages; ++i) {
            ids.push_back(submit(bureaus["ZW"], {.text = random_bytes(text_bytes, seed() + i)}));
        }
        for (const auto& id : ids) {
            wait_until(id + " to be at the hub",
                       [&] { return state_of(bureaus["ZW"], id, "MU") == "relayed"; });
        }
        return ids;
    }

    void expect_others_served() {
        const auto id = submit(bureaus["ZW"], {.to = {"KE"}, .cls = "flash"});
        wait_until(
            "a flash message to KE", [&] { return is_complete(bureaus["ZW"], id, "KE"); },
            seconds{10});
    }

    void expect_end(const std::string& word) {
        auto last_step = std::chrono::steady_clock::now() - step_time;
        wait_until("the hub to end the session", [&] {
            if (std::chrono::steady_clock::now() - last_step >= step_time) {
                last_step = std::chrono::steady_clock::now();
                time.advance(longer_than_silence);
            }
            return bureaus["IPSG"].log_text().find("session-ended: peer MU: " + word) !=
                   std::string::npos;
        });
    }

    void expect_flat(std::uint64_t before) {
        const auto peak = bureaus["IPSG"].peak_resident_bytes();
        std::cout << "reads_nothing: resident " << before / 1000 << " kB, at most " << peak / 1000
                  << " kB" << std::endl;
        BOOST_TEST(peak <= before + resident_growth_max);
    }

    federation bureaus{{.members = {"ZW", "MU", "KE"}, .log = "info"}};
    shared_clock time{bureaus.folder()};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reads_nothing_test, deaf_peer,
                         *boost::unit_test::precondition(can_shift_clock))

BOOST_AUTO_TEST_CASE(who_reads_nothing_is_hung_up_on_and_gets_all_when_it_reads) {
    auto ids = send_much();
    const auto before = bureaus["IPSG"].peak_resident_bytes();
    const auto deaf = established();
    expect_others_served();
    expect_end("no answer in time");
    expect_others_served();
    expect_flat(before);

    bureaus["MU"].start({}, time.environment());
    for (const auto& id : ids) {
        wait_until("the receipt for " + id, [&] { return is_complete(bureaus["ZW"], id, "MU"); });
    }
    auto found = inbox_ids(bureaus["MU"]);
    std::ranges::sort(found);
    std::ranges::sort(ids);
    BOOST_TEST(found == ids, tt::per_element());
}

/// It asks and asks, and every question has an answer that it does not take.
BOOST_AUTO_TEST_CASE(answers_that_nobody_reads_do_not_pile_up) {
    const auto deaf = established();
    expect_others_served();
    const auto before = bureaus["IPSG"].peak_resident_bytes();
    protocol::offer_frame offer;
    offer.kind = protocol::object_kind::receipt;
    offer.origin = protocol::bureau_id::parse("ZW").value_or(protocol::bureau_id{});
    offer.mode = protocol::body_mode::on_accept;
    offer.body_bytes = limits::receipt_bytes_max;
    const std::string word = "session-ended: peer MU: the peer sent more than it was allowed";
    const auto has_ended = [&] {
        return bureaus["IPSG"].log_text().find(word) != std::string::npos;
    };
    while (offer.stream < questions_max && !has_ended()) {
        for (std::size_t i = 0; i < limits::control_frames_max; ++i, ++offer.stream) {
            offer.object.value[0] = static_cast<std::uint8_t>(offer.stream);
            offer.object.value[1] = static_cast<std::uint8_t>(offer.stream >> 8U);
            deaf->say(framed(offer) + framed(protocol::ping_frame{offer.stream, {}}));
        }
    }
    wait_until("the hub to end the session", has_ended);
    std::cout << "reads_nothing: hung up on after at most " << offer.stream << " questions"
              << std::endl;
    expect_others_served();
    expect_flat(before);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
