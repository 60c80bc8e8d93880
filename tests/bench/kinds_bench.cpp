// Rates of the validator on one thread, over the notices of a corpus; and of parsing alone.
// usage: bench_kinds_bench CORPUS [SECONDS]; prints one JSON object a line.
#include "protocol/kinds/validate.hpp"
#include "protocol/limits.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;
namespace kinds = dhow::kinds;

constexpr int rounds = 5;

/// Of this thread: others that run on the machine do not count.
double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void must(bool ok, const char* what) {
    if (!ok) {
        std::fprintf(stderr, "bench_kinds_bench: %s\n", what);
        std::exit(1);
    }
}

void print(const char* metric, const char* peer, double value, const char* unit) {
    std::printf("{\"metric\": \"%s\", \"peer\": \"%s\", \"value\": %.3f, \"unit\": \"%s\"}\n",
                metric, peer, value, unit);
    std::fflush(stdout);
}

struct message {
    std::string text;
    kinds::context facts;
};

std::vector<message> read_corpus(const char* path) {
    std::ifstream file{path};
    std::string line;
    std::getline(file, line);
    const auto head = json::parse(line);
    const auto begins = dhow::protocol::parse_utc(std::string{head.at("begins").as_string()});
    std::vector<message> out;
    while (std::getline(file, line)) {
        const auto one = json::parse(line);
        message made{.text = json::serialize(one.at("document")), .facts = {}};
        made.facts.kind = one.at("kind").as_string();
        made.facts.sender = one.at("from").as_string();
        for (const auto& each : one.at("to").as_array()) {
            made.facts.recipients.emplace_back(each.as_string());
        }
        made.facts.now = begins;
        out.push_back(std::move(made));
    }
    must(!out.empty() && begins.has_value(), "no corpus");
    return out;
}

/// The median of some rounds: calls a second, the messages in turn.
template <class Call>
double rate(const std::vector<message>& all, double seconds, Call call) {
    std::array<double, rounds> rates{};
    std::size_t next = 0;
    for (auto& one : rates) {
        const auto begun = processor_seconds();
        std::size_t calls = 0;
        double passed = 0;
        while (passed < seconds / rounds) {
            for (int i = 0; i < 16; ++i, ++calls) {
                call(all[next++ % all.size()]);
            }
            passed = processor_seconds() - begun;
        }
        one = static_cast<double>(calls) / passed;
    }
    std::sort(rates.begin(), rates.end());
    return rates[rounds / 2];
}

void corpus_rates(const std::vector<message>& all, double seconds) {
    const auto& data = kinds::registry::in_force();
    std::size_t bytes = 0;
    for (const auto& one : all) {
        bytes += one.text.size();
    }
    print("kinds.text_bytes", "dhow", static_cast<double>(bytes / all.size()), "B");
    print("kinds.validate.per_s", "dhow",
          rate(all, seconds,
               [&](const message& one) {
                   must(kinds::validate(data, one.facts, one.text).problems.empty(),
                        "a message of the corpus has a problem");
               }),
          "1/s");
    // What no validator of a tree can be faster than.
    std::size_t members = 0;
    print("kinds.validate.per_s", "parsing",
          rate(all, seconds,
               [&](const message& one) {
                   std::array<unsigned char, 16384> room;
                   json::monotonic_resource memory{room.data(), room.size()};
                   members += json::parse(one.text, &memory).as_object().size();
               }),
          "1/s");
    must(members > 0, "nothing was parsed");
}

/// The worst of some rounds: from the text to the refusal.
void nested(const std::string& text, const char* metric) {
    double worst = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto begun = processor_seconds();
        must(kinds::validate(kinds::registry::in_force(), {}, text).refused, "it was not refused");
        worst = std::max(worst, processor_seconds() - begun);
    }
    print(metric, "dhow", worst * 1000, "ms");
}

}  // namespace

int main(int count, char** values) {
    must(count > 1, "usage: bench_kinds_bench CORPUS [SECONDS]");
    corpus_rates(read_corpus(values[1]), count > 2 ? std::atof(values[2]) : 1.0);
    constexpr auto size = dhow::protocol::limits::text_bytes_max;
    nested(std::string(size, '['), "kinds.nested_mib_ms");
    std::string flat = "{\"a\":[";
    while (flat.size() + 5 <= size) {
        flat += "[],";
    }
    flat.back() = ']';
    nested(flat + "}", "kinds.flat_mib_ms");
    return 0;
}
