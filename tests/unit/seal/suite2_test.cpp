// Suite 2: lockboxes and key derivation by vectors, with our primitives; our refusal of it.
// Way of the message: none; a test.
// Not pure: OpenSSL; reads vector files of the source tree.
// Spec: docs/parcel-format.md#suite-2. Tests: it is one.
// Limits: ML-KEM's own values are given in the vectors, not computed.
#include "protocol/suite2.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/directory.hpp"
#include "protocol/limits.hpp"
#include "protocol/parcel.hpp"
#include "tests/support/federation.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow;
using namespace dhow::tests;
using protocol::byte_view;
using protocol::bytes;

BOOST_AUTO_TEST_SUITE(suite2_test)

namespace {

const seal::openssl_hasher hash;

template <class Fixed>
Fixed fixed(const vector_case& each, std::string_view member) {
    return protocol::from_hex<Fixed>(each.text(member)).value();
}

bytes info_of(const vector_case& each, const protocol::hybrid_lockbox& box,
              const protocol::hybrid_public_key& keys) {
    return protocol::hybrid_info(box.recipient, keys,
                                 fixed<protocol::p256_octets>(each, "ephemeral_point"),
                                 box.ciphertext, hash);
}

/// SHA-256(K, Z, 00000001, info).
seal::secret_key derive(const vector_case& each, byte_view info) {
    bytes input = each.hex("kem_secret");
    const bytes ecdh = each.hex("ecdh_secret");
    input.insert(input.end(), ecdh.begin(), ecdh.end());
    input.insert(input.end(), {0, 0, 0, 1});
    input.insert(input.end(), info.begin(), info.end());
    return seal::sha256(input).value;
}

bool holds(byte_view whole, byte_view part) { return !std::ranges::search(whole, part).empty(); }

std::vector<vector_case> good_lockboxes() {
    auto all = load_vectors("suite2", "lockbox");
    std::erase_if(all, [](const vector_case& each) { return !each.error.empty(); });
    BOOST_TEST_REQUIRE(all.size() == 3U);
    return all;
}

protocol::hybrid_public_key keys_of(const vector_case& each) {
    return {fixed<protocol::p256_octets>(each, "recipient_point"),
            fixed<protocol::encapsulation_key>(each, "encapsulation_key")};
}

}  // namespace

//= PF-70
BOOST_AUTO_TEST_CASE(lockbox_vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("suite2", "lockbox")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = protocol::decode_hybrid_lockbox(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((protocol::encode_hybrid_lockbox(*value) == each.data));
                BOOST_TEST(value->recipient.text() == each.text("recipient"));
                BOOST_TEST(protocol::to_hex(value->key.view()) == each.text("key"));
                BOOST_TEST(protocol::to_hex(value->kem_key.view()) == each.text("kem_key"));
                BOOST_TEST(protocol::to_hex(value->ciphertext.view()) ==
                           each.text("kem_ciphertext"));
                BOOST_TEST(protocol::to_hex(value->wrapped.view()) == each.text("wrapped"));
            }
        }
    }
}

//= PF-72, PF-73, PF-74
BOOST_AUTO_TEST_CASE(wrapping_keys_follow_from_both_secrets_and_the_transcript) {
    for (const auto& each : good_lockboxes()) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto box = protocol::decode_hybrid_lockbox(each.data).value();
            const auto keys = keys_of(each);
            BOOST_TEST((protocol::key_id_of(keys.kem, hash) == box.kem_key));
            const auto info = info_of(each, box, keys);
            BOOST_TEST((info == each.hex("other_info")));
            const auto wrapping = derive(each, info);
            BOOST_TEST(protocol::to_hex(wrapping) == each.text("wrapping_key"));
            const auto content_key = seal::unwrap_key(wrapping, box.wrapped).value();
            BOOST_TEST(protocol::to_hex(content_key) == each.text("content_key"));
            BOOST_TEST((seal::wrap_key(wrapping, content_key) == box.wrapped));
        }
    }
}

//= PF-72, PF-73
BOOST_AUTO_TEST_CASE(another_secret_key_ciphertext_or_recipient_does_not_open) {
    auto each = good_lockboxes().front();
    const auto box = protocol::decode_hybrid_lockbox(each.data).value();
    const auto keys = keys_of(each);
    const auto opens = [&](const vector_case& given, const protocol::hybrid_lockbox& from,
                           const protocol::hybrid_public_key& own) {
        return seal::unwrap_key(derive(given, info_of(given, from, own)), from.wrapped).has_value();
    };
    BOOST_TEST(opens(each, box, keys));
    for (const auto* member : {"kem_secret", "ecdh_secret", "ephemeral_point"}) {
        auto other = each;
        other.all[member] = protocol::to_hex(with_bit_flipped(each.hex(member), 100));
        BOOST_TEST(!opens(other, box, keys));
    }
    auto other_box = box;
    other_box.ciphertext.value[1087] ^= 1;
    BOOST_TEST(!opens(each, other_box, keys));
    other_box = box;
    other_box.recipient = protocol::bureau_id::parse("SC").value();
    BOOST_TEST(!opens(each, other_box, keys));
    auto other_keys = keys;
    other_keys.kem.value[1183] ^= 1;
    BOOST_TEST(!opens(each, box, other_keys));
    other_keys = keys;
    other_keys.point.value[64] ^= 1;
    BOOST_TEST(!opens(each, box, other_keys));
}

//= PF-73
BOOST_AUTO_TEST_CASE(recipient_info_of_the_vectors_holds_what_the_lockbox_holds) {
    for (const auto& each : good_lockboxes()) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(seal::import_point(each.hex("recipient_point")).has_value());
            BOOST_TEST(seal::import_point(each.hex("ephemeral_point")).has_value());
            const auto info = each.hex("recipient_info");
            auto kemct = each.hex("kem_ciphertext");
            const auto point = each.hex("ephemeral_point");
            kemct.insert(kemct.end(), point.begin(), point.end());
            BOOST_TEST(holds(info, kemct));
            BOOST_TEST(holds(info, byte_view{each.hex("other_info")}.last(32)));
            const auto wrapped = each.hex("wrapped");
            BOOST_TEST(std::ranges::equal(byte_view{info}.last(wrapped.size()), wrapped));
            BOOST_TEST(!holds(info, byte_view{each.hex("content_key")}));
        }
    }
}

//= PF-11
BOOST_AUTO_TEST_CASE(a_parcel_of_another_suite_is_refused_as_such_and_not_as_damaged) {
    for (const auto& each : load_vectors("suite2", "preamble")) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST_REQUIRE(each.error == "unsupported-suite");
            BOOST_TEST(refusal(protocol::decode_preamble(each.data)) == each.error);
            BOOST_TEST(refusal(protocol::decode_header(each.hex("header"))) == each.error);
            auto as_suite_1 = each.hex("header");
            as_suite_1.at(1) = protocol::suite_p256;
            const auto head = protocol::decode_header(as_suite_1).value();
            BOOST_TEST(protocol::to_hex(head.lockbox_root.view()) == each.text("root"));
        }
    }
}

//= PF-71
BOOST_AUTO_TEST_CASE(the_largest_lockboxes_fit_into_a_preamble) {
    protocol::hybrid_lockbox box;
    box.recipient = protocol::bureau_id::parse("ABCDEFGH").value();
    const auto size = protocol::encode_hybrid_lockbox(box).size();
    BOOST_TEST(size == 1177U);
    protocol::seal seal;
    seal.header = bytes(protocol::limits::header_bytes_max);
    seal.body_bytes = protocol::limits::sealed_text_bytes_max;
    seal.directory_serial = UINT64_MAX;
    seal.signed_at = std::chrono::sys_seconds{std::chrono::seconds{253'402'300'799}};
    const auto rest = protocol::encode_seal(seal).size() + 2;
    const auto most = protocol::limits::hybrid_recipients_max;
    BOOST_TEST(rest + most * size <= protocol::limits::preamble_bytes_max);
}

//= PF-75
BOOST_AUTO_TEST_CASE(a_directory_entry_with_keys_for_suite_2_reads_as_without) {
    for (const auto& each : load_vectors("suite2", "entry")) {
        const auto with = protocol::decode_directory_entry(each.json);
        const auto without = protocol::decode_directory_entry(each.text("without"));
        BOOST_TEST_REQUIRE(with.has_value());
        BOOST_TEST(each.json != each.text("without"));
        BOOST_TEST(protocol::encode_directory_entry(*with) ==
                   protocol::encode_directory_entry(*without));
    }
}

//= PF-76
BOOST_AUTO_TEST_CASE(this_gateway_seals_by_suite_1) {
    federation all;
    const auto zw = all.sealer("ZW");
    const auto outcome = zw->run(seal::job_request(sample_message("ZW", {bureau("MU")})));
    BOOST_TEST_REQUIRE(outcome.has_value());
    const auto& made = std::get<seal::done::sealed_message>(*outcome);
    BOOST_TEST(made.seal.header.at(1) == protocol::suite_p256);
}

BOOST_AUTO_TEST_SUITE_END()
