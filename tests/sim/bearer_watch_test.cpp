// The watch on windows and quotas finds what it is for.
// Way of the message: tests of tests/sim/bearer_watch.
// Pure.
// Spec: docs/simulator.md#checks.
// Limits: none.
#include "tests/sim/bearer_watch.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::message_class;

protocol::utc_time at(const std::string& text) { return protocol::parse_utc(text + "Z").value(); }

struct a_watch {
    a_watch() {
        link.name = "sat";
        link.windows = {{0x7f, 22h, 6h, {message_class::bulk}, 10'000}};
        link.quota.month_bytes = 5'000;
        link.quota.beyond = {message_class::flash};
    }
    std::size_t write(message_class cls, std::uint64_t body_bytes, protocol::utc_time now) {
        protocol::offer_frame offer;
        offer.kind = protocol::object_kind::receipt;
        offer.cls = cls;
        offer.body_bytes = body_bytes;
        offer.origin = *protocol::bureau_id::parse("ZW");
        protocol::bytes out;
        protocol::append_frame(out, offer);
        watch.on_written("MU", link, 1, out, now);
        return watch.problems().size();
    }
    config::link link;
    bearer_watch watch;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(bearer_watch_test, a_watch)

BOOST_AUTO_TEST_CASE(finds_what_is_outside_a_window_or_too_large_for_it) {
    BOOST_TEST(write(message_class::bulk, 100, at("2026-11-29T22:00:00.000")) == 0U);
    BOOST_TEST(write(message_class::bulk, 100, at("2026-11-30T05:59:59.999")) == 0U);
    BOOST_TEST(write(message_class::routine, 100, at("2026-11-29T12:00:00.000")) == 0U);
    BOOST_TEST(write(message_class::bulk, 100, at("2026-11-30T06:00:00.002")) == 1U);
    BOOST_TEST(write(message_class::bulk, 100, at("2026-11-29T21:59:59.999")) == 2U);
    BOOST_TEST(write(message_class::bulk, 10'001, at("2026-11-29T23:00:00.000")) == 3U);
}

BOOST_AUTO_TEST_CASE(finds_what_is_beyond_the_quota) {
    const auto now = at("2026-11-29T12:00:00.000");
    watch.count("MU", "sat", 4'000);
    BOOST_TEST(write(message_class::routine, 100, now) == 0U);
    watch.count("MU", "sat", 1'000);
    BOOST_TEST(write(message_class::flash, 100, now) == 0U);
    BOOST_TEST(write(message_class::routine, 100, now) == 1U);
    watch.forget_counts("MU");
    BOOST_TEST(write(message_class::routine, 100, now) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
