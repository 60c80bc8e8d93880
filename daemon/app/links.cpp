// The gateway's connections.
// Way of the message: see links.hpp.
// Not pure: owns connections.
// Spec: docs/link-protocol.md. Tests: system.
// Limits: see links.hpp.
#include "daemon/app/links.hpp"

#include "daemon/seal/certificate.hpp"

#include <algorithm>

namespace dhow::app {

links::links(boost::asio::io_context& io, core_driver& driver, route::gateway& gateway, log& to)
    : x_driver(driver),
      x_gateway(gateway),
      x_log(to),
      x_dialer(io, *this, *this),
      x_listener(io, *this, *this) {}

void links::set_context(link::tls_context context) {
    x_dialer.set_context(context);
    x_listener.set_context(std::move(context));
}

void links::listen(const std::string& address) {
    const auto port = x_listener.listen(address);
    x_log.write(route::log_level::notice, "listening",
                "for peers on " + address + ", port " + std::to_string(port));
}

route::gateway& links::told() {
    x_gateway.note_time(x_driver.now());
    x_driver.schedule_pump();
    return x_gateway;
}

void links::close(route::session_number session, bool at_once) {
    if (const auto found = x_links.find(session); found != x_links.end()) {
        // A copy, since closing may take it out of the map.
        const auto link = found->second;
        if (at_once) {
            link->reset();
        } else {
            link->close();
        }
    }
}

void links::flush(route::session_number session) {
    if (const auto found = x_links.find(session); found != x_links.end()) {
        const auto link = found->second;
        link->pump();
    }
}

protocol::session_options links::options_for(protocol::bureau_id peer, const std::string& link_name,
                                             const std::string& came_to) {
    protocol::session_options out;
    out.local = x_gateway.local_hello(peer);
    const auto metered = x_gateway.is_metered(peer, link_name, came_to);
    out.ping_interval = metered ? protocol::milliseconds{-1} : protocol::milliseconds{0};
    out.commit_wait = protocol::limits::commit_wait;
    return out;
}

std::uint64_t links::on_up(std::shared_ptr<link::tls_link> link, protocol::bureau_id peer,
                           const std::string& link_name, bool is_dialler,
                           route::trial_number trial) {
    const auto number = ++x_last;
    auto& session = link->session();
    const auto came_to = is_dialler ? std::string{} : link->local_address();
    x_links[number] = std::move(link);
    told().on_connected(number, peer, link_name, is_dialler, session, trial, came_to);
    set_congestion(number);
    return number;
}

void links::on_events(std::uint64_t session) { told().on_session_events(session); }

void links::on_down(std::uint64_t session) {
    told().on_disconnected(session);
    x_links.erase(session);
}

void links::on_dial_failed(const std::string& link_name, protocol::errc code,
                           const std::string& text) {
    x_log.write(route::log_level::info, "dial-failed", link_name + ": " + text);
    told().on_dial_failed(link_name, code, text);
}

void links::on_trial_step(route::trial_number trial, route::trial_step step, protocol::errc code,
                          const std::string& text) {
    told().on_trial_step(trial, step, code, text);
}

void links::on_refused(const std::string& from, protocol::errc code, const std::string& text) {
    x_log.write(route::log_level::warning, "connection-refused",
                from + ": " + std::string(protocol::text_of(code)) + ": " + text);
}

std::optional<protocol::bureau_id> links::peer_of(protocol::byte_view certificate_der) const {
    const auto shown = seal::certificate_facts_of(certificate_der);
    const auto* found = shown ? x_directory->find(shown->id) : nullptr;
    if (found == nullptr || found->key->purpose != protocol::key_purpose::link ||
        !std::ranges::equal(found->key->certificate, certificate_der)) {
        return std::nullopt;
    }
    const auto status = found->entry->status;
    const bool may_connect =
        status == protocol::bureau_status::active || status == protocol::bureau_status::retiring;
    return may_connect ? std::optional(found->entry->bureau) : std::nullopt;
}

}  // namespace dhow::app
