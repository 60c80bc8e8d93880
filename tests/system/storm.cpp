// Messages both ways while daemons are killed at random: what is left, and what agencies were given
// meanwhile, must be exactly what was sent.
// Way of the message: see storm.hpp.
// Not pure: processes and threads. One thread for each sender, for each
// taker and for each daemon that is killed.
// Spec: docs/overview.md. Tests: exactly_once_test, exactly_once_slow_test.
// Limits: none.
#include "tests/system/storm.hpp"

#include "tests/system/storm_gaps.hpp"

#include <sqlite3.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <thread>

namespace dhow::tests {

namespace {

using std::chrono::milliseconds;

constexpr seconds settle_patience{600};
constexpr seconds moment_patience{2};       // For the inbox to have something.
constexpr std::size_t repeated_every = 10;  // So many takings are acknowledged once more.
const std::vector<std::string> bureaus_killed{"ZW", "IPSG", "MU"};
const std::string hub = "IPSG";
const std::set<std::string> ends{"ZW", "MU"};

struct sent {
    std::string to;
    letter what;
};

/// Everything that the agencies of one bureau submitted, by id.
using sent_book = std::map<std::string, sent>;

/// What the agency of one bureau was given, by id.
struct taking {
    std::size_t times = 0;
    std::size_t content = 0;  ///< Its fingerprint.
};
using taking_book = std::map<std::string, taking>;

using flags = std::map<std::string, std::atomic<bool>>;

std::size_t fingerprint(const std::string& text, const std::vector<letter::file>& files) {
    std::string all = text;
    for (const auto& file : files) {
        all += '\0' + file.name + '\0' + std::to_string(file.data.size()) + '\0' + file.data;
    }
    return std::hash<std::string>{}(all);
}

/// What is new for the agency and all there.
std::vector<std::string> offered_ids(const gateway& at) {
    std::vector<std::string> out;
    std::string after = "0";
    for (bool more = true; more;) {
        const auto page = at.get("/v1/inbox?limit=100&after=" + after);
        for (const auto& entry : page.at("entries").as_array()) {
            if (entry.at("complete").as_bool()) {
                out.emplace_back(entry.at("id").as_string());
            }
            after = std::to_string(entry.at("position").to_number<std::uint64_t>());
        }
        more = page.at("more").as_bool();
    }
    return out;
}

struct acknowledged {
    std::string text;
    std::size_t tries = 0;
};
/// Repeats until the daemon has answered, also over restarts, as an agency does.
acknowledged acknowledge_surely(const gateway& at, const std::string& id) {
    acknowledged out;
    wait_until(
        "the answer to taking " + id,
        [&] {
            ++out.tries;
            const auto said = at.post("/v1/inbox/" + id + "/ack", {{"state", "taken"}});
            out.text = std::string(said.at("text").as_string());
            return true;
        },
        settle_patience);
    return out;
}

letter make_letter(const storm_wish& wish, std::mt19937_64& random, std::size_t number) {
    letter out;
    out.cls = std::vector<std::string>{"flash", "urgent", "routine", "bulk"}[random() % 4];
    out.text = "synthetic " + std::to_string(number) + " " +
               to_hex(random_bytes(20 + random() % 700, random()));
    const auto draw = static_cast<double>(random() % 10'000) / 10'000;
    if (draw < wish.with_attachment) {
        const auto range = wish.attachment_bytes_max - wish.attachment_bytes_min;
        const auto size = wish.attachment_bytes_min + random() % range;
        out.files.push_back({"photograph.bin", random_bytes(size, random())});
    }
    return out;
}

/// Shipments that may have been sent, and objects that have come in part. Leaves the log as it is.
std::int64_t transfers_on_disk(const gateway& dead) {
    sqlite3* db = nullptr;
    sqlite3_open(dead.database().c_str(), &db);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_stmt* ask = nullptr;
    sqlite3_prepare_v2(db,
                       "SELECT (SELECT count(*) FROM object WHERE state = 1) +"
                       " (SELECT count(*) FROM shipment JOIN peer USING (peer)"
                       "  WHERE state = 0 AND row <= CASE cls WHEN 0 THEN flash_upto"
                       "   WHEN 1 THEN urgent_upto WHEN 2 THEN routine_upto ELSE bulk_upto END)",
                       -1, &ask, nullptr);
    const auto out = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int64(ask, 0) : 0;
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return out;
}

class storm {
public:
    storm(federation& bureaus, const storm_wish& wish) : x_bureaus(bureaus), x_wish(wish) {}

    storm_counts run() {
        std::vector<std::thread> threads;
        const auto begin = [&](std::function<void()> what) {
            threads.emplace_back([this, what = std::move(what)] { guarded(what); });
        };
        begin([this] { send("ZW", "MU"); });
        begin([this] { send("MU", "ZW"); });
        begin([this] { take("MU"); });
        begin([this] { take("ZW"); });
        for (const auto& bureau : bureaus_killed) {
            begin([this, bureau] { kill(bureau); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        if (!x_fault.empty()) {
            throw std::runtime_error(x_fault);
        }
        await_receipts("ZW");
        await_receipts("MU");
        check("ZW", "MU");
        check("MU", "ZW");
        check_takings("ZW", "MU");
        check_takings("MU", "ZW");
        count_gaps();
        return x_counts;
    }

private:
    void guarded(const std::function<void()>& what) {
        try {
            what();
        } catch (const std::exception& error) {
            const std::lock_guard lock(x_mutex);
            x_fault = error.what();
            x_over = true;
        }
    }

    void send(const std::string& from, const std::string& to) {
        std::mt19937_64 random(x_wish.seed ^ std::hash<std::string>{}(from));
        for (std::size_t i = 0; i < x_wish.messages / 2 && !x_over; ++i) {
            auto what = make_letter(x_wish, random, i);
            what.to = {to};
            auto& is_asking = x_is_asking.at(from);
            const auto kills_before = x_deaths.at(from).load();
            is_asking = true;
            const auto got = submit_surely(x_bureaus[from], what, from + std::to_string(i));
            is_asking = false;
            // One submission after the other, so no two have the same kill.
            const bool is_kill = got.was_repeated && x_deaths.at(from) > kills_before;
            const std::lock_guard lock(x_mutex);
            x_counts.kills_before_202 += is_kill ? 1 : 0;
            x_books[from].emplace(got.id, sent{to, std::move(what)});
            ++x_submitted;
        }
    }

    /// Takes what is offered until it has all that was sent to it. Who waits in vain leaves what is
    /// missing to the count.
    void take(const std::string& at) {
        auto& book = x_takings.at(at);
        const auto has_all = [&] {
            return x_over || (x_kills_to_come == 0 && book.size() >= x_wish.messages / 2);
        };
        while (!has_all()) {
            std::vector<std::string> offered;
            try {
                wait_until(
                    "something to take at " + at,
                    [&] {
                        offered =
                            has_all() ? std::vector<std::string>{} : offered_ids(x_bureaus[at]);
                        return !offered.empty() || has_all();
                    },
                    settle_patience);
            } catch (const std::runtime_error& error) {
                std::cout << error.what() << std::endl;
                return;
            }
            for (const auto& id : offered) {
                take_one(at, id, book[id]);
            }
        }
    }

    /// Each is a taking of its own, however often its acknowledgement was repeated.
    void take_one(const std::string& at, const std::string& id, taking& entry) {
        const auto& there = x_bureaus[at];
        wait_until(
            "message " + id + " to be read",
            [&] {
                const auto got = open_inbox(there, id);
                entry.content = fingerprint(got.text, got.files);
                return true;
            },
            settle_patience);
        auto& is_taking = x_is_taking.at(at);
        const auto kills_before = x_deaths.at(at).load();
        is_taking = true;
        const auto first = acknowledge_surely(there, id);
        is_taking = false;
        const bool was_before = first.text == "taken before";
        const bool is_kill = was_before && first.tries > 1 && x_deaths.at(at) > kills_before;
        entry.times += 1;
        if (was_before && first.tries == 1) {
            entry.times += 1;  // It was offered as new, and somebody had it.
        }
        if (x_takings.at(at).size() % repeated_every == 0 &&
            acknowledge_surely(there, id).text != "taken before") {
            entry.times += 1;
        }
        const std::lock_guard lock(x_mutex);
        x_counts.kills_before_taken += is_kill ? 1 : 0;
    }

    /// Kills are spread over the submission: each waits for its share of messages, and then for a
    /// moment when something is on its way.
    void kill(const std::string& bureau) {
        std::mt19937_64 random(x_wish.seed ^ (std::hash<std::string>{}(bureau) + 1));
        auto& victim = x_bureaus[bureau];
        for (std::size_t i = 0; i < x_wish.kills && !x_over; ++i) {
            const auto share = x_wish.messages * i / x_wish.kills;
            wait_until(
                "messages to be sent", [&] { return x_over || x_submitted >= share; },
                settle_patience);
            await_moment(bureau, i, random);
            kill_record record{.bureau = bureau, .asked = wall_milliseconds()};
            victim.kill();
            ++x_deaths.at(bureau);  // Seen by all who get their answer from the next life.
            record.dead = wall_milliseconds();
            const bool in_transfer = transfers_on_disk(victim) > 0;
            victim.start();
            record.ready = wall_milliseconds();
            --x_kills_to_come;
            const std::lock_guard lock(x_mutex);
            x_kills.push_back(record);
            ++x_counts.kills[bureau];
            x_counts.kills_in_transfer[bureau] += in_transfer ? 1 : 0;
        }
    }

    /// Of the kills of an end, one in four falls into a taking and one into a submission, where
    /// commit and answer are close; all others, and those of the hub, into any moment.
    void await_moment(const std::string& bureau, std::size_t kill, std::mt19937_64& random) {
        if (bureau == hub || kill % 2 == 0) {
            std::this_thread::sleep_for(milliseconds{random() % 60});
            return;
        }
        const auto& is_moment = (kill % 4 == 1 ? x_is_taking : x_is_asking).at(bureau);
        const auto until = std::chrono::steady_clock::now() + moment_patience;
        while (!is_moment && !x_over && std::chrono::steady_clock::now() < until) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 4000});
    }

    void count_gaps() {
        const temporary_folder scratch;
        const auto hand_overs = read_hand_overs(
            {&x_bureaus["ZW"], &x_bureaus["IPSG"], &x_bureaus["MU"]}, scratch.path());
        x_counts.kills_before_hubs_done = kills_in_gap(x_kills, hand_overs, {hub});
        x_counts.kills_before_addressees_done = kills_in_gap(x_kills, hand_overs, ends);
    }

    void await_receipts(const std::string& origin) {
        for (const auto& [id, message] : x_books[origin]) {
            try {
                wait_until(
                    "the receipt for " + id,
                    [&] { return is_complete(x_bureaus[origin], id, message.to); },
                    x_counts.without_receipt == 0 ? settle_patience : seconds{1});
            } catch (const std::runtime_error& error) {
                ++x_counts.without_receipt;
                std::cout << error.what() << '\n'
                          << x_bureaus[origin].dhow({"why", id}).out << std::endl;
            }
        }
    }

    void check(const std::string& origin, const std::string& addressee) {
        std::map<std::string, std::size_t> found;
        for (const auto& id : inbox_ids(x_bureaus[addressee])) {
            ++found[id];
        }
        for (const auto& [id, message] : x_books[origin]) {
            const auto times = found[id];
            found.erase(id);
            if (times == 0) {
                ++x_counts.lost;
            } else if (times > 1) {
                ++x_counts.doubled;
            } else if (is_intact(x_bureaus[addressee], id, message.what)) {
                ++x_counts.delivered_once;
            } else {
                ++x_counts.altered;
            }
        }
        x_counts.doubled += found.size();  // an id that nobody sent
    }

    void check_takings(const std::string& origin, const std::string& addressee) {
        auto& found = x_takings.at(addressee);
        for (const auto& [id, message] : x_books[origin]) {
            const auto entry = found[id];
            found.erase(id);
            if (entry.times == 0) {
                ++x_counts.not_taken;
            } else if (entry.times > 1) {
                ++x_counts.taken_twice;
            } else if (entry.content == fingerprint(message.what.text, message.what.files)) {
                ++x_counts.taken_once;
            } else {
                ++x_counts.altered_when_taken;
            }
        }
        x_counts.taken_twice += found.size();  // an id that nobody sent
    }

    static bool is_intact(const gateway& at, const std::string& id, const letter& what) {
        const auto got = open_inbox(at, id);
        if (got.text != what.text || got.files.size() != what.files.size()) {
            return false;
        }
        for (std::size_t i = 0; i < got.files.size(); ++i) {
            if (got.files[i].name != what.files[i].name ||
                got.files[i].data != what.files[i].data) {
                return false;
            }
        }
        return true;
    }

    static flags make_flags() {
        flags out;
        for (const auto& bureau : ends) {
            out[bureau] = false;
        }
        return out;
    }

    federation& x_bureaus;
    storm_wish x_wish;
    std::mutex x_mutex;
    storm_counts x_counts;
    std::map<std::string, sent_book> x_books;
    std::map<std::string, taking_book> x_takings{{"ZW", {}}, {"MU", {}}};  // Each its taker's own.
    std::vector<kill_record> x_kills;
    std::atomic<std::size_t> x_submitted{0};
    std::atomic<std::size_t> x_kills_to_come{x_wish.kills * bureaus_killed.size()};
    std::atomic<bool> x_over{false};
    flags x_is_asking = make_flags();  // The agency of the bureau has asked and not heard:
    flags x_is_taking = make_flags();  // about a submission, about a taking.
    std::map<std::string, std::atomic<std::size_t>> x_deaths = [] {
        std::map<std::string, std::atomic<std::size_t>> out;
        for (const auto& bureau : bureaus_killed) {
            out[bureau] = 0;
        }
        return out;
    }();
    std::string x_fault;
};

std::string by_bureau(const std::map<std::string, std::size_t>& counts) {
    std::string out = std::to_string(sum(counts));
    for (const auto& [bureau, count] : counts) {
        out += (out.find('(') == std::string::npos ? " (" : ", ") + bureau + " killed " +
               std::to_string(count);
    }
    return out + (counts.empty() ? "" : ")");
}

void print(const storm_counts& counts) {
    std::cout << "delivered once " << counts.delivered_once << ", lost " << counts.lost
              << ", doubled " << counts.doubled << ", altered " << counts.altered
              << ", without receipt " << counts.without_receipt << '\n'
              << "taken once " << counts.taken_once << ", not taken " << counts.not_taken
              << ", taken twice " << counts.taken_twice << ", altered when taken "
              << counts.altered_when_taken << '\n';
    for (const auto& [bureau, count] : counts.kills) {
        std::cout << bureau << ": " << count << " kills, " << counts.kills_in_transfer.at(bureau)
                  << " of them in a transfer\n";
    }
    std::cout << "kills between commit and acknowledgement:\n"
              << "  of a submission (202): " << counts.kills_before_202 << '\n'
              << "  of custody at the hub: " << by_bureau(counts.kills_before_hubs_done) << '\n'
              << "  of custody at the addressee: " << by_bureau(counts.kills_before_addressees_done)
              << '\n'
              << "  of a taking: " << counts.kills_before_taken << std::endl;
}

}  // namespace

std::size_t sum(const std::map<std::string, std::size_t>& by_bureau) {
    std::size_t out = 0;
    for (const auto& [bureau, count] : by_bureau) {
        out += count;
    }
    return out;
}

storm_counts run_storm(federation& bureaus, const storm_wish& wish) {
    auto out = storm(bureaus, wish).run();
    print(out);
    return out;
}

}  // namespace dhow::tests
