// Lockboxes of a message: encoding, Merkle root, and the branch for some of the recipients.
// Way of the message: made by [seal]; split by hubs at each fan-out; checked against the header.
// Pure: digests through protocol::hasher. Any thread.
// Spec: docs/parcel-format.md#lockboxes, RFC 9162. Tests: unit/protocol/parcel_test.cpp.
// Limits: recipients_max leaves, so recursion ends after 10 levels.
#include "protocol/ensure.hpp"
#include "protocol/limits.hpp"
#include "protocol/lockbox_codec.hpp"
#include "protocol/merkle.hpp"
#include "protocol/try.hpp"

#include <algorithm>

namespace dhow::protocol {

namespace {

constexpr std::uint8_t root_prefix = 0x02;

using lockbox_entry = lockbox_set::entry;
using entries_view = std::span<const lockbox_entry>;

bytes encode_lockbox(const lockbox& box, bool with_key = true) {
    writer out;
    out.sized(box.recipient.text());
    if (with_key) {
        out.raw(box.key.view());
    }
    return out.raw(box.wrapped.view()).take();
}

digest leaf_digest(const lockbox& box, const hasher& hash) {
    return merkle_leaf(encode_lockbox(box), hash);
}

// Entries before the leaf number `index`; they are sorted.
std::size_t entries_before(entries_view entries, std::size_t index) {
    const auto first = std::ranges::lower_bound(entries, index, {}, &lockbox_entry::index);
    return static_cast<std::size_t>(first - entries.begin());
}

// Number of subtrees without entries that a left-to-right walk over `count` leaves meets.
std::size_t siblings_needed(entries_view entries, std::size_t first, std::size_t count) {
    if (entries.empty()) {
        return 1;
    }
    if (entries.size() == count) {
        return 0;
    }
    const auto left = left_leaves(count);
    const auto split = entries_before(entries, first + left);
    return siblings_needed(entries.first(split), first, left) +
           siblings_needed(entries.subspan(split), first + left, count - left);
}

// Bounds, order and counts, without any digest.
result<void> check_shape(const lockbox_set& set) {
    if (set.leaf_count == 0 || set.leaf_count > limits::recipients_max || set.entries.empty() ||
        set.entries.size() > set.leaf_count || set.entries.back().index >= set.leaf_count) {
        return errc::out_of_range;
    }
    const auto not_ascending = [](const lockbox_entry& a, const lockbox_entry& b) {
        return a.index >= b.index;
    };
    if (std::ranges::adjacent_find(set.entries, not_ascending) != set.entries.end()) {
        return errc::bad_order;
    }
    if (set.siblings.size() != siblings_needed(set.entries, 0, set.leaf_count)) {
        return errc::out_of_range;
    }
    return {};
}

//= PF-26
result<void> check_recipients(const lockbox_set& set) {
    std::vector<bureau_id> recipients;
    for (const auto& entry : set.entries) {
        recipients.push_back(entry.box.recipient);
    }
    std::ranges::sort(recipients);
    if (std::ranges::adjacent_find(recipients) != recipients.end()) {
        return errc::duplicate_field;
    }
    return {};
}

// Walks the tree from left to right, computes roots and collects the siblings of a branch.
class tree_walk {
public:
    tree_walk(const lockbox_set& set, const hasher& hash) : x_set(set), x_hash(hash) {
        for (const auto& entry : set.entries) {
            x_leaves.push_back(leaf_digest(entry.box, hash));
        }
    }

    [[nodiscard]] bool leaves_ascend() const {
        return std::ranges::adjacent_find(x_leaves, std::greater_equal{}) == x_leaves.end();
    }

    digest root() { return root_of({0, x_set.leaf_count}, {}, false); }

    /// Siblings of the branch that holds the leaves with these indexes.
    std::vector<digest> siblings_for(std::span<const lockbox_entry> chosen) {
        root_of({0, x_set.leaf_count}, chosen, true);
        return std::move(x_collected);
    }

private:
    struct range {
        std::size_t first;
        std::size_t count;
        [[nodiscard]] range left() const { return {first, left_leaves(count)}; }
        [[nodiscard]] range right() const {
            return {first + left_leaves(count), count - left_leaves(count)};
        }
    };

    static entries_view within(entries_view entries, range leaves) {
        const auto begin = entries_before(entries, leaves.first);
        const auto end = entries_before(entries, leaves.first + leaves.count);
        return entries.subspan(begin, end - begin);
    }

    // `collect`: the caller's range holds chosen leaves, so a range without any becomes a sibling.
    digest root_of(range leaves, entries_view chosen, bool collect) {
        const bool has_chosen = !within(chosen, leaves).empty();
        const auto value = computed_root(leaves, chosen, collect && has_chosen);
        if (collect && !has_chosen) {
            x_collected.push_back(value);
        }
        return value;
    }

    digest computed_root(range leaves, entries_view chosen, bool collect) {
        const auto held = within(x_set.entries, leaves);
        if (held.empty()) {
            return x_set.siblings[x_next_sibling++];
        }
        if (leaves.count == 1) {
            return x_leaves[static_cast<std::size_t>(held.data() - x_set.entries.data())];
        }
        const auto left = root_of(leaves.left(), chosen, collect);
        const auto right = root_of(leaves.right(), chosen, collect);
        return merkle_node(left, right, x_hash);
    }

    const lockbox_set& x_set;
    const hasher& x_hash;
    std::vector<digest> x_leaves;
    std::vector<digest> x_collected;
    std::size_t x_next_sibling = 0;
};

result<lockbox> read_lockbox(reader& in, const directory* keys) {
    lockbox box;
    DHOW_TRY(const auto recipient, in.sized(bureau_id::max_characters));
    DHOW_TRY(box.recipient, bureau_in(recipient));
    if (keys == nullptr) {
        DHOW_TRY(box.key, in.fixed<key_id>());
    } else if (const auto* key = keys->current_key(box.recipient, key_purpose::encrypt)) {
        box.key = key->id;
    } else {
        return errc::unknown_key;
    }
    DHOW_TRY(box.wrapped, in.fixed<wrapped_key>());
    return box;
}

}  // namespace

//= PF-24
lockbox_set make_lockbox_set(std::vector<lockbox> all, const hasher& hash) {
    DHOW_ENSURE(!all.empty() && all.size() <= limits::recipients_max);
    std::vector<std::pair<digest, lockbox>> leaves;
    for (const auto& box : all) {
        leaves.emplace_back(leaf_digest(box, hash), box);
    }
    std::ranges::sort(leaves, {}, &std::pair<digest, lockbox>::first);
    lockbox_set set;
    set.leaf_count = static_cast<std::uint16_t>(leaves.size());
    for (auto& [leaf, box] : leaves) {
        set.entries.push_back({static_cast<std::uint16_t>(set.entries.size()), box});
    }
    return set;
}

//= PF-23, PF-25
result<digest> lockbox_root(const lockbox_set& set, const hasher& hash) {
    DHOW_CHECK(check_shape(set));
    DHOW_CHECK(check_recipients(set));
    tree_walk walk{set, hash};
    if (!walk.leaves_ascend()) {
        return errc::bad_order;
    }
    // The count stands under the root, or trees of other sizes with the same path would pass as
    // this one.
    writer count;
    count.u8(root_prefix).u8(static_cast<std::uint8_t>(set.leaf_count >> 8));
    count.u8(static_cast<std::uint8_t>(set.leaf_count));
    return hash.sha256({count.view(), walk.root().view()});
}

//= PF-27
result<lockbox_set> branch_of(const lockbox_set& set, std::span<const bureau_id> recipients,
                              const hasher& hash) {
    DHOW_CHECK(check_shape(set));
    DHOW_CHECK(check_recipients(set));
    lockbox_set branch;
    branch.leaf_count = set.leaf_count;
    for (const auto& entry : set.entries) {
        if (std::ranges::find(recipients, entry.box.recipient) != recipients.end()) {
            branch.entries.push_back(entry);
        }
    }
    const auto has_lockbox = [&branch](bureau_id recipient) {
        return std::ranges::any_of(branch.entries, [recipient](const lockbox_entry& candidate) {
            return candidate.box.recipient == recipient;
        });
    };
    if (recipients.empty() || !std::ranges::all_of(recipients, has_lockbox)) {
        return errc::not_a_recipient;
    }
    branch.siblings = tree_walk{set, hash}.siblings_for(branch.entries);
    return branch;
}

bytes encode_lockboxes(const lockbox_set& value, bool with_keys) {
    const bool complete = value.entries.size() == value.leaf_count;
    writer out;
    out.varint(value.leaf_count).varint(value.entries.size());
    for (const auto& entry : value.entries) {
        if (!complete) {
            out.varint(entry.index);
        }
        out.raw(encode_lockbox(entry.box, with_keys));
    }
    for (const auto& sibling : value.siblings) {
        out.raw(sibling.view());
    }
    return out.take();
}

//= PF-22
result<lockbox_set> read_lockboxes(reader& in, const directory* keys) {
    lockbox_set out;
    DHOW_TRY(const auto leaves, in.varint(limits::recipients_max));
    DHOW_TRY(const auto count, in.varint(leaves));
    if (count == 0) {
        return errc::out_of_range;
    }
    out.leaf_count = static_cast<std::uint16_t>(leaves);
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint64_t index = i;
        if (count != leaves) {
            DHOW_TRY(index, in.varint(leaves - 1));
        }
        if (!out.entries.empty() && index <= out.entries.back().index) {
            return errc::bad_order;
        }
        DHOW_TRY(const auto box, read_lockbox(in, keys));
        out.entries.push_back({static_cast<std::uint16_t>(index), box});
    }
    const auto siblings = siblings_needed(out.entries, 0, out.leaf_count);
    for (std::size_t i = 0; i < siblings; ++i) {
        DHOW_TRY(const auto sibling, in.fixed<digest>());
        out.siblings.push_back(sibling);
    }
    DHOW_CHECK(check_recipients(out));
    return out;
}

result<lockbox_set> decode_lockboxes(byte_view data) {
    if (data.size() > limits::preamble_bytes_max) {
        return errc::too_long;
    }
    reader in{data};
    DHOW_TRY(auto out, read_lockboxes(in));
    DHOW_CHECK(in.end());
    return out;
}

}  // namespace dhow::protocol
