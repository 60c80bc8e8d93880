// What the kernel says of this machine's network.
// Way of the message: see network_news.hpp.
// Pure.
// Spec: rtnetlink(7). Tests: unit/link/network_news_test.cpp.
// Limits: see network_news.hpp.
#include "daemon/link/network_news.hpp"

#include "protocol/limits.hpp"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace dhow::link {

namespace limits = protocol::limits;
using protocol::byte_view;
using verdict = network_news::verdict;

namespace {

/// The kernel's structures, which begin on multiples of four bytes.
template <class Value>
std::optional<Value> begin_of(byte_view data) {
    static_assert(std::is_trivially_copyable_v<Value>);
    if (data.size() < sizeof(Value)) {
        return std::nullopt;
    }
    Value out{};
    std::memcpy(&out, data.data(), sizeof out);
    return out;
}

byte_view after(byte_view data, std::size_t count) {
    const auto aligned = (count + 3) / 4 * 4;
    return data.subspan(std::min(aligned, data.size()));
}

/// Attributes by number; nothing when they do not fill their place exactly.
std::optional<std::map<unsigned, byte_view>> attributes_in(byte_view data) {
    std::map<unsigned, byte_view> out;
    while (!data.empty()) {
        const auto head = begin_of<rtattr>(data);
        if (!head || head->rta_len < sizeof(rtattr) || head->rta_len > data.size()) {
            return std::nullopt;
        }
        const auto whole = data.first(head->rta_len);
        out[head->rta_type] = whole.subspan(sizeof(rtattr));
        data = after(data, head->rta_len);
    }
    return out;
}

void append(protocol::bytes& to, byte_view what) { to.insert(to.end(), what.begin(), what.end()); }

}  // namespace

verdict network_news::on_datagram(byte_view data) {
    auto out = verdict::nothing;
    while (!data.empty()) {
        const auto head = begin_of<nlmsghdr>(data);
        if (!head || head->nlmsg_len < sizeof(nlmsghdr) || head->nlmsg_len > data.size()) {
            return verdict::garbage;
        }
        const auto body = data.first(head->nlmsg_len).subspan(sizeof(nlmsghdr));
        const auto said = on_message(head->nlmsg_type, body);
        if (said == verdict::garbage) {
            return said;
        }
        out = std::max(out, said);
        data = after(data, head->nlmsg_len);
    }
    return out;
}

verdict network_news::on_message(std::uint16_t type, byte_view body) {
    switch (type) {
        case RTM_NEWLINK:
        case RTM_DELLINK:
            return on_interface(body, type == RTM_DELLINK);
        case RTM_NEWADDR:
        case RTM_DELADDR:
            return on_address(body, type == RTM_DELADDR);
        case RTM_NEWROUTE:
            return on_route(body);
        case NLMSG_OVERRUN:
            return verdict::changed;  // Something was said that nobody has heard.
        default:
            return verdict::nothing;
    }
}

verdict network_news::on_interface(byte_view body, bool is_gone) {
    const auto what = begin_of<ifinfomsg>(body);
    if (!what || !attributes_in(after(body, sizeof(ifinfomsg)))) {
        return verdict::garbage;
    }
    constexpr unsigned needed = IFF_UP | IFF_RUNNING;
    const bool runs =
        !is_gone && (what->ifi_flags & needed) == needed && (what->ifi_flags & IFF_LOOPBACK) == 0;
    if (x_runs.size() >= limits::interfaces_max && !x_runs.contains(what->ifi_index)) {
        x_runs.clear();
    }
    const bool did_run = std::exchange(x_runs[what->ifi_index], runs);
    if (is_gone) {
        x_runs.erase(what->ifi_index);
    }
    return runs && !did_run ? verdict::changed : verdict::nothing;
}

verdict network_news::on_address(byte_view body, bool is_gone) {
    const auto what = begin_of<ifaddrmsg>(body);
    const auto attributes = attributes_in(after(body, sizeof(ifaddrmsg)));
    if (!what || !attributes) {
        return verdict::garbage;
    }
    unsigned flags = what->ifa_flags;
    if (const auto wide = attributes->find(IFA_FLAGS); wide != attributes->end()) {
        flags = begin_of<std::uint32_t>(wide->second).value_or(flags);
    }
    auto own = attributes->find(IFA_LOCAL);
    own = own == attributes->end() ? attributes->find(IFA_ADDRESS) : own;
    const bool is_of_use = what->ifa_scope == RT_SCOPE_UNIVERSE || what->ifa_scope == RT_SCOPE_SITE;
    const bool is_ready = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0;
    if (own == attributes->end() || !is_of_use || !is_ready) {
        return verdict::nothing;
    }
    protocol::bytes key{what->ifa_family};
    const auto index = what->ifa_index;
    append(key, {reinterpret_cast<const std::uint8_t*>(&index), sizeof index});
    append(key, own->second);
    if (is_gone) {
        x_addresses.erase(key);
        return verdict::nothing;
    }
    if (x_addresses.size() >= limits::own_addresses_max) {
        x_addresses.clear();
    }
    return x_addresses.insert(std::move(key)).second ? verdict::changed : verdict::nothing;
}

// Those of the kernel itself come with their address.
verdict network_news::on_route(byte_view body) {
    const auto what = begin_of<rtmsg>(body);
    if (!what || !attributes_in(after(body, sizeof(rtmsg)))) {
        return verdict::garbage;
    }
    const bool leads_out = what->rtm_type == RTN_UNICAST && what->rtm_table == RT_TABLE_MAIN &&
                           what->rtm_protocol != RTPROT_KERNEL &&
                           (what->rtm_flags & RTM_F_CLONED) == 0;
    return leads_out ? verdict::changed : verdict::nothing;
}

receive_trouble trouble_of(int error) {
    switch (error) {
        case EINTR:
        case EAGAIN:
            return receive_trouble::none;
        case ENOBUFS:
            return receive_trouble::lost;
        default:
            return receive_trouble::broken;
    }
}

std::chrono::seconds reopen_pauses::next() {
    x_next = std::clamp(2 * x_next, limits::watch_pause_first, limits::watch_pause_max);
    return x_next;
}

}  // namespace dhow::link
