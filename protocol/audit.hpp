// The audit log as others verify it: leaves, Merkle tree, checkpoints, proofs.
// Way of the message: each event of it becomes a leaf; peers remember checkpoints and check proofs.
// Pure: digests through protocol::hasher. Values, any thread.
// Spec: docs/audit-format.md, RFC 9162. Tests: unit/protocol/audit_test.cpp, vectors/audit.json.
// Limits: audit_leaf_bytes_max, audit_name_bytes_max, audit_leaves_max.
#pragma once

#include "protocol/bytes.hpp"
#include "protocol/frame.hpp"
#include "protocol/hasher.hpp"

namespace dhow::protocol {

/// Makes the pseudonyms of one message; drawn at random, kept beside its events, erased with them.
using audit_blind = fixed_bytes<struct audit_blind_tag, 16>;

/// What happened, readable; it stays in the store. `origin` and `id` are those of the message; an
/// empty origin means an event of the gateway, an empty recipient the message as a whole.
struct audit_event {
    utc_time at{};
    std::string what;  ///< 1 to 32 characters of a-z, '-', '_'.
    bureau_id origin;
    message_id id;
    bureau_id recipient;
    std::string actor;
    std::uint16_t code = 0;
    std::string text;
};

/// What stands in the tree of it: nothing that names a message, a bureau or a person.
struct audit_leaf {
    utc_time at{};
    std::string what;
    std::optional<digest> message;
    std::optional<digest> recipient;
    digest actor;
    std::uint16_t code = 0;
    std::optional<digest> detail;
    std::vector<unknown_field> ignored;
    bool operator==(const audit_leaf&) const = default;
};

/// The leaf of an event. Who is shown an event and its blind makes the leaf anew and compares.
audit_leaf make_audit_leaf(const audit_event& event, const audit_blind& blind, const hasher& hash);
bytes encode_audit_leaf(const audit_leaf& value);
result<audit_leaf> decode_audit_leaf(byte_view data);

/// A checkpoint with whose and when it is: what a HELLO says, or what is shown to others.
struct audit_statement {
    bureau_id bureau;
    instance_id instance;
    std::uint64_t epoch = 0;
    audit_checkpoint checkpoint;
    utc_time at{};
    std::vector<unknown_field> ignored;
    bool operator==(const audit_statement&) const = default;
};
bytes encode_audit_statement(const audit_statement& value);
result<audit_statement> decode_audit_statement(byte_view data);
/// Nothing when the HELLO carries no checkpoint.
std::optional<audit_statement> statement_of(const hello& from);
/// `equivocation` when both are of the same log and size and have other roots.
result<void> compare_statements(const audit_statement& one, const audit_statement& other);

// Tree ---------------------------------------------------------------------------------------

digest audit_leaf_hash(byte_view encoded_leaf, const hasher& hash);
/// Root over leaf hashes; of none, SHA-256 of nothing.
digest audit_root(std::span<const digest> leaves, const hasher& hash);

/// That a leaf stands at a place of a tree.
struct inclusion_proof {
    std::uint64_t tree_size = 1;
    std::uint64_t leaf = 0;  ///< From 0.
    std::vector<digest> path;
    bool operator==(const inclusion_proof&) const = default;
};
/// That the old tree is the beginning of the new one.
struct consistency_proof {
    std::uint64_t old_size = 1;
    std::uint64_t new_size = 1;
    std::vector<digest> path;
    bool operator==(const consistency_proof&) const = default;
};

/// `leaf` is below the number of leaves.
inclusion_proof prove_inclusion(std::span<const digest> leaves, std::size_t leaf,
                                const hasher& hash);
/// From the tree of the first `old_size` leaves (at least one) to the tree of all.
consistency_proof prove_consistency(std::span<const digest> leaves, std::size_t old_size,
                                    const hasher& hash);

bytes encode_inclusion_proof(const inclusion_proof& value);
result<inclusion_proof> decode_inclusion_proof(byte_view data);
bytes encode_consistency_proof(const consistency_proof& value);
result<consistency_proof> decode_consistency_proof(byte_view data);

/// `bad_digest` when it does not hold, `out_of_range` when numbers and length are no proof.
result<void> verify_inclusion(const inclusion_proof& proof, const digest& leaf_hash,
                              const digest& root, const hasher& hash);
result<void> verify_consistency(const consistency_proof& proof, const digest& old_root,
                                const digest& new_root, const hasher& hash);

}  // namespace dhow::protocol
