// Commands leave in order, and each completion finds what follows it exactly once.
// Way of the message: tests of daemon/route/effects.
// Pure.
// Spec: docs/overview.md.
// Limits: none.
#include "daemon/route/effects.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::route {

BOOST_AUTO_TEST_SUITE(effects_test)

BOOST_AUTO_TEST_CASE(commands_leave_in_the_order_in_which_they_were_given) {
    effects out;
    out.log(log_level::info, "first", "");
    out.close_session(7);
    out.log(log_level::info, "last", "");
    BOOST_TEST(std::get<command::log>(*out.next_command()).id == "first");
    BOOST_TEST(std::get<command::close_session>(*out.next_command()).session == 7U);
    BOOST_TEST(std::get<command::log>(*out.next_command()).id == "last");
    BOOST_TEST(!out.next_command());
}

BOOST_AUTO_TEST_CASE(completions_may_come_in_any_order) {
    effects out;
    std::string heard;
    out.commit({}, [&](const store::transaction_result&) { heard += "a"; });
    out.commit({}, [&](const store::transaction_result&) { heard += "b"; });
    out.ask(store::query::load_start{}, [&](store::reply&) { heard += "q"; });
    const auto first = std::get<command::apply>(*out.next_command()).what.token;
    const auto second = std::get<command::apply>(*out.next_command()).what.token;
    const auto question = std::get<command::ask>(*out.next_command()).number;
    store::reply reply = store::answer::start{};
    out.on_answered(question, reply);
    store::transaction_result result;
    result.token = second;
    out.on_stored(result);
    BOOST_TEST(out.open_commits() == 1U);
    result.token = first;
    out.on_stored(result);
    BOOST_TEST(heard == "qba");
    BOOST_TEST(out.open_commits() == 0U);
}

BOOST_AUTO_TEST_CASE(what_follows_may_itself_give_commands_and_wait_for_them) {
    effects out;
    int depth = 0;
    std::function<void(const store::transaction_result&)> again =
        [&](const store::transaction_result&) {
            if (++depth < 100) {
                out.commit({}, again);
            }
        };
    out.commit({}, again);
    while (auto next = out.next_command()) {
        store::transaction_result result;
        result.token = std::get<command::apply>(*next).what.token;
        out.on_stored(result);
    }
    BOOST_TEST(depth == 100);
}

BOOST_AUTO_TEST_CASE(an_outcome_of_a_job_reaches_its_own_continuation) {
    effects out;
    bool failed = false;
    out.run(seal::job::make_key{}, true,
            [&](protocol::result<seal::job_outcome>& outcome) { failed = !outcome; });
    const auto job = std::get<command::run>(*out.next_command());
    BOOST_TEST(job.at_once);
    BOOST_TEST(out.open_jobs() == 1U);
    protocol::result<seal::job_outcome> outcome = protocol::errc::keys_locked;
    out.on_sealed(job.number, outcome);
    BOOST_TEST(failed);
    BOOST_TEST(out.open_jobs() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::route
