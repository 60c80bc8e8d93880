// The TCP connections that have been seen: see flows.hpp.
#include "tests/linkemu/flows.hpp"

namespace dhow::linkemu {
namespace {

constexpr std::size_t ip_bytes_min = 20;
constexpr std::size_t tcp_bytes_min = 20;
constexpr std::uint8_t tcp_protocol = 6;
constexpr std::uint8_t fin_flag = 1;
constexpr std::uint8_t syn_flag = 2;
constexpr std::uint8_t reset_flag = 4;
constexpr std::uint8_t ack_flag = 16;
/// More than any test opens; beyond it the ones that have ended are forgotten.
constexpr std::size_t flows_max = 10'000;

std::uint16_t get_16(const packet& from, std::size_t at) {
    return static_cast<std::uint16_t>(from[at] << 8U | from[at + 1]);
}

std::uint32_t get_32(const packet& from, std::size_t at) {
    return static_cast<std::uint32_t>(get_16(from, at)) << 16U | get_16(from, at + 2);
}

void put_16(packet& to, std::size_t at, std::uint32_t value) {
    to[at] = static_cast<std::uint8_t>(value >> 8U);
    to[at + 1] = static_cast<std::uint8_t>(value);
}

void put_32(packet& to, std::size_t at, std::uint32_t value) {
    put_16(to, at, value >> 16U);
    put_16(to, at + 2, value & 0xFFFFU);
}

/// The Internet checksum (RFC 1071) of an even number of bytes, onto a sum begun before.
std::uint16_t checksum(const packet& over, std::size_t from, std::size_t to, std::uint32_t sum) {
    for (std::size_t i = from; i + 1 < to; i += 2) {
        sum += get_16(over, i);
    }
    while (sum >> 16U != 0) {
        sum = (sum & 0xFFFFU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

bool is_tcp(const packet& one) {
    return one.size() >= ip_bytes_min + tcp_bytes_min && one[0] >> 4U == 4 &&
           one[9] == tcp_protocol && (get_16(one, 6) & 0x1FFFU) == 0 &&
           one.size() >= (one[0] & 15U) * 4U + tcp_bytes_min;
}

}  // namespace

packet flows::make_reset(const key& ends, std::size_t receiver, const numbers& of_receiver) {
    packet out(ip_bytes_min + tcp_bytes_min);
    const auto& from = ends.at(1 - receiver);
    const auto& to = ends.at(receiver);
    out[0] = 0x45;
    put_16(out, 2, static_cast<std::uint32_t>(out.size()));
    out[8] = 64;
    out[9] = tcp_protocol;
    put_32(out, 12, from.address);
    put_32(out, 16, to.address);
    put_16(out, 10, checksum(out, 0, ip_bytes_min, 0));
    put_16(out, 20, from.port);
    put_16(out, 22, to.port);
    put_32(out, 24, of_receiver.acknowledged);
    put_32(out, 28, of_receiver.next);
    out[32] = 0x50;
    out[33] = reset_flag | ack_flag;
    const auto pseudo_header = (from.address >> 16U) + (from.address & 0xFFFFU) +
                               (to.address >> 16U) + (to.address & 0xFFFFU) + tcp_protocol +
                               static_cast<std::uint32_t>(tcp_bytes_min);
    put_16(out, 36, checksum(out, ip_bytes_min, out.size(), pseudo_header));
    return out;
}

flows::verdict flows::on_packet(way from, const packet& one, std::optional<packet>& answer) {
    if (!is_tcp(one)) {
        return verdict::passes;
    }
    const std::size_t tcp = (one[0] & 15U) * 4U;
    const end source{get_32(one, 12), get_16(one, tcp)};
    const end target{get_32(one, 16), get_16(one, tcp + 2)};
    const key ends = from == up ? key{source, target} : key{target, source};
    const auto flags = one[tcp + 13];
    if (x_flows.size() > flows_max) {
        std::erase_if(x_flows, [](const auto& it) { return it.second.now != state::open; });
    }
    auto& known = x_flows[ends];
    if ((flags & (syn_flag | ack_flag)) == syn_flag) {
        if (known.now != state::open) {
            known = flow{};  // a new connection between the same ports
        }
    }
    auto& sender = known.ends.at(from);
    const std::size_t header = tcp + (one[tcp + 12] >> 4U) * 4U;
    const auto payload = static_cast<std::uint32_t>(one.size() - std::min(one.size(), header));
    x_payload_bytes.at(from) += payload;
    const auto next =
        get_32(one, tcp + 4) + payload + ((flags & (syn_flag | fin_flag)) != 0 ? 1 : 0);
    if (sender.is_seen && static_cast<std::int32_t>(sender.next - next) >= 0) {
        x_repeated_bytes.at(from) += payload;
    }
    if (!sender.is_seen || static_cast<std::int32_t>(next - sender.next) > 0) {
        sender.next = next;
    }
    sender.is_seen = true;
    if ((flags & ack_flag) != 0) {
        sender.acknowledged = get_32(one, tcp + 8);
    }
    if (known.now == state::open) {
        return verdict::passes;
    }
    if (known.now == state::reset && (flags & reset_flag) == 0) {
        answer = make_reset(ends, from == up ? 0 : 1, sender);
    }
    return verdict::is_dead;
}

std::vector<flows::reset> flows::reset_all() {
    std::vector<reset> out;
    for (auto& [ends, known] : x_flows) {
        if (known.now != state::open) {
            continue;
        }
        known.now = state::reset;
        for (const auto to : both_ways) {
            const std::size_t receiver = to == up ? 1 : 0;
            if (known.ends.at(receiver).is_seen) {
                out.push_back({to, make_reset(ends, receiver, known.ends.at(receiver))});
            }
        }
    }
    return out;
}

void flows::forget_all() {
    for (auto& [ends, known] : x_flows) {
        if (known.now == state::open) {
            known.now = state::forgotten;
        }
    }
}

}  // namespace dhow::linkemu
