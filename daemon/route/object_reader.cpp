// Reads a whole stored object into memory.
// Way of the message: see object_reader.hpp.
// Pure. Net thread.
// Spec: docs/store.md#segments. Tests: unit/route/queries_test.cpp.
// Limits: see object_reader.hpp.
#include "daemon/route/object_reader.hpp"

namespace dhow::route {

namespace {
void read_on(core& shared, store::row_id object, std::uint64_t total, bytes so_far,
             std::function<void(std::optional<bytes>)> then) {
    const auto index = static_cast<std::uint32_t>(so_far.size() / limits::segment_bytes);
    shared.out.ask(query::load_segment{object, index},
                   [&shared, object, total, so_far = std::move(so_far),
                    then = std::move(then)](store::reply& reply) mutable {
                       const auto& segment = expect<answer::segment>(reply);
                       const auto left = total - so_far.size();
                       const auto wanted = std::min<std::uint64_t>(left, limits::segment_bytes);
                       if (!segment.data || segment.data->size() != wanted) {
                           then(std::nullopt);
                           return;
                       }
                       so_far.insert(so_far.end(), segment.data->begin(), segment.data->end());
                       if (so_far.size() == total) {
                           then(std::move(so_far));
                           return;
                       }
                       read_on(shared, object, total, std::move(so_far), std::move(then));
                   });
}
}  // namespace

void read_object(core& shared, store::row_id object, std::uint64_t total,
                 std::function<void(std::optional<bytes>)> then) {
    if (total == 0 || total > limits::sealed_text_bytes_max) {
        then(std::nullopt);
        return;
    }
    read_on(shared, object, total, {}, std::move(then));
}

}  // namespace dhow::route
