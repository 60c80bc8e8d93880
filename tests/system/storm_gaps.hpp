// Which kills fell between a commit and its acknowledgement: by the times in daemons' histories.
// Way of the message: beside it, at each hop, from the receiver's commit to the sender's.
// Not pure: reads copies of stores. One thread.
// Spec: docs/overview.md. Tests: storm_gaps_test; used by the storm.
// Limits: an acknowledgement that came while the killed receiver started again is not counted.
#pragma once

#include "tests/system/harness.hpp"

#include <set>

namespace dhow::tests {

/// Milliseconds since 1970, as in the stores' histories.
std::int64_t wall_milliseconds();

/// One kill of a daemon.
struct kill_record {
    std::string bureau;
    std::int64_t asked = 0;  ///< Before the signal.
    std::int64_t dead =
        0;  ///< After the end: what its store holds from then on, a later life wrote.
    std::int64_t ready = 0;  ///< The next life.
};

/// One message's hand-over from one daemon to the next.
struct hand_over {
    std::string sender, receiver;
    std::int64_t committed = 0;  ///< In the receiver's store: it has custody.
    std::int64_t known = 0;      ///< In the sender's: it knows that.
};

/// Whether at the time of the kill the receiver had committed and the sender did not know it, and
/// learned it from a later life of the one that was killed.
bool is_in_gap(const kill_record& kill, const hand_over& what);

/// Every hand-over that these gateways' histories tell of; copies of their stores are made in
/// `scratch`.
std::vector<hand_over> read_hand_overs(const std::vector<const gateway*>& gateways,
                                       const std::filesystem::path& scratch);

/// Kills in the gap before the acknowledgement of one of `receivers`, each counted once: by who was
/// killed.
std::map<std::string, std::size_t> kills_in_gap(const std::vector<kill_record>& kills,
                                                const std::vector<hand_over>& hand_overs,
                                                const std::set<std::string>& receivers);

}  // namespace dhow::tests
