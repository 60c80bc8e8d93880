// What the application gives to the links and hears from them.
// Way of the message: core <-> application <-> [link] <-> socket.
// Interfaces only. Net thread.
// Spec: docs/link-protocol.md. Tests: unit/link/tls_link_test.cpp.
// Limits: none.
#pragma once

#include "daemon/route/effects.hpp"
#include "daemon/route/line_traffic.hpp"

#include <memory>
#include <string>

namespace dhow::link {

class tls_link;

/// Whose TLS key a certificate holds, by the directory. Expiry dates do not matter: the directory
/// decides.
class peer_pinning {
public:
    virtual ~peer_pinning() = default;
    /// Nothing: not a link key of a bureau that may connect.
    [[nodiscard]] virtual std::optional<protocol::bureau_id> peer_of(
        protocol::byte_view certificate_der) const = 0;
};

class link_handler {
public:
    virtual ~link_handler() = default;
    /// What a session with this peer begins with; the exporter is filled in by the link.
    /// `link_name`: as for on_up(); `came_to`: our address, of one that came in.
    virtual protocol::session_options options_for(protocol::bureau_id peer,
                                                  const std::string& link_name,
                                                  const std::string& came_to) = 0;
    /// TLS stands and the peer is pinned. `link_name` is empty for one that came in. Returns its
    /// number. `trial`: of the order that it was dialled by; 0 for messages.
    virtual std::uint64_t on_up(std::shared_ptr<tls_link> link, protocol::bureau_id peer,
                                const std::string& link_name, bool is_dialler,
                                route::trial_number trial) = 0;
    /// The session has events, or was given time.
    virtual void on_events(std::uint64_t session) = 0;
    /// The connection is gone; the session object dies after this call.
    virtual void on_down(std::uint64_t session) = 0;
    virtual void on_dial_failed(const std::string& link_name, protocol::errc code,
                                const std::string& text) = 0;
    /// The same of a dial for a session beside the one that there is.
    virtual void on_beside_failed(const std::string& link_name, protocol::errc code,
                                  const std::string& text) = 0;
    /// What a dial that made no session has cost; after it was told that it failed.
    virtual void on_dial_cost(const std::string& /*link_name*/,
                              const route::line_traffic& /*cost*/) {}
    /// Of a dial with the number of a trial: a step is over; with a code it failed, and is the
    /// last.
    virtual void on_trial_step(route::trial_number trial, route::trial_step step,
                               protocol::errc code, const std::string& text) = 0;
    /// A connection that came in and did not become a session; for the log.
    virtual void on_refused(const std::string& from, protocol::errc code,
                            const std::string& text) = 0;
    /// The core's time.
    [[nodiscard]] virtual protocol::utc_time now() const = 0;
};

}  // namespace dhow::link
