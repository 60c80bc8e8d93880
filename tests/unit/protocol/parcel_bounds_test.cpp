// Seal, lockboxes, bodies and CMS: cut, with something behind, at their bounds and above them.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/parcel-format.md. Tests: it is one; parcel_test.cpp and cms_test.cpp have the vectors.
// Limits: none.
#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/bytes.hpp"
#include "protocol/der.hpp"
#include "protocol/limits.hpp"
#include "protocol/parcel.hpp"
#include "protocol/suite2.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(parcel_bounds_test)

namespace {

const dhow::seal::openssl_hasher hash;

lockbox box_for(std::size_t number) {
    lockbox box;
    box.recipient = bureau_id::parse("B" + std::to_string(number)).value();
    return box;
}

std::vector<lockbox> boxes_for(std::size_t count) {
    std::vector<lockbox> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(box_for(i));
    }
    return out;
}

bytes first_preamble() { return load_vectors("parcel", "preamble").at(0).data; }

bytes first_of(std::string_view kind) {
    for (const auto& each : load_vectors("cms", kind)) {
        if (each.error.empty()) {
            return each.data;
        }
    }
    throw std::runtime_error("no good vector of this kind");
}

bytes followed_by_zero(bytes data) {
    data.push_back(0);
    return data;
}

void check_every_cut(const bytes& whole, const std::function<std::string(byte_view)>& refused) {
    BOOST_TEST(refused(whole) == "");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        BOOST_TEST_CONTEXT(size << " bytes") {
            BOOST_TEST(refused(byte_view{whole}.first(size)) == "truncated");
        }
    }
    BOOST_TEST(refused(followed_by_zero(whole)) == "trailing-bytes");
}

/// The signature of a SignedData stands at its end; its second number gives two bytes of its length
/// to an element that does not belong there.
bytes with_a_third_number(bytes signed_data) {
    constexpr std::size_t number_bytes = 32;
    const auto start = signed_data.end() - number_bytes - 2;
    if (start[0] != der_tag::integer || start[1] != number_bytes) {
        throw std::runtime_error("the vector's signature has another form");
    }
    start[1] = number_bytes - 2;
    start[2] = 0x01;
    start[number_bytes] = 0x05;  // NULL
    start[number_bytes + 1] = 0;
    return signed_data;
}

/// A good SignedData whose signature ends with a number of 32 bytes.
bytes signed_with(std::uint8_t first_of_second_number) {
    const auto view_of = first_of("signed");
    const auto view = parse_signed_data(view_of).value();
    auto value = view.value;
    value.value[32] = first_of_second_number;
    return build_signed_data(view.type, view.content, view.own, view.signer, value);
}

}  // namespace

//= PF-20, PF-21
BOOST_AUTO_TEST_CASE(seals_and_preambles_end_where_they_end) {
    const auto whole = first_preamble();
    check_every_cut(whole, [](byte_view it) { return refusal(decode_preamble(it)); });
    check_every_cut(encode_seal(decode_preamble(whole)->seal),
                    [](byte_view it) { return refusal(decode_seal(it)); });
    BOOST_TEST(refusal(decode_preamble(bytes(limits::preamble_bytes_max))) != "too-long");
    BOOST_TEST(refusal(decode_preamble(bytes(limits::preamble_bytes_max + 1))) == "too-long");
}

//= PF-22
BOOST_AUTO_TEST_CASE(lockboxes_end_where_they_end) {
    const auto all = make_lockbox_set(boxes_for(5), hash);
    const std::array chosen{all.entries[1].box.recipient, all.entries[4].box.recipient};
    const auto branch = branch_of(all, chosen, hash).value();
    for (const auto& set : {all, branch}) {
        check_every_cut(encode_lockboxes(set),
                        [](byte_view it) { return refusal(decode_lockboxes(it)); });
    }
    BOOST_TEST(refusal(decode_lockboxes(bytes(limits::preamble_bytes_max + 1))) == "too-long");
    const auto counted = [](std::uint64_t leaves, std::uint64_t count) {
        return refusal(decode_lockboxes(writer{}.varint(leaves).varint(count).take()));
    };
    BOOST_TEST(counted(limits::recipients_max, 1) == "truncated");
    BOOST_TEST(counted(limits::recipients_max + 1, 1) == "out-of-range");
    BOOST_TEST(counted(2, 3) == "out-of-range");
    BOOST_TEST(counted(2, 0) == "out-of-range");
    BOOST_TEST(counted(0, 0) == "out-of-range");
}

//= PF-25
BOOST_AUTO_TEST_CASE(a_set_that_is_no_tree_has_neither_root_nor_branch) {
    const auto good = make_lockbox_set(boxes_for(3), hash);
    const std::array wanted{good.entries[0].box.recipient};
    const auto refused = [&wanted](const lockbox_set& set) {
        const auto error = refusal(lockbox_root(set, hash));
        BOOST_TEST(refusal(branch_of(set, wanted, hash)) == error);
        return error;
    };
    BOOST_TEST(refused(good) == "");
    auto no_leaves = good;
    no_leaves.leaf_count = 0;
    BOOST_TEST(refused(no_leaves) == "out-of-range");
    auto none = good;
    none.entries.clear();
    BOOST_TEST(refused(none) == "out-of-range");
    auto too_few_leaves = good;
    too_few_leaves.leaf_count = 2;
    BOOST_TEST(refused(too_few_leaves) == "out-of-range");
    auto beyond = good;
    beyond.entries[2].index = 3;
    BOOST_TEST(refused(beyond) == "out-of-range");
    auto many = good;
    many.leaf_count = limits::recipients_max + 1;
    BOOST_TEST(refused(many) == "out-of-range");
    auto twice = good;
    twice.entries[1].index = 0;
    BOOST_TEST(refused(twice) == "bad-order");
    auto of_one = good;
    of_one.entries[1].box.recipient = of_one.entries[0].box.recipient;
    BOOST_TEST(refused(of_one) == "duplicate-field");
}

//= PF-30
BOOST_AUTO_TEST_CASE(bodies_have_at_least_one_byte_and_at_most_what_a_sealed_text_has) {
    bytes body(limits::sealed_text_bytes_max, 0x04);
    BOOST_TEST(refusal(decode_body(body)) == "");
    BOOST_TEST(refusal(decode_body(followed_by_zero(body))) == "too-long");
    constexpr std::size_t fixed_bytes = 65 + 12 + 16;
    for (std::size_t size = 0; size <= fixed_bytes; ++size) {
        BOOST_TEST(refusal(decode_body(byte_view{body}.first(size))) == "truncated");
    }
    BOOST_TEST(refusal(decode_body(byte_view{body}.first(fixed_bytes + 1))) == "");
    body[0] = 0x03;
    BOOST_TEST(refusal(decode_body(body)) == "bad-encoding");
}

//= PF-70
BOOST_AUTO_TEST_CASE(lockboxes_of_suite_2_end_where_they_end) {
    hybrid_lockbox box;
    box.recipient = bureau_id::parse("ABCDEFGH").value();
    check_every_cut(encode_hybrid_lockbox(box),
                    [](byte_view it) { return refusal(decode_hybrid_lockbox(it)); });
    const auto named = [&box](std::string_view name) {
        auto rest = encode_hybrid_lockbox(box);
        rest.erase(rest.begin(), rest.begin() + 9);
        return refusal(decode_hybrid_lockbox(writer{}.sized(name).raw(rest).take()));
    };
    BOOST_TEST(named("MU") == "");
    BOOST_TEST(named("mu") == "bad-text");
    BOOST_TEST(named("ABCDEFGHI") == "too-long");
}

//= PF-45, PF-46
BOOST_AUTO_TEST_CASE(enveloped_data_has_1_to_512_recipients_and_a_body) {
    const auto original = first_of("enveloped");
    const auto parts = parse_enveloped(original).value();
    const auto refused = [](const sealed_body& body, std::size_t recipients) {
        return refusal(parse_enveloped(build_enveloped(body, boxes_for(recipients))));
    };
    BOOST_TEST(refused(parts.body, 1) == "");
    BOOST_TEST(refused(parts.body, limits::recipients_max) == "");
    BOOST_TEST(refused(parts.body, limits::recipients_max + 1) == "too-long");
    BOOST_TEST(refused(parts.body, 0) == "bad-encoding");
    auto empty = parts.body;
    empty.ciphertext = {};
    BOOST_TEST(refused(empty, 1) == "bad-encoding");
    auto largest = parts.body;
    const bytes ciphertext(limits::sealed_text_bytes_max, 0x33);
    largest.ciphertext = ciphertext;
    BOOST_TEST(refused(largest, limits::recipients_max) == "");
    const bytes beyond(limits::sealed_text_bytes_max + 64 * limits::kib + 1);
    BOOST_TEST(refusal(parse_enveloped(beyond)) == "too-long");
    BOOST_TEST(refusal(parse_enveloped(byte_view{beyond}.first(beyond.size() - 1))) ==
               "bad-encoding");
}

//= PF-47
BOOST_AUTO_TEST_CASE(pieces_have_at_most_one_mib_and_what_stands_around_it) {
    const auto original = first_of("piece");
    auto piece = parse_piece(original).value();
    const bytes plain(limits::piece_bytes, 0x33);
    piece.ciphertext = plain;
    BOOST_TEST(refusal(parse_piece(build_piece(piece))) == "");
    const bytes beyond(limits::piece_bytes + limits::piece_overhead_bytes_max + 1, 0x33);
    piece.ciphertext = beyond;
    BOOST_TEST(refusal(parse_piece(build_piece(piece))) == "too-long");
    BOOST_TEST(refusal(parse_piece(byte_view{beyond}.first(beyond.size() - 1))) == "bad-encoding");
}

//= PF-9, PF-44
BOOST_AUTO_TEST_CASE(a_signature_is_two_numbers_and_nothing_behind_them) {
    const auto good = signed_with(0x01);
    BOOST_TEST(refusal(parse_signed_data(good)) == "");
    BOOST_TEST(refusal(parse_signed_data(with_a_third_number(good))) == "trailing-bytes");
    BOOST_TEST(refusal(parse_signed_data(signed_with(0xFF))) == "bad-encoding");
}

BOOST_AUTO_TEST_CASE(signed_data_has_at_most_what_a_directory_has) {
    const bytes beyond(limits::directory_bytes_max + 1, 0x30);
    BOOST_TEST(refusal(parse_signed_data(beyond)) == "too-long");
    BOOST_TEST(refusal(parse_signed_data(byte_view{beyond}.first(beyond.size() - 1))) ==
               "trailing-bytes");
}

BOOST_AUTO_TEST_SUITE_END()
