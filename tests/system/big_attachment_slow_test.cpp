// The largest attachment travels over the hub, and no daemon grows with it.
// Way of the message: `dhow send` -> ZW -> IPSG -> MU -> `dhow inbox get`.
// Not pure: processes, files: about 2.5 GB of disk while it runs.
// Spec: docs/overview.md. Tests: this is one.
// Limits: resident_bytes_max for each daemon and each command at its peak.
#include "protocol/limits.hpp"
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <fstream>
#include <iostream>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t resident_bytes_max = 64'000'000;
constexpr seconds travel_patience{1200};
constexpr double mega = 1e6;

/// Incompressible; written block by block, so that this process stays small.
void write_file(const fs::path& path, std::uint64_t size) {
    constexpr std::uint64_t block_bytes = 1 << 20;
    std::ofstream out(path, std::ios::binary);
    for (std::uint64_t at = 0; at < size; at += block_bytes) {
        const auto block = random_bytes(std::min(block_bytes, size - at), seed() + at);
        out.write(block.data(), static_cast<std::streamsize>(block.size()));
    }
}

std::string digest_of(const fs::path& path) {
    const auto said = run({"sha256sum", path.string()});
    BOOST_REQUIRE_MESSAGE(said.code == 0, said.out);
    return said.out.substr(0, said.out.find(' '));
}

/// Of any program that ran to its end so far; daemons that still run do not count.
std::uint64_t largest_command_bytes() {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void print_peaks(federation& bureaus, const std::string& when) {
    std::cout << "big_attachment: " << when << ": peak MB resident";
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        const auto peak = static_cast<double>(bureaus[bureau].peak_resident_bytes()) / mega;
        std::cout << ' ' << bureau << ' ' << peak;
    }
    std::cout << ", commands " << static_cast<double>(largest_command_bytes()) / mega << std::endl;
}

/// Waits for the receipt that all of it is there, and says every 10 % where it is.
void await_arrival(federation& bureaus, const std::string& id) {
    std::uint64_t said = 0;
    wait_until(
        "the receipt",
        [&] {
            const auto status = bureaus["ZW"].get("/v1/messages/" + id + "/recipients");
            const auto& row = status.at("recipients").as_array().at(0).as_object();
            const auto done = row.at("bytes_done").to_number<std::uint64_t>();
            const auto total = row.at("bytes_total").to_number<std::uint64_t>();
            const auto tenth = total == 0 ? 0 : done * 10 / total;
            if (tenth != said) {
                said = tenth;
                print_peaks(bureaus, std::to_string(tenth * 10) + " % at the hub");
            }
            return is_complete(bureaus["ZW"], id, "MU");
        },
        travel_patience);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(big_attachment_slow_test)

BOOST_AUTO_TEST_CASE(five_hundred_mebibytes_pass_three_daemons_below_64_megabytes_each) {
    federation_wish wish;
    wish.log = "info";
    federation bureaus(wish);
    bureaus.start_all();
    const auto source = bureaus.folder() / "scan.bin";
    write_file(source, protocol::limits::attachment_bytes_max);
    print_peaks(bureaus, "before");

    const auto body = bureaus.folder() / "body.txt";
    std::ofstream(body) << "synthetic; the scan is attached";
    const auto sent =
        bureaus["ZW"].dhow({"send", "--to", "MU", "--kind", "hit.request", "--class", "routine",
                            "--body", body.string(), "--attach", source.string()});
    BOOST_REQUIRE_MESSAGE(sent.code == 0, sent.out);
    const auto id = sent.out.substr(0, sent.out.find_last_not_of("\n") + 1);
    print_peaks(bureaus, "submitted");

    await_arrival(bureaus, id);
    print_peaks(bureaus, "complete");

    const auto folder = bureaus.folder() / "out";
    const auto got = bureaus["MU"].dhow({"inbox", "get", id, "--out", folder.string()});
    BOOST_REQUIRE_MESSAGE(got.code == 0, got.out);
    print_peaks(bureaus, "fetched");
    BOOST_TEST(digest_of(folder / "1-scan.bin") == digest_of(source));

    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        BOOST_TEST_CONTEXT(bureau) {
            BOOST_TEST(bureaus[bureau].peak_resident_bytes() < resident_bytes_max);
        }
    }
    BOOST_TEST(largest_command_bytes() < resident_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
