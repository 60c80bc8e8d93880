// Operators of the simulator: hold, release, suspend, resume, send again, reload; and in a share of
// the seeds, with the links: suspend for a while, call, try, news of the network.
// Way of the message: beside it.
// Pure.
// Spec: docs/simulator.md#people. Tests: sim.
// Limits: what they have stopped they let go again in put_right().
#pragma once

#include "tests/sim/people.hpp"

namespace dhow::sim {

class operators {
public:
    /// `reroutes` and `links` of their own, so that what they do else stays as it was.
    operators(clockwork& clock, prng& random, prng reroutes, prng links, const people& agencies,
              people::noter note)
        : x_clock(clock),
          x_random(random),
          x_reroutes(reroutes),
          x_links(links),
          x_works_on_links(x_links.chance(0.4)),
          x_agencies(agencies),
          x_note(std::move(note)) {}
    /// Somebody does something now and then, about so often, until put_right().
    void plan(std::vector<node*> nodes, microseconds mean);
    /// Releases and resumes all; true when every gateway has said yes to it.
    bool put_right();
    [[nodiscard]] std::uint64_t acts() const { return x_acts; }
    /// Of gateways that did not do what they had said yes to.
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }

private:
    struct stop {
        node* at = nullptr;
        route::api_request undo;
        bool is_undone = false;
    };
    /// A gateway has said that it lets no session with this peer be.
    struct suspension {
        node* at = nullptr;
        protocol::bureau_id peer;
        std::uint64_t word = 0;                  ///< The last that was said of it.
        microseconds until{0};                   ///< So long at least, by true time.
        std::optional<std::uint64_t> only_life;  ///< It may be forgotten in another one.
        // As last seen: a session with the peer, and since when.
        std::uint64_t life = 0;
        route::session_number session = 0;
        microseconds seen_at{0};
    };
    using answered = std::function<void(const route::api_response&)>;
    answered expect(node& at, const route::api_request& what);
    answered expect_no_session(node& at, const route::request::suspend_peer& what);
    answered expect_an_end(node& at);
    void look(const std::shared_ptr<suspension>& one);
    void act();
    void act_on(node& at);
    void send(node& at, route::api_request what, const std::string& told);
    void hold_message(node& at);
    void act_on_links(node& at);
    void reload(node& at);
    [[nodiscard]] std::optional<protocol::message_id> some_message();
    [[nodiscard]] protocol::bureau_id some_peer(const node& at);

    clockwork& x_clock;
    prng& x_random;
    prng x_reroutes;
    prng x_links;
    bool x_works_on_links;
    const people& x_agencies;
    people::noter x_note;
    std::vector<node*> x_nodes;
    microseconds x_mean{0};
    std::vector<std::unique_ptr<stop>> x_stops;
    /// By gateway and peer: how often somebody suspended or resumed it.
    std::map<std::pair<std::string, protocol::bureau_id>, std::uint64_t> x_words;
    std::vector<std::string> x_problems;
    std::uint64_t x_acts = 0;
    bool x_is_over = false;
};

}  // namespace dhow::sim
