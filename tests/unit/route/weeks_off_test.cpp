// A link that is down for weeks while agencies submit each day: nothing is refused, what expires
// does so at its own time and one by one, and when the link comes it is dialled within seconds,
// flash first.
// Way of the message: tests of submission, deadlines, peers and outbound together.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/overview.md#retry, docs/decisions/0008-who-dials-when.md.
// Limits: time passes by the half hour while nothing is due.
#include "daemon/store/names.hpp"
#include "tests/unit/route/scripted_peer.hpp"

#include <algorithm>
#include <map>

namespace dhow::tests {

namespace {
constexpr std::array<message_class, 4> classes{message_class::flash, message_class::urgent,
                                               message_class::routine, message_class::bulk};
constexpr auto short_life = 6h;

struct weeks_off : core_harness {
    weeks_off() {
        settings().routes = {{"MU", {"fibre"}, 1}, {"KE", {"fibre"}, 2}};
        reload();
    }
    /// As a driver does it, but in steps; each dial fails at once.
    void pass(std::chrono::milliseconds time, std::chrono::milliseconds step) {
        for (const auto end = now + time; now < end;) {
            applied.clear();
            advance(std::min<std::chrono::milliseconds>(step, end - now));
            note_expiries();
            for (; !dials.empty(); dials.pop_back()) {
                core().on_dial_failed("fibre", errc::connect_failed, "no answer");
            }
            pump();
        }
    }
    void note_expiries() {
        std::size_t at_once = 0;
        for (const auto& one : applied) {
            for (const auto& change : one.changes) {
                const auto* event = std::get_if<operation::put_event>(&change);
                if (event != nullptr &&
                    event->row.what == to_text(store::delivery_state::expired)) {
                    expired_at[event->row.id] = now;
                    ++at_once;
                }
            }
        }
        most_at_once = std::max(most_at_once, at_once);
    }
    message_id submit(message_class cls, std::optional<std::chrono::seconds> life) {
        auto what = a_message({"MU"});
        what.cls = cls;
        what.time_to_live = life;
        what.never_expires = !life;
        return expect<response::accepted>(agency("border"), what).id;  // Fails when refused.
    }
    void spend(int days) {
        for (int day = 0; day < days; ++day) {
            for (const auto cls : classes) {
                lasting.push_back(submit(
                    cls, day % 2 == 0 ? std::nullopt : std::optional(std::chrono::days{90})));
                const auto brief = submit(cls, short_life);
                due_at[brief] = now + short_life;
                pass(10min, 1min);
            }
            pass(5h, 30min);
            pass(2h, 1min);  // Short lives end now.
            pass(17h - 40min, 30min);
        }
    }
    void check_expiries() {
        BOOST_TEST(expired_at.size() == due_at.size());
        for (const auto& [id, due] : due_at) {
            BOOST_REQUIRE(expired_at.contains(id));
            BOOST_TEST((expired_at.at(id) >= due && expired_at.at(id) <= due + 1min));
        }
        BOOST_TEST(most_at_once == 1U);
    }
    /// The link is there: it is dialled soon, and all goes by class.
    void come_back() {
        pass(10s, 50ms);
        applied.clear();
        const auto up_at = now;
        while (dials.empty()) {
            advance(50ms);
        }
        BOOST_TEST((now - up_at <= 5s));
        scripted_peer hub(*this, "IPSG", "fibre");
        hub.connect();
        BOOST_REQUIRE(!hub.offers.empty());
        BOOST_TEST((hub.offers.front().offer.cls == message_class::flash));
        for (std::size_t i = 0; i < hub.offers.size(); ++i) {
            hub.commit(i);
        }
        note_expiries();
        BOOST_TEST(expired_at.size() == due_at.size());
        BOOST_TEST(hub.offers.size() == lasting.size());
        check_order(hub.offers);
    }
    /// Flash before all others; of these the share of a class decides, so on average.
    static void check_order(const std::vector<scripted_peer::got>& offers) {
        std::array<std::size_t, 4> count{}, sum{};
        for (std::size_t i = 0; i < offers.size(); ++i) {
            const auto cls = static_cast<std::size_t>(offers[i].offer.cls);
            count[cls] += 1;
            sum[cls] += i;
            if (cls == 0) {
                BOOST_TEST(count[0] == i + 1);
            }
        }
        for (std::size_t cls = 1; cls < classes.size(); ++cls) {
            BOOST_TEST(count[cls] == count[0]);
            BOOST_TEST(sum[cls - 1] < sum[cls]);
        }
    }

    std::vector<message_id> lasting;
    std::map<message_id, utc_time> due_at, expired_at;
    std::size_t most_at_once = 0;
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(weeks_off_test, weeks_off)

BOOST_AUTO_TEST_CASE(ten_days) {
    spend(10);
    check_expiries();
    come_back();
}

BOOST_AUTO_TEST_CASE(sixty_days) {
    spend(60);
    check_expiries();
    come_back();
}

BOOST_AUTO_TEST_CASE(sixty_days_of_which_the_gateway_was_off_for_half) {
    spend(30);
    now += std::chrono::days{30};
    restart();
    check_expiries();
    come_back();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
