// The exit codes of `dhow`, the same for every verb, so that scripts can branch on them.
// Way of the message: none; the last thing a command says.
// Pure: constants only.
// Spec: docs/man/dhow.1, EXIT STATUS. Tests: unit/cli.
// Limits: codes are never used again for something else.
#pragma once

namespace dhow::cli {

enum class exit_code : int {
    done = 0,
    internal = 1,           ///< A bug, or a failure that fits no other code.
    usage = 2,              ///< The command line is wrong.
    bad_configuration = 3,  ///< The configuration file has errors, or cannot be read.
    not_reachable = 4,      ///< The daemon does not answer on its socket.
    not_authorised = 5,     ///< This user may not do that.
    not_found = 6,          ///< No such message, link, bureau, file.
    refused = 7,            ///< Understood, and refused by policy.
    not_delivered_yet = 8,  ///< Accepted; --wait ended before an end receipt came.
    partly_delivered = 9,   ///< Some recipients have it, others do not.
    failed = 10,            ///< Expired, cancelled, refused by the addressee, undeliverable.
    verification_failed = 11,
    disk_or_quota = 12,
    link_down = 13,  ///< `link call --wait`, `link test`: the link does not come up.
    trust = 14,      ///< A certificate, a key or the directory is not good.
    try_again = 75,  ///< The same command can succeed later (sysexits.h EX_TEMPFAIL).
};

constexpr int to_int(exit_code code) { return static_cast<int>(code); }

}  // namespace dhow::cli
