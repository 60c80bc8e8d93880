// What this machine can do at all: syncs of its disk and P-256 of its OpenSSL, on one thread.
// usage: bench_machine_bench FOLDER [SECONDS]   one JSON object a line
//        bench_machine_bench --about            one JSON object: compiler, build, libraries
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;

template <class T, void (*free_it)(T*)>
struct freed {
    void operator()(T* one) const { free_it(one); }
};
using key = std::unique_ptr<EVP_PKEY, freed<EVP_PKEY, EVP_PKEY_free>>;
using key_context = std::unique_ptr<EVP_PKEY_CTX, freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

constexpr int rounds = 5;

void must(bool ok, const char* what) {
    if (!ok) {
        std::fprintf(stderr, "bench_machine_bench: %s failed\n", what);
        std::exit(1);
    }
}

/// The median of some rounds of equal length.
template <class Call>
void rate(const char* metric, double seconds, Call call) {
    std::array<double, rounds> rates{};
    for (auto& one : rates) {
        const auto begun = steady::now();
        std::size_t calls = 0;
        double passed = 0;
        while (passed < seconds / rounds) {
            call();
            ++calls;
            passed = std::chrono::duration<double>(steady::now() - begun).count();
        }
        one = static_cast<double>(calls) / passed;
    }
    std::sort(rates.begin(), rates.end());
    std::printf(
        "{\"metric\": \"machine.%s\", \"peer\": \"machine\", \"value\": %.1f, "
        "\"unit\": \"1/s\"}\n",
        metric, rates[rounds / 2]);
    std::fflush(stdout);
}

/// Appends of 4 KiB, each synced: what bounds any store that keeps its word.
void sync_rate(const std::string& path, double seconds) {
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    must(file >= 0, "opening a file");
    const std::vector<char> block(4096, 'x');
    rate("sync_per_s", seconds, [&] {
        must(::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
                 ::fdatasync(file) == 0,
             "a synced append");
    });
    ::close(file);
    ::unlink(path.c_str());
}

void p256_rates(double seconds) {
    const key mine{EVP_EC_gen("P-256")};
    const key other{EVP_EC_gen("P-256")};
    must(mine && other, "making a key");
    const std::array<unsigned char, 32> digest{1, 2, 3};
    std::array<unsigned char, 80> signature{};
    std::size_t signature_size = 0;
    const key_context sign{EVP_PKEY_CTX_new(mine.get(), nullptr)};
    must(EVP_PKEY_sign_init(sign.get()) == 1, "signing");
    rate("p256_sign_per_s", seconds, [&] {
        signature_size = signature.size();
        must(EVP_PKEY_sign(sign.get(), signature.data(), &signature_size, digest.data(),
                           digest.size()) == 1,
             "signing");
    });
    const key_context verify{EVP_PKEY_CTX_new(mine.get(), nullptr)};
    must(EVP_PKEY_verify_init(verify.get()) == 1, "verifying");
    rate("p256_verify_per_s", seconds, [&] {
        must(EVP_PKEY_verify(verify.get(), signature.data(), signature_size, digest.data(),
                             digest.size()) == 1,
             "verifying");
    });
    const key_context agree{EVP_PKEY_CTX_new(mine.get(), nullptr)};
    must(EVP_PKEY_derive_init(agree.get()) == 1 &&
             EVP_PKEY_derive_set_peer(agree.get(), other.get()) == 1,
         "key agreement");
    std::array<unsigned char, 32> secret{};
    rate("p256_ecdh_per_s", seconds, [&] {
        std::size_t size = secret.size();
        must(EVP_PKEY_derive(agree.get(), secret.data(), &size) == 1, "key agreement");
    });
}

void about() {
    std::printf(
        "{\"compiler\": \"%s %s\", \"build_type\": \"%s\", \"sqlite\": \"%s\", "
        "\"openssl\": \"%s\"}\n",
#ifdef __clang__
        "clang",
#else
        "gcc",
#endif
        __VERSION__, DHOW_BUILD_TYPE, sqlite3_libversion(),
        OpenSSL_version(OPENSSL_FULL_VERSION_STRING));
}

}  // namespace

int main(int count, char** values) {
    if (count < 2) {
        std::fputs("usage: bench_machine_bench FOLDER [SECONDS] | --about\n", stderr);
        return 2;
    }
    if (std::string(values[1]) == "--about") {
        about();
        return 0;
    }
    const double seconds = count > 2 ? std::atof(values[2]) : 2.0;
    sync_rate(std::string(values[1]) + "/sync-" + std::to_string(::getpid()), seconds);
    p256_rates(seconds);
    return 0;
}
