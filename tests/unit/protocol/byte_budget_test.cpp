// Computes the byte budget of a hit confirmation and its receipt, and compares docs/byte-budget.md.
// Way of the message: none; a test.
// Not pure: reads files of the source tree.
// Spec: docs/byte-budget.md. Tests: it is one; on a difference it prints the table that is right.
// Limits: sizes before compression, which is measured in tests/bench.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/bytes.hpp"
#include "protocol/content.hpp"
#include "protocol/der.hpp"
#include "protocol/oids.hpp"
#include "protocol/parcel.hpp"
#include "protocol/receipt.hpp"
#include "protocol/short_form.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(byte_budget_test)

namespace {

constexpr std::size_t text_bytes = 1500;

struct sizes {
    std::size_t wire = 0;
    std::size_t cms = 0;
};
sizes both(std::size_t bytes) { return {bytes, bytes}; }

/// A part of the object and its fields; the fields are all of it.
struct part {
    std::string name;
    sizes whole;
    std::vector<std::pair<std::string, sizes>> fields;
};

void append_row(std::string& out, const std::string& name, sizes value) {
    out += "| " + name + " | " + std::to_string(value.wire) + " | " + std::to_string(value.cms) +
           " |\n";
}

std::string to_markdown(const std::vector<part>& parts, const std::string& total) {
    std::string out;
    sizes sum;
    for (const auto& each : parts) {
        sizes fields;
        for (const auto& [name, value] : each.fields) {
            append_row(out, name, value);
            fields.wire += value.wire;
            fields.cms += value.cms;
        }
        append_row(out, "*" + each.name + "*", each.whole);
        BOOST_TEST(fields.wire == each.whole.wire, each.name << ": fields and whole differ");
        BOOST_TEST(fields.cms == each.whole.cms, each.name << ": fields and whole differ in CMS");
        sum.wire += each.whole.wire;
        sum.cms += each.whole.cms;
    }
    append_row(out, "**" + total + "**", sum);
    return out;
}

/// What the structure needs beyond the values that were named.
void add_rest(part& to, const std::string& name) {
    sizes named;
    for (const auto& [field, value] : to.fields) {
        named.wire += value.wire;
        named.cms += value.cms;
    }
    BOOST_TEST_REQUIRE(named.wire <= to.whole.wire);
    BOOST_TEST_REQUIRE(named.cms <= to.whole.cms);
    to.fields.push_back({name, {to.whole.wire - named.wire, to.whole.cms - named.cms}});
}

std::size_t octets_size(byte_view value) {
    return der_element(der_tag::octet_string, {value}).size();
}

std::size_t varint_size(std::uint64_t value) { return writer{}.varint(value).size(); }

/// Sizes of the tagged fields of an encoding, by tag; a list's fields together.
std::map<std::uint8_t, std::size_t> field_sizes(byte_view fields) {
    std::map<std::uint8_t, std::size_t> out;
    for (reader in{fields}; !in.empty();) {
        const auto before = in.remaining();
        const auto tag = in.u8().value();
        in.sized(before).value();
        out[tag] += before - in.remaining();
    }
    return out;
}

/// The rows of fields by their tags; `names` has all that are there.
void add_fields(part& to, byte_view fields, const std::map<std::uint8_t, std::string>& names) {
    for (const auto& [tag, size] : field_sizes(fields)) {
        to.fields.emplace_back(names.at(tag), both(size));
    }
}

preamble sample() { return decode_preamble(load_vectors("parcel", "preamble").at(0).data).value(); }

bytes attributes_of(signed_content type, const seal& from) {
    const auto binding = type == signed_content::message ? std::optional{digest{}} : std::nullopt;
    return signed_attributes(type, digest{}, from.signed_at, digest{}, binding);
}

std::size_t signed_size(signed_content type, byte_view content, const seal& from) {
    return build_signed_data(type, content, attributes_of(type, from), from.signer, from.value)
        .size();
}

/// Size of one signed attribute in CMS; 0 when it is not there.
std::size_t attribute_size(byte_view attributes, byte_view type) {
    der_reader in{attributes};
    for (auto set = in.enter(der_tag::set).value(); !set.empty();) {
        const auto value = set.value(der_tag::sequence).value();
        const auto found = der_reader{value}.value(der_tag::oid).value();
        if (std::ranges::equal(found, type)) {
            return der_element(der_tag::sequence, {value}).size();
        }
    }
    return 0;
}

/// The signer's part of a SignedData. On the wire only a seal and a receipt have one of their own.
void add_signature(part& to, signed_content type, const seal& from) {
    const auto attributes = attributes_of(type, from);
    const bool is_inner = type == signed_content::message;
    const auto wire = [is_inner](std::size_t size, std::size_t cms) {
        return sizes{is_inner ? cms : size, cms};
    };
    const auto seconds = static_cast<std::uint64_t>(from.signed_at.time_since_epoch().count());
    const std::pair<std::string_view, byte_view> only_cms[] = {
        {"content type", oids::content_type},
        {"message digest", oids::message_digest},
        {"binding to the header", oids::dhow_binding}};
    for (const auto& [name, type_of] : only_cms) {
        if (const auto size = attribute_size(attributes, type_of)) {
            to.fields.emplace_back(name, wire(0, size));
        }
    }
    to.fields.emplace_back(
        "signer",
        wire(key_id::size_bytes, der_element(der_tag::context(0), {from.signer.view()}).size()));
    to.fields.emplace_back(
        "signer's certificate",
        wire(digest::size_bytes, attribute_size(attributes, oids::signing_certificate_v2)));
    to.fields.emplace_back(
        "signing time", wire(varint_size(seconds), attribute_size(attributes, oids::signing_time)));
    const auto r = der_unsigned(byte_view{from.value.value}.first(32));
    const auto s = der_unsigned(byte_view{from.value.value}.last(32));
    to.fields.emplace_back("signature",
                           wire(signature::size_bytes, octets_size(der_sequence({r, s}))));
}

part header_part(byte_view encoded) {
    part out{"header", both(encoded.size()), {{"version, suite", both(2)}}};
    add_fields(out, encoded.subspan(2),
               {{0x81, "id"},
                {0x82, "origin"},
                {0x83, "class"},
                {0x84, "created"},
                {0x85, "time to live"},
                {0x8B, "lockbox root"}});
    return out;
}

part seal_part(const seal& from) {
    const auto header = from.header.size();
    part out{"seal without header",
             {encode_seal(from).size() - header,
              signed_size(signed_content::seal, seal_content(from), from) - header},
             {{"length of the header", both(varint_size(header))},
              {"body digest", both(digest::size_bytes)},
              {"body bytes", both(varint_size(from.body_bytes))},
              {"inner digest", both(digest::size_bytes)},
              {"directory serial", both(varint_size(from.directory_serial))}}};
    add_signature(out, signed_content::seal, from);
    add_rest(out, "versions, algorithms, DER");
    return out;
}

part lockbox_part(const lockbox_set& branch, const sealed_body& body) {
    const auto& box = branch.entries[0].box;
    const std::vector<lockbox> boxes{box};
    const auto name = writer{}.sized(box.recipient.text()).size();
    part out{"lockbox and proof, one recipient of two",
             {encode_lockboxes(branch).size(),
              build_enveloped(body, boxes).size() - build_enveloped(body, {}).size()},
             {{"leaf count, number of entries",
               {varint_size(branch.leaf_count) + varint_size(branch.entries.size()), 0}},
              {"index", {varint_size(branch.entries[0].index), 0}},
              {"recipient", {name, 0}},
              {"key id", {key_id::size_bytes, octets_size(box.key.view())}},
              {"wrapped content key", {wrapped_key::size_bytes, octets_size(box.wrapped.view())}},
              {"sibling", {branch.siblings.size() * digest::size_bytes, 0}}}};
    add_rest(out, "DER");
    return out;
}

part envelope_part(const sealed_body& body) {
    const auto inner = body.ciphertext.size();
    const bytes unused_bits(1);
    const auto point = der_element(der_tag::bit_string, {unused_bits, body.ephemeral}).size();
    part out{"envelope around the ciphertext",
             {encode_body(body).size() - inner, build_enveloped(body, {}).size() - inner},
             {{"ephemeral point", {body.ephemeral.size(), point}},
              {"nonce", {body.nonce.size(), octets_size(body.nonce)}},
              {"tag", {body.tag.size(), octets_size(body.tag)}}}};
    add_rest(out, "versions, algorithms, DER");
    return out;
}

part content_part(byte_view encoded, std::size_t text) {
    part out{"content fields without text", both(encoded.size() - text), {{"version", both(1)}}};
    add_fields(out, encoded.subspan(1),
               {{0x81, "kind"},
                {0x82, "agency"},
                {0x83, "subject"},
                {0x84, "media type"},
                {0x85, "tag and length of the text"},
                {0x86, "recipients shown"}});
    for (auto& [name, size] : out.fields) {
        if (name == "tag and length of the text") {
            size = both(size.wire - text);
        }
    }
    return out;
}

std::vector<part> message_parts() {
    const auto given = sample();
    content text{.kind = "hit.confirmation",
                 .agency = "ZRP-CID",
                 .subject = "Synthetic hit",
                 .media_type = "text/plain",
                 .text = bytes(text_bytes, 'x'),
                 .recipients = {bureau_id::parse("MU").value()},
                 .attachments = {},
                 .ignored = {}};
    const auto encoded = encode_content(text);
    const auto inner = signed_size(signed_content::message, encoded, given.seal);
    lockbox_set branch = given.lockboxes;
    branch.leaf_count = 2;
    branch.entries.resize(1);
    branch.siblings.resize(1);
    const bytes ciphertext(inner, 0);
    sealed_body body;
    body.ciphertext = ciphertext;
    part signed_data{"inner SignedData without content", both(inner - encoded.size()), {}};
    add_signature(signed_data, signed_content::message, given.seal);
    add_rest(signed_data, "versions, algorithms, DER");
    return {header_part(given.seal.header),
            seal_part(given.seal),
            lockbox_part(branch, body),
            envelope_part(body),
            signed_data,
            content_part(encoded, text_bytes),
            {"text", both(text_bytes), {{"text", both(text_bytes)}}}};
}

struct outcome_bytes {
    std::size_t whole = 0;  ///< With tag and length.
    byte_view value;
};

/// The last field of a receipt with one outcome.
outcome_bytes read_outcome(byte_view fields) {
    outcome_bytes out;
    for (reader in{fields}; !in.empty();) {
        const auto before = in.remaining();
        in.u8().value();
        out.value = in.sized(before).value();
        out.whole = before - in.remaining();
    }
    return out;
}

std::vector<part> receipt_parts() {
    const auto each = load_vectors("receipt", "receipt").at(0);
    const auto value = decode_receipt(each.data).value();
    const auto size = value.content.size();
    const byte_view fields = byte_view{value.content}.subspan(1);
    const auto outcome = read_outcome(fields);
    part inside{"receipt content, one outcome", both(size), {{"version", both(1)}}};
    add_fields(inside, fields.first(fields.size() - outcome.whole),
               {{0x81, "issuer"}, {0x82, "origin of the messages"}});
    inside.fields.emplace_back("tag and length of the outcome",
                               both(outcome.whole - outcome.value.size()));
    add_fields(inside, outcome.value,
               {{0x81, "id"},
                {0x84, "kind"},
                {0x85, "at"},
                {0x86, "digest of the seal's content"},
                {0x87, "digests of the objects on disk"}});
    const auto from = sample().seal;
    part around{
        "signer, certificate, time, signature",
        {each.data.size() - size, signed_size(signed_content::receipt, value.content, from) - size},
        {{"length of the content", {varint_size(size), 0}}}};
    add_signature(around, signed_content::receipt, from);
    add_rest(around, "versions, algorithms, DER");
    return {inside, around};
}

/// An entry with one current key.
directory_entry entry_of(bureau_id owner, key_purpose purpose, const key_id& id,
                         bytes certificate) {
    directory_entry out;
    out.bureau = owner;
    out.keys.resize(1);
    out.keys[0].purpose = purpose;
    out.keys[0].id = id;
    out.keys[0].certificate = std::move(certificate);
    return out;
}

std::string short_form_rows() {
    const dhow::seal::openssl_hasher hash;
    const auto certificate = load_vectors("parcel", "preamble").at(0).hex("sign_certificate");
    auto text = sample();
    text.lockboxes.leaf_count = 2;
    text.lockboxes.entries.resize(1);
    text.lockboxes.siblings.resize(1);
    const auto& box = text.lockboxes.entries[0].box;
    directory for_text;
    for_text.entries = {
        entry_of(box.recipient, key_purpose::encrypt, box.key, {}),
        entry_of(bureau_id::parse("ZW").value(), key_purpose::sign, text.seal.signer, certificate)};
    const auto whole = load_vectors("receipt", "receipt").at(0).data;
    const auto receipt_value = decode_receipt(whole).value();
    directory for_receipt;
    for_receipt.entries = {entry_of(bureau_id::parse("MU").value(), key_purpose::sign,
                                    receipt_value.signer, certificate)};
    const sizes preamble_sizes{encode_preamble(text).size(),
                               encode_short_preamble(text, {for_text, hash}).value().size()};
    const sizes receipt_sizes{
        whole.size(), encode_short_receipt(receipt_value, {for_receipt, hash}).value().size()};
    const sizes in_offer{digest::size_bytes, 0};
    std::string out;
    append_row(out, "preamble: header, seal, lockbox and proof", preamble_sizes);
    append_row(out, "digest in the OFFER of the text", in_offer);
    append_row(out, "receipt", receipt_sizes);
    append_row(out, "digest in the OFFER of the receipt", in_offer);
    append_row(out, "**on a link, without text and frames**",
               {preamble_sizes.wire + receipt_sizes.wire + 2 * in_offer.wire,
                preamble_sizes.cms + receipt_sizes.cms});
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(documentation_holds_the_computed_numbers) {
    const auto computed = to_markdown(message_parts(), "message, before compression") +
                          to_markdown(receipt_parts(), "receipt");
    std::ifstream in{std::string{DHOW_SOURCE_DIR} + "/docs/byte-budget.md"};
    const std::string documentation{std::istreambuf_iterator<char>{in}, {}};
    BOOST_TEST_CONTEXT("the right table is:\n" << computed) {
        BOOST_TEST(documentation.find(computed) != std::string::npos);
    }
    const auto shorter = short_form_rows();
    BOOST_TEST_CONTEXT("the right rows of the short form are:\n" << shorter) {
        BOOST_TEST(documentation.find(shorter) != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()
