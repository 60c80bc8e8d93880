// The store on the crashing disk: what was acknowledged is there after a power cut at any
// operation, the n-th error is survived, a full disk is left again; and the disk notices a store
// that does not sync.
#include "tests/sim/disk.hpp"

#include "daemon/store/sqlite_store.hpp"
#include "protocol/limits.hpp"
#include "tests/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

BOOST_AUTO_TEST_SUITE(disk_test)

using namespace dhow;
using namespace dhow::store;
using sim::disk_fault;

namespace {

constexpr int steps = 10;
/// Of the operations that a test goes through; which, says the seed.
#ifdef DHOW_SANITIZED
constexpr std::uint64_t one_of = 3;
#else
constexpr std::uint64_t one_of = 1;
#endif

sqlite_options options_on(const sim::disk& on, const std::string& synchronous) {
    sqlite_options out;
    out.path = "store.db";
    out.vfs = on.vfs_name();
    out.synchronous = synchronous;
    return out;
}

/// Step `number` as three changes that hold together: object, segment, event. Of 2 KB, every fifth
/// 200 KB.
std::vector<transaction> batch_of(int number) {
    std::vector<transaction> out;
    for (int part = 0; part < 2; ++part) {
        const row_id row = number * 2 + part + 1;
        object_row object;
        object.row = row;
        object.state = object_state::complete;
        object.bytes = number % 5 == 4 ? 200'000 : 2'000;
        event_row event;
        event.id.value[0] = static_cast<std::uint8_t>(row);
        transaction one;
        one.changes.emplace_back(operation::put_object{object});
        dhow::store::append_data(one.changes, row, 0,
                                 protocol::bytes(object.bytes, static_cast<std::uint8_t>(row)));
        one.changes.emplace_back(operation::put_event{event});
        out.push_back(std::move(one));
    }
    return out;
}

/// Rows of which everything is there; -1 in it when one is there by half.
std::set<row_id> rows_in(sqlite_store& from) {
    std::set<row_id> out;
    for (row_id row = 1; row <= steps * 2; ++row) {
        message_id id;
        id.value[0] = static_cast<std::uint8_t>(row);
        const auto events = std::get<answer::events>(from.ask(query::load_events{{}, id}).value());
        const auto segment =
            std::get<answer::segment>(from.ask(query::load_segment{row, 0}).value());
        if (segment.data.has_value() != (events.rows.size() == 1) || segment.damaged) {
            out.insert(-1);
        } else if (segment.data) {
            out.insert(row);
        }
    }
    return out;
}

/// Runs the workload until it ends or the store fails; the rows that were acknowledged.
std::set<row_id> run_workload(sim::disk& on, const std::string& synchronous) {
    std::set<row_id> acknowledged;
    std::unique_ptr<sqlite_store> opened;
    try {
        opened = sqlite_store::open(options_on(on, synchronous));
    } catch (const open_error&) {
        return acknowledged;
    }
    for (int number = 0; number < steps; ++number) {
        const auto results = opened->apply(batch_of(number));
        if (!results) {
            break;
        }
        for (int part = 0; part < 2; ++part) {
            if ((*results)[static_cast<std::size_t>(part)].status ==
                transaction_status::committed) {
                acknowledged.insert(number * 2 + part + 1);
            }
        }
        if (!opened->maintain()) {
            break;
        }
    }
    if (!on.is_dark() && on.unsynced_writes() > 0) {
        on.crash();
    }
    return acknowledged;
}

std::uint64_t operations_of_workload(const std::string& synchronous) {
    sim::disk on("counting", 1);
    run_workload(on, synchronous);
    return on.operations();
}

struct tally {
    std::uint64_t cuts = 0;
    std::uint64_t lost = 0;     ///< Runs in which something acknowledged was not there.
    std::uint64_t halves = 0;   ///< Runs in which a transaction was there by half.
    std::uint64_t damaged = 0;  ///< Runs after which the file was refused or found unsound.
};

void judge(sim::disk& on, const std::set<row_id>& acknowledged, tally& counts) {
    try {
        const auto opened = sqlite_store::open(options_on(on, "FULL"));
        const auto there = rows_in(*opened);
        counts.halves += there.contains(-1);
        counts.lost +=
            !std::includes(there.begin(), there.end(), acknowledged.begin(), acknowledged.end());
        const auto verdict = std::get<answer::verdict>(opened->ask(query::check{true}).value());
        counts.damaged += !verdict.ok;
    } catch (const std::exception&) {
        ++counts.damaged;
    }
}

/// Cuts the power at every operation of the workload in turn, or at each that `stride` falls on.
tally cut_everywhere(const std::string& synchronous, std::uint64_t stride,
                     std::uint64_t first = 0) {
    tally counts;
    const std::uint64_t all = operations_of_workload(synchronous);
    for (std::uint64_t at = first; at < all; at += stride) {
        sim::disk on("cut", tests::seed() + at);
        on.fail_at(at, disk_fault::power_loss, true);
        const auto acknowledged = run_workload(on, synchronous);
        if (!on.is_dark()) {
            continue;
        }
        on.restart();
        ++counts.cuts;
        judge(on, acknowledged, counts);
    }
    return counts;
}

}  // namespace

BOOST_AUTO_TEST_CASE(power_cut_at_every_operation_loses_nothing_that_was_acknowledged) {
    const tally counts = cut_everywhere("FULL", one_of, tests::seed() % one_of);
    BOOST_TEST_MESSAGE("power cuts: " << counts.cuts);
    BOOST_TEST(counts.cuts > 200U / one_of);
    BOOST_TEST(counts.lost == 0U);
    BOOST_TEST(counts.halves == 0U);
    BOOST_TEST(counts.damaged == 0U);
}

BOOST_AUTO_TEST_CASE(a_store_that_does_not_sync_each_commit_is_found_out) {
    const tally normal = cut_everywhere("NORMAL", 5);
    BOOST_TEST_MESSAGE("with synchronous=NORMAL lost in " << normal.lost << " of " << normal.cuts);
    BOOST_TEST(normal.lost > 0U);
    const tally off = cut_everywhere("OFF", 9);
    BOOST_TEST_MESSAGE("with synchronous=OFF lost or damaged in " << off.lost + off.damaged
                                                                  << " of " << off.cuts);
    BOOST_TEST(off.lost + off.damaged > 0U);
}

BOOST_AUTO_TEST_CASE(
    an_error_at_any_operation_ends_in_an_error_result_and_nothing_acknowledged_is_lost) {
    const std::uint64_t all = operations_of_workload("FULL");
    std::uint64_t met = 0;
    const std::vector<std::pair<disk_fault, bool>> faults{{disk_fault::io_error, false},
                                                          {disk_fault::io_error, true},
                                                          {disk_fault::sync_error, true}};
    constexpr auto stride = 3 * one_of;
    for (std::uint64_t at = tests::seed() % stride; at < all; at += stride) {
        for (const auto& [fault, for_ever] : faults) {
            sim::disk on("failing", tests::seed());
            on.fail_at(at, fault, for_ever);
            const auto acknowledged = run_workload(on, "FULL");
            met += acknowledged.size() < steps * 2;
            on.heal();
            if (on.is_dark()) {
                on.restart();
            }
            tally counts;
            judge(on, acknowledged, counts);
            BOOST_REQUIRE_MESSAGE(counts.lost + counts.halves + counts.damaged == 0,
                                  "after an error at operation " << at);
        }
    }
    BOOST_TEST_MESSAGE("errors that ended a workload: " << met << " of " << all);
    BOOST_TEST(met > 100U / one_of);
}

BOOST_AUTO_TEST_CASE(full_disk_refuses_and_works_on_when_space_is_there_again) {
    sim::disk on("full", tests::seed());
    const auto opened = sqlite_store::open(options_on(on, "FULL"));
    on.set_size(1'000'000);
    std::set<row_id> acknowledged;
    std::size_t refused = 0;
    for (int number = 0; number < steps; ++number) {
        const auto results = opened->apply(batch_of(number));
        BOOST_REQUIRE(results.has_value());
        for (std::size_t part = 0; part < 2; ++part) {
            const auto status = (*results)[part].status;
            if (status == transaction_status::committed) {
                acknowledged.insert(number * 2 + static_cast<int>(part) + 1);
            } else {
                BOOST_TEST((status == transaction_status::full));
                ++refused;
            }
        }
        BOOST_REQUIRE(opened->maintain().has_value());
    }
    BOOST_TEST(refused > 0U);
    BOOST_TEST(!acknowledged.empty());
    on.set_size(100'000'000);
    BOOST_TEST((opened->apply(batch_of(100)).value()[0].status == transaction_status::committed));
    BOOST_TEST(rows_in(*opened) == acknowledged);
    BOOST_TEST(std::get<answer::verdict>(opened->ask(query::check{true}).value()).ok);
}

BOOST_AUTO_TEST_CASE(full_at_one_operation_fails_at_most_one_transaction) {
    const std::uint64_t all = operations_of_workload("FULL");
    for (std::uint64_t at = 0; at < all; at += 7) {
        sim::disk on("full-once", tests::seed());
        on.fail_at(at, disk_fault::full, false);
        const auto acknowledged = run_workload(on, "FULL");
        if (on.is_dark()) {
            on.restart();
        }
        // While the file is created there is nothing to refuse: opening fails, and says so.
        const bool never_opened = acknowledged.empty();
        BOOST_REQUIRE_MESSAGE(never_opened || acknowledged.size() >= steps * 2 - 1,
                              "after a full disk at operation " << at);
        tally counts;
        judge(on, acknowledged, counts);
        BOOST_REQUIRE(counts.lost + counts.halves + counts.damaged == 0);
    }
}

BOOST_AUTO_TEST_CASE(same_seed_leaves_the_same_bytes_after_a_crash) {
    const auto bytes_after_crash = [](std::uint64_t with_seed) {
        sim::disk on("seeded", with_seed);
        on.fail_at(150, disk_fault::power_loss, true);
        run_workload(on, "OFF");
        on.restart();
        return on.content("store.db").size();
    };
    BOOST_TEST(bytes_after_crash(7) == bytes_after_crash(7));
}

BOOST_AUTO_TEST_CASE(a_second_store_on_the_same_file_is_refused) {
    sim::disk on("locked", tests::seed());
    const auto first = sqlite_store::open(options_on(on, "FULL"));
    BOOST_CHECK_EXCEPTION(sqlite_store::open(options_on(on, "FULL")), open_error,
                          [](const open_error& error) {
                              return std::string(error.what()).find("in use") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(a_bit_that_turned_over_in_a_segment_is_reported_and_not_given_out) {
    sim::disk on("rotten", tests::seed());
    auto opened = sqlite_store::open(options_on(on, "FULL"));
    BOOST_REQUIRE(
        opened->apply(batch_of(4)).has_value());  // Of 200 KB: its pages hold nothing else.
    opened.reset();                               // Moves the log into the file.
    const auto bytes = on.content("store.db");
    const std::vector<std::uint8_t> run(4'096, 9);
    const auto found = std::search(bytes.begin(), bytes.end(), run.begin(), run.end());
    BOOST_REQUIRE(found != bytes.end());
    on.flip_bit("store.db", static_cast<std::uint64_t>(found - bytes.begin()) + 2'048, 3);
    opened = sqlite_store::open(options_on(on, "FULL"));
    std::size_t damaged = 0;
    for (std::uint32_t at = 0; at < 4; ++at) {
        const auto reply = opened->ask(query::load_segment{9, at}).value();
        const auto& segment = std::get<answer::segment>(reply);
        damaged += segment.damaged;
        BOOST_TEST(segment.damaged == !segment.data.has_value());
    }
    BOOST_TEST(damaged == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
