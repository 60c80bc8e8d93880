// Leaves off and rebuilds what directory, lockboxes, id and body tell.
// Way of the message: see short_form.hpp.
// Pure. Values, any thread.
// Spec: docs/parcel-format.md#short-form. Tests: unit/protocol/short_form_test.cpp.
// Limits: preamble_bytes_max, receipt_bytes_max.
#include "protocol/short_form.hpp"

#include "protocol/limits.hpp"
#include "protocol/lockbox_codec.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

// What is left off: bits of the first byte.
constexpr std::uint8_t created_is_in_the_id = 1;
constexpr std::uint8_t signed_when_created = 2;
constexpr std::uint8_t signer_is_current = 4;
constexpr std::uint8_t boxes_are_current = 8;
constexpr std::uint8_t all_bits = 15;

constexpr std::uint8_t tag_created = 0x84;
constexpr std::uint8_t tag_lockbox_root = 0x8B;

/// The time in a UUIDv7: its first 48 bits.
utc_time time_of(const message_id& id) {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        ms = ms << 8 | id.value[i];
    }
    return utc_time{milliseconds{ms}};
}

std::chrono::sys_seconds second_of(utc_time time) {
    return std::chrono::floor<std::chrono::seconds>(time);
}

struct signer_facts {
    key_id id;
    digest certificate;
    bool operator==(const signer_facts&) const = default;
};

std::optional<signer_facts> current_signer(bureau_id bureau, const known_facts& known) {
    const auto* key = known.bureaus.current_key(bureau, key_purpose::sign);
    if (key == nullptr) {
        return std::nullopt;
    }
    return signer_facts{key->id, known.hash.sha256({key->certificate})};
}

bool has_current_key(const lockbox& box, const known_facts& known) {
    const auto* key = known.bureaus.current_key(box.recipient, key_purpose::encrypt);
    return key != nullptr && key->id == box.key;
}

/// The fields of a header without its root and, `also_created`, its time.
bytes leave_off(byte_view encoded, bool also_created) {
    reader in{encoded};
    writer out;
    out.raw(in.take(2).value());
    while (!in.empty()) {
        const auto tag = in.u8().value();
        const auto value = in.sized(limits::header_bytes_max).value();
        if (tag != tag_lockbox_root && !(also_created && tag == tag_created)) {
            out.u8(tag).sized(value);
        }
    }
    return out.take();
}

/// A header that can be decoded: zeros stand for what was left off.
result<bytes> with_zeros(byte_view short_header, bool lacks_created) {
    reader in{short_header};
    writer out;
    DHOW_TRY(const auto formats, in.take(2));
    out.raw(formats);
    while (true) {
        if (lacks_created && in.peek().value_or(tag_lockbox_root) > tag_created) {
            lacks_created = false;
            out.u8(tag_created).u8(1).u8(0);
        }
        if (in.empty()) {
            break;
        }
        DHOW_TRY(const auto tag, in.u8());
        DHOW_TRY(const auto value, in.sized(limits::header_bytes_max));
        out.u8(tag).sized(value);
    }
    return out.u8(tag_lockbox_root).sized(digest{}.view()).take();
}

void put_signer(writer& out, const signer_facts& signer, bool is_there) {
    if (is_there) {
        out.raw(signer.id.view()).raw(signer.certificate.view());
    }
}

result<signer_facts> read_signer(reader& in, bureau_id bureau, bool is_there,
                                 const known_facts& known) {
    if (!is_there) {
        const auto found = current_signer(bureau, known);
        if (!found) {
            return errc::unknown_key;
        }
        return *found;
    }
    signer_facts out;
    DHOW_TRY(out.id, in.fixed<key_id>());
    DHOW_TRY(out.certificate, in.fixed<digest>());
    return out;
}

std::uint64_t seconds_value(std::chrono::sys_seconds time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace

//= PF-80, PF-81
std::optional<bytes> encode_short_preamble(const preamble& value, const known_facts& known) {
    const auto& seal = value.seal;
    const auto header = decode_header(seal.header);
    if (!header) {
        return std::nullopt;
    }
    const signer_facts signer{seal.signer, seal.signer_certificate};
    const bool has_time = header->created != time_of(header->id);
    const bool has_signed_at = seal.signed_at != second_of(header->created);
    const bool has_signer = current_signer(header->origin, known) != signer;
    const bool has_keys = !std::ranges::all_of(value.lockboxes.entries, [&](const auto& entry) {
        return has_current_key(entry.box, known);
    });
    writer out;
    out.u8(static_cast<std::uint8_t>(
        (has_time ? 0 : created_is_in_the_id) | (has_signed_at ? 0 : signed_when_created) |
        (has_signer ? 0 : signer_is_current) | (has_keys ? 0 : boxes_are_current)));
    out.sized(byte_view{leave_off(seal.header, !has_time)});
    out.raw(seal.inner_digest.view()).varint(seal.directory_serial);
    put_signer(out, signer, has_signer);
    if (has_signed_at) {
        out.varint(seconds_value(seal.signed_at));
    }
    return out.raw(seal.value.view()).raw(encode_lockboxes(value.lockboxes, has_keys)).take();
}

//= PF-80, PF-81, PF-82
result<preamble> decode_short_preamble(byte_view data, const known_facts& known) {
    if (data.size() > limits::preamble_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    DHOW_TRY(const auto left_off, in.u8());
    if ((left_off & ~all_bits) != 0) {
        return errc::unknown_critical;
    }
    const auto has = [left_off = left_off](std::uint8_t bit) { return (left_off & bit) == 0; };
    DHOW_TRY(const auto short_header, in.sized(limits::header_bytes_max));
    DHOW_CHECK(check_format(short_header));
    DHOW_TRY(const auto whole, with_zeros(short_header, !has(created_is_in_the_id)));
    DHOW_TRY(auto header, decode_header(whole));
    if (!has(created_is_in_the_id)) {
        header.created = time_of(header.id);
    }
    preamble out;
    DHOW_TRY(out.seal.inner_digest, in.fixed<digest>());
    DHOW_TRY(out.seal.directory_serial, in.varint());
    DHOW_TRY(const auto signer, read_signer(in, header.origin, has(signer_is_current), known));
    out.seal.signer = signer.id;
    out.seal.signer_certificate = signer.certificate;
    out.seal.signed_at = second_of(header.created);
    if (has(signed_when_created)) {
        DHOW_TRY(out.seal.signed_at, read_signing_time(in));
    }
    DHOW_TRY(out.seal.value, in.fixed<signature>());
    if (!is_canonical(out.seal.value)) {
        return errc::bad_encoding;
    }
    DHOW_TRY(out.lockboxes, read_lockboxes(in, has(boxes_are_current) ? nullptr : &known.bureaus));
    DHOW_CHECK(in.end());
    DHOW_TRY(header.lockbox_root, lockbox_root(out.lockboxes, known.hash));
    out.seal.header = encode_header(header);
    return out;
}

//= PF-83
std::optional<bytes> encode_short_receipt(const receipt& value, const known_facts& known) {
    const auto content = decode_receipt_content(value.content);
    if (!content) {
        return std::nullopt;
    }
    const signer_facts signer{value.signer, value.signer_certificate};
    const bool has_signer = current_signer(content->issuer, known) != signer;
    writer out;
    out.u8(has_signer ? 0 : signer_is_current).sized(byte_view{value.content});
    put_signer(out, signer, has_signer);
    return out.varint(seconds_value(value.signed_at)).raw(value.value.view()).take();
}

//= PF-83
result<receipt> decode_short_receipt(byte_view data, const known_facts& known) {
    reader in{data};
    DHOW_TRY(const auto left_off, in.u8());
    if ((left_off & ~signer_is_current) != 0) {
        return errc::unknown_critical;
    }
    receipt out;
    DHOW_TRY(const auto content, in.sized(limits::receipt_bytes_max));
    out.content = to_bytes(content);
    DHOW_TRY(const auto decoded, decode_receipt_content(out.content));
    DHOW_TRY(const auto signer, read_signer(in, decoded.issuer, left_off == 0, known));
    out.signer = signer.id;
    out.signer_certificate = signer.certificate;
    DHOW_TRY(out.signed_at, read_signing_time(in));
    DHOW_TRY(out.value, in.fixed<signature>());
    DHOW_CHECK(in.end());
    if (!is_canonical(out.value)) {
        return errc::bad_encoding;
    }
    return out;
}

}  // namespace dhow::protocol
