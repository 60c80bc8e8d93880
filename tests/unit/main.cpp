// main() of every Boost.Test program: prints the run's seed, so that a failure can be run again.
// Way of the message: none; linked once into each test executable.
// Not pure: environment, random source. One thread.
// Spec: docs/style.md. Tests: it is one.
// Limits: none.
#define BOOST_TEST_MODULE dhow
#include "tests/support/seed.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace dhow::tests {

namespace {

std::uint64_t choose_seed() {
    if (const char* text = std::getenv("DHOW_SEED")) {
        return std::stoull(text, nullptr, 0);
    }
    return std::random_device{}();
}

}  // namespace

std::uint64_t seed() {
    static const std::uint64_t chosen = choose_seed();
    return chosen;
}

}  // namespace dhow::tests

namespace {

struct print_seed {
    print_seed() { std::cout << "DHOW_SEED=" << dhow::tests::seed() << std::endl; }
};

}  // namespace

BOOST_TEST_GLOBAL_FIXTURE(print_seed);
