// Submitting a message: read, checked by the rules of its kind, handed to the core.
// Way of the message: agency -> router -> [submit] -> core.
// Not pure: the handler awaits the core and looks at the clock. Net thread.
// Spec: docs/agency-api.md#submit, docs/openapi.yaml. Tests: unit/api/endpoints_test.cpp,
// unit/api/kinds_endpoints_test.cpp.
// Limits: http_json_bytes_max.
#pragma once

#include "daemon/http/router.hpp"

namespace dhow::intake {

boost::asio::awaitable<void> post_message(http::connection_ptr client);

}  // namespace dhow::intake
