// Audit log: leaves, pseudonyms, checkpoints, tree and proofs by vectors; altered proofs.
// Way of the message: none; a test.
// Not pure: reads vector files of the source tree.
// Spec: docs/audit-format.md. Tests: it is one.
// Limits: trees of up to 40 leaves, all pairs of numbers.
#include "protocol/audit.hpp"

#include "daemon/seal/openssl_hasher.hpp"
#include "protocol/limits.hpp"
#include "tests/support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace dhow::protocol;
using namespace dhow::tests;

BOOST_AUTO_TEST_SUITE(audit_test)

namespace {

const dhow::seal::openssl_hasher hash;

constexpr std::size_t leaves_tried = 40;

digest digest_of(const vector_case& each, std::string_view member) {
    return from_hex<digest>(each.text(member)).value();
}

std::string member(const boost::json::object& object, std::string_view name) {
    return std::string{object.at(name).as_string()};
}

audit_event event_of(const vector_case& each) {
    const auto& from = each.all.at("event").as_object();
    audit_event out;
    out.at = utc_time{milliseconds{from.at("at").as_int64()}};
    out.what = member(from, "what");
    out.origin = bureau_id::parse(member(from, "origin")).value_or(bureau_id{});
    out.id = from_hex<message_id>(member(from, "id")).value();
    out.recipient = bureau_id::parse(member(from, "recipient")).value_or(bureau_id{});
    out.actor = member(from, "actor");
    out.code = static_cast<std::uint16_t>(from.at("code").as_int64());
    out.text = member(from, "text");
    return out;
}

audit_blind blind_of(const vector_case& each) {
    return from_hex<audit_blind>(member(each.all.at("event").as_object(), "blind")).value();
}

bool must_hold(const vector_case& each) {
    const auto* holds = each.all.if_contains("holds");
    return holds == nullptr || holds->as_bool();
}

std::vector<digest> some_leaves(std::size_t count) {
    std::vector<digest> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(audit_leaf_hash(std::array{static_cast<std::uint8_t>(i)}, hash));
    }
    return out;
}

bool holds_text(const bytes& data, std::string_view text) {
    return as_text(data).find(text) != std::string_view::npos;
}

}  // namespace

//= AF-1, AF-2, AF-3, AF-6
BOOST_AUTO_TEST_CASE(leaf_vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("audit", "leaf")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_audit_leaf(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_audit_leaf(*value) == each.data));
                BOOST_TEST((audit_leaf_hash(each.data, hash) == digest_of(each, "leaf_hash")));
            }
        }
    }
}

//= AF-4, AF-5
BOOST_AUTO_TEST_CASE(an_event_and_its_blind_give_the_leaf_in_which_nobody_is_named) {
    std::size_t events = 0;
    for (const auto& each : load_vectors("audit", "leaf")) {
        if (!each.has("event")) {
            continue;
        }
        ++events;
        BOOST_TEST_CONTEXT(each.name) {
            const auto event = event_of(each);
            auto blind = blind_of(each);
            BOOST_TEST((encode_audit_leaf(make_audit_leaf(event, blind, hash)) == each.data));
            BOOST_TEST(!holds_text(each.data, event.actor));
            BOOST_TEST(!holds_text(each.data, as_text(event.id.view())));
            BOOST_TEST((event.text.empty() || !holds_text(each.data, event.text)));
            blind.value[15] ^= 1;
            const auto other = make_audit_leaf(event, blind, hash);
            const auto leaf = decode_audit_leaf(each.data).value();
            BOOST_TEST((other.actor != leaf.actor));
            BOOST_TEST((!leaf.message || other.message != leaf.message));
            BOOST_TEST((!leaf.recipient || other.recipient != leaf.recipient));
            BOOST_TEST((!leaf.detail || other.detail != leaf.detail));
        }
    }
    BOOST_TEST(events >= 7U);
}

//= AF-4
BOOST_AUTO_TEST_CASE(equal_values_in_other_places_have_other_pseudonyms) {
    audit_event event;
    event.what = "relayed";
    event.origin = bureau_id::parse("ZW").value();
    event.recipient = bureau_id::parse("MU").value();
    event.actor = "MU";
    event.text = "MU";
    const auto leaf = make_audit_leaf(event, {}, hash);
    BOOST_TEST((leaf.actor != leaf.recipient));
    BOOST_TEST((leaf.actor != leaf.detail));
    BOOST_TEST((leaf.recipient != leaf.detail));
}

//= AF-1
BOOST_AUTO_TEST_CASE(every_truncation_and_bit_flip_of_a_leaf_is_refused_or_another_leaf) {
    for (const auto& each : load_vectors("audit", "leaf")) {
        for (std::size_t size = 0; each.error.empty() && size < each.data.size(); ++size) {
            const auto cut = byte_view{each.data}.first(size);
            const auto value = decode_audit_leaf(cut);
            BOOST_TEST((!value || encode_audit_leaf(*value) == to_bytes(cut)));
        }
        for (std::size_t bit = 0; each.error.empty() && bit < each.data.size() * 8; ++bit) {
            const auto flipped = with_bit_flipped(each.data, bit);
            const auto value = decode_audit_leaf(flipped);
            BOOST_TEST((!value || encode_audit_leaf(*value) == flipped));
        }
    }
}

//= AF-7
BOOST_AUTO_TEST_CASE(checkpoint_vectors_are_accepted_unchanged_or_refused_as_named) {
    for (const auto& each : load_vectors("audit", "checkpoint")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_audit_statement(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_audit_statement(*value) == each.data));
            }
            if (value && each.has("bureau")) {
                BOOST_TEST(value->bureau.text() == each.text("bureau"));
                BOOST_TEST(to_hex(value->instance.view()) == each.text("instance"));
                BOOST_TEST(static_cast<std::int64_t>(value->epoch) ==
                           each.all.at("epoch").as_int64());
                BOOST_TEST(static_cast<std::int64_t>(value->checkpoint.tree_size) ==
                           each.all.at("tree_size").as_int64());
                BOOST_TEST((value->checkpoint.root == digest_of(each, "root")));
                BOOST_TEST(value->at.time_since_epoch().count() == each.all.at("at").as_int64());
            }
        }
    }
}

//= AF-8
BOOST_AUTO_TEST_CASE(a_hello_with_its_checkpoint_is_a_statement) {
    hello from;
    from.bureau = bureau_id::parse("MU").value();
    from.instance.value[0] = 7;
    from.epoch = 3;
    from.time = utc_time{milliseconds{1795543798123}};
    BOOST_TEST(!statement_of(from).has_value());
    from.checkpoint = audit_checkpoint{.tree_size = 9, .root = audit_root({}, hash)};
    const auto statement = statement_of(from).value();
    BOOST_TEST((statement.bureau == from.bureau));
    BOOST_TEST((statement.instance == from.instance));
    BOOST_TEST(statement.epoch == 3U);
    BOOST_TEST((statement.at == from.time));
    BOOST_TEST((statement.checkpoint == *from.checkpoint));
    BOOST_TEST((decode_audit_statement(encode_audit_statement(statement)).value() == statement));
}

//= AF-9
BOOST_AUTO_TEST_CASE(two_roots_of_one_size_are_two_histories) {
    audit_statement one;
    one.bureau = bureau_id::parse("MU").value();
    one.checkpoint = {.tree_size = 9, .root = audit_leaf_hash({}, hash)};
    auto other = one;
    other.at += milliseconds{5};
    BOOST_TEST(compare_statements(one, other).has_value());
    other.checkpoint.root.value[0] ^= 1;
    BOOST_TEST(refusal(compare_statements(one, other)) == "equivocation");
    auto larger = other;
    larger.checkpoint.tree_size = 10;
    BOOST_TEST(compare_statements(one, larger).has_value());
    auto restored = other;
    restored.epoch = 1;
    BOOST_TEST(compare_statements(one, restored).has_value());
    auto second = other;
    second.instance.value[0] = 1;
    BOOST_TEST(compare_statements(one, second).has_value());
    auto neighbour = other;
    neighbour.bureau = bureau_id::parse("KE").value();
    BOOST_TEST(compare_statements(one, neighbour).has_value());
}

//= AF-6
BOOST_AUTO_TEST_CASE(trees_have_the_roots_of_the_vectors) {
    for (const auto& each : load_vectors("audit", "tree")) {
        BOOST_TEST_CONTEXT(each.name) {
            std::vector<digest> leaves;
            for (reader in{each.data}; !in.empty();) {
                leaves.push_back(in.fixed<digest>().value());
            }
            BOOST_TEST((audit_root(leaves, hash) == digest_of(each, "root")));
        }
    }
}

//= AF-10, AF-11, AF-12
BOOST_AUTO_TEST_CASE(inclusion_vectors_hold_or_do_not_as_named) {
    for (const auto& each : load_vectors("audit", "inclusion")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_inclusion_proof(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_inclusion_proof(*value) == each.data));
                const auto verdict = verify_inclusion(*value, digest_of(each, "leaf_hash"),
                                                      digest_of(each, "root"), hash);
                BOOST_TEST(refusal(verdict) == (must_hold(each) ? "" : "bad-digest"));
            }
        }
    }
}

//= AF-10, AF-11, AF-13
BOOST_AUTO_TEST_CASE(consistency_vectors_hold_or_do_not_as_named) {
    for (const auto& each : load_vectors("audit", "consistency")) {
        BOOST_TEST_CONTEXT(each.name) {
            const auto value = decode_consistency_proof(each.data);
            BOOST_TEST(refusal(value) == each.error);
            if (value) {
                BOOST_TEST((encode_consistency_proof(*value) == each.data));
                const auto verdict = verify_consistency(*value, digest_of(each, "old_root"),
                                                        digest_of(each, "new_root"), hash);
                BOOST_TEST(refusal(verdict) == (must_hold(each) ? "" : "bad-digest"));
            }
        }
    }
}

//= AF-12
BOOST_AUTO_TEST_CASE(every_leaf_of_every_tree_is_proven_at_its_place_only) {
    for (std::size_t size = 1; size <= leaves_tried; ++size) {
        const auto leaves = some_leaves(size);
        const auto root = audit_root(leaves, hash);
        for (std::size_t leaf = 0; leaf < size; ++leaf) {
            const auto proof = prove_inclusion(leaves, leaf, hash);
            BOOST_TEST(verify_inclusion(proof, leaves[leaf], root, hash).has_value());
            BOOST_TEST((decode_inclusion_proof(encode_inclusion_proof(proof)).value() == proof));
            for (std::size_t place = 0; place < size; ++place) {
                auto moved = proof;
                moved.leaf = place;
                const bool holds = verify_inclusion(moved, leaves[leaf], root, hash).has_value();
                BOOST_TEST(holds == (place == leaf));
            }
        }
    }
}

//= AF-12
BOOST_AUTO_TEST_CASE(an_inclusion_proof_with_any_bit_changed_does_not_hold) {
    const auto leaves = some_leaves(13);
    const auto root = audit_root(leaves, hash);
    const auto good = encode_inclusion_proof(prove_inclusion(leaves, 6, hash));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        const auto changed = decode_inclusion_proof(with_bit_flipped(good, bit));
        // The first byte is the size: that is fixed by the checkpoint from which the root comes.
        const bool other_size = bit < 8;
        BOOST_TEST((other_size || !changed ||
                    !verify_inclusion(*changed, leaves[6], root, hash).has_value()));
    }
    auto shorter = prove_inclusion(leaves, 6, hash);
    shorter.path.pop_back();
    BOOST_TEST(refusal(verify_inclusion(shorter, leaves[6], root, hash)) == "out-of-range");
    auto beyond = prove_inclusion(leaves, 6, hash);
    beyond.leaf = 13;
    BOOST_TEST(refusal(verify_inclusion(beyond, leaves[6], root, hash)) == "out-of-range");
}

//= AF-13
BOOST_AUTO_TEST_CASE(every_tree_is_proven_to_begin_with_every_smaller_one) {
    const auto all = some_leaves(leaves_tried);
    for (std::size_t size = 1; size <= leaves_tried; ++size) {
        const auto leaves = std::span{all}.first(size);
        const auto root = audit_root(leaves, hash);
        for (std::size_t old_size = 1; old_size <= size; ++old_size) {
            const auto old_root = audit_root(leaves.first(old_size), hash);
            const auto proof = prove_consistency(leaves, old_size, hash);
            BOOST_TEST(verify_consistency(proof, old_root, root, hash).has_value());
            BOOST_TEST(
                (decode_consistency_proof(encode_consistency_proof(proof)).value() == proof));
            auto forged = old_root;
            forged.value[31] ^= 1;
            BOOST_TEST(refusal(verify_consistency(proof, forged, root, hash)) == "bad-digest");
            BOOST_TEST(refusal(verify_consistency(proof, old_root, forged, hash)) == "bad-digest");
        }
    }
}

//= AF-13
BOOST_AUTO_TEST_CASE(a_log_with_a_leaf_changed_removed_or_moved_is_not_consistent) {
    const auto honest = some_leaves(11);
    const auto old_root = audit_root(std::span{honest}.first(6), hash);
    const auto refused = [&old_root](const std::vector<digest>& leaves) {
        const auto proof = prove_consistency(leaves, 6, hash);
        return refusal(verify_consistency(proof, old_root, audit_root(leaves, hash), hash));
    };
    BOOST_TEST(refused(honest).empty());
    for (std::size_t leaf = 0; leaf < 6; ++leaf) {
        auto changed = honest;
        changed[leaf].value[0] ^= 1;
        BOOST_TEST(refused(changed) == "bad-digest");
        auto removed = honest;
        removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(leaf));
        BOOST_TEST(refused(removed) == "bad-digest");
        auto moved = honest;
        std::swap(moved[leaf], moved[leaf + 1]);
        BOOST_TEST(refused(moved) == "bad-digest");
    }
    auto appended = honest;
    appended.back().value[0] ^= 1;
    BOOST_TEST(refused(appended).empty());
}

//= AF-11
BOOST_AUTO_TEST_CASE(the_longest_proofs_are_read_and_longer_claims_refused) {
    const std::uint64_t most = limits::audit_leaves_max;
    const auto encoded = [](std::uint64_t first, std::uint64_t second, std::size_t digests) {
        return writer{}.varint(first).varint(second).raw(bytes(digests * 32)).take();
    };
    BOOST_TEST(decode_inclusion_proof(encoded(most, most - 1, 48)).has_value());
    BOOST_TEST(refusal(decode_inclusion_proof(encoded(most, most - 1, 47))) == "truncated");
    BOOST_TEST(refusal(decode_inclusion_proof(encoded(most, most, 48))) == "out-of-range");
    BOOST_TEST(decode_consistency_proof(encoded(most - 1, most, 49)).has_value());
    BOOST_TEST(refusal(decode_consistency_proof(encoded(most - 1, most, 50))) == "trailing-bytes");
    BOOST_TEST(refusal(decode_consistency_proof(encoded(most, most + 1, 0))) == "out-of-range");
}

//= AF-10, AF-11
BOOST_AUTO_TEST_CASE(every_truncation_of_a_proof_is_refused) {
    const auto leaves = some_leaves(300);  // numbers of two bytes
    const auto inclusion = encode_inclusion_proof(prove_inclusion(leaves, 200, hash));
    for (std::size_t size = 0; size < inclusion.size(); ++size) {
        BOOST_TEST(refusal(decode_inclusion_proof(byte_view{inclusion}.first(size))) ==
                   "truncated");
    }
    const auto consistency = encode_consistency_proof(prove_consistency(leaves, 200, hash));
    for (std::size_t size = 0; size < consistency.size(); ++size) {
        BOOST_TEST(refusal(decode_consistency_proof(byte_view{consistency}.first(size))) ==
                   "truncated");
    }
}

//= AF-12, AF-13
BOOST_AUTO_TEST_CASE(numbers_that_are_no_proof_are_refused_before_anything_is_computed) {
    constexpr auto most = limits::audit_leaves_max;
    const auto inclusion = [](std::uint64_t size, std::uint64_t leaf) {
        return refusal(verify_inclusion({size, leaf, {}}, digest{}, digest{}, hash));
    };
    BOOST_TEST(inclusion(1, 0) == "");
    BOOST_TEST(inclusion(0, 0) == "out-of-range");
    BOOST_TEST(inclusion(1, 1) == "out-of-range");
    BOOST_TEST(inclusion(most + 1, 0) == "out-of-range");
    const auto consistency = [](std::uint64_t old_size, std::uint64_t new_size) {
        return refusal(verify_consistency({old_size, new_size, {}}, digest{}, digest{}, hash));
    };
    BOOST_TEST(consistency(most, most) == "");
    BOOST_TEST(consistency(most + 1, most + 1) == "out-of-range");
    BOOST_TEST(consistency(0, 1) == "out-of-range");
    BOOST_TEST(consistency(2, 1) == "out-of-range");
    BOOST_TEST(consistency(1, 2) == "out-of-range");  // a digest is missing
    auto longer = prove_consistency(some_leaves(7), 3, hash);
    longer.path.emplace_back();
    BOOST_TEST(refusal(verify_consistency(longer, digest{}, digest{}, hash)) == "out-of-range");
}

BOOST_AUTO_TEST_SUITE_END()
