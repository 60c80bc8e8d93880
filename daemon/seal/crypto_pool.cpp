// Bounded worker threads for the sealer.
// Way of the message: between the net thread and [seal].
// Not pure: threads.
// Spec: docs/overview.md#threads. Tests: unit/seal/crypto_pool_test.cpp.
// Limits: crypto_jobs_max, queue_bytes_max.
#include "daemon/seal/crypto_pool.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace dhow::seal {

namespace {

template <class... Cases>
struct overloaded : Cases... {
    using Cases::operator()...;
};

std::size_t bytes_of(const std::vector<protocol::bytes>& cells) {
    return cells.empty() ? 0 : cells.size() * cells.front().size();
}

/// The large byte strings of a job; what is left out is bounded by the formats to some kilobytes.
std::size_t bytes_of(const job_request& request) {
    return std::visit(
        overloaded{[](const job::seal_message& job) { return job.content.text.size(); },
                   [](const job::seal_piece& job) { return job.plain.size(); },
                   [](const job::verify_parcel& job) { return job.body ? job.body->size() : 0; },
                   [](const job::open_message& job) { return job.body.size(); },
                   [](const job::open_piece& job) { return job.sealed.size(); },
                   [](const job::verify_receipt& job) { return job.encoded.size(); },
                   [](const job::sign_hello& job) { return job.to_be_signed.size(); },
                   [](const job::seal_at_rest& job) { return job.plain.size(); },
                   [](const job::open_at_rest& job) { return job.sealed.size(); },
                   [](const job::seal_cells& job) { return bytes_of(job.plain); },
                   [](const job::open_cells& job) { return bytes_of(job.sealed); },
                   [](const auto&) { return std::size_t{0}; }},
        request);
}

}  // namespace

struct crypto_pool::outbox {
    std::mutex mutex;
    std::vector<finished_job> finished;
    std::vector<std::function<void()>> on_alive;
    bool all_alive = false;
    bool is_posted = false;

    /// On the caller's thread: everything that has come since the last time.
    void deliver() {
        std::vector<finished_job> batch;
        std::vector<std::function<void()>> alive;
        {
            const std::lock_guard lock(mutex);
            is_posted = false;
            batch.swap(finished);
            if (std::exchange(all_alive, false)) {
                alive.swap(on_alive);
            }
        }
        for (auto& job : batch) {
            job.on_done(std::move(job.outcome));
        }
        for (const auto& call : alive) {
            call();
        }
    }
};

unsigned crypto_pool::default_workers() {
    const unsigned cores = std::thread::hardware_concurrency();
    return std::clamp(cores, 2U, 5U) - 1;
}

crypto_pool::crypto_pool(sealer& jobs, poster post, unsigned workers)
    : x_sealer(jobs),
      x_post(std::move(post)),
      x_seen(workers, 0),
      x_outbox(std::make_shared<outbox>()) {
    for (std::size_t worker = 0; worker < workers; ++worker) {
        x_workers.emplace_back([this, worker] { work(worker); });
    }
}

crypto_pool::~crypto_pool() {
    {
        const std::lock_guard lock(x_mutex);
        x_is_stopping = true;
    }
    x_wake.notify_all();
    for (auto& worker : x_workers) {
        worker.join();
    }
    const std::lock_guard lock(x_outbox->mutex);
    x_outbox->finished.clear();
    x_outbox->on_alive.clear();
}

result<void> crypto_pool::submit(job_request request, job_urgency urgency, completion on_done) {
    constexpr std::size_t jobs_max = protocol::limits::crypto_jobs_max;
    const bool is_flash = urgency == job_urgency::flash;
    const std::size_t share = is_flash ? 8 : 7;
    const std::size_t size = bytes_of(request);
    {
        const std::lock_guard lock(x_mutex);
        if (x_flash.size() + x_other.size() >= jobs_max / 8 * share ||
            x_bytes + size > queue_bytes_max / 8 * share) {
            return protocol::errc::overloaded;
        }
        x_bytes += size;
        (is_flash ? x_flash : x_other).push_back({std::move(request), std::move(on_done), size});
    }
    x_wake.notify_one();
    return {};
}

void crypto_pool::heartbeat(std::function<void()> on_alive) {
    {
        const std::lock_guard lock(x_outbox->mutex);
        x_outbox->on_alive.push_back(std::move(on_alive));
    }
    {
        const std::lock_guard lock(x_mutex);
        ++x_pulse;
    }
    x_wake.notify_all();
}

std::size_t crypto_pool::waiting() const {
    const std::lock_guard lock(x_mutex);
    return x_flash.size() + x_other.size();
}

bool crypto_pool::note_alive(std::size_t worker) {
    if (x_seen[worker] == x_pulse) {
        return false;
    }
    x_seen[worker] = x_pulse;
    return std::ranges::all_of(x_seen, [this](auto seen) { return seen == x_pulse; });
}

void crypto_pool::give_out(std::optional<finished_job> done, bool all_alive) {
    {
        const std::lock_guard lock(x_outbox->mutex);
        if (done) {
            x_outbox->finished.push_back(std::move(*done));
        }
        x_outbox->all_alive |= all_alive;
        if (std::exchange(x_outbox->is_posted, true)) {
            return;
        }
    }
    x_post([box = x_outbox] { box->deliver(); });
}

void crypto_pool::work(std::size_t worker) {
    std::unique_lock lock(x_mutex);
    while (true) {
        x_wake.wait(lock, [&] {
            return x_is_stopping || !x_flash.empty() || !x_other.empty() ||
                   x_seen[worker] != x_pulse;
        });
        if (x_is_stopping) {
            return;
        }
        const bool all_alive = note_alive(worker);
        auto& queue = x_flash.empty() ? x_other : x_flash;
        std::optional<waiting_job> job;
        if (!queue.empty()) {
            job = std::move(queue.front());
            queue.pop_front();
            x_bytes -= job->bytes;
        }
        lock.unlock();
        if (all_alive) {
            give_out(std::nullopt, true);
        }
        if (job) {
            give_out(finished_job{std::move(job->on_done), x_sealer.run(job->request)}, false);
        }
        lock.lock();
    }
}

}  // namespace dhow::seal
