// Short forms from hostile peers: no crash, and what is rebuilt can be shortened to the same again.
// Way of the message: none; a fuzz target.
// Pure, but for the digests of OpenSSL where they are needed.
// Spec: docs/parcel-format.md#short-form. Tests: it is one; corpus/short_form is replayed by ctest.
// Limits: those of the decoder; a sender's own encoding is never longer than what came.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/ensure.hpp"
#include "protocol/short_form.hpp"

#include <cstddef>
#include <cstdint>

namespace protocol = dhow::protocol;

namespace {

/// Those that the corpus names, each with a key to sign and one to encrypt.
protocol::directory make_directory() {
    protocol::directory out;
    for (const auto* name : {"IPSG", "KE", "MU", "SC", "ZW"}) {  // Ascending.
        protocol::directory_entry entry;
        entry.bureau = *protocol::bureau_id::parse(name);
        for (const auto purpose : {protocol::key_purpose::sign, protocol::key_purpose::encrypt}) {
            protocol::directory_key key;
            key.purpose = purpose;
            key.id.value.fill(static_cast<std::uint8_t>(name[0] + static_cast<int>(purpose)));
            key.certificate.assign(64, static_cast<std::uint8_t>(name[1]));
            entry.keys.push_back(std::move(key));
        }
        out.entries.push_back(std::move(entry));
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto bureaus = make_directory();
    static const dhow::seal::openssl_hasher hash;
    const protocol::known_facts known{bureaus, hash};
    const protocol::byte_view input{data, size};
    if (const auto value = protocol::decode_short_preamble(input, known)) {
        const auto full = protocol::encode_preamble(*value);
        // What has no full form is refused by whoever reads it next.
        const auto read = protocol::decode_preamble(full);
        if (read && protocol::decode_header(read->seal.header)) {
            const auto again = protocol::encode_short_preamble(*read, known).value();
            DHOW_ENSURE(again.size() <= size);
            const auto same = protocol::decode_short_preamble(again, known).value();
            DHOW_ENSURE(protocol::encode_preamble(same) == full);
        }
    }
    if (const auto value = protocol::decode_short_receipt(input, known)) {
        const auto full = protocol::encode_receipt(*value);
        DHOW_ENSURE(protocol::decode_receipt(full).has_value());
        const auto again = protocol::encode_short_receipt(*value, known).value();
        DHOW_ENSURE(again.size() <= size);
        DHOW_ENSURE(
            protocol::encode_receipt(protocol::decode_short_receipt(again, known).value()) == full);
    }
    return 0;
}
