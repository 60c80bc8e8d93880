// A hostile hub that the directory lists: replays, reorders, withholds, lies. Or a copy of a
// gateway, with its keys and a store as it was at an earlier start.
// Way of the message: against it; dials the honest hub with a session of its own.
// Pure.
// Spec: docs/simulator.md#strangers. Tests: sim.
// Limits: it hears what others offered, as one that has broken into a line's log would.
#pragma once

#include "tests/sim/node.hpp"

namespace dhow::sim {

struct stranger_setup {
    std::string name, hub;
    std::shared_ptr<const protocol::directory> directory;
    const protocol::hasher* hash = nullptr;
    node_limits limits;
    bool lies = false;  ///< About deliveries that have not failed.
    std::function<void(const std::string& who, const std::string& what)> note;
    /// Of a copy: its greeting, when the hub must know by now that it is one. It does nothing but
    /// greet.
    std::function<std::optional<protocol::hello>()> copied;
};

class stranger final : public endpoint {
public:
    stranger(stranger_setup setup, clockwork& clock, network& net, prng& random,
             const ledger& book);
    /// Dials `victim` again and again until leave().
    void haunt(endpoint& victim);
    void leave();
    [[nodiscard]] std::uint64_t acts() const { return x_acts; }
    /// A copy was let in.
    [[nodiscard]] bool was_let_in() const { return x_was_let_in; }

    [[nodiscard]] const std::string& name() const override { return x_setup.name; }
    [[nodiscard]] bool is_alive() const override { return !x_has_left; }
    [[nodiscard]] bool is_listening() const override { return is_alive(); }
    [[nodiscard]] std::uint64_t life() const override { return 1; }
    std::uint64_t connect(protocol::bureau_id peer, const std::string& link, bool is_dialler,
                          protocol::bytes exporter, const dial_purpose& what_for) override;
    void dial_failed(const std::string& link, const dial_purpose& what_for) override;
    void receive(std::uint64_t number, protocol::byte_view data) override;
    void disconnected(std::uint64_t number) override;
    void written(std::uint64_t number) override;
    void pump() override;

private:
    [[nodiscard]] protocol::hello make_hello();
    void dial_later();
    void wake();
    void act();
    void replay();
    void send_falsehood();
    void send_garbage();
    void offer(protocol::offer_frame what, protocol::bytes body, const std::string& told);
    void on_event(protocol::session_events& happened);
    void flush();

    stranger_setup x_setup;
    clockwork& x_clock;
    network& x_net;
    prng& x_random;
    const ledger& x_book;
    std::unique_ptr<seal::sealer> x_sealer;
    endpoint* x_victim = nullptr;
    std::unique_ptr<protocol::link_session> x_session;
    std::uint64_t x_number = 0;
    std::uint64_t x_boot = 0;
    std::map<protocol::stream_id, protocol::bytes> x_bodies;
    std::uint64_t x_acts = 0;
    bool x_has_left = false;
    std::optional<protocol::hello> x_copied;
    bool x_was_let_in = false;
};

}  // namespace dhow::sim
