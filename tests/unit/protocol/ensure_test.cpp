// Shows that DHOW_ENSURE passes over a true condition and ends the process at a false one.
// Way of the message: none.
// Not pure: a child process per false condition.
// Spec: docs/style.md. Tests: it is one.
// Limits: none.
#include "protocol/ensure.hpp"

#include "protocol/known.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

BOOST_AUTO_TEST_SUITE(ensure_test)

namespace {

struct ending {
    int status = 0;    // as waitpid(2) gives it
    std::string said;  // on stderr
};

// Runs it in a child, which exits with 0 if it gets past it.
template <class What>
ending in_child(const What& what) {
    std::array<int, 2> ends{};
    BOOST_REQUIRE(::pipe(ends.data()) == 0);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // Boost.Test's handler would speak of it
        ::dup2(ends[1], STDERR_FILENO);
        what();
        ::_exit(0);
    }
    ::close(ends[1]);
    ending result;
    std::array<char, 512> buffer{};
    for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
        result.said.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    BOOST_REQUIRE(::waitpid(child, &result.status, 0) == child);
    return result;
}

ending ensure_in_child(int value) {
    return in_child([value] { DHOW_ENSURE(value != 0); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_true_condition_has_no_effect) {
    const ending end = ensure_in_child(1);
    BOOST_TEST(WIFEXITED(end.status));
    BOOST_TEST(WEXITSTATUS(end.status) == 0);
    BOOST_TEST(end.said == "");
}

BOOST_AUTO_TEST_CASE(a_false_condition_aborts_and_says_where) {
    const ending end = ensure_in_child(0);
    BOOST_TEST(WIFSIGNALED(end.status));
    BOOST_TEST(WTERMSIG(end.status) == SIGABRT);
    BOOST_TEST(end.said.find("ensure_test.cpp:") != std::string::npos, end.said);
    BOOST_TEST(end.said.find("ensure failed: value != 0") != std::string::npos, end.said);
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_there_aborts_and_says_why_it_should_be) {
    std::optional<int> some = 7;
    const std::optional<int> none;
    dhow::protocol::known(some, "it was set") += 1;
    BOOST_TEST(dhow::protocol::known(std::as_const(some), "it was set") == 8);
    const ending end = in_child([&none] { return dhow::protocol::known(none, "it was set"); });
    BOOST_TEST(WTERMSIG(end.status) == SIGABRT);
    BOOST_TEST(end.said.find("ensure_test.cpp:") != std::string::npos, end.said);
    BOOST_TEST(end.said.find("it was set") != std::string::npos, end.said);
}

BOOST_AUTO_TEST_SUITE_END()
