// Seeds that once found a bug, by what it was. Their days have changed with the code since; where
// the situation can be made directly, a unit test does it as well.
// Way of the message: see world.hpp.
// Pure but for SQLite in memory.
// Spec: docs/simulator.md#seeds, CHANGELOG.md. Tests: this is one.
// Limits: a few seconds; left out of sanitizer builds, which take ten times as long.
#include "tests/sim/world.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <ostream>

namespace dhow::sim {

namespace {
struct found_once {
    std::uint64_t seed;
    const char* what_it_was;
};

[[maybe_unused]] std::ostream& operator<<(std::ostream& out, const found_once& one) {
    return out << "seed " << one.seed << ": " << one.what_it_was;
}

constexpr std::array<found_once, 34> all{{
    {6, "an offer told an age that no peer reads, while a clock was wrong by years"},
    {12, "attachments were offered for ever to a restored hub that lacked their text"},
    {55, "a commit that failed for want of space came to life when the power failed next"},
    {72, "a hub's notice was dropped while a full disk kept the record of the hand-over"},
    {127, "an attachment that came with another attempt than its text did not count"},
    {145, "a restored origin gave notice of what had been delivered after the backup"},
    {175, "what the queue had loaded was offered although it had been cancelled"},
    {210, "a small attachment of which a part was on disk was put off for ever"},
    {390, "an attachment was called had, because its text came between two questions"},
    {393, "a hub kept a message for ever, whose attachment had gone another way"},
    {506, "a peer's answer that a full disk did not take was forgotten"},
    {647, "what a restored peer had lost was not given again, the disk being full"},
    {728, "a receipt went round between two hubs until nobody took it"},
    {786, "as 647, with one hub"},
    {246, "the attachment of two attempts came twice at the same time"},
    {294, "as 390, with two hubs"},
    {51, "what was put off under a clock that was months ahead waited for that time"},
    {164, "as 51, of a receipt between two hubs"},
    {681, "who had its time from a hub confirmed it to that hub, which purged"},
    {953, "a jump while the clock was in doubt aged what was offered"},
    {75, "three hubs handed it on in a circle, and the last gave up"},
    {1005, "an expired copy that came back by two hubs was said to be had: it lay with nobody"},
    {1692, "as 1005, with clocks that are wrong"},
    {1805,
     "a hub in doubt about one peer told another that it has the copy which went through both"},
    {777, "a start without doubt aged what had come in the doubt before it"},
    {1511, "a jump aged what an earlier life had taken in the same doubt"},
    {245, "what came in a doubt was due at once after a jump, and was sent 255 times"},
    {377, "witnesses 301 s apart began and ended a doubt with each word"},
    {1870, "an old copy of a peer called before the hub had read what it knows of its peers"},
    {163, "whose agency had answered got no attachments when they went another way with others"},
    {1684, "a text failed in one commit and its attachment in the next, with a crash between them"},
    {1320, "as 681, in a session that began after the time was taken"},
    {126, "two attempts of a text came at once, and the second clashed with the first for ever"},
    {1439,
     "a doubt that a full disk did not take was forgotten, and three hubs gave it away in a "
     "circle"},
}};
}  // namespace

BOOST_AUTO_TEST_SUITE(regression_test)

#ifndef DHOW_SANITIZED
BOOST_DATA_TEST_CASE(what_was_found_once_stays_mended, boost::unit_test::data::make(all), one) {
    const auto found = run_world({.seed = one.seed});
    BOOST_TEST(found.ok, (found.problems.empty() ? "" : found.problems.front()));
}
#else
// The optimised build has all; a sanitizer, the shortest.
BOOST_AUTO_TEST_CASE(what_was_found_last_stays_mended) {
    const auto found = run_world({.seed = all.back().seed});
    BOOST_TEST(found.ok, (found.problems.empty() ? "" : found.problems.front()));
}
#endif

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
