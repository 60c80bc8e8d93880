// 200 bureaus whose hub dies under all of them and comes back: how many dial it at once, and when
// all are back.
// Way of the message: tests of daemon/route/retry, each bureau with random numbers of its own.
// Pure; virtual time.
// Spec: docs/decisions/0008-who-dials-when.md#the-herd.
// Limits: as many bureaus as Dhow is made for.
#include "daemon/route/retry.hpp"
#include "protocol/limits.hpp"
#include "tests/sim/prng.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <vector>

namespace dhow::route {

namespace {
using namespace std::chrono_literals;
namespace limits = protocol::limits;

constexpr std::size_t bureaus = 200;
#ifdef DHOW_SANITIZED  // Twenty take two minutes there.
constexpr std::uint64_t seeds = 2;
#else
constexpr std::uint64_t seeds = 20;
#endif

struct herd {
    std::vector<milliseconds> dials;  ///< All of them, since the hub died.
    std::vector<milliseconds> back;   ///< Of each bureau, since the hub was there again.

    /// Its sessions had all carried something, and ended in one instant.
    herd(std::uint64_t seed, milliseconds away, bool flash_waits) {
        for (std::size_t i = 0; i < bureaus; ++i) {
            sim::prng own(seed * 1'000 + i);
            const auto random = [&own] { return own.fraction(); };
            link_backoff link;
            auto at = link.on_end(link_result::progress, false, flash_waits, random);
            dials.push_back(at);
            while (at < away) {
                at += link.on_end(link_result::no_session, false, flash_waits, random);
                dials.push_back(at);
            }
            back.push_back(at - away);
        }
        std::ranges::sort(dials);
        std::ranges::sort(back);
    }
    /// The most in any so long time, beginning at `from` or later.
    [[nodiscard]] static std::size_t peak(const std::vector<milliseconds>& sorted,
                                          milliseconds span, milliseconds from = 0ms) {
        std::size_t most = 0;
        for (auto first = std::ranges::lower_bound(sorted, from); first != sorted.end(); ++first) {
            const auto end = std::lower_bound(first, sorted.end(), *first + span);
            most = std::max(most, static_cast<std::size_t>(end - first));
        }
        return most;
    }
};

/// The worst of some seeds.
struct worst {
    std::size_t dials = 0;  ///< In 100 ms, after the first second.
    std::size_t back = 0;   ///< In 100 ms, since the hub was there again.
    milliseconds last{0};   ///< Until all were back.
    worst(milliseconds away, bool flash_waits) {
        for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
            const herd all(seed, away, flash_waits);
            dials = std::max(dials, herd::peak(all.dials, 100ms, 1s));
            back = std::max(back, herd::peak(all.back, 100ms));
            last = std::max(last, all.back.back());
        }
        BOOST_TEST_MESSAGE("away for "
                           << away.count() / 1'000 << " s" << (flash_waits ? ", flash" : "")
                           << ": at most " << dials << " dials in 100 ms, " << back
                           << " come back in 100 ms, the last after " << last.count() << " ms");
    }
};
}  // namespace

BOOST_AUTO_TEST_SUITE(herd_test)

BOOST_AUTO_TEST_CASE(a_hub_that_is_back_at_once_has_all_at_once_and_room_for_them) {
    const worst all(0ms, false);
    BOOST_TEST((all.last <= link_backoff::after_progress));
    BOOST_TEST(all.back <= 130U);  // 80 on average.
    // None of them is turned away, though not one were done before the last comes.
    BOOST_TEST(bureaus <= limits::half_open_max);
}

BOOST_AUTO_TEST_CASE(after_half_a_minute_they_come_one_by_one) {
    const worst all(30s, false);
    BOOST_TEST(all.dials <= 25U);
    BOOST_TEST(all.back <= 10U);
    BOOST_TEST((all.last <= 3 * 30s));
}

BOOST_AUTO_TEST_CASE(after_two_hours_they_come_within_the_cap) {
    const worst all(2h, false);
    BOOST_TEST(all.back <= 5U);
    BOOST_TEST((all.last <= link_backoff::cap));
}

BOOST_AUTO_TEST_CASE(where_flash_waits_at_all_of_them_they_come_within_a_probe) {
    for (const milliseconds away : {30s, 7'200s}) {
        const worst all(away, true);
        BOOST_TEST(all.dials <= 45U);
        BOOST_TEST(all.back <= 45U);
        BOOST_TEST((all.last <= link_backoff::flash_probe));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
