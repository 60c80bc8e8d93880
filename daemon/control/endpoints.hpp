// The paths of operators: queues, links, peers, messages, routes, the database, health, metrics.
// Way of the message: operator -> router -> [control] -> core.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md#operators, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: page_rows_max.
#pragma once

#include "daemon/http/router.hpp"

namespace dhow::control {

std::span<const http::endpoint> endpoints();
/// In courier_endpoints.cpp.
std::span<const http::endpoint> courier_endpoints();

}  // namespace dhow::control
