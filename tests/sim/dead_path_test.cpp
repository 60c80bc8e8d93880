// A path that dies without a word and comes back: when a flash message arrives that waited for it.
// Way of the message: two gateways of the simulator, one line between them.
// Pure but for SQLite in memory.
// Spec: docs/decisions/0015-dead-paths.md, docs/simulator.md.
// Limits: outages of 10 s to 30 min.
#include "daemon/seal/openssl_hasher.hpp"
#include "tests/sim/federation.hpp"
#include "tests/sim/node.hpp"
#include "tests/support/plain_sealer.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace dhow::sim {

namespace {
using namespace std::chrono_literals;
using protocol::bureau_id;

const auto begun = protocol::parse_utc("2026-11-24T10:00:00.000Z").value();

/// ZW dials the hub IPSG; both are up.
struct two_nodes {
    explicit two_nodes(bool is_metered = false, microseconds one_way = 300ms) {
        net.faults.latency = one_way;
        net.faults.bytes_per_second = 8'000;
        const std::vector<bureau_id> all{*bureau_id::parse("ZW"), *bureau_id::parse("MU"),
                                         *bureau_id::parse("IPSG"), *bureau_id::parse("XX")};
        auto directory = tests::make_plain_directory(all, hash);
        directory.head.issued = begun - 24h;
        for (auto& entry : directory.entries) {
            if (entry.bureau == all[2]) {
                entry.role = protocol::bureau_role::general_secretariat;
            }
        }
        book = std::make_shared<const protocol::directory>(std::move(directory));
        for (const auto& made : make_federation({"ZW", "MU"}, {"IPSG"}, "XX", false)) {
            auto config = *made;
            if (config.bureau == all[1]) {
                continue;
            }
            for (auto& link : config.links) {
                link.metered = is_metered;
            }
            add(std::make_shared<const config::gateway>(std::move(config)));
        }
        zw = nodes.front().get();
        hub = nodes.back().get();
        for (auto& one : nodes) {
            one->set_resolver([this](bureau_id who) -> endpoint* {
                return who.text() == "ZW" ? zw : who.text() == "IPSG" ? hub : nullptr;
            });
            one->start();
        }
        run(30s);
        BOOST_REQUIRE(zw->gateway().state().session_with(all[2]).has_value());
    }
    void add(const std::shared_ptr<const config::gateway>& config) {
        const std::string name(config->bureau.text());
        node_limits limits;
        nodes.push_back(std::make_unique<node>(
            node_setup{name, config, book, &hash,
                       [this, bureau = config->bureau](std::uint64_t seed) {
                           return std::make_unique<tests::plain_sealer>(bureau, book, hash, seed);
                       },
                       &entries, &watch, [](const std::string&, const std::string&) {}, limits,
                       &account_of(nodes.size()), "FULL"},
            clock, net, random, "dead-path-" + name));
    }
    void run(microseconds time) {
        bool is_over = false;
        clock.after(time, [&is_over] { is_over = true; });
        while (!is_over && clock.step()) {
        }
    }
    void set_silent(bool is_silent) {
        const std::pair<std::string, std::string> line{"ZW", zw->config().links.front().name};
        if (is_silent) {
            net.silent_links.insert(line);
        } else {
            net.silent_links.erase(line);
        }
    }
    void submit(node& from, const std::string& to) {
        route::request::submit what;
        what.kind = "hit.request";
        what.subject = "a subject";
        what.media_type = "text/plain";
        what.to = {to};
        what.cls = protocol::message_class::flash;
        what.text.assign(500, 7);
        from.request({"desk", false}, std::move(what), [](const auto&) {});
    }
    /// Until the other one has it.
    protocol::milliseconds arrival_after(node& to, protocol::milliseconds at_most) {
        const auto since = clock.now();
        const auto has_it = [&] {
            const auto& count = to.gateway().state().count;
            return count.delivered[0] + count.relayed_in[0] > 0;
        };
        while (!has_it() && clock.now() - since < at_most) {
            run(50ms);
        }
        return clock.now() - since;
    }
    seal::openssl_hasher hash;
    std::shared_ptr<const protocol::directory> book;
    clockwork clock{begun};
    prng random{7};
    network net{clock, random, prng(8)};
    ledger entries{clock};
    bearer_watch watch;
    std::vector<std::unique_ptr<node>> nodes;
    node* zw = nullptr;
    node* hub = nullptr;
};

constexpr std::array outages{10, 20, 45, 90, 200, 1800};
}  // namespace

BOOST_AUTO_TEST_SUITE(dead_path_test)

BOOST_DATA_TEST_CASE(flash_arrives_within_five_seconds_of_the_return,
                     boost::unit_test::data::make(outages), seconds) {
    for (const auto more : {0ms, 700ms, 1'400ms, 2'100ms, 2'800ms}) {
        two_nodes all;
        all.set_silent(true);
        all.run(3s);
        all.submit(*all.zw, "IPSG");
        all.run(std::chrono::seconds{seconds} - 3s + more);
        all.set_silent(false);
        BOOST_TEST((all.arrival_after(*all.hub, 1min) <= 5s));
    }
}

BOOST_DATA_TEST_CASE(over_a_line_paid_by_the_byte_within_a_minute,
                     boost::unit_test::data::make(outages), seconds) {
    two_nodes all(true);
    all.set_silent(true);
    all.run(3s);
    all.submit(*all.zw, "IPSG");
    all.run(std::chrono::seconds{seconds} - 3s);
    all.set_silent(false);
    BOOST_TEST((all.arrival_after(*all.hub, 5min) <= 1min));
}

BOOST_AUTO_TEST_CASE(flash_of_the_end_that_cannot_dial_arrives_too) {
    for (const auto outage : {20s, 45s, 90s}) {
        two_nodes all;
        all.set_silent(true);
        all.run(3s);
        all.submit(*all.hub, "ZW");
        all.run(outage);
        all.set_silent(false);
        BOOST_TEST((all.arrival_after(*all.zw, 1min) <= 5s));
    }
}

BOOST_AUTO_TEST_CASE(far_away_it_takes_the_handshake_longer) {
    two_nodes all(false, 750ms);
    all.set_silent(true);
    all.run(3s);
    all.submit(*all.zw, "IPSG");
    all.run(40s);
    all.set_silent(false);
    BOOST_TEST((all.arrival_after(*all.hub, 1min) <= 2s + 3 * 1'500ms));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::sim
