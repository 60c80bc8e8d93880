// Parts of the parcel codec that several files of it share; not for other folders.
// Way of the message: see parcel.hpp.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md. Tests: unit/protocol/parcel_test.cpp.
// Limits: recipients_max.
#pragma once

#include "protocol/directory.hpp"
#include "protocol/parcel.hpp"

namespace dhow::protocol {

/// Reads a lockbox set off the front of `in`; its end follows from its counts. `keys`: key ids were
/// left off and are those of the recipients' current keys.
result<lockbox_set> read_lockboxes(reader& in, const directory* keys = nullptr);
/// Seconds since 1970 as a varint, up to the end of the year 9999.
result<std::chrono::sys_seconds> read_signing_time(reader& in);

}  // namespace dhow::protocol
