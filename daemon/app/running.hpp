// Everything that a running daemon holds, in the order in which it is made and, reversed,
// destroyed.
// Way of the message: the frame around it.
// Not pure: threads, files, sockets. Main thread is the net thread.
// Spec: docs/overview.md#threads. Tests: system.
// Limits: none.
#pragma once

#include "daemon/app/callers.hpp"
#include "daemon/app/core_driver.hpp"
#include "daemon/app/disk_watch.hpp"
#include "daemon/app/links.hpp"
#include "daemon/app/trust.hpp"
#include "daemon/http/server.hpp"
#include "daemon/link/carrier_watch.hpp"
#include "daemon/seal/cms_sealer.hpp"
#include "daemon/seal/openssl_hasher.hpp"
#include "daemon/store/sqlite_store.hpp"

#include <filesystem>
#include <stdexcept>

namespace dhow::app {

/// Why the daemon cannot start: a text that names the thing, the trouble and the remedy.
class start_error : public std::runtime_error {
public:
    enum class cause { trust, store, other };
    start_error(cause why, const std::string& text) : std::runtime_error(text), x_why(why) {}
    [[nodiscard]] bool is_trust() const { return x_why == cause::trust; }
    [[nodiscard]] bool is_store() const { return x_why == cause::store; }

private:
    cause x_why;
};

class running {
public:
    /// Loads keys, opens the store, judges the directory. Throws start_error.
    running(boost::asio::io_context& io, const config::gateway& settings,
            std::filesystem::path config_path, log& to);
    ~running();

    /// Threads, core, sockets. Throws start_error.
    void start();
    /// Configuration, directory and link certificate anew; what cannot be used leaves the old in
    /// place.
    void reload(const config::gateway& settings);
    /// Goodbye to peers and agencies; run() of the io_context returns when they are gone, or after
    /// a while.
    void stop();
    /// After run(): everything given to the store is committed.
    void finish();
    [[nodiscard]] bool has_failed() const { return x_failed; }

private:
    void open_store();
    void load_keys(const config::gateway& settings);
    void make_core();
    /// Who may call; users that the system does not have are logged.
    void configure_callers();
    void make_servers();
    void set_evidence_files();
    void wait_until_ready();
    void await_quiet(std::chrono::steady_clock::time_point until);
    void watch();
    [[nodiscard]] link::tls_context make_link_context(const config::gateway& settings) const;
    [[nodiscard]] std::string read_text(const std::string& reference) const;
    [[nodiscard]] std::string read_public(const std::string& path) const;
    void fail(const boost::system::error_code& why);

    boost::asio::io_context& x_io;
    std::shared_ptr<const config::gateway> x_settings;
    std::filesystem::path x_base;  ///< Relative paths of the configuration start here.
    log& x_log;
    seal::openssl_hasher x_hash;
    std::shared_ptr<const seal::key_ring> x_keys;
    std::unique_ptr<store::sqlite_store> x_store;
    std::map<std::string, std::string> x_meta;
    trusted x_trust;
    std::unique_ptr<gateway_clock> x_clock;
    std::unique_ptr<seal::cms_sealer> x_sealer;
    std::unique_ptr<store::store_thread> x_store_thread;
    std::unique_ptr<seal::crypto_pool> x_crypto;
    std::unique_ptr<route::gateway> x_gateway;
    std::unique_ptr<core_driver> x_driver;
    std::unique_ptr<links> x_links;
    callers x_callers;
    http::router x_routes;
    std::unique_ptr<http::server> x_server;
    std::unique_ptr<disk_watch> x_disk;
    std::unique_ptr<link::carrier_watch> x_carrier;
    boost::asio::steady_timer x_ready_timer;
    boost::asio::steady_timer x_watch_timer;
    std::uint64_t x_last_heartbeat = 0;
    bool x_stopping = false;
    bool x_failed = false;
};

}  // namespace dhow::app
