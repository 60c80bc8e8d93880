// Short forms: there and back, with each thing left off, and what another directory makes of them.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md#short-form. Tests: it is one.
// Limits: none.
#include "protocol/short_form.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/bytes.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using namespace dhow::tests;

namespace {

const dhow::seal::openssl_hasher hash;

directory_key key_of(key_purpose purpose, const key_id& id) {
    directory_key out;
    out.purpose = purpose;
    out.id = id;
    out.certificate = bytes(id.value.begin(), id.value.end());
    return out;
}

void add(directory& to, bureau_id owner, directory_key key) {
    const auto found = std::ranges::find(to.entries, owner, &directory_entry::bureau);
    if (found != to.entries.end()) {
        found->keys.push_back(std::move(key));
        return;
    }
    directory_entry made;
    made.bureau = owner;
    made.keys.push_back(std::move(key));
    to.entries.push_back(std::move(made));
    std::ranges::sort(to.entries, {}, &directory_entry::bureau);
}

/// The current keys that a vector names.
directory directory_of(const vector_case& from) {
    directory out;
    for (const auto& each : from.all.at("keys").as_array()) {
        const auto text = [&](std::string_view member) {
            return std::string{each.as_object().at(member).as_string()};
        };
        directory_key key;
        key.purpose = text("purpose") == "sign" ? key_purpose::sign : key_purpose::encrypt;
        key.id = from_hex<key_id>(text("id")).value();
        key.certificate = bytes_from_hex(text("certificate")).value();
        add(out, bureau_id::parse(text("bureau")).value(), std::move(key));
    }
    return out;
}

/// The full form of a preamble vector, as a receiver makes it.
result<bytes> rebuilt(const vector_case& from, byte_view data, const directory& known) {
    auto out = decode_short_preamble(data, {known, hash});
    if (!out) {
        return out.error();
    }
    if (from.has("object")) {
        out->seal.body_digest = from_hex<digest>(from.text("object")).value();
        out->seal.body_bytes = from.all.at("body_bytes").to_number<std::uint64_t>();
    }
    return encode_preamble(*out);
}

/// A preamble whose keys are the current ones of its bureaus.
struct sample {
    sample() {
        value = decode_preamble(load_vectors("parcel", "preamble").at(0).data).value();
        auto header = decode_header(value.seal.header).value();
        const std::array<std::uint8_t, 10> random{};
        header.id = make_message_id(header.created, random);
        value.seal.header = encode_header(header);
        value.seal.signed_at = std::chrono::floor<std::chrono::seconds>(header.created);
        add(bureaus, header.origin, key_of(key_purpose::sign, value.seal.signer));
        value.seal.signer_certificate = hash.sha256({bureaus.entries.front().keys[0].certificate});
        for (const auto& entry : value.lockboxes.entries) {
            add(bureaus, entry.box.recipient, key_of(key_purpose::encrypt, entry.box.key));
        }
    }
    /// The full form of what arrives.
    [[nodiscard]] result<bytes> there_and_back(const directory& receivers) const {
        const auto made = encode_short_preamble(value, {bureaus, hash}).value();
        auto back = decode_short_preamble(made, {receivers, hash});
        if (!back) {
            return back.error();
        }
        back->seal.body_digest = value.seal.body_digest;
        back->seal.body_bytes = value.seal.body_bytes;
        return encode_preamble(*back);
    }
    preamble value;
    directory bureaus;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(short_form_test)

//= PF-80, PF-81, PF-82
BOOST_FIXTURE_TEST_CASE(a_preamble_is_rebuilt_bit_for_bit, sample) {
    const auto whole = encode_preamble(value);
    const auto made = encode_short_preamble(value, {bureaus, hash}).value();
    BOOST_TEST(made[0] == 15);
    const auto boxes = value.lockboxes.entries.size();
    // Root 34, created 8, body digest 32, body bytes 2, signer 52, signing time 5, key ids; a byte.
    BOOST_TEST(whole.size() - made.size() == 34U + 8U + 32U + 2U + 52U + 5U + 20U * boxes - 1U);
    BOOST_TEST((there_and_back(bureaus).value() == whole));
}

BOOST_FIXTURE_TEST_CASE(what_is_not_as_usual_travels, sample) {
    value.seal.signed_at += std::chrono::seconds{1};
    value.seal.signer.value[0] ^= 1;
    value.lockboxes.entries[0].box.key.value[0] ^= 1;
    auto header = decode_header(value.seal.header).value();
    header.created += milliseconds{1};
    header.lockbox_root = lockbox_root(value.lockboxes, hash).value();
    value.seal.header = encode_header(header);
    BOOST_TEST(encode_short_preamble(value, {bureaus, hash}).value()[0] == 0);
    BOOST_TEST((there_and_back(bureaus).value() == encode_preamble(value)));
}

//= LP-14
BOOST_FIXTURE_TEST_CASE(another_directory_rebuilds_something_else_or_nothing, sample) {
    auto other = bureaus;
    for (auto& entry : other.entries) {
        for (auto& key : entry.keys) {
            key.id.value[5] ^= 1;
        }
    }
    const auto rebuilt_by_it = there_and_back(other);
    BOOST_TEST((!rebuilt_by_it || *rebuilt_by_it != encode_preamble(value)));
    BOOST_TEST((there_and_back(directory{}).error() == errc::unknown_key));
}

BOOST_FIXTURE_TEST_CASE(cut_or_with_unknown_bits_it_is_refused, sample) {
    auto made = encode_short_preamble(value, {bureaus, hash}).value();
    for (std::size_t size = 0; size < made.size(); ++size) {
        BOOST_TEST(!decode_short_preamble(byte_view{made}.first(size), {bureaus, hash}));
    }
    made[0] |= 16;
    BOOST_TEST((decode_short_preamble(made, {bureaus, hash}).error() == errc::unknown_critical));
}

//= PF-83
BOOST_AUTO_TEST_CASE(a_receipt_is_rebuilt_bit_for_bit) {
    const auto data = load_vectors("receipt", "receipt").at(0).data;
    auto value = decode_receipt(data).value();
    const auto issuer = decode_receipt_content(value.content).value().issuer;
    directory bureaus;
    add(bureaus, issuer, key_of(key_purpose::sign, value.signer));
    const auto other = encode_short_receipt(value, {bureaus, hash}).value();
    BOOST_TEST((encode_receipt(decode_short_receipt(other, {bureaus, hash}).value()) == data));
    value.signer_certificate = hash.sha256({bureaus.entries[0].keys[0].certificate});
    const auto made = encode_short_receipt(value, {bureaus, hash}).value();
    BOOST_TEST(data.size() - made.size() == 51U);
    BOOST_TEST((encode_receipt(decode_short_receipt(made, {bureaus, hash}).value()) ==
                encode_receipt(value)));
}

//= PF-80, PF-81, PF-82
BOOST_AUTO_TEST_CASE(preambles_of_the_vectors_are_rebuilt_or_refused) {
    for (const auto& each : load_vectors("short", "preamble")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto known = directory_of(each);
            const auto full = rebuilt(each, each.data, known);
            BOOST_TEST(refusal(full) == each.error);
            if (full) {
                BOOST_TEST((*full == each.hex("full")));
                BOOST_TEST(decode_preamble(*full).has_value());
            }
        }
    }
}

/// Of several encodings a sender makes the shortest.
BOOST_AUTO_TEST_CASE(preambles_of_the_vectors_are_shortened_as_far_as_they_can_be) {
    const auto all = load_vectors("short", "preamble");
    for (const auto& each : all) {
        const bool is_shortest = each.name == "all left off" || each.name.starts_with("branch") ||
                                 each.name.starts_with("signed");
        if (is_shortest) {
            const auto value = decode_preamble(each.hex("full")).value();
            const auto made = encode_short_preamble(value, {directory_of(each), hash}).value();
            BOOST_TEST((made == each.data), each.name);
        }
    }
}

BOOST_AUTO_TEST_CASE(short_forms_of_the_vectors_cut_anywhere_are_refused) {
    for (const auto& each : load_vectors("short")) {
        const auto known = directory_of(each);
        for (std::size_t size = 0; each.error.empty() && size < each.data.size(); ++size) {
            const auto cut = byte_view{each.data}.first(size);
            const bool is_refused = each.kind == "receipt"
                                        ? !decode_short_receipt(cut, {known, hash})
                                        : !decode_short_preamble(cut, {known, hash});
            BOOST_TEST(is_refused, each.name << " cut at " << size);
        }
    }
}

/// Whatever is changed on the way, what is rebuilt is not what was signed, or it is the same.
BOOST_AUTO_TEST_CASE(a_bit_that_is_changed_is_refused_or_changes_the_full_form) {
    const auto each = load_vectors("short", "preamble").at(0);
    const auto known = directory_of(each);
    const auto full = each.hex("full");
    for (std::size_t bit = 0; bit < each.data.size() * 8; ++bit) {
        const auto other = rebuilt(each, with_bit_flipped(each.data, bit), known);
        BOOST_TEST((!other || *other != full), "bit " << bit);
    }
}

//= PF-83
BOOST_AUTO_TEST_CASE(receipts_of_the_vectors_are_rebuilt_or_refused) {
    for (const auto& each : load_vectors("short", "receipt")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto known = directory_of(each);
            const auto value = decode_short_receipt(each.data, {known, hash});
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_receipt(*value) == each.hex("full")));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
