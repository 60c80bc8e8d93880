// One simulated gateway: the production core and the production SQLite store on a crashing disk.
// Way of the message: as in daemon/app, with virtual time between command and completion.
// Pure but for SQLite in memory, and for the real sealer in the seeds that have it.
// Spec: docs/simulator.md. Tests: sim.
// Limits: dies and starts again at any event.
#pragma once

#include "daemon/app/gateway_clock.hpp"
#include "daemon/route/gateway.hpp"
#include "daemon/store/commit_batcher.hpp"
#include "daemon/store/disk_guard.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "tests/sim/bearer_watch.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/heap.hpp"
#include "tests/sim/ledger.hpp"
#include "tests/sim/network.hpp"

#include <deque>

namespace dhow::sim {

/// What a seed may draw small. Zeros: as in production.
struct node_limits {
    std::uint32_t implied_credit_bytes = 0;  ///< Of the format: the same at all nodes.
    std::uint32_t granted_credit_bytes = 0;
    std::uint32_t window_bytes = 0;
    std::size_t frame_payload_bytes = 0;
    std::size_t loaded_per_class = 0;
    std::int64_t mark_rows_ahead = 0;
    protocol::milliseconds dial_gap{0};     ///< One at a time.
    protocol::milliseconds commit_wait{0};  ///< COMMITs do not wait.
    protocol::milliseconds courier_receipt_lifetime{0};
    store::batch_bounds batch;
    std::uint64_t commit_time_max_us = 4'000;
    /// Disk and clocks are looked at so often; the daemon does it every 2 s.
    microseconds watch_interval = std::chrono::seconds{10};
};

struct node_setup {
    std::string name;  ///< Bureau id.
    std::shared_ptr<const config::gateway> config;
    std::shared_ptr<const protocol::directory> directory;
    const protocol::hasher* hash = nullptr;
    /// Of this bureau, for one life.
    std::function<std::unique_ptr<seal::sealer>(std::uint64_t seed)> make_sealer;
    ledger* book = nullptr;
    bearer_watch* watch = nullptr;
    std::function<void(const std::string& who, const std::string& what)> note;
    node_limits limits;
    heap_account* heap = nullptr;
    std::string synchronous = "FULL";  ///< Turned down only to prove that the harness notices.
};

class node final : public endpoint {
public:
    using bureau_id = protocol::bureau_id;
    node(node_setup setup, clockwork& clock, network& net, prng& random, std::string disk_name);
    ~node() override;
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    /// Opens the store and starts the core; when the disk does not let it, again later.
    void start();
    /// The power goes: unsynced writes are kept, dropped, torn or garbled; connections break.
    void crash();
    /// `what` is done when this life has ended the `commits`-th batch from now (1: the next), which
    /// is on disk, before the core hears of it.
    void after_commits(std::uint64_t commits, std::function<void()> what);
    /// As crash(), or when it was down already: it does not come back by itself.
    void switch_off();
    /// As `dhow db backup` does it; the copy leaves the machine. False: it could not be made.
    bool back_up();
    [[nodiscard]] bool was_restored() const { return x_was_restored; }
    /// The machine is lost; another one starts with the backup.
    void restore();
    [[nodiscard]] bool is_alive() const override { return x_gateway != nullptr; }
    [[nodiscard]] bool is_listening() const override { return is_alive() && x_gateway->is_ready(); }
    [[nodiscard]] const std::string& name() const override { return x_setup.name; }
    [[nodiscard]] std::uint64_t life() const override { return x_life; }
    [[nodiscard]] std::uint64_t crashes() const { return x_crashes; }
    /// Ends of the process because the store did not know what is on disk.
    [[nodiscard]] std::uint64_t store_failures() const { return x_store_failures; }
    [[nodiscard]] route::gateway& gateway() { return *x_gateway; }
    [[nodiscard]] disk& hardware() { return x_disk; }
    /// Asks the store directly; for checks between events.
    store::reply ask(const store::question& what);
    /// Drains commands and sessions; call after anything was told to the gateway.
    void pump() override;
    void request(const route::caller& who, route::api_request what,
                 std::function<void(route::api_response)> answer);
    void reload(std::shared_ptr<const config::gateway> config);
    /// From now on, and after each start; of the stand-in sealer only.
    void take_directory(std::shared_ptr<const protocol::directory> newer);
    [[nodiscard]] const protocol::directory& directory() const { return *x_setup.directory; }
    /// The kernel says so.
    void network_changed();
    [[nodiscard]] const config::gateway& config() const { return *x_setup.config; }

    // Time
    /// What the gateway believes.
    [[nodiscard]] utc_time now() const;
    /// It believes a time to come, which only a start ends.
    [[nodiscard]] bool is_ahead() const;
    /// The system's clock is wrong by this from now on.
    void set_wall_error(protocol::milliseconds error) { x_wall_error = error; }
    /// By how much its time was put forward since then, or by a doubt that began since then:
    /// before, it counted as right and was behind, by what the rule of agreement allows each time.
    [[nodiscard]] microseconds put_right_since(microseconds elapsed) const;

    // Disk
    /// The file system has this many bytes left; nothing: plenty.
    void set_free_space(std::optional<std::uint64_t> bytes);

    // Network
    std::uint64_t connect(bureau_id peer, const std::string& link, bool is_dialler,
                          protocol::bytes exporter, const dial_purpose& what_for) override;
    void dial_failed(const std::string& link, const dial_purpose& what_for) override;
    void receive(std::uint64_t number, protocol::byte_view data) override;
    void disconnected(std::uint64_t number) override;
    void written(std::uint64_t number) override;
    void set_resolver(std::function<endpoint*(bureau_id)> resolve) {
        x_resolve = std::move(resolve);
    }

private:
    struct open_session {
        std::unique_ptr<protocol::link_session> session;
        std::string peer;
        route::line_traffic traffic;
        std::uint64_t written = 0, arrived = 0;  ///< By TCP's word.
    };
    struct waiting_question {
        std::uint64_t after = 0;  ///< Transactions that were submitted before it.
        route::token number = 0;
        store::question what;
    };
    struct answered_question {
        route::token number = 0;
        store::reply what;
    };
    [[nodiscard]] protocol::milliseconds monotonic() const;
    [[nodiscard]] utc_time wall() const;
    bool open_store();
    void start_core(const std::map<std::string, std::string>& meta);
    void tell_sealer() const;
    void run(route::commands what);
    void run(route::command::ask& what);
    void commit_soon();
    void commit_batch();
    std::vector<store::transaction> cut_batch();
    std::optional<std::vector<answered_question>> answer_waiting();
    void on_store_failed();
    void flush(std::uint64_t number);
    [[nodiscard]] const config::link* bearer_of(std::uint64_t number) const;
    void count_traffic(std::uint64_t number, std::uint64_t in, std::uint64_t out);
    void note_arrived(std::uint64_t number);
    [[nodiscard]] route::line_facts facts_of(std::uint64_t number);
    void plan_wake();
    void watch();
    void note_lag();
    void look_at_disk();
    void note(const std::string& what) const;
    template <class Function>
    void later(microseconds delay, Function what);  ///< Only if this life lasts.

    node_setup x_setup;
    clockwork& x_clock;
    network& x_net;
    prng& x_random;
    disk x_disk;
    std::unique_ptr<store::sqlite_store> x_store;
    std::unique_ptr<seal::sealer> x_sealer;
    std::unique_ptr<route::gateway> x_gateway;
    std::optional<app::gateway_clock> x_own_clock;
    protocol::milliseconds x_wall_error{0};
    struct correction {
        microseconds at, by;
    };
    std::vector<correction> x_corrections;
    std::optional<microseconds> x_lag;  ///< Of its time, as last seen.
    bool x_lagged_in_doubt = false;
    microseconds x_doubt_began{0};
    store::disk_guard x_guard;
    std::map<std::uint64_t, open_session> x_sessions;
    std::deque<store::transaction> x_queue;
    std::deque<waiting_question> x_questions;
    std::uint64_t x_submitted = 0, x_applied = 0;  ///< Transactions of this life.
    bool x_committing = false;
    std::uint64_t x_commits_left = 0;  ///< Until x_after_commits is done; 0: none is planned.
    std::function<void()> x_after_commits;
    std::uint64_t x_life = 0;
    std::uint64_t x_crashes = 0, x_store_failures = 0;
    std::vector<std::uint8_t> x_backup;
    bool x_was_restored = false;
    std::uint64_t x_last_session = 0;
    std::optional<utc_time> x_wake_planned;
    bool x_pumping = false;
    std::function<endpoint*(bureau_id)> x_resolve;
};

}  // namespace dhow::sim
