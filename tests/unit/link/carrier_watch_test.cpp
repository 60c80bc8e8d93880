// The watch on the network: what it tells, and that it is opened again whatever went wrong.
// Way of the message: tests of daemon/link/carrier_watch.
// Not pure: a pair of sockets in the kernel's place, timers of a second.
// Spec: docs/poor-links.md.
// Limits: each wait ends after 20 s at the latest, as a failure.
#include "daemon/link/carrier_watch.hpp"

#include "tests/unit/link/kernel_news.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace dhow::tests {

namespace {
struct a_watch {
    boost::asio::io_context io{1};
    int kernel = -1;  ///< Our end.
    int opened = 0;
    int refuse = 0;  ///< With this errno.
    int told = 0;
    std::vector<std::string> log;
    link::carrier_watch watch{io, [this] { ++told; },
                              [this](const std::string& text) { log.push_back(text); },
                              [this](int& error) { return open(error); }};

    ~a_watch() {
        watch.stop();
        hang_up();
    }
    int open(int& error) {
        ++opened;
        if (refuse != 0) {
            error = refuse;
            return -1;
        }
        int ends[2] = {-1, -1};
        BOOST_REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) ==
                      0);
        hang_up();
        kernel = ends[1];
        return ends[0];
    }
    void hang_up() {
        if (kernel >= 0) {
            close(kernel);
            kernel = -1;
        }
    }
    void say(const bytes& data) const {
        BOOST_REQUIRE(::send(kernel, data.data(), data.size(), 0) ==
                      static_cast<ssize_t>(data.size()));
    }
    void wait_for(const std::function<bool()>& holds) {
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!holds()) {
            io.restart();
            io.run_one_until(last);
            BOOST_REQUIRE(std::chrono::steady_clock::now() < last);
        }
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(carrier_watch_test, a_watch)

BOOST_AUTO_TEST_CASE(a_change_is_told_once_for_all_that_came_with_it) {
    watch.start();
    say(interface_news(2, running));
    say(address_news({192, 0, 2, 7}));
    say(route_news());
    wait_for([this] { return told > 0; });
    BOOST_TEST(told == 1);
    say(interface_news(2, running));  // No news.
    say(interface_news(3, running));
    wait_for([this] { return told > 1; });
    BOOST_TEST(told == 2);
    BOOST_TEST(log.empty());
}

BOOST_AUTO_TEST_CASE(after_garbage_it_is_opened_again_and_that_counts_as_a_change) {
    watch.start();
    say(bytes(7, 0xff));
    wait_for([this] { return opened == 2; });
    wait_for([this] { return told == 1; });
    BOOST_REQUIRE_EQUAL(log.size(), 1U);
    BOOST_TEST(log[0].find("no kernel says") != std::string::npos);
    say(interface_news(2, running));
    wait_for([this] { return told == 2; });
}

BOOST_AUTO_TEST_CASE(a_socket_that_ends_is_opened_again) {
    watch.start();
    hang_up();
    wait_for([this] { return opened == 2 && told == 1; });
    BOOST_TEST(log.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_opened_is_logged_with_its_reason_and_tried_again) {
    refuse = EAFNOSUPPORT;
    watch.start();
    BOOST_REQUIRE_EQUAL(log.size(), 1U);
    BOOST_TEST(log[0].find("cannot be opened: Address family not supported") != std::string::npos);
    BOOST_TEST(log[0].find("in 1 s") != std::string::npos);
    wait_for([this] { return opened == 2; });
    BOOST_TEST(log.back().find("in 2 s") != std::string::npos);
    BOOST_TEST(told == 0);
    refuse = 0;
    wait_for([this] { return told == 1; });
    say(interface_news(2, running));
    wait_for([this] { return told == 2; });
}

BOOST_AUTO_TEST_CASE(after_the_stop_nothing_is_told_and_nothing_opened) {
    watch.start();
    say(interface_news(2, running));
    watch.stop();
    io.run();
    BOOST_TEST(told == 0);
    BOOST_TEST(opened == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
