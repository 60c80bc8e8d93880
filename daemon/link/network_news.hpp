// What the kernel says of this machine's network, and whether a dial may profit from it.
// Way of the message: kernel -> carrier_watch -> [network_news] -> core.
// Pure: bytes in, a verdict out. Net thread.
// Spec: rtnetlink(7); docs/poor-links.md. Tests: unit/link/network_news_test.cpp.
// Limits: kernel_news_bytes_max, interfaces_max, own_addresses_max.
#pragma once

#include "protocol/ids.hpp"

#include <chrono>
#include <map>
#include <set>

namespace dhow::link {

class network_news {
public:
    enum class verdict : std::uint8_t {
        nothing,  ///< Or repeats what was known.
        changed,  ///< A carrier, an address or a route that was not there.
        garbage,  ///< Not what a kernel writes; nothing of it counts.
    };
    /// One datagram: any number of messages.
    verdict on_datagram(protocol::byte_view data);

private:
    verdict on_message(std::uint16_t type, protocol::byte_view body);
    verdict on_interface(protocol::byte_view body, bool is_gone);
    verdict on_address(protocol::byte_view body, bool is_gone);
    [[nodiscard]] static verdict on_route(protocol::byte_view body);

    std::map<int, bool> x_runs;             ///< By interface: has a carrier and is up.
    std::set<protocol::bytes> x_addresses;  ///< Each with its interface.
};

/// What to do after a receive that failed with this errno.
enum class receive_trouble : std::uint8_t {
    none,    ///< EINTR: again. EAGAIN: wait.
    lost,    ///< ENOBUFS: the kernel had more to say than there was room for.
    broken,  ///< Anything else: the watch has to be opened again.
};
receive_trouble trouble_of(int error);

/// How long until the watch is opened again.
class reopen_pauses {
public:
    std::chrono::seconds next();
    void reset() { x_next = {}; }

private:
    std::chrono::seconds x_next{0};
};

}  // namespace dhow::link
