// Attachments on their way in: a raw body, handed to the core piece by piece.
// Way of the message: agency -> [uploads] -> core -> seal -> store; the message names the upload
// later. Not pure: awaits the client and the core. Net thread. Spec: docs/agency-api.md#uploads.
// Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp. Limits: piece_bytes in memory,
// attachment_bytes_max in all.
#pragma once

#include "daemon/http/router.hpp"

namespace dhow::intake {

/// POST /v1/uploads?name=…, Content-Type: the attachment's media type.
boost::asio::awaitable<void> post_upload(http::connection_ptr client);
/// DELETE /v1/uploads/{id}
boost::asio::awaitable<void> delete_upload(http::connection_ptr client);

}  // namespace dhow::intake
