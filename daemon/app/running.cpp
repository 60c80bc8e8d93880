// Everything that a running daemon holds: start, stop, watch.
// Way of the message: see running.hpp.
// Not pure: threads, files, sockets. Loading and reloading are in running_load.cpp.
// Spec: docs/overview.md#threads. Tests: system.
// Limits: none.
#include "daemon/app/running.hpp"

#include "daemon/app/service_manager.hpp"
#include "daemon/app/wall_clock.hpp"
#include "daemon/control/endpoints.hpp"
#include "daemon/handover/endpoints.hpp"
#include "daemon/intake/endpoints.hpp"
#include "daemon/seal/symmetric.hpp"
#include "protocol/ensure.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace dhow::app {

namespace asio = boost::asio;

namespace {
constexpr std::chrono::milliseconds ready_poll{10};
constexpr std::chrono::seconds watch_interval{2};
}  // namespace

running::~running() = default;

void running::start() {
    make_core();
    make_servers();
    x_gateway->start();
    x_driver->pump();
    wait_until_ready();
    watch();
    x_carrier->start();
}

void running::make_core() {
    const auto post = [this](std::function<void()> what) { asio::post(x_io, std::move(what)); };
    x_store_thread = std::make_unique<store::store_thread>(
        *x_store, post,
        [this, post](boost::system::error_code why) { post([this, why] { fail(why); }); });
    x_crypto = std::make_unique<seal::crypto_pool>(*x_sealer, post);
    route::gateway_start from;
    from.outside.hash = &x_hash;
    from.outside.fill_random = [](std::span<std::uint8_t> out) { seal::fill_random(out); };
    from.outside.index_of = [this](protocol::byte_view value) { return x_sealer->index_of(value); };
    from.outside.line = [this](route::session_number session) {
        return x_links ? x_links->facts(session) : route::line_facts{};
    };
    from.config = x_settings;
    from.directory = x_trust.data;
    const auto instance = protocol::from_hex<protocol::instance_id>(x_meta.at("instance"));
    if (!instance) {
        DHOW_NEVER("the store's opening has looked at its instance");
    }
    from.instance = *instance;
    from.epoch = std::stoull(x_meta.at("epoch"));
    from.random = [] {
        std::array<std::uint8_t, 4> bytes{};
        seal::fill_random(bytes);
        const auto value = std::bit_cast<std::uint32_t>(bytes);
        return static_cast<double>(value) / 4294967296.0;
    };
    from.now = x_clock->now(monotonic_now());
    from.remember = remembered(*x_trust.data);
    x_gateway = std::make_unique<route::gateway>(std::move(from));
    x_gateway->freeze_expiry(x_clock->is_doubtful());
    x_gateway->tell_time(!x_clock->is_hearsay());
    x_driver = std::make_unique<core_driver>(x_io, *x_gateway, *x_store_thread, *x_crypto, *x_clock,
                                             x_log);
    x_links = std::make_unique<links>(x_io, *x_driver, *x_gateway, x_log);
    x_links->set_directory(x_trust.keys);
    x_links->set_context(make_link_context(*x_settings));
    x_driver->set_links(x_links.get());
    x_disk =
        std::make_unique<disk_watch>(x_settings->state_directory, x_settings->disk_settings, x_log);
    x_carrier = std::make_unique<link::carrier_watch>(
        x_io,
        [this] {
            x_gateway->note_time(x_driver->now());
            x_gateway->on_network_changed();
            x_driver->schedule_pump();
        },
        [this](const std::string& text) {
            x_log.write(route::log_level::warning, "carrier-watch", text);
        });
    set_evidence_files();
}

void running::configure_callers() {
    std::vector<std::string> unknown;
    x_callers.configure(*x_settings, unknown);
    for (const auto& name : unknown) {
        x_log.write(route::log_level::warning, "unknown-user",
                    "the system has no user '" + name + "'; nobody is taken for it");
    }
}

void running::make_servers() {
    configure_callers();
    x_routes.add(intake::endpoints());
    x_routes.add(handover::endpoints());
    x_routes.add(control::endpoints());
    x_routes.add(control::courier_endpoints());
    x_server = std::make_unique<http::server>(
        x_io, *x_driver, x_routes, x_callers,
        [this](const std::string& line) { x_log.write(route::log_level::info, "api", line); });
    try {
        if (!x_settings->api.unix_socket.empty()) {
            x_server->listen_unix(x_settings->api.unix_socket);
        }
        if (!x_settings->api.tls_address.empty()) {
            const auto key = read_text(x_settings->api.tls_key);
            x_server->listen_tls(
                x_settings->api.tls_address,
                http::make_server_context(read_public(x_settings->api.tls_certificate), key));
        }
        for (const auto& address : x_settings->listen) {
            x_links->listen(address);
        }
    } catch (const std::exception& error) {
        throw start_error(start_error::cause::other, std::string("cannot listen: ") + error.what());
    }
}

void running::wait_until_ready() {
    if (x_gateway->is_ready()) {
        x_links->begin();
        x_log.write(route::log_level::notice, "ready",
                    "bureau " + std::string(x_settings->bureau.text()) + ", directory serial " +
                        std::to_string(x_trust.data->head.serial));
        service_manager::ready("running");
        return;
    }
    x_ready_timer.expires_after(ready_poll);
    x_ready_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            wait_until_ready();
        }
    });
}

void running::watch() {
    x_disk->look([this](route::disk_state state) { x_gateway->set_disk(state); });
    x_clock->on_wall(wall_now(), monotonic_now());
    for (const auto& said : x_gateway->take_peer_clocks()) {
        x_clock->on_peer(said.peer, said.time, monotonic_now());
    }
    if (const auto jump = x_clock->take_jump()) {
        x_gateway->on_clock_jump(jump->from, jump->to);
    }
    x_gateway->freeze_expiry(x_clock->is_doubtful());
    x_gateway->tell_time(!x_clock->is_hearsay());
    const auto heartbeat = x_store_thread->heartbeat();
    if (heartbeat != x_last_heartbeat) {
        x_last_heartbeat = heartbeat;
        // Alive only when both other threads are: the crypto workers answer, then the watchdog
        // hears.
        x_crypto->heartbeat([] { service_manager::alive(); });
    }
    x_watch_timer.expires_after(std::min<std::chrono::microseconds>(
        watch_interval, service_manager::watchdog_interval().value_or(watch_interval)));
    x_watch_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error && !x_stopping) {
            watch();
        }
    });
}

void running::stop() {
    if (std::exchange(x_stopping, true)) {
        x_io.stop();  // Asked twice: now.
        return;
    }
    x_watch_timer.cancel();
    x_ready_timer.cancel();
    x_carrier->stop();
    x_links->stop_listening();
    x_server->stop();
    x_gateway->stop();
    x_driver->pump();
    await_quiet(std::chrono::steady_clock::now() + protocol::limits::stop_time_max);
}

void running::await_quiet(std::chrono::steady_clock::time_point until) {
    const bool quiet = x_links->open() == 0 && x_server->open_connections() == 0;
    if (quiet || std::chrono::steady_clock::now() >= until) {
        x_driver->stop();
        x_server->close_all();
        x_io.stop();
        return;
    }
    x_ready_timer.expires_after(ready_poll);
    x_ready_timer.async_wait([this, until](const boost::system::error_code& error) {
        if (!error) {
            await_quiet(until);
        }
    });
}

void running::finish() {
    if (x_store_thread) {
        x_store_thread->stop();
    }
    if (!x_failed) {  // Else fail() has said how it ends.
        x_log.write(route::log_level::notice, "stopped",
                    "everything given to the store is on disk");
    }
}

void running::fail(const boost::system::error_code& why) {
    // Whether the last commit is on disk is unknown: nothing more may be acknowledged.
    x_failed = true;
    x_log.write(route::log_level::alarm, "store-failed",
                why.message() + ": " + x_store->trouble() +
                    "; the daemon ends, start it again when the disk is well");
    x_io.stop();
}

}  // namespace dhow::app
