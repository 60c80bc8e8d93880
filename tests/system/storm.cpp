// Messages both ways while daemons are killed at random: what is left must be exactly what was
// sent.
// Way of the message: see storm.hpp.
// Not pure: processes and threads. One thread for each sender and for each daemon that is killed.
// Spec: docs/overview.md. Tests: exactly_once_test, exactly_once_slow_test.
// Limits: none.
#include "tests/system/storm.hpp"

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
const std::vector<std::string> bureaus_killed{"ZW", "IPSG", "MU"};

struct sent {
    std::string to;
    letter what;
};

/// Everything that the agencies of one bureau submitted, by id.
using sent_book = std::map<std::string, sent>;

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
        threads.emplace_back([this] { guarded([this] { send("ZW", "MU"); }); });
        threads.emplace_back([this] { guarded([this] { send("MU", "ZW"); }); });
        for (const auto& bureau : bureaus_killed) {
            threads.emplace_back([this, bureau] { guarded([this, bureau] { kill(bureau); }); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        if (!x_fault.empty()) {
            throw std::runtime_error(x_fault);
        }
        for (const auto& bureau : bureaus_killed) {
            x_counts.between_commit_and_done += duplicates(bureau);
        }
        await_receipts("ZW");
        await_receipts("MU");
        check("ZW", "MU");
        check("MU", "ZW");
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
            is_asking = true;
            const auto got = submit_surely(x_bureaus[from], what, from + std::to_string(i));
            is_asking = false;
            const std::lock_guard lock(x_mutex);
            x_counts.between_commit_and_202 += got.was_repeated ? 1 : 0;
            x_books[from].emplace(got.id, sent{to, std::move(what)});
            ++x_submitted;
        }
    }

    /// Kills are spread over the submission: each waits for its share of messages, and then for a
    /// moment
    /// when something is on its way.
    void kill(const std::string& bureau) {
        std::mt19937_64 random(x_wish.seed ^ (std::hash<std::string>{}(bureau) + 1));
        auto& victim = x_bureaus[bureau];
        for (std::size_t i = 0; i < x_wish.kills && !x_over; ++i) {
            const auto share = x_wish.messages * i / x_wish.kills;
            wait_until(
                "messages to be sent", [&] { return x_over || x_submitted >= share; },
                settle_patience);
            const auto repeated = duplicates(bureau);
            await_moment(bureau, i, random);
            victim.kill();
            const bool in_transfer = transfers_on_disk(victim) > 0;
            victim.start();
            const std::lock_guard lock(x_mutex);
            ++x_counts.kills[bureau];
            x_counts.kills_in_transfer[bureau] += in_transfer ? 1 : 0;
            x_counts.between_commit_and_done += repeated;
        }
    }

    /// Half of the kills of an origin fall into a submission, where its commit and its
    /// answer are close.
    void await_moment(const std::string& bureau, std::size_t kill, std::mt19937_64& random) {
        const auto asking = x_is_asking.find(bureau);
        if (kill % 2 == 0 || asking == x_is_asking.end()) {
            std::this_thread::sleep_for(milliseconds{random() % 60});
            return;
        }
        while (!asking->second && !x_over && x_submitted < x_wish.messages) {
            std::this_thread::yield();
        }
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 4000});
    }

    std::size_t duplicates(const std::string& bureau) {
        return static_cast<std::size_t>(x_bureaus[bureau].metric("dhow_duplicates_total"));
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

    federation& x_bureaus;
    storm_wish x_wish;
    std::mutex x_mutex;
    storm_counts x_counts;
    std::map<std::string, sent_book> x_books;
    std::atomic<std::size_t> x_submitted{0};
    std::atomic<bool> x_over{false};
    std::map<std::string, std::atomic<bool>> x_is_asking = [] {
        std::map<std::string, std::atomic<bool>> out;
        out["ZW"] = false;
        out["MU"] = false;
        return out;
    }();
    std::string x_fault;
};

}  // namespace

storm_counts run_storm(federation& bureaus, const storm_wish& wish) {
    auto out = storm(bureaus, wish).run();
    std::cout << "delivered once " << out.delivered_once << ", lost " << out.lost << ", doubled "
              << out.doubled << ", altered " << out.altered << ", without receipt "
              << out.without_receipt << '\n';
    for (const auto& [bureau, count] : out.kills) {
        std::cout << bureau << ": " << count << " kills, " << out.kills_in_transfer[bureau]
                  << " of them in a transfer\n";
    }
    std::cout << "killed between commit and 202: " << out.between_commit_and_202
              << "; between the receiver's commit and the sender's: " << out.between_commit_and_done
              << std::endl;
    return out;
}

}  // namespace dhow::tests
