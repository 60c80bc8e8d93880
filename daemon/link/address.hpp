// Addresses of gateways as text: `tls://host:port` of a peer, `host:port` to listen on.
// Way of the message: configuration -> [address] -> dialer, listener.
// Pure.
// Spec: docs/operations.md. Tests: unit/link/address_test.cpp.
// Limits: none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dhow::link {

struct host_and_port {
    std::string host;
    std::string port;
    bool operator==(const host_and_port&) const = default;
};

/// `host:port` or `[address]:port` (the brackets go); nothing when either is missing.
std::optional<host_and_port> split_address(std::string_view text);
/// The same after `tls://`.
std::optional<host_and_port> split_peer_address(std::string_view text);

}  // namespace dhow::link
