// Keys that follow others, at one gateway first.
// Way of the message: see rotations.hpp.
// Pure.
// Spec: docs/simulator.md#faults. Tests: sim.
// Limits: see rotations.hpp.
#include "tests/sim/rotations.hpp"

#include <algorithm>

namespace dhow::sim {

using protocol::as_bytes;
using protocol::key_purpose;

namespace {
constexpr std::uint64_t longest_quiet_us = 600'000'000;
constexpr std::uint64_t longest_lag_us = 300'000'000;

protocol::directory_key next_key(const protocol::hasher& hash, protocol::bureau_id owner,
                                 key_purpose purpose) {
    const auto name = purpose == key_purpose::sign ? "sign" : "encrypt";
    const auto full = hash.sha256({as_bytes("next key"), as_bytes(owner.text()), as_bytes(name)});
    protocol::directory_key out;
    out.purpose = purpose;
    std::copy_n(full.value.begin(), out.id.value.size(), out.id.value.begin());
    out.certificate = protocol::to_bytes(full.view());
    out.current = false;
    return out;
}

/// The current key of the purpose is the other one from now on.
void swap_keys(protocol::directory_entry& entry, key_purpose purpose) {
    for (auto& key : entry.keys) {
        key.current = key.purpose == purpose ? !key.current : key.current;
    }
}
}  // namespace

rotations::directory_ptr rotations::begin_with(protocol::directory plain) {
    x_is_drawn = x_random.chance(0.3);
    if (x_is_drawn) {
        for (auto& entry : plain.entries) {
            for (const auto purpose : {key_purpose::sign, key_purpose::encrypt}) {
                entry.keys.push_back(next_key(x_hash, entry.bureau, purpose));
            }
        }
    }
    x_newest = std::move(plain);
    return std::make_shared<const protocol::directory>(x_newest);
}

void rotations::plan(std::vector<node*> nodes) {
    x_nodes = std::move(nodes);
    if (x_is_drawn) {
        rotate();
    }
}

void rotations::rotate() {
    const auto wait = microseconds{static_cast<std::int64_t>(x_random.below(longest_quiet_us))};
    x_clock.after(wait, [this] {
        const auto made = next_directory();
        const auto first = x_random.below(x_nodes.size());
        hand_to(*x_nodes[first], made);
        for (std::size_t i = 0; i < x_nodes.size(); ++i) {
            const auto lag = x_random.below(longest_lag_us);
            if (i != first) {
                x_clock.after(microseconds{static_cast<std::int64_t>(lag)},
                              [this, i, made] { hand_to(*x_nodes[i], made); });
            }
        }
    });
}

rotations::directory_ptr rotations::next_directory() {
    auto& entry = x_newest.entries[x_random.below(x_newest.entries.size())];
    const bool signs = x_random.chance(0.7);
    if (signs) {
        swap_keys(entry, key_purpose::sign);
    }
    if (!signs || x_random.chance(0.3)) {
        swap_keys(entry, key_purpose::encrypt);
    }
    x_newest.head.serial += 1;
    x_newest.head_digest =
        x_hash.sha256({as_bytes("head"), as_bytes(std::to_string(x_newest.head.serial))});
    x_note(std::string(entry.bureau.text()), "changes its keys");
    return std::make_shared<const protocol::directory>(x_newest);
}

void rotations::hand_to(node& to, const directory_ptr& what) {
    x_note(to.name(), "has directory " + std::to_string(what->head.serial));
    to.take_directory(what);
}

}  // namespace dhow::sim
