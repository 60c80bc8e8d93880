// Random transactions and questions over a small world, so that keys meet and states collide.
#pragma once

#include "daemon/store/operations.hpp"
#include "tests/sim/prng.hpp"

namespace dhow::tests {

class random_work {
public:
    explicit random_work(std::uint64_t seed) : x_random(seed) {}

    dhow::store::transaction next_transaction();
    /// At least one question of every kind but back_up, with drawn arguments.
    std::vector<dhow::store::question> questions();
    sim::prng& random() { return x_random; }

    protocol::bureau_id bureau(bool may_be_empty = false);
    protocol::message_id id();
    protocol::digest digest();
    protocol::utc_time time();
    std::optional<protocol::utc_time> maybe_time();
    /// A number that was used before, or is about to be.
    dhow::store::row_id some_row();
    dhow::store::row_id new_row() { return ++x_last_row; }
    protocol::bytes blob(std::size_t size_max);
    std::string word();

private:
    template <class Enum>
    Enum pick(unsigned count) {
        return static_cast<Enum>(x_random.below(count));
    }
    bool chance(double probability) { return x_random.chance(probability); }
    dhow::store::change next_change();
    dhow::store::change put_something();
    dhow::store::change change_message();
    dhow::store::change change_queue();
    dhow::store::change change_record();
    dhow::store::change change_bundle();
    dhow::store::change change_case();
    dhow::store::change change_clock();  ///< random_clocks.cpp
    dhow::store::bundle_row bundle();
    dhow::store::bundle_record_row bundle_record();
    dhow::store::row_id some_bundle();
    dhow::store::clock_row clock();
    dhow::store::row_id some_clock();
    dhow::store::operation::put_segment segment();
    protocol::confidentiality level();
    dhow::store::message_row message();
    dhow::store::object_row object();
    dhow::store::delivery_row delivery();
    dhow::store::shipment_row shipment();

    sim::prng x_random;
    std::map<dhow::store::row_id, std::uint64_t>
        x_ends;  ///< Where objects end, as far as drawn here.
    std::vector<dhow::store::row_id> x_bundles;
    std::vector<dhow::store::row_id> x_clocks;
    dhow::store::row_id x_last_row = 0;
    std::uint64_t x_tokens = 0;
};

}  // namespace dhow::tests
