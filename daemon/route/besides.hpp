// Sessions beside those of the peers, for flash alone: when they are dialled, used and ended.
// Way of the message: stands beside it; outbound offers flash on what this established, too.
// Pure. Net thread.
// Spec: docs/decisions/0013-flash-beside.md (states, failure table).
// Tests: unit/route/besides_test.cpp, sim.
// Limits: one a peer; link_backoff, beside_idle.
#pragma once

#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"

namespace dhow::route {

class besides {
public:
    besides(core& shared, peers& links, outbound& out, random_fraction random)
        : x_core(shared), x_peers(links), x_out(out), x_random(std::move(random)) {}

    /// At start and after a reload; after peers::configure().
    void configure();
    /// A flash text for this peer waits or is on its way.
    void on_flash(bureau_id peer);
    void on_dial_failed(const std::string& link, errc code, const std::string& text);
    void on_established(session_number session, const protocol::hello& said);
    void on_ended(session_number session, const protocol::session_end& how);
    /// It is forgotten, be it that its end was told or not.
    void on_gone(session_number session);

    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

private:
    struct line {
        std::vector<std::string> ways;  ///< Links that we may dial for it, the cheapest first.
        std::optional<session_number> session;  ///< It is established.
        std::string dialling;  ///< Link of a dial whose session is not established yet.
        std::string last_link;
        std::size_t next_address = 0;
        utc_time not_before{};
        link_backoff backoff;
        bool may_have_flash = false;
        /// The start of the peer that does not know such sessions.
        std::optional<std::uint64_t> refused_by_boot;
    };
    [[nodiscard]] config::link_beside setting_of(const std::string& link) const;
    [[nodiscard]] std::vector<std::string> wanted_ways(bureau_id peer, const line& of) const;
    [[nodiscard]] bool is_over(session_number number) const;
    [[nodiscard]] std::optional<utc_time> idle_end(session_number number) const;
    void dial(bureau_id peer, line& of);
    void pause(bureau_id peer, line& of, link_result brought, milliseconds at_least);
    void look_at(bureau_id peer, line& of);

    core& x_core;
    peers& x_peers;
    outbound& x_out;
    random_fraction x_random;
    std::map<bureau_id, line> x_lines;
};

}  // namespace dhow::route
