// Whose turn it is to be dialled: bursts, pace, and that neither kind starves the other.
// Way of the message: tests of daemon/route/dial_pacer.
// Pure; virtual time.
// Spec: docs/decisions/0008-who-dials-when.md.
// Limits: none.
#include "daemon/route/dial_pacer.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace dhow::route {

namespace {
namespace limits = protocol::limits;
using namespace std::chrono_literals;
using waiting = dial_pacer::waiting;

const utc_time start = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();

struct a_pacer {
    dial_pacer pacer;
    std::vector<waiting> links;
    utc_time now = start;

    void add(std::size_t count, bool flash) {
        for (std::size_t i = 0; i < count; ++i) {
            links.push_back({(flash ? "flash" : "other") + std::to_string(i), start, flash});
        }
    }
    /// Dials one that is due; nothing: there is no room, or none is due.
    std::optional<waiting> dial() {
        std::vector<waiting> due;
        std::ranges::copy_if(links, std::back_inserter(due),
                             [this](const waiting& one) { return one.due <= now; });
        if (due.empty() || !pacer.has_room(now)) {
            return std::nullopt;
        }
        const auto chosen = due[pacer.next_of(due)];
        pacer.on_dial(chosen.flash, now);
        std::erase_if(links, [&](const waiting& one) { return one.link == chosen.link; });
        return chosen;
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(dial_pacer_test, a_pacer)

BOOST_AUTO_TEST_CASE(at_another_pace_one_begins_after_the_other_from_the_first_on) {
    pacer.set_pace({.at_once = 1, .gap = 10s});
    add(3, false);
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(dial().has_value());
        BOOST_TEST(!dial().has_value());
        BOOST_TEST((pacer.room_at() == now + 10s));
        now += 10s;
    }
}

BOOST_AUTO_TEST_CASE(some_begin_together_and_the_rest_one_after_the_other) {
    add(200, false);
    std::size_t count = 0;
    while (dial()) {
        ++count;
    }
    BOOST_TEST(count == limits::dials_at_once_max);
    while (!links.empty()) {
        BOOST_TEST((pacer.room_at() == now + limits::dial_gap));
        now += limits::dial_gap;
        BOOST_TEST(dial().has_value());
        BOOST_TEST(!dial().has_value());
    }
    BOOST_TEST((now - start <= 10s));
}

BOOST_AUTO_TEST_CASE(a_pause_gives_room_for_another_burst_and_no_more) {
    add(100, false);
    while (dial()) {
    }
    now += 1h;
    std::size_t count = 0;
    while (dial()) {
        ++count;
    }
    BOOST_TEST(count == limits::dials_at_once_max);
}

BOOST_AUTO_TEST_CASE(of_one_kind_the_one_that_has_been_due_for_longest_is_first) {
    links = {{"late", start + 2s, false}, {"early", start, false}, {"later", start + 3s, false}};
    now = start + 3s;
    BOOST_TEST(dial()->link == "early");
    BOOST_TEST(dial()->link == "late");
    BOOST_TEST(dial()->link == "later");
}

BOOST_AUTO_TEST_CASE(flash_and_the_others_take_turns) {
    add(3, true);
    links.push_back({"new", start + 1s, false});
    now = start + 1s;
    BOOST_TEST(dial()->flash);
    BOOST_TEST(dial()->link == "new");
    BOOST_TEST(dial()->flash);
    BOOST_TEST(dial()->flash);  // Nobody else is there.
}

BOOST_AUTO_TEST_CASE(flash_probes_without_end_do_not_starve_the_others) {
    add(200, true);
    add(100, false);
    std::size_t others = 100;
    std::size_t probes = 0;
    while (others > 0 && now < start + 60s) {
        while (const auto dialled = dial()) {
            if (dialled->flash) {
                ++probes;
                links.push_back({dialled->link, now + 2s, true});  // In vain, once more.
            } else {
                --others;
            }
        }
        now += limits::dial_gap;
    }
    BOOST_TEST(others == 0U);
    BOOST_TEST((now - start <= 11s));
    BOOST_TEST(probes >= 95U);  // Nor do the others starve them.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
