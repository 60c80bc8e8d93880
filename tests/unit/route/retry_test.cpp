// Back-off of links and of single messages, at both ends of the jitter.
// Way of the message: tests of daemon/route/retry.
// Pure.
// Spec: docs/overview.md#retry.
// Limits: none.
#include "daemon/route/retry.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;
double low() { return 0.0; }
double high() { return 0.999999; }
constexpr auto failed = link_result::no_session;
constexpr auto nothing = link_result::nothing;
constexpr auto stood = link_result::stood;
constexpr auto progress = link_result::progress;
bool is_near(milliseconds found, milliseconds wanted) {
    return found <= wanted && found > wanted - 100ms;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(retry_test)

BOOST_AUTO_TEST_CASE(a_link_that_fails_waits_between_five_seconds_and_three_times_as_long) {
    link_backoff least;
    link_backoff most;
    BOOST_TEST((least.on_end(failed, false, false, low) == 2500ms));
    BOOST_TEST((least.on_end(failed, false, false, low) == 5s));
    BOOST_TEST((least.on_end(failed, false, false, low) == 5s));
    milliseconds wanted = 5s;
    BOOST_TEST(is_near(most.on_end(failed, false, false, high), wanted));
    for (int i = 0; i < 3; ++i) {
        wanted = 3 * wanted;
        BOOST_TEST(is_near(most.on_end(failed, false, false, high), wanted));
    }
}

BOOST_AUTO_TEST_CASE(the_first_wait_after_what_brought_nothing_is_five_seconds_at_most) {
    for (const auto brought : {failed, nothing, stood}) {
        for (const bool metered : {false, true}) {
            link_backoff link;
            const auto wait = link.on_end(brought, metered, false, high);
            BOOST_TEST((wait >= 2500ms && wait <= 5s));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_wait_is_capped_at_a_quarter_of_an_hour_and_at_an_hour_when_metered) {
    link_backoff fibre;
    link_backoff metered;
    milliseconds last{0};
    milliseconds last_metered{0};
    for (int i = 0; i < 50; ++i) {
        last = fibre.on_end(failed, false, false, high);
        last_metered = metered.on_end(nothing, true, false, high);
    }
    BOOST_TEST((last == 15min));
    BOOST_TEST((last_metered == 60min));
    BOOST_TEST(fibre.failures() == 50U);
}

BOOST_AUTO_TEST_CASE(after_durable_progress_the_link_is_dialled_within_a_second_and_starts_anew) {
    link_backoff link;
    for (int i = 0; i < 10; ++i) {
        link.on_end(nothing, false, false, high);
    }
    BOOST_TEST((link.on_end(progress, false, false, high) < 1s));
    BOOST_TEST(link.failures() == 0U);
    BOOST_TEST(is_near(link.on_end(nothing, false, false, high), 5s));
}

BOOST_AUTO_TEST_CASE(after_a_session_that_stood_or_when_an_operator_says_so_it_starts_anew) {
    link_backoff link;
    for (int i = 0; i < 10; ++i) {
        link.on_end(failed, false, false, high);
    }
    BOOST_TEST(is_near(link.on_end(stood, false, false, high), 5s));
    BOOST_TEST(link.failures() == 0U);
    for (int i = 0; i < 10; ++i) {
        link.on_end(failed, false, false, high);
    }
    link.reset();
    BOOST_TEST(is_near(link.on_end(failed, false, false, high), 5s));
}

BOOST_AUTO_TEST_CASE(while_flash_waits_probes_come_every_two_seconds_or_thirty_when_metered) {
    link_backoff fibre;
    link_backoff metered;
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST((fibre.on_end(failed, false, true, high) <= 2s));
        BOOST_TEST((metered.on_end(failed, true, true, high) <= 30s));
    }
    BOOST_TEST((fibre.on_end(failed, false, false, high) == 15min));  // The count went on.
}

BOOST_AUTO_TEST_CASE(with_flash_too_sessions_that_bring_nothing_come_further_and_further_apart) {
    link_backoff link;
    milliseconds wanted = 2s;
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST((link.on_end(nothing, false, true, high) <= wanted));
        BOOST_TEST((link.flash_wait(false) == wanted));
        wanted = std::min<milliseconds>(2 * wanted, 60s);
    }
    BOOST_TEST((link.flash_wait(true) == 300s));
    link.on_end(progress, false, true, high);
    BOOST_TEST((link.flash_wait(false) == 2s));
}

BOOST_AUTO_TEST_CASE(a_refused_message_waits_by_the_ladder_give_or_take_a_fifth) {
    constexpr std::array<std::chrono::seconds, 9> ladder{30s, 2min, 10min, 30min, 1h,
                                                         2h,  4h,   4h,    4h};
    for (unsigned tries = 1; tries <= ladder.size(); ++tries) {
        const milliseconds base = ladder[tries - 1];
        BOOST_TEST((message_retry_delay(tries, low) == base * 8 / 10));
        const auto most = message_retry_delay(tries, high);
        BOOST_TEST((most > base * 119 / 100 && most <= base * 12 / 10));
    }
    BOOST_TEST((message_retry_delay(1'000'000, high) <= 4h + 48min));
    BOOST_TEST((message_retry_delay(0, low) == 24s));  // As the first.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
