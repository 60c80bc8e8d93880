// How fast the store commits. What the disk can sync at all: bench_machine_bench.
// usage: bench_store_bench [FOLDER [SECONDS [QUEUED]]]; prints one JSON object a line.
#include "daemon/store/sqlite_store.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace dhow;
using namespace dhow::store;
using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point begun) {
    return std::chrono::duration<double>(steady::now() - begun).count();
}

void print(const char* metric, const char* peer, double value, const char* unit) {
    std::printf("{\"metric\": \"%s\", \"peer\": \"%s\", \"value\": %.1f, \"unit\": \"%s\"}\n",
                metric, peer, value, unit);
    std::fflush(stdout);
}

message_id id_of(row_id number) {
    message_id out;
    for (std::size_t at = 0; at < 8; ++at) {
        out.value[at] = static_cast<std::uint8_t>(number >> (56 - 8 * at));
    }
    return out;
}

/// A message of 2 KB as a hub takes it into custody: eight changes.
transaction message_of(row_id number, const bureau_id& origin, const bureau_id& to) {
    const row_id row = number * 3;
    const utc_time now{std::chrono::milliseconds{1'790'000'000'000 + number}};
    message_row message;
    message.row = row;
    message.origin = origin;
    message.id = id_of(number);
    message.received_at = now;
    message.seal.resize(400);
    message.lockboxes.resize(160);
    message.text_object = row + 1;
    message.purge_at = now + std::chrono::hours(24);
    object_row object;
    object.row = row + 1;
    object.state = object_state::complete;
    object.message = row;
    object.bytes = 2'000;
    delivery_row delivery;
    delivery.message = row;
    delivery.recipient = to;
    delivery.next_hop = to;
    delivery.due_at = now + std::chrono::hours(1);
    shipment_row shipment;
    shipment.row = row + 2;
    shipment.peer = to;
    shipment.object = row + 1;
    shipment.message = row;
    custody_row custody;
    custody.origin = origin;
    custody.id = message.id;
    custody.recipient = to;
    custody.forget_at = now + std::chrono::days(30);
    event_row event;
    event.origin = origin;
    event.id = message.id;
    event.what = "accepted";
    event.actor = "gateway";
    transaction out;
    out.changes = {operation::put_message{message},
                   operation::put_object{object},
                   operation::put_segment{row + 1, 0, protocol::bytes(2'000, 0x5a)},
                   operation::put_delivery{delivery},
                   operation::put_shipment{shipment},
                   operation::put_custody{custody},
                   operation::put_event{event},
                   operation::put_event{event}};
    return out;
}

/// Messages a second in batches of this size; housekeeping between them is part of the time.
double messages_per_s(sqlite_store& to, row_id& number, std::size_t batch_size, double for_s) {
    const auto origin = *bureau_id::parse("ZW");
    const auto addressee = *bureau_id::parse("MU");
    double busy_s = 0;
    std::size_t done = 0;
    while (busy_s < for_s) {
        std::vector<transaction> batch;
        for (std::size_t at = 0; at < batch_size; ++at) {
            batch.push_back(message_of(++number, origin, addressee));
        }
        const auto begun = steady::now();
        if (!to.apply(batch) || !to.maintain()) {
            return 0;
        }
        busy_s += seconds_since(begun);
        done += batch_size;
    }
    return static_cast<double>(done) / busy_s;
}

template <class Question>
double question_ms(sqlite_store& from, const Question& what) {
    const auto begun = steady::now();
    const bool good = from.ask(what).has_value();
    return good ? seconds_since(begun) * 1000 : -1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = std::filesystem::path(argc > 1 ? argv[1] : "/var/tmp") /
                                         ("store-bench-" + std::to_string(::getpid()));
    const double seconds = argc > 2 ? std::atof(argv[2]) : 3.0;
    const row_id queued = argc > 3 ? std::atoll(argv[3]) : 100'000;
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "store.db").string();
    row_id number = 0;
    {
        auto opened = sqlite_store::open({.path = path, .instance = {}, .space = {}, .vfs = {}});
        print("store.commits_per_s", "dhow", messages_per_s(*opened, number, 1, seconds), "1/s");
        print("store.messages_per_s.16", "dhow", messages_per_s(*opened, number, 16, seconds),
              "1/s");
        print("store.messages_per_s.100", "dhow", messages_per_s(*opened, number, 100, seconds),
              "1/s");
        while (number < queued) {
            messages_per_s(*opened, number, 100, 0.1);
        }
    }
    const auto begun = steady::now();
    auto opened = sqlite_store::open({.path = path, .instance = {}, .space = {}, .vfs = {}});
    print("store.open_ms", "dhow", seconds_since(begun) * 1000, "ms");
    print("store.queued", "dhow", static_cast<double>(number), "messages");
    print("store.load_start_ms", "dhow", question_ms(*opened, query::load_start{}), "ms");
    print("store.load_ready_256_ms", "dhow",
          question_ms(*opened, query::load_ready{*bureau_id::parse("MU"), message_class::routine,
                                                 number, 256}),
          "ms");
    print("store.summarise_queue_ms", "dhow", question_ms(*opened, query::summarise_queue{}), "ms");
    print("store.list_queue_500_ms", "dhow",
          question_ms(*opened, query::list_queue{{}, number, 500}), "ms");
    print("store.load_due_ms", "dhow", question_ms(*opened, query::load_due{}), "ms");
    opened.reset();
    std::filesystem::remove_all(folder);
    return 0;
}
