// Attachments on their way out: streamed piece by piece, whole or one range.
// Way of the message: store -> seal -> core -> [attachments] -> agency.
// Not pure: awaits the client and the core. Net thread.
// Spec: docs/agency-api.md#attachments. Tests: unit/api/endpoints_test.cpp, drivers/http_test.cpp.
// Limits: one piece in memory.
#pragma once

#include "daemon/http/router.hpp"
#include "daemon/http/url.hpp"

namespace dhow::handover {

/// GET /v1/inbox/{id}/attachments/{n}
boost::asio::awaitable<void> get_attachment(http::connection_ptr client);

/// The part of piece `index` that lies in the range: offset and length within the piece.
struct piece_part {
    std::size_t offset = 0, size = 0;
};
piece_part part_of_piece(http::byte_range range, std::uint64_t index, std::size_t piece_size);

}  // namespace dhow::handover
