// Rates of the sealer on one thread. The raw P-256 operations below them: bench_machine_bench.
// usage: bench_seal_bench [SECONDS]; prints one JSON object a line.
#include "daemon/seal/cms_sealer.hpp"
#include "protocol/limits.hpp"
#include "tests/support/federation.hpp"

#include <cstdio>
#include <cstdlib>

namespace dhow::seal {

namespace {

using tests::bureau;

double seconds = 1.0;

/// Calls until the time is over; a second of warming up is not needed: the first tenth is not
/// counted.
template <class Call>
void rate(const char* metric, const char* peer, Call call) {
    using clock = std::chrono::steady_clock;
    const auto run_for = [&](double time) {
        const auto start = clock::now();
        std::size_t calls = 0;
        double passed = 0;
        while (passed < time) {
            for (int i = 0; i < 16; ++i, ++calls) {
                call();
            }
            passed = std::chrono::duration<double>(clock::now() - start).count();
        }
        return static_cast<double>(calls) / passed;
    };
    run_for(seconds / 10);
    std::printf("{\"metric\": \"%s\", \"peer\": \"%s\", \"value\": %.0f, \"unit\": \"1/s\"}\n",
                metric, peer, run_for(seconds));
    std::fflush(stdout);
}

void value(const char* metric, std::size_t number) {
    std::printf("{\"metric\": \"%s\", \"peer\": \"dhow\", \"value\": %zu, \"unit\": \"B\"}\n",
                metric, number);
}

void must(bool ok) {
    if (!ok) {
        std::fputs("a job failed\n", stderr);
        std::exit(1);
    }
}

void sealer_rates() {
    tests::federation all;
    const auto zw = all.sealer("ZW");
    const auto mu = all.sealer("MU");
    const job_request message = tests::sample_message("ZW", {bureau("MU")});
    const auto made = std::get<done::sealed_message>(zw->run(message).value());
    const protocol::preamble preamble{made.seal, made.lockboxes};
    value("seal.body_bytes.1500", made.body.size());
    value("seal.preamble_bytes.1500", protocol::encode_preamble(preamble).size());
    rate("seal.per_s.1", "dhow", [&] { must(zw->run(message).has_value()); });
    const job_request verify = job::verify_parcel{preamble, made.body, {}};
    rate("seal.verify_per_s", "dhow", [&] { must(mu->run(verify).has_value()); });
    const job_request open = job::open_message{preamble, made.body};
    rate("seal.open_per_s", "dhow", [&] { must(mu->run(open).has_value()); });
    protocol::receipt_content content;
    content.issuer = bureau("MU");
    content.origin = bureau("ZW");
    content.outcomes.resize(1);
    content.outcomes[0].recipient = bureau("MU");
    content.outcomes[0].at = tests::test_time;
    const job_request receipt = job::sign_receipt{content};
    rate("seal.receipt_sign_per_s", "dhow", [&] { must(mu->run(receipt).has_value()); });
    const job_request check =
        job::verify_receipt{std::get<done::signed_receipt>(mu->run(receipt).value()).encoded};
    rate("seal.receipt_verify_per_s", "dhow", [&] { must(zw->run(check).has_value()); });
    const job_request piece = job::seal_piece{{}, bytes(protocol::limits::piece_bytes)};
    rate("seal.piece_1mib_per_s", "dhow", [&] { must(zw->run(piece).has_value()); });
}

void many_recipients() {
    tests::federation_options options{.bureaus = {"ZW"}};
    std::vector<bureau_id> recipients;
    for (int i = 1; i <= 195; ++i) {
        options.bureaus.push_back("B" + std::to_string(1000 + i));
        recipients.push_back(bureau(options.bureaus.back()));
    }
    tests::federation all(options);
    const auto zw = all.sealer("ZW");
    const job_request message = tests::sample_message("ZW", recipients);
    rate("seal.per_s.195", "dhow", [&] { must(zw->run(message).has_value()); });
}

}  // namespace

}  // namespace dhow::seal

int main(int count, char** values) {
    if (count > 1) {
        dhow::seal::seconds = std::atof(values[1]);
    }
    dhow::seal::sealer_rates();
    dhow::seal::many_recipients();
    return 0;
}
