// The core as a whole: facts in (sessions, commits, answers, requests, time), commands out.
// Way of the message: every station, wired: submission -> outbound ==> inbound -> opening -> inbox.
// Pure: no I/O, no clock, no thread; the driver (daemon/app) and the simulator (tests/sim) run the
// same.
// Spec: docs/overview.md. Tests: unit/route, sim.
// Limits: see the stations.
#pragma once

#include "daemon/route/besides.hpp"
#include "daemon/route/cases.hpp"
#include "daemon/route/clocks.hpp"
#include "daemon/route/courier.hpp"
#include "daemon/route/deadlines.hpp"
#include "daemon/route/diversion.hpp"
#include "daemon/route/inbound.hpp"
#include "daemon/route/inbox.hpp"
#include "daemon/route/opening.hpp"
#include "daemon/route/outbound.hpp"
#include "daemon/route/peers.hpp"
#include "daemon/route/queries.hpp"
#include "daemon/route/receipts.hpp"
#include "daemon/route/retention.hpp"
#include "daemon/route/silences.hpp"
#include "daemon/route/submission.hpp"
#include "daemon/route/trials.hpp"

namespace dhow::route {

/// What a gateway begins with.
struct gateway_start {
    surroundings outside;
    std::shared_ptr<const config::gateway> config;
    std::shared_ptr<const protocol::directory> directory;
    protocol::instance_id instance;
    std::uint64_t epoch = 1;
    random_fraction random;  ///< For jitter.
    utc_time now{};
    std::map<std::string, std::string> remember;  ///< Written to the store's meta at the start.
};

class gateway final : public api {
public:
    explicit gateway(gateway_start from);

    /// Asks the store for what an earlier run left, then dials. Call once, then drain commands.
    void start();
    [[nodiscard]] bool is_ready() const { return x_ready; }
    /// The new configuration and directory take effect; sessions of peers that may not stay are
    /// ended.
    void reload(std::shared_ptr<const config::gateway> config,
                std::shared_ptr<const protocol::directory> directory,
                const std::map<std::string, std::string>& remember);
    /// No new dials, offers or submissions; sessions are told goodbye.
    void stop();

    // Time: `now` never goes back; the driver derives it from the monotonic clock.
    void advance(utc_time now);
    /// The same without what falls due by it; before any fact, so that it is taken to be of now.
    void note_time(utc_time now) { x_core.now = std::max(x_core.now, now); }
    [[nodiscard]] std::optional<utc_time> next_deadline() const;
    /// What the peers' clocks say it is now: the median of those known; nothing when none is known.
    /// What peers have said since the last call.
    [[nodiscard]] std::vector<peer_clock> take_peer_clocks() { return x_peers.take_peer_clocks(); }
    /// The clock, until now in doubt, went forward; to be told before freeze_expiry(false).
    void on_clock_jump(utc_time from, utc_time to);
    void set_disk(disk_state disk);
    void freeze_expiry(bool frozen);
    /// False while our time is the word of a single peer: told to others it would confirm that.
    void tell_time(bool is_known);

    // Completions
    void on_stored(const std::vector<store::transaction_result>& results);
    void on_answered(token number, store::reply& what) { x_core.out.on_answered(number, what); }
    void on_sealed(token number, protocol::result<seal::job_outcome>& what) {
        x_core.out.on_sealed(number, what);
    }
    [[nodiscard]] std::optional<commands> next_command() { return x_core.out.next_command(); }

    // Sessions. The driver owns the session object until on_disconnected() has returned.
    [[nodiscard]] protocol::hello local_hello(bureau_id peer) const {
        return x_peers.local_hello(peer);
    }
    /// Whether a session that carries nothing costs money, by the link that it will count for. Like
    /// on_connected(): dialled by `link`, or come in to `came_to`.
    [[nodiscard]] bool is_metered(bureau_id peer, const std::string& link,
                                  const std::string& came_to) const {
        return x_peers.is_metered(peer, link.empty() ? x_peers.bearer_of(peer, came_to) : link);
    }
    /// Only when is_ready(): before, neither peers nor the number of this start are known.
    /// `trial`: that of the command which it was dialled by.
    /// `came_to`: the address of this machine, of one that came in.
    void on_connected(session_number number, bureau_id peer, std::string link, bool is_dialler,
                      protocol::link_session& session, trial_number trial = 0,
                      const std::string& came_to = {});
    /// What a dial for this link, that made no session, has cost.
    void on_dial_cost(const std::string& link, const line_traffic& cost) {
        x_peers.on_dial_cost(link, cost);
    }
    void on_dial_failed(const std::string& link, errc code, std::string text) {
        x_peers.on_dial_failed(link, code, std::move(text));
    }
    /// The same of a dial for a session beside.
    void on_beside_failed(const std::string& link, errc code, const std::string& text) {
        x_besides.on_dial_failed(link, code, text);
    }
    /// A step of a dial with a trial's number, which does not end in on_dial_failed(); with a code
    /// it is the last.
    void on_trial_step(trial_number trial, trial_step step, errc code, std::string text) {
        x_trials.on_step(trial, step, code, std::move(text));
    }
    /// The kernel says that carrier, address or route of this machine are others than before.
    void on_network_changed() { x_peers.on_network_changed(); }
    /// Drains the session's events. Call after every on_bytes(), mark_sent(), deadline.
    void on_session_events(session_number number);
    void on_disconnected(session_number number);
    /// Sessions that have something to write since the last call.
    [[nodiscard]] std::set<session_number> take_touched();

    // Agencies and operators
    void request(const caller& who, api_request what,
                 std::function<void(api_response)> answer) override;
    std::uint64_t watch_inbox(const std::string& agency, std::uint64_t after,
                              std::function<void()> wake) override;
    void forget_watch(std::uint64_t watch) override;
    /// Makes what an evidence export carries beside the message: directory, certificates, how to
    /// verify.
    void set_evidence_files(queries::evidence_files files) {
        x_queries.set_evidence_files(std::move(files));
    }

    [[nodiscard]] const core& state() const { return x_core; }

private:
    void on_started(answer::start& found);
    /// What an earlier run noted under a time that is to come by ours.
    void judge_times(answer::start& found, store::transaction& to);
    /// Whether this life goes on with the doubt in which the one before ended, or ends it.
    void judge_doubt(const std::map<std::string, std::string>& meta, store::transaction& to);
    void note_doubt(store::transaction& to) const;
    /// Rows noted from now on, or from `time` on, may turn out to be ahead of the true time.
    void doubt_from(utc_time time, store::transaction& to);
    void drain_events(session_number number);
    void give_up(session_number number);
    void on_event(session_number number, protocol::session_events& event);
    void on_trial_event(session_number number, protocol::session_events& event);
    void on_established(session_number number, const protocol::hello& said);
    void on_offer(session_number number, protocol::session_event::offer_received& what);
    void on_ended(session_number number, const protocol::session_end& how);

    core x_core;
    outbound x_out;
    receipts x_receipts;
    opening x_opening;
    peers x_peers;
    trials x_trials;
    besides x_besides;
    silences x_silences;
    recalls x_recalls;
    inbound x_in;
    diversion x_divert;
    deadlines x_deadlines;
    clocks x_clocks;
    std::optional<utc_time> x_start_again_at;  ///< The disk was full.
    submission x_submission;
    inbox x_inbox;
    queries x_queries;
    courier x_courier;
    cases x_cases;
    retention x_retention;
    std::map<std::string, std::string> x_remember;
    /// Since when the time may be ahead, by its own count; no row older than this is in question.
    std::optional<utc_time> x_doubted_from;
    bool x_ready = false;
};

}  // namespace dhow::route
