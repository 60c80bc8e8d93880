// Finds the handler for a method and a path: one table, filled from the stations' own tables.
// Way of the message: connection -> [router] -> a handler of intake, handover or control.
// Pure: tables of values. Net thread.
// Spec: docs/openapi.yaml. Tests: unit/api/router_test.cpp, unit/api/openapi_test.cpp, fuzz/api*.
// Limits: path_values_max values in one pattern.
#include "daemon/http/router.hpp"

namespace dhow::http {

namespace {

/// The first segment of a path that begins with `/`, and what follows it.
std::string_view take_segment(std::string_view& path) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

bool fits(std::string_view pattern, std::string_view path,
          std::array<std::string_view, path_values_max>& values) {
    std::size_t count = 0;
    while (!pattern.empty() && !path.empty()) {
        if (path.front() != '/') {
            return false;
        }
        const std::string_view wanted = take_segment(pattern);
        const std::string_view got = take_segment(path);
        if (!wanted.starts_with('{')) {
            if (wanted != got) {
                return false;
            }
        } else if (got.empty() || count == path_values_max) {
            return false;
        } else {
            values[count++] = got;
        }
    }
    return pattern.empty() && path.empty();
}

}  // namespace

void router::add(std::span<const endpoint> table) {
    endpoints_.insert(endpoints_.end(), table.begin(), table.end());
}

endpoint_match router::match(std::string_view method, std::string_view path) const {
    endpoint_match result;
    for (const endpoint& candidate : endpoints_) {
        std::array<std::string_view, path_values_max> values;
        if (!fits(candidate.pattern, path, values)) {
            continue;
        }
        if (candidate.method == method) {
            result.found = &candidate;
            result.values = values;
            return result;
        }
        result.allowed += result.allowed.empty() ? "" : ", ";
        result.allowed += candidate.method;
    }
    return result;
}

}  // namespace dhow::http
