// Carries out what the core wants.
// Way of the message: see core_driver.hpp.
// Not pure: timers, threads' posts.
// Spec: docs/overview.md#threads. Tests: system.
// Limits: see core_driver.hpp.
#include "daemon/app/core_driver.hpp"

#include <boost/asio/post.hpp>

#include <ctime>

namespace dhow::app {

namespace command = route::command;

milliseconds monotonic_now() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<milliseconds>(std::chrono::seconds{now.tv_sec} +
                                                    std::chrono::nanoseconds{now.tv_nsec});
}

core_driver::core_driver(boost::asio::io_context& io, route::gateway& gateway,
                         store::store_thread& store, seal::crypto_pool& crypto,
                         gateway_clock& clock, log& to)
    : x_io(io),
      x_gateway(gateway),
      x_store(store),
      x_crypto(crypto),
      x_clock(clock),
      x_log(to),
      x_timer(io) {}

utc_time core_driver::now() const { return x_clock.now(monotonic_now()); }

void core_driver::pump() {
    if (x_pumping || x_stopped) {
        return;
    }
    x_pumping = true;
    x_gateway.advance(now());
    for (bool again = true; again;) {
        again = false;
        while (auto next = x_gateway.next_command()) {
            run(std::move(*next));
            again = true;
        }
        for (const auto session : x_gateway.take_touched()) {
            x_links->flush(session);
            again = true;
        }
    }
    x_pumping = false;
    plan_wake();
}

void core_driver::run(route::commands what) {
    const auto visit = [this](auto& one) {
        using kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<kind, command::apply>) {
            x_store.apply(std::move(one.what));
        } else if constexpr (std::is_same_v<kind, command::ask>) {
            x_store.ask(one.number, std::move(one.what));
        } else if constexpr (std::is_same_v<kind, command::run>) {
            x_waiting_jobs.push_back(std::move(one));
            run_job({});
        } else if constexpr (std::is_same_v<kind, command::dial>) {
            x_links->dial(one.link, one.peer, one.address);
        } else if constexpr (std::is_same_v<kind, command::close_session>) {
            x_links->close(one.session);
        } else {
            x_log.write(one.level, one.id, one.text);
        }
    };
    std::visit(visit, what);
}

}  // namespace dhow::app
