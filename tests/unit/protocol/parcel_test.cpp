// Seal, lockboxes, Merkle tree, body: vectors, branches, truncations, bit flips.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md. Tests: it is one.
// Limits: none.
#include "protocol/parcel.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/bytes.hpp"
#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(parcel_test)

namespace {

const dhow::seal::openssl_hasher hash;

lockbox box_for(std::size_t number) {
    lockbox box;
    box.recipient = bureau_id::parse("B" + std::to_string(number)).value();
    box.key.value[0] = static_cast<std::uint8_t>(number);
    box.wrapped.value[1] = static_cast<std::uint8_t>(number >> 8);
    return box;
}

lockbox_set set_of(std::size_t size) {
    std::vector<lockbox> boxes;
    for (std::size_t i = 0; i < size; ++i) {
        boxes.push_back(box_for(i));
    }
    return make_lockbox_set(std::move(boxes), hash);
}

lockbox_set branch_at(const lockbox_set& set, std::initializer_list<std::size_t> places) {
    std::vector<bureau_id> recipients;
    for (const auto place : places) {
        recipients.push_back(set.entries.at(place).box.recipient);
    }
    return branch_of(set, recipients, hash).value();
}

}  // namespace

//= PF-9, PF-20, PF-21, PF-22, PF-23
BOOST_AUTO_TEST_CASE(preamble_vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("parcel", "preamble")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_preamble(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_preamble(*value) == each.data));
                const auto root = lockbox_root(value->lockboxes, hash).value();
                BOOST_TEST(to_hex(root.view()) == each.text("root"));
                const auto head = decode_header(value->seal.header).value();
                BOOST_TEST((head.lockbox_root == root));
            }
        }
    }
}

//= PF-30
BOOST_AUTO_TEST_CASE(body_vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("parcel", "body")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_body(each.data);
            BOOST_TEST(refusal(value) == each.error);
            BOOST_TEST((!value || encode_body(*value) == each.data));
        }
    }
}

//= PF-31
BOOST_AUTO_TEST_CASE(standard_cms_is_rebuilt_bit_by_bit) {
    for (const auto& each : load_vectors("parcel", "preamble")) {
        if (!each.has("seal_cms")) {
            continue;
        }
        const auto value = decode_preamble(each.data).value();
        const auto& seal = value.seal;
        const auto content = seal_content(seal);
        const auto attributes =
            signed_attributes(signed_content::seal, hash.sha256({content}), seal.signed_at,
                              seal.signer_certificate, std::nullopt);
        const auto cms =
            build_signed_data(signed_content::seal, content, attributes, seal.signer, seal.value);
        BOOST_TEST((cms == each.hex("seal_cms")));

        const auto encoded = each.hex("body");
        BOOST_TEST((hash.sha256({encoded}) == seal.body_digest));
        std::vector<lockbox> boxes;
        for (const auto& entry : value.lockboxes.entries) {
            boxes.push_back(entry.box);
        }
        const auto body = decode_body(encoded).value();
        BOOST_TEST((build_enveloped(body, boxes) == each.hex("enveloped_cms")));
        BOOST_TEST((hash.sha256({each.hex("inner_cms")}) == seal.inner_digest));
    }
}

BOOST_AUTO_TEST_CASE(a_rewrapped_attempt_keeps_id_and_content_and_changes_the_rest) {
    std::vector<vector_case> attempts;
    for (auto& each : load_vectors("parcel", "preamble")) {
        if (each.has("content_digest")) {
            attempts.push_back(std::move(each));
        }
    }
    BOOST_TEST_REQUIRE(attempts.size() == 3U);
    BOOST_TEST((attempts[0].data == attempts[1].data));
    const auto first = decode_preamble(attempts[0].data).value();
    const auto second = decode_preamble(attempts[2].data).value();
    BOOST_TEST(attempts[0].text("content_digest") == attempts[2].text("content_digest"));
    BOOST_TEST((decode_header(first.seal.header)->id == decode_header(second.seal.header)->id));
    BOOST_TEST((first.seal.header != second.seal.header));
    BOOST_TEST((first.seal.inner_digest != second.seal.inner_digest));
    BOOST_TEST((first.seal.body_digest != second.seal.body_digest));
}

BOOST_AUTO_TEST_CASE(every_truncation_of_a_preamble_is_refused) {
    for (const auto& each : load_vectors("parcel", "preamble")) {
        for (std::size_t size = 0; each.error.empty() && size < each.data.size(); ++size) {
            BOOST_TEST(!decode_preamble(byte_view{each.data}.first(size)).has_value());
        }
    }
}

// What is not refused changes what was signed: the seal's content, the root, or the signature
// itself.
//= PF-1
BOOST_AUTO_TEST_CASE(every_bit_flip_of_a_preamble_is_refused_or_changes_what_was_signed) {
    for (const auto& each : load_vectors("parcel", "preamble")) {
        if (!each.error.empty()) {
            continue;
        }
        const auto good = decode_preamble(each.data).value();
        const auto good_root = lockbox_root(good.lockboxes, hash).value();
        for (std::size_t bit = 0; bit < each.data.size() * 8; ++bit) {
            const auto changed = decode_preamble(with_bit_flipped(each.data, bit));
            if (!changed) {
                continue;
            }
            const auto root = lockbox_root(changed->lockboxes, hash);
            const bool same_tree = root && *root == good_root;
            BOOST_TEST((!same_tree || changed->seal != good.seal));
        }
    }
}

//= PF-24
BOOST_AUTO_TEST_CASE(the_order_of_recipients_says_nothing) {
    std::vector<lockbox> boxes{box_for(1), box_for(2), box_for(3)};
    const auto one = make_lockbox_set(boxes, hash);
    std::ranges::reverse(boxes);
    BOOST_TEST((make_lockbox_set(boxes, hash) == one));
}

//= PF-27
BOOST_AUTO_TEST_CASE(every_branch_of_every_tree_has_the_same_root) {
    for (std::size_t size = 1; size <= 17; ++size) {
        const auto all = set_of(size);
        const auto root = lockbox_root(all, hash).value();
        for (std::size_t first = 0; first < size; ++first) {
            for (std::size_t second = first; second < size; ++second) {
                const auto branch = branch_at(all, {first, second});
                BOOST_TEST((lockbox_root(branch, hash).value() == root));
                const auto encoded = encode_lockboxes(branch);
                BOOST_TEST((decode_lockboxes(encoded).value() == branch));
                const auto last =
                    branch_of(branch, std::array{branch.entries.back().box.recipient}, hash);
                BOOST_TEST((*last == branch_at(all, {second})));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_largest_tree_fits_into_a_preamble) {
    const auto all = set_of(limits::recipients_max);
    BOOST_TEST(encode_lockboxes(all).size() <=
               limits::preamble_bytes_max - limits::header_bytes_max);
    BOOST_TEST((decode_lockboxes(encode_lockboxes(all)).value() == all));
}

//= PF-25
BOOST_AUTO_TEST_CASE(a_proof_that_is_not_exactly_what_is_needed_is_refused) {
    const auto all = set_of(7);
    auto surplus = branch_at(all, {2, 5});
    surplus.siblings.emplace_back();
    BOOST_TEST(refusal(lockbox_root(surplus, hash)) == "out-of-range");
    auto missing = branch_at(all, {2, 5});
    missing.siblings.pop_back();
    BOOST_TEST(refusal(lockbox_root(missing, hash)) == "out-of-range");
    auto swapped = branch_at(all, {2, 5});
    std::swap(swapped.entries[0], swapped.entries[1]);
    BOOST_TEST(refusal(lockbox_root(swapped, hash)) == "bad-order");
    auto unsorted = all;
    std::swap(unsorted.entries[0].box, unsorted.entries[1].box);
    BOOST_TEST(refusal(lockbox_root(unsorted, hash)) == "bad-order");
    auto none = all;
    none.entries.clear();
    BOOST_TEST(refusal(lockbox_root(none, hash)) == "out-of-range");
    auto large = all;
    large.leaf_count = limits::recipients_max + 1;
    BOOST_TEST(refusal(lockbox_root(large, hash)) == "out-of-range");
}

//= PF-26
BOOST_AUTO_TEST_CASE(no_recipient_has_two_lockboxes) {
    auto twin = box_for(1);
    twin.key.value[5] = 9;
    const auto set = make_lockbox_set({box_for(1), twin}, hash);
    BOOST_TEST(refusal(lockbox_root(set, hash)) == "duplicate-field");
    BOOST_TEST(refusal(decode_lockboxes(encode_lockboxes(set))) == "duplicate-field");
}

BOOST_AUTO_TEST_CASE(a_branch_for_somebody_without_lockbox_is_refused) {
    const auto stranger = bureau_id::parse("XX").value();
    BOOST_TEST(refusal(branch_of(set_of(3), std::array{stranger}, hash)) == "not-a-recipient");
    BOOST_TEST(refusal(branch_of(set_of(3), {}, hash)) == "not-a-recipient");
}

BOOST_AUTO_TEST_CASE(an_added_lockbox_changes_the_root) {
    const auto two = lockbox_root(set_of(2), hash).value();
    BOOST_TEST((lockbox_root(set_of(3), hash).value() != two));
}

BOOST_AUTO_TEST_SUITE_END()
