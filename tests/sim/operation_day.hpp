// A federation on an operation day: what its bureaus send, on which lines, and how long it takes.
// Way of the message: bureau -> hub (-> hub) -> bureau, receipts back.
// Pure but for SQLite in memory. One seed gives one run, to the byte.
// Spec: docs/simulator.md#operation-day. Tests: operation_day_test.
// Limits: all bureaus dial both hubs; an outage of a bureau takes both of its links.
#pragma once

#include "daemon/seal/openssl_hasher.hpp"
#include "tests/linkemu/profiles.hpp"
#include "tests/sim/documents.hpp"
#include "tests/sim/people.hpp"

#include <ostream>

namespace dhow::sim {

struct day_size {
    std::size_t bureaus = 10;
    microseconds length{0};
    std::size_t messages_a_bureau = 0;
    std::uint64_t checks = 0;  ///< At all borders together.
};

class operation_day {
public:
    operation_day(const day_size& size, std::uint64_t seed);
    /// The day, and what is left of its evening.
    void run();
    /// Delays by class and profile: how many, median, 95 %, worst.
    void print(std::ostream& to) const;
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::uint64_t hits() const { return x_hits; }
    /// Hit requests whose ends had their lines all the time.
    [[nodiscard]] std::uint64_t requests_checked() const;

private:
    struct outage {
        microseconds begin{0}, end{0};
    };
    struct request {
        protocol::message_id id;
        std::string from, to;
        bool is_urgent = false;
    };
    void build(std::uint64_t seed);
    void add_node(config::gateway config);
    void plan_letters();
    void plan_hits();
    void plan_outage(std::size_t bureau);
    void nag();
    void hit(std::size_t finder, std::size_t owner, bool is_urgent);
    void say(std::size_t from, const document& what, std::vector<std::string> to,
             protocol::message_class cls, std::function<void(const protocol::message_id&)> then);
    [[nodiscard]] wish draw_letter(std::size_t from);
    [[nodiscard]] node& at(const std::string& name) const;
    [[nodiscard]] const linkemu::profile& profile_of(std::size_t bureau) const;
    /// Of the end that has the slower line, by its direction.
    [[nodiscard]] const linkemu::profile* slower_of(const std::string& from,
                                                    const std::string& to) const;
    [[nodiscard]] bool had_lines(const std::string& bureau, microseconds from,
                                 microseconds until) const;
    [[nodiscard]] std::optional<microseconds> delay_of(const protocol::message_id& id,
                                                       const std::string& to) const;
    [[nodiscard]] bool counts(const request& one) const;
    microseconds some(microseconds most);

    day_size x_size;
    seal::openssl_hasher x_hash;
    prng x_random, x_drawn;
    clockwork x_clock;
    network x_net;
    ledger x_book;
    bearer_watch x_bearers;
    people x_people;
    std::shared_ptr<const protocol::directory> x_directory;
    std::vector<std::string> x_names;
    std::map<std::string, std::size_t> x_index;
    std::map<std::string, node*> x_by_name;
    std::vector<std::unique_ptr<node>> x_nodes;
    std::vector<node*> x_all;
    std::map<std::string, std::vector<outage>> x_outages;
    std::vector<request> x_requests;
    std::uint64_t x_hits = 0, x_keys = 0, x_said = 0, x_accepted = 0;
};

}  // namespace dhow::sim
