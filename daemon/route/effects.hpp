// What the core wants done: commits, questions, cryptographic jobs, dials; each with what follows
// it. Way of the message: every station of the core speaks to store, seal and link through here.
// Pure: commands are drained by the driver, completions are told; no call goes out of the core.
// Spec: docs/overview.md. Tests: unit/route/effects_test.cpp.
// Limits: continuations are kept by token until told; the driver answers each exactly once.
#pragma once

#include "daemon/seal/sealer.hpp"
#include "daemon/store/operations.hpp"

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <variant>

namespace dhow::route {

using token = std::uint64_t;
/// Number of one connection; given by the driver, rising.
using session_number = std::uint64_t;
/// Number of a connection that is made to see whether it can be made.
using trial_number = std::uint64_t;
/// What setting up a connection consists of, in this order.
enum class trial_step : std::uint8_t { name, tcp, tls, identity, hello };

enum class log_level : std::uint8_t { debug, info, notice, warning, alarm };

namespace command {
struct apply {
    store::transaction what;
};
struct ask {
    token number = 0;
    store::question what;
};
struct run {
    token number = 0;
    bool at_once = false;
    seal::job_request what;
};
struct dial {
    std::string link;
    protocol::bureau_id peer;
    std::string address;
    trial_number trial = 0;  ///< 0: for messages.
    std::string local = {};  ///< Address of this machine to dial from; empty: any.
    bool is_beside = false;  ///< For a session beside the one that there is.
    /// Not 0: while nothing answers, another SYN goes out after so long, and again.
    protocol::milliseconds again_after{0};
};
struct close_session {
    session_number session = 0;
    bool at_once = false;  ///< By a reset: nothing more is written, and the peer hears it at once.
};
/// Ids, codes, sizes and states only; never content, names or file names.
struct log {
    log_level level = log_level::info;
    std::string id;
    std::string text;
};
}  // namespace command

using commands = std::variant<command::apply, command::ask, command::run, command::dial,
                              command::close_session, command::log>;

class effects {
public:
    using stored = std::function<void(const store::transaction_result&)>;
    using answered = std::function<void(store::reply&)>;
    using sealed = std::function<void(protocol::result<seal::job_outcome>&)>;

    /// `then` is called once the transaction is synced, or has conflicted or failed as a whole.
    void commit(store::transaction what, stored then);
    void ask(store::question what, answered then);
    void run(seal::job_request what, bool at_once, sealed then);
    void dial(command::dial what);
    void close_session(session_number session, bool at_once = false);
    void log(log_level level, std::string id, std::string text);

    [[nodiscard]] std::optional<commands> next_command();
    void on_stored(const store::transaction_result& result);
    void on_answered(token number, store::reply& what);
    void on_sealed(token number, protocol::result<seal::job_outcome>& what);

    [[nodiscard]] std::size_t open_commits() const { return x_stored.size(); }
    [[nodiscard]] std::size_t open_jobs() const { return x_sealed.size(); }

private:
    token x_last = 0;
    std::deque<commands> x_commands;
    std::unordered_map<token, stored> x_stored;
    std::unordered_map<token, answered> x_answered;
    std::unordered_map<token, sealed> x_sealed;
};

}  // namespace dhow::route
