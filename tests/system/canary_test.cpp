// Nothing readable rests anywhere: a random canary is sent, and looked for in every file and in
// memory.
// Way of the message: all of it.
// Not pure: processes, files.
// Spec: docs/overview.md. Tests: this is one.
// Limits: what is compressed is looked for too: every zstd frame that is found is unpacked, without
// a dictionary and with each that Dhow ships. Memory is searched by root with gcore only.
#include "daemon/seal/compression.hpp"
#include "tests/support/seed.hpp"
#include "tests/system/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <zstd.h>

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iostream>

namespace dhow::tests {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t canary_bytes = 32;

struct canary {
    explicit canary(std::uint64_t number) : raw(random_bytes(canary_bytes, number)) {
        auto upper = to_hex(raw);
        std::ranges::transform(upper, upper.begin(), [](char c) {
            return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        });
        forms = {raw, to_hex(raw), upper};
        // Base64 depends on where in the text it begins; what all three have in common is cut out.
        for (std::size_t shift = 0; shift < 3; ++shift) {
            const auto text = to_base64(std::string(shift, 'x') + raw);
            forms.push_back(text.substr(4, 40));
        }
    }
    std::string raw;
    std::vector<std::string> forms;
};

bool holds(const std::string& data, const canary& what) {
    return std::ranges::any_of(what.forms, [&data](const std::string& form) {
        return data.find(form) != std::string::npos;
    });
}

/// What the zstd frames in it unpack to with that dictionary (0: none), as far as they do. A frame
/// that was made with another says so, and gives nothing.
std::string unpacked(const std::string& data, std::uint32_t dictionary_number) {
    constexpr std::string_view magic("\x28\xb5\x2f\xfd", 4);
    constexpr std::size_t unpacked_bytes_max = 4 << 20;
    const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                          ZSTD_freeDCtx);
    const auto words = seal::dictionary(dictionary_number);
    if (ZSTD_isError(ZSTD_DCtx_loadDictionary(context.get(), words.data(), words.size())) != 0) {
        throw std::runtime_error("no dictionary " + std::to_string(dictionary_number));
    }
    std::string out;
    std::string buffer(unpacked_bytes_max, '\0');
    for (auto at = data.find(magic); at != std::string::npos; at = data.find(magic, at + 1)) {
        ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_only);  // Keeps the dictionary.
        ZSTD_inBuffer in{data.data() + at, std::min<std::size_t>(data.size() - at, buffer.size()),
                         0};
        ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
        while (in.pos < in.size && to.pos < to.size) {
            const auto before = in.pos + to.pos;
            const auto left = ZSTD_decompressStream(context.get(), &to, &in);
            if (ZSTD_isError(left) != 0 || left == 0 || before == in.pos + to.pos) {
                break;
            }
        }
        out.append(buffer, 0, to.pos);
    }
    return out;
}

bool is_found_in(const std::string& data, const canary& what) {
    if (holds(data, what)) {
        return true;
    }
    for (std::uint32_t number = 0; number <= seal::newest_dictionary; ++number) {
        if (holds(unpacked(data, number), what)) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> files_with(const fs::path& folder, const canary& what) {
    std::vector<std::string> out;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && is_found_in(read_file(entry.path()), what)) {
            out.push_back(entry.path().string());
        }
    }
    return out;
}

/// As Dhow compresses a content that holds the canary. Digits around it make zstd code them in
/// fewer bits, so that the canary does not stand in what comes out.
std::string packed(const canary& what, std::uint32_t dictionary_number) {
    constexpr std::size_t around_bytes = 300;
    const auto digits = to_hex(random_bytes(around_bytes, seed() + 2));
    const auto plain = digits + to_hex(what.raw) + digits;
    const auto out = seal::pack({reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()},
                                dictionary_number);
    return {out.begin(), out.end()};
}

#ifndef DHOW_SANITIZED
/// Leaves the daemon's memory in the folder as a file. Says so when it cannot.
void dump_memory(const gateway& of, const fs::path& folder) {
    if (::geteuid() != 0) {  // The daemon keeps its memory to itself: only root may look.
        std::cout << "canary: NOT SEARCHED: the hub's memory; run this test as root" << std::endl;
        return;
    }
    if (!is_installed("gcore")) {
        BOOST_ERROR("the hub's memory cannot be searched: gcore is missing (scripts/deps test)");
        return;
    }
    const auto core = folder / "hub";
    const auto dumped = run({"gcore", "-o", core.string(), std::to_string(of.pid())});
    BOOST_TEST(dumped.code == 0, dumped.out);
    const auto memory = read_file(core.string() + "." + std::to_string(of.pid()));
    // What surely stands in it is found, so it is the memory.
    BOOST_TEST(memory.find(of.config().string()) != std::string::npos);
    std::cout << "canary: the hub's memory is searched, " << memory.size() << " bytes" << std::endl;
}
#endif

}  // namespace

BOOST_AUTO_TEST_SUITE(canary_test)

BOOST_AUTO_TEST_CASE(the_search_finds_a_canary_in_every_form) {
    const canary bird(seed());
    const std::string around(100, 'a');
    for (const auto& text : {bird.raw, to_hex(bird.raw), to_base64(bird.raw),
                             to_base64("x" + bird.raw), to_base64("xy" + bird.raw)}) {
        BOOST_TEST(is_found_in(around + text + around, bird));
    }
    BOOST_TEST(!is_found_in(around, bird));
}

BOOST_AUTO_TEST_CASE(the_search_finds_a_canary_that_is_compressed_as_dhow_does) {
    const canary bird(seed());
    const canary other(seed() + 1);
    const temporary_folder folder;
    for (std::uint32_t number = 0; number <= seal::newest_dictionary; ++number) {
        const auto frame = packed(bird, number);
        const auto path = folder.path() / std::to_string(number);
        std::ofstream(path, std::ios::binary) << "before " << frame << " behind";
        // It stands there neither bare nor, when it needs a dictionary, without that.
        BOOST_TEST(!holds(frame, bird));
        BOOST_TEST(holds(unpacked(frame, number), bird));
        BOOST_TEST(holds(unpacked(frame, 0), bird) == (number == 0));
    }
    BOOST_TEST(files_with(folder.path(), bird).size() == seal::newest_dictionary + 1);
    BOOST_TEST(files_with(folder.path(), other).empty());
}

BOOST_AUTO_TEST_CASE(nothing_readable_rests_on_a_disk_or_in_the_hubs_memory) {
    const canary bird(seed() + 1);
    const temporary_folder scratch;
    federation bureaus;
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        bureaus[bureau].start_only({}, {{"TMPDIR", scratch.path().string()}});
    }
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        bureaus[bureau].await_ready();
    }
    letter what;
    what.subject = to_hex(bird.raw);
    what.text = "synthetic " + bird.raw + " and so on, and so on, and so on";
    what.files = {{to_hex(bird.raw) + ".bin", random_bytes(150'000, seed()) + bird.raw}};
    const auto id = submit(bureaus["ZW"], what);
    wait_until("the receipt", [&] { return is_complete(bureaus["ZW"], id, "MU"); });
    const auto got = open_inbox(bureaus["MU"], id);
    BOOST_TEST((got.text == what.text && got.files.at(0).data == what.files[0].data));

    // Paths of errors: what a gateway refuses may stand in a log.
    letter refused_one = what;
    refused_one.to = {"XX"};
    BOOST_CHECK_THROW(submit(bureaus["ZW"], refused_one), refused);
    BOOST_CHECK_THROW(bureaus["ZW"].post("/v1/messages", {{to_hex(bird.raw), bird.forms[1]}}),
                      refused);

#ifdef DHOW_SANITIZED
    std::cout << "canary: NOT SEARCHED: the hub's memory; a sanitized one has terabytes"
              << std::endl;
#else
    dump_memory(bureaus["IPSG"], scratch.path());
#endif
    for (const auto& place : {bureaus.folder(), scratch.path()}) {
        for (const auto& path : files_with(place, bird)) {
            BOOST_ERROR("the canary is readable in " + path);
        }
    }
    for (const auto* bureau : {"ZW", "IPSG", "MU"}) {
        bureaus[bureau].kill();
    }
    for (const auto& path : files_with(bureaus.folder(), bird)) {
        BOOST_ERROR("after the kill the canary is readable in " + path);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
