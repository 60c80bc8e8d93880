// The gateway's connections: numbers them, pins them to the directory, ties them to the core.
// Way of the message: core_driver <-> [links] <-> daemon/link.
// Not pure: owns connections. Net thread.
// Spec: docs/link-protocol.md. Tests: system.
// Limits: one established session a peer (the core sees to it).
#pragma once

#include "daemon/app/core_driver.hpp"
#include "daemon/link/dialer.hpp"
#include "daemon/link/listener.hpp"
#include "daemon/seal/trust_directory.hpp"

#include <map>
#include <set>

namespace dhow::app {

class links final : public link_port, public link::link_handler, public link::peer_pinning {
public:
    links(boost::asio::io_context& io, core_driver& driver, route::gateway& gateway, log& to);

    void set_context(link::tls_context context);
    void set_directory(std::shared_ptr<const seal::trust_directory> directory) {
        x_directory = std::move(directory);
    }
    /// Throws boost::system::system_error naming the address.
    void listen(const std::string& address);
    /// When the gateway is ready: only then it knows what its peers are, and which start this is.
    void begin() { x_listener.begin(); }
    void stop_listening() { x_listener.stop(); }
    /// Sessions that are up get the congestion control that their links ask for now; one that asks
    /// for the kernel's has it with the next session.
    void on_settings() {
        x_refused.clear();
        for (const auto& one : x_links) {
            set_congestion(one.first);
        }
    }
    [[nodiscard]] std::size_t open() const { return x_links.size(); }
    /// Nothing but zeros when there is no such session.
    [[nodiscard]] route::line_facts facts(route::session_number session) const;

    // link_port
    void dial(const route::command::dial& order) override { x_dialer.dial(order); }
    void close(route::session_number session, bool at_once) override;
    void flush(route::session_number session) override;

    // link_handler
    protocol::session_options options_for(protocol::bureau_id peer, const std::string& link_name,
                                          const std::string& came_to) override;
    std::uint64_t on_up(std::shared_ptr<link::tls_link> link, protocol::bureau_id peer,
                        const std::string& link_name, bool is_dialler,
                        route::trial_number trial) override;
    void on_events(std::uint64_t session) override;
    void on_down(std::uint64_t session) override;
    void on_dial_failed(const std::string& link_name, protocol::errc code,
                        const std::string& text) override;
    void on_beside_failed(const std::string& link_name, protocol::errc code,
                          const std::string& text) override {
        told().on_beside_failed(link_name, code, text);
    }
    void on_dial_cost(const std::string& link_name, const route::line_traffic& cost) override {
        told().on_dial_cost(link_name, cost);
    }
    void on_trial_step(route::trial_number trial, route::trial_step step, protocol::errc code,
                       const std::string& text) override;
    void on_refused(const std::string& from, protocol::errc code, const std::string& text) override;
    [[nodiscard]] protocol::utc_time now() const override { return x_driver.now(); }

    // peer_pinning
    [[nodiscard]] std::optional<protocol::bureau_id> peer_of(
        protocol::byte_view certificate_der) const override;

private:
    /// The core's facts are of now.
    route::gateway& told();
    /// TCP's congestion control, as the link that the session counts for asks for it.
    void set_congestion(route::session_number session);

    core_driver& x_driver;
    route::gateway& x_gateway;
    log& x_log;
    link::dialer x_dialer;
    link::listener x_listener;
    std::shared_ptr<const seal::trust_directory> x_directory;
    std::uint64_t x_last = 0;
    /// Logged already: the link's name, and what it cannot have.
    std::set<std::pair<std::string, config::link_congestion>> x_refused;
    std::map<std::uint64_t, std::shared_ptr<link::tls_link>> x_links;
};

}  // namespace dhow::app
