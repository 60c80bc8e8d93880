// Which waiting shipment goes next: flash first, shares by bytes, turns of origins, no row lost.
// Way of the message: tests of daemon/route/ready_queue.
// Pure.
// Spec: docs/overview.md#classes.
// Limits: none.
#include "daemon/route/ready_queue.hpp"

#include "tests/unit/route/core_harness.hpp"

namespace dhow::tests {

namespace {
ready_shipment shipment(store::row_id row, message_class cls, std::uint64_t size = 1000,
                        std::string_view origin = "ZW") {
    ready_shipment out;
    out.shipment.row = row;
    out.shipment.cls = cls;
    out.shipment.origin = bureau(origin);
    out.object.bytes = size;
    return out;
}

answer::ready loaded(std::vector<ready_shipment> rows, bool more = false) {
    return {std::move(rows), more};
}

bool always(const ready_shipment&) { return true; }

/// Every class is loaded to its end, so that fresh ones are taken.
struct a_queue : ready_queue {
    utc_time now{};
    a_queue() {
        for (std::size_t i = 0; i < protocol::message_class_count; ++i) {
            mark_loading(static_cast<message_class>(i));
            add_loaded(static_cast<message_class>(i), {});
        }
    }
    ready_shipment take_next() {
        const auto cls = choose(now, always);
        BOOST_REQUIRE(cls.has_value());
        return take(*cls, now);
    }
};
}  // namespace

BOOST_FIXTURE_TEST_SUITE(ready_queue_test, a_queue)

BOOST_AUTO_TEST_CASE(flash_goes_before_everything_that_waits) {
    add_fresh(shipment(1, message_class::bulk));
    add_fresh(shipment(2, message_class::urgent));
    take_next();
    add_fresh(shipment(3, message_class::flash));
    BOOST_TEST(take_next().shipment.row == 3);
}

BOOST_AUTO_TEST_CASE(flash_that_may_not_go_does_not_stop_the_others) {
    add_fresh(shipment(1, message_class::flash));
    add_fresh(shipment(2, message_class::bulk));
    const auto cls =
        choose(now, [](const auto& item) { return item.shipment.cls != message_class::flash; });
    BOOST_TEST((cls == message_class::bulk));
}

struct a_flood : a_queue {
    static constexpr std::uint64_t size = 4096;
    static constexpr std::size_t burst = limits::flash_burst_bytes / size;
    a_flood() {
        for (store::row_id row = 1; row <= 240; ++row) {
            add_fresh(shipment(row, message_class::flash, size));
            add_fresh(shipment(1000 + row, message_class::urgent, size));
        }
        for (std::size_t i = 0; i < burst; ++i) {
            BOOST_TEST_REQUIRE((take_next().shipment.cls == message_class::flash));
        }
    }
    std::size_t flash_of_the_next(int count) {
        std::size_t found = 0;
        for (int i = 0; i < count; ++i) {
            found += take_next().shipment.cls == message_class::flash ? 1U : 0U;
        }
        return found;
    }
};

BOOST_FIXTURE_TEST_CASE(flash_beyond_its_origins_budget_waits_as_urgent_does, a_flood) {
    BOOST_TEST(flash_of_the_next(40) == 20U);
}

BOOST_FIXTURE_TEST_CASE(flash_of_another_origin_still_goes_first, a_flood) {
    add_fresh(shipment(500, message_class::flash, size, "MU"));
    BOOST_TEST(take_next().shipment.row == 500);
    BOOST_TEST(flash_of_the_next(40) == 20U);
}

BOOST_FIXTURE_TEST_CASE(the_budget_comes_back_with_time, a_flood) {
    now += std::chrono::seconds{3 * size / limits::flash_bytes_per_second};
    BOOST_TEST(flash_of_the_next(3) == 3U);
    BOOST_TEST(flash_of_the_next(40) == 20U);
    now -= std::chrono::hours{24};
    BOOST_TEST(flash_of_the_next(40) == 20U);
}

BOOST_FIXTURE_TEST_CASE(flash_beyond_the_budget_goes_at_once_when_nothing_else_waits, a_flood) {
    drop_all();
    add_fresh(shipment(500, message_class::flash, size));
    BOOST_TEST(take_next().shipment.row == 500);
}

BOOST_AUTO_TEST_CASE(urgent_routine_and_bulk_share_eight_to_three_to_one_by_bytes) {
    constexpr int rounds = 1200;
    std::array<std::uint64_t, protocol::message_class_count> bytes_of{};
    store::row_id row = 0;
    const auto give = [&](message_class cls, std::uint64_t size) {
        add_fresh(shipment(++row, cls, size));
    };
    for (int i = 0; i < 3; ++i) {  // None runs empty: that would be a pause.
        give(message_class::urgent, 500);
        give(message_class::routine, 1000);
        give(message_class::bulk, 2000);
    }
    for (int i = 0; i < rounds; ++i) {
        const auto sent = take_next();
        forget(sent.shipment.row);
        bytes_of[static_cast<std::size_t>(sent.shipment.cls)] += sent.object.bytes;
        give(sent.shipment.cls, sent.object.bytes);
    }
    const auto bulk = static_cast<double>(bytes_of[3]);
    BOOST_TEST(static_cast<double>(bytes_of[1]) / bulk == 8.0, boost::test_tools::tolerance(0.1));
    BOOST_TEST(static_cast<double>(bytes_of[2]) / bulk == 3.0, boost::test_tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(a_class_that_was_idle_does_not_catch_up_its_silence) {
    for (store::row_id row = 1; row <= 40; ++row) {
        add_fresh(shipment(row, message_class::routine));
    }
    for (int i = 0; i < 20; ++i) {
        take_next();
    }
    for (store::row_id row = 100; row < 120; ++row) {
        add_fresh(shipment(row, message_class::bulk));
    }
    int bulk = 0;
    for (int i = 0; i < 8; ++i) {
        bulk += take_next().shipment.cls == message_class::bulk ? 1 : 0;
    }
    BOOST_TEST(bulk >= 1);
    BOOST_TEST(bulk <= 3);
}

BOOST_AUTO_TEST_CASE(origins_take_turns_within_a_class) {
    for (store::row_id row = 1; row <= 10; ++row) {
        add_fresh(shipment(row, message_class::routine, 1000, "KE"));
    }
    add_fresh(shipment(11, message_class::routine, 1000, "MU"));
    take_next();
    const auto second = take_next();
    const auto third = take_next();
    BOOST_TEST((second.shipment.row == 11 || third.shipment.row == 11));
}

BOOST_AUTO_TEST_CASE(a_row_under_way_is_not_loaded_once_more_until_it_is_forgotten) {
    add_fresh(shipment(5, message_class::urgent));
    take_next();
    rescan(message_class::urgent);
    mark_loading(message_class::urgent);
    add_loaded(message_class::urgent, loaded({shipment(5, message_class::urgent)}));
    BOOST_TEST(!choose(now, always).has_value());
    forget(5);
    rescan(message_class::urgent);
    BOOST_TEST(wants_load(message_class::urgent));
    add_loaded(message_class::urgent, loaded({shipment(5, message_class::urgent)}));
    BOOST_TEST(choose(now, always).has_value());
}

BOOST_AUTO_TEST_CASE(one_made_ready_while_a_load_is_under_way_is_loaded_later) {
    rescan(message_class::urgent);
    mark_loading(message_class::urgent);
    BOOST_TEST(add_fresh(shipment(6, message_class::urgent)));  // None of its origin is loaded.
    BOOST_TEST(!add_fresh(shipment(7, message_class::urgent)));
    add_loaded(message_class::urgent, loaded({}));
    BOOST_TEST(take_next().shipment.row == 6);
    BOOST_TEST(wants_load(message_class::urgent));
}

BOOST_AUTO_TEST_CASE(a_row_woken_behind_a_load_under_way_is_loaded_later) {
    rescan(message_class::urgent);
    mark_loading(message_class::urgent);
    rescan(message_class::urgent);  // Row 3 became ready; the load under way began behind it.
    add_loaded(message_class::urgent, loaded({shipment(510, message_class::urgent)}));
    take_next();
    BOOST_TEST(wants_load(message_class::urgent));
    BOOST_TEST(cursor(message_class::urgent) < 3);
}

BOOST_AUTO_TEST_CASE(one_that_is_put_back_goes_first_in_its_class) {
    add_fresh(shipment(1, message_class::routine));
    add_fresh(shipment(2, message_class::routine));
    put_back(take_next());
    BOOST_TEST(take_next().shipment.row == 1);
}

BOOST_AUTO_TEST_CASE(memory_is_bounded_and_the_rest_stays_in_the_store) {
    store::row_id row = 0;
    while (add_fresh(shipment(++row, message_class::bulk))) {
    }
    BOOST_TEST(size() == limits::loaded_shipments_per_class);
    while (choose(now, always)) {
        forget(take_next().shipment.row);
    }
    BOOST_TEST(wants_load(message_class::bulk));
}

BOOST_AUTO_TEST_CASE(a_fresh_row_that_is_under_way_is_taken_and_not_put_twice) {
    add_fresh(shipment(5, message_class::urgent));
    take_next();
    BOOST_TEST(add_fresh(shipment(5, message_class::urgent)));
    BOOST_TEST(!choose(now, always).has_value());
    BOOST_TEST(size() == 1U);
}

namespace {
ready_shipment of_message(store::row_id row, store::row_id message, std::string_view origin) {
    auto out = shipment(row, message_class::routine, 1000, origin);
    out.shipment.message = message;
    return out;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_message_is_dropped_and_the_others_of_its_origin_stay_in_order) {
    add_fresh(of_message(1, 100, "KE"));
    add_fresh(of_message(2, 200, "KE"));
    add_fresh(of_message(3, 100, "KE"));
    add_fresh(of_message(4, 200, "KE"));
    BOOST_TEST(drop(300) == 0U);
    BOOST_TEST(drop(100) == 2U);
    BOOST_TEST(drop(100) == 0U);
    BOOST_TEST(take_next().shipment.row == 2);
    BOOST_TEST(take_next().shipment.row == 4);
    BOOST_TEST(!choose(now, always).has_value());
}

BOOST_AUTO_TEST_CASE(when_the_origin_whose_turn_it_is_has_nothing_left_it_is_the_next_ones) {
    add_fresh(of_message(1, 100, "KE"));  // Its turn.
    add_fresh(of_message(2, 200, "IPSG"));
    add_fresh(of_message(3, 300, "MU"));
    add_fresh(of_message(4, 400, "MU"));
    BOOST_TEST(drop(300) == 1U);
    BOOST_TEST(front(message_class::routine).shipment.row == 1);
    BOOST_TEST(drop(100) == 1U);
    BOOST_TEST(front(message_class::routine).shipment.row == 4);
    BOOST_TEST(drop(400) == 1U);  // Behind the last comes the first.
    BOOST_TEST(front(message_class::routine).shipment.row == 2);
    drop_all();
    BOOST_TEST(!choose(now, always).has_value());
    BOOST_TEST(size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
