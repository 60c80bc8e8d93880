// A directory for the sealer without cryptography.
// Way of the message: takes the place of the signed directory in the simulator and in tests.
// Pure.
// Spec: tests/support/plain_sealer.hpp. Tests: unit/route/plain_sealer_test.cpp.
// Limits: none.
#include "tests/support/plain_sealer.hpp"

#include <algorithm>

namespace dhow::tests {

using protocol::as_bytes;
using protocol::bureau_id;
using protocol::hasher;
using protocol::key_purpose;

namespace {
protocol::directory_key make_plain_key(const hasher& hash, bureau_id bureau, key_purpose purpose) {
    constexpr std::array<std::string_view, 4> names{"link", "sign", "encrypt", "archive"};
    const auto name = names.at(static_cast<std::size_t>(purpose));
    const auto full = hash.sha256({as_bytes("key"), as_bytes(bureau.text()), as_bytes(name)});
    protocol::directory_key out;
    out.purpose = purpose;
    std::copy_n(full.value.begin(), out.id.value.size(), out.id.value.begin());
    out.certificate = protocol::to_bytes(full.view());
    return out;
}
}  // namespace

protocol::directory make_plain_directory(const std::vector<bureau_id>& bureaus,
                                         const hasher& hash) {
    protocol::directory out;
    out.head.federation = "test";
    out.head.serial = 1;
    out.head.stale_after = protocol::utc_time::max();
    out.head.hard_after = protocol::utc_time::max();
    for (const auto& bureau : bureaus) {
        protocol::directory_entry entry;
        entry.bureau = bureau;
        entry.name = "Bureau " + std::string(bureau.text());
        entry.classes = {protocol::message_class::flash, protocol::message_class::urgent,
                         protocol::message_class::routine, protocol::message_class::bulk};
        for (const auto purpose :
             {key_purpose::link, key_purpose::sign, key_purpose::encrypt, key_purpose::archive}) {
            entry.keys.push_back(make_plain_key(hash, bureau, purpose));
        }
        const auto instance = hash.sha256({as_bytes("instance"), as_bytes(bureau.text())});
        protocol::directory_instance place;
        std::copy_n(instance.value.begin(), place.id.value.size(), place.id.value.begin());
        place.link_key = entry.keys.front().id;
        entry.instances.push_back(std::move(place));
        out.entries.push_back(std::move(entry));
    }
    std::sort(out.entries.begin(), out.entries.end(),
              [](const auto& a, const auto& b) { return a.bureau < b.bureau; });
    return out;
}

}  // namespace dhow::tests
