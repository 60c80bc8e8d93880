// Bounded worker threads for the sealer: jobs in, results back on the caller's thread in batches.
// Way of the message: between the net thread and [seal].
// Not pure: threads. submit() and heartbeat() are called on one thread (net), on which results
// arrive. Spec: docs/overview.md#threads. Tests: unit/seal/crypto_pool_test.cpp. Limits:
// crypto_jobs_max, queue_bytes_max.
#pragma once

#include "daemon/seal/sealer.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dhow::seal {

enum class job_urgency : std::uint8_t { flash, other };

class crypto_pool {
public:
    using completion = std::function<void(result<job_outcome>)>;
    /// Runs the function on the caller's thread soon (`asio::post`). Called from any worker.
    using poster = std::function<void(std::function<void()>)>;

    /// min(4, cores - 1), at least 1: one core stays for the net and store threads.
    static unsigned default_workers();
    /// Jobs hold the bytes that they work on, so bytes are bounded as well: eight full texts and
    /// pieces for each of four workers.
    static constexpr std::size_t queue_bytes_max = 32 * 1024 * 1024;

    crypto_pool(sealer& jobs, poster post, unsigned workers = default_workers());
    /// Ends the workers after their present jobs. What waits is dropped, its completions are not
    /// called.
    ~crypto_pool();
    crypto_pool(const crypto_pool&) = delete;
    crypto_pool& operator=(const crypto_pool&) = delete;

    /// Takes the job, or says `overloaded`. Flash goes before everything else that waits, and alone
    /// may use the last eighth of the queue.
    result<void> submit(job_request request, job_urgency urgency, completion on_done);
    /// Calls back on the caller's thread once every worker has been seen alive after this call. A
    /// call while another is under way is answered with it.
    void heartbeat(std::function<void()> on_alive);
    [[nodiscard]] std::size_t waiting() const;

private:
    struct waiting_job {
        job_request request;
        completion on_done;
        std::size_t bytes = 0;
    };
    struct finished_job {
        completion on_done;
        result<job_outcome> outcome;
    };
    /// What results and heartbeats wait in until the caller's thread takes them; outlives the pool,
    /// since a posted function may run after its end.
    struct outbox;

    void work(std::size_t worker);
    /// Under the lock: notes that a worker lives; whether that completed a heartbeat.
    bool note_alive(std::size_t worker);
    void give_out(std::optional<finished_job> done, bool all_alive);

    sealer& x_sealer;
    poster x_post;
    mutable std::mutex x_mutex;
    std::condition_variable x_wake;
    std::deque<waiting_job> x_flash;
    std::deque<waiting_job> x_other;
    std::size_t x_bytes = 0;
    bool x_is_stopping = false;
    std::uint64_t x_pulse = 0;
    std::vector<std::uint64_t> x_seen;  ///< Last pulse that each worker noted.
    std::shared_ptr<outbox> x_outbox;
    std::vector<std::thread> x_workers;
};

}  // namespace dhow::seal
