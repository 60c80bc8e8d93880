// Carries out what the core wants: commits and questions to the store thread, jobs to the crypto
// workers, dials and writes to the links; brings the completions back, and the time. Way of the
// message: around every step of it. Not pure: timers. Net thread only; store and crypto threads
// post their results here. Spec: docs/overview.md#threads. Tests: system; the simulator has a
// driver of its own. Limits: jobs beyond crypto_jobs_max wait here in order.
#pragma once

#include "daemon/app/gateway_clock.hpp"
#include "daemon/app/log.hpp"
#include "daemon/route/gateway.hpp"
#include "daemon/seal/crypto_pool.hpp"
#include "daemon/store/store_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace dhow::app {

/// What the driver needs of the links.
class link_port {
public:
    virtual ~link_port() = default;
    virtual void dial(const route::command::dial& order) = 0;
    /// `at_once`: by a reset; else what is still to be written goes first.
    virtual void close(route::session_number session, bool at_once) = 0;
    /// The session has something to write.
    virtual void flush(route::session_number session) = 0;
};

class core_driver final : public route::api {
public:
    core_driver(boost::asio::io_context& io, route::gateway& gateway, store::store_thread& store,
                seal::crypto_pool& crypto, gateway_clock& clock, log& to);
    void set_links(link_port* links) { x_links = links; }

    /// Drains the core's commands and writes what sessions have.
    void pump();
    /// The same soon, once for all that is told to the core meanwhile.
    void schedule_pump();
    [[nodiscard]] utc_time now() const;
    void stop();

    // HTTP drivers speak to the core through here, so that commands are drained after each request.
    void request(const route::caller& who, route::api_request what,
                 std::function<void(route::api_response)> answer) override;
    std::uint64_t watch_inbox(const std::string& agency, std::uint64_t after,
                              std::function<void()> wake) override;
    void forget_watch(std::uint64_t watch) override;

private:
    void run(route::commands what);
    void start_jobs();
    void plan_wake();

    boost::asio::io_context& x_io;
    route::gateway& x_gateway;
    store::store_thread& x_store;
    seal::crypto_pool& x_crypto;
    gateway_clock& x_clock;
    log& x_log;
    link_port* x_links = nullptr;
    boost::asio::steady_timer x_timer;
    std::optional<utc_time> x_planned;
    std::deque<route::command::run> x_waiting_jobs;
    std::size_t x_running_jobs = 0;
    bool x_pumping = false;
    bool x_pump_scheduled = false;
    bool x_stopped = false;
};

/// The monotonic clock that also counts while the machine sleeps.
milliseconds monotonic_now();

}  // namespace dhow::app
