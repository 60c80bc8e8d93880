// Rebuilds the SignedData of the profile from values, and takes it apart again.
// Way of the message: [seal] signs what is rebuilt here; verifiers and evidence get the same bytes.
// Pure: no digest, no signature is computed here. Any thread.
// Spec: docs/parcel-format.md#signed-data, RFC 5652. Tests: unit/protocol/cms_test.cpp.
// Limits: what was parsed is built again and compared, so nothing beyond the one form is accepted.
#include "protocol/der.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/oids.hpp"
#include "protocol/parcel.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

namespace tag = der_tag;

// SignedData and SignerInfo of a signer that is named by its subject key identifier.
constexpr std::uint8_t version_3 = 3;

/// AlgorithmIdentifier without parameters (RFC 5754 for SHA-2, RFC 5480 for ECDSA).
bytes algorithm(byte_view content) { return der_sequence({der_oid(content)}); }

byte_view content_oid(signed_content type) {
    switch (type) {
        case signed_content::message:
            return oids::dhow_content;
        case signed_content::seal:
            return oids::dhow_seal;
        case signed_content::receipt:
            return oids::dhow_receipt;
        case signed_content::directory:
            return oids::dhow_directory;
    }
    DHOW_NEVER("a content type that is not in the list");
}

result<signed_content> content_of(byte_view found) {
    for (const auto type : {signed_content::message, signed_content::seal, signed_content::receipt,
                            signed_content::directory}) {
        if (std::ranges::equal(found, content_oid(type))) {
            return type;
        }
    }
    return errc::bad_encoding;
}

bytes attribute(byte_view type, byte_view value) {
    return der_sequence({der_oid(type), der_element(tag::set, {value})});
}

//= PF-9
bytes der_signature(const signature& value) {
    const byte_view both{value.value};
    return der_sequence({der_unsigned(both.first<32>()), der_unsigned(both.last<32>())});
}

result<signature> signature_in(byte_view der) {
    der_reader outer{der};
    DHOW_TRY(auto in, outer.enter(tag::sequence));
    DHOW_CHECK(outer.end());
    signature out;
    for (const std::size_t end : {std::size_t{32}, std::size_t{64}}) {
        DHOW_TRY(const auto number, in.unsigned_integer(32));
        std::ranges::copy(number,
                          out.value.begin() + static_cast<std::ptrdiff_t>(end - number.size()));
    }
    DHOW_CHECK(in.end());
    if (!is_canonical(out)) {
        return errc::bad_encoding;
    }
    return out;
}

result<digest> digest_in(byte_view octet_string) {
    der_reader in{octet_string};
    DHOW_TRY(const auto value, in.value(tag::octet_string));
    DHOW_CHECK(in.end());
    return fixed_in<digest>(value);
}

// SigningCertificateV2 with one ESSCertIDv2 of nothing but the SHA-256 (RFC 5035 section 3).
bytes signing_certificate(const digest& certificate) {
    return der_sequence({der_sequence({der_sequence({der_octets(certificate.view())})})});
}

result<digest> signing_certificate_in(byte_view value) {
    der_reader in{value};
    DHOW_TRY(auto outer, in.enter(tag::sequence));
    DHOW_TRY(auto certificates, outer.enter(tag::sequence));
    DHOW_TRY(const auto first, certificates.value(tag::sequence));
    return digest_in(first);
}

// Reads one attribute into the view. Which must be there is settled by building them again.
result<void> read_attribute(der_reader attribute_in, signed_data_view& out) {
    DHOW_TRY(const auto type, attribute_in.value(tag::oid));
    DHOW_TRY(const auto value, attribute_in.value(tag::set));
    if (std::ranges::equal(type, oids::message_digest)) {
        DHOW_TRY(out.content_digest, digest_in(value));
    } else if (std::ranges::equal(type, oids::signing_time)) {
        der_reader in{value};
        DHOW_TRY(out.signed_at, in.time());
    } else if (std::ranges::equal(type, oids::signing_certificate_v2)) {
        DHOW_TRY(out.signer_certificate, signing_certificate_in(value));
    } else if (std::ranges::equal(type, oids::dhow_binding)) {
        DHOW_TRY(out.binding, digest_in(value));
    } else if (!std::ranges::equal(type, oids::content_type)) {
        return errc::bad_encoding;
    }
    return {};
}

//= PF-43
result<void> read_attributes(byte_view value, signed_data_view& out) {
    out.own = der_element(tag::set, {value});
    der_reader in{value};
    while (!in.empty()) {
        DHOW_TRY(const auto next, in.enter(tag::sequence));
        DHOW_CHECK(read_attribute(next, out));
    }
    if (out.binding.has_value() != (out.type == signed_content::message)) {
        return errc::bad_encoding;
    }
    const auto rebuilt = signed_attributes(out.type, out.content_digest, out.signed_at,
                                           out.signer_certificate, out.binding);
    if (rebuilt != out.own) {
        return errc::bad_encoding;
    }
    return {};
}

result<void> read_content(der_reader in, signed_data_view& out) {
    DHOW_TRY(const auto type, in.value(tag::oid));
    DHOW_TRY(out.type, content_of(type));
    DHOW_TRY(auto explicit_content, in.enter(tag::context_constructed(0)));
    DHOW_TRY(out.content, explicit_content.value(tag::octet_string));
    return {};
}

result<void> read_signer(der_reader in, signed_data_view& out) {
    DHOW_CHECK(in.expect(der_small(version_3)));
    DHOW_TRY(const auto signer, in.value(tag::context(0)));
    DHOW_TRY(out.signer, fixed_in<key_id>(signer));
    DHOW_CHECK(in.expect(algorithm(oids::sha256)));
    DHOW_TRY(const auto attributes, in.value(tag::context_constructed(0)));
    DHOW_CHECK(read_attributes(attributes, out));
    DHOW_CHECK(in.expect(algorithm(oids::ecdsa_with_sha256)));
    DHOW_TRY(const auto value, in.value(tag::octet_string));
    DHOW_TRY(out.value, signature_in(value));
    return {};
}

// The largest thing that is signed: a text with its fields, or a directory head.
constexpr std::size_t signed_data_bytes_max = limits::sealed_text_bytes_max + 64 * limits::kib;

}  // namespace

//= PF-42
bytes signed_attributes(signed_content type, const digest& content_digest,
                        std::chrono::sys_seconds signed_at, const digest& signer_certificate,
                        const std::optional<digest>& binding) {
    std::vector<bytes> attributes{
        attribute(oids::content_type, der_oid(content_oid(type))),
        attribute(oids::message_digest, der_octets(content_digest.view())),
        attribute(oids::signing_time, der_time(signed_at)),
        attribute(oids::signing_certificate_v2, signing_certificate(signer_certificate)),
    };
    if (binding) {
        attributes.push_back(attribute(oids::dhow_binding, der_octets(binding->view())));
    }
    return der_set_of(std::move(attributes));
}

//= PF-41
bytes build_signed_data(signed_content type, byte_view content, byte_view attributes,
                        const key_id& signer, const signature& value) {
    bytes implicit_attributes = to_bytes(attributes);
    DHOW_ENSURE(!implicit_attributes.empty() && implicit_attributes[0] == tag::set);
    implicit_attributes[0] = tag::context_constructed(0);

    const auto signer_info = der_sequence({
        der_small(version_3),
        der_element(tag::context(0), {signer.view()}),
        algorithm(oids::sha256),
        implicit_attributes,
        algorithm(oids::ecdsa_with_sha256),
        der_octets(der_signature(value)),
    });
    const auto encapsulated = der_sequence({
        der_oid(content_oid(type)),
        der_element(tag::context_constructed(0), {der_octets(content)}),
    });
    const auto signed_data = der_sequence({
        der_small(version_3),
        der_element(tag::set, {algorithm(oids::sha256)}),
        encapsulated,
        der_element(tag::set, {signer_info}),
    });
    return der_sequence(
        {der_oid(oids::signed_data), der_element(tag::context_constructed(0), {signed_data})});
}

//= PF-40, PF-44
result<signed_data_view> parse_signed_data(byte_view der) {
    if (der.size() > std::max(signed_data_bytes_max, limits::directory_bytes_max)) {
        return errc::too_long;
    }
    der_reader in{der};
    DHOW_TRY(auto info, in.enter(tag::sequence));
    DHOW_CHECK(in.end());
    DHOW_CHECK(info.expect(der_oid(oids::signed_data)));
    DHOW_TRY(auto explicit_data, info.enter(tag::context_constructed(0)));
    DHOW_TRY(auto data, explicit_data.enter(tag::sequence));
    DHOW_CHECK(data.expect(der_small(version_3)));
    DHOW_CHECK(data.expect(der_element(tag::set, {algorithm(oids::sha256)})));

    signed_data_view out;
    DHOW_TRY(const auto encapsulated, data.enter(tag::sequence));
    DHOW_CHECK(read_content(encapsulated, out));
    DHOW_TRY(auto signers, data.enter(tag::set));
    DHOW_TRY(const auto signer, signers.enter(tag::sequence));
    DHOW_CHECK(read_signer(signer, out));

    // Every octet that was not looked at above is settled here: there is one form, and this is it.
    const auto rebuilt = build_signed_data(out.type, out.content, out.own, out.signer, out.value);
    if (!std::ranges::equal(rebuilt, der)) {
        return errc::bad_encoding;
    }
    out.attributes = out.own;
    return out;
}

}  // namespace dhow::protocol
