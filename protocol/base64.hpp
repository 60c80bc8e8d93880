// Base64 with padding, as JSON carries bytes.
// Way of the message: certificates in the directory.
// Pure. Any thread.
// Spec: RFC 4648 section 4. Tests: unit/protocol/directory_test.cpp.
// Limits: none of its own.
#pragma once

#include "protocol/ids.hpp"

namespace dhow::protocol {

std::string to_base64(byte_view value);
/// Nothing for what to_base64() would not have written: white space, missing padding, stray bits.
std::optional<bytes> bytes_from_base64(std::string_view text);

}  // namespace dhow::protocol
