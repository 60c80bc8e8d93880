// Addresses of gateways as text.
// Way of the message: configuration -> [address] -> dialer, listener.
// Pure.
// Spec: docs/operations.md. Tests: unit/link/address_test.cpp.
// Limits: none.
#include "daemon/link/address.hpp"

namespace dhow::link {

std::optional<host_and_port> split_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) {
        return std::nullopt;
    }
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    }
    return host_and_port{std::string{host}, std::string{text.substr(colon + 1)}};
}

std::optional<host_and_port> split_peer_address(std::string_view text) {
    constexpr std::string_view scheme = "tls://";
    if (!text.starts_with(scheme)) {
        return std::nullopt;
    }
    return split_address(text.substr(scheme.size()));
}

}  // namespace dhow::link
