// The short form of preambles and receipts: what the receiver rebuilds bit for bit stays at home.
// Way of the message: store -> outbound -> [short_form] => [short_form] -> inbound -> verify.
// Pure: directory and digests are passed in. Values, any thread.
// Spec: docs/parcel-format.md#short-form. Tests: unit/protocol/short_form_test.cpp.
// Limits: preamble_bytes_max, receipt_bytes_max.
#pragma once

#include "protocol/directory.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"

namespace dhow::protocol {

/// What both ends take from elsewhere. An end that knows another directory rebuilds another value,
/// and the signature does not verify: then the full form is asked for.
struct known_facts {
    const directory& bureaus;
    const hasher& hash;
};

/// What a receiver with the same directory rebuilds bit for bit; what is not as usual travels.
/// Nothing: what is stored is damaged.
std::optional<bytes> encode_short_preamble(const preamble& value, const known_facts& known);
/// The object's digest and length stand in the OFFER or follow from the body: they are the
/// caller's to fill in (body_digest and body_bytes are zero here). The outcome may be what
/// decode_preamble() and decode_header() refuse.
result<preamble> decode_short_preamble(byte_view data, const known_facts& known);

/// As encode_short_preamble().
std::optional<bytes> encode_short_receipt(const receipt& value, const known_facts& known);
/// The outcome may be longer than receipt_bytes_max.
result<receipt> decode_short_receipt(byte_view data, const known_facts& known);

}  // namespace dhow::protocol
