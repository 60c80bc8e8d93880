// Counting to the byte: months, clocks in doubt, crashes, corrections, what may pass beyond.
// Way of the message: tests of daemon/route/month_quota.
// Pure; virtual time.
// Spec: docs/decisions/0010-bearers.md#quota.
// Limits: none.
#include "daemon/route/month_quota.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;
namespace limits = protocol::limits;

constexpr std::uint64_t quota_unit = limits::mib;
const utc_time november = protocol::parse_utc("2026-11-29T10:00:00.000Z").value();
const utc_time december = protocol::parse_utc("2026-12-01T00:00:00.000Z").value();

month_quota of(std::uint64_t month_bytes) {
    month_quota out;
    config::link_quota settings;
    settings.month_bytes = month_bytes;
    out.configure(settings);
    return out;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(month_quota_test)

BOOST_AUTO_TEST_CASE(without_a_quota_everything_passes_and_bytes_are_counted) {
    auto quota = of(0);
    quota.add(1'000 * quota_unit, november, true);
    BOOST_TEST(!quota.is_limited());
    BOOST_TEST(quota.used() == 1'000 * quota_unit);
    BOOST_TEST(quota.allows(message_class::bulk));
    BOOST_TEST(!quota.wants_note());
    BOOST_TEST(!quota.take_news().has_value());
}

BOOST_AUTO_TEST_CASE(near_the_end_only_what_may_pass_beyond_passes) {
    auto quota = of(quota_unit);
    quota.add(quota_unit - limits::quota_rest_bytes - 1, november, true);
    BOOST_TEST(quota.left() == limits::quota_rest_bytes + 1);
    BOOST_TEST(quota.allows(message_class::bulk));
    quota.add(1, november, true);
    BOOST_TEST(!quota.allows(message_class::bulk));
    BOOST_TEST(!quota.allows(message_class::routine));
    BOOST_TEST(quota.allows(message_class::urgent));
    BOOST_TEST(quota.allows(message_class::flash));
    quota.add(10 * quota_unit, november, true);
    BOOST_TEST(quota.left() == 0U);
    BOOST_TEST(quota.allows(message_class::flash));
}

BOOST_AUTO_TEST_CASE(what_passes_beyond_is_a_setting_and_may_be_nothing) {
    auto quota = of(quota_unit);
    config::link_quota settings;
    settings.month_bytes = quota_unit;
    settings.beyond = {};
    quota.configure(settings);
    quota.add(quota_unit, november, true);
    BOOST_TEST(!quota.allows(message_class::flash));
    settings.beyond = {message_class::bulk};
    quota.configure(settings);
    BOOST_TEST(quota.allows(message_class::bulk));
    BOOST_TEST(quota.used() == quota_unit);
}

BOOST_AUTO_TEST_CASE(a_month_begins_with_its_first_millisecond) {
    auto quota = of(quota_unit);
    quota.add(quota_unit, november, true);
    BOOST_TEST((month_quota::next_month(november) == december));
    quota.roll(december - 1ms, true);
    BOOST_TEST(quota.used() == quota_unit);
    quota.roll(december, true);
    BOOST_TEST(quota.used() == 0U);
    BOOST_TEST((month_quota::next_month(december) ==
                protocol::parse_utc("2027-01-01T00:00:00.000Z").value()));
}

BOOST_AUTO_TEST_CASE(a_clock_in_doubt_begins_no_month) {
    auto quota = of(quota_unit);
    quota.add(500'000, november, true);
    quota.add(1, december + 400 * 24h, false);
    BOOST_TEST(quota.used() == 500'001U);
    quota.roll(december, true);
    BOOST_TEST(quota.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_month_that_a_clock_ahead_began_goes_on_as_the_right_one) {
    auto quota = of(quota_unit);
    quota.add(500'000, december, true);
    quota.roll(november, true);  // Another start, with the right time.
    BOOST_TEST(quota.used() == 500'000U);
    quota.roll(december, true);
    BOOST_TEST(quota.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_crash_gives_no_byte_back) {
    auto quota = of(100 * quota_unit);
    std::string stored;
    for (int i = 0; i < 5'000; ++i) {
        quota.add(1'500, november, true);
        if (quota.wants_note()) {
            stored = quota.note(false);
        }
        auto after = of(100 * quota_unit);
        after.restore(stored);
        BOOST_REQUIRE(after.used() >= quota.used());
        BOOST_REQUIRE(after.used() - quota.used() <= 100 * quota_unit / 1000 + 1'500);
    }
}

BOOST_AUTO_TEST_CASE(on_a_fast_line_the_store_is_further_ahead) {
    auto quota = of(1'000 * quota_unit);
    quota.add(8 * quota_unit, november, true);
    const auto stored = quota.note(false);
    quota.add(8 * quota_unit, november, true);  // Until the next look, in which it dies.
    auto after = of(1'000 * quota_unit);
    after.restore(stored);
    BOOST_TEST(after.used() >= quota.used());
}

BOOST_AUTO_TEST_CASE(a_stop_gives_the_exact_count) {
    auto quota = of(100 * quota_unit);
    quota.add(12'345, november, true);
    auto after = of(100 * quota_unit);
    after.restore(quota.note(true));
    BOOST_TEST(after.used() == 12'345U);
    after.roll(november, true);
    BOOST_TEST(after.used() == 12'345U);
    after.roll(december, true);
    BOOST_TEST(after.used() == 0U);
    BOOST_TEST(after.wants_note());  // The store still has November's.
}

BOOST_AUTO_TEST_CASE(what_is_not_a_count_is_ignored) {
    for (const auto* text : {"", "x", "24322", "24322 ", "24322 x", "24322 1 ", "-1 5", "0 5",
                             "24322 -5", "24322 18446744073709551615"}) {
        auto quota = of(quota_unit);
        quota.restore(text);
        BOOST_TEST(quota.used() == 0U, text);
    }
}

BOOST_AUTO_TEST_CASE(the_operator_has_the_last_word) {
    auto quota = of(quota_unit);
    quota.add(quota_unit, november, true);
    quota.correct(1'000, november, true);
    BOOST_TEST(quota.used() == 1'000U);
    BOOST_TEST(quota.allows(message_class::bulk));
}

BOOST_AUTO_TEST_CASE(each_level_is_told_once_a_month) {
    auto quota = of(quota_unit);
    quota.add(800'000, november, true);
    BOOST_TEST(!quota.take_news().has_value());
    quota.add(50'000, november, true);
    BOOST_TEST((quota.take_news() == month_quota::level::warned));
    quota.add(1, november, true);
    BOOST_TEST(!quota.take_news().has_value());
    quota.add(quota_unit, november, true);
    BOOST_TEST((quota.take_news() == month_quota::level::used_up));
    BOOST_TEST(!quota.take_news().has_value());
    quota.add(850'000, december, true);
    BOOST_TEST((quota.take_news() == month_quota::level::warned));
}

BOOST_AUTO_TEST_CASE(a_count_does_not_overflow) {
    auto quota = of(quota_unit);
    for (int i = 0; i < 10; ++i) {
        quota.add(~std::uint64_t{0}, november, true);
    }
    BOOST_TEST(quota.used() == limits::month_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
