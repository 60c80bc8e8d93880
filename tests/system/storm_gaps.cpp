// Which kills fell between a commit and its acknowledgement: by the times in daemons' histories.
// Way of the message: see storm_gaps.hpp.
// Not pure: reads copies of stores. One thread.
// Spec: docs/overview.md. Tests: storm_gaps_test; used by the storm.
// Limits: see storm_gaps.hpp.
#include "tests/system/storm_gaps.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <tuple>

namespace dhow::tests {

namespace {

constexpr std::string_view peer_prefix = "peer ";  // How the history names a daemon.

struct event {
    std::string id, recipient, what, peer;
    std::int64_t at = 0;
};

std::string column(sqlite3_stmt* row, int number) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(row, number));
    return {data, data + sqlite3_column_bytes(row, number)};
}

/// Oldest first.
std::vector<event> read_events(const std::filesystem::path& store) {
    sqlite3* db = nullptr;
    sqlite3_stmt* ask = nullptr;
    std::vector<event> out;
    sqlite3_open_v2(store.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_prepare_v2(db,
                       "SELECT id, recipient, what, actor, at FROM event"
                       " WHERE what IN ('custody', 'relayed', 'handed-on') ORDER BY number",
                       -1, &ask, nullptr);
    int status = sqlite3_step(ask);
    for (; status == SQLITE_ROW; status = sqlite3_step(ask)) {
        const auto actor = column(ask, 3);
        if (actor.starts_with(peer_prefix)) {
            out.push_back({column(ask, 0), column(ask, 1), column(ask, 2),
                           actor.substr(peer_prefix.size()), sqlite3_column_int64(ask, 4)});
        }
    }
    sqlite3_finalize(ask);
    sqlite3_close(db);
    if (status != SQLITE_DONE) {
        throw std::runtime_error("no history in " + store.string());
    }
    return out;
}

}  // namespace

std::int64_t wall_milliseconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

bool is_in_gap(const kill_record& kill, const hand_over& what) {
    if (kill.bureau == what.sender) {
        // What its store knows from then on, it did not know when it was killed.
        return what.committed < kill.asked && kill.dead <= what.known;
    }
    // Its last words may have been read after its end, but not after its next life was ready.
    return kill.bureau == what.receiver && what.committed <= kill.dead && kill.ready <= what.known;
}

std::vector<hand_over> read_hand_overs(const std::vector<const gateway*>& gateways,
                                       const std::filesystem::path& scratch) {
    // Message, recipient, sender, receiver.
    using key = std::tuple<std::string, std::string, std::string, std::string>;
    std::map<key, hand_over> found;
    for (const auto* one : gateways) {
        const auto copy = scratch / (one->bureau() + ".db");
        const auto made = one->dhow({"db", "backup", copy.string()});
        if (made.code != 0) {
            throw std::runtime_error(one->bureau() + " makes no copy: " + made.out);
        }
        for (const auto& each : read_events(copy)) {
            const bool took = each.what == "custody";
            const auto& sender = took ? each.peer : one->bureau();
            const auto& receiver = took ? one->bureau() : each.peer;
            auto& entry = found[{each.id, each.recipient, sender, receiver}];
            entry.sender = sender;
            entry.receiver = receiver;
            auto& time = took ? entry.committed : entry.known;
            time = time == 0 ? each.at : time;
        }
    }
    std::vector<hand_over> out;
    for (const auto& [names, entry] : found) {
        if (entry.committed != 0 && entry.known != 0) {
            out.push_back(entry);
        }
    }
    return out;
}

std::map<std::string, std::size_t> kills_in_gap(const std::vector<kill_record>& kills,
                                                const std::vector<hand_over>& hand_overs,
                                                const std::set<std::string>& receivers) {
    std::map<std::string, std::size_t> out;
    for (const auto& kill : kills) {
        const bool is_in = std::ranges::any_of(hand_overs, [&](const hand_over& one) {
            return receivers.contains(one.receiver) && is_in_gap(kill, one);
        });
        out[kill.bureau] += is_in ? 1 : 0;
    }
    return out;
}

}  // namespace dhow::tests
