// What all stores were told to keep and what all lines carried, noted from outside for the checks.
// Way of the message: beside it; told of each committed transaction and each frame written.
// Pure.
// Spec: docs/simulator.md#checks. Tests: sim.
// Limits: one run's worth; objects are known by digest.
#pragma once

#include "daemon/store/operations.hpp"
#include "tests/sim/clockwork.hpp"
#include "tests/sim/custody_trail.hpp"

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dhow::sim {

class node;

/// A message as its origin has it on disk.
struct known_message {
    node* from = nullptr;
    protocol::message_id id;
    std::string kind;
    protocol::message_class cls = protocol::message_class::routine;
    microseconds accepted_at{0};  ///< True time.
    std::optional<std::chrono::seconds> time_to_live;
    std::set<std::string> to;
    /// Of `to`: taken back before a byte of it had left; and when.
    std::map<std::string, microseconds> cancelled;
    /// Of `to`: copies went along with a courier from the origin.
    std::set<std::string> by_courier;
    /// Ids in its `cancels` and `supersedes`.
    std::vector<protocol::message_id> calls_back;
    /// Of `to`: a later message of the origin, which calls it back, is for them too.
    std::set<std::string> called_back;
    /// Its origin was restored to a backup that does not have it.
    bool is_forgotten = false;
};

/// Hears what the ledger hears, after it; for the checks of one kind of run.
class commit_watcher {
public:
    virtual ~commit_watcher() = default;
    virtual void on_committed(node& at, const store::transaction& what) = 0;
    virtual void on_backed_up(const node& at) = 0;
    virtual void on_restored(const node& at) = 0;
};

class ledger {
public:
    explicit ledger(const clockwork& clock) : x_clock(clock) {}
    void add_watcher(commit_watcher& one) { x_watchers.push_back(&one); }
    void set_nodes(std::vector<node*> nodes) {
        x_trail.set_nodes(nodes);
        x_nodes = std::move(nodes);
    }

    /// `what` is on the disk of `at`.
    void on_committed(node& at, const store::transaction& what);
    void on_backed_up(const node& at);
    /// All that `at` has written since its backup is gone.
    void on_restored(const node& at);
    /// A session of `from` has written these bytes towards `to`, which calls it `other`; whole
    /// frames are looked at.
    void on_written(const std::string& from, const std::string& to, std::uint64_t session,
                    std::uint64_t other, protocol::byte_view data);

    /// Gateways keep the rules of the link: no session between two of them ends by a broken one.
    void on_session_ended(const std::string& at, const std::string& how);

    /// The most that a gateway has had in memory so far.
    void on_memory(const std::string& at, std::size_t bytes);
    [[nodiscard]] std::size_t memory_peak_bytes() const { return x_memory_peak; }

    [[nodiscard]] const std::map<protocol::message_id, known_message>& messages() const {
        return x_messages;
    }
    /// When it first came into the inbox there, since the start; nothing: it has not.
    [[nodiscard]] std::optional<microseconds> arrived(const protocol::message_id& id,
                                                      const std::string& at) const;
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    /// Wrong, but known and not mended yet: docs/simulator.md#known.
    [[nodiscard]] const std::vector<std::string>& known() const { return x_known; }
    [[nodiscard]] std::uint64_t notices() const { return x_notices; }
    /// Copies that gateways on the way dropped or refused, since their origin had called them back.
    [[nodiscard]] std::uint64_t dropped() const { return x_dropped; }
    /// Payload of DATA frames, and the share of it that the receiver had on disk already.
    [[nodiscard]] std::uint64_t payload_bytes() const { return x_payload; }
    [[nodiscard]] std::uint64_t resent_bytes() const { return x_resent; }
    /// Offers as they went by, for whoever wants to replay them.
    struct heard {
        protocol::offer_frame offer;
        protocol::bytes body;  ///< Complete.
    };
    [[nodiscard]] const std::vector<heard>& overheard() const { return x_overheard; }
    /// Bytes of an object that a node has on disk.
    [[nodiscard]] std::uint64_t durable_at(const std::string& where,
                                           const protocol::digest& object) const;

private:
    struct kept_object {
        protocol::digest digest;
        std::uint64_t durable = 0;
    };
    using copy_name = std::pair<protocol::message_id, std::uint8_t>;
    struct shelf {
        std::map<store::row_id, kept_object> objects;
        std::map<protocol::digest, std::set<store::row_id>> by_digest;
        std::set<protocol::digest> let_go;  ///< Of texts that came after what calls them back.
        std::map<store::row_id, protocol::message_id> own_messages;
        std::set<copy_name> copies;  ///< Taken into custody, or accepted as attempt 0.
    };
    struct stream {
        protocol::offer_frame offer;
        protocol::bytes body;
        std::uint64_t resent = 0;
        std::uint64_t written = 0;
        /// At the receiver, when it was offered: what comes there by others meanwhile is not known.
        std::uint64_t durable = 0;
    };
    struct line {
        protocol::bytes rest;
        /// By class: those whose offer is written and whose body, which goes with it, is not.
        std::array<std::set<protocol::stream_id>, protocol::message_class_count> small;
        std::size_t lesser_frames = 0;  ///< Since there was flash among them, of other classes.
        /// By class, since there was one of it: bytes of frames, by class.
        using class_bytes = std::array<std::uint64_t, protocol::message_class_count>;
        std::array<class_bytes, protocol::message_class_count> since;
        std::uint64_t longest_frame = 0;
        std::map<protocol::stream_id, stream> streams;
    };
    void hear(const std::string& from, stream& open, const protocol::data_frame& what);
    void put(node& at, shelf& to, const store::operation::put_message& what);
    void put(shelf& to, const store::operation::put_object& what);
    void on_handed_on(const node& by, const store::event_row& what);
    void on_went_along(const node& at, const store::event_row& what);
    void on_notice(node& by, const protocol::bureau_id& origin, const protocol::outcome& what);
    void check_order(const std::string& from, const std::string& to, line& on,
                     const protocol::data_frame& what);
    /// A hub does not offer what it has on disk that its origin has called it back.
    void check_recall(const std::string& from, const std::string& to,
                      const protocol::offer_frame& what);
    static void begin_small(line& on, const protocol::offer_frame& what);
    void check_shares(const std::string& from, const std::string& to, line& on,
                      protocol::message_class cls, std::uint64_t bytes);
    void on_data(const std::string& from, const std::string& to, line& on,
                 const protocol::data_frame& what);
    /// `from` tells `to` that so much of what it is sent on this stream is on disk.
    void on_acknowledged(const std::string& from, const std::string& to, std::uint64_t session,
                         protocol::stream_id on_stream, std::optional<std::uint64_t> bytes);

    const clockwork& x_clock;
    std::vector<commit_watcher*> x_watchers;
    std::vector<node*> x_nodes;
    std::map<std::string, shelf> x_shelves;
    struct copy {
        shelf kept;
        microseconds at{0};
    };
    std::map<std::string, copy> x_copies;
    /// Of gateways that were restored: what each of their backups had.
    std::map<std::string, std::set<copy_name>> x_never_lost;
    custody_trail x_trail;
    std::map<std::pair<std::string, std::uint64_t>, line> x_lines;
    std::map<protocol::message_id, known_message> x_messages;
    std::map<std::pair<protocol::message_id, std::string>, microseconds> x_arrivals;
    /// By message and gateway: since when there is a tombstone for it.
    std::map<std::pair<protocol::message_id, std::string>, microseconds> x_tombstones;
    std::vector<heard> x_overheard;
    std::vector<std::string> x_problems, x_known;
    std::uint64_t x_payload = 0, x_resent = 0, x_notices = 0, x_dropped = 0;
    std::size_t x_memory_peak = 0;
};

}  // namespace dhow::sim
