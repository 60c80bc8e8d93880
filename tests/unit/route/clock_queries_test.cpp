// Clocks as agencies and operators see them: the list, and what `why` says.
// Way of the message: tests of daemon/route/queries_clocks.
// Not pure: a store in a temporary folder; virtual time.
// Spec: docs/agency-api.md#clocks.
// Limits: none.
#include "daemon/route/clock_marks.hpp"
#include "daemon/route/why.hpp"
#include "tests/support/why_covered.hpp"
#include "tests/unit/route/core_harness.hpp"

#include <set>

namespace dhow::tests {

using store::clock_state;

namespace {

struct with_a_request : core_harness {
    with_a_request() {
        auto what = a_message({"KE", "MU"});
        what.media_type = "application/json";
        what.text = text_bytes(R"({"body": {"request_no": 1, "priority": "U"}})");
        id = expect<response::accepted>(agency("border"), what).id;
    }
    std::vector<response::clock_status> listed(const caller& who) {
        return expect<response::clocks>(who, request::list_clocks{}).rows;
    }
    message_id id;
};

store::clock_row a_clock(clock_state state, utc_time since) {
    store::clock_row out;
    out.other = bureau("MU");
    out.answer = "hit.reply";
    out.state = state;
    out.since = since;
    out.within = out.answer_within = 10min;
    return out;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clock_queries_test, with_a_request)

BOOST_AUTO_TEST_CASE(an_agency_sees_its_own_and_an_operator_all) {
    const auto own = listed(agency("border"));
    BOOST_REQUIRE_EQUAL(own.size(), 2U);
    BOOST_TEST((own.front().row.id == id));
    BOOST_TEST((own.front().over_at == now + 10min));
    BOOST_TEST(!own.front().is_overdue);
    BOOST_TEST(listed(agency("customs")).empty());
    BOOST_TEST(listed(an_operator()).size() == 2U);
    const auto page = expect<response::clocks>(an_operator(), request::list_clocks{0, 1});
    BOOST_TEST(page.rows.size() == 1U);
    BOOST_TEST(page.more);
    BOOST_TEST((expect_problem({}, request::list_clocks{}).code == errc::unauthorised));
}

BOOST_AUTO_TEST_CASE(one_that_fired_is_overdue_until_it_is_answered) {
    for (int i = 0; i < 11; ++i) {
        advance(1min);
    }
    BOOST_TEST(listed(an_operator()).front().is_overdue);
    const auto causes = expect<response::why>(agency("border"), request::why{id}).causes;
    const auto found = std::ranges::find(causes, "arrival-overdue", &response::cause::code);
    BOOST_REQUIRE(found != causes.end());
    BOOST_TEST((found->next_try == now - 1min));
    BOOST_TEST(!found->remedy.empty());
}

BOOST_AUTO_TEST_CASE(each_state_has_its_cause) {
    std::set<std::string> seen;
    const auto code = [&](clock_state state, std::uint8_t fired, utc_time until) {
        auto row = a_clock(state, now);
        row.fired = fired;
        row.until = until;
        const auto causes = causes_of_clocks(core().state(), {row});
        seen.insert(causes.empty() ? "" : causes.front().code);
        return causes.empty() ? std::string{} : causes.front().code;
    };
    BOOST_TEST(code(clock_state::undelivered, 0, now) == "");
    BOOST_TEST(code(clock_state::undelivered, 1, now) == "arrival-overdue");
    BOOST_TEST(code(clock_state::unanswered, 1, now) == "answer-awaited");
    BOOST_TEST(code(clock_state::unanswered, 3, now) == "answer-overdue");
    BOOST_TEST(code(clock_state::promised, 3, now) == "answer-awaited");
    BOOST_TEST(code(clock_state::promised, 7, now) == "answer-overdue");
    BOOST_TEST(code(clock_state::papers, 1, now + 1s) == "papers-awaited");
    BOOST_TEST(code(clock_state::papers, 1, now) == "papers-overdue");
    BOOST_TEST(code(clock_state::answered, 0, now) == "");
    for (const auto one : causes_made_of_clocks) {
        BOOST_TEST(seen.contains(std::string(one)), one << " was not made");
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
