// What all stations of the core share: identity, time, configuration, directory, routes, effects,
// counters.
// Way of the message: each station (submission, inbound, outbound, opening, receipts, deadlines)
// holds one.
// Pure: randomness and digests are passed in. Net thread; no mutex.
// Spec: docs/overview.md. Tests: unit/route.
// Limits: see the stations.
#pragma once

#include "config/model.hpp"
#include "daemon/route/bearer_book.hpp"
#include "daemon/route/clock_jumps.hpp"
#include "daemon/route/dial_pacer.hpp"
#include "daemon/route/effects.hpp"
#include "daemon/route/routing_table.hpp"
#include "protocol/directory.hpp"
#include "protocol/hasher.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace dhow::route {

using protocol::bureau_id;
using protocol::byte_view;
using protocol::bytes;
using protocol::digest;
using protocol::errc;
using protocol::message_class;
using protocol::message_id;
using protocol::utc_time;
namespace limits = protocol::limits;
namespace operation = store::operation;
namespace query = store::query;
namespace answer = store::answer;

/// Counted since start; shown as Prometheus text.
struct counters {
    std::array<std::uint64_t, protocol::message_class_count> submitted{}, relayed_in{}, handed_on{},
        delivered{};
    std::uint64_t receipts_signed = 0, receipts_applied = 0, outcomes_applied = 0;
    std::uint64_t duplicates = 0, refused_in = 0, refused_out = 0, quarantined = 0,
                  equivocations = 0;
    std::uint64_t sent_again = 0, expired = 0, called_back = 0, sessions = 0, session_failures = 0,
                  forged = 0;
    std::uint64_t stalls = 0;
    std::uint64_t bytes_resumed = 0, alarms = 0;
    std::array<std::uint64_t, 4> clocks_fired{};  ///< By store::clock_state, as far as it is open.
    std::uint64_t courier_exported = 0, courier_imported = 0, courier_known = 0, courier_lost = 0,
                  courier_acknowledged = 0;
    std::uint64_t case_reminders = 0, cases_completed = 0, cases_issued_again = 0;
    std::uint64_t retention_asked = 0, retention_ended = 0, retention_deleted = 0;  ///< Messages.
};

/// What the core cannot make itself.
/// What the driver knows of one connection.
struct line_facts {
    std::uint64_t bytes_in = 0, bytes_out = 0;  ///< TLS payload since it began.
    std::uint64_t bytes_per_s = 0;              ///< Measured towards the peer; 0: not known.
    protocol::milliseconds round_trip{0};       ///< The shortest, of TCP.
    line_traffic traffic = {};                  ///< What it has cost, at IP level.
    std::string congestion = {};                ///< TCP's, in use; empty: not known.
    std::uint64_t under_way_bytes = 0;  ///< With the kernel, and not acknowledged by the peer's.
    /// Another one whenever the peer's TCP has acknowledged something.
    std::uint64_t acknowledgements = 0;
    protocol::milliseconds usual_round_trip{0};  ///< Of late, smoothed.
};

struct surroundings {
    const protocol::hasher* hash = nullptr;
    std::function<void(std::span<std::uint8_t>)> fill_random;
    std::function<digest(byte_view)> index_of;       ///< seal::sealer::index_of.
    std::function<line_facts(session_number)> line;  ///< May be empty.
    /// Shipments of a peer and class in memory, at least 2. The simulator draws it small.
    std::size_t loaded_per_class = limits::loaded_shipments_per_class;
    /// What may have been sent is written down so many rows ahead, at least 1. Drawn small too.
    std::int64_t mark_rows_ahead = limits::mark_rows_ahead;
    dial_pace pace;  ///< The simulator draws it slow.
    /// Hours in the simulator, where no stick is on its way for longer.
    protocol::milliseconds courier_receipt_lifetime = limits::courier_receipt_lifetime;
};

/// Disk as last measured; decided by store::disk_guard in the driver, obeyed here.
struct disk_state {
    bool bulk = true, routine = true, urgent = true, flash = true;  ///< May be taken in.
    [[nodiscard]] bool accepts(message_class cls) const {
        const std::array<bool, 4> all{flash, urgent, routine, bulk};
        return all[static_cast<std::size_t>(cls)];
    }
};

/// What is known of a connection's silence; kept by silences.
struct silence_record {
    std::optional<utc_time> look_at;  ///< Nothing: nothing is expected.
    utc_time watched_since{};         ///< The looks began then.
    utc_time quiet_at{};              ///< When nothing was expected, last.
    utc_time heard_at{};              ///< Bytes or acknowledgements came, last.
    std::uint64_t acknowledgements = 0;
    std::uint64_t bytes_per_s = 0;  ///< The best that was measured since then.
    std::optional<utc_time> stalled_since;
};

/// One connection that the core knows; the session itself belongs to the driver and outlives its
/// record.
struct session_record {
    bureau_id peer;
    std::string link;  ///< Empty for one that came in.
    bool is_dialler = false;
    bool established = false;
    protocol::link_session* session = nullptr;
    utc_time since{};
    trial_number trial = 0;  ///< We dialled it as a trial.
    bool is_trial = false;   ///< One end tries the link: carries nothing, is never established.
    /// Carries flash beside the established one, and is never established itself.
    bool is_beside = false;
    bool hello_said = false;         ///< Ours is signed.
    bool is_early = false;           ///< It carries offers though its peer's HELLO has not come.
    std::string bearer = {};         ///< The link that its bytes count for; empty: none is known.
    utc_time active_at{};            ///< Something was last carried, either way.
    std::uint64_t payload_seen = 0;  ///< That its session had carried then.
    /// What passes; of one that is established or early kept by peers.
    passages passes = {};
    utc_time passes_until{};  ///< Then they are to be looked at again.
    silence_record silence = {};
    [[nodiscard]] const passage& passage_of(message_class cls) const {
        return passes[static_cast<std::size_t>(cls)];
    }
};

struct core {
    effects out;
    std::map<session_number, session_record> sessions;
    std::set<session_number>
        touched;  ///< Sessions that have something new to write; drained by the driver.
    surroundings outside;
    std::shared_ptr<const config::gateway> config;
    std::shared_ptr<const protocol::directory> directory;
    routing_table routes;
    bearer_book bearers;
    utc_time now{};
    protocol::instance_id instance;
    std::uint64_t epoch = 1;
    std::uint64_t boot = 1;
    store::row_id last_row = 0;
    bool started = false;  ///< What an earlier run left is loaded.
    bool stopping = false;
    bool tells_time = true;      ///< To peers; not when it is the word of one of them.
    bool expiry_frozen = false;  ///< The clock is doubtful: nothing expires or is purged.
    clock_jumps jumps;           ///< Of the clock, at ends of doubts.
    disk_state disk;
    utc_time stopping_since{}, frozen_since{}, disk_since{};  ///< Of the states above.
    counters count;

    /// Since a message came, never less than 0; jumps of the clock do not age it. While the clock
    /// is in doubt only what has passed since then is certain.
    [[nodiscard]] protocol::milliseconds age_since(utc_time noted) const {
        const auto whole = now - noted - jumps.shift(noted);
        const auto doubted = now - frozen_since - jumps.shift(frozen_since);
        const auto certain = expiry_frozen ? std::min(whole, doubted) : whole;
        return std::max<protocol::milliseconds>(certain, protocol::milliseconds{0});
    }
    /// When a message's time to live ends, by our time. The store has it without the jumps.
    [[nodiscard]] std::optional<utc_time> expiry_of(const store::message_row& message) const {
        if (!message.expires_at) {
            return std::nullopt;
        }
        return *message.expires_at + jumps.shift(message.received_at);
    }
    /// Something in the store falls due then: deadlines looks not later.
    void wake_at(std::optional<utc_time> at) {
        if (at && (!next_due || *at < *next_due)) {
            next_due = at;
        }
    }
    std::optional<utc_time> next_due;
    /// A clock in the store is due then: clocks looks not later.
    void wake_clocks(utc_time at) {
        clocks_run = true;
        ++clock_wakes;
        clocks_due = std::min(clocks_due.value_or(at), at);
    }
    std::optional<utc_time> clocks_due;
    /// The retention of a case in the store is due then: retention looks not later.
    void wake_retention(utc_time at) { retention_due = std::min(retention_due.value_or(at), at); }
    std::optional<utc_time> retention_due;
    bool clocks_run = false;        ///< There may be clocks in the store; else nobody asks.
    std::uint64_t clock_wakes = 0;  ///< For an answer of the store that is older than the last.
    /// Uniform in [0, 1), for jitter.
    [[nodiscard]] double random_fraction() const;
    /// The session when it still exists; marks it touched.
    [[nodiscard]] protocol::link_session* session(session_number number);
    /// Number of the established session with a peer, if there is one.
    [[nodiscard]] std::optional<session_number> session_with(bureau_id peer) const;
    /// The same, if its path seems to be dead.
    [[nodiscard]] std::optional<session_number> stalled_session_with(bureau_id peer) const;
    /// Whether a bureau hands on what others wrote.
    [[nodiscard]] bool is_relay(bureau_id bureau) const;
    [[nodiscard]] bureau_id self() const { return config->bureau; }
    [[nodiscard]] store::row_id next_row() { return ++last_row; }
    [[nodiscard]] const protocol::hasher& hash() const { return *outside.hash; }
    [[nodiscard]] message_id new_message_id();
    [[nodiscard]] store::event_row event(bureau_id origin, const message_id& id,
                                         bureau_id recipient, std::string_view what,
                                         std::string actor, std::string text = {},
                                         errc code = errc{}) const;
};

/// The answer of the type that the question asks for.
template <class Answer>
Answer& expect(store::reply& what) {
    return std::get<Answer>(what);
}

}  // namespace dhow::route
