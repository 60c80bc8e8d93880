// A congestion control is set and read back, and what the kernel refuses is said with its remedy.
// Way of the message: tests of daemon/link/congestion.
// Not pure: sockets, files below /proc.
// Spec: docs/configuration.md.
// Limits: reno alone is sure to be had: the kernel falls back to it, and keeps it from nobody.
#include "daemon/link/congestion.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/socket.h>
#include <unistd.h>

namespace dhow::link {

namespace {

namespace sys = boost::system;

struct unconnected_socket {
    unconnected_socket() { BOOST_REQUIRE(descriptor >= 0); }
    ~unconnected_socket() { ::close(descriptor); }
    unconnected_socket(const unconnected_socket&) = delete;
    unconnected_socket& operator=(const unconnected_socket&) = delete;
    int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

const congestion_lists usual{"reno bbr cubic", "reno bbr"};
const auto no_such = sys::errc::make_error_code(sys::errc::no_such_file_or_directory);
const auto not_for_us = sys::errc::make_error_code(sys::errc::operation_not_permitted);

std::string text_of(const std::optional<congestion_refusal>& what) {
    return what ? what->text : std::string{};
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(congestion_test, unconnected_socket)

BOOST_AUTO_TEST_CASE(what_is_set_is_in_use) {
    BOOST_TEST(!set_congestion(descriptor, "reno"));
    BOOST_TEST(congestion_of(descriptor) == "reno");
}

BOOST_AUTO_TEST_CASE(what_is_refused_changes_nothing) {
    BOOST_TEST(!set_congestion(descriptor, "reno"));
    BOOST_TEST(set_congestion(descriptor, "nonesuch").failed());
    BOOST_TEST(congestion_of(descriptor) == "reno");
}

BOOST_AUTO_TEST_CASE(no_socket_has_none) {
    BOOST_TEST(set_congestion(-1, "reno").failed());
    BOOST_TEST(congestion_of(-1).empty());
}

BOOST_AUTO_TEST_CASE(this_host_has_reno_and_no_phantasy) {
    BOOST_TEST(text_of(look_for_congestion("reno")).empty());
    const auto refusal = look_for_congestion("nonesuch");
    BOOST_REQUIRE(refusal.has_value());
    BOOST_TEST(!refusal->text.empty());
    BOOST_TEST(!refusal->hint.empty());
}

BOOST_AUTO_TEST_CASE(what_is_listed_and_was_taken_can_be_had) {
    BOOST_TEST(!judge_congestion("bbr", {}, usual).has_value());
    BOOST_TEST(!judge_congestion("bbr", {}, {}).has_value());  // the lists are out of sight
}

BOOST_AUTO_TEST_CASE(what_the_kernel_has_not_is_said_with_what_it_has) {
    BOOST_TEST(text_of(judge_congestion("cubic", {}, {"reno bbr", ""})) ==
               "the kernel has no `cubic`; it has reno bbr");
    BOOST_TEST(text_of(judge_congestion("bbr", {}, {"reno bbr2", ""})) ==
               "the kernel has no `bbr`; it has reno bbr2");
    const auto blind = judge_congestion("bbr", no_such, {});
    BOOST_TEST(text_of(blind) == "the kernel has no `bbr`");
    BOOST_TEST(blind->hint.find("tcp_bbr") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_only_the_privileged_may_use_is_said_whoever_asks) {
    // Root may use it, and the daemon, which is not root, may not.
    const auto by_root = judge_congestion("cubic", {}, usual);
    BOOST_TEST(text_of(by_root) ==
               "the kernel lets only privileged processes use `cubic`; all may use reno bbr");
    BOOST_TEST(by_root->hint.find("tcp_allowed_congestion_control") != std::string::npos);
    BOOST_TEST(text_of(judge_congestion("cubic", not_for_us, {})) ==
               "the kernel lets only privileged processes use `cubic`");
}

BOOST_AUTO_TEST_CASE(another_refusal_is_told_as_it_is) {
    const auto odd = sys::errc::make_error_code(sys::errc::invalid_argument);
    BOOST_TEST(text_of(judge_congestion("bbr", odd, usual)) ==
               "the kernel refuses `bbr`: " + odd.message());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::link
