// One simulated gateway: the production core and the production SQLite store on a crashing disk.
// Way of the message: as in daemon/app, with virtual time between command and completion.
// Pure but for SQLite in memory. Sealer: the stand-in (tests/support/plain_sealer) unless told
// otherwise. Spec: docs/simulator.md. Tests: sim. Limits: dies and starts again at any event.
#pragma once

#include "daemon/route/gateway.hpp"
#include "daemon/store/sqlite_store.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/network.hpp"

namespace dhow::sim {

struct node_setup {
    std::string name;  ///< Bureau id.
    std::shared_ptr<const config::gateway> config;
    std::shared_ptr<const protocol::directory> directory;
    const protocol::hasher* hash = nullptr;
    std::function<void(const std::string&)> note;  ///< Log lines of the core; may be empty.
    std::string synchronous = "FULL";  ///< Turned down only to prove that the harness notices.
};

class node {
public:
    using bureau_id = protocol::bureau_id;
    node(node_setup setup, clockwork& clock, network& net, prng& random, std::string disk_name);
    ~node();
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    void start();
    /// The power goes: unsynced writes are kept, dropped, torn or garbled; connections break.
    void crash();
    [[nodiscard]] bool is_alive() const { return x_gateway != nullptr; }
    [[nodiscard]] const std::string& name() const { return x_setup.name; }
    [[nodiscard]] std::uint64_t crashes() const { return x_crashes; }
    [[nodiscard]] std::uint64_t life() const { return x_life; }
    [[nodiscard]] route::gateway& gateway() { return *x_gateway; }
    /// Asks the store directly; for checks between events.
    store::reply ask(const store::question& what);
    /// Drains commands and sessions; call after anything was told to the gateway.
    void pump();

    void request(const route::caller& who, route::api_request what,
                 std::function<void(route::api_response)> answer);

    // Network
    std::uint64_t connect(bureau_id peer, const std::string& link, bool is_dialler,
                          protocol::bytes exporter);
    void dial_failed(const std::string& link);
    void receive(std::uint64_t number, protocol::byte_view data);
    void disconnected(std::uint64_t number);
    void written(std::uint64_t number);
    void set_resolver(std::function<node*(bureau_id)> resolve) { x_resolve = std::move(resolve); }

private:
    void open_store();
    void run(route::commands what);
    void commit_batch();
    void flush(std::uint64_t number);
    void plan_wake();
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
    std::map<std::uint64_t, std::unique_ptr<protocol::link_session>> x_sessions;
    std::vector<store::transaction> x_batch;
    bool x_committing = false;
    std::uint64_t x_life = 0;
    std::uint64_t x_crashes = 0;
    std::uint64_t x_last_session = 0;
    std::optional<utc_time> x_wake_planned;
    bool x_pumping = false;
    std::function<node*(bureau_id)> x_resolve;
};

}  // namespace dhow::sim
