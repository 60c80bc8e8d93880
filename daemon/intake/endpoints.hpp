// The paths of intake: submitting, uploads, what became of a message.
// Way of the message: agency -> router -> [intake] -> core.
// Not pure: handlers await the core. Net thread.
// Spec: docs/agency-api.md, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp.
// Limits: http_json_bytes_max, piece_bytes.
#pragma once

#include "daemon/http/router.hpp"

namespace dhow::intake {

std::span<const http::endpoint> endpoints();

}  // namespace dhow::intake
