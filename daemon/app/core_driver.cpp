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

namespace {
/// Jobs given to the pool at once: enough to keep every worker busy; the rest waits here, in order.
constexpr std::size_t jobs_in_pool_max = protocol::limits::crypto_jobs_max / 2;
}  // namespace

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
            x_store.submit(std::move(one.what), [this](const store::transaction_result& result) {
                x_gateway.on_stored({result});
                schedule_pump();
            });
        } else if constexpr (std::is_same_v<kind, command::ask>) {
            x_store.ask(std::move(one.what), [this, number = one.number](store::reply& reply) {
                x_gateway.on_answered(number, reply);
                schedule_pump();
            });
        } else if constexpr (std::is_same_v<kind, command::run>) {
            x_waiting_jobs.push_back(std::move(one));
            start_jobs();
        } else if constexpr (std::is_same_v<kind, command::dial>) {
            x_links->dial(one);
        } else if constexpr (std::is_same_v<kind, command::close_session>) {
            x_links->close(one.session, one.at_once);
        } else {
            x_log.write(one.level, one.id, one.text);
        }
    };
    std::visit(visit, what);
}

void core_driver::start_jobs() {
    while (!x_waiting_jobs.empty() && x_running_jobs < jobs_in_pool_max) {
        // Flash was put in front by the core's order only; the pool has a lane of its own for it.
        auto job = std::move(x_waiting_jobs.front());
        x_waiting_jobs.pop_front();
        const auto urgency = job.at_once ? seal::job_urgency::flash : seal::job_urgency::other;
        ++x_running_jobs;
        const auto taken = x_crypto.submit(
            std::move(job.what), urgency,
            [this, number = job.number](protocol::result<seal::job_outcome> outcome) {
                --x_running_jobs;
                x_gateway.on_sealed(number, outcome);
                start_jobs();
                schedule_pump();
            });
        if (!taken) {
            --x_running_jobs;
            protocol::result<seal::job_outcome> refused(taken.error());
            x_gateway.on_sealed(job.number, refused);
        }
    }
}

void core_driver::schedule_pump() {
    // Completions come in batches: one pump after all of a batch, not one after each.
    if (x_pump_scheduled || x_stopped) {
        return;
    }
    x_pump_scheduled = true;
    boost::asio::post(x_io, [this] {
        x_pump_scheduled = false;
        pump();
    });
}

void core_driver::plan_wake() {
    const auto next = x_gateway.next_deadline();
    if (!next) {
        x_timer.cancel();
        x_planned.reset();
        return;
    }
    if (x_planned == next) {
        return;
    }
    x_planned = next;
    x_timer.expires_after(std::max(*next - now(), milliseconds{1}));
    x_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            x_planned.reset();
            pump();
        }
    });
}

void core_driver::stop() {
    x_stopped = true;
    x_timer.cancel();
}

void core_driver::request(const route::caller& who, route::api_request what,
                          std::function<void(route::api_response)> answer) {
    x_gateway.note_time(now());
    x_gateway.request(who, std::move(what), std::move(answer));
    schedule_pump();
}

std::uint64_t core_driver::watch_inbox(const std::string& agency, std::uint64_t after,
                                       std::function<void()> wake) {
    return x_gateway.watch_inbox(agency, after, std::move(wake));
}

void core_driver::forget_watch(std::uint64_t watch) { x_gateway.forget_watch(watch); }

}  // namespace dhow::app
