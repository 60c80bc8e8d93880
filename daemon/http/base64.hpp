// Base64 (RFC 4648 section 4), strict: padded, no white space, unused bits zero.
// Way of the message: the text of a message in JSON, in at intake and out at handover.
// Pure: values, any thread.
// Spec: docs/agency-api.md#texts. Tests: unit/api/encoding_test.cpp.
// Limits: the caller bounds the input.
#pragma once

#include "protocol/ids.hpp"

namespace dhow::http {

std::string to_base64(protocol::byte_view data);
/// Nothing when the text is not the one encoding of some bytes.
std::optional<protocol::bytes> from_base64(std::string_view text);

}  // namespace dhow::http
