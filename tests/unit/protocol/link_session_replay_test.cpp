// One exchange, replayed byte by byte and with the connection failing after each byte of it.
// Way of the message: none; a test.
// Pure: virtual time.
// Spec: docs/link-protocol.md#failures.
// Limits: none.
#include "tests/support/session_pair.hpp"

#include <boost/test/unit_test.hpp>

using namespace dhow::protocol;
using dhow::tests::body_of;
using dhow::tests::digest_of;
using dhow::tests::session_pair;
using dhow::tests::test_object;
using dhow::tests::test_store;

BOOST_AUTO_TEST_SUITE(link_session_replay_test)

namespace {

session_options small_frames() {
    session_options out;
    out.local.inline_credit_bytes = 20'000;
    out.window_bytes = 6000;
    out.frame_payload_bytes = 2000;
    return out;
}

const std::vector<test_object> from_dialler{
    {.number = 1, .cls = message_class::bulk, .body_bytes = 17'000},
    {.number = 2, .cls = message_class::flash, .body_bytes = 40, .preamble_bytes = 30},
    {.number = 3, .cls = message_class::urgent, .body_bytes = 900, .preamble_bytes = 20},
};
const std::vector<test_object> from_listener{
    {.number = 11, .cls = message_class::routine, .body_bytes = 700},
    {.number = 12, .cls = message_class::flash, .body_bytes = 33},
};

struct world {
    test_store zw;
    test_store mu;

    world() {
        for (const auto& what : from_dialler) {
            zw.to_send[what.number] = what;
        }
        for (const auto& what : from_listener) {
            mu.to_send[what.number] = what;
        }
    }
    /// One connection. Returns the bytes that were delivered.
    std::uint64_t connect(std::size_t chunk, std::uint64_t total_max) {
        session_pair pair{zw, mu, small_frames(), small_frames()};
        pair.dialler().offer_all();
        pair.listener().offer_all();
        pair.run(chunk, total_max);
        pair.cut();
        return pair.bytes_delivered();
    }
    [[nodiscard]] bool is_done() const { return zw.to_send.empty() && mu.to_send.empty(); }

    void check() const {
        for (const auto& what : from_dialler) {
            BOOST_TEST(
                (mu.arrived.at(digest_of(what.number)) == body_of(what.number, what.body_bytes)));
        }
        for (const auto& what : from_listener) {
            BOOST_TEST(
                (zw.arrived.at(digest_of(what.number)) == body_of(what.number, what.body_bytes)));
        }
    }
};

constexpr std::uint64_t no_end = ~std::uint64_t{0};

}  // namespace

BOOST_AUTO_TEST_CASE(arrives_whole_in_pieces_of_any_size) {
    for (const std::size_t chunk : {1U, 2U, 3U, 7U, 64U, 1000U, 100'000U}) {
        world it;
        it.connect(chunk, no_end);
        BOOST_TEST(it.is_done());
        it.check();
    }
}

//= LP-62, LP-63
BOOST_AUTO_TEST_CASE(arrives_once_when_the_connection_fails_after_any_byte) {
    world undisturbed;
    const auto total = undisturbed.connect(700, no_end);
#ifdef DHOW_SANITIZED
    constexpr std::uint64_t step = 13;  // Each byte takes minutes there.
#else
    constexpr std::uint64_t step = 1;
#endif
    for (std::uint64_t cut = 1; cut < total; cut += step) {
        world it;
        it.connect(700, cut);
        const auto kept = it.mu.partial.empty() ? 0 : it.mu.partial.begin()->second.size();
        it.connect(700, no_end);
        BOOST_REQUIRE_MESSAGE(it.is_done(), "cut after byte " << cut << " of " << total);
        it.check();
        BOOST_REQUIRE(kept <= 17'000U);
    }
}

//= LP-63
BOOST_AUTO_TEST_CASE(a_line_that_fails_again_and_again_never_sends_a_durable_byte_twice) {
    world it;
    std::uint64_t delivered = 0;
    std::size_t connections = 0;
    while (!it.is_done()) {
        delivered += it.connect(1 << 20, 4000);
        BOOST_REQUIRE(++connections < 100U);
    }
    it.check();
    world undisturbed;
    const auto at_once = undisturbed.connect(1 << 20, no_end);
    // Each connection costs two HELLOs, its offers and at most the frame that was cut in each
    // direction.
    BOOST_TEST(delivered < at_once + connections * (2 * 2000 + 1000));
    BOOST_TEST_MESSAGE(connections << " connections, " << delivered << " bytes");
}

BOOST_AUTO_TEST_SUITE_END()
