// People of the simulator: agencies that submit, retry, cancel, take and reject.
// Way of the message: the two ends of it.
// Pure.
// Spec: docs/simulator.md#people. Tests: sim.
// Limits: texts up to 100 KB, attachments up to 200 KB, so that runs stay short.
#pragma once

#include "tests/sim/node.hpp"

#include <limits>

namespace dhow::sim {

/// One message that an agency wants sent, and what it knows of it.
struct wish {
    std::size_t number = 0;
    node* from = nullptr;
    std::vector<std::string> to;
    protocol::message_class cls = protocol::message_class::routine;
    protocol::bytes text;
    std::vector<protocol::bytes> attachments;
    std::optional<std::chrono::seconds> time_to_live;
    /// Without: who asks again after a lost answer sends a second message, and knows it.
    bool has_key = true;
    bool is_hasty = false;  ///< Asks twice at once.
    std::optional<microseconds> cancel_after;
    std::vector<std::string> refusals;           ///< Answers that were a no.
    std::vector<protocol::message_id> accepted;  ///< More than one only without a key.
    bool is_due = false;                         ///< Its time has come; asked until accepted.
    std::size_t asking = 0;
    std::uint64_t life = 0;  ///< Of the node, when it was asked.
    bool wants_cancel = false;
    /// An earlier one of the same bureau that it calls back, if that was accepted by then.
    const wish* earlier = nullptr;
    bool cancels_earlier = false;  ///< Else it supersedes it.
    bool has_asked = false;        ///< What it calls back is the same whenever it asks again.
    std::optional<protocol::message_id> calls_back;
};

struct habits {
    bool short_lives = false;  ///< A share of the messages expires within the hour.
    bool cancels = false;
    bool forgets_keys = false;
    std::size_t text_bytes_max = std::numeric_limits<std::size_t>::max();
    bool attaches = true;
    /// All comes within 10 s, as one class, of 8 KB at least; what is cancelled is within a minute.
    std::optional<prng> rush = std::nullopt;
    /// A share of the messages cancels or supersedes an earlier one, for some of its recipients.
    std::optional<prng> recalls = std::nullopt;
};

class people {
public:
    using noter = std::function<void(const std::string& who, const std::string& what)>;
    people(clockwork& clock, prng& random, const ledger& book, noter note)
        : x_clock(clock), x_random(random), x_book(book), x_note(std::move(note)) {}
    void plan(std::vector<node*> nodes, std::size_t messages, microseconds over,
              const habits& drawn);
    /// One more message, now.
    wish& send(wish what);
    /// One of the planned messages gets an attachment that is larger than a gateway may keep in
    /// memory.
    void add_large_attachment(prng& random);
    /// Asks again for every wish that has no answer; call often.
    void nag();
    /// Agencies look into their inboxes and take, reject or leave what is new.
    void look_into_inboxes();
    [[nodiscard]] bool all_accepted() const;
    [[nodiscard]] const std::vector<std::unique_ptr<wish>>& wishes() const { return x_wishes; }
    [[nodiscard]] const std::vector<std::string>& problems() const { return x_problems; }
    [[nodiscard]] std::uint64_t taken() const { return x_taken; }
    [[nodiscard]] std::uint64_t rejected() const { return x_rejected; }
    [[nodiscard]] std::uint64_t cancelled() const { return x_cancelled; }

private:
    enum class mind : std::uint8_t { take, reject, leave };
    std::unique_ptr<wish> make_wish(const std::vector<node*>& nodes, const habits& drawn);
    static void hurry(wish& one, prng& random);
    static void draw_recalls(prng random, std::vector<std::pair<microseconds, wish*>> planned);
    void ask(wish& one);
    void upload(wish& one, std::size_t index, std::vector<route::upload_id> done);
    void continue_upload(wish& one, std::size_t index, std::vector<route::upload_id> done,
                         route::upload_id id, std::size_t from);
    void submit(wish& one, std::vector<route::upload_id> attachments);
    void on_answer(wish& one, const route::api_response& said);
    void cancel(wish& one);
    void acknowledge(node& at, const protocol::message_id& id);

    clockwork& x_clock;
    prng& x_random;
    const ledger& x_book;
    noter x_note;
    std::vector<node*> x_nodes;
    std::vector<std::unique_ptr<wish>> x_wishes;
    std::map<std::pair<std::string, protocol::message_id>, mind> x_minds;
    std::vector<std::string> x_problems;
    std::uint64_t x_taken = 0, x_rejected = 0, x_cancelled = 0;
};

}  // namespace dhow::sim
