// Windows to the millisecond: what passes in them, beside them, over midnight and over weeks.
// Way of the message: tests of daemon/route/bearer_schedule.
// Pure; virtual time.
// Spec: docs/decisions/0010-bearers.md.
// Limits: none.
#include "daemon/route/bearer_schedule.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;

constexpr auto flash = message_class::flash;
constexpr auto urgent = message_class::urgent;
constexpr auto routine = message_class::routine;
constexpr auto bulk = message_class::bulk;
constexpr std::uint8_t every_day = 0x7f;
constexpr std::uint8_t wednesday = 1U << 2U;
constexpr std::uint8_t sunday = 1U << 6U;

utc_time at(const std::string& text) { return protocol::parse_utc(text + "Z").value(); }

/// Routine up to 64 KiB at any time, routine and bulk at night, flash and urgent freely.
bearer_schedule night_link() {
    config::link settings;
    settings.windows = {{every_day, 0h, 24h, {routine}, 65'536},
                        {every_day, 22h, 6h, {routine, bulk}, 0}};
    return bearer_schedule(settings);
}
}  // namespace

BOOST_AUTO_TEST_SUITE(bearer_schedule_test)

BOOST_AUTO_TEST_CASE(without_windows_everything_passes_and_nothing_ever_changes) {
    const bearer_schedule plain{config::link{}};
    const auto now = at("2026-11-29T10:00:00.000");
    BOOST_TEST(plain.is_plain());
    for (const auto cls : {flash, urgent, routine, bulk}) {
        BOOST_TEST(plain.size_max(cls, now) == any_size);
        BOOST_TEST((plain.opens(cls, any_size, now) == now));
    }
    BOOST_TEST(!plain.next_change(now).has_value());
}

BOOST_AUTO_TEST_CASE(a_class_that_no_window_names_passes_at_any_time) {
    const auto link = night_link();
    BOOST_TEST(!link.is_plain());
    for (const auto* time : {"2026-11-29T03:00:00.000", "2026-11-29T12:00:00.000"}) {
        BOOST_TEST(link.size_max(flash, at(time)) == any_size);
        BOOST_TEST(link.size_max(urgent, at(time)) == any_size);
    }
}

BOOST_AUTO_TEST_CASE(a_window_opens_and_closes_to_the_millisecond) {
    const auto link = night_link();
    BOOST_TEST(link.size_max(bulk, at("2026-11-29T21:59:59.999")) == 0U);
    BOOST_TEST(link.size_max(bulk, at("2026-11-29T22:00:00.000")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T00:00:00.000")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T05:59:59.999")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T06:00:00.000")) == 0U);
}

BOOST_AUTO_TEST_CASE(of_windows_that_are_open_together_the_largest_size_counts) {
    const auto link = night_link();
    BOOST_TEST(link.size_max(routine, at("2026-11-29T12:00:00.000")) == 65'536U);
    BOOST_TEST(link.size_max(routine, at("2026-11-29T23:00:00.000")) == any_size);
}

BOOST_AUTO_TEST_CASE(says_when_an_object_of_its_size_passes) {
    const auto link = night_link();
    const auto noon = at("2026-11-29T12:00:00.000");
    BOOST_TEST((link.opens(routine, 65'536, noon) == noon));
    BOOST_TEST((link.opens(routine, 65'537, noon) == at("2026-11-29T22:00:00.000")));
    BOOST_TEST((link.opens(bulk, 1, noon) == at("2026-11-29T22:00:00.000")));
    const auto night = at("2026-11-30T01:00:00.000");
    BOOST_TEST((link.opens(bulk, 1, night) == night));
}

BOOST_AUTO_TEST_CASE(a_class_that_the_link_does_not_carry_never_passes) {
    config::link settings;
    settings.classes = {flash, urgent};
    settings.windows = {{every_day, 0h, 24h, {bulk}, 0}};
    const bearer_schedule link(settings);
    const auto now = at("2026-11-29T12:00:00.000");
    BOOST_TEST(link.carries(urgent));
    BOOST_TEST(!link.carries(bulk));
    BOOST_TEST(link.size_max(bulk, now) == 0U);
    BOOST_TEST(!link.opens(bulk, 1, now).has_value());
    BOOST_TEST(!link.opens(bulk, 0, now).has_value());
}

BOOST_AUTO_TEST_CASE(a_window_of_one_day_lasts_into_the_next_and_comes_back_in_a_week) {
    config::link settings;
    settings.windows = {{sunday, 23h, 1h, {}, 0}};
    const bearer_schedule link(settings);  // 2026-11-29 is a Sunday.
    BOOST_TEST(link.size_max(bulk, at("2026-11-29T00:30:00.000")) == 0U);
    BOOST_TEST(link.size_max(bulk, at("2026-11-29T23:30:00.000")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T00:59:59.999")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T01:00:00.000")) == 0U);
    BOOST_TEST(link.size_max(bulk, at("2026-11-30T23:30:00.000")) == 0U);
    BOOST_TEST(
        (link.opens(bulk, 1, at("2026-11-30T01:00:00.000")) == at("2026-12-06T23:00:00.000")));
    BOOST_TEST((link.next_change(at("2026-11-30T00:30:00.000")) == at("2026-11-30T01:00:00.000")));
}

BOOST_AUTO_TEST_CASE(a_window_that_closes_when_it_opens_lasts_a_day) {
    config::link settings;
    settings.windows = {{wednesday, 8h, 8h, {}, 0}};
    const bearer_schedule link(settings);
    BOOST_TEST(link.size_max(bulk, at("2026-12-02T07:59:59.999")) == 0U);
    BOOST_TEST(link.size_max(bulk, at("2026-12-02T08:00:00.000")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-12-03T07:59:59.999")) == any_size);
    BOOST_TEST(link.size_max(bulk, at("2026-12-03T08:00:00.000")) == 0U);
}

BOOST_AUTO_TEST_CASE(a_size_above_all_windows_never_passes) {
    config::link settings;
    settings.windows = {{every_day, 0h, 24h, {routine}, 1'000}};
    const bearer_schedule link(settings);
    BOOST_TEST(!link.opens(routine, 1'001, at("2026-11-29T12:00:00.000")).has_value());
}

BOOST_AUTO_TEST_CASE(every_change_is_announced) {
    const auto link = night_link();
    auto now = at("2026-11-29T00:00:00.000");
    const auto end = now + 72h;
    auto announced = link.next_change(now);
    for (auto before = now; now < end; before = now, now += 1min) {
        const bool has_changed = link.size_max(bulk, before) != link.size_max(bulk, now) ||
                                 link.size_max(routine, before) != link.size_max(routine, now);
        BOOST_TEST((!has_changed || *announced <= now));
        announced = link.next_change(now);
        BOOST_REQUIRE(announced);
        BOOST_TEST((*announced > now));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
