// Overwrites keys of attachments that the core has held, in a way that the compiler does not leave
// out.
// Way of the message: uploads, submission and inbox, when they are done with a content.
// Pure. Any thread.
// Spec: docs/threats.md. Tests: unit/route/uploads_test.cpp.
// Limits: none.
#pragma once

#include "protocol/content.hpp"

namespace dhow::route {

inline void wipe_key(protocol::attachment_entry& entry) {
    for (volatile std::uint8_t& byte : entry.key) {
        byte = 0;
    }
}

inline void wipe_keys(std::vector<protocol::attachment_entry>& entries) {
    for (auto& entry : entries) {
        wipe_key(entry);
    }
}

}  // namespace dhow::route
