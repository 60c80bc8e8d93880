// Merkle tree of the audit log: root, proofs of inclusion and consistency, their verification.
// Way of the message: proofs go to peers and auditors who remember a checkpoint.
// Pure: digests through protocol::hasher. Values, any thread.
// Spec: docs/audit-format.md#tree, RFC 9162 section 2.1. Tests: unit/protocol/audit_test.cpp.
// Limits: audit_leaves_max, so recursion ends after 48 levels and a path has at most 49 digests.
#include "protocol/audit.hpp"
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/merkle.hpp"
#include "protocol/try.hpp"

namespace dhow::protocol {

namespace {

using leaves_view = std::span<const digest>;

void collect_inclusion(leaves_view leaves, std::size_t leaf, const hasher& hash,
                       std::vector<digest>& path) {
    if (leaves.size() == 1) {
        return;
    }
    const auto split = left_leaves(leaves.size());
    if (leaf < split) {
        collect_inclusion(leaves.first(split), leaf, hash, path);
        path.push_back(audit_root(leaves.subspan(split), hash));
    } else {
        collect_inclusion(leaves.subspan(split), leaf - split, hash, path);
        path.push_back(audit_root(leaves.first(split), hash));
    }
}

// `known`: the old tree is this whole subtree, whose root the verifier has already.
void collect_consistency(leaves_view leaves, std::size_t old_size, bool known, const hasher& hash,
                         std::vector<digest>& path) {
    if (old_size == leaves.size()) {
        if (!known) {
            path.push_back(audit_root(leaves, hash));
        }
        return;
    }
    const auto split = left_leaves(leaves.size());
    if (old_size <= split) {
        collect_consistency(leaves.first(split), old_size, known, hash, path);
        path.push_back(audit_root(leaves.subspan(split), hash));
    } else {
        collect_consistency(leaves.subspan(split), old_size - split, false, hash, path);
        path.push_back(audit_root(leaves.first(split), hash));
    }
}

std::size_t inclusion_length(std::uint64_t size, std::uint64_t leaf) {
    std::size_t length = 0;
    for (; size > 1; ++length) {
        const auto split = left_leaves(size);
        const bool left = leaf < split;
        leaf = left ? leaf : leaf - split;
        size = left ? split : size - split;
    }
    return length;
}

std::size_t consistency_length(std::uint64_t old_size, std::uint64_t new_size) {
    std::size_t length = 0;
    bool known = true;
    for (; old_size != new_size; ++length) {
        const auto split = left_leaves(new_size);
        const bool left = old_size <= split;
        known = known && left;
        old_size = left ? old_size : old_size - split;
        new_size = left ? split : new_size - split;
    }
    return length + (known ? 0 : 1);
}

result<void> check_inclusion_numbers(const inclusion_proof& value) {
    const bool good = value.tree_size >= 1 && value.tree_size <= limits::audit_leaves_max &&
                      value.leaf < value.tree_size;
    return good ? result<void>{} : errc::out_of_range;
}

result<void> check_consistency_numbers(const consistency_proof& value) {
    const bool good = value.old_size >= 1 && value.old_size <= value.new_size &&
                      value.new_size <= limits::audit_leaves_max;
    return good ? result<void>{} : errc::out_of_range;
}

result<std::vector<digest>> read_path(reader& in, std::size_t length) {
    std::vector<digest> out;
    for (std::size_t i = 0; i < length; ++i) {
        DHOW_TRY(const auto value, in.fixed<digest>());
        out.push_back(value);
    }
    DHOW_CHECK(in.end());
    return out;
}

bytes encode_proof(std::uint64_t first, std::uint64_t second, std::span<const digest> path) {
    writer out;
    out.varint(first).varint(second);
    for (const auto& value : path) {
        out.raw(value.view());
    }
    return out.take();
}

}  // namespace

//= AF-6
digest audit_leaf_hash(byte_view encoded_leaf, const hasher& hash) {
    return merkle_leaf(encoded_leaf, hash);
}

//= AF-6
digest audit_root(std::span<const digest> leaves, const hasher& hash) {
    if (leaves.empty()) {
        return hash.sha256({});
    }
    if (leaves.size() == 1) {
        return leaves.front();
    }
    const auto split = left_leaves(leaves.size());
    return merkle_node(audit_root(leaves.first(split), hash),
                       audit_root(leaves.subspan(split), hash), hash);
}

inclusion_proof prove_inclusion(std::span<const digest> leaves, std::size_t leaf,
                                const hasher& hash) {
    DHOW_ENSURE(leaf < leaves.size());
    inclusion_proof out{.tree_size = leaves.size(), .leaf = leaf, .path = {}};
    collect_inclusion(leaves, leaf, hash, out.path);
    return out;
}

consistency_proof prove_consistency(std::span<const digest> leaves, std::size_t old_size,
                                    const hasher& hash) {
    DHOW_ENSURE(old_size >= 1 && old_size <= leaves.size());
    consistency_proof out{.old_size = old_size, .new_size = leaves.size(), .path = {}};
    collect_consistency(leaves, old_size, true, hash, out.path);
    return out;
}

bytes encode_inclusion_proof(const inclusion_proof& value) {
    return encode_proof(value.tree_size, value.leaf, value.path);
}

//= AF-10, AF-11
result<inclusion_proof> decode_inclusion_proof(byte_view data) {
    reader in{data};
    inclusion_proof out;
    DHOW_TRY(out.tree_size, in.varint(limits::audit_leaves_max));
    DHOW_TRY(out.leaf, in.varint(limits::audit_leaves_max));
    DHOW_CHECK(check_inclusion_numbers(out));
    DHOW_TRY(out.path, read_path(in, inclusion_length(out.tree_size, out.leaf)));
    return out;
}

bytes encode_consistency_proof(const consistency_proof& value) {
    return encode_proof(value.old_size, value.new_size, value.path);
}

//= AF-10, AF-11
result<consistency_proof> decode_consistency_proof(byte_view data) {
    reader in{data};
    consistency_proof out;
    DHOW_TRY(out.old_size, in.varint(limits::audit_leaves_max));
    DHOW_TRY(out.new_size, in.varint(limits::audit_leaves_max));
    DHOW_CHECK(check_consistency_numbers(out));
    DHOW_TRY(out.path, read_path(in, consistency_length(out.old_size, out.new_size)));
    return out;
}

//= AF-12
result<void> verify_inclusion(const inclusion_proof& proof, const digest& leaf_hash,
                              const digest& root, const hasher& hash) {
    DHOW_CHECK(check_inclusion_numbers(proof));
    if (proof.path.size() != inclusion_length(proof.tree_size, proof.leaf)) {
        return errc::out_of_range;
    }
    // From the leaf upwards; `last` is the number of the last node of the level (RFC 9162 2.1.3.2).
    std::uint64_t at = proof.leaf;
    std::uint64_t last = proof.tree_size - 1;
    digest value = leaf_hash;
    for (const auto& sibling : proof.path) {
        if ((at & 1) != 0 || at == last) {
            value = merkle_node(sibling, value, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            value = merkle_node(value, sibling, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    return value == root ? result<void>{} : errc::bad_digest;
}

//= AF-13
result<void> verify_consistency(const consistency_proof& proof, const digest& old_root,
                                const digest& new_root, const hasher& hash) {
    DHOW_CHECK(check_consistency_numbers(proof));
    if (proof.path.size() != consistency_length(proof.old_size, proof.new_size)) {
        return errc::out_of_range;
    }
    if (proof.old_size == proof.new_size) {
        return old_root == new_root ? result<void>{} : errc::bad_digest;
    }
    // A complete old tree is itself the first node (RFC 9162 section 2.1.4.2).
    std::span<const digest> rest{proof.path};
    digest start = old_root;
    if (!std::has_single_bit(proof.old_size)) {
        start = rest.front();
        rest = rest.subspan(1);
    }
    std::uint64_t at = proof.old_size - 1;
    std::uint64_t last = proof.new_size - 1;
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    digest old_value = start;
    digest new_value = start;
    for (const auto& sibling : rest) {
        if ((at & 1) != 0 || at == last) {
            old_value = merkle_node(sibling, old_value, hash);
            new_value = merkle_node(sibling, new_value, hash);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_value = merkle_node(new_value, sibling, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    return old_value == old_root && new_value == new_root ? result<void>{} : errc::bad_digest;
}

}  // namespace dhow::protocol
