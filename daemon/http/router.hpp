// Finds the handler for a method and a path: one table, filled from the stations' own tables.
// Way of the message: connection -> [router] -> a handler of intake, handover or control.
// Pure: tables of values. Net thread.
// Spec: docs/openapi.yaml. Tests: unit/api/router_test.cpp, unit/api/openapi_test.cpp, fuzz/api*.
// Limits: path_values_max values in one pattern.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhow::http {

class connection;
using connection_ptr = std::shared_ptr<connection>;

/// Answers one request; must send a reply before it ends.
using handler = boost::asio::awaitable<void> (*)(connection_ptr client);

enum class access {
    callers,     ///< Every agency and operator.
    operators,   ///< Operators only; the core sees them without their agency.
};

struct endpoint {
    std::string_view method;    ///< `GET`
    std::string_view pattern;   ///< `/v1/inbox/{id}/text`
    access who = access::callers;
    handler run = nullptr;
};

inline constexpr std::size_t path_values_max = 2;

struct endpoint_match {
    const endpoint* found = nullptr;
    std::array<std::string_view, path_values_max> values;   ///< As sent, in the pattern's order.
    std::string allowed;        ///< Nothing found, but other methods: `GET, HEAD`.
};

class router {
public:
    /// The tables live as long as the router: they are constants.
    void add(std::span<const endpoint> table);
    [[nodiscard]] endpoint_match match(std::string_view method, std::string_view path) const;
    [[nodiscard]] std::span<const endpoint> endpoints() const { return endpoints_; }

private:
    std::vector<endpoint> endpoints_;
};

}  // namespace dhow::http
