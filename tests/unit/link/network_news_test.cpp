// What counts as a change of the network, what repeats, and what no kernel would write.
// Way of the message: tests of daemon/link/network_news.
// Pure.
// Spec: rtnetlink(7).
// Limits: none.
#include "daemon/link/network_news.hpp"

#include "protocol/limits.hpp"
#include "tests/support/seed.hpp"
#include "tests/unit/link/kernel_news.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <random>

namespace dhow::tests {

using link::network_news;
using link::receive_trouble;
using verdict = network_news::verdict;
namespace limits = protocol::limits;
using namespace std::chrono_literals;

namespace {
struct a_machine {
    network_news it;
    verdict hear(const bytes& data) { return it.on_datagram(data); }
};
const bytes home{192, 0, 2, 7};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(network_news_test, a_machine)

BOOST_AUTO_TEST_CASE(a_carrier_that_comes_is_a_change_and_its_repetition_is_not) {
    BOOST_TEST((hear(interface_news(2, IFF_UP)) == verdict::nothing));
    BOOST_TEST((hear(interface_news(2, running)) == verdict::changed));
    BOOST_TEST((hear(interface_news(2, running)) == verdict::nothing));
    BOOST_TEST((hear(interface_news(2, IFF_UP)) == verdict::nothing));
    BOOST_TEST((hear(interface_news(2, running)) == verdict::changed));
    BOOST_TEST((hear(interface_news(2, running, RTM_DELLINK)) == verdict::nothing));
    BOOST_TEST((hear(interface_news(2, running)) == verdict::changed));
    BOOST_TEST((hear(interface_news(1, running | IFF_LOOPBACK)) == verdict::nothing));
}

BOOST_AUTO_TEST_CASE(an_address_counts_once_when_it_is_ready_and_leads_out) {
    BOOST_TEST((hear(address_news(home)) == verdict::changed));
    BOOST_TEST((hear(address_news(home)) == verdict::nothing));  // Its lifetime was renewed.
    BOOST_TEST((hear(address_news(home, RTM_DELADDR)) == verdict::nothing));
    BOOST_TEST((hear(address_news(home)) == verdict::changed));
    const bytes other(16, 0x20);
    BOOST_TEST((hear(address_news(other, RTM_NEWADDR, RT_SCOPE_UNIVERSE, IFA_F_TENTATIVE)) ==
                verdict::nothing));
    BOOST_TEST((hear(address_news(other)) == verdict::changed));
    BOOST_TEST(
        (hear(address_news(bytes(16, 0xfe), RTM_NEWADDR, RT_SCOPE_LINK)) == verdict::nothing));
    BOOST_TEST(
        (hear(address_news({127, 0, 0, 1}, RTM_NEWADDR, RT_SCOPE_HOST)) == verdict::nothing));
}

BOOST_AUTO_TEST_CASE(a_route_counts_when_somebody_set_it_in_the_main_table) {
    BOOST_TEST((hear(route_news()) == verdict::changed));
    BOOST_TEST((hear(route_news(RTPROT_STATIC)) == verdict::changed));
    BOOST_TEST((hear(route_news(RTPROT_KERNEL)) == verdict::nothing));
    BOOST_TEST((hear(route_news(RTPROT_DHCP, RT_TABLE_LOCAL)) == verdict::nothing));
    BOOST_TEST((hear(route_news(RTPROT_DHCP, RT_TABLE_MAIN, RTN_BLACKHOLE)) == verdict::nothing));
}

BOOST_AUTO_TEST_CASE(one_change_in_a_datagram_of_several_messages_is_enough) {
    BOOST_TEST((hear(interface_news(2, IFF_UP) + route_news() + interface_news(3, 0)) ==
                verdict::changed));
    BOOST_TEST((hear(interface_news(2, IFF_UP) + interface_news(3, 0)) == verdict::nothing));
}

BOOST_AUTO_TEST_CASE(an_overrun_is_a_change_and_other_messages_are_nothing) {
    BOOST_TEST((hear(news(NLMSG_OVERRUN, {})) == verdict::changed));
    BOOST_TEST((hear(news(NLMSG_DONE, {})) == verdict::nothing));
    BOOST_TEST((hear(news(9999, bytes(8, 1))) == verdict::nothing));
    BOOST_TEST((hear({}) == verdict::nothing));
}

BOOST_AUTO_TEST_CASE(what_ends_early_at_any_byte_is_garbage) {
    for (const auto& whole : {interface_news(2, running), address_news(home), route_news()}) {
        for (std::size_t size = 1; size < whole.size(); ++size) {
            network_news fresh;
            BOOST_TEST(
                (fresh.on_datagram(protocol::byte_view(whole).first(size)) == verdict::garbage));
        }
    }
}

BOOST_AUTO_TEST_CASE(lengths_that_do_not_fit_are_garbage) {
    for (const std::uint32_t length : {0U, 15U, 1000U, 0xffff'ffffU}) {
        auto data = interface_news(2, running);
        std::memcpy(data.data(), &length, sizeof length);
        BOOST_TEST((hear(data) == verdict::garbage));
    }
    for (const auto length : std::initializer_list<std::uint16_t>{0, 3, 1000, 0xffff}) {
        auto data = interface_news(2, running);
        std::memcpy(data.data() + sizeof(nlmsghdr) + sizeof(ifinfomsg), &length, sizeof length);
        BOOST_TEST((hear(data) == verdict::garbage));
    }
    BOOST_TEST((hear(news(RTM_NEWLINK, bytes(4))) == verdict::garbage));
    BOOST_TEST((hear(news(RTM_NEWADDR, bytes(4))) == verdict::garbage));
    BOOST_TEST((hear(news(RTM_NEWROUTE, bytes(4))) == verdict::garbage));
}

BOOST_AUTO_TEST_CASE(random_bytes_and_random_damage_do_no_harm) {
    std::mt19937_64 random(seed());
    const auto good = interface_news(2, running) + address_news(home) + route_news();
    for (int round = 0; round < 20'000; ++round) {
        auto data = good;
        for (auto hits = random() % 4 + 1; hits > 0; --hits) {
            data[random() % data.size()] = static_cast<std::uint8_t>(random());
        }
        data.resize(random() % (data.size() + 1));
        hear(data);
        bytes noise(random() % 64);
        for (auto& byte : noise) {
            byte = static_cast<std::uint8_t>(random());
        }
        hear(noise);
    }
}

BOOST_AUTO_TEST_CASE(more_interfaces_and_addresses_than_are_remembered_cost_no_more) {
    for (int index = 1; index <= 3 * static_cast<int>(limits::interfaces_max); ++index) {
        BOOST_TEST((hear(interface_news(index, running)) == verdict::changed));
    }
    for (std::size_t i = 0; i < 3 * limits::own_addresses_max; ++i) {
        const bytes address{10, 1, static_cast<std::uint8_t>(i >> 8U),
                            static_cast<std::uint8_t>(i)};
        BOOST_TEST((hear(address_news(address)) == verdict::changed));
    }
}

BOOST_AUTO_TEST_CASE(each_errno_has_its_consequence) {
    BOOST_TEST((link::trouble_of(EINTR) == receive_trouble::none));
    BOOST_TEST((link::trouble_of(EAGAIN) == receive_trouble::none));
    BOOST_TEST((link::trouble_of(ENOBUFS) == receive_trouble::lost));
    for (const int error : {EBADF, ENOMEM, EPERM, EINVAL, ENOTCONN, EIO}) {
        BOOST_TEST((link::trouble_of(error) == receive_trouble::broken));
    }
}

BOOST_AUTO_TEST_CASE(the_pauses_before_opening_again_grow_up_to_ten_minutes) {
    link::reopen_pauses pauses;
    BOOST_TEST((pauses.next() == 1s));
    BOOST_TEST((pauses.next() == 2s));
    BOOST_TEST((pauses.next() == 4s));
    for (int i = 0; i < 20; ++i) {
        pauses.next();
    }
    BOOST_TEST((pauses.next() == 600s));
    pauses.reset();
    BOOST_TEST((pauses.next() == 1s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
