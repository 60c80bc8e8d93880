// A faulty network in virtual time: connections with latency and rate, byte-wise splits, cuts,
// refusals. Way of the message: link_session of one node -> [network] -> link_session of another.
// Pure. Simulated: there is no TLS here; the peer's identity is given, as pinning would give it.
// Spec: docs/simulator.md. Tests: sim.
// Limits: at most line_quality::pipe_bytes unsent per direction, as a kernel's buffer has.
#pragma once

#include "protocol/link_session.hpp"
#include "tests/sim/clockwork.hpp"
#include "tests/sim/prng.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace dhow::sim {

struct dial_purpose {
    std::uint64_t trial = 0;      ///< Not 0: to try the link.
    bool is_beside = false;       ///< For flash, beside the session that there is.
    microseconds again_after{0};  ///< Another SYN meanwhile; 0: as the kernel repeats it.
    bool is_timed_out = false;    ///< Nobody answered, of one that failed.
};

/// Whoever can hold connections: a gateway or a stranger.
class endpoint {
public:
    virtual ~endpoint() = default;
    [[nodiscard]] virtual const std::string& name() const = 0;
    [[nodiscard]] virtual bool is_alive() const = 0;
    /// Takes connections; until then they fail here (a real one lets them wait).
    [[nodiscard]] virtual bool is_listening() const = 0;
    /// Rises at each start: what was planned for an earlier life is void.
    [[nodiscard]] virtual std::uint64_t life() const = 0;
    /// `link`: of the dialler's configuration; at the other end the address of ours that it came
    /// to. `what_for`: of this end, when it dialled.
    virtual std::uint64_t connect(protocol::bureau_id peer, const std::string& link,
                                  bool is_dialler, protocol::bytes exporter,
                                  const dial_purpose& what_for) = 0;
    virtual void dial_failed(const std::string& link, const dial_purpose& what_for) = 0;
    virtual void receive(std::uint64_t number, protocol::byte_view data) = 0;
    virtual void disconnected(std::uint64_t number) = 0;
    /// The pipe has room again.
    virtual void written(std::uint64_t number) = 0;
    virtual void pump() = 0;
};

struct network_faults {
    microseconds latency{20'000};
    std::uint64_t bytes_per_second = 1'000'000;
    std::uint64_t up_bytes_per_second = 0;  ///< From whoever dialled; 0: the same.
    double refuse_dial = 0;                 ///< Share of dials that fail.
    microseconds cut_every{0};              ///< Mean life of a connection; 0: no cuts.
    double split = 0;                       ///< Share of deliveries that come in tiny pieces.
    double half_open = 0;                   ///< Share of cuts of which one side hears nothing.
    double loss = 0;  ///< Share of packets that TCP has to send again: the line stalls.
};

/// Of one link, where it is not as all others are.
struct line_quality {
    microseconds latency{20'000};
    std::uint64_t bytes_per_second = 1'000'000;
    /// What a kernel takes before write() waits, each way.
    std::uint64_t pipe_bytes = 64 * 1024;
    std::uint64_t up_bytes_per_second = 0;      ///< From whoever dialled; 0: the same.
    std::uint64_t up_pipe_bytes = 0;            ///< The same.
    std::optional<double> loss = std::nullopt;  ///< Nothing: as on all others.
};

/// Begins the name of a second link to the same peer, and is the address where it ends.
inline const std::string satellite = "sat-";
/// What a write of so many bytes costs: headers of IP and TCP for each packet.
std::uint64_t ip_bytes(std::size_t payload_bytes);
/// What TCP and TLS cost each way before a session begins.
inline constexpr std::uint64_t handshake_ip_bytes = 2'500;

class network {
public:
    /// `losses` of its own: runs without loss draw nothing from it.
    network(clockwork& clock, prng& random, prng losses)
        : x_clock(clock), x_random(random), x_losses(losses) {}
    network_faults faults;
    /// Pairs that can not reach each other now.
    std::set<std::pair<std::string, std::string>> partitions;
    /// Links that carry nothing now: who dials, and the link's name there.
    std::set<std::pair<std::string, std::string>> dead_links;
    /// The same, but nothing is cut or refused: what is sent is lost, and TCP repeats it.
    std::set<std::pair<std::string, std::string>> silent_links;
    /// Of links, by their names; of others `faults` says it.
    std::map<std::string, line_quality> lines;
    /// Told of each dial as it begins.
    std::function<void(const endpoint& from)> on_dial;

    void dial(endpoint& from, endpoint& to, const std::string& link,
              const dial_purpose& what_for = {});
    /// Bytes that `from`'s session `number` wants to write; takes what its pipe has room for.
    std::size_t send(endpoint& from, std::uint64_t number, protocol::byte_view data);
    /// What the other side of a connection calls it; nothing when it has ended.
    [[nodiscard]] std::optional<std::uint64_t> other_end(endpoint& from,
                                                         std::uint64_t number) const;
    /// Written by this end and not yet arrived; nothing when the connection has ended.
    [[nodiscard]] std::optional<std::uint64_t> in_pipe(endpoint& from, std::uint64_t number) const;
    /// As `from` writes to it; nothing when the connection has ended.
    [[nodiscard]] std::optional<line_quality> line_of(endpoint& from, std::uint64_t number) const;
    void close(endpoint& from, std::uint64_t number);
    /// All connections of a node that died.
    void drop(endpoint& dead);
    void cut_all();
    /// The connections over a link.
    void cut_link(const std::string& dialler, const std::string& link);
    /// The link dies, and no end of a connection is told; what is written is lost. Until mended
    /// nobody answers a dial. Connections of before stay dead: the way has forgotten them.
    void silence_link(const std::string& dialler, const std::string& link);
    void mend_link(const std::string& dialler, const std::string& link);
    [[nodiscard]] std::uint64_t cuts() const { return x_cuts; }
    [[nodiscard]] std::size_t open() const { return x_connections.size(); }

private:
    struct end {
        endpoint* owner = nullptr;
        std::uint64_t number = 0;
        std::uint64_t in_pipe = 0;  ///< Written by this end, not yet arrived.
        microseconds line_free_at{0};
        std::deque<protocol::bytes> lost;  ///< To be sent again, in this order.
    };
    struct knock {
        endpoint* from = nullptr;
        endpoint* to = nullptr;
        std::string link;
        dial_purpose what_for;
        std::uint64_t life = 0;
        bool fails = false;
        microseconds begun{0}, again{0};
    };
    struct connection {
        std::array<end, 2> ends;
        std::string link;           ///< Of the dialler, whose end is the first.
        bool is_forgotten = false;  ///< Nothing passes any more, and no end is told.
    };
    void on_syn(knock what);
    void begin(const knock& what);
    [[nodiscard]] bool is_silent(const connection& one) const;
    void send_again(std::uint64_t id, std::size_t side, microseconds wait);
    void deliver(std::uint64_t id, std::size_t side, const protocol::bytes& data);
    [[nodiscard]] line_quality quality_of(const std::string& link, bool is_up) const;
    void cut_if(const std::function<bool(const connection&)>& is_out, bool may_be_half_open);
    void arrive(std::uint64_t id, std::size_t side, protocol::bytes data);
    void cut(std::uint64_t id, bool may_be_half_open);
    void end(std::uint64_t id, std::size_t deaf_side);
    bool separated(const endpoint& a, const endpoint& b) const;
    microseconds stall(std::size_t bytes, const line_quality& on);

    clockwork& x_clock;
    prng& x_random;
    prng x_losses;
    std::uint64_t x_next = 0;
    std::uint64_t x_cuts = 0;
    std::map<std::uint64_t, connection> x_connections;
    std::map<std::pair<endpoint*, std::uint64_t>, std::uint64_t> x_by_end;
};

}  // namespace dhow::sim
