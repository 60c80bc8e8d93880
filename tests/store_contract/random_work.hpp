// Random transactions and questions over a small world, so that keys meet and states collide.
#pragma once

#include "daemon/store/operations.hpp"
#include "tests/sim/prng.hpp"

namespace dhow::tests {

class random_work {
public:
    explicit random_work(std::uint64_t seed) : x_random(seed) {}

    store::transaction next_transaction();
    /// At least one question of every kind but back_up, with drawn arguments.
    std::vector<store::question> questions();
    sim::prng& random() { return x_random; }

    protocol::bureau_id bureau(bool may_be_empty = false);
    protocol::message_id id();
    protocol::digest digest();
    protocol::utc_time time();
    std::optional<protocol::utc_time> maybe_time();
    /// A number that was used before, or is about to be.
    store::row_id some_row();
    store::row_id new_row() { return ++x_last_row; }
    protocol::bytes blob(std::size_t size_max);
    std::string word();

private:
    template <class Enum>
    Enum pick(unsigned count) {
        return static_cast<Enum>(x_random.below(count));
    }
    bool chance(double probability) { return x_random.chance(probability); }
    store::change next_change();
    store::change put_something();
    store::change change_message();
    store::change change_queue();
    store::change change_record();
    store::change change_bundle();
    store::bundle_row bundle();
    store::bundle_record_row bundle_record();
    store::row_id some_bundle();
    store::operation::put_segment segment();
    store::message_row message();
    store::object_row object();
    store::delivery_row delivery();
    store::shipment_row shipment();

    sim::prng x_random;
    std::map<store::row_id, std::uint64_t> x_ends;  ///< Where objects end, as far as drawn here.
    std::vector<store::row_id> x_bundles;
    store::row_id x_last_row = 0;
    std::uint64_t x_tokens = 0;
};

}  // namespace dhow::tests
