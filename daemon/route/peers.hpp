// Links and sessions: when to dial, whom to believe, which of two sessions stays.
// Way of the message: stands beside it; outbound and inbound work only on sessions that this
// established.
// Pure. Net thread.
// Spec: docs/overview.md#links (states, failure table), docs/decisions/0008-who-dials-when.md.
// Tests: unit/route/peers_test.cpp, unit/route/peers_suspension_test.cpp,
// unit/route/peers_wake_test.cpp, sim.
// docs/decisions/0010-bearers.md; unit/route/peers_bearers_test.cpp.
// Limits: one established session a peer; dial_pacer, wake_up.
#pragma once

#include "daemon/route/bearer_choice.hpp"
#include "daemon/route/core.hpp"
#include "daemon/route/hold_down.hpp"
#include "daemon/route/wake_up.hpp"

namespace dhow::route {

enum class link_state : std::uint8_t { idle, connecting, up, suspended };

struct link_record {
    config::link settings;
    link_state state = link_state::idle;
    std::size_t next_address = 0;
    std::optional<utc_time> dial_at;  ///< Nothing: not ours to dial, or busy.
    bool is_called = false;           ///< By an operator: waits for nobody.
    bool is_flash = false;            ///< A flash message waits for the dial.
    bool is_probing = false;          ///< up, and dialled all the same: its session is stalled.
    /// No dial of it is under way, and it has no session, or one that is to be dialled beside.
    [[nodiscard]] bool is_free() const {
        return state == link_state::idle || (state == link_state::up && !is_probing);
    }
    utc_time since{};
    link_backoff backoff;
    wake_gate wake;
    std::string last_error;
    errc last_code{};  ///< Of last_error; 0: none.
    std::optional<utc_time> last_error_at;
    std::uint64_t sessions = 0, failures = 0;
    milliseconds round_trip{0};
    utc_time carried_until{};  ///< End of the last session that counted for it, or our start.
};

/// A peer whose links are not all alike; see docs/decisions/0010-bearers.md.
struct bearer_state {
    hold_down stay;
    class_waits waits;  ///< As last known.
    /// Of levels_above_lowest, what `waits` counts too.
    std::array<class_waits, protocol::confidentiality_count> waits_of_level;
    bool has_news = false;            ///< More was told since the store was asked for them.
    std::optional<utc_time> look_at;  ///< They are asked for again then.
};

/// Last known of a peer, over all its links.
struct peer_record {
    store::peer_row row;
    bool known = false;                     ///< The row is in the store.
    std::optional<utc_time> clock_said_at;  ///< By our time; until it was taken.
    milliseconds clock_offset{0};           ///< Of the peer's clock against ours, then.
    /// A connection that we dialled ended before it was established, and none has been since:
    /// nothing is offered early.
    bool is_greeting_due = false;
    [[nodiscard]] bool is_suspended() const { return !row.suspended.empty(); }
    /// A session or a courier's letter has told which store it has.
    [[nodiscard]] bool has_a_store() const {
        return known && (row.last_session_at || row.instance != protocol::instance_id{});
    }
};

/// A bureau's clock, by its own word.
struct peer_clock {
    bureau_id peer;
    utc_time time;
};

/// What becomes of an operator's call.
enum class call_result : std::uint8_t { dialling, under_way, is_up, must_be_called, suspended };

class peers {
public:
    explicit peers(core& shared, random_fraction random)
        : x_core(shared), x_random(std::move(random)) {}

    /// From load_start.
    void load(std::vector<store::peer_row> rows);
    /// Configuration at start and after reload: keeps the state of links that stay.
    void configure();
    /// Told by the gateway so that a probe is early when flash waits.
    /// Told when a peer has another store than before, and that is noted.
    void set_restored(std::function<void(bureau_id)> tell) { x_restored = std::move(tell); }
    void set_flash_waits(std::function<bool(bureau_id)> waits) { x_flash_waits = std::move(waits); }

    // Driver
    void on_dial_failed(const std::string& link, errc code, std::string text);
    /// TLS stands, the peer is pinned. `link` is empty for one that came in.
    void on_connected(session_number session);
    /// Whether it may carry offers before the peer's HELLO; its passages are then known.
    bool begin_early(session_number session);
    void on_event(session_number session, const protocol::session_event::sign_hello& what);
    void on_event(session_number session, const protocol::session_event::verify_hello& what);
    /// True: the session is the one to work with. False: it was told goodbye.
    bool on_established(session_number session, const protocol::hello& peer);
    /// `was_up`: it was established; its record says no longer so.
    void on_ended(session_number session, const protocol::session_end& how, bool was_up);
    /// A letter of a bundle tells which store the peer had. One that is newer than what is known
    /// was restored: what it had been given is sent again. False: an older letter, which tells
    /// nothing of the store that the peer has now.
    bool on_letter(bureau_id peer, const protocol::instance_id& instance, std::uint64_t epoch);
    /// Writes down that shipments of the class up to `upto` may be sent from now on; then `then`.
    void mark_offered(bureau_id peer, message_class cls, store::row_id upto,
                      std::function<void(bool is_written)> then);
    /// Flash waits for this peer: its next dial is at most a flash probe away.
    void hurry(bureau_id peer);
    /// The path of its session seems to be dead, or still does: links that may be are dialled.
    void on_stalled(bureau_id peer, bool flash_waits);
    /// Something has come after all.
    void on_heard(bureau_id peer);
    /// How soon a dial of the link sends another SYN where none is answered; 0: as the kernel does.
    [[nodiscard]] static milliseconds again_after(const config::link& link);
    void on_peer_time(session_number session, utc_time peer, milliseconds round_trip);
    /// Who is told that other things pass over a session than before, or may by now.
    void set_passage_changed(std::function<void(session_number)> tell) {
        x_passage_changed = std::move(tell);
    }
    /// Something of the class waits for the peer and does not pass now.
    void on_waiting(bureau_id peer, message_class cls,
                    confidentiality level = confidentiality::unsaid);
    /// The link that a session counts for which came in at this address of ours; empty: none.
    [[nodiscard]] std::string bearer_of(bureau_id peer, const std::string& came_to) const;
    /// Whether the link is; of a session that counts for none, whether any of the peer's is.
    [[nodiscard]] bool is_metered(bureau_id peer, const std::string& link) const;
    /// The last reading of a connection, before it is forgotten.
    void on_line_gone(session_number session);
    /// What a dial that made no session has cost.
    void on_dial_cost(const std::string& link, const line_traffic& cost);
    /// An operator's word on a link that there is: so many bytes of this month are used.
    void correct_quota(const std::string& link, std::uint64_t used_bytes,
                       std::function<void(const store::transaction_result&)> then);
    /// Reads the counters of all connections.
    void measure_all();
    /// For the end of this run: what is used so far, exactly.
    void note_quotas();
    /// Carrier, address or route of this machine.
    void on_network_changed() { x_network.on_change(x_core.now); }

    /// What peers have said about the time since the last call, as of now.
    [[nodiscard]] std::vector<peer_clock> take_peer_clocks();

    /// Dials what is due.
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

    // Operators
    using written = std::function<void(const store::transaction_result&)>;
    /// The link of this name, else all links to the bureau of this name.
    [[nodiscard]] std::vector<std::string> named(const std::string& link_or_peer) const;
    /// Of a link that there is.
    call_result call(const std::string& link);
    /// In force at once; `then` when it is on disk, or could not be written.
    void suspend(const store::peer_row& what, written then);
    /// `by`: the operator's user; empty: its time is over.
    void resume(bureau_id peer, const std::string& by, written then);
    [[nodiscard]] bool is_suspended(bureau_id peer) const;
    /// When its suspension ends by itself, as far as our clock can be trusted; nothing: never.
    [[nodiscard]] std::optional<utc_time> suspended_until(bureau_id peer) const;

    [[nodiscard]] const std::map<std::string, link_record>& links() const { return x_links; }
    [[nodiscard]] const peer_record* find(bureau_id peer) const;
    [[nodiscard]] bool is_up(bureau_id peer) const { return x_core.session_with(peer).has_value(); }
    /// Its session's path seems to be dead.
    [[nodiscard]] bool is_stalled(bureau_id peer) const { return x_stalled.contains(peer); }
    /// All its links have one cost and carry everything at any time: no choice is made.
    [[nodiscard]] bool is_plain(bureau_id peer) const { return !x_bearers.contains(peer); }
    /// A session counts for this link.
    [[nodiscard]] bool is_carrying(const std::string& link) const;
    /// Of the established session that counts for this link: what the line carries. Without one
    /// only the round trip that was last measured.
    [[nodiscard]] line_facts line_of(const std::string& link) const;
    /// From when on the link should have a session, back-off apart; nothing: it should not.
    [[nodiscard]] std::optional<utc_time> wanted_from(const std::string& link) const;
    /// Which of two sessions with one peer stays: that of the same dialler which is newer, else the
    /// one dialled by the lower bureau id, so that both sides choose alike.
    [[nodiscard]] bool newer_stays(session_number older, session_number newer) const;
    /// What passes over a session beside: flash, as its link lets it; and when to look again.
    void refresh_beside(session_number session);
    /// When an object of this class and size that was made then may go to the peer by some link of
    /// ours; not before now, and while another one is up not before the next dial. Nothing: never,
    /// or it is not known.
    [[nodiscard]] std::optional<utc_time> passes_from(
        bureau_id peer, message_class cls, std::uint64_t size_bytes, utc_time made_at,
        confidentiality level = confidentiality::unsaid) const;
    /// The link's own, else those that the directory has of the peer; none when only the peer
    /// dials.
    [[nodiscard]] std::vector<std::string> addresses_of(const link_record& link) const;
    /// What HELLO says of us to this peer.
    [[nodiscard]] protocol::hello local_hello(bureau_id peer) const;
    /// Set by inbound: partial transfers of a peer, for HELLO.
    void set_partials(bureau_id peer, std::vector<protocol::partial_transfer> partials);
    /// It has grown since, so HELLO does not name it.
    void forget_partial(bureau_id peer, const digest& object);

private:
    link_record* link_of(session_number session);
    // peers_stalled.cpp
    [[nodiscard]] bool may_be_dialled(const link_record& link) const;
    [[nodiscard]] bool is_given_up(const link_record& link) const;
    [[nodiscard]] bool waits_for_dial(const link_record& link) const;
    bool take_probe(link_record& link, session_number session);
    [[nodiscard]] bool has_another_session(session_number session) const;
    void ask_for_life();
    // peers_bearers.cpp
    struct bearers_of_peer {
        std::vector<std::string> names;
        std::vector<bearer_facts> facts;
    };
    [[nodiscard]] bearers_of_peer bearers_of(bureau_id peer) const;
    [[nodiscard]] bearer_facts facts_of(const std::string& name, const link_record& link) const;
    [[nodiscard]] dearer_times dearer_after() const;
    void configure_bearers();
    void on_bearer_up(session_number session);
    void on_bearer_down(const session_record& ended, bool was_up);
    void on_bearers_deadline();
    [[nodiscard]] std::optional<utc_time> next_bearers_deadline() const;
    void measure(session_number session);
    void write_notes(std::vector<std::pair<std::string, std::string>> notes);
    void tell_quota(const std::string& link);
    void refresh_passages(session_number session);
    void let_all_pass(session_number session);
    /// What every link to the peer may carry.
    [[nodiscard]] confidentiality level_of_all(bureau_id peer) const;
    void refresh_passages_where(const std::function<bool(const session_record&)>& is_due);
    void allow_writing(session_number session);
    [[nodiscard]] bool is_near_an_end() const;
    [[nodiscard]] bool is_metered_session(const session_record& record) const;
    [[nodiscard]] std::optional<utc_time> idle_end(const session_record& record) const;
    void on_waits(const answer::queue_summary& waiting);
    void close_idle();
    void ask_for_waits();
    void plan_dial(link_record& link, milliseconds delay);
    void configure(link_record& link);
    void dial(const std::string& name, link_record& link);
    /// A session with this peer ended: what it brought counts for links that wait.
    void count_for_others(const session_record& ended, link_result brought);
    [[nodiscard]] milliseconds delay_after(link_record& link, link_result brought);
    void refuse_hello(session_number number, boost::system::error_code why);
    void end_sessions(bureau_id peer);
    [[nodiscard]] std::chrono::seconds pause_of(bureau_id peer) const;
    void wake_links(const answer::queue_summary& waiting);
    void remember(peer_record& record, written then = {});
    void note_time(peer_record& record, utc_time said) const;
    /// How long ago that was, at least; it was noted by us, if under another clock than now's.
    [[nodiscard]] milliseconds least_age(utc_time noted) const;
    void revive(session_number number, const peer_record& record, const protocol::hello& said);
    /// What a peer's new store changes, all at once.
    [[nodiscard]] store::transaction revival_of(const store::peer_row& row) const;
    // peers_early.cpp
    [[nodiscard]] std::optional<protocol::known_store> known_store_of(bureau_id peer) const;
    [[nodiscard]] bool are_we_an_old_copy(const protocol::known_store& known) const;
    boost::system::error_code judge(bureau_id peer, const protocol::hello& said) const;

    core& x_core;
    random_fraction x_random;
    std::function<bool(bureau_id)> x_flash_waits;
    std::function<void(bureau_id)> x_restored = [](bureau_id) {};
    std::map<std::string, link_record> x_links;
    std::map<bureau_id, peer_record> x_peers;
    std::map<bureau_id, std::vector<protocol::partial_transfer>> x_partials;
    std::map<bureau_id, bool> x_stalled;          ///< With a stalled session; whether flash waits.
    std::map<bureau_id, bearer_state> x_bearers;  ///< Of peers that are not plain.
    std::function<void(session_number)> x_passage_changed;
    utc_time x_measure_at{}, x_roll_at{};
    bool x_asks_for_waits = false;
    dial_pacer x_pacer;
    network_changes x_network;
};

}  // namespace dhow::route
