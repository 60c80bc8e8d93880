// The thread that owns the store: gathers transactions, commits them together, answers questions.
// Way of the message: net thread -> [store_thread] -> disk -> one post per batch back to the net
// thread.
// Not pure: a thread, a clock. All public functions but heartbeat() are called on the owner's
// thread.
// Spec: docs/store.md#commit. Tests: system.
// Limits: store_queue_bytes_max; see has_room().
#pragma once

#include "daemon/store/commit_batcher.hpp"
#include "daemon/store/store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dhow::store {

class store_thread {
public:
    using stored = std::function<void(const transaction_result&)>;
    using answered = std::function<void(reply&)>;
    /// Runs a function on the owner's thread, later, in the order of the calls.
    using poster = std::function<void(std::function<void()>)>;
    /// Called on the store thread, once, after which nothing is committed or answered any more:
    /// durability
    /// is unknown, and the process must end without another acknowledgement.
    using fatal_handler = std::function<void(boost::system::error_code)>;

    struct options {
        batch_bounds bounds;
        std::size_t queue_bytes_max = protocol::limits::store_queue_bytes_max;
    };

    store_thread(store& what, poster post, fatal_handler on_fatal, options chosen);
    store_thread(store& what, poster post, fatal_handler on_fatal)
        : store_thread(what, std::move(post), std::move(on_fatal), options{}) {}
    /// As stop().
    ~store_thread();

    /// `then` is posted once the transaction is synced, or has conflicted or failed.
    void submit(transaction what, stored then);
    /// Sees every transaction that was submitted before it.
    void ask(question what, answered then);
    /// False when store_queue_bytes_max wait. submit() and ask() still take everything, since what
    /// the core
    /// decided must reach the disk; who lets new work in (HTTP bodies, credit to peers) asks here
    /// first.
    [[nodiscard]] bool has_room() const { return x_queued_bytes < x_options.queue_bytes_max; }
    /// Bytes of transactions and questions that wait or are being committed.
    [[nodiscard]] std::size_t queued_bytes() const { return x_queued_bytes; }
    /// Rises at least twice a second while the thread lives; for the watchdog. Any thread.
    [[nodiscard]] std::uint64_t heartbeat() const { return x_heartbeat; }
    /// Commits and answers everything that was given, posts it, ends the thread.
    void stop();

private:
    struct submitted {
        transaction what;
        stored then;
    };
    struct asked {
        question what;
        answered then;
    };
    struct item {
        std::variant<submitted, asked> what;
        std::size_t bytes = 0;
    };
    struct batch {
        std::vector<transaction> transactions;
        std::vector<stored> stored_then;
        std::vector<asked> questions;
        std::size_t bytes = 0;
    };

    static bool is_urgent(const item& what);
    void add(item what);
    void run();
    bool wait_for_work();
    batch gather();
    bool take_one(batch& into, commit_batcher& batcher);
    bool process(batch& work);
    void post_results(batch& work, std::vector<transaction_result> results,
                      std::vector<reply> replies);
    bool keep_house();
    void fail(boost::system::error_code error);

    store& x_store;
    poster x_post;
    fatal_handler x_on_fatal;
    options x_options;
    std::mutex x_mutex;
    std::condition_variable x_wake;
    std::deque<item> x_queue;          ///< Guarded by x_mutex.
    std::size_t x_urgent_waiting = 0;  ///< Flash in x_queue. Guarded by x_mutex.
    bool x_stopping = false;           ///< Guarded by x_mutex.
    std::atomic<std::size_t> x_queued_bytes{0};
    std::atomic<std::uint64_t> x_heartbeat{0};
    bool x_more_housekeeping = false;  ///< Store thread only.
    std::thread x_thread;
};

/// Memory that a change holds, roughly; what the queue and the batches are bounded by.
std::size_t bytes_of(const transaction& what);

}  // namespace dhow::store
