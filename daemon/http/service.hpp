// What all connections of one API server share: the core, the table of routes, the budgets, the
// log.
// Way of the message: server makes it; connection uses it.
// Not pure: holds the core. Net thread.
// Spec: docs/agency-api.md. Tests: drivers/http_test.cpp.
// Limits: http_memory_bytes_max.
#pragma once

#include "daemon/http/memory_budget.hpp"
#include "daemon/http/router.hpp"
#include "daemon/route/api.hpp"
#include "protocol/limits.hpp"

namespace dhow::http {

/// Who a connection's other end is; made by the application from the configuration.
class caller_lookup {
public:
    virtual ~caller_lookup() = default;
    /// The owner of the other end of a Unix socket. Nothing: nobody who may speak to us.
    [[nodiscard]] virtual std::optional<route::caller> by_user(std::uint32_t user) const = 0;
    /// SHA-256 of the SubjectPublicKeyInfo of a TLS client's certificate.
    [[nodiscard]] virtual std::optional<route::caller> by_key(
        const protocol::digest& public_key) const = 0;
};

/// For metrics.
struct service_counters {
    std::uint64_t connections = 0;   ///< Accepted since start.
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;       ///< Connections turned away: unknown caller, too many.
    std::uint64_t timeouts = 0;      ///< Connections closed because the client was too slow.
};

/// One line for the log: an event's name and codes, never content.
using log_line = std::function<void(const std::string& line)>;

struct service {
    route::api* core = nullptr;
    const router* routes = nullptr;
    log_line log;
    memory_budget memory{protocol::limits::http_memory_bytes_max};
    service_counters counters;
    std::string date;                ///< For the Date field; the server renews it every second.
    bool draining = false;           ///< Connections end after the reply at hand.
};

}  // namespace dhow::http
