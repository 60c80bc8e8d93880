// The worker pool: flash first, bounded, results in batches on the caller's thread, heartbeat.
#include "daemon/seal/crypto_pool.hpp"

#include "protocol/limits.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

namespace {

/// Holds every job at a gate and notes the order in which they ran.
class gated_sealer final : public sealer {
public:
    result<job_outcome> run(const job_request& request) override {
        std::unique_lock lock(x_mutex);
        x_entered = true;
        x_changed.notify_all();
        x_changed.wait(lock, [this] { return x_is_open; });
        x_order.push_back(std::get<job::sign_hello>(request).to_be_signed.at(0));
        return job_outcome(done::verified_hello{});
    }
    digest index_of(protocol::byte_view) override { return {}; }
    void open() {
        const std::lock_guard lock(x_mutex);
        x_is_open = true;
        x_changed.notify_all();
    }
    void wait_until_entered() {
        std::unique_lock lock(x_mutex);
        x_changed.wait(lock, [this] { return x_entered; });
    }
    std::vector<int> order() {
        const std::lock_guard lock(x_mutex);
        return x_order;
    }

private:
    std::mutex x_mutex;
    std::condition_variable x_changed;
    bool x_is_open = false;
    bool x_entered = false;
    std::vector<int> x_order;
};

/// The caller's thread: runs what was posted.
class loop {
public:
    crypto_pool::poster poster() {
        return [this](std::function<void()> call) {
            const std::lock_guard lock(x_mutex);
            x_calls.push_back(std::move(call));
            x_changed.notify_all();
        };
    }
    void run_until(const std::function<bool()>& is_done) {
        while (!is_done()) {
            std::unique_lock lock(x_mutex);
            x_changed.wait(lock, [this] { return !x_calls.empty(); });
            const auto call = std::move(x_calls.front());
            x_calls.pop_front();
            lock.unlock();
            call();
        }
    }

private:
    std::mutex x_mutex;
    std::condition_variable x_changed;
    std::deque<std::function<void()>> x_calls;
};

job::sign_hello numbered(std::uint8_t number) { return {{number}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_pool_test)

BOOST_AUTO_TEST_CASE(flash_goes_before_all_that_waits) {
    gated_sealer sealer;
    loop net;
    std::size_t finished = 0;
    crypto_pool pool(sealer, net.poster(), 1);
    const auto submit = [&](std::uint8_t number, job_urgency urgency) {
        BOOST_TEST(pool.submit(numbered(number), urgency, [&](auto) { ++finished; }).has_value());
    };
    submit(0, job_urgency::other);
    sealer.wait_until_entered();
    submit(1, job_urgency::other);
    submit(2, job_urgency::other);
    submit(3, job_urgency::flash);
    BOOST_TEST(pool.waiting() == 3U);
    sealer.open();
    net.run_until([&] { return finished == 4; });
    BOOST_TEST(sealer.order() == (std::vector<int>{0, 3, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_full_queue_refuses_and_keeps_room_for_flash) {
    gated_sealer sealer;
    loop net;
    std::size_t finished = 0;
    crypto_pool pool(sealer, net.poster(), 1);
    const auto count = [&](auto) { ++finished; };
    BOOST_TEST(pool.submit(numbered(0), job_urgency::other, count).has_value());
    sealer.wait_until_entered();
    std::size_t taken = 0;
    while (pool.submit(numbered(1), job_urgency::other, count)) {
        ++taken;
    }
    BOOST_TEST(taken == protocol::limits::crypto_jobs_max / 8 * 7);
    BOOST_TEST(pool.submit(numbered(2), job_urgency::flash, count).has_value());
    const auto refused = pool.submit(numbered(1), job_urgency::other, count);
    BOOST_TEST((refused.error() == protocol::errc::overloaded));
    sealer.open();
    net.run_until([&] { return finished == taken + 2; });
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded_as_well_as_jobs) {
    gated_sealer sealer;
    loop net;
    std::size_t finished = 0;
    crypto_pool pool(sealer, net.poster(), 1);
    BOOST_TEST(pool.submit(numbered(0), job_urgency::other, [&](auto) { ++finished; }).has_value());
    sealer.wait_until_entered();
    std::size_t taken = 0;
    job::sign_hello large{bytes(4 * 1024 * 1024)};
    while (pool.submit(large, job_urgency::other, [&](auto) { ++finished; })) {
        ++taken;
    }
    BOOST_TEST(taken == 7U);
    sealer.open();
    net.run_until([&] { return finished == taken + 1; });
}

BOOST_AUTO_TEST_CASE(a_heartbeat_is_answered_when_every_worker_lives) {
    gated_sealer sealer;
    loop net;
    crypto_pool pool(sealer, net.poster(), 3);
    bool alive = false;
    pool.heartbeat([&] { alive = true; });
    net.run_until([&] { return alive; });

    bool alive_again = false;
    bool finished = false;
    BOOST_TEST(
        pool.submit(numbered(0), job_urgency::flash, [&](auto) { finished = true; }).has_value());
    sealer.wait_until_entered();
    pool.heartbeat([&] { alive_again = true; });
    BOOST_TEST(!alive_again);  // one worker is held
    sealer.open();
    net.run_until([&] { return alive_again && finished; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
