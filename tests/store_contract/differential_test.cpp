// Thousands of random transactions on SQLite and on the model: every result and answer must be the
// same.
#include "tests/store_contract/describe.hpp"
#include "tests/store_contract/random_work.hpp"
#include "tests/store_contract/stores.hpp"

BOOST_AUTO_TEST_SUITE(differential_test)

using namespace dhow::tests;

namespace {

#ifdef DHOW_SANITIZED
constexpr int rounds = 300;  // They take eight times as long.
#else
constexpr int rounds = 700;
#endif

/// `reopens`: every so many rounds the store is opened anew.
template <class Fixture>
void run(std::uint64_t with_seed, int reopens) {
    Fixture fixture;
    in_model model;
    random_work work(with_seed);
    for (int round = 0; round < rounds; ++round) {
        std::vector<dhow::store::transaction> batch;
        for (auto left = work.random().below(12); left > 0; --left) {
            batch.push_back(work.next_transaction());
        }
        const auto got = apply_all(fixture.get(), batch);
        const auto wanted = apply_all(model.get(), batch);
        for (std::size_t at = 0; at < batch.size(); ++at) {
            BOOST_REQUIRE_EQUAL(describe(got[at]), describe(wanted[at]));
        }
        BOOST_REQUIRE(fixture.get().maintain().has_value());
        if (round % reopens == reopens - 1) {
            fixture.reopen();
        }
        for (const auto& one : work.questions()) {
            BOOST_REQUIRE_EQUAL(describe(fixture.get().ask(one).value()),
                                describe(model.get().ask(one).value()));
        }
    }
    const auto verdict = ask<answer::verdict>(fixture.get(), query::check{true});
    BOOST_TEST(verdict.problems == std::vector<std::string>{}, boost::test_tools::per_element());
}

}  // namespace

BOOST_AUTO_TEST_CASE(sqlite_does_what_the_model_does) { run<on_disk>(seed(), 50); }

BOOST_AUTO_TEST_CASE(sqlite_does_what_the_model_does_across_power_cuts) {
    run<on_crashing_disk>(seed() + 1, 7);
}

BOOST_AUTO_TEST_SUITE_END()
