// Cells of courier bundles with real keys: one length, each opens alone, and no other key does.
#include "daemon/seal/cms_sealer.hpp"
#include "protocol/courier.hpp"
#include "protocol/limits.hpp"
#include "tests/support/federation.hpp"

#include <boost/test/unit_test.hpp>

namespace dhow::seal {

using tests::federation;

namespace {

struct cells {
    federation all;
    std::unique_ptr<sealer> zw = all.sealer("ZW");
    std::array<std::uint8_t, 32> key{1, 2, 3};

    std::vector<bytes> plain(std::size_t count) const {
        std::vector<bytes> out;
        for (std::size_t i = 0; i < count; ++i) {
            out.emplace_back(protocol::limits::courier_cell_plain_bytes,
                             static_cast<std::uint8_t>(i));
        }
        return out;
    }
    std::vector<bytes> sealed(std::size_t count) {
        auto outcome = zw->run(job::seal_cells{key, plain(count)});
        BOOST_REQUIRE(outcome);
        return std::get<done::sealed_cells>(*outcome).sealed;
    }
    std::vector<std::optional<bytes>> opened(std::vector<bytes> what,
                                             std::array<std::uint8_t, 32> with) {
        auto outcome = zw->run(job::open_cells{with, std::move(what)});
        BOOST_REQUIRE(outcome);
        return std::get<done::opened_cells>(*outcome).plain;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cells_test, cells)

//= CF-10
BOOST_AUTO_TEST_CASE(all_have_one_length_and_come_back) {
    const auto made = sealed(5);
    for (const auto& one : made) {
        BOOST_TEST(one.size() == protocol::sealed_cell_bytes());
        BOOST_TEST(protocol::parse_piece(one).has_value());
    }
    const auto back = opened(made, key);
    for (std::size_t i = 0; i < made.size(); ++i) {
        BOOST_TEST((back[i] == plain(5)[i]));
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_one_spoils_no_other) {
    auto made = sealed(3);
    for (const std::size_t at : {0UL, 90UL, 2'000UL, made[1].size() - 1}) {
        auto damaged = made;
        damaged[1][at] ^= 1U;
        const auto back = opened(damaged, key);
        BOOST_TEST(back[0].has_value());
        BOOST_TEST(!back[1].has_value());
        BOOST_TEST(back[2].has_value());
    }
}

BOOST_AUTO_TEST_CASE(another_key_opens_none) {
    auto other = key;
    other[31] ^= 1U;
    for (const auto& one : opened(sealed(2), other)) {
        BOOST_TEST(!one.has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::seal
