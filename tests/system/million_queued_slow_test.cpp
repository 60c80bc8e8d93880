// A great many messages wait at an origin whose link is away: it starts, answers and stays as small
// as ever, and a flash message submitted after them leaves before them.
// Way of the message: ZW -> IPSG -> MU, behind all that waits at ZW.
// Not pure: processes; the store library writes copies of one real message into ZW's store.
// Spec: docs/overview.md, docs/store.md. Tests: this is one.
// Limits: 100,000 messages; 1,000,000 (4 GB of disk) with DHOW_FULL_SIZE set.
#include "daemon/store/sqlite_store.hpp"
#include "tests/system/harness.hpp"

#include <boost/json.hpp>
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <cstdlib>
#include <iostream>

namespace dhow::tests {

using clock = std::chrono::steady_clock;
using protocol::bureau_id;
using protocol::message_id;
using store::row_id;

namespace {

constexpr std::size_t queued_text_bytes = 300;
constexpr std::size_t batch_messages = 1'000;
/// What the link meets behind the flash message before it meets copies, which a peer would refuse.
constexpr std::size_t real_messages = 100;
/// The end of an id that is a number of a row: what says that it is an id stands before.
constexpr std::size_t row_bytes = 7;
constexpr seconds start_time_max{10};
constexpr seconds answer_time_max{10};
constexpr std::uint64_t growth_by_a_million_max = 16'000'000;

std::size_t messages_wished() {
    return std::getenv("DHOW_FULL_SIZE") != nullptr ? 1'000'000 : 100'000;
}

std::string without_dashes(std::string id) {
    std::erase(id, '-');
    return id;
}

template <class Answer, class Question>
Answer ask_store(store::sqlite_store& from, const Question& what) {
    auto got = from.ask(what);
    BOOST_REQUIRE(got.has_value());
    return std::get<Answer>(*got);
}

/// A message that is in the store, as the changes that put it there.
class copier {
public:
    copier(store::sqlite_store& to, const std::string& id) : x_to(to) {
        namespace query = store::query;
        namespace answer = store::answer;
        const query::find_message wanted{
            bureau_id::parse("ZW").value_or(bureau_id{}),
            protocol::from_hex<message_id>(without_dashes(id)).value_or(message_id{})};
        const auto found = ask_store<answer::messages>(to, wanted);
        BOOST_REQUIRE(found.rows.size() == 1U);
        x_original = found.rows.front();
        BOOST_REQUIRE(x_original.objects.size() == 1U);
        BOOST_REQUIRE(x_original.shipments.size() == 1U);
        const query::load_segment body{x_original.objects.front().row, 0};
        x_body = ask_store<answer::segment>(to, body).data.value_or(protocol::bytes{});
        BOOST_REQUIRE(!x_body.empty());
        x_next = ask_store<answer::start>(to, query::load_start{}).last_row + 1;
    }

    /// Behind all that is there.
    void add(std::size_t count) {
        for (std::size_t done = 0; done < count;) {
            std::vector<store::transaction> batch;
            for (; batch.size() < batch_messages && done < count; ++done) {
                batch.push_back(next());
            }
            BOOST_REQUIRE(x_to.apply(batch).has_value());
            while (*x_to.maintain()) {
            }
        }
    }

private:
    store::transaction next() {
        namespace operation = store::operation;
        auto message = x_original.message;
        auto object = x_original.objects.front();
        auto shipment = x_original.shipments.front();
        message.row = shipment.message = object.message = x_next++;
        message.text_object = shipment.object = object.row = x_next++;
        shipment.row = x_next++;
        for (std::size_t i = 0; i < row_bytes; ++i) {
            message.id.value.at(15 - i) = static_cast<std::uint8_t>(message.row >> (8 * i));
            object.sealed_digest.value.at(i) = message.id.value.at(15 - i);
        }
        store::transaction out;
        out.changes = {operation::put_message{message}, operation::put_object{object},
                       operation::put_segment{object.row, 0, x_body}};
        for (auto delivery : x_original.deliveries) {
            delivery.message = message.row;
            out.changes.emplace_back(operation::put_delivery{delivery});
        }
        out.changes.emplace_back(operation::put_shipment{shipment});
        store::event_row event;
        event.origin = message.origin;
        event.id = message.id;
        event.at = message.received_at;
        event.what = "accepted";
        event.actor = "agency desk";
        out.changes.emplace_back(operation::put_event{event});
        return out;
    }

    store::sqlite_store& x_to;
    store::answer::full_message x_original;
    protocol::bytes x_body;
    row_id x_next = 0;
};

template <class Action>
clock::duration time_of(const std::string& what, Action action) {
    const auto begun = clock::now();
    action();
    const auto took = clock::now() - begun;
    std::cout << "million_queued: " << what << ": " << std::chrono::duration<double>(took).count()
              << " s" << std::endl;
    return took;
}

letter routine(const std::string& text) {
    return {.cls = "routine", .text = text + std::string(queued_text_bytes - text.size(), '.')};
}

/// The first message that this gateway took into its store.
std::string first_message_of(const gateway& stopped) {
    sqlite3* db = nullptr;
    BOOST_REQUIRE(sqlite3_open(stopped.database().c_str(), &db) == SQLITE_OK);
    sqlite3_stmt* ask = nullptr;
    sqlite3_prepare_v2(db, "SELECT lower(hex(id)) FROM message ORDER BY row LIMIT 1", -1, &ask,
                       nullptr);
    std::string out;
    if (sqlite3_step(ask) == SQLITE_ROW) {
        out = reinterpret_cast<const char*>(sqlite3_column_text(ask, 0));
    }
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return out;
}

std::uint64_t ready_in_queue(const gateway& at) {
    std::uint64_t out = 0;
    const auto summary = at.get("/admin/v1/queues");
    for (const auto& line : summary.at("queues").as_array()) {
        out += line.at("ready").to_number<std::uint64_t>();
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(million_queued_slow_test)

BOOST_AUTO_TEST_CASE(a_flash_message_overtakes_all_that_waits_and_the_daemon_stays_small) {
    federation bureaus({.log = "info"});
    auto& origin = bureaus["ZW"];
    auto& hub = bureaus["IPSG"];
    origin.start();
    std::string original;
    for (std::size_t i = 0; i < real_messages; ++i) {
        original = submit(origin, routine("real " + std::to_string(i) + " "));
    }
    const auto small = origin.peak_resident_bytes();
    origin.terminate();

    const auto count = messages_wished();
    time_of("writing " + std::to_string(count) + " messages", [&] {
        store::sqlite_options options;
        options.path = origin.database().string();
        const auto opened = store::sqlite_store::open(std::move(options));
        copier(*opened, original).add(count);
    });
    BOOST_TEST((time_of("start", [&] { origin.start(); }) < start_time_max));
    finished queue;
    BOOST_TEST((time_of("dhow queue", [&] { queue = origin.dhow({"queue"}); }) < answer_time_max));
    BOOST_TEST(queue.code == 0, queue.out);
    BOOST_TEST(ready_in_queue(origin) == count + real_messages);
    std::string flash;
    BOOST_TEST((time_of("submitting flash", [&] { flash = submit(origin, {.cls = "flash"}); }) <
                answer_time_max));
    const auto before_kill = origin.peak_resident_bytes();
    origin.kill();
    BOOST_TEST((time_of("start after SIGKILL", [&] { origin.start(); }) < start_time_max));
    BOOST_TEST(ready_in_queue(origin) == count + real_messages + 1);

    hub.start();
    origin.post("/admin/v1/links/ipsg/call", {});
    time_of("flash to the hub", [&] {
        wait_until("the flash message to leave",
                   [&] { return state_of(origin, flash, "MU") == "relayed"; });
    });
    hub.kill();
    BOOST_TEST(first_message_of(hub) == without_dashes(flash));
    const auto peak = std::max(before_kill, origin.peak_resident_bytes());
    std::cout << "million_queued: resident at most " << small / 1000 << " kB with " << real_messages
              << " messages, " << peak / 1000 << " kB with " << count << std::endl;
    BOOST_TEST(peak <= small + growth_by_a_million_max);

    hub.start();
    bureaus["MU"].start();
    wait_until("the flash message's receipt", [&] { return is_complete(origin, flash, "MU"); });
    BOOST_TEST(open_inbox(bureaus["MU"], flash).text == letter{}.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dhow::tests
