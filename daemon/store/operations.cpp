// Cuts data into the changes that append it.
// Way of the message: see operations.hpp.
// Pure. Any thread.
// Spec: docs/store.md. Tests: store_contract, unit/route/submission_test.cpp.
// Limits: segment_bytes.
#include "daemon/store/operations.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::store {

void append_data(std::vector<change>& to, row_id object, std::uint64_t offset,
                 protocol::byte_view data) {
    constexpr std::uint64_t segment_bytes = protocol::limits::segment_bytes;
    while (!data.empty()) {
        const auto room = segment_bytes - offset % segment_bytes;
        const auto piece = data.first(std::min<std::size_t>(room, data.size()));
        to.emplace_back(operation::put_segment{object, offset, {piece.begin(), piece.end()}});
        offset += piece.size();
        data = data.subspan(piece.size());
    }
}

}  // namespace dhow::store
