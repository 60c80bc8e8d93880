// Trials of links: connections that carry nothing and show, step by step, whether a session can be
// had, beside the one that may be up.
// Way of the message: beside it; operators ask before they rely on a link.
// Pure. Net thread.
// Spec: docs/decisions/0008-who-dials-when.md, docs/link-protocol.md#trials. Tests:
// unit/route/trials_test.cpp, unit/link/trial_test.cpp, system/link_verbs_test.cpp.
// Limits: trials_open_max, here and of each peer; handshake_time_max for each half.
#pragma once

#include "daemon/route/answering.hpp"
#include "daemon/route/peers.hpp"

namespace dhow::route {

class trials {
public:
    trials(core& shared, const peers& peers_) : x_core(shared), x_peers(peers_) {}

    /// Each address of the link, or of all links to the bureau, of this name; all at once. Answers
    /// when each has come to its end.
    void start(const std::string& link_or_peer, const answer_to& answer);

    // Driver
    /// A step before HELLO; with a code it failed, and is the last.
    void on_step(trial_number trial, trial_step step, errc code, std::string text);
    /// HELLO was verified: of a trial of ours, or of a peer's that tries its link to us.
    void on_established(session_number session);
    void on_ended(session_number session, const protocol::session_end& how);
    /// Ends those of peers that have been open for too long.
    void on_deadline();
    [[nodiscard]] std::optional<utc_time> next_deadline() const;

private:
    struct run {
        response::trial_report report;
        std::size_t open = 0;  ///< Of the trials in the report.
        answer_to answer;
    };
    struct open_trial {
        std::shared_ptr<run> of;
        std::size_t place = 0;  ///< In the report.
        utc_time step_began{};
    };
    void begin(const std::shared_ptr<run>& of, const std::string& link, const std::string& address);
    void note(open_trial& open, trial_step step, errc code, std::string text);
    void finish(trial_number trial, bool is_good, std::string remedy);
    void receive(session_number number, const session_record& record);

    core& x_core;
    const peers& x_peers;
    trial_number x_last = 0;
    std::map<trial_number, open_trial> x_open;
    struct guest {
        bureau_id peer;
        utc_time end_by{};
    };
    std::map<session_number, guest> x_guests;  ///< Trials of peers.
};

}  // namespace dhow::route
