// A federation whose days are written down in a test, not drawn: some bureaus and a hub, good
// lines, and what the test does to them.
// Way of the message: agency -> node -> network -> hub -> network -> node -> inbox, receipts back.
// Pure but for SQLite in memory. One seed gives one run, to the byte.
// Spec: docs/simulator.md#scenarios. Tests: used by tests/sim.
// Limits: one hub; what is drawn in other runs is set here by hand.
#pragma once

#include "daemon/seal/openssl_hasher.hpp"
#include "tests/sim/checks.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/people.hpp"
#include "tests/sim/weather.hpp"

namespace dhow::sim {

struct scenario_options {
    std::uint64_t seed = 1;
    std::vector<std::string> bureaus = {"ZW", "MU"};
    /// What a second link of each bureau to the hub has of its own; none: there is one.
    std::optional<config::link> second = std::nullopt;
    /// Of each gateway, before it starts.
    std::function<void(config::gateway&)> adjust = {};
    node_limits limits = {};
};

/// What an agency sends; text and attachment are drawn.
struct letter {
    protocol::message_class cls = protocol::message_class::routine;
    std::size_t text_bytes = 1'000;
    std::size_t attachment_bytes = 0;  ///< 0: none.
    std::optional<std::chrono::seconds> time_to_live = std::nullopt;
};

class scenario {
public:
    explicit scenario(scenario_options options);

    [[nodiscard]] node& at(const std::string& name);
    /// An agency asks; its first answer is in `accepted` or `refusals`, soon.
    wish& send(const std::string& from, const std::string& to, const letter& what);
    void run_until(microseconds end);
    void run_for(microseconds time) { run_until(clock.elapsed() + time); }
    /// Until everything is where it should be, at most so long.
    void settle(microseconds most);
    /// From its acceptance to the inbox of the first recipient; nothing: it is not there.
    [[nodiscard]] std::optional<microseconds> way_of(const wish& one) const;
    [[nodiscard]] std::optional<microseconds> arrival_of(const wish& one) const;
    /// When its origin's events say that the first recipient's copy expired, since the start.
    [[nodiscard]] std::optional<microseconds> expiry_of(const wish& one);
    /// Of every no that an agency got.
    [[nodiscard]] std::vector<std::string> refusals() const;
    /// The link that the session of `name` with the hub counts for; empty: there is none.
    [[nodiscard]] std::string carrying(const std::string& name);
    /// Checks of every run, on the way and now.
    [[nodiscard]] std::vector<std::string> problems();
    /// What nodes noted, with virtual time; for messages of tests that fail.
    [[nodiscard]] const std::vector<std::string>& notes() const { return x_notes; }

private:
    people::noter noter();
    void start(const scenario_options& options, const std::shared_ptr<const config::gateway>& one);
    [[nodiscard]] bool is_settled();

    seal::openssl_hasher x_hash;
    prng x_random;
    std::vector<std::string> x_notes;
    std::shared_ptr<const protocol::directory> x_directory;

public:
    clockwork clock;
    network net;
    ledger book;

private:
    bearer_watch x_bearers;
    std::vector<std::unique_ptr<node>> x_nodes;
    std::vector<node*> x_all;
    people x_people;
};

}  // namespace dhow::sim
