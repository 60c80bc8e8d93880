// Messages as the kernel writes them, for the tests of the watch on the network.
// Way of the message: takes the place of the kernel.
// Pure.
// Spec: rtnetlink(7). Tests: used by unit/link/network_news_test.cpp, carrier_watch_test.cpp.
// Limits: none.
#pragma once

#include "protocol/ids.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cstring>
#include <string_view>

namespace dhow::tests {

using protocol::bytes;

template <class Value>
bytes raw(const Value& value) {
    bytes out(sizeof value);
    std::memcpy(out.data(), &value, sizeof value);
    return out;
}

inline bytes operator+(bytes left, const bytes& right) {
    left.resize((left.size() + 3) / 4 * 4);
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

/// One message of a datagram.
inline bytes news(std::uint16_t type, const bytes& body) {
    nlmsghdr head{};
    head.nlmsg_len = static_cast<std::uint32_t>(sizeof head + body.size());
    head.nlmsg_type = type;
    return raw(head) + body;
}

inline bytes attribute(std::uint16_t type, const bytes& value) {
    rtattr head{};
    head.rta_len = static_cast<std::uint16_t>(sizeof head + value.size());
    head.rta_type = type;
    return raw(head) + value;
}

inline bytes interface_news(int index, unsigned flags, std::uint16_t type = RTM_NEWLINK) {
    ifinfomsg what{};
    what.ifi_index = index;
    what.ifi_flags = flags;
    return news(type, raw(what) + attribute(3, {'e', 't', 'h', '0', 0}));
}
inline constexpr unsigned running = IFF_UP | IFF_RUNNING;

inline bytes address_news(const bytes& address, std::uint16_t type = RTM_NEWADDR,
                          std::uint8_t scope = RT_SCOPE_UNIVERSE, std::uint32_t flags = 0) {
    ifaddrmsg what{};
    what.ifa_family = address.size() == 4 ? 2 : 10;
    what.ifa_index = 2;
    what.ifa_scope = scope;
    return news(type,
                raw(what) + attribute(IFA_ADDRESS, address) + attribute(IFA_FLAGS, raw(flags)));
}

inline bytes route_news(std::uint8_t protocol = RTPROT_DHCP, std::uint8_t table = RT_TABLE_MAIN,
                        std::uint8_t kind = RTN_UNICAST) {
    rtmsg what{};
    what.rtm_family = 2;
    what.rtm_protocol = protocol;
    what.rtm_table = table;
    what.rtm_type = kind;
    return news(RTM_NEWROUTE, raw(what) + attribute(RTA_GATEWAY, {192, 0, 2, 1}));
}

}  // namespace dhow::tests
