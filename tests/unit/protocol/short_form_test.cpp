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

/// A preamble whose keys are the current ones of its bureaus.
struct sample {
    sample() {
        value = decode_preamble(load_vectors("parcel", "preamble").at(0).data).value();
        auto header = decode_header(value.seal.header).value();
        const std::array<std::uint8_t, 10> random{};
        header.id = make_message_id(header.created, random);
        value.seal.header = encode_header(header);
        value.seal.signed_at = std::chrono::floor<std::chrono::seconds>(header.created);
        add(header.origin, key_purpose::sign, value.seal.signer);
        value.seal.signer_certificate = hash.sha256({bureaus.entries.front().keys[0].certificate});
        for (const auto& entry : value.lockboxes.entries) {
            add(entry.box.recipient, key_purpose::encrypt, entry.box.key);
        }
    }
    void add(bureau_id bureau, key_purpose purpose, const key_id& id) {
        for (auto& entry : bureaus.entries) {
            if (entry.bureau == bureau) {
                entry.keys.push_back(key_of(purpose, id));
                return;
            }
        }
        directory_entry made;
        made.bureau = bureau;
        made.keys.push_back(key_of(purpose, id));
        bureaus.entries.push_back(made);
        std::ranges::sort(bureaus.entries, {}, &directory_entry::bureau);
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
    BOOST_TEST((there_and_back(other).value() != encode_preamble(value)));
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
    sample at;
    const auto issuer = decode_receipt_content(value.content).value().issuer;
    at.bureaus.entries.clear();
    at.add(issuer, key_purpose::sign, value.signer);
    const auto other = encode_short_receipt(value, {at.bureaus, hash}).value();
    BOOST_TEST((encode_receipt(decode_short_receipt(other, {at.bureaus, hash}).value()) == data));
    value.signer_certificate = hash.sha256({at.bureaus.entries[0].keys[0].certificate});
    const auto made = encode_short_receipt(value, {at.bureaus, hash}).value();
    BOOST_TEST(data.size() - made.size() == 51U);
    BOOST_TEST((encode_receipt(decode_short_receipt(made, {at.bureaus, hash}).value()) ==
                encode_receipt(value)));
}

BOOST_AUTO_TEST_SUITE_END()
